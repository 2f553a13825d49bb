"""The pages of bulletins: list, compose, one bulletin with its traces and files, the wordings of an office, the digest."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yaodian.foundation.answering import absent_is_404, as_file, day_in, number_in
from yaodian.foundation.charting import answer_workbook
from yaodian.foundation.sheets.views import XLSX
from yaodian.organisations.access import account_of, permitted, signed_in
from yaodian.plans import operations
from yaodian.plans.models import BulletinKind, BulletinState, PeriodKind
from yaodian.plans.operations import bulletins as changing
from yaodian.plans.operations.errors import UnableToComposeBulletin
from yaodian.plans.queries import bulletins as reading
from yaodian.plans.views.answers import back

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@permitted("cases.view")
@require_GET
def bulletin_list(request: HttpRequest) -> HttpResponse:
    """The bulletins within reach, the latest period first."""
    found = reading.list_bulletins(
        account=request.user,
        today=timezone.localdate(),
        page=number_in(request.GET, "page") or 1,
        state=request.GET.get("state", ""),
        kind=request.GET.get("kind", ""),
    )
    rows = [(one, found.names.get(one.unit_id, "")) for one in found.items]
    context = {"page": found, "rows": rows, "states": BulletinState.choices, "state": request.GET.get("state", "")}
    return render(request, "plans/bulletins/list.html", context)


@permitted("plans.correct")
@require_http_methods(["GET", "POST"])
@absent_is_404
def compose(request: HttpRequest) -> HttpResponse:
    """Choose whose, which plans, which period; the draft is made of the data as they are now."""
    today = timezone.localdate()
    problem, status = None, 200
    said = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            kind, first, last = _period(request)
            row = changing.compose_bulletin(
                actor=account_of(request),
                now=timezone.now(),
                today=today,
                unit=said.get("unit", ""),
                kind=said.get("kind", ""),
                plans=said.getlist("plans"),
                period=kind,
                first=first,
                last=last,
                case_kinds=said.getlist("case_kinds"),
            )
        except operations.UnableTo as error:
            problem, status = error, error.status
        else:
            messages.success(request, _("草稿已按当前数据汇总。请核对后提交给另一人签发。"))
            return redirect("plans:bulletin", row.public_id)
    page = reading.get_compose_page(account=request.user, today=today)
    latest = page.plans[0].year if page.plans else None
    chosen_plans = said.getlist("plans") or [plan.public_id for plan in page.plans if plan.year == latest][:1]
    # The last month that is over is what is mostly reported on.
    usual = next((span.before.code for span in page.spans if span.kind == PeriodKind.MONTH), "")
    context = {
        "page": page,
        "problem": problem,
        "kinds": BulletinKind.choices,
        "kind": said.get("kind", BulletinKind.CIRCULAR.value),
        "unit": said.get("unit", ""),
        "chosen_plans": chosen_plans,
        "chosen_kinds": said.getlist("case_kinds"),
        "period": said.get("period", usual),
        "first": said.get("first", ""),
        "last": said.get("last", ""),
        "groups": [
            (label, [span for span in page.spans if span.kind == code])
            for code, label in PeriodKind.choices
            if code != PeriodKind.DAYS
        ],
    }
    return render(request, "plans/bulletins/compose.html", context, status=status)


def _period(request: HttpRequest) -> tuple[str, date, date | None]:
    """What the form says of the period: one of the list, or two days."""
    code = request.POST.get("period", "")
    if code == "days":
        return PeriodKind.DAYS, _day(request, "first", _("起")), _day(request, "last", _("止"))
    found = next((span for span in reading.recent_spans(timezone.localdate()) if span.code == code), None)
    if found is None:
        raise UnableToComposeBulletin(
            _("没有选择期间。请从列表中选择，或填写起止日期。"), code="unknown-period", field="period"
        )
    return found.kind, found.first, None


def _day(request: HttpRequest, name: str, label: str) -> date:
    day = day_in(request.POST, name)
    if day is None:
        raise UnableToComposeBulletin(
            _("“%(label)s”的日期没有填写，或者不是日期。请像 2026-10-01 这样填写。") % {"label": label},
            code="unknown-period",
            field=name,
        )
    return day


@permitted("cases.view")
@require_GET
@absent_is_404
def bulletin(request: HttpRequest, bulletin: str) -> HttpResponse:
    """One bulletin: what it says, each number leading to its source, and what may be done with it."""
    page = reading.get_bulletin(
        account=request.user, public_id=bulletin, today=timezone.localdate(), now=timezone.now()
    )
    charts = [block.chart for part in page.parts for block in part.blocks if block.chart is not None]
    book = answer_workbook(request, charts)
    return book if book is not None else render(request, "plans/bulletins/one.html", _context(page))


def _context(page: reading.BulletinPage) -> dict[str, Any]:
    return {"page": page, "bulletin": page.bulletin, "figures": page.figures}


@permitted("cases.view")
@require_GET
@absent_is_404
def traces(request: HttpRequest, bulletin: str) -> HttpResponse:
    """All numbers of a bulletin with whence they come; `?key=` one of them, with the commitments behind it."""
    page = reading.get_traces(
        account=request.user, public_id=bulletin, today=timezone.localdate(), key=request.GET.get("key", "")
    )
    return render(request, "plans/bulletins/traces.html", {"page": page, "bulletin": page.bulletin})


@permitted("cases.view")
@require_GET
@absent_is_404
def file(request: HttpRequest, bulletin: str, kind: str) -> HttpResponse:
    """A file: of an issued bulletin byte for byte as it went out, of a draft as it would look now."""
    if kind not in ("docx", "xlsx"):
        raise Http404
    today = timezone.localdate()
    row = reading.find_bulletin(account=request.user, public_id=bulletin, today=today)
    if row.is_frozen:
        try:
            row, kept = reading.open_issued_file(account=request.user, public_id=bulletin, kind=kind, today=today)
        except reading.BulletinFileChanged as problem:
            messages.error(request, str(problem))
            return redirect("plans:bulletin", bulletin)
        content, name = bytes(kept.content), f"{row.full_number} {row.title}"
    else:
        try:
            made = reading.files_of(
                reading.content_of(row), number=_("草稿"), moment=row.composed_at, dated=today, shows_marks=True
            )
        except ValueError as problem:
            messages.error(request, str(problem))
            return redirect("plans:bulletin", bulletin)
        content = made.written.content if kind == "docx" else made.sheet
        name = f"{row.title}（{_('草稿')}）"
    answer = HttpResponse(content, content_type=DOCX if kind == "docx" else XLSX)
    return as_file(answer, f"{name}{_('出处表') if kind == 'xlsx' else ''}.{kind}")


@permitted("plans.correct")
@require_POST
@absent_is_404
def write(request: HttpRequest, bulletin: str, verb: str) -> HttpResponse:
    """What the writer does: compose anew, hand on, throw away."""
    common: dict[str, Any] = {"actor": account_of(request), "now": timezone.now(), "public_id": bulletin}
    version = number_in(request.POST, "expected_version") or 0
    try:
        if verb == "delete":
            changing.delete_bulletin(**common)
            messages.success(request, _("草稿已删除。"))
            return back(request, "plans:bulletins")
        if verb == "recompose":
            changing.recompose_bulletin(**common, today=timezone.localdate(), expected_version=version)
            messages.success(request, _("已按当前数据重新汇总。"))
        elif verb == "submit":
            changing.submit_bulletin(**common, expected_version=version)
            messages.success(request, _("已提交。请另一位有签发权限的人核对后签发。"))
        else:
            raise Http404
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    return back(request, "plans:bulletin", bulletin)


@permitted("plans.issue")
@require_POST
@absent_is_404
def decide(request: HttpRequest, bulletin: str, verb: str) -> HttpResponse:
    """What the second person does: issue, give back, withdraw."""
    common: dict[str, Any] = {
        "actor": account_of(request),
        "now": timezone.now(),
        "public_id": bulletin,
        "expected_version": number_in(request.POST, "expected_version") or 0,
    }
    reason = request.POST.get("reason", "")
    try:
        if verb == "issue":
            row = changing.issue_bulletin(**common, today=timezone.localdate())
            messages.success(request, _("已签发，编号 %(number)s。文件已固定保存。") % {"number": row.full_number})
        elif verb == "return":
            changing.return_bulletin(**common, reason=reason)
            messages.success(request, _("已退回。"))
        elif verb == "withdraw":
            changing.withdraw_bulletin(**common, reason=reason)
            messages.success(request, _("已撤回，编号和文件仍然保留。"))
        else:
            raise Http404
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    return back(request, "plans:bulletin", bulletin)


@permitted("plans.correct")
@require_http_methods(["GET", "POST"])
@absent_is_404
def words(request: HttpRequest, bulletin: str) -> HttpResponse:
    """The words of one draft."""
    today = timezone.localdate()
    row = reading.find_bulletin(account=request.user, public_id=bulletin, today=today)
    slots = reading.slots_of(row.series.kind)
    texts = {slot.code: row.texts.get(slot.code, slot.default) for slot in slots}
    problem, status = None, 200
    version = row.version
    if request.method == "POST":
        texts = {slot.code: request.POST.get(slot.code, "") for slot in slots}
        version = number_in(request.POST, "expected_version") or 0
        try:
            changing.word_bulletin(
                actor=account_of(request),
                now=timezone.now(),
                public_id=bulletin,
                expected_version=version,
                texts=texts,
            )
        except operations.UnableTo as error:
            problem, status = error, error.status
        else:
            messages.success(request, _("已保存。"))
            return redirect("plans:bulletin", bulletin)
    page = reading.get_wordings(account=request.user, today=today, unit=row.unit.public_id)
    context = {
        "bulletin": row,
        "lines": [(slot, texts[slot.code]) for slot in slots],
        "places": page.places,
        "problem": problem,
        "version": version,
    }
    return render(request, "plans/bulletins/words.html", context, status=status)


# --- the wordings and heads of an office ------------------------------------------------------------------------------


@permitted("plans.correct")
@require_GET
@absent_is_404
def wordings(request: HttpRequest) -> HttpResponse:
    """How an office words its bulletins, with the figures of its latest one filled in; the places; the heads."""
    page = reading.get_wordings(account=request.user, today=timezone.localdate(), unit=request.GET.get("unit", ""))
    return render(request, "plans/bulletins/wordings.html", {"page": page, "unit": page.unit})


@permitted("plans.correct")
@require_http_methods(["GET", "POST"])
@absent_is_404
def wording(request: HttpRequest, unit: str, slot: str) -> HttpResponse:
    """One part: its wording, a preview, the places, all versions."""
    today = timezone.localdate()
    if slot not in reading.SLOTS:
        raise Http404
    home, worded, versions = reading.get_versions(account=request.user, today=today, unit=unit, slot=slot)
    text, problem, status = worded.text, None, 200
    version = worded.version
    if request.method == "POST":
        text = request.POST.get("text", "")
        version = number_in(request.POST, "expected_version") or 0
        common: dict[str, Any] = {
            "actor": account_of(request),
            "now": timezone.now(),
            "unit": unit,
            "slot": slot,
            "expected_version": version,
        }
        verb = request.POST.get("verb", "save")
        if verb != "preview":
            try:
                if verb == "restore":
                    changing.restore_wording(**common)
                else:
                    changing.save_wording(**common, text=text)
            except operations.UnableTo as error:
                problem, status = error, error.status
            else:
                messages.success(request, _("措辞已保存，以后汇总的通报按它写；已有的草稿不变。"))
                return redirect(f"{reverse('plans:bulletin_wordings')}?{urlencode({'unit': unit})}")
    page = reading.get_wordings(account=request.user, today=today, unit=unit, texts={slot: text})
    line = next(one for one in page.lines if one.worded.slot.code == slot)
    context = {
        "page": page,
        "unit": home,
        "line": line,
        "text": text,
        "versions": versions,
        "problem": problem,
        "version": version,
    }
    return render(request, "plans/bulletins/wording.html", context, status=status)


@permitted("plans.correct")
@require_POST
@absent_is_404
def head(request: HttpRequest, unit: str, kind: str) -> HttpResponse:
    """Under which head an office issues."""
    values = {name: request.POST.get(name, "") for name in changing.HEAD_FIELDS}
    try:
        changing.save_head(actor=account_of(request), now=timezone.now(), unit=unit, kind=kind, values=values)
    except operations.UnableTo as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("文头已保存，草稿随之改变，已签发的不变。"))
    return redirect(f"{reverse('plans:bulletin_wordings')}?{urlencode({'unit': unit})}#heads")


@signed_in
@require_http_methods(["GET", "POST"])
def digest(request: HttpRequest) -> HttpResponse:
    """Somebody's own weekly digest: on or off, where to, and what it would say today."""
    account = account_of(request)
    problem, status = None, 200
    page = reading.get_digest_page(account=account, today=timezone.localdate())
    is_on = page.setting.is_on if page.setting else False
    address = page.setting.address if page.setting else ""
    if request.method == "POST":
        is_on, address = request.POST.get("is_on") == "on", request.POST.get("address", "")
        try:
            changing.set_digest(actor=account, now=timezone.now(), is_on=is_on, address=address)
        except operations.UnableTo as error:
            problem, status = error, error.status
        else:
            messages.success(request, _("已保存。"))
            return redirect("plans:digest")
    context = {"page": page, "is_on": is_on, "address": address, "problem": problem}
    return render(request, "plans/bulletins/digest.html", context, status=status)
