"""Files are added to what was said: at most so many, none of them twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from yaodian.appraisal.models import Appeal, Attachment, Judgement, Occurrence
from yaodian.appraisal.operations.errors import UnableTo
from yaodian.foundation.files.storing import store_file
from yaodian.foundation.files.taking import TakenFile
from yaodian.organisations.models import Account

MOST_FILES = 10


def attach_files(
    row: Judgement | Occurrence | Appeal,
    files: Sequence[TakenFile],
    *,
    actor: Account | None,
    now: datetime,
    problem: type[UnableTo],
) -> list[str]:
    """Stores the files that are not there yet and gives their ids; runs inside the operation's transaction.

    Raises the given error (`too-many`).
    """
    there = set(row.files.values_list("file__received_sha256", flat=True))
    new = list({one.received_sha256: one for one in files if one.received_sha256 not in there}.values())
    if len(there) + len(new) > MOST_FILES:
        raise problem(
            _("一项最多 %(most)s 份材料，已有 %(there)s 份，这次又选了 %(new)s 份。请只留最能说明问题的。")
            % {"most": MOST_FILES, "there": len(there), "new": len(new)},
            code="too-many",
            field="files",
        )
    name = row._meta.model_name or ""
    stored = [store_file(one, by=actor, now=now) for one in new]
    Attachment.objects.bulk_create(
        [Attachment(**{name: row}, file=file, added_by=actor, added_at=now) for file in stored]
    )
    return [file.public_id for file in stored]
