"""What a market is made from, and what is refused with a sentence that names it."""

from __future__ import annotations

import itertools
import re
from typing import Any

import numpy as np
import pytest

from yaodian.engines.matching import market as module
from yaodian.engines.matching.market import Market, Placement, pieces
from yaodian.engines.matching.refusals import MESSAGES, UnfitMarket

NAMES = ["甲", "乙"]


def two(**changed: Any) -> Market:
    given: dict[str, Any] = {
        "wishes": [["东小", "西小"], ["西小"]],
        "capacities": {"东小": 1, "西小": 1},
        "classes": [[0, 1], [0]],
        "draw": [1, 0],
        "applicant_names": NAMES,
    }
    return Market.of(**(given | changed))


def test_plain_lists_become_arrays() -> None:
    market = two()
    assert market.starts.tolist() == [0, 2, 3]
    assert market.schools.tolist() == [0, 1, 1]
    assert market.classes.tolist() == [0, 1, 0]
    assert (market.n_applicants, market.n_schools, market.n_applications) == (2, 2, 3)
    assert market.school_name(1) == "“西小”"
    assert Market.of([[0]], [1]).school_name(0) == "学校0"


@pytest.mark.parametrize(
    ("code", "changed", "named"),
    [
        ("unknown-school", {"wishes": [["东小", "南小"], ["西小"]]}, ["甲", "第 2 志愿", "南小"]),
        ("unknown-school", {"wishes": [[0, 5], [1]]}, ["甲", "第 2 志愿", "5"]),
        (
            "repeated-wish",
            {"wishes": [["东小"], ["西小", "西小"]], "classes": [[0], [0, 0]]},
            ["乙", "西小", "第 1", "第 2"],
        ),
        ("negative-capacity", {"capacities": {"东小": 1, "西小": -3}}, ["西小", "-3"]),
        ("negative-class", {"classes": [[0, -1], [0]]}, ["甲", "第 2 志愿", "-1"]),
        ("draw", {"draw": [0, 0]}, ["乙", "0"]),
        ("draw", {"draw": [0, 7]}, ["乙", "7"]),
        ("sizes", {"draw": [0]}, ["派位顺序", "1", "2"]),
        ("sizes", {"classes": [[0], [0]]}, ["甲", "1", "2"]),
        ("sizes", {"classes": [[0, 1]]}, ["优先类别", "1", "2"]),
        ("sizes", {"applicant_names": ["甲", "乙", "丙"]}, ["学生姓名", "3", "2"]),
        ("not-whole", {"draw": [0.5, 1]}, ["派位顺序"]),
        ("not-whole", {"draw": ["a", "b"]}, ["派位顺序"]),
        ("not-whole", {"draw": 5}, ["派位顺序"]),
        ("not-whole", {"capacities": {"东小": 1, "西小": 2**40}}, ["招生计划"]),
        ("not-whole", {"classes": [[0, 40_000], [0]]}, ["优先类别"]),
    ],
)
def test_what_contradicts_itself_is_refused_by_name(code: str, changed: dict[str, Any], named: list[str]) -> None:
    with pytest.raises(UnfitMarket) as raised:
        two(**changed)
    assert raised.value.code == code
    for word in named:
        assert word in raised.value.message()
    assert raised.value.message("en") != raised.value.message()


def test_two_schools_of_one_name_are_refused() -> None:
    with pytest.raises(UnfitMarket, match="“东小”出现了两次"):
        Market.of([["东小"]], [1, 1], school_names=["东小", "东小"])


@pytest.mark.parametrize("starts", [[], [1, 3], [0, 2], [0, 3, 2, 3]])
def test_places_where_wishes_begin_must_fit(starts: list[int]) -> None:
    with pytest.raises(UnfitMarket, match="起止位置"):
        Market(starts, [0, 1, 1], [0, 0, 0], range(max(len(starts) - 1, 0)), [1, 1])  # type: ignore[arg-type]


def test_more_than_a_key_can_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Market, "key_bits", property(lambda self: (31, 10, 31)))
    with pytest.raises(UnfitMarket) as raised:
        two()
    assert raised.value.code == "too-large"


def test_a_repeated_wish_is_found_in_every_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 4)
    rows: list[list[int | str]] = [[0, 1, 2], [], [2], [1, 0], [2, 1, 2], [0]]
    with pytest.raises(UnfitMarket, match="学生4把学校2填报了两次（第 1 和第 3 志愿）"):
        Market.of(rows, [1, 1, 1])
    good = Market.of([row[:2] for row in rows], [1, 1, 1])
    cut = pieces(good.starts)
    assert len(cut) > 1
    assert (cut[0][0], cut[-1][1]) == (0, 6)
    assert all(before[1] == after[0] for before, after in itertools.pairwise(cut))


def test_arrays_cannot_be_changed_afterwards() -> None:
    market = two()
    for name in ("starts", "schools", "classes", "draw", "capacities"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(market, name)[0] = 1


def test_the_fingerprint_is_of_what_decides_and_nothing_else() -> None:
    digest = two().digest
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert two(applicant_names=None).digest == digest
    assert two(draw=[0, 1]).digest != digest
    assert two(capacities={"东小": 2, "西小": 1}).digest != digest
    wide = Market(
        *(np.array(getattr(two(), name), np.int64) for name in ("starts", "schools", "classes", "draw", "capacities"))
    )
    assert wide.digest == digest


def test_a_result_has_a_fingerprint_of_its_own() -> None:
    given = Placement(np.array([0, -1]), "ab")
    assert given.digest == Placement([0, -1], "ab").digest  # type: ignore[arg-type]
    assert len({given.digest, Placement(np.array([0, 0]), "ab").digest, Placement(np.array([0, -1]), "ac").digest}) == 3
    with_pools = Placement(np.array([0, -1]), "ab", np.array([3, -1]))
    assert with_pools.digest != given.digest
    assert given.schools(two()).tolist() == [0, -1]


def test_every_refusal_says_the_same_in_both_languages() -> None:
    for code, (chinese, english) in MESSAGES.items():
        fields = [sorted(re.findall(r"\{(\w+)\}", text)) for text in (chinese, english)]
        assert fields[0] == fields[1], code
        assert not re.search("[\u4e00-\u9fff]", english), code
