"""What a year's plans come to as figures of a unit: commitments that stand well, that were kept, reports in time.

Of a commitment the unit counts that leads it or is responsible for it; one that supports has no say in its light. A light
rests on the values of measures and on the day, so those of the day are taken first. Values come every night: a plan that is
being adjusted is written to all day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
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
    declare,
)
from yaodian.plans.models import (
    Commitment,
    CommitmentState,
    Correction,
    DutyState,
    ItemKind,
    Light,
    MonthlyReport,
    Plan,
    PlanState,
    UnitPart,
)
from yaodian.plans.queries.commitments import CommitmentRow, load
from yaodian.plans.queries.reports import was_asked

SUPERVISION = Citation("政府督查工作条例", "国务院令第733号", "", "M-h")
WITHDRAWN, PUBLISHED = "plans.plan.withdraw", "plans.plan.publish"
ANSWERING = (UnitPart.LEAD, UnitPart.RESPONSIBLE)


@dataclass(frozen=True)
class Counted:
    """A row of a unit, and whether the numerator has it."""

    unit_id: int
    ref: str
    is_kept: bool


def _rows(asked: Asked) -> tuple[CommitmentRow, ...]:
    """The accepted commitments of the published plans of the year. Once in a taking."""

    def read() -> tuple[CommitmentRow, ...]:
        rows = Commitment.objects.filter(
            plan__year=asked.day.year, plan__state=PlanState.PUBLISHED, state=CommitmentState.ACCEPTED
        )
        return load(None, rows, today=asked.day)[0]

    return asked.once("plans.commitments", read)


def _answering(row: CommitmentRow) -> Iterator[int]:
    for line in row.duties:
        one = line.duty
        if one.unit_id is not None and one.part in ANSWERING and one.state != DutyState.RETURNED:
            yield one.unit_id


def _green(asked: Asked) -> Iterator[Counted]:
    """Every commitment whose light says something, and whether it is green."""
    for row in _rows(asked):
        if row.standing.light is not Light.GREY:
            for unit in _answering(row):
                yield Counted(unit, f"plans.commitment:{row.commitment.pk}", row.standing.light is Light.GREEN)


def _due(asked: Asked) -> Iterator[Counted]:
    """Every commitment whose day was in the year and is over or today, and whether it is green."""
    first = date(asked.day.year, 1, 1)
    for row in _rows(asked):
        due_on = row.commitment.due_on
        if due_on is not None and first <= due_on <= asked.day:
            for unit in _answering(row):
                yield Counted(unit, f"plans.commitment:{row.commitment.pk}", row.standing.light is Light.GREEN)


def _withdrawn(day: date) -> QuerySet[Plan]:
    """The plans that stood withdrawn at the end of a day: by their history, so that a day that is over stays as it was."""
    until = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    last = Correction.objects.filter(
        plan=OuterRef("pk"), kind=ItemKind.PLAN, action__in=(WITHDRAWN, PUBLISHED), made_at__lt=until
    ).order_by("-made_at", "-pk")
    return Plan.objects.annotate(last=Subquery(last.values("action")[:1])).filter(last=WITHDRAWN).only("pk")


def _reports(asked: Asked) -> list[Counted]:
    """Every report whose day was in the year and is over, and whether it was handed in by it. From the day on which a plan is
    withdrawn none of its reports counts, until it is published anew; the days before stay as they were. Nor does a report that
    was never handed in and asked nothing by its day, its duties having been given back. One query in a taking."""

    def read() -> list[Counted]:
        wanted = Q(first_due_on__gte=date(asked.day.year, 1, 1), first_due_on__lt=asked.day)
        rows = MonthlyReport.objects.filter(was_asked(), wanted).exclude(plan__in=_withdrawn(asked.day)).order_by("-pk")
        return [
            Counted(
                unit,
                f"plans.report:{pk}",
                handed_in is not None and timezone.localdate(handed_in) < due_on + timedelta(days=1),
            )
            for pk, unit, due_on, handed_in in rows.values_list("pk", "unit_id", "first_due_on", "first_submitted_at")
        ]

    return asked.once("plans.reports", read)


def _late(asked: Asked) -> Iterator[Counted]:
    """The reports that were late; each counts."""
    return (Counted(one.unit_id, one.ref, True) for one in _reports(asked) if not one.is_kept)


Reader = Callable[[Asked], "Iterator[Counted] | list[Counted]"]


def _computing(read: Reader, table: str, *, is_ratio: bool = True) -> Callable[[Asked], Answer]:
    def compute(asked: Asked) -> Answer:
        sums: dict[int, list[int]] = {}
        for one in read(asked):
            entry = sums.setdefault(one.unit_id, [0, 0])
            entry[0] += one.is_kept
            entry[1] += 1
        rows = [Contribution(unit, "", kept, all_ if is_ratio else None) for unit, (kept, all_) in sums.items()]
        sources = {"table": table, "rows": sum(all_ for _kept, all_ in sums.values())}
        return Answer(rows, str(asked.day.year), sources)

    return compute


def _behind(read: Reader) -> Callable[[Asked, Collection[int], str], Iterator[Behind]]:
    def give(asked: Asked, units: Collection[int], _stage: str) -> Iterator[Behind]:
        wanted = set(units)
        rows = sorted((one for one in read(asked) if one.unit_id in wanted), key=lambda one: one.is_kept)
        return (Behind(one.unit_id, one.ref, one.is_kept) for one in rows)

    return give


declare(
    Measure(
        "plans.commitments_green",
        label=_("工作任务绿灯占比"),
        unit="%",
        entity=_("牵头或责任单位"),
        direction=Direction.UP,
        formula=_("本年要点中由本单位牵头或负责、已能判断的任务里，绿灯的项数 ÷ 能判断的项数 × 100%"),
        citations=(SUPERVISION,),
        compute=_computing(_green, "commitments"),
        is_ratio=True,
        scale=100,
        numerator_label=_("绿灯任务"),
        denominator_label=_("能判断的任务"),
        aliases=("工作任务绿灯占比", "任务绿灯率"),
        counted=_("项任务"),
        digits=2,
        behind=_behind(_green),
        rests_on_values=True,
    )
)
declare(
    Measure(
        "plans.commitments_kept",
        label=_("到期工作任务完成率"),
        unit="%",
        entity=_("牵头或责任单位"),
        direction=Direction.UP,
        kind=Kind.FLOW,
        formula=_("期限在本年且已到的任务里，绿灯（目标已达到，或经署名改判）的项数 ÷ 到期的项数 × 100%"),
        citations=(SUPERVISION,),
        compute=_computing(_due, "commitments"),
        is_ratio=True,
        scale=100,
        numerator_label=_("已完成的到期任务"),
        denominator_label=_("到期任务"),
        aliases=("到期任务完成率", "工作任务按期完成率"),
        counted=_("项任务"),
        digits=2,
        behind=_behind(_due),
        rests_on_values=True,
    )
)
declare(
    Measure(
        "plans.reports_in_time",
        label=_("月报按时报送率"),
        unit="%",
        entity=_("填报单位"),
        direction=Direction.UP,
        kind=Kind.FLOW,
        formula=_(
            "本年到期的月报中，在原定期限当日或以前报送的份数 ÷ 到期的份数 × 100%；要点撤回后不再计，到期前分工已全部退回的不计"
        ),
        version="2",
        citations=(SUPERVISION,),
        compute=_computing(_reports, "reports"),
        is_ratio=True,
        scale=100,
        numerator_label=_("按时报送的月报"),
        denominator_label=_("到期的月报"),
        aliases=("月报按时报送率", "月报按时率"),
        counted=_("份月报"),
        digits=2,
        behind=_behind(_reports),
    )
)
declare(
    Measure(
        "plans.reports_late",
        label=_("迟报的月报"),
        unit="份",
        entity=_("填报单位"),
        direction=Direction.DOWN,
        kind=Kind.FLOW,
        formula=_(
            "本年到期的月报中，超过原定期限才报送或还没有报送的份数；要点撤回后不再计，到期前分工已全部退回的不计"
        ),
        version="2",
        citations=(SUPERVISION,),
        compute=_computing(_late, "reports", is_ratio=False),
        aliases=("迟报月报", "月报迟报份数"),
        counted=_("份月报"),
        behind=_behind(_late),
    )
)
