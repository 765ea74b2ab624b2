"""The meaning of devices: a stable temperature, a code read from a frame, a label that is proved.

Turns frames of ``firmware_bridge`` into facts with provenance, in which unknown is a value. Owns no
thread and no port, and knows nothing of residents, tubes or the site.
"""
