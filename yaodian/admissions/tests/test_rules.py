"""Seasons and their rules: who may change what and until when, what is refused by name, and what stands once it is announced."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from yaodian.admissions import operations
from yaodian.admissions.models import (
    Catchment,
    CatchmentRange,
    Criterion,
    Intake,
    IntakeState,
    Offer,
    PriorityClass,
    Quota,
    Season,
    SeasonState,
)
from yaodian.admissions.problem.addresses import (
    Range,
    UnableToReadAddress,
    range_text,
    read_home,
    read_range,
    street_of,
)
from yaodian.admissions.problem.rulebook import faults_of
from yaodian.admissions.problem.rules import canonical, rules_of, sha256_of
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import Made
from yaodian.audit.queries import entries
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing

NOW = datetime(2026, 5, 10, 2, 0, tzinfo=UTC)
STAGE = "primary"
INTAKE: dict[str, Any] = {
    "opens_on": date(2026, 6, 8), "closes_on": date(2026, 6, 20), "check_until": date(2026, 7, 5),
    "publishes_on": date(2026, 7, 15), "born_from": date(2013, 9, 1), "born_until": date(2014, 8, 31),
}  # fmt: skip


ENGINE_FINDS = (
    "opens_after_closing", "births_backwards", "class_never_reached", "catchment_of_many", "quotas_above_capacity"
)  # fmt: skip


@dataclass
class Desk:
    """A season in preparation, the officer who keeps it, and the one who publishes."""

    world: Made
    officer: Account
    publisher: Account

    @property
    def season(self) -> Season:
        return Season.objects.get(pk=self.world.season.pk)

    def put(self, noun: str, **given: Any) -> Any:
        given = {"actor": self.officer, "season": self.season, "stage": STAGE, "now": NOW, **given}
        return getattr(operations, f"put_{noun}")(**given)

    def remove(self, noun: str, **given: Any) -> None:
        given = {"actor": self.officer, "season": self.season, "stage": STAGE, "now": NOW, **given}
        getattr(operations, f"remove_{noun}")(**given)

    def announce(self, **given: Any) -> Season:
        return operations.announce_season(**{"actor": self.publisher, "season": self.season, "now": NOW, **given})


@pytest.fixture
def desk(db: None) -> Desk:
    return make_desk()


def make_desk() -> Desk:
    world = factories.made(announced=False, state=IntakeState.PLANNED)
    return Desk(world, world.account("officer"), world.account("publisher", role="publisher"))


def _codes() -> list[str]:
    return [each.code for each in entries()]


@pytest.mark.django_db
def test_a_season_is_filled_rule_by_rule_and_each_change_is_in_the_journal(desk: Desk) -> None:
    made = operations.make_season(
        actor=desk.officer,
        office=desk.world.units["bureau"],
        values={"title": "2027 年招生入学", "year": 2027},
        now=NOW,
    )
    junior = {"actor": desk.officer, "season": made, "stage": "junior", "now": NOW}
    operations.put_intake(**junior, values={**INTAKE, "proofs": ["户口簿", " 户口簿 ", ""]})
    operations.put_criterion(**junior, values={"code": "household", "words": "户籍在学区内", "proofs": ["户口簿"]})
    operations.put_class(
        **junior, values={"rank": 1, "label": "户籍", "words": "户籍在学区内的。", "needs": ["household"]}
    )
    school = desk.world.units["s0"]
    operations.put_offer(**junior, school=school, values={"seats": 90})
    operations.put_quota(**junior, school=school, criterion="household", values={"label": "保留", "seats": 9})
    operations.put_catchment(
        **junior, values={"code": "a", "label": "第一学区"}, schools=[school], ranges=[Range("中山 路", 1, 99, "odd")]
    )
    operations.put_contested(**junior, street="中山路", number=7, words="正在协商。")
    said = rules_of(made)["intakes"][0]
    assert said["proofs"] == ["户口簿"]
    assert said["offers"][0]["quotas"][0]["seats"] == 9
    assert said["catchments"][0]["ranges"] == [["中山路", 1, 99, "odd"]]
    assert said["contested"] == [["中山路", 7, "正在协商。"]]
    made.refresh_from_db()
    assert (made.version, made.changed_by) == (8, desk.officer)
    put = {"intake", "criterion", "class", "offer", "quota", "catchment", "contested"}
    assert {f"admissions.{noun}.put" for noun in put} | {"admissions.season.make"} <= set(_codes())


@pytest.mark.django_db
def test_every_rule_is_removed_and_an_intake_with_all_its_rules(desk: Desk) -> None:
    desk.put("quota", school=desk.world.units["s0"], criterion="residence", values={"label": "随迁", "seats": 1})
    desk.put("contested", street="中山路", number=7, words="正在协商。")
    desk.remove("quota", school=desk.world.units["s0"], criterion="residence")
    desk.remove("contested", street="中山路", number=7)
    desk.remove("class", rank=3)
    desk.remove("criterion", code="residence")
    desk.remove("catchment", code="west")
    desk.remove("offer", school=desk.world.units["s1"])
    said = rules_of(desk.season)["intakes"][0]
    assert [len(said[name]) for name in ("criteria", "classes", "offers", "catchments", "contested")] == [2, 2, 2, 1, 0]
    desk.remove("intake")
    assert rules_of(desk.season)["intakes"] == []
    assert not Offer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("noun", "given"),
    [
        ("criterion", {"code": "household"}),
        ("criterion", {"code": "nobody"}),
        ("class", {"rank": 9}),
        ("catchment", {"code": "nowhere"}),
        ("contested", {"street": "中山路", "number": 8}),
        ("intake", {"stage": "senior"}),
    ],
)
def test_what_is_in_use_or_absent_is_not_removed(desk: Desk, noun: str, given: dict[str, Any]) -> None:
    version = desk.season.version
    with pytest.raises(operations.UnableToKeepRules):
        desk.remove(noun, **given)
    assert desk.season.version == version


@pytest.mark.django_db
def test_a_school_of_a_catchment_is_not_taken_out(desk: Desk) -> None:
    with pytest.raises(operations.UnableToKeepRules, match="east 学区"):
        desk.remove("offer", school=desk.world.units["s0"])


@pytest.mark.django_db
def test_only_who_makes_rules_of_this_office_changes_them(desk: Desk) -> None:
    for account in (desk.publisher, desk.world.account("local", at="c0"), factories.family()):
        with pytest.raises(PermissionMissing):
            desk.put("intake", actor=account, values={"most_wishes": 5})
        with pytest.raises(PermissionMissing):
            operations.make_season(
                actor=account, office=desk.world.units["bureau"], values={"title": "另一个", "year": 2027}, now=NOW
            )
    for account in (desk.officer, factories.family()):
        with pytest.raises(PermissionMissing):
            desk.announce(actor=account)


@pytest.mark.django_db
def test_a_school_elsewhere_or_of_another_kind_gets_no_places(desk: Desk) -> None:
    county = operations.make_season(
        actor=None, office=desk.world.units["c0"], values={"title": "区招生", "year": 2026}, now=NOW
    )
    operations.put_intake(actor=None, season=county, stage=STAGE, values=INTAKE, now=NOW)
    for code in ("s1", "s2", "c0"):
        with pytest.raises(operations.UnableToKeepRules, match="没有这所学校"):
            desk.put("offer", actor=None, season=county, school=desk.world.units[code], values={"seats": 1})
    desk.put("offer", actor=None, season=county, school=desk.world.units["s0"], values={"seats": 1})


@pytest.mark.django_db
def test_two_people_do_not_overwrite_each_other(desk: Desk) -> None:
    seen = desk.season.version
    desk.put("intake", values={"most_wishes": 5}, expected_version=seen)
    with pytest.raises(operations.UnableToKeepRules) as refused:
        desk.put("intake", values={"most_wishes": 6}, expected_version=seen)
    assert (refused.value.code, refused.value.status) == ("stale", 409)
    assert Intake.objects.get().most_wishes == 5


@pytest.mark.django_db
def test_a_new_code_of_a_criterion_goes_on_into_the_classes(desk: Desk) -> None:
    desk.put("criterion", was="household", values={"code": "hukou", "words": "户籍在学区内", "proofs": []})
    assert [each.needs for each in PriorityClass.objects.all()] == [["hukou", "property"], ["hukou"], ["residence"]]
    with pytest.raises(operations.UnableToKeepRules, match="已经有了"):
        desk.put("criterion", was="hukou", values={"code": "property", "words": "房产", "proofs": []})
    with pytest.raises(operations.UnableToKeepRules, match="nothing"):
        desk.put("class", values={"rank": 4, "label": "其他", "words": "其他。", "needs": ["nothing"]})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("noun", "given", "why"),
    [
        ("intake", {"values": {"closes_on": date(2026, 6, 1)}}, "日期前后矛盾"),
        ("intake", {"values": {"born_from": date(2026, 1, 1)}}, "出生日期"),
        ("intake", {"values": {"most_wishes": 0}}, "."),
        ("criterion", {"values": {"code": " ", "words": "户籍"}}, "."),
        ("class", {"values": {"rank": 1, "label": "", "words": ""}}, "."),
        ("contested", {"street": " ", "number": 3, "words": "协商"}, "."),
        ("contested", {"street": "中山路", "number": 3, "words": ""}, "."),
        (
            "catchment",
            {"values": {"code": "a", "label": "甲"}, "schools": [], "ranges": [Range("中山路", 9, 1)]},
            "第 1 段",
        ),
    ],
)
def test_what_no_rule_can_be_is_refused_and_nothing_is_changed(
    desk: Desk, noun: str, given: dict[str, Any], why: str
) -> None:
    before = sha256_of(rules_of(desk.season))
    with pytest.raises(operations.UnableToKeepRules, match=why):
        desk.put(noun, **given)
    assert sha256_of(rules_of(desk.season)) == before


@pytest.mark.django_db
def test_announced_rules_stand_with_their_fingerprint(desk: Desk) -> None:
    sha256 = sha256_of(rules_of(desk.season))
    row = desk.announce(expected_sha256=sha256)
    assert (row.state, row.rules_sha256, row.announced_by) == (SeasonState.ANNOUNCED, sha256, desk.publisher)
    assert canonical(desk.season.rules) == canonical(rules_of(desk.season))
    assert desk.announce(expected_sha256=sha256).version == row.version
    assert _codes().count("admissions.season.announce") == 1
    with pytest.raises(operations.WrongState):
        desk.announce()
    for act in (
        lambda: desk.put("intake", values={"most_wishes": 9}),
        lambda: desk.remove("class", rank=1),
        lambda: desk.put("offer", school=desk.world.units["s0"], values={"seats": 9}),
        lambda: operations.change_season(actor=desk.officer, season=desk.season, values={"title": "改名"}, now=NOW),
    ):
        with pytest.raises(operations.WrongState):
            act()


@pytest.mark.django_db
def test_whoever_changed_the_rules_last_does_not_announce_them(desk: Desk) -> None:
    both = desk.world.account("both", role="admissions_officer")
    Season.objects.filter(pk=desk.season.pk).update(changed_by=desk.publisher)
    with pytest.raises(operations.UnableToAnnounceSeason) as refused:
        desk.announce()
    assert refused.value.code == "second-person"
    desk.put("intake", actor=both, values={"most_wishes": 4})
    assert desk.announce().state == SeasonState.ANNOUNCED


@pytest.mark.django_db
def test_rules_that_changed_since_the_page_was_opened_are_not_announced(desk: Desk) -> None:
    seen = sha256_of(rules_of(desk.season))
    desk.put("offer", school=desk.world.units["s0"], values={"seats": 9})
    with pytest.raises(operations.UnableToAnnounceSeason) as refused:
        desk.announce(expected_sha256=seen)
    assert refused.value.code == "stale"
    assert desk.season.state == SeasonState.DRAFT


@pytest.mark.django_db
def test_a_refused_announcement_names_every_contradiction(desk: Desk) -> None:
    Offer.objects.filter(school__code="s0").update(seats=1)
    Quota(
        offer=desk.world.offers["s0"],
        label="随迁子女",
        seats=3,
        step=1,
        criterion=Criterion.objects.get(code="residence"),
    ).store()
    CatchmentRange.objects.filter(catchment__code="west").update(side="both")
    PriorityClass.objects.filter(rank=3).update(needs=["household"], lacks=["property"])
    desk.put("intake", values={"opens_on": date(2026, 5, 1)})
    with pytest.raises(operations.UnableToAnnounceSeason) as refused:
        desk.announce()
    said = " ".join(refused.value.sentences)
    for words in ("随迁子女合计3人", "east 学区", "轮不到", "才公布"):
        assert words in said, words
    assert desk.season.state == SeasonState.DRAFT


def _rules(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Rules without fault, then with one."""
    intake: dict[str, Any] = {
        "stage": STAGE,
        "days": {
            "opens_on": "2026-06-08", "closes_on": "2026-06-20", "check_until": "2026-07-05", "publishes_on": "2026-07-15",
            "accept_days": 7, "appeal_days": 7,
        },
        "born": ["2019-09-01", "2020-08-31"], "most_wishes": 3, "overflow_m": 3000, "proofs": ["户口簿"], "note": "",
        "criteria": [
            {"code": "household", "words": "户籍在学区内", "proofs": ["户口簿"]},
            {"code": "property", "words": "有自有住房", "proofs": ["不动产权证"]},
        ],
        "classes": [
            {"rank": 1, "label": "人户一致", "words": "人户一致。", "needs": ["household", "property"], "lacks": []},
            {"rank": 2, "label": "仅有户籍", "words": "仅有户籍。", "needs": ["household"], "lacks": []},
        ],
        "offers": [
            {"school": "s0", "seats": 90, "is_open": False, "is_public": True, "place": [113.0, 30.0], "quotas": [
                {"label": "保留", "seats": 9, "criterion": "household", "step": 1, "is_passed_on": True}]},
            {"school": "s3", "seats": 30, "is_open": True, "is_public": False, "place": [None, None], "quotas": []},
        ],
        "catchments": [
            {"code": "east", "label": "东片", "is_single": True, "polygon": [], "schools": ["s0"],
             "ranges": [["中山路", 1, 99, "odd"]]},
        ],
        "contested": [],
    }  # fmt: skip
    rules = {"form": "", "title": "2026 年招生入学", "year": 2026, "basis": "", "intakes": [intake]}
    change(rules)
    return rules


