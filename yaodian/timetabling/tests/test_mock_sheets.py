"""Scores as a list: out with the grade, in with errors by cell, one transaction, undo, the same columns out as in."""

from __future__ import annotations

from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from yaodian.audit.queries import entries as journal
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import operations
from yaodian.timetabling.models import MockExam, MockScore, MockState
from yaodian.timetabling.sheets.mock_scores import MOCK_SCORES
from yaodian.timetabling.tests import mock_factories as mocks
from yaodian.timetabling.tests.factories import NOW, Made
from yaodian.timetabling.tests.test_sheets import act, client_of, exported, upload

pytestmark = pytest.mark.django_db(transaction=True)
SIX = {"语文": "101.5", "数学": "120", "外语": "88", "物理": "70", "化学": "90", "生物": "缺考"}


@pytest.fixture
def world() -> Made:
    return mocks.world(pupils=4)


@pytest.fixture
def row(world: Made) -> MockExam:
    return mocks.mock(world)


@pytest.fixture
def client(world: Made) -> Client:
    return client_of(world.account("office"))


def scores(row: MockExam) -> dict[tuple[str, str], Decimal | None]:
    return {(name, subject): raw for name, subject, raw in row.scores.values_list("pupil__name", "subject", "raw")}


def test_the_list_goes_out_with_the_grade_comes_in_filled_and_is_taken_back(
    world: Made, row: MockExam, client: Client
) -> None:
    blank = exported(client, "mock_scores")
    assert {one["姓名"] for one in blank} == {one.name for one in world.pupils}
    assert {one["考试编号"] for one in blank} == {row.public_id}
    assert journal()[0].code == "timetabling.mock_scores.export"
    filled = [{**one, **SIX} for one in blank[:3]] + blank[3:]
    address = upload(client, "mock_scores", filled)
    batch = act(client, address, "commit")
    assert (batch.state, batch.created, batch.changed, batch.untouched) == ("committed", 0, 3, 1)
    row.refresh_from_db()
    assert (row.state, row.loaded_by) == (MockState.LOADED, world.account("office"))
    assert len(scores(row)) == 18
    assert scores(row)[(blank[0]["姓名"], "chinese")] == Decimal("101.5")
    assert scores(row)[(blank[0]["姓名"], "biology")] is None
    out = exported(client, "mock_scores")
    assert out[0] == {**blank[0], **SIX}
    assert act(client, upload(client, "mock_scores", out), "commit").untouched == 4
    assert act(client, address, "undo").state == "undone"
    row.refresh_from_db()
    assert (row.state, scores(row)) == (MockState.DRAFT, {})


def test_subjects_come_one_after_the_other_and_a_blank_cell_takes_a_score_away(
    world: Made, row: MockExam, client: Client
) -> None:
    pupil = world.pupils[0]
    key = {"考试编号": row.public_id, "学生编号": pupil.public_id}
    act(client, upload(client, "mock_scores", [{**key, "化学": "90"}]), "commit")
    act(client, upload(client, "mock_scores", [{**key, "政治": "", "英语": "77"}]), "commit")
    assert scores(row) == {(pupil.name, "chemistry"): Decimal(90), (pupil.name, "foreign"): Decimal(77)}
    act(client, upload(client, "mock_scores", [{**key, "化学": ""}]), "commit")
    assert scores(row) == {(pupil.name, "foreign"): Decimal(77)}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"化学": "101"}, "101 超过这一科的满分 100"),
        ({"语文": "150.5"}, "150.5 超过这一科的满分 150"),
        ({"化学": "-1"}, "太小"),
        ({"化学": "很好"}, "不是数字"),
        ({"化学": "88.25"}, "小数"),
        ({"化学": "NaN"}, "不是数字"),
        ({"历史": "60"}, "没有选历史"),
        ({"地理": "缺考"}, "没有选地理"),
        ({"姓名": "别人"}, "整行错位"),
        ({"班级": ""}, "整行错位"),
        ({"学生编号": "nowherenowhe"}, "不在本校本年级在读"),
        ({"考试编号": "nowherenowhe"}, "没有这次模拟考试"),
        ({"考试编号": ""}, "必填"),
    ],
)
def test_a_wrong_cell_is_named_and_nothing_is_kept(
    world: Made, row: MockExam, client: Client, wrong: dict[str, str], words: str
) -> None:
    lines = exported(client, "mock_scores")
    address = upload(client, "mock_scores", [{**lines[0], **SIX, **wrong}, {**lines[1], **SIX}])
    assert words in client.get(address).content.decode()
    act(client, address, "commit")
    assert not MockScore.objects.exists()


