"""The figures of a bulletin, composed from commitments, cases and measures: plain data, each number with its trace.

What comes out is JSON and is kept as it is with the bulletin; pages, Word files and the sheet of traces are made of it and of
nothing else. The number of queries does not depend on how much there is. How each number is counted says
docs/algorithms/bulletins.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from yaodian.cases.declaring import kind_of
from yaodian.cases.queries import PeriodCount, period_counts
from yaodian.foundation.measuring import Direction, Measure
from yaodian.foundation.official.numerals import share
from yaodian.measures.queries import (
    Place,
    Reading,
    Status,
    number_words,
    problem_words,
    readings_on,
    value_words,
)
from yaodian.organisations.models import Ancestry, Hierarchy, Unit, holds_on
from yaodian.organisations.queries import named, names_of_units
from yaodian.plans.models import Commitment, CommitmentState, Duty, Light, Plan
from yaodian.plans.queries.binding import progress_of, units_of_plans
from yaodian.plans.queries.bulletins.periods import Span
from yaodian.plans.queries.commitments import CommitmentRow, load

RULES = "bulletins/1"
MOST_UNITS = 60
MOST_MEASURES = 40
MOST_LISTED = 200
MOST_NAMED = 3
OWN, OTHERS = "own", "others"
UNIT_NUMBERS = ("total", "green", "amber", "red", "grey", "cases_opened", "cases_closed", "cases_open", "cases_overdue")


@dataclass(frozen=True, slots=True)
class Asked:
    """What figures are asked for: whose, of which plans and kinds of case, over which days, as known when."""

    unit: Unit
    plans: Sequence[Plan]
    kinds: Sequence[str]
    span: Span
    today: date
    now: datetime

    @property
    def as_of(self) -> date:
        """The last day of the period, or today where it is not over yet."""
        return min(self.span.last, self.today)


@dataclass(slots=True)
class _Book:
    """Collects numbers: each has an id, its exact value, its words, and whence it comes."""

    as_of: date
    now: datetime
    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def put(
        self, key: str, value: int | Fraction | None, text: str, *, label: str, source: str, unit: str = "",
        of: str = "", items: Iterable[int] = (), link: str = "", snapshot: str = "", rules: str = RULES,
        citation: str = "", on: date | None = None,
    ) -> None:  # fmt: skip
        self.numbers[key] = {
            "value": None if value is None else str(value),
            "text": text,
            "label": label,
            "source": source,
            "unit": unit,
            "of": of,
            "on": (on or self.as_of).isoformat(),
            "snapshot": snapshot,
            "rules": rules,
            "citation": citation,
            "items": sorted(items),
            "link": link,
        }


def collect(asked: Asked) -> dict[str, Any]:
    """The figures, for the house and not for one reader: whoever composes has been asked for his rights. About 35 queries,
    whatever there is."""
    # What leaves the house is Chinese, whatever language its writer reads.
    with override("zh-hans"):
        return _collected(asked)


def _collected(asked: Asked) -> dict[str, Any]:
    as_of, before = asked.as_of, asked.span.before
    named_unit = named(Unit.objects.filter(pk=asked.unit.pk), day=as_of).get()
    below, branch_of, branches = _branches(asked.unit, as_of)
    rows, _day = load(None, _commitments(asked, below), today=as_of)
    earlier = {row.commitment.pk: row for row in load(None, _commitments(asked, below), today=before.last)[0]}
    book = _Book(as_of, asked.now)
    titles = "、".join(f"《{plan.title}》" for plan in asked.plans)
    where = _Where(asked, named_unit.name_then, titles)  # type: ignore[attr-defined]  # Annotated.
    _count_commitments(book, where, rows, earlier)
    now_cases = period_counts(units=below, kinds=asked.kinds, first=asked.span.first, last=as_of)
    then_cases = period_counts(units=below, kinds=asked.kinds, first=before.first, last=before.last)
    _count_cases(book, where, now_cases, then_cases)
    units = _count_units(book, where, rows, now_cases, branch_of, branches)
    measures = _count_measures(book, where, rows, before.last)
    short = _short_names(rows, as_of)
    return {
        "schema": 1,
        "rules": RULES,
        "composed_at": asked.now.isoformat(),
        "as_of": as_of.isoformat(),
        "period": {"kind": str(asked.span.kind), "first": asked.span.first.isoformat(),
                   "last": asked.span.last.isoformat(), "words": asked.span.words},
        "before": {"first": before.first.isoformat(), "last": before.last.isoformat(), "words": before.words},
        "unit": {"public_id": asked.unit.public_id, "name": where.unit},
        "plans": [
            {"public_id": plan.public_id, "title": plan.title, "doc_number": plan.doc_number} for plan in asked.plans
        ],
        "kinds": [
            {"code": code, "label": str(kind.label) if (kind := kind_of(code)) else code} for code in asked.kinds
        ],
        "numbers": book.numbers,
        "units": units,
        "measures": measures,
        "commitments": {str(row.commitment.pk): _as_data(row, earlier, short) for row in rows},
        "lists": _lists(rows, asked.as_of),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Where:
    asked: Asked
    unit: str
    titles: str

    def commitments(self, **filters: object) -> str:
        """The question put to the commitments, in a form that is the same for the same question."""
        asked = self.asked
        plans = ",".join(sorted(plan.public_id for plan in asked.plans))
        parts = {"plans": plans, "unit": asked.unit.public_id, **filters}
        return "plans.commitments?" + "&".join(f"{name}={value}" for name, value in parts.items())

    def cases(self, **filters: object) -> str:
        asked = self.asked
        parts = {"kinds": ",".join(asked.kinds) or "*", "unit": asked.unit.public_id, **filters}
        return "cases.cases?" + "&".join(f"{name}={value}" for name, value in parts.items())


def _branches(unit: Unit, day: date) -> tuple[list[int], dict[int, int], list[Unit]]:
    """Every unit of the subtree; for each the branch directly below the top it lies in; the branches, named. Three queries."""
    lines = Ancestry.objects.filter(holds_on(day), hierarchy=Hierarchy.ADMINISTRATIVE).order_by()
    below = dict(lines.filter(ancestor=unit).values_list("descendant_id", "distance"))
    tops = [pk for pk, distance in below.items() if distance == 1]
    branch_of = dict(lines.filter(ancestor_id__in=tops).values_list("descendant_id", "ancestor_id"))
    units = list(named(Unit.objects.filter(pk__in=tops), day=day).order_by("kind", "code"))
    return sorted({*below, unit.pk}), branch_of, units


def _commitments(asked: Asked, below: Collection[int]):  # type: ignore[no-untyped-def]  # A queryset, whose type says nothing.
    """Those in force: all of a plan that the unit or one below it issued, of others those in which one of them has a duty."""
    homes = units_of_plans(asked.plans)
    inside = set(below)
    own = [plan.pk for plan in asked.plans if (home := homes.get(plan.pk)) and home.pk in inside]
    theirs = Exists(Duty.objects.filter(commitment=OuterRef("pk"), unit_id__in=below))
    rows = Commitment.objects.filter(plan__in=[plan.pk for plan in asked.plans], state=CommitmentState.ACCEPTED)
    return rows if len(own) == len(asked.plans) else rows.filter(Q(plan__in=own) | theirs)


def _is_reached(row: CommitmentRow) -> bool:
    known = [line.standing for line in row.lines if line.standing is not None]
    return bool(known) and all(standing.status is Status.REACHED for standing in known)


def _light(row: CommitmentRow | None) -> str:
    return str(row.standing.light) if row is not None else ""


def _count_commitments(
    book: _Book, where: _Where, rows: Sequence[CommitmentRow], earlier: Mapping[int, CommitmentRow]
) -> None:
    asked, span = where.asked, where.asked.span
    # A plan that is younger than the period before had nothing to be kept in it.
    comparable = any(_known_since(plan) <= span.before.last for plan in asked.plans)

    def put(key: str, label: str, found: Sequence[CommitmentRow], **filters: object) -> int:
        book.put(
            key, len(found), str(len(found)), label=label, source=where.commitments(**filters), unit="项",
            of=where.unit, items=(row.commitment.pk for row in found), citation=where.titles,
        )  # fmt: skip
        return len(found)

    total = put("total", _("列入通报的任务数"), rows)
    for light in Light:
        found = [row for row in rows if row.standing.light is light]
        label = _("%(light)s任务数") % {"light": light.label}
        count = put(str(light), label, found, light=light)
        before = sum(_light(row) == light for row in earlier.values())
        change = count - before if comparable else None
        book.put(
            f"{light}_change", change, _unsigned(change), label=_("%(label)s比上期") % {"label": label},
            source=where.commitments(light=light, minus=span.before.last), unit="项", of=where.unit,
            items=(row.commitment.pk for row in found), citation=where.titles,
        )  # fmt: skip
    green = int(book.numbers["green"]["value"])
    _share(book, where, "green_share", _("绿灯任务占比"), green, total, where.commitments(light="green", of="all"))
    due = [row for row in rows if row.commitment.due_on and span.first <= row.commitment.due_on <= span.last]
    done = [row for row in due if row.standing.light is Light.GREEN]
    days = f"{span.first}..{span.last}"
    put("due", _("本期到期的任务数"), due, due=days)
    put("done", _("本期到期且完成的任务数"), done, due=days, light="green")
    put(
        "missed",
        _("本期到期未完成的任务数"),
        [row for row in due if row.standing.light is Light.RED],
        due=days,
        light="red",
    )
    _share(
        book, where, "done_share", _("到期任务完成率"), len(done), len(due),
        where.commitments(due=days, light="green", of="due"),
    )  # fmt: skip
    reached = [
        row for row in rows if _is_reached(row) and not ((old := earlier.get(row.commitment.pk)) and _is_reached(old))
    ]
    put("reached", _("本期新达到目标的任务数"), reached if comparable else [], status="reached", since=span.first)
    newly = [
        row for row in rows if row.standing.light is Light.RED and _light(earlier.get(row.commitment.pk)) != Light.RED
    ]
    put("newly_red", _("本期新转红灯的任务数"), newly if comparable else [], light="red", since=span.first)
    late = [row for row in rows if _is_late(row, asked.as_of)]
    put("late", _("超过期限仍未完成的任务数"), late, light="red", due=f"..{asked.as_of}")


def _known_since(plan: Plan) -> date:
    days = (plan.written_on, plan.source_published_on, plan.published_at and timezone.localdate(plan.published_at))
    return next((on for on in days if on), date.max)


def _is_late(row: CommitmentRow, day: date) -> bool:
    return row.standing.light is Light.RED and row.commitment.due_on is not None and row.commitment.due_on < day


def _unsigned(change: int | None) -> str:
    return _("无上期数") if change is None else str(abs(change))


def _share(book: _Book, where: _Where, key: str, label: str, part: int, whole: int, source: str) -> None:
    value = Fraction(part * 100, whole) if whole else None
    book.put(
        key, value, share(part, whole) if whole else "—", label=label, source=source, unit="%", of=where.unit,
        citation=where.titles,
    )  # fmt: skip


CASE_LABELS: Mapping[str, Callable[[], str]] = {
    "cases_opened": lambda: _("本期新提出的督办事项数"),
    "cases_closed": lambda: _("本期销号的督办事项数"),
    "cases_open": lambda: _("期末在办的督办事项数"),
    "cases_overdue": lambda: _("期末逾期的督办事项数"),
}


def _cases_link(asked: Asked, unit: str, name: str) -> str:
    """The list of cases behind a number, as far as the list can be narrowed."""
    parts = {"unit": unit}
    if len(asked.kinds) == 1:
        parts["kind"] = asked.kinds[0]
    if name == "cases_overdue":
        parts["overdue"] = "on"
    elif name == "cases_closed":
        parts["phase"] = "ended"
    return f"{reverse('cases:list')}?{urlencode(parts)}"


def _put_cases(book: _Book, where: _Where, key: str, name: str, count: int, *, unit: str, public_id: str) -> None:
    asked = where.asked
    is_flow = name in ("cases_opened", "cases_closed")
    days = f"{asked.span.first}..{asked.as_of}" if is_flow else str(asked.as_of)
    book.put(
        key, count, str(count), label=CASE_LABELS[name](), source=where.cases(unit=public_id, what=name[6:], on=days),
        unit="件", of=unit, link=_cases_link(asked, public_id, name), snapshot=asked.now.isoformat(),
    )  # fmt: skip


def _sum(counts: Mapping[int, PeriodCount], name: str, units: Collection[int] | None = None) -> int:
    found = counts.values() if units is None else (counts[pk] for pk in units if pk in counts)
    return sum(getattr(one, name[6:]) for one in found)


def _count_cases(book: _Book, where: _Where, now: Mapping[int, PeriodCount], then: Mapping[int, PeriodCount]) -> None:
    public_id = where.asked.unit.public_id
    for name in CASE_LABELS:
        _put_cases(book, where, name, name, _sum(now, name), unit=where.unit, public_id=public_id)
    # Without any case before there is nothing to compare with.
    change = _sum(now, "cases_overdue") - _sum(then, "cases_overdue") if then else None
    book.put(
        "cases_overdue_change", change, _unsigned(change), label=_("逾期督办事项数比上期"),
        source=where.cases(what="overdue", on=where.asked.as_of, minus=where.asked.span.before.last), unit="件",
        of=where.unit, link=_cases_link(where.asked, public_id, "cases_overdue"), snapshot=where.asked.now.isoformat(),
    )  # fmt: skip


def _count_units(
    book: _Book, where: _Where, rows: Sequence[CommitmentRow], cases: Mapping[int, PeriodCount],
    branch_of: Mapping[int, int], branches: Sequence[Unit],
) -> list[dict[str, Any]]:  # fmt: skip
    """A row for each branch that has commitments or cases; the top's own under its own name. Puts units_*, worst, worst_red."""
    own = where.asked.unit.pk
    led: dict[int, list[CommitmentRow]] = defaultdict(list)
    for row in rows:
        for pk in {pk for line in (row.leads or row.duties) if (pk := line.duty.unit_id) is not None}:
            branch = own if pk == own else branch_of.get(pk)
            if branch is not None and row not in led[branch]:
                led[branch].append(row)
    members: dict[int, list[int]] = defaultdict(list)
    for pk in cases:
        members[own if pk == own else branch_of.get(pk, own)].append(pk)
    made = []
    own_name = _("本级") if where.asked.unit.kind in ("bureau", "county") else where.unit
    for pk, code, name, public_id in [
        (own, OWN, own_name, where.asked.unit.public_id),
        *((unit.pk, unit.code, unit.short_name_then or unit.name_then, unit.public_id) for unit in branches),  # type: ignore[attr-defined]  # Annotated.
    ]:
        if not led[pk] and not members[pk]:
            continue
        numbers = {}
        for number in UNIT_NUMBERS:
            key = f"{number}@{code}"
            numbers[number] = key
            if number.startswith("cases_"):
                count = _sum(cases, number, members[pk])
                _put_cases(book, where, key, number, count, unit=name, public_id=public_id)
                continue
            found = [row for row in led[pk] if number in ("total", row.standing.light)]
            label = _("任务数") if number == "total" else _("%(light)s任务数") % {"light": Light(number).label}
            book.put(
                key, len(found), str(len(found)), label=label, unit="项", of=name,
                source=where.commitments(lead=public_id, light=number if number != "total" else "*"),
                items=(row.commitment.pk for row in found), citation=where.titles,
            )  # fmt: skip
        made.append({"code": code, "name": name, "public_id": public_id, "numbers": numbers})

    def value(entry: Mapping[str, Any], name: str) -> int:
        return int(book.numbers[entry["numbers"][name]]["value"])

    red = [entry for entry in made if value(entry, "red")]
    worst = max(red, key=lambda entry: value(entry, "red"), default=None)
    for key, label, found in (
        ("units_counted", _("有任务的单位数"), [entry for entry in made if value(entry, "total")]),
        ("units_red", _("有红灯任务的单位数"), red),
    ):
        book.put(
            key, len(found), str(len(found)), label=label, source=where.commitments(by="lead", light=key[6:]),
            unit="个", of="、".join(entry["name"] for entry in found)[:300], citation=where.titles,
        )  # fmt: skip
    most = book.numbers[worst["numbers"]["red"]] if worst else None
    equal = [entry["name"] for entry in red if worst and value(entry, "red") == value(worst, "red")]
    book.numbers["worst_red"] = dict(most) if most else {**book.numbers["red"], "value": "0", "text": "0", "items": []}
    book.numbers["worst_red"]["name"] = _each(equal)
    return made[:MOST_UNITS]


