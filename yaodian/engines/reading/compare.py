"""Compare two plans: which commitments are new, dropped, raised or lowered.

For two years of one office or for two cities. Steps:

1. Clauses are paired by their words (:mod:`.pairing`): half the likeness of the headings, half that of the texts, the
   plan's own year left out. Pairs below :data:`CLAUSE_THRESHOLD` are not made.
2. Targets are paired by subject, helped by standing in paired clauses, by unit and by form (:func:`compare`).
3. The numbers of a pair are compared in a common unit: ``raised`` and ``lowered`` speak of the number itself. Whether
   more is asked than before is another question, answered by ``ambition``: a lower ceiling is ``tightened``, as is
   an earlier day, or 确保 where 力争 stood.
4. Deadlines that belong to no target are paired by their sentences; policies and systems by their names.

The comparison is symmetric: ``compare(b, a)`` says ``dropped`` where ``compare(a, b)`` says ``new``, ``lowered`` for
``raised``, ``loosened`` for ``tightened``, ``later`` for ``earlier``. It holds no clock and no chance.
``docs/algorithms/comparing.md`` gives the reasons and an example by hand.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .clauses import Clause, bare, by_clause, paths, quoted
from .pairing import Likeness, Pair, pair
from .plan import Deadline, Node, Plan, Policy, System, Target

CLAUSE_THRESHOLD = 0.3
TARGET_THRESHOLD = 0.5
DEADLINE_THRESHOLD = 0.5
# Below these likenesses of the subjects no other sign makes two targets one: in paired clauses, and elsewhere.
SUBJECT_IN_PAIRED_CLAUSES = 0.35
SUBJECT_ELSEWHERE = 0.6

ClauseVerdict = Literal["new", "dropped", "same", "reworded"]
TargetVerdict = Literal["new", "dropped", "same", "raised", "lowered", "changed"]
DeadlineVerdict = Literal["new", "dropped", "same", "earlier", "later", "changed"]
NameVerdict = Literal["new", "dropped", "same"]
Ambition = Literal["same", "tightened", "loosened", "mixed", "unclear"]
DueMove = Literal["same", "earlier", "later", "added", "removed"]
StrengthMove = Literal["same", "firmer", "softer"]

# Measure words that count the same thing: 5所 and 6个 can be compared, 5所 and 6人 cannot.
_SAME_MEASURE = {
    **dict.fromkeys(("所", "家", "处", "座"), "个"),
    **dict.fromkeys(("名", "位"), "人"),
    "百分点": "个百分点",
}
_MULTIPLES = {"百": 100.0, "千": 1000.0, "万": 10_000.0, "亿": 100_000_000.0}
_SENTENCE_END = re.compile(r"[。；;！!？?\n]")


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """What became of a clause. ``similarity`` is the likeness of the texts, ``score`` that of the pair (0 to 1)."""

    verdict: ClauseVerdict
    before: Node | None
    after: Node | None
    path_before: str | None
    path_after: str | None
    similarity: float
    score: float

    @property
    def is_moved(self) -> bool:
        """In both plans, under another number."""
        return self.before is not None and self.after is not None and self.path_before != self.path_after


@dataclass(frozen=True, slots=True)
class Basis:
    """Why two targets were taken for one: likeness of the subjects, and 1 or 0 for paired clauses, unit and form."""

    subject: float
    clause: float
    unit: float
    form: float


@dataclass(frozen=True, slots=True)
class TargetChange:
    """What became of a target.

    ``verdict`` speaks of the number (``changed``: another unit, form or period, or a range that neither rose nor
    fell). ``ambition`` says whether more is asked: number, day and strength together; ``None`` for new and dropped.
    """

    verdict: TargetVerdict
    ambition: Ambition | None
    due: DueMove
    strength: StrengthMove
    before: Target | None
    after: Target | None
    path_before: str | None
    path_after: str | None
    score: float
    basis: Basis | None


@dataclass(frozen=True, slots=True)
class DeadlineChange:
    """What became of a deadline that belongs to no target; ``changed`` where the words fix no day to compare."""

    verdict: DeadlineVerdict
    before: Deadline | None
    after: Deadline | None
    path_before: str | None
    path_after: str | None
    sentence: str
    score: float


@dataclass(frozen=True, slots=True)
class NameChange:
    """A policy or system with the paths of the clauses that name it in either plan."""

    verdict: NameVerdict
    name: str
    paths_before: tuple[str, ...]
    paths_after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second plan held against the first. Pairs stand in the order of the second plan, what was dropped behind."""

    title_before: str
    title_after: str
    clauses: tuple[ClauseChange, ...]
    targets: tuple[TargetChange, ...]
    deadlines: tuple[DeadlineChange, ...]
    policies: tuple[NameChange, ...]
    systems: tuple[NameChange, ...]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many of each verdict, by kind; only verdicts that occur."""
        return {
            kind: dict(sorted(Counter(change.verdict for change in getattr(self, kind)).items()))
            for kind in ("clauses", "targets", "deadlines", "policies", "systems")
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and dictionaries for JSON."""
        return {"schema": 1, "counts": self.counts(), **_plain(dataclasses.asdict(self))}


