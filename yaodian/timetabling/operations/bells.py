"""When the bell rings: bell schedules with their periods, and the days of the calendar that are not as their weekday says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.foundation.workdays import Calendar, calendar_as_of, is_weekday
from yaodian.organisations.models import Account
from yaodian.timetabling.models import BellPeriod, BellSchedule, Term, TermDay
from yaodian.timetabling.operations.changing import stored
from yaodian.timetabling.operations.errors import UnableToKeepBells
from yaodian.timetabling.operations.preparing import in_use, opened, tidied
from yaodian.timetabling.operations.term_rows import note_term
from yaodian.timetabling.queries.times import MOST_PERIODS, WEEKDAYS, write_clock

SATURDAY = 5
MORNING, AFTERNOON, EVENING = "上午", "下午", "晚上"
_PARTS = {MORNING: 8 * 60, AFTERNOON: 14 * 60, EVENING: 18 * 60 + 30}
_LESSON, _BREAK, _LONG_BREAK = 40, 10, 25


@dataclass(frozen=True)
class Preset:
    """Bells as many schools have them: periods by part of the day; on a Saturday there are those of the morning alone."""

    label: Promise
    periods: Mapping[str, int]
    days: int = 5


PRESETS: Mapping[str, Preset] = {
    "8x5": Preset(gettext_lazy("每天 8 节，每周 5 天（上午 4、下午 4）"), {MORNING: 4, AFTERNOON: 4}),
    "9x5": Preset(gettext_lazy("每天 9 节，每周 5 天（上午 5、下午 4）"), {MORNING: 5, AFTERNOON: 4}),
    "9x6": Preset(gettext_lazy("每天 9 节，周六半天（上午 5、下午 4）"), {MORNING: 5, AFTERNOON: 4}, 6),
    "11x6": Preset(
        gettext_lazy("每天 11 节，周六半天（上午 5、下午 4、晚上 2）"), {MORNING: 5, AFTERNOON: 4, EVENING: 2}, 6
    ),
}


def preset_periods(code: str) -> list[dict[str, Any]]:
    """The periods of a preset as `keep_bells` takes them: lessons of 40 minutes, a long break after the second of the morning."""
    periods: list[dict[str, Any]] = []
    for part, count in PRESETS[code].periods.items():
        at = _PARTS[part]
        for number in range(count):
            periods.append(
                {"name": f"第{len(periods) + 1}节", "begins_min": at, "ends_min": at + _LESSON, "part": part}
            )
            at += _LESSON + (_LONG_BREAK if part == MORNING and number == 1 else _BREAK)
    return periods


def _without(code: str, days: int) -> list[list[int]]:
    """What is missing of a week of so many days: what is not the morning of a Saturday."""
    mornings = PRESETS[code].periods[MORNING]
    whole = sum(PRESETS[code].periods.values())
    return [[SATURDAY, period] for period in range(mornings, whole)] if days > SATURDAY else []


def lay_preset(term: Term, code: str, *, name: str = "全校") -> BellSchedule:
    """A bell schedule by a preset, in a transaction of the caller's."""
    row = BellSchedule(term=term, code=name, without=_without(code, term.days))
    stored(row, UnableToKeepBells)
    _ring(row, preset_periods(code))
    return row


def add_bells(*, actor: Account | None, term: Term, preset: str, code: str, now: datetime) -> BellSchedule:
    """One more schedule, to be changed afterwards. Raises PermissionMissing, WrongState, UnableToKeepBells."""
    with transaction.atomic():
        row = opened(actor, term)
        if preset not in PRESETS:
            raise UnableToKeepBells(_("请从列表里选一种作息时间。"), code="preset", field="preset")
        name = " ".join(code.split())
        if not name:
            raise UnableToKeepBells(_("请写名称，如“高中”或“初中部”。"), code="name", field="code")
        made = lay_preset(row, preset, name=name)
        note_term(actor, "bells.keep", row, {"bells": made.pk, "periods": made.periods.count()}, now)
    return made


def keep_bells(
    *, actor: Account | None, term: Term, key: int, values: Mapping[str, Any], now: datetime
) -> BellSchedule:
    """A schedule whole: {`code`, `without`: [[day, period], …], `periods`: [{`name`, `begins_min`, `ends_min`, `part`}, …]} in order.

    Raises BellSchedule.DoesNotExist, PermissionMissing, WrongState, UnableToKeepBells with the field of the period, `begins_2` for that of the third.
    """
    with transaction.atomic():
        row = opened(actor, term)
        bells = BellSchedule.objects.get(pk=key, term=row)
        periods = [tidied(dict(one)) for one in values["periods"]]
        _check(periods)
        bells.code = " ".join(values["code"].split())
        bells.without = [[day, period] for day, period in values["without"] if day < row.days and period < len(periods)]
        if len({(day, period) for day, period in bells.without}) >= row.days * len(periods):
            raise UnableToKeepBells(_("这样一周里一节课也没有。请少写几节。"), code="nothing", field="without")
        stored(bells, UnableToKeepBells)
        bells.periods.all().delete()
        _ring(bells, periods)
        note_term(actor, "bells.keep", row, {"bells": bells.pk, "periods": len(periods)}, now)
    return bells


