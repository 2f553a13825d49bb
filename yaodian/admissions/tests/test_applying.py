"""A family hands in an application: whose it is, when, what it must say, and that nothing is told about other children."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yaodian.admissions import operations
from yaodian.admissions.content import Child, Content
from yaodian.admissions.models import (
    Application,
    ApplicationState,
    IntakeState,
    Proof,
    Submission,
    Wish,
)
from yaodian.admissions.operations import UnableToSubmitApplication, WrongState
from yaodian.admissions.problem.numbering import is_number
from yaodian.admissions.tests import factories, families
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.audit.queries import verify_journal
from yaodian.foundation.models import Message, StoredFile
from yaodian.foundation.refusing import Absent

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Made:
    return factories.made()


def refused(world: Made, said: Content, **given: Any) -> UnableToSubmitApplication:
    """How a draft with this content is refused."""
    family = factories.family()
    row = families.draft(world, family, said, **given)
    with pytest.raises(UnableToSubmitApplication) as found:
        families.submit(family, row)
    assert Application.objects.get(pk=row.pk).number is None
    return found.value


def codes(problem: UnableToSubmitApplication) -> set[tuple[str, str]]:
    return {(one.field, one.code) for one in problem.faults}


# Handing in -----------------------------------------------------------------------------------------------------


def test_a_submission_gives_a_number_and_the_rows_that_are_counted(world: Made) -> None:
    family = factories.family()
    receipt = families.submit(family, families.draft(world, family))
    row = Application.objects.get()
    assert (row.state, row.revision, row.submitted_at) == (ApplicationState.SUBMITTED, 1, NOW)
    assert is_number(row.number or "")
    assert (row.number or "").startswith("2026P")
    assert receipt.sha256 == row.sha256
    assert list(Wish.objects.values_list("offer__public_id", "position")) == [(world.offers["s3"].public_id, 1)]
    assert [one.relation for one in row.guardians.all()] == ["father", "mother"]
    assert verify_journal().ok


def test_sent_again_it_is_the_same_receipt_and_under_another_key_it_is_said_that_it_is_there(world: Made) -> None:
    family = factories.family()
    row = families.draft(world, family)
    first = families.submit(family, row)
    assert families.submit(family, row) == first
    with pytest.raises(WrongState, match=r"已经提交，报名号 2026P"):
        families.submit(family, row, key="other")
    assert Submission.objects.count() == 1
    other = families.draft(world, family)
    with pytest.raises(UnableToSubmitApplication) as found:
        families.submit(family, other)
    assert (found.value.code, found.value.status) == ("client-key", 409)


@pytest.mark.parametrize("key", ["", "x" * 65, "键"])
def test_a_key_that_no_page_made_is_refused(world: Made, key: str) -> None:
    family = factories.family()
    with pytest.raises(UnableToSubmitApplication, match="标识不完整"):
        families.submit(family, families.draft(world, family), key=key)


def test_what_was_changed_after_it_was_read_is_not_handed_in(world: Made) -> None:
    family = factories.family()
    row = families.draft(world, family)
    operations.save_draft(
        account=family, public_id=row.public_id, content=families.stated(world, remark="改动"), now=NOW
    )
    with pytest.raises(UnableToSubmitApplication) as found:
        families.submit(family, row)
    assert (found.value.code, found.value.status) == ("changed", 409)


def test_the_application_of_another_family_is_not_there(world: Made) -> None:
    family, other = factories.family(), factories.family()
    row = families.draft(world, family)
    for act in (
        lambda: operations.save_draft(account=other, public_id=row.public_id, content=Content(), now=NOW),
        lambda: families.submit(other, row),
        lambda: operations.discard_draft(account=other, public_id=row.public_id, now=NOW),
        lambda: operations.withdraw_application(account=other, public_id=row.public_id, now=NOW),
        lambda: operations.take_up_again(account=other, public_id=row.public_id, now=NOW),
        lambda: operations.undo_change(account=other, public_id=row.public_id, revision=1, now=NOW),
        lambda: operations.object_as_guardian(account=other, public_id=row.public_id, objection="不同意", now=NOW),
        lambda: operations.change_application(
            account=other, public_id=row.public_id, content=families.stated(world), client_key="k", now=NOW
        ),
        lambda: operations.add_proof(
            account=other, public_id=row.public_id, label="户口簿", file=families.file(), now=NOW
        ),
    ):
        with pytest.raises(Absent):
            act()


@pytest.mark.parametrize(("day", "is_in"), [(7, False), (8, True), (20, True), (21, False)])
def test_days_are_included_and_the_hour_has_no_value(world: Made, day: int, is_in: bool) -> None:
    # 15:59 in UTC is the last minute of the day here.
    for hour in (0, 15) if is_in else (7,):
        now = NOW.replace(day=day, hour=hour, minute=59)
        if is_in:
            assert operations.start_draft(account=factories.family(), intake=world.intake, now=now)
        else:
            with pytest.raises(WrongState, match="2026-06-08 至 2026-06-20"):
                operations.start_draft(account=factories.family(), intake=world.intake, now=now)


@pytest.mark.parametrize("state", [IntakeState.PLANNED, IntakeState.CHECKING, IntakeState.PUBLISHED])
def test_only_an_open_intake_takes_applications(state: str) -> None:
    with pytest.raises(WrongState):
        operations.start_draft(account=factories.family(), intake=factories.made(state=state).intake, now=NOW)


# Drafts ---------------------------------------------------------------------------------------------------------


def test_a_draft_may_be_incomplete_and_an_empty_one_is_given_again(world: Made) -> None:
    family = factories.family()
    first = operations.start_draft(account=family, intake=world.intake, now=NOW)
    assert operations.start_draft(account=family, intake=world.intake, now=NOW) == first
    said = Content(child=Child(name="  林小满\u200b "))
    operations.save_draft(account=family, public_id=first.public_id, content=said, now=NOW)
    first.refresh_from_db()
    assert Content.from_json(first.content).child.name == "林小满"
    assert operations.start_draft(account=family, intake=world.intake, now=NOW) != first


def test_the_next_child_starts_with_the_same_guardians_and_home(world: Made) -> None:
    family = factories.family()
    said = Content.from_json(families.submitted(world, family).content)
    next_one = Content.from_json(operations.start_draft(account=family, intake=world.intake, now=NOW).content)
    assert (next_one.guardians, next_one.home) == (said.guardians, said.home)
    assert next_one.child == Child()


def test_drafts_are_so_many_and_no_more(world: Made) -> None:
    family = factories.family()
    for _turn in range(6):
        families.draft(world, family, proofs=False)
    with pytest.raises(operations.UnableToStartDraft, match="已有 6 份"):
        operations.start_draft(account=family, intake=world.intake, now=NOW)


def test_what_is_too_long_is_not_kept(world: Made) -> None:
    family = factories.family()
    row = operations.start_draft(account=family, intake=world.intake, now=NOW)
    with pytest.raises(operations.UnableToSaveDraft) as found:
        operations.save_draft(
            account=family, public_id=row.public_id, content=Content(child=Child(name="长" * 61)), now=NOW
        )
    assert [one.field for one in found.value.faults] == ["child_name"]


def test_a_draft_that_is_discarded_leaves_nothing(world: Made) -> None:
    family = factories.family()
    row = families.draft(world, family)
    operations.discard_draft(account=family, public_id=row.public_id, now=NOW)
    assert not Application.objects.exists()
    assert not Proof.objects.exists()
    assert StoredFile.objects.get().erased_at == NOW


# What is asked --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "is_in"),
    [(date(2019, 8, 31), False), (date(2019, 9, 1), True), (date(2020, 8, 31), True), (date(2020, 9, 1), False)],
)
def test_the_thirty_first_of_august_is_in_and_the_first_of_september_is_the_next_year(
    world: Made, day: date, is_in: bool
) -> None:
    said = families.born(families.stated(world), day)
    if is_in:
        assert families.submitted(world, factories.family(), said).state == ApplicationState.SUBMITTED
        return
    problem = refused(world, said)
    assert codes(problem) == {("child_born_on", "birth-day-outside")}
    assert "小学招收 2019-09-01 至 2020-08-31 出生" in problem.message
    assert ("2027 年" in problem.message) == (day.year == 2020)


def test_a_child_of_the_other_stage_is_shown_the_way_there(world: Made) -> None:
    world.intake.pk, world.intake.public_id, world.intake.stage = None, "otherintake1", "preschool"
    world.intake.born_from, world.intake.born_until = date(2022, 9, 1), date(2023, 8, 31)
    world.intake._state.adding = True
    world.intake.store()
    world.intake = type(world.intake).objects.get(stage="primary")
    assert "应报“学前”" in refused(world, families.born(families.stated(world), date(2023, 1, 5))).message


@pytest.mark.parametrize(
    ("paper", "number", "code"),
    [
        ("id_card", "110105202003150000", "number-rounded"),
        ("id_card", "11010520200315001", "number-shape"),
        ("id_card", "", "missing"),
        ("id_card", families.card("20200316", 3), "birth-day-differs"),
        ("hkmo_permit", "H12345678", ""),
        ("hkmo_permit", "A12345678", "number-shape"),
        ("hkmotw_residence", "110105202003150015", "number"),
        ("taiwan_permit", "12345678", ""),
        ("passport", "e-1234 5678", ""),
        ("passport", "E-1", "number-shape"),
        ("birth_certificate", "U110123456", ""),
        ("none", "", ""),
        ("none", "123", "number-without-paper"),
        ("driver", "1", "missing"),
    ],
)
def test_each_kind_of_paper_has_its_form(world: Made, paper: str, number: str, code: str) -> None:
    said = families.stated(world)
    said = replace(said, child=replace(said.child, paper=paper, number=number))
    if not code:
        row = families.submitted(world, factories.family(), said)
        assert (row.child_index is None) == (paper == "none")
        return
    problem = refused(world, said)
    assert [one for one in problem.faults if one.code.startswith(code)], codes(problem)
    assert len(number) < 4 or number not in " ".join(one.message for one in problem.faults)


def test_guardians_are_there_and_are_different_people(world: Made) -> None:
    said = families.stated(world)
    assert codes(refused(world, replace(said, guardians=()))) == {("guardian1_name", "missing")}
    father, mother = said.guardians
    same = replace(mother, number=father.number)
    assert ("guardian2_number", "same-number") in codes(refused(world, replace(said, guardians=(father, same))))
    child = replace(father, number=said.child.number)
    assert ("guardian1_number", "same-number") in codes(refused(world, replace(said, guardians=(child,))))
    assert ("guardian1_phone", "phone") in codes(
        refused(world, replace(said, guardians=(replace(father, phone="12"),)))
    )
    lost = replace(mother, phone="")
    assert families.submitted(world, factories.family(), replace(said, guardians=(father, lost)))


def test_wishes_are_of_the_intake_each_once_and_not_outside_the_catchment(world: Made) -> None:
    offer = {code: one.public_id for code, one in world.offers.items()}

    def wished(*ids: str) -> set[tuple[str, str]]:
        return codes(refused(world, replace(families.stated(world), wishes=ids)))

    assert wished() == {("wish1", "missing")}
    assert wished("nonesuch") == {("wish1", "no-such-offer")}
    assert wished(offer["s3"], offer["s3"]) == {("wish2", "wish-twice")}
    # 中山路 1 号 lies in the catchment of s0.
    assert wished(offer["s1"]) == {("wish1", "outside-catchment")}
    assert ("wish3", "too-many-wishes") in wished(*[offer["s3"]] * 4)
    good = replace(families.stated(world), wishes=(offer["s0"], offer["s3"]))
    assert families.submitted(world, factories.family(), good).wishes.count() == 2


def test_twins_name_each_other_by_a_number_that_is_written_right(world: Made) -> None:
    family = factories.family()
    first = families.submitted(world, family)
    said = families.stated(world, twins=(f" {(first.number or '').lower()} ",))
    assert Content.from_json(families.submitted(world, family, said).content).twins == (first.number,)
    assert codes(refused(world, families.stated(world, twins=("2026P234567",)))) == {("twins", "twin-number")}


def test_a_number_that_nobody_has_and_one_that_exists_are_taken_alike(world: Made) -> None:
    first = families.submitted(world, factories.family())
    for number in (first.number or "", factories_free_number()):
        row = families.submitted(world, factories.family(), families.stated(world, twins=(number,)))
        assert Content.from_json(row.content).twins == (number,)


def factories_free_number() -> str:
    from yaodian.admissions.problem.numbering import new_number

    return new_number(year=2026, stage="primary")


def test_the_papers_of_the_rule_are_there_but_for_children_who_cannot_have_them(world: Made) -> None:
    problem = refused(world, families.stated(world), proofs=False)
    assert codes(problem) == {("label", "proof-missing")}
    assert "户口簿" in problem.message
    family = factories.family()
    said = families.stated(world)
    said = replace(said, home=replace(said.home, household=""))
    families.submit(family, families.draft(world, family, said, proofs=False))
    assert Application.objects.get(account=family).state == ApplicationState.SUBMITTED


# One child, two applications ------------------------------------------------------------------------------------


def test_a_second_application_of_the_same_account_is_refused_with_the_number(world: Made) -> None:
    family = factories.family()
    said = families.stated(world)
    first = families.submitted(world, family, said)
    with pytest.raises(UnableToSubmitApplication, match=first.number or "none") as found:
        families.submitted(world, family, said)
    assert found.value.code == "own-second"
    operations.withdraw_application(account=family, public_id=first.public_id, now=NOW)
    row = Application.objects.get(state=ApplicationState.DRAFT)
    with pytest.raises(UnableToSubmitApplication):
        families.submit(family, row, key="again")


def test_of_a_child_that_is_there_already_nothing_is_told_and_the_clerks_see_both(world: Made) -> None:
    said = families.stated(world)
    first = families.submitted(world, factories.family(), said)
    family, other = factories.family(), factories.family()
    known, unknown = (families.draft(world, family, said), families.draft(world, other, families.stated(world)))
    with CaptureQueriesContext(connection) as of_known:
        one = families.submit(family, known)
    with CaptureQueriesContext(connection) as of_unknown:
        two = families.submit(other, unknown)
    assert len(of_known) == len(of_unknown)
    known, unknown = one.application, two.application
    assert (known.state, known.revision) == (unknown.state, unknown.revision)
    assert (known.is_doubled, unknown.is_doubled, first.is_doubled) == (True, False, False)
    assert known.child_index is None
    assert bytes(known.doubled_index or b"") == bytes(first.child_index or b"x")
    assert is_number(known.number or "")
    assert Message.objects.count() == 0


def test_a_child_that_was_withdrawn_keeps_its_number_when_it_is_taken_up_again(world: Made) -> None:
    family = factories.family()
    row = families.submitted(world, family)
    number = row.number
    for _turn in range(2):
        assert operations.withdraw_application(account=family, public_id=row.public_id, now=NOW).state == "withdrawn"
    with pytest.raises(WrongState):
        operations.save_draft(account=family, public_id=row.public_id, content=Content(), now=NOW)
    for _turn in range(2):
        again = operations.take_up_again(account=family, public_id=row.public_id, now=NOW + timedelta(days=1))
    assert (again.number, again.state, again.revision) == (number, "submitted", 2)
    operations.withdraw_application(account=family, public_id=row.public_id, now=NOW)
    with pytest.raises(WrongState, match="已经结束"):
        operations.take_up_again(account=family, public_id=row.public_id, now=NOW + timedelta(days=20))
