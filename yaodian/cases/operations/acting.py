"""The steps of the loop: each locks the case, asks `queries.actions` whether this person may, and writes one event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from yaodian.cases.clocks import due_after
from yaodian.cases.declaring import BUSINESS, Action, Phase
from yaodian.cases.models import Case, CaseClock, CaseLink, Extension
from yaodian.cases.operations.errors import UnableToActOnCase
from yaodian.cases.operations.opening import start_clocks_at_assignment
from yaodian.cases.operations.writing import Begun, begin, finish, move, require_reason
from yaodian.cases.queries.standing import HANDLE, visible
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import may


@transaction.atomic
def assign_case(
    *,
    actor: Account,
    public_id: str,
    unit: Unit,
    now: datetime,
    assignee: Account | None = None,
    reason: str = "",
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """Hands a case to a unit, or from one to another, and to a person there if one is named. The business clock goes on.

    Raises Absent, StaleCase, UnableToActOnCase.
    """
    begun = begin(
        actor=actor, public_id=public_id, action=Action.ASSIGN, now=now, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip
    case = begun.case
    if begun.is_repeated:
        return case
    said = require_reason(begun, Action.ASSIGN, reason)
    if not unit.exists_on(begun.today):
        raise UnableToActOnCase(
            _("单位 %(code)s 在今天不存在（已撤销或还没有设立），不能承办。请改选现有的单位。") % {"code": unit.code},
            code="no-such-unit",
            field="unit",
        )
    if assignee is not None and not may(account=assignee, permission=HANDLE, unit_id=unit.pk):
        raise UnableToActOnCase(
            _("%(name)s 没有在该单位办理事项的权限，不能作为经办人。请改选，或只交给单位，由单位签收。")
            % {"name": assignee.name},
            code="not-a-handler",
            field="assignee",
        )
    source = case.state
    case.doing_unit, case.assignee = unit, assignee
    move(begun, Action.ASSIGN)
    start_clocks_at_assignment(case, begun.kind, begun.today)
    detail = {"unit": unit.pk, "assignee": assignee.pk if assignee else None}
    finish(begun, Action.ASSIGN, from_state=source, reason=said, unit=unit, detail=detail)
    return case


def _step(
    action: Action,
    *,
    actor: Account,
    public_id: str,
    now: datetime,
    reason: str,
    expected_version: int | None,
    client_key: str,
) -> Case:
    """A step that asks for nothing but a reason, if for that."""
    begun = begin(
        actor=actor, public_id=public_id, action=action, now=now, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip
    case = begun.case
    if begun.is_repeated:
        return case
    said = require_reason(begun, action, reason)
    source, unit_id = case.state, case.doing_unit_id
    match action:
        case Action.ACCEPT:
            case.assignee = actor
        case Action.HAND_BACK:
            case.assignee = None
            case.doing_unit_id = case.supervising_unit_id
        case Action.ESCALATE:
            case.is_escalated = True
        case Action.REOPEN:
            _begin_again(begun)
    move(begun, action)
    finish(begun, action, from_state=source, reason=said, unit_id=unit_id)
    return case


def _begin_again(begun: Begun) -> None:
    """The business clock has its days anew from today, and what proved the end before proves nothing now."""
    case = begun.case
    case.reopened += 1
    calendar = calendar_as_of(begun.today)
    for row in CaseClock.objects.filter(case=case, code=BUSINESS):
        row.started_on = begun.today
        row.due_on = due_after(calendar, begun.today, row.days, is_working_days=row.is_working_days)
        row.save(update_fields=["started_on", "due_on"])


@transaction.atomic
def accept_case(
    *, actor: Account, public_id: str, now: datetime, expected_version: int | None = None, client_key: str = ""
) -> Case:
    """A handler of the unit signs for the case and works on it from now on. Raises as `assign_case`."""
    return _step(
        Action.ACCEPT, actor=actor, public_id=public_id, now=now, reason="", expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip


@transaction.atomic
def hand_back_case(
    *,
    actor: Account,
    public_id: str,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """It is not this unit's: back to the office that dispatched it, with the reason. The clocks go on."""
    return _step(
        Action.HAND_BACK, actor=actor, public_id=public_id, now=now, reason=reason,
        expected_version=expected_version, client_key=client_key,
    )  # fmt: skip


