"""The draw by hand, the canonical forms, and what is refused with a sentence."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines import lottery
from yaodian.engines.lottery import applicants

from . import rounds
from .cheats import QUIET

NUMBERS = st.from_regex(r"[A-Z0-9][A-Z0-9-]{2,9}", fullmatch=True)


def test_a_draw_followed_by_hand() -> None:
    """What `sha256sum` and a calculator for HMAC give; docs/algorithms/lottery.md shows the same."""
    files = rounds.drawn()
    assert files["list.txt"] == b"yaodian-lottery-list/1 yunchuan-2026-primary\nA0001\nA0002+A0003\nA0007\n"
    promise = hashlib.sha256(files["promise.json"]).hexdigest()
    assert files["transcript.txt"].decode() == (
        "yaodian-lottery-seed/1\n"
        f"promise {promise}\n"
        "w#1 4711/\nw#2 Kranich/\nw#3 90210/\n"
        "ssq 1.5.9.12.30.33./7./\n"
        "index 3284.10/\n"
        "drand 2b5194b12b01058a369ef70fdb8b9b3e1fbadf6d08b23c1d602d7b567163cffc/\n"
    )
    seed = hashlib.sha256(files["transcript.txt"]).digest()
    keys = {line: hmac.new(seed, line, hashlib.sha256).hexdigest() for line in (b"A0001", b"A0002+A0003", b"A0007")}
    assert [line for _key, line in sorted((key, line) for line, key in keys.items())] == [
        line.split(b" ")[1] for line in files["result.txt"].splitlines()[1:]
    ]
    # Two places go to the two children of the first line; were there three, the next line would have one too.
    assert files["result.txt"].startswith(b"yaodian-lottery-result/1 yunchuan-2026-primary\n1 A0002+A0003\n")
    assert b'"winners": 1' in files["record.json"]


def test_a_published_vector_of_hmac_orders_as_it_should() -> None:
    """RFC 4231, test case 2: the key “Jefe”."""
    key = hmac.digest(b"Jefe", b"what do ya want for nothing?", "sha256").hex()
    assert key == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    lines = ["A01", "B02", "C03"]
    by_hand = sorted(lines, key=lambda line: hmac.new(b"Jefe", line.encode(), hashlib.sha256).hexdigest())
    assert lottery.order_of(b"Jefe", lines) == by_hand


def test_the_same_input_gives_the_same_bytes() -> None:
    assert rounds.drawn() == rounds.drawn()


@pytest.mark.parametrize(
    ("lines", "places", "winners"),
    [
        (["AAA"], 0, 0),
        (["AAA", "BBB", "CCC"], 2, 2),
        (["AAA", "BBB+CCC", "DDD"], 1, 1),
        (["AAA", "BBB+CCC", "DDD"], 2, 2),
        (["AAA", "BBB+CCC", "DDD"], 3, 2),
        (["AAA", "BBB"], 9, 2),
    ],
)
def test_places_go_to_whole_lines_until_enough_children_have_one(lines: list[str], places: int, winners: int) -> None:
    assert lottery.winners_of(lines, places) == winners


@given(st.lists(NUMBERS, min_size=1, max_size=12, unique=True), st.randoms())
def test_any_order_of_the_lines_and_of_a_group_gives_the_same_list(numbers: list[str], chance: random.Random) -> None:
    lines = ["+".join(part) for part in (numbers[:2], *([one] for one in numbers[2:]))]
    shuffled = ["+".join(chance.sample(line.split("+"), line.count("+") + 1)) for line in lines]
    chance.shuffle(shuffled)
    assert lottery.canonical_list("round-1", shuffled) == lottery.canonical_list("round-1", lines)


@given(st.lists(NUMBERS, min_size=1, max_size=9, unique=True), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_line_ends_marks_and_space_around_make_no_difference(numbers: list[str], end: str, is_marked: bool) -> None:
    text = ("\N{ZERO WIDTH NO-BREAK SPACE}" if is_marked else "") + end.join(["# 报名编号", *numbers, "", "  "])
    assert lottery.canonical_list("round-1", lottery.lines_of(text)) == lottery.canonical_list("round-1", numbers)


@pytest.mark.parametrize(
    ("lines", "row", "words"),
    [
        (["A0001", "a0002"], 2, "不是编号"),
        (["A0001", "", "A000２"], 3, "不是编号"),
        (["A0001+"], 1, "不是编号"),
        (["A 001"], 1, "不是编号"),
        (["A0001", "A0002+A0001"], 2, "已在第 1 行出现"),
        (["A0001", "A0001"], 2, "已在第 1 行出现"),
        (["# nobody"], None, "名单是空的"),
    ],
)
def test_a_list_that_could_be_read_two_ways_is_refused_with_its_row(
    lines: list[str], row: int | None, words: str
) -> None:
    with pytest.raises(lottery.UnableToList, match=words) as refused:
        lottery.canonical_list("round-1", lines)
    assert refused.value.row == row
    assert refused.value.message("en").startswith("The list" if row is None else f"Line {row}: ")
    assert refused.value.message().startswith("名单" if row is None else f"第 {row} 行：")


def test_a_list_has_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applicants, "MOST_LINES", 2)
    with pytest.raises(lottery.UnableToList, match="分成几轮"):
        lottery.canonical_list("round-1", ["A0001", "A0002", "A0003"])


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 7},
        {"decimals": "two"},
        {"decimals": True},
        {"kind": "dice"},
        {"fallback": "later"},
        {"id": None},
        {"kind": "welfare", "numbers": [{"count": 3, "least": 0, "most": 9, "sorted": "false"}]},
    ],
)
def test_a_source_of_another_kind_of_value_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(lottery.UnableToPromise, match="--example"):
        lottery.Source.from_dict({**INDEX.to_dict(), **changes})


def test_a_round_needs_an_id_that_everybody_types_alike() -> None:
    with pytest.raises(lottery.UnableToList, match="轮次编号"):
        lottery.canonical_list("云川 2026", ["A0001"])


def test_the_example_of_rfc_3797_has_its_canonical_form() -> None:
    """Section 6 of RFC 3797; the MD5 of its key string between two zero bytes is printed there."""
    day = "2026-07-02T21:30+08:00"
    kind = lottery.SourceKind.WELFARE
    example = (
        (lottery.Source("a", kind, "daily number", day, numbers=(lottery.Numbers(1, 0, 9999, False),)), "9319"),
        (lottery.Source("b", kind, "five", day, numbers=(lottery.Numbers(5, 1, 99, True),)), "2, 5, 12, 8, 10"),
        (lottery.Source("c", kind, "six", day, numbers=(lottery.Numbers(6, 1, 99, True),)), "9 18 26 34 41 45"),
    )
    key = "".join(lottery.canonical_value(source, published) for source, published in example)
    assert key == "9319./2.5.8.10.12./9.18.26.34.41.45./"
    digest = hashlib.md5(b"\0\0" + key.encode() + b"\0\0").hexdigest()
    assert digest.upper() == "990DD0A5692A029A98B5E01AA28F3459"


W, SSQ, INDEX, DRAND = rounds.sources()


@pytest.mark.parametrize(
    ("source", "published", "canonical"),
    [
        (SSQ, "09 30 01 12 33 05 + 07", "1.5.9.12.30.33./7./"),
        (SSQ, "０９、３０、０１、１２、３３、０５｜０７", "1.5.9.12.30.33./7./"),
        (W.fallback, "0 4 2", "0.4.2./"),
        (INDEX, "3,284.10", "3284.10/"),
        (INDEX, "03284.10", "3284.10/"),
        (INDEX, "0.50", "0.50/"),
        (DRAND, rounds.RANDOMNESS.upper(), f"{rounds.RANDOMNESS}/"),
    ],
)
def test_a_value_has_one_form_however_it_was_printed(source: lottery.Source, published: str, canonical: str) -> None:
    assert lottery.canonical_value(source, published) == canonical


@pytest.mark.parametrize(
    ("source", "published"),
    [
        (SSQ, "09 30 01 12 33 + 07"),
        (SSQ, "09 30 01 12 33 05 07"),
        (SSQ, "09 30 01 12 33 34 + 07"),
        (SSQ, "09 09 01 12 33 05 + 07"),
        (SSQ, "09 30 01 12 33 05 + 07 号"),
        (SSQ, ""),
        (INDEX, "3284.1"),
        (INDEX, "-3284.10"),
        (INDEX, "约3284.10"),
        (DRAND, "abc"),
        (INDEX, f"{'9' * 5000}.10"),
        (SSQ, f"09 30 01 12 33 {'5' * 5000} + 07"),
    ],
)
def test_a_value_that_is_not_of_the_promised_form_is_refused(source: lottery.Source, published: str) -> None:
    with pytest.raises(lottery.UnableToDraw, match=f"来源 {source.id} 的值") as refused:
        lottery.canonical_value(source, published)
    assert "Enter it again" in refused.value.message("en")


@given(st.permutations([1, 5, 9, 12, 30, 33]), st.booleans())
def test_drawn_numbers_have_one_form_in_any_order(numbers: list[int], is_padded: bool) -> None:
    printed = " ".join(f"{one:02}" if is_padded else str(one) for one in numbers)
    assert lottery.canonical_value(SSQ, f"{printed} + 7") == "1.5.9.12.30.33./7./"


def test_a_silent_witness_is_written_down_and_the_substitute_takes_part() -> None:
    rows = rounds.drawn(given=QUIET)["transcript.txt"].decode().splitlines()
    assert rows[2:6] == ["w#1 4711/", "w#2 missing", "w#3 90210/", "d3 0.4.2./"]


def test_every_value_changes_the_seed() -> None:
    honest = rounds.drawn()["transcript.txt"]
    for other in (
        rounds.drawn(given=[*rounds.reveals()[:2], lottery.Reveal("index", "3284.11"), rounds.reveals()[3]]),
        rounds.drawn(given=QUIET),
        rounds.drawn(places=3),
    ):
        assert lottery.seed_of(other["transcript.txt"]) != lottery.seed_of(honest)


REFUSED = (
    ("缺少来源 index", [one for one in rounds.reveals() if one.source != "index"]),
    ("没有替补：本次不抽", [*rounds.reveals()[:2], lottery.Reveal("index", missing="停市"), rounds.reveals()[3]]),
    ("缺少来源 d3", [QUIET[0], *rounds.reveals()[1:]]),
    ("不需要的替补", [*rounds.reveals(), lottery.Reveal("d3", "0 4 2")]),
    ("录入了两次", [*rounds.reveals(), rounds.reveals()[2]]),
    (
        "与其事先交出的承诺不符",
        [
            lottery.Reveal("w", witnesses=(lottery.WitnessReveal("家长代表", "4712", rounds.SALT),)),
            *rounds.reveals()[1:],
        ],
    ),
    (
        "局长 不是承诺里的见证人",
        [lottery.Reveal("w", witnesses=(lottery.WitnessReveal("局长", "1", rounds.SALT),)), *rounds.reveals()[1:]],
    ),
)


@pytest.mark.parametrize(("words", "given"), REFUSED, ids=[words for words, _given in REFUSED])
def test_nothing_is_drawn_where_something_is_missing(words: str, given: list[lottery.Reveal]) -> None:
    with pytest.raises(lottery.UnableToDraw, match=words):
        rounds.drawn(given=given)


def test_nothing_is_drawn_from_another_list_than_the_promised_one() -> None:
    promise = rounds.promise(rounds.listed()).to_bytes()
    with pytest.raises(lottery.UnableToDraw, match="承诺之后被改动"):
        lottery.draw(
            listed=rounds.listed(["A0001"]), promise=promise, reveals=rounds.reveals(), drawn_at=rounds.DRAWN_AT
        )


def test_a_promise_is_read_back_to_the_byte_and_a_touched_one_is_refused() -> None:
    promise = rounds.promise(rounds.listed(), attempt=2, previous=lottery.Previous("0" * 64, "漏了一名孩子"))
    content = promise.to_bytes()
    assert lottery.Promise.from_bytes(content) == promise
    for other in (
        content + b"\n",
        content.replace(b"places", b"Places"),
        b"[]",
        b"{",
        b"null",
        content.replace(b"welfare", b"dice"),
    ):
        with pytest.raises(lottery.UnableToPromise):
            lottery.Promise.from_bytes(other)
    with pytest.raises(lottery.UnableToPromise, match="beacon"):
        lottery.Source.from_dict({"id": "d", "kind": "drand", "name": "drand", "known_at": rounds.PROMISED_AT})
    with pytest.raises(lottery.UnableToPromise, match="不是规范名单"):
        lottery.make_promise(b"A0001\n", places=1, promised_at=rounds.PROMISED_AT, sources=())


@given(
    st.lists(st.lists(NUMBERS, min_size=1, max_size=2, unique=True), min_size=1, max_size=20),
    st.integers(0, 12),
    st.text("0123456789", min_size=1, max_size=9),
)
def test_every_draw_passes_the_verifier(groups: list[list[str]], places: int, value: str) -> None:
    seen: set[str] = set()
    lines = ["+".join(group) for group in groups if not seen & set(group) and not seen.update(group)]
    witness = replace(W.witnesses[0], commitment=lottery.commitment(rounds.ROUND, "家长代表", rounds.SALT, value))
    sources = (replace(W, witnesses=(witness, *W.witnesses[1:])), *rounds.sources()[1:])
    first = lottery.WitnessReveal("家长代表", value, rounds.SALT)
    reveals = [
        replace(rounds.reveals()[0], witnesses=(first, *rounds.reveals()[0].witnesses[1:])),
        *rounds.reveals()[1:],
    ]
    assert lottery.verify(rounds.drawn(lines, reveals, sources=sources, places=places)) == ()


def test_every_order_of_a_few_comes_up_equally_often() -> None:
    """No proof of randomness: a coarse check that no line is favoured by where it stands or what it is called."""
    lines = ["A0001", "A0002", "A0003"]
    count = dict.fromkeys(itertools.permutations(lines), 0)
    for number in range(6_000):
        count[tuple(lottery.order_of(hashlib.sha256(str(number).encode()).digest(), lines))] += 1
    assert all(880 < one < 1_120 for one in count.values())


SUBSETS = [set(one) for size in (1, 2, 3) for one in itertools.combinations(range(3), size)]


def share_of_wins(colluding: set[int], *, sees_the_numbers: bool, draws: int) -> float:
    """How often one of three families wins the one place, with these witnesses on its side.

    They know each other's values, and of the public numbers either everything or, as the protocol has it, nothing, so that they
    reckon with numbers of their own. Of all ways to reveal or to stay silent they take one by which the family wins.
    """
    chance = random.Random(repr(sorted(colluding)))
    lines = ["A0001", "A0002", "A0003"]
    wins = 0
    for _draw in range(draws):
        values = [chance.randrange(10**6) for _witness in range(3)]
        ball, substitute = chance.randrange(10**9), chance.randrange(1000)
        guessed = (ball, substitute) if sees_the_numbers else (chance.randrange(10**9), chance.randrange(1000))
        patterns = list(itertools.product((False, True), repeat=len(colluding)))

        def is_won(pattern: tuple[bool, ...], numbers: tuple[int, int], values: list[int] = values) -> bool:
            silent = {one for one, is_silent in zip(sorted(colluding), pattern, strict=True) if is_silent}
            rows = [f"w#{one} {'missing' if one in silent else values[one]}" for one in range(3)]
            rows += [f"d3 {numbers[1]}./"] if silent else []
            seed = lottery.seed_of("\n".join([*rows, f"ssq {numbers[0]}./"]).encode())
            return lottery.order_of(seed, lines)[0] == "A0001"

        chosen = next((pattern for pattern in patterns if is_won(pattern, guessed)), patterns[0])
        wins += is_won(chosen, (ball, substitute))
    return wins / draws


@pytest.mark.parametrize("colluding", SUBSETS, ids=str)
def test_witnesses_who_must_speak_before_the_numbers_are_known_gain_nothing(colluding: set[int]) -> None:
    """All three with the organiser included: the public numbers come after them."""
    assert abs(share_of_wins(colluding, sees_the_numbers=False, draws=10_000) - 1 / 3) < 0.015


def test_witnesses_who_could_speak_last_would_gain() -> None:
    """Why a promise in which they do is refused: two ways to choose from win 5 times in 9, eight 26 times in 27."""
    assert share_of_wins({0}, sees_the_numbers=True, draws=2_000) > 0.5
    assert share_of_wins({0, 1, 2}, sees_the_numbers=True, draws=1_000) > 0.9
