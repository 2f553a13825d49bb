"""The desk of a school's terms: the list, the hub of one, its dates, and what is done at one press."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, number_in
from yaodian.foundation.forms import done
from yaodian.organisations.access import account_of, permitted
from yaodian.timetabling import operations, queries
from yaodian.timetabling.forms.terms import NewTermForm, TermForm
from yaodian.timetabling.models import Term


@permitted("timetabling.view", POST="timetabling.plan")
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """The terms that the account sees; posted, a new one."""
    page = queries.term_list(account=request.user, day=timezone.localdate())
    form = NewTermForm(
        request.POST if request.method == "POST" else None, schools=page.schools,
        initial={"year": page.year, "half": page.half, "start": operations.COPY if page.lines else "8x5"},
    )  # fmt: skip
    status = 200
    made: list[Term] = []
    if request.method == "POST":

        def act() -> None:
            given = dict(form.cleaned_data)
            made[:] = [
                operations.make_term(
                    actor=account_of(request), school=given.pop("school"), start=given.pop("start"), values=given,
                    now=timezone.now(),
                )
            ]  # fmt: skip

        status = done(form, act)
        if not status:
            messages.success(request, _("学期已建立。请照下面的步骤准备数据。"))
            return redirect("timetabling:term", made[0].public_id)
    return render(request, "timetabling/terms/list.html", {"page": page, "form": form}, status=status or 200)


@permitted("timetabling.view", POST="timetabling.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def term(request: HttpRequest, public_id: str) -> HttpResponse:
    """The hub of a term; posted, other dates."""
    if request.method != "POST":
        return _term(request, public_id)
    row = queries.find_term(account=request.user, public_id=public_id)
    form = TermForm(request.POST)
    status = done(
        form,
        lambda: operations.change_term(
            actor=account_of(request), term=row, values=form.cleaned_data, now=timezone.now(),
            expected_version=number_in(request.POST, "version"),
        ),
    )  # fmt: skip
    if status:
        return _term(request, public_id, status, form=form)
    messages.success(request, _("已保存。"))
    return redirect("timetabling:term", public_id)


def _term(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.term_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {"page": page, "term": page.term, "form": TermForm(initial=TermForm.typed(page.term)), **given}
    return render(request, "timetabling/terms/term.html", context, status=status)


def _take_classes(**given: Any) -> str:
    new, counted = operations.take_classes(**given)
    return _("从学籍取来 %(new)s 个班，更新了 %(counted)s 个班的人数。") % {"new": new, "counted": counted}


def _give_rooms(**given: Any) -> str:
    return _("给 %(count)s 个班配了教室。") % {"count": operations.give_rooms(**given)}


def _take_teachers(**given: Any) -> str:
    count = operations.take_teachers(stage=queries.STAGE, **given)
    return _("从基础数据取来 %(count)s 位教师。请补上每周最多节数和不排课时间。") % {"count": count}


def _make_courses(**given: Any) -> str:
    count = operations.make_courses(**given)
    return _("生成了 %(count)s 门教学任务，教师待定。请导入或逐门安排教师。") % {"count": count}


def _prefill_days(**given: Any) -> str:
    count = operations.prefill_days(day=timezone.localdate(given["now"]), **given)
    return _("填入了 %(count)s 天。补课日上星期几的课是推算的，请核对。") % {"count": count}


def _end(**given: Any) -> str:
    operations.end_term(day=timezone.localdate(given["now"]), **given)
    return _("学期已归档，只能查看。")


# What is done at one press, and the page that shows what came of it.
STEPS: dict[str, tuple[Callable[..., str], str]] = {
    "take-classes": (_take_classes, "timetabling:term_classes"),
    "give-rooms": (_give_rooms, "timetabling:term_classes"),
    "take-teachers": (_take_teachers, "timetabling:term_teachers"),
    "make-courses": (_make_courses, "timetabling:term_courses"),
    "prefill-days": (_prefill_days, "timetabling:bells"),
    "end": (_end, "timetabling:term"),
}


@permitted("timetabling.plan")
@require_POST
@absent_is_404
def step(request: HttpRequest, public_id: str) -> HttpResponse:
    """One press; a refusal is told on the page that it would have changed."""
    row = queries.find_term(account=request.user, public_id=public_id)
    if (do := request.POST.get("do", "")) not in STEPS:
        raise Http404
    act, page = STEPS[do]
    try:
        messages.success(request, act(actor=account_of(request), term=row, now=timezone.now()))
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
    return redirect(page, public_id)
