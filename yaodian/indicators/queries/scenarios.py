"""Scenarios as pages: a county as it was reported beside the same county after changes, both judged by the same rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from yaodian.engines import rules
from yaodian.indicators.models import Scenario, Verdict
from yaodian.indicators.problem import (
    County,
    Presented,
    Spread,
    Value,
    day_of,
    facts_of,
    judge,
    load,
    present,
    word_of,
)
from yaodian.organisations.models import Unit, UnitKind
from yaodian.organisations.queries import Visitor, may, named, scope_of
from yaodian.registry.queries import years_reported
from yaodian.statutes.changes import BadChange, Change
from yaodian.statutes.comparison import Comparison, SchoolTurn, Turn, compare
from yaodian.statutes.costs import PRICES, CostLine, Costs, cost
from yaodian.statutes.declare import BOOK
from yaodian.statutes.monitored import MONITORED, Statute
from yaodian.statutes.scenarios import Effect, UnableToApply, apply
from yaodian.statutes.verdicts import STAGES, CountyVerdict, Scope

VIEW = "indicators.view"
PLAN = "indicators.plan"
# Statutes with indicators of schools; the others have nothing that a change of a school would move.
PLANNED = ("quality_balance", "basic_balance")
MOST_FINDINGS = 12
MOST_NEEDS = 60
MOST_TOUCHED = 20
ORDER = (Verdict.FAILS.value, Verdict.UNDECIDED.value, Verdict.MEETS.value)


# --- What the kept changes do ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tried:
    """One kept change: what it did, or in words why it can no longer be done."""

    number: int
    kept: Mapping[str, Any]
    change: Change | None
    effect: Effect | None
    problem: str = ""

    @property
    def sentence(self) -> str:
        return self.effect.sentence if self.effect else ""

    @property
    def label(self) -> str:
        return self.change.label if self.change else str(self.kept.get("kind", ""))


@dataclass(frozen=True)
class After:
    """A county after those kept changes that can be done; the others are passed over and say why."""

    county: County
    tried: tuple[Tried, ...]

    @property
    def done(self) -> tuple[Change, ...]:
        return tuple(one.change for one in self.tried if one.change is not None and one.effect is not None)

    @property
    def failed(self) -> tuple[Tried, ...]:
        return tuple(one for one in self.tried if one.effect is None)


def try_out(county: County, kept: Sequence[Mapping[str, Any]]) -> After:
    """The changes on the county, one after the other. One that cannot be done leaves everything as it was."""
    try:
        changes = [Change.from_json(given) for given in kept]
        applied = apply(county.rows, changes, county=county.figures, by_stage=county.by_stage)
    except (BadChange, UnableToApply):
        return _try_each(county, kept)
    tried = [
        Tried(number, given, change, effect)
        for number, (given, change, effect) in enumerate(zip(kept, changes, applied.effects, strict=True), 1)
    ]
    return After(replace(county, rows=applied.rows, figures=applied.county, by_stage=applied.by_stage), tuple(tried))


def _try_each(county: County, kept: Sequence[Mapping[str, Any]]) -> After:
    """As `try_out`, each by itself, since not all can be done."""
    rows, figures, by_stage = county.rows, county.figures, county.by_stage
    tried = []
    for number, given in enumerate(kept, 1):
        change = None
        try:
            change = Change.from_json(given)
            applied = apply(rows, [change], county=figures, by_stage=by_stage)
        except BadChange as bad:
            tried.append(Tried(number, given, None, None, str(bad)))
        except UnableToApply as unable:
            tried.append(Tried(number, given, change, None, f"{unable.why}；{unable.what_to_do}"))
        else:
            rows, figures, by_stage = applied.rows, applied.county, applied.by_stage
            tried.append(Tried(number, given, change, applied.effects[0]))
    return After(replace(county, rows=rows, figures=figures, by_stage=by_stage), tuple(tried))


def load_county(scenario: Scenario) -> tuple[Statute, County]:
    """The county of a scenario (with `county` fetched) as it was reported. As many queries as `problem.load`."""
    statute = MONITORED[scenario.statute]
    found = load(statute=statute, counties={scenario.county_id: scenario.county.code}, year=scenario.year)
    return statute, found[scenario.county_id]


# --- The list of a county --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ScenarioList:
    """A county's scenarios, the last changed first, and what a new one may be of."""

    county: Unit
    scenarios: tuple[Scenario, ...]
    years: tuple[int, ...]
    may_plan: bool


