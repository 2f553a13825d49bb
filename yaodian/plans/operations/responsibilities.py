"""Duties that come round: set up, changed, ended, and opened as cases, each once in each period."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yaodian.audit.operations import record
from yaodian.cases import operations as cases
from yaodian.foundation.sheets.declaring import Choice, Column, Day, Sheet, Text, Whole, in_files
from yaodian.foundation.workdays import calendar_as_of
from yaodian.organisations.models import Account, Post, Unit, holds_on
from yaodian.organisations.queries import may, require
from yaodian.plans.cases import RECURRING_DUTY
from yaodian.plans.models import DutyOpening, RecurringDuty, Rhythm
from yaodian.plans.operations.errors import StaleVersion, UnableTo
from yaodian.plans.queries.responsibilities import Turn, subject_of, turns_due

logger = logging.getLogger(__name__)
CORRECT, HANDLE = "plans.correct", "cases.handle"


class UnableToKeepDuty(UnableTo):
    """What was said of a duty breaks a rule."""


@dataclass(frozen=True, slots=True)
class DutyValues:
    """What the office says of a duty; `post` empty: of the whole unit."""

    unit: Unit
    supervising_unit: Unit
    words: str
    basis: str
    rhythm: str
    days_before: int
    from_on: date
    post: str = ""
    until_on: date | None = None


@transaction.atomic
def add_recurring_duty(*, actor: Account, now: datetime, values: DutyValues) -> RecurringDuty:
    """Puts a duty on the list of a unit. Raises ``PermissionMissing``, ``UnableToKeepDuty``."""
    require(account=actor, permission=CORRECT, unit_id=values.unit.pk)
    duty = RecurringDuty(changed_by=actor, changed_at=now)
    _set(duty, values, timezone.localdate(now))
    duty.save()
    _journal(actor, now, "plans.duty.keep", duty)
    return duty


@transaction.atomic
def change_recurring_duty(
    *, actor: Account, now: datetime, duty_id: int, values: DutyValues, expected_version: int | None = None
) -> RecurringDuty:
    """Changes what comes from now on; what was opened stays as it is.

    Raises ``RecurringDuty.DoesNotExist``, ``PermissionMissing``, ``StaleVersion``, ``UnableToKeepDuty``.
    """
    duty = RecurringDuty.objects.select_for_update(of=("self",)).get(pk=duty_id)
    for unit_id in {duty.unit_id, values.unit.pk}:
        require(account=actor, permission=CORRECT, unit_id=unit_id)
    if expected_version is not None and duty.version != expected_version:
        raise StaleVersion(
            _("这项职责已被他人更改，您的更改还没有保存。请刷新页面，对照现在的内容再改。"),
            kind="duty",
            item_id=duty.pk,
            current={},
            current_version=duty.version,
            changed_by_name=duty.changed_by.name if duty.changed_by else "",
            changed_at=duty.changed_at,
        )
    _set(duty, values, timezone.localdate(now))
    duty.version += 1
    duty.changed_by, duty.changed_at = actor, now
    duty.save()
    _journal(actor, now, "plans.duty.change", duty)
    return duty


@transaction.atomic
def end_recurring_duty(*, actor: Account, now: datetime, duty_id: int) -> RecurringDuty:
    """Nothing is opened any more from tomorrow on. Raises ``RecurringDuty.DoesNotExist``, ``PermissionMissing``."""
    duty = RecurringDuty.objects.select_for_update(of=("self",)).get(pk=duty_id)
    require(account=actor, permission=CORRECT, unit_id=duty.unit_id)
    today = timezone.localdate(now)
    if duty.until_on is None or duty.until_on > today:
        duty.until_on = max(today, duty.from_on)
        duty.version += 1
        duty.changed_by, duty.changed_at = actor, now
        duty.save()
        _journal(actor, now, "plans.duty.end", duty)
    return duty


def _set(duty: RecurringDuty, values: DutyValues, today: date) -> None:
    words, basis = " ".join(values.words.split()), " ".join(values.basis.split())
    if not words or len(words) > 200:
        raise UnableToKeepDuty(_("职责要用一句话写明，最多 200 字。"), code="words", field="words")
    if not basis or len(basis) > 200:
        raise UnableToKeepDuty(
            _("没有写明依据，或超过 200 字。请写出规定这项职责的文件和条款。"), code="basis", field="basis"
        )
    if values.rhythm not in Rhythm.values:
        raise UnableToKeepDuty(_("请从列出的频次中选择。"), code="rhythm", field="rhythm")
    if not 1 <= values.days_before <= 366:
        raise UnableToKeepDuty(_("提前天数要在 1 到 366 之间。"), code="days", field="days_before")
    if values.until_on is not None and values.until_on < values.from_on:
        raise UnableToKeepDuty(_("结束日期早于开始日期。请核对。"), code="order", field="until_on")
    for name, unit in (("unit", values.unit), ("supervising_unit", values.supervising_unit)):
        if not unit.exists_on(max(today, values.from_on)):
            raise UnableToKeepDuty(
                _("单位 %(code)s 在 %(day)s 不存在（已撤销或还没有设立）。请改选现有的单位。")
                % {"code": unit.code, "day": max(today, values.from_on)},
                code="no-such-unit",
                field=name,
            )
    duty.unit, duty.supervising_unit = values.unit, values.supervising_unit
    duty.post = " ".join(values.post.split())[:60]
    duty.words, duty.basis = words, basis
    duty.rhythm, duty.days_before = values.rhythm, values.days_before
    duty.from_on, duty.until_on = values.from_on, values.until_on


def _journal(actor: Account | None, now: datetime, code: str, duty: RecurringDuty, **more: str) -> None:
    detail = {"unit": duty.unit.code, "post": duty.post, "words": duty.words, "rhythm": duty.rhythm, **more}
    record(actor=actor, code=code, subject=f"duty:{duty.pk}", detail=detail, at=now)


def open_recurring_duties(*, now: datetime) -> tuple[int, int]:
    """Opens whatever has come round by today as a case, each turn once. Returns how many, and how many could not be.

    Each turn is a transaction of its own with the row that says it was opened, so that a pass that died, or another
    worker's, opens nothing twice and leaves nothing out. What cannot be opened stops none of the others.
    """
    today = timezone.localdate(now)
    calendar = calendar_as_of(today)
    duties = RecurringDuty.objects.filter(from_on__lte=today).select_related("unit", "supervising_unit")
    # A period that ended a year ago is made up for by nobody.
    alive = duties.filter(Q(until_on__isnull=True) | Q(until_on__gte=today.replace(day=1, year=today.year - 1)))
    known = set(DutyOpening.objects.filter(duty__in=alive).values_list("duty_id", "period"))
    opened = failed = 0
    for duty in alive.order_by("pk"):
        for turn in turns_due(duty, today=today, calendar=calendar):
            if (duty.pk, turn.period) in known or not duty.unit.exists_on(today):
                continue
            due_on = max(turn.due_on, calendar.add_working_days(today, 1))
            try:
                with transaction.atomic():
                    opened += _open(duty, turn, due_on, today, now)
            except IntegrityError:
                # Another worker was there a moment before.
                continue
            except cases.UnableTo as problem:
                failed += 1
                logger.warning("The duty %s could not be opened for %s: %s", duty.pk, turn.period, problem.code)
    return opened, failed


def _open(duty: RecurringDuty, turn: Turn, due_on: date, today: date, now: datetime) -> int:
    opening = DutyOpening.objects.create(duty=duty, period=turn.period, due_on=due_on, opened_at=now)
    case = cases.open_case(
        actor=None,
        kind=RECURRING_DUTY.code,
        title=duty.words,
        supervising_unit=duty.supervising_unit,
        doing_unit=duty.unit,
        subject=subject_of(duty, turn.period),
        fields={"post": duty.post, "period": turn.period, "basis": duty.basis},
        assignee=_holder(duty, today),
        due_on=due_on,
        now=now,
    )
    opening.case_number = case.number
    opening.save(update_fields=["case_number"])
    return 1


def _holder(duty: RecurringDuty, today: date) -> Account | None:
    """The account of the only person who holds the post, where it may work on cases there; else the unit signs."""
    if not duty.post:
        return None
    posts = Post.objects.filter(holds_on(today), unit=duty.unit, title=duty.post, person__account__is_active=True)
    found = list(posts.select_related("person__account")[:2])
    if len(found) != 1:
        return None
    account: Account = found[0].person.account
    return account if may(account=account, permission=HANDLE, unit_id=duty.unit_id) else None


# Post, what, by which text, how often, how many days before. Every word is invented.
DEMONSTRATION: tuple[tuple[str, str, str, str, int], ...] = (
    ("校长", "研判校园安全形势并形成记录", "示例责任清单第一条", Rhythm.MONTH, 10),
    ("教务主任", "检查课程方案执行情况", "示例责任清单第四条", Rhythm.TERM, 20),
    ("", "全面排查消防设施", "示例责任清单第六条", Rhythm.MONTH, 15),
    ("", "核对食堂大宗物资采购台账", "示例责任清单第七条", Rhythm.WEEK, 3),
)


def load_demonstration_duties(*, editor: Account, unit: Unit, supervising_unit: Unit, now: datetime) -> int:
    """Four invented duties of a school, where no list is kept yet. Returns how many were put on it."""
    if RecurringDuty.objects.exists():
        return 0
    for post, words, basis, rhythm, days in DEMONSTRATION:
        values = DutyValues(
            unit=unit, supervising_unit=supervising_unit, post=post, words=words, basis=basis, rhythm=rhythm,
            days_before=days, from_on=timezone.localdate(now),
        )  # fmt: skip
        add_recurring_duty(actor=editor, now=now, values=values)
    return len(DEMONSTRATION)


RESPONSIBILITIES = Sheet(
    code="plans.responsibilities",
    label=gettext_lazy("责任清单"),
    english="Responsibility list",
    key=("words",),
    columns=(
        Column("unit", gettext_lazy("单位"), "Unit", Text(max_length=120)),
        Column("post", gettext_lazy("岗位"), "Post", Text(max_length=60)),
        Column("holders", gettext_lazy("在岗人员"), "Holders", Text(max_length=400)),
        Column("words", gettext_lazy("职责"), "Duty", Text(max_length=200), is_required=True),
        Column("basis", gettext_lazy("依据"), "Basis", Text(max_length=200)),
        Column(
            "rhythm",
            gettext_lazy("频次"),
            "Rhythm",
            Choice({value: in_files(label) for value, label in Rhythm.choices}),
        ),
        Column("days_before", gettext_lazy("提前天数"), "Days before", Whole(least=1, most=366)),
        Column("supervising", gettext_lazy("督办单位"), "Supervising unit", Text(max_length=120)),
        Column("next_due_on", gettext_lazy("下次期限"), "Next due", Day()),
        Column("from_on", gettext_lazy("自"), "From", Day()),
        Column("until_on", gettext_lazy("至"), "Until", Day()),
    ),
    is_declared=False,
)
