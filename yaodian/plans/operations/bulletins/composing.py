"""A draft is composed, composed again, worded, and given away or thrown away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from yaodian.cases.declaring import Confidentiality, kinds
from yaodian.foundation.official.wording import UnableToReadWording
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import named, require
from yaodian.plans.models import (
    Bulletin,
    BulletinKind,
    BulletinSeries,
    BulletinState,
    Plan,
    PlanState,
)
from yaodian.plans.operations.bulletins.changing import journal, lock_bulletin, move, save
from yaodian.plans.operations.errors import (
    UnableToComposeBulletin,
    UnableToSubmitBulletin,
    UnableToWordBulletin,
)
from yaodian.plans.queries.bulletins import (
    SLOTS,
    Asked,
    Content,
    Span,
    UnknownPeriod,
    collect,
    content_of,
    files_of,
    head_of,
    problem_in,
    slots_of,
    span_of,
    title_of,
    wordings_of,
)
from yaodian.plans.queries.bulletins.pages import OFFICES
from yaodian.plans.queries.visibility import visible_plans

COMPOSE = "plans.correct"
MOST_PLANS = 20


@transaction.atomic
def compose_bulletin(
    *, actor: Account, now: datetime, today: date, unit: str, kind: str, plans: Sequence[str],
    period: str, first: date, last: date | None = None, case_kinds: Sequence[str] = (), is_demonstration: bool = False,
) -> Bulletin:  # fmt: skip
    """A draft for a unit (a public id) and the units below it: of these plans (public ids), these kinds of case (none: all that
    are not restricted) and this period (``queries.bulletins.span_of``).

    Raises ``PermissionMissing``, ``UnableToComposeBulletin`` (``unknown-unit``, ``no-office``, ``unknown-kind``, ``no-plans``,
    ``too-many-plans``, ``unknown-plan``, ``unknown-case-kind``, ``unknown-period``, ``not-begun``, ``wording``).
    """
    require(account=actor, permission=COMPOSE)
    home = Unit.objects.filter(public_id=unit).first()
    if home is None:
        raise UnableToComposeBulletin(_("没有这个单位。请从列表中选择。"), code="unknown-unit", field="unit")
    for permission in (COMPOSE, "cases.view", "measures.view"):
        require(account=actor, permission=permission, unit_id=home.pk)
    if home.kind not in OFFICES:
        raise UnableToComposeBulletin(
            _("通报由教育局、县（区）教育局或机关科室制发，请选择这样的单位。"), code="no-office", field="unit"
        )
    if kind not in BulletinKind.values:
        raise UnableToComposeBulletin(_("请选择通报或督查专报。"), code="unknown-kind", field="kind")
    span = _span(period, first, last, today)
    found = _plans(actor, plans)
    known = {one.code for one in kinds().values() if one.confidentiality == Confidentiality.INTERNAL}
    if not set(case_kinds) <= known:
        raise UnableToComposeBulletin(
            _("有一类督办事项不存在，或者限知悉范围，不能写进通报。请重新选择。"),
            code="unknown-case-kind",
            field="case_kinds",
        )
    series = _series(home, kind, now)
    asked = Asked(home, found, tuple(dict.fromkeys(case_kinds)), span, today, now)
    figures = collect(asked)
    texts = {slot.code: worded.text for slot in slots_of(kind) if (worded := wordings_of(unit=home)[slot.code])}
    row = Bulletin(
        series=series,
        unit=home,
        case_kinds=list(asked.kinds),
        period_kind=span.kind,
        first_on=span.first,
        last_on=span.last,
        as_of=asked.as_of,
        composed_at=now,
        figures=figures,
        texts=texts,
        title=_title(Content(kind, figures, texts, head_of(series))),
        written_by=actor,
        created_at=now,
        changed_by=actor,
        changed_at=now,
        is_demonstration=is_demonstration,
    )
    row.save()
    row.plans.set(found)
    row.writers.add(actor)
    journal(
        actor=actor, now=now, row=row, verb="compose", period=span.code, plans=[plan.public_id for plan in found],
        kinds=list(asked.kinds),
    )  # fmt: skip
    return row


def _span(period: str, first: date, last: date | None, today: date) -> Span:
    try:
        span = span_of(kind=period, on=first, until=last)
    except UnknownPeriod as problem:
        raise UnableToComposeBulletin(str(problem), code="unknown-period", field="period") from problem
    if span.first > today:
        raise UnableToComposeBulletin(
            _("%(period)s还没有开始，没有可以通报的情况。") % {"period": span.words}, code="not-begun", field="period"
        )
    return span


def _plans(actor: Account, wanted: Sequence[str]) -> list[Plan]:
    asked = list(dict.fromkeys(wanted))
    if not asked:
        raise UnableToComposeBulletin(_("没有选择要点。请至少选择一份已发布的要点。"), code="no-plans", field="plans")
    if len(asked) > MOST_PLANS:
        raise UnableToComposeBulletin(
            _("一份通报最多依据 %(most)d 份要点，请分开通报。") % {"most": MOST_PLANS},
            code="too-many-plans",
            field="plans",
        )
    published = visible_plans(actor).filter(state=PlanState.PUBLISHED, public_id__in=asked)
    found = list(published.defer("text", "header_read").order_by("-year", "pk"))
    if len(found) != len(asked):
        raise UnableToComposeBulletin(
            _("所选的要点有的不存在或没有发布。请刷新页面重新选择。"), code="unknown-plan", field="plans"
        )
    return found


def _series(unit: Unit, kind: str, now: datetime) -> BulletinSeries:
    """The unit's head for a kind, made with what its name says when it is first needed."""
    name = named(Unit.objects.filter(pk=unit.pk), day=timezone.localdate(now)).values_list("name_then", flat=True)[0]
    defaults = {
        BulletinKind.CIRCULAR: {
            "issuer": name[:60],
            "office_code": default_code(name),
            "addressees": "各县（区）教育局、局机关各科室、局属各单位" if unit.kind == "bureau" else "",
            "printed_by": f"{name}办公室"[:60],
        },
        BulletinKind.BRIEFING: {"issuer": name[:60], "mark": "教育督查专报", "printed_by": f"{name}办公室"[:60]},
    }
    return BulletinSeries.objects.get_or_create(unit=unit, kind=kind, defaults=defaults[BulletinKind(kind)])[0]


