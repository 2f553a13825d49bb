"""The pages on which units are looked at: the list, the tree, one unit."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yaodian.audit.queries import entries_of
from yaodian.organisations.access import account_of, permitted
from yaodian.organisations.forms.units import ListForm
from yaodian.organisations.models import Hierarchy
from yaodian.organisations.queries import (
    children_of,
    find_unit,
    history_of,
    holders_in,
    is_visible,
    may,
    named,
    parents_of,
    path_to,
    posts_in,
    resolve,
    roots_of,
    scope_of,
    search_units,
    unit_panels,
)
from yaodian.organisations.views.shown import day_of

PAGE_SIZE = 50
MOST_CHILDREN = 300


def _hierarchy_of(request: HttpRequest) -> str:
    asked = request.GET.get("hierarchy", "")
    return asked if asked in Hierarchy.values else Hierarchy.ADMINISTRATIVE.value


@permitted("organisations.view")
@require_safe
def unit_list(request: HttpRequest) -> HttpResponse:
    """The tree of a hierarchy as of a day; with words or a kind, the list of units that they name."""
    day, hierarchy, account = day_of(request), _hierarchy_of(request), account_of(request)
    scope = scope_of(account=account, permission="organisations.view", as_of=day)
    form = ListForm(
        {"q": request.GET.get("q", ""), "kind": request.GET.get("kind", ""), "hierarchy": hierarchy, "on": day}
    )
    form.is_valid()
    words, kind = form.cleaned_data.get("q", ""), form.cleaned_data.get("kind", "")
    context: dict[str, object] = {
        "form": form,
        "day": day,
        "today": timezone.localdate(),
        "hierarchy": hierarchy,
        "may_edit": may(account=account, permission="organisations.edit"),
        "is_filtered": bool(words or kind),
    }
    if words or kind or request.GET.get("view") == "list":
        found = search_units(words=words, day=day, scope=scope)
        if kind:
            found = found.filter(kind=kind)
        page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
        units = list(page.object_list)
        parents = parents_of(units=[unit.pk for unit in units], day=day)
        context.update(
            page=page, rows=[(unit, parents.get(unit.pk, {}).get(hierarchy)) for unit in units], is_list=True
        )
    else:
        roots = list(roots_of(hierarchy=hierarchy, day=day, scope=scope)[:MOST_CHILDREN])
        context.update(roots=roots, is_list=False)
        if len(roots) == 1:
            context["first"] = _children(request, roots[0], day, hierarchy)
    return render(request, "organisations/units.html", context)


def _children(request: HttpRequest, unit: object, day: object, hierarchy: str) -> list[object]:
    return list(children_of(unit=unit, day=day, hierarchy=hierarchy)[: MOST_CHILDREN + 1])  # type: ignore[arg-type]  # Shapes known to the callers.


@permitted("organisations.view")
@require_safe
def unit_children(request: HttpRequest, public_id: str) -> HttpResponse:
    """The branch of the tree below a unit, for the page to put in when it is opened."""
    day, hierarchy = day_of(request), _hierarchy_of(request)
    scope = scope_of(account=request.user, permission="organisations.view")
    unit = find_unit(public_id=public_id)
    if unit is None or not is_visible(unit=unit, scope=scope, day=day):
        raise Http404
    children = _children(request, unit, day, hierarchy)
    return render(
        request,
        "organisations/_branch.html",
        {
            "branch": children[:MOST_CHILDREN],
            "day": day,
            "today": timezone.localdate(),
            "hierarchy": hierarchy,
            "more": len(children) > MOST_CHILDREN,
        },
    )


@permitted("organisations.view")
@require_safe
def unit_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One unit as of a day: where it stands, who works in it and who may do what, and what became of it over time.

    Whoever could reach it under the boundaries of that day sees it as of that day; people and rights are shown to whoever
    reaches it today.
    """
    today, day, account = timezone.localdate(), day_of(request), account_of(request)
    scope = scope_of(account=account, permission="organisations.view")
    unit = find_unit(public_id=public_id)
    if unit is None or not (
        is_visible(unit=unit, scope=scope, day=day) or is_visible(unit=unit, scope=scope, day=today)
    ):
        raise Http404
    unit = named(type(unit).objects.filter(pk=unit.pk), day=day).get()
    is_own = is_visible(unit=unit, scope=scope, day=today)
    exists = unit.exists_on(day)
    places = []
    for hierarchy in Hierarchy:
        path = path_to(unit=unit, day=day, hierarchy=hierarchy)
        children = list(children_of(unit=unit, day=day, hierarchy=hierarchy)[: MOST_CHILDREN + 1])
        if len(path) > 1 or children or hierarchy == Hierarchy.ADMINISTRATIVE:
            places.append((hierarchy, path[:-1], children[:MOST_CHILDREN], len(children) > MOST_CHILDREN))
    return render(
        request,
        "organisations/unit.html",
        {
            "unit": unit,
            "day": day,
            "today": today,
            "exists": exists,
            "is_own": is_own,
            "places": places,
            "posts": list(posts_in(unit=unit, day=day)) if is_own else [],
            "holders": holders_in(unit=unit, day=today) if is_own else [],
            "history": history_of(unit=unit),
            "hierarchies": list(Hierarchy),
            "becomes": [] if exists else resolve(unit=unit, day=day),
            "panels": unit_panels(unit=unit, account=account, on=day) if is_own else (),
            "may_edit": is_own and _reaches(request, unit, "organisations.edit"),
            "may_grant": is_own and _reaches(request, unit, "organisations.grant"),
            "journal": list(entries_of(subject=f"unit:{unit.code}")[:20])
            if is_own and may(account=account, permission="audit.read")
            else None,
        },
    )


def _reaches(request: HttpRequest, unit: object, permission: str) -> bool:
    scope = scope_of(account=request.user, permission=permission)
    return is_visible(unit=unit, scope=scope, day=timezone.localdate())  # type: ignore[arg-type]  # A Unit.
