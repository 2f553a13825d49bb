"""The ladder: who must be told today is told, once, whatever crashes and however many workers there are.

One pass goes by the days that clocks are due on, and costs two or three statements for each, however many clocks there are. The
notices of a day and the step of its clocks to the next rung are one transaction, and a notice is unique by case, clock,
day, rung and step: a pass that died, or another worker's, adds nothing twice and leaves nothing out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connections, router, transaction
from django.utils import timezone

from yaodian.cases.clocks import rung_days
from yaodian.cases.declaring import Step, kind_of
from yaodian.cases.models import CaseClock, Notice
from yaodian.foundation.workdays import Calendar, calendar_as_of

# From where clocks of a kind step to where; and what is told on the way.
STEPS = "step (kind, code, was, rung, next_on) AS (VALUES {steps})"
TOLD = "told (kind, code, was, rung, step) AS (VALUES {told})"
INSERT = 'INSERT INTO cases_notice (case_id, clock, due_on, rung, step, unit_id, account_id, "on", at)'
NOTICE = f"""
    told.rung, told.step,
    CASE WHEN told.step IN ('{Step.HANDLER}', '{Step.HEAD_OF_UNIT}') THEN doing_unit_id ELSE supervising_unit_id END,
    CASE WHEN told.step = '{Step.HANDLER}' THEN assignee_id END, %s, %s
"""
STANDING = "clock.next_act_on = %s AND clock.due_on = %s AND clock.stopped_at IS NULL AND what.id = clock.case_id"
# One statement, so that a clock that comes to stand there meanwhile is either told of and moved, or neither.
BOTH = f"""
    WITH {STEPS}, {TOLD}, moved AS (
        UPDATE cases_caseclock clock SET rung = step.rung, next_act_on = step.next_on
        FROM cases_case what, step
        WHERE {STANDING} AND step.kind = what.kind AND step.code = clock.code AND step.was = clock.rung
        RETURNING clock.case_id, clock.code, clock.due_on, step.was, what.kind, what.doing_unit_id,
                  what.supervising_unit_id, what.assignee_id
    ), written AS (
        {INSERT}
        SELECT moved.case_id, moved.code, moved.due_on, {NOTICE}
        FROM moved JOIN told ON told.kind = moved.kind AND told.code = moved.code AND told.was = moved.was
        ORDER BY moved.case_id, told.rung
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) FROM moved
"""  # noqa: S608 - names and constants of this module; what is given is a parameter.
# SQLite has one writer, and nobody comes between two statements.
FIRST = f"""
    WITH {TOLD} {INSERT}
    SELECT clock.case_id, clock.code, clock.due_on, {NOTICE}
    FROM cases_caseclock clock CROSS JOIN cases_case what CROSS JOIN told
    WHERE {STANDING} AND told.kind = what.kind AND told.code = clock.code AND told.was = clock.rung
    ORDER BY clock.case_id, told.rung
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - as above.
THEN = f"""
    UPDATE cases_caseclock AS clock SET rung = step.rung, next_act_on = step.next_on
    FROM cases_case what CROSS JOIN (
        SELECT column1 AS kind, column2 AS code, column3 AS was, column4 AS rung, column5 AS next_on FROM (VALUES {{steps}})
    ) step
    WHERE {STANDING} AND step.kind = what.kind AND step.code = clock.code AND step.was = clock.rung
"""  # noqa: S608 - as above.


def escalate_due(*, now: datetime) -> int:
    """Tells everybody who must be told by today. Returns the number of clocks that took a step.

    Rungs that were passed over while nobody ran are made up for, each with its own notice, but for warnings before a day that
    is over. Run again, it finds nothing.
    """
    today = timezone.localdate(now)
    calendar = calendar_as_of(today)
    standing = CaseClock.objects.filter(next_act_on__lte=today).order_by("next_act_on", "due_on")
    days = list(standing.values_list("next_act_on", "due_on").distinct())
    return sum(_climb(next_act_on, due_on, calendar, today, now) for next_act_on, due_on in days)


@transaction.atomic
def _climb(next_act_on: date, due_on: date, calendar: Calendar, today: date, now: datetime) -> int:
    """The notices of every rung that is reached by clocks due on a day, and their step to the first that is not."""
    connection = connections[router.db_for_write(Notice)]
    adapt = connection.ops.adapt_datefield_value
    standing = CaseClock.objects.filter(next_act_on=next_act_on, due_on=due_on, stopped_at__isnull=True).order_by()
    steps, told = _ways(standing.values_list("case__kind", "code", "rung").distinct(), due_on, calendar, today)
    if not steps:
        # Another worker has been here.
        return 0
    stand = [adapt(next_act_on), adapt(due_on)]
    told_at = [adapt(today), connection.ops.adapt_datetimefield_value(now)]
    stepped = [(*row[:-1], adapt(row[-1]) if row[-1] else None) for row in steps]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            values = {"steps": _values(steps, "(%s, %s, %s, %s, %s::date)"), "told": _values(told)}
            cursor.execute(BOTH.format(**values), [*_flat(stepped), *_flat(told), *stand, *told_at])
            moved = int(cursor.fetchone()[0])
        else:
            cursor.execute(FIRST.format(told=_values(told)), [*_flat(told), *told_at, *stand])
            cursor.execute(THEN.format(steps=_values(steps)), [*_flat(stepped), *stand])
            moved = int(cursor.rowcount)
    return moved


Way = tuple[str, str, int, int, Any]


def _ways(
    stands: Iterable[tuple[str, str, int]], due_on: date, calendar: Calendar, today: date
) -> tuple[list[Way], list[Way]]:
    """Of clocks due on a day, by kind, clock and rung: which rung they go on to and when that is reached; and which rungs
    somebody is told of, and who."""
    steps: list[Way] = []
    # Never empty: no clock is of a kind without a name.
    told: list[Way] = [("", "", 0, 0, "")]
    for code, clock, was in stands:
        kind = kind_of(code)
        # What is no longer declared has no ladder; it is shown and can be ended by nobody but an update.
        ladder = kind.ladder if kind is not None else ()
        days = rung_days(calendar, ladder, due_on)
        place = was
        while place < len(days) and days[place] <= today:
            # «Three days are left» would be false by now; whoever is late hears so by the rungs that follow.
            if ladder[place].after_days >= 0 or today <= due_on:
                told.append((code, clock, was, place, str(ladder[place].to)))
            place += 1
        steps.append((code, clock, was, place, days[place] if place < len(days) else None))
    return steps, told


def _values(rows: Sequence[Way], row: str = "(%s, %s, %s, %s, %s)") -> str:
    return ", ".join([row] * len(rows))


def _flat(rows: Sequence[Way]) -> list[Any]:
    return [value for row in rows for value in row]
