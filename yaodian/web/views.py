"""Pages that cross slices: home, the journal, the health check, and the page that documents the design system."""

import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.conf import settings
from django.core.paginator import Paginator
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yaodian.admissions import queries as admission_queries
from yaodian.audit import queries as journal_queries
from yaodian.cases import queries as case_queries
from yaodian.cases.templatetags.cases import task_words
from yaodian.foundation import jobs
from yaodian.foundation.charting import (
    Bar,
    BarChart,
    Chart,
    Distribution,
    Limit,
    LineChart,
    Point,
    Series,
    answer_workbook,
)
from yaodian.foundation.context import THEMES
from yaodian.foundation.icons import PATHS
from yaodian.organisations.access import permitted, public
from yaodian.organisations.queries import Visitor, may, require, scope_of, search_units
from yaodian.plans import queries as plan_queries
from yaodian.plans.queries import reports as report_queries
from yaodian.registry import queries as registry_queries
from yaodian.web.forms import JournalFilter, SampleForm
from yaodian.web.words import words_of

WORKER_SILENCE_SECONDS = 60
# Longer than the pause before any second try, and than anybody waits at a screen.
QUEUE_LATE_SECONDS = 300


HOME_ROWS = 6


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What needs doing now, for whoever works on plans; for everyone else what has been published."""
    account = request.user
    works_on_plans = may(account=account, permission="plans.correct")

    counts = plan_queries.get_counts(account=account)

    def plans_in(*states: str, size: int = HOME_ROWS) -> list[plan_queries.PlanCard]:
        found: list[plan_queries.PlanCard] = []
        for state in states:
            if counts[state] and len(found) < size:
                filters = plan_queries.PlanFilters(state=state)
                found += plan_queries.list_plans(account=account, filters=filters, size=size).items
        return found[:size]

    context: dict[str, object] = {
        "works_on_plans": works_on_plans,
        "published": plans_in("published", size=HOME_ROWS if works_on_plans else 20),
        "counts": counts,
        "cockpit": plan_queries.get_cockpit(account=account, today=timezone.localdate()),
        **_tasks(account),
    }
    if works_on_plans:
        submitted = plans_in("submitted")
        context |= {
            "to_review": plans_in("review", "failed", "reading"),
            "to_publish": [
                (card, "publish_plan" in plan_queries.get_actions(account=account, plan=card.plan))
                for card in submitted
            ],
            "may_publish": may(account=account, permission="plans.publish"),
        }
    return render(request, "web/home.html", context)


@dataclass(frozen=True)
class HomeTask:
    """Something that waits for the person, from whichever slice."""

    title: str
    note: str
    address: str
    due_on: date | None
    days_late: int
    harm: float


TASK_ROWS = 12


def _tasks(account: Visitor) -> dict[str, object]:
    """What waits for the person in cases, plans and admissions, what harms most first: all sort by one scale."""
    reaches_cases = may(account=account, permission="cases.view")
    today = timezone.localdate()
    places = {
        "third": "?state=third", "double": "?warning=child", "objection": "?warning=objection", "appeal": "#appeals",
    }  # fmt: skip
    found = [
        HomeTask(
            one.title,
            one.note,
            resolve_url("plans:unit_duties" if one.kind == "sign" else "plans:report", one.public_id),
            one.due_on,
            one.days_late,
            one.harm,
        )
        for one in report_queries.list_asks(account=account, today=today)
    ]
    found += [
        HomeTask(
            one.title,
            one.note,
            resolve_url("admissions:intake" if one.kind == "appeal" else "admissions:check_queue", one.intake)
            + places[one.kind],
            one.due_on,
            one.days_late,
            one.harm,
        )
        for one in admission_queries.list_asks(account=account, today=today)
    ]
    if reaches_cases:
        found += [
            HomeTask(
                one.line.case.title,
                " · ".join((task_words(one.what), one.line.kind, one.line.doing)),
                resolve_url("cases:case", one.line.case.public_id),
                one.line.case.due_on,
                one.line.days_late,
                one.harm,
            )
            for one in case_queries.my_day(account=account, today=today).tasks
        ]
    found.sort(key=lambda one: -one.harm)
    return {
        "tasks": found[:TASK_ROWS],
        "task_count": len(found),
        "reaches_cases": reaches_cases,
        "answers": may(account=account, permission="plans.answer"),
    }


@public
@never_cache
@require_GET
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 where the database answers, 503 where not; `worker` tells whether background jobs are being run.

    `queue_seconds` is how long the first job that is due has waited: where it grows, more workers are needed.
    """
    report: dict[str, object] = {"status": "ok", "database": "ok", "worker": "ok", "queue": "ok"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        seen_at = jobs.last_sign_of_life()
        waiting_since = jobs.waiting_since()
    except DatabaseError:
        return JsonResponse(
            {"status": "failed", "database": "failed", "worker": "unknown", "queue": "unknown"}, status=503
        )
    now = timezone.now()
    silence = (now - seen_at).total_seconds() if seen_at else None
    wait = max(0, round((now - waiting_since).total_seconds())) if waiting_since else 0
    if silence is None or silence > WORKER_SILENCE_SECONDS:
        report |= {"status": "degraded", "worker": "missing"}
    if wait > QUEUE_LATE_SECONDS:
        report |= {"status": "degraded", "queue": "late"}
    report["queue_seconds"] = wait
    report["worker_seen_seconds_ago"] = None if silence is None else round(silence)
    return JsonResponse(report)


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen theme in a cookie and leads back, for browsers without scripts."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = resolve_url("web:home")
    response = redirect(target)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        # Readable by the page's script, which changes it without a reload; it holds one of three words.
        response.set_cookie(
            settings.THEME_COOKIE_NAME, chosen, max_age=365 * 24 * 3600, samesite="Lax", secure=request.is_secure()
        )
    return response


@permitted("audit.read")
@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    """The journal, for those who may read it: newest first, filtered, fifty to a page."""
    require(account=request.user, permission="audit.read")
    form = JournalFilter(request.GET or None, codes=tuple((code, words_of(code)) for code in journal_queries.codes()))
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = journal_queries.entries(**{name: value for name, value in chosen.items() if value})
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    # As pairs: a template would take a detail named «items» for the method.
    rows = [(entry, words_of(entry.code), tuple(entry.detail_data.items())) for entry in page]
    return render(request, "web/journal.html", {"form": form, "page": page, "rows": rows, "is_filtered": bool(chosen)})


FOUND = 10


def _marked(text: str, words: list[str]) -> SafeString:
    """The text with the words that were searched for marked, whatever their case."""
    if not words:
        return format_html("{}", text)
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)
    pieces: list[tuple[str, str]] = []
    at = 0
    for hit in pattern.finditer(text):
        pieces.append((text[at : hit.start()], hit.group()))
        at = hit.end()
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", pieces), text[at:])


