"""Plans that were proposed for an absence, with what changes in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling.changing import Manner
from yaodian.foundation.models import Job
from yaodian.timetabling.models import Absence, Timetable, TimetableState
from yaodian.timetabling.queries.held import school_days
from yaodian.timetabling.queries.term_days import days_of

JOB = "timetabling.propose"


@dataclass(frozen=True)
class ProposalLine:
    """`figures` as the operation wrote them: lessons that change, in per cent of pupils' lessons, and what is open."""

    row: Timetable
    figures: Mapping[str, Any]

    @property
    def may_take(self) -> bool:
        return self.row.state == TimetableState.DONE


@dataclass(frozen=True)
class Proposals:
    """`is_running`: a job works on them; `problem`: what the last one said where it found none."""

    lines: tuple[ProposalLine, ...]
    is_running: bool
    problem: str


def manner_words(manner: str) -> str:
    """What may change in it."""
    return {
        Manner.AT_ITS_TIME: _("时间不动，换人或换教室"),
        Manner.SAME_PEOPLE: _("教师不换，换时间"),
        Manner.LEAST: _("变动最少"),
        Manner.BEST: _("课表最好"),
    }[Manner(manner)]


def siblings(absence: Absence) -> QuerySet[Timetable]:
    """The plans that were proposed for the absence and still stand."""
    return Timetable.objects.filter(
        term=absence.term_id,
        state__in=[TimetableState.DONE, TimetableState.PAUSED],
        publication__proposal__absence=absence.public_id,
    ).order_by("attempt")


def job_of_absence(absence: Absence) -> Job | None:
    """The newest job that works, or worked, on proposals for it. One query."""
    return Job.objects.filter(code=JOB, key__startswith=f"{JOB}:{absence.pk}:").order_by("-pk").first()


def published_for(absence: Absence) -> Timetable | None:
    """The timetable that holds on the first day with lessons of the absence."""
    days = days_of(absence.term)
    held = (days.timetable_on(one) for one in school_days(days, absence.from_on, absence.until_on))
    found = next((one for one in held if one is not None), None)
    return Timetable.objects.get(pk=found.pk) if found is not None else None


def proposals_of(absence: Absence) -> Proposals:
    """Two queries."""
    job = job_of_absence(absence)
    rows = siblings(absence).defer("frozen", "pieces", "steps", "explanation", "edits")
    lines = tuple(ProposalLine(one, one.publication["proposal"]) for one in rows)
    is_running = job is not None and not job.is_finished
    return Proposals(lines, is_running, job.error if job is not None and job.state == Job.State.FAILED else "")
