"""``kioskctl label``: a label as the printer would get it, or as a picture."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from contracts.pool_class import PoolClass
from contracts.tube_number import TubeNumberError
from drivers.label_printer.bitmap import Bitmap
from drivers.label_printer.escpos_label import BadProcessId, escpos_label
from drivers.label_printer.font import FontMissing
from drivers.label_printer.pen import GlyphMissing
from drivers.label_printer.positioning import Ending, Paper, Positioning
from drivers.label_printer.realtime import NotDefusable
from drivers.label_printer.render import render
from drivers.label_printer.template import TEMPLATES, LabelDoesNotFit
from drivers.label_printer.tspl_label import tspl_label
from kiosk.technician.answers import answer, fail
from kiosk.technician.label_contents import LabelOptions, OptionMissing, content_for


class LabelLanguage(StrEnum):
    """ZPL is not among them: it is unproved, and bytes that nobody has seen printed help nobody."""

    ESCPOS = "escpos"
    TSPL = "tspl"
    PNG = "png"


def label(
    *,
    out: Annotated[Path, typer.Option(help="file to write")],
    template: Annotated[str, typer.Option(help="label template")] = "tube-40x30",
    language: Annotated[LabelLanguage, typer.Option()] = LabelLanguage.ESCPOS,
    tube: Annotated[str, typer.Option(help="tube number, 14 digits")] = "",
    pool: Annotated[PoolClass | None, typer.Option(help="pool class")] = None,
    lane: Annotated[int | None, typer.Option(min=1, max=99)] = None,
    copy: Annotated[int, typer.Option(min=1, max=99, help="above 1 is marked a reprint")] = 1,
    opened_at: Annotated[str, typer.Option(help="printed time, such as '11-22 08:41'")] = "",
    visit: Annotated[str, typer.Option(help="visit slip: text of the QR code")] = "",
    place: Annotated[int | None, typer.Option(min=1, max=20, help="visit slip")] = None,
    name: Annotated[str, typer.Option(help="slips: masked name")] = "",
    ticket: Annotated[str, typer.Option(help="fever slip")] = "",
    area: Annotated[str, typer.Option(help="fever slip: where to rest")] = "",
    recheck_at: Annotated[str, typer.Option(help="fever slip, such as '08:46'")] = "",
    temperature: Annotated[str, typer.Option(help="fever slip, such as '37.6℃'")] = "",
    process_id: Annotated[str, typer.Option(help="ESC/POS: four letters to be confirmed")] = "",
    paper: Annotated[Paper, typer.Option(help="TSPL: how the next label is found")] = Paper.GAP,
    gap_mm: Annotated[float, typer.Option(min=0, max=25, help="TSPL: gap or black mark")] = 2.0,
    cut: Annotated[bool, typer.Option("--cut", help="cut after the label")] = False,
) -> None:
    """Draw a label and write what the printer would get, or a PNG."""
    if template not in TEMPLATES:
        raise typer.BadParameter(
            f"there is no {template!r}; there are {', '.join(TEMPLATES)}", param_hint="--template"
        )
    options = LabelOptions(
        at=opened_at or datetime.now().astimezone().strftime("%m-%d %H:%M"),
        tube=tube,
        pool=pool,
        lane=lane,
        copy=copy,
        visit=visit,
        place=place,
        name=name,
        ticket=ticket,
        area=area,
        recheck_at=recheck_at,
        temperature=temperature,
    )
    positioning = Positioning(paper, Ending.CUT if cut else None, gap_mm=gap_mm)
    try:
        bitmap = render(content_for(TEMPLATES[template].kind, options), TEMPLATES[template])
        data = _bytes_of(bitmap, language, positioning, process_id)
        size = _write(out, bitmap, data)
    except OptionMissing as error:
        raise typer.BadParameter(str(error), param_hint=error.option) from error
    except TubeNumberError as error:
        fail(f"--tube: {error}")
    except BadProcessId as error:
        fail(f"--process-id: {error}")
    except (ValueError, LabelDoesNotFit, GlyphMissing, FontMissing, NotDefusable) as error:
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


def _bytes_of(
    bitmap: Bitmap, language: LabelLanguage, positioning: Positioning, process_id: str
) -> bytes | None:
    """What the printer would get; None: it is to be a picture."""
    match language:
        case LabelLanguage.ESCPOS:
            cut = positioning.ending is Ending.CUT
            return escpos_label(bitmap, process_id or None, cut)
        case LabelLanguage.TSPL:
            return tspl_label(bitmap, positioning)
        case LabelLanguage.PNG:
            return None


def _write(out: Path, bitmap: Bitmap, data: bytes | None) -> int:
    """Bytes written."""
    if data is not None:
        return out.write_bytes(data)
    bitmap.image().save(out, format="PNG")
    return out.stat().st_size
