"""What a mock examination is converted by: the figures in force on its day, and who had chosen which subjects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from yaodian.organisations.models import Unit, UnitKind
from yaodian.organisations.queries import path_to
from yaodian.statutes.score_conversion.conversion import Band, ConversionRule
from yaodian.statutes.score_conversion.converted_score import ConvertedScore, rule_on
from yaodian.statutes.score_conversion.stating import stated_on
from yaodian.timetabling import content
from yaodian.timetabling.content import COMBINATIONS, Combination
from yaodian.timetabling.models import ChoiceRound, MockExam, MockSubject, RoundKind, RoundState
from yaodian.timetabling.queries.rounds import standing_in

ABSENT = "absent"
"""What is given in place of a raw score for whoever was not there; None is no entry at all."""
Given = Decimal | str | None


def settled_round(*, school: int, entered_year: int) -> ChoiceRound | None:
    """The round that says who takes what: of those that bind, the one settled last. One query."""
    rows = ChoiceRound.objects.filter(
        school=school,
        entered_year=entered_year,
        kind__in=[RoundKind.BINDING, RoundKind.CHANGE],
        state=RoundState.SETTLED,
    )
    return rows.select_related("before").order_by("-settled_at", "-pk").first()


def chosen_by(row: ChoiceRound | None) -> dict[int, Combination]:
    """The combination of each pupil that holds in a round; nobody without a round. One query, more for a change period."""
    if row is None:
        return {}
    return {pupil: COMBINATIONS[code] for pupil, code in standing_in(row).values_list("pupil_id", "combination")}


def subject_faults(given: Mapping[str, Given], combination: Combination | None) -> Iterator[tuple[str, str]]:
    """What cannot be among the scores of one pupil: the subject, and a sentence. `given` are all his entries, by subject.

    Without a choice that is settled the subjects must at least belong to one combination.
    """
    there = [code for code in content.SUBJECTS if given.get(code) is not None]
    if combination is not None:
        for code in there:
            if code not in combination.subjects:
                yield (
                    code,
                    _("这名学生选的是%(name)s，没有选%(subject)s。请核对，成绩可能填错了列。")
                    % {"name": combination.name, "subject": MockSubject(code).label},
                )
        return
    firsts = [code for code in there if code in content.FIRST]
    if len(firsts) > 1:
        yield firsts[1], _("物理和历史只能有一门。请核对，成绩可能填错了列。")
    seconds = [code for code in there if code in content.SECOND]
    if len(seconds) > 2:
        yield seconds[2], _("再选科目最多两门，这名学生有 %(count)s 门。请核对。") % {"count": len(seconds)}


def value_fault(subject: str, value: Given) -> str:
    """Why an entry cannot be a raw score of the subject; empty where it can."""
    if value is None or value == ABSENT:
        return ""
    if not _is_score(value, content.FULL[subject]):
        return _("%(subject)s的成绩“%(value)s”不是 0 至 %(most)s 之间、最多一位小数的分数。请核对。") % {
            "subject": MockSubject(subject).label,
            "value": value,
            "most": content.FULL[subject],
        }
    return ""


def _is_score(value: Given, most: int) -> bool:
    # What is not finite cannot be compared.
    return isinstance(value, Decimal) and value.is_finite() and 0 <= value <= most and value == round(value, 1)


def region_of(*, school: int, day: date) -> str:
    """The code of GB/T 2260 of the county that a school lies under, empty where its unit has none. Two queries."""
    above = path_to(unit=Unit.objects.get(pk=school), day=day)
    codes = [one.code for one in above if one.kind == UnitKind.COUNTY]
    return next((code for code in codes if len(code) == 6 and code.isdecimal()), "")


def rules_on(day: date, *, region: str) -> dict[str, Any] | None:
    """The rule of a day as plain data, numbers as text, with every figure's source; None before the first.

    {code, region, most, ties, single, bands: [[grade, share, top, floor]], stated: [{label, values, unit, source, article,
    confidence, meaning}]}. Raises DefectiveRule where a region's figures contradict each other.
    """
    where = {"region": region} if region else {}
    rule = rule_on(day, **where)
    if rule is None:
        return None
    return {
        "code": rule.code,
        "region": region,
        "most": str(rule.most_raw),
        "ties": rule.ties,
        "single": rule.single,
        "bands": [[one.grade, str(one.share), str(one.top), str(one.floor)] for one in rule.bands],
        "stated": [asdict(one) for one in stated_on(day, **where)],
    }


def rule_from(rules: Mapping[str, Any]) -> ConversionRule:
    """The rule again from what `rules_on` gave."""
    return ConversionRule(
        code=rules["code"],
        citation=ConvertedScore.citation(),
        least_raw=Decimal(0),
        most_raw=Decimal(rules["most"]),
        bands=tuple(Band(grade, Decimal(share), Decimal(top), Decimal(floor)) for grade, share, top, floor in rules["bands"]),
        ties=rules["ties"],
        single=rules["single"],
    )  # fmt: skip


def few_below(rules: Mapping[str, Any]) -> int:
    """Fewer candidates than this have less than one person in the smallest grade: the shares cannot be met.

    >>> few_below({"bands": [["A", "15", "100", "86"], ["E", "2", "40", "30"]]})
    50
    """
    smallest = min(Decimal(share) for _grade, share, _top, _floor in rules["bands"])
    return int(-(-100 // smallest))


def rules_of(mock: MockExam) -> Mapping[str, Any] | None:
    """The figures that a mock examination was converted with, or would be now. Two queries where it was not yet."""
    if mock.rules:
        found: Mapping[str, Any] = mock.rules
        return found
    return rules_on(mock.held_on, region=region_of(school=mock.school_id, day=mock.held_on))
