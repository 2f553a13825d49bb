"""The rules of an announced intake, fetched once by each process: from the announcement on nobody can change them.

On an opening day every step of every family asks for them, and they would be most of what the database is asked. What is kept is
found by the season's random id, the fingerprint of what was announced and the versions of season and intake; a season in preparation is
always asked for anew.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from yaodian.admissions.models import Catchment, Criterion, Intake, Offer, SeasonState
from yaodian.organisations.queries import names_of_units

_MOST = 64


@dataclass(frozen=True)
class Rules:
    """Rows that are read and never written: offers in their order, catchments by code with their schools, criteria, and the
    other stages of the season."""

    offers: tuple[Offer, ...]
    catchments: tuple[Catchment, ...]
    criteria: tuple[Criterion, ...]
    neighbours: tuple[Intake, ...]


def rules_at_hand(intake: Intake) -> Rules:
    """Five queries, or none."""
    season = intake.season
    if season.state == SeasonState.DRAFT:
        return _fetched(intake.pk, season.pk)
    return _kept(intake.pk, season.pk, season.public_id, season.rules_sha256, season.version, intake.version)


def school_names(intake: Intake, *, today: date) -> Mapping[int, str]:
    """What the schools of the offers are called on a day, by their keys. One query, or none: a school that is renamed on that
    very day is called by its new name from the next."""
    schools = tuple(one.school_id for one in rules_at_hand(intake).offers)
    season = intake.season
    if season.state == SeasonState.DRAFT:
        return names_of_units(ids=schools, day=today)
    return _kept_names(schools, season.public_id, today)


@functools.lru_cache(maxsize=_MOST)
def _kept(intake_id: int, season_id: int, _public_id: str, _sha256: str, *_versions: int) -> Rules:
    return _fetched(intake_id, season_id)


@functools.lru_cache(maxsize=_MOST)
def _kept_names(schools: tuple[int, ...], _public_id: str, today: date) -> Mapping[int, str]:
    return names_of_units(ids=schools, day=today)


def _fetched(intake_id: int, season_id: int) -> Rules:
    return Rules(
        offers=tuple(Offer.objects.filter(intake=intake_id).order_by("id")),
        catchments=tuple(Catchment.objects.filter(intake=intake_id).prefetch_related("schools").order_by("code")),
        criteria=tuple(Criterion.objects.filter(intake=intake_id).order_by("position", "id")),
        neighbours=tuple(Intake.objects.filter(season=season_id, round=1).exclude(pk=intake_id)),
    )
