"""kioskctl wire: decoded, recorded and replayed over pseudo-terminals."""

from __future__ import annotations

import json
import os
import threading
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firmware_bridge.recording import Direction, WireRecord, read_recording
from firmware_bridge.transport import open_transport
from kiosk.technician.kioskctl import app
from kiosk.technician.wire_player import WirePlayer

# The frame that two shop pages publish, and one with a wrong checksum.
GOOD = "5A 5A 45 04 0C 78 0D 19 A7"
BAD = "5A 5A 45 04 0E 4E 0A E1 45"
DEADLINE_S = 5.0


def run(*arguments: str | Path) -> tuple[int, list[dict[str, object]], str]:
    result = CliRunner().invoke(app, ["wire", *(str(argument) for argument in arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    return result.exit_code, answers, result.stderr


class Device:
    """The far end of a pseudo-terminal."""

    def __init__(self) -> None:
        self.far, near = os.openpty()
        tty.setraw(near)
        self.path = os.ttyname(near)
        self.near = near

    def close(self) -> None:
        os.close(self.far)
        os.close(self.near)


@pytest.fixture
def device() -> Iterator[Device]:
    device = Device()
    yield device
    device.close()


def recording(path: Path, *records: WireRecord) -> Path:
    lines = ['{"wire_recording":1,"name":"test"}']
    lines += [
        json.dumps({"t": record.at_s, record.direction.value: record.data.hex()})
        for record in records
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


# ── decode ───────────────────────────────────────────────────────────────────────────────────


def test_frames_and_noise_of_hex_text(tmp_path: Path) -> None:
    file = tmp_path / "thermometer.hex"
    file.write_text(f"{GOOD}\n{BAD}\n")
    status, answers, _ = run("decode", "--protocol", "gy-mcu90615", "--hex", file)
    assert status == 0
    assert answers == [
        {
            "at_s": 0.0,
            "frame": "TemperatureFrame",
            "object_c": 31.92,
            "ambient_c": 33.53,
            "mode": "continuous",
        },
        {"at_s": 0.0, "noise": BAD.lower(), "why": "a frame with a wrong checksum"},
    ]


def test_raw_bytes_and_a_frame_that_never_ends(tmp_path: Path) -> None:
    file = tmp_path / "thermometer.bin"
    file.write_bytes(bytes.fromhex(GOOD + GOOD)[:-2])
    status, answers, _ = run("decode", "--protocol", "gy-mcu90615", file)
    assert status == 0
    assert [answer.get("frame", "noise") for answer in answers] == ["TemperatureFrame", "noise"]


def test_a_recorded_printer_is_understood_by_the_questions_in_the_recording(
    tmp_path: Path,
) -> None:
    file = recording(
        tmp_path / "printer.wire",
        WireRecord(0.1, Direction.OUT, bytes.fromhex("10 04 02 10 04 04")),
        WireRecord(0.2, Direction.IN, bytes.fromhex("16 12")),
        WireRecord(0.3, Direction.IN, b"\x37\x220A1z\x00"),
        WireRecord(0.4, Direction.IN, bytes.fromhex("18 00 0F 00")),
    )
    status, answers, _ = run("decode", "--protocol", "escpos-status", file)
    assert status == 0
    assert answers == [
        {"at_s": 0.2, "frame": "RealTimeStatus", "topic": 2, "raw": 0x16},
        {"at_s": 0.2, "frame": "RealTimeStatus", "topic": 4, "raw": 0x12},
        {"at_s": 0.3, "frame": "ProcessIdDone", "process_id": "0A1z"},
        {"at_s": 0.4, "frame": "AutomaticStatus", "raw": "18 00 0f 00"},
    ]


def test_a_recorded_tspl_printer_is_understood_and_unasked_bytes_are_noise(tmp_path: Path) -> None:
    file = recording(
        tmp_path / "printer.wire",
        WireRecord(0.1, Direction.IN, b"\x00"),
        WireRecord(0.2, Direction.OUT, b"\x1b!?"),
        WireRecord(0.3, Direction.IN, b"\x05"),
    )
    status, answers, _ = run("decode", "--protocol", "tspl-status", file)
    assert status == 0
    assert answers == [
        {"at_s": 0.1, "noise": "00", "why": "an answer to a question that was not asked"},
        {"at_s": 0.32, "frame": "TsplStatus", "raw": 5},
    ]


@pytest.mark.parametrize(
    ("protocol", "said", "frame"),
    [
        ("gy-mcu90614", GOOD, {"object_c": 31.92, "ambient_c": 33.53}),
        ("cjmcu-90614", "66 66 01 04 0E 4E 0A E1 47", {"object_c": 36.62, "ambient_c": 27.85}),
        (
            "modbus-calex",
            "01 04 08 01 6E 01 6F 00 F1 00 00 EE 2C",
            {"object_c": 36.6, "ambient_c": 24.1, "mode": "polled"},
        ),
        ("text-lines", b"body = 36.6 C\r\n".hex(), {"object_c": 36.6, "ambient_c": None}),
        ("gy-614v3", "A4 03 07 08 61 0E 4E 0A E1 0E 56 C2", {"object_c": 36.62}),
    ],
)
def test_frames_of_the_other_thermometers(
    tmp_path: Path, protocol: str, said: str, frame: dict[str, object]
) -> None:
    file = tmp_path / "thermometer.hex"
    file.write_text(f"00 FF 0A {said}")
    status, answers, _ = run("decode", "--protocol", protocol, "--hex", file)
    assert status == 0
    noise, seen = answers
    assert noise["noise"] in ("00 ff 0a", "00 ff")  # a line of text ends with 0A
    assert seen.items() >= frame.items()


def test_a_pattern_is_tried_before_it_goes_into_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "board.bin"
    file.write_bytes(b"room 24.1 body 36.6\r\n")
    options = ("--protocol", "text-lines", "--pattern")
    pattern = "room (?P<ambient>[0-9.]+) body (?P<object>[0-9.]+)"
    status, (seen,), _ = run("decode", *options, pattern, file)
    assert (status, seen["object_c"], seen["ambient_c"]) == (0, 36.6, 24.1)
    status, _, sentence = run("decode", *options, "(?P<object>[0-9]+)*", file)
    assert status == 1 and "can take for ever" in sentence
    status, _, _ = run("decode", "--protocol", "gd60914", "--pattern", pattern, file)
    assert status == 2


@pytest.mark.parametrize(
    ("protocol", "questions", "answers_hex", "values"),
    [
        ("optris-ct", ["01", "02", "01"], ["05 56", "04 D3", "05 56"], (36.6, 23.5)),
        ("optris-cs", ["B5 01", "B5 02", "B5 01"], ["05 56", "04 D3", "05 56"], (36.6, 23.5)),
        ("gd60914", ["AA", "AA"], [b"    366".hex(), b"    366".hex()], (36.6, None)),
    ],
)
def test_bare_answers_are_understood_by_the_questions_in_the_recording(
    tmp_path: Path,
    protocol: str,
    questions: list[str],
    answers_hex: list[str],
    values: tuple[float, float | None],
) -> None:
    records = []
    for at_s, (asked, told) in enumerate(zip(questions, answers_hex, strict=True)):
        records.append(WireRecord(at_s, Direction.OUT, bytes.fromhex(asked)))
        records.append(WireRecord(at_s + 0.01, Direction.IN, bytes.fromhex(told)))
    file = recording(tmp_path / "thermometer.wire", *records)
    status, answers, _ = run("decode", "--protocol", protocol, file)
    assert status == 0
    assert (answers[-1]["object_c"], answers[-1]["ambient_c"]) == values


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (None, (), "cannot be read"),
        (b"", (), "no frame of gy-mcu90615 in 0 bytes"),
        (bytes(5000), (), "no frame of gy-mcu90615 in 5000 bytes"),
        (b"zz 5A", ("--hex",), "no hexadecimal text"),
        (b"\xff\xfe", ("--hex",), "no hexadecimal text"),
        (b'{"wire_recording":1,"name":"x"}\n{"t":', (), "not a wire recording at line 2"),
        (b'{"wire_recording":9}\n', (), "not a wire recording at line 1"),
    ],
)
def test_a_bad_stream_is_one_sentence(
    tmp_path: Path, content: bytes | None, options: tuple[str, ...], sentence: str
) -> None:
    file = tmp_path / "stream"
    if content is not None:
        file.write_bytes(content)
    status, _, sentences = run("decode", "--protocol", "gy-mcu90615", *options, file)
    assert status == 1
    assert sentence in sentences and len(sentences.splitlines()) == 1


FIND_OK = "AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97"
SAM_ID = "AA AA AA 96 69 00 14 00 00 90 05 00 01 00 D5 AF 34 01 87 D6 12 00 B1 68 DE 3A B1"
TYPED_A = "0000000000000000 0000000000000000 0100 1E00 01000000"


@pytest.mark.parametrize(
    ("protocol", "data", "frame", "fields"),
    [
        ("ga450", FIND_OK, "ReaderAnswer", {"status": 0x9F, "meaning": "a card is there"}),
        ("ga450", SAM_ID, "ReaderAnswer", {"sam_id": "05.01-20230101-001234567-987654321"}),
        ("gm65", "4E 43 53 31 2E 0D", "ScannedCode", {"data": "4e 43 53 31 2e"}),
        ("newland", "4E 43 53 31 2E 0D", "ScannedCode", {"data": "4e 43 53 31 2e"}),
        ("keyboard", TYPED_A * 4, "ScannedCode", {"data": "61 61 61 61"}),
    ],
)
def test_the_readers_protocols(
    tmp_path: Path, protocol: str, data: str, frame: str, fields: dict[str, object]
) -> None:
    file = tmp_path / "reader.hex"
    file.write_text(data)
    status, answers, _ = run("decode", "--protocol", protocol, "--hex", file)
    assert status == 0
    assert answers[-1]["frame"] == frame
    assert {name: answers[-1][name] for name in fields} == fields


@pytest.mark.parametrize(
    ("protocol", "question", "reply", "frame"),
    [
        ("gm65", "7E 00 07 01 00 2A 02 D8 0F", "02 00 00 02 39 01 C1 4C", "ScannerAnswer"),
        ("gm65", "7E 00 08 01 00 02 01 02 DA", "02 00 00 01 00 33 31", "ScannerAnswer"),
        ("gm65", "7E 00 0A 01 00 00 00 30 1A", "03 00 00 01 00 33 31", "ScannerAnswer"),
        ("gm65", "7E 00 09 01 00 00 00 DE C8", "02 00 00 01 00 33 31", "ScannerAnswer"),
        ("gm65", "7E 00 06 01 00 00 00 DE C8", "02 00 00 01 00 33 31", "ScannedCode"),
        (
            "newland",
            "7E 01 30 30 30 30 23 41 42 43 44 45 46 31 3B 03",
            "02 01 30 30 30 30 23 41 42 43 44 45 46 31 06 3B 03",
            "SettingAnswer",
        ),
    ],
)
def test_a_scanners_answer_needs_its_question(
    tmp_path: Path, protocol: str, question: str, reply: str, frame: str
) -> None:
    file = recording(
        tmp_path / "scanner.jsonl",
        WireRecord(0.0, Direction.OUT, bytes.fromhex(question)),
        WireRecord(0.1, Direction.IN, bytes.fromhex(reply)),
    )
    _, answers, _ = run("decode", "--protocol", protocol, file)
    assert [answer["frame"] for answer in answers] == [frame]


def test_two_scans_of_a_recording_are_two(tmp_path: Path) -> None:
    file = recording(
        tmp_path / "scanner.jsonl",
        WireRecord(0.0, Direction.IN, b"NCS1."),
        WireRecord(0.02, Direction.IN, b"first\r"),
        WireRecord(0.3, Direction.OUT, bytes.fromhex("7E 00 08 01 00 02 01 02 DA")),
        WireRecord(0.35, Direction.IN, bytes.fromhex("02 00 00 01 00 33 31")),
        WireRecord(0.4, Direction.IN, b"NCS1.second\r"),
    )
    _, answers, _ = run("decode", "--protocol", "gm65", file)
    assert [(round(float(str(one["at_s"])), 6), one["frame"]) for one in answers] == [
        (0.1, "ScannedCode"),
        (0.35, "ScannerAnswer"),
        (0.48, "ScannedCode"),
    ]


# ── record ───────────────────────────────────────────────────────────────────────────────────


def test_what_a_device_says_is_recorded_and_decoded(tmp_path: Path, device: Device) -> None:
    out = tmp_path / "thermometer.wire"
    answering = threading.Thread(
        target=lambda: (os.read(device.far, 3), os.write(device.far, bytes.fromhex(GOOD)))
    )
    answering.start()
    options = ("--url", f"tty:{device.path}", "--out", out, "--seconds", "0.1")
    status, answers, sentences = run("record", *options, "--send", "A5 15 BA")
    answering.join(DEADLINE_S)
    assert (status, sentences) == (0, "")
    assert answers == [{"out": str(out), "bytes": 9, "seconds": 0.1}]
    seen = [(record.direction, record.data.hex()) for record in read_recording(out)]
    assert seen[0] == (Direction.OUT, "a515ba")
    assert (
        "".join(data for way, data in seen if way is Direction.IN) == GOOD.replace(" ", "").lower()
    )
    status, answers, _ = run("decode", "--protocol", "gy-mcu90615", out)
    assert [answer["mode"] for answer in answers] == ["polled"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"--url": "tty:FOLDER/absent"}, "check the cable"),
        ({"--url": "serial0"}, "must start with one of tty:"),
        ({"--url": "tcp:127.0.0.1:99999"}, "between 1 and 65535"),
        ({"--send": "hello"}, "no hexadecimal text"),
        ({"--out": "FOLDER/absent/file"}, "cannot be written"),
        ({}, "said nothing in 0.1 s"),
    ],
)
def test_recording_the_wrong_thing_is_one_sentence(
    tmp_path: Path, device: Device, changed: dict[str, str], sentence: str
) -> None:
    options = {
        "--url": f"tty:{device.path}",
        "--out": str(tmp_path / "x.wire"),
        "--seconds": "0.1",
    } | {name: value.replace("FOLDER", str(tmp_path)) for name, value in changed.items()}
    status, _, sentences = run("record", *(part for pair in options.items() for part in pair))
    assert status == 1
    assert sentence in sentences and len(sentences.splitlines()) == 1


