"""Pages of cases: all of them, what waits for me today, one, a new one; its actions and its files."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.cases import operations, queries
from yaodian.cases.declaring import CaseKind, kind_of, kinds
from yaodian.cases.forms import ActionForm, FilterForm, MailForm, OpenForm
from yaodian.cases.operations import Given, Piece
from yaodian.cases.queries import CasePage, Filters, Possible
from yaodian.foundation.answering import absent_is_404
from yaodian.foundation.files.sending import answer_with_file
from yaodian.foundation.files.taking import UnableToTakeFile, take_file
from yaodian.organisations.access import account_of, permitted
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import find_account, may, scope_of, units_as_of

MOST_FILES, MOST_SUGGESTED = 20, 400


@permitted("cases.view")
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """Every case within the right, narrowed and page by page."""
    form = FilterForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    filters = Filters(
        phase=said.get("phase", ""),
        kind=said.get("kind", ""),
        unit=said.get("unit", ""),
        is_overdue=said.get("overdue", False),
        is_mine=said.get("mine", False),
        is_escalated=said.get("escalated", False),
        words=said.get("words", ""),
        sort=said.get("sort", "") or "new",
    )
    day = timezone.localdate()
    page = queries.list_page(account=request.user, today=day, filters=filters, after=request.GET.get("after", ""))
    asked = {name: value for name, value in request.GET.items() if name != "after" and value}
    context = {
        "page": page,
        "form": form,
        "is_filtered": bool(asked),
        "next_query": urlencode({**asked, "after": page.after}) if page.after else "",
        "counts": _phases(queries.counts(account=request.user, today=day)),
        "may_open": may(account=request.user, permission="cases.open"),
        "may_dispatch": may(account=request.user, permission="cases.dispatch"),
    }
    return render(request, "cases/list.html", context)


def _phases(counts: tuple[queries.Count, ...]) -> dict[str, int]:
    """Numbers for the head of a page: by phase, and how many are late."""
    found = {"waiting": 0, "working": 0, "checking": 0, "ended": 0, "overdue": 0}
    for one in counts:
        found[one.phase] += one.count
        found["overdue"] += one.overdue
    return found


@permitted("cases.view")
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """What waits for this account, what harms most first."""
    day = timezone.localdate()
    found = queries.my_day(account=request.user, today=day)
    box = request.GET.get("box", "")
    tasks = [one for one in found.tasks if one.what == box] if box in found.counts else found.tasks
    context = {
        "day": found,
        "tasks": tasks,
        "box": box,
        "may_open": may(account=request.user, permission="cases.open"),
        "mail": MailForm(initial={"address": queries.mail_address(account=request.user)}),
    }
    return render(request, "cases/today.html", context)


@permitted("cases.view")
@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """Where one wishes to have reminders by mail, or that one does not."""
    address = request.POST.get("address", "")
    try:
        operations.wish_mail(actor=account_of(request), address=address, now=timezone.now())
    except operations.UnableToActOnCase as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("以后的提醒会同时发到邮箱。") if address.strip() else _("不再发送邮件提醒。"))
    return redirect("cases:today")


@permitted("cases.open")
@require_http_methods(["GET", "POST"])
def open_case(request: HttpRequest) -> HttpResponse:
    """First which kind, then what it asks for."""
    kind = kind_of(request.GET.get("kind", ""))
    if kind is None:
        return render(request, "cases/open_kind.html", {"kinds": kinds().values()})
    form = OpenForm(request.POST if request.method == "POST" else None, kind=kind)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            case = operations.open_case(
                actor=account_of(request),
                kind=kind.code,
                title=said["title"],
                body=said["body"],
                grade=said.get("grade", ""),
                supervising_unit=said["supervising_unit"],
                doing_unit=said["doing_unit"],
                about_unit=said["about_unit"],
                fields={one.code: said.get(f"field_{one.code}") for one in kind.fields},
                now=timezone.now(),
                client_key=request.POST.get("client_key", ""),
            )
        except operations.UnableToOpenCase as problem:
            form.add_error(_field_of(form, problem.field), problem.message)
        else:
            messages.success(request, _("已提出，编号 %(number)s。") % {"number": case.number})
            return redirect("cases:case", case.public_id)
    status = 422 if form.is_bound else 200
    context = {
        "form": form,
        "kind": kind,
        "client_key": request.POST.get("client_key") or uuid.uuid4().hex,
        "units": known_units(request, "cases.open"),
    }
    return render(request, "cases/open.html", context, status=status)


def known_units(request: HttpRequest, permission: str) -> list[Unit]:
    """What a field for a unit suggests: the units that the account's right reaches, as many as a list can show."""
    day = timezone.localdate()
    return list(units_as_of(day=day, scope=scope_of(account=request.user, permission=permission))[:MOST_SUGGESTED])


