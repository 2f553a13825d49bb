"""The pages of guardians: their own children, who opened the record, what they consent to, what they ask for."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, as_file
from yaodian.identity.session import recently_proved
from yaodian.organisations.access import account_of, signed_in
from yaodian.registry import operations, queries
from yaodian.registry.forms import AskForm
from yaodian.registry.models import Pupil, RequestKind
from yaodian.registry.views.answers import form_page, step

_LABELS = (*("enrolment_number", "id_number", "birth_on", "residence", "has_disability", "disability_kind", "is_poor"),)


def _to_child(public_id: str, anchor: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("children:child", args=[public_id]) + (f"#{anchor}" if anchor else ""))


def _trail(name: str, public_id: str) -> list[tuple[str, str]]:
    return [
        (_("我的孩子"), reverse("children:list")),
        (name, reverse("children:child", args=[public_id])),
    ]


@signed_in
@never_cache
@require_GET
def child_list(request: HttpRequest) -> HttpResponse:
    """The children for whom the account answers."""
    rows = queries.children_of_account(account=account_of(request))
    return render(request, "registry/children.html", {"rows": rows})


@signed_in
@never_cache
@require_GET
@absent_is_404
def child(request: HttpRequest, public_id: str) -> HttpResponse:
    """A child: masked data, accesses, consents, requests."""
    page = queries.child_page(account=account_of(request), public_id=public_id)
    context = {
        "page": page,
        "pupil": page.pupil,
        "facts": [
            (str(Pupil._meta.get_field(name).verbose_name), page.masked.get(name) or "—")  # type: ignore[union-attr]  # Columns have names.
            for name in _LABELS
        ],
        "consents": [(row, row.by(page.guardianship.guardian)) for row in page.consents],
    }
    return render(request, "registry/child.html", context)


@signed_in
@require_POST
@absent_is_404
def say(request: HttpRequest, public_id: str, purpose: str) -> HttpResponse:
    """Consents to a purpose, refuses it, or takes the consent back."""

    def act() -> str:
        row = operations.give_consent(
            actor=account_of(request),
            public_id=public_id,
            purpose=purpose,
            state=request.POST.get("state", ""),
            now=timezone.now(),
        )
        return _("已登记：%(state)s。") % {"state": row.get_state_display()}

    return step(request, act, lambda: _to_child(public_id, "consents"))


@signed_in
@require_http_methods(["GET", "POST"])
@absent_is_404
def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """Files a request."""
    name = queries.ward_of(account=account_of(request), public_id=public_id).pupil.name
    form = AskForm(request.POST or None, initial={"kind": request.GET.get("kind", RequestKind.SEE)})

    def act(sent: AskForm) -> str:
        operations.file_request(
            actor=account_of(request),
            public_id=public_id,
            kind=sent.cleaned_data["kind"],
            text=sent.cleaned_data["text"],
            now=timezone.now(),
        )
        return _("申请已提交，办理结果会显示在这里。")

    return form_page(
        request,
        form,
        act,
        heading=_("申请查阅、复制、更正或删除"),
        action=_("提交申请"),
        parents=_trail(name, public_id),
        note=_("学校或教育局核对后答复。在校学生的学籍依法须保存，不能删除。"),
        done=lambda: _to_child(public_id, "requests"),
    )


@signed_in
@require_POST
@absent_is_404
def withdraw(request: HttpRequest, public_id: str, request_id: str) -> HttpResponse:
    """Takes a request back."""

    def act() -> str:
        operations.withdraw_request(
            actor=account_of(request), public_id=public_id, request=request_id, now=timezone.now()
        )
        return _("申请已撤回。")

    return step(request, act, lambda: _to_child(public_id, "requests"))


def _given(request: HttpRequest, public_id: str, request_id: str, act: Any) -> Any:
    """What a granted request gives; one that is not granted is no page."""
    try:
        return act(actor=account_of(request), public_id=public_id, request=request_id, now=timezone.now())
    except operations.WrongState as problem:
        raise Http404 from problem


@signed_in
@recently_proved
@never_cache
@require_GET
@absent_is_404
def see(request: HttpRequest, public_id: str, request_id: str) -> HttpResponse:
    """All that is known of the child in clear, after a granted request to see it."""
    content = _given(
        request,
        public_id,
        request_id,
        lambda **given: operations.content_for_guardian(kind=RequestKind.SEE, **given),
    )
    name = queries.ward_of(account=account_of(request), public_id=public_id).pupil.name
    context = {"content": list(_sections(content)), "trail": _trail(name, public_id)}
    return render(request, "registry/child_content.html", context)


def _sections(content: queries.Content) -> Any:
    """Headings, each with its entries as pairs of words."""
    for heading, part in content.items():
        entries = part if isinstance(part, list) else [part]
        yield (
            heading,
            [
                [(str(label), str(value) or "—") for label, value in one.items()]
                if isinstance(one, dict)
                else [("", str(one))]
                for one in entries
            ],
        )


def zip_answer(data: bytes, public_id: str) -> HttpResponse:
    return as_file(HttpResponse(data, content_type="application/zip"), f"{public_id}.zip")


@signed_in
@recently_proved
@never_cache
@require_GET
@absent_is_404
def copy(request: HttpRequest, public_id: str, request_id: str) -> HttpResponse:
    """The copy of a granted request, as a file."""
    return zip_answer(_given(request, public_id, request_id, operations.copy_for_guardian), public_id)