def test_the_same_pupil_twice_is_named(world: Made, row: MockExam, client: Client) -> None:
    line = {**exported(client, "mock_scores")[0], **SIX}
    address = upload(client, "mock_scores", [line, {**line, "化学": "91"}])
    assert "与第 2 行重复" in client.get(address).content.decode()
    act(client, address, "commit")
    assert not MockScore.objects.exists()


def test_an_empty_cell_of_a_chosen_subject_is_a_warning(world: Made, row: MockExam, client: Client) -> None:
    line = {**exported(client, "mock_scores")[0], **SIX, "化学": ""}
    address = upload(client, "mock_scores", [line])
    page = client.get(address).content.decode()
    assert "没有参加的请写“缺考”" in page
    batch = act(client, address, "commit")
    assert (batch.state, batch.warnings) == ("committed", 1)


def test_what_is_published_takes_no_list_and_no_undo(world: Made, row: MockExam, client: Client) -> None:
    lines = [{**one, **SIX, "生物": "60"} for one in exported(client, "mock_scores")]
    address = upload(client, "mock_scores", lines)
    act(client, address, "commit")
    mocks.published(world, mocks.converted(world, row))
    again = upload(client, "mock_scores", [{**lines[0], "化学": "91"}])
    assert "不能再导入成绩" in client.get(again).content.decode()
    batch = act(client, address, "undo")
    assert batch.state == "committed"
    assert "已公布" in batch.error
    assert len(scores(row)) == 24


def test_another_school_finds_nothing_and_takes_nothing_away(world: Made, row: MockExam) -> None:
    stranger = client_of(registry.account(registry.county("望江县"), "registrar", name="elsewhere"))
    line = {"考试编号": row.public_id, "学生编号": world.pupils[0].public_id, **SIX}
    address = upload(stranger, "mock_scores", [line])
    assert "不在您的权限范围内" in stranger.get(address).content.decode()
    assert exported(stranger, "mock_scores") == []
    assert stranger.get(reverse("timetabling:mock_scores", args=[row.public_id])).status_code == 404
    teacher = client_of(world.account("teacher", "handler"))
    assert teacher.get(reverse("timetabling:import_mock_scores_list")).status_code == 403


def test_the_list_of_one_examination_is_a_workbook_and_is_noted(world: Made, row: MockExam, client: Client) -> None:
    mocks.mock(world, title="另一次")
    with time_machine.travel(NOW, tick=False):
        answer = client.get(reverse("timetabling:mock_scores", args=[row.public_id]))
    assert b"".join(answer.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    entry = journal()[0]
    assert (entry.code, entry.subject) == ("timetabling.mock_scores.export", f"timetabling_mock:{row.pk}")
    operations.erase_mock(actor=None, mock=row, now=NOW)
    assert {one["考试编号"] for one in exported(client, "mock_scores")} == {
        MockExam.objects.get(title="另一次").public_id
    }


def test_absent_is_read_and_written_alike() -> None:
    kind = MOCK_SCORES.column("chemistry").kind
    for raw in ("缺考", " 缺 考 ", "缺"):
        assert kind.from_plain(kind.plain(kind.read(raw))) == "absent"
    assert kind.write("absent") == "缺考"
    assert kind.from_plain(kind.plain(kind.read(["n", "88.5"]))) == Decimal("88.5")
    assert "缺考" in kind.describe()
