"""The other thermometers' side of the wire, against the manuals' own bytes."""

from __future__ import annotations

from itertools import count

import pytest

from config.devices import ThermometerCodec
from hil.models.cjmcu90614 import Cjmcu90614Model, cjmcu_frame
from hil.models.forehead import Forehead, OutputPace, surface_temperature
from hil.models.modbus_thermometer import ModbusThermometerModel, modbus_crc
from hil.models.optris import OptrisModel, temperature_answer
from hil.models.small_boards import Gd60914Model, Gy614V3Model, TextBoardModel
from hil.models.thermal_array import ThermalArrayModel, picture_frame
from hil.scenario_thermometer import settings_for
from hil.twins.thermometer import MODELS

QUESTIONS = {
    "optris-cs": (b"\x01", b"\x02"),
    "optris-ct": (b"\x01", b"\x02"),
    "modbus": (bytes.fromhex("01 04 00 12 00 01 91 CF"),),
    "modbus-omega": (bytes.fromhex("01 04 00 0E 00 01") + modbus_crc(b"\x01\x04\0\x0e\0\x01"),),
    "gd60914": (b"\xaa",),
}


def test_cjmcu_bytes_of_the_source_comment() -> None:
    assert cjmcu_frame(1, 26.91, 26.91).hex(" ") == "66 66 01 04 0a 83 0a 83 1a"
    assert cjmcu_frame(1, 36.62, 27.85).hex(" ") == "66 66 01 04 0e 4e 0a e1 47"


def test_a_cjmcu_answers_a_query_once_and_then_is_quiet() -> None:
    model = Cjmcu90614Model(seed=1)
    model.power_up(0.0)
    assert model.advance(0.1)[2] == 1
    model.receive(bytes.fromhex("66 66 02 56"), 0.2)
    assert len(said := model.advance(0.2)) == 9 and said[2] == 2
    assert model.next_due_s() is None
    model.receive(bytes.fromhex("00 66 66 12 56 66 66 01 56"), 0.3)
    assert model.baud == 57600 and len(model.advance(0.3)) == 9


def test_the_arrays_picture_of_the_manual() -> None:
    data = picture_frame([25 + place / 100 for place in range(768)], 30.0)
    assert len(data) == 1544
    assert data[:8].hex(" ") == "5a 5a 02 06 c4 09 c5 09"
    assert data[-2:].hex(" ") == "94 36"


def test_the_array_keeps_its_rate_and_obeys_whole_commands_only() -> None:
    model = ThermalArrayModel(seed=1)
    model.power_up(0.0)
    assert len(model.advance(0.1)) == 1544 and model.next_due_s() == pytest.approx(0.35)
    model.receive(bytes.fromhex("A5 25 00 CB A5 25 04 CE"), 0.1)  # the first has a wrong sum
    model.advance(0.35)
    assert model.next_due_s() == pytest.approx(0.475)
    model.receive(bytes.fromhex("A5 35 01 DB"), 0.4)
    assert len(model.advance(0.4)) == 1544 and model.next_due_s() is None


def test_a_face_in_the_picture_grows_as_it_comes_near() -> None:
    sizes = []
    for distance_cm in (60.0, 20.0, 6.0):
        model = ThermalArrayModel(seed=1, dead_pixels=0)
        model.power_up(0.0)
        model.present(Forehead(36.8, distance_cm), 0.0)
        data = model.advance(1.0)[4:-4]
        words = [int.from_bytes(data[at : at + 2], "little") / 100 for at in range(0, 1536, 2)]
        sizes.append(sum(word > 32 for word in words))
    assert 4 < sizes[0] < sizes[1] / 4 and sizes[1] < sizes[2] <= 768


@pytest.mark.parametrize(("celsius", "words"), [(23.5, "04 d3"), (36.6, "05 56"), (-4.8, "03 b8")])
def test_optris_temperatures_of_the_manual(celsius: float, words: str) -> None:
    assert temperature_answer(celsius).hex(" ") == words


@pytest.mark.parametrize(
    ("checksums", "setting", "taken"),
    [
        (False, "84 03 D4", True),
        (True, "84 03 D4 53", True),
        (True, "84 03 D4 54", False),
    ],
)
def test_an_optris_ct_takes_settings_with_their_checksum(
    checksums: bool, setting: str, taken: bool
) -> None:
    model = OptrisModel(seed=1, checksums=checksums)
    model.power_up(0.0)
    model.receive(bytes.fromhex(setting) + b"\x04", 0.0)
    answers = model.advance(1.0)
    assert answers.hex(" ") == ("03 d4 03 d4" if taken else "03 b6")


