"""``python -m benchmarks.import_kills --loops N``: killed in the middle of imports and of edits, N times on each database.

Two workers check and commit imports of pupils; two people edit pupils of the same school over and over, and write down
what was acknowledged to them. In every loop one of the four is killed without warning, at a random moment, and another
takes its place. An import whose worker was killed too often is checked and committed again, as a person would.

At the end every import is committed, its rows stand in the registry exactly once, each with one enrolment, and the journal,
which must verify, tells of each commit once; and of each edited pupil the record holds the last acknowledged edit or the
one after it, with one version and one entry for each edit. Exit status 1 where not.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from benchmarks import report
from benchmarks.jobs import DATABASES, measured

WORKERS, EDITORS, IN_FLIGHT = 2, 2, 3
LONGEST_SECONDS = 0.8
SETTLE_SECONDS = 300
HEADS = ("学校标识码", "学籍号", "姓名", "性别", "出生日期", "学段", "入学年份", "班号", "寄宿", "随迁子女", "留守儿童", "家庭住址", "入学日期")  # fmt: skip


def sheet_of(school: str, numbers: range) -> bytes:
    """A file of pupils, one for each number."""
    lines = [",".join(HEADS)]
    lines += [
        f"{school},KILL-{n:07d},学生{n:07d},女,2019-05-06,小学,2026,1,否,否,否,栖禾镇第{n}号,2026-09-01"
        for n in numbers
    ]
    return "\n".join(lines).encode("utf-8-sig")


class Ground:
    """A school with a class, somebody who imports, and the pupils that are edited. The database must be empty."""

    def __init__(self, rows: int) -> None:
        from yaodian.organisations.queries import with_rights
        from yaodian.registry.tests import factories

        self.rows = rows
        self.school = factories.school()
        room = factories.school_class(self.school, grade=1)
        # The county's people edit as well; it is one account here, for whom every right is asked each time.
        self.account = with_rights(factories.registrar(self.school.unit))
        self.edited = [factories.pupil(self.school, room, residence="0").public_id for _number in range(EDITORS)]
        self.batches: dict[int, range] = {}
        self.uploaded = 0

    def upload(self) -> None:
        from django.utils import timezone

        from yaodian.foundation.sheets import importing
        from yaodian.registry import sheets

        numbers = range(self.uploaded, self.uploaded + self.rows)
        self.uploaded += self.rows
        data = sheet_of(self.school.unit.code, numbers)
        batch = importing.upload_sheet(
            importer=sheets.IMPORT_PUPILS, actor_id=self.account.pk, scope=sheets.scope_word(account=self.account),
            name="学生.csv", size=len(data), chunks=[data], now=timezone.now(),
        )  # fmt: skip
        self.batches[batch.pk] = numbers

    def press(self) -> int:
        """What a person does who looks at his imports: goes on with each. Returns how many are not committed."""
        from django.utils import timezone

        from yaodian.foundation.models import Import
        from yaodian.foundation.sheets import importing
        from yaodian.registry import sheets

        waiting = 0
        for pk in self.batches:
            if Import.objects.filter(pk=pk, state=Import.State.COMMITTED).exists():
                continue
            waiting += 1
            asked = {"importer": sheets.IMPORT_PUPILS, "import_id": pk}
            batch = importing.settle(**asked)
            whoever: dict[str, Any] = {**asked, "actor_id": self.account.pk, "now": timezone.now()}
            if batch.state == Import.State.CHECKED:
                importing.commit_import(**whoever)
            elif batch.state in (Import.State.FAILED, Import.State.CANCELLED):
                importing.check_again(**whoever)
        return waiting


def edit(ground: Ground, number: int, path: Path) -> None:
    """Edits one pupil until it is killed; each edit that has been acknowledged is a line of the file."""
    from django.utils import timezone

    from yaodian.organisations.models import Account
    from yaodian.organisations.queries import with_rights
    from yaodian.registry import operations
    from yaodian.registry.models import Pupil

    actor = with_rights(Account.objects.get(pk=ground.account.pk))
    pupil = Pupil.objects.get(public_id=ground.edited[number])
    value = int(pupil.residence)
    with path.open("a") as told:
        while True:
            value += 1
            operations.change_pupil(
                actor=actor, public_id=pupil.public_id, changes={"residence": str(value)}, now=timezone.now()
            )
            told.write(f"{value}\n")
            told.flush()
            time.sleep(0.02)


def fork(work: Callable[[], None]) -> int:
    """A child of this process, so that no loop waits for Django to be loaded."""
    from django.db import connections

    connections.close_all()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        threading.Thread(target=_end_with, args=[parent], daemon=True).start()
        try:
            work()
        finally:
            os._exit(1)
    return child


def _end_with(parent: int) -> None:
    """Nobody works on when whoever counts is gone."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def end(process: int) -> None:
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def run(loops: int, seed: int, rows: int, minutes: float) -> dict[str, int]:
    """Kill so often, or until the minutes are over, on the database of the settings, which must be migrated and empty.

    Returns the counts.
    """
    from django.conf import settings

    from yaodian.foundation import jobs
    from yaodian.foundation.worker import work

    settings.JOB_LEASE_SECONDS, settings.JOB_SWEEP_SECONDS, settings.JOB_POLL_SECONDS = 2, 0.5, 0.05
    jobs.GRACE_SECONDS = 3
    chance = random.Random(seed)
    ground = Ground(rows)
    with tempfile.TemporaryDirectory(prefix="yaodian-kills-") as folder:
        told = [Path(folder) / f"{number}.txt" for number in range(EDITORS)]
        makers: list[Callable[[], None]] = [lambda: work(is_batch=False) for _number in range(WORKERS)]
        makers += [lambda n=number: edit(ground, n, told[n]) for number in range(EDITORS)]  # type: ignore[misc]  # Bound now.
        living = [fork(maker) for maker in makers]
        try:
            in_import = kills = 0
            last = time.monotonic() + minutes * 60
            while kills < loops and time.monotonic() < last:
                kills += 1
                if ground.press() < IN_FLIGHT:
                    ground.upload()
                time.sleep(chance.random() * LONGEST_SECONDS)
                victim = chance.randrange(len(living))
                busy = _busy()
                if victim < WORKERS:
                    # One that has an import in hand, where there is one.
                    victim = next((n for n in range(WORKERS) if living[n] in busy), victim)
                    in_import += living[victim] in busy
                end(living[victim])
                living[victim] = fork(makers[victim])
            for number in range(WORKERS, len(living)):
                end(living[number])
            del living[WORKERS:]
            until = time.monotonic() + SETTLE_SECONDS
            while ground.press() and time.monotonic() < until:
                time.sleep(0.2)
            unsettled = ground.press()
        finally:
            for process in living:
                end(process)
        counts = counted(ground, told)
    return {"kills": kills, "in an import": in_import, "not committed": unsettled, **counts}


