"""The office's desk of a round of scores: rules, loads, trials, the sealed run and its publication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.admissions import operations, queries
from yaodian.admissions.forms.placing import ReasonForm
from yaodian.admissions.forms.scoring import BatchForm, NewRoundForm, RoundForm, ScoreTrialForm
from yaodian.admissions.models import ScoreRound
from yaodian.admissions.views import imports
from yaodian.foundation.answering import absent_is_404, number_in
from yaodian.foundation.forms import done
from yaodian.organisations.access import account_of, permitted


@permitted("admissions.view", POST="admissions.set")
@require_http_methods(["GET", "POST"])
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds that the account sees; posted, a new one."""
    page = queries.round_list(account=request.user, day=timezone.localdate())
    form = NewRoundForm(request.POST if request.method == "POST" else None, intakes=page.intakes)
    status = 200
    made: list[ScoreRound] = []
    if request.method == "POST":

        def act() -> None:
            given = dict(form.cleaned_data)
            intake = given.pop("intake")
            made[:] = [
                operations.make_score_round(actor=account_of(request), intake=intake, values=given, now=timezone.now())
            ]

        status = done(form, act)
        if not status:
            messages.success(request, _("已建立，请写明批次并导入招生计划。"))
            return redirect("admissions:score_round", made[0].public_id)
    return render(request, "admissions/scores/rounds.html", {"page": page, "form": form}, status=status or 200)


@permitted("admissions.view", POST="admissions.set")
@require_http_methods(["GET", "POST"])
@absent_is_404
def round_(request: HttpRequest, public_id: str) -> HttpResponse:
    """A round with its next step; posted, other subjects or tie rules."""
    if request.method != "POST":
        return _round(request, public_id)
    row = queries.find_round(account=request.user, public_id=public_id)
    form = RoundForm(request.POST)
    status = done(
        form,
        lambda: operations.change_score_round(
            actor=account_of(request), round=row, values=form.cleaned_data, now=timezone.now(),
            expected_version=number_in(request.POST, "version"),
        ),
    )  # fmt: skip
    if status:
        return _round(request, public_id, status, form=form)
    messages.success(request, _("已保存。"))
    return redirect("admissions:score_round", public_id)


def _round(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.round_page(account=request.user, public_id=public_id, day=timezone.localdate())
    batches = [line.batch for line in page.batches]
    chosen = next((one for one in batches if one.code == request.GET.get("edit")), None)
    typed = BatchForm.typed(chosen) if chosen else {"position": max([one.position for one in batches], default=0) + 1}
    context = {
        "page": page,
        "round": page.round,
        "chosen": chosen,
        "form": RoundForm(initial=RoundForm.typed(page.round)),
        "batch_form": BatchForm(initial=typed, batches=batches),
        "trial_form": ScoreTrialForm(),
        "reason_form": ReasonForm(),
        "links": {name: pages.links for name, pages in imports.SCORE_PAGES.items()},
        **given,
    }
    return render(request, "admissions/scores/round.html", context, status=status)


@permitted("admissions.set")
@require_POST
@absent_is_404
def batch(request: HttpRequest, public_id: str) -> HttpResponse:
    """Adds a batch or replaces it; `do=remove` with a `code` takes it out."""
    row = queries.find_round(account=request.user, public_id=public_id)
    version = number_in(request.POST, "version")
    if request.POST.get("do") == "remove":
        return _pressed(
            request,
            public_id,
            lambda: operations.remove_batch(
                actor=account_of(request), round=row, code=request.POST.get("code", ""), now=timezone.now(),
                expected_version=version,
            ),
            _("批次已删去。"),
        )  # fmt: skip
    form = BatchForm(request.POST, batches=row.batches.all())
    status = done(
        form,
        lambda: operations.put_batch(
            actor=account_of(request), round=row, values=form.cleaned_data, now=timezone.now(),
            expected_version=version,
        ),
    )  # fmt: skip
    if status:
        return _round(request, public_id, status, batch_form=form)
    messages.success(request, _("已保存。"))
    return redirect("admissions:score_round", public_id)


def _pressed(request: HttpRequest, public_id: str, act: Callable[[], object], said: str) -> HttpResponse:
    """A step that is one press of a button; a refusal is told on the page it came from, with everything that was found."""
    try:
        act()
    except (operations.UnableToAnnounceScores, operations.UnableToCloseScores) as refused:
        return _round(request, public_id, refused.status, refused=refused)
    except operations.UnableTo as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, said)
    return redirect("admissions:score_round", public_id)


