"""What a year's admissions came to as figures of a unit: public schools, near home, chosen, drawn; checked and decided in time.

Counted are intakes whose results were published in the year by the day, and places as they were held at its end: kept days
say so, so a day that is over may be counted again. Before anything is published nothing is computable. Nobody is named: the
rows behind a figure are numbers of applications, shown to whoever may check them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.models import (
    HOLDING,
    Appeal,
    Application,
    ApplicationState,
    CatchmentSchool,
    How,
    Intake,
    Offer,
    Place,
    Run,
    RunState,
)
from yaodian.admissions.problem.gathering import COMPULSORY as WITH_CATCHMENTS
from yaodian.admissions.problem.tallying import drawn_numbers
from yaodian.admissions.queries.placing import solved_run
from yaodian.foundation.measuring import (
    Answer,
    Asked,
    Behind,
    Citation,
    Contribution,
    DatedFigure,
    Direction,
    Kind,
    Measure,
    Parameter,
    changed_by,
    declare,
)
from yaodian.registry.measures.law import COMPULSORY, EVERY, INTEGRATION, OWNERSHIP, PRESCHOOL, SCHOOLING, cited
from yaodian.statutes.book import BOOK
from yaodian.statutes.enrolment.school_choice_share import SchoolChoiceShare
from yaodian.statutes.quality_balance.nearby_enrolment import NearbyEnrolment

changed_by("admissions.run.open", "admissions.place.", "admissions.appeal.")

NEARBY = cited(BOOK.citation(NearbyEnrolment.reference))
CHOSEN = cited(BOOK.citation(SchoolChoiceShare.reference))
FAIR = Citation("中共中央 国务院关于深化教育教学改革全面提高义务教育质量的意见", "", "完善招生考试制度", "V2")
PETITIONS = Citation("信访工作条例", "", "第三十四条", "M-h")
DECIDED_WITHIN = Parameter(
    "appeal-days", _("申诉裁定期限（天，自提出之日）"), DatedFigure(date(2022, 5, 1), 60, PETITIONS)
)
STAGES = {**COMPULSORY, "": EVERY[""], **PRESCHOOL, "senior": SCHOOLING["senior"]}


@dataclass(frozen=True)
class Counted:
    """A row of a unit, and whether the numerator has it."""

    unit_id: int
    stage: str
    ref: str
    is_kept: bool


def _end(day: date) -> datetime:
    """When a day is over."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _published(day: date) -> QuerySet[Intake]:
    """Intakes whose results were published in the year, by the day."""
    return Intake.objects.filter(published_on__gte=day.replace(month=1, day=1), published_on__lte=day).order_by()


# Places ------------------------------------------------------------------------------------------------------------

# Whether the place is at a school of the child's verified catchment.
_IN_CATCHMENT = Exists(
    CatchmentSchool.objects.filter(catchment=OuterRef("application__catchment"), offer=OuterRef("offer"))
)
_PUBLIC = Q(offer__is_public=True)
_NEAR = Q(is_near=True)
_OF_CHOICE = Q(is_near=False, offer__is_open=True) & ~Q(how=How.OVERFLOW)


def _held(day: date) -> QuerySet[Place]:
    """The places that were held at the end of a day, one a child."""
    held = Q(state__in=HOLDING) | Q(decided_at__gte=_end(day))
    rows = Place.objects.filter(held, offer__intake__in=_published(day), offered_at__lt=_end(day)).order_by()
    return rows.annotate(is_near=_IN_CATCHMENT)


def _held_near(day: date) -> QuerySet[Place]:
    """Those of stages that have catchments."""
    return _held(day).filter(offer__intake__stage__in=WITH_CATCHMENTS)


Places = Callable[[date], "QuerySet[Place]"]


def _share(places: Places, kept: Q) -> Callable[[Asked], Answer]:
    def compute(asked: Asked) -> Answer:
        by = places(asked.day).values_list("offer__school", "offer__intake__stage", "offer__is_public")
        rows = [
            Contribution(school, stage, count, all_, frozenset({"public" if is_public else "private"}))
            for school, stage, is_public, all_, count in by.annotate(Count("pk"), kept=Count("pk", filter=kept))
        ]
        return _answer(asked, rows)

    return compute


def _places_behind(places: Places, kept: Q) -> Callable[[Asked, Collection[int], str], Iterator[Behind]]:
    def give(asked: Asked, units: Collection[int], stage: str) -> Iterator[Behind]:
        rows = places(asked.day).filter(offer__school__in=units, offer__intake__stage__in=_basic(stage))
        for is_kept in (False, True):
            some = rows.filter(kept) if is_kept else rows.exclude(kept)
            for unit, pk in some.order_by("pk").values_list("offer__school", "application").iterator():
                yield Behind(unit, f"admissions.application:{pk}", is_kept)

    return give


