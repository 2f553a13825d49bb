"""OneRoster 1.2 as CSV: out of one city and into another, from other systems, and everything that is refused."""

from __future__ import annotations

import ast
import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from yaodian.audit.queries import entries
from yaodian.organisations.models import Ancestry, Membership, Unit, UnitName
from yaodian.registry.models import STAGES_OF, Enrolment, Pupil, RecordAccess, School, SchoolClass, Teacher, TeacherPost
from yaodian.registry.oneroster import standard, writing
from yaodian.registry.sheets import rows
from yaodian.registry.tests import factories
from yaodian.registry.tests.rosters import (
    as_csv,
    export_roster,
    file_set,
    foreign,
    manifest,
    unzipped,
    upload_roster,
    zipped,
)
from yaodian.registry.tests.uploads import act, exported, latest, registrar, text_of

pytestmark = pytest.mark.django_db(transaction=True)

SHEETS = ("schools_import", "classes_import", "teachers_import", "pupils_import")


def person() -> dict[str, Any]:
    """A number, and the birthday that stands in it."""
    number = factories.id_number()
    return {"id_number": number, "birth_on": date(int(number[6:10]), int(number[10:12]), int(number[12:14]))}


def a_county_with_people() -> Unit:
    county = factories.county()
    first = factories.school(county, longitude=121.4737, latitude=31.2304, credit_code="91350100M000100Y43")
    second = factories.school(county, school_type="312")
    kindergarten = factories.school(county, school_type="111", name="栖禾幼儿园")
    for place, stage, grade in ((first, "primary", 3), (second, "junior", 2), (kindergarten, "preschool", 1)):
        room = factories.school_class(place, stage=stage, grade=grade)
        leader = factories.teacher(place, stage=stage, **person())
        SchoolClass.objects.filter(pk=room.pk).update(homeroom_teacher=leader)
        child = person()
        factories.pupil(place, room, is_migrant=True, enrolment_number=f"G{child['id_number']}", **child)
        factories.pupil(place, room, name="Anna Maria Berg", id_number="", enrolment_number="")
    factories.pupil(first, None, name="=欧阳", id_number="", enrolment_number="")
    factories.teacher(first, name="丽", subject="", phone="", id_number="")
    return county


def emptied() -> None:
    """Takes everything out that a roster carries, the schools' units as well."""
    RecordAccess.objects.all().delete()
    for model in (Enrolment, Pupil, TeacherPost, SchoolClass, Teacher):
        model._default_manager.all().delete()
    units = list(School.objects.values_list("unit_id", flat=True))
    School.objects.all().delete()
    Ancestry.objects.filter(descendant_id__in=units).delete()
    Membership.objects.filter(unit_id__in=units).delete()
    UnitName.objects.filter(unit_id__in=units).delete()
    Unit.objects.filter(pk__in=units).delete()


def test_what_goes_out_of_one_city_makes_the_same_rows_in_an_emptied_one() -> None:
    client = registrar(a_county_with_people())
    before = {sheet: exported(client, sheet) for sheet in SHEETS}
    roster = export_roster(client)
    assert [len(found) for found in before.values()] == [3, 3, 4, 7]
    emptied()
    address = upload_roster(client, roster)
    assert latest().errors == 0, text_of(client, address)
    batch = act(client, address, "commit")
    assert (batch.state, batch.created) == ("committed", 17), batch.error

    def known(found: list[dict[str, str]]) -> list[dict[str, str]]:
        # Whoever had no number is known by his public id, which is new in a new city.
        return sorted(({**row, "学籍号": row.get("学籍号", "")[-12:]} for row in found), key=str)

    for sheet in SHEETS:
        assert known(exported(client, sheet)) == known(before[sheet]), sheet
    again = export_roster(client)

    def lines(data: bytes) -> dict[str, list[dict[str, str]]]:
        # Who leads a class is told to others and not read: it is a matter of the class's page.
        return {
            name: sorted((line for line in found if name != "enrollments.csv" or line["role"] == "student"), key=str)
            for name, found in unzipped(data).items()
        }

    assert lines(again) == lines(roster)
    for form in (roster, again):
        upload_roster(client, form)
        assert (latest().errors, latest().created, latest().changed, latest().untouched) == (0, 0, 0, 17)
    assert "registry.import.commit" in {entry.code for entry in entries()}
    assert act(client, address, "undo").state == "committed"  # Their rows have been looked at since: by these exports.
    RecordAccess.objects.all().delete()
    assert act(client, address, "undo").state == "undone"
    assert not School.objects.exists()
    assert not Pupil.objects.exists()