@permitted("admissions.publish")
@require_POST
@absent_is_404
def announce(request: HttpRequest, public_id: str) -> HttpResponse:
    """Makes the rules stand."""
    row = queries.find_round(account=request.user, public_id=public_id)
    return _pressed(
        request,
        public_id,
        lambda: operations.announce_scores(
            actor=account_of(request), round=row, now=timezone.now(), expected_sha256=request.POST.get("sha256")
        ),
        _("规则已公布，可以导入考生成绩和志愿。"),
    )


@permitted("admissions.set")
@require_POST
@absent_is_404
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    """Scores and wishes are whole."""
    row = queries.find_round(account=request.user, public_id=public_id)
    return _pressed(
        request,
        public_id,
        lambda: operations.close_scores(actor=account_of(request), round=row, now=timezone.now()),
        _("数据已锁定，位次已算出。"),
    )


@permitted("admissions.set")
@require_POST
@absent_is_404
def reopen(request: HttpRequest, public_id: str) -> HttpResponse:
    """Scores and wishes are loaded again."""
    row = queries.find_round(account=request.user, public_id=public_id)
    form = ReasonForm(request.POST)
    status = done(
        form,
        lambda: operations.reopen_scores(
            actor=account_of(request), round=row, reason=form.cleaned_data["reason"], now=timezone.now()
        ),
    )
    if status:
        return _round(request, public_id, status, reason_form=form)
    return redirect("admissions:score_round", public_id)


@permitted("admissions.place")
@require_POST
@absent_is_404
def trial(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks for a trial."""
    row = queries.find_round(account=request.user, public_id=public_id)
    form = ScoreTrialForm(request.POST)
    status = done(
        form,
        lambda: operations.ask_score_trial(
            actor=account_of(request), round=row, label=form.cleaned_data["label"], now=timezone.now()
        ),
    )
    if status:
        return _round(request, public_id, status, trial_form=form)
    messages.success(request, _("试算已排队，稍后刷新可见结果。"))
    return redirect("admissions:score_round", public_id)


@permitted("admissions.place")
@require_POST
@absent_is_404
def seal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks for the sealed run."""
    row = queries.find_round(account=request.user, public_id=public_id)
    try:
        made = operations.ask_score_run(actor=account_of(request), round=row, now=timezone.now())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
        return redirect("admissions:score_round", public_id)
    return redirect("admissions:score_run", made.public_id)


@permitted("admissions.view")
@require_GET
@absent_is_404
def run(request: HttpRequest, public_id: str) -> HttpResponse:
    """What a run came to, and what the check finds."""
    return _run(request, public_id)


def _run(request: HttpRequest, public_id: str, status: int = 200, **given: Any) -> HttpResponse:
    page = queries.score_run_page(account=request.user, public_id=public_id, day=timezone.localdate())
    context = {"page": page, "run": page.run, "round": page.round, "form": ReasonForm(), **given}
    return render(request, "admissions/scores/run.html", context, status=status)


@permitted("admissions.publish")
@require_POST
@absent_is_404
def open_run(request: HttpRequest, public_id: str) -> HttpResponse:
    """Opens the results, or shows what the gate found."""
    row = queries.find_score_run(account=request.user, public_id=public_id)
    try:
        operations.open_score_run(actor=account_of(request), run=row, now=timezone.now())
    except operations.UnableToOpenScoreRun as problem:
        return _run(request, public_id, problem.status, refused=problem)
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
        return redirect("admissions:score_run", public_id)
    messages.success(request, _("录取结果已公布，家长和学校可以查询。"))
    return redirect("admissions:score_run", public_id)


@permitted("admissions.view")
@require_POST
@absent_is_404
def recheck_run(request: HttpRequest, public_id: str) -> HttpResponse:
    """Verifies a sealed run anew; what is found stands in its record."""
    row = queries.find_score_run(account=request.user, public_id=public_id)
    try:
        operations.recheck_score_run(actor=account_of(request), run=row, now=timezone.now())
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
        return redirect("admissions:score_run", public_id)
    messages.success(request, _("已重新核对，结果和时间记在下面。"))
    return redirect("admissions:score_run", public_id)


@permitted("admissions.place")
@require_POST
@absent_is_404
def drop_run(request: HttpRequest, public_id: str) -> HttpResponse:
    """Drops a sealed run that was not opened."""
    row = queries.find_score_run(account=request.user, public_id=public_id)
    form = ReasonForm(request.POST)
    status = done(
        form,
        lambda: operations.drop_score_run(
            actor=account_of(request), run=row, reason=form.cleaned_data["reason"], now=timezone.now()
        ),
    )
    if status:
        return _run(request, public_id, status, form=form)
    return redirect("admissions:score_round", row.round.public_id)
