"""Names of the MQTT topics: ``ncs/1/KIOSK/…`` for a kiosk, ``ncs/1/host`` for the coordinator.

Owns their spelling. Must not know payloads. Kiosk ids are one level, as the broker's access rules
need it, and never a wildcard; nothing personal is ever part of a topic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from contracts.field_types import is_kiosk_id

PREFIX = "ncs/1"
HOST = f"{PREFIX}/host"  # presence of the coordinator, retained

ALL_RECORDS = f"{PREFIX}/+/rec"
ALL_STATES = f"{PREFIX}/+/state"
ALL_REPORTS = f"{PREFIX}/+/report"

_VERB = re.compile(r"[a-z][a-z-]{0,31}")


class TopicRefused(ValueError):
    """The text is not one of our topics, or cannot be made one."""


class TopicKind(StrEnum):
    """What travels there, by the topic's last level. QoS 1 unless noted."""

    RECORD = "rec"  # kiosk → coordinator: bundles
    ACKNOWLEDGEMENT = "ack"  # coordinator → kiosk, retained
    STATE = "state"  # kiosk → all: presence, retained, also the will
    REPORT = "report"  # kiosk → coordinator: devices and alerts, QoS 0
    COMMAND = "cmd"  # coordinator → kiosk, one more level: the verb
    HOST = "host"  # coordinator → all: presence, retained, also the will


@dataclass(frozen=True, slots=True)
class Topic:
    """A parsed topic. ``kiosk`` is empty for HOST, ``verb`` for all but COMMAND."""

    kind: TopicKind
    kiosk: str = ""
    verb: str = ""


def record(kiosk: str) -> str:
    return _of_kiosk(kiosk, TopicKind.RECORD)


def acknowledgement(kiosk: str) -> str:
    return _of_kiosk(kiosk, TopicKind.ACKNOWLEDGEMENT)


def state(kiosk: str) -> str:
    return _of_kiosk(kiosk, TopicKind.STATE)


def report(kiosk: str) -> str:
    return _of_kiosk(kiosk, TopicKind.REPORT)


def command(kiosk: str, verb: str) -> str:
    """``verb`` is lower case words with hyphens: ``print-again``."""
    if not _VERB.fullmatch(verb):
        raise TopicRefused("a verb has 1 to 32 small letters and hyphens")
    return f"{_of_kiosk(kiosk, TopicKind.COMMAND)}/{verb}"


def all_commands(kiosk: str) -> str:
    """The filter a kiosk subscribes to."""
    return f"{_of_kiosk(kiosk, TopicKind.COMMAND)}/+"


def parse(topic: str) -> Topic:
    """What a message's topic means. Raises `TopicRefused`."""
    if topic == HOST:
        return Topic(TopicKind.HOST)
    match topic.split("/"):
        case ["ncs", "1", kiosk, ("rec" | "ack" | "state" | "report") as kind]:
            if is_kiosk_id(kiosk):
                return Topic(TopicKind(kind), kiosk)
        case ["ncs", "1", kiosk, "cmd", verb]:
            if is_kiosk_id(kiosk) and _VERB.fullmatch(verb):
                return Topic(TopicKind.COMMAND, kiosk, verb)
    raise TopicRefused("this is not a topic of this site")


def _of_kiosk(kiosk: str, kind: TopicKind) -> str:
    if not is_kiosk_id(kiosk):
        raise TopicRefused("a kiosk id is region, site and kiosk, such as 330106-0007-k03")
    return f"{PREFIX}/{kiosk}/{kind}"
