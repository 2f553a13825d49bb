"""Upload, amend, read again, cancel, and the background task."""

from __future__ import annotations

from typing import Any

import pytest

from yaodian.audit.queries import entries, entries_of
from yaodian.foundation import jobs
from yaodian.foundation.models import Job
from yaodian.organisations.models import Account
from yaodian.organisations.operations import ensure_root
from yaodian.organisations.queries import PermissionMissing
from yaodian.plans import operations
from yaodian.plans.models import Binding, Document, Plan, PlanState, Reading, ReadingState
from yaodian.plans.operations.documents import clean_name
from yaodian.plans.queries import lists
from yaodian.plans.tests import factories
from yaodian.plans.tests.factories import LATER, NOW

pytestmark = pytest.mark.django_db


def codes(plan: Plan) -> list[str]:
    return [entry.code for entry in reversed(entries_of(subject=f"plan:{plan.public_id}"))]


def test_an_upload_makes_a_plan_a_reading_and_a_job() -> None:
    editor = factories.editor()
    upload = operations.upload_document(actor=editor, now=NOW, name="要点.txt", content=b"abc")
    assert upload.is_new
    assert upload.plan.state == PlanState.READING
    reading = upload.plan.readings.get()
    job = Job.objects.get(key=reading.job_key)
    assert (job.code, job.arguments) == ("plans.read_document", {"reading_id": reading.pk})
    assert job.requested_by == editor
    assert codes(upload.plan) == ["plans.plan.upload"]


def test_the_same_file_again_gives_the_plan_that_holds_it() -> None:
    editor = factories.editor()
    first = operations.upload_document(actor=editor, now=NOW, name="甲.txt", content=b"abc")
    again = operations.upload_document(actor=editor, now=LATER, name="乙.txt", content=b"abc")
    assert not again.is_new
    assert again.plan == first.plan
    assert Plan.objects.count() == Document.objects.count() == 1


def test_a_file_that_somebody_deletes_while_it_is_uploaded_again_is_taken_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    editor = factories.editor()
    plan = factories.uploaded(editor)
    find = Document.objects.get_or_create
    waiting = [plan]

    def find_and_be_slow(**asked: Any) -> tuple[Document, bool]:
        found = find(**asked)
        while waiting:
            waiting.pop().delete()
            Document.objects.filter(pk=found[0].pk).delete()
        return found

    monkeypatch.setattr(Document.objects, "get_or_create", find_and_be_slow)
    upload = operations.upload_document(actor=editor, now=NOW, name="要点.txt", content=factories.TEXT.encode())
    assert upload.is_new
    assert bytes(upload.plan.document.content.content) == factories.TEXT.encode()


def test_the_same_file_makes_another_plan_when_asked_to() -> None:
    editor = factories.editor()
    first = operations.upload_document(actor=editor, now=NOW, name="甲.txt", content=b"abc")
    again = operations.upload_document(actor=editor, now=NOW, name="甲.txt", content=b"abc", make_another=True)
    assert again.is_new
    assert again.plan != first.plan
    assert Document.objects.count() == 1


def test_only_who_may_upload_uploads() -> None:
    with pytest.raises(PermissionMissing):
        operations.upload_document(actor=factories.account(), now=NOW, name="要点.txt", content=b"abc")
    assert not Plan.objects.exists()
    assert not entries(code="plans.").exists()


@pytest.mark.parametrize(("size", "code"), [(0, "empty"), (operations.MAX_DOCUMENT_BYTES + 1, "too-large")])
def test_an_empty_or_too_large_file_is_refused_and_nothing_is_saved(size: int, code: str) -> None:
    with pytest.raises(operations.UnableToUploadDocument) as refused:
        operations.upload_document(actor=factories.editor(), now=NOW, name="要点.txt", content=b"x" * size)
    assert refused.value.code == code
    assert "要点.txt" in refused.value.message
    assert not Document.objects.exists()


