"""A list of cases comes in as a sheet: errors by cell, one transaction, nothing twice, and an undo that leaves alone what
somebody has touched."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from yaodian.audit.queries import entries
from yaodian.cases import operations, sheets
from yaodian.cases.declaring import kinds
from yaodian.cases.models import Case, CaseClock, CaseEvent
from yaodian.cases.tests import factories
from yaodian.foundation import jobs
from yaodian.foundation.models import Import
from yaodian.organisations.models import Account

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/cases/import/inspection-finding/"


def client_of(account: Account) -> Client:
    account.is_demonstration = True
    account.save()
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def cast() -> dict[str, Any]:
    city = factories.city()
    supervisor = factories.account("supervisor", city["bureau"])
    return {"city": city, "supervisor": supervisor, "client": client_of(supervisor)}


def finding(number: int, **given: str) -> dict[str, str]:
    return {
        "批次": "2026 年春季开学督导", "序号": str(number), "什么事": f"台账不全（第 {number} 处）", "具体情况": "缺第三周记录",
        "等级": "一般", "督办单位代码": "bureau", "承办单位代码": "s0" if number % 2 else "s1", "涉及单位代码": "",
        "依据条款": "课后服务", "地点": "教务处", **given,
    }  # fmt: skip


def upload(client: Client, rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    file = io.BytesIO(text.getvalue().encode("utf-8-sig"))
    file.name = "问题清单.csv"
    answer = client.post(ADDRESS, {"sheet": file})
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_waiting_jobs()
    return str(answer["Location"])


def act(client: Client, address: str, action: str) -> Import:
    client.post(f"{address}{action}/")
    jobs.run_waiting_jobs()
    return Import.objects.get(pk=int(re.findall(r"/(\d+)/$", address)[0]))


def text_of(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    return re.sub(r"<[^>]+>|\s+", " ", page[page.index("<main") : page.index("</main>")])


def test_a_thousand_cases_with_ten_wrong_rows_are_refused_by_cell_and_taken_when_they_are_mended(
    cast: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    client = cast["client"]
    rows = [finding(number) for number in range(1, 1_001)]
    wrong = [dict(row) for row in rows]
    wrong[3]["等级"] = "特别严重"
    wrong[10]["督办单位代码"] = "nowhere"
    wrong[20]["承办单位代码"] = "s99"
    wrong[30]["什么事"] = ""
    wrong[40]["什么事"] = "长" * 201
    wrong[50]["序号"] = wrong[49]["序号"]
    wrong[60]["序号"] = "6:1"
    wrong[70]["批次"] = ""
    wrong[80]["涉及单位代码"] = "zzz"
    wrong[90]["督办单位代码"] = ""
    address = upload(client, wrong)
    batch = Import.objects.get()
    assert (batch.state, batch.rows, batch.errors) == ("checked", 1_000, 10)
    told = text_of(client, address)
    for words in (
        "E5",
        "没有代码为“nowhere”的单位",
        "没有代码为“s99”的单位",
        "与第 51 行重复",
        "序号里不能有冒号",
        "是必填项",
    ):
        assert words in told
    assert act(client, address, "commit").state == "checked"
    assert Case.objects.count() == 0

    address = upload(client, rows)
    assert act(client, address, "commit").state == "committed", text_of(client, address)
    assert Case.objects.count() == CaseClock.objects.count() == CaseEvent.objects.count() == 1_000
    assert sorted(Case.objects.values_list("number", flat=True))[-1].endswith("-001000")
    assert operations.check_tallies() == []
    one = Case.objects.get(subject="sheet:2026 年春季开学督导:7")
    assert (one.state, one.doing_unit.code, one.fields) == ("assigned", "s0", {"clause": "课后服务", "place": "教务处"})
    # One that is opened by hand is in no way different.
    hand = factories.opened(
        cast["city"], kind="inspection.finding", title=one.title, doing_unit=cast["city"]["s0"], now=timezone.now(),
        actor=cast["supervisor"], body=one.body, fields=one.fields,
    )  # fmt: skip
    same = ("state", "phase", "grade", "grade_rank", "title", "body", "due_on", "confidentiality", "version", "fields")
    assert [getattr(one, name) for name in same] == [getattr(hand, name) for name in same]
    clock = ("code", "started_on", "due_on", "first_due_on", "days", "is_working_days", "rung", "next_act_on")
    assert one.clocks.values_list(*clock).get() == hand.clocks.values_list(*clock).get()
    assert [entry.code for entry in entries()].count("cases.import.commit") == 1

    # Brought in once more with one added, only that one is new; one that was changed on the way is refused.
    address = upload(client, [*rows, finding(1_001)])
    batch = Import.objects.latest("pk")
    assert (batch.created, batch.untouched, batch.errors) == (1, 1_000, 0)
    upload(client, [finding(7, 什么事="另一件事")])
    assert Import.objects.latest("pk").errors == 1


def test_an_undo_withdraws_what_nobody_has_touched_and_leaves_the_rest(cast: dict[str, Any]) -> None:
    client = cast["client"]
    address = upload(client, [finding(number) for number in range(1, 6)])
    act(client, address, "commit")
    handler = factories.account("handler", cast["city"]["s0"])
    touched = Case.objects.get(subject__endswith=":3")
    operations.accept_case(actor=handler, public_id=touched.public_id, now=timezone.now())
    assert act(client, address, "undo").state == "undone", text_of(client, address)
    touched.refresh_from_db()
    assert touched.state == "working"
    rest = Case.objects.exclude(pk=touched.pk)
    assert set(rest.values_list("state", "phase", "due_on", "subject")) == {("withdrawn", "ended", None, "")}
    assert CaseEvent.objects.filter(case__in=rest, action="withdraw", reason="撤销导入").count() == 4
    assert not CaseClock.objects.filter(case__in=rest, stopped_at__isnull=True).exists()
    assert operations.check_tallies() == []
    (entry,) = (one for one in entries() if one.code == "cases.case.withdraw_many")
    assert entry.detail_data["kept"] == [touched.number]
    # Whoever has mended the list brings it in again: what goes on is there already.
    upload(client, [finding(number) for number in range(1, 6)])
    batch = Import.objects.latest("pk")
    assert (batch.created, batch.untouched, batch.errors) == (4, 1, 0)


def test_nobody_brings_in_cases_for_units_beyond_his_right(cast: dict[str, Any]) -> None:
    county = client_of(factories.account("supervisor", cast["city"]["c1"]))
    address = upload(county, [finding(1)])
    assert "不在您的交办权限范围内" in text_of(county, address)
    # Another office does not even find the import.
    assert cast["client"].get(address).status_code == 404
    handler = client_of(factories.account("handler", cast["city"]["s0"]))
    assert handler.get("/cases/import/").status_code == 403


def test_every_kind_that_comes_in_lists_has_a_template_and_an_export(cast: dict[str, Any]) -> None:
    client = cast["client"]
    page = client.get("/cases/import/").content.decode()
    for code in sheets.IMPORTERS:
        base = f"/cases/import/{code.replace('.', '-')}/"
        assert str(kinds()[code].label) in page
        assert client.get(f"{base}template.xlsx").status_code == 200
    act(client, upload(client, [finding(1)]), "commit")
    out = b"".join(client.get(f"{ADDRESS}export.csv").streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(out))
    assert row == finding(1)
