"""How fast and in how much memory a city's pupils go in and out. Needs PostgreSQL:

    python scripts/with_postgres.py python -m benchmarks.imports [--rows 400000] [--kind csv|xlsx]

Bare: the same file read and checked by the same code, its values written by one COPY into the same table. Import:
upload, check with comparison and staging, commit with the second comparison. Memory is the largest resident size of the
process and its child, seen every 20 ms.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("YAODIAN_DATA", tempfile.mkdtemp(prefix="yaodian-benchmark-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yaodian.config.settings")

import django

django.setup()

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, models
from django.utils import timezone

from yaodian.foundation import jobs
from yaodian.foundation.models import Import, ImportPart
from yaodian.foundation.sheets import importing, writing
from yaodian.foundation.sheets.checking import Checker
from yaodian.foundation.sheets.declaring import Choice, Column, Day, Flag, Sheet, Text, Whole
from yaodian.foundation.sheets.importing import Importer
from yaodian.foundation.sheets.reading import read_file
from yaodian.foundation.sheets.targets import ModelTarget, insert_rows


class Pupil(models.Model):
    number = models.CharField(max_length=19, unique=True)
    name = models.CharField(max_length=40)
    identity = models.CharField(max_length=18)
    born_on = models.DateField(null=True)
    gender = models.CharField(max_length=6)
    school = models.CharField(max_length=10)
    class_code = models.CharField(max_length=12)
    entered_on = models.DateField(null=True)
    year = models.IntegerField(null=True)
    is_boarder = models.BooleanField(null=True)
    guardian = models.CharField(max_length=40)
    phone = models.CharField(max_length=11)

    class Meta:
        app_label = "benchmarks"

    def __str__(self) -> str:
        return self.number


def _is_long_enough(value: str) -> str | None:
    return None if len(value) == 18 else "应为 18 位。请核对。"


SHEET = Sheet(
    code="benchmarks.pupils", label="学生", english="Pupils", key=("number",),
    columns=(
        Column("number", "学籍号", "Enrolment number", kind=Text(max_length=19, is_code=True), is_required=True),
        Column("name", "姓名", "Name", kind=Text(max_length=40), is_required=True),
        Column("identity", "身份证件号", "ID number", kind=Text(max_length=18, is_code=True), check=_is_long_enough),
        Column("born_on", "出生日期", "Birth date", kind=Day()),
        Column("gender", "性别", "Gender", kind=Choice(options={"male": "男", "female": "女"})),
        Column("school", "学校代码", "School", kind=Text(max_length=10, is_code=True)),
        Column("class_code", "班级", "Class", kind=Text(max_length=12, is_code=True)),
        Column("entered_on", "入学日期", "Entered", kind=Day()),
        Column("year", "年级", "Year", kind=Whole(least=1, most=12)),
        Column("is_boarder", "住宿", "Boarder", kind=Flag()),
        Column("guardian", "监护人", "Guardian", kind=Text(max_length=40)),
        Column("phone", "电话", "Phone", kind=Text(max_length=11, is_code=True)),
    ),
)  # fmt: skip
FIELDS = {column.code: column.code for column in SHEET.columns}


def make_target(*, scope: str, actor_id: int | None) -> ModelTarget:
    return ModelTarget(SHEET, Pupil, FIELDS)


def nothing(**_facts: Any) -> None:
    """Neither permission nor journal: they are the slice's."""


IMPORTER = Importer(sheet=SHEET, target=make_target, authorise=nothing, journal=nothing)


def pupils(count: int) -> Iterator[dict[str, Any]]:
    first = date(2008, 9, 1)
    for n in range(count):
        yield {
            "number": f"G{n:018}", "name": f"测试{n % 9973:04}", "identity": f"99{n:015}X", "born_on": first + timedelta(n % 4000),
            "gender": ("male", "female")[n % 2], "school": f"36{n % 900:08}", "class_code": f"{n % 9000:06}",
            "entered_on": date(2014 + n % 12, 9, 1), "year": n % 12 + 1, "is_boarder": n % 5 == 0,
            "guardian": f"家长{n % 7919:04}", "phone": f"1{n:010}",
        }  # fmt: skip


