"""The pages on which a family applies: start, four steps, review, receipt, progress, change, undo, withdraw, object.

Made for a telephone and without script. A step is kept whenever it is sent; what is wrong stands beside its field, and the family
may still go on and come back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.admissions import operations, queries
from yaodian.admissions.forms.applying import (
    ChildForm,
    ConfirmForm,
    FamilyForm,
    NumberForm,
    ObjectionForm,
    ProofForm,
    RestateForm,
    StepForm,
    WishesForm,
)
from yaodian.admissions.models import ApplicationState
from yaodian.admissions.problem.stating import STEPS
from yaodian.foundation.answering import absent_is_404
from yaodian.foundation.files.sending import answer_with_file
from yaodian.foundation.files.taking import UnableToTakeFile, take_file
from yaodian.foundation.forms import done
from yaodian.identity.session import recently_proved
from yaodian.organisations.access import account_of, public, signed_in

_FORMS: dict[str, type[StepForm]] = {"child": ChildForm, "family": FamilyForm, "wishes": WishesForm}


def titles() -> dict[str, str]:
    """What the steps are called."""
    return {"child": _("儿童"), "family": _("监护人与住址"), "wishes": _("志愿"), "proofs": _("材料")}


def _steps(here: str) -> list[dict[str, object]]:
    names = titles()
    return [{"code": code, "title": names[code], "is_here": code == here} for code in STEPS]


def _pressed(request: HttpRequest, act: Callable[[], object], said: str, back: str, *where: str) -> HttpResponse:
    """A step that is one press of a button; a refusal is told on the page it came from."""
    try:
        act()
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, said)
    return redirect(back, *where)


@signed_in
@never_cache
@require_GET
def applications(request: HttpRequest) -> HttpResponse:
    """The family's applications, what can be applied for today, and applications that name the account's owner."""
    account = account_of(request)
    context = {
        "rows": queries.own_applications(account=account),
        "intakes": queries.open_intakes(now=timezone.now()),
        "wards": queries.ward_applications(account=account),
    }
    return render(request, "admissions/apply/applications.html", context)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def number(request: HttpRequest) -> HttpResponse:
    """Whether a number of a receipt is written right. It is sent as a form: numbers do not belong into addresses and logs."""
    form = NumberForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        found = queries.check_receipt(account=request.user, number=form.cleaned_data["number"])
    return render(request, "admissions/apply/number.html", {"form": form, "found": found})


@signed_in
@require_POST
@absent_is_404
def start(request: HttpRequest, intake: str) -> HttpResponse:
    """A new draft."""
    row = queries.intake_to_apply_for(public_id=intake)
    try:
        made = operations.start_draft(account=account_of(request), intake=row, now=timezone.now())
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
        return redirect("admissions:apply")
    return redirect("admissions:step", made.public_id, "child")


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def step(request: HttpRequest, public_id: str, step: str) -> HttpResponse:
    """One of the four steps; posted, it is kept, and `go` says where to go then."""
    if step not in STEPS:
        raise Http404
    page = queries.step_page(account=account_of(request), public_id=public_id, now=timezone.now())
    if page.application.state == ApplicationState.WITHDRAWN:
        return redirect("admissions:application", public_id)
    return _proofs(request, page) if step == "proofs" else _typed(request, page, step)


def _typed(request: HttpRequest, page: queries.StepPage, step: str) -> HttpResponse:
    form = _FORMS[step](request.POST or None, page=page)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            go = request.POST.get("go", "next")
            answer = _kept(request, page, form, step, go)
            if answer is not None:
                return answer
    elif "check" in request.GET:
        form.show(page.faults_of(step))
    place = STEPS.index(step)
    context = {
        "page": page, "form": form, "step": step, "steps": _steps(step), "place": place + 1,
        "title": titles()[step], "previous": STEPS[place - 1] if place else "",
    }  # fmt: skip
    return render(request, "admissions/apply/step.html", context, status=status)


def _kept(request: HttpRequest, page: queries.StepPage, form: StepForm, step: str, go: str) -> HttpResponse | None:
    """Keeps a step and gives where to go; None where its own faults are to be shown first."""
    public_id = page.application.public_id
    account = account_of(request)
    now = timezone.now()
    try:
        row = operations.save_draft(account=account, public_id=public_id, content=form.content(), now=now)
    except operations.UnableToSaveDraft as refused:
        form.show(refused.faults)
        return None
    except operations.UnableTo as refused:
        form.refuse(refused)
        return None
    place = STEPS.index(step)
    if go == "back" and place:
        return redirect("admissions:step", public_id, STEPS[place - 1])
    if go == "later":
        messages.success(request, _("已保存。可以以后接着填。"))
        return redirect("admissions:application", public_id)
    found = queries.faults_of_kept(page=page, row=row, step=step, now=now)
    if found and go != "anyway":
        form.show(found)
        return None
    return redirect("admissions:step", public_id, STEPS[place + 1])


def _proofs(request: HttpRequest, page: queries.StepPage) -> HttpResponse:
    public_id = page.application.public_id
    is_sent = request.method == "POST"
    there = {one.label for one in page.proofs}
    wanted = next((one for one in page.asked.proofs if one not in there), page.labels[0])
    form = ProofForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        labels=page.labels,
        initial={"label": wanted},
    )
    status = 200
    if is_sent:
        status = 422
        if form.is_valid():
            sent = form.cleaned_data["file"]
            try:
                operations.add_proof(
                    account=account_of(request),
                    public_id=public_id,
                    label=form.cleaned_data["label"],
                    file=take_file(name=sent.name, chunks=sent.chunks()),
                    now=timezone.now(),
                )
            except UnableToTakeFile as refused:
                form.add_error("file", refused.message)
                status = refused.status
            except operations.UnableTo as refused:
                form.refuse(refused)
                status = refused.status
            else:
                messages.success(request, _("已上传。"))
                return redirect("admissions:step", public_id, "proofs")
    context = {
        "page": page, "form": form, "step": "proofs", "steps": _steps("proofs"), "place": 4,
        "title": titles()["proofs"], "most": operations.MOST_PROOFS,
        "needed": [(one, one in there) for one in page.asked.proofs],
        "also": [
            (one.words, labels) for one in page.criteria if one.code in page.content.claims
            and (labels := [each for each in one.proofs if each not in page.asked.proofs])
        ],
    }  # fmt: skip
    return render(request, "admissions/apply/proofs.html", context, status=status)


@signed_in
@never_cache
@require_GET
@absent_is_404
def proof_file(request: HttpRequest, public_id: str, file_id: str) -> HttpResponse:
    """An own document; `?small=1` gives the small picture of a picture."""
    stored = queries.proof_file(account=account_of(request), public_id=public_id, file_id=file_id)
    return answer_with_file(request, stored, back=reverse("admissions:step", args=[public_id, "proofs"]))


@signed_in
@require_POST
@absent_is_404
def remove_proof(request: HttpRequest, public_id: str, file_id: str) -> HttpResponse:
    """Takes a document away."""
    act = lambda: operations.remove_proof(  # noqa: E731 - Called once.
        account=account_of(request), public_id=public_id, file_id=file_id, now=timezone.now()
    )
    return _pressed(request, act, _("已移除。"), "admissions:step", public_id, "proofs")


# Handing in -----------------------------------------------------------------------------------------------------


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything once more, then it is handed in."""
    page = queries.step_page(account=account_of(request), public_id=public_id, now=timezone.now())
    if page.application.state != ApplicationState.DRAFT and request.method == "GET":
        return redirect("admissions:application", public_id)

    def act(form: ConfirmForm) -> None:
        operations.submit_application(
            account=account_of(request), public_id=public_id, client_key=form.cleaned_data["client_key"],
            expected_sha256=form.cleaned_data["sha256"], now=timezone.now(),
        )  # fmt: skip

    return _review(request, page, act, is_change=False)