def _each(names: Sequence[str]) -> str:
    """One name; or several that share the place, as they stand before «2项»: 甲、乙各, 甲、乙、丙等5个单位各."""
    if len(names) < 2:
        return "".join(names)
    more = f"等{len(names)}个单位" if len(names) > MOST_NAMED else ""
    return "、".join(names[:MOST_NAMED]) + more + "各"


def _count_measures(book: _Book, where: _Where, rows: Sequence[CommitmentRow], before: date) -> list[dict[str, Any]]:
    """The measures that the targets of these commitments are held against, with their values now and at the end of the period
    before. Puts measures_*."""
    asked = where.asked
    wanted = {line.target.pk for row in rows for line in row.lines}
    found: dict[Place, tuple[Measure, Unit, str]] = {}
    progress, _day = (
        progress_of(account=None, plans=asked.plans, today=asked.as_of, is_everywhere=True) if wanted else ([], None)
    )
    for one in progress:
        if one.target.pk in wanted and one.measure and one.unit and one.decision:
            place = Place(one.measure.code, one.unit.pk, one.decision.stage, one.decision.filter)
            found.setdefault(place, (one.measure, one.unit, one.title))
    shown = list(found)[:MOST_MEASURES]
    _taken, now = readings_on(places=found, day=asked.as_of)
    _taken, then = readings_on(places=found, day=before)
    names = names_of_units(ids={place.unit_id for place in found}, day=asked.as_of)
    made, counts = [], {"better": 0, "worse": 0, "equal": 0, "missing": 0}
    for number, (place, (measure, unit, title)) in enumerate(found.items(), 1):
        new, old = now.get(place), then.get(place)
        change = _change(new, old)
        if new is None or new.value.exact is None:
            counts["missing"] += 1
        verdict = _verdict(measure, change)
        if verdict:
            counts[verdict] += 1
        if place not in shown:
            continue
        keys = {"now": f"now@m{number}", "then": f"then@m{number}", "change": f"change@m{number}"}
        name = names.get(unit.pk, "")
        for which, reading in (("now", new), ("then", old)):
            _put_reading(book, keys[which], reading, measure, title, name, unit, place)
        _put_change(book, keys["change"], change, measure, title, name, (new, old), unit, place)
        made.append({"title": title, "unit": name, "numbers": keys, "verdict": verdict or "", "code": measure.code})
    compared = counts["better"] + counts["worse"] + counts["equal"]
    for key, label, count in (
        ("measures_counted", _("对应的指标数"), len(found)),
        ("measures_compared", _("可与上期比较的指标数"), compared),
        ("measures_better", _("向好的指标数"), counts["better"]),
        ("measures_worse", _("变差的指标数"), counts["worse"]),
        ("measures_equal", _("持平的指标数"), counts["equal"]),
        ("measures_missing", _("暂无数值的指标数"), counts["missing"]),
    ):
        book.put(
            key, count, str(count), label=label, unit="个", of=where.unit, link=reverse("measures:list"),
            source=where.commitments(measures=key[9:], on=asked.as_of, minus=before), citation=where.titles,
        )  # fmt: skip
    return made


