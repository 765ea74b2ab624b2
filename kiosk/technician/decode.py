"""``kioskctl decode``: what the camera process would read in a picture.

Owns the answer's shape. Must not keep what it read; it prints it, as that is what was asked for.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from drivers.camera.code_reader import CodeReader, ReadCode
from drivers.camera.frame import Frame
from drivers.camera.frame_source import read_picture
from drivers.camera.second_look import read_thoroughly
from kiosk.technician.answers import answer, fail, remark


def decode(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="PNG, JPEG or BMP")],
    max_bytes: Annotated[
        int, typer.Option(min=16, max=2953, help="longest code, as camera.code_max_bytes")
    ] = 1200,
) -> None:
    """Print the codes of each picture, as the camera process would read them."""
    reader = CodeReader(max_bytes)
    unreadable = 0
    for image in images:
        pixels = read_picture(image)
        if pixels is None:
            reason = "is no picture that can be read" if image.exists() else "does not exist"
            remark(f"{image} {reason}; give the path of a PNG, JPEG or BMP file")
            unreadable += 1
            continue
        began_s = time.process_time()
        codes = read_thoroughly(Frame(pixels, 0.0).luma(), reader)
        cpu_ms = (time.process_time() - began_s) * 1000
        answer(
            {
                "image": str(image),
                "codes": [_fields(code) for code in codes],
                "document": None,
                "cpu_ms": round(cpu_ms, 2),
            }
        )
    if unreadable:
        fail()


def _fields(code: ReadCode) -> dict[str, object]:
    """The colour of the modules is not judged yet, and unknown is a value."""
    fields: dict[str, object] = {
        "symbology": code.symbology.value,
        "text": code.text,
        "colour": "unknown",
    }
    if code.binary:
        fields["binary"] = True
    if code.too_long:
        fields["too_long"] = True
    return fields
