"""The same scoring over columns: a million pupils at once, equal to :mod:`.pupil` on every pupil.

The tables of an edition are unrolled once into arrays that hold an answer for every step of every measurement
(:class:`LookUp`), so that scoring is one indexed read an item. An entry packs the score, score × weight, the
bonus points and a mark for a figure that cannot be scored; the packed entries of a pupil's items are added up and
taken apart once. Rows are worked through in pieces that fit a processor's cache, so memory beside the columns
themselves stays the same however many pupils there are.

All numbers are integers: a figure is counted in steps of its measurement's resolution (50米跑 9.84 s is 984), totals are
in hundredths of a point. The mass index divides integers too. Nothing is rounded but by the standard's own rule.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from yaodian.statutes.figures import Figure, is_blank, number_of

from .pupil import FaultKind, FitnessTest, mass_index
from .tables import GROUPS, SCHOOL_YEARS, DefectiveTables, Edition, Item, Measurement, Sex

# Stands for a figure that is not there. No measurement reaches it.
MISSING = -(2**30)
# Item scores: the item is not the group's.
NO_ITEM = 255
# Totals of pupils without a result.
NO_TOTAL = -1

SCORED, EXEMPT, UNSCORED = 0, 1, 2

Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]
UInt32 = NDArray[np.uint32]
Bool = NDArray[np.bool_]

# One packed entry, from the lowest bit: points in hundredths (14 bits), bonus (6), faults (4), score (8).
_BONUS_AT, _FAULT_AT, _SCORE_AT = 14, 20, 24
_SUMMED = np.uint32((1 << _SCORE_AT) - 1)
_PIECE = 32_768

# Bits of `faults`: one for each missing measurement, one for each implausible one, and three for the pupil.
_IMPLAUSIBLE_AT = 12
_NO_SEX, _NO_YEAR, _NO_PROOF = (1 << bit for bit in (24, 25, 26))


@dataclass(frozen=True, slots=True)
class PupilColumns:
    """Pupils as columns of equal length.

    ``sex``: 0 male, 1 female; ``school_year``: 1 to 12; anything else has no table. ``figures``: for each measurement of
    the edition an int32 column in steps of its resolution, :data:`MISSING` where there is none.
    """

    sex: UInt8
    school_year: UInt8
    figures: Mapping[str, Int32]
    is_exempt: Bool
    has_medical_proof: Bool

    def __len__(self) -> int:
        return len(self.sex)


@dataclass(frozen=True, slots=True)
class FitnessColumns:
    """Results as columns.

    ``status`` is :data:`SCORED`, :data:`EXEMPT` or :data:`UNSCORED`; ``item_scores`` hold :data:`NO_ITEM` where the item is
    not the group's and where the pupil has no result; ``standard`` and ``total`` are hundredths of a point, :data:`NO_TOTAL`
    without a result; ``grade`` is the national code 1 to 4, or 0. ``faults`` are bits: :func:`faults_of` reads them.
    """

    status: UInt8
    item_scores: Mapping[str, UInt8]
    standard: Int32
    bonus: UInt8
    total: Int32
    grade: UInt8
    faults: UInt32
    edition: Edition

    def __len__(self) -> int:
        return len(self.status)

    def is_decided_by_rounding(self) -> Bool:
        """Whose grade the exact total would not have earned."""
        exact = look_up(self.edition).exact_grades
        differs: Bool = exact[np.maximum(self.total, 0)] != self.grade
        return (self.total >= 0) & differs


@dataclass(frozen=True, slots=True)
class _ItemTable:
    """An item unrolled: ``entries`` by row and place; ``row_start`` gives a group's row, row 0 is «not this group's item»."""

    item: Item
    least: int
    places: int
    row_start: Int32
    entries: UInt32


@dataclass(frozen=True, slots=True)
class LookUp:
    """An edition unrolled for columns."""

    items: tuple[_ItemTable, ...]
    grades: UInt8
    exact_grades: UInt8


def steps(measurement: Measurement, value: Decimal) -> int:
    """A figure in steps of its resolution. Raises ``ValueError`` for one that is finer."""
    count = Fraction(value) / Fraction(measurement.resolution)
    if count.denominator != 1:
        raise ValueError(f"{measurement.label} {value} is finer than {measurement.resolution} {measurement.unit}")
    return int(count)


@functools.lru_cache(maxsize=8)
def look_up(edition: Edition) -> LookUp:
    """The edition unrolled, made once for each edition."""
    if len(edition.measurements) > _IMPLAUSIBLE_AT:
        raise DefectiveTables(
            f"{edition.code}: more than {_IMPLAUSIBLE_AT} measurements do not fit the bits of `faults`"
        )
    most = 10_000 + 100 * max(
        sum(item.bonus[group][-1][1] for item in edition.items_of(group) if group in item.bonus) for group in GROUPS
    )
    totals = [Decimal(total).scaleb(-2) for total in range(most + 1)]
    return LookUp(
        items=tuple(_unroll(item, edition) for item in edition.items.values()),
        grades=np.array([edition.grade_of(edition.graded_total(total)).code for total in totals], np.uint8),
        exact_grades=np.array([edition.grade_of(total).code for total in totals], np.uint8),
    )


def _unroll(item: Item, edition: Edition) -> _ItemTable:
    """Fill a row of places for each group of the item; the first and the last place stand for what is out of the limits."""
    least, most = _limits(item, edition)
    places = most - least + 3
    unit = (
        Decimal(1).scaleb(-edition.bmi_decimals) if item.code == "bmi" else edition.measurements[item.code].resolution
    )
    entries = np.zeros((len(item.weights) + 1, places), np.uint32)
    entries[0] = NO_ITEM << _SCORE_AT
    row_start = np.zeros(len(GROUPS) + 1, np.int32)
    for number, (group, weight) in enumerate(item.weights.items(), start=1):
        row_start[GROUPS.index(group)] = number * places
        score = np.zeros(places, np.uint32)
        bonus = np.zeros(places, np.uint32)
        # The worst row first, so that each better one overwrites the places that reach it too.
        for row in reversed(item.rows[group]):
            score[_reached(item, row.threshold / unit, least, places)] = row.score
        best = item.rows[group][0].threshold
        for beyond, points in item.bonus.get(group, ()):
            threshold = best - beyond if item.better == "lower" else best + beyond
            bonus[_reached(item, threshold / unit, least, places)] = points
        entries[number] = score * weight | bonus << _BONUS_AT | score << _SCORE_AT
        entries[number, [0, -1]] = 1 << _FAULT_AT
    return _ItemTable(item, least, places, row_start, entries.ravel())


def _limits(item: Item, edition: Edition) -> tuple[int, int]:
    """The least and the most that an item's value can be, in steps; the mass index from the limits of its two figures."""
    if item.code != "bmi":
        measurement = edition.measurements[item.code]
        return steps(measurement, measurement.least), steps(measurement, measurement.most)
    height, weight = edition.measurements["height"], edition.measurements["weight"]
    most = mass_index(height.least, weight.most, edition)
    return 0, int(most.scaleb(edition.bmi_decimals))


