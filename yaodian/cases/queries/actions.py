"""«Why can I not?»: what somebody may do to a case now, and for the rest the reason. The one truth: pages, the API and the
operations all ask here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from http import HTTPStatus

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.cases.declaring import (
    DECISIONS,
    STATUTORY,
    Action,
    CaseKind,
    Need,
    Phase,
    Transition,
    Who,
    kind_of,
)
from yaodian.cases.models import Case, CaseClock, Evidence, Extension
from yaodian.cases.queries.standing import Standing, standing_of
from yaodian.organisations.queries import Visitor, names_of_units


@dataclass(frozen=True)
class Refusal:
    """Why not: a stable code, the sentence, and the status that fits. The person is 403, the state 409, a rule 422."""

    code: str
    message: str
    status: int


@dataclass(frozen=True)
class Possible:
    """An action of a case: whether this account may do it now, else the sentence that says why not.

    `asks_reason`: a reason must be given. `asks` names what else is asked for: unit, assignee, day, case, evidence.
    """

    action: str
    label: str
    is_allowed: bool
    why_not: str = ""
    code: str = ""
    status: int = 200
    asks_reason: bool = False
    asks: tuple[str, ...] = ()


ASKS: Mapping[str, tuple[str, ...]] = {
    Action.ASSIGN: ("unit", "assignee"),
    Action.ADD_EVIDENCE: ("evidence",),
    Action.ASK_EXTENSION: ("day",),
    Action.MERGE: ("case",),
    Action.LINK: ("case",),
}


@dataclass
class Facts:
    """What is known of a case beyond its row. What only some questions need is read when one of them is asked, once."""

    case: Case
    kind: CaseKind
    standing: Standing
    today: date

    @cached_property
    def units(self) -> Mapping[int, str]:
        """What the two units are called."""
        return names_of_units(ids=[self.case.doing_unit_id, self.case.supervising_unit_id], day=self.today)

    @cached_property
    def proofs(self) -> Mapping[tuple[str, str], int]:
        """How many pieces of evidence there are, by kind and code, since the case was last reopened."""
        rows = Evidence.objects.filter(case=self.case, round=self.case.reopened).values("kind", "code")
        return {(row["kind"], row["code"]): row["count"] for row in rows.annotate(count=Count("pk")).order_by()}

    @cached_property
    def pending(self) -> Extension | None:
        """The extension that waits to be decided on."""
        return Extension.objects.filter(case=self.case, state=Extension.State.ASKED).first()

    @cached_property
    def has_double(self) -> bool:
        """Whether another case about the same is open."""
        same = Case.objects.filter(kind=self.case.kind, subject=self.case.subject).exclude(pk=self.case.pk)
        return bool(self.case.subject) and same.exclude(phase=Phase.ENDED).exists()

    @property
    def assignee(self) -> str:
        return self.case.assignee.name if self.case.assignee is not None else ""

    def count(self, kind: str) -> int:
        return sum(count for (found, _code), count in self.proofs.items() if found == kind)


def facts_of(*, case: Case, account: Visitor, today: date, is_fresh: bool = False) -> Facts:
    """Reads what every answer needs: three queries at most, and four more where somebody asks about everything. Raises
    LookupError where the case's kind is no longer declared."""
    kind = kind_of(case.kind)
    if kind is None:
        raise LookupError(f"The kind {case.kind} of the case {case.number} is no longer declared.")
    return Facts(case, kind, standing_of(case=case, account=account, today=today, is_fresh=is_fresh), today)


def actions(*, case: Case, account: Visitor, today: date) -> tuple[Possible, ...]:
    """All actions of the case's kind that people take, each with what this account is told of it.

    A constant number of queries. None at all for whoever may not know of the case.
    """
    facts = facts_of(case=case, account=account, today=today)
    if not facts.standing.sees:
        return ()
    return possible(facts)


def possible(facts: Facts) -> tuple[Possible, ...]:
    """The same, of what was read."""
    found = []
    for action in facts.kind.actions():
        if all(one.by == (Who.SYSTEM,) for one in facts.kind.transitions if one.action == action):
            continue
        transition = facts.kind.transition(action, facts.case.state)
        refusal = refusal_of(facts, action)
        found.append(
            Possible(
                action=str(action),
                label=str(transition.label if transition else facts.kind.label_of(action)),
                is_allowed=refusal is None,
                why_not=refusal.message if refusal else "",
                code=refusal.code if refusal else "",
                status=refusal.status if refusal else HTTPStatus.OK,
                asks_reason=bool(transition and transition.asks_reason),
                asks=ASKS.get(action, ()),
            )
        )
    return tuple(found)


def refusal_of(facts: Facts, action: str) -> Refusal | None:
    """Why the account may not do this now, or None: first the state, then the person, then the rules."""
    transition = facts.kind.transition(action, facts.case.state)
    if transition is None:
        return _wrong_state(facts, action)
    return _wrong_person(facts, transition) or _against_a_rule(facts, transition)


def _wrong_state(facts: Facts, action: str) -> Refusal:
    kind = facts.kind
    sources = {source for one in kind.transitions if one.action == action for source in one.sources}
    words = {
        "number": facts.case.number,
        "state": kind.state(facts.case.state).label,
        "action": kind.label_of(action),
        "states": "、".join(f"“{one.label}”" for one in kind.states if one.code in sources),
    }
    message = _("%(number)s 现在是“%(state)s”，“%(action)s”只能在%(states)s时进行。") % words
    return Refusal("wrong-state", message, HTTPStatus.CONFLICT)


