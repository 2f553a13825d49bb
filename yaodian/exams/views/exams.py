"""The office's desk of an examination: rules, sessions, lists, the plan and its publication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.exams import operations, queries
from yaodian.exams.forms import ExamForm, NewExamForm, ReasonForm, SeedForm, SessionForm
from yaodian.exams.models import Exam
from yaodian.exams.views import imports
from yaodian.foundation.answering import absent_is_404, as_file, number_in
from yaodian.foundation.forms import done
from yaodian.organisations.access import account_of, permitted


@permitted("exams.view", POST="exams.set")
@require_http_methods(["GET", "POST"])
def exams(request: HttpRequest) -> HttpResponse:
    """The examinations that the account sees; posted, a new one."""
    page = queries.exam_list(account=request.user, day=timezone.localdate())
    form = NewExamForm(
        request.POST if request.method == "POST" else None, offices=page.offices, initial=ExamForm.typed()
    )
    made: list[Exam] = []
    status = 0
    if request.method == "POST":

        def act() -> None:
            given = dict(form.cleaned_data)
            office = given.pop("office")
            made[:] = [operations.make_exam(actor=account_of(request), office=office, values=given, now=timezone.now())]

        status = done(form, act)
        if not status:
            messages.success(request, _("已建立，请添加场次并导入考场和考生。"))
            return redirect("exams:exam", made[0].public_id)
    return render(request, "exams/exams.html", {"page": page, "form": form}, status=status or 200)


@permitted("exams.view", POST="exams.set")
@require_http_methods(["GET", "POST"])
@absent_is_404
def exam(request: HttpRequest, public_id: str) -> HttpResponse:
    """An examination with its next step; posted, other rules."""
    if request.method != "POST":
        return _exam(request, public_id)
    row = queries.find_exam(account=request.user, public_id=public_id)
    form = ExamForm(request.POST)
    status = done(
        form,
        lambda: operations.change_exam(
            actor=account_of(request), exam=row, values=form.cleaned_data, now=timezone.now(),
            expected_version=number_in(request.POST, "version"),
        ),
    )  # fmt: skip
    if status:
        return _exam(request, public_id, status, form=form)
    messages.success(request, _("已保存。"))
    return redirect("exams:exam", public_id)


def _exam(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.exam_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {
        "page": page,
        "exam": page.exam,
        "form": ExamForm(initial=ExamForm.typed(page.exam)),
        "session_form": SessionForm(initial=SessionForm.typed(page.exam, page.sessions[-1] if page.sessions else None)),
        "seed_form": SeedForm(),
        "reason_form": ReasonForm(),
        "links": {name: pages.links for name, pages in imports.PAGES.items()},
        **given,
    }
    return render(request, "exams/exam.html", context, status=status)


@permitted("exams.set")
@require_POST
@absent_is_404
def session(request: HttpRequest, public_id: str) -> HttpResponse:
    """Adds a sitting; `do=remove` with a `session` takes one out."""
    row = queries.find_exam(account=request.user, public_id=public_id)
    if request.POST.get("do") == "remove":
        number = number_in(request.POST, "session") or 0
        return _pressed(
            request,
            public_id,
            lambda: operations.remove_session(
                actor=account_of(request), exam=row, session_id=number, now=timezone.now()
            ),
            _("场次已删去。"),
        )
    form = SessionForm(request.POST)
    status = done(
        form,
        lambda: operations.add_session(
            actor=account_of(request), exam=row, values=form.cleaned_data, now=timezone.now()
        ),
    )
    if status:
        return _exam(request, public_id, status, session_form=form)
    messages.success(request, _("场次已添加。"))
    return redirect("exams:exam", public_id)


def _pressed(request: HttpRequest, public_id: str, act: Callable[[], object], said: str) -> HttpResponse:
    """A step that is one press of a button; a refusal is told on the page it came from, with everything that was found."""
    try:
        act()
    except operations.UnableToCloseLists as refused:
        return _exam(request, public_id, refused.status, refused=refused)
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, said)
    return redirect("exams:exam", public_id)


@permitted("exams.set")
@require_POST
@absent_is_404
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    """The lists are whole."""
    row = queries.find_exam(account=request.user, public_id=public_id)
    return _pressed(
        request,
        public_id,
        lambda: operations.close_lists(actor=account_of(request), exam=row, now=timezone.now()),
        _("名单已封存，指纹已公开。现在可以产生种子。"),
    )


@permitted("exams.set")
@require_POST
@absent_is_404
def reopen(request: HttpRequest, public_id: str) -> HttpResponse:
    """The lists are changed again."""
    row = queries.find_exam(account=request.user, public_id=public_id)
    form = ReasonForm(request.POST)
    status = done(
        form,
        lambda: operations.reopen_lists(
            actor=account_of(request), exam=row, reason=form.cleaned_data["reason"], now=timezone.now()
        ),
    )
    return _exam(request, public_id, status, reason_form=form) if status else redirect("exams:exam", public_id)


@permitted("exams.draw")
@require_POST
@absent_is_404
def draw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks for a plan by the seed."""
    row = queries.find_exam(account=request.user, public_id=public_id)
    form = SeedForm(request.POST)
    status = done(
        form,
        lambda: operations.ask_plan(
            actor=account_of(request), exam=row, seed=form.cleaned_data["seed"], now=timezone.now()
        ),
    )
    if status:
        return _exam(request, public_id, status, seed_form=form)
    messages.success(request, _("正在编排，稍后刷新可见结果。"))
    return redirect("exams:exam", public_id)


