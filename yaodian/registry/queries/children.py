"""What a guardian sees of his own children: masked data, who opened the record and for what, consents, requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max

from yaodian.organisations import walls
from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor, names_of_units
from yaodian.registry.models import (
    AccessKind,
    DataRequest,
    Guardian,
    Guardianship,
    Pupil,
    Purpose,
    RecordAccess,
    SchoolClass,
    Teacher,
)
from yaodian.registry.queries.consents import ConsentRow, consents_of
from yaodian.registry.queries.people import masked_pupil
from yaodian.registry.queries.reach import today
from yaodian.registry.queries.schools import names_of

# A page shows no more accesses than this; the copy of the record has them all.
MOST_ACCESSES = 100


def _wards(account: Visitor) -> list[Guardianship]:
    """The guardianships of an account that hold now, let through the wall: its own children and nobody else's."""
    if not isinstance(account, Account):
        return []
    with walls.lifted():
        rows = list(
            Guardianship.objects.filter(
                guardian__account=account,
                ended_on__isnull=True,
                pupil__merged_into__isnull=True,
                pupil__erased_at__isnull=True,
            )
            .select_related("guardian", "pupil__school__unit", "pupil__school_class")
            .order_by("pupil_id")
        )
    walls.admit(pupils=[row.pupil_id for row in rows if row.is_confirmed])
    return rows


def ward_of(*, account: Visitor, public_id: str) -> Guardianship:
    """The confirmed guardianship of an account for one pupil. Raises Pupil.DoesNotExist for everybody else's child."""
    for row in _wards(account):
        if row.is_confirmed and row.pupil.public_id == public_id:
            return row
    raise Pupil.DoesNotExist


@dataclass(frozen=True)
class ChildRow:
    """A child in a guardian's list; of one whom the school has not confirmed, nothing but that."""

    is_confirmed: bool
    public_id: str = ""
    name: str = ""
    school: str = ""
    class_name: str = ""
    accesses: int = 0
    last_access: datetime | None = None


def children_of_account(*, account: Visitor, on: date | None = None) -> Sequence[ChildRow]:
    """The children for whom an account answers. A constant number of queries."""
    wards = _wards(account)
    names = names_of(schools={row.pupil.school_id for row in wards}, on=on or today()) if wards else {}
    confirmed = [row.pupil_id for row in wards if row.is_confirmed]
    opened = {
        pupil_id: (number, last)
        for pupil_id, number, last in RecordAccess.objects.filter(pupil_id__in=confirmed)
        .order_by()
        .values_list("pupil_id")
        .annotate(number=Count("*"), last=Max("at"))
    }
    return tuple(
        ChildRow(
            True,
            row.pupil.public_id,
            row.pupil.name,
            names.get(row.pupil.school_id, ""),
            row.pupil.school_class.name if row.pupil.school_class is not None else "",
            *opened.get(row.pupil_id, (0, None)),
        )
        if row.is_confirmed
        else ChildRow(False)
        for row in wards
    )


@dataclass(frozen=True)
class AccessRow:
    """That a record was opened: when, by which office, how, for what, which fields in clear."""

    at: datetime
    unit: str
    kind: str
    is_clear: bool
    purpose: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class ChildPage:
    """All that the page of a child shows its guardian."""

    guardianship: Guardianship
    pupil: Pupil
    school: str
    masked: dict[str, str]
    accesses: tuple[AccessRow, ...]
    is_more: bool
    consents: Sequence[ConsentRow]
    requests: tuple[DataRequest, ...]


def child_page(*, account: Visitor, public_id: str, on: date | None = None) -> ChildPage:
    """A child of the account. A constant number of queries. Raises Pupil.DoesNotExist."""
    day = on or today()
    guardianship = ward_of(account=account, public_id=public_id)
    pupil = guardianship.pupil
    accesses = access_rows(pupil=pupil, on=day, most=MOST_ACCESSES + 1)
    return ChildPage(
        guardianship=guardianship,
        pupil=pupil,
        school=names_of(schools=[pupil.school_id], on=day).get(pupil.school_id, ""),
        masked=masked_pupil(pupil=pupil),
        accesses=accesses[:MOST_ACCESSES],
        is_more=len(accesses) > MOST_ACCESSES,
        consents=consents_of(pupil=pupil),
        requests=tuple(pupil.requests.filter(guardian=guardianship.guardian).order_by("-id")[:50]),
    )


def access_rows(*, pupil: Pupil, on: date, most: int | None = None) -> tuple[AccessRow, ...]:
    """Who opened a pupil's record, newest first, in words. Two queries."""
    rows = list(RecordAccess.objects.filter(pupil=pupil).order_by("-at", "-id")[:most])
    units = names_of_units(ids={row.unit_id for row in rows}, day=on)
    return tuple(
        AccessRow(
            at=row.at,
            unit=units.get(row.unit_id or 0, ""),
            kind=row.get_kind_display(),
            is_clear=row.kind != AccessKind.VIEWED,
            purpose=str(Purpose(row.purpose).label) if row.purpose else "",
            fields=tuple(field_label(name) for name in row.fields),
        )
        for row in rows
    )


def field_label(name: str) -> str:
    """What a field of a disclosure is called."""
    if name == "guardians":
        return str(Guardian._meta.verbose_name)
    for model in (Pupil, Teacher, SchoolClass):
        for field in model._meta.concrete_fields:
            if field.name == name:
                return str(field.verbose_name)
    return name


def request_of_account(*, account: Visitor, public_id: str, request: str) -> DataRequest:
    """A request that the guardian himself has made. Raises DataRequest.DoesNotExist, Pupil.DoesNotExist."""
    guardianship = ward_of(account=account, public_id=public_id)
    found: DataRequest = guardianship.pupil.requests.get(public_id=request, guardian=guardianship.guardian)
    # The one that came over the wall with its school, which a guardian does not reach.
    found.pupil, found.guardian = guardianship.pupil, guardianship.guardian
    return found
