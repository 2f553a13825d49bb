"""Ids of a file and what they stand for: times, resources and events by index, and the members of groups."""

from __future__ import annotations

from collections.abc import Iterable

from .elements import Node
from .refusals import UnreadableXhstt

# A small file can name a large group in every one of its constraints, or have a thousand empty solutions of a large instance; what that comes to has a bound.
MOST_MEMBERS = 5_000_000


class Budget:
    """What the groups and solutions of one file come to when they are taken apart."""

    def __init__(self) -> None:
        self._spent = 0

    def spend(self, members: int) -> None:
        """Raises UnreadableXhstt where it is more than anybody's school could need."""
        self._spent += members
        if self._spent > MOST_MEMBERS:
            raise UnreadableXhstt("too-large", what="members of groups", found=self._spent, most=MOST_MEMBERS)


class Names:
    """The Ids of one instance. Groups hold the indices of their members in a dictionary without values, in the order in which they join."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.times: dict[str, int] = {}
        self.types: dict[str, int] = {}
        self.resources: dict[str, int] = {}
        self.events: dict[str, int] = {}
        self.time_groups: dict[str, dict[int, None]] = {}
        self.resource_groups: dict[str, dict[int, None]] = {}
        self.event_groups: dict[str, dict[int, None]] = {}
        # Events whose time is given, and roles for which a resource is.
        self.fixed: set[int] = set()
        self.given: set[tuple[int, str]] = set()

    def add(self, ids: dict[str, int], id_: str, index: int, node: Node) -> None:
        if id_ in ids:
            raise node.refusal("twice", id=id_)
        ids[id_] = index

    def declare(self, groups: dict[str, dict[int, None]], id_: str, node: Node) -> None:
        if id_ in groups:
            raise node.refusal("twice", id=id_)
        groups[id_] = {}

    def join(self, groups: dict[str, dict[int, None]], id_: str, index: int, node: Node) -> None:
        """The thing with this index belongs to the group."""
        self.find_group(groups, id_, node)[index] = None

    def find(self, ids: dict[str, int], id_: str, node: Node, kind: str) -> int:
        if id_ not in ids:
            raise node.refusal("no-such", kind=kind, id=id_)
        return ids[id_]

    def find_group(self, groups: dict[str, dict[int, None]], id_: str, node: Node) -> dict[int, None]:
        if id_ not in groups:
            raise node.refusal("no-such", kind=node.name, id=id_)
        return groups[id_]

    def members(self, groups: dict[str, dict[int, None]], id_: str) -> tuple[int, ...]:
        """The members of a group that is known to exist."""
        return tuple(groups[id_])

    def all_of(
        self, node: Node, groups: dict[str, dict[int, None]], ids: dict[str, int], group: str, thing: str
    ) -> tuple[int, ...]:
        """What a list of groups and one of single things come to, in the order of the problem; what is named twice stands there twice."""
        found: list[int] = []
        for child in node.list_of(f"{group}s", group):
            members = self.find_group(groups, child.reference(), child)
            self.budget.spend(len(members))
            found.extend(members)
        for child in node.list_of(f"{thing}s", thing):
            found.append(self.find(ids, child.reference(), child, thing))
        return tuple(sorted(found))

    def each_of(self, nodes: Iterable[Node], groups: dict[str, dict[int, None]]) -> tuple[tuple[int, ...], ...]:
        """The members of each group that is referred to."""
        found: list[tuple[int, ...]] = []
        for node in nodes:
            members = self.find_group(groups, node.attribute("Reference"), node)
            self.budget.spend(len(members))
            found.append(tuple(members))
        return tuple(found)