def test_the_files_are_those_of_the_standard() -> None:
    client = registrar(a_county_with_people())
    found = unzipped(export_roster(client))
    said = {row["propertyName"]: row["value"] for row in found.pop("manifest.csv")}
    assert (said["manifest.version"], said["oneroster.version"]) == ("1.0", "1.2")
    present = {name.removeprefix("file.") + ".csv" for name, mode in said.items() if mode == "bulk"}
    assert present == set(found) == set(standard.COLUMNS)
    assert {f"file.{name}" for name in standard.WRITTEN} <= set(said)
    for name, lines in found.items():
        assert lines, "a file without rows is not permitted"
        columns = list(lines[0])
        assert tuple(columns[: len(standard.COLUMNS[name])]) == standard.COLUMNS[name]
        assert all(column.startswith("metadata.yaodian.") for column in columns[len(standard.COLUMNS[name]) :])
        assert all(line["status"] == line["dateLastModified"] == "" for line in lines)
        assert all(line[column] for line in lines for column in standard.NEEDED[name]), name
    ids = {name: {line["sourcedId"] for line in lines} for name, lines in found.items()}
    orgs, people = ids["orgs.csv"], ids["users.csv"]
    assert {line["parentSourcedId"] for line in found["orgs.csv"]} - {""} <= orgs
    assert {line["userSourcedId"] for line in found["roles.csv"]} == people == ids["demographics.csv"]
    assert {line["userSourcedId"] for line in found["enrollments.csv"]} < people
    assert {line["classSourcedId"] for line in found["enrollments.csv"]} <= ids["classes.csv"]
    assert {line["courseSourcedId"] for line in found["classes.csv"]} <= ids["courses.csv"]
    assert {line["grades"] for line in found["classes.csv"]} == {"03", "08", "PR"}
    assert [line["role"] for line in found["enrollments.csv"]].count("teacher") == 3


def test_the_slim_form_tells_nothing_but_names_schools_and_classes() -> None:
    county = a_county_with_people()
    client = registrar(county)
    found = unzipped(export_roster(client, "slim"))
    assert "demographics.csv" not in found
    text = str(found)
    pupils, teachers = Pupil.objects.all(), Teacher.objects.all()
    for person in (*pupils, *teachers):
        for secret in (
            person.id_number,
            str(person.birth_on),
            getattr(person, "residence", ""),
            getattr(person, "phone", ""),
        ):
            assert not secret or secret not in text
        assert person.name.lstrip("=")[-2:] in text.replace("', 'familyName': '", "")
    assert not any("metadata" in column for lines in found.values() for column in lines[0])
    accesses = list(RecordAccess.objects.all())
    assert len(accesses) == pupils.count() + teachers.count()
    assert {(access.kind, access.unit, tuple(access.fields)) for access in accesses} == {("exported", county, ())}
    upload_roster(client, export_roster(client, "slim"))
    assert (latest().errors, latest().created, latest().changed, latest().untouched) == (0, 0, 0, 17)


def test_the_full_form_notes_what_it_shows_of_each_person() -> None:
    client = registrar(a_county_with_people())
    export_roster(client)
    noted = RecordAccess.objects.filter(pupil__isnull=False).order_by("pk")[0]
    assert (noted.kind, noted.purpose) == ("exported", "roll")
    assert {"enrolment_number", "birth_on", "id_number", "residence"} <= set(noted.fields)


def test_the_export_reaches_as_far_as_the_right() -> None:
    county = a_county_with_people()
    place = School.objects.filter(school_type="211")[0]
    found = unzipped(export_roster(registrar(place)))
    assert [line["identifier"] for line in found["orgs.csv"] if line["type"] == "school"] == [place.unit.code]
    assert county.code in {line["identifier"] for line in found["orgs.csv"]}
    assert len(found["users.csv"]) == 5
    viewer = Client()
    viewer.force_login(factories.account(place.unit, "viewer"))
    assert viewer.get(reverse("registry:oneroster_export", args=["slim"])).status_code == 403
    assert registrar(place).get(reverse("registry:oneroster_export", args=["all"])).status_code == 404


