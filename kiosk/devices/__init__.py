"""What core and tools both know of devices: settings in the drivers' words, and a memory of them.

Owns no device and no port. Must not import the rooms that use it.
"""
