"""``python scripts/with_postgres.py --durable python -m benchmarks.seats``: 500 claimers of one freed seat, 200 times.

One school has one seat; hundreds of children wait for it in order. In every trial all claimers begin at the same moment, over as many
connections as the server bears: the family that holds the place sends its acceptance and its giving up again and again, and clerks
call the list. Whatever comes first, the seat must be given on exactly once, and be held by exactly one child afterwards.

The canary is the same with the protection switched off: neither the rows are locked nor does the database refuse a seat too many or a
second place of a child. It must oversell, or the trials before it have shown nothing. Exit status 1 where either is not so.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest import mock

import click

from benchmarks import report

NOW = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)
FIRST_BIRTHDAY = date(2019, 9, 1)
CONNECTIONS = 40
FENCES = ("admissions_offer_never_oversold", "admissions_place_one_a_child")


class Ground:
    """A published intake, a school of one seat that one child holds, and so many that wait for it. The database must be migrated."""

    def __init__(self, waiting: int) -> None:
        from yaodian.admissions.models import ApplicationState, How, IntakeState, Offer, Place, Waiting
        from yaodian.admissions.tests import factories, families

        world = factories.made(state=IntakeState.PUBLISHED, seats=(1, 1, 1))
        self.offer = world.offers["s3"]
        said = families.stated(world)
        rows = [
            factories.application(
                world, state=ApplicationState.VERIFIED, wishes=("s3",), facts=["household"],
                said=families.born(said, FIRST_BIRTHDAY + timedelta(days=child % 365), serial=child // 365),
            )
            for child in range(waiting + 1)
        ]  # fmt: skip
        Place.objects.create(
            application=rows[0], offer=self.offer, how=How.WISHES, offered_at=NOW, accept_until=NOW.date() + timedelta(days=7)
        )  # fmt: skip
        Offer.objects.filter(pk=self.offer.pk).update(taken=1)
        Waiting.objects.bulk_create(
            Waiting(application=row, offer=self.offer, position=position) for position, row in enumerate(rows[1:], 1)
        )

    def held(self) -> list[Any]:
        """The places of the school that somebody holds."""
        from yaodian.admissions.models import HOLDING, Place

        places = Place.objects.filter(offer=self.offer, state__in=HOLDING).select_related("application__account")
        return list(places.order_by("pk"))

    def made(self) -> int:
        """How many places of the school were ever given."""
        from yaodian.admissions.models import Place

        return Place.objects.filter(offer=self.offer).count()

    def taken(self) -> int:
        """How many the school counts as given."""
        from yaodian.admissions.models import Offer

        return Offer.objects.get(pk=self.offer.pk).taken


@dataclass
class Raced:
    """What one trial came to: places that were given in it, places held and counted after it, and what became of the claims."""

    given: int
    held: int
    taken: int
    answers: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """The seat was given on once, one child holds it, and nothing but a refusal came back."""
        return (self.given, self.held, self.taken, self.answers["error"]) == (1, 1, 1, 0)


def race(ground: Ground, *, claimers: int, connections: int = CONNECTIONS) -> Raced:
    """So many claims of the seat that one family holds, begun at once."""
    from django.db import Error
    from django.db import connections as databases

    from yaodian.admissions.operations import accept_place, call_waiting, decline_place
    from yaodian.foundation.refusing import UnableTo

    (place,) = ground.held()
    before = ground.made()
    whose: dict[str, Any] = {"actor": place.application.account, "place": place, "now": NOW}
    claims: tuple[Callable[[], object], ...] = (
        lambda: decline_place(**whose),
        lambda: call_waiting(offer=ground.offer, now=NOW),
        lambda: accept_place(keeps_waiting=True, **whose),
    )
    lanes = min(connections, claimers)
    start = threading.Barrier(lanes)
    answers: Counter[str] = Counter()
    seconds: list[float] = []

    def claim(lane: int) -> None:
        try:
            # Everybody has a connection before anybody begins.
            databases["default"].ensure_connection()
            start.wait(timeout=60)
            for number in range(lane, claimers, lanes):
                began = time.perf_counter()
                try:
                    claims[number % len(claims)]()
                    answer = "taken"
                except UnableTo:
                    answer = "refused"
                except Error:
                    # The database itself had to refuse it.
                    answer = "error"
                seconds.append(time.perf_counter() - began)
                answers[answer] += 1
        finally:
            databases.close_all()

    threads = [threading.Thread(target=claim, args=(lane,)) for lane in range(lanes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Raced(ground.made() - before, len(ground.held()), ground.taken(), answers, seconds)


@contextlib.contextmanager
def unprotected() -> Iterator[None]:
    """Nobody waits for anybody, and the database lets everything pass. What was oversold must be taken away before the end."""
    from django.db import connection
    from django.db.models import QuerySet

    from yaodian.admissions.models import Offer, Place
    from yaodian.admissions.operations import places

    constraints = [one for model in (Offer, Place) for one in model._meta.constraints if one.name in FENCES]
    owners = {one.name: model for model in (Offer, Place) for one in model._meta.constraints}

    def unlocked(rows: Any, **_chosen: Any) -> Any:
        return rows.all()

    with connection.schema_editor() as schema:
        for one in constraints:
            schema.remove_constraint(owners[one.name], one)
    try:
        with (
            mock.patch.object(places, "lock_intake", lambda intake: type(intake).objects.get(pk=intake.pk)),
            mock.patch.object(QuerySet, "select_for_update", unlocked),
        ):
            yield
    finally:
        with connection.schema_editor() as schema:
            for one in constraints:
                schema.add_constraint(owners[one.name], one)


def oversell(ground: Ground, *, claimers: int, trials: int) -> int:
    """How many of the trials give the seat more than once when nothing protects it. Ends as it began: one holds it."""
    from yaodian.admissions.models import HOLDING, Offer, Place, PlaceState

    oversold = 0
    with unprotected():
        for _trial in range(trials):
            oversold += race(ground, claimers=claimers).given > 1
            places = Place.objects.filter(offer=ground.offer)
            last = places.latest("pk")
            places.filter(state__in=HOLDING).update(state=PlaceState.REPLACED, decided_at=NOW)
            places.filter(pk=last.pk).update(state=PlaceState.OFFERED)
            Offer.objects.filter(pk=ground.offer.pk).update(taken=1)
    return oversold


@click.command()
@click.option("--claimers", default=500, show_default=True, help="claims of the one seat in each trial")
@click.option("--trials", default=200, show_default=True, help="how often the seat is freed")
@click.option("--canary", default=10, show_default=True, help="trials without protection")
def main(claimers: int, trials: int, canary: int) -> None:
    """Race for one seat, with and without protection, and say how often it was given."""
    facts = {**report.conditions(), "claimers": claimers, "connections": CONNECTIONS}
    os.environ.setdefault("YAODIAN_DATA", tempfile.mkdtemp(prefix="yaodian-benchmark-"))
    os.environ.setdefault("YAODIAN_LOG_LEVEL", "ERROR")
    os.environ["DJANGO_SETTINGS_MODULE"] = "yaodian.config.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor != "postgresql":
        sys.exit("SQLite has one writer at a time and cannot be raced: run this under scripts/with_postgres.py")
    call_command("migrate", verbosity=0)
    from yaodian.audit.queries import verify_journal

    # Without protection one trial may give the seat to as many as claim it at once.
    ground = Ground(trials + canary * CONNECTIONS)
    began = time.monotonic()
    raced = [race(ground, claimers=claimers) for _trial in range(trials)]
    taken = time.monotonic() - began
    waits = sorted(one for trial in raced for one in trial.seconds)
    is_whole = verify_journal().ok
    oversold = oversell(ground, claimers=claimers, trials=canary)
    right = sum(trial.is_right for trial in raced)
    row = {
        "trials": trials, "claims": sum(len(trial.seconds) for trial in raced), "given exactly once": right,
        "errors": sum(trial.answers["error"] for trial in raced), "journal broken": int(not is_whole),
        "p50, ms": waits[len(waits) // 2] * 1_000, "p99, ms": waits[len(waits) * 99 // 100] * 1_000,
        "claims a second": len(waits) / taken, "canary trials": canary, "canary oversold": oversold,
    }  # fmt: skip
    report.finish("seats", tuple(row), [list(row.values())], facts)
    if right != trials or not is_whole or not oversold:
        sys.exit(1)


if __name__ == "__main__":
    main()