def _reached(item: Item, threshold: Decimal, least: int, places: int) -> slice:
    """The places whose value reaches a threshold that is given in steps."""
    if item.better == "lower":
        return slice(1, max(math.floor(threshold) - least + 2, 1))
    return slice(max(math.ceil(threshold) - least + 1, 1), places - 1)


def score_columns(pupils: PupilColumns, edition: Edition) -> FitnessColumns:
    """Score every pupil. The columns must be as :class:`PupilColumns` says; ``ValueError`` names one that is not."""
    _check_columns(pupils, edition)
    count = len(pupils)
    table = look_up(edition)
    result = FitnessColumns(
        status=np.empty(count, np.uint8),
        item_scores={one.item.code: np.empty(count, np.uint8) for one in table.items},
        standard=np.empty(count, np.int32),
        bonus=np.empty(count, np.uint8),
        total=np.empty(count, np.int32),
        grade=np.empty(count, np.uint8),
        faults=np.zeros(count, np.uint32),
        edition=edition,
    )
    for start in range(0, count, _PIECE):
        _score_piece(pupils, result, slice(start, start + _PIECE), table)
    return result


def _score_piece(pupils: PupilColumns, result: FitnessColumns, piece: slice, table: LookUp) -> None:
    sex, year = pupils.sex[piece], pupils.school_year[piece]
    has_table = (sex <= 1) & (year >= SCHOOL_YEARS[0]) & (year <= SCHOOL_YEARS[-1])
    group = np.where(has_table, sex * np.uint8(len(SCHOOL_YEARS)) + year - np.uint8(1), np.uint8(len(GROUPS)))
    summed = np.zeros(len(group), np.uint32)
    for one in table.items:
        value = (
            _mass_index_steps(pupils, piece, result.edition)
            if one.item.code == "bmi"
            else pupils.figures[one.item.code][piece]
        )
        place = np.clip(value, one.least - 1, one.least + one.places - 2)
        place += one.row_start[group]
        place -= one.least - 1
        entry = one.entries[place]
        np.right_shift(entry, _SCORE_AT, out=result.item_scores[one.item.code][piece], casting="unsafe")
        entry &= _SUMMED
        summed += entry
    standard = (summed & ((1 << _BONUS_AT) - 1)).astype(np.int32)
    bonus = (summed >> _BONUS_AT) & ((1 << (_FAULT_AT - _BONUS_AT)) - 1)
    total = standard + (100 * bonus).astype(np.int32)
    result.status[piece] = SCORED
    result.standard[piece] = standard
    result.bonus[piece] = bonus
    result.total[piece] = total
    result.grade[piece] = table.grades[total]

    without = np.flatnonzero((summed >> _FAULT_AT > 0) | pupils.is_exempt[piece] | ~has_table)
    if without.size:
        _clear(pupils, result, without + piece.start)