def find_scenario(*, account: Visitor, county: str, scenario: str, permission: str = VIEW) -> Scenario:
    """A scenario of a county in the account's reach. Raises Scenario.DoesNotExist."""
    scope = scope_of(account=account, permission=permission)
    rows = scope.rows(Scenario.objects.select_related("county", "made_by"), unit="county_id")
    return rows.get(public_id=scenario, county__public_id=county)


def scenario_list(*, account: Visitor, county: str, today: date) -> ScenarioList:
    """The scenarios of a county. A constant number of queries. Raises Unit.DoesNotExist."""
    scope = scope_of(account=account, permission=VIEW)
    counties = scope.rows(Unit.objects.filter(kind=UnitKind.COUNTY), unit="pk")
    unit = named(counties, day=today).get(public_id=county)
    rows = tuple(Scenario.objects.filter(county=unit).select_related("made_by"))
    years = tuple(year for year in reversed(years_reported()) if day_of(year) <= today)
    return ScenarioList(unit, rows, years, may(account=account, permission=PLAN, unit_id=unit.pk))


# --- One scenario ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """One stage of a school as it stands after the changes."""

    code: str
    stage: str
    school: str

    @property
    def key(self) -> str:
        return f"{self.code}|{self.stage}"

    @property
    def label(self) -> str:
        return f"{self.school}（{STAGES.get(self.stage, self.stage)}）"


@dataclass(frozen=True)
class ItemLine:
    """An item before and after, `turned` as a word of TURNS, with what still fails or turned, at most MOST_FINDINGS."""

    number: str
    label: str
    before: str
    after: str
    turned: str
    failing: tuple[int, int]
    texts: tuple[str, ...]
    left_off: int

    @property
    def is_quiet(self) -> bool:
        """It meets, and did before."""
        return self.turned == "same" and self.after == Verdict.MEETS


@dataclass(frozen=True)
class ValueLine:
    """An indicator of a touched school, before and after, in words."""

    label: str
    before: str
    after: str
    standing_before: str
    standing_after: str
    is_changed: bool
    lacking: str


@dataclass(frozen=True)
class TouchedSchool:
    """One stage of a school that a change touched; its verdict is empty on the side where it is not there."""

    name: str
    before: str
    after: str
    values: tuple[ValueLine, ...]


@dataclass(frozen=True)
class SpreadLine:
    """A coefficient of variation before and after."""

    label: str
    stage: str
    before: str
    after: str
    limit: str
    standing_before: str
    standing_after: str
    turned: str


@dataclass(frozen=True)
class Lack:
    """A stage of a school that does not meet item 1.1 after the changes, and what is missing, in words."""

    place: Place
    texts: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Price:
    """A price that the form asks for; `is_needed` where a change of the scenario uses it."""

    name: str
    label: str
    unit: str
    value: str
    is_needed: bool


@dataclass(frozen=True)
class Choices:
    """What the forms of changes offer: places, schools, and the figures of schools and of the county."""

    places: tuple[Place, ...]
    schools: tuple[tuple[str, str], ...]
    school_figures: tuple[tuple[str, str], ...]
    county_figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ScenarioPage:
    """A scenario with everything its page shows."""

    scenario: Scenario
    county: Unit
    may_plan: bool
    tried: tuple[Tried, ...]
    failed: tuple[Tried, ...]
    before: str
    after: str
    turned: str
    obstacles: tuple[str, ...]
    items: tuple[ItemLine, ...]
    schools: tuple[SchoolTurn, ...]
    touched: tuple[TouchedSchool, ...]
    more_touched: int
    spreads: tuple[SpreadLine, ...]
    lacking: tuple[Lack, ...]
    more_lacking: int
    costs: Costs
    prices: tuple[Price, ...]
    choices: Choices
    is_judged: bool
    has_returns: bool
    """`is_judged`: whether the statute asks something of each school, so that something can be suggested."""

    def counted(self, turned: str) -> int:
        return sum(item.turned == turned for item in self.items)

    @property
    def open_items(self) -> tuple[ItemLine, ...]:
        """Those that turned, or do not meet."""
        return tuple(item for item in self.items if not item.is_quiet)

    @property
    def quiet_items(self) -> tuple[ItemLine, ...]:
        return tuple(item for item in self.items if item.is_quiet)

    @property
    def better(self) -> int:
        return self.counted("better")

    @property
    def worse(self) -> int:
        return self.counted("worse")

    @property
    def cost_lines(self) -> tuple[CostLine, ...]:
        return self.costs.lines


