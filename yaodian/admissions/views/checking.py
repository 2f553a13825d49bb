"""Verification: the desk, the queue, a dossier with the decision, the office's lists, a school's own applicants."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.admissions import operations, queries
from yaodian.admissions.forms.checking import CheckForm, ChooseForm, QueueForm, ReopenForm, SettleForm
from yaodian.foundation.answering import absent_is_404
from yaodian.foundation.files.sending import answer_with_file
from yaodian.foundation.refusing import Absent
from yaodian.organisations.access import account_of, permitted


@permitted("admissions.verify")
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """What waits in every intake within reach."""
    rows = queries.desk(account=request.user, day=timezone.localdate())
    return render(request, "admissions/check/desk.html", {"rows": rows})


@permitted("admissions.verify")
@require_GET
@absent_is_404
def following(request: HttpRequest) -> HttpResponse:
    """On to the next application that needs this person's eyes; `?intake=` keeps to one intake."""
    account = account_of(request)
    wanted = request.GET.get("intake", "")
    intake = queries.find_intake(account=account, public_id=wanted) if wanted else None
    found = queries.next_to_check(account=account, now=timezone.now(), intake=intake)
    if found is not None:
        return redirect("admissions:check_dossier", found)
    messages.info(request, _("现在没有等您核验的申请。"))
    return redirect("admissions:check_queue", wanted) if intake else redirect("admissions:check_desk")


@permitted("admissions.verify")
@require_GET
@absent_is_404
def queue(request: HttpRequest, public_id: str) -> HttpResponse:
    """The applications of an intake, names masked."""
    account = account_of(request)
    intake = queries.find_intake(account=account, public_id=public_id)
    form = QueueForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    filters = queries.QueueFilters(**{name: said.get(name, "") for name in ("state", "warning", "number")})
    listed = queries.queue_of(account=account, intake=intake, filters=filters, after=request.GET.get("after", ""))
    context = {"intake": intake, "form": form, "listed": listed, "is_filtered": filters != queries.QueueFilters()}
    return render(request, "admissions/check/queue.html", context)


