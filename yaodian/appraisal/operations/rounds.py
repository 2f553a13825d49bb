"""A round goes its way: made, opened, frozen, told to the units, decided, published. It never goes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.appraisal import scoring
from yaodian.appraisal.models import NEXT, Appeal, AppealState, Appraisal, Round, RoundState, Sheet, Value
from yaodian.appraisal.operations.errors import UnableToAdvanceRound, UnableToMakeRound
from yaodian.appraisal.operations.reckoning import BATCH, lock_round, reckon
from yaodian.appraisal.operations.sheets import require_usable
from yaodian.appraisal.operations.telling import tell_feedback, tell_opened, tell_published
from yaodian.appraisal.problem import read_content
from yaodian.appraisal.queries import appraised_units, frozen_values
from yaodian.audit.operations import record
from yaodian.foundation import measuring
from yaodian.foundation.workdays import calendar_as_of
from yaodian.measures.operations import take_values
from yaodian.measures.queries import Place, count_behind, latest_taking, rows_behind
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

# Values are taken every night; of a day of an earlier year only the last of its month may be left.
LONGEST_BEFORE = timedelta(days=31)
# So many rows are named one by one on a unit's sheet; the number of all stands beside them.
MOST_BEHIND = 100


def make_round(
    *,
    actor: Account | None,
    sheet: Sheet,
    title: str,
    year: int,
    freeze_on: date,
    now: datetime,
    appeal_days: int = 5,
) -> Round:
    """A round in preparation. Raises PermissionMissing, UnableToMakeRound."""
    if actor is not None:
        require(account=actor, permission="appraisal.run", unit_id=sheet.office_id)
    title = " ".join(title.split())
    if not title or len(title) > 80:
        raise UnableToMakeRound(_("请填写考核的名称，不超过 80 个字。"), code="title", field="title")
    if not 1949 <= year <= 2199:
        raise UnableToMakeRound(_("年度 %(year)s 不对。请填四位年份。") % {"year": year}, code="year", field="year")
    if not 1 <= appeal_days <= 60:
        raise UnableToMakeRound(
            _("申诉期须在 1 至 60 个工作日之间，现为 %(days)s。") % {"days": appeal_days},
            code="appeal-days",
            field="appeal_days",
        )
    if freeze_on.year not in (year, year + 1):
        raise UnableToMakeRound(
            _("定数日 %(day)s 不在 %(year)s 年或下一年。请核对年度或日期。") % {"day": freeze_on, "year": year},
            code="freeze-on",
            field="freeze_on",
        )
    with transaction.atomic():
        if Round.objects.filter(office=sheet.office, title=title).exists():
            raise UnableToMakeRound(
                _("已经有名为“%(title)s”的考核。请换一个名称。") % {"title": title}, code="title-taken", field="title"
            )
        row = Round(
            office=sheet.office, sheet=sheet, title=title, year=year, freeze_on=freeze_on, appeal_days=appeal_days,
            made_by=actor, made_at=now,
        ).store()  # fmt: skip
        _record(actor, "make", row, {"title": title, "year": year, "freeze_on": freeze_on}, now)
    return row


def open_round(*, actor: Account | None, round_: Round, now: datetime) -> Round:
    """Keeps the sheet as it is, and enters all units of its kind below the office that exist. From now on marks are given.

    Raises PermissionMissing, UnableToAdvanceRound, UnableToKeepSheet.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        row = _begin(actor, round_, RoundState.OPEN)
        # Whoever changes the sheet holds its row: from here on it is in use.
        row.sheet = Sheet.objects.select_for_update().get(pk=row.sheet_id)
        row.content = require_usable(row.sheet)
        units = list(appraised_units(office=row.office, kind=row.sheet.unit_kind, day=min(today, row.freeze_on)))
        if not units:
            raise UnableToAdvanceRound(
                _("“%(office)s”下面没有这一类单位，无从考核。请核对考核表的考核对象。") % {"office": row.office.code},
                code="no-units",
            )
        row.state = RoundState.OPEN
        row.version += 1
        row.store()
        Appraisal.objects.bulk_create([Appraisal(round=row, unit=unit) for unit in units], batch_size=BATCH)
        reckon(row)
        tell_opened(row, now=now)
        _record(actor, "open", row, {"units": len(units), "sheet_version": row.sheet.version}, now)
    return row


