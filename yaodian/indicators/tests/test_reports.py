"""The self-assessment as Word: every number of the assessment stands in it with whence it comes, for whoever may see it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any

import docx
import pytest
from django.test import Client
from django.urls import reverse
from docx.oxml.ns import qn

from yaodian.audit.queries import entries
from yaodian.engines import rules
from yaodian.foundation.word.text import Mark
from yaodian.indicators import queries, reports
from yaodian.indicators.models import Assessment, Fact
from yaodian.indicators.operations import record_report
from yaodian.indicators.reports.word import Paragraph, render
from yaodian.indicators.tests.reported import NOW, YEAR, assessed, county, reported
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry.tests import factories

pytestmark = pytest.mark.django_db
INDICATORS = (
    *("teachers_above_requirement", "backbone_teachers", "sports_and_arts_teachers", "teaching_area", "sports_area"),
    *("equipment_value", "multimedia_rooms"),
)
MARK = re.compile(r"\[(\d+|报\d|填\d+)\]")


def texts(content: bytes) -> Iterator[str]:
    """Paragraphs and cells in order, as text."""
    for element in docx.Document(io.BytesIO(content)).element.body.iter(qn("w:p")):
        yield "".join(
            "\n" if each.tag == qn("w:br") else each.text or "" for each in element.iter(qn("w:t"), qn("w:br"))
        )


def tables(content: bytes) -> list[list[list[str]]]:
    found = []
    for table in docx.Document(io.BytesIO(content)).element.body.iter(qn("w:tbl")):
        found.append(
            [
                [
                    "".join("\n" if each.tag == qn("w:br") else each.text or "" for each in cell.iter(qn("w:t"), qn("w:br")))
                    for cell in row.iter(qn("w:tc"))
                ]
                for row in table.iter(qn("w:tr"))
            ]
        )  # fmt: skip
    return found


def taken(one: Assessment, **asked: Any) -> reports.Report:
    actor = asked.pop("actor", None) or factories.viewer(factories.root())
    given = {"statute": one.statute, "public_id": one.county.public_id, "year": one.year, "now": NOW, **asked}
    found = reports.self_assessment(actor=actor, **given)
    assert isinstance(found, reports.Report)
    return found


@pytest.mark.parametrize("statute", ["quality_balance", "basic_balance", "preschool"])
def test_every_item_and_number_of_the_assessment_stands_in_it_with_its_source(statute: str) -> None:
    (one,) = assessed(county(), statute=statute)
    found = taken(one)
    said = list(texts(found.content))
    rows = {row[0]: row for row in tables(found.content)[0][1:]}
    assert list(rows) == [item["number"] for item in one.items]
    for item in one.items:
        number, label, _standard, value, verdict, sources = rows[item["number"]]
        assert (label, verdict) == (
            item["label"],
            {"meets": "达标", "fails": "不达标"}.get(item["standing"], "无法判定"),
        )
        assert MARK.search(sources), number
        if item["scope"] in ("county", "stage"):
            assert all(finding["text"] in value for finding in item["findings"])
        elif item["scope"] == "school":
            assert all(str(count) in value for count in item["counts"].values())
        for finding in item["findings"]:
            if finding["standing"] != "meets":
                assert any(finding["text"] in line and MARK.search(line) for line in said) or number == "1.1"
    for spread in one.spreads:
        line = next(row for table in tables(found.content) for row in table if row[0].startswith(spread["label"]))
        assert MARK.search(line[0])
        assert {spread["value"], spread["limit"]} - {""} <= set(line)


def test_the_schools_stand_with_every_indicator_and_what_each_lacks() -> None:
    (one,) = assessed(county())
    found = taken(one)
    head, *rows = next(table for table in tables(found.content) if table[0][0].startswith("学校"))
    assert all(MARK.search(cell) for cell in head[3:10])
    short = one.standings.get(verdict="fails")
    row = next(row for row in rows if row[0] == "青禾第2小学")
    for cell, code in zip(row[3:10], INDICATORS, strict=True):
        value = short.values[code]
        assert cell.startswith(rules.shown(Fraction(value["exact"]), 4))
    assert "网络多媒体教室数还差2间" in row[9]
    line = next(line for line in texts(found.content) if line.startswith("青禾第2小学（小学，不达标，5项达到）"))
    assert "，标准不低于2.3间，低于标准值的85%，网络多媒体教室数还差2间" in line
    assert "运动场地面积还差" in line
    assert "[报1]" in line
    # Who reaches everything is in the table only.
    assert not any(line.startswith("青禾第1小学（小学，") for line in texts(found.content))


def test_every_reference_leads_to_a_place_in_the_document() -> None:
    for statute in ("quality_balance", "basic_balance", "preschool"):
        (one,) = (
            assessed(factories.county(), statute=statute)
            if statute == "preschool"
            else assessed(county(), statute=statute)
        )
        body = docx.Document(io.BytesIO(taken(one).content)).element.body
        places = [each.get(qn("w:name")) for each in body.iter(qn("w:bookmarkStart"))]
        numbers = [each.get(qn("w:id")) for each in body.iter(qn("w:bookmarkStart"))]
        led = {each.get(qn("w:anchor")) for each in body.iter(qn("w:hyperlink"))}
        assert led <= set(places)
        assert len(set(places)) == len(places)
        assert len(set(numbers)) == len(numbers)


def test_a_long_row_of_references_is_shortened_to_its_ends() -> None:
    def said(*numbers: int) -> str:
        marks = [Mark(f"[{number}]", f"law{number}") for number in numbers]
        blocks = [Paragraph(["甲", *marks, "。"]), *(Paragraph("", place=f"law{number}") for number in numbers)]
        return next(texts(render(blocks, title="题", author="甲", moment=NOW)))

    assert said(1, 2, 3) == "甲[1][2][3]。"
    assert said(1, 2, 3, 4) == "甲[1]—[4]。"
    assert said(7, 1, 2, 3, 4, 6, 5) == "甲[7][1]—[4][6][5]。"


def test_days_are_written_without_zeros_as_official_papers_have_it() -> None:
    (one,) = assessed(county())
    assert any(line == "数据日期：2026年9月1日" for line in texts(taken(one).content))


def test_facts_stand_with_their_evidence_and_what_is_not_stated_is_named() -> None:
    unit = county()
    (one,) = assessed(unit)
    fact = Fact.objects.get(unit=unit, quantity="teacher_income")
    lines = tables(taken(one).content)
    row = next(row for table in lines for row in table if "义务教育学校教师平均工资收入" in row[1:2])
    assert row[2:4] == [f"{fact.value}元", fact.basis]
    items = {row[0]: row for row in lines[0]}
    assert f"[{row[0]}]" in items["2.8"][3]
    fact.delete()
    assert any("尚未填报的事项" in line and "教师平均工资收入" in line for line in texts(taken(one).content))


def test_what_cannot_be_decided_is_said_with_its_reason() -> None:
    unit = county()
    reported(factories.school(unit, name="栖禾缺报小学").unit, sports_ground=None)
    (one,) = assessed(unit)
    said = list(texts(taken(one).content))
    reasons = said[said.index("不能计算的内容") :]
    assert any("栖禾缺报小学" in line and "缺少运动场地面积" in line for line in reasons)
    row = next(row for table in tables(taken(one).content) for row in table if row[0] == "栖禾缺报小学")
    assert row[7] == "无法计算：缺少运动场地面积"


def test_returns_and_facts_that_changed_after_the_assessment_are_warned_of() -> None:
    unit = county()
    (one,) = assessed(unit)
    assert not any("请重新计算后再用" in line for line in texts(taken(one).content))
    Assessment.objects.update(assessed_at=NOW - timedelta(days=1))
    warned = [line for line in texts(taken(one).content) if "请重新计算后再用" in line]
    assert len(warned) == 2


def test_the_same_assessment_gives_the_same_bytes() -> None:
    (one,) = assessed(county())
    assert taken(one).content == taken(one, now=NOW + timedelta(days=3)).content
    with zipfile.ZipFile(io.BytesIO(taken(one).content)) as parts:
        assert parts.testzip() is None
        assert {part.date_time[0] for part in parts.infolist()} == {1980}


def test_text_that_word_cannot_hold_does_not_break_it() -> None:
    unit = county()
    (one,) = assessed(unit)
    Fact.objects.filter(unit=unit, quantity="teacher_income").update(basis='工资册<2026>&\x0b"年报"')
    row = next(row for table in tables(taken(one).content) for row in table if "工资册" in row[-2])
    assert row[3] == '工资册<2026>&"年报"'


def test_it_is_given_to_whoever_sees_the_county_and_to_nobody_else(client: Client) -> None:
    here, there = county(), county("临溪区")
    one, _other = assessed(here, there)
    address = reverse("indicators:report", args=["quality_balance", here.public_id])
    client.force_login(factories.viewer(here))
    answer = client.get(address, {"year": YEAR})
    assert answer.status_code == 200
    assert answer["Content-Type"].endswith("wordprocessingml.document")
    assert "attachment" in answer["Content-Disposition"]
    assert client.get(address).content == answer.content == taken(one).content
    client.force_login(factories.viewer(there))
    assert client.get(address).status_code == 404
    client.force_login(factories.account(here, "auditor"))
    assert client.get(address).status_code == 403
    with pytest.raises(queries.Absent):
        taken(one, actor=factories.viewer(there))
    with pytest.raises(PermissionMissing):
        record_report(actor=factories.viewer(there), assessment=one, sha256="0" * 64, now=NOW)


def test_the_journal_says_who_took_it() -> None:
    (one,) = assessed(county())
    somebody = factories.viewer(factories.root())
    taken(one, actor=somebody)
    (entry,) = [entry for entry in entries() if entry.code == "indicators.report.export"]
    assert json.loads(entry.detail)["year"] == YEAR
    assert entry.subject == f"unit:{one.county_id}"


@pytest.mark.parametrize("year", ["", "2025", "nothing", "99999", "\x00"])
def test_a_county_that_was_not_assessed_is_told_so(client: Client, year: str) -> None:
    unit = county()
    client.force_login(factories.viewer(unit))
    answer = client.get(reverse("indicators:report", args=["quality_balance", unit.public_id]), {"year": year})
    assert answer.status_code == 200
    assert "还没有监测结论" in answer.content.decode()
    assessed(unit)
    text = client.get(
        reverse("indicators:report", args=["quality_balance", unit.public_id]), {"year": "2025"}
    ).content.decode()
    assert f"?year={YEAR}" in text


@pytest.mark.parametrize("place", ["nobody", "a" * 400, "' OR 1=1"])
def test_an_address_that_names_no_county_is_not_found(client: Client, place: str) -> None:
    unit = county()
    client.force_login(factories.viewer(factories.root()))
    assert client.get(reverse("indicators:report", args=["quality_balance", place])).status_code == 404
    assert client.get(reverse("indicators:report", args=["nothing", unit.public_id])).status_code == 404
    school = factories.school(unit)
    assert client.get(reverse("indicators:report", args=["quality_balance", school.unit.public_id])).status_code == 404


def test_it_costs_the_same_queries_for_few_schools_and_many(django_assert_max_num_queries: Any) -> None:
    few, many = county(schools=2), county("临溪区", schools=9)
    for one in assessed(few, many):
        somebody = factories.viewer(factories.root())
        with django_assert_max_num_queries(21):
            taken(one, actor=somebody)
