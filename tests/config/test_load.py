"""Settings: layers, and one sentence for everything that can be wrong with them."""

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


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_site(text: str, name: str = "site.toml") -> Path:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return write_site


def sentence(file: Path, profile: str = "sampling-site") -> str:
    """The error for one file, with its folder left out."""
    with pytest.raises(ConfigError) as wrong:
        load_kiosk(profile, [file])
    return str(wrong.value).replace(f"{file.parent}/", "")


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
            " allowed here: camera, ledger, paths, policy, printer, screen, site, thermometer,"
            " uplink",
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
def test_a_wrong_key_or_value_has_its_sentence(write: Write, text: str, expected: str) -> None:
    assert expected in sentence(write(text))


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
            '[paths]\nstate_dir = "state"\n',
            'site.toml, section [paths]: state_dir is "state" and must begin with /',
        ),
        (
            '[screen]\nmirror_dir = "mirror"\n',
            'site.toml, section [screen]: mirror_dir is "mirror" and must begin with /',
        ),
    ],
)
def test_settings_that_contradict_each_other(write: Write, text: str, expected: str) -> None:
    assert expected in sentence(write(text))


@pytest.mark.parametrize("port", ["/dev/ttyUSB0", "/dev/ttyACM1"])
@pytest.mark.parametrize("role", ["thermometer", "printer"])
def test_a_numbered_port_is_refused_with_the_name_to_use(
    write: Write, role: str, port: str
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
def test_addresses_that_lead_nowhere(write: Write, key: str, address: str, expected: str) -> None:
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


def test_the_file_at_fault_is_named_not_the_last_one(write: Write, tmp_path: Path) -> None:
    guilty = write("[policy]\nlanes = [7, 7]\n")
    innocent = tmp_path / "other.toml"
    innocent.write_text("[policy]\nidle_s = 30\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"site\.toml, section \[policy\]: lanes names lane 7"):
        load_kiosk("sampling-site", [guilty, innocent])


def test_a_fault_of_two_files_together_names_the_one_that_set_the_key(
    write: Write, tmp_path: Path
) -> None:
    first = write("[ledger]\nserial_first = 600\n")
    second = tmp_path / "other.toml"
    second.write_text("[ledger]\nserial_last = 599\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"site\.toml, section \[ledger\]: serial_first is 600"):
        load_kiosk("sampling-site", [first, second])


def test_malformed_toml_is_placed(write: Write) -> None:
    said = sentence(write("[policy]\nfever_c = 37.3\nidle_s 30\n"))
    assert said.startswith("site.toml: this is not valid TOML: ")
    assert "(at line 3, column 8)" in said


def test_unknown_profiles_and_paths_as_profiles_are_refused() -> None:
    for name, hint in (("sampling-sit", 'did you mean "sampling-site"?'), ("../model", "")):
        with pytest.raises(ConfigError) as wrong:
            load_kiosk(name, [])
        assert str(wrong.value).startswith(
            f'there is no site profile "{name}";{hint and " "}{hint}'
        )
        assert str(wrong.value).endswith(" allowed: sampling-site")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    assert sentence(missing) == (
        "missing.toml: the settings file cannot be read (No such file or directory);"
        " give a TOML file that exists"
    )
    assert "Is a directory" in sentence(tmp_path)


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
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
def test_a_file_made_to_hurt(write: Write, text: str) -> None:
    assert sentence(write(text)).startswith("site.toml")


def test_long_keys_and_values_are_cut_in_the_sentence(write: Write) -> None:
    assert len(sentence(write(f"[policy]\n{'k' * 9_000} = 1\n"))) < 600
    assert len(sentence(write(f'[policy]\npool_class = "{"v" * 9_000}"\n'))) < 300


@given(st.integers(0, 4_000), st.binary(min_size=1, max_size=4), st.booleans())
@settings(
    max_examples=150,
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


def test_a_coordinator_is_loaded(write: Write) -> None:
    config = load_coordinator([write('site_id = "0012"\nlanguage = "en"\n')])
    assert config.site_id == "0012" and config.language is Language.EN
    assert load_coordinator([]).web_port == 8080
