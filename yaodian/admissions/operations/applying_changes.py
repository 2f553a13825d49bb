"""An application is changed, the change taken back within a day, the application withdrawn and taken up again.

Whatever was verified is to be verified anew after each of these: checks belong to a revision. The number stays.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.content import Content
from yaodian.admissions.models import (
    NEXT_OF_APPLICATION,
    Application,
    ApplicationState,
    Intake,
    IntakeState,
    Revision,
    Submission,
)
from yaodian.admissions.operations.applying_rows import (
    client_key_of,
    journal,
    own_rows,
    require_changeable,
    require_first_of_account,
    require_open,
    require_sound,
    sent_before,
    store_with_child,
    write_guardians,
    write_wishes,
)
from yaodian.admissions.operations.applying_telling import tell_guardians
from yaodian.admissions.operations.errors import UnableToChangeApplication, UnableToUndoChange, WrongState
from yaodian.admissions.problem.stating import tidied
from yaodian.organisations.models import Account

UNDO_HOURS = 24


def change_application(
    *,
    account: Account,
    public_id: str,
    content: Content,
    client_key: str,
    now: datetime,
    expected_sha256: str = "",
) -> Submission:
    """Puts another content in force. What stood before is kept as a revision and can be taken back for 24 hours.

    One that was returned may be sent again unchanged, when only documents were missing. Sent twice under one key it is one
    change. `expected_sha256`, where it is given, is what the family read before it agreed. Raises Absent, WrongState, UnableToChangeApplication.
    """
    key = client_key_of(client_key, UnableToChangeApplication)
    said = tidied(content)
    with transaction.atomic():
        intake, row = own_rows(account, public_id)
        sent = sent_before(account, row, key, UnableToChangeApplication)
        if sent is not None:
            return sent
        if row.state in (ApplicationState.DRAFT, ApplicationState.WITHDRAWN):
            raise WrongState(_("这份申请还没有提交，或已经撤回。请先提交。"), code="not-submitted")
        require_changeable(row, intake, now)
        if expected_sha256 and said.sha256() != expected_sha256:
            raise UnableToChangeApplication(
                _("核对以后内容又有改动（可能在另一个页面）。请重新核对一遍，再提交。"), code="changed", status=409
            )
        if said.sha256() == row.sha256 and row.state != ApplicationState.RETURNED:
            raise UnableToChangeApplication(_("内容没有改动，不用再交。"), code="unchanged", status=409)
        before = Content.from_json(row.content)
        if before.child.number != said.child.number and before.child.name != said.child.name:
            raise UnableToChangeApplication(
                _("姓名和证件号码都换了，这是另一名儿童。请为他另填一份申请；这一份不用的可以撤回。"),
                code="another-child",
                field="child_name",
            )
        require_sound(said, row, intake, problem=UnableToChangeApplication, now=now)
        require_first_of_account(account, row, said, UnableToChangeApplication)
        _put(row, said, account=account, undo_until=now + timedelta(hours=UNDO_HOURS), now=now)
        tell_guardians(row, write_guardians(row, said), intake, "changed", now=now)
        sent = Submission.objects.create(
            application=row, client_key=key, account=account, sha256=row.sha256, received_at=now
        )
        journal(account, "application.change", row, now, doubled=row.is_doubled)
    return sent


def undo_change(*, account: Account, public_id: str, revision: int, now: datetime) -> Application:
    """Puts the content back that stood before the latest change; `revision` is the number of that content. What is taken
    back stays as a row, and an undoing is not undone.

    Raises Absent, WrongState, UnableToUndoChange.
    """
    with transaction.atomic():
        intake, row = own_rows(account, public_id)
        found = row.revisions.filter(number=revision).first()
        if found is not None and found.undone_at is not None:
            return row
        _require_in_hand(row, intake, now)
        if found is None or found.number != row.revision - 1 or now > found.undo_until:
            raise UnableToUndoChange(
                _("只有最近一次修改可以撤销，而且要在 %(hours)s 小时以内。请改用“修改”。") % {"hours": UNDO_HOURS},
                code="nothing-to-undo",
            )
        content = Content.from_json(found.content)
        require_first_of_account(account, row, content, UnableToUndoChange)
        found.undone_at = now
        found.save(update_fields=["undone_at"])
        _put(row, content, account=account, undo_until=now, now=now)
        tell_guardians(row, write_guardians(row, content), intake, "changed", now=now)
        journal(account, "application.undo", row, now, doubled=row.is_doubled)
    return row


def withdraw_application(*, account: Account, public_id: str, now: datetime) -> Application:
    """The application takes no part any more; it keeps its number. Until the checks are closed: afterwards a place is
    declined instead. Raises Absent, WrongState.
    """
    with transaction.atomic():
        intake, row = own_rows(account, public_id)
        if row.state == ApplicationState.WITHDRAWN:
            return row
        if row.state == ApplicationState.DRAFT:
            raise WrongState(_("这份申请还没有提交。不用的草稿可以删去。"), code="not-submitted")
        if ApplicationState.WITHDRAWN not in NEXT_OF_APPLICATION[row.state]:
            raise WrongState(
                _("这份申请现在是“%(state)s”，不能撤回。") % {"state": row.get_state_display()}, code="wrong-state"
            )
        _require_in_hand(row, intake, now)
        row.state, row.pending = ApplicationState.WITHDRAWN, {}
        _forget_checks(row)
        row.store()
        tell_guardians(row, list(row.guardians.select_related("account")), intake, "withdrawn", now=now)
        journal(account, "application.withdraw", row, now)
    return row


def take_up_again(*, account: Account, public_id: str, now: datetime) -> Application:
    """A withdrawn application takes part again under its old number. Raises Absent, WrongState, UnableToChangeApplication."""
    with transaction.atomic():
        intake, row = own_rows(account, public_id)
        if row.state == ApplicationState.SUBMITTED:
            return row
        if row.state != ApplicationState.WITHDRAWN:
            raise WrongState(_("这份申请没有撤回，不用重新提交。"), code="wrong-state")
        require_open(intake, now)
        content = Content.from_json(row.content)
        require_sound(content, row, intake, problem=UnableToChangeApplication, now=now)
        row.state, row.revision, row.submitted_at = ApplicationState.SUBMITTED, row.revision + 1, now
        _forget_checks(row)
        store_with_child(row, content)
        tell_guardians(row, write_guardians(row, content), intake, "submitted", now=now)
        journal(account, "application.resume", row, now, doubled=row.is_doubled)
    return row


def _put(row: Application, content: Content, *, account: Account, undo_until: datetime, now: datetime) -> None:
    """Another content in force, the old one as a revision, all checks to be done anew."""
    Revision.objects.create(
        application=row, number=row.revision, content=row.content, sha256=row.sha256, replaced_by=account,
        replaced_at=now, undo_until=undo_until,
    )  # fmt: skip
    row.content, row.sha256, row.pending = content.to_json(), content.sha256(), {}
    row.state, row.revision = ApplicationState.SUBMITTED, row.revision + 1
    _forget_checks(row)
    store_with_child(row, content)
    write_wishes(row, content)


def _forget_checks(row: Application) -> None:
    row.facts, row.catchment, row.decided_at, row.reason = [], None, None, ""


def _require_in_hand(row: Application, intake: Intake, now: datetime) -> None:
    """Before the list of those who take part is closed. Raises WrongState."""
    if row.state in (ApplicationState.DRAFT, ApplicationState.WITHDRAWN):
        raise WrongState(_("这份申请还没有提交，或已经撤回。"), code="not-submitted")
    if intake.state not in (IntakeState.OPEN, IntakeState.CHECKING) or timezone.localdate(now) > intake.check_until:
        raise WrongState(
            _("核验已于 %(day)s 结束，名单已定，不能再改动或撤回。不想入读的，可以在结果公布后放弃学位。")
            % {"day": intake.check_until},
            code="too-late",
        )
