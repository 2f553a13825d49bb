"""A unit objects to a mark, in time; somebody who marked nothing of it decides, with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.appraisal.models import Appeal, AppealState, Appraisal, Judgement, RoundState
from yaodian.appraisal.operations.attaching import attach_files
from yaodian.appraisal.operations.errors import UnableToDecideAppeal, UnableToFileAppeal
from yaodian.appraisal.operations.marking import require_state, write_decision
from yaodian.appraisal.operations.reckoning import lock_round, reckon
from yaodian.appraisal.operations.telling import tell_decided, tell_filed
from yaodian.appraisal.problem import read_content
from yaodian.appraisal.queries import own_unit_ids, stands_in
from yaodian.audit.operations import record
from yaodian.foundation.files.taking import TakenFile
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require


def file_appeal(
    *,
    actor: Account | None,
    appraisal: Appraisal,
    item: str,
    text: str,
    now: datetime,
    link: str = "",
    files: Sequence[TakenFile] = (),
) -> Appeal:
    """An appeal of the unit itself against one mark, once, until the end of the last day; with files that show it.

    Raises PermissionMissing, WrongState, UnableToFileAppeal.
    """
    if actor is not None:
        require(account=actor, permission="appraisal.appeal", unit_id=appraisal.unit_id)
    with transaction.atomic():
        row = lock_round(appraisal.round)
        require_state(row, (RoundState.FEEDBACK,))
        assert row.appeal_until is not None  # The database asks for it in this state.
        if actor is not None and not stands_in(account=actor, unit_id=appraisal.unit_id, permission="appraisal.appeal"):
            raise UnableToFileAppeal(
                _("申诉由被考核单位自己提出，您的权限不在这个单位。请联系该单位的负责人。"), code="not-of-unit"
            )
        if timezone.localdate(now) > row.appeal_until:
            raise UnableToFileAppeal(
                _("申诉期已于 %(day)s 截止，不能再提出。") % {"day": row.appeal_until}, code="too-late"
            )
        if item not in {line["code"] for line in read_content(row.content).leaves}:
            raise UnableToFileAppeal(
                _("没有“%(item)s”这个计分项目。请从列表中选。") % {"item": item}, code="item", field="item"
            )
        if not text.strip():
            raise UnableToFileAppeal(_("请写明申诉理由和证据。"), code="no-text", field="text")
        if Appeal.objects.filter(appraisal=appraisal, item=item).exists():
            raise UnableToFileAppeal(
                _("“%(item)s”已经申诉过，一项只能申诉一次。") % {"item": item}, code="once", field="item"
            )
        made = Appeal(
            appraisal=appraisal, item=item, text=text.strip()[:1000], link=link.strip()[:300], filed_by=actor,
            filed_at=now,
        ).store()  # fmt: skip
        added = attach_files(made, files, actor=actor, now=now, problem=UnableToFileAppeal)
        tell_filed(made, row, now=now)
        detail = {"item": item, "unit": appraisal.unit_id, "files": added}
        record(actor=actor, code="appraisal.appeal.file", subject=f"appraisal_appeal:{made.pk}", detail=detail, at=now)
    return made


def decide_appeal(
    *, actor: Account | None, appeal: Appeal, reason: str, now: datetime, mark: Decimal | None = None
) -> Appeal:
    """Upholds an appeal with the corrected mark, as a new row beside the old, or dismisses it (`mark` None); with the reason.

    Raises PermissionMissing, WrongState, UnableToDecideAppeal.
    """
    if actor is not None:
        require(account=actor, permission="appraisal.run", unit_id=appeal.appraisal.round.office_id)
    with transaction.atomic():
        row = lock_round(appeal.appraisal.round)
        require_state(row, (RoundState.FEEDBACK,))
        kept = Appeal.objects.select_related("appraisal").get(pk=appeal.pk)
        if kept.state != AppealState.FILED:
            raise UnableToDecideAppeal(_("这件申诉已经裁定过了。请刷新页面。"), code="decided")
        if actor is not None:
            _require_apart(actor, kept, now)
        if not reason.strip():
            raise UnableToDecideAppeal(_("请写明裁定理由，被考核单位会看到。"), code="no-reason", field="reason")
        kept.state = AppealState.DISMISSED if mark is None else AppealState.UPHELD
        kept.decided_by, kept.decided_at, kept.reason = actor, now, reason.strip()[:1000]
        kept.store()
        if mark is not None:
            decision = write_decision(row, kept.appraisal, kept.item, mark, reason, actor, now, UnableToDecideAppeal)
            decision.appeal = kept
            decision.store()
        reckon(row, only={kept.appraisal_id})
        tell_decided(kept, row, now=now)
        detail = {"item": kept.item, "state": kept.state, "mark": mark, "reason": kept.reason}
        record(
            actor=actor, code="appraisal.appeal.decide", subject=f"appraisal_appeal:{kept.pk}", detail=detail, at=now
        )
    return kept


def _require_apart(actor: Account, appeal: Appeal, now: datetime) -> None:
    if Judgement.objects.filter(appraisal_id=appeal.appraisal_id, assessor=actor).exists():
        raise UnableToDecideAppeal(
            _("您给这个单位评过分，不能裁定它的申诉。请由没有参加评分的同事裁定。"), code="assessor"
        )
    if appeal.filed_by_id == actor.pk or appeal.appraisal.unit_id in own_unit_ids(
        account=actor, day=timezone.localdate(now)
    ):
        raise UnableToDecideAppeal(
            _("这是您自己的单位或您自己提出的申诉，不能由您裁定。请由别的同事裁定。"), code="own-unit"
        )