def test_a_file_of_exactly_the_limit_is_taken() -> None:
    content = b"x" * operations.MAX_DOCUMENT_BYTES
    assert operations.upload_document(actor=factories.editor(), now=NOW, name="要点.txt", content=content).is_new


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\桌面\\要点.docx", "要点.docx"),
        ("../../etc/passwd", "passwd"),
        ("要\x00点\u202e.txt", "要点.txt"),
        ("要\u2028点\u061c\x85\ufeff\udcff.txt", "要点.txt"),
        ("长" * 300 + ".docx", "长" * 195 + ".docx"),
    ],
)
def test_a_file_name_is_kept_without_folders_and_controls(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_document_is_read_in_the_background_and_the_plan_goes_to_review() -> None:
    plan = factories.uploaded(factories.editor())
    jobs.run_waiting_jobs()
    plan.refresh_from_db()
    assert plan.state == PlanState.REVIEW
    assert plan.title == "云川市教育局2026年工作要点"
    assert [clause.number for clause in plan.clauses.all()] == ["一", "1", "2", "二", "3"]
    reading = plan.readings.get()
    assert reading.state == ReadingState.DONE
    assert reading.raw is not None
    assert reading.raw["title"] == plan.title
    assert codes(plan)[-1] == "plans.plan.read"


def test_a_reading_that_ends_while_its_progress_is_asked_for_is_not_told_as_broken_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    editor = factories.editor()
    plan = factories.uploaded(editor)
    look = lists._staff_plan

    def look_and_be_slow(account: Account, public_id: str) -> Plan:
        found = look(account, public_id)
        jobs.run_waiting_jobs()
        return found

    monkeypatch.setattr(lists, "_staff_plan", look_and_be_slow)
    progress = lists.get_reading_progress(account=editor, public_id=plan.public_id)
    assert (progress.is_over, progress.is_stuck, progress.error) == (True, False, "")


def test_the_task_run_twice_does_nothing_the_second_time() -> None:
    plan = factories.uploaded(factories.editor())
    jobs.run_waiting_jobs()
    before = entries().count()
    reading = plan.readings.get()
    failure = operations.read_document(reading_id=reading.pk, clock=lambda: NOW, tell=lambda *_: None)
    assert failure is None
    assert entries().count() == before
    assert plan.clauses.count() == 5


def test_a_document_that_is_no_plan_fails_with_a_sentence_in_both_languages() -> None:
    plan = factories.uploaded(factories.editor(), content="床前明月光".encode(), name="诗.txt")
    ran = jobs.run_waiting_jobs()
    plan.refresh_from_db()
    assert plan.state == PlanState.FAILED
    assert plan.error_code == "no-clauses"
    assert "诗.txt" in plan.error
    assert "诗.txt" in plan.error_en
    assert plan.error != plan.error_en
    assert ran[0].state == Job.State.FAILED
    assert codes(plan)[-1] == "plans.plan.fail_reading"


def test_a_cancelled_reading_records_nothing_when_its_answer_comes_late() -> None:
    editor = factories.editor()
    plan = factories.uploaded(editor)
    reading = plan.readings.get()
    operations.cancel_reading(actor=editor, now=NOW, public_id=plan.public_id)
    assert operations.record_reading(reading_id=reading.pk, answer=factories.sample(), duration_ms=1, now=LATER) is None
    plan.refresh_from_db()
    assert (plan.state, plan.error_code) == (PlanState.FAILED, "cancelled")
    assert not plan.clauses.exists()
    assert Job.objects.get(key=reading.job_key).state == Job.State.CANCELLED


def test_what_failed_can_be_read_again() -> None:
    editor = factories.editor()
    plan = factories.uploaded(editor)
    operations.cancel_reading(actor=editor, now=NOW, public_id=plan.public_id)
    operations.read_again(actor=editor, now=LATER, public_id=plan.public_id)
    jobs.run_waiting_jobs()
    plan.refresh_from_db()
    assert plan.state == PlanState.REVIEW
    assert plan.error_code == ""


def test_a_plan_whose_job_died_can_be_read_again_and_a_working_one_cannot() -> None:
    editor = factories.editor()
    plan = factories.uploaded(editor)
    with pytest.raises(operations.WrongState):
        operations.read_again(actor=editor, now=LATER, public_id=plan.public_id)
    first = plan.readings.get()
    Job.objects.filter(key=first.job_key).update(state=Job.State.FAILED, finished_at=NOW)
    operations.read_again(actor=editor, now=LATER, public_id=plan.public_id)
    first.refresh_from_db()
    assert first.state == ReadingState.FAILED
    assert plan.readings.filter(state=ReadingState.QUEUED).count() == 1


def test_a_failed_second_reading_leaves_the_plan_in_review_as_it_was() -> None:
    editor = factories.editor()
    plan = factories.in_review(editor)
    operations.amend_plan(
        actor=editor, now=LATER, public_id=plan.public_id, name="新.txt", content="床前明月光".encode()
    )
    jobs.run_waiting_jobs()
    plan.refresh_from_db()
    assert plan.state == PlanState.REVIEW
    assert plan.clauses.count() == 5
    assert Reading.objects.get(plan=plan, number=2).error_code == "no-clauses"


def test_an_amendment_with_the_same_file_is_refused() -> None:
    editor = factories.editor()
    plan = factories.in_review(editor)
    with pytest.raises(operations.UnableToAmendPlan) as refused:
        operations.amend_plan(
            actor=editor, now=NOW, public_id=plan.public_id, name="要点.txt", content=factories.TEXT.encode()
        )
    assert refused.value.code == "same-document"


def test_a_published_plan_is_not_read_again() -> None:
    editor = factories.editor()
    plan = factories.published(editor, factories.publisher())
    with pytest.raises(operations.WrongState) as refused:
        operations.read_again(actor=editor, now=NOW, public_id=plan.public_id)
    assert refused.value.state == PlanState.PUBLISHED
    with pytest.raises(operations.WrongState):
        operations.cancel_reading(actor=editor, now=NOW, public_id=plan.public_id)
    with pytest.raises(operations.WrongState):
        operations.amend_plan(actor=editor, now=NOW, public_id=plan.public_id, name="新.txt", content=b"x")


def test_a_deleted_draft_takes_its_file_along_unless_another_plan_has_it() -> None:
    editor = factories.editor()
    one, other = factories.in_review(editor), factories.in_review(editor)
    operations.delete_draft(actor=editor, now=NOW, public_id=one.public_id)
    assert Document.objects.count() == 1
    operations.delete_draft(actor=editor, now=NOW, public_id=other.public_id)
    assert not Document.objects.exists()
    assert codes(one)[-1] == "plans.plan.delete"


def test_the_demonstration_is_loaded_once() -> None:
    editor, publisher = factories.editor(), factories.publisher()
    loaded = operations.load_demonstration(now=NOW, editor=editor, publisher=publisher)
    assert [Plan.objects.get(pk=plan.pk).state for plan in loaded] == ["published", "published", "review"]
    assert operations.load_demonstration(now=LATER, editor=editor, publisher=publisher) == ()


def test_the_demonstration_holds_its_sure_targets_against_measures() -> None:
    editor, publisher = factories.editor(), factories.publisher()
    operations.load_demonstration(now=NOW, editor=editor, publisher=publisher)
    bound = Binding.objects.filter(target__plan__is_demonstration=True)
    assert {row.target.plan.year: row for row in bound}.keys() == {2025, 2026}
    assert {row.unit_id for row in bound} == {ensure_root(now=NOW).pk}
    assert ("registry.children_in_public_kindergartens", "公办园在园幼儿占比") in {
        (row.measure, row.target.subject) for row in bound
    }
