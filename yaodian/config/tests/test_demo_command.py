"""What `yaodian demo` lays into a database, and what it leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from yaodian.admissions.models import Intake, IntakeState, Place, PlaceState, Season
from yaodian.config.commands import demo
from yaodian.config.commands.demo_season import lay_seasons
from yaodian.config.commands.wording import Words
from yaodian.foundation.models import Job
from yaodian.organisations.operations import DEMONSTRATION, NewUnit, create_units, ensure_root
from yaodian.organisations.queries import find_account, rights_of, units_as_of
from yaodian.registry.demonstration.scales import SMALL
from yaodian.registry.queries import children_of_account

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
WORDS = Words("zh")


@pytest.mark.django_db
def test_nothing_is_laid_beside_units_of_somebodys_own(tmp_path: Path) -> None:
    bureau = ensure_root(now=NOW)
    create_units(
        actor=None,
        units=[NewUnit(code="own", kind="county", name="甲县", opened_on=NOW.date(), parent=bureau.code)],
        now=NOW,
    )
    places = demo._city(now=NOW, words=WORDS)
    assert places == {}
    assert units_as_of(day=NOW.date()).count() == 2
    known = demo.ensure_accounts(tmp_path / "accounts.json", now=NOW, places=places)
    assert [one["username"] for one in known] == [one.username for one in DEMONSTRATION if not one.place]


@pytest.mark.django_db
def test_the_city_is_laid_once_and_every_account_has_its_right_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from dataclasses import replace

    monkeypatch.setattr(
        "yaodian.registry.demonstration.scales.SMALL",
        replace(SMALL, schools={"111": 12, "211": 14, "311": 5}, counties=2, births=120, closed=3, areas_in_county=3),
    )
    places = demo._city(now=NOW, words=WORDS)
    assert set(places) == {"county", "school"}
    units = units_as_of(day=NOW.date()).count()
    known = demo.ensure_accounts(tmp_path / "accounts.json", now=NOW, places=places)
    assert [one["username"] for one in known] == [one.username for one in DEMONSTRATION]
    parent = find_account(username="jiazhang")
    assert parent is not None
    assert rights_of(account=parent, on=NOW.date()) == ()
    assert children_of_account(account=parent), "the demonstration's parent finds no child"
    for one in DEMONSTRATION:
        if one.role is None:
            continue
        (right,) = rights_of(account=find_account(username=one.username), on=NOW.date())
        assert right.role == one.role
        assert (right.unit_id in {unit.pk for unit in places.values()}) == bool(one.place)
    again = demo._city(now=NOW, words=WORDS)
    assert again == places
    assert units_as_of(day=NOW.date()).count() == units
    assert demo.ensure_accounts(tmp_path / "accounts.json", now=NOW, places=again) == known
    _has_seasons_once(tmp_path / "accounts.json")


def _has_seasons_once(notes: Path) -> None:
    """Results of some days ago, a place that can be accepted by whoever signs in, and applications that are taken today."""
    (family,) = lay_seasons(notes, now=NOW, words=WORDS)
    today = NOW.date()
    states = dict(Intake.objects.values_list("stage", "state"))
    assert states == {
        "primary": IntakeState.PUBLISHED, "junior": IntakeState.PROMISED, "preschool": IntakeState.OPEN,
    }  # fmt: skip
    assert all(one.opens_on < today < one.closes_on for one in Intake.objects.filter(stage="preschool"))
    place = Place.objects.get(application__account__username=family["username"], state=PlaceState.OFFERED)
    assert place.accept_until > today
    assert place.application.account.check_password(family["password"])
    seasons = Season.objects.count()
    assert lay_seasons(notes, now=NOW, words=WORDS) == [family]
    assert Season.objects.count() == seasons


@pytest.mark.django_db(transaction=True)
def test_the_measures_are_ordered_once(tmp_path: Path) -> None:
    demo.ensure_accounts(tmp_path / "accounts.json", now=NOW, places={})
    editor = find_account(username="linlan")
    assert editor is not None
    for _time in range(2):
        demo._order_values(editor)
    ordered = ["indicators.assess_ordered", "measures.take_ordered"]
    assert list(Job.objects.order_by("pk").values_list("code", flat=True)) == ordered
