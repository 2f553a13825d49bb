"""Which terms an account reaches, by which right."""

from __future__ import annotations

from django.db.models import QuerySet

from yaodian.organisations.queries import Visitor, scope_of
from yaodian.timetabling.models import Term

VIEW, PLAN, PUBLISH, SUBSTITUTE = (
    "timetabling.view",
    "timetabling.plan",
    "timetabling.publish",
    "timetabling.substitute",
)


def visible_terms(account: Visitor, permission: str = VIEW) -> QuerySet[Term]:
    """The terms of schools that a permission of the account reaches."""
    return scope_of(account=account, permission=permission).rows(Term.objects.all(), unit="school_id")


def find_term(*, account: Visitor, public_id: str, permission: str = VIEW) -> Term:
    """Raises Term.DoesNotExist."""
    return visible_terms(account, permission).select_related("school").get(public_id=public_id)