@signed_in
@recently_proved
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """The change that was begun, once more, then it is in force."""
    page = queries.step_page(account=account_of(request), public_id=public_id, now=timezone.now())
    if page.application.state in (ApplicationState.DRAFT, ApplicationState.WITHDRAWN):
        return redirect("admissions:application", public_id)

    def act(form: ConfirmForm) -> None:
        operations.change_application(
            account=account_of(request), public_id=public_id, content=page.content,
            client_key=form.cleaned_data["client_key"], expected_sha256=form.cleaned_data["sha256"], now=timezone.now(),
        )  # fmt: skip

    return _review(request, page, act, is_change=True)


def _review(
    request: HttpRequest, page: queries.StepPage, act: Callable[[ConfirmForm], None], *, is_change: bool
) -> HttpResponse:
    public_id = page.application.public_id
    now_said = page.content.sha256()
    is_sent = request.method == "POST"
    form = ConfirmForm(
        request.POST if is_sent else None,
        initial={"client_key": secrets.token_urlsafe(24), "sha256": now_said},
        use_required_attribute=False,
    )
    status = 200
    if is_sent:
        status = 422
        if form.is_valid():
            try:
                act(form)
            except operations.WrongState as refused:
                messages.error(request, refused.message)
                return redirect("admissions:application", public_id)
            except operations.UnableTo as refused:
                status = refused.status
                page = queries.step_page(account=account_of(request), public_id=public_id, now=timezone.now())
                if not page.faults:
                    form.add_error(None, refused.message)
                if refused.code == "changed":
                    # He reads the new content on this page, and agrees to that.
                    form.data = form.data.copy()
                    form.data["sha256"] = page.content.sha256()
            else:
                return redirect("admissions:receipt", public_id)
    names = titles()
    faults = [{"step": one.step, "field": one.field, "where": names[one.step], "message": one.message}
              for one in page.faults]  # fmt: skip
    context = {"page": page, "form": form, "faults": faults, "is_change": is_change, "titles": names}
    return render(request, "admissions/apply/review.html", context, status=status)


