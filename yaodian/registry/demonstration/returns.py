"""Yearly returns of each school and stage: the current one counted from the rows, earlier ones drawn so that they fit.

Of the current year every figure about pupils, classes and teachers is counted from the pupils, classes and teachers that
the city holds. Of the years before, the pupils by grade, the classes and the flows come from the same cohorts; what
is counted of people is drawn near the current share. Premises and equipment follow how well off a school is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from yaodian.registry.demonstration.classes import ClassPlan
from yaodian.registry.demonstration.cohorts import Cohort, Cohorts, class_sizes, grades_taught
from yaodian.registry.demonstration.layout import SchoolPlan
from yaodian.registry.demonstration.staff import ABOVE_REQUIRED, Staff, near_share, teachers_wanted
from yaodian.registry.demonstration.streams import near, stream
from yaodian.registry.demonstration.tables import Pupil, Teacher, TeacherPost, YearlyReturn

# The bands of class sizes in the statistics' forms, by the largest class that each holds.
BANDS = {
    25: "25-",
    30: "26-30",
    35: "31-35",
    40: "36-40",
    45: "41-45",
    50: "46-50",
    55: "51-55",
    60: "56-60",
    65: "61-65",
}
LARGEST_BAND = "66+"
# Per pupil, what a school of ordinary means has: teaching rooms and sports ground (m²), equipment (yuan), multimedia
# classrooms for a hundred pupils, computers for a hundred, books for one.
_ORDINARY: dict[str, tuple[float, float, float, float, float, float]] = {
    "preschool": (8.6, 4.3, 1500, 3.4, 1, 9),
    "primary": (4.6, 7.7, 2100, 2.5, 13, 28),
    "junior": (6.0, 10.6, 2700, 2.6, 17, 36),
    "senior": (7.0, 10.8, 3900, 2.4, 20, 45),
    "vocational": (7.4, 7.5, 6200, 2.4, 26, 32),
    "special": (22, 16, 9500, 13, 30, 30),
}
_PUBLIC_FUNDS = {"preschool": 560, "primary": 760, "junior": 980, "senior": 1250, "vocational": 1600, "special": 8200}


def band_of(size: int) -> str:
    """The band in which a class of that size is counted."""
    return next((name for upper, name in BANDS.items() if size <= upper), LARGEST_BAND)


@dataclass(frozen=True)
class People:
    """Figures about the people of one school and stage, in one September."""

    pupils: dict[str, Any]
    staff: dict[str, Any]
    by_qualification: dict[str, int]
    by_title: dict[str, int]
    pupils_in_all: int = 0


@dataclass(frozen=True)
class Known:
    """The rows of the current year from which the returns of a part are counted."""

    pupils: dict[tuple[str, str], list[Pupil]]
    staff: Staff

    @classmethod
    def of(cls, pupils: list[Pupil], classes: list[ClassPlan], staff: Staff) -> Known:
        stages = {place.key: place.stage for place in classes}
        found: dict[tuple[str, str], list[Pupil]] = {}
        for pupil in pupils:
            if pupil.status == "enrolled":
                found.setdefault((pupil.school, stages[pupil.school_class]), []).append(pupil)
        return cls(found, staff)


def returns_of(
    plan: SchoolPlan, cohorts: Cohorts, known: Known, *, seed: int, year: int, years: int
) -> Iterator[YearlyReturn]:
    """The returns of a school, oldest year first; none for the years in which it did not stand."""
    for stage, grades in grades_taught(plan):
        taught = dict(plan.stages)[stage]
        counted = _counted(known, plan.code, stage, year) if plan.closed_on is None else None
        for september in range(year - years + 1, year + 1):
            if september < plan.opened_on.year or (plan.closed_on is not None and september >= plan.closed_on.year):
                continue
            random = stream(seed, "return", plan.code, stage, september)
            here = cohorts.in_school(plan, stage, taught, september)
            before = cohorts.in_school(plan, stage, taught, september - 1)
            sizes = [cohort.sizes[grade] if cohort else 0 for grade, cohort in enumerate(here)]
            if september == year and counted is not None:
                people = counted
            else:
                people = _drawn(random, plan, stage, sizes, here, counted, age=year - september)
            yield _row(plan, stage, september, grades, here, before, sizes, people, seed=seed, year=year)


def _counted(known: Known, school: str, stage: str, year: int) -> People:
    pupils = known.pupils.get((school, stage), [])
    teachers = known.staff.of(school, stage)
    posts: dict[str, list[TeacherPost]] = {}
    wanted = {teacher.staff_number for teacher in teachers}
    for post in known.staff.posts:
        if post.teacher in wanted:
            posts.setdefault(post.teacher, []).append(post)
    exchanged = sum(len(found) > 1 and found[-1].from_on.year == year for found in posts.values())
    return People(
        pupils={
            "girls": sum(pupil.gender == "2" for pupil in pupils),
            "minority": sum(pupil.ethnicity != "01" for pupil in pupils),
            "migrant": sum(pupil.is_migrant for pupil in pupils),
            "left_behind": sum(pupil.is_left_behind for pupil in pupils),
            "boarding": sum(pupil.is_boarding for pupil in pupils),
            "disabled": sum(pupil.has_disability for pupil in pupils),
        },
        staff={
            "full_time": len(teachers),
            "above_required_qualification": sum(one.qualification in ABOVE_REQUIRED[stage] for one in teachers),
            "backbone_county_or_above": sum(one.backbone_level != "none" for one in teachers),
            "sports": _teaching(teachers, "体育"),
            "music": _teaching(teachers, "音乐"),
            "art": _teaching(teachers, "美术"),
            "certified": sum(one.has_certificate for one in teachers),
            "in_establishment": sum(one.establishment == "in" for one in teachers),
            "exchanged": exchanged,
            "exchange_eligible": exchanged + sum(found[-1].from_on.year <= year - 6 for found in posts.values()),
        },
        by_qualification=_by([one.qualification for one in teachers]),
        by_title=_by([one.title for one in teachers]),
        pupils_in_all=len(pupils),
    )


def _teaching(teachers: list[Teacher], subject: str) -> int:
    return sum(teacher.subject == subject for teacher in teachers)


def _by(values: list[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _drawn(
    random: Random,
    plan: SchoolPlan,
    stage: str,
    sizes: list[int],
    here: list[Cohort | None],
    counted: People | None,
    *,
    age: int,
) -> People:
    """Of a year before: near the shares of the current year, or of an ordinary small school where it is closed."""
    total = sum(sizes)
    classes = sum(cohort.classes for cohort in here if cohort)
    teachers = teachers_wanted(plan, stage, pupils=total, classes=classes, drawn=random.random())
    shares = {"girls": 0.467, "minority": 0.05, "migrant": 0.03, "left_behind": 0.2, "boarding": 0.0, "disabled": 0.004}
    staff_shares = {
        "above_required_qualification": 0.9, "backbone_county_or_above": 0.12, "sports": 0.05, "music": 0.04, "art": 0.04,
        "certified": 0.99, "in_establishment": 0.9, "exchanged": 0.05, "exchange_eligible": 0.5,
    }  # fmt: skip
    qualifications, titles = {"bachelor": 6, "junior_college": 4}, {"first": 5, "second": 3, "senior": 2}
    if counted is not None and counted.staff["full_time"]:
        teachers = max(int(counted.staff["full_time"] * near(random, 1 + 0.004 * age, 0.03) + 0.5), 1)
        staff_shares = {name: counted.staff[name] / counted.staff["full_time"] for name in staff_shares}
        qualifications, titles = counted.by_qualification, counted.by_title
        if counted.pupils_in_all:
            shares = {name: counted.pupils[name] / counted.pupils_in_all for name in shares}
    whole = {name: near_share(random, total, share, 0.01) for name, share in shares.items()}
    staff = {name: near_share(random, teachers, share, 0.015) for name, share in staff_shares.items()}
    staff["certified"] = max(staff["certified"], teachers - 1)
    staff["exchange_eligible"] = max(staff["exchange_eligible"], staff["exchanged"])
    staff["full_time"] = teachers
    by_qualification = _spread(teachers, qualifications)
    staff["above_required_qualification"] = sum(
        number for name, number in by_qualification.items() if name in ABOVE_REQUIRED[stage]
    )
    return People(whole, staff, by_qualification, _spread(teachers, titles))


def _spread(total: int, weights: dict[str, int]) -> dict[str, int]:
    """A whole number shared out by weights; what is left over goes to the heaviest."""
    whole = sum(weights.values())
    found = {name: total * weight // whole for name, weight in weights.items()}
    found[max(sorted(weights), key=lambda name: weights[name])] += total - sum(found.values())
    return found


def _row(
    plan: SchoolPlan,
    stage: str,
    september: int,
    grades: int,
    here: list[Cohort | None],
    before: list[Cohort | None],
    sizes: list[int],
    people: People,
    *,
    seed: int,
    year: int,
) -> YearlyReturn:
    in_classes = [
        class_sizes(cohort, year=september, seed=seed, code=plan.code, stage=stage) if cohort else [] for cohort in here
    ]
    flows = [cohort.flows[grade] for grade, cohort in enumerate(before) if cohort]
    leaving = before[-1] if september - 1 >= plan.opened_on.year else None
    rest = [0] * (grades - len(sizes))
    every = [size for sizes_of_grade in in_classes for size in sizes_of_grade]
    figures = _premises(plan, stage, classes=len(every), seed=seed, age=year - september)
    total, full_time = sum(sizes), people.staff["full_time"]
    return YearlyReturn(
        school=plan.code,
        year=september,
        stage=stage,
        pupils_by_grade=[*sizes, *rest],
        classes_by_grade=[*(len(sizes_of_grade) for sizes_of_grade in in_classes), *rest],
        class_size_bands={
            name: count
            for name in (*BANDS.values(), LARGEST_BAND)
            if (count := sum(band_of(size) == name for size in every))
        },
        largest_class=max(every, default=0),
        entrants=sizes[0],
        graduates=leaving.sizes[-1] if leaving else 0,
        moved_in=sum(flow.moved_in for flow in flows),
        moved_out=sum(flow.moved_out for flow in flows),
        dropped_out=sum(flow.dropped_out for flow in flows),
        deaths=sum(flow.deaths for flow in flows),
        **people.pupils,
        **people.staff,
        by_qualification=people.by_qualification,
        by_title=people.by_title,
        trained_360=full_time - int(full_time * max(0.0, 1.08 - plan.wealth) * 0.25 + 0.5),
        **figures,
        public_funds_per_pupil=_PUBLIC_FUNDS[stage] - 20 * (year - september),
        training_funds=int(max(total, 100) * _PUBLIC_FUNDS[stage] * (0.035 + 0.02 * min(plan.wealth, 1.4)) + 0.5),
    )


def _premises(plan: SchoolPlan, stage: str, *, classes: int, seed: int, age: int) -> dict[str, Any]:
    """Areas in m², rooms, equipment: for the children at index 100, so that a shrinking school has room to spare."""
    random = stream(seed, "premises", plan.code, stage)
    taught = dict(plan.stages)[stage]
    room_for = max(plan.bases[stage] * taught * (0.75 if stage == "preschool" else 1.0), 12)
    rooms, ground, equipment, screens, computers, books = (
        figure * plan.wealth * near(random, 1, 0.28) for figure in _ORDINARY[stage]
    )
    indoor = int(room_for * near(random, 0.35, 0.3)) if room_for > 500 and plan.wealth > 1 else 0
    value = int(room_for * equipment * (1 - 0.07 * age))
    music = max(1 if room_for > 150 else 0, int(classes / 12 * near(random, 1.0, 0.5) + 0.5))
    art = max(1 if room_for > 150 else 0, int(classes / 12 * near(random, 1.0, 0.5) + 0.5))
    ordinary = max(classes, int(room_for / 45 + 1))
    teaching = int(room_for * rooms) + indoor
    return {
        "site": int(room_for * (ground + rooms * 1.3) * near(random, 1.35, 0.2)),
        "sports_ground": int(room_for * ground),
        "indoor_sports": indoor,
        "teaching_rooms": teaching,
        "living": int(room_for * (3.2 if plan.is_boarding else 0.7)),
        "dangerous": int(teaching * 0.06) if plan.wealth < 0.8 and random.random() < 0.3 else 0,
        "ordinary_rooms": ordinary,
        "music_rooms": music,
        "music_rooms_area": music * int(near(random, 92, 22)),
        "art_rooms": art,
        "art_rooms_area": art * int(near(random, 90, 20)),
        "multimedia_classrooms": max(int(room_for * screens / 100 + 0.5), 1 if classes else 0),
        "equipment_value_10k_yuan": f"{value // 10_000}.{value % 10_000 // 100:02d}",
        "computers": int(room_for * computers / 100),
        "books": int(room_for * books),
    }
