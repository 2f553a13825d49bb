"""Lists of plans and what stands around them: filters, progress, history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.foundation.models import Job
from yaodian.foundation.paging import Page, page_of
from yaodian.organisations.queries import Visitor
from yaodian.plans.models import (
    ITEM_MODELS,
    LIVE_STATES,
    Clause,
    Deadline,
    Item,
    ItemState,
    Origin,
    Plan,
    PlanState,
    PlanWarning,
    Reading,
    ReadingState,
    SheetEdit,
    Target,
)
from yaodian.plans.queries.visibility import is_staff, visible_plan, visible_plans
from yaodian.plans.queries.words import HistoryEntry, history_entry

_LONG_COLUMNS = ("text", "header_read", "header_corrected")


@dataclass(frozen=True, slots=True)
class PlanFilters:
    """What a list of plans is narrowed to; empty values narrow nothing."""

    text: str = ""
    state: str = ""
    year: int | None = None
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class PlanCard:
    """A plan in a list (without its text), with the number of live items, open warnings and unsettled items."""

    plan: Plan
    clauses: int
    targets: int
    deadlines: int
    open_warnings: int
    unsettled: int


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """Years and issuers that occur, and the states that occur as (value, label, number of plans)."""

    years: tuple[int, ...]
    issuers: tuple[str, ...]
    states: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class ReadingProgress:
    """How far a reading is. ``is_stuck``: its background work ended without a result, so it should be started anew."""

    plan_state: str
    state: str
    done: int
    total: int
    percent: int
    note: str
    error_code: str
    error: str
    is_over: bool
    is_stuck: bool
    can_cancel: bool


def list_plans(*, account: Visitor, filters: PlanFilters, page: int = 1, size: int = 20) -> Page[PlanCard]:
    """Plans by year and issuer, newest first. Two queries, whatever the page holds."""
    plans = visible_plans(account).select_related("document", "created_by").defer(*_LONG_COLUMNS)
    for word in filters.text.split():
        plans = plans.filter(
            Q(title__icontains=word) | Q(issuer__icontains=word) | Q(document__name__icontains=word)
            if is_staff(account)
            else Q(title__icontains=word) | Q(issuer__icontains=word)
        )
    if filters.state:
        plans = plans.filter(state=filters.state)
    if filters.year is not None:
        plans = plans.filter(year=filters.year)
    if filters.issuer:
        plans = plans.filter(issuer=filters.issuer)
    counted = plans.annotate(
        clause_count=_count(Clause, state__in=LIVE_STATES),
        target_count=_count(Target, state__in=LIVE_STATES),
        deadline_count=_count(Deadline, state__in=LIVE_STATES),
        warning_count=_count(PlanWarning, is_dismissed=False),
        **{
            f"unsettled_{kind}": _count(model, state=ItemState.FOUND, origin=Origin.READER)
            for kind, model in ITEM_MODELS.items()
        },
    ).order_by("-year", "issuer", "-pk")
    return page_of(counted, page=page, size=size, total=plans.count(), make=lambda found: map(_card, found))


def _count(model: type[Any], **conditions: Any) -> Coalesce:
    rows = model._default_manager.filter(plan=OuterRef("pk"), **conditions).order_by()
    return Coalesce(Subquery(rows.values("plan").annotate(number=Count("pk")).values("number")), 0)


def _card(plan: Any) -> PlanCard:
    return PlanCard(
        plan=plan,
        clauses=plan.clause_count,
        targets=plan.target_count,
        deadlines=plan.deadline_count,
        open_warnings=plan.warning_count,
        unsettled=sum(getattr(plan, f"unsettled_{kind}") for kind in ITEM_MODELS),
    )


def get_filter_choices(*, account: Visitor) -> FilterChoices:
    """The years, issuers and states that occur among the plans the visitor may see. One query."""
    rows = list(visible_plans(account).order_by().values_list("year", "issuer", "state"))
    states = Counter(state for _year, _issuer, state in rows)
    return FilterChoices(
        years=tuple(sorted({year for year, _issuer, _state in rows if year is not None}, reverse=True)),
        issuers=tuple(sorted({issuer for _year, issuer, _state in rows if issuer})),
        states=tuple((state.value, str(state.label), states[state]) for state in PlanState if states[state]),
    )


def get_counts(*, account: Visitor) -> Mapping[str, int]:
    """How many plans stand in each state, among those the visitor may see."""
    counts = Counter(visible_plans(account).order_by().values_list("state", flat=True))
    return {state.value: counts[state] for state in PlanState}


def list_latest(*, account: Visitor, size: int = 5) -> tuple[Plan, ...]:
    """The plans changed last, among those the visitor may see; for the front page."""
    plans = visible_plans(account).select_related("document").defer(*_LONG_COLUMNS)
    return tuple(plans.order_by("-changed_at", "-pk")[:size])


def get_header(*, account: Visitor, public_id: str) -> Plan:
    """One plan with its document and people, for its header form. Raises ``Plan.DoesNotExist``."""
    return visible_plan(account, public_id)


def get_reading_progress(*, account: Visitor, public_id: str) -> ReadingProgress:
    """How far the latest reading of a plan is. Only for those who work on plans; else ``Plan.DoesNotExist``."""
    plan = _staff_plan(account, public_id)
    reading = plan.readings.defer("raw", "changes").first()
    job = Job.objects.filter(key=reading.job_key).first() if reading else None
    if plan.state == PlanState.READING and job is not None and job.is_finished:
        # The reading may have ended between the first look and the one at the job, which ends after it.
        plan = _staff_plan(account, public_id)
        reading = plan.readings.defer("raw", "changes").first()
    is_over = plan.state != PlanState.READING
    is_stuck = not is_over and (job is None or job.is_finished)
    state = _progress_state(reading, job)
    return ReadingProgress(
        plan_state=plan.state,
        state=state,
        done=job.done if job else 0,
        total=job.total if job else 0,
        percent=100 if state == Job.State.DONE else (job.percent if job else 0),
        note=_(job.note) if job and job.note else "",
        error_code=plan.error_code or (reading.error_code if reading else ""),
        error=_error(plan, reading, is_stuck),
        is_over=is_over,
        is_stuck=is_stuck,
        can_cancel=not is_over,
    )


def _progress_state(reading: Reading | None, job: Job | None) -> str:
    if reading is not None and reading.state != ReadingState.QUEUED:
        return reading.state
    return job.state if job is not None else Job.State.QUEUED


def _error(plan: Plan, reading: Reading | None, is_stuck: bool) -> str:
    if is_stuck:
        return _("后台读取中断了。请点“重新读取”；如再次出现，请告知系统管理员。")
    source = plan if plan.error_code else reading
    if source is None:
        return ""
    is_english = (get_language() or "zh").startswith("en")
    return source.error_en if is_english and source.error_en else source.error


def error_sentence(row: Plan | Reading) -> str:
    """The sentence of a failed reading in the language of the page."""
    is_english = (get_language() or "zh").startswith("en")
    return row.error_en if is_english and row.error_en else row.error


def history(*, account: Visitor, kind: str, item_id: int) -> tuple[HistoryEntry, ...]:
    """Every change of one item, newest first. Only for those who work on plans; else the model's ``DoesNotExist``."""
    model: type[Item] = ITEM_MODELS[kind]
    if not is_staff(account):
        raise model.DoesNotExist
    plan_id = model._default_manager.values_list("plan_id", flat=True).get(pk=item_id)
    plan = Plan.objects.only("pk").get(pk=plan_id)
    rows = plan.corrections.filter(kind=kind, item_id=item_id).select_related("made_by")
    return tuple(history_entry(row) for row in rows)


def plan_journal(*, account: Visitor, public_id: str, page: int = 1, size: int = 50) -> Page[HistoryEntry]:
    """What happened to a plan, newest first. Only for those who work on plans; else ``Plan.DoesNotExist``."""
    plan = _staff_plan(account, public_id)
    rows = plan.corrections.select_related("made_by")
    return page_of(rows, page=page, size=size, make=lambda found: map(history_entry, found))


def list_sheet_edits(*, account: Visitor, public_id: str) -> tuple[SheetEdit, ...]:
    """The sheets read back into a plan, newest first. Only for those who work on plans; else ``Plan.DoesNotExist``."""
    plan = _staff_plan(account, public_id)
    return tuple(plan.sheet_edits.select_related("applied_by", "undone_by"))


def list_readings(*, account: Visitor, public_id: str) -> tuple[Reading, ...]:
    """The readings of a plan, newest first, without the answers. Only for those who work on plans."""
    plan = _staff_plan(account, public_id)
    return tuple(plan.readings.select_related("document", "requested_by").defer("raw"))


def _staff_plan(account: Visitor, public_id: str) -> Plan:
    if not is_staff(account):
        raise Plan.DoesNotExist
    return visible_plan(account, public_id)
