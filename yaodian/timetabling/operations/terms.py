"""A school's term: made, empty or with what the term before had; its dates; its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account, Unit
from yaodian.registry.queries import school_year
from yaodian.timetabling.models import Term, TermState
from yaodian.timetabling.operations.bells import PRESETS, lay_preset
from yaodian.timetabling.operations.changing import require_right, stored
from yaodian.timetabling.operations.copying import copy_into
from yaodian.timetabling.operations.errors import UnableToKeepTerm
from yaodian.timetabling.operations.preparing import opened
from yaodian.timetabling.operations.term_rows import PLAN, note_term
from yaodian.timetabling.queries.terms import term_before

FIELDS = ("year", "half", "begins_on", "ends_on", "days")
LONGEST_DAYS = 250
COPY = "copy"


def make_term(
    *, actor: Account | None, school: Unit, values: Mapping[str, Any], start: str = "", now: datetime
) -> Term:
    """A term in preparation. `values` are those of `FIELDS`; `start`: a preset of bells by its code, `copy`, or empty for nothing.

    With `copy` it has what the school's term before had (`copying.copy_into`). Raises PermissionMissing, UnableToKeepTerm.
    """
    require_right(actor, school.pk, PLAN)
    with transaction.atomic():
        row = Term(school=school, made_at=now)
        _put(row, values)
        stored(row, UnableToKeepTerm)
        before = term_before(school=school.pk, year=row.year, half=row.half)
        if start == COPY and before is None:
            raise UnableToKeepTerm(
                _("这所学校没有更早的学期可以复制。请选一种作息时间，从头开始。"), code="no-before", field="start"
            )
        detail: dict[str, Any] = {"school": school.pk, "year": row.year, "half": row.half}
        if start == COPY and before is not None:
            detail["copied"] = {"from": before.pk, **copy_into(before, row)}
        elif start in PRESETS:
            lay_preset(row, start)
        note_term(actor, "term.make", row, detail, now)
    return row


def change_term(
    *,
    actor: Account | None,
    term: Term,
    values: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> Term:
    """Other dates or days a week. Raises PermissionMissing, WrongState, UnableToKeepTerm."""
    with transaction.atomic():
        row = opened(actor, term)
        if expected_version is not None and expected_version != row.version:
            raise UnableToKeepTerm(
                _("别人刚刚更改了这个学期，您的更改还没有保存。请对照现在的内容，再保存一次。"),
                code="stale",
                status=409,
            )
        _put(row, values)
        row.version += 1
        stored(row, UnableToKeepTerm)
        note_term(actor, "term.change", row, {"fields": sorted(values)}, now)
    return row


def end_term(*, actor: Account | None, term: Term, day: date, now: datetime) -> Term:
    """Nothing of the term is changed any more. Raises PermissionMissing, WrongState, UnableToKeepTerm before its last day."""
    with transaction.atomic():
        row = opened(actor, term)
        if day <= row.ends_on:
            raise UnableToKeepTerm(
                _("学期到 %(day)s 才结束，现在还不能归档。日期写错的，请先改结束日期。") % {"day": row.ends_on},
                code="too-early",
            )
        row.state = TermState.ENDED
        row.version += 1
        stored(row, UnableToKeepTerm)
        note_term(actor, "term.end", row, {}, now)
    return row


def _put(row: Term, values: Mapping[str, Any]) -> None:
    for name in FIELDS:
        if name in values:
            setattr(row, name, values[name])
    if not row.begins_on or not row.ends_on:
        raise UnableToKeepTerm(_("请写明开始日期和结束日期。"), code="days", field="begins_on")
    if row.ends_on <= row.begins_on:
        raise UnableToKeepTerm(_("结束日期要晚于开始日期。"), code="order", field="ends_on")
    if (row.ends_on - row.begins_on).days > LONGEST_DAYS:
        raise UnableToKeepTerm(
            _("一个学期最长 %(most)s 天。请核对日期。") % {"most": LONGEST_DAYS}, code="too-long", field="ends_on"
        )
    # Teaching may begin in the last days of August, before the year of the registry does.
    if row.year not in (school_year(row.begins_on), school_year(row.ends_on)):
        raise UnableToKeepTerm(
            _("%(day)s 不在 %(year)s 年 9 月开始的学年里。请核对学年和日期。")
            % {"day": row.begins_on, "year": row.year},
            code="year",
            field="begins_on",
        )
