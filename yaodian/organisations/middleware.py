"""Sessions that live no longer than the rights they began with, and the wall round what a request may read."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from yaodian.organisations import walls
from yaodian.organisations.models import Account
from yaodian.organisations.queries import keys_of, rights_of

SESSION_KEY = "rights"


def remember_rights(*, request: HttpRequest, user: object, **_signal: object) -> None:
    """Notes in a new session the rights that it begins with, whichever way the person has signed in."""
    request.session[SESSION_KEY] = keys_of(rights_of(account=user if isinstance(user, Account) else None))


def rights_still_hold(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Ends a session as soon as one of the rights it began with has ended: taken back, expired, or gone with a post.

    The rights are fetched with the account in any case, so this costs no query. New rights come in without a new
    sign-in; they are remembered when they are first seen.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        account = request.user
        if isinstance(account, Account):
            current = keys_of(rights_of(account=account))
            begun_with = request.session.get(SESSION_KEY)
            if begun_with is not None and not set(begun_with) <= set(current):
                logout(request)
                messages.warning(request, _("您的权限有变动，登录已结束。请重新登录后继续。"))
            elif begun_with != current:
                request.session[SESSION_KEY] = current
        return get_response(request)

    return handle


def behind_the_wall(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The database gives this request no rows beyond the rights of whoever sent it (`walls`); nothing on SQLite.

    Stands after whatever may end the session, so that the account is settled.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        with walls.raised(request.user):
            response = get_response(request)
            walls.close(before_streaming=response.streaming)
        return response

    return handle
