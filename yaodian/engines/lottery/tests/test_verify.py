"""The verifier: an honest draw passes, every kind of cheating has its name and row, and no changed byte goes unseen."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines import lottery
from yaodian.engines.lottery import Kind
from yaodian.engines.lottery.checking import promises
from yaodian.engines.lottery.checking.findings import ADVICE, SENTENCES

from . import rounds
from .cheats import CHEATS, QUIET, SEEN, Cheat, second

HONEST = rounds.drawn()


@pytest.mark.parametrize(
    "files",
    [HONEST, rounds.drawn(given=QUIET), second()(), rounds.drawn(places=0), rounds.drawn(places=99)],
    ids=["plain", "a silent witness", "a second draw with its promise", "an order only", "places for all"],
)
def test_an_honest_draw_passes(files: dict[str, bytes]) -> None:
    assert lottery.verify(files) == ()


def test_the_promise_that_was_seen_and_the_list_that_was_kept_are_found() -> None:
    assert lottery.verify(HONEST, promises=SEEN["promises"], published_list=rounds.listed()) == ()
    files = second()()
    assert lottery.verify(files, promises=[*SEEN["promises"], lottery.sha256(files["promise.json"]).upper()]) == ()


@pytest.mark.parametrize("cheat", CHEATS, ids=str)
def test_cheating_is_named_with_its_row(cheat: Cheat) -> None:
    found = lottery.verify(cheat.files(), **cheat.seen)
    assert (cheat.kind, cheat.row) in {(one.kind, one.row) for one in found}, found


def test_every_name_has_a_cheat_a_sentence_and_advice() -> None:
    assert {cheat.kind for cheat in CHEATS} == set(Kind) == set(SENTENCES)
    assert len(set(Kind)) >= 50
    assert {kind.partition(".")[0] for kind in Kind} == set(ADVICE)


def test_a_sentence_says_where_what_why_and_what_to_do() -> None:
    finding = lottery.Finding(Kind.RESULT_TWICE, "result.txt", 4, "A0007")
    assert finding.message() == (
        "result.txt 第 4 行：A0007 有两个位次。顺序只由种子和编号决定，谁算都一样。请以核对程序算出的顺序为准，并要求更正。"
    )
    assert finding.message("en").startswith("result.txt, line 4: A0007 has two places. ")
    for cheat in CHEATS:
        for one in lottery.verify(cheat.files(), **cheat.seen):
            assert "{" not in one.message()
            assert one.message().endswith("。")
            english = one.message("en").replace(one.detail, "").replace(one.file, "")
            assert not re.search("[\u4e00-\u9fff]", english)


@pytest.mark.parametrize("name", sorted(HONEST))
def test_no_changed_byte_goes_unseen(name: str) -> None:
    """But for the minute of the draw, which is the organiser's own statement: any that is late enough may stand there."""
    content = HONEST[name]
    stated = range(content.find(b"2026-07-03T10:00+08:00"), content.find(b"2026-07-03T10:00+08:00") + 22)
    for place in range(0, len(content), 37 if name == "rule.txt" else 1):
        others = [content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]]
        if place % 5 == 0:
            others += [
                content[:place] + bytes([content[place] ^ 0x80]) + content[place + 1 :],
                content[:place] + content[place + 1 :],
                content[:place] + b" " + content[place:],
            ]
        for other in others:
            if other != content and not (name == "record.json" and place in stated):
                assert lottery.verify({**HONEST, name: other}), (place, other[max(0, place - 20) : place + 20])


@given(st.sampled_from(sorted(HONEST)), st.binary(max_size=60))
def test_any_bytes_in_a_files_place_are_named_and_never_break_the_verifier(name: str, content: bytes) -> None:
    assert lottery.verify({**HONEST, name: content})


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_any_value_in_a_fields_place_never_breaks_the_verifier(data: st.DataObject) -> None:
    """Hostile JSON: one field anywhere in promise, reveals or record is exchanged, the rest kept, canonical bytes or none."""
    import json

    name = data.draw(st.sampled_from(["promise.json", "reveals.json", "record.json"]))
    value = json.loads(HONEST[name])
    at = value
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        inner = at[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        at = inner
    at[key] = data.draw(_VALUES)
    try:
        content = lottery.canonical_json(value)
    except ValueError:
        content = json.dumps(value).encode()
    if content != HONEST[name]:
        assert lottery.verify({**HONEST, name: content})


def test_the_verifier_knows_the_rule_by_itself() -> None:
    assert promises.RULE_SHA256 == lottery.RULE_SHA256
    assert promises.RULE_ID == lottery.RULE_ID


def test_a_promise_is_checked_before_it_is_published() -> None:
    listed = rounds.listed()
    good = rounds.promise(listed)
    assert lottery.verify_promise(listed, good.to_bytes()) == ()
    late = rounds.promise(listed, promised_at="2026-07-02T21:31+08:00")
    assert {one.kind for one in lottery.verify_promise(listed, late.to_bytes())} == {Kind.SOURCE_KNOWN_BEFORE}


@pytest.mark.parametrize(
    ("name", "is_good"),
    [
        ("双色球　第 75 期", True),
        ("双色球\u200b第 75 期", False),
        (" 双色球", False),
        ("双色球\n", False),
        ("双" * 201, False),
        ("𠮷" * 200, True),
    ],
)
def test_a_name_shows_all_that_it_holds(name: str, is_good: bool) -> None:
    assert promises.is_line(name) is is_good


@pytest.mark.parametrize(
    ("moment", "is_good"),
    [
        ("2026-07-01T09:00+08:00", True),
        ("2028-02-29T23:59-09:30", True),
        ("2026-02-29T09:00+08:00", False),
        ("2026-07-01T24:00+08:00", False),
        ("2026-07-01T09:60+08:00", False),
        ("2026-07-01T09:00Z", False),
        ("2026-07-01 09:00+08:00", False),
        ("2026-07-01T09:00:00+08:00", False),
        ("0000-07-01T09:00+08:00", False),
    ],
)
def test_a_moment_is_a_minute_with_its_offset(moment: str, is_good: bool) -> None:
    assert promises.is_moment(moment) is is_good
