"""On which days of a term a lesson of the week is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Lessons made up (调课): on this day those of another day are held and not its own. ``day`` is a day of the timetable (0 Monday); ``week``
    one of the cycle, None for the week in which the day lies."""

    on: date
    day: int
    week: int | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """From ``begins_on`` to ``ends_on``, both included. The first week of the cycle is that of ``weeks_from``, Monday to Sunday; of ``begins_on``
    where it is None. A timetable that holds from a day within the term on is one whose ``weeks_from`` is the first day of the whole."""

    begins_on: date
    ends_on: date
    days_off: frozenset[date] = frozenset()
    made_up: tuple[MadeUp, ...] = ()
    weeks_from: date | None = None

    @property
    def first_monday(self) -> date:
        """The Monday of the term's first week, which may lie before the term."""
        first = self.weeks_from or self.begins_on
        return first - timedelta(days=first.weekday())

    def week_of(self, day: date, cycle: int) -> int:
        """The week of the cycle in which the day lies."""
        return (day - self.first_monday).days // 7 % cycle

    def regular(self, day: int, week: int, every: int) -> tuple[date, ...]:
        """The dates of this day of the timetable in every ``every``-th week from ``week`` on, days off included."""
        found: list[date] = []
        on = self.first_monday + timedelta(days=7 * week + day)
        while on <= self.ends_on:
            if on >= self.begins_on:
                found.append(on)
            on += timedelta(days=7 * every)
        return tuple(found)

    def kept(self, regular: tuple[date, ...]) -> tuple[date, ...]:
        """Of regular dates those that are no days off and on which no other day's lessons are held."""
        others = {one.on for one in self.made_up}
        return tuple(on for on in regular if on not in self.days_off and on not in others)

    def made_up_on(self, day: int, weeks: frozenset[int], cycle: int) -> tuple[date, ...]:
        """The days, off or not, on which lessons of this day in these weeks of the cycle are made up."""
        return tuple(
            one.on
            for one in self.made_up
            if one.day == day and (self.week_of(one.on, cycle) if one.week is None else one.week) in weeks
        )
