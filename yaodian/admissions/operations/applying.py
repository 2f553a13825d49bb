"""A family applies: a draft is begun, kept step by step, and handed in once, however often it is sent."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.admissions.content import Child, Content
from yaodian.admissions.models import Application, ApplicationState, Intake, Submission
from yaodian.admissions.operations.applying_rows import (
    client_key_of,
    delete_draft,
    free_number,
    journal,
    own_rows,
    require_changeable,
    require_first_of_account,
    require_open,
    require_sound,
    sent_before,
    store_with_child,
    with_faults,
    write_guardians,
    write_wishes,
)
from yaodian.admissions.operations.applying_telling import tell_guardians
from yaodian.admissions.operations.errors import (
    UnableToSaveDraft,
    UnableToStartDraft,
    UnableToSubmitApplication,
    WrongState,
)
from yaodian.admissions.operations.locking import hold_intake
from yaodian.admissions.problem.stating import tidied, too_long
from yaodian.organisations.models import Account

MOST_DRAFTS = 6


def start_draft(*, account: Account, intake: Intake, now: datetime) -> Application:
    """A draft for one child; a draft that says nothing of a child yet is given again. Guardians and home are taken over from
    the account's latest application, since brothers and sisters have the same.

    Raises WrongState, UnableToStartDraft.
    """
    with transaction.atomic():
        held = hold_intake(intake.pk)
        require_open(held, now)
        if held.round > 1:
            raise WrongState(_("这是补录，只有上一轮核验通过、没有学位的儿童参加，不能新报名。"), code="further-round")
        # One page sent twice at once makes one draft.
        Account.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
        rows = list(
            Application.objects.filter(account=account, intake__season_id=held.season_id, erased_at__isnull=True)
        )
        drafts = [one for one in rows if one.state == ApplicationState.DRAFT and one.intake_id == held.pk]
        for one in drafts:
            if Content.from_json(one.content).child == Child():
                return one
        if len(drafts) >= MOST_DRAFTS:
            raise UnableToStartDraft(
                _("您已有 %(count)s 份没有提交的草稿。请先填完或删去不用的，再新建。") % {"count": len(drafts)},
                code="too-many",
            )
        latest = max(rows, key=lambda one: one.pk, default=None)
        before = Content.from_json(latest.content) if latest else Content()
        content = Content(guardians=before.guardians, home=before.home)
        row = Application(
            intake=held, account=account, content=content.to_json(), sha256=content.sha256(), made_at=now
        ).store()
        journal(account, "application.start", row, now)
    return row


def save_draft(*, account: Account, public_id: str, content: Content, now: datetime) -> Application:
    """Keeps what was typed so far, complete or not; of an application that was handed in, as a change that is not in force
    before `change_application`.

    Raises Absent, WrongState, UnableToSaveDraft.
    """
    kept = tidied(content)
    found = too_long(kept)
    if found:
        raise with_faults(UnableToSaveDraft, found)
    with transaction.atomic():
        intake, row = own_rows(account, public_id)
        if row.state == ApplicationState.WITHDRAWN:
            raise WrongState(_("这份申请已撤回。请先重新提交，再修改。"), code="withdrawn")
        require_changeable(row, intake, now)
        if row.state == ApplicationState.DRAFT:
            row.content, row.sha256 = kept.to_json(), kept.sha256()
        else:
            row.pending = {} if kept.sha256() == row.sha256 else kept.to_json()
        return row.store()


def discard_draft(*, account: Account, public_id: str, now: datetime) -> None:
    """Deletes a draft that was never handed in, with its documents; or the change that was begun. Raises Absent."""
    with transaction.atomic():
        _intake, row = own_rows(account, public_id)
        if row.state != ApplicationState.DRAFT:
            row.pending = {}
            row.store()
            return
        journal(account, "application.discard", row, now)
        delete_draft(row, now)


def submit_application(
    *,
    account: Account,
    public_id: str,
    client_key: str,
    expected_sha256: str,
    now: datetime,
    pick: Callable[[str], str] = secrets.choice,
) -> Submission:
    """Hands a draft in and gives its receipt: number, moment, fingerprint of what was said.

    Sent again under the same key, also at the same time, it is the same row and the same receipt. `expected_sha256` is what
    the family read before it agreed. Of a child that another account has handed in nothing is told (`applying_rows`).
    `pick` draws the characters of the number. Raises Absent, WrongState, UnableToSubmitApplication.
    """
    key = client_key_of(client_key, UnableToSubmitApplication)
    with transaction.atomic():
        intake, row = own_rows(account, public_id)
        before = sent_before(account, row, key, UnableToSubmitApplication)
        if before is not None:
            return before
        if row.state != ApplicationState.DRAFT:
            raise WrongState(
                _("这份申请已经提交，报名号 %(number)s。不用再交；要改请用“修改”。") % {"number": row.number},
                code="submitted",
            )
        require_open(intake, now)
        if row.sha256 != expected_sha256:
            raise UnableToSubmitApplication(
                _("核对以后内容又有改动（可能在另一个页面）。请重新核对一遍，再提交。"), code="changed", status=409
            )
        content = Content.from_json(row.content)
        require_sound(content, row, intake, problem=UnableToSubmitApplication, now=now)
        require_first_of_account(account, row, content, UnableToSubmitApplication)
        row.number = free_number(intake, pick)
        row.state, row.revision, row.submitted_at = ApplicationState.SUBMITTED, 1, now
        store_with_child(row, content)
        write_wishes(row, content)
        tell_guardians(row, write_guardians(row, content), intake, "submitted", now=now)
        receipt = Submission.objects.create(
            application=row, client_key=key, account=account, sha256=row.sha256, received_at=now
        )
        journal(account, "application.submit", row, now, doubled=row.is_doubled)
    return receipt
