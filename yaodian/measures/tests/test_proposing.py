"""A promise finds the measure that it means by its words, its unit and its stage; others find none."""

from __future__ import annotations

import pytest

from yaodian.measures.queries import LEAST, key_of, propose

pytestmark = pytest.mark.once


def first(subject: str, quote: str, unit: str, comparator: str = "at_least") -> tuple[str, str, str] | None:
    found = propose(subject=subject, quote=quote, unit=unit, comparator=comparator)
    if not found:
        return None
    assert LEAST <= found[0].score <= 1
    assert found[0].reason
    return found[0].measure.code.partition(".")[2], found[0].stage, found[0].narrowed


@pytest.mark.parametrize(
    ("subject", "quote", "unit", "wanted"),
    [
        ("公办园占比", "公办园占比达到53%", "%", ("public_kindergartens", "preschool", "")),
        (
            "公办幼儿园在园幼儿占比",
            "全县公办幼儿园在园幼儿占比提高到 58%",
            "%",
            ("children_in_public_kindergartens", "preschool", ""),
        ),
        ("普惠率", "学前教育普惠率达９０%", "%", ("inclusive_kindergartens", "preschool", "")),
        ("随迁子女公办就读率", "随迁子女公办就读率达80%以上", "%", ("migrants_in_public", "compulsory", "")),
        ("初中大班额比例", "初中大班额比例控制在3%以内", "%", ("large_classes", "junior", "")),
        ("大班额比例", "大班额比例下降2个百分点", "个百分点", ("large_classes", "compulsory", "")),
        ("公办园", "年内新增公办园8所", "所", ("kindergartens_opened", "preschool", "public")),
        ("幼儿园", "新建幼儿园3所", "所", ("kindergartens_opened", "preschool", "")),
        ("骨干教师比例", "县级以上骨干教师比例达15%", "%", ("backbone", "", "")),
    ],
)
def test_a_promise_finds_its_measure(subject: str, quote: str, unit: str, wanted: tuple[str, str, str]) -> None:
    assert first(subject, quote, unit) == wanted


@pytest.mark.parametrize(
    ("subject", "quote", "unit"),
    [
        ("幼儿园", "督评幼儿园4所", "所"),
        ("幼儿园", "指导7所幼儿园", "所"),
        ("名师工作室", "创建名师工作室10个", "个"),
        ("毕业生就业率", "毕业生就业率达95%", "%"),
        ("公办园占比", "公办园占比53分", "分"),
        ("优质园覆盖率", "优质园覆盖率达90%", "%"),
    ],
)
def test_other_promises_find_none(subject: str, quote: str, unit: str) -> None:
    assert first(subject, quote, unit) is None


def test_equal_promises_of_two_years_are_remembered_under_one_key_and_others_under_another() -> None:
    this = key_of(subject="公办园占比", quote="2026年公办园占比达到53%", unit="%")
    assert this == key_of(subject="公办园 占比", quote="力争到2027年底公办园占比达到60%以上", unit="％")
    built = key_of(subject="幼儿园", quote="新建幼儿园3所", unit="所")
    assert built == key_of(subject="幼儿园", quote="新建幼儿园12所", unit="所")
    assert built != key_of(subject="幼儿园", quote="督评幼儿园3所", unit="所")
