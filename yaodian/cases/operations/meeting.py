"""A meeting begins with its agenda and ends with its protocol; what is decided in between are the actions of the loop."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.cases.declaring import kind_of
from yaodian.cases.models import Meeting, MeetingItem
from yaodian.cases.operations.errors import UnableTo
from yaodian.cases.queries.meeting import agenda_of
from yaodian.cases.queries.standing import DISPATCH
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import require


class UnableToOpenMeeting(UnableTo):
    """There is nothing to be walked through."""


class UnableToEndMeeting(UnableTo):
    """Another leads it."""


@transaction.atomic
def open_meeting(*, actor: Account, unit: Unit, now: datetime, kind: str = "") -> Meeting:
    """Fixes what is overdue or escalated in a unit and below as the agenda. Another meeting of this account ends.

    Raises PermissionMissing, UnableToOpenMeeting.
    """
    require(account=actor, permission=DISPATCH, unit_id=unit.pk)
    if kind and kind_of(kind) is None:
        raise UnableToOpenMeeting(
            _("没有“%(kind)s”这一类事项。请从列出的类型中选择。") % {"kind": kind[:60]},
            code="no-such-kind",
            field="kind",
        )
    cases = agenda_of(account=actor, unit=unit, kind=kind, today=timezone.localdate(now))
    if not cases:
        raise UnableToOpenMeeting(
            _("这个范围内没有逾期或提级的事项，不需要开会。可以换一个单位或类型。"),
            code="nothing-to-decide",
            field="unit",
        )
    # Locked, so that two windows of one account do not both begin.
    Account.objects.select_for_update(of=("self",), no_key=True).filter(pk=actor.pk).first()
    for open_one in Meeting.objects.filter(opened_by=actor, ended_at__isnull=True):
        _end(open_one, actor, now)
    meeting = Meeting.objects.create(unit=unit, kind=kind, opened_by=actor, opened_at=now)
    MeetingItem.objects.bulk_create(
        [MeetingItem(meeting=meeting, case=case, place=place) for place, case in enumerate(cases, 1)]
    )
    record(
        actor=actor,
        code="cases.meeting.open",
        subject=f"meeting:{meeting.public_id}",
        detail={"unit": unit.code, "kind": kind, "items": len(cases)},
        at=now,
    )
    return meeting


@transaction.atomic
def end_meeting(*, actor: Account, public_id: str, now: datetime) -> Meeting:
    """Ends a meeting: what is done afterwards is not of its protocol. Ended twice, it stays as it was.

    Raises Meeting.DoesNotExist, PermissionMissing, UnableToEndMeeting.
    """
    meeting = Meeting.objects.select_for_update(of=("self",), no_key=True).get(public_id=public_id)
    require(account=actor, permission=DISPATCH, unit_id=meeting.unit_id)
    if meeting.opened_by_id != actor.pk:
        raise UnableToEndMeeting(
            _("这次会议由%(name)s主持，请由本人结束。") % {"name": meeting.opened_by.name}, code="not-yours", status=403
        )
    if meeting.ended_at is None:
        _end(meeting, actor, now)
    return meeting


def _end(meeting: Meeting, actor: Account, now: datetime) -> None:
    meeting.ended_at = max(now, meeting.opened_at)
    meeting.save(update_fields=["ended_at"])
    record(actor=actor, code="cases.meeting.end", subject=f"meeting:{meeting.public_id}", detail={}, at=now)
