"""Changes of a timetable by hand: a lesson is laid elsewhere, two change places, the last step is taken back or done again.

Each in one transaction with its entry. The costs are those that the check counts and `verify` confirms.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling import verify
from yaodian.organisations.models import Account
from yaodian.timetabling.models import Timetable, TimetableState
from yaodian.timetabling.operations.changing import require_right, stored
from yaodian.timetabling.operations.errors import WrongState
from yaodian.timetabling.operations.term_rows import PLAN, lock_term, note_term, require_live
from yaodian.timetabling.problem import PieceLine, StalePieces
from yaodian.timetabling.problem.boards import Board, Place, forget, opened
from yaodian.timetabling.problem.moves import (
    UnableToMovePiece,
    require_choice,
    require_piece,
    require_start,
    unplaced_words,
    what_breaks,
)
from yaodian.timetabling.queries.boards import EDITABLE

#: Steps that can be taken back.
MOST_EDITS = 100


def move_piece(
    *,
    actor: Account,
    timetable: Timetable,
    piece: int | None,
    start: Place | None,
    now: datetime,
    choice: Sequence[str | None] | None = None,
    accepts: bool = False,
    expected_version: int | None = None,
) -> Timetable:
    """Lays a lesson to a start (bells, day, period; None takes it off the week), with what it has now or the rooms and teachers named by `choice`.

    What must hold may be broken in a draft by whoever `accepts` it; such a one cannot be published.
    Raises PermissionMissing, WrongState, UnableToMovePiece.
    """
    with transaction.atomic():
        row = _locked(actor, timetable, expected_version)
        with opened(row) as board:
            at = require_piece(board, piece)
            chosen = require_choice(board, at, choice)
            time = None if start is None else require_start(board, at, start)
            line = board.moved(at, time, chosen)
            if line == board.line(at):
                raise UnableToMovePiece(_("这节课已经在这里，没有改动。"), code="same")
            if time is None:
                broken: tuple[str, ...] = (unplaced_words(board, at),)
            else:
                required, _optional, sentences = what_breaks(board, at, time, chosen)
                broken = sentences if required > 0 else ()
            _require_accepted(broken, accepts)
            detail = {"event": line[0], "from": board.lines[at][2:5], "to": line[2:5], "chosen": choice is not None}
            _do(actor, row, board, {at: line}, "move", detail, now)
    return row


def swap_pieces(
    *,
    actor: Account,
    timetable: Timetable,
    piece: int | None,
    other: int | None,
    now: datetime,
    accepts: bool = False,
    expected_version: int | None = None,
) -> Timetable:
    """Two lessons of one length change their times and keep their people and rooms.

    Raises PermissionMissing, WrongState, UnableToMovePiece.
    """
    with transaction.atomic():
        row = _locked(actor, timetable, expected_version)
        with opened(row) as board:
            one, two = require_piece(board, piece), require_piece(board, other)
            first, second = board.piece(one), board.piece(two)
            if one == two or first.time is None or second.time is None or first.duration != second.duration:
                raise UnableToMovePiece(
                    _("这两节课不能对调：要是两节排好时间、长短相同的课。请重新选择。"), code="no-swap"
                )
            for at, there in ((one, second), (two, first)):
                require_start(board, at, board.places[there.time or 0])
            lines = {
                one: board.moved(one, second.time, first.resources),
                two: board.moved(two, first.time, second.resources),
            }
            before = board.check.required
            board.lay(one, lines[one])
            _required, _optional, sentences = what_breaks(board, two, first.time, second.resources)
            board.lay(two, lines[two])
            after = board.check.required
            # Laid back: what is to be done is done in one place.
            board.lay(one, board.moved(one, first.time, first.resources))
            board.lay(two, board.moved(two, second.time, second.resources))
            if after > before:
                _require_accepted(sentences or (_("对调以后，必须满足的要求有更多不满足。"),), accepts)
            detail = {"events": [lines[one][0], lines[two][0]], "from": lines[two][2:5], "to": lines[one][2:5]}
            _do(actor, row, board, lines, "swap", detail, now)
    return row


def undo_edit(*, actor: Account, timetable: Timetable, now: datetime, expected_version: int | None = None) -> Timetable:
    """Takes the last step back. Raises PermissionMissing, WrongState, UnableToMovePiece where there is none, or the timetable is another since."""
    with transaction.atomic():
        row = _locked(actor, timetable, expected_version)
        if len(row.edits) <= row.undone:
            raise UnableToMovePiece(_("没有可以撤销的改动。"), code="no-step", status=409)
        _repeat(actor, row, row.edits[len(row.edits) - row.undone - 1], "after", "before", now)
    return row


def redo_edit(*, actor: Account, timetable: Timetable, now: datetime, expected_version: int | None = None) -> Timetable:
    """Does again what was taken back last. Raises as `undo_edit` does."""
    with transaction.atomic():
        row = _locked(actor, timetable, expected_version)
        if not row.undone:
            raise UnableToMovePiece(_("没有可以重做的改动。"), code="no-step", status=409)
        _repeat(actor, row, row.edits[len(row.edits) - row.undone], "before", "after", now)
    return row


def _locked(actor: Account, timetable: Timetable, expected_version: int | None) -> Timetable:
    term = lock_term(timetable.term)
    require_right(actor, term.school_id, PLAN)
    require_live(term)
    row = Timetable.objects.select_for_update(of=("self",)).get(pk=timetable.pk)
    row.term = term
    if row.state not in EDITABLE:
        raise WrongState(
            _("这份课表现在是“%(now)s”，不能改。已公布的请复制成新的方案再改；正在排的请先停下。")
            % {"now": TimetableState(row.state).label},
            code="state",
        )
    if expected_version is not None and expected_version != row.version:
        who = row.edited_by.name if row.edited_by is not None and row.edited_by_id != actor.pk else ""
        raise UnableToMovePiece(
            _("%(who)s刚刚改了这份课表，您的这一步没有保存。请对照现在的课表，再挪一次。")
            % {"who": who or _("别人（或您在另一个窗口）")},
            code="stale",
            status=409,
        )
    return row


def _require_accepted(broken: Sequence[str], accepts: bool) -> None:
    if broken and not accepts:
        refusal = UnableToMovePiece(
            _("这样挪会违反必须满足的要求，课表在改好以前不能公布：%(first)s 仍要挪，请再按一次确认。")
            % {"first": broken[0]},
            code="breaks",
            status=409,
        )
        refusal.sentences = tuple(broken)
        raise refusal


def _do(
    actor: Account,
    row: Timetable,
    board: Board,
    lines: dict[int, PieceLine],
    verb: str,
    detail: dict[str, Any],
    now: datetime,
) -> None:
    """Lays the lines as a new step, which ends what could be done again."""
    step = {
        "at": now.isoformat(),
        "by": actor.pk,
        "verb": verb,
        "pieces": [{"piece": at, "before": board.lines[at], "after": line} for at, line in lines.items()],
    }
    row.edits = [*row.edits[: len(row.edits) - row.undone], step][-MOST_EDITS:]
    row.undone = 0
    _write(actor, row, board, lines, verb, detail, now)


def _repeat(actor: Account, row: Timetable, step: dict[str, Any], old: str, new: str, now: datetime) -> None:
    """Puts a step's pieces from how they stood on one side of it to the other."""
    with opened(row) as board:
        if any(one["piece"] >= len(board.lines) or board.lines[one["piece"]] != one[old] for one in step["pieces"]):
            raise UnableToMovePiece(
                _("这几节课后来又被重新排过，这一步已不能撤销或重做。请直接挪动。"), code="other", status=409
            )
        row.undone += 1 if new == "before" else -1
        lines = {one["piece"]: one[new] for one in step["pieces"]}
        detail = {"events": [line[0] for line in lines.values()], "to": [line[2:5] for line in lines.values()]}
        _write(actor, row, board, lines, "undo" if new == "before" else "redo", detail, now)


