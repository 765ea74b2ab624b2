"""What settings must mean together, and what a device address may look like.

Owns the rules between keys. Each is a function from settings to complaints; the caller knows files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import PurePosixPath

from config.complaint import Complaint
from config.devices import LabelPositioning, PrinterLanguage, ScannerKind, ScannerSection
from config.model import CoordinatorConfig, KioskConfig
from config.sentences import did_you_mean, quoted
from config.thermometer_checks import thermometer_complaints

SERIAL_SCHEMES = ("tty", "pty", "tcp", "replay")
PRINTER_SCHEMES = (*SERIAL_SCHEMES, "usb", "file")
CAMERA_SCHEMES = ("v4l2", "directory", "memory")

_DOTS_PER_MM = 8
_USB_PRINTER = re.compile(
    r"[0-9a-f]{4}:[0-9a-f]{4}(\?port=[0-9]+-[0-9]+(\.[0-9]+)*|\?serial=[A-Za-z0-9_.:-]{1,64})"
)
_NUMBERED_PORT = re.compile(r"/dev/tty(USB|ACM)[0-9]+")
_NUMBERED_KEYBOARD = re.compile(r"/dev/input/event[0-9]+")


def kiosk_complaints(config: KioskConfig) -> Iterator[Complaint]:
    """What is wrong between the settings of a kiosk, most basic first."""
    yield from _policy(config)
    yield from _ranges(config)
    yield from _addresses(config)
    yield from _printer(config)
    yield from thermometer_complaints(config.thermometer)
    yield from _calibration(config)
    yield from _identity_readers(config)
    for key in ("state_dir", "runtime_dir", "keys_dir"):
        yield from _absolute(("paths", key), getattr(config.paths, key))
    if config.screen.mirror_dir:
        yield from _absolute(("screen", "mirror_dir"), config.screen.mirror_dir)


def coordinator_complaints(config: CoordinatorConfig) -> Iterator[Complaint]:
    """What is wrong between the settings of a coordinator."""
    yield from _absolute(("state_dir",), config.state_dir)
    yield from _absolute(("keys_dir",), config.keys_dir)


def _policy(config: KioskConfig) -> Iterator[Complaint]:
    policy = config.policy
    if not policy.plausible_low_c < policy.fever_c < policy.plausible_high_c:
        yield Complaint(
            ("policy", "fever_c"),
            f"fever_c is {policy.fever_c:g} and must lie between plausible_low_c"
            f" ({policy.plausible_low_c:g}) and plausible_high_c ({policy.plausible_high_c:g}),"
            " or no reading could ever be a fever",
        )
    if not policy.lanes:
        yield Complaint(
            ("policy", "lanes"),
            "lanes is empty, nobody could be sent anywhere; name at least one, such as lanes = [1]",
        )
    twice = _first_repeated(policy.lanes)
    if twice is not None:
        yield Complaint(("policy", "lanes"), f"lanes names lane {twice} twice; name each lane once")


def _ranges(config: KioskConfig) -> Iterator[Complaint]:
    ledger, uplink = config.ledger, config.uplink
    if ledger.serial_first > ledger.serial_last:
        yield Complaint(
            ("ledger", "serial_first"),
            f"serial_first is {ledger.serial_first} and must not be greater than serial_last"
            f" ({ledger.serial_last}), or there is no tube number to give",
        )
    if uplink.reconnect_min_s > uplink.reconnect_max_s:
        yield Complaint(
            ("uplink", "reconnect_min_s"),
            f"reconnect_min_s is {uplink.reconnect_min_s:g} and must not be greater than"
            f" reconnect_max_s ({uplink.reconnect_max_s:g})",
        )


def _addresses(config: KioskConfig) -> Iterator[Complaint]:
    for role, key, address, schemes in (
        ("thermometer", "url", config.thermometer.url, SERIAL_SCHEMES),
        ("printer", "url", config.printer.url, PRINTER_SCHEMES),
        ("camera", "source", config.camera.source, CAMERA_SCHEMES),
    ):
        sentence = _address_fault(role, key, address, schemes)
        if sentence:
            yield Complaint((role, key), sentence)
    if not config.thermometer.bauds:
        yield Complaint(
            ("thermometer", "bauds"),
            "bauds is empty; name at least one speed, such as bauds = [115200, 9600]",
        )


def _address_fault(role: str, key: str, address: str, schemes: tuple[str, ...]) -> str:
    scheme, colon, rest = address.partition(":")
    if port := _NUMBERED_PORT.search(address):
        return (
            f"{key} names {port[0]}, a number that changes when a cable is replugged;"
            f" write tty:/dev/kiosk/{role}, which udev binds to the device's role"
        )
    if not colon or scheme not in schemes:
        return (
            f"{key} is {quoted(address)} and must begin with one of"
            f" {', '.join(s + ':' for s in schemes)};{did_you_mean(scheme, schemes)}".rstrip(";")
        )
    if scheme == "tcp":
        host, _, port_text = rest.rpartition(":")
        is_port = port_text.isascii() and port_text.isdigit() and 1 <= int(port_text[:6]) <= 65_535
        return "" if host and is_port else f"{key} is {quoted(address)} and must be tcp:HOST:PORT"
    if scheme == "usb" and not _USB_PRINTER.fullmatch(rest):
        return (
            f"{key} is {quoted(address)} and must be usb:VVVV:PPPP?port=1-1.3 or"
            " usb:VVVV:PPPP?serial=NUMBER, because two equal printers have equal ids"
        )
    return "" if rest else f"{key} is {quoted(address)} and says no path after the colon"


def _printer(config: KioskConfig) -> Iterator[Complaint]:
    printer = config.printer
    if printer.language is PrinterLanguage.ZPL:
        yield Complaint(
            ("printer", "language"),
            "language is zpl, which no printer has proved with this kiosk;"
            ' set the printer to TSPL or ESC/POS and write "tspl" or "escpos"',
        )
    width = int(printer.label.value.partition("x")[0]) * _DOTS_PER_MM
    if width > printer.head_dots:
        yield Complaint(
            ("printer", "head_dots"),
            f"head_dots is {printer.head_dots} and a label {printer.label} needs {width}:"
            " the printer would print nothing; choose a narrower label or correct head_dots",
        )
    tspl = printer.language is PrinterLanguage.TSPL
    if tspl and printer.positioning is not LabelPositioning.NONE:
        yield Complaint(
            ("printer", "positioning"),
            f"positioning is {printer.positioning}, which only ESC/POS printers know;"
            ' a TSPL printer finds the label by paper and gap_mm, write positioning = "none"',
        )


def _identity_readers(config: KioskConfig) -> Iterator[Complaint]:
    """The optional ways to say who one is."""
    if config.scanner is not None:
        yield from _scanner(config.scanner)
    reader = config.id_card_reader
    if reader is None:
        return
    if sentence := _address_fault("id-card-reader", "url", reader.url, SERIAL_SCHEMES):
        yield Complaint(("id_card_reader", "url"), sentence)
    if not reader.layouts:
        yield Complaint(
            ("id_card_reader", "layouts"),
            'layouts is empty, no card would be taken; write layouts = ["resident"], for example',
        )


def _scanner(scanner: ScannerSection) -> Iterator[Complaint]:
    types = scanner.kind is ScannerKind.KEYBOARD
    schemes = ("evdev", "replay") if types else SERIAL_SCHEMES
    if found := _NUMBERED_KEYBOARD.search(scanner.url):
        yield Complaint(
            ("scanner", "url"),
            f"url names {found[0]}, a number that changes when a cable is replugged;"
            " write evdev:/dev/input/by-id/NAME, which kioskctl devices shows",
        )
    elif sentence := _address_fault("scanner", "url", scanner.url, schemes):
        yield Complaint(("scanner", "url"), sentence)
    if types and not scanner.keyboards:
        yield Complaint(
            ("scanner", "keyboards"),
            "keyboards is empty, so the scanner may type nothing; name it,"
            ' such as keyboards = ["05f9:2204@1-1.3"]',
        )


def _calibration(config: KioskConfig) -> Iterator[Complaint]:
    body = config.thermometer.body
    if body is None:
        return
    for key, day in (("calibrated_on", body.calibrated_on), ("due_on", body.due_on)):
        try:
            date.fromisoformat(day or body.calibrated_on)
        except ValueError:
            yield Complaint(
                ("thermometer", "body", key),
                f'{key} is "{day}", which no calendar has;'
                " write the day of the calibration as YYYY-MM-DD",
            )


def _absolute(path: tuple[str, ...], folder: str) -> Iterator[Complaint]:
    if not PurePosixPath(folder).is_absolute():
        yield Complaint(
            path,
            f"{path[-1]} is {quoted(folder)} and must begin with /,"
            " because several processes share it whatever folder they start in",
        )


def _first_repeated(numbers: tuple[int, ...]) -> int | None:
    return next((a for a, b in pairwise(sorted(numbers)) if a == b), None)
