"""What the database itself refuses, whatever an operation forgets."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from yaodian.admissions.content import Content
from yaodian.admissions.models import (
    NEXT_OF_APPLICATION,
    NEXT_OF_INTAKE,
    Application,
    ApplicationState,
    How,
    IntakeState,
    Offer,
    Place,
    PlaceState,
    Run,
    RunKind,
    RunState,
    Stage,
)
from yaodian.admissions.problem.rules import canonical, rules_of, sha256_of
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import NOW
from yaodian.registry import queries as registry

pytestmark = pytest.mark.django_db


def _place(row: Application, offer: Offer, state: str = PlaceState.OFFERED) -> Place:
    decided = NOW if state != PlaceState.OFFERED else None
    return Place.objects.create(
        application=row, offer=offer, how=How.WISHES, state=state, offered_at=NOW, accept_until=date(2026, 7, 22),
        decided_at=decided,
    )  # fmt: skip


def test_no_more_places_can_be_taken_than_there_are() -> None:
    world = factories.made(seats=(1, 1, 1))
    Offer.objects.filter(pk=world.offers["s0"].pk).update(taken=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=world.offers["s0"].pk).update(taken=2)


def test_a_child_holds_one_place_and_may_have_declined_others() -> None:
    world = factories.made()
    row = factories.application(world)
    _place(row, world.offers["s0"], PlaceState.DECLINED)
    _place(row, world.offers["s1"])
    with pytest.raises(IntegrityError), transaction.atomic():
        _place(row, world.offers["s3"], PlaceState.ACCEPTED)


def test_a_child_has_one_application_even_if_it_was_withdrawn() -> None:
    world = factories.made()
    said = factories.content(world)
    factories.application(world, said=said, state=ApplicationState.WITHDRAWN)
    factories.application(world, said=said, state=ApplicationState.DRAFT)
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        factories.application(world, said=said)


def test_a_run_is_opened_by_another_than_asked_for_it() -> None:
    world = factories.made(state=IntakeState.PLACED)
    officer = world.account("officer")
    run = Run(
        intake=world.intake, kind=RunKind.SEALED, state=RunState.OPENED, asked_by=officer, asked_at=NOW, done_at=NOW,
        inputs_sha256="a", result_sha256="b", opened_at=NOW, opened_by=officer,
    )  # fmt: skip
    with pytest.raises(ValidationError):
        run.store()


def test_days_that_contradict_each_other_are_refused() -> None:
    world = factories.made()
    world.intake.closes_on = date(2026, 6, 1)
    with pytest.raises(ValidationError, match="日期前后矛盾"):
        world.intake.store()


def test_stages_are_those_of_the_registry() -> None:
    labels = registry.stage_labels()
    assert {stage: str(Stage(stage).label) for stage in Stage.values} == {
        stage: labels[stage] for stage in Stage.values
    }


def test_the_tables_of_states_name_states() -> None:
    for table, states in ((NEXT_OF_INTAKE, IntakeState.values), (NEXT_OF_APPLICATION, ApplicationState.values)):
        assert set(table) | {after for each in table.values() for after in each} <= set(states)


def test_rules_have_the_same_bytes_whatever_order_their_rows_were_written_in() -> None:
    world = factories.made(announced=False)
    before = canonical(rules_of(world.season))
    first = world.intake.criteria.get(code="household")
    first.position = 9
    first.store()
    assert canonical(rules_of(world.season)) == before
    Offer.objects.filter(pk=world.offers["s0"].pk).update(seats=7)
    assert sha256_of(rules_of(world.season)) != sha256_of(json.loads(before))


def test_a_content_comes_back_as_it_was_and_equal_ones_have_equal_fingerprints() -> None:
    said = factories.content(factories.made(), wishes=("s0", "s3"))
    again = Content.from_json(said.to_json())
    assert again == said
    assert again.sha256() == said.sha256()
    assert Content.from_json({**said.to_json(), "remark": "搬家"}).sha256() != said.sha256()


def test_nothing_that_names_a_person_stands_in_clear() -> None:
    world = factories.made()
    row = factories.application(world)
    raw = Application.objects.filter(pk=row.pk).extra(select={"raw": "content"}).values_list("raw", flat=True).get()
    assert "林小满".encode() not in bytes(raw)
