"""``python -m benchmarks.admission_kills --loops N``: killed amid submission, draw, placement and publication, N times on each database.

Two families' browsers hand in one application after the other, and write down what they are about to send, with the key of the form, and
the receipt; whoever takes a killed one's place sends the last form once more, as a browser would. A clerk takes one intake after the
other from its checked list to its results: promise, draw, sealed run, publication; a worker computes the runs. In every loop one of the four is
killed without warning at a random moment, or, where the database is a server, one of its processes, upon which it ends all its
connections and recovers from its log.

At the end every receipt stands as it was given, each form is one submission and each family has one application; each step that was
acknowledged to the clerk stands with the same fingerprint; every intake has one draw, which the verifier passes, one sealed run, whose bytes
come out the same when it is placed again, and each child at most one place; and the journal, which must verify, tells of each once. Exit
status 1 where not.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from benchmarks import report
from benchmarks.import_kills import end, fork
from benchmarks.jobs import DATABASES, measured

FAMILIES, STOCK, CHILDREN = 2, 3, 6
CLERK, WORKER, SERVER = FAMILIES, FAMILIES + 1, FAMILIES + 2
VICTIMS = {CLERK: "clerk killed", WORKER: "worker killed", SERVER: "database killed"}
LONGEST_SECONDS = 0.4
SETTLE_SECONDS = 300
STEPS = ("promise", "draw", "run", "open")


class Ground:
    """A city with an open intake, and checked ones of other seasons. The database must be migrated and empty."""

    def __init__(self) -> None:
        from django.utils import timezone

        from yaodian.admissions.tests import factories

        self.now = timezone.now()
        self.open = factories.made()
        self.officer = self.open.account("officer")
        self.publisher = self.open.account("publisher", "publisher")
        self._date(self.open.intake, ahead=30)
        self.rounds = 0

    def _date(self, intake: Any, *, ahead: int) -> None:
        """Days around today, since the worker's calendar reads the clock."""
        today: date = self.now.date()
        intake.opens_on, intake.closes_on = today - timedelta(days=9), today + timedelta(days=ahead)
        intake.check_until = intake.publishes_on = intake.closes_on
        intake.proofs = []
        intake.store()

    def lay_round(self) -> None:
        """A checked intake with more children than seats, whole or not at all."""
        from django.db import transaction

        from yaodian.admissions.models import ApplicationState, IntakeState
        from yaodian.admissions.tests import factories, families

        with transaction.atomic():
            world = factories.made(
                state=IntakeState.CHECKED, seats=(2, 2, 1), city=self.open.units, title=f"第 {self.rounds + 1} 轮"
            )
            self._date(world.intake, ahead=-1)
            for child in range(CHILDREN):
                said = families.born(families.stated(world), date(2019, 9, 1) + timedelta(days=child), serial=child)
                factories.application(
                    world, state=ApplicationState.VERIFIED, wishes=("s3", "s0"), facts=["household"],
                    said=replace(said, wishes=tuple(world.offers[code].public_id for code in ("s3", "s0"))),
                )  # fmt: skip
        self.rounds += 1


