"""Classes, teachers and pupils in and out as sheets: errors by cell, commit, undo, and whose rows they are."""

from __future__ import annotations

import csv
import io
import re
from threading import Thread

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from yaodian.audit.queries import entries
from yaodian.foundation import jobs
from yaodian.foundation.models import Import
from yaodian.organisations.models import Account
from yaodian.registry import sheets
from yaodian.registry.models import Enrolment, Pupil, RecordAccess, School, SchoolClass, Teacher
from yaodian.registry.sheets import rows
from yaodian.registry.tests import factories
from yaodian.registry.tests.uploads import act, registrar, text_of, upload

pytestmark = pytest.mark.django_db(transaction=True)

CLASS = {
    "学段": "小学",
    "入学年份": "2026",
    "班号": "1",
    "年级": "1",
    "班级名称": "一年级（1）班",
    "开班日期": "2026-09-01",
}
TEACHER = {
    "姓名": "金淑𠮷", "性别": "女", "出生日期": "1988-03-14", "任教学段": "小学", "任教学科": "语文", "编制": "编制内",
    "学历": "本科", "职称": "一级", "骨干层级": "无", "持有教师资格证": "是", "从教年份": "2010", "电话": "12900003721",
}  # fmt: skip
PUPIL = {
    "姓名": "顾沐晴", "性别": "女", "出生日期": "2019-05-06", "学段": "小学", "入学年份": "2026", "班号": "1", "寄宿": "否",
    "随迁子女": "是", "留守儿童": "否", "家庭住址": "栖禾镇棠陂街33号", "入学日期": "2026-09-01",
}  # fmt: skip


@pytest.fixture
def place() -> School:
    return factories.school()


def test_a_school_brings_its_classes_teachers_and_pupils_and_takes_them_back(place: School) -> None:
    client = registrar(place)
    code = place.unit.code
    found = {}
    for prefix, row in (
        ("classes_import", CLASS | {"学校标识码": code}),
        ("teachers_import", TEACHER | {"学校标识码": code, "工号": "T0001"}),
        ("pupils_import", PUPIL | {"学校标识码": code, "学籍号": "2026-0001"}),
    ):
        found[prefix] = address = upload(client, prefix, [row])
        assert "导入 1 行" in text_of(client, address), text_of(client, address)
        batch = act(client, address, "commit")
        assert (batch.state, batch.created) == ("committed", 1), batch.error
    pupil, teacher = Pupil.objects.get(), Teacher.objects.get()
    assert (pupil.name, pupil.external_id, pupil.school_class) == ("顾沐晴", "2026-0001", SchoolClass.objects.get())
    assert (pupil.is_migrant, pupil.residence, pupil.birth_year) == (True, "栖禾镇棠陂街33号", 2019)
    assert (teacher.name, teacher.staff_number, teacher.has_certificate) == ("金淑𠮷", "T0001", True)
    assert Enrolment.objects.get().pupil == pupil
    codes = [entry.code for entry in entries()]
    assert codes.count("registry.import.commit") == 3
    assert not any("顾沐晴" in entry.detail or "金淑" in entry.detail for entry in entries())
    # A class with a pupil in it stays; the pupil goes, then the class.
    assert act(client, found["classes_import"], "undo").state == "committed"
    assert act(client, found["pupils_import"], "undo").state == "undone"
    assert act(client, found["classes_import"], "undo").state == "undone"
    assert (Pupil.objects.count(), Enrolment.objects.count(), SchoolClass.objects.count()) == (0, 0, 0)
    assert Teacher.objects.count() == 1


def test_errors_are_told_by_cell_and_nothing_is_written(place: School) -> None:
    client = registrar(place)
    other = factories.school()
    good = TEACHER | {"学校标识码": place.unit.code, "工号": "T0001"}
    wrong = [
        good,
        good | {"工号": "T0002", "职称": "教授"},
        good | {"工号": "T0003", "学校标识码": other.unit.code},
        good | {"工号": "T0004", "学校标识码": "2199999999"},
        good | {"工号": "T0005", "出生日期": "2019.2.29"},
        good | {"工号": "T0001"},
    ]
    address = upload(client, "teachers_import", wrong)
    text = text_of(client, address)
    for words in ("不在可选项之中", "不在您的权限范围内", "学校名录里没有", "没有 2019 年 2 月 29 日", "与第 2 行重复"):
        assert words in text
    assert re.search(r" [A-Z]3 ", text)
    act(client, address, "commit")
    assert not Teacher.objects.exists()
    marked = client.get(f"{address}marked.xlsx")
    assert marked.status_code == 200
    assert b"".join(marked.streaming_content)[:2] == b"PK"


