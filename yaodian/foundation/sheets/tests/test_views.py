"""The pages: upload, errors, preview, commit, undo, files."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from yaodian.foundation import jobs
from yaodian.foundation.models import Import
from yaodian.foundation.sheets.tests.sample import Reader
from yaodian.foundation.sheets.tests.test_importing import HEAD, TWO, as_csv, upload

pytestmark = [pytest.mark.django_db, pytest.mark.urls("yaodian.foundation.sheets.tests.urls")]


@pytest.fixture
def client(account: Any) -> Client:
    client = Client()
    client.force_login(account, backend="yaodian.organisations.queries.AccountBackend")
    return client


def send(client: Client, data: bytes, name: str = "读者.csv") -> str:
    answer = client.post("/readers/", {"sheet": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_waiting_jobs()
    return str(answer["Location"])


def test_a_file_goes_from_upload_to_undo_through_the_pages(client: Client) -> None:
    url = send(client, TWO)
    page = client.get(url).content.decode()
    assert "导入 2 行" in page
    assert "林一一" in page
    client.post(f"{url}commit/")
    assert "正在排队" in client.get(url).content.decode()
    jobs.run_waiting_jobs()
    assert client.get(f"{url}status/")["HX-Refresh"] == "true"
    assert "整份撤销" in client.get(url).content.decode()
    assert Reader.objects.count() == 2
    client.post(f"{url}undo/")
    jobs.run_waiting_jobs()
    assert "已撤销" in client.get(url).content.decode()
    assert Reader.objects.count() == 0


def test_errors_stand_on_the_page_by_cell_and_in_the_marked_workbook(client: Client) -> None:
    url = send(client, as_csv([HEAD, ["0001", "林一一", "2019.2.29", ""]]))
    page = client.get(url).content.decode()
    assert "C2" in page
    assert "没有 2019 年 2 月 29 日" in page
    assert "commit" not in page
    marked = client.get(f"{url}marked.xlsx")
    assert b"".join(marked.streaming_content).startswith(b"PK")


def test_a_refused_file_gets_its_sentence_in_the_form(client: Client) -> None:
    answer = client.post("/readers/", {"sheet": SimpleUploadedFile("读者.xls", b"x")})
    assert answer.status_code == 422
    assert "另存为" in answer.content.decode()
    assert client.post("/readers/", {}).status_code == 422
    assert Import.objects.count() == 0


def test_an_import_of_another_scope_is_not_found(client: Client, account: Any) -> None:
    batch = upload(account, TWO)
    Import.objects.filter(pk=batch.pk).update(scope="other")
    assert client.get(f"/readers/{batch.pk}/").status_code == 404
    assert client.post(f"/readers/{batch.pk}/commit/").status_code == 404
    assert client.get(f"/readers/{batch.pk}/marked.xlsx").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_template_and_export_are_files_with_names(client: Client, kind: str) -> None:
    assert client.get("/readers/template.xlsx").content.startswith(b"PK")
    answer = client.get(f"/readers/export.{kind}")
    assert b"".join(answer.streaming_content)
    assert f".{kind}" in answer["Content-Disposition"]
    assert client.get("/readers/export.exe").status_code == 404


def test_the_list_costs_the_same_for_one_import_and_for_many(
    client: Client, account: Any, django_assert_max_num_queries: Any
) -> None:
    for _each in range(6):
        upload(account, TWO)
    with django_assert_max_num_queries(8):
        assert client.get("/readers/").content.decode().count("读者.csv") == 6
