"""kioskctl: what a technician does at a bench or on a site.

Reads and reports; changes nothing without being told to.
"""
