"""Free loopback ports. Must not guess: the kernel hands them out."""

from __future__ import annotations

import socket


def free_ports(count: int) -> tuple[int, ...]:
    """``count`` different TCP ports that were free on 127.0.0.1 a moment ago.

    All are held open together so that none comes twice. Another program may still take one before
    its owner binds it; that start then fails with its own sentence.
    """
    sockets = []
    try:
        for _ in range(count):
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            sockets.append(sock)
            sock.bind(("127.0.0.1", 0))
        return tuple(int(sock.getsockname()[1]) for sock in sockets)
    finally:
        for sock in sockets:
            sock.close()