def compare(a: Plan, b: Plan) -> Comparison:
    """Hold ``b`` against ``a``: what is new in ``b``, dropped from ``a``, raised, lowered.

    The score of two targets is ``0.6 × likeness of subjects + 0.25 (clauses paired) + 0.1 (same unit) + 0.05 (same
    form: a change or a level)``, 0 below the subject thresholds. A same number, day, period or comparator adds
    thousandths, which decide only between pairs that are equal otherwise.
    """
    clauses_a, clauses_b = by_clause(a).clauses, by_clause(b).clauses
    clause_pairs, same_text = _pair_clauses(a, b, clauses_a, clauses_b)
    partner: dict[int | None, int | None] = {
        clauses_a[p.left].node.id: clauses_b[p.right].node.id for p in clause_pairs
    }
    partner[None] = None
    return Comparison(
        title_before=a.title,
        title_after=b.title,
        clauses=_clause_changes(clauses_a, clauses_b, clause_pairs, same_text),
        targets=_target_changes(a, b, partner),
        deadlines=_deadline_changes(a, b, partner),
        policies=_name_changes(a, b, a.policies, b.policies),
        systems=_name_changes(a, b, a.systems, b.systems),
    )


# Clauses


def _pair_clauses(
    a: Plan, b: Plan, clauses_a: Sequence[Clause], clauses_b: Sequence[Clause]
) -> tuple[tuple[Pair, ...], frozenset[tuple[int, int]]]:
    texts_a, texts_b = _texts(a, clauses_a), _texts(b, clauses_b)
    heads_a = [bare(clause.node.heading or "") for clause in clauses_a]
    heads_b = [bare(clause.node.heading or "") for clause in clauses_b]
    headings = Likeness(heads_a, heads_b)

    def score(one: int, other: int, alike: float) -> float:
        if heads_a[one] and heads_b[other]:
            return 0.5 * headings.of(one, other) + 0.5 * alike
        return alike

    pairs = pair(texts_a, texts_b, threshold=CLAUSE_THRESHOLD, score=score)
    return pairs, frozenset((p.left, p.right) for p in pairs if texts_a[p.left] == texts_b[p.right])


def _texts(plan: Plan, clauses: Sequence[Clause]) -> list[str]:
    """What is compared of each clause: its text, the plan's own year taken out, never empty."""
    year = _own_year(plan)
    return [bare(year.sub("本年", clause.body) if year else clause.body) or clause.path for clause in clauses]


def _own_year(plan: Plan) -> re.Pattern[str] | None:
    return re.compile(rf"{plan.year}\s*年度?") if plan.year else None


