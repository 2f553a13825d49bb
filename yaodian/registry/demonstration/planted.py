"""Errors planted on request, each known: where it stands, what is wrong, and what a check ought to find.

Each error changes one row so that one check finds it and no other does: totals still agree, unless the error is that they do
not. What the returns count is the sound city.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from yaodian.registry.demonstration.layout import Layout, SchoolPlan
from yaodian.registry.demonstration.numbers import id_check_digit
from yaodian.registry.demonstration.streams import pick, shuffled, stream
from yaodian.registry.demonstration.tables import Enrolment

if TYPE_CHECKING:
    from yaodian.registry.demonstration.city import CityPart

# The serials of identity numbers that no family and no member of staff has.
_SPARE_SERIALS = 960


class Planted(NamedTuple):
    """An error: the row (`table`, `key`), the column, what stands there now and stood there before, and its kind.

    `also` is the other row of a pair, where neither can be told from the right one; the lesser key comes first.
    """

    table: str
    key: str
    also: str
    field: str
    kind: str
    expected: str
    planted: str
    sound: str


class Changes:
    """What planting does to the rows of one part."""

    def __init__(self) -> None:
        self.planted: list[Planted] = []
        self._replaced: dict[str, dict[str, Any]] = {}
        self._added: dict[str, list[Any]] = {}

    def is_touched(self, table: str, key: str) -> bool:
        return key in self._replaced.get(table, {})

    def replace(self, table: str, kind: str, row: Any, expected: str, *, also: str = "", **fields: Any) -> None:
        """Plants an error by giving fields of a row other values; the first field named is the wrong one."""
        key = key_of(table, row)
        field = next(iter(fields))
        self._replaced.setdefault(table, {})[key] = row._replace(**fields)
        first, second = sorted((key, also)) if also else (key, "")
        values = str(fields[field]), str(getattr(row, field))
        self.planted.append(Planted(table, first, second, field, kind, expected, *values))

    def add(self, table: str, row: Any) -> None:
        self._added.setdefault(table, []).append(row)

    def note(self, table: str, kind: str, row: Any, field: str, expected: str) -> None:
        """Plants an error by a row more."""
        self.add(table, row)
        self.planted.append(Planted(table, key_of(table, row), "", field, kind, expected, str(getattr(row, field)), ""))

    def applied(self, table: str, rows: list[Any]) -> list[Any]:
        """The rows with the errors in them; the list itself where there are none."""
        replaced, added = self._replaced.get(table), self._added.get(table, [])
        if not replaced:
            return rows + added if added else rows
        return [replaced.get(key_of(table, row), row) for row in rows] + added


def key_of(table: str, row: Any) -> str:
    """What tells a row of a table from the others, in one word."""
    if table == "yearly_returns":
        return f"{row.school}/{row.year}/{row.stage}"
    key: str = row[0]
    return key


Plant = Callable[["CityPart", SchoolPlan, Changes, Random], bool]


class Planting:
    """Which error stands in which school. Each school bears an error of one kind at most once."""

    def __init__(self, layout: Layout, *, seed: int, count: int) -> None:
        self._seed = seed
        self._by_part: dict[str, list[tuple[str, SchoolPlan]]] = {}
        random = stream(seed, "errors", layout.number)
        orders = {
            kind: shuffled(random, [plan for plan in layout.plans if fits(plan, layout)])
            for kind, (fits, _plant) in KINDS.items()
        }
        kinds = list(KINDS)
        most = sum(len(order) for order in orders.values())
        self.most = most
        if count > most:
            raise ValueError(f"{count} errors were asked for; this city has room for {most}.")
        placed, turn = 0, 0
        while placed < count:
            kind = kinds[turn % len(kinds)]
            turn += 1
            if orders[kind]:
                plan = orders[kind].pop()
                self._by_part.setdefault(plan.part.key, []).append((kind, plan))
                placed += 1

    def changes(self, part: CityPart) -> Changes:
        """The errors of a part, planted."""
        made = Changes()
        for kind, plan in self._by_part.get(part.part.key, ()):
            random = stream(self._seed, "errors", kind, plan.code)
            if not KINDS[kind][1](part, plan, made, random):
                raise AssertionError(f"there is no row for the error {kind} in {plan.code}")
        return made


def _pupils(part: CityPart, plan: SchoolPlan, made: Changes) -> list[Any]:
    """Pupils of a school who have an identity number and bear no error yet."""
    return [
        row
        for row in part.sound_rows("pupils")
        if row.school == plan.code
        and row.id_number
        and row.status == "enrolled"
        and not made.is_touched("pupils", row.key)
    ]


def _return(part: CityPart, plan: SchoolPlan, made: Changes) -> Any:
    """The current return of a school's first stage, or None if it bears an error already."""
    for row in part.sound_rows("yearly_returns"):
        if row.school == plan.code and row.year == part.city.year and row.stage == plan.stages[0][0]:
            return None if made.is_touched("yearly_returns", key_of("yearly_returns", row)) else row
    return None


