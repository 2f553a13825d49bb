"""Seats, scores and wishes come in as lists: errors by cell, one transaction, an undo, the same columns out as in."""

from __future__ import annotations

import csv
import io
import re
import time
from typing import Any

import pytest
from django.test import Client

from yaodian.admissions import operations
from yaodian.admissions.models import BatchSeats, Candidate, CandidateWish, ScoreRound
from yaodian.admissions.tests import scores
from yaodian.admissions.tests.scores import NOW, Scored
from yaodian.audit.queries import entries
from yaodian.foundation import jobs
from yaodian.foundation.models import Import

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> Scored:
    made = scores.scored()
    scores.batch(made, "one", {"s0": 2, "s1": 1}, most_wishes=2)
    scores.batch(made, "held", {("s0", "s6"): 1}, kind="held", most_wishes=1)
    return made


@pytest.fixture
def client(world: Scored) -> Client:
    made = Client()
    made.force_login(world.officer)
    return made


def upload(client: Client, name: str, rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    file = io.BytesIO(text.getvalue().encode("utf-8-sig"))
    file.name = "list.csv"
    answer = client.post(f"/admissions/scores/import/{name}/", {"sheet": file})
    assert answer.status_code == 302, answer.content.decode()
    jobs.run_waiting_jobs()
    return str(answer["Location"])


def act(client: Client, address: str, action: str) -> Import:
    client.post(f"{address}{action}/")
    jobs.run_waiting_jobs()
    return Import.objects.get(pk=int(re.findall(r"/(\d+)/$", address)[0]))


def exported(client: Client, name: str) -> list[dict[str, str]]:
    answer = client.get(f"/admissions/scores/import/{name}/export.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def seats(world: Scored, school: str, number: int, **given: str) -> dict[str, str]:
    return {
        "录取轮次编号": world.round.public_id, "批次代码": "one", "学校代码": school, "面向毕业学校": "统招",
        "招生计划": str(number), "学校最低分": "", **given,
    }  # fmt: skip


def child(world: Scored, number: str, **given: str) -> dict[str, str]:
    return {
        "录取轮次编号": world.round.public_id, "准考证号": number, "姓名": "林小满", "监护人手机号": "13912345678",
        "毕业学校代码": "s6", "语文": "120", "数学": "118.5", "外语": "110", "物理": "90", "总分": "438.5", **given,
    }  # fmt: skip


def wish(world: Scored, number: str, position: int, school: str, **given: str) -> dict[str, str]:
    return {
        "录取轮次编号": world.round.public_id, "准考证号": number, "批次代码": "one", "志愿序号": str(position),
        "学校代码": school, **given,
    }  # fmt: skip


def cells(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_seats_come_in_are_taken_back_and_leave_as_they_came(world: Scored, client: Client) -> None:
    before = exported(client, "score_seats")
    rows = [seats(world, "s0", 9, 学校最低分="400.5"), seats(world, "s3", 4)]
    rows.append(seats(world, "s1", 2, 批次代码="held", 面向毕业学校="s7"))
    address = upload(client, "score_seats", rows)
    batch = act(client, address, "commit")
    assert (batch.state, batch.created, batch.changed) == ("committed", 2, 1)
    assert set(BatchSeats.objects.values_list("school__code", "origin__code", "seats", "least")) == {
        ("s0", None, 9, 40_050), ("s1", None, 1, None), ("s3", None, 4, None), ("s0", "s6", 1, None), ("s1", "s7", 2, None),
    }  # fmt: skip
    again = upload(client, "score_seats", exported(client, "score_seats"))
    assert Import.objects.latest("pk").untouched == 5, again
    assert act(client, address, "undo").state == "undone"
    assert exported(client, "score_seats") == before
    assert any(one.code == "admissions.scores.export" for one in entries())


def test_scores_and_wishes_come_in_and_are_taken_back_in_their_order(world: Scored, client: Client) -> None:
    scores.announce(world)
    address = upload(client, "scores", [child(world, "1"), child(world, "2", 数学="100", 总分="420", 抽签顺序号="7")])
    assert act(client, address, "commit").state == "committed"
    row = Candidate.objects.get(number="1")
    assert (row.total, row.name, row.origin and row.origin.code) == (43_850, "林小满", "s6")
    assert row.phone_index is not None
    assert b"13912345678" not in bytes(row.phone_index)
    wishes = upload(
        client, "score_wishes",
        [wish(world, "1", 1, "s0"), wish(world, "1", 2, "s1"), wish(world, "2", 1, "s0", 批次代码="held")],
    )  # fmt: skip
    assert act(client, wishes, "commit").state == "committed"
    assert CandidateWish.objects.count() == 3
    swapped = upload(client, "score_wishes", [wish(world, "1", 1, "s1"), wish(world, "1", 2, "s0")])
    assert act(client, swapped, "commit").state == "committed"
    assert list(
        CandidateWish.objects.filter(candidate__number="1").order_by("position").values_list("school__code", flat=True)
    ) == ["s1", "s0"]
    assert [one["准考证号"] for one in exported(client, "scores")] == ["1", "2"]
    assert len(exported(client, "score_wishes")) == 3
    # Scores stay as long as wishes hang on them.
    assert act(client, address, "undo").state == "committed"
    assert act(client, swapped, "undo").state == "undone"
    assert act(client, wishes, "undo").state == "undone"
    assert act(client, address, "undo").state == "undone"
    assert not Candidate.objects.exists()


def test_wrong_cells_of_seats_are_named(world: Scored, client: Client) -> None:
    page = cells(client, upload(client, "score_seats", [
        seats(world, "s0", 1, 批次代码="none"), seats(world, "s2", 1), seats(world, "s1", 1, 面向毕业学校="s7"),
        seats(world, "s1", 1, 批次代码="held"), seats(world, "s3", 1, 录取轮次编号="nobody000000"), seats(world, "s3", -1),
        seats(world, "s1", 1, 批次代码="held", 面向毕业学校="nowhere"),
    ]))  # fmt: skip
    for words in (
        "没有这个批次", "主办单位下面没有这所学校", "请填“统招”", "要写分给哪所毕业学校", "没有这个录取轮次", "太小",
        "没有这所毕业学校",
    ):  # fmt: skip
        assert words in page, words
    scores.announce(world)
    assert "要在“准备”时导入" in cells(client, upload(client, "score_seats", [seats(world, "s0", 1)]))


def test_wrong_cells_of_scores_are_named_and_nothing_comes_in(world: Scored, client: Client) -> None:
    assert "要在“规则已公布”时导入" in cells(client, upload(client, "scores", [child(world, "1")]))
    scores.announce(world)
    scores.candidate(world, "held", (100, 100, 100, 100), lot=5)
    address = upload(client, "scores", [
        child(world, "1", 语文="150.5"), child(world, "2", 物理=""), child(world, "3", 化学="10"), child(world, "4", 总分="400"),
        child(world, "5"), child(world, "5"), child(world, "6", 监护人手机号="12"), child(world, "7", 毕业学校代码="none"),
        child(world, "8", 抽签顺序号="1"), child(world, "9", 抽签顺序号="1"), child(world, "10", 抽签顺序号="5"),
        child(world, "11", 姓名=""), child(world, "12", 数学="118.555"),
    ])  # fmt: skip
    page = cells(client, address)
    for words in (
        "高于满分 150", "缺少成绩", "不计这门科目", "各科相加是 438.5", "同一“准考证号”只能有一行", "不是手机号",
        "没有这所毕业学校", "抽签顺序号相同", "已经是另一名考生的", "“姓名”是必填项", "小数超过 2 位",
    ):  # fmt: skip
        assert words in page, words
    assert "13912345678" not in page
    assert act(client, address, "commit").state != "committed"
    assert Candidate.objects.count() == 1


def test_wrong_cells_of_wishes_are_named(world: Scored, client: Client) -> None:
    scores.announce(world)
    scores.candidate(world, "1", (100, 100, 100, 100), one=("s0",))
    scores.candidate(world, "2", (100, 100, 100, 99))
    page = cells(client, upload(client, "score_wishes", [
        wish(world, "nobody", 1, "s0"), wish(world, "1", 2, "s0"), wish(world, "2", 1, "s0"), wish(world, "2", 2, "s0"),
        wish(world, "2", 3, "s1"), wish(world, "2", 1, "s1", 批次代码="held"), wish(world, "2", 1, "s1", 批次代码="none"),
    ]))  # fmt: skip
    for words in (
        "还没有成绩", "第 1 志愿已经是这所学校", "与第 4 行重复", "最多填 2 个志愿", "这个批次没有招生计划", "没有这个批次",
    ):  # fmt: skip
        assert words in page, words


def test_nothing_comes_in_or_goes_once_the_data_are_closed(world: Scored, client: Client) -> None:
    scores.announce(world)
    address = upload(client, "scores", [child(world, "1")])
    assert act(client, address, "commit").state == "committed"
    late = upload(client, "scores", [child(world, "2")])
    operations.close_scores(actor=world.officer, round=ScoreRound.objects.get(), now=NOW)
    assert act(client, late, "commit").state != "committed"
    assert act(client, address, "undo").state == "committed"
    assert Candidate.objects.count() == 1


def test_a_round_of_another_office_is_not_there_to_be_loaded(world: Scored) -> None:
    client = Client()
    client.force_login(world.account("county", "admissions_officer", "c0"))
    assert "没有这个录取轮次" in cells(client, upload(client, "score_seats", [seats(world, "s0", 1)]))


def test_twice_as_many_rows_cost_no_more_queries_a_row(world: Scored, django_assert_max_num_queries: Any) -> None:
    scores.announce(world)
    began = time.process_time()
    rows = [
        child(world, f"{place:06d}", 物理=f"{place % 100}", 总分=f"{348.5 + place % 100}") for place in range(2_500)
    ]
    with django_assert_max_num_queries(150):
        address = upload(client_of(world), "scores", rows)
    assert Import.objects.latest("pk").created == 2_500, cells(client_of(world), address)[:200]
    assert time.process_time() - began < 60


def client_of(world: Scored) -> Client:
    made = Client()
    made.force_login(world.officer)
    return made