def _of(rules: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = rules["intakes"][0]
    return found


@pytest.mark.once
def test_rules_that_can_be_kept_have_no_fault() -> None:
    assert faults_of(_rules(lambda rules: None)) == ()


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("no_intake", lambda rules: rules["intakes"].clear()),
        ("no_seats", lambda rules: [each.update(seats=0, quotas=[]) for each in _of(rules)["offers"]]),
        ("no_class", lambda rules: _of(rules)["classes"].clear()),
        ("unknown_criterion", lambda rules: _of(rules)["classes"][0]["lacks"].append("sibling")),
        ("unknown_criterion", lambda rules: _of(rules)["offers"][0]["quotas"][0].update(criterion="sibling")),
        ("criterion_said_twice", lambda rules: _of(rules)["criteria"][1].update(words="户籍在学区内")),
        ("unusable_proof", lambda rules: _of(rules)["criteria"][1]["proofs"].append(" ")),
        ("unusable_proof", lambda rules: _of(rules)["proofs"].append("户口簿")),
        ("led_to_by_nothing", lambda rules: _of(rules)["offers"][1].update(is_open=False)),
        ("catchment_without_offer", lambda rules: _of(rules)["catchments"][0].update(schools=["s9"])),
        ("catchment_without_addresses", lambda rules: _of(rules)["catchments"][0]["ranges"].clear()),
        ("overflow_without_place", lambda rules: _of(rules)["offers"][0].update(place=[None, None])),
        ("days_out_of_order", lambda rules: _of(rules)["days"].update(check_until="2026-06-10")),
        ("ends_after_school_begins", lambda rules: _of(rules)["days"].update(appeal_days=60)),
        ("opens_after_closing", lambda rules: _of(rules)["days"].update(opens_on="2026-06-21")),
        ("births_backwards", lambda rules: _of(rules).update(born=["2020-09-01", "2020-08-31"])),
        ("class_never_reached", lambda rules: _of(rules)["classes"].reverse() or _swap_ranks(rules)),
        ("catchment_of_many", lambda rules: _of(rules)["catchments"][0].update(is_single=False)),
        ("catchment_of_many", lambda rules: _of(rules)["catchments"][0].update(schools=[])),
        ("quotas_above_capacity", lambda rules: _of(rules)["offers"][0].update(seats=8)),
    ],
)
def test_each_contradiction_is_named_with_both_rules(name: str, change: Callable[[dict[str, Any]], object]) -> None:
    found = [each for each in faults_of(_rules(change), names={"s0": "东小"}) if each.name == name]
    assert found
    assert all(each.first and each.second and "请" in each.sentence for each in found)
    with translation.override("en"):
        said = [each.sentence for each in faults_of(_rules(change), names={"s0": "东小"}) if each.name == name]
    # What the engine finds; the sentences of the slice are the catalogue's.
    if name in ENGINE_FINDS:
        assert not any(re.search("[；，。]", each) for each in said), said


