"""The lists of a term: errors by cell, one transaction, undo, the same columns out as in."""

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
from yaodian.registry.tests import factories as registry
from yaodian.timetabling.models import Course, CurriculumHours, TermRoom, TermTeacher
from yaodian.timetabling.tests import factories, term_factories
from yaodian.timetabling.tests.term_factories import MadeTerm

pytestmark = pytest.mark.django_db(transaction=True)
ROOM = {"教室": "求真楼301", "种类": "", "座位": "50", "校区或楼": "求真楼", "停用时间": "周五7,8; 周三5-8"}
TEACHER = {
    "工号": "T90", "姓名": "任新", "学科": "物理、化学", "每周最多节数": "14", "每天最多节数": "4", "不排课时间": "周三5-8；周五",
}  # fmt: skip
CLASS = {"班级": "高一(3)班", "年级": "高一", "人数": "48", "教室": "201", "作息时间": ""}
HOURS = {"年级": "高一", "学科": "音乐", "每周节数": "2", "连堂": "1", "教室种类": "音乐室", "选考": "否"}
TASK = {
    "教学任务": "高一(1)班 物理", "班级": "高一(1)班", "学科": "物理", "每周节数": "3", "连堂": "1", "教师": "T05",
    "候选教师": "", "单双周": "", "指定教室": "", "教室种类": "实验室", "固定时间": "周一1; 周三3", "同时上课": "",
}  # fmt: skip
ROWS = {"rooms": ROOM, "teachers": TEACHER, "classes": CLASS, "curriculum": HOURS, "tasks": TASK}


@pytest.fixture
def made() -> MadeTerm:
    return term_factories.term(factories.world())


def client_of(account: Account) -> Client:
    Account.objects.filter(pk=account.pk).update(is_demonstration=True)
    client = Client()
    client.force_login(Account.objects.get(pk=account.pk))
    return client


@pytest.fixture
def client(made: MadeTerm) -> Client:
    return client_of(made.made.account("office"))


