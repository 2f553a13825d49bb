"""Sealing again after a rotation: all of it, once, whatever stops it, and with what does not open left alone."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from yaodian.foundation import fields, keys
from yaodian.foundation.management.commands.reseal import models_with_sealed_columns, reseal


class Kept(models.Model):
    name = fields.EncryptedTextField(max_length=20, null=True)
    born_on = fields.EncryptedDateField(null=True)
    note = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "foundation"
        db_table = "foundation_kept_for_tests"

    def __str__(self) -> str:
        return f"kept {self.pk}"


@pytest.fixture(autouse=True)
def own_keys(settings: Any, tmp_path: Path) -> Path:
    settings.KEYS_FILE = tmp_path / "keys.json"
    return tmp_path / "keys.json"


@pytest.fixture
def table(transactional_db: None) -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.create_model(Kept)
    Kept.objects.bulk_create([Kept(name=f"甲{number}", note="n") for number in range(7)] + [Kept()])
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Kept)


def rotate() -> None:
    call_command("rotate_keys", stdout=StringIO())
    keys._provider.cache_clear()


def raw() -> list[bytes | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM foundation_kept_for_tests ORDER BY id")
        return [None if cell is None else bytes(cell) for (cell,) in cursor.fetchall()]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("reseal", "foundation.Kept", *arguments, stdout=out)
    return out.getvalue()


def test_after_a_rotation_every_row_is_sealed_under_the_new_key_and_says_the_same(table: None, own_keys: Path) -> None:
    clear = list(Kept.objects.order_by("pk").values_list("name", "note"))
    rotate()
    assert "7 of 8 rows" in run("--chunk=3")
    assert all(cell is None or keys.is_current(cell) for cell in raw())
    keys.write_rings(own_keys, keys.without_old_keys(keys.read_rings(own_keys)), replace=True)
    keys._provider.cache_clear()
    assert list(Kept.objects.order_by("pk").values_list("name", "note")) == clear


def test_another_algorithm_is_a_reason_to_seal_again(table: None, settings: Any) -> None:
    settings.SEALING_ALGORITHM = "sm4"
    assert "7 of 8 rows" in run()
    assert {cell[1] for cell in raw() if cell} == {keys.SM4_GCM}
    assert Kept.objects.order_by("pk")[0].name == "甲0"


def test_a_second_run_writes_nothing(table: None) -> None:
    rotate()
    run()
    before = raw()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert "0 of 8 rows" in run()
    assert not any(query["sql"].startswith("UPDATE") for query in asked)
    assert raw() == before


def test_what_was_stopped_goes_on_where_it_was(table: None) -> None:
    rotate()
    stopped = reseal(Kept, chunk=3)
    assert next(stopped).resealed == 3
    stopped.close()
    assert [keys.is_current(cell) for cell in raw() if cell] == [True] * 3 + [False] * 4
    assert "4 of 8 rows" in run("--chunk=3")


def test_rows_that_do_not_open_are_named_and_left_and_the_others_are_sealed_again(table: None) -> None:
    first = Kept.objects.order_by("pk")[0].pk
    with connection.cursor() as cursor:
        # Bound to another column, so it opens nowhere else.
        cursor.execute("UPDATE foundation_kept_for_tests SET born_on = name WHERE id = %s", [first])
    rotate()
    before = raw()
    with pytest.raises(CommandError, match=rf"1 rows do not open.*foundation\.Kept {first}\b"):
        run()
    after = raw()
    assert after[0] == before[0]
    assert all(keys.is_current(cell) for cell in after[1:] if cell)


def test_a_model_that_is_none_or_has_no_sealed_column_is_refused() -> None:
    for label, said in (("foundation.Nothing", "no model"), ("Kept", "no model"), ("foundation.Job", "no sealed")):
        with pytest.raises(CommandError, match=said):
            call_command("reseal", label)
    with pytest.raises(CommandError, match="at least 1"):
        call_command("reseal", "foundation.Kept", "--chunk=0")


def test_all_models_with_sealed_columns_are_found_and_no_others() -> None:
    found = models_with_sealed_columns()
    assert Kept in found
    assert not any(model._meta.label == "foundation.Job" for model in found)
