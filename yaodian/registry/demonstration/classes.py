"""The classes of the current school year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from yaodian.registry.demonstration.cohorts import Cohort, class_sizes
from yaodian.registry.demonstration.layout import SchoolPlan
from yaodian.registry.demonstration.naming import chinese

_KINDERGARTEN_GRADES = ("小班", "中班", "大班")
_LETTERS = {"preschool": "K", "primary": "P", "junior": "J", "senior": "S", "vocational": "V", "special": "X"}
_GRADE_NAMES = {
    "primary": "一年级 二年级 三年级 四年级 五年级 六年级".split(),
    "junior": "七年级 八年级 九年级".split(),
    "senior": "高一 高二 高三".split(),
    "vocational": "职一 职二 职三".split(),
    "special": "一年级 二年级 三年级 四年级 五年级 六年级 七年级 八年级 九年级".split(),
}


@dataclass(frozen=True)
class ClassPlan:
    """A class and how many are in it. `newcomers` of them came to the school during the last year."""

    plan: SchoolPlan
    stage: str
    grade: int
    cohort: Cohort
    number: int
    size: int
    newcomers: int

    @property
    def key(self) -> str:
        return class_key(self.plan.code, self.stage, self.cohort.entered_year, self.number)

    @property
    def name(self) -> str:
        """大（1）班, 三年级（2）班."""
        if self.stage == "preschool":
            return f"{_KINDERGARTEN_GRADES[self.grade - 1][0]}{chinese(self.number)}班"
        return f"{_GRADE_NAMES[self.stage][self.grade - 1]}（{self.number}）班"

    @property
    def from_on(self) -> date:
        return date(self.cohort.entered_year, 9, 1)


def class_key(school: str, stage: str, entered_year: int, number: int) -> str:
    """The external id of a class: it stays while the class moves up."""
    return f"{school}-{_LETTERS[stage]}{entered_year}-{number:02d}"


def classes_of(
    plan: SchoolPlan, cohorts: list[tuple[str, list[Cohort | None]]], *, seed: int, year: int
) -> Iterator[ClassPlan]:
    """The classes of a school: stage by stage, first grade first."""
    for stage, by_grade in cohorts:
        for grade, cohort in enumerate(by_grade, 1):
            if cohort is None:
                continue
            sizes = class_sizes(cohort, year=year, seed=seed, code=plan.code, stage=stage)
            came = cohort.flows[grade - 2].moved_in if grade > 1 else 0
            for number, size in enumerate(sizes, 1):
                # Who came during the year was put where there was room: class by class in turn.
                newcomers = min(came // cohort.classes + (1 if number <= came % cohort.classes else 0), size)
                yield ClassPlan(plan, stage, grade, cohort, number, size, newcomers)
