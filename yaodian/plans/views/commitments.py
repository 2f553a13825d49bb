"""What a plan binds whom to: the table the office adjusts, the same rows as a board, a calendar and a chart of days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yaodian.foundation.answering import absent_is_404, is_partial, number_in, whole_number, whole_numbers
from yaodian.organisations.access import account_of, permitted
from yaodian.plans import operations
from yaodian.plans.models import Disclosure, Light, UnitPart
from yaodian.plans.operations import commitments as changing
from yaodian.plans.operations.commitments import Basis, CommitmentValues
from yaodian.plans.operations.errors import UnableToAdjustCommitment, UnableToAmendCommitment
from yaodian.plans.problem import day
from yaodian.plans.queries import commitments as reading
from yaodian.plans.views.answers import back
from yaodian.plans.views.timeline import draw_timeline

LOOKS = ("table", "board", "calendar", "chart")


@permitted("plans.answer")
@require_GET
@absent_is_404
def commitments(request: HttpRequest, public_id: str) -> HttpResponse:
    """The commitments of a plan: as a table, or as `?show=board`, `calendar` or `chart`; `?unit=` narrows to one unit."""
    shown = request.GET.get("show", "table")
    shown = shown if shown in LOOKS else "table"
    with_dropped = request.GET.get("all") == "1"
    today = timezone.localdate()
    page = reading.get_commitments(
        account=request.user, public_id=public_id, today=today, with_dropped=with_dropped and shown == "table"
    )
    light = request.GET.get("light", "")
    context: dict[str, Any] = {
        "page": page,
        "plan": page.plan,
        "shown": shown,
        "with_dropped": with_dropped,
        "light": light if light in Light.values else "",
        "lights": [(one.value, one.label, page.counts[one.value]) for one in Light],
        "disclosures": Disclosure.choices,
    }
    if context["light"]:
        page = _narrowed(page, light)
        context["page"] = page
    if shown == "board":
        context["columns"] = reading.board_of(page)
    elif shown == "calendar":
        context |= _calendar(page, request.GET.get("month", ""), today)
    elif shown == "chart":
        context["pictures"] = (draw_timeline(page, is_narrow=False), draw_timeline(page, is_narrow=True))
    return render(request, "plans/commitments/page.html", context)


def _narrowed(page: reading.CommitmentsPage, light: str) -> reading.CommitmentsPage:
    rows = tuple(row for row in page.in_force if row.standing.light == light)
    return replace(page, rows=rows)


def _calendar(page: reading.CommitmentsPage, asked: str, today: date) -> dict[str, Any]:
    months = reading.months_with_events(page)
    year, _dash, number = asked.partition("-")
    chosen = whole_number(year, least=1949, most=2149), whole_number(number, least=1, most=12)
    if None in chosen:
        later = [month for month in months if month >= (today.year, today.month)]
        chosen = later[0] if later else months[-1] if months else (today.year, today.month)
    before = [month for month in months if month < chosen]
    after = [month for month in months if month > chosen]
    return {
        "month": reading.calendar_of(page, year=chosen[0], month=chosen[1]),
        "earlier": before[-1] if before else None,
        "later": after[0] if after else None,
        "today": today,
    }


@permitted("plans.answer")
@require_GET
@absent_is_404
def commitment(request: HttpRequest, public_id: str, commitment_id: int) -> HttpResponse:
    """One commitment: why it has its light, its units, its history, and everything the office may change of it."""
    page, row = reading.get_commitment(
        account=request.user, public_id=public_id, commitment_id=commitment_id, today=timezone.localdate()
    )
    context = {
        "page": page,
        "plan": page.plan,
        "row": row,
        "one": row.commitment,
        "parts": UnitPart.choices,
        "disclosures": Disclosure.choices,
        "light_choices": Light.choices,
    }
    template = "plans/commitments/_forms.html" if is_partial(request) else "plans/commitments/one.html"
    return render(request, template, context)


@permitted("plans.correct")
@require_POST
@absent_is_404
def propose(request: HttpRequest, public_id: str) -> HttpResponse:
    """Lets the reader propose commitments."""

    def act() -> str:
        count = changing.propose_commitments(
            actor=account_of(request), now=timezone.now(), today=timezone.localdate(), public_id=public_id
        )
        return _("提出了 %(count)s 项任务，请逐项核对后确认。") % {"count": count}

    return _told(request, act, public_id)


@permitted("plans.correct")
@require_POST
@absent_is_404
def act_on_many(request: HttpRequest, public_id: str) -> HttpResponse:
    """Accepts all, accepts or merges those that are ticked."""
    ids = whole_numbers(request.POST.getlist("commitment")[:2000])
    common: dict[str, Any] = {"actor": account_of(request), "now": timezone.now(), "public_id": public_id}

    def act() -> str:
        match request.POST.get("action", ""):
            case "accept_all":
                count = changing.accept_commitments(**common)
                return _("已确认 %(count)s 项任务。") % {"count": count}
            case "accept":
                count = changing.accept_commitments(**common, commitment_ids=ids)
                return _("已确认 %(count)s 项任务。") % {"count": count}
            case "merge":
                kept = changing.merge_commitments(**common, commitment_ids=ids)
                return _("已合并为“%(text)s”。") % {"text": kept.text[:60]}
        raise Http404

    return _told(request, act, public_id)


@permitted("plans.correct")
@require_POST
@absent_is_404
def add(request: HttpRequest, public_id: str) -> HttpResponse:
    """Adds a commitment under a clause."""

    def act() -> str:
        changing.add_commitment(
            actor=account_of(request),
            now=timezone.now(),
            today=timezone.localdate(),
            public_id=public_id,
            clause_id=number_in(request.POST, "clause"),
            values=_values(request.POST),
        )
        return _("已补充一项任务。")

    return _told(request, act, public_id)


@permitted("plans.correct")
@require_POST
@absent_is_404
def decide_unit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Says whom a printed name means; remembered for other plans."""
    name = request.POST.get("name", "")

    def act() -> str:
        count = changing.decide_unit(
            actor=account_of(request),
            now=timezone.now(),
            public_id=public_id,
            name=name,
            unit=request.POST.get("unit", ""),
        )
        if not request.POST.get("unit"):
            return _("已记下：“%(name)s”不在单位目录里。以后不再询问。") % {"name": name}
        return _("已记下“%(name)s”是哪个单位，%(count)s 处分工已对应。以后不再询问。") % {"name": name, "count": count}

    return _told(request, act, public_id, anchor="names")