def _swap_ranks(rules: dict[str, Any]) -> None:
    for rank, each in enumerate(_of(rules)["classes"], 1):
        each["rank"] = rank


@pytest.mark.once
def test_a_school_that_is_closed_by_then_is_named() -> None:
    assert [each.name for each in faults_of(_rules(lambda rules: None), closed=["s0"])] == ["school_closed"]


@pytest.mark.django_db
def test_last_years_rules_come_with_their_days_moved(desk: Desk) -> None:
    desk.put("quota", school=desk.world.units["s0"], criterion="residence", values={"label": "随迁", "seats": 1})
    desk.put("contested", street="中山路", number=7, words="正在协商。")
    Offer.objects.filter(school__code="s1").update(taken=2, added_seats=1)
    before = rules_of(desk.season)
    made = operations.make_season(
        actor=desk.officer, office=desk.world.units["bureau"], values={"title": "2028 年招生入学", "year": 2028},
        copy_of=desk.season, now=NOW,
    )  # fmt: skip
    after = rules_of(made)
    old, new = before["intakes"][0], after["intakes"][0]
    assert new["days"]["opens_on"] == "2028-06-08"
    assert new["born"] == ["2021-09-01", "2022-08-31"]
    for name in ("criteria", "classes", "offers", "catchments", "contested", "proofs", "most_wishes"):
        assert new[name] == old[name], name
    assert not Offer.objects.filter(intake__season=made).exclude(taken=0, added_seats=0).exists()
    assert rules_of(desk.season) == before
    with pytest.raises(operations.UnableToMakeSeason):
        operations.make_season(
            actor=None,
            office=desk.world.units["c0"],
            values={"title": "区", "year": 2028},
            copy_of=desk.season,
            now=NOW,
        )


