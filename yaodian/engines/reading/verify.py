"""An independent check of a plan: the reader does not vouch for itself.

Nothing here shares code with the reader but the shapes of :mod:`.plan`.
"""

from __future__ import annotations

import math
from datetime import date

from .plan import Plan

_COMPARATORS = {"at_least", "at_most", "about", "between", "change"}


def verify(plan: Plan) -> tuple[str, ...]:
    """The violations found, each a sentence; an empty tuple means that the plan is well formed.

    Spans lie inside the text and hold the words quoted; ids count up from 0; a child lies inside its parent and one level
    below; a range has two ends, that of a change further from 0 in the same direction; days are days.
    """
    problems: list[str] = []
    length = len(plan.text)

    def check_span(what: str, span: tuple[int, int]) -> bool:
        good = 0 <= span[0] < span[1] <= length
        if not good:
            problems.append(f"{what}: span {span} is not inside the text of {length} characters")
        return good

    def check_node(what: str, node: int | None) -> None:
        if node is not None and not 0 <= node < len(plan.nodes):
            problems.append(f"{what}: there is no node {node}")

    def check_day(what: str, day: str | None) -> None:
        if day is None:
            return
        try:
            date.fromisoformat(day)
        except ValueError:
            problems.append(f"{what}: {day!r} is no day")

    for position, node in enumerate(plan.nodes):
        what = f"node {position}"
        check_span(what, node.span)
        if node.id != position:
            problems.append(f"{what}: its id is {node.id}")
        if node.parent is None:
            if node.level != 1:
                problems.append(f"{what}: without a parent its level is {node.level}")
        elif not 0 <= node.parent < position:
            problems.append(f"{what}: its parent {node.parent} does not stand before it")
        else:
            parent = plan.nodes[node.parent]
            if node.level != parent.level + 1:
                problems.append(f"{what}: level {node.level} under level {parent.level}")
            if not (parent.span[0] <= node.span[0] and node.span[1] <= parent.span[1]):
                problems.append(f"{what}: {node.span} is not inside its parent's {parent.span}")
        if node.heading is not None and (not node.heading.strip() or len(node.heading) > 40):
            problems.append(f"{what}: heading of {len(node.heading)} characters")
    for index, target in enumerate(plan.targets):
        what = f"target {index}"
        check_node(what, target.node)
        check_day(what, target.due)
        if check_span(what, target.span) and not target.subject.strip():
            problems.append(f"{what}: no subject")
        if "\0" in target.subject:
            problems.append(f"{what}: subject {target.subject!r} holds a NUL")
        if not all(math.isfinite(value) for value in (target.value, target.value_max or 0)):
            problems.append(f"{what}: value {target.value}, {target.value_max}")
        if target.comparator not in _COMPARATORS:
            problems.append(f"{what}: comparator {target.comparator!r}")
        if target.comparator == "between" and (target.value_max is None or target.value_max <= target.value):
            problems.append(f"{what}: between {target.value} and {target.value_max}")
        if target.comparator not in {"between", "change"} and target.value_max is not None:
            problems.append(f"{what}: {target.comparator} {target.value} has an upper end {target.value_max}")
        if target.comparator == "change" and target.value_max is not None:
            # Both ends on one side of 0; a range may begin at 0.
            ends = sorted((target.value, target.value_max), key=abs)
            if ends != [target.value, target.value_max] or ends[0] == ends[1] or ends[0] * ends[1] < 0:
                problems.append(f"{what}: change by {target.value} to {target.value_max}")
    for index, deadline in enumerate(plan.deadlines):
        what = f"deadline {index}"
        check_node(what, deadline.node)
        check_day(what, deadline.date)
        if check_span(what, deadline.span) and plan.text[slice(*deadline.span)] != deadline.text:
            problems.append(f"{what}: its span does not hold {deadline.text!r}")
    for index, row in enumerate(plan.responsible):
        what = f"responsible {index}"
        check_node(what, row.node)
        if check_span(what, row.span):
            problems.extend(f"{what}: its span does not hold {unit!r}" for unit in row.units if unit not in plan.text)
        if not row.units:
            problems.append(f"{what}: no units")
        if not set(row.lead) | set(row.support) <= set(row.units):
            problems.append(f"{what}: lead or support that is not among its units")
    for index, policy in enumerate(plan.policies):
        what = f"policy {index}"
        check_node(what, policy.node)
        if check_span(what, policy.span) and policy.name not in plan.text[slice(*policy.span)]:
            problems.append(f"{what}: its span does not hold {policy.name!r}")
    for index, system in enumerate(plan.systems):
        what = f"system {index}"
        check_node(what, system.node)
        if check_span(what, system.span) and plan.text[slice(*system.span)] != system.name:
            problems.append(f"{what}: its span does not hold {system.name!r}")
    for index, warning in enumerate(plan.warnings):
        check_span(f"warning {index}", warning.span)
    return tuple(problems)
