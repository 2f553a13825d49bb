"""What the views of all slices do alike: answer with a page, a piece of it, or «not found»."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

P = ParamSpec("P")
Answer = TypeVar("Answer", bound=HttpResponseBase)


def absent_is_404(view: Callable[Concatenate[HttpRequest, P], Answer]) -> Callable[Concatenate[HttpRequest, P], Answer]:
    """What is not there, and what the visitor may not know of, is the same missing page."""

    @wraps(view)
    def handle(request: HttpRequest, /, *arguments: P.args, **named: P.kwargs) -> Answer:
        try:
            return view(request, *arguments, **named)
        except ObjectDoesNotExist as absent:
            raise Http404 from absent

    return handle


def is_partial(request: HttpRequest) -> bool:
    """Whether a script of the page asks for a piece of it; one that restores a page from its history wants all of it."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-History-Restore-Request") != "true"
