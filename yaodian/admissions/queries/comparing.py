"""Rules side by side, for the office: which trials there are to be compared, and what came of a comparison. Counts, never a child."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from yaodian.admissions.models import TRYING, Catchment, Intake, Offer, PriorityClass, Quota, Run, RunKind, RunState
from yaodian.admissions.problem.comparing import NOWHERE, Column, from_bytes
from yaodian.admissions.problem.varying import Variant, quota_key
from yaodian.admissions.queries.progress import intake_at_desk, visible_intakes
from yaodian.organisations.queries import Visitor, may, names_of_units

# So many ways from school to school are listed, those of the most children first.
MOST_MOVES = 30


@dataclass(frozen=True)
class Rulebook:
    """The announced rules of an intake that a trial may change, with their words."""

    offers: Sequence[tuple[Offer, str]]
    classes: Sequence[PriorityClass]
    quotas: Sequence[tuple[str, Quota, str]]
    catchments: Sequence[Catchment]


@dataclass(frozen=True)
class ComparePage:
    """What may be compared, and the comparisons that were asked for. `is_open`: the intake is where trials may be made."""

    intake: Intake
    rules: Rulebook
    trials: Sequence[Run]
    comparisons: Sequence[Run]
    is_open: bool
    may_place: bool


def compare_page(*, account: Visitor, public_id: str, day: date) -> ComparePage:
    """A constant number of queries. Raises Intake.DoesNotExist."""
    intake = intake_at_desk(account=account, public_id=public_id)
    runs = Run.objects.filter(intake=intake).defer("inputs", "result").order_by("-pk")
    return ComparePage(
        intake=intake,
        rules=_rulebook(intake, day),
        trials=list(runs.filter(kind=RunKind.TRIAL).exclude(state=RunState.FAILED)[:50]),
        comparisons=list(runs.filter(kind=RunKind.COMPARISON)[:20]),
        is_open=intake.state in TRYING,
        may_place=may(account=account, permission="admissions.place", unit_id=intake.season.office_id),
    )


def _rulebook(intake: Intake, day: date) -> Rulebook:
    offers = list(Offer.objects.filter(intake=intake).order_by("pk"))
    names = names_of_units(ids=[offer.school_id for offer in offers], day=day)
    quotas = Quota.objects.filter(offer__intake=intake).select_related("offer", "criterion").order_by("offer", "step")
    return Rulebook(
        offers=[(offer, names.get(offer.school_id, "")) for offer in offers],
        classes=list(intake.classes.order_by("rank")),
        quotas=[(quota_key(one.offer, one), one, names.get(one.offer.school_id, "")) for one in quotas],
        catchments=list(intake.catchments.order_by("code")),
    )


@dataclass(frozen=True)
class Line:
    """A row of the table: a code that the page has words for, the wish where it is one, a count for each set of rules.

    `of` is what the counts are a share of, empty where they are none.
    """

    code: str
    counts: Sequence[int]
    of: Sequence[int] = ()
    wish: int = 0

    @property
    def cells(self) -> Sequence[tuple[int, int]]:
        """Each count with the number that it is a share of, 0 where it is none."""
        return list(zip(self.counts, self.of or [0] * len(self.counts), strict=True))


@dataclass(frozen=True)
class Moves:
    """Whence and whither children would go under a set of rules; «» is no school. `total`: how many, with those not listed."""

    label: str
    lines: Sequence[tuple[str, str, int]]
    total: int


@dataclass(frozen=True)
class ComparisonPage:
    """A comparison. `labels` name the sets of rules after the announced ones, `tried` what differs in each.

    `metres`: average and greatest way for each, None where no way is known. `schools` and `classes` have their numbers for each.
    """

    run: Run
    intake: Intake
    labels: Sequence[str]
    tried: Sequence[tuple[str, Sequence[str]]]
    is_drawn: bool
    lines: Sequence[Line]
    metres: Sequence[tuple[int, int] | None]
    schools: Sequence[tuple[str, Sequence[Sequence[int]]]]
    classes: Sequence[tuple[str, Sequence[Sequence[int]]]]
    moves: Sequence[Moves]


def comparison_page(*, account: Visitor, public_id: str, day: date) -> ComparisonPage:
    """A constant number of queries. Raises Run.DoesNotExist."""
    run = Run.objects.select_related("intake__season", "asked_by").get(
        public_id=public_id, kind=RunKind.COMPARISON, intake__in=visible_intakes(account)
    )
    rules = _rulebook(run.intake, day)
    names = {offer.public_id: school for offer, school in rules.offers}
    columns = from_bytes(bytes(run.result)) if run.result else ()
    seed = json.loads(bytes(run.inputs))["seed"] if run.inputs else ""
    return ComparisonPage(
        run=run,
        intake=run.intake,
        labels=[one["label"] for one in run.tallies["tried"]],
        tried=[(one["label"], _differences(Variant.from_json(one), rules)) for one in run.tallies["tried"]],
        is_drawn=not seed.startswith("trial:"),
        lines=_lines(columns),
        metres=[
            (round(one.metres / one.metres_known), one.metres_most) if one.metres_known else None for one in columns
        ],
        schools=[(school, [one.schools[offer] for one in columns]) for offer, school in names.items() if columns],
        classes=[(label, [one.classes[label] for one in columns]) for label in _labels(columns, rules)],
        moves=[_moves(one, names) for one in columns[1:]],
    )


def _labels(columns: Sequence[Column], rules: Rulebook) -> Sequence[str]:
    """Classes in the announced order, and last those whom no class fits («»), where there are any."""
    labels = [*dict.fromkeys(one.label for one in rules.classes), ""]
    return [label for label in labels if columns and all(label in one.classes for one in columns)]


def _lines(columns: Sequence[Column]) -> Sequence[Line]:
    if not columns:
        return ()

    def each(count: Callable[[Column], int]) -> list[int]:
        return [count(one) for one in columns]

    placed = each(lambda one: one.placed)
    children = each(lambda one: one.placed + one.unplaced)
    wishes = max(len(one.by_wish) for one in columns)
    by_wish = [[one.by_wish[at] if at < len(one.by_wish) else 0 for one in columns] for at in range(wishes)]
    return [
        Line("placed", placed, children),
        *(Line("wish", counts, children, wish=at + 1) for at, counts in enumerate(by_wish)),
        Line("quota", each(lambda one: one.quota)),
        Line("overflow", each(lambda one: one.overflow)),
        Line("unplaced", each(lambda one: one.unplaced), children),
        Line("nearby", each(lambda one: one.nearby), placed),
        Line("public", each(lambda one: one.public), placed),
        Line("drawn", each(lambda one: one.by_draw), each(lambda one: sum(one.by_wish))),
        Line("empty", each(lambda one: one.empty)),
        Line("gain", each(lambda one: one.gain)),
        Line("lose", each(lambda one: one.lose)),
    ]


def _moves(column: Column, names: Mapping[str, str]) -> Moves:
    lines = [
        ("" if whence == NOWHERE else names[whence], "" if whither == NOWHERE else names[whither], count)
        for whence, whither, count in column.moves[:MOST_MOVES]
    ]
    return Moves(column.label, lines, sum(count for _whence, _whither, count in column.moves))


def _differences(variant: Variant, rules: Rulebook) -> list[str]:
    """What a set of rules changes in the announced ones, in sentences."""
    schools = {offer.public_id: school for offer, school in rules.offers}
    said = [
        _("%(school)s：招生计划 %(before)s → %(after)s")
        % {"school": school, "before": offer.seats, "after": variant.seats[offer.public_id]}
        for offer, school in rules.offers
        if offer.public_id in variant.seats
    ]
    if variant.order:
        order = " → ".join(one.label for one in variant.ordered(rules.classes))
        said.append(_("优先顺序：%(order)s") % {"order": order})
    said += [
        _("%(school)s：“%(quota)s”名额 %(before)s → %(after)s")
        % {"school": school, "quota": quota.label, "before": quota.seats, "after": variant.quotas[key]}
        for key, quota, school in rules.quotas
        if key in variant.quotas
    ]
    said += [
        _("%(catchment)s：对口 %(schools)s")
        % {
            "catchment": catchment.label,
            "schools": _("、").join(schools[one] for one in variant.catchments[catchment.public_id]) or "—",
        }
        for catchment in rules.catchments
        if catchment.public_id in variant.catchments
    ]
    return said
