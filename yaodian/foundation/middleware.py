"""What every request passes through: the visitor's address, his language, and the privacy of what he sees."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers

type_of_handler = Callable[[HttpRequest], HttpResponse]


def client_address(get_response: type_of_handler) -> type_of_handler:
    """Sets `request.client_address`: the address that the outermost proxy of ours has seen.

    Each proxy appends the address of its caller to X-Forwarded-For, so with N proxies the N-th entry from the right is
    the last one that a proxy of ours wrote; everything further left may be invented by the visitor.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        address = request.META.get("REMOTE_ADDR", "")
        if settings.TRUSTED_PROXIES:
            seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            if len(seen) >= settings.TRUSTED_PROXIES:
                address = seen[-settings.TRUSTED_PROXIES]
        try:
            address = str(ipaddress.ip_address(address))
        except ValueError:
            address = ""
        request.client_address = address  # type: ignore[attr-defined]  # Read through `address_of`.
        return get_response(request)

    return handle


def address_of(request: HttpRequest) -> str:
    """The visitor's address as `client_address` found it, empty where the server names none."""
    return str(getattr(request, "client_address", ""))


def chosen_language(get_response: type_of_handler) -> type_of_handler:
    """Speaks Chinese unless the visitor has chosen otherwise.

    The browser's own language is not asked: the office's machines often run an English system, and a page that a
    colleague passes on should look the same to both.
    """
    supported = {code for code, _name in settings.LANGUAGES}

    def handle(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in supported else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]  # Django's own name for it.
        response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return handle


def bounded_requests(get_response: type_of_handler) -> type_of_handler:
    """Refuses a request that announces more than REQUEST_MAX_BYTES before any of it is read.

    What lies between a file's limit and this one is still read, so that its sender gets the form back with a sentence;
    a browser whose request is cut off shows a broken connection instead.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdigit() and int(announced) > settings.REQUEST_MAX_BYTES:
            raise RequestDataTooBig(f"A request of {announced} bytes was refused.")
        return get_response(request)

    return handle


def private_pages(get_response: type_of_handler) -> type_of_handler:
    """Tells caches to keep no page that depends on who asks, unless the view has said otherwise."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        patch_vary_headers(response, ("Cookie",))
        if not response.has_header("Cache-Control"):
            if request.user.is_authenticated:
                patch_cache_control(response, private=True, no_store=True)
            else:
                patch_cache_control(response, private=True, no_cache=True)
        return response

    return handle
