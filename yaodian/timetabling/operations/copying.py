"""What a term takes over from another one of its school."""

from __future__ import annotations

from typing import Any

from yaodian.timetabling.models import (
    BellPeriod,
    BellSchedule,
    Course,
    CurriculumHours,
    Meeting,
    Term,
    TermClass,
    TermRoom,
    TermTeacher,
    TimetableWish,
)

_BATCH = 500


def copy_into(source: Term, term: Term) -> dict[str, int]:
    """Bells, rooms, teachers, curriculum, meetings and wishes; in the same school year classes and their courses too. How many of each.

    In another year the classes have moved up: they are taken from the registry. Courses of teaching groups are not taken over: their groups are
    of the other term. In a transaction of the caller's; a constant number of queries.
    """
    bells = _copied(BellSchedule, source, term)
    BellPeriod.objects.bulk_create(
        [
            BellPeriod(**{**_values(one), "bells_id": bells[one.bells_id].pk})
            for one in BellPeriod.objects.filter(bells__term=source)
        ],
        batch_size=_BATCH,
    )
    rooms = _copied(TermRoom, source, term)
    teachers = _copied(TermTeacher, source, term)
    curriculum = _copied(CurriculumHours, source, term)
    meetings = _copied(Meeting, source, term)
    _linked(source, Meeting.teachers.through, "meeting", meetings, "termteacher", teachers)
    wishes = _copied(TimetableWish, source, term, fresh=("public_id", "version"))
    counts = {
        "bells": len(bells), "rooms": len(rooms), "teachers": len(teachers), "curriculum": len(curriculum),
        "meetings": len(meetings), "wishes": len(wishes),
    }  # fmt: skip
    if source.year != term.year:
        return counts
    classes = _copied(TermClass, source, term, bells=bells, room=rooms)
    courses = _copied(Course, source, term, group__isnull=True)
    for name, others in (("classes", classes), ("teachers", teachers), ("candidates", teachers), ("rooms", rooms)):
        through = getattr(Course, name).through
        _linked(source, through, "course", courses, through._meta.get_fields()[-1].name, others)
    return counts | {"classes": len(classes), "courses": len(courses)}


def _values(row: Any) -> dict[str, Any]:
    """Fields by their names, relations as keys; without the row's own key."""
    return {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields if not one.primary_key}


def _copied(
    model: Any,
    source: Term,
    term: Term,
    *,
    fresh: tuple[str, ...] = (),
    bells: dict[int, Any] | None = None,
    room: dict[int, Any] | None = None,
    **narrowed: Any,
) -> dict[int, Any]:
    """New rows by the keys of the old ones."""
    old = list(model.objects.filter(term=source, **narrowed).order_by("pk"))
    new = []
    for one in old:
        values = {name: value for name, value in _values(one).items() if name not in fresh}
        values["term_id"] = term.pk
        if bells is not None:
            values["bells_id"] = bells[one.bells_id].pk
        if room is not None:
            values["room_id"] = room[one.room_id].pk if one.room_id is not None else None
        new.append(model(**values))
    model.objects.bulk_create(new, batch_size=_BATCH)
    return {one.pk: made for one, made in zip(old, new, strict=True)}


def _linked(source: Term, through: Any, mine: str, rows: dict[int, Any], yours: str, others: dict[int, Any]) -> None:
    links = through.objects.filter(**{f"{mine}__term": source}).values_list(f"{mine}_id", f"{yours}_id")
    through.objects.bulk_create(
        [
            through(**{f"{mine}_id": rows[one].pk, f"{yours}_id": others[other].pk})
            for one, other in links.order_by("pk")
            if one in rows
        ],
        batch_size=_BATCH,
    )
