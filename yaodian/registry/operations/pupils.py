"""Pupils are enrolled, change class and school, pause, return, graduate and leave; their enrolments keep the history."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account
from yaodian.registry.models import PRESENT, Enrolment, Pupil, PupilStatus, School, SchoolClass
from yaodian.registry.operations.changing import (
    apply,
    check_not_erased,
    check_numbers,
    check_reach,
    check_version,
    derive,
    journal,
    lock,
    lock_school,
    shown,
    store,
)
from yaodian.registry.operations.errors import (
    UnableTo,
    UnableToChangePupil,
    UnableToEnrolPupil,
    UnableToTransferPupil,
    WrongState,
)

PUPIL_COLUMNS = (
    *("enrolment_number", "name", "id_number", "gender", "birth_on", "ethnicity", "is_boarding", "is_migrant"),
    *("is_left_behind", "has_disability", "disability_kind", "is_poor", "residence"),
)


def _lock_pupil(actor: Account | None, public_id: str, now: datetime) -> Pupil:
    pupil = lock(Pupil, public_id)
    check_reach(actor, pupil.school, now)
    if pupil.merged_into_id is not None:
        raise WrongState(_("这份学籍已并入另一份学籍，不能再办理。请在合并后的学籍上操作。"))
    check_not_erased(pupil)
    return pupil


def _class_in(school: School, public_id: str | None, error: type[UnableTo]) -> SchoolClass | None:
    """The open class of a school that an address names; None where none is named."""
    if not public_id:
        return None
    row = SchoolClass.objects.filter(school=school, public_id=public_id, until_on__isnull=True).first()
    if row is None:
        raise error(_("所选班级不在这所学校，或已关闭。请重新选择班级。"), code="no-such-class", field="school_class")
    return row


def _check_person(pupil: Pupil, error: type[UnableTo]) -> None:
    if pupil.birth_on is not None and pupil.birth_on >= pupil.entered_on:
        raise error(_("出生日期应早于入学日期。请核对。"), code="born-late", field="birth_on")


def enrol_pupil(
    *,
    actor: Account | None,
    public_id: str,
    values: Mapping[str, Any],
    entered_on: date,
    now: datetime,
    school_class: str | None = None,
) -> Pupil:
    """Enters a pupil in the school of `public_id`, and in a class where one is named. Raises UnableToEnrolPupil."""
    with transaction.atomic():
        school = lock_school(public_id)
        check_reach(actor, school, now)
        if not school.unit.exists_on(entered_on):
            raise UnableToEnrolPupil(
                _("这所学校在%(day)s并不存在。请核对入学日期。") % {"day": shown(entered_on)},
                code="no-school-then",
                field="entered_on",
            )
        pupil = Pupil(
            school=school,
            school_class=_class_in(school, school_class, UnableToEnrolPupil),
            entered_on=entered_on,
        )
        apply(pupil, values, allowed=PUPIL_COLUMNS, error=UnableToEnrolPupil)
        _check_person(pupil, UnableToEnrolPupil)
        check_numbers(pupil, UnableToEnrolPupil, tuple(values), now)
        derive(pupil)
        store(pupil, UnableToEnrolPupil, is_new=True)
        _begin(pupil, entered_on)
        journal(actor, "pupil.enrol", pupil, now, columns=values, school=school.unit.code, entered_on=entered_on)
    return pupil


def change_pupil(
    *,
    actor: Account | None,
    public_id: str,
    changes: Mapping[str, Any],
    now: datetime,
    version: int | None = None,
) -> Pupil:
    """Changes columns of a pupil's record. Raises UnableToChangePupil, StaleVersion, WrongState."""
    with transaction.atomic():
        pupil = _lock_pupil(actor, public_id, now)
        check_version(pupil, version, tuple(changes))
        changed = apply(pupil, changes, allowed=PUPIL_COLUMNS, error=UnableToChangePupil)
        if changed:
            _check_person(pupil, UnableToChangePupil)
            check_numbers(pupil, UnableToChangePupil, changed, now)
            derive(pupil)
            store(pupil, UnableToChangePupil)
            journal(actor, "pupil.change", pupil, now, columns=changed)
    return pupil


def _begin(pupil: Pupil, on: date) -> None:
    Enrolment(pupil=pupil, school_id=pupil.school_id, school_class=pupil.school_class, from_on=on).store()


def _end(pupil: Pupil, on: date, error: type[UnableTo]) -> None:
    current = pupil.enrolments.select_for_update().filter(until_on__isnull=True).first()
    if current is None:
        return
    if current.from_on > on:
        raise error(
            _("现在的就读从%(from_on)s开始，办理日期不能早于这一天。") % {"from_on": shown(current.from_on)},
            code="too-early",
            field="on",
        )
    current.until_on = on
    current.store()


def _require(pupil: Pupil, *states: str) -> None:
    if pupil.status not in states:
        raise WrongState(
            _("这名学生现在是“%(state)s”，不能这样办理。请先核对学籍状态。") % {"state": pupil.get_status_display()}
        )


