"""Families: pupils and those who answer for them, for one part of a county at a time.

First the seats: one for each pupil of each class, with a birthday's year. Then families take seats: twins two in one class,
brothers and sisters in classes of other years, schools and kindergartens of the same part. Then each family gets what
its members share: a name, an address, a people, whether it came from elsewhere, whether the parents work far away.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from yaodian.registry.demonstration import words
from yaodian.registry.demonstration.classes import ClassPlan
from yaodian.registry.demonstration.layout import Part
from yaodian.registry.demonstration.numbers import IdNumbers, NoSerialLeft, day_in, id_check_digit, phone, region
from yaodian.registry.demonstration.scales import AGE_AT_ENTRY
from yaodian.registry.demonstration.streams import Choice, between, pick, shuffled, stream
from yaodian.registry.demonstration.tables import Enrolment, Guardian, Guardianship, Pupil

# Of a hundred families in each kind of part.
MIGRANT = {"city": 0.19, "edge": 0.3, "seat": 0.1, "town": 0.03, "village": 0.008}
LEFT_BEHIND = {"city": 0.008, "edge": 0.015, "seat": 0.05, "town": 0.15, "village": 0.26}
POOR = {"city": 0.015, "edge": 0.02, "seat": 0.03, "town": 0.06, "village": 0.1}
MINORITY = {True: 0.035, False: 0.06}  # In districts, in counties.
GIRLS = 0.467
# Of the pupils of a boarding school, how many board; in primary schools from the fourth grade.
BOARDERS = {"primary": 0.12, "junior": 0.45, "senior": 0.6, "vocational": 0.7, "special": 0.5}
_CHILDREN = {"city": Choice({1: 58, 2: 38, 3: 4}), "village": Choice({1: 34, 2: 48, 3: 18})}
_DISABILITIES = Choice({"视力": 8, "听力": 12, "言语": 6, "肢体": 22, "智力": 34, "精神": 10, "多重": 8})
_ROADS = ("路", "街", "巷", "大道")
MOTHER, FATHER, GRANDFATHER, GRANDMOTHER, OTHER = "mother", "father", "grandfather", "grandmother", "other"


@dataclass
class Seat:
    """A place in a class; `cohort_year` is the September from which the year of birth runs to the next August."""

    place: ClassPlan
    cohort_year: int
    entered_on: date
    left_on: date | None = None
    status: str = "enrolled"


@dataclass
class Households:
    """What the families of a part bring into four tables."""

    pupils: list[Pupil] = field(default_factory=list)
    guardians: list[Guardian] = field(default_factory=list)
    guardianships: list[Guardianship] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)


def settle(part: Part, classes: list[ClassPlan], *, city: str, city_number: int, seed: int, year: int) -> Households:
    """The families of one part."""
    random = stream(seed, "families", part.key)
    return _Settlement(part, random, city=city, city_number=city_number, year=year).settle(classes)


class _Settlement:
    def __init__(self, part: Part, random: Random, *, city: str, city_number: int, year: int) -> None:
        self.part, self.random, self.city, self.year = part, random, city, year
        self.ids = IdNumbers.for_families(part.number)
        # Where those came from who came from elsewhere: counties of a neighbouring city, each part with its own.
        self.elsewhere = region(city=city_number + 40, county=part.county.number + 40)
        self.made = Households()
        self.schools: dict[str, list[str]] = {}
        self.number = 0
        self.family = 0
        self.provisional = 0
        self.is_country = part.kind in {"town", "village"}
        self.children = _CHILDREN["village" if self.is_country else "city"]

    def settle(self, classes: list[ClassPlan]) -> Households:
        random = self.random
        for place in classes:
            known = self.schools.setdefault(place.stage, [])
            if place.plan.code not in known and place.plan.opened_on <= date(self.year - 6, 9, 1):
                known.append(place.plan.code)
        seats = [seat for place in classes for seat in self._seats(place)]
        order = shuffled(random, range(len(seats)))
        by_year: dict[int, list[int]] = {}
        by_class: dict[str, list[int]] = {}
        for index in order:
            by_year.setdefault(seats[index].cohort_year, []).append(index)
            by_class.setdefault(seats[index].place.key, []).append(index)
        is_free = [True] * len(seats)
        families: list[tuple[list[Seat], bool]] = []
        for index in order:
            if not is_free[index]:
                continue
            is_free[index] = False
            members = [seats[index]]
            is_twins = False
            if random.random() < 0.011:
                other = _free(by_class[seats[index].place.key], is_free)
                if other is not None:
                    members.append(seats[other])
                    is_twins = True
            wanted = self.children(random)
            at = seats[index].cohort_year
            while len(members) < wanted:
                at += between(random, 2, 5) * (1 if random.random() < 0.5 else -1)
                other = _free(by_year.get(at, []), is_free)
                if other is None:
                    break
                members.append(seats[other])
            families.append((members, is_twins))
        for members, is_twins in families:
            self._settle_family(members, is_twins)
        return self.made

    def _seats(self, place: ClassPlan) -> list[Seat]:
        """One for each pupil now in the class, and for the first class of a cohort those who left during the year."""
        year, cohort = self.year, place.cohort
        born = cohort.entered_year - AGE_AT_ENTRY[place.stage] - 1
        found = []
        for number in range(place.size):
            entered = place.from_on
            if number < place.newcomers:
                entered = day_in(self.random, date(year - 1, 9, 15), date(year, 8, 30))
            found.append(Seat(place, born, entered))
        if self.random.random() < 0.03:
            found.append(Seat(place, born, place.from_on, status="suspended"))
        if place.number == 1 and place.grade > 1:
            flow = cohort.flows[place.grade - 2]
            for status, count in (("transferred", flow.moved_out), ("left", flow.dropped_out + flow.deaths)):
                for _one in range(count):
                    left = day_in(self.random, date(year - 1, 9, 15), date(year, 8, 30))
                    found.append(Seat(place, born, place.from_on, left, status))
        return found

    def _settle_family(self, members: list[Seat], is_twins: bool) -> None:
        random, part = self.random, self.part
        kind = part.kind
        is_migrant = random.random() < MIGRANT[kind]
        is_left_behind = not is_migrant and random.random() < LEFT_BEHIND[kind]
        is_poor = random.random() < POOR[kind]
        ethnicity = "01"
        if random.random() < MINORITY[part.county.is_urban]:
            ethnicity = words.MINORITIES(random)
        father, mother = words.surname(random), words.surname(random)
        family_name = father if random.random() < 0.93 else mother
        self.family += 1
        home = self._address()
        birthdays = [self._birthday(seat) for seat in members]
        if is_twins:
            birthdays[1] = birthdays[0]
        eldest = min(birthdays).year
        guardians = self._guardians(father, mother, eldest, is_left_behind, is_migrant)
        for seat, birth_on in zip(members, birthdays, strict=True):
            pupil = self._pupil(seat, birth_on, family_name, ethnicity, is_migrant, is_left_behind, is_poor, home)
            for place, (key, relation) in enumerate(guardians):
                self.made.guardianships.append(
                    Guardianship(pupil.key, key, relation, is_primary=place == 0, is_confirmed=random.random() < 0.94)
                )

    def _birthday(self, seat: Seat) -> date:
        random = self.random
        born = seat.cohort_year
        drawn = random.random()
        if drawn < 0.012:
            born -= 1  # Began a year late.
        return day_in(random, date(born, 9, 1), date(born + 1, 8, 31))

    def _address(self) -> str:
        random, part = self.random, self.part
        base = f"{self.city}{part.county.name}{part.name}"
        name = pick(random, words.FIRST) + pick(random, words.SECOND)
        if self.is_country and random.random() < 0.8:
            return f"{base}{name}村{between(random, 1, 12)}组{between(random, 1, 60)}号"
        return (
            f"{base}{name}{pick(random, _ROADS)}{between(random, 1, 288)}号"
            f"{between(random, 1, 24)}幢{between(random, 1, 3)}单元{between(random, 1, 18)}0{between(random, 1, 4)}室"
        )

    def _id_number(self, *, home: str, birth_on: date, gender: str, first: date, last: date) -> tuple[date, str]:
        """A number and the birthday it holds: where a day has no number left, another day between two is drawn."""
        for _attempt in range(100):
            try:
                return birth_on, self.ids.number(region=home, birth_on=birth_on, gender=gender)
            except NoSerialLeft:
                birth_on = day_in(self.random, first, last)
        raise AssertionError(f"no serial is left in {home} for {birth_on}")

    def _guardians(
        self, father: str, mother: str, eldest: int, is_left_behind: bool, is_migrant: bool
    ) -> list[tuple[str, str]]:
        """Keys and relations, the first one the main one."""
        random = self.random
        mother_born = eldest - between(random, 22, 34)
        father_born = mother_born - between(random, -1, 5)
        found: list[tuple[str, str]] = []
        drawn = random.random()
        first_is_father = random.random() < 0.34
        adults = []
        if drawn < 0.965:
            adults.append((MOTHER, mother, "2", mother_born))
        if drawn > 0.045:
            adults.append((FATHER, father, "1", father_born))
        if first_is_father:
            adults.reverse()
        if is_left_behind and random.random() < 0.8:
            grandmother = (GRANDMOTHER, words.surname(random), "2", mother_born - between(random, 22, 28))
            grandfather = (GRANDFATHER, father, "1", father_born - between(random, 22, 30))
            adults.insert(0, grandmother if random.random() < 0.55 else grandfather)
            adults = adults[:2] if random.random() < 0.6 else adults
        home = self.elsewhere if is_migrant else self.part.county.code
        for place, (relation, family, gender, born) in enumerate(adults, 1):
            first, last = date(born, 1, 1), date(born, 12, 31)
            _birth_on, number = self._id_number(
                home=home, birth_on=day_in(random, first, last), gender=gender, first=first, last=last
            )
            key = f"G{self.part.key}{self.family:05d}{place}"
            self.made.guardians.append(Guardian(key, words.adult_name(random, family, gender), phone(random), number))
            found.append((key, relation))
        return found

    def _pupil(
        self,
        seat: Seat,
        birth_on: date,
        family_name: str,
        ethnicity: str,
        is_migrant: bool,
        is_left_behind: bool,
        is_poor: bool,
        home: str,
    ) -> Pupil:
        random, place = self.random, seat.place
        gender = "2" if random.random() < GIRLS else "1"
        self.number += 1
        origin = self.elsewhere if is_migrant else self.part.county.code
        if random.random() < 0.002:
            # Not registered yet: no identity number, and an enrolment number of the kind J.
            id_number = ""
            self.provisional += 1
            body = f"{self.part.county.code}{birth_on:%Y%m%d}{self.part.number * 40 + self.provisional % 40:03d}"
            enrolment_number = f"J{body}{id_check_digit(body)}"
        else:
            birth_on, id_number = self._id_number(
                home=origin,
                birth_on=birth_on,
                gender=gender,
                first=date(seat.cohort_year, 9, 1),
                last=date(seat.cohort_year + 1, 8, 31),
            )
            enrolment_number = f"G{id_number}"
        has_disability = place.stage == "special" or random.random() < 0.0035
        boards = BOARDERS.get(place.stage, 0.0)
        if place.stage == "primary" and place.grade <= 3:
            boards = 0.0
        pupil = Pupil(
            key=f"P{self.part.key}{self.number:06d}",
            enrolment_number=enrolment_number if place.stage != "preschool" else "",
            name=words.child_name(random, family_name, gender, ethnicity),
            id_number=id_number,
            gender=gender,
            birth_on=birth_on,
            ethnicity=ethnicity,
            school=place.plan.code,
            school_class=place.key,
            is_boarding=place.plan.is_boarding and random.random() < boards,
            is_migrant=is_migrant,
            is_left_behind=is_left_behind,
            has_disability=has_disability,
            disability_kind=_DISABILITIES(random) if has_disability else "",
            is_poor=is_poor,
            residence=home,
            status=seat.status,
            entered_on=seat.entered_on,
            left_on=seat.left_on,
        )
        self.made.pupils.append(pupil)
        others = self.schools.get(place.stage, ())
        if seat.entered_on > place.from_on and len(others) > 1 and random.random() < 0.5:
            # Came from a school nearby, where the years before were spent.
            before = pick(random, others)
            if before != place.plan.code:
                self.made.enrolments.append(Enrolment(pupil.key, before, "", place.from_on, seat.entered_on))
        self.made.enrolments.append(Enrolment(pupil.key, place.plan.code, place.key, seat.entered_on, seat.left_on))
        return pupil


def _free(indexes: list[int], is_free: list[bool]) -> int | None:
    """Takes the last free index of a list; those taken meanwhile are dropped."""
    while indexes:
        index = indexes.pop()
        if is_free[index]:
            is_free[index] = False
            return index
    return None
