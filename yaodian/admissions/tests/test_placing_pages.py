"""The desk, the ceremony, the gate and the family's result, through the pages."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from yaodian.admissions.models import Application, ApplicationState, Draw, IntakeState, Place, PlaceState, Run, RunState
from yaodian.admissions.operations.running import ask_run, compute_run, open_run
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.drawing import DRAWN_AT, drawn, promised
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.organisations.models import Account

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)


def _client(account: Account, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(account)
    return client


def _world(count: int = 4) -> tuple[Made, list[Application]]:
    world = factories.made(state=IntakeState.CHECKED)
    rows = [
        factories.application(
            world, state=ApplicationState.VERIFIED, wishes=("s3", "s0"), facts=["household", "property"]
        )
        for _each in range(count)
    ]
    return world, rows


def _text(answer: Any) -> str:
    return answer.content.decode()


def test_a_promise_is_typed_published_and_drawn_at_the_ceremony() -> None:
    world, rows = _world()
    client = _client(world.account("officer"))
    desk = reverse("admissions:intake", args=[world.intake.public_id])
    said = {
        "promised_at": "2026-06-10T11:00", "game": "d3", "issue": "第 2026152 期", "game_at": "2026-06-11T21:30",
        "market": "上证指数 2026 年 6 月 11 日收盘", "market_at": "2026-06-11T15:30", "witnesses": "",
    }  # fmt: skip
    with time_machine.travel(NOW, tick=False):
        assert "公布承诺" in _text(client.get(desk))
        wrong = client.post(
            reverse("admissions:promise", args=[world.intake.public_id]), {**said, "promised_at": "2026-06-09T11:00"}
        )
        assert wrong.status_code == 422
        assert "已经过去" in _text(wrong)
        assert client.post(reverse("admissions:promise", args=[world.intake.public_id]), said).status_code == 302
    draw = Draw.objects.get()
    ceremony = reverse("admissions:ceremony", args=[world.intake.public_id])
    with time_machine.travel(datetime(2026, 6, 11, 10, 0, tzinfo=UTC), tick=False):
        early = client.post(ceremony, {"d3": "4 0 7", "index": "3284.10"})
        assert (early.status_code, "现在还不能抽" in _text(early)) == (422, True)
    with time_machine.travel(datetime(2026, 6, 11, 14, 0, tzinfo=UTC), tick=False):
        assert client.post(ceremony, {"d3": "4 0 7", "index": "3,284.10"}).status_code == 302
        waiting = _text(client.get(ceremony))
        assert "请另一位同事照公布的原文再录一遍" in waiting
        assert "已有 1 人录入" in waiting
        assert "3284.10" not in waiting
        second = _client(world.account("second"))
        differs = _text(second.post(ceremony, {"d3": "4 0 1", "index": "3284.10"}, follow=True))
        assert "不一致：福彩 3D 第 2026152 期。" in differs
        draw.refresh_from_db()
        assert draw.state == "promised"
        assert second.post(ceremony, {"d3": "4 0 7", "index": "3284.10"}).status_code == 302
        page = _text(client.get(ceremony))
    draw.refresh_from_db()
    assert draw.drawn_by == world.account("second")
    assert draw.seed[:8] in page
    assert any(str(row.number) in page for row in rows)


def test_everybody_reads_the_protocol_and_checks_the_bundle() -> None:
    world, _rows = _world()
    draw = drawn(world)
    page = Client().get(reverse("admissions:draw", args=[draw.public_id]))
    assert draw.seed[:8] in _text(page)
    answer = Client().get(reverse("admissions:draw_bundle", args=[draw.public_id]))
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert {"check.py", "check.html", "list.txt", "promise.json", "public-key.pem", "result.txt"} <= set(names)
    for name in names:
        assert Client().get(reverse("admissions:draw_file", args=[draw.public_id, name])).status_code == 200
    assert Client().get(reverse("admissions:draw_file", args=[draw.public_id, "secrets.txt"])).status_code == 404
    assert Client().get(reverse("admissions:draw", args=["nothing"])).status_code == 404


def test_a_run_is_sealed_by_one_opened_by_another_and_read_by_the_family() -> None:
    world, rows = _world()
    drawn(world)
    officer, publisher = _client(world.account("officer")), _client(world.account("publisher", "publisher"))
    with time_machine.travel(LATER, tick=False):
        sealed = officer.post(reverse("admissions:seal", args=[world.intake.public_id]))
        assert sealed.status_code == 302
        run = Run.objects.get()
        compute_run(run_id=run.pk, now=LATER)
        assert officer.post(reverse("admissions:open_run", args=[run.public_id])).status_code == 403
        assert "公布结果" in _text(publisher.get(sealed.url))
        assert publisher.post(reverse("admissions:open_run", args=[run.public_id])).status_code == 302
        run.refresh_from_db()
        assert run.state == RunState.OPENED
        placed = Place.objects.select_related("application__account").order_by("pk")[0]
        family = _client(placed.application.account)
        address = reverse("admissions:result", args=[placed.application.public_id])
        for way in (
            reverse("admissions:apply"),
            reverse("admissions:application", args=[placed.application.public_id]),
        ):
            assert f'href="{address}"' in _text(family.get(way))
        assert "为什么是这个结果" in _text(family.get(address))
        other = next(row for row in rows if row.pk != placed.application_id)
        assert family.get(reverse("admissions:result", args=[other.public_id])).status_code == 404
        decide = reverse("admissions:decide_place", args=[placed.application.public_id])
        assert family.post(decide, {"do": "accept"}).status_code == 302
        placed.refresh_from_db()
        assert placed.state == PlaceState.ACCEPTED
        appeal = reverse("admissions:appeal", args=[placed.application.public_id])
        assert family.post(appeal, {"text": " "}).status_code == 422
        assert family.post(appeal, {"text": "门牌登记有误"}).status_code == 302
        assert "门牌登记有误" in _text(publisher.get(reverse("admissions:intake", args=[world.intake.public_id])))
        one = placed.application.appeals.get()
        decided = publisher.post(
            reverse("admissions:decide_appeal", args=[world.intake.public_id, one.public_id]),
            {"upheld": "", "offer": "", "reason": "登记无误"},
        )
        assert decided.status_code == 302
        assert "登记无误" in _text(family.get(address))
        assert "提出申诉" in _text(family.get(address))
    with time_machine.travel(LATER + timedelta(days=8), tick=False):
        assert "提出申诉" not in _text(family.get(address))


def test_the_gate_says_on_its_page_what_it_found() -> None:
    world, rows = _world()
    drawn(world)
    run = compute_run(run_id=ask_run(actor=None, intake=world.intake, now=LATER).pk, now=LATER)
    rows[0].wishes.filter(position=1).delete()
    with time_machine.travel(LATER, tick=False):
        answer = _client(world.account("publisher", "publisher")).post(
            reverse("admissions:open_run", args=[run.public_id])
        )
    assert answer.status_code == 409
    assert str(rows[0].number) in _text(answer)


def test_before_the_day_a_family_reads_when_it_will_be() -> None:
    _made, rows = _world()
    with time_machine.travel(NOW, tick=False):
        page = _client(rows[0].account).get(reverse("admissions:result", args=[rows[0].public_id]))
    assert "2026-07-15" in _text(page)


def test_whoever_has_a_right_elsewhere_sees_no_intake_of_the_bureau() -> None:
    world, _rows = _world()
    head = _client(world.account("head", "head", "s0"))
    assert head.get(reverse("admissions:intake", args=[world.intake.public_id])).status_code == 404
    assert "没有招生中的学段" in _text(head.get(reverse("admissions:intakes")))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_the_desk_is_drawn_in_both_languages(language: str) -> None:
    world, _rows = _world()
    draw = promised(world)
    with time_machine.travel(DRAWN_AT, tick=False):
        client = _client(world.account("officer"), language)
        for name, key in (
            ("intake", world.intake.public_id),
            ("ceremony", world.intake.public_id),
            ("draw", draw.public_id),
        ):
            assert client.get(reverse(f"admissions:{name}", args=[key])).status_code == 200
        assert client.get(reverse("admissions:intakes")).status_code == 200


def test_the_desk_costs_the_same_queries_for_few_and_for_many(django_assert_max_num_queries: Any) -> None:
    world, rows = _world(12)
    drawn(world)
    run = compute_run(run_id=ask_run(actor=world.account("officer"), intake=world.intake, now=LATER).pk, now=LATER)
    open_run(actor=world.account("publisher", "publisher"), run=run, now=LATER)
    client = _client(world.account("officer"))
    assert rows
    with django_assert_max_num_queries(40):
        client.get(reverse("admissions:intake", args=[world.intake.public_id]))
