"""kioskctl selftest printer, against twins: printed, proved, read back, signed."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from contracts.device_proof import PrinterProof, open_proof
from contracts.signing import SigningKey
from hil.models.paper import Paper
from hil.twins import PrinterTwin
from kiosk.technician.kioskctl import app

pytestmark = pytest.mark.twins


class Booth:
    """A kiosk's settings and key in a folder, and a printer twin at a port of its own."""

    def __init__(self, folder: Path, twin: PrinterTwin) -> None:
        self.folder = folder
        self.twin = twin
        self.key = SigningKey.generate()
        (folder / "kiosk-signing.pem").write_bytes(self.key.to_pem())
        self.picture = folder / "page.png"
        self.out = folder / "proof.json"

    def selftest(self, settings: str = "", *words: str) -> tuple[int, list[dict[str, object]], str]:
        config = self.folder / "site.toml"
        config.write_text(
            f'[paths]\nkeys_dir = "{self.folder}"\n[printer]\nurl = "{self.twin.url}"\n'
            f"finish_timeout_s = 0.8\n{settings}",
            "utf-8",
        )
        arguments = ["--config", str(config), "--out", str(self.out), "--wait-s", "0.4", *words]
        result = CliRunner().invoke(app, ["selftest", "printer", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        return result.exit_code, answers, result.stderr

    def photograph(self, paper: Paper) -> None:
        """As a phone would take it: grey, larger than life, not quite sharp."""
        page = np.where(paper.bitmap, 30, 220).astype(np.uint8)
        scene = np.full((page.shape[0] + 80, page.shape[1] + 80), 120, np.uint8)
        scene[40:-40, 40:-40] = page
        large = cv2.GaussianBlur(cv2.resize(scene, None, fx=2, fy=2), (0, 0), 1.0)
        cv2.imwrite(str(self.picture), large)

    def proof(self) -> PrinterProof:
        return open_proof(self.out.read_bytes(), self.key.verify_key)


def booth_with(folder: Path, **settings: object) -> Iterator[Booth]:
    with PrinterTwin("tcp:127.0.0.1:0", **settings) as twin:  # type: ignore[arg-type]
        yield Booth(folder, twin)


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Booth]:
    yield from booth_with(tmp_path)


@pytest.fixture
def tspl_booth(tmp_path: Path) -> Iterator[Booth]:
    yield from booth_with(tmp_path, language="tspl")


def test_a_page_is_printed_proved_read_back_and_signed(booth: Booth) -> None:
    booth.twin.on_paper = booth.photograph
    status, answers, _ = booth.selftest("", "--picture", str(booth.picture))
    assert (status, answers[0]["passed"]) == (0, True)
    proof = booth.proof()
    assert proof.passed and proof.confirmed is True and proof.seen_by == "picture"
    assert set(proof.read_back) == {proof.code, proof.challenge}
    assert proof.about.startswith("TWIN LABEL-203, firmware 1.04, serial number T0000001")
    assert proof.kiosk == "330106-0007-k03"


def test_a_tspl_page_is_proved_by_reading_it_back(tspl_booth: Booth) -> None:
    tspl_booth.twin.on_paper = tspl_booth.photograph
    settings = 'language = "tspl"\nending = "cut"\n'
    status, _, _ = tspl_booth.selftest(settings, "--picture", str(tspl_booth.picture))
    assert status == 0
    proof = tspl_booth.proof()
    assert (proof.passed, proof.confirmed, proof.language) == (True, None, "tspl")


def test_yesterdays_page_proves_nothing(booth: Booth) -> None:
    booth.twin.on_paper = booth.photograph
    assert booth.selftest("", "--picture", str(booth.picture))[0] == 0
    before = booth.proof()
    booth.twin.on_paper = None
    status, answers, sentences = booth.selftest("", "--picture", str(booth.picture))
    assert (status, answers[0]["passed"], answers[0]["read_back"]) == (1, False, [])
    assert "nothing of the page was read back" in sentences
    after = booth.proof()
    assert not after.passed and {after.code, after.challenge}.isdisjoint(before.read_back)


def test_a_barcode_that_was_not_printed_well_fails_and_is_signed(booth: Booth) -> None:
    def spoilt(paper: Paper) -> None:
        paper.bitmap[128:184, ::3] = True  # a burnt head blackens the bars
        booth.photograph(paper)

    booth.twin.on_paper = spoilt
    status, _, sentences = booth.selftest("", "--picture", str(booth.picture))
    assert status == 1 and "the barcode of the page was not read back" in sentences
    assert booth.proof().read_back == (booth.proof().challenge,)


def test_the_camera_of_the_kiosk_can_look(booth: Booth) -> None:
    frames = booth.folder / "frames"
    frames.mkdir()

    def show(paper: Paper) -> None:
        booth.photograph(paper)
        booth.picture.rename(frames / "page.png")

    booth.twin.on_paper = show
    blank = np.full((480, 640), 200, np.uint8)
    cv2.imwrite(str(frames / "a.png"), blank)
    status, _, _ = booth.selftest(f'[camera]\nsource = "directory:{frames}"\n')
    assert status == 0
    assert booth.proof().seen_by == "camera"


def test_a_printer_that_never_says_finished_fails(tmp_path: Path) -> None:
    for booth in booth_with(tmp_path, process_ids=False):
        booth.twin.on_paper = booth.photograph
        status, _, sentences = booth.selftest("", "--picture", str(booth.picture))
        assert status == 1 and "never said that it finished" in sentences
        assert booth.proof().confirmed is False


def test_a_printer_in_trouble_prints_no_page(booth: Booth) -> None:
    booth.twin.fault("cover_open")
    status, answers, sentences = booth.selftest("", "--picture", str(booth.picture))
    assert (status, answers) == (1, [])
    assert "printer.cover-open" in sentences and not booth.out.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--url", "tcp:127.0.0.1:1"), "printer: nobody answers"),
        (("--profile", "nowhere"), "config: there is no site profile"),
    ],
)
def test_what_cannot_begin_is_one_sentence(
    booth: Booth, words: tuple[str, ...], sentence: str
) -> None:
    status, answers, sentences = booth.selftest("", *words)
    assert (status, answers) == (1, [])
    assert sentence in sentences


def test_a_kiosk_without_its_key_prints_nothing(booth: Booth) -> None:
    (booth.folder / "kiosk-signing.pem").write_text("no key")
    status, _, sentences = booth.selftest()
    assert status == 1 and "is broken" in sentences
    (booth.folder / "kiosk-signing.pem").unlink()
    status, _, sentences = booth.selftest()
    assert status == 1 and "enrol this kiosk first" in sentences
    assert booth.twin.papers == ()


def test_half_a_label_in_the_printer_does_not_spoil_the_page(booth: Booth) -> None:
    with socket.create_connection(("127.0.0.1", int(booth.twin.url.rpartition(":")[2]))) as cut_off:
        cut_off.sendall(b"\x1dv0\x00\x29\x00\xf0\x00" + bytes(100))
    booth.twin.on_paper = booth.photograph
    assert booth.selftest("", "--picture", str(booth.picture))[0] == 0
