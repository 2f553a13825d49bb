"""A season of a small invented city: one primary intake with two catchments, an open school, and applications in any state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from yaodian.admissions.content import Child, Content, Home, StatedGuardian
from yaodian.admissions.models import (
    Application,
    ApplicationGuardian,
    ApplicationState,
    Catchment,
    CatchmentRange,
    CatchmentSchool,
    Criterion,
    Intake,
    IntakeState,
    Offer,
    PriorityClass,
    Season,
    SeasonState,
    Wish,
)
from yaodian.admissions.problem.indexing import child_index, person_index, phone_index
from yaodian.admissions.problem.rules import rules_of, sha256_of
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import with_rights
from yaodian.organisations.tests import factories as units

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)
BASIS = "《关于做好 2026 年义务教育招生入学工作的通知》"
_people = count(1)


@dataclass
class Made:
    """The city of `units.city`, a season in it, and by code what belongs to its intake."""

    units: dict[str, Unit]
    season: Season
    intake: Intake
    offers: dict[str, Offer]
    catchments: dict[str, Catchment]
    accounts: dict[str, Account] = field(default_factory=dict)

    def account(self, name: str, role: str = "admissions_officer", at: str = "bureau") -> Account:
        """Somebody with a role, made once, his rights loaded as a session loads them."""
        if name not in self.accounts:
            made = units.account(name, (role, self.units[at]), now=NOW)
            self.accounts[name] = with_rights(Account.objects.get(pk=made.pk))
        return self.accounts[name]


def made(
    *,
    state: str = IntakeState.OPEN,
    seats: Sequence[int] = (2, 2, 1),
    announced: bool = True,
    city: dict[str, Unit] | None = None,
    title: str = "2026 年招生入学",
) -> Made:
    """A season in a city of its own, or, under another title, in one that is there.

    东小 (s0) and 西小 (s1) with a catchment each, 实验小学 (s3) open to all; classes by household and property.

    中山路 1–99 odd numbers belong to 东小, even ones to 西小.
    """
    city = city or units.city()
    season = Season(office=city["bureau"], title=title, year=2026, basis=BASIS, made_at=NOW).store()
    intake = Intake(
        season=season, stage="primary", opens_on=date(2026, 6, 8), closes_on=date(2026, 6, 20),
        check_until=date(2026, 7, 5), publishes_on=date(2026, 7, 15), born_from=date(2019, 9, 1),
        born_until=date(2020, 8, 31), most_wishes=3, overflow_m=5_000, proofs=["户口簿"],
    ).store()  # fmt: skip
    for position, (code, words, proofs) in enumerate(
        (
            ("household", "儿童与监护人户籍在学区内", ["户口簿"]),
            ("property", "监护人在学区内有自有住房并实际居住", ["不动产权证"]),
            ("residence", "监护人持本市居住证并缴纳社会保险", ["居住证", "社会保险缴费证明"]),
        )
    ):
        Criterion(intake=intake, code=code, words=words, proofs=proofs, position=position).store()
    for rank, label, needs, lacks in (
        (1, "户籍与房产一致", ["household", "property"], []),
        (2, "仅有户籍", ["household"], ["property"]),
        (3, "随迁子女", ["residence"], ["household"]),
    ):
        PriorityClass(
            intake=intake, rank=rank, label=label, words=f"第 {rank} 顺位：{label}。", needs=needs, lacks=lacks
        ).store()
    offers, catchments = {}, {}
    for place, (code, is_open) in enumerate((("s0", False), ("s1", False), ("s3", True))):
        offers[code] = Offer(
            intake=intake, school=city[code], seats=seats[place], is_open=is_open, is_public=not is_open,
            longitude=113.0 + place / 100, latitude=30.0,
        ).store()  # fmt: skip
    for code, school, side in (("east", "s0", "odd"), ("west", "s1", "even")):
        one = Catchment(intake=intake, code=code, label=f"{code} 学区").store()
        CatchmentSchool.objects.create(catchment=one, offer=offers[school])
        CatchmentRange.objects.create(catchment=one, street="中山路", first=1, last=99, side=side)
        catchments[code] = one
    if announced:
        announce(season)
    intake.state = state
    if state in (IntakeState.PUBLISHED, IntakeState.ENDED):
        intake.published_on = intake.publishes_on
    intake.store()
    return Made(city, season, intake, offers, catchments)


def announce(season: Season) -> None:
    """Announces the rules as they stand in the rows now; once more after rows were changed."""
    season.rules = rules_of(season)
    season.rules_sha256 = sha256_of(season.rules)
    season.state, season.announced_at = SeasonState.ANNOUNCED, NOW
    season.store()


def family(name: str = "") -> Account:
    """A guardian's account: without a right in any unit."""
    number = next(_people)
    made = units.account(name or f"family{number}")
    return with_rights(Account.objects.get(pk=made.pk))


def content(world: Made, *, wishes: Sequence[str] = (), number: int = 1, **given: Any) -> Content:
    """What a family would say; `wishes` are codes of schools. Every name and number is invented."""
    serial = next(_people)
    said = Content(
        child=Child("林小满", "id_card", _id_card("110105", "20200315", serial), "2", date(2020, 3, 15)),
        guardians=(
            StatedGuardian("林远山", "father", "id_card", _id_card("110105", "19880412", serial), f"138{serial:08d}"),
            StatedGuardian("周月华", "mother", "id_card", _id_card("110105", "19900722", serial), f"139{serial:08d}"),
        ),
        home=Home("中山路", str(number), f"中山路 {number} 号 302 室", "中山路派出所", "owned", 113.0, 30.0),
        wishes=tuple(world.offers[code].public_id for code in wishes),
        claims=("household", "property"),
    )
    return replace(said, **given)


def application(
    world: Made,
    *,
    state: str = ApplicationState.SUBMITTED,
    wishes: Sequence[str] = ("s3",),
    facts: Sequence[str] = (),
    catchment: str = "east",
    said: Content | None = None,
    account: Account | None = None,
) -> Application:
    """An application with its rows as the operations would leave them; verified ones with facts and catchment."""
    said = said or content(world, wishes=wishes)
    serial = next(_people)
    is_draft = state == ApplicationState.DRAFT
    row = Application(
        intake=world.intake, account=account or family(), state=state,
        number=None if is_draft else f"2026P{serial:06d}",
        child_index=None if is_draft else child_index(said.child.paper, said.child.number),
        content=said.to_json(), sha256=said.sha256(), revision=0 if is_draft else 1, made_at=NOW,
        submitted_at=None if is_draft else NOW,
        reason="材料不清晰" if state in (ApplicationState.RETURNED, ApplicationState.REFUSED) else "",
    )  # fmt: skip
    if state == ApplicationState.VERIFIED:
        row.facts, row.catchment, row.decided_at = list(facts), world.catchments[catchment], NOW
    row.store()
    for each in said.guardians:
        ApplicationGuardian(
            application=row, relation=each.relation, name=each.name, phone=each.phone,
            person_index=person_index(each.number), phone_index=phone_index(each.phone), told_at=NOW,
        ).store()  # fmt: skip
    for position, code in enumerate(wishes, 1):
        Wish.objects.create(application=row, offer=world.offers[code], position=position)
    return row


def _id_card(area: str, born: str, serial: int) -> str:
    """Seventeen figures and the check character of GB 11643."""
    figures = f"{area}{born}{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return figures + "10X98765432"[sum(int(one) * weight for one, weight in zip(figures, weights, strict=True)) % 11]
