"""From the draw to what families read: the sealed run, and a gate that opens nothing unless all of it holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from yaodian.admissions.models import (
    Application,
    ApplicationState,
    IntakeState,
    Offer,
    Place,
    PlaceState,
    Run,
    RunState,
    Waiting,
)
from yaodian.admissions.operations import rechecking, running
from yaodian.admissions.operations.drawing import PROMISE
from yaodian.admissions.operations.errors import UnableToAskRun, UnableToOpenRun, WrongState
from yaodian.admissions.operations.rechecking import recheck_run
from yaodian.admissions.operations.running import ask_run, ask_trial, compute_run, drop_run, open_run
from yaodian.admissions.operations.telling import tell_called, tell_ended, tell_further_round
from yaodian.admissions.problem import verifying
from yaodian.admissions.problem.inputs import canonical, sha256
from yaodian.admissions.problem.varying import Variant
from yaodian.admissions.queries.placing import Answer, answers_to, outcome_of
from yaodian.admissions.queries.progress import run_page
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.drawing import drawn
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.audit.queries import entries
from yaodian.foundation.models import Message
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)
VERIFIED = ApplicationState.VERIFIED


def _world(count: int = 6, **given: Any) -> tuple[Made, list[Application]]:
    """Children of 东小's catchment with household and property, all of whom would rather have the open school."""
    world = factories.made(**given)
    rows = [
        factories.application(world, state=VERIFIED, wishes=("s3", "s0"), facts=["household", "property"])
        for _each in range(count)
    ]
    drawn(world)
    return world, rows


def _computed(world: Made) -> Run:
    asked = ask_run(actor=world.account("officer"), intake=world.intake, now=LATER)
    return compute_run(run_id=asked.pk, now=LATER)


def _opened(world: Made) -> Run:
    run = open_run(actor=world.account("publisher", "publisher"), run=_computed(world), now=LATER)
    world.intake.refresh_from_db()
    return run


def test_a_run_goes_from_the_draw_to_the_answers() -> None:
    """One child has the open school, two 东小, two are sent to 西小, one has no seat left anywhere."""
    world, rows = _world()
    run = _opened(world)
    assert run.state == RunState.OPENED
    assert world.intake.state == IntakeState.PUBLISHED
    answers = answers_to(Application.objects.all())
    schools = sorted(answer.place.offer.school.code if answer.place else "none" for answer in answers.values())
    assert schools == ["none", "s0", "s0", "s1", "s1", "s3"]
    assert {offer.school.code: offer.taken for offer in Offer.objects.all()} == {"s0": 2, "s1": 2, "s3": 1}
    assert Waiting.objects.count() == 5 + 3
    assert Message.objects.filter(subject__contains="结果已公布").count() == len(rows)
    outcome = outcome_of(application=rows[0], day=LATER.date())
    assert outcome is not None
    assert outcome.reasons


def test_both_guardians_hear_that_the_result_is_out() -> None:
    world, rows = _world(2)
    other = factories.family()
    guardians = rows[0].guardians.order_by("pk")
    guardians.filter(pk=guardians[0].pk).update(account=rows[0].account)
    guardians.filter(pk=guardians[1].pk).update(account=other)
    _opened(world)
    told = Message.objects.filter(subject__contains="结果已公布").values_list("recipient", flat=True)
    assert sorted(told) == sorted([rows[0].account_id, rows[1].account_id, other.pk])


def test_both_guardians_hear_whatever_else_becomes_of_an_application() -> None:
    world, rows = _world(1)
    other = factories.family()
    rows[0].guardians.filter(relation="mother").update(account=other)
    run = _opened(world)
    place = Place.objects.get(run=run)
    tell_called([place], now=LATER)
    tell_ended(rows, now=LATER)
    tell_further_round(rows, world.intake, now=LATER)
    tell_called([place], now=LATER)
    for words in ("候补递补", "候补已经结束", "补录开始"):
        told = Message.objects.filter(subject__contains=words).values_list("recipient", flat=True)
        assert sorted(told) == sorted([rows[0].account_id, other.pk]), words


