"""What an office sees of its seasons: the list, the rules while they are made, and what in them cannot be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    Catchment,
    Contested,
    Criterion,
    Intake,
    Offer,
    PriorityClass,
    Season,
    SeasonState,
    Stage,
)
from yaodian.admissions.problem.rulebook import Fault, faults_of
from yaodian.admissions.problem.rules import rules_of, sha256_of
from yaodian.admissions.queries.plans import Plan, plan_from
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import (
    Visitor,
    exists_on,
    may,
    named,
    names_of_units,
    scope_of,
    subtree_of,
)

VIEW, SET, PUBLISH = "admissions.view", "admissions.set", "admissions.publish"
OFFICES = ("bureau", "section", "county")
MOST_SEASONS = 100


def visible_seasons(account: Visitor) -> QuerySet[Season]:
    """The seasons of the offices that the account's right reaches, in every state."""
    return scope_of(account=account, permission=VIEW).rows(Season.objects.all(), unit="office_id")


def find_season(*, account: Visitor, public_id: str) -> Season:
    """Raises Season.DoesNotExist, also for one that the account may not know of."""
    return visible_seasons(account).select_related("office", "changed_by").get(public_id=public_id)


def schools_of(*, office: Unit, stage: str, day: date) -> QuerySet[Unit]:
    """The units below an office that run a stage on a day, named."""
    kinds = ("kindergarten",) if stage == Stage.PRESCHOOL else ("school",)
    return subtree_of(unit=office, day=day).filter(exists_on(day), kind__in=kinds)


def find_school(*, public_id: str) -> Unit:
    """The unit of a form. Raises Unit.DoesNotExist."""
    return Unit.objects.get(public_id=public_id)


@dataclass(frozen=True)
class SeasonLine:
    """A season in the office's list."""

    season: Season
    office_name: str
    intakes: tuple[Intake, ...]
    seats: int


@dataclass(frozen=True)
class SeasonList:
    """All seasons that the account sees; `offices` are those for which it may make one."""

    lines: tuple[SeasonLine, ...]
    offices: tuple[Unit, ...]

    @property
    def may_set(self) -> bool:
        return bool(self.offices)


def season_list(*, account: Visitor, day: date) -> SeasonList:
    """The seasons, newest year first, and where new ones may be made. A constant number of queries."""
    rows = list(
        visible_seasons(account)
        .annotate(seats=Sum("intakes__offers__seats", default=0))
        .prefetch_related("intakes")
        .order_by("-year", "title", "pk")[:MOST_SEASONS]
    )
    names = names_of_units(ids={row.office_id for row in rows}, day=day)
    offices: tuple[Unit, ...] = ()
    if may(account=account, permission=SET):
        reached = scope_of(account=account, permission=SET)
        units = Unit.objects.filter(exists_on(day), kind__in=OFFICES)
        offices = tuple(named(reached.rows(units, unit="pk"), day=day).order_by("kind", "code"))
    return SeasonList(
        tuple(
            SeasonLine(row, names[row.office_id], tuple(row.intakes.all()), row.seats)  # type: ignore[attr-defined]  # Annotated above.
            for row in rows
        ),
        offices,
    )


@dataclass(frozen=True)
class SeasonPage:
    """A season for the office. `faults` is what stands in the way of its announcement, `sha256` the fingerprint of its rules.

    `may_announce`: the account holds the right, and did not change the rules last.
    """

    season: Season
    office_name: str
    intakes: tuple[Intake, ...]
    free_stages: tuple[tuple[str, str], ...]
    faults: tuple[Fault, ...]
    sha256: str
    may_set: bool
    may_publish: bool
    is_second_person: bool

    @property
    def is_draft(self) -> bool:
        return self.season.state == SeasonState.DRAFT

    @property
    def may_change(self) -> bool:
        return self.is_draft and self.may_set


def season_page(*, account: Visitor, public_id: str, day: date) -> SeasonPage:
    """Raises Season.DoesNotExist. A constant number of queries."""
    row = find_season(account=account, public_id=public_id)
    intakes = tuple(
        row.intakes.filter(round=1)
        .annotate(
            offer_count=Count("offers", distinct=True),
            catchment_count=Count("catchments", distinct=True),
            class_count=Count("classes", distinct=True),
        )
        .order_by("opens_on", "pk")
    )
    is_draft = row.state == SeasonState.DRAFT
    rules = rules_of(row) if is_draft else row.rules
    taken = {each.stage for each in intakes}
    return SeasonPage(
        season=row,
        office_name=names_of_units(ids={row.office_id}, day=day)[row.office_id],
        intakes=intakes,
        free_stages=tuple((stage.value, str(stage.label)) for stage in Stage if stage.value not in taken),
        faults=faults_in(season=row, rules=rules, day=day) if is_draft else (),
        sha256=sha256_of(rules) if is_draft else row.rules_sha256,
        may_set=may(account=account, permission=SET, unit_id=row.office_id),
        may_publish=may(account=account, permission=PUBLISH, unit_id=row.office_id),
        is_second_person=not isinstance(account, Account) or row.changed_by_id != account.pk,
    )


