"""The dossier of an application: what the family says beside its papers and the lists of the office. Shown to clerks only,
after `operations.open_dossier` has kept who looks and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from yaodian.admissions.content import Content
from yaodian.admissions.models import (
    Application,
    ApplicationGuardian,
    ApplicationState,
    Catchment,
    Check,
    Holding,
    Offer,
    PaperKind,
    Proof,
    Reference,
    ReferenceKind,
    Relation,
)
from yaodian.admissions.problem.addresses import is_door_in, street_of
from yaodian.admissions.problem.gathering import spot_of
from yaodian.admissions.problem.indexing import person_indexes
from yaodian.admissions.problem.questions import answered
from yaodian.admissions.queries.addresses import Located, locate
from yaodian.admissions.queries.checking import intakes_checked
from yaodian.admissions.queries.checking_seats import agreed, seat_for
from yaodian.admissions.queries.checking_warnings import Doubt, warnings_about
from yaodian.admissions.queries.plans import Plan, plan_from
from yaodian.organisations.models import Account
from yaodian.organisations.queries import names_of_units


@dataclass(frozen=True)
class ClaimLine:
    """A criterion: whether the family claims it, and the papers that show it, each with what was handed in."""

    code: str
    words: str
    is_claimed: bool
    papers: tuple[tuple[str, tuple[Proof, ...]], ...]


@dataclass(frozen=True)
class Match:
    """A line of a list that names one of the family. `is_name_same`: the list writes the name as the family does."""

    kind: str
    whose: str
    detail: Mapping[str, str]
    is_name_same: bool
    is_at_address: bool


@dataclass(frozen=True)
class ListLine:
    """A list: whether it is loaded at all, and what it says of the family."""

    kind: str
    is_loaded: bool
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class WishLine:
    position: int
    school: str
    is_open: bool
    is_reached: bool


@dataclass(frozen=True)
class PersonLine:
    name: str
    relation: str
    paper: str
    number: str
    phone: str


@dataclass(frozen=True)
class Dossier:
    """`looks` holds another's look only once both are in; until then it holds the reader's own, or nothing.

    `seat` is the one that the reader may take; where he may take none, it is None and `hindrance` says why.
    """

    application: Application
    content: Content
    paper: str
    holding: str
    guardians: tuple[PersonLine, ...]
    wishes: tuple[WishLine, ...]
    claims: tuple[ClaimLine, ...]
    other_papers: tuple[tuple[str, tuple[Proof, ...]], ...]
    lists: tuple[ListLine, ...]
    answers: tuple[tuple[str, str], ...]
    located: Located
    plan: Plan
    warnings: tuple[Doubt, ...]
    objections: tuple[ApplicationGuardian, ...]
    looks: tuple[Check, ...]
    seat: int | None
    hindrance: str

    @property
    def is_third(self) -> bool:
        return self.seat == 3

    @property
    def is_doubled(self) -> bool:
        """Whether another application in this intake is for the same child."""
        return any(one.code == "child-twice" for one in self.warnings)

    @property
    def suggested(self) -> Catchment | None:
        """The catchment of the address, where it is one only and nothing speaks against it."""
        is_clear = len(self.located.covering) == 1 and not self.located.sources_disagree
        return self.located.covering[0] if is_clear else None


def dossier_of(*, account: Account, application: Application, day: date) -> Dossier:
    """A constant number of queries. `application` as `open_dossier` gave it."""
    row, content, intake = application, Content.from_json(application.content), application.intake
    offers = {one.public_id: one for one in Offer.objects.filter(intake=intake)}
    names = names_of_units(ids=[one.school_id for one in offers.values()], day=day)
    proofs: dict[str, list[Proof]] = {}
    for proof in row.proofs.filter(removed_at__isnull=True).select_related("file"):
        proofs.setdefault(proof.label, []).append(proof)
    guardians = list(row.guardians.all())
    located = locate(intake, content.home)
    looks = list(row.checks.filter(revision=row.revision).select_related("checker", "catchment"))
    seat, hindrance = _turn(account, row, looks, guardians)
    claims = _claims(content, row, proofs)
    shown = {label for claim in claims for label, _papers in claim.papers}
    others = sorted({*intake.proofs, *proofs} - shown)
    return Dossier(
        application=row,
        content=content,
        paper=_label(PaperKind, content.child.paper),
        holding=_label(Holding, content.home.held_by),
        guardians=tuple(
            PersonLine(one.name, _label(Relation, one.relation), _label(PaperKind, one.paper), one.number, one.phone)
            for one in content.guardians
        ),
        wishes=_wishes(content, offers, names, located),
        claims=claims,
        other_papers=tuple((label, tuple(proofs.get(label, ()))) for label in others),
        lists=_lists(row, content, located),
        answers=answered(intake.stage, content.answers, born_on=content.child.born_on, year=intake.season.year),
        located=located,
        plan=plan_from(catchments=located.catchments, offers=offers.values(), names=names, point=spot_of(content.home)),
        warnings=warnings_about(
            row,
            content,
            located=located,
            offers=offers,
            names=names,
            proofs=proofs.keys(),
            guardians=guardians,
            reached=set(intakes_checked(account).values_list("pk", flat=True)),
        ),
        objections=tuple(one for one in guardians if one.objected_at),
        looks=_visible(account, looks),
        seat=seat,
        hindrance=hindrance,
    )


def _visible(account: Account, looks: Sequence[Check]) -> tuple[Check, ...]:
    """Neither of the first two sees the other's result before both are in."""
    if {1, 2} <= {one.seat for one in looks}:
        return tuple(looks)
    return tuple(one for one in looks if one.checker_id == account.pk)


