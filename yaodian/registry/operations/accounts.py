"""Guardians sign in: an account of their own, made for the purpose, or one that they have as members of staff."""

from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from yaodian.identity.operations import Letter, UnableToIssueActivationCode, issue_activation_code
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.operations import create_account
from yaodian.organisations.queries import find_account, has_ever_held_rights
from yaodian.registry.models import Guardian, Guardianship, Pupil
from yaodian.registry.operations.changing import check_reach, journal, lock, store
from yaodian.registry.operations.errors import UnableToOpenAccount, WrongState

ANSWER = "registry.answer_requests"


def _guardian(actor: Account | None, public_id: str, guardianship_id: int, now: datetime) -> Guardian:
    pupil = lock(Pupil, public_id)
    check_reach(actor, pupil.school, now, ANSWER)
    row: Guardianship = pupil.guardianships.get(pk=guardianship_id, ended_on__isnull=True)
    if not row.is_confirmed:
        raise WrongState(_("这条监护关系学校还没有确认。请先核实监护人，再为他开通账号。"))
    return Guardian.objects.select_for_update(of=("self",)).select_related("account").get(pk=row.guardian_id)


def open_guardian_account(*, actor: Account | None, public_id: str, guardianship_id: int, now: datetime) -> Letter:
    """An account for a guardian with a letter to activate it; where he has one that is for nothing else, a new letter.

    The account's name says nothing of whose it is: names of accounts stand in the journal for ever. Raises
    UnableToOpenAccount, WrongState, Guardianship.DoesNotExist.
    """
    with transaction.atomic():
        guardian = _guardian(actor, public_id, guardianship_id, now)
        account = guardian.account
        if account is not None and has_ever_held_rights(account=account):
            raise UnableToOpenAccount(
                _("这位监护人用工作账号“%(username)s”登录。忘记密码时请由安全管理员签发激活码。")
                % {"username": account.username},
                code="staff",
            )
        if account is None:
            account = create_account(
                actor=actor,
                username=f"family-{guardian.public_id}",
                name=f"监护人 {guardian.public_id}",
                password=None,
                role=None,
                now=now,
            )
            _link(guardian, account)
        try:
            # The right that was asked for is the one over the child; the account lies in no unit.
            letter = issue_activation_code(actor=None, account=account, now=now)
        except UnableToIssueActivationCode as problem:
            raise UnableToOpenAccount(str(problem), code="closed") from problem
        journal(actor, "guardian.open_account", guardian, now, account=account.username, pupil=public_id)
    return letter


def link_guardian_account(
    *, actor: Account | None, public_id: str, guardianship_id: int, username: str, now: datetime
) -> Guardian:
    """The guardian signs in with an account that he has already. Raises UnableToOpenAccount, WrongState."""
    with transaction.atomic():
        guardian = _guardian(actor, public_id, guardianship_id, now)
        account = find_account(username=username)
        if account is None or not account.is_active:
            raise UnableToOpenAccount(
                _("没有启用的账号“%(username)s”。请核对用户名。") % {"username": username},
                code="no-account",
                field="username",
            )
        if actor is not None and account.pk == actor.pk:
            raise UnableToOpenAccount(
                _("不能把孩子关联到自己的账号。请由另一位个人信息保护负责人办理。"), code="oneself", field="username"
            )
        if guardian.account_id == account.pk:
            raise WrongState(_("已经关联到这个账号。"))
        if guardian.account is not None:
            raise WrongState(_("这位监护人已有账号“%(name)s”。") % {"name": guardian.account.username})
        _link(guardian, account)
        journal(actor, "guardian.link_account", guardian, now, account=account.username, pupil=public_id)
    return guardian


def _link(guardian: Guardian, account: Account) -> None:
    guardian.account = account
    store(guardian, UnableToOpenAccount)


def link_demonstration_guardian(*, account: Account, school: Unit, now: datetime) -> Guardian | None:
    """Makes a demonstration account that of a guardian with a child in the school: whoever answers for most, once.

    None where the school has no confirmed guardian. Raises UnableToOpenAccount for an account that is no demonstration.
    """
    if not account.is_demonstration:
        raise UnableToOpenAccount(_("只有演示账号可以这样关联。"), code="no-demonstration")
    linked = Guardian.objects.filter(account=account).first()
    if linked is not None:
        return linked
    found = (
        Guardianship.objects.filter(pupil__school__unit=school, is_confirmed=True, ended_on__isnull=True)
        .filter(guardian__account__isnull=True)
        .annotate(children=Count("guardian__guardianships"))
        .order_by("-children", "pk")
        .select_related("pupil")
        .first()
    )
    if found is None:
        return None
    return link_guardian_account(
        actor=None, public_id=found.pupil.public_id, guardianship_id=found.pk, username=account.username, now=now
    )
