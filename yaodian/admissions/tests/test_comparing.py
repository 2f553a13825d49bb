"""Rules side by side: counted by hand, over one order, in numbers that name nobody, and through the pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from yaodian.admissions.models import Application, ApplicationState, IntakeState, Quota, Run, RunKind, RunState
from yaodian.admissions.operations.errors import UnableToAskRun, WrongState
from yaodian.admissions.operations.running import ask_comparison, ask_trial, compute_run
from yaodian.admissions.problem.comparing import Column, from_bytes
from yaodian.admissions.problem.varying import Variant
from yaodian.admissions.queries.comparing import comparison_page
from yaodian.admissions.templatetags.admissions import few, few_of
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.drawing import drawn
from yaodian.admissions.tests.factories import Made
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)


def _world(count: int = 6, *, is_drawn: bool = True, seats: tuple[int, int, int] = (2, 2, 1)) -> Made:
    """Children of 东小's catchment, half of them without property, who would all rather have the open school."""
    world = factories.made(state=IntakeState.CHECKING, seats=seats)
    for place in range(count):
        facts = ["household", "property"] if place % 2 else ["household"]
        factories.application(world, state=ApplicationState.VERIFIED, wishes=("s3", "s0"), facts=facts)
    if is_drawn:
        drawn(world)
    return world


def _trial(world: Made, label: str, **varied: Any) -> Run:
    return ask_trial(
        actor=world.account("officer"), intake=world.intake, label=label, variant=Variant(**varied), now=LATER
    )


def _compared(world: Made, *trials: Run) -> tuple[Column, ...]:
    asked = ask_comparison(actor=world.account("officer"), intake=world.intake, label="对比", trials=trials, now=LATER)
    run = compute_run(run_id=asked.pk, now=LATER)
    assert run.state == RunState.DONE, run.problem
    return from_bytes(bytes(run.result))


def test_more_places_by_hand() -> None:
    """Six children, places 2, 2, 1: two at 东小, one at the open school, two sent to 西小, one without. With two more at 东小
    both who were sent have places there, and the one is sent instead: three fare better."""
    world = _world()
    s0, s1, s3 = (world.offers[code].public_id for code in ("s0", "s1", "s3"))
    before, after = _compared(world, _trial(world, "东小加两个", seats={s0: 4}))
    assert (before.label, after.label) == ("", "东小加两个")
    assert (before.placed, before.unplaced, before.overflow, before.empty) == (5, 1, 2, 0)
    assert list(before.by_wish) == [1, 2]
    assert (after.placed, after.unplaced, after.overflow, after.empty) == (6, 0, 1, 1)
    assert list(after.by_wish) == [1, 4]
    assert (before.nearby, before.public, after.nearby, after.public) == (2, 4, 4, 5)
    assert (after.gain, after.lose) == (3, 0)
    assert {one: tuple(numbers) for one, numbers in after.schools.items()} == {s0: (4, 4), s1: (2, 1), s3: (1, 1)}
    moved = {(whence, whither): count for whence, whither, count in after.moves}
    assert sum(count for (_whence, whither), count in moved.items() if whither == s0) == 2
    assert before.moves == []
    assert before.gain == before.lose == 0
    assert {label: numbers[0] for label, numbers in before.classes.items()} == {
        "户籍与房产一致": 3, "仅有户籍": 3, "随迁子女": 0,
    }  # fmt: skip
    assert before.metres_known == 5
    assert before.metres_most >= before.metres / before.metres_known


def test_another_order_of_the_classes_gives_and_takes() -> None:
    """At 东小 whoever has no property comes first: those with it go elsewhere, as many as fare better."""
    world = _world(6, seats=(3, 3, 0))
    before, after = _compared(world, _trial(world, "无房优先", order=[2, 1, 3]))
    assert [list(one.by_wish) for one in (before, after)] == [[0, 3], [0, 3]]
    assert (after.gain, after.lose) == (3, 3)
    assert before.classes["仅有户籍"][1:] == after.classes["户籍与房产一致"][1:] == [3, 0]
    assert sorted(count for _whence, _whither, count in after.moves) == [3, 3]
    assert before.by_draw == after.by_draw == 0


