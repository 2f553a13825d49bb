"""The board: the week of one class, teacher or room of a timetable that is changed by hand, and what may be done with a lesson that is picked up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling.school_problem import PUPILS, ROOM, TEACHER
from yaodian.engines.scheduling.timetabling.verifying import Breach
from yaodian.organisations.queries import Visitor, may, names_of_units
from yaodian.timetabling.models import Term, TermState, Timetable, TimetableState
from yaodian.timetabling.problem.boards import Board, Place, opened
from yaodian.timetabling.problem.moves import Spot, Taken, UnableToMovePiece, require_piece, step_words, take
from yaodian.timetabling.problem.reasons import day_words, listed, resource_words, sentence_of
from yaodian.timetabling.queries.reach import PLAN, PUBLISH, visible_terms

#: States in which a timetable may be changed by hand.
EDITABLE = (TimetableState.PAUSED, TimetableState.DONE)
#: Lessons without a place, and sentences of what is amiss, that a page shows.
MOST_UNPLACED, MOST_AMISS = 60, 20
#: What a request for a single lesson never needs.
_HEAVY = ("frozen", "pieces", "steps", "explanation", "edits", "publication")


@dataclass(frozen=True)
class Card:
    """A lesson in the week. `length` in periods; `is_later` stands in its second period and after. `group` names the course where whose week it is does not
    say so: «高一(1)班 语文» is no news in the week of 高一(1)班."""

    piece: int
    subject: str
    name: str
    group: str
    people: str
    room: str
    pupils: str
    length: int
    is_fixed: bool
    is_amiss: bool
    is_later: bool = False


@dataclass(frozen=True)
class BoardCell:
    """One time of the week; none where the bells have no such lesson. `spot` is what comes of the lesson in hand there."""

    key: str
    label: str
    is_there: bool
    cards: tuple[Card, ...] = ()
    spot: Spot | None = None


@dataclass(frozen=True)
class BoardRow:
    name: str
    clock: str
    part: str
    cells: tuple[BoardCell, ...]


@dataclass(frozen=True)
class BoardTable:
    """The week by one bell schedule."""

    bells: str
    days: tuple[str, ...]
    rows: tuple[BoardRow, ...]


@dataclass(frozen=True)
class Shown:
    """Whose week: a class, a teacher or a room. `label` is what one types to find it."""

    kind: str
    id: str
    label: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True)
class BoardPage:
    """`amiss` are sentences of what must hold and does not, `amiss_more` how many are not shown."""

    timetable: Timetable
    term: Term
    school: str
    may_edit: bool
    may_publish: bool
    shown: Shown | None
    options: tuple[Shown, ...]
    typed: str
    tables: tuple[BoardTable, ...]
    unplaced: tuple[Card, ...]
    unplaced_more: int
    amiss: tuple[str, ...]
    amiss_more: int
    undo: str
    redo: str
    taken: Taken | None = None


def key_of(place: Place) -> str:
    """A place as it stands in addresses and forms."""
    bells, day, period = place
    return f"{bells}|{day}|{period}"


def find_board(*, account: Visitor, public_id: str, permission: str = PLAN) -> Timetable:
    """A timetable without what is heavy. Raises Timetable.DoesNotExist."""
    return (
        Timetable.objects.filter(term__in=visible_terms(account, permission))
        .select_related("term__school", "asked_by", "edited_by")
        .defer(*_HEAVY)
        .get(public_id=public_id)
    )


def is_editable(timetable: Timetable) -> bool:
    """Whether its state, and its term's, let it be changed by hand."""
    return timetable.state in EDITABLE and timetable.term.state != TermState.ENDED


