"""The desk, the plan, papers, a school's list, the protocol: who sees what, with a constant number of queries."""

from __future__ import annotations

import io
from typing import Any

import pdfplumber
import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.audit.queries import entries
from yaodian.exams.models import Exam, ExamState
from yaodian.exams.queries.printing import serpentine
from yaodian.exams.tests import factories
from yaodian.exams.tests.factories import NOW, SEED, Made
from yaodian.foundation import jobs, printing
from yaodian.organisations.models import Account

pytestmark = pytest.mark.django_db


def _client(account: Account, language: str = "zh-hans") -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.force_login(account)
    return client


def _at(name: str, *arguments: object) -> str:
    return reverse(f"exams:{name}", args=arguments)


def _text(answer: Any) -> str:
    return str(answer.content.decode())


def _words(pdf: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        return [page.extract_text().replace(" ", "") for page in opened.pages]


def test_an_examination_goes_through_its_pages() -> None:
    world = factories.made()
    Exam.objects.filter(pk=world.exam.pk).update(title="另一次")
    officer, publisher = _client(world.officer), _client(world.publisher)
    said = {
        "office": world.units["bureau"].public_id, "title": "期末", "starts_on": "2026-03-16", "ends_on": "2026-03-17",
        "apart": "school", "around": "orthogonal", "is_one_paper": "on", "a_room": "2", "seed_source": "三方报数",
        "kept_days": "90",
    }  # fmt: skip
    with time_machine.travel(NOW, tick=False):
        wrong = officer.post(_at("exams"), {**said, "ends_on": "2026-03-01"})
        assert (wrong.status_code, "不能早于" in _text(wrong)) == (422, True)
        assert officer.post(_at("exams"), said).status_code == 302
        row = Exam.objects.get(title="期末")
        page = _at("exam", row.public_id)
        assert "还没有考生" in _text(officer.get(page))
        typed = {"label": "语文", "on": "2026-03-16", "starts": "09:00", "ends": "11:30"}
        assert officer.post(_at("session", row.public_id), typed).status_code == 302
        assert officer.post(_at("session", row.public_id), typed).status_code == 422
        session = row.sessions.get()
        assert officer.post(_at("session", row.public_id), {"do": "remove", "session": session.pk}).status_code == 302
        assert officer.post(_at("close", row.public_id)).status_code == 422
        # The one with lists.
        page = _at("exam", world.exam.public_id)
        assert officer.post(_at("close", world.exam.public_id)).status_code == 302
        assert "三方各报两位数" in _text(officer.get(page))
        assert officer.post(_at("draw", world.exam.public_id), {"seed": ""}).status_code == 422
        assert officer.post(_at("draw", world.exam.public_id), {"seed": SEED}).status_code == 302
        jobs.run_waiting_jobs()
        plan = world.exam.plans.get()
        shown = _text(officer.get(_at("plan", plan.public_id)))
        assert "003" in shown
        assert officer.post(_at("publish", plan.public_id)).status_code == 403
        assert publisher.post(_at("publish", plan.public_id)).status_code == 302
    assert world.fresh().state == ExamState.PUBLISHED


def test_a_plan_that_the_gate_refuses_says_why_on_its_page() -> None:
    world = factories.made()
    plan = factories.seated(world)
    world.exam.plans.update(seed="9")
    answer = _client(world.publisher).post(_at("publish", plan.public_id))
    assert (answer.status_code, "结果不同" in _text(answer)) == (422, True)


def test_a_school_sees_its_own_candidates_and_nobody_elses() -> None:
    world = factories.made()
    head = world.account("xiaozhang", "viewer", "s0")
    client = _client(head)
    address = _at("school", world.exam.public_id, world.units["s0"].public_id)
    with time_machine.travel(NOW, tick=False):
        assert client.get(address).status_code == 404
        factories.published(world)
        page = _text(client.get(address))
        assert ("考生0" in page, "考生1<" in page) == (True, False)
        assert client.get(_at("school", world.exam.public_id, world.units["s1"].public_id)).status_code == 404
        assert client.get(_at("exam", world.exam.public_id)).status_code == 404
        assert "高三第一次模拟考试" in _text(client.get(_at("exams")))
        tickets = client.post(_at("tickets", world.exam.public_id, world.units["s0"].public_id))
        assert tickets["Content-Type"] == "application/pdf"
        pages = _words(tickets.content)
        assert len(pages) == 4  # Eight candidates, two to a page.
        assert ("考生0" in pages[0], "科目1" in pages[0], "准考证" in pages[0]) == (True, True, True)
        assert client.post(_at("tickets", world.exam.public_id, world.units["s1"].public_id)).status_code == 404
    assert {"exams.school.open", "exams.paper.print"} <= {one.code for one in entries()}


def test_papers_of_a_site_hold_every_candidate_once() -> None:
    world = factories.made()
    plan = factories.seated(world)
    client = _client(world.officer)
    site = world.units["s0"].public_id
    seats = list(plan.seats.filter(room__site=world.units["s0"]).select_related("examinee"))
    for paper, times in (("charts", 2), ("labels", 1)):
        answer = client.post(_at("paper", plan.public_id, site, paper))
        text = "".join(_words(answer.content))
        for seat in seats:
            assert text.count(seat.examinee.number) == times, paper
    duties = client.post(_at("paper", plan.public_id, site, "duties"))
    assert "教师" in "".join(_words(duties.content))
    assert client.post(_at("paper", plan.public_id, site, "tickets")).status_code == 404
    assert client.post(_at("paper", plan.public_id, world.units["s3"].public_id, "labels")).status_code == 404
    assert client.get(_at("paper", plan.public_id, site, "labels")).status_code == 405


def test_what_somebody_typed_is_text_on_paper() -> None:
    world = factories.made(title='#panic("x") *粗* $x$ `a`')
    factories.put(world, "examinees", {"260000": factories.person(0, name="#import")})
    plan = factories.seated(world)
    made = _client(world.officer).post(_at("paper", plan.public_id, world.units["s0"].public_id, "labels"))
    text = "".join(_words(made.content))
    assert "#panic" in text
    assert "*粗*" in text


def test_the_same_paper_at_the_same_moment_is_the_same_bytes() -> None:
    world = factories.made()
    plan = factories.seated(world)
    client = _client(world.officer)
    with time_machine.travel(NOW, tick=False):
        first, second = (
            client.post(_at("paper", plan.public_id, world.units["s0"].public_id, "labels")).content for _ in range(2)
        )
    assert first == second


def test_without_a_chinese_font_nothing_is_printed_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "chinese_font", lambda: "")
    world = factories.made()
    plan = factories.seated(world)
    answer = _client(world.officer).post(
        _at("paper", plan.public_id, world.units["s0"].public_id, "labels"), follow=True
    )
    assert "中文字体" in _text(answer)


