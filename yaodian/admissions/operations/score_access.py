"""A school opens the list of those it admitted: by whom and when stands in the journal before anything is shown."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from yaodian.admissions.operations.score_rows import note
from yaodian.admissions.queries.score_results import AdmittedPage, admitted_of
from yaodian.audit.operations import note_listed_reads
from yaodian.organisations.models import Account

KIND = "admissions_candidate"


def list_admitted(*, actor: Account, public_id: str, school: str, now: datetime, is_file: bool = False) -> AdmittedPage:
    """A school's own admitted, with names, on the page or as a file. Raises Absent."""
    page = admitted_of(account=actor, public_id=public_id, school=school, day=timezone.localdate(now))
    with transaction.atomic():
        if page.lines:
            note_listed_reads(account_id=actor.pk, kind=KIND, count=len(page.lines), now=now)
        detail = {"school": page.school.pk, "count": len(page.lines), "file": is_file}
        note(actor, "admitted.open", page.round, detail, now)
    return page
