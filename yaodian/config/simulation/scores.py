"""A round of upper secondary admissions by score is played: rules, scores, wishes, placement, publication, through the operations.

Candidates, scores and wishes are invented from a seed: equal seeds give equal rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random
from typing import Any

from yaodian.admissions import operations
from yaodian.admissions.models import ScoreRound, ScoreRun
from yaodian.config.simulation.ground import at
from yaodian.config.simulation.season import GIVEN, SURNAMES, Staff
from yaodian.organisations.models import Unit
from yaodian.registry.demonstration.streams import stream

SUBJECTS = (
    ("chinese", 12_000), ("mathematics", 12_000), ("foreign_language", 12_000), ("physics", 8_000), ("chemistry", 6_000),
    ("ethics", 6_000), ("history", 6_000), ("sport", 5_000),
)  # fmt: skip
TIES = (("chinese", "mathematics", "foreign_language"), ("mathematics",))
CANDIDATES = 120
LINE = 40_000
# Shares of the seats: what is held for sending schools, and what all seats are of all candidates.
HELD_SHARE, SEATS_SHARE = 0.3, 0.75


def title_of(year: int) -> str:
    """What the season of a year is called."""
    return f"{year} 年普通高中招生（演示）"


def play_scores(
    *,
    office: Unit,
    seniors: Sequence[Unit],
    juniors: Sequence[Unit],
    staff: Staff,
    year: int,
    seed: int,
    candidates: int = CANDIDATES,
) -> ScoreRun:
    """Plays a round from its rules to publication: 指标到校 first, then parallel wishes. At least one school of each kind.

    Raises what the operations raise.
    """
    choices = stream(seed, "scores")
    row = _announce(office, seniors, juniors, staff, year, candidates)
    _load(row, seniors, juniors, staff, choices, year, candidates)
    given: dict[str, Any] = {"actor": staff.officer, "round": row}
    row = operations.close_scores(**given, now=at(date(year, 7, 8), 9))
    asked = operations.ask_score_run(actor=staff.officer, round=row, now=at(date(year, 7, 10), 9))
    computed = operations.compute_score_run(run_id=asked.pk, now=at(date(year, 7, 10), 9, 5))
    return operations.open_score_run(actor=staff.publisher, run=computed, now=at(date(year, 7, 15), 9))


def _announce(
    office: Unit, seniors: Sequence[Unit], juniors: Sequence[Unit], staff: Staff, year: int, candidates: int
) -> ScoreRound:
    now = at(date(year, 4, 1), 9)
    season = operations.make_season(
        actor=staff.officer, office=office, now=now,
        values={"title": title_of(year), "year": year, "basis": "《关于做好高中阶段学校招生工作的通知》（虚构）"},
    )  # fmt: skip
    intake = operations.put_intake(
        actor=staff.officer, season=season, stage="senior", now=now,
        values={
            "opens_on": date(year, 6, 25), "closes_on": date(year, 7, 5), "check_until": date(year, 7, 8),
            "publishes_on": date(year, 7, 15), "born_from": date(year - 16, 9, 1), "born_until": date(year - 15, 8, 31),
        },
    )  # fmt: skip
    row = operations.make_score_round(
        actor=staff.officer, intake=intake, now=now, values={"title": "统一录取", "subjects": SUBJECTS, "ties": TIES}
    )
    given: dict[str, Any] = {"actor": staff.officer, "round": row, "now": now}
    for position, code, label, kind, most in (
        (1, "held", "指标到校", "held", 1),
        (2, "open", "统一招生", "parallel", 4),
    ):
        values = {"code": code, "label": label, "position": position, "kind": kind, "most_wishes": most, "line": LINE}
        operations.put_batch(values=values, **given)
    operations.put_batch(values={"code": "held", "unused_to": "open"}, **given)
    each = candidates * SEATS_SHARE / len(seniors)
    held = max(1, round(each * HELD_SHARE / len(juniors)))
    seats: dict[tuple[str, str, str], dict[str, Any]] = {
        ("held", senior.code, junior.code): {"seats": held, "least": None} for senior in seniors for junior in juniors
    }
    for senior in seniors:
        seats["open", senior.code, ""] = {"seats": max(1, round(each) - held * len(juniors)), "least": None}
    operations.put_batch_seats(seats=seats, **given)
    return operations.announce_scores(actor=staff.publisher, round=row, now=at(date(year, 4, 20), 10))


def _load(
    row: ScoreRound,
    seniors: Sequence[Unit],
    juniors: Sequence[Unit],
    staff: Staff,
    choices: Random,
    year: int,
    candidates: int,
) -> None:
    """Everybody would rather be at the first schools, by and large; one in thirty names none."""
    made: dict[str, dict[str, Any]] = {}
    wishes: dict[tuple[str, str, int], str] = {}
    lots = choices.sample(range(candidates), candidates)
    for place in range(candidates):
        number = f"{year}{place + 1:06d}"
        gift = choices.betavariate(6, 2)
        points = {
            code: round(full * min(1.0, max(0.0, gift + choices.gauss(0, 0.06)))) // 50 * 50 for code, full in SUBJECTS
        }
        made[number] = {
            "name": f"{choices.choice(SURNAMES)}{choices.choice(GIVEN)}",
            "phone": f"137{place:08d}",
            "origin": juniors[place % len(juniors)].code,
            # A number in a draw that was held before decides between those whom nothing else tells apart.
            "lot": lots[place],
            "scores": points,
        }
        if choices.random() < 1 / 30:
            continue
        liked = sorted(range(len(seniors)), key=lambda one: one + choices.gauss(0, 1.2))
        wishes[number, "held", 1] = seniors[liked[0]].code
        wishes |= {(number, "open", turn): seniors[one].code for turn, one in enumerate(liked[:4], 1)}
    given: dict[str, Any] = {"actor": staff.officer, "round": row}
    operations.put_candidates(candidates=made, now=at(date(year, 7, 2), 9), **given)
    operations.put_candidate_wishes(wishes=wishes, now=at(date(year, 7, 6), 9), **given)
