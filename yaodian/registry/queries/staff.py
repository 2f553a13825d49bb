"""The teachers of one school, for slices that plan their work."""

from __future__ import annotations

from dataclasses import dataclass

from yaodian.registry.models import WORKING, Teacher


@dataclass(frozen=True)
class StaffMember:
    """Somebody who works at a school; `subject` may be empty."""

    pk: int
    staff_number: str
    name: str
    subject: str


def teachers_of_school(*, unit: int, stage: str = "") -> list[StaffMember]:
    """Those who work at the school with this unit's key, in a stage or in all, by staff number. One query."""
    rows = Teacher.objects.filter(school__unit_id=unit, status__in=WORKING, erased_at__isnull=True)
    if stage:
        rows = rows.filter(stage=stage)
    return [
        StaffMember(row.pk, row.staff_number, row.name, row.subject)
        for row in rows.order_by("staff_number").only("staff_number", "name", "subject")
    ]
