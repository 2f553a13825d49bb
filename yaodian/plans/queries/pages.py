"""What the page of a plan and the review page show, in a number of queries that does not grow with the plan."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from yaodian.organisations.queries import Visitor
from yaodian.plans.models import (
    FINDING_MODELS,
    ITEM_MODELS,
    LIVE_STATES,
    Clause,
    Deadline,
    Finding,
    Item,
    ItemKind,
    ItemState,
    Origin,
    Plan,
    PlanWarning,
    PolicyMention,
    Reading,
    ReadingState,
    Responsibility,
    SystemMention,
    Target,
)
from yaodian.plans.problem import item_label, part_of, searchable
from yaodian.plans.queries.lists import error_sentence
from yaodian.plans.queries.marking import Segment, TextLine, lines_of, segments_of
from yaodian.plans.queries.visibility import get_actions, is_staff, visible_plan, visible_plans

DOUBTFUL = 0.9


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A clause with its own words and what stands in them; ``clause`` is ``None`` for the preamble.

    ``label`` is the printed number, ``heading_text`` the heading (empty: none), ``body`` the own words after it, and
    ``segments`` the body with every item marked.
    """

    clause: Clause | None
    depth: int
    text: str
    label: str
    heading_text: str
    body: str
    segments: tuple[Segment, ...]
    children: tuple[ClauseView, ...]
    targets: tuple[Target, ...]
    deadlines: tuple[Deadline, ...]
    responsibilities: tuple[Responsibility, ...]
    policies: tuple[PolicyMention, ...]
    systems: tuple[SystemMention, ...]

    @property
    def has_items(self) -> bool:
        """Whether anything was found in its own words."""
        return any((self.targets, self.deadlines, self.responsibilities, self.policies, self.systems))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many live items of each kind a plan holds."""

    clauses: int
    targets: int
    deadlines: int
    units: int
    policies: int
    systems: int


@dataclass(frozen=True, slots=True)
class UnitCount:
    """A unit: its name as printed most often, its normalised name, and in how many clauses and plans it stands."""

    name: str
    norm: str
    clauses: int
    plans: int
    lead: int


@dataclass(frozen=True, slots=True)
class NameCount:
    """A policy or system and the clauses that name it."""

    name: str
    clauses: tuple[Clause, ...]
    number: int


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The page of a plan. ``siblings``: other visible plans of the same issuer or year, to compare with."""

    plan: Plan
    actions: frozenset[str]
    preamble: ClauseView
    clauses: tuple[ClauseView, ...]
    counts: Counts
    units: tuple[UnitCount, ...]
    policies: tuple[NameCount, ...]
    systems: tuple[NameCount, ...]
    siblings: tuple[Plan, ...]
    error: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as a reviewer sees it. ``label`` is short, ``detail`` says the rest; ``item`` is the row itself."""

    ref: str
    kind: str
    kind_label: str
    id: int
    version: int
    clause_id: int | None
    span: tuple[int, int]
    quote: str
    label: str
    detail: str
    state: str
    state_label: str
    origin: str
    confidence: float
    rule: str
    is_settled: bool
    is_doubtful: bool
    item: Item
    read: Mapping[str, Any] | None
    changed_by_name: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class DiffPart:
    """A piece of a changed text: ``=`` kept, ``-`` deleted, ``+`` inserted."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class ClauseDiff:
    """A clause that a second reading found ``added``, ``removed`` or ``changed``."""

    action: str
    path: str
    path_before: str
    heading: str
    diff: tuple[DiffPart, ...]


@dataclass(frozen=True, slots=True)
class ItemDiff:
    """An item that a second reading ``added``, ``removed``, ``changed``; ``kept`` or ``lost``: a person's own."""

    action: str
    kind: str
    kind_label: str
    label: str


