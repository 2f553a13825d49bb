"""More time: asked for by whoever does the work, decided by another; the day that was stays to be seen."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.cases.declaring import Action
from yaodian.cases.models import Case, CaseClock, Extension
from yaodian.cases.operations.errors import UnableToActOnCase
from yaodian.cases.operations.writing import Begun, begin, finish, require_reason, reset_rung
from yaodian.cases.queries.actions import extendable_clocks
from yaodian.organisations.models import Account


def _first_to_end(begun: Begun) -> CaseClock:
    """The clock that the extension is about: of those that may be moved the one that ends first."""
    clocks = extendable_clocks(case=begun.case, kind=begun.kind)
    if not clocks:
        raise UnableToActOnCase(_("期限已停止计算，不需要延期。"), code="not-running", status=409)
    return min(clocks, key=lambda row: row.due_on)


@transaction.atomic
def ask_extension(
    *,
    actor: Account,
    public_id: str,
    new_due_on: date,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """Asks for a later day. Nothing moves until another has agreed. Raises Absent, StaleCase, UnableToActOnCase."""
    begun = begin(
        actor=actor, public_id=public_id, action=Action.ASK_EXTENSION, now=now, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip
    case = begun.case
    if begun.is_repeated:
        return case
    said = require_reason(begun, Action.ASK_EXTENSION, reason)
    row = _first_to_end(begun)
    if new_due_on <= row.due_on or new_due_on <= begun.today:
        raise UnableToActOnCase(
            _("申请延至 %(new)s，但现在的期限是 %(old)s。请填写比它和今天都晚的日期。")
            % {"new": new_due_on, "old": row.due_on},
            code="not-later",
            field="day",
        )
    clock = begun.kind.clock(row.code)
    if clock is not None and clock.longest_extension is not None:
        last = row.first_due_on + timedelta(days=clock.longest_extension)
        if new_due_on > last:
            raise UnableToActOnCase(
                _("这类事项的期限最多延长 %(days)d 天，最晚到 %(last)s。请改选更早的日期。")
                % {"days": clock.longest_extension, "last": last},
                code="too-long",
                field="day",
            )
    if new_due_on > begun.today + timedelta(days=3_660):
        raise UnableToActOnCase(_("延期不能超过十年。请核对年份。"), code="too-long", field="day")
    Extension.objects.create(
        case=case, old_due_on=row.due_on, new_due_on=new_due_on, reason=said, asked_by=actor, asked_at=now
    )
    detail = {"clock": row.code, "old": row.due_on.isoformat(), "new": new_due_on.isoformat()}
    finish(begun, Action.ASK_EXTENSION, from_state=case.state, reason=said, detail=detail)
    return case


@transaction.atomic
def decide_extension(
    *,
    actor: Account,
    public_id: str,
    approves: bool,
    now: datetime,
    reason: str = "",
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """Agrees to a later day, or does not. An approved one moves the clock; what stood there first stays beside it."""
    action = Action.APPROVE_EXTENSION if approves else Action.REFUSE_EXTENSION
    begun = begin(
        actor=actor, public_id=public_id, action=action, now=now, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip
    case, asked = begun.case, begun.facts.pending
    if begun.is_repeated:
        return case
    assert asked is not None  # `begin` has asked.
    said = require_reason(begun, action, reason)
    asked.state = Extension.State.APPROVED if approves else Extension.State.REFUSED
    asked.decided_by, asked.decided_at, asked.answer = actor, now, said
    asked.save()
    detail = {"old": asked.old_due_on.isoformat(), "new": asked.new_due_on.isoformat()}
    if approves:
        row = _first_to_end(begun)
        # Of a reopened case the day may have moved since it was asked for.
        row.due_on = max(row.due_on, asked.new_due_on)
        reset_rung(row, begun.kind, begun.today)
        row.save(update_fields=["due_on", "rung", "next_act_on"])
        running = CaseClock.objects.filter(case=case, stopped_at__isnull=True).values_list("due_on", flat=True)
        case.due_on = min(running, default=None)
    finish(begun, action, from_state=case.state, reason=said, detail=detail)
    return case
