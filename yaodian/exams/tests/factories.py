"""A mock examination of a small invented city: two sites, three sending schools, invigilators of each; every name is invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from yaodian.exams import operations
from yaodian.exams.models import Exam, Plan
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import with_rights
from yaodian.organisations.tests import factories as units

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
SEED = "38 05 17"


@dataclass
class Made:
    """The city of `units.city`, an examination of its bureau, and people in it."""

    units: dict[str, Unit]
    exam: Exam
    accounts: dict[str, Account] = field(default_factory=dict)

    def account(self, name: str, role: str = "exams_officer", at: str = "bureau") -> Account:
        """Somebody with a role, made once, his rights loaded as a session loads them."""
        if name not in self.accounts:
            made = units.account(name, (role, self.units[at]), now=NOW)
            self.accounts[name] = with_rights(Account.objects.get(pk=made.pk))
        return self.accounts[name]

    @property
    def officer(self) -> Account:
        return self.account("kaowu")

    @property
    def publisher(self) -> Account:
        return self.account("gongbu", "publisher")

    def fresh(self) -> Exam:
        """The examination as it stands."""
        return Exam.objects.select_related("office").get(pk=self.exam.pk)


def values(**given: Any) -> dict[str, Any]:
    return {
        "title": "高三第一次模拟考试",
        "starts_on": date(2026, 3, 16),
        "ends_on": date(2026, 3, 17),
        "seed_source": "三方各报两位数",
        **given,
    }


def made(*, people: int = 24, rooms: int = 3, teachers: int = 12, sessions: int = 2, **given: Any) -> Made:
    """An examination with its lists: candidates of s0, s1, s3 by turns, rooms of ten by turns at s0 and s1."""
    city = units.city(schools=8)
    exam = operations.make_exam(actor=None, office=city["bureau"], values=values(**given), now=NOW)
    world = Made(city, exam)
    for place in range(sessions):
        operations.add_session(
            actor=None, exam=exam, now=NOW,
            values={"label": f"科目{place + 1}", "on": date(2026, 3, 16), "starts": time(8 + 3 * place), "ends": time(10 + 3 * place)},
        )  # fmt: skip
    put(world, "rooms", {f"{place + 1:03d}": room(("s0", "s1")[place % 2]) for place in range(rooms)})
    put(world, "examinees", {f"26{place:04d}": person(place) for place in range(people)})
    put(
        world, "invigilators",
        {f"T{place:02d}": {"name": f"教师{place}", "school": ("s4", "s6", "s7", "s3")[place % 4], "most": None, "absent": []} for place in range(teachers)},
    )  # fmt: skip
    return world


def room(site: str, **given: Any) -> dict[str, Any]:
    return {"site": site, "place": "一号楼", "rows": 5, "columns": 2, "seats": 10, "need": "none", **given}


def person(place: int, **given: Any) -> dict[str, Any]:
    return {
        "name": f"考生{place}",
        "school": ("s0", "s1", "s3")[place % 3],
        "group": "1 班",
        "paper": "",
        "need": None,
        **given,
    }


def put(world: Made, name: str, rows: dict[str, dict[str, Any]]) -> None:
    operations.put_rows(actor=None, exam=world.exam, name=name, rows=rows, now=NOW)


def listed(world: Made) -> Made:
    operations.close_lists(actor=None, exam=world.exam, now=NOW)
    return world


def seated(world: Made, *, actor: Account | None = None) -> Plan:
    """A plan that was drawn, with its lists closed."""
    if world.fresh().state == "draft":
        listed(world)
    asked = operations.ask_plan(actor=actor, exam=world.fresh(), seed=SEED, now=NOW)
    return operations.compute_plan(plan_id=asked.pk, now=NOW)


def published(world: Made) -> Plan:
    return operations.publish_plan(actor=None, plan=seated(world), now=NOW)
