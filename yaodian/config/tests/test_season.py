"""A whole season of admissions, from the rules to the appeals, and what must be true at its end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from django.db.models import F

from yaodian.admissions.models import HOLDING, Application, IntakeState, Offer, Place
from yaodian.admissions.problem.verifying import verify_run
from yaodian.admissions.queries import outcome_of
from yaodian.audit.queries import verify_journal
from yaodian.config.cli import Program
from yaodian.config.simulation.season import Played, Staff, is_played, play_season
from yaodian.engines import lottery
from yaodian.organisations.models import Account
from yaodian.organisations.queries import with_rights
from yaodian.organisations.tests import factories as units

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


def _played(*, families: int = 30, seed: int = 1) -> Played:
    city = units.city(schools=8)

    def staff(name: str, role: str) -> Account:
        made = units.account(name, (role, city["bureau"]), now=NOW)
        return with_rights(Account.objects.get(pk=made.pk))

    people = Staff(
        staff("officer", "admissions_officer"),
        (staff("one", "admissions_officer"), staff("two", "admissions_officer"), staff("three", "admissions_officer")),
        staff("publisher", "publisher"),
    )
    schools = [city[code] for code in ("s0", "s1", "s3", "s4")]
    return play_season(office=city["bureau"], schools=schools, staff=people, year=2026, seed=seed, families=families)


def test_a_season_goes_from_its_rules_to_its_appeals() -> None:
    played = _played()
    assert is_played(office=played.season.office, year=2026)
    assert not is_played(office=played.season.office, year=2025)
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


def test_a_season_that_is_not_over_is_not_played() -> None:
    done = CliRunner(env={"YAODIAN_LANGUAGE": "en"}).invoke(Program(), ["demo-season", "--year", "2199"])
    assert done.exit_code == 2
    assert "which has not come" in done.stderr
