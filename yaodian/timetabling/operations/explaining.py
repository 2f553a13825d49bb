"""Asking why there can be no timetable: of a term as it stands, or of the school of a timetable. The answer is made by a job.

Killed in the middle it leaves the question; begun again it answers it anew.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling.school import School, UnknownName
from yaodian.foundation.jobs import enqueue
from yaodian.organisations.models import Account
from yaodian.timetabling.models import Term, TermCheck, Timetable
from yaodian.timetabling.operations.changing import require_right
from yaodian.timetabling.operations.errors import UnableToExplain
from yaodian.timetabling.operations.term_rows import PLAN, lock_term, note_term, require_live
from yaodian.timetabling.problem import UnfitWish, freeze, laid_of, school_of, sha256, thaw
from yaodian.timetabling.problem.explanations import SECONDS, explained
from yaodian.timetabling.queries.explaining import PATIENCE

JOB = "timetabling.explain"
logger = logging.getLogger(__name__)


def ask_explanation(*, actor: Account | None, of: Term | Timetable, now: datetime) -> None:
    """Asks whether the school can have a timetable, and where not, why: of a term with its wishes of now, of a timetable with those that it was made of.

    Raises PermissionMissing, WrongState, UnableToExplain.
    """
    term = of.term if isinstance(of, Timetable) else of
    require_right(actor, term.school_id, PLAN)
    with transaction.atomic():
        locked = lock_term(term)
        require_live(locked)
        said = {
            "state": "queued",
            "asked_at": now.isoformat(),
            "asked_by": actor.pk if actor is not None else None,
        }
        if isinstance(of, Timetable):
            row = Timetable.objects.get(pk=of.pk)
            _require_idle(row.explanation, now)
            if not row.frozen:
                raise UnableToExplain(_("这个方案还没有开始排课，没有可以检查的内容。"), code="no-school")
            Timetable.objects.filter(pk=row.pk).update(explanation=said)
            arguments: dict[str, Any] = {"timetable_id": row.pk}
        else:
            check = TermCheck.objects.filter(term=locked).first() or TermCheck(term=locked)
            _require_idle(check.explanation, now)
            school = _whole_school(locked)
            check.frozen = freeze(school)
            check.frozen_sha256 = sha256(check.frozen)
            check.explanation, check.asked_by, check.asked_at = said, actor, now
            check.store()
            arguments = {"term_id": locked.pk}
        arguments["asked_at"] = said["asked_at"]
        enqueue(
            code=JOB,
            arguments=arguments,
            requested_by_id=actor.pk if actor is not None else None,
            key=f"{JOB}:{':'.join(str(one) for one in arguments.values())}",
        )
        note_term(actor, "explanation.ask", locked, {"timetable": arguments.get("timetable_id")}, now)


def _require_idle(kept: dict[str, Any], now: datetime) -> None:
    asked_at = parse_datetime(str(kept.get("asked_at", ""))) if kept.get("state") == "queued" else None
    if asked_at is not None and now - asked_at <= PATIENCE:
        raise UnableToExplain(_("正在检查，很快就有结果。"), code="running")


def _whole_school(term: Term) -> School:
    """The school as it stands, laid out once so that every name is known. Raises UnableToExplain."""
    try:
        school = school_of(term)
        problem = laid_of(school).problem
    except UnknownName as unknown:
        raise UnableToExplain(
            _("“%(where)s”里写的“%(name)s”在这个学期里没有，不能检查。请先改正它。")
            % {"where": unknown.where, "name": unknown.name},
            code="unknown",
        ) from unknown
    except UnfitWish as unfit:
        raise UnableToExplain(
            _("有一条要求没有写完整（%(kind)s），不能检查。请在列表里找到标出的那一条，改正或停用它。")
            % {"kind": unfit.kind},
            code="unfit",
        ) from unfit
    if not problem.times or not problem.events:
        raise UnableToExplain(_("还没有作息时间表或教学任务，没有可以检查的内容。请先添加它们。"), code="empty")
    return school


def compute_explanation(
    *,
    asked_at: str,
    now: datetime,
    term_id: int | None = None,
    timetable_id: int | None = None,
    seconds: float = SECONDS,
) -> dict[str, Any] | None:
    """Answers what was asked at that moment; None where something else was asked since. The work of the job.

    What goes wrong is written down as the answer, so that nobody waits for it.
    """
    rows = TermCheck.objects.filter(term=term_id) if timetable_id is None else Timetable.objects.filter(pk=timetable_id)
    row: Any = rows.select_related("term").first()
    if row is None or row.explanation.get("asked_at") != asked_at or row.explanation.get("state") != "queued":
        return None
    kept = dict(row.explanation)
    try:
        said = {**kept, **explained(thaw(bytes(row.frozen)), seconds=seconds), "state": "done"}
    except Exception:
        # Whatever it was, the page must not wait for ever; the trace is for the operator.
        logger.exception("No explanation for term %s, timetable %s", term_id, timetable_id)
        said = {**kept, "state": "failed", "problem": _("检查时出错。请核对学期数据，再试一次。")}
    with transaction.atomic():
        term = lock_term(row.term)
        fresh = rows.values_list("explanation", flat=True).first()
        if fresh is None or fresh.get("asked_at") != asked_at:
            return None
        changed: dict[str, Any] = {"explanation": said}
        if timetable_id is None:
            # The names in it are needed no longer.
            changed["frozen"] = b""
        rows.update(**changed)
        note_term(
            None,
            "explanation.compute",
            term,
            {"timetable": timetable_id, "is_infeasible": said.get("is_infeasible"), "state": said["state"]},
            now,
        )
    return said