def default_code(name: str) -> str:
    """What the number begins with until the office says otherwise: the first sign of its place, and 教督."""
    return f"{name[:1]}教督"


def _title(content: Content) -> str:
    try:
        with override("zh-hans"):
            title = title_of(content)
    except UnableToReadWording as problem:
        raise UnableToComposeBulletin(
            _("标题的措辞读不懂：%(problem)s 请先在“措辞”页面改正。") % {"problem": problem}, code="wording"
        ) from problem
    if not title:
        raise UnableToComposeBulletin(_("标题的措辞是空的。请先在“措辞”页面补上。"), code="wording")
    return title


@transaction.atomic
def recompose_bulletin(
    *, actor: Account, now: datetime, today: date, public_id: str, expected_version: int
) -> Bulletin:
    """Composes a draft's figures anew; its words stay.

    Raises ``PermissionMissing``, ``Bulletin.DoesNotExist``, ``WrongState``, ``StaleVersion``, ``UnableToComposeBulletin``.
    """
    row = lock_bulletin(
        actor=actor, public_id=public_id, permission=COMPOSE, expected_version=expected_version,
        states=(BulletinState.DRAFT,),
    )  # fmt: skip
    plans = list(row.plans.defer("text", "header_read").order_by("-year", "pk"))
    gone = next((plan for plan in plans if plan.state != PlanState.PUBLISHED), None)
    if gone is not None:
        raise UnableToComposeBulletin(
            _("《%(plan)s》已经撤回，不能再作为通报的依据。请另拟一份通报。") % {"plan": gone.title},
            code="unknown-plan",
        )
    span = span_of(kind=row.period_kind, on=row.first_on, until=row.last_on)
    asked = Asked(row.unit, plans, tuple(row.case_kinds), span, today, now)
    row.figures, row.as_of, row.composed_at = collect(asked), asked.as_of, now
    row.title = _title(content_of(row))
    save(row, "figures", "as_of", "composed_at", "title", writer=actor, now=now)
    journal(actor=actor, now=now, row=row, verb="recompose")
    return row


