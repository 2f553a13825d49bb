"""A mock examination from its making to the deletion of its scores."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account, Unit
from yaodian.registry.queries import school_year
from yaodian.timetabling.models import Grade, MockConversion, MockExam, MockScore, MockState
from yaodian.timetabling.operations.changing import RUN, require_right, stored
from yaodian.timetabling.operations.mock_changing import lock_mock, move_mock, note_mock, require_mock_state
from yaodian.timetabling.operations.mock_errors import UnableToKeepMock

FIELDS = ("title", "held_on", "erase_on")
YEARS = 3


def usual_end(entered_year: int) -> date:
    """Until when scores are kept unless said otherwise: the end of August in which the grade leaves the school."""
    return date(entered_year + YEARS, 8, 31)


def latest_end(entered_year: int) -> date:
    """The last day on which a school may still hold them."""
    return date(entered_year + YEARS, 12, 31)


def make_mock(
    *, actor: Account | None, school: Unit, entered_year: int, values: Mapping[str, Any], now: datetime
) -> MockExam:
    """A mock examination without scores. `values` are those of `FIELDS`; without `erase_on` the usual end is taken.

    Raises PermissionMissing, UnableToKeepMock.
    """
    require_right(actor, school.pk, RUN)
    with transaction.atomic():
        row = MockExam(school=school, entered_year=entered_year, made_at=now)
        _put(row, {"erase_on": usual_end(entered_year), **values})
        stored(row, UnableToKeepMock)
        note_mock(actor, "mock.make", row, {"school": school.pk, "entered_year": entered_year}, now)
    return row


def change_mock(
    *,
    actor: Account | None,
    mock: MockExam,
    values: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> MockExam:
    """Another title or other days, before anything is converted. Raises PermissionMissing, WrongState, UnableToKeepMock."""
    require_right(actor, mock.school_id, RUN)
    with transaction.atomic():
        row = lock_mock(mock)
        require_mock_state(row, (MockState.DRAFT, MockState.LOADED))
        if expected_version is not None and expected_version != row.version:
            raise UnableToKeepMock(
                _("别人刚刚更改了“%(title)s”，您的更改还没有保存。请对照现在的内容，再保存一次。")
                % {"title": row.title},
                code="stale",
                status=409,
            )
        _put(row, values)
        row.version += 1
        stored(row, UnableToKeepMock)
        note_mock(actor, "mock.change", row, {"fields": sorted(values)}, now)
    return row


def _put(row: MockExam, values: Mapping[str, Any]) -> None:
    for name in FIELDS:
        if name in values:
            value = values[name]
            setattr(row, name, " ".join(value.split()) if isinstance(value, str) else value)
    if not row.title:
        raise UnableToKeepMock(_("请写明名称。"), code="title", field="title")
    if not row.held_on:
        raise UnableToKeepMock(_("请写明考试日期。"), code="day", field="held_on")
    row.grade = school_year(row.held_on) - row.entered_year + 1
    if row.grade not in Grade.values:
        raise UnableToKeepMock(
            _("在 %(day)s，%(year)s 年入学的学生不在高中三个年级里。请核对入学年份和日期。")
            % {"day": row.held_on, "year": row.entered_year},
            code="grade",
            field="held_on",
        )
    if not row.erase_on or not row.held_on < row.erase_on <= latest_end(row.entered_year):
        raise UnableToKeepMock(
            _("成绩只为指导学习而保存，最晚到 %(last)s，且晚于考试日期。请改日期。")
            % {"last": latest_end(row.entered_year)},
            code="keep",
            field="erase_on",
        )


def erase_mock(*, actor: Account | None, mock: MockExam, now: datetime) -> MockExam:
    """Scores are deleted before their day. Raises PermissionMissing, WrongState."""
    require_right(actor, mock.school_id, RUN)
    with transaction.atomic():
        row = lock_mock(mock)
        _erase(actor, row, now)
    return row


def erase_past_mocks(*, now: datetime) -> int:
    """Deletes the scores whose day has passed; how many mock examinations there were. Work of a schedule: run again it erases nothing more."""
    day = timezone.localdate(now)
    erased = 0
    for one in MockExam.objects.filter(erase_on__lt=day).exclude(state=MockState.ERASED).order_by("pk"):
        with transaction.atomic():
            row = lock_mock(one)
            if row.state == MockState.ERASED:
                continue
            _erase(None, row, now)
        erased += 1
    return erased


def _erase(actor: Account | None, row: MockExam, now: datetime) -> None:
    was_published = row.state == MockState.PUBLISHED
    row.erased_at = now
    if not was_published:
        # What nobody has vouched for does not stay.
        MockConversion.objects.filter(mock=row).delete()
        row.rules = {}
    move_mock(row, MockState.ERASED)
    count = MockScore.objects.filter(mock=row).delete()[0]
    note_mock(actor, "mock.erase", row, {"scores": count, "was_published": was_published}, now)
