"""The desk from which an intake is drawn, placed and published; and what everybody may read of a draw."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from yaodian.admissions.models import (
    Appeal,
    Application,
    ApplicationState,
    Draw,
    DrawEntry,
    DrawState,
    Intake,
    IntakeState,
    Offer,
    Run,
    RunKind,
    RunState,
    SeasonState,
)
from yaodian.admissions.problem.placing import OVERFLOW, Result
from yaodian.admissions.problem.sealing import broken_seals
from yaodian.admissions.queries.ending import Remaining, remaining_of
from yaodian.admissions.queries.keeping_days import names_until
from yaodian.engines import lottery
from yaodian.engines.lottery.bundle import shipped
from yaodian.foundation import snapshots
from yaodian.organisations.queries import Visitor, may, names_of_units, scope_of

VIEW = "admissions.view"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # The same files give the same bytes.


def visible_intakes(account: Visitor) -> QuerySet[Intake]:
    """Intakes of announced seasons of offices that the account reaches."""
    scope = scope_of(account=account, permission=VIEW)
    if scope.is_empty:
        return Intake.objects.none()
    return (
        Intake.objects.filter(season__office__in=scope.unit_ids())
        .exclude(season__state=SeasonState.DRAFT)
        .select_related("season__office")
    )


def intake_at_desk(*, account: Visitor, public_id: str) -> Intake:
    """Raises Intake.DoesNotExist."""
    return visible_intakes(account).get(public_id=public_id)


@dataclass(frozen=True)
class IntakeRow:
    intake: Intake
    office: str
    applications: int
    verified: int
    seats: int


def intake_rows(*, account: Visitor, day: date) -> Sequence[IntakeRow]:
    """The intakes that the account sees, the latest season first. Four queries."""
    rows = list(visible_intakes(account).order_by("-season__year", "season_id", "opens_on"))
    keys = [row.pk for row in rows]
    counts = {
        one["intake"]: one
        for one in Application.objects.filter(intake__in=keys)
        .exclude(state=ApplicationState.DRAFT)
        .values("intake")
        .annotate(all=Count("pk"), verified=Count("pk", filter=Q(state=ApplicationState.VERIFIED)))
        .order_by()
    }
    seats = dict(Offer.objects.filter(intake__in=keys).values_list("intake").annotate(Sum("seats")).order_by())
    names = names_of_units(ids=[row.season.office_id for row in rows], day=day)
    return [
        IntakeRow(
            row,
            names.get(row.season.office_id, ""),
            counts.get(row.pk, {}).get("all", 0),
            counts.get(row.pk, {}).get("verified", 0),
            seats.get(row.pk, 0),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class OfferRow:
    """A school's line: what is planned, who wished for it first, what the opened run gave."""

    offer: Offer
    school: str
    first_wishes: int
    taken: int


@dataclass(frozen=True)
class Desk:
    intake: Intake
    office: str
    states: Sequence[tuple[str, str, int]]
    offers: Sequence[OfferRow]
    draw: Draw | None
    void: Sequence[Draw]
    entries: int
    """How many people have typed the values of the draw that is promised."""
    runs: Sequence[Run]
    sealed: Run | None
    appeals: Sequence[Appeal]
    remaining: Remaining | None
    overdue_until: date | None
    """The last day of its personal data, where the day of results is past and nothing was published."""
    may_end: bool
    next_round: Intake | None
    may_open_round: bool
    may_place: bool
    may_publish: bool
    may_decide: bool


def desk_page(*, account: Visitor, public_id: str, day: date) -> Desk:
    """All that the desk shows of one intake, in a constant number of queries. Raises Intake.DoesNotExist."""
    intake = intake_at_desk(account=account, public_id=public_id)
    office = intake.season.office_id
    counts = dict(Application.objects.filter(intake=intake).values_list("state").annotate(Count("pk")).order_by())
    offers = list(
        Offer.objects.filter(intake=intake)
        .annotate(
            first=Count("wishes", filter=Q(wishes__position=1, wishes__application__state=ApplicationState.VERIFIED))
        )
        .order_by("pk")
    )
    names = names_of_units(ids=[office, *(offer.school_id for offer in offers)], day=day)
    draws = list(Draw.objects.filter(intake=intake).order_by("attempt"))
    runs = list(
        Run.objects.filter(intake=intake)
        .defer("inputs", "result")
        .select_related("asked_by", "opened_by")
        .order_by("-pk")[:20]
    )
    sealed = next((run for run in runs if run.kind == RunKind.SEALED and run.state != RunState.DROPPED), None)
    appeals = list(
        Appeal.objects.filter(application__intake=intake)
        .select_related("application")
        .order_by("decided_at", "filed_at")[:100]
    )
    may_place = may(account=account, permission="admissions.place", unit_id=office)
    next_round = Intake.objects.filter(follows=intake).first()
    remaining = remaining_of(intake) if intake.state == IntakeState.PUBLISHED else None
    is_closed = intake.season.state == SeasonState.CLOSED
    may_follow = remaining.is_nothing_on(day) if remaining else intake.state == IntakeState.ENDED and not is_closed
    return Desk(
        intake=intake,
        office=names.get(office, ""),
        states=[
            (state.value, str(state.label), counts.get(state.value, 0))
            for state in ApplicationState
            if state != ApplicationState.DRAFT
        ],
        offers=[OfferRow(offer, names.get(offer.school_id, ""), offer.first, offer.taken) for offer in offers],
        draw=next((draw for draw in draws if draw.state != DrawState.VOID), None),
        void=[draw for draw in draws if draw.state == DrawState.VOID],
        entries=DrawEntry.objects.filter(draw__intake=intake, draw__state=DrawState.PROMISED).count(),
        runs=runs,
        sealed=sealed,
        appeals=appeals,
        remaining=remaining,
        overdue_until=names_until(intake)
        if day > intake.publishes_on and intake.published_on is None and intake.state != IntakeState.ABANDONED
        else None,
        next_round=next_round,
        may_open_round=may_place and may_follow and next_round is None,
        may_end=may_place and remaining is not None and remaining.is_nothing_on(day),
        may_place=may_place,
        may_publish=may(account=account, permission="admissions.publish", unit_id=office),
        may_decide=may(account=account, permission="admissions.appeals", unit_id=office),
    )


