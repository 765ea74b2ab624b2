"""Whatever message the code names, both languages can say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.model import Language
from config.translations import Catalogue
from firmware_bridge.link_state import LinkState
from kiosk.ipc.messages import CameraState, UplinkState

ROOT = Path(__file__).parents[2]
LITERAL = re.compile(r'"((?:page|button|notice|reason|alert)\.[a-z-]*[a-z])"')


def named_by(*packages: str) -> Iterator[str]:
    for package in packages:
        for file in (ROOT / package).rglob("*.py"):
            yield from LITERAL.findall(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", Language)
def test_the_screen_can_say_what_the_kiosk_names(language: Language) -> None:
    named = {one for one in named_by("kiosk") if not one.startswith("alert.")}
    assert len(named) > 30
    assert named - Catalogue.load(language).message_ids == set()


@pytest.mark.parametrize("language", Language)
def test_staff_can_read_what_and_what_to_do_of_every_alert(language: Language) -> None:
    named = {one for one in named_by("kiosk") if one.startswith("alert.")}
    assert len(named) > 8
    wanted = {f"staff.{alert}{part}" for alert in named for part in ("", ".action")}
    assert wanted - Catalogue.load(language).message_ids == set()


@pytest.mark.parametrize("language", Language)
def test_every_state_of_a_device_that_is_not_fine_has_its_sentences(language: Language) -> None:
    wired = ("thermometer", "printer", "scanner", "id-card-reader")
    links = [f"{role}.{s}" for role in wired for s in LinkState]
    cameras = [f"camera.{state}" for state in CameraState]
    uplinks = [f"uplink.{state}" for state in UplinkState]
    fine = {*(f"{role}.ready" for role in wired), "camera.ready", "uplink.online"}
    faults = {*links, *cameras, *uplinks} - fine
    wanted = {f"{fault}.{part}" for fault in faults for part in ("what", "cause", "action")}
    assert wanted - Catalogue.load(language).message_ids == set()