def freeze_round(*, actor: Account | None, round_: Round, now: datetime) -> Round:
    """Keeps every measure's value as it stood on the day of freezing, with the version of its rule and the rows behind it.

    Where values were taken on that very day, those that are counted from rows with days of their own (cases, commitments)
    are counted again first: the taking was in the night, and the day was not over.

    Raises PermissionMissing, UnableToAdvanceRound before that day, or where no values were taken near it.
    """
    _count_again(actor, round_, now)
    with transaction.atomic():
        row = _begin(actor, round_, RoundState.FROZEN)
        if timezone.localdate(now) < row.freeze_on:
            raise UnableToAdvanceRound(
                _("定数日是 %(day)s，还没有到。请到那天以后再定数。") % {"day": row.freeze_on}, code="too-early"
            )
        content = read_content(row.content)
        appraisals = list(Appraisal.objects.filter(round=row))
        taken_on, values = frozen_values(content, [one.unit_id for one in appraisals], row.freeze_on)
        if content.measured and (taken_on is None or row.freeze_on - taken_on > LONGEST_BEFORE):
            raise UnableToAdvanceRound(
                _("定数日 %(day)s 以前的一个月里没有计算过指标，无数可定。请先计算指标，或改定数日。")
                % {"day": row.freeze_on},
                code="no-values",
            )
        behind = rows_behind(
            places=[_place(one, item) for one in appraisals for item in content.measured],
            day=taken_on or row.freeze_on,
            most=MOST_BEHIND,
        )
        Value.objects.bulk_create(
            [
                _kept(one, item, values.get((one.unit_id, item["code"])), behind.get(_place(one, item), ()))
                for one in appraisals
                for item in content.measured
            ],
            batch_size=BATCH,
        )
        row.state, row.taken_on = RoundState.FROZEN, taken_on
        row.version += 1
        row.store()
        reckon(row)
        _record(actor, "freeze", row, {"taken_on": taken_on, "units": len(appraisals)}, now)
    return row


def _count_again(actor: Account | None, round_: Round, now: datetime) -> None:
    if actor is not None:
        require(account=actor, permission="appraisal.run", unit_id=round_.office_id)
    row = Round.objects.get(pk=round_.pk)
    if row.state != RoundState.OPEN or timezone.localdate(now) < row.freeze_on:
        # Whatever speaks against it is said below.
        return
    taking = latest_taking(day=row.freeze_on)
    if taking is None or taking.on != row.freeze_on:
        return
    used = {item["measure"] for item in read_content(row.content).measured}
    counted = [one for code, one in measuring.measures().items() if code in used and one.behind is not None]
    if counted:
        take_values(actor=None, day=row.freeze_on, now=now, only=counted)


def _place(appraisal: Appraisal, item: Mapping[str, Any]) -> Place:
    return Place(item["measure"], appraisal.unit_id, item["stage"])


def _kept(
    appraisal: Appraisal,
    item: Mapping[str, Any],
    value: measuring.Value | None,
    behind: tuple[measuring.Behind, ...],
) -> Value:
    row = Value(appraisal=appraisal, item=item["code"])
    measure = measuring.measure_of(item["measure"])
    row.behind = [[one.ref, one.is_counted] for one in behind]
    row.behind_count = max(len(behind), count_behind(measure, value) if measure is not None else 0)
    if value is None:
        row.problem = "not-taken"
        return row
    exact = value.exact
    row.on, row.rule = value.on, value.rule
    row.counted, row.expected = value.counted, value.expected
    if exact is None:
        row.problem = value.problem or "not-taken"
        return row
    row.value = scoring.exact(exact)
    row.numerator = "" if value.numerator is None else str(value.numerator)
    row.denominator = "" if value.denominator is None else str(value.denominator)
    return row


