"""What a family does with its place, and how freed places reach those who wait.

All of it goes through the lock of the intake, so that however many come at once, a place is given once. A place that a rule
kept for a group is, once it is freed, given to whoever waits first.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    HOLDING,
    Application,
    ApplicationState,
    How,
    Intake,
    IntakeState,
    Offer,
    Place,
    PlaceState,
    Waiting,
    WaitingState,
)
from yaodian.admissions.operations.errors import UnableToAcceptPlace, WrongState
from yaodian.admissions.operations.locking import lock_intake, lock_offers, require_intake
from yaodian.admissions.operations.telling import tell_called
from yaodian.audit.operations import record
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account


def accept_place(*, actor: Account, place: Place, keeps_waiting: bool = False, now: datetime) -> Place:
    """The family takes the place; sent again it changes nothing. Unless it `keeps_waiting` it leaves the waiting lists.

    Raises Absent where the place is another family's, WrongState, UnableToAcceptPlace.
    """
    with transaction.atomic():
        _intake, kept = _own(actor, place)
        if kept.state == PlaceState.ACCEPTED:
            return kept
        _require_offered(kept, now)
        _decide(kept, PlaceState.ACCEPTED, actor, now)
        if not keeps_waiting:
            _stop_waiting(kept.application_id)
        _note(actor, kept, "accept", now)
    return kept


def decline_place(*, actor: Account, place: Place, now: datetime) -> Place:
    """The family gives the place up, offered or accepted; it goes to whoever waits first. Sent again it changes nothing.

    The child stays on the lists of schools that it wished for more. Raises as `accept_place`.
    """
    with transaction.atomic():
        intake, kept = _own(actor, place)
        if kept.state == PlaceState.DECLINED:
            return kept
        if kept.state not in HOLDING:
            raise WrongState(_("这个学位已经不在您名下，不能再放弃。请刷新页面。"), code="state")
        _free(kept, PlaceState.DECLINED, actor, now)
        _note(actor, kept, "decline", now)
        _call(intake, [kept.offer_id], now)
    return kept


def lapse_places(*, now: datetime) -> int:
    """Places that were not accepted in time are freed and given to those who wait; how many. Run again, it does nothing more."""
    today = timezone.localdate(now)
    lapsed = 0
    intakes = Intake.objects.filter(state=IntakeState.PUBLISHED).order_by("pk")
    for intake in intakes:
        with transaction.atomic():
            row = lock_intake(intake)
            due = list(
                Place.objects.filter(offer__intake=row, state=PlaceState.OFFERED, accept_until__lt=today).order_by("pk")
            )
            for place in due:
                _free(place, PlaceState.LAPSED, None, now)
                _note(None, place, "lapse", now)
            lapsed += len(due)
            _call(row, [place.offer_id for place in due], now)
    return lapsed


def call_waiting(*, offer: Offer, now: datetime) -> list[Place]:
    """Gives every free place of an offer to whoever waits first, and what that frees elsewhere likewise."""
    with transaction.atomic():
        row = lock_intake(offer.intake)
        require_intake(row, (IntakeState.PUBLISHED,))
        return _call(row, [offer.pk], now)


def _own(actor: Account, place: Place) -> tuple[Intake, Place]:
    """The place, locked, if it is this family's."""
    found = Place.objects.select_related("offer__intake", "application").filter(pk=place.pk).first()
    if found is None or found.application.account_id != actor.pk:
        raise Absent
    row = lock_intake(found.offer.intake)
    require_intake(row, (IntakeState.PUBLISHED,))
    return row, Place.objects.select_for_update(of=("self",)).select_related("application").get(pk=place.pk)


def _require_offered(place: Place, now: datetime) -> None:
    if place.state != PlaceState.OFFERED:
        raise WrongState(_("这个学位已经不在您名下，不能再确认。请刷新页面。"), code="state")
    if timezone.localdate(now) > place.accept_until:
        raise UnableToAcceptPlace(
            _("确认期已于 %(day)s 截止。请联系招生办公室。") % {"day": place.accept_until}, code="too-late"
        )


