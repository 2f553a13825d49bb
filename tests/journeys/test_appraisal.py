"""A county's schools are appraised from the sheet to the decision on an appeal, which the school files on a telephone."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
Judge = Callable[[Page], list[str]]

# The background lays down the demonstration's values and rounds, and writes for long while it does.
SETTLED = """
import time
from django.utils import timezone
from yaodian.appraisal.models import Round
from yaodian.measures.models import Taking
until = time.monotonic() + 600
while time.monotonic() < until:
    if Taking.objects.filter(on=timezone.localdate()).exists() and Round.objects.count() >= 2:
        break
    time.sleep(0.5)
else:
    raise SystemExit('the demonstration was not laid down')
"""

# Everybody else's marks, as the assessors would give them: the journey itself writes those of one school.
REST = """
from decimal import Decimal
from django.utils import timezone
from yaodian.appraisal.models import Judgement
from yaodian.appraisal.operations import give_mark
rows = Judgement.objects.filter(appraisal__round__title='{title}', assessor__username='{who}', mark__isnull=True)
for row in rows.select_related('appraisal__round', 'appraisal__unit', 'assessor'):
    give_mark(actor=row.assessor, judgement=row, mark=Decimal(50), evidence='台账齐全。', now=timezone.now())
"""


def photograph() -> dict[str, Any]:
    buffer = io.BytesIO()
    Image.new("RGB", (400, 300), "peru").save(buffer, "JPEG")
    return {"name": "台账.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def confirmed(page: Page, button: str) -> None:
    """A step that cannot be taken back is asked for once more."""
    page.locator(".page-actions, main").get_by_role("button", name=button).first.click()
    page.locator("dialog[open]").get_by_role("button", name="确定").click()


def add_item(page: Page, **said: str) -> None:
    form = page.locator("#edit")
    for name, value in said.items():
        field = form.locator(f"[name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    form.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text(f"{said['code']} {said['label']}")


def make_sheet(page: Page, name: str, county: str) -> None:
    """A sheet of three items; what a change of its weights would do is looked at before it is made."""
    page.goto(reverse("appraisal:rounds"))
    page.locator("#sheet-office").select_option(label=county)
    page.locator("#sheet-name").fill(name)
    page.locator("#sheet-unit_kind").select_option("school")
    page.locator("#sheet-basis").fill("虚构考核办法")
    page.get_by_role("button", name="建立考核表").click()
    expect(page.locator("main")).to_contain_text("还不能用来考核")
    add_item(page, code="1", label="课程与作业管理", rule="judged", weight="60", full="60")
    add_item(
        page, code="2", label="逾期事项", rule="linear", weight="40", full="40", measure="cases.overdue", floor="5",
        target="0", when_absent="leave_out",
    )  # fmt: skip
    add_item(page, code="3", label="通报批评", rule="deduction", each="2", cap="6")
    page.get_by_role("link", name="修改 逾期事项").click()
    page.locator("#item-weight").fill("20")
    page.locator("#edit").get_by_role("button", name="预览改动").click()
    expect(page.locator("#preview")).to_contain_text("75")
    expect(page.locator(".sheet-table")).to_contain_text("40")


def mark_one(page: Page, school: str, mark: str) -> None:
    """An assessor marks one school, with a photograph."""
    page.goto(reverse("appraisal:seats"))
    page.locator(".item-list").get_by_role("link", name=school).first.click()
    page.locator("[name=mark]").fill(mark)
    page.get_by_role("button", name="保存评分").click()
    expect(page.locator(".field-error").first).to_be_visible()
    page.locator("[name=evidence]").fill("抽查两个年级，作业公示齐全。")
    page.locator("input[type=file]").set_input_files([photograph()])
    page.get_by_role("button", name="保存评分").click()
    expect(page.locator("main, .messages, body").first).to_contain_text("评分已保存")


def test_a_round_goes_from_its_sheet_to_the_decision_on_an_appeal(
    open_page: Any,
    site: Any,
    sign_in: SignIn,
    axe: Judge,
    is_too_wide: Callable[[Page], bool],
) -> None:
    title = "学校考核（旅程）"
    run(site, SETTLED)
    school = school_of(site)
    office = open_page()
    sign_in(office, "linlan")
    make_sheet(office, f"{title}表", school["county"])
    assert axe(office) == []
    assert not is_too_wide(office)

    office.goto(reverse("appraisal:rounds"))
    office.locator("#round-sheet").select_option(label=f"{title}表")
    office.locator("#round-title").fill(title)
    office.locator("#round-freeze_on").fill(date.today().isoformat())
    office.get_by_role("button", name="建立考核", exact=True).click()
    round_page = office.url
    confirmed(office, "开始评分")
    expect(office.locator(".table")).to_contain_text(school["name"])
    for seat, who in (("1", "zhouyi"), ("2", "ducha")):
        office.locator("#assign-assessor").select_option(who)
        office.locator("#assign-seat").select_option(seat)
        office.get_by_role("button", name="安排", exact=True).click()
        expect(office.locator("body")).to_contain_text("已安排")

    for who, mark in (("zhouyi", "48"), ("ducha", "44")):
        assessor = open_page()
        sign_in(assessor, who)
        mark_one(assessor, school["name"], mark)
        run(site, REST.format(title=title, who=who))

    office.goto(round_page)
    confirmed(office, "定数")
    expect(office.locator(".table tbody tr").first.locator("td").first).to_have_text("1")
    assert axe(office) == []
    confirmed(office, "反馈各单位")
    expect(office.locator("main")).to_contain_text("申诉至")

    phone = open_page(width=390, height=844)
    sign_in(phone, "xiaoyun")
    phone.goto(reverse("appraisal:rounds"))
    phone.get_by_role("link", name=title).click()
    phone.get_by_role("link", name=school["name"]).click()
    expect(phone.locator("#item-1")).to_contain_text("取平均 46 分")
    expect(phone.locator("#item-1 .evidence-list img").first).to_be_visible()
    assert axe(phone) == []
    assert not is_too_wide(phone)
    phone.locator("#appeal [name=item]").select_option("1")
    phone.locator("#appeal [name=text]").fill("六年级的作业公示没有计入，见照片。")
    phone.locator("#appeal input[type=file]").set_input_files([photograph()])
    phone.locator("#appeal").get_by_role("button", name="提出申诉").click()
    expect(phone.locator("#item-1")).to_contain_text("待裁定")

    office.goto(round_page)
    office.get_by_role("link", name=f"{school['name']} · 1").click()
    line = office.locator("#item-1")
    line.get_by_text("裁定", exact=True).first.click()
    line.locator("[name=mark]").fill("52")
    line.locator("[name=reason]").fill("补充材料属实，按标准更正。")
    line.get_by_role("button", name="裁定").click()
    expect(office.locator("#item-1")).to_contain_text("予以更正")
    phone.reload()
    expect(phone.locator("#item-1")).to_contain_text("原为 46")
    expect(phone.locator("#item-1")).to_contain_text("补充材料属实")


def run(site: Any, code: str) -> str:
    """What a few lines print that run beside the site, on its data."""
    said = site.yaodian("manage", "shell", "--no-imports", "-c", code)
    assert said.returncode == 0, said.stderr
    return str(said.stdout).strip()


SCHOOL = """
from django.utils import timezone
from yaodian.organisations.models import Ancestry, Grant, Unit, UnitKind
from yaodian.organisations.queries import named
unit = Grant.objects.get(account__username='xiaoyun').unit_id
above = Ancestry.objects.filter(descendant=unit, ancestor__kind=UnitKind.COUNTY).values('ancestor')
units = (named(Unit.objects.filter(pk__in=ids), day=timezone.localdate()).get() for ids in ([unit], above))
print('@'.join(one.name_then for one in units))
"""


def school_of(site: Any) -> dict[str, str]:
    """The school of the demonstration's head, and the county that it lies in, as the pages call them."""
    name, county = run(site, SCHOOL).splitlines()[-1].split("@")
    return {"name": name, "county": county}
