"""The household list of an intake is counted for its forecast: sealed lines are opened for it, so it is somebody's word and in the journal."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.admissions.models import Forecast, Intake, Reference, ReferenceKind
from yaodian.admissions.operations.errors import UnableToCountForecast
from yaodian.admissions.operations.locking import hold_intake
from yaodian.admissions.problem.forecasting import count_children
from yaodian.admissions.queries.addresses import locator_of
from yaodian.audit.operations import record
from yaodian.organisations.models import Account
from yaodian.organisations.queries import require

_BATCH = 2_000


def count_forecast(*, actor: Account, intake: Intake, now: datetime) -> Forecast:
    """Counts the children of age by catchment; a former count is replaced. Raises PermissionMissing, UnableToCountForecast."""
    with transaction.atomic():
        row = hold_intake(intake.pk)
        require(account=actor, permission="admissions.verify", unit_id=row.season.office_id)
        lines = Reference.objects.filter(intake=row, kind=ReferenceKind.HOUSEHOLD).order_by("pk").only("detail")
        if not lines.exists():
            raise UnableToCountForecast(
                _("这个学段还没有户籍名册，数不出适龄儿童。请先在“比对名册”里导入。"), code="no-list", status=409
            )
        counted = count_children(
            (one.detail for one in lines.iterator(chunk_size=_BATCH)),
            born_from=row.born_from,
            born_until=row.born_until,
            locator=locator_of(row),
            stage=row.stage,
        )
        found, _made = Forecast.objects.update_or_create(
            intake=row, defaults={**asdict(counted), "counted_at": now, "counted_by": actor}
        )
        detail = {"lines": counted.lines, "of_age": counted.of_age}
        record(
            actor=actor, code="admissions.forecast.count", subject=f"admissions_intake:{row.pk}", detail=detail, at=now
        )
    return found