def _wrong_check_digit(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    row = pick(random, _pupils(part, plan, made))
    wrong = row.id_number[:-1] + ("5" if row.id_number[-1] != "5" else "6")
    number = f"G{wrong}" if row.enrolment_number else ""
    made.replace("pupils", "wrong_check_digit", row, "身份证件号校验位不对", id_number=wrong, enrolment_number=number)
    return True


def _birth_differs(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    row = pick(random, _pupils(part, plan, made))
    made.replace(
        "pupils", "birth_differs_from_id", row, "出生日期与身份证件号不一致", birth_on=row.birth_on + timedelta(days=31)
    )
    return True


def _rounded(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    row = pick(random, _pupils(part, plan, made))
    number = row.id_number
    rounded = f"{number[0]}.{number[1:6]}E+17"
    made.replace("pupils", "id_rounded", row, "身份证件号被表格软件改成了科学计数，后几位已丢失", id_number=rounded)
    return True


def _impossible_age(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    row = pick(random, _pupils(part, plan, made))
    born = date(row.birth_on.year - 30, row.birth_on.month, min(row.birth_on.day, 28))
    number = _spare_number(row, born)
    made.replace(
        "pupils",
        "impossible_age",
        row,
        "年龄与年级不符",
        birth_on=born,
        id_number=number,
        enrolment_number=f"G{number}" if row.enrolment_number else "",
    )
    return True


def _duplicate(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    """A pupil of another school of the part stands here as well, in the place of one of the same sex and grade."""
    grades = {row.key: (row.stage, row.grade) for row in part.sound_rows("school_classes")}
    here: dict[tuple[tuple[str, int], str], Any] = {}
    for row in _pupils(part, plan, made):
        here.setdefault((grades[row.school_class], row.gender), row)
    others = [
        row
        for other in part.open_plans
        if other is not plan and other.stages[0][0] == plan.stages[0][0]
        for row in _pupils(part, other, made)
        if (grades[row.school_class], row.gender) in here
    ]
    if not others:
        return False
    twin = pick(random, others)
    row = here[(grades[twin.school_class], twin.gender)]
    made.replace(
        "pupils",
        "duplicate_pupil",
        row,
        f"同一身份证件号的学生在 {plan.code} 和 {twin.school} 各有一条",
        also=twin.key,
        id_number=twin.id_number,
        enrolment_number=twin.enrolment_number,
        name=twin.name,
        birth_on=twin.birth_on,
    )
    return True


def _in_closed_school(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    """One pupil is still on the register of a school that was closed."""
    model = next(row for row in part.sound_rows("pupils") if row.id_number and row.enrolment_number)
    number = _spare_number(model, model.birth_on, offset=int(plan.code[-2:]) % 10)
    assert plan.closed_on is not None
    row = model._replace(
        key=f"P{plan.code}99",
        id_number=number,
        enrolment_number="" if plan.is_kindergarten else f"G{number}",
        school=plan.code,
        school_class="",
        entered_on=plan.closed_on - timedelta(days=360),
        status="enrolled",
        left_on=None,
    )
    made.note("pupils", "pupil_in_closed_school", row, "school", f"学校已于 {plan.closed_on} 撤销，仍有在籍学生")
    made.add("enrolments", Enrolment(row.key, row.school, "", row.entered_on, None))
    return True


def _spare_number(row: Any, birth_on: date, offset: int = 0) -> str:
    serial = _SPARE_SERIALS + 2 * offset + (1 if row.gender == "1" else 0)
    body = f"{row.id_number[:6]}{birth_on:%Y%m%d}{serial:03d}"
    return body + id_check_digit(body)


def _contradicts(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    row = _return(part, plan, made)
    if row is None:
        return False
    girls = row.girls + 3 + int(random.random() * 9)
    made.replace("yearly_returns", "return_contradicts_rows", row, "报表数与学生名册不一致", girls=girls)
    return True


def _class_too_large(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    row = _return(part, plan, made)
    if row is None:
        return False
    made.replace(
        "yearly_returns", "class_too_large", row, "最大班额不可能这么大", largest_class=(row.largest_class + 12) * 10
    )
    return True


def _missing_area(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    row = _return(part, plan, made)
    if row is None:
        return False
    made.replace("yearly_returns", "missing_area", row, "教学及辅助用房面积没有填", teaching_rooms=None)
    return True


def _yuan(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    row = _return(part, plan, made)
    if row is None:
        return False
    whole, hundredths = row.equipment_value_10k_yuan.split(".")
    value = str(int(whole) * 10_000 + int(hundredths) * 100)
    made.replace(
        "yearly_returns", "yuan_for_10k_yuan", row, "设备值像是以元填的，应以万元填", equipment_value_10k_yuan=value
    )
    return True


def _flows(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    row = _return(part, plan, made)
    if row is None:
        return False
    made.replace(
        "yearly_returns", "flows_do_not_add_up", row, "上年人数加减各项变动后与本年人数不符", moved_in=row.moved_in + 11
    )
    return True


def _swapped(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    row = next(row for row in part.sound_rows("schools") if row.unit == plan.code)
    made.replace(
        "schools", "coordinates_swapped", row, "经度和纬度填反了", longitude=row.latitude, latitude=row.longitude
    )
    return True


def _short_phone(part: CityPart, plan: SchoolPlan, made: Changes, random: Random) -> bool:
    teachers = [
        row
        for row in part.sound_rows("teachers")
        if row.school == plan.code and not made.is_touched("teachers", row.staff_number)
    ]
    row = pick(random, teachers)
    made.replace("teachers", "phone_too_short", row, "电话少一位", phone=row.phone[:-1])
    return True


def _is_open(plan: SchoolPlan, layout: Layout) -> bool:
    return plan.closed_on is None


def _stands_alone(plan: SchoolPlan, layout: Layout) -> bool:
    """Open, and so old that last year's return stands beside this year's."""
    return plan.closed_on is None and not plan.split_from


def _has_a_sister(plan: SchoolPlan, layout: Layout) -> bool:
    """Open, large, of an ordinary type, and with another such in its part."""
    return _is_large(plan) and any(
        other is not plan and other.part is plan.part and other.school_type == plan.school_type and _is_large(other)
        for other in layout.plans
    )


def _is_large(plan: SchoolPlan) -> bool:
    return plan.closed_on is None and plan.school_type in {"111", "211", "311"} and sum(plan.bases.values()) > 12


def _is_closed(plan: SchoolPlan, layout: Layout) -> bool:
    return plan.closed_on is not None


def _share(which: int) -> Callable[[SchoolPlan, Layout], bool]:
    """Returns bear one error each: the schools are shared out among the kinds."""
    return lambda plan, layout: _stands_alone(plan, layout) and int(plan.code[-6:]) % 5 == which


# Who may bear the error, and who plants it. The kinds take turns.
KINDS: dict[str, tuple[Callable[[SchoolPlan, Layout], bool], Plant]] = {
    "duplicate_pupil": (_has_a_sister, _duplicate),
    "wrong_check_digit": (_is_open, _wrong_check_digit),
    "birth_differs_from_id": (_is_open, _birth_differs),
    "id_rounded": (_is_open, _rounded),
    "class_too_large": (_share(0), _class_too_large),
    "return_contradicts_rows": (_share(1), _contradicts),
    "missing_area": (_share(2), _missing_area),
    "yuan_for_10k_yuan": (_share(3), _yuan),
    "pupil_in_closed_school": (_is_closed, _in_closed_school),
    "impossible_age": (_is_open, _impossible_age),
    "flows_do_not_add_up": (_share(4), _flows),
    "coordinates_swapped": (_is_open, _swapped),
    "phone_too_short": (_is_open, _short_phone),
}
