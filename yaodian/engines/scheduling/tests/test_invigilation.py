"""Who invigilates: rules kept by any sharing, duties evenly shared, moves where the last place is hard to fill."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.scheduling import (
    Duties,
    Examination,
    Invigilator,
    Room,
    UnfitExamination,
    barred_schools,
    seat,
    share_duties,
    verify_duties,
)


def teachers(count: int, schools: int) -> list[Invigilator]:
    return [Invigilator(f"T{number:04}", number % schools) for number in range(count)]


def test_teachers_stay_away_from_their_pupils_and_their_building() -> None:
    rooms = [Room("甲", 0), Room("乙", 1)]
    given_ = Examination.of([f"C{number}" for number in range(60)], rooms, [number // 10 for number in range(60)])
    plan = seat(given_, seed="x")
    barred = barred_schools(given_, plan, {0: 8, 1: 9})
    by_hand = {
        room: frozenset({int(given_.schools[who]) for who in np.flatnonzero(plan.rooms == room)} | {8 + room})
        for room in (0, 1)
    }
    assert barred == by_hand
    duties = share_duties([barred], teachers(40, 12), seed="x")
    assert verify_duties(duties, [barred], teachers(40, 12)) == ()
    assert all(
        teachers(40, 12)[who].school not in barred[room] for (_, room), there in duties.places.items() for who in there
    )


def test_duties_are_shared_evenly_and_nobody_is_twice_in_a_room_if_it_can_be_avoided() -> None:
    sessions = [{room: frozenset({room % 5}) for room in range(20)} for _session in range(6)]
    staff = teachers(120, 30)
    duties = share_duties(sessions, staff, seed="x")
    assert verify_duties(duties, sessions, staff) == ()
    counts = [duties.counts()[who] for who in range(120)]
    assert max(counts) - min(counts) <= 1
    been = [(who, room) for (_, room), there in duties.places.items() for who in there]
    assert len(been) == len(set(been))
    assert share_duties(sessions, staff, seed="x") == duties
    assert share_duties(sessions, staff, seed="y") != duties


def test_somebody_is_moved_where_the_last_place_is_hard_to_fill() -> None:
    """Room 1 bars schools 1 and 2; of 0 and 3 there is one each, and the draw may have given them to room 0."""
    sessions = [{0: frozenset({9}), 1: frozenset({1, 2})}]
    staff = [Invigilator("a", 0), Invigilator("b", 3), Invigilator("c", 1), Invigilator("d", 2)]
    for seed in map(str, range(20)):
        duties = share_duties(sessions, staff, seed=seed)
        assert sorted(duties.places[0, 1]) == [0, 1]
        assert verify_duties(duties, sessions, staff) == ()


def test_moves_go_over_several_rooms() -> None:
    """A chain: each room but the last can be had by two teachers, the last by one of them only."""
    schools = 6
    staff = [Invigilator(f"T{number}", number) for number in range(schools)]
    everybody = frozenset(range(schools))
    sessions = [{room: everybody - {room, min(room + 1, schools - 1)} for room in range(schools)}]
    for seed in map(str, range(20)):
        duties = share_duties(sessions, staff, seed=seed, a_room=1)
        assert {room: there for (_, room), there in duties.places.items()} == {room: (room,) for room in range(schools)}


def test_who_is_absent_or_has_done_enough_is_not_asked_and_too_few_are_named() -> None:
    sessions: list[dict[int, frozenset[int]]] = [{0: frozenset()}, {0: frozenset()}]
    staff = [Invigilator("a", 0, frozenset({1})), Invigilator("b", 1, most=1), Invigilator("c", 2), Invigilator("d", 3)]
    duties = share_duties(sessions, staff, seed="x")
    assert verify_duties(duties, sessions, staff) == ()
    with pytest.raises(UnfitExamination, match=r"第 2 场的考场“甲”需要 2 名监考，找不齐：.*只有 1 名") as raised:
        share_duties(sessions, [staff[0], staff[2]], seed="x", room_codes=["甲"])
    assert raised.value.code == "invigilators"


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=100)
def test_any_sharing_keeps_every_rule(chance: int) -> None:
    draw = np.random.default_rng(chance)
    rooms, schools = int(draw.integers(1, 6)), int(draw.integers(2, 9))
    sessions = [
        {room: frozenset(draw.integers(0, schools, size=2).tolist()) for room in range(rooms)}
        for _session in range(int(draw.integers(1, 4)))
    ]
    staff = [
        Invigilator(str(number), int(draw.integers(0, schools)), frozenset(draw.integers(0, 6, size=1).tolist()))
        for number in range(int(draw.integers(1, 40)))
    ]
    try:
        duties = share_duties(sessions, staff, seed=str(chance))
    except UnfitExamination:
        return
    assert verify_duties(duties, sessions, staff) == ()


def test_the_check_finds_every_kind_of_fault() -> None:
    sessions = [{0: frozenset({5}), 1: frozenset({5})}]
    staff = [Invigilator("a", 0), Invigilator("b", 1), Invigilator("c", 2), Invigilator("d", 3), Invigilator("e", 5)]
    duties = share_duties(sessions, staff, seed="x")

    def codes(first: tuple[int, ...], second: tuple[int, ...] = (2, 3), people: list[Invigilator] = staff) -> set[str]:
        return {fault.code for fault in verify_duties(Duties({(0, 0): first, (0, 1): second}, "x"), sessions, people)}

    assert verify_duties(duties, sessions, staff) == ()
    assert codes((0,)) == {"too-few"}
    assert codes((0, 4)) == {"own-school"}
    assert codes((0, 2)) == {"twice-at-once"}
    assert codes((0, 1), people=[replace(staff[0], absent=frozenset({0})), *staff[1:]]) == {"absent"}
    assert codes((0, 1), people=[replace(staff[0], most=0), *staff[1:]]) == {"too-many"}
    assert codes((0, 1), people=[replace(staff[0], school=1), *staff[1:]]) == {"same-school"}
