"""The doctor's checks of the devices: is the right thing at the other end of each cable?

Opens each device for a moment and listens. Sends nothing but questions, and only to what speaks
only when asked; a device that the running kiosk holds cannot be examined, and the finding says so.
"""

from __future__ import annotations

import time
from typing import Any

from config.devices import CameraSection, PrinterLanguage, PrinterSection, ThermometerSection
from drivers.camera.code_reader import CodeReader
from drivers.camera.frame import FrameSource, SourceLost
from drivers.camera.frame_source import open_frame_source
from drivers.camera.frame_watch import is_dark
from drivers.label_printer.status import PrinterStatus
from drivers.thermal_array import warmest_forehead
from firmware_bridge.codec import Codec, Noise
from firmware_bridge.codecs.escpos_frames import StatusQuery
from firmware_bridge.codecs.escpos_status import EscposStatusCodec
from firmware_bridge.codecs.tspl_status import TsplQuery, TsplStatusCodec
from firmware_bridge.errors import LinkError
from firmware_bridge.temperature_frame import TemperatureFrame, ThermalFrame
from firmware_bridge.transport import Transport, open_transport
from kiosk.devices.thermometers import thermometer_protocol
from kiosk.technician.finding import Finding
from kiosk.technician.printer_talk import talk_to

LISTEN_S = 0.7
_READ_S = 0.05
_WRITE_S = 0.5
_CAMERA_S = 3.0


def check_thermometer(settings: ThermometerSection, listen_s: float | None = None) -> Finding:
    """Listens at each baud rate until a temperature comes; asks where the protocol wants it."""
    protocol = thermometer_protocol(settings)
    listen_s = protocol.check_s if listen_s is None else listen_s
    noise = 0
    for baud in settings.bauds:
        try:
            frames, bad = _converse(
                settings.url,
                baud,
                protocol.make_codec(),
                protocol.query if protocol.polled(settings.mode) else None,
                listen_s,
                again_s=protocol.poll_s,
            )
        except LinkError as error:
            return Finding("thermometer", False, str(error))
        noise += bad
        temperature = _temperature(frames)
        if temperature is not None:
            around = temperature.ambient_c
            seen = f"{temperature.object_c:.2f} degC in front, "
            seen += "its own not told" if around is None else f"{around:.2f} degC around"
            return Finding("thermometer", True, f"{seen}, at {baud} baud")
    if noise:
        return Finding(
            "thermometer",
            False,
            f"{settings.url} sent {noise} bytes but no temperature",
            "another device is on this cable, or thermometer.codec or .bauds is wrong",
        )
    return Finding(
        "thermometer",
        False,
        f"{settings.url} is open but says nothing",
        "check the module's power and that TX and RX are not swapped",
    )


def _temperature(frames: list[object]) -> TemperatureFrame | None:
    """Of the newest frame that holds one."""
    for frame in reversed(frames):
        seen = warmest_forehead(frame) if isinstance(frame, ThermalFrame) else frame
        if isinstance(seen, TemperatureFrame):
            return seen
    return None


def check_printer(settings: PrinterSection, listen_s: float = LISTEN_S) -> Finding:
    """Asks for the status; silence is unknown, never "paper adequate".

    A status byte has no checksum, and any device's bytes hold some that look like one: beside
    noise, no answer is believed.
    """
    if settings.url.startswith("file:"):
        return Finding("printer", None, "labels go to a file, which says nothing of any printer")
    tspl = settings.language is PrinterLanguage.TSPL
    codec: Codec[Any] = TsplStatusCodec() if tspl else EscposStatusCodec()
    question = TsplQuery() if tspl else StatusQuery()
    try:
        frames, noise = _converse(settings.url, settings.baud, codec, question, listen_s)
    except LinkError as error:
        return Finding("printer", False, str(error))
    if noise:
        return Finding(
            "printer",
            False,
            f"{settings.url} sent {noise} bytes that are no printer status",
            "another device is on this cable, or printer.baud or printer.language is wrong",
        )
    if not frames:
        return Finding(
            "printer",
            False,
            f"{settings.url} answers nothing",
            "check that the printer is on, its cable, printer.baud and printer.language",
        )
    status = PrinterStatus()
    for frame in frames:
        status = status.fold(frame)
    if status.fault:
        ok = False if status.blocked else None
        return Finding("printer", ok, f"it reports {status.fault}", "look at its paper and cover")
    return Finding("printer", True, "online, closed, with paper" + _who(settings, listen_s))


def _who(settings: PrinterSection, patience_s: float) -> str:
    """What a printer that is well says of itself, to stand behind its state."""
    try:
        with talk_to(settings) as talk:
            about = talk.identity(patience_s)
    except LinkError:
        return ""
    return f"; {about}" if about else ""


def check_camera(settings: CameraSection, wait_s: float = _CAMERA_S) -> Finding:
    """Takes pictures for a moment: they must come, and show something."""
    try:
        source = open_frame_source(
            settings.source, settings.width, settings.height, settings.frames_per_s
        )
    except (SourceLost, ValueError) as error:
        return Finding("camera", False, str(error))
    try:
        return _judge_pictures(source, settings, wait_s)
    except SourceLost as error:
        return Finding("camera", False, str(error))
    finally:
        source.close()


def _judge_pictures(source: FrameSource, settings: CameraSection, wait_s: float) -> Finding:
    reader = CodeReader(settings.code_max_bytes)
    began_s = time.monotonic()
    frames, dark, codes, size = 0, 0, 0, ""
    while time.monotonic() < began_s + wait_s and frames < 2 * settings.frames_per_s:
        frame = source.read(_READ_S)
        if frame is None:
            continue
        frames += 1
        luma = frame.luma()
        dark += is_dark(luma)
        codes = max(codes, len(reader.read(luma)))
        size = f"{luma.shape[1]}x{luma.shape[0]}"
    if not frames:
        return Finding(
            "camera", False, f"{settings.source} is open but gives no picture", "check its cable"
        )
    seen = f"{frames} pictures of {size}, {codes} codes in view"
    if dark == frames:
        return Finding("camera", False, f"{seen}, all dark", "take off the lens cap; more light")
    return Finding("camera", True, seen)


def _converse(
    url: str,
    baud: int,
    codec: Codec[Any],
    question: object | None,
    listen_s: float,
    *,
    again_s: float = float("inf"),
) -> tuple[list[object], int]:
    """Frames, and the number of bytes that were none, within ``listen_s``.

    The question is asked at once, and again after each ``again_s``.
    """
    transport = open_transport(url, baud)
    frames: list[object] = []
    noise = 0
    try:
        ends_s = time.monotonic() + listen_s
        ask_s = time.monotonic()
        while (now_s := time.monotonic()) < ends_s:
            if question is not None and now_s >= ask_s:
                transport.write(codec.encode(question), _WRITE_S)
                ask_s = now_s + again_s
            for frame in _heard(transport, codec, now_s):
                if isinstance(frame, Noise):
                    noise += len(frame.data)
                else:
                    frames.append(frame)
        return frames, noise
    finally:
        transport.close()


def _heard(transport: Transport, codec: Codec[Any], now_s: float) -> list[Any]:
    return codec.feed(transport.read(4096, _READ_S), now_s)
