"""The desk of teaching groups: attempts of a grade, one of them, names for a purpose, pupils by hand, what can be offered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from yaodian.foundation.answering import absent_is_404, as_file, number_in
from yaodian.foundation.forms import done
from yaodian.foundation.sheets.views import XLSX
from yaodian.foundation.sheets.writing import export_xlsx
from yaodian.organisations.access import account_of, permitted
from yaodian.timetabling import operations, queries
from yaodian.timetabling.forms.groupings import DropForm, GroupingForm, OfferingForm, PurposeForm
from yaodian.timetabling.models import Grouping
from yaodian.timetabling.sheets.groups import GROUP_MEMBERS


@permitted("timetabling.view", POST="timetabling.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def groupings(request: HttpRequest, public_id: str) -> HttpResponse:
    """The attempts of a grade; posted, a new one."""
    given = request.POST if request.method == "POST" else request.GET
    page = queries.grouping_list(
        account=request.user, public_id=public_id, grade=number_in(given, "grade"), day=timezone.localdate(),
        round_id=given.get("round", "")[:12], like=request.GET.get("like", "")[:12],
    )  # fmt: skip
    form = GroupingForm(
        request.POST if request.method == "POST" else None, settings=page.settings, rounds=page.rounds
    )  # fmt: skip
    made: list[Grouping] = []
    status = 0
    if request.method == "POST":

        def act() -> None:
            made[:] = [
                operations.ask_grouping(
                    actor=account_of(request), term=page.term, grade=page.grade, round=form.cleaned_data["round"],
                    settings=form.settings, seed=form.cleaned_data["seed"], now=timezone.now(),
                )
            ]  # fmt: skip

        status = done(form, act)
        if not status:
            return redirect("timetabling:grouping", made[0].public_id)
    context = {"page": page, "term": page.term, "form": form}
    return render(request, "timetabling/groupings/groupings.html", context, status=status or 200)


@permitted("timetabling.view")
@require_GET
@absent_is_404
def grouping(request: HttpRequest, public_id: str) -> HttpResponse:
    """An attempt: how far it is, or what came of it."""
    return _grouping(request, public_id)


def _grouping(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.grouping_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {
        "page": page, "grouping": page.row, "term": page.row.term, "drop_form": DropForm(),
        "purpose_form": PurposeForm(auto_id="export-%s"), **given,
    }  # fmt: skip
    return render(request, "timetabling/groupings/grouping.html", context, status=status)


@permitted("timetabling.view")
@require_GET
@never_cache
@absent_is_404
def grouping_status(request: HttpRequest, public_id: str) -> HttpResponse:
    """The part of that page that asks for itself while the job runs."""
    row = queries.find_grouping(account=request.user, public_id=public_id)
    progress = queries.progress_of(row)
    if row.state != "queued" or progress.is_over:
        return HttpResponseClientRefresh()
    return render(request, "timetabling/groupings/_progress.html", {"grouping": row, "progress": progress})


@permitted("timetabling.plan")
@require_POST
@absent_is_404
def grouping_step(request: HttpRequest, public_id: str) -> HttpResponse:
    """One press: adopt, cancel, adjust after a change period; with a reason: drop."""
    row = queries.find_grouping(account=request.user, public_id=public_id, permission="timetabling.plan")
    do, now, actor = request.POST.get("do", ""), timezone.now(), account_of(request)
    if do == "drop":
        form = DropForm(request.POST)
        status = done(
            form,
            lambda: operations.drop_grouping(
                actor=actor, grouping=row, reason=form.cleaned_data["reason"], now=now
            ),
        )  # fmt: skip
        if status:
            return _grouping(request, public_id, status, drop_form=form)
        messages.success(request, _("已弃用，名单已删去，数字和原因仍在。"))
        return redirect("timetabling:grouping", public_id)
    steps: dict[str, tuple[Callable[[], Grouping], str]] = {
        "adopt": (
            lambda: operations.adopt_grouping(actor=actor, grouping=row, now=now),
            _("已采用：教学任务已写入学期，可以排课了。"),
        ),
        "cancel": (lambda: operations.cancel_grouping(actor=actor, grouping=row, now=now), _("已取消。")),
        "change": (lambda: _change(request, row), _("正在按改选调整。")),
    }
    if do not in steps:
        raise Http404
    act, said = steps[do]
    try:
        made = act()
    except operations.UnableTo as refused:
        return _grouping(request, public_id, refused.status, refused=refused)
    messages.success(request, said)
    return redirect("timetabling:grouping", made.public_id)


def _change(request: HttpRequest, row: Grouping) -> Grouping:
    found = queries.rounds_to_plan(term=row.term, grade=row.grade)
    chosen = next((one for one in found if one.public_id == request.POST.get("round", "")), row.round)
    return operations.ask_change(actor=account_of(request), grouping=row, round=chosen, now=timezone.now())


@permitted("timetabling.view")
@require_GET
@absent_is_404
def compare(request: HttpRequest, public_id: str) -> HttpResponse:
    """Two attempts side by side; the list of them where none are named."""
    if not ("first" in request.GET or "second" in request.GET):
        queries.find_term(account=request.user, public_id=public_id)
        return redirect("timetabling:groupings", public_id)
    page = queries.compare_groupings(
        account=request.user, public_id=public_id, first=request.GET.get("first", "")[:12],
        second=request.GET.get("second", "")[:12],
    )  # fmt: skip
    return render(request, "timetabling/groupings/compare.html", {"page": page, "term": page.term})


# Names ------------------------------------------------------------------------------------------------------------------


@permitted("timetabling.plan")
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def group(request: HttpRequest, public_id: str, number: int) -> HttpResponse:
    """A group; its names when a purpose was chosen. Posted, a pupil is weighed for another group, or moved there."""
    row = queries.find_group(account=request.user, public_id=public_id, number=number)
    given = request.POST if request.method == "POST" else request.GET
    form = PurposeForm(given if "purpose" in given else None)
    found: list[Any] = []
    status = 0
    context: dict[str, Any] = {}
    if request.method == "POST":
        status = _moved(request, row, context)
        if not status:
            return redirect(f"{resolve_url('timetabling:group', public_id, number)}?purpose={given.get('purpose', '')}")
    if form.is_bound:

        def act() -> None:
            found[:] = operations.open_group(
                actor=account_of(request), grouping=row.grouping, group=row, now=timezone.now(), **form.cleaned_data
            )

        listed = done(form, act)
        status = max(status, listed)
        context["lines"] = found if not listed else None
    page = queries.grouping_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context |= {
        "page": page, "grouping": page.row, "term": page.row.term, "group": row, "form": form,
        "line": next(one for one in page.groups if one.row.pk == row.pk),
        "targets": [one for one in page.groups if one.row.subject == row.subject and one.row.pk != row.pk],
        "may_move": page.row.state in ("done", "adopted"), "purpose": given.get("purpose", ""),
    }  # fmt: skip
    return render(request, "timetabling/groupings/group.html", context, status=max(status, 200))


def _moved(request: HttpRequest, row: Any, context: dict[str, Any]) -> int:
    """0 where the pupil was moved; else the status of the page that says what it would mean, or why not."""
    said = {name: request.POST.get(name, "")[:40] for name in ("pupil", "group", "other")}
    context["typed"] = said
    common = {"actor": account_of(request), "grouping": row.grouping, "pupil": said["pupil"], "subject": row.subject}
    try:
        if request.POST.get("do") != "move":
            context["weighed"] = operations.weigh_move(**common, group=said["group"], other=said["other"])
            context["partners"] = _partners(request, row, said["group"])
            return 200
        if said["other"]:
            operations.swap_pupils(**common, other=said["other"], now=timezone.now())
        else:
            operations.move_pupil(**common, group=said["group"], now=timezone.now())
    except operations.UnableTo as refused:
        context["refused"] = refused
        return refused.status
    messages.success(request, _("已调整，记入操作日志。"))
    return 0


def _partners(request: HttpRequest, row: Any, code: str) -> list[Any]:
    """With whom the pupil could exchange; that these names were opened too is written down."""
    target = row.grouping.groups.filter(code=code, block=row.block).first()
    purpose = request.POST.get("purpose", "")
    if target is None or purpose not in queries.GROUP_PURPOSES:
        return []
    return operations.open_group(
        actor=account_of(request), grouping=row.grouping, group=target, purpose=purpose, now=timezone.now()
    )


@permitted("timetabling.plan")
@require_POST
@absent_is_404
def grouping_export(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Who is in which group as a workbook. Asked for by a form: that names leave is written down."""
    row = queries.find_grouping(account=request.user, public_id=public_id, permission="timetabling.plan")
    form = PurposeForm(request.POST, auto_id="export-%s")
    lines: list[dict[str, Any]] = []

    def act() -> None:
        lines[:] = operations.export_members(
            actor=account_of(request), grouping=row, now=timezone.now(), **form.cleaned_data
        )

    status = done(form, act)
    if status:
        return _grouping(request, public_id, status, purpose_form=form)
    answer = StreamingHttpResponse(export_xlsx(GROUP_MEMBERS, iter(lines)), content_type=XLSX)
    name = _("%(grade)s教学班名单-%(attempt)s.xlsx") % {"grade": row.get_grade_display(), "attempt": row.attempt}
    return as_file(answer, name)


# Before choices open ----------------------------------------------------------------------------------------------------


@permitted("timetabling.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def offering(request: HttpRequest, public_id: str) -> HttpResponse:
    """Which combinations can be offered; posted, with the answer for what was typed."""
    given = request.POST if request.method == "POST" else request.GET
    page = queries.offering_page(
        account=request.user, public_id=public_id, grade=number_in(given, "grade"), day=timezone.localdate(),
        round_id=request.GET.get("round", "")[:12],
    )  # fmt: skip
    form = OfferingForm(
        request.POST if request.method == "POST" else None, settings=page.settings, expected=dict(page.shares)
    )
    answer, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            settings = form.settings
            faults = list(settings.faults())
            for name, sentence in faults:
                form.add_error(name if name in form.fields else None, sentence)
            if not faults:
                answer, status = queries.offered(page=page, settings=settings, expected=form.expected), 200
    context = {"page": page, "term": page.term, "form": form, "answer": answer}
    return render(request, "timetabling/groupings/offering.html", context, status=status)
