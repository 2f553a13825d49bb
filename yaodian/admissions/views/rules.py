"""The office's desk: seasons, the rules of each intake part by part, and the announcement.

A form that was refused is shown again on its page, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from yaodian.admissions import operations, queries
from yaodian.admissions.forms.rules import (
    DAYS,
    FIGURES,
    FORMS,
    IntakeForm,
    NewIntakeForm,
    NewSeasonForm,
    RuleForm,
    SeasonForm,
)
from yaodian.foundation.answering import absent_is_404, number_in
from yaodian.foundation.forms import done
from yaodian.organisations.access import account_of, permitted


@permitted("admissions.view", POST="admissions.set")
@require_http_methods(["GET", "POST"])
def office_seasons(request: HttpRequest) -> HttpResponse:
    """All seasons of the office; posted, a new one."""
    page = queries.season_list(account=request.user, day=timezone.localdate())
    today = timezone.localdate()
    form = NewSeasonForm(
        request.POST if request.method == "POST" else None,
        offices=page.offices,
        seasons=queries.visible_seasons(request.user),
        initial={"year": today.year},
    )
    status = 200
    made: list[Any] = []
    if request.method == "POST":

        def act() -> None:
            given = dict(form.cleaned_data)
            office, copied = given.pop("office"), given.pop("copy_of")
            made[:] = [
                operations.make_season(
                    actor=account_of(request), office=office, values=given, copy_of=copied, now=timezone.now()
                )
            ]

        status = done(form, act)
        if not status:
            messages.success(request, _("已建立，请逐项写明规则。"))
            return redirect("admissions:office_season", made[0].public_id)
    return render(request, "admissions/office_seasons.html", {"page": page, "form": form}, status=status)


def _season(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.season_page(account=request.user, public_id=public_id, day=timezone.localdate())
    row = page.season
    context = {
        "page": page,
        "season": row,
        "form": SeasonForm(initial={name: getattr(row, name) for name in SeasonForm.plain}),
        "intake_form": NewIntakeForm(stages=page.free_stages),
        **given,
    }
    return render(request, "admissions/office_season.html", context, status=status)


@permitted("admissions.view", POST="admissions.set")
@require_http_methods(["GET", "POST"])
@absent_is_404
def office_season(request: HttpRequest, public_id: str) -> HttpResponse:
    """A season with its stages; posted, another title, basis or contact."""
    if request.method != "POST":
        return _season(request, public_id)
    row = queries.find_season(account=request.user, public_id=public_id)
    form = SeasonForm(request.POST)
    status = done(
        form,
        lambda: operations.change_season(
            actor=account_of(request), season=row, values=form.cleaned_data, now=timezone.now(),
            expected_version=number_in(request.POST, "version"),
        ),
    )  # fmt: skip
    if status:
        return _season(request, public_id, status, form=form)
    messages.success(request, _("已保存。"))
    return redirect("admissions:office_season", public_id)


@permitted("admissions.set")
@require_POST
@absent_is_404
def make_intake(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another stage of a season."""
    page = queries.season_page(account=request.user, public_id=public_id, day=timezone.localdate())
    form = NewIntakeForm(request.POST, stages=page.free_stages)
    status = done(
        form,
        lambda: operations.put_intake(
            actor=account_of(request), season=page.season, stage=form.cleaned_data["stage"], values=form.values(),
            now=timezone.now(), expected_version=number_in(request.POST, "version"),
        ),
    )  # fmt: skip
    if status:
        return _season(request, public_id, status, intake_form=form)
    messages.success(request, _("已加入，请写明条件、顺序、学校和学区。"))
    return redirect("admissions:office_intake", public_id, form.cleaned_data["stage"], "criteria")


@permitted("admissions.view", POST="admissions.publish")
@require_http_methods(["GET", "POST"])
@absent_is_404
def announce(request: HttpRequest, public_id: str) -> HttpResponse:
    """What stands in the way, and the fingerprint; posted, the announcement."""
    status = 200
    if request.method == "POST":
        row = queries.find_season(account=request.user, public_id=public_id)
        try:
            operations.announce_season(
                actor=account_of(request), season=row, now=timezone.now(),
                expected_sha256=request.POST.get("sha256", ""),
            )  # fmt: skip
        except operations.UnableTo as problem:
            messages.error(request, problem.message)
            status = problem.status
        else:
            messages.success(request, _("已公布，规则从现在起不再改动。"))
            return redirect("admissions:announce", public_id)
    page = queries.season_page(account=request.user, public_id=public_id, day=timezone.localdate())
    return render(request, "admissions/announce.html", {"page": page, "season": page.season}, status=status)


PARTS: Mapping[str, Any] = {
    "days": gettext_lazy("日程和年龄"),
    "criteria": gettext_lazy("条件"),
    "classes": gettext_lazy("优先顺序"),
    "offers": gettext_lazy("学校和计划"),
    "catchments": gettext_lazy("学区"),
}


@dataclass(frozen=True)
class Kind:
    """A kind of rule on the page of an intake. `rows` are those there are, `key` names one in the page's addresses and forms;
    `named` says to the operation which one is meant where it is removed, `was` where it is changed."""

    part: str
    rows: Callable[[queries.IntakePage], list[Any]]
    key: Callable[[Any], str]
    named: Callable[[Any], dict[str, Any]]
    has_name: bool = True

    def chosen(self, page: queries.IntakePage, key: str) -> Any:
        return next((row for row in self.rows(page) if key and self.key(row) == key), None)

    def was(self, row: Any) -> dict[str, Any]:
        return {"was": next(iter(self.named(row).values()))} if self.has_name and row is not None else {}


