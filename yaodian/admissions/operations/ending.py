"""The end of an intake and of its season: nobody waits any more, no place changes hands, nothing is appealed against."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import Intake, IntakeState, Season, SeasonState, Waiting, WaitingState
from yaodian.admissions.operations.changing import lock_season
from yaodian.admissions.operations.errors import UnableToEndIntake
from yaodian.admissions.operations.locking import lock_intake, move_intake, require_intake
from yaodian.admissions.operations.telling import tell_ended
from yaodian.admissions.queries.ending import remaining_of
from yaodian.audit.operations import record
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

PLACE = "admissions.place"
# The school year begins; until then a freed place is still of use to whoever waits for it.
SCHOOL_BEGINS = (9, 1)


def end_intake(*, actor: Account | None, intake: Intake, now: datetime) -> Intake:
    """Ends a published intake, and with the last one its season. Ended already, it stays so.

    Not before the days of accepting and appealing are over, every place is accepted or freed and every appeal decided. The
    lists of waiting end; places stay with those who accepted them. Raises PermissionMissing, WrongState, UnableToEndIntake.
    """
    if actor is not None:
        require(account=actor, permission=PLACE, unit_id=intake.season.office_id)
    with transaction.atomic():
        season = lock_season(intake.season)
        row = lock_intake(intake)
        if row.state == IntakeState.ENDED:
            return row
        require_endable(row, timezone.localdate(now))
        waiting = Waiting.objects.filter(offer__intake=row, state=WaitingState.WAITING)
        told = list(waiting.select_related("application__account").order_by("application", "pk"))
        waiting.update(state=WaitingState.ENDED)
        move_intake(row, IntakeState.ENDED)
        tell_ended({one.application_id: one.application for one in told}.values(), now=now)
        record(
            actor=actor,
            code="admissions.intake.end",
            subject=f"admissions_intake:{row.pk}",
            detail={"waiting": len(told)},
            at=now,
        )
        close_season(season, actor=actor, now=now)
    return row


def close_season(season: Season, *, actor: Account | None, now: datetime) -> None:
    """Closes a season that is locked, with the last of its intakes that ends."""
    over = (IntakeState.ENDED, IntakeState.ABANDONED)
    if season.state == SeasonState.ANNOUNCED and not season.intakes.exclude(state__in=over).exists():
        season.state = SeasonState.CLOSED
        season.version += 1
        season.store()
        subject = f"admissions_season:{season.pk}"
        record(actor=actor, code="admissions.season.close", subject=subject, detail={}, at=now)


def end_due(*, now: datetime) -> int:
    """Ends every published intake of which nothing is open any more once the school year has begun. How many; run again, none."""
    today = timezone.localdate(now)
    count = 0
    for intake in Intake.objects.filter(state=IntakeState.PUBLISHED).select_related("season").order_by("pk"):
        remaining = remaining_of(intake)
        if today >= date(intake.season.year, *SCHOOL_BEGINS) and remaining and remaining.is_nothing_on(today):
            try:
                end_intake(actor=None, intake=intake, now=now)
            except UnableToEndIntake:
                # Something was opened since it was counted; the next night sees to it.
                continue
            count += 1
    return count


def require_endable(row: Intake, today: date) -> None:
    """Raises WrongState, UnableToEndIntake."""
    require_intake(row, (IntakeState.PUBLISHED,))
    remaining = remaining_of(row)
    assert remaining is not None  # The database asks for the day in this state.
    if today <= remaining.until:
        raise UnableToEndIntake(
            _("确认入学和申诉的期限到 %(day)s 为止，过了这一天才能结束。") % {"day": remaining.until}, code="too-early"
        )
    if not remaining.is_nothing_on(today):
        raise UnableToEndIntake(
            _("还有 %(offered)s 个学位等家长确认、%(appeals)s 件申诉没有裁定，处理完才能结束。")
            % {"offered": remaining.offered, "appeals": remaining.appeals},
            code="open",
        )
