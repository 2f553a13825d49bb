"""The desk of links to timetables, and the pages of whoever holds one: the week, and the calendar that a phone subscribes to."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from io import BytesIO
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.http import http_date, parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathFillImage
from qrcode.main import QRCode

from yaodian.foundation.answering import absent_is_404, as_file, day_in, number_in
from yaodian.foundation.middleware import address_of
from yaodian.identity.operations import TooManyFailures
from yaodian.organisations.access import account_of, permitted, public
from yaodian.timetabling import operations, queries
from yaodian.timetabling.models import TimetableLink
from yaodian.timetabling.views.weeks import KINDS, week_context

P = ParamSpec("P")
# How long a phone may show what it has: a lesson that is taken by another is seen soon.
_PAGE_SECONDS, _FEED_SECONDS = 60, 900


@permitted("timetabling.plan")
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def links(request: HttpRequest, public_id: str) -> HttpResponse:
    """Which links there are; posted, links for all of a kind, letters for a class, or an end to some."""
    if request.method != "POST":
        return _links(request, public_id)
    page = queries.links_page(account=request.user, public_id=public_id, today=timezone.localdate())
    do, kind = request.POST.get("do", ""), request.POST.get("kind", "")
    given: dict[str, Any] = {"actor": account_of(request), "term": page.term, "now": timezone.now()}
    link, renew = number_in(request.POST, "link"), request.POST.get("renew") == "yes"
    try:
        if do == "make":
            made = operations.make_links(**given, kind=kind, renew=renew, link=link)
        elif do == "letters":
            code = request.POST.get("school_class", "")[:30]
            made = operations.make_pupil_links(**given, school_class=code, renew=renew)
        elif do == "revoke":
            operations.revoke_links(**given, kind=kind, link=link)
            messages.success(request, _("已撤销，链接随即失效。"))
            return redirect("timetabling:links", public_id)
        else:
            raise Http404
    except operations.UnableTo as refused:
        return _links(request, public_id, refused.status, refused=refused)
    context = {
        "page": page, "term": page.term, "is_letters": do == "letters",
        "made": [{"link": one, "address": (address := _address(request, one.secret)), "picture": _picture(address)} for one in made],
    }  # fmt: skip
    return render(request, "timetabling/weeks/made_links.html", context)


def _links(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.links_page(account=request.user, public_id=public_id, today=timezone.localdate())
    context = {"page": page, "term": page.term, "kinds": KINDS, **given}
    return render(request, "timetabling/weeks/links.html", context, status=status)


def _address(request: HttpRequest, secret: str) -> str:
    return request.build_absolute_uri(reverse("timetabling:held_week", args=[secret]))


def _picture(words: str) -> str:
    """A QR code as the address of a data image. One mask for all: to try each of the eight for every link of a school would take seconds."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=2, mask_pattern=2)
    code.add_data(words)
    written = BytesIO()
    code.make_image(image_factory=SvgPathFillImage).save(written)
    return f"data:image/svg+xml;base64,{base64.b64encode(written.getvalue()).decode('ascii')}"


# Whoever holds one ------------------------------------------------------------------------------------------------------


def _with_link(
    view: Callable[Concatenate[HttpRequest, TimetableLink, datetime, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """Gives the view the link of the address, or answers with the one sentence for all that are not good. No machine lists what it sees."""

    @wraps(view)
    def handle(request: HttpRequest, /, secret: str, *arguments: P.args, **named: P.kwargs) -> HttpResponse:
        now = timezone.now()
        try:
            link = operations.open_link(secret=secret, address=address_of(request), now=now)
        except operations.UnableToOpenLink as refused:
            response = _refused(request, refused.message, refused.status)
        except TooManyFailures as refused:
            seconds = max(1, int((refused.retry_at - now).total_seconds()))
            said = _("尝试次数过多。请在 %(minutes)s 分钟后再试。") % {"minutes": -(-seconds // 60)}
            response = _refused(request, said, 429)
            response["Retry-After"] = str(seconds)
        else:
            response = view(request, link, now, *arguments, **named)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return handle


def _refused(request: HttpRequest, said: str, status: int) -> HttpResponse:
    response = render(request, "timetabling/weeks/no_link.html", {"said": said}, status=status)
    patch_cache_control(response, private=True, no_store=True)
    return response


@public
@require_safe
@_with_link
def held_week(request: HttpRequest, link: TimetableLink, now: datetime) -> HttpResponse:
    """One week, on a phone one day at a time."""
    today = timezone.localdate(now)
    page = queries.held_page(link=link, day=day_in(request.GET, "day") or today, today=today)
    secret = request.resolver_match.kwargs["secret"] if request.resolver_match is not None else ""
    feed = request.build_absolute_uri(reverse("timetabling:held_feed", args=[secret]))
    context = {
        "page": page, "term": page.link.term, "week": page.week, "feed": feed, "subscribe": "webcal:" + feed.partition(":")[2],
        **week_context(request, today),
    }  # fmt: skip
    response = render(request, "timetabling/weeks/held_week.html", context)
    patch_cache_control(response, private=True, max_age=_PAGE_SECONDS)
    return response


@public
@require_safe
@_with_link
def held_feed(request: HttpRequest, link: TimetableLink, now: datetime) -> HttpResponse:
    """The calendar of the term. Whoever has it already is told that it is the same."""
    feed = queries.held_feed(link=link)
    tag = f'"{feed.tag}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    response: HttpResponse
    if tag in known or "*" in known or f"W/{tag}" in known:
        response = HttpResponseNotModified()
    else:
        response = as_file(HttpResponse(feed.content, content_type="text/calendar; charset=utf-8"), "timetable.ics")
    response["ETag"] = tag
    response["Last-Modified"] = http_date(feed.changed_at.timestamp())
    patch_cache_control(response, private=True, max_age=_FEED_SECONDS)
    return response
