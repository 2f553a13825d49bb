"""The desk of wishes: the list, presses, the usual ones, who may; why there is no timetable; what a timetable misses."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from yaodian.audit.queries import entries
from yaodian.engines.scheduling.timetabling import verify
from yaodian.foundation.jobs import run_waiting_jobs
from yaodian.foundation.models import Job
from yaodian.foundation.sheets import workbook
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations
from yaodian.timetabling.models import TermCheck, TermState, Timetable, TimetableWish
from yaodian.timetabling.problem import laid_of, thaw, timetable_of, wish_of
from yaodian.timetabling.problem.wish_checks import checked
from yaodian.timetabling.queries.explaining import missed_wishes, told_of_timetable
from yaodian.timetabling.queries.wishes import vocabulary_of, wishes_page
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
    return factories.term()


def contradictory(made: MadeTerm) -> tuple[TimetableWish, TimetableWish]:
    """Chinese of the first class: five hours, one a day, and never on Wednesday. A third wish has no part in it."""
    one = factories.wish(made, "lessons-a-day", "语文一天一次", subjects=["语文"], most=1, is_required=True, weight=10)
    other = factories.wish(
        made, "away", "周三外出", who=["T01"], when=[[2, []]], is_required=True, weight=4, reason="区里教研"
    )
    factories.wish(
        made, "in-periods", "体育不在首节", subjects=["体育"], periods=[1, 2, 3, 4, 5, 6, 7], is_required=True
    )
    return one, other


# The list ------------------------------------------------------------------------------------------------------------


def test_the_list_groups_by_strength_says_whom_and_narrows(made: MadeTerm) -> None:
    contradictory(made)
    factories.wish(made, "lessons-on-end", "连上三节", most=3, weight=4)
    factories.wish(made, "days-of-teachers", "四天", most=4, is_active=False)
    account = made.made.account("office")
    page = wishes_page(account=account, public_id=made.term.public_id, filters={}, now=NOW)
    assert [(one.code, len(one.lines)) for one in page.groups] == [("must", 3), ("rather", 1), ("off", 1)]
    assert (page.all, page.active, page.must) == (5, 4, 3)
    concerned = {line.wish.name: line.concerns for group in page.groups for line in group.lines}
    assert concerned["语文一天一次"] == "2 门课"
    assert concerned["周三外出"] == "1 位教师"
    assert concerned["连上三节"] == "7 位教师"
    client = client_of(account)
    shown = text(client.get(url("wishes", made.term.public_id)))
    assert "语文：每个班每天最多上 1 次" in shown
    assert "任甲在周三全天不排课" in shown
    assert "体育不排在第1节" in shown
    narrowed = text(client.get(url("wishes", made.term.public_id), {"kind": "away"}))
    assert "任甲在周三全天不排课" in narrowed
    assert "语文：每个班每天最多上 1 次" not in narrowed.split("filter-row")[1].split("</form>")[1]
    assert "没有符合筛选的要求" in text(client.get(url("wishes", made.term.public_id), {"text": "游泳"}))
    text(client.get(url("wishes", made.term.public_id), {"kind": "nonsense", "strength": "<b>"}))


def test_a_term_without_wishes_offers_the_usual_ones(made: MadeTerm) -> None:
    client = client_of(made.made.account("office"))
    assert "还没有排课要求" in text(client.get(url("wishes", made.term.public_id)))
    answer = client.post(url("wishes_usual", made.term.public_id))
    assert answer.status_code == 302
    rows = list(TimetableWish.objects.all())
    assert len(rows) >= 8
    vocabulary = vocabulary_of(made.term)
    assert not any(row.is_required for row in rows)
    for row in rows:
        assert checked(vocabulary, row.kind, row.values) == row.values
        wish_of(row)
    kinds = {row.kind for row in rows}
    assert {"lessons-a-day", "in-periods", "lessons-on-end", "fair-periods", "days-apart"} <= kinds
    sports = next(row for row in rows if row.kind == "in-periods" and row.values["subjects"] == ["体育"])
    assert sports.values["periods"] == [1, 2, 3, 4, 5, 6, 7]
    solved = factories.solved(made)
    assert solved.required == 0
    again = client.post(url("wishes_usual", made.term.public_id))
    assert again.status_code == 409
    assert "都已经在列表里" in again.content.decode()
    assert TimetableWish.objects.count() == len(rows)


def test_presses_change_a_wish_and_stand_in_the_journal(made: MadeTerm) -> None:
    one, other = contradictory(made)
    client = client_of(made.made.account("office"))

    def press(row: TimetableWish, do: str, version: int) -> int:
        return client.post(url("wish_step", row.public_id), {"do": do, "version": version}).status_code

    assert press(one, "off", 1) == 302
    one.refresh_from_db()
    assert not one.is_active
    assert press(one, "on", 1) == 302, "stale: told in a message, nothing changes"
    one.refresh_from_db()
    assert not one.is_active
    assert press(one, "on", 2) == 302
    for weight in (10, 4, 1, 1):
        one.refresh_from_db()
        press(one, "weaker", one.version)
        one.refresh_from_db()
        assert (one.is_required, one.weight) == (False, weight)
    assert press(other, "explode", 1) == 404
    assert press(other, "remove", 1) == 302
    assert not TimetableWish.objects.filter(pk=other.pk).exists()
    assert press(other, "remove", 1) == 404
    codes = list(entries(code="timetabling.wish.").values_list("code", flat=True))
    assert codes.count("timetabling.wish.toggle") == 2
    assert codes.count("timetabling.wish.relax") == 3
    assert codes.count("timetabling.wish.remove") == 1
    assert "任甲" not in "".join(str(entry.detail) for entry in entries())


def test_a_copy_is_filled_in_from_the_other_and_must_say_something_else(made: MadeTerm) -> None:
    one, _other = contradictory(made)
    client = client_of(made.made.account("office"))
    address = f"{url('wish_new', made.term.public_id)}?copy={one.public_id}"
    assert 'value="语文" checked' in text(client.get(address))
    given = {"subjects": "语文", "most": "1", "strength": "must", "is_active": "on"}
    answer = client.post(address, given)
    assert answer.status_code == 422
    assert "已有同样的要求" in answer.content.decode()
    assert client.post(address, {**given, "subjects": "数学"}).status_code == 302
    assert client.get(f"{url('wish_new', made.term.public_id)}?copy=nothere").status_code == 404
    answer = client.post(address, {**given, "subjects": "英语", "name": one.name})
    assert answer.status_code == 422
    assert "已有同名的要求" in answer.content.decode()


def test_what_is_gone_is_marked_and_can_be_mended(made: MadeTerm) -> None:
    row = factories.wish(made, "gaps-of-teachers", "空节", teachers=["T02", "T99"], most=2)
    client = client_of(made.made.account("office"))
    shown = text(client.get(url("wishes", made.term.public_id)))
    assert "T99（已不在）" in shown
    assert "wish-amiss" in shown
    assert 'value="T99" checked' in text(client.get(url("wish", row.public_id)))
    answer = client.post(url("explain_term", made.term.public_id))
    assert answer.status_code == 409 or answer.status_code == 302
    strange = factories.wish(made, "swimming", "游泳")
    text(client.get(url("wishes", made.term.public_id)))
    assert client.get(url("wish", strange.public_id)).status_code == 404


def test_only_who_plans_sees_wishes_and_an_ended_term_changes_no_more(made: MadeTerm) -> None:
    row, _other = contradictory(made)
    viewer = client_of(made.made.account("viewer", "viewer"))
    stranger = client_of(registry.account(registry.county("望江县"), "registrar", name="elsewhere"))
    term = made.term.public_id
    for name, key in (("wishes", term), ("wish_new", term), ("wishes_export", term), ("wish", row.public_id)):
        assert viewer.get(url(name, key)).status_code == 403
        assert stranger.get(url(name, key)).status_code == 404
    for name, key in (("wishes_usual", term), ("explain_term", term), ("wish_step", row.public_id)):
        assert viewer.post(url(name, key), {"do": "off"}).status_code == 403
        assert stranger.post(url(name, key), {"do": "off"}).status_code == 404
    with pytest.raises(PermissionMissing):
        operations.remove_wish(actor=made.made.account("viewer", "viewer"), wish=row, now=NOW)
    made.term.state = TermState.ENDED
    made.term.store()
    client = client_of(made.made.account("office"))
    assert "只能查看" in text(client.get(url("wishes", term)))
    assert client.post(url("wishes_usual", term)).status_code == 409
    with pytest.raises(operations.WrongState):
        operations.toggle_wish(actor=None, wish=row, is_active=False, now=NOW)


def test_the_list_leaves_as_a_workbook_of_texts(made: MadeTerm) -> None:
    factories.wish(made, "lessons-on-end", "=1+1", most=3, reason="<script>")
    client = client_of(made.made.account("office"))
    answer = client.get(url("wishes_export", made.term.public_id))
    content = b"".join(answer.streaming_content)
    rows = list(workbook.rows(io.BufferedReader(io.BytesIO(content)), [], {}))
    assert list(rows[1][2])[2:4] == ["=1+1", "<script>"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_lists_cost_the_same_however_many(made: MadeTerm, django_assert_max_num_queries: Callable[..., Any]) -> None:
    account = made.made.account("office")
    client = client_of(account)
    contradictory(made)
    text(client.get(url("wishes", made.term.public_id)))
    for number in range(40):
        factories.TermTeacher(term=made.term, code=f"X{number:02}", name="某某", subjects=["语文"]).store()
        factories.wish(made, "gaps-of-teachers", f"空节{number}", teachers=[f"X{number:02}"], most=2)
    with django_assert_max_num_queries(25):
        text(client.get(url("wishes", made.term.public_id)))
    with django_assert_max_num_queries(25):
        text(client.get(url("wish_new", made.term.public_id) + "?kind=away"))


# Why there is none ----------------------------------------------------------------------------------------------------


def test_a_contradiction_names_exactly_the_two_wishes_and_the_price(made: MadeTerm) -> None:
    one, other = contradictory(made)
    client = client_of(made.made.account("office"))
    assert client.post(url("explain_term", made.term.public_id)).status_code == 302
    waiting = text(client.get(url("wishes", made.term.public_id)))
    assert 'hx-trigger="every 2s"' in waiting
    assert client.post(url("explain_term", made.term.public_id)).status_code == 409, "one question at a time"
    (job,) = run_waiting_jobs()
    assert job.state == Job.State.DONE
    told = wishes_page(
        account=made.made.account("office"), public_id=made.term.public_id, filters={}, now=NOW
    ).explanation
    assert (told.state, told.is_infeasible, told.is_stale) == ("done", True, False)
    (conflict,) = told.conflicts
    assert conflict.is_minimal
    assert [wish.now for wish in conflict.wishes] == [one, other]
    assert "高一(1)班 语文" in conflict.courses
    # Both classes have Chinese with one teacher: each a lesson on Wednesday (4), or twice on another day (10).
    ways = [([miss.wish.now for miss in way.misses], way.price) for way in told.ways if not way.is_data]
    assert ways[0][0] == [other]
    assert ways[0][1] in (4, 8)
    shown = text(client.get(url("explain_term", made.term.public_id)))
    assert "语文：每个班每天最多上 1 次" in shown
    assert "任甲在周三全天不排课" in shown
    assert "区里教研" in shown
    assert "体育" not in shown
    assert "hx-get" not in shown
    assert TermCheck.objects.get().frozen == b"" or bytes(TermCheck.objects.get().frozen) == b""
    # Made weaker by a press, the school is possible.
    assert client.post(url("wish_step", other.public_id), {"do": "weaker", "version": "1"}).status_code == 302
    assert "检查以后要求有改动" in text(client.get(url("wishes", made.term.public_id)))
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        client.post(url("explain_term", made.term.public_id))
        run_waiting_jobs()
    assert "可以同时做到" in text(client.get(url("wishes", made.term.public_id)))
    codes = list(entries(code="timetabling.explanation.").values_list("code", flat=True))
    assert codes.count("timetabling.explanation.ask") == codes.count("timetabling.explanation.compute") == 2


def test_a_timetable_is_explained_by_the_school_that_it_was_made_of(made: MadeTerm) -> None:
    row = factories.solved(made)
    one, other = contradictory(made)
    later = factories.school_of(made.term)
    frozen = factories.freeze(later)
    Timetable.objects.filter(pk=row.pk).update(frozen=frozen, frozen_sha256=factories.sha256(frozen), pieces=[])
    row.refresh_from_db()
    account = made.made.account("office")
    client = client_of(account)
    assert client.post(url("explain_timetable", row.public_id)).status_code == 302
    run_waiting_jobs()
    row.refresh_from_db()
    told = told_of_timetable(account=account, timetable=row, now=NOW)
    assert {wish.now for wish in told.conflicts[0].wishes} == {one, other}
    other.values = {"who": ["T01"], "when": [[3, []]]}
    other.store()
    told = told_of_timetable(account=account, timetable=row, now=NOW)
    assert {wish.now for wish in told.conflicts[0].wishes} == {one, None}, (
        "a wish that was changed is not made weaker here"
    )
    assert told.is_stale
    shown = text(client.get(url("explain_timetable", row.public_id)))
    assert "这条要求后来改过" in shown
    assert f'name="timetable" value="{row.public_id}"' in shown
    viewer = made.made.account("viewer", "viewer")
    assert told_of_timetable(account=viewer, timetable=row, now=NOW).state == ""


def test_lessons_that_do_not_fit_at_all_are_told_without_a_wish(made: MadeTerm) -> None:
    course = factories.Course(term=made.term, code="高一(1)班 自习", subject="自习", hours=36).store()
    course.classes.add(made.classes[0])
    operations.ask_explanation(actor=None, of=made.term, now=NOW)
    run_waiting_jobs()
    client = client_of(made.made.account("office"))
    shown = text(client.get(url("wishes", made.term.public_id)))
    assert "这些课本身就排不下" in shown
    assert "高一(1)班" in shown


def test_a_question_that_nobody_answers_is_not_waited_for(made: MadeTerm) -> None:
    operations.ask_explanation(actor=None, of=made.term, now=NOW - timedelta(minutes=4))
    client = client_of(made.made.account("office"))
    assert "后台没有回答" in text(client.get(url("wishes", made.term.public_id)))
    assert client.post(url("explain_term", made.term.public_id)).status_code == 302


@pytest.mark.parametrize("what", ["unknown", "empty"])
def test_a_school_that_is_not_whole_is_not_asked_about(made: MadeTerm, what: str) -> None:
    if what == "unknown":
        factories.wish(made, "gaps-of-teachers", "空节", teachers=["T99"], most=2)
    else:
        made.term.courses.all().delete()
    with pytest.raises(operations.UnableTo) as refused:
        operations.ask_explanation(actor=None, of=made.term, now=NOW)
    assert refused.value.code == what
    assert not Job.objects.exists()


# What is missed --------------------------------------------------------------------------------------------------------


def test_missed_wishes_cost_what_verify_says(made: MadeTerm) -> None:
    factories.grouped(made)
    contradictory_not_required = [
        factories.wish(made, "in-periods", "语文在首节", subjects=["语文"], periods=[0], weight=4),
        factories.wish(made, "days-of-teachers", "两天", most=2, weight=1),
        factories.wish(made, "lessons-on-end", "连上八节", most=8, weight=1),
    ]
    row = factories.solved(made)
    missed = missed_wishes(timetable=row)
    assert missed is not None
    laid = laid_of(thaw(bytes(row.frozen)))
    verdict = verify(laid.problem, timetable_of(laid, row.pieces))
    assert (missed.required, missed.optional) == (verdict.required, verdict.optional) == (0, row.optional)
    assert sum(line.cost for line in missed.lines) == verdict.optional > 0
    assert {line.wish.now for line in missed.lines} == set(contradictory_not_required[:2])
    assert missed.kept == 1
    dearest = missed.lines[0]
    assert dearest.count == len(dearest.first) + len(dearest.others)
    assert any("语文" in place and "节不在要求的时间" in place for line in missed.lines for place in line.first)


def test_a_required_wish_that_is_missed_stands_first(made: MadeTerm) -> None:
    row = factories.solved(made)
    one, _other = contradictory(made)
    frozen = factories.freeze(factories.school_of(made.term))
    pieces = [[*line[:3], 0, line[4], line[5]] if line[0].endswith("语文") else line for line in row.pieces]
    Timetable.objects.filter(pk=row.pk).update(frozen=frozen, pieces=pieces)
    row.refresh_from_db()
    missed = missed_wishes(timetable=row)
    assert missed is not None
    required = [line for line in missed.lines if line.is_required]
    assert one in [line.wish.now for line in required]
    assert missed.required == sum(line.cost for line in required) > 0


def test_nothing_is_told_of_what_was_never_solved_and_of_pieces_of_another_school(made: MadeTerm) -> None:
    row = factories.solved(made)
    Timetable.objects.filter(pk=row.pk).update(pieces=[["没有的课", 1, None, None, None, []]])
    row.refresh_from_db()
    missed = missed_wishes(timetable=row)
    assert missed is not None
    assert "没有的课" in missed.problem
    row.pieces = []
    assert missed_wishes(timetable=row) is None