@signed_in
@never_cache
@require_GET
@absent_is_404
def receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the family keeps: number, day, fingerprint."""
    found = queries.receipt_of(account=account_of(request), public_id=public_id, now=timezone.now())
    return render(request, "admissions/apply/receipt.html", {"receipt": found})


# Afterwards -----------------------------------------------------------------------------------------------------


@signed_in
@never_cache
@require_GET
@absent_is_404
def application(request: HttpRequest, public_id: str) -> HttpResponse:
    """How it stands, and what can be done."""
    page = queries.progress_page(account=account_of(request), public_id=public_id, now=timezone.now())
    return render(request, "admissions/apply/application.html", {"page": page, "steps": _steps("")})


@signed_in
@recently_proved
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def restate(request: HttpRequest, public_id: str) -> HttpResponse:
    """The wishes of a further round, among the schools that still have places."""
    page = queries.restate_page(account=account_of(request), public_id=public_id, now=timezone.now())
    form = RestateForm(request.POST if request.method == "POST" else None, page=page)
    status = 200
    if request.method == "POST":
        status = done(
            form,
            lambda: operations.restate_wishes(
                account=account_of(request), public_id=public_id, wishes=form.wishes(), now=timezone.now()
            ),
        )
        if not status:
            messages.success(request, _("志愿已保存。截止以前可以再改。"))
            return redirect("admissions:application", public_id)
    return render(request, "admissions/apply/restate.html", {"page": page, "form": form}, status=status)


@signed_in
@require_POST
@absent_is_404
def discard(request: HttpRequest, public_id: str) -> HttpResponse:
    """Deletes a draft, or drops the change that was begun."""
    row = queries.find_own(account=account_of(request), public_id=public_id)
    is_draft = row.state == ApplicationState.DRAFT
    act = lambda: operations.discard_draft(  # noqa: E731 - Called once.
        account=account_of(request), public_id=public_id, now=timezone.now()
    )
    if is_draft:
        return _pressed(request, act, _("草稿已删去。"), "admissions:apply")
    return _pressed(request, act, _("没有交的修改已丢弃。"), "admissions:application", public_id)


@signed_in
@recently_proved
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def undo(request: HttpRequest, public_id: str) -> HttpResponse:
    """Takes the latest change back, after asking."""
    page = queries.progress_page(account=account_of(request), public_id=public_id, now=timezone.now())
    if request.method == "GET":
        if page.undo is None:
            return redirect("admissions:application", public_id)
        return render(request, "admissions/apply/undo.html", {"page": page})
    typed = request.POST.get("revision", "")
    revision = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0
    act = lambda: operations.undo_change(  # noqa: E731 - Called once.
        account=account_of(request), public_id=public_id, revision=revision, now=timezone.now()
    )
    return _pressed(request, act, _("修改已撤销，恢复为原来的内容。"), "admissions:application", public_id)


@signed_in
@recently_proved
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    """Takes the application out, after asking."""
    page = queries.progress_page(account=account_of(request), public_id=public_id, now=timezone.now())
    if request.method == "GET":
        if not page.can_withdraw:
            return redirect("admissions:application", public_id)
        return render(request, "admissions/apply/withdraw.html", {"page": page})
    act = lambda: operations.withdraw_application(  # noqa: E731 - Called once.
        account=account_of(request), public_id=public_id, now=timezone.now()
    )
    return _pressed(request, act, _("申请已撤回。"), "admissions:application", public_id)


@signed_in
@require_POST
@absent_is_404
def again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Takes a withdrawn application up again."""
    act = lambda: operations.take_up_again(  # noqa: E731 - Called once.
        account=account_of(request), public_id=public_id, now=timezone.now()
    )
    return _pressed(request, act, _("申请已重新提交，报名号不变。"), "admissions:application", public_id)


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def object_(request: HttpRequest, public_id: str) -> HttpResponse:
    """The other guardian says that he does not agree."""
    account = account_of(request)
    ward = queries.ward_application(account=account, public_id=public_id)
    form = ObjectionForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                operations.object_as_guardian(
                    account=account, public_id=public_id, objection=form.cleaned_data["objection"], now=timezone.now()
                )
            except operations.UnableTo as refused:
                form.refuse(refused)
                status = refused.status
            else:
                messages.success(request, _("异议已收到。工作人员会向双方核实。"))
                return redirect("admissions:apply")
    return render(request, "admissions/apply/object.html", {"ward": ward, "form": form}, status=status)
