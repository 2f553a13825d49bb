"""Admissions as people meet them: a family on a telephone, two clerks, the ceremony before a hall, and somebody who checks the draw at home."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from yaodian.config.simulation.season import Terms, id_card, terms_to_try, year_to_enter

pytestmark = [pytest.mark.browser, pytest.mark.once]

NARROW = {"width": 390, "height": 844}
PHONE, PASSWORD = "139 0013 9000", "栖禾镇·七里桥 1907"
REASON = "户口簿没有拍全，请补拍户主页"
FIRST, SECOND = "heyan1", "heyan2"
START = re.compile("开始报名.*学前")

Looks = Callable[[Page, str], None]


@pytest.fixture
def looks_well(
    axe: Callable[[Page], list[str]],
    screenshot: Callable[[Page, str], Path],
    is_too_wide: Callable[[Page], bool],
) -> Looks:
    """``looks_well(page, "child")``: nothing that axe calls serious, nothing beside the page; a picture of it."""

    def look(page: Page, name: str) -> None:
        assert axe(page) == []
        assert not is_too_wide(page)
        screenshot(page, name)

    return look


@pytest.fixture(scope="module")
def terms() -> Terms:
    """The season of the demonstration that takes applications."""
    today = timezone.localdate()
    return terms_to_try(year_to_enter(today), opens_on=today - timedelta(days=5))


def photograph() -> dict[str, Any]:
    """As a telephone gives it: with the place where it was taken."""
    taken = Image.Exif()
    taken.get_ifd(0x8825)[1] = "N"
    buffer = io.BytesIO()
    Image.new("RGB", (800, 600), "peru").save(buffer, "JPEG", exif=taken)
    return {"name": "IMG_2041.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def open_account(page: Page, site: Any) -> None:
    page.goto("/open-account/?next=/admissions/apply/")
    page.get_by_label("手机号").fill(PHONE)
    page.get_by_role("button", name="发送验证码").click()
    expect(page.get_by_label("短信里的 6 位验证码")).to_be_focused()
    # What a telephone would show; without a gateway the operator reads it from the sealed outbox.
    said = site.yaodian("manage", "read_texts").stdout
    (code,) = re.findall(rf"{PHONE.replace(' ', '')} .*验证码 (\d{{6}})", said)
    page.get_by_label("短信里的 6 位验证码").fill(code)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("怎样称呼您").fill("苏女士")
    page.locator("input[name=new_password]").fill(PASSWORD)
    page.locator("input[name=repeated]").fill(PASSWORD)
    page.get_by_role("button", name="开通并登录").click()
    page.wait_for_url("**/admissions/apply/")


def go_on(page: Page, step: str) -> None:
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url(f"**/steps/{step}/")


def apply(page: Page, terms: Terms, looks_well: Looks) -> str:
    """Four steps, review, receipt. Returns the number of the application."""
    page.get_by_role("button", name=START).click()
    page.get_by_label("儿童姓名").fill("苏念安")
    page.get_by_label("证件种类").select_option(label="居民身份证")
    page.get_by_label("证件号码").fill("110105202301010011")
    page.get_by_label("女").check()
    page.get_by_label("出生日期").fill("2023-01-01")
    page.get_by_role("button", name="保存并继续").click()
    # A number that nobody can have, and a birthday before the year: said at their fields, and kept all the same.
    expect(page.locator("#id_child_number_error")).to_be_visible()
    looks_well(page, "child")
    born = terms.born_from + timedelta(days=40)
    page.get_by_label("证件号码").fill(id_card(born, 902))
    page.get_by_label("出生日期").fill(born.isoformat())
    for question, answer in (
        ("预防接种证", "已按程序接种"),
        ("入园健康检查", "已检查，有检查表"),
        ("在园时间", "全日制"),
        ("希望编入的班", "小班"),
    ):
        page.get_by_label(question).select_option(label=answer)
    go_on(page, "family")
    page.locator("[name=guardian1_name]").fill("苏禾")
    page.locator("[name=guardian1_relation]").select_option(label="母亲")
    page.locator("[name=guardian1_paper]").select_option(label="居民身份证")
    page.locator("[name=guardian1_number]").fill(id_card(born.replace(year=1991), 904))
    page.locator("[name=guardian1_phone]").fill(PHONE)
    page.get_by_label("道路").fill("青川路")
    page.get_by_label("门牌号").fill("12 号")
    page.get_by_label("完整住址").fill("青川路 12 号 3 幢 402 室")
    page.get_by_label("住房情况").select_option(label="租赁")
    looks_well(page, "family")
    go_on(page, "wishes")
    page.get_by_label("第 1 志愿").select_option(index=1)
    page.get_by_label("儿童与监护人户籍在学区内").check()
    looks_well(page, "wishes")
    go_on(page, "proofs")
    page.get_by_label("这是哪一种材料").select_option(label="户口簿")
    page.get_by_label("拍照或选择文件").set_input_files([photograph()])
    page.get_by_role("button", name="上传这一份").click()
    expect(page.locator(".proof-list")).to_contain_text("IMG_2041.jpg")
    looks_well(page, "proofs")
    page.get_by_role("link", name="核对并提交").click()
    expect(page.locator("main")).to_contain_text("苏念安")
    looks_well(page, "review")
    agree(page, "提交申请")
    looks_well(page, "receipt")
    return page.locator(".receipt-number").inner_text().strip()


def agree(page: Page, button: str) -> None:
    page.locator("[name=agreed]").check()
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/receipt/")


def change_remark(page: Page, remark: str) -> None:
    page.get_by_role("link", name="修改", exact=True).first.click()
    address = page.url.replace("/child/", "/wishes/")
    page.goto(address)
    page.get_by_label("其他情况").fill(remark)
    go_on(page, "proofs")
    page.get_by_role("link", name="核对并提交修改").click()
    expect(page.locator("main")).to_contain_text(remark)
    agree(page, "提交修改")


def look(page: Page, number: str, verdict: str, *, reason: str = "") -> None:
    """A clerk finds an application in the queue by its number, and says what he thinks."""
    page.goto("/admissions/check/")
    page.get_by_role("link", name=re.compile("幼儿园招生（演示）")).click()
    page.get_by_label("报名号").fill(number)
    page.get_by_role("button", name="筛选").click()
    page.get_by_role("link", name=number).click()
    expect(page.locator("h1")).to_contain_text(number)
    form = page.locator("form.decision")
    form.locator(f"[name=verdict][value={verdict}]").check()
    form.locator("[name=reason]").fill(reason)


def save_look(page: Page, said: str) -> None:
    page.get_by_role("button", name="保存结论").click()
    expect(page.locator(".notice-good, [role=status]").first).to_contain_text(said)


def test_a_family_applies_is_asked_to_complete_and_is_verified_by_two(
    open_page: Callable[..., Page],
    site: Any,
    sign_in: Callable[[Page, str], None],
    terms: Terms,
    looks_well: Looks,
) -> None:
    phone = open_page(**NARROW)
    open_account(phone, site)
    number = apply(phone, terms, looks_well)
    phone.get_by_role("link", name="查看进度").click()
    change_remark(phone, "哥哥在同园大班")
    phone.get_by_role("link", name="查看进度").click()
    phone.get_by_role("link", name="撤销最近的修改").click()
    phone.get_by_role("button", name="撤销修改").click()
    expect(phone.locator("main")).to_contain_text("修改已撤销")
    looks_well(phone, "undone")

    clerks = [open_page(), open_page()]
    for clerk, name in zip(clerks, (FIRST, SECOND), strict=True):
        sign_in(clerk, name)
    look(clerks[0], number, "return", reason=REASON)
    expect(clerks[0].locator("main")).to_contain_text("户口簿")
    looks_well(clerks[0], "dossier")
    save_look(clerks[0], "等待第二人")
    look(clerks[1], number, "return", reason=REASON)
    # Nobody sees the other's verdict before his own.
    expect(clerks[1].locator("main")).not_to_contain_text(REASON)
    save_look(clerks[1], "退回补正")

    phone.reload()
    expect(phone.locator("main")).to_contain_text(REASON)
    looks_well(phone, "returned")
    change_remark(phone, "已补拍户主页")
    for clerk, said in zip(clerks, ("等待第二人", "核验通过"), strict=True):
        look(clerk, number, "verify")
        clerk.get_by_label("儿童与监护人户籍在学区内").check()
        save_look(clerk, said)
    phone.get_by_role("link", name="查看进度").click()
    expect(phone.locator("main")).to_contain_text("核验通过")


def test_a_family_reads_why_and_accepts_its_place(
    open_page: Callable[..., Page], sign_in: Callable[[Page, str], None], looks_well: Looks
) -> None:
    page = open_page(**NARROW)
    sign_in(page, "jiating")
    page.goto("/admissions/apply/")
    page.get_by_role("link", name="打开结果").first.click()
    expect(page.locator("#reasons")).to_be_visible()
    assert page.locator(".reason-list li").count() >= 1
    looks_well(page, "result")
    page.get_by_role("button", name="接受学位").click()
    expect(page.get_by_role("button", name="接受学位")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("已接受")
    looks_well(page, "accepted")


class Keys:
    """A person without a mouse: every field is reached by Tab from the one before."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, target: Locator) -> None:
        """Tab until it has the focus; it fails where it is not reached in a hundred."""
        wanted = target.element_handle()
        for _press in range(100):
            if self.page.evaluate("(one) => document.activeElement === one", wanted):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"{target} is not reached by the keyboard")

    def write(self, name: str, text: str) -> None:
        self.to(self.page.locator(f"[name={name}]"))
        self.page.keyboard.type(text)

    def write_day(self, name: str, day: date) -> None:
        """The order of its three parts is that of the browser's own language."""
        field = self.page.locator(f"[name={name}]")
        self.to(field)
        for parts in ((f"{day:%m}", f"{day:%d}", f"{day:%Y}"), (f"{day:%Y}", f"{day:%m}", f"{day:%d}")):
            for part in parts:
                self.page.keyboard.type(part)
                if len(part) == 4 and part is parts[0]:
                    self.page.keyboard.press("ArrowRight")
            if field.input_value() == day.isoformat():
                return
            self.page.keyboard.press("Shift+Tab")
            self.page.keyboard.press("Shift+Tab")
        pytest.fail(f"{name} cannot be typed: {field.input_value()}")

    def choose(self, name: str, place: int) -> None:
        self.to(self.page.locator(f"select[name={name}]"))
        for _press in range(place):
            self.page.keyboard.press("ArrowDown")

    def press(self, name: str | re.Pattern[str]) -> None:
        self.to(self.page.get_by_role("button", name=name))
        self.page.keyboard.press("Enter")

    def follow(self, name: str) -> None:
        self.to(self.page.get_by_role("link", name=name, exact=True))
        self.page.keyboard.press("Enter")


