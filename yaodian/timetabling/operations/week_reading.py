"""Timetables of pupils are opened by name: by whom, for what, and whose stands in the journal before anything is shown."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import note_listed_reads
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require
from yaodian.registry.queries import Member
from yaodian.timetabling.models import Term
from yaodian.timetabling.operations.errors import UnableToOpenTimetables
from yaodian.timetabling.operations.term_rows import note_term
from yaodian.timetabling.queries.rounds import DECIDE
from yaodian.timetabling.queries.week_pages import may_see_names
from yaodian.timetabling.queries.week_pupils import WEEK_PURPOSES, PupilWeek, find_class, pupil_week, pupils_of_class

KIND = "timetabling_pupil"


def list_pupils(*, actor: Account, term: Term, school_class: str, purpose: str, now: datetime) -> list[Member]:
    """The pupils of a class of the term by its code. Raises PermissionMissing, UnableToOpenTimetables, Absent, TooManyReads."""
    _require_names(actor, term, purpose)
    row = find_class(term, school_class)
    with transaction.atomic():
        members = pupils_of_class(row)
        if members:
            note_listed_reads(account_id=actor.pk, kind=KIND, count=len(members), now=now)
        detail = {"class": school_class, "purpose": purpose, "count": len(members)}
        note_term(actor, "pupils.open", term, detail, now)
    return members


def open_pupil_week(
    *, actor: Account, term: Term, school_class: str, pupil: str, purpose: str, day: date, now: datetime
) -> PupilWeek:
    """One pupil's week by his public id. Raises PermissionMissing, UnableToOpenTimetables, Absent, TooManyReads."""
    _require_names(actor, term, purpose)
    row = find_class(term, school_class)
    with transaction.atomic():
        found = pupil_week(row=row, pupil=pupil, day=day, today=timezone.localdate(now))
        note_listed_reads(account_id=actor.pk, kind=KIND, count=1, now=now)
        note_term(actor, "pupil_week.open", term, {"pupil": found.member.pk, "purpose": purpose}, now)
    return found


def _require_names(actor: Account, term: Term, purpose: str) -> None:
    if not may_see_names(actor, term):
        require(account=actor, permission=DECIDE, unit_id=term.school_id)
    if purpose not in WEEK_PURPOSES:
        raise UnableToOpenTimetables(_("请选择查看学生课表的用途。"), code="no-purpose", field="purpose")
