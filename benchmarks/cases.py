"""Cases at scale, on PostgreSQL: what lists and numbers cost, how many life cycles a second, and a pass of the ladder.

    python scripts/with_postgres.py --durable python -m benchmarks.cases [--sizes 10000 --sizes 100000 --sizes 1000000]

A city of 300 units is filled past the operations, size by size (`cases_ground`). At each size every list, search and number is
asked for as an office over all units, as one over a tenth of them and as one school, and then people in processes of their own take cases through their whole
life by the operations. At the end 100,000 clocks fall due on one day, against a bare UPDATE of the same rows.
"""

from __future__ import annotations

import copy
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from benchmarks import report

TIMES = 9
GOAL_TIMES, GOAL_CYCLES, GOAL_LADDER = 3, 40, 10
CLOCKS = 100_000
STEPS = ("open", "assign", "accept", "report", "submit", "verify")


def _set_up() -> None:
    os.environ.setdefault("YAODIAN_DATA", tempfile.mkdtemp(prefix="yaodian-benchmark-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def backend_seconds() -> float:
    """Processor time of the server's process behind our connection, which is on this machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def cost(work: Callable[[], object]) -> tuple[float, float, int]:
    """Median wall milliseconds, processor milliseconds of program and server together, and queries."""
    from django.db import connection

    asked: list[str] = []

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        work()
    work()
    walls = []
    spent = time.process_time() + backend_seconds()
    for _turn in range(TIMES):
        began = time.perf_counter()
        work()
        walls.append(time.perf_counter() - began)
    spent = time.process_time() + backend_seconds() - spent
    return statistics.median(walls) * 1_000, spent / TIMES * 1_000, len(asked)


def outlets(ground: Any, account: Any) -> dict[str, Callable[[], object]]:
    """Everything that is asked for, by name, for one account, whose rights are at hand as in a request and nothing else."""
    from django.utils import timezone

    from benchmarks import cases_ground
    from yaodian.cases import queries
    from yaodian.cases.queries import Filters

    today = timezone.localdate()

    def asker() -> Any:
        one = copy.copy(account)
        one.__dict__.pop("_reached", None)
        return one

    def listed(**filters: Any) -> Callable[[], object]:
        return lambda: queries.list_page(account=asker(), today=today, filters=Filters(**filters))

    county = ground.counties[3].public_id
    panelled = cases_ground.one_school(ground)
    return {
        "list, newest first": listed(),
        "list, overdue, by day": listed(is_overdue=True, sort="due"),
        "list, waiting, by day (inbox)": listed(phase="waiting", sort="due"),
        "list, one kind, ended": listed(kind="audit.finding", phase="ended"),
        "list, one county": listed(unit=county),
        "my day": lambda: queries.my_day(account=asker(), today=today),
        "search, common words": listed(words=cases_ground.COMMON),
        "search, rare words": listed(words=cases_ground.RARE),
        "search, two common words": listed(words="食堂 采光不足"),
        "search, in no case": listed(words="孔雀"),
        "numbers by kind and phase": lambda: queries.counts(account=asker(), today=today),
        "cockpit": lambda: queries.case_figures(account=asker(), today=today),
        "cases of a unit (panel)": lambda: queries.unit_panel(panelled, asker(), today),
    }


def measure_outlets(ground: Any) -> dict[tuple[str, str], tuple[float, float, int]]:
    """What each outlet costs for an office over all units, for one over a tenth of them, and for a school."""
    from benchmarks import cases_ground
    from yaodian.organisations.queries import with_rights

    people = {"office": ground.bureau, "county": ground.counties[3], "school": cases_ground.one_school(ground)}
    return {
        (name, who): cost(work)
        for who, unit in people.items()
        for name, work in outlets(ground, with_rights(ground.people[unit.pk][0])).items()
    }


def live(ground: Any, worker: int, until: float, path: Path) -> None:
    """Takes cases from opening to end, one after the other, until the time is over; keeps the seconds of each step."""
    from django.utils import timezone

    from yaodian.cases import operations

    chosen = ground.schools[worker * 7 % len(ground.schools)]
    office = ground.county_of[chosen.pk]
    supervisor, handler = ground.people[office.pk][worker % 4], ground.people[chosen.pk][0]
    taken: dict[str, list[float]] = {step: [] for step in STEPS}

    def step(name: str, work: Callable[..., Any], **given: Any) -> Any:
        began = time.perf_counter()
        answer = work(now=timezone.now(), **given)
        taken[name].append(time.perf_counter() - began)
        return answer

    finished = turn = 0
    while time.monotonic() < until:
        turn += 1
        case = step(
            "open", operations.open_case, actor=supervisor, kind="services.ticket", grade="request",
            title=f"家长反映第{turn}号窗口排队时间长", body="午间排队超过二十分钟，希望增开窗口。", supervising_unit=office,
            fields={"source": "hotline"}, client_key=f"{worker}-{turn}",
        )  # fmt: skip
        same = {"public_id": case.public_id, "client_key": f"{worker}-{turn}"}
        for name, work, given in (
            ("assign", operations.assign_case, {"actor": supervisor, "unit": chosen}),
            ("accept", operations.accept_case, {"actor": handler}),
            ("report", operations.report_progress, {"actor": handler, "reason": "已与食堂商定增开窗口。"}),
            ("submit", operations.submit_case, {"actor": handler}),
            ("verify", operations.verify_case, {"actor": supervisor}),
        ):
            key = f"{same['client_key']}-{name}"
            step(name, work, public_id=case.public_id, client_key=key, **given)
        finished += time.monotonic() < until
    path.write_text(json.dumps({"finished": finished, "taken": taken}))


def measure_lives(ground: Any, users: int, seconds: float) -> tuple[float, dict[str, list[float]]]:
    """Life cycles a second of so many people at once, and the seconds of each step."""
    from django.db import connections

    connections.close_all()
    until = time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="yaodian-lives-") as folder:
        paths = [Path(folder) / f"{worker}.json" for worker in range(users)]
        children = []
        for worker, path in enumerate(paths):
            child = os.fork()
            if child == 0:
                try:
                    live(ground, worker, until, path)
                finally:
                    os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        told = [json.loads(path.read_text()) for path in paths]
    taken = {step: sorted(one for each in told for one in each["taken"][step]) for step in STEPS}
    return sum(each["finished"] for each in told) / seconds, taken


def measure_ladder(ground: Any, count: int, size: int) -> dict[str, float]:
    """So many clocks fall due: one pass, and a bare UPDATE of the same rows."""
    from django.db import connection

    from benchmarks import cases_ground
    from yaodian.cases import operations

    cases_ground.fill(ground, size + count, open_share=1.0, seed=2)
    with connection.cursor() as cursor:
        # As a morning has them: of all kinds, due on any of some days, and of each a rung that is reached today.
        due = "UPDATE cases_caseclock SET due_on = greatest(current_date - (case_id % 20)::int, started_on + 1)"
        cursor.execute(f"{due}, rung = 0, next_act_on = current_date WHERE stopped_at IS NULL")
        cursor.execute("VACUUM ANALYZE cases_caseclock")
        cursor.execute("SELECT count(*) FROM cases_caseclock WHERE next_act_on <= current_date")
        (clocks,) = cursor.fetchone()
        spent = backend_seconds()
        began = time.perf_counter()
        cursor.execute(
            "UPDATE cases_caseclock SET rung = rung + 1, next_act_on = current_date + 1 WHERE next_act_on <= current_date"
        )
        bare, bare_spent = time.perf_counter() - began, backend_seconds() - spent
        cursor.execute(
            "UPDATE cases_caseclock SET rung = rung - 1, next_act_on = current_date WHERE next_act_on = current_date + 1"
        )
        cursor.execute("VACUUM ANALYZE cases_caseclock")
    spent = time.process_time() + backend_seconds()
    began = time.perf_counter()
    moved = operations.escalate_due(now=_now())
    taken, taken_spent = time.perf_counter() - began, time.process_time() + backend_seconds() - spent
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_notice WHERE at > now() - interval '1 hour'")
        (notices,) = cursor.fetchone()
    assert moved == clocks, (moved, clocks)
    return {
        "clocks": clocks, "notices": notices, "bare_seconds": bare, "pass_seconds": taken,
        "times": taken / bare, "bare_processor": bare_spent, "pass_processor": taken_spent,
    }  # fmt: skip


def _now() -> datetime:
    from django.utils import timezone

    return timezone.now()


def _at(values: Sequence[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] * 1_000


@click.command()
@click.option("--sizes", multiple=True, type=int, default=(10_000, 100_000, 1_000_000), show_default=True)
@click.option("--users", default=6, show_default=True, help="people at once")
@click.option("--seconds", default=30.0, show_default=True, help="how long the people work at each size")
@click.option("--clocks", default=CLOCKS, show_default=True, help="how many cases fall due at the end; 0: none")
def main(sizes: tuple[int, ...], users: int, seconds: float, clocks: int) -> None:
    """Fill, ask, live, climb; nothing is kept but the tables of numbers."""
    facts = {**report.conditions(), "users": users, "seconds": seconds}
    _set_up()
    from benchmarks import cases_ground

    ground = cases_ground.lay()
    costs: dict[int, dict[tuple[str, str], tuple[float, float, int]]] = {}
    lives: list[list[Any]] = []
    for size in sorted(sizes):
        facts[f"fill_{size}"] = round(cases_ground.fill(ground, size))
        click.echo(f"{size} cases filled in {facts[f'fill_{size}']} s")
        costs[size] = measure_outlets(ground)
        for (name, who), (wall, spent, queries) in costs[size].items():
            click.echo(f"  {name}, {who}: {wall:.0f} ms, processor {spent:.0f} ms, {queries} queries")
        if not seconds:
            continue
        rate, taken = measure_lives(ground, users, seconds)
        every = sorted(one for each in taken.values() for one in each)
        for name, values in (*taken.items(), ("every step", every)):
            lives.append([size, name, len(values), _at(values, 0.5), _at(values, 0.95), ""])
        lives.append([size, "life cycles a second", "", "", "", round(rate, 1)])
        click.echo(f"  {rate:.1f} life cycles a second, a step {_at(every, 0.5):.0f} ms, p95 {_at(every, 0.95):.0f} ms")
    first, last = min(sizes), max(sizes)
    rows = []
    for (name, who), (wall, spent, queries) in costs[last].items():
        before = costs[first][name, who]
        rows.append(
            [
                name, who, *(f"{each[name, who][0]:.0f} / {each[name, who][1]:.0f}" for each in costs.values()),
                f"{before[2]} / {queries}", f"{wall / before[0]:.1f}", f"{spent / before[1]:.1f}",
            ]
        )  # fmt: skip
    heads = (
        "outlet", "who", *(f"{size}: wall / processor, ms" for size in costs), "queries", "times, wall",
        "times, processor",
    )  # fmt: skip
    report.finish("cases_lists", heads, rows, facts)
    if lives:
        report.finish("cases_lives", ("cases", "step", "number", "p50, ms", "p95, ms", "a second"), lives, facts)
    if clocks:
        told = measure_ladder(ground, clocks, last)
        report.finish("cases_ladder", tuple(told), [[round(value, 2) for value in told.values()]], facts)


if __name__ == "__main__":
    main()
