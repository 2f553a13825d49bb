"""The desk of an intake: the draw and its ceremony, trials, the sealed run and its publication, appeals."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yaodian.admissions import operations, queries
from yaodian.admissions.forms.placing import DecisionForm, PromiseForm, ReasonForm, RevealForm, RoundForm, TrialForm
from yaodian.admissions.models import Appeal, Offer
from yaodian.admissions.problem.varying import Variant
from yaodian.foundation.answering import absent_is_404
from yaodian.foundation.forms import done
from yaodian.organisations.access import account_of, permitted


@permitted("admissions.view")
@require_GET
def intakes(request: HttpRequest) -> HttpResponse:
    """The intakes that the account sees."""
    rows = queries.intake_rows(account=request.user, day=timezone.localdate())
    return render(request, "admissions/intakes.html", {"rows": rows})


@permitted("admissions.view")
@require_GET
@absent_is_404
def intake(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far an intake is, and its next step."""
    return _intake(request, public_id)


def _intake(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    desk = queries.desk_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {
        "desk": desk,
        "intake": desk.intake,
        "step": queries.next_step(desk.intake),
        "promise_form": PromiseForm(auto_id="promise-%s"),
        "trial_form": TrialForm(offers=_seats(desk)),
        "void_form": ReasonForm(),
        "round_form": RoundForm(),
        "decisions": [(one, _decision(desk, one)) for one in desk.appeals if one.state == "filed"],
        **given,
    }
    return render(request, "admissions/intake.html", context, status=status)


def _seats(desk: queries.Desk) -> list[tuple[str, str, int]]:
    return [(one.offer.public_id, one.school, one.offer.seats) for one in desk.offers]


def _decision(desk: queries.Desk, appeal: Appeal, data: Any = None) -> DecisionForm:
    offers = [(one.offer.public_id, one.school) for one in desk.offers]
    return DecisionForm(data, offers=offers, auto_id=f"appeal-{appeal.public_id}-%s")


@permitted("admissions.place")
@require_POST
@absent_is_404
def promise(request: HttpRequest, public_id: str) -> HttpResponse:
    """Publishes the promise of a draw."""
    row = queries.intake_at_desk(account=request.user, public_id=public_id)
    form = PromiseForm(request.POST, auto_id="promise-%s")
    status = done(
        form,
        lambda: operations.promise_draw(
            actor=account_of(request),
            intake=row,
            sources=form.sources(),
            promised_at=form.cleaned_data["promised_at"],
            now=timezone.now(),
        ),
    )
    if status:
        return _intake(request, public_id, status, promise_form=form)
    messages.success(request, _("承诺已公布。请把指纹抄录、登报或交给公证处，要早于所有来源。"))
    return redirect("admissions:intake", public_id)


@permitted("admissions.view", POST="admissions.place")
@absent_is_404
def ceremony(request: HttpRequest, public_id: str) -> HttpResponse:
    """The page for the projector: promise, what became known, seed, first and last numbers. Posted by two people alike, it draws."""
    desk = queries.desk_page(account=request.user, public_id=public_id, day=timezone.localdate())
    if desk.draw is None:
        return redirect("admissions:intake", public_id)
    protocol = queries.protocol_of(public_id=desk.draw.public_id, day=timezone.localdate())
    form = RevealForm(request.POST or None, sources=protocol.sources)
    status = 200
    if request.method == "POST":
        made: list[operations.Entered] = []
        status = done(
            form,
            lambda: made.append(
                operations.enter_values(
                    actor=account_of(request), draw=protocol.draw, reveals=form.reveals(), now=timezone.now()
                )
            ),
        )
        if not status:
            _tell_entered(request, made[0])
            return redirect("admissions:ceremony", public_id)
    context = {"protocol": protocol, "draw": protocol.draw, "intake": desk.intake, "form": form, "desk": desk}
    return render(request, "admissions/ceremony.html", context, status=status)


def _tell_entered(request: HttpRequest, entered: operations.Entered) -> None:
    if entered.differing:
        messages.error(
            request,
            _("与另一人录入的不一致：%(names)s。请两人各自对照公布的原文，录错的一方重新录入。")
            % {"names": _("、").join(entered.differing)},
        )
    elif not entered.is_drawn:
        messages.success(request, _("已录入。请另一位同事照公布的原文再录一遍，一致时即抽签。"))


@permitted("admissions.place")
@require_POST
@absent_is_404
def void(request: HttpRequest, public_id: str) -> HttpResponse:
    """Makes a promise void that cannot be kept."""
    desk = queries.desk_page(account=request.user, public_id=public_id, day=timezone.localdate())
    form = ReasonForm(request.POST)
    if desk.draw is None:
        return redirect("admissions:intake", public_id)
    draw = desk.draw
    status = done(
        form,
        lambda: operations.void_draw(
            actor=account_of(request), draw=draw, reason=form.cleaned_data["reason"], now=timezone.now()
        ),
    )
    if status:
        return _intake(request, public_id, status, void_form=form)
    return redirect("admissions:intake", public_id)


@permitted("admissions.place")
@require_POST
@absent_is_404
def trial(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks for a trial."""
    desk = queries.desk_page(account=request.user, public_id=public_id, day=timezone.localdate())
    form = TrialForm(request.POST, offers=_seats(desk))
    status = done(
        form,
        lambda: operations.ask_trial(
            actor=account_of(request),
            intake=desk.intake,
            label=form.cleaned_data["label"],
            variant=Variant(seats=form.seats()),
            now=timezone.now(),
        ),
    )
    if status:
        return _intake(request, public_id, status, trial_form=form)
    messages.success(request, _("试算已排队，稍后刷新可见结果。"))
    return redirect("admissions:intake", public_id)


@permitted("admissions.place")
@require_POST
@absent_is_404
def seal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks for the sealed run."""
    row = queries.intake_at_desk(account=request.user, public_id=public_id)
    try:
        made = operations.ask_run(actor=account_of(request), intake=row, now=timezone.now())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
        return redirect("admissions:intake", public_id)
    return redirect("admissions:run", made.public_id)


@permitted("admissions.place")
@require_POST
@absent_is_404
def open_round(request: HttpRequest, public_id: str) -> HttpResponse:
    """Opens a further round for those who were left over."""
    row = queries.intake_at_desk(account=request.user, public_id=public_id)
    form, made = RoundForm(request.POST), []
    status = done(
        form,
        lambda: made.append(
            operations.open_round(actor=account_of(request), intake=row, days=form.cleaned_data, now=timezone.now())
        ),
    )
    if status:
        return _intake(request, public_id, status, round_form=form)
    messages.success(request, _("补录已建立，没有学位的家庭已得到通知。"))
    return redirect("admissions:intake", made[0].public_id)


@permitted("admissions.place")
@require_POST
@absent_is_404
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ends an intake of which nothing is open any more."""
    row = queries.intake_at_desk(account=request.user, public_id=public_id)
    try:
        operations.end_intake(actor=account_of(request), intake=row, now=timezone.now())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
        return redirect("admissions:intake", public_id)
    messages.success(request, _("这个学段的招生已结束，候补也已结束。"))
    return redirect("admissions:intake", public_id)


@permitted("admissions.view")
@require_GET
@absent_is_404
def run(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a run came to, and what the check finds."""
    return _run(request, public_id)


def _run(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.run_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {"page": page, "run": page.run, "intake": page.intake, "form": ReasonForm(), **given}
    return render(request, "admissions/run.html", context, status=status)


@permitted("admissions.publish")
@require_POST
@absent_is_404
def open_run(request: HttpRequest, public_id: str) -> HttpResponse:
    """Opens the results, or shows what the gate found."""
    page = queries.run_page(account=request.user, public_id=public_id, day=timezone.localdate())
    try:
        operations.open_run(actor=account_of(request), run=page.run, now=timezone.now())
    except operations.UnableToOpenRun as problem:
        return _run(request, public_id, problem.status, refused=problem)
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
        return redirect("admissions:run", public_id)
    messages.success(request, _("结果已公布，家长可以查询。"))
    return redirect("admissions:run", public_id)


@permitted("admissions.view")
@require_POST
@absent_is_404
def recheck_run(request: HttpRequest, public_id: str) -> HttpResponse:
    """Verifies a sealed run anew; what is found stands in its record."""
    page = queries.run_page(account=request.user, public_id=public_id, day=timezone.localdate())
    try:
        operations.recheck_run(actor=account_of(request), run=page.run, now=timezone.now())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
        return redirect("admissions:run", public_id)
    messages.success(request, _("已重新核对，结果和时间记在下面。"))
    return redirect("admissions:run", public_id)


@permitted("admissions.place")
@require_POST
@absent_is_404
def drop_run(request: HttpRequest, public_id: str) -> HttpResponse:
    """Drops a sealed run that was not opened."""
    page = queries.run_page(account=request.user, public_id=public_id, day=timezone.localdate())
    form = ReasonForm(request.POST)
    status = done(
        form,
        lambda: operations.drop_run(
            actor=account_of(request), run=page.run, reason=form.cleaned_data["reason"], now=timezone.now()
        ),
    )
    if status:
        return _run(request, public_id, status, form=form)
    return redirect("admissions:intake", page.intake.public_id)


@permitted("admissions.appeals")
@require_POST
@absent_is_404
def decide(request: HttpRequest, public_id: str, appeal: str) -> HttpResponse:
    """Decides an appeal."""
    desk = queries.desk_page(account=request.user, public_id=public_id, day=timezone.localdate())
    found = next((one for one in desk.appeals if one.public_id == appeal), None)
    if found is None:
        raise Appeal.DoesNotExist
    form = _decision(desk, found, request.POST)
    offers: dict[str, Offer] = {one.offer.public_id: one.offer for one in desk.offers}
    status = done(
        form,
        lambda: operations.decide_appeal(
            actor=account_of(request),
            appeal=found,
            upheld=form.cleaned_data["upheld"],
            offer=offers.get(form.cleaned_data["offer"]),
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        ),
    )
    if status:
        decisions = [
            (one, form if one == found else _decision(desk, one)) for one in desk.appeals if one.state == "filed"
        ]
        return _intake(request, public_id, status, decisions=decisions)
    messages.success(request, _("申诉已裁定。"))
    return redirect("admissions:intake", public_id)
