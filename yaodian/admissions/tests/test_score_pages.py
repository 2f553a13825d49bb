"""A round through its pages: the desk, the gate, lists for schools, lines for everybody, a family's result; who sees what."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.admissions import operations, queries
from yaodian.admissions.models import Admission, ScoreRound, ScoreRun, ScoreState
from yaodian.admissions.operations.score_telling import tell_scores_published
from yaodian.admissions.tests import factories, scores
from yaodian.admissions.tests.scores import LATER, NOW, Scored
from yaodian.audit.queries import entries
from yaodian.foundation import jobs
from yaodian.foundation.models import Message
from yaodian.foundation.sheets.reading import read_file
from yaodian.identity.tests.telephones import give_phone
from yaodian.organisations.models import Account

pytestmark = pytest.mark.django_db
PHONE = "13912345678"


def _client(account: Account, language: str = "zh-hans") -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    client.force_login(account)
    return client


def _text(answer: Any) -> str:
    return answer.content.decode()


def _at(name: str, *arguments: object) -> str:
    return reverse(f"admissions:{name}", args=arguments)


def _family(phone: str = PHONE) -> Account:
    """A family that has shown to hold a telephone."""
    account = factories.family()
    number = f"+86{phone}"
    give_phone(account, number)
    return account


def _many(world: Scored, count: int = 6, year: int = 2026) -> None:
    """s0 admits five of six, the sixth has the telephone of a family and is passed over; s1 admits one."""
    scores.batch(world, "one", {"s0": 5, "s1": 1})
    scores.announce(world)
    for place in range(count):
        scores.candidate(
            world, f"{year}{place:04d}", (120, 120, 120, 90 - place), name=f"考生{place}",
            phone=PHONE if place == 5 else "", one=("s0",) if place != 4 else ("s0", "s1"),
        )  # fmt: skip
    scores.candidate(world, f"{year}9999", (100, 100, 100, 50), one=("s1",))


def test_a_round_goes_through_its_pages_from_the_first_form_to_publication() -> None:
    world = scores.scored()
    ScoreRound.objects.all().delete()
    officer, publisher = _client(world.officer), _client(world.publisher)
    said = {
        "intake": world.intake.public_id,
        "title": "统一录取",
        "subjects": "语文 150\n数学 150",
        "ties": "语文＋数学\n数学",
    }
    with time_machine.travel(NOW, tick=False):
        wrong = officer.post(_at("scores"), {**said, "subjects": "炼金术 100", "ties": "炼金术"})
        assert (wrong.status_code, _text(wrong).count("看不懂")) == (422, 2)
        assert officer.post(_at("scores"), said).status_code == 302
        row = ScoreRound.objects.get()
        assert row.subjects == [["chinese", 15_000], ["mathematics", 15_000]]
        page = _at("score_round", row.public_id)
        assert "还没有批次" in _text(officer.get(page))
        typed = {
            "code": "one",
            "label": "第一批",
            "position": "1",
            "kind": "parallel",
            "most_wishes": "3",
            "line": "180.5",
        }
        wrong = officer.post(_at("score_batch", row.public_id), {**typed, "line": "很高"})
        assert (wrong.status_code, "最多两位小数" in _text(wrong)) == (422, True)
        assert officer.post(_at("score_batch", row.public_id), typed).status_code == 302
        assert "最低控制线 180.5" in _text(officer.get(page))
        assert 'value="180.5"' in _text(officer.get(f"{page}?edit=one"))
        operations.put_batch_seats(
            actor=world.officer, round=row, seats={("one", "s0", ""): {"seats": 1, "least": None}}, now=NOW
        )
        assert officer.post(_at("announce_scores", row.public_id)).status_code == 403
        stale = publisher.post(_at("announce_scores", row.public_id), {"sha256": "0"})
        assert (stale.status_code, "又有改动" in _text(stale)) == (409, True)
        sha256 = queries.round_page(account=world.publisher, public_id=row.public_id, day=NOW.date()).sha256
        assert publisher.post(_at("announce_scores", row.public_id), {"sha256": sha256}).status_code == 302
        empty = officer.post(_at("close_scores", row.public_id))
        assert (empty.status_code, "还没有考生成绩" in _text(empty)) == (422, True)
        world.round = ScoreRound.objects.get()
        scores.candidate(world, "20260001", (120, 120), one=("s0",))
        assert officer.post(_at("score_trial", row.public_id), {"label": "初看"}).status_code == 302
        assert officer.post(_at("close_scores", row.public_id)).status_code == 302
        assert officer.post(_at("reopen_scores", row.public_id), {"reason": ""}).status_code == 422
        assert officer.post(_at("reopen_scores", row.public_id), {"reason": "补录"}).status_code == 302
        assert officer.post(_at("close_scores", row.public_id)).status_code == 302
        sealed = officer.post(_at("seal_scores", row.public_id))
        jobs.run_waiting_jobs()
        run = ScoreRun.objects.get(kind="sealed")
        assert sealed["Location"] == _at("score_run", run.public_id)
        assert officer.post(_at("open_score_run", run.public_id)).status_code == 403
        early = publisher.post(_at("open_score_run", run.public_id))
        assert (early.status_code, "2026-07-15" in _text(early)) == (409, True)
        assert officer.post(_at("drop_score_run", run.public_id), {"reason": "再核对"}).status_code == 302
        twice = officer.post(_at("drop_score_run", run.public_id), {"reason": "再核对"})
        assert (twice.status_code, 'role="alert"' in _text(twice)) == (409, True)
        officer.post(_at("seal_scores", row.public_id))
        jobs.run_waiting_jobs()
        run = ScoreRun.objects.get(kind="sealed", state="done")
    with time_machine.travel(LATER, tick=False):
        assert "重新投档得到同样的结果" in _text(publisher.get(_at("score_run", run.public_id)))
        assert publisher.post(_at("open_score_run", run.public_id)).status_code == 302
    assert ScoreRound.objects.get().state == ScoreState.PUBLISHED


def test_a_batch_is_removed_and_a_change_of_the_round_is_kept() -> None:
    world = scores.scored()
    scores.batch(world, "one", {"s0": 1})
    client = _client(world.officer)
    answer = client.post(_at("score_batch", world.round.public_id), {"do": "remove", "code": "one"})
    assert (answer.status_code, world.round.batches.count()) == (302, 0)
    said = {"title": "补录", "subjects": "语文 150", "ties": "", "version": "1"}
    assert client.post(_at("score_round", world.round.public_id), said).status_code == 409
    assert client.post(_at("score_round", world.round.public_id), {**said, "version": ""}).status_code == 302
    assert ScoreRound.objects.get().title == "补录"


def test_everybody_reads_lines_after_publication_and_none_that_names_somebody() -> None:
    world = scores.scored()
    _many(world)
    run = scores.placed(world)
    address = _at("score_lines", world.round.public_id)
    assert Client().get(address).status_code == 404
    assert world.round.public_id not in _text(Client().get(_at("all_score_lines")))
    operations.open_score_run(actor=world.publisher, run=run, now=LATER)
    page = _text(Client().get(address))
    assert world.round.public_id in _text(Client().get(_at("all_score_lines")))
    assert "<b>446</b>" in page
    # s1 admitted one child, whose total would be its line.
    assert "350" not in page
    assert "2026000" not in page
    assert "考生" not in page.replace("考生志愿", "")


def test_a_family_finds_its_child_by_the_telephone_that_it_has_shown_to_hold() -> None:
    world = scores.scored()
    _many(world)
    account = _family()
    family, other = _client(account), _client(_family("13700000000"))
    assert "没有找到考生" in _text(family.get(_at("my_scores")))
    run = scores.placed(world)
    row = world.round.candidates.get(number="20260005")
    address = _at("my_score", row.public_id)
    with time_machine.travel(NOW, tick=False):
        before = _text(family.get(address))
        assert "结果还没有公布" in before
        assert "为什么是这个结果" not in before
        assert "445" in before
    operations.open_score_run(actor=world.publisher, run=run, now=LATER)
    with time_machine.travel(LATER, tick=False):
        listed = _text(family.get(_at("my_scores")))
        assert "考**" in listed
        assert "考生5" not in listed
        page = _text(family.get(address))
        assert "最后一名录取者446，差1分" in page
        assert "the last admitted has 446, a difference of 1" in _text(_client(account, "en").get(address))
        assert "没有找到考生" in _text(other.get(_at("my_scores")))
        assert other.get(address).status_code == 404
        assert _client(factories.family()).get(address).status_code == 404


def test_reasons_do_not_tell_the_score_of_the_only_one_admitted() -> None:
    world = scores.by_hand()
    operations.put_candidates(
        actor=world.officer, round=world.round, now=NOW,
        candidates={"D": {"name": "林小满", "phone": PHONE, "origin": "s6", "lot": None, "scores": {
            "chinese": 11_000, "mathematics": 12_000, "foreign_language": 11_000, "physics": 7_200
        }}},
    )  # fmt: skip
    scores.published(world)
    row = world.round.candidates.get(number="D")
    page = queries.own_scores(account=_family(), public_id=row.public_id, day=LATER.date())
    assert len(page.reasons) == 2
    assert all("415" not in one and "不公布分数" in one for one in page.reasons)


def test_a_school_sees_its_own_admitted_after_publication_and_each_look_is_kept() -> None:
    world = scores.scored()
    _many(world)
    head, other = world.account("head", "head", "s0"), world.account("other", "head", "s3")
    run = scores.placed(world)
    address = _at("score_school", world.round.public_id, world.units["s0"].public_id)
    client = _client(head)
    assert client.get(address).status_code == 404
    assert "未公布" in _text(client.get(_at("score_schools")))
    operations.open_score_run(actor=world.publisher, run=run, now=LATER)
    page = _text(client.get(address))
    assert "考生0" in page
    assert "考生5" not in page
    assert "20269999" not in page
    file = client.get(_at("score_school_file", world.round.public_id, world.units["s0"].public_id))
    with read_file(name="list.xlsx", chunks=file.streaming_content) as raw:  # type: ignore[attr-defined]
        lines = [cells for _number, _is_hidden, cells in raw]
    assert (len(lines), lines[1][:2]) == (6, ["20260000", "考生0"])
    kept = [json.loads(one.detail)["file"] for one in entries() if one.code == "admissions.admitted.open"]
    assert sorted(kept) == [False, True]
    assert _client(other).get(address).status_code == 404
    assert "没有本校的录取" in _text(_client(other).get(_at("score_schools")))
    assert _client(head).get(_at("score_round", world.round.public_id)).status_code == 404
    assert _client(head).get(_at("score_run", run.public_id)).status_code == 404


def test_the_gate_says_on_its_page_what_it_found() -> None:
    world = scores.by_hand()
    run = scores.placed(world)
    Admission.objects.filter(candidate__number="B").delete()
    with time_machine.travel(LATER, tick=False):
        answer = _client(world.publisher).post(_at("open_score_run", run.public_id))
    assert (answer.status_code, "准考证号 B" in _text(answer)) == (409, True)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_drawn_in_both_languages(language: str) -> None:
    world = scores.scored()
    scores.batch(world, "held", {("s0", "s6"): 5}, kind="held", most_wishes=1)
    _many(world)
    family = _family()
    run = scores.published(world)
    client = _client(world.officer, language)
    for address in (
        _at("scores"), _at("score_round", world.round.public_id), _at("score_run", run.public_id),
        _at("score_lines", world.round.public_id), _at("all_score_lines"), _at("score_schools"),
        _at("score_school", world.round.public_id, world.units["s0"].public_id),
    ):  # fmt: skip
        assert client.get(address).status_code == 200
    row = world.round.candidates.get(number="20260005")
    for address in (_at("my_scores"), _at("my_score", row.public_id)):
        assert _client(family, language).get(address).status_code == 200


@pytest.mark.parametrize("page", ["scores", "score_round", "score_run", "score_schools", "score_school", "score_lines"])
def test_pages_cost_the_same_queries_for_few_and_for_many(page: str) -> None:
    world, counts = scores.scored(), []
    client = _client(world.officer)
    for count in (6, 13):
        if counts:
            world.round = operations.make_score_round(
                actor=world.officer, intake=world.intake, now=NOW,
                values={"title": "又一轮", "subjects": scores.SUBJECTS, "ties": scores.TIES},
            )  # fmt: skip
            scores.batch(world, "more", {"s0": 2, "s1": 2, "s3": 2})
        _many(world, count, year=2026 + len(counts))
        run = scores.published(world)
        address = {
            "score_round": _at("score_round", world.round.public_id),
            "score_run": _at("score_run", run.public_id),
            "score_school": _at("score_school", world.round.public_id, world.units["s0"].public_id),
            "score_lines": _at("score_lines", world.round.public_id),
        }.get(page) or _at(page)
        client.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_every_guardian_with_an_account_hears_that_the_result_is_out() -> None:
    world = scores.scored()
    first, second, stranger = _family("13912340001"), _family("13912340002"), _family("13912340003")
    scores.batch(world, "one", {"s0": 1})
    scores.announce(world)
    scores.candidate(world, "1", (120, 120, 120, 90), phone="139 1234 0001", second_phone="+8613912340002", one=("s0",))
    scores.candidate(world, "2", (110, 120, 120, 90), phone="13912349999", one=("s0",))
    scores.placed(world)
    assert not Message.objects.exists()
    run = ScoreRun.objects.get()
    operations.open_score_run(actor=world.publisher, run=run, now=LATER)
    told = Message.objects.filter(subject__contains="录取结果已公布")
    assert sorted(told.values_list("recipient", flat=True)) == sorted([first.pk, second.pk])
    assert not {"林小满", "139"} & {
        word for one in told for word in (one.subject, one.body) if "139" in word or "林" in word
    }
    page = _text(_client(second).get(_at("my_scores")))
    assert "统一录取" in page
    assert "统一录取" not in _text(_client(stranger).get(_at("my_scores")))
    with CaptureQueriesContext(connection) as seen:
        tell_scores_published(world.round, without=(), now=LATER)
    assert len(seen) == 3, "told again, nobody hears it twice"
    assert told.count() == 2


def test_a_run_is_verified_anew_and_the_record_says_when_and_by_whom() -> None:
    world = scores.by_hand()
    run = scores.placed(world)
    officer, looker = _client(world.officer), _client(world.account("looker", "viewer"))
    address, again = _at("score_run", run.public_id), _at("recheck_score_run", run.public_id)
    assert (run.verified_at, run.verified_by, run.findings) == (NOW, None, [])
    assert "算出时核对" in _text(officer.get(address))
    assert looker.post(again).status_code == 403
    with time_machine.travel(LATER, tick=False):
        assert officer.post(again).status_code == 302
    run.refresh_from_db()
    assert (run.verified_at, run.verified_by, run.findings) == (LATER, world.officer, [])
    assert "officer" in _text(officer.get(address))
    written = bytes(run.result)
    ScoreRun.objects.update(result=written.replace(b'"s3"', b'"s1"'))
    assert "封存后被改动过" in _text(officer.get(address)), "before anybody asks"
    officer.post(again)
    run.refresh_from_db()
    assert run.findings
    noted = [json.loads(one.detail)["findings"] for one in entries(code="admissions.score_run.recheck")]
    assert sorted(noted) == [0, len(run.findings)]
    # The gate does not take the record's word.
    ScoreRun.objects.update(findings=[])
    with pytest.raises(operations.UnableToOpenScoreRun):
        operations.open_score_run(actor=world.publisher, run=run, now=LATER)
