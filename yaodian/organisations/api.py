"""The HTTP API of units, people and posts: the same scope as the pages, as of any day.

Everything takes a session and the permission organisations.view; what the right does not reach is not found.
"""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from yaodian.foundation.api import ABSENT
from yaodian.organisations.access import SessionHolding
from yaodian.organisations.models import Hierarchy, Unit, UnitKind
from yaodian.organisations.queries import (
    Scope,
    find_person,
    find_unit,
    history_of,
    is_visible,
    named,
    parents_of,
    people,
    posts_in,
    posts_of,
    resolve,
    scope_of,
    search_units,
    subtree_of,
)

router = Router(tags=["organisations"])


class UnitAsOf(Schema):
    """A unit as of a day; `parents` has the public id of its parent in each hierarchy in which it has one."""

    public_id: str
    code: str
    kind: UnitKind
    name: str
    short_name: str
    opened_on: date
    closed_on: date | None
    parents: dict[str, str] = {}


class UnitPage(Schema):
    """One page of units; `as_of` is the day under whose boundaries they were looked up."""

    items: list[UnitAsOf]
    as_of: date
    page: int
    pages: int
    total: int


class UnitEvent(Schema):
    """What happened to a unit: opened, name, placed, left, split, merge, replace, closed.

    `is_from`: the unit came out of `units`; else it went on in them.
    """

    on: date
    kind: str
    text: str
    hierarchy: str
    units: list[str]
    is_from: bool


class PostHeld(Schema):
    """A post; `until_on` is the first day on which it no longer holds."""

    unit: str
    title: str
    from_on: date
    until_on: date | None


class PersonWithPosts(Schema):
    """A person with the posts that the account's right reaches."""

    public_id: str
    name: str
    posts: list[PostHeld]


class PeoplePage(Schema):
    """One page of people."""

    items: list[PersonWithPosts]
    page: int
    pages: int
    total: int


class PostHolder(Schema):
    """A person in a post of one unit."""

    public_id: str
    name: str
    title: str
    from_on: date
    until_on: date | None


class PageIn(Schema):
    """Which page, of how many."""

    page: int = Field(1, ge=1, le=100_000)
    size: int = Field(50, ge=1, le=500)


class UnitsIn(PageIn):
    """What units are narrowed by; `on` is a day, today by default."""

    q: str = Field("", max_length=60)
    kind: UnitKind | None = None
    on: date | None = None


class BranchIn(PageIn):
    """A branch of one hierarchy as of a day."""

    hierarchy: Hierarchy = Hierarchy.ADMINISTRATIVE
    on: date | None = None


class DayIn(Schema):
    """A day, today by default."""

    on: date | None = None


class PeopleIn(PageIn):
    """A part of the name, and the day of the posts."""

    q: str = Field("", max_length=60)
    on: date | None = None


def _scope(request: HttpRequest, day: date | None = None) -> Scope:
    return scope_of(account=request.user, permission="organisations.view", as_of=day)


def _unit(request: HttpRequest, public_id: str, day: date) -> Unit:
    unit = find_unit(public_id=public_id)
    if unit is None or not is_visible(unit=unit, scope=_scope(request), day=day):
        raise Http404
    return unit


def _page_of(found: QuerySet[Unit], asked: PageIn, day: date) -> dict[str, Any]:
    page = Paginator(found, asked.size).get_page(asked.page)
    units = list(page.object_list)
    return {
        "items": _shown(units, day),
        "as_of": day,
        "page": page.number,
        "pages": page.paginator.num_pages,
        "total": page.paginator.count,
    }


def _shown(units: list[Unit], day: date) -> list[dict[str, Any]]:
    parents = parents_of(units=[unit.pk for unit in units], day=day)
    return [
        {
            "public_id": unit.public_id,
            "code": unit.code,
            "kind": unit.kind,
            "name": unit.name_then,
            "short_name": unit.short_name_then,
            "opened_on": unit.opened_on,
            "closed_on": unit.closed_on,
            "parents": {hierarchy: parent.public_id for hierarchy, parent in parents.get(unit.pk, {}).items()},
        }
        for unit in units
    ]


@router.get(
    "/units",
    response={200: UnitPage, **ABSENT},
    summary="List units as of a day",
    operation_id="list_units",
    auth=SessionHolding("organisations.view"),
)
def list_units(request: HttpRequest, asked: Query[UnitsIn]) -> Any:
    """The units that exist on a day within the scope; `q` finds codes and present or former names."""
    day = asked.on or timezone.localdate()
    found = search_units(words=asked.q, day=day, scope=_scope(request, day))
    if asked.kind is not None:
        found = found.filter(kind=asked.kind)
    return _page_of(found, asked, day)


