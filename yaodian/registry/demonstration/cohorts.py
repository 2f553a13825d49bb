"""How many children there are: cohorts that grow and shrink, and the classes they sit in.

A cohort is the children who entered one stage of one school in one September. Its size in each later September follows
from the one before by what the flows of the year say, so that the returns of successive years fit together:

    size(year) = size(year - 1) + moved in - moved out - dropped out - died

and whoever is there after the last grade has graduated.
"""

from __future__ import annotations

from dataclasses import dataclass

from yaodian.registry.demonstration.layout import GROWTH, Layout, SchoolPlan
from yaodian.registry.demonstration.scales import AGE_AT_ENTRY, TEACHING_POINT
from yaodian.registry.demonstration.streams import near, stream

# Children born in a year, as an index: a rise to 2016, 2017 and then a steep decline.
BIRTHS = {
    1999: 96, 2000: 97, 2001: 94, 2002: 93, 2003: 93, 2004: 94, 2005: 95, 2006: 95, 2007: 98, 2008: 100, 2009: 99,
    2010: 100, 2011: 101, 2012: 109, 2013: 104, 2014: 108, 2015: 104, 2016: 116, 2017: 114, 2018: 99, 2019: 94,
    2020: 79, 2021: 70, 2022: 63, 2023: 60, 2024: 61, 2025: 57, 2026: 55,
}  # fmt: skip
_TREND_FROM = 2020
# What happens to a thousand pupils in a year: in, out, dropped out, died.
_FLOWS: dict[str, tuple[float, float, float, float]] = {
    "city": (22, 12, 0.2, 0.05),
    "edge": (26, 14, 0.3, 0.05),
    "seat": (18, 12, 0.4, 0.06),
    "town": (8, 20, 0.8, 0.08),
    "village": (5, 30, 1.2, 0.09),
}


@dataclass(frozen=True)
class Flow:
    """What changed between two Septembers."""

    moved_in: int = 0
    moved_out: int = 0
    dropped_out: int = 0
    deaths: int = 0


@dataclass(frozen=True)
class Cohort:
    """`sizes[k]` stand there in September `entered_year + k`; `flows[k]` led from there to the next September.

    Both run to the end of the stage: ``sizes[grades]`` have graduated.
    """

    entered_year: int
    classes: int
    sizes: tuple[int, ...]
    flows: tuple[Flow, ...]


def _whole(drawn: float, expected: float) -> int:
    """A whole number whose mean is `expected`, from a draw between 0 and 1."""
    whole = int(expected)
    return whole + (1 if drawn < expected - whole else 0)


class Cohorts:
    """The cohorts of a city, each made when it is first asked for."""

    def __init__(self, layout: Layout, *, seed: int, year: int) -> None:
        self._seed, self._year = seed, year
        self._known: dict[tuple[str, str, int], Cohort | None] = {}
        self._merged: dict[str, list[SchoolPlan]] = {}
        for plan in layout.plans:
            if plan.successor:
                self._merged.setdefault(plan.successor, []).append(plan)

    def of(self, plan: SchoolPlan, stage: str, entered_year: int) -> Cohort | None:
        """The cohort, or None where the school did not take any children in that September."""
        key = (plan.code, stage, entered_year)
        if key not in self._known:
            self._known[key] = self._made(plan, stage, entered_year)
        return self._known[key]

    def in_school(self, plan: SchoolPlan, stage: str, grades: int, year: int) -> list[Cohort | None]:
        """The cohorts in school in a September, first grade first."""
        if plan.closed_on is not None and year >= plan.closed_on.year:
            return [None] * grades
        return [self.of(plan, stage, year - grade) for grade in range(grades)]

    def _made(self, plan: SchoolPlan, stage: str, entered_year: int) -> Cohort | None:
        if entered_year < plan.opened_on.year or (plan.closed_on is not None and entered_year >= plan.closed_on.year):
            return None
        random = stream(self._seed, "cohort", plan.code, stage, entered_year)
        born = entered_year - AGE_AT_ENTRY[stage] - 1  # From the September of that year to the next August.
        index = (BIRTHS[born] + 2 * BIRTHS[born + 1]) / 300
        growth = 1.0
        for _passed in range(abs(entered_year - _TREND_FROM)):
            growth *= GROWTH[plan.part.kind]
        if entered_year < _TREND_FROM:
            growth = 1 / growth
        if stage in {"senior", "vocational", "special"}:
            growth = 1.0
        size = max(int(plan.bases[stage] * index * growth * near(random, 1, 0.07) + 0.5), 2)
        classes = -(-size // plan.class_limits[stage])
        grades = dict(plan.stages)[stage]
        sizes, flows = [size], []
        into, out, dropped, died = _FLOWS[plan.part.kind]
        if stage == "preschool":
            dropped = 0.0
        for passed in range(1, grades + 1):
            september = entered_year + passed
            flow = Flow(
                moved_in=_whole(random.random(), size * into / 1000)
                + self._absorbed(plan, stage, entered_year, september),
                moved_out=min(_whole(random.random(), size * out / 1000), size - 1),
                dropped_out=0 if size < 5 else _whole(random.random(), size * dropped / 1000),
                deaths=0 if size < 5 else _whole(random.random(), size * died / 1000),
            )
            size += flow.moved_in - flow.moved_out - flow.dropped_out - flow.deaths
            flows.append(flow)
            sizes.append(size)
        return Cohort(entered_year, classes, tuple(sizes), tuple(flows))

    def _absorbed(self, plan: SchoolPlan, stage: str, entered_year: int, september: int) -> int:
        """How many came from schools that were merged into this one before that September."""
        total = 0
        for other in self._merged.get(plan.code, ()):
            if other.closed_on is not None and other.closed_on.year == september:
                cohort = self.of(other, stage, entered_year)
                if cohort is not None and september - entered_year < len(cohort.sizes) - 1:
                    total += cohort.sizes[september - entered_year]
        return total


def class_sizes(cohort: Cohort, *, year: int, seed: int, code: str, stage: str) -> list[int]:
    """How many sit in each class of a cohort in a September: nearly alike, as many as the cohort has in all."""
    size = cohort.sizes[year - cohort.entered_year]
    whole, rest = divmod(size, cohort.classes)
    sizes = [whole + (1 if number < rest else 0) for number in range(cohort.classes)]
    if cohort.classes > 1 and whole > 8:
        random = stream(seed, "class sizes", code, stage, cohort.entered_year, year)
        for _exchange in range(cohort.classes // 2):
            giver, taker = int(random.random() * cohort.classes), int(random.random() * cohort.classes)
            sizes[giver] -= 1
            sizes[taker] += 1
    return sizes


def grades_taught(plan: SchoolPlan) -> tuple[tuple[str, int], ...]:
    """The stages of a school and how many grades each has in returns: six of a primary stage, even at a teaching point."""
    return (("primary", 6),) if plan.school_type == TEACHING_POINT else plan.stages