@transaction.atomic
def word_bulletin(
    *, actor: Account, now: datetime, public_id: str, expected_version: int, texts: Mapping[str, str]
) -> Bulletin:
    """Words a draft by itself; the office's wordings stay as they are. Parts that are not named stay.

    Raises ``PermissionMissing``, ``Bulletin.DoesNotExist``, ``WrongState``, ``StaleVersion``, ``UnableToWordBulletin``
    (``unknown-part``, ``wording``).
    """
    row = lock_bulletin(
        actor=actor, public_id=public_id, permission=COMPOSE, expected_version=expected_version,
        states=(BulletinState.DRAFT,),
    )  # fmt: skip
    known = {slot.code for slot in slots_of(row.series.kind)}
    new: dict[str, Any] = dict(row.texts)
    for slot, text in texts.items():
        if slot not in known:
            raise UnableToWordBulletin(_("没有这个部分。请刷新页面重试。"), code="unknown-part", field=slot)
        new[slot] = checked(slot, text)
    if new == row.texts:
        return row
    before = {slot: row.texts.get(slot, "") for slot in new if new[slot] != row.texts.get(slot)}
    row.texts = new
    row.title = _title(content_of(row))
    save(row, "texts", "title", writer=actor, now=now)
    journal(actor=actor, now=now, row=row, verb="word", before=before, after={slot: new[slot] for slot in before})
    return row


def checked(slot: str, text: str) -> str:
    """A wording as it is kept. Raises ``UnableToWordBulletin`` with the part and the place in it."""
    clean = "\n".join(line.strip() for line in text.replace("\r\n", "\n").replace("\x00", "").split("\n")).strip()
    label = SLOTS[slot].label
    if not clean:
        raise UnableToWordBulletin(
            _("“%(part)s”是空的。请写上这一部分，或恢复系统自带的措辞。") % {"part": label}, code="wording", field=slot
        )
    if SLOTS[slot].is_line and "\n" in clean:
        raise UnableToWordBulletin(_("“%(part)s”只能写一行。") % {"part": label}, code="wording", field=slot)
    problem = problem_in(clean)
    if problem:
        raise UnableToWordBulletin(
            _("“%(part)s”%(problem)s") % {"part": label, "problem": problem}, code="wording", field=slot
        )
    return clean


@transaction.atomic
def submit_bulletin(*, actor: Account, now: datetime, public_id: str, expected_version: int) -> Bulletin:
    """Hands a draft to a second person, after its document has been made once: what cannot be written does not go on.

    Raises ``PermissionMissing``, ``Bulletin.DoesNotExist``, ``WrongState``, ``StaleVersion``, ``UnableToSubmitBulletin``
    (``cannot-write``).
    """
    row = lock_bulletin(
        actor=actor, public_id=public_id, permission=COMPOSE, expected_version=expected_version,
        states=(BulletinState.DRAFT,),
    )  # fmt: skip
    try:
        files_of(content_of(row), number="第1期", moment=now, dated=timezone.localdate(now))
    except ValueError as problem:
        raise UnableToSubmitBulletin(
            _("通报还不能生成公文：%(problem)s") % {"problem": problem}, code="cannot-write"
        ) from problem
    move(row, BulletinState.SUBMITTED)
    row.submitted_by, row.submitted_at, row.returned_reason = actor, now, ""
    row.writers.add(actor)
    save(row, "state", "submitted_by", "submitted_at", "returned_reason")
    journal(actor=actor, now=now, row=row, verb="submit")
    return row


@transaction.atomic
def delete_bulletin(*, actor: Account, now: datetime, public_id: str) -> None:
    """Throws a draft away; the journal keeps the fact. Raises ``PermissionMissing``, ``Bulletin.DoesNotExist``, ``WrongState``."""
    row = lock_bulletin(actor=actor, public_id=public_id, permission=COMPOSE, states=(BulletinState.DRAFT,))
    journal(actor=actor, now=now, row=row, verb="delete", period=[row.first_on, row.last_on])
    row.delete()
