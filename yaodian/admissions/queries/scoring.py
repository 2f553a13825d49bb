"""Rounds of scores as the office sees them: the list, one round with its batches and loads, a run with its lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, QuerySet, Sum
from django.utils.translation import gettext as _

from yaodian.admissions.models import (
    Batch,
    BatchKind,
    BatchSeats,
    Candidate,
    CandidateWish,
    Intake,
    RunKind,
    RunState,
    ScoreRound,
    ScoreRun,
    ScoreState,
    Stage,
    Subject,
)
from yaodian.admissions.problem.score_gathering import admitted_before
from yaodian.admissions.problem.score_inputs import ScoreInputs
from yaodian.admissions.problem.score_placing import Line, ScoreResult
from yaodian.admissions.problem.score_rules import (
    MOST_BANDS,
    floors_of,
    points,
    rules_of_round,
    sha256_of_round,
    tie_label,
)
from yaodian.admissions.problem.sealing import broken_seals
from yaodian.admissions.queries.keeping_days import candidates_until
from yaodian.engines.matching import UnableToPlace
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor, exists_on, may, names_of_units, scope_of, subtree_of

VIEW, SET, PLACE, PUBLISH = "admissions.view", "admissions.set", "admissions.place", "admissions.publish"
MOST_ROUNDS = 100
# A page shows so many candidates who are left over, those with the highest totals.
MOST_LEFT = 200


def visible_rounds(account: Visitor, permission: str = VIEW) -> QuerySet[ScoreRound]:
    """The rounds of offices that the account's right reaches, in every state."""
    scope = scope_of(account=account, permission=permission)
    return scope.rows(ScoreRound.objects.select_related("intake__season"), unit="intake__season__office_id")


def find_round(*, account: Visitor, public_id: str) -> ScoreRound:
    """Raises ScoreRound.DoesNotExist, also for one that the account may not know of."""
    return visible_rounds(account).get(public_id=public_id)


def senior_schools(*, office: Unit, day: date) -> QuerySet[Unit]:
    """Schools that may stand in lists of a round: those below its office, sending and admitting ones."""
    return subtree_of(unit=office, day=day).filter(exists_on(day), kind="school")


@dataclass(frozen=True)
class RoundLine:
    """A round in the office's list."""

    round: ScoreRound
    office: str
    candidates: int
    seats: int


@dataclass(frozen=True)
class RoundList:
    """All rounds that the account sees; `intakes` are those for which it may make one."""

    lines: tuple[RoundLine, ...]
    intakes: tuple[Intake, ...]


def round_list(*, account: Visitor, day: date) -> RoundList:
    """The rounds, the newest season first. A constant number of queries."""
    rows = list(visible_rounds(account).order_by("-intake__season__year", "title", "pk")[:MOST_ROUNDS])
    keys = [row.pk for row in rows]
    counts = dict(Candidate.objects.filter(round__in=keys).values_list("round").annotate(Count("pk")).order_by())
    seats = dict(
        BatchSeats.objects.filter(batch__round__in=keys).values_list("batch__round").annotate(Sum("seats")).order_by()
    )
    names = names_of_units(ids=[row.intake.season.office_id for row in rows], day=day)
    intakes: tuple[Intake, ...] = ()
    scope = scope_of(account=account, permission=SET)
    if not scope.is_empty:
        intakes = tuple(
            scope.rows(Intake.objects.filter(stage=Stage.SENIOR), unit="season__office_id")
            .select_related("season")
            .order_by("-season__year", "pk")[:MOST_ROUNDS]
        )
    return RoundList(
        tuple(
            RoundLine(row, names.get(row.intake.season.office_id, ""), counts.get(row.pk, 0), seats.get(row.pk, 0))
            for row in rows
        ),
        intakes,
    )


@dataclass(frozen=True)
class BatchLine:
    """A batch with what stands in it. `way`: control line and bands in words."""

    batch: Batch
    schools: int
    seats: int
    wishing: int
    way: str


