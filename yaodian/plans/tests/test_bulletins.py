"""Bulletins: composed from data, worded, issued by a second person, numbered without gap, frozen."""

from __future__ import annotations

import hashlib
import threading
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from yaodian.cases.operations import open_case
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing
from yaodian.plans import models
from yaodian.plans.operations import bulletins as changing
from yaodian.plans.operations.errors import (
    NotSecondPersonOfBulletin,
    StaleVersion,
    UnableTo,
    UnableToComposeBulletin,
    UnableToWithdrawBulletin,
    UnableToWordBulletin,
    WrongState,
)
from yaodian.plans.queries import bulletins as reading
from yaodian.plans.tests import factories
from yaodian.plans.tests.bulletins import LATER, act, compose, issued
from yaodian.plans.tests.commitments import NOW, TODAY, Bureau, bureau, signer

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Bureau:
    return bureau(accepted=True)


def test_the_numbers_are_those_of_the_commitments_and_cases(made: Bureau) -> None:
    late = made.rows()[0]
    models.Commitment.objects.filter(pk=late.pk).update(due_on=TODAY - timedelta(days=1))
    open_case(
        actor=None, kind="safety.hazard", grade="general", title="楼梯扶手松动", fields={"place": "二层"},
        supervising_unit=made.root, doing_unit=made.school, now=NOW,
    )  # fmt: skip
    numbers = compose(made).figures["numbers"]
    total = models.Commitment.objects.filter(plan=made.plan, state="accepted").count()
    assert int(numbers["total"]["value"]) == total == len(numbers["total"]["items"])
    lights = [int(numbers[light]["value"]) for light in ("red", "amber", "green", "grey")]
    assert sum(lights) == total
    assert numbers["late"]["items"] == [late.pk]
    assert (numbers["cases_opened"]["value"], numbers["cases_open"]["value"]) == ("1", "1")
    # A school's case stands in the row of the county that it lies in.
    assert numbers["cases_open@C1"]["value"] == "1"


def test_every_number_of_the_document_has_its_row_on_the_sheet_of_traces(made: Bureau) -> None:
    row = compose(made)
    files = reading.files_of(reading.content_of(row), number="云教督〔2026〕1号", moment=NOW, dated=TODAY)
    assert files.written.cited
    assert {one.trace_id for one in files.written.cited} <= set(row.figures["numbers"])


def test_a_county_reports_only_on_what_its_units_have_to_do(made: Bureau) -> None:
    row = made.rows()[0]
    models.Duty.objects.create(commitment=row, unit=made.county, name="青禾县", part="lead")
    editor = signer(made.county, role="editor")
    numbers = compose(made, editor, unit=made.county.public_id).figures["numbers"]
    assert numbers["total"]["items"] == [row.pk]


def test_restricted_cases_are_not_counted(made: Bureau) -> None:
    from yaodian.cases.declaring import Confidentiality, kinds

    restricted = next(kind for kind in kinds().values() if kind.confidentiality == Confidentiality.RESTRICTED)
    with pytest.raises(UnableToComposeBulletin, match="限知悉"):
        compose(made, case_kinds=[restricted.code])


def test_what_cannot_be_composed_is_refused_with_a_sentence(made: Bureau) -> None:
    for wrong, code in (
        ({"unit": "nowhere"}, "unknown-unit"),
        ({"kind": "letter"}, "unknown-kind"),
        ({"plans": []}, "no-plans"),
        ({"plans": ["222222222222"]}, "unknown-plan"),
        ({"period": "decade"}, "unknown-period"),
        ({"period": "days"}, "unknown-period"),
        ({"period": "days", "last": TODAY - timedelta(days=1)}, "unknown-period"),
        ({"first": date(2026, 4, 1)}, "not-begun"),
        ({"case_kinds": ["nothing"]}, "unknown-case-kind"),
    ):
        with pytest.raises(UnableToComposeBulletin) as refused:
            compose(made, **wrong)
        assert refused.value.code == code
        assert refused.value.message.endswith("。")


def test_nobody_composes_beyond_his_right(made: Bureau) -> None:
    with pytest.raises(PermissionMissing):
        compose(made, signer(made.county, role="editor"))
    with pytest.raises(PermissionMissing):
        compose(made, signer(made.school, role="head"), unit=made.school.public_id)


def test_a_second_person_issues_and_nobody_who_had_a_hand_in_it(made: Bureau) -> None:
    writer, publisher = factories.publisher(), factories.publisher()
    row = compose(made, writer)
    act(changing.word_bulletin, made.editor, row, texts={"closing": "请抓紧办理。"})
    act(changing.submit_bulletin, made.editor, row)
    with pytest.raises(NotSecondPersonOfBulletin):
        act(changing.issue_bulletin, writer, row, today=TODAY)
    with pytest.raises(PermissionMissing):
        act(changing.issue_bulletin, made.editor, row, today=TODAY)
    done = act(changing.issue_bulletin, publisher, row, today=TODAY)
    assert (done.state, done.number, done.year) == ("issued", 1, 2026)
    assert done.full_number == f"{row.series.office_code}〔2026〕1号"
    with pytest.raises(WrongState):
        act(changing.issue_bulletin, publisher, row, today=TODAY)


