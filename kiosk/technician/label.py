"""``kioskctl label``: a tube label as the printer would get it, or as a picture."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from contracts.pool_class import PoolClass
from contracts.tube_number import TubeNumber, TubeNumberError
from drivers.label_printer.bitmap import Bitmap
from drivers.label_printer.content import LabelContent, pool_class_words
from drivers.label_printer.escpos_label import BadProcessId, escpos_label
from drivers.label_printer.font import FontMissing
from drivers.label_printer.realtime import NotDefusable
from drivers.label_printer.render import render_label
from drivers.label_printer.template import TEMPLATES, LabelDoesNotFit
from kiosk.technician.answers import answer, fail


class LabelLanguage(StrEnum):
    ESCPOS = "escpos"
    PNG = "png"


def label(
    *,
    tube: Annotated[str, typer.Option(help="tube number, 14 digits")],
    pool: Annotated[PoolClass, typer.Option(help="pool class")],
    lane: Annotated[int, typer.Option(min=1, max=99)],
    out: Annotated[Path, typer.Option(help="file to write")],
    template: Annotated[str, typer.Option(help="label template")] = "tube-40x30",
    language: Annotated[LabelLanguage, typer.Option()] = LabelLanguage.ESCPOS,
    copy: Annotated[int, typer.Option(min=1, max=99, help="above 1 is marked a reprint")] = 1,
    opened_at: Annotated[str, typer.Option(help="printed time, such as '11-22 08:41'")] = "",
    process_id: Annotated[str, typer.Option(help="four letters to be confirmed")] = "",
    cut: Annotated[bool, typer.Option("--cut", help="cut after the label")] = False,
) -> None:
    """Draw a tube label and write what the printer would get, or a PNG."""
    if template not in TEMPLATES:
        raise typer.BadParameter(
            f"there is no {template!r}; there are {', '.join(TEMPLATES)}", param_hint="--template"
        )
    shown_time = opened_at or datetime.now().astimezone().strftime("%m-%d %H:%M")
    try:
        number = TubeNumber.parse(tube)
        content = LabelContent(
            tube=number.text,
            grouped=number.grouped,
            pool_class=pool_class_words(pool.value),
            lane=lane,
            opened_at=shown_time,
            copy=copy,
        )
        bitmap = render_label(content, template)
        size = _write(out, bitmap, language, process_id or None, cut)
    except TubeNumberError as error:
        fail(f"--tube: {error}")
    except BadProcessId as error:
        fail(f"--process-id: {error}")
    except (ValueError, LabelDoesNotFit, FontMissing, NotDefusable) as error:
        fail(str(error))
    except OSError as error:
        fail(f"--out: {out} cannot be written: {error.strerror}")
    answer(
        {
            "out": str(out),
            "template": template,
            "language": language.value,
            "width_dots": bitmap.width,
            "height_dots": bitmap.height,
            "bytes": size,
        }
    )


def _write(
    out: Path, bitmap: Bitmap, language: LabelLanguage, process_id: str | None, cut: bool
) -> int:
    """Bytes written."""
    if language is LabelLanguage.PNG:
        bitmap.image().save(out, format="PNG")
        return out.stat().st_size
    return out.write_bytes(escpos_label(bitmap, process_id, cut))
