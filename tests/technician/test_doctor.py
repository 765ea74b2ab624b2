"""kioskctl doctor and devices: the wrong cable, the typo, the missing key."""

from __future__ import annotations

import json
import os
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from config.devices import (
    CameraSection,
    PrinterLanguage,
    PrinterSection,
    ThermometerCodec,
    ThermometerSection,
)
from firmware_bridge.roles import SerialDevice
from hil.twins import PrinterTwin
from kiosk.devices.memory import DeviceMemory
from kiosk.technician.device_checks import check_camera, check_printer, check_thermometer
from kiosk.technician.devices import cameras, serial_port
from kiosk.technician.kioskctl import app

pytestmark = pytest.mark.twins

FRAME = bytes.fromhex("5A 5A 45 04 0E 4E 0A E1 44")  # 36.62 / 27.85
LISTEN_S = 0.08


class Bench:
    """A device at the far end of a pseudo-terminal, answering from a thread."""

    def __init__(self) -> None:
        self._far, self._near = os.openpty()
        tty.setraw(self._near)
        self.url = f"tty:{os.ttyname(self._near)}"
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def talks(self, data: bytes) -> None:
        """Says ``data`` fifty times a second."""
        self._start(lambda: os.write(self._far, data))

    def answers(self, question: bytes, answer: bytes) -> None:
        """Answers each whole ``question``."""
        heard = bytearray()

        def listen() -> None:
            heard.extend(os.read(self._far, 64))
            if question in heard:
                heard.clear()
                os.write(self._far, answer)

        os.set_blocking(self._far, False)
        self._start(listen)

    def _start(self, act: object) -> None:
        assert callable(act)

        def work() -> None:
            while not self._stop.wait(0.02):
                try:
                    act()
                except BlockingIOError:
                    continue

        self._thread = threading.Thread(target=work)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5.0)
        os.close(self._far)
        os.close(self._near)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


STATUS_QUESTION = bytes.fromhex("10 04 01 10 04 02 10 04 03 10 04 04")


# ── devices ──────────────────────────────────────────────────────────────────────────────────


def test_a_talking_thermometer_is_fine(bench: Bench) -> None:
    bench.talks(FRAME)
    finding = check_thermometer(ThermometerSection(url=bench.url), LISTEN_S)
    assert finding.ok is True
    assert finding.detail == "36.62 degC in front, 27.85 degC around, at 115200 baud"


def test_the_printer_on_the_thermometers_cable(bench: Bench) -> None:
    bench.talks(bytes.fromhex("10 00 00 00"))
    finding = check_thermometer(ThermometerSection(url=bench.url), LISTEN_S)
    assert finding.ok is False
    assert "no temperature" in finding.detail and "another device" in finding.action


def test_a_thermometer_that_speaks_only_when_asked(bench: Bench) -> None:
    words = bytes.fromhex("01 04 00 12 00 04 51 CC")
    bench.answers(words, bytes.fromhex("01 04 08 01 6E 01 6F 00 F1 00 00 EE 2C"))
    settings = ThermometerSection(url=bench.url, codec=ThermometerCodec.MODBUS, bauds=(9600,))
    finding = check_thermometer(settings, LISTEN_S)
    assert finding.ok is True
    assert finding.detail == "36.60 degC in front, 24.10 degC around, at 9600 baud"


def test_a_silent_thermometer(bench: Bench) -> None:
    finding = check_thermometer(ThermometerSection(url=bench.url), LISTEN_S)
    assert finding.ok is False and "says nothing" in finding.detail


@pytest.mark.parametrize(
    ("answer", "ok", "detail"),
    [
        ("12 12 12 12", True, "online, closed, with paper"),
        ("12 12 12 1E", None, "printer.paper-near-end"),
        ("1A 32 12 72", False, "printer.paper-out"),
        ("1A 16 12 12", False, "printer.cover-open"),
        ("12 12", False, "answers nothing"),
        ("00 00 00 00", False, "no printer status"),
    ],
)
def test_a_printer_says_how_it_is(bench: Bench, answer: str, ok: bool | None, detail: str) -> None:
    bench.answers(STATUS_QUESTION, bytes.fromhex(answer))
    finding = check_printer(PrinterSection(url=bench.url), LISTEN_S)
    assert finding.ok is ok
    assert detail in finding.detail