@dataclass(frozen=True, slots=True)
class ReadingChanges:
    """What a second reading changed; ``number`` counts the readings of the plan."""

    number: int
    document_name: str
    requested_at: datetime
    is_same_text: bool
    clauses: tuple[ClauseDiff, ...]
    items: tuple[ItemDiff, ...]
    kept: int
    lost: int


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The review page: the document by lines with marks, the plan as a tree, and the items in two orders.

    ``items`` are the live ones in the order of the text, ``doubtful`` those nobody has looked at, least certain first.
    """

    plan: Plan
    actions: frozenset[str]
    lines: tuple[TextLine, ...]
    preamble: ClauseView
    clauses: tuple[ClauseView, ...]
    items: tuple[ItemView, ...]
    doubtful: tuple[ItemView, ...]
    rejected: tuple[ItemView, ...]
    lost: tuple[ItemView, ...]
    warnings: tuple[PlanWarning, ...]
    settled: int
    total: int
    changes: ReadingChanges | None
    error: str


@dataclass(frozen=True, slots=True)
class PlanRows:
    """All rows of one plan, as the pages, exports and comparisons take them."""

    plan: Plan
    clauses: tuple[Clause, ...]
    findings: Mapping[str, tuple[Finding, ...]]

    def live_clauses(self) -> list[Clause]:
        """Live clauses in the order of the document."""
        return [clause for clause in self.clauses if clause.is_live]

    def live_findings(self) -> list[Finding]:
        """Live findings of all kinds."""
        return [item for items in self.findings.values() for item in items if item.is_live]


def load_rows(plan: Plan, *, is_live_only: bool = False) -> PlanRows:
    """Clauses and findings of a plan in six queries."""
    wanted = {"plan": plan, **({"state__in": LIVE_STATES} if is_live_only else {})}
    clauses = tuple(Clause.objects.filter(**wanted).select_related("changed_by").defer("search_text"))
    findings = {
        kind: tuple(model._default_manager.filter(**wanted).select_related("changed_by"))
        for kind, model in FINDING_MODELS.items()
    }
    return PlanRows(plan, clauses, findings)


def get_plan_page(*, account: Visitor, public_id: str) -> PlanPage:
    """The page of a plan; raises ``Plan.DoesNotExist`` where the visitor may not know of it. Eight queries."""
    plan = visible_plan(account, public_id)
    rows = load_rows(plan, is_live_only=True)
    preamble, clauses = clause_tree(rows)
    by_id = {clause.pk: clause for clause in rows.clauses}
    findings = rows.findings
    units = units_of(
        (item, item.clause_id, plan.pk)
        for item in findings[ItemKind.RESPONSIBILITY]
        if isinstance(item, Responsibility)
    )
    return PlanPage(
        plan=plan,
        actions=get_actions(account=account, plan=plan),
        preamble=preamble,
        clauses=clauses,
        counts=Counts(
            clauses=len(rows.clauses),
            targets=len(findings[ItemKind.TARGET]),
            deadlines=len(findings[ItemKind.DEADLINE]),
            units=len(units),
            policies=len(findings[ItemKind.POLICY]),
            systems=len(findings[ItemKind.SYSTEM]),
        ),
        units=units,
        policies=_names(findings[ItemKind.POLICY], by_id),
        systems=_names(findings[ItemKind.SYSTEM], by_id),
        siblings=_siblings(account, plan),
        error=error_sentence(plan),
    )


def get_review_page(*, account: Visitor, public_id: str) -> ReviewPage:
    """The review page. Only for those who work on plans; else ``Plan.DoesNotExist``. Nine queries."""
    if not is_staff(account):
        raise Plan.DoesNotExist
    plan = visible_plan(account, public_id)
    rows = load_rows(plan)
    preamble, clauses = clause_tree(rows)
    every: list[Item] = [*rows.clauses, *(item for items in rows.findings.values() for item in items)]
    views = sorted((view_of(item) for item in every), key=lambda view: (view.span, view.kind, view.id))
    live = tuple(view for view in views if view.item.is_live)
    reading = plan.readings.select_related("document").defer("raw").filter(state=ReadingState.DONE).first()
    warnings = tuple(plan.warnings.all())
    return ReviewPage(
        plan=plan,
        actions=get_actions(account=account, plan=plan),
        lines=lines_of(plan.text, rows.live_clauses(), [*rows.live_findings(), *_marked(warnings)]),
        preamble=preamble,
        clauses=clauses,
        items=live,
        doubtful=doubtful_first(view for view in live if not view.is_settled),
        rejected=tuple(view for view in views if view.state == ItemState.REJECTED),
        lost=tuple(view for view in views if view.state == ItemState.LOST),
        warnings=warnings,
        settled=sum(view.is_settled for view in live),
        total=len(live),
        changes=_changes(reading) if reading else None,
        error=error_sentence(plan),
    )


def _marked(warnings: Iterable[PlanWarning]) -> list[PlanWarning]:
    """The open warnings that point at words."""
    return [row for row in warnings if not row.is_dismissed and row.span_start < row.span_end]


def doubtful_first(views: Iterable[ItemView]) -> tuple[ItemView, ...]:
    """Least certain first; equally certain ones in the order of the text."""
    return tuple(sorted(views, key=lambda view: (view.confidence, view.span, view.kind, view.id)))


def get_item(*, account: Visitor, kind: str, item_id: int) -> ItemView:
    """One item, its plan selected along. Only for those who work on plans; else the model's ``DoesNotExist``."""
    model: type[Item] = ITEM_MODELS[kind]
    if not is_staff(account):
        raise model.DoesNotExist
    return view_of(model._default_manager.select_related("changed_by", "plan").get(pk=item_id))


