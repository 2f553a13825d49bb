"""Rooms in FET's words: which an activity may have, which it must, and what is wished of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from yaodian.engines.scheduling.timetabling.constraints import staffing as kinds
from yaodian.engines.scheduling.timetabling.constraints.base import Constraint, Cost

from .paper import WHOLE, Field, Paper
from .saying import say
from .school import ROOM


@dataclass
class Choice:
    """What an event may have for a room: one list of rooms for every need; ``must`` where the room has to be chosen, ``wished`` what wishes allow."""

    needs: list[tuple[int, ...]]
    must: bool
    roles: set[str]
    wished: set[int] = field(default_factory=set)
    heads: int = 0


class Rooms:
    """The choices of all events with a room, and the virtual rooms of those that need several at once."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.choices: dict[int, Choice] = {}
        self.virtual: dict[tuple[tuple[int, ...], ...], str] = {}
        for index, event in enumerate(paper.problem.events):
            needs = [need for need in event.needs if need.kind == ROOM]
            if needs:
                given = all(need.resource is not None for need in needs)
                lists = [need.candidates if need.resource is None else (need.resource,) for need in needs]
                self.choices[index] = Choice(lists, given, {need.role for need in needs})
        for constraint in paper.problem.constraints:
            self._narrow(constraint)

    def _of(
        self, constraint: kinds.AssignResources | kinds.PreferResources | kinds.FitRooms
    ) -> Iterable[tuple[int, Choice]]:
        for event in constraint.events:
            choice = self.choices.get(event)
            if choice is not None and constraint.role in choice.roles:
                yield event, choice

    def _narrow(self, constraint: Constraint) -> None:
        if isinstance(constraint, kinds.AssignResources):
            for _, choice in self._of(constraint):
                choice.must |= constraint.required
                if not constraint.required:
                    choice.wished.update(room for rooms in choice.needs for room in rooms)
        elif isinstance(constraint, kinds.PreferResources):
            for _, choice in self._of(constraint):
                if constraint.required:
                    choice.must |= constraint.open_counts
                    choice.needs = [
                        tuple(one for one in rooms if one in constraint.resources) for rooms in choice.needs
                    ]
                else:
                    choice.wished.update(constraint.resources)
        elif isinstance(constraint, kinds.FitRooms) and constraint.required:
            resources = self.paper.problem.resources
            for event, choice in self._of(constraint):
                attending = {need.resource for need in self.paper.problem.events[event].needs}
                choice.heads = sum(
                    resources[one].size or 0
                    for one in attending
                    if one is not None and resources[one].kind == constraint.kind
                )

    def put_choices(self) -> None:
        """First what gives every activity its rooms, then the wishes as they come."""
        for event, choice in self.choices.items():
            if not all(choice.needs):
                self.paper.refuse(self.paper.problem.events[event].id, "没有教室可用", "no room is left for it")
            elif choice.must:
                self.put(event, WHOLE)
            elif len(choice.needs) > 1 or choice.wished != set(choice.needs[0]):
                self.put(event, 0)

    def put(self, event: int, permille: int, reason: str = "", among: Iterable[int] | None = None) -> None:
        """One constraint of FET's for every activity of the event: its rooms, or these."""
        rooms = self._names(self.choices[event].needs if among is None else [tuple(sorted(among))])
        if not rooms:
            self.paper.refuse(self.paper.problem.events[event].id, "希望的教室一间也没有", "a wish for no room")
            return
        for one in self.paper.of(event):
            activity: Field = ("Activity_Id", one.number)
            if len(rooms) == 1:
                fields: list[Field] = [activity, ("Room", rooms[0]), ("Permanently_Locked", False)]
                self.paper.put("ActivityPreferredRoom", permille, fields, reason, space=True)
            else:
                listed: Sequence[Field] = [("Preferred_Room", name) for name in rooms]
                fields = [activity, ("Number_of_Preferred_Rooms", len(rooms)), *listed]
                self.paper.put("ActivityPreferredRooms", permille, fields, reason, space=True)

    def virtual_name(self, event: int) -> str:
        """FET's one name for the rooms of an event that needs several."""
        return self._names(self.choices[event].needs)[0]

    def _names(self, needs: Sequence[tuple[int, ...]]) -> list[str]:
        if len(needs) == 1:
            return [self.paper.names[room] for room in needs[0]]
        key = tuple(needs)
        taken = set(self.paper.names) | set(self.virtual.values())
        number = len(self.virtual) + 1
        while f"V{number}" in taken:
            number += 1
        return [self.virtual.setdefault(key, f"V{number}")]


