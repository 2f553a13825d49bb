"""A school of four classes worked out by hand, and each aim with a case that another aim would decide otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yaodian.engines.scheduling.sectioning import (
    Choices,
    Homes,
    Limits,
    Mode,
    Pick,
    Progress,
    Pupil,
    Room,
    Rules,
    School,
    Sections,
    Status,
    Subject,
    Teacher,
    Trait,
    section,
    verify_sections,
)

from .schools import HBP, HPG, PCB, PCG, choices, pupils, school


def solved(given: Choices, **limits: object) -> Sections:
    found = section(given, seed="a", limits=Limits(**limits))  # type: ignore[arg-type]
    assert verify_sections(given, found) == ()
    return found


def test_four_classes_of_four_combinations_stay_as_they_are() -> None:
    """40 pupils of each: physics 80, history 80, and so on. Each class is taught its three subjects by itself: twelve groups of 40, and
    fewer there cannot be, since 80 need two groups of 48."""
    given = choices({PCB: 40, PCG: 40, HPG: 40, HBP: 40})
    found = solved(given)
    assert (found.status, len(found.groups), found.bound, found.moves, found.mixed) == (Status.OPTIMAL, 12, 12, 0, 0)
    assert [len(home.pupils) for home in found.homes] == [40] * 4
    assert {home.together for home in found.homes} == {PCB, PCG, HPG, HBP}


def test_two_halves_of_a_class_part_for_one_subject() -> None:
    """24 take biology and 24 geography beside physics and chemistry: one class, two common groups and two of 24, of which one may meet
    in the class room: 24 pupils move, once."""
    given = choices({PCB: 24, PCG: 24})
    found = solved(given)
    assert (len(found.groups), len(found.homes), found.moves, found.mixed) == (4, 1, 24, 1)
    assert found.homes[0].together == ("physics", "chemistry")


@pytest.mark.parametrize(("mode", "groups", "moves"), [(Mode.FIXED_TWO, 4, 24), (Mode.FIXED_THREE, 6, 0)])
def test_the_mode_decides_how_far_a_class_stays_together(mode: Mode, groups: int, moves: int) -> None:
    found = solved(choices({PCB: 24, PCG: 24}, mode=mode))
    assert (len(found.groups), found.moves) == (groups, moves)


@pytest.mark.parametrize("count", [2, 3])
def test_there_are_as_many_home_classes_as_are_wanted(count: int) -> None:
    """90 fill two classes of 45 by themselves, and three of 30."""
    found = solved(choices({PCB: 90}, homes=Homes(most=50, count=count)))
    assert len(found.homes) == count
    assert len(found.groups) == 6


def test_spare_groups_buy_fewer_moves() -> None:
    """With two groups more each half is a class of its own and nobody moves."""
    given = choices({PCB: 24, PCG: 24}, rules=Rules(spare_groups=2), homes=Homes(most=50, count=2))
    found = solved(given)
    assert (found.moves, found.mixed) == (0, 0)
    assert len(solved(choices({PCB: 24, PCG: 24}, homes=Homes(most=50, count=2))).groups) == 4


def test_classes_that_are_kept_stay_and_are_parted_as_little_as_can_be() -> None:
    """Two classes of 20 and 20 each, mixed half and half: physics is one group a class or one for both, history likewise; the fewest are
    6 groups of 40, and a group that meets in a class's room holds its 20."""
    people = tuple(Pupil(f"P{at:02}", PCB if at % 2 else HPG, home="甲班" if at < 40 else "乙班") for at in range(80))
    given = Choices(school(homes=Homes(kept=True)), people)
    found = solved(given)
    assert (len(found.groups), found.bound) == (6, 6)
    assert {home.code: len(home.pupils) for home in found.homes} == {"甲班": 40, "乙班": 40}
    # Each class can host one group in each block, and 20 of it stay there.
    assert found.moves == 3 * 80 - 2 * 3 * 20


def test_sizes_are_even_where_nothing_else_decides() -> None:
    found = solved(choices({PCB: 100}))
    assert sorted(len(group.pupils) for group in found.groups) == [33] * 6 + [34] * 3