@permitted("exams.view")
@require_GET
@absent_is_404
def plan(request: HttpRequest, public_id: str) -> HttpResponse:
    """A plan with its rooms and papers."""
    return _plan(request, public_id)


def _plan(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.plan_page(account=request.user, public_id=public_id, day=timezone.localdate())
    papers = {name: one.label for name, one in queries.PAPERS.items() if name != "tickets"}
    context = {"page": page, "plan": page.plan, "exam": page.exam, "papers": papers, "form": ReasonForm(), **given}
    return render(request, "exams/plan.html", context, status=status)


@permitted("exams.publish")
@require_POST
@absent_is_404
def publish(request: HttpRequest, public_id: str) -> HttpResponse:
    """Opens the plan to the schools, or shows what the gate found."""
    row = queries.find_plan(account=request.user, public_id=public_id)
    try:
        operations.publish_plan(actor=account_of(request), plan=row, now=timezone.now())
    except operations.UnableToPublishPlan as refused:
        return _plan(request, public_id, refused.status, refused=refused)
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
        return redirect("exams:plan", public_id)
    messages.success(request, _("已公布，各校可以查看本校考生的座位并打印准考证。"))
    return redirect("exams:plan", public_id)


@permitted("exams.draw")
@require_POST
@absent_is_404
def drop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Drops a plan that was not published."""
    row = queries.find_plan(account=request.user, public_id=public_id)
    form = ReasonForm(request.POST)
    status = done(
        form,
        lambda: operations.drop_plan(
            actor=account_of(request), plan=row, reason=form.cleaned_data["reason"], now=timezone.now()
        ),
    )
    return _plan(request, public_id, status, form=form) if status else redirect("exams:exam", row.exam.public_id)


@permitted("exams.draw")
@require_POST
@absent_is_404
def paper(request: HttpRequest, public_id: str, site: str, paper: str) -> HttpResponse:
    """A paper of a site as PDF. Asked for by a form: that names are taken out is written down."""
    row = queries.find_plan(account=request.user, public_id=public_id)
    try:
        made = operations.print_site(actor=account_of(request), plan=row, site=site, paper=paper, now=timezone.now())
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
        return redirect("exams:plan", public_id)
    return as_file(HttpResponse(made, content_type="application/pdf"), f"{paper}-{site}.pdf")