@pytest.mark.django_db
def test_a_title_stands_once_in_a_year(desk: Desk) -> None:
    with pytest.raises(operations.UnableToMakeSeason):
        operations.make_season(
            actor=None, office=desk.world.units["bureau"], values={"title": desk.season.title, "year": 2026}, now=NOW
        )
    with pytest.raises(operations.UnableToMakeSeason):
        operations.make_season(
            actor=None, office=desk.world.units["bureau"], values={"title": "", "year": 2026}, now=NOW
        )


@pytest.mark.django_db
def test_a_season_is_renamed_once_and_a_change_of_nothing_is_none(desk: Desk) -> None:
    version = desk.season.version
    change = {"actor": desk.officer, "season": desk.season, "now": NOW}
    operations.change_season(**change, values={"title": "２０２６ 年  阳光招生"})
    operations.change_season(**change, values={"title": "2026 年 阳光招生"})
    assert (desk.season.title, desk.season.version) == ("2026 年 阳光招生", version + 1)
    assert _codes().count("admissions.season.change") == 1


@pytest.mark.django_db
def test_intakes_open_and_close_by_their_local_days(desk: Desk) -> None:
    def state_at(*moment: int) -> str:
        now = datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type,misc]  # Year to minute.
        operations.open_intakes(now=now)
        operations.close_intakes(now=now)
        return Intake.objects.get().state

    assert state_at(2026, 6, 8, 4, 0) == IntakeState.PLANNED
    desk.announce()
    assert state_at(2026, 6, 7, 15, 59) == IntakeState.PLANNED
    assert state_at(2026, 6, 7, 16, 0) == IntakeState.OPEN
    assert operations.open_intakes(now=NOW) == 0
    assert state_at(2026, 6, 20, 15, 59) == IntakeState.OPEN
    assert state_at(2026, 6, 20, 16, 0) == IntakeState.CHECKING
    assert state_at(2026, 6, 21, 16, 0) == IntakeState.CHECKING
    assert [code for code in _codes() if "intake" in code] == ["admissions.intake.close", "admissions.intake.open"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_one_season_at_once_one_is_told(transactional_db: None) -> None:
    desk = make_desk()
    seen, said = desk.season.version, []
    barrier = threading.Barrier(2, timeout=20)

    def change(wishes: int) -> None:
        try:
            barrier.wait()
            desk.put("intake", values={"most_wishes": wishes}, expected_version=seen)
            said.append("kept")
        except operations.UnableToKeepRules as refused:
            said.append(refused.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=change, args=(wishes,)) for wishes in (5, 6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(said) == ["kept", "stale"]
    assert desk.season.version == seen + 1
    assert connection.vendor


@pytest.mark.once
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("中山路 1-99 单号", Range("中山路", 1, 99, "odd")),
        ("中山路２至９８号双号", Range("中山路", 2, 98, "even")),
        ("人民 路 12 号", Range("人民路", 12, 12)),
        ("人民路12号之二至12号之五", Range("人民路", "12号之二", "12号之五")),
        ("人民路甲12号至20号", Range("人民路", "甲12号", 20)),
        ("长宁路100弄1-20", Range("长宁路", 1, 20, "both", 100)),
        ("长宁路100弄至200弄", Range("长宁路", 100, 200, "both", 0, True)),
        ("长宁路100弄", Range("长宁路", 100, 100, "both", 0, True)),
        ("和平巷", Range("和平巷", 1, 99_999)),
        ("和平巷 单号", Range("和平巷", 1, 99_999, "odd")),
        ("第3大街5—7", Range("第3大街", 5, 7)),
    ],
)
def test_house_numbers_are_read_as_people_write_them(line: str, said: Range) -> None:
    assert read_range(line) == said
    assert read_range(range_text(said)) == said


