"""From the letter to the passkey, as a person goes: activation, second factors, coming in with them."""

from __future__ import annotations

import base64
import re
import struct
import time
from collections.abc import Callable
from hashlib import sha1
from hmac import digest
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PASSWORD = "临溪-journey-2026-autumn"


def new_account(site: Any, username: str, role: str) -> str:
    """An account without a password. Returns the activation code that the command prints."""
    said = site.yaodian("manage", "create_account", username, "--name", "杜若", "--role", role)
    assert said.returncode == 0, said.stderr
    (code,) = re.findall(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}", said.stdout)
    return str(code)


def activate(page: Page, username: str, code: str) -> None:
    page.goto("/activate/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=code]").fill(code)
    page.locator("input[name=new_password]").fill(PASSWORD)
    page.locator("input[name=repeated]").fill(PASSWORD)
    page.locator("input[name=repeated]").press("Enter")


def give_password(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")


def sign_out(page: Page) -> None:
    page.locator("form[action='/sign-out/']").evaluate("form => form.requestSubmit()")
    expect(page.locator("form[action='/sign-out/']")).to_have_count(0)


def on_localhost(open_page: Callable[..., Page], site: Any) -> Page:
    """WebAuthn knows no addresses made of numbers, so the same site is visited under its other name."""
    site.address = site.address.replace("127.0.0.1", "localhost")
    return open_page()


@pytest.fixture
def secure_page(open_page: Callable[..., Page], site: Any) -> Any:
    page = on_localhost(open_page, site)
    yield page
    site.address = site.address.replace("localhost", "127.0.0.1")


def virtual_authenticator(page: Page) -> None:
    """A passkey device inside Chromium that says yes at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def code_now(secret: str) -> str:
    return code_at(secret, time.time())


def code_at(secret: str, moment: float) -> str:
    counter = struct.pack(">Q", int(moment) // 30)
    hashed = digest(base64.b32decode(secret.replace(" ", "")), counter, sha1)
    start = hashed[-1] & 15
    return f"{(struct.unpack('>I', hashed[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def test_a_letter_leads_to_a_password_and_works_once(
    page: Page, site: Any, axe: Callable[[Page], list[str]], screenshot: Callable[[Page, str], Path]
) -> None:
    code = new_account(site, "duruo", "editor")
    page.goto("/activate/")
    assert axe(page) == []
    screenshot(page, "activate")
    activate(page, "duruo", code.lower().replace("-", " "))
    page.wait_for_url("**/")
    expect(page.locator("main")).to_contain_text("密码已设置")
    sign_out(page)
    activate(page, "duruo", code)
    expect(page.locator("main [role=alert]").first).to_contain_text("激活码不正确")
    give_password(page, "duruo")
    page.wait_for_url("**/")


def test_an_auditor_sets_up_a_passkey_before_anything_else_and_signs_in_with_it(
    secure_page: Page, site: Any, axe: Callable[[Page], list[str]], screenshot: Callable[[Page, str], Path]
) -> None:
    page = secure_page
    virtual_authenticator(page)
    activate(page, "shenyan", new_account(site, "shenyan", "auditor"))
    page.wait_for_url("**/security/set-up/")
    assert axe(page) == []
    screenshot(page, "set-up")
    page.goto("/journal/")
    page.wait_for_url("**/security/set-up/")
    page.get_by_role("link", name="设置通行密钥").click()
    page.wait_for_url("**/security/passkeys/")
    expect(page.get_by_role("button", name="创建通行密钥")).to_be_visible()
    assert axe(page) == []
    screenshot(page, "passkey")
    page.locator("#passkey-name").fill("办公室电脑")
    page.get_by_role("button", name="创建通行密钥").click()
    page.wait_for_url("**/security/")
    expect(page.locator("main")).to_contain_text("办公室电脑")
    page.get_by_role("button", name="生成备用码").click()
    expect(page.locator(".codes code")).to_have_count(10)
    screenshot(page, "recovery-codes")
    page.goto("/security/")
    assert axe(page) == []
    screenshot(page, "security")
    page.goto("/journal/")
    expect(page.locator("main")).to_contain_text("添加二次验证")
    sign_out(page)

    page.goto("/sign-in/?next=/journal/")
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url("**/journal/")
    sign_out(page)

    give_password(page, "shenyan")
    page.wait_for_url("**/sign-in/second/")
    assert axe(page) == []
    screenshot(page, "second-step")
    page.get_by_role("button", name="用通行密钥验证").click()
    page.wait_for_url("**/")
    expect(page.locator("form[action='/sign-out/']")).to_have_count(1)


def test_an_app_on_the_telephone_is_set_up_and_asked_for(
    phone: Page, site: Any, axe: Callable[[Page], list[str]], screenshot: Callable[[Page, str], Path],
    is_too_wide: Callable[[Page], bool],
) -> None:  # fmt: skip
    page = phone
    activate(page, "yunshu", new_account(site, "yunshu", "editor"))
    page.wait_for_url("**/")
    page.goto("/security/totp/")
    expect(page.locator("img.qr")).to_be_visible()
    assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    assert axe(page) == []
    assert not is_too_wide(page)
    screenshot(page, "totp")
    secret = page.locator(".secret code").inner_text()
    page.locator("input[name=code]").fill(code_now(secret))
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url("**/security/")
    assert not is_too_wide(page)
    screenshot(page, "security")
    page.locator("form[action='/sign-out/']").evaluate("form => form.requestSubmit()")
    expect(page.locator("form[action='/sign-out/']")).to_have_count(0)

    give_password(page, "yunshu")
    page.wait_for_url("**/sign-in/second/")
    # The code that set it up is used. The next one comes within half a minute, and is taken already.
    shown = code_at(secret, time.time() + 30)
    page.locator("input[name=code]").fill(f"{shown[:3]} {shown[3:]}")
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url("**/")
    expect(page.locator("form[action='/sign-out/']")).to_have_count(1)


@pytest.mark.once
def test_a_family_opens_its_account_on_a_telephone(
    phone: Page,
    site: Any,
    axe: Callable[[Page], list[str]],
    screenshot: Callable[[Page, str], Path],
    is_too_wide: Callable[[Page], bool],
) -> None:
    page = phone

    def looks_well(name: str) -> None:
        assert axe(page) == []
        assert not is_too_wide(page)
        screenshot(page, name)

    page.goto("/sign-in/")
    page.get_by_role("link", name="用手机号开通账号").click()
    page.get_by_label("手机号").fill("12345")
    page.get_by_role("button", name="发送验证码").click()
    expect(page.locator("#id_number_error")).to_contain_text("不是手机号")
    looks_well("number")
    page.get_by_label("手机号").fill("138 0013 8000")
    page.get_by_role("button", name="发送验证码").click()
    expect(page.get_by_label("短信里的 6 位验证码")).to_be_focused()
    looks_well("code")
    # What a telephone would show; without a gateway the operator reads it.
    said = site.yaodian("manage", "read_texts")
    (code,) = re.findall(r"13800138000 .*验证码 (\d{6})", said.stdout)
    page.get_by_label("短信里的 6 位验证码").fill(code)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("怎样称呼您").fill("林女士")
    page.locator("input[name=new_password]").fill(PASSWORD)
    page.locator("input[name=repeated]").fill(PASSWORD)
    looks_well("password")
    page.get_by_role("button", name="开通并登录").click()
    expect(page.locator("main")).to_contain_text("账号已开通")
    page.goto("/security/")
    expect(page.locator("main")).to_contain_text("+86 138******00")
    looks_well("security")