def _check(periods: Sequence[Mapping[str, Any]]) -> None:
    if not periods:
        raise UnableToKeepBells(_("请至少写一节课的时间。"), code="no-periods", field="begins_0")
    if len(periods) > MOST_PERIODS:
        raise UnableToKeepBells(_("一天最多 %(most)s 节。") % {"most": MOST_PERIODS}, code="too-many")
    before: Mapping[str, Any] | None = None
    for at, one in enumerate(periods):
        if one["ends_min"] <= one["begins_min"]:
            raise UnableToKeepBells(
                _("“%(name)s”的结束时间要晚于开始时间。") % {"name": one["name"]}, code="order", field=f"ends_{at}"
            )
        if before is not None and one["begins_min"] < before["ends_min"]:
            raise UnableToKeepBells(
                _("“%(name)s”在 %(begins)s 开始，而“%(before)s”到 %(ends)s 才结束，两节重叠。请改其中一节的时间。")
                % {
                    "name": one["name"],
                    "before": before["name"],
                    "begins": write_clock(one["begins_min"]),
                    "ends": write_clock(before["ends_min"]),
                },
                code="overlap",
                field=f"begins_{at}",
            )
        before = one


def _ring(bells: BellSchedule, periods: Sequence[Mapping[str, Any]]) -> None:
    BellPeriod.objects.bulk_create(
        BellPeriod(
            bells=bells, number=number, name=one["name"] or f"第{number + 1}节", begins_min=one["begins_min"],
            ends_min=one["ends_min"], part=one.get("part", ""),
        )
        for number, one in enumerate(periods)
    )  # fmt: skip


def drop_bells(*, actor: Account | None, term: Term, key: int, now: datetime) -> None:
    """Takes a schedule away that no class has. Raises BellSchedule.DoesNotExist, PermissionMissing, WrongState, UnableToKeepTermData."""
    with transaction.atomic():
        row = opened(actor, term)
        bells = BellSchedule.objects.get(pk=key, term=row)
        users = list(row.classes.filter(bells=bells).values_list("code", flat=True))
        if users:
            raise in_use(bells.code, users)
        bells.delete()
        note_term(actor, "bells.drop", row, {"bells": key}, now)


# The calendar ------------------------------------------------------------------------------------------------------


def put_day(
    *, actor: Account | None, term: Term, on: date, lessons_of: int | None, note: str = "", now: datetime
) -> TermDay:
    """A day of the term without lessons, or with those of another weekday. Raises PermissionMissing, WrongState, UnableToKeepBells."""
    with transaction.atomic():
        row = opened(actor, term)
        if not row.begins_on <= on <= row.ends_on:
            raise UnableToKeepBells(
                _("%(day)s 不在学期里（%(first)s 至 %(last)s）。")
                % {"day": on, "first": row.begins_on, "last": row.ends_on},
                code="outside",
                field="on",
            )
        if lessons_of is not None and not 0 <= lessons_of < row.days:
            raise UnableToKeepBells(
                _("这一天上的课要是周一至%(last)s的。") % {"last": WEEKDAYS[row.days - 1]},
                code="weekday",
                field="lessons_of",
            )
        made, _is_new = TermDay.objects.update_or_create(
            term=row, on=on, defaults={"lessons_of": lessons_of, "note": " ".join(note.split())[:60]}
        )
        note_term(actor, "calendar.change", row, {"on": on, "lessons_of": lessons_of}, now)
    return made


def drop_day(*, actor: Account | None, term: Term, on: date, now: datetime) -> None:
    """The day is as its weekday says again. Raises PermissionMissing, WrongState."""
    with transaction.atomic():
        row = opened(actor, term)
        TermDay.objects.filter(term=row, on=on).delete()
        note_term(actor, "calendar.change", row, {"on": on}, now)


def prefill_days(*, actor: Account | None, term: Term, day: date, now: datetime) -> int:
    """Holidays and make-up days as the working-day calendar knows them on a day; days that are said already stay. How many were added.

    Raises PermissionMissing, WrongState.
    """
    with transaction.atomic():
        row = opened(actor, term)
        had = set(TermDay.objects.filter(term=row).values_list("on", flat=True))
        found = [one for one in days_of_calendar(row, calendar_as_of(day)) if one.on not in had]
        TermDay.objects.bulk_create(found)
        note_term(actor, "calendar.prefill", row, {"days": len(found)}, now)
    return len(found)


def days_of_calendar(term: Term, calendar: Calendar) -> list[TermDay]:
    """Weekdays off have no lessons; a working Saturday or Sunday has those of a weekday that the nearest holiday took.

    Which weekday is made up for is published by nobody; the last ones of the holiday are proposed, and the note asks to check.
    """
    whole = [term.begins_on + timedelta(days=count) for count in range((term.ends_on - term.begins_on).days + 1)]
    off = [one for one in whole if is_weekday(one) and not calendar.is_working(one)]
    made_up = [one for one in whole if not is_weekday(one) and calendar.is_working(one)]
    lessons: dict[date, date] = {}
    # The longest holidays first: of each at least a day is a holiday by law, which nothing makes up for.
    for block in sorted(_blocks(off), key=lambda block: (-len(block), block)):
        near = [one for one in made_up if one not in lessons and _distance(one, block) <= _NEAR_DAYS]
        near = near[: len(block) - 1]
        lessons |= dict(zip(near, block[len(block) - len(near) :], strict=True))
    return [
        *(TermDay(term=term, on=one, lessons_of=None, note="法定节假日") for one in off if one.weekday() < term.days),
        *(
            TermDay(
                term=term, on=one, lessons_of=lost.weekday(),
                note=f"补 {lost.month} 月 {lost.day} 日的课，请核对",
            )
            for one, lost in sorted(lessons.items())
        ),
    ]  # fmt: skip


_NEAR_DAYS = 15


def _distance(day: date, block: Sequence[date]) -> int:
    return min(abs((day - one).days) for one in block)


def _blocks(days: Sequence[date]) -> list[list[date]]:
    """Days with no more than a weekend between them."""
    blocks: list[list[date]] = []
    for one in days:
        if blocks and (one - blocks[-1][-1]).days <= 3:
            blocks[-1].append(one)
        else:
            blocks.append([one])
    return blocks
