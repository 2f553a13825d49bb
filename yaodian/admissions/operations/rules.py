"""The rules of an intake while they are made: who applies when, by what criteria, in which order, at which schools.

Each is put (added, or replaced where it is there already) or removed; a rule that stands announced is never touched. Whether all
of them can be kept together is asked when the season is announced, so that they may be written down in any order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import Criterion, Intake, Offer, PriorityClass, Quota, Season
from yaodian.admissions.operations.changing import Change, changing, put, tidy, tidy_all
from yaodian.admissions.operations.errors import UnableToKeepRules
from yaodian.admissions.queries.rules import schools_of
from yaodian.organisations.models import Account, Unit

# What an order of fulfilment is searched through for contradictions; no published one has half as many.
MOST_CLASSES = 16
MOST_CRITERIA = 60
MOST_OFFERS = 5_000


def put_intake(
    *,
    actor: Account | None,
    season: Season,
    stage: str,
    values: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> Intake:
    """Adds a stage to a season, or changes its days and figures. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    with changing(
        actor=actor, season=season, code="intake.put", now=now, expected_version=expected_version,
        detail={"stage": stage},
    ) as change:  # fmt: skip
        row = Intake.objects.select_for_update().filter(season=change.season, stage=stage).first()
        given = {**values, "proofs": tidy_all(values["proofs"])} if "proofs" in values else values
        made: Intake = put(row or Intake(season=change.season, stage=stage), given)
    return made


def remove_intake(
    *, actor: Account | None, season: Season, stage: str, now: datetime, expected_version: int | None = None
) -> None:
    """Takes a stage out, with all its rules. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    with changing(
        actor=actor, season=season, code="intake.remove", now=now, expected_version=expected_version,
        detail={"stage": stage},
    ) as change:  # fmt: skip
        row = change.intake(stage)
        if row.score_rounds.exists():
            raise UnableToKeepRules(_("这个学段已有按分录取的轮次，不能删去。"), code="in-use")
        for rows in (row.catchments, row.offers, row.classes, row.criteria):
            rows.all().delete()
        row.delete()


def put_criterion(
    *,
    actor: Account | None,
    season: Season,
    stage: str,
    values: Mapping[str, Any],
    now: datetime,
    was: str = "",
    expected_version: int | None = None,
) -> Criterion:
    """Adds a criterion, or replaces that of the same code; `was` is the code that it had before. Classes follow a new code.

    Raises PermissionMissing, WrongState, UnableToKeepRules.
    """
    code = tidy(str(values.get("code", "")))
    with changing(
        actor=actor, season=season, code="criterion.put", now=now, expected_version=expected_version,
        detail={"stage": stage, "criterion": code, "was": was},
    ) as change:  # fmt: skip
        intake = change.intake(stage)
        known = {each.code: each for each in intake.criteria.all()}
        row = _chosen(known, was, code)
        if row is None:
            _check_room(len(known), MOST_CRITERIA)
            row = Criterion(intake=intake, position=max((one.position for one in known.values()), default=0) + 1)
        put(row, {**values, "code": code, "proofs": tidy_all(values.get("proofs"))})
        if was and was != code:
            for each in intake.classes.all():
                each.needs = [code if one == was else one for one in each.needs]
                each.lacks = [code if one == was else one for one in each.lacks]
                each.store()
    return row


def remove_criterion(
    *, actor: Account | None, season: Season, stage: str, code: str, now: datetime, expected_version: int | None = None
) -> None:
    """Takes out a criterion that no class and no reserve asks for. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    with changing(
        actor=actor, season=season, code="criterion.remove", now=now, expected_version=expected_version,
        detail={"stage": stage, "criterion": code},
    ) as change:  # fmt: skip
        intake = change.intake(stage)
        row = _found(intake.criteria.filter(code=code).first())
        users = [each.label for each in intake.classes.all() if code in (*each.needs, *each.lacks)]
        users += Quota.objects.filter(criterion=row).values_list("label", flat=True)
        if users:
            raise UnableToKeepRules(
                _("条件“%(words)s”还被“%(user)s”使用，不能删去。请先改那一条。")
                % {"words": row.words, "user": users[0]},
                code="in-use",
            )
        row.delete()


def put_class(
    *,
    actor: Account | None,
    season: Season,
    stage: str,
    values: Mapping[str, Any],
    now: datetime,
    was: int | None = None,
    expected_version: int | None = None,
) -> PriorityClass:
    """Adds a priority class, or replaces that of the same rank; `was` is the rank that it had before.

    Raises PermissionMissing, WrongState; UnableToKeepRules, also for a criterion that does not exist.
    """
    rank = values.get("rank")
    with changing(
        actor=actor, season=season, code="class.put", now=now, expected_version=expected_version,
        detail={"stage": stage, "rank": rank, "was": was},
    ) as change:  # fmt: skip
        intake = change.intake(stage)
        known = {each.rank: each for each in intake.classes.all()}
        row = _chosen(known, was, rank)
        if row is None:
            _check_room(len(known), MOST_CLASSES)
            row = PriorityClass(intake=intake)
        codes = set(intake.criteria.values_list("code", flat=True))
        sides = {name: sorted(set(values.get(name) or ())) for name in ("needs", "lacks")}
        for name, asked in sides.items():
            if unknown := [code for code in asked if code not in codes]:
                raise UnableToKeepRules(
                    _("没有代码为“%(code)s”的条件。请先加入这个条件。") % {"code": unknown[0]},
                    code="criterion",
                    field=name,
                )
        put(row, {**values, **sides})
    return row


