"""The pages of mock examinations answer in both languages, show each what concerns him, and cost the same for any grade."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from yaodian.audit.queries import entries as journal
from yaodian.registry.tests import factories as registry
from yaodian.timetabling import demonstration, operations, queries
from yaodian.timetabling.models import ChoiceRound, MockExam, MockScore, MockState
from yaodian.timetabling.tests import factories
from yaodian.timetabling.tests import mock_factories as mocks
from yaodian.timetabling.tests.factories import NOW, TODAY, Made
from yaodian.timetabling.tests.test_pages import client_of, text, url

pytestmark = pytest.mark.django_db
ALL = ("mock", "mock_names")


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return mocks.world()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_office_leads_an_examination_and_a_colleague_publishes_it(world: Made, language: str) -> None:
    office = client_of(world.account("office"), language)
    text(office.get(url("mocks")))
    sent = {"grade": f"{world.unit.public_id}-2026", "title": "高一期中模拟", "held_on": "2026-10-28"}
    answer = office.post(url("mocks"), sent)
    row = MockExam.objects.get()
    assert answer["Location"] == url("mock", row.public_id)
    for name in ALL:
        text(office.get(url(name, row.public_id)))
    kept = {"title": "期中模拟", "held_on": "2026-10-29", "erase_on": "2027-08-31", "version": row.version}
    assert office.post(url("mock", row.public_id), kept).status_code == 302
    late = office.post(url("mock", row.public_id), {**kept, "version": row.version + 1, "erase_on": "2035-01-01"})
    assert late.status_code == 422
    assert "2035-01-01" in late.content.decode(), "what was typed is not lost"
    mocks.loaded(world, row, actor=world.account("office"))
    assert office.post(url("mock_step", row.public_id), {"do": "convert"}).status_code == 302
    row.refresh_from_db()
    assert row.state == MockState.CONVERTED
    assert office.post(url("mock_step", row.public_id), {"do": "explode"}).status_code == 404
    for name in ALL:
        text(office.get(url(name, row.public_id)))
    for code in ("chinese", "physics", "chemistry", "biology"):
        text(office.get(url("mock_subject", row.public_id, code)))
    assert office.get(url("mock_subject", row.public_id, "history")).status_code == 404
    own = office.post(url("mock_gate", row.public_id), {"do": "publish", "sha256": row.sha256})
    assert own.status_code == 409
    head = client_of(world.account("head", "head"), language)
    assert head.post(url("mock_gate", row.public_id), {"do": "publish"}).status_code == 409
    assert head.post(url("mock_gate", row.public_id), {"do": "explode"}).status_code == 404
    assert row.sha256 in text(head.get(url("mock", row.public_id)))
    assert head.post(url("mock_gate", row.public_id), {"do": "publish", "sha256": row.sha256}).status_code == 302
    row.refresh_from_db()
    assert row.state == MockState.PUBLISHED
    text(office.get(url("mocks")))
    given = {"school_class": world.classes[0].public_id, "purpose": "print"}
    names = text(head.get(url("mock_names", row.public_id), given))
    assert world.pupils[0].name in names
    assert world.pupils[1].name not in names, "he is in the other class"
    assert text(head.get(url("mock_sheets", row.public_id), given)).count("mock-sheet") == 5
    one = text(head.get(url("mock_sheets", row.public_id), {"pupil": world.pupils[3].public_id, "purpose": "print"}))
    assert one.count("mock-sheet") == 1
    assert head.post(url("mock_gate", row.public_id), {"do": "reopen", "reason": ""}).status_code == 422
    assert head.post(url("mock_gate", row.public_id), {"do": "reopen", "reason": "答案改过"}).status_code == 302
    assert "答案改过" in text(office.get(url("mock", row.public_id)))
    assert office.post(url("mock_step", row.public_id), {"do": "erase"}).status_code == 302
    text(office.get(url("mock", row.public_id)))
    assert not MockScore.objects.exists()


def test_the_page_says_what_was_used_how_sure_it_is_and_what_a_small_grade_means(world: Made) -> None:
    row = mocks.converted(world)
    office = client_of(world.account("office"))
    page = text(office.get(url("mock_subject", row.public_id, "chemistry")))
    for words in (
        "90–95",
        "86–100",
        "15%",
        "20.0%",
        "E等没有考生",
        "同分考生整组进入较高等级",
        "凭记忆，把握一般",
        "少于 50 人",
        "逐分换算",
    ):
        assert words in page, words
    assert "<svg" in page
    book = office.get(url("mock_subject", row.public_id, "chemistry"), {"format": "xlsx", "chart": "grades"})
    assert book.content[:2] == b"PK"
    assert (
        office.get(url("mock_subject", row.public_id, "chemistry"), {"format": "xlsx", "chart": "x"}).status_code == 404
    )
    whole = text(office.get(url("mock", row.public_id)))
    assert "不是正式赋分" in whole
    assert "少于 50 人的科目" in whole


def test_a_wrong_form_is_shown_again_with_what_was_typed(world: Made) -> None:
    office = client_of(world.account("office"))
    sent = {"grade": f"{world.unit.public_id}-2026", "title": "期中", "held_on": "2020-10-28"}
    answer = office.post(url("mocks"), sent)
    assert answer.status_code == 422
    assert "2020-10-28" in answer.content.decode()
    assert "2026 年入学" in answer.content.decode()
    assert office.post(url("mocks"), {"grade": "x", "title": "", "held_on": "gestern"}).status_code == 422
    assert not MockExam.objects.exists()
    row = mocks.loaded(world, scores={world.pupils[0].public_id: mocks.entries(80, biology=None)})
    refused = office.post(url("mock_step", row.public_id), {"do": "convert"})
    assert refused.status_code == 409
    assert "生物 1" in refused.content.decode()
    bad = {"school_class": "nowherenowhe", "purpose": "print"}
    assert office.get(url("mock_names", row.public_id), bad).status_code == 422
    assert office.get(url("mock_sheets", row.public_id), {"purpose": "print", "pupil": "x" * 40}).status_code == 422
    for given, words in (({"purpose": "print"}, "请选择一个班级"), ({"purpose": ""}, "请选择查看姓名的用途")):
        asked = office.get(url("mock_names", row.public_id), given)
        assert (asked.status_code, words in asked.content.decode()) == (422, True)
    assert "没有成绩" in text(
        office.get(url("mock_sheets", row.public_id), {"purpose": "print", "pupil": "nowherenowhe"})
    )


def test_means_of_classes_are_for_the_grade_office_alone_and_nobody_is_ranked(world: Made) -> None:
    row = mocks.published(world)
    pages = {
        name: text(client_of(account).get(url("mock", row.public_id)))
        for name, account in {
            "office": world.account("office"),
            "teacher": world.account("teacher", "handler"),
            "viewer": world.account("county", "viewer", world.county),
        }.items()
    }
    assert "各班均分" in pages["office"]
    assert world.classes[0].name in pages["office"]
    for name in ("teacher", "viewer"):
        assert "各班均分" not in pages[name]
        assert world.classes[0].name not in pages[name]
    # Means by hand: 95, 80, 70, 50, 40 in the first class, 90, 80, 60, 50, 20 in the second.
    page = queries.mock_page(account=world.account("office"), public_id=row.public_id, day=TODAY)
    place = [line.code for line in page.subjects].index("chemistry")
    assert [room.cells[place][:2] for room in page.classes] == [(5, "67.0"), (5, "60.0")]
    assert page.subjects[place].mean == "63.5"
    assert not [pupil for pupil in world.pupils if any(pupil.name in one for one in pages.values())]


def test_whoever_only_views_sees_results_after_publication_and_never_of_few(world: Made) -> None:
    row = mocks.converted(world)
    viewer = client_of(world.account("county", "viewer", world.county))
    early = text(viewer.get(url("mock", row.public_id)))
    assert "成绩还没有公布" in early
    assert "63.5" not in early
    assert viewer.get(url("mock_subject", row.public_id, "chemistry")).status_code == 404
    mocks.published(world, row)
    page = text(viewer.get(url("mock_subject", row.public_id, "chemistry")))
    assert "人数少，不显示" in page
    for words in ("90–95", "逐分换算", "各等级人数"):
        assert words not in page
    for name, sent in (("mock_names", {}), ("mock_sheets", {"purpose": "print"}), ("mock_scores", {})):
        assert viewer.get(url(name, row.public_id), sent).status_code == 403
    for name in ("mock_step", "mock_gate", "mock"):
        assert viewer.post(url(name, row.public_id), {"do": "erase"}).status_code == 403
    stranger = client_of(registry.account(registry.county("望江县"), "registrar", name="elsewhere"))
    for name in ("mock", "mock_names", "mock_sheets", "mock_scores"):
        assert stranger.get(url(name, row.public_id)).status_code == 404
    assert stranger.post(url("mock_step", row.public_id), {"do": "erase"}).status_code == 404
    assert row.title not in text(stranger.get(url("mocks")))


def test_looking_at_names_stands_in_the_journal_and_asking_alone_does_not(world: Made) -> None:
    row = mocks.published(world)
    teacher = client_of(world.account("teacher", "handler"))
    assert url("mock_names", row.public_id) in text(teacher.get(url("mock", row.public_id)))
    before = len(journal())
    text(teacher.get(url("mock_names", row.public_id)))
    assert len(journal()) == before
    given = {"school_class": world.classes[0].public_id, "purpose": "talk"}
    text(teacher.get(url("mock_names", row.public_id), given))
    assert journal()[0].code == "timetabling.mock_names.open"
    assert "no-store" in teacher.get(url("mock_sheets", row.public_id), given)["Cache-Control"]
    operations.reopen_mock(actor=None, mock=row, reason="答案改过", now=NOW)
    assert url("mock_names", row.public_id) not in text(teacher.get(url("mock", row.public_id)))
    assert "只有年级组" in teacher.get(url("mock_names", row.public_id), given).content.decode()


def questions(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as made:
        act()
    return len(made)


def test_the_pages_ask_as_often_for_many_pupils_as_for_few() -> None:
    world = factories.world(pupils=4)
    row = mocks.loaded(world)
    office = world.account("office")
    first = world.classes[0].public_id

    def asks() -> dict[str, int]:
        published = mocks.converted(world, MockExam.objects.get(pk=row.pk))
        acts: dict[str, Callable[[], Any]] = {
            "list": lambda: queries.mock_list(account=office, day=TODAY),
            "mock": lambda: queries.mock_page(account=office, public_id=row.public_id, day=TODAY),
            "subject": lambda: queries.subject_page(
                account=office, public_id=row.public_id, subject="chemistry", day=TODAY
            ),
            "names": lambda: operations.list_sheets(
                actor=office, mock=row, purpose="check", school_class=first, now=NOW
            ),
            "gate": lambda: mocks.published(world, published),
            "reopen": lambda: operations.reopen_mock(actor=office, mock=row, reason="再来", now=NOW),
        }
        for name in ("list", "mock", "subject", "names"):
            acts[name]()
        return {name: questions(act) for name, act in acts.items()}

    few = asks()
    world.pupils += [
        registry.pupil(world.school, world.classes[place % 2], name=f"新{place}") for place in range(6)
    ]  # fmt: skip
    mocks.loaded(world, MockExam.objects.get(pk=row.pk))
    for place in range(3):
        mocks.mock(world, title=f"又一次{place}")
    assert asks() == few
    assert max(few.values()) <= 40, few


def test_the_demonstration_lays_one_that_is_whole_and_lays_it_once() -> None:
    county = registry.county()
    school = registry.school(county, school_type="342", name="栖禾高级中学")
    assert operations.load_mock_demonstration(school=school.unit, now=NOW) is None, "it has no second grade"
    room = registry.school_class(school, grade=2, stage="senior")
    for place in range(60):
        registry.pupil(school, room, name=f"顾{place}")
    row = operations.load_mock_demonstration(school=school.unit, now=NOW)
    assert row is not None
    assert (row.state, row.title, row.grade) == (MockState.PUBLISHED, demonstration.MOCK, 2)
    assert MockScore.objects.filter(mock=row).count() == 360
    assert MockScore.objects.filter(mock=row, grade="A").exists()
    assert operations.load_mock_demonstration(school=school.unit, now=NOW) is None
    assert ChoiceRound.objects.count() == 1
    chosen = [(1, "PCB"), (2, "HOG")]
    assert list(demonstration.mock_scores(chosen, seed="1")) == list(demonstration.mock_scores(chosen, seed="1"))