@dataclass(frozen=True)
class ScenarioChoices:
    """A scenario and what the forms of changes offer, without a verdict."""

    scenario: Scenario
    choices: Choices
    may_plan: bool


TURNS: Mapping[Turn, str] = {
    Turn.BETTER: "better",
    Turn.WORSE: "worse",
    Turn.SAME: "same",
    Turn.NEW: "new",
    Turn.GONE: "gone",
}


def scenario_page(*, account: Visitor, county: str, scenario: str, today: date, has_all: bool = False) -> ScenarioPage:
    """One scenario; of the touched schools the first MOST_TOUCHED, unless `has_all`.

    A constant number of queries, however many schools and changes. Raises Scenario.DoesNotExist.
    """
    row = find_scenario(account=account, county=county, scenario=scenario)
    unit = named(Unit.objects.filter(pk=row.county_id), day=today).get()
    statute, before = load_county(row)
    after = try_out(before, row.changes)
    verdict_before = judge(statute=statute, county=before)
    verdict_after = judge(statute=statute, county=after.county) if after.done else verdict_before
    every = _touched(after)
    keys = every if has_all else every[:MOST_TOUCHED]
    shown_before = present(statute=statute, county=_only(before, keys), found=verdict_before)
    shown_after = present(statute=statute, county=_only(after.county, keys), found=verdict_after)
    found = compare(verdict_before, verdict_after)
    costs = _costs(after, row.prices)
    lacking = _lacking(verdict_after)
    return ScenarioPage(
        scenario=row,
        county=unit,
        may_plan=may(account=account, permission=PLAN, unit_id=row.county_id),
        tried=after.tried,
        failed=after.failed,
        before=word_of(verdict_before.standing),
        after=word_of(verdict_after.standing),
        turned=TURNS[found.turned],
        obstacles=verdict_after.obstacles,
        items=_items(found),
        schools=tuple(one for one in found.schools if one.better or one.worse or one.turned is not Turn.SAME),
        touched=_schools(statute, before, after, keys, shown_before, shown_after),
        more_touched=len(every) - len(keys),
        spreads=_spreads(
            [*_means(verdict_before), *shown_before.spreads], [*_means(verdict_after), *shown_after.spreads]
        ),
        lacking=tuple(lacking[:MOST_NEEDS]),
        more_lacking=max(len(lacking) - MOST_NEEDS, 0),
        costs=costs,
        prices=_prices(row.prices, costs),
        choices=_choices(statute, after.county),
        is_judged=statute.code == "quality_balance",
        has_returns=bool(before.rows),
    )


def scenario_choices(*, account: Visitor, county: str, scenario: str) -> ScenarioChoices:
    """What a form of a change needs. A constant number of queries. Raises Scenario.DoesNotExist."""
    row = find_scenario(account=account, county=county, scenario=scenario)
    statute, before = load_county(row)
    choices = _choices(statute, try_out(before, row.changes).county)
    return ScenarioChoices(row, choices, may(account=account, permission=PLAN, unit_id=row.county_id))


def _touched(after: After) -> list[tuple[str, str]]:
    """Stages of schools that a change touched, in the order of the changes."""
    keys: dict[tuple[str, str], None] = {}
    for one in after.tried:
        for figure in one.effect.figures if one.effect else ():
            if figure.code:
                keys[figure.code, figure.stage] = None
    return list(keys)


