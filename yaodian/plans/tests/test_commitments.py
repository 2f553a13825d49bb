"""From clauses to commitments, and how the office adjusts them: every step with its right, state, version and rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from yaodian.audit.queries import entries
from yaodian.organisations.queries import PermissionMissing
from yaodian.plans.models import (
    Amendment,
    Commitment,
    CommitmentState,
    Duty,
    DutyState,
    Light,
    Plan,
    RememberedUnit,
    Target,
)
from yaodian.plans.operations import StaleVersion, UnableTo, WrongState, commitments
from yaodian.plans.operations.commitments import Basis, CommitmentValues
from yaodian.plans.queries import commitments as reading
from yaodian.plans.tests import factories
from yaodian.plans.tests.commitments import NOW, TODAY, bureau, signer, unit

pytestmark = pytest.mark.django_db

BASIS = Basis("关于调整学位供给任务的通知", "云教〔2026〕9号", date(2026, 3, 1), "选址变更")


def values(row: Commitment, **changes: object) -> CommitmentValues:
    return CommitmentValues(
        **{"text": row.text, "due_on": row.due_on, "weight": row.weight, "disclosure": row.disclosure, **changes}  # type: ignore[arg-type]
    )


def test_each_verb_phrase_becomes_a_commitment_with_its_targets_day_and_units() -> None:
    made = bureau()
    shown = [(row.text, row.due_on, row.due_kind) for row in made.rows()]
    assert ("年内新增公办园8所", date(2026, 12, 31), "year-end") in shown
    assert ("6月底前完成选址", date(2026, 6, 30), "day") in shown
    assert ("每学期开展检查2次", date(2026, 12, 31), "each-term") in shown
    assert ("全市学前教育普惠率达到95%", date(2026, 12, 31), "none") in shown
    row = made.row("新增公办园8所")
    assert [target.subject for target in row.targets.all()] == ["公办园"]
    assert [(duty.name, duty.unit_id, duty.part) for duty in row.duties.all()] == [
        ("基教科", made.basic.pk, "responsible"),
        ("财务科", made.finance.pk, "responsible"),
    ]
    text = Plan.objects.get(pk=made.plan.pk).text
    assert all(text[row.span_start : row.span_end] for row in made.rows())
    assert [stop.label for stop in made.row("每学期").milestones.all()] == ["春季学期", "秋季学期"]


def test_a_lead_stands_before_who_helps_and_an_unknown_name_waits() -> None:
    made = bureau()
    duties = list(made.row("阳光招生平台").duties.all())
    assert [(duty.name, duty.part, duty.unit_id) for duty in duties] == [
        ("基教科", "lead", made.basic.pk),
        ("人事科", "support", None),
    ]
    page = reading.get_commitments(account=made.editor, public_id=made.plan.public_id, today=TODAY)
    assert [(one.name, one.count) for one in page.open_names] == [("人事科", 2)]


def test_proposing_again_proposes_nothing_that_stands_already() -> None:
    made = bureau()
    before = len(made.rows())
    with pytest.raises(UnableTo) as refused:
        commitments.propose_commitments(actor=made.editor, now=NOW, today=TODAY, public_id=made.plan.public_id)
    assert refused.value.code == "nothing-new"
    assert len(made.rows()) == before
    assert len({(row.text, row.span_start) for row in made.rows()}) == before


def test_only_a_published_plan_has_commitments() -> None:
    editor = factories.editor()
    plan = factories.in_review(editor)
    with pytest.raises(WrongState):
        commitments.propose_commitments(actor=editor, now=NOW, today=TODAY, public_id=plan.public_id)


def test_only_the_office_of_the_plan_adjusts() -> None:
    made = bureau()
    row = made.rows()[0]
    head = signer(made.school)
    elsewhere = signer(made.county, "editor")
    for actor in (head, elsewhere):
        with pytest.raises(PermissionMissing):
            commitments.accept_commitments(actor=actor, now=NOW, public_id=made.plan.public_id)
        with pytest.raises(PermissionMissing):
            commitments.drop_commitment(
                actor=actor,
                now=NOW,
                public_id=made.plan.public_id,
                commitment_id=row.pk,
                expected_version=row.version,
                reason="无",
            )
    assert not Commitment.objects.filter(state=CommitmentState.ACCEPTED).exists()


def test_all_are_accepted_once_and_a_second_press_does_nothing() -> None:
    made = bureau()
    count = commitments.accept_commitments(actor=made.editor, now=NOW, public_id=made.plan.public_id)
    assert count == len(made.rows())
    one = made.rows()[0]
    again = commitments.accept_commitments(
        actor=made.editor, now=NOW, public_id=made.plan.public_id, commitment_ids=[one.pk]
    )
    assert again == 0
    assert entries(code="plans.commitment.accept").count() == 1


def test_an_edit_is_written_down_with_what_stood_before() -> None:
    made = bureau()
    row = made.row("完成选址")
    commitments.edit_commitment(
        actor=made.editor,
        now=NOW,
        public_id=made.plan.public_id,
        commitment_id=row.pk,
        expected_version=row.version,
        values=values(
            row, text=" 6月底前完成 8 处选址 ", due_on=date(2026, 6, 15), weight=Decimal("2.5"), disclosure="public"
        ),
    )
    row.refresh_from_db()
    assert (row.text, row.due_on, row.due_kind, row.weight) == (
        "6月底前完成 8 处选址",
        date(2026, 6, 15),
        "person",
        Decimal("2.5"),
    )
    entry = entries(code="plans.commitment.edit")[0]
    assert "2026-06-30" in str(entry.detail)
    with pytest.raises(StaleVersion):
        commitments.edit_commitment(
            actor=made.editor,
            now=NOW,
            public_id=made.plan.public_id,
            commitment_id=row.pk,
            expected_version=1,
            values=values(row, text="别的"),
        )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "  "}, "no-text"),
        ({"text": "长" * 1001}, "too-long"),
        ({"weight": Decimal("-1")}, "weight"),
        ({"weight": Decimal("1.005")}, "weight"),
        ({"disclosure": "secret"}, "disclosure"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_field(changes: dict[str, object], code: str) -> None:
    made = bureau()
    row = made.rows()[0]
    with pytest.raises(UnableTo) as refused:
        commitments.edit_commitment(
            actor=made.editor,
            now=NOW,
            public_id=made.plan.public_id,
            commitment_id=row.pk,
            expected_version=row.version,
            values=values(row, **changes),
        )
    assert refused.value.code == code
    assert refused.value.field


def test_splitting_gives_each_half_its_target_and_both_the_units() -> None:
    made = bureau()
    row = made.row("新增公办园8所")
    one, two = commitments.split_commitment(
        actor=made.editor,
        now=NOW,
        public_id=made.plan.public_id,
        commitment_id=row.pk,
        expected_version=row.version,
        first="做好年度布点",
        second="新增公办园8所",
    )
    assert [target.subject for target in two.targets.all()] == ["公办园"]
    assert not one.targets.exists()
    assert {duty.unit_id for duty in two.duties.all()} == {made.basic.pk, made.finance.pk}
    assert two.due_on == one.due_on
    ordered = made.rows()
    assert ordered.index(two) == ordered.index(one) + 1


def test_merging_keeps_the_first_and_everything_of_the_others() -> None:
    made = bureau()
    first, second = made.row("新增公办园8所"), made.row("完成选址")
    kept = commitments.merge_commitments(
        actor=made.editor, now=NOW, public_id=made.plan.public_id, commitment_ids=[second.pk, first.pk]
    )
    assert kept.pk == first.pk
    assert kept.text == "年内新增公办园8所；6月底前完成选址"
    assert kept.due_on == date(2026, 12, 31)
    second.refresh_from_db()
    assert (second.state, second.merged_into_id) == (CommitmentState.MERGED, first.pk)
    back = commitments.restore_commitment(
        actor=made.editor, now=NOW, public_id=made.plan.public_id, commitment_id=second.pk
    )
    assert (back.state, back.merged_into_id) == (CommitmentState.PROPOSED, None)


def test_commitments_in_force_with_other_days_are_not_merged() -> None:
    made = bureau(accepted=True)
    ids = [made.row("新增公办园8所").pk, made.row("完成选址").pk]
    with pytest.raises(UnableTo) as refused:
        commitments.merge_commitments(actor=made.editor, now=NOW, public_id=made.plan.public_id, commitment_ids=ids)
    assert refused.value.code == "other-due"
    with pytest.raises(UnableTo) as alone:
        commitments.merge_commitments(actor=made.editor, now=NOW, public_id=made.plan.public_id, commitment_ids=ids[:1])
    assert alone.value.code == "too-few"


def test_dropping_needs_a_reason_which_stays() -> None:
    made = bureau()
    row = made.row("阳光招生平台")
    common = {"actor": made.editor, "now": NOW, "public_id": made.plan.public_id, "commitment_id": row.pk}
    with pytest.raises(UnableTo) as refused:
        commitments.drop_commitment(**common, expected_version=row.version, reason="  ")
    assert refused.value.code == "no-reason"
    commitments.drop_commitment(**common, expected_version=row.version, reason="日常工作")
    row.refresh_from_db()
    assert (row.state, row.dropped_reason) == (CommitmentState.DROPPED, "日常工作")
    page = reading.get_commitments(account=made.editor, public_id=made.plan.public_id, today=TODAY)
    assert row.pk not in {one.commitment.pk for one in page.rows}
    assert page.has_dropped


def test_what_a_person_adds_stands_under_the_units_of_its_clause() -> None:
    made = bureau()
    clause = made.row("新增公办园8所").clause
    row = commitments.add_commitment(
        actor=made.editor,
        now=NOW,
        today=TODAY,
        public_id=made.plan.public_id,
        clause_id=clause.pk if clause else None,
        values=CommitmentValues("完成选址", date(2026, 5, 31)),
    )
    text = Plan.objects.get(pk=made.plan.pk).text
    assert text[row.span_start : row.span_end] == "完成选址", "words that the clause has are found there"
    assert row.state == CommitmentState.ACCEPTED
    assert {duty.unit_id for duty in row.duties.all()} == {made.basic.pk, made.finance.pk}


# --- dates and targets in force ---------------------------------------------------------------------------------------


def test_a_day_in_force_changes_only_by_a_document_and_the_old_one_stays() -> None:
    made = bureau(accepted=True)
    row = made.row("完成选址")
    common = {"actor": made.editor, "now": NOW, "public_id": made.plan.public_id, "commitment_id": row.pk}
    with pytest.raises(UnableTo) as refused:
        commitments.edit_commitment(
            **common, expected_version=row.version, values=values(row, due_on=date(2026, 9, 30))
        )
    assert (refused.value.code, refused.value.field) == ("needs-amendment", "due_on")
    with pytest.raises(UnableTo) as bare:
        commitments.amend_due(
            **common, expected_version=row.version, due_on=date(2026, 9, 30), basis=Basis("", "", date(2026, 3, 1))
        )
    assert bare.value.code == "no-document"
    amendment = commitments.amend_due(**common, expected_version=row.version, due_on=date(2026, 9, 30), basis=BASIS)
    assert (amendment.number, amendment.before["due_on"], amendment.after["due_on"]) == (1, "2026-06-30", "2026-09-30")
    row.refresh_from_db()
    assert row.due_on == date(2026, 9, 30)
    with pytest.raises(UnableTo) as same:
        commitments.amend_due(**common, expected_version=row.version, due_on=date(2026, 9, 30), basis=BASIS)
    assert same.value.code == "no-change"


def test_a_target_is_amended_beside_the_words_of_the_plan() -> None:
    made = bureau(accepted=True)
    row = made.row("新增公办园8所")
    target = row.targets.get()
    commitments.amend_target(
        actor=made.editor,
        now=NOW,
        public_id=made.plan.public_id,
        commitment_id=row.pk,
        expected_version=row.version,
        target_id=target.pk,
        value=6.0,
        value_max=None,
        basis=BASIS,
    )
    assert Target.objects.get(pk=target.pk).value == 8.0, "the plan says what it said"
    _page, shown = reading.get_commitment(
        account=made.editor, public_id=made.plan.public_id, commitment_id=row.pk, today=TODAY
    )
    line = shown.lines[0]
    assert (line.words, line.before, line.is_amended) == ("公办园 ≥6所", "公办园 ≥8所", True)
    row.refresh_from_db()
    with pytest.raises(UnableTo) as wrong:
        commitments.amend_target(
            actor=made.editor,
            now=NOW,
            public_id=made.plan.public_id,
            commitment_id=row.pk,
            expected_version=row.version,
            target_id=target.pk,
            value=6.0,
            value_max=9.0,
            basis=BASIS,
        )
    assert wrong.value.code == "range"
    assert Amendment.objects.count() == 1


def test_a_document_of_tomorrow_is_no_basis() -> None:
    made = bureau(accepted=True)
    row = made.row("完成选址")
    with pytest.raises(UnableTo) as refused:
        commitments.amend_due(
            actor=made.editor,
            now=NOW,
            public_id=made.plan.public_id,
            commitment_id=row.pk,
            expected_version=row.version,
            due_on=None,
            basis=Basis("通知", "云教〔2026〕9号", date(2026, 3, 9)),
        )
    assert refused.value.code == "document-day"


def test_a_document_of_today_is_a_basis_in_the_small_hours_when_utc_still_says_yesterday() -> None:
    made = bureau(accepted=True)
    row = made.row("完成选址")
    commitments.amend_due(
        actor=made.editor,
        now=datetime(2026, 3, 8, 18, 25, tzinfo=UTC),
        public_id=made.plan.public_id,
        commitment_id=row.pk,
        expected_version=row.version,
        due_on=None,
        basis=Basis("通知", "云教〔2026〕9号", date(2026, 3, 9)),
    )
    assert Amendment.objects.get().document_on == date(2026, 3, 9)


# --- units ------------------------------------------------------------------------------------------------------------


def test_a_name_is_decided_once_and_remembered_for_the_next_plan() -> None:
    made = bureau()
    staff = unit("S3", "section", "云川市教育局组织人事处", "组织人事处", made.root)
    moved = commitments.decide_unit(
        actor=made.editor, now=NOW, public_id=made.plan.public_id, name="人事科", unit=staff.public_id
    )
    assert moved == 2
    assert not Duty.objects.filter(unit__isnull=True).exists()
    following = factories.published(made.editor, factories.publisher(), factories.sample(year=2027))
    commitments.propose_commitments(actor=made.editor, now=NOW, today=TODAY, public_id=following.public_id)
    assert Duty.objects.filter(commitment__plan=following, unit=staff).exists()


def test_a_name_of_nobody_in_the_register_is_asked_for_no_more() -> None:
    made = bureau()
    commitments.decide_unit(actor=made.editor, now=NOW, public_id=made.plan.public_id, name="人事科", unit="")
    assert RememberedUnit.objects.get().unit is None
    page = reading.get_commitments(account=made.editor, public_id=made.plan.public_id, today=TODAY)
    assert page.open_names == ()


def test_every_county_is_meant_by_its_collective_name() -> None:
    made = bureau(proposed=False)
    other = unit("C2", "county", "云川市临溪区", "临溪区", made.root)
    found = reading.meanings(
        names=["各区（县）教育局", "各县（市、区）教育局", "市公安局"], plan=made.plan, today=TODAY
    )
    assert [one.code for one in found["各区（县）教育局"].units] == [made.county.code, other.code]
    assert found["各县（市、区）教育局"].source == "group"
    assert not found["市公安局"].is_known


def test_a_collective_name_takes_one_line_of_the_table() -> None:
    made = bureau(proposed=False)
    unit("C2", "county", "云川市临溪区", "临溪区", made.root)
    answer = factories.sample()
    first, *others = answer.responsible
    answer = replace(answer, responsible=(replace(first, units=("基教科", "各县区教育局")), *others))
    plan = factories.published(made.editor, factories.publisher(), answer)
    commitments.propose_commitments(actor=made.editor, now=NOW, today=TODAY, public_id=plan.public_id)
    page = reading.get_commitments(account=made.editor, public_id=plan.public_id, today=TODAY)
    row = next(row for row in page.rows if "完成选址" in row.commitment.text)
    assert len(row.duties) == 3
    assert [(one.line.duty.name, one.count) for one in row.folded] == [("基教科", 1), ("各县区教育局", 2)]


def test_a_name_that_two_units_bear_is_of_nobody_until_a_person_says() -> None:
    made = bureau(proposed=False)
    unit("S8", "section", "某局信息中心", "信息中心", made.root)
    unit("S9", "section", "某校信息中心", "信息中心", made.root)
    assert not reading.meanings(names=["信息中心"], plan=made.plan, today=TODAY)["信息中心"].is_known


def test_each_unit_signs_for_itself_and_nobody_for_another() -> None:
    made = bureau(accepted=True)
    row = made.row("新增公办园8所")
    own, other = row.duties.get(unit=made.basic), row.duties.get(unit=made.finance)
    person = signer(made.basic, "editor")
    commitments.accept_duty(actor=person, now=NOW, duty_id=own.pk)
    own.refresh_from_db()
    assert (own.state, own.answered_by_id) == (DutyState.ACCEPTED, person.pk)
    with pytest.raises(PermissionMissing):
        commitments.accept_duty(actor=person, now=NOW, duty_id=other.pk)
    with pytest.raises(PermissionMissing):
        commitments.accept_duty(actor=factories.account("viewer"), now=NOW, duty_id=own.pk)
    other.refresh_from_db()
    assert other.state == DutyState.WAITING


def test_a_duty_is_returned_with_a_reason_and_given_to_another() -> None:
    made = bureau(accepted=True)
    row = made.row("新增公办园8所")
    duty = row.duties.get(unit=made.finance)
    person = signer(made.finance, "editor")
    with pytest.raises(UnableTo) as bare:
        commitments.return_duty(actor=person, now=NOW, duty_id=duty.pk, reason=" ")
    assert bare.value.code == "no-reason"
    commitments.return_duty(actor=person, now=NOW, duty_id=duty.pk, reason="应由规划科承担")
    _page, shown = reading.get_commitment(
        account=made.editor, public_id=made.plan.public_id, commitment_id=row.pk, today=TODAY
    )
    assert shown.standing.light is Light.AMBER
    assert "应由规划科承担" in shown.standing.reason
    commitments.set_duty(
        actor=made.editor,
        now=NOW,
        public_id=made.plan.public_id,
        commitment_id=row.pk,
        unit=made.county.public_id,
        part="support",
        words="提供用地",
        duty_id=duty.pk,
    )
    duty.refresh_from_db()
    assert (duty.unit_id, duty.part, duty.state, duty.reason) == (made.county.pk, "support", DutyState.WAITING, "")


def test_what_is_signed_is_not_returned() -> None:
    made = bureau(accepted=True)
    duty = made.row("完成选址").duties.get(unit=made.basic)
    person = signer(made.basic, "editor")
    commitments.accept_duty(actor=person, now=NOW, duty_id=duty.pk)
    with pytest.raises(WrongState):
        commitments.return_duty(actor=person, now=NOW, duty_id=duty.pk, reason="太晚")
    count = commitments.accept_all_duties(actor=person, now=NOW, unit=made.basic.public_id)
    waiting = Duty.objects.filter(unit=made.basic, state=DutyState.WAITING)
    assert count > 0
    assert not waiting.exists()


def test_nobody_signs_before_the_office_has_accepted() -> None:
    made = bureau()
    duty = made.row("完成选址").duties.get(unit=made.basic)
    with pytest.raises(WrongState):
        commitments.accept_duty(actor=signer(made.basic, "editor"), now=NOW, duty_id=duty.pk)


# --- lights -----------------------------------------------------------------------------------------------------------


def test_the_light_follows_the_day_and_an_override_is_signed() -> None:
    made = bureau(accepted=True)
    row = made.row("完成选址")

    def light(day: date) -> tuple[Light, str]:
        _page, shown = reading.get_commitment(
            account=made.editor, public_id=made.plan.public_id, commitment_id=row.pk, today=day
        )
        return shown.standing.light, shown.standing.reason

    assert light(date(2026, 5, 1))[0] is Light.GREY
    assert light(date(2026, 5, 31))[0] is Light.AMBER
    assert light(date(2026, 6, 30))[0] is Light.AMBER
    assert light(date(2026, 7, 1))[0] is Light.RED
    common = {"actor": made.editor, "now": NOW, "public_id": made.plan.public_id, "commitment_id": row.pk}
    with pytest.raises(UnableTo) as bare:
        commitments.override_light(**common, expected_version=row.version, light="green", reason="")
    assert bare.value.code == "no-reason"
    commitments.override_light(**common, expected_version=row.version, light="green", reason="已现场查看")
    assert light(date(2026, 7, 1)) == (Light.GREEN, f"{made.editor.name}改判：已现场查看")
    row.refresh_from_db()
    commitments.override_light(**common, expected_version=row.version, light="", reason="")
    assert light(date(2026, 7, 1))[0] is Light.RED


def test_the_database_keeps_what_the_operations_promise() -> None:
    made = bureau()
    row = made.rows()[0]
    for wrong in (
        {"state": CommitmentState.DROPPED},
        {"state": CommitmentState.MERGED},
        {"override": "green"},
        {"weight": Decimal(-1)},
        {"text": ""},
        {"parent_id": row.pk},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Commitment.objects.filter(pk=row.pk).update(**wrong)
    duty = Duty.objects.filter(unit__isnull=True).first()
    assert duty is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.filter(pk=duty.pk).update(state=DutyState.ACCEPTED, answered_at=NOW, answered_by=made.editor)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_unit_sees_only_what_is_asked_of_it() -> None:
    made = bureau(accepted=True)
    person = signer(made.finance, "head")
    page = reading.get_commitments(account=person, public_id=made.plan.public_id, today=TODAY)
    assert {row.commitment.text for row in page.rows} == {"年内新增公办园8所", "6月底前完成选址"}
    assert not page.is_office
    with pytest.raises(Commitment.DoesNotExist):
        reading.get_commitment(
            account=person,
            public_id=made.plan.public_id,
            commitment_id=made.row("阳光招生平台").pk,
            today=TODAY,
        )
    with pytest.raises(Plan.DoesNotExist):
        reading.get_commitments(account=factories.account("viewer"), public_id=made.plan.public_id, today=TODAY)


def test_reading_costs_the_same_for_any_number(django_assert_max_num_queries: object) -> None:
    made = bureau(accepted=True)
    editor = factories.account("editor")
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        few = reading.get_commitments(account=editor, public_id=made.plan.public_id, today=TODAY)
    clause = made.rows()[-1].clause
    for number in range(30):
        commitments.add_commitment(
            actor=made.editor,
            now=NOW,
            today=TODAY,
            public_id=made.plan.public_id,
            clause_id=clause.pk if clause else None,
            values=CommitmentValues(f"第{number}件事", None),
        )
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        many = reading.get_commitments(account=editor, public_id=made.plan.public_id, today=TODAY)
    assert len(many.rows) == len(few.rows) + 30
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        reading.get_unit_page(account=signer(made.basic, "editor"), unit=made.basic.public_id, today=TODAY)


def test_a_row_stands_in_one_column_of_the_board() -> None:
    made = bureau(accepted=True)
    page = reading.get_commitments(account=made.editor, public_id=made.plan.public_id, today=date(2026, 7, 1))
    columns = {column.code: [row.commitment.text for row in column.rows] for column in reading.board_of(page)}
    assert sum(len(rows) for rows in columns.values()) == len(page.rows)
    assert "6月底前完成选址" in columns["red"]
    assert "年内新增公办园8所" in columns["unsigned"]


def test_the_calendar_holds_days_and_milestones_of_its_month() -> None:
    made = bureau(accepted=True)
    page = reading.get_commitments(account=made.editor, public_id=made.plan.public_id, today=TODAY)
    month = reading.calendar_of(page, year=2026, month=6)
    assert [(event.on.day, event.is_due) for event in month.events if "选址" in event.row.commitment.text] == [
        (30, True)
    ]
    assert any(event.label == "春季学期" for event in month.events)
    assert (2026, 6) in reading.months_with_events(page)
    assert {len(week) for week in month.weeks} == {7}


def test_the_lead_units_page_lists_what_presses_first() -> None:
    made = bureau(accepted=True)
    person = signer(made.basic, "editor")
    page = reading.get_unit_page(account=person, unit=made.basic.public_id, today=date(2026, 7, 1))
    assert page.rows[0].commitment.text == "6月底前完成选址"
    assert page.may_sign
    assert page.unsigned == len(page.rows)
