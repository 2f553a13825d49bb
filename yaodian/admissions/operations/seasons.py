"""A season is made, filled with rules, announced by a second person, and its intakes open and close by their days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    CatchmentRange,
    CatchmentSchool,
    Contested,
    Intake,
    IntakeState,
    Season,
    SeasonState,
)
from yaodian.admissions.operations.changing import PUBLISH, SET, changing, lock_season, put, stored, tidy, write
from yaodian.admissions.operations.errors import UnableToAnnounceSeason, UnableToMakeSeason, WrongState
from yaodian.admissions.problem.rules import rules_of, sha256_of
from yaodian.admissions.queries.rules import faults_in
from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import require

_DAYS = ("opens_on", "closes_on", "check_until", "publishes_on", "born_from", "born_until")
_SHOWN = 20
_BATCH = 500


def make_season(
    *, actor: Account | None, office: Unit, values: Mapping[str, Any], now: datetime, copy_of: Season | None = None
) -> Season:
    """A season in preparation, empty or with the rules of another of the office, its days moved by as many years.

    Raises PermissionMissing, UnableToMakeSeason.
    """
    if actor is not None:
        require(account=actor, permission=SET, unit_id=office.pk)
    if copy_of is not None and copy_of.office_id != office.pk:
        raise UnableToMakeSeason(
            _("只能沿用同一主办单位的招生季。请选择本单位往年的招生季。"), code="copy-of", field="copy_of"
        )
    with transaction.atomic():
        given = {name: tidy(value) if isinstance(value, str) else value for name, value in values.items()}
        row: Season = stored(Season(office=office, made_at=now, changed_by=actor, **given), UnableToMakeSeason)
        if copy_of is not None:
            _copy(copy_of, row)
        write(actor, "season.make", row, {"year": row.year, "copy_of": copy_of.pk if copy_of else None}, now)
    return row


def change_season(
    *,
    actor: Account | None,
    season: Season,
    values: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> Season:
    """Changes title, year, basis or contact. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    with changing(
        actor=actor, season=season, code="season.change", now=now, expected_version=expected_version, detail={}
    ) as change:
        row = change.season
        before = {name: getattr(row, name) for name in values}
        put(row, values)
        change.detail = {
            name: [str(before[name]), str(getattr(row, name))] for name in values if before[name] != getattr(row, name)
        }
        change.is_made = bool(change.detail)
    return change.season


def announce_season(
    *, actor: Account | None, season: Season, now: datetime, expected_sha256: str | None = None
) -> Season:
    """Makes the rules stand: their bytes and fingerprint are kept, and nothing in them is changed any more.

    By another person than who changed them last. `expected_sha256` is what the person saw. Sent twice it is one announcement.
    Raises PermissionMissing, WrongState; UnableToAnnounceSeason with every contradiction (`sentences`).
    """
    if actor is not None:
        require(account=actor, permission=PUBLISH, unit_id=season.office_id)
    with transaction.atomic():
        row = lock_season(season)
        if row.state == SeasonState.ANNOUNCED and expected_sha256 == row.rules_sha256:
            return row
        if row.state != SeasonState.DRAFT:
            raise WrongState(_("“%(title)s”已经公布过了。请刷新页面。") % {"title": row.title}, code="announced")
        if actor is not None and row.changed_by_id == actor.pk:
            raise UnableToAnnounceSeason(
                _("规则最后是由您修改的，不能再由您公布。请由另一位有公布权限的同事核对后公布。"),
                code="second-person",
                status=409,
            )
        rules = rules_of(row)
        sha256 = sha256_of(rules)
        if expected_sha256 is not None and expected_sha256 != sha256:
            raise UnableToAnnounceSeason(
                _("您打开页面以后规则又有改动，还没有公布。请核对现在的规则，再公布一次。"), code="stale", status=409
            )
        _require_kept(row, rules, timezone.localdate(now))
        row.rules, row.rules_sha256 = rules, sha256
        row.state, row.announced_by, row.announced_at = SeasonState.ANNOUNCED, actor, now
        row.version += 1
        stored(row, UnableToAnnounceSeason)
        write(actor, "season.announce", row, {"rules_sha256": sha256, "intakes": len(rules["intakes"])}, now)
    return row


