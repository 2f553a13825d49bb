"""What would be if: changes applied to the rows of a county, to be assessed as the reported rows are.

Nothing is stored or shown here. ``apply`` makes new rows from rows (as ``returns.rows_of`` gives them) and changes;
``quality_balance.county.assess`` gives the verdict on them as on any rows; ``comparison.compare`` sets two verdicts side by side;
``costs.cost`` counts what the changes cost; ``suggestions.suggest`` proposes changes. See ``docs/algorithms/scenarios.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from yaodian.engines.rules import PROBLEM, Absurd, Derived, Kind, checked, exact, shown
from yaodian.statutes.changes import (
    AREAS,
    ROOMS,
    AddRooms,
    BuyEquipment,
    Change,
    ChangeFigure,
    HireTeachers,
    MergeSchools,
    MoveTeachers,
    SplitSchool,
    TrainTeachers,
    is_summed,
    label_of,
    number,
)
from yaodian.statutes.declare import BOOK
from yaodian.statutes.quality_balance.county import SUMMED
from yaodian.statutes.returns import STAGES as COMPULSORY
from yaodian.statutes.returns import THROUGH
from yaodian.statutes.verdicts import STAGES

Row = Mapping[str, Any]


class UnableToApply(Exception):
    """A change cannot be done on these rows: its number, what it is, why not, and what to do."""

    def __init__(self, number: int, what: str, why: str, what_to_do: str) -> None:
        super().__init__(f"第{number}项变化（{what}）不能执行：{why}；{what_to_do}")
        self.number, self.what, self.why, self.what_to_do = number, what, why, what_to_do


class _Unable(Exception):
    def __init__(self, why: str, what_to_do: str) -> None:
        super().__init__(why)
        self.why, self.what_to_do = why, what_to_do


@dataclass(frozen=True)
class Touched:
    """A figure that a change made another: of which school and stage (both empty: the county's), before and after.

    None is «not reported», also for a row that is not there before or after.
    """

    code: str
    stage: str
    quantity: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Effect:
    """What one change did: a sentence, and every figure that it touched."""

    number: int
    change: Change
    sentence: str
    figures: tuple[Touched, ...]


@dataclass(frozen=True)
class Applied:
    """The county after the changes: what ``assess`` takes, and what each change did."""

    rows: list[dict[str, Any]]
    county: dict[str, Any]
    by_stage: dict[str, dict[str, Any]]
    effects: tuple[Effect, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(each.sentence for each in self.effects)


def apply(
    rows: Iterable[Row],
    changes: Iterable[Change],
    *,
    county: Row | None = None,
    by_stage: Mapping[str, Row] | None = None,
) -> Applied:
    """The county after ``changes``, one after the other. The rows given are never changed.

    ``county`` and ``by_stage`` are the county's own figures; a count of teachers that the county reports itself follows what is
    hired or changed in a school. Raises UnableToApply at the first change that cannot be done.
    """
    world = _World(rows, county or {}, by_stage or {})
    effects = []
    for at, change in enumerate(changes, 1):
        before = world.copied()
        try:
            sentence = _DO[type(change)](world, change)
        except _Unable as unable:
            raise UnableToApply(at, change.label, unable.why, unable.what_to_do) from None
        effects.append(Effect(at, change, sentence, tuple(_touched(before, world))))
    return Applied(world.rows, world.county, world.by_stage, tuple(effects))


class _World:
    """The rows as they are in between; a row is replaced, never written to."""

    def __init__(self, rows: Iterable[Row], county: Row, by_stage: Mapping[str, Row]) -> None:
        self.rows = [dict(row) for row in rows]
        self.county = dict(county)
        self.by_stage = {stage: dict(row) for stage, row in by_stage.items()}

    def copied(self) -> _World:
        kept = _World([], {}, {})
        kept.rows, kept.county, kept.by_stage = list(self.rows), self.county, dict(self.by_stage)
        return kept

    def of(self, code: str) -> list[dict[str, Any]]:
        """The rows of a school, all of them fit to be changed."""
        found = self._of(code)
        for row in found:
            _believe(row)
        return found

    def row(self, code: str, stage: str) -> dict[str, Any]:
        found = self._of(code)
        for row in found:
            if row.get("stage") == stage:
                _believe(row)
                return row
        raise _Unable(f"{found[0].get('school')}没有{STAGES.get(stage, stage)}学段", "请核对学段")

    def _of(self, code: str) -> list[dict[str, Any]]:
        found = [row for row in self.rows if row.get("code") == code]
        if not found:
            raise _Unable(f"没有代码为「{code}」的学校", "请核对学校代码，或者它已在前面的变化中撤并")
        return found

    def replace(self, old: Row, new: dict[str, Any]) -> None:
        self.rows[next(at for at, row in enumerate(self.rows) if row is old)] = new

    def count_pupils(self, code: str) -> None:
        """The pupils of a school's compulsory stages anew, as ``returns.rows_of`` adds them."""
        parts = [row for row in self.rows if row.get("code") == code and row.get("stage") in COMPULSORY]
        values = [None if PROBLEM in row else believed(row, "pupils") for row in parts]
        numbers = [each for each in values if each is not None]
        total = sum(numbers, Fraction(0)) if len(numbers) == len(values) else None
        for row in parts:
            made = dict(row)
            put(made, "compulsory_pupils", total, "各学段学生数之和")
            self.replace(row, made)

    def add(self, code: str, stage: str, numbers: Mapping[str, Fraction | int]) -> None:
        """Add to figures of a row (take away, where negative)."""
        row = self.row(code, stage)
        made = dict(row)
        for name, more in numbers.items():
            value = known(row, name)
            if value is None:
                raise _Unable(f"{name_of(row)}没有报{label_of(name)}", "请先补报，或用「改数据」写一个数")
            if value + more < 0:
                raise _Unable(
                    f"{name_of(row)}的{label_of(name)}只有{shown(value)}，不够{shown(Fraction(-more))}", "请改小"
                )
            put(made, name, value + more, f"{shown(value)}＋{shown(Fraction(more))}")
        check_parts(made, numbers)
        self.replace(row, made)

    def add_to_county(self, numbers: Mapping[str, Fraction | int]) -> None:
        """Counts of teachers that the county reports itself follow; those it does not are summed over the rows anyway."""
        made = dict(self.county)
        for name, more in numbers.items():
            value = believed(made, name) if name in SUMMED else None
            if value is not None and more:
                put(made, name, max(value + more, Fraction(0)), f"{shown(value)}＋{shown(Fraction(more))}")
        self.county = made


# ---- Figures of a row


def name_of(row: Row) -> str:
    """A school and its stage, as verdicts name them."""
    return f"{row.get('school', '学校')}{STAGES.get(str(row.get('stage')), '')}"


def known(row: Row, name: str) -> Fraction | None:
    """The exact figure; None where it was not reported. Raises where what was reported cannot be."""
    value = row.get(name)
    if value is None or value == "":
        return None
    try:
        number = checked(BOOK.quantities[name], value)
    except Absurd as absurd:
        raise _Unable(f"{name_of(row)}：{absurd}", "请先更正报表") from None
    assert isinstance(number, Fraction)
    return number


def believed(row: Row, name: str) -> Fraction | None:
    """As ``known``; None also where what was reported cannot be."""
    try:
        return known(row, name)
    except _Unable:
        return None


def _believe(row: Row) -> None:
    if PROBLEM in row:
        raise _Unable(f"{name_of(row)}的报表有疑问（{row[PROBLEM]}）", "请先更正报表")


def put(row: dict[str, Any], name: str, value: Fraction | None, how: str) -> None:
    """Write a figure; one finer than a report may be is written as worked out, with how."""
    decimals = BOOK.quantities[name].decimals
    if value is None or decimals < 0 or 10**decimals % value.denominator == 0:
        row[name] = value.numerator if value is not None and value.denominator == 1 else value
    else:
        row[name] = Derived(value, how)


def check_parts(row: Row, names: Iterable[str]) -> None:
    """Raise where a part exceeds its whole and one of them is in ``names``."""
    changed = set(names)
    over = []
    for name, quantity in BOOK.quantities.items():
        whole = quantity.part_of
        if not whole or name not in row or whole not in row or not changed & {name, whole}:
            continue
        part, limit = believed(row, name), believed(row, whole)
        if part is not None and limit is not None and part > limit:
            over.append((quantity.label, f"{quantity.label}（{shown(part)}）会多于{label_of(whole)}（{shown(limit)}）"))
    if over:
        said = "，".join(said for _, said in over)
        raise _Unable(f"{name_of(row)}的{said}", f"请同时写明{'、'.join(label for label, _ in over)}变化多少")


def _touched(before: _World, after: _World) -> Iterable[Touched]:
    then = {id(row) for row in before.rows}
    now = {id(row) for row in after.rows}
    gone = {(str(r.get("code")), str(r.get("stage"))): r for r in before.rows if id(r) not in now}
    made = {(str(r.get("code")), str(r.get("stage"))): r for r in after.rows if id(r) not in then}
    for key in dict.fromkeys([*gone, *made]):
        yield from _differences(*key, gone.get(key, {}), made.get(key, {}))
    yield from _differences("", "", before.county, after.county)
    for stage in dict.fromkeys([*before.by_stage, *after.by_stage]):
        yield from _differences("", stage, before.by_stage.get(stage, {}), after.by_stage.get(stage, {}))


def _differences(code: str, stage: str, before: Row, after: Row) -> Iterable[Touched]:
    for name in dict.fromkeys([*before, *after]):
        if name in BOOK.quantities and before.get(name) != after.get(name):
            yield Touched(code, stage, name, before.get(name), after.get(name))


# ---- The changes, each with the sentence of what it did


def _change_figure(world: _World, change: ChangeFigure) -> str:
    quantity = BOOK.quantities[change.quantity]
    try:
        value = checked(quantity, change.value)
    except Absurd as absurd:
        raise _Unable(str(absurd), "请改成可能的数") from None
    if not change.code:
        return _change_county(world, change, value)
    row = world.row(change.code, change.stage)
    made = dict(row)
    _write(made, change.quantity, value)
    check_parts(made, [change.quantity])
    _keep_funds_per_pupil(row, made, change.quantity)
    world.replace(row, made)
    if change.quantity == "pupils":
        world.count_pupils(change.code)
    if change.quantity in SUMMED:
        before = believed(row, change.quantity)
        if before is not None and isinstance(value, Fraction):
            world.add_to_county({change.quantity: value - before})
    return f"{name_of(row)}的{quantity.label}由{_said(row.get(change.quantity))}改为{_said(value)}{quantity.unit}"


def _change_county(world: _World, change: ChangeFigure, value: Fraction | bool | str) -> str:
    quantity = BOOK.quantities[change.quantity]
    old = world.by_stage.get(change.stage, {}) if change.stage else world.county
    made = dict(old)
    _write(made, change.quantity, value)
    check_parts(made, [change.quantity])
    if change.stage:
        world.by_stage[change.stage] = made
    else:
        world.county = made
    whose = f"全县{STAGES.get(change.stage, change.stage)}"
    return f"{whose}的{quantity.label}由{_said(old.get(change.quantity))}改为{_said(value)}{quantity.unit}"


def _write(row: dict[str, Any], name: str, value: Fraction | bool | str) -> None:
    if isinstance(value, Fraction):
        put(row, name, value, "")
    else:
        row[name] = value


def _keep_funds_per_pupil(row: Row, made: dict[str, Any], quantity: str) -> None:
    """Funds that were worked out as so much a pupil follow the number of pupils."""
    funds, pupils = row.get("public_funds"), believed(row, "pupils") if quantity == "pupils" else None
    now = known(made, "pupils") if pupils else None
    if pupils and now is not None and isinstance(funds, Derived):
        made["public_funds"] = Derived(funds.value * now / pupils, funds.how)


def _said(value: Any) -> str:
    if value is None or value == "":
        return "未报"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Derived):
        return shown(value.value)
    try:
        return shown(exact(value), 6)
    except ValueError:
        return f"「{value}」"


