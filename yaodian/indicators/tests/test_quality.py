"""The pages of the desk for the quality of data: within the right of whoever looks, in a constant number of queries."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import python_calamine
import time_machine
from django.test import Client
from django.urls import reverse

from yaodian.indicators.models import Fact
from yaodian.indicators.queries.quality import SCHOOLS_ON_A_PAGE, Absent, quality_list, quality_page
from yaodian.indicators.tests.returns import full
from yaodian.organisations.models import Account, Unit
from yaodian.registry import operations as registry
from yaodian.registry.tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 20, 4, tzinfo=UTC)
TODAY = date(2026, 10, 20)


@pytest.fixture(autouse=True)
def _october() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def reported(place: Any, stage: str = "primary", *, year: int = 2026, **figures: Any) -> Any:
    """A return of a school, right but for what is named."""
    given = vars(full(stage, **figures))
    row, _doubts = registry.store_return(
        actor=None,
        public_id=place.unit.public_id,
        year=year,
        stage=stage,
        figures={name: value for name, value in given.items() if name not in ("stage", "year")},
        now=NOW,
    )
    return row


@pytest.fixture
def counties() -> tuple[Unit, Unit]:
    return factories.county("青禾县"), factories.county("临溪区")


def shown(account: Account, unit: Unit, **asked: Any) -> Any:
    return quality_page(account=account, unit=unit.public_id, today=TODAY, **asked)


def rules_of(page: Any) -> list[tuple[str, str]]:
    return [(finding.place.name if finding.place else "", finding.rule) for finding in page.findings]


def of_schools(page: Any) -> list[tuple[str, str]]:
    return [one for one in rules_of(page) if one[0]]


def test_a_county_sees_its_own_schools_and_no_others(counties: tuple[Unit, Unit]) -> None:
    one, other = counties
    reported(factories.school(one, name="栖禾东小学"), books=None)
    reported(factories.school(other, name="临溪西小学"), computers=None)
    somebody = factories.viewer(one)
    page = quality_list(account=somebody, today=TODAY)
    assert [(line.unit, line.schools, line.complete, line.expected) for line in page.lines] == [(one, 1, 0, 1)]
    assert of_schools(shown(somebody, one)) == [("栖禾东小学", "no-figure")]
    with pytest.raises(Absent):
        shown(somebody, other)
    with pytest.raises(Absent):
        quality_page(account=somebody, unit="nothing", today=TODAY)


def test_a_school_sees_its_own_findings_and_nothing_of_its_neighbour_or_county(counties: tuple[Unit, Unit]) -> None:
    one, _other = counties
    mine, neighbour = factories.school(one, name="栖禾东小学"), factories.school(one, name="栖禾西小学")
    reported(mine, books=None)
    reported(neighbour, computers=None)
    head = factories.viewer(mine.unit)
    page = quality_list(account=head, today=TODAY)
    assert [(line.unit, line.schools, line.total) for line in page.lines] == [(one, 1, 1)]
    for unit in (one, mine.unit):
        assert rules_of(shown(head, unit)) == [("栖禾东小学", "no-figure")]
    assert shown(head, one).is_partial
    assert shown(head, mine.unit).office is None
    with pytest.raises(Absent):
        shown(head, neighbour.unit)


def test_peers_are_counted_that_the_visitor_may_not_see(counties: tuple[Unit, Unit]) -> None:
    one, _other = counties
    schools = [factories.school(one) for _ in range(9)]
    for place in schools[:-1]:
        reported(place)
    reported(schools[-1], books=90_000)
    page = shown(factories.viewer(schools[-1].unit), one)
    assert [(finding.rule, finding.figure) for finding in page.findings] == [("outlier", "books")]
    assert "9所学校" in page.findings[0].what


def test_what_a_county_has_not_stated_is_its_own_to_see(counties: tuple[Unit, Unit]) -> None:
    one, _other = counties
    place = factories.school(one)
    reported(place)
    viewer = factories.viewer(one)
    missing = [finding for finding in shown(viewer, one).findings if finding.rule == "no-fact"]
    assert "recognition" in {finding.figure for finding in missing}
    Fact.objects.create(unit=one, year=2026, quantity="recognition", value="0.9", basis="测评报告", stated_at=NOW)
    after = [finding for finding in shown(viewer, one).findings if finding.rule == "no-fact"]
    assert len(after) == len(missing) - 1
    assert rules_of(shown(factories.viewer(place.unit), one)) == []


def test_schools_that_the_city_runs_itself_stand_under_its_bureau(counties: tuple[Unit, Unit]) -> None:
    root = factories.root()
    senior = factories.school(root, name="云川高级中学", school_type="342")
    reported(factories.school(counties[0]))
    viewer = factories.viewer(root)
    lines = quality_list(account=viewer, today=TODAY).lines
    assert [(line.unit, line.schools) for line in lines] == [(counties[0], 1), (counties[1], 0), (root, 1)]
    assert of_schools(shown(viewer, root)) == [("云川高级中学", "no-return")]
    assert of_schools(shown(factories.viewer(senior.unit), senior.unit)) == [("云川高级中学", "no-return")]


def test_returns_are_held_against_the_register_of_the_day_and_only_this_year(counties: tuple[Unit, Unit]) -> None:
    one, _other = counties
    place = factories.school(one)
    room = factories.school_class(place)
    for _ in range(3):
        factories.pupil(place, room)
    for year in (2025, 2026):
        reported(place, year=year, pupils_by_grade=[0, 0, 7, 0, 0, 0], girls=3, classes_by_grade=[0, 0, 2, 0, 0, 0])
    viewer = factories.viewer(one)
    told = [finding for finding in shown(viewer, one).findings if finding.rule == "register"]
    assert [(finding.figure, finding.value, finding.against) for finding in told] == [
        ("pupils", "7", "3"),
        ("classes", "2", "1"),
    ]
    assert "register" not in {finding.rule for finding in shown(viewer, one, year=2025).findings}


def test_this_year_is_held_against_the_one_before(counties: tuple[Unit, Unit]) -> None:
    place = factories.school(counties[0])
    reported(place, year=2025)
    reported(place, books=9800)
    told = shown(factories.viewer(counties[0]), counties[0], kind="jump").findings
    assert [(finding.figure, finding.value, finding.against) for finding in told] == [("books", "9800", "7000")]


def test_bad_rows_are_told_and_break_nothing(counties: tuple[Unit, Unit]) -> None:
    one, _other = counties
    wrong, closed, mad = (factories.school(one, name=name) for name in ("甲小学", "乙小学", "丙小学"))
    row = reported(wrong)
    type(row).objects.filter(pk=row.pk).update(stage="senior")
    reported(closed)
    registry.close_school(actor=None, public_id=closed.unit.public_id, on=date(2026, 9, 1), now=NOW)
    row = reported(mad)
    type(row).objects.filter(pk=row.pk).update(pupils_by_grade=["许多"], by_title={"first": None})
    assert set(of_schools(shown(factories.viewer(one), one))) == {
        ("甲小学", "wrong-stage"),
        ("甲小学", "no-return"),
        ("乙小学", "closed"),
        ("丙小学", "unreadable"),
    }


def test_the_newest_year_reported_is_shown_and_a_year_to_come_never(counties: tuple[Unit, Unit]) -> None:
    place = factories.school(counties[0])
    viewer = factories.viewer(counties[0])
    empty = quality_list(account=viewer, today=TODAY)
    assert (empty.year, empty.years) == (2026, (2026,))
    reported(place, year=2024)
    page = quality_list(account=viewer, today=TODAY)
    assert (page.year, page.years) == (2024, (2026, 2024))
    for asked, year in ((2026, 2026), (2025, 2024), (2027, 2024)):
        assert quality_list(account=viewer, today=TODAY, year=asked).year == year


def test_kind_and_stage_narrow_and_nonsense_does_not(counties: tuple[Unit, Unit]) -> None:
    one, _other = counties
    place = factories.school(one, school_type="312")
    reported(place, girls=241)
    viewer = factories.viewer(one)
    everything = shown(viewer, one)
    assert {finding.rule for finding in shown(viewer, one, kind="contradiction").findings} == {"return"}
    assert {finding.stage for finding in shown(viewer, one, stage="junior").findings} == {"junior"}
    assert shown(viewer, one, kind="x", stage="y").findings == everything.findings
    assert everything.found == len(everything.findings)


def test_the_list_and_the_page_cost_the_same_however_many_schools(
    counties: tuple[Unit, Unit], django_assert_max_num_queries: Any
) -> None:
    root = factories.viewer(factories.root())
    for unit in counties:
        for _ in range(3 if unit == counties[0] else 12):
            place = factories.school(unit)
            reported(place, books=None)
    factories.pupil(place, factories.school_class(place))
    with django_assert_max_num_queries(16):
        quality_list(account=root, today=TODAY)
    for unit in counties:
        with django_assert_max_num_queries(16):
            shown(root, unit)


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_pages_lead_from_the_city_to_the_return(counties: tuple[Unit, Unit], client: Client) -> None:
    one, _other = counties
    place = factories.school(one, name="栖禾东小学")
    reported(place, books=None)
    client.force_login(factories.viewer(factories.root()))
    text = client.get(reverse("indicators:quality")).content.decode()
    address = reverse("indicators:quality_unit", args=[one.public_id])
    assert f"{address}?year=2026" in text
    assert "青禾县" in text
    text = client.get(address).content.decode()
    for words in ("栖禾东小学", "“图书（册）”没有填报。", "生均图书册数", "请在报表中补填"):
        assert words in text
    assert reverse("registry:return", args=[place.unit.public_id, 2026]) in text
    assert "style=" not in text


def test_who_may_not_see_the_registry_gets_no_link_to_a_return(counties: tuple[Unit, Unit], client: Client) -> None:
    one, _other = counties
    place = factories.school(one, name="栖禾东小学")
    reported(place, books=None)
    client.force_login(factories.account(one, "editor"))
    text = client.get(reverse("indicators:quality_unit", args=[one.public_id])).content.decode()
    assert "栖禾东小学" in text
    assert reverse("registry:return", args=[place.unit.public_id, 2026]) not in text


@pytest.mark.parametrize("name", ["quality_unit", "quality_workbook"])
def test_out_of_reach_is_not_there(counties: tuple[Unit, Unit], client: Client, name: str) -> None:
    one, other = counties
    factories.school(other, name="临溪西小学")
    client.force_login(factories.viewer(one))
    answer = client.get(reverse(f"indicators:{name}", args=[other.public_id]))
    assert answer.status_code == 404
    assert "临溪西小学" not in answer.content.decode()


def test_whoever_lacks_the_permission_is_refused(counties: tuple[Unit, Unit], client: Client) -> None:
    client.force_login(factories.account(counties[0], "auditor"))
    for address in (
        reverse("indicators:quality"),
        reverse("indicators:quality_unit", args=[counties[0].public_id]),
        reverse("indicators:quality_workbook", args=[counties[0].public_id]),
    ):
        assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    "query", ["?year=abc&page=x", "?year=-1&page=0", "?year=99999999999&page=99999", "?kind=%00&stage='"]
)
def test_nonsense_in_the_address_is_passed_over(counties: tuple[Unit, Unit], client: Client, query: str) -> None:
    reported(factories.school(counties[0]), books=None)
    client.force_login(factories.viewer(counties[0]))
    for address in (
        reverse("indicators:quality"),
        reverse("indicators:quality_unit", args=[counties[0].public_id]),
        reverse("indicators:quality_workbook", args=[counties[0].public_id]),
    ):
        assert client.get(address + query).status_code == 200


def test_nothing_found_is_said(counties: tuple[Unit, Unit], client: Client) -> None:
    place = factories.school(counties[0])
    reported(place)
    client.force_login(factories.viewer(place.unit))
    address = reverse("indicators:quality_unit", args=[place.unit.public_id])
    assert "没有发现问题" in client.get(address).content.decode()
    assert "没有这一类问题" in client.get(f"{address}?kind=jump").content.decode()
    assert "findings.xlsx" not in client.get(address).content.decode()


def test_a_long_list_is_cut_into_pages_by_school(counties: tuple[Unit, Unit], client: Client) -> None:
    one, _other = counties
    for number in range(SCHOOLS_ON_A_PAGE + 1):
        factories.school(one, name=f"栖禾分校{number:02d}")
    client.force_login(factories.viewer(one))
    address = reverse("indicators:quality_unit", args=[one.public_id])
    # The county's own findings stand first, as a school's do.
    first, second = (client.get(f"{address}?page={number}").content.decode() for number in (1, 2))
    assert "栖禾分校00" in first
    assert f"栖禾分校{SCHOOLS_ON_A_PAGE:02d}" not in first
    assert f"栖禾分校{SCHOOLS_ON_A_PAGE:02d}" in second
    assert "栖禾分校00" not in second


def test_the_workbook_holds_the_whole_list_in_chinese(counties: tuple[Unit, Unit], client: Client) -> None:
    one, _other = counties
    place = factories.school(one, name="=栖禾东小学")
    reported(place, books=None, teaching_rooms=Decimal("50"))
    client.force_login(factories.viewer(place.unit))
    client.cookies["yaodian_language"] = "en"
    answer = client.get(reverse("indicators:quality_workbook", args=[one.public_id]) + "?page=7")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # A streaming answer.
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["类别", "学校标识码", "学校", "学段", "项目", "数值", "对照", "问题", "影响", "处理"]
    assert [tuple(cells[:7]) for cells in rows[1:]] == [
        ("缺报", place.unit.code, "=栖禾东小学", "小学", "图书（册）", "", ""),
        ("矛盾", place.unit.code, "=栖禾东小学", "小学", "室内体育用房面积（平方米）", "100.00", "50.00"),
    ]
    assert rows[1][7] == "“图书（册）”没有填报。"
