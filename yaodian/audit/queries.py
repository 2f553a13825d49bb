"""Reading the journal, and checking that it is whole."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F, Max, Min, Q, QuerySet, Sum
from django.utils import timezone

from yaodian.audit.models import GENESIS, LISTED, Entry, Head, ReadDay, ReadMinute


@dataclass(frozen=True)
class Verification:
    """What a check of the journal found.

    `count` rows were sound; `first_broken_id` and `reason` name the first that is not. `last_hash` is the hash at the
    end: written down elsewhere, it lets anyone prove later that nothing up to here was exchanged, head row included.
    """

    ok: bool
    count: int
    first_broken_id: int | None
    reason: str
    last_hash: str


def verify_journal() -> Verification:
    """Walks the whole chain from the first row, in one consistent view of the database, in constant memory."""
    with transaction.atomic():
        return _verify()


def verify_journal_part(*, count: int, last_hash: str, at_most: int) -> Verification:
    """Goes on from a row that was found sound: `count` and `last_hash` as a former call gave them, 0 and "" at first.

    Checks the next `at_most` rows, and the head where there are fewer; so a long journal is checked in short
    transactions, and its end without its beginning. Also notices that the row it goes on from is another by now.
    """
    with transaction.atomic():
        return _verify(count, last_hash or GENESIS, at_most)


def _verify(count: int = 0, previous: str = GENESIS, at_most: int | None = None) -> Verification:
    # Appending waits until the walk is over, so head and rows belong together.
    head = Head.objects.select_for_update().filter(pk=1).first()
    last = count + at_most if at_most is not None else None

    def broken(entry_id: int | None, reason: str) -> Verification:
        return Verification(ok=False, count=count, first_broken_id=entry_id, reason=reason, last_hash=previous)

    if head is None:
        return broken(None, "the head row is missing, so a cut-off end could not be noticed")
    if count:
        stands = Entry.objects.filter(pk=count).values_list("hash", flat=True).first()
        if stands != previous:
            return broken(count, f"row {count} is gone or another since it was last checked")
    for entry in _rows(count):
        if count == last:
            return Verification(ok=True, count=count, first_broken_id=None, reason="", last_hash=previous)
        if isinstance(entry, _Unreadable):
            return broken(count + 1, f"row {count + 1} was changed after it was written: {entry}")
        expected_id = count + 1
        if entry.id != expected_id:
            return broken(expected_id, f"row {expected_id} is missing; the next row found is {entry.id}")
        if entry.id > head.last_id:
            return broken(entry.id, f"row {entry.id} was inserted: the head row ends at {head.last_id}")
        if entry.previous_hash != previous:
            return broken(
                entry.id, f"row {entry.id} does not follow row {count}: rows were exchanged, inserted or written anew"
            )
        if not _is_sound(entry):
            return broken(entry.id, f"row {entry.id} was changed after it was written")
        count, previous = expected_id, entry.hash
    if head.last_id != count:
        return broken(count + 1, f"the end was cut off: the head row ends at {head.last_id}, the rows at {count}")
    if head.last_hash != previous:
        return broken(count or None, "the head row holds another hash than the last row: the end was written anew")
    return Verification(ok=True, count=count, first_broken_id=None, reason="", last_hash=previous)


class _Unreadable(Exception):
    """A row that cannot be loaded: SQLite keeps rubbish for a date, bytes for text, or text that is none."""


def _rows(after: int) -> Iterator[Entry | _Unreadable]:
    """The rows after one, in order; one that cannot be loaded comes as what is wrong with it, and is the last."""
    last_id: Any = after or None
    found = Entry.objects.order_by("id")
    try:
        for entry in (found.filter(id__gt=after) if after else found).iterator(chunk_size=2000):
            last_id = entry.id
            yield entry
    except _RUBBISH as error:
        _let_pass_unless_undecodable(error)
    else:
        return
    # The rows of a chunk are loaded together, so the one at fault is found by going on row by row.
    while True:
        left = Entry.objects.order_by("id") if last_id is None else Entry.objects.filter(id__gt=last_id).order_by("id")
        try:
            entry = left[:1].get()
        except _RUBBISH as error:
            _let_pass_unless_undecodable(error)
            yield _Unreadable(f"a column holds what it never could ({error})")
            return
        last_id = entry.id
        yield entry


_RUBBISH = (TypeError, ValueError, AttributeError, DatabaseError)


def _let_pass_unless_undecodable(error: Exception) -> None:
    """A database that does not answer is no tampering."""
    if isinstance(error, DatabaseError) and "UTF-8" not in str(error):
        raise error


def _is_sound(entry: Entry) -> bool:
    try:
        return entry.digest() == entry.hash
    except (TypeError, ValueError, AttributeError):
        return False


def entries(
    *, code: str = "", actor: str = "", subject: str = "", from_on: date | None = None, to_on: date | None = None
) -> QuerySet[Entry]:
    """The journal, newest first: `code` by its beginning, `actor` and `subject` by any part, days inclusive."""
    found = Entry.objects.order_by("-id")
    if code:
        found = found.filter(code__startswith=code)
    if actor:
        found = found.filter(actor_name__icontains=actor)
    if subject:
        found = found.filter(subject__icontains=subject)
    if from_on:
        found = found.filter(at__gte=timezone.make_aware(datetime.combine(from_on, time.min)))
    if to_on:
        found = found.filter(at__lte=timezone.make_aware(datetime.combine(to_on, time.max)))
    return found


def last_id() -> int:
    """The number of the last entry; every one up to it is committed. One query."""
    return Head.objects.filter(pk=1).values_list("last_id", flat=True).first() or 0


def span_of(*, codes: Collection[str], after: int) -> tuple[datetime, datetime] | None:
    """From when to when things happened whose log codes begin with one of `codes`, after an entry; None where none did.

    One query, over the entries after that one.
    """
    wanted = Q(pk__in=())
    for code in codes:
        wanted |= Q(code__startswith=code)
    found = Entry.objects.filter(wanted, id__gt=after).order_by().aggregate(first=Min("at"), last=Max("at"))
    return (found["first"], found["last"]) if found["first"] is not None else None


def codes() -> Sequence[str]:
    """All log codes that occur, in order."""
    return list(Entry.objects.order_by("code").values_list("code", flat=True).distinct())


def entries_of(*, subject: str) -> QuerySet[Entry]:
    """What happened to one thing, newest first; `subject` as it was recorded."""
    return Entry.objects.filter(subject=subject).order_by("-id")


@dataclass(frozen=True)
class Reads:
    """How many records of people an account was shown, and was refused, since a moment."""

    account_id: int
    count: int
    refused: int


def reads_since(*, moment: datetime, at_least: int, is_listed: bool = False) -> list[Reads]:
    """The accounts that asked for at least so many records, shown or refused, since a moment (to the minute).

    Of single records, or with `is_listed` of rows in lists.
    """
    counted = ReadMinute.objects.filter(minute__gte=moment.replace(second=0, microsecond=0))
    in_lists = Q(kind__startswith=LISTED)
    sums = (
        counted.filter(in_lists if is_listed else ~in_lists)
        .values("account_id")
        .annotate(shown=Sum("count"), kept=Sum("refused"))
        .annotate(asked=F("shown") + F("kept"))
        .filter(asked__gte=at_least)
        .order_by("account_id")
    )
    return [Reads(row["account_id"], row["shown"], row["kept"]) for row in sums]


@dataclass(frozen=True)
class DayOfReads:
    """How many records of people an account was shown and was refused on a local day, and how many it may be shown."""

    count: int
    refused: int
    limit: int


def reads_on(*, account_id: int, day: date) -> DayOfReads:
    """One query."""
    row = ReadDay.objects.filter(account_id=account_id, day=day).first() or ReadDay()
    return DayOfReads(row.count, row.refused, settings.READ_BUDGET_PER_DAY + row.extra)
