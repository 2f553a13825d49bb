"""People correct what the reader found: new values, other words, confirm, reject, restore, add what was missed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar, cast

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.organisations.queries import require
from yaodian.plans.models import (
    FINDING_MODELS,
    ITEM_MODELS,
    Clause,
    Correction,
    Deadline,
    Finding,
    Item,
    ItemKind,
    ItemState,
    Origin,
    Plan,
    PlanState,
    PlanWarning,
    PolicyMention,
    Responsibility,
    ResponsibleUnit,
    SystemMention,
    Target,
)
from yaodian.plans.operations.changing import (
    By,
    earlier,
    lock_item,
    lock_plan,
    move_item,
    require_item_version,
    require_no_commitments,
    require_plan_state,
    touch_item,
    write_down,
)
from yaodian.plans.operations.errors import (
    StaleVersion,
    UnableToAddItem,
    UnableToConfirmItem,
    UnableToCorrectItem,
    UnableToRejectItem,
    UnableToRestoreItem,
    WrongState,
)
from yaodian.plans.operations.outline import Outline
from yaodian.plans.operations.readings import LOST_CORRECTION
from yaodian.plans.operations.values import (
    ClauseValues,
    DeadlineValues,
    HeaderValues,
    MentionValues,
    ResponsibilityValues,
    TargetValues,
    Values,
    columns_from,
)
from yaodian.plans.problem import HEADER_FIELDS, columns_of, day, item_label, plain, unit_rows

Span = tuple[int, int]
AnyItem = TypeVar("AnyItem", bound=Item)
MAX_QUOTE_LENGTH = 2_000
CERTAIN = 0.9


# --- correct ---------------------------------------------------------------------------------------------------------


def correct_target(
    *,
    actor: Account,
    now: datetime,
    item_id: int,
    expected_version: int,
    values: TargetValues,
    span: Span | None = None,
    reason: str = "",
    client_key: str = "",
) -> Target:
    """Gives a target new values, and other words if ``span`` is given. Unchanged values confirm it.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToCorrectItem``, ``Target.DoesNotExist``.
    """
    by = By(actor, now, client_key, reason)
    return cast(Target, correct(by, ItemKind.TARGET, item_id, expected_version, values, span))


def correct_deadline(
    *,
    actor: Account,
    now: datetime,
    item_id: int,
    expected_version: int,
    values: DeadlineValues,
    span: Span | None = None,
    reason: str = "",
    client_key: str = "",
) -> Deadline:
    """As :func:`correct_target`, for a deadline."""
    by = By(actor, now, client_key, reason)
    return cast(Deadline, correct(by, ItemKind.DEADLINE, item_id, expected_version, values, span))


def correct_responsibility(
    *,
    actor: Account,
    now: datetime,
    item_id: int,
    expected_version: int,
    values: ResponsibilityValues,
    span: Span | None = None,
    reason: str = "",
    client_key: str = "",
) -> Responsibility:
    """As :func:`correct_target`, for the units of a clause."""
    by = By(actor, now, client_key, reason)
    return cast(Responsibility, correct(by, ItemKind.RESPONSIBILITY, item_id, expected_version, values, span))


def correct_mention(
    *,
    actor: Account,
    now: datetime,
    kind: str,
    item_id: int,
    expected_version: int,
    values: MentionValues,
    span: Span | None = None,
    reason: str = "",
    client_key: str = "",
) -> PolicyMention | SystemMention:
    """As :func:`correct_target`, for a ``policy`` or a ``system``."""
    by = By(actor, now, client_key, reason)
    return cast(
        PolicyMention | SystemMention, correct(by, _mention_kind(kind), item_id, expected_version, values, span)
    )


def correct_clause(
    *,
    actor: Account,
    now: datetime,
    item_id: int,
    expected_version: int,
    values: ClauseValues,
    reason: str = "",
    client_key: str = "",
) -> Clause:
    """As :func:`correct_target`, for the number and heading of a clause."""
    by = By(actor, now, client_key, reason)
    return cast(Clause, correct(by, ItemKind.CLAUSE, item_id, expected_version, values, None))


@transaction.atomic
def correct(by: By, kind: str, item_id: int, expected_version: int, values: Values, span: Span | None) -> Item:
    """The one way in which an item gets new values; for the functions above and for sheets."""
    require(account=by.actor, permission="plans.correct")
    plan, item = lock_item(kind=kind, item_id=item_id)
    columns = columns_from(values, refusal=UnableToCorrectItem)
    if _is_sent_again(plan, by, item, columns, span):
        return item
    require_plan_state(plan, PlanState.REVIEW)
    require_item_version(item, expected_version)
    if item.state == ItemState.REJECTED:
        raise WrongState(_("这一项已经剔除，不能更正。请先恢复，再作更改。"), state=item.state)
    before = columns_of(item, kind)
    if isinstance(item, Finding):
        if item.state == ItemState.LOST and span is None:
            raise UnableToCorrectItem(
                _("这一项的原话在新的原文里找不到了。请先在原文中选取对应的文字，再保存。"),
                code="span-missing",
                field="span",
            )
        if span is not None:
            _place(plan, item, span, UnableToCorrectItem)
    elif item.state == ItemState.LOST:
        raise WrongState(
            _("这一条在新的原文里找不到了，不能更正。请剔除它，需要时在原文中重新拆分出条目。"), state=item.state
        )
    for name, value in columns.items():
        setattr(item, name, value)
    after = columns_of(item, kind)
    if before == after and item.state != ItemState.LOST:
        return _confirm(by, plan, item)
    before["state"] = item.state
    move_item(item, ItemState.CORRECTED)
    after["state"] = item.state
    touch_item(item, by)
    item.save()
    _follow_up(plan, item)
    _write(plan, by, "correct", item, before, after)
    return item


def _is_sent_again(plan: Plan, by: By, item: Item, columns: Mapping[str, Any], span: Span | None) -> bool:
    """Whether this press has been answered already. What it did not change then must still be as it asks."""
    words = {} if span is None else {"span": _tightened(plan, span)}
    sent = earlier(plan, by, "correct", "confirm", kind=item.kind, item_id=item.pk, values={**columns, **words})
    if sent is None:
        return False
    now = columns_of(item, item.kind)
    return all(name in sent.after or now[name] == plain(value) for name, value in columns.items())


def put_back(by: By, plan: Plan, item: Item, columns: Mapping[str, Any]) -> None:
    """Gives an item back the columns that a correction took from it; for undoing a sheet."""
    names = list(columns)
    before = columns_of(item, item.kind) | {"state": item.state}
    for name in names:
        value = columns[name]
        if name == "span" and isinstance(item, Finding):
            _place(plan, item, (value[0], value[1]), UnableToCorrectItem)
        elif name == "due_on":
            item.due_on = day(value)  # type: ignore[attr-defined]  # Only kinds with this column have it among theirs.
        else:
            setattr(item, name, value)
    touch_item(item, by)
    item.save()
    _follow_up(plan, item)
    after = columns_of(item, item.kind) | {"state": item.state}
    _write(plan, by, "undo", item, {name: before[name] for name in names}, {name: after[name] for name in names})


def _follow_up(plan: Plan, item: Item) -> None:
    """Rows that repeat an item's content for questions."""
    if isinstance(item, Responsibility):
        ResponsibleUnit.objects.filter(responsibility=item).delete()
        ResponsibleUnit.objects.bulk_create(unit_rows(item))
    if isinstance(item, Clause):
        outline = Outline(plan)
        outline.relink()
        outline.save()


