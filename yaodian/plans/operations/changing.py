"""What every operation does around its change: take the row, check state and version, write it all down."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yaodian.audit import operations as audit
from yaodian.cases.declaring import Confidentiality
from yaodian.cases.queries import holding
from yaodian.organisations.models import Account
from yaodian.plans.models import (
    ITEM_MODELS,
    ITEM_TRANSITIONS,
    PLAN_TRANSITIONS,
    Clause,
    Commitment,
    CommitmentState,
    Correction,
    Item,
    ItemKind,
    ItemState,
    Plan,
    PlanState,
    SheetEdit,
)
from yaodian.plans.operations.errors import StaleVersion, UnableTo, WrongState
from yaodian.plans.problem import columns_of, plain


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, when, and the key of the one press of a button (empty: none)."""

    actor: Account | None
    now: datetime
    client_key: str = ""
    reason: str = ""
    sheet_edit: SheetEdit | None = None


def lock_plan(*, public_id: str | None = None, plan_id: int | None = None) -> Plan:
    """The plan, held until the transaction ends, so that operations on one plan follow each other."""
    plans = Plan.objects.select_for_update()
    return plans.get(public_id=public_id) if public_id is not None else plans.get(pk=plan_id)


def lock_item(*, kind: str, item_id: int) -> tuple[Plan, Item]:
    """The plan of an item, held, and then the item as it stands. Raises the model's ``DoesNotExist``."""
    model = ITEM_MODELS[kind]
    plan_id = model.objects.values_list("plan_id", flat=True).get(pk=item_id)
    plan = lock_plan(plan_id=plan_id)
    return plan, model.objects.get(pk=item_id)


def require_plan_state(plan: Plan, *states: str) -> None:
    """Raises :class:`WrongState` unless the plan is in one of ``states``."""
    if plan.state in states:
        return
    allowed = "、".join(str(PlanState(state).label) for state in states)
    raise WrongState(
        _("《%(plan)s》现在是“%(state)s”，只有“%(allowed)s”的要点才能这样操作。请刷新页面查看最新状态。")
        % {"plan": plan.title or plan.public_id, "state": PlanState(plan.state).label, "allowed": allowed},
        state=plan.state,
    )


def move_plan(plan: Plan, to: str) -> None:
    """Sets the state, if the table of transitions allows the step."""
    if to not in PLAN_TRANSITIONS[plan.state]:
        require_plan_state(plan, *(state for state, following in PLAN_TRANSITIONS.items() if to in following))
    plan.state = to


def move_item(item: Item, to: str) -> None:
    """Sets an item's state, if the table of transitions allows the step."""
    if to not in ITEM_TRANSITIONS[item.state]:
        raise WrongState(
            _("这一项现在是“%(state)s”，不能改为“%(to)s”。已剔除的请先恢复，再作更改。")
            % {"state": ItemState(item.state).label, "to": ItemState(to).label},
            state=item.state,
        )
    item.state = to


def require_item_version(item: Item, expected_version: int) -> None:
    """Raises :class:`StaleVersion` with the current columns if somebody changed the item since."""
    if item.version == expected_version:
        return
    name = item.changed_by.name if item.changed_by else _("系统")
    raise StaleVersion(
        _("%(name)s已先更改了这一项，您的更改还没有保存。请对照他人的更改，再决定是否保存您的。") % {"name": name},
        kind=item.kind,
        item_id=item.pk,
        current=columns_of(item, item.kind) | {"state": item.state},
        current_version=item.version,
        changed_by_name=name,
        changed_at=item.changed_at,
    )


def require_plan_version(plan: Plan, expected_version: int) -> None:
    """Raises :class:`StaleVersion` if anything in the plan changed since the person saw it."""
    if plan.version == expected_version:
        return
    last = plan.corrections.select_related("made_by").first()
    name = last.made_by.name if last and last.made_by else _("系统")
    raise StaleVersion(
        _("您打开页面之后，%(name)s又更改了《%(plan)s》。请查看最新内容后再操作。")
        % {"name": name, "plan": plan.title or plan.public_id},
        kind=ItemKind.PLAN,
        item_id=plan.pk,
        current={"state": plan.state, "title": plan.title},
        current_version=plan.version,
        changed_by_name=name,
        changed_at=plan.changed_at,
    )


