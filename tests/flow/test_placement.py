"""Tube and place: never mixed, never over-full, the oldest first, else the shortest lane."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.pool_class import PoolClass
from kiosk.flow.placement import InNewTube, InTube, OpenTube, choose_place, tube_size

TUBE = OpenTube("00070332600017", PoolClass.TEN, lane=2, size=10, places_used=4, age_s=60.0)


def choose(
    *tubes: OpenTube,
    pool_class: PoolClass = PoolClass.TEN,
    waiting: dict[int, int] | None = None,
) -> InTube | InNewTube:
    return choose_place(
        pool_class,
        tubes,
        unsampled_by_lane=waiting or {},
        lanes=(1, 2, 3),
        household_max=8,
        max_age_s=3600.0,
    )


def test_an_open_tube_is_filled_first() -> None:
    assert choose(TUBE) == InTube(TUBE, 5)


def test_the_oldest_of_two_is_filled_first() -> None:
    older = replace(TUBE, tube="00070332600020", lane=3, age_s=600.0)
    assert choose(TUBE, older) == InTube(older, 5)


def test_full_old_foreign_class_and_foreign_lane_take_nobody() -> None:
    others = (
        replace(TUBE, places_used=10),
        replace(TUBE, age_s=3600.0),
        replace(TUBE, pool_class=PoolClass.FIVE),
        replace(TUBE, lane=9),
    )
    assert choose(*others) == InNewTube(lane=1, size=10)


def test_a_new_tube_goes_to_the_shortest_lane_and_ties_to_the_first() -> None:
    assert choose(waiting={1: 5, 2: 3, 3: 3}) == InNewTube(lane=2, size=10)


def test_single_and_household_tubes_are_not_shared() -> None:
    one = replace(TUBE, pool_class=PoolClass.ONE, size=1, places_used=0)
    home = replace(TUBE, pool_class=PoolClass.HOUSEHOLD, size=8, places_used=2)
    assert choose(one, pool_class=PoolClass.ONE) == InNewTube(1, 1)
    assert choose(home, pool_class=PoolClass.HOUSEHOLD) == InNewTube(1, 8)
    assert tube_size(PoolClass.TWENTY, 8) == 20


@settings(max_examples=100)
@given(
    st.lists(
        st.builds(
            OpenTube,
            tube=st.from_regex("[0-9]{14}", fullmatch=True),
            pool_class=st.sampled_from(PoolClass),
            lane=st.integers(1, 5),
            size=st.integers(1, 20),
            places_used=st.integers(0, 20),
            age_s=st.floats(0, 10_000),
        )
    ),
    st.sampled_from(PoolClass),
)
def test_whatever_is_open_the_choice_keeps_the_rules(
    tubes: list[OpenTube], pool_class: PoolClass
) -> None:
    choice = choose(*tubes, pool_class=pool_class)
    if isinstance(choice, InNewTube):
        assert choice.lane in (1, 2, 3)
        return
    assert choice.tube in tubes
    assert choice.tube.pool_class is pool_class
    assert 1 <= choice.place <= choice.tube.size
    assert choice.place == choice.tube.places_used + 1
    assert choice.tube.age_s < 3600.0
