"""Between rows of the registry and of this slice, and the statutes' problem: figures in, a verdict in plain data out.

`load` reads what counties reported and stated, `judge` holds one county against a statute, `present` makes of the verdict
what is stored and shown. Nothing here writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypedDict

from yaodian.engines import rules
from yaodian.indicators.models import Fact, Verdict
from yaodian.registry.queries import SchoolIn, returns_in, schools_in
from yaodian.statutes import returns
from yaodian.statutes.declare import BOOK
from yaodian.statutes.monitored import Fact as AskedFact
from yaodian.statutes.monitored import Statute
from yaodian.statutes.verdicts import CountyVerdict, Scope
from yaodian.statutes.verdicts import Item as StatuteItem

REPORTED = (
    *("pupils_by_grade", "classes_by_grade", "by_title", "largest_class", "graduates", "full_time"),
    *("above_required_qualification", "backbone_county_or_above", "sports", "music", "art", "certified", "trained_360"),
    *("exchanged", "exchange_eligible", "music_rooms", "art_rooms", "multimedia_classrooms", "computers", "books"),
    *("sports_ground", "indoor_sports", "teaching_rooms", "music_rooms_area", "art_rooms_area"),
    *("equipment_value_10k_yuan", "public_funds_per_pupil", "training_funds"),
)
# What `returns.figures_of` makes of these, and what is counted over a county's kindergartens and over three years.
DERIVED = frozenset({"pupils", "classes", "sports_and_arts", "middle_title_or_above", "public_funds"})
COUNTED = {
    "quality_balance": frozenset({"graduates", "grade_seven"}),
    "basic_balance": frozenset[str](),
    "preschool": frozenset(
        {"children", "children_public", "children_inclusive_private", "kindergartens", "kindergarten_classes"}
        | {"kindergarten_teachers"}
    ),
}
# Of these, what a county may state where its returns do not give it: pupils who finish at no school of its own.
FALLBACK = frozenset({"graduates", "grade_seven"})
# Every return gives these, so no county states them. Who finished is asked of the county, for one cohort.
FROM_RETURNS = (frozenset(REPORTED) | DERIVED) - {"graduates"}
JUNIOR_YEARS = 3
WORDS = {"true": True, "false": False}


@dataclass
class County:
    """What is known of a county for a school year: rows as the statutes take them, and where each value came from."""

    unit_id: int
    code: str
    year: int
    schools: list[SchoolIn] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    by_stage: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    """By school code and stage: quantity to whence. A county's own stand under ("", "") and ("", stage)."""

    @property
    def day(self) -> date:
        return day_of(self.year)

    @property
    def region(self) -> str:
        """The county's code of GB/T 2260 if its unit has one, else the nation."""
        return self.code if len(self.code) == 6 and self.code.isdecimal() else rules.NATION


def day_of(year: int) -> date:
    """The day of the data of a school year: its returns are of the first of September."""
    return date(year, 9, 1)


def value_of(quantity: rules.Quantity, text: str) -> Any:
    """A fact's text as the statutes take it: flags as bool, words as they are, numbers exact."""
    if quantity.kind is rules.Kind.FLAG:
        return WORDS.get(text)
    return text if quantity.kind is rules.Kind.TEXT else Decimal(text)


def load(*, statute: Statute, counties: Mapping[int, str], year: int) -> dict[int, County]:
    """The counties (keys of their units, with their codes) as they stood for a statute in a school year.

    Six queries, however many counties and schools: ancestry, schools, names, returns, facts of counties and of schools.
    """
    found = {unit: County(unit, code, year) for unit, code in counties.items()}
    places = schools_in(offices=list(found), day=day_of(year))
    if statute.code == "preschool":
        places = [place for place in places if place.school_type == "111"]
    else:
        places = [place for place in places if returns.KINDS.get(place.school_type) is not None]
    for place in places:
        found[place.office_id].schools.append(place)
    by_pk = {place.school_id: place for place in places}
    years = [year, year - JUNIOR_YEARS] if statute.code == "quality_balance" else [year]
    given = returns_in(schools=list(by_pk), years=years, stages=statute.stages)
    facts = _facts([*found, *(place.unit_id for place in places)], year)
    for county in found.values():
        _fill(county, statute, given, facts)
    return found