def _teachers(numbers: Mapping[str, int]) -> str:
    said = [
        f"{label_of(name).removesuffix('数')}{each}人" for name, each in numbers.items() if each and name != "full_time"
    ]
    whole = numbers.get("full_time")
    if not whole:
        return "、".join(said)
    return f"专任教师{whole}人" + (f"（其中{'、'.join(said)}）" if said else "")


def _move_teachers(world: _World, change: MoveTeachers) -> str:
    numbers = {name: each for name, each in dict(change.numbers).items() if each}
    left, reached = world.row(change.from_code, change.from_stage), world.row(change.to_code, change.to_stage)
    world.add(change.from_code, change.from_stage, {name: -each for name, each in numbers.items()})
    world.add(change.to_code, change.to_stage, numbers)
    said = f"从{name_of(left)}调{_teachers(numbers)}到{name_of(reached)}"
    if change.from_stage != change.to_stage and numbers.get("above_required_qualification"):
        said += "（两个学段规定的学历不同，高于规定学历的人数请按调入学段核对）"
    return said


def _hire_teachers(world: _World, change: HireTeachers) -> str:
    numbers = dict(change.numbers)
    world.add(change.code, change.stage, numbers)
    world.add_to_county(numbers)
    return f"{name_of(world.row(change.code, change.stage))}新聘{_teachers(numbers)}"


