"""Conversion of the second subjects among those who took them, and the gate of publication: another person, everything anew."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.organisations.models import Account
from yaodian.statutes.score_conversion.conversion import Conversion, RawScore, Unconvertible, convert
from yaodian.timetabling import content
from yaodian.timetabling.models import MockConversion, MockExam, MockScore, MockState, MockSubject
from yaodian.timetabling.operations.changing import DECIDE, RUN, require_right
from yaodian.timetabling.operations.mock_changing import (
    clear_conversion,
    lock_mock,
    move_mock,
    note_mock,
    require_mock_state,
)
from yaodian.timetabling.operations.mock_errors import UnableToConvertScores, UnableToPublishMock, UnableToReopenMock
from yaodian.timetabling.queries.mock_checking import findings_apart
from yaodian.timetabling.queries.mock_rules import chosen_by, region_of, rule_from, rules_on, settled_round

_BATCH = 1_000
Raws = Mapping[str, Mapping[int, Decimal | None]]
"""By subject the raw score of each pupil by his key; None where he was absent."""


def convert_mock(*, actor: Account | None, mock: MockExam, now: datetime) -> MockExam:
    """Converts each second subject that somebody took by the figures in force on the day of the examination, and keeps both.

    Refused while somebody who has chosen a subject has neither a score nor «absent» in it: one score moves everybody's place. Raises
    PermissionMissing, WrongState, UnableToConvertScores.
    """
    require_right(actor, mock.school_id, RUN)
    with transaction.atomic():
        row = lock_mock(mock)
        require_mock_state(row, (MockState.LOADED,))
        rules = rules_on(row.held_on, region=region_of(school=row.school_id, day=row.held_on))
        if rules is None:
            raise UnableToConvertScores(
                _("%(day)s 还没有等级赋分规则，不能换算。请核对考试日期。") % {"day": row.held_on}, code="no-rule"
            )
        row.round = settled_round(school=row.school_id, entered_year=row.entered_year)
        if gaps := gaps_of(row):
            raise UnableToConvertScores(
                _("还有成绩没有导入：%(gaps)s。请补上成绩，没有参加的写“缺考”。")
                % {"gaps": "、".join(f"{MockSubject(code).label} {count}" for code, count in gaps.items())},
                code="gaps",
            )
        raws = _raws(row)
        tables = _converted(raws, rules)
        if not tables:
            raise UnableToConvertScores(_("再选科目还没有成绩，没有可换算的。请先导入成绩。"), code="nothing")
        _write(row, raws, tables)
        row.rules, row.converted_by, row.converted_at = rules, actor, now
        row.sha256 = fingerprint(row)
        move_mock(row, MockState.CONVERTED)
        detail = {"rule": rules["code"], "subjects": len(tables), "sha256": row.sha256}
        note_mock(actor, "mock.convert", row, detail, now)
    return row


def gaps_of(row: MockExam) -> dict[str, int]:
    """How many pupils with entries lack one in a second subject that they chose, by subject. Two queries, none without a round."""
    chosen = chosen_by(row.round)
    if not chosen:
        return {}
    had: dict[int, set[str]] = {}
    for pupil, subject in MockScore.objects.filter(mock=row).values_list("pupil_id", "subject"):
        had.setdefault(pupil, set()).add(subject)
    return {
        code: count
        for code in content.SECOND
        if (count := sum(code in chosen[one].second and code not in there for one, there in had.items() if one in chosen))
    }  # fmt: skip


def _raws(row: MockExam) -> Raws:
    found: dict[str, dict[int, Decimal | None]] = {}
    rows = MockScore.objects.filter(mock=row, subject__in=content.SECOND).order_by("pupil_id")
    for subject, pupil, raw in rows.values_list("subject", "pupil_id", "raw"):
        found.setdefault(subject, {})[pupil] = raw
    return found


def _converted(raws: Raws, rules: Mapping[str, Any]) -> dict[str, tuple[Conversion, Mapping[int, RawScore]]]:
    """Each subject that somebody took, in the order of the catalogue."""
    found = {}
    for subject in content.SECOND:
        made = convert(raws.get(subject, {}), rule_from(rules), is_province=False)
        if not isinstance(made, Unconvertible):
            found[subject] = (made.table, made.by_candidate)
        elif made.faults:
            raise UnableToConvertScores(made.faults[0].sentence, code="score")
    return found


def _write(row: MockExam, raws: Raws, tables: Mapping[str, tuple[Conversion, Mapping[int, RawScore]]]) -> None:
    MockConversion.objects.filter(mock=row).delete()
    MockConversion.objects.bulk_create(
        MockConversion(mock=row, subject=subject, **_table(made)) for subject, (made, _by) in tables.items()
    )
    MockScore.objects.bulk_create(
        (
            MockScore(
                mock=row, pupil_id=pupil, subject=subject, raw=raws[subject][pupil], grade=one.grade, converted=one.converted
            )
            for subject, (_made, by) in tables.items()
            for pupil, one in by.items()
        ),
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["mock", "pupil", "subject"],
        update_fields=["grade", "converted"],
    )  # fmt: skip


def _table(made: Conversion) -> dict[str, Any]:
    return {
        "candidates": made.candidates,
        "absent": made.without_score,
        "grades": [
            [
                one.band.grade,
                one.candidates,
                str(one.lowest_raw) if one.lowest_raw is not None else None,
                str(one.highest_raw) if one.highest_raw is not None else None,
            ]
            for one in made.grades
        ],
        "remarks": list(made.remarks),
    }


def fingerprint(row: MockExam) -> str:
    """SHA-256 of the figures, the tables and every score with what it came to, in one order. Two queries."""
    scores = MockScore.objects.filter(mock=row).order_by("subject", "pupil_id")
    tables = MockConversion.objects.filter(mock=row).order_by("subject")
    content_ = {
        "rules": row.rules,
        "tables": [[one.subject, one.candidates, one.absent, one.grades] for one in tables],
        "scores": [
            [subject, pupil, None if raw is None else str(raw), grade, converted]
            for subject, pupil, raw, grade, converted in scores.values_list(
                "subject", "pupil_id", "raw", "grade", "converted"
            )
        ],
    }
    return sha256(json.dumps(content_, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def publish_mock(*, actor: Account | None, mock: MockExam, expected_sha256: str, now: datetime) -> MockExam:
    """The gate of publication; whatever differs is named and publishes nothing.

    1. Another person than loaded scores last or converted them, who has seen the fingerprint that stands.
    2. Figures, scores and results have their fingerprint, and the figures are still those in force on the day.
    3. Every result is what the rule gives once more, and keeps the proportion and the shares by a check apart.

    Raises PermissionMissing, WrongState, UnableToPublishMock.
    """
    require_right(actor, mock.school_id, DECIDE)
    with transaction.atomic():
        row = lock_mock(mock)
        require_mock_state(row, (MockState.CONVERTED,))
        if actor is not None and actor.pk in (row.loaded_by_id, row.converted_by_id):
            raise UnableToPublishMock(
                _("成绩是您导入或换算的，须由另一位有审核权限的同事核对后公布。"), code="second-person"
            )
        if expected_sha256 != row.sha256:
            raise UnableToPublishMock(
                _("您打开页面以后又重新换算过，还没有公布。请看过现在的结果，再公布一次。"), code="stale"
            )
        if findings := tuple(gate_findings(row)):
            refusal = UnableToPublishMock(
                _("公布前重算发现 %(count)s 处不符，什么都没有公布。%(first)s")
                % {"count": len(findings), "first": findings[0]},
                code="gate",
            )
            refusal.sentences = findings
            raise refusal
        row.published_by, row.published_at, row.reason = actor, now, ""
        move_mock(row, MockState.PUBLISHED)
        note_mock(actor, "mock.publish", row, {"sha256": row.sha256}, now)
    return row


def gate_findings(row: MockExam) -> Iterator[str]:
    """What stands in the way of publication, each in a sentence; nothing where all agrees."""
    if fingerprint(row) != row.sha256:
        yield _("成绩、换算结果或规则与换算时的指纹不符，换算以后被改动过。请重新导入成绩并换算。")
        return
    if rules_on(row.held_on, region=row.rules["region"]) != row.rules:
        yield _("换算以后规则的数字或来源有更新。请撤销换算，按现在的规则重新换算。")
        return
    raws = _raws(row)
    kept: dict[str, dict[int, tuple[str, int | None]]] = {}
    rows = MockScore.objects.filter(mock=row, raw__isnull=False, subject__in=content.SECOND)
    for subject, pupil, grade, converted in rows.values_list("subject", "pupil_id", "grade", "converted"):
        kept.setdefault(subject, {})[pupil] = (grade, converted)
    tables = {one.subject: one for one in MockConversion.objects.filter(mock=row)}
    again = _converted(raws, row.rules)
    for subject in content.SECOND:
        label = MockSubject(subject).label
        made = again.get(subject)
        results = {pupil: (one.grade, one.converted) for pupil, one in made[1].items()} if made else {}
        if differing := sum(results.get(pupil) != value for pupil, value in kept.get(subject, {}).items()):
            yield _("%(subject)s：重算后有 %(count)s 个成绩不同。") % {"subject": label, "count": differing}
        table = tables.get(subject)
        if (table is None) != (made is None) or (table and made and table.grades != _table(made[0])["grades"]):
            yield _("%(subject)s：换算表与重算的不同。") % {"subject": label}
            continue
        told = [(raw, *kept[subject][pupil]) for pupil, raw in raws.get(subject, {}).items() if raw is not None]
        if table is not None and findings_apart(told, table.grades, row.rules):
            yield _("%(subject)s：另一种算法逐人核对，有成绩不符合比例或公式。") % {"subject": label}


def drop_conversion(*, actor: Account | None, mock: MockExam, now: datetime) -> MockExam:
    """A conversion that nobody has published is given up; scores stay. Raises PermissionMissing, WrongState."""
    require_right(actor, mock.school_id, RUN)
    with transaction.atomic():
        row = lock_mock(mock)
        require_mock_state(row, (MockState.CONVERTED,))
        clear_conversion(row)
        move_mock(row, MockState.LOADED)
        note_mock(actor, "mock.drop", row, {}, now)
    return row


def reopen_mock(*, actor: Account | None, mock: MockExam, reason: str, now: datetime) -> MockExam:
    """Published results were found wrong: they are taken back, and scores can be corrected. The reason stays on the page.

    Raises PermissionMissing, WrongState, UnableToReopenMock.
    """
    require_right(actor, mock.school_id, DECIDE)
    with transaction.atomic():
        row = lock_mock(mock)
        require_mock_state(row, (MockState.PUBLISHED,))
        if not reason.strip():
            raise UnableToReopenMock(_("请写明撤回的原因。"), code="no-reason", field="reason")
        clear_conversion(row)
        row.reason = " ".join(reason.split())[:200]
        move_mock(row, MockState.LOADED)
        note_mock(actor, "mock.reopen", row, {"reason": row.reason}, now)
    return row
