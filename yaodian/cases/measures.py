"""What cases come to as figures of a unit and a year: closed in time, overdue, reopened; of all kinds, or of one.

They are counted for the unit that does a case, and for whatever stands above it. Restricted cases are never counted, since a
figure is read by many. Days of clocks are as they are known today: an extension given since counts as if given then. Values
come every night, and not after each case that moves: a city's cases move all day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.cases import kinds as kinds_of_others  # noqa: F401 - Declares them; whoever counts must know all kinds.
from yaodian.cases.declaring import CLOSED, Action, Confidentiality, Phase, kinds
from yaodian.cases.models import Case, CaseClock, CaseEvent
from yaodian.foundation.measuring import (
    STAGES,
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

# What is meant where nobody names a kind.
ALL = "all_kinds"
SUPERVISION = Citation("政府督查工作条例", "国务院令第733号", "", "M-h")


def short(kind: str) -> str:
    """A kind as a measure is asked for it: twenty signs at most."""
    return kind.replace(".", "_") if len(kind) <= 20 else kind.rpartition(".")[2][:20]


def _stages() -> Mapping[str, tuple[str, ...]]:
    asked: dict[str, tuple[str, ...]] = {ALL: ()}
    STAGES.setdefault(ALL, _("各类型"))
    for code, kind in kinds().items():
        if kind.confidentiality == Confidentiality.INTERNAL:
            asked[short(code)] = (short(code),)
            STAGES.setdefault(short(code), kind.label)
    return asked


def _moment(day: date) -> datetime:
    """When a day begins."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _ended(day: date) -> QuerySet[Case]:
    """Closed (销号) in the year, up to the end of a day."""
    rows = Case.objects.filter(confidentiality=Confidentiality.INTERNAL, state=CLOSED).order_by()
    return rows.filter(
        ended_at__gte=_moment(day.replace(month=1, day=1)), ended_at__lt=_moment(day + timedelta(days=1))
    )


def _ran_over() -> Exists:
    return Exists(CaseClock.objects.filter(case=OuterRef("pk"), stopped_at__date__gt=F("due_on")))


def _overdue(day: date) -> QuerySet[Case]:
    """Open at the end of a day, and over its day by then."""
    end = _moment(day + timedelta(days=1))
    late_then = Exists(CaseClock.objects.filter(case=OuterRef("pk"), due_on__lt=day))
    rows = Case.objects.filter(confidentiality=Confidentiality.INTERNAL, opened_at__lt=end).order_by()
    return rows.filter((~Q(phase=Phase.ENDED) & Q(due_on__lt=day)) | (Q(ended_at__gte=end) & late_then))


def _reopened(day: date) -> QuerySet[Case]:
    """Those that were reopened in the year, up to the end of a day, each once."""
    again = CaseEvent.objects.filter(
        case=OuterRef("pk"),
        action=Action.REOPEN,
        at__gte=_moment(day.replace(month=1, day=1)),
        at__lt=_moment(day + timedelta(days=1)),
    )
    rows = Case.objects.filter(confidentiality=Confidentiality.INTERNAL, reopened__gt=0).order_by()
    return rows.filter(Exists(again))


Rows = Callable[[date], "QuerySet[Case]"]


def _in_time(asked: Asked) -> Answer:
    rows = _ended(asked.day).values_list("doing_unit_id", "kind")
    found = rows.annotate(ended=Count("pk"), kept=Count("pk", filter=~_ran_over()))
    said = [Contribution(unit, short(kind), kept, ended) for unit, kind, ended, kept in found]
    return Answer(said, str(asked.day.year), {"table": "cases", "rows": sum(one.denominator or 0 for one in said)})


def _counting(rows: Rows) -> Callable[[Asked], Answer]:
    def compute(asked: Asked) -> Answer:
        found = rows(asked.day).values_list("doing_unit_id", "kind").annotate(Count("pk"))
        said = [Contribution(unit, short(kind), count) for unit, kind, count in found]
        return Answer(said, str(asked.day.year), {"table": "cases", "rows": sum(int(one.numerator) for one in said)})

    return compute


def _behind(rows: Rows, *, is_late: bool = False) -> Callable[[Asked, Collection[int], str], Iterator[Behind]]:
    """The cases themselves, the newest first; with `is_late` those that ran over stand before, and not in the numerator."""

    def give(asked: Asked, units: Collection[int], stage: str) -> Iterator[Behind]:
        wanted = [code for code in kinds() if stage in ("", ALL) or short(code) == stage]
        found = rows(asked.day).filter(doing_unit_id__in=units, kind__in=wanted).order_by("-pk")
        if is_late:
            found = found.annotate(ran_over=_ran_over()).order_by("-ran_over", "-pk")
        columns = ("doing_unit_id", "pk", *(("ran_over",) if is_late else ()))
        for unit, pk, *late in found.values_list(*columns).iterator():
            yield Behind(unit, f"cases.case:{pk}", not (late and late[0]))

    return give


declare(
    Measure(
        "cases.closed_in_time",
        label=_("督办事项按期办结率"),
        unit="%",
        entity=_("承办单位"),
        direction=Direction.UP,
        kind=Kind.FLOW,
        formula=_("本年已销号的事项中，各期限都没有超过的件数 ÷ 本年已销号的件数 × 100%；限知悉范围的事项不计"),
        citations=(SUPERVISION,),
        compute=_in_time,
        is_ratio=True,
        scale=100,
        numerator_label=_("按期销号的事项"),
        denominator_label=_("已销号的事项"),
        stages=_stages(),
        aliases=("督办事项按期办结率", "督查事项按期办结率", "整改按期销号率"),
        counted=_("件"),
        digits=2,
        behind=_behind(_ended, is_late=True),
    )
)
declare(
    Measure(
        "cases.overdue",
        label=_("逾期未办结的督办事项"),
        unit="件",
        entity=_("承办单位"),
        direction=Direction.DOWN,
        formula=_("当日结束时没有办结、期限在当日以前的件数；限知悉范围的事项不计"),
        citations=(SUPERVISION,),
        compute=_counting(_overdue),
        stages=_stages(),
        aliases=("逾期未办结事项", "逾期未办结督办事项", "逾期未销号问题"),
        counted=_("件"),
        behind=_behind(_overdue),
    )
)
declare(
    Measure(
        "cases.reopened",
        label=_("重新办理的督办事项"),
        unit="件",
        entity=_("承办单位"),
        direction=Direction.DOWN,
        kind=Kind.FLOW,
        formula=_("本年销号以后又重新办理的件数，一件只计一次；限知悉范围的事项不计"),
        citations=(SUPERVISION,),
        compute=_counting(_reopened),
        stages=_stages(),
        aliases=("重新办理事项", "回退重办事项"),
        counted=_("件"),
        behind=_behind(_reopened),
    )
)
