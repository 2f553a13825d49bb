"""The closure of dated memberships, the walls in the database, and that a scope finds its rows by index."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from yaodian.organisations import operations
from yaodian.organisations.ancestry import Circle, Edge, Span, closure, faults, gaps
from yaodian.organisations.models import Ancestry, Grant, Hierarchy, Membership, Post, Unit, UnitName
from yaodian.organisations.operations import NewUnit, UnableToCreateUnit
from yaodian.organisations.queries import check_units, scope_of
from yaodian.organisations.tests import factories
from yaodian.organisations.tests.factories import BEGAN, NOW

DAY = date(2026, 1, 1)


def day(index: int) -> date:
    return DAY + timedelta(days=index)


@st.composite
def forests(draw: st.DrawFn) -> tuple[list[Edge], dict[int, Span]]:
    """Units whose parents may be any on any day, circles included."""
    count = draw(st.integers(1, 6))
    edges: list[Edge] = []
    for unit in range(count):
        cuts = sorted(draw(st.sets(st.integers(0, 12), max_size=4)))
        for start, end in pairwise(cuts):
            parent = draw(st.integers(0, count - 1))
            if parent != unit and draw(st.booleans()):
                edges.append(Edge(unit, parent, Span(day(start), day(end))))
    return edges, {unit: Span(day(0), None if unit % 2 else day(13)) for unit in range(count)}


@given(forests())
def test_the_closure_holds_on_each_day_what_climbing_on_that_day_finds(forest: Any) -> None:
    edges, lives = forest
    wanted: dict[int, set[tuple[int, int, int]]] = {}
    circle = None
    for index in range(14):
        above = {edge.unit: edge.parent for edge in edges if edge.span.from_on <= day(index) < edge.span.end}
        found = set()
        for unit, life in lives.items():
            at, distance, path = unit, 0, [unit]
            while life.from_on <= day(index) < life.end:
                found.add((at, unit, distance))
                if at not in above:
                    break
                at, distance = above[at], distance + 1
                if at in path:
                    circle = index
                    break
                path.append(at)
        wanted[index] = found
    if circle is not None:
        with pytest.raises(Circle):
            closure(edges, lives)
        return
    lines = closure(edges, lives)
    assert len({(line.ancestor, line.descendant, line.from_on) for line in lines}) == len(lines)
    for index, found in wanted.items():
        then = {
            (line.ancestor, line.descendant, line.distance)
            for line in lines
            if line.from_on <= day(index) < (line.until_on or date.max)
        }
        assert then == found


def test_faults_and_gaps_are_named() -> None:
    lives = {1: Span(day(0), None), 2: Span(day(2), day(8))}
    edges = [Edge(1, 2, Span(day(0), day(4))), Edge(1, 2, Span(day(3), day(9))), Edge(1, 9, Span(day(0), None))]
    assert sorted(fault.kind for fault in faults(edges, lives)) == [
        "outside-parent", "outside-parent", "overlap", "overlap", "unknown",
    ]  # fmt: skip
    assert list(gaps([Span(day(1), day(3))], Span(day(0), None))) == [Span(day(0), day(1)), Span(day(3), None)]


@pytest.mark.django_db
def test_the_database_itself_refuses_rows_that_overlap() -> None:
    city = factories.city()
    for row in (
        UnitName(unit=city["s0"], name="另一名称", from_on=date(2015, 1, 1), until_on=date(2016, 1, 1)),
        Membership(
            unit=city["s0"], parent=city["c1"], hierarchy="administrative", from_on=date(2015, 1, 1),
            until_on=date(2016, 1, 1),
        ),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="on each day"), transaction.atomic():
            row.save(force_insert=True)
    operations.rename_unit(actor=None, unit=city["s0"], name="实验小学", from_on=date(2020, 1, 1), now=NOW)
    first = UnitName.objects.filter(unit=city["s0"]).order_by("from_on")[0]
    with pytest.raises(IntegrityError, match="on each day"), transaction.atomic():
        UnitName.objects.filter(pk=first.pk).update(until_on=date(2021, 1, 1))
    UnitName.objects.filter(pk=first.pk).update(until_on=date(2019, 1, 1))
    assert check_units() == ["s0: no name on 2019-01-01"]


@pytest.mark.django_db
def test_the_check_finds_what_was_changed_behind_the_operations(capsys: pytest.CaptureFixture[str]) -> None:
    city = factories.city()
    call_command("check_units")
    assert "agree" in capsys.readouterr().out
    Ancestry.objects.filter(descendant=city["s0"], distance=2).delete()
    Ancestry.objects.filter(descendant=city["s1"], distance=1).update(distance=5)
    Membership.objects.filter(unit=city["s2"]).update(until_on=F("from_on") + timedelta(days=1))
    with pytest.raises(CommandError, match="contradiction"):
        call_command("check_units")
    said = capsys.readouterr().err
    assert "ancestry lacks s0 under bureau" in said
    assert "s1 under c1" in said
    assert "s2" in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"code": "s0"}, "已由.*使用"),
        ({"code": " "}, "为空"),
        ({"code": "n1", "name": ""}, "名称"),
        ({"code": "n1", "kind": "castle"}, "类型"),
        ({"code": "n1", "opened_on": date(2000, 1, 1)}, "存续于"),
        ({"code": "n1", "opened_on": date(202, 1, 1)}, "请核对年份"),
        ({"code": "n1", "name": "校" * 200}, "名称"),
    ],
)
def test_a_unit_that_cannot_be_is_refused_in_words(changed: dict[str, Any], words: str) -> None:
    city = factories.city()
    given_: dict[str, Any] = {"kind": "school", "name": "新校", "opened_on": BEGAN, "parent": city["c0"], **changed}
    before = Unit.objects.count()
    with pytest.raises(UnableToCreateUnit, match=words):
        operations.create_unit(actor=None, now=NOW, **given_)
    assert Unit.objects.count() == before


@pytest.mark.django_db
def test_many_units_cost_as_many_queries_as_few(django_assert_max_num_queries: Any) -> None:
    operations.ensure_root(now=NOW)
    for start, count in ((0, 20), (100, 1000)):
        rows = [NewUnit(f"u{start + place}", "school", f"第{place}小学", BEGAN, "bureau") for place in range(count)]
        # SQLite takes a thousand values in a statement; nothing else grows with the number of rows.
        batches = count * 2 * 3 * 6 // 900 + count * 6 * 3 // 900 if connection.vendor == "sqlite" else 0
        with django_assert_max_num_queries(60 + batches):
            operations.create_units(actor=None, units=rows, now=NOW)


def test_the_closure_of_a_province_takes_less_than_two_seconds() -> None:
    lives = {unit: Span(BEGAN, None) for unit in range(20_000)}
    edges = [Edge(unit, 0, Span(BEGAN, None)) for unit in range(1, 21)]
    edges += [Edge(unit, 1 + unit % 20, Span(BEGAN, None)) for unit in range(21, 200)]
    edges += [Edge(unit, 21 + unit % 179, Span(BEGAN, DAY)) for unit in range(200, 20_000)]
    edges += [Edge(unit, 21 + (unit + 7) % 179, Span(DAY, None)) for unit in range(200, 20_000)]
    started = time.process_time()
    lines = closure(edges, lives)
    assert time.process_time() - started < 2
    assert len(lines) > 80_000


@pytest.mark.django_db
def test_one_move_in_a_city_takes_less_than_a_tenth_of_a_second() -> None:
    city = factories.city(schools=900, counties=10)
    started = time.process_time()
    operations.move_unit(actor=None, unit=city["s0"], parent=city["c1"], from_on=DAY, now=NOW)
    assert time.process_time() - started < 0.1


def explained(rows: Any) -> str:
    """The plan of a query, as text."""
    if connection.vendor == "sqlite":
        return str(rows.explain())
    return json.dumps(json.loads(rows.explain(format="json")))


def nodes(plan: Any) -> set[tuple[str, str]]:
    """The steps of a plan of PostgreSQL, each with the table that it reads."""
    found: set[tuple[str, str]] = set()
    if isinstance(plan, list):
        return found.union(*(nodes(part) for part in plan))
    if isinstance(plan, dict):
        if "Relation Name" in plan:
            found.add((plan["Node Type"], plan["Relation Name"]))
        return found.union(*(nodes(part) for part in plan.values() if isinstance(part, list | dict)))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("size", [60, 900])
@pytest.mark.parametrize("role", ["viewer", "head"])
def test_rows_in_scope_are_found_by_index_at_every_size(size: int, role: str) -> None:
    city = factories.city(schools=size, counties=10)
    people = [operations.create_person(actor=None, name="林岚", unit=city["s0"], title="教师", from_on=BEGAN, now=NOW)]
    Post.objects.bulk_create(
        Post(person=people[0], unit=unit, title=f"教师{place}", from_on=BEGAN)
        for unit in city.values()
        for place in range(12)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    account = factories.account("one", (role, city["s0"]))
    scope = scope_of(account=account, permission="organisations.view", as_of=NOW.date())
    for rows, table in (
        (scope.rows(Post.objects.order_by()), "organisations_post"),
        (scope.rows(Unit.objects.order_by(), unit="pk"), "organisations_unit"),
        (scope.unit_ids(), "organisations_ancestry"),
    ):
        plan = explained(rows)
        if connection.vendor == "sqlite":
            assert f"SCAN {table}" not in plan, plan
            assert f"SEARCH {table} USING" in plan or "SEARCH U0 USING" in plan, plan
        elif size == 900:
            # A table of few pages is read whole on purpose: PostgreSQL finds that cheaper.
            assert ("Seq Scan", table) not in nodes(json.loads(plan)), plan
            assert "Index" in plan
    assert scope.rows(Post.objects.all()).count() == 13
    assert Grant.objects.filter(account=account).count() == 1
    assert Hierarchy.ADMINISTRATIVE in {hierarchy for hierarchy, _unit in scope.roots}
