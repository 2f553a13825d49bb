"""A round from its preparation to its end: what it offers, when it opens, closes and is settled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account, Unit
from yaodian.registry.queries import school_year
from yaodian.timetabling.content import COMBINATIONS
from yaodian.timetabling.models import (
    ChoiceLetter,
    ChoiceRound,
    ChoiceState,
    Grade,
    OfferedCombination,
    PupilChoice,
    RoundKind,
    RoundState,
)
from yaodian.timetabling.operations.changing import (
    RUN,
    lock_round,
    move_round,
    note,
    require_right,
    require_state,
    stored,
)
from yaodian.timetabling.operations.errors import UnableToKeepRound, UnableToOpenRound, UnableToSettleRound
from yaodian.timetabling.queries.rounds import cohort_of, missing_of, rounds_before, tables_for

FIELDS = ("title", "kind", "opens_on", "closes_on", "before", "requirements", "is_first_come", "group_size", "note")
LONGEST_DAYS = 120


def make_round(
    *, actor: Account | None, school: Unit, entered_year: int, values: Mapping[str, Any], now: datetime
) -> ChoiceRound:
    """A round in preparation that offers all twelve combinations without a limit. `values` are those of `FIELDS`.

    Where they name none, the newest round that it may follow and the newest table of requirements are taken. Raises PermissionMissing, UnableToKeepRound.
    """
    require_right(actor, school.pk, RUN)
    with transaction.atomic():
        row = ChoiceRound(school=school, entered_year=entered_year, made_at=now)
        today = timezone.localdate(now)
        _put(row, {**_usual(school.pk, entered_year, values.get("kind", ""), today), **values}, today)
        stored(row, UnableToKeepRound)
        OfferedCombination.objects.bulk_create(OfferedCombination(round=row, combination=one) for one in COMBINATIONS)
        note(actor, "round.make", row, {"school": school.pk, "entered_year": entered_year, "kind": row.kind}, now)
    return row


def _usual(school: int, entered_year: int, kind: str, day: date) -> dict[str, Any]:
    befores = rounds_before(school=school, entered_year=entered_year, kind=kind) if kind != RoundKind.TRIAL else []
    tables = tables_for(school=school, day=day)
    return {
        "before": max(befores, key=lambda one: one.pk, default=None),
        "requirements": tables[0] if tables else None,
    }


def change_round(
    *,
    actor: Account | None,
    round: ChoiceRound,  # noqa: A002 - the row's name.
    values: Mapping[str, Any],
    now: datetime,
    expected_version: int | None = None,
) -> ChoiceRound:
    """Other values while the round is prepared; of an open one a later last day alone.

    Raises PermissionMissing, WrongState, UnableToKeepRound.
    """
    require_right(actor, round.school_id, RUN)
    with transaction.atomic():
        row = lock_round(round)
        require_state(row, (RoundState.DRAFT, RoundState.OPEN))
        _check_version(row, expected_version)
        if row.state == RoundState.OPEN:
            moved = {name for name in values if getattr(row, name) != values[name]} - {"closes_on"}
            if moved or values.get("closes_on", row.closes_on) < row.closes_on:
                raise UnableToKeepRound(
                    _("选科已经开始，只能把截止日期往后延。要改别的，请撤销这一轮，另建一轮。"), code="open"
                )
        _put(row, values, timezone.localdate(now))
        row.version += 1
        stored(row, UnableToKeepRound)
        # Whoever holds a letter may use it as long as the window is open.
        ChoiceLetter.objects.filter(round=row, revoked_at__isnull=True, expires_at__lt=letters_end(row)).update(
            expires_at=letters_end(row)
        )
        note(actor, "round.change", row, {"fields": sorted(values), "closes_on": row.closes_on}, now)
    return row


def _check_version(row: ChoiceRound, expected: int | None) -> None:
    if expected is not None and expected != row.version:
        raise UnableToKeepRound(
            _("别人刚刚更改了“%(title)s”，您的更改还没有保存。请对照现在的内容，再保存一次。") % {"title": row.title},
            code="stale",
            status=409,
        )


def _put(row: ChoiceRound, values: Mapping[str, Any], day: date) -> None:
    for name in FIELDS:
        if name in values:
            value = values[name]
            setattr(row, name, " ".join(value.split()) if isinstance(value, str) else value)
    if not row.opens_on or not row.closes_on:
        raise UnableToKeepRound(_("请写明开始日期和截止日期。"), code="days", field="opens_on")
    if (row.closes_on - row.opens_on).days > LONGEST_DAYS:
        raise UnableToKeepRound(
            _("一轮选科最长 %(most)s 天。请核对日期。") % {"most": LONGEST_DAYS}, code="too-long", field="closes_on"
        )
    row.grade = school_year(row.opens_on) - row.entered_year + 1
    if row.grade not in Grade.values:
        raise UnableToKeepRound(
            _("在 %(day)s，%(year)s 年入学的学生不在高中三个年级里。请核对入学年份和日期。")
            % {"day": row.opens_on, "year": row.entered_year},
            code="grade",
            field="opens_on",
        )
    before = row.before
    if row.kind == RoundKind.CHANGE and before is None:
        raise UnableToKeepRound(
            _("改选要接在一轮已经确定的正式选科之后。请选择那一轮。"), code="no-before", field="before"
        )
    known = {one.pk for one in rounds_before(school=row.school_id, entered_year=row.entered_year, kind=row.kind)}
    # The later round has the greater key: by that the choices of a change period lie over those before.
    if before is not None and (before.pk not in known or (row.pk is not None and before.pk >= row.pk)):
        raise UnableToKeepRound(
            _("接续的轮次须是本校同一年级的：改选接已经确定的正式选科，正式选科接模拟选科。请重新选择。"),
            code="before",
            field="before",
        )
    if row.requirements is not None and row.requirements not in tables_for(school=row.school_id, day=day):
        raise UnableToKeepRound(
            _("这份选考要求表不是本校或上级单位的。请重新选择。"), code="requirements", field="requirements"
        )


def offer_combinations(
    *,
    actor: Account | None,
    round: ChoiceRound,  # noqa: A002
    offered: Mapping[str, int | None],
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """The combinations of a round in preparation, whole: by code the limit, or None. Raises PermissionMissing, WrongState,
    UnableToKeepRound."""
    require_right(actor, round.school_id, RUN)
    with transaction.atomic():
        row = lock_round(round)
        require_state(row, (RoundState.DRAFT,))
        _check_version(row, expected_version)
        if unknown := sorted(set(offered) - set(COMBINATIONS)):
            raise UnableToKeepRound(
                _("没有“%(code)s”这个组合。3+1+2 共有 12 个组合，请从列表里选。") % {"code": unknown[0][:10]},
                code="unknown",
            )
        for code, most in offered.items():
            if most is not None and not 1 <= most <= 9_999:
                raise UnableToKeepRound(
                    _("%(name)s的限额须在 1 至 9999 之间；不限就不填。") % {"name": COMBINATIONS[code].name},
                    code="limit",
                    field=code,
                )
        OfferedCombination.objects.filter(round=row).delete()
        OfferedCombination.objects.bulk_create(
            OfferedCombination(round=row, combination=code, most=offered[code])
            for code in COMBINATIONS
            if code in offered
        )
        _bump(row)
        note(actor, "round.offer", row, {"offered": {code: offered[code] for code in sorted(offered)}}, now)


def _bump(row: ChoiceRound) -> None:
    row.version += 1
    ChoiceRound.objects.filter(pk=row.pk).update(version=row.version)


def open_round(*, actor: Account | None, round: ChoiceRound, now: datetime) -> ChoiceRound:  # noqa: A002
    """Pupils may choose from the first day on. Raises PermissionMissing, WrongState, UnableToOpenRound."""
    require_right(actor, round.school_id, RUN)
    with transaction.atomic():
        row = lock_round(round)
        require_state(row, (RoundState.DRAFT,))
        if not row.offered.exists():
            raise UnableToOpenRound(_("还没有开设任何组合。请至少开设一个。"), code="nothing-offered")
        if row.closes_on < timezone.localdate(now):
            raise UnableToOpenRound(
                _("截止日期 %(day)s 已经过去。请先改日期。") % {"day": row.closes_on},
                code="too-late",
                field="closes_on",
            )
        if not cohort_of(row).exists():
            raise UnableToOpenRound(
                _("学籍里没有 %(year)s 年入学的在读高中学生。请先在基础数据里建立班级和学生。")
                % {"year": row.entered_year},
                code="no-pupils",
            )
        row.opened_at = now
        _move_to_open(row)
        note(actor, "round.open", row, {"opens_on": row.opens_on, "closes_on": row.closes_on}, now)
    return row


def _move_to_open(row: ChoiceRound) -> None:
    others = ChoiceRound.objects.filter(school=row.school_id, entered_year=row.entered_year, state=RoundState.OPEN)
    if others.exclude(pk=row.pk).exists():
        raise UnableToOpenRound(_("这个年级已有一轮选科在进行，请先截止那一轮。"), code="another-open", status=409)
    try:
        with transaction.atomic():
            move_round(row, RoundState.OPEN, UnableToOpenRound)
    except IntegrityError as problem:
        raise UnableToOpenRound(
            _("这个年级已有一轮选科在进行，请先截止那一轮。"), code="another-open", status=409
        ) from problem


def close_round(*, actor: Account | None, round: ChoiceRound, now: datetime) -> ChoiceRound:  # noqa: A002
    """Nobody chooses any more. Before the last day is over only with a press; after it, it is closed to pupils anyway.

    Raises PermissionMissing, WrongState.
    """
    require_right(actor, round.school_id, RUN)
    with transaction.atomic():
        row = lock_round(round)
        require_state(row, (RoundState.OPEN,))
        move_round(row, RoundState.CLOSED, UnableToKeepRound)
        note(actor, "round.close", row, {"closes_on": row.closes_on}, now)
    return row


def reopen_round(
    *,
    actor: Account | None,
    round: ChoiceRound,  # noqa: A002
    closes_on: date,
    reason: str,
    now: datetime,
) -> ChoiceRound:
    """A closed round takes choices again until another day. Raises PermissionMissing, WrongState, UnableToOpenRound."""
    require_right(actor, round.school_id, RUN)
    with transaction.atomic():
        row = lock_round(round)
        require_state(row, (RoundState.CLOSED,))
        if not reason.strip():
            raise UnableToOpenRound(_("请写明重新开放的原因。"), code="no-reason", field="reason")
        if closes_on < timezone.localdate(now):
            raise UnableToOpenRound(_("新的截止日期已经过去。请改成今天或以后。"), code="too-late", field="closes_on")
        row.closes_on, row.reason = closes_on, " ".join(reason.split())[:200]
        _move_to_open(row)
        ChoiceLetter.objects.filter(round=row, revoked_at__isnull=True, expires_at__lt=letters_end(row)).update(
            expires_at=letters_end(row)
        )
        note(actor, "round.reopen", row, {"closes_on": closes_on, "reason": row.reason}, now)
    return row


def settle_round(*, actor: Account | None, round: ChoiceRound, now: datetime) -> ChoiceRound:  # noqa: A002
    """The choices of a closed round are what is planned with. Raises PermissionMissing, WrongState, UnableToSettleRound.

    A binding round is settled when every pupil of the grade has a choice, so that nobody is forgotten when groups are made.
    """
    require_right(actor, round.school_id, RUN)
    with transaction.atomic():
        row = lock_round(round)
        require_state(row, (RoundState.CLOSED,))
        waiting = PupilChoice.objects.filter(round=row, state=ChoiceState.PROPOSED).count()
        if waiting:
            raise UnableToSettleRound(
                _("还有 %(count)s 份选科等待审核，不能确定结果。请先逐一审核。") % {"count": waiting}, code="waiting"
            )
        if row.kind == RoundKind.BINDING and (missing := missing_of(row).count()):
            raise UnableToSettleRound(
                _("还有 %(count)s 名学生没有选科，不能确定结果。请重新开放，或凭纸质选科表代录。") % {"count": missing},
                code="missing",
            )
        row.settled_at = now
        move_round(row, RoundState.SETTLED, UnableToSettleRound)
        chosen = PupilChoice.objects.filter(round=row, state=ChoiceState.STANDING).count()
        note(actor, "round.settle", row, {"chosen": chosen}, now)
    return row


def withdraw_round(*, actor: Account | None, round: ChoiceRound, reason: str, now: datetime) -> ChoiceRound:  # noqa: A002
    """The round is given up; its choices stay as rows and count for nothing. Raises PermissionMissing, WrongState,
    UnableToKeepRound."""
    require_right(actor, round.school_id, RUN)
    with transaction.atomic():
        row = lock_round(round)
        if not reason.strip():
            raise UnableToKeepRound(_("请写明撤销的原因。"), code="no-reason", field="reason")
        row.reason = " ".join(reason.split())[:200]
        move_round(row, RoundState.WITHDRAWN, UnableToKeepRound)
        revoked = ChoiceLetter.objects.filter(round=row, revoked_at__isnull=True).update(revoked_at=now)
        note(actor, "round.withdraw", row, {"reason": row.reason, "letters": revoked}, now)
    return row


def letters_end(row: ChoiceRound) -> datetime:
    """Until when a letter of the round is good: a fortnight after the last day, so that the receipt can still be printed."""
    return timezone.make_aware(datetime.combine(row.closes_on, time.min)) + LETTER_DAYS


LETTER_DAYS = timedelta(days=15)
