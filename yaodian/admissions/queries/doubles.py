"""Several applications for one child: which there are, and how far it is settled which of them takes part.

They are told apart by accounts, never by the child, and no family learns of the other (`operations.applying_rows`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from yaodian.admissions.content import Content
from yaodian.admissions.models import (
    Application,
    ApplicationGuardian,
    ApplicationState,
    Holding,
    Intake,
    PaperKind,
    Proof,
    Relation,
    StandingChoice,
)
from yaodian.admissions.queries.checking_children import indexes_of, same_child
from yaodian.organisations.models import Account

# One that is refused or withdrawn is no second one any more.
RIVALS = (ApplicationState.SUBMITTED, ApplicationState.RETURNED, ApplicationState.VERIFIED)


def rivals(row: Application) -> QuerySet[Application]:
    """The applications of an intake that stand for the child of one of them, itself among them, in one order."""
    return Application.objects.filter(
        same_child(indexes_of(row)), intake_id=row.intake_id, state__in=RIVALS, erased_at__isnull=True
    ).order_by("pk")


def basis_of(rows: Collection[Application]) -> str:
    """The fingerprint of applications with their revisions."""
    return hashlib.sha256(
        " ".join(f"{row.pk}:{row.revision}" for row in sorted(rows, key=lambda one: one.pk)).encode()
    ).hexdigest()


def unsettled(intakes: Collection[Intake]) -> QuerySet[Application]:
    """By intake and child, those of whom more than one application stands: `.values("intake", "child", "count")`."""
    return (
        Application.objects.filter(intake__in=intakes, state__in=RIVALS, erased_at__isnull=True)
        .annotate(child=Coalesce("child_index", "doubled_index"))
        .filter(child__isnull=False)
        .order_by()
        .values("intake", "child")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
    )


def choice_seat(seats: Mapping[int, StandingChoice]) -> int | None:
    """The seat that is free; None where two agree, or three have chosen."""
    if 1 not in seats:
        return 1
    if 2 not in seats:
        return 2
    return 3 if 3 not in seats and seats[1].chosen_id != seats[2].chosen_id else None


@dataclass(frozen=True)
class DoubleColumn:
    """One of the applications as it stands beside the others."""

    application: Application
    content: Content
    paper: str
    holding: str
    guardians: Sequence[tuple[str, str, str, str]]
    """Relation, name, number, telephone."""
    papers: Sequence[tuple[str, Sequence[Proof]]]
    objections: Sequence[ApplicationGuardian]


@dataclass(frozen=True)
class DoublesPage:
    """`choices` holds the words of others only once both are in. `hindrance` is a code, empty where the reader may choose."""

    intake: Intake
    columns: Sequence[DoubleColumn]
    choices: Sequence[StandingChoice]
    hindrance: str
    is_third: bool

    @property
    def is_settled(self) -> bool:
        return len(self.columns) < 2


def doubles_page(*, account: Account, applications: Sequence[Application]) -> DoublesPage:
    """The applications as `operations.open_doubles` gave them. A constant number of queries."""
    keys = [row.pk for row in applications]
    intake = applications[0].intake
    guardians: dict[int, list[ApplicationGuardian]] = {}
    for one in ApplicationGuardian.objects.filter(application__in=keys):
        guardians.setdefault(one.application_id, []).append(one)
    proofs: dict[int, dict[str, list[Proof]]] = {}
    for proof in Proof.objects.filter(application__in=keys, removed_at__isnull=True).select_related("file"):
        proofs.setdefault(proof.application_id, {}).setdefault(proof.label, []).append(proof)
    choices = list(
        StandingChoice.objects.filter(intake=intake, basis=basis_of(applications)).select_related("chosen", "chooser")
    )
    seats = {one.seat: one for one in choices}
    hindrance = ""
    if intake.state not in ("open", "checking"):
        hindrance = "intake"
    elif any(row.account_id == account.pk for row in applications) or any(
        one.account_id == account.pk for named in guardians.values() for one in named
    ):
        hindrance = "own"
    elif any(one.chooser_id == account.pk for one in choices):
        hindrance = "looked"
    return DoublesPage(
        intake=intake,
        columns=[_column(row, guardians.get(row.pk, ()), proofs.get(row.pk, {})) for row in applications],
        choices=choices if {1, 2} <= seats.keys() else [one for one in choices if one.chooser_id == account.pk],
        hindrance=hindrance,
        is_third=not hindrance and choice_seat(seats) == 3,
    )


def _column(
    row: Application, guardians: Sequence[ApplicationGuardian], proofs: Mapping[str, Sequence[Proof]]
) -> DoubleColumn:
    content = Content.from_json(row.content)
    return DoubleColumn(
        application=row,
        content=content,
        paper=_label(PaperKind, content.child.paper),
        holding=_label(Holding, content.home.held_by),
        guardians=[(_label(Relation, one.relation), one.name, one.number, one.phone) for one in content.guardians],
        papers=sorted(proofs.items()),
        objections=[one for one in guardians if one.objected_at],
    )


def _label(choices: type[PaperKind] | type[Relation] | type[Holding], value: str) -> str:
    return str(choices(value).label) if value in choices.values else value