def test_a_tspl_printer_says_how_it_is(bench: Bench) -> None:
    settings = PrinterSection(url=bench.url, language=PrinterLanguage.TSPL)
    bench.answers(b"\x1b!?", b"\x00")
    assert check_printer(settings, LISTEN_S).detail == "online, closed, with paper"


def test_a_tspl_printer_without_paper(bench: Bench) -> None:
    settings = PrinterSection(url=bench.url, language=PrinterLanguage.TSPL)
    bench.answers(b"\x1b!?", b"\x04")
    finding = check_printer(settings, LISTEN_S)
    assert finding.ok is False and "printer.paper-out" in finding.detail


def test_a_printer_of_the_other_language(bench: Bench) -> None:
    bench.answers(b"\x1b!?", bytes.fromhex("12 12"))
    settings = PrinterSection(url=bench.url, language=PrinterLanguage.TSPL)
    finding = check_printer(settings, LISTEN_S)
    assert finding.ok is False and "printer.language" in finding.action


def test_a_printer_says_who_it_is(tmp_path: Path) -> None:
    with PrinterTwin("tcp:127.0.0.1:0") as twin:
        finding = check_printer(PrinterSection(url=twin.url), LISTEN_S)
    assert finding.ok is True
    assert finding.detail.startswith("online, closed, with paper; TWIN LABEL-203, firmware 1.04")


def test_devices_shows_what_the_kiosk_remembers(tmp_path: Path) -> None:
    DeviceMemory(tmp_path, lambda: "2026-11-22T08:41:00+08:00").remember("printer", "EPSON TM-L90")
    result = CliRunner().invoke(app, ["devices", "--state-dir", str(tmp_path)])
    roles = [line for line in map(json.loads, result.stdout.splitlines()) if line["kind"] == "role"]
    assert roles == [
        {
            "kind": "role",
            "role": "printer",
            "about": "EPSON TM-L90",
            "at": "2026-11-22T08:41:00+08:00",
        }
    ]


def test_a_file_is_no_printer_to_examine(tmp_path: Path) -> None:
    finding = check_printer(PrinterSection(url=f"file:{tmp_path / 'labels'}"), LISTEN_S)
    assert finding.ok is None and not (tmp_path / "labels").exists()


def test_the_thermometer_on_the_printers_cable_is_never_paper_out(bench: Bench) -> None:
    bench.talks(FRAME)
    finding = check_printer(PrinterSection(url=bench.url), LISTEN_S)
    assert finding.ok is False
    assert "another device is on this cable" in finding.action


def test_a_port_that_does_not_exist() -> None:
    for finding in (
        check_thermometer(ThermometerSection(url="tty:/dev/kiosk/absent"), LISTEN_S),
        check_printer(PrinterSection(url="tty:/dev/kiosk/absent"), LISTEN_S),
    ):
        assert finding.ok is False and "check the cable" in finding.detail


def test_a_camera_with_pictures(tmp_path: Path) -> None:
    write_pictures(tmp_path, light=120)
    finding = check_camera(CameraSection(source=f"directory:{tmp_path}", frames_per_s=60), 0.08)
    assert finding.ok is True and "640x360" in finding.detail


def test_a_camera_with_its_lens_cap_on(tmp_path: Path) -> None:
    write_pictures(tmp_path, light=0)
    settings = CameraSection(source=f"directory:{tmp_path}", frames_per_s=60)
    finding = check_camera(settings, wait_s=0.08)
    assert finding.ok is False and "dark" in finding.detail


def test_no_camera(tmp_path: Path) -> None:
    finding = check_camera(CameraSection(source=f"v4l2:{tmp_path / 'video0'}"), 0.1)
    assert finding.ok is False and "check its cable" in finding.detail


def write_pictures(folder: Path, light: int) -> None:
    for seed in range(2):
        noise = np.random.default_rng(seed).integers(0, 4, (360, 640, 3)) + light
        encoded = cv2.imencode(".png", noise.astype(np.uint8))[1]
        (folder / f"{seed}.png").write_bytes(encoded.tobytes())


