"""Two pairs of eyes: apart, then together, a third where they differ; who may not, when it is too late, what is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from yaodian.admissions import operations, queries
from yaodian.admissions.models import (
    Application,
    ApplicationGuardian,
    ApplicationState,
    Check,
    IntakeState,
    Reference,
    Verdict,
)
from yaodian.admissions.problem.indexing import person_index
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.audit import queries as audit
from yaodian.foundation.messages.queueing import messages_on_page
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing, with_rights
from yaodian.organisations.tests import factories as units

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)


@pytest.fixture
def world() -> Made:
    return factories.made(state=IntakeState.CHECKING)


@pytest.fixture(autouse=True)
def _today(time_machine_at_now: None) -> None:
    """Rights hold on the day of the season."""


@pytest.fixture
def time_machine_at_now() -> Any:
    import time_machine

    with time_machine.travel(NOW, tick=False):
        yield


def look(world: Made, row: Application, who: str, verdict: str = Verdict.VERIFY, **given: Any) -> operations.Checked:
    if verdict == Verdict.VERIFY:
        given = {"facts": ["household"], "catchment": world.catchments["east"], **given}
    else:
        given = {"reason": "户口簿看不清", **given}
    given = {"revision": row.revision, "now": NOW, **given}
    return operations.check_application(actor=world.account(who), application=row, verdict=verdict, **given)


def state_of(row: Application) -> str:
    row.refresh_from_db()
    return row.state


# Two that agree, two that differ --------------------------------------------------------------------------------------


def test_two_who_agree_verify_with_facts_and_catchment_and_the_family_hears(world: Made) -> None:
    row = factories.application(world)
    first = look(world, row, "one")
    assert (first.check.seat, first.is_decided) == (1, False)
    assert state_of(row) == ApplicationState.SUBMITTED
    second = look(world, row, "two")
    assert (second.check.seat, second.is_decided) == (2, True)
    assert state_of(row) == ApplicationState.VERIFIED
    assert row.facts == ["household"]
    assert row.catchment_id == world.catchments["east"].pk
    assert row.decided_at == NOW
    said = messages_on_page(account=row.account, now=NOW).get()
    assert row.number in said.body
    assert "林小满" not in said.body


@pytest.mark.parametrize(
    ("verdict", "state"),
    [(Verdict.RETURN, ApplicationState.RETURNED), (Verdict.REFUSE, ApplicationState.REFUSED)],
)
def test_two_who_return_or_refuse_give_both_reasons_and_no_facts(world: Made, verdict: str, state: str) -> None:
    row = factories.application(world)
    look(world, row, "one", verdict, reason="户口簿看不清。", facts=["household"])
    look(world, row, "two", verdict, reason="缺第二页")
    assert state_of(row) == state
    assert row.reason == "户口簿看不清；缺第二页"
    assert (row.facts, row.catchment) == ([], None)


@pytest.mark.parametrize(
    "other",
    [
        {"verdict": Verdict.RETURN},
        {"facts": ["household", "property"]},
        {"catchment": None},
    ],
)
def test_two_who_differ_wait_for_a_third_who_decides(world: Made, other: dict[str, Any]) -> None:
    row = factories.application(world)
    look(world, row, "one")
    second = look(world, row, "two", **other)
    assert (second.is_decided, second.needs_third) == (False, True)
    assert state_of(row) == ApplicationState.SUBMITTED
    for who in ("one", "two"):
        with pytest.raises(operations.UnableToCheckApplication) as refused:
            look(world, row, who, Verdict.REFUSE, reason="另有说法")
        assert refused.value.code == "twice"
    third = look(world, row, "three", facts=["property"], catchment=world.catchments["west"])
    assert (third.check.seat, third.is_decided) == (3, True)
    assert state_of(row) == ApplicationState.VERIFIED
    assert (row.facts, row.catchment_id) == (["property"], world.catchments["west"].pk)
    with pytest.raises(operations.WrongState):
        look(world, row, "four")


def test_a_look_sent_again_is_the_same_look_even_after_the_decision(world: Made) -> None:
    row = factories.application(world)
    once = look(world, row, "one")
    again = look(world, row, "one")
    assert (again.check.pk, again.is_decided) == (once.check.pk, False)
    look(world, row, "two")
    late = look(world, row, "one")
    assert (late.check.pk, late.is_decided) == (once.check.pk, True)
    assert Check.objects.count() == 2
    assert audit.entries(code="admissions.application.decide").count() == 1


# Who, when, what ------------------------------------------------------------------------------------------------------


def test_nobody_checks_without_the_right_or_his_own_family(world: Made) -> None:
    row = factories.application(world)
    with pytest.raises(PermissionMissing):
        operations.check_application(
            actor=world.account("head", "head", "s0"), application=row, revision=1, verdict="verify", now=NOW
        )
    own = factories.application(world, account=world.account("one"))
    named = factories.application(world)
    ApplicationGuardian.objects.filter(pk=named.guardians.last().pk).update(account=world.account("one"))
    for each in (own, named):
        with pytest.raises(operations.UnableToCheckApplication) as refused:
            look(world, each, "one")
        assert refused.value.code == "own"
    assert not Check.objects.exists()


def test_an_officer_of_another_office_reaches_nothing(world: Made) -> None:
    row = factories.application(world)
    other = world.account("county", at="c0")
    with pytest.raises(PermissionMissing):
        operations.check_application(actor=other, application=row, revision=1, verdict="verify", now=NOW)
    assert queries.desk(account=other, day=NOW.date()) == ()
    with pytest.raises(LookupError):
        operations.open_dossier(actor=other, public_id=row.public_id, now=NOW)


def test_a_stale_revision_is_refused_and_a_new_one_needs_two_new_looks(world: Made) -> None:
    row = factories.application(world)
    look(world, row, "one")
    Application.objects.filter(pk=row.pk).update(revision=2)
    with pytest.raises(operations.UnableToCheckApplication) as refused:
        look(world, row, "two", revision=1)
    assert (refused.value.code, refused.value.status) == ("stale", 409)
    assert look(world, row, "two", revision=2).check.seat == 1
    assert look(world, row, "one", revision=2).is_decided


def test_in_every_state_but_the_right_ones_nothing_is_checked(world: Made) -> None:
    wrong = [state for state in ApplicationState if state not in (ApplicationState.SUBMITTED, ApplicationState.DRAFT)]
    for state in wrong:
        with pytest.raises(operations.WrongState):
            look(world, factories.application(world, state=state), "one")
    row = factories.application(world)
    for state in set(IntakeState) - {IntakeState.OPEN, IntakeState.CHECKING}:
        out = world.intake.publishes_on if state in (IntakeState.PUBLISHED, IntakeState.ENDED) else None
        type(world.intake).objects.filter(pk=world.intake.pk).update(state=state, published_on=out)
        with pytest.raises(operations.WrongState):
            look(world, row, "one")
    assert not Check.objects.exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"verdict": "perhaps"}, "verdict"),
        ({"verdict": Verdict.RETURN, "reason": "  "}, "no-reason"),
        ({"verdict": Verdict.REFUSE, "reason": "长" * 191}, "too-long"),
        ({"facts": ["invented"]}, "no-such-criterion"),
    ],
)
def test_what_no_rule_knows_is_refused(world: Made, given: dict[str, Any], code: str) -> None:
    with pytest.raises(operations.UnableToCheckApplication) as refused:
        look(world, factories.application(world), "one", **given)
    assert refused.value.code == code


def test_a_catchment_of_another_intake_is_refused(world: Made) -> None:
    other = factories.Catchment(intake=_junior(world), code="far", label="别处").store()
    with pytest.raises(operations.UnableToCheckApplication) as refused:
        look(world, factories.application(world), "one", catchment=other)
    assert refused.value.code == "no-such-catchment"


def _junior(world: Made) -> Any:
    values = {
        each.name: getattr(world.intake, each.name)
        for each in world.intake._meta.fields
        if each.name not in ("id", "public_id", "stage")
    }
    return type(world.intake)(**values, stage="junior").store()


# Objections, reopening, the end ---------------------------------------------------------------------------------------


def objected(row: Application) -> ApplicationGuardian:
    guardian = row.guardians.last()
    assert guardian is not None
    guardian.objected_at, guardian.objection = NOW, "孩子随我生活"
    return guardian.store()


def test_an_unsettled_objection_stops_verifying_and_nothing_else(world: Made) -> None:
    row = factories.application(world)
    guardian = objected(row)
    with pytest.raises(operations.UnableToCheckApplication) as refused:
        look(world, row, "one")
    assert refused.value.code == "objection"
    with pytest.raises(operations.UnableToSettleObjection):
        operations.settle_objection(actor=world.account("one"), guardian=guardian, reason=" ", now=NOW)
    settled = operations.settle_objection(actor=world.account("one"), guardian=guardian, reason="双方到场确认", now=NOW)
    again = operations.settle_objection(actor=world.account("two"), guardian=guardian, reason="别的说法", now=NOW)
    assert (again.pk, again.settlement, settled.settled_by) == (guardian.pk, "双方到场确认", world.account("one"))
    look(world, row, "one")
    assert look(world, row, "two").is_decided


def test_an_objection_between_two_looks_still_stops_the_second(world: Made) -> None:
    row = factories.application(world)
    look(world, row, "one")
    objected(row)
    with pytest.raises(operations.UnableToCheckApplication):
        look(world, row, "two")
    assert look(world, row, "two", Verdict.RETURN).needs_third


def test_a_decision_is_reopened_by_somebody_who_took_no_part_and_needs_two_new_looks(world: Made) -> None:
    row = factories.application(world)
    look(world, row, "one", Verdict.REFUSE)
    look(world, row, "two", Verdict.REFUSE)
    with pytest.raises(PermissionMissing):
        operations.reopen_decision(actor=world.account("one"), application=row, reason="有新证据", now=NOW)
    judge = world.account("judge", "publisher")
    with pytest.raises(operations.UnableToReopenDecision):
        operations.reopen_decision(actor=judge, application=row, reason="", now=NOW)
    operations.reopen_decision(actor=judge, application=row, reason="有新证据", now=NOW)
    assert state_of(row) == ApplicationState.SUBMITTED
    assert (row.revision, row.facts, row.catchment, row.decided_at) == (2, [], None, None)
    assert Check.objects.filter(application=row, revision=1).count() == 2
    with pytest.raises(operations.WrongState):
        operations.reopen_decision(actor=judge, application=row, reason="有新证据", now=NOW)
    look(world, row, "one")
    assert look(world, row, "two").is_decided
    assert state_of(row) == ApplicationState.VERIFIED
    both = Account.objects.get(pk=units.account("both", ("publisher", world.units["bureau"]), now=NOW).pk)
    units.operations.grant_role(
        actor=None, account=both, role=units.Role.ADMISSIONS_OFFICER, unit=world.units["bureau"], from_on=NOW.date(),
        now=NOW,
    )  # fmt: skip
    world.accounts["both"] = with_rights(both)
    other = factories.application(world)
    look(world, other, "one")
    look(world, other, "both")
    with pytest.raises(operations.UnableToReopenDecision) as refused:
        operations.reopen_decision(actor=world.accounts["both"], application=other, reason="再看", now=NOW)
    assert refused.value.code == "took-part"


def test_checking_ends_when_nothing_waits_and_refuses_what_was_not_put_right(world: Made) -> None:
    one = world.account("one")
    waiting = factories.application(world)
    returned = factories.application(world, state=ApplicationState.RETURNED)
    for now in (NOW, LATER):
        with pytest.raises(operations.UnableToCloseChecking) as refused:
            operations.close_checking(actor=one, intake=world.intake, now=now)
        assert "1 份申请没有核验完" in refused.value.message
    look(world, waiting, "one")
    look(world, waiting, "two")
    with pytest.raises(operations.UnableToCloseChecking):
        operations.close_checking(actor=one, intake=world.intake, now=datetime(2026, 7, 5, 12, 0, tzinfo=UTC))
    assert operations.close_checking(actor=one, intake=world.intake, now=LATER) == 1
    assert operations.close_checking(actor=one, intake=world.intake, now=LATER) == 0
    assert state_of(returned) == ApplicationState.REFUSED
    assert "2026" in returned.reason
    assert messages_on_page(account=returned.account, now=LATER).count() == 1
    world.intake.refresh_from_db()
    assert world.intake.state == IntakeState.CHECKED


def test_checking_does_not_end_before_the_intake_is_in_it(world: Made) -> None:
    type(world.intake).objects.filter(pk=world.intake.pk).update(state=IntakeState.OPEN)
    with pytest.raises(operations.WrongState):
        operations.close_checking(actor=world.account("one"), intake=world.intake, now=LATER)


def test_reopening_and_loading_have_their_states(world: Made) -> None:
    judge = world.account("judge", "publisher")
    may = {ApplicationState.VERIFIED, ApplicationState.REFUSED}
    for state in ApplicationState:
        row = factories.application(world, state=state)
        if state in may:
            operations.reopen_decision(actor=judge, application=row, reason="有新证据", now=NOW)
            continue
        with pytest.raises(operations.WrongState):
            operations.reopen_decision(actor=judge, application=row, reason="有新证据", now=NOW)
    row = factories.application(world, state=ApplicationState.VERIFIED)
    type(world.intake).objects.filter(pk=world.intake.pk).update(state=IntakeState.CHECKED)
    with pytest.raises(operations.WrongState):
        operations.reopen_decision(actor=judge, application=row, reason="有新证据", now=NOW)
    with pytest.raises(operations.WrongState):
        operations.put_references(actor=world.account("one"), intake=world.intake, lines=LINES, now=NOW)
    with pytest.raises(PermissionMissing):
        operations.put_references(actor=judge, intake=world.intake, lines=LINES, now=NOW)


# Lists ----------------------------------------------------------------------------------------------------------------


LINES = {
    ("property", "1"): {"number": "110105198804120011", "name": "林远山", "address": "中山路1号"},
    ("property", "2"): {"number": "X1", "name": "周月华", "note": ""},
}


def test_lines_of_a_list_are_put_replaced_and_taken_out_and_stand_sealed(world: Made) -> None:
    one = world.account("one")
    operations.put_references(actor=one, intake=world.intake, lines=LINES, now=NOW)
    operations.put_references(
        actor=one, intake=world.intake, lines={("household", "1"): {"number": "X1"}, ("property", "2"): {"number": "X2"}},
        now=NOW,
    )  # fmt: skip
    rows = {(row.kind, row.line): row for row in Reference.objects.all()}
    assert set(rows) == {("property", "1"), ("property", "2"), ("household", "1")}
    assert rows["property", "2"].detail == {"number": "X2"}
    assert bytes(rows["property", "2"].person_index) == person_index("X2")
    operations.remove_references(actor=one, intake=world.intake, lines=[("property", "1"), ("household", "2")], now=NOW)
    assert operations.clear_references(actor=one, intake=world.intake, kind="property", now=NOW) == 1
    assert [row.kind for row in Reference.objects.all()] == ["household"]
    for act in (
        lambda: operations.put_references(
            actor=one, intake=world.intake, lines={("gossip", "1"): {"number": "1"}}, now=NOW
        ),
        lambda: operations.clear_references(actor=one, intake=world.intake, kind="gossip", now=NOW),
    ):
        with pytest.raises(operations.UnableToLoadReferences) as refused:
            act()
        assert refused.value.code == "no-kind"
    assert Reference.objects.count() == 1


def test_the_journal_tells_what_was_done_without_a_name_or_a_number(world: Made) -> None:
    row = factories.application(world)
    guardian = objected(row)
    one = world.account("one")
    operations.open_dossier(actor=one, public_id=row.public_id, now=NOW)
    operations.settle_objection(actor=one, guardian=guardian, reason="周月华已同意", now=NOW)
    operations.put_references(actor=one, intake=world.intake, lines=LINES, now=NOW)
    look(world, row, "one", Verdict.REFUSE, reason="林小满不在学区")
    look(world, row, "two", Verdict.REFUSE, reason="林小满不在学区")
    operations.reopen_decision(actor=world.account("judge", "publisher"), application=row, reason="林远山来访", now=NOW)
    found = list(audit.entries(code="admissions."))
    assert {one.code for one in found} == {
        "admissions.application.open", "admissions.objection.settle", "admissions.reference.put",
        "admissions.application.check", "admissions.application.decide", "admissions.application.reopen",
    }  # fmt: skip
    told = json.dumps([[one.subject, one.detail] for one in found], ensure_ascii=False)
    for secret in ("林", "周", "110105", row.number, "学区"):
        assert secret not in told
    # Whoever reads the journal while the second look is not in learns no verdict from the first.
    assert "refuse" not in next(one.detail for one in found if one.code.endswith("check"))


def test_of_two_applications_for_a_child_only_one_is_verified(world: Made) -> None:
    row = factories.application(world)
    other = factories.application(world, state=ApplicationState.VERIFIED)
    said = replace(factories.content(world), child=factories.Content.from_json(other.content).child)
    Application.objects.filter(pk=row.pk).update(child_index=None)
    row.refresh_from_db()
    row.content = said.to_json()
    row.store()
    with pytest.raises(operations.UnableToCheckApplication) as refused:
        look(world, row, "one")
    assert refused.value.code == "doubled"
    assert look(world, row, "one", Verdict.REFUSE).check.seat == 1
