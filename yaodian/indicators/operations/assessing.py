"""Counties are held against the statutes, and what was found is kept, so that every page answers from rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.foundation.jobs import enqueue
from yaodian.foundation.models import Job
from yaodian.indicators.models import Assessment, Fact, SchoolStanding, Verdict
from yaodian.indicators.operations.errors import UnableToAssess
from yaodian.indicators.problem import County, Presented, day_of, judge, load, present
from yaodian.organisations.models import Account, Unit, UnitKind
from yaodian.organisations.queries import require
from yaodian.registry import queries as registry
from yaodian.statutes.monitored import MONITORED

Progress = Callable[[int, int], None]
BATCH = 500


def assess(*, actor: Account | None, statute: str, year: int, now: datetime) -> list[Assessment]:
    """Holds every county that stood on the day against a statute, and puts that in the place of what was found before.

    Raises PermissionMissing; UnableToAssess for an unknown statute, and a year that has not begun.
    """
    if actor is not None:
        require(account=actor, permission="measures.compute")
    asked = MONITORED.get(statute)
    if asked is None:
        raise UnableToAssess(
            _("没有“%(statute)s”这部监测办法。请从列表中选择。") % {"statute": statute}, code="no-statute"
        )
    day = day_of(year)
    if day > timezone.localtime(now).date():
        raise UnableToAssess(
            _("%(year)s 学年还没有开始，没有数据可以监测。请选择以前的学年。") % {"year": year}, code="year-to-come"
        )
    # Read and judged before the write lock is taken: on SQLite everybody else would wait for it.
    counties = {unit.pk: unit.code for unit in _counties_on(day)}
    found = load(statute=asked, counties=counties, year=year)
    presented = [
        (county, present(statute=asked, county=county, found=judge(statute=asked, county=county)))
        for county in found.values()
    ]
    with transaction.atomic():
        # Two workers at once: the second waits, and replaces what the first has made.
        list(Unit.objects.select_for_update().filter(pk__in=counties).order_by("pk").values_list("pk"))
        Assessment.objects.filter(statute=statute, year=year).delete()
        made = [_store(statute, county, one, now) for county, one in presented]
        record(
            actor=actor,
            code="indicators.assessment.make",
            subject=f"statute:{statute}",
            detail={"year": year, "counties": len(made), "met": sum(one.verdict == Verdict.MEETS for one in made)},
            at=now,
        )
    return made


def _counties_on(day: date) -> list[Unit]:
    units = Unit.objects.filter(kind=UnitKind.COUNTY, opened_on__lte=day)
    return [unit for unit in units.order_by("code") if unit.exists_on(day)]


def _store(statute: str, county: County, found: Presented, now: datetime) -> Assessment:
    made = Assessment.objects.create(
        statute=statute,
        county_id=county.unit_id,
        year=county.year,
        on=county.day,
        verdict=found.verdict,
        items_met=found.count(Verdict.MEETS),
        items_failed=found.count(Verdict.FAILS),
        items_undecided=found.count(Verdict.UNDECIDED),
        schools_met=found.schools(Verdict.MEETS),
        schools_failed=found.schools(Verdict.FAILS),
        schools_undecided=found.schools(Verdict.UNDECIDED),
        items=found.items,
        spreads=found.spreads,
        obstacles=found.obstacles,
        assessed_at=now,
    )
    units = {place.code: place.unit_id for place in county.schools}
    SchoolStanding.objects.bulk_create(
        [
            SchoolStanding(
                assessment=made,
                unit_id=units[one.code],
                stage=one.stage,
                verdict=one.verdict,
                pupils=one.pupils,
                met=one.met,
                values=dict(one.values),
            )
            for one in found.standings
            if one.code in units
        ],
        batch_size=BATCH,
    )
    return made


def assess_due(
    *,
    actor: Account | None,
    now: datetime,
    is_anew: bool = True,
    progress: Progress = lambda _done, _total: None,
) -> Mapping[int, int]:
    """Every year of which there are returns: where its figures changed since, and the current one anew if asked.

    Gives the number of assessments by year. Each year and statute is one transaction, so that a run that was stopped is
    taken up where it was.
    """
    if actor is not None:
        require(account=actor, permission="measures.compute")
    today = timezone.localtime(now).date()
    years = [year for year in registry.return_years() if day_of(year) <= today]
    known: dict[tuple[str, int], datetime] = {}
    for statute, year, at in Assessment.objects.values_list("statute", "year", "assessed_at"):
        known[statute, year] = at
    changed = registry.returns_changed_at()
    stated = dict(Fact.objects.order_by().values_list("year").annotate(last=Max("stated_at")))
    made: dict[int, int] = {}
    tasks = [(year, statute) for year in years for statute in MONITORED]
    for place, (year, statute) in enumerate(tasks):
        at = known.get((statute, year))
        touched = [moment for moment in (changed.get(year), stated.get(year)) if moment is not None]
        if at is None or (is_anew and year == years[-1]) or any(moment > at for moment in touched):
            made[year] = made.get(year, 0) + len(assess(actor=actor, statute=statute, year=year, now=now))
        progress(place + 1, len(tasks))
    return made


def order_assessment(*, actor: Account, now: datetime) -> Job:
    """Asks a worker to assess; asked twice within a minute, it is done once. Raises PermissionMissing."""
    with transaction.atomic():
        require(account=actor, permission="measures.compute")
        moment = now.replace(second=0, microsecond=0).isoformat()
        job = enqueue(
            code="indicators.assess_ordered",
            arguments={"actor_id": actor.pk},
            requested_by_id=actor.pk,
            key=f"indicators.assess:{moment}",
        )
        record(actor=actor, code="indicators.assessment.order", subject=f"job:{job.pk}", detail={}, at=now)
    return job
