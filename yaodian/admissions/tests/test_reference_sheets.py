"""Reference lists come in with a preview, are put right by line, and are taken back; what they say of people stands sealed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from yaodian.admissions import sheets
from yaodian.admissions.models import Intake, IntakeState, Reference
from yaodian.admissions.problem.indexing import person_index
from yaodian.admissions.sheets.references import REFERENCES, ReferenceTarget
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import Made
from yaodian.admissions.tests.test_rule_sheets import act, upload
from yaodian.audit.queries import entries
from yaodian.foundation.models import ImportPart

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "110105198804120011"


@pytest.fixture
def world() -> Made:
    return factories.made(state=IntakeState.CHECKING)


@pytest.fixture
def client(world: Made) -> Client:
    account = world.account("one")
    account.is_demonstration = True
    account.save()
    made = Client()
    made.force_login(account)
    return made


def line(world: Made, number: str, **given: str) -> dict[str, str]:
    return {
        "招生季编号": world.season.public_id, "学段": "小学", "名册": "不动产", "序号": "1", "证件号码": number,
        "姓名": "林远山", "地址": "中山路1号302室", "自": "2020-03-01", "累计月数": "36", **given,
    }  # fmt: skip


def stored() -> list[tuple[str, str, Any]]:
    return [(row.kind, row.line, row.detail) for row in Reference.objects.order_by("kind", "line")]


def test_lists_come_in_are_put_right_and_are_taken_back(world: Made, client: Client) -> None:
    first = upload(
        client, "references", [line(world, NUMBER), line(world, NUMBER, 名册="户籍", 累计月数="", 自="", 地址="")]
    )
    page = client.get(first).content.decode()
    assert "林远山" in page
    assert NUMBER not in page
    assert act(client, first, "commit").created == 2
    before = stored()
    assert before[1] == (
        "property", "1",
        {"number": NUMBER, "name": "林远山", "address": "中山路1号302室", "since": "2020-03-01", "months": 36},
    )  # fmt: skip
    again = act(client, upload(client, "references", [line(world, NUMBER)]), "commit")
    assert (again.created, again.changed, again.untouched) == (0, 0, 1)

    second = upload(client, "references", [line(world, "X2"), line(world, "X3", 序号="2")])
    batch = act(client, second, "commit")
    assert (batch.created, batch.changed) == (1, 1)
    row = Reference.objects.get(kind="property", line="1")
    assert bytes(row.person_index) == person_index("X2")
    assert row.detail["address"] == "中山路1号302室"
    assert act(client, second, "undo").state == "undone"
    assert stored() == before
    assert bytes(Reference.objects.get(kind="property").person_index) == person_index(NUMBER)
    assert {"admissions.reference.put", "admissions.reference.remove", "admissions.import.undo"} <= {
        each.code for each in entries()
    }
    assert NUMBER not in "".join(str(each.detail) for each in entries())
    assert all("林远山".encode() not in bytes(part.data) for part in ImportPart.objects.all())


def test_wrong_cells_are_named_and_nothing_comes_in(world: Made, client: Client) -> None:
    rows = [
        line(world, ""), line(world, "X1", 序号="2", 自="昨天"), line(world, "X1", 序号="3", 招生季编号="nobody000000"),
        line(world, "X1", 序号="4", 名册="传闻"), line(world, "X1", 序号="2"),
    ]  # fmt: skip
    address = upload(client, "references", rows)
    page = client.get(address).content.decode()
    for words in ("证件号码”是必填项", "E2", "H3", "没有这个招生季和学段", "不在可选项之中"):
        assert words in page, words
    assert act(client, address, "commit").state != "committed"
    assert stored() == []


def test_nothing_comes_in_or_goes_once_the_checks_are_closed(world: Made, client: Client) -> None:
    address = upload(client, "references", [line(world, NUMBER)])
    act(client, address, "commit")
    waiting = upload(client, "references", [line(world, "X2")])
    Intake.objects.update(state=IntakeState.CHECKED)
    assert act(client, waiting, "commit").state == "checked"
    assert act(client, address, "undo").state == "committed"
    assert "核验已经结束" in client.get(upload(client, "references", [line(world, "X2")])).content.decode()
    assert stored()[0][2]["number"] == NUMBER


def test_the_lists_are_not_given_out_and_are_for_those_who_check(world: Made, client: Client) -> None:
    address = "/admissions/office/import/references/"
    assert "export" not in client.get(address).content.decode()
    assert client.get(f"{address}export.csv").status_code == 404
    judge = Client()
    judge.force_login(world.account("judge", "publisher"))
    assert judge.get(address).status_code == 403
    assert sheets.PERMISSIONS["references"] == "admissions.verify"


def test_a_chunk_costs_the_same_whatever_its_length(world: Made) -> None:
    actor = world.account("one")

    def cost(start: int, count: int) -> int:
        target = ReferenceTarget(REFERENCES, actor.pk, timezone.now())
        rows = [
            {
                "season": world.season.public_id,
                "stage": "primary",
                "kind": "household",
                "line": str(one),
                "number": f"N{one}",
            }
            for one in range(start, start + count)
        ]
        with CaptureQueriesContext(connection) as seen:
            keys = [REFERENCES.key_of(row) for row in rows]
            assert target.existing(keys) == {}
            target.create(rows)
            assert len(target.existing(keys)) == count
            target.remove(keys)
        return len(seen)

    assert cost(0, 3) == cost(100, 120)


def test_lines_of_before_get_a_name_of_their_own(world: Made) -> None:
    from importlib import import_module

    rows = [
        Reference.objects.create(
            intake=world.intake,
            kind="property",
            line=f"x{one}",
            person_index=b"1" * 16,
            detail={},
            loaded_at=timezone.now(),
        )
        for one in range(2)
    ]

    class Apps:
        @staticmethod
        def get_model(_app: str, _name: str) -> type[Reference]:
            return Reference

    import_module("yaodian.admissions.migrations.0006_reference_lines").name_lines(Apps, None)
    assert {row.line for row in Reference.objects.all()} == {f"earlier-{row.pk}" for row in rows}
    assert re.fullmatch(r"earlier-\d+", Reference.objects.first().line)  # type: ignore[union-attr]
