"""Rounds, a round, a unit's sheet, and what is done there.

A form that was refused is shown again on its page, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.appraisal import operations, queries
from yaodian.appraisal.forms import (
    AppealDecisionForm,
    AppealForm,
    AssignForm,
    DecideForm,
    OccurrenceForm,
    RoundForm,
    SheetForm,
)
from yaodian.foundation import forms
from yaodian.foundation.answering import absent_is_404
from yaodian.foundation.files.sending import answer_with_file
from yaodian.foundation.files.taking import UnableToTakeFile, take_file
from yaodian.foundation.forms import RefusableForm
from yaodian.organisations.access import account_of, permitted


def taken(form: RefusableForm) -> dict[str, Any]:
    """What a valid form holds, its files looked at: that takes a while, and is done before any lock is taken.

    Raises UnableToTakeFile.
    """
    said = dict(form.cleaned_data)
    sent = (said.get("files") or ())[: operations.MOST_FILES + 1]
    return {**said, "files": [take_file(name=one.name, chunks=one.chunks()) for one in sent]}


def done(form: RefusableForm, act: Callable[[], object]) -> int:
    """As that of all forms; a file that is not taken is a refusal at its field."""
    try:
        return forms.done(form, act)
    except UnableToTakeFile as refused:
        form.add_error("files", refused.message)
        return refused.status


@permitted("appraisal.view", POST="appraisal.run")
@require_http_methods(["GET", "POST"])
def rounds(request: HttpRequest) -> HttpResponse:
    """All rounds and sheets; posted, a new round."""
    return _rounds(request, RoundForm if request.method == "POST" else None)


@permitted("appraisal.run")
@require_POST
def make_sheet(request: HttpRequest) -> HttpResponse:
    """A new, empty sheet."""
    return _rounds(request, SheetForm)


def _rounds(request: HttpRequest, posted: type[RefusableForm] | None) -> HttpResponse:
    today = timezone.localdate()
    page = queries.round_list(account=request.user, day=today)
    data: Any = request.POST if posted else None
    made: list[str] = []
    round_form = RoundForm(
        data if posted is RoundForm else None,
        sheets=queries.visible_sheets(request.user),
        initial={"year": today.year, "freeze_on": today.replace(month=12, day=31)},
    )
    sheet_form = SheetForm(data if posted is SheetForm else None, offices=page.offices)

    def make() -> None:
        given = round_form.cleaned_data if posted is RoundForm else sheet_form.cleaned_data
        now = timezone.now()
        if posted is RoundForm:
            made[:] = [operations.make_round(actor=account_of(request), now=now, **given).public_id]
        else:
            office = given.pop("office")
            made[:] = [operations.make_sheet(actor=account_of(request), office=office, values=given, now=now).public_id]

    status = 200
    if posted:
        status = done(round_form if posted is RoundForm else sheet_form, make)
        if not status:
            return redirect("appraisal:round" if posted is RoundForm else "appraisal:sheet", made[0])
    context = {"page": page, "round_form": round_form, "sheet_form": sheet_form}
    return render(request, "appraisal/rounds.html", context, status=status)


@permitted("appraisal.view")
@require_GET
@absent_is_404
def round(request: HttpRequest, public_id: str) -> HttpResponse:  # noqa: A001 - The word of the field.
    """The ranking and how far it is."""
    return _round(request, public_id)


def _assign_form(page: queries.RoundPage, data: Any = None) -> AssignForm:
    items = [(line["code"], f"{line['code']} {line['label']}") for line in page.content.judged] if page.content else []
    return AssignForm(data, assessors=page.assessors, items=items)


def _round(request: HttpRequest, public_id: str, form: AssignForm | None = None, status: int = 200) -> HttpResponse:
    page = queries.round_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {"page": page, "round": page.round, "assign_form": form or _assign_form(page)}
    return render(request, "appraisal/round.html", context, status=status)


_STEPS: dict[str, Callable[..., object]] = {
    "open": operations.open_round,
    "frozen": operations.freeze_round,
    "feedback": operations.start_feedback,
    "decided": operations.decide_round,
    "published": operations.publish_round,
}


@permitted("appraisal.view")
@require_POST
@absent_is_404
def advance(request: HttpRequest, public_id: str) -> HttpResponse:
    """Brings a round to its next state, `to`. The right for it is asked by the operation: publishing needs another."""
    row = queries.find_round(account=request.user, public_id=public_id)
    step = _STEPS.get(request.POST.get("to", ""))
    if step is None:
        raise Http404
    try:
        step(actor=account_of(request), round_=row, now=timezone.now())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("已转入下一步。"))
    return redirect("appraisal:round", public_id)


@permitted("appraisal.run")
@require_POST
@absent_is_404
def assign(request: HttpRequest, public_id: str) -> HttpResponse:
    """Gives an assessor a seat at all units."""
    page = queries.round_page(account=request.user, public_id=public_id, day=timezone.localdate())
    form = _assign_form(page, request.POST)
    found: list[operations.Assigned] = []

    def act() -> None:
        item = form.cleaned_data["item"]
        found.append(
            operations.assign_assessors(
                actor=account_of(request),
                round_=page.round,
                assessor=form.cleaned_data["assessor"],
                seat=form.cleaned_data["seat"],
                items=[item] if item else (),
                now=timezone.now(),
            )
        )

    status = done(form, act)
    if status:
        return _round(request, public_id, form, status)
    said = _("已安排 %(count)s 项评分。") % {"count": found[0].count}
    if found[0].left_out:
        said += _("%(count)s 个单位因回避或权限不及没有安排，请另安排一位。") % {"count": len(found[0].left_out)}
    messages.success(request, said)
    return redirect("appraisal:round", public_id)


# --- A unit's sheet ---------------------------------------------------------------------------------------------------


@permitted("appraisal.view")
@require_GET
@absent_is_404
def unit(request: HttpRequest, public_id: str, unit: str) -> HttpResponse:
    """A unit's sheet: each mark with the way to it."""
    return _unit(request, public_id, unit)


