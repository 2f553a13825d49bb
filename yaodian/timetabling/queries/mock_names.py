"""Pupils of a mock examination by name, and each one's own sheet; called by the operation that notes who looks, and for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.registry.queries import Member, cohort_keys, cohort_members
from yaodian.timetabling import content
from yaodian.timetabling.models import MockExam, MockScore, MockSubject
from yaodian.timetabling.queries.rounds import STAGE

# For what names may be seen.
MOCK_PURPOSES: Mapping[str, Promise] = {
    "print": _("打印学生本人的成绩单"),
    "talk": _("与学生和家长谈学业"),
    "check": _("核对成绩"),
}


@dataclass(frozen=True)
class ScoreLine:
    """A subject of a pupil. `raw` is None where he was absent; `grade` is empty and `converted` None where nothing is converted."""

    subject: str
    raw: Decimal | None
    grade: str
    converted: int | None

    @property
    def label(self) -> str:
        return str(MockSubject(self.subject).label)

    @property
    def counted(self) -> Decimal | None:
        """What goes into the total: the converted score of a second subject, the raw one of the others."""
        if self.subject in content.SECOND:
            return Decimal(self.converted) if self.converted is not None else None
        return self.raw


@dataclass(frozen=True)
class PupilSheet:
    """A pupil with his scores in the order of the subjects. He is nowhere compared with others."""

    member: Member
    lines: tuple[ScoreLine, ...]

    @property
    def total(self) -> Decimal | None:
        """Of six subjects; None where one is missing, was not sat, or is not converted."""
        taken = {line.subject: line.counted for line in self.lines}
        first = [code for code in content.FIRST if code in taken]
        second = [code for code in content.SECOND if code in taken]
        counted = [taken.get(code) for code in (*content.MAIN, *first, *second)]
        if len(first) != 1 or len(second) != 2:
            return None
        known = [value for value in counted if value is not None]
        return sum(known, Decimal(0)) if len(known) == len(counted) else None


def sheets_in(mock: MockExam, *, school_class: str = "", pupil: str = "") -> list[PupilSheet]:
    """Of one class by its public id, of one pupil by his, or of the whole grade: those with scores, by class. Three queries at most."""
    key = {"unit": mock.school_id, "stage": STAGE, "entered_year": mock.entered_year}
    pupils = list(cohort_keys(**key, public_ids=[pupil]).values()) if pupil else None
    members = cohort_members(**key, pupils=pupils, school_class=school_class)
    order = {code: place for place, code in enumerate(MockSubject.values)}
    found: dict[int, list[ScoreLine]] = {}
    rows = MockScore.objects.filter(mock=mock)
    if pupil or school_class:
        rows = rows.filter(pupil__in=[one.pk for one in members])
    for key_, *values in rows.values_list("pupil_id", "subject", "raw", "grade", "converted"):
        found.setdefault(key_, []).append(ScoreLine(*values))
    return [
        PupilSheet(one, tuple(sorted(found[one.pk], key=lambda line: order[line.subject])))
        for one in members
        if one.pk in found
    ]
