"""Why a child is where it is, in sentences for a parent: own data only, and what is published for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yaodian.admissions.problem.inputs import AREA, SCHOOL
from yaodian.admissions.problem.placing import FULL, NO_DISTANCE, NOT_WISHED, OVERFLOW, TOO_FAR, Result, Solved
from yaodian.engines.matching import tell

UNPLACED = {
    NOT_WISHED: gettext_lazy("没有填报志愿，这次没有安排学位。"),
    FULL: gettext_lazy("可去的学校这次都已满，没有安排学位。请联系招生办公室。"),
    TOO_FAR: gettext_lazy("%(cap)s 米以内没有招生学校，没有安排学位。请联系招生办公室。"),
    NO_DISTANCE: gettext_lazy("没有住址的位置，无法统筹安排。请联系招生办公室。"),
}

MEASURED_FROM = {
    AREA: gettext_lazy("申请里没有标出住址的位置，距离从核定学区范围的中间量起。"),
    SCHOOL: gettext_lazy("申请里没有标出住址的位置，距离从核定学区的学校量起。"),
}


def explain_place(*, solved: Solved, result: Result, number: str, school_names: Mapping[str, str]) -> tuple[str, ...]:
    """The result first, then why every dearer wish was refused and what would have had to differ.

    `school_names` by the offers' public ids. Raises LookupError where nobody has this number.
    """
    inputs = solved.inputs
    at = next((place for place, each in enumerate(inputs.applicants) if each.number == number), None)
    if at is None:
        raise LookupError(f"no application has the number {number}")
    explanation = solved.explanations.of(at)
    # The engine knows schools by their place in the list only.
    named = replace(
        explanation,
        wishes=tuple(
            replace(met, school_name=school_names[inputs.offers[met.school].public_id]) for met in explanation.wishes
        ),
    )
    told = list(tell(named, get_language() or "zh", class_names=inputs.class_labels))
    given = result.places.get(number)
    if given is not None and given.how == OVERFLOW:
        offer = next(place for place, each in enumerate(inputs.offers) if each.public_id == given.offer)
        said = _(
            "由教育行政部门统筹安排到%(school)s，距离约 %(metres)s 米（上限 %(cap)s 米）；统筹使所有未录取儿童的总路程最短。"
        )
        told.append(
            said
            % {
                "school": school_names[given.offer],
                "metres": inputs.applicants[at].metres[offer],
                "cap": inputs.overflow_m,
            }
        )
    elif number in result.unplaced:
        told.append(str(UNPLACED[result.unplaced[number]]) % {"cap": inputs.overflow_m})
    is_by_distance = (given is not None and given.how == OVERFLOW) or result.unplaced.get(number) == TOO_FAR
    if is_by_distance and (measured_from := inputs.applicants[at].measured_from):
        told.append(str(MEASURED_FROM[measured_from]))
    return tuple(told)
