"""A round of scores in the invented city: subjects, tie rules, batches with seats, candidates with wishes, in any state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from yaodian.admissions import operations
from yaodian.admissions.models import Intake, ScoreRound, ScoreRun, Season
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import with_rights
from yaodian.organisations.tests import factories as units

NOW = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 7, 20, 2, 0, tzinfo=UTC)
SUBJECTS = [["chinese", 15_000], ["mathematics", 15_000], ["foreign_language", 15_000], ["physics", 10_000]]
TIES = [["chinese", "mathematics", "foreign_language"], ["mathematics"]]


@dataclass
class Scored:
    """The city, an intake of upper secondary schools, a round of it. s0, s1 and s3 admit, s6 and s7 send."""

    units: dict[str, Unit]
    intake: Intake
    round: ScoreRound
    accounts: dict[str, Account] = field(default_factory=dict)

    def account(self, name: str, role: str = "admissions_officer", at: str = "bureau") -> Account:
        """Somebody with a role, made once, his rights loaded as a session loads them."""
        if name not in self.accounts:
            made = units.account(name, (role, self.units[at]), now=NOW)
            made.is_demonstration = True
            made.save()
            self.accounts[name] = with_rights(Account.objects.get(pk=made.pk))
        return self.accounts[name]

    @property
    def officer(self) -> Account:
        return self.account("officer")

    @property
    def publisher(self) -> Account:
        return self.account("publisher", "publisher")


def scored() -> Scored:
    """A round in preparation without batches."""
    city = units.city(schools=9)
    season = Season(office=city["bureau"], title="2026 年普通高中招生", year=2026, made_at=NOW).store()
    intake = Intake(
        season=season, stage="senior", opens_on=date(2026, 6, 25), closes_on=date(2026, 7, 5),
        check_until=date(2026, 7, 10), publishes_on=date(2026, 7, 15), born_from=date(2010, 9, 1),
        born_until=date(2011, 8, 31),
    ).store()  # fmt: skip
    made = Scored(city, intake, ScoreRound())
    made.round = operations.make_score_round(
        actor=made.officer, intake=intake, values={"title": "统一录取", "subjects": SUBJECTS, "ties": TIES}, now=NOW
    )
    return made


def batch(world: Scored, code: str, seats: Mapping[str | tuple[str, str], int], **given: Any) -> None:
    """A batch with seats by school, or by school and sending school where they are held."""
    values = {"label": code, "position": world.round.batches.count() + 1, "kind": "parallel", **given}
    operations.put_batch(actor=world.officer, round=world.round, values={"code": code, **values}, now=NOW)
    operations.put_batch_seats(
        actor=world.officer, round=world.round, now=NOW,
        seats={
            (code, *(key if isinstance(key, tuple) else (key, ""))): {"seats": number, "least": None}
            for key, number in seats.items()
        },
    )  # fmt: skip


def announce(world: Scored) -> None:
    world.round = operations.announce_scores(actor=world.publisher, round=world.round, now=NOW)


def candidate(
    world: Scored,
    number: str,
    scores: Sequence[float],
    *,
    phone: str = "",
    second_phone: str = "",
    name: str = "林小满",
    origin: str = "s6",
    lot: int | None = None,
    **wishes: Sequence[str],
) -> None:
    """A candidate with points in the order of the subjects, and wishes by the code of a batch."""
    points = {code: round(one * 100) for (code, _full), one in zip(world.round.subjects, scores, strict=True)}
    operations.put_candidates(
        actor=world.officer, round=world.round, now=NOW,
        candidates={
            number: {
                "name": name, "phone": phone, "second_phone": second_phone, "origin": origin, "lot": lot, "scores": points,
            }
        },
    )  # fmt: skip
    operations.put_candidate_wishes(
        actor=world.officer, round=world.round, now=NOW,
        wishes={
            (number, code, place): school for code, schools in wishes.items() for place, school in enumerate(schools, 1)
        },
    )  # fmt: skip


def by_hand() -> Scored:
    """The example of docs/algorithms/placing.md: two seats at s0, one at s1, one at s3; mathematics decides between B and C."""
    world = scored()
    batch(world, "one", {"s0": 2, "s1": 1, "s3": 1})
    announce(world)
    for number, scores, wishes in (
        ("A", (110, 118, 102, 90), ("s0", "s1")),
        ("B", (110, 110, 105, 90), ("s0", "s1")),
        ("C", (108, 112, 105, 90), ("s0", "s1", "s3")),
        ("D", (110, 120, 110, 72), ("s0", "s1")),
        ("E", (100, 100, 100, 98), ("s1", "s3")),
    ):
        candidate(world, number, scores, one=wishes)
    return world


def further(world: Scored, title: str = "征集志愿") -> None:
    """A later round of the same intake, announced: two seats at s0, one at s3."""
    world.round = operations.make_score_round(
        actor=world.officer, intake=world.intake, values={"title": title, "subjects": SUBJECTS, "ties": TIES}, now=NOW
    )
    batch(world, "later", {"s0": 2, "s3": 1})
    announce(world)


def placed(world: Scored) -> ScoreRun:
    """The sealed run of a round whose data are closed here."""
    world.round = operations.close_scores(actor=world.officer, round=world.round, now=NOW)
    run = operations.ask_score_run(actor=world.officer, round=world.round, now=NOW)
    return operations.compute_score_run(run_id=run.pk, now=NOW)


def published(world: Scored) -> ScoreRun:
    """The same, opened by the second person."""
    return operations.open_score_run(actor=world.publisher, run=placed(world), now=LATER)


def places(run: ScoreRun) -> dict[str, str]:
    """Schools by the candidate's number."""
    return dict(run.admissions.values_list("candidate__number", "school__code"))