def counted(ground: Ground, told: list[Path]) -> dict[str, int]:
    """What stands in the database now, held against what was uploaded and what was told."""
    from yaodian.audit.models import Entry
    from yaodian.audit.queries import verify_journal
    from yaodian.registry.models import Enrolment, Pupil

    held = list(Pupil.objects.filter(external_id__startswith="KILL-").values_list("external_id", flat=True))
    wanted = {f"KILL-{number:07d}" for number in range(ground.uploaded)}
    enrolments = Enrolment.objects.filter(pupil__external_id__startswith="KILL-").count()
    edits = sum(Pupil.objects.filter(public_id__in=ground.edited).values_list("version", flat=True)) - EDITORS
    commits = Entry.objects.filter(code="registry.import.commit").count()
    return {
        "imports": len(ground.batches),
        "rows": ground.uploaded,
        "lost": len(wanted - set(held)),
        "doubled": len(held) - len(set(held)),
        "enrolments wrong by": enrolments - ground.uploaded,
        "commits in the journal wrong by": commits - len(ground.batches),
        "edits": edits,
        "edits wrong": _edits(ground, told),
        "edits in the journal wrong by": Entry.objects.filter(code="registry.pupil.change").count() - edits,
        "journal broken": int(not verify_journal().ok),
    }


# The counts that must be nothing.
FAULTS = (
    "not committed", "lost", "doubled", "enrolments wrong by", "commits in the journal wrong by", "edits wrong",
    "edits in the journal wrong by", "journal broken",
)  # fmt: skip


def _busy() -> set[int]:
    """The processes of the workers that have an import in hand: a name ends with its number and six letters."""
    from yaodian.foundation.models import Job

    names = Job.objects.filter(code__endswith="_import", state=Job.State.RUNNING).values_list("worker", flat=True)
    return {int(name.split("-")[-2]) for name in names}


def _edits(ground: Ground, told: list[Path]) -> int:
    """How many of the edited pupils hold neither the last acknowledged edit nor the one after it, or lost one between."""
    from yaodian.registry.models import Pupil

    wrong = 0
    for public_id, path in zip(ground.edited, told, strict=True):
        pupil = Pupil.objects.get(public_id=public_id)
        last = max((int(line) for line in path.read_text().split()), default=0)
        value = int(pupil.residence)
        # Each edit raises both by one; the last may have been written and its acknowledgement killed.
        wrong += value < last or value > last + 1 or pupil.version - 1 != value
    return wrong


@click.command()
@click.option("--loops", default=500, show_default=True, help="how often somebody is killed on each database")
@click.option("--rows", default=200, show_default=True, help="rows of each import")
@click.option("--minutes", default=30.0, show_default=True, help="longest time of the killing on each database")
@click.option("--seed", default=7, show_default=True, help="of the moments")
@click.option("--here", is_flag=True, hidden=True, help="on the database of the environment")
def main(loops: int, rows: int, minutes: float, seed: int, here: bool) -> None:
    """Kill workers in the middle of imports and people in the middle of edits, and say what became of both."""
    if here:
        import django

        os.environ["DJANGO_SETTINGS_MODULE"] = "yaodian.config.settings"
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        print(json.dumps([run(loops, seed, rows, minutes)]))
        return
    facts = {**report.conditions(), "loops": loops, "rows": rows, "seed": seed}
    lines: list[list[Any]] = []
    for name, command in DATABASES.items():
        begin = time.monotonic()
        own = [*command[:-1], "benchmarks.import_kills", "--here"]
        own += ["--loops", str(loops), "--minutes", str(minutes), "--seed", str(seed), "--rows", str(rows)]
        answers = measured(own)
        if answers is None:
            sys.exit(f"{name} not measured: see the message above")
        lines.append([name, *answers[0].values(), round(time.monotonic() - begin)])
    heads = ("database", *answers[0], "seconds")
    report.finish("import_kills", heads, lines, facts)
    if any(line[heads.index(name)] for line in lines for name in FAULTS):
        sys.exit(1)


if __name__ == "__main__":
    main()