def _train_teachers(world: _World, change: TrainTeachers) -> str:
    numbers = dict(change.numbers)
    world.add(change.code, change.stage, numbers)
    world.add_to_county(numbers)
    return f"{name_of(world.row(change.code, change.stage))}在现有教师中培养{_teachers(numbers)}"


def _add_rooms(world: _World, change: AddRooms) -> str:
    row = world.row(change.code, change.stage)
    area = number(change.area)
    whole = area * change.number
    more: dict[str, Fraction | int] = {}
    if change.rooms == "sports_ground":
        more["sports_ground"] = whole
    elif change.is_new and whole:
        more["teaching_rooms"] = whole
    if change.rooms == "indoor_sports":
        more["indoor_sports"] = whole
    elif change.rooms == "multimedia":
        more["multimedia_classrooms"] = change.number
    elif change.rooms in ("music", "art"):
        more[f"{change.rooms}_rooms"] = change.number
        if whole:
            more[f"{change.rooms}_rooms_area"] = whole
    elif change.rooms == "ordinary":
        more["classes"] = change.number
    world.add(change.code, change.stage, more)
    how = "新增" if change.is_new and (area or change.rooms == "ordinary") else "在原有用房中配置"
    if change.rooms in AREAS:
        size = f"{shown(whole)}平方米" + (f"（{change.number}处）" if change.number > 1 else "")
    else:
        size = f"{change.number}间" + (f"，每间{shown(area)}平方米" if area else "")
    said = f"{name_of(row)}{how}{ROOMS[change.rooms]}{size}"
    return said + (_dissolve(world, change) if change.rooms == "ordinary" else "")