def get_reading_changes(*, account: Visitor, public_id: str, number: int | None = None) -> ReadingChanges | None:
    """What a reading (by default the latest) changed; ``None`` where there was none before it.

    Only for those who work on plans; else ``Plan.DoesNotExist``.
    """
    if not is_staff(account):
        raise Plan.DoesNotExist
    plan = visible_plan(account, public_id)
    readings = plan.readings.select_related("document").defer("raw").filter(state=ReadingState.DONE)
    if number is not None:
        readings = readings.filter(number=number)
    reading = readings.first()
    return _changes(reading) if reading else None


# --- building --------------------------------------------------------------------------------------------------------


def view_of(item: Item) -> ItemView:
    """An item as a reviewer sees it; ``changed_by`` should be selected along."""
    is_settled = item.is_settled
    return ItemView(
        ref=item.ref,
        kind=str(item.kind),
        kind_label=str(ItemKind(item.kind).label),
        id=item.pk,
        version=item.version,
        clause_id=item.clause_id if isinstance(item, Finding) else None,
        span=item.span,
        quote=item.quote if isinstance(item, Finding) else str(item),
        label=item_label(item),
        detail=detail_of(item),
        state=item.state,
        state_label=str(ItemState(item.state).label),
        origin=item.origin,
        confidence=item.confidence,
        rule=item.rule,
        is_settled=is_settled,
        is_doubtful=not is_settled and item.confidence < DOUBTFUL,
        item=item,
        read=item.read,
        changed_by_name=item.changed_by.name if item.changed_by else "",
        changed_at=item.changed_at,
    )


def detail_of(item: Item) -> str:
    """What the label leaves out, in words."""
    parts: list[str] = []
    if isinstance(item, Target):
        if item.due_on:
            parts.append(_("%(day)s 前完成") % {"day": _day(item.due_on)})
        if item.per:
            parts.append(str(item.get_per_display()))
        if item.strength == "strive":
            parts.append(str(item.get_strength_display()))
        if item.is_implicit:
            parts.append(_("无明示数字"))
    elif isinstance(item, Deadline):
        parts.append(_day(item.due_on) if item.due_on else _("未定具体日期"))
    elif isinstance(item, Responsibility):
        if item.lead:
            parts.append(_("牵头：%(units)s") % {"units": "、".join(item.lead)})
        if item.support:
            parts.append(_("配合：%(units)s") % {"units": "、".join(item.support)})
    return " · ".join(parts)


def _day(value: date) -> str:
    return value.isoformat()


