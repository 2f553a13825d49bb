"""An examination with its rules and sessions, and the closing of its lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.engines.scheduling import UnfitExamination, unavoidable
from yaodian.exams.models import Exam, ExamState, PlanState, Session
from yaodian.exams.operations.errors import UnableToCloseLists, UnableToKeepExam
from yaodian.exams.operations.rows import SET, changing, lock_exam, move, note, require_right, require_state, stored
from yaodian.exams.problem import Inputs, sha256
from yaodian.exams.queries.lists import list_faults
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import require

MOST_SESSIONS = 40


def make_exam(*, actor: Account | None, office: Unit, values: Mapping[str, Any], now: datetime) -> Exam:
    """An examination of a unit. Raises PermissionMissing, UnableToKeepExam."""
    if actor is not None:
        require(account=actor, permission=SET, unit_id=office.pk)
    with transaction.atomic():
        row: Exam = stored(Exam(office=office, made_at=now, **values))
        note(actor, "exam.make", row, {"title": row.title}, now)
    return row


def change_exam(
    *, actor: Account | None, exam: Exam, values: Mapping[str, Any], now: datetime, expected_version: int | None = None
) -> Exam:
    """Another title, other days or rules. Raises PermissionMissing, WrongState, UnableToKeepExam."""
    with changing(actor, exam, "exam.change", {"fields": sorted(values)}, now, expected_version) as row:
        for name, value in values.items():
            setattr(row, name, value)
        stored(row)
    return row


def add_session(*, actor: Account | None, exam: Exam, values: Mapping[str, Any], now: datetime) -> Session:
    """A sitting more. Raises PermissionMissing, WrongState, UnableToKeepExam."""
    with changing(actor, exam, "session.add", {"label": values["label"]}, now) as row:
        if not row.starts_on <= values["on"] <= row.ends_on:
            raise UnableToKeepExam(
                _("场次的日期须在 %(first)s 至 %(last)s 之间。请改日期，或修改考试的起止日期。")
                % {"first": row.starts_on, "last": row.ends_on},
                code="day",
                field="on",
            )
        others = list(row.sessions.all())
        if len(others) >= MOST_SESSIONS:
            raise UnableToKeepExam(_("一次考试最多 %(most)s 场。") % {"most": MOST_SESSIONS}, code="too-many")
        for other in others:
            if other.on == values["on"] and other.starts < values["ends"] and values["starts"] < other.ends:
                raise UnableToKeepExam(
                    _("与“%(label)s”（%(starts)s–%(ends)s）时间重叠。请改时间。")
                    % {"label": other.label, "starts": f"{other.starts:%H:%M}", "ends": f"{other.ends:%H:%M}"},
                    code="overlap",
                    field="starts",
                )
        made: Session = stored(Session(exam=row, **values))
    return made


def remove_session(*, actor: Account | None, exam: Exam, session_id: int, now: datetime) -> None:
    """Takes a sitting out. Raises PermissionMissing, WrongState, UnableToKeepExam."""
    with changing(actor, exam, "session.remove", {"session": session_id}, now) as row:
        if not row.sessions.filter(pk=session_id).delete()[0]:
            raise UnableToKeepExam(_("这一场刚被删去。请刷新页面。"), code="no-session", status=409)


def close_lists(*, actor: Account | None, exam: Exam, now: datetime) -> Exam:
    """The lists are whole: nothing is changed any more, and their fingerprint can be told to everybody before the seed is known.

    Raises PermissionMissing, WrongState; UnableToCloseLists with everything that is wrong (`sentences`).
    """
    require_right(actor, exam, SET)
    with transaction.atomic():
        row = lock_exam(exam)
        require_state(row, (ExamState.DRAFT,))
        sentences = list(list_faults(row))
        inputs = Inputs.of(row)
        if not sentences:
            try:
                # Too few seats for those of one paper or site are found by looking at the groups.
                unavoidable(inputs.examination())
            except UnfitExamination as problem:
                sentences = [problem.sentence(get_language() or "zh")]
        if sentences:
            refusal = UnableToCloseLists(
                _("发现 %(count)s 处问题，没有封存：%(first)s") % {"count": len(sentences), "first": sentences[0]},
                code="faults",
            )
            refusal.sentences = tuple(sentences)
            raise refusal
        row.list_sha256 = sha256(inputs.to_bytes())
        row.listed_by, row.listed_at = actor, now
        move(row, ExamState.LISTED)
        note(actor, "lists.close", row, {"sha256": row.list_sha256}, now)
    return row


def reopen_lists(*, actor: Account | None, exam: Exam, reason: str, now: datetime) -> Exam:
    """The lists are found wrong before a plan stands. Raises PermissionMissing, WrongState; UnableToCloseLists without a reason."""
    require_right(actor, exam, SET)
    with transaction.atomic():
        row = lock_exam(exam)
        require_state(row, (ExamState.LISTED,))
        if not reason.strip():
            raise UnableToCloseLists(_("请写明重新开放名单的原因。"), code="no-reason", field="reason")
        if row.plans.filter(state=PlanState.QUEUED).exists():
            raise UnableToCloseLists(_("正在编排，不能同时更改名单。请等它编完。"), code="running", status=409)
        row.list_sha256, row.listed_by, row.listed_at = "", None, None
        move(row, ExamState.DRAFT)
        note(actor, "lists.reopen", row, {"reason": reason.strip()[:400]}, now)
    return row


def erase_exams(*, now: datetime) -> int:
    """Names of candidates are erased some days after the last one, as each examination says; how many examinations were. Work of a
    schedule: run again it erases nothing more."""
    day = timezone.localdate(now)
    erased = 0
    for exam in Exam.objects.exclude(state=ExamState.ERASED).order_by("pk"):
        if (day - exam.ends_on).days <= exam.kept_days:
            continue
        with transaction.atomic():
            row = lock_exam(exam)
            if row.state == ExamState.ERASED:
                continue
            count = row.examinees.count()
            row.plans.filter(state=PlanState.QUEUED).update(state=PlanState.DROPPED, problem=_("到期删除个人信息"))
            row.examinees.update(name="", group="", relatives="")
            move(row, ExamState.ERASED)
            note(None, "exam.erase", row, {"examinees": count}, now)
        erased += 1
    return erased
