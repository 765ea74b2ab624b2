"""The bytes of one label for an ESC/POS printer.

python-escpos makes the standard commands through its `Dummy`, which owns no port; what it lacks
(GS ( H, a cut without six wasted lines) is written here. Must not send anything and must not draw.
Every job is checked as a whole: whatever the library did, the raster in the job is ours dot by dot
and no real-time command hides anywhere in it.
"""

from __future__ import annotations

import tempfile
from functools import cache
from typing import TYPE_CHECKING, Any

from drivers.label_printer.bitmap import Bitmap
from drivers.label_printer.positioning import FEED_AND_CUT
from drivers.label_printer.realtime import NotDefusable, hidden_commands

if TYPE_CHECKING:
    from escpos.printer import Dummy

HEAD_DOTS = 576
"""Widest head in the field, 72 mm; a label is never wider."""
_REQUEST_PROCESS_ID = b"\x1d(H\x06\x00\x30\x30"  # GS ( H, function 48; the printer answers 37 22
_PROCESS_ID_BYTES = 4
_FIRST_ID_BYTE, _LAST_ID_BYTE = 0x20, 0x7E


class BadProcessId(ValueError):
    """Not four printable ASCII characters, which GS ( H asks for."""


def escpos_label(
    bitmap: Bitmap, process_id: str | None, cut: bool, ending: bytes = FEED_AND_CUT
) -> bytes:
    """ESC @, the raster by GS v 0, the ``ending`` if ``cut``, and last the process id, if any.

    The printer answers the process id when all before it is on paper. Raises `BadProcessId`, and
    `NotDefusable` when the bytes would make the printer obey a real-time command.
    """
    printer = _dummy()
    printer.clear()
    printer.hw("INIT")
    printer.image(bitmap.image(), impl="bitImageRaster", fragment_height=bitmap.height)
    job: bytes = printer.output
    printer.clear()
    if not job.endswith(bitmap.rows):
        raise NotDefusable("python-escpos changed dots of the label; the job is not sent")
    if cut:
        job += ending
    if process_id is not None:
        job += process_id_request(process_id)
    if hidden_commands(job):
        raise NotDefusable(
            "the label holds bytes that this printer would obey as a command; it is not sent"
        )
    return job


def process_id_request(process_id: str) -> bytes:
    """GS ( H: asks the printer to answer ``process_id`` once everything before it is printed."""
    printable = all(_FIRST_ID_BYTE <= ord(letter) <= _LAST_ID_BYTE for letter in process_id)
    if len(process_id) != _PROCESS_ID_BYTES or not printable:
        raise BadProcessId(f"{process_id!r} is not four printable ASCII characters")
    return _REQUEST_PROCESS_ID + process_id.encode("ascii")


@cache
def _dummy() -> Dummy:
    """One printer object, made once: loading the library's printer list takes a quarter second.

    When imported, the library makes a temporary folder, always, and keeps a pickle there that it
    would also read. It gets an own folder that is gone afterwards: nothing foreign is unpickled and
    nothing is left behind.
    """
    usual = tempfile.tempdir
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        try:
            from escpos.printer import Dummy  # noqa: PLC0415  the core starts without it
        finally:
            tempfile.tempdir = usual
    printer = Dummy()
    printer.profile.profile_data = _with_head_width(printer.profile.profile_data)
    return printer


def _with_head_width(profile: dict[str, Any]) -> dict[str, Any]:
    """A profile without a width makes the library print a remark on standard output."""
    media = {**profile["media"], "width": {"mm": 72, "pixels": HEAD_DOTS}}
    return {**profile, "media": media}


def prepare() -> None:
    """Load library, fonts and drawing code now, so that the first label is as quick as the rest."""
    from drivers.label_printer.content import LabelContent, pool_class_words  # noqa: PLC0415
    from drivers.label_printer.render import render_label  # noqa: PLC0415

    words = pool_class_words("10")
    content = LabelContent("0" * 14, "0000 00 000 0000 0", words, 1, "01-01 00:00")
    escpos_label(render_label(content, "tube-40x30"), "0000", cut=False)
