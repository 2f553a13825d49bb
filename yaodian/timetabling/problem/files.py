"""A plan's problem and lessons in the forms of other programs, and lessons back out of them: XHSTT and FET (`docs/algorithms/timetable-formats.md`)."""

from __future__ import annotations

from dataclasses import replace

from yaodian.engines.scheduling.fet import read_result, write_fet, write_result
from yaodian.engines.scheduling.timetabling import Piece, Problem, Timetable, verify
from yaodian.engines.scheduling.timetabling.school_problem import Laid
from yaodian.engines.scheduling.xhstt import (
    Archive,
    Instance,
    Metadata,
    Report,
    Solution,
    SolutionGroup,
    expressed,
    losses,
    read,
    write,
)
from yaodian.engines.scheduling.xhstt.completing import ESSENTIAL
from yaodian.timetabling.problem.pieces import StalePieces

# How many solutions of a file are looked at.
MOST_SOLUTIONS = 50


def to_xhstt(laid: Laid, timetable: Timetable, *, title: str) -> tuple[bytes, tuple[str, ...]]:
    """The problem with the timetable as its only solution, and the codes of what XHSTT has no place for. Raises UnfitForXhstt.

    Ids of resources differ within a kind alone, and in XHSTT in the whole: the kind stands before each.
    """
    said = expressed(_with_own_ids(laid.problem))
    left_out = tuple(one.code for one in losses(said) if one.code not in ESSENTIAL)
    verdict = verify(laid.problem, timetable)
    solution = Solution(said.id, timetable, title, report=Report(verdict.required, verdict.optional))
    archive = Archive(
        (Instance(said, Metadata(name=said.name)),),
        (SolutionGroup("yaodian", (solution,), Metadata(contributor="yaodian")),),
        id=said.id,
        metadata=Metadata(name=title),
    )
    return write(archive, without=left_out), left_out


def _with_own_ids(problem: Problem) -> Problem:
    return replace(problem, resources=tuple(replace(one, id=f"{one.kind}:{one.id}") for one in problem.resources))


def from_xhstt(laid: Laid, content: bytes) -> tuple[Timetable, ...]:
    """The solutions in an archive that are of this problem. Raises UnreadableXhstt, and StalePieces for what the problem does not have."""
    archive = read(content)
    times = {one.id: at for at, one in enumerate(laid.times)}
    resources = {f"{one.kind}:{one.id}": at for at, one in enumerate(laid.resources)}
    found = []
    for solution in [one for group in archive.groups for one in group.solutions][:MOST_SOLUTIONS]:
        instance = archive.instance(solution.instance)
        if instance is None or instance.problem.id != laid.problem.id:
            continue
        theirs = instance.problem
        pieces = []
        for piece in solution.timetable.pieces:
            event = theirs.events[piece.event]
            if event.id not in laid.event:
                raise StalePieces(event.id)
            at = laid.event[event.id]
            needs = laid.events[at].needs
            if len(needs) != len(piece.resources):
                raise StalePieces(event.id)
            time = None
            if piece.time is not None:
                name = theirs.times[piece.time].id
                if name not in times:
                    raise StalePieces(name)
                time = times[name]
            chosen: list[int | None] = []
            for one in piece.resources:
                name = "" if one is None else theirs.resources[one].id
                if name and name not in resources:
                    raise StalePieces(name)
                chosen.append(resources[name] if name else None)
            pieces.append(Piece(at, piece.duration, time, tuple(chosen)))
        found.append(Timetable.of(laid.problem, pieces))
    return tuple(found)


def to_fet(laid: Laid, timetable: Timetable) -> bytes:
    """The problem as a .fet file, every placed lesson with its time and room locked. Raises UnfitFetFile."""
    return write_fet(laid.problem, locked=timetable)


def to_fet_result(laid: Laid, timetable: Timetable) -> bytes:
    """The timetable in the form of FET's results."""
    return write_result(laid.problem, timetable)


def from_fet(laid: Laid, content: bytes) -> Timetable:
    """The timetable in FET's result for the .fet file that `to_fet` gives. Raises UnfitFetFile."""
    return read_result(laid.problem, content)