def _only(county: County, keys: Sequence[tuple[str, str]]) -> County:
    wanted = set(keys)
    return replace(county, rows=[row for row in county.rows if (row["code"], row["stage"] or "") in wanted])


def _items(found: Comparison) -> tuple[ItemLine, ...]:
    lines = []
    for one in found.items:
        texts = []
        for each in one.findings:
            fails = each.after is not None and each.after.standing is not rules.Standing.MEETS
            if each.turned is not Turn.SAME or fails:
                result = each.after if each.after is not None else each.before
                said = f"{each.of}：{result}" if each.of else str(result)
                texts.append(f"（{each.turned}）{said}" if each.turned is not Turn.SAME else said)
        lines.append(
            ItemLine(
                one.item.number, one.item.label, word_of(one.before) if one.before else "",
                word_of(one.after) if one.after else "", TURNS[one.turned], one.failing,
                tuple(texts[:MOST_FINDINGS]), max(len(texts) - MOST_FINDINGS, 0),
            )
        )  # fmt: skip
    return tuple(lines)


def _schools(
    statute: Statute,
    before: County,
    after: After,
    keys: Sequence[tuple[str, str]],
    shown_before: Presented,
    shown_after: Presented,
) -> tuple[TouchedSchool, ...]:
    names = {
        (str(row["code"]), str(row["stage"] or "")): str(row["school"])
        for county in (before, after.county)
        for row in county.rows
    }
    old = {(one.code, one.stage): one for one in shown_before.standings}
    new = {(one.code, one.stage): one for one in shown_after.standings}
    units = {each.code.rpartition(".")[2]: (each.label, each.unit) for each in statute.indicators}
    # 基本均衡 asks nothing of a school by itself.
    is_judged = statute.code == "quality_balance"
    found = []
    for key in keys:
        then, now = old.get(key), new.get(key)
        if then is None and now is None:
            continue
        found.append(
            TouchedSchool(
                Place(*key, names.get(key, key[0])).label,
                then.verdict if then and is_judged else "",
                now.verdict if now and is_judged else "",
                tuple(
                    _value(*units[name], is_judged, *(one.values.get(name) if one else None for one in (then, now)))
                    for name in units
                ),
            )
        )
    return tuple(found)


def _value(label: str, unit: str, is_judged: bool, old: Value | None, new: Value | None) -> ValueLine:
    lacking = ""
    if new and new["standing"] == Verdict.FAILS and new["needed"]:
        lacking = f"{new['lever']}还差{_said(new['needed'])}{new['unit']}"
    elif new and new["reason"]:
        lacking = new["reason"]
    return ValueLine(
        label, _value_said(old, unit), _value_said(new, unit), old["standing"] if old and is_judged else "",
        new["standing"] if new and is_judged else "", (old or {}).get("exact") != (new or {}).get("exact"), lacking,
    )  # fmt: skip


def _value_said(value: Value | None, unit: str) -> str:
    """Four places behind the point below 1, where two would hide a change."""
    if value is None or not value["exact"]:
        return ""
    number = Fraction(value["exact"])
    if unit == "%":
        return rules.shown(number * 100, 2) + "%"
    return rules.shown(number, 2 if abs(number) >= 1 else 4)


def _said(exact: str) -> str:
    return rules.shown(Fraction(exact), 2)


def _spreads(before: Sequence[Spread], after: Sequence[Spread]) -> tuple[SpreadLine, ...]:
    def keyed(given: Sequence[Spread]) -> dict[tuple[str, str], Spread]:
        return {(one["stage"], one["indicator"]): one for one in given}

    old, new = keyed(before), keyed(after)
    lines = []
    for key in sorted(dict.fromkeys([*old, *new]), key=lambda key: list(STAGES).index(key[0])):
        then, now = old.get(key), new.get(key)
        known = now or then
        assert known is not None
        has_limit = bool(known["limit"])
        step = ORDER.index(now["standing"]) - ORDER.index(then["standing"]) if now and then else 0
        lines.append(
            SpreadLine(
                known["label"], STAGES.get(known["stage"], known["stage"]), then["value"] if then else "",
                now["value"] if now else "", known["limit"], then["standing"] if then and has_limit else "",
                now["standing"] if now and has_limit else "", "better" if step > 0 else "worse" if step < 0 else "same",
            )
        )  # fmt: skip
    return tuple(lines)


