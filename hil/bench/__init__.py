"""The bench: a page that shows a kiosk on a table, with knobs for people and buttons for faults.

It is what a newcomer without a display sees, and what a technician trains on. Owns its page and its
loopback web server. Must not know how a visit is decided: it shows pictures, moves twins, touches
the glass.
"""
