"""What would be if: a county's scenarios, and the place where one is worked on.

A form posted by a browser without scripts leads back to the page. A script of the page gets the work place anew instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, is_partial, number_in
from yaodian.indicators import operations, queries
from yaodian.indicators.forms import CHANGE_FORMS, ChangeForm, NameForm, PricesForm, ScenarioForm
from yaodian.indicators.models import Scenario
from yaodian.organisations.access import account_of, permitted


def _version(request: HttpRequest) -> int:
    """The version that the form was made from; none that exists where it does not say."""
    return number_in(request.POST, "version") or 0


# --- The list ----------------------------------------------------------------------------------------------------------


@permitted("indicators.view", POST="indicators.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def scenarios(request: HttpRequest, county: str) -> HttpResponse:
    """A county's scenarios; posted, a new one."""
    page = queries.scenario_list(account=request.user, county=county, today=timezone.localdate())
    form = ScenarioForm(request.POST if request.method == "POST" else None, years=page.years)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = operations.keep_scenario(
                    actor=account_of(request), county=page.county, now=timezone.now(), **form.cleaned_data
                )
            except operations.UnableTo as problem:
                form.refuse(problem)
                status = problem.status
            else:
                return redirect("indicators:scenario", county, made.public_id)
    return render(request, "indicators/scenarios.html", {"page": page, "form": form}, status=status)


# --- One scenario ------------------------------------------------------------------------------------------------------


@permitted("indicators.view")
@require_GET
@absent_is_404
def scenario(request: HttpRequest, county: str, scenario: str) -> HttpResponse:
    """The work place. `?add=hire_teachers` opens the form of a kind of change; asked by a script, that form alone.

    `?touched=all` shows the figures of every school that a change touched.
    """
    kind = request.GET.get("add", "")
    if is_partial(request) and kind in CHANGE_FORMS:
        found = queries.scenario_choices(account=request.user, county=county, scenario=scenario)
        context = {
            "scenario": found.scenario,
            "county": found.scenario.county,
            "change_form": _opened(request, kind, found.choices),
            "may_plan": found.may_plan,
        }
        return render(request, "indicators/_change_form.html", context)
    return _page(request, county, scenario, kind=kind)


def _opened(request: HttpRequest, kind: str, choices: queries.Choices) -> ChangeForm:
    """An empty form; the address may name the place."""
    return CHANGE_FORMS[kind](choices=choices, initial=_named_place(request))


def _named_place(request: HttpRequest) -> dict[str, str]:
    place = request.GET.get("place", "")
    return {"place": place, "target": place} if place else {}


def _page(
    request: HttpRequest,
    county: str,
    scenario: str,
    *,
    kind: str = "",
    said: str = "",
    problem: operations.UnableTo | None = None,
    change_form: Callable[[queries.Choices], ChangeForm] | None = None,
    prices_form: PricesForm | None = None,
    name_form: NameForm | None = None,
    status: int = 200,
) -> HttpResponse:
    page = queries.scenario_page(
        account=request.user, county=county, scenario=scenario, today=timezone.localdate(),
        has_all=request.GET.get("touched") == "all",
    )  # fmt: skip
    form: ChangeForm | None = None
    if change_form is not None:
        form = change_form(page.choices)
    elif kind in CHANGE_FORMS and page.may_plan:
        form = _opened(request, kind, page.choices)
    context = {
        "page": page,
        "scenario": page.scenario,
        "county": page.county,
        "may_plan": page.may_plan,
        "kinds": [(each, form.title) for each, form in CHANGE_FORMS.items()],
        "change_form": form,
        "prices_form": prices_form or _prices_form(page),
        "name_form": name_form or NameForm(initial={"name": page.scenario.name}, auto_id="rename-%s"),
        "said": said,
        "problem": problem,
        "is_partial": is_partial(request),
    }
    template = "indicators/_scenario.html" if is_partial(request) else "indicators/scenario.html"
    return render(request, template, context, status=status)


def _prices_form(page: queries.ScenarioPage) -> PricesForm:
    return PricesForm(
        names=[price.name for price in page.prices], initial={price.name: price.value for price in page.prices}
    )


def _done(request: HttpRequest, county: str, scenario: str, said: str) -> HttpResponse:
    if is_partial(request):
        return _page(request, county, scenario, said=said)
    messages.success(request, said)
    return redirect("indicators:scenario", county, scenario)


def _found(request: HttpRequest, county: str, scenario: str) -> Scenario:
    return queries.find_scenario(account=request.user, county=county, scenario=scenario)


