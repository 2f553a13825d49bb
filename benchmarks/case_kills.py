"""``python -m benchmarks.case_kills --loops N``: killed in the middle of actions and of the ladder, N times on each database.

Three people take cases from opening to end over and over. Each writes down what it is about to send, with the key of the form, and
what was acknowledged; one that takes a killed one's place sends the last form once more, as a browser would. A fourth process lives
through one day after the other: new cases are found, the ladder is climbed, tallies are folded. In every loop one of the four is
killed without warning, at a random moment.

At the end every acknowledged action is an event exactly once, the events of each case are its life without gaps, the journal, which
must verify, tells of each once, tallies and cases agree, and of every case that was left alone exactly the rungs that its days have reached were
told, each once and on its day. Exit status 1 where not.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from benchmarks import report
from benchmarks.import_kills import end, fork
from benchmarks.jobs import DATABASES, measured

PEOPLE, A_DAY = 3, 2
LONGEST_SECONDS = 0.4
KIND = "services.ticket"
FIRST_DAY = date(2026, 3, 2)
LIFE = ("open", "assign", "accept", "report", "submit", "verify")


class Ground:
    """An office with a school, and whoever works in each. The database must be migrated and empty."""

    def __init__(self) -> None:
        from yaodian.cases.tests import factories

        self.city = factories.city()
        self.supervisor = factories.account("supervisor", self.city["bureau"])
        self.handler = factories.account("handler", self.city["s0"])


def act(ground: Ground, action: str, public_id: str, key: str) -> str:
    """Sends a form, for the first time or again. Returns the address of its case."""
    from django.utils import timezone

    from yaodian.cases import operations

    same: dict[str, Any] = {"now": timezone.now(), "client_key": key}
    if action == "open":
        case = operations.open_case(
            actor=ground.supervisor, kind=KIND, grade="request", title=f"家长反映 {key}",
            supervising_unit=ground.city["bureau"], fields={"source": "hotline"}, **same,
        )  # fmt: skip
        return str(case.public_id)
    same["public_id"] = public_id
    match action:
        case "assign":
            operations.assign_case(actor=ground.supervisor, unit=ground.city["s0"], **same)
        case "accept":
            operations.accept_case(actor=ground.handler, **same)
        case "report":
            operations.report_progress(actor=ground.handler, reason="已增开窗口", **same)
        case "submit":
            operations.submit_case(actor=ground.handler, **same)
        case "verify":
            operations.verify_case(actor=ground.supervisor, **same)
    return public_id


def work(ground: Ground, number: int, path: Path) -> None:
    """Takes cases through their life until it is killed. A line of the file: sent or done, key, action, address."""
    lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    keys = sum(1 for line in lines if line[0] == "sent")
    last = lines[-1] if lines else ["done", "", LIFE[-1], "-"]
    with path.open("a") as told:

        def tell(word: str, key: str, action: str, public_id: str) -> None:
            told.write(f"{word} {key} {action} {public_id}\n")
            told.flush()

        def send(key: str, action: str, public_id: str) -> str:
            answer = act(ground, action, public_id, key)
            tell("done", key, action, answer)
            return answer

        action, public_id = last[2], last[3]
        if last[0] == "sent":
            # Whether it was taken nobody knows; whoever sends it again must not do it twice.
            public_id = send(last[1], action, public_id)
        while True:
            place = (LIFE.index(action) + 1) % len(LIFE)
            action, public_id = LIFE[place], public_id if place else "-"
            keys += 1
            key = f"{number}-{keys}"
            tell("sent", key, action, public_id)
            public_id = send(key, action, public_id)


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def live_a_day(ground: Ground, day: date) -> None:
    """Finds what is new, climbs the ladder and folds. Lived twice, it is one day."""
    from yaodian.cases import operations
    from yaodian.cases.models import Case

    now = morning(day)
    for number in range(A_DAY):
        subject = f"kill:{day.isoformat()}:{number}"
        if not Case.objects.filter(subject=subject).exists():
            operations.open_case(
                actor=None, kind="plans.commitment_overdue", grade="general", title="改善采光", subject=subject,
                supervising_unit=ground.city["bureau"], doing_unit=ground.city["s1"], now=now,
            )  # fmt: skip
    operations.escalate_due(now=now)
    operations.fold_tallies()


def live(ground: Ground, path: Path) -> None:
    """Lives one day after the other until it is killed; goes on with the day after the last that is written down."""
    day = last_day(path) + timedelta(days=1)
    with path.open("a") as told:
        while True:
            live_a_day(ground, day)
            told.write(f"{day.isoformat()}\n")
            told.flush()
            day += timedelta(days=1)


def last_day(path: Path) -> date:
    lines = path.read_text().split() if path.exists() else []
    return date.fromisoformat(lines[-1]) if lines else FIRST_DAY - timedelta(days=1)


def run(loops: int, seed: int, minutes: float) -> dict[str, int]:
    """Kill so often, or until the minutes are over, on the database of the settings. Returns the counts."""
    chance = random.Random(seed)
    ground = Ground()
    with tempfile.TemporaryDirectory(prefix="yaodian-kills-") as folder:
        paths = [Path(folder) / f"{number}.txt" for number in range(PEOPLE)]
        days = Path(folder) / "days.txt"
        makers: list[Callable[[], None]] = [lambda n=n: work(ground, n, paths[n]) for n in range(PEOPLE)]  # type: ignore[misc]  # Bound now.
        makers.append(lambda: live(ground, days))
        living = [fork(maker) for maker in makers]
        kills = 0
        try:
            until = time.monotonic() + minutes * 60
            while kills < loops and time.monotonic() < until:
                time.sleep(chance.random() * LONGEST_SECONDS)
                victim = chance.randrange(len(living))
                end(living[victim])
                living[victim] = fork(makers[victim])
                kills += 1
        finally:
            for process in living:
                end(process)
        last = last_day(days) + timedelta(days=1)
        live_a_day(ground, last)
        return {"kills": kills, **counted(ground, paths, last)}


def counted(ground: Ground, paths: list[Path], last: date) -> dict[str, int]:
    """What stands in the database, held against what was sent, what was acknowledged, and the days that were lived."""
    from yaodian.audit.models import Entry
    from yaodian.audit.queries import verify_journal
    from yaodian.cases import operations
    from yaodian.cases.models import Case, CaseEvent

    lines = [line.split() for path in paths if path.exists() for line in path.read_text().splitlines()]
    sent = {line[1]: line[2] for line in lines if line[0] == "sent"}
    done = {line[1]: line[2] for line in lines if line[0] == "done"}
    events = list(CaseEvent.objects.exclude(client_key="").values_list("client_key", "action"))
    times = Counter(key for key, _action in events)
    broken = 0
    for case in Case.objects.filter(kind=KIND).prefetch_related("events"):
        actions = [event.action for event in case.events.all()]
        numbers = [event.number for event in case.events.all()]
        # As far as it has come, and no event is missing, doubled or out of turn.
        broken += actions != list(LIFE[: len(actions)]) or numbers != list(range(1, case.version + 1))
    return {
        "actions acknowledged": len(done),
        "days": (last - FIRST_DAY).days + 1,
        "lost": sum(1 for key, action in done.items() if (key, action) not in set(events)),
        "doubled": sum(1 for count in times.values() if count > 1),
        "never sent": sum(1 for key, action in events if sent.get(key) != action),
        "lives broken": broken,
        "journal wrong by": Entry.objects.filter(code__startswith="cases.case.").count() - CaseEvent.objects.count(),
        "journal broken": int(not verify_journal().ok),
        "tallies wrong": len(operations.check_tallies()),
        "reminders wrong": _reminders(last),
        "reminders": _told(),
    }


FAULTS = (
    "lost", "doubled", "never sent", "lives broken", "journal wrong by", "journal broken", "tallies wrong", "reminders wrong",
)  # fmt: skip


def _told() -> int:
    from yaodian.cases.models import Notice

    return Notice.objects.filter(case__subject__startswith="kill:").count()


def _reminders(last: date) -> int:
    """Of how many cases other reminders were written than those that its days ask for."""
    from yaodian.cases.clocks import rung_days
    from yaodian.cases.declaring import kind_of
    from yaodian.cases.models import Case
    from yaodian.foundation.workdays import calendar_as_of

    wrong = 0
    calendar = calendar_as_of(last)
    for case in Case.objects.filter(subject__startswith="kill:").prefetch_related("notices"):
        kind = kind_of(case.kind)
        assert kind is not None
        assert case.due_on is not None
        wanted = [(rung, day) for rung, day in enumerate(rung_days(calendar, kind.ladder, case.due_on)) if day <= last]
        wrong += sorted((notice.rung, notice.on) for notice in case.notices.all()) != wanted
    return wrong


@click.command()
@click.option("--loops", default=500, show_default=True, help="how often somebody is killed on each database")
@click.option("--minutes", default=15.0, show_default=True, help="longest time of the killing on each database")
@click.option("--seed", default=7, show_default=True, help="of the moments")
@click.option("--here", is_flag=True, hidden=True, help="on the database of the environment")
def main(loops: int, minutes: float, seed: int, here: bool) -> None:
    """Kill people in the middle of their actions and the ladder in the middle of its pass, and say what became of both."""
    if here:
        import django

        os.environ["DJANGO_SETTINGS_MODULE"] = "yaodian.config.settings"
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        print(json.dumps([run(loops, seed, minutes)]))
        return
    facts = {**report.conditions(), "loops": loops, "seed": seed}
    lines: list[list[Any]] = []
    for name, command in DATABASES.items():
        begin = time.monotonic()
        own = [*command[:-1], "benchmarks.case_kills", "--here", "--loops", str(loops)]
        answers = measured([*own, "--minutes", str(minutes), "--seed", str(seed)])
        if answers is None:
            sys.exit(f"{name} not measured: see the message above")
        lines.append([name, *answers[0].values(), round(time.monotonic() - begin)])
    heads = ("database", *answers[0], "seconds")
    report.finish("case_kills", heads, lines, facts)
    if any(line[heads.index(name)] for line in lines for name in FAULTS):
        sys.exit(1)


if __name__ == "__main__":
    main()