def _require_kept(row: Season, rules: Mapping[str, Any], today: date) -> None:
    sentences = [fault.sentence for fault in faults_in(season=row, rules=rules, day=today)]
    if sentences:
        refusal = UnableToAnnounceSeason(
            _("规则互相矛盾或不完整，不能公布。共 %(count)s 处：%(first)s")
            % {"count": len(sentences), "first": " ".join(sentences[:_SHOWN])},
            code="contradictions",
        )
        refusal.sentences = tuple(sentences)
        raise refusal


def open_intakes(*, now: datetime) -> int:
    """Intakes of announced seasons whose first day has come take applications. How many; run again, none.

    One that was never opened in its days (nothing ran then) is opened and closed by its days all the same. Where places are
    given by score nobody applies: wishes come as a list.
    """
    due = {"opens_on__lte": timezone.localdate(now), "score_rounds__isnull": True}
    return _advance(IntakeState.PLANNED, IntakeState.OPEN, "open", now, **due)


def close_intakes(*, now: datetime) -> int:
    """Intakes whose last day is over take no more applications, and are checked. How many; run again, none."""
    return _advance(IntakeState.OPEN, IntakeState.CHECKING, "close", now, closes_on__lt=timezone.localdate(now))


def _advance(state: str, to: str, verb: str, now: datetime, **due: Any) -> int:
    wanted = {"state": state, "season__state": SeasonState.ANNOUNCED, **due}
    count = 0
    for pk in Intake.objects.filter(**wanted).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Intake.objects.select_for_update(of=("self",)).filter(pk=pk, **wanted).first()
            if row is None:
                # Another worker has been faster.
                continue
            row.state = to
            row.version += 1
            row.save(update_fields=["state", "version"])
            record(
                actor=None, code=f"admissions.intake.{verb}", subject=f"admissions_intake:{row.pk}",
                detail={"stage": row.stage}, at=now,
            )  # fmt: skip
            count += 1
    return count


def _moved(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        # 29 February of a year that has none.
        return day.replace(year=day.year + years, day=28)


def fresh(row: Any, **given: Any) -> Any:
    """A copy that is not stored yet."""
    fields = {
        each.attname: getattr(row, each.attname)
        for each in row._meta.concrete_fields
        if each.name not in ("id", "public_id", "version", "taken", "added_seats", "state", "published_on")
    }
    for name in given:
        fields.pop(f"{name}_id", None)
    return type(row)(**{**fields, **given})


def _copy(source: Season, target: Season) -> None:
    years = target.year - source.year
    for old in source.intakes.filter(round=1).prefetch_related(
        "criteria", "classes", "offers__quotas", "catchments__schools", "catchments__ranges", "contested"
    ):
        new = fresh(old, season=target, **{name: _moved(getattr(old, name), years) for name in _DAYS}).store()
        criteria = {each.pk: fresh(each, intake=new).store() for each in old.criteria.all()}
        for each in old.classes.all():
            fresh(each, intake=new).store()
        offers = {each.pk: fresh(each, intake=new).store() for each in old.offers.all()}
        for offer in old.offers.all():
            for quota in offer.quotas.all():
                fresh(quota, offer=offers[offer.pk], criterion=criteria[quota.criterion_id]).store()
        for catchment in old.catchments.all():
            made = fresh(catchment, intake=new).store()
            CatchmentSchool.objects.bulk_create(
                [fresh(each, catchment=made, offer=offers[each.offer_id]) for each in catchment.schools.all()]
            )
            CatchmentRange.objects.bulk_create(
                [fresh(each, catchment=made) for each in catchment.ranges.all()], batch_size=_BATCH
            )
        Contested.objects.bulk_create([fresh(each, intake=new) for each in old.contested.all()], batch_size=_BATCH)