def test_what_was_exported_is_imported_again_without_a_change_and_the_export_is_recorded(place: School) -> None:
    client = registrar(place)
    room = factories.school_class(place)
    # The factory's numbers carry a birthday of their own.
    child = factories.pupil(place, room, id_number="")
    factories.teacher(place, id_number="")
    for prefix in ("classes_import", "teachers_import", "pupils_import"):
        answer = client.get(reverse(f"registry:{prefix}_export", args=["csv"]))
        assert answer["Content-Disposition"].startswith("attachment")
        rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
        assert len(rows) == 1
        address = upload(client, prefix, rows)
        batch = Import.objects.order_by("-pk")[0]
        assert (batch.errors, batch.created, batch.changed, batch.untouched) == (0, 0, 0, 1), text_of(client, address)
    access = RecordAccess.objects.get(pupil=child)
    assert (access.kind, access.purpose, access.unit) == ("exported", "roll", place.unit)
    assert set(access.fields) >= {"enrolment_number", "birth_on"}


def test_an_export_goes_on_while_others_write(place: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "EXPORT_CHUNK", 1)
    for _number in range(3):
        factories.pupil(place)
    account = factories.account(place.unit, "registrar")
    exported = sheets.IMPORT_PUPILS.target(scope=sheets.scope_word(account=account), actor_id=account.pk).export()

    def write() -> None:
        Account.objects.filter(pk=account.pk).update(name="改")
        connection.close()

    seen = 0
    for _row in exported:
        seen += 1
        other = Thread(target=write)
        other.start()
        other.join()
    assert seen == RecordAccess.objects.filter(kind="exported").count() == 3


def test_a_change_shows_before_and_after_and_is_undone(place: School) -> None:
    client = registrar(place)
    teacher = factories.teacher(place)
    row = TEACHER | {
        "学校标识码": place.unit.code,
        "工号": teacher.staff_number,
        "姓名": teacher.name,
        "任教学科": "数学",
    }
    address = upload(client, "teachers_import", [row])
    batch = act(client, address, "commit")
    teacher.refresh_from_db()
    assert (batch.changed, teacher.subject) == (1, "数学")
    assert act(client, address, "undo").state == "undone"
    teacher.refresh_from_db()
    assert teacher.subject == "语文"


def test_a_file_cannot_move_people_between_schools(place: School) -> None:
    second = factories.school(place.unit.memberships.get().parent)
    client = Client()
    client.force_login(factories.account(place.unit.memberships.get().parent, "registrar"))
    teacher = factories.teacher(place)
    row = TEACHER | {"学校标识码": second.unit.code, "工号": teacher.staff_number}
    assert "请在教师页面办理" in text_of(client, upload(client, "teachers_import", [row]))


def test_an_import_is_not_found_by_somebody_with_another_right_and_ends_with_its_own(place: School) -> None:
    client = registrar(place)
    address = upload(client, "teachers_import", [TEACHER | {"学校标识码": place.unit.code, "工号": "T0001"}])
    assert registrar(factories.school()).get(address).status_code == 404
    Account.objects.get(pk=client.session["_auth_user_id"]).grants.update(until_on=factories.GRANTED_ON)
    assert client.post(f"{address}commit/").status_code in (302, 403)
    jobs.run_waiting_jobs()
    assert not Teacher.objects.exists()


def test_templates_carry_their_lists_and_no_formula() -> None:
    client = registrar(factories.school())
    for prefix in ("classes_import", "teachers_import", "pupils_import"):
        answer = client.get(reverse(f"registry:{prefix}_template"))
        assert answer.content[:2] == b"PK"
    assert {sheet.code for sheet in (sheets.CLASSES, sheets.TEACHERS, sheets.PUPILS)} == {
        "registry.classes", "registry.teachers", "registry.pupils",
    }  # fmt: skip


def test_whoever_may_not_import_is_turned_away(place: School) -> None:
    client = Client()
    client.force_login(factories.account(place.unit, "viewer"))
    assert client.get(reverse("registry:pupils_import_list")).status_code == 403
    assert Client().get(reverse("registry:pupils_import_export", args=["csv"])).status_code == 302


def test_files_are_chinese_and_problems_are_told_in_the_language_of_whoever_asked(place: School) -> None:
    client = registrar(place)
    client.cookies["yaodian_language"] = "en"
    factories.school_class(place)
    answer = client.get(reverse("registry:classes_import_export", args=["csv"]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.startswith("学校标识码,学段,")
    (row,) = csv.DictReader(io.StringIO(text))
    address = upload(client, "classes_import", [row | {"班号": "二"}, row | {"班号": "二"}])
    page = text_of(client, address)
    assert "D2、D3" in page
    assert "whole number" in page


def test_a_preview_never_shows_a_sensitive_value_whole(place: School) -> None:
    client = registrar(place)
    factories.school_class(place, grade=1)
    address = upload(client, "pupils_import", [PUPIL | {"学校标识码": place.unit.code, "学籍号": "X7"}])
    page = text_of(client, address)
    assert "顾沐晴" in page
    for secret in ("X7", "2019-05-06", "棠陂街33号"):
        assert secret not in page
