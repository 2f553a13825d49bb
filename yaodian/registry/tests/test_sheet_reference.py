"""What the sheets say about themselves: in the manual and to programs."""

from __future__ import annotations

import pytest
from django.test import Client

from yaodian.foundation.sheets.declaring import Choice, Sheet
from yaodian.foundation.sheets.describing import manual_page, schema
from yaodian.registry import sheets
from yaodian.registry.tests import factories
from yaodian.registry.tests.uploads import registrar


@pytest.mark.parametrize("sheet", sheets.ALL, ids=lambda sheet: sheet.code)
def test_the_manual_tells_every_column_code_and_check(sheet: Sheet) -> None:
    page = manual_page(sheet)
    for column in sheet.columns:
        assert f"`{column.code}`" in page
        assert column.header in page
        assert (column.check is None) == (not column.rule), column.code
        assert str(column.rule) in page
        if isinstance(column.kind, Choice):
            assert all(f"`{value}`" in page for value in column.kind.options)
    assert (not sheet.cross_checks) or sheet.rules
    assert {line.count(" | ") for line in page.splitlines() if line.startswith("| 学校")} == {7}


@pytest.mark.parametrize("sheet", sheets.ALL, ids=lambda sheet: sheet.code)
def test_the_schema_of_a_row_has_every_column(sheet: Sheet) -> None:
    found = schema(sheet).model_json_schema()
    assert list(found["properties"]) == [column.code for column in sheet.columns]
    assert set(found.get("required", ())) == {column.code for column in sheet.columns if column.is_required}


@pytest.mark.django_db
def test_programs_are_told_the_sheets_if_they_may_import() -> None:
    place = factories.school()
    answer = registrar(place).get("/api/registry/sheets")
    assert answer.status_code == 200
    told = {sheet["code"]: sheet for sheet in answer.json()}
    assert list(told) == [sheet.code for sheet in sheets.ALL]
    assert told["registry.teachers"]["headers"]["staff_number"] == "工号"
    assert told["registry.classes"]["row"]["properties"]["stage"]["enum"][0] == "preschool"
    viewer = Client()
    viewer.force_login(factories.account(place.unit, "viewer"))
    assert viewer.get("/api/registry/sheets").status_code == 403