# ── replay ───────────────────────────────────────────────────────────────────────────────────


def test_a_recording_plays_back_byte_for_byte_to_a_kiosk(tmp_path: Path) -> None:
    said = [bytes.fromhex(GOOD), bytes(range(256)) * 40, bytes.fromhex(BAD)]
    records = [WireRecord(0.0, Direction.IN, data) for data in said]
    records.insert(1, WireRecord(0.0, Direction.OUT, b"what the kiosk said"))
    link = tmp_path / "thermometer"
    player = WirePlayer(link)
    try:
        kiosk = open_transport(f"pty:{link}", 115_200)
        playing = threading.Thread(target=player.play, args=(records, 0.0))
        playing.start()
        heard = b""
        while len(heard) < sum(map(len, said)):
            data = kiosk.read(65_536, DEADLINE_S)
            assert data, "the player fell silent"
            heard += data
        playing.join(DEADLINE_S)
        kiosk.close()
    finally:
        player.close()
    assert heard == b"".join(said)
    assert not link.is_symlink()


def test_the_pace_is_that_of_the_recording(tmp_path: Path) -> None:
    slept: list[float] = []
    player = WirePlayer(tmp_path / "x", clock=lambda: 100.0, sleep=slept.append)
    records = [WireRecord(at_s, Direction.IN, b"x") for at_s in (0.5, 2.0)]
    assert player.play(records, speed=2.0) == 2
    player.close()
    assert slept == [0.25, 1.0]


def test_replay_names_the_url_to_use(tmp_path: Path) -> None:
    file = recording(tmp_path / "x.wire", WireRecord(0.0, Direction.IN, bytes.fromhex(GOOD)))
    link = tmp_path / "link"
    status, answers, _ = run("replay", file, "--link", link, "--speed", "0")
    assert status == 0
    assert answers == [{"url": f"pty:{link}", "records": 1}, {"bytes": 9}]


def test_replay_does_not_replace_a_file(tmp_path: Path) -> None:
    file = recording(tmp_path / "x.wire", WireRecord(0.0, Direction.IN, b"x"))
    status, _, sentences = run("replay", file, "--link", file)
    assert status == 1 and "cannot be made" in sentences
    assert file.is_file()
