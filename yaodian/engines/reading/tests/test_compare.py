"""Two plans held against each other."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaodian.engines.reading.compare import Comparison, TargetChange, compare
from yaodian.engines.reading.export import comparison
from yaodian.engines.reading.pairing import Likeness, pair
from yaodian.engines.reading.plan import Plan
from yaodian.engines.reading.tests.plans import Clause, plan, target, yunchuan


def one_target(year: int, quote: str, subject: str, value: float, unit: str | None = "%", **more: Any) -> Plan:
    clause = Clause(
        1,
        "1",
        f"1.推进学前教育普及。{quote}。",
        "推进学前教育普及",
        targets=[target(quote, subject, value, unit, **more)],
    )
    return plan(f"青禾县{year}年教育工作要点", year, "", clause)


def only(found: Comparison) -> TargetChange:
    (change,) = found.targets
    return change


# One target

_CHANGE = {"comparator": "change", "unit": "个百分点"}


@pytest.mark.parametrize(
    ("before", "after", "verdict", "ambition"),
    [
        ({"value": 90}, {"value": 95}, "raised", "tightened"),
        ({"value": 95}, {"value": 90}, "lowered", "loosened"),
        ({"value": 90}, {"value": 90}, "same", "same"),
        ({"value": 5, "comparator": "at_most"}, {"value": 3, "comparator": "at_most"}, "lowered", "tightened"),
        ({"value": 3, "comparator": "at_most"}, {"value": 5, "comparator": "at_most"}, "raised", "loosened"),
        ({"value": 5, "comparator": "about"}, {"value": 6, "comparator": "about"}, "raised", "unclear"),
        ({"value": 5, "comparator": "at_least"}, {"value": 5, "comparator": "about"}, "changed", "unclear"),
        ({"value": 2, "unit": "次"}, {"value": 2, "unit": "次", "per": "term"}, "changed", "unclear"),
        ({"value": 2, "unit": "所"}, {"value": 2, "unit": "人"}, "changed", "unclear"),
        ({"value": 2, "unit": "所"}, {"value": 3, "unit": "个"}, "raised", "tightened"),
        ({"value": 9000, "unit": "万元"}, {"value": 1, "unit": "亿元"}, "raised", "tightened"),
        ({"value": 10000, "unit": "万元"}, {"value": 1, "unit": "亿元"}, "same", "same"),
        ({"value": 3, "unit": "‰"}, {"value": 0.3, "unit": "%"}, "same", "same"),
        (
            {"value": 2, "value_max": 3, "comparator": "between", "unit": "个"},
            {"value": 3, "value_max": 4, "comparator": "between", "unit": "个"},
            "raised",
            "unclear",
        ),
        (
            {"value": 2, "value_max": 5, "comparator": "between", "unit": "个"},
            {"value": 3, "value_max": 4, "comparator": "between", "unit": "个"},
            "changed",
            "unclear",
        ),
        (
            {"value": -1, "comparator": "change", "unit": "个百分点"},
            {"value": -2, "comparator": "change", "unit": "个百分点"},
            "raised",
            "tightened",
        ),
        (
            {"value": 1, "comparator": "change", "unit": "个百分点"},
            {"value": -1, "comparator": "change", "unit": "个百分点"},
            "lowered",
            "unclear",
        ),
        ({"value": 3, "value_max": 8, **_CHANGE}, {"value": 4, "value_max": 9, **_CHANGE}, "raised", "tightened"),
        ({"value": -5, "value_max": -8, **_CHANGE}, {"value": -6, "value_max": -9, **_CHANGE}, "raised", "tightened"),
        ({"value": -5, "value_max": -8, **_CHANGE}, {"value": -3, "value_max": -6, **_CHANGE}, "lowered", "loosened"),
        ({"value": -5, "value_max": -8, **_CHANGE}, {"value": -5, "value_max": -8, **_CHANGE}, "same", "same"),
        ({"value": 3, "value_max": 8, **_CHANGE}, {"value": 4, "value_max": 7, **_CHANGE}, "changed", "unclear"),
        ({"value": -5, "value_max": -8, **_CHANGE}, {"value": -6, "value_max": -7, **_CHANGE}, "changed", "unclear"),
        ({"value": -5, **_CHANGE}, {"value": -5, "value_max": -8, **_CHANGE}, "raised", "tightened"),
        ({"value": 3, "value_max": 8, **_CHANGE}, {"value": 8, **_CHANGE}, "raised", "tightened"),
        ({"value": 0, "value_max": -3, **_CHANGE}, {"value": -1, "value_max": -4, **_CHANGE}, "raised", "tightened"),
        ({"value": 3, "value_max": 8, **_CHANGE}, {"value": -3, "value_max": -8, **_CHANGE}, "lowered", "unclear"),
        ({"value": 90, "strength": "strive"}, {"value": 90}, "same", "tightened"),
        ({"value": 90}, {"value": 95, "strength": "strive"}, "raised", "mixed"),
        ({"value": 90}, {"value": 90, "due": "2026-06-30"}, "same", "tightened"),
    ],
)
def test_the_number_and_what_is_asked_are_told_apart(
    before: dict[str, Any], after: dict[str, Any], verdict: str, ambition: str
) -> None:
    fields = {"subject": "普惠性幼儿园覆盖率", "quote": "普惠性幼儿园覆盖率达标"}
    change = only(compare(one_target(2025, **fields, **before), one_target(2026, **fields, **after)))
    assert (change.verdict, change.ambition) == (verdict, ambition)


@pytest.mark.parametrize(
    ("before", "after", "move"),
    [
        ("2025-09-30", "2026-09-30", "same"),
        ("2025-09-30", "2026-06-30", "earlier"),
        ("2025-06-30", "2026-12-31", "later"),
        ("2027-12-31", "2027-12-31", "same"),
        ("2027-12-31", "2028-12-31", "later"),
        ("2026-12-31", "2026-12-31", "same"),
        (None, "2026-12-31", "added"),
        ("2025-12-31", None, "removed"),
        ("2024-02-29", "2026-02-28", "later"),
    ],
)
def test_a_day_of_the_plans_own_year_moves_by_month_and_day(before: str | None, after: str | None, move: str) -> None:
    fields: dict[str, Any] = {"quote": "新建公办幼儿园", "subject": "公办幼儿园", "value": 5, "unit": "所"}
    one, other = one_target(2025, due=before, **fields), one_target(2026, due=after, **fields)
    assert only(compare(one, other)).due == move


def test_a_target_of_another_subject_is_new_and_the_old_one_dropped() -> None:
    one = one_target(2025, "新建公办幼儿园5所", "公办幼儿园", 5, "所")
    other = one_target(2026, "义务教育巩固率达到99%", "义务教育巩固率", 99)
    assert [change.verdict for change in compare(one, other).targets] == ["new", "dropped"]


def test_a_pair_says_on_what_it_rests() -> None:
    one = one_target(2025, "学前三年毛入园率达到90%", "学前三年毛入园率", 90)
    other = one_target(2026, "学前教育三年毛入园率达到93%", "学前教育三年毛入园率", 93)
    change = only(compare(one, other))
    assert change.basis is not None
    assert 0.5 < change.basis.subject < 1
    assert (change.basis.clause, change.basis.unit, change.basis.form) == (1.0, 1.0, 1.0)
    assert change.score == pytest.approx(0.6 * change.basis.subject + 0.4, abs=0.01)


def test_two_targets_of_one_subject_keep_to_the_same_value() -> None:
    def made(year: int, *values: int) -> Plan:
        printed = "1.改善办学条件。" + "".join(f"改造学校{value}所。" for value in values)
        targets = [target(f"改造学校{value}所", "学校", value, "所") for value in values]
        return plan("青禾县要点", year, "", Clause(1, "1", printed, "改善办学条件", targets=targets))

    found = compare(made(2025, 3, 8), made(2026, 8, 12))
    assert {(c.before.value, c.after.value): c.verdict for c in found.targets if c.before and c.after} == {
        (8, 8): "same",
        (3, 12): "raised",
    }


def test_the_example_of_the_algorithm_page_holds() -> None:
    def made(year: int, printed: str, *targets: Any) -> Plan:
        return plan(
            f"青禾县{year}年教育工作要点",
            year,
            "",
            Clause(1, "1", f"1.推进学前教育。{printed}", "推进学前教育", targets=targets),
        )

    ceiling, share = "大班额比例不超过{}%", "普惠性幼儿园覆盖率达到{}%"
    before = made(
        2025,
        f"{share.format(90)}，{ceiling.format(5)}。",
        target(share.format(90), "普惠性幼儿园覆盖率", 90),
        target(ceiling.format(5), "大班额比例", 5, comparator="at_most"),
    )
    after = made(
        2026,
        f"{share.format(92)}，{ceiling.format(3)}，新建幼儿园4所。",
        target(share.format(92), "普惠性幼儿园覆盖率", 92),
        target(ceiling.format(3), "大班额比例", 3, comparator="at_most"),
        target("新建幼儿园4所", "幼儿园", 4, "所"),
    )
    found = compare(before, after)
    assert [(c.verdict, c.ambition) for c in found.targets] == [
        ("raised", "tightened"),
        ("lowered", "tightened"),
        ("new", None),
    ]
    assert [c.score for c in found.targets[:2]] == [1.0, 1.0]


# Clauses, deadlines, names


def test_a_clause_that_only_names_the_new_year_is_the_same_and_may_have_moved() -> None:
    one = plan("要点", 2025, "", Clause(1, "1", "1.抓好体育。2025年办好运动会。", "抓好体育"))
    other = plan(
        "要点",
        2026,
        "",
        Clause(1, "1", "1.抓好安全。开展校园消防检查。", "抓好安全"),
        Clause(1, "2", "2.抓好体育。2026年办好运动会。", "抓好体育"),
    )
    new, same = compare(one, other).clauses
    assert (new.verdict, same.verdict, same.is_moved, same.path_after) == ("new", "same", True, "2")


def test_a_reworded_clause_is_paired_and_an_unlike_one_is_not() -> None:
    one = plan(
        "要点", 2025, "", Clause(1, "1", "1.推进学前教育普及。新建幼儿园五所，加强保教质量评估。", "推进学前教育普及")
    )
    near = plan(
        "要点", 2026, "", Clause(1, "1", "1.推进学前教育普惠。新建幼儿园六所，开展保教质量评估。", "推进学前教育普惠")
    )
    far = plan("要点", 2026, "", Clause(1, "1", "1.规范校外培训。严查违规收费。", "规范校外培训"))
    assert [change.verdict for change in compare(one, near).clauses] == ["reworded"]
    assert [change.verdict for change in compare(one, far).clauses] == ["new", "dropped"]


def test_a_deadline_of_its_own_moves_with_its_sentence() -> None:
    def made(year: int, words: str, date: str) -> Plan:
        return plan(
            "要点",
            year,
            "",
            Clause(1, "1", f"1.抓好招生。{words}印发中考改革实施方案。", "抓好招生", deadlines=[(words, date)]),
        )

    (change,) = compare(made(2025, "6月底前", "2025-06-30"), made(2026, "9月底前", "2026-09-30")).deadlines
    assert (change.verdict, change.sentence) == ("later", "印发中考改革实施方案")
    (same,) = compare(made(2025, "6月底前", "2025-06-30"), made(2026, "6月底前", "2026-06-30")).deadlines
    assert same.verdict == "same"


def test_policies_and_systems_are_told_by_name_and_the_own_year_does_not_count() -> None:
    one = plan(
        "要点",
        2025,
        "",
        Clause(
            1,
            "1",
            "1.落实《2025年招生办法》《旧办法》，用好阳光招生平台",
            policies=["2025年招生办法", "旧办法"],
            systems=["阳光招生平台"],
        ),
    )
    other = plan(
        "要点",
        2026,
        "",
        Clause(1, "1", "1.落实《2026年招生办法》，用好学籍系统", policies=["2026年招生办法"], systems=["学籍系统"]),
    )
    found = compare(one, other)
    assert [(c.verdict, c.name) for c in found.policies] == [("same", "2026年招生办法"), ("dropped", "旧办法")]
    assert [(c.verdict, c.name) for c in found.systems] == [("new", "学籍系统"), ("dropped", "阳光招生平台")]


# Properties

SUBJECTS = ("公办幼儿园", "普惠性幼儿园覆盖率", "学前三年毛入园率", "骨干教师", "教师", "大班额比例", "心理辅导室", "")
HEADINGS = ("推进学前教育普及", "推进学前教育普惠", "加强教师培养", "抓好校园安全", "规范招生入学")


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    year = draw(st.sampled_from([2025, 2026]))
    clauses = []
    for number in range(draw(st.integers(0, 5))):
        heading = draw(st.sampled_from(HEADINGS))
        printed, targets, deadlines = f"{number + 1}.{heading}。", [], []
        for _ in range(draw(st.integers(0, 3))):
            subject, value = draw(st.sampled_from(SUBJECTS)), draw(st.integers(0, 3))
            quote = f"{subject}达到{value}所。"
            printed += quote
            targets.append(
                target(
                    quote,
                    subject,
                    value,
                    draw(st.sampled_from(["所", "个", "%", None])),
                    comparator=draw(st.sampled_from(["at_least", "at_most", "about", "change"])),
                    due=draw(st.sampled_from([None, f"{year}-06-30", f"{year}-12-31", "2027-12-31"])),
                    strength=draw(st.sampled_from(["must", "strive"])),
                )
            )
        if draw(st.booleans()):
            words = draw(st.sampled_from(["6月底前", "年底前", "春学期"]))
            deadlines.append((words, {"6月底前": f"{year}-06-30", "年底前": f"{year}-12-31"}.get(words)))
            printed += f"{words}完成评估。"
        clauses.append(
            Clause(draw(st.integers(1, 2)), str(number + 1), printed, heading, targets=targets, deadlines=deadlines)
        )
    return plan(f"临溪区{year}年要点", year, "", *clauses)


@given(plans())
def test_a_plan_beside_itself_is_the_same_in_everything(made: Plan) -> None:
    found = compare(made, made)
    assert all(set(verdicts) <= {"same"} for verdicts in found.counts().values())
    assert all(change.before == change.after for change in (*found.targets, *found.clauses))
    assert all(change.ambition == "same" for change in found.targets)


MIRRORED = {
    "new": "dropped",
    "dropped": "new",
    "raised": "lowered",
    "lowered": "raised",
    "earlier": "later",
    "later": "earlier",
    "tightened": "loosened",
    "loosened": "tightened",
    "firmer": "softer",
    "softer": "firmer",
    "added": "removed",
    "removed": "added",
}


def mirrored(word: str | None) -> str | None:
    return MIRRORED.get(word or "", word)


@settings(max_examples=200)
@given(plans(), plans())
def test_the_other_way_round_everything_is_mirrored(one: Plan, other: Plan) -> None:
    forth, back = compare(one, other), compare(other, one)
    seen = {(c.before, c.after, c.verdict, c.ambition, c.due, c.strength, c.score) for c in forth.targets}
    assert seen == {
        (c.after, c.before, mirrored(c.verdict), mirrored(c.ambition), mirrored(c.due), mirrored(c.strength), c.score)
        for c in back.targets
    }
    assert {(c.before, c.after, c.verdict, c.score) for c in forth.clauses} == {
        (c.after, c.before, mirrored(c.verdict), c.score) for c in back.clauses
    }
    assert {(c.before, c.after, c.verdict) for c in forth.deadlines} == {
        (c.after, c.before, mirrored(c.verdict)) for c in back.deadlines
    }


@given(plans(), plans())
def test_every_item_of_both_plans_is_accounted_for_once(one: Plan, other: Plan) -> None:
    found = compare(one, other)
    for before, after, changes in (
        (one.targets, other.targets, found.targets),
        (one.nodes, other.nodes, found.clauses),
    ):
        assert sorted(c.before.span for c in changes if c.before) == sorted(item.span for item in before)
        assert sorted(c.after.span for c in changes if c.after) == sorted(item.span for item in after)


# Pairing


def test_likeness_is_one_for_the_same_text_and_little_for_common_words() -> None:
    texts = ["推进学前教育普及普惠", "推进义务教育优质均衡", "推进职业教育产教融合"]
    likeness = Likeness(texts, texts)
    assert likeness.of(0, 0) == 1.0
    assert likeness.of(0, 1) < 0.35
    assert Likeness([""], ["甲"]).of(0, 0) == 0.0


def test_the_most_alike_are_paired_first() -> None:
    found = pair(["校园足球特色学校", "校园足球"], ["校园足球特色学校建设", "校园足球"], threshold=0.2)
    assert [(p.left, p.right) for p in found] == [(0, 0), (1, 1)]


def test_a_thousand_equal_texts_are_paired_in_order_and_at_once() -> None:
    texts = ["新建学校"] * 1000
    started = time.process_time()
    found = pair(texts, texts, threshold=0.5)
    assert [(p.left, p.right) for p in found] == [(at, at) for at in range(1000)]
    assert time.process_time() - started < 10, "bounded candidates: all pairs would be a million"


# In words


def test_the_summary_leads_with_what_changed_and_says_whether_more_is_asked() -> None:
    other = Plan.from_dict(
        {
            **yunchuan(2026).to_dict(),
            "targets": [
                {**item, "value": {92: 95, 2: 1}.get(item["value"], item["value"])}
                if item["comparator"] != "between"
                else item
                for item in yunchuan(2026).to_dict()["targets"]
            ],
        }
    )
    text = comparison.render(compare(yunchuan(2026), other), "table")
    assert "目标  提高 1 · 降低 1 · 不变 5" in text
    assert "提高      一/1  普惠性幼儿园覆盖率 不低于92% → 不低于95%（要求更高）" in text
    assert "不超过2%，2026年12月31日前 → 不超过1%，2026年12月31日前（要求更高）" in " ".join(text.split()).replace(
        " ", ""
    ).replace("→", " → ")
    english = comparison.render(compare(yunchuan(2026), other), "markdown", language="en")
    assert "| raised | 一/1 | 普惠性幼儿园覆盖率 | at least 92% → at least 95% (asks more) |" in english


def test_the_json_of_a_comparison_counts_by_verdict() -> None:
    found = compare(yunchuan(), yunchuan())
    assert '"targets": {\n   "same": 7' in comparison.render(found, "json")
    with pytest.raises(KeyError, match="markdown"):
        comparison.render(found, "xlsx")