def test_groups_share_out_boys_and_girls_when_asked() -> None:
    """Forty boys before forty girls on the list: without asking they are dealt out by the draw, with asking half and half."""
    people = tuple(Pupil(f"P{at:02}", PCB, gender="m" if at < 40 else "f", boards=at % 4 == 0) for at in range(80))
    given = Choices(school(rules=Rules(balance=(Trait.GENDER, Trait.BOARDING))), people)
    found = solved(given)
    of = {pupil.number: pupil for pupil in people}
    for unit in (*found.groups, *found.homes):
        assert sum(of[number].gender == "m" for number in unit.pupils) == 20
        assert sum(of[number].boards for number in unit.pupils) == 10


def test_level_groups_lie_in_a_block_of_their_own_and_everybody_moves_to_them() -> None:
    """English A and B in a fourth block: 30 of A and 18 of B from one class of 48."""
    english = (
        Subject("english-a", blocks=("four",), at_home=False),
        Subject("english-b", blocks=("four",), at_home=False),
    )
    base = school()
    of_three = tuple(replace(subject, blocks=base.blocks) for subject in base.subjects)
    levels = School(
        of_three + english,
        (*base.picks, Pick(("english-a", "english-b"))),
        (*base.blocks, "four"),
        homes=Homes(most=50),
    )
    people = tuple(Pupil(f"P{at:02}", (*PCB, "english-a" if at < 30 else "english-b")) for at in range(48))
    found = solved(Choices(levels, people))
    assert (len(found.groups), found.moves, found.homes[0].together) == (5, 48, PCB)
    assert {group.subject: len(group.pupils) for group in found.groups if group.block == "four"} == {
        "english-a": 30,
        "english-b": 18,
    }


def test_rooms_and_teachers_are_given_by_name() -> None:
    """Two classes need six groups: two rooms in each block and, of each subject, two teachers of one group or one of two."""
    rooms = (Room("R1", 50), Room("R2", 50), Room("hall", 20), Room("late", 60, ("three",)))
    teachers = tuple(Teacher(f"{code}-{at}", (code,), 1) for code in PCB for at in range(2))
    found = solved(choices({PCB: 96}, rooms=rooms, teachers=teachers))
    assert {home.room for home in found.homes} == {"R1", "R2"}
    assert sorted(group.teacher for group in found.groups) == sorted(teacher.code for teacher in teachers)


def test_a_small_room_holds_a_small_group() -> None:
    """One room of 30 and one of 18 for 48 pupils: two groups in each block."""
    rooms = (Room("R1", 30), Room("R2", 18))
    found = solved(choices({PCB: 48}, rooms=rooms))
    assert sorted(len(group.pupils) for group in found.groups) == [18] * 3 + [30] * 3


def test_the_same_seed_gives_the_same_bytes_and_another_deals_otherwise() -> None:
    given = choices({PCB: 31, PCG: 22, HPG: 17, HBP: 19})
    first, second = section(given, seed="a"), section(given, seed="a")
    assert first.digest == second.digest
    other = section(given, seed="b")
    assert other.digest != first.digest
    assert verify_sections(given, other) == ()


def test_who_cancels_gets_no_answer_and_no_wrong_one() -> None:
    given = choices({PCB: 31, PCG: 22})
    found = section(given, seed="a", limits=Limits(cancelled=lambda: True))
    assert (found.status, found.groups, found.cut_short) == (Status.UNKNOWN, (), True)
    assert section(given, seed="a", limits=Limits(seconds=1e-9)).status in (Status.UNKNOWN, Status.OPTIMAL)


def test_who_cancels_midway_gets_what_is_found_so_far_or_nothing() -> None:
    told: list[Progress] = []
    given = choices({PCB: 131, PCG: 122, HPG: 67, HBP: 55})
    found = section(given, seed="a", limits=Limits(cancelled=lambda: len(told) > 1, progress=told.append))
    assert found.cut_short
    assert verify_sections(given, found) == ()
    assert found.groups or found.status is Status.UNKNOWN


def test_progress_is_told_with_best_and_bound() -> None:
    told: list[Progress] = []
    solved(choices({PCB: 31, PCG: 22, HPG: 17}), progress=told.append)
    assert told
    assert all(each.bound <= each.best for each in told)


def test_two_threads_find_groups_as_good() -> None:
    given = Choices(school(), pupils({PCB: 31, PCG: 22}))
    assert len(solved(given, workers=2).groups) == len(solved(given).groups)
