"""Schools begin, change and end; their campuses.

A school is a unit: its code, name, parent and life are the unit's, changed here through the unit's own draft, so that
whoever may edit the registry below a county may set up a school there without being the one who runs all units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account, Unit, UnitKind
from yaodian.organisations.operations import Staff, UnableToChangeUnit, UnableToCreateUnit, withdraw_units
from yaodian.organisations.operations.people import require_over
from yaodian.organisations.operations.units.draft import Draft
from yaodian.organisations.operations.units.lives import NewUnit, end_staff, found, hand_over_children
from yaodian.registry.codes import canonical_school_code, check_school_code
from yaodian.registry.models import PRESENT, WORKING, Campus, School, SchoolType, grades_of
from yaodian.registry.operations.bulk import check_units, create_rows, remove_rows
from yaodian.registry.operations.changing import (
    EDIT,
    apply,
    check_reach,
    check_version,
    journal,
    lock_school,
    refuse,
    shown,
    store,
    values_of,
)
from yaodian.registry.operations.errors import (
    UnableToChangeSchool,
    UnableToCloseSchool,
    UnableToCreateSchool,
    WrongState,
)

SCHOOL_COLUMNS = (
    *("school_type", "runner", "is_public", "is_inclusive", "area_kind", "address", "longitude", "latitude"),
    *("is_boarding", "is_minority", "credit_code", "founded_year"),
)
CAMPUS_COLUMNS = ("code", "name", "address", "longitude", "latitude", "is_main")


@dataclass(frozen=True)
class NewSchool:
    """A school to be set up under the unit of `parent`; `values` are columns of School."""

    code: str
    name: str
    opened_on: date
    parent: str
    values: Mapping[str, Any]
    short_name: str = ""


def kind_of(school_type: str) -> UnitKind:
    """The kind of unit that a type of school is."""
    return UnitKind.KINDERGARTEN if school_type == SchoolType.KINDERGARTEN else UnitKind.SCHOOL


def create_school(*, actor: Account | None, new: NewSchool, now: datetime) -> School:
    """Sets up a school and its unit. Raises UnableToCreateSchool: a code that was ever used, a parent that is not."""
    code = canonical_school_code(new.code)
    refuse(check_school_code(code), UnableToCreateSchool, "code")
    parent = Unit.objects.filter(code=new.parent.strip()).first()
    if parent is None:
        raise UnableToCreateSchool(
            _("没有代码为“%(code)s”的上级单位。请先设立上级单位，或改正代码。") % {"code": new.parent},
            code="no-parent",
            field="parent",
        )
    with transaction.atomic():
        require_over(actor, parent, now, EDIT)
        try:
            draft = Draft(actor, now, UnableToCreateUnit)
            kind = kind_of(str(new.values.get("school_type", "")))
            wanted = NewUnit(code, kind, new.name, new.opened_on, parent.code, new.short_name)
            (unit,) = found(draft, [wanted], is_permitted=True)
            draft.write()
        except UnableToChangeUnit as problem:
            raise UnableToCreateSchool(str(problem), code="unit", field="code") from problem
        school = School(unit=unit)
        apply(school, new.values, allowed=SCHOOL_COLUMNS, error=UnableToCreateSchool)
        store(school, UnableToCreateSchool, is_new=True)
        journal(
            actor,
            "school.create",
            school,
            now,
            columns=SCHOOL_COLUMNS,
            name=new.name,
            parent=parent.code,
            opened_on=new.opened_on,
        )
    return school


def create_schools(
    *, actor: Account | None, schools: Sequence[NewSchool], now: datetime, source: str = ""
) -> list[int]:
    """Sets up many schools and their units at once, all or none, where the right to import reaches the parents; their
    primary keys, in order. The rows have been checked before, by a sheet.

    Raises UnableToCreateSchool with the first that cannot be, UnableToImport, PermissionMissing.
    """
    wanted = []
    for new in schools:
        code = canonical_school_code(new.code)
        refuse(check_school_code(code), UnableToCreateSchool, "code")
        kind = kind_of(str(new.values.get("school_type", "")))
        wanted.append(NewUnit(code, kind, new.name, new.opened_on, new.parent.strip(), new.short_name))
    with transaction.atomic():
        if actor is not None:
            check_units(actor, Unit.objects.filter(code__in={unit.parent for unit in wanted}), now)
        try:
            draft = Draft(actor, now, UnableToCreateUnit)
            units = found(draft, wanted, is_permitted=True)
            draft.write()
        except UnableToChangeUnit as problem:
            raise UnableToCreateSchool(str(problem), code="unit", field="code") from problem
        record(
            actor=actor,
            code="registry.school.create_many",
            subject=f"school:{units[0].code}" if units else "school:",
            detail={"count": len(units), "codes": [unit.code for unit in units], "source": source},
            at=now,
        )
        columns = [name for name in SCHOOL_COLUMNS if any(name in new.values for new in schools)]
        defaults = {name: School._meta.get_field(name).get_default() for name in columns}
        rows = [
            (unit.pk, *(new.values.get(name, defaults[name]) for name in columns))
            for unit, new in zip(units, schools, strict=True)
        ]
        return create_rows(
            actor=actor, table="schools", columns=("unit_id", *columns), rows=rows, now=now, source=source
        )


def withdraw_schools(*, actor: Account | None, ids: Sequence[int], now: datetime, source: str = "") -> None:
    """Takes back schools that an import has set up, with their units. Raises WrongState, PermissionMissing."""
    with transaction.atomic():
        units = list(Unit.objects.filter(school__in=ids).order_by("code"))
        remove_rows(actor=actor, table="schools", ids=ids, now=now, source=source)
        try:
            withdraw_units(actor=actor, units=units, now=now, is_permitted=True)
        except UnableToChangeUnit as problem:
            raise WrongState(str(problem)) from problem
        record(
            actor=actor,
            code="registry.school.withdraw_many",
            subject=f"school:{units[0].code}" if units else "school:",
            detail={"count": len(units), "codes": [unit.code for unit in units], "source": source},
            at=now,
        )


def change_school(
    *,
    actor: Account | None,
    public_id: str,
    changes: Mapping[str, Any],
    now: datetime,
    version: int | None = None,
) -> School:
    """Changes columns of a school. Raises UnableToChangeSchool, StaleVersion."""
    with transaction.atomic():
        school = lock_school(public_id)
        check_reach(actor, school, now)
        check_version(school, version, tuple(changes))
        before = values_of(school, SCHOOL_COLUMNS)
        changed = apply(school, changes, allowed=SCHOOL_COLUMNS, error=UnableToChangeSchool)
        if not changed:
            return school
        if "school_type" in changed:
            _check_type(school)
        store(school, UnableToChangeSchool)
        journal(actor, "school.change", school, now, columns=changed, before=before)
    return school


def _check_type(school: School) -> None:
    """A new type must still teach every stage of which there are open classes."""
    if kind_of(school.school_type) != school.unit.kind:
        raise UnableToChangeSchool(
            _("幼儿园不能改为学校，学校也不能改为幼儿园：学校标识码不同。请撤销原单位，另行设立。"),
            code="other-kind",
            field="school_type",
        )
    stages = school.classes.filter(until_on__isnull=True).order_by().values_list("stage", flat=True).distinct()
    for stage in stages:
        if not grades_of(school.school_type, stage):
            raise UnableToChangeSchool(
                _("学校还有“%(type)s”不办的学段的班级。请先关闭这些班级，再改办学类型。")
                % {"type": SchoolType(school.school_type).label},
                code="stage-in-use",
                field="school_type",
            )


def rename_school(
    *,
    actor: Account | None,
    public_id: str,
    name: str,
    from_on: date,
    now: datetime,
    short_name: str = "",
) -> School:
    """The school is called so from a day; its former names stay. Raises UnableToChangeSchool."""
    with transaction.atomic():
        school = lock_school(public_id)
        check_reach(actor, school, now)
        try:
            draft = Draft(actor, now, UnableToChangeUnit)
            draft.lock()
            unit = draft.take(school.unit, with_children=True)
            draft.check_lives(unit, from_on)
            before = draft.called(unit, from_on)
            draft.name_from(unit, from_on, name=name, short_name=short_name)
            draft.write()
        except UnableToChangeUnit as problem:
            raise UnableToChangeSchool(str(problem), code="unit", field="name") from problem
        journal(actor, "school.rename", school, now, name=name.strip(), before_name=before, from_on=from_on)
    return school


def close_school(*, actor: Account | None, public_id: str, on: date, now: datetime) -> School:
    """Closes a school; `on` is the first day on which it is no more. Nobody may be left in it.

    Raises UnableToCloseSchool with what is still there: pupils, teachers, open classes.
    """
    with transaction.atomic():
        school = lock_school(public_id)
        check_reach(actor, school, now)
        if school.unit.closed_on is not None:
            raise WrongState(_("这所学校已于%(day)s撤销。") % {"day": shown(school.unit.closed_on)})
        pupils = school.pupils.filter(status__in=PRESENT, merged_into__isnull=True).count()
        teachers = school.teachers.filter(status__in=WORKING).count()
        classes = school.classes.filter(until_on__isnull=True).count()
        if pupils or teachers or classes:
            raise UnableToCloseSchool(
                _(
                    "学校还有在校学生%(pupils)s人、教师%(teachers)s人、班级%(classes)s个，不能撤销。"
                    "请先办理学生转学或毕业、教师调动，并关闭班级。"
                )
                % {"pupils": pupils, "teachers": teachers, "classes": classes},
                code="not-empty",
            )
        try:
            draft = Draft(actor, now, UnableToChangeUnit)
            draft.lock()
            unit = draft.take(school.unit, with_children=True)
            hand_over_children(draft, [unit], on)
            draft.close(unit, on)
            ended = end_staff(draft, [unit], on, staff=Staff.END)
            draft.write()
        except UnableToChangeUnit as problem:
            raise UnableToCloseSchool(str(problem), code="unit", field="on") from problem
        record(
            actor=actor,
            code="registry.school.close",
            subject=f"school:{unit.code}",
            detail={"on": on, **ended},
            at=now,
        )
    return school


def add_campus(*, actor: Account | None, public_id: str, values: Mapping[str, Any], now: datetime) -> Campus:
    """Adds a campus to a school. Raises UnableToChangeSchool."""
    with transaction.atomic():
        school = lock_school(public_id)
        check_reach(actor, school, now)
        campus = Campus(school=school)
        apply(campus, values, allowed=CAMPUS_COLUMNS, error=UnableToChangeSchool)
        store(campus, UnableToChangeSchool, is_new=True)
        journal(actor, "campus.add", campus, now, columns=CAMPUS_COLUMNS)
    return campus


def change_campus(
    *,
    actor: Account | None,
    public_id: str,
    code: str,
    changes: Mapping[str, Any],
    now: datetime,
    version: int | None = None,
) -> Campus:
    """Changes the campus of a code. Raises Campus.DoesNotExist, UnableToChangeSchool, StaleVersion."""
    with transaction.atomic():
        school = lock_school(public_id)
        check_reach(actor, school, now)
        campus = school.campuses.select_for_update().get(code=code)
        check_version(campus, version, tuple(changes))
        before = values_of(campus, CAMPUS_COLUMNS)
        changed = apply(campus, changes, allowed=CAMPUS_COLUMNS, error=UnableToChangeSchool)
        if changed:
            store(campus, UnableToChangeSchool)
            journal(actor, "campus.change", campus, now, columns=changed, before=before)
    return campus
