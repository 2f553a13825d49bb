"""A choice that waits is looked at: by somebody else than who entered it; a change by the form teacher and the grade office."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.organisations.queries import may
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.models import NEXT_OF_CHOICE, ChoiceLook, ChoiceState, Means, PupilChoice
from yaodian.timetabling.operations.changing import DECIDE, RUN, lock_round, note, require_right, require_state
from yaodian.timetabling.operations.choosing import ENTERED_IN, check_place
from yaodian.timetabling.operations.errors import UnableToDecideChoice
from yaodian.timetabling.queries.rounds import cohort_of


def decide_choice(*, actor: Account, choice: PupilChoice, agrees: bool, now: datetime, reason: str = "") -> PupilChoice:
    """Agrees to a choice that waits, or refuses it with a reason; it stands when as many have agreed as it needs.

    Raises PermissionMissing, WrongState, UnableToDecideChoice, UnableToChoose.
    """
    require_right(actor, choice.round.school_id, DECIDE)
    with transaction.atomic():
        round_ = lock_round(choice.round)
        require_state(round_, ENTERED_IN)
        row = PupilChoice.objects.select_for_update(of=("self",)).get(pk=choice.pk)
        _check(actor, row, round_.school_id, agrees, reason)
        if agrees and not cohort_of(round_).filter(pk=row.pupil_id).exists():
            raise UnableToDecideChoice(
                _("这名学生已不在本校本年级在读，不能通过。请不同意，并写明原因。"), code="left", status=409
            )
        ChoiceLook.objects.create(
            choice=row, account=actor, agrees=agrees, reason=" ".join(reason.split())[:200], at=now
        )
        if not agrees:
            _move(row, ChoiceState.REFUSED, now)
        elif row.eyes > 1:
            row.eyes -= 1
            row.save(update_fields=["eyes"])
        else:
            check_place(round_, COMBINATIONS[row.combination], row.pupil_id)
            row.eyes = 0
            former = PupilChoice.objects.filter(round=round_, pupil=row.pupil_id, state=ChoiceState.STANDING)
            former.update(state=ChoiceState.REPLACED, ended_at=now)
            _move(row, ChoiceState.STANDING, None)
        note(
            actor,
            "choice.agree" if agrees else "choice.refuse",
            round_,
            {"choice": row.public_id, "pupil": row.pupil_id, "state": row.state},
            now,
        )
    return row


def _check(actor: Account, row: PupilChoice, school: int, agrees: bool, reason: str) -> None:
    if row.state != ChoiceState.PROPOSED:
        raise UnableToDecideChoice(
            _("这份选科现在是“%(state)s”，不用再审核。请刷新页面。") % {"state": ChoiceState(row.state).label},
            code="decided",
            status=409,
        )
    if row.entered_by_id == actor.pk:
        raise UnableToDecideChoice(_("这份选科是您录入的，须由另一位同事审核。"), code="second-person", status=409)
    if row.looks.filter(account=actor).exists():
        raise UnableToDecideChoice(_("您已审核过这份选科，须由另一位同事再审。"), code="looked", status=409)
    if not agrees and not reason.strip():
        raise UnableToDecideChoice(_("不同意的，请写明理由，以便告诉学生。"), code="no-reason", field="reason")
    if agrees and row.eyes == 1 and row.means == Means.CODE and not may(account=actor, permission=RUN, unit_id=school):
        raise UnableToDecideChoice(
            _("班主任已同意，还须由年级组（有组织选科权限的同事）同意。"), code="grade-office", status=409
        )


def _move(row: PupilChoice, state: ChoiceState, ended_at: datetime | None) -> None:
    assert state in NEXT_OF_CHOICE[row.state]
    row.state, row.ended_at = state, ended_at
    row.save(update_fields=["state", "ended_at", "eyes"])
