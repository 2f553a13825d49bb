"""Sealing, blind indexes, and the columns that hold sealed bytes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, models
from hypothesis import given
from hypothesis import strategies as st

from yaodian.foundation import fields, keys
from yaodian.foundation.keys import UnableToUnseal, blind_index, blind_indexes, seal, unseal


@pytest.fixture(autouse=True)
def own_keys(settings: Any, tmp_path: Path) -> Path:
    settings.KEYS_FILE = tmp_path / "keys.json"
    return tmp_path / "keys.json"


@pytest.mark.parametrize("algorithm", ["aes", "sm4"])
def test_what_was_sealed_opens_in_its_place_only(settings: Any, algorithm: str) -> None:
    settings.SEALING_ALGORITHM = algorithm
    sealed = seal("𠮷野".encode(), purpose="registry.sealed", context=b"pupil.name")
    assert unseal(sealed, purpose="registry.sealed", context=b"pupil.name").decode() == "𠮷野"
    assert sealed != seal("𠮷野".encode(), purpose="registry.sealed", context=b"pupil.name")
    for purpose, context in (("registry.sealed", b"pupil.phone"), ("plans.sealed", b"pupil.name")):
        with pytest.raises(UnableToUnseal, match="无法解密"):
            unseal(sealed, purpose=purpose, context=context)


def test_every_changed_byte_and_every_cut_is_noticed() -> None:
    sealed = seal(b"490101201001011234", purpose="a")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(UnableToUnseal):
            unseal(bytes(changed), purpose="a")
        with pytest.raises(UnableToUnseal):
            unseal(sealed[:place], purpose="a")


def test_an_old_key_opens_what_it_sealed_and_a_lost_one_is_named(own_keys: Path) -> None:
    before = seal(b"x", purpose="a")
    call_command("rotate_keys", stdout=StringIO())
    keys._provider.cache_clear()
    after = seal(b"x", purpose="a")
    assert after[2:6] != before[2:6]
    assert unseal(before, purpose="a") == unseal(after, purpose="a") == b"x"
    assert (keys.is_current(before), keys.is_current(after)) == (False, True)
    keys.write_rings(own_keys, keys.without_old_keys(keys.read_rings(own_keys)), replace=True)
    keys._provider.cache_clear()
    with pytest.raises(UnableToUnseal, match=before[2:6].hex()):
        unseal(before, purpose="a")


def test_the_key_file_is_its_owners_and_is_never_written_over(own_keys: Path) -> None:
    call_command("make_keys", stdout=StringIO())
    made = own_keys.read_bytes()
    assert own_keys.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="already"):
        call_command("make_keys")
    assert own_keys.read_bytes() == made
    own_keys.chmod(0o644)
    with pytest.raises(keys.UnableToReadKeys, match="chmod 600"):
        keys.read_rings(own_keys)
    own_keys.chmod(0o600)
    own_keys.write_text("{", encoding="ascii")
    with pytest.raises(keys.UnableToReadKeys, match="damaged"):
        keys.read_rings(own_keys)


def test_equal_values_are_found_however_they_are_typed_and_only_with_the_key(own_keys: Path) -> None:
    assert blind_index("49010120100101123X", purpose="id") == blind_index(" ４９０１０１20100101123x ", purpose="id")
    assert blind_index("49010120100101123X", purpose="id") != blind_index("49010120100101123X", purpose="phone")
    first = blind_index("林岚", purpose="name")
    assert blind_indexes("林岚", purpose="name") == (first,)
    own_keys.unlink()
    keys._provider.cache_clear()
    assert blind_index("林岚", purpose="name") != first


@given(st.text())
def test_the_canonical_form_is_its_own_canonical_form(value: str) -> None:
    once = keys.canonical_for_index(value)
    assert keys.canonical_for_index(once) == once


class Sealed(models.Model):
    name = fields.EncryptedTextField(max_length=20, null=True)
    born_on = fields.EncryptedDateField(null=True)
    is_poor = fields.EncryptedFlagField(null=True, pad_to=8)
    notes = fields.EncryptedJSONField(null=True)

    class Meta:
        app_label = "foundation"

    def __str__(self) -> str:
        return f"sealed {self.pk}"


@pytest.fixture
def table(transactional_db: None) -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.create_model(Sealed)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Sealed)


def test_sealed_columns_come_back_as_they_went_in_and_show_nothing_in_the_database(table: None) -> None:
    values = {"name": "𠮷野·林", "born_on": date(2016, 2, 29), "is_poor": True, "notes": {"体": [1, None]}}
    Sealed.objects.bulk_create([Sealed(**values), Sealed()])
    first, second = Sealed.objects.order_by("pk")
    assert {name: getattr(first, name) for name in values} == values
    assert list(Sealed.objects.order_by("pk").values_list("name", flat=True)) == ["𠮷野·林", None]
    assert (second.name, second.is_poor) == (None, None)
    assert Sealed.objects.filter(name__isnull=True).count() == 1
    Sealed.objects.filter(pk=first.pk).update(name="改")
    first.refresh_from_db()
    assert first.name == "改"
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, born_on, is_poor, notes FROM foundation_sealed ORDER BY id")
        stored = [bytes(cell) for row in cursor.fetchall() for cell in row if cell is not None]
    assert len(stored) == 4
    assert not any("改".encode() in cell or b"2016" in cell for cell in stored)


def test_a_value_moved_into_another_column_does_not_open(table: None) -> None:
    made = Sealed.objects.create(name="林岚", notes=["x"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE foundation_sealed SET notes = name")
    with pytest.raises(UnableToUnseal, match="搬来"):
        Sealed.objects.get(pk=made.pk)


@pytest.mark.parametrize("lookup", ["name", "name__icontains", "born_on__gt", "name__in"])
def test_a_search_in_a_sealed_column_is_refused_with_what_to_do_instead(lookup: str) -> None:
    with pytest.raises(FieldError, match="blind"):
        str(Sealed.objects.filter(**{lookup: "x"}).query)


def test_a_padded_value_tells_nothing_by_its_length(table: None) -> None:
    for value in (True, False):
        Sealed.objects.create(is_poor=value)
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_poor FROM foundation_sealed")
        assert len({len(bytes(cell)) for (cell,) in cursor.fetchall()}) == 1


def test_migrations_can_write_a_sealed_column_down() -> None:
    field = Sealed._meta.get_field("is_poor")
    _name, path, _arguments, options = field.deconstruct()
    assert path == "yaodian.foundation.fields.EncryptedFlagField"
    assert options == {"null": True, "pad_to": 8}
    assert list(fields.sealed_fields(Sealed)) == ["name", "born_on", "is_poor", "notes"]


@pytest.mark.parametrize(
    ("mask", "clear", "shown"),
    [
        (fields.mask_name, "林岚", "林*"),
        (fields.mask_name, "林", "*"),
        (fields.mask_name, "", ""),
        (fields.mask_number, "49010120100101123X", "4" + "*" * 16 + "X"),
        (fields.mask_number, "12", "**"),
        (fields.mask_phone, "12900001234", "129******34"),
        (fields.mask_address, "青禾县东岭街道桂花巷3号", "青禾县东岭街****"),
        (fields.mask_day, date(2016, 2, 29), "2016-**-**"),
        (fields.mask_day, None, ""),
    ],
)
def test_what_is_masked_does_not_tell(mask: Any, clear: Any, shown: str) -> None:
    assert mask(clear) == shown


def test_two_processes_that_start_together_end_with_one_file(own_keys: Path) -> None:
    assert keys.write_rings(own_keys, keys.new_rings(today=date(2026, 3, 2)), replace=False)
    assert not keys.write_rings(own_keys, keys.new_rings(today=date(2026, 3, 2)), replace=False)
    assert [path.name for path in own_keys.parent.iterdir()] == ["keys.json"]


@pytest.mark.django_db
def test_dumpdata_writes_no_sealed_column(capsys: pytest.CaptureFixture[str]) -> None:
    for labels in ((), ("registry",), ("registry.Pupil",)):
        with pytest.raises(CommandError, match=r"registry\.pupil.*in clear"):
            call_command("dumpdata", *labels)
    call_command("dumpdata", "registry.School")
    assert capsys.readouterr().out.strip() == "[]"
