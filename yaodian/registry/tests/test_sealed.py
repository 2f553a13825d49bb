"""What names a person stands nowhere in the database in clear, and the length of what stands there tells nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection

from yaodian.foundation.keys import UnableToUnseal
from yaodian.registry import operations
from yaodian.registry.models import Guardian, Pupil, Teacher
from yaodian.registry.tests import factories
from yaodian.registry.tests.factories import NOW

pytestmark = pytest.mark.django_db


def stored(table: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return [tuple(bytes(one) if isinstance(one, memoryview) else one for one in row) for row in cursor.fetchall()]


def test_a_dump_names_nobody() -> None:
    school = factories.school()
    child, colleague = factories.pupil(school), factories.teacher(school)
    operations.add_guardian(
        actor=None,
        public_id=child.public_id,
        values={"name": "顾建国", "phone": "19900001234", "id_number": factories.id_number(8)},
        relation="father",
        now=NOW,
    )
    canaries = [
        *("顾沐晴", "金淑颖", "顾建国", "棠陂街", "19900001234", "19900003721", "2017-05-06", "1988-03-14"),
        *(child.id_number, child.enrolment_number, colleague.id_number, factories.id_number(8)),
    ]
    for model in (Pupil, Teacher, Guardian):
        dump = b"\n".join(
            one if isinstance(one, bytes) else str(one).encode() for row in stored(model._meta.db_table) for one in row
        )
        for canary in canaries:
            assert canary.encode() not in dump, (model, canary)


def test_whether_somebody_is_poor_or_disabled_cannot_be_seen_from_a_length() -> None:
    school = factories.school()
    factories.pupil(school, is_poor=True, has_disability=True, disability_kind="视力")
    factories.pupil(school, is_poor=False, has_disability=False, disability_kind="")
    with connection.cursor() as cursor:
        for column in ("is_poor", "has_disability", "disability_kind"):
            cursor.execute(f"SELECT LENGTH({column}) FROM registry_pupil")
            lengths = {row[0] for row in cursor.fetchall()}
            assert len(lengths) == 1, (column, lengths)


def test_what_was_stored_comes_back() -> None:
    child = factories.pupil(factories.school(), disability_kind="多重", has_disability=None, birth_on=date(2016, 2, 29))
    after = Pupil.objects.get(pk=child.pk)
    assert (after.disability_kind, after.has_disability, after.is_poor, after.birth_on) == (
        *("多重", None, True),
        date(2016, 2, 29),
    )


def test_a_value_moved_to_another_column_does_not_open() -> None:
    child = factories.pupil(factories.school())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_pupil SET residence = name")
    with pytest.raises(UnableToUnseal):
        Pupil.objects.get(pk=child.pk)
