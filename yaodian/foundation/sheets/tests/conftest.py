"""A table for the sample sheet, and an account that imports."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from yaodian.foundation.sheets.tests import sample


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.create_model(sample.Reader)


@pytest.fixture(autouse=True)
def a_fresh_journal() -> None:
    sample.JOURNAL.clear()
    sample.FORBIDDEN.clear()


@pytest.fixture
def account(db: None) -> Any:
    return get_user_model().objects.create(username="lin", name="林一一", created_at=timezone.now())