def _basic(stage: str) -> tuple[str, ...]:
    """The stages of intakes that one of `STAGES` holds."""
    return STAGES[stage] or tuple(one for held in STAGES.values() for one in held)


def _answer(asked: Asked, rows: list[Contribution]) -> Answer:
    count = sum(int(one.denominator or 0) for one in rows)
    return Answer(rows, str(asked.day.year), {"table": "admissions", "rows": count})


# What the draw decided -----------------------------------------------------------------------------------------------


def _runs(asked: Asked) -> list[Run]:
    """The runs that were opened in the year, without their bytes. Once in a taking."""

    def read() -> list[Run]:
        rows = Run.objects.filter(state=RunState.OPENED, intake__in=_published(asked.day)).order_by("pk")
        return list(rows.select_related("intake").defer("inputs", "result"))

    return asked.once("admissions.runs", read)


def _drawn(asked: Asked) -> Answer:
    runs = _runs(asked)
    offers = {one.public_id: one for one in Offer.objects.filter(intake__in={run.intake_id for run in runs})}
    rows = [
        Contribution(
            offers[cell["offer"]].school_id,
            run.intake.stage,
            cell["by_draw"],
            cell["placed"],
            frozenset({"public" if offers[cell["offer"]].is_public else "private"}),
        )
        for run in runs
        for cell in run.tallies.get("cells", ())
    ]
    return _answer(asked, rows)


def _drawn_behind(asked: Asked, units: Collection[int], stage: str) -> Iterator[Behind]:
    for run in _runs(asked):
        if run.intake.stage not in _basic(stage):
            continue
        solved, result = solved_run(run.pk, run.result_sha256)
        drawn = drawn_numbers(solved)
        schools = dict(Offer.objects.filter(intake=run.intake, school__in=units).values_list("public_id", "school"))
        keys = dict(Application.objects.filter(intake=run.intake).values_list("number", "pk"))
        given = sorted(
            (number in drawn, number, schools[one.offer])
            for number, one in result.places.items()
            if one.wish and one.offer in schools
        )
        for is_drawn, number, school in given:
            yield Behind(school, f"admissions.application:{keys[number]}", is_drawn)


# In time -------------------------------------------------------------------------------------------------------------


def _checked(asked: Asked) -> list[Counted]:
    """Every application that was decided, and whether by the last day of the checks. Once in a taking."""

    def read() -> list[Counted]:
        rows = Application.objects.filter(
            intake__in=_published(asked.day),
            carried_from__isnull=True,
            state__in=[ApplicationState.VERIFIED, ApplicationState.REFUSED],
        )
        columns = ("intake__season__office", "intake__stage", "pk", "decided_at", "intake__check_until")
        return [
            Counted(office, stage, f"admissions.application:{pk}", _day(at) <= until)
            for office, stage, pk, at, until in rows.order_by("pk").values_list(*columns).iterator()
        ]

    return asked.once("admissions.checked", read)


def _decided(asked: Asked) -> list[Counted]:
    """Every appeal that was decided or whose time is over, and whether it was decided in it. Once in a taking."""

    def read() -> list[Counted]:
        days = timedelta(days=int(DECIDED_WITHIN.on(asked.day).figure))
        rows = Appeal.objects.filter(application__intake__in=_published(asked.day), filed_at__lt=_end(asked.day))
        columns = ("application__intake__season__office", "application__intake__stage", "pk", "filed_at", "decided_at")
        found = []
        for office, stage, pk, filed_at, at in rows.order_by("pk").values_list(*columns):
            until = _day(filed_at) + days
            is_decided = at is not None and at < _end(asked.day)
            if is_decided or until < asked.day:
                found.append(Counted(office, stage, f"admissions.appeal:{pk}", is_decided and _day(at) <= until))
        return found

    return asked.once("admissions.decided", read)


def _day(moment: datetime) -> date:
    return timezone.localdate(moment)


Reader = Callable[[Asked], "list[Counted]"]


def _in_time(read: Reader) -> Callable[[Asked], Answer]:
    def compute(asked: Asked) -> Answer:
        sums: dict[tuple[int, str], list[int]] = {}
        for one in read(asked):
            entry = sums.setdefault((one.unit_id, one.stage), [0, 0])
            entry[0] += one.is_kept
            entry[1] += 1
        return _answer(asked, [Contribution(unit, stage, kept, all_) for (unit, stage), (kept, all_) in sums.items()])

    return compute


def _behind(read: Reader) -> Callable[[Asked, Collection[int], str], Iterator[Behind]]:
    def give(asked: Asked, units: Collection[int], stage: str) -> Iterator[Behind]:
        wanted, stages = set(units), _basic(stage)
        rows = [one for one in read(asked) if one.unit_id in wanted and one.stage in stages]
        return (Behind(one.unit_id, one.ref, one.is_kept) for one in sorted(rows, key=lambda one: one.is_kept))

    return give


