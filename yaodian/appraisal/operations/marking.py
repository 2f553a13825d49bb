"""What people say of a unit: two assessors apart, a third where they differ, what happened with its reason, what is
decided by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.appraisal.models import (
    Appraisal,
    Decision,
    ItemRule,
    Judgement,
    Occurrence,
    Round,
    RoundState,
)
from yaodian.appraisal.operations.attaching import attach_files
from yaodian.appraisal.operations.errors import (
    UnableToAssignAssessors,
    UnableToDecideMark,
    UnableToEnterOccurrence,
    UnableToGiveMark,
    WrongState,
)
from yaodian.appraisal.operations.reckoning import lock_round, reckon
from yaodian.appraisal.problem import read_content
from yaodian.appraisal.queries import own_unit_ids
from yaodian.audit.operations import record
from yaodian.cases.queries import reference_of_number
from yaodian.foundation.files.taking import TakenFile
from yaodian.organisations.models import Account
from yaodian.organisations.queries import reference_at, require, scope_of

MARKING = (RoundState.OPEN, RoundState.FROZEN)
DECIDER = 3


@dataclass(frozen=True)
class Assigned:
    """How many seats an assessor has got; `left_out` are the units that are his own, or that his right does not reach."""

    count: int
    left_out: tuple[int, ...]


def assign_assessors(
    *,
    actor: Account | None,
    round_: Round,
    assessor: Account,
    seat: int,
    now: datetime,
    items: Collection[str] = (),
    units: Collection[int] = (),
) -> Assigned:
    """Gives an assessor a seat at items (all that are judged) of units (all); where a mark stands already it stays.

    His own units are left out, and those that his right to assess does not reach, and items at which he has another seat.
    Raises PermissionMissing, UnableToAssignAssessors.
    """
    if actor is not None:
        require(account=actor, permission="appraisal.run", unit_id=round_.office_id)
    with transaction.atomic():
        row = lock_round(round_)
        require_state(row, MARKING)
        content = read_content(row.content)
        wanted = [line["code"] for line in content.judged if not items or line["code"] in items]
        if seat not in (1, 2, DECIDER) or not wanted:
            raise UnableToAssignAssessors(
                _("这张考核表没有这样的评分项目或席位。请重新选择。"), code="no-item", field="seat"
            )
        reached = set(scope_of(account=assessor, permission="appraisal.assess").unit_ids())
        own = own_unit_ids(account=assessor, day=timezone.localdate(now))
        left_out = []
        seated: list[Judgement] = []
        for appraisal in Appraisal.objects.filter(round=row).prefetch_related("judgements"):
            if units and appraisal.unit_id not in units:
                continue
            if appraisal.unit_id in own or appraisal.unit_id not in reached:
                left_out.append(appraisal.unit_id)
                continue
            seated += [one for code in wanted if (one := _seated(appraisal, code, seat, assessor)) is not None]
        if not seated:
            raise UnableToAssignAssessors(
                _(
                    "“%(name)s”没有分到任何评分：本单位不能自评，没有评分权限的单位不能评，同一项目也不能坐两个席位。请换一位。"
                )
                % {"name": assessor.name},
                code="nobody",
                field="assessor",
            )
        Judgement.objects.bulk_create([one for one in seated if one.pk is None], batch_size=500)
        Judgement.objects.bulk_update([one for one in seated if one.pk is not None], ["assessor"], batch_size=500)
        reckon(row)
        _record(
            actor,
            "appraisal.round.assign",
            f"appraisal_round:{row.pk}",
            {"assessor": assessor.pk, "seat": seat, "items": wanted, "count": len(seated), "left_out": left_out},
            now,
        )
    return Assigned(len(seated), tuple(left_out))


def _seated(appraisal: Appraisal, code: str, seat: int, assessor: Account) -> Judgement | None:
    """The seat with its new assessor, not yet stored; None where it stays as it is."""
    rows = {one.seat: one for one in appraisal.judgements.all() if one.item == code}
    if any(one.assessor_id == assessor.pk for one in rows.values()):
        return None
    row = rows.get(seat) or Judgement(appraisal=appraisal, item=code, seat=seat)
    if row.mark is not None:
        return None
    row.assessor = assessor
    return row


def give_mark(
    *,
    actor: Account,
    judgement: Judgement,
    mark: Decimal,
    evidence: str,
    now: datetime,
    link: str = "",
    files: Sequence[TakenFile] = (),
) -> Judgement:
    """An assessor's mark with its evidence: words, and files that show it. It may be changed until the other assessor's is
    in as well.

    Raises PermissionMissing, WrongState, UnableToGiveMark.
    """
    require(account=actor, permission="appraisal.assess", unit_id=judgement.appraisal.unit_id)
    with transaction.atomic():
        row = lock_round(judgement.appraisal.round)
        require_state(row, MARKING)
        seats = list(Judgement.objects.filter(appraisal_id=judgement.appraisal_id, item=judgement.item))
        own = next((one for one in seats if one.pk == judgement.pk), None)
        if own is None or own.assessor_id != actor.pk:
            raise UnableToGiveMark(_("这一项不由您评分。请刷新待评列表。"), code="not-yours")
        if judgement.appraisal.unit_id in own_unit_ids(account=actor, day=timezone.localdate(now)):
            raise UnableToGiveMark(_("这是您自己的单位，不能由您评分。请告诉主办科室换人。"), code="own-unit")
        line = read_content(row.content).item(own.item)
        full = Decimal(line["full"])
        if not mark.is_finite() or not 0 <= mark <= full:
            raise UnableToGiveMark(
                _("评分 %(mark)s 不在 0 至 %(full)s 之间。请重新填写。") % {"mark": mark, "full": plain(full)},
                code="mark",
                field="mark",
            )
        if not evidence.strip():
            raise UnableToGiveMark(
                _("请写明依据：看了什么材料、到了哪里、扣在哪里。"), code="no-evidence", field="evidence"
            )
        limit = Fraction(read_content(row.content).sheet.limit) * Fraction(full)
        _check_turn(own, seats, limit)
        own.mark, own.evidence, own.link, own.marked_at = mark, evidence.strip()[:1000], link.strip()[:300], now
        own.store()
        added = attach_files(own, files, actor=actor, now=now, problem=UnableToGiveMark)
        reckon(row, only={own.appraisal_id})
        _record(
            actor,
            "appraisal.judgement.give",
            f"appraisal_judgement:{own.pk}",
            {"item": own.item, "seat": own.seat, "mark": mark, "files": added},
            now,
        )
    return own


def _check_turn(own: Judgement, seats: Collection[Judgement], limit: Fraction) -> None:
    """Two marks that are both in stand; the third seat speaks only where they differ by more than the limit."""
    marks = {one.seat: Fraction(one.mark) for one in seats if one.mark is not None}
    are_both = 1 in marks and 2 in marks
    differ = are_both and abs(marks[1] - marks[2]) > limit
    if own.seat == DECIDER:
        if not differ:
            raise UnableToGiveMark(_("两位评分人还没有评完，或相差没有超过规定，不需要第三人裁定。"), code="not-needed")
    elif are_both:
        raise UnableToGiveMark(
            _("两位评分人都已评分，不能再改。如有出入，由第三人裁定或在反馈期申诉。"), code="both-in"
        )


def enter_occurrence(
    *,
    actor: Account | None,
    appraisal: Appraisal,
    item: str,
    happened_on: date,
    reason: str,
    now: datetime,
    times: int = 1,
    link: str = "",
    cited: str = "",
    files: Sequence[TakenFile] = (),
) -> Occurrence:
    """Something that counts for a bonus, a deduction or a veto, with its reason, and files that show it.

    `cited` is the number of a case, or the address of the page of a case, a commitment or a monthly report.
    Raises PermissionMissing, WrongState, UnableToEnterOccurrence.
    """
    with transaction.atomic():
        row = _locked(actor, appraisal, MARKING)
        codes = {line["code"] for line in read_content(row.content).entered}
        if item not in codes:
            raise UnableToEnterOccurrence(
                _("“%(item)s”不是登记事项的加减分或否决项目。请重新选择。") % {"item": item}, code="item", field="item"
            )
        if not reason.strip():
            raise UnableToEnterOccurrence(_("请写明事由，被考核单位会看到。"), code="no-reason", field="reason")
        if not 1 <= times <= 999:
            raise UnableToEnterOccurrence(_("次数须在 1 至 999 之间。"), code="times", field="times")
        if happened_on.year != row.year or happened_on > timezone.localdate(now):
            raise UnableToEnterOccurrence(
                _("日期 %(day)s 不在 %(year)s 年，或还没有到。请核对。") % {"day": happened_on, "year": row.year},
                code="day",
                field="happened_on",
            )
        subject = _subject(actor, cited, now)
        made = Occurrence(
            appraisal=appraisal, item=item, times=times, happened_on=happened_on, reason=reason.strip()[:400],
            link=link.strip()[:300], subject=subject, entered_by=actor, entered_at=now,
        ).store()  # fmt: skip
        added = attach_files(made, files, actor=actor, now=now, problem=UnableToEnterOccurrence)
        reckon(row, only={appraisal.pk})
        detail = {
            "item": item, "times": times, "on": happened_on, "reason": made.reason, "subject": subject, "files": added
        }  # fmt: skip
        _record(actor, "appraisal.occurrence.enter", f"appraisal_occurrence:{made.pk}", detail, now)
    return made


def _subject(actor: Account | None, cited: str, now: datetime) -> str:
    """The reference of what is cited. Raises UnableToEnterOccurrence for what is not there or may not be seen."""
    words = cited.strip()
    if not words:
        return ""
    today = timezone.localdate(now)
    found = reference_of_number(account=actor, number=words, today=today) or reference_at(
        account=actor, address=words, today=today
    )
    if not found:
        raise UnableToEnterOccurrence(
            _("找不到“%(words)s”所指的事项、任务或月报，或您无权查看。请填事项编号，或粘贴它的网页地址；没有可以不填。")
            % {"words": words[:80]},
            code="cited",
            field="cited",
        )
    return found


def take_back_occurrence(*, actor: Account, occurrence: Occurrence, why: str, now: datetime) -> Occurrence:
    """It counts no more, and stays as a row with the reason. Raises PermissionMissing, WrongState, UnableToEnterOccurrence."""
    with transaction.atomic():
        row = _locked(actor, occurrence.appraisal, MARKING)
        made = Occurrence.objects.get(pk=occurrence.pk)
        if made.taken_back_at is not None:
            raise UnableToEnterOccurrence(_("这一条已经撤销过了。请刷新页面。"), code="taken-back")
        if not why.strip():
            raise UnableToEnterOccurrence(_("请写明为什么撤销。"), code="no-reason", field="why")
        made.taken_back_at, made.taken_back_why = now, why.strip()[:200]
        made.store()
        reckon(row, only={made.appraisal_id})
        _record(
            actor,
            "appraisal.occurrence.take_back",
            f"appraisal_occurrence:{made.pk}",
            {"why": made.taken_back_why},
            now,
        )
    return made


def decide_mark(
    *, actor: Account | None, appraisal: Appraisal, item: str, mark: Decimal, reason: str, now: datetime
) -> Decision:
    """Marks by hand where the value could not be had and the sheet leaves it to a person; a new row, with the reason.

    Raises PermissionMissing, WrongState, UnableToDecideMark.
    """
    with transaction.atomic():
        row = _locked(actor, appraisal, (RoundState.FROZEN,))
        if actor is not None and appraisal.unit_id in own_unit_ids(account=actor, day=timezone.localdate(now)):
            raise UnableToDecideMark(_("这是您自己的单位，不能由您认定。请换一位同事。"), code="own-unit")
        kept = Appraisal.objects.get(pk=appraisal.pk)
        line = next((one for one in kept.marks if one["code"] == item), None)
        is_for_hand = line is not None and (
            any(step["code"] == "by-hand" for step in line["steps"])
            # What was decided by hand may be corrected by hand.
            or Decision.objects.filter(appraisal=kept, item=item).exists()
        )
        if line is None or not is_for_hand:
            raise UnableToDecideMark(
                _("“%(item)s”已有数值，或不由人认定。只有缺数据并规定由人认定的项目可以认定。") % {"item": item},
                code="not-by-hand",
                field="item",
            )
        made = write_decision(row, appraisal, item, mark, reason, actor, now, UnableToDecideMark)
        reckon(row, only={appraisal.pk})
        detail = {"item": item, "mark": mark, "reason": made.reason}
        _record(actor, "appraisal.mark.decide", f"appraisal:{appraisal.pk}", detail, now)
    return made


def write_decision(
    row: Round,
    appraisal: Appraisal,
    item: str,
    mark: Decimal,
    reason: str,
    actor: Account | None,
    now: datetime,
    problem: type[UnableToDecideMark] | type[Any],
) -> Decision:
    """A new decision beside the older ones. Raises the given error for marks that the item cannot have, or no reason."""
    line = read_content(row.content).item(item)
    most = Decimal(1) if line["rule"] == ItemRule.VETO else Decimal(
        line["cap"] if line["rule"] in (ItemRule.DEDUCTION, ItemRule.BONUS) else line["full"]
    )  # fmt: skip
    if not mark.is_finite() or not 0 <= mark <= most or (line["rule"] == ItemRule.VETO and mark not in (0, 1)):
        raise problem(
            _("认定分 %(mark)s 不在 0 至 %(most)s 之间（一票否决填 0 或 1）。请重新填写。")
            % {"mark": mark, "most": plain(most)},
            code="mark",
            field="mark",
        )
    if not reason.strip():
        raise problem(_("请写明理由，被考核单位会看到。"), code="no-reason", field="reason")
    kept = Appraisal.objects.get(pk=appraisal.pk)
    before = next((one["marks"] for one in kept.marks if one["code"] == item), "")
    return Decision(
        appraisal=appraisal, item=item, mark=mark, before=before, reason=reason.strip()[:1000], decided_by=actor,
        decided_at=now,
    ).store()  # fmt: skip


def plain(number: Decimal) -> str:
    """Without zeros that say nothing."""
    return format(number.normalize(), "f")


def require_state(row: Round, states: Collection[str]) -> None:
    if row.state not in states:
        raise WrongState(
            _("“%(title)s”现在是“%(state)s”，不能这样做。请刷新页面查看进度。")
            % {"title": row.title, "state": row.get_state_display()},
            code="state",
        )


def _locked(actor: Account | None, appraisal: Appraisal, states: Collection[str]) -> Round:
    if actor is not None:
        require(account=actor, permission="appraisal.run", unit_id=appraisal.round.office_id)
    row = lock_round(appraisal.round)
    require_state(row, states)
    return row


def _record(actor: Account | None, code: str, subject: str, detail: Mapping[str, Any], now: datetime) -> None:
    record(actor=actor, code=code, subject=subject, detail=detail, at=now)
