"""Absences: of a term with the day's changes for the notice board, one of them lesson by lesson, one's own duties, duties as a workbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, as_file, day_in, is_partial, number_in
from yaodian.foundation.forms import done
from yaodian.foundation.refusing import Absent
from yaodian.organisations.access import account_of, permitted, signed_in
from yaodian.timetabling import operations, queries
from yaodian.timetabling.forms.absences import ArrangeForm, ChooseForm, RecordForm
from yaodian.timetabling.models import Absence

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@permitted("timetabling.view", POST="timetabling.substitute")
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def absences(request: HttpRequest, public_id: str) -> HttpResponse:
    """The absences of a term; posted, a new one."""
    today = timezone.localdate()
    page = queries.absences_page(
        account=request.user, public_id=public_id, day=day_in(request.GET, "day") or today, today=today
    )
    status = 200
    made: list[Absence] = []
    form = RecordForm(request.POST if request.method == "POST" else None, teachers=page.teachers, rooms=page.rooms)
    if request.method == "POST":

        def act() -> None:
            given = {"actor": account_of(request), "term": page.term, "now": timezone.now(), **form.cleaned_data}
            made.append(operations.record_absence(**given))

        status = done(form, act)
        if not status:
            messages.success(request, _("已登记。现在安排这几天的课。"))
            return redirect("timetabling:absence", made[0].public_id)
    context = {"page": page, "term": page.term, "form": form, "today": today}
    return render(request, "timetabling/absences/list.html", context, status=status)


@permitted("timetabling.substitute")
@never_cache
@require_GET
@absent_is_404
def absence(request: HttpRequest, public_id: str) -> HttpResponse:
    """The lessons that are hit, day by day. While timetables are proposed a script asks again for that part."""
    if is_partial(request):
        row = queries.find_absence(account=request.user, public_id=public_id)
        proposals = queries.proposals_of(row)
        return render(request, "timetabling/absences/_proposals.html", {"row": row, "proposals": proposals})
    return _absence(request, public_id)


def _absence(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.absence_page(
        account=request.user, public_id=public_id, today=timezone.localdate(), moving=request.GET.get("move", "")[:40]
    )
    context = {"page": page, "term": page.term, "row": page.row, "proposals": page.proposals, **given}
    return render(request, "timetabling/absences/one.html", context, status=status)


@permitted("timetabling.substitute")
@never_cache
@require_POST
@absent_is_404
def absence_step(request: HttpRequest, public_id: str) -> HttpResponse:
    """One press: share out, choose for a lesson, announce, withdraw."""
    row = queries.find_absence(account=request.user, public_id=public_id)
    given: dict[str, Any] = {
        "actor": account_of(request), "absence": row, "now": timezone.now(), "expected_version": number_in(request.POST, "version"),
    }  # fmt: skip
    do = request.POST.get("do", "")
    if do == "choose":
        return _choose(request, public_id, given)
    if do == "take":
        return _take(request, public_id, given)
    said: list[str] = []

    def arrange() -> None:
        form = ArrangeForm(request.POST)
        form.is_valid()
        found = operations.arrange_absence(**given, **form.cleaned_data)
        words = {"taken": found.taken, "study": found.self_study, "open": found.open}
        said.append(_("已安排 %(taken)s 节，自习 %(study)s 节，还有 %(open)s 节没有安排。") % words)

    def announce() -> None:
        operations.announce_absence(**given)
        said.append(_("已通知有关教师，课表上已经显示。"))

    def withdraw() -> None:
        out = operations.withdraw_absence(**given)
        said.append(
            _("已撤销，课照课表上。")
            if out.state == "withdrawn"
            else _("已提前结束：到 %(day)s 止，以后的课照课表上。") % {"day": out.until_on}
        )

    def propose() -> None:
        operations.ask_proposals(actor=given["actor"], absence=row, now=given["now"])
        said.append(_("已开始拟新课表，算好会自动显示。"))

    acts: dict[str, Callable[[], None]] = {
        "arrange": arrange,
        "announce": announce,
        "withdraw": withdraw,
        "propose": propose,
    }
    if do not in acts:
        raise Http404
    try:
        acts[do]()
    except operations.UnableTo as refused:
        return _absence(request, public_id, refused.status, refused=refused.message)
    messages.success(request, said[0])
    return redirect("timetabling:absence", public_id)


def _take(request: HttpRequest, public_id: str, given: dict[str, Any]) -> HttpResponse:
    """The one that is kept goes on to be published."""
    chosen = request.POST.get("timetable", "")[:12]
    try:
        kept = operations.take_proposal(
            actor=given["actor"], absence=given["absence"], timetable=chosen, now=given["now"]
        )
    except operations.UnableTo as refused:
        return _absence(request, public_id, refused.status, refused=refused.message)
    messages.success(request, _("已选用。其余的变动方案已弃用。"))
    return redirect("timetabling:timetable", kept.public_id)


def _choose(request: HttpRequest, public_id: str, given: dict[str, Any]) -> HttpResponse:
    form = ChooseForm(request.POST)

    def act() -> None:
        values = dict(form.cleaned_data)
        chosen = values.pop("choice")
        operations.choose_substitution(**{**given, **values, **chosen})

    status = done(form, act)
    if status:
        sentences = [each for errors in form.errors.values() for each in errors]
        tried = f"{request.POST.get('lesson', '')[:20]}.{request.POST.get('on', '')[:10]}"
        return _absence(
            request, public_id, status, refused=sentences[0], tried=tried, tried_value=request.POST.get("choice", "")[:60]
        )  # fmt: skip
    messages.success(request, _("已保存。"))
    return redirect("timetabling:absence", public_id)


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def my_duties(request: HttpRequest) -> HttpResponse:
    """What whoever is signed in takes for others; posted, he has seen one of them."""
    account, now = account_of(request), timezone.now()
    if request.method == "POST":
        operations.acknowledge(actor=account, duty=number_in(request.POST, "duty", most=2**62) or 0, now=now)
        messages.success(request, _("已确认。"))
        return redirect("timetabling:my_duties")
    page = queries.my_duties(account=account, today=timezone.localdate(now))
    return render(request, "timetabling/absences/mine.html", {"page": page})


@permitted("timetabling.substitute")
@require_GET
@absent_is_404
def duties(request: HttpRequest, public_id: str) -> HttpResponse | StreamingHttpResponse:
    """Duties of the teachers in the month of a day as a workbook."""
    month = day_in({"day": f"{request.GET.get('month', '')[:7]}-01"}, "day") or timezone.localdate().replace(day=1)
    term = queries.find_term(account=request.user, public_id=public_id, permission="timetabling.substitute")
    try:
        made = operations.export_duties(actor=account_of(request), term=term, month=month, now=timezone.now())
    except Absent:
        messages.error(request, _("%(month)s 没有代课。请换一个月。") % {"month": f"{month:%Y-%m}"})
        return redirect("timetabling:absences", public_id)
    return as_file(StreamingHttpResponse(made, content_type=_XLSX), f"duties-{month:%Y-%m}.xlsx")
