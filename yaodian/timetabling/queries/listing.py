"""Names of a grade with what each chose; called by the operation that notes who looks, and for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.registry.queries import Member, cohort_members
from yaodian.timetabling.content import COMBINATIONS, Combination
from yaodian.timetabling.models import ChoiceRound, ChoiceState, PupilChoice
from yaodian.timetabling.queries.rounds import STAGE, missing_of, standing_in

# For what names may be seen.
PURPOSES: Mapping[str, Promise] = {
    "remind": _("催办未选科的学生"),
    "enter": _("按纸质选科表代录"),
    "check": _("核对选科结果"),
    "group": _("编排教学班"),
}


@dataclass(frozen=True)
class NameLine:
    """A pupil and what he has chosen; None where he has not."""

    member: Member
    combination: Combination | None
    is_waiting: bool = False


def names_in(row: ChoiceRound, *, which: str, school_class: str = "") -> list[NameLine]:
    """`which` is missing or all, of one class by its public id or of the whole grade. Three queries at most."""
    key = {"unit": row.school_id, "stage": STAGE, "entered_year": row.entered_year}
    if which == "missing":
        keys = list(missing_of(row).values_list("pk", flat=True))
        return [NameLine(one, None) for one in cohort_members(**key, pupils=keys, school_class=school_class)]
    chosen = dict(standing_in(row).values_list("pupil_id", "combination"))
    waiting = dict(
        PupilChoice.objects.filter(round=row, state=ChoiceState.PROPOSED).values_list("pupil_id", "combination")
    )
    return [
        NameLine(
            one,
            COMBINATIONS.get(chosen.get(one.pk, "") or waiting.get(one.pk, "")),
            one.pk in waiting and one.pk not in chosen,
        )
        for one in cohort_members(**key, school_class=school_class)
    ]