def _write(
    plan: Plan, by: By, verb: str, item: Item, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Correction:
    """Records the columns that differ."""
    names = [name for name in after if before.get(name) != after[name]] if before else list(after)
    _settle_lost_warnings(plan)
    return write_down(
        plan,
        by,
        code=f"plans.{item.kind}.{verb}",
        kind=item.kind,
        item_id=item.pk,
        summary=item_label(item),
        before={name: before[name] for name in names if name in before},
        after={name: after[name] for name in names},
        is_content=verb != "confirm",
    )


def _settle_lost_warnings(plan: Plan) -> None:
    """The warnings of lost corrections go once nothing is lost any more."""
    if not plan.warnings.filter(code=LOST_CORRECTION).exists():
        return
    if not any(
        model._default_manager.filter(plan=plan, state=ItemState.LOST).exists() for model in ITEM_MODELS.values()
    ):
        plan.warnings.filter(code=LOST_CORRECTION).delete()


def _place(plan: Plan, item: Finding, span: Span, refusal: type[UnableToCorrectItem] | type[UnableToAddItem]) -> None:
    """Sets the words of a finding and the clause that holds them."""
    start, end = span
    if not 0 <= start < end <= len(plan.text) or not plan.text[start:end].strip():
        raise refusal(_("没有选中文字。请在左边的原文中选取这一项的原话。"), code="span-empty", field="span")
    if end - start > MAX_QUOTE_LENGTH:
        raise refusal(
            _("选中了 %(length)s 个字，太长了，上限是 %(limit)s 个字。请只选这一项的原话。")
            % {"length": end - start, "limit": MAX_QUOTE_LENGTH},
            code="span-too-long",
            field="span",
        )
    start, end = _tightened(plan, span)
    item.span_start, item.span_end = start, end
    item.quote = plan.text[start:end]
    item.clause = innermost_clause(plan, start)


def _tightened(plan: Plan, span: Span) -> list[int]:
    """A span without the white space at its ends."""
    words = plan.text[span[0] : span[1]]
    return [span[0] + len(words) - len(words.lstrip()), span[0] + len(words.rstrip())]


def innermost_clause(plan: Plan, offset: int) -> Clause | None:
    """The innermost live clause that holds an offset; ``None`` in the preamble."""
    holding = plan.clauses.filter(span_start__lte=offset, span_end__gt=offset).exclude(
        state__in=(ItemState.REJECTED, ItemState.LOST)
    )
    return holding.order_by("-span_start", "-level").first()


@transaction.atomic
def correct_header(
    *,
    actor: Account,
    now: datetime,
    public_id: str,
    expected_version: int,
    values: HeaderValues,
    reason: str = "",
    client_key: str = "",
) -> Plan:
    """Gives the header new values; ``expected_version`` is the plan's ``header_version``.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToCorrectItem``.
    """
    by = By(actor, now, client_key, reason)
    require(account=actor, permission="plans.correct")
    plan = lock_plan(public_id=public_id)
    columns = columns_from(values, refusal=UnableToCorrectItem)
    if earlier(plan, by, "correct", kind=ItemKind.HEADER, values=columns):
        return plan
    require_plan_state(plan, PlanState.REVIEW)
    if plan.header_version != expected_version:
        last = plan.corrections.filter(kind=ItemKind.HEADER).select_related("made_by").first()
        name = last.made_by.name if last and last.made_by else _("系统")
        raise StaleVersion(
            _("%(name)s已先更改了基本信息，您的更改还没有保存。请对照他人的更改，再决定是否保存您的。")
            % {"name": name},
            kind=ItemKind.HEADER,
            item_id=plan.pk,
            current=columns_of(plan, ItemKind.HEADER),
            current_version=plan.header_version,
            changed_by_name=name,
            changed_at=last.made_at if last else plan.changed_at,
        )
    changed = [name for name in HEADER_FIELDS if getattr(plan, name) != columns[name]]
    if not changed:
        return plan
    before = {name: plain(getattr(plan, name)) for name in changed}
    for name in changed:
        setattr(plan, name, columns[name])
    plan.header_corrected = sorted({*plan.header_corrected, *changed})
    plan.header_version += 1
    write_down(
        plan,
        by,
        code="plans.header.correct",
        kind=ItemKind.HEADER,
        item_id=plan.pk,
        summary=plan.title,
        before=before,
        after={name: plain(columns[name]) for name in changed},
        plan_fields=(*changed, "header_corrected", "header_version"),
    )
    return plan


# --- add -------------------------------------------------------------------------------------------------------------


def add_target(
    *,
    actor: Account,
    now: datetime,
    public_id: str,
    span: Span,
    values: TargetValues,
    reason: str = "",
    client_key: str = "",
) -> Target:
    """Adds a target the reader missed; its words are those of ``span`` in the plan's text.

    Raises ``PermissionMissing``, ``WrongState``, ``UnableToAddItem``, ``Plan.DoesNotExist``.
    """
    return cast(Target, add(By(actor, now, client_key, reason), ItemKind.TARGET, public_id, span, values))


def add_deadline(
    *,
    actor: Account,
    now: datetime,
    public_id: str,
    span: Span,
    values: DeadlineValues,
    reason: str = "",
    client_key: str = "",
) -> Deadline:
    """As :func:`add_target`, for a deadline."""
    return cast(Deadline, add(By(actor, now, client_key, reason), ItemKind.DEADLINE, public_id, span, values))


def add_responsibility(
    *,
    actor: Account,
    now: datetime,
    public_id: str,
    span: Span,
    values: ResponsibilityValues,
    reason: str = "",
    client_key: str = "",
) -> Responsibility:
    """As :func:`add_target`, for the units of a clause."""
    by = By(actor, now, client_key, reason)
    return cast(Responsibility, add(by, ItemKind.RESPONSIBILITY, public_id, span, values))


def add_mention(
    *,
    actor: Account,
    now: datetime,
    kind: str,
    public_id: str,
    span: Span,
    values: MentionValues,
    reason: str = "",
    client_key: str = "",
) -> PolicyMention | SystemMention:
    """As :func:`add_target`, for a ``policy`` or a ``system``."""
    by = By(actor, now, client_key, reason)
    return cast(PolicyMention | SystemMention, add(by, _mention_kind(kind), public_id, span, values))


@transaction.atomic
def add(by: By, kind: str, public_id: str, span: Span, values: Values) -> Finding:
    """The one way in which a finding is added; for the functions above and for sheets."""
    require(account=by.actor, permission="plans.correct")
    plan = lock_plan(public_id=public_id)
    model = FINDING_MODELS[kind]
    columns = columns_from(values, refusal=UnableToAddItem)
    sent = earlier(plan, by, "add", kind=kind, values={**columns, "span": _tightened(plan, span)})
    if sent:
        return model._default_manager.get(pk=sent.item_id)
    require_plan_state(plan, PlanState.REVIEW)
    item = model(plan=plan, origin=Origin.PERSON, state=ItemState.CORRECTED, rule="person", **columns)
    _place(plan, item, span, UnableToAddItem)
    touch_item(item, by)
    item.version = 1
    item.save(force_insert=True)
    _follow_up(plan, item)
    _write(plan, by, "add", item, {}, columns_of(item, kind))
    return item


def _mention_kind(kind: str) -> ItemKind:
    if kind not in (ItemKind.POLICY, ItemKind.SYSTEM):
        raise ValueError(f"a mention is a policy or a system, not {kind!r}")
    return ItemKind(kind)


# --- confirm, reject, restore ----------------------------------------------------------------------------------------


@transaction.atomic
def confirm_item(
    *, actor: Account, now: datetime, kind: str, item_id: int, expected_version: int, client_key: str = ""
) -> Item:
    """Says that an item is right as it stands. Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``."""
    by = By(actor, now, client_key)
    require(account=actor, permission="plans.correct")
    plan, item = lock_item(kind=kind, item_id=item_id)
    if earlier(plan, by, "confirm", kind=kind, item_id=item_id):
        return item
    require_plan_state(plan, PlanState.REVIEW)
    require_item_version(item, expected_version)
    if item.state == ItemState.LOST:
        raise UnableToConfirmItem(
            _("这一项的原话在新的原文里找不到了，不能确认。请重新选取文字，或者剔除。"), code="lost"
        )
    return _confirm(by, plan, item)


def _confirm(by: By, plan: Plan, item: AnyItem) -> AnyItem:
    before = {"state": item.state}
    # A person's own words stay marked as such; to confirm them changes nothing but who looked last.
    if item.state == ItemState.REJECTED:
        raise WrongState(_("这一项已经剔除，不能确认。请先恢复。"), state=item.state)
    if item.state == ItemState.FOUND:
        move_item(item, ItemState.CONFIRMED)
    touch_item(item, by)
    item.save(update_fields=["state", "version", "changed_by", "changed_at"])
    _write(plan, by, "confirm", item, before, {"state": str(item.state)})
    return item


@transaction.atomic
def confirm_all_certain(*, actor: Account, now: datetime, public_id: str, threshold: float = CERTAIN) -> int:
    """Confirms every item nobody has looked at whose confidence is at least ``threshold``; returns how many.

    Raises ``PermissionMissing``, ``WrongState``, ``UnableToConfirmItem`` for a threshold outside 0.5 to 1.
    """
    require(account=actor, permission="plans.correct")
    plan = lock_plan(public_id=public_id)
    require_plan_state(plan, PlanState.REVIEW)
    if not 0.5 <= threshold <= 1:
        raise UnableToConfirmItem(_("把握程度的界线要在 0.5 到 1 之间。"), code="threshold", field="threshold")
    counts: dict[str, int] = {}
    for kind, model in ITEM_MODELS.items():
        rows = list(model._default_manager.filter(plan=plan, state=ItemState.FOUND, confidence__gte=threshold))
        for row in rows:
            row.state = ItemState.CONFIRMED
            touch_item(row, By(actor, now))
        model._default_manager.bulk_update(rows, ["state", "version", "changed_by", "changed_at"], batch_size=200)
        counts[str(kind)] = len(rows)
    total = sum(counts.values())
    if total:
        write_down(
            plan,
            By(actor, now),
            code="plans.plan.confirm_all_certain",
            kind=ItemKind.PLAN,
            item_id=plan.pk,
            summary=plan.title,
            after={"threshold": threshold, **counts},
            is_content=False,
        )
    return total


@transaction.atomic
def reject_item(
    *,
    actor: Account,
    now: datetime,
    kind: str,
    item_id: int,
    expected_version: int,
    reason: str = "",
    client_key: str = "",
) -> Item:
    """Takes an item out of the plan; it can be restored. A clause gives its words and findings to the clause before it.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToRejectItem``.
    """
    return reject(By(actor, now, client_key, reason), kind, item_id, expected_version)


@transaction.atomic
def reject(by: By, kind: str, item_id: int, expected_version: int) -> Item:
    """The one way in which an item is rejected; for :func:`reject_item` and for sheets."""
    require(account=by.actor, permission="plans.correct")
    plan, item = lock_item(kind=kind, item_id=item_id)
    if earlier(plan, by, "reject", kind=kind, item_id=item_id):
        return item
    require_plan_state(plan, PlanState.REVIEW)
    require_item_version(item, expected_version)
    before = {"state": item.state}
    if isinstance(item, Clause):
        require_no_commitments(item, UnableToRejectItem)
    if isinstance(item, Clause) and item.is_live:
        if plan.clauses.exclude(state__in=(ItemState.REJECTED, ItemState.LOST)).count() == 1:
            raise UnableToRejectItem(_("这是最后一个条目，不能剔除：要点至少要有一个条目。"), code="last-clause")
        outline = Outline(plan)
        item = outline.clause(item.pk)
        outline.absorb(item)
        outline.save()
    else:
        move_item(item, ItemState.REJECTED)
    touch_item(item, by)
    item.save()
    _write(plan, by, "reject", item, before, {"state": str(ItemState.REJECTED)})
    return item


@transaction.atomic
def restore_item(
    *, actor: Account, now: datetime, kind: str, item_id: int, expected_version: int, client_key: str = ""
) -> Item:
    """Takes a rejected item back into the plan; a clause gets its words and findings back.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToRestoreItem``.
    """
    return restore(By(actor, now, client_key), kind, item_id, expected_version)


@transaction.atomic
def restore(by: By, kind: str, item_id: int, expected_version: int) -> Item:
    """The one way in which an item is restored; for :func:`restore_item` and for undoing a sheet."""
    require(account=by.actor, permission="plans.correct")
    plan, item = lock_item(kind=kind, item_id=item_id)
    if earlier(plan, by, "restore", kind=kind, item_id=item_id):
        return item
    require_plan_state(plan, PlanState.REVIEW)
    require_item_version(item, expected_version)
    if item.state != ItemState.REJECTED:
        raise WrongState(_("这一项没有剔除，无需恢复。请刷新页面查看最新状态。"), state=item.state)
    back_to = _state_before_rejection(plan, item)
    if isinstance(item, Clause):
        outline = Outline(plan)
        item = outline.clause(item.pk)
        if item.span_start >= len(plan.text) or any(row.span_start == item.span_start for row in outline.live()):
            raise UnableToRestoreItem(
                _("这一条所在的位置已经是另一个条目，不能恢复。请在原文中重新拆分。"), code="place-taken"
            )
        outline.put_in(item, state=back_to)
        outline.save()
    elif isinstance(item, Finding) and plan.text[item.span_start : item.span_end] != item.quote:
        raise UnableToRestoreItem(
            _("这一项的原话在新的原文里找不到了，不能恢复。请在原文中选取文字，重新添加。"), code="words-gone"
        )
    else:
        move_item(item, back_to)
    touch_item(item, by)
    item.save()
    _write(plan, by, "restore", item, {"state": str(ItemState.REJECTED)}, {"state": str(back_to)})
    return item


def _state_before_rejection(plan: Plan, item: Item) -> str:
    """``corrected`` where a person made or changed the item, else ``confirmed`` or ``found`` as it was."""
    if item.origin == Origin.PERSON:
        return ItemState.CORRECTED
    last = plan.corrections.filter(kind=item.kind, item_id=item.pk, after__state=ItemState.REJECTED).first()
    state = str(last.before.get("state", ItemState.FOUND)) if last else str(ItemState.FOUND)
    return state if state in (ItemState.FOUND, ItemState.CONFIRMED, ItemState.CORRECTED) else ItemState.CORRECTED


@transaction.atomic
def dismiss_warning(
    *, actor: Account, now: datetime, warning_id: int, is_dismissed: bool = True, client_key: str = ""
) -> PlanWarning:
    """Says that a warning has been looked at, or takes that back. Raises ``PermissionMissing``, ``WrongState``."""
    by = By(actor, now, client_key)
    require(account=actor, permission="plans.correct")
    plan_id = PlanWarning.objects.values_list("plan_id", flat=True).get(pk=warning_id)
    plan = lock_plan(plan_id=plan_id)
    warning = PlanWarning.objects.get(pk=warning_id)
    verb = "dismiss" if is_dismissed else "reopen"
    is_sent_again = earlier(plan, by, verb, kind=ItemKind.WARNING, item_id=warning.pk)
    if is_sent_again or warning.is_dismissed == is_dismissed:
        return warning
    require_plan_state(plan, PlanState.REVIEW)
    warning.is_dismissed = is_dismissed
    warning.version += 1
    warning.save(update_fields=["is_dismissed", "version"])
    write_down(
        plan,
        by,
        code=f"plans.warning.{verb}",
        kind=ItemKind.WARNING,
        item_id=warning.pk,
        summary=warning.message,
        before={"is_dismissed": not is_dismissed},
        after={"is_dismissed": is_dismissed},
        is_content=False,
    )
    return warning
