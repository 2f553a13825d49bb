"""A record is opened, or shown in clear for a purpose: whose, by whom, what, why and when is kept with it.

Each record opened is taken from the account's budget of the day before anything of it is shown, so that a stolen session
carries no school away; the same record, opened in the same way again on that day, costs nothing.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import TooManyReads, note_listed_reads, note_reads, note_refused_reads
from yaodian.organisations.models import Account
from yaodian.organisations.operations.people import require_over
from yaodian.organisations.queries import is_visible, require
from yaodian.registry import queries
from yaodian.registry.models import (
    CONSENTED,
    LEGAL_BASIS,
    PURPOSES_OF,
    AccessKind,
    Pupil,
    Purpose,
    RecordAccess,
    Teacher,
)
from yaodian.registry.operations.changing import journal, today_of
from yaodian.registry.operations.errors import UnableToUnmask
from yaodian.registry.queries.consents import has_consent
from yaodian.registry.queries.reach import PAGE, unit_behind

PUPIL_CLEAR = (
    *("enrolment_number", "id_number", "birth_on", "residence", "has_disability", "disability_kind", "is_poor"),
    "guardians",
)
TEACHER_CLEAR = ("id_number", "birth_on", "phone")


@contextmanager
def _counted(actor: Account, kind: str, now: datetime) -> Iterator[None]:
    """The transaction in which a record is opened. Where the budget forbids it, that is noted once it is rolled back."""
    try:
        with transaction.atomic():
            yield
    except TooManyReads:
        with transaction.atomic():
            note_refused_reads(account_id=actor.pk, kind=kind, now=now)
        raise


def open_pupil(*, actor: Account, public_id: str, now: datetime) -> Pupil:
    """The pupil's record, masked by whoever shows it; that it was opened is kept.

    Raises Pupil.DoesNotExist, also for a pupil out of reach: that there is one is not told either. Raises TooManyReads.
    """
    with _counted(actor, "pupil", now):
        pupil = Pupil.objects.select_related("school__unit", "school_class").get(public_id=public_id)
        scope = require(account=actor, permission="registry.view")
        if not is_visible(unit=pupil.school.unit, scope=scope, day=today_of(now)):
            raise Pupil.DoesNotExist
        keep_access(actor, pupil, AccessKind.VIEWED, now)
    return pupil


def open_teacher(*, actor: Account, public_id: str, now: datetime) -> Teacher:
    """The teacher's record, masked by whoever shows it; that it was opened is kept.

    Raises Teacher.DoesNotExist, also for a teacher out of reach; TooManyReads.
    """
    with _counted(actor, "teacher", now):
        teacher = Teacher.objects.select_related("school__unit").get(public_id=public_id)
        scope = require(account=actor, permission="registry.view")
        if not is_visible(unit=teacher.school.unit, scope=scope, day=today_of(now)):
            raise Teacher.DoesNotExist
        keep_access(actor, teacher, AccessKind.VIEWED, now)
    return teacher


def unmask_pupil(
    *,
    actor: Account,
    public_id: str,
    purpose: str,
    now: datetime,
    note: str = "",
    fields: Collection[str] = PUPIL_CLEAR,
) -> dict[str, Any]:
    """Sensitive columns of a pupil in clear, by name; `guardians` is a list.

    Access and journal entry are written in the transaction in which the values are read: none is ever shown unrecorded.
    Raises UnableToUnmask, Pupil.DoesNotExist, TooManyReads.
    """
    with _counted(actor, "pupil", now):
        pupil = Pupil.objects.select_related("school__unit").get(public_id=public_id)
        require_over(actor, pupil.school.unit, now, "registry.unmask")
        _check("pupil", purpose, note, fields, PUPIL_CLEAR)
        _check_consent(pupil, purpose)
        _disclose(actor, pupil, purpose, note, fields, now)
        values: dict[str, Any] = {name: getattr(pupil, name) for name in fields if name != "guardians"}
        if "guardians" in fields:
            values["guardians"] = [
                {
                    "guardianship": row.pk,
                    "name": row.guardian.name,
                    "phone": row.guardian.phone,
                    "id_number": row.guardian.id_number,
                }
                for row in pupil.guardianships.filter(ended_on__isnull=True).select_related("guardian")
            ]
    return values


def unmask_teacher(
    *,
    actor: Account,
    public_id: str,
    purpose: str,
    now: datetime,
    note: str = "",
    fields: Collection[str] = TEACHER_CLEAR,
) -> dict[str, Any]:
    """Sensitive columns of a teacher in clear, by name. Raises UnableToUnmask, Teacher.DoesNotExist, TooManyReads."""
    with _counted(actor, "teacher", now):
        teacher = Teacher.objects.select_related("school__unit").get(public_id=public_id)
        require_over(actor, teacher.school.unit, now, "registry.unmask")
        _check("teacher", purpose, note, fields, TEACHER_CLEAR)
        _disclose(actor, teacher, purpose, note, fields, now)
        return {name: getattr(teacher, name) for name in fields}


def list_pupils(
    *, actor: Account, filters: queries.PupilFilters, now: datetime, after: str = "", size: int = PAGE
) -> queries.Slice[queries.PupilRow]:
    """A part of the list of pupils, as `queries.pupils` gives it; how many were shown is counted."""
    listed = queries.pupils(account=actor, filters=filters, after=after, size=size, on=today_of(now))
    _count_listed(actor, "pupil", listed, now)
    return listed


def list_teachers(
    *, actor: Account, filters: queries.TeacherFilters, now: datetime, after: str = "", size: int = PAGE
) -> queries.Slice[queries.TeacherRow]:
    """A part of the list of teachers, as `queries.teachers` gives it; how many were shown is counted."""
    listed = queries.teachers(account=actor, filters=filters, after=after, size=size, on=today_of(now))
    _count_listed(actor, "teacher", listed, now)
    return listed


def _count_listed(actor: Account, kind: str, listed: queries.Slice[Any], now: datetime) -> None:
    if listed.items:
        with transaction.atomic():
            note_listed_reads(account_id=actor.pk, kind=kind, count=len(listed.items), now=now)


def _check(kind: str, purpose: str, note: str, fields: Collection[str], known: Collection[str]) -> None:
    if purpose not in PURPOSES_OF[kind]:
        raise UnableToUnmask(
            _("请选择查看敏感信息的用途。只有列出的用途有法律依据。"), code="no-purpose", field="purpose"
        )
    if len(note) > 200:
        raise UnableToUnmask(_("说明最多200个字。"), code="note-too-long", field="note")
    if not fields or not set(fields) <= set(known):
        raise UnableToUnmask(_("请选择要查看的栏目。"), code="no-fields", field="fields")


def _check_consent(pupil: Pupil, purpose: str) -> None:
    if purpose in CONSENTED and not has_consent(pupil=pupil, purpose=purpose):
        raise UnableToUnmask(
            _("“%(purpose)s”须有监护人的同意，这名学生没有有效的同意。请先征得监护人同意并登记，或选择另一种用途。")
            % {"purpose": Purpose(purpose).label},
            code="no-consent",
            field="purpose",
        )


def _disclose(
    actor: Account, row: Pupil | Teacher, purpose: str, note: str, fields: Collection[str], now: datetime
) -> None:
    named = sorted(fields)
    keep_access(actor, row, AccessKind.UNMASKED, now, purpose=purpose, note=" ".join(note.split()), fields=named)
    kind = "pupil" if isinstance(row, Pupil) else "teacher"
    basis = str(LEGAL_BASIS[Purpose(purpose)])
    journal(actor, f"{kind}.unmask", row, now, fields=named, purpose=purpose, basis=basis)


def keep_access(actor: Account, row: Pupil | Teacher, kind: AccessKind, now: datetime, **values: Any) -> RecordAccess:
    """Writes down that a record was opened; `unit` is the office whose business it was, null for the guardian himself."""
    whose = {"pupil": row} if isinstance(row, Pupil) else {"teacher": row}
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
    if not RecordAccess.objects.filter(account=actor, kind=kind, at__range=(midnight, now), **whose).exists():
        note_reads(account_id=actor.pk, kind=next(iter(whose)), now=now)
    unit = unit_behind(account=actor, unit=row.school.unit, on=today_of(now))
    return RecordAccess.objects.create(
        account=actor, account_name=actor.name, unit=unit, kind=kind, at=now, **whose, **values
    )