def _facts(units: Collection[int], year: int) -> dict[int, list[Fact]]:
    by_unit: dict[int, list[Fact]] = defaultdict(list)
    for fact in Fact.objects.filter(year=year, unit_id__in=units):
        by_unit[fact.unit_id].append(fact)
    return by_unit


def _fill(
    county: County, statute: Statute, given: Mapping[int, Sequence[Any]], facts: Mapping[int, Sequence[Fact]]
) -> None:
    by_pk = {place.school_id: place for place in county.schools}
    here = {year: [row for row in rows if row.school_id in by_pk] for year, rows in given.items()}
    if statute.code == "preschool":
        county.figures = _kindergartens(county.schools, here.get(county.year, ()), county.day)
    else:
        county.rows = _rows(county, by_pk, here.get(county.year, ()))
    if statute.code == "quality_balance":
        county.figures = _cohort(here, county.year)
    for name in county.figures:
        county.origins.setdefault(("", ""), {})[name] = f"由{county.year}学年报表汇总"
    _state(county, statute, facts)


def _rows(county: County, by_pk: Mapping[int, SchoolIn], rows: Iterable[Any]) -> list[dict[str, Any]]:
    schools = [
        returns.School(
            place.code, place.name, returns.KINDS[place.school_type], not place.is_public, place.area,
            place.founded_year, place.opened_on, place.closed_on,
        )
        for place in county.schools
    ]  # fmt: skip
    reported = []
    for row in rows:
        place = by_pk[row.school_id]
        figures = {name: getattr(row, name) for name in REPORTED}
        reported.append({"school": place.code, "year": row.year, "stage": row.stage, **figures})
        said = f"{row.year}学年报表" + (f"，{row.source}" if row.source else "")
        county.origins[place.code, row.stage] = dict.fromkeys((*REPORTED, *DERIVED), said)
    return returns.rows_of(schools, reported, year=county.year, on=county.day)


def _cohort(given: Mapping[int, Sequence[Any]], year: int) -> dict[str, Any]:
    """Those who finished grade 9 this summer, and how many they were in grade 7; only where every school has said."""
    now = [row for row in given.get(year, ()) if row.stage == "junior"]
    then = [row for row in given.get(year - JUNIOR_YEARS, ()) if row.stage == "junior"]
    figures: dict[str, Any] = {}
    if now and all(row.graduates is not None for row in now):
        figures["graduates"] = sum(row.graduates for row in now)
    if then and all(row.pupils_by_grade for row in then):
        figures["grade_seven"] = sum(row.pupils_by_grade[0] for row in then)
    return figures


def _kindergartens(schools: Iterable[SchoolIn], rows: Sequence[Any], day: date) -> dict[str, Any]:
    """What a county's kindergartens come to; None where any of those open on the day has not reported."""
    standing = [one for one in schools if one.opened_on <= day and (one.closed_on is None or one.closed_on > day)]
    by_pk = {row.school_id: row for row in rows}
    reported = [(one, by_pk.get(one.school_id)) for one in standing]

    def added(name: str, wanted: Any = lambda one: True) -> int | None:
        total = 0
        for one, row in reported:
            if not wanted(one):
                continue
            value = getattr(row, name, None) if row is not None else None
            if value is None or value == []:
                return None
            total += sum(value) if isinstance(value, list) else value
        return total

    return {
        "kindergartens": len(standing),
        "children": added("pupils_by_grade"),
        "children_public": added("pupils_by_grade", lambda one: one.is_public),
        "children_inclusive_private": added("pupils_by_grade", lambda one: one.is_inclusive),
        "kindergarten_classes": added("classes_by_grade"),
        "kindergarten_teachers": added("full_time"),
    }


