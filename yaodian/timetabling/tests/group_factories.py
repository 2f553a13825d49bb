"""A grade that has chosen, in a term with classes, teachers and rooms: small enough to be planned in a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from yaodian.foundation import jobs
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations
from yaodian.timetabling.content import COMBINATIONS, SUBJECTS
from yaodian.timetabling.models import (
    ChoiceRound,
    ChoiceState,
    CurriculumHours,
    Grouping,
    Means,
    PupilChoice,
    RoundKind,
    RoundState,
    TermRoom,
    TermTeacher,
)
from yaodian.timetabling.problem.group_settings import NAMES, GroupSettings, SubjectRule
from yaodian.timetabling.tests import factories, term_factories
from yaodian.timetabling.tests.factories import NOW, Made
from yaodian.timetabling.tests.term_factories import MadeTerm

#: Of the twelve pupils of `chosen`.
COUNTS = {"PCB": 4, "PCG": 4, "HOG": 4}


def settings(least: int = 1, most: int = 8, **given: Any) -> GroupSettings:
    """Three blocks, classes kept, teachers and rooms counted."""
    subjects = given.pop("subjects", {})
    base = GroupSettings(subjects={code: SubjectRule(least, most) for code in SUBJECTS})
    return replace(base, **{"subjects": {**base.subjects, **subjects}, **given})


def chosen(counts: Mapping[str, int] = COUNTS, *, hours: int = 3, teachers: int = 1) -> tuple[MadeTerm, ChoiceRound]:
    """A term whose grade one has chosen so, in turn from its two classes, with so many teachers of each subject."""
    made = factories.world(pupils=0)
    codes = [code for code, count in counts.items() for _pupil in range(count)]
    made.pupils = [
        registry.pupil(made.school, made.classes[place % 2], name=f"顾沐{place:03}") for place in range(len(codes))
    ]
    term = term_factories.term(made)
    CurriculumHours.objects.filter(term=term.term, is_chosen=True).delete()
    for code in SUBJECTS:
        CurriculumHours.objects.create(
            term=term.term, grade=1, subject=NAMES[code][0], hours=hours, is_chosen=True
        )  # fmt: skip
        for number in range(teachers):
            TermTeacher(
                term=term.term, code=f"{code[:2].upper()}{number}", name=f"任{NAMES[code][0]}{number}", subjects=[NAMES[code][0]]
            ).store()  # fmt: skip
    for number in range(301, 305):
        TermRoom(term=term.term, code=str(number), seats=50).store()
    return term, settled(made, codes)


def settled(made: Made, codes: list[str], kind: str = RoundKind.BINDING, **values: Any) -> ChoiceRound:
    """A settled round with these choices as rows."""
    row = factories.round_(made, kind, **values)
    PupilChoice.objects.bulk_create(
        PupilChoice(
            round=row, pupil=pupil, combination=code, state=ChoiceState.STANDING, means=Means.CODE, chosen_at=NOW
        )
        for pupil, code in zip(made.pupils, codes, strict=True)
        if code
    )
    ChoiceRound.objects.filter(pk=row.pk).update(state=RoundState.SETTLED, settled_at=NOW)
    row.refresh_from_db()
    assert set(codes) <= {*COMBINATIONS, ""}
    return row


def planned(term: MadeTerm, row: ChoiceRound, given: GroupSettings | None = None, **asked: Any) -> Grouping:
    """Asked for and computed, by the job."""
    made = operations.ask_grouping(
        actor=None, term=term.term, grade=1, round=row, settings=given or settings(), now=NOW, **asked
    )
    jobs.run_waiting_jobs()
    return Grouping.objects.select_related("term__school", "round").get(pk=made.pk)
