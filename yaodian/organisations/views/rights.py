"""The pages of accounts, their rights, and those who stand in."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yaodian.organisations import operations
from yaodian.organisations.access import account_of, permitted, signed_in
from yaodian.organisations.forms.people import DeputyForm, GrantForm, ReasonForm, SearchForm
from yaodian.organisations.models import Account
from yaodian.organisations.operations import UnableToChangeRights
from yaodian.organisations.queries import (
    PermissionMissing,
    accounts_in,
    deputyships_of,
    find_account_in,
    find_deputyship,
    find_grant,
    grants_of,
    held_by,
    scope_of,
)
from yaodian.organisations.views.shown import suggestions

PAGE_SIZE = 50


@permitted("organisations.grant")
@require_safe
def account_list(request: HttpRequest) -> HttpResponse:
    """The accounts within the scope, with the rights that they hold in it today."""
    form = SearchForm({"q": request.GET.get("q", "")})
    form.is_valid()
    words = form.cleaned_data.get("q", "")
    scope = scope_of(account=request.user, permission="organisations.grant")
    found = accounts_in(scope=scope, day=timezone.localdate(), words=words)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "organisations/accounts.html", {"form": form, "page": page, "is_filtered": bool(words)})


def _account_or_404(request: HttpRequest, username: str) -> Account:
    scope = scope_of(account=request.user, permission="organisations.grant")
    account = find_account_in(username=username, scope=scope, day=timezone.localdate())
    if account is None:
        raise Http404
    return account


@permitted("organisations.grant")
@require_safe
def account_page(request: HttpRequest, username: str) -> HttpResponse:
    """One account: its rights within the scope, past and present, and deputyships."""
    account, today = _account_or_404(request, username), timezone.localdate()
    scope = scope_of(account=request.user, permission="organisations.grant")
    grants = grants_of(account=account, day=today, scope=scope)
    return render(
        request,
        "organisations/account.html",
        {
            "account": account,
            "grants": [
                (grant, grant.holds_on(today), grant.until_on is None or grant.until_on > today) for grant in grants
            ],
            "deputyships": [
                (one, one.holds_on(today), one.until_on is not None and one.until_on > today)
                for one in deputyships_of(account=account)
            ],
            "is_self": account.pk == account_of(request).pk,
        },
    )


@signed_in
@require_safe
def my_rights(request: HttpRequest) -> HttpResponse:
    """What may I do, where, and on whose behalf."""
    account, today = account_of(request), timezone.localdate()
    return render(
        request,
        "organisations/my_rights.html",
        {
            "held": held_by(account=account, day=today),
            "deputyships": [
                (one, one.holds_on(today), one.until_on is not None and one.until_on > today)
                for one in deputyships_of(account=account)
            ],
        },
    )


@permitted("organisations.grant")
@require_http_methods(["GET", "POST"])
def grant(request: HttpRequest, username: str) -> HttpResponse:
    """A role in a unit for an account."""
    account, today = _account_or_404(request, username), timezone.localdate()
    form = GrantForm(
        request.POST or None,
        account=account,
        today=today,
        initial={"unit": request.GET.get("unit", ""), "from_on": today},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.grant_role(
                    actor=account_of(request), account=account, now=timezone.now(), **form.cleaned_data
                )
            except (UnableToChangeRights, PermissionMissing) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("已授予。"))
                return redirect("organisations:account", username=account.username)
    title = _("授予权限：%(name)s") % {"name": account.name}
    return _form_page(request, title, _("授予"), form, status=status)


@permitted("organisations.grant")
@require_http_methods(["GET", "POST"])
def end_grant(request: HttpRequest, grant_id: int) -> HttpResponse:
    """The end of a right, today."""
    scope = scope_of(account=request.user, permission="organisations.grant")
    found = find_grant(pk=grant_id, scope=scope)
    if found is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.end_grant(
                    actor=account_of(request), grant=found, reason=form.cleaned_data["reason"], now=timezone.now()
                )
            except (UnableToChangeRights, PermissionMissing) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("已收回，有关登录在下一次操作时结束。"))
                return redirect("organisations:account", username=found.account.username)
    title = _("收回权限：%(name)s，%(role)s") % {"name": found.account.name, "role": found.get_role_display()}
    return _form_page(request, title, _("收回"), form, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def appoint_deputy(request: HttpRequest, username: str = "") -> HttpResponse:
    """Somebody stands in: for oneself, or, arranged by whoever may grant, for the account of that name."""
    actor = account_of(request)
    principal = _account_or_404(request, username) if username and username != actor.username else actor
    form = DeputyForm(request.POST or None, initial={"from_on": timezone.localdate()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.appoint_deputy(actor=actor, principal=principal, now=timezone.now(), **form.cleaned_data)
            except (UnableToChangeRights, PermissionMissing) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("已指定代理人。"))
                return _back(actor, principal)
    title = _("指定代理人：代理%(name)s") % {"name": principal.name}
    hint = _("代理人在这段时间拥有被代理人本人的权限，所做的事记在代理人名下。代理来的权限不能再转给他人。")
    return _form_page(request, title, _("指定"), form, hint=hint, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def end_deputyship(request: HttpRequest, deputyship_id: int) -> HttpResponse:
    """The end of a deputyship before its time; only for the two, and for whoever may grant."""
    actor = account_of(request)
    found = find_deputyship(pk=deputyship_id)
    if found is None:
        raise Http404
    if actor.pk not in (found.principal_id, found.deputy_id):
        # For all who may not grant to the principal it does not exist.
        _account_or_404(request, found.principal.username)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.end_deputyship(
                    actor=actor, deputyship=found, reason=form.cleaned_data["reason"], now=timezone.now()
                )
            except (UnableToChangeRights, PermissionMissing) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("代理已结束。"))
                return redirect("organisations:my_rights")
    title = _("结束代理：%(deputy)s代理%(principal)s") % {
        "deputy": found.deputy.name,
        "principal": found.principal.name,
    }
    return _form_page(request, title, _("结束代理"), form, status=status)


def _back(actor: Account, principal: Account) -> HttpResponse:
    if actor.pk == principal.pk:
        return redirect("organisations:my_rights")
    return redirect("organisations:account", username=principal.username)


def _form_page(
    request: HttpRequest, title: str, action: str, form: object, *, hint: str = "", status: int = 200
) -> HttpResponse:
    return render(
        request,
        "organisations/form_page.html",
        {
            "title": title,
            "action": action,
            "form": form,
            "hint": hint,
            "suggestions": suggestions(request, permission="organisations.grant"),
        },
        status=status,
    )