@permitted("appraisal.view")
@require_GET
@absent_is_404
def file(request: HttpRequest, public_id: str, unit: str, file_id: str) -> HttpResponse:
    """A file on a unit's sheet; `?small=1` gives the small picture of a picture."""
    stored = queries.file_of(account=request.user, public_id=public_id, unit=unit, file_id=file_id)
    return answer_with_file(request, stored, back=reverse("appraisal:unit", args=[public_id, unit]))


def _choices(lines: Any) -> list[tuple[str, str]]:
    return [(line["code"], f"{line['code']} {line['label']}") for line in lines]


def _forms(page: queries.UnitPage) -> dict[str, RefusableForm]:
    by_hand = [line.item for line in page.lines if line.is_by_hand]
    appealed = {line.item["code"] for line in page.lines if line.appeal}
    return {
        "occurrence_form": OccurrenceForm(
            items=_choices(page.content.entered), initial={"happened_on": page.round.freeze_on}
        ),
        "decide_form": DecideForm(items=_choices(by_hand)),
        "appeal_form": AppealForm(items=_choices(line for line in page.content.leaves if line["code"] not in appealed)),
        "appeal_decision_form": AppealDecisionForm(),
    }


def _unit(request: HttpRequest, public_id: str, unit: str, status: int = 200, **forms: RefusableForm) -> HttpResponse:
    page = queries.unit_page(account=request.user, public_id=public_id, unit=unit, day=timezone.localdate())
    context = {
        "page": page,
        "round": page.round,
        "has_by_hand": any(line.is_by_hand for line in page.lines),
        **_forms(page),
        **forms,
    }
    return render(request, "appraisal/unit.html", context, status=status)


def _acted(
    request: HttpRequest,
    public_id: str,
    unit: str,
    name: str,
    form: RefusableForm,
    act: Callable[[], object],
    said: str,
) -> HttpResponse:
    status = done(form, act)
    if status:
        return _unit(request, public_id, unit, status, **{name: form})
    messages.success(request, said)
    return redirect("appraisal:unit", public_id, unit)


@permitted("appraisal.run")
@require_POST
@absent_is_404
def enter(request: HttpRequest, public_id: str, unit: str) -> HttpResponse:
    """Something that counts for a bonus, a deduction or a veto."""
    page = queries.unit_page(account=request.user, public_id=public_id, unit=unit, day=timezone.localdate())
    form = OccurrenceForm(request.POST, request.FILES, items=_choices(page.content.entered))
    act = lambda: operations.enter_occurrence(  # noqa: E731 - Called once, where the form is known to be valid.
        actor=account_of(request), appraisal=page.appraisal, now=timezone.now(), **taken(form)
    )
    return _acted(request, public_id, unit, "occurrence_form", form, act, _("已登记。"))


@permitted("appraisal.run")
@require_POST
@absent_is_404
def take_back(request: HttpRequest, public_id: str, unit: str, occurrence_id: int) -> HttpResponse:
    """It counts no more."""
    appraisal = queries.find_appraisal(account=request.user, public_id=public_id, unit=unit)
    occurrence = appraisal.occurrences.get(pk=occurrence_id)
    occurrence.appraisal = appraisal
    try:
        operations.take_back_occurrence(
            actor=account_of(request), occurrence=occurrence, why=request.POST.get("why", ""), now=timezone.now()
        )
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("已撤销。"))
    return redirect("appraisal:unit", public_id, unit)


@permitted("appraisal.run")
@require_POST
@absent_is_404
def decide(request: HttpRequest, public_id: str, unit: str) -> HttpResponse:
    """A mark by hand."""
    page = queries.unit_page(account=request.user, public_id=public_id, unit=unit, day=timezone.localdate())
    form = DecideForm(request.POST, items=_choices(page.content.leaves))
    act = lambda: operations.decide_mark(  # noqa: E731 - As above.
        actor=account_of(request), appraisal=page.appraisal, now=timezone.now(), **form.cleaned_data
    )
    return _acted(request, public_id, unit, "decide_form", form, act, _("已认定。"))


@permitted("appraisal.appeal")
@require_POST
@absent_is_404
def appeal(request: HttpRequest, public_id: str, unit: str) -> HttpResponse:
    """The unit objects to a mark."""
    page = queries.unit_page(account=request.user, public_id=public_id, unit=unit, day=timezone.localdate())
    form = AppealForm(request.POST, request.FILES, items=_choices(page.content.leaves))
    act = lambda: operations.file_appeal(  # noqa: E731 - As above.
        actor=account_of(request), appraisal=page.appraisal, now=timezone.now(), **taken(form)
    )
    return _acted(request, public_id, unit, "appeal_form", form, act, _("申诉已提出，裁定后会显示在这里。"))


@permitted("appraisal.run")
@require_POST
@absent_is_404
def decide_appeal(request: HttpRequest, public_id: str, appeal: str) -> HttpResponse:
    """Somebody who marked nothing of it decides."""
    row = queries.find_appeal(account=request.user, public_id=public_id, appeal=appeal)
    form = AppealDecisionForm(request.POST)
    act = lambda: operations.decide_appeal(  # noqa: E731 - As above.
        actor=account_of(request), appeal=row, now=timezone.now(), **form.cleaned_data
    )
    unit = row.appraisal.unit.public_id
    return _acted(request, public_id, unit, "appeal_decision_form", form, act, _("已裁定。"))