def _field_of(form: django_forms.Form, name: str) -> str | None:
    return next((one for one in (name, f"field_{name}") if one in form.fields), None)


@permitted("cases.view")
@require_GET
@absent_is_404
def case(request: HttpRequest, public_id: str) -> HttpResponse:
    """One case with everything that belongs to it."""
    return _case_page(request, public_id)


def _case_page(request: HttpRequest, public_id: str, bound: ActionForm | None = None, tried: str = "") -> HttpResponse:
    day = timezone.localdate()
    page = queries.case_page(account=request.user, public_id=public_id, today=day)
    steps = [
        (one, bound if bound is not None and one.action == tried else form_of(page, one))
        for one in page.actions
        if one.is_allowed
    ]
    context = {
        "page": page,
        "steps": steps,
        "tried": tried or next((one.action for one, _form_of in steps if one.action in FIRST), ""),
        "refused": [one for one in page.actions if not one.is_allowed],
        "units": known_units(request, "cases.dispatch") if any("unit" in one.asks for one, _one in steps) else [],
    }
    return render(request, "cases/case.html", context, status=422 if bound is not None else 200)


# What a page shows opened: the step that the case waits for.
FIRST = ("assign", "accept", "submit", "verify", "close", "approve_extension", "report")


def form_of(page: CasePage, possible: Possible, *arguments: Any) -> ActionForm:
    initial = {"expected_version": page.case.version, "client_key": uuid.uuid4().hex}
    numbers = operations.numbers_of(page.kind)
    return ActionForm(*arguments, possible=possible, numbers=numbers, initial=initial)


@permitted("cases.view")
@require_POST
@absent_is_404
def act(request: HttpRequest, public_id: str, action: str) -> HttpResponse:
    """One action; what is refused is told on the page, with what was typed still there."""
    account = account_of(request)
    page = queries.case_page(account=account, public_id=public_id, today=timezone.localdate())
    possible = next((one for one in page.actions if one.action == action), None)
    if possible is None:
        raise Http404
    if "evidence" in possible.asks and not possible.is_allowed:
        # No file is looked at for whoever may add none.
        return _refused(request, public_id, possible.why_not)
    form = form_of(page, possible, request.POST, request.FILES)
    if not form.is_valid():
        if not possible.is_allowed:
            return _refused(request, public_id, possible.why_not)
        return _case_page(request, public_id, form, action)
    try:
        given = given_of(form, page.kind)
        operations.perform(
            actor=account,
            public_id=public_id,
            action=action,
            given=given,
            now=timezone.now(),
            expected_version=form.cleaned_data["expected_version"],
            client_key=form.cleaned_data["client_key"],
        )
    except UnableToTakeFile as problem:
        form.add_error("files", problem.message)
        return _case_page(request, public_id, form, action)
    except operations.UnableTo as problem:
        if problem.field and problem.field in form.fields:
            form.add_error(problem.field, problem.message)
            return _case_page(request, public_id, form, action)
        return _refused(request, public_id, problem.message)
    messages.success(request, _("“%(action)s”已记录。") % {"action": possible.label})
    return redirect("cases:case", public_id)


def _refused(request: HttpRequest, public_id: str, message: str) -> HttpResponse:
    messages.error(request, message)
    return redirect("cases:case", public_id)


def given_of(form: ActionForm, kind: CaseKind) -> Given:
    """What was typed, with every file looked at before any row is locked. Raises UnableToTakeFile, UnableToActOnCase."""
    said = form.cleaned_data
    pieces: list[Piece] = []
    for one in (said.get("files") or ())[: MOST_FILES + 1]:
        taken = take_file(name=one.name, chunks=one.chunks(), keeps_place=operations.keeps_place(kind))
        pieces.append(Piece("file", file=taken))
    for need in operations.numbers_of(kind):
        typed = said.get(f"number_{need.code}", "")
        if typed:
            pieces.append(Piece("number", code=need.code, number=typed))
    if said.get("note"):
        pieces.append(Piece("note", note=said["note"]))
    assignee = None
    if said.get("assignee"):
        assignee = find_account(username=said["assignee"])
        if assignee is None:
            raise operations.UnableToActOnCase(
                _("没有用户名为“%(name)s”的账号。请核对，或不填，由该单位签收。") % {"name": said["assignee"]},
                code="no-account",
                field="assignee",
            )
    return Given(
        reason=said.get("reason", ""),
        unit=said.get("unit"),
        assignee=assignee,
        day=said.get("day"),
        other=said.get("case", ""),
        pieces=pieces,
    )


@permitted("cases.view")
@require_GET
def file(request: HttpRequest, public_id: str, file_id: str) -> HttpResponse:
    """A file of a case, or with `small` the small picture of it."""
    stored = queries.file_of(account=request.user, public_id=public_id, file_id=file_id, today=timezone.localdate())
    return answer_with_file(request, stored, back=reverse("cases:case", args=[public_id]))