def faults_in(*, season: Season, rules: Mapping[str, Any], day: date) -> tuple[Fault, ...]:
    """Every contradiction in the rules of a season that is to be announced on a day, its schools called by their names when
    results come. Two queries."""
    offers = Offer.objects.filter(intake__season=season).select_related("school")
    schools = {each.school for each in offers}
    ends = max((date.fromisoformat(each["days"]["publishes_on"]) for each in rules["intakes"]), default=None)
    called = names_of_units(ids={each.pk for each in schools}, day=ends or date(season.year, 9, 1))
    closed = [each.code for each in schools if ends and each.closed_on is not None and each.closed_on <= ends]
    found = faults_of(rules, names={each.code: called[each.pk] for each in schools}, closed=closed)
    return (*_opened_before(rules, day), *found)


def _opened_before(rules: Mapping[str, Any], day: date) -> Iterator[Fault]:
    """Rules are announced before anybody applies under them."""
    for each in rules["intakes"]:
        if date.fromisoformat(each["days"]["opens_on"]) < day:
            yield Fault(
                "announced_too_late", f"intake:{each['stage']}.opens_on", f"day:{day}",
                _("%(stage)s：%(opens)s 开始报名，今天 %(today)s 才公布：规则须在报名以前公布。请改报名日期。")
                % {"stage": Stage(each["stage"]).label, "opens": each["days"]["opens_on"], "today": day},
            )  # fmt: skip


@dataclass(frozen=True)
class OfferLine:
    """A school with its places."""

    offer: Offer
    name: str


@dataclass(frozen=True)
class ClassLine:
    """A priority class with the words of what must and must not hold; a code that names no criterion stands as it is."""

    row: PriorityClass
    needs: tuple[str, ...]
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class CatchmentLine:
    """A catchment with the names of its schools in published order."""

    row: Catchment
    schools: tuple[str, ...]


def contested_door(row: Contested) -> dict[str, Any]:
    """Street and number of a contested address, as its form and its operations take them."""
    street = f"{row.street}{row.lane}弄" if row.lane else row.street
    return {"street": street, "number": row.written or f"{row.number}号"}


@dataclass(frozen=True)
class IntakePage:
    """All rules of an intake as rows, to be changed one by one. `schools` are those that may still be added."""

    season: Season
    intake: Intake
    criteria: tuple[Criterion, ...]
    classes: tuple[ClassLine, ...]
    offers: tuple[OfferLine, ...]
    catchments: tuple[CatchmentLine, ...]
    contested: tuple[Contested, ...]
    schools: tuple[Unit, ...]
    names: Mapping[int, str]
    may_change: bool

    @property
    def plan(self) -> Plan:
        """The areas and the schools, to draw beside and upon."""
        return plan_from(
            catchments=(each.row for each in self.catchments),
            offers=(each.offer for each in self.offers),
            names=self.names,
        )


def intake_page(*, account: Visitor, public_id: str, stage: str, day: date) -> IntakePage:
    """Raises Season.DoesNotExist, Intake.DoesNotExist. A constant number of queries."""
    row = find_season(account=account, public_id=public_id)
    intake = row.intakes.prefetch_related(
        "criteria",
        "classes",
        "offers__school",
        "offers__quotas__criterion",
        "catchments__schools__offer",
        "catchments__ranges",
        "contested",
    ).get(stage=stage, round=1)
    intake.season = row
    offers = list(intake.offers.all())
    may_change = row.state == SeasonState.DRAFT and may(account=account, permission=SET, unit_id=row.office_id)
    schools: tuple[Unit, ...] = ()
    if may_change:
        taken = {each.school_id for each in offers}
        below = schools_of(office=row.office, stage=stage, day=day)
        schools = tuple(each for each in below if each.pk not in taken)
    names = names_of_units(ids={each.school_id for each in offers}, day=day)
    words = {each.code: each.words for each in intake.criteria.all()}
    return IntakePage(
        season=row,
        intake=intake,
        criteria=tuple(intake.criteria.all()),
        classes=tuple(
            ClassLine(
                each,
                tuple(words.get(code, code) for code in each.needs),
                tuple(words.get(code, code) for code in each.lacks),
            )
            for each in intake.classes.all()
        ),
        offers=tuple(
            OfferLine(each, names[each.school_id]) for each in sorted(offers, key=lambda one: one.school.code)
        ),
        catchments=tuple(
            CatchmentLine(
                each,
                tuple(names[one.offer.school_id] for one in sorted(each.schools.all(), key=lambda one: one.position)),
            )
            for each in intake.catchments.all()
        ),
        contested=tuple(intake.contested.all()),
        schools=schools,
        names=names,
        may_change=may_change,
    )