def remove_class(
    *, actor: Account | None, season: Season, stage: str, rank: int, now: datetime, expected_version: int | None = None
) -> None:
    """Takes a priority class out. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    with changing(
        actor=actor, season=season, code="class.remove", now=now, expected_version=expected_version,
        detail={"stage": stage, "rank": rank},
    ) as change:  # fmt: skip
        _found(change.intake(stage).classes.filter(rank=rank).first()).delete()


def put_offer(
    *,
    actor: Account | None,
    season: Season,
    stage: str,
    school: Unit,
    values: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> Offer:
    """The places of a school below the office in an intake. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    with changing(
        actor=actor, season=season, code="offer.put", now=now, expected_version=expected_version,
        detail={"stage": stage, "school": school.code, "seats": values.get("seats")},
    ) as change:  # fmt: skip
        intake = change.intake(stage)
        row = intake.offers.filter(school=school).first()
        if row is None:
            _check_room(intake.offers.count(), MOST_OFFERS)
            _check_school(change, stage, school, now)
            row = Offer(intake=intake, school=school)
        _check_place(values)
        put(row, values)
    return row


def remove_offer(
    *,
    actor: Account | None,
    season: Season,
    stage: str,
    school: Unit,
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """Takes a school out of an intake; out of its catchments first. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    with changing(
        actor=actor, season=season, code="offer.remove", now=now, expected_version=expected_version,
        detail={"stage": stage, "school": school.code},
    ) as change:  # fmt: skip
        row = _found(change.intake(stage).offers.filter(school=school).first())
        led = row.catchments.select_related("catchment").first()
        if led is not None:
            raise UnableToKeepRules(
                _("学区“%(label)s”还对口这所学校，不能删去。请先改学区的对口学校。") % {"label": led.catchment.label},
                code="in-use",
            )
        row.delete()


def put_quota(
    *,
    actor: Account | None,
    season: Season,
    stage: str,
    school: Unit,
    criterion: str,
    values: Mapping[str, Any],
    now: datetime,
    was: str = "",
    expected_version: int | None = None,
) -> Quota:
    """Keeps seats of a school for children of whom a criterion holds; `was` is the criterion before.

    Raises PermissionMissing, WrongState, UnableToKeepRules.
    """
    with changing(
        actor=actor, season=season, code="quota.put", now=now, expected_version=expected_version,
        detail={"stage": stage, "school": school.code, "criterion": criterion, "seats": values.get("seats")},
    ) as change:  # fmt: skip
        intake = change.intake(stage)
        offer = _found(intake.offers.filter(school=school).first())
        asked = intake.criteria.filter(code=criterion).first()
        if asked is None:
            raise UnableToKeepRules(
                _("没有代码为“%(code)s”的条件。请先加入这个条件。") % {"code": criterion},
                code="criterion",
                field="criterion",
            )
        known = {each.criterion.code: each for each in offer.quotas.select_related("criterion")}
        row = _chosen(known, was, criterion) or Quota(offer=offer)
        if row.pk is None and "step" not in values:
            row.step = max((each.step for each in known.values()), default=0) + 1
        put(row, {**values, "criterion": asked})
    return row


def remove_quota(
    *,
    actor: Account | None,
    season: Season,
    stage: str,
    school: Unit,
    criterion: str,
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """The seats become open ones. Raises PermissionMissing, WrongState, UnableToKeepRules."""
    with changing(
        actor=actor, season=season, code="quota.remove", now=now, expected_version=expected_version,
        detail={"stage": stage, "school": school.code, "criterion": criterion},
    ) as change:  # fmt: skip
        offer = _found(change.intake(stage).offers.filter(school=school).first())
        _found(offer.quotas.filter(criterion__code=criterion).first()).delete()


def _chosen(known: Mapping[Any, Any], was: Any, name: Any) -> Any:
    """The row that is to be replaced, None where one is to be added. A new name must be free."""
    if was in (None, ""):
        return known.get(name)
    row = _found(known.get(was))
    if name != was and name in known:
        raise UnableToKeepRules(
            _("“%(name)s”已经有了。请改成没有用过的，或先删去那一条。") % {"name": name}, code="taken"
        )
    return row


def _found(row: Any) -> Any:
    if row is None:
        raise UnableToKeepRules(_("要改的这一条已经不在了，可能刚被删去。请刷新页面。"), code="absent")
    return row


def _check_room(count: int, most: int) -> None:
    if count >= most:
        raise UnableToKeepRules(
            _("这里最多 %(most)s 条，已经满了。请合并或删去一些。") % {"most": most}, code="too-many"
        )


def _check_school(change: Change, stage: str, school: Unit, now: datetime) -> None:
    below = schools_of(office=change.season.office, stage=stage, day=timezone.localdate(now)).filter(pk=school.pk)
    if not below.exists():
        raise UnableToKeepRules(
            _("主办单位下面没有这所学校，或它不办这个学段。请从列表中选择学校。"), code="school", field="school"
        )


def _check_place(values: Mapping[str, Any]) -> None:
    longitude, latitude = values.get("longitude"), values.get("latitude")
    if (longitude is None) != (latitude is None):
        raise UnableToKeepRules(_("经度和纬度要一起填写，或都不填。"), code="place", field="latitude")
    for name, number, most in (("longitude", longitude, 180), ("latitude", latitude, 90)):
        if number is not None and not -most <= number <= most:
            raise UnableToKeepRules(_("经度须在 -180 至 180 之间，纬度在 -90 至 90 之间。"), code="place", field=name)
