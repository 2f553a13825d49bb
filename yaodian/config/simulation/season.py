"""A season of admissions is played: from the rules to the appeals, through the operations, with the played moment as `now`.

`play_season` plays a whole one; `open_season` and `promise_season` stop where families apply, and where the draw is due, so that
these can be tried.

Families, numbers and addresses are invented from a seed, and the values of the draw's sources as well: equal seeds give equal
families, wishes and application numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from yaodian.admissions import operations
from yaodian.admissions.content import Child, Content, Home, StatedGuardian
from yaodian.admissions.models import (
    Application,
    ApplicationState,
    Draw,
    Intake,
    Offer,
    Place,
    PlaceState,
    Run,
    Season,
    Verdict,
)
from yaodian.admissions.problem.addresses import Range
from yaodian.admissions.problem.questions import GROUP, group_of, questions_of
from yaodian.config.simulation.ground import at
from yaodian.engines.lottery import Reveal
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.operations import create_account
from yaodian.organisations.queries import units_as_of
from yaodian.registry.demonstration.streams import stream
from yaodian.registry.queries import grades_taught, schools_in

STREETS = ("梧桐路", "青川路", "学府街", "望江街", "石桥路", "云岭路")
SURNAMES = "林周陈沈许顾韩姚孟秦白陆江方苏叶"
GIVEN = ("小满", "知行", "若溪", "予安", "嘉树", "清和", "一诺", "思远", "子衿", "明朗")
CRITERIA = (
    ("household", "儿童与监护人户籍在学区内", ("户口簿",)),
    ("property", "监护人在学区内有自有住房并实际居住", ("不动产权证",)),
    ("residence", "监护人持本市居住证并缴纳社会保险", ("居住证", "社会保险缴费证明")),
)
CLASSES = (
    (1, "户籍与房产一致", "户籍与自有住房都在学区内。", ("household", "property"), ()),
    (2, "仅有户籍", "户籍在学区内，没有自有住房。", ("household",), ("property",)),
    (3, "随迁子女", "持居住证并缴纳社会保险的随迁子女。", ("residence",), ("household",)),
)
CHECKS = "10X98765432"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


# At what age, in full years on 31 August, children enter.
AGES = {"preschool": 3, "primary": 6, "junior": 12}


@dataclass(frozen=True)
class Terms:
    """For which children a season is, and when. Its other days are counted from that on which applications open."""

    title: str
    stage: str
    year: int
    opens_on: date
    prefix: str

    @property
    def born_from(self) -> date:
        return date(self.year - AGES[self.stage] - 1, 9, 1)

    @property
    def born_until(self) -> date:
        return date(self.year - AGES[self.stage], 8, 31)

    def day(self, number: int) -> date:
        """Day 0 opens, 12 is the last of applications, 27 that of the checks, 37 that of the results."""
        return self.opens_on + timedelta(days=number)


@dataclass(frozen=True)
class Staff:
    """Who keeps the rules, who checks (three, the third where two differ), and who announces, publishes and decides."""

    officer: Account
    checkers: tuple[Account, Account, Account]
    publisher: Account


@dataclass
class Played:
    """What the season came to. `truth` is what holds of each child, by application."""

    season: Season
    intake: Intake
    terms: Terms
    counts: Counter[str] = field(default_factory=Counter)
    truth: dict[int, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    draw: Draw | None = None
    run: Run | None = None


def year_to_enter(today: date) -> int:
    """For which year a season that goes on today may be: families decide before the school year begins."""
    return today.year if today + timedelta(days=60) < date(today.year, 9, 1) else today.year + 1


def terms_of(year: int, *, opens_on: date | None = None) -> Terms:
    """A season of primary schools, in June of its year unless it opens on another day."""
    return Terms(f"{year} 年义务教育招生入学（演示）", "primary", year, opens_on or date(year, 6, 8), "s")


def terms_to_try(year: int, *, opens_on: date) -> Terms:
    """A season of kindergartens that opens on a day."""
    return Terms(f"{year} 年幼儿园招生（演示）", "preschool", year, opens_on, "k")


def terms_to_draw(year: int, *, opens_on: date) -> Terms:
    """A season of lower secondary schools that opens on a day."""
    return Terms(f"{year} 年初中招生（演示）", "junior", year, opens_on, "j")


def is_any_there() -> bool:
    """Whether any office has a season."""
    return Season.objects.exists()


def is_played(*, office: Unit, terms: Terms) -> bool:
    """Whether the office has the season already."""
    return Season.objects.filter(office=office, title=terms.title).exists()


def schools_teaching(*, stage: str, day: date) -> list[Unit]:
    """The schools of the city that teach a stage on a day, by code."""
    offices = [unit.pk for unit in units_as_of(day=day).filter(kind="county")]
    there = [one for one in schools_in(offices=offices, day=day) if stage in grades_taught(one.school_type)]
    return list(Unit.objects.filter(pk__in=[one.unit_id for one in there]).order_by("code"))


def play_season(
    *,
    office: Unit,
    schools: Sequence[Unit],
    staff: Staff,
    terms: Terms,
    seed: int,
    families: int,
    until: date | None = None,
) -> Played:
    """Plays a season: all schools but the last have a catchment, the last is open to all. At least three schools.

    Nothing is decided on the day `until` or later: places that nobody took by then are still offered, and can be.
    Raises what the operations raise: nothing is done past them.
    """
    choices = stream(seed, "season")
    played = _promised(office, schools, staff, terms, families, choices)
    _draw(played, staff, choices)
    _publish(played, staff)
    _follow(played, staff, choices, until or terms.day(60))
    played.intake.refresh_from_db()
    return played


def promise_season(
    *, office: Unit, schools: Sequence[Unit], staff: Staff, terms: Terms, seed: int, families: int
) -> Played:
    """A season whose draw is promised, over sources that are known on its day 31. Raises what the operations raise."""
    return _promised(office, schools, staff, terms, families, stream(seed, "promised season"))


def _promised(
    office: Unit, schools: Sequence[Unit], staff: Staff, terms: Terms, families: int, choices: Random
) -> Played:
    played = _announce(office, schools, staff, terms, families)
    operations.open_intakes(now=at(terms.opens_on, 0, 10))
    _apply(played, choices, families, days=13)
    operations.close_intakes(now=at(terms.day(13), 0, 10))
    _check(played, staff, choices)
    _promise(played, staff)
    return played


def open_season(
    *, office: Unit, schools: Sequence[Unit], staff: Staff, terms: Terms, seed: int, families: int, today: date
) -> Played:
    """A season whose days of application have begun before today: some families have applied, and nobody has looked yet.

    Raises what the operations raise.
    """
    played = _announce(office, schools, staff, terms, families)
    operations.open_intakes(now=at(terms.opens_on, 0, 10))
    _apply(played, stream(seed, "open season"), families, days=(today - terms.opens_on).days)
    return played


def name_family(played: Played, *, username: str, name: str) -> None:
    """One of the families whose place is offered gets a name that can be typed, as a demonstration account."""
    offered = Place.objects.filter(offer__intake=played.intake, state=PlaceState.OFFERED).order_by("pk")
    account = offered.select_related("application__account")[0].application.account
    account.username, account.name, account.is_demonstration = username, name, True
    account.save(update_fields=["username", "name", "is_demonstration"])


def _announce(office: Unit, schools: Sequence[Unit], staff: Staff, terms: Terms, families: int) -> Played:
    now = at(terms.day(-68), 9)
    given: dict[str, Any] = {"actor": staff.officer, "now": now}
    season = operations.make_season(
        office=office,
        values={
            "title": terms.title,
            "year": terms.year,
            "basis": "《关于做好义务教育招生入学工作的通知》（虚构）",
            "contact": "招生办公室，行政服务中心三楼（虚构）",
        },
        **given,
    )
    given |= {"season": season, "stage": terms.stage}
    operations.put_intake(
        values={
            "opens_on": terms.opens_on,
            "closes_on": terms.day(12),
            "check_until": terms.day(27),
            "publishes_on": terms.day(37),
            "accept_days": 14,
            "born_from": terms.born_from,
            "born_until": terms.born_until,
            "most_wishes": 3,
            "overflow_m": 8_000,
        },
        **given,
    )
    for code, words, proofs in CRITERIA:
        operations.put_criterion(values={"code": code, "words": words, "proofs": list(proofs)}, **given)
    for rank, label, words, needs, lacks in CLASSES:
        values = {"rank": rank, "label": label, "words": words, "needs": list(needs), "lacks": list(lacks)}
        operations.put_class(values=values, **given)
    # A few seats less than families, so that somebody is drawn for and somebody is left over.
    seats = max(1, (families * 9 // 10) // len(schools))
    for place, school in enumerate(schools):
        is_open = place == len(schools) - 1
        values = {
            "seats": seats,
            "is_open": is_open,
            "is_public": not is_open,
            "longitude": 113.0 + place / 50,
            "latitude": 30.0,
        }
        operations.put_offer(school=school, values=values, **given)
    operations.put_quota(
        school=schools[0],
        criterion="residence",
        values={"label": "随迁子女保留名额", "seats": max(1, seats // 6), "step": 1, "is_passed_on": True},
        **given,
    )
    for place, school in enumerate(schools[:-1]):
        operations.put_catchment(
            values={
                "code": f"D{place + 1}",
                "label": f"第 {place + 1} 学区",
                "is_single": True,
                "polygon": [_square(place)],
            },
            schools=[school],
            ranges=[
                Range(
                    STREETS[place % len(STREETS)],
                    1 + 200 * (place // len(STREETS)),
                    199 + 200 * (place // len(STREETS)),
                )
            ],
            **given,
        )
    operations.announce_season(actor=staff.publisher, season=season, now=at(terms.day(-49), 10))
    season.refresh_from_db()
    return Played(season, Intake.objects.select_related("season").get(season=season), terms)


def _square(place: int) -> list[list[float]]:
    """The area round a school: a hundredth of a degree to every side, its edges those of its neighbours to the digit."""
    west, east = (round(113.0 + (place + side) / 50, 6) for side in (-0.5, 0.5))
    return [[west, 29.99], [east, 29.99], [east, 30.01], [west, 30.01]]


def _apply(played: Played, choices: Random, families: int, *, days: int) -> None:
    """Every family on one of the first days of the window; one in twenty withdraws and comes back."""
    terms = played.terms
    offers = list(Offer.objects.filter(intake=played.intake).order_by("pk"))
    for number in range(families):
        now = at(terms.day(choices.randrange(days)), choices.randrange(7, 23), choices.randrange(60))
        home = choices.randrange(len(offers) - 1)
        content, facts = _family(choices, number, terms, home, offers)
        account = create_account(
            actor=None,
            username=f"{terms.prefix}{terms.year}-{number + 1:04d}",
            name=f"家长 {number + 1}",
            password=None,
            role=None,
            now=now,
        )
        draft = operations.start_draft(account=account, intake=played.intake, now=now)
        draft = operations.save_draft(account=account, public_id=draft.public_id, content=content, now=now)
        operations.submit_application(
            account=account, public_id=draft.public_id, client_key=f"season-{number}", expected_sha256=draft.sha256,
            now=now, pick=choices.choice,
        )  # fmt: skip
        played.counts["applications"] += 1
        played.truth[draft.pk] = (facts, f"D{home + 1}")
        if number % 20 == 7:
            later = now + timedelta(minutes=20)
            operations.withdraw_application(account=account, public_id=draft.public_id, now=later)
            operations.take_up_again(account=account, public_id=draft.public_id, now=later + timedelta(minutes=5))
            played.counts["withdrawn and back"] += 1


def _family(
    choices: Random, number: int, terms: Terms, home: int, offers: Sequence[Offer]
) -> tuple[Content, tuple[str, ...]]:
    born_on = terms.born_from + timedelta(days=choices.randrange(365))
    surname, given = choices.choice(SURNAMES), choices.choice(GIVEN)
    kind = choices.random()
    facts = ("household", "property") if kind < 0.6 else ("household",) if kind < 0.8 else ("residence",)
    wants_open = choices.random() < 0.5
    wishes = [*([offers[-1].public_id] if wants_open else []), offers[home].public_id]
    sex = choices.randrange(2)
    house = 1 + choices.randrange(199)
    content = Content(
        child=Child(f"{surname}{given}", "id_card", id_card(born_on, number * 2 + sex), "12"[1 - sex], born_on),
        guardians=(
            StatedGuardian(f"{surname}远山", "father", "id_card", id_card(date(1988, 4, 12), number * 2 + 1), f"139{number:08d}"),
            StatedGuardian("周月华", "mother", "id_card", id_card(date(1990, 7, 22), number * 2), f"138{number:08d}"),
        ),
        home=Home(
            STREETS[home % len(STREETS)], str(house + 200 * (home // len(STREETS))), f"{STREETS[home % len(STREETS)]} {house} 号",
            "梧桐派出所", "owned" if "property" in facts else "rented", 113.0 + home / 50 + choices.random() / 100, 30.0,
        ),
        wishes=tuple(wishes),
        claims=facts,
        answers={
            one.code: group_of(born_on, year=terms.year) if one.code == GROUP else one.choices[0][0]
            for one in questions_of(terms.stage)
        },
    )  # fmt: skip
    return content, facts


def id_card(born_on: date, serial: int) -> str:
    """An invented number with the check character of GB 11643; the last digit of `serial` tells the sex."""
    figures = f"110105{born_on:%Y%m%d}{serial % 1000:03d}"
    return figures + CHECKS[sum(int(one) * weight for one, weight in zip(figures, WEIGHTS, strict=True)) % 11]


def _check(played: Played, staff: Staff, choices: Random) -> None:
    """Two look at every application; one in twelve they see differently, and the third decides."""
    first, second, third = staff.checkers
    catchments = {one.code: one for one in played.intake.catchments.all()}
    waiting = Application.objects.filter(intake=played.intake, state=ApplicationState.SUBMITTED).order_by("pk")
    for place, row in enumerate(waiting):
        facts, code = played.truth[row.pk]
        now = at(played.terms.day(14 + place % 10), 9 + place % 8, place % 60)
        said: dict[str, Any] = {
            "application": row,
            "revision": row.revision,
            "verdict": Verdict.VERIFY,
            "catchment": catchments[code],
        }
        operations.check_application(actor=first, facts=facts, now=now, **said)
        if choices.random() < 1 / 12:
            operations.check_application(actor=second, facts=facts[:1], now=now + timedelta(minutes=9), **said)
            played.counts["seen differently"] += len(facts) > 1
        else:
            operations.check_application(actor=second, facts=facts, now=now + timedelta(minutes=9), **said)
        row.refresh_from_db()
        if row.state == ApplicationState.SUBMITTED:
            operations.check_application(actor=third, facts=facts, now=now + timedelta(minutes=30), **said)
        played.counts["verified"] += 1
    operations.close_checking(actor=staff.officer, intake=played.intake, now=at(played.terms.day(28), 9))


def _promise(played: Played, staff: Staff) -> None:
    day = played.terms.day
    known_at = at(day(30), 21, 30).isoformat(timespec="minutes")
    closing_at = at(day(30), 15, 30).isoformat(timespec="minutes")
    sources: list[dict[str, Any]] = [
        {
            "id": "d3",
            "kind": "welfare",
            "name": "福彩 3D（虚构）",
            "known_at": known_at,
            "numbers": [{"count": 3, "least": 0, "most": 9, "sorted": False}],
        },
        {"id": "index", "kind": "market", "name": "收盘指数（虚构）", "known_at": closing_at, "decimals": 2},
    ]
    played.intake.refresh_from_db()
    played.draw = operations.promise_draw(
        actor=staff.officer, intake=played.intake, sources=sources, promised_at=at(day(29), 10), now=at(day(29), 9),
    )  # fmt: skip


def _draw(played: Played, staff: Staff, choices: Random) -> None:
    assert played.draw is not None  # `_promise` makes it.
    reveals = [
        Reveal("d3", published=" ".join(str(choices.randrange(10)) for _digit in range(3))),
        Reveal("index", published=f"{choices.randrange(280_000, 360_000) / 100:.2f}"),
    ]
    played.draw = operations.draw_intake(
        actor=staff.officer, draw=played.draw, reveals=reveals, now=at(played.terms.day(31), 9)
    )


def _publish(played: Played, staff: Staff) -> None:
    played.intake.refresh_from_db()
    asked = operations.ask_run(actor=staff.officer, intake=played.intake, now=at(played.terms.day(32), 9))
    computed = operations.compute_run(run_id=asked.pk, now=at(played.terms.day(32), 9, 5))
    played.run = operations.open_run(actor=staff.publisher, run=computed, now=at(played.terms.day(37), 9))
    for name, number in played.run.tallies.items():
        if isinstance(number, int):
            played.counts[name] = number


def _follow(played: Played, staff: Staff, choices: Random, until: date) -> None:
    """Nine in ten accept, some give up, some let the days pass; a few appeal, one in three of them rightly."""
    day = played.terms.day
    rows = list(Place.objects.filter(offer__intake=played.intake).select_related("application__account").order_by("pk"))
    # Where the season goes on, at least one has not decided yet.
    for place in rows[int(until < day(44)) :]:
        place.refresh_from_db()
        kind = choices.random()
        now = at(day(38 + choices.randrange(6)), 10 + choices.randrange(9))
        account = place.application.account
        if place.state != PlaceState.OFFERED or timezone.localdate(now) >= until:
            continue
        if kind < 0.9:
            operations.accept_place(actor=account, place=place, keeps_waiting=kind < 0.3, now=now)
            played.counts["accepted"] += 1
        elif kind < 0.96:
            operations.decline_place(actor=account, place=place, now=now)
            played.counts["declined"] += 1
    unplaced = Application.objects.filter(intake=played.intake, state=ApplicationState.VERIFIED, places=None).order_by(
        "pk"
    )
    for turn, row in enumerate(unplaced[:3]):
        appeal = operations.file_appeal(
            actor=row.account, application=row, text="住址门牌登记有误，请复核。", now=at(day(42), 10)
        )
        played.counts["appeals"] += 1
        if day(43) >= until:
            continue
        offer = row.wishes.order_by("position")[0].offer if turn == 0 else None
        operations.decide_appeal(
            actor=staff.publisher, appeal=appeal, upheld=offer is not None, offer=offer,
            reason="门牌登记有误，予以更正。" if offer else "登记无误，维持原结果。", now=at(day(43), 15),
        )  # fmt: skip
    if day(52) < until:
        played.counts["lapsed"] = operations.lapse_places(now=at(day(52), 0, 20))