@permitted("plans.correct")
@require_POST
@absent_is_404
def act_on_one(request: HttpRequest, public_id: str, commitment_id: int, verb: str) -> HttpResponse:
    """Changes one commitment: edit, split, drop, restore, amend, override, give or remove a duty."""
    step = _STEPS.get(verb)
    if step is None:
        raise Http404
    common: dict[str, Any] = {
        "actor": account_of(request),
        "now": timezone.now(),
        "public_id": public_id,
        "commitment_id": commitment_id,
    }
    from_table = request.POST.get("from") == "table"
    anchor = f"commitment-{commitment_id}"
    try:
        messages.success(request, step(request.POST, common))
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
        return back(request, "plans:commitment", public_id, commitment_id)
    if from_table:
        return back(request, "plans:commitments", public_id, anchor=anchor)
    return back(request, "plans:commitment", public_id, commitment_id)


def _edit(data: Mapping[str, str], common: dict[str, Any]) -> str:
    changing.edit_commitment(**common, expected_version=_version(data), values=_values(data))
    return _("已保存。")


def _split(data: Mapping[str, str], common: dict[str, Any]) -> str:
    changing.split_commitment(
        **common, expected_version=_version(data), first=data.get("first", ""), second=data.get("second", "")
    )
    return _("已拆成两项任务。")


def _drop(data: Mapping[str, str], common: dict[str, Any]) -> str:
    changing.drop_commitment(**common, expected_version=_version(data), reason=data.get("reason", ""))
    return _("已标为不列入。可以随时恢复。")


