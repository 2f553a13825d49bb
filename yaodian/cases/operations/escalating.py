"""The ladder: who must be told today is told, once, whatever crashes and however many workers there are.

One pass goes by groups of clocks that stand on the same rung for the same day, and costs three statements for a group,
however many clocks are in it. The notices of a group and its step to the next rung are one transaction, and a notice is
unique by case, clock, day, rung and step: a pass that died, or another worker's, adds nothing twice and leaves nothing out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connections, router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from yaodian.cases.clocks import rung_days
from yaodian.cases.declaring import CaseKind, Rung, Step, kind_of
from yaodian.cases.models import Case, CaseClock, Notice
from yaodian.foundation.workdays import calendar_as_of

INSERT = """
    INSERT INTO cases_notice (case_id, clock, due_on, rung, step, unit_id, account_id, "on", at)
    SELECT clock.case_id, clock.code, clock.due_on, %s, %s, {unit}, {account}, %s, %s
    FROM cases_caseclock clock JOIN cases_case what ON what.id = clock.case_id
    WHERE clock.next_act_on = %s AND clock.due_on = %s AND clock.rung = %s AND clock.code = %s AND what.kind = %s
      AND clock.stopped_at IS NULL
    ORDER BY clock.case_id
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class _Group:
    """Clocks of one kind that stand on one rung for one day."""

    kind: str
    code: str
    due_on: date
    rung: int
    next_act_on: date


def escalate_due(*, now: datetime) -> int:
    """Tells everybody who must be told by today. Returns the number of clocks that took a step.

    Rungs that were passed over while nobody ran are made up for, each with its own notice, but for warnings before a day that
    is over. Run again, it finds nothing.
    """
    today = timezone.localdate(now)
    calendar = calendar_as_of(today)
    days: dict[tuple[str, date], tuple[date, ...]] = {}
    moved = 0
    for group in _groups(today):
        kind = kind_of(group.kind)
        if kind is None:
            # What is no longer declared has no ladder; it is shown and can be ended by nobody but an update.
            _silence(group)
            continue
        key = (group.kind, group.due_on)
        if key not in days:
            days[key] = rung_days(calendar, kind.ladder, group.due_on)
        moved += _climb(group, kind, days[key], today, now)
    return moved


def _groups(today: date) -> Iterator[_Group]:
    rows = (
        CaseClock.objects.filter(next_act_on__lte=today)
        .order_by("next_act_on", "due_on", "case__kind", "code", "rung")
        .values_list("case__kind", "code", "due_on", "rung", "next_act_on")
        .distinct()
    )
    for row in list(rows):
        yield _Group(*row)


def _of(group: _Group) -> QuerySet[CaseClock]:
    return CaseClock.objects.filter(
        next_act_on=group.next_act_on,
        due_on=group.due_on,
        rung=group.rung,
        code=group.code,
        case__in=Case.objects.filter(kind=group.kind),
        stopped_at__isnull=True,
    )


def _silence(group: _Group) -> None:
    _of(group).update(next_act_on=None)


@transaction.atomic
def _climb(group: _Group, kind: CaseKind, days: tuple[date, ...], today: date, now: datetime) -> int:
    """The notices of every rung that is reached, and the step to the first that is not."""
    place = group.rung
    while place < len(days) and days[place] <= today:
        # «Three days are left» would be false by now; whoever is late hears so by the rungs that follow.
        if kind.ladder[place].after_days >= 0 or today <= group.due_on:
            _tell(group, kind.ladder[place], place, today, now)
        place += 1
    return int(_of(group).update(rung=place, next_act_on=days[place] if place < len(days) else None))


def _tell(group: _Group, rung: Rung, place: int, today: date, now: datetime) -> None:
    is_theirs = rung.to in (Step.HANDLER, Step.HEAD_OF_UNIT)
    statement = INSERT.format(
        unit="what.doing_unit_id" if is_theirs else "what.supervising_unit_id",
        account="what.assignee_id" if rung.to == Step.HANDLER else "NULL",
    )
    connection = connections[router.db_for_write(Notice)]
    adapt = connection.ops
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            [
                place,
                str(rung.to),
                adapt.adapt_datefield_value(today),
                adapt.adapt_datetimefield_value(now),
                adapt.adapt_datefield_value(group.next_act_on),
                adapt.adapt_datefield_value(group.due_on),
                group.rung,
                group.code,
                group.kind,
            ],
        )