@dataclass(frozen=True)
class RoundPage:
    """A round for the office. `faults`: what stands in the way of its announcement, or of closing what was loaded."""

    round: ScoreRound
    office: str
    subjects: tuple[tuple[str, str], ...]
    ties: tuple[str, ...]
    batches: tuple[BatchLine, ...]
    candidates: int
    without_wishes: int
    before: int
    """How many of the candidates another round has admitted, so that this one does not place them."""
    sha256: str
    faults: tuple[str, ...]
    runs: tuple[ScoreRun, ...]
    sealed: ScoreRun | None
    names_until: date | None
    """The last day of the candidates' names, as long as there are any."""
    may_set: bool
    may_place: bool
    may_publish: bool

    @property
    def may_change(self) -> bool:
        return self.may_set and self.round.state == ScoreState.DRAFT

    @property
    def may_load(self) -> bool:
        return self.may_set and self.round.state == ScoreState.ANNOUNCED


def round_page(*, account: Visitor, public_id: str, day: date) -> RoundPage:
    """A constant number of queries. Raises ScoreRound.DoesNotExist."""
    row = find_round(account=account, public_id=public_id)
    office = row.intake.season.office_id
    batches = list(
        row.batches.annotate(
            schools=Count("seats__school", distinct=True), planned=Sum("seats__seats", default=0)
        ).select_related("unused_to")
    )
    wishing = dict(
        CandidateWish.objects.filter(batch__in=batches)
        .values_list("batch")
        .annotate(Count("candidate", distinct=True))
        .order_by()
    )
    candidates = row.candidates.count()
    asking = CandidateWish.objects.filter(candidate__round=row).values("candidate").distinct().count()
    rules = row.rules or rules_of_round(row)
    runs = tuple(row.runs.defer("inputs", "result").select_related("asked_by", "opened_by").order_by("-pk")[:20])
    sealed = next((run for run in runs if run.kind == RunKind.SEALED and run.state in _STANDING), None)
    named = row.candidates.filter(erased_at__isnull=True).exists()
    faults: tuple[str, ...] = ()
    if row.state == ScoreState.DRAFT:
        faults = tuple(rule_faults(rules))
    elif row.state == ScoreState.ANNOUNCED:
        faults = tuple(load_faults(row))
    return RoundPage(
        round=row,
        office=names_of_units(ids=[office], day=day).get(office, ""),
        subjects=tuple((str(Subject(code).label), points(full)) for code, full in row.subjects),
        ties=tuple(tie_label(one) for one in row.ties),
        batches=tuple(
            BatchLine(one, one.schools, one.planned, wishing.get(one.pk, 0), way_of(one))  # type: ignore[attr-defined]  # Annotated above.
            for one in batches
        ),
        candidates=candidates,
        without_wishes=candidates - asking,
        before=len(admitted_before(row)),
        sha256=row.rules_sha256 or sha256_of_round(rules),
        faults=faults,
        runs=runs,
        sealed=sealed,
        names_until=candidates_until(row, sealed.opened_at if sealed else None) if named else None,
        may_set=may(account=account, permission=SET, unit_id=office),
        may_place=may(account=account, permission=PLACE, unit_id=office),
        may_publish=may(account=account, permission=PUBLISH, unit_id=office),
    )


_STANDING = (RunState.QUEUED, RunState.DONE, RunState.OPENED)


def way_of(batch: Batch) -> str:
    """How a batch is held, in words."""
    said = [str(batch.get_kind_display()), _("最多 %(most)s 个志愿") % {"most": batch.most_wishes}]
    if batch.line:
        said.append(_("最低控制线 %(points)s") % {"points": points(batch.line)})
    if batch.kind == BatchKind.BANDS:
        said.append(
            _("首段 %(first)s 分以上，每段 %(width)s 分")
            % {"first": points(batch.band_first), "width": points(batch.band_width)}
        )
    if batch.unused_to is not None:
        said.append(_("剩余计划转入“%(batch)s”") % {"batch": batch.unused_to.label})
    return " · ".join(said)


