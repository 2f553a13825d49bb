"""Upload, check, commit, undo: operations for a slice, and the background jobs behind them.

    uploaded → checking → checked → committing → committed → undoing → undone
                  ↓ ↘ failed          ↓ back to checked         ↓ back to committed
               cancelled

A slice declares an `Importer` once, in a module that its `tasks` imports, so that workers know it:

    IMPORT_PUPILS = Importer(sheet=PUPILS, target=pupils_target, authorise=may_import_pupils, journal=journal_import)

(or an `ArchiveImporter`, where one file fills several sheets; `importers` has both)

* `target(*, scope, actor_id)` gives the `Target`;
* `authorise(*, actor_id, scope, action, now)` raises where the account may not; it is asked by each operation and again
  inside the transaction of commit and undo, because rights may end while a job waits;
* `journal(*, batch, action, actor_id, now)` writes the slice's journal entry inside that same transaction.

A commit is one transaction: the rows are looked up again, and where one differs from what the preview showed, nothing is
written. A killed worker leaves nothing half done; its job is taken up again. Imports of one sheet wait for each
other at the commit. Undo puts the rows back, and is refused with the reasons where a row was changed since.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connections, router, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from yaodian.foundation import jobs
from yaodian.foundation.fields import mask_number
from yaodian.foundation.keys import UnableToUnseal
from yaodian.foundation.models import Import, ImportPart, Job
from yaodian.foundation.refusing import UnableTo
from yaodian.foundation.sheets import limits, staging, writing
from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import Problem, Sheet
from yaodian.foundation.sheets.importers import AnyImporter, Importer, get_importer
from yaodian.foundation.sheets.reading import UnableToReadSheet, check_file
from yaodian.foundation.sheets.targets import Change, Target

State = Import.State
CREATE, CHANGE = 1, 2


class UnableToUploadSheet(UnableTo):
    """The file is not taken."""


class UnableToCheckImport(UnableTo):
    """The file cannot be checked in this state."""

    status = 409


class UnableToCommitImport(UnableTo):
    """Errors are left, the state is wrong, or the rows have changed since the preview."""

    status = 409


class UnableToUndoImport(UnableTo):
    """It is not committed, or rows were changed since; `reasons` lists them."""

    status = 409

    def __init__(self, message: str, *, code: str, reasons: Sequence[str] = ()) -> None:
        super().__init__(message, code=code)
        self.reasons = list(reasons)


class UnableToCancelImport(UnableTo):
    """There is nothing running to cancel."""

    status = 409


# --- What a person asks for -------------------------------------------------------------------------------------------


def upload_sheet(
    *, importer: AnyImporter, actor_id: int, scope: str, name: str, size: int, chunks: Iterable[bytes], now: datetime
) -> Import:
    """Stores a file, sealed, and asks for its check. Raises UnableToUploadSheet."""
    importer.authorise(actor_id=actor_id, scope=scope, action="upload", now=now)
    name = name.replace("\\", "/").rpartition("/")[2][-255:]
    try:
        check_file(name=name, size=size, accept=importer.accepts)
    except UnableToReadSheet as problem:
        raise UnableToUploadSheet(problem.message, code=problem.code) from problem
    with _in_words(UnableToUploadSheet), transaction.atomic():
        batch = Import(
            sheet=importer.code,
            scope=scope,
            name=name,
            size_bytes=size,
            sha256="",
            requested_by_id=actor_id,
            requested_at=now,
        )
        batch.save()
        digest = hashlib.sha256()
        held = 0
        for number, part in enumerate(_parts(chunks)):
            digest.update(part)
            held += len(part)
            if held > limits.UPLOAD_BYTES:
                raise UnableToUploadSheet(
                    UnableToReadSheet("too-big", most=limits.UPLOAD_BYTES // limits.MEGABYTE).message, code="too-big"
                )
            staging.write_part(batch, ImportPart.Kind.UPLOAD, number, part)
        batch.sha256, batch.size_bytes = digest.hexdigest(), held
        batch.save(update_fields=["sha256", "size_bytes"])
        _ask(batch, "foundation.check_import", State.UPLOADED, actor_id)
    return batch


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= limits.UPLOAD_PART_BYTES:
            yield bytes(held[: limits.UPLOAD_PART_BYTES])
            del held[: limits.UPLOAD_PART_BYTES]
    if held:
        yield bytes(held)


def check_again(*, importer: AnyImporter, actor_id: int, import_id: int, now: datetime) -> Import:
    """Checks the same file anew against the rows as they are now. Raises UnableToCheckImport."""
    with transaction.atomic():
        batch = _locked(importer, import_id)
        importer.authorise(actor_id=actor_id, scope=batch.scope, action="upload", now=now)
        if batch.state not in (State.CHECKED, State.FAILED, State.CANCELLED):
            raise UnableToCheckImport(
                _("这次导入“%(name)s”的状态是“%(state)s”，不能重新检查。")
                % {"name": batch.name, "state": batch.get_state_display()},
                code="wrong-state",
            )
        _ask(batch, "foundation.check_import", State.UPLOADED, actor_id)
    return batch


def commit_import(*, importer: AnyImporter, actor_id: int, import_id: int, now: datetime) -> Import:
    """Asks for the checked rows to be written. Raises UnableToCommitImport."""
    with transaction.atomic():
        batch = _locked(importer, import_id)
        importer.authorise(actor_id=actor_id, scope=batch.scope, action="commit", now=now)
        if batch.state != State.CHECKED:
            raise UnableToCommitImport(
                _("这次导入“%(name)s”的状态是“%(state)s”，不能导入。请重新检查。")
                % {"name": batch.name, "state": batch.get_state_display()},
                code="wrong-state",
            )
        if batch.errors:
            raise UnableToCommitImport(
                _("文件“%(name)s”还有 %(count)s 处错误。请改正后重新上传；有错误的文件一行也不会导入。")
                % {"name": batch.name, "count": batch.errors},
                code="errors",
            )
        _ask(batch, "foundation.commit_import", State.COMMITTING, actor_id)
    return batch


def undo_import(*, importer: AnyImporter, actor_id: int, import_id: int, now: datetime) -> Import:
    """Asks for the rows to be put back as they were. Raises UnableToUndoImport."""
    with transaction.atomic():
        batch = _locked(importer, import_id)
        importer.authorise(actor_id=actor_id, scope=batch.scope, action="undo", now=now)
        if batch.state != State.COMMITTED:
            raise UnableToUndoImport(
                _("这次导入“%(name)s”的状态是“%(state)s”，没有可撤销的内容。")
                % {"name": batch.name, "state": batch.get_state_display()},
                code="wrong-state",
            )
        _ask(batch, "foundation.undo_import", State.UNDOING, actor_id)
    return batch


def cancel_import(*, importer: AnyImporter, actor_id: int, import_id: int, now: datetime) -> Import:
    """Stops what is under way; nothing of it stays. Raises UnableToCancelImport."""
    with transaction.atomic():
        batch = _locked(importer, import_id)
        importer.authorise(actor_id=actor_id, scope=batch.scope, action="cancel", now=now)
        if batch.state == State.CHECKED:
            batch.state = State.CANCELLED
            batch.save(update_fields=["state"])
            staging.drop_parts(batch, *ImportPart.Kind.values)
            return batch
        if not batch.is_busy or batch.job_id is None:
            raise UnableToCancelImport(_("这次导入没有正在进行的步骤，无须取消。"), code="wrong-state")
        try:
            jobs.cancel(job_id=batch.job_id)
        except jobs.UnableToCancel as problem:
            raise UnableToCancelImport(
                _("这一步刚刚结束，来不及取消了。请刷新页面查看结果。"), code="too-late"
            ) from problem
        _settle(batch)
    return batch


def _locked(importer: AnyImporter, import_id: int) -> Import:
    """The row, for update, after what a dead job left has been settled. Raises Import.DoesNotExist."""
    batch = Import.objects.select_for_update().get(pk=import_id, sheet=importer.code)
    _settle(batch)
    return batch


_FALL_BACK = {
    State.UPLOADED: State.CANCELLED,
    State.CHECKING: State.CANCELLED,
    State.COMMITTING: State.CHECKED,
    State.UNDOING: State.COMMITTED,
}


def _settle(batch: Import, *, error: str = "") -> None:
    """Puts an import whose job has ended without finishing it back to where it stood."""
    if not batch.is_busy:
        return
    job = Job.objects.filter(pk=batch.job_id).first()
    if job is not None and (not job.is_finished or job.state == Job.State.DONE):
        return
    was_failed = job is not None and job.state == Job.State.FAILED
    is_check = batch.state in (State.UPLOADED, State.CHECKING)
    batch.state = State.FAILED if was_failed and is_check else _FALL_BACK[State(batch.state)]
    batch.error = (job.error if job is not None and was_failed else "") or error
    batch.save(update_fields=["state", "error"])


def settle(*, importer: AnyImporter, import_id: int) -> Import:
    """The import as it stands, after a step that was cancelled, failed, or lost its worker for good has been put back."""
    batch = Import.objects.select_related("job", "requested_by").get(pk=import_id, sheet=importer.code)
    if batch.is_busy and (batch.job is None or batch.job.state in (Job.State.FAILED, Job.State.CANCELLED)):
        with transaction.atomic():
            _locked(importer, import_id)
        batch.refresh_from_db()
    return batch


def _ask(batch: Import, code: str, state: str, actor_id: int) -> None:
    batch.round += 1
    batch.state = state
    batch.error = ""
    batch.job = jobs.enqueue(
        code=code,
        arguments={
            "import_id": batch.pk,
            "round": batch.round,
            "actor_id": actor_id,
            "language": get_language() or settings.LANGUAGE_CODE,
        },
        requested_by_id=actor_id,
        key=f"import-{batch.pk}-{batch.round}",
    )
    batch.save(update_fields=["round", "state", "error", "job"])


# --- What the worker does ---------------------------------------------------------------------------------------------


def _in_language(work: Callable[..., None]) -> Callable[..., None]:
    """The job says what it finds in the language in which it was asked for."""

    @wraps(work)
    def speaking(context: jobs.JobContext, *, language: str, **arguments: Any) -> None:
        with override(language):
            work(context, **arguments)

    return speaking


@contextlib.contextmanager
def _in_words(failure: type[UnableTo]) -> Iterator[None]:
    """Turns a full disk, the database's or ours, and a missing key into a sentence."""
    try:
        yield
    except UnableToUnseal as problem:
        raise failure(str(problem), code="sealed") from problem
    except (OSError, DatabaseError) as problem:
        words = str(problem).lower()
        is_full = (
            getattr(problem, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
            or "disk is full" in words
            or "no space left" in words
        )
        if not is_full:
            raise
        raise failure(
            _("服务器的磁盘满了，没有写入任何内容。请联系系统管理员腾出空间后再试。"), code="disk-full"
        ) from problem


def _importer(batch: Import) -> AnyImporter:
    importer = get_importer(batch.sheet)
    if importer is None:
        raise jobs.JobFailed(
            code="unknown-sheet",
            message=_("系统中没有表格“%(code)s”，可能是升级后已取消。请联系系统管理员。") % {"code": batch.sheet},
        )
    return importer


def _mine(import_id: int, round: int, states: tuple[str, ...]) -> Import | None:  # noqa: A002 - the field's name.
    return Import.objects.filter(pk=import_id, round=round, state__in=states).first()


@jobs.job("foundation.check_import", title=gettext_lazy("检查导入的表格"))
@_in_language
def check_import(context: jobs.JobContext, *, import_id: int, round: int, actor_id: int) -> None:  # noqa: A002
    """Reads, checks and compares a file. Run again, it starts anew."""
    batch = _mine(import_id, round, (State.UPLOADED, State.CHECKING))
    if batch is None:
        return
    importer = _importer(batch)
    Import.objects.filter(pk=batch.pk, round=round).update(state=State.CHECKING)
    staging.drop_parts(batch, ImportPart.Kind.FINDINGS, ImportPart.Kind.ROWS)
    try:
        with _in_words(UnableToUploadSheet):
            _check(context, batch, importer, actor_id)
    except (UnableToReadSheet, UnableToUploadSheet) as problem:
        staging.drop_parts(batch, ImportPart.Kind.FINDINGS, ImportPart.Kind.ROWS)
        Import.objects.filter(pk=batch.pk, round=round).update(state=State.FAILED, error=problem.message)
        raise jobs.JobFailed(code=problem.code, message=problem.message) from problem
    except jobs.JobCancelled:
        staging.drop_parts(batch, ImportPart.Kind.FINDINGS, ImportPart.Kind.ROWS)
        Import.objects.filter(pk=batch.pk, round=round).update(state=State.CANCELLED)
        raise


def _check(context: jobs.JobContext, batch: Import, importer: AnyImporter, actor_id: int) -> None:
    targets = importer.targets(scope=batch.scope, actor_id=actor_id)
    kinds = [{column.code: column.kind for column in sheet.columns} for sheet in importer.sheets]
    counts = {CREATE: 0, CHANGE: 0, 0: 0}
    firsts: dict[int, int] = {}
    parts = 0
    seen = 0
    with importer.open(name=batch.name, chunks=staging.read_parts(batch, ImportPart.Kind.UPLOAD)) as reading:
        for table, chunk in reading.chunks():
            target, columns = targets[table], kinds[table]
            seen += len(chunk)
            context.progress(seen, seen + limits.CHUNK_ROWS, _("已检查 %(count)s 行") % {"count": seen})
            wrong = set()
            for problem in target.check(chunk):
                reading.tally.add(reading.place(table, problem))
                if not problem.is_warning:
                    wrong.add(problem.row)
            reading.tally.wrong_rows += len(wrong)
            staged = []
            for row, action, before, after in _compare(target, chunk):
                if row.number in wrong:
                    continue
                counts[action] += 1
                if action:
                    key = [
                        columns[code].plain(value)
                        for code, value in zip(importer.sheets[table].key, row.key, strict=True)
                    ]
                    staged.append([row.number, action, key, _plain(columns, before), _plain(columns, after)])
            # Rows of a file with errors are never committed; they need not be kept beyond the preview.
            if staged and (not reading.tally.errors or parts == 0):
                firsts.setdefault(table, parts)
                staging.write_plain(batch, ImportPart.Kind.ROWS, parts, [table, staged])
                parts += 1
    tally = reading.tally
    context.check_cancelled()
    with transaction.atomic():
        staging.write_plain(
            batch, ImportPart.Kind.FINDINGS, 0,
            {
                "problems": [asdict(problem) for problem in tally.problems], "notes": tally.notes,
                "wrong_rows": tally.wrong_rows, "firsts": sorted(firsts.items()),
            },
        )  # fmt: skip
        Import.objects.filter(pk=batch.pk, round=batch.round).update(
            state=State.CHECKED, rows=tally.rows, created=counts[CREATE], changed=counts[CHANGE], untouched=counts[0],
            errors=tally.errors, warnings=tally.warnings, checked_at=timezone.now(), error="",
        )  # fmt: skip


def _plain(kinds: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {code: None if value is None else kinds[code].plain(value) for code, value in values.items()}


def _from_plain(kinds: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {code: None if value is None else kinds[code].from_plain(value) for code, value in values.items()}


def _compare(target: Target, rows: Sequence[Row]) -> Iterator[tuple[Row, int, dict[str, Any], dict[str, Any]]]:
    """What would become of each row: (row, CREATE, {}, all values), (row, CHANGE, old, new) or (row, 0, {}, {})."""
    existing = target.existing([row.key for row in rows])
    for row in rows:
        now = existing.get(row.key)
        if now is None:
            yield row, CREATE, {}, row.values
            continue
        after = {code: value for code, value in row.values.items() if now.get(code) != value}
        yield row, CHANGE if after else 0, {code: now.get(code) for code in after}, after


@dataclass(frozen=True)
class _Staged:
    number: int
    key: tuple[Any, ...]
    action: int
    before: dict[str, Any]
    after: dict[str, Any]


def _staged(
    batch: Import, sheets: Sequence[Sheet], *, first: int = 0, count: int | None = None
) -> Iterator[tuple[int, list[_Staged]]]:
    """The rows to be written, in their order, each list of one sheet."""
    for table, part in staging.read_plain(batch, ImportPart.Kind.ROWS, first=first, count=count):
        sheet = sheets[table]
        kinds = {column.code: column.kind for column in sheet.columns}
        rows = []
        for number, action, key, before, after in part:
            rows.append(
                _Staged(
                    number,
                    tuple(kinds[code].from_plain(value) for code, value in zip(sheet.key, key, strict=True)),
                    action,
                    _from_plain(kinds, before),
                    _from_plain(kinds, after),
                )
            )
        yield table, rows


def _staged_backwards(batch: Import, sheets: Sequence[Sheet]) -> Iterator[tuple[int, list[_Staged]]]:
    """The same from the end: what was written last hangs on what was written before."""
    for number in reversed(range(staging.count_parts(batch, ImportPart.Kind.ROWS))):
        yield from _staged(batch, sheets, first=number, count=1)


def _one_at_a_time(importer: AnyImporter) -> None:
    """Commits and undos of the same rows wait for each other; SQLite has one writer anyway."""
    connection = connections[router.db_for_write(Import)]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # In one order, so that two never wait for each other in a circle.
            for code in sorted({importer.code, *importer.alongside}):
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [zlib.crc32(f"import {code}".encode())])


@jobs.job("foundation.commit_import", title=gettext_lazy("写入导入的表格"))
@_in_language
def run_commit(context: jobs.JobContext, *, import_id: int, round: int, actor_id: int) -> None:  # noqa: A002
    """Writes the rows of a checked import in one transaction."""
    batch = _mine(import_id, round, (State.COMMITTING,))
    if batch is None:
        return
    with _step(batch, back_to=State.CHECKED, refusal=UnableToCommitImport):
        _commit(context, batch, _importer(batch), actor_id)


def _commit(context: jobs.JobContext, batch: Import, importer: AnyImporter, actor_id: int) -> None:
    now = timezone.now()
    _one_at_a_time(importer)
    importer.authorise(actor_id=actor_id, scope=batch.scope, action="commit", now=now)
    targets = importer.targets(scope=batch.scope, actor_id=actor_id)
    for table, rows in _staged(batch, importer.sheets):
        target = targets[table]
        context.check_cancelled()
        existing = target.existing([row.key for row in rows])
        for row in rows:
            current = existing.get(row.key)
            is_same = (
                current is None
                if row.action == CREATE
                else current is not None and all(current.get(code) == value for code, value in row.before.items())
            )
            if not is_same:
                raise UnableToCommitImport(
                    _(
                        "预览之后，第 %(row)s 行对应的记录被别人改动过，没有写入任何内容。请重新检查，看过新的预览再导入。"
                    )
                    % {"row": row.number},
                    code="stale",
                )
        try:
            created = [row.after for row in rows if row.action == CREATE]
            if created:
                target.create(created)
            changed = [Change(row.key, row.before, row.after) for row in rows if row.action == CHANGE]
            if changed:
                target.change(changed)
        except IntegrityError as problem:
            raise UnableToCommitImport(
                _(
                    "第 %(first)s 至 %(last)s 行中有记录与系统中的数据冲突（可能刚由别人录入），没有写入任何内容。请重新检查。"
                )
                % {"first": rows[0].number, "last": rows[-1].number},
                code="conflict",
            ) from problem
    context.check_cancelled()
    done = Import.objects.filter(pk=batch.pk, round=batch.round, state=State.COMMITTING).update(
        state=State.COMMITTED, committed_at=now, error=""
    )
    if not done:
        raise jobs.LeaseLost(f"The import {batch.pk} was taken by another attempt.")
    batch.refresh_from_db()
    staging.drop_parts(batch, ImportPart.Kind.UPLOAD)
    importer.journal(batch=batch, action="commit", actor_id=actor_id, now=now)


@contextlib.contextmanager
def _step(batch: Import, *, back_to: str, refusal: type[UnableTo]) -> Iterator[None]:
    """One transaction; a step that was refused or cancelled leaves the import where it stood before."""

    def stand(error: str) -> None:
        Import.objects.filter(pk=batch.pk, round=batch.round).update(state=back_to, error=error)

    try:
        with _in_words(refusal), transaction.atomic():
            yield
    except jobs.JobCancelled:
        stand("")
        raise
    except UnableTo as problem:
        stand(problem.message)
        raise jobs.JobFailed(code=problem.code, message=problem.message) from problem


@jobs.job("foundation.undo_import", title=gettext_lazy("撤销导入的表格"))
@_in_language
def run_undo(context: jobs.JobContext, *, import_id: int, round: int, actor_id: int) -> None:  # noqa: A002
    """Puts the rows of a committed import back in one transaction."""
    batch = _mine(import_id, round, (State.UNDOING,))
    if batch is None:
        return
    with _step(batch, back_to=State.COMMITTED, refusal=UnableToUndoImport):
        _undo(context, batch, _importer(batch), actor_id)


def _undo(context: jobs.JobContext, batch: Import, importer: AnyImporter, actor_id: int) -> None:
    now = timezone.now()
    _one_at_a_time(importer)
    importer.authorise(actor_id=actor_id, scope=batch.scope, action="undo", now=now)
    if batch.created + batch.changed and not batch.parts.filter(kind=ImportPart.Kind.ROWS).exists():
        raise UnableToUndoImport(
            _("这次导入的行已过保存期限，系统里不再留有，不能整份撤销。请在各条记录的页面上逐条改回。"), code="expired"
        )
    targets = importer.targets(scope=batch.scope, actor_id=actor_id)
    reasons: list[str] = []
    for table, rows in _staged_backwards(batch, importer.sheets):
        target = targets[table]
        context.check_cancelled()
        keys = [row.key for row in rows]
        created = [row.key for row in rows if row.action == CREATE]
        existing = target.existing(keys)
        stuck = target.unremovable(created) if created else {}
        for row in rows:
            current = existing.get(row.key)
            if current is None:
                reasons.append(_("第 %(row)s 行对应的记录已被删除") % {"row": row.number})
            elif any(current.get(code) != value for code, value in row.after.items()):
                reasons.append(_("第 %(row)s 行对应的记录在导入之后又有改动") % {"row": row.number})
            elif row.key in stuck:
                reasons.append(_("第 %(row)s 行：%(reason)s") % {"row": row.number, "reason": stuck[row.key]})
        if len(reasons) > limits.PROBLEMS_SHOWN:
            break
        if reasons:
            continue
        if created:
            target.remove(created)
        changed = [Change(row.key, row.after, row.before) for row in rows if row.action == CHANGE]
        if changed:
            target.change(changed)
    if reasons:
        shown = "；".join(reasons[:5])
        raise UnableToUndoImport(
            _("不能撤销，没有改动任何内容：%(reasons)s。请先处理这些记录，或逐条改回。") % {"reasons": shown},
            code="changed-since",
            reasons=reasons,
        )
    Import.objects.filter(pk=batch.pk, round=batch.round).update(state=State.UNDONE, undone_at=now, error="")
    batch.refresh_from_db()
    staging.drop_parts(batch, ImportPart.Kind.ROWS, ImportPart.Kind.FINDINGS)
    importer.journal(batch=batch, action="undo", actor_id=actor_id, now=now)


# --- What the pages show ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Findings:
    """What a check has found, for the page."""

    problems: list[Problem]
    notes: list[str]
    wrong_rows: int
    firsts: list[tuple[int, int]] = field(default_factory=list)
    """For each sheet that has rows to be written, the first part of them."""


def get_findings(*, batch: Import) -> Findings:
    """The problems kept, by row and column; empty before the check."""
    for plain in staging.read_plain(batch, ImportPart.Kind.FINDINGS, count=1):
        problems = sorted(
            (Problem(**each) for each in plain["problems"]),
            key=lambda one: (one.is_warning, one.file, one.row, one.position),
        )
        return Findings(problems, plain["notes"], plain["wrong_rows"], plain.get("firsts", []))
    return Findings([], [], 0)


@dataclass(frozen=True)
class PreviewRow:
    """A row that would be created or changed: `cells` are (label, before, after), in words."""

    number: int
    key: str
    is_new: bool
    cells: list[tuple[str, str, str]]


def get_preview(*, importer: AnyImporter, batch: Import) -> list[PreviewRow]:
    """The first rows that would be created or changed, of each sheet."""
    firsts = get_findings(batch=batch).firsts
    shown: list[PreviewRow] = []
    for _table, first in firsts:
        for table, rows in _staged(batch, importer.sheets, first=first, count=1):
            # Changes first: they are what somebody may regret.
            for row in sorted(rows, key=lambda one: one.action != CHANGE)[: limits.PREVIEW_ROWS // len(firsts)]:
                shown.append(_preview_row(importer.sheets[table], row, is_named=len(importer.sheets) > 1))
    return shown


def _preview_row(sheet: Sheet, row: _Staged, *, is_named: bool) -> PreviewRow:
    columns = {column.code: column for column in sheet.columns}

    def words(code: str, value: Any) -> str:
        if value is None:
            return ""
        written = str(columns[code].kind.write(value))
        return mask_number(written) if columns[code].is_sensitive else written

    key = " · ".join(words(code, value) for code, value in zip(sheet.key, row.key, strict=True))
    cells = [
        (str(columns[code].label), words(code, row.before.get(code)), words(code, value))
        for code, value in row.after.items()
    ]
    return PreviewRow(row.number, f"{sheet.label} · {key}" if is_named else key, row.action == CREATE, cells)


def list_imports(*, importer: AnyImporter, scope: str | None = None) -> Any:
    """The imports of a sheet, newest first; `scope` narrows. One query with whoever asked for each."""
    found = Import.objects.filter(sheet=importer.code).select_related("requested_by", "job").order_by("-id")
    return found if scope is None else found.filter(scope=scope)


def marked_workbook(*, importer: Importer, batch: Import) -> Iterator[bytes]:
    """The uploaded file again with its problems marked, streamed. Raises UnableToReadSheet."""
    findings = get_findings(batch=batch)
    with importer.read(name=batch.name, chunks=staging.read_parts(batch, ImportPart.Kind.UPLOAD)) as raw:
        yield from writing.marked(importer.sheet, raw, findings.problems)


def drop_old_imports(*, before: datetime) -> int:
    """Empties imports asked for before a moment: their files, rows and problems go, the line in the list stays.

    What is being written or undone at this moment is left for the next time.
    """
    doomed = ImportPart.objects.filter(batch__requested_at__lt=before).exclude(
        batch__state__in=(State.COMMITTING, State.UNDOING)
    )
    Import.objects.filter(requested_at__lt=before, state=State.CHECKED).update(
        state=State.CANCELLED, round=F("round") + 1
    )
    return doomed.delete()[0]