KINDS: Mapping[str, Kind] = {
    "criterion": Kind(
        "criteria", lambda page: list(page.criteria), lambda row: row.code, lambda row: {"code": row.code}
    ),
    "class": Kind(
        "classes",
        lambda page: [each.row for each in page.classes],
        lambda row: str(row.rank),
        lambda row: {"rank": row.rank},
    ),
    "offer": Kind(
        "offers",
        lambda page: [each.offer for each in page.offers],
        lambda row: row.public_id,
        lambda row: {"school": row.school},
        has_name=False,
    ),
    "quota": Kind(
        "offers",
        lambda page: [quota for each in page.offers for quota in each.offer.quotas.all()],
        lambda row: str(row.pk),
        lambda row: {"criterion": row.criterion.code, "school": row.offer.school},
    ),
    "catchment": Kind(
        "catchments",
        lambda page: [each.row for each in page.catchments],
        lambda row: row.code,
        lambda row: {"code": row.code},
    ),
    "contested": Kind(
        "catchments",
        lambda page: list(page.contested),
        lambda row: str(row.pk),
        queries.contested_door,
        has_name=False,
    ),
}


def _intake(
    request: HttpRequest,
    page: queries.IntakePage,
    part: str,
    status: int = 200,
    posted: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The part of an intake; `posted` are forms that were refused, by their kind."""
    asked, chosen_key = request.GET.get("edit", ""), request.GET.get("key", "")
    forms: dict[str, Any] = {}
    chosen: dict[str, Any] = {}
    if page.may_change:
        for name, kind in KINDS.items():
            if kind.part == part:
                chosen[name] = kind.chosen(page, chosen_key) if asked == name else None
                forms[name] = FORMS[name](page=page, chosen=chosen[name])
        if part == "days":
            forms["intake"] = IntakeForm(initial=_typed(page))
    forms.update(posted or {})
    context = {
        "page": page,
        "season": page.season,
        "intake": page.intake,
        "part": part,
        "parts": PARTS.items(),
        "forms": forms,
        "chosen": {name: {"row": row, "key": KINDS[name].key(row)} for name, row in chosen.items() if row is not None},
    }
    return render(request, "admissions/office_intake.html", context, status=status)


def _typed(page: queries.IntakePage) -> dict[str, Any]:
    said = {name: getattr(page.intake, name) for name in (*DAYS, *FIGURES, "note")}
    return {**said, "proofs": "\n".join(page.intake.proofs)}


@permitted("admissions.view", POST="admissions.set")
@require_http_methods(["GET", "POST"])
@absent_is_404
def office_intake(request: HttpRequest, public_id: str, stage: str, part: str) -> HttpResponse:
    """A part of an intake's rules; posted, days and figures, or a rule of a kind that is put or removed."""
    if part not in PARTS:
        raise Http404
    page = queries.intake_page(account=request.user, public_id=public_id, stage=stage, day=timezone.localdate())
    if request.method != "POST":
        return _intake(request, page, part)
    common: dict[str, Any] = {
        "actor": account_of(request), "season": page.season, "stage": stage, "now": timezone.now(),
        "expected_version": number_in(request.POST, "version"),
    }  # fmt: skip
    if part == "days":
        return _days(request, page, common)
    name = request.POST.get("kind", "")
    kind = KINDS.get(name)
    if kind is None or kind.part != part:
        raise Http404
    row = kind.chosen(page, request.POST.get("key", ""))
    if request.POST.get("do") == "remove":
        return _removed(request, page, part, name, kind, row, common)
    form: RuleForm = FORMS[name](request.POST, request.FILES, page=page, chosen=row)
    put = getattr(operations, f"put_{name}")
    status = done(form, lambda: put(**common, **form.given(), **kind.was(row)))
    if status:
        return _intake(request, page, part, status, {name: form})
    messages.success(request, _("已保存。"))
    return redirect("admissions:office_intake", public_id, stage, part)


def _days(request: HttpRequest, page: queries.IntakePage, common: Mapping[str, Any]) -> HttpResponse:
    season, stage = page.season.public_id, page.intake.stage
    if request.POST.get("do") == "remove":
        try:
            operations.remove_intake(**common)
        except operations.UnableTo as problem:
            messages.error(request, problem.message)
            return _intake(request, page, "days", problem.status)
        messages.success(request, _("已删去。"))
        return redirect("admissions:office_season", season)
    form = IntakeForm(request.POST)
    status = done(form, lambda: operations.put_intake(**common, values=form.values()))
    if status:
        return _intake(request, page, "days", status, {"intake": form})
    messages.success(request, _("已保存。"))
    return redirect("admissions:office_intake", season, stage, "days")


def _removed(
    request: HttpRequest,
    page: queries.IntakePage,
    part: str,
    name: str,
    kind: Kind,
    row: Any,
    common: Mapping[str, Any],
) -> HttpResponse:
    if row is not None:
        try:
            getattr(operations, f"remove_{name}")(**common, **kind.named(row))
        except operations.UnableTo as problem:
            messages.error(request, problem.message)
            return _intake(request, page, part, problem.status)
    # Sent twice, it is gone already.
    messages.success(request, _("已删去。"))
    return redirect("admissions:office_intake", page.season.public_id, page.intake.stage, part)
