"""A record is opened, or shown in clear for a purpose: whose, by whom, what, why and when is kept with it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.organisations.operations.people import require_over
from yaodian.organisations.queries import is_visible, require
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
from yaodian.registry.queries.reach import unit_behind

PUPIL_CLEAR = (
    *("enrolment_number", "id_number", "birth_on", "residence", "has_disability", "disability_kind", "is_poor"),
    "guardians",
)
TEACHER_CLEAR = ("id_number", "birth_on", "phone")


def open_pupil(*, actor: Account, public_id: str, now: datetime) -> Pupil:
    """The pupil's record, masked by whoever shows it; that it was opened is kept.

    Raises Pupil.DoesNotExist, also for a pupil out of reach: that there is one is not told either.
    """
    with transaction.atomic():
        pupil = Pupil.objects.select_related("school__unit", "school_class").get(public_id=public_id)
        scope = require(account=actor, permission="registry.view")
        if not is_visible(unit=pupil.school.unit, scope=scope, day=today_of(now)):
            raise Pupil.DoesNotExist
        keep_access(actor, pupil, AccessKind.VIEWED, now)
    return pupil


def open_teacher(*, actor: Account, public_id: str, now: datetime) -> Teacher:
    """The teacher's record, masked by whoever shows it; that it was opened is kept.

    Raises Teacher.DoesNotExist, also for a teacher out of reach.
    """
    with transaction.atomic():
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
    """Sensitive columns of a pupil in clear, by name; `guardians` is a list. Raises UnableToUnmask, Pupil.DoesNotExist.

    Access and journal entry are written in the transaction in which the values are read: none is ever shown unrecorded.
    """
    with transaction.atomic():
        pupil = Pupil.objects.select_related("school__unit").get(public_id=public_id)
        require_over(actor, pupil.school.unit, now, "registry.unmask")
        _check("pupil", purpose, note, fields, PUPIL_CLEAR)
        _check_consent(pupil, purpose)
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
        _disclose(actor, pupil, purpose, note, fields, now)
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
    """Sensitive columns of a teacher in clear, by name. Raises UnableToUnmask, Teacher.DoesNotExist."""
    with transaction.atomic():
        teacher = Teacher.objects.select_related("school__unit").get(public_id=public_id)
        require_over(actor, teacher.school.unit, now, "registry.unmask")
        _check("teacher", purpose, note, fields, TEACHER_CLEAR)
        values = {name: getattr(teacher, name) for name in fields}
        _disclose(actor, teacher, purpose, note, fields, now)
    return values


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
    unit = unit_behind(account=actor, unit=row.school.unit, on=today_of(now))
    return RecordAccess.objects.create(
        account=actor, account_name=actor.name, unit=unit, kind=kind, at=now, **whose, **values
    )
