"""People correct where clauses begin: split one in two, merge two into one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.organisations.queries import require
from yaodian.plans.models import Clause, ItemKind, ItemState, Origin, PlanState
from yaodian.plans.operations.changing import (
    By,
    earlier,
    lock_item,
    lock_plan,
    require_item_version,
    require_no_commitments,
    require_plan_state,
    touch_item,
    write_down,
)
from yaodian.plans.operations.errors import UnableToMergeClauses, UnableToSplitClause, WrongState
from yaodian.plans.operations.outline import Outline
from yaodian.plans.operations.values import ClauseValues, columns_from
from yaodian.plans.problem import item_label


@transaction.atomic
def split_clause(
    *,
    actor: Account,
    now: datetime,
    public_id: str,
    clause_id: int | None,
    expected_version: int | None,
    at: int,
    number: str,
    heading: str = "",
    level: int | None = None,
    reason: str = "",
    client_key: str = "",
) -> Clause:
    """Lets a new clause begin at offset ``at``, inside the own words of ``clause_id`` (``None``: in the preamble).

    The new clause takes the words and findings from there on, and stands on the same level unless ``level`` (1 to one
    below the clause split) says otherwise. Returns the new clause.
    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToSplitClause``.
    """
    by = By(actor, now, client_key, reason)
    require(account=actor, permission="plans.correct")
    plan = lock_plan(public_id=public_id)
    values = columns_from(ClauseValues(number, heading), refusal=UnableToSplitClause)
    while at < len(plan.text) and plan.text[at].isspace():
        at += 1
    sent = earlier(plan, by, "split", kind=ItemKind.CLAUSE, values={**values, "from": clause_id, "at": at})
    if sent:
        return plan.clauses.get(pk=sent.item_id)
    require_plan_state(plan, PlanState.REVIEW)
    outline = Outline(plan)
    live = outline.live()
    if clause_id is None:
        limit = live[0].span_start if live else len(plan.text)
        own_level, start, end = 1, -1, limit
    else:
        clause = outline.clause(clause_id)
        if not clause.is_live:
            raise WrongState(_("这一条已经剔除，不能拆分。请先恢复。"), state=clause.state)
        if expected_version is not None:
            require_item_version(clause, expected_version)
        own_level, start, end = clause.level, clause.span_start, clause.own_end
        touch_item(clause, by)
    if not start < at < end:
        raise UnableToSplitClause(
            _("拆分的位置不在这一条自己的文字之中。请在这一条的正文里选取新条目的开头。"),
            code="place-outside",
            field="at",
        )
    if level is not None and not 1 <= level <= own_level + 1:
        raise UnableToSplitClause(
            _("新条目的层级要在 1 到 %(limit)s 之间。") % {"limit": own_level + 1}, code="level", field="level"
        )
    new = Clause.objects.create(
        plan=plan,
        position=len(live),
        level=level or own_level,
        path=values["number"],
        span_start=at,
        span_end=len(plan.text),
        own_end=len(plan.text),
        rule="person",
        origin=Origin.PERSON,
        state=ItemState.LOST,
        changed_by=actor,
        changed_at=now,
        **values,
    )
    outline.put_in(new, state=ItemState.CORRECTED)
    outline.save()
    for row in outline.clauses:
        if row.pk in (new.pk, clause_id):
            row.save()
    write_down(
        plan,
        by,
        code="plans.clause.split",
        kind=ItemKind.CLAUSE,
        item_id=new.pk,
        summary=item_label(new),
        after={"from": clause_id, "at": at, "level": new.level, **values},
    )
    return new


@transaction.atomic
def merge_clauses(
    *,
    actor: Account,
    now: datetime,
    clause_id: int,
    expected_version: int,
    direction: str = "next",
    reason: str = "",
    client_key: str = "",
) -> Clause:
    """Makes one clause of a clause and its ``next`` or ``previous`` sibling: the later one's words and findings go to
    the text before it, and it counts as rejected, so that it can be restored. Returns the clause that took the words.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToMergeClauses``.
    """
    by = By(actor, now, client_key, reason)
    require(account=actor, permission="plans.correct")
    plan, item = lock_item(kind=ItemKind.CLAUSE, item_id=clause_id)
    sent = earlier(plan, by, "merge", kind=ItemKind.CLAUSE, item_id=clause_id)
    if sent:
        return plan.clauses.get(pk=sent.item_id)
    require_plan_state(plan, PlanState.REVIEW)
    require_item_version(item, expected_version)
    if not item.is_live:
        raise WrongState(_("这一条已经剔除，不能合并。请先恢复。"), state=item.state)
    outline = Outline(plan)
    clause = outline.clause(clause_id)
    if direction not in ("next", "previous"):
        raise ValueError(f"direction is next or previous, not {direction!r}")
    sibling = outline.next_sibling(clause) if direction == "next" else outline.previous_sibling(clause)
    if sibling is None:
        raise UnableToMergeClauses(
            _("同一层级上没有可以合并的后一条。请改与前一条合并，或者剔除这一条。")
            if direction == "next"
            else _("同一层级上没有可以合并的前一条。请改与后一条合并，或者剔除这一条。"),
            code="no-neighbour",
        )
    absorbed = sibling if direction == "next" else clause
    require_no_commitments(absorbed, UnableToMergeClauses)
    survivor = outline.absorb(absorbed) or clause
    touch_item(absorbed, by)
    touch_item(survivor, by)
    if survivor.state == ItemState.FOUND:
        survivor.state = ItemState.CONFIRMED
    outline.save()
    absorbed.save()
    survivor.save()
    write_down(
        plan,
        by,
        code="plans.clause.merge",
        kind=ItemKind.CLAUSE,
        item_id=survivor.pk,
        summary=item_label(survivor),
        before={"absorbed": absorbed.pk, "words": item_label(absorbed)},
        after={"own_end": survivor.own_end},
    )
    return survivor
