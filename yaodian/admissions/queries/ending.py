"""What stands between a published intake and its end: days that are not over, places not yet decided, appeals not yet decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from yaodian.admissions.models import Appeal, AppealState, Intake, Place, PlaceState


@dataclass(frozen=True)
class Remaining:
    """`until` is the last day of accepting and appealing; `offered` places wait for their families, `appeals` for a decision."""

    until: date
    offered: int
    appeals: int

    def is_nothing_on(self, day: date) -> bool:
        return day > self.until and not self.offered and not self.appeals


def remaining_of(intake: Intake) -> Remaining | None:
    """None where nothing is published. Two queries."""
    if intake.published_on is None:
        return None
    return Remaining(
        until=intake.published_on + timedelta(days=max(intake.accept_days, intake.appeal_days)),
        offered=Place.objects.filter(offer__intake=intake, state=PlaceState.OFFERED).count(),
        appeals=Appeal.objects.filter(application__intake=intake, state=AppealState.FILED).count(),
    )
