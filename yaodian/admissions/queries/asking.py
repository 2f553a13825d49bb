"""What an intake asks of a family: birthdays, criteria, papers, and the schools that may be wished for."""

from __future__ import annotations

from datetime import date

from yaodian.admissions.content import Home
from yaodian.admissions.models import Intake
from yaodian.admissions.problem.stating import Asked
from yaodian.admissions.queries.addresses import Located, locate
from yaodian.admissions.queries.at_hand import rules_at_hand, school_names


def asked_of(intake: Intake, home: Home, *, today: date, located: Located | None = None) -> Asked:
    """What `problem.stating` holds a content against. A constant number of queries; fewer where the home is located already."""
    rules = rules_at_hand(intake)
    names = school_names(intake, today=today)
    covered = (located or locate(intake, home)).possible_offers
    return Asked(
        stage=intake.get_stage_display(),
        year=intake.season.year,
        born_from=intake.born_from,
        born_until=intake.born_until,
        most_wishes=intake.most_wishes,
        offers={one.public_id: names.get(one.school_id, "") for one in rules.offers},
        wishable={one.public_id for one in rules.offers if one.is_open or one.pk in covered},
        criteria={one.code for one in rules.criteria},
        proofs=tuple(intake.proofs),
        neighbours=tuple((one.get_stage_display(), one.born_from, one.born_until) for one in rules.neighbours),
    )