def test_reserved_seats_and_another_catchment() -> None:
    world = _world(4, seats=(2, 2, 0))
    quota = Quota(
        offer=world.offers["s0"], label="随迁", seats=0, criterion=world.intake.criteria.get(code="residence"),
        is_passed_on=False,
    ).store()  # fmt: skip
    s0, s1 = world.offers["s0"].public_id, world.offers["s1"].public_id
    kept = _trial(world, "留一个", quotas={f"{s0}/residence": 1})
    east = world.catchments["east"].public_id
    moved = _trial(world, "改划", catchments={east: [s1]})
    before, one, two = _compared(world, kept, moved)
    assert list(before.by_wish) == [0, 2]
    assert quota.seats == 0
    assert (one.by_wish[1], one.empty, one.unplaced) == (1, 1, 1), "one is kept, and stays empty"
    # Who had it is sent to 西小, and whoever had the office's last place there has none.
    assert (one.gain, one.lose) == (0, 2)
    # 东小 is no wish any more: of the announced lists nobody has anything, and the two behind it have places all the same.
    assert two.schools[s1][1] == 2
    assert two.unplaced == 0


def test_all_are_placed_over_one_order_before_the_draw_too() -> None:
    world = _world(6, is_drawn=False)
    before, after = _compared(world, _trial(world, "照旧"))
    assert after.moves == []
    assert (after.gain, after.lose) == (0, 0)
    assert before.by_wish == after.by_wish
    run = Run.objects.get(kind=RunKind.COMPARISON)
    assert json.loads(bytes(run.inputs))["seed"] == "trial:对比"
    kept = bytes(run.result)
    assert all(str(row.number) not in kept.decode() for row in Application.objects.all())
    compute_run(run_id=run.pk, now=LATER)
    run.refresh_from_db()
    assert bytes(run.result) == kept


def test_what_contradicts_itself_is_a_sentence_in_the_comparison() -> None:
    world = _world(2)
    Quota(
        offer=world.offers["s0"], label="随迁", seats=1, criterion=world.intake.criteria.get(code="residence")
    ).store()
    trial = _trial(world, "太多", quotas={f"{world.offers['s0'].public_id}/residence": 9})
    asked = ask_comparison(actor=None, intake=world.intake, label="错", trials=[trial], now=LATER)
    run = compute_run(run_id=asked.pk, now=LATER)
    assert run.state == RunState.FAILED
    assert run.problem


@pytest.mark.parametrize(
    ("varied", "words"),
    [
        ({"seats": {"nothing": 1}}, "不存在的学校"),
        ({"order": [1, 1, 2]}, "各排一次"),
        ({"order": [1, 2]}, "各排一次"),
        ({"quotas": {"nothing": 1}}, "不存在的名额"),
        ({"catchments": {"nothing": []}}, "不在这个学段"),
    ],
)
def test_a_trial_varies_only_what_the_rules_have(varied: dict[str, Any], words: str) -> None:
    world = _world(1)
    with pytest.raises(UnableToAskRun, match=words):
        _trial(world, "错", **varied)


def test_one_to_three_trials_of_the_intake_are_compared_by_who_may_place() -> None:
    world = _world(1)
    trials = [_trial(world, f"试算{place}") for place in range(4)]
    officer, common = world.account("officer"), {"intake": world.intake, "now": LATER}
    for wrong in ([], trials):
        with pytest.raises(UnableToAskRun, match="1 至 3 个"):
            ask_comparison(actor=officer, label="对比", trials=wrong, **common)
    with pytest.raises(UnableToAskRun, match="起个名称"):
        ask_comparison(actor=officer, label=" ", trials=trials[:1], **common)
    with pytest.raises(PermissionMissing):
        ask_comparison(actor=world.account("viewer", "viewer"), label="对比", trials=trials[:1], **common)
    comparison = ask_comparison(actor=officer, label="对比", trials=trials[:1], **common)
    with pytest.raises(UnableToAskRun, match="1 至 3 个"):
        ask_comparison(actor=officer, label="对比", trials=[comparison], **common)
    world.intake.state, world.intake.published_on = IntakeState.PUBLISHED, LATER.date()
    world.intake.store()
    with pytest.raises(WrongState):
        ask_comparison(actor=officer, label="对比", trials=trials[:1], **common)


