"""``kioskctl wire decode · record · replay``: the bytes of a device, seen, kept and played back.

Owns nothing but the conversation with the technician; the formats are `firmware_bridge`'s.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from config.thermometer_checks import pattern_fault
from firmware_bridge.codec import Codec, Noise
from firmware_bridge.errors import LinkError
from firmware_bridge.keyboard_port import KeyboardIdentity
from firmware_bridge.recorder import WireRecorder, recorded
from firmware_bridge.recording import Direction, WireRecord, read_recording
from firmware_bridge.transport import Transport, open_transport
from kiosk.technician.answers import answer, fail
from kiosk.technician.wire_player import WirePlayer
from kiosk.technician.wire_protocols import PROTOCOLS, WireProtocol, lines_of_text

wire = typer.Typer(no_args_is_help=True, help="Decode, record and replay what a device says.")
_RECORDING_STARTS = b'{"wire_recording"'
_READ_S = 0.2
_WRITE_S = 1.0
_CHUNK = 4096


@wire.command()
def decode(
    file: Annotated[Path, typer.Argument(help="raw bytes, hex text, or a wire recording")],
    protocol: Annotated[str, typer.Option(help=f"one of {', '.join(PROTOCOLS)}")],
    as_hex: Annotated[bool, typer.Option("--hex", help="the file holds hexadecimal text")] = False,
    pattern: Annotated[str, typer.Option(help="of thermometer.text_lines, to try it")] = "",
) -> None:
    """Print the frames and the noise of a device stream, one object a line."""
    if protocol not in PROTOCOLS:
        raise typer.BadParameter(
            f"there is no {protocol!r}; there are {', '.join(PROTOCOLS)}",
            param_hint="--protocol",
        )
    if pattern and protocol != "text-lines":
        raise typer.BadParameter("a pattern is of text-lines only", param_hint="--pattern")
    if pattern and (why := pattern_fault(pattern)):
        fail(f"--pattern: {why}")
    records = _records(file, as_hex)
    spoken = lines_of_text(pattern) if pattern else PROTOCOLS[protocol]
    frames = 0
    for at_s, found in _decoded(spoken, records):
        frames += not isinstance(found, Noise)
        answer(_fields(at_s, found))
    if not frames:
        received = sum(len(record.data) for record in records if record.direction is Direction.IN)
        fail(
            f"{file}: no frame of {protocol} in {received} bytes;"
            " check the protocol's name, the baud rate and the cable"
        )


@wire.command()
def record(
    *,
    url: Annotated[str, typer.Option(help="tty:PATH, pty:PATH, tcp:HOST:PORT or evdev:PATH")],
    out: Annotated[Path, typer.Option(help="file to write; a wire may carry personal data")],
    seconds: Annotated[float, typer.Option(min=0.1, max=86_400)] = 10.0,
    baud: Annotated[int, typer.Option(min=300, max=4_000_000)] = 115_200,
    send: Annotated[str, typer.Option(help="hexadecimal bytes to send first")] = "",
    keyboard: Annotated[str, typer.Option(help="of evdev: vendor:product@port of a scanner")] = "",
) -> None:
    """Record what a device says."""
    question = _hex_bytes(send, "--send")
    try:
        keyboards = [KeyboardIdentity.parse(keyboard)] if keyboard else []
        transport = open_transport(url, baud, keyboards)
    except LinkError as error:
        fail(f"--url: {error}")
    try:
        received = _record(transport, out, question, seconds)
    except LinkError as error:
        fail(f"{url}: {error}")
    except OSError as error:
        fail(f"--out: {out} cannot be written: {error.strerror}")
    finally:
        transport.close()
    answer({"out": str(out), "bytes": received, "seconds": seconds})
    if not received:
        fail(f"{url} said nothing in {seconds:g} s; check cable, power and baud rate")


@wire.command()
def replay(
    file: Annotated[Path, typer.Argument(help="a wire recording")],
    link: Annotated[Path, typer.Option(help="name under which the device appears")],
    speed: Annotated[float, typer.Option(min=0.0, max=1000.0, help="0 = as fast as it goes")] = 1.0,
) -> None:
    """Be the device of a recording, on a pseudo-terminal that ``pty:LINK`` opens."""
    records = _records(file, as_hex=False)
    try:
        player = WirePlayer(link)
    except OSError as error:
        fail(f"--link: {link} cannot be made: {error.strerror}")
    answer({"url": f"pty:{link}", "records": len(records)})
    try:
        sent = player.play(records, speed)
    finally:
        player.close()
    answer({"bytes": sent})


def _record(transport: Transport, out: Path, question: bytes, seconds: float) -> int:
    recorder = WireRecorder(out, out.stem)
    wire_seen = recorded(transport, recorder)
    received = 0
    ends_s = time.monotonic() + seconds
    try:
        if question:
            wire_seen.write(question, _WRITE_S)
        while time.monotonic() < ends_s and not recorder.full:
            received += len(wire_seen.read(_CHUNK, min(_READ_S, seconds)))
    finally:
        recorder.close()
    return received


def _records(file: Path, as_hex: bool) -> list[WireRecord]:
    try:
        data = file.read_bytes()
        if data.startswith(_RECORDING_STARTS):
            return list(read_recording(file))
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}")
    except LinkError as error:
        fail(str(error))
    if as_hex:
        data = _hex_bytes(data.decode("ascii", "replace"), str(file))
    return [WireRecord(0.0, Direction.IN, data)]


def _hex_bytes(text: str, place: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        fail(f"{place}: this is no hexadecimal text such as '5A 5A 45 04'")


def _decoded(
    protocol: WireProtocol, records: list[WireRecord]
) -> Iterator[tuple[float, msgspec.Struct]]:
    """Frames and noise with the time of the record that completed them."""
    codec = protocol.make_codec()
    at_s = 0.0
    for record in records:
        before_s, at_s = at_s, record.at_s
        yield from _expired(codec, before_s, at_s)
        if record.direction is Direction.OUT:
            protocol.note_question(codec, record.data)
            continue
        for found in codec.feed(record.data, at_s):
            yield at_s, found
    yield from _expired(codec, at_s, float("inf"))


def _expired(
    codec: Codec[Any], at_s: float, until_s: float
) -> Iterator[tuple[float, msgspec.Struct]]:
    """What the passing of time gives between ``at_s`` and ``until_s``, as a link asks for it."""
    while (deadline_s := codec.deadline()) is not None and deadline_s < until_s:
        at_s = max(at_s, deadline_s)
        for found in codec.expire(at_s):
            yield at_s, found


def _fields(at_s: float, found: msgspec.Struct) -> dict[str, object]:
    if isinstance(found, Noise):
        return {"at_s": at_s, "noise": found.data.hex(" "), "why": found.why.value}
    values = msgspec.to_builtins(found, builtin_types=(bytes,))
    values.pop("at_s", None)
    readable = {
        name: value.hex(" ") if isinstance(value, bytes) else value
        for name, value in values.items()
    }
    return {"at_s": at_s, "frame": type(found).__name__, **readable}