@dataclass(frozen=True)
class Share:
    """So many of so many children; `code` is one that the page has words for."""

    code: str
    count: int
    of: int

    @property
    def percent(self) -> float:
        return 100 * self.count / self.of


@dataclass(frozen=True)
class SchoolLine:
    """What a run came to at a school. `by_draw`: whose place the draw decided; None for a run that kept no tally of it."""

    school: str
    seats: int
    placed: int
    by_draw: int | None
    waiting: int
    last: str


@dataclass(frozen=True)
class ClassLine:
    """What a run came to in a class of the rules, over all schools; without a label those whom none of them fits."""

    label: str
    is_open: bool
    placed: int
    by_draw: int


@dataclass(frozen=True)
class RunPage:
    """A run with what it came to by school and by class, and, for a sealed one, what was found when it was verified."""

    run: Run
    intake: Intake
    lines: Sequence[SchoolLine]
    classes: Sequence[ClassLine]
    tallies: Sequence[tuple[str, int]]
    shares: Sequence[Share]
    findings: Sequence[str]
    may_place: bool
    may_publish: bool


def run_page(*, account: Visitor, public_id: str, day: date) -> RunPage:
    """Raises Run.DoesNotExist. What a check found is what the record says (`operations.recheck_run`); only the seals are looked at anew."""
    run = Run.objects.select_related("intake__season", "asked_by", "opened_by", "verified_by").get(
        public_id=public_id, intake__in=visible_intakes(account), kind__in=[RunKind.TRIAL, RunKind.SEALED]
    )
    office = run.intake.season.office_id
    lines: Sequence[SchoolLine] = ()
    classes: Sequence[ClassLine] = ()
    shares: Sequence[Share] = ()
    findings: Sequence[str] = ()
    if run.result:
        inputs, result = json.loads(bytes(run.inputs)), Result.from_bytes(bytes(run.result))
        offers = {offer.public_id: offer for offer in Offer.objects.filter(intake=run.intake)}
        names = names_of_units(ids=[offer.school_id for offer in offers.values()], day=day)
        cells = run.tallies.get("cells")
        shares = _shares(result, offers, cells)
        lines = _school_lines(
            inputs, result, {one: names.get(offer.school_id, "") for one, offer in offers.items()}, cells
        )
        classes = _class_lines(inputs, cells or ())
        if run.kind == RunKind.SEALED and run.state in (RunState.DONE, RunState.OPENED):
            findings = tuple(dict.fromkeys((*broken_seals(run), *run.findings)))
    return RunPage(
        run=run,
        intake=run.intake,
        lines=lines,
        classes=classes,
        tallies=sorted(
            ((name, number) for name, number in run.tallies.items() if isinstance(number, int)), key=_tally_place
        ),
        shares=shares,
        findings=findings,
        may_place=may(account=account, permission="admissions.place", unit_id=office),
        may_publish=may(account=account, permission="admissions.publish", unit_id=office),
    )


def _tally_place(tally: tuple[str, int]) -> tuple[int, int, str]:
    """Who has a place and by which wish, by what else, then who has none."""
    name, _wish, wish = tally[0].partition("-")
    place = _TALLY_ORDER.index(name) if name in _TALLY_ORDER else len(_TALLY_ORDER)
    return place, int(wish) if wish.isdecimal() else 0, name


Cells = Sequence[Mapping[str, Any]]
_TALLY_ORDER = ("placed", "wish", "quota", "overflow", "unplaced")


def _school_lines(
    inputs: Mapping[str, Any], result: Result, names: Mapping[str, str], cells: Cells | None
) -> Sequence[SchoolLine]:
    taken = Counter(given.offer for given in result.places.values())
    by_draw: Counter[str] = Counter()
    for cell in cells or ():
        by_draw[cell["offer"]] += cell["by_draw"]
    labels, lines = inputs["class_labels"], []
    for one in inputs["offers"]:
        offer = one["public_id"]
        cut = result.cut_offs.get(offer)
        label = labels[cut.rank - 1] if cut and cut.rank <= len(labels) else ""
        lines.append(
            SchoolLine(
                school=names[offer],
                seats=one["seats"],
                placed=taken[offer],
                by_draw=None if cells is None else by_draw[offer],
                waiting=len(result.waiting.get(offer, ())),
                last=f"{label} · {cut.position}" if cut else "",
            )
        )
    return lines


