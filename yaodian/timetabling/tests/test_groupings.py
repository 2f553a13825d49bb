"""Teaching groups by hand, infeasible ones, the job, adoption and what it replaces, a change period, pupils by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine

from yaodian.audit.queries import entries
from yaodian.engines.scheduling import sectioning as engine
from yaodian.foundation import jobs
from yaodian.foundation.models import Job
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations, queries
from yaodian.timetabling.models import (
    Course,
    CurriculumHours,
    Grouping,
    GroupingState,
    GroupMember,
    HomeMember,
    RoundKind,
    TermClass,
    TermTeacher,
)
from yaodian.timetabling.operations import groupings, watching
from yaodian.timetabling.operations.lessons import write_lessons
from yaodian.timetabling.problem import school_of
from yaodian.timetabling.problem.group_rows import sections_of
from yaodian.timetabling.problem.group_settings import GroupSettings, SubjectRule
from yaodian.timetabling.problem.group_words import fault_words, told
from yaodian.timetabling.problem.groupings import choices_of, settings_of
from yaodian.timetabling.queries.grounds import ground_of
from yaodian.timetabling.tests import factories, group_factories, term_factories
from yaodian.timetabling.tests.factories import NOW
from yaodian.timetabling.tests.group_factories import chosen, planned, settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def codes() -> list[str]:
    return [one.code for one in entries()]


def sizes(row: Grouping) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for group in row.groups.order_by("pk"):
        found.setdefault(group.subject, []).append(group.members.count())
    return {subject: sorted(each) for subject, each in found.items()}


# By hand ----------------------------------------------------------------------------------------------------------------


def test_twelve_pupils_of_three_combinations_make_six_groups() -> None:
    """Physics and chemistry for eight, geography for eight, biology, history and politics for four: one group of each, with eight at most."""
    term, row = chosen()
    made = planned(term, row)
    assert made.state == GroupingState.DONE, made.problem
    assert (made.tallies["groups"], made.tallies["bound"]) == (6, 6)
    assert sizes(made) == {"物理": [8], "化学": [8], "地理": [8], "生物": [4], "历史": [4], "思想政治": [4]}
    # Two classes of six: each hosts in each block one group, in which it has so many of its own.
    assert made.tallies["lessons"] == 36
    assert {home["code"] for home in made.tallies["homes"]} == {"高一(1)班", "高一(2)班"}
    assert {one.teacher.code[:2] for one in made.groups.all() if one.teacher} == {"PH", "HI", "CH", "BI", "PO", "GE"}
    assert HomeMember.objects.filter(grouping=made).count() == 12
    assert {"timetabling.grouping.ask", "timetabling.grouping.compute"} <= set(codes())
    # A class is in its own room.
    rooms = {home["code"]: home["room"] for home in made.tallies["homes"]}
    assert rooms == {"高一(1)班": "101", "高一(2)班": "102"}
    for group in made.groups.exclude(home=None).select_related("home__room", "room"):
        assert group.room == group.home.room


def test_nobody_is_twice_at_once_and_everybody_has_what_he_chose() -> None:
    term, row = chosen({"PCB": 9, "HBO": 7, "PBG": 8})
    made = planned(term, row, settings(most=12))
    attended: dict[int, list[tuple[str, str]]] = {}
    for pupil, block, subject in GroupMember.objects.filter(group__grouping=made).values_list(
        "pupil_id", "group__block", "group__subject"
    ):
        attended.setdefault(pupil, []).append((block, subject))
    assert len(attended) == 24
    assert all(len({block for block, _subject in one}) == 3 == len(one) for one in attended.values())
    ground = ground_of(term=term.term, grade=1, round=row)
    for person in ground.people:
        assert {subject for _block, subject in attended[person.pk]} == set(ground.named(person.combination))


def test_level_groups_are_hosted_by_no_class() -> None:
    term, row = chosen()
    made = planned(term, row, settings(subjects={"physics": SubjectRule(1, 8, True)}))
    assert made.groups.get(subject="物理").home is None


def test_boys_and_girls_are_shared_out_where_asked() -> None:
    term, row = chosen({"PCB": 16})
    made = planned(term, row, settings(balance=("gender",)))
    ground = ground_of(term=term.term, grade=1, round=row)
    assert choices_of(ground, settings_of(made)).school.rules.balance == (engine.Trait.GENDER,)
    assert made.state == GroupingState.DONE


# The job ----------------------------------------------------------------------------------------------------------------


def test_run_again_it_stays_and_killed_in_the_middle_it_comes_to_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    term, row = chosen()
    asked = operations.ask_grouping(
        actor=None, term=term.term, grade=1, round=row, settings=settings(), now=NOW, seed="7"
    )

    def die(*_arguments: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(groupings, "put_result", die)
        with pytest.raises(KeyboardInterrupt):
            operations.compute_grouping(grouping_id=asked.pk, now=NOW)
    asked.refresh_from_db()
    assert asked.state == GroupingState.QUEUED
    assert not asked.groups.exists()
    first = operations.compute_grouping(grouping_id=asked.pk, now=NOW)
    again = operations.compute_grouping(grouping_id=asked.pk, now=NOW)
    assert (again.result_sha256, again.version) == (first.result_sha256, first.version)
    assert sections_of(Grouping.objects.get(pk=first.pk)).digest == first.result_sha256
    second = planned(term, row, seed="7")
    assert second.result_sha256 == first.result_sha256 != ""
    assert (second.attempt, first.attempt) == (2, 1)


def test_the_engine_works_beside_the_job_and_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "ASK_SECONDS", 0.01)
    notes: list[tuple[int, int, str]] = []

    class Context(jobs.JobContext):
        def progress(self, done: int, total: int, note: str = "") -> None:
            notes.append((done, total, note))

    term, row = chosen({"PCB": 30, "HBO": 20, "PBG": 30, "HCG": 20})
    asked = operations.ask_grouping(actor=None, term=term.term, grade=1, round=row, settings=settings(most=20), now=NOW)
    operations.compute_grouping(grouping_id=asked.pk, now=NOW, context=Context(job_id=1, attempt=1))
    said = [note.split() for _done, _total, note in notes if note]
    assert said, "nothing was told"
    assert all(len(one) == 6 for one in said)
    assert [done for done, _total, _note in notes] == sorted(done for done, _total, _note in notes)


def test_cancelled_it_leaves_nothing_and_a_running_job_stops() -> None:
    term, row = chosen()
    waits = operations.ask_grouping(actor=None, term=term.term, grade=1, round=row, settings=settings(), now=NOW)
    with pytest.raises(operations.UnableToPlanGroups, match="正在编班"):
        operations.ask_grouping(actor=None, term=term.term, grade=1, round=row, settings=settings(), now=NOW)
    operations.cancel_grouping(actor=None, grouping=waits, now=NOW)
    assert Job.objects.get().state == Job.State.CANCELLED
    assert operations.compute_grouping(grouping_id=waits.pk, now=NOW).state == GroupingState.CANCELLED
    assert not waits.groups.exists()
    with pytest.raises(operations.WrongState):
        operations.cancel_grouping(actor=None, grouping=waits, now=NOW)

    class Context(jobs.JobContext):
        def progress(self, done: int, total: int, note: str = "") -> None:
            raise jobs.JobCancelled("cancelled")

    term.term.refresh_from_db()
    again = operations.ask_grouping(
        actor=None, term=term.term, grade=1, round=row, settings=settings(most=5), now=NOW
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(watching, "ASK_SECONDS", 0.001)
        with pytest.raises(jobs.JobCancelled):
            operations.compute_grouping(grouping_id=again.pk, now=NOW, context=Context(job_id=1, attempt=1))
    again.refresh_from_db()
    assert (again.state, again.groups.count()) == (GroupingState.QUEUED, 0)


def test_what_cannot_be_is_told_with_reasons_and_the_cheapest_changes_in_the_words_of_the_school() -> None:
    """Sixteen of biology in groups of four need four groups; the only teacher takes three at most."""
    term, row = chosen({"PCB": 16})
    made = planned(term, row, settings(most=4))
    assert made.state == GroupingState.FAILED
    sentences = [told(one) for one in made.problem]
    assert any("个教学班，现有教师合计最多教 3 个" in one for one in sentences), sentences
    relaxed = [told(one) for one in made.problem if one["kind"] == "relaxation"]
    assert any("教师" in one for one in relaxed)
    assert any("上限增加" in one for one in relaxed) or any("改选" in one for one in relaxed)
    prices = [one["price"] for one in made.problem if one["kind"] == "relaxation"]
    assert prices == sorted(prices)
    with pytest.raises(operations.WrongState):
        operations.adopt_grouping(actor=None, grouping=made, now=NOW)


def test_what_the_time_did_not_suffice_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    term, row = chosen()

    def unknown(choices: engine.Choices, *, seed: str, limits: engine.Limits) -> engine.Sections:
        return engine.Sections(engine.Status.UNKNOWN, choices.digest, seed, cut_short=True)

    monkeypatch.setattr(groupings, "section", unknown)
    made = planned(term, row)
    assert made.state == GroupingState.FAILED
    assert "没有算出结果" in told(made.problem[0])


@pytest.mark.parametrize("wish", list(engine.Wish))
def test_every_reason_and_every_change_has_its_words(wish: engine.Wish) -> None:
    about = {engine.Wish.CHOICES: "物理+化学+生物", engine.Wish.MODE: "fixed-three", engine.Wish.ROOMS: "A"}.get(
        wish, "物理"
    )
    said = {"kind": "reason", "wish": wish.value, "about": about, "has": 17, "needs": 19}
    assert "17" in told(said) or wish is engine.Wish.MODE
    assert told({"kind": "relaxation", "easings": [[wish.value, about, 5]], "price": 1})
    assert all(len(fault_words([engine.Fault(one, "甲", "乙")])) == 1 for one in engine.Amiss)


# What is refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"subjects": {"physics": SubjectRule(0, 8)}}, "physics_least"),
        ({"subjects": {"physics": SubjectRule(1, 90)}}, "physics_most"),
        ({"subjects": {"geography": SubjectRule(9, 8)}}, "geography_least"),
        ({"blocks": 0}, "blocks"),
        ({"blocks": 7}, "blocks"),
        ({"mode": "everything"}, "mode"),
        ({"balance": ("height",)}, "balance"),
        ({"spare_groups": 51}, "spare_groups"),
        ({"teacher_most": 0}, "teacher_most"),
        ({"keeps_classes": False, "home_most": 90}, "home_most"),
        ({"keeps_classes": False, "home_least": 20, "home_most": 10}, "home_least"),
        ({"keeps_classes": False, "home_count": 0}, "home_count"),
    ],
)
def test_settings_that_make_no_sense_are_refused_beside_their_field(given: dict[str, Any], field: str) -> None:
    term, row = chosen()
    with pytest.raises(operations.UnableToPlanGroups) as refused:
        operations.ask_grouping(actor=None, term=term.term, grade=1, round=row, settings=settings(**given), now=NOW)
    assert refused.value.field == field
    assert not Grouping.objects.exists()


def test_what_is_missing_is_said_before_a_job_is_begun() -> None:
    term, row = chosen()

    def refusal(**given: Any) -> str:
        asked = {"grade": 1, "round": row, "settings": settings(), **given}
        with pytest.raises(operations.UnableToPlanGroups) as refused:
            operations.ask_grouping(actor=None, term=term.term, now=NOW, **asked)
        return refused.value.code

    assert refusal(grade=2) == "round"
    assert refusal(grade=4) == "grade"
    open_ = factories.round_(term.made, RoundKind.TRIAL)
    assert refusal(round=open_) == "round-open"
    TermTeacher.objects.filter(subjects=["历史"]).delete()
    assert refusal() == "unfit"
    TermTeacher.objects.all().delete()
    assert refusal() == "no-teachers"
    TermClass.objects.update(room=None)
    term.term.rooms.update(kind="实验室")
    assert refusal(settings=settings(counts_teachers=False)) == "no-rooms"
    TermClass.objects.filter(code="高一(2)班").delete()
    assert refusal() == "homeless"


def test_only_who_plans_asks_and_only_in_his_school() -> None:
    term, row = chosen()
    stranger = registry.account(registry.school(term.made.county, school_type="342", name="别校").unit, "registrar")
    teacher = term.made.account("teacher", "handler")
    for actor in (stranger, teacher):
        with pytest.raises(PermissionMissing):
            operations.ask_grouping(
                actor=actor, term=term.term, grade=1, round=row, settings=settings(), now=NOW
            )  # fmt: skip
    made = planned(term, row)
    group = made.groups.first()
    assert group is not None
    for actor in (stranger, teacher):
        for step in (operations.adopt_grouping, operations.cancel_grouping):
            with pytest.raises(PermissionMissing):
                step(actor=actor, grouping=made, now=NOW)
        with pytest.raises(PermissionMissing):
            operations.drop_grouping(actor=actor, grouping=made, reason="不要", now=NOW)
        with pytest.raises(PermissionMissing):
            operations.open_group(actor=actor, grouping=made, group=group, purpose="check", now=NOW)
        with pytest.raises(PermissionMissing):
            operations.export_members(actor=actor, grouping=made, purpose="check", now=NOW)


# Adopted ----------------------------------------------------------------------------------------------------------------


def test_adopted_every_group_is_a_course_of_its_block() -> None:
    term, row = chosen()
    made = planned(term, row)
    head = term.made.account("head", "head")
    operations.adopt_grouping(actor=head, grouping=made, now=NOW)
    courses = {one.code: one for one in Course.objects.filter(group__grouping=made).select_related("group__teacher")}
    assert set(courses) == {f"高一 {one.code}" for one in made.groups.all()}
    for course in courses.values():
        assert (course.hours, course.subject) == (3, course.group.subject)
        assert course.together == f"高一·{course.group.block}"
        assert [one.pk for one in course.teachers.all()] == [course.group.teacher_id]
        assert [one.pk for one in course.rooms.all()] == [course.group.room_id]
    school = school_of(term.term)
    assert sum(one.size for one in school.pupils) == 12
    assert "timetabling.grouping.adopt" in codes()
    timetable = term_factories.solved(term)
    assert timetable.required == 0


def test_rooms_of_a_kind_and_hours_of_the_curriculum_are_those_of_the_course_and_uneven_hours_run_apart() -> None:
    term, row = chosen()
    CurriculumHours.objects.filter(is_chosen=True, subject="化学").update(room_kind="实验室", hours=4, doubles=2)
    made = planned(term, row)
    operations.adopt_grouping(actor=None, grouping=made, now=NOW)
    course = Course.objects.get(group__grouping=made, subject="化学")
    assert (course.room_kind, course.hours, course.doubles, course.rooms.count()) == ("实验室", 4, 2, 0)
    beside = Course.objects.filter(group__grouping=made, group__block=course.group.block).exclude(pk=course.pk)
    assert course.together not in set(beside.values_list("together", flat=True))


def test_without_teachers_the_timetable_chooses_among_those_of_the_subject() -> None:
    term, row = chosen(teachers=2)
    made = planned(term, row, settings(counts_teachers=False, counts_rooms=False))
    operations.adopt_grouping(actor=None, grouping=made, now=NOW)
    course = Course.objects.get(group__grouping=made, subject="生物")
    assert {one.code for one in course.candidates.all()} == {"BI0", "BI1"}
    assert not course.teachers.exists()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda term: TermTeacher.objects.filter(code="PH0").update(code="PH9"), "任课教师"),
        (lambda term: term.term.rooms.filter(code="301").update(seats=30), "教室"),
        (lambda term: TermTeacher.objects.filter(subjects=["历史"]).delete(), "历史"),
        (lambda term: TermClass.objects.filter(code="高一(1)班").update(code="高一实验班"), "行政班"),
        (lambda term: CurriculumHours.objects.filter(subject="生物").delete(), "生物"),
    ],
)
def test_what_has_changed_since_is_named_and_nothing_is_adopted(change: Any, word: str) -> None:
    term, row = chosen()
    made = planned(term, row)
    change(term)
    with pytest.raises(operations.UnableToAdoptGrouping) as refused:
        operations.adopt_grouping(actor=None, grouping=made, now=NOW)
    assert word in refused.value.message
    assert not Course.objects.filter(group__isnull=False).exists()


def test_a_list_that_was_tampered_with_is_not_adopted() -> None:
    term, row = chosen()
    made = planned(term, row)
    GroupMember.objects.filter(group__grouping=made).first().delete()  # type: ignore[union-attr]
    with pytest.raises(operations.UnableToAdoptGrouping, match="独立核对"):
        operations.adopt_grouping(actor=None, grouping=made, now=NOW)


def test_a_trial_is_for_comparison_only() -> None:
    term, _row = chosen()
    trial = group_factories.settled(term.made, ["PCB"] * 12, RoundKind.TRIAL)
    made = planned(term, trial, settings(most=12))
    with pytest.raises(operations.UnableToAdoptGrouping, match="不能采用"):
        operations.adopt_grouping(actor=None, grouping=made, now=NOW)


def test_classes_that_are_formed_anew_become_those_of_the_term() -> None:
    """Three classes of four, one of each combination: nobody moves, and the third class is new."""
    term, row = chosen(teachers=2)
    given = settings(
        most=4, keeps_classes=False, home_count=3, home_least=4, home_most=4, mode="fixed-three", teacher_most=3
    )
    made = planned(term, row, given)
    assert made.state == GroupingState.DONE, made.problem
    assert (made.tallies["moves"], made.tallies["mixed"]) == (0, 0)
    operations.adopt_grouping(actor=None, grouping=made, now=NOW)
    classes = {one.code: one.size for one in term.term.classes.all()}
    assert classes == {"高一(1)班": 4, "高一(2)班": 4, "高一(3)班": 4}
    assert all(one.home is not None for one in made.groups.all())
    # Classes that are kept are now these, whatever the registry says.
    kept = planned(term, row, settings(most=8))
    assert {home["code"]: home["combinations"] for home in kept.tallies["homes"]} == dict.fromkeys(classes, 1)
    one = planned(term, row, replace(given, home_count=2, home_most=8, mode="moving"))
    operations.adopt_grouping(actor=None, grouping=one, now=NOW)
    assert set(term.term.classes.values_list("code", flat=True)) == {"高一(1)班", "高一(2)班"}


def test_the_next_one_takes_its_place_and_a_published_timetable_keeps_its_lessons() -> None:
    term, row = chosen()
    first = planned(term, row)
    operations.adopt_grouping(actor=None, grouping=first, now=NOW)
    timetable = term_factories.solved(term)
    write_lessons(timetable)
    lessons = timetable.lessons.count()
    with pytest.raises(operations.UnableToDropGrouping, match="已公布的课表"):
        operations.drop_grouping(actor=None, grouping=first, reason="重编", now=NOW)
    smaller = planned(term, row, settings(most=5))
    # The teachers' own hours do not change by it: its courses are of this grade.
    _elsewhere(smaller)
    with pytest.raises(operations.UnableToAdoptGrouping, match="已公布的课表") as refused:
        operations.adopt_grouping(actor=None, grouping=smaller, now=NOW)
    assert refused.value.status == 409
    same = planned(term, row)
    operations.adopt_grouping(actor=None, grouping=same, now=NOW)
    first.refresh_from_db()
    assert first.state == GroupingState.DROPPED
    assert not first.groups.exists()
    assert (
        timetable.lessons.filter(course__group__grouping=same).count()
        == timetable.lessons.filter(course__group__isnull=False).count()
        > 0
    )
    assert timetable.lessons.count() == lessons


def _elsewhere(row: Grouping) -> None:
    """Every group in another block, as if the engine had turned them round: still valid."""
    turned = {"A": "B", "B": "C", "C": "A"}
    for group in row.groups.all():
        group.block = turned[group.block]
        group.save()


def test_dropped_the_names_go_and_the_figures_stay() -> None:
    term, row = chosen()
    made = planned(term, row)
    operations.adopt_grouping(actor=None, grouping=made, now=NOW)
    with pytest.raises(operations.UnableToDropGrouping):
        operations.drop_grouping(actor=None, grouping=made, reason="  ", now=NOW)
    dropped = operations.drop_grouping(actor=None, grouping=made, reason="改变主意", now=NOW)
    assert (dropped.state, dropped.tallies["groups"], dropped.tallies["dropped"]) == (
        GroupingState.DROPPED,
        6,
        "改变主意",
    )
    assert not GroupMember.objects.exists()
    assert not HomeMember.objects.exists()
    assert not Course.objects.filter(group__isnull=False).exists()


# A change period --------------------------------------------------------------------------------------------------------


def test_after_a_change_period_only_who_changed_changes_and_the_courses_stay() -> None:
    term, row = chosen(teachers=2)
    made = planned(term, row)
    operations.adopt_grouping(actor=None, grouping=made, now=NOW)
    before = {one.code: one.pk for one in Course.objects.filter(group__isnull=False)}
    members = dict(GroupMember.objects.filter(group__subject="物理").values_list("pupil_id", "group__code"))
    # One of the four of physics, chemistry, biology takes geography instead. Its group of eight is full, so that another is opened.
    change = group_factories.settled(term.made, ["PCG", *[""] * 11], RoundKind.CHANGE, before=row)
    page = queries.grouping_page(account=term.made.account("office"), public_id=made.public_id, day=NOW.date())
    assert list(page.changes) == [change]
    with pytest.raises(operations.UnableToAdoptGrouping, match="在它之后已经确定了"):
        operations.adopt_grouping(actor=None, grouping=planned(term, row), now=NOW)
    asked = operations.ask_change(actor=None, grouping=made, round=change, now=NOW)
    jobs.run_waiting_jobs()
    asked.refresh_from_db()
    assert asked.state == GroupingState.DONE, asked.problem
    said = asked.tallies["change"]
    assert (said["anew"], said["moved"], said["opened"], said["closed"]) == (1, 0, ["地理-02"], [])
    assert sizes(asked) == {"物理": [8], "化学": [8], "地理": [1, 8], "生物": [3], "历史": [4], "思想政治": [4]}
    after = GroupMember.objects.filter(group__grouping=asked, group__subject="物理")
    assert dict(after.values_list("pupil_id", "group__code")) == members
    operations.adopt_grouping(actor=None, grouping=asked, now=NOW)
    courses = {one.code: one.pk for one in Course.objects.filter(group__isnull=False)}
    assert courses.pop("高一 地理-02")
    assert courses == before
    page = queries.grouping_page(account=term.made.account("office"), public_id=asked.public_id, day=NOW.date())
    assert (page.courses, page.lessons, page.unscheduled) == (7, 0, 7)


def test_a_change_is_only_of_a_settled_change_period_and_new_pupils_need_a_new_plan() -> None:
    term, row = chosen()
    made = planned(term, row)
    with pytest.raises(operations.UnableToPlanGroups, match="改选"):
        operations.ask_change(actor=None, grouping=made, round=row, now=NOW)
    term.made.pupils.append(registry.pupil(term.made.school, term.made.classes[0], name="新来"))
    change = group_factories.settled(term.made, [*[""] * 12, "PCB"], RoundKind.CHANGE, before=row)
    asked = operations.ask_change(actor=None, grouping=made, round=change, now=NOW)
    jobs.run_waiting_jobs()
    asked.refresh_from_db()
    assert "有 1 名学生不在原方案里" in told(asked.problem[0])


# By hand from group to group --------------------------------------------------------------------------------------------


def two_of_physics() -> tuple[Any, Grouping]:
    """Sixteen who chose the same: physics in two groups of eight or so."""
    term, row = chosen({"PCB": 16}, teachers=2)
    return term, planned(term, row, settings(most=10, blocks=3))


def test_a_pupil_is_moved_within_a_block_and_what_follows_is_said_before() -> None:
    term, made = two_of_physics()
    office = term.made.account("office")
    groups = list(made.groups.filter(subject="物理"))
    assert len(groups) == 2
    pupil = groups[0].members.first().pupil
    weighed = operations.weigh_move(
        actor=office, grouping=made, pupil=pupil.public_id, subject="物理", group=groups[1].code
    )
    left, joined = weighed.groups
    assert (left[2], joined[2]) == (left[1] - 1, joined[1] + 1)
    assert GroupMember.objects.filter(pupil=pupil, group=groups[0]).exists(), "nothing is done before it is asked for"
    is_same_block = groups[0].block == groups[1].block
    assert weighed.is_possible == is_same_block
    if not is_same_block:
        assert "冲突" in weighed.refused[0]
        with pytest.raises(operations.UnableToMovePupil, match="冲突"):
            operations.move_pupil(
                actor=office, grouping=made, pupil=pupil.public_id, subject="物理", group=groups[1].code, now=NOW
            )


def test_two_pupils_exchange_and_the_journal_says_so() -> None:
    term, row = chosen({"PCB": 12, "PCG": 8}, teachers=3)
    made = planned(term, row, settings(most=12, least=2, subjects={"chemistry": SubjectRule(2, 10)}, spare_groups=2))
    pair = next(
        (
            (one, other)
            for one in made.groups.all()
            for other in made.groups.filter(subject=one.subject, block=one.block).exclude(pk=one.pk)
        ),
        None,
    )
    assert pair is not None, sizes(made)
    one, other = pair
    first, second = one.members.first().pupil, other.members.first().pupil
    before = made.result_sha256
    operations.swap_pupils(
        actor=term.made.account("office"), grouping=made, pupil=first.public_id, other=second.public_id,
        subject=one.subject, now=NOW,
    )  # fmt: skip
    assert other.members.filter(pupil=first).exists()
    assert one.members.filter(pupil=second).exists()
    made.refresh_from_db()
    assert made.result_sha256 != before
    assert sections_of(made).digest == made.result_sha256
    assert "timetabling.grouping.move" in codes()
    operations.adopt_grouping(actor=None, grouping=made, now=NOW)
    with pytest.raises(operations.UnableToMovePupil, match="已经在"):
        operations.move_pupil(
            actor=None, grouping=made, pupil=first.public_id, subject=one.subject, group=other.code, now=NOW
        )
    for pupil, group in (("nobody", one.code), (first.public_id, "物理-99"), (first.public_id, "")):
        with pytest.raises(operations.UnableToMovePupil):
            operations.move_pupil(actor=None, grouping=made, pupil=pupil, subject=one.subject, group=group, now=NOW)


# Before choices open ----------------------------------------------------------------------------------------------------


def test_what_can_be_offered_is_said_for_each_combination() -> None:
    """One teacher of biology, groups of eight, three a teacher: 24 may have it; with no teacher of history nobody may have that."""
    term, _row = chosen()
    TermTeacher.objects.filter(subjects=["历史"]).delete()
    page = queries.offering_page(
        account=term.made.account("office"), public_id=term.term.public_id, grade=1, day=NOW.date()
    )
    answer = queries.offered(page=page, settings=settings(), expected={"PCB": 20, "PCG": 4})
    lines = {line.combination.code: line for line in answer.lines}
    assert lines["PCB"].alone == 24
    assert lines["HOG"].alone == 0
    assert "历史" in lines["HOG"].lacking[0]
    assert (answer.fits, lines["PCB"].more) == (True, 4)
    too_many = queries.offered(page=page, settings=settings(), expected={"PCB": 25})
    assert (too_many.fits, too_many.is_known) == (False, True)
    assert too_many.reasons
    assert too_many.relaxations


def test_settings_come_back_from_json_as_they_were() -> None:
    given = settings(blocks=4, keeps_classes=False, home_count=3, balance=("gender",), parent="abc")
    assert GroupSettings.from_json(given.to_json()) == given
