"""Settings that contradict each other, and addresses that lead nowhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.devices import CardLayout, ProcessIdSupport
from config.load import ConfigError, load_kiosk
from firmware_bridge.codecs.ga450_text import CardLayout as WireLayout

Write = Callable[[str], Path]
Sentence = Callable[[Path], str]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[policy]\nfever_c = 38.5\nplausible_high_c = 38\n",
            "site.toml, section [policy]: fever_c is 38.5 and must lie between plausible_low_c"
            " (34) and plausible_high_c (38)",
        ),
        ("[policy]\nplausible_low_c = 37.3\n", "must lie between plausible_low_c (37.3)"),
        ("[policy]\nlanes = []\n", "site.toml, section [policy]: lanes is empty"),
        ("[policy]\nlanes = [2, 1, 2]\n", "site.toml, section [policy]: lanes names lane 2 twice"),
        (
            "[ledger]\nserial_first = 500\nserial_last = 499\n",
            "site.toml, section [ledger]: serial_first is 500 and must not be greater than"
            " serial_last (499)",
        ),
        (
            "[uplink]\nreconnect_min_s = 70\n",
            "site.toml, section [uplink]: reconnect_min_s is 70 and must not be greater than"
            " reconnect_max_s (60)",
        ),
        ("[thermometer]\nbauds = []\n", "site.toml, section [thermometer]: bauds is empty"),
        (
            '[printer]\nlanguage = "zpl"\n',
            "site.toml, section [printer]: language is zpl, which no printer has proved",
        ),
        (
            '[printer]\nlabel = "50x30"\nhead_dots = 384\n',
            "section [printer]: head_dots is 384 and a label 50x30 needs 400",
        ),
        (
            '[printer]\nlanguage = "tspl"\npositioning = "fs-l"\n',
            "section [printer]: positioning is fs-l, which only ESC/POS printers know",
        ),
        (
            '[printer]\nurl = "usb:04b8:0e15"\n',
            "must be usb:VVVV:PPPP?port=1-1.3 or usb:VVVV:PPPP?serial=NUMBER",
        ),
        ('[thermometer]\nurl = "usb:04b8:0e15?port=1-1"\n', "must begin with one of tty:, pty:"),
        (
            '[paths]\nstate_dir = "state"\n',
            'site.toml, section [paths]: state_dir is "state" and must begin with /',
        ),
        (
            '[screen]\nmirror_dir = "mirror"\n',
            'site.toml, section [screen]: mirror_dir is "mirror" and must begin with /',
        ),
    ],
)
def test_settings_that_contradict_each_other(
    write: Write, text: str, expected: str, sentence: Sentence
) -> None:
    assert expected in sentence(write(text))


@pytest.mark.parametrize("port", ["/dev/ttyUSB0", "/dev/ttyACM1"])
@pytest.mark.parametrize("role", ["thermometer", "printer"])
def test_a_numbered_port_is_refused_with_the_name_to_use(
    write: Write, role: str, port: str, sentence: Sentence
) -> None:
    for url in (f"tty:{port}", port):
        assert sentence(write(f'[{role}]\nurl = "{url}"\n')) == (
            f"site.toml, section [{role}]: url names {port}, a number that changes when a cable"
            f" is replugged; write tty:/dev/kiosk/{role}, which udev binds to the device's role"
        )


@pytest.mark.parametrize(
    ("key", "address", "expected"),
    [
        ("thermometer", "ttty:/dev/kiosk/thermometer", 'did you mean "tty"?'),
        ("thermometer", "/dev/kiosk/thermometer", "must begin with one of tty:, pty:, tcp:, repl"),
        ("thermometer", "v4l2:/dev/video0", "must begin with one of tty:"),
        ("thermometer", "tty:", "says no path after the colon"),
        ("printer", "tcp:127.0.0.1", "must be tcp:HOST:PORT"),
        ("printer", "tcp:127.0.0.1:0", "must be tcp:HOST:PORT"),
        ("printer", "tcp:127.0.0.1:65536", "must be tcp:HOST:PORT"),
        ("printer", "tcp::9100", "must be tcp:HOST:PORT"),
        ("printer", "tcp:printer:９１００", "must be tcp:HOST:PORT"),
        ("printer", "tcp:printer:" + "9" * 400, "must be tcp:HOST:PORT"),
        ("camera", "file:clip.mp4", "must begin with one of v4l2:, directory:, memory:"),
    ],
)
def test_addresses_that_lead_nowhere(
    write: Write, key: str, address: str, expected: str, sentence: Sentence
) -> None:
    field = "source" if key == "camera" else "url"
    said = sentence(write(f'[{key}]\n{field} = "{address}"\n'))
    assert said.startswith(f"site.toml, section [{key}]: {field} ")
    assert expected in said


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("thermometer", "tcp:[::1]:9100"),
        ("thermometer", "pty:/run/kiosk/thermometer"),
        ("printer", "tcp:printer.local:9100"),
        ("printer", "replay:/var/lib/kiosk/wire.log"),
        ("camera", "memory:/run/kiosk/scene.frames"),
        ("camera", "directory:/var/lib/kiosk/frames"),
    ],
)
def test_addresses_that_are_fine(write: Write, key: str, address: str) -> None:
    field = "source" if key == "camera" else "url"
    config = load_kiosk("sampling-site", [write(f'[{key}]\n{field} = "{address}"\n')])
    assert getattr(getattr(config, key), field) == address


def test_a_fault_of_two_files_together_names_the_one_that_set_the_key(
    write: Write, tmp_path: Path
) -> None:
    first = write("[ledger]\nserial_first = 600\n")
    second = tmp_path / "other.toml"
    second.write_text("[ledger]\nserial_last = 599\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"site\.toml, section \[ledger\]: serial_first is 600"):
        load_kiosk("sampling-site", [first, second])


@pytest.mark.parametrize(
    "url", ["usb:04b8:0e15?port=1-1.3", "usb:04b8:0e15?serial=X3A9", "file:labels.bin"]
)
def test_a_printer_may_be_on_usb_or_a_file(write: Write, url: str) -> None:
    file = write(f'[printer]\nurl = "{url}"\nlanguage = "tspl"\n')
    assert load_kiosk("sampling-site", [file]).printer.url == url


@pytest.mark.parametrize(
    ("text", "support"),
    [
        ('process_id = "yes"', ProcessIdSupport.YES),
        ("", ProcessIdSupport.PROBE),
        ('process_id = "yes"\nlanguage = "tspl"', ProcessIdSupport.NO),
        ('process_id = "yes"\nurl = "file:labels.bin"', ProcessIdSupport.NO),
    ],
)
def test_only_a_printer_that_can_be_asked_confirms(
    write: Write, text: str, support: ProcessIdSupport
) -> None:
    printer = load_kiosk("sampling-site", [write(f"[printer]\n{text}\n")]).printer
    assert printer.confirmation is support


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[scanner]\nurl = "tty:/dev/ttyACM0"\n',
            "site.toml, section [scanner]: url names /dev/ttyACM0, a number that changes when a"
            " cable is replugged; write tty:/dev/kiosk/scanner",
        ),
        (
            '[scanner]\nkind = "keyboard"\nurl = "evdev:/dev/input/event3"\n',
            "site.toml, section [scanner]: url names /dev/input/event3, a number that changes"
            " when a cable is replugged; write evdev:/dev/input/by-id/NAME",
        ),
        (
            '[scanner]\nurl = "evdev:/dev/input/by-id/usb-Scanner-event-kbd"\n',
            "must begin with one of tty:, pty:, tcp:, replay:",
        ),
        (
            '[scanner]\nkind = "keyboard"\n',
            "must begin with one of evdev:, replay:",
        ),
        (
            '[scanner]\nkind = "keyboard"\nurl = "evdev:/dev/kiosk/scanner-keys"\n',
            "site.toml, section [scanner]: keyboards is empty, so the scanner may type nothing",
        ),
        (
            '[scanner]\nkeyboards = ["05F9:2204@1-1"]\n',
            "keyboards must be a list of values, each vendor:product@port in quotes",
        ),
        (
            '[scanner]\nkeyboards = ["05f9:2204"]\n',
            "keyboards must be a list of values, each vendor:product@port in quotes",
        ),
        (
            '[scanner]\nsettings = ["abcdef1"]\n',
            "settings must be a list of values, each a setting in quotes",
        ),
        (
            '[id_card_reader]\nurl = "tty:/dev/ttyUSB3"\n',
            "write tty:/dev/kiosk/id-card-reader",
        ),
        ("[id_card_reader]\nlayouts = []\n", "layouts is empty, no card would be taken"),
        (
            '[id_card_reader]\nlayouts = ["passport"]\n',
            'each one of "resident", "foreigner-2017", "hkmt-permit", "foreigner-2023"',
        ),
    ],
)
def test_readers_that_could_not_work(
    write: Write, text: str, expected: str, sentence: Sentence
) -> None:
    assert expected in sentence(write(text))


def test_readers_are_off_without_their_section_and_on_with_it(write: Write) -> None:
    bare = load_kiosk("sampling-site", [])
    assert (bare.scanner, bare.id_card_reader) == (None, None)
    both = load_kiosk(
        "sampling-site",
        [
            write(
                '[scanner]\nkind = "keyboard"\nurl = "evdev:/dev/input/by-id/usb-S-event-kbd"\n'
                'keyboards = ["05f9:2204@1-1.3"]\n[id_card_reader]\n'
            )
        ],
    )
    assert both.scanner is not None and both.scanner.keyboards == ("05f9:2204@1-1.3",)
    assert both.id_card_reader is not None
    assert [layout.value for layout in both.id_card_reader.layouts] == [
        "resident",
        "foreigner-2017",
    ]


def test_the_layouts_of_the_settings_are_those_of_the_codec() -> None:
    assert {one.value for one in CardLayout} == {one.value for one in WireLayout}
