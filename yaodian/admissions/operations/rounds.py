"""A further round (补录): the places that are still free, for the children who were left over.

It is an intake of its own in the season and stage, with its own days, draw, run and gate; nothing in the announced rules changes.
The round before ends when it is opened, so that no child can be given a place by both. Applications are carried over with their
number, verified facts and catchment, and nobody is checked again; families only state wishes anew. Seats that were kept for groups and
stayed free are open to all who are left, as freed ones are (`places`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.content import Content
from yaodian.admissions.models import (
    HOLDING,
    Application,
    ApplicationGuardian,
    ApplicationState,
    CatchmentSchool,
    Intake,
    IntakeState,
    Place,
    SeasonState,
)
from yaodian.admissions.operations.applying_rows import journal, own_rows, require_open, with_faults, write_wishes
from yaodian.admissions.operations.changing import lock_season, stored
from yaodian.admissions.operations.ending import PLACE, end_intake, require_endable
from yaodian.admissions.operations.errors import UnableToOpenRound, UnableToRestateWishes, WrongState
from yaodian.admissions.operations.locking import lock_intake, require_intake
from yaodian.admissions.operations.seasons import fresh
from yaodian.admissions.operations.telling import tell_further_round
from yaodian.admissions.problem.stating import wish_faults
from yaodian.admissions.queries.asking import asked_in_round
from yaodian.audit.operations import record
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

DAYS = ("opens_on", "closes_on", "check_until", "publishes_on")
TOGETHER = 500


def open_round(*, actor: Account | None, intake: Intake, days: Mapping[str, date], now: datetime) -> Intake:
    """The next round of an intake, on `days` (`DAYS`); the round before ends by it, with its lists of waiting.

    Raises PermissionMissing, WrongState, UnableToEndIntake where something in the round before is open, UnableToOpenRound.
    """
    if actor is not None:
        require(account=actor, permission=PLACE, unit_id=intake.season.office_id)
    today = timezone.localdate(now)
    with transaction.atomic():
        season = lock_season(intake.season)
        first = lock_intake(intake)
        require_intake(first, (IntakeState.PUBLISHED, IntakeState.ENDED))
        if Intake.objects.filter(follows=first).exists():
            raise UnableToOpenRound(_("这个学段已经开了下一轮。请刷新页面。"), code="once", status=409)
        if season.state == SeasonState.CLOSED:
            raise WrongState(_("这个招生季已经结束，不能再补录。"), code="closed")
        if first.state == IntakeState.PUBLISHED:
            require_endable(first, today)
        if days["opens_on"] < today:
            raise UnableToOpenRound(_("补录开始的日期已经过去。"), code="past", field="opens_on")
        left = _left_over(first)
        if not left:
            raise UnableToOpenRound(_("核验通过的儿童都有学位，没有人需要补录。"), code="nobody", status=409)
        free = {one.pk: one.seats + one.added_seats - one.taken for one in first.offers.all()}
        if not any(seats > 0 for seats in free.values()):
            raise UnableToOpenRound(_("没有学校还有空余学位，不能补录。"), code="no-seats", status=409)
        given = {name: days[name] for name in DAYS}
        made: Intake = stored(fresh(first, round=first.round + 1, follows=first, **given), UnableToOpenRound)
        made.season = season
        catchments = _copy_rules(first, made, free)
        if first.state == IntakeState.PUBLISHED:
            end_intake(actor=actor, intake=first, now=now)
        carried = _carry_over(left, made, catchments, now)
        tell_further_round(carried, made, now=now)
        record(
            actor=actor,
            code="admissions.intake.open_round",
            subject=f"admissions_intake:{made.pk}",
            detail={"follows": first.pk, "round": made.round, "children": len(carried)},
            at=now,
        )
    return made


def restate_wishes(*, account: Account, public_id: str, wishes: Sequence[str], now: datetime) -> Application:
    """A family's wishes in a further round, public ids of offers, the dearest first; sent again they are the same.

    What was verified stays so. Raises Absent, WrongState, UnableToRestateWishes.
    """
    with transaction.atomic():
        intake, row = own_rows(account, public_id, is_carried=True)
        require_open(intake, now)
        row.intake = intake
        content = Content.from_json({**row.content, "wishes": [one for one in wishes if one]})
        found = wish_faults(content, asked_in_round(row, today=timezone.localdate(now)))
        if found:
            raise with_faults(UnableToRestateWishes, found)
        if content.sha256() == row.sha256:
            return row
        row.content, row.sha256, row.version = content.to_json(), content.sha256(), row.version + 1
        row.store()
        write_wishes(row, content)
        journal(account, "application.restate", row, now)
    return row


def _left_over(first: Intake) -> list[Application]:
    """Who was verified and holds no place, also after giving one up."""
    held = Place.objects.filter(offer__intake=first, state__in=HOLDING).values("application")
    rows = Application.objects.filter(intake=first, state=ApplicationState.VERIFIED, erased_at__isnull=True)
    return list(rows.exclude(pk__in=held).select_related("account").prefetch_related("guardians").order_by("pk"))


def _copy_rules(first: Intake, made: Intake, free: Mapping[int, int]) -> dict[int, Any]:
    """Criteria, classes, schools that have places, and catchments by name: addresses are not asked again."""
    for one in first.criteria.all():
        fresh(one, intake=made).store()
    for each in first.classes.all():
        fresh(each, intake=made).store()
    offers = {
        one.pk: fresh(one, intake=made, seats=free[one.pk]).store() for one in first.offers.all() if free[one.pk] > 0
    }
    catchments = {}
    for old in first.catchments.prefetch_related("schools"):
        catchments[old.pk] = fresh(old, intake=made).store()
        CatchmentSchool.objects.bulk_create(
            fresh(one, catchment=catchments[old.pk], offer=offers[one.offer_id])
            for one in old.schools.all()
            if one.offer_id in offers
        )
    return catchments


def _carry_over(
    left: Sequence[Application], made: Intake, catchments: Mapping[int, Any], now: datetime
) -> list[Application]:
    """The same children with number, facts and catchment, and no wish yet. Two writes for each five hundred."""
    carried = []
    for old in left:
        content = Content.from_json({**old.content, "wishes": []})
        catchment = catchments[old.catchment_id] if old.catchment_id is not None else None
        row = fresh(old, intake=made, carried_from=old, catchment=catchment, account=old.account, made_at=now)
        row.state, row.content, row.sha256, row.pending = old.state, content.to_json(), content.sha256(), {}
        carried.append(row)
    made_rows = Application.objects.bulk_create(carried, batch_size=TOGETHER)
    ApplicationGuardian.objects.bulk_create(
        (
            fresh(guardian, application=row)
            for row, old in zip(made_rows, left, strict=True)
            for guardian in old.guardians.all()
        ),
        batch_size=TOGETHER,
    )
    return list(made_rows)
