"""Files come in: upload, amended documents, reading again, cancelling a reading."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.foundation import jobs
from yaodian.foundation.models import Job
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require
from yaodian.plans.models import (
    Document,
    DocumentContent,
    ItemKind,
    Plan,
    PlanState,
    Reading,
    ReadingState,
)
from yaodian.plans.operations.changing import By, lock_plan, move_plan, require_plan_state, write_down
from yaodian.plans.operations.errors import UnableToAmendPlan, UnableToCancelReading, UnableToUploadDocument, WrongState

MAX_DOCUMENT_BYTES = 20 * 1024 * 1024
MAX_NAME_LENGTH = 200
_KINDS = {
    "txt": "text",
    "text": "text",
    "md": "markdown",
    "markdown": "markdown",
    "htm": "html",
    "html": "html",
    "docx": "docx",
    "pdf": "pdf",
}
# Control characters, line ends, and marks that turn the direction of writing or are not seen at all.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Upload:
    """``is_new`` is false where the same file already belongs to ``plan`` and no second plan was asked for."""

    plan: Plan
    is_new: bool


@transaction.atomic
def upload_document(*, actor: Account, now: datetime, name: str, content: bytes, make_another: bool = False) -> Upload:
    """Takes a file, makes a plan of it and queues its reading.

    The same file again gives the plan that already holds it, unless ``make_another``.
    Raises ``PermissionMissing``, :class:`UnableToUploadDocument` (``empty``, ``too-large``).
    """
    require(account=actor, permission="plans.upload")
    document = _store_document(actor=actor, now=now, name=name, content=content, error=UnableToUploadDocument)
    if not make_another:
        known = document.plans.order_by("-pk").first()
        if known is not None:
            return Upload(known, is_new=False)
    plan = Plan.objects.create(document=document, title="", created_by=actor, created_at=now, changed_at=now)
    _queue_reading(plan=plan, document=document, actor=actor, now=now)
    by = By(actor, now)
    write_down(
        plan,
        by,
        code="plans.plan.upload",
        kind=ItemKind.PLAN,
        item_id=plan.pk,
        summary=document.name,
        after={"document": document.sha256, "name": document.name, "size_bytes": document.size_bytes},
        is_content=False,
    )
    return Upload(plan, is_new=True)


@transaction.atomic
def amend_plan(*, actor: Account, now: datetime, public_id: str, name: str, content: bytes) -> Plan:
    """Puts an amended document in the place of the plan's own and reads it; what people corrected survives.

    Raises ``PermissionMissing``, :class:`WrongState`, :class:`UnableToAmendPlan` (``empty``, ``too-large``,
    ``same-document``).
    """
    require(account=actor, permission="plans.upload")
    plan = lock_plan(public_id=public_id)
    require_plan_state(plan, PlanState.REVIEW, PlanState.FAILED)
    document = _store_document(actor=actor, now=now, name=name, content=content, error=UnableToAmendPlan)
    if document.pk == plan.document_id and plan.state == PlanState.REVIEW:
        raise UnableToAmendPlan(
            _("“%(name)s”与《%(plan)s》现有的文件完全相同，没有可更新的内容。请确认选的是修订后的文件。")
            % {"name": name, "plan": plan.title or plan.document.name},
            code="same-document",
            field="document",
        )
    before = {"document": plan.document.sha256, "name": plan.document.name}
    move_plan(plan, PlanState.READING)
    _queue_reading(plan=plan, document=document, actor=actor, now=now)
    write_down(
        plan,
        By(actor, now),
        code="plans.plan.amend",
        kind=ItemKind.PLAN,
        item_id=plan.pk,
        summary=document.name,
        before=before,
        after={"document": document.sha256, "name": document.name},
        plan_fields=("state", "error_code", "error", "error_en"),
    )
    return plan


@transaction.atomic
def read_again(*, actor: Account, now: datetime, public_id: str) -> Plan:
    """Queues the same document once more: after a failure, or with a newer reader; corrections survive.

    Also takes up a plan whose background work died. Raises ``PermissionMissing``, :class:`WrongState`.
    """
    require(account=actor, permission="plans.upload")
    plan = lock_plan(public_id=public_id)
    if plan.state == PlanState.READING:
        _give_up_dead_reading(plan, now)
    require_plan_state(plan, PlanState.REVIEW, PlanState.FAILED)
    last = plan.readings.select_related("document").first()
    # After a failed amendment the amended document is the one to read again.
    document = last.document if last is not None and plan.state == PlanState.FAILED else plan.document
    move_plan(plan, PlanState.READING)
    _queue_reading(plan=plan, document=document, actor=actor, now=now)
    write_down(
        plan,
        By(actor, now),
        code="plans.plan.read_again",
        kind=ItemKind.PLAN,
        item_id=plan.pk,
        summary=document.name,
        is_content=False,
        plan_fields=("state", "error_code", "error", "error_en"),
    )
    return plan


@transaction.atomic
def cancel_reading(*, actor: Account, now: datetime, public_id: str) -> Plan:
    """Stops the reading under way: back to review where an earlier reading stands, else to failed.

    Raises ``PermissionMissing``, :class:`WrongState`, :class:`UnableToCancelReading`.
    """
    require(account=actor, permission="plans.upload")
    plan = lock_plan(public_id=public_id)
    require_plan_state(plan, PlanState.READING)
    reading = plan.readings.filter(state=ReadingState.QUEUED).first()
    if reading is None:
        raise UnableToCancelReading(_("没有正在进行的读取，无需取消。请刷新页面。"), code="no-reading")
    job = Job.objects.filter(key=reading.job_key).first()
    if job is not None and not job.is_finished:
        jobs.cancel(job_id=job.pk)
    end_reading(
        plan,
        reading,
        state=ReadingState.CANCELLED,
        now=now,
        code="cancelled",
        error="读取已取消。可以重新读取，或删除后另行上传。",
        error_en="The reading was cancelled. Read the document again, or delete the plan and upload another file.",
    )
    write_down(
        plan,
        By(actor, now),
        code="plans.plan.cancel_reading",
        kind=ItemKind.PLAN,
        item_id=plan.pk,
        summary=reading.document.name,
        is_content=False,
        plan_fields=("state", "error_code", "error", "error_en"),
    )
    return plan


def end_reading(
    plan: Plan, reading: Reading, *, state: str, now: datetime, code: str, error: str, error_en: str
) -> None:
    """Ends a reading without an answer; the plan goes back to review where it had been read before."""
    reading.state = state
    reading.finished_at = now
    reading.error_code, reading.error, reading.error_en = code, error, error_en
    reading.save(update_fields=["state", "finished_at", "error_code", "error", "error_en"])
    if plan.readings.filter(state=ReadingState.DONE).exists():
        plan.state = PlanState.REVIEW
        plan.error_code = plan.error = plan.error_en = ""
    else:
        plan.state = PlanState.FAILED
        plan.error_code, plan.error, plan.error_en = code, error, error_en


def _give_up_dead_reading(plan: Plan, now: datetime) -> None:
    """Ends the reading of a plan whose job ended without telling; raises :class:`WrongState` while it still works."""
    reading = plan.readings.filter(state=ReadingState.QUEUED).first()
    if reading is None:
        move_plan(plan, PlanState.FAILED)
        return
    job = Job.objects.filter(key=reading.job_key).first()
    if job is not None and not job.is_finished:
        raise WrongState(_("这份文件正在读取，请稍候；需要重来时请先取消。"), state=plan.state)
    end_reading(
        plan,
        reading,
        state=ReadingState.FAILED,
        now=now,
        code="job-died",
        error=(job.error if job is not None else "") or "后台读取中断。",
        error_en="The background work stopped before the document was read.",
    )


def _queue_reading(*, plan: Plan, document: Document, actor: Account | None, now: datetime) -> Reading:
    last = plan.readings.order_by("-number").values_list("number", flat=True).first() or 0
    plan.error_code = plan.error = plan.error_en = ""
    reading = Reading.objects.create(
        plan=plan, number=last + 1, document=document, requested_by=actor, requested_at=now
    )
    jobs.enqueue(
        code="plans.read_document",
        arguments={"reading_id": reading.pk},
        requested_by_id=actor.pk if actor else None,
        key=reading.job_key,
    )
    return reading


def _store_document(
    *,
    actor: Account | None,
    now: datetime,
    name: str,
    content: bytes,
    error: type[UnableToUploadDocument] | type[UnableToAmendPlan],
) -> Document:
    name = clean_name(name)
    if not content:
        raise error(
            _("“%(name)s”是空文件，里面没有内容。请确认选对了文件后再上传。") % {"name": name},
            code="empty",
            field="document",
        )
    if len(content) > MAX_DOCUMENT_BYTES:
        raise error(
            _(
                "“%(name)s”有 %(size)s MB，超过了 %(limit)s MB 的上限。"
                "请去掉文件里的图片，或另存为 .docx 或 .txt 后再上传。"
            )
            % {"name": name, "size": len(content) // 1048576 + 1, "limit": MAX_DOCUMENT_BYTES // 1048576},
            code="too-large",
            field="document",
        )
    digest = hashlib.sha256(content).hexdigest()
    while True:
        document, is_created = Document.objects.get_or_create(
            sha256=digest,
            defaults={
                "name": name,
                "media_kind": _KINDS.get(name.rpartition(".")[2].lower(), "other"),
                "size_bytes": len(content),
                "uploaded_by": actor,
                "uploaded_at": now,
            },
        )
        if is_created:
            DocumentContent.objects.create(document=document, content=content)
        # Whoever uploads or deletes the same file waits here, so that two uploads at once do not make two plans.
        held = Document.objects.select_for_update().filter(pk=document.pk).first()
        if held is not None:
            return held


def clean_name(name: str) -> str:
    """A file name without folders, control and direction characters; its end (with the suffix) is kept when cut."""
    base = _CONTROLS.sub("", name.replace("\\", "/").rpartition("/")[2]).strip() or _("未命名文件")
    if len(base) <= MAX_NAME_LENGTH:
        return base
    stem, dot, suffix = base.rpartition(".")
    suffix = (dot + suffix)[:20]
    return stem[: MAX_NAME_LENGTH - len(suffix)] + suffix
