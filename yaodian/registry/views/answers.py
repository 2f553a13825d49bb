"""What the views of the registry share: the one way in which a form is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from yaodian.registry.forms import ChangeForm
from yaodian.registry.operations import UnableTo

AnyForm = TypeVar("AnyForm", bound=ChangeForm)


def chosen_in(form: Any) -> dict[str, Any]:
    """What a filter form narrows to; nothing where it holds nonsense."""
    return {name: value for name, value in form.cleaned_data.items() if value} if form.is_valid() else {}


def back(url_name: str, *arguments: Any, anchor: str = "") -> HttpResponse:
    """A redirect after a form was taken."""
    return HttpResponseRedirect(reverse(f"registry:{url_name}", args=arguments) + (f"#{anchor}" if anchor else ""))


def form_page(
    request: HttpRequest,
    form: AnyForm,
    act: Callable[[AnyForm], str],
    *,
    heading: str,
    action: str,
    parents: list[tuple[str, str]],
    done: Callable[[], HttpResponse],
    note: str = "",
    is_danger: bool = False,
) -> HttpResponse:
    """Shows a form, and when it is sent hands it to `act`, which gives the sentence that says what was done.

    A refusal comes back in the form, with what somebody else wrote where that was the reason.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                sentence = act(form)
            except UnableTo as problem:
                form.refuse(problem)
                status = problem.status
            else:
                messages.success(request, sentence)
                return done()
    context = {
        "form": form,
        "heading": heading,
        "action": action,
        "parents": parents,
        "note": note,
        "is_danger": is_danger,
    }
    return render(request, "registry/form.html", context, status=status)


def step(request: HttpRequest, act: Callable[[], str], done: Callable[[], HttpResponse]) -> HttpResponse:
    """A step that is one press of a button; a refusal is told on the page it came from."""
    try:
        messages.success(request, act())
    except UnableTo as problem:
        messages.error(request, problem.message)
    return done()
