"""Each fault planted in a faultless result is found, and brute force and planted schools agree with the solver."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yaodian.engines.scheduling.sectioning import (
    Amiss,
    Choices,
    Combination,
    Homes,
    Mode,
    Room,
    Rules,
    Sections,
    Status,
    Teacher,
    section,
    verify_sections,
)

from .schools import BLOCKS, HBP, HPG, PCB, PCG, SUBJECTS, choices, pupils, school

ROOMS = (Room("R1", 50), Room("R2", 50), Room("R3", 50, ("one",)), Room("tiny", 5))
TEACHERS = tuple(Teacher(f"{code}-{at}", (code,), 1) for code in SUBJECTS for at in range(2))
GIVEN = choices({PCB: 40, PCG: 30}, least=10, rooms=ROOMS, teachers=TEACHERS, homes=Homes(least=10, most=40, count=2))
SOUND = section(GIVEN, seed="a")
FIXED = choices({PCB: 40, PCG: 40}, mode=Mode.FIXED_THREE)
FIXED_SOUND = section(FIXED, seed="a")


def with_group(sections: Sections, at: int, **changes: object) -> Sections:
    groups = list(sections.groups)
    groups[at] = replace(groups[at], **changes)  # type: ignore[arg-type]
    return replace(sections, groups=tuple(groups))


def with_home(sections: Sections, at: int, **changes: object) -> Sections:
    homes = list(sections.homes)
    homes[at] = replace(homes[at], **changes)  # type: ignore[arg-type]
    return replace(sections, homes=tuple(homes))


def g(at: int) -> tuple[str, ...]:
    return SOUND.groups[at].pupils


def first_of_home() -> int:
    return next(at for at, group in enumerate(SOUND.groups) if group.home)


def other_block(at: int) -> str:
    return next(block for block in BLOCKS if block != SOUND.groups[at].block)


PLANTED: dict[Amiss, Callable[[], Sections]] = {
    Amiss.OTHER_INPUTS: lambda: replace(SOUND, inputs="x"),
    Amiss.CODE_TWICE: lambda: with_group(SOUND, 0, code=SOUND.groups[1].code),
    Amiss.UNKNOWN: lambda: with_group(SOUND, 0, pupils=(*g(0), "X")),
    Amiss.NOT_TAUGHT: lambda: with_group(SOUND, 0, pupils=g(0)[1:]),
    Amiss.TAUGHT_TWICE: lambda: with_group(SOUND, 0, pupils=(*g(0), g(1)[0])),
    Amiss.NOT_CHOSEN: lambda: with_group(SOUND, 0, subject="history"),
    Amiss.TWO_AT_ONCE: lambda: with_group(SOUND, 0, block=other_block(0)),
    Amiss.BLOCK: lambda: with_group(SOUND, 0, block="nine"),
    Amiss.TOO_SMALL: lambda: with_group(SOUND, 0, pupils=g(0)[:9]),
    Amiss.TOO_LARGE: lambda: with_group(SOUND, 0, pupils=tuple(f"P{at:04}" for at in range(49))),
    Amiss.NO_ROOM: lambda: with_group(SOUND, 0, room=""),
    Amiss.ROOM_TOO_SMALL: lambda: with_group(SOUND, 0, room="tiny"),
    Amiss.ROOM_CLOSED: lambda: with_group(
        SOUND, next(at for at, group in enumerate(SOUND.groups) if group.block != "one"), room="R3"
    ),
    Amiss.ROOM_TAKEN: lambda: with_home(SOUND, 0, room=SOUND.homes[1].room),
    Amiss.NO_TEACHER: lambda: with_group(SOUND, 0, teacher=""),
    Amiss.TEACHER_SUBJECT: lambda: with_group(SOUND, 0, teacher="history-0"),
    Amiss.TEACHER_TWICE: lambda: replace(
        SOUND, groups=tuple(replace(group, teacher=SOUND.groups[0].teacher) for group in SOUND.groups)
    ),
    Amiss.TEACHER_LOAD: lambda: with_group(SOUND, 1, teacher=SOUND.groups[0].teacher),
    Amiss.NO_HOME: lambda: with_home(SOUND, 0, pupils=SOUND.homes[0].pupils[1:]),
    Amiss.TWO_HOMES: lambda: with_home(SOUND, 0, pupils=(*SOUND.homes[0].pupils, SOUND.homes[1].pupils[0])),
    Amiss.HOME_COUNT: lambda: replace(SOUND, homes=SOUND.homes[:1]),
    Amiss.HOST: lambda: with_group(SOUND, first_of_home(), room="R3"),
    Amiss.HOST_TWICE: lambda: replace(
        SOUND, groups=tuple(replace(group, block="one", home=SOUND.homes[0].code) for group in SOUND.groups)
    ),
    Amiss.MOVES: lambda: replace(SOUND, moves=SOUND.moves + 1),
}


def test_the_results_that_faults_are_planted_in_have_none() -> None:
    assert SOUND.groups
    assert verify_sections(GIVEN, SOUND) == ()
    assert verify_sections(FIXED, FIXED_SOUND) == ()


@pytest.mark.parametrize("amiss", PLANTED)
def test_a_planted_fault_is_found(amiss: Amiss) -> None:
    assert amiss in {fault.amiss for fault in verify_sections(GIVEN, PLANTED[amiss]())}


def test_a_class_that_is_parted_breaks_the_mode() -> None:
    parted = with_group(FIXED_SOUND, 0, home="")
    assert Amiss.MODE in {fault.amiss for fault in verify_sections(FIXED, parted)}


def test_a_teacher_is_not_there_at_all_times() -> None:
    away = tuple(Teacher(f"{code}-{at}", (code,), 1, ("one",)) for code in SUBJECTS for at in range(2))
    given_ = Choices(replace(GIVEN.school, teachers=away), GIVEN.pupils)
    assert Amiss.TEACHER_AWAY in {fault.amiss for fault in verify_sections(given_, SOUND)}


def test_a_pupil_of_a_kept_class_stays_in_it() -> None:
    kept = Choices(school(homes=Homes(kept=True)), pupils({PCB: 5}, home="甲班"))
    found = section(kept, seed="a")
    assert verify_sections(kept, found) == ()
    assert Amiss.HOME_CHANGED in {fault.amiss for fault in verify_sections(kept, with_home(found, 0, code="乙班"))}


def test_every_fault_has_a_case() -> None:
    assert set(Amiss) - set(PLANTED) == {Amiss.MODE, Amiss.TEACHER_AWAY, Amiss.HOME_CHANGED}


def fewest_by_trying_all(counts: dict[Combination, int], least: int, most: int, rooms: int) -> int | None:
    """All patterns of all pupils one by one, then as many groups a block as its pupils need."""
    people = [combination for combination, count in counts.items() for _pupil in range(count)]
    found: int | None = None
    for patterns in itertools.product(itertools.permutations(BLOCKS), repeat=len(people)):
        at = Counter(
            place for chosen, blocks in zip(people, patterns, strict=True) for place in zip(chosen, blocks, strict=True)
        )
        groups = {place: -(-count // most) for place, count in at.items()}
        fits = all(at[place] >= least * number for place, number in groups.items())
        if fits and all(sum(n for place, n in groups.items() if place[1] == block) <= rooms for block in BLOCKS):
            count = sum(groups.values())
            found = count if found is None else min(found, count)
    return found


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.sampled_from([PCB, PCG, HPG, HBP]), min_size=1, max_size=4),
    st.sampled_from([(1, 2), (1, 3), (2, 3)]),
    st.integers(1, 4),
)
def test_tiny_schools_agree_with_trying_everything(
    chosen: list[Combination], sizes: tuple[int, int], rooms: int
) -> None:
    counts = dict(Counter(chosen))
    least, most = sizes
    given_ = choices(counts, least=least, most=most, rooms=tuple(Room(f"R{at}") for at in range(rooms)))
    found = section(given_, seed="a")
    fewest = fewest_by_trying_all(counts, least, most, rooms)
    assert verify_sections(given_, found) == ()
    if fewest is None:
        assert found.status is Status.INFEASIBLE
        assert found.reasons
    else:
        assert (found.status, len(found.groups), found.bound) == (Status.OPTIMAL, fewest, fewest)


@st.composite
def planted(draw: st.DrawFn) -> Choices:
    """A school with just the teachers and rooms of a solution: home classes, each with two combinations that share two subjects."""
    mode = draw(st.sampled_from([Mode.MOVING, Mode.FIXED_TWO]))
    classes = draw(st.integers(1, 4))
    counts: Counter[Combination] = Counter()
    needed: Counter[tuple[str, str]] = Counter()
    for _class in range(classes):
        subjects = draw(st.sampled_from([PCB, PCG, HPG, HBP]))
        last = draw(st.sampled_from([s for s in SUBJECTS[2:] if s not in subjects]))
        blocks = draw(st.permutations(BLOCKS))
        other = tuple(sorted((*subjects[:2], last), key=SUBJECTS.index))
        first, second = draw(st.integers(5, 20)), draw(st.integers(0, 20))
        counts[subjects] += first
        counts[other] += second  # type: ignore[index]
        for subject, block in zip(subjects, blocks, strict=True):
            needed[subject, block] += 1
        needed[last, blocks[2]] += bool(second)
    teachers = tuple(
        Teacher(f"{subject}-{block}-{at}", (subject,), 1, (block,))
        for (subject, block), number in needed.items()
        for at in range(number)
    )
    in_block = Counter(block for (_subject, block), number in needed.items() for _group in range(number))
    rooms = [Room(f"R{at}", 50) for at in range(classes)]
    rooms += [Room(f"{b}-{at}", 50, (b,)) for b, number in in_block.items() for at in range(number - classes)]
    made = school(mode=mode, rooms=tuple(rooms), teachers=teachers, homes=Homes(most=40, count=classes))
    return Choices(made, pupils(counts))


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(planted())
def test_what_is_feasible_by_construction_is_found(given_: Choices) -> None:
    found = section(given_, seed="a")
    assert found.groups
    assert verify_sections(given_, found) == ()


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(st.sampled_from(school().combinations), st.integers(1, 60), min_size=1),
    st.booleans(),
    st.integers(0, 2),
)
def test_any_year_is_placed_without_fault(counts: dict[Combination, int], kept: bool, spare: int) -> None:
    people = tuple(replace(pupil, home=f"H{at % (len(counts) + 1)}") for at, pupil in enumerate(pupils(counts)))
    homes = Homes(kept=True) if kept else Homes(most=50)
    given_ = Choices(school(homes=homes, rules=Rules(spare_groups=spare)), people)
    found = section(given_, seed="a")
    assert verify_sections(given_, found) == ()
    assert found.bound <= len(found.groups) <= found.bound + spare
