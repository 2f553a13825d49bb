"""What a guardian says about a purpose that rests on consent: given, refused, withdrawn; by himself or on paper."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.registry.models import CONSENTED, Consent, ConsentState, Guardianship, Means, Pupil, Purpose
from yaodian.registry.operations.changing import check_reach, journal, lock, store, today_of
from yaodian.registry.operations.errors import UnableToRecordConsent, WrongState
from yaodian.registry.queries.children import ward_of

ANSWER = "registry.answer_requests"


def give_consent(*, actor: Account, public_id: str, purpose: str, state: str, now: datetime) -> Consent:
    """A guardian says for himself what he consents to. Raises UnableToRecordConsent, Pupil.DoesNotExist."""
    with transaction.atomic():
        guardianship = ward_of(account=actor, public_id=public_id)
        lock(Pupil, public_id)
        return _record(actor, guardianship, purpose, state, Means.ONLINE, today_of(now), "", now)


def record_consent(
    *,
    actor: Account | None,
    public_id: str,
    guardianship_id: int,
    purpose: str,
    state: str,
    means: str,
    said_on: date,
    now: datetime,
    note: str = "",
) -> Consent:
    """An office writes down what a guardian said on paper or in its presence.

    Raises UnableToRecordConsent, WrongState, Guardianship.DoesNotExist.
    """
    with transaction.atomic():
        pupil = lock(Pupil, public_id)
        check_reach(actor, pupil.school, now, ANSWER)
        guardianship = pupil.guardianships.select_related("guardian", "pupil").get(
            pk=guardianship_id, ended_on__isnull=True
        )
        if not guardianship.is_confirmed:
            raise WrongState(_("这条监护关系学校还没有确认。请先核实监护人，再登记他的意见。"))
        if means == Means.ONLINE:
            raise UnableToRecordConsent(
                _("网上的意见由监护人自己登录办理。请选择书面或当面。"), code="not-online", field="means"
            )
        if said_on > today_of(now):
            raise UnableToRecordConsent(_("日期不能晚于今天。"), code="too-late", field="said_on")
        return _record(actor, guardianship, purpose, state, means, said_on, note, now)


def _record(
    actor: Account | None,
    guardianship: Guardianship,
    purpose: str,
    state: str,
    means: str,
    said_on: date,
    note: str,
    now: datetime,
) -> Consent:
    pupil, guardian = guardianship.pupil, guardianship.guardian
    if purpose not in CONSENTED:
        raise UnableToRecordConsent(_("这种用途不以同意为依据。"), code="no-such-purpose", field="purpose")
    if state not in ConsentState.values:
        raise UnableToRecordConsent(_("请选择同意、不同意或撤回同意。"), code="no-such-state", field="state")
    current = Consent.objects.filter(pupil=pupil, guardian=guardian, purpose=purpose, ended_at__isnull=True).first()
    if current is not None and current.state == state:
        raise WrongState(_("已经登记为“%(state)s”，没有变化。") % {"state": current.get_state_display()})
    if state == ConsentState.WITHDRAWN and (current is None or current.state != ConsentState.GIVEN):
        raise WrongState(_("没有可撤回的同意。如不同意，请选择“不同意”。"))
    if current is not None:
        if said_on < current.said_on:
            raise UnableToRecordConsent(
                _("这位监护人在此之后已另有表示，不能再登记更早的意见。请核对日期。"), code="too-early", field="said_on"
            )
        current.ended_at = now
        store(current, UnableToRecordConsent)
    row = Consent(
        pupil=pupil,
        guardian=guardian,
        purpose=purpose,
        state=state,
        means=means,
        said_on=said_on,
        note=" ".join(note.split()),
        recorded_by=actor,
        recorded_at=now,
    )
    store(row, UnableToRecordConsent, is_new=True)
    journal(
        actor,
        "consent.record",
        pupil,
        now,
        guardian=guardian.public_id,
        purpose=Purpose(purpose),
        state=state,
        means=means,
        said_on=said_on,
    )
    return row
