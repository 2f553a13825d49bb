"""The pages of whoever looks after personal data: requests, consents, guardians' accounts, retention, erasure."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, number_in, numbered
from yaodian.identity.session import recently_proved
from yaodian.organisations.access import account_of, permitted
from yaodian.registry import operations, queries
from yaodian.registry.forms import AnswerForm, LinkAccountForm, PaperConsentForm, ReceiveForm, RetentionForm
from yaodian.registry.models import PRESENT, Pupil, RequestKind, RequestState
from yaodian.registry.views.answers import back, form_page, step
from yaodian.registry.views.children import zip_answer

ANSWER = "registry.answer_requests"


@permitted(ANSWER)
@require_GET
def request_list(request: HttpRequest) -> HttpResponse:
    """Requests about pupils within reach: to be answered, or closed."""
    is_open = request.GET.get("state") != "closed"
    page = queries.requests(account=request.user, is_open=is_open, page=number_in(request.GET, "page") or 1)
    context = {"rows": page.items, "page": numbered(page), "is_open": is_open}
    return render(request, "registry/requests.html", context)


@permitted(ANSWER)
@never_cache
@require_http_methods(["GET", "POST"])
@absent_is_404
def one_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """A request with its words, and the form that answers it."""
    row = queries.find_request(account=request.user, public_id=public_id)
    form = AnswerForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _answer(request, public_id, form)
            except operations.UnableTo as problem:
                form.refuse(problem)
                status = problem.status
            else:
                messages.success(request, _("申请已答复。"))
                return back("request", public_id)
    context = {
        "row": row,
        "form": form,
        "is_open": row.state == RequestState.RECEIVED,
        "is_late": queries.is_late(row, timezone.localdate()),
        "is_erasure": row.kind == RequestKind.ERASE,
        "is_correction": row.kind == RequestKind.CORRECT,
        "has_copy": row.kind == RequestKind.COPY and row.state == RequestState.ANSWERED and row.erased_at is None,
    }
    return render(request, "registry/request.html", context, status=status)


def _answer(request: HttpRequest, public_id: str, form: AnswerForm) -> None:
    words = form.cleaned_data["answer"]
    actor, now = account_of(request), timezone.now()
    if form.cleaned_data["decision"] == "refuse":
        operations.refuse_request(actor=actor, public_id=public_id, reason=words, now=now)
    else:
        operations.answer_request(actor=actor, public_id=public_id, answer=words, now=now)


@permitted(ANSWER)
@recently_proved
@never_cache
@require_GET
@absent_is_404
def request_copy(request: HttpRequest, public_id: str) -> HttpResponse:
    """The file of a granted request, to be handed to the guardian who asked on paper."""
    row = queries.find_request(account=request.user, public_id=public_id)
    try:
        data = operations.copy_for_office(actor=account_of(request), public_id=public_id, now=timezone.now())
    except operations.WrongState as problem:
        raise Http404 from problem
    return zip_answer(data, row.pupil.public_id)


# One pupil.


@permitted(ANSWER)
@require_GET
@absent_is_404
def pupil_privacy(request: HttpRequest, public_id: str) -> HttpResponse:
    """What concerns a pupil's privacy: guardians' accounts, consents, requests, accesses."""
    page = queries.privacy_page(account=request.user, public_id=public_id)
    context = {
        "page": page,
        "pupil": page.pupil,
        "is_erasable": page.pupil.erased_at is None and page.pupil.status not in PRESENT,
    }
    return render(request, "registry/privacy.html", context)


def _pupil(request: HttpRequest, public_id: str) -> Pupil:
    return queries.find_pupil(account=request.user, public_id=public_id, permission=ANSWER)


def _trail(row: Pupil) -> list[tuple[str, str]]:
    return [
        (row.name, reverse("registry:pupil", args=[row.public_id])),
        (_("个人信息"), reverse("registry:privacy", args=[row.public_id])),
    ]


def _guardians(row: Pupil) -> list[tuple[str, str]]:
    found = row.guardianships.filter(ended_on__isnull=True, is_confirmed=True).select_related("guardian")
    return [(str(one.pk), f"{one.guardian.name}（{one.get_relation_display()}）") for one in found]


@permitted(ANSWER)
@require_http_methods(["GET", "POST"])
@absent_is_404
def receive_request(request: HttpRequest, public_id: str) -> HttpResponse:
    """Takes a request that a guardian makes on paper or in person."""
    row = _pupil(request, public_id)
    form = ReceiveForm(request.POST or None, guardians=_guardians(row))

    def act(sent: ReceiveForm) -> str:
        data = sent.cleaned_data
        operations.receive_request(
            actor=account_of(request),
            public_id=public_id,
            guardianship_id=int(data["guardianship"]),
            kind=data["kind"],
            text=data["text"],
            means=data["means"],
            now=timezone.now(),
        )
        return _("申请已受理。")

    return form_page(
        request,
        form,
        act,
        heading=_("受理申请"),
        action=_("受理"),
        parents=_trail(row),
        note=_("请先核对申请人的身份。只列出学校已确认的监护人。"),
        done=lambda: back("privacy", public_id, anchor="requests"),
    )


@permitted(ANSWER)
@require_http_methods(["GET", "POST"])
@absent_is_404
def record_consent(request: HttpRequest, public_id: str) -> HttpResponse:
    """Writes down what a guardian has said on paper or in person."""
    row = _pupil(request, public_id)
    form = PaperConsentForm(request.POST or None, guardians=_guardians(row), initial={"said_on": timezone.localdate()})

    def act(sent: PaperConsentForm) -> str:
        data = sent.cleaned_data
        operations.record_consent(
            actor=account_of(request),
            public_id=public_id,
            guardianship_id=int(data["guardianship"]),
            purpose=data["purpose"],
            state=data["state"],
            means=data["means"],
            said_on=data["said_on"],
            note=data["note"],
            now=timezone.now(),
        )
        return _("意见已登记。")

    return form_page(
        request,
        form,
        act,
        heading=_("登记监护人意见"),
        action=_("登记"),
        parents=_trail(row),
        note=_("只列出学校已确认的监护人。"),
        done=lambda: back("privacy", public_id, anchor="consents"),
    )


@permitted(ANSWER)
@recently_proved
@never_cache
@require_POST
@absent_is_404
def open_account(request: HttpRequest, public_id: str, guardianship_id: int) -> HttpResponse:
    """An account for a guardian, on a letter that is shown this once."""
    _pupil(request, public_id)
    try:
        letter = operations.open_guardian_account(
            actor=account_of(request), public_id=public_id, guardianship_id=guardianship_id, now=timezone.now()
        )
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
        return back("privacy", public_id)
    context = {
        "letter": letter,
        "site": request.build_absolute_uri("/"),
        "back": reverse("registry:privacy", args=[public_id]),
    }
    return render(request, "registry/guardian_letter.html", context)


@permitted(ANSWER)
@require_http_methods(["GET", "POST"])
@absent_is_404
def link_account(request: HttpRequest, public_id: str, guardianship_id: int) -> HttpResponse:
    """The guardian signs in with the account that he has as a member of staff."""
    row = _pupil(request, public_id)
    form = LinkAccountForm(request.POST or None)

    def act(sent: LinkAccountForm) -> str:
        operations.link_guardian_account(
            actor=account_of(request),
            public_id=public_id,
            guardianship_id=guardianship_id,
            username=sent.cleaned_data["username"],
            now=timezone.now(),
        )
        return _("账号已关联。")

    return form_page(
        request,
        form,
        act,
        heading=_("关联已有账号"),
        action=_("关联"),
        parents=_trail(row),
        note=_("监护人是本系统的工作人员时，用他现有的账号查看自己的孩子。请当面核对。"),
        done=lambda: back("privacy", public_id),
    )


@permitted(ANSWER)
@recently_proved
@require_POST
@absent_is_404
def erase_pupil(request: HttpRequest, public_id: str) -> HttpResponse:
    """Erases what names a pupil who has left."""
    _pupil(request, public_id)

    def act() -> str:
        operations.erase_pupil(actor=account_of(request), public_id=public_id, now=timezone.now())
        return _("身份信息已删除，只留作统计。")

    return step(request, act, lambda: back("privacy", public_id))


# How long data are kept.


@permitted(ANSWER)
@require_GET
def retention(request: HttpRequest) -> HttpResponse:
    """Purposes with their basis, rules of retention, and what is past its time."""
    context = {"page": queries.retention_page(account=request.user)}
    return render(request, "registry/retention.html", context)


@permitted(ANSWER)
@require_http_methods(["GET", "POST"])
def set_retention(request: HttpRequest) -> HttpResponse:
    """Sets how long a class of data is kept."""
    chosen = request.GET.get("data_class", "")
    rule = queries.retention_rules(on=timezone.localdate()).get(chosen)
    initial = {"data_class": chosen}
    if rule is not None:
        initial |= {"months": rule.months, "basis": rule.basis}
    form = RetentionForm(request.POST or None, initial=initial)

    def act(sent: RetentionForm) -> str:
        operations.set_retention(
            actor=account_of(request),
            data_class=sent.cleaned_data["data_class"],
            months=sent.cleaned_data["months"],
            basis=sent.cleaned_data["basis"],
            now=timezone.now(),
        )
        return _("保存期限已设定。到期的数据要在预览之后才会删除。")

    return form_page(
        request,
        form,
        act,
        heading=_("设定保存期限"),
        action=_("设定"),
        parents=[(_("用途与保存期限"), reverse("registry:retention"))],
        done=lambda: back("retention"),
    )


@permitted(ANSWER)
@require_POST
def end_retention(request: HttpRequest, data_class: str) -> HttpResponse:
    """Takes a rule back: the class is kept on."""

    def act() -> str:
        operations.end_retention(actor=account_of(request), data_class=data_class, now=timezone.now())
        return _("期限已取消，这类数据不再到期。")

    return step(request, act, lambda: back("retention"))


@permitted(ANSWER)
@recently_proved
@require_POST
def erase_expired(request: HttpRequest) -> HttpResponse:
    """Has what is past its time erased in the background, as much as the page has shown."""

    def act() -> str:
        operations.order_erasure(
            actor=account_of(request), expected=number_in(request.POST, "expected") or 0, now=timezone.now()
        )
        return _("删除已排入后台任务，完成后记入日志。")

    return step(request, act, lambda: back("retention"))
