"""A bureau with two counties and their schools, and people in them, for tests. Every name and number is invented."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from yaodian.organisations.models import Account, Grant, Unit, UnitKind
from yaodian.organisations.operations import create_unit, ensure_root
from yaodian.organisations.queries import with_rights
from yaodian.registry import operations
from yaodian.registry.models import Pupil, School, SchoolClass, Teacher

NOW = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
OPENED_ON = date(2001, 9, 1)
GRANTED_ON = date(2001, 1, 1)
_numbers = count(1)

SCHOOL: Mapping[str, Any] = {
    "school_type": "211",
    "runner": "county_education",
    "is_public": True,
    "area_kind": "121",
    "address": "栖禾镇芷岭路8号",
    "founded_year": 2001,
}
TEACHER: Mapping[str, Any] = {
    "name": "金淑颖",
    "gender": "2",
    "birth_on": date(1988, 3, 14),
    "establishment": "in",
    "qualification": "bachelor",
    "title": "first",
    "subject": "语文",
    "stage": "primary",
    "phone": "19900003721",
    "started_year": 2010,
}
PUPIL: Mapping[str, Any] = {
    "name": "顾沐晴",
    "gender": "2",
    "birth_on": date(2017, 5, 6),
    "ethnicity": "01",
    "residence": "栖禾镇棠陂街33号二单元",
    "has_disability": False,
    "is_poor": True,
}


def root() -> Unit:
    return ensure_root(now=NOW)


def county(name: str = "青禾县", code: str = "") -> Unit:
    return create_unit(
        actor=None,
        code=code or f"99{next(_numbers):04d}",
        kind=UnitKind.COUNTY,
        name=name,
        opened_on=OPENED_ON,
        parent=root(),
        now=NOW,
    )


def school(parent: Unit | None = None, *, name: str = "", code: str = "", **values: Any) -> School:
    number = next(_numbers)
    columns = {**SCHOOL, **values}
    prefix = "11" if columns["school_type"] == "111" else "21"
    return operations.create_school(
        actor=None,
        new=operations.NewSchool(
            code=code or f"{prefix}99{number:06d}",
            name=name or f"栖禾第{number}小学",
            opened_on=OPENED_ON,
            parent=(parent or county()).code,
            values=columns,
        ),
        now=NOW,
    )


def school_class(
    of: School, *, grade: int = 3, number: int = 1, stage: str = "primary", from_on: date = date(2026, 9, 1)
) -> SchoolClass:
    return operations.open_class(
        actor=None,
        public_id=of.unit.public_id,
        stage=stage,
        grade=grade,
        number=number,
        from_on=from_on,
        now=NOW,
    )


def id_number(number: int | None = None) -> str:
    """An identity number with a right check digit, of a region that does not exist."""
    serial = number if number is not None else next(_numbers)
    body = f"990101{2010 + serial % 8}0{1 + serial % 9}1{serial % 10}{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return f"{body}{'10X98765432'[total % 11]}"


def pupil(of: School, in_class: SchoolClass | None = None, **values: Any) -> Pupil:
    number = id_number()
    columns = {**PUPIL, "id_number": number, "enrolment_number": f"G{number}", **values}
    return operations.enrol_pupil(
        actor=None,
        public_id=of.unit.public_id,
        values=columns,
        entered_on=date(2026, 9, 1),
        school_class=in_class.public_id if in_class is not None else None,
        now=NOW,
    )


def teacher(of: School, **values: Any) -> Teacher:
    number = next(_numbers)
    return operations.appoint_teacher(
        actor=None,
        public_id=of.unit.public_id,
        staff_number=f"T{number:06d}",
        values={**TEACHER, "id_number": id_number(), **values},
        duty="教师",
        from_on=date(2020, 9, 1),
        now=NOW,
    )


def account(unit: Unit, *roles: str, name: str = "") -> Account:
    """Somebody with roles in a unit, the rights loaded as a session loads them."""
    number = next(_numbers)
    row = Account.objects.create(username=f"clerk{number}", name=name or f"文书{number}", created_at=NOW)
    for role in roles:
        Grant.objects.create(account=row, role=role, unit=unit, from_on=GRANTED_ON, granted_at=NOW)
    return with_rights(Account.objects.get(pk=row.pk))


def registrar(unit: Unit, name: str = "") -> Account:
    """Somebody who edits, imports and may unmask."""
    return account(unit, "registrar", name=name)


def viewer(unit: Unit, name: str = "") -> Account:
    """Somebody who looks."""
    return account(unit, "viewer", name=name)
