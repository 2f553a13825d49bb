"""Background work: registered functions, a row per piece of work, a lease while it runs, retries, progress.

A job function takes a context and JSON arguments:

    @job("plans.read_document")
    def read_document(context: JobContext, *, document_id: int) -> None: ...

It is registered by its module being imported; the modules named `tasks` of all apps are. Every job must be idempotent:
a worker may be killed after the work and before its report, and the job then runs again. It should hold no
transaction for long: its progress is written through the same connection and would stay unseen.

How a job moves: `enqueue` writes the row and, in the same transaction, a task of django-tasks that will wake a worker.
The worker claims the row (`attempts` + 1, a lease), renews the lease while it works, and reports the end. A job whose
lease ran out is returned to the queue by whichever worker sweeps next (django-tasks by itself would leave it RUNNING
for ever, django-tasks#46). An unexpected error is tried again after 5, 20, 80 … seconds; `JobFailed` is final.

This module reads the clock itself: leases are about real time and the moment is no input of any rule.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connections, router, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _
from django_tasks import task
from django_tasks.base import TaskContext, TaskResultStatus

from yaodian.foundation.models import Job, Worker

logger = logging.getLogger(__name__)

JobFunction = Callable[..., None]

INTERACTIVE = "default"
BULK = "bulk"
PRIORITIES = {INTERACTIVE: 0, BULK: -50}
PROGRESS_SECONDS = 0.5
FIRST_RETRY_SECONDS = 5
RETRY_FACTOR = 4
GRACE_SECONDS = 60


class UnableToEnqueue(RuntimeError):
    """The job cannot be taken: unknown code, outside a transaction, or the key belongs to other work."""


class UnableToCancel(RuntimeError):
    """There is no such job, or it has already ended."""


class JobFailed(Exception):
    """Raised by a job function when trying again is of no use; `message` is for the person who asked for the work."""

    def __init__(self, *, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class JobCancelled(Exception):
    """Raised inside a job function when somebody has cancelled the job; let it pass."""


class LeaseLost(Exception):
    """Raised inside a job function when the job now belongs to another worker; let it pass."""


@dataclass(frozen=True)
class _Registered:
    function: JobFunction
    max_attempts: int
    is_bulk: bool = False
    title: Promise | str = ""

    @property
    def queue(self) -> str:
        return BULK if self.is_bulk else INTERACTIVE


_REGISTER: dict[str, _Registered] = {}


def job(
    code: str, *, title: Promise | str = "", max_attempts: int = 3, is_bulk: bool = False
) -> Callable[[JobFunction], JobFunction]:
    """Registers a function under a code, and the words for it. Raises ValueError where the code is another function's.

    Somebody waits at the screen for a job, unless `is_bulk` says that it is one of many or takes long: such a job
    comes after all the others, and never on the worker that is kept for them.
    """

    def register(function: JobFunction) -> JobFunction:
        known = _REGISTER.get(code)
        if known is not None and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"The job code {code!r} belongs to {known.function.__qualname__}. Choose another code.")
        _REGISTER[code] = _Registered(function, max_attempts, is_bulk, title)
        return function

    return register


def _registered(code: str) -> _Registered | None:
    if code not in _REGISTER:
        autodiscover_modules("tasks")
    return _REGISTER.get(code)


def title_of(code: str) -> str:
    """What people call the jobs of a code; the code itself where nobody has said."""
    registered = _registered(code)
    return str(registered.title if registered is not None else "") or code


def codes() -> list[str]:
    """The codes of all jobs, in order."""
    autodiscover_modules("tasks")
    return sorted(_REGISTER)


@task(takes_context=True)
def run_job(context: TaskContext, job_id: int) -> None:
    """What a worker of django-tasks calls: claims the job, runs it, reports its end."""
    run(job_id=job_id, worker=context.task_result.worker_ids[-1])


def _ring(row: Job) -> None:
    """Puts a task in front of the workers and remembers it. Inside a transaction."""
    registered = _registered(row.code)
    queue = registered.queue if registered is not None else INTERACTIVE
    called = run_job.using(run_after=row.run_after, queue_name=queue, priority=PRIORITIES[queue])
    result = called.enqueue(job_id=row.pk)
    row.task_id = str(result.id)
    Job.objects.filter(pk=row.pk).update(task_id=row.task_id)


def enqueue(*, code: str, arguments: dict[str, Any], requested_by_id: int | None, key: str) -> Job:
    """Takes a job into the queue, in the caller's transaction; the same key gives the same job, once.

    A job of that key that has failed or was cancelled is taken up again from the start. Raises UnableToEnqueue outside
    a transaction (the job could then start before its data are there), for an unknown code, and where the key already
    belongs to other work.
    """
    database = router.db_for_write(Job)
    if not connections[database].in_atomic_block:
        raise UnableToEnqueue(f"The job {code} was enqueued outside a transaction. Open transaction.atomic() round it.")
    registered = _registered(code)
    if registered is None:
        raise UnableToEnqueue(
            f"No job is registered as {code!r}. Define it with @job({code!r}) in a module named tasks."
        )
    now = timezone.now()
    found = Job.objects.select_for_update().filter(key=key).first()
    if found is None:
        row = Job(
            key=key,
            code=code,
            arguments=arguments,
            requested_by_id=requested_by_id,
            max_attempts=registered.max_attempts,
            run_after=now,
            created_at=now,
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            # Another transaction has taken the key between our look and our insert.
            found = Job.objects.select_for_update().get(key=key)
        else:
            _ring(row)
            return row
    if found.code != code or found.arguments != arguments:
        raise UnableToEnqueue(
            f"The key {key!r} names another job ({found.code}) or other arguments. Give each piece of work its own key."
        )
    if found.state in (Job.State.FAILED, Job.State.CANCELLED):
        found.state = Job.State.QUEUED
        found.requested_by_id = requested_by_id
        found.attempts = found.done = found.total = 0
        found.max_attempts = registered.max_attempts
        found.note = found.error = found.error_code = found.worker = ""
        found.is_cancel_requested = False
        found.run_after = now
        found.started_at = found.finished_at = None
        found.save()
        _ring(found)
    return found


def cancel(*, job_id: int) -> Job:
    """Cancels a waiting job at once; asks a running one to stop at its next look. Raises UnableToCancel otherwise."""
    with transaction.atomic():
        row = Job.objects.select_for_update().filter(pk=job_id).first()
        if row is None:
            raise UnableToCancel(f"There is no job {job_id}.")
        if row.is_finished:
            raise UnableToCancel(f"The job {job_id} has already ended ({row.state}); there is nothing left to cancel.")
        row.is_cancel_requested = True
        if row.state == Job.State.QUEUED:
            row.state = Job.State.CANCELLED
            row.finished_at = timezone.now()
        row.save(update_fields=["is_cancel_requested", "state", "finished_at"])
    return row


@dataclass
class JobContext:
    """What a job function may do besides its work: tell how far it is, and ask whether it should go on."""

    job_id: int
    attempt: int
    _told_at: float = field(default=float("-inf"), repr=False)

    def _mine(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.job_id, state=Job.State.RUNNING, attempts=self.attempt)

    def check_cancelled(self) -> None:
        """Raises JobCancelled or LeaseLost where the work should stop. One query."""
        asked = self._mine().values_list("is_cancel_requested", flat=True).first()
        if asked is None:
            raise LeaseLost(f"The job {self.job_id} is no longer held by attempt {self.attempt}.")
        if asked:
            raise JobCancelled(f"The job {self.job_id} was cancelled.")

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Tells how far the work is; writes at most twice a second, and always the last step.

        Raises as `check_cancelled` does, whenever it writes.
        """
        moment = time.monotonic()
        if done < total and moment - self._told_at < PROGRESS_SECONDS:
            return
        self._told_at = moment
        self._mine().update(done=max(0, done), total=max(0, total), note=note[:300])
        self.check_cancelled()


