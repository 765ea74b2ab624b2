"""The doctor and `kioskctl devices` before scanners, keyboards and ID-card readers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.devices import IdCardReaderSection, ScannerKind, ScannerSection
from hil.twins import IdCardReaderTwin, ScannerTwin
from kiosk.technician.devices import keyboards
from kiosk.technician.reader_checks import check_id_card_reader, check_scanner

pytestmark = pytest.mark.twins

ANSWER_S = 0.5


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[ScannerTwin]:
    with ScannerTwin(f"pty:{tmp_path / 'scanner'}") as twin:
        yield twin


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[IdCardReaderTwin]:
    with IdCardReaderTwin(f"pty:{tmp_path / 'reader'}") as twin:
        yield twin


def test_a_scanner_from_the_factory(scanner: ScannerTwin) -> None:
    finding = check_scanner(ScannerSection(url=scanner.url), ANSWER_S)
    assert finding.ok is True
    assert finding.detail.endswith("setting codes are open until the kiosk starts and closes them")


def test_the_check_changes_no_setting(scanner: ScannerTwin) -> None:
    check_scanner(ScannerSection(url=scanner.url), ANSWER_S)
    heard = [record.data[2] for record in scanner.wire if record.direction == "heard"]
    assert heard == [0x07]


def test_a_silent_scanner(scanner: ScannerTwin) -> None:
    scanner.fault("silence")
    finding = check_scanner(ScannerSection(url=scanner.url), 0.1)
    assert finding.ok is False and "does not answer as a GM65" in finding.detail


def test_the_id_card_reader_on_the_scanners_cable(reader: IdCardReaderTwin) -> None:
    finding = check_scanner(ScannerSection(url=reader.url, baud=115_200), 0.1)
    assert finding.ok is False


@pytest.mark.parametrize("kind", [ScannerKind.NEWLAND])
def test_a_scanner_that_only_scans_is_not_known(scanner: ScannerTwin, kind: ScannerKind) -> None:
    finding = check_scanner(ScannerSection(url=scanner.url, kind=kind), ANSWER_S)
    assert finding.ok is None
    assert "says nothing until it scans" in finding.detail


def test_a_keyboard_that_is_not_there(tmp_path: Path) -> None:
    section = ScannerSection(
        url=f"evdev:{tmp_path / 'kbd'}", kind=ScannerKind.KEYBOARD, keyboards=("05f9:2204@1-1.3",)
    )
    finding = check_scanner(section)
    assert finding.ok is False and "there is no keyboard" in finding.detail


def test_a_card_reader_that_is_well(reader: IdCardReaderTwin) -> None:
    finding = check_id_card_reader(IdCardReaderSection(url=reader.url), ANSWER_S)
    assert finding.ok is True
    assert finding.detail == "it is well; security module 05.01-20230101-001234567-987654321"


def test_a_card_reader_that_is_not_authorised(reader: IdCardReaderTwin) -> None:
    reader.set_authorised(authorised=False)
    finding = check_id_card_reader(IdCardReaderSection(url=reader.url), ANSWER_S)
    assert finding.ok is False and finding.detail == "it says: the reader is not authorised"


def test_the_check_reads_no_card(reader: IdCardReaderTwin) -> None:
    reader.lay("resident")
    check_id_card_reader(IdCardReaderSection(url=reader.url), ANSWER_S)
    heard = [record.data[7:9] for record in reader.wire if record.direction == "heard"]
    assert heard == [b"\x11\xff", b"\x12\xff"]


def test_a_silent_card_reader(reader: IdCardReaderTwin) -> None:
    reader.fault("silence")
    finding = check_id_card_reader(IdCardReaderSection(url=reader.url), 0.1)
    assert finding.ok is False and "does not answer as an ID-card reader" in finding.detail


@pytest.mark.parametrize("scheme", ["tty", "pty"])
def test_ports_that_are_not_there(tmp_path: Path, scheme: str) -> None:
    url = f"{scheme}:{tmp_path / 'nothing'}"
    for finding in (
        check_scanner(ScannerSection(url=url)),
        check_id_card_reader(IdCardReaderSection(url=url)),
    ):
        assert finding.ok is False and "there is no port" in finding.detail


def node(root: Path, number: int, place: str, keys: str, name: str = "Scanner") -> None:
    """An input device as the kernel shows it in /sys."""
    device = root / "sys/devices" / place / "input" / f"input{number}"
    event = device / f"event{number}"
    event.mkdir(parents=True)
    (device / "capabilities").mkdir()
    (device / "id").mkdir()
    (device / "capabilities/key").write_text(keys + "\n")
    (device / "id/vendor").write_text("05f9\n")
    (device / "id/product").write_text("2204\n")
    (device / "name").write_text(name + "\n")
    (event / "device").symlink_to(device)
    listed = root / "sys/class/input"
    listed.mkdir(parents=True, exist_ok=True)
    (listed / f"event{number}").symlink_to(event)
    by_id = root / "dev/input/by-id"
    by_id.mkdir(parents=True, exist_ok=True)
    (root / f"dev/input/event{number}").touch()
    (by_id / f"usb-{name}-{number}-event-kbd").symlink_to(root / f"dev/input/event{number}")


def test_keyboards_are_listed_as_the_settings_want_them(tmp_path: Path) -> None:
    usb = "pci0000:00/usb1/1-1/1-1.3/1-1.3:1.0/0003:05F9:2204.0001"
    node(tmp_path, 4, usb, "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe")
    node(tmp_path, 5, "pci0000:00/usb1/1-2/1-2:1.0/0003:046D:C077.0002", "1f0000 0 0 0 0", "Mouse")
    node(tmp_path, 6, "platform/gpio-keys", "fffffffffffffffe", "Button")
    node(tmp_path, 7, "pci0000:00/usb1/1-4/1-4:1.0/0003:1234:5678.0003", "", "Nothing")
    assert list(keyboards(tmp_path)) == [
        {
            "kind": "keyboard",
            "path": str(tmp_path / "dev/input/event4"),
            "names": [str(tmp_path / "dev/input/by-id/usb-Scanner-4-event-kbd")],
            "description": "Scanner",
            "identity": "05f9:2204@1-1.3",
        }
    ]


def test_a_machine_without_input_devices(tmp_path: Path) -> None:
    assert list(keyboards(tmp_path)) == []