def _dissolve(world: _World, change: AddRooms) -> str:
    """More classes for the same pupils: the largest is then at most what an even division gives."""
    row = world.row(change.code, change.stage)
    largest, pupils, classes = known(row, "largest_class"), known(row, "pupils"), known(row, "classes")
    said = f"，班数增至{_said(row['classes'])}"
    if largest is None or not classes:
        return said
    if pupils is None:
        raise _Unable(f"{name_of(row)}没有报在校学生数，分班后的班额无法计算", "请先补报")
    even = -(-pupils // classes)
    made = dict(row)
    put(made, "largest_class", min(largest, Fraction(even)), "")
    world.replace(row, made)
    return f"{said}，学生平均分班，最大班额由{shown(largest)}变为{_said(made['largest_class'])}"


def _buy_equipment(world: _World, change: BuyEquipment) -> str:
    amount = number(change.amount)
    world.add(change.code, change.stage, {change.quantity: amount})
    quantity = BOOK.quantities[change.quantity]
    row = world.row(change.code, change.stage)
    return f"{name_of(row)}增加{quantity.label}{shown(amount, 6)}{quantity.unit}"


# ---- Schools made and closed

KIND_OF = {
    frozenset({"primary"}): "primary",
    frozenset({"junior"}): "junior",
    frozenset({"senior"}): "senior",
    **{frozenset(stages): kind for kind, stages in THROUGH.items()},
}
KIND_LABELS = {
    "primary": "小学",
    "teaching_point": "教学点",
    "junior": "初级中学",
    "senior": "高级中学",
    "nine_year": "九年一贯制学校",
    "twelve_year": "十二年一贯制学校",
    "complete_secondary": "完全中学",
}


def _taught(rows: Sequence[Row]) -> frozenset[str]:
    """The stages that a school teaches, by its kind. Raises for a kind that is not merged or divided."""
    kind = str(rows[0].get("school_kind") or "")
    if kind not in KIND_LABELS:
        why = f"{rows[0].get('school')}的学校类别是「{kind}」" if kind else f"{rows[0].get('school')}没有学校类别"
        raise _Unable(why, f"只能合并或分设{'、'.join(KIND_LABELS.values())}")
    return frozenset(THROUGH.get(kind, ("primary",) if kind == "teaching_point" else (kind,)))


def _kind(stages: frozenset[str], points: bool) -> str:
    if points:
        return "teaching_point"
    if stages not in KIND_OF:
        said = "和".join(sorted(stages))
        raise _Unable(f"没有只办{said}学段的学校类别", "请改为能连成一贯制的学校")
    return KIND_OF[stages]


def _merge_schools(world: _World, change: MergeSchools) -> str:
    schools = {code: world.of(code) for code in (change.into, *change.codes)}
    remaining = schools[change.into]
    taught = frozenset().union(*(_taught(rows) for rows in schools.values()))
    kind = _kind(taught, all(rows[0].get("school_kind") == "teaching_point" for rows in schools.values()))
    stages = dict.fromkeys(row.get("stage") for rows in schools.values() for row in rows)
    made = []
    for stage in stages:
        parts = [row for rows in schools.values() for row in rows if row.get("stage") == stage]
        made.append(_united(remaining, parts, kind))
    at = next(at for at, row in enumerate(world.rows) if row is remaining[0])
    at -= sum(row.get("code") in change.codes for row in world.rows[:at])
    kept = [row for row in world.rows if row.get("code") not in schools]
    world.rows = [*kept[:at], *made, *kept[at:]]
    world.count_pupils(change.into)
    gone = "、".join(str(schools[code][0].get("school")) for code in change.codes)
    said = f"{gone}并入{remaining[0].get('school')}"
    before = str(remaining[0].get("school_kind"))
    return said + (f"，学校类别由{KIND_LABELS[before]}变为{KIND_LABELS[kind]}" if kind != before else "")


def _united(remaining: Sequence[Row], parts: Sequence[Row], kind: str) -> dict[str, Any]:
    """One stage of the remaining school: sums where every part was reported; what a school is, the remaining one is."""
    own = next((row for row in remaining if any(row is part for part in parts)), remaining[0])
    made = {name: value for name, value in own.items() if name not in BOOK.quantities}
    made |= {"stage": parts[0].get("stage"), "school_kind": kind}
    for name in dict.fromkeys(name for part in (*parts, own) for name in part if name in BOOK.quantities):
        quantity = BOOK.quantities[name]
        if name in made or name == "compulsory_pupils":
            continue
        if quantity.kind in (Kind.FLAG, Kind.TEXT) or name == "built_year":
            made[name] = own.get(name)
            # Whether the larger school is still a small one has to be said anew.
            if name == "is_small_rural" and len(parts) > 1 and any(part.get(name) for part in parts):
                made[name] = None
            continue
        values = [known(part, name) for part in parts]
        numbers = [each for each in values if each is not None]
        if len(numbers) < len(values):
            made[name] = None
        elif name == "largest_class":
            put(made, name, max(numbers), "")
        elif is_summed(name):
            put(made, name, sum(numbers, Fraction(0)), "＋".join(shown(each) for each in numbers))
        else:
            put(made, name, numbers[0] if len(set(numbers)) == 1 else None, "")
    return made


def _split_school(world: _World, change: SplitSchool) -> str:
    rows = world.of(change.code)
    if any(row.get("code") == change.new_code for row in world.rows):
        raise _Unable(f"已有代码为「{change.new_code}」的学校", "请另写一个代码")
    divided = [world.row(change.code, change.stage)] if change.stage else rows
    share = number(change.share)
    if share == 1 and len(rows) == 1:
        raise _Unable(f"{rows[0].get('school')}在报表中只有这一个学段，全部分出后没有剩下的报表", "请把份额改小")
    taught = _taught(rows)
    is_point = rows[0].get("school_kind") == "teaching_point"
    new_kind = _kind(frozenset({change.stage}) if change.stage else taught, is_point)
    old_kind = _kind(taught - {change.stage} if share == 1 else taught, is_point)
    shares = {name: number(each) for name, each in dict(change.shares).items()}
    made = []
    for row in divided:
        old, new = _divided(row, share, shares)
        made.append(new | {"code": change.new_code, "school": change.new_name, "school_kind": new_kind})
        check_parts(old, shares)
        check_parts(new, shares)
        if share == 1:
            world.rows = [each for each in world.rows if each is not row]
        else:
            world.replace(row, old)
    for row in [row for row in world.rows if row.get("code") == change.code]:
        if row.get("school_kind") != old_kind:
            world.replace(row, {**row, "school_kind": old_kind})
    at = max(at for at, row in enumerate(world.rows) if row.get("code") == change.code) + 1
    world.rows = [*world.rows[:at], *made, *world.rows[at:]]
    world.count_pupils(change.code)
    world.count_pupils(change.new_code)
    what = STAGES.get(change.stage, change.stage) or "各学段"
    said = f"从{rows[0].get('school')}{what}分出{shown(share * 100)}%，设{change.new_name}（{KIND_LABELS[new_kind]}）"
    return said if share == 1 else said + "；最大班额两校都按原数，分设后请按实际分班修改"


def _divided(row: Row, share: Fraction, shares: Mapping[str, Fraction]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What stays and what goes. Counts stay whole, by the largest remainder; at a tie the old school keeps the one more."""
    old, new = dict(row), dict(row)
    for name in row:
        if name == "is_small_rural" and row[name] and share < 1:
            old[name] = new[name] = None
        value = known(row, name) if is_summed(name) else None
        if value is None:
            continue
        goes = value * shares.get(name, share)
        if BOOK.quantities[name].kind is Kind.COUNT and value.denominator == 1:
            goes = Fraction(goes.__floor__() + (goes - goes.__floor__() > Fraction(1, 2)))
        put(new, name, goes, f"{shown(value)}的{shown(shares.get(name, share) * 100)}%")
        put(old, name, value - goes, f"{shown(value)}减去分出的部分")
    return old, new


_DO: Mapping[type[Change], Any] = {
    ChangeFigure: _change_figure,
    MoveTeachers: _move_teachers,
    HireTeachers: _hire_teachers,
    TrainTeachers: _train_teachers,
    MergeSchools: _merge_schools,
    SplitSchool: _split_school,
    AddRooms: _add_rooms,
    BuyEquipment: _buy_equipment,
}