def upload(client: Client, made: MadeTerm, name: str, rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    file = io.BytesIO(text.getvalue().encode("utf-8-sig"))
    file.name = "list.csv"
    answer = client.post(reverse(f"timetabling:load_{name}_list", args=[made.term.public_id]), {"sheet": file})
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_waiting_jobs()
    return str(answer["Location"])


def act(client: Client, address: str, action: str) -> Import:
    client.post(f"{address}{action}/")
    jobs.run_waiting_jobs()
    return Import.objects.get(pk=int(re.findall(r"/(\d+)/$", address)[0]))


def exported(client: Client, made: MadeTerm, name: str) -> list[dict[str, str]]:
    answer = client.get(reverse(f"timetabling:load_{name}_export", args=[made.term.public_id, "csv"]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("name", list(ROWS))
def test_a_list_comes_in_goes_out_alike_and_is_taken_back(made: MadeTerm, client: Client, name: str) -> None:
    before = exported(client, made, name)
    address = upload(client, made, name, [ROWS[name]])
    batch = act(client, address, "commit")
    assert (batch.state, batch.created) == ("committed", 1), client.get(address).content.decode()
    out = exported(client, made, name)
    assert len(out) == len(before) + 1
    again = act(client, upload(client, made, name, out), "commit")
    assert (again.created, again.changed) == (0, 0), "what went out comes in as the same"
    assert act(client, address, "undo").state == "undone"
    assert exported(client, made, name) == before
    assert "timetabling.import.undo" in [one.code for one in entries()]


def test_what_is_written_is_what_is_kept(made: MadeTerm, client: Client) -> None:
    for name, row in ROWS.items():
        assert act(client, upload(client, made, name, [row]), "commit").state == "committed"
    room = TermRoom.objects.get(code="求真楼301")
    assert (room.seats, room.closed) == (50, [[2, [4, 5, 6, 7]], [4, [6, 7]]])
    teacher = TermTeacher.objects.get(code="T90")
    assert (teacher.subjects, teacher.away, teacher.most_days) == (["物理", "化学"], [[2, [4, 5, 6, 7]], [4, []]], None)
    assert CurriculumHours.objects.get(subject="音乐").doubles == 1
    course = Course.objects.get(code="高一(1)班 物理")
    assert ([one.code for one in course.teachers.all()], course.fixed) == (["T05"], [[0, 0], [2, 2]])
    change = {**TASK, "教师": "", "候选教师": "T05、T06", "单双周": "单周", "同时上课": "实验"}
    assert act(client, upload(client, made, "tasks", [change]), "commit").changed == 1
    course.refresh_from_db()
    assert (course.teachers.count(), course.candidates.count(), course.weeks, course.together) == (0, 2, "odd", "实验")


WRONG = [
    ("rooms", {"座位": "0"}, "太小"),
    ("rooms", {"停用时间": "周八"}, "一周里没有这一天"),
    ("rooms", {"停用时间": "周三9"}, "一天最多 8 节"),
    ("rooms", {"停用时间": "周六1"}, "一周上 5 天"),
    ("rooms", {"停用时间": "下午"}, "没有写星期几"),
    ("teachers", {"每周最多节数": "41"}, "太大"),
    ("teachers", {"姓名": ""}, ""),
    ("teachers", {"不排课时间": "周三五"}, "节次要写数字"),
    ("teachers", {"学科": "物理、物理"}, "写了两次"),
    ("classes", {"人数": "90"}, "太大"),
    ("classes", {"教室": "999"}, "没有教室"),
    ("classes", {"教室": "101"}, "一间教室只能是一个班的"),
    ("classes", {"作息时间": "冬季"}, "没有这份作息时间"),
    ("classes", {"年级": "高四"}, "不在可选项"),
    ("curriculum", {"每周节数": "41"}, "太大"),
    ("curriculum", {"每周节数": "3.5"}, "不是整数"),
    ("curriculum", {"连堂": "2"}, "最多连堂 1 次"),
    ("curriculum", {"选考": "也许"}, "不能理解"),
    ("tasks", {"教师": "T99"}, "没有工号是"),
    ("tasks", {"教师": "T05、T05"}, "写了两次"),
    ("tasks", {"候选教师": "T05"}, "既是教师又是候选教师"),
    ("tasks", {"班级": "高一(9)班"}, "没有班级"),
    ("tasks", {"班级": ""}, "请写上课的班级"),
    ("tasks", {"固定时间": "周八1"}, "一周里没有这一天"),
    ("tasks", {"固定时间": "周一"}, "要写明第几节"),
    ("tasks", {"固定时间": "周一1-4"}, "一周只上 2 次"),
    ("tasks", {"固定时间": "周一9"}, "一天最多 8 节"),
    ("tasks", {"每周节数": "41"}, "太大"),
    ("tasks", {"单双周": "三周"}, "不在可选项"),
    ("tasks", {"指定教室": "999"}, "没有教室"),
]


@pytest.mark.parametrize(("name", "wrong", "words"), WRONG)
def test_a_wrong_cell_is_named_and_nothing_is_kept(
    made: MadeTerm, client: Client, name: str, wrong: dict[str, str], words: str
) -> None:
    before = exported(client, made, name)
    address = upload(client, made, name, [{**ROWS[name], **wrong}])
    page = client.get(address).content.decode()
    assert words in page, page[:3_000]
    assert act(client, address, "commit").state == "checked"
    assert exported(client, made, name) == before


def test_a_teacher_twice_in_a_list_is_told(made: MadeTerm, client: Client) -> None:
    address = upload(client, made, "teachers", [TEACHER, TEACHER])
    assert "与第 2 行重复" in client.get(address).content.decode()


def test_what_is_used_meanwhile_is_not_taken_back(made: MadeTerm, client: Client) -> None:
    address = upload(client, made, "teachers", [TEACHER])
    act(client, address, "commit")
    made.courses["高一(1)班 语文"].teachers.add(TermTeacher.objects.get(code="T90"))
    assert act(client, address, "undo").state == "committed"
    assert TermTeacher.objects.filter(code="T90").exists()


def test_a_group_s_course_keeps_its_pupils_and_takes_a_teacher(made: MadeTerm, client: Client) -> None:
    term_factories.grouped(made)
    line = next(one for one in exported(client, made, "tasks") if one["教学任务"] == "高一 物理1")
    assert line["班级"] == ""
    address = upload(client, made, "tasks", [{**line, "教师": "T06", "固定时间": "周二1"}])
    assert act(client, address, "commit").changed == 1
    wrong = upload(client, made, "tasks", [{**line, "班级": "高一(1)班"}])
    assert "由教学班方案决定" in client.get(wrong).content.decode()


def test_a_list_of_another_school_or_without_the_right_is_not_there(made: MadeTerm, client: Client) -> None:
    address = upload(client, made, "rooms", [ROOM])
    stranger = client_of(registry.registrar(registry.county("远山县")))
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"{address}commit/").status_code == 404
    other = term_factories.term(made.made, half=2)
    assert client.get(address.replace(made.term.public_id, other.term.public_id)).status_code == 404