def lines_of(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def apply(ground: Ground, number: int, path: Path) -> None:
    """Hands in applications until it is killed. A line of the file: sent or done, key, and of the receipt number and fingerprint."""
    lines = lines_of(path)
    turn = sum(1 for line in lines if line[0] == "sent")
    with path.open("a") as told:

        def tell(*words: str) -> None:
            told.write(" ".join(words) + "\n")
            told.flush()

        def send(key: str) -> None:
            receipt = hand_in(ground, key, lambda: tell("sent", key))
            tell("done", key, str(receipt.application.number), receipt.sha256)

        if lines and lines[-1][0] == "sent":
            # Whether it was taken nobody knows; whoever sends it again must not do it twice.
            send(lines[-1][1])
        while True:
            turn += 1
            send(f"{number}-{turn}")


def draft_of(ground: Ground, key: str) -> tuple[Any, Any]:
    """A family's account and its draft, which wants only to be handed in; each as far as it is not there yet."""
    from django.utils import timezone

    from yaodian.admissions import operations
    from yaodian.admissions.models import Application
    from yaodian.admissions.tests import factories, families
    from yaodian.organisations.models import Account

    number, _, turn = key.partition("-")
    account = Account.objects.filter(username=f"kill{key}").first() or factories.family(f"kill{key}")
    row = Application.objects.filter(account=account).first()
    if row is None:
        row = operations.start_draft(account=account, intake=ground.open.intake, now=timezone.now())
    if row.number is None:
        child = int(turn) * FAMILIES + int(number)
        day = date(2019, 9, 1) + timedelta(days=child % 366)
        said = families.born(families.stated(ground.open), day, serial=child // 366)
        row = operations.save_draft(account=account, public_id=row.public_id, content=said, now=timezone.now())
    return account, row


def hand_in(ground: Ground, key: str, tell: Callable[[], None]) -> Any:
    """A family's account, its draft, its submission; each as far as it is not there yet."""
    from django.utils import timezone

    from yaodian.admissions import operations

    account, row = draft_of(ground, key)
    tell()
    return operations.submit_application(
        account=account, public_id=row.public_id, client_key=key, expected_sha256=row.sha256, now=timezone.now()
    )


def serve(ground: Ground, path: Path) -> None:
    """Takes checked intakes to their results until it is killed. A line: intake, step, fingerprint, of what was acknowledged."""
    from yaodian.admissions.models import Intake, IntakeState

    with path.open("a") as told:
        while True:
            rows = Intake.objects.exclude(state__in=[IntakeState.OPEN, IntakeState.PUBLISHED]).order_by("pk")
            intake = rows.select_related("season").first()
            if intake is None:
                time.sleep(0.05)
                continue
            done = step(ground, intake)
            if done is None:
                time.sleep(0.02)
                continue
            told.write(f"{intake.pk} {' '.join(done)}\n")
            told.flush()


def step(ground: Ground, intake: Any) -> tuple[str, str] | None:
    """The next step of an intake, and its fingerprint; None where a worker is to come first."""
    from django.utils import timezone

    from yaodian.admissions import operations
    from yaodian.admissions.models import Draw, IntakeState, Run, RunKind, RunState
    from yaodian.admissions.operations.running import JOB
    from yaodian.admissions.tests import drawing
    from yaodian.foundation.models import Job

    now = timezone.now()
    if intake.state == IntakeState.CHECKED:
        draw = operations.promise_draw(
            actor=ground.officer, intake=intake, sources=drawing.sources(known_at=ground.now - timedelta(hours=1)),
            promised_at=ground.now - timedelta(hours=2), now=ground.now - timedelta(hours=3),
        )  # fmt: skip
        return "promise", fingerprint(draw, "promise.json")
    if intake.state == IntakeState.PROMISED:
        draw = Draw.objects.select_related("intake__season").get(intake=intake)
        return "draw", operations.draw_intake(actor=ground.officer, draw=draw, reveals=drawing.REVEALS, now=now).seed
    sealed = Run.objects.filter(intake=intake, kind=RunKind.SEALED).select_related("intake__season")
    if intake.state == IntakeState.PLACED:
        run = operations.open_run(actor=ground.publisher, run=sealed.get(state=RunState.DONE), now=now)
        return "open", run.result_sha256
    waiting = sealed.filter(state=RunState.QUEUED).first()
    if waiting is None:
        if sealed.filter(state=RunState.DONE).exists():
            return None  # The worker was done since the intake was read, which is placed now.
        return "run", operations.ask_run(actor=ground.officer, intake=intake, now=now).public_id
    if Job.objects.filter(key=f"{JOB}:{waiting.pk}", state=Job.State.FAILED).exists():
        # Its worker was killed too often; a clerk drops it and asks again.
        operations.drop_run(actor=ground.officer, run=waiting, reason="没有算出", now=now)
    return None


def fingerprint(draw: Any, name: str) -> str:
    return str(draw.files.get(name=name).sha256)


def lasting(work: Callable[[], None]) -> Callable[[], None]:
    """Begins again where the database has gone away: a browser sends its form once more, a clerk his press."""
    from django.db import InterfaceError, OperationalError, connections

    def go_on() -> None:
        while True:
            try:
                work()
            except (OperationalError, InterfaceError):
                connections.close_all()
                time.sleep(0.05)

    return go_on


def keeps_what_it_acknowledges() -> bool:
    """Whether the database is a server that answers a commit once it is in its log. One that is set not to wait forgets the
    latest commits when it is killed, whatever this program does."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('synchronous_commit')")
        return bool(cursor.fetchone()[0] != "off")


def kill_server() -> bool:
    """Kills one process of the PostgreSQL server, and with it every connection. False where nobody is connected."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        found = cursor.fetchall()
    if not found:
        return False
    os.kill(found[0][0], signal.SIGKILL)
    return True


def run(loops: int, seed: int, minutes: float) -> dict[str, int]:
    """Kill so often, or until the minutes are over, on the database of the settings. Returns the counts."""
    from django.conf import settings
    from django.db import InterfaceError, OperationalError, connections

    from yaodian.foundation import jobs
    from yaodian.foundation.worker import work

    settings.JOB_LEASE_SECONDS, settings.JOB_SWEEP_SECONDS, settings.JOB_POLL_SECONDS = 2, 0.5, 0.05
    jobs.GRACE_SECONDS = 3
    chance = random.Random(seed)
    has_server = keeps_what_it_acknowledges()
    ground = Ground()
    for _round in range(STOCK):
        ground.lay_round()

    def asked(question: Callable[[], Any]) -> Any:
        until = time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                return question()
            except (OperationalError, InterfaceError):
                connections.close_all()
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    with tempfile.TemporaryDirectory(prefix="yaodian-kills-") as folder:
        sent = [Path(folder) / f"{number}.txt" for number in range(FAMILIES)]
        acknowledged = Path(folder) / "steps.txt"
        makers: list[Callable[[], None]] = [lasting(lambda n=n: apply(ground, n, sent[n])) for n in range(FAMILIES)]  # type: ignore[misc]  # Bound now.
        makers += [lasting(lambda: serve(ground, acknowledged)), lasting(lambda: work(is_batch=False))]
        living = [fork(maker) for maker in makers]
        killed: Counter[str] = Counter()
        try:
            until = time.monotonic() + minutes * 60
            while killed.total() < loops and time.monotonic() < until:
                while asked(lambda: unfinished(ground)) < STOCK:
                    asked(ground.lay_round)
                time.sleep(chance.random() * LONGEST_SECONDS)
                victim = chance.randrange(len(living) + has_server)
                if victim == SERVER:
                    killed[VICTIMS[SERVER]] += asked(kill_server)
                    continue
                end(living[victim])
                living[victim] = fork(makers[victim])
                killed[VICTIMS.get(victim, "browser killed")] += 1
            for number in range(FAMILIES):
                end(living[number])
            del living[:FAMILIES]
            until = time.monotonic() + SETTLE_SECONDS
            while asked(lambda: unfinished(ground)) and time.monotonic() < until:
                time.sleep(0.2)
        finally:
            for process in living:
                end(process)
        kills = {name: killed[name] for name in ("browser killed", *VICTIMS.values())}
        return {"kills": killed.total(), **kills, **counted(ground, sent, acknowledged)}


def unfinished(ground: Ground) -> int:
    """How many of the rounds that were laid are not published."""
    from yaodian.admissions.models import Intake, IntakeState

    return ground.rounds - Intake.objects.filter(state=IntakeState.PUBLISHED).count()


def counted(ground: Ground, sent: list[Path], acknowledged: Path) -> dict[str, int]:
    """What stands in the database, held against what was sent and what was acknowledged."""
    from yaodian.admissions.models import Application, ApplicationState, Submission
    from yaodian.audit.models import Entry
    from yaodian.audit.queries import verify_journal

    lines = [line for path in sent for line in lines_of(path)]
    receipts = {line[1]: tuple(line[2:]) for line in lines if line[0] == "done"}
    rows = list(Submission.objects.values_list("client_key", "application__number", "sha256"))
    stand = {key: (number, sha256) for key, number, sha256 in rows}
    owners = Counter(
        Application.objects.filter(intake=ground.open.intake)
        .exclude(state=ApplicationState.DRAFT)
        .values_list("account", flat=True)
    )
    submitted = Entry.objects.filter(code="admissions.application.submit").count()
    return {
        "submissions acknowledged": len(receipts),
        "lost": sum(1 for key, receipt in receipts.items() if stand.get(key) != receipt),
        "doubled": len(rows) - len(stand) + sum(count - 1 for count in owners.values()),
        "never sent": len(set(stand) - {line[1] for line in lines}),
        "submissions in the journal wrong by": submitted - len(rows),
        **counted_rounds(ground, lines_of(acknowledged)),
        "journal broken": int(not verify_journal().ok),
    }


def counted_rounds(ground: Ground, steps: list[list[str]]) -> dict[str, int]:
    """The draws, runs and places of the rounds, each held against its own bytes and what the clerk was told."""
    from yaodian.admissions.models import Draw, DrawState, Intake, IntakeState, Place, Run, RunState
    from yaodian.admissions.problem.verifying import verify_run
    from yaodian.audit.models import Entry
    from yaodian.engines import lottery

    published = list(Intake.objects.filter(state=IntakeState.PUBLISHED))
    stand: set[tuple[str, str, str]] = set()
    other = doubled = 0
    for draw in Draw.objects.prefetch_related("files"):
        files = {one.name: bytes(one.content) for one in draw.files.all()}
        stand |= {(str(draw.intake_id), "promise", lottery.sha256(files["promise.json"]))}
        stand |= {(str(draw.intake_id), "draw", draw.seed)}
        if draw.state == DrawState.DRAWN:
            other += bool(lottery.verify(files, promises=[lottery.sha256(files["promise.json"])]))
    for one in Run.objects.all():
        stand |= {(str(one.intake_id), "run", one.public_id)}
        if one.state in (RunState.DONE, RunState.OPENED):
            other += bool(verify_run(bytes(one.inputs), bytes(one.result)))
        if one.state == RunState.OPENED:
            stand |= {(str(one.intake_id), "open", one.result_sha256)}
    for intake in published:
        run = Run.objects.filter(intake=intake, state=RunState.OPENED)
        given = list(Place.objects.filter(offer__intake=intake).values_list("application", flat=True))
        doubled += abs(run.count() - 1) + abs(Draw.objects.filter(intake=intake).count() - 1)
        doubled += abs(len(given) - sum(one.tallies["placed"] for one in run)) + len(given) - len(set(given))
    told = Entry.objects.filter(code__in=["admissions.draw.draw", "admissions.run.open"]).count()
    return {
        "steps acknowledged": len(steps),
        "intakes published": len(published),
        "intakes not published": unfinished(ground),
        "steps lost": sum(tuple(line) not in stand for line in steps),
        "draws, runs, places doubled": doubled,
        "other bytes": other,
        "draws and openings in the journal wrong by": told - len(published) - Draw.objects.filter(state=DrawState.DRAWN).count(),
    }  # fmt: skip


# The counts that must be nothing.
FAULTS = (
    "lost", "doubled", "never sent", "submissions in the journal wrong by", "intakes not published", "steps lost",
    "draws, runs, places doubled", "other bytes", "draws and openings in the journal wrong by", "journal broken",
)  # fmt: skip


@click.command()
@click.option("--loops", default=500, show_default=True, help="how often somebody is killed on each database")
@click.option("--minutes", default=20.0, show_default=True, help="longest time of the killing on each database")
@click.option("--seed", default=7, show_default=True, help="of the moments")
@click.option("--here", is_flag=True, hidden=True, help="on the database of the environment")
def main(loops: int, minutes: float, seed: int, here: bool) -> None:
    """Kill browsers, clerk, worker and database amid a season, and say what became of it."""
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
        own = [*command[:-1], "benchmarks.admission_kills", "--here", "--loops", str(loops)]
        answers = measured([*own, "--minutes", str(minutes), "--seed", str(seed)])
        if answers is None:
            sys.exit(f"{name} not measured: see the message above")
        lines.append([name, *answers[0].values(), round(time.monotonic() - begin)])
    heads = ("database", *answers[0], "seconds")
    report.finish("admission_kills", heads, lines, facts)
    if any(line[heads.index(name)] for line in lines for name in FAULTS):
        sys.exit(1)


if __name__ == "__main__":
    main()
