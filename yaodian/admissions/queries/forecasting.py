"""Expected children beside places, school by school, each figure with where it is from; where an input is missing, which one it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    Application,
    ApplicationState,
    CatchmentSchool,
    Forecast,
    Intake,
    Offer,
    Reference,
    ReferenceKind,
    Wish,
)
from yaodian.admissions.queries.placing import SHOWN
from yaodian.admissions.queries.progress import intake_at_desk
from yaodian.organisations.queries import Visitor, may, names_of_units

_HANDED_IN = (ApplicationState.SUBMITTED, ApplicationState.RETURNED, ApplicationState.VERIFIED)


@dataclass(frozen=True)
class ForecastLine:
    """A school. `registered`: children of age who live in its catchments, None where it has none. `expected` comes with `basis`, what it
    was computed from; where it is None, `basis` says what is missing. `gap`: places less expected children."""

    school: str
    seats: int
    registered: int | None
    first_wishes: int
    expected: int | None
    basis: str

    @property
    def gap(self) -> int | None:
        return None if self.expected is None else self.seats - self.expected


@dataclass(frozen=True)
class ForecastPage:
    """`counted` is the count of the list, None before there is one; `last_year` the intake of the year before that was published."""

    intake: Intake
    counted: Forecast | None
    last_year: Intake | None
    lines: Sequence[ForecastLine]
    seats: int
    applications: int
    has_list: bool
    may_count: bool

    @property
    def gap(self) -> int | None:
        """Of the whole stage: places less children of age on the list."""
        return None if self.counted is None else self.seats - self.counted.of_age


def forecast_page(*, account: Visitor, public_id: str, day: date) -> ForecastPage:
    """A constant number of queries. Raises Intake.DoesNotExist."""
    intake = intake_at_desk(account=account, public_id=public_id)
    offers = list(Offer.objects.filter(intake=intake).order_by("pk"))
    names = names_of_units(ids=[one.school_id for one in offers], day=day)
    led: dict[int, dict[str, int]] = defaultdict(dict)
    schools_of: Counter[str] = Counter()
    for offer, code in CatchmentSchool.objects.filter(catchment__intake=intake).values_list("offer", "catchment__code"):
        led[offer][code] = 1
        schools_of[code] += 1
    counted = Forecast.objects.filter(intake=intake).select_related("counted_by").first()
    before = _Before.of(intake)
    handed_in = Application.objects.filter(intake=intake, state__in=_HANDED_IN)
    wishes = dict(
        Wish.objects.filter(application__in=handed_in, position=1).values_list("offer").annotate(Count("pk")).order_by()
    )
    lines = []
    for one in offers:
        codes = sorted(led[one.pk])
        registered = None if counted is None or not codes else sum(counted.catchments.get(code, 0) for code in codes)
        if codes:
            expected, basis = _of_catchments(codes, schools_of, counted, before)
        else:
            expected, basis = _of_share(one.school_id, counted, before)
        lines.append(
            ForecastLine(names.get(one.school_id, ""), one.seats, registered, wishes.get(one.pk, 0), expected, basis)
        )
    return ForecastPage(
        intake=intake,
        counted=counted,
        last_year=before.intake,
        lines=lines,
        seats=sum(one.seats for one in offers),
        applications=handed_in.count(),
        has_list=Reference.objects.filter(intake=intake, kind=ReferenceKind.HOUSEHOLD).exists(),
        may_count=may(account=account, permission="admissions.verify", unit_id=intake.season.office_id),
    )


@dataclass(frozen=True)
class _Before:
    """What came of the year before: verified children by catchment's code, the children of age that were counted there, and the shares of
    first wishes by school."""

    intake: Intake | None
    applied: Mapping[str, int]
    of_age: Mapping[str, int]
    first_wishes: Mapping[int, int]
    verified: int

    @classmethod
    def of(cls, intake: Intake) -> _Before:
        """Four queries at most."""
        season = intake.season
        found = (
            Intake.objects.filter(
                season__office=season.office_id,
                season__year=season.year - 1,
                stage=intake.stage,
                round=1,
                state__in=SHOWN,
            )
            .select_related("season", "forecast")
            .order_by("-published_on", "pk")
            .first()
        )
        if found is None:
            return cls(None, {}, {}, {}, 0)
        verified = Application.objects.filter(intake=found, state=ApplicationState.VERIFIED)
        applied = dict(
            verified.filter(catchment__isnull=False).values_list("catchment__code").annotate(Count("pk")).order_by()
        )
        wishes = dict(
            Wish.objects.filter(application__in=verified, position=1)
            .values_list("offer__school")
            .annotate(Count("pk"))
            .order_by()
        )
        forecast = getattr(found, "forecast", None)
        return cls(found, applied, forecast.catchments if forecast else {}, wishes, verified.count())


def _of_catchments(
    codes: Sequence[str], schools_of: Mapping[str, int], counted: Forecast | None, before: _Before
) -> tuple[int | None, str]:
    """Children of age in the catchments; with the share of them who applied the year before, where it is known for each catchment."""
    if counted is None:
        return None, _("算不出：缺少户籍名册的统计")
    if any(schools_of[code] > 1 for code in codes):
        return None, _("算不出：学区对应几所学校，名册说不出各校各多少")
    children = {code: counted.catchments.get(code, 0) for code in codes}
    if all(before.of_age.get(code) for code in codes):
        expected = sum(round(children[code] * before.applied.get(code, 0) / before.of_age[code]) for code in codes)
        share = 100 * sum(before.applied.get(code, 0) for code in codes) / sum(before.of_age[code] for code in codes)
        return expected, _("名册适龄儿童 × 去年的报名比例 %(share)s%%") % {"share": f"{share:.0f}"}
    return sum(children.values()), _("名册适龄儿童，全部计入（缺少去年的名册统计，不知有多少人不报）")


def _of_share(school_id: int, counted: Forecast | None, before: _Before) -> tuple[int | None, str]:
    """The share of first wishes that the school had the year before, of the children of age this year."""
    if counted is None:
        return None, _("算不出：缺少户籍名册的统计")
    if before.intake is None or not before.verified:
        return None, _("算不出：缺少去年同学段公布的结果")
    if school_id not in before.first_wishes:
        return None, _("算不出：去年没有人以这所学校为第一志愿")
    share = before.first_wishes[school_id] / before.verified
    return round(counted.of_age * share), _("名册适龄儿童 × 去年第一志愿占比 %(share)s%%") % {
        "share": f"{100 * share:.1f}"
    }
