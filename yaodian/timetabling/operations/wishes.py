"""The wishes of a term: kept, removed, asked for or not, made weaker; and those that most schools have, at one press."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.timetabling.models import Term, TimetableWish
from yaodian.timetabling.operations.changing import require_right, stored
from yaodian.timetabling.operations.errors import UnableToKeepWish
from yaodian.timetabling.operations.term_rows import PLAN, lock_term, note_term, require_live
from yaodian.timetabling.problem.wish_checks import Other, UnfitValue, check_among, checked
from yaodian.timetabling.problem.wish_words import (
    MOST_LETTERS,
    MUST,
    RATHER,
    SLIGHT,
    STRENGTHS,
    VERY,
    WEIGHTS,
    Vocabulary,
    strength_of,
)
from yaodian.timetabling.queries.wishes import proposed_name, vocabulary_of

#: Wishes of a term at most.
MOST_WISHES = 500
_WEAKER: Mapping[str, str] = {MUST: VERY, VERY: RATHER, RATHER: SLIGHT}


def put_wish(
    *,
    actor: Account | None,
    term: Term,
    wish: TimetableWish | None,
    values: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> TimetableWish:
    """A new wish, or other words for one: {`kind`, `values`, `strength`, `name`, `reason`, `is_active`}. Without a name it is called by its sentence.

    The kind of a wish that is there stays. Raises PermissionMissing, WrongState, UnableToKeepWish with the part as its field.
    """
    require_right(actor, term.school_id, PLAN)
    with transaction.atomic():
        locked = lock_term(term)
        require_live(locked)
        row = TimetableWish(term=locked, kind=str(values.get("kind", ""))) if wish is None else _fresh(locked, wish)
        _check_version(row, expected_version)
        vocabulary = vocabulary_of(locked)
        rows = list(locked.wishes.all())
        if wish is None and len(rows) >= MOST_WISHES:
            raise UnableToKeepWish(
                _("一个学期最多写 %(most)s 条要求。请先删去不用的。") % {"most": MOST_WISHES}, code="many"
            )
        row.is_active = bool(values.get("is_active", True))
        row.values = _fit(vocabulary, row, values.get("values") or {}, rows)
        _put_strength(row, str(values.get("strength", "")))
        row.reason = " ".join(str(values.get("reason", "")).split())
        said = " ".join(str(values.get("name", "")).split())
        if said in {one.name for one in rows if one.pk != row.pk}:
            raise UnableToKeepWish(_("已有同名的要求。请换一个名称。"), code="name", field="name")
        row.name = said or _unused(proposed_name(vocabulary, row.kind, row.values), row, rows)
        row.version += wish is not None
        stored(row, UnableToKeepWish)
        _note(actor, "put", row, now)
    return row


def _fresh(term: Term, wish: TimetableWish) -> TimetableWish:
    found = term.wishes.filter(pk=wish.pk).first()
    if found is None:
        raise UnableToKeepWish(_("这条要求已被别人删除。请刷新页面查看。"), code="gone", status=409)
    return found


def _check_version(row: TimetableWish, expected: int | None) -> None:
    if expected is not None and row.pk is not None and expected != row.version:
        raise UnableToKeepWish(
            _("别人刚刚更改了“%(name)s”，您的更改还没有保存。请对照现在的内容，再保存一次。") % {"name": row.name},
            code="stale",
            status=409,
        )


def _fit(
    vocabulary: Vocabulary, row: TimetableWish, values: Mapping[str, Any], rows: list[TimetableWish]
) -> dict[str, Any]:
    others = [Other(one.name, one.kind, one.values, one.is_active) for one in rows if one.pk != row.pk]
    try:
        said = checked(vocabulary, row.kind, values)
        check_among(row.kind, said, others, is_active=row.is_active)
    except UnfitValue as unfit:
        raise UnableToKeepWish(unfit.message, code=unfit.code, field=unfit.part) from unfit
    return said


def _put_strength(row: TimetableWish, strength: str) -> None:
    if strength not in STRENGTHS:
        raise UnableToKeepWish(_("请选择这条要求有多重要。"), code="strength", field="strength")
    # A weight that somebody chose finer than by these words stays as it is.
    if row.pk is None or strength != strength_of(is_required=row.is_required, weight=row.weight):
        row.is_required, row.weight = strength == MUST, WEIGHTS[strength]


def _unused(name: str, row: TimetableWish, rows: list[TimetableWish]) -> str:
    taken = {one.name for one in rows if one.pk != row.pk}
    number, free = 1, name
    while free in taken:
        number += 1
        ending = f" {number}"
        free = name[: MOST_LETTERS - len(ending)] + ending
    return free


def remove_wish(
    *, actor: Account | None, wish: TimetableWish, now: datetime, expected_version: int | None = None
) -> None:
    """Takes a wish out for good. Raises PermissionMissing, WrongState, UnableToKeepWish."""
    require_right(actor, wish.term.school_id, PLAN)
    with transaction.atomic():
        term = lock_term(wish.term)
        require_live(term)
        row = _fresh(term, wish)
        _check_version(row, expected_version)
        _note(actor, "remove", row, now)
        row.delete()


def toggle_wish(
    *, actor: Account | None, wish: TimetableWish, is_active: bool, now: datetime, expected_version: int | None = None
) -> TimetableWish:
    """Asks for a wish again, or asks for it no more and keeps it. Raises PermissionMissing, WrongState, UnableToKeepWish."""
    require_right(actor, wish.term.school_id, PLAN)
    with transaction.atomic():
        term = lock_term(wish.term)
        require_live(term)
        row = _fresh(term, wish)
        _check_version(row, expected_version)
        if row.is_active == is_active:
            return row
        row.is_active = is_active
        if is_active:
            row.values = _fit(vocabulary_of(term), row, row.values, list(term.wishes.all()))
        row.version += 1
        stored(row, UnableToKeepWish)
        _note(actor, "toggle", row, now)
    return row


def relax_wish(
    *, actor: Account | None, wish: TimetableWish, now: datetime, expected_version: int | None = None
) -> TimetableWish:
    """One step weaker: what must hold becomes very important, and so on. Raises PermissionMissing, WrongState, UnableToKeepWish."""
    require_right(actor, wish.term.school_id, PLAN)
    with transaction.atomic():
        term = lock_term(wish.term)
        require_live(term)
        row = _fresh(term, wish)
        _check_version(row, expected_version)
        weaker = _WEAKER.get(strength_of(is_required=row.is_required, weight=row.weight))
        if weaker is None:
            raise UnableToKeepWish(
                _("“%(name)s”已经只是顺带考虑，不能再放宽。可以停用它。") % {"name": row.name},
                code="weakest",
                status=409,
            )
        row.is_required, row.weight = False, WEIGHTS[weaker]
        row.version += 1
        stored(row, UnableToKeepWish)
        _note(actor, "relax", row, now)
    return row


def add_usual_wishes(*, actor: Account | None, term: Term, now: datetime) -> list[TimetableWish]:
    """What most schools wish, as far as the term has what it speaks of and none of it is there yet. None of them must hold.

    Raises PermissionMissing, WrongState, UnableToKeepWish where nothing can be added.
    """
    require_right(actor, term.school_id, PLAN)
    with transaction.atomic():
        locked = lock_term(term)
        require_live(locked)
        vocabulary = vocabulary_of(locked)
        if not vocabulary.courses or not vocabulary.periods:
            raise UnableToKeepWish(
                _("还没有教学任务或作息时间表，不知道有哪些学科和节次。请先添加它们。"), code="no-courses"
            )
        rows = list(locked.wishes.all())
        made = []
        for kind, values, strength in usual(vocabulary):
            said = checked(vocabulary, kind, values)
            if any(one.kind == kind and one.values == said for one in rows):
                continue
            row = TimetableWish(term=locked, kind=kind, values=said, is_required=False, weight=WEIGHTS[strength])
            row.name = _unused(proposed_name(vocabulary, kind, said), row, rows)
            stored(row, UnableToKeepWish)
            _note(actor, "put", row, now)
            rows.append(row)
            made.append(row)
        if not made:
            raise UnableToKeepWish(_("常用要求都已经在列表里了。"), code="nothing", status=409)
    return made


_MAIN = ("语文", "数学", "英语", "外语", "日语", "俄语")
_SPORTS = ("体育", "体育与健康")


def usual(vocabulary: Vocabulary) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Kind, values and strength of each usual wish for which the school has what it speaks of."""
    days, last = vocabulary.days, len(vocabulary.periods) - 1
    most: dict[str, int] = {}
    for one in vocabulary.courses.values():
        most[one.subject] = max(most.get(one.subject, 0), -(-one.pieces // days))
    for limit in sorted(set(most.values())):
        subjects = [one for one in vocabulary.subjects if most.get(one) == limit]
        if limit <= last:
            yield "lessons-a-day", {"subjects": [] if len(set(most.values())) == 1 else subjects, "most": limit}, VERY
    sports = [one for one in _SPORTS if one in vocabulary.subjects]
    if sports and last > 0:
        yield "in-periods", {"subjects": sports, "periods": list(range(1, last + 1))}, VERY
    main = [one for one in _MAIN if one in vocabulary.subjects]
    if main and 0 < len(vocabulary.morning) <= last:
        yield "in-periods", {"subjects": main, "periods": sorted(vocabulary.morning)}, RATHER
    few = [
        subject
        for subject in vocabulary.subjects
        if (pieces := [one.pieces for one in vocabulary.courses.values() if one.subject == subject])
        and min(pieces) >= 2
        and 2 * (max(pieces) - 1) < days
    ]
    if few:
        yield "days-apart", {"subjects": few, "least": 2}, RATHER
    yield "no-gaps-for-pupils", {"most": 0}, VERY
    if vocabulary.teachers:
        if last >= 4:
            yield "lessons-of-teachers-a-day", {"most": 4}, VERY
            yield "lessons-on-end", {"most": 3}, RATHER
        yield "gaps-of-teachers", {"most": 4}, SLIGHT
        if last > 0:
            yield "fair-periods", {"periods": [0, last], "most": 2}, SLIGHT
    if any(one.has_open_room for one in vocabulary.courses.values()):
        yield "one-room", {}, RATHER


def _note(actor: Account | None, verb: str, row: TimetableWish, now: datetime) -> None:
    detail = {
        "wish": row.public_id,
        "kind": row.kind,
        "is_required": row.is_required,
        "weight": row.weight,
        "is_active": row.is_active,
    }
    note_term(actor, f"wish.{verb}", row.term, detail, now)
