"""What came of a round of scores, once it is published: lines for everybody, its admitted for a school, its own for a family."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    Admission,
    BatchSeats,
    Candidate,
    CandidateWish,
    RunState,
    ScoreRound,
    ScoreRun,
    ScoreState,
    Subject,
)
from yaodian.admissions.problem.indexing import phone_indexes
from yaodian.admissions.problem.score_explaining import FEWEST_TOLD, ScoreReasons
from yaodian.admissions.problem.score_inputs import ScoreInputs
from yaodian.admissions.problem.score_placing import ScoreResult
from yaodian.admissions.problem.score_rules import points
from yaodian.admissions.queries.scoring import BatchLines, before_lines, shown_lines, unit_names
from yaodian.foundation.fields import mask_name
from yaodian.foundation.refusing import Absent
from yaodian.identity.queries import phone_of
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import Visitor, names_of_units, scope_of

VIEW = "admissions.view"


# For everybody ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PublicLines:
    """The cut-off lines of a published round. Of schools that admitted fewer than `fewest` the line is not in it."""

    round: ScoreRound
    office: str
    run: ScoreRun
    batches: tuple[BatchLines, ...]
    fewest: int = FEWEST_TOLD


def public_lines(*, public_id: str, day: date) -> PublicLines:
    """Raises Absent for what is not published. Five queries."""
    run = _opened(public_id)
    inputs, result = _sealed(run.pk, run.result_sha256)
    told = shown_lines(inputs, result, day=day, fewest=FEWEST_TOLD)
    office = run.round.intake.season.office_id
    return PublicLines(run.round, names_of_units(ids=[office], day=day).get(office, ""), run, told)


@dataclass(frozen=True)
class PublishedRound:
    round: ScoreRound
    office: str


def published_rounds(*, day: date) -> tuple[PublishedRound, ...]:
    """The rounds whose lines everybody may read, the newest first. Two queries."""
    rows = list(
        ScoreRound.objects.filter(state=ScoreState.PUBLISHED)
        .select_related("intake__season")
        .order_by("-intake__season__year", "title", "pk")[:60]
    )
    names = names_of_units(ids=[row.intake.season.office_id for row in rows], day=day)
    return tuple(PublishedRound(row, names.get(row.intake.season.office_id, "")) for row in rows)


def _opened(public_id: str) -> ScoreRun:
    run = (
        ScoreRun.objects.filter(round__public_id=public_id, round__state=ScoreState.PUBLISHED, state=RunState.OPENED)
        .defer("inputs", "result")
        .select_related("round__intake__season")
        .first()
    )
    if run is None:
        raise Absent(public_id)
    return run


@lru_cache(maxsize=4)
def _sealed(run_id: int, _result_sha256: str) -> tuple[ScoreInputs, ScoreResult]:
    """An opened run never changes, so that its bytes are read once in a process."""
    run = ScoreRun.objects.only("inputs", "result").get(pk=run_id)
    return ScoreInputs.from_bytes(bytes(run.inputs)), ScoreResult.from_bytes(bytes(run.result))


@lru_cache(maxsize=4)
def _reasons(run_id: int, result_sha256: str) -> ScoreReasons:
    return ScoreReasons(*_sealed(run_id, result_sha256))


# For schools --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SchoolRound:
    """A round in which a school within reach has seats. Counts are 0 before it is published."""

    round: ScoreRound
    school: Unit
    name: str
    seats: int
    admitted: int
    is_out: bool


def school_rounds(*, account: Visitor, day: date) -> tuple[SchoolRound, ...]:
    """The rounds of schools that the account may see, the newest first. A constant number of queries."""
    scope = scope_of(account=account, permission=VIEW)
    rows = scope.rows(BatchSeats.objects.exclude(batch__round__state=ScoreState.DRAFT), unit="school_id").values_list(
        "batch__round_id", "school_id", "seats"
    )
    seats: Counter[tuple[int, int]] = Counter()
    for round_id, school_id, number in rows:
        seats[round_id, school_id] += number
    rounds = ScoreRound.objects.select_related("intake__season").in_bulk({key[0] for key in seats})
    schools = Unit.objects.in_bulk({key[1] for key in seats})
    names = names_of_units(ids=schools, day=day)
    out = [pk for pk, row in rounds.items() if row.state == ScoreState.PUBLISHED]
    admitted = {
        (round_id, school_id): count
        for round_id, school_id, count in Admission.objects.filter(
            run__round__in=out, run__state=RunState.OPENED, school__in=schools
        )
        .order_by()
        .values_list("run__round_id", "school_id")
        .annotate(Count("pk"))
    }
    made = [
        SchoolRound(rounds[key[0]], schools[key[1]], names.get(key[1], ""), number, admitted.get(key, 0), key[0] in out)
        for key, number in seats.items()
    ]
    return tuple(sorted(made, key=lambda one: (-one.round.intake.season.year, one.round.pk, one.school.code)))


@dataclass(frozen=True)
class AdmittedLine:
    number: str
    name: str
    origin: str
    total: str
    batch: str
    position: int


@dataclass(frozen=True)
class AdmittedPage:
    """A school's own admitted, by batch and total."""

    round: ScoreRound
    school: Unit
    name: str
    lines: tuple[AdmittedLine, ...]


