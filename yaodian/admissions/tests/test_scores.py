"""Upper secondary by score: the example by hand, tie rules, held seats, bands, two persons, and what the gate catches."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from yaodian.admissions import operations, queries
from yaodian.admissions.models import (
    Admission,
    BatchSeats,
    Candidate,
    CandidateWish,
    RunState,
    ScoreRound,
    ScoreRun,
    ScoreState,
)
from yaodian.admissions.problem.score_inputs import ScoreInputs
from yaodian.admissions.problem.score_placing import ScoreResult, verify_scores
from yaodian.admissions.problem.score_rules import points, read_points
from yaodian.admissions.tests import factories, scores
from yaodian.admissions.tests.scores import LATER, NOW
from yaodian.audit.queries import entries
from yaodian.foundation.models import Message
from yaodian.identity.tests.telephones import give_phone
from yaodian.organisations.queries import PermissionMissing
from yaodian.registry.queries.retention import months_after

pytestmark = pytest.mark.django_db


def _result(run: ScoreRun) -> ScoreResult:
    return ScoreResult.from_bytes(bytes(run.result))


def test_the_example_by_hand_comes_out() -> None:
    world = scores.by_hand()
    run = scores.placed(world)
    assert run.state == RunState.DONE, run.problem
    assert scores.places(run) == {"A": "s0", "B": "s1", "C": "s0", "E": "s3"}
    lines = {one.school: one for one in _result(run).lines["one"]}
    assert (lines["s0"].last, lines["s0"].values, lines["s0"].admitted) == ("C", (41_500, 32_500, 11_200), 2)
    assert run.tallies == {"candidates": 5, "placed": 4, "left": 1, "without_wishes": 0, "batch-one": 4}
    assert dict(Candidate.objects.values_list("number", "rank")) == {"A": 1, "C": 2, "B": 3, "D": 4, "E": 5}
    assert verify_scores(bytes(run.inputs), bytes(run.result)) == ()


def test_who_is_alike_in_everything_needs_a_draw_which_then_decides() -> None:
    world = scores.scored()
    scores.batch(world, "one", {"s0": 1})
    scores.announce(world)
    for number in ("1", "2"):
        scores.candidate(world, number, (100, 100, 100, 100), one=("s0",))
    with pytest.raises(operations.UnableToCloseScores, match="准考证号 1 与 2"):
        scores.placed(world)
    scores.candidate(world, "1", (100, 100, 100, 100), lot=8)
    scores.candidate(world, "2", (100, 100, 100, 100), lot=3)
    run = scores.placed(world)
    assert scores.places(run) == {"2": "s0"}
    assert set(Candidate.objects.values_list("rank", flat=True)) == {1}


def test_held_seats_are_for_one_sending_school_and_what_is_left_goes_on() -> None:
    world = scores.scored()
    scores.batch(world, "held", {("s0", "s6"): 1, ("s0", "s7"): 1}, kind="held", most_wishes=1)
    scores.batch(world, "rest", {"s0": 1, "s1": 1})
    operations.put_batch(actor=world.officer, round=world.round, values={"code": "held", "unused_to": "rest"}, now=NOW)
    scores.announce(world)
    scores.candidate(world, "1", (120, 120, 120, 90), origin="s6", held=("s0",), rest=("s0",))
    scores.candidate(world, "2", (110, 120, 120, 90), origin="s6", held=("s0",), rest=("s0",))
    scores.candidate(world, "3", (100, 120, 120, 90), origin="s6", rest=("s0",))
    scores.candidate(world, "4", (90, 120, 120, 90), origin="s4", rest=("s0", "s1"))
    run = scores.placed(world)
    assert run.state == RunState.DONE, run.problem
    assert scores.places(run) == {"1": "s0", "2": "s0", "3": "s0", "4": "s1"}
    held = {one.origin: (one.seats, one.admitted) for one in _result(run).lines["held"]}
    assert held == {"s6": (1, 1), "s7": (1, 0)}
    assert {one.school: one.seats for one in _result(run).lines["rest"]} == {"s0": 2, "s1": 1}


def test_control_lines_and_a_schools_own_least_total_keep_people_out() -> None:
    world = scores.scored()
    scores.batch(world, "one", {"s0": 5, "s1": 5}, line=40_000)
    BatchSeats.objects.filter(school__code="s0").update(least=45_000)
    scores.announce(world)
    scores.candidate(world, "1", (100, 100, 100, 99.5), one=("s1",))
    scores.candidate(world, "2", (100, 100, 100, 100), one=("s0", "s1"))
    scores.candidate(world, "3", (130, 130, 130, 60), one=("s0",))
    assert scores.places(scores.placed(world)) == {"2": "s1", "3": "s0"}


def test_bands_serve_first_wishes_of_a_band_before_second_ones() -> None:
    world = scores.scored()
    scores.batch(world, "one", {"s0": 1, "s1": 1}, kind="bands", band_first=40_000, band_width=4_000, line=30_000)
    scores.announce(world)
    scores.candidate(world, "1", (110, 110, 110, 72), one=("s0",))
    scores.candidate(world, "2", (110, 110, 110, 71), one=("s0", "s1"))
    scores.candidate(world, "3", (110, 110, 110, 70), one=("s1",))
    run = scores.placed(world)
    assert scores.places(run) == {"1": "s0", "3": "s1"}
    assert {one.school: one.wish for one in _result(run).lines["one"]} == {"s0": 1, "s1": 1}


def test_no_wishes_all_wishes_equal_and_a_school_without_seats() -> None:
    world = scores.scored()
    scores.batch(world, "one", {"s0": 2, "s1": 0})
    scores.announce(world)
    scores.candidate(world, "none", (150, 150, 150, 100))
    for place in range(6):
        scores.candidate(world, f"{place}", (100, 100, 100, 90 + place), one=("s0",))
    scores.candidate(world, "zero", (120, 120, 120, 90), one=("s1",))
    run = scores.placed(world)
    assert scores.places(run) == {"5": "s0", "4": "s0"}
    assert (run.tallies["without_wishes"], run.tallies["left"]) == (1, 6)


def test_two_persons_announce_and_two_publish() -> None:
    world = scores.scored()
    scores.batch(world, "one", {"s0": 1})
    both = world.account("both", "publisher")
    ScoreRound.objects.update(changed_by=both)
    with pytest.raises(operations.UnableToAnnounceScores, match="另一位"):
        operations.announce_scores(actor=both, round=world.round, now=NOW)
    with pytest.raises(PermissionMissing):
        operations.announce_scores(actor=world.officer, round=world.round, now=NOW)
    scores.announce(world)
    scores.candidate(world, "1", (100, 100, 100, 100), one=("s0",))
    run = scores.placed(world)
    ScoreRun.objects.update(asked_by=world.publisher)
    with pytest.raises(operations.UnableToOpenScoreRun, match="另一位"):
        operations.open_score_run(actor=world.publisher, run=run, now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoreRun.objects.update(opened_by=world.publisher)


def test_it_is_not_opened_before_its_day_and_then_once() -> None:
    world = scores.by_hand()
    run = scores.placed(world)
    with pytest.raises(operations.UnableToOpenScoreRun, match="2026-07-15"):
        operations.open_score_run(actor=world.publisher, run=run, now=NOW)
    operations.open_score_run(actor=world.publisher, run=run, now=LATER)
    world.round.refresh_from_db()
    assert world.round.state == ScoreState.PUBLISHED
    with pytest.raises(operations.WrongState):
        operations.open_score_run(actor=world.publisher, run=run, now=LATER)
    with pytest.raises(operations.WrongState):
        operations.drop_score_run(actor=world.officer, run=run, reason="x", now=LATER)
    assert {"admissions.score_run.ask", "admissions.score_run.compute", "admissions.score_run.open"} <= {
        one.code for one in entries()
    }


def _another_school(world: scores.Scored) -> None:
    Admission.objects.filter(candidate__number="B").update(school=world.units["s3"])


def _no_row(_world: scores.Scored) -> None:
    Admission.objects.filter(candidate__number="E").delete()


def _more_points(_world: scores.Scored) -> None:
    row = Candidate.objects.get(number="D")
    row.scores = {**row.scores, "physics": 9_900}
    row.save()


def _another_wish(world: scores.Scored) -> None:
    CandidateWish.objects.filter(candidate__number="D", position=2).update(school=world.units["s3"])


def _more_seats(_world: scores.Scored) -> None:
    BatchSeats.objects.filter(school__code="s1").update(seats=2)


def _another_byte(_world: scores.Scored) -> None:
    run = ScoreRun.objects.get()
    run.result = bytes(run.result).replace(b'"D"', b'"E"').replace(b'"school":"s1"', b'"school":"s3"')
    run.save()


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (_another_school, "准考证号 B 查到的录取"),
        (_no_row, "准考证号 E 查到的录取"),
        (_more_points, "准考证号 D"),
        (_another_wish, "准考证号 D"),
        (_more_seats, "与公布的规则不同"),
        (_another_byte, "指纹不符"),
    ],
)
def test_the_gate_names_what_was_changed_and_opens_nothing(tamper: Any, words: str) -> None:
    world = scores.by_hand()
    run = scores.placed(world)
    tamper(world)
    with pytest.raises(operations.UnableToOpenScoreRun) as refused:
        operations.open_score_run(actor=world.publisher, run=ScoreRun.objects.get(pk=run.pk), now=LATER)
    assert any(words in one for one in refused.value.findings), refused.value.findings
    assert ScoreRun.objects.get(pk=run.pk).state == RunState.DONE


def test_a_run_that_is_found_wrong_is_dropped_and_placed_again_to_the_same_bytes() -> None:
    world = scores.by_hand()
    run = scores.placed(world)
    with pytest.raises(operations.UnableToAskScoreRun, match="原因"):
        operations.drop_score_run(actor=world.officer, run=run, reason=" ", now=NOW)
    operations.drop_score_run(actor=world.officer, run=run, reason="志愿表有误", now=NOW)
    assert not Admission.objects.exists()
    world.round.refresh_from_db()
    operations.reopen_scores(actor=world.officer, round=world.round, reason="补志愿", now=NOW)
    again = scores.placed(world)
    assert again.result_sha256 == run.result_sha256
    assert operations.compute_score_run(run_id=again.pk, now=LATER).done_at == NOW


def test_data_are_not_opened_again_while_a_sealed_run_waits() -> None:
    world = scores.by_hand()
    world.round = operations.close_scores(actor=world.officer, round=world.round, now=NOW)
    run = operations.ask_score_run(actor=world.officer, round=world.round, now=NOW)
    with pytest.raises(operations.UnableToCloseScores, match="正在计算"):
        operations.reopen_scores(actor=world.officer, round=world.round, reason="补", now=NOW)
    with pytest.raises(operations.UnableToAskScoreRun, match="不能同时有两次"):
        operations.ask_score_run(actor=world.officer, round=world.round, now=NOW)
    operations.drop_score_run(actor=world.officer, run=run, reason="先补志愿", now=NOW)
    operations.reopen_scores(actor=world.officer, round=world.round, reason="补", now=NOW)
    assert operations.compute_score_run(run_id=run.pk, now=NOW).state == RunState.DROPPED


def test_a_trial_looks_at_what_is_there_and_opens_nothing() -> None:
    world = scores.by_hand()
    asked = operations.ask_score_trial(actor=world.officer, round=world.round, label="初看", now=NOW)
    run = operations.compute_score_run(run_id=asked.pk, now=NOW)
    assert (run.state, run.tallies["placed"]) == (RunState.DONE, 4)
    assert not Admission.objects.exists()
    with pytest.raises(operations.WrongState):
        operations.open_score_run(actor=world.publisher, run=run, now=LATER)


def test_rules_that_cannot_be_kept_are_named_and_not_announced() -> None:
    world = scores.scored()
    with pytest.raises(operations.UnableToAnnounceScores, match="还没有批次"):
        scores.announce(world)
    scores.batch(world, "late", {"s0": 1}, line=60_000)
    scores.batch(world, "empty", {})
    operations.put_batch(actor=world.officer, round=world.round, values={"code": "empty", "unused_to": "late"}, now=NOW)
    operations.change_score_round(actor=world.officer, round=world.round, values={"ties": [["history"]]}, now=NOW)
    scores.batch(world, "bands", {"s0": 1}, kind="bands", band_first=20_000, band_width=1, line=30_000)
    with pytest.raises(operations.UnableToAnnounceScores) as refused:
        scores.announce(world)
    said = " ".join(refused.value.sentences)
    for words in ("“历史”，但它不是", "“empty”没有招生计划", "高于各科满分之和", "更早的批次", "首段最低分低于"):
        assert words in said, words
    scores.batch(world, "fine", {"s0": 1}, kind="bands", band_first=40_000, band_width=1, line=30_000)
    with pytest.raises(operations.UnableToAnnounceScores) as refused:
        scores.announce(world)
    assert any("最多 100 段" in one for one in refused.value.sentences)


def test_rules_stand_once_they_are_announced_and_stale_changes_are_refused() -> None:
    world = scores.by_hand()
    with pytest.raises(operations.WrongState, match="规则已公布"):
        operations.remove_batch(actor=world.officer, round=world.round, code="one", now=NOW)
    other = scores.Scored(world.units, world.intake, world.round, world.accounts)
    other.round = operations.make_score_round(
        actor=world.officer, intake=world.intake, values={"title": "补录", "subjects": scores.SUBJECTS}, now=NOW
    )
    scores.batch(other, "one", {"s0": 1})
    with pytest.raises(operations.UnableToKeepRules, match="别人刚刚"):
        operations.remove_batch(actor=world.officer, round=other.round, code="one", now=NOW, expected_version=1)
    with pytest.raises(operations.UnableToKeepRules, match="不存在"):
        operations.put_batch(
            actor=world.officer, round=other.round, values={"code": "one", "unused_to": "none"}, now=NOW
        )
    with pytest.raises(operations.UnableToKeepRules, match="投档方式"):
        operations.put_batch(actor=world.officer, round=other.round, values={"code": "one", "kind": "held"}, now=NOW)
    operations.remove_batch(actor=world.officer, round=other.round, code="one", now=NOW)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"subjects": [["alchemy", 100]]}, "科目须是列出的"),
        ({"subjects": [["chinese", 0]]}, "满分须大于 0"),
        ({"subjects": [["chinese", 100], ["chinese", 100]]}, "写了两次"),
        ({"ties": [["chinese", "chinese"]]}, "不同的科目"),
    ],
)
def test_subjects_and_ties_are_of_those_that_there_are(values: dict[str, Any], words: str) -> None:
    world = scores.scored()
    with pytest.raises(operations.UnableToKeepRules, match=words):
        operations.change_score_round(actor=world.officer, round=world.round, values=values, now=NOW)


def test_only_upper_secondary_is_placed_by_score_and_nobody_applies_there() -> None:
    world = scores.scored()
    season = world.intake.season
    primary = type(world.intake)(
        season=season, stage="primary",
        **{name: getattr(world.intake, name) for name in (
            "opens_on", "closes_on", "check_until", "publishes_on", "born_from", "born_until"
        )},
    ).store()  # fmt: skip
    with pytest.raises(operations.UnableToKeepRules, match="普通高中"):
        operations.make_score_round(actor=world.officer, intake=primary, values={"title": "x"}, now=NOW)
    with pytest.raises(operations.UnableToKeepRules, match="按分录取的轮次"):
        operations.remove_intake(actor=world.officer, season=season, stage="senior", now=NOW)
    type(season).objects.update(state="announced", announced_at=NOW, rules_sha256="x")
    operations.open_intakes(now=NOW)
    assert dict(type(primary).objects.values_list("stage", "state")) == {"primary": "open", "senior": "planned"}


def test_points_are_written_and_read_without_loss() -> None:
    for text, hundredths in (("700", 70_000), ("699.5", 69_950), ("0.25", 25), ("0", 0)):
        assert (points(hundredths), read_points(text)) == (text, hundredths)
    assert [read_points(one) for one in ("", "-1", "1.234", "七百", "1e3")] == [None] * 5


def test_bytes_that_are_not_canonical_are_refused() -> None:
    run = scores.placed(scores.by_hand())
    content, written = bytes(run.inputs), bytes(run.result)
    for wrong in (b"", b"{}\n", content + b" ", written):
        with pytest.raises(ValueError, match=r"."):
            ScoreInputs.from_bytes(wrong)
    for wrong in (b"", b"{}\n", written + b" ", content):
        with pytest.raises(ValueError, match=r"."):
            ScoreResult.from_bytes(wrong)
    assert "规定的格式" in verify_scores(content, content)[0]


def test_candidates_are_named_until_the_season_s_time_is_over_and_no_longer() -> None:
    world = scores.by_hand()
    run = scores.published(world)
    keeping = run.round.intake.season.keep_months
    last = months_after(timezone.localdate(LATER), keeping)
    assert operations.erase_due(now=_noon(last)).candidates == 0
    before = dict(Candidate.objects.values_list("number", "total"))
    assert operations.erase_due(now=_noon(last + timedelta(days=1))).candidates == 5
    assert {(one.name, one.phone, one.phone_index) for one in Candidate.objects.all()} == {("已删除", "", None)}
    # What was decided stays, and is still what was sealed.
    assert dict(Candidate.objects.values_list("number", "total")) == before
    assert scores.places(run) == {"A": "s0", "B": "s1", "C": "s0", "E": "s3"}
    assert verify_scores(bytes(run.inputs), bytes(run.result)) == ()
    assert operations.erase_due(now=_noon(last + timedelta(days=2))).candidates == 0
    assert [json.loads(one.detail)["count"] for one in entries(code="admissions.scores.erase")] == [5]


def test_candidates_of_a_round_that_is_never_published_go_on_a_day_that_the_calendar_gives() -> None:
    world = scores.by_hand()
    run = scores.placed(world)
    assert operations.erase_due(now=_noon(date(2027, 2, 15))).candidates == 0
    assert queries.round_page(
        account=world.officer, public_id=world.round.public_id, day=date(2027, 2, 15)
    ).names_until == date(2027, 2, 15)
    assert operations.erase_due(now=_noon(date(2027, 2, 16))).candidates == 5
    row, dropped = ScoreRound.objects.get(), ScoreRun.objects.get()
    assert (row.state, dropped.state, dropped.admissions.count()) == ("abandoned", "dropped", 0)
    assert {one.name for one in Candidate.objects.all()} == {"已删除"}
    assert [json.loads(one.detail) for one in entries(code="admissions.scores.abandon")] == [{"state": "placed"}]
    with pytest.raises(operations.WrongState):
        operations.open_score_run(actor=world.publisher, run=run, now=_noon(date(2027, 2, 17)))
    assert operations.erase_due(now=_noon(date(2027, 2, 17))).candidates == 0
    page = queries.round_page(account=world.officer, public_id=row.public_id, day=date(2027, 2, 17))
    assert page.names_until is None


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def test_whom_an_earlier_round_has_admitted_a_later_one_does_not_place() -> None:
    world = scores.by_hand()
    first = scores.published(world)
    scores.further(world)
    # A was admitted by s0, D by nobody; A would be the first here as well.
    scores.candidate(world, "A", (110, 118, 102, 90), later=("s0", "s3"))
    scores.candidate(world, "D", (110, 120, 110, 72), later=("s0",))
    assert queries.round_page(account=world.officer, public_id=world.round.public_id, day=NOW.date()).before == 1
    run = scores.placed(world)
    assert scores.places(run) == {"D": "s0"}
    inputs = ScoreInputs.from_bytes(bytes(run.inputs))
    assert [(one.number, one.round, one.school) for one in inputs.before] == [("A", first.round.public_id, "s0")]
    assert dict(world.round.candidates.values_list("number", "rank")) == {"A": None, "D": 1}
    page = queries.score_run_page(account=world.officer, public_id=run.public_id, day=LATER.date())
    assert [(one.number, one.round) for one in page.before] == [("A", "统一录取")]
    assert run.tallies["before"] == 1
    operations.open_score_run(actor=world.publisher, run=run, now=LATER)
    assert Admission.objects.filter(number="A").count() == 1


def test_a_round_is_placed_anew_when_another_one_admits_or_frees_somebody_meanwhile() -> None:
    world = scores.by_hand()
    first = scores.placed(world)
    scores.further(world)
    scores.candidate(world, "A", (110, 118, 102, 90), later=("s3",))
    scores.candidate(world, "D", (110, 120, 110, 72), later=("s0",))
    run = scores.placed(world)
    with pytest.raises(operations.UnableToOpenScoreRun, match=r"统一录取.*还没有公布"):
        operations.open_score_run(actor=world.publisher, run=run, now=LATER)
    operations.drop_score_run(actor=world.officer, run=first, reason="复核", now=NOW)
    with pytest.raises(operations.UnableToOpenScoreRun, match=r"已弃用.*准考证号 A"):
        operations.open_score_run(actor=world.publisher, run=run, now=LATER)
    operations.drop_score_run(actor=world.officer, run=run, reason="重新投档", now=NOW)
    again = operations.ask_score_run(actor=world.officer, round=world.round, now=NOW)
    again = operations.compute_score_run(run_id=again.pk, now=NOW)
    assert scores.places(again) == {"A": "s3", "D": "s0"}
    # The first round cannot be placed over it either: A has a place now.
    other = operations.ask_score_run(actor=world.officer, round=first.round, now=NOW)
    other = operations.compute_score_run(run_id=other.pk, now=NOW)
    assert "A" not in scores.places(other)
    with pytest.raises(IntegrityError, match=r"."), transaction.atomic():
        Admission.objects.filter(candidate__number="B").update(number="A")


def test_a_family_reads_why_its_child_took_no_part_in_a_later_round() -> None:
    world = scores.by_hand()
    scores.published(world)
    scores.further(world)
    scores.candidate(world, "A", (110, 118, 102, 90), phone="13912345678", later=("s3",))
    scores.published(world)
    family = factories.family()
    give_phone(family, "+8613912345678")
    found = Candidate.objects.get(number="A", round=world.round)
    page = queries.own_scores(account=family, public_id=found.public_id, day=LATER.date())
    assert (page.is_before, page.school) == (True, "")
    assert "统一录取" in page.reasons[0]
    assert not Message.objects.filter(recipient=family).exists()


def test_what_was_sealed_before_keeps_its_bytes() -> None:
    run = scores.placed(scores.by_hand())
    assert b'"before"' not in bytes(run.inputs) + bytes(run.result)
