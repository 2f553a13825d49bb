"""A school as bytes that do not change when its rows do: what a timetable is a timetable of.

JSON in UTF-8, keys in order, no blanks; the same school gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from typing import Any

from yaodian.engines.scheduling.timetabling.constraints.base import Cost
from yaodian.engines.scheduling.timetabling.school import (
    Bells,
    Course,
    HomeClass,
    Meeting,
    Period,
    Pupils,
    Room,
    School,
    Slot,
    Teacher,
    Weeks,
)
from yaodian.engines.scheduling.timetabling.wishes import Away, Wish
from yaodian.timetabling.problem.wishes import KINDS, kind_of

_LISTS = {"homes": HomeClass, "pupils": Pupils, "meetings": Meeting}


def freeze(school: School) -> bytes:
    said = {one.name: _plain(getattr(school, one.name)) for one in fields(school) if one.name not in ("wishes",)} | {
        "wishes": [{**asdict(one), "kind": kind_of(one), "cost": one.cost.value} for one in school.wishes]
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def thaw(content: bytes) -> School:
    """What was frozen. Raises ValueError where it is not whole."""
    said = json.loads(content)
    try:
        return School(
            days=said["days"],
            bells=tuple(
                Bells(one["id"], tuple(Period(**each) for each in one["periods"]), _tuples(one["without"]))
                for one in said["bells"]
            ),
            teachers=tuple(
                Teacher(**{**_tupled(one), "away": tuple(_slot(each) for each in one["away"])})
                for one in said["teachers"]
            ),
            rooms=tuple(
                Room(**{**_tupled(one), "closed": tuple(_slot(each) for each in one["closed"])})
                for one in said["rooms"]
            ),
            courses=tuple(Course(**{**_tupled(one), "weeks": Weeks(one["weeks"])}) for one in said["courses"]),
            wishes=tuple(_wish(one) for one in said["wishes"]),
            id=said["id"],
            name=said["name"],
            **{name: tuple(kind(**_tupled(one)) for one in said[name]) for name, kind in _LISTS.items()},
        )
    except (KeyError, TypeError) as problem:
        raise ValueError(f"The frozen school is not whole: {problem}") from problem


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [asdict(one) if hasattr(one, "__dataclass_fields__") else one for one in value]
    return value


def _tuples(value: Any) -> Any:
    return tuple(_tuples(one) for one in value) if isinstance(value, list) else value


def _tupled(said: dict[str, Any]) -> dict[str, Any]:
    return {name: _tuples(value) for name, value in said.items()}


def _slot(said: dict[str, Any]) -> Slot:
    return Slot(said["day"], tuple(said["periods"]))


def _wish(said: dict[str, Any]) -> Wish:
    kind = KINDS[said["kind"]].wish
    given = _tupled({name: value for name, value in said.items() if name not in ("kind", "cost")})
    if kind is Away:
        given["when"] = tuple(_slot(one) for one in said["when"])
    return kind(cost=Cost(said["cost"]), **given)
