"""Erasing what names a person: sealed values and keyed indexes go, the row stays and counts.

What other slices hold of a pupil they erase themselves: `PUPIL_ERASERS` in the settings lists dotted names of callables
`(pupil_id, now) -> None`, which are called in the same transaction. One that raises UnableToErase stops it all.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from yaodian.identity.operations import forget_phone
from yaodian.organisations import walls
from yaodian.organisations.models import Account
from yaodian.organisations.operations import UnableToDeactivateAccount, deactivate_account
from yaodian.organisations.queries import rights_of
from yaodian.registry.models import (
    INDEXED,
    PRESENT,
    WORKING,
    Consent,
    DataClass,
    DataRequest,
    Guardian,
    Guardianship,
    Pupil,
    PupilMerge,
    RecordAccess,
    RequestState,
    RetentionRule,
    Teacher,
)
from yaodian.registry.operations.changing import check_reach, journal, lock, shown, today_of
from yaodian.registry.operations.errors import UnableToErase, WrongState
from yaodian.registry.queries.retention import months_after

ANSWER = "registry.answer_requests"
# What stands where a name stood; the same for everybody, so it names nobody.
NOBODY = "已删除"


def erase_pupil(*, actor: Account | None, public_id: str, now: datetime) -> Pupil:
    """Erases what names a pupil who has left. Raises UnableToErase, with what to do, where it must be kept; WrongState."""
    with transaction.atomic():
        pupil = lock(Pupil, public_id)
        check_reach(actor, pupil.school, now, ANSWER)
        erase_locked(pupil, actor=actor, now=now, basis="decision")
    return pupil


def check_erasable(pupil: Pupil, today: date) -> None:
    """Raises UnableToErase where the pupil is in a school, or the time that a rule asks for has not passed."""
    if pupil.merged_into_id is not None:
        raise WrongState(_("这份学籍已并入另一份学籍。请在合并后的学籍上办理，两份会一起删除。"))
    if pupil.erased_at is not None:
        raise WrongState(_("这份学籍的身份信息已经删除。"))
    if pupil.status in PRESENT:
        raise UnableToErase(
            _(
                "这名学生还在校（%(status)s），学校依法须建立和保存学籍，现在不能删除（《中小学生学籍管理办法》，"
                "《个人信息保护法》第四十七条第二款）。可以更正有误的内容，或撤回以同意为依据的用途；离校之后可再次申请。"
            )
            % {"status": pupil.get_status_display()},
            code="enrolled",
        )
    rule = RetentionRule.objects.filter(data_class=DataClass.PUPIL, from_on__lte=today, until_on__isnull=True).first()
    if rule is not None and pupil.left_on is not None:
        kept_until = months_after(pupil.left_on, rule.months)
        if today < kept_until:
            raise UnableToErase(
                _(
                    "保存期限还没有届满：离校后须保存%(months)s个月，到%(day)s（依据：%(basis)s）。届满前只作存储，"
                    "不用于别的用途；届满后系统会删除，也可再次申请。"
                )
                % {"months": rule.months, "day": shown(kept_until), "basis": rule.basis},
                code="kept",
            )


@dataclass(frozen=True)
class Erased:
    """What an erasure took away, as numbers."""

    records: int
    guardians: int
    guardianships: int
    consents: int
    requests: int
    accesses: int


def erase_locked(pupil: Pupil, *, actor: Account | None, now: datetime, basis: str) -> Erased:
    """Erases a pupil whose row is held, with his doubles and the guardians who answer for nobody else. Inside a
    transaction; permission and reach have been asked."""
    check_erasable(pupil, today_of(now))
    for name in settings.PUPIL_ERASERS:
        import_string(name)(pupil.pk, now)
    # A double may lie in another school, a guardian may have a child there.
    with walls.lifted():
        keys = [pupil.pk, *Pupil.objects.filter(merged_into=pupil).values_list("pk", flat=True)]
        accesses = RecordAccess.objects.filter(pupil_id__in=keys).update(note="")
        PupilMerge.objects.filter(kept_id__in=keys).update(reason=NOBODY)
        consents, _by_table = Consent.objects.filter(pupil_id__in=keys).delete()
        requests = DataRequest.objects.filter(pupil_id__in=keys).update(
            guardian=None, text="", answer="", erased_at=now
        )
        # One that is still open has nobody left to be answered.
        DataRequest.objects.filter(pupil_id__in=keys, state=RequestState.RECEIVED).update(
            state=RequestState.WITHDRAWN, closed_at=now
        )
        guardians = set(Guardianship.objects.filter(pupil_id__in=keys).values_list("guardian_id", flat=True))
        guardianships, _by_table = Guardianship.objects.filter(pupil_id__in=keys).delete()
        guardians -= set(
            Guardianship.objects.filter(guardian_id__in=guardians).order_by().values_list("guardian_id", flat=True)
        )
        _erase_guardians(guardians, actor, now)
        _blank(Pupil, keys, now, external_id="", **_PUPIL)
    pupil.refresh_from_db()
    erased = Erased(len(keys), len(guardians), guardianships, consents, requests, accesses)
    journal(actor, "pupil.erase", pupil, now, basis=basis, **erased.__dict__)
    return erased


_PUPIL = {
    "birth_on": None,
    "ethnicity": "",
    "has_disability": None,
    "disability_kind": "",
    "is_poor": None,
    "residence": "",
}


def _blank(model: type[Pupil | Teacher | Guardian], keys: Collection[int], now: datetime, **values: Any) -> None:
    """Takes name, numbers and indexes off rows, and sets other columns."""
    cleared: dict[str, Any] = {}
    for column, (index, _purpose) in INDEXED[model].items():
        cleared |= {column: NOBODY if column == "name" else "", index: None}
    model._default_manager.filter(pk__in=keys).update(**cleared, **values, erased_at=now, version=F("version") + 1)


def _erase_guardians(keys: Collection[int], actor: Account | None, now: datetime) -> None:
    """Guardians of nobody: their data go, their account is closed where it was for nothing else."""
    for account in Account.objects.filter(guardian__in=keys, is_active=True):
        if not rights_of(account=account, is_fresh=True):
            forget_phone(actor=actor, account=account, now=now)
            try:
                deactivate_account(actor=actor, account=account, now=now)
            except UnableToDeactivateAccount:
                # Closed by somebody else a moment ago, which is what is wanted.
                continue
    DataRequest.objects.filter(guardian_id__in=keys).update(guardian=None, text="", answer="", erased_at=now)
    Consent.objects.filter(guardian_id__in=keys).delete()
    _blank(Guardian, keys, now, external_id="", account=None)


def erase_teacher_locked(teacher: Teacher, *, actor: Account | None, now: datetime, basis: str) -> None:
    """Erases what names a teacher who has left, here: what he did as a member of staff stays in the journal."""
    if teacher.status in WORKING:
        raise UnableToErase(_("这位教师还在岗，人事档案须保存。离岗并过了保存期限后再删除。"), code="working")
    if teacher.erased_at is not None:
        raise WrongState(_("这位教师的身份信息已经删除。"))
    RecordAccess.objects.filter(teacher=teacher).update(note="")
    _blank(Teacher, [teacher.pk], now, birth_on=None, staff_number=f"erased-{teacher.public_id}", person=None)
    journal(actor, "teacher.erase", teacher, now, basis=basis)