def test_the_database_itself_refuses_a_writer_who_issues(made: Bureau) -> None:
    row = issued(made, factories.publisher())
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Bulletin.objects.filter(pk=row.pk).update(issued_by=row.written_by)


def test_numbers_count_up_in_each_series_and_a_withdrawn_one_is_not_given_again(made: Bureau) -> None:
    publisher = factories.publisher()
    first = issued(made, publisher)
    act(changing.withdraw_bulletin, publisher, first, reason="口径有误")
    assert issued(made, publisher).number == 2
    assert issued(made, publisher, kind="briefing").full_number == "第1期"
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Bulletin.objects.filter(pk=first.pk).update(number=2)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_issue_at_once_get_two_numbers_and_no_bulletin_goes_out_twice() -> None:
    made = bureau(accepted=True)
    publishers = [factories.publisher() for _turn in range(2)]
    rows = [compose(made) for _turn in range(2)]
    for row in rows:
        act(changing.submit_bulletin, made.editor, row)
    start = threading.Barrier(3)
    told: list[object] = []

    def issue(publisher: Account, row: models.Bulletin) -> None:
        try:
            version = models.Bulletin.objects.values_list("version", flat=True).get(pk=row.pk)
            start.wait(timeout=60)
            done = changing.issue_bulletin(
                actor=publisher, now=LATER, today=TODAY, public_id=row.public_id, expected_version=version
            )
            told.append(done.number)
        except UnableTo as refused:
            told.append(type(refused).__name__)
        finally:
            connections.close_all()

    wanted = ((publishers[0], rows[0]), (publishers[1], rows[1]), (publishers[1], rows[0]))
    workers = [threading.Thread(target=issue, args=pair) for pair in wanted]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
    assert sorted(map(str, told)) == ["1", "2", "WrongState"]
    assert sorted(models.Bulletin.objects.values_list("number", flat=True)) == [1, 2]


