"""What all steps of a family share: the rows under their locks, the days, the rules, and the rows that follow from a content.

Locks are taken in the order intake, application. The intake is only held fast, not kept for one: families do not wait for
each other, and whoever closes it waits for those who are inside.

One child, two applications
---------------------------
A child stands in one application of an intake (`child_index` is unique). If another account hands in a second one, this is **not
told**: «already there» would answer anybody who tries the numbers of a year's children. The second application is taken as usual,
with the same words, rows and statements, a number and a receipt; it holds the child in `doubled_index`, is marked `is_doubled`,
and clerks see both and ask for papers. Whether a child goes to a school already, or is on no list, is asked of no register here for
the same reason. Only one's own second application for a child is refused, which tells nothing new.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.content import Content
from yaodian.admissions.models import (
    Application,
    ApplicationGuardian,
    ApplicationState,
    Intake,
    IntakeState,
    Offer,
    PaperKind,
    Submission,
    Wish,
)
from yaodian.admissions.operations.errors import UnableTo, WrongState
from yaodian.admissions.operations.locking import hold_intake
from yaodian.admissions.problem.indexing import child_index, child_indexes, person_index, phone_index
from yaodian.admissions.problem.numbering import new_number
from yaodian.admissions.problem.stating import Fault, faults
from yaodian.admissions.queries.asking import asked_of
from yaodian.audit.operations import record
from yaodian.foundation.files.storing import erase_file
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account
from yaodian.registry.queries import guardian_accounts

MOST_KEY = 64


def own_rows(account: Account, public_id: str, *, is_carried: bool = False) -> tuple[Intake, Application]:
    """Intake and application of an account under their locks. Raises Absent, for one of another family as for none; WrongState for
    one that was carried into a further round, unless that is what is asked for: there only wishes are stated anew.
    """
    own = Application.objects.filter(public_id=public_id, account=account, erased_at__isnull=True)
    intake_id = own.values_list("intake_id", flat=True).first()
    if intake_id is None:
        raise Absent(public_id)
    intake = hold_intake(intake_id)
    row = own.select_for_update(of=("self",), no_key=True).get()
    if (row.carried_from_id is not None) != is_carried:
        raise WrongState(
            _("这份申请现在不能这样改动：补录沿用已核验的材料，只重新选择志愿；第一轮不能单独改志愿。"), code="round"
        )
    return intake, row


def is_open(intake: Intake, now: datetime) -> bool:
    """Whether families may hand in and change today."""
    return intake.state == IntakeState.OPEN and intake.opens_on <= timezone.localdate(now) <= intake.closes_on


def is_correctable(row: Application, intake: Intake, now: datetime) -> bool:
    """Whether an application that was returned may still be put right."""
    return (
        row.state == ApplicationState.RETURNED
        and intake.state in (IntakeState.OPEN, IntakeState.CHECKING)
        and timezone.localdate(now) <= intake.check_until
    )


def require_open(intake: Intake, now: datetime) -> None:
    """Raises WrongState with the days."""
    if is_open(intake, now):
        return
    words = {"first": intake.opens_on, "last": intake.closes_on}
    if timezone.localdate(now) < intake.opens_on or intake.state == IntakeState.PLANNED:
        raise WrongState(
            _("报名时间是 %(first)s 至 %(last)s，现在还没有开始。期间任何一天报名都一样，不分先后。") % words,
            code="too-early",
        )
    raise WrongState(
        _("报名时间是 %(first)s 至 %(last)s，现在已经结束。确有特殊情况的，请联系招生咨询窗口。") % words,
        code="too-late",
    )


def require_changeable(row: Application, intake: Intake, now: datetime) -> None:
    """In the window of days, or until the end of the checks for what was returned. Raises WrongState."""
    if not is_correctable(row, intake, now):
        require_open(intake, now)


def client_key_of(text: str, problem: type[UnableTo]) -> str:
    """Raises the given error for no key, or for one that no page of ours has made."""
    if not text or len(text) > MOST_KEY or not text.isascii():
        raise problem(_("这张表的标识不完整，没有提交。请刷新页面后再交一次，已填的内容都在。"), code="client-key")
    return text


def sent_before(account: Account, row: Application, client_key: str, problem: type[UnableTo]) -> Submission | None:
    """The same sending, if it has come before; asked under the lock of the application."""
    found = Submission.objects.filter(account=account, client_key=client_key).first()
    if found is not None and found.application_id != row.pk:
        raise problem(_("这张表已经用于另一份申请。请刷新页面后再交一次。"), code="client-key", status=409)
    return found


def require_sound(content: Content, row: Application, intake: Intake, *, problem: type[Any], now: datetime) -> None:
    """All rules at once. Raises the given error with a fault for each field."""
    today = timezone.localdate(now)
    found = faults(
        content,
        asked_of(intake, content.home, today=today),
        proofs=set(row.proofs.filter(removed_at__isnull=True).values_list("label", flat=True)),
        today=today,
        own_number=row.number or "",
    )
    if found:
        raise with_faults(problem, found)


def with_faults(problem: type[Any], found: Collection[Fault]) -> Any:
    """The error that tells all faults; its own sentence is the first one's."""
    first = next(iter(found))
    refused = problem(first.message, code=first.code, field=first.field)
    refused.faults = tuple(found)
    return refused