def _restore(_data: Mapping[str, str], common: dict[str, Any]) -> str:
    changing.restore_commitment(**common)
    return _("已恢复，请重新确认。")


def _amend_due(data: Mapping[str, str], common: dict[str, Any]) -> str:
    changing.amend_due(**common, expected_version=_version(data), due_on=_day(data, "due_on"), basis=_basis(data))
    return _("期限已调整，原来的期限和依据保留在记录里。")


def _amend_target(data: Mapping[str, str], common: dict[str, Any]) -> str:
    value = _number(data, "value")
    if value is None:
        raise UnableToAmendCommitment(_("没有填写新的数值。请填一个数。"), code="no-value", field="value")
    changing.amend_target(
        **common,
        expected_version=_version(data),
        target_id=number_in(data, "target") or 0,
        value=value,
        value_max=_number(data, "value_max"),
        basis=_basis(data),
    )
    return _("目标已调整，原来的数值和依据保留在记录里。")


def _override(data: Mapping[str, str], common: dict[str, Any]) -> str:
    light = data.get("light", "")
    changing.override_light(**common, expected_version=_version(data), light=light, reason=data.get("reason", ""))
    return _("已改判，您的姓名和理由会一起显示。") if light else _("已取消改判，恢复为系统判断。")


def _duty(data: Mapping[str, str], common: dict[str, Any]) -> str:
    changing.set_duty(
        **common,
        unit=data.get("unit", ""),
        part=data.get("part", ""),
        words=data.get("words", ""),
        duty_id=number_in(data, "duty"),
    )
    return _("已交给这个单位，等它签收。")


def _remove_duty(data: Mapping[str, str], common: dict[str, Any]) -> str:
    changing.remove_duty(**common, duty_id=number_in(data, "duty") or 0)
    return _("已移出这个单位。")


_STEPS: Mapping[str, Callable[[Mapping[str, str], dict[str, Any]], str]] = {
    "edit": _edit,
    "split": _split,
    "drop": _drop,
    "restore": _restore,
    "amend-due": _amend_due,
    "amend-target": _amend_target,
    "override": _override,
    "duty": _duty,
    "remove-duty": _remove_duty,
}


def _told(request: HttpRequest, act: Callable[[], str], public_id: str, anchor: str = "") -> HttpResponse:
    try:
        messages.success(request, act())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    return back(request, "plans:commitments", public_id, anchor=anchor)


# --- what a form says -------------------------------------------------------------------------------------------------


def _version(data: Mapping[str, str]) -> int:
    return number_in(data, "version") or 0


def _values(data: Mapping[str, str]) -> CommitmentValues:
    word = data.get("weight", "").strip() or "1"
    try:
        weight = Decimal(word)
    except InvalidOperation:
        weight = Decimal(-1)
    if not weight.is_finite() or weight < 0:
        raise UnableToAdjustCommitment(
            _("权重“%(weight)s”不合适。请填 0 至 1000 的数，最多两位小数。") % {"weight": word[:20]},
            code="weight",
            field="weight",
        )
    return CommitmentValues(
        text=data.get("text", ""),
        due_on=_day(data, "due_on"),
        weight=weight,
        disclosure=data.get("disclosure", Disclosure.INTERNAL),
    )


def _day(data: Mapping[str, str], name: str) -> date | None:
    word = data.get(name, "").strip()
    found = day(word)
    if word and found is None:
        raise UnableToAdjustCommitment(
            _("“%(word)s”不是日期。请填如 2026-06-30 的日期。") % {"word": word[:20]}, code="no-day", field=name
        )
    return found


def _number(data: Mapping[str, str], name: str) -> float | None:
    word = data.get(name, "").strip()
    if not word:
        return None
    try:
        value = Decimal(word)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= 10**12:
        raise UnableToAmendCommitment(
            _("“%(word)s”不是数字。请只填数字，不写单位。") % {"word": word[:20]}, code="no-number", field=name
        )
    return float(value)


def _basis(data: Mapping[str, str]) -> Basis:
    return Basis(
        data.get("document", ""), data.get("doc_number", ""), _day(data, "document_on"), data.get("reason", "")
    )
