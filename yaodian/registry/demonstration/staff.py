"""Teachers of each school: how many, how old, what they studied and teach, and who holds which post."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from yaodian.registry.demonstration import words
from yaodian.registry.demonstration.classes import ClassPlan
from yaodian.registry.demonstration.layout import Part, SchoolPlan
from yaodian.registry.demonstration.numbers import IdNumbers, NoSerialLeft, day_in, phone
from yaodian.registry.demonstration.streams import Choice, between, near, pick, shuffled, stream
from yaodian.registry.demonstration.tables import Person, Post, Teacher, TeacherPost

# Pupils to a teacher, and teachers a class needs at least, by stage.
RATIOS = {"preschool": 10.6, "primary": 16.3, "junior": 11.8, "senior": 11.7, "vocational": 15.5, "special": 3.0}
A_CLASS_NEEDS = {"preschool": 1.6, "primary": 1.35, "junior": 2.4, "senior": 2.6, "vocational": 2.0, "special": 2.0}
# Below these a teacher's education is under what the law asks: 专科 for primary schools, 本科 above them.
ABOVE_REQUIRED = {
    "preschool": ("doctor", "master", "bachelor", "junior_college"),
    "primary": ("doctor", "master", "bachelor", "junior_college"),
    "junior": ("doctor", "master", "bachelor"),
    "senior": ("doctor", "master"),
    "vocational": ("doctor", "master"),
    "special": ("doctor", "master", "bachelor"),
}
SUBJECTS: dict[str, Choice[str]] = {
    "preschool": Choice({"学前教育": 1}),
    "primary": Choice({
        "语文": 32, "数学": 25, "英语": 9, "体育": 7.5, "音乐": 4.6, "美术": 4.4, "科学": 5, "道德与法治": 4.5, "信息科技": 3,
        "劳动": 2.5, "心理健康": 1.2,
    }),
    "junior": Choice({
        "语文": 17, "数学": 17, "英语": 16, "物理": 7.5, "化学": 5, "生物学": 5, "历史": 6, "地理": 5, "道德与法治": 6, "体育": 6.5,
        "音乐": 2.7, "美术": 2.7, "信息科技": 2.2, "心理健康": 1.4,
    }),
    "senior": Choice({
        "语文": 16, "数学": 16, "英语": 15, "物理": 10, "化学": 8.5, "生物学": 8, "思想政治": 6.5, "历史": 7, "地理": 6, "体育": 4,
        "音乐": 1.2, "美术": 1.4, "信息技术": 1.6, "通用技术": 0.8, "心理健康": 1,
    }),
    "vocational": Choice({"语文": 10, "数学": 10, "英语": 9, "思想政治": 7, "体育": 5, "专业课": 52, "信息技术": 7}),
    "special": Choice({"语文": 22, "数学": 20, "体育": 9, "音乐": 9, "美术": 9, "康复训练": 31}),
}  # fmt: skip
_SPORTS, _MUSIC, _ART = "体育", "音乐", "美术"
# The age pyramid: of a hundred, in bands of five years from 22.
_AGES = {
    "city": Choice({22: 13, 27: 18, 32: 16, 37: 14, 42: 14, 47: 12, 52: 9, 57: 4}),
    "village": Choice({22: 14, 27: 13, 32: 9, 37: 8, 42: 11, 47: 16, 52: 18, 57: 11}),
}
_BACKBONE = {"city": 0.22, "edge": 0.19, "seat": 0.21, "town": 0.18, "village": 0.17}
_LEVELS = Choice({"county": 70, "city": 25, "province": 5})
DUTIES = {"head": "校长", "deputy": "副校长", "registrar": "学籍管理员", "teacher": "教师"}


@dataclass
class Staff:
    """What the schools of a part have of people."""

    teachers: list[Teacher] = field(default_factory=list)
    posts: list[TeacherPost] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    unit_posts: list[Post] = field(default_factory=list)
    homeroom: dict[str, str] = field(default_factory=dict)

    def of(self, school: str, stage: str) -> list[Teacher]:
        """Those who teach a stage of a school."""
        return [teacher for teacher in self.teachers if teacher.school == school and teacher.stage == stage]


def employ(part: Part, schools: list[tuple[SchoolPlan, list[ClassPlan]]], *, seed: int, year: int) -> Staff:
    """The staff of the schools of one part."""
    made = Staff()
    ids = IdNumbers.for_staff(part.number)
    by_stage: dict[str, list[str]] = {}
    for plan, _classes in schools:
        for stage, _grades in plan.stages:
            by_stage.setdefault(stage, []).append(plan.code)
    for plan, classes in schools:
        random = stream(seed, "staff", plan.code)
        _School(made, ids, random, plan, year=year, neighbours=by_stage).employ(classes)
    return made


def teachers_wanted(plan: SchoolPlan, stage: str, *, pupils: int, classes: int, drawn: float) -> int:
    """How many teachers a stage of a school has; `drawn` lies between 0 and 1."""
    ratio = RATIOS[stage] * (1.04 if plan.part.kind in {"city", "edge", "seat"} else 0.9)
    spread = 0.86 + 0.28 * drawn
    return max(int(pupils / ratio * spread + 0.5), int(classes * A_CLASS_NEEDS[stage] * 0.8 + 0.5), 1)


class _School:
    def __init__(
        self,
        made: Staff,
        ids: IdNumbers,
        random: Random,
        plan: SchoolPlan,
        *,
        year: int,
        neighbours: dict[str, list[str]],
    ) -> None:
        self.made, self.ids, self.random, self.plan, self.year = made, ids, random, plan, year
        self.neighbours = neighbours
        self.number = 0

    def employ(self, classes: list[ClassPlan]) -> None:
        random, plan = self.random, self.plan
        mine: list[Teacher] = []
        for stage, _grades in plan.stages:
            here = [place for place in classes if place.stage == stage]
            wanted = teachers_wanted(
                plan, stage, pupils=sum(place.size for place in here), classes=len(here), drawn=random.random()
            )
            # A school of any size has somebody for sports, music and art before it has one more for anything else.
            firsts: list[str] = []
            if wanted >= 6 and stage in {"primary", "junior"}:
                few, fewer = max(1, int(wanted * 0.07)), max(1, int(wanted * 0.045))
                firsts = ["语文", "数学", *[_SPORTS] * few, *[_MUSIC] * fewer, *[_ART] * fewer]
            teachers = [self._teacher(stage, firsts[index] if index < len(firsts) else "") for index in range(wanted)]
            teachers = self._honoured(teachers, stage)
            for index, place in enumerate(here):
                self.made.homeroom[place.key] = teachers[index % len(teachers)].staff_number
            mine += teachers
        leaders = {mine[-1].staff_number: "head"}
        if len(mine) > 4:
            leaders[mine[-2].staff_number] = "registrar"
        if len(mine) > 25:
            leaders[mine[-3].staff_number] = "deputy"
        for teacher in mine:
            self.made.teachers.append(self._posted(teacher, leaders.get(teacher.staff_number, "teacher")))

    def _honoured(self, teachers: list[Teacher], stage: str) -> list[Teacher]:
        """Some of those who have served five years are backbone teachers: a share that differs from school to school."""
        random, plan = self.random, self.plan
        share = _BACKBONE[plan.part.kind] * near(random, 1, 0.45 * plan.part.county.evenness)
        wanted = int(len(teachers) * share * (0.6 if stage == "preschool" else 1) + random.random())
        old = shuffled(random, [at for at, one in enumerate(teachers) if self.year - one.started_year >= 5])
        found = list(teachers)
        for at in old[:wanted]:
            found[at] = teachers[at]._replace(backbone_level=_LEVELS(random))
        return found

    def _teacher(self, stage: str, subject: str) -> Teacher:
        random, plan, kind = self.random, self.plan, self.plan.part.kind
        self.number += 1
        is_country = kind in {"town", "village"}
        age = _AGES["village" if is_country else "city"](random) + between(random, 0, 4)
        age = min(age, 59)
        women = {"preschool": 0.98, "primary": 0.74, "junior": 0.6, "senior": 0.55}.get(stage, 0.55)
        gender = "2" if random.random() < women - (0.1 if is_country else 0) else "1"
        if gender == "2":
            age = min(age, 54)
        first, last = date(self.year - age - 1, 9, 2), date(self.year - age, 9, 1)
        birth_on, id_number = self._id_number(first, last, gender)
        family = words.surname(random)
        started = min(birth_on.year + between(random, 21, 25), self.year)
        served = self.year - started
        qualification = self._qualification(stage, age)
        title = self._title(served)
        establishment = "agency" if random.random() < 0.3 else "out"
        if plan.is_public and random.random() < (0.55 if stage == "preschool" else 0.93):
            establishment = "in"
        return Teacher(
            staff_number=f"T{plan.code}{self.number:04d}",
            person="",
            name=words.adult_name(random, family, gender),
            id_number=id_number,
            gender=gender,
            birth_on=birth_on,
            school=plan.code,
            establishment=establishment,
            qualification=qualification,
            title=title,
            subject=subject or self._subject(stage),
            stage=stage,
            has_certificate=random.random() < (0.985 if stage == "preschool" else 0.997),
            backbone_level="none",
            started_year=started,
            phone=phone(random),
            status="active",
        )

    def _subject(self, stage: str) -> str:
        while (subject := SUBJECTS[stage](self.random)) in {_SPORTS, _MUSIC, _ART} and self.number > 2:
            if stage not in {"primary", "junior"}:
                break
        return subject

    def _id_number(self, first: date, last: date, gender: str) -> tuple[date, str]:
        for _attempt in range(100):
            birth_on = day_in(self.random, first, last)
            try:
                region = self.plan.part.county.code
                return birth_on, self.ids.number(region=region, birth_on=birth_on, gender=gender)
            except NoSerialLeft:
                continue
        raise AssertionError(f"no serial is left for {self.plan.code}")

    def _qualification(self, stage: str, age: int) -> str:
        """The younger and the nearer the city, the longer the studies."""
        drawn = self.random.random() + (age - 40) * 0.006 + (0.05 if self.plan.part.kind in {"town", "village"} else 0)
        if stage in {"senior", "vocational"}:
            return (
                "doctor"
                if drawn < -0.08
                else "master"
                if drawn < 0.16
                else "bachelor"
                if drawn < 1.06
                else "junior_college"
            )
        if stage == "preschool":
            return "bachelor" if drawn < 0.33 else "junior_college" if drawn < 0.93 else "secondary"
        if stage == "junior":
            return "master" if drawn < 0.04 else "bachelor" if drawn < 0.93 else "junior_college"
        return (
            "master"
            if drawn < 0.01
            else "bachelor"
            if drawn < 0.72
            else "junior_college"
            if drawn < 1.02
            else "secondary"
        )

    def _title(self, served: int) -> str:
        drawn = self.random.random()
        if served < 2:
            return "none"
        if served < 7:
            return "third" if drawn < 0.2 else "second"
        if served < 14:
            return "second" if drawn < 0.45 else "first"
        if served < 22:
            return "first" if drawn < 0.72 else "senior"
        return "full" if drawn < 0.012 else "senior" if drawn < 0.48 else "first"

    def _posted(self, teacher: Teacher, duty: str) -> Teacher:
        """The teacher with posts, and as a person of the organisation where the duty is one that others look for."""
        random, plan, year = self.random, self.plan, self.year
        began = date(max(teacher.started_year, plan.opened_on.year), 9, 1)
        served = year - began.year
        neighbours = [code for code in self.neighbours.get(teacher.stage, ()) if code != plan.code]
        if neighbours and served >= 4 and random.random() < 0.4:
            # Came from a school nearby: one in ten of these this September, as the rotation of teachers asks.
            moved = year if random.random() < 0.2 else year - between(random, 1, min(served - 1, 12))
            if moved > began.year:
                before = pick(random, neighbours)
                self.made.posts.append(
                    TeacherPost(teacher.staff_number, before, DUTIES["teacher"], began, date(moved, 9, 1))
                )
                began = date(moved, 9, 1)
        title = (
            DUTIES[duty].replace("校", "园") if plan.is_kindergarten and duty in {"head", "deputy"} else DUTIES[duty]
        )
        self.made.posts.append(TeacherPost(teacher.staff_number, plan.code, title, began, None))
        if duty == "teacher":
            return teacher
        key = f"U{teacher.staff_number[1:]}"
        self.made.people.append(Person(key, teacher.name))
        self.made.unit_posts.append(Post(key, plan.code, title, began, None))
        return teacher._replace(person=key)


def near_share(random: Random, whole: int, share: float, spread: float) -> int:
    """A part of a whole number, near a share of it."""
    return min(max(int(whole * near(random, share, spread) + 0.5), 0), whole)
