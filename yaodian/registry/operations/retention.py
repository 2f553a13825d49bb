"""How long data are kept, as rules with a basis, and the erasure of what has passed its time."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.foundation.jobs import enqueue
from yaodian.foundation.models import Job
from yaodian.organisations.models import Account
from yaodian.organisations.operations import ensure_root
from yaodian.organisations.operations.people import require_over
from yaodian.registry.models import (
    LEAST_MONTHS,
    DataClass,
    DataRequest,
    Pupil,
    RecordAccess,
    RetentionRule,
    Teacher,
)
from yaodian.registry.operations.changing import store, today_of
from yaodian.registry.operations.erasure import ANSWER, erase_locked, erase_teacher_locked
from yaodian.registry.operations.errors import UnableToErase, UnableToSetRetention, WrongState
from yaodian.registry.queries.retention import Expired, expired, past_rows

# Erased in one transaction; a run goes on as long as there is something.
BATCH = 200


def set_retention(*, actor: Account | None, data_class: str, months: int, basis: str, now: datetime) -> RetentionRule:
    """A class of data is kept for so many months from today's rule on; the former rule ends and stays as a row.

    The right must reach the bureau itself. Raises UnableToSetRetention, PermissionMissing.
    """
    basis = " ".join(basis.split())
    with transaction.atomic():
        require_over(actor, ensure_root(now=now), now, ANSWER)
        if data_class not in DataClass.values:
            raise UnableToSetRetention(_("请选择数据类别。"), code="no-such-class", field="data_class")
        if not basis:
            raise UnableToSetRetention(
                _("请写明依据：法律法规的条款，或本单位的决定。"), code="no-basis", field="basis"
            )
        least = LEAST_MONTHS.get(data_class, 1)
        if months < least:
            raise UnableToSetRetention(
                _("这类数据至少保存%(months)s个月（《个人信息保护法》第五十六条）。") % {"months": least}
                if least > 1
                else _("保存期限至少为1个月。"),
                code="too-short",
                field="months",
            )
        current = _current(data_class)
        if current is not None and (current.months, current.basis) == (months, basis):
            raise WrongState(_("期限与依据没有变化。"))
        if current is not None:
            current.until_on = max(current.from_on, today_of(now))
            store(current, UnableToSetRetention)
        row = RetentionRule(
            data_class=data_class, months=months, basis=basis, from_on=today_of(now), set_by=actor, set_at=now
        )
        store(row, UnableToSetRetention, is_new=True)
        record(
            actor=actor,
            code="registry.retention.set",
            subject=f"retention:{data_class}",
            detail={"months": months, "basis": basis, "before": current.months if current is not None else None},
            at=now,
        )
    return row


def end_retention(*, actor: Account | None, data_class: str, now: datetime) -> RetentionRule:
    """No rule any more: the class is kept on. Raises WrongState, PermissionMissing."""
    with transaction.atomic():
        require_over(actor, ensure_root(now=now), now, ANSWER)
        row = _current(data_class)
        if row is None:
            raise WrongState(_("这类数据没有保存期限。"))
        row.until_on = max(row.from_on, today_of(now))
        store(row, UnableToSetRetention)
        record(
            actor=actor,
            code="registry.retention.end",
            subject=f"retention:{data_class}",
            detail={"months": row.months},
            at=now,
        )
    return row


def _current(data_class: str) -> RetentionRule | None:
    return (
        RetentionRule.objects.select_for_update(of=("self",))
        .filter(data_class=data_class, until_on__isnull=True)
        .first()
    )


def order_erasure(*, actor: Account, expected: int, now: datetime) -> Job:
    """Has what is past its time erased in the background. `expected` is what the person has seen counted.

    Raises UnableToErase where it is not so any more, PermissionMissing.
    """
    with transaction.atomic():
        require_over(actor, ensure_root(now=now), now, ANSWER)
        total = sum(one.found for one in expired(on=today_of(now)))
        if total != expected:
            raise UnableToErase(
                _("到期的数量已由%(before)s变为%(now)s。请重新预览后再删除。") % {"before": expected, "now": total},
                code="changed",
            )
        return enqueue(
            code="registry.erase_expired",
            arguments={"actor_id": actor.pk},
            requested_by_id=actor.pk,
            key=f"registry.erase_expired/{now.isoformat()}",
        )


def erase_expired(
    *,
    actor: Account | None,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[Expired, ...]:
    """Erases what is past its time, batch by batch, each with its entry in the journal: killed half way it leaves whole
    batches, and the next run goes on. Run twice, it finds nothing the second time.

    A pupil whom an eraser of another slice keeps back is passed over and counted. Raises PermissionMissing.
    """
    require_over(actor, ensure_root(now=now), now, ANSWER)
    total = sum(one.found for one in expired(on=today_of(now)))
    done = 0
    answer = []
    for kind, before, rows in past_rows(on=today_of(now)):
        erased = kept_back = last = 0
        while True:
            with transaction.atomic():
                batch = list(rows.filter(pk__gt=last).order_by("pk").select_for_update(of=("self",))[:BATCH])
                if not batch:
                    break
                last = batch[-1].pk
                gone = _erase(kind, batch, actor, now)
                erased += gone
                kept_back += len(batch) - gone
                record(
                    actor=actor,
                    code="registry.retention.erase_expired",
                    subject=f"retention:{kind}",
                    detail={"before": before, "count": gone, "kept_back": len(batch) - gone},
                    at=now,
                )
            done += len(batch)
            progress(done, max(total, done))
        answer.append(Expired(kind, before, erased + kept_back, erased, kept_back))
    return tuple(answer)


def _erase(
    kind: str, batch: Sequence[Pupil | Teacher | RecordAccess | DataRequest], actor: Account | None, now: datetime
) -> int:
    keys = [row.pk for row in batch]
    if kind == DataClass.ACCESS:
        return RecordAccess.objects.filter(pk__in=keys).delete()[0]
    if kind == DataClass.REQUEST:
        return DataRequest.objects.filter(pk__in=keys).update(text="", answer="", erased_at=F("closed_at"))
    gone = 0
    for row in batch:
        try:
            with transaction.atomic():
                if isinstance(row, Pupil):
                    erase_locked(row, actor=actor, now=now, basis="retention")
                elif isinstance(row, Teacher):
                    erase_teacher_locked(row, actor=actor, now=now, basis="retention")
        except UnableToErase:
            continue
        gone += 1
    return gone