def test_an_export_asks_for_people_part_by_part(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    county = a_county_with_people()
    monkeypatch.setattr(rows, "EXPORT_CHUNK", 2)
    account = factories.registrar(county)
    roster = writing.Roster(rows.scope_word(account=account), account.pk, factories.NOW, is_full=True)
    with django_assert_max_num_queries(110):
        pieces = list(roster.stream())
    assert len(unzipped(b"".join(pieces))["users.csv"]) == 11


def test_another_systems_roster_brings_its_pupils_and_is_known_again_by_its_ids() -> None:
    place = factories.school(name="栖禾小学")
    client = registrar(place)
    parent = place.unit.memberships.get().parent.code
    files = foreign(place.unit.code, parent)
    address = upload_roster(client, file_set(files))
    text = text_of(client, address)
    assert "不是学校的单位 1 个" in text
    assert "不是教师或学生的用户 1 人" in text
    batch = act(client, address, "commit")
    assert (batch.state, batch.created, batch.untouched) == ("committed", 3, 1), text + batch.error
    room = SchoolClass.objects.get()
    assert (room.external_id, room.stage, room.grade, room.entered_year, room.number) == ("k-1", "primary", 3, 2024, 2)
    first, second = Pupil.objects.order_by("external_id")
    assert (first.name, first.gender, first.birth_on, first.school_class) == ("顾沐晴", "2", date(2018, 5, 6), room)
    assert (second.name, second.external_id, second.entered_on) == ("Anna Maria Berg", "u-2", date(2024, 9, 1))
    upload_roster(client, file_set(files))
    assert (latest().created, latest().changed, latest().untouched) == (0, 0, 4)
    files["users.csv"][0] = files["users.csv"][0] | {"givenName": "沐青"}
    address = upload_roster(client, file_set(files))
    assert "顾沐青" in text_of(client, address)
    assert act(client, address, "commit").changed == 1
    first.refresh_from_db()
    assert first.name == "顾沐青"
    assert act(client, address, "undo").state == "undone"
    first.refresh_from_db()
    assert first.name == "顾沐晴"


def test_a_number_that_ends_in_zeros_is_one_where_no_spreadsheet_has_been() -> None:
    place = factories.school(name="栖禾小学")
    client = registrar(place)
    number = "20240900000000000"
    text = str(foreign(place.unit.code, place.unit.memberships.get().parent.code)).replace("'u-1'", f"'{number}'")
    address = upload_roster(client, file_set(ast.literal_eval(text)))
    assert act(client, address, "commit").state == "committed", text_of(client, address)
    assert Pupil.objects.filter(external_id=number).exists()


def test_a_year_later_the_class_has_moved_up_and_nobody_is_doubled() -> None:
    place = factories.school(name="栖禾小学")
    client = registrar(place)
    files = foreign(place.unit.code, place.unit.memberships.get().parent.code)
    act(client, upload_roster(client, file_set(files)), "commit")
    files["academicSessions.csv"][0] |= {"startDate": "2027-09-01", "endDate": "2028-07-10", "schoolYear": "2028"}
    files["classes.csv"][0] |= {"title": "四年级（2）班", "grades": "04"}
    for role in files["roles.csv"]:
        role["beginDate"] = "2027-09-01"
    batch = act(client, upload_roster(client, file_set(files)), "commit")
    assert (batch.state, batch.created, batch.changed) == ("committed", 0, 1), batch.error
    assert (SchoolClass.objects.get().grade, Pupil.objects.count()) == (4, 2)


@pytest.mark.parametrize(
    ("file", "line", "cells", "where", "sentence"),
    [
        ("demographics.csv", 0, {"birthDate": "2018-02-30"}, "demographics.csv:2 birthDate", "没有 2018 年 2 月 30 日"),
        ("demographics.csv", 1, {"sex": "f"}, "demographics.csv:3 sex", "性别应是"),
        ("roles.csv", 1, {"orgSourcedId": "o-9"}, "roles.csv:3 orgSourcedId", "orgs.csv 里没有"),
        ("roles.csv", 0, {"userSourcedId": "u-9"}, "roles.csv:2 userSourcedId", "users.csv 里没有"),
        ("enrollments.csv", 0, {"classSourcedId": "k-9"}, "enrollments.csv:2 classSourcedId", "classes.csv 里没有"),
        ("enrollments.csv", 1, {"userSourcedId": "u-8"}, "enrollments.csv:3 userSourcedId", "users.csv 里没有"),
        ("classes.csv", 0, {"grades": "12"}, "classes.csv:2 grades", "看不出这个班的学段"),
        ("classes.csv", 0, {"courseSourcedId": "c-9"}, "classes.csv:2 courseSourcedId", "courses.csv 里没有"),
        ("classes.csv", 0, {"title": ""}, "classes.csv:2 title", "这一格不能为空"),
        ("users.csv", 1, {"sourcedId": "u-1"}, "users.csv:3 sourcedId", "出现了两次"),
        ("users.csv", 0, {"status": "tobedeleted"}, "users.csv:2 status", "不能有要删除的行"),
        ("users.csv", 0, {"familyName": "顾" * 61}, "users.csv:2 familyName", "最多 60 个"),
        ("orgs.csv", 1, {"identifier": "", "sourcedId": "o-2"}, "orgs.csv:3 identifier", "学校标识码应为10位数字"),
        ("orgs.csv", 1, {"name": "别的小学"}, "orgs.csv:3 name", "学校更名要留下沿革"),
        ("roles.csv", 0, {"role": "teacher"}, "users.csv:2 metadata.yaodian.establishment", "新建需要“编制”"),
        ("roles.csv", 1, {"beginDate": ""}, "users.csv:3 beginDate (roles.csv)", "新建需要“入学日期”"),
    ],
)
def test_faults_are_told_by_file_line_and_column_and_nothing_is_written(
    file: str, line: int, cells: Mapping[str, str], where: str, sentence: str
) -> None:
    place = factories.school(name="栖禾小学")
    client = registrar(place)
    files = foreign(place.unit.code, place.unit.memberships.get().parent.code)
    files[file][line] = files[file][line] | cells
    address = upload_roster(client, file_set(files))
    text = text_of(client, address)
    assert where in text, text
    assert sentence in text
    act(client, address, "commit")
    assert not Pupil.objects.exists()


def test_a_roster_waits_for_the_sheets_that_write_the_same_rows() -> None:
    place = factories.school(name="栖禾小学")
    client = registrar(place)
    address = upload_roster(client, file_set(foreign(place.unit.code, place.unit.memberships.get().parent.code)))
    with CaptureQueriesContext(connection) as queries:
        assert act(client, address, "commit").state == "committed"
    locks = [query["sql"] for query in queries if "pg_advisory_xact_lock" in query["sql"]]
    # SQLite has one writer anyway.
    assert len(set(locks)) == (5 if connection.vendor == "postgresql" else 0)


def test_a_school_brings_no_other_schools_people() -> None:
    place, other = factories.school(), factories.school()
    client = registrar(place)
    address = upload_roster(client, file_set(foreign(other.unit.code, other.unit.memberships.get().parent.code)))
    assert "不在您的权限范围内" in text_of(client, address)
    new = foreign("2199777777", place.unit.memberships.get().parent.code)
    new["orgs.csv"][1] |= {
        "metadata.yaodian.school_type": "211", "metadata.yaodian.runner": "private", "metadata.yaodian.area_kind": "121",
        "metadata.yaodian.is_public": "false", "metadata.yaodian.opened_on": "2003-09-01",
    }  # fmt: skip
    assert "上级单位不在您的权限范围内" in text_of(client, upload_roster(client, file_set(new)))
    county = registrar(place.unit.memberships.get().parent)
    address = upload_roster(county, file_set(new))
    assert act(county, address, "commit").created == 4
    assert act(county, address, "undo").state == "undone"
    assert not School.objects.filter(unit__code="2199777777").exists()


def _bomb() -> bytes:
    return zipped(
        {"manifest.csv": manifest("orgs.csv"), "orgs.csv": b"sourcedId,name,type\n" + (b"0" * 99 + b"\n") * 400_000}
    )


def _locked() -> bytes:
    data = bytearray(zipped({"manifest.csv": manifest("orgs.csv")}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def _twice() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("manifest.csv", manifest("orgs.csv"))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("manifest.csv", manifest("orgs.csv"))
    return buffer.getvalue()


ORGS = as_csv([{"sourcedId": "2199000001", "name": "甲", "type": "school"}])


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (lambda: b"PK\x03\x04" + b"\0" * 100, "压缩包不完整或已损坏"),
        (lambda: zipped({"manifest.csv": manifest("orgs.csv"), "orgs.csv": ORGS})[:-40], "压缩包不完整或已损坏"),
        (lambda: b"sourcedId,name", "内容却不是 ZIP"),
        (_bomb, "解压后过大"),
        (_locked, "压缩包设有密码"),
        (_twice, "有两个“manifest.csv”"),
        (lambda: zipped({"../manifest.csv": manifest("orgs.csv")}), "指向包外"),
        (lambda: zipped({"/etc/manifest.csv": manifest("orgs.csv")}), "指向包外"),
        (lambda: zipped({"C:manifest.csv": "x", "orgs.csv": ORGS}), "指向包外"),
        (lambda: zipped({"out/manifest.csv": manifest("orgs.csv"), "out/orgs.csv": ORGS}), "最外层没有 manifest.csv"),
        (lambda: zipped({"orgs.csv": ORGS}), "最外层没有 manifest.csv"),
        (lambda: zipped({"manifest.csv": "", "orgs.csv": ORGS}), "manifest.csv 是空的"),
        (lambda: zipped({"manifest.csv": manifest("orgs.csv", version="1.1"), "orgs.csv": ORGS}), "版本是“1.1”"),
        (lambda: zipped({"manifest.csv": "propertyName,value\n", "orgs.csv": ORGS}), "版本是“（没有）”"),
        (lambda: zipped({"manifest.csv": manifest("orgs.csv", mode="delta"), "orgs.csv": ORGS}), "增量（delta）"),
        (lambda: zipped({"manifest.csv": manifest("orgs.csv", mode="all"), "orgs.csv": ORGS}), "不是 bulk 或 absent"),
        (lambda: zipped({"manifest.csv": manifest("orgs.csv")}), "压缩包里却没有"),
        (lambda: zipped({"manifest.csv": manifest("users.csv"), "users.csv": "x"}), "里没有 orgs.csv"),
        (
            lambda: zipped({"manifest.csv": manifest("orgs.csv", "users.csv"), "orgs.csv": ORGS, "users.csv": "x"}),
            "要与 roles.csv 一起",
        ),
        (lambda: zipped({"manifest.csv": manifest("orgs.csv"), "orgs.csv": "sourcedId,name\n1,2\n"}), "缺少列：type"),
        (lambda: zipped({"manifest.csv": manifest("orgs.csv"), "orgs.csv": "sourcedId,name,type,type\n"}), "两列同名"),
        (lambda: zipped({"manifest.csv": manifest("orgs.csv"), "orgs.csv": ORGS.encode("gb18030")}), "不是 UTF-8"),
        (lambda: zipped({"manifest.csv": manifest("orgs.csv"), "orgs.csv": ORGS + '"甲'}), "orgs.csv 第"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_roster_is_refused_with_a_sentence(data: Callable[[], bytes], sentence: str) -> None:
    client = registrar(factories.school())
    address = upload_roster(client, data())
    assert (latest().state, sentence in text_of(client, address)) == ("failed", True), text_of(client, address)


def test_only_archives_are_taken_here_and_none_where_a_sheet_is_wanted() -> None:
    client = registrar(factories.school())
    for prefix, name, sentence in (
        ("oneroster", "名册.csv", "只收 .zip"),
        ("pupils_import", "名册.zip", "只能读 .xlsx"),
    ):
        file = io.BytesIO(b"x")
        file.name = name
        answer = client.post(reverse(f"registry:{prefix}_list"), {"sheet": file})
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True)


def test_litter_beside_the_files_and_a_byte_order_mark_do_no_harm() -> None:
    place = factories.school(name="栖禾小学")
    client = registrar(place)
    files = foreign(place.unit.code, place.unit.memberships.get().parent.code)
    content = {name: b"\xef\xbb\xbf" + as_csv(lines).encode() for name, lines in files.items()}
    litter = {"__MACOSX/._orgs.csv": b"\0", "readme.txt": b"x", ".DS_Store": b"\0", "folder/": b""}
    address = upload_roster(client, zipped({"manifest.csv": manifest(*files)} | content | litter))
    assert (latest().errors, latest().created) == (0, 3), text_of(client, address)
    assert "readme.txt" in text_of(client, address)


def test_an_import_is_found_by_those_who_import_for_the_same_schools_only() -> None:
    place = factories.school()
    client = registrar(place)
    address = upload_roster(client, file_set(foreign(place.unit.code, place.unit.memberships.get().parent.code)))
    assert registrar(factories.school()).get(address).status_code == 404
    assert client.get(reverse("registry:oneroster_list")).status_code == 200


@given(
    st.text(alphabet="林阿·丽欧阳ab Z=-", min_size=1, max_size=6).map(lambda name: " ".join(name.split())).filter(bool)
)
def test_a_name_survives_being_split(name: str) -> None:
    family, given_name = standard.split_name(name)
    assert family
    assert given_name
    assert name == "-" or standard.join_name(family, given_name) == name


def test_every_grade_has_a_code_and_every_code_its_grade() -> None:
    for school_type, stages in STAGES_OF.items():
        for stage, grades in stages:
            for grade in range(1, grades + 1):
                assert standard.grade_of(standard.grade_code(stage, grade), school_type) == (stage, grade)
        assert standard.grade_of("13", school_type) is None
