"""Each kind's sentence with its values in both languages, through the form and back; values that cannot be are told beside their slot."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils.translation import override

from yaodian.timetabling import operations
from yaodian.timetabling.forms.wishes import WishForm
from yaodian.timetabling.models import TimetableWish
from yaodian.timetabling.operations.wishes import put_wish
from yaodian.timetabling.problem.wish_checks import checked, cycle
from yaodian.timetabling.problem.wish_words import (
    GROUPS,
    STRENGTHS,
    WEIGHTS,
    WORDS,
    pattern,
    segments,
    sentence,
    strength_of,
    values_of,
)
from yaodian.timetabling.problem.wishes import KINDS, wish_of
from yaodian.timetabling.queries.wishes import new_wish_page, vocabulary_of, wish_page
from yaodian.timetabling.tests import term_factories as factories
from yaodian.timetabling.tests.factories import NOW, TODAY
from yaodian.timetabling.tests.term_factories import MadeTerm
from yaodian.timetabling.tests.test_pages import client_of, text, url

pytestmark = pytest.mark.django_db

CHINESE, MATHS = "高一(1)班 语文", "高一(1)班 数学"
#: A value of each kind, what the sentence says of it, and what the form sends.
VALUES: dict[str, tuple[dict[str, Any], list[str], dict[str, list[str]]]] = {
    "lessons-a-day": (
        {"subjects": ["语文", "数学"], "most": 2}, ["语文", "数学", "2"], {"subjects": ["语文", "数学"], "most": ["2"]},
    ),
    "in-periods": (
        {"subjects": ["体育"], "periods": [1, 2, 3, 4, 5, 6, 7]}, ["体育", "1"],
        {"subjects": ["体育"], "only": ["not"], "periods": ["0"]},
    ),
    "away": (
        {"who": ["T01", "实验室"], "when": [[2, [4, 5, 6, 7]], [4, []]]}, ["任甲", "实验室", "5", "8"],
        {"who": ["T01", "实验室"], "when": ["2-4", "2-5", "2-6", "2-7", *(f"4-{one}" for one in range(8))]},
    ),
    "no-gaps-for-pupils": (
        {"homes": ["高一(1)班"], "most": 0}, ["高一(1)班", "0"], {"homes": ["高一(1)班"], "most": ["0"]},
    ),
    "gaps-of-teachers": ({"teachers": ["T02"], "most": 3}, ["任乙", "3"], {"teachers": ["T02"], "most": ["3"]}),
    "lessons-of-teachers-a-day": (
        {"teachers": ["T02"], "most": 4, "least": 2}, ["任乙", "4", "2"], {"teachers": ["T02"], "most": ["4"], "least": ["2"]},
    ),
    "days-of-teachers": ({"teachers": ["T02"], "most": 3}, ["任乙", "3"], {"teachers": ["T02"], "most": ["3"]}),
    "lessons-on-end": ({"most": 3}, ["3"], {"most": ["3"]}),
    "fair-periods": (
        {"subjects": ["语文"], "periods": [0, 7], "most": 1}, ["语文", "1", "8"],
        {"subjects": ["语文"], "periods": ["0", "7"], "most": ["1"]},
    ),
    "days-apart": ({"subjects": ["体育"], "least": 2}, ["体育", "2"], {"subjects": ["体育"], "least": ["2"]}),
    "one-room": ({"subjects": ["化学"]}, ["化学"], {"subjects": ["化学"]}),
    "in-rooms": (
        {"subjects": ["化学"], "rooms": ["实验室"]}, ["化学", "实验室"], {"subjects": ["化学"], "rooms": ["实验室"]},
    ),
    "way-between-places": ({"least": 1}, ["1"], {"least": ["1"]}),
    "never-at-once": ({"courses": [CHINESE, MATHS]}, [CHINESE, MATHS], {"courses": [CHINESE, MATHS]}),
    "at-once-at-most": ({"subjects": ["体育"], "most": 1}, ["体育", "1"], {"subjects": ["体育"], "most": ["1"]}),
    "before": (
        {"pairs": [[CHINESE, MATHS]]}, [CHINESE, MATHS], {"pairs-first": [CHINESE, ""], "pairs-second": [MATHS, ""]},
    ),
    "on-end": ({"courses": ["班会", "劳动"]}, ["班会", "劳动"], {"courses": ["班会", "劳动"]}),
}  # fmt: skip


@pytest.fixture
def made() -> MadeTerm:
    return with_single_hours(factories.term())


def with_single_hours(made: MadeTerm) -> MadeTerm:
    """Two courses of one lesson a week."""
    for name in ("班会", "劳动"):
        course = factories.Course(term=made.term, code=name, subject=name, hours=1).store()
        course.classes.add(made.classes[0])
        course.teachers.add(made.teachers[6])
        made.courses[name] = course
    return made


def sent(given: dict[str, list[str]], **more: str) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, values in given.items():
        data.setlist(name, values)
    for name, value in {"strength": "very", "is_active": "on", **more}.items():
        data[name] = value
    return data


def test_every_kind_has_a_sentence_whose_slots_are_its_parts() -> None:
    assert set(WORDS) == set(KINDS) == set(VALUES)
    for kind, words in WORDS.items():
        slots = {one.part for one in segments(kind) if one.part}
        assert slots - {"only"} == set(KINDS[kind].parts)
        assert words.group in GROUPS
        assert pattern(kind).count("[") == len(KINDS[kind].parts)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_sentence_says_what_the_wish_says_and_comes_back_through_the_form(made: MadeTerm, language: str) -> None:
    with override(language):
        for kind in KINDS:
            row = _through_the_form(made, kind)
            # The engine takes it, and tells it back as the row says it.
            told = values_of(wish_of(row))
            assert {part: value for part, value in told.items() if part in row.values} == row.values


def _through_the_form(made: MadeTerm, kind: str) -> TimetableWish:
    values, said, given = VALUES[kind]
    account = made.made.account("office")
    page = new_wish_page(account=account, public_id=made.term.public_id, kind=kind, day=TODAY)
    form = WishForm(sent(given), page=page)
    assert form.is_valid(), form.errors
    row = put_wish(actor=account, term=made.term, wish=None, values=form.given, now=NOW)
    assert row.values == values
    words = sentence(vocabulary_of(made.term), kind, row.values)
    assert row.name == (words if len(words) <= 80 else words[:79] + "…")
    for one in said:
        assert one in words
    assert "%(" not in words
    # What is shown to be changed is what was said, and sent again it is the same.
    again = WishForm(page=wish_page(account=account, public_id=row.public_id, day=TODAY))
    back: dict[str, list[str]] = {}
    for piece in again.pieces():
        if piece.slot is None:
            continue
        if piece.slot.look == "pairs":
            back["pairs-first"] = [first for first, _second in piece.slot.pairs]
            back["pairs-second"] = [second for _first, second in piece.slot.pairs]
        elif piece.slot.look == "number":
            back[piece.slot.part] = [str(piece.slot.value)]
        else:
            ticked = [box.value for _label, boxes in piece.slot.groups for box in boxes if box.is_on]
            back[piece.slot.part] = ticked
    bound = WishForm(sent(back), page=again.page)
    assert bound.is_valid(), bound.errors
    assert checked(vocabulary_of(made.term), kind, bound.values) == values
    return row


def test_a_new_wish_has_nothing_ticked(made: MadeTerm) -> None:
    account = made.made.account("office")
    for kind in KINDS:
        form = WishForm(page=new_wish_page(account=account, public_id=made.term.public_id, kind=kind, day=TODAY))
        slots = [piece.slot for piece in form.pieces() if piece.slot is not None and piece.slot.part != "only"]
        assert not any(box.is_on for slot in slots for _label, boxes in slot.groups for box in boxes)
        assert all(slot.value != "" for slot in slots if slot.look == "number")


def test_words_of_strength_are_weights_and_come_back() -> None:
    for code in STRENGTHS:
        assert strength_of(is_required=code == "must", weight=WEIGHTS[code]) == code
    assert strength_of(is_required=False, weight=100) == "very"


AMISS: list[tuple[str, dict[str, Any], str, str]] = [
    ("strange", {}, "", "没有这种要求"),
    ("lessons-a-day", {"subjects": ["拉丁文"], "most": 1}, "subjects", "拉丁文"),
    ("lessons-a-day", {"most": 0}, "most", "1 到 8"),
    ("lessons-a-day", {"most": 9}, "most", "1 到 8"),
    ("lessons-a-day", {}, "most", "还没有填"),
    ("gaps-of-teachers", {"teachers": ["T99"], "most": 1}, "teachers", "T99"),
    ("days-of-teachers", {"most": 6}, "most", "1 到 5"),
    ("days-apart", {"least": 5}, "least", "1 到 4"),
    ("in-periods", {"periods": [8]}, "periods", "第9节"),
    ("in-periods", {"periods": list(range(8))}, "periods", "等于没有要求"),
    ("in-periods", {"periods": []}, "periods", "还没有填"),
    ("in-periods", {"periods": ["一"]}, "periods", "读不出来"),
    ("away", {"who": ["某某"], "when": [[0, []]]}, "who", "某某"),
    ("away", {"who": ["T01"], "when": [[5, []]]}, "when", "5 天"),
    ("away", {"who": ["T01"], "when": [[0, [8]]]}, "when", "第9节"),
    ("away", {"who": ["T01"], "when": [["星期一"]]}, "when", "读不出来"),
    ("in-rooms", {"subjects": ["语文"], "rooms": ["月球"]}, "rooms", "月球"),
    ("lessons-of-teachers-a-day", {"most": 2, "least": 3}, "least", "不能多于"),
    ("never-at-once", {"courses": [CHINESE]}, "courses", "至少要选两门"),
    ("never-at-once", {"courses": ["<script>alert(1)</script>", CHINESE]}, "courses", "<script>"),
    ("on-end", {"courses": [CHINESE, MATHS]}, "courses", "每周有 5 节"),
    ("before", {"pairs": [[CHINESE, CHINESE]]}, "pairs", "它自己"),
    ("before", {"pairs": [[CHINESE, ""]]}, "pairs", "另一门"),
    ("before", {"pairs": [[CHINESE, MATHS], [MATHS, CHINESE]]}, "pairs", "一圈"),
    ("before", {"pairs": [[CHINESE, MATHS], [MATHS, "班会"], ["班会", CHINESE]]}, "pairs", "一圈"),
    ("before", {"pairs": [["=1+1", MATHS]]}, "pairs", "=1+1"),
]


def test_values_that_cannot_be_are_named_at_their_part(made: MadeTerm) -> None:
    for kind, values, field, words in AMISS:
        said = {"kind": kind, "values": values, "strength": "very"}
        with pytest.raises(operations.UnableTo) as refused:
            put_wish(actor=None, term=made.term, wish=None, values=said, now=NOW)
        assert refused.value.field == field
        assert words in refused.value.message
    assert not TimetableWish.objects.exists()


def test_courses_of_one_block_cannot_be_kept_apart(made: MadeTerm) -> None:
    factories.grouped(made)
    for name in ("高一 物理1", "高一 化学1"):
        made.courses[name].together = "高一·A"
        made.courses[name].store()
    values = {"kind": "never-at-once", "values": {"courses": ["高一 物理1", "高一 化学1"]}, "strength": "must"}
    with pytest.raises(operations.UnableTo, match="高一·A"):
        put_wish(actor=None, term=made.term, wish=None, values=values, now=NOW)


def test_an_order_in_a_circle_over_two_wishes_and_the_same_wish_twice_are_refused(made: MadeTerm) -> None:
    def before(first: str, second: str, **more: Any) -> TimetableWish:
        values = {"kind": "before", "values": {"pairs": [[first, second]]}, "strength": "must", **more}
        return put_wish(actor=None, term=made.term, wish=None, values=values, now=NOW)

    before(CHINESE, MATHS, name="先语文")
    before(MATHS, "班会")
    with pytest.raises(operations.UnableTo) as refused:
        before("班会", CHINESE)
    assert refused.value.code == "circle"
    assert "先语文" in refused.value.message
    sleeping = before("班会", CHINESE, is_active=False)
    with pytest.raises(operations.UnableTo) as refused:
        operations.toggle_wish(actor=None, wish=sleeping, is_active=True, now=NOW)
    assert refused.value.code == "circle"
    with pytest.raises(operations.UnableTo) as refused:
        before(CHINESE, MATHS, name="又一条")
    assert (refused.value.code, "先语文" in refused.value.message) == ("twice", True)


def test_a_circle_is_found_among_many_and_none_where_there_is_none() -> None:
    ladder = [(f"{one}{side}", f"{one + 1}{other}") for one in range(60) for side in "ab" for other in "ab"]
    assert cycle(ladder) == []
    found = cycle([*ladder, ("60a", "3b")])
    assert found[0] == found[-1]
    assert {("60a", "3b")} <= set(pairwise(found))


def test_each_kind_is_filled_in_on_its_page_and_faults_stand_beside_the_slot(made: MadeTerm) -> None:
    client = client_of(made.made.account("office"))
    for kind in KINDS:
        address = url("wish_new", made.term.public_id) + f"?kind={kind}"
        assert 'class="wish-sentence"' in text(client.get(address))
        _values, _said, given = VALUES[kind]
        answer = client.post(address, {**given, "strength": "must", "is_active": "on", "name": f"<script>=1+1 {kind}"})
        assert answer.status_code == 302
        row = TimetableWish.objects.get(kind=kind)
        assert (row.name, row.is_required, row.is_active) == (f"<script>=1+1 {kind}", True, True)
        assert "&lt;script&gt;" in text(client.get(url("wish", row.public_id)))
        bad = {"most": "viele", "least": "-1"}
        kept = ("only", "periods", "when")
        broken = {name: values if name in kept else [bad.get(name, "没有的")] for name, values in given.items()}
        answer = client.post(address, {**broken, "reason": "写过的理由", "name": "另一条", "strength": "must"})
        assert answer.status_code == 422
        body = answer.content.decode()
        assert "写过的理由" in body
        assert "field-error" in body
    shown = text(client.get(url("wishes", made.term.public_id)))
    assert "&lt;script&gt;=1+1" in shown
    assert "<script>=1+1" not in shown


def test_two_people_do_not_overwrite_each_other(made: MadeTerm) -> None:
    client: Client = client_of(made.made.account("office"))
    row = factories.wish(made, "lessons-a-day", "每天一节", subjects=["语文"], most=1)
    given = {"subjects": ["语文"], "most": "2", "strength": "rather", "name": "每天两节", "is_active": "on"}
    assert client.post(url("wish", row.public_id), {**given, "version": "1"}).status_code == 302
    answer = client.post(url("wish", row.public_id), {**given, "most": "3", "version": "1"})
    assert answer.status_code == 409
    assert re.search(r'name="most"[^>]*value="3"', answer.content.decode())
    row.refresh_from_db()
    assert (row.values["most"], row.weight, row.version) == (2, WEIGHTS["rather"], 2)
