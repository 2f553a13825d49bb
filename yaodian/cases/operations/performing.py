"""One door for pages and the API: an action by its code, with whatever it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from yaodian.cases.declaring import Action
from yaodian.cases.models import Case
from yaodian.cases.operations.acting import ACTIONS_WITHOUT_MORE, assign_case, link_case, merge_cases
from yaodian.cases.operations.errors import UnableToActOnCase
from yaodian.cases.operations.extending import ask_extension, decide_extension
from yaodian.cases.operations.proving import Piece, add_evidence
from yaodian.organisations.models import Account, Unit


@dataclass(frozen=True)
class Given:
    """What somebody gave for an action; what the action does not ask for is not looked at."""

    reason: str = ""
    unit: Unit | None = None
    assignee: Account | None = None
    day: date | None = None
    other: str = ""
    pieces: Sequence[Piece] = ()


def perform(
    *,
    actor: Account,
    public_id: str,
    action: str,
    given: Given,
    now: datetime,
    expected_version: int | None = None,
    client_key: str = "",
) -> Case:
    """Does an action of `queries.actions`. Raises Absent, StaleCase, UnableToActOnCase."""
    common: dict[str, Any] = {
        "actor": actor,
        "public_id": public_id,
        "now": now,
        "expected_version": expected_version,
        "client_key": client_key,
    }
    match action:
        case Action.ASSIGN:
            if given.unit is None:
                raise UnableToActOnCase(
                    _("没有填写承办单位。请输入单位代码或从提示中选择。"), code="no-unit", field="unit"
                )
            return assign_case(unit=given.unit, assignee=given.assignee, reason=given.reason, **common)
        case Action.ADD_EVIDENCE:
            return add_evidence(pieces=given.pieces, **common)
        case Action.ASK_EXTENSION:
            if given.day is None:
                raise UnableToActOnCase(_("没有填写申请延至哪一天。"), code="no-day", field="day")
            return ask_extension(new_due_on=given.day, reason=given.reason, **common)
        case Action.APPROVE_EXTENSION | Action.REFUSE_EXTENSION:
            approves = action == Action.APPROVE_EXTENSION
            return decide_extension(approves=approves, reason=given.reason, **common)
        case Action.MERGE:
            return merge_cases(into=given.other, reason=given.reason, **common)
        case Action.LINK:
            return link_case(other=given.other, **common)
        case Action.ACCEPT:
            return ACTIONS_WITHOUT_MORE[Action.ACCEPT](**common)
        case _ if action in ACTIONS_WITHOUT_MORE:
            return ACTIONS_WITHOUT_MORE[Action(action)](reason=given.reason, **common)
    raise UnableToActOnCase(_("没有这个操作。请刷新页面后重试。"), code="no-such-action", status=404)
