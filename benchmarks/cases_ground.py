"""A city of 300 units with so many cases in it: filled past the operations, table by table, for the benchmarks of cases.

What the rows say is drawn from a seed. Nineteen of twenty cases have ended; of the others a third is late. Each has an event
of each part that one can have in it, its clocks, and some have reminders; the journal has nothing.
PostgreSQL alone: rows come by COPY and by `INSERT … SELECT`, and the indexes are made anew afterwards.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from yaodian.cases.models import CaseNumber, CountedDay, DayCount
from yaodian.cases.operations import count_days, recount_tallies
from yaodian.cases.queries import words_of
from yaodian.organisations.models import Account, Grant, Unit
from yaodian.organisations.tests import factories

COUNTIES, SCHOOLS = 10, 287
IN_BUREAU, IN_COUNTY, IN_SCHOOL = 20, 4, 2
OPEN_SHARE = 0.05
ESCALATED_SHARE = 0.1
YEARS = 3

# Kind, grade, its rank, whether restricted, days of its clock, and how many of a hundred are of it.
KINDS = (
    ("services.ticket", "request", 2, True, 5, 45),
    ("safety.hazard", "general", 1, False, 15, 20),
    ("plans.commitment_overdue", "general", 1, False, 20, 15),
    ("indicators.data_defect", "doubt", 1, False, 5, 10),
    ("inspection.finding", "general", 1, False, 30, 7),
    ("audit.finding", "at_once", 1, True, 30, 3),
)
PLACES = ("食堂", "操场", "宿舍", "实验室", "图书馆", "校门口", "教学楼", "体育馆", "办公室", "校车", "水房", "配电间")
FAULTS = (
    "采光不足", "台账不全", "消防通道堵塞", "收费公示不清", "课后服务时间有变", "设备超过年限", "扶手松动", "排水不畅",
    "体育课时被挤占", "询价程序缺少记录", "班级人数超过标准", "夜间照明不足", "饭菜价格有疑问", "门卫登记不严",
)  # fmt: skip
RARE, EVERY = "蜂巢", 5_000
COMMON = "食堂"
NOTICED = 0.3

TABLES = ("cases_case", "cases_caseevent", "cases_caseclock", "cases_notice")
COLUMNS = (
    "public_id", "number", "kind", "state", "phase", "grade", "grade_rank", "title", "body", "doing_unit_id",
    "supervising_unit_id", "about_unit_id", "assignee_id", "opened_by_id", "opened_at", "ended_at", "due_on",
    "confidentiality", "is_escalated", "reopened", "version", "subject", "fields", "words",
)  # fmt: skip
SIGNS = "0123456789abcdefghijkmnpqrstuvwxyz"


@dataclass(frozen=True)
class Ground:
    """The units, and who works there: handlers in each school, supervisors in the bureau and each county."""

    bureau: Unit
    counties: tuple[Unit, ...]
    schools: tuple[Unit, ...]
    people: dict[int, tuple[Account, ...]]
    county_of: dict[int, Unit]


def lay() -> Ground:
    """The units and their people, on an empty database or on one where they lie already."""
    there = Unit.objects.exists()
    units = (
        {one.code: one for one in Unit.objects.all()} if there else factories.city(schools=SCHOOLS, counties=COUNTIES)
    )
    counties = tuple(units[f"c{place}"] for place in range(COUNTIES))
    schools = tuple(units[f"s{place}"] for place in range(SCHOOLS))
    now = timezone.now()
    people = {}
    for unit, role, count in (
        (units["bureau"], "supervisor", IN_BUREAU),
        *((county, "supervisor", IN_COUNTY) for county in counties),
        *((school, "handler", IN_SCHOOL) for school in schools),
    ):
        people[unit.pk] = tuple(_person(f"b-{unit.code}-{place}", unit, role, now) for place in range(count))
    places = {school.pk: counties[place % COUNTIES] for place, school in enumerate(schools)}
    return Ground(units["bureau"], counties, schools, people, places)


def _person(username: str, unit: Unit, role: str, now: datetime) -> Account:
    found = Account.objects.filter(username=username).first()
    if found is not None:
        return found
    account = Account.objects.create(username=username, name=f"测试{unit.code}", created_at=now, is_demonstration=True)
    Grant.objects.create(account=account, role=role, unit=unit, from_on=date(2000, 1, 1), granted_at=now)
    return account


def fill(ground: Ground, count: int, *, open_share: float = OPEN_SHARE, seed: int = 1) -> float:
    """Adds cases until there are `count`, with all that belongs to them. Returns the seconds it took."""
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(max(id), 0) FROM cases_case")
        there, last = cursor.fetchone()
        again = _bare(cursor)
        # The connection answers nothing else while rows go in.
        years = {row.year: row.last for row in CaseNumber.objects.all()}
        with cursor.copy(f"COPY cases_case ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in _rows(ground, range(there, count), years, open_share, random.Random(f"{seed}-{there}")):
                copy.write_row(row)
        for year, number in years.items():
            CaseNumber.objects.update_or_create(pk=year, defaults={"last": number})
        cursor.execute("ANALYZE cases_case")
        for statement in BELONGINGS:
            cursor.execute(statement, {"last": last, "noticed": int(NOTICED * 100)})
        for statement in again:
            cursor.execute(statement)
    recount_tallies()
    DayCount.objects.all().delete()
    CountedDay.objects.all().delete()
    count_days(now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return time.monotonic() - began


def _bare(cursor: Any) -> list[str]:
    """Drops indexes that are no constraints, and foreign keys, whose rows are asked for one by one; gives the statements
    that make them again, for all rows at once."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexdef NOT LIKE 'CREATE UNIQUE%%'",
        [list(TABLES)],
    )
    again = []
    for name, definition in cursor.fetchall():
        cursor.execute(f'DROP INDEX "{name}"')
        again.append(definition)
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])",
        [list(TABLES)],
    )
    for table, name, definition in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    return again