# Declared ------------------------------------------------------------------------------------------------------------


def _declare(code: str, **said: Any) -> None:
    """A share in per cent of what was published in the year."""
    common = {"unit": "%", "scale": 100, "digits": 2, "kind": Kind.FLOW, "is_ratio": True}
    declare(Measure(f"admissions.{code}", **{**common, **said}))


_PLACED = {
    "entity": _("录取学校"),
    "denominator_label": _("有学位的儿童"),
    "counted": _("名儿童"),
    "filters": OWNERSHIP,
}
_declare(
    "public",
    label=_("公办就读率（招生）"),
    direction=Direction.UP,
    formula=_("本年已公布结果的招生中，当日结束时学位在公办学校的儿童 ÷ 有学位的儿童 × 100%"),
    citations=(INTEGRATION,),
    compute=_share(_held, _PUBLIC),
    behind=_places_behind(_held, _PUBLIC),
    numerator_label=_("学位在公办学校的儿童"),
    stages=STAGES,
    aliases=("公办就读率", "公办学校就读率", "公办学位占比", "招生公办就读率"),
    is_for_schools=False,
    **{**_PLACED, "filters": ()},
)
_declare(
    "nearby",
    label=_("就近入学率（招生）"),
    direction=Direction.UP,
    formula=_(
        "本年已公布结果的小学、初中招生中，当日结束时学位在核验学区对口学校的儿童 ÷ 有学位的儿童 × 100%；只看公办学校时与评估指标同义"
    ),
    citations=(NEARBY,),
    compute=_share(_held_near, _NEAR),
    behind=_places_behind(_held_near, _NEAR),
    numerator_label=_("学位在学区对口学校的儿童"),
    stages=COMPULSORY,
    aliases=("就近入学率", "免试就近入学率", "就近划片入学比例", "划片入学率"),
    **_PLACED,
)
_declare(
    "of_choice",
    label=_("择校比例（招生）"),
    direction=Direction.DOWN,
    formula=_(
        "本年已公布结果的小学、初中招生中，当日结束时学位在学区以外、面向全体报名的学校，且不是统筹安排的儿童 ÷ 有学位的儿童 × 100%"
    ),
    citations=(CHOSEN,),
    compute=_share(_held_near, _OF_CHOICE),
    behind=_places_behind(_held_near, _OF_CHOICE),
    numerator_label=_("择校的儿童"),
    stages=COMPULSORY,
    aliases=("择校比例", "择校生比例", "择校率", "择校生占比"),
    **_PLACED,
)
_declare(
    "by_draw",
    label=_("由抽签决定的学位占比"),
    direction=Direction.NEITHER,
    formula=_(
        "本年公布的派位结果中，按志愿录取、且同一学校同一顺序里有人只因派位号靠后而没有录取的学位 ÷ 按志愿录取的学位 × 100%；以公布时的结果计"
    ),
    citations=(FAIR,),
    compute=_drawn,
    behind=_drawn_behind,
    numerator_label=_("由抽签决定的学位"),
    stages=STAGES,
    aliases=("由抽签决定的学位占比", "摇号录取比例", "电脑派位录取比例", "随机派位录取比例"),
    **{**_PLACED, "denominator_label": _("按志愿录取的学位"), "counted": _("个学位")},
)
_declare(
    "checked_in_time",
    label=_("入学申请按期核验率"),
    direction=Direction.UP,
    entity=_("招生主办单位"),
    formula=_("本年已公布结果的招生中，在规则写明的核验截止日或以前核验完的申请 ÷ 核验完的申请 × 100%；撤回的不计"),
    citations=(FAIR,),
    compute=_in_time(_checked),
    behind=_behind(_checked),
    numerator_label=_("按期核验的申请"),
    denominator_label=_("核验完的申请"),
    stages=STAGES,
    aliases=("入学申请按期核验率", "报名材料按期核验率"),
    counted=_("份申请"),
    is_for_schools=False,
)
_declare(
    "appeals_in_time",
    label=_("招生申诉按期裁定率"),
    direction=Direction.UP,
    entity=_("招生主办单位"),
    formula=_("本年已公布结果的招生中，期限内裁定的申诉 ÷ 已裁定或期限已过的申诉 × 100%"),
    citations=(PETITIONS,),
    parameters=(DECIDED_WITHIN,),
    compute=_in_time(_decided),
    behind=_behind(_decided),
    numerator_label=_("按期裁定的申诉"),
    denominator_label=_("已裁定或期限已过的申诉"),
    stages=STAGES,
    aliases=("招生申诉按期裁定率", "招生申诉按期办结率"),
    counted=_("件申诉"),
    is_for_schools=False,
)
