"""For administrators: activation codes, lost second factors, applications."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.identity import operations, queries, session
from yaodian.identity.forms import AccountSearchForm, ApplicationForm
from yaodian.identity.views.door import render_with
from yaodian.organisations.access import account_of, permitted
from yaodian.organisations.models import Account

PAGE_SIZE = 30


@permitted(queries.MANAGE)
@never_cache
@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """The accounts within one's reach, and how far each is: with a code, activated, with a second factor."""
    now = timezone.now()
    form = AccountSearchForm(request.GET or None)
    text = form.cleaned_data["text"] if form.is_bound and form.is_valid() else ""
    found = queries.account_rows(actor=account_of(request), text=text)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = queries.rows_of(list(page), now=now)
    return render(
        request, "identity/accounts.html", {"form": form, "page": page, "rows": rows, "is_filtered": bool(text)}
    )


@permitted(queries.MANAGE)
@session.recently_proved
@never_cache
@require_POST
def issue_code(request: HttpRequest, username: str) -> HttpResponse:
    """A new code, on a letter that is shown this once."""
    account = get_object_or_404(Account, username=username)
    try:
        letter = operations.issue_activation_code(actor=account_of(request), account=account, now=timezone.now())
    except operations.UnableToIssueActivationCode as refusal:
        messages.error(request, str(refusal))
        return redirect("identity:accounts")
    return render(request, "identity/letter.html", {"letter": letter, "site": request.build_absolute_uri("/")})


@permitted(queries.MANAGE)
@require_POST
def revoke_code(request: HttpRequest, username: str) -> HttpResponse:
    account = get_object_or_404(Account, username=username)
    try:
        operations.revoke_activation_code(actor=account_of(request), account=account, now=timezone.now())
        messages.success(request, _("激活码已撤销。"))
    except operations.UnableToRevokeActivationCode as refusal:
        messages.error(request, str(refusal))
    return redirect("identity:accounts")


@permitted(queries.MANAGE)
@session.recently_proved
@require_POST
def reset_factors(request: HttpRequest, username: str) -> HttpResponse:
    account = get_object_or_404(Account, username=username)
    try:
        operations.reset_second_factors(actor=account_of(request), account=account, now=timezone.now())
        messages.success(request, _("二次验证已重设，本人下次登录后重新设置。"))
    except operations.UnableToResetSecondFactors as refusal:
        messages.error(request, str(refusal))
    return redirect("identity:accounts")


@permitted(queries.MANAGE)
@never_cache
@require_http_methods(["GET", "POST"])
def applications(request: HttpRequest) -> HttpResponse:
    """The applications that sign people in through us, and the form for one more."""
    rows = queries.applications(actor=account_of(request))
    form = ApplicationForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                registered = operations.register_application(
                    actor=account_of(request),
                    name=given["name"],
                    owner=given["owner"],
                    contact=given["contact"],
                    redirect_uris=given["redirect_uris"].splitlines(),
                    scopes=given["scopes"],
                    now=timezone.now(),
                )
            except operations.UnableToRegisterApplication as refusal:
                form.add_error(None, str(refusal))
            else:
                return _secret_page(request, registered)
    return render_with(request, "identity/applications.html", {"rows": rows, "form": form}, status=status)


def _secret_page(request: HttpRequest, registered: operations.Registered) -> HttpResponse:
    site = request.build_absolute_uri("/").rstrip("/")
    return render(request, "identity/application_secret.html", {"registered": registered, "site": site})


@permitted(queries.MANAGE)
@session.recently_proved
@require_POST
def switch_application(request: HttpRequest, client_id: str, is_enabled: bool) -> HttpResponse:
    try:
        operations.set_application_enabled(
            actor=account_of(request), client_id=client_id, is_enabled=is_enabled, now=timezone.now()
        )
        messages.success(request, _("应用的状态已修改。"))
    except operations.UnableToChangeApplication as refusal:
        messages.error(request, str(refusal))
    return redirect("identity:applications")


@permitted(queries.MANAGE)
@session.recently_proved
@never_cache
@require_POST
def renew_secret(request: HttpRequest, client_id: str) -> HttpResponse:
    try:
        registered = operations.renew_application_secret(
            actor=account_of(request), client_id=client_id, now=timezone.now()
        )
    except operations.UnableToChangeApplication as refusal:
        messages.error(request, str(refusal))
        return redirect("identity:applications")
    return _secret_page(request, registered)
