"""The tables of the fitness standard as data: an edition is a folder of CSV files and one ``edition.yaml``.

A group is a sex and a school year (1 = 一年级 … 7 = 初一 … 12 = 高三). A table gives, for each of its groups, the rows
best first: the value that must be reached and the score it earns. There is no interpolation: a value earns the best
row it reaches, and nothing below the last.

Source: 国家学生体质健康标准（2014年修订）; ``editions/national-2014/edition.yaml`` says how sure each part is.
"""

from __future__ import annotations

import csv
import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeVar

import yaml

EDITIONS = Path(__file__).parent / "editions"
SCHOOL_YEARS = range(1, 13)
SCHOOL_YEAR_LABELS = dict(
    zip(SCHOOL_YEARS, "一年级 二年级 三年级 四年级 五年级 六年级 初一 初二 初三 高一 高二 高三".split(), strict=True)
)

Value = TypeVar("Value")
Better = Literal["higher", "lower", "band"]


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


SEX_LABELS = {Sex.MALE: "男", Sex.FEMALE: "女"}

Group = tuple[Sex, int]
GROUPS: tuple[Group, ...] = tuple((sex, year) for sex in Sex for year in SCHOOL_YEARS)


class DefectiveTables(ValueError):
    """An edition whose files contradict each other; it must not be used."""


@dataclass(frozen=True, slots=True)
class Row:
    """From this value on (``threshold``, in the item's unit) the score is earned; ``band`` names a band of the mass index."""

    threshold: Decimal
    score: int
    band: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One figure that is taken: its unit, the finest step it may have, and the limits beyond which it is a slip."""

    code: str
    label: str
    unit: str
    resolution: Decimal
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Item:
    """One scored item: which end is good, its weight (hundredths) for each group, its rows, and its bonus steps.

    A bonus step ``(beyond, points)`` is earned by a value at least ``beyond`` better than the 100-point value of the
    pupil's own group.
    """

    code: str
    label: str
    unit: str
    better: Better
    weights: Mapping[Group, int]
    rows: Mapping[Group, tuple[Row, ...]]
    bonus: Mapping[Group, tuple[tuple[Decimal, int], ...]]

    def row(self, group: Group, value: Decimal) -> Row | None:
        """The best row that the value reaches, or nothing below the last row."""
        for row in self.rows[group]:
            if value <= row.threshold if self.better == "lower" else value >= row.threshold:
                return row
        return None

    def beyond(self, group: Group, value: Decimal) -> Decimal:
        """How far the value is beyond the 100-point value of its group; negative where it falls short of it."""
        best = self.rows[group][0].threshold
        return best - value if self.better == "lower" else value - best

    def bonus_points(self, group: Group, value: Decimal) -> int:
        beyond = self.beyond(group, value)
        return max((points for least, points in self.bonus.get(group, ()) if beyond >= least), default=0)


@dataclass(frozen=True, slots=True)
class FitnessGrade:
    """A grade and the total from which it is given; ``code`` is that of the national table 学生体质达标代码."""

    code: int
    label: str
    least: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Edition:
    """One text of the standard with its tables. Where and when it is in force say the options of the rules beside.

    ``grade_decimals``: the total is rounded half up to so many decimals before it is graded; ``None`` grades the exact one.
    """

    code: str
    title: str
    certainty: str
    measurements: Mapping[str, Measurement]
    items: Mapping[str, Item]
    bmi_decimals: int
    grades: tuple[FitnessGrade, ...]
    graduation: Mapping[str, int]
    grade_decimals: int | None = 1

    def items_of(self, group: Group) -> tuple[Item, ...]:
        """The items that count for the group, in the order of the standard."""
        return tuple(item for item in self.items.values() if group in item.weights)

    def measurements_of(self, group: Group) -> tuple[Measurement, ...]:
        """The figures that must be taken from a pupil of the group."""
        codes = [code for item in self.items_of(group) for code in measured_for(item.code)]
        return tuple(self.measurements[code] for code in codes)

    def graded_total(self, total: Decimal) -> Decimal:
        """The total that the grade is read from: half up to the edition's decimals, or the exact one."""
        return total if self.grade_decimals is None else half_up(total, self.grade_decimals)

    def grade_of(self, total: Decimal) -> FitnessGrade:
        return next(grade for grade in self.grades if total >= grade.least)


