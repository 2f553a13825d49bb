"""The pages of plans: both languages, what moves and what does not, stale data, comparison, files; a constant number of queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from yaodian.engines.scheduling.timetabling import verify
from yaodian.foundation import jobs
from yaodian.foundation.models import Job
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations
from yaodian.timetabling.models import Origin, Timetable, TimetableState
from yaodian.timetabling.problem import laid_of, thaw, timetable_of
from yaodian.timetabling.queries.timetables import job_of
from yaodian.timetabling.templatetags.timetabling_solving import cost_rows, course_of
from yaodian.timetabling.tests import term_factories as factories
from yaodian.timetabling.tests.factories import NOW
from yaodian.timetabling.tests.term_factories import MadeTerm
from yaodian.timetabling.tests.test_pages import client_of, text, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def made() -> MadeTerm:
    made = factories.term()
    factories.grouped(made)
    return made


@pytest.fixture
def office(made: MadeTerm) -> Client:
    return client_of(made.made.account("office"))


PARTIAL = {"HX-Request": "true"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_office_asks_watches_pauses_goes_on_copies_and_drops(made: MadeTerm, language: str) -> None:
    client = client_of(made.made.account("office"), language)
    there = url("timetables", made.term.public_id)
    text(client.get(there))
    answer = client.post(there, {"title": "甲案", "seconds": "20", "seed": "1", "start": ""})
    row = Timetable.objects.get()
    assert answer["Location"] == url("timetable", row.public_id)
    page = text(client.get(url("timetable", row.public_id)))
    assert 'hx-trigger="every 2s"' in page
    assert "htmx-2" in page
    assert f'href="{url("timetable", row.public_id)}"' in page, "without a script one refreshes by a link"
    part = client.get(url("timetable", row.public_id), headers=PARTIAL)
    assert "<html" not in text(part)
    assert "HX-Refresh" not in part.headers
    text(client.get(there))
    answer = client.post(there, {"seconds": "20", "seed": "1", "start": ""})
    assert answer.status_code == 409
    step = url("timetable_step", row.public_id)
    assert client.post(step, {"do": "pause"}).status_code == 302
    ended = client.get(url("timetable", row.public_id), headers=PARTIAL)
    assert ended.headers["HX-Refresh"] == "true"
    assert 'hx-trigger="every 2s"' not in text(client.get(url("timetable", row.public_id)))
    assert client.post(step, {"do": "resume", "seconds": "viele"}).status_code == 422
    assert client.post(step, {"do": "resume", "seconds": "10"}).status_code == 302
    jobs.run_waiting_jobs()
    page = text(client.get(url("timetable", row.public_id)))
    assert "任甲" in page, "the week of the first class is shown"
    assert client.post(step, {"do": "rename", "title": "乙案"}).status_code == 302
    assert client.post(step, {"do": "rename", "title": "长" * 61}).status_code == 422
    answer = client.post(step, {"do": "copy"})
    copy = Timetable.objects.get(origin=Origin.COPIED)
    assert answer["Location"] == url("timetable", copy.public_id)
    assert client.post(url("timetable_step", copy.public_id), {"do": "drop", "reason": ""}).status_code == 422
    assert client.post(url("timetable_step", copy.public_id), {"do": "drop", "reason": "重复"}).status_code == 302
    assert "重复" in text(client.get(url("timetable", copy.public_id)))
    assert client.post(step, {"do": "pause"}).status_code == 409
    assert client.post(step, {"do": "explode"}).status_code == 404
    text(client.get(there))


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"seconds": "0", "seed": "1"},
        {"seconds": "3601", "seed": "1"},
        {"seconds": "10", "seed": "-1"},
        {"seconds": "10", "seed": "1", "start": "nothing"},
        {"seconds": "1e9", "seed": "١"},
        {"seconds": "10", "seed": "1", "title": "长" * 61},
    ],
)
def test_bad_input_comes_back_with_what_was_typed(made: MadeTerm, office: Client, sent: dict[str, str]) -> None:
    answer = office.post(url("timetables", made.term.public_id), {"title": "留着", **sent})
    assert answer.status_code == 422
    assert sent.get("title", "留着") in answer.content.decode()
    assert not Timetable.objects.exists()


def test_what_makes_a_timetable_impossible_is_listed_beside_the_form(made: MadeTerm, office: Client) -> None:
    made.teachers[0].away = [[day, list(range(8 if day else 6))] for day in range(5)]
    made.teachers[0].store()
    answer = office.post(url("timetables", made.term.public_id), {"seconds": "10", "seed": "1"})
    assert answer.status_code == 422
    assert "“高一(2)班 语文”要上 5 次" in answer.content.decode()


def test_data_that_changed_since_are_noticed_and_told_by_kind(made: MadeTerm, office: Client) -> None:
    row = factories.solved(made)
    assert "数据已变" not in text(office.get(url("timetables", made.term.public_id)))
    assert "学期数据变了" not in text(office.get(url("timetable", row.public_id)))
    course = made.courses["高一(1)班 体育"]
    course.hours = 3
    course.store()
    factories.wish(made, "gaps-of-teachers", "少空堂", most=0)
    assert "数据已变" in text(office.get(url("timetables", made.term.public_id)))
    page = text(office.get(url("timetable", row.public_id)))
    assert "学期数据变了" in page
    assert "改动 1" in page
    assert "新增 1" in page
    factories.wish(made, "before", "先后", pairs=[["没有的课", "也没有"]])
    assert office.get(url("timetable", row.public_id)).status_code == 200


def test_what_is_missed_and_why_stand_on_the_page_of_a_plan(made: MadeTerm, office: Client) -> None:
    factories.wish(made, "in-periods", "数学在第八节", subjects=["数学"], periods=[7])
    row = factories.solved(made)
    page = text(office.get(url("timetable", row.public_id)))
    assert "没有做到的要求" in page
    assert "数学" in page[page.index("没有做到的要求") :]


def test_a_job_that_died_for_good_is_told_and_the_plan_can_go_on(made: MadeTerm, office: Client) -> None:
    row = operations.ask_timetable(actor=None, term=made.term, now=NOW)
    job = job_of(row)
    assert job is not None
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, finished_at=NOW, error_code="worker-lost")
    page = text(office.get(url("timetable", row.public_id)))
    assert "后台任务中断" in page
    assert 'hx-trigger="every 2s"' not in page
    assert "计算中断" in text(office.get(url("timetables", made.term.public_id)))
    assert office.post(url("timetable_step", row.public_id), {"do": "pause"}).status_code == 302
    row.refresh_from_db()
    assert row.state == TimetableState.PAUSED


def test_others_see_no_more_than_they_may(made: MadeTerm) -> None:
    row = factories.solved(made)
    teacher = client_of(made.made.account("teacher", "handler"))
    page = text(teacher.get(url("timetable", row.public_id)))
    assert 'name="do"' not in page
    assert "XHSTT" not in page
    assert 'name="seconds"' not in text(teacher.get(url("timetables", made.term.public_id)))
    for answer in (
        teacher.post(url("timetable_step", row.public_id), {"do": "copy"}),
        teacher.post(url("timetables", made.term.public_id), {"seconds": "1"}),
        teacher.get(url("timetable_file", row.public_id, "xhstt")),
        teacher.post(url("import_solution", row.public_id), {}),
    ):
        assert answer.status_code == 403
    stranger = client_of(made.made.account("elsewhere", "registrar", registry.county("望江县")))
    for name, key in (
        ("timetable", row.public_id),
        ("timetables", made.term.public_id),
        ("compare_timetables", made.term.public_id),
    ):
        assert stranger.get(url(name, key)).status_code == 404
    assert stranger.post(url("timetable_step", row.public_id), {"do": "copy"}).status_code == 404
    assert not Timetable.objects.filter(origin=Origin.COPIED).exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_plans_stand_side_by_side_with_the_better_one_named(made: MadeTerm, language: str) -> None:
    factories.wish(made, "gaps-of-teachers", "少空堂", most=0, weight=2)
    first = factories.solved(made, title="甲案")
    second = factories.solved(made, seed=5)
    # One lesson is taken off the week: two measures are worse by as much.
    second.pieces = [[*second.pieces[0][:2], None, None, None, second.pieces[0][5]], *second.pieces[1:]]
    second.required = second.pieces[0][1]
    second.store()
    client = client_of(made.made.account("office"), language)
    there = url("compare_timetables", made.term.public_id)
    text(client.get(there))
    page = text(client.get(there, {"plan": [first.public_id, second.public_id]}))
    assert "甲案" in page
    assert "少空堂" in page
    assert "is-best" in page
    if language == "zh-hans":
        assert "较好" in page
        assert "与方案 1 不同的课" in page
    for chosen in (["nothing"], [first.public_id], [first.public_id] * 4, ["x" * 500, first.public_id]):
        assert "is-best" not in text(client.get(there, {"plan": chosen}))


def test_figures_of_a_comparison_are_those_counted_by_hand(made: MadeTerm) -> None:
    from datetime import date

    from yaodian.timetabling.queries import comparison

    row = factories.solved(made)
    moved = factories.solved(made)
    account = made.made.account("office")
    page = comparison(
        account=account, public_id=made.term.public_id, chosen=[row.public_id, moved.public_id], day=date(2026, 11, 2)
    )
    figures = {one.label: [entry.words for entry in one.entries] for one in page.measures}
    assert figures["没有排上的节数"] == ["0", "0"]
    gaps = 0
    days = set()
    for teacher in (one.code for one in made.teachers):
        for day in range(5):
            busy = sorted(
                at
                for _name, length, _bells, on, period, people in row.pieces
                if on == day and teacher in people
                for at in range(period, period + length)
            )
            if busy:
                gaps += busy[-1] - busy[0] + 1 - len(busy)
                days.add((teacher, day))
    assert figures["教师空堂"][0] == str(gaps)
    teaching = {teacher for teacher, _day in days}
    mean = len(days) / len(teaching)
    assert figures["教师上课天数"][0] == (str(int(mean)) if mean == int(mean) else f"{mean:.1f}")
    assert page.differing == (0,)
    assert not any(entry.is_best for one in page.measures for entry in one.entries), "alike plans have no better one"


def test_what_goes_out_as_xhstt_comes_back_with_the_same_costs(made: MadeTerm, office: Client) -> None:
    factories.wish(made, "lessons-a-day", "每天一节", most=1, weight=5)
    factories.wish(made, "gaps-of-teachers", "少空堂", most=0)
    row = factories.solved(made)
    laid = laid_of(thaw(bytes(row.frozen)))
    verdict = verify(laid.problem, timetable_of(laid, row.pieces))
    answer = office.get(url("timetable_file", row.public_id, "xhstt"))
    assert answer["Content-Disposition"].startswith("attachment")
    file = SimpleUploadedFile("plan.xml", answer.content)
    answer = office.post(url("import_solution", row.public_id), {"file": file, "title": "外来"})
    assert answer.status_code == 302, answer.content.decode()
    back = Timetable.objects.get(origin=Origin.IMPORTED)
    assert (back.required, back.optional, back.state) == (0, verdict.optional, TimetableState.DONE)
    assert (back.parent, back.frozen_sha256, back.title) == (row, row.frozen_sha256, "外来")


def test_what_fet_cannot_say_is_told_on_the_page(made: MadeTerm, office: Client) -> None:
    factories.wish(made, "lessons-a-day", "每天一节", most=1, weight=5)
    row = factories.solved(made)
    for kind in ("fet", "fet-result"):
        answer = office.get(url("timetable_file", row.public_id, kind))
        assert answer.status_code == 409
        assert "每天一节" in answer.content.decode()


def test_fet_takes_a_school_without_wishes_and_gives_its_result_back(made: MadeTerm, office: Client) -> None:
    row = factories.solved(made)
    school = office.get(url("timetable_file", row.public_id, "fet"))
    assert school.status_code == 200, school.content.decode()[:3_000]
    result = office.get(url("timetable_file", row.public_id, "fet-result"))
    file = SimpleUploadedFile("x_activities.xml", result.content)
    assert office.post(url("import_solution", row.public_id), {"file": file}).status_code == 302
    assert Timetable.objects.get(origin=Origin.IMPORTED).required == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html></html>",
        b"not xml at all",
        b'<?xml version="1.0"?><HighSchoolTimetableArchive><Instances/><SolutionGroups/></HighSchoolTimetableArchive>',
        b"<Activities_Timetable><Activity><Id>99999</Id></Activity></Activities_Timetable>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><Activities_Timetable/>',
        "HighSchoolTimetableArchive".encode("utf-16"),
    ],
)
def test_a_file_that_is_none_of_this_problem_is_refused_beside_the_field(
    made: MadeTerm, office: Client, content: bytes
) -> None:
    row = factories.solved(made)
    sent = {"file": SimpleUploadedFile("plan.xml", content), "title": "留着"}
    answer = office.post(url("import_solution", row.public_id), sent)
    assert answer.status_code == 422, answer.status_code
    assert "留着" in answer.content.decode()
    assert Timetable.objects.count() == 1


def test_a_solution_of_another_school_is_refused(made: MadeTerm, office: Client) -> None:
    row = factories.solved(made)
    content = office.get(url("timetable_file", row.public_id, "xhstt")).content
    other = factories.solved(factories.term(made.made, year=2027))
    file = SimpleUploadedFile("plan.xml", content)
    assert office.post(url("import_solution", other.public_id), {"file": file}).status_code == 422
    gone = content.replace("高一(1)班 语文".encode(), "别的课".encode())
    file = SimpleUploadedFile("plan.xml", gone)
    answer = office.post(url("import_solution", row.public_id), {"file": file})
    assert answer.status_code == 422
    assert "别的课" in answer.content.decode()
    assert office.get(url("timetable_file", row.public_id, "pdf")).status_code == 404


def test_queries_do_not_grow_with_plans_or_courses(
    made: MadeTerm, office: Client, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    rows = [factories.solved(made) for _ in range(2)]
    office.get(url("timetables", made.term.public_id))
    with django_assert_max_num_queries(36) as few:
        office.get(url("timetables", made.term.public_id))
    keys = [one.public_id for one in rows]
    for _ in range(6):
        copy = operations.copy_timetable(actor=None, timetable=rows[0], now=NOW)
    keys.append(copy.public_id)
    with django_assert_max_num_queries(len(few)):
        office.get(url("timetables", made.term.public_id))
    with django_assert_max_num_queries(40):
        office.get(url("timetable", rows[0].public_id))
    with django_assert_max_num_queries(20):
        office.get(url("compare_timetables", made.term.public_id), {"plan": keys})


def test_the_course_shows_what_is_missed_and_then_what_is_paid() -> None:
    steps = [[0.5, 12, 0], [1.0, 3, 90], [2.5, 0, 80], [4.0, 0, 60]]
    course = course_of(steps, 10.0, 20)
    assert course is not None
    assert (course.places, course.bound) == (((2.5, 80), (4.0, 60), (10.0, 60)), 20)
    before = course_of(steps[:2], 1.5, None)
    assert before is not None
    assert (before.places, before.bound) == (((0.5, 12), (1.0, 3), (1.5, 3)), None)
    assert course_of([], 3.0, None) is None
    many = [[float(at), 0, 1_000 - at] for at in range(500)]
    rows = cost_rows(many)
    assert len(rows) <= 42
    assert (rows[0], rows[-1]) == (("0.0", 0, 1_000), ("499.0", 0, 501))
