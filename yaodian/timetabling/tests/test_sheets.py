"""Requirements and choices as lists: errors by cell, one transaction, undo, the same columns out as in, and two people."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client
from django.urls import reverse

from yaodian.audit.queries import entries
from yaodian.foundation import jobs
from yaodian.foundation.models import Import
from yaodian.organisations.models import Account
from yaodian.timetabling import operations
from yaodian.timetabling.models import ChoiceState, MajorRequirement, PupilChoice, RequirementTable
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests.factories import NOW, Made

pytestmark = pytest.mark.django_db(transaction=True)
REQUIREMENT = {
    "院校代码": "10001", "院校名称": "云泽大学", "专业代码": "080901", "专业名称": "计算机科学与技术", "学科门类": "工学",
    "首选科目": "物理", "再选要求": "均须选考", "再选科目": "化学",
}  # fmt: skip
CHOICE = {"首选科目": "物理", "再选科目一": "化学", "再选科目二": "生物"}


@pytest.fixture
def world() -> Made:
    return factories.world()


def client_of(account: Account) -> Client:
    Account.objects.filter(pk=account.pk).update(is_demonstration=True)
    made = Client()
    made.force_login(Account.objects.get(pk=account.pk))
    return made


def upload(client: Client, name: str, rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    file = io.BytesIO(text.getvalue().encode("utf-8-sig"))
    file.name = "list.csv"
    answer = client.post(reverse(f"timetabling:import_{name}_list"), {"sheet": file})
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_waiting_jobs()
    return str(answer["Location"])


def act(client: Client, address: str, action: str) -> Import:
    client.post(f"{address}{action}/")
    jobs.run_waiting_jobs()
    return Import.objects.get(pk=int(re.findall(r"/(\d+)/$", address)[0]))


def exported(client: Client, name: str) -> list[dict[str, str]]:
    answer = client.get(reverse(f"timetabling:import_{name}_export", args=["csv"]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def table_of(world: Made) -> RequirementTable:
    return operations.make_table(
        actor=None, office=world.county, values={"year": 2029, "title": "要求", "source": "文"}, now=NOW
    )


def test_requirements_come_in_go_out_alike_and_are_taken_back(world: Made) -> None:
    table = table_of(world)
    client = client_of(world.account("county", "registrar", world.county))
    rows = [
        {"要求表编号": table.public_id, **REQUIREMENT},
        {"要求表编号": table.public_id, **REQUIREMENT, "专业代码": "030101", "学科门类": "法学", "首选科目": "",
         "再选要求": "不提再选要求", "再选科目": ""},
        {"要求表编号": table.public_id, **REQUIREMENT, "专业代码": "100201", "学科门类": "医学", "再选要求": "选考其中一门",
         "再选科目": "生物 化学"},
    ]  # fmt: skip
    address = upload(client, "requirements", rows)
    batch = act(client, address, "commit")
    assert (batch.state, batch.created) == ("committed", 3)
    assert list(table.majors.values_list("major", "first", "mode", "second")) == [
        ("030101", "", "any", ""), ("080901", "physics", "all", "chemistry"), ("100201", "physics", "one", "chemistry,biology")
    ]  # fmt: skip
    out = exported(client, "requirements")
    again = upload(client, "requirements", out)
    assert act(client, again, "commit").changed == 0
    assert act(client, address, "undo").state == "undone"
    assert not MajorRequirement.objects.exists()
    assert "timetabling.requirements.remove" in [one.code for one in entries()]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"要求表编号": "nowherenowhe"}, "没有这份选考要求表"),
        ({"学科门类": "炼丹"}, "不在可选项"),
        ({"首选科目": "化学"}, "不在可选项"),
        ({"再选科目": "物理"}, "可用的科目"),
        ({"再选科目": "化学、化学"}, "可用的科目"),
        ({"再选科目": ""}, "要写明科目"),
        ({"再选要求": "不提再选要求"}, "要空着"),
        ({"院校代码": ""}, ""),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_kept(world: Made, wrong: dict[str, str], words: str) -> None:
    client = client_of(world.account("county", "registrar", world.county))
    address = upload(client, "requirements", [{"要求表编号": table_of(world).public_id, **REQUIREMENT, **wrong}])
    assert words in client.get(address).content.decode()
    act(client, address, "commit")
    assert not MajorRequirement.objects.exists()


def test_a_table_of_another_office_takes_nothing(world: Made) -> None:
    client = client_of(world.account("office"))
    address = upload(client, "requirements", [{"要求表编号": table_of(world).public_id, **REQUIREMENT}])
    assert "不在您的权限范围内" in client.get(address).content.decode()
    assert exported(client, "requirements") == []


def test_choices_from_a_list_wait_for_a_colleague_go_out_alike_and_are_taken_back(world: Made) -> None:
    row = factories.round_(world, opens_on=NOW.date())
    office = world.account("office")
    client = client_of(office)
    rows = [{"轮次编号": row.public_id, "学生编号": one.public_id, **CHOICE} for one in world.pupils[:3]]
    address = upload(client, "choices", rows)
    batch = act(client, address, "commit")
    assert (batch.state, batch.created) == ("committed", 3)
    assert set(PupilChoice.objects.values_list("state", "means", "entered_by")) == {("proposed", "list", office.pk)}
    first = PupilChoice.objects.select_related("round").get(pupil=world.pupils[0])
    operations.decide_choice(actor=world.account("head", "head"), choice=first, agrees=True, now=NOW)
    out = exported(client, "choices")
    assert {one["姓名"] for one in out} == {one.name for one in world.pupils[:3]}
    assert entries()[0].code == "timetabling.choices.export"
    swapped = [{**one, "再选科目一": one["再选科目二"], "再选科目二": one["再选科目一"]} for one in out]
    assert act(client, upload(client, "choices", swapped), "commit").state == "committed"
    assert PupilChoice.objects.count() == 3, "the same two subjects the other way round are the same choice"
    act(client, address, "undo")
    states = dict(PupilChoice.objects.values_list("pupil", "state"))
    assert states[world.pupils[0].pk] == ChoiceState.STANDING, (
        "what somebody has agreed to is not taken back with a file"
    )


def test_a_list_that_nobody_has_agreed_to_is_taken_back_and_its_lines_stay_as_rows(world: Made) -> None:
    row = factories.round_(world)
    client = client_of(world.account("office"))
    lines = [{"轮次编号": row.public_id, "学生编号": one.public_id, **CHOICE} for one in world.pupils]
    address = upload(client, "choices", lines)
    act(client, address, "commit")
    assert act(client, address, "undo").state == "undone"
    assert list(PupilChoice.objects.values_list("state", flat=True)) == [ChoiceState.WITHDRAWN] * 4


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"轮次编号": "nowherenowhe"}, "没有这轮选科"),
        ({"学生编号": "nowherenowhe"}, "不在本校本年级在读"),
        ({"再选科目二": "化学"}, "两门再选科目相同"),
        ({"再选科目二": "物理"}, "不在可选项"),
        ({"首选科目": "历史", "再选科目一": "思想政治"}, "没有开设"),
        ({"再选科目二": ""}, ""),
    ],
)
def test_a_wrong_line_of_choices_is_named_and_nothing_is_kept(world: Made, wrong: dict[str, str], words: str) -> None:
    row = factories.round_(world, offered={"PCB": None})
    client = client_of(world.account("office"))
    line = {"轮次编号": row.public_id, "学生编号": world.pupils[0].public_id, **CHOICE, **wrong}
    address = upload(client, "choices", [line])
    assert words in client.get(address).content.decode()
    act(client, address, "commit")
    assert not PupilChoice.objects.exists()


def test_a_list_does_not_change_what_stands(world: Made) -> None:
    row = factories.round_(world)
    factories.chosen(row, world.pupils[0], "HOG")
    client = client_of(world.account("office"))
    address = upload(client, "choices", [{"轮次编号": row.public_id, "学生编号": world.pupils[0].public_id, **CHOICE}])
    assert "不能用表格更改" in client.get(address).content.decode()