def board_page(*, account: Visitor, public_id: str, day: date, show: str = "", piece: int | None = None) -> BoardPage:
    """The week of what `show` names (the first class where it is empty); with a lesson in hand, what comes of it everywhere.

    Raises Timetable.DoesNotExist, UnableToMovePiece for a lesson that is not there. A constant number of queries.
    """
    row = find_board(account=account, public_id=public_id)
    may_edit = is_editable(row)
    with opened(row) as board:
        options = _options(board)
        shown = _find(options, show)
        amiss_pieces, amiss = _amiss(board)
        mine = _pieces_of(board, shown)
        taken = take(board, require_piece(board, piece)) if piece is not None and may_edit else None
        unplaced = [at for at, line in enumerate(board.lines) if line[3] is None]
        theirs = set(mine)
        unplaced.sort(key=lambda at: (at not in theirs, at))
        history = _history(board, row)
        return BoardPage(
            timetable=row,
            term=row.term,
            school=names_of_units(ids=[row.term.school_id], day=day).get(row.term.school_id, ""),
            may_edit=may_edit,
            may_publish=may(account=account, permission=PUBLISH, unit_id=row.term.school_id),
            shown=shown,
            options=options,
            typed=show,
            tables=_tables(board, shown, mine, amiss_pieces, taken),
            unplaced=tuple(_card(board, at, amiss_pieces, shown) for at in unplaced[:MOST_UNPLACED]),
            unplaced_more=max(0, len(unplaced) - MOST_UNPLACED),
            amiss=tuple(amiss[:MOST_AMISS]),
            amiss_more=max(0, len(amiss) - MOST_AMISS),
            undo=history[0],
            redo=history[1],
            taken=taken,
        )


def moves_of(*, account: Visitor, public_id: str, piece: int | None) -> dict[str, Any]:
    """What may be done with a lesson, as plain data for the page's script: sentences once each, spots as [way, required, optional, worse, better].

    Raises Timetable.DoesNotExist, UnableToMovePiece.
    """
    row = find_board(account=account, public_id=public_id)
    if not is_editable(row):
        raise UnableToMovePiece(
            _("这份课表是“%(state)s”，不能改。请先复制成新的方案，再改新的。") % {"state": row.get_state_display()},
            code="state",
            status=409,
        )
    with opened(row) as board:
        found = take(board, require_piece(board, piece))
        here = board.places.get(board.piece(found.piece).time if board.piece(found.piece).time is not None else -1)
    sentences: dict[str, int] = {}

    def said(words: Sequence[str]) -> list[int]:
        return [sentences.setdefault(one, len(sentences)) for one in words]

    spots = {
        key_of(place): [
            [spot.way.value, spot.required, spot.optional, said(spot.worse), said(spot.better), *said([spot.words])]
            for spot in line
        ]
        for place, line in zip(found.places, found.spots, strict=True)
    }
    return {
        "piece": found.piece,
        "version": row.version,
        "words": found.words,
        "is_fixed": found.is_fixed,
        "here": None if here is None else key_of(here),
        "choices": [
            {"names": names, "words": words}
            for names, words in zip(found.choice_names, found.choice_words, strict=True)
        ],
        "spots": spots,
        "swaps": [
            {"other": one.other, "at": key_of(one.place), "words": one.words, "required": one.required, "optional": one.optional}
            for one in found.swaps
        ],
        "sentences": list(sentences),
    }  # fmt: skip


def _options(board: Board) -> tuple[Shown, ...]:
    school = board.laid.school
    return (
        *(Shown("class", one.id, one.id) for one in school.homes),
        *(Shown("teacher", one.id, f"{one.name}（{one.id}）" if one.name else one.id) for one in school.teachers),
        *(Shown("room", one.id, one.id) for one in school.rooms),
    )


def _find(options: Sequence[Shown], typed: str) -> Shown | None:
    """By its key, its label, its id, or the only one that has what was typed in its label."""
    word = " ".join(typed.split())
    if not word:
        return options[0] if options else None
    for test in (
        lambda one: one.key == word,
        lambda one: one.label == word,
        lambda one: one.id == word,
        lambda one: one.label.split("（")[0] == word,
        lambda one: word in one.label,
    ):
        found = [one for one in options if test(one)]
        if found:
            return found[0]
    return None


def _pieces_of(board: Board, shown: Shown | None) -> list[int]:
    """The lessons in which they have part, placed or not."""
    if shown is None:
        return []
    laid = board.laid
    if shown.kind == "class":
        whose = {laid.resource[PUPILS, one.id] for one in laid.school.pupils if one.home == shown.id}
    else:
        whose = {laid.resource[{"teacher": TEACHER, "room": ROOM}[shown.kind], shown.id]}
    return [at for at in range(len(board.lines)) if not whose.isdisjoint(board.piece(at).resources)]


