"""What the operations of the registry change, refuse, and write down."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from yaodian.audit.queries import entries
from yaodian.organisations.models import UnitName
from yaodian.organisations.queries import PermissionMissing, check_units
from yaodian.registry import operations
from yaodian.registry.models import Enrolment, Guardianship, Pupil, PupilStatus, RecordAccess, School, SchoolClass
from yaodian.registry.operations import StaleVersion, UnableTo, WrongState
from yaodian.registry.tests import factories
from yaodian.registry.tests.factories import NOW

pytestmark = pytest.mark.django_db


def last_entry() -> object:
    return next(iter(entries()))


def test_a_school_is_a_unit_with_a_name_a_parent_and_its_own_facts() -> None:
    parent = factories.county("青禾县")
    clerk = factories.registrar(parent)
    made = operations.create_school(
        actor=clerk,
        new=operations.NewSchool("2199000777", "栖禾明德小学", date(2010, 9, 1), parent.code, factories.SCHOOL),
        now=NOW,
    )
    assert made.unit.kind == "school"
    assert UnitName.objects.get(unit=made.unit).name == "栖禾明德小学"
    assert [str(stage) for stage in made.stages] == ["primary"]
    assert check_units() == []
    assert last_entry().code == "registry.school.create"  # type: ignore[attr-defined]


def test_a_code_that_was_ever_used_is_refused_with_a_sentence() -> None:
    first = factories.school()
    with pytest.raises(operations.UnableToCreateSchool, match="已由"):
        factories.school(code=first.unit.code)


def test_a_registrar_sets_up_schools_below_his_own_county_only() -> None:
    clerk = factories.registrar(factories.county("青禾县"))
    elsewhere = factories.county("临溪区")
    with pytest.raises(PermissionMissing):
        operations.create_school(
            actor=clerk,
            new=operations.NewSchool("2199000778", "别处小学", date(2010, 9, 1), elsewhere.code, factories.SCHOOL),
            now=NOW,
        )
    assert not School.objects.exists()


def test_a_public_school_cannot_be_an_inclusive_private_one() -> None:
    made = factories.school()
    with pytest.raises(operations.UnableToChangeSchool, match="普惠性民办"):
        operations.change_school(actor=None, public_id=made.unit.public_id, changes={"is_inclusive": True}, now=NOW)


def test_half_a_place_is_no_place() -> None:
    made = factories.school()
    with pytest.raises(operations.UnableToChangeSchool, match="同时填写"):
        operations.change_school(actor=None, public_id=made.unit.public_id, changes={"longitude": 120.1}, now=NOW)


def test_the_second_of_two_editors_sees_what_the_first_wrote() -> None:
    made = factories.school(address="旧址")
    seen = made.version
    operations.change_school(
        actor=None, public_id=made.unit.public_id, changes={"address": "新址一"}, version=seen, now=NOW
    )
    with pytest.raises(StaleVersion) as refused:
        operations.change_school(
            actor=None, public_id=made.unit.public_id, changes={"address": "新址二"}, version=seen, now=NOW
        )
    assert refused.value.current == {"address": "新址一"}
    made.refresh_from_db()
    assert made.address == "新址一"
    operations.change_school(
        actor=None,
        public_id=made.unit.public_id,
        changes={"address": "新址二"},
        version=refused.value.current_version,
        now=NOW,
    )


def test_a_school_with_people_in_it_is_not_closed() -> None:
    made = factories.school()
    factories.pupil(made)
    with pytest.raises(operations.UnableToCloseSchool, match="在校学生1人"):
        operations.close_school(actor=None, public_id=made.unit.public_id, on=date(2026, 11, 1), now=NOW)
    pupil = Pupil.objects.get()
    operations.leave_pupil(actor=None, public_id=pupil.public_id, status="left", on=date(2026, 10, 1), now=NOW)
    operations.close_school(actor=None, public_id=made.unit.public_id, on=date(2026, 11, 1), now=NOW)
    made.unit.refresh_from_db()
    assert made.unit.closed_on == date(2026, 11, 1)
    with pytest.raises(WrongState):
        operations.close_school(actor=None, public_id=made.unit.public_id, on=date(2026, 12, 1), now=NOW)


def test_a_class_gets_its_usual_name_and_only_grades_that_the_school_has() -> None:
    made = factories.school()
    assert factories.school_class(made, grade=3, number=2).name == "三年级（2）班"
    with pytest.raises(operations.UnableToChangeClass):
        factories.school_class(made, grade=7)
    with pytest.raises(operations.UnableToChangeClass, match="已有这个班号"):
        factories.school_class(made, grade=3, number=2)


def test_classes_move_up_once_and_those_of_the_last_grade_graduate() -> None:
    made = factories.school()
    third = factories.school_class(made, grade=3, from_on=date(2025, 9, 1))
    last = factories.school_class(made, grade=6, from_on=date(2025, 9, 1))
    leaver, stayer = factories.pupil(made, last), factories.pupil(made, third)
    Pupil.objects.update(entered_on=date(2025, 9, 1))
    Enrolment.objects.update(from_on=date(2025, 9, 1))
    counts = operations.promote_classes(actor=None, unit=made.unit, year=2026, now=NOW)
    assert counts == {"classes": 1, "ended": 1, "graduates": 1}
    third.refresh_from_db()
    leaver.refresh_from_db()
    stayer.refresh_from_db()
    assert (third.grade, third.name) == (4, "四年级（1）班")
    assert SchoolClass.objects.get(pk=last.pk).until_on == date(2026, 9, 1)
    assert (leaver.status, leaver.left_on) == (PupilStatus.GRADUATED, date(2026, 8, 31))
    assert stayer.status == PupilStatus.ENROLLED
    again = operations.promote_classes(actor=None, unit=made.unit, year=2026, now=NOW)
    assert again == {"classes": 0, "ended": 0, "graduates": 0}


def test_a_teacher_moves_and_the_history_stays() -> None:
    home = factories.county()
    first, second = factories.school(home), factories.school(home)
    row = factories.teacher(first)
    room = factories.school_class(first)
    operations.change_class(actor=None, public_id=room.public_id, changes={"homeroom_teacher": row}, now=NOW)
    operations.move_teacher(
        actor=None, public_id=row.public_id, to=second.unit.public_id, duty="教师", on=date(2026, 9, 1), now=NOW
    )
    row.refresh_from_db()
    room.refresh_from_db()
    assert row.school_id == second.pk
    assert room.homeroom_teacher is None
    assert [(post.school_id, post.until_on) for post in row.posts.order_by("from_on")] == [
        (first.pk, date(2026, 9, 1)),
        (second.pk, None),
    ]


def test_a_teacher_is_moved_only_by_somebody_who_reaches_both_schools() -> None:
    first, second = factories.school(factories.county()), factories.school(factories.county())
    row = factories.teacher(first)
    with pytest.raises(PermissionMissing):
        operations.move_teacher(
            actor=factories.registrar(first.unit),
            public_id=row.public_id,
            to=second.unit.public_id,
            duty="教师",
            on=date(2026, 9, 1),
            now=NOW,
        )


def test_a_teacher_who_left_has_no_posts_any_more() -> None:
    row = factories.teacher(factories.school())
    operations.end_teacher(actor=None, public_id=row.public_id, status="retired", on=date(2026, 7, 1), now=NOW)
    assert not row.posts.filter(until_on__isnull=True).exists()
    with pytest.raises(WrongState):
        operations.end_teacher(actor=None, public_id=row.public_id, status="left", on=date(2026, 8, 1), now=NOW)


def test_a_pupil_changes_class_and_school_and_has_one_place_at_a_time() -> None:
    home = factories.county()
    first, second = factories.school(home), factories.school(home)
    one, two = factories.school_class(first, number=1), factories.school_class(first, number=2)
    child = factories.pupil(first, one)
    operations.change_pupil_class(
        actor=None, public_id=child.public_id, school_class=two.public_id, on=date(2026, 9, 20), now=NOW
    )
    operations.transfer_pupil(
        actor=None, public_id=child.public_id, to=second.unit.public_id, on=date(2026, 10, 1), now=NOW
    )
    child.refresh_from_db()
    assert (child.school_id, child.school_class) == (second.pk, None)
    spans = list(child.enrolments.order_by("from_on").values_list("school_id", "school_class_id", "until_on"))
    assert spans == [
        (first.pk, one.pk, date(2026, 9, 20)),
        (first.pk, two.pk, date(2026, 10, 1)),
        (second.pk, None, None),
    ]


def test_a_class_of_another_school_takes_no_pupil() -> None:
    home = factories.county()
    child = factories.pupil(factories.school(home))
    elsewhere = factories.school_class(factories.school(home))
    with pytest.raises(operations.UnableToTransferPupil, match="不在这所学校"):
        operations.change_pupil_class(
            actor=None, public_id=child.public_id, school_class=elsewhere.public_id, on=date(2026, 10, 1), now=NOW
        )


def test_a_pupil_pauses_returns_and_graduates_in_this_order() -> None:
    child = factories.pupil(factories.school())
    with pytest.raises(WrongState):
        operations.return_pupil(actor=None, public_id=child.public_id, on=date(2026, 10, 1), now=NOW)
    operations.suspend_pupil(actor=None, public_id=child.public_id, on=date(2026, 10, 1), now=NOW)
    operations.return_pupil(actor=None, public_id=child.public_id, on=date(2026, 10, 8), now=NOW)
    operations.leave_pupil(actor=None, public_id=child.public_id, status="graduated", on=date(2026, 10, 9), now=NOW)
    child.refresh_from_db()
    assert (child.status, child.left_on) == ("graduated", date(2026, 10, 9))
    assert child.enrolments.get().until_on == date(2026, 10, 10)


def test_a_number_stands_in_one_record_only_however_it_is_typed() -> None:
    made = factories.school()
    first = factories.pupil(made)
    with pytest.raises(operations.UnableToEnrolPupil, match="另一名学生"):
        factories.pupil(made, id_number=f" {first.id_number.lower()} ", enrolment_number="")


def test_doubles_become_one_and_two_again() -> None:
    made = factories.school()
    kept = factories.pupil(made, id_number="", enrolment_number="", residence="")
    double = factories.pupil(made)
    number = double.id_number
    operations.add_guardian(
        actor=None,
        public_id=double.public_id,
        values={"name": "顾建国", "phone": "19900001234"},
        relation="father",
        is_primary=True,
        now=NOW,
    )
    merge = operations.merge_pupils(
        actor=None, kept=kept.public_id, double=double.public_id, reason="同一名学生两次录入", now=NOW
    )
    kept, double = Pupil.objects.get(pk=kept.pk), Pupil.objects.get(pk=double.pk)
    assert (kept.id_number, double.id_number, double.merged_into_id) == (number, "", kept.pk)
    assert Guardianship.objects.get().pupil_id == kept.pk
    assert number not in str(merge.moved)
    operations.undo_merge(actor=None, merge_id=merge.pk, now=NOW)
    kept, double = Pupil.objects.get(pk=kept.pk), Pupil.objects.get(pk=double.pk)
    assert (kept.id_number, kept.residence, double.id_number, double.merged_into) == ("", "", number, None)
    assert Guardianship.objects.get().pupil_id == double.pk
    assert Guardianship.objects.get().is_primary
    assert Enrolment.objects.filter(until_on__isnull=True).count() == 2


def test_pupils_with_different_numbers_are_two() -> None:
    made = factories.school()
    with pytest.raises(operations.UnableToMergePupils, match="不同"):
        operations.merge_pupils(
            actor=None,
            kept=factories.pupil(made).public_id,
            double=factories.pupil(made).public_id,
            reason="试",
            now=NOW,
        )


def test_a_guardian_of_two_children_is_one_guardian() -> None:
    made = factories.school()
    number = factories.id_number()
    rows = [
        operations.add_guardian(
            actor=None,
            public_id=factories.pupil(made).public_id,
            values={"name": "顾建国", "phone": "19900001234", "id_number": number},
            relation="father",
            now=NOW,
        )
        for _child in range(2)
    ]
    assert rows[0].guardian_id == rows[1].guardian_id
    operations.confirm_guardian(actor=None, guardianship_id=rows[0].pk, now=NOW)
    operations.end_guardian(actor=None, guardianship_id=rows[0].pk, on=date(2026, 10, 1), now=NOW)
    with pytest.raises(WrongState):
        operations.end_guardian(actor=None, guardianship_id=rows[0].pk, on=date(2026, 10, 1), now=NOW)


def test_nothing_is_shown_in_clear_without_a_purpose() -> None:
    made = factories.school()
    child = factories.pupil(made)
    clerk = factories.registrar(made.unit)
    with pytest.raises(operations.UnableToUnmask, match="用途"):
        operations.unmask_pupil(actor=clerk, public_id=child.public_id, purpose="", now=NOW)
    with pytest.raises(operations.UnableToUnmask, match="用途"):
        operations.unmask_pupil(actor=clerk, public_id=child.public_id, purpose="staff", now=NOW)
    assert not RecordAccess.objects.exists()


def test_what_is_shown_in_clear_is_kept_with_who_why_and_what() -> None:
    made = factories.school()
    child = factories.pupil(made)
    clerk = factories.registrar(made.unit, "赵文书")
    values = operations.unmask_pupil(
        actor=clerk, public_id=child.public_id, purpose="contact", fields=("residence",), note="联系家访", now=NOW
    )
    assert values == {"residence": factories.PUPIL["residence"]}
    row = RecordAccess.objects.get()
    assert (row.account_name, row.kind, row.purpose, row.fields, row.note) == (
        "赵文书",
        "unmasked",
        "contact",
        ["residence"],
        "联系家访",
    )
    entry = last_entry()
    assert entry.code == "registry.pupil.unmask"  # type: ignore[attr-defined]
    assert entry.subject == f"pupil:{child.public_id}"  # type: ignore[attr-defined]


def test_a_viewer_opens_records_but_unmasks_none() -> None:
    made = factories.school()
    child, colleague = factories.pupil(made), factories.teacher(made)
    guest = factories.viewer(made.unit)
    operations.open_pupil(actor=guest, public_id=child.public_id, now=NOW)
    operations.open_teacher(actor=guest, public_id=colleague.public_id, now=NOW)
    assert [row.kind for row in RecordAccess.objects.all()] == ["viewed", "viewed"]
    with pytest.raises(PermissionMissing):
        operations.unmask_pupil(actor=guest, public_id=child.public_id, purpose="roll", now=NOW)
    with pytest.raises(PermissionMissing):
        operations.unmask_teacher(actor=guest, public_id=colleague.public_id, purpose="staff", now=NOW)


def test_the_journal_names_nobody() -> None:
    home = factories.county()
    made, other = factories.school(home), factories.school(home)
    clerk = factories.registrar(home)
    child = operations.enrol_pupil(
        actor=clerk,
        public_id=made.unit.public_id,
        values={
            **factories.PUPIL,
            "id_number": factories.id_number(7),
            "enrolment_number": f"G{factories.id_number(7)}",
        },
        entered_on=date(2026, 9, 1),
        now=NOW,
    )
    operations.change_pupil(actor=clerk, public_id=child.public_id, changes={"residence": "汀岭街9号"}, now=NOW)
    operations.transfer_pupil(
        actor=clerk, public_id=child.public_id, to=other.unit.public_id, on=date(2026, 10, 1), now=NOW
    )
    operations.add_guardian(
        actor=clerk,
        public_id=child.public_id,
        values={"name": "顾建国", "phone": "19900001234", "id_number": factories.id_number(8)},
        relation="father",
        now=NOW,
    )
    operations.unmask_pupil(actor=clerk, public_id=child.public_id, purpose="roll", now=NOW)
    colleague = factories.teacher(made)
    operations.change_teacher(actor=clerk, public_id=colleague.public_id, changes={"name": "金改名"}, now=NOW)
    written = "\n".join(f"{entry.subject} {entry.detail}" for entry in entries())
    for canary in (
        *("顾沐晴", "顾建国", "金淑颖", "金改名", "汀岭街", "棠陂街", "19900001234", "19900003721"),
        *(factories.id_number(7), factories.id_number(8), "2017-05-06", colleague.id_number),
    ):
        assert canary not in written


def test_a_column_that_is_not_open_to_a_change_is_refused() -> None:
    child = factories.pupil(factories.school())
    with pytest.raises(UnableTo, match="不能这样修改"):
        operations.change_pupil(actor=None, public_id=child.public_id, changes={"status": "left"}, now=NOW)


def test_a_child_is_born_before_it_goes_to_school() -> None:
    with pytest.raises(operations.UnableToEnrolPupil, match="早于入学日期"):
        factories.pupil(factories.school(), birth_on=date(2026, 9, 1) + timedelta(days=3))


def test_an_operation_that_is_refused_changes_nothing() -> None:
    child = factories.pupil(factories.school())
    before = Pupil.objects.values().get()
    count = sum(1 for _entry in entries())
    with pytest.raises(UnableTo):
        operations.leave_pupil(actor=None, public_id=child.public_id, status="left", on=date(2020, 1, 1), now=NOW)
    assert Pupil.objects.values().get() == before
    assert sum(1 for _entry in entries()) == count