def _change(new: Reading | None, old: Reading | None) -> Fraction | None:
    if new is None or old is None or new.taking_id == old.taking_id:
        return None
    left, right = new.value.exact, old.value.exact
    return None if left is None or right is None else left - right


def _verdict(measure: Measure, change: Fraction | None) -> str | None:
    if change is None:
        return None
    if not change:
        return "equal"
    if measure.direction is Direction.NEITHER:
        return None
    return "better" if (change > 0) == (measure.direction is Direction.UP) else "worse"


def _put_reading(
    book: _Book, key: str, reading: Reading | None, measure: Measure, title: str, name: str, unit: Unit, place: Place
) -> None:
    value = reading.value if reading else None
    exact = value.exact if value else None
    text = value_words(measure, value) if value is not None and exact is not None else "—"
    why = problem_words(value.problem if value else "not-taken") if exact is None else ""
    book.put(
        key, exact, text, label=f"{title}（{why}）" if why else title, source=measure.code, unit=measure.unit, of=name,
        on=value.on if value else None, rules=value.rule if value else "",
        snapshot=_("快照%(snapshot)d（第%(taking)d次计算）") % {"snapshot": reading.snapshot_id, "taking": reading.taking_id}
        if reading else "",
        citation="；".join(str(one) for one in measure.citations), link=_explain_link(unit, place, value.on if value else None),
    )  # fmt: skip


