"""Guardians are added to pupils, confirmed by the school, changed and ended."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.foundation.keys import blind_indexes
from yaodian.organisations import walls
from yaodian.organisations.models import Account
from yaodian.registry.models import INDEXED, Guardian, Guardianship, Pupil
from yaodian.registry.operations.changing import (
    apply,
    check_not_erased,
    check_numbers,
    check_reach,
    check_version,
    derive,
    journal,
    lock,
    store,
)
from yaodian.registry.operations.errors import UnableToChangeGuardian, WrongState

GUARDIAN_COLUMNS = ("name", "phone", "id_number")


def add_guardian(
    *,
    actor: Account | None,
    public_id: str,
    values: Mapping[str, Any],
    relation: str,
    now: datetime,
    is_primary: bool = False,
    is_confirmed: bool = False,
) -> Guardianship:
    """Adds a guardian to a pupil; somebody with the same identity number is the same guardian, of sisters and brothers too.

    Raises UnableToChangeGuardian.
    """
    with transaction.atomic():
        pupil = lock(Pupil, public_id)
        check_reach(actor, pupil.school, now)
        check_not_erased(pupil)
        guardian = _known(values) or Guardian()
        is_new = guardian.pk is None
        if is_new:
            apply(guardian, values, allowed=GUARDIAN_COLUMNS, error=UnableToChangeGuardian)
            check_numbers(guardian, UnableToChangeGuardian, tuple(values), now)
            derive(guardian)
            with walls.lifted():
                # Nobody's guardian yet, so nobody could see the row.
                store(guardian, UnableToChangeGuardian, is_new=True)
        if is_primary:
            pupil.guardianships.filter(ended_on__isnull=True, is_primary=True).update(is_primary=False)
        row = Guardianship(
            pupil=pupil, guardian=guardian, relation=relation, is_primary=is_primary, is_confirmed=is_confirmed
        )
        store(row, UnableToChangeGuardian, is_new=True)
        journal(actor, "guardian.add", pupil, now, guardian=guardian.public_id, is_new=is_new, relation=relation)
    return row


def _known(values: Mapping[str, Any]) -> Guardian | None:
    number = str(values.get("id_number") or "")
    if not number:
        return None
    purpose = INDEXED[Guardian]["id_number"][1]
    with walls.lifted():
        return Guardian.objects.filter(id_number_index__in=blind_indexes(number, purpose=purpose)).first()


def change_guardian(
    *,
    actor: Account | None,
    public_id: str,
    guardian: str,
    changes: Mapping[str, Any],
    now: datetime,
    version: int | None = None,
) -> Guardian:
    """Changes what is known of a guardian of the pupil of `public_id`. Raises UnableToChangeGuardian, StaleVersion."""
    with transaction.atomic():
        pupil = lock(Pupil, public_id)
        check_reach(actor, pupil.school, now)
        row = lock(Guardian, guardian)
        if not pupil.guardianships.filter(guardian=row, ended_on__isnull=True).exists():
            raise Guardian.DoesNotExist
        check_version(row, version, tuple(changes))
        changed = apply(row, changes, allowed=GUARDIAN_COLUMNS, error=UnableToChangeGuardian)
        if changed:
            check_numbers(row, UnableToChangeGuardian, changed, now)
            derive(row)
            store(row, UnableToChangeGuardian)
            journal(actor, "guardian.change", row, now, columns=changed, pupil=pupil.public_id)
    return row


def _guardianship(actor: Account | None, guardianship_id: int, now: datetime) -> Guardianship:
    row = (
        Guardianship.objects.select_for_update(of=("self",))
        .select_related("pupil__school__unit", "guardian")
        .get(pk=guardianship_id)
    )
    check_reach(actor, row.pupil.school, now)
    if row.ended_on is not None:
        raise WrongState(_("这条监护关系已经终止。"))
    return row


def confirm_guardian(*, actor: Account | None, guardianship_id: int, now: datetime) -> Guardianship:
    """The school confirms that the guardian is who he is said to be. Raises WrongState."""
    with transaction.atomic():
        row = _guardianship(actor, guardianship_id, now)
        if row.is_confirmed:
            raise WrongState(_("这条监护关系已经确认过。"))
        row.is_confirmed = True
        store(row, UnableToChangeGuardian)
        journal(actor, "guardian.confirm", row.pupil, now, guardian=row.guardian.public_id)
    return row


def end_guardian(*, actor: Account | None, guardianship_id: int, on: date, now: datetime) -> Guardianship:
    """The guardian answers for the pupil no longer from a day; the row stays as history. Raises WrongState."""
    with transaction.atomic():
        row = _guardianship(actor, guardianship_id, now)
        row.ended_on = on
        row.is_primary = False
        store(row, UnableToChangeGuardian)
        journal(actor, "guardian.end", row.pupil, now, guardian=row.guardian.public_id, on=on)
    return row