def _clause_changes(
    clauses_a: Sequence[Clause],
    clauses_b: Sequence[Clause],
    pairs: Sequence[Pair],
    same_text: frozenset[tuple[int, int]],
) -> tuple[ClauseChange, ...]:
    by_right = {p.right: p for p in pairs}
    changes = []
    for index, clause in enumerate(clauses_b):
        p = by_right.get(index)
        if p is None:
            changes.append(ClauseChange("new", None, clause.node, None, clause.path, 0.0, 0.0))
            continue
        before = clauses_a[p.left]
        verdict: ClauseVerdict = "same" if (p.left, p.right) in same_text else "reworded"
        changes.append(ClauseChange(verdict, before.node, clause.node, before.path, clause.path, p.likeness, p.score))
    paired = {p.left for p in pairs}
    changes += [
        ClauseChange("dropped", clause.node, None, clause.path, None, 0.0, 0.0)
        for index, clause in enumerate(clauses_a)
        if index not in paired
    ]
    return tuple(changes)


# Targets


def _target_changes(a: Plan, b: Plan, partner: dict[int | None, int | None]) -> tuple[TargetChange, ...]:
    subjects_a = [_subject(a, target) for target in a.targets]
    subjects_b = [_subject(b, target) for target in b.targets]

    def basis(one: int, other: int, alike: float) -> Basis:
        before, after = a.targets[one], b.targets[other]
        return Basis(
            subject=round(alike, 4),
            clause=float(_are_partners(partner, before.node, after.node)),
            unit=float(_common_unit(before.unit)[1] == _common_unit(after.unit)[1]),
            form=float((before.comparator == "change") == (after.comparator == "change")),
        )

    def score(one: int, other: int, alike: float) -> float:
        found = basis(one, other, alike)
        if alike < (SUBJECT_IN_PAIRED_CLAUSES if found.clause else SUBJECT_ELSEWHERE):
            return 0.0
        before, after = a.targets[one], b.targets[other]
        agreed = (
            0.004 * (_bounds(before) == _bounds(after))
            + 0.002 * (_due_move(a, b, before.due, after.due) == "same")
            + 0.001 * (before.comparator == after.comparator)
            + 0.001 * (before.per == after.per)
            + 0.001 * (before.strength == after.strength)
            + 0.001 * (before.unit == after.unit)
        )
        return 0.6 * alike + 0.25 * found.clause + 0.1 * found.unit + 0.05 * found.form + agreed

    pairs = pair(subjects_a, subjects_b, threshold=TARGET_THRESHOLD, score=score)
    paths_a, paths_b = paths(a), paths(b)
    by_right = {p.right: p for p in pairs}
    changes = []
    for index, after in enumerate(b.targets):
        p = by_right.get(index)
        path_after = paths_b.get(after.node, "")
        if p is None:
            changes.append(TargetChange("new", None, "same", "same", None, after, None, path_after, 0.0, None))
            continue
        before = a.targets[p.left]
        verdict = _number_verdict(before, after)
        due = _due_move(a, b, before.due, after.due)
        strength = _strength_move(before, after)
        changes.append(
            TargetChange(
                verdict=verdict,
                ambition=_ambition(before, after, verdict, due, strength),
                due=due,
                strength=strength,
                before=before,
                after=after,
                path_before=paths_a.get(before.node, ""),
                path_after=path_after,
                score=round(min(p.score, 1.0), 4),
                basis=basis(p.left, p.right, p.likeness),
            )
        )
    paired = {p.left for p in pairs}
    changes += [
        TargetChange("dropped", None, "same", "same", before, None, paths_a.get(before.node, ""), None, 0.0, None)
        for index, before in enumerate(a.targets)
        if index not in paired
    ]
    return tuple(changes)


def _subject(plan: Plan, target: Target) -> str:
    return bare(target.subject) or bare(quoted(plan, target.span)) or "?"


def _are_partners(partner: dict[int | None, int | None], before: int | None, after: int | None) -> bool:
    return before in partner and partner[before] == after


def _common_unit(unit: str | None) -> tuple[float, str]:
    """Factor and common name of a unit: 万元 → (10000, 元), ‰ → (0.1, %), 所 → (1, 个)."""
    name = bare(unit or "")
    if name == "‰":
        return 0.1, "%"
    factor = 1.0
    while len(name) > 1 and name[0] in _MULTIPLES:
        factor *= _MULTIPLES[name[0]]
        name = name[1:]
    return factor, _SAME_MEASURE.get(name, name)