def _explain_link(unit: Unit, place: Place, on: date | None) -> str:
    asked = {"stage": place.stage, "filter": place.narrowed, "on": on.isoformat() if on else ""}
    query = urlencode({name: words for name, words in asked.items() if words})
    return reverse("measures:explain", args=(unit.public_id, place.measure)) + (f"?{query}" if query else "")


def _put_change(
    book: _Book, key: str, change: Fraction | None, measure: Measure, title: str, name: str,
    readings: tuple[Reading | None, Reading | None], unit: Unit, place: Place,
) -> None:  # fmt: skip
    new, old = readings
    text = "—"
    if change is not None:
        sign = "+" if change > 0 else "−" if change < 0 else ""
        text = sign + _plain(abs(change), measure)
    book.put(
        key, change, text, label=_("%(title)s比上期") % {"title": title}, source=f"{measure.code}?minus=before",
        unit=_("个百分点") if measure.unit == "%" else measure.unit, of=name, on=new.value.on if new else None,
        snapshot=f"{new.snapshot_id} − {old.snapshot_id}" if new and old else "",
        rules=new.value.rule if new else "", citation="；".join(str(one) for one in measure.citations),
        link=_explain_link(unit, place, new.value.on if new else None),
    )  # fmt: skip


def _plain(number: Fraction, measure: Measure) -> str:
    return number_words(number, digits=measure.digits or 2, unit="").replace(",", "")


