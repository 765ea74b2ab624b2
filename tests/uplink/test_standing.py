"""One state, one sentence: which trouble counts when there are several."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.ipc.messages import UplinkState
from kiosk.uplink.standing import PATIENCE, Facts, at_enrolled_store, standing

FINE = Facts(
    connected=True,
    refused=False,
    trouble="",
    refusal="",
    host_online=True,
    host_store="store-1",
    enrolled_store="store-1",
    unanswered=0,
    set_aside=(),
    waiting=0,
)


@pytest.mark.parametrize(
    ("changed", "state", "words"),
    [
        ({}, UplinkState.ONLINE, ""),
        ({"waiting": 12}, UplinkState.ONLINE, "12 records"),
        ({"enrolled_store": None}, UplinkState.ONLINE, ""),
        ({"connected": False, "trouble": "no broker"}, UplinkState.OFFLINE, "no broker"),
        (
            {"connected": False, "refused": True, "trouble": "sent away"},
            UplinkState.REFUSED,
            "sent away",
        ),
        ({"refusal": "not authorized"}, UplinkState.REFUSED, "not authorized"),
        ({"host_online": None}, UplinkState.NO_COORDINATOR, "not seen yet"),
        ({"host_online": False}, UplinkState.NO_COORDINATOR, "is away"),
        ({"host_store": "store-2"}, UplinkState.REFUSED, "another store (store-2)"),
        ({"unanswered": PATIENCE}, UplinkState.ONLINE, ""),
        ({"unanswered": PATIENCE + 1}, UplinkState.REFUSED, "acknowledges nothing"),
        ({"set_aside": (7, 9)}, UplinkState.ONLINE, "all but record 7, 9"),
        ({"host_online": False, "host_store": "store-2"}, UplinkState.NO_COORDINATOR, "away"),
    ],
)
def test_each_trouble_has_its_state_and_sentence(
    changed: dict[str, object], state: UplinkState, words: str
) -> None:
    status = standing(replace(FINE, **changed))  # type: ignore[arg-type]
    assert status.state is state
    assert words in status.detail


def test_records_go_only_to_the_first_store_or_the_same() -> None:
    assert at_enrolled_store("store-1", None)
    assert at_enrolled_store("store-1", "store-1")
    assert not at_enrolled_store("store-2", "store-1")
