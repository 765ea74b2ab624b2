"""Texts: both languages say the same things, with the same placeholders, in plain sentences."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.model import Language
from config.translations import Catalogue, TranslationError, read_messages

FOLDER = Path(read_messages.__code__.co_filename).parent / "translations"
ROOMS = sorted({file.name.split(".")[0] for file in FOLDER.glob("*.po")})
FAULTS = {
    "thermometer": "absent opening silent babbling wrong-device fault frozen implausible",
    "scanner": "absent opening silent babbling wrong-device fault",
    "id-card-reader": "absent opening silent babbling wrong-device fault unfit",
    "camera": "opening absent stale frozen dark",
    "printer": "absent opening silent babbling wrong-device fault paper-out paper-near-end"
    " cover-open cutter"
    " mechanical unrecoverable too-hot waiting feeding paper-jam ribbon-out paused"
    " offline unknown error",
    "uplink": "offline refused no-coordinator",
    "board": "under-voltage too-hot disk-low",
    "ledger": "full broken serials-exhausted",
}
FAULT_IDS = [f"{role}.{state}" for role, states in FAULTS.items() for state in states.split()]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_rooms_with_texts() -> None:
    assert "faults" in ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_zh_and_en_hold_the_same_ids_and_placeholders(room: str) -> None:
    zh = read_messages(FOLDER / f"{room}.zh.po")
    en = read_messages(FOLDER / f"{room}.en.po")
    assert zh.keys() == en.keys()
    for message_id, text in zh.items():
        assert placeholders(text) == placeholders(en[message_id]), message_id


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.po")), ids=lambda file: file.name)
def test_every_entry_stands_once_and_says_something(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    ids = re.findall(r'^msgid "(.+)"$', text, flags=re.MULTILINE)
    assert len(ids) == len(set(ids))
    assert set(ids) == set(read_messages(file)), "an entry is empty"
    assert "#, fuzzy" not in text


@pytest.mark.parametrize("language", Language)
def test_placeholders_are_plain_names(language: Language) -> None:
    catalogue = Catalogue.load(language)
    for message_id in catalogue.message_ids:
        for _, name, form, conversion in Formatter().parse(catalogue.text(message_id)):
            assert name is None or (name.isidentifier() and not form and not conversion), message_id


@pytest.mark.parametrize("language", Language)
def test_every_fault_has_what_cause_and_action(language: Language) -> None:
    catalogue = Catalogue.load(language)
    wanted = {f"{fault}.{part}" for fault in FAULT_IDS for part in ("what", "cause", "action")}
    assert wanted == set(read_messages(FOLDER / f"faults.{language}.po"))
    for message_id in wanted:
        text = catalogue.text(message_id)
        assert text != message_id
        assert text.endswith("。" if language is Language.ZH else "."), message_id
        assert "!" not in text and "！" not in text, message_id
        assert len(text) <= 110, message_id


def test_chinese_texts_are_chinese_and_english_ones_are_not() -> None:
    han = re.compile("[\u4e00-\u9fff]")
    for room in ROOMS:
        assert not any(
            han.search(t) for t in read_messages(FOLDER / f"{room}.en.po").values() if t != "中文"
        )
    assert all(han.search(t) for t in read_messages(FOLDER / "faults.zh.po").values())


def po(folder: Path, name: str, *entries: tuple[str, str]) -> None:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    body = "".join(f'\nmsgid "{key}"\nmsgstr "{text}"\n' for key, text in entries)
    (folder / name).write_text(head + body, encoding="utf-8")


def test_placeholders_are_filled_and_values_are_not_templates(tmp_path: Path) -> None:
    po(tmp_path, "a.en.po", ("greet", "Tube {tube}, lane {lane}."))
    catalogue = Catalogue.load("en", tmp_path)
    assert catalogue.text("greet", tube="{lane}", lane=2) == "Tube {lane}, lane 2."
    assert catalogue.text("greet", tube="0417") == "Tube 0417, lane {lane}."
    assert catalogue.text("never.heard-of") == "never.heard-of"
    assert catalogue.message_ids == {"greet"}


def test_two_rooms_may_not_share_an_id(tmp_path: Path) -> None:
    po(tmp_path, "a.en.po", ("page.title", "One"))
    po(tmp_path, "b.en.po", ("page.title", "Two"))
    with pytest.raises(TranslationError, match="stands in another file too"):
        Catalogue.load(Language.EN, tmp_path)


def test_a_language_without_files_is_empty_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    assert Catalogue.load("zh", tmp_path).message_ids == frozenset()
    with pytest.raises(ValueError, match="fr"):
        Catalogue.load("fr")


@given(st.integers(0, 5_000), st.binary(min_size=1, max_size=6))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_changed_file_is_read_or_refused_by_name(
    tmp_path: Path, position: int, noise: bytes
) -> None:
    raw = (FOLDER / "faults.zh.po").read_bytes()[:1_500]
    position %= len(raw)
    file = tmp_path / "faults.zh.po"
    file.write_bytes(raw[:position] + noise + raw[position + len(noise) :])
    try:
        assert isinstance(read_messages(file), dict)
    except TranslationError as error:
        assert "faults.zh.po" in str(error)


@pytest.mark.parametrize(
    "raw",
    [
        b'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-9\\n"\n\n'
        b'msgid "a"\nmsgstr "\xe5"\n',
        b'msgid "a"\nmsgstr "\xff"\n',
        b"nonsense\n",
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_by_name(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "faults.zh.po"
    file.write_bytes(raw)
    with pytest.raises(TranslationError, match=r"faults\.zh\.po is not a readable PO file"):
        read_messages(file)
    with pytest.raises(TranslationError, match="readable PO file"):
        read_messages(tmp_path / "missing.zh.po")
