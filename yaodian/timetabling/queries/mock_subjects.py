"""A subject of a mock examination: how the raw scores are spread, the table of grades, what each raw score became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from yaodian.foundation.charting import Bar, BarChart, Chart, Distribution
from yaodian.organisations.queries import Visitor
from yaodian.timetabling import content
from yaodian.timetabling.models import MockConversion, MockScore, MockSubject
from yaodian.timetabling.queries.mocks import FEW, MockPage, SubjectLine, mock_page


@dataclass(frozen=True)
class GradeLine:
    """A grade: the share that the rule gives it and the one it got, the interval of its converted scores T1 to T2, the lowest and
    highest raw score Y1 and Y2. These are empty where nobody is in it, and hidden where too few are."""

    grade: str
    share: str
    floor: str
    top: str
    candidates: int
    actual: str
    lowest: str
    highest: str
    is_hidden: bool


@dataclass(frozen=True)
class RawLine:
    """What a raw score that occurred became."""

    raw: Decimal
    grade: str
    converted: int


@dataclass(frozen=True)
class SubjectPage:
    """`table` is None for a subject that is not converted; `raws` are for those alone who may see names."""

    page: MockPage
    line: SubjectLine
    table: MockConversion | None
    grades: tuple[GradeLine, ...]
    raws: tuple[RawLine, ...]
    charts: tuple[Chart, ...]
    full: int

    @property
    def stated(self) -> Sequence[Mapping[str, Any]]:
        """The figures used, each with its source."""
        found: Sequence[Mapping[str, Any]] = self.page.rules["stated"] if self.table and self.page.rules else ()
        return found


def subject_page(*, account: Visitor, public_id: str, subject: str, day: date) -> SubjectPage:
    """A constant number of queries. Raises MockExam.DoesNotExist; MockScore.DoesNotExist for a subject that nobody took, or whose
    results the account may not see yet."""
    page = mock_page(account=account, public_id=public_id, day=day)
    line = next((one for one in page.subjects if one.code == subject), None)
    if line is None:
        raise MockScore.DoesNotExist
    rows = MockScore.objects.filter(mock=page.mock, subject=subject, raw__isnull=False)
    table = MockConversion.objects.filter(mock=page.mock, subject=subject).first()
    is_inside = page.may_run or page.may_decide
    grades = tuple(_grade_lines(table, page.rules, is_inside=is_inside)) if table and page.rules else ()
    counts = list(rows.order_by("-raw").values_list("raw", "grade", "converted").annotate(Count("pk")))
    charts: list[Chart] = []
    if counts and (line.candidates >= FEW or is_inside):
        charts.append(_spread(line, counts))
    if grades and not any(one.is_hidden for one in grades):
        charts.append(_by_grade(line, grades))
    return SubjectPage(
        page=page,
        line=line,
        table=table,
        grades=grades,
        raws=tuple(RawLine(raw, grade, value) for raw, grade, value, _count in counts if value is not None)
        if is_inside
        else (),
        charts=tuple(charts),
        full=content.FULL[subject],
    )


def _grade_lines(table: MockConversion, rules: Mapping[str, Any], *, is_inside: bool) -> Sequence[GradeLine]:
    bands = {grade: (share, top, floor) for grade, share, top, floor in rules["bands"]}
    found = []
    for grade, candidates, lowest, highest in table.grades:
        share, top, floor = bands[grade]
        is_hidden = not is_inside and 0 < candidates < FEW
        found.append(
            GradeLine(
                grade=grade,
                share=share,
                floor=floor,
                top=top,
                candidates=candidates,
                actual=_percent(candidates, table.candidates),
                lowest="" if is_hidden else lowest or "",
                highest="" if is_hidden else highest or "",
                is_hidden=is_hidden,
            )
        )
    return found


def _percent(part: int, whole: int) -> str:
    """With one decimal, a half upwards."""
    return f"{(2_000 * part + whole) // (2 * whole) / 10:.1f}" if whole else ""


def _spread(line: SubjectLine, counts: Sequence[tuple[Decimal, str, int | None, int]]) -> Chart:
    bars = tuple(Bar("", Fraction(raw), "") for raw, _grade, _value, count in counts for _one in range(count))
    return Distribution(
        code="raw",
        title=_("%(subject)s卷面分的分布") % {"subject": line.label},
        unit=_("分"),
        bars=bars,
        counted=_("人数"),
        note=_("缺考的不计。"),
    )


def _by_grade(line: SubjectLine, grades: Sequence[GradeLine]) -> Chart:
    return BarChart(
        code="grades",
        title=_("%(subject)s各等级人数") % {"subject": line.label},
        unit=_("人"),
        of=_("等级"),
        bars=tuple(Bar(one.grade, Fraction(one.candidates), f"{one.candidates}（{one.actual}%）") for one in grades),
        note=_("括号里是实际比例；同分的归在一起，所以与约定比例有出入。"),
    )


assert set(content.FULL) == set(MockSubject.values)