def test_everybody_reads_the_fingerprints_and_no_number() -> None:
    world = factories.made()
    address = _at("protocol", world.exam.public_id)
    assert Client().get(address).status_code == 404
    plan = factories.published(world)
    page = _text(Client().get(address))
    assert plan.result_sha256[:8] in page
    assert "260000" not in page
    assert "考生0" not in page


def test_lists_take_the_same_number_of_queries_for_more_rows() -> None:
    few = factories.made()
    plan = factories.published(few)
    client = _client(few.officer)
    head = _client(few.account("xiaozhang", "viewer", "s0"))
    addresses = (
        (client, _at("exams")), (client, _at("exam", few.exam.public_id)), (client, _at("plan", plan.public_id)),
        (head, _at("school", few.exam.public_id, few.units["s0"].public_id)),
    )  # fmt: skip
    before = [_queries(*one) for one in addresses]
    _grow(few)
    assert [_queries(*one) for one in addresses] == before


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def _grow(world: Made) -> None:
    """More examinations, and a second plan's worth of candidates and rooms in the first."""
    from yaodian.exams import operations
    from yaodian.exams.models import Examinee, ExamRoom, Seat

    for place in range(3):
        operations.make_exam(
            actor=None, office=world.units["bureau"], values=factories.values(title=f"考试{place}"), now=NOW
        )
    plan = world.exam.plans.get()
    for place in range(5):
        room = ExamRoom.objects.create(exam=world.exam, code=f"8{place}", site=world.units["s1"])
        one = Examinee.objects.create(exam=world.exam, number=f"9{place}", name="x", school=world.units["s0"])
        Seat.objects.create(plan=plan, examinee=one, room=room, number=1)


def test_the_serpentine_goes_down_and_up() -> None:
    assert serpentine(3, 2, 5) == [[1, 0], [2, 5], [3, 4]]


def test_pages_speak_english() -> None:
    world = factories.made()
    plan = factories.seated(world)
    client = _client(world.officer, "en")
    for address in (_at("exams"), _at("exam", world.exam.public_id), _at("plan", plan.public_id)):
        page = _text(client.get(address))
        assert "考务编排" not in page
        assert "Exam seating" in page