def test_fewer_than_five_children_are_said_as_that_and_no_share_betrays_them() -> None:
    assert [few(count) for count in (0, 1, 4, 5, 12)] == ["0", "<5", "<5", "5", "12"]
    assert few_of(8, 16) == "8 · 50.0%"
    assert few_of(2, 16) == "<5"
    assert few_of(15, 16) == "15", "its share would say how few the others are"
    assert few_of(16, 16) == "16 · 100.0%"
    assert few_of(7, 0) == "7"


# Through the pages -------------------------------------------------------------------------------------------------


def _client(account: Account, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(account)
    return client


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_rules_are_typed_compared_and_read_and_name_nobody(language: str) -> None:
    world = _world(6)
    client = _client(world.account("officer"), language)
    compare = reverse("admissions:compare", args=[world.intake.public_id])
    variant = reverse("admissions:variant", args=[world.intake.public_id])
    s0, s1, east = world.offers["s0"].public_id, world.offers["s1"].public_id, world.catchments["east"].public_id
    assert client.get(compare).status_code == 200
    assert client.post(variant, {"label": ""}).status_code == 422
    assert client.post(variant, {"label": "错", "rank-1": "2"}).status_code == 422
    assert client.post(variant, {"label": "错", "schools": [s1]}).status_code == 422
    said = {"label": "都改", f"seats-{s0}": "4", "rank-1": "2", "rank-2": "1", "catchment": east, "schools": [s0, s1]}
    assert client.post(variant, said).status_code == 302
    trial = Run.objects.get()
    assert Variant.from_json(trial.tallies) == Variant({s0: 4}, [2, 1, 3], {}, {east: [s0, s1]})
    assert client.post(compare, {"label": "对比", "trials": []}).status_code == 422
    asked = client.post(compare, {"label": "都改与公布", "trials": [trial.public_id]})
    assert asked.status_code == 302
    assert client.get(asked.url).status_code == 200
    compute_run(run_id=Run.objects.get(kind=RunKind.COMPARISON).pk, now=LATER)
    page = client.get(asked.url).content.decode()
    assert "&lt;5" in page
    assert "2 → 4" in page
    assert "仅有户籍 → 户籍与房产一致" in page
    for row in Application.objects.all():
        assert str(row.number) not in page
        assert row.public_id not in page
    assert asked.url in client.get(reverse("admissions:intake", args=[world.intake.public_id])).content.decode()
    assert "都改与公布" in client.get(compare).content.decode()
    stranger = _client(world.account("head", "head", "s0"))
    assert stranger.get(asked.url).status_code == 404
    assert stranger.get(compare).status_code == 404
    viewer = _client(world.account("viewer", "viewer"))
    assert viewer.get(asked.url).status_code == 200
    assert viewer.post(compare, {"label": "对比", "trials": [trial.public_id]}).status_code == 403


def test_the_pages_cost_the_same_queries_whatever_was_tried(django_assert_num_queries: Any) -> None:
    world = _world(6)
    _compared(world, _trial(world, "一", seats={world.offers["s0"].public_id: 3}))
    _compared(world, *(_trial(world, f"{place}", order=[3, 1, 2]) for place in range(3)))
    officer = world.account("officer")
    for run in Run.objects.filter(kind=RunKind.COMPARISON):
        with django_assert_num_queries(6):
            page = comparison_page(account=officer, public_id=run.public_id, day=LATER.date())
        assert len(page.moves) == len(page.labels)
        assert [label for label, _cells in page.classes] == ["户籍与房产一致", "仅有户籍", "随迁子女"]
