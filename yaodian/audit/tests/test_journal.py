"""The journal: written in the change's own transaction, chained, and whole or found out."""

from __future__ import annotations

import importlib
import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from yaodian.audit.models import GENESIS, Entry, Head, JournalIsAppendOnly
from yaodian.audit.operations import UnableToRecord, record
from yaodian.audit.queries import entries, entries_of, last_id, span_of, verify_journal

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TRIGGERS = importlib.import_module("yaodian.audit.migrations.0002_append_only")


def write(number: int) -> list[Entry]:
    with transaction.atomic():
        return [
            record(
                actor=None,
                code="plans.plan.publish",
                subject=f"plan:{index}",
                detail={"条": index},
                at=NOW + timedelta(minutes=index),
            )
            for index in range(1, number + 1)
        ]


def lift_triggers() -> None:
    """What somebody with the database's password would do first."""
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if is_postgresql:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in TRIGGERS.POSTGRESQL if is_postgresql else TRIGGERS.SQLITE:
            table = "audit_head" if "head" in name else "audit_entry"
            cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if is_postgresql else ""))


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.django_db
def test_entries_count_from_one_and_each_names_the_hash_before() -> None:
    first, second, third = write(3)
    assert [entry.id for entry in (first, second, third)] == [1, 2, 3]
    assert first.previous_hash == GENESIS
    assert second.previous_hash == first.hash
    assert third.previous_hash == second.hash
    head = Head.objects.get()
    assert (head.last_id, head.last_hash) == (3, third.hash)


@pytest.mark.django_db
def test_a_sound_journal_is_found_sound() -> None:
    last = write(5)[-1]
    found = verify_journal()
    assert (found.ok, found.count, found.first_broken_id, found.reason) == (True, 5, None, "")
    assert found.last_hash == last.hash


@pytest.mark.django_db
def test_an_empty_journal_is_sound() -> None:
    assert verify_journal().ok
    assert verify_journal().count == 0


@pytest.mark.django_db
def test_the_hash_is_over_the_documented_bytes() -> None:
    (entry,) = write(1)
    text = f'[1,"2026-03-02T09:31:00.000000+00:00",null,"","plans.plan.publish","plan:1","{{\\"条\\":1}}","{GENESIS}"]'
    import hashlib

    assert entry.hash == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.django_db
def test_what_comes_back_from_the_database_has_the_same_hash() -> None:
    with transaction.atomic():
        record(
            actor=None,
            code="plans.target.correct",
            subject="目标\x00:1\ud800",
            detail={"b": [1, 2.5, None, "“”"], "a": {"day": date(2026, 9, 30), "value": Decimal("99.50")}},
            at=datetime(2026, 3, 2, 17, 30, 0, 123456, tzinfo=UTC),
        )
    entry = Entry.objects.get()
    assert entry.detail == '{"a":{"day":"2026-09-30","value":"99.50"},"b":[1,2.5,null,"“”"]}'
    assert entry.digest() == entry.hash
    assert verify_journal().ok


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused() -> None:
    with pytest.raises(UnableToRecord, match="outside a transaction"):
        record(actor=None, code="plans.plan.publish", subject="plan:1", detail={}, at=NOW)
    assert Entry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_operation_that_fails_leaves_no_entry() -> None:
    def publish_and_fail() -> None:
        with transaction.atomic():
            record(actor=None, code="plans.plan.publish", subject="plan:1", detail={}, at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish_and_fail()
    write(1)
    assert verify_journal().count == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"at": datetime(2026, 3, 2)}, "time zone"),
        ({"code": "发布"}, "log code"),
        ({"code": ""}, "log code"),
        ({"detail": {"x": object()}}, "plain JSON"),
        ({"detail": {"x": float("nan")}}, "plain JSON"),
        ({"detail": {"x": "\ud800"}}, "plain JSON"),
    ],
)
def test_an_entry_that_could_not_be_verified_later_is_refused(wrong: dict[str, Any], words: str) -> None:
    given: dict[str, Any] = {"actor": None, "code": "a.b", "subject": "s", "detail": {}, "at": NOW, **wrong}
    with pytest.raises(UnableToRecord, match=words):
        record(**given)