def _wrong_person(facts: Facts, transition: Transition) -> Refusal | None:
    standing, by = facts.standing, transition.by
    holds = {
        Who.HANDLER: standing.handles and standing.is_free,
        Who.DISPATCHER: standing.dispatches,
        Who.VERIFIER: standing.verifies,
        Who.REPORTER: standing.is_reporter,
        Who.SYSTEM: False,
    }
    if any(holds[who] for who in by):
        if transition.is_second_person and standing.has_worked:
            return Refusal(
                "second-person",
                _("您参与过这件事的办理，不能由您“%(action)s”。请没有参与办理的另一位同事来做。")
                % {"action": transition.label},
                HTTPStatus.FORBIDDEN,
            )
        return None
    words = {
        "action": transition.label,
        "doing": facts.units.get(facts.case.doing_unit_id, ""),
        "supervising": facts.units.get(facts.case.supervising_unit_id, ""),
        "assignee": facts.assignee,
    }
    if Who.HANDLER in by and standing.handles:
        message = _("这件事由%(assignee)s签收办理，请由本人“%(action)s”；需要换人时请督办单位改派。")
        return Refusal("not-yours", message % words, HTTPStatus.FORBIDDEN)
    if Who.HANDLER in by and Who.DISPATCHER in by:
        message = _("只有承办单位“%(doing)s”的经办人或督办单位“%(supervising)s”的督查人员可以“%(action)s”。")
    elif Who.HANDLER in by:
        message = _("只有承办单位“%(doing)s”的经办人可以“%(action)s”。如由您办理，请该单位的安全管理员授予权限。")
    elif Who.VERIFIER in by:
        message = _("只有督办单位“%(supervising)s”的核验人员可以“%(action)s”。")
    elif Who.DISPATCHER in by and Who.REPORTER in by:
        message = _("只有提出这件事的人或督办单位“%(supervising)s”的督查人员可以“%(action)s”。")
    elif Who.DISPATCHER in by:
        message = _("只有督办单位“%(supervising)s”的督查人员可以“%(action)s”。")
    elif Who.REPORTER in by:
        message = _("只有提出这件事的人可以“%(action)s”。")
    else:
        message = _("“%(action)s”由系统自动进行。")
    return Refusal("not-yours", message % words, HTTPStatus.FORBIDDEN)


def _rule(code: str, message: str) -> Refusal:
    return Refusal(code, message, HTTPStatus.UNPROCESSABLE_ENTITY)


def _against_a_rule(facts: Facts, transition: Transition) -> Refusal | None:
    case, kind, action = facts.case, facts.kind, transition.action
    if action in DECISIONS and facts.pending is None:
        return _rule("no-extension", _("现在没有待审批的延期申请。"))
    if action in (Action.ASK_EXTENSION, Action.SUBMIT) and facts.pending is not None:
        if action == Action.SUBMIT:
            return _rule("extension-pending", _("延期申请还没有审批，请等督办单位答复后再提交。"))
        return _rule(
            "extension-pending", _("已经申请延至 %(day)s，请等督办单位答复。") % {"day": facts.pending.new_due_on}
        )
    if action == Action.ASK_EXTENSION and not _is_extendable(kind):
        return _rule("not-extendable", _("这类事项的期限不能延长。"))
    if action == Action.REOPEN:
        assert case.ended_at is not None  # An end has a moment: the database sees to it.
        last = timezone.localdate(case.ended_at) + timedelta(days=kind.reopen_within_days)
        if facts.today > last:
            words = {"days": kind.reopen_within_days, "last": last}
            return _rule(
                "too-late",
                _("销号后 %(days)d 天内可以重新办理，到 %(last)s 为止，已经过期。请新提出一件，并与这一件关联。")
                % words,
            )
        if facts.has_double:
            return _rule("double", _("同一事项另有一件正在办理，请在那一件上继续。"))
    for need in transition.needs:
        why_not = _lacking(facts, need)
        if why_not:
            return _rule("needs", why_not)
    return None


def _is_extendable(kind: CaseKind) -> bool:
    return any(one.longest_extension != 0 for one in kind.clocks if one.code != STATUTORY) or any(
        one.longest_extension for one in kind.clocks
    )


def _lacking(facts: Facts, need: Need) -> str:
    """What is not there yet, or nothing."""
    if need.kind == "gate":
        return facts.kind.gates[need.code](facts.case, facts.today)
    photographs = facts.count("photograph")
    files = facts.count("file") + photographs
    if need.kind == "file" and files < need.count:
        missing = need.count - files
        return _("还缺 %(count)d 份证明材料（文件或照片）。请先“补充材料”。") % {"count": missing}
    if need.kind == "photograph" and photographs < need.count:
        return _("还缺 %(count)d 张现场照片。请先“补充材料”，可以用手机拍照上传。") % {
            "count": need.count - photographs
        }
    if need.kind == "number" and ("number", need.code) not in facts.proofs:
        return _("还没有填写“%(label)s（%(unit)s）”。请先“补充材料”。") % {"label": need.label, "unit": need.unit}
    return ""


def extendable_clocks(*, case: Case, kind: CaseKind) -> list[CaseClock]:
    """The clocks that an approved extension moves: the business clock, and one of the law where the law says so."""
    rows = {row.code: row for row in CaseClock.objects.filter(case=case, stopped_at__isnull=True)}
    return [rows[one.code] for one in kind.clocks if one.code in rows and one.longest_extension != 0]
