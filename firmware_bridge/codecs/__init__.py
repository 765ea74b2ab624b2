"""One module per wire protocol, sans-IO: bytes in, frames or noise out, in bounded memory."""
