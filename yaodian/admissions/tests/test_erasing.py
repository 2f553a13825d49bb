"""What names people goes in its time, or on the family's word; what was decided stays; a matter that is open delays it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yaodian.admissions import operations, queries
from yaodian.admissions.content import Content
from yaodian.admissions.models import (
    Appeal,
    Application,
    ApplicationGuardian,
    ApplicationState,
    Check,
    Intake,
    IntakeState,
    Place,
    Proof,
    Reference,
    Revision,
    Season,
    SeasonState,
    Submission,
    Waiting,
)
from yaodian.admissions.operations.erasing import GONE
from yaodian.admissions.queries.keeping_days import drafts_until, lists_until, names_until
from yaodian.admissions.tests import factories, families
from yaodian.admissions.tests.drawing import drawn, promised
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.audit.queries import entries
from yaodian.foundation.answering import zipped
from yaodian.foundation.models import Message, StoredFile, StoredFileContent
from yaodian.foundation.refusing import Absent
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db
PUBLISHED = date(2026, 7, 15)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 2, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def world() -> Made:
    return factories.made()


def publish(world: Made) -> None:
    Intake.objects.update(state=IntakeState.PUBLISHED, published_on=PUBLISHED)
    world.intake.refresh_from_db()


def whole(world: Made) -> Application:
    """An application of which everything is held that can be."""
    family = factories.family()
    row = families.submitted(world, family, families.stated(world, remark="有哮喘"))
    said = Content.from_json(row.content)
    operations.change_application(
        account=family, public_id=row.public_id, content=families.stated(world, child=said.child, remark="搬家了"),
        client_key="second", now=NOW,
    )  # fmt: skip
    operations.save_draft(
        account=family, public_id=row.public_id, content=families.stated(world, remark="没交"), now=NOW
    )
    guardian = row.guardians.order_by("pk").last()
    assert guardian is not None
    guardian.objected_at, guardian.objection = NOW, "孩子随我住"
    guardian.store()
    Check.objects.create(
        application=row, revision=2, seat=1, checker=world.account("one"), verdict="refuse", reason="林小满不在学区", checked_at=NOW,
    )  # fmt: skip
    Application.objects.filter(pk=row.pk).update(
        state=ApplicationState.REFUSED, reason="林小满不在学区", facts=["household"]
    )
    Place.objects.create(
        application=row, offer=world.offers["s3"], how="wishes", state="accepted", offered_at=NOW, decided_at=NOW,
        decided_by=family, accept_until=PUBLISHED,
    )  # fmt: skip
    Waiting.objects.create(application=row, offer=world.offers["s0"], position=row.pk)
    Appeal.objects.create(
        application=row, text="林小满应在东小", state="dismissed", filed_by=family, filed_at=NOW, reason="林小满不在", decided_at=NOW,
    )  # fmt: skip
    row.refresh_from_db()
    return row


def strings_about(row: Application) -> str:
    """All text that the rows of an application still hold, opened."""
    found: list[Any] = [row.content, row.pending, row.reason, row.sha256, row.hold]
    for rows in (row.guardians, row.revisions, row.submissions, row.checks, row.appeals, row.proofs):
        for one in rows.all():
            found += [str(value) for value in vars(one).values()]
    found += StoredFile.objects.filter(admissions_proof_of__application=row).values_list("name", flat=True)
    return json.dumps(found, ensure_ascii=False, default=str)


def test_days_are_counted_from_the_last_day_and_from_publication(world: Made) -> None:
    assert drafts_until(world.intake) == date(2026, 7, 20)
    never = date(2027, 2, 15)
    assert (lists_until(world.intake), names_until(world.intake)) == (never, never)
    publish(world)
    assert (lists_until(world.intake), names_until(world.intake)) == (date(2026, 7, 22), date(2027, 2, 15))
    world.intake.season.keep_months = 1
    assert names_until(world.intake) == date(2026, 8, 15)


def test_what_names_people_goes_and_what_was_decided_stays(world: Made) -> None:
    row = whole(world)
    publish(world)
    names = ("林小满", "林远山", "周月华", "哮喘", "孩子随我住", "户口簿.jpg")
    assert all(name in strings_about(row) for name in names)
    last = names_until(world.intake)
    assert last is not None
    assert operations.erase_due(now=at(last)).applications == 0
    row.refresh_from_db()
    assert row.erased_at is None

    done = operations.erase_due(now=at(last + timedelta(days=1)))
    assert (done.applications, done.drafts) == (1, 0)
    row.refresh_from_db()
    held = strings_about(row)
    assert not [name for name in names if name in held]
    assert "搬家了" not in held
    assert "没交" not in held
    kept = (row.number, row.state, row.facts, row.reason, row.erased_at)
    assert kept == (row.number, "refused", ["household"], GONE, at(last + timedelta(days=1)))
    assert row.number
    assert (row.account, row.child_index, row.doubled_index, row.sha256, row.pending) == (None, None, None, "", {})
    assert not ApplicationGuardian.objects.exists()
    assert not Revision.objects.exists()
    assert not Submission.objects.exists()
    assert not StoredFileContent.objects.exists()
    assert StoredFile.objects.get().stored_by is None
    assert Proof.objects.get().removed_at is not None
    assert [(one.verdict, one.reason) for one in Check.objects.all()] == [("refuse", GONE)]
    place = Place.objects.get()
    assert (place.state, place.offer, place.decided_by) == ("accepted", world.offers["s3"], None)
    assert Waiting.objects.get().state == "ended"
    assert (Appeal.objects.get().text, Appeal.objects.get().filed_by) == ("", None)
    written = list(entries(code="admissions.application.erase"))
    assert [(one.subject, json.loads(one.detail)["basis"]) for one in written] == [
        (f"admissions_application:{row.pk}", "retention")
    ]
    assert operations.erase_due(now=at(last + timedelta(days=2))).applications == 0
    row.refresh_from_db()
    assert row.erased_at == at(last + timedelta(days=1))


def test_what_is_never_published_is_abandoned_and_erased_on_its_day(world: Made) -> None:
    row = whole(world)
    Place.objects.all().delete()
    Appeal.objects.all().delete()
    held = families.submitted(world, factories.family())
    judge = world.account("judge", "publisher")
    operations.hold_application(actor=judge, application=held, reason="（2026）粤01行初1号", now=NOW)
    operations.put_references(
        actor=world.account("one"), intake=world.intake, lines={("property", "1"): {"number": "X1"}}, now=NOW
    )
    last = names_until(world.intake)
    assert last == date(2027, 2, 15)
    done = operations.erase_due(now=at(last))
    assert (done.applications, done.lines) == (0, 0)
    assert Intake.objects.get().state == IntakeState.OPEN

    done = operations.erase_due(now=at(last + timedelta(days=1)))
    assert (done.applications, done.lines) == (1, 1)
    row.refresh_from_db()
    assert row.erased_at == at(last + timedelta(days=1))
    assert "林远山" not in strings_about(row)
    held.refresh_from_db()
    assert held.erased_at is None
    intake = Intake.objects.get()
    assert (intake.state, intake.published_on) == (IntakeState.ABANDONED, None)
    assert Season.objects.get().state == SeasonState.CLOSED
    written = list(entries(code="admissions.intake.abandon"))
    assert [json.loads(one.detail) for one in written] == [{"state": "open", "publishes_on": "2026-07-15"}]
    told = Message.objects.filter(subject__contains="已终止")
    assert {one.recipient_id for one in told} >= {held.account_id}
    assert "林" not in "".join(one.body for one in told)
    # Nothing in it goes on.
    with pytest.raises(operations.WrongState):
        operations.close_checking(actor=world.account("one"), intake=intake, now=at(last))
    again = operations.erase_due(now=at(last + timedelta(days=2)))
    assert (again.applications, again.lines) == (0, 0)
    operations.release_application(actor=judge, application=held, now=at(last))
    assert operations.erase_due(now=at(last + timedelta(days=2))).applications == 1


def test_a_draw_that_was_promised_and_a_run_that_was_sealed_end_with_what_is_abandoned() -> None:
    world = factories.made()
    factories.application(world, state=ApplicationState.VERIFIED, facts=["household"])
    draw = promised(world)
    late = at(date(2027, 2, 16))
    assert operations.erase_due(now=late).applications == 1
    draw.refresh_from_db()
    assert (draw.state, bool(draw.void_reason)) == ("void", True)

    other = factories.made(city=world.units, title="另一季")
    factories.application(other, state=ApplicationState.VERIFIED, facts=["household"])
    drawn(other)
    asked = operations.ask_run(actor=other.account("officer"), intake=other.intake, now=NOW)
    run = operations.compute_run(run_id=asked.pk, now=NOW)
    assert operations.erase_due(now=late).applications == 1
    run.refresh_from_db()
    assert (run.state, bool(run.result)) == ("dropped", True)
    assert Intake.objects.get(pk=other.intake.pk).state == IntakeState.ABANDONED


def test_an_intake_of_which_nothing_is_held_is_left_alone(world: Made) -> None:
    assert operations.erase_due(now=at(date(2030, 1, 1))).applications == 0
    assert Intake.objects.get().state == IntakeState.OPEN


def test_an_erased_application_is_found_by_nobody(world: Made) -> None:
    row = whole(world)
    family = row.account
    assert family is not None
    publish(world)
    operations.erase_due(now=at(date(2027, 3, 1)))
    assert queries.own_applications(account=family) == []
    for find in (
        lambda: queries.find_own(account=family, public_id=row.public_id),
        lambda: operations.open_dossier(actor=world.account("one"), public_id=row.public_id, now=NOW),
        lambda: operations.copy_application(account=family, public_id=row.public_id, now=NOW),
    ):
        with pytest.raises(Absent):
            find()
    assert queries.check_receipt(account=family, number=row.number or "").own is None


def test_drafts_go_thirty_days_after_the_last_day_with_their_papers(world: Made) -> None:
    families.draft(world, factories.family())
    whole(world)
    assert operations.erase_due(now=at(date(2026, 7, 20))).drafts == 0
    assert operations.erase_due(now=at(date(2026, 7, 21))).drafts == 1
    assert [one.state for one in Application.objects.all()] == [ApplicationState.REFUSED]
    assert StoredFileContent.objects.count() == 1
    assert [json.loads(one.detail)["basis"] for one in entries(code="admissions.application.discard")] == ["retention"]


def test_lists_go_once_the_appeals_are_over_and_decided(world: Made) -> None:
    row = whole(world)
    lines = {("property", str(one)): {"number": f"X{one}"} for one in range(3)}
    operations.put_references(actor=world.account("one"), intake=world.intake, lines=lines, now=NOW)
    assert operations.erase_due(now=at(date(2026, 7, 23))).lines == 0
    publish(world)
    filed = Appeal.objects.create(application=row, text="再申诉", filed_at=NOW)
    assert operations.erase_due(now=at(date(2026, 7, 22))).lines == 0
    assert operations.erase_due(now=at(date(2026, 7, 23))).lines == 0
    filed.delete()
    assert operations.erase_due(now=at(date(2026, 7, 23))).lines == 3
    assert not Reference.objects.exists()


def test_an_open_appeal_and_a_hold_delay_it(world: Made) -> None:
    appealed, held, free = whole(world), whole(world), whole(world)
    publish(world)
    filed = Appeal.objects.create(application=appealed, text="再申诉", filed_at=NOW)
    judge = world.account("judge", "publisher")
    operations.hold_application(actor=judge, application=held, reason="（2026）粤01行初1号", now=NOW)
    late = at(date(2027, 3, 1))
    assert operations.erase_due(now=late).applications == 1
    assert set(Application.objects.filter(erased_at__isnull=True)) == {appealed, held}
    free.refresh_from_db()
    with pytest.raises(operations.UnableToHoldApplication) as refused:
        operations.hold_application(actor=judge, application=free, reason="案件", now=NOW)
    assert refused.value.code == "erased"
    filed.delete()
    operations.release_application(actor=judge, application=held, now=late)
    assert operations.release_application(actor=judge, application=held, now=late).held_at is None
    assert operations.erase_due(now=late).applications == 2
    assert "粤01" not in "".join(one.detail for one in entries(code="admissions.application.hold"))


def test_a_hold_has_a_reason_and_is_for_those_who_decide_appeals(world: Made) -> None:
    row = whole(world)
    judge = world.account("judge", "publisher")
    with pytest.raises(PermissionMissing):
        operations.hold_application(actor=world.account("one"), application=row, reason="案件", now=NOW)
    for reason, code in ((" ", "no-reason"), ("长" * 201, "too-long")):
        with pytest.raises(operations.UnableToHoldApplication) as refused:
            operations.hold_application(actor=judge, application=row, reason=reason, now=NOW)
        assert refused.value.code == code
    operations.hold_application(actor=judge, application=row, reason="案件", now=NOW)
    with pytest.raises(operations.UnableToHoldApplication) as refused:
        operations.hold_application(actor=judge, application=row, reason="案件", now=NOW)
    assert refused.value.code == "held"


def test_a_family_has_its_withdrawn_application_erased_at_once_and_may_apply_anew(world: Made) -> None:
    family = factories.family()
    said = families.stated(world)
    row = families.submitted(world, family, said)
    with pytest.raises(operations.UnableToEraseApplication) as refused:
        operations.erase_withdrawn(account=family, public_id=row.public_id, now=NOW)
    assert refused.value.code == "standing"
    operations.withdraw_application(account=family, public_id=row.public_id, now=NOW)
    with pytest.raises(Absent):
        operations.erase_withdrawn(account=factories.family(), public_id=row.public_id, now=NOW)
    judge = world.account("judge", "publisher")
    operations.hold_application(actor=judge, application=row, reason="案件", now=NOW)
    with pytest.raises(operations.UnableToEraseApplication) as refused:
        operations.erase_withdrawn(account=family, public_id=row.public_id, now=NOW)
    assert refused.value.code == "held"
    operations.release_application(actor=judge, application=row, now=NOW)
    operations.erase_withdrawn(account=family, public_id=row.public_id, now=NOW)
    row.refresh_from_db()
    assert (row.state, row.account, row.content) == ("withdrawn", None, {})
    with pytest.raises(Absent):
        operations.erase_withdrawn(account=family, public_id=row.public_id, now=NOW)
    again = families.submitted(world, family, said)
    assert again.child_index is not None
    assert again.number != row.number


def test_a_batch_costs_the_same_but_for_files_and_entries(world: Made) -> None:
    from yaodian.admissions.operations.erasing import _erase

    def cost(count: int) -> int:
        rows = [factories.application(world) for _one in range(count)]
        with CaptureQueriesContext(connection) as seen:
            _erase(rows, actor=None, basis="retention", now=NOW)
        return len([one for one in seen if "audit_" not in one["sql"] and "SAVEPOINT" not in one["sql"]])

    assert cost(1) == cost(4)


def test_a_copy_holds_everything_and_nothing_of_the_other_guardians_words(world: Made) -> None:
    row = whole(world)
    family = row.account
    assert family is not None
    operations.open_dossier(actor=world.account("one"), public_id=row.public_id, now=NOW)
    packed = b"".join(zipped(operations.copy_application(account=family, public_id=row.public_id, now=NOW)))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["data.json", "data.txt", "documents/01.jpg"]
        told = json.loads(archive.read("data.json"))
        text = archive.read("data.txt").decode()
        assert archive.read("documents/01.jpg").startswith(b"photograph")
    for words in ("林小满", "林远山", "周月华", "有哮喘", "搬家了", "没交", "林小满应在东小", row.number or ""):
        assert words in text, words
    assert "孩子随我住" not in text
    assert world.account("one").name not in text
    assert len(told["修改以前的内容"]) == 1
    assert [one["方式"] for one in told["查看记录"]] == ["查阅申请"]
    assert "admissions.application.copy" in {one.code for one in entries()}
    with pytest.raises(Absent):
        operations.copy_application(account=factories.family(), public_id=row.public_id, now=NOW)


def test_a_copy_and_the_offices_page_cost_the_same_however_much_is_held(world: Made) -> None:
    row = whole(world)
    family = row.account
    assert family is not None
    judge = world.account("judge", "publisher")

    def cost(act: Any) -> int:
        with CaptureQueriesContext(connection) as seen:
            act()
        return len(seen)

    def copy() -> Any:
        return queries.copy_of(application=queries.find_own(account=family, public_id=row.public_id), day=PUBLISHED)

    def page() -> Any:
        return queries.keeping_of(account=judge, public_id=world.intake.public_id)

    cost(copy)  # What stays known in a process is asked once.
    before = cost(copy), cost(page)
    for one in range(3):
        Appeal.objects.create(application=row, text="再", filed_at=NOW, state="dismissed", decided_at=NOW)
        Place.objects.create(
            application=row, offer=world.offers["s1"], how="waiting", state="declined", offered_at=NOW, decided_at=NOW,
            accept_until=PUBLISHED,
        )  # fmt: skip
        operations.hold_application(actor=judge, application=factories.application(world), reason=f"案件{one}", now=NOW)
    assert (cost(copy), cost(page)) == before
    found = page()
    assert [one.reason for one in found.held] == ["案件0", "案件1", "案件2"]
    assert (found.named, found.erased, found.may_hold) == (4, 0, True)
