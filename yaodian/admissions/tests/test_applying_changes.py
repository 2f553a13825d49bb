"""What may be changed, for how long it can be taken back, and what the other guardian hears and says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from yaodian.admissions import operations
from yaodian.admissions.content import Content
from yaodian.admissions.models import (
    Application,
    ApplicationGuardian,
    ApplicationState,
    IntakeState,
    Proof,
    Revision,
)
from yaodian.admissions.operations import (
    UnableToAddProof,
    UnableToChangeApplication,
    UnableToObjectAsGuardian,
    UnableToRemoveProof,
    UnableToUndoChange,
    WrongState,
    applying_rows,
)
from yaodian.admissions.queries import guardians
from yaodian.admissions.tests import factories, families
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.foundation.files.taking import UnableToTakeFile, take_file
from yaodian.foundation.models import Message
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account
from yaodian.registry.queries import GuardianAccounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Made:
    return factories.made()


def change(account: Account, row: Application, said: Content, key: str = "change", **given: Any) -> Application:
    operations.change_application(
        account=account, public_id=row.public_id, content=said, client_key=key, **{"now": NOW, **given}
    )
    return Application.objects.get(pk=row.pk)


def with_wishes(row: Application, world: Made, *wishes: str) -> Content:
    return replace(Content.from_json(row.content), wishes=tuple(world.offers[one].public_id for one in wishes))


# Changes --------------------------------------------------------------------------------------------------------


def test_a_change_keeps_the_number_and_what_stood_before_and_is_checked_anew(world: Made) -> None:
    family = factories.family()
    row = families.submitted(world, family)
    Application.objects.filter(pk=row.pk).update(
        state=ApplicationState.VERIFIED, facts=["household"], catchment=world.catchments["east"], decided_at=NOW
    )
    before = row.content
    after = change(family, row, with_wishes(row, world, "s0", "s3"))
    assert change(family, row, with_wishes(row, world, "s0", "s3")).revision == 2
    assert (after.number, after.state, after.revision) == (row.number, "submitted", 2)
    assert (after.facts, after.catchment, after.decided_at) == ([], None, None)
    assert [one.offer_id for one in after.wishes.all()] == [world.offers["s0"].pk, world.offers["s3"].pk]
    kept = Revision.objects.get()
    assert (kept.number, kept.content, kept.undo_until) == (1, before, NOW + timedelta(hours=24))


def test_what_is_not_changed_or_is_another_child_is_no_change(world: Made) -> None:
    family = factories.family()
    row = families.submitted(world, family)
    said = Content.from_json(row.content)
    for wrong, code in ((said, "unchanged"), (replace(said, child=families.stated(world).child), "")):
        other = replace(wrong, child=replace(wrong.child, name="陈晓")) if not code else wrong
        with pytest.raises(UnableToChangeApplication) as found:
            change(family, row, other)
        assert found.value.code == (code or "another-child")
    with pytest.raises(UnableToChangeApplication) as found:
        change(family, row, replace(said, wishes=("nonesuch",)))
    assert [one.code for one in found.value.faults] == ["no-such-offer"]
    assert Application.objects.get().revision == 1


@pytest.mark.parametrize(("hours", "is_in"), [(24, True), (25, False)])
def test_a_change_is_taken_back_within_a_day_and_no_later(world: Made, hours: int, is_in: bool) -> None:
    family = factories.family()
    row = families.submitted(world, family)
    change(family, row, with_wishes(row, world, "s0"))
    undo: Any = {"account": family, "public_id": row.public_id, "revision": 1, "now": NOW + timedelta(hours=hours)}
    if not is_in:
        with pytest.raises(UnableToUndoChange):
            operations.undo_change(**undo)
        return
    for _turn in range(2):
        after = operations.undo_change(**undo)
    assert (after.content, after.sha256, after.revision, after.number) == (row.content, row.sha256, 3, row.number)
    assert [one.offer_id for one in after.wishes.all()] == [world.offers["s3"].pk]
    assert [(one.number, one.undone_at is not None) for one in Revision.objects.all()] == [(1, True), (2, False)]
    with pytest.raises(UnableToUndoChange):
        operations.undo_change(**{**undo, "revision": 2, "now": NOW + timedelta(hours=25)})


def test_what_was_returned_may_be_put_right_after_the_window_and_nothing_else(world: Made) -> None:
    family, other = factories.family(), factories.family()
    row, quiet = families.submitted(world, family), families.submitted(world, other)
    Application.objects.filter(pk=row.pk).update(state=ApplicationState.RETURNED, reason="户口簿看不清")
    type(world.intake).objects.filter(pk=world.intake.pk).update(state=IntakeState.CHECKING)
    later = NOW + timedelta(days=20)
    operations.add_proof(account=family, public_id=row.public_id, label="户口簿", file=families.file(), now=later)
    after = change(family, row, Content.from_json(row.content), now=later)
    assert (after.state, after.reason, after.revision) == ("submitted", "", 2)
    with pytest.raises(WrongState, match="已经结束"):
        change(other, quiet, with_wishes(quiet, world, "s0"), now=later)
    Application.objects.filter(pk=row.pk).update(state=ApplicationState.RETURNED, reason="看不清")
    with pytest.raises(WrongState):
        change(family, row, with_wishes(row, world, "s0"), key="late", now=NOW + timedelta(days=26))


def test_after_the_checks_nothing_is_withdrawn_any_more(world: Made) -> None:
    family = factories.family()
    row = families.submitted(world, family)
    type(world.intake).objects.filter(pk=world.intake.pk).update(state=IntakeState.CHECKED)
    with pytest.raises(WrongState, match="名单已定"):
        operations.withdraw_application(account=family, public_id=row.public_id, now=NOW)


def test_a_change_that_was_begun_is_not_in_force(world: Made) -> None:
    family = factories.family()
    row = families.submitted(world, family)
    said = with_wishes(row, world, "s0")
    operations.save_draft(account=family, public_id=row.public_id, content=said, now=NOW)
    row.refresh_from_db()
    assert Content.from_json(row.pending) == said
    assert [one.offer_id for one in row.wishes.all()] == [world.offers["s3"].pk]
    operations.discard_draft(account=family, public_id=row.public_id, now=NOW)
    row.refresh_from_db()
    assert row.pending == {}


def test_a_changed_child_that_is_there_already_is_doubled_and_changed_back_it_is_not(world: Made) -> None:
    first = families.submitted(world, factories.family())
    family = factories.family()
    row = families.submitted(world, family)
    taken = Content.from_json(first.content).child
    said = Content.from_json(row.content)
    assert change(family, row, replace(said, child=taken)).is_doubled
    assert not operations.undo_change(account=family, public_id=row.public_id, revision=1, now=NOW).is_doubled


# Documents ------------------------------------------------------------------------------------------------------


def test_twenty_documents_and_no_more_and_none_twice(world: Made) -> None:
    family = factories.family()
    row = families.draft(world, family, proofs=False)
    given: Any = {"account": family, "public_id": row.public_id, "now": NOW}
    same = families.file()
    first = operations.add_proof(label="户口簿", file=same, **given)
    assert operations.add_proof(label="户口簿", file=same, **given) == first
    for _turn in range(19):
        operations.add_proof(label="其他材料", file=families.file(), **given)
    with pytest.raises(UnableToAddProof, match="最多 20 份"):
        operations.add_proof(label="其他材料", file=families.file(), **given)
    with pytest.raises(UnableToAddProof, match="哪一种"):
        operations.add_proof(label="身份证复印件", file=families.file(), **given)
    operations.remove_proof(file_id=first.file.public_id, **given)
    first.file.refresh_from_db()
    assert first.file.erased_at == NOW
    assert operations.add_proof(label="其他材料", file=families.file(), **given)


def test_a_document_that_was_handed_in_stays_for_whoever_looked_at_it(world: Made) -> None:
    family = factories.family()
    row = families.submitted(world, family)
    file_id = Proof.objects.get().file.public_id
    given: Any = {"account": family, "public_id": row.public_id, "file_id": file_id, "now": NOW}
    with pytest.raises(Absent):
        operations.remove_proof(**{**given, "file_id": "nonesuch"})
    Application.objects.filter(pk=row.pk).update(state=ApplicationState.VERIFIED, decided_at=NOW)
    with pytest.raises(UnableToRemoveProof):
        operations.remove_proof(**given)
    Application.objects.filter(pk=row.pk).update(state=ApplicationState.SUBMITTED)
    operations.remove_proof(**given)
    proof = Proof.objects.get()
    assert (proof.removed_at, proof.file.erased_at) == (NOW, None)


@pytest.mark.parametrize("data", [b"", b"MZ\0\0 program", b"<html><script>alert(1)</script>", b"\xff\xd8\xff broken"])
def test_a_hostile_document_is_refused_before_anything_is_stored(data: bytes) -> None:
    with pytest.raises(UnableToTakeFile):
        take_file(name="户口簿.jpg", chunks=[data])


# The other guardian ---------------------------------------------------------------------------------------------


@pytest.fixture
def mother(monkeypatch: pytest.MonkeyPatch, world: Made) -> tuple[Account, Content]:
    """An account that the registry knows as the second guardian's."""
    account, said = factories.family(), families.stated(world)
    stated = said.guardians[1]
    known = GuardianAccounts({stated.number: account.pk}, {})
    monkeypatch.setattr(applying_rows, "guardian_accounts", lambda **_given: known)
    contact = (stated.number, "")
    monkeypatch.setattr(guardians, "guardian_of_account", lambda *, account: contact if account.pk == mine else None)
    mine = account.pk
    return account, said


