"""What every change of an examination has in common: the lock, the right, the state, the entry in the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.exams.models import NEXT_OF_EXAM, Exam, ExamState
from yaodian.exams.operations.errors import UnableToKeepExam, WrongState
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

SET, DRAW, PUBLISH = "exams.set", "exams.draw", "exams.publish"


def require_right(actor: Account | None, exam: Exam, permission: str) -> None:
    """Raises PermissionMissing. What the program itself lays has no actor."""
    if actor is not None:
        require(account=actor, permission=permission, unit_id=exam.office_id)


def lock_exam(exam: Exam) -> Exam:
    """The row as it stands, held until the end of the transaction. Raises Exam.DoesNotExist."""
    return Exam.objects.select_for_update(of=("self",)).select_related("office").get(pk=exam.pk)


def require_state(exam: Exam, states: Collection[str]) -> None:
    """Raises WrongState where the examination is in none of the states."""
    if exam.state not in states:
        raise WrongState(
            _("“%(title)s”现在是“%(now)s”，这一步要在“%(then)s”时做。请刷新页面查看进度。")
            % {
                "title": exam.title,
                "now": ExamState(exam.state).label,
                "then": "”“".join(str(ExamState(state).label) for state in states),
            },
            code="state",
        )


def move(exam: Exam, state: str) -> None:
    """Writes the new state. Raises WrongState where the table knows no such step."""
    if state not in NEXT_OF_EXAM.get(exam.state, ()):
        require_state(exam, [before for before, after in NEXT_OF_EXAM.items() if state in after])
    exam.state = state
    exam.version += 1
    exam.store()


def note(actor: Account | None, code: str, exam: Exam, detail: Mapping[str, Any], now: datetime) -> None:
    """The journal's entry."""
    record(actor=actor, code=f"exams.{code}", subject=f"exams_exam:{exam.pk}", detail=detail, at=now)


@contextmanager
def changing(
    actor: Account | None,
    exam: Exam,
    code: str,
    detail: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> Iterator[Exam]:
    """One transaction round a change of an examination whose lists are still open.

    Raises PermissionMissing, WrongState; UnableToKeepExam where somebody else was quicker.
    """
    require_right(actor, exam, SET)
    with transaction.atomic():
        row = lock_exam(exam)
        require_state(row, (ExamState.DRAFT,))
        if expected_version is not None and expected_version != row.version:
            raise UnableToKeepExam(
                _("别人刚刚更改了“%(title)s”，您的更改还没有保存。请对照现在的内容，再保存一次。")
                % {"title": row.title},
                code="stale",
                status=409,
            )
        yield row
        Exam.objects.filter(pk=row.pk).update(version=row.version + 1)
        row.version += 1
        note(actor, code, row, detail, now)


def stored(row: Any) -> Any:
    """The row, written. Raises UnableToKeepExam with the first sentence of what is wrong with it."""
    try:
        return row.store()
    except ValidationError as problem:
        name, sentences = next(iter(problem.message_dict.items()))
        if name == "__all__":
            raise UnableToKeepExam(sentences[0], code="value") from problem
        label = str(row._meta.get_field(name).verbose_name)
        raise UnableToKeepExam(f"{label}：{sentences[0]}", code="value", field=name) from problem