def start_feedback(*, actor: Account | None, round_: Round, now: datetime) -> Round:
    """Lets each unit see its sheet, and begins the time limit for appeals: working days after today.

    Raises PermissionMissing; UnableToAdvanceRound while a mark is missing anywhere.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        row = _begin(actor, round_, RoundState.FEEDBACK)
        waiting = Appraisal.objects.filter(round=row, waits__gt=0).count()
        if waiting:
            raise UnableToAdvanceRound(
                _("还有 %(count)s 个单位的评分没有齐。请先补齐评分、处理分差、认定缺数据的项目。") % {"count": waiting},
                code="marks-missing",
            )
        row.state = RoundState.FEEDBACK
        row.appeal_until = calendar_as_of(today).add_working_days(today, row.appeal_days)
        row.version += 1
        row.store()
        tell_feedback(row, now=now)
        _record(actor, "start_feedback", row, {"appeal_until": row.appeal_until}, now)
    return row


def decide_round(*, actor: Account | None, round_: Round, now: datetime) -> Round:
    """Ends the feedback, once its time is over and every appeal is decided. Raises PermissionMissing, UnableToAdvanceRound."""
    with transaction.atomic():
        row = _begin(actor, round_, RoundState.DECIDED)
        assert row.appeal_until is not None  # The database asks for it in this state.
        if timezone.localdate(now) <= row.appeal_until:
            raise UnableToAdvanceRound(
                _("申诉期到 %(day)s 为止，还没有过。请到次日再审定。") % {"day": row.appeal_until}, code="too-early"
            )
        open_appeals = Appeal.objects.filter(appraisal__round=row, state=AppealState.FILED).count()
        if open_appeals:
            raise UnableToAdvanceRound(
                _("还有 %(count)s 件申诉没有裁定。请先裁定。") % {"count": open_appeals}, code="appeals-open"
            )
        row.state, row.decided_by, row.decided_at = RoundState.DECIDED, actor, now
        row.version += 1
        row.store()
        _record(actor, "decide", row, {}, now)
    return row


def publish_round(*, actor: Account | None, round_: Round, now: datetime) -> Round:
    """Publishes the results to the units; by another person than who decided them. Raises PermissionMissing,
    UnableToAdvanceRound."""
    with transaction.atomic():
        row = _begin(actor, round_, RoundState.PUBLISHED, "appraisal.publish")
        if actor is not None and row.decided_by_id == actor.pk:
            raise UnableToAdvanceRound(
                _("这次考核由您审定，不能再由您公布。请由另一位有公布权限的同事公布。"), code="second-person"
            )
        row.state, row.published_by, row.published_at = RoundState.PUBLISHED, actor, now
        row.version += 1
        row.store()
        tell_published(row, now=now)
        _record(actor, "publish", row, {}, now)
    return row


def _begin(actor: Account | None, round_: Round, to: str, permission: str = "appraisal.run") -> Round:
    """The locked round, where the person may and the state is the one before."""
    if actor is not None:
        require(account=actor, permission=permission, unit_id=round_.office_id)
    row = lock_round(round_)
    if NEXT.get(row.state) != to:
        raise UnableToAdvanceRound(
            _("“%(title)s”现在是“%(now)s”，不能转为“%(to)s”。请刷新页面。")
            % {"title": row.title, "now": row.get_state_display(), "to": RoundState(to).label},
            code="state",
        )
    return row


def _record(actor: Account | None, verb: str, row: Round, detail: Mapping[str, Any], now: datetime) -> None:
    record(actor=actor, code=f"appraisal.round.{verb}", subject=f"appraisal_round:{row.pk}", detail=detail, at=now)
