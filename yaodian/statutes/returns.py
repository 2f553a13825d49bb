"""From yearly returns to the rows that are assessed: one for each stage of each school, doubts carried along.

A row that cannot be believed as a whole (two returns of one year, a closed school, no return at all) is not left out, since that
would change the spread over the others: it carries its reason, and whatever asks it is not computable for that reason.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from yaodian.engines.rules import NATION, PROBLEM, Computed, Derived, NotANumber, Reason, evaluate, exact
from yaodian.statutes.conditions.small_school import SmallSchool
from yaodian.statutes.declare import BOOK
from yaodian.statutes.quality_balance.stage_share import StageShare

#: National codes of 办学类型 (standards: from memory, high confidence) to the kinds of the vocabulary.
KINDS = {
    "211": "primary",
    "218": "teaching_point",
    "311": "junior",
    "312": "nine_year",
    "341": "complete_secondary",
    "342": "senior",
    "345": "twelve_year",
    "361": "vocational",
    "511": "special",
}
THROUGH = {
    "nine_year": ("primary", "junior"),
    "twelve_year": ("primary", "junior", "senior"),
    "complete_secondary": ("junior", "senior"),
}
#: What the stages of a through-school share, to be split by weighted pupils. Teachers stand with the stage they teach.
SHARED = (
    "teaching_rooms",
    "indoor_sports",
    "sports_ground",
    "equipment_value_10k_yuan",
    "multimedia_classrooms",
    "computers",
    "books",
)
STAGES = ("primary", "junior")


@dataclass(frozen=True)
class School:
    """What is known of a school beside its returns."""

    code: str
    name: str
    kind: str  # of the vocabulary: KINDS
    is_private: bool | None = None
    location: str = ""  # city, town, rural
    built_year: int | None = None
    opened_on: datetime.date | None = None
    closed_on: datetime.date | None = None

    @property
    def stages(self) -> tuple[str, ...]:
        """The compulsory stages that a school of this kind must report."""
        taught = THROUGH.get(self.kind, {"teaching_point": ("primary",)}.get(self.kind, (self.kind,)))
        return tuple(stage for stage in taught if stage in STAGES)


def rows_of(
    schools: Sequence[School], returns: Iterable[Mapping[str, Any]], *, year: int, on: datetime.date
) -> list[dict[str, Any]]:
    """The rows of a county for the school year that began in ``year``.

    ``returns`` hold the fields of the registry's yearly returns: ``school`` (a code), ``year``, ``stage`` and figures; returns of
    other years are passed over, also those that say no year (they carry a reason). ``on`` is the day of the data (1 September).
    """
    known = {school.code: school for school in schools}
    given = [each for each in returns if _year(each) in ("", str(year))]
    counted = Counter((str(each.get("school", "")), str(each.get("stage") or "")) for each in given)
    rows: list[dict[str, Any]] = []
    seen: set[tuple[str, str]] = set()
    for each in given:
        code, stage = str(each.get("school", "")), str(each.get("stage") or "")
        school = known.get(code)
        if (code, stage) in seen:
            continue
        seen.add((code, stage))
        row = figures_of(each)
        row["code"] = code
        row["school"] = school.name if school else code or "没有写学校的报表"
        row |= {"stage": stage or None}
        if school:
            row |= {"school_kind": school.kind, "is_private": school.is_private, "location": school.location or None}
            row["built_year"] = row.get("built_year") or school.built_year
        problem = _problem(each, school, counted[code, stage], year, on)
        if problem:
            row[PROBLEM] = problem
        rows.append(row)
    for school in schools:
        if _is_open(school, on):
            rows.extend(_unreported(school, stage, year) for stage in school.stages if (school.code, stage) not in seen)
    _add_whole_school(rows, on)
    return rows


def figures_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The quantities of the vocabulary that a return gives; sums only where every part was reported."""
    row = {name: value for name, value in given.items() if name in BOOK.quantities}
    for name, parts in (("pupils", "pupils_by_grade"), ("classes", "classes_by_grade")):
        if name not in row and isinstance(given.get(parts), Sequence) and not isinstance(given[parts], str):
            row[name] = _sum(given[parts])
    if "sports_and_arts" not in row:
        row["sports_and_arts"] = _sum([given.get("sports"), given.get("music"), given.get("art")])
    if "middle_title_or_above" not in row and isinstance(given.get("by_title"), Mapping):
        row["middle_title_or_above"] = _sum([given["by_title"].get(title, 0) for title in ("first", "senior", "full")])
    if "public_funds" not in row and given.get("public_funds_per_pupil") is not None:
        product = _product(given["public_funds_per_pupil"], row.get("pupils"))
        if product is not None:
            row["public_funds"] = Derived(product, "生均公用经费×学生数")
    return row