def test_both_guardians_are_told_and_one_without_account_waits_for_a_letter(
    world: Made, mother: tuple[Account, Content]
) -> None:
    account, said = mother
    family = factories.family()
    row = families.submitted(world, family, said)
    told = {one.relation: (one.account_id, one.told_at) for one in row.guardians.all()}
    assert told == {"father": (family.pk, NOW), "mother": (account.pk, NOW)}
    message = Message.objects.get()
    assert (message.recipient_id, "林" in message.body) == (account.pk, False)
    change(family, row, with_wishes(row, world, "s0"))
    assert Message.objects.filter(recipient=account).count() == 2
    other = families.submitted(world, factories.family())
    assert ApplicationGuardian.objects.get(application=other, relation="mother").told_at is None


def test_a_guardian_objects_once_and_stops_nothing_by_it(world: Made, mother: tuple[Account, Content]) -> None:
    account, said = mother
    clerk = world.account("clerk")
    family = factories.family()
    row = families.submitted(world, family, said)
    families.submitted(world, factories.family())
    seen = guardians.ward_applications(account=account)
    assert [(one.public_id, one.child) for one in seen] == [(row.public_id, "林**")]
    given: Any = {"account": account, "public_id": row.public_id, "now": NOW}
    for wrong in ("  ", "长" * 401):
        with pytest.raises(UnableToObjectAsGuardian):
            operations.object_as_guardian(objection=wrong, **given)
    for words in ("不同意报这所学校", "再说一次"):
        one = operations.object_as_guardian(objection=words, **given)
    assert (one.objection, one.objected_at) == ("不同意报这所学校", NOW)
    row.refresh_from_db()
    assert row.state == ApplicationState.SUBMITTED
    assert Message.objects.filter(recipient=clerk).count() == 1
    with pytest.raises(Absent):
        operations.object_as_guardian(**{**given, "account": family}, objection="不同意")
    # Whoever objected stays, even if he is named no more.
    fewer = replace(Content.from_json(row.content), guardians=said.guardians[:1])
    change(family, row, fewer)
    assert row.guardians.count() == 2
