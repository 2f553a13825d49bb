"""Two verdicts on one county side by side: what turned better, worse, or stayed; by item and by school."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from yaodian.engines.rules import Result, Standing
from yaodian.statutes.verdicts import CountyVerdict, Finding, Item, ItemVerdict, Scope

ORDER = (Standing.FAILS, Standing.UNDECIDED, Standing.MEETS)


class Turn(StrEnum):
    """How a standing changed."""

    BETTER = "变好"
    WORSE = "变差"
    SAME = "不变"
    NEW = "新增"  # it was not asked before: a new school
    GONE = "不再有"  # it is not asked any more: a closed school


def turn(before: Standing | None, after: Standing | None) -> Turn:
    """From one standing to another; None where there was, or is, nothing to stand."""
    if before is None or after is None:
        return Turn.SAME if before is after else Turn.NEW if before is None else Turn.GONE
    step = ORDER.index(after) - ORDER.index(before)
    return Turn.SAME if step == 0 else Turn.BETTER if step > 0 else Turn.WORSE


@dataclass(frozen=True)
class FindingTurn:
    """One evaluation of an item before and after: of whom; either result is None where the other verdict has none."""

    of: str
    before: Result | None
    after: Result | None

    @property
    def turned(self) -> Turn:
        if self.before is None or self.after is None:
            return Turn.NEW if self.before is None else Turn.GONE
        return turn(self.before.standing, self.after.standing)


@dataclass(frozen=True)
class ItemTurn:
    """An item before and after, with each of its evaluations. ``failing`` counts those that fail, before and after."""

    item: Item
    before: Standing | None
    after: Standing | None
    failing: tuple[int, int]
    findings: tuple[FindingTurn, ...]

    @property
    def turned(self) -> Turn:
        return turn(self.before, self.after)

    def __str__(self) -> str:
        said = f"{self.item.number} {self.item.label}：{self.before or '没有'}→{self.after or '没有'}，{self.turned}"
        return said + (f"（不达标{self.failing[0]}处→{self.failing[1]}处）" if any(self.failing) else "")


@dataclass(frozen=True)
class SchoolTurn:
    """A stage of a school before and after: the worst standing of its items, and the numbers of those that turned."""

    of: str
    before: Standing | None
    after: Standing | None
    better: tuple[str, ...]
    worse: tuple[str, ...]

    @property
    def turned(self) -> Turn:
        return turn(self.before, self.after)


@dataclass(frozen=True)
class Comparison:
    """Two verdicts side by side."""

    before: CountyVerdict
    after: CountyVerdict
    items: tuple[ItemTurn, ...]
    schools: tuple[SchoolTurn, ...]

    @property
    def turned(self) -> Turn:
        return turn(self.before.standing, self.after.standing)

    def that(self, turned: Turn) -> tuple[ItemTurn, ...]:
        """The items that turned so."""
        return tuple(each for each in self.items if each.turned is turned)


def compare(before: CountyVerdict, after: CountyVerdict) -> Comparison:
    """Two verdicts under the same statute. Items are matched by their numbers, evaluations by whom and what they are of.

    Raises ValueError for verdicts under two statutes, two regions' rules or the rules of two days: they do not tell the changes' effect.
    """
    if (before.statute, before.region, before.rules_on) != (after.statute, after.region, after.rules_on):
        raise ValueError("两个结论依据的办法、地区或规则日期不同，不能比较")
    old = {each.item.number: each for each in before.items}
    new = {each.item.number: each for each in after.items}
    items = tuple(_item(old.get(number), new.get(number)) for number in _in_order(old, new))
    return Comparison(before, after, items, _schools(items))


def _in_order(old: Mapping[str, ItemVerdict], new: Mapping[str, ItemVerdict]) -> list[str]:
    """The numbers of both in the statute's order, in which each side has its own: «2.10» follows «2.9», «二» follows «一»."""
    merged = list(new)
    last = ""
    for number in old:
        if number not in new:
            merged.insert(merged.index(last) + 1 if last else 0, number)
        last = number
    return merged


def _item(old: ItemVerdict | None, new: ItemVerdict | None) -> ItemTurn:
    known = old or new
    assert known is not None
    then, now = _keyed(old), _keyed(new)
    findings = tuple(
        FindingTurn(key[0], then[key].result if key in then else None, now[key].result if key in now else None)
        for key in dict.fromkeys([*then, *now])
    )
    return ItemTurn(
        known.item,
        old.standing if old else None,
        new.standing if new else None,
        (len(old.failures) if old else 0, len(new.failures) if new else 0),
        findings,
    )


def _keyed(verdict: ItemVerdict | None) -> dict[tuple[str, str, int], Finding]:
    """Evaluations by whom and what they are of; schools of one name by the order in which they come."""
    times: Counter[tuple[str, str]] = Counter()
    keyed = {}
    for finding in verdict.findings if verdict else ():
        key = (finding.of, finding.result.indicator)
        keyed[*key, times[key]] = finding
        times[key] += 1
    return keyed


def _schools(items: tuple[ItemTurn, ...]) -> tuple[SchoolTurn, ...]:
    found: dict[str, list[tuple[str, FindingTurn]]] = {}
    for each in items:
        if each.item.scope is Scope.SCHOOL:
            for finding in each.findings:
                found.setdefault(finding.of, []).append((each.item.number, finding))
    made = []
    for of, turns in found.items():
        better = tuple(dict.fromkeys(number for number, each in turns if each.turned is Turn.BETTER))
        worse = tuple(dict.fromkeys(number for number, each in turns if each.turned is Turn.WORSE))
        before = _worst([each.before for _, each in turns])
        made.append(SchoolTurn(of, before, _worst([each.after for _, each in turns]), better, worse))
    return tuple(made)


def _worst(results: list[Result | None]) -> Standing | None:
    standings = [each.standing for each in results if each is not None and each.standing is not None]
    return min(standings, key=ORDER.index) if standings else None
