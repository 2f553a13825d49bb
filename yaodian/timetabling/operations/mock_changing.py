"""What every change of a mock examination has in common: the lock, the state, the fall of a conversion, the journal's entry."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yaodian.audit.operations import record
from yaodian.organisations.models import Account
from yaodian.timetabling.models import NEXT_OF_MOCK, MockConversion, MockExam, MockScore, MockState
from yaodian.timetabling.operations.changing import stored
from yaodian.timetabling.operations.errors import WrongState
from yaodian.timetabling.operations.mock_errors import UnableToKeepMock


def lock_mock(row: MockExam) -> MockExam:
    """The row as it stands, locked until the end of the transaction."""
    return MockExam.objects.select_for_update(of=("self",)).select_related("school").get(pk=row.pk)


def require_mock_state(row: MockExam, states: Collection[str]) -> None:
    """Raises WrongState where the mock examination is in none of the states."""
    if row.state not in states:
        raise WrongState(
            _("“%(title)s”现在是“%(now)s”，这一步要在“%(then)s”时做。请刷新页面查看。")
            % {
                "title": row.title,
                "now": MockState(row.state).label,
                "then": "”“".join(str(MockState(state).label) for state in states),
            },
            code="state",
        )


def move_mock(row: MockExam, state: str) -> None:
    """Writes the row with its new state. Raises WrongState where the table knows no such step."""
    if state not in NEXT_OF_MOCK.get(row.state, ()):
        require_mock_state(row, [before for before, after in NEXT_OF_MOCK.items() if state in after])
    row.state = state
    row.version += 1
    stored(row, UnableToKeepMock)


def clear_conversion(row: MockExam) -> None:
    """Takes grades, converted scores, tables and the figures off a row, which is still to be written."""
    MockConversion.objects.filter(mock=row).delete()
    MockScore.objects.filter(mock=row).exclude(grade="").update(grade="", converted=None)
    row.rules, row.sha256, row.round = {}, "", None
    row.converted_by = row.published_by = None
    row.converted_at = row.published_at = None


def note_mock(actor: Account | None, code: str, row: MockExam, detail: Mapping[str, Any], now: datetime) -> None:
    """The journal's entry. It holds counts and fingerprints, never a score or a name."""
    record(actor=actor, code=f"timetabling.{code}", subject=f"timetabling_mock:{row.pk}", detail=detail, at=now)
