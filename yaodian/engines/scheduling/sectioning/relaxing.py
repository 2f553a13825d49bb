"""Why choices cannot be met, and what would be cheapest to change: named wishes and numbers, no sentences.

Reasons are a set of wishes of which none can be left out: with all of them there is no way, without any one of them there is. Relaxations
are found each by itself: the smallest change of one size, and the cheapest mixtures of teachers, rooms, home classes and pupils who
choose otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ortools.sat.python import cp_model

from .counting import Counting, Expression, Ground, Held, Named, Wish, total
from .school import MOST_PUPILS, Combination, Mode, School
from .searching import Search, Stage, Status

EFFORT = 0.6
#: Relaxations that mix kinds, at most, and how many of a thing are added at most.
MIXTURES = 3
MOST_ADDED = 30


@dataclass(frozen=True)
class Prices:
    """What a change costs beside others: ``teacher`` one more who takes a group in each block; ``room`` one more in one block; ``home``
    one home class more, with a room in every block; ``seat`` a pupil more in the largest group or class; ``fewer`` a pupil less in the
    smallest; ``pupil`` one who chooses otherwise."""

    teacher: int = 100
    room: int = 40
    home: int = 120
    seat: int = 8
    fewer: int = 6
    pupil: int = 15


@dataclass(frozen=True, order=True)
class Reason:
    """A wish that stands in the way. ``about``: the subject, block or, joined by “+”, combination. ``has``: the number that the wish
    states (groups that teachers can take, rooms, a size, pupils). ``needs``: the groups that the subject needs, else 0."""

    wish: Wish
    about: str
    has: int
    needs: int = 0


@dataclass(frozen=True, order=True)
class Easing:
    """One change. ``by``: how many more, or for LEAST and HOME_LEAST how many fewer. CHOICES: pupils who leave the combination."""

    wish: Wish
    about: str
    by: int


@dataclass(frozen=True)
class Relaxation:
    """Changes that suffice together, as far as groups are counted, and their price."""

    price: int
    easings: tuple[Easing, ...]


@dataclass(frozen=True)
class Explained:
    """``minimal``: whether every reason was shown to be needed."""

    reasons: tuple[Reason, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    minimal: bool = True


def explain(
    school: School, demand: Mapping[Combination, int], search: Search, prices: Prices | None = None
) -> Explained:
    """Reasons and relaxations, cheapest first, for pupils of each combination; nothing where they can be met as far as is known."""
    asked = _Asked.of(school, {c: count for c, count in demand.items() if count}, search)
    if asked is None:
        return Explained()
    named, minimal = asked.reasons()
    reasons = sorted(asked.told(wish) for wish in named)
    if asked.is_of_mode:
        reasons.append(Reason(Wish.MODE, school.rules.mode, 0))
    relaxations = asked.relaxations(named, prices or Prices())
    return Explained(tuple(reasons), tuple(sorted(relaxations, key=lambda each: (each.price, each.easings))), minimal)


@dataclass(frozen=True)
class _Asked:
    """The narrowest model that shows there is no way."""

    ground: Ground
    demand: Mapping[Combination, int]
    search: Search
    homes: bool
    is_of_mode: bool
    people: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "people", sum(self.demand.values()))

    @staticmethod
    def of(school: School, demand: Mapping[Combination, int], search: Search) -> _Asked | None:
        free = replace(school, rules=replace(school.rules, mode=Mode.MOVING))
        for given, homes in ((free, False), (free, True), (school, True)):
            if homes and school.homes.kept:
                continue
            asked = _Asked(Ground(given, MOST_PUPILS), demand, search, homes, given is school and school != free)
            if asked.status(given) is Status.INFEASIBLE:
                return asked
        return None

    def status(self, school: School, demand: Mapping[Combination, int] | None = None) -> Status:
        counting = Counting(Ground(school), demand or self.demand, self.people, self.homes)
        return self.search.solve(counting.model, Stage.REASONS, EFFORT).status

    def wishes(self) -> list[Named]:
        school = self.ground.school
        found = [Named(Wish.CHOICES, "+".join(c)) for c in self.demand]
        chosen = [s.code for s in school.subjects if any(s.code in combination for combination in self.demand)]
        if school.teachers is not None:
            found += [Named(Wish.TEACHERS, code) for code in chosen]
        if school.rooms is not None:
            found += [Named(Wish.ROOMS, block) for block in school.blocks]
        found += [Named(wish, code) for code in chosen for wish in (Wish.LEAST, Wish.MOST)]
        if self.homes:
            found += [Named(Wish.HOME_LEAST), Named(Wish.HOME_MOST)]
            found += [Named(Wish.HOME_ROOMS)] * (school.rooms is not None)
            found += [Named(Wish.HOME_COUNT)] * (school.homes.count is not None)
        return found

    def reasons(self) -> tuple[list[Named], bool]:
        """Wishes let go one after the other, for good where there is still no way. Also whether each answer was proven."""
        held = self.wishes()
        let_go: set[Named] = set()
        minimal = True
        for wish in list(held):
            model = cp_model.CpModel()
            without = frozenset(let_go | {wish})
            demand: dict[Combination, Expression | int] = {}
            for combination, count in self.demand.items():
                is_free = Named(Wish.CHOICES, "+".join(combination)) in without
                demand[combination] = model.new_int_var(0, count, "") if is_free else count
            Counting(self.ground, demand, self.people, self.homes, held=Held(model, without))
            status = self.search.solve(model, Stage.REASONS, EFFORT).status
            if status is Status.INFEASIBLE:
                let_go.add(wish)
            elif status is Status.UNKNOWN:
                minimal = False
        return [wish for wish in held if wish not in let_go], minimal

    def told(self, named: Named) -> Reason:
        school = self.ground.school
        has, needs = 0, 0
        if named.wish is Wish.CHOICES:
            has = next(count for c, count in self.demand.items() if "+".join(c) == named.about)
        elif named.wish is Wish.TEACHERS:
            has = sum(each.most for each in school.teachers or () if named.about in each.subjects)
            pupils = sum(count for combination, count in self.demand.items() if named.about in combination)
            needs = -(-pupils // school.by_code[named.about].most)
        elif named.wish is Wish.ROOMS:
            has = self.ground.rooms_in(named.about).total()
        elif named.wish is Wish.HOME_ROOMS:
            has = self.ground.home_rooms.total()
        elif named.wish in (Wish.LEAST, Wish.MOST):
            subject = school.by_code[named.about]
            has = subject.least if named.wish is Wish.LEAST else subject.most
        else:
            homes = school.homes
            has = {Wish.HOME_LEAST: homes.least, Wish.HOME_MOST: homes.most}.get(named.wish, homes.count or 0)
        return Reason(named.wish, named.about, has, needs)

    def relaxations(self, named: list[Named], prices: Prices) -> list[Relaxation]:
        found = self._mixtures(prices)
        for wish in named:
            if wish.wish in (Wish.LEAST, Wish.MOST, Wish.HOME_LEAST, Wish.HOME_MOST) and (
                eased := self._size(wish, prices)
            ):
                found.append(eased)
        return found

    def _size(self, named: Named, prices: Prices) -> Relaxation | None:
        """The smallest change of one size that suffices by itself, by halving."""
        school = self.ground.school
        down = named.wish in (Wish.LEAST, Wish.HOME_LEAST)
        now = self.told(named).has
        furthest = now - 1 if down else MOST_PUPILS - now

        def suffices(by: int) -> bool:
            changed = _with_size(school, named, now - by if down else now + by)
            return self.status(changed) in (Status.OPTIMAL, Status.FEASIBLE)

        by = _least(furthest, suffices)
        if by is None:
            return None
        return Relaxation(by * (prices.fewer if down else prices.seat), (Easing(named.wish, named.about, by),))

    def _mixtures(self, prices: Prices) -> list[Relaxation]:
        school = self.ground.school
        model = cp_model.CpModel()
        added: dict[Named, cp_model.IntVar] = {}
        cost: dict[Named, int] = {}
        for wish in self.wishes():
            each = {
                Wish.TEACHERS: prices.teacher,
                Wish.ROOMS: prices.room,
                Wish.HOME_ROOMS: prices.room * len(school.blocks),
                Wish.HOME_COUNT: prices.home,
            }.get(wish.wish)
            if each is not None:
                added[wish], cost[wish] = model.new_int_var(0, MOST_ADDED, ""), each
        demand: dict[Combination, Expression | int] = {}
        coming = []
        for combination in school.combinations:
            wish = Named(Wish.CHOICES, "+".join(combination))
            count = self.demand.get(combination, 0)
            added[wish], cost[wish] = model.new_int_var(0, count, ""), prices.pupil
            coming.append(model.new_int_var(0, self.people, ""))
            demand[combination] = count - added[wish] + coming[-1]
        model.add(total(coming) == total(n for wish, n in added.items() if wish.wish is Wish.CHOICES))
        Counting(Ground(school), demand, self.people, self.homes, held=Held(model, added=dict(added)))
        model.minimize(total(added[wish] * cost[wish] for wish in added))
        # Who chooses otherwise is one kind of change, whatever is chosen; else one mixture would come in many shapes.
        used = {_kind(wish): model.new_bool_var("") for wish in added}
        for wish, n in added.items():
            model.add(n == 0).only_enforce_if(used[_kind(wish)].negated())
        found: list[Relaxation] = []
        for _mixture in range(MIXTURES):
            answer = self.search.solve(model, Stage.RELAXATIONS, 2 * EFFORT)
            changed = [(wish, answer.value(n)) for wish, n in added.items() if answer.found and answer.value(n)]
            if not changed:
                break
            easings = (Easing(wish.wish, wish.about, by) for wish, by in changed)
            found.append(Relaxation(answer.best, tuple(sorted(easings))))
            # The next one must do without one of these.
            kinds = {_kind(wish) for wish, _by in changed}
            model.add(total(used[kind] for kind in kinds) <= len(kinds) - 1)
        return found


def _kind(named: Named) -> Named:
    return Named(Wish.CHOICES) if named.wish is Wish.CHOICES else named


def _least(furthest: int, suffices: Callable[[int], bool]) -> int | None:
    if furthest < 1 or not suffices(furthest):
        return None
    low, high = 1, furthest
    while low < high:
        middle = (low + high) // 2
        if suffices(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _with_size(school: School, named: Named, size: int) -> School:
    if named.wish is Wish.HOME_LEAST:
        return replace(school, homes=replace(school.homes, least=size))
    if named.wish is Wish.HOME_MOST:
        return replace(school, homes=replace(school.homes, most=size))
    field_ = "least" if named.wish is Wish.LEAST else "most"
    subjects = [
        replace(each, **{field_: size}) if each.code == named.about else each  # type: ignore[arg-type]
        for each in school.subjects
    ]
    return replace(school, subjects=tuple(subjects))