def require_first_of_account(account: Account, row: Application, content: Content, problem: type[UnableTo]) -> None:
    """An account has one application for a child. Raises the given error with the number of the other one."""
    indexes = _indexes(content)
    other = (
        Application.objects.filter(
            Q(child_index__in=indexes) | Q(doubled_index__in=indexes), intake_id=row.intake_id, account=account
        )
        .exclude(state=ApplicationState.DRAFT)
        .exclude(pk=row.pk)
        .first()
    )
    if other is not None:
        raise problem(
            _("您已为这名儿童报名，报名号 %(number)s。请修改那一份；撤回过的可以重新提交。") % {"number": other.number},
            code="own-second",
            field="child_number",
            status=409,
        )


def store_with_child(row: Application, content: Content) -> None:
    """Stores an application with its child: as the one that holds it, or as a second one for the clerks (see above)."""
    indexes = _indexes(content)
    index = child_index(content.child.paper, content.child.number) if indexes else None
    _hold_child(row, index, _is_taken(row, indexes))
    try:
        with transaction.atomic():
            row.store()
    except (IntegrityError, ValidationError):
        # Another one came first, between the question and the row.
        if row.is_doubled or not _is_taken(row, indexes):
            raise
        _hold_child(row, index, is_taken=True)
        row.store()


def _indexes(content: Content) -> tuple[bytes, ...]:
    """A child without a paper has none, and a clerk looks at each of them."""
    child = content.child
    return () if child.paper == PaperKind.NONE or not child.number else child_indexes(child.paper, child.number)


def _is_taken(row: Application, indexes: Collection[bytes]) -> bool:
    return (
        Application.objects.filter(intake_id=row.intake_id, child_index__in=indexes)
        .exclude(state=ApplicationState.DRAFT)
        .exclude(pk=row.pk)
        .exists()
    )


def _hold_child(row: Application, index: bytes | None, is_taken: bool) -> None:
    row.is_doubled = is_taken
    row.child_index, row.doubled_index = (None, index) if is_taken else (index, None)


def delete_draft(row: Application, now: datetime) -> None:
    """A draft goes as a whole, with its documents: nobody but the family has ever counted on it."""
    files = [one.file for one in row.proofs.select_related("file")]
    row.delete()
    for one in files:
        erase_file(one, now=now, with_storer=True)


def free_number(intake: Intake, pick: Callable[[str], str] = secrets.choice) -> str:
    """A number that nobody has."""
    while True:
        number = new_number(year=intake.season.year, stage=intake.stage, pick=pick)
        if not Application.objects.filter(number=number).exists():
            return number


def write_wishes(row: Application, content: Content) -> None:
    """The rows that are counted, after what is said."""
    offers = dict(Offer.objects.filter(intake_id=row.intake_id).values_list("public_id", "id"))
    Wish.objects.filter(application=row).delete()
    Wish.objects.bulk_create(
        [Wish(application=row, offer_id=offers[one], position=place) for place, one in enumerate(content.wishes, 1)]
    )


def write_guardians(row: Application, content: Content) -> list[ApplicationGuardian]:
    """A row for each guardian that is stated; one who is named no more goes, unless he has objected.

    The first one is whoever applies. The account of another is found by paper or telephone; nobody but him learns that he has one.
    """
    accounts = guardian_accounts(
        numbers=[one.number for one in content.guardians], phones=[one.phone for one in content.guardians if one.phone]
    )
    there = {bytes(one.person_index): one for one in row.guardians.all() if one.person_index is not None}
    kept = []
    for place, said in enumerate(content.guardians):
        index = person_index(said.number)
        one = there.pop(index, None) or ApplicationGuardian(application=row, person_index=index)
        one.relation, one.name, one.phone = said.relation, said.name, said.phone
        one.phone_index = phone_index(said.phone) if said.phone else None
        found = accounts.of(number=said.number, phone=said.phone)
        one.account_id = found or (row.account_id if place == 0 else None)
        kept.append(one.store())
    for gone in there.values():
        if gone.objected_at is None:
            gone.delete()
    return kept


def journal(account: Account | None, code: str, row: Application, now: datetime, **detail: Any) -> None:
    """Numbers of children and names of people never stand in the journal."""
    record(
        actor=account,
        code=f"admissions.{code}",
        subject=f"admissions_application:{row.pk}",
        detail={"intake": row.intake_id, "revision": row.revision, **detail},
        at=now,
    )
