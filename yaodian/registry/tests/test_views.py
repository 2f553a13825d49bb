"""Every page of the registry opens, saves, refuses in words, and shows nothing sensitive by itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yaodian.organisations.models import Account
from yaodian.registry import operations
from yaodian.registry.models import Guardianship, Pupil, PupilMerge, RecordAccess, School, SchoolClass, Teacher
from yaodian.registry.tests import factories
from yaodian.registry.tests.factories import NOW

pytestmark = pytest.mark.django_db


def at(name: str, *arguments: Any) -> str:
    return reverse(f"registry:{name}", args=arguments)


def signed_in(account: Account) -> Client:
    # The second factor is the door's business.
    Account.objects.filter(pk=account.pk).update(is_demonstration=True)
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def school() -> School:
    return factories.school(factories.county("青禾县"), name="栖禾明德小学")


@pytest.fixture
def room(school: School) -> SchoolClass:
    return factories.school_class(school)


@pytest.fixture
def child(school: School, room: SchoolClass) -> Pupil:
    row = factories.pupil(school, room)
    operations.add_guardian(
        actor=None,
        public_id=row.public_id,
        values={"name": "顾建国", "phone": "19900001234", "id_number": factories.id_number(900)},
        relation="father",
        is_primary=True,
        now=NOW,
    )
    return row


@pytest.fixture
def colleague(school: School) -> Teacher:
    return factories.teacher(school)


@pytest.fixture
def clerk(school: School) -> Client:
    return signed_in(factories.registrar(school.unit))


@pytest.fixture
def addresses(school: School, room: SchoolClass, child: Pupil, colleague: Teacher) -> list[str]:
    operations.add_campus(
        actor=None, public_id=school.unit.public_id, values={"code": "1", "name": "本部", "is_main": True}, now=NOW
    )
    for year, pupils in ((2025, [30]), (2026, [90])):
        operations.store_return(
            actor=None,
            public_id=school.unit.public_id,
            year=year,
            stage="primary",
            figures={"pupils_by_grade": pupils, "site": "1200.5", "by_title": {"first": 3}},
            now=NOW,
        )
    unit = school.unit.public_id
    return [
        *(at(name) for name in ("schools", "teachers", "pupils", "add_school")),
        *(at(name, unit) for name in ("school", "edit_school", "rename_school", "close_school", "add_campus")),
        *(at(name, unit) for name in ("add_class", "add_teacher", "add_pupil")),
        at("edit_campus", unit, "1"),
        at("return", unit, 2026),
        at("return", unit, 2020),
        at("edit_return", unit, 2026, "primary"),
        *(at(name, room.public_id) for name in ("class", "edit_class", "close_class")),
        *(at(name, colleague.public_id) for name in ("teacher", "edit_teacher", "move_teacher", "end_teacher")),
        *(at(name, child.public_id) for name in ("pupil", "edit_pupil", "change_pupil_class", "transfer_pupil")),
        *(at(name, child.public_id) for name in ("pause_pupil", "leave_pupil", "merge_pupils", "add_guardian")),
        f"{at('pupils')}?school={unit}",
        f"{at('teachers')}?school={unit}",
    ]


def test_every_page_opens_and_shows_nothing_sensitive(
    clerk: Client, addresses: list[str], child: Pupil, colleague: Teacher
) -> None:
    for address in addresses:
        answer = clerk.get(address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        for canary in (
            *(child.id_number, child.enrolment_number, colleague.id_number, factories.id_number(900)),
            *("棠陂街", "19900001234", "19900003721", "2017-05-06", "1988-03-14"),
        ):
            assert canary not in text, (address, canary)


def test_a_neighbour_finds_none_of_it(addresses: list[str], school: School) -> None:
    stranger = signed_in(factories.registrar(factories.school().unit))
    for address in addresses:
        answer = stranger.get(address)
        if address in (at("schools"), at("teachers"), at("pupils"), at("add_school")):
            assert "栖禾明德小学" not in answer.content.decode()
        else:
            assert answer.status_code == 404, address


def test_a_neighbour_presses_no_button(school: School, child: Pupil, colleague: Teacher) -> None:
    stranger = signed_in(factories.registrar(factories.school().unit))
    guardianship = Guardianship.objects.get().pk
    double = factories.pupil(school, id_number="", enrolment_number="")
    merge = operations.merge_pupils(actor=None, kept=child.public_id, double=double.public_id, reason="重复", now=NOW)
    for address in (
        at("promote", school.unit.public_id),
        at("confirm_guardian", child.public_id, guardianship),
        at("end_guardian", child.public_id, guardianship),
        at("undo_merge", child.public_id, merge.pk),
        at("unmask_pupil", child.public_id),
        at("unmask_teacher", colleague.public_id),
    ):
        answer = stranger.post(address, {"purpose": "roll"})
        assert answer.status_code == 404, address
        assert child.id_number not in answer.content.decode()
    assert not RecordAccess.objects.exists()
    assert not Guardianship.objects.get().is_confirmed
    # A merger of one's own neighbours is not undone by naming it under a record of one's own.
    own = factories.pupil(factories.school(), id_number="", enrolment_number="")
    helper = signed_in(factories.registrar(own.school.unit))
    assert helper.post(at("undo_merge", own.public_id, merge.pk)).status_code in (403, 404)
    merge.refresh_from_db()
    assert merge.undone_at is None


def test_a_viewer_sees_no_buttons_that_he_may_not_press(school: School, child: Pupil) -> None:
    guest = signed_in(factories.viewer(school.unit))
    text = guest.get(at("school", school.unit.public_id)).content.decode()
    assert at("edit_school", school.unit.public_id) not in text
    text = guest.get(at("pupil", child.public_id)).content.decode()
    assert at("unmask_pupil", child.public_id) not in text
    assert guest.get(at("edit_pupil", child.public_id)).status_code == 403
    assert guest.post(at("unmask_pupil", child.public_id), {"purpose": "roll"}).status_code == 403


def test_a_record_is_shown_in_clear_for_a_purpose_and_only_once(clerk: Client, child: Pupil) -> None:
    address = at("unmask_pupil", child.public_id)
    assert clerk.post(address, {"purpose": ""}).status_code == 422
    assert clerk.post(address, {"purpose": "staff"}).status_code == 422
    answer = clerk.post(address, {"purpose": "contact", "note": "家访"})
    text = answer.content.decode()
    assert child.id_number in text
    assert "棠陂街" in text
    assert "19900001234" in text
    assert "no-store" in answer["Cache-Control"]
    assert child.id_number not in clerk.get(at("pupil", child.public_id)).content.decode()
    assert list(RecordAccess.objects.order_by("pk").values_list("kind", "purpose")) == [
        ("unmasked", "contact"),
        ("viewed", ""),
    ]


def test_a_teacher_is_shown_in_clear_for_a_purpose(clerk: Client, colleague: Teacher) -> None:
    answer = clerk.post(at("unmask_teacher", colleague.public_id), {"purpose": "staff"})
    assert "19900003721" in answer.content.decode()
    assert clerk.post(at("unmask_teacher", colleague.public_id), {"purpose": "aid"}).status_code == 422


def school_fields(**values: Any) -> dict[str, Any]:
    return {
        "school_type": "211",
        "runner": "county_education",
        "is_public": "on",
        "area_kind": "121",
        "address": "新址",
        **values,
    }


def test_two_clerks_at_the_same_form_lose_nothing(clerk: Client, school: School) -> None:
    address = at("edit_school", school.unit.public_id)
    assert clerk.post(address, school_fields(address="甲址", version="1")).status_code == 302
    answer = clerk.post(address, school_fields(address="乙址", version="1"))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "甲址" in text
    assert "乙址" in text
    assert clerk.post(address, school_fields(address="乙址", version="2")).status_code == 302
    school.refresh_from_db()
    assert school.address == "乙址"


def test_a_school_is_set_up_by_form_and_refused_with_words(school: School) -> None:
    home = school.unit.memberships.get().parent
    clerk = signed_in(factories.registrar(home))
    fields = school_fields(code="2199555555", name="栖禾新村小学", parent=home.code, opened_on="2026-09-01")
    answer = clerk.post(at("add_school"), fields)
    assert answer.status_code == 302
    assert School.objects.filter(unit__code="2199555555").exists()
    answer = clerk.post(at("add_school"), fields)
    assert answer.status_code == 422
    assert "已由" in answer.content.decode()


def test_sensitive_fields_left_empty_stay_as_they_are(clerk: Client, child: Pupil) -> None:
    fields = {"name": "顾沐晴", "gender": "2", "ethnicity": "03", "is_boarding": "on", "version": "1"}
    assert clerk.post(at("edit_pupil", child.public_id), fields).status_code == 302
    after = Pupil.objects.get(pk=child.pk)
    assert (after.id_number, after.residence, after.is_poor, after.ethnicity, after.is_boarding) == (
        *(child.id_number, child.residence, True),
        *("03", True),
    )
    clerk.post(at("edit_pupil", child.public_id), {**fields, "version": "2", "is_poor": "0"})
    assert Pupil.objects.get(pk=child.pk).is_poor is False


def test_steps_by_form(clerk: Client, school: School, room: SchoolClass, child: Pupil, colleague: Teacher) -> None:
    other = factories.school_class(school, number=2)
    unit = school.unit.public_id
    steps: list[tuple[str, dict[str, Any]]] = [
        (at("add_class", unit), {"stage_grade": "primary/1", "number": "3", "from_on": "2026-09-01"}),
        (
            at("edit_class", room.public_id),
            {"number": "1", "name": "星星班", "homeroom_teacher": colleague.pk, "version": "1"},
        ),
        (at("add_campus", unit), {"code": "1", "name": "本部", "is_main": "on"}),
        (at("rename_school", unit), {"name": "栖禾明德学校", "from_on": "2026-09-01"}),
        (at("change_pupil_class", child.public_id), {"school_class": other.public_id, "on": "2026-10-01"}),
        (at("pause_pupil", child.public_id), {"on": "2026-10-02"}),
        (at("pause_pupil", child.public_id), {"on": "2026-10-03"}),
        (at("leave_pupil", child.public_id), {"status": "transferred", "on": "2026-10-04"}),
        (at("end_teacher", colleague.public_id), {"status": "retired", "on": "2026-10-05"}),
        (at("close_class", other.public_id), {"on": "2026-10-06"}),
        (
            at("add_pupil", unit),
            {"name": "顾新来", "gender": "1", "entered_on": "2026-10-06", "school_class": room.public_id},
        ),
        (
            at("add_teacher", unit),
            {
                "staff_number": "T9",
                "name": "金新来",
                "duty": "教师",
                "from_on": "2026-09-01",
                "gender": "1",
                "stage": "primary",
                "establishment": "in",
                "qualification": "bachelor",
                "title": "none",
                "backbone_level": "none",
            },
        ),
        (at("edit_return", unit, 2025, "primary"), {"girls": "12", "site": "1200.5"}),
    ]
    for address, fields in steps:
        answer = clerk.post(address, fields)
        assert answer.status_code == 302, (address, answer.content.decode()[-3000:])
    assert Pupil.objects.get(name_index__isnull=False, public_id=child.public_id).status == "transferred"
    assert school.returns.get().girls == 12
    assert school.returns.get().books is None


def test_half_a_list_of_grades_is_refused(clerk: Client, school: School) -> None:
    answer = clerk.post(at("edit_return", school.unit.public_id, 2025, "primary"), {"pupils_1": "12"})
    assert answer.status_code == 422
    assert "全部填写" in answer.content.decode()


def test_guardians_and_mergers_by_button(clerk: Client, school: School, child: Pupil) -> None:
    row = Guardianship.objects.get()
    assert clerk.post(at("confirm_guardian", child.public_id, row.pk)).status_code == 302
    assert clerk.post(at("end_guardian", child.public_id, row.pk)).status_code == 302
    row.refresh_from_db()
    assert row.is_confirmed
    assert row.ended_on is not None
    double = factories.pupil(school, id_number="", enrolment_number="")
    clerk.post(at("merge_pupils", child.public_id), {"double": double.public_id, "reason": "重复"})
    assert "合并后的学籍" in clerk.get(at("pupil", double.public_id)).content.decode()
    clerk.post(at("undo_merge", child.public_id, PupilMerge.objects.get().pk))
    double.refresh_from_db()
    assert double.merged_into is None
    answer = clerk.post(at("merge_pupils", child.public_id), {"double": "nobody", "reason": "重复"})
    assert "没有编号" in answer.content.decode()


def test_a_transfer_to_a_school_that_is_none_is_refused_with_words(clerk: Client, child: Pupil) -> None:
    answer = clerk.post(at("transfer_pupil", child.public_id), {"to": "2100000000", "on": "2026-10-01"})
    assert answer.status_code == 422
    assert "没有标识码" in answer.content.decode()


def test_nonsense_in_an_address_is_no_fault_of_the_server(clerk: Client, school: School) -> None:
    for address in (
        f"{at('schools')}?page=99999999999&county=x&status=y&text=%00%27",
        f"{at('pupils')}?after=nonsense&group=z&text=%F0%A0%AE%B7",
        f"{at('teachers')}?after=%00&title=zz",
        at("return", school.unit.public_id, 9999999),
    ):
        assert clerk.get(address).status_code == 200, address
    assert clerk.get(f"{at('pupils')}?school=zzz").status_code == 404
    assert clerk.get(at("edit_return", school.unit.public_id, 2026, "flying")).status_code == 404


def test_the_search_box_finds_what_the_visitor_reaches(clerk: Client, school: School, child: Pupil) -> None:
    find = reverse("web:find")
    text = clerk.get(find, {"text": "明德"}).content.decode()
    assert "<mark>明德</mark>" in text
    assert at("school", school.unit.public_id) in text
    assert at("pupil", child.public_id) in clerk.get(find, {"text": child.id_number}).content.decode()
    stranger = signed_in(factories.viewer(factories.school().unit))
    for words in ("明德", "顾沐晴", child.id_number):
        text = stranger.get(find, {"text": words}).content.decode()
        assert at("pupil", child.public_id) not in text
        assert at("school", school.unit.public_id) not in text
    assert Client().get(find, {"text": "明德"}).status_code == 200
    assert Client().get(find, {"text": "<script>"}).content.decode().count("<script>") == 0


def test_the_search_box_costs_the_same_whatever_it_finds(
    clerk: Client, school: School, django_assert_max_num_queries: Any
) -> None:
    for _number in range(5):
        factories.pupil(school)
    with django_assert_max_num_queries(26):
        clerk.get(reverse("web:find"), {"text": "顾沐晴"})


def test_the_api_gives_the_same_masked_rows_in_scope(clerk: Client, school: School, child: Pupil) -> None:
    factories.teacher(school)
    stranger = signed_in(factories.viewer(factories.school().unit))
    for name in ("schools", "classes", "teachers", "pupils", "returns"):
        answer = clerk.get(f"/api/registry/{name}")
        assert answer.status_code == 200, answer.content
        text = answer.content.decode()
        for canary in (child.id_number, child.enrolment_number, "棠陂街", "19900003721"):
            assert canary not in text
        assert all("栖禾明德小学" not in str(row) for row in stranger.get(f"/api/registry/{name}").json()["items"])
        assert Client().get(f"/api/registry/{name}").status_code == 401
    detail = clerk.get(f"/api/registry/schools/{school.unit.public_id}").json()
    assert (detail["name"], detail["pupils"], detail["stages"]) == ("栖禾明德小学", 1, ["primary"])
    assert stranger.get(f"/api/registry/schools/{school.unit.public_id}").status_code == 404
    assert clerk.get("/api/registry/pupils?size=0").status_code == 422


def test_the_days_of_a_form_are_days(clerk: Client, child: Pupil) -> None:
    answer = clerk.post(at("leave_pupil", child.public_id), {"status": "left", "on": "昨天"})
    assert answer.status_code == 422
    assert Pupil.objects.get(pk=child.pk).left_on is None
    assert date(2026, 9, 1) == child.entered_on
