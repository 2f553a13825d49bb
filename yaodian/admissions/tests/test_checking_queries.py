"""What clerks and schools read: apart until both are in, masked in lists, in a constant number of queries, with what does not
go together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yaodian.admissions import operations, queries
from yaodian.admissions.content import Child, Content, Home
from yaodian.admissions.models import (
    Application,
    ApplicationState,
    Contested,
    How,
    IntakeState,
    Place,
    PlaceState,
    Verdict,
)
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.audit import queries as audit
from yaodian.audit.operations import TooManyReads

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return factories.made(state=IntakeState.CHECKING)


def look(world: Made, row: Application, who: str, verdict: str = Verdict.VERIFY) -> None:
    operations.check_application(
        actor=world.account(who), application=row, revision=row.revision, verdict=verdict, facts=["household"],
        catchment=world.catchments["east"], reason="看不清", now=NOW,
    )  # fmt: skip


def dossier(world: Made, row: Application, who: str = "one") -> queries.Dossier:
    opened = operations.open_dossier(actor=world.account(who), public_id=row.public_id, now=NOW)
    return queries.dossier_of(account=world.account(who), application=opened, day=TODAY)


def codes(found: queries.Dossier) -> set[str]:
    return {one.code for one in found.warnings}


def change(row: Application, said: Content) -> None:
    row.content = said.to_json()
    row.store()


def counted(act: Any) -> int:
    with CaptureQueriesContext(connection) as made:
        act()
    return len(made)


def test_the_first_look_is_hidden_until_the_second_is_in(world: Made) -> None:
    row = factories.application(world)
    look(world, row, "one", Verdict.REFUSE)
    assert [one.verdict for one in dossier(world, row, "one").looks] == [Verdict.REFUSE]
    seen = dossier(world, row, "two")
    assert (seen.looks, seen.seat) == ((), 2)
    listed = queries.queue_of(account=world.account("two"), intake=world.intake, filters=queries.QueueFilters())
    assert (listed.items[0].looks, listed.items[0].is_own_look) == (1, False)
    assert "refuse" not in repr(listed.items[0])
    look(world, row, "two")
    third = dossier(world, row, "three")
    assert [one.verdict for one in third.looks] == [Verdict.REFUSE, Verdict.VERIFY]
    assert (third.seat, third.is_third) == (3, True)
    assert (dossier(world, row, "one").seat, dossier(world, row, "one").hindrance) == (None, "looked")


def test_lists_show_masked_names_in_a_constant_number_of_queries(world: Made) -> None:
    account = world.account("one")

    def read() -> Any:
        return queries.queue_of(account=account, intake=world.intake, filters=queries.QueueFilters())

    factories.application(world)
    few = counted(read)
    for _turn in range(6):
        factories.application(world)
    assert counted(read) == few
    assert {one.child for one in read().items} == {"林**"}
    assert "小满" not in repr(read())
    desk = counted(lambda: queries.desk(account=account, day=TODAY))
    factories.application(world, state=ApplicationState.RETURNED)
    assert counted(lambda: queries.desk(account=account, day=TODAY)) == desk


def test_a_dossier_takes_as_many_queries_whatever_it_holds(world: Made) -> None:
    account = world.account("one")
    plain, full = factories.application(world), factories.application(world, wishes=("s0", "s1", "s3"))
    other = factories.application(world)
    change(full, replace(Content.from_json(full.content), twins=(other.number or "", "2026X")))
    for row in (plain, full):
        look(world, row, "two")
    rows = [queries.find_application(account=account, public_id=row.public_id) for row in (plain, full)]
    # The first brings the announced rules to hand.
    queries.dossier_of(account=account, application=rows[0], day=TODAY)
    few, many = (
        counted(lambda row=row: queries.dossier_of(account=account, application=row, day=TODAY)) for row in rows
    )
    assert many == few


def test_the_queue_is_cut_by_who_still_has_to_look_and_paged_by_place(world: Made) -> None:
    rows = [factories.application(world) for _turn in range(4)]
    look(world, rows[1], "one")
    look(world, rows[2], "one")
    look(world, rows[2], "two", Verdict.REFUSE)
    look(world, rows[3], "one")
    look(world, rows[3], "two")

    def listed(**given: str) -> list[str]:
        found = queries.queue_of(
            account=world.account("one"), intake=world.intake, filters=queries.QueueFilters(**given)
        )
        return [one.public_id for one in found.items]

    assert listed(state="first") == [rows[0].public_id]
    assert listed(state="second") == [rows[1].public_id]
    assert listed(state="third") == [rows[2].public_id]
    assert listed(state="verified") == [rows[3].public_id]
    assert listed(number=rows[1].number or "") == [rows[1].public_id]
    first = queries.queue_of(account=world.account("one"), intake=world.intake, filters=queries.QueueFilters(), size=3)
    rest = queries.queue_of(
        account=world.account("one"), intake=world.intake, filters=queries.QueueFilters(), size=3, after=first.after
    )
    assert [one.public_id for one in (*first.items, *rest.items)] == [row.public_id for row in rows]
    desk = queries.desk(account=world.account("one"), day=TODAY)[0]
    assert (desk.first, desk.second, desk.third, desk.verified) == (1, 1, 1, 1)
    assert (desk.checkers, desk.needed, desk.is_short) == (2, 3, True)


def test_the_next_one_is_never_ones_own_nor_seen_before_and_two_people_are_spread(world: Made) -> None:
    one, two = world.account("one"), world.account("two")
    assert queries.next_to_check(account=one, now=NOW) is None
    own = factories.application(world, account=one)
    assert queries.next_to_check(account=one, now=NOW) is None
    assert queries.next_to_check(account=two, now=NOW) == own.public_id
    rows = [factories.application(world) for _turn in range(8)]
    seen = {queries.next_to_check(account=one, now=NOW + timedelta(minutes=15 * turn)) for turn in range(40)}
    assert len(seen) > 4
    together = sum(
        queries.next_to_check(account=one, now=now) == queries.next_to_check(account=two, now=now)
        for now in (NOW + timedelta(minutes=15 * turn) for turn in range(40))
    )
    assert together < 20
    for row in rows:
        look(world, row, "one")
    assert queries.next_to_check(account=one, now=NOW) is None
    assert queries.next_to_check(account=world.account("head", "head", "s0"), now=NOW) is None


def test_a_sound_application_raises_only_what_is_missing(world: Made) -> None:
    said = factories.content(world, wishes=("s3",))
    gender = "1" if int(said.child.number[16]) % 2 else "2"
    row = factories.application(world, said=replace(said, child=replace(said.child, gender=gender)))
    assert codes(dossier(world, row)) == {"proof"}
    other = "2" if gender == "1" else "1"
    change(row, replace(said, child=replace(said.child, gender=other)))
    assert codes(dossier(world, row)) == {"proof", "gender-and-id"}


def test_what_does_not_go_together_is_said(world: Made) -> None:
    row = factories.application(world, wishes=("s1", "s3"))
    said = Content.from_json(row.content)
    guardian = row.guardians.last()
    guardian.objected_at, guardian.objection = NOW, "不同意"
    guardian.store()
    change(
        row,
        replace(
            said,
            child=replace(said.child, born_on=date(2019, 1, 1), gender="9"),
            home=Home("长江路", "7", "长江路7号"),
            twins=("2026P999999",),
        ),
    )
    Contested.objects.create(intake=world.intake, street="长江路", number=7, words="由街道核定")
    factories.announce(world.season)
    assert codes(dossier(world, row)) == {
        *(
            "objection",
            "birth-and-id",
            "born",
            "contested",
            "no-catchment",
            "no-point",
            "outside",
            "twin-absent",
            "proof",
        ),
    }
    change(row, replace(said, child=Child("林小满", "id_card", "110105202003150000", "2", date(2020, 3, 15))))
    assert "id-number" in codes(dossier(world, row))
    change(row, replace(said, child=Child("林小满", "none", "", "2", date(2020, 3, 15))))
    assert "no-paper" in codes(dossier(world, row))


def test_twins_must_agree(world: Made) -> None:
    one, other = factories.application(world), factories.application(world)
    said = Content.from_json(one.content)
    change(one, replace(said, twins=(other.number or "",)))
    assert {"twin-one-sided", "twin-guardians"} <= codes(dossier(world, one))
    twin = replace(said, child=Content.from_json(other.content).child, twins=(one.number or "",))
    change(other, twin)
    assert not [code for code in codes(dossier(world, one)) if code.startswith("twin")]
    change(
        other, replace(twin, wishes=(), home=Home("别的路", "1"), child=replace(twin.child, born_on=date(2019, 12, 1)))
    )
    assert {"twin-wishes", "twin-home", "twin-birth"} <= codes(dossier(world, one))


def test_a_telephone_and_a_guardian_of_many_are_named_in_dossier_and_queue(world: Made) -> None:
    shared = factories.content(world, wishes=("s3",)).guardians
    rows = [
        factories.application(world, said=factories.content(world, wishes=("s3",), guardians=shared))
        for _turn in range(3)
    ]
    assert "phone" in codes(dossier(world, rows[0]))
    assert "guardian" not in codes(dossier(world, rows[0]))
    factories.application(world, said=factories.content(world, wishes=("s3",), guardians=shared))
    assert "guardian" in codes(dossier(world, rows[0]))
    factories.application(world)
    for warning in ("phone", "guardian"):
        found = queries.queue_of(
            account=world.account("one"), intake=world.intake, filters=queries.QueueFilters(warning=warning)
        )
        assert len(found.items) == 4
        assert all(warning in one.flags for one in found.items)


def test_the_same_child_in_another_intake_is_found_by_its_paper(world: Made) -> None:
    row = factories.application(world)
    before = type(world.season)(
        office=world.units["bureau"], title="2025 年招生入学", year=2025, basis="依据", made_at=NOW
    ).store()
    values = {
        one.attname: getattr(world.intake, one.attname)
        for one in world.intake._meta.fields
        if one.name not in ("id", "public_id", "season")
    }
    old = type(world.intake)(**values, season=before).store()
    factories.application(replace(world, intake=old), said=Content.from_json(row.content))
    assert "child-elsewhere" in codes(dossier(world, row))
    found = queries.queue_of(
        account=world.account("one"), intake=world.intake, filters=queries.QueueFilters(warning="child")
    )
    assert [one.public_id for one in found.items] == [row.public_id]


def test_a_child_already_at_school_is_found_in_the_same_number_of_queries(
    world: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = factories.application(world)
    for stages, is_found in (({"preschool"}, False), ({"primary"}, True), ({""}, True), (set(), False)):
        monkeypatch.setattr(
            "yaodian.admissions.queries.checking_warnings.stages_enrolled", lambda *, number, stages=stages: stages
        )
        assert ("enrolled" in codes(dossier(world, row))) is is_found


def test_lists_stand_beside_claims_and_say_whether_they_are_loaded(world: Made) -> None:
    row = factories.application(world)
    said = Content.from_json(row.content)
    lines = [
        {"number": said.guardians[0].number, "name": "林远山", "address": "中山路 1 号 302 室"},
        {"number": said.guardians[1].number, "name": "别人", "address": "中山路 11 号"},
    ]
    said_there = {("property", str(place)): one for place, one in enumerate(lines)}
    operations.put_references(actor=world.account("one"), intake=world.intake, lines=said_there, now=NOW)
    found = {one.kind: one for one in dossier(world, row).lists}
    assert (found["不动产"].is_loaded, found["户籍"].is_loaded) == (True, False)
    assert [(one.whose, one.is_name_same, one.is_at_address) for one in found["不动产"].matches] == [
        ("林远山", True, True), ("周月华", False, False),
    ]  # fmt: skip


def test_every_opening_is_kept_and_the_days_first_is_taken_from_the_budget(world: Made, settings: Any) -> None:
    row, other = factories.application(world), factories.application(world)
    settings.READ_BUDGET_PER_DAY = 1
    for _turn in range(2):
        dossier(world, row)
    entries = list(audit.entries(code="admissions.application.open"))
    assert len(entries) == 2
    assert entries[0].subject == f"admissions_application:{row.pk}"
    with pytest.raises(TooManyReads):
        dossier(world, other)
    assert audit.entries(code="admissions.application.open").count() == 2


def test_a_school_sees_nothing_before_the_result_and_then_names_only_of_its_own(world: Made) -> None:
    placed, wished = factories.application(world, wishes=("s0",)), factories.application(world, wishes=("s0", "s3"))
    head = world.account("head", "head", "s0")
    offer = world.offers["s0"]
    Place(
        application=placed, offer=offer, how=How.WISHES, state=PlaceState.OFFERED, offered_at=NOW, accept_until=TODAY
    ).store()
    assert queries.school_offers(account=head, day=TODAY)[0].wished == 0
    assert operations.list_applicants(actor=head, public_id=offer.public_id, now=NOW).lines == ()
    type(world.intake).objects.filter(pk=world.intake.pk).update(state=IntakeState.PUBLISHED, published_on=TODAY)
    (row,) = queries.school_offers(account=head, day=TODAY)
    assert (row.wished, row.placed) == (2, 1)
    lines = operations.list_applicants(actor=head, public_id=offer.public_id, now=NOW).lines
    assert {(one.number, one.name) for one in lines} == {(placed.number, "林小满"), (wished.number, "")}
    with pytest.raises(LookupError):
        operations.list_applicants(actor=head, public_id=world.offers["s1"].public_id, now=NOW)