def _write(
    actor: Account,
    row: Timetable,
    board: Board,
    lines: dict[int, PieceLine],
    verb: str,
    detail: dict[str, Any],
    now: datetime,
) -> None:
    """Lays the lines, has the whole judged, writes the row and the journal."""
    try:
        for at, line in lines.items():
            board.lay(at, line)
    except StalePieces as problem:
        raise UnableToMovePiece(
            _("课表里的“%(name)s”已不在这份课表所用的数据里，没有改动。请重新排课。") % {"name": problem.what},
            code="stale-pieces",
        ) from problem
    verdict = verify(board.laid.problem, board.check.timetable)
    if (verdict.required, verdict.optional) != (board.check.required, board.check.optional):
        forget()
        raise UnableToMovePiece(
            _("复核算出的结果与提示的不同，这一步没有保存。请刷新页面再试；再次出现时请告诉管理员。"),
            code="disagrees",
            status=409,
        )
    row.pieces = list(board.lines)
    # What is no timetable of the school at all is never valid.
    row.required, row.optional = max(verdict.required, len(verdict.faults)), verdict.optional
    row.is_optimal = verdict.is_valid and row.bound is not None and verdict.optional <= row.bound
    row.edited_by, row.edited_at = actor, now
    row.version += 1
    stored(row, UnableToMovePiece)
    figures = {"timetable": row.pk, "required": row.required, "optional": row.optional}
    note_term(actor, f"timetable.{verb}", row.term, {**figures, **detail}, now)