def _resident() -> int:
    total = 0
    for pid in ("self", *Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()):
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
    return total * os.sysconf("SC_PAGE_SIZE")


def measured(label: str, work: Callable[[], Any]) -> float:
    """Runs it, prints seconds and the largest memory; gives the seconds."""
    peak = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, _resident())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    start = time.monotonic()
    work()
    seconds = time.monotonic() - start
    done.set()
    watcher.join()
    print(f"| {label} | {seconds:.1f} s | {peak / 1e6:.0f} MB |", flush=True)
    return seconds


def chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk


def bare(path: Path) -> None:
    checker = Checker(SHEET)
    with read_file(name=path.name, chunks=chunks(path), prefer=["学生"]) as raw:
        insert_rows(Pupil, list(FIELDS), (tuple(row.values.values()) for row in checker.rows(raw)))


def uploaded(path: Path, actor_id: int) -> Import:
    batch = importing.upload_sheet(
        importer=IMPORTER,
        actor_id=actor_id,
        scope="",
        name=path.name,
        size=path.stat().st_size,
        chunks=chunks(path),
        now=timezone.now(),
    )
    jobs.run_waiting_jobs()
    batch.refresh_from_db()
    assert batch.state == "checked", batch.error
    assert not batch.errors, importing.get_findings(batch=batch).problems[:3]
    return batch


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=400_000)
    arguments.add_argument("--kind", choices=["csv", "xlsx"], default="csv")
    chosen = arguments.parse_args()
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Pupil)
    actor = get_user_model().objects.create(username="benchmark", name="测试", created_at=timezone.now()).pk
    folder = Path(os.environ["YAODIAN_DATA"])
    path = folder / f"pupils.{chosen.kind}"
    write = writing.export_csv if chosen.kind == "csv" else writing.export_xlsx
    with path.open("wb") as file:
        file.writelines(write(SHEET, pupils(chosen.rows)))
    print(f"{timezone.localdate()} · {platform.python_version()} · {connection.vendor} · load {os.getloadavg()[0]:.1f}")
    print(
        f"{chosen.rows} rows, {path.stat().st_size / 1e6:.0f} MB {chosen.kind}\n\n| step | time | memory |\n| --- | --- | --- |"
    )
    base = measured("read, check, bare COPY", lambda: bare(path))
    Pupil.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE benchmarks_pupil")
    batches: list[Import] = []
    checked = measured("upload and check", lambda: batches.append(uploaded(path, actor)))

    def commit() -> None:
        importing.commit_import(importer=IMPORTER, actor_id=actor, import_id=batches[0].pk, now=timezone.now())
        jobs.run_waiting_jobs()

    written = measured("commit", commit)
    assert Pupil.objects.count() == chosen.rows
    print(f"| import, times the bare way | {(checked + written) / base:.2f} | |")
    measured("the same file again", lambda: batches.append(uploaded(path, actor)))
    assert (batches[1].untouched, batches[1].created, batches[1].changed) == (chosen.rows, 0, 0)
    assert not ImportPart.objects.filter(batch=batches[1], kind="rows").exists()
    rows = make_target(scope="", actor_id=None)
    measured("export as CSV", lambda: sum(map(len, writing.export_csv(SHEET, rows.export()))))
    measured("export as xlsx", lambda: sum(map(len, writing.export_xlsx(SHEET, rows.export()))))

    def undo() -> None:
        importing.undo_import(importer=IMPORTER, actor_id=actor, import_id=batches[0].pk, now=timezone.now())
        jobs.run_waiting_jobs()

    measured("undo", undo)
    assert not Pupil.objects.exists()


if __name__ == "__main__":
    main()
