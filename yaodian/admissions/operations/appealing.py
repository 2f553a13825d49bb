"""A family objects to its result, in time; somebody who did not check the application decides, with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    HOLDING,
    Appeal,
    AppealState,
    Application,
    ApplicationState,
    Check,
    How,
    IntakeState,
    Offer,
    Place,
)
from yaodian.admissions.operations.errors import UnableToDecideAppeal, UnableToFileAppeal
from yaodian.admissions.operations.locking import lock_intake, lock_offers, require_intake
from yaodian.admissions.operations.places import call_waiting, give_place, leave_waiting
from yaodian.admissions.operations.telling import tell_appeal_decided
from yaodian.audit.operations import record
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

DECIDE = "admissions.appeals"


def file_appeal(*, actor: Account, application: Application, text: str, now: datetime) -> Appeal:
    """An appeal of the family against its result, until the end of the last day; one at a time.

    Raises Absent where the application is another family's, WrongState, UnableToFileAppeal.
    """
    if application.account_id != actor.pk:
        raise Absent
    with transaction.atomic():
        intake = lock_intake(application.intake)
        require_intake(intake, (IntakeState.PUBLISHED,))
        assert intake.published_on is not None  # The database asks for it in this state.
        until = intake.published_on + timedelta(days=intake.appeal_days)
        if timezone.localdate(now) > until:
            raise UnableToFileAppeal(_("申诉期已于 %(day)s 截止，不能再提出。") % {"day": until}, code="too-late")
        row = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
        if row.state not in (ApplicationState.VERIFIED, ApplicationState.REFUSED):
            raise UnableToFileAppeal(_("这份申请没有参加派位，没有可以申诉的结果。"), code="no-result")
        if not text.strip():
            raise UnableToFileAppeal(_("请写明申诉理由。"), code="no-text", field="text")
        if Appeal.objects.filter(application=row, state=AppealState.FILED).exists():
            raise UnableToFileAppeal(_("您的申诉正在处理，裁定以后才能再提。"), code="once", status=409)
        made = Appeal(application=row, text=text.strip()[:2000], filed_by=actor, filed_at=now).store()
        record(
            actor=actor,
            code="admissions.appeal.file",
            subject=f"admissions_appeal:{made.pk}",
            detail={"intake": intake.pk},
            at=now,
        )
    return made


def decide_appeal(
    *,
    actor: Account | None,
    appeal: Appeal,
    reason: str,
    now: datetime,
    offer: Offer | None = None,
    upheld: bool = False,
) -> Appeal:
    """Upholds an appeal, if `offer` is given with a place there that is added to its plan, or dismisses it.

    Nobody who checked the application decides. Raises PermissionMissing, WrongState, UnableToDecideAppeal.
    """
    if actor is not None:
        require(account=actor, permission=DECIDE, unit_id=appeal.application.intake.season.office_id)
    with transaction.atomic():
        intake = lock_intake(appeal.application.intake)
        require_intake(intake, (IntakeState.PUBLISHED,))
        row = Application.objects.select_for_update(of=("self",)).get(pk=appeal.application_id)
        kept = Appeal.objects.select_for_update(of=("self",)).get(pk=appeal.pk)
        kept.application = row
        if kept.state != AppealState.FILED:
            raise UnableToDecideAppeal(_("这件申诉已经裁定过了。请刷新页面。"), code="decided", status=409)
        if actor is not None and (
            kept.filed_by_id == actor.pk or Check.objects.filter(application=row, checker=actor).exists()
        ):
            raise UnableToDecideAppeal(_("您核验过这份申请，或申诉是您提出的，须由别的同事裁定。"), code="too-near")
        if not reason.strip():
            raise UnableToDecideAppeal(_("请写明裁定理由，家长会看到。"), code="no-reason", field="reason")
        if offer is not None and (not upheld or offer.intake_id != intake.pk):
            raise UnableToDecideAppeal(
                _("只有予以更正时才能安排学位，且须是这个学段的学校。"), code="offer", field="offer"
            )
        if offer is not None and Place.objects.filter(application=row, offer=offer, state__in=HOLDING).exists():
            raise UnableToDecideAppeal(
                _("这名儿童已经在这所学校有学位，不用再安排。请改选学校，或只作裁定。"), code="held", field="offer"
            )
        kept.state = AppealState.UPHELD if upheld else AppealState.DISMISSED
        kept.decided_by, kept.decided_at, kept.reason = actor, now, reason.strip()[:2000]
        kept.version += 1
        kept.store()
        if offer is not None:
            _place(row, offer, intake.accept_days, now)
        tell_appeal_decided(kept, now=now)
        record(
            actor=actor,
            code="admissions.appeal.decide",
            subject=f"admissions_appeal:{kept.pk}",
            detail={"state": kept.state, "offer": offer.pk if offer else None},
            at=now,
        )
    return kept


def _place(row: Application, offer: Offer, days: int, now: datetime) -> None:
    """A place more at the school, so that nobody else loses one; what the child leaves goes to whoever waits."""
    locked = lock_offers([offer.pk])[offer.pk]
    Offer.objects.filter(pk=locked.pk).update(added_seats=F("added_seats") + 1)
    _made, left = give_place(application=row, offer=locked, how=How.APPEAL, until_days=days, now=now)
    leave_waiting(application=row, offer=locked)
    if left is not None:
        call_waiting(offer=Offer.objects.select_related("intake__season").get(pk=left), now=now)
