"""Fitness of a million pupils: yaodian's columns beside a NumPy lookup written by hand for the same columns.

The hand-written one knows the tables and nothing else: whole columns at once, no limits, no missing figures, no exemptions, no
reasons. Both unroll their tables before the clock runs. What both must give is compared: item scores, standard
score, bonus, total and grade of every pupil who has a result. ``--plain`` also holds every pupil against the plain evaluator.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import time
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks import report, workloads
from yaodian.statutes.fitness import columns
from yaodian.statutes.fitness.pupil import Exempt, FitnessTest, Scored, score_pupil
from yaodian.statutes.fitness.tables import EDITIONS, GROUPS, Edition, Sex, read_edition

GOAL_TIMES = 5
GOAL_MEGABYTES = 2_000
PUPILS = 1_000_000
ROUNDS = 7

# The high-water mark of the own address space: ru_maxrss would count that of the process which started this one.
_PEAK = """
import re
from pathlib import Path
from benchmarks import fitness
fitness.columns.score_columns(fitness.crowd({count}, 1), fitness.edition())
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1000)
"""


def edition() -> Edition:
    return read_edition(EDITIONS / "national-2014")


def crowd(count: int, seed: int, *, faults: float = 0.02) -> columns.PupilColumns:
    """Pupils of every sex and year with figures from below the worst row to beyond the best bonus; some lack one."""
    chance = np.random.default_rng(seed)
    known = edition()
    sex = chance.integers(0, 2, count, dtype=np.uint8)
    year = chance.integers(1, 13, count, dtype=np.uint8)
    group = sex.astype(np.intp) * 12 + year - 1
    figures: dict[str, NDArray[np.int32]] = {}
    for code, measurement in known.measurements.items():
        least, most = np.zeros(len(GROUPS), np.int32), np.ones(len(GROUPS), np.int32)
        for number, (_, school_year) in enumerate(GROUPS):
            if code == "height":
                least[number], most[number] = 1000 + 50 * school_year, 1350 + 50 * school_year
            elif code == "weight":
                least[number], most[number] = 1300 + 250 * school_year, 2800 + 450 * school_year
            elif GROUPS[number] in known.items[code].weights:
                rows = known.items[code].rows[GROUPS[number]]
                ends = sorted(columns.steps(measurement, row.threshold) for row in (rows[0], rows[-1]))
                margin = (ends[1] - ends[0]) // 6
                floor, ceiling = (columns.steps(measurement, one) for one in (measurement.least, measurement.most))
                least[number], most[number] = max(ends[0] - margin, floor), min(ends[1] + margin, ceiling)
        figures[code] = chance.integers(least[group], most[group] + 1, dtype=np.int32)
        figures[code][chance.random(count) < faults / len(known.measurements)] = columns.MISSING
    return columns.PupilColumns(
        sex=sex,
        school_year=year,
        figures=figures,
        is_exempt=chance.random(count) < faults / 2,
        has_medical_proof=chance.random(count) < 0.9,
    )


class ByHand:
    """What somebody writes in an afternoon: a dense array an item, clip, index, weigh, add."""

    def __init__(self, known: Edition) -> None:
        self.known = known
        self.weight = {
            code: np.array([item.weights.get(group, 0) for group in GROUPS], np.int32)
            for code, item in known.items.items()
        }
        self.scores: dict[str, tuple[int, NDArray[np.uint8], NDArray[np.uint8] | None]] = {}
        for code, item in known.items.items():
            measurement = known.measurements.get(code)
            least = 0 if measurement is None else columns.steps(measurement, measurement.least)
            most = 3125 if measurement is None else columns.steps(measurement, measurement.most)
            unit = 10 if measurement is None else int(1 / measurement.resolution)
            score = np.zeros((len(GROUPS), most - least + 1), np.uint8)
            bonus = np.zeros_like(score)
            place = np.arange(least, most + 1)
            for number, group in enumerate(GROUPS):
                if group not in item.weights:
                    continue
                for row in reversed(item.rows[group]):
                    at = int(row.threshold * unit)
                    score[number, place <= at if item.better == "lower" else place >= at] = row.score
                best = item.rows[group][0].threshold
                for beyond, points in item.bonus.get(group, ()):
                    at = int((best - beyond if item.better == "lower" else best + beyond) * unit)
                    bonus[number, place <= at if item.better == "lower" else place >= at] = points
            self.scores[code] = (least, score, bonus if item.bonus else None)

    def __call__(self, pupils: columns.PupilColumns) -> dict[str, Any]:
        group = pupils.sex.astype(np.intp) * 12 + pupils.school_year - 1
        metres = pupils.figures["height"] / 1000
        figures = dict(pupils.figures)
        figures["bmi"] = np.floor(pupils.figures["weight"] / 10 / (metres * metres) + 0.5).astype(np.int32)
        standard = np.zeros(len(pupils), np.int32)
        bonus = np.zeros(len(pupils), np.int32)
        items = {}
        for code, (least, score, extra) in self.scores.items():
            place = np.clip(figures[code], least, least + score.shape[1] - 1) - least
            items[code] = score[group, place]
            standard += items[code] * self.weight[code][group]
            if extra is not None:
                bonus += extra[group, place]
        total = standard + 100 * bonus
        # One decimal, half up, then the bands.
        grade = np.select([total >= 8995, total >= 7995, total >= 5995], [1, 2, 3], 4).astype(np.uint8)
        return {"items": items, "standard": standard, "bonus": bonus, "total": total, "grade": grade}


def disagreements(result: columns.FitnessColumns, by_hand: dict[str, Any]) -> int:
    """Pupils with a result of whom the two say anything different."""
    differs = np.zeros(len(result), np.bool_)
    for name in ("standard", "bonus", "total", "grade"):
        differs |= getattr(result, name) != by_hand[name]
    for code, scores in result.item_scores.items():
        differs |= (scores != columns.NO_ITEM) & (scores != by_hand["items"][code])
    return int((differs & (result.status == columns.SCORED)).sum())


def plain_differences(pupils: columns.PupilColumns, result: columns.FitnessColumns) -> tuple[int, float]:
    """Pupils of whom the plain evaluator says anything different, and its seconds for all of them."""
    known = result.edition
    resolutions = {code: one.resolution for code, one in known.measurements.items()}
    sexes = list(Sex)
    figures = {code: column.tolist() for code, column in pupils.figures.items()}
    scores = {code: column.tolist() for code, column in result.item_scores.items()}
    rows = [getattr(result, name).tolist() for name in ("status", "standard", "bonus", "total", "grade", "faults")]
    different, taken = 0, 0.0
    for number in range(len(pupils)):
        test = FitnessTest(
            sexes[pupils.sex[number]],
            int(pupils.school_year[number]),
            {
                code: None if column[number] == columns.MISSING else column[number] * resolutions[code]
                for code, column in figures.items()
            },
            bool(pupils.is_exempt[number]),
            bool(pupils.has_medical_proof[number]),
        )
        began = time.process_time()
        plain = score_pupil(test, known)
        taken += time.process_time() - began
        status, standard, bonus, total, grade, faults = (row[number] for row in rows)
        if isinstance(plain, Scored):
            same = (status, standard, bonus, total, grade) == (
                columns.SCORED,
                int(plain.standard_score * 100),
                plain.bonus,
                int(plain.total * 100),
                plain.grade.code,
            ) and all(scores[one.item.code][number] == one.score for one in plain.items)
        elif isinstance(plain, Exempt):
            same = status == columns.EXEMPT
        else:
            named = frozenset((fault.kind, fault.subject) for fault in plain.faults)
            same = status == columns.UNSCORED and columns.faults_of(faults, known) == named
        different += not same
    return different, taken


def main(*, plain: bool = False) -> None:
    """Measure 100,000, a million and four million pupils; ``plain`` holds a million against the plain evaluator too."""
    facts = report.conditions()
    known = edition()
    by_hand = ByHand(known)
    rows: list[list[Any]] = []
    for count in (PUPILS // 10, PUPILS, 4 * PUPILS):
        pupils = crowd(count, 1)
        result = columns.score_columns(pupils, known)
        different = disagreements(result, by_hand(pupils))
        ours = report.quickest_cpu(functools.partial(columns.score_columns, pupils, known), ROUNDS)
        theirs = report.quickest_cpu(functools.partial(by_hand, pupils), ROUNDS)
        rows.append([count, ours, theirs, ours / theirs, _peak(count), different])
    heads = ("pupils", "columns CPU s", "by hand CPU s", "times", "MB at most", "different pupils")
    if plain:
        pupils = crowd(PUPILS, 1)
        different, taken = plain_differences(pupils, columns.score_columns(pupils, known))
        facts |= {"plain_different_pupils": different, "plain_cpu_seconds": round(taken, 1)}
        print(f"plain evaluator: {different} different of {PUPILS} pupils, {taken:.1f} s CPU")
    report.finish("fitness", heads, rows, facts)


def _peak(count: int) -> int:
    finished = subprocess.run(
        [sys.executable, "-c", _PEAK.format(count=count)],
        capture_output=True,
        text=True,
        check=True,
        cwd=workloads.ROOT,
    )
    return int(json.loads(finished.stdout))


@click.command()
@click.option("--plain", is_flag=True, help="Hold every pupil against the plain evaluator too (minutes).")
def command(plain: bool) -> None:
    """Measure 100,000, a million and four million pupils."""
    main(plain=plain)


if __name__ == "__main__":
    command()
