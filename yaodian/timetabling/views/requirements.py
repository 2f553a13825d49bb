"""The tables of what universities ask for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yaodian.foundation.answering import absent_is_404
from yaodian.foundation.forms import done
from yaodian.organisations.access import account_of, permitted
from yaodian.timetabling import operations, queries
from yaodian.timetabling.forms.rounds import TableForm
from yaodian.timetabling.models import RequirementTable
from yaodian.timetabling.views.imports import PAGES


@permitted("timetabling.load")
@require_http_methods(["GET", "POST"])
def tables(request: HttpRequest) -> HttpResponse:
    """The tables that the account keeps; posted, a new one."""
    page = queries.table_list(account=request.user, day=timezone.localdate())
    form = TableForm(request.POST if request.method == "POST" else None, offices=page.offices)
    status = 200
    made: list[RequirementTable] = []
    if request.method == "POST":

        def act() -> None:
            given = dict(form.cleaned_data)
            made[:] = [
                operations.make_table(
                    actor=account_of(request), office=given.pop("office"), values=given, now=timezone.now()
                )
            ]

        status = done(form, act)
        if not status:
            messages.success(request, _("已建立，请导入各专业的要求。"))
            return redirect("timetabling:table", made[0].public_id)
    context = {"page": page, "form": form, "links": PAGES["requirements"].links}
    return render(request, "timetabling/tables.html", context, status=status or 200)


@permitted("timetabling.load")
@require_GET
@absent_is_404
def table(request: HttpRequest, public_id: str) -> HttpResponse:
    """What each combination opens by a table."""
    page = queries.table_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {"page": page, "table": page.table, "links": PAGES["requirements"].links}
    return render(request, "timetabling/table.html", context)
