"""Whence each number of a report comes: articles of the law, returns, and what was stated, each with a number in brackets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils import timezone

from yaodian.engines import rules
from yaodian.foundation.word.text import Mark, Piece
from yaodian.indicators.problem import COUNTED, FROM_RETURNS, JUNIOR_YEARS
from yaodian.indicators.queries.reporting import Material
from yaodian.indicators.queries.standards import Declared, asked_by, citations_of, everything_in
from yaodian.statutes.monitored import KNOWN_OF_SCHOOLS
from yaodian.statutes.verdicts import Item, Scope

RETURNS, SUMS, BEFORE, REGISTER = "报1", "报2", "报3", "报4"


class Register:
    """The citations of a report, numbered as they are met; those of facts have the place of the fact in its table."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._law: dict[str, tuple[int, rules.Citation]] = {}
        self._used: set[str] = set()
        county = material.county.pk
        self._facts = {(fact.unit_id, fact.quantity, fact.stage): place for place, fact in enumerate(material.facts, 1)}
        self._of_county: dict[str, list[int]] = {}
        for (unit, quantity, _stage), place in self._facts.items():
            if unit == county:
                self._of_county.setdefault(quantity, []).append(place)

    @property
    def law(self) -> Iterator[tuple[int, rules.Citation]]:
        """What was cited so far, by number."""
        yield from self._law.values()

    @property
    def sources(self) -> list[rules.Source]:
        """The documents that were cited, by number, number and title as printed."""
        found = {citation.source.id: citation.source for _number, citation in self._law.values()}
        return list(found.values())

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The kinds of rows that were cited, and what they are."""
        year, at = self._material.assessment.year, self._material.returns_changed_at
        changed = f"，全市该学年报表最近一次变动 {timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
        said = {
            RETURNS: f"各校{year}学年报表（数据日期 {self._material.assessment.on}{changed}）",
            SUMS: f"由本县各校（园）{year}学年报表汇总的县级数，任何一所未报即不汇总",
            BEFORE: f"本县初中{year - JUNIOR_YEARS}学年报表中的初一在校生数",
            REGISTER: "学校登记信息：学校类别、所在地、建校年份、是否小规模学校",
        }
        return [(label, words) for label, words in said.items() if label in self._used]

    def article(self, citation: rules.Citation) -> Mark:
        """The number of an article of the law."""
        number, _citation = self._law.setdefault(str(citation), (len(self._law) + 1, citation))
        return Mark(f"[{number}]", f"law{number}")

    def of_notion(self, declared: Declared) -> list[Piece]:
        """Where a notion and its figures stand."""
        day, region = self._material.assessment.on, self._material.region
        return _once(self.article(one) for one in citations_of(declared, day=day, region=region))

    def of_item(self, item: Item) -> list[Piece]:
        """Where an item stands: its notions, and what these are made of."""
        return _once(piece for one in item.declared for each in everything_in(one) for piece in self.of_notion(each))

    def data_of(self, item: Item) -> list[Piece]:
        """The rows and facts that an item's value comes from."""
        return _once(piece for declared in item.declared for piece in self.data_of_notion(declared, item))

    def data_of_notion(self, declared: Declared, item: Item | None = None) -> list[Piece]:
        """The rows and facts that a notion's value comes from."""
        return _once(self._data(declared, item))

    def fact(self, unit_id: int, quantity: str, stage: str) -> Mark:
        """The place of a fact in the table of facts."""
        place = self._facts[unit_id, quantity, stage]
        return Mark(f"[填{place}]", f"fact{place}")

    def row(self, label: str) -> Mark:
        """A kind of rows."""
        self._used.add(label)
        return Mark(f"[{label}]", f"rows{label[-1]}")

    def _data(self, declared: Declared, item: Item | None) -> Iterator[Piece]:
        counted = COUNTED[self._material.statute.code]
        is_parted = item is not None and item.parted is not None
        for name in asked_by(declared, self._material.assessment.on):
            stated = self._of_county.get(name, ())
            if stated and (is_parted or name not in FROM_RETURNS):
                yield from (Mark(f"[填{place}]", f"fact{place}") for place in stated)
            elif name in counted:
                yield self.row(SUMS)
                if name == "grade_seven":
                    yield self.row(BEFORE)
            elif name in FROM_RETURNS:
                yield self.row(RETURNS)
                if item is not None and item.scope is Scope.COUNTY:
                    yield self.row(SUMS)
            elif name in KNOWN_OF_SCHOOLS:
                yield self.row(REGISTER)


def _once(pieces: Iterable[Piece]) -> list[Piece]:
    return list(dict.fromkeys(pieces))
