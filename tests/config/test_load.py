"""Settings: the order of layers, and files that cannot be read at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.load import ConfigError, load_coordinator, load_kiosk, profile_names
from config.model import KioskConfig, Language
from contracts.pool_class import PoolClass

PROFILE = Path(load_kiosk.__code__.co_filename).parent / "profiles" / "sampling-site.toml"
Write = Callable[[str], Path]
Sentence = Callable[[Path], str]


def test_the_profile_alone_says_the_same_as_the_built_in_defaults() -> None:
    assert profile_names() == ("sampling-site",)
    assert load_kiosk("sampling-site", []) == KioskConfig()


def test_later_files_win_key_by_key(write: Write, tmp_path: Path) -> None:
    first = write('[site]\nkiosk = "04"\n[policy]\nlanes = [4, 5]\nfever_c = 37.5\n')
    second = tmp_path / "shift.toml"
    second.write_text('[policy]\nlanes = [6]\npool_class = "household"\n', encoding="utf-8")
    config = load_kiosk("sampling-site", [first, second])
    assert config.site.kiosk_id == "330106-0007-k04"
    assert config.policy.lanes == (6,)
    assert config.policy.fever_c == 37.5
    assert config.policy.pool_class is PoolClass.HOUSEHOLD


def test_a_calibration_may_come_in_parts(write: Write, tmp_path: Path) -> None:
    first = write('[thermometer.body]\nversion = "v1"\ncalibrated_on = "2026-11-20"\n')
    second = tmp_path / "k.toml"
    second.write_text("[thermometer.body]\nk = 0.08\n", encoding="utf-8")
    body = load_kiosk("sampling-site", [first, second]).thermometer.body
    assert body is not None and body.k == 0.08 and body.version == "v1"


def test_a_whole_number_is_a_number(write: Write) -> None:
    assert load_kiosk("sampling-site", [write("[policy]\nfever_c = 38\n")]).policy.fever_c == 38.0


def test_the_file_at_fault_is_named_not_the_last_one(write: Write, tmp_path: Path) -> None:
    guilty = write("[policy]\nlanes = [7, 7]\n")
    innocent = tmp_path / "other.toml"
    innocent.write_text("[policy]\nidle_s = 30\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"site\.toml, section \[policy\]: lanes names lane 7"):
        load_kiosk("sampling-site", [guilty, innocent])


def test_unknown_profiles_and_paths_as_profiles_are_refused() -> None:
    for name, hint in (("sampling-sit", 'did you mean "sampling-site"?'), ("../model", "")):
        with pytest.raises(ConfigError) as wrong:
            load_kiosk(name, [])
        assert str(wrong.value).startswith(
            f'there is no site profile "{name}";{hint and " "}{hint}'
        )
        assert str(wrong.value).endswith(" allowed: sampling-site")


def test_a_file_that_cannot_be_read(tmp_path: Path, sentence: Sentence) -> None:
    missing = tmp_path / "missing.toml"
    assert sentence(missing) == (
        "missing.toml: the settings file cannot be read (No such file or directory);"
        " give a TOML file that exists"
    )
    assert "Is a directory" in sentence(tmp_path)


def test_a_file_that_is_not_text(tmp_path: Path, sentence: Sentence) -> None:
    file = tmp_path / "site.toml"
    file.write_bytes(b"[policy]\n# \xff\xfe\n")
    assert sentence(file) == "site.toml, line 2: the text is not UTF-8; save it as UTF-8"
    file.write_bytes(bytes(300_000))
    assert "300000 bytes are too many for settings" in sentence(file)
    file.write_bytes(bytes(30_000))
    assert "this is not valid TOML" in sentence(file)


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 20_000, "a = " + "9" * 5_000, "[" + "a." * 9_000, "a." * 2_000 + "a = 1"],
)
def test_a_file_made_to_hurt(write: Write, text: str, sentence: Sentence) -> None:
    assert sentence(write(text)).startswith("site.toml")


@given(st.integers(0, 4_000), st.binary(min_size=1, max_size=4), st.booleans())
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_change_of_bytes_gives_settings_or_the_sentence(
    tmp_path: Path, position: int, noise: bytes, replace: bool
) -> None:
    raw = PROFILE.read_bytes()
    position %= len(raw)
    tail = raw[position + len(noise) :] if replace else raw[position:]
    file = tmp_path / "mutated.toml"
    file.write_bytes(raw[:position] + noise + tail)
    with suppress(ConfigError):
        assert isinstance(load_kiosk("sampling-site", [file]), KioskConfig)


def test_a_coordinator_is_loaded(write: Write) -> None:
    config = load_coordinator([write('site_id = "0012"\nlanguage = "en"\n')])
    assert config.site_id == "0012" and config.language is Language.EN
    assert load_coordinator([]).web_port == 8080
