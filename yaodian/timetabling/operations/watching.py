"""An engine at work in a thread beside a job's own, which alone speaks with the database: how far it is, and whether somebody cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from yaodian.engines.scheduling.sectioning import Limits, Progress, Stage
from yaodian.foundation.jobs import JobContext

T = TypeVar("T")
ASK_SECONDS = 0.5
# So long that a school of 6,000 a year ends by itself; only then the same seed gives the same bytes.
LONGEST_SECONDS = 540.0
# Of how many steps the bar is made, and how far each stage is; what a search goes back to does not take the bar back.
STEPS = 4
_FAR = {
    Stage.GROUPS: 1, Stage.HOMES: 2, Stage.CHANGE: 2, Stage.REASONS: 2, Stage.BALANCE: 3, Stage.RELAXATIONS: 3,
}  # fmt: skip


def watched(work: Callable[[Limits], T], context: JobContext | None) -> T:
    """What `work` returns, or raises. Raises JobCancelled and LeaseLost once the engine has stopped for it.

    The note of the job is the stage with the best so far and its bound, then the same of the groups, and the seconds: for pages to put into words.
    """
    if context is None:
        return work(Limits(seconds=LONGEST_SECONDS))
    stop = threading.Event()
    seen: dict[str, Progress] = {}
    made: list[T] = []
    failed: list[BaseException] = []

    def told(now: Progress) -> None:
        seen["now"] = now
        if "far" not in seen or _FAR.get(now.stage, 0) > _FAR.get(seen["far"].stage, 0):
            seen["far"] = now
        if now.stage is Stage.GROUPS:
            seen.setdefault("groups", now)
            seen["groups"] = min(seen["groups"], now, key=lambda one: (one.best, -one.bound))

    def run() -> None:
        try:
            made.append(work(Limits(seconds=LONGEST_SECONDS, cancelled=stop.is_set, progress=told)))
        except BaseException as problem:  # noqa: BLE001 - It is raised again in the thread of the job.
            failed.append(problem)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(ASK_SECONDS)
            if thread.is_alive():
                context.progress(*_far(seen))
    finally:
        stop.set()
        thread.join()
    if failed:
        raise failed[0]
    return made[0]


def _far(seen: dict[str, Progress]) -> tuple[int, int, str]:
    now, groups = seen.get("now"), seen.get("groups")
    if now is None:
        return 0, STEPS, ""
    best, bound = (groups.best, groups.bound) if groups is not None else (0, 0)
    said = f"{now.stage.value} {now.best} {now.bound} {best} {bound} {now.seconds:.0f}"
    return _FAR.get(seen["far"].stage, 0), STEPS, said