def rule_faults(rules: Mapping[str, object]) -> Iterator[str]:
    """What in the rules of a round cannot be kept, each in a sentence; nothing where they can be announced."""
    subjects: dict[str, int] = dict(rules["subjects"])  # type: ignore[call-overload]
    batches: Sequence[Mapping[str, object]] = rules["batches"]  # type: ignore[assignment]
    total = sum(subjects.values())
    if not subjects:
        yield _("还没有写明计分科目和满分。")
    for tie in rules["ties"]:  # type: ignore[attr-defined]
        if unknown := [code for code in tie if code not in subjects]:
            yield _("同分比较用到“%(subject)s”，但它不是计分科目。请改正其中一处。") % {
                "subject": Subject(unknown[0]).label
            }
    if not batches:
        yield _("还没有批次。请至少建立一个。")
    place = {one["code"]: number for number, one in enumerate(batches)}
    for number, one in enumerate(batches):
        words = {"batch": one["label"]}
        if not one["seats"]:
            yield _("批次“%(batch)s”没有招生计划。请导入，或删去这个批次。") % words
        if isinstance(one["line"], int) and one["line"] > total:
            yield _("批次“%(batch)s”的最低控制线高于各科满分之和，没有人能达到。请核对。") % words
        if one["unused_to"] and place[one["unused_to"]] <= number:
            yield _("批次“%(batch)s”的剩余计划要转入更早的批次。请改为转入后面的批次。") % words
        if one["unused_to"] and batches[place[one["unused_to"]]]["kind"] == BatchKind.HELD:
            yield (
                _("批次“%(batch)s”的剩余计划要转入指标到校的批次，那里只有分给各毕业学校的指标。请改转入的批次。")
                % words
            )
        try:
            floors = floors_of(
                kind=str(one["kind"]),
                line=one["line"],
                band_first=one["band_first"],
                band_width=one["band_width"],  # type: ignore[arg-type]
            )
        except UnableToPlace:
            yield _("批次“%(batch)s”的首段最低分低于最低控制线。请核对。") % words
        else:
            if len(floors) > MOST_BANDS:
                yield _("批次“%(batch)s”分成 %(count)s 段，最多 %(most)s 段。请加大每段分数。") % {
                    **words,
                    "count": len(floors),
                    "most": MOST_BANDS,
                }


def load_faults(row: ScoreRound) -> Iterator[str]:
    """What stands in the way of closing the loads of a round. Three queries."""
    if not Candidate.objects.filter(round=row).exists():
        yield _("还没有考生成绩。请先导入。")
        return
    twice = (
        CandidateWish.objects.filter(candidate__round=row)
        .values("candidate__number", "batch__label")
        .annotate(all=Count("pk"), schools=Count("school", distinct=True))
        .filter(all__gt=1)
        .exclude(all=F("schools"))
        .order_by("candidate__number")
        .first()
    )
    if twice is not None:
        yield _("准考证号 %(number)s 在批次“%(batch)s”里重复填报了一所学校。请改正志愿表后重新导入。") % {
            "number": twice["candidate__number"],
            "batch": twice["batch__label"],
        }
    if without := _without_origin(row):
        yield _("有指标到校批次，但准考证号 %(number)s 填报了指标到校而没有毕业学校。请补上毕业学校代码。") % {
            "number": without
        }


def _without_origin(row: ScoreRound) -> str:
    found = (
        CandidateWish.objects.filter(candidate__round=row, batch__kind=BatchKind.HELD, candidate__origin__isnull=True)
        .order_by("candidate__number")
        .values_list("candidate__number", flat=True)
        .first()
    )
    return found or ""


# Runs ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownLine:
    """A school's line in a batch, in words; empty where nobody was admitted, or so few that it is not told."""

    school: str
    origin: str
    seats: int
    admitted: int
    total: str
    ties: tuple[tuple[str, str], ...]
    last: str
    wish: int
    is_full: bool


@dataclass(frozen=True)
class BatchLines:
    """`is_held`: each line is of a school's seats for one sending school; those that may not be told are `untold`, not listed."""

    label: str
    is_held: bool
    lines: tuple[ShownLine, ...]
    seats: int
    admitted: int
    untold: int


@dataclass(frozen=True)
class BeforeLine:
    """A candidate who does not take part: admitted by an earlier round, to a school."""

    number: str
    round: str
    school: str


@dataclass(frozen=True)
class ScoreRunPage:
    """A run with its lines, who is left over, and, for a sealed one, what was found when it was verified."""

    run: ScoreRun
    round: ScoreRound
    batches: tuple[BatchLines, ...]
    left: tuple[tuple[str, str, int], ...]
    before: tuple[BeforeLine, ...]
    findings: Sequence[str]
    may_place: bool
    may_publish: bool


