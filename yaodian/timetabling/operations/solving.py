"""The work of the job that solves a plan: a search in a thread of its own, and this thread, which writes down how far it is.

1. The school is the frozen one; the search begins from the lessons that the plan already has, with the seconds that are left.
2. Every few seconds, in a short transaction, the best so far goes into the plan: lessons, what they cost, the bound, seconds, the course of the costs.
   The figures are those of `verify`, which shares no code with the solver. What is not better is not written.
3. At the end, on a wish to stop, and when time is over, the plan says what became of it. «Optimal» and «impossible» are written only as proved.

A worker that is killed leaves the plan as it was last written; the job runs again and goes on from there. One that lost its lease writes nothing more.
Nothing here touches the database from the search's thread, and CP-SAT lets other threads run while it searches, so leases are renewed meanwhile.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling import Timetable as Solution
from yaodian.engines.scheduling.timetabling.school_problem import Laid
from yaodian.foundation.jobs import JobCancelled, JobContext, LeaseLost
from yaodian.timetabling.models import Timetable, TimetableState
from yaodian.timetabling.operations.term_rows import note_term
from yaodian.timetabling.operations.timetables import figures_of, move_timetable
from yaodian.timetabling.problem import laid_of, lines_of, thaw, timetable_of
from yaodian.timetabling.queries.timetables import progress_note, unplaced_in

if TYPE_CHECKING:
    from yaodian.engines.scheduling.timetabling.solving import Progress, Result

logger = logging.getLogger(__name__)

WORKERS = 2
LOOK_SECONDS = 1.0
WRITE_SECONDS = 3.0
# Beyond, every other step is left out.
MOST_STEPS = 400


def compute_timetable(*, timetable_id: int, context: JobContext | None, clock: Callable[[], datetime]) -> None:
    """Solves a plan that was asked for; one that is not being solved stays as it is. Raises JobCancelled and LeaseLost as the context does.

    `clock` gives the moment of the end, which nobody knows at the beginning.
    """
    row = Timetable.objects.select_related("term").filter(pk=timetable_id).first()
    if row is None or row.state != TimetableState.QUEUED:
        return
    laid = laid_of(thaw(bytes(row.frozen)))
    scribe = _Scribe(row, laid, context, clock)
    search = _Search(
        laid,
        seed=row.seed,
        seconds=max(0.0, row.seconds - row.spent_seconds),
        start=timetable_of(laid, row.pieces) if row.pieces else None,
    )
    with search:
        try:
            while not search.done.wait(LOOK_SECONDS):
                scribe.tell(search.latest())
        except JobCancelled:
            search.end()
            scribe.finish(search.latest(), search.result, is_stopped=True)
            raise
    if search.failure is not None:
        # What was found before it broke is kept, and the job goes on from it.
        scribe.keep(search.latest())
        raise search.failure
    scribe.finish(search.latest(), search.result)


class _Search:
    """The solver in a thread. Leaving the block stops it and waits for it."""

    def __init__(self, laid: Laid, *, seed: int, seconds: float, start: Solution | None) -> None:
        self.laid, self.seed, self.seconds, self.start = laid, seed, seconds, start
        self.done, self._stop = threading.Event(), threading.Event()
        self.result: Result | None = None
        self.failure: Exception | None = None
        self._latest: Progress | None = None
        self._thread = threading.Thread(target=self._run, name="timetable", daemon=True)

    def __enter__(self) -> _Search:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.end()

    def end(self) -> None:
        self._stop.set()
        self._thread.join()

    def latest(self) -> Progress | None:
        """The best so far with its bound. A reference is read whole, so no lock is needed."""
        return self._latest

    def _told(self, progress: Progress) -> None:
        self._latest = progress

    def _run(self) -> None:
        # CP-SAT takes a second to load: whoever solves nothing does without.
        from yaodian.engines.scheduling.timetabling import solving

        try:
            self.result = solving.solve(
                self.laid.problem,
                seed=self.seed,
                params=solving.Params(seconds=self.seconds, workers=WORKERS),
                start=self.start,
                progress=self._told,
                cancelled=self._stop.is_set,
            )
        except Exception as failure:  # noqa: BLE001 - Carried to the thread that waits.
            self.failure = failure
        finally:
            self.done.set()


class _Scribe:
    """Writes a plan's row while it is searched for, each time in a transaction of its own."""

    def __init__(self, row: Timetable, laid: Laid, context: JobContext | None, clock: Callable[[], datetime]) -> None:
        self.row, self.laid, self.context, self.clock = row, laid, context, clock
        self.began = self._written = time.monotonic()
        self.before = row.spent_seconds

    def spent(self) -> float:
        """Seconds in all runs together."""
        return self.before + time.monotonic() - self.began

    def is_due(self) -> bool:
        return time.monotonic() - self._written >= WRITE_SECONDS

    def note(self) -> str:
        return progress_note(self.row.required, self.row.optional, unplaced_in(self.row.pieces))

    def tell(self, found: Progress | None) -> None:
        """How far it is, and every few seconds the best so far. A database that does not answer is told at the next look: the search goes on meanwhile."""
        try:
            if self.is_due():
                self.keep(found)
            if self.context is not None:
                self.context.progress(min(int(self.spent()), self.row.seconds), self.row.seconds, self.note())
        except (OperationalError, InterfaceError) as error:
            logger.warning("The plan %s could not be written, and will be at the next look: %s", self.row.pk, error)
            if not connection.in_atomic_block:
                connection.close()

    def keep(self, found: Progress | None) -> None:
        """The best so far, if it is better than what is written; the bound and the time in any case."""
        values = self._judged(found)
        with transaction.atomic():
            self._lock()
            self._write(values)
        self._written = time.monotonic()

    def finish(self, found: Progress | None, result: Result | None, *, is_stopped: bool = False) -> None:
        """The last entry: what became of the plan."""
        values = self._judged(found)
        if result is not None:
            values = self._bounded(values, result.bound)
        with transaction.atomic():
            row = self._lock()
            self._write(values)
            row = self.row
            row.is_impossible = row.is_impossible or (result is not None and result.is_impossible)
            row.is_optimal = _is_proved(row, result)
            state, row.problem = _outcome(row, result, is_stopped=is_stopped)
            move_timetable(row, state)
            row.done_at = self.clock()
            row.save(update_fields=["state", "version", "is_impossible", "is_optimal", "problem", "done_at"])
            detail = {
                "timetable": row.pk, "state": row.state, "required": row.required, "optional": row.optional,
                "bound": row.bound, "is_optimal": row.is_optimal, "is_impossible": row.is_impossible,
                "seconds": round(row.spent_seconds),
            }  # fmt: skip
            note_term(None, "timetable.compute", row.term, detail, row.done_at)

    def _judged(self, found: Progress | None) -> dict[str, Any]:
        """What the columns should hold; judged outside any transaction."""
        values: dict[str, Any] = {"spent_seconds": round(self.spent(), 1)}
        if found is None:
            return values
        lines = lines_of(self.laid, found.timetable)
        figures = figures_of(self.laid, lines)
        if _is_better(figures, self.row):
            step = [round(self.before + found.seconds, 1), figures["required"], figures["optional"]]
            values |= {"pieces": lines, **figures, "steps": _with_step(self.row.steps, step)}
        return self._bounded(values, found.bound)

    def _bounded(self, values: dict[str, Any], bound: int | None) -> dict[str, Any]:
        """Every bound that was ever proved holds: the highest counts."""
        known = [one for one in (bound, self.row.bound, values.get("bound")) if one is not None]
        return values | ({"bound": max(known)} if known else {})

    def _lock(self) -> Timetable:
        """The row, if this run may still write it. Raises LeaseLost."""
        row = Timetable.objects.select_for_update(of=("self",)).only("pk", "state", "version").get(pk=self.row.pk)
        if row.state != TimetableState.QUEUED:
            raise LeaseLost(f"The plan {row.pk} is {row.state}: it is not being solved any more.")
        try:
            if self.context is not None:
                self.context.check_cancelled()
        except JobCancelled:
            # Whoever was asked to stop still holds the job, and writes what he has.
            pass
        self.row.version = row.version
        return row

    def _write(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(self.row, name, value)
        Timetable.objects.filter(pk=self.row.pk).update(**values)


def _is_better(figures: dict[str, int], row: Timetable) -> bool:
    if not row.pieces or row.required is None or row.optional is None:
        return True
    return (figures["required"], figures["optional"]) < (row.required, row.optional)


def _with_step(steps: Sequence[Any], step: list[float]) -> list[Any]:
    kept = list(steps)
    if len(kept) >= MOST_STEPS:
        kept = kept[::2]
    return [*kept, step]


def _is_proved(row: Timetable, result: Result | None) -> bool:
    """Whether the lessons that are written are the best there can be: valid, and not above what no valid timetable falls below."""
    return (
        result is not None
        and result.is_optimal
        and row.required == 0
        and row.bound is not None
        and row.optional is not None
        and row.optional <= row.bound
    )


def _outcome(row: Timetable, result: Result | None, *, is_stopped: bool) -> tuple[str, str]:
    """The state in which the search leaves the plan, and a sentence where there is no valid timetable."""
    if row.is_impossible:
        return TimetableState.FAILED, _("已证明：按现在的数据和必须满足的要求，没有一张课表能排成。")
    if row.required == 0 and row.pieces and (not is_stopped or row.is_optimal):
        return TimetableState.DONE, ""
    if is_stopped:
        return TimetableState.PAUSED, ""
    unplaced = unplaced_in(row.pieces)
    if result is not None and result.stopped.value == "exhausted":
        return TimetableState.FAILED, _("没有找到能排成的课表，再算也不会更好；还有 %(count)s 节没有排上。") % {
            "count": unplaced
        }
    if unplaced:
        return TimetableState.PAUSED, _("时间用完，还有 %(count)s 节没有排上。可以继续计算。") % {"count": unplaced}
    return TimetableState.PAUSED, _("时间用完，课都排上了，但必须满足的要求还没有全部满足。可以继续计算。")
