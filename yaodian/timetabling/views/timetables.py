"""Plans of a term's timetable: asked for, looked at while they are solved, gone on with, compared, out and in as files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, as_file, is_partial
from yaodian.foundation.forms import RefusableForm, done
from yaodian.organisations.access import account_of, permitted
from yaodian.timetabling import operations, queries
from yaodian.timetabling.forms.timetables import AskForm, DropForm, ResumeForm, SolutionForm, TitleForm
from yaodian.timetabling.models import Timetable
from yaodian.timetabling.queries.timetables import TimetablePage


@permitted("timetabling.view", POST="timetabling.plan")
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def timetables(request: HttpRequest, public_id: str) -> HttpResponse:
    """The plans of a term; posted, a new one."""
    page = queries.timetable_list(account=request.user, public_id=public_id, day=timezone.localdate())
    form = AskForm(request.POST if request.method == "POST" else None, starts=page.starts)
    status = 200
    sentences: tuple[str, ...] = ()
    if request.method == "POST":
        made: list[Timetable] = []

        def act() -> None:
            nonlocal sentences
            try:
                made.append(
                    operations.ask_timetable(
                        actor=account_of(request), term=page.term, now=timezone.now(), **form.cleaned_data
                    )
                )
            except operations.UnableToSolveTimetable as refused:
                sentences = refused.sentences
                raise

        status = done(form, act)
        if not status:
            messages.success(request, _("已开始计算。这一页会自己更新，也可以先做别的事。"))
            return redirect("timetabling:timetable", made[0].public_id)
    context = {"page": page, "term": page.term, "form": form, "sentences": sentences}
    return render(request, "timetabling/timetables/list.html", context, status=status)


@permitted("timetabling.view")
@never_cache
@require_GET
@absent_is_404
def timetable(request: HttpRequest, public_id: str) -> HttpResponse:
    """A plan. While it is solved a script asks again for the part that moves, and for the whole page when it has ended."""
    if is_partial(request) and "class" not in request.GET:
        page = _page(request, public_id)
        answer = render(request, "timetabling/timetables/_live.html", _context(request, page))
        if not page.standing.is_running:
            answer.headers["HX-Refresh"] = "true"
        return answer
    return _timetable(request, public_id)


def _page(request: HttpRequest, public_id: str) -> TimetablePage:
    return queries.timetable_page(
        account=request.user, public_id=public_id, now=timezone.now(), day=timezone.localdate(),
        home=request.GET.get("class", "")[:60],
    )  # fmt: skip


def _context(request: HttpRequest, page: TimetablePage) -> dict[str, Any]:
    return {"page": page, "term": page.term, "row": page.row, "standing": page.standing}


def _timetable(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = _page(request, public_id)
    context = {
        **_context(request, page),
        "resume_form": ResumeForm(auto_id="resume-%s"),
        "title_form": TitleForm(initial={"title": page.row.title}, auto_id="title-%s"),
        "drop_form": DropForm(auto_id="drop-%s"),
        "solution_form": SolutionForm(auto_id="solution-%s"),
        **_explained(request, page),
        **given,
    }
    return render(request, "timetabling/timetables/one.html", context, status=status)


def _explained(request: HttpRequest, page: TimetablePage) -> dict[str, Any]:
    """What a plan misses, and why there is none."""
    if page.standing.is_running:
        return {}
    return {
        "missed": queries.missed_wishes(timetable=page.row),
        "told": queries.told_of_timetable(account=request.user, timetable=page.row, now=timezone.now()),
    }


_FORMS: dict[str, type[RefusableForm]] = {"resume": ResumeForm, "rename": TitleForm, "drop": DropForm}


@permitted("timetabling.plan")
@require_POST
@absent_is_404
def step(request: HttpRequest, public_id: str) -> HttpResponse:
    """One press: pause, copy; with a form: go on, rename, drop."""
    row = queries.find_timetable(account=request.user, public_id=public_id, permission="timetabling.plan")
    do, actor, now = request.POST.get("do", ""), account_of(request), timezone.now()
    if do in _FORMS:
        names = {"resume": "resume", "rename": "title", "drop": "drop"}
        form = _FORMS[do](request.POST, auto_id=f"{names[do]}-%s")
        acts = {
            "resume": lambda: operations.resume_timetable(actor=actor, timetable=row, now=now, **form.cleaned_data),
            "rename": lambda: operations.rename_timetable(actor=actor, timetable=row, now=now, **form.cleaned_data),
            "drop": lambda: operations.drop_timetable(actor=actor, timetable=row, now=now, **form.cleaned_data),
        }
        status = done(form, acts[do])
        if status:
            return _timetable(request, public_id, status, **{f"{names[do]}_form": form})
        made = row
    elif do == "pause":
        try:
            made = operations.cancel_timetable(actor=actor, timetable=row, now=now)
        except operations.UnableTo as refused:
            return _timetable(request, public_id, refused.status, refused=refused)
    elif do == "copy":
        try:
            made = operations.copy_timetable(actor=actor, timetable=row, now=now)
        except operations.UnableTo as refused:
            return _timetable(request, public_id, refused.status, refused=refused)
    else:
        raise Http404
    said = {
        "resume": _("接着计算。"),
        "rename": _("已改名。"),
        "drop": _("已弃用。"),
        "pause": _("已要求停下，最好的课表会保留。"),
        "copy": _("已复制成方案 %(attempt)s。") % {"attempt": made.attempt},
    }
    messages.success(request, said[do])
    return redirect("timetabling:timetable", made.public_id)


@permitted("timetabling.view")
@never_cache
@require_GET
@absent_is_404
def compare(request: HttpRequest, public_id: str) -> HttpResponse:
    """Two to four plans side by side."""
    page = queries.comparison(
        account=request.user, public_id=public_id, chosen=request.GET.getlist("plan")[:20], day=timezone.localdate()
    )
    return render(request, "timetabling/timetables/compare.html", {"page": page, "term": page.term})


@permitted("timetabling.plan")
@require_GET
@absent_is_404
def timetable_file(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """The plan as a file of another program."""
    row = queries.find_timetable(account=request.user, public_id=public_id, permission="timetabling.plan")
    try:
        made = operations.export_timetable(actor=account_of(request), timetable=row, kind=kind, now=timezone.now())
    except operations.UnableToReadTimetable as refused:
        if refused.code == "kind":
            raise Http404 from refused
        return _timetable(request, public_id, refused.status, refused=refused)
    return as_file(HttpResponse(made.content, content_type="application/xml"), made.name)


@permitted("timetabling.plan")
@require_POST
@absent_is_404
def import_solution(request: HttpRequest, public_id: str) -> HttpResponse:
    """A timetable of the same problem that another program made."""
    row = queries.find_timetable(account=request.user, public_id=public_id, permission="timetabling.plan")
    form = SolutionForm(request.POST, request.FILES, auto_id="solution-%s")
    made: list[Timetable] = []
    status = done(
        form,
        lambda: made.append(
            operations.import_timetable(
                actor=account_of(request), timetable=row, content=_content(form), now=timezone.now(),
                title=form.cleaned_data["title"],
            )
        ),
    )  # fmt: skip
    if status:
        return _timetable(request, public_id, status, solution_form=form)
    messages.success(request, _("已导入，并核对过。"))
    return redirect("timetabling:timetable", made[0].public_id)


def _content(form: SolutionForm) -> bytes:
    """The file, as far as one of its size may be read."""
    file = form.cleaned_data["file"]
    content: bytes = file.read(operations.MOST_FILE_BYTES + 1)
    return content
