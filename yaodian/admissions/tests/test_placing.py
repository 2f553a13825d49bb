"""From inputs to places: an intake by hand, any intake against the rules counted apart, and results that were tampered with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.admissions.problem.explaining import explain_place
from yaodian.admissions.problem.inputs import Applicant, Inputs, OfferSeats, QuotaSeats, canonical, sha256
from yaodian.admissions.problem.placing import CutOff, Given, Result, order_of, place, solve_inputs
from yaodian.admissions.problem.verifying import verify_run

pytestmark = pytest.mark.once

NAMES = {"east": "东小", "west": "西小", "open": "实验小学"}


def _applicant(number: str, wishes: str, classes: tuple[int, ...], **given: Any) -> Applicant:
    """`wishes` as letters e, w, o."""
    numbers = tuple("ewo".index(letter) for letter in wishes)
    return Applicant(number, numbers, classes, given.pop("home_class", classes[-1]), **given)


def _inputs(*applicants: Applicant, seats: tuple[int, int, int] = (1, 1, 1), **given: Any) -> Inputs:
    """东小 and 西小 with a catchment, 实验小学 open; the order of the draw is that of the list."""
    offers = tuple(
        OfferSeats(name, each, name == "open") for name, each in zip(("east", "west", "open"), seats, strict=True)
    )
    made = Inputs(
        "primary", "0" * 64, "trial:1", given.pop("overflow_m", 0), ("户籍与房产一致", "仅有户籍", "随迁子女"), offers,
        tuple(sorted(applicants, key=lambda one: one.number)), tuple(one.number for one in applicants),
    )  # fmt: skip
    return replace(made, **given)


def _run(inputs: Inputs) -> tuple[bytes, bytes, Result]:
    content = inputs.to_bytes()
    result = place(inputs, inputs_sha256=sha256(content))
    return content, result.to_bytes(), result


def _five() -> Inputs:
    """The first in the draw has the better number at the open school, the worse class at 东小."""
    return _inputs(
        _applicant("A1", "oe", (0, 1), metres=(900, 5_000, -1)),
        _applicant("B2", "oe", (0, 0), metres=(500, 2_000, -1)),
        _applicant("C3", "e", (0,), metres=(300, 1_500, -1)),
        _applicant("D4", "w", (2,), metres=(7_000, 100, -1)),
        _applicant("E5", "e", (1,), metres=(400, 9_000, -1)),
        overflow_m=3_000,
    )


def test_five_children_by_hand() -> None:
    """A1 is drawn first at the open school. B2 and C3 are of the first class at 东小, B2's number is earlier. D4 has 西小.

    C3 and E5 are left, and nobody has a seat left for them.
    """
    _content, _bytes, result = _run(_five())
    assert result.places == {
        "A1": Given("open", "wishes", 1),
        "B2": Given("east", "wishes", 2),
        "D4": Given("west", "wishes", 1),
    }
    assert result.unplaced == {"C3": "full", "E5": "full"}
    assert result.cut_offs == {"east": CutOff(1, 2), "west": CutOff(3, 4), "open": CutOff(1, 1)}
    assert result.waiting == {"east": ("C3", "E5"), "open": ("B2",)}


def test_those_left_over_are_sent_to_the_nearest_seats_within_the_cap() -> None:
    """With two more seats at 西小, C3 goes there, 1,500 metres; E5 lives 9 kilometres away and is sent nowhere."""
    inputs = _inputs(*_five().applicants, seats=(1, 3, 1), overflow_m=3_000, order=_five().order)
    content, said, result = _run(inputs)
    assert result.places["C3"] == Given("west", "overflow")
    assert result.unplaced == {"E5": "full"}
    assert verify_run(content, said) == ()


def test_reserved_seats_go_first_to_those_they_are_for() -> None:
    inputs = _inputs(
        _applicant("A1", "e", (0,)),
        _applicant("B2", "e", (0,)),
        _applicant("C3", "e", (2,), traits=("residence",)),
        seats=(2, 0, 0),
    )
    quota = QuotaSeats("随迁子女", "residence", 1, 1, True)
    inputs = replace(inputs, offers=(replace(inputs.offers[0], quotas=(quota,)), *inputs.offers[1:]))
    content, said, result = _run(inputs)
    assert result.places == {"A1": Given("east", "wishes", 1), "C3": Given("east", "quota", 1, "随迁子女")}
    assert verify_run(content, said) == ()


def test_twins_who_asked_for_one_school_are_not_parted() -> None:
    twins = [
        _applicant("A1", "eo", (0, 0), twins=("B2",), is_together=True),
        _applicant("B2", "eo", (0, 0), twins=("A1",), is_together=True),
    ]
    content, said, result = _run(_inputs(*twins, _applicant("C3", "e", (0,)), seats=(1, 0, 2)))
    assert {number: one.offer for number, one in result.places.items()} == {"A1": "open", "B2": "open", "C3": "east"}
    assert result.parted == ()
    assert verify_run(content, said) == ()


def test_twins_do_not_take_the_one_place_that_reserved_seats_leave() -> None:
    twins = [
        _applicant("A1", "eo", (0, 0), twins=("B2",), is_together=True),
        _applicant("B2", "eo", (0, 0), twins=("A1",), is_together=True),
    ]
    inputs = _inputs(*twins, _applicant("C3", "e", (0,)), seats=(2, 0, 2))
    quota = QuotaSeats("随迁子女", "residence", 1, 1, False)
    inputs = replace(inputs, offers=(replace(inputs.offers[0], quotas=(quota,)), *inputs.offers[1:]))
    content, said, result = _run(inputs)
    assert {number: one.offer for number, one in result.places.items()} == {"A1": "open", "B2": "open", "C3": "east"}
    assert result.parted == ()
    assert verify_run(content, said) == ()


def test_twins_whom_the_office_sends_to_two_schools_are_named() -> None:
    twins = [
        _applicant("A1", "e", (0,), twins=("B2",), is_together=True, metres=(-1, 500, 900)),
        _applicant("B2", "e", (0,), twins=("A1",), is_together=True, metres=(-1, 500, 900)),
    ]
    content, said, result = _run(_inputs(*twins, seats=(1, 1, 1), overflow_m=3_000))
    assert {number: one.offer for number, one in result.places.items()} == {"A1": "west", "B2": "open"}
    assert result.parted == ("A1", "B2")
    assert verify_run(content, said) == ()


def test_the_order_of_children_follows_that_of_lines() -> None:
    assert order_of(["C3", "A1+B2", "D4"]) == ("C3", "A1", "B2", "D4")


def test_bytes_come_back_and_others_are_refused() -> None:
    content, said, result = _run(_five())
    assert Inputs.from_bytes(content) == _five()
    assert Result.from_bytes(said) == result
    for read, given_bytes in ((Inputs.from_bytes, content), (Result.from_bytes, said)):
        with pytest.raises(ValueError, match="canonical"):
            read(given_bytes[:-1] + b" \n")  # type: ignore[operator]
        with pytest.raises(ValueError, match="not the"):
            read(b"{}\n")  # type: ignore[operator]


def _swap(said: dict[str, Any]) -> None:
    said["places"]["A1"], said["places"]["B2"] = said["places"]["B2"], said["places"]["A1"]


def _forget(said: dict[str, Any]) -> None:
    del said["places"]["A1"]


def _add(said: dict[str, Any]) -> None:
    said["places"]["C3"] = {"offer": "east", "how": "wishes", "wish": 1, "quota": ""}


def _double(said: dict[str, Any]) -> None:
    said["unplaced"]["A1"] = "full"


def _stranger(said: dict[str, Any]) -> None:
    said["places"]["X9"] = said["places"]["D4"]


def _unwished(said: dict[str, Any]) -> None:
    said["places"]["A1"]["offer"] = "west"


def _far(said: dict[str, Any]) -> None:
    said["places"]["E5"] = {"offer": "west", "how": "overflow", "wish": 0, "quota": ""}
    del said["unplaced"]["E5"]


def _other_inputs(said: dict[str, Any]) -> None:
    said["inputs_sha256"] = "0" * 64


def _cut_off(said: dict[str, Any]) -> None:
    said["cut_offs"]["east"]["position"] = 5


def _way(said: dict[str, Any]) -> None:
    said["places"]["D4"]["how"] = "favour"


def _kept(said: dict[str, Any]) -> None:
    said["places"]["D4"].update(how="quota", quota="随迁子女")


def _waiting(said: dict[str, Any]) -> None:
    said["waiting"]["east"].reverse()


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (_swap, "没有填报|重新派位"),
        (_forget, "报名号 A1 没有结果"),
        (_add, "超过计划 1 人"),
        (_double, "报名号 A1 没有结果，或有不止一个结果"),
        (_stranger, "X9"),
        (_unwished, "报名号 A1 被录取到没有填报的学校"),
        (_far, "报名号 E5 被统筹到上限距离以外"),
        (_other_inputs, "指纹"),
        (_cut_off, "重新派位"),
        (_way, "报名号 D4 的录取方式无法识别"),
        (_kept, "报名号 D4 占用了不面向他的保留名额"),
        (_waiting, "重新派位"),
    ],
)
def test_whatever_is_changed_in_a_result_is_named(tamper: Callable[[dict[str, Any]], None], named: str) -> None:
    content, said, _result = _run(_five())
    assert verify_run(content, said) == ()
    changed = json.loads(said)
    tamper(changed)
    with translation.override("zh-hans"):
        wrong = verify_run(content, canonical(changed))
    assert any(re.search(named, one) for one in wrong), wrong


def test_a_parent_reads_why_and_what_would_have_had_to_differ() -> None:
    inputs = _inputs(*_five().applicants, seats=(1, 3, 1), overflow_m=3_000, order=_five().order)
    _content, _said, result = _run(inputs)
    solved = solve_inputs(inputs)

    def told(number: str) -> str:
        return "".join(explain_place(solved=solved, result=result, number=number, school_names=NAMES))

    with translation.override("zh-hans"):
        assert "第 2 志愿东小录取" in told("B2")
        assert "派位号是 2 号" in told("B2")
        assert "统筹安排到西小，距离约 1500 米" in told("C3")
        assert "没有安排学位" in told("E5")
    with translation.override("en"):
        assert "wish 2" in told("B2")
    with pytest.raises(LookupError):
        told("X9")


@st.composite
def any_inputs(draw: Any) -> Inputs:
    count = draw(st.integers(0, 9))
    numbers = [f"N{at:02d}" for at in range(count)]
    has_quotas = draw(st.booleans())
    offers = tuple(
        OfferSeats(
            f"o{at}", seats := draw(st.integers(0, 4)), draw(st.booleans()),
            (QuotaSeats("随迁子女", "residence", draw(st.integers(0, seats)), 1, draw(st.booleans())),) if has_quotas else (),
        )
        for at in range(draw(st.integers(1, 4)))
    )  # fmt: skip
    applicants = []
    for number in numbers:
        wishes = draw(st.lists(st.integers(0, len(offers) - 1), max_size=len(offers), unique=True))
        applicants.append(
            Applicant(
                number, tuple(wishes), tuple(draw(st.integers(0, 2)) for _wish in wishes), draw(st.integers(0, 2)),
                ("residence",) if draw(st.booleans()) else (),
                tuple(draw(st.integers(-1, 4)) for _offer in offers),
            )
        )  # fmt: skip
    order = draw(st.permutations(numbers))
    return Inputs(
        "primary", "", "trial:1", draw(st.integers(0, 3)), ("一", "二", "三"), offers, tuple(applicants), tuple(order)
    )


@settings(max_examples=150, deadline=None)
@given(any_inputs())
def test_any_inputs_give_a_result_that_keeps_every_rule(inputs: Inputs) -> None:
    content, said, result = _run(inputs)
    assert verify_run(content, said) == ()
    assert Inputs.from_bytes(content).to_bytes() == content
    if inputs.overflow_m:
        free = {
            offer.public_id: offer.seats - sum(one.offer == offer.public_id for one in result.places.values())
            for offer in inputs.offers
            if not any(not quota.is_passed_on for quota in offer.quotas)
        }
        for each in inputs.applicants:
            if each.number in result.unplaced:
                assert not any(
                    free.get(offer.public_id, 0) and 0 <= metres <= inputs.overflow_m
                    for offer, metres in zip(inputs.offers, each.metres, strict=True)
                )
