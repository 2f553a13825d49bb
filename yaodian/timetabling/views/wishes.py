"""The constraint desk: wishes of a term as sentences, and whether the school is possible at all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, as_file, number_in
from yaodian.foundation.forms import done
from yaodian.foundation.sheets.declaring import Column, Sheet, Text
from yaodian.foundation.sheets.views import XLSX
from yaodian.foundation.sheets.writing import export_xlsx
from yaodian.organisations.access import account_of, permitted
from yaodian.timetabling import operations
from yaodian.timetabling.forms.wishes import WishFilter, WishForm
from yaodian.timetabling.models import Term, Timetable, TimetableWish
from yaodian.timetabling.operations import explaining as asking
from yaodian.timetabling.operations import wishes as keeping
from yaodian.timetabling.problem.wish_words import WORDS, pattern
from yaodian.timetabling.queries import explaining, wishes
from yaodian.timetabling.queries.reach import PLAN, find_term

SHEET = Sheet(
    code="timetabling.wishes",
    label=gettext_lazy("排课要求"),
    english="Wishes of the timetable",
    columns=tuple(
        Column(code, label, english, Text(max_length=2_000), is_required=code == "name")
        for code, label, english in (
            ("strength", gettext_lazy("重要程度"), "Strength"),
            ("sentence", gettext_lazy("要求内容"), "Wish"),
            ("name", gettext_lazy("名称"), "Name"),
            ("reason", gettext_lazy("理由"), "Reason"),
            ("concerns", gettext_lazy("涉及"), "Concerns"),
            ("active", gettext_lazy("启用"), "Active"),
            ("amiss", gettext_lazy("问题"), "Problem"),
        )
    ),
    key=("name",),
    is_declared=False,
)


@permitted(PLAN)
@require_GET
@absent_is_404
def wish_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """The wishes of a term by strength, and what was found about whether they can hold."""
    return _list(request, public_id)


def _list(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    form = WishFilter(request.GET if request.method == "GET" else {}, kinds=[(code, pattern(code)) for code in WORDS])
    chosen = form.chosen
    page = wishes.wishes_page(account=request.user, public_id=public_id, filters=chosen, now=timezone.now())
    context = {"page": page, "term": page.term, "form": form, "is_filtered": any(chosen.values()), **given}
    return render(request, "timetabling/wishes/list.html", context, status=status)


@permitted(PLAN)
@require_http_methods(["GET", "POST"])
@absent_is_404
def new(request: HttpRequest, public_id: str) -> HttpResponse:
    """A new wish: first which sentence, then its slots. `copy` fills them from another."""
    kind, copied = request.GET.get("kind", ""), request.GET.get("copy", "")[:12]
    # Public ids are letters and digits; anything else is no copy of anything.
    copied = copied if copied.isalnum() else ""
    day = timezone.localdate()
    if not copied and kind not in WORDS:
        term = find_term(account=request.user, public_id=public_id, permission=PLAN)
        return render(request, "timetabling/wishes/kinds.html", {"term": term, "groups": wishes.kind_groups()})
    page = wishes.new_wish_page(account=request.user, public_id=public_id, kind=kind, copied=copied, day=day)
    return _fill(request, page)


@permitted(PLAN)
@require_http_methods(["GET", "POST"])
@absent_is_404
def wish(request: HttpRequest, public_id: str) -> HttpResponse:
    """A wish that is there."""
    return _fill(request, wishes.wish_page(account=request.user, public_id=public_id, day=timezone.localdate()))


def _fill(request: HttpRequest, page: wishes.WishPage) -> HttpResponse:
    if page.kind not in WORDS:
        raise Http404
    form = WishForm(request.POST if request.method == "POST" else None, page=page)
    status = 200
    if request.method == "POST":
        status = done(
            form,
            lambda: keeping.put_wish(
                actor=account_of(request), term=page.term, wish=page.wish, values=form.given, now=timezone.now(),
                expected_version=number_in(request.POST, "version"),
            ),
        )  # fmt: skip
        if not status:
            messages.success(request, _("已保存。"))
            return redirect("timetabling:wishes", page.term.public_id)
    context = {"page": page, "term": page.term, "form": form, "pieces": list(form.pieces())}
    return render(request, "timetabling/wishes/wish.html", context, status=status or 200)


@permitted(PLAN)
@require_POST
@absent_is_404
def step(request: HttpRequest, public_id: str) -> HttpResponse:
    """One press at a wish: on, off, weaker, remove. `timetable` says from which timetable's page it comes."""
    row = wishes.find_wish(account=request.user, public_id=public_id)
    do, now, actor = request.POST.get("do", ""), timezone.now(), account_of(request)
    version = number_in(request.POST, "version")
    given: dict[str, Any] = {"actor": actor, "wish": row, "now": now, "expected_version": version}
    try:
        if do in ("on", "off"):
            keeping.toggle_wish(**given, is_active=do == "on")
        elif do == "weaker":
            keeping.relax_wish(**given)
        elif do == "remove":
            keeping.remove_wish(**given)
        else:
            raise Http404
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
        return _back(request, row)
    said = {
        "on": _("已启用“%(name)s”。"),
        "off": _("已停用“%(name)s”，排课时不再考虑。"),
        "weaker": _("已放宽“%(name)s”。"),
        "remove": _("已删除“%(name)s”。"),
    }
    messages.success(request, said[do] % {"name": row.name})
    return _back(request, row)


