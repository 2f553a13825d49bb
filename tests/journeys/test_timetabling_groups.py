"""A grade office plans teaching groups from a settled round until they are adopted, and moves a pupil between two of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
Judge = Callable[[Page], list[str]]

# A grade of the school whose office signs in, without a round so far: it has chosen, and the term knows its classes and hours.
LAY = """
from datetime import date, timedelta
from django.utils import timezone
from yaodian.registry.models import SchoolClass
from yaodian.registry.queries import cohort
from yaodian.timetabling.models import *
from yaodian.timetabling.problem.group_settings import NAMES
now = timezone.now()
today = timezone.localdate(now)
school = ChoiceRound.objects.order_by("pk").first().school
# The term after the demonstration's, whose lessons are published already.
year = today.year if today.month > 7 else today.year - 1
term = Term(school=school, year=year, half=2, begins_on=date(year + 1, 2, 20), ends_on=date(year + 1, 7, 1), made_at=now).store()
bells = term.bells.order_by("pk").first() or BellSchedule(term=term, code="旅程").store()
for grade in (3, 2):
    entered = term.year - grade + 1
    pupils = list(cohort(unit=school.pk, stage="senior", entered_year=entered).order_by("pk").values_list("pk", flat=True))
    if pupils and not ChoiceRound.objects.filter(school=school, entered_year=entered).exists():
        break
row = ChoiceRound(
    school=school, entered_year=entered, grade=grade, title="旅程正式选科", kind="binding", state="settled",
    opens_on=today - timedelta(20), closes_on=today - timedelta(10), made_at=now, opened_at=now, settled_at=now,
).store()
PupilChoice.objects.bulk_create(
    PupilChoice(round=row, pupil_id=pupil, combination=("PCB", "PCG", "HOG")[at % 3], state="standing", means="code", chosen_at=now)
    for at, pupil in enumerate(pupils)
)
for room in SchoolClass.objects.filter(school__unit=school, stage="senior", entered_year=entered, until_on__isnull=True):
    if not TermClass.objects.filter(term=term, code=room.name).exists():
        TermClass(term=term, code=room.name, grade=grade, size=50, bells=bells, school_class=room).store()
for words in NAMES.values():
    had = CurriculumHours.objects.filter(term=term, grade=grade, is_chosen=True, subject__in=words)
    if not had.exists():
        CurriculumHours.objects.create(term=term, grade=grade, subject=words[0], hours=4, is_chosen=True)
print("LAID", term.public_id, grade)
"""


def test_the_office_plans_groups_until_they_are_adopted(
    page: Page, site: Any, sign_in: SignIn, axe: Judge, is_too_wide: Callable[[Page], bool]
) -> None:
    laid = site.yaodian("manage", "shell", "-c", LAY)
    found = re.search(r"LAID (\w+) (\d)", laid.stdout)
    assert found is not None, laid.stdout + laid.stderr
    sign_in(page, "nianji")
    page.goto(f"{reverse('timetabling:groupings', args=[found[1]])}?grade={found[2]}")
    assert axe(page) == []

    # A size that makes no sense is told beside its field, and what was typed stays.
    page.get_by_label("物理最少").fill("1")
    page.get_by_label("物理最多").fill("90")
    page.get_by_role("button", name="开始编班").press("Enter")
    expect(page.locator("#group-physics_most_error")).to_contain_text("66 人起为超大班额")
    assert axe(page) == []
    page.get_by_label("物理最多").fill("48")
    for name in ("考虑任课教师", "考虑教室和座位"):
        page.get_by_label(name).uncheck()
    page.get_by_role("button", name="开始编班").press("Enter")
    page.wait_for_url("**/groupings/*/")

    # The page goes on by itself when the worker is done.
    expect(page.locator("#blocks")).to_be_visible(timeout=120_000)
    expect(page.locator(".figures")).to_contain_text("最少")
    assert axe(page) == []
    assert not is_too_wide(page)

    page.get_by_role("button", name="采用这个方案").click()
    page.locator("#confirm-dialog").get_by_role("button", name="采用").click()
    expect(page.locator("h1")).to_contain_text("已采用")
    expect(page.locator("main")).to_contain_text("项教学任务")

    # Names are opened for a purpose.
    page.get_by_role("link", name=re.compile("^物理-")).first.click()
    expect(page.locator("main table")).to_have_count(0)
    page.get_by_label("用途").select_option("move")
    page.get_by_role("button", name="查看名单").click()
    expect(page.locator("main table tbody tr").first).to_be_visible()
    assert axe(page) == []