def rooms_of(paper: Paper) -> Rooms:
    """The rooms of what is being written, made once."""
    if paper.rooms is None:
        paper.rooms = Rooms(paper)
    return paper.rooms


@say.register
def _(constraint: kinds.AssignResources, paper: Paper) -> None:
    for event in constraint.events:
        choice = rooms_of(paper).choices.get(event)
        if choice is None or constraint.role not in choice.roles:
            paper.refuse(
                constraint.name,
                f"“{paper.problem.events[event].id}”的“{constraint.role or '—'}”不是教室",
                f"{constraint.role or '—'} of {paper.problem.events[event].id} is no room",
            )
        elif not constraint.required and _is_weight(
            paper, constraint, paper.problem.events[event].duration * len(choice.needs)
        ):
            rooms_of(paper).put(event, constraint.weight, constraint.reason)


@say.register
def _(constraint: kinds.PreferResources, paper: Paper) -> None:
    for event in constraint.events:
        choice = rooms_of(paper).choices.get(event)
        if choice is None or constraint.role not in choice.roles:
            paper.refuse(
                constraint.name,
                f"“{paper.problem.events[event].id}”的“{constraint.role or '—'}”不是教室",
                f"{constraint.role or '—'} of {paper.problem.events[event].id} is no room",
            )
        elif constraint.required:
            continue  # said with the choice
        elif len(choice.needs) > 1 or not (choice.must or constraint.open_counts):
            paper.refuse(constraint.name, "可以空着的教室", "a wish for a room that may stay open")
        elif _is_weight(paper, constraint, paper.problem.events[event].duration):
            rooms_of(paper).put(event, constraint.weight, constraint.reason, constraint.resources)


def _is_weight(paper: Paper, constraint: Constraint, duration: int) -> bool:
    if not 0 < constraint.weight < WHOLE:
        paper.refuse_weight(constraint)
        return False
    return paper.counts_like(constraint, Cost.STEP, duration)


@say.register
def _(constraint: kinds.FitRooms, paper: Paper) -> None:
    if not constraint.required:
        paper.refuse_weight(constraint)


@say.register
def _(constraint: kinds.AvoidSplitAssignments, paper: Paper) -> None:
    if not constraint.required or constraint.role != ROOM:
        paper.refuse(
            constraint.name,
            f"权重 {constraint.weight}，或不是教室（{constraint.role}）",
            f"weight {constraint.weight}, or no room ({constraint.role})",
        )
        return
    for group in constraint.groups:
        most: Field = ("Max_Number_of_Different_Rooms", constraint.maximum)
        fields = [*paper.ids(dict.fromkeys(group)), most]
        paper.add(constraint, "ActivitiesOccupyMaxDifferentRooms", fields, space=True)


@say.register
def _(constraint: kinds.SameResourceIfAdjoining, paper: Paper) -> None:
    if not constraint.required or constraint.role != ROOM:
        paper.refuse(
            constraint.name,
            f"权重 {constraint.weight}，或不是教室（{constraint.role}）",
            f"weight {constraint.weight}, or no room ({constraint.role})",
        )
        return
    for group in constraint.groups:
        ids = paper.ids(dict.fromkeys(group))
        if len(ids) > 2:
            paper.add(constraint, "ActivitiesSameRoomIfConsecutive", ids, space=True)
