"""A file's way: upload, check, preview, commit, undo."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from yaodian.foundation import jobs, tasks
from yaodian.foundation.models import Import, ImportPart, Job
from yaodian.foundation.sheets import importing, targets, writing
from yaodian.foundation.sheets.tests import sample
from yaodian.foundation.sheets.tests.sample import IMPORTER, READERS, Reader

pytestmark = pytest.mark.django_db

HEAD = ["读者证号", "姓名", "出生日期", "押金"]


def as_csv(rows: Sequence[Sequence[Any]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def upload(account: Any, data: bytes, name: str = "读者.csv", run: bool = True) -> Import:
    batch = importing.upload_sheet(
        importer=IMPORTER,
        actor_id=account.pk,
        scope="all",
        name=name,
        size=len(data),
        chunks=[data],
        now=timezone.now(),
    )
    if run:
        jobs.run_waiting_jobs()
    batch.refresh_from_db()
    return batch


def act(what: Any, account: Any, batch: Import, run: bool = True) -> Import:
    what(importer=IMPORTER, actor_id=account.pk, import_id=batch.pk, now=timezone.now())
    if run:
        jobs.run_waiting_jobs()
    batch.refresh_from_db()
    return batch


def commit(account: Any, data: bytes) -> Import:
    return act(importing.commit_import, account, upload(account, data))


TWO = as_csv([HEAD, ["0001", "林一一", "2019-2-3", "5"], ["0002", "𠮷二", "", ""]])


def test_rows_are_created_with_their_values(account: Any) -> None:
    batch = upload(account, TWO)
    assert (batch.state, batch.rows, batch.created, batch.errors) == ("checked", 2, 2, 0)
    assert Reader.objects.count() == 0
    act(importing.commit_import, account, batch)
    assert batch.state == "committed", batch.error
    assert list(Reader.objects.values_list("number", "name", "born_on", "fee", "source")) == [
        ("0001", "林一一", date(2019, 2, 3), Decimal(5), "import"),
        ("0002", "𠮷二", None, None, "import"),
    ]
    assert [("commit", batch.pk)] == sample.JOURNAL


def test_the_same_file_again_writes_nothing(account: Any) -> None:
    commit(account, TWO)
    again = upload(account, TWO)
    assert (again.created, again.changed, again.untouched) == (0, 0, 2)
    assert not ImportPart.objects.filter(batch=again, kind="rows").exists()


def test_a_change_shows_what_was_and_what_will_be_and_undo_puts_it_back(account: Any) -> None:
    commit(account, TWO)
    batch = upload(account, as_csv([HEAD, ["0001", "林一一", "2019-2-4", "5"], ["0003", "王三", "", ""]]))
    assert (batch.created, batch.changed, batch.untouched) == (1, 1, 0)
    preview = importing.get_preview(importer=IMPORTER, batch=batch)
    assert preview[0].cells == [("出生日期", "2019-02-03", "2019-02-04")]
    act(importing.commit_import, account, batch)
    assert Reader.objects.get(number="0001").born_on == date(2019, 2, 4)
    act(importing.undo_import, account, batch)
    assert batch.state == "undone"
    assert Reader.objects.get(number="0001").born_on == date(2019, 2, 3)
    assert not Reader.objects.filter(number="0003").exists()
    assert [action for action, _batch in sample.JOURNAL] == ["commit", "commit", "undo"]


def test_an_undo_is_refused_where_a_row_was_changed_since(account: Any) -> None:
    batch = commit(account, TWO)
    Reader.objects.filter(number="0002").update(name="改过")
    act(importing.undo_import, account, batch)
    assert batch.state == "committed"
    assert "第 3 行" in batch.error
    assert Reader.objects.count() == 2


def test_what_is_past_its_time_holds_no_row_any_more_and_is_not_said_to_be_undone(account: Any, settings: Any) -> None:
    old = commit(account, TWO)
    waiting = upload(account, as_csv([HEAD, ["0009", "何九", "", ""]]))
    recent = upload(account, as_csv([HEAD, ["0008", "何八", "", ""]]))
    past = timezone.now() - timedelta(days=settings.IMPORT_KEEP_DAYS + 1)
    Import.objects.exclude(pk=recent.pk).update(requested_at=past)
    tasks.drop_imports(None)  # type: ignore[arg-type]  # It asks its context for nothing.
    assert set(ImportPart.objects.values_list("batch_id", flat=True)) == {recent.pk}
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    act(importing.undo_import, account, old)
    assert old.state == "committed"
    assert "已过保存期限" in old.error
    assert Reader.objects.count() == 2


def test_what_changed_after_the_preview_is_not_overwritten(account: Any) -> None:
    batch = upload(account, TWO)
    Reader.objects.create(number="0002", name="别人", source="hand")
    act(importing.commit_import, account, batch)
    assert batch.state == "checked"
    assert "第 3 行" in batch.error
    assert Reader.objects.get().name == "别人"


def test_of_two_imports_of_the_same_rows_the_second_is_refused(account: Any) -> None:
    first, second = upload(account, TWO), upload(account, TWO)
    act(importing.commit_import, account, first, run=False)
    act(importing.commit_import, account, second)
    first.refresh_from_db()
    assert (first.state, second.state) == ("committed", "checked")
    assert "重新检查" in second.error
    act(importing.check_again, account, second)
    assert second.untouched == 2


def test_a_file_with_errors_is_not_imported_at_all(account: Any) -> None:
    batch = upload(account, as_csv([HEAD, ["0001", "林一一", "2019.2.29", ""], ["0002", "𠮷二", "", ""]]))
    assert batch.errors == 1
    problem = importing.get_findings(batch=batch).problems[0]
    assert problem.address == "C2"
    assert "没有 2019 年 2 月 29 日" in problem.message
    with pytest.raises(importing.UnableToCommitImport, match="1 处错误"):
        act(importing.commit_import, account, batch)


def test_rows_out_of_scope_are_refused_by_cell(account: Any) -> None:
    batch = upload(account, as_csv([HEAD, ["9001", "林一一", "", ""]]))
    assert [problem.address for problem in importing.get_findings(batch=batch).problems] == ["A2"]


def test_a_cancel_in_the_middle_of_a_commit_leaves_nothing(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing.limits, "CHUNK_ROWS", 1)
    batch = upload(account, as_csv([HEAD, *([f"1{n:03}0", "甲", "", ""] for n in range(5))]))
    seen = []
    original = targets.ModelTarget.create

    def create(self: Any, rows: Any) -> None:
        original(self, rows)
        seen.append(len(rows))
        if len(seen) == 1:
            Job.objects.filter(pk=Import.objects.get(pk=batch.pk).job_id).update(is_cancel_requested=True)

    monkeypatch.setattr(targets.ModelTarget, "create", create)
    act(importing.commit_import, account, batch)
    assert seen
    assert batch.state == "checked"
    assert Reader.objects.count() == 0
    assert sample.JOURNAL == []


def test_a_full_disk_is_said_in_words_and_writes_nothing(account: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = upload(account, TWO)

    def create(self: Any, rows: Any) -> None:
        raise DatabaseError("database or disk is full")

    monkeypatch.setattr(targets.ModelTarget, "create", create)
    act(importing.commit_import, account, batch)
    assert batch.state == "checked"
    assert "磁盘满了" in batch.error


def test_rights_that_ended_while_the_job_waited_stop_the_commit(account: Any) -> None:
    batch = upload(account, TWO)
    act(importing.commit_import, account, batch, run=False)
    sample.FORBIDDEN.add("commit")
    jobs.run_waiting_jobs()
    assert Reader.objects.count() == 0


def test_no_name_lies_in_clear_in_the_stored_parts(account: Any) -> None:
    batch = upload(account, TWO)
    stored = b"".join(bytes(part.data) for part in ImportPart.objects.filter(batch=batch))
    assert stored
    assert "林一一".encode() not in stored


def test_the_marked_workbook_carries_the_problem_at_its_cell(account: Any) -> None:
    batch = upload(account, as_csv([HEAD, ["0001", "林一一", "2019.2.29", ""]]))
    data = b"".join(importing.marked_workbook(importer=IMPORTER, batch=batch))
    assert data.startswith(b"PK")


def test_what_went_out_comes_back_as_no_change(account: Any) -> None:
    commit(account, TWO)
    target = sample.make_target(scope="all", actor_id=None)
    for name, export in (("a.csv", writing.export_csv), ("a.xlsx", writing.export_xlsx)):
        batch = upload(account, b"".join(export(READERS, target.export())), name)
        assert (batch.state, batch.untouched, batch.rows, batch.errors) == ("checked", 2, 2, 0), batch.error