def _state(county: County, statute: Statute, facts: Mapping[int, Sequence[Fact]]) -> None:
    """What was stated: a county's beside its figures, a school's quantity to its rows, the school's own before the county's."""
    asked = {fact.quantity.name: fact.item.scope for fact in facts_of(statute, county.day, with_fallback=True)}
    for fact in facts.get(county.unit_id, ()):
        scope, said = asked.get(fact.quantity), f"县级填报：{fact.basis}"
        if scope is None:
            continue
        value = value_of(BOOK.quantities[fact.quantity], fact.value)
        if scope is Scope.SCHOOL:
            for row in county.rows:
                if row.get(fact.quantity) is None and fact.stage in ("", row["stage"]):
                    row[fact.quantity] = value
                    county.origins.setdefault((row["code"], row["stage"] or ""), {})[fact.quantity] = said
        else:
            target = county.by_stage.setdefault(fact.stage, {}) if fact.stage else county.figures
            if target.get(fact.quantity) is not None:
                # What the returns give is not typed.
                continue
            target[fact.quantity] = value
            county.origins.setdefault(("", fact.stage), {})[fact.quantity] = said
    by_code: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in county.rows:
        by_code[row["code"]].append(row)
    for place in county.schools:
        for fact in facts.get(place.unit_id, ()):
            if asked.get(fact.quantity) is not Scope.SCHOOL:
                continue
            for row in by_code[place.code]:
                if fact.stage in ("", row["stage"]):
                    row[fact.quantity] = value_of(BOOK.quantities[fact.quantity], fact.value)
                    origins = county.origins.setdefault((row["code"], row["stage"] or ""), {})
                    origins[fact.quantity] = f"学校填报：{fact.basis}"


def facts_of(statute: Statute, day: date, *, with_fallback: bool = False) -> list[AskedFact]:
    """What has to be stated for a statute under the rules of a day; `with_fallback` also what may be."""
    counted = COUNTED[statute.code] - FALLBACK if with_fallback else COUNTED[statute.code]
    return list(statute.facts(reported=FROM_RETURNS | counted, day=day))


def fact_stages(statute: Statute, item: StatuteItem) -> tuple[str, ...]:
    """The stages (or other parts) for which a fact of an item is stated: each, or once for all."""
    if item.scope is not Scope.STAGE:
        return ("",)
    return item.parted[1] if item.parted else statute.stages


def judge(*, statute: Statute, county: County, rules_on: date | None = None) -> CountyVerdict:
    """The verdict on a county, under the rules of the day of its data or of another day."""
    return statute.judge(
        schools=county.rows, county=county.figures, by_stage=county.by_stage,
        day=county.day, rules_on=rules_on, region=county.region,
    )  # fmt: skip


# --- What comes out --------------------------------------------------------------------------------------------------


class Finding(TypedDict):
    """One evaluation: of whom (a school's code, a stage, or neither), how it stands, and in words."""

    of: str
    code: str
    stage: str
    standing: str
    text: str


class Item(TypedDict):
    """An item of the statute. `findings` leave out the schools that meet it; `counts` are all. `sure` are the codes of how
    its texts were seen (`rules.Confidence`)."""

    number: str
    label: str
    scope: str
    standing: str
    citation: str
    sure: list[str]
    counts: dict[str, int]
    findings: list[Finding]


class Spread(TypedDict):
    """A coefficient of variation; `value` and `limit` as text with six digits, empty where there is none."""

    indicator: str
    label: str
    stage: str
    standing: str
    value: str
    limit: str
    reason: str


class Value(TypedDict):
    """An indicator of a school: exact as a fraction's text, standing, and by how much its lever has to rise."""

    exact: str
    standing: str
    needed: str
    lever: str
    unit: str
    reason: str


@dataclass(frozen=True)
class Standing:
    """One stage of a school."""

    code: str
    stage: str
    verdict: str
    pupils: int | None
    met: int
    values: dict[str, Value]


@dataclass(frozen=True)
class Presented:
    """A verdict as plain data: what is stored, and what pages and reports show."""

    verdict: str
    items: list[Item]
    spreads: list[Spread]
    obstacles: list[str]
    standings: list[Standing]

    def count(self, standing: str) -> int:
        return sum(item["standing"] == standing for item in self.items)

    def schools(self, verdict: str) -> int:
        return sum(one.verdict == verdict for one in self.standings)


def word_of(standing: rules.Standing | None) -> str:
    """A standing of the statutes as the rows have it."""
    return {rules.Standing.MEETS: Verdict.MEETS, rules.Standing.FAILS: Verdict.FAILS}.get(
        standing or rules.Standing.UNDECIDED, Verdict.UNDECIDED
    ).value


