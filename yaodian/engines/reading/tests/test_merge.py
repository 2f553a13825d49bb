"""A second reading finds the items of the first."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yaodian.engines.reading import merge
from yaodian.engines.reading.merge import Item, changes, difference, follow, match
from yaodian.engines.reading.tests.plans import yunchuan


def item(key: str, path: str, words: str, at: int = 0, kind: str = "target") -> Item:
    return Item(key, kind, path, words, (at, at + max(len(words), 1)))


def found(old: list[Item], new: list[Item], **more: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {m.old.key: (m.new.key, m.reason) for m in match(old, new, **more).matches}


def test_the_same_words_in_the_same_clause_are_the_same_item_wherever_they_stand() -> None:
    old = [item("a", "三/8", "新建学校5所", 10)]
    assert found(old, [item("b", "三/8", "新建 学校５所", 900)]) == {"a": ("b", "exact")}


def test_the_same_words_in_a_renumbered_clause_are_found_elsewhere() -> None:
    old = [item("a", "三/8", "新建学校5所"), item("c", "三/9", "培训教师100人")]
    new = [item("b", "三/9", "新建学校5所"), item("d", "三/10", "培训教师100人")]
    assert found(old, new) == {"a": ("b", "elsewhere"), "c": ("d", "elsewhere")}


def test_reworded_items_are_found_in_their_clause_the_most_alike_first() -> None:
    old = [item("a", "一/1", "新建公办幼儿园5所"), item("b", "一/1", "培训骨干教师100人", 20)]
    new = [item("c", "一/1", "培训骨干教师120人"), item("d", "一/1", "新建公办幼儿园6所", 20)]
    assert found(old, new) == {"a": ("d", "reworded"), "b": ("c", "reworded")}


def test_reworded_items_are_followed_into_the_clause_that_theirs_became() -> None:
    old, new = [item("a", "一/1", "新建公办幼儿园5所")], [item("b", "一/2", "新建公办幼儿园6所")]
    assert found(old, new) == {}
    assert found(old, new, became={"一/1": "一/2"}) == {"a": ("b", "followed")}


def test_items_of_another_kind_are_never_the_same() -> None:
    assert found([item("a", "一/1", "年底前")], [item("b", "一/1", "年底前", kind="deadline")]) == {}


def test_what_has_no_counterpart_is_lost_or_added() -> None:
    matching = match([item("a", "一/1", "新建学校5所")], [item("b", "一/1", "规范培训机构")])
    assert ([i.key for i in matching.lost], [i.key for i in matching.added]) == (["a"], ["b"])


def test_items_with_equal_words_are_matched_in_order() -> None:
    old = [item("a", "一/1", "各1次", 1), item("b", "一/1", "各1次", 9)]
    new = [item("c", "一/1", "各1次", 5), item("d", "一/1", "各1次", 12), item("e", "一/1", "各1次", 30)]
    assert found(old, new) == {"a": ("c", "exact"), "b": ("d", "exact")}


def test_items_without_words_match_only_where_they_stood() -> None:
    assert found([item("a", "一/1", "。")], [item("b", "一/2", "。")]) == {}
    assert found([item("a", "一/1", "。")], [item("b", "一/1", "。")]) == {"a": ("b", "exact")}


def test_a_plan_read_twice_matches_item_by_item() -> None:
    items = merge.items(yunchuan())
    matching = match(items, items)
    assert all(m.old is m.new and m.reason == "exact" for m in matching.matches)
    assert len(matching.matches) == len(items)
    assert len({i.key for i in items}) == len(items)


words = st.sampled_from(["新建学校5所", "新建学校6所", "培训教师", "培训教师百人", "", "年底前"])
paths = st.sampled_from(["一/1", "一/2", "二/3", ""])
lists = st.lists(st.tuples(paths, words, st.sampled_from(["target", "deadline"]), st.integers(0, 50)), max_size=12)


@given(lists, lists)
def test_every_item_is_matched_lost_or_added_exactly_once(
    old: list[tuple[str, str, str, int]], new: list[tuple[str, str, str, int]]
) -> None:
    olds = [item(f"o{n}", path, text, at, kind) for n, (path, text, kind, at) in enumerate(old)]
    news = [item(f"n{n}", path, text, at, kind) for n, (path, text, kind, at) in enumerate(new)]
    matching = match(olds, news, became={"一/1": "一/2"})
    assert sorted([*(m.old.key for m in matching.matches), *(i.key for i in matching.lost)]) == sorted(
        i.key for i in olds
    )
    assert sorted([*(m.new.key for m in matching.matches), *(i.key for i in matching.added)]) == sorted(
        i.key for i in news
    )
    assert all(m.old.kind == m.new.kind for m in matching.matches)
    assert match(olds[::-1], news[::-1], became={"一/1": "一/2"}) == matching


# What changed in the text


def test_an_inserted_clause_moves_the_others_and_changes_none() -> None:
    old = {"一/1": "1.抓好安全。开展消防检查。", "一/2": "2.抓好体育。办好运动会。"}
    new = {"一/1": "1.抓好党建。学习理论。", "一/2": "1.抓好安全。开展消防检查。", "一/3": "2.抓好体育。办好运动会。"}
    assert [(c.move, c.path_before, c.path_after) for c in changes(old, new)] == [
        ("added", None, "一/1"),
        ("same", "一/1", "一/2"),
        ("same", "一/2", "一/3"),
    ]
    assert follow(old, new) == {"一/1": "一/2", "一/2": "一/3"}


def test_a_changed_figure_is_shown_as_that_figure() -> None:
    (change,) = changes({"一": "抓好学前教育。新建幼儿园5所。"}, {"一": "抓好学前教育。新建幼儿园12所。"})
    assert change.pieces == (("keep", "抓好学前教育。新建幼儿园"), ("delete", "5"), ("insert", "12"), ("keep", "所。"))
    assert change.move == "changed"


def test_a_sentence_of_other_words_is_shown_whole() -> None:
    pieces = difference("甲。规范校外培训机构收费。乙。", "甲。新建一批寄宿制学校。乙。")
    assert [operation for operation, _ in pieces] == ["keep", "delete", "insert", "keep"]


texts = st.text(alphabet="新建学校5所。；\n ", max_size=60)


@given(texts, texts)
def test_the_pieces_give_both_texts_back(old: str, new: str) -> None:
    pieces = difference(old, new)
    assert "".join(text for operation, text in pieces if operation != "insert") == old
    assert "".join(text for operation, text in pieces if operation != "delete") == new
    assert all(text for _, text in pieces)
    assert all(one[0] != other[0] for one, other in itertools.pairwise(pieces))


@given(st.dictionaries(paths, texts), st.dictionaries(paths, texts))
def test_every_clause_of_both_texts_is_shown_once(old: dict[str, str], new: dict[str, str]) -> None:
    shown = changes(old, new)
    assert sorted(c.path_before for c in shown if c.path_before is not None) == sorted(old)
    assert sorted(c.path_after for c in shown if c.path_after is not None) == sorted(new)


@pytest.mark.parametrize("old", ["学。" * 50_000, "学" * 100_000, "学校" * 50_000])
def test_very_long_clauses_cost_little(old: str) -> None:
    started = time.process_time()
    difference(old, "校" + old[::-1] + "学")
    assert time.process_time() - started < 10