def _claim(*, job_id: int, worker: str) -> Job | None:
    """Takes a waiting job for this worker, or None where it is not waiting any more."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED, attempts__lt=F("max_attempts")).update(
        state=Job.State.RUNNING,
        attempts=F("attempts") + 1,
        lease_until=now + timedelta(seconds=settings.JOB_LEASE_SECONDS),
        started_at=now,
        worker=worker,
        done=0,
        total=0,
        note="",
    )
    return Job.objects.get(pk=job_id) if claimed else None


class _Attempt:
    """One run of a job; leaving the block reports how it ended, whatever was raised, and lets the error pass."""

    def __init__(self, row: Job) -> None:
        self.row = row

    def __enter__(self) -> JobContext:
        return JobContext(job_id=self.row.pk, attempt=self.row.attempts)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if error is None:
            self._end(Job.State.DONE)
        elif isinstance(error, JobCancelled):
            self._end(Job.State.CANCELLED)
        elif isinstance(error, LeaseLost):
            logger.warning("Job %s (%s): %s", self.row.pk, self.row.code, error)
        elif isinstance(error, JobFailed):
            self._end(Job.State.FAILED, error_code=error.code, error=error.message)
        elif not isinstance(error, Exception):
            # The process is being stopped, which is not the job's fault, so the attempt does not count. Taking the
            # number back is safe although it is the fence: whoever held it is on the way out.
            self._return_to_queue(seconds=0, attempts=self.row.attempts - 1)
            return False
        elif self.row.attempts < self.row.max_attempts:
            seconds = FIRST_RETRY_SECONDS * RETRY_FACTOR ** (self.row.attempts - 1)
            logger.warning(
                "Job %s (%s) failed, attempt %s of %s, again in %s s",
                self.row.pk, self.row.code, self.row.attempts, self.row.max_attempts, seconds, exc_info=error,
            )  # fmt: skip
            self._return_to_queue(seconds=seconds, attempts=self.row.attempts)
        else:
            logger.error("Job %s (%s) failed for good", self.row.pk, self.row.code, exc_info=error)
            self._end(Job.State.FAILED, error_code=type(error).__name__, error=UNEXPECTED)
        return True

    def _mine(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.row.pk, state=Job.State.RUNNING, attempts=self.row.attempts)

    def _end(self, state: Job.State, *, error_code: str = "", error: str = "") -> None:
        fields: dict[str, Any] = {"state": state, "lease_until": None, "finished_at": timezone.now()}
        if not self._mine().update(**fields, error_code=error_code[:100], error=error):
            logger.warning("Job %s (%s) ended after its lease was given away", self.row.pk, self.row.code)

    def _return_to_queue(self, *, seconds: float, attempts: int) -> None:
        with transaction.atomic():
            again_at = timezone.now() + timedelta(seconds=seconds)
            if self._mine().update(state=Job.State.QUEUED, lease_until=None, run_after=again_at, attempts=attempts):
                self.row.run_after = again_at
                _ring(self.row)


UNEXPECTED = _("处理时发生意外错误，已多次重试仍未成功。请重新提交；如再次出现，请将任务编号告知系统管理员。")


def run(*, job_id: int, worker: str) -> Job | None:
    """Runs one waiting job here and now, to its end. Returns its row, or None where another has taken or ended it."""
    row = _claim(job_id=job_id, worker=worker)
    if row is None:
        return None
    with _Attempt(row) as context:
        registered = _registered(row.code)
        if registered is None:
            raise JobFailed(code="unknown-job", message=str(UNKNOWN) % {"code": row.code})
        registered.function(context, **row.arguments)
    row.refresh_from_db()
    return row


UNKNOWN = _("系统中没有名为“%(code)s”的后台任务，可能是升级后已取消。请联系系统管理员。")


def run_waiting_jobs(*, limit: int = 100) -> list[Job]:
    """Runs the jobs that are due, one after the other, in this process; for commands and tests. Returns their rows."""
    ran: list[Job] = []
    while len(ran) < limit:
        due = (
            Job.objects.filter(state=Job.State.QUEUED, run_after__lte=timezone.now())
            .order_by("run_after", "id")
            .first()
        )
        if due is None:
            break
        row = run(job_id=due.pk, worker="")
        if row is not None:
            ran.append(row)
    return ran


def renew(*, worker: str) -> int:
    """Prolongs the leases of all jobs that a worker holds. Returns their number."""
    until = timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    return Job.objects.filter(state=Job.State.RUNNING, worker=worker).update(lease_until=until)


def sweep() -> int:
    """Returns dead jobs to the queue, or fails them where they have died too often. Returns their number.

    Dead is a running job whose lease ran out, and a waiting one whose task was taken by a worker that died before it
    could claim the job. Old task rows and workers not seen for a day are removed.
    """
    from django_tasks_db.models import DBTaskResult  # The app registry is not ready when this module is first imported.

    now = timezone.now()
    count = 0
    with transaction.atomic():
        for row in Job.objects.select_for_update(skip_locked=True).filter(state=Job.State.RUNNING, lease_until__lt=now):
            count += 1
            DBTaskResult.objects.filter(pk=row.task_id or None, status=TaskResultStatus.RUNNING).update(
                status=TaskResultStatus.FAILED, finished_at=now, exception_class_path="LeaseLost"
            )
            if row.is_cancel_requested:
                row.state, row.finished_at = Job.State.CANCELLED, now
            elif row.attempts >= row.max_attempts:
                row.state, row.finished_at = Job.State.FAILED, now
                row.error_code, row.error = "worker-lost", str(UNEXPECTED)
            else:
                row.state, row.run_after = Job.State.QUEUED, now
            row.lease_until = None
            row.save()
            logger.warning("Job %s (%s) was left by its worker and is now %s", row.pk, row.code, row.state)
            if row.state == Job.State.QUEUED:
                _ring(row)
        late = now - timedelta(seconds=GRACE_SECONDS)
        for row in Job.objects.select_for_update(skip_locked=True).filter(state=Job.State.QUEUED, run_after__lt=late):
            if not DBTaskResult.objects.filter(pk=row.task_id or None, status=TaskResultStatus.READY).exists():
                count += 1
                _ring(row)
        old = now - timedelta(days=settings.JOB_KEEP_DAYS)
        DBTaskResult.objects.filter(
            Q(status=TaskResultStatus.SUCCESSFUL) | Q(status=TaskResultStatus.FAILED), finished_at__lt=old
        ).delete()
        Worker.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
    return count


def show_life(*, worker: str, started_at: datetime) -> None:
    """Tells the health check that a worker is alive."""
    Worker.objects.update_or_create(name=worker, defaults={"seen_at": timezone.now(), "started_at": started_at})


def last_sign_of_life() -> datetime | None:
    """The moment at which a worker was last seen, or None."""
    return Worker.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()


def waiting_since() -> datetime | None:
    """The moment since which the first of the jobs that wait has been due, or None where none waits. One query."""
    due = Job.objects.filter(state=Job.State.QUEUED).order_by("run_after")
    return due.values_list("run_after", flat=True).first()


def forget(*, before: datetime) -> int:
    """Deletes the jobs that ended before a moment, but for the failed ones. Returns their number."""
    ended = Job.objects.filter(state__in=[Job.State.DONE, Job.State.CANCELLED], finished_at__lt=before)
    return ended.delete()[0]


def sample(*, state: str, done: int = 0, total: int = 0, note: str = "", error: str = "") -> Job:
    """A job that is in no queue and no table, for the page that shows how jobs look."""
    return Job(state=state, done=done, total=total, note=note, error=error)
