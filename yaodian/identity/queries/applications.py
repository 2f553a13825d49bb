"""Applications that sign people in through us, what they are told, and accounts linked with a platform."""

import uuid
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db.models import QuerySet

from yaodian.identity.models import Application, Subject
from yaodian.identity.queries.accounts import MANAGE
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import require, rights_of

# The unit over all others, as organisations.operations.ensure_root makes it.
ROOT_CODE = "bureau"

# What an application may ask for. `openid` is the protocol's own.
SCOPES = ("openid", "profile", "organisation")


def require_over_applications(*, actor: Account) -> None:
    """Raises PermissionMissing unless the actor manages accounts for the whole bureau: an application serves it all."""
    root = Unit.objects.filter(code=ROOT_CODE).values_list("pk", flat=True).first()
    # Where the bureau has no unit yet nobody's scope holds it: 0 is the key of none.
    require(account=actor, permission=MANAGE, unit_id=root or 0)


def applications(*, actor: Account) -> QuerySet[Application]:
    """All applications with their protocol rows, by name. Raises PermissionMissing."""
    require_over_applications(actor=actor)
    return Application.objects.select_related("client").order_by("client__name", "pk")


def find_application(*, client_id: str) -> Application | None:
    """The application of that client id, or None."""
    return Application.objects.select_related("client").filter(client_id=client_id).first()


def account_of_subject(*, subject: str) -> Account | None:
    """The open account behind the name that applications know, or None."""
    try:
        value = uuid.UUID(subject)
    except ValueError:
        return None
    row = Subject.objects.select_related("account").filter(value=value, account__is_active=True).first()
    return row.account if row is not None else None


def claims_of(*, account: Account) -> dict[str, Any]:
    """What the scope `organisation` tells of an account today: its roles, each with the code of its unit."""
    rights = rights_of(account=account)
    codes = dict(Unit.objects.filter(pk__in={right.unit_id for right in rights}).values_list("pk", "code"))
    held = sorted({(right.role.value, codes[right.unit_id]) for right in rights})
    return {"roles": [{"role": role, "unit": unit} for role, unit in held]}


def links_of(*, account: Account) -> QuerySet[SocialAccount]:
    """The identities of a government platform that this account is linked with."""
    return SocialAccount.objects.filter(user=account).order_by("pk")


def is_linked(*, account: Account) -> bool:
    return links_of(account=account).exists()