def _turn(
    account: Account, row: Application, looks: Sequence[Check], guardians: Sequence[ApplicationGuardian]
) -> tuple[int | None, str]:
    """The seat that somebody may take, or the code of why he may not."""
    if row.intake.state not in ("open", "checking"):
        return None, "intake"
    if row.state != ApplicationState.SUBMITTED:
        return None, "state"
    if row.account_id == account.pk or any(one.account_id == account.pk for one in guardians):
        return None, "own"
    if any(one.checker_id == account.pk for one in looks):
        return None, "looked"
    seat = seat_for({one.seat: one for one in looks})
    return (seat, "") if seat is not None else (None, "state")


def differing(looks: Sequence[Check]) -> bool:
    """Whether the first two are in and do not agree."""
    seats = {one.seat: one for one in looks}
    return 1 in seats and 2 in seats and not agreed(seats[1], seats[2])


def _claims(content: Content, row: Application, proofs: Mapping[str, list[Proof]]) -> tuple[ClaimLine, ...]:
    return tuple(
        ClaimLine(
            one.code,
            one.words,
            one.code in content.claims,
            tuple((label, tuple(proofs.get(label, ()))) for label in one.proofs),
        )
        for one in row.intake.criteria.all()
    )


def _wishes(
    content: Content, offers: Mapping[str, Offer], names: Mapping[int, str], located: Located
) -> tuple[WishLine, ...]:
    found = []
    for position, public_id in enumerate(content.wishes, 1):
        offer = offers.get(public_id)
        if offer is not None:
            is_reached = offer.is_open or offer.pk in located.offers
            found.append(WishLine(position, names.get(offer.school_id, ""), offer.is_open, is_reached))
    return tuple(found)


def _lists(row: Application, content: Content, located: Located) -> tuple[ListLine, ...]:
    """What the lists say of the child and of the guardians. Two queries."""
    whose: dict[bytes, str] = {}
    people = [(content.child.number, content.child.name)] + [(one.number, one.name) for one in content.guardians]
    for number, name in people:
        if number:
            whose.update(dict.fromkeys(person_indexes(number), name))
    loaded = set(Reference.objects.filter(intake_id=row.intake_id).order_by().values_list("kind", flat=True).distinct())
    found: dict[str, list[Match]] = {}
    for one in Reference.objects.filter(intake_id=row.intake_id, person_index__in=list(whose)).order_by("kind", "pk"):
        name = whose.get(bytes(one.person_index), "")
        address = street_of(str(one.detail.get("address", "")))
        found.setdefault(one.kind, []).append(
            Match(
                kind=one.get_kind_display(),
                whose=name,
                detail=one.detail,
                is_name_same=not one.detail.get("name") or one.detail["name"] == name,
                is_at_address=bool(located.door) and is_door_in(located.door, address),
            )
        )
    return tuple(ListLine(str(kind.label), kind in loaded, tuple(found.get(kind, ()))) for kind in ReferenceKind)


def _label(choices: type[PaperKind] | type[Relation] | type[Holding], value: str) -> str:
    return str(choices(value).label) if value in choices.values else value
