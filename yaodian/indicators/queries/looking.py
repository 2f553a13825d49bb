"""All rules over all schools of an office.

Rules on one return and the one before are the registry's own (`registry.queries.doubts_about`), so that the desk says what the
page of a return says. The thresholds stand in docs/how-to/data-quality.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache

from yaodian.indicators.queries.contradictions import (
    against_register,
    doubts,
    entrants_without_graduates,
    out_of_place,
    unreadable,
)
from yaodian.indicators.queries.findings import Finding, Reported, expected_of, is_readable
from yaodian.indicators.queries.missing import lacking, missing_figures, no_longer_given, no_return, unstated
from yaodian.indicators.queries.outliers import odd_units_since, outliers
from yaodian.registry.queries import SchoolIn, stage_labels


def look(reported: Reported, *, only: Collection[int] | None = None, with_office: bool = True) -> list[Finding]:
    """All findings, the office's own first, then school by school. `only`: those of the units of these keys.

    The others still count as peers. `with_office`: also what the office has to mend itself.
    """
    shown = [place for place in reported.places if only is None or place.unit_id in only]
    by_school: dict[int, list[Finding]] = {place.school_id: [] for place in shown}
    for place in shown:
        by_school[place.school_id].extend(_of_school(place, reported))
    for finding in outliers(reported):
        if finding.place is not None and finding.place.school_id in by_school:
            found = by_school[finding.place.school_id]
            # A wrong unit that shows against the year before and against the others is told once.
            told = {(one.stage, one.figure) for one in found if one.rule == "odd-unit"}
            if (finding.stage, finding.figure) not in told:
                found.append(finding)
    own: list[Finding] = []
    if with_office:
        own.extend(unstated(reported))
        own.extend(entrants_without_graduates(reported))
    return [*own, *(finding for place in shown for finding in by_school[place.school_id])]


def completeness(reported: Reported, *, only: Collection[int] | None = None) -> tuple[int, int]:
    """How many returns lack nothing that an indicator needs, and how many there should be."""
    complete = expected = 0
    for place in reported.places:
        if only is not None and place.unit_id not in only:
            continue
        for stage, grades in expected_of(place, reported.day):
            expected += 1
            row = reported.rows.get((place.school_id, stage))
            if row is not None and is_readable(row) and not any(lacking(row, stage, grades, reported.day)):
                complete += 1
    return complete, expected


def _of_school(place: SchoolIn, reported: Reported) -> Iterator[Finding]:
    taught = dict(expected_of(place, reported.day))
    for stage in taught:
        if (place.school_id, stage) not in reported.rows:
            yield no_return(place, stage, reported.year, reported.day)
    for stage in _stages():
        row = reported.rows.get((place.school_id, stage))
        if row is None:
            continue
        yield from out_of_place(place, row, reported.day)
        if not is_readable(row):
            yield unreadable(place, stage, reported.day)
            continue
        if stage in taught:
            yield from missing_figures(place, row, taught[stage], reported.day)
        last = reported.last.get((place.school_id, stage))
        if last is not None and not is_readable(last):
            last = None
        if last is not None and stage in taught:
            yield from no_longer_given(place, row, last, reported.day)
            yield from odd_units_since(place, row, last, reported.day)
        yield from doubts(place, row, last, reported.day)
        if reported.enrolled is not None and stage in taught:
            yield from against_register(place, row, reported.enrolled, tuple(taught), reported.day)


@cache
def _stages() -> tuple[str, ...]:
    return tuple(stage_labels())
