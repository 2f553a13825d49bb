"""Requests of guardians about the data of their children, for the office that answers them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yaodian.foundation.paging import Page, page_of
from yaodian.organisations.queries import Visitor
from yaodian.registry.models import (
    DataRequest,
    Guardian,
    Guardianship,
    Pupil,
    RequestState,
)
from yaodian.registry.queries.children import AccessRow, access_rows
from yaodian.registry.queries.consents import ConsentRow, consents_of
from yaodian.registry.queries.people import find_pupil
from yaodian.registry.queries.reach import MOST_ON_A_PAGE, PAGE, reach_of, today
from yaodian.registry.queries.schools import names_of

ANSWER = "registry.answer_requests"


@dataclass(frozen=True)
class RequestRow:
    """A request in a list; `is_late` where the office has let its own day pass."""

    row: DataRequest
    school: str
    is_late: bool


def requests(
    *, account: Visitor, is_open: bool = True, page: int = 1, size: int = PAGE, on: date | None = None
) -> Page[RequestRow]:
    """Requests about pupils whom the account reaches: open ones with the nearest day first, or closed ones, newest first.

    A constant number of queries.
    """
    day = on or today()
    rows = reach_of(account=account, permission=ANSWER, on=day).rows(
        DataRequest.objects.select_related("pupil__school", "guardian"), school="pupil__school_id"
    )
    if is_open:
        # Those that have a day stand first on both databases.
        rows = rows.filter(state=RequestState.RECEIVED).order_by("due_on", "id")
    else:
        rows = rows.exclude(state=RequestState.RECEIVED).order_by("-closed_at", "-id")

    def make(found: list[DataRequest]) -> Sequence[RequestRow]:
        names = names_of(schools={row.pupil.school_id for row in found}, on=day)
        return [RequestRow(row, names.get(row.pupil.school_id, ""), is_late(row, day)) for row in found]

    return page_of(rows, page=page, size=size, most=MOST_ON_A_PAGE, make=make)


def is_late(row: DataRequest, day: date) -> bool:
    return row.state == RequestState.RECEIVED and row.due_on is not None and row.due_on < day


def find_request(*, account: Visitor, public_id: str) -> DataRequest:
    """A request about a pupil whom the account reaches. Raises DataRequest.DoesNotExist."""
    reach = reach_of(account=account, permission=ANSWER)
    rows = reach.rows(
        DataRequest.objects.select_related("pupil__school__unit", "guardian", "closed_by", "received_by"),
        school="pupil__school_id",
    )
    return rows.get(public_id=public_id)


@dataclass(frozen=True)
class PrivacyPage:
    """What the office sees of a pupil's privacy: guardians with their accounts, consents, requests, accesses."""

    pupil: Pupil
    school: str
    guardianships: tuple[Guardianship, ...]
    consents: Sequence[ConsentRow]
    requests: tuple[DataRequest, ...]
    accesses: tuple[AccessRow, ...]

    @property
    def guardians(self) -> tuple[Guardian, ...]:
        return tuple(row.guardian for row in self.guardianships)


def privacy_page(*, account: Visitor, public_id: str, on: date | None = None) -> PrivacyPage:
    """A constant number of queries. Raises Pupil.DoesNotExist."""
    day = on or today()
    pupil = find_pupil(account=account, public_id=public_id, permission=ANSWER)
    return PrivacyPage(
        pupil=pupil,
        school=names_of(schools=[pupil.school_id], on=day).get(pupil.school_id, ""),
        guardianships=tuple(pupil.guardianships.filter(ended_on__isnull=True).select_related("guardian__account")),
        consents=consents_of(pupil=pupil),
        requests=tuple(pupil.requests.order_by("-id")[:50]),
        accesses=access_rows(pupil=pupil, on=day, most=50),
    )
