"""What every operation does around its change: whose it is, whether it is still what was shown, and the journal."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.foundation.keys import blind_index
from yaodian.foundation.models import Record
from yaodian.organisations import walls
from yaodian.organisations.models import Account
from yaodian.organisations.operations.people import require_over
from yaodian.registry.codes import (
    Problems,
    canonical_enrolment_number,
    canonical_id_number,
    check_enrolment_number,
    check_identity_document,
)
from yaodian.registry.models import INDEXED, Campus, Guardian, Pupil, School, SchoolClass, Teacher, YearlyReturn
from yaodian.registry.operations.errors import StaleVersion, UnableTo, WrongState

Row = TypeVar("Row", bound=models.Model)

EDIT = "registry.edit"

# Of these tables the journal keeps values; of the others, which are about people, the names of columns only.
_IMPERSONAL = (School, Campus, SchoolClass, YearlyReturn)


def shown(day: date) -> str:
    """A day as sentences write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def today_of(now: datetime) -> date:
    return timezone.localdate(now)


def lock_school(public_id: str) -> School:
    """The school of a unit's address, held until the transaction ends. Raises School.DoesNotExist."""
    return (
        School.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit")
        .get(unit__public_id=public_id)
    )


def lock(model: type[Row], public_id: str) -> Row:
    """The row of a public id, held until the transaction ends. Raises the model's DoesNotExist."""
    return model._default_manager.select_for_update(of=("self",), no_key=True).get(public_id=public_id)


def check_reach(actor: Account | None, school: School, now: datetime, permission: str = EDIT) -> None:
    """Raises PermissionMissing unless the actor's right reaches the school; the operator's (None) does."""
    require_over(actor, school.unit, now, permission)


def plain(value: Any) -> Any:
    """A column's value as it stands in a form or in JSON."""
    if isinstance(value, models.Model):
        return getattr(value, "public_id", None) or value.pk
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def check_version(row: Any, version: int | None, columns: Collection[str]) -> None:
    """Raises StaleVersion, with what stands there now, where the row is not the one that was shown."""
    if version is not None and row.version != version:
        raise StaleVersion(
            _("这条记录在您打开之后已被他人修改，您的内容还没有保存。请对照现在的内容核对后再保存一次。"),
            current={name: plain(getattr(row, name)) for name in columns},
            current_version=row.version,
        )


def apply(row: Any, changes: Mapping[str, Any], *, allowed: Collection[str], error: type[UnableTo]) -> list[str]:
    """Sets columns; gives the names of those that really changed. Refuses columns that are not among `allowed`."""
    changed = []
    for name, value in changes.items():
        if name not in allowed:
            raise error(_("栏目“%(name)s”不能这样修改。") % {"name": name}, code="unknown-field", field=name)
        if isinstance(value, str):
            value = " ".join(value.split())
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)
    return changed


def derive(row: Teacher | Pupil | Guardian) -> None:
    """Fills what follows from the sealed columns: the keyed indexes, the year of birth."""
    for column, (index, purpose) in INDEXED[type(row)].items():
        value = getattr(row, column)
        setattr(row, index, blind_index(value, purpose=purpose) if value else None)
    if isinstance(row, Teacher | Pupil):
        row.birth_year = row.birth_on.year if row.birth_on is not None else row.birth_year


def check_not_erased(row: Teacher | Pupil | Guardian) -> None:
    """Raises WrongState where nothing is left that could be changed."""
    if row.erased_at is not None:
        raise WrongState(_("这份记录的身份信息已依法删除，只留作统计，不能再办理。"))


def check_numbers(
    row: Teacher | Pupil | Guardian, error: type[UnableTo], columns: Collection[str], now: datetime
) -> None:
    """Refuses a number that cannot be right; only columns that are being written are looked at, old rows stay as they are."""
    today = today_of(now)
    if "id_number" in columns and row.id_number:
        row.id_number = canonical_id_number(row.id_number)
        refuse(check_identity_document(row.id_number, today=today), error, "id_number")
    if isinstance(row, Pupil) and "enrolment_number" in columns and row.enrolment_number:
        row.enrolment_number = canonical_enrolment_number(row.enrolment_number)
        refuse(check_enrolment_number(row.enrolment_number, today=today), error, "enrolment_number")


def refuse(problems: Problems, error: type[UnableTo], field: str) -> None:
    """Raises the first problem that is an error; warnings stop nothing."""
    for problem in problems:
        if problem.severity == "error":
            raise error(problem.message, code="impossible-number", field=field)


def store(row: Record, error: type[UnableTo], *, is_new: bool = False) -> None:
    """Checks and saves; a row that was there already gets the next version. Failures become `error`."""
    if not is_new and hasattr(row, "version"):
        row.version += 1
    try:
        with walls.lifted():
            # Whether a number is taken is a question to the whole city.
            row.full_clean()
        row.save()
    except ValidationError as fault:
        raise refusal(fault, error, row) from fault


def refusal(fault: ValidationError, error: type[UnableTo], row: models.Model) -> UnableTo:
    """A sentence for the first thing that the database or a column refuses."""
    if hasattr(fault, "error_dict"):
        name, faults = next(iter(fault.message_dict.items()))
        text = " ".join(str(one) for one in faults)
        if name == "__all__":
            return error(text, code="invalid")
        label = str(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # Columns have names.
        return error(_("“%(label)s”不合要求：%(why)s") % {"label": label, "why": text}, code="invalid", field=name)
    return error(" ".join(fault.messages), code="invalid")


def subject_of(row: models.Model) -> str:
    """How the journal names a row: `pupil:7kq…`, and never by what is said in it."""
    match row:
        case School():
            return f"school:{row.unit.code}"
        case Campus():
            return f"school:{row.school.unit.code}"
        case SchoolClass():
            return f"class:{row.public_id}"
        case YearlyReturn():
            return f"return:{row.school.unit.code}/{row.year}/{row.stage}"
        case _:
            return f"{row._meta.model_name}:{getattr(row, 'public_id', row.pk)}"


def journal(
    actor: Account | None,
    code: str,
    row: models.Model,
    now: datetime,
    *,
    columns: Iterable[str] = (),
    before: Mapping[str, Any] | None = None,
    **detail: Any,
) -> None:
    """One entry: which columns changed; what stood and stands there only where nobody is told of."""
    names = sorted(columns)
    told: dict[str, Any] = dict(detail)
    if names:
        told["columns"] = names
        if isinstance(row, _IMPERSONAL):
            told["after"] = {name: plain(getattr(row, name)) for name in names}
            if before is not None:
                told["before"] = {name: before[name] for name in names}
    record(actor=actor, code=f"registry.{code}", subject=subject_of(row), detail=told, at=now)


def values_of(row: models.Model, columns: Collection[str]) -> dict[str, Any]:
    """What stands in columns, for the journal and for a form."""
    return {name: plain(getattr(row, name)) for name in columns}