def _sum(parts: Iterable[Any]) -> Any:
    """The sum; None where a part was not reported; the part itself where it is no number or negative, to be refused."""
    total = Fraction(0)
    found = list(parts)
    if not found or any(part is None or part == "" for part in found):
        return None
    for part in found:
        try:
            number = exact(part)
        except NotANumber:
            return part
        if number < 0:
            return part
        total += number
    return total


def _product(left: Any, right: Any) -> Fraction | None:
    try:
        return exact(left) * exact(right)
    except NotANumber:
        return None


def _year(given: Mapping[str, Any]) -> str:
    return "" if given.get("year") is None else str(given["year"]).strip()


def _problem(
    given: Mapping[str, Any], school: School | None, times: int, year: int, on: datetime.date
) -> Reason | None:
    if school is None:
        return Reason("unknown-school", "", f"报表的学校代码「{given.get('school', '')}」不在学校名册里；请核对代码")
    if _year(given) == "":
        return Reason("no-year", "", "报表没有写年份，不知是不是本学年的；请补上年份")
    if times > 1:
        return Reason("two-returns", "", f"{year}年同一学段报了{times}份报表，不知以哪一份为准；请撤回多余的")
    if school.closed_on is not None and school.closed_on <= on:
        return Reason("closed", "", f"学校已于{school.closed_on}撤销，却有{year}年的报表；请核对撤销日期或撤回报表")
    if school.opened_on is not None and school.opened_on > on:
        return Reason("not-open", "", f"学校{school.opened_on}才设立，却有{year}年的报表；请核对设立日期或年份")
    stage = str(given.get("stage") or "")
    if stage in STAGES and stage not in school.stages:
        return Reason("wrong-stage", "stage", f"学校类别是{school.kind}，不办{stage}学段；请核对学段或学校类别")
    return None


def _is_open(school: School, on: datetime.date) -> bool:
    return (school.opened_on is None or school.opened_on <= on) and (school.closed_on is None or school.closed_on > on)


def _unreported(school: School, stage: str, year: int) -> dict[str, Any]:
    return {
        "code": school.code,
        "school": school.name,
        "stage": stage,
        "school_kind": school.kind,
        PROBLEM: Reason("no-return", "", f"没有{year}年的报表；请催报"),
    }


def _add_whole_school(rows: list[dict[str, Any]], on: datetime.date) -> None:
    """The pupils of a school's compulsory stages together, where each stage has reported them; and whether it is small.

    The rule on small village schools (2.6) is asked only of these. Where the number is not known, it is asked, and says so.
    """
    by_school: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["stage"] in STAGES:
            by_school.setdefault(row["code"], []).append(row)
    for parts in by_school.values():
        total = None if any(PROBLEM in part for part in parts) else _sum([part.get("pupils") for part in parts])
        small = evaluate(SmallSchool, {"pupils": total}, day=on)
        for part in parts:
            part.setdefault("compulsory_pupils", total)
            is_village = part.get("school_kind") == "teaching_point" or part.get("location") == "rural"
            part["is_small_school"] = is_village and not (isinstance(small, Computed) and not small.value)


def split(
    kind: str,
    shared: Mapping[str, Any],
    pupils: Mapping[str, Any],
    *,
    day: datetime.date,
    rules_on: datetime.date | None = None,
    region: str = NATION,
) -> dict[str, dict[str, Any]]:
    """A through-school's shared assets by compulsory stage, exactly, by the weights in force.

    ``pupils`` are those of each stage. A share that cannot be computed leaves the quantity missing for every stage.
    """
    stages = [stage for stage in THROUGH[kind] if stage in STAGES]
    parts: dict[str, dict[str, Any]] = {stage: {} for stage in stages}
    heads = {f"{stage}_pupils": number for stage, number in pupils.items()}
    for name, asset in shared.items():
        for stage in stages:
            given = {"school_kind": kind, "stage": stage, "shared_asset": asset, **heads}
            result = evaluate(StageShare, given, day=day, rules_on=rules_on, region=region)
            if isinstance(result, Computed):
                how = f"全校{asset}，按学段学生数加权拆分：{result.formula}（{result.citation}）"
                parts[stage][name] = Derived(result.value, how)
            else:
                parts[stage][name] = None
    return parts