@router.get(
    "/units/{public_id}",
    response={200: UnitAsOf, **ABSENT},
    summary="One unit",
    operation_id="get_unit",
    auth=SessionHolding("organisations.view"),
)
def get_unit(request: HttpRequest, public_id: str, asked: Query[DayIn]) -> Any:
    """A unit as it is called and placed on a day."""
    day = asked.on or timezone.localdate()
    unit = _unit(request, public_id, day)
    return _shown(list(named(Unit.objects.filter(pk=unit.pk), day=day)), day)[0]


@router.get(
    "/units/{public_id}/subtree",
    response={200: UnitPage, **ABSENT},
    summary="A unit and all below it",
    operation_id="get_subtree",
    auth=SessionHolding("organisations.view"),
)
def get_subtree(request: HttpRequest, public_id: str, asked: Query[BranchIn]) -> Any:
    """The unit and what lies below it in one hierarchy on a day, nearest first, as far as the right reaches."""
    day = asked.on or timezone.localdate()
    unit = _unit(request, public_id, day)
    reached = _scope(request, day).rows(subtree_of(unit=unit, day=day, hierarchy=asked.hierarchy), unit="pk")
    return _page_of(reached, asked, day)


@router.get(
    "/units/{public_id}/history",
    response={200: list[UnitEvent], **ABSENT},
    summary="What became of a unit",
    operation_id="get_unit_history",
    auth=SessionHolding("organisations.view"),
)
def get_history(request: HttpRequest, public_id: str) -> Any:
    """Everything recorded of a unit's life, oldest first."""
    unit = _unit(request, public_id, timezone.localdate())
    return [
        {
            "on": event.on,
            "kind": event.kind,
            "text": event.text,
            "hierarchy": event.hierarchy,
            "units": [one.code for one in event.units],
            "is_from": event.is_from,
        }
        for event in history_of(unit=unit)
    ]


@router.get(
    "/units/{public_id}/resolve",
    response={200: list[UnitAsOf], **ABSENT},
    summary="What a unit is on a day",
    operation_id="resolve_unit",
    auth=SessionHolding("organisations.view"),
)
def resolve_unit(request: HttpRequest, public_id: str, asked: Query[DayIn]) -> Any:
    """Itself where it exists on the day, else what it has become or what it came from, as far as the right reaches."""
    day = asked.on or timezone.localdate()
    unit = _unit(request, public_id, timezone.localdate())
    scope = _scope(request)
    return _shown([one for one in resolve(unit=unit, day=day) if is_visible(unit=one, scope=scope, day=day)], day)


@router.get(
    "/units/{public_id}/posts",
    response={200: list[PostHolder], **ABSENT},
    summary="Posts in a unit",
    operation_id="list_posts",
    auth=SessionHolding("organisations.view"),
)
def list_posts(request: HttpRequest, public_id: str, asked: Query[DayIn]) -> Any:
    """Who holds which post in a unit on a day."""
    today = timezone.localdate()
    unit = _unit(request, public_id, today)
    return [
        {
            "public_id": post.person.public_id,
            "name": post.person.name,
            "title": post.title,
            "from_on": post.from_on,
            "until_on": post.until_on,
        }
        for post in posts_in(unit=unit, day=asked.on or today)
    ]


@router.get(
    "/people",
    response={200: PeoplePage, **ABSENT},
    summary="List people",
    operation_id="list_people",
    auth=SessionHolding("organisations.view"),
)
def list_people(request: HttpRequest, asked: Query[PeopleIn]) -> Any:
    """Whoever holds a post on a day in a unit that the right reaches today."""
    day = asked.on or timezone.localdate()
    page = Paginator(people(day=day, scope=_scope(request), words=asked.q), asked.size).get_page(asked.page)
    return {
        "items": [_person(person, person.posts_then) for person in page.object_list],
        "page": page.number,
        "pages": page.paginator.num_pages,
        "total": page.paginator.count,
    }


@router.get(
    "/people/{public_id}",
    response={200: PersonWithPosts, **ABSENT},
    summary="One person",
    operation_id="get_person",
    auth=SessionHolding("organisations.view"),
)
def get_person(request: HttpRequest, public_id: str) -> Any:
    """A person with all posts, past and present, in units that the right reaches today."""
    scope = _scope(request)
    person = find_person(public_id=public_id, scope=scope)
    if person is None:
        raise Http404
    return _person(person, posts_of(person=person, scope=scope, day=timezone.localdate()))


def _person(person: Any, posts: Any) -> dict[str, Any]:
    return {
        "public_id": person.public_id,
        "name": person.name,
        "posts": [
            {
                "unit": post.unit.public_id,
                "title": post.title,
                "from_on": post.from_on,
                "until_on": post.until_on,
            }
            for post in posts
        ],
    }
