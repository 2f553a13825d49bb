"""The wishes of a term as sentences: the list by strength, one of them to be filled in, the words that they may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from yaodian.organisations.queries import Visitor, names_of_units
from yaodian.timetabling.models import Course, Term, TermState, TimetableWish
from yaodian.timetabling.problem.wish_checks import UnfitValue, checked
from yaodian.timetabling.problem.wish_words import (
    GROUPS,
    MOST_LETTERS,
    STRENGTHS,
    WORDS,
    CourseFacts,
    Vocabulary,
    labelled,
    pattern,
    sentence,
    strength_of,
)
from yaodian.timetabling.problem.wishes import KINDS, Part
from yaodian.timetabling.queries.explaining import Told, told_of_term
from yaodian.timetabling.queries.reach import PLAN, find_term, visible_terms

#: A morning ends at noon, or with the period in which noon lies.
_NOON_MIN = 12 * 60 + 30


def vocabulary_of(term: Term) -> Vocabulary:
    """What wishes of the term may name. Ten queries, whatever the size of the school."""
    longest: list[Any] = []
    for bells in term.bells.prefetch_related("periods"):
        longest = max(longest, list(bells.periods.all()), key=len)
    teachers = list(term.teachers.all())
    courses = Course.objects.filter(term=term).prefetch_related("teachers", "classes", "rooms")
    facts = {
        one.code: CourseFacts(
            one.subject, one.hours, one.hours - min(one.doubles, one.hours // 2), one.together,
            tuple(each.code for each in one.teachers.all()), tuple(each.code for each in one.classes.all()),
            one.needs_room and (one.group_id is not None or bool(one.room_kind) or len(one.rooms.all()) > 1),
        )
        for one in courses
    }  # fmt: skip
    asked = term.curriculum.values_list("subject", flat=True)
    subjects = dict.fromkeys([*(one.subject for one in facts.values()), *asked])
    rooms = list(term.rooms.values_list("code", "place"))
    return Vocabulary(
        days=term.days,
        periods=tuple(one.name for one in longest),
        subjects=tuple(subjects),
        teachers=labelled((one.code, one.name) for one in teachers),
        homes=tuple(term.classes.values_list("code", flat=True)),
        rooms=tuple(code for code, _place in rooms),
        courses=facts,
        morning=frozenset(number for number, one in enumerate(longest) if one.ends_min <= _NOON_MIN),
        subjects_of={one.code: tuple(map(str, one.subjects)) for one in teachers},
        places={place for _code, place in rooms if place},
    )


@dataclass(frozen=True)
class WishLine:
    """`name` is empty where it only repeats the sentence. `concerns` says whom in numbers, `amiss` why it cannot be asked for as it stands."""

    wish: TimetableWish
    sentence: str
    name: str
    concerns: str
    amiss: str

    @property
    def is_known(self) -> bool:
        """Whether its kind can be filled in."""
        return self.wish.kind in WORDS


@dataclass(frozen=True)
class Strength:
    """Wishes of one strength; `code` is one of `STRENGTHS`, or `off` for those that are not asked for."""

    code: str
    label: str
    lines: tuple[WishLine, ...]


@dataclass(frozen=True)
class WishesPage:
    """`all` counts the wishes without filters, `active` those that are asked for."""

    term: Term
    school: str
    groups: tuple[Strength, ...]
    all: int
    active: int
    must: int
    may_change: bool
    explanation: Told
    kinds: tuple[tuple[str, str], ...]

    @property
    def shown(self) -> int:
        return sum(len(one.lines) for one in self.groups)


def proposed_name(vocabulary: Vocabulary, kind: str, values: Mapping[str, Any]) -> str:
    """The name that a wish has where its author gives it none: its sentence."""
    said = sentence(vocabulary, kind, values)
    return said if len(said) <= MOST_LETTERS else said[: MOST_LETTERS - 1] + "…"


def line_of(vocabulary: Vocabulary, row: TimetableWish) -> WishLine:
    """A wish as it stands in a list."""
    said = sentence(vocabulary, row.kind, row.values)
    with override("zh-hans"):
        usual = proposed_name(vocabulary, row.kind, row.values)
    amiss = ""
    try:
        checked(vocabulary, row.kind, row.values)
    except UnfitValue as unfit:
        amiss = unfit.message
    name = "" if row.name in (usual, said) else row.name
    return WishLine(row, said, name, concerns(vocabulary, row.kind, row.values), amiss)


def concerns(vocabulary: Vocabulary, kind: str, values: Mapping[str, Any]) -> str:
    """How many courses, teachers, classes or rooms a wish is about, in words."""
    if kind not in KINDS:
        return ""
    parts = KINDS[kind].parts
    said = {part: [str(one) for one in value] for part, value in values.items() if isinstance(value, list)}
    if Part.PAIRS in parts.values():
        pairs = [one for one in values.get("pairs") or () if isinstance(one, list)]
        return _courses(len({str(name) for pair in pairs for name in pair}))
    if Part.COURSES in parts.values():
        return _courses(len(said.get("courses", ())))
    if kind == "fair-periods":
        wanted = set(said.get("subjects", ()))
        count = sum(1 for subjects in vocabulary.subjects_of.values() if not wanted or wanted & set(subjects))
        return _teachers(count)
    if Part.SUBJECTS in parts.values():
        wanted = set(said.get("subjects", ()))
        courses = [one for one in vocabulary.courses.values() if not wanted or one.subject in wanted]
        if kind in ("one-room", "in-rooms"):
            courses = [one for one in courses if one.has_open_room]
        return _courses(len(courses))
    if Part.TEACHERS in parts.values():
        return _teachers(len(said.get("teachers", ())) or len(vocabulary.teachers))
    if Part.HOMES in parts.values():
        return _classes(len(said.get("homes", ())) or len(vocabulary.homes))
    if Part.WHO in parts.values():
        who = said.get("who", ())
        counted = [
            _teachers(sum(one in vocabulary.teachers for one in who)),
            _classes(sum(one in vocabulary.homes for one in who)),
            _rooms(sum(one in vocabulary.rooms for one in who)),
        ]
        return _("、").join(one for one in counted if one)
    return _teachers(len(vocabulary.teachers)) if len(vocabulary.places) > 1 else _courses(0)


def _courses(count: int) -> str:
    return _("%(count)s 门课") % {"count": count}


def _teachers(count: int) -> str:
    return _("%(count)s 位教师") % {"count": count} if count else ""


def _classes(count: int) -> str:
    return _("%(count)s 个班") % {"count": count} if count else ""


def _rooms(count: int) -> str:
    return _("%(count)s 间教室") % {"count": count} if count else ""


def find_wish(*, account: Visitor, public_id: str) -> TimetableWish:
    """One that the account may change. Raises TimetableWish.DoesNotExist."""
    rows = TimetableWish.objects.filter(term__in=visible_terms(account, PLAN)).select_related("term__school")
    return rows.get(public_id=public_id)


def wishes_page(*, account: Visitor, public_id: str, filters: Mapping[str, str], now: datetime) -> WishesPage:
    """Raises Term.DoesNotExist. `filters` are `kind`, `strength`, `text`. A constant number of queries."""
    term = find_term(account=account, public_id=public_id, permission=PLAN)
    vocabulary = vocabulary_of(term)
    rows = list(term.wishes.all())
    wanted = (filters.get("text") or "").strip().casefold()
    grouped: dict[str, list[WishLine]] = {code: [] for code in (*STRENGTHS, "off")}
    for row in rows:
        if filters.get("kind") and row.kind != filters["kind"]:
            continue
        line = line_of(vocabulary, row)
        if wanted and wanted not in f"{line.sentence} {row.name} {row.reason}".casefold():
            continue
        code = strength_of(is_required=row.is_required, weight=row.weight) if row.is_active else "off"
        if filters.get("strength") and code != filters["strength"]:
            continue
        grouped[code].append(line)
    labels = {**{code: str(label) for code, label in STRENGTHS.items()}, "off": _("不启用")}
    return WishesPage(
        term=term,
        school=_school(term, timezone.localdate(now)),
        groups=tuple(Strength(code, labels[code], tuple(lines)) for code, lines in grouped.items() if lines),
        all=len(rows),
        active=sum(row.is_active for row in rows),
        must=sum(row.is_active and row.is_required for row in rows),
        may_change=term.state != TermState.ENDED,
        explanation=told_of_term(term=term, vocabulary=vocabulary, rows=rows, now=now),
        kinds=tuple((code, pattern(code)) for code in WORDS),
    )


@dataclass(frozen=True)
class KindGroup:
    """Kinds that belong together, each with its code, its empty sentence and a note."""

    label: str
    kinds: tuple[tuple[str, str, str], ...]


def kind_groups() -> tuple[KindGroup, ...]:
    """All kinds, as they are chosen from. No query."""
    return tuple(
        KindGroup(
            str(label), tuple((code, pattern(code), str(one.note)) for code, one in WORDS.items() if one.group == group)
        )
        for group, label in GROUPS.items()
    )


@dataclass(frozen=True)
class WishPage:
    """A wish that is filled in: one that is there (`wish`), a copy of one, or a new one."""

    term: Term
    school: str
    vocabulary: Vocabulary
    kind: str
    values: Mapping[str, Any]
    wish: TimetableWish | None
    copied: TimetableWish | None
    may_change: bool


def new_wish_page(*, account: Visitor, public_id: str, kind: str, day: date, copied: str = "") -> WishPage:
    """An empty wish of a kind, or a copy. Raises Term.DoesNotExist, TimetableWish.DoesNotExist."""
    term = find_term(account=account, public_id=public_id, permission=PLAN)
    row = term.wishes.get(public_id=copied) if copied else None
    return _page(
        term, row.kind if row is not None else kind, dict(row.values) if row is not None else {}, None, row, day
    )


def wish_page(*, account: Visitor, public_id: str, day: date) -> WishPage:
    """Raises TimetableWish.DoesNotExist."""
    row = find_wish(account=account, public_id=public_id)
    return _page(row.term, row.kind, row.values, row, None, day)


def _school(term: Term, day: date) -> str:
    return names_of_units(ids=[term.school_id], day=day).get(term.school_id, "")


def _page(
    term: Term,
    kind: str,
    values: Mapping[str, Any],
    wish: TimetableWish | None,
    copied: TimetableWish | None,
    day: date,
) -> WishPage:
    return WishPage(
        term=term,
        school=_school(term, day),
        vocabulary=vocabulary_of(term),
        kind=kind,
        values=values,
        wish=wish,
        copied=copied,
        may_change=term.state != TermState.ENDED,
    )


def wish_table(*, account: Visitor, public_id: str) -> tuple[Term, list[dict[str, str]]]:
    """The wishes of a term as lines of a workbook, as they stand in the list. Raises Term.DoesNotExist."""
    term = find_term(account=account, public_id=public_id, permission=PLAN)
    vocabulary = vocabulary_of(term)
    return term, list(_lines(vocabulary, term.wishes.all()))


def _lines(vocabulary: Vocabulary, rows: Iterable[TimetableWish]) -> Iterable[dict[str, str]]:
    for row in rows:
        line = line_of(vocabulary, row)
        strength = strength_of(is_required=row.is_required, weight=row.weight)
        yield {
            "strength": str(STRENGTHS[strength]),
            "sentence": line.sentence,
            "name": row.name,
            "reason": row.reason,
            "concerns": line.concerns,
            "active": _("启用") if row.is_active else _("不启用"),
            "amiss": line.amiss,
        }