def _bounds(target: Target) -> tuple[float, float]:
    """Least and greatest value meant, in the common unit, rounded so that 0.1 × 3 equals 0.3.

    Of two falls the first printed is the greater number: 下降5—8 is -8 to -5.
    """
    factor, _ = _common_unit(target.unit)
    other = target.value if target.value_max is None else target.value_max
    low, high = sorted((target.value, other))
    return _rounded(low * factor), _rounded(high * factor)


def _rounded(value: float) -> float:
    return float(f"{value:.12g}") if math.isfinite(value) else value


def _number_verdict(before: Target, after: Target) -> TargetVerdict:
    """Where the number went; only numbers of one unit, form and period can be held against each other."""
    if (
        before.comparator != after.comparator
        or before.per != after.per
        or _common_unit(before.unit)[1] != _common_unit(after.unit)[1]
    ):
        return "changed"
    (low_before, high_before), (low_after, high_after) = _bounds(before), _bounds(after)
    if before.comparator == "change" and _course(before) == _course(after) == -1:
        # Of two falls the printed number counts: from 下降1 to 下降2 it was raised, though the signed value fell.
        low_before, high_before, low_after, high_after = -high_before, -low_before, -high_after, -low_after
    if (low_before, high_before) == (low_after, high_after):
        return "same"
    if low_after >= low_before and high_after >= high_before:
        return "raised"
    if low_after <= low_before and high_after <= high_before:
        return "lowered"
    return "changed"


def _due_move(a: Plan, b: Plan, before: str | None, after: str | None) -> DueMove:
    """Days within their plan's own year are compared by month and day, others as they are.

    So 9月底前 stays where it was from one year's plan to the next, while a goal for 2027 that becomes one for 2028
    has moved.
    """
    if before is None or after is None:
        if before == after:
            return "same"
        return "added" if before is None else "removed"
    one, other = _as_of_plan(before, a), _as_of_plan(after, b)
    if one is None or other is None or before == after:
        return "same"
    if one[0] and other[0]:
        one, other = (True, one[1].replace(year=2000)), (True, other[1].replace(year=2000))
    if one[1] == other[1]:
        return "same"
    return "earlier" if other[1] < one[1] else "later"


def _as_of_plan(iso: str, plan: Plan) -> tuple[bool, datetime.date] | None:
    """Whether a day lies in the plan's own year, and the day. 29 February counts as the 28th."""
    try:
        date = datetime.date.fromisoformat(iso)
    except ValueError:
        return None
    if (date.month, date.day) == (2, 29):
        date = date.replace(day=28)
    return date.year == plan.year, date


def _strength_move(before: Target, after: Target) -> StrengthMove:
    if before.strength == after.strength:
        return "same"
    return "firmer" if after.strength == "must" else "softer"


def _ambition(before: Target, after: Target, verdict: TargetVerdict, due: DueMove, strength: StrengthMove) -> Ambition:
    """Whether more is asked than before, from number, day and strength together."""
    if verdict == "changed":
        return "unclear"
    signs = {
        {"same": 0, "earlier": 1, "added": 1, "later": -1, "removed": -1}[due],
        {"same": 0, "firmer": 1, "softer": -1}[strength],
    }
    if verdict in {"raised", "lowered"}:
        direction = _direction(before, after)
        if direction == 0:
            return "unclear"
        signs.add(direction if verdict == "raised" else -direction)
    signs.discard(0)
    if len(signs) == 2:
        return "mixed"
    if not signs:
        return "same"
    return "tightened" if 1 in signs else "loosened"


def _direction(before: Target, after: Target) -> int:
    """1 where a greater number asks more, -1 where a lesser one does, 0 where the plan does not say."""
    if before.comparator == "at_least":
        return 1
    if before.comparator == "at_most":
        return -1
    if before.comparator == "change" and _course(before) * _course(after) > 0:
        return 1
    return 0


def _course(target: Target) -> int:
    """1 for a rise, -1 for a fall, 0 for no change at all; of a range that begins at 0 the other end says it."""
    end = target.value if target.value_max is None else target.value_max
    return (end > 0) - (end < 0)


# Deadlines


