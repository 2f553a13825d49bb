"""From the rows of a round to the inputs of its placement."""

from __future__ import annotations

from yaodian.admissions.models import Admission, BatchKind, BatchSeats, Candidate, CandidateWish, ScoreRound
from yaodian.admissions.problem.score_inputs import BatchInputs, BeforeInputs, CandidateInputs, LaneInputs, ScoreInputs
from yaodian.admissions.problem.score_rules import floors_of
from yaodian.organisations.models import Unit


def score_inputs_of(row: ScoreRound) -> ScoreInputs:
    """Everything that a placement is made from; nothing sealed is opened. Six queries.

    Whom another round of the intake has admitted is no candidate any more, from the moment on at which that round is placed.
    """
    before = admitted_before(row)
    placed = {one.number for one in before}
    batches = list(row.batches.all())
    seats = list(BatchSeats.objects.filter(batch__in=batches))
    candidates = [
        one
        for one in Candidate.objects.filter(round=row)
        .order_by("number")
        .values_list("pk", "number", "origin_id", "scores", "lot")
        if one[1] not in placed
    ]
    wishes: dict[int, dict[int, list[int]]] = {}
    asked: set[int] = set()
    for candidate, batch, school in (
        CandidateWish.objects.filter(candidate__round=row)
        .order_by("candidate_id", "batch_id", "position")
        .values_list("candidate_id", "batch_id", "school_id")
    ):
        wishes.setdefault(candidate, {}).setdefault(batch, []).append(school)
        asked.add(school)
    units = {one.school_id for one in seats} | asked
    sending = {one.origin_id for one in seats if one.origin_id} | {origin for _pk, _no, origin, *_rest in candidates}
    codes = dict(Unit.objects.filter(pk__in=units | (sending - {None})).values_list("pk", "code"))
    at_school = {pk: place for place, pk in enumerate(sorted(units, key=lambda one: codes[one]))}
    at_origin = {pk: place for place, pk in enumerate(sorted(sending - {None}, key=lambda one: codes[one or 0]))}
    lanes: dict[int, list[LaneInputs]] = {one.pk: [] for one in batches}
    for one in seats:
        lanes[one.batch_id].append(
            LaneInputs(at_school[one.school_id], at_origin.get(one.origin_id, -1), one.seats, one.least or 0)
        )
    subjects = [code for code, _full in row.subjects]
    return ScoreInputs(
        rules_sha256=row.rules_sha256,
        subjects=tuple(subjects),
        ties=tuple(tuple(one) for one in row.ties),
        schools=tuple(codes[pk] for pk in at_school),
        origins=tuple(codes[pk or 0] for pk in at_origin),
        batches=tuple(
            BatchInputs(
                code=one.code,
                label=one.label,
                kind=one.kind,
                line=one.line or 0,
                floors=floors_of(kind=one.kind, line=one.line, band_first=one.band_first, band_width=one.band_width),
                lanes=tuple(sorted(lanes[one.pk], key=lambda lane: (lane.school, lane.origin))),
                adds_unused_of=tuple(
                    other.code for other in batches if other.unused_to_id == one.pk and one.kind != BatchKind.HELD
                ),
            )
            for one in batches
        ),
        candidates=tuple(
            CandidateInputs(
                number=number,
                origin=at_origin.get(origin, -1),
                scores=tuple(scores[code] for code in subjects),
                lot=-1 if lot is None else lot,
                wishes=tuple(
                    tuple(at_school[one] for one in wishes.get(pk, {}).get(batch.pk, ())) for batch in batches
                ),
            )
            for pk, number, origin, scores, lot in candidates
        ),
        before=before,
    )


def admitted_before(row: ScoreRound) -> tuple[BeforeInputs, ...]:
    """Of the round's candidates, those whom another round of the same intake has admitted, by number."""
    given = Admission.objects.filter(
        intake=row.intake_id, number__in=Candidate.objects.filter(round=row).values("number")
    )
    return tuple(
        BeforeInputs(number, public_id, school)
        for number, public_id, school in given.exclude(run__round=row)
        .order_by("number")
        .values_list("number", "run__round__public_id", "school__code")
    )