def _amiss(board: Board) -> tuple[set[int], list[str]]:
    """The lessons that have part in what must hold and does not, and what that is."""
    laid, check = board.laid, board.check
    pieces: set[int] = set()
    sentences: list[str] = []
    for at, constraint in enumerate(laid.problem.constraints):
        if not constraint.required or not check.costs[at]:
            continue
        for missed in check.deviations(constraint):
            sentences.append(sentence_of(laid, Breach(at, missed, 0)))
            times = set(missed.times)
            for event in missed.events:
                for piece in check.pieces_of(event):
                    if not times or not times.isdisjoint(check.times_of(piece)):
                        pieces.add(piece)
    return pieces, sentences


def _card(board: Board, at: int, amiss: set[int], shown: Shown | None, *, is_later: bool = False) -> Card:
    laid, piece = board.laid, board.piece(at)
    event = laid.problem.events[piece.event]
    by_kind: dict[str, list[int]] = defaultdict(list)
    for one in piece.resources:
        if one is not None:
            by_kind[laid.resources[one].kind].append(one)
    said = {kind: listed(resource_words(laid, one) for one in some) for kind, some in by_kind.items()}
    return Card(
        piece=at,
        subject=event.course or event.name,
        name=event.name,
        group="" if _tells_nothing(event.name, event.course, shown, said.get(PUPILS, "")) else event.name,
        people=said.get(TEACHER, ""),
        room=said.get(ROOM, ""),
        pupils=said.get(PUPILS, ""),
        length=piece.duration,
        is_fixed=board.is_fixed(at),
        is_amiss=at in amiss,
        is_later=is_later,
    )


def _tells_nothing(name: str, subject: str, shown: Shown | None, pupils: str) -> bool:
    """Whether a course's name is no more than its subject and who it is taught to."""
    mine = shown.id if shown is not None and shown.kind == "class" else pupils
    return name.replace(mine, "").strip() in ("", subject)


def _tables(
    board: Board, shown: Shown | None, mine: Sequence[int], amiss: set[int], taken: Taken | None
) -> tuple[BoardTable, ...]:
    """A table for each bell schedule that they go by: a class by its own, others by those in which they have lessons."""
    laid = board.laid
    at_time: dict[int, list[Card]] = defaultdict(list)
    for at in mine:
        for number, time in enumerate(board.check.times_of(at)):
            at_time[time].append(_card(board, at, amiss, shown, is_later=number > 0))
    used = {laid.problem.times[time].schedule for time in at_time}
    if shown is not None and shown.kind == "class":
        used = {laid.school.home_of[shown.id].bells}
    spots: Mapping[Place, Spot] = (
        {} if taken is None else {place: line[0] for place, line in zip(taken.places, taken.spots, strict=True)}
    )
    if taken is not None:
        used |= {place[0] for place in taken.places}
    tables = []
    for bells in laid.school.bells:
        if used and bells.id not in used:
            continue
        rows = []
        for number, period in enumerate(bells.periods):
            cells = []
            for day in range(laid.school.days):
                place = (bells.id, day, number)
                time = laid.at.get(place)
                label = _("%(day)s%(period)s") % {"day": day_words(day), "period": period.name}
                cards = () if time is None else tuple(at_time[time])
                cells.append(BoardCell(key_of(place), label, time is not None, cards, spots.get(place)))
            rows.append(BoardRow(period.name, _clock(period.begins_min, period.ends_min), period.part, tuple(cells)))
        tables.append(BoardTable(bells.id, tuple(day_words(day) for day in range(laid.school.days)), tuple(rows)))
    return tuple(tables)


def _clock(begins: int | None, ends: int | None) -> str:
    if begins is None or ends is None:
        return ""
    return f"{begins // 60:02}:{begins % 60:02}–{ends // 60:02}:{ends % 60:02}"


def _history(board: Board, row: Timetable) -> tuple[str, str]:
    """What would be taken back and what done again, in words; empty where nothing can be."""
    edits, undone = row.edits, row.undone
    back = edits[len(edits) - undone - 1] if len(edits) > undone else None
    again = edits[len(edits) - undone] if undone else None
    said = []
    for step, stands in ((back, "after"), (again, "before")):
        fits = step is not None and all(
            one["piece"] < len(board.lines) and board.lines[one["piece"]] == one[stands] for one in step["pieces"]
        )
        said.append(listed(step_words(board, one["after"]) for one in step["pieces"]) if step and fits else "")
    return said[0], said[1]
