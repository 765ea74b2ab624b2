"""``kioskctl selftest printer``: prints a page, reads it back, signs what came out.

Owns the order: printer well? page printed, proved by the printer, seen by a camera or in a picture.
What the page says is drawn by chance, so that yesterday's page proves nothing today. A failed test
is signed, too, and ends with status 1.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from config.devices import CameraSection
from config.load import ConfigError, load_kiosk
from config.model import KioskConfig
from contracts.device_proof import PrinterProof, sign_proof
from contracts.keys import KeyRefused
from contracts.signing import SigningKey
from drivers.camera.code_reader import CodeReader
from drivers.camera.frame import Frame, SourceLost
from drivers.camera.frame_source import open_frame_source, read_picture
from drivers.camera.second_look import read_thoroughly
from drivers.label_printer.content import ProofPage
from drivers.label_printer.font import FontMissing
from drivers.label_printer.render import render_label
from drivers.label_printer.template import LabelDoesNotFit
from firmware_bridge.errors import LinkError
from kiosk.devices.printer_settings import label_printer
from kiosk.technician.answers import answer, fail, remark
from kiosk.technician.printer_talk import talk_to

selftest = typer.Typer(no_args_is_help=True, help="Prove that a device does what it should.")

TEMPLATE = "test-40x30"
_PROCESS_ID = "TEST"
_LOOK_AGAIN_S = 0.05


@dataclass(frozen=True, slots=True)
class _Printed:
    """What the printer did. ``confirmed`` None: it cannot say."""

    page: ProofPage
    job: bytes
    about: str
    confirmed: bool | None


@selftest.callback()
def _devices() -> None:
    """Keeps the device's name a word of the command, also while there is only one."""


@selftest.command()
def printer(
    *,
    out: Annotated[Path, typer.Option(help="file for the signed proof (JSON)")],
    picture: Annotated[
        Path | None, typer.Option(help="a picture of the page; without it the camera looks")
    ] = None,
    wait_s: Annotated[float, typer.Option(min=0.1, max=600, help="how long to look for it")] = 60.0,
    url: Annotated[str, typer.Option(help="printer, instead of printer.url")] = "",
    profile: Annotated[str, typer.Option(help="site profile to start from")] = "sampling-site",
    config: Annotated[list[Path], typer.Option(help="TOML file; the last one wins")] = [],  # noqa: B006
) -> None:
    """Print a test page, read it back and sign the proof. The kiosk must be stopped."""
    try:
        settings = load_kiosk(profile, config)
    except ConfigError as error:
        fail(f"config: {error}")
    if url:
        settings = replace(settings, printer=replace(settings.printer, url=url))
    key = _signing_key(Path(settings.paths.keys_dir))
    try:
        printed = _print_page(settings)
    except LinkError as error:
        fail(f"printer: {error}")
    except (LabelDoesNotFit, FontMissing) as error:
        fail(f"the test page cannot be drawn: {error}")
    where = str(picture) if picture else "the camera"
    remark(f"the page is printed; looking for it in {where} for {wait_s:g} s")
    read_back = _look(settings.camera, picture, wait_s, printed.page)
    proof = _proof(settings, printed, read_back, seen_by="picture" if picture else "camera")
    try:
        out.write_bytes(sign_proof(proof, key))
    except OSError as error:
        fail(f"--out: {out} cannot be written: {error.strerror}")
    answer(
        {
            "passed": proof.passed,
            "confirmed": proof.confirmed,
            "read_back": list(proof.read_back),
            "about": proof.about,
            "out": str(out),
        }
    )
    if not proof.passed:
        fail(_why(proof))


def _signing_key(folder: Path) -> SigningKey:
    path = folder / "kiosk-signing.pem"
    try:
        return SigningKey.from_pem(path.read_bytes())
    except OSError as error:
        fail(f"the key {path} cannot be read ({error.strerror}): enrol this kiosk first")
    except KeyRefused as error:
        fail(f"the key {path} is broken: {error}; enrol this kiosk again")


def _print_page(settings: KioskConfig) -> _Printed:
    """Raises `LinkError`, `LabelDoesNotFit` and `FontMissing`."""
    page = ProofPage(
        code="".join(secrets.choice("0123456789") for _ in range(14)),
        challenge=f"NCS1 {secrets.token_hex(8)}",
        kiosk=settings.site.kiosk_id,
        at=datetime.now().astimezone().strftime("%m-%d %H:%M"),
    )
    job = label_printer(settings.printer).job(render_label(page, TEMPLATE), _PROCESS_ID)
    with talk_to(settings.printer) as talk:
        status = talk.status()
        if status.blocked:
            raise LinkError(f"it reports {status.fault} and would print nothing; see to that first")
        about = talk.identity()
        confirmed = talk.print(job, _PROCESS_ID, settings.printer.finish_timeout_s)
    return _Printed(page, job, about, confirmed)


def _look(
    camera: CameraSection, picture: Path | None, wait_s: float, page: ProofPage
) -> tuple[str, ...]:
    """The texts of the page that were read, its own ones only; both of them end the looking."""
    wanted = {page.code, page.challenge}
    reader = CodeReader(camera.code_max_bytes)
    seen: set[str] = set()
    try:
        for frame in _frames(camera, picture, wait_s):
            codes = read_thoroughly(frame.luma(), reader)
            seen |= {code.text for code in codes} & wanted
            if seen == wanted:
                break
    except (SourceLost, ValueError) as error:
        remark(f"camera: {error}")
    return tuple(sorted(seen))


def _frames(camera: CameraSection, picture: Path | None, wait_s: float) -> Iterator[Frame]:
    ends_s = time.monotonic() + wait_s
    if picture is not None:
        while time.monotonic() < ends_s:
            pixels = read_picture(picture)
            if pixels is not None:
                yield Frame(pixels, 0.0)
            time.sleep(_LOOK_AGAIN_S)
        return
    source = open_frame_source(camera.source, camera.width, camera.height, camera.frames_per_s)
    try:
        while time.monotonic() < ends_s:
            frame = source.read(_LOOK_AGAIN_S)
            if frame is not None:
                yield frame
    finally:
        source.close()


def _proof(
    settings: KioskConfig, printed: _Printed, read_back: tuple[str, ...], *, seen_by: str
) -> PrinterProof:
    wanted = {printed.page.code, printed.page.challenge}
    return PrinterProof(
        kiosk=settings.site.kiosk_id,
        at=datetime.now().astimezone().isoformat(timespec="seconds"),
        about=printed.about,
        language=settings.printer.language.value,
        template=TEMPLATE,
        job_sha256=hashlib.sha256(printed.job).hexdigest(),
        code=printed.page.code,
        challenge=printed.page.challenge,
        confirmed=printed.confirmed,
        seen_by=seen_by,
        read_back=read_back,
        passed=set(read_back) == wanted and printed.confirmed is not False,
    )


def _why(proof: PrinterProof) -> str:
    if proof.confirmed is False:
        return "the printer never said that it finished; look at its paper and print again"
    if not proof.read_back:
        return "nothing of the page was read back; hold it still, flat and near, with more light"
    lost = "barcode" if proof.code not in proof.read_back else "QR code"
    return f"the {lost} of the page was not read back; clean the print head, or lower its heat"