def _mass_index_steps(pupils: PupilColumns, piece: slice, edition: Edition) -> Int32:
    """The rounded mass index in steps of its decimals; one below its least where height or weight cannot be right."""
    height, weight = (edition.measurements[code] for code in ("height", "weight"))
    high, heavy = (pupils.figures[code][piece] for code in ("height", "weight"))
    usable = _is_within(high, height) & _is_within(heavy, weight)
    # kg ÷ m² in steps = heavy ÷ high² × factor; half up: ⌊(2 × that + 1) ÷ 2⌋.
    factor = Fraction(weight.resolution) * 10**edition.bmi_decimals / (Fraction(height.resolution) / 100) ** 2
    square = np.where(usable, high, 1).astype(np.int64)
    square *= square * factor.denominator
    rounded = (np.where(usable, heavy, 0) * np.int64(2 * factor.numerator) + square) // (2 * square)
    return np.where(usable, rounded, -1).astype(np.int32)


def _is_within(column: Int32, measurement: Measurement) -> Bool:
    return (column >= steps(measurement, measurement.least)) & (column <= steps(measurement, measurement.most))


def _clear(pupils: PupilColumns, result: FitnessColumns, rows: NDArray[np.intp]) -> None:
    """Take the result from pupils who are exempt or cannot be scored, and note why."""
    edition = result.edition
    sex, year = pupils.sex[rows], pupils.school_year[rows]
    no_sex = sex > 1
    no_year = ~no_sex & ((year < SCHOOL_YEARS[0]) | (year > SCHOOL_YEARS[-1]))
    has_table = ~no_sex & ~no_year
    exempt = has_table & pupils.is_exempt[rows] & pupils.has_medical_proof[rows]
    no_proof = has_table & pupils.is_exempt[rows] & ~pupils.has_medical_proof[rows]
    faults = no_sex * np.uint32(_NO_SEX) | no_year * np.uint32(_NO_YEAR) | no_proof * np.uint32(_NO_PROOF)
    measured = has_table & ~pupils.is_exempt[rows]
    for bit, measurement in enumerate(edition.measurements.values()):
        concerned = (
            measured & _concerned(measurement, edition)[np.where(has_table, sex * len(SCHOOL_YEARS) + year - 1, 0)]
        )
        column = pupils.figures[measurement.code][rows]
        faults |= (concerned & (column == MISSING)) * np.uint32(1 << bit)
        faults |= (concerned & (column != MISSING) & ~_is_within(column, measurement)) * np.uint32(
            1 << bit + _IMPLAUSIBLE_AT
        )
    result.faults[rows] = faults
    result.status[rows] = np.where(exempt, EXEMPT, UNSCORED)
    result.standard[rows] = result.total[rows] = NO_TOTAL
    result.bonus[rows] = result.grade[rows] = 0
    for scores in result.item_scores.values():
        scores[rows] = NO_ITEM


