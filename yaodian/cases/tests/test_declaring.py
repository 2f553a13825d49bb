"""A kind that leaves something unsaid, or contradicts itself, stops the program where it is declared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from yaodian.cases import declaring
from yaodian.cases.declaring import (
    BUSINESS,
    STATUTORY,
    Action,
    CaseKind,
    Clock,
    Confidentiality,
    Field,
    FieldKind,
    Grade,
    Need,
    Phase,
    Rung,
    State,
    Step,
    Transition,
    UnusableKind,
    Who,
    declare,
    kind_of,
    kinds,
    standard_ladder,
    standard_loop,
)
from yaodian.foundation.measuring import Citation

pytestmark = pytest.mark.once

CODE = "tests.sample"
LOOP = standard_loop(submit=())


def sample(**given: Any) -> CaseKind:
    values: dict[str, Any] = {
        "code": CODE,
        "label": "样例",
        "citation": Citation("样例办法"),
        "clocks": (Clock(BUSINESS, "办理期限", {"": 10}),),
        "ladder": standard_ladder(),
        "confidentiality": Confidentiality.INTERNAL,
        "retention_years": 10,
        "reopen_within_days": 30,
        **LOOP,
        **given,
    }
    return CaseKind(**values)


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    declaring.forget(CODE)


def test_the_standard_loop_is_sound() -> None:
    declare(sample())
    assert kind_of(CODE) is not None


def test_every_kind_that_was_asked_for_is_declared() -> None:
    wanted = {
        *("plans.commitment_overdue", "indicators.data_defect", "inspection.finding"),
        *("audit.finding", "safety.hazard", "services.ticket"),
    }
    assert wanted <= set(kinds())


def without(action: Action) -> tuple[Transition, ...]:
    return tuple(one for one in LOOP["transitions"] if one.action != action)


def changed(action: Action, **given: Any) -> tuple[Transition, ...]:
    return tuple(replace(one, **given) if one.action == action else one for one in LOOP["transitions"])


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "code": ({"code": "sample"}, "two words"),
    "label": ({"label": " "}, "no label"),
    "citation": ({"citation": Citation("")}, "no citation"),
    "retention": ({"retention_years": 0}, "how many years"),
    "no clock": ({"clocks": ()}, "no clock"),
    "a clock of another sort": ({"clocks": (Clock("other", "期限", {"": 1}),)}, "statutory or business"),
    "a clock twice": ({"clocks": (Clock(BUSINESS, "期限", {"": 1}),) * 2}, "twice"),
    "a clock without days": ({"clocks": (Clock(BUSINESS, "期限", {}),)}, "days for each grade"),
    "a clock of no days": ({"clocks": (Clock(BUSINESS, "期限", {"": 0}),)}, "days for each grade"),
    "a grade without days": (
        {"grades": (Grade("a", "甲", 1), Grade("b", "乙", 2)), "clocks": (Clock(BUSINESS, "期限", {"a": 1}),)},
        "days for each grade",
    ),
    "a clock that never stops": ({"clocks": (Clock(BUSINESS, "期限", {"": 1}, stops_in=frozenset()),)}, "never stops"),
    "a clock that starts at no time": ({"clocks": (Clock(BUSINESS, "期限", {"": 1}, starts="later"),)}, "starts when"),
    "a law without a citation": (
        {"clocks": (Clock(STATUTORY, "期限", {"": 1}, longest_extension=0),)}, "which law",
    ),
    "a law without a word on extensions": (
        {"clocks": (Clock(STATUTORY, "期限", {"": 1}, citation=Citation("条例")),)}, "lets it be extended",
    ),
    "no ladder": ({"ladder": ()}, "no ladder"),
    "a ladder out of order": ({"ladder": tuple(reversed(standard_ladder()))}, "not in order"),
    "a rung twice": ({"ladder": (Rung(0, Step.HANDLER, "到期"),) * 2}, "twice for the same"),
    "a rung without words": ({"ladder": (Rung(0, Step.HANDLER, ""),)}, "no words"),
    "grades of one rank": (
        {"grades": (Grade("a", "甲", 1), Grade("b", "乙", 1)), "clocks": (Clock(BUSINESS, "期限", {"": 1}),)},
        "the rank 1",
    ),
    "a field twice": ({"fields": (Field("a", "甲"),) * 2}, "the field a"),
    "a choice of nothing": ({"fields": (Field("a", "甲", FieldKind.CHOICE),)}, "has choices"),
    "choices of what is no choice": ({"fields": (Field("a", "甲", choices=(("x", "乙"),)),)}, "has choices"),
    "a first state that does not wait": ({"states": LOOP["states"][2:]}, "first state"),
    "a state twice": ({"states": (*LOOP["states"], LOOP["states"][0])}, "is there twice"),
    "a state that nothing leads to": (
        {"states": (*LOOP["states"], State("lost", "失联", Phase.ENDED))}, "nothing leads to the state lost",
    ),
    "a state without a way out": (
        {"transitions": (*LOOP["transitions"], Transition(Action.CLOSE, "销号", ("submitted",), "lost", (Who.VERIFIER,), is_second_person=True)),
         "states": (*LOOP["states"], State("lost", "失联", Phase.WORKING))},
        "out of the state lost",
    ),
    "no end": ({"states": LOOP["states"][:4]}, "never ends"),
    "a transition to nowhere": ({"transitions": changed(Action.ACCEPT, target="nowhere")}, "which there is not"),
    "an action twice in a state": ({"transitions": (*LOOP["transitions"], LOOP["transitions"][0])}, "said twice"),
    "an action by nobody": ({"transitions": changed(Action.REPORT, by=())}, "lacks a label"),
    "an action from an end": ({"transitions": changed(Action.REPORT, sources=("closed",))}, "only reopening"),
    "a verifier who may be the worker": (
        {"transitions": changed(Action.VERIFY, is_second_person=False)}, "second person",
    ),
    "a gate that is nowhere": ({"transitions": changed(Action.VERIFY, needs=(Need.gate("reached"),))}, "the gate"),
    "a gate that nobody asks for": ({"gates": {"reached": lambda _case, _day: ""}}, "the gate"),
    "a need of nothing": ({"transitions": changed(Action.SUBMIT, needs=(Need.file(0),))}, "needs nothing"),
    "a number without a name": ({"transitions": changed(Action.SUBMIT, needs=(Need.number("", "", "元"),))}, "no code"),
    "reopening without a period": ({"reopen_within_days": 0}, "reopening needs a period"),
    "a period without reopening": ({"transitions": without(Action.REOPEN)}, "reopening needs a period"),
    "an extension that nobody decides": (
        {"transitions": without(Action.APPROVE_EXTENSION)}, "not decided",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_declaration_that_is_wrong_is_refused_and_says_what_is(name: str) -> None:
    given, words = WRONG[name]
    with pytest.raises(UnusableKind, match=words):
        declare(sample(**given))
    assert kind_of(CODE) is None


def test_a_code_is_declared_once() -> None:
    declare(sample())
    with pytest.raises(UnusableKind, match="declared twice"):
        declare(sample())


@pytest.mark.parametrize("code", list(kinds()))
def test_whoever_verifies_or_decides_on_more_time_has_never_done_the_work(code: str) -> None:
    kind = kinds()[code]
    second = {Action.VERIFY, Action.CLOSE, Action.APPROVE_EXTENSION}
    assert all(one.is_second_person for one in kind.transitions if one.action in second)
