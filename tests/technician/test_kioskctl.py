"""kioskctl as a technician types it: JSON to standard output, sentences to standard error."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contracts.record import DocumentKind
from contracts.registration_code import RegistrationCode, issue_registration_code
from contracts.signing import SigningKey
from contracts.tube_number import TubeNumber
from drivers.label_printer.realtime import hidden_commands
from kiosk.technician.kioskctl import app

TUBE = TubeNumber("0007", "03", 326, 417).text
NUMBER = "110101199003071233"


@dataclass(frozen=True, slots=True)
class Told:
    """What a command said."""

    status: int
    answers: list[dict[str, object]]
    sentences: str


def kioskctl(*arguments: str | Path, typed: str | bytes = "") -> Told:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    return Told(result.exit_code, answers, result.stderr)


# ── usage ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["decode"],
        ["check-id"],
        ["label", "--tube", TUBE],
        ["label", "--tube", TUBE, "--pool", "15", "--lane", "2", "--out", "x"],
        ["label", "--tube", TUBE, "--pool", "10", "--lane", "0", "--out", "x"],
        ["label", "--tube", TUBE, "--pool", "10", "--lane", "2", "--out", "x", "--template", "a5"],
        ["wire", "decode", "--protocol", "telepathy", "x"],
    ],
)
def test_wrong_usage_is_status_2_and_no_answer(arguments: list[str]) -> None:
    told = kioskctl(*arguments)
    assert (told.status, told.answers) == (2, [])


# ── check-id ─────────────────────────────────────────────────────────────────────────────────


def test_a_well_formed_number() -> None:
    told = kioskctl("check-id", NUMBER)
    assert told == Told(
        0, [{"number": NUMBER, "kind": "resident-id", "valid": True, "reason": ""}], ""
    )


def test_one_bad_number_among_good_ones_is_status_1() -> None:
    told = kioskctl("check-id", NUMBER, NUMBER[:-1] + "4", "E12345678")
    assert told.status == 1
    assert [answer["valid"] for answer in told.answers] == [True, False, True]
    assert "check character" in str(told.answers[1]["reason"])


# ── label and decode ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("template", ["tube-40x30", "tube-50x30"])
def test_a_label_picture_is_read_back_by_decode(tmp_path: Path, template: str) -> None:
    picture = tmp_path / "label.png"
    label = ("label", "--tube", TUBE, "--pool", "10", "--lane", "2")
    told = kioskctl(*label, "--template", template, "--language", "png", "--out", picture)
    assert told.status == 0
    told = kioskctl("decode", picture)
    [answer] = told.answers
    cpu_ms = answer.pop("cpu_ms")
    assert told.status == 0 and isinstance(cpu_ms, float)
    assert answer == {
        "image": str(picture),
        "codes": [{"symbology": "code-128", "text": TUBE, "colour": "unknown"}],
        "document": None,
    }


def test_a_label_for_the_printer_is_what_it_would_get(tmp_path: Path) -> None:
    out = tmp_path / "label.bin"
    told = kioskctl(
        *("label", "--tube", TUBE, "--pool", "household", "--lane", "12", "--out", out),
        *("--copy", "2", "--opened-at", "11-22 08:41", "--process-id", "0A1z", "--cut"),
    )
    data = out.read_bytes()
    assert told.status == 0 and told.answers[0]["bytes"] == len(data)
    assert data.startswith(bytes.fromhex("1B40 1D7630 00 2800 F000"))
    assert data.endswith(bytes.fromhex("1D564200 1D2848060030 30") + b"0A1z")
    assert hidden_commands(data) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("--tube", TUBE[:-1] + "0"), "check digit"),
        (("--tube", "123"), "14 digits"),
        (("--opened-at", "x" * 17), "printable"),
        (("--process-id", "too long"), "four printable"),
        (("--out", "/absent/label.bin"), "cannot be written"),
    ],
)
def test_bad_label_input_is_one_sentence(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    arguments = {"--tube": TUBE, "--pool": "10", "--lane": "2", "--out": str(tmp_path / "x")}
    arguments |= dict([change])
    told = kioskctl("label", *(part for pair in arguments.items() for part in pair))
    assert (told.status, told.answers) == (1, [])
    assert sentence in told.sentences and len(told.sentences.splitlines()) == 1


def test_pictures_that_are_missing_or_none_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    broken, good = tmp_path / "broken.png", tmp_path / "good.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nno more")
    label = ("label", "--tube", TUBE, "--pool", "10", "--lane", "2", "--language", "png")
    kioskctl(*label, "--out", good)
    told = kioskctl("decode", tmp_path / "absent.png", broken, good)
    assert told.status == 1
    assert [answer["image"] for answer in told.answers] == [str(good)]
    absent, unreadable = told.sentences.splitlines()
    assert "does not exist" in absent and "no picture" in unreadable


def test_a_code_longer_than_allowed_is_decoded_without_its_text(tmp_path: Path) -> None:
    import segno  # noqa: PLC0415  only this test draws one

    picture = tmp_path / "long.png"
    segno.make_qr("x" * 40).save(picture, scale=4)
    told = kioskctl("decode", "--max-bytes", "32", picture)
    [code] = told.answers[0]["codes"]
    assert code == {"symbology": "qr", "text": "", "colour": "unknown", "too_long": True}


# ── verify-code ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def signing_key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="module")
def code(signing_key: SigningKey) -> str:
    registration = RegistrationCode(
        id="r-000001",
        name="王小芳",
        document_kind=DocumentKind.RESIDENT_ID,
        document_number=NUMBER,
        expires_at=1_800_000_000,
    )
    return issue_registration_code(registration, signing_key)


@pytest.fixture
def trust(tmp_path: Path, signing_key: SigningKey) -> Path:
    (tmp_path / "registration.pub.pem").write_bytes(signing_key.verify_key.to_pem())
    return tmp_path


def test_a_genuine_code_is_valid_and_its_subject_is_masked(trust: Path, code: str) -> None:
    at = "2026-11-22T08:00:00+08:00"
    told = kioskctl("verify-code", "--trust", trust, "--at", at, typed=code + "\n")
    assert told.status == 0
    [answer] = told.answers
    assert (answer["scheme"], answer["verdict"], answer["reason"]) == ("ncs1", "valid", "")
    assert answer["subject"]["name"] == "王*芳"
    assert NUMBER not in json.dumps(told.answers) and "王小芳" not in str(told.answers)


@pytest.mark.parametrize(
    ("text", "at", "scheme", "verdict", "reason"),
    [
        ("{code}", "1800000000", "ncs1", "invalid", "expired"),
        ("{code}", "nan", "ncs1", "invalid", "expired"),
        ("{code}AAAA", "1700000000", "ncs1", "invalid", "signed"),
        ("NCS1.====", "1700000000", "ncs1", "invalid", "cut off"),
        ("NCS1." + "A" * 1300, "1700000000", "ncs1", "invalid", "cut off"),
        ("https://example.org", "1700000000", "unknown", "cannot_verify", "no code of this site"),
        ("\x00\x01\x02", "1700000000", "unknown", "cannot_verify", "no code of this site"),
        ("", "1700000000", "unknown", "cannot_verify", "no text"),
    ],
)
def test_a_code_that_does_not_count_is_status_1(
    trust: Path, code: str, *, text: str, at: str, scheme: str, verdict: str, reason: str
) -> None:
    typed = text.replace("{code}", code)
    told = kioskctl("verify-code", "--trust", trust, "--at", at, typed=typed)
    assert told.status == 1
    [answer] = told.answers
    assert (answer["scheme"], answer["verdict"]) == (scheme, verdict)
    assert reason in str(answer["reason"]) and reason in told.sentences
    assert answer["subject"] is None


def test_another_sites_code_is_invalid(tmp_path: Path, code: str) -> None:
    (tmp_path / "other.pem").write_bytes(SigningKey.generate().verify_key.to_pem())
    told = kioskctl("verify-code", "--trust", tmp_path, "--at", "1700000000", typed=code)
    assert (told.status, told.answers[0]["verdict"]) == (1, "invalid")


def test_without_a_usable_key_nothing_is_judged(tmp_path: Path, code: str) -> None:
    (tmp_path / "broken.pem").write_text("no key")
    told = kioskctl("verify-code", "--trust", tmp_path, "--at", "1700000000", typed=code)
    assert (told.status, told.answers[0]["verdict"]) == (1, "cannot_verify")
    assert "broken.pem is passed over" in told.sentences


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--trust", "/absent", "no folder"),
        ("--at", "yesterday", "no time"),
        ("--at", "0001-01-01", "no time"),
    ],
)
def test_bad_verify_options_are_one_sentence(
    trust: Path, code: str, option: str, value: str, sentence: str
) -> None:
    options = {"--trust": str(trust), "--at": "1700000000"} | {option: value}
    told = kioskctl("verify-code", *(part for pair in options.items() for part in pair), typed=code)
    assert (told.status, told.answers) == (1, [])
    assert sentence in told.sentences
