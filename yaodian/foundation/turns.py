"""Whose turn it is: a leaky bucket that all web processes of a machine share, and the signed words in which a browser keeps
its turn.

An arrival gets the next free slot of a drip of DOOR_RATE a minute. Slots lie in one small file of the data folder, behind a lock
that is held for microseconds, so that they outlive a process that is killed, and nobody who waits is overtaken. Per arrival
nothing else is kept: the turn itself is in the visitor's cookie, signed with the installation's key, and says nothing of a person.

The file is::

    8 bytes   the next free slot, seconds since 1970, as double
    8 bytes   how many turns were given so far, which is the number of the latest
    2^20 bytes one for each of the latest turns: how often it was used

A turn is good for MOST_USES uses: browsers that it lets in, and forms that they send at an entry. Whoever copies
a cookie shares them with whoever he gives it to, so that a turn that is passed round opens no more than a few accounts. A slot whose owner stays away is lost.
"""

from __future__ import annotations

import fcntl
import functools
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path

from django.conf import settings
from django.core import signing

KEPT = 1 << 20
MOST_USES = 60
# Arrivals within so many seconds of their slot go straight in: nobody waits because two have come at once.
EASE_SECONDS = 5.0
# A next slot further ahead than this was written under another clock.
HORIZON_SECONDS = 24 * 60 * 60.0
PASS_SECONDS = 2 * 60 * 60
DESK_SECONDS = 180 * 24 * 60 * 60

_HEAD = struct.Struct("<dQ")
_SIZE = _HEAD.size + KEPT


class Drip:
    """The bucket in a file. Safe between threads and processes of one machine."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._lock = threading.Lock()
        with self._held():
            if os.fstat(self._descriptor).st_size != _SIZE:
                os.ftruncate(self._descriptor, _SIZE)
        self._map = mmap(self._descriptor, _SIZE)

    def take(self, *, rate: int, now: float) -> tuple[int, float]:
        """The next turn under a rate a minute: its number from 1, and when it is, never before `now`."""
        with self._held():
            following, number = _HEAD.unpack_from(self._map)
            if not now <= following <= now + HORIZON_SECONDS:
                following = now
            number += 1
            _HEAD.pack_into(self._map, 0, following + 60.0 / rate, number)
            self._map[_HEAD.size + number % KEPT] = 0
        return number, following

    def use(self, number: int) -> bool:
        """Counts a use of a turn; False once it was used MOST_USES times."""
        place = _HEAD.size + number % KEPT
        with self._held():
            if self._map[place] >= MOST_USES:
                return False
            self._map[place] += 1
        return True

    @contextmanager
    def _held(self) -> Iterator[None]:
        # The lock of the file holds other processes off, that of the process other threads.
        with self._lock:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)


@functools.cache
def drip(path: Path) -> Drip:
    """The bucket of a file, opened once in a process."""
    return Drip(path)


# What a browser keeps ------------------------------------------------------------------------------------------------

TICKET, PASS, DESK = "t", "p", "d"


@dataclass(frozen=True)
class Turn:
    """`kind` is TICKET (waits for the moment `at`), PASS (inside until `at`) or DESK (staff, until `at`); moments in seconds
    since 1970."""

    kind: str
    number: int
    at: int


def _signer() -> signing.Signer:
    return signing.Signer(salt="foundation.turns", sep=".")


def written(turn: Turn) -> str:
    """What stands in the cookie."""
    return _signer().sign(f"{turn.kind}-{turn.number}-{turn.at}")


def read(words: str, *, now: float) -> Turn | None:
    """The turn that a cookie tells of; None where it is missing, not ours, or past its time."""
    try:
        kind, number, at = _signer().unsign(words).split("-")
    except (signing.BadSignature, ValueError):
        return None
    turn = Turn(kind, int(number), int(at))
    # A ticket waits for its owner, but not until the counter of its uses belongs to another.
    until = turn.at + HORIZON_SECONDS if kind == TICKET else turn.at
    return turn if now <= until else None


def desk_cookie(*, now: float) -> dict[str, object]:
    """Arguments of `set_cookie` for the browser of somebody who works here: it is never held."""
    return _cookie(Turn(DESK, 0, int(now) + DESK_SECONDS), DESK_SECONDS)


def turn_cookie(turn: Turn) -> dict[str, object]:
    """The same for a turn."""
    return _cookie(turn, int(HORIZON_SECONDS) if turn.kind == TICKET else PASS_SECONDS)


def _cookie(turn: Turn, seconds: int) -> dict[str, object]:
    return {
        "key": settings.TURN_COOKIE_NAME, "value": written(turn), "max_age": seconds, "httponly": True,
        "secure": settings.SESSION_COOKIE_SECURE, "samesite": "Lax",
    }  # fmt: skip
