"""Plans out of the house and back: as files of XHSTT and FET. A timetable that comes in is judged by `verify` before it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.fet import UnfitFetFile
from yaodian.engines.scheduling.timetabling import Timetable as Solution
from yaodian.engines.scheduling.timetabling import verify
from yaodian.engines.scheduling.timetabling.school_problem import Laid
from yaodian.engines.scheduling.xhstt import UnfitForXhstt, UnreadableXhstt
from yaodian.organisations.models import Account
from yaodian.timetabling.models import Origin, Timetable, TimetableState
from yaodian.timetabling.operations.changing import require_right
from yaodian.timetabling.operations.errors import UnableToReadTimetable
from yaodian.timetabling.operations.term_rows import PLAN, note_term, require_live
from yaodian.timetabling.operations.timetables import lock_timetable, next_attempt, put_solution, title_of
from yaodian.timetabling.problem import StalePieces, laid_of, thaw, timetable_of
from yaodian.timetabling.problem import files as formats

MOST_BYTES = 20 * 2**20
KINDS = ("xhstt", "fet", "fet-result")


@dataclass(frozen=True)
class TimetableFile:
    """A file to be saved."""

    name: str
    content: bytes


def export_timetable(*, actor: Account | None, timetable: Timetable, kind: str, now: datetime) -> TimetableFile:
    """The plan's problem and lessons in a form of `KINDS`. What the form cannot say is refused, or (data beside the point, such as seats) left out.

    Raises PermissionMissing, UnableToReadTimetable.
    """
    require_right(actor, timetable.term.school_id, PLAN)
    language = get_language() or "zh"
    if not timetable.pieces:
        raise UnableToReadTimetable(_("这个方案还没有课，没有可以导出的。"), code="nothing", status=409)
    laid = laid_of(thaw(bytes(timetable.frozen)))
    solution = timetable_of(laid, timetable.pieces)
    name = f"{timetable.term.public_id}-{timetable.attempt}"
    try:
        if kind == "xhstt":
            content, _left = formats.to_xhstt(laid, solution, title=timetable.title or name)
            made = TimetableFile(f"{name}.xml", content)
        elif kind == "fet":
            made = TimetableFile(f"{name}.fet", formats.to_fet(laid, solution))
        elif kind == "fet-result":
            # A result without a file to which it belongs is of no use to anybody.
            formats.to_fet(laid, solution)
            made = TimetableFile(f"{name}_activities.xml", formats.to_fet_result(laid, solution))
        else:
            raise UnableToReadTimetable(
                _("没有“%(kind)s”这种文件。可以导出 XHSTT 或 FET。") % {"kind": kind[:20]}, code="kind", status=404
            )
    except UnfitForXhstt as problem:
        raise UnableToReadTimetable(problem.message(language), code="xhstt", status=409) from problem
    except UnfitFetFile as problem:
        raise UnableToReadTimetable(problem.sentence(language), code="fet", status=409) from problem
    note_term(actor, "timetable.export", timetable.term, {"timetable": timetable.pk, "kind": kind}, now)
    return made


def import_timetable(
    *, actor: Account | None, timetable: Timetable, content: bytes, now: datetime, title: str = ""
) -> Timetable:
    """A plan of the same problem with the lessons of a file: an XHSTT archive (its best solution of this problem) or FET's result.

    Raises PermissionMissing, WrongState, UnableToReadTimetable.
    """
    require_right(actor, timetable.term.school_id, PLAN)
    if not content.strip() or len(content) > MOST_BYTES:
        raise UnableToReadTimetable(
            _("文件是空的，或超过 %(most)s MB。请确认选对了文件。") % {"most": MOST_BYTES // 2**20},
            code="size",
            field="file",
        )
    laid = laid_of(thaw(bytes(timetable.frozen)))
    solution = _read(laid, content)
    verdict = verify(laid.problem, solution)
    if verdict.faults:
        raise UnableToReadTimetable(
            _("文件里的课表与这个方案的教学任务不符（课时、连堂、教师或固定时间不同，共 %(count)s 处），没有导入。")
            % {"count": len(verdict.faults)},
            code="faults",
            field="file",
        )
    with transaction.atomic():
        term, row = lock_timetable(timetable)
        require_live(term)
        plan = Timetable(
            term=term, attempt=next_attempt(term), title=title_of(title), origin=Origin.IMPORTED, parent=row,
            seed=row.seed, seconds=row.seconds, frozen=row.frozen, frozen_sha256=row.frozen_sha256, bound=row.bound,
            asked_by=actor, asked_at=now, done_at=now,
        )  # fmt: skip
        put_solution(plan, laid, solution)
        plan.state = TimetableState.DONE if plan.required == 0 else TimetableState.PAUSED
        plan.is_optimal = plan.required == 0 and plan.bound is not None and plan.optional == plan.bound
        plan.store()
        detail = {"timetable": plan.pk, "of": row.pk, "required": plan.required, "optional": plan.optional}
        note_term(actor, "timetable.import", term, detail, now)
    return plan


def _read(laid: Laid, content: bytes) -> Solution:
    language = get_language() or "zh"
    try:
        if b"HighSchoolTimetableArchive" in content[:4_096]:
            found = formats.from_xhstt(laid, content)
            if not found:
                raise UnableToReadTimetable(
                    _("文件里没有这个方案的课表。请导入从这个方案导出、再由别的程序排好的文件。"),
                    code="none",
                    field="file",
                )
            return min(found, key=lambda one: _rank(laid, one))
        return formats.from_fet(laid, content)
    except UnreadableXhstt as problem:
        raise UnableToReadTimetable(problem.message(language), code="xhstt", field="file") from problem
    except UnfitFetFile as problem:
        raise UnableToReadTimetable(problem.sentence(language), code="fet", field="file") from problem
    except StalePieces as problem:
        raise UnableToReadTimetable(
            _("文件里的“%(name)s”不在这个方案的数据里，没有导入。请导入从这个方案导出的问题的课表。")
            % {"name": problem.what},
            code="stale",
            field="file",
        ) from problem


def _rank(laid: Laid, solution: Solution) -> tuple[int, int, int]:
    verdict = verify(laid.problem, solution)
    return (len(verdict.faults), verdict.required, verdict.optional)
