"""From lists to a published plan: who may, in which state, what is refused, what the journal says."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from yaodian.audit.queries import entries
from yaodian.engines.scheduling import Apart, Around
from yaodian.exams import models, operations
from yaodian.exams.models import Duty, Exam, Examinee, ExamState, Plan, PlanState, Seat
from yaodian.exams.problem import Inputs, Result, draw, verify
from yaodian.exams.tests import factories
from yaodian.exams.tests.factories import NOW, SEED
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db


def codes() -> list[str]:
    return [one.code for one in entries()]


def test_the_words_for_rules_are_those_of_the_engine() -> None:
    assert set(models.Around.values) == {one.value for one in Around}
    assert set(models.Apart.values) == {one.value for one in Apart}


def test_from_lists_to_a_published_plan() -> None:
    world = factories.made()
    exam = operations.close_lists(actor=world.officer, exam=world.exam, now=NOW)
    assert exam.state == ExamState.LISTED
    assert len(exam.list_sha256) == 64
    asked = operations.ask_plan(actor=world.officer, exam=exam, seed=f" {SEED}  ", now=NOW)
    assert (asked.state, asked.seed) == (PlanState.QUEUED, SEED)
    plan = operations.compute_plan(plan_id=asked.pk, now=NOW)
    assert (plan.state, plan.problem) == (PlanState.DONE, "")
    assert plan.inputs_sha256 == exam.list_sha256
    assert Seat.objects.filter(plan=plan).count() == 24
    # Three rooms, two sessions, two to a room.
    assert Duty.objects.filter(plan=plan).count() == 12
    for duty in Duty.objects.select_related("invigilator", "room"):
        assert duty.invigilator.school_id != duty.room.site_id
        assert not Seat.objects.filter(room=duty.room, examinee__school=duty.invigilator.school).exists()
    assert operations.publish_plan(actor=world.publisher, plan=plan, now=NOW).state == PlanState.PUBLISHED
    assert world.fresh().state == ExamState.PUBLISHED
    assert {"exams.lists.close", "exams.plan.ask", "exams.plan.compute", "exams.plan.publish"} <= set(codes())


def test_the_same_list_and_seed_give_the_same_bytes_and_another_seed_others() -> None:
    world = factories.made()
    inputs = Inputs.of(world.exam)
    assert Inputs.from_bytes(inputs.to_bytes()).to_bytes() == inputs.to_bytes()
    first = draw(inputs, SEED).to_bytes()
    assert draw(Inputs.from_bytes(inputs.to_bytes()), SEED).to_bytes() == first
    assert draw(inputs, "38 05 18").to_bytes() != first
    assert b"\xe8\x80\x83\xe7\x94\x9f" not in inputs.to_bytes()  # No name stands in what is sealed.


def test_a_job_that_is_run_again_changes_nothing() -> None:
    world = factories.made()
    plan = factories.seated(world)
    before = plan.result_sha256, plan.version
    again = operations.compute_plan(plan_id=plan.pk, now=NOW + timedelta(hours=1))
    assert (again.result_sha256, again.version) == before


def test_relatives_needs_papers_and_sites_are_kept() -> None:
    world = factories.made(rooms=5, teachers=0)
    factories.put(world, "rooms", {"900": factories.room("s1", seats=3, need="quiet")})
    factories.put(world, "examinees", {
        "260000": factories.person(0, relatives="A"), "260001": factories.person(1, relatives="A"),
        "260002": factories.person(2, need="quiet"), "260003": factories.person(3, site="s1"),
        "260004": factories.person(4, paper="历史类"),
    })  # fmt: skip
    factories.seated(world)
    seats = {row.examinee.number: row for row in Seat.objects.select_related("examinee", "room__site")}
    assert seats["260000"].room_id != seats["260001"].room_id
    assert seats["260002"].room.code == "900"
    assert seats["260003"].room.site.code == "s1"
    alone = [row for row in seats.values() if row.room_id == seats["260004"].room_id]
    assert [row.examinee.number for row in alone] == ["260004"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda world: Examinee.objects.all().delete(), "还没有考生"),
        (lambda world: world.exam.rooms.all().delete(), "还没有考场"),
        (lambda world: world.exam.rooms.update(seats=5), "只有 15 个座位"),
        (lambda world: Examinee.objects.update(relatives="A"), "最多 6 人"),
        (lambda world: world.exam.sessions.all().delete(), "没有场次"),
        (lambda world: world.exam.invigilators.update(absent=[3]), "只有 2 场"),
        (lambda world: Examinee.objects.filter(number="260000").update(need="longer"), "延长考试时间"),
    ],
)
def test_lists_that_cannot_be_seated_are_not_closed(change: Any, word: str) -> None:
    world = factories.made()
    change(world)
    with pytest.raises(operations.UnableToCloseLists) as refused:
        operations.close_lists(actor=None, exam=world.exam, now=NOW)
    assert any(word in one for one in refused.value.sentences)
    assert world.fresh().state == ExamState.DRAFT


def test_too_few_seats_for_one_paper_are_told_before_the_lists_are_closed() -> None:
    world = factories.made(people=24, rooms=3)
    for number in range(20):
        Examinee.objects.filter(number=f"26{number:04d}").update(paper=f"试卷{number % 4}")
    with pytest.raises(operations.UnableToCloseLists) as refused:
        operations.close_lists(actor=None, exam=world.exam, now=NOW)
    assert refused.value.code == "faults"


def test_invigilators_who_do_not_suffice_leave_a_plan_that_says_so() -> None:
    world = factories.made(teachers=3)
    plan = factories.seated(world)
    assert plan.state == PlanState.FAILED
    assert "监考" in plan.problem
    assert (Seat.objects.count(), world.fresh().state) == (0, ExamState.LISTED)
    # It may be tried again, with another seed or after the lists were mended.
    assert operations.ask_plan(actor=None, exam=world.fresh(), seed="1", now=NOW).attempt == 2


def test_a_list_changed_behind_the_seal_is_not_drawn_from() -> None:
    world = factories.listed(factories.made())
    Examinee.objects.filter(number="260000").update(paper="历史类")
    asked = operations.ask_plan(actor=None, exam=world.fresh(), seed=SEED, now=NOW)
    assert "改动过" in operations.compute_plan(plan_id=asked.pk, now=NOW).problem


@pytest.mark.parametrize(
    ("tamper", "word"),
    [
        (lambda plan: Plan.objects.filter(pk=plan.pk).update(seed="9"), "结果不同"),
        (lambda plan: Plan.objects.filter(pk=plan.pk).update(result=bytes(plan.result).replace(b'"amiss":0', b'"amiss":1')), "指纹不符"),
        (lambda plan: Examinee.objects.filter(number="260000").update(need="quiet"), "改动过"),
        (lambda plan: Seat.objects.filter(examinee__number="260000").delete(), "260000"),
    ],
)  # fmt: skip
def test_the_gate_opens_nothing_that_was_tampered_with(tamper: Any, word: str) -> None:
    world = factories.made()
    plan = factories.seated(world)
    tamper(plan)
    with pytest.raises(operations.UnableToPublishPlan) as refused:
        operations.publish_plan(actor=None, plan=plan, now=NOW)
    assert any(word in one for one in refused.value.sentences)
    assert world.fresh().state == ExamState.SEATED


def test_the_check_apart_names_what_is_wrong() -> None:
    world = factories.made()
    inputs = Inputs.of(world.exam)
    right = draw(inputs, SEED)
    assert verify(inputs, right, SEED, "zh") == []
    seats = {number: list(given) for number, given in right.seats.items()}
    first, second = sorted(seats)[:2]
    seats[first] = list(seats[second])
    twice = Result({**right.content, "seats": seats})
    assert any("同一个座位" in one for one in verify(inputs, twice, SEED, "zh"))
    assert any("have the same seat" in one for one in verify(inputs, twice, SEED, "en"))
    swapped = Result({**right.content, "duties": [[1, room, there[:1]] for _session, room, there in right.duties[:3]]})
    assert any("too-few" in one for one in verify(inputs, swapped, SEED, "zh"))


def test_two_persons_publish_also_by_the_database() -> None:
    world = factories.made()
    both = world.publisher
    plan = factories.seated(world)
    Plan.objects.filter(pk=plan.pk).update(asked_by=both)
    with pytest.raises(operations.UnableToPublishPlan, match="另一位同事"):
        operations.publish_plan(actor=both, plan=plan, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(published_by=both)


def test_rights_are_asked_for_each_step() -> None:
    world = factories.made()
    stranger = world.account("xiaowai", "exams_officer", "s0")
    with pytest.raises(PermissionMissing):
        operations.make_exam(actor=stranger, office=world.units["bureau"], values=factories.values(title="x"), now=NOW)
    with pytest.raises(PermissionMissing):
        operations.close_lists(actor=stranger, exam=world.exam, now=NOW)
    factories.listed(world)
    with pytest.raises(PermissionMissing):
        operations.ask_plan(actor=world.publisher, exam=world.fresh(), seed=SEED, now=NOW)
    plan = factories.seated(world)
    with pytest.raises(PermissionMissing):
        operations.publish_plan(actor=world.officer, plan=plan, now=NOW)
    # A school's own officer makes examinations of his school.
    own = operations.make_exam(actor=stranger, office=world.units["s0"], values=factories.values(), now=NOW)
    assert own.state == ExamState.DRAFT


def test_steps_out_of_turn_are_refused() -> None:
    world = factories.made()
    with pytest.raises(operations.WrongState):
        operations.ask_plan(actor=None, exam=world.exam, seed=SEED, now=NOW)
    plan = factories.seated(world)
    for act in (
        lambda: operations.put_rows(actor=None, exam=world.exam, name="examinees", rows={}, now=NOW),
        lambda: operations.close_lists(actor=None, exam=world.exam, now=NOW),
        lambda: operations.reopen_lists(actor=None, exam=world.exam, reason="x", now=NOW),
        lambda: operations.change_exam(actor=None, exam=world.exam, values={"title": "y"}, now=NOW),
    ):
        with pytest.raises(operations.WrongState):
            act()
    operations.publish_plan(actor=None, plan=plan, now=NOW)
    with pytest.raises(operations.WrongState):
        operations.drop_plan(actor=None, plan=plan, reason="x", now=NOW)


def test_a_dropped_plan_stays_with_its_reason_and_its_seats_go() -> None:
    world = factories.made()
    plan = factories.seated(world)
    with pytest.raises(operations.UnableToDrawSeats):
        operations.drop_plan(actor=None, plan=plan, reason=" ", now=NOW)
    dropped = operations.drop_plan(actor=world.officer, plan=plan, reason="考场停电", now=NOW)
    assert (dropped.state, dropped.problem, Seat.objects.count(), Duty.objects.count()) == ("dropped", "考场停电", 0, 0)
    assert world.fresh().state == ExamState.LISTED
    again = factories.seated(world)
    assert (again.attempt, again.state) == (2, PlanState.DONE)
    with pytest.raises(operations.UnableToDrawSeats):
        operations.ask_plan(actor=None, exam=_at(world, "listed"), seed="2", now=NOW)


def _at(world: factories.Made, state: str) -> Exam:
    Exam.objects.filter(pk=world.exam.pk).update(state=state)
    return world.fresh()


def test_lists_are_opened_again_with_a_reason() -> None:
    world = factories.listed(factories.made())
    with pytest.raises(operations.UnableToCloseLists):
        operations.reopen_lists(actor=None, exam=world.exam, reason="", now=NOW)
    exam = operations.reopen_lists(actor=world.officer, exam=world.exam, reason="漏了一名考生", now=NOW)
    assert (exam.state, exam.list_sha256) == (ExamState.DRAFT, "")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"on": date(2026, 3, 20), "starts": time(9), "ends": time(11)}, "day"),
        ({"on": date(2026, 3, 16), "starts": time(9), "ends": time(11)}, "overlap"),
        ({"on": date(2026, 3, 17), "starts": time(11), "ends": time(9)}, "value"),
    ],
)
def test_sessions_that_cannot_be_are_refused(values: dict[str, Any], code: str) -> None:
    world = factories.made()
    with pytest.raises(operations.UnableToKeepExam) as refused:
        operations.add_session(actor=None, exam=world.exam, values={"label": "外语", **values}, now=NOW)
    assert refused.value.code == code


def test_somebody_quicker_is_not_overwritten() -> None:
    world = factories.made()
    seen = world.fresh().version
    operations.change_exam(actor=None, exam=world.exam, values={"title": "新名"}, now=NOW, expected_version=seen)
    with pytest.raises(operations.UnableToKeepExam) as refused:
        operations.change_exam(actor=None, exam=world.exam, values={"title": "旧名"}, now=NOW, expected_version=seen)
    assert (refused.value.code, world.fresh().title) == ("stale", "新名")


def test_names_are_erased_in_their_time_and_the_plan_stays() -> None:
    world = factories.made(kept_days=30)
    plan = factories.published(world)
    assert operations.erase_exams(now=NOW + timedelta(days=30)) == 0
    assert operations.erase_exams(now=NOW + timedelta(days=60)) == 1
    assert operations.erase_exams(now=NOW + timedelta(days=60)) == 0
    assert {row.name for row in Examinee.objects.all()} == {""}
    assert world.fresh().state == ExamState.ERASED
    assert Plan.objects.get(pk=plan.pk).result_sha256 == plan.result_sha256
    with pytest.raises(operations.WrongState):
        operations.print_site(
            actor=world.officer, plan=Plan.objects.select_related("exam").get(pk=plan.pk),
            site=world.units["s0"].public_id, paper="labels", now=NOW,
        )  # fmt: skip