def find_score_run(*, account: Visitor, public_id: str) -> ScoreRun:
    """A run of a round that the account sees, with who asked for it. Raises ScoreRun.DoesNotExist."""
    rows = ScoreRun.objects.select_related("round__intake__season", "asked_by", "opened_by")
    return rows.get(public_id=public_id, round__in=visible_rounds(account).order_by().values("pk"))


def score_run_page(*, account: Visitor, public_id: str, day: date) -> ScoreRunPage:
    """Raises ScoreRun.DoesNotExist. What a check found is what the record says; only the seals are looked at anew."""
    run = find_score_run(account=account, public_id=public_id)
    office = run.round.intake.season.office_id
    batches: tuple[BatchLines, ...] = ()
    left: tuple[tuple[str, str, int], ...] = ()
    before: tuple[BeforeLine, ...] = ()
    findings: Sequence[str] = ()
    if run.result:
        inputs, result = ScoreInputs.from_bytes(bytes(run.inputs)), ScoreResult.from_bytes(bytes(run.result))
        batches = shown_lines(inputs, result, day=day)
        without = sorted(
            ((sum(one.scores), one.number, sum(len(each) for each in one.wishes)) for one in inputs.candidates if one.number not in result.places),
            key=lambda one: (-one[0], one[1]),
        )  # fmt: skip
        before = before_lines(inputs, day=day)
        left = tuple((number, points(total), count) for total, number, count in without[:MOST_LEFT])
        if run.kind == RunKind.SEALED and run.state in (RunState.DONE, RunState.OPENED):
            findings = tuple(dict.fromkeys((*broken_seals(run), *run.findings)))
    return ScoreRunPage(
        run=run,
        round=run.round,
        batches=batches,
        left=left,
        before=before,
        findings=findings,
        may_place=may(account=account, permission=PLACE, unit_id=office),
        may_publish=may(account=account, permission=PUBLISH, unit_id=office),
    )  # fmt: skip


def before_lines(inputs: ScoreInputs, *, day: date) -> tuple[BeforeLine, ...]:
    """Who was admitted before, by number, with the names of round and school. Three queries, or none."""
    if not inputs.before:
        return ()
    titles = dict(
        ScoreRound.objects.filter(public_id__in={one.round for one in inputs.before}).values_list("public_id", "title")
    )
    schools = unit_names({one.school for one in inputs.before}, day=day)
    return tuple(
        BeforeLine(one.number, titles.get(one.round, one.round), schools.get(one.school, one.school))
        for one in inputs.before
    )


def shown_lines(inputs: ScoreInputs, result: ScoreResult, *, day: date, fewest: int = 0) -> tuple[BatchLines, ...]:
    """Lines of all batches with names; schools without seats in a batch are left out. Two queries.

    With `fewest` the lines of those that admitted fewer hold no points, and nobody's number stands in any.
    """
    names = unit_names({*inputs.schools, *inputs.origins}, day=day)
    labels = [tie_label(one) for one in inputs.ties]
    made = []
    for batch in inputs.batches:
        lines = [one for one in result.lines[batch.code] if one.seats]
        is_held = batch.kind == BatchKind.HELD
        shown = [one for one in lines if not is_held or one.admitted >= fewest]
        made.append(
            BatchLines(
                label=batch.label,
                is_held=is_held,
                lines=tuple(_shown(one, names, labels, fewest) for one in shown),
                seats=sum(one.seats for one in lines),
                admitted=sum(one.admitted for one in lines),
                untold=len(lines) - len(shown),
            )
        )
    return tuple(made)


def _shown(line: Line, names: Mapping[str, str], labels: Sequence[str], fewest: int) -> ShownLine:
    values = [points(one) for one in line.values] if line.admitted >= fewest else []
    return ShownLine(
        school=names.get(line.school, line.school),
        origin=names.get(line.origin, line.origin),
        seats=line.seats,
        admitted=line.admitted,
        total=values[0] if values else "",
        ties=tuple(zip(labels, values[1:], strict=False)),
        last="" if fewest else line.last,
        wish=line.wish if values else 0,
        is_full=line.admitted >= line.seats,
    )


def unit_names(codes: Iterable[str], *, day: date) -> dict[str, str]:
    """Names of units by their codes. Two queries."""
    keys = dict(Unit.objects.filter(code__in=set(codes)).values_list("code", "pk"))
    names = names_of_units(ids=keys.values(), day=day)
    return {code: names.get(pk, code) for code, pk in keys.items()}
