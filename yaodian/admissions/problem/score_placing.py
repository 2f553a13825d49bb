"""From scores to places, and back: the only translator between a round of scores and the engine of queues.

Batches are held in their order (`docs/algorithms/placing.md`). Points go to the engine as hundredths divided by 100: equal
hundredths are equal there, and their order stays.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from yaodian.admissions.models import BatchKind
from yaodian.admissions.problem.inputs import canonical, sha256
from yaodian.admissions.problem.score_inputs import BatchInputs, ScoreInputs
from yaodian.engines.matching import (
    Batch,
    BatchResult,
    Candidates,
    HeldSeats,
    Lines,
    Queue,
    QueuePlacement,
    UnableToPlace,
    place_queue,
    verify_queue,
)

FORM = "yaodian-admissions-admitted/1"


@dataclass(frozen=True)
class Line:
    """One school of a batch, or one school's seats for one sending school (`origin`, else empty).

    `seats` with those that earlier batches left over. Of the candidate admitted last: `last` is the number, `values` total and tie
    rules in hundredths, `wish` the wish from 1 where there are bands (else 0). Empty where nobody was admitted.
    """

    school: str
    origin: str
    seats: int
    admitted: int
    last: str
    values: tuple[int, ...]
    wish: int


@dataclass(frozen=True)
class Given:
    """A place: batch and school by code, the wish from 1."""

    batch: str
    school: str
    wish: int


@dataclass(frozen=True)
class ScoreResult:
    """`places` by number; `lines` by the batch's code."""

    inputs_sha256: str
    places: Mapping[str, Given]
    lines: Mapping[str, tuple[Line, ...]]
    tallies: Mapping[str, int] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        return canonical({"form": FORM, **asdict(self)})

    @classmethod
    def from_bytes(cls, content: bytes) -> ScoreResult:
        """A result from its bytes. Raises ValueError where they are not what `to_bytes` writes."""
        try:
            given = json.loads(content)
            if given.pop("form") != FORM:
                raise ValueError("another form")
            made = cls(
                **{
                    **given,
                    "places": {number: Given(**one) for number, one in given["places"].items()},
                    "lines": {
                        code: tuple(Line(**{**one, "values": tuple(one["values"])}) for one in lines)
                        for code, lines in given["lines"].items()
                    },
                }
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("this is not the result of a placement by score") from error
        if made.to_bytes() != content:
            raise ValueError("these bytes are not in the canonical form")
        return made


def compared(inputs: ScoreInputs) -> dict[str, NDArray[np.int64]]:
    """Hundredths of every candidate by what is compared: total, then tie-1, tie-2, …"""
    at = {code: place for place, code in enumerate(inputs.subjects)}
    table = np.array([one.scores for one in inputs.candidates], np.int64).reshape(
        len(inputs.candidates), len(inputs.subjects)
    )
    columns = {"total": table.sum(axis=1)}
    for place, tie in enumerate(inputs.ties, 1):
        columns[f"tie-{place}"] = table[:, [at[code] for code in tie]].sum(axis=1)
    return columns


def queue_of(inputs: ScoreInputs) -> Queue:
    """The engine's problem. Raises UnableToPlace where candidates cannot be told apart and no draw was held for them."""
    columns = compared(inputs)
    order = tuple(columns)
    candidates = Candidates(
        scores={name: column / 100 for name, column in columns.items()},
        drawn=_drawn(inputs, columns),
        origins=np.array([one.origin for one in inputs.candidates], np.int32),
    )
    return Queue(candidates, tuple(_batch(inputs, place, one, order) for place, one in enumerate(inputs.batches)))


def _drawn(inputs: ScoreInputs, columns: Mapping[str, NDArray[np.int64]]) -> NDArray[np.int64]:
    """Lots; who has none is like nobody else, so that his number behind all others decides nothing."""
    first: dict[tuple[int, ...], int] = {}
    for place, key in enumerate(zip(*(column.tolist() for column in columns.values()), strict=True)):
        other = first.setdefault(key, place)
        if other != place and min(inputs.candidates[one].lot for one in (other, place)) < 0:
            raise UnableToPlace(
                _(
                    "准考证号 %(one)s 与 %(two)s 的总分和各项同分比较都相同，排不出先后。请增加同分比较项，"
                    "或为各项相同的考生抽签，把顺序号填入考生成绩表后重新导入。"
                )
                % {"one": inputs.candidates[other].number, "two": inputs.candidates[place].number}
            )
    lots = np.array([one.lot for one in inputs.candidates], np.int64)
    without = np.flatnonzero(lots < 0)
    lots[without] = lots.max(initial=-1) + 1 + np.arange(len(without))
    return lots


def _batch(inputs: ScoreInputs, place: int, given: BatchInputs, order: tuple[str, ...]) -> Batch:
    wishes = [one.wishes[place] for one in inputs.candidates]
    starts = np.zeros(len(wishes) + 1, np.int64)
    np.cumsum([len(one) for one in wishes], out=starts[1:])
    capacities = np.zeros(len(inputs.schools), np.int64)
    least = np.zeros(len(inputs.schools))
    held = None
    if given.kind == BatchKind.HELD:
        held = HeldSeats(
            schools=np.array([one.school for one in given.lanes], np.int32),
            origins=np.array([one.origin for one in given.lanes], np.int32),
            seats=np.array([one.seats for one in given.lanes], np.int64),
            minimums=np.array([one.least for one in given.lanes], np.int64) / 100,
        )
    else:
        for one in given.lanes:
            capacities[one.school], least[one.school] = one.seats, one.least / 100
    return Batch(
        name=given.label,
        order=order,
        starts=starts,
        schools=np.array([school for one in wishes for school in one], np.int32),
        capacities=capacities,
        line=given.line / 100,
        minimums=None if held else least,
        floors=tuple(one / 100 for one in given.floors),
        held=held,
        adds_unused_of=tuple(one.label for one in inputs.batches if one.code in given.adds_unused_of),
    )


def place_scores(inputs: ScoreInputs) -> ScoreResult:
    """Places everybody. Raises UnableToPlace where the inputs cannot be placed by."""
    placement = place_queue(queue_of(inputs))
    places: dict[str, Given] = {}
    for candidate, batch, seat, school in zip(
        inputs.candidates,
        placement.batch.tolist(),
        placement.seats.tolist(),
        placement.schools.tolist(),
        strict=True,
    ):
        if batch >= 0:
            places[candidate.number] = Given(inputs.batches[batch].code, inputs.schools[school], seat + 1)
    columns = compared(inputs)
    lines = {
        given.code: _lines(inputs, given, found.lines, columns)
        for given, found in zip(inputs.batches, placement.batches, strict=True)
    }
    return ScoreResult(sha256(inputs.to_bytes()), places, lines, _tallies(inputs, places))


def _lines(
    inputs: ScoreInputs, given: BatchInputs, lines: Lines, columns: Mapping[str, NDArray[np.int64]]
) -> tuple[Line, ...]:
    made = []
    for lane, last in enumerate(lines.last.tolist()):
        school, origin = lane, -1
        if given.kind == BatchKind.HELD:
            school, origin = given.lanes[lane].school, given.lanes[lane].origin
        made.append(
            Line(
                school=inputs.schools[school],
                origin=inputs.origins[origin] if origin >= 0 else "",
                seats=int(lines.capacities[lane]),
                admitted=int(lines.admitted[lane]),
                last=inputs.candidates[last].number if last >= 0 else "",
                values=tuple(int(column[last]) for column in columns.values()) if last >= 0 else (),
                wish=int(lines.wishes[lane]) + 1 if last >= 0 and lines.wishes is not None else 0,
            )
        )
    return tuple(made)


def _tallies(inputs: ScoreInputs, places: Mapping[str, Given]) -> dict[str, int]:
    in_batch = Counter(one.batch for one in places.values())
    return {
        "candidates": len(inputs.candidates),
        "placed": len(places),
        "left": len(inputs.candidates) - len(places),
        "without_wishes": sum(not any(one.wishes) for one in inputs.candidates),
        **({"before": len(inputs.before)} if inputs.before else {}),
        **{f"batch-{one.code}": in_batch[one.code] for one in inputs.batches},
    }


def placement_of(inputs: ScoreInputs, result: ScoreResult) -> QueuePlacement:
    """What a result says, in the engine's arrays, without asking the solver. Raises ValueError for what cannot be in any result."""
    try:
        at_number = {one.number: place for place, one in enumerate(inputs.candidates)}
        at_batch = {one.code: place for place, one in enumerate(inputs.batches)}
        at_school = {code: place for place, code in enumerate(inputs.schools)}
        size = len(inputs.candidates)
        batch = np.full(size, -1, np.int16)
        seats, schools = np.full(size, -1, np.int32), np.full(size, -1, np.int32)
        for number, given in result.places.items():
            who = at_number[number]
            batch[who], seats[who], schools[who] = at_batch[given.batch], given.wish - 1, at_school[given.school]
        names = ("total", *(f"tie-{place}" for place in range(1, len(inputs.ties) + 1)))
        found = []
        for place, one in enumerate(inputs.batches):
            own = np.where(batch == place, seats, -1).astype(np.int32)
            found.append(BatchResult(one.label, own, _engine_lines(result.lines[one.code], names, at_number, one)))
    except (KeyError, IndexError, OverflowError) as error:
        raise ValueError("a number, a batch or a school that the inputs do not know") from error
    return QueuePlacement(tuple(found), batch, seats, schools)


def _engine_lines(
    lines: tuple[Line, ...], names: tuple[str, ...], at_number: Mapping[str, int], given: BatchInputs
) -> Lines:
    return Lines(
        capacities=np.array([one.seats for one in lines], np.int64),
        admitted=np.array([one.admitted for one in lines], np.int64),
        last=np.array([at_number[one.last] if one.last else -1 for one in lines], np.int64),
        values={
            name: np.array([one.values[place] / 100 if one.values else -1.0 for one in lines])
            for place, name in enumerate(names)
        },
        wishes=np.array([one.wish - 1 for one in lines], np.int32) if given.floors else None,
    )


def verify_scores(inputs: bytes, result: bytes) -> tuple[str, ...]:
    """A sentence for everything that is wrong; nothing where the result is right to the byte.

    1. Both are in their canonical form, and the result names these inputs.
    2. Every place is of a known candidate, batch and school; nobody whom an earlier round admitted is among the candidates.
    3. `verify_queue`, which does not use the solver, finds nothing in what the result says: places, capacities, lines.
    4. The same inputs give the same bytes again.
    """
    try:
        given, found = ScoreInputs.from_bytes(inputs), ScoreResult.from_bytes(result)
        placement = placement_of(given, found)
    except ValueError as error:
        return (_("封存的输入或结果不是规定的格式：%(why)s。") % {"why": error},)
    wrong = []
    if found.inputs_sha256 != sha256(inputs):
        wrong.append(_("结果写明的输入指纹与封存的输入不符。"))
    if twice := {one.number for one in given.before} & {one.number for one in given.candidates}:
        wrong.append(_("准考证号 %(number)s 已在另一轮录取，却又参加了这一轮。") % {"number": min(twice)})
    try:
        wrong += [one.sentence for one in verify_queue(queue_of(given), placement)]
        if place_scores(given).to_bytes() != result:
            wrong.append(_("用同样的输入重新投档，得到的结果与封存的不同。"))
    except UnableToPlace as error:
        wrong.append(_("封存的输入无法投档：%(why)s") % {"why": error})
    return tuple(wrong)
