"""Pupils choose by their letter; the grade office enters what stands on paper, and then somebody else must agree.

What is chosen is never written over. In an ordinary round the choice of a letter stands at once and may be changed until the
window closes. In a change period it waits until the form teacher and the grade office have both agreed, and until then the
former one stands.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.organisations import walls
from yaodian.organisations.models import Account
from yaodian.registry.queries import cohort_keys, cohort_member
from yaodian.timetabling.content import COMBINATIONS, Combination, NoCombination, combination_of
from yaodian.timetabling.models import (
    ChoiceLetter,
    ChoiceRound,
    ChoiceState,
    Means,
    OfferedCombination,
    PupilChoice,
    RoundState,
)
from yaodian.timetabling.operations.changing import RUN, lock_round, note, require_right, require_state, stored
from yaodian.timetabling.operations.errors import UnableToChoose, UnableToOpenLetter
from yaodian.timetabling.queries.rounds import STAGE, chain_of

SHORTEST_REASON = 5
# What is entered from paper may follow until the results are settled.
ENTERED_IN = (RoundState.OPEN, RoundState.CLOSED)
_EYES_OF_CHANGE = 2


def read_combination(subjects: Sequence[str]) -> Combination:
    """The combination of three subjects. Raises UnableToChoose with what is wrong and what to do."""
    try:
        return combination_of(subjects)
    except NoCombination as problem:
        sentences = {
            "count": _("请选三门：物理、历史中一门，再从化学、生物、思想政治、地理中选两门。"),
            "twice": _("同一门科目选了不止一次。请选三门不同的科目。"),
            "unknown": _("有一门不是可选的科目。请从物理、历史、化学、生物、思想政治、地理中选。"),
            "first": _("物理和历史须选一门，也只能选一门。请修改首选科目。"),
            "second": _("请在首选科目之外，从化学、生物、思想政治、地理中选两门。"),
        }
        raise UnableToChoose(sentences[problem.code], code=problem.code) from problem


def choose(*, letter: ChoiceLetter, subjects: Sequence[str], now: datetime, reason: str = "") -> PupilChoice:
    """The choice of whoever holds a letter; the same again is the same row. `reason` is asked for in a change period.

    Raises UnableToChoose; WrongState where the window is not open; UnableToOpenLetter where the letter was replaced meanwhile.
    """
    combination = read_combination(subjects)
    with transaction.atomic():
        row = lock_round(letter.round)
        held = ChoiceLetter.objects.filter(pk=letter.pk, revoked_at__isnull=True, expires_at__gt=now).first()
        if held is None:
            raise UnableToOpenLetter(_("这份通知书已失效。请用新的通知书重新进入。"), code="ended", status=409)
        require_state(row, (RoundState.OPEN,))
        _check_window(row, timezone.localdate(now))
        if cohort_member(pupil=held.pupil_id, unit=row.school_id, stage=STAGE, entered_year=row.entered_year) is None:
            raise UnableToChoose(
                _("这名学生已不在本校本年级在读，不能选科。如有疑问请联系班主任。"), code="left", status=409
            )
        walls.admit(pupils=[held.pupil_id])
        return _place(
            row, held.pupil_id, combination, means=Means.CODE, actor=None, reason=reason, now=now,
            eyes=_EYES_OF_CHANGE if row.is_change else 0,
        )  # fmt: skip


def _check_window(row: ChoiceRound, day: date) -> None:
    if not row.opens_on <= day <= row.closes_on:
        raise UnableToChoose(
            _("“%(title)s”在 %(opens)s 至 %(closes)s 之间办理，现在不能提交。")
            % {"title": row.title, "opens": row.opens_on, "closes": row.closes_on},
            code="window",
            status=409,
        )


def enter_choice(
    *,
    actor: Account,
    round: ChoiceRound,  # noqa: A002 - the row's name.
    pupil: str,
    subjects: Sequence[str],
    now: datetime,
    reason: str = "",
) -> PupilChoice:
    """What a pupil, by his public id, said on paper; it waits until somebody else has agreed.

    Raises PermissionMissing, WrongState, UnableToChoose.
    """
    combination = read_combination(subjects)
    require_right(actor, round.school_id, RUN)
    with transaction.atomic():
        row = _lock_for_entry(round)
        found = cohort_keys(unit=row.school_id, stage=STAGE, entered_year=row.entered_year, public_ids=[pupil])
        if pupil not in found:
            raise UnableToChoose(
                _("这名学生不在本校本年级在读，可能已转出或休学。请核对。"), code="left", field="pupil"
            )
        return _place(row, found[pupil], combination, means=Means.PAPER, actor=actor, reason=reason, now=now, eyes=1)


def enter_choices(
    *,
    actor: Account,
    round: ChoiceRound,  # noqa: A002
    choices: Mapping[str, str],
    now: datetime,
) -> None:
    """Codes of combinations by pupils' public ids, from a list; each waits until somebody else has agreed.

    Raises PermissionMissing, WrongState, UnableToChoose.
    """
    require_right(actor, round.school_id, RUN)
    with transaction.atomic():
        row = _lock_for_entry(round)
        keys = cohort_keys(unit=row.school_id, stage=STAGE, entered_year=row.entered_year, public_ids=list(choices))
        if missing := sorted(set(choices) - set(keys)):
            raise UnableToChoose(
                _("学生“%(pupil)s”不在本校本年级在读。请重新检查这份文件。") % {"pupil": missing[0][:12]}, code="left"
            )
        for pupil, code in choices.items():
            _place(
                row, keys[pupil], COMBINATIONS[code], means=Means.LIST, actor=actor, now=now, eyes=1,
                reason=_("按学校汇总的选科表导入") if row.is_change else "",
            )  # fmt: skip


def withdraw_choices(
    *,
    actor: Account,
    round: ChoiceRound,  # noqa: A002
    pupils: Collection[str],
    now: datetime,
) -> int:
    """Takes back what a list brought and nobody has agreed to yet; how many. Raises PermissionMissing, WrongState."""
    require_right(actor, round.school_id, RUN)
    with transaction.atomic():
        row = _lock_for_entry(round)
        waiting = PupilChoice.objects.filter(
            round=row, state=ChoiceState.PROPOSED, means=Means.LIST, pupil__public_id__in=pupils
        )
        taken = waiting.update(state=ChoiceState.WITHDRAWN, ended_at=now)
        note(actor, "choices.withdraw", row, {"count": taken}, now)
    return taken


def _lock_for_entry(row: ChoiceRound) -> ChoiceRound:
    locked = lock_round(row)
    require_state(locked, ENTERED_IN)
    return locked


def _place(
    row: ChoiceRound,
    pupil: int,
    combination: Combination,
    *,
    means: Means,
    actor: Account | None,
    reason: str,
    now: datetime,
    eyes: int,
) -> PupilChoice:
    """A choice under the lock of its round, in the state that its way gives it. Raises UnableToChoose."""
    words = " ".join(reason.split())
    if row.is_change and len(words) < SHORTEST_REASON:
        raise UnableToChoose(
            _("改选须写明理由，至少 %(least)s 个字。") % {"least": SHORTEST_REASON}, code="reason", field="reason"
        )
    mine = PupilChoice.objects.filter(pupil_id=pupil, round__in=chain_of(row))
    holds = mine.filter(state=ChoiceState.STANDING).order_by("-round_id").first()
    if row.is_change and holds is None:
        raise UnableToChoose(
            _("这名学生还没有已确定的选科，不能改选。请联系年级组凭纸质选科表办理。"), code="nothing-to-change"
        )
    if holds is not None and holds.combination == combination.code and (row.is_change or eyes):
        raise UnableToChoose(
            _("现在的选科就是%(name)s，不用再提交。") % {"name": combination.name}, code="same", field="combination"
        )
    check_place(row, combination, pupil)
    waits = mine.filter(round=row, state=ChoiceState.PROPOSED).first()
    if waits is not None and waits.combination == combination.code and eyes and waits.means == means:
        return waits
    if waits is not None:
        _end(waits, ChoiceState.REPLACED, now)
    if not eyes and holds is not None:
        if holds.combination == combination.code:
            return holds
        _end(holds, ChoiceState.REPLACED, now)
    made: PupilChoice = stored(
        PupilChoice(
            round=row, pupil_id=pupil, combination=combination.code, means=means, eyes=eyes, entered_by=actor,
            state=ChoiceState.PROPOSED if eyes else ChoiceState.STANDING, reason=words[:200], chosen_at=now,
        ),
        UnableToChoose,
    )  # fmt: skip
    note(
        actor,
        "choice.propose" if eyes else "choice.make",
        row,
        {"choice": made.public_id, "pupil": pupil, "combination": combination.code, "means": means},
        now,
    )
    return made


def check_place(row: ChoiceRound, combination: Combination, pupil: int) -> None:
    """Raises UnableToChoose where the school does not offer it, or, with places given in order, all are taken."""
    offered = OfferedCombination.objects.filter(round=row, combination=combination.code).first()
    if offered is None:
        raise UnableToChoose(
            _("本校这一轮没有开设%(name)s。请改选列出的组合；确有需要的，请向年级组说明。")
            % {"name": combination.name},
            code="not-offered",
            field="combination",
        )
    if row.is_first_come and offered.most is not None:
        taken = PupilChoice.objects.filter(
            round=row, combination=combination.code, state__in=[ChoiceState.STANDING, ChoiceState.PROPOSED]
        ).exclude(pupil_id=pupil)
        if taken.count() >= offered.most:
            raise UnableToChoose(
                _("%(name)s的 %(most)s 个名额已满。请改选别的组合。")
                % {"name": combination.name, "most": offered.most},
                code="full",
                field="combination",
                status=409,
            )


def _end(choice: PupilChoice, state: ChoiceState, now: datetime) -> None:
    choice.state, choice.ended_at = state, now
    choice.save(update_fields=["state", "ended_at"])
