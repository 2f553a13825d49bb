"""What a placement gave: to a family its own answer with reasons, to the office the run, to everybody the draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from yaodian.admissions.models import (
    HOLDING,
    Appeal,
    Application,
    ApplicationState,
    Draw,
    Intake,
    IntakeState,
    Offer,
    Place,
    Run,
    RunKind,
    RunState,
    Waiting,
    WaitingState,
)
from yaodian.admissions.problem.explaining import explain_place
from yaodian.admissions.problem.inputs import Inputs
from yaodian.admissions.problem.placing import Result, Solved, order_of, solve_inputs
from yaodian.engines import lottery
from yaodian.organisations.queries import names_of_units

SHOWN = (IntakeState.PUBLISHED, IntakeState.ENDED)


@dataclass(frozen=True)
class Answer:
    """What a family is told: the place that it holds or had last, or none. `waiting` are positions by offer id, from 1."""

    number: str
    place: Place | None
    waiting: Mapping[int, int]


def answers_to(applications: Iterable[Application]) -> dict[str, Answer]:
    """The one way in which places are looked up: of the page of a family, and of the gate before anything is published.

    By number; nobody without a number. Two queries, however many are asked for.
    """
    rows = [row for row in applications if row.number]
    keys = [row.pk for row in rows]
    last: dict[int, Place] = {}
    for place in Place.objects.filter(application__in=keys).select_related("offer").order_by("application_id", "id"):
        held = last.get(place.application_id)
        if held is None or held.state not in HOLDING:
            last[place.application_id] = place
    waiting: dict[int, dict[int, int]] = {}
    for one in Waiting.objects.filter(application__in=keys, state=WaitingState.WAITING):
        waiting.setdefault(one.application_id, {})[one.offer_id] = one.position
    return {str(row.number): Answer(str(row.number), last.get(row.pk), waiting.get(row.pk, {})) for row in rows}


@dataclass(frozen=True)
class Outcome:
    """The family's page of the result. `reasons` are sentences, the result first."""

    answer: Answer
    school: str
    reasons: tuple[str, ...]
    is_open: bool
    accept_until: date | None
    appeal_until: date | None
    may_appeal: bool
    waiting: tuple[tuple[str, int], ...]


def outcome_of(*, application: Application, day: date) -> Outcome | None:
    """What came of an application, with reasons; None before the intake is published. The caller has checked whose it is."""
    intake = application.intake
    if intake.state not in SHOWN or intake.published_on is None:
        return None
    answer = answers_to([application]).get(str(application.number), Answer(str(application.number), None, {}))
    names = school_names(intake, day=day)
    keys = {offer.pk: names[offer.public_id] for offer in Offer.objects.filter(intake=intake)}
    reasons: tuple[str, ...] = ()
    run = Run.objects.filter(intake=intake, kind=RunKind.SEALED, state=RunState.OPENED).first()
    if run is not None and application.state == ApplicationState.VERIFIED:
        solved, result = solved_run(run.pk, run.result_sha256)
        try:
            reasons = explain_place(solved=solved, result=result, number=answer.number, school_names=names)
        except LookupError:
            reasons = ()
    place = answer.place
    appeal_until = intake.published_on + timedelta(days=intake.appeal_days)
    return Outcome(
        answer=answer,
        school=keys.get(place.offer_id, "") if place else "",
        reasons=reasons,
        is_open=intake.state == IntakeState.PUBLISHED
        and place is not None
        and place.state == "offered"
        and day <= place.accept_until,
        accept_until=place.accept_until if place else None,
        appeal_until=appeal_until,
        may_appeal=intake.state == IntakeState.PUBLISHED and day <= appeal_until,
        waiting=tuple((keys[offer], position) for offer, position in sorted(answer.waiting.items())),
    )


@lru_cache(maxsize=4)
def solved_run(run_id: int, _result_sha256: str) -> tuple[Solved, Result]:
    """A run that was computed, and its result. It never changes, so that its reasons are reckoned once in a process."""
    run = Run.objects.get(pk=run_id)
    return solve_inputs(Inputs.from_bytes(bytes(run.inputs))), Result.from_bytes(bytes(run.result))


def school_names(intake: Intake, *, day: date) -> dict[str, str]:
    """Names of schools by their offers' public ids. Two queries."""
    offers = list(Offer.objects.filter(intake=intake))
    names = names_of_units(ids=[offer.school_id for offer in offers], day=day)
    return {offer.public_id: names[offer.school_id] for offer in offers}


def drawn_order(draw: Draw) -> tuple[str, ...]:
    """Numbers in the order of a draw; twins stand together. One query."""
    text = bytes(draw.files.get(name="result.txt").content).decode("ascii")
    return order_of([line.partition(" ")[2] for line in text.splitlines()[1:]])


def trial_order(seed: str, lines: Sequence[str]) -> tuple[str, ...]:
    """An order for trying out, from a seed that is stated: nothing is drawn by it."""
    return order_of(lottery.order_of(lottery.seed_of(seed.encode()), lines))


def appeals_of(*, application: Application) -> Sequence[Appeal]:
    """Appeals against its result, the first first."""
    return list(Appeal.objects.filter(application=application).order_by("pk"))
