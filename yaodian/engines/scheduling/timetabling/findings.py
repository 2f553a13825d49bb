"""What may be found wrong with a problem before it is solved: codes, and findings of indices and figures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """What a finding is about. The comment says what ``needed`` and ``there`` count."""

    NOTHING_TO_TEACH = "nothing-to-teach"
    NO_TIMES = "no-times"
    BAD_INDEX = "bad-index"  # an index that the problem does not have
    NAMED_TWICE = "named-twice"  # two of one id: how many, 1
    PIECES_DO_NOT_ADD_UP = "pieces-do-not-add-up"  # duration, sum of the pieces
    LENGTH_FITS_NO_DAY = "length-fits-no-day"  # length, longest run of times
    NO_START = "no-start"  # length of the piece, 0 starts left by fixed, preferred and unavailable times
    NOT_ENOUGH_STARTS = "not-enough-starts"  # pieces, starts
    FIXED_AT_ONCE = "fixed-at-once"  # two events of one resource that can only be at one time
    NONE_OF_KIND = "none-of-kind"  # no resource of the kind of an open need
    NO_CANDIDATES = "no-candidates"
    TWICE_IN_EVENT = "twice-in-event"
    NOBODY_TEACHES = "nobody-teaches"
    EMPTY_GROUP = "empty-group"
    GROUP_TOO_LARGE = "group-too-large"  # heads, seats of the largest room
    RESOURCE_OVERFULL = "resource-overfull"  # times of a week
    WORKLOAD_OVERFULL = "workload-overfull"
    KIND_OVERFULL = "kind-overfull"  # times of a week
    SPREAD_OVERFULL = "spread-overfull"  # pieces
    AT_ONCE_OVERFULL = "at-once-overfull"  # times of a week
    LINKED_WITH_ONE_RESOURCE = "linked-with-one-resource"
    LINKED_AND_APART = "linked-and-apart"
    LINKED_OF_OTHER_LENGTH = "linked-of-other-length"  # durations
    ORDER_CYCLE = "order-cycle"


#: Slips that a timetable survives.
_DOUBTFUL = {
    Code.NOTHING_TO_TEACH,
    Code.NAMED_TWICE,
    Code.TWICE_IN_EVENT,
    Code.NOBODY_TEACHES,
    Code.EMPTY_GROUP,
    Code.NONE_OF_KIND,
    Code.NO_CANDIDATES,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """``events``, ``resources``, ``times`` and ``constraints`` are indices of the problem; ``week`` of its cycle; ``name`` an id or a kind.
    ``is_proven``: of a slip that a timetable may survive, that it does not here."""

    code: Code
    events: tuple[int, ...] = ()
    resources: tuple[int, ...] = ()
    times: tuple[int, ...] = ()
    constraints: tuple[int, ...] = ()
    needed: int | None = None
    there: int | None = None
    week: int | None = None
    name: str = ""
    is_proven: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether no timetable at all can be valid because of this."""
        return self.code not in _DOUBTFUL or self.is_proven
