"""What an examination gives: candidates, rooms with their seats, and the rules of who may sit where.

Candidates are numbered 0 to n-1 and rooms 0 to k-1; seats of a room count from 1 in a serpentine: down the first column, up the
second, and so on, as desks are labelled in Chinese examination rooms. Names stand at the edge only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .refusals import UnfitExamination

#: Rows and columns of a room at most: a hall, not a stadium.
MOST_SIDE = 100


class Around(StrEnum):
    """Which seats are neighbours of a seat."""

    ORTHOGONAL = "orthogonal"  # before, behind, left, right
    SURROUNDING = "surrounding"  # the four corners as well


class Apart(StrEnum):
    """In what neighbours must differ."""

    SCHOOL = "school"
    SCHOOL_OR_PAPER = "school-or-paper"


@dataclass(frozen=True)
class Room:
    """``seats`` desks of a grid of ``rows`` and ``columns``, the first ones of its serpentine.

    ``site`` is the number of the examination site; ``kind`` 0 for an ordinary room, else the number of the need that it serves.
    """

    code: str
    site: int
    rows: int = 6
    columns: int = 5
    seats: int = 30
    kind: int = 0

    def place(self, seat: int) -> tuple[int, int]:
        """Row and column, both from 0, of a seat from 1."""
        column, along = divmod(seat - 1, self.rows)
        return (along if column % 2 == 0 else self.rows - 1 - along), column


@dataclass(frozen=True)
class SeatingRules:
    """``one_paper``: all candidates of a room have one paper. ``relatives_by_room``: relatives sit in different rooms, else they
    are only no neighbours."""

    around: Around = Around.ORTHOGONAL
    apart: Apart = Apart.SCHOOL
    one_paper: bool = True
    relatives_by_room: bool = True


@dataclass(frozen=True, eq=False)
class Examination:
    """Candidates, rooms and rules. Raises UnfitExamination where they contradict themselves; arrays are read-only afterwards.

    ``numbers``: the opaque number of each candidate, unique; the order is drawn over them. ``schools`` int32[n];
    ``papers`` int32[n], all 0 where there is one; ``sites`` int32[n], -1 where any site will do; ``needs`` int32[n], 0 for none,
    else a room's ``kind``. ``relatives``: pairs of candidates. ``digest`` is the SHA-256 of all of these.
    """

    numbers: Sequence[str]
    rooms: Sequence[Room]
    schools: NDArray[np.int32]
    papers: NDArray[np.int32]
    sites: NDArray[np.int32]
    needs: NDArray[np.int32]
    relatives: Sequence[tuple[int, int]] = ()
    rules: SeatingRules = SeatingRules()
    digest: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", tuple(self.numbers))
        object.__setattr__(self, "rooms", tuple(self.rooms))
        object.__setattr__(self, "relatives", tuple((int(one), int(other)) for one, other in self.relatives))
        for name, what in (
            ("schools", ("学校", "schools")),
            ("papers", ("试卷", "papers")),
            ("sites", ("考点", "sites")),
            ("needs", ("特殊需要", "needs")),
        ):
            object.__setattr__(self, name, self._column(getattr(self, name), what))
        self._check_numbers()
        self._check_rooms()
        for pair in self.relatives:
            if not (0 <= pair[0] < self.n and 0 <= pair[1] < self.n) or pair[0] == pair[1]:
                raise UnfitExamination("relatives", first=pair[0], second=pair[1], count=self.n)
        object.__setattr__(self, "digest", self._digest())

    @classmethod
    def of(
        cls,
        numbers: Sequence[str],
        rooms: Sequence[Room],
        schools: Sequence[int],
        *,
        papers: Sequence[int] | None = None,
        sites: Sequence[int] | None = None,
        needs: Sequence[int] | None = None,
        relatives: Sequence[tuple[int, int]] = (),
        rules: SeatingRules | None = None,
    ) -> Examination:
        """From plain lists: one paper, any site and no needs where they are not given."""
        count = len(numbers)
        return cls(
            numbers,
            rooms,
            np.array(schools, np.int32),
            np.zeros(count, np.int32) if papers is None else np.array(papers, np.int32),
            np.full(count, -1, np.int32) if sites is None else np.array(sites, np.int32),
            np.zeros(count, np.int32) if needs is None else np.array(needs, np.int32),
            relatives,
            rules or SeatingRules(),
        )

    @property
    def n(self) -> int:
        return len(self.numbers)

    def _column(self, given: Any, what: tuple[str, str]) -> NDArray[np.int32]:
        array = np.asarray(given)
        if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
            raise UnfitExamination("not-whole", what=what)
        if len(array) != len(self.numbers):
            raise UnfitExamination("sizes", what=what, found=len(array), expected=len(self.numbers))
        kind: DTypeLike = np.int32
        column = np.ascontiguousarray(array, kind).view()
        column.flags.writeable = False
        return column

    def _check_numbers(self) -> None:
        seen: set[str] = set()
        for number in self.numbers:
            if not number or "\n" in number:
                raise UnfitExamination("number", number=number)
            if number in seen:
                raise UnfitExamination("number-twice", number=number)
            seen.add(number)

    def _check_rooms(self) -> None:
        seen: set[str] = set()
        for room in self.rooms:
            if not 1 <= room.rows <= MOST_SIDE or not 1 <= room.columns <= MOST_SIDE:
                raise UnfitExamination("room-size", room=room.code, rows=room.rows, columns=room.columns)
            if not 0 <= room.seats <= room.rows * room.columns:
                raise UnfitExamination("room-seats", room=room.code, seats=room.seats, most=room.rows * room.columns)
            if room.code in seen:
                raise UnfitExamination("room-twice", room=room.code)
            seen.add(room.code)

    def _digest(self) -> str:
        summed = hashlib.sha256()
        rules = self.rules
        said = (
            [(room.code, room.site, room.rows, room.columns, room.seats, room.kind) for room in self.rooms],
            (str(rules.around), str(rules.apart), rules.one_paper, rules.relatives_by_room),
            self.relatives,
        )
        summed.update(repr(said).encode())
        summed.update("\n".join(self.numbers).encode())
        for column in (self.schools, self.papers, self.sites, self.needs):
            summed.update(column.astype("<i4").tobytes())
        return summed.hexdigest()
