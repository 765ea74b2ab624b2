"""The core's end of the kiosk's Unix socket: accepts, reads, writes, never waits.

Owns the listening socket and every client's socket. Must not decide what a message means: it only
refuses what a role may not say. A client that does not read is dropped, it may come back; of
snapshots it gets the newest, the ones between are worth nothing.
"""

from __future__ import annotations

import logging
import selectors
import socket
from pathlib import Path
from typing import Protocol

from kiosk.ipc.lines import BadLine, LineReader, encode_line
from kiosk.ipc.messages import (
    PROTOCOL_VERSION,
    AcknowledgementReceived,
    AnyMessage,
    CameraStatus,
    CodeSeen,
    Hello,
    Intent,
    Role,
    ScreenDrew,
    Snapshot,
    UplinkStatus,
)

log = logging.getLogger(__name__)

MAX_UNSENT_BYTES = 256 * 1024
_RECEIVE_BYTES = 64 * 1024

MAY_SAY: dict[Role, tuple[type, ...]] = {
    Role.SCREEN: (Intent, ScreenDrew),
    Role.CAMERA: (CameraStatus, CodeSeen),
    Role.UPLINK: (AcknowledgementReceived, UplinkStatus),
    Role.BENCH: (),
}


class _Client:
    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.role: Role | None = None
        self.lines = LineReader()
        self.unsent = bytearray()
        self.held: Snapshot | None = None


class Attendant(Protocol):
    """Who listens: ``joined`` and ``left`` frame what ``message`` brings of a role."""

    def joined(self, role: Role) -> None: ...

    def left(self, role: Role) -> None: ...

    def message(self, role: Role, message: AnyMessage) -> None: ...


class MessageServer:
    """Serves from `attend` on, inside the selector's callbacks, in the caller's thread.

    The socket has mode 0660: who may talk to the core is the group's matter.
    """

    def __init__(self, path: Path, selector: selectors.BaseSelector) -> None:
        self._path = path
        self._selector = selector
        self._attendant: Attendant | None = None
        self._clients: dict[int, _Client] = {}
        self.refused = 0
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        self._listener.bind(str(path))
        path.chmod(0o660)
        self._listener.listen(8)
        self._listener.setblocking(False)

    def attend(self, attendant: Attendant) -> None:
        """Begin to accept; call once."""
        self._attendant = attendant
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def send(self, role: Role, message: AnyMessage) -> None:
        """To everybody of this role, now or as soon as they read; nobody there is no error."""
        line = encode_line(message)
        for client in [one for one in self._clients.values() if one.role is role]:
            if client.unsent and isinstance(message, Snapshot):
                client.held = message
            else:
                client.unsent += line
            self._flush(client)

    def close(self) -> None:
        """Close every socket and remove the path."""
        for client in list(self._clients.values()):
            self._drop(client)
        if self._attendant is not None:
            self._selector.unregister(self._listener)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _attending(self) -> Attendant:
        assert self._attendant is not None  # nobody is accepted before `attend`
        return self._attendant

    def _accept(self, events: int) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return  # it hung up before we answered
        sock.setblocking(False)
        client = _Client(sock)
        self._clients[sock.fileno()] = client
        self._watch(client, selectors.EVENT_READ, new=True)

    def _watch(self, client: _Client, events: int, *, new: bool = False) -> None:
        change = self._selector.register if new else self._selector.modify
        change(client.socket, events, lambda happened: self._serve(client, happened))

    def _serve(self, client: _Client, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            self._flush(client)
        if events & selectors.EVENT_READ and client.socket.fileno() >= 0:
            self._read(client)

    def _read(self, client: _Client) -> None:
        try:
            data = client.socket.recv(_RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(client)
            return
        for message in client.lines.feed(data):
            if client.socket.fileno() < 0:
                return  # dropped by what it said before
            if isinstance(message, BadLine):
                self._refuse(client, f"a line of {message.size_bytes} bytes: {message.reason}")
            elif isinstance(message, Hello):
                self._greet(client, message)
            elif client.role is not None and isinstance(message, MAY_SAY[client.role]):
                self._attending().message(client.role, message)
            else:
                self._refuse(client, f"{type(message).__name__}, which it may not say")

    def _greet(self, client: _Client, hello: Hello) -> None:
        if hello.version != PROTOCOL_VERSION:
            self._refuse(client, f"protocol version {hello.version}, ours is {PROTOCOL_VERSION}")
            self._drop(client)
            return
        if hello.role is not Role.BENCH:
            for other in list(self._clients.values()):
                if other.role is hello.role and other is not client:
                    self._drop(other)
        client.role = hello.role
        self._attending().joined(hello.role)

    def _refuse(self, client: _Client, what: str) -> None:
        self.refused += 1
        log.warning("%s said %s; refused", client.role or "a stranger", what)

    def _flush(self, client: _Client) -> None:
        while client.unsent or client.held is not None:
            if not client.unsent and client.held is not None:
                client.unsent += encode_line(client.held)
                client.held = None
            try:
                sent = client.socket.send(client.unsent)
            except BlockingIOError:
                break
            except OSError:
                self._drop(client)
                return
            del client.unsent[:sent]
        if len(client.unsent) > MAX_UNSENT_BYTES:
            log.warning("%s does not read; dropped", client.role)
            self._drop(client)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.unsent else 0)
        if self._selector.get_key(client.socket).events != wanted:
            self._watch(client, wanted)

    def _drop(self, client: _Client) -> None:
        if client.socket.fileno() < 0:
            return
        self._clients.pop(client.socket.fileno(), None)
        self._selector.unregister(client.socket)
        client.socket.close()
        if client.role is not None:
            self._attending().left(client.role)
