"""Bulletins for the tests of this slice and for the walk over every address. Every word is invented."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from yaodian.organisations.models import Account, Unit
from yaodian.plans import models
from yaodian.plans.operations import bulletins as changing
from yaodian.plans.queries import bulletins as reading
from yaodian.plans.tests import factories
from yaodian.plans.tests.commitments import NOW, TODAY, Bureau

LATER = NOW + timedelta(days=1)


def compose(made: Bureau, actor: Account | None = None, **more: Any) -> models.Bulletin:
    """A draft of the bureau about the month of its plan."""
    asked = {
        "actor": actor or made.editor, "now": NOW, "today": TODAY, "unit": made.root.public_id, "kind": "circular",
        "plans": [made.plan.public_id], "period": "month", "first": TODAY,
    }  # fmt: skip
    return changing.compose_bulletin(**(asked | more))


def act(step: Callable[..., models.Bulletin], actor: Account, row: models.Bulletin, **more: Any) -> models.Bulletin:
    """A step on a bulletin as it stands now."""
    fresh = models.Bulletin.objects.get(pk=row.pk)
    return step(actor=actor, now=LATER, public_id=fresh.public_id, expected_version=fresh.version, **more)


def issued(made: Bureau, publisher: Account, **more: Any) -> models.Bulletin:
    """A bulletin that has gone out."""
    row = compose(made, **more)
    act(changing.submit_bulletin, made.editor, row)
    return act(changing.issue_bulletin, publisher, row, today=LATER.date())


def issued_of(unit: Unit, *, title: str, writer: Account, now: datetime) -> models.Bulletin:
    """The row of an issued bulletin of any unit, an empty one, past the operations."""
    span = reading.span_of(kind="month", on=now.date())
    series = models.BulletinSeries.objects.create(unit=unit, kind="circular", issuer="某单位", office_code="某督")
    row = models.Bulletin.objects.create(
        series=series, unit=unit, period_kind=span.kind, first_on=span.first, last_on=span.last, as_of=now.date(),
        composed_at=now, figures=reading.collect(reading.Asked(unit, [], (), span, now.date(), now)), title=title,
        head=reading.head_of(series), state="issued", written_by=writer, created_at=now, changed_by=writer, changed_at=now,
        submitted_by=writer, submitted_at=now, year=now.year, number=1, full_number="某督〔2026〕1号",
        issued_by=factories.publisher(), issued_at=now,
    )  # fmt: skip
    for kind in ("docx", "xlsx"):
        content = title.encode()
        models.BulletinFile.objects.create(
            bulletin=row,
            kind=kind,
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            content=content,
        )
    return row
