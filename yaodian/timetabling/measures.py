"""What choice rounds and timetables come to as figures of plans: combinations offered, wishes met; hours given, teachers' load, use of rooms.

Rounds: the newest binding round of each grade that began in the year and was not withdrawn. Timetables: the one that holds on the day. All are
about the school, so no row of them names a pupil or a teacher.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.measuring import (
    Answer,
    Asked,
    Behind,
    Citation,
    Contribution,
    Direction,
    Kind,
    Measure,
    changed_by,
    declare,
)
from yaodian.registry.measures.law import SCHOOLING
from yaodian.timetabling.models import ChoiceRound, OfferedCombination, Timetable
from yaodian.timetabling.queries.district import newest_binding, wishes_of
from yaodian.timetabling.queries.teaching import Teaching, held_on, teaching_of

changed_by("timetabling.round.", "timetabling.choice.", "timetabling.choices.", "timetabling.timetable.")

REFORM = Citation(
    "国务院办公厅关于新时代推进普通高中育人方式改革的指导意见", "国办发〔2019〕29号", "有序推进选课走班", "M-h"
)
STAGES = {"senior": SCHOOLING["senior"]}


def _rounds(day: date) -> QuerySet[ChoiceRound]:
    return newest_binding(ChoiceRound.objects.filter(opens_on__gte=day.replace(month=1, day=1)), day=day)


def _answer(asked: Asked, rows: list[Contribution]) -> Answer:
    return Answer(rows, str(asked.day.year), {"table": "timetabling.rounds", "rows": len(rows)})


def _offered(asked: Asked) -> Answer:
    """Of a school that held two binding rounds in the year, the grade that entered last."""
    by = OfferedCombination.objects.filter(round__in=_rounds(asked.day)).order_by("round__entered_year")
    counts = {
        school: count
        for school, _year, count in by.values_list("round__school", "round__entered_year").annotate(Count("pk"))
    }
    return _answer(asked, [Contribution(school, "senior", count, 1) for school, count in counts.items()])


def _wishes(asked: Asked) -> Answer:
    rows = wishes_of(_rounds(asked.day)).values_list("round__school")
    return _answer(
        asked,
        [
            Contribution(school, "senior", met, wished)
            for school, wished, met in rows.annotate(wished=Count("pk"), met=Count("pk", filter=Q(is_offered=True)))
        ],
    )


def _wishes_behind(asked: Asked, units: Collection[int], stage: str) -> Iterator[Behind]:
    rows = wishes_of(_rounds(asked.day)).filter(round__school__in=units).order_by("is_offered", "pk")
    for unit, pk, is_offered in rows.values_list("round__school", "pk", "is_offered").iterator():
        yield Behind(unit, f"timetabling.choice:{pk}", is_offered)


declare(
    Measure(
        "timetabling.wishes_offered",
        label=_("选科意愿满足率"),
        unit="%",
        entity=_("普通高中"),
        direction=Direction.UP,
        kind=Kind.FLOW,
        formula=_(
            "本年开始的正式选科中，模拟选科时选的组合在正式选科里开设了的学生 ÷ 参加模拟选科的学生 × 100%；没有模拟选科的轮次不计"
        ),
        citations=(REFORM,),
        compute=_wishes,
        behind=_wishes_behind,
        is_ratio=True,
        scale=100,
        digits=2,
        numerator_label=_("意愿组合已开设的学生"),
        denominator_label=_("参加模拟选科的学生"),
        stages=STAGES,
        aliases=("选科意愿满足率", "选科志愿满足率", "学生选科满足率"),
        counted=_("名学生"),
    )
)
declare(
    Measure(
        "timetabling.combinations_offered",
        label=_("每校开设的选科组合数"),
        unit="个",
        entity=_("普通高中"),
        direction=Direction.UP,
        kind=Kind.FLOW,
        formula=_(
            "本年开始的正式选科中，各校开设的组合数之和 ÷ 开展正式选科的学校数；一校有两个年级的，取入学较晚的年级"
        ),
        citations=(REFORM,),
        compute=_offered,
        is_ratio=True,
        digits=1,
        numerator_label=_("开设的组合"),
        denominator_label=_("开展正式选科的学校"),
        stages=STAGES,
        aliases=("每校开设的选科组合数", "校均选科组合数", "开设选科组合数"),
        counted=_("个组合"),
    )
)


CURRICULUM = Citation(
    "普通高中课程方案（2017年版2020年修订）", "教材〔2020〕3号", "开齐国家规定的各类课程，开足规定的课时", "M-m"
)


def _held(day: date) -> list[Teaching]:
    rows = held_on(Timetable.objects.all(), day=day).defer("frozen", "pieces", "explanation", "steps")
    return list(teaching_of(list(rows.select_related("term"))).values())


def _curriculum_met(asked: Asked) -> Answer:
    rows = [
        Contribution(one.timetable.term.school_id, "senior", one.met, len(one.cells))
        for one in _held(asked.day)
        if one.cells
    ]
    return _answer(asked, rows)


def _curriculum_behind(asked: Asked, units: Collection[int], stage: str) -> Iterator[Behind]:
    for one in _held(asked.day):
        if one.timetable.term.school_id in units:
            for cell in one.cells:
                yield Behind(one.timetable.term.school_id, f"{cell.ref}:{cell.subject}", cell.is_met)


def _decimal(periods: Fraction) -> Decimal:
    """Periods a week as measures keep them."""
    return Decimal(periods.numerator) / Decimal(periods.denominator)


def _load(asked: Asked) -> Answer:
    rows = [
        Contribution(one.timetable.term.school_id, "senior", _decimal(one.load), len(one.loads))
        for one in _held(asked.day)
        if one.loads
    ]
    return _answer(asked, rows)


def _room_use(asked: Asked) -> Answer:
    rows = [
        Contribution(one.timetable.term.school_id, "senior", _decimal(one.room_hours), one.room_periods)
        for one in _held(asked.day)
        if one.room_periods
    ]
    return _answer(asked, rows)


declare(
    Measure(
        "timetabling.curriculum_met",
        label=_("课程开齐开足率"),
        unit="%",
        entity=_("普通高中"),
        direction=Direction.UP,
        formula=_(
            "当日执行的课表中，每周节数不少于学校课时计划的项数 ÷ 课时计划的项数 × 100%；必修按行政班和学科计项，选考按教学班计项，单双周的课折半"
        ),
        citations=(CURRICULUM,),
        compute=_curriculum_met,
        behind=_curriculum_behind,
        is_ratio=True,
        scale=100,
        digits=2,
        numerator_label=_("节数已足的项"),
        denominator_label=_("课时计划的项"),
        stages=STAGES,
        aliases=("课程开齐开足率", "课程开足率", "课时开足率"),
        counted=_("项"),
    )
)
declare(
    Measure(
        "timetabling.teaching_load",
        label=_("教师周课时"),
        unit="节",
        entity=_("普通高中"),
        direction=Direction.NEITHER,
        formula=_("当日执行的课表中，各位教师每周节数之和 ÷ 有课的教师数；单双周的课折半，教研活动不计"),
        citations=(CURRICULUM,),
        compute=_load,
        is_ratio=True,
        digits=1,
        numerator_label=_("每周节数"),
        denominator_label=_("有课的教师"),
        stages=STAGES,
        aliases=("教师周课时", "教师平均周课时", "教师周课时数"),
        counted=_("节课"),
    )
)
declare(
    Measure(
        "timetabling.room_use",
        label=_("教室使用率"),
        unit="%",
        entity=_("普通高中"),
        direction=Direction.UP,
        formula=_("当日执行的课表中，教室有课的节数 ÷ 教室可用的节数（教室数 × 每周节数，减去停用时间）× 100%"),
        citations=(CURRICULUM,),
        compute=_room_use,
        is_ratio=True,
        scale=100,
        digits=1,
        numerator_label=_("有课的节数"),
        denominator_label=_("可用的节数"),
        stages=STAGES,
        aliases=("教室使用率", "教室利用率"),
        counted=_("节"),
    )
)