@permitted("indicators.plan")
@require_POST
@absent_is_404
def add_change(request: HttpRequest, county: str, scenario: str) -> HttpResponse:
    """A change of the kind that the form says, at the end of the list."""
    kind = request.POST.get("kind", "")
    if kind not in CHANGE_FORMS:
        raise Http404
    found = queries.scenario_choices(account=request.user, county=county, scenario=scenario)
    form = CHANGE_FORMS[kind](request.POST, choices=found.choices)
    status = 422
    if form.is_valid():
        try:
            changed = operations.add_change(
                actor=account_of(request),
                scenario=found.scenario,
                change=form.change(),
                version=_version(request),
                now=timezone.now(),
            )
        except operations.UnableTo as problem:
            form.refuse(problem)
            status = problem.status
        else:
            return _done(
                request, county, scenario, _("已添加第 %(number)s 项变化。") % {"number": len(changed.changes)}
            )
    return _page(request, county, scenario, change_form=lambda _choices: form, status=status)


@permitted("indicators.plan")
@require_POST
@absent_is_404
def arrange_change(request: HttpRequest, county: str, scenario: str) -> HttpResponse:
    """`verb` is remove, up or down, of the change `number`."""
    number, verb = number_in(request.POST, "number") or 0, request.POST.get("verb", "")
    asked = {
        "actor": account_of(request),
        "scenario": _found(request, county, scenario),
        "number": number,
        "version": _version(request),
        "now": timezone.now(),
    }

    def act() -> str:
        if verb == "remove":
            operations.remove_change(**asked)
            return _("已去掉第 %(number)s 项变化。") % {"number": number}
        if verb not in ("up", "down"):
            raise Http404
        operations.move_change(**asked, to=number - 1 if verb == "up" else number + 1)
        return _("已调整顺序。")

    return _acted(request, county, scenario, act)


@permitted("indicators.plan")
@require_POST
@absent_is_404
def suggest_changes(request: HttpRequest, county: str, scenario: str) -> HttpResponse:
    """The greedy proposal, behind the changes that are there."""
    row = _found(request, county, scenario)

    def act() -> str:
        _row, found = operations.suggest_changes(
            actor=account_of(request),
            scenario=row,
            may_move="may_move" in request.POST,
            version=_version(request),
            now=timezone.now(),
        )
        said = _("已添加 %(count)s 项建议的变化。") % {"count": len(found.changes)}
        if found.undecided:
            said += _("另有 %(count)s 处没有建议：%(names)s。") % {
                "count": len(found.undecided),
                "names": "、".join(dict.fromkeys(one.school for one in found.undecided[:5])),
            }
        return said

    return _acted(request, county, scenario, act)


@permitted("indicators.plan")
@require_POST
@absent_is_404
def rename_scenario(request: HttpRequest, county: str, scenario: str) -> HttpResponse:
    """Another name."""
    form = NameForm(request.POST, auto_id="rename-%s")
    return _kept(request, county, scenario, form, lambda: {"name": form.cleaned_data["name"]}, name_form=form)


@permitted("indicators.plan")
@require_POST
@absent_is_404
def set_prices(request: HttpRequest, county: str, scenario: str) -> HttpResponse:
    """The prices at which costs are counted; all of them at once."""
    form = PricesForm(request.POST)
    return _kept(request, county, scenario, form, lambda: {"prices": form.cleaned_data}, prices_form=form)


def _kept(
    request: HttpRequest,
    county: str,
    scenario: str,
    form: NameForm | PricesForm,
    values: Callable[[], dict[str, Any]],
    **again: Any,
) -> HttpResponse:
    row = _found(request, county, scenario)
    status = 422
    if form.is_valid():
        try:
            operations.change_scenario(
                actor=account_of(request), scenario=row, version=_version(request), now=timezone.now(), **values()
            )
        except operations.UnableTo as problem:
            form.refuse(problem)
            status = problem.status
        else:
            return _done(request, county, scenario, _("已保存。"))
    return _page(request, county, scenario, status=status, **again)


def _acted(request: HttpRequest, county: str, scenario: str, act: Callable[[], str]) -> HttpResponse:
    try:
        said = act()
    except operations.UnableTo as problem:
        return _page(request, county, scenario, problem=problem, status=problem.status)
    return _done(request, county, scenario, said)


@permitted("indicators.plan")
@require_http_methods(["GET", "POST"])
@absent_is_404
def delete_scenario(request: HttpRequest, county: str, scenario: str) -> HttpResponse:
    """Asks, and takes the scenario away."""
    row = queries.find_scenario(account=request.user, county=county, scenario=scenario, permission=queries.PLAN)
    if request.method == "GET":
        return render(request, "indicators/delete_scenario.html", {"scenario": row, "county": row.county})
    try:
        operations.delete_scenario(actor=account_of(request), scenario=row, now=timezone.now())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("已删除方案“%(name)s”。") % {"name": row.name})
    return redirect("indicators:scenarios", county)
