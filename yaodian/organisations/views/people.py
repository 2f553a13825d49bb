"""The pages of people and their posts."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yaodian.organisations import operations
from yaodian.organisations.access import account_of, permitted
from yaodian.organisations.forms.people import AppointForm, EndForm, PersonForm, SearchForm, TransferForm
from yaodian.organisations.models import Person, Post
from yaodian.organisations.operations import UnableToChangePeople
from yaodian.organisations.queries import (
    PermissionMissing,
    find_person,
    find_post,
    may,
    people,
    posts_of,
    scope_of,
)
from yaodian.organisations.views.shown import suggestions

PAGE_SIZE = 50


@permitted("organisations.view")
@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    """Whoever holds a post today within the account's scope."""
    today = timezone.localdate()
    form = SearchForm({"q": request.GET.get("q", "")})
    form.is_valid()
    words = form.cleaned_data.get("q", "")
    scope = scope_of(account=request.user, permission="organisations.view")
    page = Paginator(people(day=today, scope=scope, words=words), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "organisations/people.html",
        {
            "form": form,
            "page": page,
            "is_filtered": bool(words),
            "may_edit": may(account=request.user, permission="organisations.edit"),
        },
    )


def _person_or_404(request: HttpRequest, public_id: str) -> Person:
    scope = scope_of(account=request.user, permission="organisations.view")
    person = find_person(public_id=public_id, scope=scope)
    if person is None:
        raise Http404
    return person


def _post_or_404(request: HttpRequest, post_id: int) -> Post:
    post = find_post(pk=post_id, scope=scope_of(account=request.user, permission="organisations.edit"))
    if post is None:
        raise Http404
    return post


@permitted("organisations.view")
@require_safe
def person_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """One person, with the posts that the account's scope shows."""
    today: date = timezone.localdate()
    person = _person_or_404(request, public_id)
    scope = scope_of(account=request.user, permission="organisations.view")
    posts = posts_of(person=person, scope=scope, day=today)
    editable = set()
    if may(account=request.user, permission="organisations.edit"):
        reached = scope_of(account=request.user, permission="organisations.edit")
        editable = set(reached.rows(Post.objects.filter(person=person)).values_list("pk", flat=True))
    return render(
        request,
        "organisations/person.html",
        {
            "person": person,
            "posts": [(post, post.holds_on(today), post.pk in editable) for post in posts],
            "today": today,
            "may_edit": may(account=request.user, permission="organisations.edit"),
            "account": getattr(person, "account", None)
            if may(account=request.user, permission="organisations.grant")
            else None,
        },
    )


@permitted("organisations.edit")
@require_http_methods(["GET", "POST"])
def create_person(request: HttpRequest) -> HttpResponse:
    """A new person with a first post; `?unit=` has the code of the unit."""
    form = PersonForm(
        request.POST or None, initial={"unit": request.GET.get("unit", ""), "from_on": timezone.localdate()}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            try:
                person = operations.create_person(
                    actor=account_of(request),
                    name=values["name"],
                    unit=values["unit"],
                    title=values["title"],
                    from_on=values["from_on"],
                    now=timezone.now(),
                )
            except (UnableToChangePeople, PermissionMissing) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("已登记“%(name)s”。") % {"name": person.name})
                return redirect("organisations:person", public_id=person.public_id)
    return _form_page(request, _("登记人员"), _("登记"), form, status=status)


@permitted("organisations.edit")
@require_http_methods(["GET", "POST"])
def appoint(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another post for a person."""
    person = _person_or_404(request, public_id)
    form = AppointForm(request.POST or None, initial={"from_on": timezone.localdate()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            try:
                operations.appoint_person(
                    actor=account_of(request),
                    person=person,
                    unit=values["unit"],
                    title=values["title"],
                    from_on=values["from_on"],
                    until_on=values["until_on"],
                    now=timezone.now(),
                )
            except (UnableToChangePeople, PermissionMissing) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("已任职。"))
                return redirect("organisations:person", public_id=person.public_id)
    return _form_page(request, _("任职：%(name)s") % {"name": person.name}, _("任职"), form, status=status)


@permitted("organisations.edit")
@require_http_methods(["GET", "POST"])
def end_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """The end of a post, and of the rights given for it."""
    post = _post_or_404(request, post_id)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.end_post(
                    actor=account_of(request),
                    post=post,
                    on=form.cleaned_data["on"],
                    reason=form.cleaned_data["reason"],
                    now=timezone.now(),
                )
            except (UnableToChangePeople, PermissionMissing) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("岗位已终止，随岗位授予的权限一并失效。"))
                return redirect("organisations:people")
    title = _("终止岗位：%(name)s，%(title)s") % {"name": post.person.name, "title": post.title}
    hint = _("随这个岗位授予的权限同日失效，有关登录在下一次操作时结束。")
    return _form_page(request, title, _("终止岗位"), form, hint=hint, status=status)


@permitted("organisations.edit")
@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest, post_id: int) -> HttpResponse:
    """From one post to another on the same day."""
    post = _post_or_404(request, post_id)
    form = TransferForm(request.POST or None, initial={"on": timezone.localdate()})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            try:
                operations.transfer_person(
                    actor=account_of(request),
                    post=post,
                    unit=values["unit"],
                    title=values["title"],
                    on=values["on"],
                    reason=values["reason"],
                    now=timezone.now(),
                )
            except (UnableToChangePeople, PermissionMissing) as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("已调动。原岗位的权限已失效，新岗位的权限须另行授予。"))
                return redirect("organisations:people")
    title = _("调动：%(name)s，%(title)s") % {"name": post.person.name, "title": post.title}
    return _form_page(request, title, _("调动"), form, status=status)


def _form_page(
    request: HttpRequest, title: str, action: str, form: object, *, hint: str = "", status: int = 200
) -> HttpResponse:
    return render(
        request,
        "organisations/form_page.html",
        {"title": title, "action": action, "form": form, "hint": hint, "suggestions": suggestions(request)},
        status=status,
    )
