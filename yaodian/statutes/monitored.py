"""The statutes by which a county is monitored: their items, the stages and indicators of schools, one way to judge.

What a statute asks is read off its declarations; what of that a school reports every year is `returns`, the rest is a
fact that a county states with its evidence (`Statute.facts`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from yaodian.engines import rules
from yaodian.statutes.basic_balance import county as basic_balance
from yaodian.statutes.basic_balance.mean_variation_of_eight import MeanVariationOfEight
from yaodian.statutes.declare import BOOK, title
from yaodian.statutes.preschool import county as preschool
from yaodian.statutes.quality_balance import county as quality_balance
from yaodian.statutes.quality_balance.school_resources import SchoolResources
from yaodian.statutes.verdicts import CountyVerdict, Item, Row, Scope

#: What rows of `returns.rows_of` hold of a school, whatever it reports.
KNOWN_OF_SCHOOLS = frozenset({"stage", "school_kind", "location", "compulsory_pupils", "built_year", "public_funds"})


@dataclass(frozen=True)
class Fact:
    """A quantity that a statute asks and no return holds: of the county, of each stage, or of schools."""

    item: Item
    quantity: rules.Quantity


@dataclass(frozen=True)
class Statute:
    """A statute as it is monitored. ``indicators`` are what each school is held against, ``spreads`` their coefficients."""

    code: str
    items: tuple[Item, ...]
    stages: tuple[str, ...] = ()
    indicators: tuple[type[rules.Indicator], ...] = ()
    spreads: tuple[type[rules.Dispersion], ...] = ()

    @property
    def title(self) -> str:
        return title(self.code)

    def judge(
        self,
        *,
        schools: Sequence[Row],
        county: Row,
        by_stage: Mapping[str, Row] | None = None,
        day: datetime.date,
        rules_on: datetime.date | None = None,
        region: str = rules.NATION,
    ) -> CountyVerdict:
        """The verdict on a county. Shapes as in ``verdicts.judge``."""
        if self.code == "quality_balance":
            return quality_balance.assess(schools, county, by_stage=by_stage, day=day, rules_on=rules_on, region=region)
        if self.code == "basic_balance":
            return basic_balance.assess(schools, county, day=day, rules_on=rules_on, region=region)
        return preschool.assess(county, by_part=by_stage, day=day, rules_on=rules_on, region=region)

    def facts(self, *, reported: frozenset[str], day: datetime.date) -> Iterator[Fact]:
        """What the items ask under the rules of a day beside what is ``reported``; each quantity once, in their order."""
        seen: set[str] = set()
        for item in self.items:
            if item.scope is Scope.SPREAD:
                continue
            for declared in item.declared:
                parted, _parts = item.parted or ("", ())
                for name in _asked(declared, day):
                    # What is parted otherwise than by stage is in no return, whatever the returns sum up.
                    is_reported = name in reported and not parted
                    if not is_reported and name not in KNOWN_OF_SCHOOLS and name not in seen and name != parted:
                        seen.add(name)
                        yield Fact(item, BOOK.quantities[name])


def _asked(declared: object, day: datetime.date) -> Iterator[str]:
    if isinstance(declared, type) and issubclass(declared, rules.Several):
        for each in declared.of:
            yield from _asked(each, day)
    elif isinstance(declared, type) and issubclass(declared, rules.Indicator):
        yield from (quantity.name for quantity in declared.asked(day))
    elif isinstance(declared, type) and issubclass(declared, rules.Rule):
        yield from declared.asks


MONITORED: Mapping[str, Statute] = {
    each.code: each
    for each in (
        Statute(
            "quality_balance",
            quality_balance.ITEMS,
            quality_balance.STAGES,
            SchoolResources.of,
            quality_balance.VARIATIONS,
        ),
        Statute(
            "basic_balance",
            basic_balance.ITEMS,
            quality_balance.STAGES,
            tuple(each.of for each in MeanVariationOfEight.of),
            MeanVariationOfEight.of,
        ),
        Statute("preschool", preschool.ITEMS, ("preschool",)),
    )
}