def test_a_number_whose_transaction_fails_is_given_again(made: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = factories.publisher()
    row = compose(made)
    act(changing.submit_bulletin, made.editor, row)

    def breaks(*_arguments: Any, **_named: Any) -> None:
        raise ValueError("坏了")

    with monkeypatch.context() as broken:
        broken.setattr("yaodian.plans.operations.bulletins.issuing.files_of", breaks)
        with pytest.raises(UnableTo):
            act(changing.issue_bulletin, publisher, row, today=TODAY)
    assert not models.BulletinNumber.objects.exists()
    assert act(changing.issue_bulletin, publisher, row, today=TODAY).number == 1


def test_what_was_issued_stays_whatever_becomes_of_the_data(made: Bureau) -> None:
    row = issued(made, factories.publisher())
    files = {one.kind: bytes(one.content) for one in row.files.all()}
    models.Commitment.objects.filter(plan=made.plan).update(due_on=TODAY - timedelta(days=9), text="改了")
    changing.save_wording(
        actor=made.editor, now=LATER, unit=made.root.public_id, slot="opening", text="新的开头。", expected_version=0
    )
    changing.save_head(
        actor=made.editor, now=LATER, unit=made.root.public_id, kind="circular",
        values={"issuer": "别的局", "office_code": "别教"},
    )  # fmt: skip
    again = models.Bulletin.objects.select_related("series").get(pk=row.pk)
    anew = reading.files_of(
        reading.content_of(again), number=again.full_number, moment=again.issued_at, dated=LATER.date()
    )
    assert anew.written.content == files["docx"]
    assert anew.sheet == files["xlsx"]
    for one in row.files.all():
        assert one.sha256 == hashlib.sha256(files[one.kind]).hexdigest()


def test_a_file_that_was_tampered_with_is_not_handed_out(made: Bureau) -> None:
    publisher = factories.publisher()
    row = issued(made, publisher)
    models.BulletinFile.objects.filter(bulletin=row, kind="docx").update(content=b"other")
    with pytest.raises(reading.BulletinFileChanged):
        reading.open_issued_file(account=publisher, public_id=row.public_id, kind="docx", today=TODAY)


def test_a_draft_says_what_has_changed_since_and_takes_it_over_when_composed_again(made: Bureau) -> None:
    row = compose(made)
    models.Commitment.objects.filter(pk=made.rows()[0].pk).update(due_on=TODAY - timedelta(days=1))
    page = reading.get_bulletin(account=made.editor, public_id=row.public_id, today=TODAY, now=LATER)
    assert any(
        one.label == "超过期限仍未完成的任务数" and (one.before, one.now) == ("0", "1") for one in page.differences
    )
    act(changing.recompose_bulletin, made.editor, row, today=TODAY)
    page = reading.get_bulletin(account=made.editor, public_id=row.public_id, today=TODAY, now=LATER)
    assert page.differences == ()


def test_a_form_that_is_old_is_refused(made: Bureau) -> None:
    row = compose(made)
    act(changing.word_bulletin, made.editor, row, texts={"closing": "甲。"})
    with pytest.raises(StaleVersion):
        changing.word_bulletin(
            actor=made.editor, now=LATER, public_id=row.public_id, expected_version=1, texts={"closing": "乙。"}
        )


def test_a_wording_that_cannot_be_read_is_refused_with_its_place(made: Bureau) -> None:
    for text, said in (
        ("共{totl}项", "第 3 个字：没有名为“totl”的数；您是不是想写 {total}"),
        ("共{total项", "没有"),
        ("", "是空的"),
        ("{red：0=无}", "缺少“其他”"),
    ):
        with pytest.raises(UnableToWordBulletin, match=said):
            changing.save_wording(
                actor=made.editor, now=NOW, unit=made.root.public_id, slot="overall", text=text, expected_version=0
            )


def test_wordings_have_versions_and_can_be_restored(made: Bureau) -> None:
    unit = made.root.public_id
    changing.save_wording(actor=made.editor, now=NOW, unit=unit, slot="closing", text="甲。", expected_version=0)
    with pytest.raises(StaleVersion):
        changing.save_wording(actor=made.editor, now=NOW, unit=unit, slot="closing", text="乙。", expected_version=0)
    assert reading.wordings_of(unit=made.root)["closing"].text == "甲。"
    changing.restore_wording(actor=made.editor, now=NOW, unit=unit, slot="closing", expected_version=1)
    now = reading.wordings_of(unit=made.root)["closing"]
    assert (now.version, now.is_shipped) == (2, True)


def test_the_words_that_are_shipped_can_all_be_read() -> None:
    assert {slot.code: reading.problem_in(slot.default) for slot in reading.SLOTS.values()} == dict.fromkeys(
        reading.SLOTS, ""
    )


def test_withdrawing_asks_for_a_reason_and_keeps_the_files(made: Bureau) -> None:
    publisher = factories.publisher()
    row = issued(made, publisher)
    with pytest.raises(UnableToWithdrawBulletin):
        act(changing.withdraw_bulletin, publisher, row, reason=" ")
    gone = act(changing.withdraw_bulletin, publisher, row, reason="口径有误")
    assert gone.files.count() == 2
    found, _file = reading.open_issued_file(account=publisher, public_id=row.public_id, kind="docx", today=TODAY)
    assert found.withdrawn_reason == "口径有误"


def test_units_below_read_what_was_issued_and_no_draft(made: Bureau) -> None:
    head = signer(made.school, role="head")
    draft, out = compose(made), issued(made, factories.publisher())
    seen = set(reading.visible_bulletins(head, today=TODAY).values_list("pk", flat=True))
    assert seen == {out.pk}
    assert draft.pk in reading.visible_bulletins(made.editor, today=TODAY).values_list("pk", flat=True)


def test_a_county_does_not_read_what_another_unit_issued_for_itself(made: Bureau) -> None:
    editor = signer(made.county, role="editor")
    models.Duty.objects.create(commitment=made.rows()[0], unit=made.county, name="青禾县", part="lead")
    row = compose(made, editor, unit=made.county.public_id)
    act(changing.submit_bulletin, editor, row)
    act(changing.issue_bulletin, factories.publisher(), row, today=TODAY)
    other = signer(made.basic, role="editor")
    assert not reading.visible_bulletins(other, today=TODAY).exists()


def test_composing_costs_the_same_whatever_there_is(made: Bureau, django_assert_max_num_queries: Any) -> None:
    asked = reading.Asked(made.root, [made.plan], (), reading.span_of(kind="month", on=TODAY), TODAY, NOW)
    with django_assert_max_num_queries(60):
        reading.collect(asked)


@pytest.mark.parametrize(
    ("kind", "on", "words", "before"),
    [
        ("month", date(2026, 1, 9), "2026年1月", "2025年12月"),
        ("quarter", date(2026, 8, 1), "2026年第三季度", "2026年第二季度"),
        ("half", date(2026, 3, 1), "2026年上半年", "2025年下半年"),
        ("year", date(2026, 3, 1), "2026年", "2025年"),
    ],
)
def test_periods_are_named_and_follow_each_other(kind: str, on: date, words: str, before: str) -> None:
    span = reading.span_of(kind=kind, on=on)
    assert (span.words, span.before.words) == (words, before)
    assert span.before.last + timedelta(days=1) == span.first


def test_two_days_are_compared_with_as_many_before() -> None:
    span = reading.span_of(kind="days", on=date(2026, 10, 1), until=date(2026, 10, 15))
    assert span.words == "2026年10月1日至15日"
    assert (span.before.first, span.before.last) == (date(2026, 9, 16), date(2026, 9, 30))