def _concerned(measurement: Measurement, edition: Edition) -> Bool:
    """For each group: must this figure be taken?"""
    return np.array([measurement in edition.measurements_of(group) for group in GROUPS])


def faults_of(faults: int, edition: Edition) -> frozenset[tuple[FaultKind, str]]:
    """The reasons behind a pupil's bits: the kind and the code of what it concerns, as :class:`.pupil.Fault` has them."""
    found = {
        (kind, subject)
        for bit, kind, subject in (
            (_NO_SEX, FaultKind.NO_TABLE, "sex"),
            (_NO_YEAR, FaultKind.NO_TABLE, "school_year"),
            (_NO_PROOF, FaultKind.NO_PROOF, "exemption"),
        )
        if faults & bit
    }
    for bit, code in enumerate(edition.measurements):
        found |= {(FaultKind.MISSING, code)} if faults >> bit & 1 else set()
        found |= {(FaultKind.IMPLAUSIBLE, code)} if faults >> bit + _IMPLAUSIBLE_AT & 1 else set()
    return frozenset(found)


def columns_of(tests: Sequence[FitnessTest], edition: Edition) -> PupilColumns:
    """Pupils as columns. Figures must be numbers no finer than their measurement: ``ValueError`` otherwise."""
    sexes, years = list(Sex), set(SCHOOL_YEARS)
    return PupilColumns(
        sex=np.array([sexes.index(Sex(one.sex)) if one.sex in sexes else 2 for one in tests], np.uint8),
        school_year=np.array([one.school_year if one.school_year in years else 0 for one in tests], np.uint8),
        figures={
            code: np.array([_column_value(measurement, one.figures.get(code)) for one in tests], np.int32)
            for code, measurement in edition.measurements.items()
        },
        is_exempt=np.array([one.is_exempt for one in tests], np.bool_),
        has_medical_proof=np.array([one.has_medical_proof for one in tests], np.bool_),
    )


def _column_value(measurement: Measurement, figure: Figure) -> int:
    """A figure in steps; beyond what a column holds, the nearest that it does, which is out of the limits as well."""
    if is_blank(figure):
        return MISSING
    value = number_of(figure)
    if value is None:
        raise ValueError(f"{measurement.label} {figure!r} is not a number")
    value = min(max(value, 10 * (measurement.least - measurement.most)), 10 * measurement.most)
    return steps(measurement, value)


def grade_counts(result: FitnessColumns, unit: NDArray[np.int64], units: int) -> NDArray[np.int64]:
    """Pupils by unit (0 to ``units`` − 1, one number a pupil) and outcome: 优秀, 良好, 及格, 不及格, exempt, unscored.

    优良率 of a unit is (first + second) ÷ the first four together, 合格率 the first three; exempt pupils are in neither.
    """
    codes = [grade.code for grade in result.edition.grades]
    outcome = np.full(max(codes) + 1, len(codes) + 1, np.int64)
    outcome[codes] = range(len(codes))
    column = np.where(result.status == EXEMPT, len(codes), outcome[result.grade])
    width = len(codes) + 2
    return np.bincount(unit * width + column, minlength=units * width).reshape(units, width)


def _check_columns(pupils: PupilColumns, edition: Edition) -> None:
    columns = {
        "sex": (pupils.sex, np.uint8),
        "school_year": (pupils.school_year, np.uint8),
        "is_exempt": (pupils.is_exempt, np.bool_),
        "has_medical_proof": (pupils.has_medical_proof, np.bool_),
    }
    for code in edition.measurements:
        if code not in pupils.figures:
            raise ValueError(f"there is no column {code}: a figure that nobody has is a column of MISSING")
        columns[code] = (pupils.figures[code], np.int32)
    for name, (column, kind) in columns.items():
        if column.dtype != kind or column.shape != (len(pupils),):
            wanted = np.dtype(kind).name
            raise ValueError(f"the column {name} is {column.dtype} {column.shape}, not {wanted} ({len(pupils)},)")