def _short_names(rows: Sequence[CommitmentRow], day: date) -> dict[int, str]:
    """What units of duties are called in lists. One query."""
    ids = {line.duty.unit_id for row in rows for line in row.duties if line.duty.unit_id}
    return names_of_units(ids=ids, day=day, is_short=True)


def _as_data(row: CommitmentRow, earlier: Mapping[int, CommitmentRow], short: Mapping[int, str]) -> dict[str, Any]:
    commitment = row.commitment
    units = [short.get(line.duty.unit_id or 0, line.shown) for line in (row.leads or row.duties)]
    units = list(dict.fromkeys(units))
    more = f"等{len(units)}个单位" if len(units) > MOST_NAMED + 1 else ""
    return {
        "text": commitment.text,
        "plan": commitment.plan.public_id,
        "due_on": commitment.due_on.isoformat() if commitment.due_on else "",
        "units": "、".join(units[:MOST_NAMED] if more else units) + more,
        "light": _light(row),
        "before": _light(earlier.get(commitment.pk)),
        "reason": row.standing.reason,
    }


def _lists(rows: Sequence[CommitmentRow], day: date) -> dict[str, list[int]]:
    """The commitments that are named one by one: late or missed, at risk; what is due first stands first."""
    ordered = sorted(
        rows, key=lambda row: (row.commitment.due_on or date.max, row.commitment.plan_id, row.commitment.position)
    )
    return {
        str(light): [row.commitment.pk for row in ordered if row.standing.light is light][:MOST_LISTED]
        for light in (Light.RED, Light.AMBER)
    }
