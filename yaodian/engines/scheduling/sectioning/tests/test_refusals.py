"""What is refused, with what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from yaodian.engines.scheduling.sectioning import (
    Choices,
    Homes,
    Limits,
    Pick,
    Pupil,
    Room,
    Rules,
    School,
    Sections,
    Status,
    Subject,
    Teacher,
    UnfitSchool,
    change,
    section,
)
from yaodian.engines.scheduling.sectioning.refusals import MESSAGES

from .schools import BLOCKS, PCB, PICKS, choices, school

FOUR = school().subjects


def made(**given: Any) -> School:
    return replace(school(), **given)


def sized(least: int, most: int) -> School:
    return made(subjects=(Subject("physics", least, most), *FOUR[1:]))


def chosen(*choice: str, number: str = "P1", **given: Any) -> Choices:
    return Choices(school(**given), (Pupil(number, choice),))


def many_blocks() -> School:
    return made(blocks=tuple(f"b{at}" for at in range(9)))


TWICE = (Pupil("P1", PCB), Pupil("P1", PCB))

REFUSED = {
    "no rooms": (lambda: made(rooms=()), "empty", "There are no rooms."),
    "no teachers": (lambda: made(teachers=()), "empty", "There are no teachers."),
    "no pupils": (lambda: Choices(school(), ()), "empty", "There are no pupils."),
    "no picks": (lambda: made(picks=()), "empty", "There are no picks."),
    "empty code": (lambda: made(rooms=(Room(" "),)), "code", "A code among the rooms is empty"),
    "teacher twice": (
        lambda: made(teachers=(Teacher("王", ("physics",)), Teacher("王", ("history",)))),
        "twice",
        "“王” occurs twice among the teachers",
    ),
    "pupil twice": (lambda: Choices(school(), TWICE), "twice", "“P1” occurs twice among the pupils"),
    "unknown block": (lambda: made(rooms=(Room("R", 50, ("four",)),)), "unknown", "names “four”"),
    "unknown subject of a teacher": (lambda: made(teachers=(Teacher("王", ("art",)),)), "unknown", "names “art”"),
    "group of 0": (lambda: sized(0, 0), "size", "sizes from 0 to 0"),
    "group of 90": (lambda: sized(1, 90), "size", "sizes from 1 to 90"),
    "largest below least": (lambda: sized(30, 20), "size", "sizes from 30 to 20"),
    "home of 90": (lambda: made(homes=Homes(most=90)), "size", "home classes"),
    "room of 0": (lambda: made(rooms=(Room("R", 0),)), "number", "The number 0 of “R”"),
    "teacher of 0": (lambda: made(teachers=(Teacher("王", ("physics",), 0),)), "number", "The number 0 of “王”"),
    "spare below 0": (lambda: made(rules=Rules(spare_groups=-1)), "number", "spare groups"),
    "pick twice": (lambda: made(picks=(*PICKS, Pick(("physics",)))), "pick-twice", "“physics”"),
    "pick too many": (lambda: made(picks=(Pick(("physics",), 2),)), "pick-count", "2 are to be picked"),
    "three in two blocks": (lambda: made(blocks=BLOCKS[:2]), "no-pattern", "cannot lie in different blocks"),
    "nine free blocks": (many_blocks, "patterns", "go together in 6048 ways"),
    "no choice": (lambda: chosen(), "no-choice", "“P1” has chosen nothing"),
    "three of the same": (lambda: chosen("physics", "physics", "physics"), "same-twice", "“physics” 3 times"),
    "unknown subject": (lambda: chosen("physics", "art", "biology"), "unknown-subject", "“art”, which is not offered"),
    "both first subjects": (
        lambda: chosen("physics", "history", "biology"),
        "combination",
        "1 of “history/physics” are needed, 2",
    ),
    "only two": (lambda: chosen("physics", "biology"), "combination", "2 of “biology/chemistry/geography/politics”"),
    "nobody teaches it": (
        lambda: chosen(*PCB, teachers=(Teacher("王", ("physics", "biology")),)),
        "untaught",
        "1 pupils have chosen “chemistry”",
    ),
    "no home class": (lambda: chosen(*PCB, homes=Homes(kept=True)), "no-home", "“P1” has none"),
    "no time": (lambda: section(choices({PCB: 1}), seed="", limits=Limits(seconds=0)), "limit", "0 seconds"),
    "change of a stranger": (
        lambda: change(choices({PCB: 1}), Sections(Status.OPTIMAL, "", ""), {"X": PCB}, seed=""),
        "other-pupils",
        "“X” has none",
    ),
    "change of another result": (
        lambda: change(choices({PCB: 1}), Sections(Status.OPTIMAL, "", ""), {}, seed=""),
        "faulty",
        "other-inputs",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_makes_no_sense_is_refused_in_both_languages(case: str) -> None:
    make, code, said = REFUSED[case]
    with pytest.raises(UnfitSchool) as refused:
        make()
    assert refused.value.code == code
    assert said in refused.value.sentence("en")
    assert str(refused.value) == refused.value.sentence("zh")


def test_every_message_has_a_case() -> None:
    assert {code for _make, code, _said in REFUSED.values()} == set(MESSAGES)