@transaction.atomic
def report_progress(
    *,
    actor: Account,
    public_id: str,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """How far it is, in words."""
    return _step(
        Action.REPORT, actor=actor, public_id=public_id, now=now, reason=reason, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip


@transaction.atomic
def submit_case(
    *,
    actor: Account,
    public_id: str,
    now: datetime,
    reason: str = "",
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """It is done, says whoever did it; what the kind asks for as proof must be there. The business clock stands still."""
    return _step(
        Action.SUBMIT, actor=actor, public_id=public_id, now=now, reason=reason, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip


@transaction.atomic
def verify_case(
    *,
    actor: Account,
    public_id: str,
    now: datetime,
    reason: str = "",
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """A second person has looked and found it done; unless the kind closes apart, that ends it."""
    return _step(
        Action.VERIFY, actor=actor, public_id=public_id, now=now, reason=reason, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip


@transaction.atomic
def return_case(
    *,
    actor: Account,
    public_id: str,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """It is not done: back to whoever works on it, with the reason; the clocks go on to the day they had."""
    return _step(
        Action.RETURN, actor=actor, public_id=public_id, now=now, reason=reason, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip


@transaction.atomic
def close_case(
    *,
    actor: Account,
    public_id: str,
    now: datetime,
    reason: str = "",
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """Strikes a verified case off the list (销号), where the kind makes that a step of its own."""
    return _step(
        Action.CLOSE, actor=actor, public_id=public_id, now=now, reason=reason, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip


@transaction.atomic
def escalate_case(
    *,
    actor: Account,
    public_id: str,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """Marks a case for the leaders' eyes. No clock moves."""
    return _step(
        Action.ESCALATE, actor=actor, public_id=public_id, now=now, reason=reason, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip


@transaction.atomic
def decide_in_meeting(
    *,
    actor: Account,
    public_id: str,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """Notes what a meeting has decided, in its words (会议决定). Nothing moves by it; where something is to move, that is an
    action of its own beside it."""
    return _step(
        Action.DECIDE, actor=actor, public_id=public_id, now=now, reason=reason, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip


@transaction.atomic
def reopen_case(
    *,
    actor: Account,
    public_id: str,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """It was not really done: back to the unit, within the kind's period, with the days of the business clock anew."""
    return _step(
        Action.REOPEN, actor=actor, public_id=public_id, now=now, reason=reason, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip


@transaction.atomic
def withdraw_case(
    *,
    actor: Account,
    public_id: str,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """It was opened by mistake, or is no longer wanted. It stays, with the reason."""
    return _step(
        Action.WITHDRAW, actor=actor, public_id=public_id, now=now, reason=reason, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip


def _other(begun: Begun, number: str) -> Case:
    """The other case of a merger or a link, by number or address, as far as this account may know of it."""
    said = number.strip()
    seen = visible(account=begun.actor, today=begun.today)
    found = seen.filter(number=said).first() or seen.filter(public_id=said).first()
    if found is None:
        raise UnableToActOnCase(
            _("没有找到编号为“%(number)s”的事项，或不在您的权限范围内。请核对编号，如 2026-000123。")
            % {"number": said[:40]},
            code="no-other",
            field="case",
        )
    if found.pk == begun.case.pk:
        raise UnableToActOnCase(_("不能与自身并案或关联。请填写另一件的编号。"), code="itself", field="case")
    return found


@transaction.atomic
def merge_cases(
    *,
    actor: Account,
    public_id: str,
    into: str,
    reason: str,
    now: datetime,
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """Ends a repeat of another case, which goes on; `into` is the other's number. Returns the one that has ended."""
    # Both, and always in the same order: two people who merge each into the other must not wait for each other.
    both = Case.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    list(both.filter(Q(public_id=public_id) | Q(number=into.strip()) | Q(public_id=into.strip())).values_list("pk"))
    begun = begin(
        actor=actor, public_id=public_id, action=Action.MERGE, now=now, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip
    case = begun.case
    if begun.is_repeated:
        return case
    said = require_reason(begun, Action.MERGE, reason)
    found = _other(begun, into)
    if found.phase == Phase.ENDED or found.kind != case.kind:
        raise UnableToActOnCase(
            _("%(number)s 已经办结，或不是同一类事项，不能并入。请选同一类、正在办理的一件。")
            % {"number": found.number},
            code="not-mergeable",
            field="case",
        )
    source, unit_id = case.state, case.doing_unit_id
    case.merged_into = found
    move(begun, Action.MERGE)
    Extension.objects.filter(case=case, state=Extension.State.ASKED).update(
        state=Extension.State.REFUSED, decided_at=now, answer=_("已并案")
    )
    finish(begun, Action.MERGE, from_state=source, reason=said, unit_id=unit_id, detail={"into": found.number})
    return case


@transaction.atomic
def link_case(
    *,
    actor: Account,
    public_id: str,
    now: datetime,
    other: str = "",
    ref: str = "",
    label: str = "",
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """Says that a case has to do with another (`other`, its number) or with something else (`ref`, such as
    `plans.clause:3`, and the `label` it is shown under). Said twice, it counts once."""
    begun = begin(
        actor=actor, public_id=public_id, action=Action.LINK, now=now, expected_version=expected_version,
        client_key=client_key,
    )  # fmt: skip
    case = begun.case
    if begun.is_repeated:
        return case
    if ref:
        if CaseLink.objects.filter(case=case, ref=ref[:120]).exists():
            return case
        CaseLink.objects.create(case=case, ref=ref[:120], label=label[:200])
        detail = {"ref": ref[:120]}
    else:
        found = _other(begun, other)
        if CaseLink.objects.filter(case=case, other=found).exists():
            return case
        CaseLink.objects.create(case=case, other=found)
        detail = {"case": found.number}
    finish(begun, Action.LINK, from_state=case.state, detail=detail)
    return case


ACTIONS_WITHOUT_MORE: Mapping[Action, Callable[..., Case]] = {
    Action.ACCEPT: accept_case,
    Action.HAND_BACK: hand_back_case,
    Action.REPORT: report_progress,
    Action.SUBMIT: submit_case,
    Action.VERIFY: verify_case,
    Action.RETURN: return_case,
    Action.CLOSE: close_case,
    Action.ESCALATE: escalate_case,
    Action.DECIDE: decide_in_meeting,
    Action.REOPEN: reopen_case,
    Action.WITHDRAW: withdraw_case,
}
