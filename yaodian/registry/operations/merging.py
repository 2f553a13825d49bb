"""Two records of one pupil become one, and two again if that was a mistake."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.registry.models import INDEXED, PRESENT, Enrolment, Guardianship, Pupil, PupilMerge
from yaodian.registry.operations.changing import check_not_erased, check_reach, derive, journal, lock, store, today_of
from yaodian.registry.operations.errors import UnableToMergePupils, WrongState

# What the kept record takes from its double where it has nothing itself.
_FILLED = (
    *("enrolment_number", "id_number", "birth_on", "ethnicity", "has_disability", "disability_kind", "is_poor"),
    "residence",
)


def merge_pupils(*, actor: Account | None, kept: str, double: str, reason: str, now: datetime) -> PupilMerge:
    """`double` is found to be `kept` once more: guardians and history go over, gaps are filled, the double is hidden.

    Only what names of columns and keys of rows moved is written down, so it can be taken back with `undo_merge`.
    Raises UnableToMergePupils, WrongState.
    """
    reason = " ".join(reason.split())
    if kept == double:
        raise UnableToMergePupils(_("一份学籍不能与自己合并。"), code="same-record", field="double")
    if not reason:
        raise UnableToMergePupils(_("请写明合并的理由。"), code="no-reason", field="reason")
    with transaction.atomic():
        # In one order, so that two mergers of the same pair wait for each other instead of locking each other out.
        rows = {public_id: lock(Pupil, public_id) for public_id in sorted((kept, double))}
        target, source = rows[kept], rows[double]
        for row in (target, source):
            check_reach(actor, row.school, now)
            check_not_erased(row)
            if row.merged_into_id is not None:
                raise WrongState(_("其中一份学籍已并入别的学籍。请先撤销那次合并。"))
        if source.doubles.exists():
            raise WrongState(_("要并入的学籍自己有并入的学籍。请先撤销那次合并，或反过来合并。"))
        for name in ("enrolment_number", "id_number"):
            index = INDEXED[Pupil][name][0]
            ours, theirs = getattr(target, index), getattr(source, index)
            if ours is not None and theirs is not None and bytes(ours) != bytes(theirs):
                label = Pupil._meta.get_field(name).verbose_name
                raise UnableToMergePupils(
                    _("两份学籍的%(label)s不同，不像同一名学生。请先核对并更正号码，再合并。") % {"label": label},
                    code="different-numbers",
                )
        filled = _fill(target, source)
        known = set(target.guardianships.filter(ended_on__isnull=True).values_list("guardian_id", flat=True))
        guardianships = [
            row.pk for row in source.guardianships.filter(ended_on__isnull=True) if row.guardian_id not in known
        ]
        was_primary = list(
            Guardianship.objects.filter(pk__in=guardianships, is_primary=True).values_list("pk", flat=True)
        )
        Guardianship.objects.filter(pk__in=guardianships).update(pupil=target, is_primary=False)
        ended = list(source.enrolments.filter(until_on__isnull=True))
        for row in ended:
            row.until_on = max(row.from_on, today_of(now))
        Enrolment.objects.bulk_update(ended, ["until_on"])
        source.merged_into = target
        # First the double, which gives its numbers up, then the kept record, which takes them.
        store(source, UnableToMergePupils)
        derive(target)
        store(target, UnableToMergePupils)
        merge = PupilMerge(
            kept=target,
            double=source,
            reason=reason,
            moved={
                "filled": filled,
                "guardianships": guardianships,
                "primary": was_primary,
                "ended": [row.pk for row in ended],
            },
            merged_by=actor,
            merged_at=now,
        ).store()
        journal(actor, "pupil.merge", target, now, double=source.public_id, columns=filled)
    return merge


def _fill(target: Pupil, source: Pupil) -> list[str]:
    """Moves what only the double has; numbers leave it, since they may stand in one record only."""
    filled = []
    for name in _FILLED:
        value = getattr(source, name)
        if getattr(target, name) in ("", None) and value not in ("", None):
            setattr(target, name, value)
            filled.append(name)
            if name in INDEXED[Pupil]:
                setattr(source, name, "")
                setattr(source, INDEXED[Pupil][name][0], None)
    return filled


def undo_merge(*, actor: Account | None, merge_id: int, now: datetime) -> PupilMerge:
    """The two records are two again, as they were. Raises UnableToMergePupils, WrongState."""
    with transaction.atomic():
        merge = PupilMerge.objects.select_for_update(of=("self",)).get(pk=merge_id)
        if merge.undone_at is not None:
            raise WrongState(_("这次合并已经撤销过。"))
        pupils: dict[int, Pupil] = {
            row.pk: row
            for row in Pupil.objects.select_for_update(of=("self",))
            .filter(pk__in=(merge.kept_id, merge.double_id))
            .order_by("pk")
        }
        target, source = pupils[merge.kept_id], pupils[merge.double_id]
        for row in (target, source):
            check_reach(actor, row.school, now)
            check_not_erased(row)
        moved: dict[str, Any] = merge.moved
        for name in moved["filled"]:
            if name in INDEXED[Pupil]:
                setattr(source, name, getattr(target, name))
            setattr(target, name, Pupil._meta.get_field(name).get_default())
        source.merged_into = None
        derive(target)
        derive(source)
        store(target, UnableToMergePupils)
        store(source, UnableToMergePupils)
        Guardianship.objects.filter(pk__in=moved["guardianships"], pupil=target).update(pupil=source)
        Guardianship.objects.filter(pk__in=moved["primary"], pupil=source).update(is_primary=True)
        if source.status in PRESENT:
            Enrolment.objects.filter(pk__in=moved["ended"]).update(until_on=None)
        merge.undone_by, merge.undone_at = actor, now
        merge.store()
        journal(actor, "pupil.undo_merge", target, now, double=source.public_id)
    return merge
