"""Scores are loaded, converted as by hand, recomputed by a second person, published, taken back and deleted in their time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from yaodian.audit.queries import entries as journal
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations, tasks
from yaodian.timetabling.models import MockConversion, MockExam, MockScore, MockState, RoundKind
from yaodian.timetabling.operations.mock_converting import fingerprint, gate_findings
from yaodian.timetabling.queries.mock_names import sheets_in
from yaodian.timetabling.queries.mock_rules import ABSENT
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests import mock_factories as mocks
from yaodian.timetabling.tests.factories import NOW, YEAR, Made
from yaodian.timetabling.tests.mock_factories import BY_HAND, CHEMISTRY, entries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return mocks.world()


def results(row: MockExam, subject: str = "chemistry") -> list[tuple[Decimal | None, str, int | None]]:
    rows = MockScore.objects.filter(mock=row, subject=subject).order_by("pk")
    return list(rows.values_list("raw", "grade", "converted"))


def test_ten_candidates_are_converted_as_by_hand(world: Made) -> None:
    """A ends after 1.5 of ten, B after 5, C after 8.5, D after 9.8. 90 has one above, so it is A still; 60 has five, 20 nine.

    50 in C from 40 to 60: (56 × (60 − 50) + 70 × (50 − 40)) ÷ 20 = 63. D has one raw score and gets its top.
    """
    row = mocks.converted(world)
    assert (row.state, row.rules["code"].split("@")[0]) == (MockState.CONVERTED, "score_conversion.converted_score")
    assert results(row) == [(Decimal(raw), *BY_HAND[raw]) for raw in CHEMISTRY]
    table = MockConversion.objects.get(mock=row, subject="chemistry")
    assert (table.candidates, table.absent) == (10, 0)
    assert table.grades == [
        ["A", 2, "90.0", "95.0"], ["B", 3, "70.0", "80.0"], ["C", 4, "40.0", "60.0"], ["D", 1, "20.0", "20.0"], ["E", 0, None, None]
    ]  # fmt: skip
    assert any("模拟" in one for one in table.remarks)
    assert any("E等没有考生" in one for one in table.remarks)
    # All ten have 60 in biology: one group, which the first boundary runs through, so all of it is in the better grade.
    assert set(results(row, "biology")) == {(Decimal(60), "A", 100)}
    assert set(results(row, "physics")) == {(Decimal(75), "", None)}, "the first subject counts as it is"
    assert row.round is not None
    stated = {one["label"]: one for one in row.rules["stated"]}
    assert "等级赋分办法" in stated["等级比例"]["source"]
    assert stated["等级界线落在同分考生之间"]["confidence"] == "M-m"


def test_who_is_absent_has_no_place_and_no_total(world: Made) -> None:
    row = mocks.loaded(world)
    first, second = world.pupils[0], world.pupils[1]
    operations.put_scores(actor=None, mock=row, scores={first.public_id: {"chemistry": ABSENT}}, now=NOW)
    row = mocks.converted(world, row)
    table = MockConversion.objects.get(mock=row, subject="chemistry")
    assert (table.candidates, table.absent) == (9, 1)
    sheets = {one.member.pk: one for one in sheets_in(row)}
    assert sheets[first.pk].total is None
    # 100 + 120 + 90 + 75, chemistry 90 is the best of nine: 100, biology 100.
    assert sheets[second.pk].total == Decimal(585)
    assert sheets[second.pk].lines[0].label == "语文"


def test_a_grade_without_settled_choices_is_converted_by_who_has_a_score() -> None:
    world = factories.world(pupils=6)
    row = mocks.loaded(world)
    assert mocks.converted(world, row).round is None
    assert MockConversion.objects.get(subject="chemistry").candidates == 6


def test_a_change_of_choice_that_is_settled_counts(world: Made) -> None:
    change = factories.round_(world, RoundKind.CHANGE)
    pupil = world.pupils[0]
    choice = factories.chosen(change, pupil, "PCG", reason="想报地理科学专业")
    operations.decide_choice(actor=world.account("teacher", "handler"), choice=choice, agrees=True, now=NOW)
    choice.refresh_from_db()
    operations.decide_choice(actor=world.account("head", "head"), choice=choice, agrees=True, now=NOW)
    operations.close_round(actor=None, round=change, now=NOW)
    operations.settle_round(actor=None, round=change, now=NOW)
    row = mocks.mock(world)
    with pytest.raises(operations.UnableToLoadScores, match="没有选生物"):
        mocks.loaded(world, row, scores={pupil.public_id: entries(80)})
    mocks.loaded(world, row, scores={pupil.public_id: entries(80, biology=None, geography=70)})
    mocks.loaded(world, row, scores={world.pupils[1].public_id: entries(70)})
    assert mocks.converted(world, row).round == change


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"chemistry": Decimal("100.5")}, "score"),
        ({"chemistry": Decimal(-1)}, "score"),
        ({"chinese": Decimal("99.25")}, "score"),
        ({"chinese": Decimal("NaN")}, "score"),
        ({"history": Decimal(60)}, "score"),
        ({"alchemy": Decimal(60)}, "subject"),
    ],
)
def test_what_is_no_score_of_the_pupil_is_refused_and_nothing_is_kept(
    world: Made, wrong: dict[str, Any], code: str
) -> None:
    row = mocks.mock(world)
    given = {world.pupils[0].public_id: entries(80), world.pupils[1].public_id: wrong}
    with pytest.raises(operations.UnableToLoadScores) as refused:
        operations.put_scores(actor=None, mock=row, scores=given, now=NOW)
    assert refused.value.code == code
    assert not MockScore.objects.exists()


def test_without_a_round_two_first_or_three_second_subjects_are_refused() -> None:
    world = factories.world(pupils=1)
    row = mocks.mock(world)
    pupil = world.pupils[0].public_id
    for more, words in (({"history": 50}, "物理和历史"), ({"geography": 50}, "最多两门")):
        with pytest.raises(operations.UnableToLoadScores, match=words):
            mocks.loaded(world, row, scores={pupil: entries(80, **more)})


def test_somebody_of_another_grade_is_refused(world: Made) -> None:
    with pytest.raises(operations.UnableToLoadScores) as refused:
        mocks.loaded(world, scores={"nowherenowhe": entries(80)})
    assert refused.value.code == "unknown"


def test_missing_scores_of_chosen_subjects_stand_in_the_way(world: Made) -> None:
    row = mocks.loaded(world, scores={world.pupils[0].public_id: entries(80, biology=None)})
    with pytest.raises(operations.UnableToConvertScores, match="生物 1"):
        mocks.converted(world, row)
    operations.put_scores(actor=None, mock=row, scores={world.pupils[0].public_id: {"biology": ABSENT}}, now=NOW)
    assert mocks.converted(world, row).state == MockState.CONVERTED


def test_a_day_before_the_first_rule_is_not_converted() -> None:
    world = factories.world(pupils=1)
    row = mocks.loaded(world)
    MockExam.objects.filter(pk=row.pk).update(held_on=date(2020, 10, 1))
    with pytest.raises(operations.UnableToConvertScores) as refused:
        mocks.converted(world, row)
    assert refused.value.code == "no-rule"


def test_a_changed_score_lets_the_conversion_fall_and_the_last_one_gone_is_a_draft(world: Made) -> None:
    row = mocks.converted(world)
    pupil = world.pupils[0].public_id
    row = operations.put_scores(actor=None, mock=row, scores={pupil: {"chemistry": Decimal("94.5")}}, now=NOW)
    assert (row.state, row.sha256, row.rules) == (MockState.LOADED, "", {})
    assert not MockConversion.objects.exists()
    assert not MockScore.objects.exclude(grade="").exists()
    gone = {one.public_id: dict.fromkeys(entries(0)) for one in world.pupils}
    row = operations.put_scores(actor=None, mock=row, scores=gone, now=NOW)
    assert row.state == MockState.DRAFT
    again = mocks.converted(world, mocks.loaded(world, row))
    assert operations.drop_conversion(actor=None, mock=again, now=NOW).state == MockState.LOADED
    with pytest.raises(operations.WrongState):
        operations.drop_conversion(actor=None, mock=again, now=NOW)


def test_publication_asks_for_a_second_person_who_has_seen_what_stands(world: Made) -> None:
    office, clerk, head = world.account("office"), world.account("clerk"), world.account("head", "head")
    row = mocks.converted(world, mocks.loaded(world, actor=clerk), actor=office)
    for same in (office, clerk):
        with pytest.raises(operations.UnableToPublishMock) as refused:
            operations.publish_mock(actor=same, mock=row, expected_sha256=row.sha256, now=NOW)
        assert refused.value.code == "second-person"
    with pytest.raises(operations.UnableToPublishMock) as refused:
        operations.publish_mock(actor=head, mock=row, expected_sha256="0" * 64, now=NOW)
    assert refused.value.code == "stale"
    with pytest.raises(PermissionMissing):
        operations.publish_mock(
            actor=world.account("looks", "viewer"), mock=row, expected_sha256=row.sha256, now=NOW
        )  # fmt: skip
    row = operations.publish_mock(actor=head, mock=row, expected_sha256=row.sha256, now=NOW)
    assert (row.state, row.published_by) == (MockState.PUBLISHED, head)
    said = [one for one in journal() if one.code.startswith("timetabling.mock")]
    assert [one.code.removeprefix("timetabling.") for one in said] == [
        "mock.publish", "mock.convert", "mock_scores.put", "mock.make"
    ]  # fmt: skip
    assert not [one for one in said for pupil in world.pupils if pupil.name in one.detail]
    with pytest.raises(operations.WrongState):
        mocks.loaded(world, row)
    with pytest.raises(IntegrityError), transaction.atomic():
        MockExam.objects.filter(pk=row.pk).update(converted_by=head)


def test_whatever_differs_from_the_recomputation_publishes_nothing(world: Made) -> None:
    row = mocks.converted(world)
    MockScore.objects.filter(mock=row, subject="chemistry", raw=70).update(converted=72)
    with pytest.raises(operations.UnableToPublishMock) as refused:
        mocks.published(world, row)
    assert refused.value.code == "gate"
    assert "指纹" in refused.value.sentences[0]
    # Whoever mends the fingerprint as well is found by the recomputation, and apart from it.
    row.sha256 = fingerprint(row)
    row.save()
    findings = list(gate_findings(row))
    assert [one.split("：")[0] for one in findings] == ["化学", "化学"]
    assert "1 个成绩不同" in findings[0]
    with pytest.raises(operations.UnableToPublishMock):
        mocks.published(world, row)
    row.refresh_from_db()
    assert row.state == MockState.CONVERTED


def test_a_table_that_was_changed_and_figures_that_are_not_the_law_are_found(world: Made) -> None:
    row = mocks.converted(world)
    table = MockConversion.objects.get(mock=row, subject="chemistry")
    table.grades[0][1] = 3
    table.save()
    row.sha256 = fingerprint(row)
    assert any("换算表" in one for one in gate_findings(row))
    row.rules["bands"][0][1] = "20"
    row.sha256 = fingerprint(row)
    assert ["规则" in one for one in gate_findings(row)] == [True]


def test_published_results_are_taken_back_with_a_reason(world: Made) -> None:
    row = mocks.published(world)
    head = world.account("head", "head")
    with pytest.raises(operations.UnableToReopenMock):
        operations.reopen_mock(actor=head, mock=row, reason="  ", now=NOW)
    row = operations.reopen_mock(actor=head, mock=row, reason="化学第 12 题改过答案", now=NOW)
    assert (row.state, row.reason) == (MockState.LOADED, "化学第 12 题改过答案")
    assert not MockConversion.objects.exists()
    assert mocks.published(world, mocks.converted(world, row)).reason == ""


def test_scores_are_deleted_in_their_time_and_published_tables_stay(world: Made) -> None:
    row, other = mocks.published(world), mocks.converted(world, mocks.loaded(world, mocks.mock(world, title="第二次")))
    assert row.erase_on == date(YEAR + 3, 8, 31)
    last = NOW.replace(year=2029, month=8, day=31)
    assert operations.erase_past_mocks(now=last) == 0
    assert operations.erase_past_mocks(now=last + timedelta(days=1)) == 2
    assert operations.erase_past_mocks(now=last + timedelta(days=2)) == 0
    assert not MockScore.objects.exists()
    assert set(MockConversion.objects.values_list("mock", flat=True)) == {row.pk}, (
        "what nobody vouched for goes as well"
    )
    other.refresh_from_db()
    assert (other.state, other.rules) == (MockState.ERASED, {})
    with pytest.raises(operations.WrongState):
        operations.erase_mock(actor=None, mock=row, now=NOW)


def test_the_schedule_deletes_and_the_office_may_do_so_earlier(world: Made) -> None:
    row = mocks.loaded(world)
    tasks.erase_mocks(None)  # type: ignore[arg-type]  # It asks nothing of its context.
    assert MockScore.objects.exists()
    with pytest.raises(PermissionMissing):
        operations.erase_mock(actor=world.account("teacher", "handler"), mock=row, now=NOW)
    operations.erase_mock(actor=world.account("office"), mock=row, now=NOW)
    assert not MockScore.objects.exists()
    assert json.loads(journal()[0].detail) == {"scores": 60, "was_published": False}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": "  "}, "title"),
        ({"held_on": None}, "held_on"),
        ({"held_on": date(2025, 10, 1)}, "held_on"),
        ({"erase_on": mocks.HELD_ON}, "erase_on"),
        ({"erase_on": date(2030, 1, 1)}, "erase_on"),
        ({"erase_on": None}, "erase_on"),
    ],
)
def test_what_contradicts_itself_is_not_made(world: Made, values: dict[str, Any], field: str) -> None:
    with pytest.raises(operations.UnableToKeepMock) as refused:
        mocks.mock(world, **values)
    assert refused.value.field == field


def test_two_of_one_name_are_refused_and_so_is_a_change_over_another(world: Made) -> None:
    row = mocks.mock(world)
    with pytest.raises(operations.UnableToKeepMock, match="同名"):
        mocks.mock(world)
    change = {"mock": row, "values": {"title": "期中"}, "now": NOW, "actor": world.account("office")}
    assert operations.change_mock(**change, expected_version=row.version).title == "期中"
    with pytest.raises(operations.UnableToKeepMock) as refused:
        operations.change_mock(**change, expected_version=row.version)
    assert refused.value.code == "stale"
    with pytest.raises(PermissionMissing):
        operations.change_mock(**{**change, "actor": world.account("teacher", "handler")})


def test_names_are_given_for_a_purpose_to_whom_they_concern(world: Made) -> None:
    row = mocks.converted(world)
    teacher, office = world.account("teacher", "handler"), world.account("office")
    one_class = world.classes[0].public_id
    given: dict[str, Any] = {"mock": row, "now": NOW, "school_class": one_class}
    with pytest.raises(operations.UnableToListScores) as refused:
        operations.list_sheets(actor=teacher, purpose="talk", **given)
    assert refused.value.code == "early"
    assert len(operations.list_sheets(actor=office, purpose="check", **given)) == 5
    mocks.published(world, row)
    for purpose in ("", "curiosity"):
        with pytest.raises(operations.UnableToListScores):
            operations.list_sheets(actor=teacher, purpose=purpose, **given)
    with pytest.raises(operations.UnableToListScores) as refused:
        operations.list_sheets(actor=teacher, purpose="talk", mock=row, now=NOW)
    assert refused.value.code == "no-class"
    with pytest.raises(PermissionMissing):
        operations.list_sheets(actor=world.account("looks", "viewer"), purpose="talk", **given)
    stranger = registry.account(registry.county("望江县"), "registrar", name="elsewhere")
    with pytest.raises(PermissionMissing):
        operations.list_sheets(actor=stranger, purpose="talk", **given)
    lines = operations.list_sheets(actor=teacher, purpose="talk", **given)
    assert {one.member.class_name for one in lines} == {world.classes[0].name}
    entry = journal()[0]
    detail = json.loads(entry.detail)
    assert (entry.code, entry.actor_name) == ("timetabling.mock_names.open", str(teacher))
    assert (detail["purpose"], detail["count"], detail["class"]) == ("talk", 5, one_class)
    pupil = world.pupils[3]
    (own,) = operations.list_sheets(actor=teacher, purpose="print", mock=row, now=NOW, pupil=pupil.public_id)
    assert (own.member.name, len(own.lines)) == (pupil.name, 6)
    operations.erase_mock(actor=None, mock=row, now=NOW)
    with pytest.raises(operations.UnableToListScores) as refused:
        operations.list_sheets(actor=office, purpose="check", **given)
    assert refused.value.code == "erased"
