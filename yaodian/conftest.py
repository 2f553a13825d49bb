"""What the tests inside the package share: a way to empty the tables although the journal refuses to be emptied."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from typing import Any

import pytest

if os.environ.get("YAODIAN_TESTS_WITHOUT_DJANGO") != "1":

    @pytest.fixture(autouse=True, scope="session")
    def flushing_past_the_journal() -> Iterator[None]:
        """Tests that commit end with Django's `flush`; here it lifts the journal's triggers and lays its head anew.

        The way round stands in the tests on purpose: the product has none.
        """
        from django.core.management.commands import flush
        from django.db import connections

        triggers = importlib.import_module("yaodian.audit.migrations.0002_append_only")
        guarded = pytest.MonkeyPatch()
        original = flush.Command.handle

        def handle(self: Any, **options: Any) -> None:
            connection = connections[options["database"]]
            is_postgresql = connection.vendor == "postgresql"
            statements = triggers.POSTGRESQL if is_postgresql else triggers.SQLITE
            with connection.cursor() as cursor:
                for name in statements:
                    table = "audit_head" if "head" in name else "audit_entry"
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if is_postgresql else ""))
                original(self, **options)
                cursor.execute("INSERT INTO audit_head (id, last_id, last_hash) VALUES (1, 0, %s)", ["0" * 64])
                for statement in statements.values():
                    cursor.execute(statement)

        guarded.setattr(flush.Command, "handle", handle)
        yield
        guarded.undo()

    @pytest.fixture(autouse=True)
    def language_as_at_the_start() -> Iterator[None]:
        """A page that a test asked for in English leaves the thread speaking English; the next test starts afresh."""
        from django.utils import translation

        yield
        translation.deactivate()
