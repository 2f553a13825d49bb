"""Rooms, candidates and invigilators come in as lists: errors by cell, one transaction, an undo, the same columns out as in."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client

from yaodian.audit.queries import entries
from yaodian.exams.models import Examinee, ExamRoom, Invigilator
from yaodian.exams.tests import factories
from yaodian.exams.tests.factories import Made
from yaodian.foundation import jobs
from yaodian.foundation.models import Import

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> Made:
    return factories.made(people=0, rooms=0, teachers=0)


@pytest.fixture
def client(world: Made) -> Client:
    made = Client()
    made.force_login(world.officer)
    return made


def upload(client: Client, name: str, rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    file = io.BytesIO(text.getvalue().encode("utf-8-sig"))
    file.name = "list.csv"
    answer = client.post(f"/exams/lists/{name}/", {"sheet": file})
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_waiting_jobs()
    return str(answer["Location"])


def act(client: Client, address: str, action: str) -> Import:
    client.post(f"{address}{action}/")
    jobs.run_waiting_jobs()
    return Import.objects.get(pk=int(re.findall(r"/(\d+)/$", address)[0]))


def exported(client: Client, name: str) -> list[dict[str, str]]:
    answer = client.get(f"/exams/lists/{name}/export.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def row(world: Made, name: str, **given: str) -> dict[str, str]:
    first = {"考试编号": world.exam.public_id}
    if name == "rooms":
        return {
            **first,
            "考场号": "001",
            "考点学校代码": "s0",
            "地点": "一号楼 101",
            "行数": "6",
            "列数": "5",
            "座位数": "30",
            "考场类别": "",
            **given,
        }
    if name == "examinees":
        return {
            **first,
            "准考证号": "260001",
            "姓名": "林小满",
            "学校代码": "s1",
            "班级": "3 班",
            "试卷": "物理类",
            "特殊需要": "",
            "亲属组": "",
            "指定考点代码": "",
            **given,
        }
    return {
        **first,
        "工号": "T01",
        "姓名": "周行",
        "学校代码": "s3",
        "最多监考场数": "4",
        "不能监考的场次": "2、1",
        **given,
    }


@pytest.mark.parametrize(
    ("name", "model"), [("rooms", ExamRoom), ("examinees", Examinee), ("invigilators", Invigilator)]
)
def test_a_list_comes_in_and_out_alike_and_can_be_undone(client: Client, world: Made, name: str, model: Any) -> None:
    address = upload(client, name, [row(world, name)])
    done = act(client, address, "commit")
    assert (done.state, model.objects.count()) == (Import.State.COMMITTED, 1)
    out = exported(client, name)
    again = act(client, upload(client, name, out), "commit")
    assert (again.created, again.changed) == (0, 0)
    undone = act(client, address, "undo")
    assert (undone.state, model.objects.count()) == (Import.State.UNDONE, 0)
    assert {"exams.import.commit", "exams.import.undo", f"exams.{name}.put"} <= {one.code for one in entries()}


def test_a_changed_cell_changes_the_row(client: Client, world: Made) -> None:
    act(client, upload(client, "invigilators", [row(world, "invigilators")]), "commit")
    assert Invigilator.objects.get().absent == [1, 2]
    act(
        client,
        upload(client, "invigilators", [row(world, "invigilators", 不能监考的场次="", 最多监考场数="")]),
        "commit",
    )
    one = Invigilator.objects.get()
    assert (one.absent, one.most) == ([], None)


@pytest.mark.parametrize(
    ("name", "given", "word"),
    [
        ("rooms", {"考试编号": "zzzzzzzzzzzz"}, "没有这次考试"),
        ("rooms", {"考点学校代码": "nobody"}, "没有这所学校"),
        ("rooms", {"座位数": "31"}, "多于行数乘列数"),
        ("rooms", {"行数": "0"}, ""),
        ("examinees", {"姓名": ""}, ""),
        ("examinees", {"特殊需要": "飞行"}, ""),
        ("examinees", {"指定考点代码": "s99"}, "没有这所学校"),
        ("invigilators", {"不能监考的场次": "第一场"}, "看不懂"),
    ],
)
def test_a_cell_that_is_wrong_is_named(
    client: Client, world: Made, name: str, given: dict[str, str], word: str
) -> None:
    address = upload(client, name, [row(world, name, **given)])
    assert Import.objects.get().errors == 1
    assert word in client.get(address).content.decode()


def test_closed_lists_take_no_rows_and_no_undo(client: Client, world: Made) -> None:
    factories.put(world, "rooms", {"001": factories.room("s0")})
    address = upload(client, "examinees", [row(world, "examinees")])
    act(client, address, "commit")
    factories.listed(world)
    assert act(client, address, "undo").state == Import.State.COMMITTED
    later = upload(client, "examinees", [row(world, "examinees", 准考证号="260002")])
    assert "已封存" in client.get(later).content.decode()


def test_somebody_of_a_school_does_not_load_into_an_examination_of_the_bureau(world: Made) -> None:
    client = Client()
    client.force_login(world.account("xuexiao", "exams_officer", "s0"))
    address = upload(client, "rooms", [row(world, "rooms")])
    assert "不在您的权限范围内" in client.get(address).content.decode()
