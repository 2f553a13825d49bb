"""What the pages of units, people and rights share: the day they are asked for, and suggestions."""

from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.utils import timezone

from yaodian.foundation.answering import day_in
from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Scope, find_unit, is_visible, scope_of, units_as_of

# More suggestions than this help nobody to choose, and weigh on the page.
MOST_SUGGESTIONS = 1000


def day_of(request: HttpRequest) -> date:
    """The day of `?on=`, today where there is none or no real one."""
    return day_in(request.GET, "on") or timezone.localdate()


def unit_or_404(request: HttpRequest, public_id: str, *, permission: str = "organisations.view") -> tuple[Unit, Scope]:
    """A unit that the account's right reaches today, and the scope; for all others it does not exist."""
    today = timezone.localdate()
    scope = scope_of(account=request.user, permission=permission)
    unit = find_unit(public_id=public_id)
    if unit is None or not is_visible(unit=unit, scope=scope, day=today):
        raise Http404
    return unit, scope


def suggestions(request: HttpRequest, *, permission: str = "organisations.view") -> list[Unit]:
    """Units to choose from, those within the scope of a right."""
    today = timezone.localdate()
    scope = scope_of(account=request.user, permission=permission)
    return list(units_as_of(day=today, scope=scope)[:MOST_SUGGESTIONS])


def raw_values(form: forms.Form) -> list[tuple[str, Any]]:
    """What a form was sent with, name by name, to be sent again when it is confirmed."""
    return [(bound.html_name, bound.value()) for bound in form if bound.value() not in (None, "", False)]
