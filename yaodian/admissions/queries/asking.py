"""What an intake asks of a family: birthdays, criteria, papers, and the schools that may be wished for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db.models import Q

from yaodian.admissions.content import Home
from yaodian.admissions.models import Application, Intake, Offer, Stage
from yaodian.admissions.problem.questions import questions_of
from yaodian.admissions.problem.stating import Asked
from yaodian.admissions.queries.addresses import Located, locate
from yaodian.admissions.queries.at_hand import rules_at_hand, school_names


def asked_in_round(row: Application, *, today: date) -> Asked:
    """The same for an application that was carried into a further round: the verified catchment decides, not the stated address."""
    asked = asked_of(row.intake, Home(), today=today)
    own = Offer.objects.filter(Q(is_open=True) | Q(catchments__catchment=row.catchment_id or 0), intake=row.intake_id)
    return replace(asked, wishable=set(own.values_list("public_id", flat=True)))


def asked_of(intake: Intake, home: Home, *, today: date, located: Located | None = None) -> Asked:
    """What `problem.stating` holds a content against. A constant number of queries; fewer where the home is located already."""
    rules = rules_at_hand(intake)
    names = school_names(intake, today=today)
    located = located or locate(intake, home)
    return Asked(
        stage=intake.get_stage_display(),
        year=intake.season.year,
        born_from=intake.born_from,
        born_until=intake.born_until,
        most_wishes=intake.most_wishes,
        offers={one.public_id: names.get(one.school_id, "") for one in rules.offers},
        wishable={one.public_id for one in rules.offers if one.is_open or one.pk in located.possible_offers},
        criteria={one.code for one in rules.criteria},
        proofs=tuple(intake.proofs),
        neighbours=tuple((one.get_stage_display(), one.born_from, one.born_until) for one in rules.neighbours),
        questions=questions_of(intake.stage),
        # Kindergartens mostly have no catchments; where they have none, nobody is asked for a house number.
        asks_street=intake.stage != Stage.PRESCHOOL or bool(located.catchments),
    )