def clause_tree(rows: PlanRows) -> tuple[ClauseView, tuple[ClauseView, ...]]:
    """The preamble and the clauses at the top, each with its children; live rows only."""
    live = rows.live_clauses()
    known = {clause.pk for clause in live}
    text = rows.plan.text
    items: dict[int | None, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in rows.live_findings():
        home = finding.clause_id if finding.clause_id in known else None
        items[home][finding.kind].append(finding)
    children: dict[int | None, list[Clause]] = defaultdict(list)
    for clause in live:
        children[clause.parent_id if clause.parent_id in known else None].append(clause)
    built: dict[int, ClauseView] = {}
    # From the last clause to the first: a child stands behind its parent, so it is built before it.
    depths = _depths(children)
    for clause in reversed(live):
        below = tuple(built[child.pk] for child in children[clause.pk])
        built[clause.pk] = _clause_view(clause, text, depths[clause.pk], items[clause.pk], below)
    first = live[0].span_start if live else len(text)
    preamble = ClauseView(
        None,
        0,
        text[:first].strip(),
        "",
        "",
        text[:first].strip(),
        segments_of(text, 0, first, _flat(items[None])),
        (),
        **_grouped(items[None]),
    )
    return preamble, tuple(built[clause.pk] for clause in children[None])


def _depths(children: Mapping[int | None, list[Clause]]) -> dict[int, int]:
    depths: dict[int, int] = {}
    waiting: list[tuple[Clause, int]] = [(clause, 0) for clause in children.get(None, [])]
    while waiting:
        clause, depth = waiting.pop()
        depths[clause.pk] = depth
        waiting += [(child, depth + 1) for child in children.get(clause.pk, [])]
    return depths


def _clause_view(
    clause: Clause, text: str, depth: int, items: Mapping[str, list[Finding]], children: tuple[ClauseView, ...]
) -> ClauseView:
    own = text[clause.span_start : clause.own_end]
    label, heading, body_start = _split_heading(own, clause.heading, clause.number)
    if clause.origin == Origin.PERSON and clause.number not in label:
        # A person gave the clause a number that is not printed: no printed word may be taken for it.
        label, heading, body_start = clause.number, clause.heading, 0
    begin = clause.span_start + body_start
    return ClauseView(
        clause=clause,
        depth=depth,
        text=own,
        label=label,
        heading_text=heading,
        body=own[body_start:].strip(),
        segments=segments_of(text, begin, clause.own_end, _flat(items)) if begin < clause.own_end else (),
        children=children,
        **_grouped(items),
    )


def _split_heading(own: str, heading: str, number: str) -> tuple[str, str, int]:
    """Printed number, heading, and where the body begins in a clause's own words."""
    at = own.find(heading) if heading else -1
    if 0 <= at <= len(number) + 12:
        end = at + len(heading)
        while end < len(own) and (own[end].isspace() or own[end] in "。.:："):
            end += 1
        return own[:at].strip(), heading, end
    end = own.find(number) + len(number) if number in own[: len(number) + 12] else 0
    while end < len(own) and (own[end].isspace() or own[end] in "、.．,，)）】"):
        end += 1
    return own[:end].strip() or number, heading, end


def _flat(items: Mapping[str, list[Finding]]) -> list[Finding]:
    return [item for group in items.values() for item in group]


def _grouped(items: Mapping[str, list[Finding]]) -> dict[str, Any]:
    names = {
        "targets": ItemKind.TARGET,
        "deadlines": ItemKind.DEADLINE,
        "responsibilities": ItemKind.RESPONSIBILITY,
        "policies": ItemKind.POLICY,
        "systems": ItemKind.SYSTEM,
    }
    return {name: tuple(items.get(kind, ())) for name, kind in names.items()}


def units_of(rows: Iterable[tuple[Responsibility, int | None, int]]) -> tuple[UnitCount, ...]:
    """Units with counts from (responsibility, clause, plan), those in most clauses first."""
    printed: dict[str, Counter[str]] = defaultdict(Counter)
    clauses: dict[str, set[Any]] = defaultdict(set)
    plans: dict[str, set[int]] = defaultdict(set)
    lead: dict[str, set[Any]] = defaultdict(set)
    for row, clause_id, plan_id in rows:
        for name in row.units:
            norm = searchable(name)[:120]
            printed[norm][name] += 1
            clauses[norm].add((plan_id, clause_id))
            plans[norm].add(plan_id)
            if part_of(row, name) == "lead":
                lead[norm].add((plan_id, clause_id))
    counted = [
        UnitCount(printed[norm].most_common(1)[0][0], norm, len(clauses[norm]), len(plans[norm]), len(lead[norm]))
        for norm in printed
    ]
    return tuple(sorted(counted, key=lambda unit: (-unit.clauses, unit.norm)))


def _names(items: Iterable[Finding], clauses: Mapping[int, Clause]) -> tuple[NameCount, ...]:
    printed: dict[str, str] = {}
    homes: dict[str, list[Clause]] = defaultdict(list)
    number: Counter[str] = Counter()
    for item in items:
        if not isinstance(item, PolicyMention | SystemMention):
            continue
        norm = searchable(item.name)
        printed.setdefault(norm, item.name)
        number[norm] += 1
        clause = clauses.get(item.clause_id or 0)
        if clause is not None and clause not in homes[norm]:
            homes[norm].append(clause)
    return tuple(
        NameCount(printed[norm], tuple(homes[norm]), number[norm])
        for norm in sorted(printed, key=lambda norm: (-number[norm], printed[norm]))
    )


def _siblings(account: Visitor, plan: Plan) -> tuple[Plan, ...]:
    """Up to twelve other plans to compare with: the same issuer's first, then those of the same year."""
    others = visible_plans(account).exclude(pk=plan.pk).exclude(title="")
    others = others.filter(issuer=plan.issuer) | others.filter(year=plan.year)
    found = list(others.only("public_id", "title", "issuer", "year", "state").order_by("-year", "issuer", "-pk")[:60])
    found.sort(key=lambda other: other.issuer != plan.issuer)
    return tuple(found[:12])


def _changes(reading: Reading) -> ReadingChanges | None:
    if not reading.changes:
        return None
    signs = {"keep": "=", "delete": "-", "insert": "+"}
    actions = Counter(item["action"] for item in reading.changes["items"])
    return ReadingChanges(
        number=reading.number,
        document_name=reading.document.name,
        requested_at=reading.requested_at,
        is_same_text=reading.changes["is_same_text"],
        clauses=tuple(
            ClauseDiff(
                row["move"],
                row["path"],
                row["path_before"],
                row["heading"],
                tuple(DiffPart(signs[operation], text) for operation, text in row["pieces"]),
            )
            for row in reading.changes["clauses"]
        ),
        items=tuple(
            ItemDiff(row["action"], row["kind"], str(ItemKind(row["kind"]).label), row["label"])
            for row in reading.changes["items"]
        ),
        kept=actions["kept"],
        lost=actions["lost"],
    )
