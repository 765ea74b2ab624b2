"""Every wrong key, value and text has one sentence that says what to write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from config.load import ConfigError, load_coordinator
from config.section import Section
from config.sentences import expected, quoted
from kiosk.ipc.startup import read_arguments

Write = Callable[[str], Path]
Sentence = Callable[[Path], str]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[policy]\nfevr_c = 37.3\n",
            'site.toml, section [policy]: there is no key "fevr_c"; did you mean "fever_c"?'
            " allowed here: auto_confirm_s, code_errors_before_help, default_language,",
        ),
        (
            "[polcy]\nfever_c = 37.3\n",
            'site.toml: there is no section or key "polcy"; did you mean "policy"?'
            " allowed here: camera, id_card_reader, ledger, paths, policy, printer, scanner,"
            " screen, site, thermometer, uplink",
        ),
        (
            "policy = 3\n",
            "site.toml: policy is the number 3 and must be a section of its own:"
            " write [policy] and its keys below",
        ),
        (
            "[[policy]]\nfever_c = 37.3\n",
            "site.toml: policy is a list and must be a section of its own",
        ),
        (
            "[policy]\nfever_c = 40\n",
            "site.toml, section [policy]: fever_c must be a number from 36.0 to 39.0,"
            " and is the number 40",
        ),
        (
            "[policy]\nfever_c = nan\n",
            "site.toml, section [policy]: fever_c must be a number from 36.0 to 39.0,"
            " and is the number nan",
        ),
        (
            '[policy]\nfever_c = "37.3"\n',
            "site.toml, section [policy]: fever_c must be a number from 36.0 to 39.0,"
            ' and is the text "37.3"',
        ),
        (
            "[policy]\npool_class = 10\n",
            'site.toml, section [policy]: pool_class must be one of "20", "10", "5", "household",'
            ' "1", and is the number 10',
        ),
        (
            '[policy]\npool_class = "houshold"\n',
            'and is the text "houshold"; did you mean "household"?',
        ),
        (
            "[policy]\nlanes = [1, 100]\n",
            "site.toml, section [policy]: lanes must be a list of values, each a whole number"
            " from 1 to 99, and is a list",
        ),
        (
            "[screen]\nfullscreen = 1\n",
            "site.toml, section [screen]: fullscreen must be true or false, and is the number 1",
        ),
        (
            '[site]\nid = "7"\n',
            'site.toml, section [site]: id must be four digits in quotes, such as "0007",'
            ' and is the text "7"',
        ),
        (
            "[site]\nid = 0007\n",
            "site.toml: this is not valid TOML:",
        ),
        (
            '[site]\nid = "0007\\n"\n',
            "site.toml, section [site]: id must be four digits in quotes",
        ),
        (
            "[thermometer.body]\nk = 0.08\n",
            "site.toml, section [thermometer.body]: version is missing;"
            " it must be a text in quotes of at most 40 characters",
        ),
        (
            "[thermometer]\nbody = 0.08\n",
            "site.toml, section [thermometer]: body is the number 0.08 and must be a section of"
            " its own: write [thermometer.body] and its keys below",
        ),
        (
            "[thermometer.body]\nk = 0.08\nversion = 'v'\ncalibrated_on = 2026-11-20\n",
            "calibrated_on must be a day in quotes as YYYY-MM-DD,"
            " and is the date or time 2026-11-20 without quotes",
        ),
        (
            "[thermometer.body]\nk = 0.08\nversion = 'v'\ncalibrated_on = '2026-02-30'\n",
            'site.toml, section [thermometer.body]: calibrated_on is "2026-02-30",'
            " which no calendar has; write the day of the calibration as YYYY-MM-DD",
        ),
    ],
)
def test_a_wrong_key_or_value_has_its_sentence(
    write: Write, text: str, expected: str, sentence: Sentence
) -> None:
    assert expected in sentence(write(text))


def test_malformed_toml_is_placed(write: Write, sentence: Sentence) -> None:
    said = sentence(write("[policy]\nfever_c = 37.3\nidle_s 30\n"))
    assert said.startswith("site.toml: this is not valid TOML: ")
    assert "(at line 3, column 8)" in said


@pytest.mark.parametrize(
    "text",
    [
        f"[policy]\n{'k' * 9_000} = 1\n",
        f'[policy]\npool_class = "{"v" * 9_000}"\n',
        f"[policy]\nidle_s = {'9' * 4_000}\n",
        f'[printer]\nurl = "{"u" * 500}"\n',
        '[site]\nid = "\\u001b[2J\\n0007"\n',
        '[policy]\n"\\u001b[2J\\n" = 1\n',
        '[printer]\nurl = "\\u001b[2J\\n"\n',
        '[paths]\nstate_dir = "\\u001b[2J\\n"\n',
    ],
)
def test_whatever_stands_there_the_sentence_is_one_short_line(
    write: Write, text: str, sentence: Sentence
) -> None:
    said = sentence(write(text))
    assert said.isprintable()
    assert len(said) < 600


def test_every_setting_can_be_described_when_it_is_wrong() -> None:
    for section in Section.__subclasses__():
        for field in msgspec.structs.fields(section):
            described = msgspec.inspect.type_info(field.type)
            if not isinstance(described, msgspec.inspect.StructType | msgspec.inspect.UnionType):
                assert expected(field.type)


@pytest.mark.parametrize("text", ["[policy]\nfevr_c = 37.3\n", "[policy\n", "policy = 3\n"])
def test_a_process_with_wrong_settings_says_so_and_ends(
    write: Write, text: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faulthandler.enable", lambda: None)
    file = write(text)
    with pytest.raises(SystemExit) as ended:
        read_arguments("kiosk-core", ["--config", str(file)])
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(str(file)) and said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "web_prt = 80\n",
            'site.toml: there is no section or key "web_prt"; did you mean "web_port"?',
        ),
        ("web_port = 0\n", "site.toml: web_port must be a whole number from 1 to 65535"),
        ('site_id = "x"\n', "site.toml: site_id must be four digits in quotes"),
        ('keys_dir = "keys"\n', 'site.toml: keys_dir is "keys" and must begin with /'),
        ("[web]\nport = 1\n", 'site.toml: there is no section or key "web"'),
    ],
)
def test_the_coordinators_settings_have_sentences_too(
    write: Write, text: str, expected: str
) -> None:
    file = write(text)
    with pytest.raises(ConfigError) as wrong:
        load_coordinator([file])
    assert str(wrong.value).replace(f"{file.parent}/", "").startswith(expected)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("采样点", '"采样点"'),
        ("a\nb", r'"a\u000ab"'),
        ("v" * 60, f'"{"v" * 60}"'),
        ("v" * 61, f'"{"v" * 59}…"'),
        ("\n" * 50, '"' + (r"\u000a" * 10)[:59] + '…"'),
    ],
)
def test_quoted_text_is_visible_and_short(text: str, shown: str) -> None:
    assert quoted(text) == shown
