"""Under load: who waits outside, and what is refused at once so that the rest is answered.

`bounded_hands` works on a few requests at a time, keeps a few more in line, and refuses the rest at once. `waiting_room` lets arrivals in one
after the other where more come than DOOR_RATE a minute (`turns`). Both answer with a page that needs no database, no session and no
script, as 503 with Retry-After: a browser shows it as any page, whatever asks by itself knows that it was not served, and no cache
keeps it. Neither asks the database anything.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.foundation import snapshots, turns
from yaodian.foundation.context import appearance
from yaodian.foundation.turns import DESK, EASE_SECONDS, PASS, PASS_SECONDS, TICKET, Turn

Handler = Callable[[HttpRequest], HttpResponse]

BUSY_SECONDS = 5
AT_WORK = 6
# Those before in the line are few, and soon done; longer it takes only where something stands still.
LINE_SECONDS = 10.0
# Whoever waits asks again at his turn, and this often before it: seldom enough that fifty thousand who wait cost little.
LONGEST_PAUSE_SECONDS = 120
NEVER_REFUSED = ("/healthz",)


# Refused at once -----------------------------------------------------------------------------------------------------


class Hands:
    """So many requests are in hand at the same time; of strangers fewer, so that whoever is inside can finish. Of those in hand so many
    are at work, the others wait in line."""

    def __init__(self, *, most: int, most_when_strange: int, most_at_work: int) -> None:
        self._most = {True: most, False: most_when_strange}
        self._count = 0
        self._lock = threading.Lock()
        self._places = threading.Semaphore(most_at_work)

    def take(self, *, is_inside: bool) -> bool:
        with self._lock:
            if self._count >= self._most[is_inside]:
                return False
            self._count += 1
        return True

    def give_back(self) -> None:
        with self._lock:
            self._count -= 1

    @contextmanager
    def at_work(self) -> Iterator[bool]:
        """Waits for a place at work; gives False where none got free within LINE_SECONDS."""
        if not self._places.acquire(timeout=LINE_SECONDS):
            yield False
            return
        try:
            yield True
        finally:
            self._places.release()


def bounded_hands(get_response: Handler) -> Handler:
    """Answers 503 to what comes while REQUESTS_IN_HAND are in hand, to strangers while three quarters of them are.

    More than AT_WORK at a time would only take the processor from each other, and each would be answered later. A cookie that says
    «inside» is not checked here: it only decides who is refused first.
    """
    most = settings.REQUESTS_IN_HAND
    hands = Hands(most=most, most_when_strange=max(1, most * 3 // 4), most_at_work=AT_WORK)

    def handle(request: HttpRequest) -> HttpResponse:
        # A page that lies there costs less than its refusal.
        if not most or request.path_info in NEVER_REFUSED or snapshots.at_hand(request) is not None:
            return get_response(request)
        cookies = request.COOKIES
        if not hands.take(is_inside=settings.SESSION_COOKIE_NAME in cookies or settings.TURN_COOKIE_NAME in cookies):
            return _busy(request)
        try:
            # A form with a file mostly waits: for its bytes, and for the child that looks at it.
            if request.META.get("CONTENT_TYPE", "").startswith("multipart/"):
                return get_response(request)
            with hands.at_work() as has_place:
                return get_response(request) if has_place else _busy(request)
        finally:
            hands.give_back()

    return handle


def _busy(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        sentence = _("现在访问的人太多，请稍后再试。")
        return _unavailable(JsonResponse({"code": "busy", "detail": sentence}), seconds=BUSY_SECONDS)
    return _page(request, "foundation/busy.html", {}, seconds=BUSY_SECONDS)


# The waiting room ----------------------------------------------------------------------------------------------------


def waiting_room(get_response: Handler) -> Handler:
    """Holds arrivals at DOOR_ENTRIES and in DOOR_ROOMS until it is their turn; 0 as DOOR_RATE holds nobody.

    Whoever is inside stays so as long as he goes on, and a form sent from a room always passes: nothing that a family has typed is
    lost at the door. Browsers in which somebody has signed in who works here are never held.
    """
    entries, rooms = frozenset(settings.DOOR_ENTRIES), tuple(settings.DOOR_ROOMS)

    def handle(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        is_entry = path in entries
        if not settings.DOOR_RATE or not (is_entry or path.startswith(rooms)):
            return get_response(request)
        is_form = request.method not in ("GET", "HEAD")
        if is_form and not is_entry and settings.SESSION_COOKIE_NAME in request.COOKIES:
            return get_response(request)
        now = time.time()
        turn = turns.read(request.COOKIES.get(settings.TURN_COOKIE_NAME, ""), now=now)
        if turn is not None and turn.kind == DESK:
            return get_response(request)
        bucket = turns.drip(settings.DOOR_FILE)
        # A turn is used by a form at an entry, and by the browser that it lets in.
        if turn is not None and ((is_entry and is_form) or _is_due(turn, now)) and not bucket.use(turn.number):
            turn = None
        if turn is None:
            number, at = bucket.take(rate=settings.DOOR_RATE, now=now)
            turn = Turn(TICKET, number, int(at))
        if turn.kind == TICKET and not _is_due(turn, now):
            return _wait(request, turn, now=now)
        if turn.kind == PASS and turn.at - now > PASS_SECONDS / 2:
            return get_response(request)
        response = get_response(request)
        # Unless the view has just found out that somebody works here.
        if settings.TURN_COOKIE_NAME not in response.cookies:
            response.set_cookie(**turns.turn_cookie(Turn(PASS, turn.number, int(now) + PASS_SECONDS)))  # type: ignore[arg-type]
        return response

    return handle


def _is_due(turn: Turn, now: float) -> bool:
    return turn.kind == TICKET and turn.at - now <= EASE_SECONDS


def _wait(request: HttpRequest, turn: Turn, *, now: float) -> HttpResponse:
    left = turn.at - now
    at = timezone.localtime(datetime.fromtimestamp(turn.at, UTC))
    told = {"number": turn.number, "minutes": max(1, -(-int(left) // 60)), "at": at}
    response = _page(request, "foundation/waiting.html", told, seconds=min(int(left) + 1, LONGEST_PAUSE_SECONDS))
    response.set_cookie(**turns.turn_cookie(turn))  # type: ignore[arg-type]
    return response


def let_staff_by(response: HttpResponse) -> None:
    """From now on this browser is never held at the door."""
    response.set_cookie(**turns.desk_cookie(now=time.time()))  # type: ignore[arg-type]


# Pages that need nothing ---------------------------------------------------------------------------------------------


def _page(request: HttpRequest, template: str, told: dict[str, object], *, seconds: int) -> HttpResponse:
    context = {
        **told, **appearance(request), "seconds": seconds, "path": request.get_full_path(),
        # The page behind a form does not open by itself: going back is how its sender keeps what he typed.
        "is_form": request.method not in ("GET", "HEAD"),
    }  # fmt: skip
    return _unavailable(HttpResponse(render_to_string(template, context)), seconds=seconds)


def _unavailable(response: HttpResponse, *, seconds: int) -> HttpResponse:
    response.status_code = 503
    # Thousands of them are the normal course of an opening; as errors they would fill the log.
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own name for it.
    response.headers["Retry-After"] = str(seconds)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Length"] = str(len(response.content))
    return response