def _class_lines(inputs: Mapping[str, Any], cells: Cells) -> Sequence[ClassLine]:
    """By class in the order of the rules; schools that are open to all have none and stand apart, last."""
    labels, is_open = inputs["class_labels"], {one["public_id"]: one["is_open"] for one in inputs["offers"]}
    sums: dict[tuple[bool, int], list[int]] = {}
    for cell in cells:
        entry = sums.setdefault((is_open[cell["offer"]], cell["rank"]), [0, 0])
        entry[0] += cell["placed"]
        entry[1] += cell["by_draw"]
    return [
        ClassLine(labels[rank - 1] if not free and rank <= len(labels) else "", free, placed, drawn)
        for (free, rank), (placed, drawn) in sorted(sums.items())
    ]


def _shares(result: Result, offers: Mapping[str, Offer], cells: Cells | None) -> Sequence[Share]:
    """Of those who have a place: at a public school; at a school of their own catchment, by wish and not sent by the office.
    Of those placed by wishes: by the draw.

    A school that is not open to all may be wished for from its catchment only.
    """
    given = [(offers[one.offer], one.how) for one in result.places.values()]
    if not given:
        return ()
    shares = [
        Share("public", sum(offer.is_public for offer, _how in given), len(given)),
        Share("nearby", sum(not offer.is_open and how != OVERFLOW for offer, how in given), len(given)),
    ]
    if cells:
        shares.append(Share("drawn", sum(one["by_draw"] for one in cells), sum(one["placed"] for one in cells)))
    return shares


# What everybody may read --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Protocol:
    """A draw as it is published: the promise with its fingerprint, what became known, the seed, first and last numbers."""

    draw: Draw
    intake: Intake
    office: str
    promise_sha256: str
    list_sha256: str
    lines: int
    sources: Sequence[lottery.Source]
    values: Sequence[dict[str, Any]]
    first: Sequence[tuple[int, str]]
    last: Sequence[tuple[int, str]]
    files: Sequence[tuple[str, str, int]]
    earlier: Sequence[Draw]


def protocol_of(*, public_id: str, day: date, ends: int = 5) -> Protocol:
    """Raises Draw.DoesNotExist. Drafts of promises do not exist: what is in the database was published."""
    draw = Draw.objects.select_related("intake__season").get(public_id=public_id)
    files = {one.name: one for one in draw.files.all()}
    promise = lottery.Promise.from_bytes(bytes(files["promise.json"].content))
    order: list[tuple[int, str]] = []
    values: list[dict[str, Any]] = []
    if "result.txt" in files:
        for line in bytes(files["result.txt"].content).decode("ascii").splitlines()[1:]:
            place, _space, numbers = line.partition(" ")
            order.append((int(place), numbers))
        values = json.loads(bytes(files["reveals.json"].content))["values"]
    office = draw.intake.season.office_id
    return Protocol(
        draw=draw,
        intake=draw.intake,
        office=names_of_units(ids=[office], day=day).get(office, ""),
        promise_sha256=files["promise.json"].sha256,
        list_sha256=promise.list_sha256,
        lines=promise.lines,
        sources=promise.sources,
        values=values,
        first=order[:ends],
        last=order[ends:][-ends:],
        files=[(one.name, one.sha256, len(one.content)) for one in files.values()],
        earlier=list(Draw.objects.filter(intake=draw.intake, attempt__lt=draw.attempt).order_by("attempt")),
    )


def file_of_draw(*, public_id: str, name: str) -> bytes:
    """A published file; beside it the two programs that check it, and the key with which signed pages are checked.

    Raises Draw.DoesNotExist, LookupError.
    """
    draw = Draw.objects.get(public_id=public_id)
    beside = {**shipped(), snapshots.PUBLIC_KEY: snapshots.public_key()}
    if name in beside:
        return beside[name]
    found = draw.files.filter(name=name).first()
    if found is None:
        raise LookupError(name)
    return bytes(found.content)


def bundle_of(*, public_id: str) -> bytes:
    """All files of a draw, the programs that check them, and the key of signed pages, as a ZIP. Raises Draw.DoesNotExist."""
    draw = Draw.objects.get(public_id=public_id)
    beside = {**shipped(), snapshots.PUBLIC_KEY: snapshots.public_key()}
    files = {**{one.name: bytes(one.content) for one in draw.files.all()}, **beside}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), files[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def next_step(intake: Intake) -> str:
    """The step that the desk offers: a code that its template knows."""
    return {
        IntakeState.CHECKED: "promise",
        IntakeState.PROMISED: "draw",
        IntakeState.DRAWN: "run",
        IntakeState.PLACED: "open",
    }.get(IntakeState(intake.state), "")