@public
@never_cache
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """One box for schools, people, units and plans: of each what the visitor may see, and no more than a few.

    People are found by a whole name or number only, because these are kept sealed. A constant number of queries.
    """
    text = " ".join(request.GET.get("text", "").replace("\x00", "").split())[:60]
    words = text.split()[:5]
    context: dict[str, object] = {"text": text}
    if words:
        account = request.user
        found = registry_queries.find(account=account, text=text)
        scope = scope_of(account=account, permission="organisations.view")
        units = search_units(words=text, day=timezone.localdate(), scope=scope).exclude(
            kind__in=["school", "kindergarten"]
        )
        plans = plan_queries.list_plans(account=account, filters=plan_queries.PlanFilters(text=text), size=FOUND)
        context |= {
            "schools": [(row, _marked(row.name, words), _marked(row.school.unit.code, words)) for row in found.schools],
            "teachers": [(row, _marked(row.name, words), _marked(row.staff_number, words)) for row in found.teachers],
            "pupils": [(row, _marked(row.name, words)) for row in found.pupils],
            "units": [(unit, _marked(str(unit.name_then), words)) for unit in units[:FOUND]],  # type: ignore[attr-defined]  # Annotated.
            "plans": [(card, _marked(card.plan.title, words)) for card in plans.items if card.plan.title],
            "is_more": found.is_more | ({"plans"} if plans.total > FOUND else set()),
        }
        context["is_empty"] = not any(context[kind] for kind in ("schools", "teachers", "pupils", "units", "plans"))
    context["reaches_registry"] = may(account=request.user, permission="registry.view")
    return render(request, "web/find.html", context)


SWATCHES = (
    "page", "surface", "sunk", "ink", "ink-soft", "accent", "accent-fill", "accent-soft", "good", "attention", "wrong",
    "waiting",
)  # fmt: skip


def _sample_charts(prefix: str) -> tuple[Chart, ...]:
    """Charts of invented figures; two stand on one page, so each has a code of its own."""
    names = (_("青禾县"), _("临溪区"), _("北塘区"))
    limit = Limit(Fraction(50), _("不低于 50%"))
    days = tuple(date(year, 12, 31) for year in (2023, 2024, 2025))
    courses = ((46, 51, 57), (40, 44, 48), (55, 53, 54))
    return (
        LineChart(
            code=f"{prefix}-lines",
            title=_("公办园占比"),
            unit="%",
            of=_("单位"),
            limit=limit,
            series=tuple(
                Series(
                    name, tuple(Point(on, Fraction(one), f"{one}.00%") for on, one in zip(days, values, strict=True))
                )
                for name, values in zip(names, courses, strict=True)
            ),
        ),
        BarChart(
            code=f"{prefix}-bars",
            title=_("公办园占比"),
            unit="%",
            of=_("单位"),
            limit=limit,
            bars=(
                *(Bar(name, Fraction(values[-1]), f"{values[-1]}.00%") for name, values in zip(names, courses, strict=True)),
                Bar(_("市直属"), None, _("没有学年报表")),
            ),
        ),
        Distribution(
            code=f"{prefix}-spread",
            title=_("公办园占比"),
            unit="%",
            limit=limit,
            counted=_("单位数"),
            bars=tuple(Bar(str(one), Fraction(40 + one * one % 23), "") for one in range(40)),
        ),
    )  # fmt: skip


def _sample_form(prefix: str) -> SampleForm:
    """The sample form, filled in but for its first field; two stand on one page, so each has its own names."""
    filled = {"title": "", "year": "2026", "scope": "city", "strength": "must"}
    return SampleForm({f"{prefix}-{name}": value for name, value in filled.items()}, prefix=prefix)


@public
@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """Every component of the design system, in both themes: its documentation, and what the tests of the look visit."""
    charts = {name: _sample_charts(name) for name in ("light", "dark")}
    return answer_workbook(request, [*charts["light"], *charts["dark"]]) or render(
        request,
        "web/style.html",
        {
            "themes": tuple(charts.items()),
            "swatches": SWATCHES,
            "icons": sorted(PATHS),
            "light_form": _sample_form("light"),
            "dark_form": _sample_form("dark"),
            "running_job": jobs.sample(state="running", done=27, total=42, note=_("正在读取第 27 条")),
            "failed_job": jobs.sample(state="failed", error=_("文件已加密，无法读取。")),
            "page": Paginator(range(240), 20).get_page(request.GET.get("page", 3)),
        },
    )
