"""Sheets on their page: built, previewed, changed; and left alone once a round has been opened with them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from yaodian.appraisal import operations, queries
from yaodian.appraisal.models import Sheet, SheetItem
from yaodian.appraisal.tests import factories
from yaodian.appraisal.tests.factories import CODE, NOW, Place
from yaodian.foundation import measuring
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Iterator[Place]:
    yield factories.place()
    measuring.forget(CODE)


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def settings_of(sheet: Sheet, **changed: Any) -> dict[str, Any]:
    kept = ("name", "basis", "unit_kind", "full", "digits", "limit_percent", "ties")
    return {**{name: getattr(sheet, name) for name in kept}, "version": sheet.version, **changed}


def fresh(sheet: Sheet) -> Sheet:
    return Sheet.objects.get(pk=sheet.pk)


def test_a_sheet_is_changed_on_its_page_and_the_journal_has_both_values(place: Place) -> None:
    client = client_of(place.runner)
    address = reverse("appraisal:change_sheet", args=[place.sheet.public_id])
    sheet = fresh(place.sheet)
    answer = client.post(address, settings_of(sheet, full="120", ties="dense", name="县区考核表（修订）"))
    assert answer.status_code == 302
    changed = fresh(sheet)
    assert (changed.full, changed.ties, changed.name, changed.version) == (
        120,
        "dense",
        "县区考核表（修订）",
        sheet.version + 1,
    )
    assert client.post(address, settings_of(changed, full="120")).status_code == 302
    assert fresh(sheet).version == changed.version, "nothing was changed, so nothing is written"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("full", "0", "满分须大于 0"),
        ("full", "-5", "满分须大于 0"),
        ("digits", "9", "最多 6 位"),
        ("limit_percent", "101", "不能超过 100"),
        ("name", "", "必填"),
        ("basis", " ", "必填"),
        ("ties", "alphabetical", "有效"),
        ("unit_kind", "person", "有效"),
    ],
)
def test_what_no_sheet_can_have_is_refused_with_what_to_do(place: Place, field: str, value: str, said: str) -> None:
    client = client_of(place.runner)
    before = fresh(place.sheet)
    answer = client.post(
        reverse("appraisal:change_sheet", args=[place.sheet.public_id]), settings_of(before, **{field: value})
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert fresh(before).version == before.version


def test_a_preview_says_what_changes_and_changes_nothing(place: Place) -> None:
    client = client_of(place.runner)
    before = fresh(place.sheet)
    address = reverse("appraisal:change_sheet", args=[before.public_id])
    page = client.post(address, settings_of(before, full="200", do="preview")).content.decode()
    assert "<del" in page
    assert '60</span> → <b class="number">120' in page
    item = {"code": "2", "was": "2", "label": "工作", "weight": "20", "when_absent": "by_hand"}
    page = client.post(
        reverse("appraisal:put_item", args=[before.public_id]), {**item, "do": "preview"}
    ).content.decode()
    assert "75</b>" in page, "60 of 80 parts are 75 of 100"
    broken = {"code": "1.1", "was": "1.1", "parent": "1", "label": "准备度", "rule": "linear", "weight": "1", "full": "60",
              "measure": CODE, "floor": "60", "target": "60", "when_absent": "by_hand", "do": "preview"}  # fmt: skip
    page = client.post(reverse("appraisal:put_item", args=[before.public_id]), broken).content.decode()
    assert "分不出高低" in page
    assert fresh(before).version == before.version
    assert SheetItem.objects.get(sheet=before, code="1.1").target == 100


def test_a_workbook_can_be_previewed(place: Place) -> None:
    client = client_of(place.runner)
    rows = "编号,项目,计分方式,权重,满分\n1,总评,两人评分,1,10\n".encode()
    answer = client.post(
        reverse("appraisal:upload", args=[place.sheet.public_id]),
        {"file": SimpleUploadedFile("items.csv", rows), "do": "preview"},
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "总评" in page
    assert place.sheet.items.count() == len(factories.ITEMS)


def test_a_sheet_in_use_is_left_alone_and_a_new_edition_takes_the_changes(place: Place) -> None:
    place.opened()
    sheet = fresh(place.sheet)
    now = NOW + timedelta(days=1)
    for change in (
        lambda: operations.change_sheet(actor=place.runner, sheet=sheet, values={"full": Decimal(120)}, now=now),
        lambda: operations.put_item(actor=place.runner, sheet=sheet, values={"code": "9", "label": "新"}, now=now),
        lambda: operations.remove_item(actor=place.runner, sheet=sheet, code="4", now=now),
        lambda: operations.replace_items(actor=place.runner, sheet=sheet, items=factories.ITEMS, now=now),
    ):
        with pytest.raises(operations.UnableToKeepSheet) as refused:
            change()
        assert refused.value.code == "in-use"
    client = client_of(place.runner)
    page = client.get(reverse("appraisal:sheet", args=[sheet.public_id])).content.decode()
    assert "另立新版" in page
    assert 'id="settings"' not in page
    answer = client.post(reverse("appraisal:renew_sheet", args=[sheet.public_id]))
    newer = Sheet.objects.get(follows=sheet)
    assert answer["Location"] == reverse("appraisal:sheet", args=[newer.public_id])
    assert (newer.edition, newer.name, newer.items.count()) == (2, sheet.name, sheet.items.count())
    assert "第 2 版" in client.get(answer["Location"]).content.decode()
    operations.change_sheet(actor=place.runner, sheet=newer, values={"full": Decimal(120)}, now=now)
    assert fresh(sheet).full == 100
    with pytest.raises(operations.UnableToKeepSheet) as again:
        operations.renew_sheet(actor=place.runner, sheet=sheet, now=now)
    assert again.value.code == "renewed"


def test_a_sheet_whose_round_is_only_prepared_may_still_be_changed(place: Place) -> None:
    place.made()
    operations.change_sheet(actor=place.runner, sheet=place.sheet, values={"full": Decimal(120)}, now=NOW)
    assert fresh(place.sheet).full == 120


def test_whoever_saw_an_older_sheet_is_told_and_nothing_is_lost(place: Place) -> None:
    seen = fresh(place.sheet)
    operations.change_sheet(actor=place.runner, sheet=seen, values={"digits": 1}, now=NOW)
    answer = client_of(place.runner).post(
        reverse("appraisal:change_sheet", args=[seen.public_id]), settings_of(seen, full="90")
    )
    assert answer.status_code == 422
    assert "别人刚刚更改了" in answer.content.decode()
    assert (fresh(seen).full, fresh(seen).digits) == (100, 1)


def test_an_item_gets_another_code_and_keeps_what_hangs_below_it(place: Place) -> None:
    operations.put_item(
        actor=place.runner, sheet=place.sheet, values={"code": "5", "label": "数据", "weight": Decimal(60)}, was="1", now=NOW
    )  # fmt: skip
    assert set(place.sheet.items.filter(parent="5").values_list("code", flat=True)) == {"1.1"}
    assert not place.sheet.items.filter(code="1").exists()
    with pytest.raises(operations.UnableToKeepSheet) as taken:
        operations.put_item(
            actor=place.runner, sheet=place.sheet, values={"code": "2", "label": "数据"}, was="5", now=NOW
        )
    assert taken.value.field == "code"


def test_a_new_item_stands_below_its_branch(place: Place) -> None:
    operations.put_item(
        actor=place.runner,
        sheet=place.sheet,
        values={
            "code": "1.2",
            "parent": "1",
            "label": "学习",
            "rule": "judged",
            "weight": Decimal(1),
            "full": Decimal(5),
        },
        now=NOW,
    )
    codes = list(place.sheet.items.order_by("position").values_list("code", flat=True))
    assert codes == ["1", "1.1", "1.2", "2", "2.1", "3", "4"]


def test_a_negative_weight_is_refused_with_the_items_code(place: Place) -> None:
    with pytest.raises(operations.UnableToKeepSheet) as refused:
        operations.put_item(
            actor=place.runner, sheet=place.sheet, values={"code": "1.1", "weight": Decimal(-1)}, now=NOW
        )
    assert "1.1" in refused.value.message
    assert refused.value.field == "weight"


def test_only_whoever_runs_appraisals_of_the_office_changes_its_sheets(place: Place) -> None:
    for account in (factories.account("viewer", place.bureau), factories.account("editor", place.counties[0])):
        for change in (
            lambda who: operations.change_sheet(actor=who, sheet=place.sheet, values={"digits": 1}, now=NOW),
            lambda who: operations.renew_sheet(actor=who, sheet=place.sheet, now=NOW),
        ):
            with pytest.raises(PermissionMissing):
                change(account)
    viewer = client_of(factories.account("viewer", place.bureau))
    page = viewer.get(reverse("appraisal:sheet", args=[place.sheet.public_id])).content.decode()
    assert "预览改动" not in page


def test_the_page_of_a_sheet_costs_the_same_whatever_the_number_of_items(
    place: Place, django_assert_max_num_queries: Any
) -> None:
    items = [
        {"code": f"5.{number}", "label": f"项目{number}", "parent": "", "rule": "judged", "weight": Decimal(1), "full": Decimal(5)}
        for number in range(60)
    ]  # fmt: skip
    operations.replace_items(actor=place.runner, sheet=place.sheet, items=items, now=NOW)
    with django_assert_max_num_queries(9):
        queries.sheet_page(account=place.runner, public_id=place.sheet.public_id, day=NOW.date())
