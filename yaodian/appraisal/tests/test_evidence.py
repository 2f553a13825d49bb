"""Files beside marks, occurrences and appeals; what is cited; what was counted row by row; who hears of what, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from yaodian.appraisal import operations, queries
from yaodian.appraisal.models import Attachment, Judgement, Occurrence, Value
from yaodian.appraisal.tests import factories
from yaodian.appraisal.tests.factories import CODE, FREEZE_ON, NOW, Place, give
from yaodian.cases.operations import open_case
from yaodian.cases.tests.factories import aged, file
from yaodian.foundation import measuring
from yaodian.foundation.models import Message
from yaodian.measures.operations import take_values
from yaodian.organisations.models import Account, Person, Post, Unit

pytestmark = pytest.mark.django_db
IN_TIME, OVERDUE = "cases.closed_in_time", "cases.overdue"


@pytest.fixture
def place() -> Iterator[Place]:
    yield factories.place()
    measuring.forget(CODE)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def seat_of(place: Place, number: int = 1) -> Judgement:
    return Judgement.objects.select_related("appraisal__round", "assessor").get(
        appraisal__unit=place.counties[0], seat=number
    )


def told(**asked: Any) -> list[str]:
    return list(Message.objects.filter(**asked).order_by("pk").values_list("subject", flat=True))


# --- Files ------------------------------------------------------------------------------------------------------------


def test_a_photograph_beside_a_mark_is_seen_once_both_marks_are_in(place: Place) -> None:
    row = place.opened()
    own = seat_of(place)
    operations.give_mark(
        actor=place.first, judgement=own, mark=Decimal(8), evidence="看了现场", now=NOW, files=[file(), file("pdf")]
    )
    stored = Attachment.objects.filter(judgement=own).first()
    assert stored is not None
    unit = place.counties[0].public_id
    on_sheet = reverse("appraisal:file", args=[row.public_id, unit, stored.file.public_id])
    on_seat = reverse("appraisal:seat_file", args=[own.public_id, stored.file.public_id])
    assert client_of(place.first).get(on_seat).status_code == 200
    for account in (place.second, place.runner):
        assert client_of(account).get(on_sheet).status_code == 404, "the other has not marked yet"
        assert client_of(account).get(on_seat).status_code == 404
    give(seat_of(place, 2), 8)
    answer = client_of(place.runner).get(on_sheet)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    local = client_of(factories.account("viewer", place.counties[0]))
    assert local.get(on_sheet).status_code == 404, "the unit was not told yet"


def test_a_file_sent_twice_is_kept_once_and_no_more_than_ten_are_taken(place: Place) -> None:
    place.opened()
    same = file()
    said = {"actor": place.first, "judgement": seat_of(place), "mark": Decimal(8), "evidence": "看了", "now": NOW}
    operations.give_mark(**said, files=[same, same])
    operations.give_mark(**said, files=[same])
    assert Attachment.objects.count() == 1
    with pytest.raises(operations.UnableToGiveMark) as many:
        operations.give_mark(**said, files=[file() for _ in range(10)])
    assert many.value.code == "too-many"
    assert Attachment.objects.count() == 1


def test_a_program_is_no_evidence(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    import time_machine

    place.opened()
    own = seat_of(place)
    with time_machine.travel(NOW, tick=False):
        answer = client_of(place.first).post(
            reverse("appraisal:seat", args=[own.public_id]),
            {"mark": "8", "evidence": "看了", "files": [SimpleUploadedFile("照片.jpg", b"MZ\x90\x00" + b"\0" * 200)]},
        )
    assert answer.status_code == 422
    assert "是程序" in answer.content.decode()
    own.refresh_from_db()
    assert own.mark is None


def test_an_appeal_brings_its_files_and_whoever_decides_sees_them(place: Place) -> None:
    row = place.told()
    local = factories.account("head", place.counties[0])
    appeal = operations.file_appeal(
        actor=local, appraisal=place.of(row), item="2.1", text="漏看了", now=NOW, files=[file("pdf")]
    )
    stored = appeal.files.get()
    address = reverse("appraisal:file", args=[row.public_id, place.counties[0].public_id, stored.file.public_id])
    assert client_of(place.third).get(address).status_code == 200
    assert client_of(local).get(address).status_code == 200
    assert client_of(factories.account("head", place.counties[1])).get(address).status_code == 404


# --- What is cited, and what was counted ------------------------------------------------------------------------------


def case_of(unit: Unit, bureau: Unit, *, is_closed: bool, is_late: bool, title: str) -> Any:
    row = open_case(
        actor=None, kind="safety.hazard", title=title, supervising_unit=bureau, grade="general",
        fields={"place": "食堂"}, now=NOW - timedelta(days=200),
    )  # fmt: skip
    return aged(
        row,
        doing=unit,
        due_on=date(2025, 10, 1),
        ended_at=NOW - timedelta(days=100) if is_closed else None,
        stopped_at=NOW - timedelta(days=100 if is_late else 170) if is_closed else None,
    )


def closed(case: Any, at: datetime) -> None:
    aged(case, doing=case.doing_unit, due_on=date(2025, 10, 1), ended_at=at)


def with_cases(place: Place) -> list[Any]:
    """A sheet that asks for cases closed in time and for those overdue; the first county has one of each, the second none."""
    first = place.counties[0]
    cases = [
        case_of(first, place.bureau, is_closed=True, is_late=False, title="更换灭火器"),
        case_of(first, place.bureau, is_closed=True, is_late=True, title="加固围墙"),
        case_of(first, place.bureau, is_closed=False, is_late=True, title="疏通消防通道"),
    ]
    base = {"parent": "", "when_absent": "leave_out"}
    items = [
        {**base, "code": "1", "label": "按期办结", "rule": "proportional", "weight": Decimal(60), "full": Decimal(60),
         "measure": IN_TIME, "target": Decimal(100)},
        {**base, "code": "2", "label": "无逾期", "rule": "linear", "weight": Decimal(40), "full": Decimal(40),
         "measure": OVERDUE, "floor": Decimal(4), "target": Decimal(0)},
        {**base, "code": "3", "label": "通报批评", "rule": "deduction", "each": Decimal(2), "cap": Decimal(6)},
    ]  # fmt: skip
    operations.replace_items(actor=place.runner, sheet=place.sheet, items=items, now=NOW)
    wanted = [one for code in (IN_TIME, OVERDUE) if (one := measuring.measure_of(code)) is not None]
    take_values(actor=None, day=FREEZE_ON, now=NOW, only=wanted)
    return cases


def test_marks_come_from_the_cases_of_the_unit_and_name_each_of_them(place: Place) -> None:
    kept, late, still = with_cases(place)
    row = operations.freeze_round(
        actor=place.runner, round_=operations.open_round(actor=place.runner, round_=place.made(), now=NOW), now=NOW
    )
    # Half in time of 60, one overdue of the four that make 40 nothing; a county without cases is marked by what it has.
    assert place.of(row).published == 30 + 30
    assert place.of(row, 1).published == 100
    page = queries.unit_page(
        account=place.runner, public_id=row.public_id, unit=place.counties[0].public_id, day=NOW.date()
    )
    shown = {line.item["code"]: line for line in page.lines}
    assert [(one.referent.label, one.is_counted) for one in shown["1"].behind] == [
        (f"{late.number} 加固围墙", False), (f"{kept.number} 更换灭火器", True)
    ]  # fmt: skip
    assert [one.referent.url for one in shown["2"].behind] == [f"/cases/{still.public_id}/"]
    html = client_of(place.runner).get(
        reverse("appraisal:unit", args=[row.public_id, place.counties[0].public_id])
    ).content.decode()  # fmt: skip
    assert f"/cases/{still.public_id}/" in html
    away = queries.unit_page(
        account=place.runner, public_id=row.public_id, unit=place.counties[1].public_id, day=NOW.date()
    )
    said = {line.item["code"]: line for line in away.lines}
    assert said["1"].marks is not None
    assert said["1"].marks["is_left_out"]
    assert said["2"].value is not None
    assert said["2"].value.value == "0"


def test_freezing_counts_again_what_happened_on_the_last_day(place: Place) -> None:
    *_others, still = with_cases(place)
    row = operations.open_round(actor=place.runner, round_=place.made(), now=NOW)
    # Closed in the afternoon of the day of freezing; the values were taken in the night before.
    closed(still, datetime(2025, 12, 31, 8, tzinfo=UTC))
    row = operations.freeze_round(actor=place.runner, round_=row, now=NOW)
    assert Value.objects.get(appraisal=place.of(row), item="2").value == "0"


def test_a_case_closed_after_the_freeze_changes_no_mark(place: Place) -> None:
    *_others, still = with_cases(place)
    row = operations.open_round(actor=place.runner, round_=place.made(), now=NOW)
    row = operations.freeze_round(actor=place.runner, round_=row, now=NOW)
    closed(still, NOW)
    assert place.of(row).published == 60
    assert Value.objects.get(appraisal=place.of(row), item="2").behind == [[f"cases.case:{still.pk}", True]]


def test_a_deduction_may_cite_a_case_by_its_number_or_its_page(place: Place) -> None:
    kept, late, _still = with_cases(place)
    row = operations.open_round(actor=place.runner, round_=place.made(), now=NOW)
    said = {
        "actor": place.runner, "appraisal": place.of(row), "item": "3", "happened_on": date(2025, 9, 1),
        "reason": "整改不力被通报", "now": NOW,
    }  # fmt: skip
    by_number = operations.enter_occurrence(**said, cited=kept.number)
    by_page = operations.enter_occurrence(
        **said, cited=f" https://yaodian.example.org/cases/{late.public_id}/?from=list "
    )
    assert [by_number.subject, by_page.subject] == [f"cases.case:{kept.pk}", f"cases.case:{late.pk}"]
    for wrong in ("2099-999999", "/cases/zzzzzzzzzzzz/", "随便写的", "/appraisal/", "\x00", "//["):
        with pytest.raises(operations.UnableToEnterOccurrence) as refused:
            operations.enter_occurrence(**said, cited=wrong)
        assert refused.value.field == "cited"
    page = client_of(place.runner).get(
        reverse("appraisal:unit", args=[row.public_id, place.counties[0].public_id])
    ).content.decode()  # fmt: skip
    assert f'<a href="/cases/{late.public_id}/"' in page
    assert Occurrence.objects.count() == 2


# --- Who hears of what ------------------------------------------------------------------------------------------------


def test_everybody_hears_of_each_event_once_and_of_no_person(place: Place) -> None:
    heads = [factories.account("head", county, name=f"欧阳{number}") for number, county in enumerate(place.counties)]
    row = place.told()
    for head in heads:
        assert told(recipient=head) == ["2025 年度考核：考核已经开始", "2025 年度考核：得分已经反馈"]
    appeal = operations.file_appeal(actor=heads[0], appraisal=place.of(row), item="2.1", text="漏看了材料", now=NOW)
    assert told(recipient=place.third)[-1] == "2025 年度考核：收到申诉"
    operations.decide_appeal(actor=place.third, appeal=appeal, reason="与标准一致", now=NOW)
    assert told(recipient=heads[0])[-1] == "2025 年度考核：申诉裁定"
    assert told(recipient=heads[1])[-1] == "2025 年度考核：得分已经反馈", "the appeal is not theirs"
    words = "".join(f"{one.subject}{one.body}" for one in Message.objects.all())
    assert not any(secret in words for secret in ("欧阳", "漏看", "与标准", place.first.name))
    later = NOW + timedelta(days=30)
    row = operations.decide_round(actor=place.runner, round_=row, now=later)
    operations.publish_round(actor=place.publisher, round_=row, now=later)
    assert told(recipient=heads[2])[-1] == "2025 年度考核：结果已经公布"


def test_whoever_has_left_his_post_hears_of_nothing(place: Place) -> None:
    county = place.counties[0]
    gone, there = (factories.account("head", county) for _one in range(2))
    for account, until in ((gone, NOW.date()), (there, NOW.date() + timedelta(days=1))):
        person = Person.objects.create(name=account.name)
        post = Post.objects.create(
            person=person, unit=county, title="局长", from_on=date(2000, 1, 1), until_on=until
        )  # fmt: skip
        account.grants.update(post=post)
    place.told()
    assert told(recipient=there)
    assert told(recipient=gone) == []


def test_the_deadline_is_told_on_the_last_days_only_and_once(place: Place) -> None:
    head = factories.account("head", place.counties[0])
    row = place.told()
    assert row.appeal_until == date(2026, 3, 9), "a Monday"
    assert operations.tell_deadlines(now=NOW + timedelta(days=2)) == 0
    for days in (4, 5, 7):
        operations.tell_deadlines(now=NOW + timedelta(days=days))
    assert told(recipient=head).count("2025 年度考核：申诉即将截止") == 1
    assert operations.tell_deadlines(now=NOW + timedelta(days=8)) == 0


def test_opening_tells_many_units_in_few_queries(place: Place, django_assert_max_num_queries: Any) -> None:
    for county in place.counties:
        for _number in range(3):
            factories.account("head", county)
    row = place.made()
    with django_assert_max_num_queries(55):
        operations.open_round(actor=place.runner, round_=row, now=NOW)


# --- The dry run ------------------------------------------------------------------------------------------------------


def test_a_dry_run_stands_beside_what_last_year_really_gave(place: Place) -> None:
    row = place.told()
    newer = operations.renew_sheet(actor=place.runner, sheet=place.sheet, now=NOW)
    operations.put_item(
        actor=place.runner, sheet=newer, values={"code": "1.1", "parent": "1", "floor": Decimal(100), "target": Decimal(60)}, now=NOW,
    )  # fmt: skip
    run = queries.dry_run(account=place.runner, sheet=newer, day=FREEZE_ON, today=NOW.date())
    assert run.other is not None
    assert run.other.round == row
    assert run.carried == ("2.1", "3", "4")
    assert run.passed_over == ()
    by_unit = {line.unit: line for line in run.lines}
    first, last = by_unit[place.counties[0]], by_unit[place.counties[2]]
    # The marks of the assessors, 32 of 40, are carried over; what was the best value is now the worst.
    assert (first.total, first.rank, first.other_total, first.other_rank) == (32, 3, 92, 1)
    assert (last.total, last.rank, last.other_total, last.moved) == (92, 1, 32, -2)
    now = queries.dry_run(account=place.runner, sheet=newer, day=FREEZE_ON, today=NOW.date(), other="now")
    assert now.other_taken_on == FREEZE_ON
    assert [(line.total, line.rank) for line in now.lines] == [
        (line.other_total, line.other_rank) for line in now.lines
    ]
    assert not any(line.other_rank for line in queries.dry_run(
        account=place.runner, sheet=newer, day=FREEZE_ON, today=NOW.date(), other="").lines)  # fmt: skip
    html = client_of(place.runner).get(
        reverse("appraisal:dry_run", args=[newer.public_id]), {"day": "2025-12-31", "other": f"round-{row.public_id}"}
    ).content.decode()  # fmt: skip
    assert "实际给出的得分和名次" in html
    assert "↓ 2" in html