def test_the_run_says_how_many_are_at_public_schools_and_how_many_near_home() -> None:
    """Five places: one at the open private school, two by catchment, two sent by the office to the public 西小."""
    world, _rows = _world()
    run = _computed(world)
    page = run_page(account=world.account("officer"), public_id=run.public_id, day=LATER.date())
    shares = [(share.code, share.count, share.of) for share in page.shares]
    assert shares == [("public", 4, 5), ("nearby", 2, 5), ("drawn", 3, 3)]


def test_the_run_says_by_school_and_class_what_the_draw_decided() -> None:
    """Three children, one without property: both with it have 东小 or the open school, and nobody is refused 东小."""
    world, rows = _world(3)
    Application.objects.filter(pk=rows[0].pk).update(facts=["household"])
    page = run_page(account=world.account("officer"), public_id=_computed(world).public_id, day=LATER.date())
    by_school = {line.school[-4:]: (line.seats, line.placed, line.by_draw) for line in page.lines}
    assert sorted(by_school.values()) == [(1, 1, 1), (2, 0, 0), (2, 2, 0)]
    classes = [(line.label, line.is_open, line.placed, line.by_draw) for line in page.classes]
    assert classes[-1] == ("", True, 1, 1), "schools that are open to all know no order"
    assert sum(placed for _label, _open, placed, _drawn in classes[:-1]) == 2
    assert {label for label, *_more in classes[:-1]} <= {"户籍与房产一致", "仅有户籍"}


def test_before_it_is_published_nobody_is_told_anything() -> None:
    world, rows = _world(2)
    _computed(world)
    assert outcome_of(application=rows[0], day=LATER.date()) is None
    assert not Place.objects.exists()


def test_computed_again_it_stays_and_begun_again_it_comes_to_the_same_bytes() -> None:
    world, _rows = _world()
    first = _computed(world)
    kept = bytes(first.result)
    compute_run(run_id=first.pk, now=LATER + timedelta(hours=1))
    first.refresh_from_db()
    assert first.done_at == LATER
    drop_run(actor=world.account("officer"), run=first, reason="复核", now=LATER)
    world.intake.refresh_from_db()
    assert bytes(_computed(world).result) == kept


def test_killed_in_the_middle_it_leaves_nothing_and_begun_again_it_comes_to_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _rows = _world()
    asked = ask_run(actor=world.account("officer"), intake=world.intake, now=LATER)

    def killed(*_arguments: object) -> tuple[str, ...]:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(running, "verify_run", killed)
        with pytest.raises(SystemExit):
            compute_run(run_id=asked.pk, now=LATER)
    asked.refresh_from_db()
    world.intake.refresh_from_db()
    assert (asked.state, bytes(asked.inputs), bytes(asked.result)) == (RunState.QUEUED, b"", b"")
    assert world.intake.state == IntakeState.DRAWN
    first = compute_run(run_id=asked.pk, now=LATER)
    kept = bytes(first.inputs), bytes(first.result)
    drop_run(actor=world.account("officer"), run=first, reason="复核", now=LATER)
    world.intake.refresh_from_db()
    second = _computed(world)
    assert (bytes(second.inputs), bytes(second.result)) == kept


def test_one_sealed_run_stands_at_a_time() -> None:
    world, _rows = _world(1)
    ask_run(actor=world.account("officer"), intake=world.intake, now=LATER)
    with pytest.raises(UnableToAskRun, match="不能同时有两次"):
        ask_run(actor=world.account("officer"), intake=world.intake, now=LATER)


def test_another_person_opens_on_the_day_that_was_announced() -> None:
    world, _rows = _world(1)
    run = _computed(world)
    with pytest.raises(PermissionMissing):
        open_run(actor=world.account("officer"), run=run, now=LATER)
    publisher = world.account("publisher", "publisher")
    with pytest.raises(UnableToOpenRun, match="不能提前公布"):
        open_run(actor=publisher, run=run, now=LATER - timedelta(days=1))
    Run.objects.filter(pk=run.pk).update(asked_by=publisher)
    with pytest.raises(UnableToOpenRun, match="另一位同事"):
        open_run(actor=publisher, run=run, now=LATER)