def _back(request: HttpRequest, row: TimetableWish) -> HttpResponse:
    timetable = request.POST.get("timetable", "")[:12]
    if timetable:
        try:
            return redirect(reverse("timetabling:timetable", args=[timetable]))
        except NoReverseMatch:
            pass
    return redirect("timetabling:wishes", row.term.public_id)


@permitted(PLAN)
@require_POST
@absent_is_404
def usual(request: HttpRequest, public_id: str) -> HttpResponse:
    """The usual wishes at one press."""
    term = find_term(account=request.user, public_id=public_id, permission=PLAN)
    try:
        made = keeping.add_usual_wishes(actor=account_of(request), term=term, now=timezone.now())
    except operations.UnableTo as refused:
        return _list(request, public_id, refused.status, refused=refused)
    messages.success(request, _("已添加 %(count)s 条常用要求。请逐条核对，不合适的改掉或停用。") % {"count": len(made)})
    return redirect("timetabling:wishes", public_id)


@permitted(PLAN)
@require_GET
@absent_is_404
def export(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The list as a workbook."""
    term, lines = wishes.wish_table(account=request.user, public_id=public_id)
    name = f"{SHEET.label}-{term.year}-{term.half}.xlsx"
    return as_file(StreamingHttpResponse(export_xlsx(SHEET, lines), content_type=XLSX), name)


@permitted(PLAN)
@require_http_methods(["GET", "POST"])
@absent_is_404
def explain_term(request: HttpRequest, public_id: str) -> HttpResponse:
    """Posted, asks whether the term's school is possible; else the piece of the page that waits for the answer."""
    term = find_term(account=request.user, public_id=public_id, permission=PLAN)
    if request.method == "POST":
        refused = _ask(request, term)
        if refused is not None:
            return _list(request, public_id, refused.status, refused=refused)
        return redirect(f"{resolve_url('timetabling:wishes', public_id)}#explanation")
    page = wishes.wishes_page(account=request.user, public_id=public_id, filters={}, now=timezone.now())
    return render(request, "timetabling/explanation.html", {"told": page.explanation})


@permitted(PLAN)
@require_http_methods(["GET", "POST"])
@absent_is_404
def explain_timetable(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same of a timetable's school."""
    row = explaining.find_timetable(account=request.user, public_id=public_id)
    if request.method == "POST":
        refused = _ask(request, row)
        if refused is not None:
            messages.error(request, refused.message)
        try:
            return redirect(f"{reverse('timetabling:timetable', args=[public_id])}#explanation")
        except NoReverseMatch:
            return redirect("timetabling:wishes", row.term.public_id)
    told = explaining.told_of_timetable(account=request.user, timetable=row, now=timezone.now())
    return render(request, "timetabling/explanation.html", {"told": told})


def _ask(request: HttpRequest, of: Term | Timetable) -> operations.UnableTo | None:
    try:
        asking.ask_explanation(actor=account_of(request), of=of, now=timezone.now())
    except operations.UnableTo as refused:
        return refused
    return None
