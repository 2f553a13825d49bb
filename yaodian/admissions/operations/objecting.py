"""A guardian who did not apply says that he does not agree. It stops nothing by itself; a clerk hears both."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.admissions.models import STANDING, ApplicationGuardian, IntakeState
from yaodian.admissions.operations.applying_rows import journal
from yaodian.admissions.operations.applying_telling import tell_objected
from yaodian.admissions.operations.errors import UnableToObjectAsGuardian, WrongState
from yaodian.admissions.operations.locking import hold_intake
from yaodian.admissions.queries.guardians import guardian_rows
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account

MOST_WORDS = 400


def object_as_guardian(*, account: Account, public_id: str, objection: str, now: datetime) -> ApplicationGuardian:
    """Notes the objection of a guardian, known by his account, his paper or his telephone. Sent twice it is one.

    Raises Absent for everybody who is no other guardian of the child, WrongState, UnableToObjectAsGuardian.
    """
    with transaction.atomic():
        found = guardian_rows(account=account).filter(application__public_id=public_id)
        key = found.values_list("pk", "application__intake_id").first()
        if key is None:
            raise Absent(public_id)
        intake = hold_intake(key[1])
        guardian = (
            ApplicationGuardian.objects.select_for_update(of=("self",), no_key=True)
            .select_related("application")
            .get(pk=key[0])
        )
        if guardian.objected_at is not None:
            return guardian
        row = guardian.application
        if row.state not in STANDING or intake.state not in (IntakeState.OPEN, IntakeState.CHECKING):
            raise WrongState(_("这份申请已不在核验中，不能在这里提出异议。请联系招生咨询窗口。"), code="wrong-state")
        words = objection.replace("\x00", "").strip()
        if not words:
            raise UnableToObjectAsGuardian(_("请写明您不同意什么。"), code="no-text", field="objection")
        if len(words) > MOST_WORDS:
            raise UnableToObjectAsGuardian(
                _("最多 %(most)s 字，现有 %(count)s 字。请缩短。") % {"most": MOST_WORDS, "count": len(words)},
                code="too-long",
                field="objection",
            )
        guardian.objected_at, guardian.objection = now, words
        guardian.account = account
        guardian.store()
        tell_objected(row, intake, guardian, now=now)
        journal(account, "application.object", row, now)
    return guardian
