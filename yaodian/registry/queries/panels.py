"""What other slices show on a school's page: `SCHOOL_PANELS` in the settings, as `organisations.queries.panels` says."""

from datetime import date

from django.conf import settings

from yaodian.organisations.models import Unit
from yaodian.organisations.queries import Panel, Visitor, panels_of


def panels_for(*, unit: Unit, account: Visitor, on: date) -> tuple[Panel, ...]:
    """The panels of all slices, in the order of the setting."""
    return panels_of(names=settings.SCHOOL_PANELS, unit=unit, account=account, on=on)