def test_the_four_steps_are_done_by_the_keyboard_alone(
    open_page: Callable[..., Page], sign_in: Callable[[Page, str], None], terms: Terms
) -> None:
    page = open_page()
    # Whoever listens from the beginning does not come too late on a busy machine.
    page.on("filechooser", lambda _chooser: None)
    sign_in(page, "jiazhang")
    page.goto("/admissions/apply/")
    keys, born = Keys(page), terms.born_from + timedelta(days=100)
    keys.press(START)
    page.wait_for_url("**/steps/child/")
    keys.write("child_name", "顾清和")
    keys.choose("child_paper", 1)
    keys.write("child_number", id_card(born, 905))
    keys.to(page.locator("[name=child_gender]").first)
    page.keyboard.press("Space")
    keys.write_day("child_born_on", born)
    for question in ("vaccination", "health", "day", "group"):
        keys.choose(f"answer_{question}", 1)
    keys.press("保存并继续")
    page.wait_for_url("**/steps/family/")
    keys.write("guardian1_name", "顾明朗")
    keys.choose("guardian1_relation", 2)
    keys.choose("guardian1_paper", 1)
    keys.write("guardian1_number", id_card(born.replace(year=1989), 907))
    keys.write("guardian1_phone", "13900139001")
    keys.write("home_street", "梧桐路")
    keys.write("home_number", "8 号")
    keys.write("home_address", "梧桐路 8 号 1 幢 101 室")
    keys.choose("home_held_by", 1)
    keys.press("保存并继续")
    page.wait_for_url("**/steps/wishes/")
    keys.choose("wish1", 1)
    keys.press("保存并继续")
    page.wait_for_url("**/steps/proofs/")
    keys.choose("label", 0)
    keys.to(page.locator("input[type=file]"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files([photograph()])
    keys.press("上传这一份")
    expect(page.locator(".proof-list")).to_contain_text("IMG_2041.jpg")
    keys.follow("核对并提交")
    page.wait_for_url("**/review/")
    keys.to(page.locator("[name=agreed]"))
    page.keyboard.press("Space")
    keys.press("提交申请")
    page.wait_for_url("**/receipt/")
    expect(page.locator(".receipt-number")).to_contain_text(re.compile(r"^\d{4}[A-Z]"))


@contextmanager
def at_home(browser: Browser, folder: Path) -> Iterator[Page]:
    """The page of the bundle, opened from its file with the network away."""
    context = browser.new_context(viewport=NARROW, locale="zh-CN", offline=True)
    faults: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(f"threw {error}"))
    page.on("request", lambda one: faults.append(one.url) if not one.url.startswith(("file:", "data:")) else None)
    page.goto((folder / "check.html").as_uri())
    yield page
    context.close()
    assert faults == []


def check(page: Page, folder: Path) -> Locator:
    page.locator("#files").set_input_files(sorted(path for path in folder.iterdir() if path.is_file()))
    return page.locator("#verdict")


def enter_values(page: Page) -> None:
    page.get_by_label("福彩 3D（虚构）").fill("4 0 7")
    page.get_by_label("收盘指数（虚构）").fill("3284.10")
    page.get_by_role("button", name="录入", exact=True).click()


def test_the_draw_is_made_before_a_hall_and_checked_at_home(
    open_page: Callable[..., Page],
    browser: Browser,
    sign_in: Callable[[Page, str], None],
    looks_well: Looks,
    tmp_path: Path,
) -> None:
    hall = open_page(width=1920, height=1080)
    sign_in(hall, "zhaosheng")
    hall.goto("/admissions/placing/")
    hall.get_by_role("link", name=re.compile("初中")).first.click()
    hall.get_by_role("link", name="抽签现场").click()
    expect(hall.locator(".ceremony")).to_contain_text("承诺的指纹")
    looks_well(hall, "promise")
    enter_values(hall)
    expect(hall.locator("main")).to_contain_text("请另一位同事")
    beside = open_page()
    sign_in(beside, FIRST)
    beside.goto(hall.url)
    expect(beside.locator(".ceremony")).to_contain_text("已有 1 人录入")
    enter_values(beside)
    expect(beside.locator(".ceremony")).to_contain_text("种子")
    hall.reload()
    order = hall.locator(".draw-order")
    first, last = order.first.locator("li").first.inner_text(), order.last.locator("li").last.inner_text()
    looks_well(hall, "drawn")

    anybody = open_page(**NARROW)
    hall.get_by_role("link", name="公开的记录").click()
    anybody.goto(hall.url)
    expect(anybody.locator("main")).to_contain_text("3284.10")
    looks_well(anybody, "record")
    with anybody.expect_download() as download:
        anybody.get_by_role("link", name="下载全部文件").click()
    with zipfile.ZipFile(download.value.path()) as bundle:
        bundle.extractall(tmp_path)
    folder = next(path.parent for path in tmp_path.rglob("check.html"))
    lines = (folder / "result.txt").read_text(encoding="utf-8").splitlines()
    assert (lines[1].split()[1], lines[-1].split()[1]) == (first.strip(), last.strip())
    with at_home(browser, folder) as page:
        expect(check(page, folder)).to_contain_text("全部相符")
    result = folder / "result.txt"
    changed = bytearray(result.read_bytes())
    changed[-2] ^= 1
    result.write_bytes(changed)
    with at_home(browser, folder) as page:
        expect(check(page, folder).locator(".wrong")).to_be_visible()
        expect(page.locator("#steps .step ul").first).to_contain_text("result.txt")
