"""Names and scores of a mock examination for a purpose. Whoever opens them stands in the journal."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yaodian.audit.operations import note_listed_reads
from yaodian.organisations.models import Account
from yaodian.organisations.queries import may
from yaodian.timetabling.models import MockExam, MockState
from yaodian.timetabling.operations.changing import DECIDE, RUN, require_right
from yaodian.timetabling.operations.letters import KIND
from yaodian.timetabling.operations.mock_changing import note_mock
from yaodian.timetabling.operations.mock_errors import UnableToListScores
from yaodian.timetabling.queries.mock_names import MOCK_PURPOSES, PupilSheet, sheets_in


def list_sheets(
    *, actor: Account, mock: MockExam, purpose: str, now: datetime, school_class: str = "", pupil: str = ""
) -> list[PupilSheet]:
    """The pupils of one class with their scores, or one pupil with his, both by their public ids.

    Before publication for those alone who load and convert. Raises PermissionMissing; UnableToListScores without a purpose, for nobody
    in particular, too early, or when the scores are deleted.
    """
    require_right(actor, mock.school_id, DECIDE)
    if purpose not in MOCK_PURPOSES:
        raise UnableToListScores(_("请选择查看姓名的用途。"), code="no-purpose", field="purpose")
    if not school_class and not pupil:
        raise UnableToListScores(_("请选择一个班级。"), code="no-class", field="school_class")
    with transaction.atomic():
        row = MockExam.objects.get(pk=mock.pk)
        if row.state == MockState.ERASED:
            raise UnableToListScores(_("成绩已到期删除，不能再查看。"), code="erased", status=409)
        if row.state != MockState.PUBLISHED and not may(account=actor, permission=RUN, unit_id=row.school_id):
            raise UnableToListScores(_("成绩还没有公布，现在只有年级组可以核对。"), code="early", status=409)
        found = sheets_in(row, school_class=school_class, pupil=pupil)
        if found:
            note_listed_reads(account_id=actor.pk, kind=KIND, count=len(found), now=now)
        detail = {"purpose": purpose, "count": len(found), "class": school_class, "pupil": pupil}
        note_mock(actor, "mock_names.open", row, detail, now)
    return found
