"""A plan's way from review to the public page and back; nobody publishes alone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit import operations as audit
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require
from yaodian.plans.models import ITEM_MODELS, Document, ItemKind, ItemState, Plan, PlanState
from yaodian.plans.operations.changing import (
    By,
    lock_plan,
    move_plan,
    require_no_cases,
    require_plan_state,
    require_plan_version,
    write_down,
)
from yaodian.plans.operations.errors import (
    NotSecondPerson,
    UnableToDeleteDraft,
    UnableToReturnPlan,
    UnableToSubmitPlan,
    UnableToWithdrawPlan,
)

# What must have been looked at before a plan may go out: words of a stranger in the text, and lost corrections.
BLOCKING_WARNINGS = ("foreign-entity", "lost-correction")


@transaction.atomic
def submit_plan(*, actor: Account, now: datetime, public_id: str, expected_version: int) -> Plan:
    """Hands a reviewed plan to a second person.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToSubmitPlan`` (``no-title``, ``no-year``,
    ``no-clauses``, ``lost-items``, ``open-warnings``).
    """
    require(account=actor, permission="plans.submit")
    plan = lock_plan(public_id=public_id)
    require_plan_state(plan, PlanState.REVIEW)
    require_plan_version(plan, expected_version)
    _require_complete(plan)
    move_plan(plan, PlanState.SUBMITTED)
    plan.submitted_by, plan.submitted_at, plan.returned_reason = actor, now, ""
    _write(plan, By(actor, now), "submit", "submitted_by", "submitted_at", "returned_reason")
    return plan


@transaction.atomic
def return_plan(*, actor: Account, now: datetime, public_id: str, expected_version: int, reason: str) -> Plan:
    """Gives a submitted plan back for review, with the reason.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToReturnPlan`` (``no-reason``).
    """
    require(account=actor, permission="plans.publish")
    plan = lock_plan(public_id=public_id)
    require_plan_state(plan, PlanState.SUBMITTED)
    require_plan_version(plan, expected_version)
    if not reason.strip():
        raise UnableToReturnPlan(
            _("没有填写退回的理由。请写明哪里需要修改，编辑才知道怎么改。"), code="no-reason", field="reason"
        )
    move_plan(plan, PlanState.REVIEW)
    plan.returned_reason = reason.strip()
    plan.submitted_by = plan.submitted_at = None
    _write(plan, By(actor, now, reason=reason.strip()), "return", "returned_reason", "submitted_by", "submitted_at")
    return plan


@transaction.atomic
def publish_plan(*, actor: Account, now: datetime, public_id: str, expected_version: int) -> Plan:
    """Publishes a submitted plan. The one who submitted it or corrected it last may not.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``NotSecondPerson``.
    """
    require(account=actor, permission="plans.publish")
    plan = lock_plan(public_id=public_id)
    require_plan_state(plan, PlanState.SUBMITTED)
    require_plan_version(plan, expected_version)
    if actor.pk == plan.submitted_by_id:
        raise NotSecondPerson(
            _("《%(plan)s》是您自己提交的，不能由您发布。请另一位发布人核对后发布。") % {"plan": plan.title},
            code="submitted-by-yourself",
        )
    if actor.pk == plan.last_corrected_by_id:
        raise NotSecondPerson(
            _("《%(plan)s》最后由您更正，不能由您发布。请另一位发布人核对后发布。") % {"plan": plan.title},
            code="corrected-by-yourself",
        )
    _require_complete(plan)
    move_plan(plan, PlanState.PUBLISHED)
    plan.published_by, plan.published_at = actor, now
    _write(plan, By(actor, now), "publish", "published_by", "published_at")
    return plan


@transaction.atomic
def withdraw_plan(*, actor: Account, now: datetime, public_id: str, expected_version: int, reason: str) -> Plan:
    """Takes a published plan off the public pages.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``, ``UnableToWithdrawPlan`` (``no-reason``).
    """
    require(account=actor, permission="plans.publish")
    plan = lock_plan(public_id=public_id)
    require_plan_state(plan, PlanState.PUBLISHED)
    require_plan_version(plan, expected_version)
    if not reason.strip():
        raise UnableToWithdrawPlan(
            _("没有填写撤回的理由。请写明为什么撤回，理由会记入日志。"), code="no-reason", field="reason"
        )
    move_plan(plan, PlanState.WITHDRAWN)
    plan.withdrawn_reason = reason.strip()
    _write(plan, By(actor, now, reason=reason.strip()), "withdraw", "withdrawn_reason")
    return plan


@transaction.atomic
def reopen_plan(*, actor: Account, now: datetime, public_id: str, expected_version: int) -> Plan:
    """Takes a withdrawn plan into review again; it needs to be submitted and published anew.

    Raises ``PermissionMissing``, ``WrongState``, ``StaleVersion``.
    """
    require(account=actor, permission="plans.correct")
    plan = lock_plan(public_id=public_id)
    require_plan_state(plan, PlanState.WITHDRAWN)
    require_plan_version(plan, expected_version)
    move_plan(plan, PlanState.REVIEW)
    plan.submitted_by = plan.submitted_at = plan.published_by = plan.published_at = None
    plan.withdrawn_reason = ""
    _write(
        plan,
        By(actor, now),
        "reopen",
        *("submitted_by", "submitted_at", "published_by", "published_at", "withdrawn_reason"),
    )
    return plan


@transaction.atomic
def delete_draft(*, actor: Account, now: datetime, public_id: str) -> None:
    """Removes a plan that was never published, with its rows, and its file where no other plan has it.

    The journal keeps the fact. Raises ``PermissionMissing``, ``WrongState``, ``UnableToDeleteDraft`` (``was-published``,
    ``has-cases``).
    """
    require(account=actor, permission="plans.upload")
    plan = lock_plan(public_id=public_id)
    require_plan_state(plan, PlanState.FAILED, PlanState.REVIEW)
    if plan.corrections.filter(action="plans.plan.publish").exists():
        raise UnableToDeleteDraft(
            _("《%(plan)s》曾经发布过，不能删除。不再需要时，可以让它停留在待核对状态。") % {"plan": plan.title},
            code="was-published",
        )
    require_no_cases(
        refs=[f"plans.clause:{pk}" for pk in plan.clauses.values_list("pk", flat=True)],
        what=plan.title or plan.public_id,
        refusal=UnableToDeleteDraft,
    )
    documents = {plan.document_id, *plan.readings.values_list("document_id", flat=True)}
    audit.record(
        actor=actor,
        code="plans.plan.delete",
        subject=f"plan:{plan.public_id}",
        detail={"title": plan.title, "document": plan.document.sha256, "name": plan.document.name},
        at=now,
    )
    plan.delete()
    # Held first: somebody may be uploading the same file at this moment.
    list(Document.objects.select_for_update().filter(pk__in=documents).order_by("pk").values_list("pk"))
    Document.objects.filter(pk__in=documents, plans__isnull=True, readings__isnull=True).delete()


def _require_complete(plan: Plan) -> None:
    """Raises ``UnableToSubmitPlan`` where something must be settled first."""
    if not plan.title:
        raise UnableToSubmitPlan(_("标题还没有填写。请先在“基本信息”中补上标题。"), code="no-title", field="title")
    if plan.year is None:
        raise UnableToSubmitPlan(_("年度还没有填写。请先在“基本信息”中补上年度。"), code="no-year", field="year")
    if not plan.clauses.exclude(state__in=(ItemState.REJECTED, ItemState.LOST)).exists():
        raise UnableToSubmitPlan(_("这份要点没有任何条目。请先在原文中拆分出条目。"), code="no-clauses")
    lost = sum(model._default_manager.filter(plan=plan, state=ItemState.LOST).count() for model in ITEM_MODELS.values())
    if lost:
        raise UnableToSubmitPlan(
            _("还有 %(count)s 项人工核对过的内容在新的原文里找不到了。请逐项重新选取或剔除后再提交。")
            % {"count": lost},
            code="lost-items",
        )
    open_warnings = plan.warnings.filter(code__in=BLOCKING_WARNINGS, is_dismissed=False).count()
    if open_warnings:
        raise UnableToSubmitPlan(
            _("还有 %(count)s 条必须查看的提示（疑似混入无关名称等）。请逐条查看，更正或标为已阅后再提交。")
            % {"count": open_warnings},
            code="open-warnings",
        )


def _write(plan: Plan, by: By, verb: str, *fields: str) -> None:
    write_down(
        plan,
        by,
        code=f"plans.plan.{verb}",
        kind=ItemKind.PLAN,
        item_id=plan.pk,
        summary=plan.title,
        after={"state": str(plan.state)},
        is_content=False,
        plan_fields=("state", *fields),
    )
