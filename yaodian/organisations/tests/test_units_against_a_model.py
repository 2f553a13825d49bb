"""Dated hierarchies against the most naive model there is: for each day, a table of who exists, is called what, and
stands under whom. Whatever the operations accept the model must find possible, and the other way round; whatever is
asked of the rows the model must answer alike."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from yaodian.organisations import operations
from yaodian.organisations.models import Ancestry, Hierarchy, Unit, UnitName
from yaodian.organisations.operations import NewUnit, Part, Staff, UnableToChangeUnit
from yaodian.organisations.queries import (
    Scope,
    check_units,
    children_of,
    parents_of,
    path_to,
    resolve,
    subtree_of,
    units_as_of,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FIRST = date(2026, 2, 20)
LENGTH = 20
ADMINISTRATIVE, GROUP = Hierarchy.ADMINISTRATIVE.value, Hierarchy.GROUP.value
HIERARCHIES = (ADMINISTRATIVE, GROUP)
ROOT = operations.ROOT_CODE

# What is known of a unit on a day: "name", and its parent's code (or None) under the name of each hierarchy.
Facts = dict[str, Any]
Days = list[dict[str, Facts]]


class Impossible(Exception):
    """The model says no."""


def day_of(index: int) -> date:
    return FIRST + timedelta(days=index)


def climb(day: dict[str, Facts], code: str, hierarchy: str) -> list[str]:
    """The unit and all above it; Impossible where it comes to itself."""
    path = [code]
    while (parent := day[path[-1]][hierarchy]) is not None:
        if parent in path:
            raise Impossible("circle")
        if parent not in day:
            raise Impossible("parent does not exist")
        path.append(parent)
    return path


class Model:
    """Every day written out; a change is written into each day from its first to the next change."""

    def __init__(self) -> None:
        self.days: Days = [{ROOT: {"name": "教育局", ADMINISTRATIVE: None, GROUP: None}} for _day in range(LENGTH)]
        self.codes = {ROOT}
        self.succeeded: set[str] = set()
        self.emerged: set[str] = set()
        self.steps: list[tuple[str, str, int]] = []

    def check(self, condition: object, why: str) -> None:
        if not condition:
            raise Impossible(why)

    def life(self, code: str) -> list[int]:
        return [index for index, day in enumerate(self.days) if code in day]

    def value(self, code: str, what: str, index: int) -> Any:
        if index < 0 or index >= LENGTH or code not in self.days[index]:
            return None
        return self.days[index][code][what]

    def begins(self, code: str, what: str, index: int) -> bool:
        """Whether something new is said on a day: another value than the day before."""
        value = self.value(code, what, index)
        # Nothing happens on the first day: it is there for the root to have been called something before.
        return index > 0 and value is not None and value != self.value(code, what, index - 1)

    def run(self, code: str, what: str, index: int) -> list[int]:
        """The days from `index` on which the same goes on."""
        value = self.value(code, what, index)
        end = index
        while end < LENGTH and code in self.days[end] and self.value(code, what, end) == value:
            end += 1
        return list(range(index, end))

    def start_of(self, code: str, what: str, index: int) -> int:
        while (
            index > 0
            and code in self.days[index - 1]
            and self.value(code, what, index - 1) == self.value(code, what, index)
        ):
            index -= 1
        return index

    def exists(self, code: str, index: int) -> None:
        self.check(code in self.days[index], "does not exist")

    def is_possible(self) -> None:
        for day in self.days:
            for code, facts in day.items():
                self.check(facts["name"] is not None, "no name")
                self.check(code == ROOT or facts[ADMINISTRATIVE] is not None, "no administrative parent")
                for hierarchy in HIERARCHIES:
                    climb(day, code, hierarchy)

    def resolve(self, code: str, index: int) -> list[str]:
        """What a unit is on a day: itself, or what came of it by then, or what it came from."""
        found, seen, front = set(), set(), {code}
        while front:
            seen |= front
            onward = {one for one in front if one not in self.days[index]}
            found |= front - onward
            front = set()
            for one in onward:
                days = self.life(one)
                if days and days[-1] < index:
                    front |= {after for before, after, on in self.steps if before == one and on == days[-1] + 1}
                elif days and days[0] > index:
                    front |= {before for before, after, on in self.steps if after == one and on == days[0]}
            front -= seen
        return sorted(found)

    # The changes.

    def create(self, code: str, name: str, index: int, parent: str) -> None:
        self.check(code not in self.codes, "code used")
        self.codes.add(code)
        for day in self.days[index:]:
            day[code] = {"name": name, ADMINISTRATIVE: parent, GROUP: None}

    def put(self, code: str, what: str, index: int, value: str) -> None:
        self.exists(code, index)
        self.check(not self.begins(code, what, index), "changed that day already")
        self.check(self.value(code, what, index) != value, "no change")
        for day in self.run(code, what, index):
            self.days[day][code][what] = value

    def leave(self, code: str, hierarchy: str, index: int) -> None:
        self.exists(code, index)
        self.check(hierarchy != ADMINISTRATIVE, "administrative")
        self.check(self.value(code, hierarchy, index) is not None, "not in it")
        self.check(not self.begins(code, hierarchy, index), "came that day")
        for day in self.run(code, hierarchy, index):
            self.days[day][code][hierarchy] = None

    def hand_over(self, codes: list[str], index: int, to: str | None) -> None:
        for day in self.days[index:]:
            for child, facts in day.items():
                for hierarchy in HIERARCHIES:
                    if facts[hierarchy] in codes and child not in codes:
                        self.check(to is not None and to != child, "child")
                        facts[hierarchy] = to

    def close(self, code: str, index: int) -> None:
        self.exists(code, index)
        self.check(code != ROOT and index > min(self.life(code)), "too early")
        self.check(code in self.days[-1], "closed already")
        for later in range(index, LENGTH):
            for what in ("name", *HIERARCHIES):
                self.check(not self.begins(code, what, later), "changes later")
        for day in self.days[index:]:
            del day[code]

    def emerge(self, code: str, name: str, source: str, index: int, ending: list[str]) -> None:
        self.exists(source, index)
        self.check(source != ROOT, "root")
        self.check(code not in self.codes, "code used")
        self.codes.add(code)
        self.emerged.add(code)
        first = next((day[source][ADMINISTRATIVE] for day in self.days[index:] if source in day), None)
        self.check(first not in (ending or [source]), "parent ends")
        for day in self.days[index:]:
            facts = {"name": name}
            for hierarchy in HIERARCHIES:
                parent = day[source][hierarchy] if source in day else None
                facts[hierarchy] = None if parent in ending else parent
            if source in day:
                day[code] = facts
            else:
                # The source ends later; what comes out of it does not, and has no parent any more.
                day[code] = {"name": name, ADMINISTRATIVE: None, GROUP: None}

    def withdraw(self, code: str, what: str, index: int) -> None:
        self.check(self.begins(code, what, index), "no change that day")
        before = self.value(code, what, index - 1)
        for day in self.run(code, what, index):
            self.days[day][code][what] = before

    def correct(self, code: str, what: str, index: int, value: str) -> None:
        self.check(self.begins(code, what, index), "no change that day")
        self.check(self.value(code, what, index) != value, "no change")
        for day in self.run(code, what, index):
            self.days[day][code][what] = value

    def correct_day(self, code: str, what: str, index: int, right: int) -> None:
        self.check(self.begins(code, what, index), "no change that day")
        self.check(index != min(self.life(code)), "opening")
        self.exists(code, right)
        self.check(right != index, "no change")
        run = self.run(code, what, index)
        value, before = self.value(code, what, index), self.value(code, what, index - 1)
        self.check(right <= run[-1], "beyond the next")
        if right < index:
            floor = self.start_of(code, what, index - 1)
            if before is not None:
                self.check(right > floor, "beyond the one before")
            else:
                self.check(right >= floor, "beyond the one before")
        for day in range(min(index, right), max(index, right)):
            self.days[day][code][what] = value if right < index else before

    def correct_opening(self, code: str, right: int) -> None:
        self.check(code != ROOT and code not in self.emerged, "came out of another")
        self.check(code in self.codes and self.life(code), "unknown")
        opened = min(self.life(code))
        self.check(right != opened, "no change")
        if right > opened:
            self.check(right <= max(self.life(code)), "after the end")
            for what in ("name", *HIERARCHIES):
                if self.value(code, what, opened) is not None:
                    self.check(right in self.run(code, what, opened), "after a change")
                else:
                    self.check(
                        all(self.value(code, what, day) is None for day in range(opened, right)), "after a change"
                    )
            for day in range(opened, right):
                del self.days[day][code]
        else:
            for day in range(right, opened):
                self.days[day][code] = dict(self.days[opened][code])

    def correct_closing(self, code: str, right: int | None) -> None:
        self.check(code not in self.succeeded and self.life(code), "goes on in another")
        self.check(code not in self.days[-1], "not closed")
        last = max(self.life(code))
        end = LENGTH if right is None else right
        self.check(end != last + 1, "no change")
        if end > last:
            for day in range(last + 1, end):
                self.days[day][code] = dict(self.days[last][code])
        else:
            self.check(end > min(self.life(code)), "before the beginning")
            for what in ("name", *HIERARCHIES):
                for day in range(end, last + 1):
                    if self.value(code, what, last) is not None:
                        self.check(not self.begins(code, what, day), "changes later")
                    else:
                        self.check(self.value(code, what, day) is None, "changes later")
            for day in range(end, last + 1):
                del self.days[day][code]


indexes = st.integers(1, LENGTH - 1)
whats = st.sampled_from(("name", *HIERARCHIES))
hierarchies = st.sampled_from(HIERARCHIES)
names = st.sampled_from(["青禾", "望江", "林溪", "云泽"])
picks = st.integers(0, 10_000)


class Units(RuleBasedStateMachine):
    """The same change to both; both accept it or both refuse it."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        operations.ensure_root(now=NOW)
        self.model = Model()
        self.made = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def pick(self, number: int, index: int | None = None, *, with_root: bool = False) -> str:
        """A unit; four times out of five one that lives on the day and after, so that most changes can be."""
        number, is_any = divmod(number, 5)
        pool = sorted(self.model.codes)
        if is_any and index is not None:
            living = self.model.days[index].keys() & self.model.days[-1].keys()
            pool = sorted(living if with_root else living - {ROOT}) or pool
        return pool[number % len(pool)]

    def code(self) -> str:
        self.made += 1
        return f"u{self.made:03}"

    def unit(self, code: str) -> Unit:
        return Unit.objects.get(code=code)

    def both(self, act: Any, model: Any) -> bool:
        wanted = copy.deepcopy(self.model)
        why = ""
        try:
            model(wanted)
            wanted.is_possible()
        except Impossible as refusal:
            why = str(refusal)
        refused: UnableToChangeUnit | None = None
        try:
            with transaction.atomic():
                act()
        except UnableToChangeUnit as refusal:
            refused = refusal
        if refused is not None:
            assert why, f"refused, though possible: {refused}"
            assert str(refused).endswith(("。", "）"))
            return False
        assert not why, f"accepted, though {why}"
        self.model = wanted
        return True

    @rule(parent=picks, index=indexes, name=names)
    def create(self, parent: int, index: int, name: str) -> None:
        code, under = self.code(), self.pick(parent, index, with_root=True)
        self.both(
            lambda: operations.create_unit(
                actor=None, code=code, kind="body", name=name, opened_on=day_of(index), parent=self.unit(under), now=NOW
            ),
            lambda model: model.create(code, name, index, under),
        )

    @rule(parent=picks, index=indexes, names=st.lists(names, min_size=2, max_size=4))
    def create_many(self, parent: int, index: int, names: list[str]) -> None:
        codes = [self.code() for _name in names]
        above = [self.pick(parent, index, with_root=True), *codes]

        def act() -> None:
            rows = [
                NewUnit(code=code, kind="body", name=name, opened_on=day_of(index), parent=under)
                for code, name, under in zip(codes, names, above, strict=False)
            ]
            operations.create_units(actor=None, units=rows[::-1], now=NOW)

        def change(model: Model) -> None:
            for code, name, under in zip(codes, names, above, strict=False):
                model.create(code, name, index, under)

        self.both(act, change)

    @rule(unit=picks, index=indexes, name=names)
    def rename(self, unit: int, index: int, name: str) -> None:
        code = self.pick(unit, index, with_root=True)
        self.both(
            lambda: operations.rename_unit(actor=None, unit=self.unit(code), name=name, from_on=day_of(index), now=NOW),
            lambda model: model.put(code, "name", index, name),
        )

    @rule(unit=picks, parent=picks, index=indexes, hierarchy=hierarchies)
    def move(self, unit: int, parent: int, index: int, hierarchy: str) -> None:
        code, under = self.pick(unit, index), self.pick(parent, index, with_root=True)
        self.both(
            lambda: operations.move_unit(
                actor=None,
                unit=self.unit(code),
                parent=self.unit(under),
                hierarchy=hierarchy,
                from_on=day_of(index),
                now=NOW,
            ),
            lambda model: model.put(code, hierarchy, index, under),
        )

    @rule(unit=picks, index=indexes, hierarchy=hierarchies)
    def leave(self, unit: int, index: int, hierarchy: str) -> None:
        inside = sorted(code for code, facts in self.model.days[index].items() if facts[GROUP] is not None)
        code = inside[unit % len(inside)] if inside else self.pick(unit, index)
        self.both(
            lambda: operations.leave_hierarchy(
                actor=None, unit=self.unit(code), hierarchy=hierarchy, on=day_of(index), now=NOW
            ),
            lambda model: model.leave(code, hierarchy, index),
        )

    @rule(unit=picks, to=st.none() | picks, index=indexes)
    def close(self, unit: int, to: int | None, index: int) -> None:
        code, heir = self.pick(unit, index), None if to is None else self.pick(to, index, with_root=True)

        def change(model: Model) -> None:
            model.exists(code, index)
            model.hand_over([code], index, heir)
            model.close(code, index)

        self.both(
            lambda: operations.close_unit(
                actor=None,
                unit=self.unit(code),
                on=day_of(index),
                children_to=self.unit(heir) if heir else None,
                now=NOW,
            ),
            change,
        )

    @rule(unit=picks, index=indexes, survives=st.booleans(), hands_over=st.booleans())
    def split(self, unit: int, index: int, survives: bool, hands_over: bool) -> None:
        code, parts = self.pick(unit, index), [self.code(), self.code()]

        def change(model: Model) -> None:
            for part in parts:
                model.emerge(part, "分出", code, index, [] if survives else [code])
            if survives:
                if hands_over:
                    model.hand_over([code], index, parts[0])
            else:
                model.hand_over([code], index, parts[0] if hands_over else None)
                model.close(code, index)
            model.succeeded.add(code)
            model.steps += [(code, part, index) for part in parts]

        self.both(
            lambda: operations.split_unit(
                actor=None,
                unit=self.unit(code),
                on=day_of(index),
                parts=[Part(part, "分出") for part in parts],
                survives=survives,
                children_to=parts[0] if hands_over else None,
                now=NOW,
            ),
            change,
        )

    @rule(units=st.lists(picks, min_size=1, max_size=3), into=st.none() | picks, index=indexes)
    def merge(self, units: list[int], into: int | None, index: int) -> None:
        codes = list(dict.fromkeys(self.pick(unit, index) for unit in units))
        heir = None if into is None else self.pick(into, index)
        new = self.code()

        def change(model: Model) -> None:
            model.check(len(set(codes)) == len(codes) and heir not in codes, "twice")
            model.check(len(codes) > 1 or heir, "too few")
            for code in codes:
                model.exists(code, index)
            if heir is not None:
                model.exists(heir, index)
            else:
                model.emerge(new, "合并", codes[0], index, codes)
            model.hand_over(codes, index, heir or new)
            for code in codes:
                model.close(code, index)
            model.succeeded.update(codes)
            model.steps += [(code, heir or new, index) for code in codes]
            if heir is not None:
                model.emerged.add(heir)

        self.both(
            lambda: operations.merge_units(
                actor=None,
                units=[self.unit(code) for code in codes],
                into=self.unit(heir) if heir else Part(new, "合并"),
                on=day_of(index),
                now=NOW,
            ),
            change,
        )

    @rule(unit=picks, index=indexes)
    def replace(self, unit: int, index: int) -> None:
        code, new = self.pick(unit, index), self.code()

        def change(model: Model) -> None:
            model.emerge(new, "改制", code, index, [code])
            model.hand_over([code], index, new)
            model.close(code, index)
            model.succeeded.add(code)
            model.steps.append((code, new, index))

        self.both(
            lambda: operations.replace_unit(
                actor=None, unit=self.unit(code), by=Part(new, "改制"), on=day_of(index), now=NOW, staff=Staff.MOVE
            ),
            change,
        )

    @precondition(lambda self: self.made)
    @rule(unit=picks, what=whats, change=picks)
    def withdraw(self, unit: int, what: str, change: int) -> None:
        code = self.pick(unit)
        index = self.some_change(code, what, change)
        self.both(
            lambda: operations.withdraw_change(
                actor=None, unit=self.unit(code), what=what, from_on=day_of(index), reason="登记有误", now=NOW
            ),
            lambda model: model.withdraw(code, what, index),
        )

    @precondition(lambda self: self.made)
    @rule(unit=picks, what=whats, change=picks, right=indexes)
    def correct_day(self, unit: int, what: str, change: int, right: int) -> None:
        code = self.pick(unit)
        index = self.some_change(code, what, change)
        self.both(
            lambda: operations.correct_day(
                actor=None,
                unit=self.unit(code),
                what=what,
                from_on=day_of(index),
                right_from_on=day_of(right),
                reason="登记有误",
                now=NOW,
            ),
            lambda model: model.correct_day(code, what, index, right),
        )

    @precondition(lambda self: self.made)
    @rule(unit=picks, parent=picks, name=names, what=whats, change=picks)
    def correct(self, unit: int, parent: int, name: str, what: str, change: int) -> None:
        code, under = self.pick(unit, 1), self.pick(parent, 1, with_root=True)
        index = self.some_change(code, what, change)

        def act() -> None:
            given: dict[str, Any] = {
                "actor": None,
                "unit": self.unit(code),
                "from_on": day_of(index),
                "reason": "登记有误",
                "now": NOW,
            }
            if what == "name":
                operations.correct_name(name=name, **given)
            else:
                operations.correct_parent(hierarchy=what, parent=self.unit(under), **given)

        self.both(act, lambda model: model.correct(code, what, index, name if what == "name" else under))

    @precondition(lambda self: self.made)
    @rule(unit=picks, right=indexes)
    def correct_opening(self, unit: int, right: int) -> None:
        code = self.pick(unit)
        if code == ROOT:
            return
        self.both(
            lambda: operations.correct_opening(
                actor=None, unit=self.unit(code), opened_on=day_of(right), reason="登记有误", now=NOW
            ),
            lambda model: model.correct_opening(code, right),
        )

    @precondition(lambda self: self.made)
    @rule(unit=picks, right=st.none() | st.integers(1, LENGTH - 1))
    def correct_closing(self, unit: int, right: int | None) -> None:
        ended = sorted(self.model.codes - self.model.days[-1].keys() - self.model.succeeded)
        code = ended[unit % len(ended)] if ended else self.pick(unit)
        self.both(
            lambda: operations.correct_closing(
                actor=None,
                unit=self.unit(code),
                closed_on=None if right is None else day_of(right),
                reason="登记有误",
                now=NOW,
            ),
            lambda model: model.correct_closing(code, right),
        )

    def some_change(self, code: str, what: str, number: int) -> int:
        """A day on which something began, if there is any, else any day."""
        begun = [index for index in range(LENGTH) if self.model.begins(code, what, index)]
        return begun[number % len(begun)] if begun else number % LENGTH

    @invariant()
    def nothing_contradicts_itself(self) -> None:
        assert check_units() == []

    @rule(unit=picks, index=indexes, hierarchy=hierarchies)
    def ask(self, unit: int, index: int, hierarchy: str) -> None:
        """Every question about one unit on one day."""
        code, on = self.pick(unit, index, with_root=True), day_of(index)
        day, found = self.model.days[index], self.unit(code)
        assert {one.code: one.name_then for one in units_as_of(day=on)} == {
            known: facts["name"] for known, facts in day.items()
        }
        below = {known for known in day if code in climb(day, known, hierarchy)}
        assert {one.code for one in subtree_of(unit=found, day=on, hierarchy=hierarchy)} == below
        children = {known: facts["name"] for known, facts in day.items() if facts[hierarchy] == code}
        assert {one.code: one.name_then for one in children_of(unit=found, day=on, hierarchy=hierarchy)} == children
        scope = Scope("organisations.view", frozenset({(hierarchy, found.pk)}), on)
        assert {one.code for one in scope.rows(Unit.objects.all(), unit="pk")} == below
        assert {known for known in self.model.codes if scope.includes(self.unit(known).pk)} == below
        resolved = [one.code for one in resolve(unit=found, day=on)]
        if code in day:
            path = [one.code for one in path_to(unit=found, day=on, hierarchy=hierarchy)]
            assert path == climb(day, code, hierarchy)[::-1]
            parents = parents_of(units=[found.pk], day=on).get(found.pk, {})
            assert {each: parent.code for each, parent in parents.items()} == {
                each: day[code][each] for each in HIERARCHIES if day[code][each] is not None
            }
            assert resolved == [code]
        else:
            assert resolved == self.model.resolve(code, index)

    @invariant()
    def the_rows_say_the_same(self) -> None:
        codes = dict(Unit.objects.values_list("pk", "code"))
        lines = list(
            Ancestry.objects.values_list("hierarchy", "ancestor_id", "descendant_id", "distance", "from_on", "until_on")
        )
        named = list(UnitName.objects.values_list("unit_id", "name", "from_on", "until_on"))
        for index, day in enumerate(self.model.days):
            on = day_of(index)
            assert {codes[unit]: name for unit, name, since, until in named if since <= on < (until or date.max)} == {
                code: facts["name"] for code, facts in day.items()
            }
            for hierarchy in HIERARCHIES:
                wanted = {
                    (above, code, distance)
                    for code in day
                    for distance, above in enumerate(climb(day, code, hierarchy))
                }
                assert {
                    (codes[above], codes[below], distance)
                    for named_hierarchy, above, below, distance, since, until in lines
                    if named_hierarchy == hierarchy and since <= on < (until or date.max)
                } == wanted


@pytest.mark.django_db
def test_whatever_happens_to_units_a_table_of_every_day_would_say_the_same() -> None:
    run_state_machine_as_test(Units, settings=settings(stateful_step_count=25, max_examples=60, deadline=None))
