"""A bureau with three counties, a measure that they have values of, and a sheet; every name and figure is invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from yaodian.appraisal import operations
from yaodian.appraisal.models import Appraisal, Judgement, Round, Sheet
from yaodian.foundation import measuring
from yaodian.foundation.measuring import Answer, Asked, Citation, Contribution, Direction, Measure
from yaodian.measures.operations import take_values
from yaodian.organisations.models import (
    Account,
    Ancestry,
    Grant,
    Hierarchy,
    Membership,
    Unit,
    UnitKind,
    UnitName,
)
from yaodian.organisations.operations import ensure_root
from yaodian.organisations.queries import with_rights

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
FREEZE_ON = date(2025, 12, 31)
OPENED_ON = date(2000, 1, 1)
CODE = "appraisal.tests.readiness"
_numbers = count(1)


def unit(code: str, name: str, *above: Unit, kind: str = UnitKind.COUNTY) -> Unit:
    """A unit below others, the nearest first."""
    made = Unit.objects.create(code=code, kind=kind, opened_on=OPENED_ON)
    UnitName.objects.create(unit=made, name=name, from_on=OPENED_ON)
    if above:
        Membership.objects.create(hierarchy=Hierarchy.ADMINISTRATIVE, unit=made, parent=above[0], from_on=OPENED_ON)
    for distance, ancestor in enumerate((made, *above)):
        Ancestry.objects.create(
            hierarchy=Hierarchy.ADMINISTRATIVE,
            ancestor=ancestor,
            descendant=made,
            distance=distance,
            from_on=OPENED_ON,
        )
    return made


def account(role: str, at: Unit, name: str = "") -> Account:
    """Somebody with a role in a unit, its rights loaded as a session loads them."""
    number = next(_numbers)
    made = Account.objects.create(username=f"appraiser{number}", name=name or f"考核{number}", created_at=NOW)
    Grant.objects.create(account=made, role=role, unit=at, from_on=OPENED_ON, granted_at=NOW)
    return with_rights(Account.objects.get(pk=made.pk))


def declare(values: Mapping[int, int | str]) -> Measure:
    """A measure with a value for each unit, or the problem why it has none. Forget it afterwards."""

    def compute(_asked: Asked) -> Answer:
        return Answer(
            [
                Contribution(pk, problem=said) if isinstance(said, str) else Contribution(pk, numerator=said)
                for pk, said in values.items()
            ]
        )

    measuring.forget(CODE)
    return measuring.declare(
        Measure(
            code=CODE,
            label="准备度",  # type: ignore[arg-type]  # Test words are not translated.
            unit="%",
            entity="县",  # type: ignore[arg-type]  # As above.
            direction=Direction.UP,
            formula="虚构",  # type: ignore[arg-type]  # As above.
            citations=(Citation("虚构办法"),),
            compute=compute,
            is_summed=False,
        )
    )


# What a sheet of three parts asks: a measure, two assessors, what happened.
ITEMS: tuple[dict[str, Any], ...] = (
    {"code": "1", "label": "数据", "weight": Decimal(60)},
    {
        "code": "1.1", "parent": "1", "label": "准备度", "rule": "linear", "weight": Decimal(1), "full": Decimal(60),
        "measure": CODE, "floor": Decimal(60), "target": Decimal(100),
    },
    {"code": "2", "label": "工作", "weight": Decimal(40)},
    {
        "code": "2.1", "parent": "2", "label": "工作亮点", "rule": "judged", "weight": Decimal(1), "full": Decimal(10),
    },
    {"code": "3", "label": "通报批评", "rule": "deduction", "each": Decimal(2), "cap": Decimal(5)},
    {"code": "4", "label": "安全责任事故", "rule": "veto"},
)  # fmt: skip


@dataclass
class Place:
    """The bureau, its counties, and whoever runs, marks, decides and publishes."""

    bureau: Unit
    counties: list[Unit]
    runner: Account
    first: Account
    second: Account
    third: Account
    publisher: Account
    sheet: Sheet

    def made(self, title: str = "2025年度考核") -> Round:
        return operations.make_round(
            actor=self.runner, sheet=self.sheet, title=title, year=2025, freeze_on=FREEZE_ON, now=NOW
        )

    def opened(self) -> Round:
        row = operations.open_round(actor=self.runner, round_=self.made(), now=NOW)
        for seat, assessor in ((1, self.first), (2, self.second)):
            operations.assign_assessors(actor=self.runner, round_=row, assessor=assessor, seat=seat, now=NOW)
        return row

    def marked(self, mark: int = 8) -> Round:
        row = self.opened()
        for judgement in Judgement.objects.filter(appraisal__round=row).order_by("pk"):
            give(judgement, mark)
        return row

    def told(self) -> Round:
        row = operations.freeze_round(actor=self.runner, round_=self.marked(), now=NOW)
        return operations.start_feedback(actor=self.runner, round_=row, now=NOW)

    def of(self, row: Round, place: int = 0) -> Appraisal:
        return Appraisal.objects.select_related("round", "unit").get(round=row, unit=self.counties[place])


def give(judgement: Judgement, mark: int) -> Judgement:
    """The assessor's mark, with a word of evidence."""
    judgement = Judgement.objects.select_related("appraisal__round", "assessor").get(pk=judgement.pk)
    return operations.give_mark(
        actor=judgement.assessor, judgement=judgement, mark=Decimal(mark), evidence="看了台账", now=NOW
    )


def place(values: tuple[int | str, ...] = (100, 80, 60)) -> Place:
    """Everything up to a sheet, with values taken on the day of freezing."""
    bureau = ensure_root(now=NOW)
    counties = [unit(f"88000{number}", f"试验{number}县", bureau) for number in range(1, len(values) + 1)]
    measure = declare({county.pk: value for county, value in zip(counties, values, strict=True)})
    take_values(actor=None, day=FREEZE_ON, now=NOW, only=[measure])
    runner = account("editor", bureau)
    sheet = operations.make_sheet(
        actor=runner,
        office=bureau,
        values={"name": "县区考核表", "unit_kind": UnitKind.COUNTY, "basis": "虚构考核办法"},
        now=NOW,
    )
    operations.replace_items(actor=runner, sheet=sheet, items=ITEMS, now=NOW)
    return Place(
        bureau,
        counties,
        runner,
        account("editor", bureau),
        account("editor", bureau),
        account("editor", bureau),
        account("publisher", bureau),
        sheet,
    )
