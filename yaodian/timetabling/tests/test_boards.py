"""The board: what a lesson in hand comes to is what judging the whole says; steps are kept, taken back, refused; the page in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.audit.queries import entries
from yaodian.engines.scheduling.timetabling import Timetable as Laying
from yaodian.engines.scheduling.timetabling import verify
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing
from yaodian.timetabling import operations, queries
from yaodian.timetabling.models import Term, TermState, Timetable, TimetableState
from yaodian.timetabling.problem import boards, in_order, laid_of, piece_of, thaw
from yaodian.timetabling.tests import term_factories
from yaodian.timetabling.tests.factories import NOW, TODAY
from yaodian.timetabling.tests.term_factories import MadeTerm
from yaodian.timetabling.tests.test_pages import client_of

pytestmark = pytest.mark.django_db

BELLS = "高中"


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    boards.forget()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def made() -> MadeTerm:
    made = term_factories.term()
    term_factories.grouped(made)
    term_factories.wish(
        made, "in-periods", "主科在上午", subjects=["语文", "数学"], periods=[0, 1, 2, 3], weight=3, reason="上午精神好"
    )
    return made  # fmt: skip


@pytest.fixture
def row(made: MadeTerm) -> Timetable:
    return term_factories.solved(made, asked_by=made.made.account("教务"))


@pytest.fixture
def registrar(made: MadeTerm) -> Account:
    return made.made.account("教务")


def client(made: MadeTerm, language: str = "zh-hans", name: str = "教务", role: str = "registrar") -> Client:
    return client_of(made.made.account(name, role), language)


def url(name: str, row: Timetable) -> str:
    return reverse(f"timetabling:{name}", args=[row.public_id])


def text(answer: HttpResponse, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2_000]
    return answer.content.decode()


def moves(row: Timetable, client: Client, piece: int) -> dict[str, Any]:
    answer = client.get(url("board_moves", row), {"piece": piece})
    found: dict[str, Any] = json.loads(text(answer))
    return found


def judged(row: Timetable, lines: list[Any]) -> tuple[int, int]:
    laid = laid_of(thaw(bytes(row.frozen)))
    verdict = verify(laid.problem, Laying(tuple(piece_of(laid, line) for line in lines)))
    return verdict.required, verdict.optional


def first(row: Timetable, name: str) -> int:
    return next(at for at, line in enumerate(row.pieces) if line[0] == name)


def spot_of(row: Timetable, found: dict[str, Any], way: str) -> str:
    """A start that comes to this with what the lesson has now."""
    return next(at for at, line in found["spots"].items() if line[0][0] == way)


def test_what_a_move_comes_to_is_the_difference_of_two_verdicts(made: MadeTerm, row: Timetable) -> None:
    office = client(made)
    before = judged(row, row.pieces)
    for name in ("高一(1)班 语文", "高一 物理1", "高一 化学1"):
        at = first(row, name)
        found = moves(row, office, at)
        assert found["version"] == row.version
        assert len(found["spots"]) == 40
        for key, spots in found["spots"].items():
            bells, day, period = key.split("|")
            assert len(spots) == len(found["choices"])
            for choice, (_way, required, optional, *_why) in zip(found["choices"], spots, strict=True):
                line = [*row.pieces[at][:2], bells, int(day), int(period), choice["names"]]
                after = judged(row, [*row.pieces[:at], line, *row.pieces[at + 1 :]])
                assert (required, optional) == (after[0] - before[0], after[1] - before[1])


def test_every_way_has_its_sentence_and_a_clash_names_both_lessons(made: MadeTerm, row: Timetable) -> None:
    at, other = first(row, "高一(1)班 语文"), first(row, "高一(1)班 数学")
    found = moves(row, client(made), at)
    there = "|".join(str(one) for one in row.pieces[other][2:5])
    way, required, _optional, worse, _better, words = found["spots"][there][0]
    said = [found["sentences"][one] for one in worse]
    assert way == "breaks"
    assert required > 0
    assert any("“高一(1)班 语文”" in one and "“高一(1)班 数学”（任乙、101）" in one for one in said), said
    assert any(one.startswith("高一(1)班、101在") for one in said)
    assert found["sentences"][words] == "违反要求"
    for line in found["spots"].values():
        for way, required, optional, worse, _better, _words in line:
            assert (way == "breaks") == (required > 0)
            assert way != "costs" or (optional > 0 and worse)


def test_a_wish_that_gets_worse_is_told_in_the_schools_own_words(made: MadeTerm, row: Timetable) -> None:
    at = first(row, "高一(1)班 语文")
    found = moves(row, client(made), at)
    later = [line[0] for key, line in found["spots"].items() if int(key.split("|")[2]) > 3 and line[0][0] == "costs"]
    assert later
    said = " ".join(found["sentences"][one] for spot in later for one in spot[3])
    assert "“主科在上午”" in said
    assert "上午精神好" in said
    english = moves(row, client(made, "en"), at)
    assert "“主科在上午”" in " ".join(english["sentences"])


def test_a_good_move_is_kept_with_its_costs_its_entry_and_its_way_back(
    made: MadeTerm, row: Timetable, registrar: Account
) -> None:
    office = client(made)
    at = first(row, "高一(1)班 体育")
    old = list(row.pieces[at])
    found = moves(row, office, at)
    start = next(key for key, line in found["spots"].items() if line[0][0] in ("fine", "costs"))
    _way, required, optional, *_why = found["spots"][start][0]
    answer = office.post(
        url("board_step", row),
        {"do": "move", "piece": at, "start": start, "version": row.version},
        HTTP_ACCEPT="application/json",
    )
    assert json.loads(text(answer))["version"] == row.version + 1
    kept = Timetable.objects.get(pk=row.pk)
    assert "|".join(str(one) for one in kept.pieces[at][2:5]) == start
    assert (kept.required, kept.optional) == (0 + required, (row.optional or 0) + optional)
    assert (kept.required, kept.optional) == judged(kept, kept.pieces)
    assert kept.edited_by == registrar
    (entry,) = [one for one in entries() if one.code == "timetabling.timetable.move"]
    assert json.loads(entry.detail)["event"] == "高一(1)班 体育"
    page = text(office.get(url("board", row)))
    assert "高一(1)班 体育" in page

    operations.undo_edit(actor=registrar, timetable=kept, now=NOW)
    back = Timetable.objects.get(pk=row.pk)
    assert back.pieces[at] == old
    assert (back.required, back.optional, back.undone) == (row.required, row.optional, 1)
    operations.redo_edit(actor=registrar, timetable=back, now=NOW)
    again = Timetable.objects.get(pk=row.pk)
    assert again.pieces == kept.pieces
    assert again.undone == 0
    with pytest.raises(operations.UnableToMovePiece, match="没有可以重做的改动"):
        operations.redo_edit(actor=registrar, timetable=again, now=NOW)


def test_a_new_step_ends_what_could_be_done_again(made: MadeTerm, row: Timetable, registrar: Account) -> None:
    at = first(row, "高一(1)班 体育")
    starts = [key for key, line in moves(row, client(made), at)["spots"].items() if line[0][0] in ("fine", "costs")]

    def go(start: str) -> None:
        bells, day, period = start.split("|")
        operations.move_piece(
            actor=registrar, timetable=row, piece=at, start=(bells, int(day), int(period)), now=NOW
        )  # fmt: skip

    go(starts[0])
    operations.undo_edit(actor=registrar, timetable=row, now=NOW)
    go(starts[1])
    kept = Timetable.objects.get(pk=row.pk)
    assert (len(kept.edits), kept.undone) == (1, 0)
    with pytest.raises(operations.UnableToMovePiece):
        operations.redo_edit(actor=registrar, timetable=row, now=NOW)


def test_a_step_on_pieces_that_were_laid_anew_is_not_taken_back(
    made: MadeTerm, row: Timetable, registrar: Account
) -> None:
    at = first(row, "高一(1)班 体育")
    start = next(k for k, line in moves(row, client(made), at)["spots"].items() if line[0][0] in ("fine", "costs"))
    bells, day, period = start.split("|")
    moved = operations.move_piece(
        actor=registrar, timetable=row, piece=at, start=(bells, int(day), int(period)), now=NOW
    )
    # A solve that went on from there wrote other pieces.
    Timetable.objects.filter(pk=row.pk).update(pieces=row.pieces, version=moved.version + 1)
    with pytest.raises(operations.UnableToMovePiece, match="后来又被重新排过"):
        operations.undo_edit(actor=registrar, timetable=row, now=NOW)


def test_what_must_hold_is_broken_only_by_who_says_so_and_is_marked(
    made: MadeTerm, row: Timetable, registrar: Account
) -> None:
    office = client(made)
    at = first(row, "高一(1)班 语文")
    start = "|".join(str(one) for one in row.pieces[first(row, "高一(1)班 数学")][2:5])
    form = {"do": "move", "piece": at, "start": start, "version": row.version}
    answer = office.post(url("board_step", row), form, HTTP_ACCEPT="application/json")
    refused = json.loads(text(answer, 409))
    assert refused["code"] == "breaks"
    assert any("高一(1)班 数学" in one for one in refused["sentences"])
    assert Timetable.objects.get(pk=row.pk).version == row.version
    # Without the script the page asks again, and nothing typed is lost.
    page = text(office.post(url("board_step", row), form), 409)
    assert "仍然放下" in page
    assert f'name="start" value="{start}"' in page
    text(office.post(url("board_step", row), form | {"accepts": "yes"}, HTTP_ACCEPT="application/json"))
    kept = Timetable.objects.get(pk=row.pk)
    assert (kept.required, kept.optional) == judged(kept, kept.pieces)
    assert kept.required
    page = text(office.get(url("board", row)))
    assert "必须改好才能公布" in page
    assert "is-amiss" in page


def test_two_change_places(made: MadeTerm, row: Timetable, registrar: Account) -> None:
    office = client(made)
    for at in range(len(row.pieces)):
        found = moves(row, office, at)
        if found["swaps"]:
            break
    swap = found["swaps"][0]
    form = {"do": "swap", "piece": at, "other": swap["other"], "version": row.version}
    text(office.post(url("board_step", row), form, HTTP_ACCEPT="application/json"))
    kept = Timetable.objects.get(pk=row.pk)
    assert kept.pieces[at][2:5] == row.pieces[swap["other"]][2:5]
    assert kept.pieces[swap["other"]][2:5] == row.pieces[at][2:5]
    assert (kept.required, kept.optional) == (
        (row.required or 0) + swap["required"],
        (row.optional or 0) + swap["optional"],
    )
    operations.undo_edit(actor=registrar, timetable=kept, now=NOW)
    assert Timetable.objects.get(pk=row.pk).pieces == row.pieces


def test_a_lesson_gets_another_room(made: MadeTerm, row: Timetable, registrar: Account) -> None:
    at = first(row, "高一 物理1")
    found = moves(row, client(made), at)
    here = found["here"]
    assert len(found["choices"]) > 1
    index = next(n for n, spot in enumerate(found["spots"][here]) if n and spot[1] <= 0)
    bells, day, period = here.split("|")
    kept = operations.move_piece(
        actor=registrar, timetable=row, piece=at, start=(bells, int(day), int(period)), now=NOW,
        choice=found["choices"][index]["names"],
    )  # fmt: skip
    assert kept.pieces[at][5] == found["choices"][index]["names"] != row.pieces[at][5]
    with pytest.raises(operations.UnableToMovePiece, match="不能用这间教室"):
        operations.move_piece(
            actor=registrar, timetable=row, piece=at, start=(bells, int(day), int(period)), now=NOW, choice=["月球"]
        )


def test_a_lesson_is_taken_off_the_week_and_waits_in_the_tray(
    made: MadeTerm, row: Timetable, registrar: Account
) -> None:
    at = first(row, "高一(1)班 体育")
    with pytest.raises(operations.UnableToMovePiece, match="没有时间"):
        operations.move_piece(actor=registrar, timetable=row, piece=at, start=None, now=NOW)
    kept = operations.move_piece(actor=registrar, timetable=row, piece=at, start=None, now=NOW, accepts=True)
    assert kept.pieces[at][2:5] == [None, None, None]
    assert kept.required == 1
    page = queries.board_page(account=registrar, public_id=row.public_id, day=TODAY)
    assert [one.piece for one in page.unplaced] == [at]
    found = moves(row, client(made), at)
    assert found["here"] is None
    assert {line[0][1] for line in found["spots"].values()} >= {-1}


def test_who_was_slower_is_told_and_the_others_work_stays(made: MadeTerm, row: Timetable, registrar: Account) -> None:
    office = client(made, name="副校长", role="head")
    at = first(row, "高一(1)班 体育")
    starts = [key for key, line in moves(row, office, at)["spots"].items() if line[0][0] in ("fine", "costs")]
    bells, day, period = starts[0].split("|")
    kept = operations.move_piece(
        actor=registrar, timetable=row, piece=at, start=(bells, int(day), int(period)), now=NOW
    )
    form = {"do": "move", "piece": at, "start": starts[1], "version": row.version}
    answer = office.post(url("board_step", row), form, HTTP_ACCEPT="application/json")
    refused = json.loads(text(answer, 409))
    assert refused["code"] == "stale"
    assert "教务刚刚改了这份课表" in refused["detail"]
    assert "没有保存" in refused["detail"]
    assert Timetable.objects.get(pk=row.pk).pieces == kept.pieces
    assert "刚刚改了" in text(office.post(url("board_step", row), form), 409)


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"do": "move", "piece": "9999", "start": f"{BELLS}|0|0"}, 404, "没有这节课"),
        ({"do": "move", "piece": "x", "start": f"{BELLS}|0|0"}, 404, "没有这节课"),
        ({"do": "move", "piece": "0", "start": "初中|0|0"}, 422, "作息时间表里没有这个时间"),
        ({"do": "move", "piece": "0", "start": f"{BELLS}|9|0"}, 422, "作息时间表里没有这个时间"),
        ({"do": "move", "piece": "0", "start": "周一"}, 422, "没有说明挪到哪里"),
        ({"do": "move", "piece": "0", "start": f"{BELLS}|٣|0"}, 422, "没有说明挪到哪里"),
        ({"do": "move", "piece": "0"}, 422, "没有说明挪到哪里"),
        ({"do": "move", "piece": "0", "start": f"{BELLS}|0|0", "choice": "{"}, 422, "看不懂选的教室"),
        ({"do": "move", "piece": "0", "start": f"{BELLS}|0|0", "choice": "[" * 9_000}, 422, "看不懂选的教室"),
        ({"do": "move", "piece": "0", "start": f"{BELLS}|0|0", "choice": "[7]"}, 422, "看不懂选的教室"),
        ({"do": "move", "piece": "0", "start": f"{BELLS}|0|0", "choice": '["x"]'}, 422, "不能用这间教室"),
        ({"do": "swap", "piece": "0", "other": "0"}, 422, "不能对调"),
        ({"do": "swap", "piece": "0"}, 404, "没有这节课"),
        ({"do": "undo"}, 409, "没有可以撤销"),
        ({"do": "redo"}, 409, "没有可以重做"),
        ({"do": "dance"}, 400, "没有这样的操作"),
        ({}, 400, "没有这样的操作"),
    ],
)
def test_whatever_is_sent_is_answered_in_a_sentence(
    made: MadeTerm, row: Timetable, form: dict[str, str], status: int, words: str
) -> None:
    office = client(made)
    answer = office.post(url("board_step", row), form, HTTP_ACCEPT="application/json")
    assert words in json.loads(text(answer, status))["detail"]
    assert words in text(office.post(url("board_step", row), form), status)
    assert Timetable.objects.get(pk=row.pk).version == row.version


@pytest.mark.parametrize("piece", ["9999", "-1", "x", "", "٣"])
def test_a_lesson_that_is_not_there_is_a_sentence(made: MadeTerm, row: Timetable, piece: str) -> None:
    office = client(made)
    answer = office.get(url("board_moves", row), {"piece": piece})
    assert "没有这节课" in json.loads(text(answer, 404))["detail"]
    page = office.get(url("board", row), {"piece": piece})
    assert page.status_code in (200, 404)


def test_without_a_lesson_the_version_is_told(made: MadeTerm, row: Timetable) -> None:
    assert json.loads(text(client(made).get(url("board_moves", row))))["version"] == row.version


def test_a_lesson_stays_with_the_bells_of_its_pupils(made: MadeTerm, registrar: Account) -> None:
    other = made.bells
    other.pk, other._state.adding, other.code = None, True, "初中"
    other.store()
    other.periods.create(number=0, name="早读", begins_min=400, ends_min=430)
    row = term_factories.solved(made)
    at = first(row, "高一(1)班 语文")
    with pytest.raises(operations.UnableToMovePiece, match="另一张作息时间表"):
        operations.move_piece(actor=registrar, timetable=row, piece=at, start=("初中", 0, 0), now=NOW)
    assert {key.split("|")[0] for key in moves(row, client(made), at)["spots"]} == {BELLS}


def test_what_is_fixed_beforehand_stays(made: MadeTerm, registrar: Account) -> None:
    course = made.courses["高一(1)班 体育"]
    course.fixed = [[0, 7], [2, 7]]
    course.store()
    row = term_factories.solved(made)
    at = first(row, "高一(1)班 体育")
    assert moves(row, client(made), at)["is_fixed"]
    with pytest.raises(operations.UnableToMovePiece, match="固定"):
        operations.move_piece(actor=registrar, timetable=row, piece=at, start=(BELLS, 1, 1), now=NOW)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("show", ["", "class:高一(2)班", "任乙（T02）", "实验室", "T05", "任"])
def test_the_page_shows_whoever_is_asked_for(made: MadeTerm, row: Timetable, language: str, show: str) -> None:
    page = text(client(made, language).get(url("board", row), {"show": show}))
    assert 'class="lesson-card' in page
    # Nothing is said of pupils but their class.
    assert "顾沐" not in page


def test_the_page_says_that_nobody_was_found_and_keeps_what_was_typed(made: MadeTerm, row: Timetable) -> None:
    page = text(client(made).get(url("board", row), {"show": "无此班"}), 404)
    assert "没有这个班级" in page
    assert 'value="无此班"' in page


def test_without_the_script_a_lesson_is_taken_by_its_link_and_dropped_by_a_button(
    made: MadeTerm, row: Timetable
) -> None:
    office = client(made)
    at = first(row, "高一(1)班 体育")
    page = text(office.get(url("board", row), {"show": "class:高一(1)班", "piece": at}))
    assert page.count('class="board-drop"') == 40
    start = next(k for k, line in moves(row, office, at)["spots"].items() if line[0][0] in ("fine", "costs"))
    form = {"do": "move", "piece": at, "start": start, "version": row.version, "show": "class:高一(1)班"}
    answer = office.post(url("board_step", row), form)
    assert answer.status_code == 302
    assert "show=class" in answer["Location"]
    assert Timetable.objects.get(pk=row.pk).version == row.version + 1


@pytest.mark.parametrize("state", [TimetableState.QUEUED, TimetableState.PUBLISHED, TimetableState.DROPPED])
def test_only_what_is_no_job_and_not_out_is_changed(
    made: MadeTerm, row: Timetable, registrar: Account, state: str
) -> None:
    values = {"holds_from": NOW.date(), "published_at": NOW} if state == TimetableState.PUBLISHED else {}
    Timetable.objects.filter(pk=row.pk).update(state=state, **values)
    with pytest.raises(operations.WrongState):
        operations.move_piece(actor=registrar, timetable=row, piece=0, start=(BELLS, 0, 0), now=NOW, accepts=True)
    office = client(made)
    assert "不能改" in json.loads(text(office.get(url("board_moves", row), {"piece": 0}), 409))["detail"]
    assert 'data-editable="no"' in text(office.get(url("board", row)))


def test_a_term_that_has_ended_is_not_changed(made: MadeTerm, row: Timetable, registrar: Account) -> None:
    Term.objects.filter(pk=made.term.pk).update(state=TermState.ENDED)
    with pytest.raises(operations.WrongState):
        operations.undo_edit(actor=registrar, timetable=row, now=NOW)


def test_who_may_not_plan_sees_and_changes_nothing(made: MadeTerm, row: Timetable) -> None:
    teacher = client(made, name="班主任", role="handler")
    assert teacher.get(url("board", row)).status_code == 403
    with pytest.raises(PermissionMissing):
        operations.undo_edit(actor=made.made.account("班主任", "handler"), timetable=row, now=NOW)
    other = term_factories.factories.senior(made.made.county, name="别的高级中学")[0]
    stranger = client_of(term_factories.factories.registry.account(other.unit, "registrar", name="别校教务"))
    assert stranger.get(url("board", row)).status_code == 404
    assert stranger.get(url("board_moves", row), {"piece": 0}).status_code == 404
    assert stranger.post(url("board_step", row), {"do": "undo"}).status_code == 404


def test_a_board_costs_the_same_queries_whatever_the_size(made: MadeTerm, row: Timetable, registrar: Account) -> None:
    def count() -> tuple[int, int]:
        found = []
        for ask in (
            lambda: queries.board_page(account=registrar, public_id=row.public_id, day=TODAY, piece=0),
            lambda: queries.moves_of(account=registrar, public_id=row.public_id, piece=0),
        ):
            boards.forget()
            with CaptureQueriesContext(
                connection,
            ) as seen:
                ask()
            found.append(len(seen))
        return found[0], found[1]

    before = count()
    small = [line for line in row.pieces if "语文" in line[0]]
    Timetable.objects.filter(pk=row.pk).update(pieces=small)
    assert count() == before
    # What is kept by the process asks for the row alone.
    queries.moves_of(account=registrar, public_id=row.public_id, piece=0)
    with CaptureQueriesContext(connection) as seen:
        queries.moves_of(account=registrar, public_id=row.public_id, piece=0)
    assert len(seen) < before[1]


def test_a_kept_board_follows_what_another_process_wrote(made: MadeTerm, row: Timetable, registrar: Account) -> None:
    at = first(row, "高一(1)班 体育")
    found = moves(row, client(made), at)
    start = next(key for key, line in found["spots"].items() if line[0][0] in ("fine", "costs"))
    bells, day, period = start.split("|")
    lines = [list(line) for line in row.pieces]
    lines[at][2:5] = [bells, int(day), int(period)]
    Timetable.objects.filter(pk=row.pk).update(pieces=lines, version=row.version + 1)
    after = moves(row, client(made), at)
    assert after["here"] == start
    assert after["version"] == row.version + 1
    with boards.opened(Timetable.objects.get(pk=row.pk)) as board:
        assert board.check.timetable == in_order(board.laid, lines)
        verdict = verify(board.laid.problem, board.check.timetable)
        assert (board.check.required, board.check.optional) == (verdict.required, verdict.optional)


def test_a_refused_step_leaves_no_trace_in_what_is_kept(made: MadeTerm, row: Timetable, registrar: Account) -> None:
    at = first(row, "高一(1)班 语文")
    before = moves(row, client(made), at)
    start = row.pieces[first(row, "高一(1)班 数学")][2:5]
    with pytest.raises(operations.UnableToMovePiece):
        operations.move_piece(actor=registrar, timetable=row, piece=at, start=tuple(start), now=NOW)
    assert moves(row, client(made), at) == before