def _means(found: CountyVerdict) -> list[Spread]:
    """Of a statute that limits the mean of several coefficients: the means, which `Presented` holds as findings only."""
    made = []
    for verdict in found.items:
        for finding in verdict.findings if verdict.item.scope is Scope.SPREAD else ():
            result = finding.result
            if any(part.indicator.rpartition(".")[2].startswith("variation") for part in result.details):
                value = result.value if isinstance(result, rules.Computed) else None
                limit = next((figure.number for figure in result.figures), None)
                made.append(
                    Spread(
                        indicator=result.indicator,
                        label=result.label,
                        stage=finding.key[1],
                        standing=word_of(result.standing),
                        value="" if value is None else str(round(float(value), 6)),
                        limit="" if limit is None else str(round(float(limit), 6)),
                        reason="",
                    )
                )
    return made


def _lacking(found: CountyVerdict) -> list[Lack]:
    """Stages of schools that do not meet item 1.1, those that lack most indicators last."""
    made = []
    for verdict in found.items:
        if verdict.item.number != "1.1" or verdict.item.scope is not Scope.SCHOOL:
            continue
        for finding in verdict.findings:
            if finding.result.standing is rules.Standing.MEETS:
                continue
            place = Place(*finding.key, finding.of.removesuffix(STAGES.get(finding.key[1], "")))
            reasons = [str(part) for part in finding.result.details if isinstance(part, rules.NotComputable)]
            made.append(Lack(place, tuple(_lacks(finding.result)), "；".join(reasons[:2])))
    return sorted(made, key=lambda one: (len(one.texts), bool(one.reason)))


def _lacks(result: rules.Result) -> list[str]:
    said = []
    for part in result.details:
        verdict = part.verdict if isinstance(part, rules.Computed) else None
        if verdict is not None and not verdict.meets and verdict.needed is not None:
            said.append(f"{verdict.lever or part.label}还差{rules.shown(verdict.needed, 2)}{verdict.lever_unit}")
    return said


def _costs(after: After, prices: Mapping[str, str]) -> Costs:
    """Lines keep the numbers that the changes have in the list, whichever of them were passed over."""
    numbers = [one.number for one in after.tried if one.change is not None and one.effect is not None]
    known = {name: value for name, value in prices.items() if name in PRICES}
    costs = cost(after.done, known)
    return Costs(tuple(replace(line, change=numbers[line.change - 1]) for line in costs.lines))


def _prices(kept: Mapping[str, str], costs: Costs) -> tuple[Price, ...]:
    used = {line.price for line in costs.lines}
    made = [Price(name, each.label, each.unit, kept.get(name, ""), name in used) for name, each in PRICES.items()]
    return tuple(sorted(made, key=lambda one: not one.is_needed))


def _choices(statute: Statute, county: County) -> Choices:
    places = [Place(str(row["code"]), str(row["stage"] or ""), str(row["school"])) for row in county.rows]
    asked = facts_of(statute, county.day)
    of_school = {name for row in county.rows for name in row}
    of_school |= {fact.quantity.name for fact in asked if fact.item.scope is Scope.SCHOOL}
    facts = [fact.quantity.name for fact in asked if fact.item.scope is not Scope.SCHOOL]
    of_county = [*county.figures, *(name for stated in county.by_stage.values() for name in stated), *facts]
    return Choices(
        tuple(places),
        tuple(dict.fromkeys((place.code, place.school) for place in places)),
        tuple(_figures([name for name in BOOK.quantities if name in of_school])),
        tuple(_figures(of_county)),
    )


def _figures(names: Sequence[str]) -> list[tuple[str, str]]:
    """Those that may be changed, with their labels; texts say what a school is, and sums follow their parts."""
    made = []
    for name in dict.fromkeys(names):
        quantity = BOOK.quantities.get(name)
        if quantity is None or quantity.kind is rules.Kind.TEXT or name == "compulsory_pupils":
            continue
        made.append((name, f"{quantity.label}（{quantity.unit}）" if quantity.unit else quantity.label))
    return made