def earlier(
    plan: Plan, by: By, *verbs: str, kind: str, item_id: int | None = None, values: Mapping[str, Any] | None = None
) -> Correction | None:
    """The correction that this very press of a button has already made, if it has.

    The key alone does not say so: a form that the browser's «back» brings up again still carries the key of the time it
    was saved. It is the same press where it asks for the same: one of ``verbs``, the same item (``None``: one that the
    press has made), and ``values`` as they were saved then.
    """
    if not by.client_key:
        return None
    sent = plan.corrections.filter(made_by=by.actor, client_key=by.client_key).first()
    if sent is None or sent.kind != kind or sent.action.rpartition(".")[2] not in verbs:
        return None
    if item_id is not None and item_id not in (sent.item_id, sent.before.get("absorbed")):
        return None
    asked = {name: plain(value) for name, value in (values or {}).items()}
    return None if any(sent.after.get(name, value) != value for name, value in asked.items()) else sent


def touch_item(item: Item, by: By) -> None:
    """Counts the item's version up and notes who and when."""
    item.version += 1
    item.changed_by = by.actor
    item.changed_at = by.now


def write_down(
    plan: Plan,
    by: By,
    *,
    code: str,
    kind: str,
    item_id: int | None,
    summary: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    is_content: bool = True,
    plan_fields: Iterable[str] = (),
) -> Correction:
    """Saves the plan's version and ``plan_fields``, the correction and the journal entry.

    ``is_content``: the change touches what will be published, so its author may not publish it alone.
    """
    plan.version += 1
    plan.changed_at = by.now
    fields = {"version", "changed_at", *plan_fields}
    if is_content:
        plan.last_corrected_by = by.actor
        fields.add("last_corrected_by")
    plan.save(update_fields=sorted(fields))
    key = by.client_key[:64]
    if key and plan.corrections.filter(made_by=by.actor, client_key=key).exists():
        # The key of another press, see `earlier`; it goes on standing for that one.
        key = ""
    correction = Correction.objects.create(
        plan=plan,
        action=code,
        kind=kind,
        item_id=item_id,
        summary=summary[:200],
        before=dict(before or {}),
        after=dict(after or {}),
        reason=by.reason,
        made_by=by.actor,
        made_at=by.now,
        client_key=key,
        sheet_edit=by.sheet_edit,
    )
    audit.record(
        actor=by.actor,
        code=code,
        subject=f"plan:{plan.public_id}",
        detail={
            "kind": str(kind),
            "item": item_id,
            "before": correction.before,
            "after": correction.after,
            "reason": by.reason,
        },
        at=by.now,
    )
    return correction


def require_no_commitments(clause: Clause, refusal: type[UnableTo]) -> None:
    """Raises ``refusal`` with the list where somebody is bound by the clause, or cases hang on it: they must be settled
    first."""
    require_no_cases(
        refs=[f"plans.clause:{clause.pk}"], what=f"{clause.number} {clause.heading}".strip(), refusal=refusal
    )
    held = Commitment.objects.filter(
        clause=clause, state__in=(CommitmentState.PROPOSED, CommitmentState.ACCEPTED)
    ).values_list("text", flat=True)
    texts = list(held)
    if not texts:
        return
    shown = "；".join(text[:40] for text in texts[:5])
    raise refusal(
        _("“%(clause)s”下有 %(count)s 项任务：%(texts)s%(more)s。请先在任务页面把它们标为不列入，再剔除或合并这一条。")
        % {
            "clause": f"{clause.number} {clause.heading}".strip(),
            "count": len(texts),
            "texts": shown,
            "more": _("等") if len(texts) > 5 else "",
        },
        code="has-commitments",
    )


def require_no_cases(*, refs: Collection[str], what: str, refusal: type[UnableTo]) -> None:
    """Raises ``refusal`` (``has-cases``) with the list where cases hang on what these references name. Of a restricted
    case nobody learns more than its number here."""
    held = holding(refs=refs)
    if not held:
        return
    raise refusal(
        _(
            "“%(what)s”有 %(count)s 件督办事项：%(cases)s%(more)s。有督办记录的不能删除或并入别处；确属误报的，请先撤销这些事项。"
        )
        % {
            "what": what[:40],
            "count": len(held),
            **cases_named(held),
        },
        code="has-cases",
    )


def cases_named(held: Sequence[Any]) -> dict[str, str]:
    """The words ``cases`` and ``more`` of a refusal, from what ``cases.queries.holding`` found."""
    return {
        "cases": "；".join(
            case.number if case.confidentiality == Confidentiality.RESTRICTED else f"{case.number} {case.title[:30]}"
            for case in held[:5]
        ),
        "more": _("等") if len(held) > 5 else "",
    }