def change_pupil_class(
    *,
    actor: Account | None,
    public_id: str,
    school_class: str,
    on: date,
    now: datetime,
    version: int | None = None,
) -> Pupil:
    """The pupil goes to another class of the same school. Raises UnableToTransferPupil, WrongState."""
    with transaction.atomic():
        pupil = _lock_pupil(actor, public_id, now)
        check_version(pupil, version, ("school_class",))
        _require(pupil, *PRESENT)
        row = _class_in(pupil.school, school_class, UnableToTransferPupil)
        if row is None or row.pk == pupil.school_class_id:
            raise UnableToTransferPupil(
                _("这名学生已经在这个班。请选择另一个班级。"), code="same-class", field="school_class"
            )
        _end(pupil, on, UnableToTransferPupil)
        pupil.school_class = row
        store(pupil, UnableToTransferPupil)
        _begin(pupil, on)
        journal(actor, "pupil.change_class", pupil, now, to_class=row.public_id, on=on)
    return pupil


def transfer_pupil(
    *,
    actor: Account | None,
    public_id: str,
    to: str,
    on: date,
    now: datetime,
    school_class: str | None = None,
    version: int | None = None,
) -> Pupil:
    """The pupil goes to another school of the city; the actor's right must reach both.

    Raises UnableToTransferPupil, WrongState.
    """
    with transaction.atomic():
        pupil = _lock_pupil(actor, public_id, now)
        target = lock_school(to)
        check_reach(actor, target, now)
        check_version(pupil, version, ("school", "school_class"))
        _require(pupil, *PRESENT)
        if target.pk == pupil.school_id:
            raise UnableToTransferPupil(_("转入学校就是现在的学校。请改用“调班”。"), code="same-school", field="to")
        if not target.unit.exists_on(on):
            raise UnableToTransferPupil(
                _("转入学校在%(day)s并不存在。请核对日期。") % {"day": shown(on)}, code="no-school-then", field="on"
            )
        row = _class_in(target, school_class, UnableToTransferPupil)
        before = pupil.school.unit.code
        _end(pupil, on, UnableToTransferPupil)
        pupil.school, pupil.school_class = target, row
        store(pupil, UnableToTransferPupil)
        _begin(pupil, on)
        journal(actor, "pupil.transfer", pupil, now, before_school=before, school=target.unit.code, on=on)
    return pupil


def suspend_pupil(
    *, actor: Account | None, public_id: str, on: date, now: datetime, version: int | None = None
) -> Pupil:
    """The pupil pauses (休学); the place in the school stays. Raises WrongState."""
    return _set_status(actor, public_id, (PupilStatus.ENROLLED,), PupilStatus.SUSPENDED, on, now, version, "suspend")


def return_pupil(
    *, actor: Account | None, public_id: str, on: date, now: datetime, version: int | None = None
) -> Pupil:
    """The pupil comes back from a pause (复学). Raises WrongState."""
    return _set_status(actor, public_id, (PupilStatus.SUSPENDED,), PupilStatus.ENROLLED, on, now, version, "return")


def leave_pupil(
    *,
    actor: Account | None,
    public_id: str,
    status: str,
    on: date,
    now: datetime,
    version: int | None = None,
) -> Pupil:
    """The pupil leaves: for another city (`transferred`), for good (`left`) or with the certificate (`graduated`).

    `on` is the last day in the school. Raises UnableToChangePupil, WrongState.
    """
    if status not in (PupilStatus.TRANSFERRED, PupilStatus.LEFT, PupilStatus.GRADUATED):
        raise UnableToChangePupil(_("离校的状态只能是转出、毕业或离校。"), code="invalid", field="status")
    return _set_status(actor, public_id, PRESENT, PupilStatus(status), on, now, version, "leave")


def _set_status(
    actor: Account | None,
    public_id: str,
    states: Collection[str],
    status: PupilStatus,
    on: date,
    now: datetime,
    version: int | None,
    code: str,
) -> Pupil:
    with transaction.atomic():
        pupil = _lock_pupil(actor, public_id, now)
        check_version(pupil, version, ("status", "left_on"))
        _require(pupil, *states)
        if on < pupil.entered_on:
            raise UnableToChangePupil(
                _("日期不能早于入学日期%(day)s。") % {"day": shown(pupil.entered_on)}, code="too-early", field="on"
            )
        if status not in PRESENT:
            _end(pupil, on + timedelta(days=1), UnableToChangePupil)
            pupil.left_on = on
        pupil.status = status
        store(pupil, UnableToChangePupil)
        journal(actor, f"pupil.{code}", pupil, now, status=status, on=on)
    return pupil


def graduate_class(*, actor: Account | None, public_id: str, on: date, now: datetime) -> int:
    """All pupils of a class graduate, `on` being their last day; how many. Raises UnableToChangePupil."""
    with transaction.atomic():
        row = lock(SchoolClass, public_id)
        check_reach(actor, row.school, now)
        pupils = Pupil.objects.filter(school_class=row, status__in=PRESENT, merged_into__isnull=True)
        late = pupils.filter(entered_on__gt=on).count()
        if late:
            raise UnableToChangePupil(
                _("班里有%(count)s名学生的入学日期晚于毕业日期。请核对日期。") % {"count": late},
                code="too-early",
                field="on",
            )
        ids = list(pupils.select_for_update().values_list("pk", flat=True))
        Enrolment.objects.filter(pupil_id__in=ids, until_on__isnull=True).update(until_on=on + timedelta(days=1))
        Pupil.objects.filter(pk__in=ids).update(status=PupilStatus.GRADUATED, left_on=on, version=F("version") + 1)
        record(
            actor=actor,
            code="registry.pupil.graduate",
            subject=f"class:{row.public_id}",
            detail={"count": len(ids), "on": on},
            at=now,
        )
    return len(ids)
