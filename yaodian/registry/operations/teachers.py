"""Teachers are appointed, changed, move between schools and leave; their posts keep the history."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.registry.models import WORKING, Teacher, TeacherPost, TeacherStatus
from yaodian.registry.operations.changing import (
    apply,
    check_not_erased,
    check_numbers,
    check_reach,
    check_version,
    derive,
    journal,
    lock,
    lock_school,
    shown,
    store,
)
from yaodian.registry.operations.errors import (
    UnableToAppointTeacher,
    UnableToChangeTeacher,
    UnableToMoveTeacher,
    WrongState,
)

TEACHER_COLUMNS = (
    *("name", "id_number", "gender", "birth_on", "establishment", "qualification", "title", "subject", "stage"),
    *("has_certificate", "backbone_level", "started_year", "phone"),
)


def appoint_teacher(
    *,
    actor: Account | None,
    public_id: str,
    staff_number: str,
    values: Mapping[str, Any],
    duty: str,
    from_on: date,
    now: datetime,
) -> Teacher:
    """Enters a teacher with a first post in the school of `public_id`. Raises UnableToAppointTeacher."""
    with transaction.atomic():
        school = lock_school(public_id)
        check_reach(actor, school, now)
        if not school.unit.exists_on(from_on):
            raise UnableToAppointTeacher(
                _("这所学校在%(day)s并不存在，不能任职。请核对日期。") % {"day": shown(from_on)},
                code="no-school-then",
                field="from_on",
            )
        teacher = Teacher(school=school, staff_number="".join(staff_number.split()))
        apply(teacher, values, allowed=TEACHER_COLUMNS, error=UnableToAppointTeacher)
        check_numbers(teacher, UnableToAppointTeacher, tuple(values), now)
        derive(teacher)
        store(teacher, UnableToAppointTeacher, is_new=True)
        store(
            TeacherPost(teacher=teacher, school=school, duty=duty.strip(), from_on=from_on),
            UnableToAppointTeacher,
            is_new=True,
        )
        journal(actor, "teacher.appoint", teacher, now, columns=values, school=school.unit.code, from_on=from_on)
    return teacher


def change_teacher(
    *,
    actor: Account | None,
    public_id: str,
    changes: Mapping[str, Any],
    now: datetime,
    version: int | None = None,
) -> Teacher:
    """Changes columns of a teacher's record. Raises UnableToChangeTeacher, StaleVersion."""
    with transaction.atomic():
        teacher = lock(Teacher, public_id)
        check_reach(actor, teacher.school, now)
        check_not_erased(teacher)
        check_version(teacher, version, tuple(changes))
        changed = apply(teacher, changes, allowed=TEACHER_COLUMNS, error=UnableToChangeTeacher)
        if changed:
            check_numbers(teacher, UnableToChangeTeacher, changed, now)
            derive(teacher)
            store(teacher, UnableToChangeTeacher)
            journal(actor, "teacher.change", teacher, now, columns=changed)
    return teacher


def move_teacher(
    *,
    actor: Account | None,
    public_id: str,
    to: str,
    duty: str,
    on: date,
    now: datetime,
    is_exchange: bool = False,
) -> Teacher:
    """The teacher goes to another school on a day; posts in the old one end, unless he is only lent (`is_exchange`).

    The actor's right must reach both schools. Raises UnableToMoveTeacher, WrongState.
    """
    with transaction.atomic():
        teacher = lock(Teacher, public_id)
        target = lock_school(to)
        check_reach(actor, teacher.school, now)
        check_reach(actor, target, now)
        if teacher.status not in WORKING:
            raise WrongState(_("这位教师已离岗，不能调动。"))
        if target.pk == teacher.school_id:
            raise UnableToMoveTeacher(_("这位教师已经在这所学校任教。"), code="same-school", field="to")
        if not target.unit.exists_on(on):
            raise UnableToMoveTeacher(
                _("调入学校在%(day)s并不存在。请核对日期。") % {"day": shown(on)}, code="no-school-then", field="on"
            )
        before = teacher.school.unit.code
        if not is_exchange:
            _end_posts(teacher, on, UnableToMoveTeacher)
            teacher.homeroom_classes.filter(until_on__isnull=True).update(homeroom_teacher=None)
        store(
            TeacherPost(teacher=teacher, school=target, duty=duty.strip(), from_on=on), UnableToMoveTeacher, is_new=True
        )
        if not is_exchange:
            teacher.school = target
        store(teacher, UnableToMoveTeacher)
        journal(
            actor,
            "teacher.move",
            teacher,
            now,
            before_school=before,
            school=target.unit.code,
            on=on,
            is_exchange=is_exchange,
        )
    return teacher


def end_teacher(
    *, actor: Account | None, public_id: str, status: str, on: date, now: datetime, version: int | None = None
) -> Teacher:
    """The teacher leaves (`left`, `retired`); all posts end on the day. Raises UnableToChangeTeacher, WrongState."""
    with transaction.atomic():
        teacher = lock(Teacher, public_id)
        check_reach(actor, teacher.school, now)
        check_version(teacher, version, ("status", "left_on"))
        if teacher.status not in WORKING:
            raise WrongState(_("这位教师已办理过离岗。"))
        if status not in (TeacherStatus.LEFT, TeacherStatus.RETIRED):
            raise UnableToChangeTeacher(_("离岗的状态只能是离职或退休。"), code="invalid", field="status")
        _end_posts(teacher, on, UnableToChangeTeacher)
        teacher.homeroom_classes.filter(until_on__isnull=True).update(homeroom_teacher=None)
        teacher.status, teacher.left_on = status, on
        store(teacher, UnableToChangeTeacher)
        journal(actor, "teacher.end", teacher, now, status=status, on=on)
    return teacher


def set_teacher_leave(
    *, actor: Account | None, public_id: str, is_on_leave: bool, now: datetime, version: int | None = None
) -> Teacher:
    """The teacher goes on leave or is back from it; posts stay. Raises WrongState."""
    with transaction.atomic():
        teacher = lock(Teacher, public_id)
        check_reach(actor, teacher.school, now)
        check_version(teacher, version, ("status",))
        wanted = TeacherStatus.ON_LEAVE if is_on_leave else TeacherStatus.ACTIVE
        if teacher.status not in WORKING or teacher.status == wanted:
            raise WrongState(_("这位教师现在是“%(state)s”，不能这样办理。") % {"state": teacher.get_status_display()})
        teacher.status = wanted
        store(teacher, UnableToChangeTeacher)
        journal(actor, "teacher.set_leave", teacher, now, status=wanted)
    return teacher


def _end_posts(teacher: Teacher, on: date, error: type[UnableToMoveTeacher] | type[UnableToChangeTeacher]) -> None:
    posts = list(teacher.posts.select_for_update().filter(until_on__isnull=True))
    late = max((post.from_on for post in posts), default=None)
    if late is not None and late >= on:
        raise error(
            _("现任职务从%(from_on)s起，离任日期须晚于这一天。") % {"from_on": shown(late)},
            code="too-early",
            field="on",
        )
    TeacherPost.objects.filter(pk__in=[post.pk for post in posts]).update(until_on=on)
