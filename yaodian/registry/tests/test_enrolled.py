"""Whether somebody with a paper is a pupil now: the stage and no more, by one query whatever is there."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yaodian.registry import queries
from yaodian.registry.models import Pupil, PupilStatus
from yaodian.registry.tests import factories
from yaodian.registry.tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_the_stage_of_a_pupil_is_told_by_his_paper_and_of_nobody_else() -> None:
    school = factories.school(factories.county("青禾县"))
    pupil = factories.pupil(school)
    counts = []
    for number, found in ((pupil.id_number, frozenset({""})), ("110105201503150000", frozenset()), ("", frozenset())):
        with CaptureQueriesContext(connection) as made:
            assert queries.stages_enrolled(number=f" {number.lower()} ") == found
        counts.append(len(made))
    assert counts == [1, 1, 1]
    Pupil.objects.filter(pk=pupil.pk).update(status=PupilStatus.LEFT, left_on=NOW.date())
    assert queries.stages_enrolled(number=pupil.id_number) == frozenset()
