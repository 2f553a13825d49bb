"""The draw of an intake: promised before anything is known, drawn once, checked by those who share no code with it."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from yaodian.admissions.content import Content
from yaodian.admissions.models import Application, ApplicationState, Draw, DrawEntry, DrawState, IntakeState
from yaodian.admissions.operations.drawing import Entered, draw_intake, enter_values, promise_draw, void_draw
from yaodian.admissions.operations.errors import UnableToDraw, UnableToPromiseDraw, UnableToVoidDraw, WrongState
from yaodian.admissions.queries.placing import drawn_order
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.drawing import DRAWN_AT, KNOWN_AT, PROMISED_AT, REVEALS, drawn, promised, sources
from yaodian.admissions.tests.factories import NOW
from yaodian.audit.queries import entries
from yaodian.engines import lottery
from yaodian.engines.lottery import Reveal
from yaodian.engines.lottery.bundle import shipped
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db

VERIFIED = ApplicationState.VERIFIED


def test_the_list_is_that_of_the_verified_and_everything_is_checked_by_the_shipped_program(tmp_path: Path) -> None:
    world = factories.made()
    rows = [factories.application(world, state=VERIFIED, facts=["household"]) for _each in range(5)]
    factories.application(world, state=ApplicationState.RETURNED)
    draw = drawn(world)
    order = drawn_order(draw)
    assert sorted(order) == sorted(str(row.number) for row in rows)
    files = {one.name: bytes(one.content) for one in draw.files.all()}
    for name, content in {**files, **shipped()}.items():
        (tmp_path / name).write_bytes(content)
    promise = lottery.sha256(files["promise.json"])
    checked = subprocess.run(
        [sys.executable, "-I", tmp_path / "check.py", promise], check=False, capture_output=True, timeout=60
    )
    assert checked.returncode == 0, checked.stdout
    assert draw.seed == lottery.seed_of(files["transcript.txt"]).hex()
    assert world.intake.state == IntakeState.DRAWN


def test_twins_who_name_each_other_have_one_line() -> None:
    world = factories.made()
    one, two, three = (factories.application(world, state=VERIFIED) for _each in range(3))
    for row, other in ((one, two), (two, one), (three, one)):
        content = Content.from_json(row.content).to_json()
        Application.objects.filter(pk=row.pk).update(content={**content, "twins": [other.number]})
    draw = promised(world)
    listed = bytes(draw.files.get(name="list.txt").content).decode()
    assert f"{one.number}+{two.number}\n" in listed
    assert f"{three.number}\n" in listed.splitlines(keepends=True)


def test_nothing_is_drawn_before_the_last_source_is_known() -> None:
    world = factories.made()
    factories.application(world, state=VERIFIED)
    draw = promised(world)
    with pytest.raises(UnableToDraw, match="现在还不能抽"):
        draw_intake(actor=None, draw=draw, reveals=REVEALS, now=KNOWN_AT - timedelta(minutes=1))
    draw.refresh_from_db()
    assert draw.state == DrawState.PROMISED


def test_a_missing_value_draws_nothing_and_what_is_drawn_is_not_drawn_again() -> None:
    world = factories.made()
    factories.application(world, state=VERIFIED)
    draw = promised(world)
    with pytest.raises(UnableToDraw):
        draw_intake(actor=None, draw=draw, reveals=REVEALS[:1], now=DRAWN_AT)
    done = draw_intake(actor=None, draw=draw, reveals=REVEALS, now=DRAWN_AT)
    with pytest.raises(WrongState):
        draw_intake(actor=None, draw=done, reveals=REVEALS, now=DRAWN_AT)
    with pytest.raises(WrongState):
        void_draw(actor=None, draw=done, reason="结果不合意", now=DRAWN_AT)


def test_a_void_promise_is_followed_by_one_that_names_it_and_why() -> None:
    world = factories.made()
    factories.application(world, state=VERIFIED)
    first = promised(world)
    with pytest.raises(UnableToVoidDraw):
        void_draw(actor=None, draw=first, reason=" ", now=NOW)
    void_draw(actor=None, draw=first, reason="福彩中心停开一期", now=DRAWN_AT)
    world.intake.refresh_from_db()
    later = sources(known_at=KNOWN_AT + timedelta(days=2))
    second = promise_draw(
        actor=None, intake=world.intake, sources=later, promised_at=DRAWN_AT + timedelta(hours=1), now=DRAWN_AT
    )
    promise = lottery.Promise.from_bytes(bytes(second.files.get(name="promise.json").content))
    assert (promise.attempt, promise.previous and promise.previous.reason) == (2, "福彩中心停开一期")
    assert promise.previous is not None
    assert promise.previous.promise == lottery.sha256(bytes(first.files.get(name="promise.json").content))
    assert second.round_id == first.round_id


def test_sources_that_are_known_already_or_alone_are_refused_before_anything_is_published() -> None:
    world = factories.made(state=IntakeState.CHECKED)
    factories.application(world, state=VERIFIED)
    for given in (sources(known_at=NOW - timedelta(days=1)), sources()[:1], []):
        with pytest.raises(UnableToPromiseDraw):
            promise_draw(actor=None, intake=world.intake, sources=given, promised_at=PROMISED_AT, now=NOW)
    with pytest.raises(UnableToPromiseDraw, match="已经过去"):
        promise_draw(actor=None, intake=world.intake, sources=sources(), promised_at=NOW - timedelta(hours=1), now=NOW)
    assert not world.intake.draws.exists()


def test_only_whoever_may_place_promises_and_only_once_the_checks_are_closed() -> None:
    world = factories.made(state=IntakeState.CHECKING)
    with pytest.raises(PermissionMissing):
        promise_draw(
            actor=world.account("reader", "viewer"),
            intake=world.intake,
            sources=sources(),
            promised_at=PROMISED_AT,
            now=NOW,
        )
    with pytest.raises(WrongState):
        promise_draw(
            actor=world.account("officer"), intake=world.intake, sources=sources(), promised_at=PROMISED_AT, now=NOW
        )


def test_the_journal_has_the_fingerprints_and_no_number() -> None:
    world = factories.made()
    row = factories.application(world, state=VERIFIED)
    drawn(world)
    said = [entry for entry in entries() if entry.code.startswith("admissions.draw")]
    assert {entry.code for entry in said} == {"admissions.draw.promise", "admissions.draw.draw"}
    assert all(str(row.number) not in str(entry.detail) for entry in said)


def test_two_people_type_the_values_apart_and_only_alike_is_it_drawn() -> None:
    world = factories.made()
    factories.application(world, state="verified", facts=["household"])
    draw = promised(world)
    one, two = world.account("one"), world.account("two")

    def enter(who: Account, reveals: Any = REVEALS, at: datetime = DRAWN_AT) -> Entered:
        return enter_values(actor=who, draw=draw, reveals=reveals, now=at)

    with pytest.raises(UnableToDraw):
        enter(one, at=KNOWN_AT - timedelta(minutes=1))
    with pytest.raises(UnableToDraw):
        enter(one, [Reveal("d3", published="4 0 7 9"), REVEALS[1]])
    assert DrawEntry.objects.count() == 0
    assert not enter(one).is_drawn
    assert not enter(one).is_drawn
    wrong = enter(two, [REVEALS[0], Reveal("index", published="9999.10")])
    assert (wrong.is_drawn, wrong.differing) == (False, ("上证指数 2026 年 6 月 11 日收盘",))
    assert Draw.objects.get().state == "promised"
    done = enter(two)
    assert (done.is_drawn, done.draw.state, done.draw.drawn_by) == (True, "drawn", two)
    with pytest.raises(WrongState):
        enter(one)
    with pytest.raises(PermissionMissing):
        enter(world.account("judge", "publisher"))
    assert [entry.code for entry in entries(code="admissions.draw.enter")] == ["admissions.draw.enter"] * 4
