"""A date or a target of a commitment in force changes only by a document; what stood before stays in the amendment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.plans.models import Amendment, Commitment, CommitmentState, Comparator, Plan, Target
from yaodian.plans.operations.commitments.adjusting import set_due
from yaodian.plans.operations.commitments.changing import journal, lock_as_office, save, take
from yaodian.plans.operations.errors import UnableToAmendCommitment
from yaodian.plans.problem import iso


@dataclass(frozen=True, slots=True)
class Basis:
    """The document an amendment rests on."""

    document: str
    doc_number: str
    document_on: date | None
    reason: str = ""


@transaction.atomic
def amend_due(
    *,
    actor: Account,
    now: datetime,
    public_id: str,
    commitment_id: int,
    expected_version: int,
    due_on: date | None,
    basis: Basis,
) -> Amendment:
    """Sets another day (``None``: the day is lifted).

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToAmendCommitment`` (``no-document``,
    ``document-day``, ``no-change``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    row = take(plan, commitment_id, expected_version, CommitmentState.ACCEPTED)
    _check(basis, now)
    if due_on == row.due_on:
        raise UnableToAmendCommitment(
            _("新的期限与现在的相同。请填写文件确定的日期。"), code="no-change", field="due_on"
        )
    before = {"due_on": iso(row.due_on), "due_words": row.due_words, "due_kind": row.due_kind}
    set_due(row, due_on)
    row.due_words = ""
    save(row, actor=actor, now=now, fields=("due_on", "due_words", "due_kind"))
    return _write(actor, now, plan, row, "due_on", None, before, {"due_on": iso(due_on)}, basis)


@transaction.atomic
def amend_target(
    *,
    actor: Account,
    now: datetime,
    public_id: str,
    commitment_id: int,
    expected_version: int,
    target_id: int,
    value: float,
    value_max: float | None,
    basis: Basis,
) -> Amendment:
    """Sets another value for a target of the commitment; the plan's own words stay as they are.

    Raises as :func:`amend_due`, ``Target.DoesNotExist``, and ``UnableToAmendCommitment`` (``range``).
    """
    plan = lock_as_office(actor=actor, public_id=public_id)
    row = take(plan, commitment_id, expected_version, CommitmentState.ACCEPTED)
    _check(basis, now)
    held = row.target_rows.select_related("target").filter(target_id=target_id).first()
    if held is None:
        raise Target.DoesNotExist
    target = held.target
    _check_range(target, value, value_max)
    before = {
        "value": target.value if held.value is None else held.value,
        "value_max": target.value_max if held.value is None else held.value_max,
    }
    after: dict[str, Any] = {"value": value, "value_max": value_max}
    if after == before:
        raise UnableToAmendCommitment(
            _("新的数值与现在的相同。请填写文件确定的数值。"), code="no-change", field="value"
        )
    held.value, held.value_max = value, value_max
    held.save(update_fields=["value", "value_max"])
    save(row, actor=actor, now=now)
    return _write(
        actor, now, plan, row, "target", target, {**before, "unit": target.unit}, {**after, "unit": target.unit}, basis
    )


def _check_range(target: Target, value: float, value_max: float | None) -> None:
    needs_more = target.comparator == Comparator.BETWEEN
    may_more = needs_more or target.comparator == Comparator.CHANGE
    is_wrong = (
        (needs_more and value_max is None)
        or (value_max is not None and not may_more)
        or (value_max is not None and needs_more and value_max <= value)
        or (
            value_max is not None
            and target.comparator == Comparator.CHANGE
            and not (0 <= value < value_max or 0 >= value > value_max)
        )
    )
    if is_wrong:
        raise UnableToAmendCommitment(
            _("这个目标是“%(how)s”，数值的写法不合。区间要填两个数，后一个更大；其余只填一个数。")
            % {"how": Comparator(target.comparator).label},
            code="range",
            field="value_max",
        )


def _check(basis: Basis, now: datetime) -> None:
    for field, words in (("document", basis.document), ("doc_number", basis.doc_number)):
        if not words.strip():
            raise UnableToAmendCommitment(
                _("没有写明依据的文件和文号。期限和目标确认后，只能凭文件调整。"), code="no-document", field=field
            )
    if basis.document_on is None or basis.document_on > timezone.localdate(now):
        raise UnableToAmendCommitment(
            _("请填写依据文件的成文日期，不能晚于今天。"), code="document-day", field="document_on"
        )


def _write(
    actor: Account,
    now: datetime,
    plan: Plan,
    row: Commitment,
    field: str,
    target: Target | None,
    before: dict[str, Any],
    after: dict[str, Any],
    basis: Basis,
) -> Amendment:
    last = row.amendments.aggregate(last=Max("number"))["last"] or 0
    amendment = Amendment.objects.create(
        commitment=row,
        number=last + 1,
        field=field,
        target=target,
        before=before,
        after=after,
        document=basis.document.strip()[:200],
        doc_number=basis.doc_number.strip()[:80],
        document_on=basis.document_on,
        reason=" ".join(basis.reason.split())[:300],
        made_by=actor,
        made_at=now,
    )
    journal(
        actor=actor,
        now=now,
        plan=plan,
        code="plans.commitment.amend",
        row=row,
        field=field,
        target=target.pk if target else None,
        before=before,
        after=after,
        document=amendment.document,
        number=amendment.doc_number,
    )
    return amendment