def test_a_trial_opens_nothing_and_may_have_other_seats() -> None:
    world, _rows = _world()
    more = Variant(seats={world.offers["s3"].public_id: 6})
    asked = ask_trial(actor=world.account("officer"), intake=world.intake, label="扩招", variant=more, now=LATER)
    run = compute_run(run_id=asked.pk, now=LATER)
    assert run.tallies["wish-1"] == 6
    with pytest.raises(WrongState):
        open_run(actor=world.account("publisher", "publisher"), run=run, now=LATER)
    world.intake.refresh_from_db()
    assert world.intake.state == IntakeState.DRAWN
    with pytest.raises(UnableToAskRun, match="不存在"):
        ask_trial(actor=None, intake=world.intake, label="错", variant=Variant(seats={"nothing": 1}), now=LATER)


def test_before_the_draw_a_trial_says_that_its_order_is_its_own() -> None:
    world = factories.made(state=IntakeState.CHECKING)
    factories.application(world, state=VERIFIED)
    run = compute_run(run_id=ask_trial(actor=None, intake=world.intake, label="试算一", now=NOW).pk, now=NOW)
    assert json.loads(bytes(run.inputs))["seed"] == "trial:试算一"


def test_a_child_who_is_verified_after_the_draw_stops_the_run_with_a_sentence() -> None:
    world, _rows = _world(2)
    factories.application(world, state=VERIFIED)
    run = _computed(world)
    assert run.state == RunState.FAILED
    assert run.problem
    world.intake.refresh_from_db()
    assert world.intake.state == IntakeState.DRAWN


# What the gate must find --------------------------------------------------------------------------------------------


def _changed_wish(world: Made, _run: Run) -> None:
    """A family's wishes changed between the run and its publication."""
    Application.objects.first().wishes.filter(position=1).delete()  # type: ignore[union-attr]


def _withdrawn(world: Made, _run: Run) -> None:
    Application.objects.filter(pk=Application.objects.first().pk).update(state=ApplicationState.WITHDRAWN)  # type: ignore[union-attr]


def _fewer_seats(world: Made, _run: Run) -> None:
    Offer.objects.filter(pk=world.offers["s3"].pk).update(seats=0)


def _other_result(world: Made, run: Run) -> None:
    """A place exchanged in the sealed bytes, with the fingerprint written anew beside it."""
    said = json.loads(bytes(run.result))
    one, two, *_more = sorted(said["places"])
    said["places"][one], said["places"][two] = said["places"][two], said["places"][one]
    if said["places"][one] == said["places"][two]:
        said["places"].pop(one)
    content = canonical(said)
    Run.objects.filter(pk=run.pk).update(result=content, result_sha256=sha256(content))