@pytest.mark.django_db
def test_the_orm_refuses_to_change_or_delete() -> None:
    (entry,) = write(1)
    with pytest.raises(JournalIsAppendOnly):
        entry.delete()
    with pytest.raises(JournalIsAppendOnly):
        Entry.objects.all().delete()
    with pytest.raises(JournalIsAppendOnly):
        Entry.objects.filter(pk=1).update(subject="other")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET subject = 'other' WHERE id = 2",
        "DELETE FROM audit_entry WHERE id = 2",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET last_id = 1",
        "UPDATE audit_head SET last_id = last_id + 2",
        "UPDATE audit_head SET last_hash = 'x'",
    ],
)
def test_the_database_refuses_to_change_or_delete(statement: str) -> None:
    write(3)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        sql(statement)
    assert verify_journal().ok


@pytest.mark.django_db
def test_the_database_refuses_to_empty_the_journal_at_once() -> None:
    if connection.vendor != "postgresql":
        # SQLite has no TRUNCATE; its DELETE without a condition is tried above.
        assert connection.vendor == "sqlite"
        return
    write(1)
    for table in ("audit_entry", "audit_head"):
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            sql(f"TRUNCATE {table}")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "broken_id", "words"),
    [
        ("UPDATE audit_entry SET subject = 'plan:9' WHERE id = 3", 3, "changed"),
        ("UPDATE audit_entry SET detail = '{}' WHERE id = 1", 1, "changed"),
        ("UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE id = 2", 2, "changed"),
        ("UPDATE audit_entry SET actor_name = 'x' WHERE id = 5", 5, "changed"),
        ("UPDATE audit_entry SET previous_hash = 'x' WHERE id = 4", 4, "does not follow"),
        ("DELETE FROM audit_entry WHERE id = 1", 1, "missing"),
        ("DELETE FROM audit_entry WHERE id = 3", 3, "missing"),
        ("DELETE FROM audit_entry WHERE id = 5", 5, "cut off"),
        ("DELETE FROM audit_entry", 1, "cut off"),
        ("DELETE FROM audit_head", None, "head row is missing"),
        ("UPDATE audit_head SET last_hash = 'x'", 5, "written anew"),
        ("UPDATE audit_head SET last_id = 4", 5, "inserted"),
    ],
)
def test_tampering_is_found_and_its_first_row_named(statement: str, broken_id: int | None, words: str) -> None:
    write(5)
    lift_triggers()
    sql(statement)
    found = verify_journal()
    assert not found.ok
    assert found.first_broken_id == broken_id
    assert words in found.reason


@pytest.mark.django_db
@pytest.mark.parametrize(
    "assignment",
    ["at = 'rubbish'", "at = 7", "at = X'00'", "detail = X'ff'", "subject = CAST(X'ff' AS TEXT)", "actor_id = 'x'"],
)
def test_a_row_that_can_no_longer_be_loaded_is_named_and_does_not_stop_the_check(assignment: str) -> None:
    if connection.vendor != "sqlite":
        # PostgreSQL's columns take nothing but what they are made for.
        assert connection.vendor == "postgresql"
        return
    write(5)
    lift_triggers()
    sql("PRAGMA defer_foreign_keys = ON")
    sql(f"UPDATE audit_entry SET {assignment} WHERE id = 4")
    found = verify_journal()
    assert (found.ok, found.count, found.first_broken_id) == (False, 3, 4)
    sql("UPDATE audit_entry SET subject = 'plan:other' WHERE id = 2")
    assert verify_journal().first_broken_id == 2
    sql("DELETE FROM audit_entry WHERE id IN (2, 4)")


