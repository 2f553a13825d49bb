"""What the views of the slice share: how what was done is told, and how a refusal is."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from yaodian.foundation.answering import is_partial
from yaodian.plans.operations import UnableTo


def new_key() -> str:
    """Names one opening of a form, so that sending it twice counts once."""
    return uuid.uuid4().hex


def back(request: HttpRequest, url_name: str, *arguments: Any, anchor: str = "") -> HttpResponse:
    """A redirect after a form was taken; a script of the page is told to go there as well."""
    url = reverse(url_name, args=arguments) + (f"#{anchor}" if anchor else "")
    if is_partial(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def refusal(request: HttpRequest, problem: UnableTo, url_name: str, *arguments: Any, anchor: str = "") -> HttpResponse:
    """Tells why an operation was refused: in place for a script, else as a notice on the page it came from."""
    if is_partial(request):
        answer = render(request, "plans/_refusal.html", {"problem": problem}, status=problem.status)
        answer.headers["HX-Retarget"] = "#refusal"
        answer.headers["HX-Reswap"] = "innerHTML"
        return answer
    messages.error(request, problem.message)
    return back(request, url_name, *arguments, anchor=anchor)


def tell(answer: HttpResponse, *, message: str, ref: str = "", undo: Mapping[str, Any] | None = None) -> HttpResponse:
    """Tells the page's script what was done (it is read aloud), which item it was, and how to take it back."""
    said = {"message": message, "ref": ref, "undo": undo}
    # Headers hold ASCII only, and that is what json.dumps writes by default.
    answer.headers["HX-Trigger-After-Swap"] = json.dumps({"plans:done": said})
    return answer
