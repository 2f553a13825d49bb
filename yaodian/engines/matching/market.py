"""What is given and what comes out: wishes, classes, a drawn order and places; the wish that each applicant got.

Applicants are numbered 0 to n-1 and schools 0 to k-1; the m wishes of all applicants stand one after the other. An
*application* is one such wish. Names stand at the edge only, for sentences, and are not part of the fingerprint.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .refusals import UnfitMarket

Numbers = NDArray[np.integer[Any]]

#: Applications that are looked at together: large enough for NumPy, small enough to stay out of the way of memory.
PIECE = 1 << 20


@dataclass(frozen=True, eq=False)
class Market:
    """Wishes and rules. Raises UnfitMarket where they contradict themselves; all arrays are read-only afterwards.
    Arrays of the right type are not copied: whoever made them must leave them alone.

    ``starts`` int64[n+1]: the wishes of applicant i, the dearest first, are ``schools[starts[i]:starts[i+1]]``.
    ``schools`` int32[m]. ``classes`` int16[m]: the priority class of the applicant at that school, 0 first.
    ``draw`` int64[n]: the drawn order, a permutation of 0 to n-1, the smaller the better; it decides within a class.
    ``capacities`` int32[k]: places. ``digest`` is the SHA-256 of all of these.
    """

    starts: NDArray[np.int64]
    schools: NDArray[np.int32]
    classes: NDArray[np.int16]
    draw: NDArray[np.int64]
    capacities: NDArray[np.int32]
    applicant_names: Sequence[str] | None = None
    school_names: Sequence[str] | None = None
    digest: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, kind, what in (
            ("starts", np.int64, "志愿起止位置"),
            ("schools", np.int32, "志愿学校"),
            ("classes", np.int16, "优先类别"),
            ("draw", np.int64, "派位顺序"),
            ("capacities", np.int32, "招生计划"),
        ):
            object.__setattr__(self, name, whole_numbers(getattr(self, name), kind, what))
        self._check_sizes()
        self._check_schools()
        self._check_classes()
        self._check_draw()
        self._check_repeats()
        bits = sum(self.key_bits)
        if bits > 63:
            raise UnfitMarket("too-large", found=bits)
        object.__setattr__(
            self, "digest", fingerprint(self.starts, self.schools, self.classes, self.draw, self.capacities)
        )

    @classmethod
    def of(
        cls,
        wishes: Sequence[Sequence[int | str]],
        capacities: Sequence[int] | Mapping[str, int],
        *,
        classes: Sequence[Sequence[int]] | None = None,
        draw: Sequence[int] | None = None,
        applicant_names: Sequence[str] | None = None,
        school_names: Sequence[str] | None = None,
    ) -> Market:
        """A market from plain lists. Schools by number, or by name where ``capacities`` is a mapping or names are given.

        Without ``classes`` all are of class 0; without ``draw`` the order of the list is the drawn order.
        """
        if isinstance(capacities, Mapping):
            school_names, capacities = list(capacities), list(capacities.values())
        numbers: dict[str, int] = {}
        for name in school_names or ():
            if name in numbers:
                raise UnfitMarket("school-name-twice", school=name)
            numbers[name] = len(numbers)
        schools: list[int] = []
        for applicant, row in enumerate(wishes):
            for wish, school in enumerate(row):
                number = numbers.get(school, -1) if isinstance(school, str) else school
                if number == -1:
                    who = _called(applicant_names, applicant, "学生")
                    raise UnfitMarket("unknown-school", applicant=who, wish=wish + 1, school=school)
                schools.append(number)
        lengths = [len(row) for row in wishes]
        if classes is None:
            classes = [[0] * length for length in lengths]
        for applicant, (row, given) in enumerate(zip(wishes, classes, strict=False)):
            if len(row) != len(given):
                what = f"{_called(applicant_names, applicant, '学生')}的优先类别"
                raise UnfitMarket("sizes", what=what, found=len(given), expected=len(row))
        if len(classes) != len(wishes):
            raise UnfitMarket("sizes", what="优先类别", found=len(classes), expected=len(wishes))
        return cls(
            starts=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
            schools=whole_numbers(schools, np.int32, "志愿学校"),
            classes=whole_numbers([each for row in classes for each in row], np.int16, "优先类别"),
            draw=whole_numbers(range(len(wishes)) if draw is None else draw, np.int64, "派位顺序"),
            capacities=whole_numbers(capacities, np.int32, "招生计划"),
            applicant_names=applicant_names,
            school_names=school_names,
        )

    @property
    def n_applicants(self) -> int:
        return len(self.starts) - 1

    @property
    def n_schools(self) -> int:
        return len(self.capacities)

    @property
    def n_applications(self) -> int:
        return len(self.schools)

    @property
    def key_bits(self) -> tuple[int, int, int]:
        """Bits that a school, a class and a drawn number take in a sorting key."""
        worst = int(self.classes.max()) if len(self.classes) else 0
        return self.n_schools.bit_length(), worst.bit_length(), max(self.n_applicants - 1, 0).bit_length()

    def lengths(self) -> NDArray[np.int64]:
        """int64[n]: how many wishes each applicant has."""
        return np.diff(self.starts)

    def wishes(self, applicant: int) -> NDArray[np.int32]:
        """The schools that ``applicant`` wishes for, the dearest first."""
        return self.schools[self.starts[applicant] : self.starts[applicant + 1]]

    def applicant_name(self, applicant: int) -> str:
        return _called(self.applicant_names, applicant, "学生")

    def school_name(self, school: int) -> str:
        return _called(self.school_names, school, "学校")

    def owner(self, application: int) -> tuple[int, int]:
        """Applicant and wish (from 0) of an application."""
        applicant = int(np.searchsorted(self.starts, application, side="right")) - 1
        return applicant, int(application - self.starts[applicant])

    def _check_sizes(self) -> None:
        if not len(self.starts) or self.starts[0] != 0 or self.starts[-1] != len(self.schools):
            raise UnfitMarket("starts", expected=len(self.schools))
        if (np.diff(self.starts) < 0).any():
            raise UnfitMarket("starts", expected=len(self.schools))
        for what, found, expected in (
            ("优先类别", len(self.classes), len(self.schools)),
            ("派位顺序", len(self.draw), self.n_applicants),
            ("学生姓名", len(self.applicant_names or ()), self.n_applicants if self.applicant_names is not None else 0),
            ("学校名称", len(self.school_names or ()), self.n_schools if self.school_names is not None else 0),
        ):
            if found != expected:
                raise UnfitMarket("sizes", what=what, found=found, expected=expected)

    def _check_schools(self) -> None:
        if len(self.capacities) and self.capacities.min() < 0:
            school = int(self.capacities.argmin())
            raise UnfitMarket("negative-capacity", school=self.school_name(school), found=int(self.capacities[school]))
        if len(self.schools) and not 0 <= self.schools.min() <= self.schools.max() < self.n_schools:
            wrong = int(np.argmax((self.schools < 0) | (self.schools >= self.n_schools)))
            applicant, wish = self.owner(wrong)
            name = self.applicant_name(applicant)
            raise UnfitMarket("unknown-school", applicant=name, wish=wish + 1, school=int(self.schools[wrong]))

    def _check_classes(self) -> None:
        if len(self.classes) and self.classes.min() < 0:
            wrong = int(self.classes.argmin())
            applicant, wish = self.owner(wrong)
            name = self.applicant_name(applicant)
            raise UnfitMarket("negative-class", applicant=name, wish=wish + 1, found=int(self.classes[wrong]))

    def _check_draw(self) -> None:
        count = self.n_applicants
        is_inside = (self.draw >= 0) & (self.draw < count)
        is_used = np.zeros(count, np.bool_)
        is_used[self.draw[is_inside]] = True
        if is_used.all():
            return
        if is_inside.all():
            # As many numbers as applicants and one unused: another is used twice; name the second who has it.
            _, first = np.unique(self.draw, return_index=True)
            wrong = int(np.setdiff1d(np.arange(count), first)[0])
        else:
            wrong = int(np.argmin(is_inside))
        raise UnfitMarket("draw", last=count - 1, applicant=self.applicant_name(wrong), found=int(self.draw[wrong]))

    def _check_repeats(self) -> None:
        for first, last in pieces(self.starts):
            begin, end = self.starts[first], self.starts[last]
            applicant = np.repeat(np.arange(last - first), np.diff(self.starts[first : last + 1]))
            pair = applicant * self.n_schools + self.schools[begin:end]
            sorted_pair = np.sort(pair)
            twice = sorted_pair[1:][sorted_pair[1:] == sorted_pair[:-1]]
            if not len(twice):
                continue
            at = np.flatnonzero(pair == twice[0]) + begin
            who, wish = self.owner(int(at[0]))
            raise UnfitMarket(
                "repeated-wish",
                applicant=self.applicant_name(who),
                school=self.school_name(int(self.schools[at[0]])),
                first=wish + 1,
                second=self.owner(int(at[1]))[1] + 1,
            )


@dataclass(frozen=True, eq=False)
class Placement:
    """``seats`` int32[n]: the wish (from 0) that each applicant was granted, or -1. ``inputs`` is the fingerprint of the
    market (and of the pools, if there were any); ``pools`` int32[n], where there were pools, the pool whose place it is
    (see :mod:`.pools`)."""

    seats: NDArray[np.int32]
    inputs: str
    pools: NDArray[np.int32] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "seats", whole_numbers(self.seats, np.int32, "录取结果"))
        if self.pools is not None:
            object.__setattr__(self, "pools", whole_numbers(self.pools, np.int32, "名额"))

    @property
    def digest(self) -> str:
        """The SHA-256 of the result: the same inputs give the same."""
        parts = (self.seats,) if self.pools is None else (self.seats, self.pools)
        return fingerprint(np.frombuffer(self.inputs.encode(), np.uint8), *parts)

    def schools(self, market: Market) -> NDArray[np.int32]:
        """int32[n]: the school of each applicant, or -1."""
        found = np.full(market.n_applicants, -1, np.int32)
        is_placed = self.seats >= 0
        found[is_placed] = market.schools[market.starts[:-1][is_placed] + self.seats[is_placed]]
        return found


def whole_numbers(given: Numbers | Sequence[int], kind: DTypeLike, what: str) -> NDArray[Any]:
    """``given`` as a read-only, contiguous array of one dimension. Raises UnfitMarket for fractions, text and overflow."""
    limits = np.iinfo(np.dtype(kind))
    refusal = UnfitMarket("not-whole", what=what, least=limits.min, most=limits.max)
    try:
        array = np.asarray(given if isinstance(given, np.ndarray) else list(given))
    except (TypeError, ValueError, OverflowError):
        raise refusal from None
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise refusal
    if array.size and array.dtype != limits.dtype and not limits.min <= array.min() <= array.max() <= limits.max:
        raise refusal
    array = np.ascontiguousarray(array, limits.dtype).view()
    array.flags.writeable = False
    return array


def pieces(starts: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Runs of applicants (first, after the last) that together have about PIECE applications."""
    count = len(starts) - 1
    marks = np.searchsorted(starts, np.arange(0, int(starts[-1]), PIECE))
    bounds = np.unique(np.concatenate([[0], marks, [count]]))
    return [(int(first), int(last)) for first, last in itertools.pairwise(bounds)]


def fingerprint(*arrays: Numbers) -> str:
    """SHA-256 of lengths and little-endian bytes of ``arrays``, in hexadecimal digits."""
    summed = hashlib.sha256()
    for array in arrays:
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        summed.update(f"{little.dtype.str}{len(little)}:".encode())
        summed.update(np.ascontiguousarray(little).data)
    return summed.hexdigest()


def _called(names: Sequence[str] | None, number: int, kind: str) -> str:
    return f"“{names[number]}”" if names is not None else f"{kind}{number}"
