"""Requests of guardians: filed, received on paper, answered, refused, withdrawn; and the copy that answers one."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations import walls
from yaodian.organisations.models import Account
from yaodian.registry.models import (
    AccessKind,
    DataRequest,
    Guardianship,
    Means,
    Pupil,
    Purpose,
    RequestKind,
    RequestState,
)
from yaodian.registry.operations.changing import check_reach, journal, lock, shown, store, today_of
from yaodian.registry.operations.disclosure import PUPIL_CLEAR, keep_access
from yaodian.registry.operations.erasure import erase_locked
from yaodian.registry.operations.errors import UnableToAnswerRequest, UnableToReceiveRequest, WrongState
from yaodian.registry.queries.children import request_of_account, ward_of
from yaodian.registry.queries.copies import Content, packed, pupil_content

ANSWER = "registry.answer_requests"


def file_request(*, actor: Account, public_id: str, kind: str, text: str, now: datetime) -> DataRequest:
    """A guardian asks for himself. Raises UnableToReceiveRequest, Pupil.DoesNotExist."""
    with transaction.atomic():
        guardianship = ward_of(account=actor, public_id=public_id)
        return _receive(actor, guardianship, kind, text, Means.ONLINE, now)


def receive_request(
    *,
    actor: Account | None,
    public_id: str,
    guardianship_id: int,
    kind: str,
    text: str,
    means: str,
    now: datetime,
) -> DataRequest:
    """An office takes what a guardian asks on paper or in its presence.

    Raises UnableToReceiveRequest, WrongState, Guardianship.DoesNotExist.
    """
    with transaction.atomic():
        pupil = lock(Pupil, public_id)
        check_reach(actor, pupil.school, now, ANSWER)
        guardianship = pupil.guardianships.select_related("guardian", "pupil").get(
            pk=guardianship_id, ended_on__isnull=True
        )
        if not guardianship.is_confirmed:
            raise WrongState(_("这条监护关系学校还没有确认。请先核实申请人是监护人，再受理申请。"))
        if means == Means.ONLINE:
            raise UnableToReceiveRequest(
                _("网上的申请由监护人自己登录提出。请选择书面或当面。"), code="not-online", field="means"
            )
        return _receive(actor, guardianship, kind, text, means, now)


def _receive(
    actor: Account | None, guardianship: Guardianship, kind: str, text: str, means: str, now: datetime
) -> DataRequest:
    if kind not in RequestKind.values:
        raise UnableToReceiveRequest(_("请选择申请事项。"), code="no-such-kind", field="kind")
    text = text.strip()
    if kind == RequestKind.CORRECT and not text:
        raise UnableToReceiveRequest(
            _("请写明哪一项有误、应当是什么，工作人员才能核对。"), code="no-text", field="text"
        )
    row = DataRequest(
        pupil=guardianship.pupil,
        guardian=guardianship.guardian,
        kind=kind,
        means=means,
        text=text,
        received_at=now,
        received_by=actor,
        due_on=due_on(today_of(now)),
    )
    store(row, UnableToReceiveRequest, is_new=True)
    journal(actor, "request.receive", row, now, pupil=guardianship.pupil.public_id, kind=kind, means=means)
    return row


def due_on(received: date) -> date | None:
    """The day by which the office wants to answer; None where the setting REQUEST_DAYS promises nothing."""
    return received + timedelta(days=settings.REQUEST_DAYS) if settings.REQUEST_DAYS else None


def _open(actor: Account | None, public_id: str, now: datetime) -> DataRequest:
    row: DataRequest = (
        DataRequest.objects.select_for_update(of=("self",))
        .select_related("pupil__school__unit", "guardian")
        .get(public_id=public_id)
    )
    check_reach(actor, row.pupil.school, now, ANSWER)
    if row.state != RequestState.RECEIVED:
        raise WrongState(_("这件申请已是“%(state)s”，不能再办理。") % {"state": row.get_state_display()})
    return row


def _close(row: DataRequest, actor: Account | None, state: RequestState, answer: str, now: datetime) -> None:
    row.state, row.answer, row.closed_at, row.closed_by = state, answer.strip(), now, actor
    store(row, UnableToAnswerRequest)


def answer_request(*, actor: Account | None, public_id: str, answer: str, now: datetime) -> DataRequest:
    """The request is granted: what was asked to be seen or copied may be fetched, what was asked to be erased is erased.

    A correction is made in the record first; the answer says what was corrected. Raises UnableToErase with the reason where
    the data must be kept, UnableToAnswerRequest, WrongState.
    """
    with transaction.atomic():
        row = _open(actor, public_id, now)
        if row.kind == RequestKind.CORRECT and not answer.strip():
            raise UnableToAnswerRequest(
                _("请写明核对的结果：更正了哪些内容，或为什么没有更正。"), code="no-answer", field="answer"
            )
        _close(row, actor, RequestState.ANSWERED, answer, now)
        if row.kind == RequestKind.ERASE:
            erase_locked(lock(Pupil, row.pupil.public_id), actor=actor, now=now, basis="request")
        journal(actor, "request.answer", row, now, kind=row.kind)
    return row


def refuse_request(*, actor: Account | None, public_id: str, reason: str, now: datetime) -> DataRequest:
    """The request is refused; the guardian reads why (《个人信息保护法》第五十条). Raises UnableToAnswerRequest, WrongState."""
    with transaction.atomic():
        row = _open(actor, public_id, now)
        if not reason.strip():
            raise UnableToAnswerRequest(
                _("不予办理须说明理由，并告诉申请人可以怎么办。"), code="no-reason", field="answer"
            )
        _close(row, actor, RequestState.REFUSED, reason, now)
        journal(actor, "request.refuse", row, now, kind=row.kind)
    return row


def withdraw_request(*, actor: Account, public_id: str, request: str, now: datetime) -> DataRequest:
    """The guardian takes his request back. Raises WrongState, DataRequest.DoesNotExist, Pupil.DoesNotExist."""
    with transaction.atomic():
        row = request_of_account(account=actor, public_id=public_id, request=request)
        DataRequest.objects.select_for_update(of=("self",)).get(pk=row.pk)
        row.refresh_from_db(fields=["state"])
        if row.state != RequestState.RECEIVED:
            raise WrongState(_("这件申请已是“%(state)s”，不能再撤回。") % {"state": row.get_state_display()})
        _close(row, actor, RequestState.WITHDRAWN, "", now)
        journal(actor, "request.withdraw", row, now, kind=row.kind)
    return row


def content_for_guardian(*, actor: Account, public_id: str, request: str, kind: str, now: datetime) -> Content:
    """All that is known of a child, for the guardian whose request to see (or to copy) it was granted.

    That it was given out is kept like every other access. Raises WrongState, DataRequest.DoesNotExist, Pupil.DoesNotExist.
    """
    with transaction.atomic():
        row = request_of_account(account=actor, public_id=public_id, request=request)
        return _give(actor, row, kind, now)


def copy_for_guardian(*, actor: Account, public_id: str, request: str, now: datetime) -> bytes:
    """The same as a file, a zip. Raises as `content_for_guardian` does."""
    content = content_for_guardian(actor=actor, public_id=public_id, request=request, kind=RequestKind.COPY, now=now)
    return packed(content, note=_note(now))


def copy_for_office(*, actor: Account | None, public_id: str, now: datetime) -> bytes:
    """The file of a granted request, for a guardian who has asked on paper. Raises WrongState, DataRequest.DoesNotExist."""
    with transaction.atomic():
        row: DataRequest = DataRequest.objects.select_related("pupil__school__unit", "guardian").get(
            public_id=public_id
        )
        check_reach(actor, row.pupil.school, now, ANSWER)
        content = _give(actor, row, RequestKind.COPY, now)
    return packed(content, note=_note(now))


def _give(actor: Account | None, row: DataRequest, kind: str, now: datetime) -> Content:
    if row.kind != kind or row.state != RequestState.ANSWERED or row.guardian is None or row.erased_at is not None:
        raise WrongState(_("这件申请没有可以提供的内容：事项不同，或还没有办理。"))
    pupil = row.pupil
    # The pupil's former schools and classes are his history, wherever they lie.
    with walls.lifted():
        content = pupil_content(pupil=pupil, guardian=row.guardian, on=today_of(now))
    if actor is not None:
        keep_access(
            actor, pupil, AccessKind.EXPORTED, now, purpose=Purpose.REQUEST, fields=sorted((*PUPIL_CLEAR, "name"))
        )
    journal(actor, "pupil.copy", pupil, now, request=row.public_id, kind=kind)
    return content


def _note(now: datetime) -> str:
    return _("本文件于%(day)s应监护人的申请提供，含有个人信息，请妥善保管。") % {"day": shown(today_of(now))}
