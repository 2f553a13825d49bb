"""Classes open, change, move up and close."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.operations.people import require_over
from yaodian.organisations.queries import subtree_of
from yaodian.registry.models import (
    PRESENT,
    Enrolment,
    Pupil,
    PupilStatus,
    School,
    SchoolClass,
    Stage,
    class_name,
    grades_of,
    school_year_of,
)
from yaodian.registry.operations.changing import (
    EDIT,
    apply,
    check_reach,
    check_version,
    journal,
    lock,
    lock_school,
    shown,
    store,
    today_of,
    values_of,
)
from yaodian.registry.operations.errors import UnableToChangeClass, UnableToPromoteClasses, WrongState

CLASS_COLUMNS = ("number", "name", "campus", "homeroom_teacher")


def open_class(
    *,
    actor: Account | None,
    public_id: str,
    stage: str,
    grade: int,
    number: int,
    from_on: date,
    now: datetime,
    name: str = "",
    values: Mapping[str, Any] | None = None,
) -> SchoolClass:
    """Opens a class in a school; without a name it gets the usual one. Raises UnableToChangeClass."""
    with transaction.atomic():
        school = lock_school(public_id)
        check_reach(actor, school, now)
        if school.unit.closed_on is not None:
            raise WrongState(_("这所学校已撤销，不能再开班。"))
        grades = grades_of(school.school_type, stage)
        if not 1 <= grade <= grades:
            raise UnableToChangeClass(
                _("这所学校的“%(stage)s”没有第%(grade)s个年级。请核对学段和年级。")
                % {"stage": Stage(stage).label if stage in Stage.values else stage, "grade": grade},
                code="no-such-grade",
                field="grade",
            )
        row = SchoolClass(
            school=school,
            stage=stage,
            grade=grade,
            entered_year=school_year_of(from_on) - grade + 1,
            number=number,
            name=name.strip() or class_name(stage, grade, number),
            from_on=from_on,
        )
        apply(row, values or {}, allowed=CLASS_COLUMNS, error=UnableToChangeClass)
        _check_links(row)
        store(row, UnableToChangeClass, is_new=True)
        columns = ("stage", "grade", "entered_year", "from_on", *CLASS_COLUMNS)
        journal(actor, "class.open", row, now, columns=columns, school=school.unit.code)
    return row


def _check_links(row: SchoolClass) -> None:
    """Campus and homeroom teacher must be the school's own."""
    if row.campus is not None and row.campus.school_id != row.school_id:
        raise UnableToChangeClass(_("所选校区不是这所学校的。"), code="foreign-campus", field="campus")
    teacher = row.homeroom_teacher
    if teacher is not None and not (
        teacher.school_id == row.school_id
        or teacher.posts.filter(school_id=row.school_id, until_on__isnull=True).exists()
    ):
        raise UnableToChangeClass(
            _("所选班主任不在这所学校任教。请先办理调动或兼职。"), code="foreign-teacher", field="homeroom_teacher"
        )


def change_class(
    *,
    actor: Account | None,
    public_id: str,
    changes: Mapping[str, Any],
    now: datetime,
    version: int | None = None,
) -> SchoolClass:
    """Changes a class; `homeroom_teacher` and `campus` are rows. Raises UnableToChangeClass, StaleVersion."""
    with transaction.atomic():
        row = lock(SchoolClass, public_id)
        check_reach(actor, row.school, now)
        check_version(row, version, tuple(changes))
        before = values_of(row, CLASS_COLUMNS)
        changed = apply(row, changes, allowed=CLASS_COLUMNS, error=UnableToChangeClass)
        if changed:
            _check_links(row)
            store(row, UnableToChangeClass)
            journal(actor, "class.change", row, now, columns=changed, before=before)
    return row


def close_class(*, actor: Account | None, public_id: str, on: date, now: datetime) -> SchoolClass:
    """Closes a class that nobody is in any more. Raises UnableToChangeClass, WrongState."""
    with transaction.atomic():
        row = lock(SchoolClass, public_id)
        check_reach(actor, row.school, now)
        if row.until_on is not None:
            raise WrongState(_("这个班级已于%(day)s关闭。") % {"day": shown(row.until_on)})
        left = row.pupils.filter(status__in=PRESENT, merged_into__isnull=True).count()
        if left:
            raise UnableToChangeClass(
                _("班里还有%(count)s名学生。请先给他们调班、转学或办理毕业，再关闭班级。") % {"count": left},
                code="not-empty",
            )
        row.until_on = on
        store(row, UnableToChangeClass)
        journal(actor, "class.close", row, now, on=on)
    return row


def promote_classes(*, actor: Account | None, unit: Unit, year: int, now: datetime) -> dict[str, int]:
    """All classes of the schools at and below a unit move up for the school year that begins in September of `year`.

    Those beyond the last grade leave: the class ends, its pupils graduate on 31 August. Run again it changes nothing.
    A constant number of statements for each grade, whatever the number of schools. Gives how many classes moved up, how
    many ended and how many pupils graduated. Raises UnableToPromoteClasses before the year begins.
    """
    today = today_of(now)
    begins = date(year, 9, 1)
    if today < date(year, 7, 1) or year > today.year:
        raise UnableToPromoteClasses(
            _("%(year)s学年的升级最早在%(year)s年7月1日办理。") % {"year": year}, code="too-early", field="year"
        )
    with transaction.atomic():
        require_over(actor, unit, now, EDIT)
        below = subtree_of(unit=unit, day=today)
        schools = dict(School.objects.filter(unit__in=below.values("pk")).order_by().values_list("pk", "school_type"))
        rows = list(
            SchoolClass.objects.select_for_update()
            .filter(school_id__in=schools, until_on__isnull=True, entered_year__lt=year + 1, from_on__lt=begins)
            .order_by("pk")
        )
        moved, ending = [], []
        for row in rows:
            grade = year - row.entered_year + 1
            if grade <= row.grade:
                continue
            if grade > grades_of(schools[row.school_id], row.stage):
                row.until_on = begins
                ending.append(row)
            else:
                if row.name == class_name(row.stage, row.grade, row.number):
                    row.name = class_name(row.stage, grade, row.number)
                row.grade = grade
                moved.append(row)
            row.version += 1
        SchoolClass.objects.bulk_update(moved, ["grade", "name", "version"], batch_size=1000)
        SchoolClass.objects.bulk_update(ending, ["until_on", "version"], batch_size=1000)
        graduated = 0
        last_day = date(year, 8, 31)
        for part in _parts([row.pk for row in ending]):
            leaving = Pupil.objects.filter(school_class_id__in=part, status__in=PRESENT, merged_into__isnull=True)
            Enrolment.objects.filter(pupil__in=leaving.values("pk"), until_on__isnull=True).update(until_on=begins)
            graduated += leaving.filter(entered_on__lte=last_day).update(
                status=PupilStatus.GRADUATED, left_on=last_day, version=F("version") + 1
            )
        counts = {"classes": len(moved), "ended": len(ending), "graduates": graduated}
        if moved or ending:
            record(
                actor=actor,
                code="registry.class.promote",
                subject=f"unit:{unit.code}",
                detail={"year": year, **counts},
                at=now,
            )
    return counts


def _parts(ids: list[int], size: int = 5000) -> list[list[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]
