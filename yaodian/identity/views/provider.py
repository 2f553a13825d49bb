"""Single sign-on for applications: django-allauth's views with stricter doors round them.

PKCE with S256 is asked of every application (RFC 9700, 2.1.1), addresses are compared character by character (2.1),
and where the library would answer with a redirection to another host a page stands in between: the content-security
policy lets no form of ours lead to another host, and following a link from a page is none.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from allauth.idp.oidc import views as library
from django.core.signing import Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from yaodian.identity import operations, queries
from yaodian.organisations.access import public
from yaodian.organisations.models import Account

configuration = public(library.configuration)
jwks = public(library.jwks)
revoke = public(library.revoke)


def _shown(request: HttpRequest) -> Iterator[str]:
    """The codes and tokens that an application shows with a request, wherever the library would look for them."""
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        yield value.strip()
    for name in ("code", "refresh_token", "access_token"):
        if name in request.POST:
            yield request.POST[name]


def _of_rights_that_hold(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The library's view, after what has outlived a right of its owner has been ended."""

    @functools.wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        for value in _shown(request):
            operations.check_token(value=value, now=timezone.now())
        return view(request)

    return public(checked)


token = _of_rights_that_hold(library.token)
userinfo = _of_rights_that_hold(library.user_info)


@public
def device_code(_request: HttpRequest) -> HttpResponse:
    """The library's metadata ask for this address; the device flow is not offered."""
    raise Http404


def leave(request: HttpRequest, address: str, *, where: str) -> HttpResponse:
    """A page that leads on to another host by itself, and by a link."""
    return render(request, "identity/leave.html", {"address": address, "where": where})


def refusal_page(request: HttpRequest, sentence: str) -> HttpResponse:
    return render(request, "identity/sso_refused.html", {"sentence": sentence}, status=400)


def _fault(request: HttpRequest) -> str:
    """What is wrong with a request of an application, in words for its user; "" where nothing is."""
    client_id = request.GET.get("client_id", "")
    application = queries.find_application(client_id=client_id)
    if application is None:
        return _("发起登录的应用没有在本系统登记。请联系该应用的管理员。")
    if not application.is_enabled:
        return _("应用“%(name)s”已被停用，暂时不能用它登录。请联系教育局的系统管理员。") % {
            "name": application.client.name
        }
    if request.GET.get("redirect_uri", "") not in application.client.get_redirect_uris():
        return _("应用“%(name)s”给出的回调地址与登记的不一致，已停止登录。请联系该应用的管理员。") % {
            "name": application.client.name
        }
    if request.GET.get("response_type") != "code":
        return _("应用“%(name)s”使用了不支持的登录方式。请联系该应用的管理员改用授权码方式。") % {
            "name": application.client.name
        }
    if request.GET.get("code_challenge_method") != "S256" or len(request.GET.get("code_challenge", "")) != 43:
        return _("应用“%(name)s”的登录请求缺少 PKCE（S256）保护。请联系该应用的管理员。") % {
            "name": application.client.name
        }
    return ""


@public
@csrf_exempt  # The library checks the token itself, of a form of ours only.
@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Somebody comes from an application: he signs in, agrees, and is sent back with a code."""
    if request.method == "GET":
        fault = _fault(request)
        if fault:
            return refusal_page(request, fault)
        prompts = request.GET.get("prompt", "").split()
        if "login" in prompts:
            return _signed_in_anew(request, [prompt for prompt in prompts if prompt != "login"])
    elif not request.POST.get("request"):
        # An application may send its request as a form; it is looked at as if it had come in the address.
        return redirect(f"{reverse('idp:oidc:authorization')}?{request.POST.urlencode()}")
    response: HttpResponse = library.authorization(request)
    target = response.headers.get("Location", "")
    code = parse_qs(urlsplit(target).query).get("code", [""])[0]
    if code and isinstance(request.user, Account):
        _note(request, request.user, code)
    if response.status_code == 302 and urlsplit(target).netloc not in {"", request.get_host()}:
        if request.method == "POST" or request.GET.get("prompt") != "none":
            return leave(request, target, where=urlsplit(target).netloc)
    return response


def _note(request: HttpRequest, account: Account, code: str) -> None:
    """Writes down whom the library has just let in, from the request that it has checked."""
    if request.method == "POST":
        # Signed by the library when it drew the form, and checked when the form came back.
        scopes, info = Signer().unsign_object(request.POST["request"])
        client_id = str(info["client_id"])
        scopes = request.POST.getlist("scopes") or scopes
    else:
        client_id, scopes = request.GET["client_id"], request.GET.get("scope", "").split()
    operations.note_grant(account=account, client_id=client_id, scopes=scopes, code=code, now=timezone.now())


def _signed_in_anew(request: HttpRequest, prompts: list[str]) -> HttpResponse:
    """The application wants its user to prove himself now, whatever session there is."""
    given = request.GET.copy()
    given.pop("prompt")
    if prompts:
        given["prompt"] = " ".join(prompts)
    target = f"{request.path}?{given.urlencode()}"
    door = "identity:confirm" if isinstance(request.user, Account) else "identity:sign_in"
    return redirect(f"{reverse(door)}?{urlencode({'next': target})}")


@public
@csrf_exempt  # The library checks the token itself, of a form of ours only.
@never_cache
def end_session(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
    """An application says that its user has signed out there; he is asked whether he leaves here as well."""
    response: HttpResponse = library.logout(request, *arguments, **named)
    target = response.headers.get("Location", "")
    if response.status_code == 302 and urlsplit(target).netloc not in {"", request.get_host()}:
        return leave(request, target, where=urlsplit(target).netloc)
    return response