def _deadline_changes(a: Plan, b: Plan, partner: dict[int | None, int | None]) -> tuple[DeadlineChange, ...]:
    lone_a, lone_b = _without_targets(a), _without_targets(b)
    sentences_a = [_sentence(a, deadline) for deadline in lone_a]
    sentences_b = [_sentence(b, deadline) for deadline in lone_b]

    def score(one: int, other: int, alike: float) -> float:
        before, after = lone_a[one], lone_b[other]
        agreed = 0.002 * (before.date == after.date) + 0.002 * (bare(before.text) == bare(after.text))
        return 0.7 * alike + 0.3 * _are_partners(partner, before.node, after.node) + agreed

    pairs = pair(
        [bare(sentence) or "?" for sentence in sentences_a],
        [bare(sentence) or "?" for sentence in sentences_b],
        threshold=DEADLINE_THRESHOLD,
        score=score,
    )
    paths_a, paths_b = paths(a), paths(b)
    by_right = {p.right: p for p in pairs}
    changes = []
    for index, after in enumerate(lone_b):
        p = by_right.get(index)
        path_after = paths_b.get(after.node, "")
        if p is None:
            changes.append(DeadlineChange("new", None, after, None, path_after, sentences_b[index], 0.0))
            continue
        before = lone_a[p.left]
        changes.append(
            DeadlineChange(
                verdict=_deadline_verdict(a, b, before, after),
                before=before,
                after=after,
                path_before=paths_a.get(before.node, ""),
                path_after=path_after,
                sentence=sentences_b[index],
                score=round(min(p.score, 1.0), 4),
            )
        )
    paired = {p.left for p in pairs}
    changes += [
        DeadlineChange("dropped", before, None, paths_a.get(before.node, ""), None, sentences_a[index], 0.0)
        for index, before in enumerate(lone_a)
        if index not in paired
    ]
    return tuple(changes)


def _without_targets(plan: Plan) -> list[Deadline]:
    """Deadlines that are not the day of a target of the same clause: those are compared with their target."""
    days = {(target.node, target.due) for target in plan.targets if target.due is not None}
    return [deadline for deadline in plan.deadlines if (deadline.node, deadline.date) not in days]


def _sentence(plan: Plan, deadline: Deadline) -> str:
    """The words of the sentence around a deadline, without the deadline's own, at most 200 characters either side."""
    start, end = deadline.span
    head = _SENTENCE_END.split(plan.text[max(0, start - 200) : start])[-1]
    tail = _SENTENCE_END.split(plan.text[end : end + 200])[0]
    return f"{head}{tail}".strip()


def _deadline_verdict(a: Plan, b: Plan, before: Deadline, after: Deadline) -> DeadlineVerdict:
    if before.date is None or after.date is None:
        agree = before.date == after.date and bare(before.text) == bare(after.text)
        return "same" if agree else "changed"
    move = _due_move(a, b, before.date, after.date)
    return move if move == "earlier" or move == "later" else "same"


# Policies and systems


def _name_changes(
    a: Plan, b: Plan, before: Sequence[Policy | System], after: Sequence[Policy | System]
) -> tuple[NameChange, ...]:
    names_a, names_b = _named(a, before), _named(b, after)
    changes = [
        NameChange("same" if name in names_a else "new", printed, names_a.get(name, ("", ()))[1], where)
        for name, (printed, where) in names_b.items()
    ]
    changes += [
        NameChange("dropped", printed, where, ()) for name, (printed, where) in names_a.items() if name not in names_b
    ]
    return tuple(changes)


def _named(plan: Plan, items: Iterable[Policy | System]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """By bare name, the plan's own year aside: the name as first printed and the paths of the clauses that name it."""
    path_by_id, year = paths(plan), _own_year(plan)
    printed: dict[str, str] = {}
    where: dict[str, list[str]] = defaultdict(list)
    for item in items:
        name = bare(year.sub("本年", item.name) if year else item.name) or item.name
        printed.setdefault(name, item.name)
        where[name].append(path_by_id.get(item.node, ""))
    return {name: (first, tuple(dict.fromkeys(where[name]))) for name, first in printed.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
