"""A whole season of admissions, from the rules to the appeals, and what must be true at its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from django.db.models import F

from yaodian.admissions.models import (
    HOLDING,
    Appeal,
    AppealState,
    Application,
    ApplicationState,
    Intake,
    IntakeState,
    Offer,
    Place,
    PlaceState,
)
from yaodian.admissions.problem.verifying import verify_run
from yaodian.admissions.queries import outcome_of
from yaodian.audit.queries import verify_journal
from yaodian.config.cli import Program
from yaodian.config.simulation.season import (
    Played,
    Staff,
    Terms,
    is_played,
    open_season,
    play_season,
    terms_of,
    terms_to_try,
)
from yaodian.engines import lottery
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import with_rights
from yaodian.organisations.tests import factories as units

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def _ground() -> tuple[dict[str, Unit], Staff, list[Unit]]:
    city = units.city(schools=8)

    def staff(name: str, role: str) -> Account:
        made = units.account(name, (role, city["bureau"]), now=NOW)
        return with_rights(Account.objects.get(pk=made.pk))

    people = Staff(
        staff("officer", "admissions_officer"),
        (staff("one", "admissions_officer"), staff("two", "admissions_officer"), staff("three", "admissions_officer")),
        staff("publisher", "publisher"),
    )
    return city, people, [city[code] for code in ("s0", "s1", "s3", "s4")]


def _played(terms: Terms, **given: Any) -> Played:
    city, staff, schools = _ground()
    return play_season(office=city["bureau"], schools=schools, staff=staff, terms=terms, seed=1, families=30, **given)


def test_a_season_goes_from_its_rules_to_its_appeals() -> None:
    played = _played(terms_of(2026))
    assert is_played(office=played.season.office, terms=terms_of(2026))
    assert not is_played(office=played.season.office, terms=terms_of(2025))
    assert played.intake.state == IntakeState.PUBLISHED
    assert played.counts["applications"] == played.counts["verified"] == 30
    assert played.counts["placed"] + played.counts["unplaced"] == 30
    assert played.counts["accepted"] > 15
    assert played.run is not None
    assert verify_run(bytes(played.run.inputs), bytes(played.run.result)) == ()
    assert played.draw is not None
    files = {one.name: bytes(one.content) for one in played.draw.files.all()}
    assert lottery.verify(files, promises=[lottery.sha256(files["promise.json"])]) == ()
    for offer in Offer.objects.all():
        assert offer.taken == Place.objects.filter(offer=offer, state__in=HOLDING).count()
    assert not Offer.objects.filter(taken__gt=F("seats") + F("added_seats")).exists()
    for row in Application.objects.select_related("intake__season"):
        outcome = outcome_of(application=row, day=datetime(2026, 7, 30, tzinfo=UTC).date())
        assert outcome is not None
        assert outcome.reasons
    assert verify_journal().ok


def test_a_season_that_goes_on_leaves_places_to_be_accepted_and_appeals_to_be_decided() -> None:
    terms = terms_of(2027, opens_on=date(2026, 10, 16))
    played = _played(terms, until=terms.day(43))
    assert played.intake.published_on == date(2026, 11, 22)
    offered = Place.objects.filter(state=PlaceState.OFFERED)
    assert offered.exists()
    assert all(place.accept_until >= terms.day(43) for place in offered)
    assert set(Appeal.objects.values_list("state", flat=True)) <= {AppealState.FILED}
    assert played.counts["accepted"] > 0
    assert verify_journal().ok


def test_a_season_to_try_has_applications_and_takes_more_of_them_today() -> None:
    city, staff, schools = _ground()
    # The city of the tests has no kindergartens.
    terms = replace(terms_to_try(2027, opens_on=date(2026, 11, 22)), stage="primary")
    today = date(2026, 11, 27)
    played = open_season(
        office=city["bureau"], schools=schools, staff=staff, terms=terms, seed=1, families=3, today=today
    )
    intake = Intake.objects.get(pk=played.intake.pk)
    assert intake.state == IntakeState.OPEN
    assert intake.opens_on < today < intake.closes_on
    rows = list(Application.objects.all())
    assert [row.state for row in rows] == [ApplicationState.SUBMITTED] * 3
    assert all(row.submitted_at is not None and row.submitted_at.date() < today for row in rows)


def test_a_season_that_is_not_over_is_not_played() -> None:
    done = CliRunner(env={"YAODIAN_LANGUAGE": "en"}).invoke(Program(), ["demo-season", "--year", "2199"])
    assert done.exit_code == 2
    assert "which has not come" in done.stderr
