"""One module per wire protocol, sans-IO: bytes in, frames or noise out, in bounded memory.

Must not open a port, read a clock, log, or say what a frame means to a visit.
"""