@pytest.mark.once
@pytest.mark.parametrize("line", ["12", "", "中山路以东", "中山路 9-1", f"中山路{'1之' * 15}1号"])
def test_what_names_no_house_number_is_refused_with_a_sentence(line: str) -> None:
    with pytest.raises(UnableToReadAddress, match="请"):
        read_range(line)


_ends = st.builds(
    lambda main, tail: f"{main}号{tail}" if tail else main,
    st.integers(1, 999),
    st.sampled_from(["", "之一", "附3", "甲"]),
)


@pytest.mark.once
@given(
    st.sampled_from(["中山路", "和平巷", "第3大街", "十里堡"]), _ends, st.integers(1000, 99_999),
    st.sampled_from(["both", "odd", "even"]), st.sampled_from([0, 0, 12]), st.booleans(),
)  # fmt: skip
def test_a_range_that_is_shown_is_read_as_itself(
    street: str, first: int | str, last: int, side: str, lane: int, is_lanes: bool
) -> None:
    is_lanes = is_lanes and not lane and isinstance(first, int) and street.endswith("路")
    said = Range(street, first, last, side, lane if street.endswith("路") else 0, is_lanes)
    assert read_range(range_text(said)) == said


@pytest.mark.once
def test_an_address_has_one_form() -> None:
    assert street_of(" 中山　路 ") == "中山路"
    doors = ("１２号院3栋", "12-3", "第 12 号", "甲12", "12号之一", "3弄5号")
    assert [str(read_home("中山路", said)) for said in doors] == [
        "中山路12号", "中山路12-3号", "中山路12号", "中山路甲12号", "中山路12号之一", "中山路3弄5号"
    ]  # fmt: skip
    for said in ("无", "", "12号和14号"):
        with pytest.raises(UnableToReadAddress, match="请"):
            read_home("中山路", said)


@pytest.mark.django_db
def test_a_catchment_is_replaced_whole(desk: Desk) -> None:
    units = desk.world.units
    desk.put(
        "catchment", was="east", values={"code": "e1", "label": "东片", "is_single": False},
        schools=[units["s1"], units["s0"], units["s1"]], ranges=[Range("和平巷", 1, 20)],
    )  # fmt: skip
    row = Catchment.objects.get(code="e1")
    assert [each.offer.school.code for each in row.schools.order_by("position")] == ["s1", "s0"]
    assert [each.street for each in row.ranges.all()] == ["和平巷"]
    assert not Catchment.objects.filter(code="east").exists()
    with pytest.raises(operations.UnableToKeepRules, match="s4"):
        desk.put("catchment", values={"code": "e2", "label": "别处"}, schools=[units["s4"]], ranges=[])
    assert json.dumps(rules_of(desk.season), ensure_ascii=False).count("e2") == 0
