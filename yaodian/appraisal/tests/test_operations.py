"""Rounds: who may do what and when; two assessors apart; what is frozen stays; appeals add rows and change none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from yaodian.appraisal import operations, queries, scoring
from yaodian.appraisal.models import (
    Absence,
    Appraisal,
    Decision,
    ItemRule,
    Judgement,
    Round,
    RoundState,
    SheetItem,
    Ties,
    Value,
)
from yaodian.appraisal.tests import factories
from yaodian.appraisal.tests.factories import CODE, FREEZE_ON, NOW, Place, give
from yaodian.foundation import measuring
from yaodian.measures.operations import take_values
from yaodian.organisations.queries import PermissionMissing

LATER = NOW + timedelta(days=30)
pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Iterator[Place]:
    yield factories.place()
    measuring.forget(CODE)


def test_rules_and_ways_are_the_same_in_rows_and_in_the_reckoning() -> None:
    assert set(ItemRule.values) == {one.value for one in scoring.Rule}
    assert set(Absence.values) == {one.value for one in scoring.WhenAbsent}
    assert set(Ties.values) == {one.value for one in scoring.TieRule}


def test_a_round_goes_from_its_sheet_to_a_published_ranking(place: Place) -> None:
    row = place.told()
    assert row.appeal_until == date(2026, 3, 9)
    row = operations.decide_round(actor=place.runner, round_=row, now=LATER)
    row = operations.publish_round(actor=place.publisher, round_=row, now=LATER)
    assert row.state == RoundState.PUBLISHED
    # 60 of 60, 30 of 60, none of 60; and 8 of 10 for the work, which counts 40.
    found = Appraisal.objects.filter(round=row).order_by("rank").values_list("unit", "published", "rank")
    assert list(found) == [
        (county.pk, total, rank)
        for county, total, rank in zip(place.counties, (Decimal(92), Decimal(62), Decimal(32)), (1, 2, 3), strict=True)
    ]


def test_what_was_frozen_stays_whatever_is_counted_later(place: Place) -> None:
    row = place.told()
    measure = factories.declare({county.pk: 0 for county in place.counties})
    take_values(actor=None, day=FREEZE_ON, now=LATER, only=[measure])
    newer = operations.renew_sheet(actor=place.runner, sheet=place.sheet, now=LATER)
    operations.put_item(
        actor=place.runner, sheet=newer, values={"code": "1.1", "parent": "1", "target": Decimal(99)}, now=LATER
    )
    appraisal = place.of(row)
    page = queries.unit_page(
        account=place.runner, public_id=row.public_id, unit=appraisal.unit.public_id, day=LATER.date()
    )
    line = next(line for line in page.lines if line.item["code"] == "1.1")
    assert (line.value_words, Decimal(line.item["target"])) == ("100.00%", 100)
    assert line.value is not None
    assert line.value.rule == "1"
    assert appraisal.published == 92


def test_nothing_is_frozen_before_its_day_nor_without_values_near_it(place: Place) -> None:
    row = operations.make_round(
        actor=place.runner, sheet=place.sheet, title="明年", year=2026, freeze_on=date(2026, 12, 31), now=NOW
    )
    row = operations.open_round(actor=place.runner, round_=row, now=NOW)
    with pytest.raises(operations.UnableToAdvanceRound) as early:
        operations.freeze_round(actor=place.runner, round_=row, now=NOW)
    assert early.value.code == "too-early"
    with pytest.raises(operations.UnableToAdvanceRound) as without:
        operations.freeze_round(actor=place.runner, round_=row, now=NOW + timedelta(days=400))
    assert without.value.code == "no-values"


def test_no_state_is_jumped_over(place: Place) -> None:
    row = place.made()
    for jump in (operations.freeze_round, operations.start_feedback, operations.decide_round):
        with pytest.raises(operations.UnableToAdvanceRound) as refused:
            jump(actor=place.runner, round_=row, now=LATER)
        assert refused.value.code == "state"


def test_feedback_waits_for_every_mark(place: Place) -> None:
    row = operations.freeze_round(actor=place.runner, round_=place.opened(), now=NOW)
    with pytest.raises(operations.UnableToAdvanceRound) as missing:
        operations.start_feedback(actor=place.runner, round_=row, now=NOW)
    assert missing.value.code == "marks-missing"


def test_publishing_takes_a_second_person(place: Place) -> None:
    row = place.told()
    row = operations.decide_round(actor=place.publisher, round_=row, now=LATER)
    with pytest.raises(operations.UnableToAdvanceRound) as refused:
        operations.publish_round(actor=place.publisher, round_=row, now=LATER)
    assert refused.value.code == "second-person"
    with pytest.raises(PermissionMissing):
        operations.publish_round(actor=place.runner, round_=row, now=LATER)


# --- Assessors --------------------------------------------------------------------------------------------------------


def test_neither_assessor_sees_the_others_mark_before_both_are_in(place: Place) -> None:
    row = place.opened()
    first = Judgement.objects.filter(appraisal__round=row, seat=1).order_by("pk")[0]
    give(first, 7)
    appraisal = Appraisal.objects.get(pk=first.appraisal_id)
    for account in (place.second, place.runner):
        page = queries.unit_page(
            account=account, public_id=row.public_id, unit=appraisal.unit.public_id, day=NOW.date()
        )
        line = next(line for line in page.lines if line.item["code"] == "2.1")
        assert line.judgements == ()
        assert not any("7" in step for step in line.steps)
    assert all(seat.judgement.mark is None for seat in queries.seats_of(account=place.second, day=NOW.date()))
    give(Judgement.objects.get(appraisal=appraisal, seat=2), 8)
    page = queries.unit_page(
        account=place.runner, public_id=row.public_id, unit=appraisal.unit.public_id, day=NOW.date()
    )
    line = next(line for line in page.lines if line.item["code"] == "2.1")
    assert [one.mark for one in line.judgements] == [7, 8]


def test_marks_far_apart_wait_for_a_third_and_near_ones_do_not_want_him(place: Place) -> None:
    row = place.opened()
    far, near = (place.of(row, number) for number in (0, 1))
    operations.assign_assessors(actor=place.runner, round_=row, assessor=place.third, seat=3, now=NOW)
    for appraisal, marks in ((far, (9, 4)), (near, (9, 8))):
        for seat, mark in zip((1, 2), marks, strict=True):
            give(Judgement.objects.get(appraisal=appraisal, seat=seat), mark)
    assert any(step["code"] == "differ" for mark in place.of(row).marks for step in mark["steps"])
    with pytest.raises(operations.UnableToGiveMark) as not_needed:
        give(Judgement.objects.get(appraisal=near, seat=3), 8)
    assert not_needed.value.code == "not-needed"
    give(Judgement.objects.get(appraisal=far, seat=3), 6)
    assert next(one for one in place.of(row).marks if one["code"] == "2.1")["marks"] == "6"
    with pytest.raises(operations.UnableToGiveMark) as both_in:
        give(Judgement.objects.get(appraisal=far, seat=1), 5)
    assert both_in.value.code == "both-in"


def test_nobody_assesses_his_own_unit(place: Place) -> None:
    row = place.opened()
    local = factories.account("editor", place.counties[0])
    with pytest.raises(operations.UnableToAssignAssessors):
        operations.assign_assessors(actor=place.runner, round_=row, assessor=local, seat=3, now=NOW)
    school = factories.unit("2188000001", "试验小学", place.counties[1], place.bureau, kind=factories.UnitKind.SCHOOL)
    both = factories.account("editor", place.bureau)
    factories.Grant.objects.create(account=both, role="head", unit=school, from_on=factories.OPENED_ON, granted_at=NOW)
    assigned = operations.assign_assessors(actor=place.runner, round_=row, assessor=both, seat=3, now=NOW)
    assert (assigned.count, assigned.left_out) == (2, (place.counties[1].pk,))


def test_one_person_has_one_seat_at_an_item(place: Place) -> None:
    row = place.opened()
    with pytest.raises(operations.UnableToAssignAssessors):
        operations.assign_assessors(actor=place.runner, round_=row, assessor=place.first, seat=2, now=NOW)


@pytest.mark.parametrize(
    ("mark", "evidence", "code"), [("11", "看了台账", "mark"), ("-1", "看了台账", "mark"), ("NaN", "看了", "mark"), ("5", " ", "no-evidence")]
)  # fmt: skip
def test_a_mark_is_within_the_full_marks_and_has_evidence(place: Place, mark: str, evidence: str, code: str) -> None:
    judgement = Judgement.objects.filter(appraisal__round=place.opened(), seat=1)[0]
    with pytest.raises(operations.UnableToGiveMark) as refused:
        operations.give_mark(actor=place.first, judgement=judgement, mark=Decimal(mark), evidence=evidence, now=NOW)
    assert refused.value.code == code


# --- What happened ----------------------------------------------------------------------------------------------------


def test_what_happened_counts_with_its_reason_and_no_more_once_it_is_taken_back(place: Place) -> None:
    row = place.marked()
    appraisal = place.of(row)
    said = {"actor": place.runner, "appraisal": appraisal, "happened_on": date(2025, 5, 1), "now": NOW}
    made = operations.enter_occurrence(**said, item="3", times=4, reason="通报批评四次")
    operations.freeze_round(actor=place.runner, round_=row, now=NOW)
    assert place.of(row).published == 87
    operations.take_back_occurrence(actor=place.runner, occurrence=made, why="核实有误", now=NOW)
    assert place.of(row).published == 92
    operations.enter_occurrence(**said, item="4", reason="责任事故")
    vetoed = place.of(row)
    assert (vetoed.published, vetoed.is_vetoed, vetoed.rank) == (0, True, None)
    with pytest.raises(operations.UnableToEnterOccurrence):
        operations.enter_occurrence(**said, item="1.1", reason="指标不能登记")


def test_where_a_value_cannot_be_had_a_person_decides_with_a_reason() -> None:
    place = factories.place((100, "no-return"))
    try:
        row = operations.freeze_round(actor=place.runner, round_=place.marked(), now=NOW)
        appraisal = place.of(row, 1)
        assert Value.objects.get(appraisal=appraisal, item="1.1").problem == "no-return"
        assert appraisal.waits == 1
        said = {"actor": place.runner, "appraisal": appraisal, "item": "1.1", "now": NOW}
        with pytest.raises(operations.UnableToDecideMark) as without:
            operations.decide_mark(**said, mark=Decimal(30), reason=" ")
        assert without.value.code == "no-reason"
        operations.decide_mark(**said, mark=Decimal(30), reason="按台账核定")
        assert place.of(row, 1).published == 62
        operations.decide_mark(**said, mark=Decimal(20), reason="台账又核一次")
        assert place.of(row, 1).published == 52
        with pytest.raises(operations.UnableToDecideMark):
            operations.decide_mark(
                actor=place.runner, appraisal=place.of(row), item="1.1", mark=Decimal(1), reason="有数", now=NOW
            )
    finally:
        measuring.forget(CODE)


# --- Appeals ----------------------------------------------------------------------------------------------------------


def test_an_upheld_appeal_adds_a_row_and_the_old_mark_stays(place: Place) -> None:
    row = place.told()
    appraisal = place.of(row, 1)
    local = factories.account("editor", place.counties[1])
    appeal = operations.file_appeal(actor=local, appraisal=appraisal, item="2.1", text="漏看了一份材料", now=NOW)
    for assessor in (place.first, place.second):
        with pytest.raises(operations.UnableToDecideAppeal) as near:
            operations.decide_appeal(actor=assessor, appeal=appeal, mark=Decimal(9), reason="补看", now=NOW)
        assert near.value.code == "assessor"
    with pytest.raises(operations.UnableToAdvanceRound) as still_open:
        operations.decide_round(actor=place.runner, round_=row, now=LATER)
    assert still_open.value.code == "appeals-open"
    operations.decide_appeal(actor=place.third, appeal=appeal, mark=Decimal(9), reason="补看属实", now=LATER)
    assert place.of(row, 1).published == 66
    decision = Decision.objects.get(appeal=appeal)
    assert (decision.before, decision.mark) == ("8", 9)
    assert {one.mark for one in Judgement.objects.filter(appraisal=appraisal)} == {8}
    with pytest.raises(operations.UnableToDecideAppeal):
        operations.decide_appeal(actor=place.third, appeal=appeal, reason="再来", now=LATER)


def test_a_dismissed_appeal_changes_no_mark(place: Place) -> None:
    row = place.told()
    local = factories.account("editor", place.counties[0])
    appeal = operations.file_appeal(actor=local, appraisal=place.of(row), item="1.1", text="数不对", now=NOW)
    operations.decide_appeal(actor=place.third, appeal=appeal, reason="数与报表一致", now=NOW)
    assert place.of(row).published == 92
    assert not Decision.objects.exists()


def test_appeals_are_of_the_unit_itself_once_and_in_time(place: Place) -> None:
    row = place.told()
    local = factories.account("editor", place.counties[0])
    said = {"appraisal": place.of(row), "item": "1.1", "text": "数不对"}
    with pytest.raises(operations.UnableToFileAppeal) as foreign:
        operations.file_appeal(actor=place.runner, **said, now=NOW)
    assert foreign.value.code == "not-of-unit"
    with pytest.raises(PermissionMissing):
        operations.file_appeal(actor=factories.account("editor", place.counties[1]), **said, now=NOW)
    with pytest.raises(operations.UnableToFileAppeal) as late:
        operations.file_appeal(actor=local, **said, now=NOW + timedelta(days=8))
    assert late.value.code == "too-late"
    # The last day itself is in time.
    operations.file_appeal(actor=local, **said, now=NOW + timedelta(days=7))
    with pytest.raises(operations.UnableToFileAppeal) as again:
        operations.file_appeal(actor=local, **said, now=NOW)
    assert again.value.code == "once"


# --- Who sees what ----------------------------------------------------------------------------------------------------


def test_a_unit_sees_its_own_sheet_from_the_feedback_on_and_no_other(place: Place) -> None:
    local = factories.account("viewer", place.counties[0])
    row = place.marked()
    assert not queries.visible_rounds(local).exists()
    row = operations.freeze_round(actor=place.runner, round_=row, now=NOW)
    row = operations.start_feedback(actor=place.runner, round_=row, now=NOW)
    page = queries.round_page(account=local, public_id=row.public_id, day=NOW.date())
    assert [line.appraisal.unit for line in page.lines] == [place.counties[0]]
    with pytest.raises(Appraisal.DoesNotExist):
        queries.unit_page(account=local, public_id=row.public_id, unit=place.counties[1].public_id, day=NOW.date())
    own = queries.unit_page(account=local, public_id=row.public_id, unit=place.counties[0].public_id, day=NOW.date())
    assert not own.has_rank
    elsewhere = factories.account("editor", place.counties[2])
    with pytest.raises(PermissionMissing):
        operations.decide_round(actor=elsewhere, round_=row, now=LATER)


def test_pages_cost_the_same_whatever_the_number_of_units(place: Place, django_assert_max_num_queries: object) -> None:
    row = place.told()
    with django_assert_max_num_queries(16):  # type: ignore[operator]  # pytest-django's own.
        queries.round_page(account=place.runner, public_id=row.public_id, day=NOW.date())
    with django_assert_max_num_queries(21):  # type: ignore[operator]  # As above.
        queries.unit_page(
            account=place.runner, public_id=row.public_id, unit=place.counties[0].public_id, day=NOW.date()
        )
    with django_assert_max_num_queries(14):  # type: ignore[operator]  # As above.
        queries.dry_run(account=place.runner, sheet=place.sheet, day=FREEZE_ON, today=NOW.date())


def test_a_dry_run_writes_nothing_and_compares_two_drafts(place: Place) -> None:
    other = operations.make_sheet(
        actor=place.runner,
        office=place.bureau,
        values={"name": "第二稿", "unit_kind": "county", "basis": "虚构"},
        copy_of=place.sheet,
        now=NOW,
    )
    operations.put_item(
        actor=place.runner,
        sheet=other,
        values={"code": "1.1", "parent": "1", "floor": Decimal(100), "target": Decimal(60)},
        now=NOW,
    )
    run = queries.dry_run(
        account=place.runner, sheet=place.sheet, day=FREEZE_ON, today=NOW.date(), other=other.public_id
    )
    assert [(one.unit, one.rank, one.other_rank) for one in run.lines] == [
        (county, rank, 4 - rank) for county, rank in zip(place.counties, (1, 2, 3), strict=True)
    ]
    assert run.passed_over == ("2.1",)
    assert not Round.objects.exists()


def test_a_sheet_that_cannot_be_used_says_where_and_opens_no_round(place: Place) -> None:
    SheetItem.objects.filter(sheet=place.sheet, code="1.1").update(target=Decimal(60))
    with pytest.raises(operations.UnableToKeepSheet) as refused:
        operations.open_round(actor=place.runner, round_=place.made(), now=NOW)
    assert "1.1" in refused.value.message
    with pytest.raises(operations.UnableToKeepSheet):
        operations.replace_items(actor=place.runner, sheet=place.sheet, items=[{"code": "1", "label": "空"}], now=NOW)
    assert place.sheet.items.count() == len(factories.ITEMS)
