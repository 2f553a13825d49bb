"""What the registry's own tables come to: counts of schools, and figures of the yearly returns in force.

Schools are counted on the day itself. What only a return tells is taken from the latest school year for which at least
half of the schools standing on the day have reported; a school without its return is missing, never 0, and a return that
contradicts itself is not used. What a school is (its runner, its county) is as on the day, or as known today where no
history is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.measuring import (
    FILTERS,
    STAGES,
    Answer,
    Asked,
    Citation,
    Contribution,
    DatedFigure,
    Direction,
    Kind,
    Measure,
    Number,
    Parameter,
    declare,
)
from yaodian.organisations.models import holds_on
from yaodian.registry.models import (
    FIGURES,
    RURAL,
    TOWN,
    Enrolment,
    School,
    SchoolType,
    Stage,
    YearlyReturn,
    school_year_of,
    stages_of,
)

STAGES.update({"": _("各学段"), "compulsory": _("义务教育"), **{str(code): label for code, label in Stage.choices}})
FILTERS.update(
    {
        "public": _("公办"),
        "private": _("民办"),
        "inclusive": _("普惠性民办"),
        "urban": _("城区"),
        "town": _("镇区"),
        "rural": _("乡村"),
    }
)

PRESCHOOL = {"preschool": ("preschool",)}
COMPULSORY = {"compulsory": ("primary", "junior"), "primary": ("primary",), "junior": ("junior",)}
SCHOOLING = {**COMPULSORY, "senior": ("senior",)}
EVERY = {"": (), **PRESCHOOL, **SCHOOLING, "vocational": ("vocational",), "special": ("special",)}
# Places in a class are not what a vocational or special school is measured by.
OWNERSHIP = ("public", "private")

STATISTICS = Citation("中国教育监测与评价统计指标体系（2020年版）", "教发〔2020〕6号")
INTEGRATION = Citation(
    "国务院关于统筹推进县域内城乡义务教育一体化改革发展的若干意见", "国发〔2016〕40号"
)
KINDERGARTENS = Citation("县域学前教育普及普惠督导评估办法", "教督〔2020〕1号")
QUALITY = Citation("县域义务教育优质均衡发展督导评估办法", "教督〔2017〕6号")
KINDERGARTEN_RULES = Citation("幼儿园工作规程", "教育部令第39号", "第十一条")
SMALL_SCHOOLS = Citation("国务院办公厅关于全面加强乡村小规模学校和乡镇寄宿制学校建设的指导意见", "国办发〔2018〕27号")

LARGE_CLASS = Parameter("large-class", _("大班额起点（人）"), DatedFigure(date(2016, 7, 2), 56, INTEGRATION))
HUGE_CLASS = Parameter("huge-class", _("超大班额起点（人）"), DatedFigure(date(2016, 7, 2), 66, INTEGRATION))
PRIMARY_CLASS = Parameter("primary-class", _("小学班额上限（人）"), DatedFigure(date(2017, 4, 19), 45, QUALITY))
JUNIOR_CLASS = Parameter("junior-class", _("初中班额上限（人）"), DatedFigure(date(2017, 4, 19), 50, QUALITY))
KINDERGARTEN_CLASSES = tuple(
    Parameter(f"kindergarten-class-{grade}", label, DatedFigure(date(2016, 3, 1), most, KINDERGARTEN_RULES))
    for grade, (label, most) in enumerate(
        ((_("小班班额上限（人）"), 25), (_("中班班额上限（人）"), 30), (_("大班班额上限（人）"), 35)), start=1
    )
)
SMALL_SCHOOL = Parameter("small-school", _("小规模学校人数线（人）"), DatedFigure(date(2018, 4, 25), 100, SMALL_SCHOOLS))


@dataclass(frozen=True)
class Place:
    """A school as the measures need it."""

    pk: int
    unit_id: int
    school_type: str
    opened_on: date
    closed_on: date | None
    marks: frozenset[str]

    def stands_on(self, day: date) -> bool:
        return self.opened_on <= day and (self.closed_on is None or day < self.closed_on)


def _marks(is_public: bool, is_inclusive: bool, area: str) -> frozenset[str]:
    where = "rural" if area in RURAL else "town" if area in TOWN else "urban"
    return frozenset({"public" if is_public else "private", where, *(["inclusive"] if is_inclusive else [])})


def _places(asked: Asked) -> list[Place]:
    """Every school, standing or not. One query in a taking."""

    def read() -> list[Place]:
        columns = ("pk", "unit_id", "school_type", "unit__opened_on", "unit__closed_on")
        rows = School.objects.order_by("pk").values_list(*columns, "is_public", "is_inclusive", "area_kind")
        return [Place(*row[:5], marks=_marks(*row[5:])) for row in rows]

    return asked.once("registry.places", read)


def _standing(asked: Asked) -> list[Place]:
    return [place for place in _places(asked) if place.stands_on(asked.day)]


# --- schools ---------------------------------------------------------------------------------------------------------


def _counting(
    *types: str, is_new: bool = False, without: tuple[str, ...] = ()
) -> Callable[[Asked], Answer]:
    """Counts the schools of some types (none: all): those that stand, or those opened this year by the day."""

    def compute(asked: Asked) -> Answer:
        found = _standing(asked)
        if is_new:
            found = [place for place in found if place.opened_on.year == asked.day.year]
        rows = [
            Contribution(place.unit_id, stage, 1, marks=place.marks)
            for place in found
            if (not types or place.school_type in types) and place.school_type not in without
            for stage in ("", *stages_of(place.school_type))
        ]
        return Answer(rows, str(asked.day.year) if is_new else "", {"table": "schools", "rows": len(rows)})

    return compute


def _public_share(asked: Asked) -> Answer:
    rows = [
        Contribution(place.unit_id, "preschool", int("public" in place.marks), 1, place.marks)
        for place in _standing(asked)
        if place.school_type == SchoolType.KINDERGARTEN
    ]
    return Answer(rows, "", {"table": "schools", "rows": len(rows)})


# --- returns ---------------------------------------------------------------------------------------------------------

Read = Callable[[Any, Place], Number | None]


@dataclass(frozen=True)
class Returns:
    """The returns in force on a day, by school and stage, and who should have one."""

    year: int | None
    expected: tuple[tuple[Place, str], ...]
    rows: Mapping[tuple[int, str], YearlyReturn]

    @property
    def sources(self) -> dict[str, Any]:
        said = Counter(row.source for row in self.rows.values())
        latest = max((row.changed_at for row in self.rows.values()), default=None)
        return {
            "table": "returns",
            "year": self.year,
            "rows": len(self.rows),
            "changed_at": latest.isoformat() if latest else "",
            "sources": dict(said.most_common(5)),
        }


def _returns(asked: Asked) -> Returns:
    """Two queries in a taking."""

    def read() -> Returns:
        standing = _standing(asked)
        keys = {place.pk for place in standing}
        pairs = YearlyReturn.objects.filter(year__lte=school_year_of(asked.day)).order_by("-year")
        reported: Counter[int] = Counter(
            year for year, school in pairs.values_list("year", "school_id") if school in keys
        )
        for year in sorted(reported, reverse=True):
            expected = _expected(standing, year)
            if reported[year] * 2 >= len(expected):
                wanted = {(place.pk, stage) for place, stage in expected}
                rows = {(row.school_id, row.stage): row for row in YearlyReturn.objects.filter(year=year)}
                return Returns(year, expected, {key: row for key, row in rows.items() if key in wanted})
        return Returns(None, _expected(standing, school_year_of(asked.day)), {})

    return asked.once("registry.returns", read)


def _expected(standing: list[Place], year: int) -> tuple[tuple[Place, str], ...]:
    """Which stages should report for a school year: those of the schools that stood by the end of its September."""
    last = date(year, 9, 30)
    return tuple(
        (place, str(stage)) for place in standing if place.opened_on <= last for stage in stages_of(place.school_type)
    )


def _from_returns(
    numerator: Read | str, denominator: Read | str | None = None, *, is_part: bool = True
) -> Callable[[Asked], Answer]:
    """A figure of the return, or a function of it, over another. `is_part`: it cannot be more than the other."""

    def compute(asked: Asked) -> Answer:
        found = _returns(asked)

        def contributions() -> Iterator[Contribution]:
            for place, stage in found.expected:
                row = found.rows.get((place.pk, stage))
                if row is None:
                    yield Contribution(place.unit_id, stage, marks=place.marks, problem="no-return")
                    continue
                above, problem = _figure(row, place, numerator)
                below: Number | None = None
                if denominator is not None and not problem:
                    below, problem = _figure(row, place, denominator)
                if not problem and is_part and below is not None and above is not None and above > below:
                    problem = "part-exceeds-whole"
                yield Contribution(place.unit_id, stage, 0 if problem else above or 0, below, place.marks, problem)

        period = str(found.year) if found.year is not None else ""
        return Answer(contributions(), period, found.sources)

    return compute


class Contradiction(Exception):
    """A return says two things that cannot both be."""


def _figure(row: YearlyReturn, place: Place, asked_for: Read | str) -> tuple[Number | None, str]:
    if isinstance(asked_for, str):
        value: Number | None = getattr(row, asked_for)
        return (value, "") if value is not None else (None, f"missing:{asked_for}")
    try:
        value = asked_for(row, place)
    except Contradiction as problem:
        return None, str(problem)
    return (value, "") if value is not None else (None, f"missing:{getattr(asked_for, 'needs', '')}")


def _needing(figure: str) -> Callable[[Read], Read]:
    assert figure in FIGURES

    def mark(read: Read) -> Read:
        read.needs = figure  # type: ignore[attr-defined]  # What is missing where it gives None.
        return read

    return mark


@_needing("pupils_by_grade")
def _pupils(row: Any, _place: Place) -> Number | None:
    pupils: int | None = row.pupils
    return pupils


@_needing("classes_by_grade")
def _classes(row: Any, _place: Place) -> Number | None:
    classes: int | None = row.classes
    return classes


def _pupils_marked(*marks: str) -> Read:
    @_needing("pupils_by_grade")
    def read(row: Any, place: Place) -> Number | None:
        if row.pupils is None:
            return None
        return row.pupils if place.marks.intersection(marks) else 0

    return read


@_needing("migrant")
def _migrants_in_public(row: Any, place: Place) -> Number | None:
    if row.migrant is None:
        return None
    return row.migrant if "public" in place.marks else 0


def _band(name: str) -> tuple[int, int]:
    """The smallest and largest class of a band of the form: 25-, 26-30, …, 66+."""
    if name.endswith("+"):
        return int(name[:-1]), 10_000
    low, _dash, high = name.partition("-")
    return (int(low), int(high)) if high else (0, int(low))


def _in_bands(row: Any, least: int, most: int) -> int | None:
    """Classes with `least` to `most` pupils. Raises Contradiction where the bands do not say, or do not add up."""
    if not row.class_size_bands or row.classes is None:
        return None
    if sum(row.class_size_bands.values()) != row.classes:
        raise Contradiction("bands-do-not-add-up")
    total = 0
    for name, count in row.class_size_bands.items():
        try:
            low, high = _band(name)
        except ValueError:
            raise Contradiction("bands-unreadable") from None
        if least <= low and high <= most:
            total += count
        elif low <= most and high >= least:
            raise Contradiction("bands-undecided")
    return total


def _large_share(parameter: Parameter) -> Callable[[Asked], Answer]:
    def compute(asked: Asked) -> Answer:
        least = int(parameter.on(asked.day).figure)

        @_needing("class_size_bands")
        def large(row: Any, _place: Place) -> Number | None:
            return _in_bands(row, least, 10_000)

        return _from_returns(large, _classes)(asked)

    return compute


def _within_standard(asked: Asked) -> Answer:
    most = {"primary": int(PRIMARY_CLASS.on(asked.day).figure), "junior": int(JUNIOR_CLASS.on(asked.day).figure)}

    @_needing("class_size_bands")
    def within(row: Any, _place: Place) -> Number | None:
        return _in_bands(row, 0, most.get(row.stage, 0))

    return _from_returns(within, _classes)(asked)


def _kindergarten_classes(asked: Asked) -> Answer:
    """Each class of a kindergarten by who is in it on the day, against the largest that its age may have."""
    most = [int(parameter.on(asked.day).figure) for parameter in KINDERGARTEN_CLASSES]
    year = school_year_of(asked.day)
    held = Enrolment.objects.filter(
        holds_on(asked.day), pupil__merged_into__isnull=True, school_class__stage=Stage.PRESCHOOL
    )
    sizes = (
        held.order_by()
        .values_list("school_id", "school_class_id", "school_class__entered_year")
        .annotate(number=Count("*"))
    )
    found: dict[int, list[int]] = {}
    for school, _class, entered, number in sizes:
        grade = year - entered
        if 0 <= grade < len(most):
            counts = found.setdefault(school, [0, 0])
            counts[0] += number <= most[grade]
            counts[1] += 1
    rows = [
        Contribution(place.unit_id, "preschool", *found[place.pk], place.marks)
        for place in _standing(asked)
        if place.pk in found
    ]
    return Answer(rows, "", {"table": "classes", "rows": sum(one[1] for one in found.values())})


def _small_schools(asked: Asked) -> Answer:
    """Village primary schools and teaching points with fewer pupils than the line, by the return in force."""
    line = SMALL_SCHOOL.on(asked.day).figure
    found = _returns(asked)
    rows = []
    for place, stage in found.expected:
        if stage != Stage.PRIMARY or "rural" not in place.marks:
            continue
        row = found.rows.get((place.pk, stage))
        problem = "no-return" if row is None else "missing:pupils_by_grade" if row.pupils is None else ""
        is_small = row is not None and row.pupils is not None and row.pupils < line
        rows.append(Contribution(place.unit_id, stage, int(is_small), marks=place.marks, problem=problem))
    return Answer(rows, str(found.year or ""), found.sources)


# --- declarations ----------------------------------------------------------------------------------------------------

_SCHOOL, _CLASS, _PUPIL, _TEACHER = _("学校"), _("班级"), _("学生"), _("教师")
UP, DOWN, NEITHER = Direction.UP, Direction.DOWN, Direction.NEITHER


def _schools_list(stage: str, narrowed: str) -> str:
    """The filters of the list of schools that show what was counted."""
    names = {"public": "ownership=public", "private": "ownership=private", "inclusive": "ownership=private"}
    areas = {name: f"area={name}" for name in ("urban", "town", "rural")}
    kind = [f"school_type={SchoolType.KINDERGARTEN}"] if stage == "preschool" else []
    return "&".join([*kind, *filter(None, [{**names, **areas}.get(narrowed, "")])])


def _count(code: str, label: Promise, compute: Callable[[Asked], Answer], formula: Promise, **more: Any) -> None:
    more = {"citations": (STATISTICS,), "entity": _SCHOOL, "unit": "所", "direction": NEITHER, **more}
    declare(
        Measure(
            f"registry.{code}",
            label,
            formula=formula,
            compute=compute,
            list_query=_schools_list,
            **more,
        )
    )


def _share(
    code: str,
    label: Promise,
    compute: Callable[[Asked], Answer],
    above: Promise,
    below: Promise,
    *,
    counted: Promise,
    **more: Any,
) -> None:
    """A ratio in per cent, unless `scale`, `unit` and `digits` say otherwise."""
    more = {"citations": (STATISTICS,), "unit": "%", "scale": 100, "digits": 2, "direction": UP, **more}
    declare(
        Measure(
            f"registry.{code}",
            label,
            compute=compute,
            is_ratio=True,
            formula=format_lazy("{} ÷ {}", above, below),
            numerator_label=above,
            denominator_label=below,
            counted=counted,
            list_query=_schools_list,
            **more,
        )
    )


_HOUSES = {"counted": _("所"), "is_for_schools": False}
_count(
    "schools",
    _("学校数"),
    _counting(without=(SchoolType.KINDERGARTEN,)),
    _("当日在办的中小学、中职和特殊教育学校（含教学点）"),
    aliases=("学校数", "中小学数", "中小学校数", "学校总数"),
    stages={"": ("",), **{name: held for name, held in EVERY.items() if name not in ("", "preschool", "compulsory")}},
    filters=(*OWNERSHIP, "urban", "town", "rural"),
    **_HOUSES,
)
_count(
    "kindergartens",
    _("幼儿园数"),
    _counting(SchoolType.KINDERGARTEN),
    _("当日在办的幼儿园"),
    aliases=("幼儿园数", "幼儿园总数", "幼儿园所数"),
    stages=PRESCHOOL,
    filters=(*OWNERSHIP, "inclusive", "urban", "town", "rural"),
    **_HOUSES,
)
_count(
    "schools_opened",
    _("当年新开办学校"),
    _counting(is_new=True, without=(SchoolType.KINDERGARTEN,)),
    _("当年1月1日至当日设立、仍在办的学校"),
    aliases=("新建学校", "新建中小学", "新增学校", "新开办学校", "新建成学校", "建成学校", "新建小学", "新建初中"),
    stages={"": ("",), **{name: held for name, held in EVERY.items() if name not in ("", "preschool", "compulsory")}},
    filters=OWNERSHIP,
    kind=Kind.FLOW,
    **{**_HOUSES, "direction": UP},
)
_count(
    "kindergartens_opened",
    _("当年新开办幼儿园"),
    _counting(SchoolType.KINDERGARTEN, is_new=True),
    _("当年1月1日至当日设立、仍在办的幼儿园"),
    aliases=("新建幼儿园", "新增幼儿园", "新开办幼儿园", "新增公办园", "新建公办园", "新建公办幼儿园", "新增公办幼儿园"),
    stages=PRESCHOOL,
    filters=(*OWNERSHIP, "inclusive"),
    kind=Kind.FLOW,
    **{**_HOUSES, "direction": UP},
)
_count(
    "teaching_points",
    _("教学点数"),
    _counting(SchoolType.TEACHING_POINT),
    _("当日在办的小学教学点"),
    aliases=("教学点", "教学点数"),
    stages={"primary": ("primary",)},
    **_HOUSES,
)
_count(
    "small_schools",
    _("乡村小规模学校数"),
    _small_schools,
    _("乡村学生数低于规定人数线的小学和教学点"),
    aliases=("小规模学校", "乡村小规模学校", "农村小规模学校"),
    citations=(SMALL_SCHOOLS,),
    parameters=(SMALL_SCHOOL,),
    stages={"primary": ("primary",)},
    **{**_HOUSES, "direction": DOWN},
)
_share(
    "public_kindergartens",
    _("公办园占比"),
    _public_share,
    _("公办幼儿园数"),
    _("幼儿园总数"),
    aliases=("公办园占比", "公办园率", "公办幼儿园占比", "公办幼儿园比例", "公办园比例"),
    entity=_SCHOOL,
    counted=_("所公办园"),
    citations=(KINDERGARTENS,),
    stages=PRESCHOOL,
    filters=("urban", "town", "rural"),
    is_for_schools=False,
)
_share(
    "children_in_public_kindergartens",
    _("公办园在园幼儿占比"),
    _from_returns(_pupils_marked("public"), _pupils),
    _("公办园在园幼儿数"),
    _("在园幼儿总数"),
    aliases=("公办园在园幼儿占比", "公办幼儿园在园幼儿占比", "公办在园幼儿占比", "公办在园幼儿数占比", "公办园幼儿占比"),
    entity=_PUPIL,
    counted=_("名在公办园的幼儿"),
    citations=(KINDERGARTENS,),
    stages=PRESCHOOL,
    filters=("urban", "town", "rural"),
    is_for_schools=False,
)
_share(
    "inclusive_kindergartens",
    _("普惠性幼儿园覆盖率"),
    _from_returns(_pupils_marked("public", "inclusive"), _pupils),
    _("公办园和普惠性民办园在园幼儿数"),
    _("在园幼儿总数"),
    aliases=("普惠性幼儿园覆盖率", "普惠率", "普惠性覆盖率", "学前教育普惠率", "普惠园覆盖率", "普惠性幼儿园在园幼儿占比"),
    entity=_PUPIL,
    counted=_("名在普惠性幼儿园的幼儿"),
    citations=(KINDERGARTENS,),
    stages=PRESCHOOL,
    filters=("urban", "town", "rural"),
    is_for_schools=False,
)
_share(
    "kindergarten_classes_within",
    _("幼儿园班额达标率"),
    _kindergarten_classes,
    _("不超过规定班额的班数"),
    _("班级总数"),
    aliases=("幼儿园班额达标率", "幼儿园班额达标比例"),
    entity=_CLASS,
    counted=_("个达标的班"),
    citations=(KINDERGARTENS, KINDERGARTEN_RULES),
    parameters=KINDERGARTEN_CLASSES,
    stages=PRESCHOOL,
    filters=OWNERSHIP,
)
_count(
    "pupils",
    _("在校（园）学生数"),
    _from_returns(_pupils),
    _("学年初报表各年级学生数之和"),
    aliases=("在校生数", "在校学生数", "在园幼儿数", "学生数"),
    entity=_PUPIL,
    unit="人",
    stages=EVERY,
    filters=(*OWNERSHIP, "urban", "town", "rural"),
    counted=_("名学生"),
)
_count(
    "classes",
    _("班级数"),
    _from_returns(_classes),
    _("学年初报表各年级班数之和"),
    aliases=("班级数", "教学班数", "班数"),
    entity=_CLASS,
    unit="个",
    stages=EVERY,
    filters=OWNERSHIP,
    counted=_("个班"),
)
for _code, _label, _parameter, _aliases in (
    ("large_classes", _("大班额比例"), LARGE_CLASS, ("大班额比例", "大班额占比", "大班额率")),
    ("huge_classes", _("超大班额比例"), HUGE_CLASS, ("超大班额比例", "超大班额占比")),
):
    _share(
        _code,
        _label,
        _large_share(_parameter),
        _("达到或超过起点人数的班数"),
        _("班级总数"),
        aliases=_aliases,
        entity=_CLASS,
        counted=_("个班过大"),
        citations=(INTEGRATION,),
        parameters=(_parameter,),
        stages=SCHOOLING,
        filters=(*OWNERSHIP, "urban", "town", "rural"),
        direction=DOWN,
    )
_share(
    "classes_within",
    _("标准班额比例"),
    _within_standard,
    _("不超过规定班额的班数"),
    _("班级总数"),
    aliases=("标准班额比例", "标准班额占比", "班额达标率", "标准班额率"),
    entity=_CLASS,
    counted=_("个达标的班"),
    citations=(QUALITY,),
    parameters=(PRIMARY_CLASS, JUNIOR_CLASS),
    stages=COMPULSORY,
    filters=OWNERSHIP,
)
_share(
    "migrants_in_public",
    _("随迁子女公办学校就读率"),
    _from_returns(_migrants_in_public, "migrant"),
    _("公办学校随迁子女数"),
    _("随迁子女总数"),
    aliases=(
        *("随迁子女公办就读率", "随迁子女公办学校就读率", "随迁子女在公办学校就读比例", "随迁子女义务教育公办就读率"),
        *("外来务工人员随迁子女义务教育公办就读率", "随迁子女入读公办学校比例"),
    ),
    entity=_PUPIL,
    counted=_("名随迁子女就读公办学校"),
    citations=(INTEGRATION, QUALITY),
    stages=COMPULSORY,
    is_for_schools=False,
)
for _code, _label, _figure_name, _words, _one in (
    ("migrants", _("随迁子女数"), "migrant", ("随迁子女数", "随迁子女人数"), _("名随迁子女")),
    ("left_behind", _("农村留守儿童数"), "left_behind", ("留守儿童数", "农村留守儿童数"), _("名留守儿童")),
    ("disabled", _("残疾学生数"), "disabled", ("残疾学生数", "随班就读学生数"), _("名残疾学生")),
    ("boarders", _("寄宿生数"), "boarding", ("寄宿生数", "寄宿学生数"), _("名寄宿生")),
    ("entrants", _("招生数"), "entrants", ("招生数", "招生人数", "招生规模"), _("名新生")),
    ("graduates", _("毕业生数"), "graduates", ("毕业生数", "毕业生人数"), _("名毕业生")),
):
    _count(
        _code,
        _label,
        _from_returns(_figure_name),
        format_lazy(_("学年初报表“{figure}”之和"), figure=FIGURES[_figure_name]),
        aliases=_words,
        entity=_PUPIL,
        unit="人",
        stages=EVERY,
        filters=OWNERSHIP,
        counted=_one,
    )
_share(
    "boarding_share",
    _("寄宿生比例"),
    _from_returns("boarding", _pupils),
    _("寄宿生数"),
    _("在校学生数"),
    aliases=("寄宿生比例", "寄宿生占比", "寄宿率"),
    entity=_PUPIL,
    counted=_("名寄宿生"),
    stages=SCHOOLING,
    direction=NEITHER,
)
_share(
    "dropout",
    _("辍学率"),
    _from_returns("dropped_out", _pupils),
    _("学年内辍学人数"),
    _("在校学生数"),
    aliases=("辍学率", "义务教育辍学率", "学生辍学率"),
    entity=_PUPIL,
    counted=_("名辍学学生"),
    stages=SCHOOLING,
    direction=DOWN,
)
_count(
    "teachers",
    _("专任教师数"),
    _from_returns("full_time"),
    _("学年初报表专任教师数之和"),
    aliases=("专任教师数", "专任教师总数", "教师数"),
    entity=_TEACHER,
    unit="人",
    stages=EVERY,
    filters=OWNERSHIP,
    counted=_("名专任教师"),
)
_share(
    "pupils_per_teacher",
    _("生师比"),
    _from_returns(_pupils, "full_time", is_part=False),
    _("在校学生数"),
    _("专任教师数"),
    aliases=("生师比",),
    entity=_TEACHER,
    counted=_("名专任教师"),
    gap_in="denominator",
    unit=":1",
    scale=1,
    stages=EVERY,
    filters=OWNERSHIP,
    direction=DOWN,
)
for _code, _label, _figure_name, _whole, _below, _words, _one in (
    (
        *("above_required", _("高于规定学历教师比例"), "above_required_qualification", "full_time", _("专任教师数")),
        ("高于规定学历教师比例", "高于规定学历教师占比", "教师高一级学历比例"),
        _("名高于规定学历的教师"),
    ),
    (
        *("backbone", _("县级以上骨干教师比例"), "backbone_county_or_above", "full_time", _("专任教师数")),
        ("骨干教师比例", "县级以上骨干教师比例", "骨干教师占比"),
        _("名骨干教师"),
    ),
    (
        *("certified", _("教师资格证持证率"), "certified", "full_time", _("专任教师数")),
        ("教师持证率", "教师资格证持证率", "专任教师持证率", "教师持证上岗率"),
        _("名持证教师"),
    ),
    (
        *("in_establishment", _("在编教师比例"), "in_establishment", "full_time", _("专任教师数")),
        ("在编教师比例", "在编教师占比"),
        _("名在编教师"),
    ),
    (
        *("trained", _("教师五年培训达标率"), "trained_360", "full_time", _("专任教师数")),
        ("教师培训达标率", "五年360学时培训完成率", "教师全员培训率"),
        _("名完成培训的教师"),
    ),
    (
        *("exchanged", _("教师交流轮岗比例"), "exchanged", "exchange_eligible", _("符合交流条件教师数")),
        ("交流轮岗比例", "教师交流轮岗比例", "教师交流比例"),
        _("名交流轮岗教师"),
    ),
):
    _share(
        _code,
        _label,
        _from_returns(_figure_name, _whole),
        FIGURES[_figure_name],
        _below,
        aliases=_words,
        entity=_TEACHER,
        counted=_one,
        citations=(QUALITY, STATISTICS),
        stages=COMPULSORY if _code == "exchanged" else {"": (), **PRESCHOOL, **SCHOOLING},
        filters=OWNERSHIP,
    )
for _code, _label, _figure_name, _unit, _scale, _words, _one in (
    ("computers", _("每百名学生教学用计算机台数"), "computers", "台", 100, ("每百名学生拥有计算机台数",), _("台计算机")),
    ("books", _("生均图书册数"), "books", "册", 1, ("生均图书", "生均图书册数"), _("册图书")),
    ("site", _("生均占地面积"), "site", "平方米", 1, ("生均占地面积",), _("平方米")),
):
    _share(
        _code,
        _label,
        _from_returns(_figure_name, _pupils, is_part=False),
        FIGURES[_figure_name],
        _("在校学生数"),
        aliases=_words,
        entity=_SCHOOL,
        counted=_one,
        unit=_unit,
        scale=_scale,
        stages={"": (), **PRESCHOOL, **SCHOOLING},
    )
_count(
    "dangerous_area",
    _("危房面积"),
    _from_returns("dangerous"),
    _("学年初报表危房面积之和"),
    aliases=("危房面积", "校舍危房面积"),
    unit="平方米",
    stages=EVERY,
    counted=_("平方米"),
    **{"direction": DOWN},
)