# ── the commands ─────────────────────────────────────────────────────────────────────────────


def kioskctl(*arguments: str | Path) -> tuple[int, list[dict[str, object]], str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return (
        result.exit_code,
        [json.loads(line) for line in result.stdout.splitlines()],
        result.stderr,
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ('[thermometer]\nurll = "tty:/dev/kiosk/thermometer"\n', 'did you mean "url"'),
        ('[thermometer]\nurl = "tty:/dev/ttyUSB0"\n', "/dev/kiosk/thermometer"),
        ("[thermometer\n", "line 1"),
        (None, "absent.toml"),
    ],
)
def test_a_typo_in_the_settings_is_one_sentence(
    tmp_path: Path, settings: str | None, sentence: str
) -> None:
    file = tmp_path / ("absent.toml" if settings is None else "kiosk.toml")
    if settings is not None:
        file.write_text(settings)
    status, answers, sentences = kioskctl("doctor", "--config", file)
    assert status == 1
    assert [answer["check"] for answer in answers] == ["config"]
    assert sentence in sentences and len(sentences.splitlines()) == 1


def test_a_bare_machine_gets_a_finding_for_everything(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.toml"
    file.write_text(
        f'[paths]\nstate_dir = "{tmp_path}/a"\nruntime_dir = "{tmp_path}/b"\n'
        f'keys_dir = "{tmp_path}/c"\n[camera]\nsource = "memory:{tmp_path}/d"\n'
        f'[thermometer]\nurl = "pty:{tmp_path}/e"\n[printer]\nurl = "pty:{tmp_path}/f"\n'
    )
    status, answers, sentences = kioskctl("doctor", "--config", file)
    assert status == 1
    verdicts = {answer["check"]: answer["ok"] for answer in answers}
    assert verdicts == {
        "config": True,
        "font": True,
        "runtime_dir": False,
        "state_dir": False,
        "keys": False,
        "calibration": None,
        "thermometer": False,
        "printer": False,
        "camera": False,
    }
    assert sentences.splitlines()[-1] == "6 of 8 checks failed"


def test_a_serial_port_is_listed_with_its_lasting_names(tmp_path: Path) -> None:
    node = tmp_path / "dev" / "ttyUSB3"
    (tmp_path / "dev/kiosk").mkdir(parents=True)
    node.touch()
    (tmp_path / "dev/kiosk/thermometer").symlink_to(node)
    (tmp_path / "dev/kiosk/printer").symlink_to(tmp_path / "dev/ttyUSB4")
    port = SerialDevice(str(node), "1a86", "7523", "", "1-1.3", "USB Serial")
    assert serial_port(port, tmp_path) == {
        "kind": "serial",
        "path": str(node),
        "names": [str(tmp_path / "dev/kiosk/thermometer")],
        "description": "USB Serial",
        "usb_id": "1a86:7523",
        "serial_number": "",
        "usb_port": "1-1.3",
    }


def test_cameras_are_listed_with_their_lasting_names(tmp_path: Path) -> None:
    node = tmp_path / "sys/class/video4linux/video0"
    node.mkdir(parents=True)
    (node / "name").write_text("HD Camera\n")
    (node / "index").write_text("0\n")
    (tmp_path / "dev/v4l/by-id").mkdir(parents=True)
    (tmp_path / "dev/video0").touch()
    lasting = tmp_path / "dev/v4l/by-id/usb-HD_Camera-video-index0"
    lasting.symlink_to(tmp_path / "dev/video0")
    assert list(cameras(tmp_path)) == [
        {
            "kind": "camera",
            "path": str(tmp_path / "dev/video0"),
            "names": [str(lasting)],
            "description": "HD Camera",
            "index": 0,
        }
    ]
    assert list(cameras(tmp_path / "elsewhere")) == []


def test_devices_never_fails() -> None:
    status, answers, _ = kioskctl("devices")
    assert status == 0
    assert {answer["kind"] for answer in answers} <= {"serial", "camera"}
