"""What choice rounds come to as figures of plans: combinations that schools offer, and wishes that they meet.

Counted over the newest binding round of each grade that began in the year and was not withdrawn. Both are about the
school, so no row of them names a pupil.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

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
from yaodian.timetabling.models import ChoiceRound, OfferedCombination
from yaodian.timetabling.queries.district import newest_binding, wishes_of

changed_by("timetabling.round.", "timetabling.choice.", "timetabling.choices.")

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
