"""What the desks read: counts that agree with a count by hand, in as many questions for a large grade as for a small one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yaodian.audit.queries import entries
from yaodian.foundation.models import Message
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry import operations as registry_operations
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations, queries
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.models import RoundKind
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests.factories import NOW, TODAY, Made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return factories.world()


def questions(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as made:
        act()
    return len(made)


def more(world: Made, count: int) -> None:
    world.pupils += [
        registry.pupil(world.school, world.classes[place % 2], name=f"新{place}") for place in range(count)
    ]


def test_the_desk_counts_as_by_hand(world: Made) -> None:
    trial = factories.settled(world, RoundKind.TRIAL, "PCB", "PCB", "HOG")
    row = factories.round_(world, offered={"PCB": 1, "PCG": None, "HOG": None})
    factories.chosen(row, world.pupils[0], "PCB")
    factories.chosen(row, world.pupils[1], "PCB")
    operations.enter_choice(
        actor=world.account("office"), round=row, pupil=world.pupils[2].public_id,
        subjects=COMBINATIONS["HOG"].subjects, now=NOW,
    )  # fmt: skip
    page = queries.round_page(account=world.account("office"), public_id=row.public_id, day=TODAY)
    assert (page.pupils, page.chosen, page.waiting, page.missing) == (4, 2, 1, 1)
    assert [(one.pupils, one.chosen, one.waiting, one.missing) for one in page.classes] == [(2, 1, 1, 0), (2, 1, 0, 1)]
    assert page.before == trial.title
    subjects = {one.code: (one.now, one.before, one.groups) for one in page.forecast.subjects}
    assert subjects["physics"] == (2, 2, ((48, 1), (50, 1)))
    assert subjects["history"] == (0, 1, ((48, 0), (50, 0)))
    assert [(one.combination.code, one.over) for one in page.forecast.over] == [("PCB", 1)]
    lines = {one.combination.code: one for one in page.forecast.combinations}
    assert (lines["PCB"].now, lines["PCB"].before, lines["PBO"].is_offered) == (2, 2, False)


@pytest.mark.parametrize(
    ("pupils", "size", "groups"), [(0, 50, 0), (1, 50, 1), (50, 50, 1), (51, 50, 2), (96, 48, 2), (97, 48, 3)]
)
def test_groups_are_rounded_up(pupils: int, size: int, groups: int) -> None:
    assert queries.groups_needed(pupils, size) == groups


def test_the_pages_ask_as_often_for_many_pupils_as_for_few(world: Made) -> None:
    factories.requirements(world.county)
    trial = factories.round_(world, RoundKind.TRIAL)
    for pupil in world.pupils:
        factories.chosen(trial, pupil, "PCB")
    operations.close_round(actor=None, round=trial, now=NOW)
    row = factories.round_(world)
    office = world.account("office")
    held, _code = factories.letter(row, world.pupils[0])
    factories.chosen(row, world.pupils[0], "PCB")
    enter = {"actor": office, "round": row, "subjects": COMBINATIONS["HOG"].subjects, "now": NOW}
    operations.enter_choice(pupil=world.pupils[1].public_id, **enter)
    asks: dict[str, Callable[[], Any]] = {
        "list": lambda: queries.round_list(account=office, day=TODAY),
        "round": lambda: queries.round_page(account=office, public_id=row.public_id, day=TODAY),
        "waiting": lambda: queries.waiting_page(account=office, public_id=row.public_id, day=TODAY),
        "district": lambda: queries.district_page(account=office, day=TODAY),
        "chooser": lambda: queries.openings_for(queries.chooser_page(letter=held.pk, now=NOW, day=TODAY)),
        "tables": lambda: queries.table_list(account=world.account("county", "registrar", world.county), day=TODAY),
        "names": lambda: operations.list_names(actor=office, round=row, which="all", purpose="check", now=NOW),
    }
    for act in asks.values():
        act()
    few = {name: questions(act) for name, act in asks.items()}
    more(world, 8)
    for pupil in world.pupils[4:8]:
        factories.chosen(row, pupil, "PCG")
    for pupil in world.pupils[8:]:
        operations.enter_choice(pupil=pupil.public_id, **enter)
    assert {name: questions(act) for name, act in asks.items()} == few
    assert max(few.values()) <= 30, few


def test_names_are_given_for_a_purpose_and_stand_in_the_journal(world: Made) -> None:
    row = factories.round_(world)
    factories.chosen(row, world.pupils[0], "PCB")
    office = world.account("office")
    given: dict[str, Any] = {"round": row, "which": "missing", "now": NOW}
    for purpose in ("", "curiosity"):
        with pytest.raises(operations.UnableToListMissing):
            operations.list_names(actor=office, purpose=purpose, **given)
    with pytest.raises(PermissionMissing):
        operations.list_names(actor=world.account("looks", "viewer"), purpose="remind", **given)
    lines = operations.list_names(actor=office, purpose="remind", **given)
    assert {one.member.name for one in lines} == {one.name for one in world.pupils[1:]}
    entry = entries()[0]
    detail = json.loads(entry.detail)
    assert (entry.code, detail["purpose"], detail["count"]) == ("timetabling.names.open", "remind", 3)
    one_class = operations.list_names(actor=office, purpose="check", school_class=world.classes[1].public_id, **given)
    assert {one.member.class_name for one in one_class} == {world.classes[1].name}
    whole = operations.list_names(actor=office, round=row, which="all", purpose="check", now=NOW)
    assert [one.combination.code if one.combination else "" for one in whole].count("PCB") == 1


def test_a_reminder_goes_to_guardians_with_an_account_and_to_colleagues_once_a_day_and_names_nobody(
    world: Made,
) -> None:
    row = factories.round_(world)
    pupil = world.pupils[0]
    guardianship = registry_operations.add_guardian(
        actor=None, public_id=pupil.public_id, values={"name": "顾国"}, relation="father", is_confirmed=True, now=NOW
    )
    letter = registry_operations.open_guardian_account(
        actor=None, public_id=pupil.public_id, guardianship_id=guardianship.pk, now=NOW
    )
    head = world.account("head", "head")
    told = operations.remind_missing(actor=world.account("office"), round=row, now=NOW)
    assert (told.missing, told.guardians) == (4, 1)
    said = {one.recipient_id: one for one in Message.objects.all()}
    assert {letter.account.pk, head.pk} <= set(said)
    assert "4" in said[head.pk].body
    assert not [one for one in said.values() if pupil.name in one.subject + one.body]
    count = Message.objects.count()
    operations.remind_missing(actor=world.account("office"), round=row, now=NOW)
    assert Message.objects.count() == count
    for one in world.pupils:
        factories.chosen(row, one, "PCB")
    with pytest.raises(operations.UnableToRemind):
        operations.remind_missing(actor=world.account("office"), round=row, now=NOW)


def test_schools_stand_side_by_side_and_few_pupils_are_not_told(world: Made) -> None:
    factories.settled(world, RoundKind.TRIAL, "PCB", "PCB", "PBO", "HOG")
    row = factories.round_(world, offered={"PCB": None, "HOG": None})
    for pupil in world.pupils[:2]:
        factories.chosen(row, pupil, "PCB")
    clerk = world.account("county", "viewer", world.county)
    page = queries.district_page(account=clerk, day=TODAY)
    (line,) = page.lines
    assert (line.offered, line.chosen, line.wished, line.met) == (frozenset({"PCB", "HOG"}), 2, 4, 3)
    counts = {one.code: (is_offered, count) for one, is_offered, count in line.counts}
    assert (counts["PCB"], counts["HOG"], counts["PBO"]) == ((True, None), (True, 0), (False, 0))
    assert dict(page.subjects)["物理"] == 2
    stranger = world.account("elsewhere", "viewer", registry.county("望江县"))
    assert queries.district_page(account=stranger, day=TODAY).lines == ()


def test_what_a_combination_opens_has_its_source(world: Made) -> None:
    table = factories.requirements(world.county)
    opening = queries.opening_of(table, COMBINATIONS["PCG"])
    assert opening is not None
    assert (opening.whole.opened, opening.whole.all) == (3, 3)
    assert [(name, one.opened) for name, one in opening.fields] == [("法学", 1), ("工学", 1), ("医学", 1)]
    other = queries.opening_of(table, COMBINATIONS["HOG"])
    assert other is not None
    assert (other.whole.opened, other.table.source) == (1, "虚构 1 号文")
    assert queries.opening_of(None, COMBINATIONS["HOG"]) is None