@pytest.mark.django_db
def test_two_rows_exchanged_are_found() -> None:
    write(4)
    lift_triggers()
    for before, after in ((2, 99), (3, 2), (99, 3)):
        sql("UPDATE audit_entry SET id = %s WHERE id = %s", after, before)
    found = verify_journal()
    assert (found.ok, found.first_broken_id) == (False, 2)
    assert "exchanged" in found.reason


@pytest.mark.django_db
def test_a_row_inserted_with_a_good_hash_of_its_own_is_found() -> None:
    last = write(3)[-1]
    lift_triggers()
    forged = Entry(
        id=4, at=NOW, actor_name="", code="a.b", subject="forged", detail="{}", previous_hash=last.hash, hash=""
    )
    forged.hash = forged.digest()
    forged.save(force_insert=True)
    found = verify_journal()
    assert (found.ok, found.first_broken_id) == (False, 4)
    assert "inserted" in found.reason


@pytest.mark.django_db
def test_an_end_written_anew_is_found_by_the_head() -> None:
    write(3)
    lift_triggers()
    entry = Entry.objects.get(pk=3)
    entry.subject = "plan:other"
    sql("UPDATE audit_entry SET subject = %s, hash = %s WHERE id = 3", entry.subject, entry.digest())
    found = verify_journal()
    assert (found.ok, found.first_broken_id) == (False, 3)
    assert "head row" in found.reason


@pytest.mark.django_db
def test_without_its_head_the_journal_takes_nothing() -> None:
    lift_triggers()
    sql("DELETE FROM audit_head")
    with pytest.raises(UnableToRecord, match="head row"):
        write(1)


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_unbroken_chain() -> None:
    faults: list[BaseException] = []

    def append(number: int) -> None:
        try:
            for index in range(5):
                with transaction.atomic():
                    record(actor=None, code="a.b", subject=f"{number}:{index}", detail={}, at=NOW)
        except DatabaseError as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=append, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    found = verify_journal()
    assert (found.ok, found.count) == (True, 30), found.reason


@pytest.mark.django_db
def test_the_journal_is_filtered_by_code_subject_and_day() -> None:
    write(3)
    with transaction.atomic():
        # 23:30 in Shanghai on the 1st of March is still the 1st, although it is 15:30 in London.
        record(actor=None, code="x.y", subject="plan:1", detail={}, at=datetime(2026, 3, 1, 15, 30, tzinfo=UTC))
    assert [entry.id for entry in entries()] == [4, 3, 2, 1]
    assert [entry.id for entry in entries(code="x.")] == [4]
    assert [entry.id for entry in entries(subject="plan:1")] == [4, 1]
    assert [entry.id for entry in entries(to_on=date(2026, 3, 1))] == [4]
    assert [entry.id for entry in entries(from_on=date(2026, 3, 2))] == [3, 2, 1]
    assert [entry.id for entry in entries_of(subject="plan:1")] == [4, 1]


@pytest.mark.django_db
def test_checking_takes_a_constant_number_of_queries(django_assert_num_queries: Any) -> None:
    write(30)
    with django_assert_num_queries(4):
        # Savepoint, head, rows, release.
        assert verify_journal().count == 30


def test_nothing_in_the_settings_names_the_journal() -> None:
    """A switch would be a setting: there is none to be found, in ours or in the environment's."""
    from django.conf import settings

    assert [name for name in dir(settings) if "AUDIT" in name or "JOURNAL" in name] == []


@pytest.mark.django_db
def test_what_happened_after_an_entry_is_told_by_when_it_began_and_ended(django_assert_num_queries: Any) -> None:
    assert last_id() == 0
    assert span_of(codes=["plans."], after=0) is None
    write(4)
    record(actor=None, code="plansomething.else", subject="x:1", detail={}, at=NOW + timedelta(days=1))
    with django_assert_num_queries(2):
        assert last_id() == 5
        assert span_of(codes=["plans.", "x."], after=1) == (NOW + timedelta(minutes=2), NOW + timedelta(minutes=4))
    assert span_of(codes=["plans."], after=4) is None
    assert span_of(codes=[], after=0) is None
