"""What a guardian who did not apply may know: that there is an application for his child, and how it stands. No more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from yaodian.admissions.content import Content
from yaodian.admissions.models import ApplicationGuardian, ApplicationState
from yaodian.admissions.problem.indexing import person_indexes, phone_indexes
from yaodian.foundation.fields import mask_name
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account
from yaodian.registry.queries import guardian_of_account


def guardian_rows(*, account: Account) -> QuerySet[ApplicationGuardian]:
    """The rows that name the owner of an account in applications of others: by the account, by his paper, by his telephone."""
    known = Q(account=account)
    contact = guardian_of_account(account=account)
    if contact is not None:
        number, phone = contact
        if number:
            known |= Q(person_index__in=person_indexes(number))
        if phone:
            known |= Q(phone_index__in=phone_indexes(phone))
    return ApplicationGuardian.objects.filter(known, application__erased_at__isnull=True).exclude(
        Q(application__account=account) | Q(application__state=ApplicationState.DRAFT)
    )


@dataclass(frozen=True)
class WardApplication:
    """An application of somebody else in which the account's owner is named. The child's name comes masked: whoever is wrongly
    named learns nothing of whose child it is."""

    public_id: str
    season: str
    stage: str
    child: str
    relation: str
    state: str
    submitted_on: date | None
    has_objected: bool
    contact: str


def ward_applications(*, account: Account) -> tuple[WardApplication, ...]:
    """Two queries."""
    rows = guardian_rows(account=account).select_related("application__intake__season").order_by("-application_id")
    return tuple(_ward(one) for one in rows)


def ward_application(*, account: Account, public_id: str) -> WardApplication:
    """Raises Absent."""
    row = (
        guardian_rows(account=account)
        .filter(application__public_id=public_id)
        .select_related("application__intake__season")
        .first()
    )
    if row is None:
        raise Absent(public_id)
    return _ward(row)


def _ward(row: ApplicationGuardian) -> WardApplication:
    application = row.application
    intake = application.intake
    return WardApplication(
        public_id=application.public_id,
        season=intake.season.title,
        stage=intake.get_stage_display(),
        child=mask_name(Content.from_json(application.content).child.name),
        relation=row.get_relation_display(),
        state=application.get_state_display(),
        submitted_on=timezone.localdate(application.submitted_at) if application.submitted_at else None,
        has_objected=row.objected_at is not None,
        contact=intake.season.contact,
    )