def test_modbus_messages_of_the_manual() -> None:
    assert modbus_crc(bytes.fromhex("01 04 00 12 00 01")).hex(" ") == "91 cf"
    assert modbus_crc(bytes.fromhex("40 03 02 08 B1")).hex(" ") == "43 ff"
    model = ModbusThermometerModel(seed=1, ambient_c=36.6)
    model.power_up(0.0)
    model.receive(bytes.fromhex("00 01 04 00 12 00 01 91 CF"), 0.0)
    assert model.advance(0.019) == b""
    reply = model.advance(0.02)
    assert reply[:3].hex(" ") == "01 04 02" and modbus_crc(reply[:-2]) == reply[-2:]
    assert int.from_bytes(reply[3:5], "big") == pytest.approx(366, abs=2)


@pytest.mark.parametrize(
    ("request_words", "exception"),
    [("01 05 00 12 00 01", "01 85 01"), ("01 04 00 40 00 01", "01 84 02")],
)
def test_a_modbus_sensor_refuses_politely(request_words: str, exception: str) -> None:
    model = ModbusThermometerModel(seed=1)
    model.power_up(0.0)
    request = bytes.fromhex(request_words)
    model.receive(request + modbus_crc(request), 0.0)
    assert model.advance(1.0)[:3].hex(" ") == exception


def test_omegas_registers_stand_four_before_calexs() -> None:
    model = ModbusThermometerModel(
        seed=1, first_average=ModbusThermometerModel.OMEGA_AVERAGE, ambient_c=30.0
    )
    model.power_up(0.0)
    request = bytes.fromhex("01 03 00 10 00 01")
    model.receive(request + modbus_crc(request), 0.0)
    assert int.from_bytes(model.advance(1.0)[3:5], "big") == pytest.approx(300, abs=2)


def test_small_boards_say_what_little_is_known() -> None:
    text, gy614, gd = TextBoardModel(seed=1), Gy614V3Model(seed=1), Gd60914Model(seed=1)
    for model in (text, gy614, gd):
        model.power_up(0.0)
        model.receive(b"\xa1\xaa", 0.0)
    assert text.advance(0.1).startswith(b"T surface = 2") and len(gy614.advance(0.1)) == 12
    answer = gd.advance(0.1)
    assert len(answer) == 7 and int(answer) == pytest.approx(240, abs=2)


@pytest.mark.parametrize("protocol", MODELS)
def test_one_physics_behind_every_protocol(protocol: str) -> None:
    model = MODELS[protocol](seed=1, ambient_c=24.0, baud=9600)
    model.power_up(0.0)
    model.present(Forehead(36.8, 6.0), 0.0)
    assert model.object_temperature(1.0) == pytest.approx(surface_temperature(36.8, 24.0))
    model.leave(1.0)
    assert model.object_temperature(2.0) == pytest.approx(24.0)


def test_every_codec_of_the_settings_has_a_twin() -> None:
    assert {settings_for(protocol).codec for protocol in MODELS} == set(ThermometerCodec)


def test_a_pause_makes_no_burst() -> None:
    pace = OutputPace(0.1)
    assert not pace.due(5.0)
    pace.next_due_s = 1.0
    assert pace.due(9.0) and not pace.due(9.05)
    assert pace.next_due_s == pytest.approx(9.1)


@pytest.mark.parametrize("protocol", MODELS)
def test_a_stale_sensor_repeats_itself_and_the_other_unit_is_far_off(protocol: str) -> None:
    times_s = count(10, 10)

    def say() -> bytes:
        start_s = float(next(times_s))
        for question in QUESTIONS.get(protocol, ()):
            model.receive(question, start_s)
        return model.advance(start_s + 0.5)

    model = MODELS[protocol](seed=1, ambient_c=24.0, baud=9600)
    model.power_up(0.0)
    first = say()
    model.stale = True
    assert say() == first != b""
    model.fahrenheit = True
    assert say() != first
    model.stale = model.fahrenheit = False
    assert say() != b""
