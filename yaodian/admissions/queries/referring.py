"""Applications and appeals by reference, as a figure names what it was counted from: by their number, never by a child's name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.urls import reverse

from yaodian.admissions.models import Appeal, Application
from yaodian.admissions.queries.checking import intakes_checked
from yaodian.admissions.queries.progress import visible_intakes
from yaodian.organisations.queries import Referent, Visitor


def applications(account: Visitor, ids: Collection[int], _today: date) -> Mapping[int, Referent]:
    """Those that the account may check, with the page on which it would do so. One query."""
    rows = Application.objects.filter(pk__in=set(ids), intake__in=intakes_checked(account), number__isnull=False)
    return {
        one.pk: Referent(
            str(one.number), reverse("admissions:check_dossier", args=[one.public_id]), str(one.get_state_display())
        )
        for one in rows.defer("content", "pending")
    }


def appeals(account: Visitor, ids: Collection[int], _today: date) -> Mapping[int, Referent]:
    """Those of intakes whose desk the account may see. One query."""
    rows = Appeal.objects.filter(pk__in=set(ids), application__intake__in=visible_intakes(account))
    return {
        one.pk: Referent(
            str(one.application.number),
            f"{reverse('admissions:intake', args=[one.application.intake.public_id])}#appeals",
            str(one.get_state_display()),
        )
        for one in rows.select_related("application__intake").defer(
            "text", "reason", "application__content", "application__pending"
        )
    }
