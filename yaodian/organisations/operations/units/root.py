"""Units and the hierarchies they stand in."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Ancestry, Hierarchy, Unit, UnitKind, UnitName

ROOT_CODE = "bureau"
ROOT_OPENED_ON = date(1949, 10, 1)


def ensure_root(*, now: datetime) -> Unit:
    """The bureau itself, the unit that stands over all others; made at its first use, to be renamed by its people."""
    found = Unit.objects.filter(code=ROOT_CODE).first()
    if found is not None:
        return found
    with transaction.atomic():
        unit, is_new = Unit.objects.get_or_create(
            code=ROOT_CODE, defaults={"kind": UnitKind.BUREAU, "opened_on": ROOT_OPENED_ON}
        )
        if is_new:
            UnitName(unit=unit, name=_("教育局"), from_on=ROOT_OPENED_ON).store()
            Ancestry.objects.bulk_create(
                Ancestry(hierarchy=hierarchy, ancestor=unit, descendant=unit, distance=0, from_on=ROOT_OPENED_ON)
                for hierarchy in Hierarchy.values
            )
            record(actor=None, code="organisations.unit.create", subject=f"unit:{unit.code}", detail={}, at=now)
    return unit