def find_school_round(*, account: Visitor, public_id: str, school: str) -> tuple[ScoreRound, Unit]:
    """A published round and a school of it that the account may see. Raises Absent."""
    unit = scope_of(account=account, permission=VIEW).rows(Unit.objects.filter(public_id=school), unit="pk").first()
    row = (
        ScoreRound.objects.filter(public_id=public_id, state=ScoreState.PUBLISHED)
        .select_related("intake__season")
        .first()
    )
    if unit is None or row is None or not BatchSeats.objects.filter(batch__round=row, school=unit).exists():
        raise Absent(public_id)
    return row, unit


def admitted_of(*, account: Visitor, public_id: str, school: str, day: date) -> AdmittedPage:
    """Raises Absent. A constant number of queries. The caller keeps that names were opened (`operations.list_admitted`)."""
    row, unit = find_school_round(account=account, public_id=public_id, school=school)
    rows = list(
        Admission.objects.filter(run__round=row, run__state=RunState.OPENED, school=unit)
        .select_related("candidate", "batch")
        .order_by("batch__position", "-candidate__total", "candidate__number")
    )
    names = names_of_units(ids=[unit.pk, *(one.candidate.origin_id for one in rows)], day=day)
    return AdmittedPage(
        row,
        unit,
        names.get(unit.pk, ""),
        tuple(
            AdmittedLine(
                number=one.candidate.number,
                name=one.candidate.name,
                origin=names.get(one.candidate.origin_id or 0, ""),
                total=points(one.candidate.total),
                batch=one.batch.label,
                position=one.position,
            )
            for one in rows
        ),
    )


# For families -------------------------------------------------------------------------------------------------------


def own_candidates(account: Account) -> QuerySet[Candidate]:
    """The candidates of whom a guardian's telephone is the one that the account's owner has shown to hold; none without one."""
    phone = phone_of(account=account)
    if phone is None:
        return Candidate.objects.none()
    indexes = phone_indexes(phone.number)
    return Candidate.objects.filter(Q(phone_index__in=indexes) | Q(second_phone_index__in=indexes)).exclude(
        round__state__in=[ScoreState.DRAFT, ScoreState.ANNOUNCED]
    )


@dataclass(frozen=True)
class OwnCandidate:
    """A candidate in the family's list; the name comes masked."""

    public_id: str
    round: ScoreRound
    number: str
    name: str
    school: str
    is_out: bool


def own_candidate_rows(*, account: Account, day: date) -> tuple[OwnCandidate, ...]:
    """Four queries at most."""
    rows = list(own_candidates(account).select_related("round__intake__season").order_by("-round_id", "number"))
    schools = _schools_of(rows)
    names = names_of_units(ids=schools.values(), day=day) if schools else {}
    return tuple(
        OwnCandidate(
            public_id=row.public_id,
            round=row.round,
            number=row.number,
            name=mask_name(row.name),
            school=names.get(schools.get(row.pk, 0), ""),
            is_out=row.round.state == ScoreState.PUBLISHED,
        )
        for row in rows
    )


def _schools_of(rows: list[Candidate]) -> dict[int, int]:
    """Schools by candidate, of rounds that are published; the one way in which a family's answer is looked up."""
    out = [row.pk for row in rows if row.round.state == ScoreState.PUBLISHED]
    if not out:
        return {}
    admitted = Admission.objects.filter(candidate__in=out, run__state=RunState.OPENED)
    return dict(admitted.values_list("candidate_id", "school_id"))


@dataclass(frozen=True)
class OwnScores:
    """A family's page: own scores, own wishes, and once it is published the school with the reasons."""

    candidate: Candidate
    round: ScoreRound
    name: str
    scores: tuple[tuple[str, str], ...]
    total: str
    wishes: tuple[tuple[str, int, str], ...]
    is_out: bool
    is_before: bool
    """Admitted by an earlier round, so that it took no part in this one."""
    school: str
    batch: str
    reasons: tuple[str, ...]


def own_scores(*, account: Account, public_id: str, day: date) -> OwnScores:
    """Raises Absent for a candidate of another family. A constant number of queries."""
    row = own_candidates(account).filter(public_id=public_id).select_related("round__intake__season").first()
    if row is None:
        raise Absent(public_id)
    wishes = list(
        CandidateWish.objects.filter(candidate=row).select_related("batch").order_by("batch__position", "position")
    )
    is_out = row.round.state == ScoreState.PUBLISHED
    admission = (
        Admission.objects.filter(candidate=row, run__state=RunState.OPENED).select_related("batch").first()
        if is_out
        else None
    )
    reasons: tuple[str, ...] = ()
    before = None
    if is_out:
        run = _opened(row.round.public_id)
        inputs, _result = _sealed(run.pk, run.result_sha256)
        before = next((one for one in before_lines(inputs, day=day) if one.number == row.number), None)
        if before is not None:
            reasons = (
                _("在“%(round)s”中已由%(school)s录取，不再参加这一轮：每名考生只有一个学位。")
                % {"round": before.round, "school": before.school},
            )
        else:
            told = _reasons(run.pk, run.result_sha256)
            reasons = told.of(row.number, school_names=unit_names(inputs.schools, day=day))
    names = names_of_units(
        ids=[*(one.school_id for one in wishes), admission.school_id if admission else None], day=day
    )
    return OwnScores(
        candidate=row,
        round=row.round,
        name=mask_name(row.name),
        scores=tuple((str(Subject(code).label), points(row.scores[code])) for code, _full in row.round.subjects),
        total=points(row.total),
        wishes=tuple((one.batch.label, one.position, names.get(one.school_id, "")) for one in wishes),
        is_out=is_out,
        is_before=before is not None,
        school=names.get(admission.school_id, "") if admission else "",
        batch=admission.batch.label if admission else "",
        reasons=reasons,
    )