def present(*, statute: Statute, county: County, found: CountyVerdict) -> Presented:
    """The verdict in plain data, each school's indicators among them."""
    items, spreads = [], []
    for verdict in found.items:
        counts = dict.fromkeys(Verdict.values, 0)
        shown: list[Finding] = []
        for finding in verdict.findings:
            standing = word_of(finding.result.standing)
            counts[standing] += 1
            if verdict.item.scope is Scope.SPREAD:
                spreads.extend(_spreads(finding.result, finding.key[1]))
            if verdict.item.scope is Scope.SCHOOL and standing == Verdict.MEETS:
                continue
            code, stage = finding.key
            shown.append(Finding(of=finding.of, code=code, stage=stage, standing=standing, text=str(finding.result)))
        citations = [one.citation() for one in verdict.item.declared]
        items.append(
            Item(
                number=verdict.item.number,
                label=verdict.item.label,
                scope=verdict.item.scope.value,
                standing=word_of(verdict.standing),
                citation="；".join(
                    dict.fromkeys(f"{one.source.number or one.source.title} {one.article}" for one in citations)
                ),
                sure=list(dict.fromkeys(one.confidence.value for one in citations)),
                counts=counts,
                findings=shown,
            )
        )
    return Presented(word_of(found.standing), items, spreads, list(found.obstacles), _standings(statute, county, found))


def _spreads(result: rules.Result, stage: str) -> Iterable[Spread]:
    below = [one for one in result.details if one.indicator.rpartition(".")[2].startswith("variation")]
    for one in below or [result]:
        value = one.value if isinstance(one, rules.Computed) else None
        limit = next((figure.number for figure in one.figures), None)
        yield Spread(
            indicator=one.indicator.rpartition(".")[2],
            label=one.label,
            stage=stage,
            standing=word_of(one.standing) if one.figures or value is None else Verdict.MEETS.value,
            value="" if value is None else str(round(float(value), 6)),
            limit="" if limit is None else str(round(float(limit), 6)),
            reason="；".join(reason.sentence for reason in one.reasons[:1])
            if isinstance(one, rules.NotComputable)
            else "",
        )


def value_shown(result: rules.Result) -> Value:
    """An indicator's result as plain data."""
    verdict = result.verdict if isinstance(result, rules.Computed) else None
    is_number = isinstance(result, rules.Computed) and isinstance(result.value, Fraction)
    return Value(
        exact=str(result.value) if is_number else "",  # type: ignore[union-attr]  # A number is computed.
        standing=word_of(result.standing) if verdict or not is_number else Verdict.MEETS.value,
        needed="" if verdict is None or verdict.needed is None else str(verdict.needed),
        lever=verdict.lever if verdict else "",
        unit=verdict.lever_unit if verdict else "",
        reason="；".join(reason.sentence for reason in result.reasons[:2])
        if isinstance(result, rules.NotComputable)
        else "",
    )


def _standings(statute: Statute, county: County, found: CountyVerdict) -> list[Standing]:
    """Each stage of each school: by item 1.1 where the statute has it, else by whether its indicators can be computed."""
    judged = {
        finding.key: finding.result
        for verdict in found.items
        if verdict.item.number == "1.1" and verdict.item.scope is Scope.SCHOOL
        for finding in verdict.findings
    }
    rows = {(str(row["code"]), str(row["stage"] or "")): row for row in county.rows}
    made = []
    for key, row in rows.items():
        if statute.code == "quality_balance" and key not in judged:
            continue
        result = judged.get(key)
        if result is not None:
            details = {one.indicator: one for one in result.details}
            results = [details.get(each.code) for each in statute.indicators]
        else:
            results = [
                rules.evaluate(each, row, day=county.day, rules_on=found.rules_on, region=county.region)
                for each in statute.indicators
            ]
        values = {
            each.code.rpartition(".")[2]: value_shown(one)
            for each, one in zip(statute.indicators, results, strict=True)
            if one is not None
        }
        pupils = row.get("pupils")
        made.append(
            Standing(
                code=key[0],
                stage=key[1],
                verdict=word_of(result.standing)
                if result is not None
                else Verdict.UNDECIDED.value
                if any(value["reason"] for value in values.values())
                else Verdict.MEETS.value,
                pupils=int(pupils) if isinstance(pupils, (int, Fraction)) and pupils >= 0 else None,
                met=sum(value["standing"] == Verdict.MEETS for value in values.values()),
                values=values,
            )
        )
    return made
