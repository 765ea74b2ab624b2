"""The visit: four processes that lead a resident from the entrance to a lane, a tube and a place.

``core`` decides and records, ``screen`` shows, ``camera`` reads, ``uplink`` delivers. They share
typed messages over one Unix socket and nothing else.
"""
