"""Unrest kills everybody in turn, and nobody after it was stopped."""

from __future__ import annotations

import threading

import pytest

from hil.demo.unrest import VICTIMS, Unrest

TIMEOUT_S = 5.0


def test_everybody_is_killed_in_turn_until_the_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hil.demo.unrest.PAUSE_S", (0.0, 0.001))
    asked: list[str] = []
    enough = threading.Event()

    def kill(name: str) -> bool:
        asked.append(name)
        if len(asked) >= len(VICTIMS):
            enough.set()
        return name != "mosquitto"

    unrest = Unrest(kill, seed=1, say=lambda _: None)
    unrest.start()
    assert enough.wait(TIMEOUT_S)
    unrest.stop()
    killed = tuple(unrest.killed)
    assert sorted(asked[: len(VICTIMS)]) == sorted(VICTIMS)
    assert set(killed[: len(VICTIMS) - 1]) == set(VICTIMS) - {"mosquitto"}
    assert len(asked) == len(killed) + asked.count("mosquitto")
