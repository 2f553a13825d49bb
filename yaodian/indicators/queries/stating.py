"""The facts a county has to state: what each item asks, what stands there, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yaodian.engines import rules
from yaodian.indicators.models import Fact
from yaodian.indicators.problem import FALLBACK, day_of, fact_stages, facts_of
from yaodian.indicators.queries.desk import chosen, find_county, statute_of, years_of
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Visitor, may
from yaodian.statutes.monitored import Statute
from yaodian.statutes.verdicts import PARTS, Item, Scope


@dataclass(frozen=True)
class FactLine:
    """One quantity of one stage as the form shows it."""

    item: Item
    quantity: rules.Quantity
    stage: str
    fact: Fact | None

    @property
    def name(self) -> str:
        return f"{self.quantity.name}.{self.stage}" if self.stage else self.quantity.name

    @property
    def part(self) -> str:
        return PARTS.get(self.stage, self.stage)

    @property
    def is_flag(self) -> bool:
        return self.quantity.kind is rules.Kind.FLAG

    @property
    def is_fallback(self) -> bool:
        """Whether it is asked only where the returns do not give it."""
        return self.quantity.name in FALLBACK

    @property
    def is_for_schools(self) -> bool:
        return self.item.scope is Scope.SCHOOL


@dataclass(frozen=True)
class FactsPage:
    statute: Statute
    unit: Unit
    year: int
    years: tuple[int, ...]
    lines: tuple[FactLine, ...]
    may_state: bool

    @property
    def stated(self) -> int:
        return sum(line.fact is not None and not line.is_fallback for line in self.lines)

    @property
    def asked(self) -> int:
        return sum(not line.is_fallback for line in self.lines)


def facts_page(*, account: Visitor, statute: str, public_id: str, year: str | None, today: date) -> FactsPage:
    """What the statute asks of a county for a school year. Raises `desk.Absent`."""
    asked = statute_of(statute)
    years = years_of(asked)
    wanted = chosen(year, years)
    unit = find_county(account=account, public_id=public_id, day=today)
    if wanted is None:
        wanted = today.year if today >= day_of(today.year) else today.year - 1
    known = {
        (fact.quantity, fact.stage): fact
        for fact in Fact.objects.filter(unit=unit, year=wanted).select_related("stated_by")
    }
    lines = tuple(
        FactLine(fact.item, fact.quantity, stage, known.get((fact.quantity.name, stage)))
        for fact in facts_of(asked, day_of(wanted), with_fallback=True)
        for stage in fact_stages(asked, fact.item)
    )
    may_state = may(account=account, permission="indicators.state", unit_id=unit.pk)
    return FactsPage(asked, unit, wanted, years, lines, may_state)
