"""Bytes: transports, the link supervisor, roles, codecs and the wire recorder.

Owns every serial port, socket to a device and reader thread of the kiosk. Must not know what a
frame means to a visit, must not import anything of ours, must not log what passes through.
"""
