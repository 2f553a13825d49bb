"""Raw scores of a mock examination: written from a list, each checked; a conversion that was there falls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from yaodian.audit.operations import note_listed_reads
from yaodian.organisations.models import Account
from yaodian.registry.queries import cohort_keys
from yaodian.timetabling.models import OPEN_TO_SCORES, MockExam, MockScore, MockState, MockSubject
from yaodian.timetabling.operations.changing import RUN, require_right, stored
from yaodian.timetabling.operations.letters import KIND
from yaodian.timetabling.operations.mock_changing import (
    clear_conversion,
    lock_mock,
    move_mock,
    note_mock,
    require_mock_state,
)
from yaodian.timetabling.operations.mock_errors import UnableToKeepMock, UnableToLoadScores
from yaodian.timetabling.queries.mock_rules import ABSENT, Given, chosen_by, settled_round, subject_faults, value_fault
from yaodian.timetabling.queries.rounds import STAGE

_BATCH = 1_000


def put_scores(
    *, actor: Account | None, mock: MockExam, scores: Mapping[str, Mapping[str, Given]], now: datetime
) -> MockExam:
    """Writes entries by the pupil's public id and subject: a raw score, ABSENT, or None, which takes the entry away.

    Subjects that are not named stay. A conversion falls; a mock examination without any entry is in preparation again. Raises
    PermissionMissing, WrongState, UnableToLoadScores.
    """
    require_right(actor, mock.school_id, RUN)
    with transaction.atomic():
        row = lock_mock(mock)
        require_mock_state(row, OPEN_TO_SCORES)
        keys = cohort_keys(
            unit=row.school_id, stage=STAGE, entered_year=row.entered_year, public_ids=list(scores)
        )  # fmt: skip
        if unknown := scores.keys() - keys.keys():
            raise UnableToLoadScores(
                _("有 %(count)s 名学生不在本校本年级在读，如编号 %(first)s。请核对编号。")
                % {"count": len(unknown), "first": min(unknown)},
                code="unknown",
            )
        given = {keys[public_id]: entries for public_id, entries in scores.items()}
        _check(row, given)
        _write(row, given)
        if row.state == MockState.CONVERTED:
            clear_conversion(row)
        row.loaded_by = actor
        after = MockState.LOADED if MockScore.objects.filter(mock=row).exists() else MockState.DRAFT
        if after == row.state:
            row.version += 1
            stored(row, UnableToKeepMock)
        else:
            move_mock(row, after)
        note_mock(actor, "mock_scores.put", row, {"pupils": len(given), "state": row.state}, now)
    return row


def _check(row: MockExam, given: Mapping[int, Mapping[str, Given]]) -> None:
    """Every entry is a score of its subject, and what a pupil then has belongs to what he chose. Raises UnableToLoadScores."""
    standing: dict[int, dict[str, Given]] = {}
    rows = MockScore.objects.filter(mock=row, pupil__in=given).values_list("pupil_id", "subject", "raw")
    for pupil, subject, raw in rows:
        standing.setdefault(pupil, {})[subject] = ABSENT if raw is None else raw
    chosen = chosen_by(settled_round(school=row.school_id, entered_year=row.entered_year))
    for pupil, entries in given.items():
        if strange := entries.keys() - set(MockSubject.values):
            raise UnableToLoadScores(_("没有科目“%(name)s”。") % {"name": min(strange)}, code="subject")
        sentences = [fault for subject, value in entries.items() if (fault := value_fault(subject, value))]
        after = {**standing.get(pupil, {}), **entries}
        sentences += [sentence for _subject, sentence in subject_faults(after, chosen.get(pupil))]
        if sentences:
            raise UnableToLoadScores(sentences[0], code="score")


def _write(row: MockExam, given: Mapping[int, Mapping[str, Given]]) -> None:
    gone: dict[str, list[int]] = {}
    made = []
    for pupil, entries in given.items():
        for subject, value in entries.items():
            if value is None:
                gone.setdefault(subject, []).append(pupil)
            else:
                raw = None if value == ABSENT else value
                made.append(MockScore(mock=row, pupil_id=pupil, subject=subject, raw=raw))
    for subject, pupils in gone.items():
        MockScore.objects.filter(mock=row, subject=subject, pupil__in=pupils).delete()
    MockScore.objects.bulk_create(
        made,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["mock", "pupil", "subject"],
        update_fields=["raw", "grade", "converted"],
    )


def note_scores_export(*, actor: Account, mocks: QuerySet[MockExam], counts: Mapping[int, int], now: datetime) -> None:
    """Names and scores of these mock examinations leave as a file: an entry for each, with how many lines. Raises PermissionMissing."""
    with transaction.atomic():
        for row in mocks.order_by("pk"):
            require_right(actor, row.school_id, RUN)
            if count := counts.get(row.pk, 0):
                note_listed_reads(account_id=actor.pk, kind=KIND, count=count, now=now)
                note_mock(actor, "mock_scores.export", row, {"count": count}, now)
