"""A thermometer with somebody's forehead before it, on a pseudo terminal or a TCP port.

One physics, many protocols: which one is spoken is a name, that of the kiosk's settings where it
has one.
"""

from __future__ import annotations

from collections.abc import Set
from functools import partial
from typing import Protocol

from hil.faults import FaultWord, InstrumentKind, fault_word
from hil.models.cjmcu90614 import Cjmcu90614Model
from hil.models.forehead import Forehead
from hil.models.modbus_thermometer import ModbusThermometerModel
from hil.models.optris import OptrisModel
from hil.models.small_boards import Gd60914Model, Gy614V3Model, TextBoardModel
from hil.models.thermal_array import ThermalArrayModel
from hil.models.thermometer import ThermometerModel
from hil.skins.wired import wired_skin
from hil.twins.line import Instrument, TwinLine
from hil.twins.line_faults import LineFaults
from hil.twins.wired import WiredTwin


class _Model(Protocol):
    """What a twin needs of a thermometer. Times are seconds of CLOCK_MONOTONIC."""

    baud: int
    stale: bool
    fahrenheit: bool

    def power_up(self, now_s: float) -> None: ...
    def present(self, forehead: Forehead, now_s: float) -> None: ...
    def leave(self, now_s: float) -> None: ...
    def set_ambient(self, ambient_c: float, now_s: float) -> None: ...
    def object_temperature(self, now_s: float) -> float: ...
    def receive(self, data: bytes, now_s: float) -> None: ...
    def advance(self, now_s: float) -> bytes: ...
    def next_due_s(self) -> float | None: ...


class _MakeModel(Protocol):
    def __call__(self, *, seed: int, ambient_c: float, baud: int) -> _Model: ...


MODELS: dict[str, _MakeModel] = {
    "gy-mcu90615": ThermometerModel,
    "gy-mcu90614": ThermometerModel,
    "cjmcu-90614": Cjmcu90614Model,
    "gymcu90640": ThermalArrayModel,
    "optris-cs": OptrisModel,
    "optris-ct": partial(OptrisModel, checksums=True),
    "modbus": ModbusThermometerModel,
    "modbus-omega": partial(
        ModbusThermometerModel, first_average=ModbusThermometerModel.OMEGA_AVERAGE
    ),
    "text-lines": TextBoardModel,
    "gd60914": Gd60914Model,
    "gy-614v3": Gy614V3Model,
}


_OF_SENSOR = {FaultWord.STALE_READING: "stale", FaultWord.WRONG_UNIT: "fahrenheit"}
"""Faults of the sensor itself, and the attribute of the model that has them."""


class ThermometerTwin(WiredTwin):
    """``url`` is what the kiosk is configured with. Every method may be called from any thread.

    ``protocol`` is one of `MODELS`. On a pseudo terminal both sides must agree on ``baud``,
    otherwise they hear nonsense.
    """

    def __init__(
        self,
        url: str,
        *,
        seed: int = 0,
        ambient_c: float = 24.0,
        baud: int = 115200,
        protocol: str = "gy-mcu90615",
    ) -> None:
        self._model = MODELS[protocol](seed=seed, ambient_c=ambient_c, baud=baud)
        instrument = Instrument(
            receive=self._model.receive,
            advance=self._model.advance,
            next_due_s=self._model.next_due_s,
            plugged=self._model.power_up,  # the module lives on the power of its cable
            baud=lambda: self._model.baud,
        )
        super().__init__(TwinLine("thermometer", instrument, wired_skin(url), LineFaults(seed)))

    def _own_faults(self) -> Set[FaultWord]:
        return {word for word, attribute in _OF_SENSOR.items() if self._holds(attribute)}

    def _holds(self, attribute: str) -> bool:
        return bool(getattr(self._model, attribute))

    def present(self, core_c: float, distance_cm: float = 6.0) -> None:
        """Somebody with a body core of ``core_c`` degC brings the forehead before the lens."""
        forehead = Forehead(core_c, distance_cm)
        self._line.ask(lambda now_s: self._model.present(forehead, now_s))

    def leave(self) -> None:
        self._line.ask(self._model.leave)

    def set_ambient(self, ambient_c: float) -> None:
        """Temperature of the room, degC; skin follows it."""
        self._line.ask(lambda now_s: self._model.set_ambient(ambient_c, now_s))

    def object_temperature(self) -> float:
        """What the sensor would read now without noise, degC: the truth to compare with."""
        return self._line.ask(self._model.object_temperature)

    def fault(self, word: str) -> None:
        """Begin a fault of the vocabulary; raises `hil.faults.NotExpressible`."""
        known = fault_word(word, InstrumentKind.THERMOMETER, self._line.skin_kind)
        if known in _OF_SENSOR:
            self._set(known, True)
        else:
            self._line.fault(known)

    def heal(self, word: str | None = None) -> None:
        """End one fault, or all that hold."""
        for held in self.faults if word is None else {FaultWord(word)}:
            if held in _OF_SENSOR:
                self._set(held, False)
            else:
                self._line.heal(held)

    def _set(self, word: FaultWord, holds: bool) -> None:
        self._line.ask(lambda now_s: setattr(self._model, _OF_SENSOR[word], holds))