def _other_bytes(world: Made, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(inputs=bytes(run.inputs)[:-1] + b" \n")


def _other_order(world: Made, run: Run) -> None:
    """Another order than was drawn, sealed in good form."""
    said = json.loads(bytes(run.inputs))
    said["order"].reverse()
    content = canonical(said)
    Run.objects.filter(pk=run.pk).update(inputs=content, inputs_sha256=sha256(content))


@pytest.mark.parametrize("spoil", [_changed_wish, _withdrawn, _fewer_seats, _other_result, _other_bytes, _other_order])
def test_the_gate_opens_nothing_where_something_was_changed_since(spoil: Callable[[Made, Run], None]) -> None:
    world, _rows = _world()
    run = _computed(world)
    spoil(world, run)
    with pytest.raises(UnableToOpenRun) as caught:
        open_run(actor=world.account("publisher", "publisher"), run=run, now=LATER)
    assert caught.value.findings
    assert not Place.objects.exists()
    world.intake.refresh_from_db()
    assert world.intake.state == IntakeState.PLACED


def _swapped(answers: dict[str, Answer]) -> dict[str, Answer]:
    """The page tells two families each other's answer: a right draw and a wrong look-up."""
    placed = sorted(number for number, answer in answers.items() if answer.place)
    one = placed[0]
    two = next(
        number
        for number in placed
        if answers[number].place.offer_id != answers[one].place.offer_id  # type: ignore[union-attr]
    )
    return {**answers, one: replace(answers[two], number=one), two: replace(answers[one], number=two)}


def _shifted(answers: dict[str, Answer]) -> dict[str, Answer]:
    """A wrong join: every answer stands one row too low."""
    numbers = sorted(answers)
    return dict(zip(numbers, [answers[number] for number in (numbers[-1], *numbers[:-1])], strict=True))


def _emptied(answers: dict[str, Answer]) -> dict[str, Answer]:
    return {number: replace(answer, place=None) for number, answer in answers.items()}


def _waiting_lost(answers: dict[str, Answer]) -> dict[str, Answer]:
    return {number: replace(answer, waiting={}) for number, answer in answers.items()}


@pytest.mark.parametrize("wrong", [_swapped, _shifted, _emptied, _waiting_lost])
def test_the_gate_reads_every_answer_as_its_family_will(
    wrong: Callable[[dict[str, Answer]], dict[str, Answer]], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _rows = _world()
    run = _computed(world)
    monkeypatch.setattr(running, "answers_to", lambda rows: wrong(answers_to(rows)))
    with pytest.raises(UnableToOpenRun, match="查到的结果与封存的不同"):
        open_run(actor=world.account("publisher", "publisher"), run=run, now=LATER)
    assert not Place.objects.exists()


def test_the_gate_counts_the_places_of_every_school(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several offers to one child, and a seat that is counted twice."""
    world, _rows = _world()
    run = _computed(world)
    written = running._write_places

    def twice(*arguments: Any) -> None:
        written(*arguments)
        place = Place.objects.order_by("pk").first()
        assert place is not None
        Place.objects.create(
            application=place.application, offer=world.offers["s1"], how=place.how, state=PlaceState.DECLINED,
            offered_at=LATER, accept_until=place.accept_until, decided_at=LATER,
        )  # fmt: skip
        Offer.objects.filter(pk=place.offer_id).update(taken=0)

    monkeypatch.setattr(running, "_write_places", twice)
    with pytest.raises(UnableToOpenRun, match="占用学位"):
        open_run(actor=world.account("publisher", "publisher"), run=run, now=LATER)


def test_the_answers_cost_the_same_queries_for_one_and_for_many(django_assert_num_queries: Any) -> None:
    world, rows = _world()
    _opened(world)
    with django_assert_num_queries(2):
        answers_to(rows[:1])
    with django_assert_num_queries(2):
        answers_to(rows)


def test_the_promise_is_over_what_was_drawn() -> None:
    world, _rows = _world(1)
    run = _computed(world)
    assert run.draw is not None
    assert run.draw.files.filter(name=PROMISE).exists()
    assert json.loads(bytes(run.inputs))["seed"] == run.draw.seed


def test_the_record_says_when_a_run_was_verified_and_nobody_verifies_it_by_looking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _rows = _world(3)
    run = _computed(world)
    officer, publisher = world.account("officer"), world.account("publisher", "publisher")
    assert (run.verified_at, run.verified_by, run.findings) == (LATER, None, [])
    again = recheck_run(actor=publisher, run=run, now=LATER + timedelta(hours=1))
    assert (again.verified_at, again.verified_by, again.findings) == (LATER + timedelta(hours=1), publisher, [])
    with pytest.raises(PermissionMissing):
        recheck_run(actor=world.account("looker", "viewer"), run=run, now=LATER)
    trial = ask_trial(actor=officer, intake=world.intake, label="试", variant=Variant(), now=LATER)
    with pytest.raises(WrongState):
        recheck_run(actor=officer, run=trial, now=LATER)

    Run.objects.filter(pk=run.pk).update(result=bytes(run.result).replace(b'"how":"wishes"', b'"how":"overflow"', 1))
    found = recheck_run(actor=officer, run=run, now=LATER)
    assert found.findings
    noted = [json.loads(one.detail)["findings"] for one in entries(code="admissions.run.recheck")]
    assert sorted(noted) == [0, len(found.findings)]

    def never(*_bytes: bytes) -> tuple[str, ...]:
        raise AssertionError("a look verifies nothing")

    monkeypatch.setattr(rechecking, "verify_run", never)
    monkeypatch.setattr(verifying, "solve_inputs", never)
    page = run_page(account=officer, public_id=run.public_id, day=LATER.date())
    assert page.findings == tuple(found.findings)