def _rows(
    ground: Ground, places: range, years: dict[int, int], open_share: float, chance: random.Random
) -> Iterator[tuple[Any, ...]]:
    """Rows of cases; `years` has the last number of each year and is brought forward."""
    now = timezone.now()
    tokens = {words: words_of(words) for words in (*PLACES, *FAULTS, RARE)}
    shares = [kind[-1] for kind in KINDS]
    for place in places:
        kind, grade, rank, is_restricted, days, _share = chance.choices(KINDS, shares)[0]
        is_open = chance.random() < open_share
        # What is open was opened lately; the rest over the years.
        age = chance.randrange(1, 2 * days) if is_open else chance.randrange(2 * days, 365 * YEARS)
        opened = now - timedelta(days=age, seconds=chance.randrange(30_000))
        year = opened.year
        years[year] = years.get(year, 0) + 1
        number = f"{year}-{years[year]:06d}"
        school = chance.choice(ground.schools)
        office = ground.county_of[school.pk] if chance.random() < 0.6 else ground.bureau
        state, phase = chance.choice(OPEN_STATES) if is_open else ("closed", "ended")
        doing = office if state == "open" else school
        due = opened.date() + timedelta(days=days * 3 // 2)
        words = [chance.choice(PLACES), chance.choice(FAULTS), *([RARE] if place % EVERY == 7 else [])]
        yield (
            "".join(chance.choices(SIGNS, k=12)), number, kind, state, phase, grade, rank, "，".join(words),
            "".join(f"{words[0]}：{words[1]}。" for _turn in range(3)), doing.pk, office.pk,
            school.pk if chance.random() < 0.3 else None,
            chance.choice(ground.people[school.pk]).pk if state in ("working", "submitted", "closed") else None,
            chance.choice(ground.people[office.pk]).pk, opened, None if is_open else opened + timedelta(days=days),
            due if is_open and (phase != "checking" or kind == "services.ticket") else None,
            "restricted" if is_restricted else "internal", is_open and chance.random() < ESCALATED_SHARE, 0, STEPS[state], "", "{}",
            " ".join([words_of(number), *(tokens[one] for one in words)]),
        )  # fmt: skip


OPEN_STATES = (("open", "waiting"), ("assigned", "waiting"), ("working", "working"), ("working", "working"),
               ("submitted", "checking"))  # fmt: skip
STEPS = {"open": 1, "assigned": 1, "working": 2, "submitted": 2, "closed": 3}

BELONGINGS = (
    # One event of each part: opened by the office, signed for by the school, verified by the office.
    """
    INSERT INTO cases_caseevent (case_id, number, action, from_state, to_state, by_id, at, unit_id, reason, detail,
                                 is_work, client_key)
    SELECT what.id, step.number, step.action, step.source, step.target,
           CASE WHEN step.is_work THEN what.assignee_id ELSE what.opened_by_id END,
           what.opened_at + step.number * interval '6 hours', what.doing_unit_id, '', '{}', step.is_work, ''
    FROM cases_case what CROSS JOIN (VALUES
        (1, 'open', '', 'assigned', false), (2, 'accept', 'assigned', 'working', true),
        (3, 'verify', 'submitted', 'closed', false)
    ) step (number, action, source, target, is_work)
    WHERE what.id > %(last)s AND step.number <= what.version
    ORDER BY what.id, step.number
    """,
    """
    INSERT INTO cases_caseevent (case_id, number, action, from_state, to_state, by_id, at, unit_id, reason, detail,
                                 is_work, client_key)
    SELECT id, version + 1, 'escalate', state, state, opened_by_id, opened_at + interval '3 days', doing_unit_id, '', '{}',
           false, ''
    FROM cases_case WHERE id > %(last)s AND is_escalated
    ORDER BY id
    """,
    "UPDATE cases_case SET version = version + 1 WHERE id > %(last)s AND is_escalated",
    """
    INSERT INTO cases_caseclock (case_id, code, started_on, due_on, first_due_on, days, is_working_days, stopped_at,
                                 rung, next_act_on)
    SELECT id, code, opened_at::date, due, due, 10, true, stopped, 0,
           CASE WHEN stopped IS NULL THEN greatest(due, current_date + 1) END
    FROM (
        SELECT what.id, clock.code, what.opened_at, coalesce(what.due_on, what.opened_at::date + clock.days) AS due,
               CASE WHEN what.phase = 'ended' OR what.phase = 'checking' AND clock.code = 'business'
                    THEN coalesce(what.ended_at, what.opened_at + interval '2 days') END AS stopped
        FROM cases_case what CROSS JOIN (VALUES ('business', 20), ('statutory', 60)) clock (code, days)
        WHERE what.id > %(last)s AND (clock.code = 'business' OR what.kind = 'services.ticket')
    ) one
    ORDER BY id, code
    """,
    """
    INSERT INTO cases_notice (case_id, clock, due_on, rung, step, unit_id, account_id, "on", at)
    SELECT what.id, 'business', clock.due_on, step.rung, step.step,
           CASE WHEN step.step = 'supervisor' THEN what.supervising_unit_id ELSE what.doing_unit_id END,
           CASE WHEN step.step = 'handler' THEN what.assignee_id END, what.opened_at::date + 5,
           what.opened_at + interval '5 days'
    FROM cases_case what JOIN cases_caseclock clock ON clock.case_id = what.id AND clock.code = 'business'
    CROSS JOIN (VALUES (0, 'handler'), (2, 'head'), (3, 'supervisor')) step (rung, step)
    WHERE what.id > %(last)s AND what.id %% 100 < %(noticed)s
    ORDER BY what.opened_at, what.id
    """,
)


def one_school(ground: Ground) -> Unit:
    """A school with about as many cases as any."""
    return ground.schools[20]