def half_up(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def with_grading(edition: Edition, grade_decimals: int | None) -> Edition:
    """The edition with another way of grading."""
    return dataclasses.replace(edition, grade_decimals=grade_decimals)


def measured_for(item: str) -> tuple[str, ...]:
    """The codes of the figures an item is made from: two for the mass index, its own for every other."""
    return ("height", "weight") if item == "bmi" else (item,)


def read_edition(folder: Path) -> Edition:
    """Read and check an edition. Raises :class:`DefectiveTables` with the file and the place.

    A file that the folder does not hold is taken from the edition named as ``base``, so that a province's edition
    holds what the province changed and nothing else.
    """
    head = yaml.safe_load((folder / "edition.yaml").read_text(encoding="utf-8"))
    base: Path | None = folder.parent / head["base"] if "base" in head else None
    if base is not None:
        head = yaml.safe_load((base / "edition.yaml").read_text(encoding="utf-8")) | head

    def table(name: str) -> list[dict[str, str]]:
        path = folder / f"{name}.csv"
        if not path.exists() and base is not None:
            path = base / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    measurements = {
        code: Measurement(
            code,
            entry["label"],
            entry["unit"],
            Decimal(entry["resolution"]),
            Decimal(entry["least"]),
            Decimal(entry["most"]),
        )
        for code, entry in head["measurements"].items()
    }
    weights = _spread(table("weights"), lambda row: int(row["weight"]))
    bonus = _spread(table("bonus"), lambda row: (Decimal(row["beyond"]), int(row["points"])))
    items = {}
    for code, better in head["better"].items():
        rows = _band_rows(table(code)) if better == "band" else _rows(table(code))
        items[code] = Item(
            code=code,
            label="体重指数（BMI）" if code == "bmi" else measurements[code].label,
            unit="kg/m²" if code == "bmi" else measurements[code].unit,
            better=better,
            weights={group: values[0] for group, values in weights.get(code, {}).items()},
            rows=rows,
            bonus={group: tuple(values) for group, values in bonus.get(code, {}).items()},
        )
    edition = Edition(
        code=head["code"],
        title=head["title"],
        certainty=head["certainty"],
        measurements=measurements,
        items=items,
        bmi_decimals=head["bmi_decimals"],
        grades=tuple(FitnessGrade(entry["code"], entry["label"], Decimal(entry["from"])) for entry in head["grades"]),
        graduation=head["graduation"],
    )
    check(edition)
    return edition


def check(edition: Edition) -> None:
    """Raise :class:`DefectiveTables` unless the edition is whole: weights of 100, a table for each, rows in order."""
    for group in GROUPS:
        total = sum(item.weights[group] for item in edition.items_of(group))
        if total != 100:
            raise DefectiveTables(f"{edition.code}: the weights of {group} add up to {total}, not to 100")
    for item in edition.items.values():
        for group in item.weights:
            rows = item.rows.get(group, ())
            if not rows:
                raise DefectiveTables(f"{edition.code}: {item.code} has a weight but no table for {group}")
            _check_rows(edition, item, group, rows)
        for group, steps in item.bonus.items():
            if group not in item.weights:
                raise DefectiveTables(f"{edition.code}: {item.code} has a bonus but no weight for {group}")
            if list(steps) != sorted(set(steps)) or [points for _, points in steps] != list(range(1, len(steps) + 1)):
                raise DefectiveTables(f"{edition.code}: the bonus steps of {item.code} for {group} are not in order")
    least = [grade.least for grade in edition.grades]
    if least != sorted(least, reverse=True) or least[-1] != 0:
        raise DefectiveTables(f"{edition.code}: the grades must fall to 0")
    if sum(edition.graduation.values()) != 100:
        raise DefectiveTables(f"{edition.code}: the shares of the graduation total do not add up to 100")


def _check_rows(edition: Edition, item: Item, group: Group, rows: Sequence[Row]) -> None:
    values = [row.threshold for row in rows]
    if values != sorted(set(values), reverse=item.better != "lower"):
        raise DefectiveTables(f"{edition.code}: the values of {item.code} for {group} do not run in one direction")
    scores = [row.score for row in rows]
    if item.better != "band" and scores != sorted(set(scores), reverse=True):
        raise DefectiveTables(f"{edition.code}: the scores of {item.code} for {group} do not fall")


def _spread(
    rows: Sequence[Mapping[str, str]], value: Callable[[Mapping[str, str]], Value]
) -> dict[str, dict[Group, list[Value]]]:
    """Rows with a span of school years and a sex or ``both``, spread over the groups they speak of."""
    spread: dict[str, dict[Group, list[Value]]] = {}
    for row in rows:
        for sex in Sex if row["sex"] == "both" else (Sex(row["sex"]),):
            for year in range(int(row["grade_from"]), int(row["grade_to"]) + 1):
                spread.setdefault(row["item"], {}).setdefault((sex, year), []).append(value(row))
    return spread


def _rows(table: Sequence[Mapping[str, str]]) -> dict[Group, tuple[Row, ...]]:
    """A printed table: a column for each group, a line for each score, an empty cell where a score has no own value."""
    groups = {name: _group(name) for name in table[0] if name != "score"}
    return {
        group: tuple(Row(Decimal(line[name]), int(line["score"])) for line in table if line[name])
        for name, group in groups.items()
    }


def _band_rows(table: Sequence[Mapping[str, str]]) -> dict[Group, tuple[Row, ...]]:
    """The table of the mass index: a line for each sex and band, a column for each school year; the heaviest band first."""
    rows: dict[Group, list[Row]] = {}
    for line in table:
        for year in SCHOOL_YEARS:
            row = Row(Decimal(line[str(year)]), int(line["score"]), line["band"])
            rows.setdefault((Sex(line["sex"]), year), []).insert(0, row)
    return {group: tuple(bands) for group, bands in rows.items()}


def _group(name: str) -> Group:
    sex, _, year = name.partition("-")
    return Sex(sex), int(year)


@functools.cache
def all_editions(root: Path = EDITIONS) -> tuple[Edition, ...]:
    """Every edition under ``root``, by code."""
    return tuple(read_edition(path.parent) for path in sorted(root.glob("*/edition.yaml")))
