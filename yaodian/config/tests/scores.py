"""A published round of scores of an office, for the permission matrix; every name and number is invented."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from yaodian.admissions import operations
from yaodian.admissions.models import Intake, ScoreRun, Season
from yaodian.identity.tests.telephones import NUMBER, give_phone
from yaodian.organisations.models import Account, Unit


def published(*, office: Unit, school: Unit, family: Account, secret: str, now: datetime) -> ScoreRun:
    """A round with one school that admitted one candidate, the family's, whose name holds the secret."""
    day = now.date()
    season = Season(office=office, title=f"{secret}高中招生", year=day.year, made_at=now).store()
    intake = Intake(
        season=season, stage="senior", opens_on=day - timedelta(30), closes_on=day - timedelta(20),
        check_until=day - timedelta(10), publishes_on=day, born_from=date(2009, 9, 1), born_until=date(2010, 8, 31),
    ).store()  # fmt: skip
    row = operations.make_score_round(
        actor=None, intake=intake, values={"title": f"{secret}录取", "subjects": [["chinese", 10_000]]}, now=now
    )
    batch = {"code": "1", "label": f"{secret}批次", "position": 1, "kind": "parallel"}
    operations.put_batch(actor=None, round=row, values=batch, now=now)
    seats = {("1", school.code, ""): {"seats": 1, "least": None}}
    operations.put_batch_seats(actor=None, round=row, seats=seats, now=now)
    row = operations.announce_scores(actor=None, round=row, now=now)
    candidate = {"name": f"{secret}考生", "phone": NUMBER, "origin": school.code, "scores": {"chinese": 9_000}}
    operations.put_candidates(actor=None, round=row, candidates={"1": candidate}, now=now)
    operations.put_candidate_wishes(actor=None, round=row, wishes={("1", "1", 1): school.code}, now=now)
    give_phone(family)
    row = operations.close_scores(actor=None, round=row, now=now)
    asked = operations.ask_score_run(actor=None, round=row, now=now)
    return operations.open_score_run(actor=None, run=operations.compute_score_run(run_id=asked.pk, now=now), now=now)
