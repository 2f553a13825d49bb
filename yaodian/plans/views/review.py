"""The review: the document on one side, the structured plan on the other, and every correction a person can make.

A form posted by a browser without scripts leads back to the review page. A script of the page gets pieces instead: the
row it asked about and, out of band, the words of its clause and the counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, is_partial, number_in
from yaodian.organisations.access import account_of, permitted
from yaodian.plans import operations, queries
from yaodian.plans.forms import FORMS, HeaderForm, ItemForm, QuotedForm, SplitForm
from yaodian.plans.models import Item, ItemKind, ItemState, Plan, PlanState
from yaodian.plans.problem import item_label, warning_text
from yaodian.plans.views.answers import back, new_key, refusal, tell
from yaodian.plans.views.presenting import KINDS, Review, review_of

ORDERS = ("text", "doubtful", "rejected")
CORRECT: dict[str, Callable[..., Item]] = {
    ItemKind.CLAUSE: operations.correct_clause,
    ItemKind.TARGET: operations.correct_target,
    ItemKind.DEADLINE: operations.correct_deadline,
    ItemKind.RESPONSIBILITY: operations.correct_responsibility,
}
ADD: dict[str, Callable[..., Item]] = {
    ItemKind.TARGET: operations.add_target,
    ItemKind.DEADLINE: operations.add_deadline,
    ItemKind.RESPONSIBILITY: operations.add_responsibility,
}


@permitted("plans.correct")
@require_GET
@absent_is_404
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """The page itself. `?order=doubtful` puts the doubtful first, `?order=rejected` shows what was taken out."""
    page = queries.get_review_page(account=request.user, public_id=public_id)
    if page.plan.state in {PlanState.READING, PlanState.FAILED}:
        return redirect("plans:reading", public_id)
    context = _context(request, page)
    return render(request, "plans/review/_panes.html" if is_partial(request) else "plans/review.html", context)


def _context(request: HttpRequest, page: queries.ReviewPage) -> dict[str, Any]:
    order = request.GET.get("order") or request.headers.get("X-Review-Order", "")
    found = review_of(page)
    return {
        "review": found,
        "page": page,
        "plan": page.plan,
        "actions": page.actions,
        "can_correct": found.can_correct,
        "order": order if order in ORDERS else "text",
        "base": reverse("plans:review", args=[page.plan.public_id]),
    }


# --- pieces of the page ----------------------------------------------------------------------------------------------


def _row_changed(request: HttpRequest, public_id: str, ref: str) -> HttpResponse:
    """The row of an item with, out of band, the words of its clause and the counts."""
    context = _context(request, queries.get_review_page(account=request.user, public_id=public_id))
    found: Review = context["review"]
    view = found.find(ref)
    if view is None:
        return _all_changed(request, public_id)
    key = view.id if view.kind == ItemKind.CLAUSE else (view.clause_id or 0)
    context |= {"item": view, "block": found.block(key), "is_oob": True}
    return HttpResponse(render_to_string("plans/review/_row_changed.html", context, request))


def _all_changed(request: HttpRequest, public_id: str) -> HttpResponse:
    """Both panes and the counts: where clauses or places of items changed."""
    context = _context(request, queries.get_review_page(account=request.user, public_id=public_id)) | {"is_oob": True}
    answer = HttpResponse(render_to_string("plans/review/_all_changed.html", context, request))
    answer.headers["HX-Retarget"] = "#review-panes"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


def _done(
    request: HttpRequest, plan: Plan, ref: str, message: str, *, is_wide: bool, undo: dict[str, Any] | None
) -> HttpResponse:
    """The answer to a correction that was taken."""
    if not is_partial(request):
        messages.success(request, message)
        return back(request, "plans:review", plan.public_id, anchor=f"row-{ref}" if ref else "")
    answer = _all_changed(request, plan.public_id) if is_wide else _row_changed(request, plan.public_id, ref)
    return tell(answer, message=message, ref=ref, undo=undo)


def _address(public_id: str, kind: str, item_id: int, verb: str = "") -> str:
    return reverse(f"plans:item{'_' + verb if verb else ''}", args=[public_id, kind, item_id])


def _item_of(request: HttpRequest, public_id: str, kind: str, item_id: int) -> queries.ItemView:
    """The item of an address; a missing page where its plan is another one."""
    if kind not in FORMS:
        raise Http404
    view = queries.get_item(account=request.user, kind=kind, item_id=item_id)
    if view.item.plan.public_id != public_id:  # type: ignore[attr-defined]  # Every kind of item has a plan.
        raise Http404
    return view


# --- one item --------------------------------------------------------------------------------------------------------


@permitted("plans.correct")
@require_http_methods(["GET", "POST"])
@absent_is_404
def item(request: HttpRequest, public_id: str, kind: str, item_id: int) -> HttpResponse:
    """The form of an item, and what a person makes of it; `?row=1` gives its row back."""
    view = _item_of(request, public_id, kind, item_id)
    plan: Plan = view.item.plan  # type: ignore[attr-defined]  # As above.
    if request.method == "GET" and is_partial(request) and "row" in request.GET:
        return _row_changed(request, public_id, view.ref)
    form_class = FORMS[kind]
    if request.method == "POST":
        form = form_class(request.POST)
        status = 422
        if form.is_valid() and _quoted(form, plan.text, request.POST):
            try:
                changed = _correct(request, form, kind, item_id)
            except operations.UnableTo as problem:
                form.refuse(problem)
                status = problem.status
            else:
                is_wide = kind == ItemKind.CLAUSE or form.span is not None or view.state == ItemState.LOST
                said, undo = _what_was_done(public_id, kind, form, changed)
                return _done(request, plan, changed.ref, said, is_wide=is_wide, undo=undo)
    else:
        form, status = _form_of(form_class, view.item, view.version), 200
    context = {
        "item": view,
        "plan": plan,
        "form": form,
        "base": reverse("plans:review", args=[public_id]),
        "history": () if is_partial(request) else queries.history(account=request.user, kind=kind, item_id=item_id),
        "can_correct": "correct" in queries.get_actions(account=account_of(request), plan=plan),
    }
    template = "plans/review/_edit.html" if is_partial(request) else "plans/item.html"
    return render(request, template, context, status=status)


def _form_of(form_class: type[ItemForm], row: Any, version: int) -> ItemForm:
    """The form of what stands there now; it remembers that, for undo."""
    initial = form_class.initial_of(row)  # type: ignore[attr-defined]  # The forms of items have it.
    kept = json.dumps({name: _plain(value) for name, value in initial.items()}, ensure_ascii=False)
    return form_class(
        initial=initial | {"expected_version": version, "client_key": new_key(), "initial_values": kept},
        auto_id=f"{row.ref}-%s" if isinstance(row, Item) else "header-%s",
    )


def _what_was_done(public_id: str, kind: str, form: ItemForm, changed: Item) -> tuple[str, dict[str, Any]]:
    """The sentence and the way back: a form sent without a change has confirmed the item."""
    if changed.state == ItemState.CONFIRMED:
        undo = {"url": _address(public_id, kind, changed.pk, "unconfirm"), "fields": {"version": changed.version}}
        return _("已确认：%(label)s") % {"label": _label(changed)}, undo
    fields = form.undo_fields() | {"expected_version": changed.version}
    said = _("已更正：%(label)s") % {"label": _label(changed)}
    return said, {"url": _address(public_id, kind, changed.pk), "fields": fields}


def _quoted(form: ItemForm, text: str, data: Any) -> bool:
    """Takes the words typed for an item whose own are gone; false, with a sentence, where they are not in the text."""
    if form.span is not None or not data.get("quote", "").strip():
        return True
    span, problem = _span_in(text, {"quote": data["quote"]})
    if span is None:
        form.add_error(None, problem)
        return False
    form.cleaned_data["start"], form.cleaned_data["end"] = span
    return True


def _plain(value: Any) -> Any:
    if value is None or value is False:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _label(row: Item) -> str:
    return item_label(row)


def _correct(request: HttpRequest, form: ItemForm, kind: str, item_id: int) -> Item:
    arguments: dict[str, Any] = {
        "actor": account_of(request),
        "now": timezone.now(),
        "item_id": item_id,
        "expected_version": form.cleaned_data["expected_version"] or 0,
        "values": form.values(),  # type: ignore[attr-defined]  # The forms of items have it.
        "reason": form.cleaned_data["reason"],
        "client_key": form.cleaned_data["client_key"],
    }
    if kind != ItemKind.CLAUSE:
        arguments["span"] = form.span
    if kind in CORRECT:
        return CORRECT[kind](**arguments)
    return operations.correct_mention(kind=kind, **arguments)


@permitted("plans.correct")
@require_POST
@absent_is_404
def confirm(request: HttpRequest, public_id: str, kind: str, item_id: int) -> HttpResponse:
    """The item is right as it stands."""
    return _act(request, public_id, kind, item_id, operations.confirm_item, _("已确认：%(label)s"), undo="unconfirm")


@permitted("plans.correct")
@require_POST
@absent_is_404
def unconfirm(request: HttpRequest, public_id: str, kind: str, item_id: int) -> HttpResponse:
    """Takes a confirmation back."""
    return _act(request, public_id, kind, item_id, operations.reopen_item, _("已取消确认：%(label)s"), undo="confirm")


@permitted("plans.correct")
@require_POST
@absent_is_404
def reject(request: HttpRequest, public_id: str, kind: str, item_id: int) -> HttpResponse:
    """The item is none."""
    return _act(
        request, public_id, kind, item_id, operations.reject_item, _("已剔除：%(label)s"), undo="restore",
        is_wide=kind == ItemKind.CLAUSE, reason=request.POST.get("reason", "")[:300],
    )  # fmt: skip


@permitted("plans.correct")
@require_POST
@absent_is_404
def restore(request: HttpRequest, public_id: str, kind: str, item_id: int) -> HttpResponse:
    """Takes a rejected item back in."""
    return _act(
        request, public_id, kind, item_id, operations.restore_item, _("已恢复：%(label)s"), undo="reject", is_wide=True
    )


def _act(
    request: HttpRequest,
    public_id: str,
    kind: str,
    item_id: int,
    operation: Callable[..., Item],
    said: str,
    *,
    undo: str,
    is_wide: bool = False,
    **more: Any,
) -> HttpResponse:
    view = _item_of(request, public_id, kind, item_id)
    try:
        row = operation(
            actor=account_of(request),
            now=timezone.now(),
            kind=kind,
            item_id=item_id,
            expected_version=number_in(request.POST, "version") or 0,
            client_key=request.POST.get("client_key", "")[:64],
            **more,
        )
    except operations.UnableTo as problem:
        return refusal(request, problem, "plans:review", public_id, anchor=f"row-{view.ref}")
    plan: Plan = view.item.plan  # type: ignore[attr-defined]  # Every kind of item has a plan.
    # What a person had corrected stays corrected when confirmed, so there is nothing to take back.
    can_undo = undo != "unconfirm" or row.state == ItemState.CONFIRMED
    step = {"url": _address(public_id, kind, item_id, undo), "fields": {"version": row.version}} if can_undo else None
    return _done(request, plan, row.ref, said % {"label": view.label}, is_wide=is_wide, undo=step)


@permitted("plans.correct")
@require_GET
@absent_is_404
def item_history(request: HttpRequest, public_id: str, kind: str, item_id: int) -> HttpResponse:
    """Who changed what in one item."""
    view = _item_of(request, public_id, kind, item_id)
    entries = queries.history(account=request.user, kind=kind, item_id=item_id)
    context = {"item": view, "plan": view.item.plan, "history": entries}  # type: ignore[attr-defined]  # As above.
    return render(request, "plans/review/_history.html" if is_partial(request) else "plans/item_history.html", context)


# --- what was missed -------------------------------------------------------------------------------------------------


@permitted("plans.correct")
@require_http_methods(["GET", "POST"])
@absent_is_404
def add(request: HttpRequest, public_id: str) -> HttpResponse:
    """Adds an item the reader missed: a kind, the words, and what they mean."""
    plan = queries.get_header(account=request.user, public_id=public_id)
    data = request.POST if request.method == "POST" else request.GET
    kind = data.get("kind", ItemKind.TARGET)
    if kind not in KINDS:
        raise Http404
    form_class = FORMS[kind]
    span, problem = _span_in(plan.text, data)
    status = 200
    if request.method == "POST":
        form, status = form_class(request.POST, auto_id="add-%s"), 422
        if form.is_valid():
            if span is None:
                form.add_error(None, problem)
            else:
                try:
                    row = _add(request, form, kind, public_id, span)
                except operations.UnableTo as refused:
                    form.refuse(refused)
                    status = refused.status
                else:
                    undo = {"url": _address(public_id, kind, row.pk, "reject"), "fields": {"version": row.version}}
                    return _done(
                        request, plan, row.ref, _("已补充：%(label)s") % {"label": _label(row)}, is_wide=True, undo=undo
                    )
    else:
        quote = plan.text[span[0] : span[1]].strip() if span else ""
        initial = {
            "client_key": new_key(),
            "subject": quote if kind == ItemKind.TARGET else "",
            "name": quote.strip("《》“”"),
            "units": quote,
            "start": span[0] if span else None,
            "end": span[1] if span else None,
        }
        form = form_class(initial=initial, auto_id="add-%s")
    context = {
        "plan": plan,
        "kind": kind,
        "kinds": [(str(each), each.label) for each in KINDS],
        "form": form,
        "span": span,
        "quote": plan.text[span[0] : span[1]] if span else "",
        "quoted": QuotedForm(request.POST if request.method == "POST" else None, auto_id="add-%s"),
        "base": reverse("plans:review", args=[public_id]),
    }
    return render(
        request, "plans/review/_add.html" if is_partial(request) else "plans/add.html", context, status=status
    )


def _add(request: HttpRequest, form: ItemForm, kind: str, public_id: str, span: tuple[int, int]) -> Item:
    arguments: dict[str, Any] = {
        "actor": account_of(request),
        "now": timezone.now(),
        "public_id": public_id,
        "span": span,
        "values": form.values(),  # type: ignore[attr-defined]  # The forms of items have it.
        "reason": form.cleaned_data["reason"],
        "client_key": form.cleaned_data["client_key"],
    }
    if kind in ADD:
        return ADD[kind](**arguments)
    return operations.add_mention(kind=kind, **arguments)


def _span_in(text: str, data: Any) -> tuple[tuple[int, int] | None, str]:
    """The words chosen with the mouse, or those typed where they stand once in the text; else a sentence."""
    start, end = number_in(data, "start"), number_in(data, "end")
    if start is not None and end is not None and start < end <= len(text):
        return (start, end), ""
    quote = data.get("quote", data.get("words", "")).replace("\r\n", "\n").strip()
    if not quote:
        return None, _("没有原话。请在原文中选取这一项的文字，或照原文输入。")
    found = text.count(quote)
    if found == 0:
        return None, _("原文里没有“%(quote)s”。请照原文一字不差地输入，标点也要相同。") % {"quote": quote[:60]}
    if found > 1:
        return None, _("“%(quote)s”在原文里出现了 %(count)s 次。请多输入几个前后的字，使它只出现一次。") % {
            "quote": quote[:60],
            "count": found,
        }
    at = text.index(quote)
    return (at, at + len(quote)), ""


# --- where clauses begin ---------------------------------------------------------------------------------------------


@permitted("plans.correct")
@require_http_methods(["GET", "POST"])
@absent_is_404
def split(request: HttpRequest, public_id: str) -> HttpResponse:
    """Lets a new clause begin at a place in the text."""
    page = queries.get_review_page(account=request.user, public_id=public_id)
    plan = page.plan
    data = request.POST if request.method == "POST" else request.GET
    at, problem = _place_in(plan.text, data)
    home = _home_of(page, at) if at is not None else None
    status = 200
    if request.method == "POST":
        form, status = SplitForm(request.POST, auto_id="split-%s"), 422
        if form.is_valid():
            if at is None:
                form.add_error("words", problem)
            else:
                try:
                    clause = operations.split_clause(
                        actor=account_of(request),
                        now=timezone.now(),
                        public_id=public_id,
                        clause_id=home.id if home else None,
                        expected_version=form.cleaned_data["expected_version"] or (home.version if home else None),
                        at=at,
                        number=form.cleaned_data["number"],
                        heading=form.cleaned_data["heading"],
                        level=form.cleaned_data["level"],
                        reason=form.cleaned_data["reason"],
                        client_key=form.cleaned_data["client_key"],
                    )
                except operations.UnableTo as refused:
                    form.refuse(refused)
                    status = refused.status
                else:
                    undo = {
                        "url": _address(public_id, ItemKind.CLAUSE, clause.pk, "reject"),
                        "fields": {"version": clause.version},
                    }
                    said = _("已拆分出新的条目：%(label)s") % {"label": _label(clause)}
                    return _done(request, plan, clause.ref, said, is_wide=True, undo=undo)
    else:
        words = plan.text[at : at + 20].split("\n")[0] if at is not None else ""
        initial = {"client_key": new_key(), "start": at, "end": at + 1 if at is not None else None, "words": words}
        form = SplitForm(initial=initial, auto_id="split-%s")
    context = {"plan": plan, "form": form, "home": home, "at": at, "base": reverse("plans:review", args=[public_id])}
    return render(
        request, "plans/review/_split.html" if is_partial(request) else "plans/split.html", context, status=status
    )


def _place_in(text: str, data: Any) -> tuple[int | None, str]:
    start = number_in(data, "start")
    if start is not None and start < len(text):
        return start, ""
    span, problem = _span_in(text, {"words": data.get("words", "")})
    return (span[0] if span else None), problem


def _home_of(page: queries.ReviewPage, at: int) -> queries.ItemView | None:
    """The clause whose own words hold a place; None before the first."""
    holding = [view for view in page.items if view.kind == ItemKind.CLAUSE and view.span[0] <= at < view.span[1]]
    return max(holding, key=lambda view: view.span[0], default=None)


@permitted("plans.correct")
@require_POST
@absent_is_404
def merge(request: HttpRequest, public_id: str, clause_id: int) -> HttpResponse:
    """Makes one clause of two neighbours."""
    view = _item_of(request, public_id, ItemKind.CLAUSE, clause_id)
    try:
        clause = operations.merge_clauses(
            actor=account_of(request),
            now=timezone.now(),
            clause_id=clause_id,
            expected_version=number_in(request.POST, "version") or 0,
            direction="previous" if request.POST.get("direction") == "previous" else "next",
            client_key=request.POST.get("client_key", "")[:64],
        )
    except operations.UnableTo as problem:
        return refusal(request, problem, "plans:review", public_id, anchor=f"row-{view.ref}")
    plan: Plan = view.item.plan  # type: ignore[attr-defined]  # Every kind of item has a plan.
    # The one absorbed is restored in order to take the step back.
    absorbed = clause.absorbed.order_by("-changed_at", "-pk").first()
    undo = (
        {"url": _address(public_id, ItemKind.CLAUSE, absorbed.pk, "restore"), "fields": {"version": absorbed.version}}
        if absorbed
        else None
    )
    return _done(
        request, plan, clause.ref, _("已合并到：%(label)s") % {"label": _label(clause)}, is_wide=True, undo=undo
    )


# --- the plan as a whole ---------------------------------------------------------------------------------------------


@permitted("plans.correct")
@require_http_methods(["GET", "POST"])
@absent_is_404
def header(request: HttpRequest, public_id: str) -> HttpResponse:
    """Title, issuer, year, numbers and days."""
    plan = queries.get_header(account=request.user, public_id=public_id)
    status = 200
    if request.method == "POST":
        form, status = HeaderForm(request.POST, auto_id="header-%s"), 422
        if form.is_valid():
            try:
                operations.correct_header(
                    actor=account_of(request),
                    now=timezone.now(),
                    public_id=public_id,
                    expected_version=form.cleaned_data["expected_version"] or 0,
                    values=form.values(),
                    reason=form.cleaned_data["reason"],
                    client_key=form.cleaned_data["client_key"],
                )
            except operations.UnableTo as problem:
                form.refuse(problem)
                status = problem.status
            else:
                messages.success(request, _("基本信息已保存。"))
                return back(request, "plans:review", public_id)
    else:
        form = _form_of(HeaderForm, plan, plan.header_version)
    context = {
        "plan": plan,
        "form": form,
        "base": reverse("plans:review", args=[public_id]),
        "can_correct": "correct" in queries.get_actions(account=account_of(request), plan=plan),
    }
    return render(
        request, "plans/review/_header.html" if is_partial(request) else "plans/header.html", context, status=status
    )


@permitted("plans.correct")
@require_POST
@absent_is_404
def dismiss_warning(request: HttpRequest, public_id: str, warning_id: int) -> HttpResponse:
    """The warning has been looked at, or should be shown again."""
    is_dismissed = request.POST.get("is_dismissed", "1") == "1"
    try:
        warning = operations.dismiss_warning(
            actor=account_of(request),
            now=timezone.now(),
            warning_id=warning_id,
            is_dismissed=is_dismissed,
            client_key=request.POST.get("client_key", "")[:64],
        )
    except operations.UnableTo as problem:
        return refusal(request, problem, "plans:review", public_id)
    said = _("已标为已阅：%(label)s") if is_dismissed else _("已重新提示：%(label)s")
    undo = {
        "url": reverse("plans:dismiss_warning", args=[public_id, warning_id]),
        "fields": {"is_dismissed": "0" if is_dismissed else "1"},
    }
    label = warning_text(warning, language=get_language() or "zh-hans")
    return _done(
        request,
        warning.plan,
        warning.ref,
        said % {"label": label[:60]},
        is_wide=True,
        undo=undo,
    )


@permitted("plans.correct")
@require_POST
@absent_is_404
def confirm_certain(request: HttpRequest, public_id: str) -> HttpResponse:
    """Confirms everything the reader is sure of and nobody has looked at."""
    try:
        count = operations.confirm_all_certain(actor=account_of(request), now=timezone.now(), public_id=public_id)
    except operations.UnableTo as problem:
        return refusal(request, problem, "plans:review", public_id)
    messages.success(request, _("已确认 %(count)s 项。其余存疑的请逐项核对。") % {"count": count})
    return back(request, "plans:review", public_id)