@permitted("admissions.verify")
@require_http_methods(["GET", "POST"])
@absent_is_404
def dossier(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a family says beside its papers and the lists; posted, this person's look."""
    return _dossier(request, public_id, request.POST if request.method == "POST" else None)


def _dossier(
    request: HttpRequest, public_id: str, data: Any = None, *, settle: SettleForm | None = None, status: int = 200
) -> HttpResponse:
    account = account_of(request)
    opened = operations.open_dossier(actor=account, public_id=public_id, now=timezone.now())
    page = queries.dossier_of(account=account, application=opened, day=timezone.localdate())
    form = _check_form(page, data)
    if data is not None:
        status = _look(request, page, form)
        if not status:
            query = urlencode({"intake": opened.intake.public_id})
            return redirect(f"{reverse('admissions:check_next')}?{query}")
    context = {
        "page": page,
        "row": opened,
        "intake": opened.intake,
        "content": page.content,
        "form": form,
        "settle_form": settle or SettleForm(),
        "is_differing": queries.differing(page.looks),
    }
    return render(request, "admissions/check/dossier.html", context, status=status)


def _check_form(page: queries.Dossier, data: Any) -> CheckForm:
    suggested = page.suggested
    return CheckForm(
        data,
        criteria=[(one.code, one.words) for one in page.claims],
        catchments=[(one.public_id, one.label) for one in page.located.catchments],
        initial={"revision": page.application.revision, "catchment": suggested.public_id if suggested else ""},
    )


def _look(request: HttpRequest, page: queries.Dossier, form: CheckForm) -> int:
    """0, or the status of the refusal, which then stands in the form."""
    if not form.is_valid():
        return 422
    said = dict(form.cleaned_data)
    wanted = said.pop("catchment")
    said["catchment"] = next((one for one in page.located.catchments if one.public_id == wanted), None)
    try:
        done = operations.check_application(
            actor=account_of(request), application=page.application, now=timezone.now(), **said
        )
    except operations.UnableTo as problem:
        form.refuse(problem)
        return problem.status
    if done.is_decided:
        words = _("已核验，结论是“%(state)s”。") % {"state": done.application.get_state_display()}
    elif done.needs_third:
        words = _("已核验。两人结论不一致，由第三人决定。")
    else:
        words = _("已核验，等待第二人。")
    messages.success(request, words)
    return 0


@permitted("admissions.verify")
@require_POST
@absent_is_404
def settle(request: HttpRequest, public_id: str, guardian_id: int) -> HttpResponse:
    """An objection is dealt with."""
    account = account_of(request)
    row = queries.find_application(account=account, public_id=public_id)
    guardian = row.guardians.get(pk=guardian_id)
    form = SettleForm(request.POST)
    if not form.is_valid():
        return _dossier(request, public_id, settle=form, status=422)
    try:
        operations.settle_objection(actor=account, guardian=guardian, now=timezone.now(), **form.cleaned_data)
    except operations.UnableTo as problem:
        form.refuse(problem)
        return _dossier(request, public_id, settle=form, status=problem.status)
    messages.success(request, _("异议已处理。"))
    return redirect("admissions:check_dossier", public_id)


@permitted("admissions.verify")
@require_http_methods(["GET", "POST"])
@absent_is_404
def doubles(request: HttpRequest, public_id: str) -> HttpResponse:
    """Several applications for one child side by side; posted, this person's word on which takes part."""
    account = account_of(request)
    rows = operations.open_doubles(actor=account, public_id=public_id, now=timezone.now())
    page = queries.doubles_page(account=account, applications=rows)
    numbers = [(row.public_id, str(row.number)) for row in rows]
    form = ChooseForm(
        request.POST if request.method == "POST" else None, applications=numbers,
        initial={"basis": queries.basis_of(rows)},
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = _choose(request, rows, form)
        if not status:
            return redirect("admissions:check_doubles", public_id)
    context = {"page": page, "form": form, "intake": page.intake, "public_id": public_id}
    return render(request, "admissions/check/doubles.html", context, status=status)


def _choose(request: HttpRequest, rows: list[Any], form: ChooseForm) -> int:
    """0, or the status of the refusal, which then stands in the form."""
    if not form.is_valid():
        return 422
    said = form.cleaned_data
    row = next(one for one in rows if one.public_id == said["chosen"])
    try:
        done = operations.choose_application(
            actor=account_of(request), application=row, expected_basis=said["basis"], reason=said["reason"],
            now=timezone.now(),
        )  # fmt: skip
    except operations.UnableTo as problem:
        form.refuse(problem)
        return problem.status
    if done.is_settled:
        words = _("已确定以 %(number)s 为准，其他申请不再参加。") % {"number": row.number}
    elif done.needs_third:
        words = _("已保存。两人选的不一致，由第三人决定。")
    else:
        words = _("已保存，等待第二人。")
    messages.success(request, words)
    return 0


@permitted("admissions.verify")
@require_GET
@absent_is_404
def proof(request: HttpRequest, public_id: str, file_id: str) -> HttpResponse:
    """A paper; `?small=1` gives the small picture of a picture."""
    found = operations.open_proof(
        actor=account_of(request),
        public_id=public_id,
        file_id=file_id,
        now=timezone.now(),
        is_small="small" in request.GET,
    )
    return answer_with_file(request, found.file, back=reverse("admissions:check_dossier", args=[public_id]))


@permitted("admissions.verify")
@require_POST
@absent_is_404
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    """The end of an intake's verification."""
    account = account_of(request)
    intake = queries.find_intake(account=account, public_id=public_id)
    try:
        count = operations.close_checking(actor=account, intake=intake, now=timezone.now())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("核验已结束，%(count)s 份没有补正的申请按规则不再参加。") % {"count": count})
    return redirect("admissions:check_desk")


@permitted("admissions.verify")
@require_http_methods(["GET", "POST"])
@absent_is_404
def references(request: HttpRequest, public_id: str) -> HttpResponse:
    """The lists of the office; posted, one of them is emptied."""
    account = account_of(request)
    intake = queries.find_intake(account=account, public_id=public_id)
    if request.method == "POST":
        try:
            gone = operations.clear_references(
                actor=account, intake=intake, kind=request.POST.get("kind", ""), now=timezone.now()
            )
        except operations.UnableTo as problem:
            messages.error(request, problem.message)
        else:
            messages.success(request, _("名册已清空，删去 %(count)s 行。") % {"count": gone})
        return redirect("admissions:check_references", public_id)
    row = next((one for one in queries.desk(account=account, day=timezone.localdate()) if one.intake == intake), None)
    context = {"intake": intake, "row": row}
    return render(request, "admissions/check/references.html", context)


@permitted("admissions.appeals")
@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest) -> HttpResponse:
    """A decision is reopened, by the number on the receipt."""
    form = ReopenForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = _reopen(request, form)
        if not status:
            messages.success(request, _("已重新打开，须由两人重新核验。"))
            return redirect("admissions:check_reopen")
    return render(request, "admissions/check/reopen.html", {"form": form}, status=status)


def _reopen(request: HttpRequest, form: ReopenForm) -> int:
    if not form.is_valid():
        return 422
    account = account_of(request)
    try:
        row = queries.find_decided(account=account, number=form.cleaned_data["number"])
        operations.reopen_decision(
            actor=account, application=row, reason=form.cleaned_data["reason"], now=timezone.now()
        )
    except Absent:
        form.add_error("number", _("没有这个报名号，或它不在您的权限范围内。请照回执核对。"))
        return 422
    except operations.UnableTo as problem:
        form.refuse(problem)
        return problem.status
    return 0


@permitted("admissions.view")
@require_GET
def schools(request: HttpRequest) -> HttpResponse:
    """The offers of schools within reach, with how many wished and are placed once that is out."""
    rows = queries.school_offers(account=request.user, day=timezone.localdate())
    return render(request, "admissions/check/schools.html", {"rows": rows})


@permitted("admissions.view")
@require_GET
@absent_is_404
def school(request: HttpRequest, public_id: str) -> HttpResponse:
    """A school's own applicants, by number; names of those who have a place there."""
    page = operations.list_applicants(actor=account_of(request), public_id=public_id, now=timezone.now())
    return render(request, "admissions/check/school.html", {"page": page, "intake": page.offer.intake})
