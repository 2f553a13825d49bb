"""Pupils choose anew: the others stay where they are unless that leaves no way."""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yaodian.engines.scheduling.sectioning import (
    Changed,
    Choices,
    Combination,
    Homes,
    Mode,
    Room,
    Sections,
    Status,
    Teacher,
    change,
    section,
    verify_sections,
)

from .schools import HBP, HPG, PCB, PCG, SUBJECTS, choices, school


def changed(given_: Choices, before: Sections, anew: dict[str, Combination]) -> Changed:
    found = change(given_, before, anew, seed="b")
    assert verify_sections(found.choices, found.sections) == ()
    return found


def members(sections: Sections) -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for group in sections.groups:
        for number in group.pupils:
            groups.setdefault(number, set()).add(group.code)
    return {number: frozenset(codes) for number, codes in groups.items()}


def of(given_: Choices, combination: Combination) -> str:
    return next(pupil.number for pupil in given_.pupils if pupil.choice == combination)


def test_where_there_are_seats_nobody_else_moves() -> None:
    given_ = choices({PCB: 40, PCG: 40, HPG: 40, HBP: 40})
    before = section(given_, seed="a")
    who = of(given_, PCB)
    found = changed(given_, before, {who: PCG})
    assert (found.moved, found.opened, found.closed) == ((), (), ())
    old, new = members(before), members(found.sections)
    assert {number for number in old if old[number] != new[number]} == {who}
    assert [(g.code, g.block, g.room, g.teacher, g.home) for g in found.sections.groups] == [
        (g.code, g.block, g.room, g.teacher, g.home) for g in before.groups
    ]


def test_nobody_who_chooses_the_same_is_a_change() -> None:
    given_ = choices({PCB: 40, PCG: 40})
    before = section(given_, seed="a")
    found = changed(given_, before, {of(given_, PCB): PCB})
    assert members(found.sections) == members(before)


def test_a_subject_nobody_had_opens_a_group_where_room_and_teacher_are_free() -> None:
    rooms = (Room("R1", 50), Room("R2", 50))
    teachers = tuple(Teacher(code, (code,), 3) for code in SUBJECTS)
    given_ = choices({PCB: 40}, rooms=rooms, teachers=teachers)
    before = section(given_, seed="a")
    found = changed(given_, before, {of(given_, PCB): PCG})
    assert found.opened == ("geography-01",)
    opened = next(group for group in found.sections.groups if group.code == "geography-01")
    assert (opened.teacher, opened.room, len(opened.pupils)) == ("geography", "R2", 1)


def test_without_a_free_room_there_is_no_place() -> None:
    given_ = choices({PCB: 40}, rooms=(Room("R1", 50),))
    before = section(given_, seed="a")
    found = change(given_, before, {of(given_, PCB): PCG}, seed="b")
    assert (found.sections.status, found.sections.groups) == (Status.INFEASIBLE, ())


def test_a_group_that_falls_below_its_least_is_closed() -> None:
    given_ = choices({PCB: 20, PCG: 10}, least=10)
    before = section(given_, seed="a")
    found = changed(given_, before, {of(given_, PCG): PCB} | {p.number: PCB for p in given_.pupils if p.choice == PCG})
    assert len(found.closed) == 1
    assert found.closed[0].startswith("geography")


def test_in_fixed_classes_who_chooses_anew_changes_the_class() -> None:
    given_ = choices({PCB: 30, HPG: 30}, mode=Mode.FIXED_THREE)
    before = section(given_, seed="a")
    who = of(given_, PCB)
    found = changed(given_, before, {who: HPG})
    home = next(home for home in found.sections.homes if who in home.pupils)
    assert home.together == HPG
    assert found.moved == ()


def test_the_same_seed_gives_the_same_bytes() -> None:
    given_ = choices({PCB: 30, PCG: 30, HPG: 20})
    before = section(given_, seed="a")
    anew = {of(given_, PCB): HPG, of(given_, PCG): PCB}
    first, second = (change(given_, before, anew, seed="b").sections.digest for _time in range(2))
    assert first == second


def test_fewest_move_when_a_full_group_must_give_way() -> None:
    """Two groups of 3 in each block for six pupils, all full: one more in physics and one less in history cannot be without a third group
    of physics, in whose block the other groups stay as they are."""
    given_ = choices({PCB: 3, HBP: 3}, most=3, homes=Homes(most=3))
    before = section(given_, seed="a")
    found = changed(given_, before, {of(given_, HBP): PCB})
    assert set(found.opened)
    assert len(found.moved) <= 1


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.integers(4, 30), min_size=4, max_size=4),
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from(school().combinations)), min_size=1, max_size=6),
)
def test_any_change_is_without_fault_and_moves_nobody_if_nobody_need(
    counts: list[int], wishes: list[tuple[int, Combination]]
) -> None:
    given_ = choices(dict(zip([PCB, PCG, HPG, HBP], counts, strict=True)))
    before = section(given_, seed="a")
    numbers = [pupil.number for pupil in given_.pupils]
    anew = {numbers[at % len(numbers)]: combination for at, combination in wishes}
    found = change(given_, before, anew, seed="b")
    assert verify_sections(found.choices, found.sections) == ()
    old, new = members(before), members(found.sections)
    if found.sections.groups:
        others = set(old) - set(anew)
        assert set(found.moved) == {number for number in others if old[number] != new[number]}
    if _all_fit(before, found.choices, anew):
        assert found.moved == ()


def _all_fit(before: Sections, after: Choices, anew: dict[str, Combination]) -> bool:
    """Whether whoever chooses anew, one after the other, finds a seat in the groups as they are, none of which then is empty."""
    sizes = {group.code: len(set(group.pupils) - set(anew)) for group in before.groups}
    for number in anew:
        choice = next(pupil.choice for pupil in after.pupils if pupil.number == number)
        lists = [[group for group in before.groups if group.subject == subject] for subject in choice]
        for picked in itertools.product(*lists):
            if len({group.block for group in picked}) == len(picked) and all(sizes[g.code] < 48 for g in picked):
                for group in picked:
                    sizes[group.code] += 1
                break
        else:
            return False
    return all(sizes.values())
