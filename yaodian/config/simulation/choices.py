"""Who does what in the invented year, and when: seeded choices, without Django.

Each question has a stream of its own, named by what it is about (a unit, a month, a case), so the answer does not depend on
what was asked before, and a new question moves no other answer. Days are counted in working days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from random import Random

from yaodian.config.simulation import words
from yaodian.registry.demonstration.streams import Choice, between, pick, stream

# Of six units one is slack: late more often, and returned more often.
SLACK = 6
# Of a hundred commitments that no measure decides so many are kept by their day, done late, and not done within the year.
KEPT, LATE, LEFT = "kept", "late", "left"


@dataclass(frozen=True, slots=True)
class Habits:
    """How a unit works: the share of its reports that come in time, and of its work that stands up to a second look."""

    is_slack: bool
    in_time: float
    careful: float


@dataclass(frozen=True, slots=True)
class ReportCourse:
    """``days`` after the day on which the report is due (negative: before); whether it is returned, and after how long it is
    handed in again; how long the office takes."""

    days: int
    decided_after: int
    is_returned: bool
    mended_after: int

    @property
    def is_late(self) -> bool:
        return self.days > 0


@dataclass(frozen=True, slots=True)
class LineSaid:
    """What a unit says of one commitment; ``file`` is the place of a piece of evidence, or -1."""

    sentence: str
    is_forecast_good: bool
    reason: str
    file: int


@dataclass(frozen=True, slots=True)
class CaseCourse:
    """What becomes of a case, in working days after the step before."""

    hands_back: bool
    accepted_after: int
    reports: int
    asks_extension: bool
    extension_days: int
    is_extension_granted: bool
    done_after: int
    verified_after: int
    is_returned: bool
    mended_after: int
    is_reopened: bool
    reopened_after: int
    file: int


class Choices:
    """The answers of one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def stream(self, *names: str | int) -> Random:
        return stream(self.seed, "year", *names)

    def habits(self, unit: str) -> Habits:
        """Of a unit, by its code."""
        random = self.stream("habits", unit)
        is_slack = random.random() * SLACK < 1
        in_time = (0.55 if is_slack else 0.86) + 0.12 * random.random()
        return Habits(is_slack, in_time, (0.7 if is_slack else 0.88) + 0.1 * random.random())

    def report(self, plan: str, unit: str, month: date) -> ReportCourse:
        """How a unit's report for a month goes. Four working days are left for it where the month begins well."""
        random, habits = self.stream("report", plan, unit, month.isoformat()), self.habits(unit)
        is_late = random.random() >= habits.in_time
        # Some of the late wait until the supervising office asks, few until the leader does.
        days = _LATE(random) if is_late else -between(random, 0, 3)
        return ReportCourse(
            days=days,
            decided_after=_DECIDED(random),
            is_returned=random.random() >= habits.careful,
            mended_after=between(random, 1, 3) if random.random() < habits.in_time else between(random, 4, 6),
        )

    def line(self, unit: str, month: date, commitment: str, *, fate: str, is_near: bool) -> LineSaid:
        """What a unit says of a commitment in a month's report."""
        random = self.stream("line", unit, month.isoformat(), commitment)
        fears = fate != KEPT and is_near and random.random() < 0.8
        return LineSaid(
            sentence=pick(random, words.PROGRESS_LATE if fears else words.PROGRESS),
            is_forecast_good=not fears,
            reason=pick(random, words.WHY_NOT) if fears else "",
            file=between(random, 0, words.FILES - 1) if random.random() < 0.06 else -1,
        )

    def fate(self, plan: str, place: str, unit: str) -> str:
        """Whether a commitment that no measure decides is kept by its day, done late, or left."""
        random, habits = self.stream("fate", plan, place), self.habits(unit)
        draw = random.random()
        kept = 0.68 if habits.is_slack else 0.84
        return KEPT if draw < kept else LATE if draw < kept + (1 - kept) * 0.8 else LEFT

    def shown_before(self, plan: str, place: str) -> int:
        """So many working days before its day a kept commitment is shown to be done."""
        return between(self.stream("shown", plan, place), 1, 15)

    def due(self, plan: str, place: str, year: int, proposed: date | None) -> date | None:
        """The day that the office sets for what the plan gives none: the end of a month, or the year's end as proposed."""
        month = _DUE(self.stream("due", plan, place))
        return date(year, month, 31 if month in (3, 5, 8, 10) else 30) if month < 12 else proposed

    def signs(self, plan: str, place: str, unit: str) -> bool:
        """Whether a unit signs for a duty; else it gives it back."""
        return self.stream("signs", plan, place, unit).random() >= 0.015

    def case(self, number: str, unit: str, fate: str, *, round_: int = 0) -> CaseCourse:
        """What becomes of a case; ``fate`` is that of the commitment behind it. From ``round_`` 1 on it was reopened."""
        random, habits = self.stream("case", number, round_), self.habits(unit)
        days = between(random, 4, 16) if random.random() < 0.7 * habits.in_time else between(random, 20, 40)
        if fate == LEFT:
            days = between(random, 45, 80)
        return CaseCourse(
            hands_back=round_ == 0 and random.random() < 0.06,
            accepted_after=between(random, 0, 2) if random.random() < habits.in_time else between(random, 5, 9),
            reports=between(random, 0, 2),
            asks_extension=round_ == 0 and random.random() < 0.2,
            extension_days=between(random, 7, 20),
            is_extension_granted=random.random() < 0.7,
            done_after=days,
            verified_after=between(random, 1, 4),
            is_returned=random.random() >= habits.careful,
            mended_after=between(random, 2, 6),
            is_reopened=round_ == 0 and random.random() < 0.05,
            reopened_after=between(random, 8, 25),
            file=between(random, 0, words.FILES - 1),
        )

    def words_of(self, which: tuple[str, ...], *names: str | int) -> str:
        """One of several sentences."""
        return pick(self.stream("words", *names), which)


_LATE = Choice({1: 5.0, 2: 4.0, 3: 3.0, 4: 2.0, 6: 2.0, 8: 1.0, 11: 1.0})
_DUE = Choice({3: 1.0, 4: 0.6, 5: 0.6, 6: 2.0, 8: 1.0, 9: 1.0, 10: 0.8, 11: 1.0, 12: 9.0})
_DECIDED = Choice({1: 5.0, 2: 4.0, 3: 2.0, 4: 1.0, 6: 0.4})


def section_for(text: str, heading: str = "") -> str:
    """The section of the bureau that has to do with a commitment, by what its words are about."""
    for said in (text, heading):
        for section, pattern in words.SECTIONS.items():
            if re.search(pattern, said):
                return section
    return words.SECTION_ELSE


def meant_section(name: str) -> str:
    """Which section of the city a printed name surely means, or nothing."""
    return next((section for section, pattern in words.NAMES.items() if re.fullmatch(pattern, name)), "")


def is_collective(name: str) -> bool:
    """Whether a printed name is of many units (各大中专院校, 机关各科室): none can be set up for it."""
    return "各" in name or "有关" in name or "相关" in name


def renamed(title: str, *, year: int, to: int) -> str:
    """A plan's title with the simulated year in the place of its own."""
    return title.replace(str(year), str(to)) if year != to else title
