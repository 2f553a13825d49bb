"""Lists show what the account reaches, masked, at a price that does not grow with it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor
from yaodian.registry import operations, queries
from yaodian.registry.models import Pupil, School, Teacher
from yaodian.registry.queries import PupilFilters, SchoolFilters, TeacherFilters
from yaodian.registry.tests import factories
from yaodian.registry.tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> dict[str, Any]:
    """Two counties, the first with two schools, the second with one; a class, a teacher, two pupils in each."""
    first, second = factories.county("青禾县"), factories.county("临溪区")
    schools = [
        factories.school(first, name="栖禾小学"),
        factories.school(first, name="东岭小学"),
        factories.school(second, name="西坪小学"),
    ]
    for one in schools:
        room = factories.school_class(one)
        factories.teacher(one)
        factories.pupil(one, room)
        factories.pupil(one, room, name="顾安之")
    return {"counties": (first, second), "schools": schools}


def counted(call: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        call()
    return len(captured)


def seen_by(account: Visitor) -> tuple[int, int, int, int]:
    return (
        queries.schools(account=account).total,
        queries.classes(account=account).total,
        queries.teachers(account=account).total,
        queries.pupils(account=account).total,
    )


def test_each_sees_what_lies_at_and_below_his_unit(city: dict[str, Any]) -> None:
    first, _second = city["counties"]
    own = city["schools"][0]
    assert seen_by(factories.viewer(own.unit)) == (1, 1, 1, 2)
    assert seen_by(factories.viewer(first)) == (2, 2, 2, 4)
    assert seen_by(factories.viewer(factories.root())) == (3, 3, 3, 6)
    assert seen_by(factories.account(first)) == (0, 0, 0, 0)
    assert seen_by(None) == (0, 0, 0, 0)


def test_a_single_record_outside_the_scope_does_not_exist(city: dict[str, Any]) -> None:
    guest = factories.viewer(city["schools"][0].unit)
    sibling = city["schools"][1]
    with pytest.raises(School.DoesNotExist):
        queries.school_page(account=guest, public_id=sibling.unit.public_id)
    with pytest.raises(Pupil.DoesNotExist):
        queries.find_pupil(account=guest, public_id=sibling.pupils.first().public_id)
    with pytest.raises(Teacher.DoesNotExist):
        queries.find_teacher(account=guest, public_id=sibling.teachers.first().public_id)
    assert not queries.find(account=guest, text="东岭小学")


def test_a_closed_school_is_still_its_countys(city: dict[str, Any]) -> None:
    first, second = city["counties"]
    empty = factories.school(first, name="旧渡小学")
    operations.close_school(actor=None, public_id=empty.unit.public_id, on=date(2026, 10, 1), now=NOW)
    closed = SchoolFilters(status="closed")
    assert [row.name for row in queries.schools(account=factories.viewer(first), filters=closed).items] == ["旧渡小学"]
    assert queries.schools(account=factories.viewer(second), filters=closed).total == 0
    assert queries.schools(account=factories.viewer(first)).total == 2


def test_filters_narrow_the_schools(city: dict[str, Any]) -> None:
    first, _second = city["counties"]
    factories.school(first, name="小星星幼儿园", school_type="111", is_public=False, is_inclusive=True, area_kind="220")
    boss = factories.viewer(factories.root())

    def names(**chosen: str) -> list[str]:
        return [row.name for row in queries.schools(account=boss, filters=SchoolFilters(**chosen)).items]

    assert names(text="星星") == ["小星星幼儿园"]
    assert names(text=city["schools"][2].unit.code) == ["西坪小学"]
    assert names(school_type="111") == ["小星星幼儿园"]
    assert names(stage="preschool") == ["小星星幼儿园"]
    assert names(ownership="private", area="rural") == ["小星星幼儿园"]
    assert set(names(county=first.public_id)) == {"栖禾小学", "东岭小学", "小星星幼儿园"}
    assert [unit.name_then for unit in queries.counties(account=boss)] == ["青禾县", "临溪区"]  # type: ignore[attr-defined]


def test_people_are_found_by_exactly_what_is_theirs(city: dict[str, Any]) -> None:
    boss = factories.viewer(factories.root())
    child, colleague = Pupil.objects.order_by("pk")[0], Teacher.objects.order_by("pk")[0]

    def found(text: str) -> int:
        return queries.pupils(account=boss, filters=PupilFilters(text=text)).total

    assert found("顾安之") == 3
    assert found("顾 安之") == 3
    assert found("顾") == 0
    assert found(child.id_number) == 1
    assert found(child.enrolment_number.lower()) == 1
    assert queries.teachers(account=boss, filters=TeacherFilters(text=colleague.staff_number)).total == 1
    assert queries.teachers(account=boss, filters=TeacherFilters(text="199 0000 3721")).total == 3


def test_nothing_sensitive_stands_in_a_list_or_on_a_page(city: dict[str, Any]) -> None:
    boss = factories.registrar(factories.root())
    child, colleague = Pupil.objects.order_by("pk")[0], Teacher.objects.order_by("pk")[0]
    operations.add_guardian(
        actor=None,
        public_id=child.public_id,
        values={"name": "顾建国", "phone": "19900001234"},
        relation="father",
        now=NOW,
    )
    shown = "\n".join(
        str(part)
        for part in (
            queries.pupils(account=boss).items,
            queries.teachers(account=boss).items,
            queries.pupil_view(pupil=child).masked,
            queries.pupil_view(pupil=child).guardians,
            queries.teacher_view(teacher=colleague).masked,
        )
    )
    for canary in (child.id_number, child.enrolment_number, "2017-05-06", "棠陂街", "19900001234", "19900003721"):
        assert canary not in shown


def test_pages_follow_each_other_without_gap_or_double(city: dict[str, Any]) -> None:
    boss = factories.viewer(factories.root())
    seen: list[str] = []
    after = ""
    while True:
        page = queries.pupils(account=boss, after=after, size=4)
        seen += [row.public_id for row in page.items]
        if not page.has_next:
            break
        after = page.after
    assert sorted(seen) == sorted(Pupil.objects.values_list("public_id", flat=True))
    assert len(seen) == 6
    for nonsense in ("%%%", "W10", "bnVsbA", "A" * 500, "WzEsIngiXQ"):
        assert queries.pupils(account=boss, after=nonsense, size=4).items[0].public_id == seen[0]


def _grow(home: Unit, times: int) -> None:
    for _one in range(times):
        made = factories.school(home)
        room = factories.school_class(made)
        factories.pupil(made, room)
        factories.teacher(made)


def test_every_list_and_page_costs_the_same_for_one_school_and_for_all(city: dict[str, Any]) -> None:
    calls = {
        "schools": lambda account: queries.schools(account=account),
        "classes": lambda account: queries.classes(account=account),
        "teachers": lambda account: queries.teachers(account=account),
        "pupils": lambda account: queries.pupils(account=account),
        "returns": lambda account: queries.returns(account=account),
        "find": lambda account: queries.find(account=account, text="小学"),
        "school": lambda account: queries.school_page(account=account, public_id=own.unit.public_id),
    }
    own = city["schools"][0]
    single, boss = factories.viewer(own.unit), factories.viewer(factories.root())
    before = {name: counted(lambda call=call: call(single)) for name, call in calls.items()}
    _grow(city["counties"][0], 6)
    after = {name: counted(lambda call=call: call(boss)) for name, call in calls.items()}
    assert after == before
    assert max(after.values()) <= 16


def test_a_school_page_adds_up(city: dict[str, Any]) -> None:
    own = city["schools"][0]
    boss = factories.viewer(factories.root())
    for year, grades in ((2025, [30, 31]), (2026, [32, 33])):
        operations.store_return(
            actor=None,
            public_id=own.unit.public_id,
            year=year,
            stage="primary",
            figures={"pupils_by_grade": grades, "full_time": 5},
            now=NOW,
        )
    page = queries.school_page(account=boss, public_id=own.unit.public_id)
    assert (page.name, page.county, page.pupils, page.girls, page.teachers) == ("栖禾小学", "青禾县", 2, 2, 1)
    assert [(grade.label, grade.classes, grade.pupils) for grade in page.grades] == [("三年级", 1, 2)]
    assert page.qualifications == (("本科", 1),)
    assert [row.year for row in page.latest] == [2026]
    assert page.years == (2026, 2025)


def panel_of_a_slice(unit: Unit, _account: Visitor, _on: date) -> queries.Panel | None:
    return queries.Panel("test", f"{unit.code} 的卡片", "registry/empty.html") if unit.code.startswith("21") else None


def test_slices_add_panels_to_a_schools_page(city: dict[str, Any], settings: Any) -> None:
    settings.SCHOOL_PANELS = [f"{__name__}.panel_of_a_slice"]
    own = city["schools"][0]
    page = queries.school_page(account=factories.viewer(own.unit), public_id=own.unit.public_id)
    assert [panel.title for panel in page.panels] == [f"{own.unit.code} 的卡片"]
