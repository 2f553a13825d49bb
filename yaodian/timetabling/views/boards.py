"""The board on which a timetable is changed by hand: its page, what a lesson in hand comes to, the steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yaodian.foundation.answering import absent_is_404, number_in
from yaodian.organisations.access import account_of, permitted
from yaodian.timetabling import operations, queries

PLAN = "timetabling.plan"
#: The longest name that is looked for, and the longest place.
_LONGEST = 120
_WAYS = ("here", "fine", "costs", "breaks")


@permitted(PLAN)
@never_cache
@require_GET
@absent_is_404
def board(request: HttpRequest, public_id: str) -> HttpResponse:
    """The week of a class, teacher or room; without the script a lesson is taken by its link."""
    return _board(request, public_id, number_in(request.GET, "piece"))


def _board(
    request: HttpRequest, public_id: str, piece: int | None = None, status: int = 200, **given: Any
) -> HttpResponse:
    show = (request.POST or request.GET).get("show", "")[:_LONGEST]
    day = timezone.localdate()
    try:
        page = queries.board_page(account=request.user, public_id=public_id, day=day, show=show, piece=piece)
    except operations.UnableToMovePiece as refused:
        given, status = {**given, "refused": refused}, refused.status
        page = queries.board_page(account=request.user, public_id=public_id, day=day, show=show)
    if page.shown is None and page.options:
        status = max(status, 404)
    context = {"page": page, "timetable": page.timetable, "term": page.term, "ways": list(_WAYS), **given}
    return render(request, "timetabling/boards/board.html", context, status=status)


@permitted(PLAN)
@never_cache
@require_GET
@absent_is_404
def moves(request: HttpRequest, public_id: str) -> HttpResponse:
    """What comes of one lesson everywhere, for the page's script; without one, which version of the timetable there is."""
    if "piece" not in request.GET:
        row = queries.find_board(account=request.user, public_id=public_id)
        return JsonResponse({"piece": None, "version": row.version, "spots": {}})
    try:
        found = queries.moves_of(account=request.user, public_id=public_id, piece=number_in(request.GET, "piece"))
    except operations.UnableTo as refused:
        return _refused(refused)
    return JsonResponse(found)


def _refused(refused: operations.UnableTo) -> JsonResponse:
    sentences = list(getattr(refused, "sentences", ()))
    return JsonResponse(
        {"code": refused.code, "detail": refused.message, "sentences": sentences}, status=refused.status
    )


@permitted(PLAN)
@require_POST
@absent_is_404
def step(request: HttpRequest, public_id: str) -> HttpResponse:
    """One change: a lesson moved, two exchanged, a step taken back or done again. The script is answered in JSON, a form by the page."""
    row = queries.find_board(account=request.user, public_id=public_id)
    do = request.POST.get("do", "")
    is_script = request.headers.get("Accept", "").startswith("application/json")
    try:
        made = _steps(request).get(do, _unknown)(
            actor=account_of(request), timetable=row, now=timezone.now(),
            expected_version=number_in(request.POST, "version"),
        )  # fmt: skip
    except operations.UnableTo as refused:
        if is_script:
            return _refused(refused)
        piece = number_in(request.POST, "piece") if refused.code == "breaks" else None
        return _board(request, public_id, piece, refused.status, refused=refused, asked=_asked(request))
    if is_script:
        return JsonResponse({"version": made.version, "required": made.required, "optional": made.optional})
    messages.success(request, _("已保存。"))
    show = request.POST.get("show", "")[:_LONGEST]
    target = resolve_url("timetabling:board", public_id)
    return redirect(f"{target}?{urlencode({'show': show})}" if show else target)


def _asked(request: HttpRequest) -> dict[str, str]:
    """What was asked for, to be asked for again with «nevertheless»."""
    return {
        name: request.POST[name][: 4 * _LONGEST]
        for name in ("do", "piece", "start", "choice", "other", "show")
        if request.POST.get(name)
    }


def _unknown(**_given: Any) -> Any:
    raise operations.UnableToMovePiece(_("没有这样的操作。请刷新页面再试。"), code="unknown", status=400)


def _steps(request: HttpRequest) -> dict[str, Callable[..., Any]]:
    """Each step with what it needs from the form."""
    data = request.POST

    def move(**given: Any) -> Any:
        return operations.move_piece(
            piece=number_in(data, "piece"), start=_start(data.get("start", "")), choice=_choice(data.get("choice", "")),
            accepts=data.get("accepts") == "yes", **given,
        )  # fmt: skip

    def swap(**given: Any) -> Any:
        return operations.swap_pieces(
            piece=number_in(data, "piece"), other=number_in(data, "other"), accepts=data.get("accepts") == "yes",
            **given,
        )  # fmt: skip

    return {"move": move, "swap": swap, "undo": operations.undo_edit, "redo": operations.redo_edit}


def _start(word: str) -> tuple[str, int, int] | None:
    """A place as the page writes it; «none» takes a lesson off the week. Raises UnableToMovePiece."""
    if word == "none":
        return None
    parts = word[:_LONGEST].rsplit("|", 2)
    if len(parts) == 3 and all(one.isascii() and one.isdigit() and len(one) < 4 for one in parts[1:]):
        return parts[0], int(parts[1]), int(parts[2])
    raise operations.UnableToMovePiece(_("没有说明挪到哪里。请在课表上选一格。"), code="no-start")


def _choice(word: str) -> list[str | None] | None:
    """The names of who and what is chosen, as JSON. Raises UnableToMovePiece."""
    if not word:
        return None
    try:
        names = json.loads(word)
    except (ValueError, RecursionError):
        names = None
    if not isinstance(names, list) or not all(one is None or isinstance(one, str) for one in names):
        raise operations.UnableToMovePiece(_("看不懂选的教室或教师。请刷新页面，再选一次。"), code="no-choice")
    return names