def _decide(place: Place, state: str, actor: Account | None, now: datetime) -> None:
    place.state, place.decided_by, place.decided_at = state, actor, now
    place.version += 1
    place.store()


def _free(place: Place, state: str, actor: Account | None, now: datetime) -> None:
    _decide(place, state, actor, now)
    Offer.objects.filter(pk=place.offer_id).update(taken=F("taken") - 1)


def _stop_waiting(application_id: int) -> None:
    Waiting.objects.filter(application=application_id, state=WaitingState.WAITING).update(state=WaitingState.ENDED)


def give_place(
    *, application: Application, offer: Offer, how: str, until_days: int, now: datetime
) -> tuple[Place, int | None]:
    """Gives a place under the lock of the intake, and the offer that the child leaves by it, if it had one.

    The database refuses a place too many (`admissions_offer_never_oversold`).
    """
    left = None
    held = Place.objects.select_for_update(of=("self",)).filter(application=application, state__in=HOLDING).first()
    if held is not None:
        _free(held, PlaceState.REPLACED, None, now)
        left = held.offer_id
    Offer.objects.filter(pk=offer.pk).update(taken=F("taken") + 1)
    made = Place(
        application=application, offer=offer, how=how, offered_at=now,
        accept_until=timezone.localdate(now) + timedelta(days=until_days),
    ).store()  # fmt: skip
    return made, left


def _call(intake: Intake, offers: list[int], now: datetime) -> list[Place]:
    """Free places to those who wait, first come by position; who moves up frees a place for the next.

    Every step gives a child a school that it wished for more, so that it ends.
    """
    given: list[Place] = []
    asked = deque(dict.fromkeys(offers))
    while asked:
        offer = lock_offers([asked.popleft()]).popitem()[1]
        free = offer.seats + offer.added_seats - offer.taken
        while free > 0:
            first = (
                Waiting.objects.filter(
                    offer=offer, state=WaitingState.WAITING, application__state=ApplicationState.VERIFIED
                )
                .select_related("application__account")
                .order_by("position")
                .first()
            )
            if first is None:
                break
            free -= 1
            made, left = give_place(
                application=first.application, offer=offer, how=How.WAITING, until_days=intake.accept_days, now=now
            )
            given.append(made)
            first.state, first.called_at = WaitingState.CALLED, now
            first.save(update_fields=["state", "called_at"])
            _leave_lesser(first.application, offer)
            _note(None, made, "call", now)
            if left is not None and left != offer.pk:
                asked.append(left)
    tell_called(given, now=now)
    return given


def leave_waiting(*, application: Application, offer: Offer) -> None:
    """Who was given a place by another way waits no longer for it, nor for what it wished for less: no freed seat goes to it."""
    Waiting.objects.filter(application=application, offer=offer, state=WaitingState.WAITING).update(
        state=WaitingState.ENDED
    )
    _leave_lesser(application, offer)


def _leave_lesser(application: Application, offer: Offer) -> None:
    """Whoever moves up waits no longer for schools that it wished for less than this one."""
    position = {wish.offer_id: wish.position for wish in application.wishes.all()}
    own = position.get(offer.pk, len(position) + 1)
    lesser = [
        waiting.pk
        for waiting in Waiting.objects.filter(application=application, state=WaitingState.WAITING)
        if position.get(waiting.offer_id, len(position) + 2) > own
    ]
    Waiting.objects.filter(pk__in=lesser).update(state=WaitingState.ENDED)


def _note(actor: Account | None, place: Place, verb: str, now: datetime) -> None:
    record(
        actor=actor,
        code=f"admissions.place.{verb}",
        subject=f"admissions_place:{place.pk}",
        detail={"offer": place.offer_id, "state": place.state, "how": place.how},
        at=now,
    )
