"""OpenID Connect both ways; the round trip is this site against itself over the loopback, with real requests."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
import requests
from allauth.idp.oidc.models import Client as Protocol
from allauth.idp.oidc.models import Token
from allauth.socialaccount.models import SocialAccount
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from yaodian.audit.queries import entries
from yaodian.identity import operations
from yaodian.identity.models import Application, Authorization, Subject
from yaodian.identity.tests.people import NEW, NOW, PASSWORD, attempt, is_signed_in, person, school
from yaodian.organisations.models import Account
from yaodian.organisations.operations import deactivate_account
from yaodian.organisations.queries import PermissionMissing

BACK = "https://library.example/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def registered(**changed: Any) -> operations.Registered:
    given = {
        "actor": None, "name": "图书系统", "owner": "青禾县第一小学", "redirect_uris": [BACK],
        "scopes": ["openid", "profile", "organisation"], "now": NOW,
    }  # fmt: skip
    return operations.register_application(**{**given, **changed})


def question(application: operations.Registered, **changed: str | None) -> str:
    given = {
        "client_id": application.application.client_id, "redirect_uri": BACK, "response_type": "code",
        "scope": "openid profile organisation", "state": "s1", "nonce": "n1", "code_challenge": CHALLENGE,
        "code_challenge_method": "S256", **changed,
    }  # fmt: skip
    return "/identity/o/authorize?" + urlencode({name: value for name, value in given.items() if value is not None})


def agree(
    client: Client,
    address: str,
    *,
    action: str = "grant",
    scopes: tuple[str, ...] = ("openid", "profile", "organisation"),
) -> str:
    """Through the page of consent. Returns the address to which the page after it leads."""
    page = client.get(address)
    assert page.status_code == 200, page.content.decode()[:2000]
    (signed,) = re.findall(r'name="request" value="([^"]+)"', page.content.decode())
    done = client.post("/identity/o/authorize", {"request": signed, "scopes": scopes, "action": action})
    if done.status_code == 302:
        return str(done["Location"])
    (target,) = re.findall(r'http-equiv="refresh" content="0;url=([^"]+)"', done.content.decode())
    return target.replace("&amp;", "&")


def code_of(target: str) -> str:
    return parse_qs(urlsplit(target).query)["code"][0]


def exchange(client: Client, application: operations.Registered, code: str, **changed: str) -> Any:
    given = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER,
        "client_id": application.application.client_id, "client_secret": application.secret, **changed,
    }  # fmt: skip
    return client.post("/identity/o/token", given)


def told(client: Client, token: str) -> Any:
    return client.get("/identity/o/userinfo", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def account(db: None) -> Account:
    return person("linlan", role="editor")


@pytest.fixture
def inside(account: Account) -> Client:
    client = Client()
    attempt(client)
    return client


def test_discovery_offers_what_there_is_and_nothing_else(client: Client, db: None) -> None:
    found = client.get("/.well-known/openid-configuration").json()
    assert found["issuer"] == "http://testserver"
    assert found["response_types_supported"] == ["code"]
    assert found["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert "device_authorization_endpoint" not in found
    assert client.post("/identity/o/device").status_code == 404
    (key,) = client.get("/.well-known/jwks.json").json()["keys"]
    assert key["kty"] == "RSA"
    assert "d" not in key


def test_somebody_signs_in_to_an_application(inside: Client, account: Account) -> None:
    application = registered()
    target = agree(inside, question(application))
    assert target.startswith(BACK)
    assert parse_qs(urlsplit(target).query)["state"] == ["s1"]
    answer = exchange(Client(), application, code_of(target))
    assert answer.status_code == 200, answer.content
    tokens = answer.json()
    keys = Client().get("/.well-known/jwks.json").json()
    key = jwt.PyJWKSet.from_dict(keys).keys[0]
    identity = jwt.decode(tokens["id_token"], key, algorithms=["RS256"], audience=application.application.client_id)
    assert (identity["nonce"], identity["iss"]) == ("n1", "http://testserver")
    assert identity["sub"] == str(Subject.objects.get(account=account).value)
    claims = told(Client(), tokens["access_token"]).json()
    assert claims["name"] == "张三"
    assert claims["preferred_username"] == "linlan"
    assert claims["organisation"] == {"roles": [{"role": "editor", "unit": "bureau"}]}
    assert claims["sub"] == identity["sub"]
    assert PASSWORD not in str(claims)
    assert entries(code="identity.token.grant").count() == 1


def test_the_page_of_consent_says_who_asks_for_what_and_can_be_declined(inside: Client) -> None:
    application = registered()
    page = inside.get(question(application)).content.decode()
    for words in ("图书系统", "青禾县第一小学", "您的角色和所在单位", "同意并登录", "张三（linlan）"):
        assert words in page
    target = agree(inside, question(application), action="cancel")
    assert "error=access_denied" in target
    assert not Token.objects.exists()


def test_only_what_was_agreed_to_is_told(inside: Client) -> None:
    application = registered()
    target = agree(inside, question(application), scopes=("openid",))
    claims = told(Client(), exchange(Client(), application, code_of(target)).json()["access_token"]).json()
    assert set(claims) == {"sub"}


def test_a_visitor_signs_in_first_and_comes_back(client: Client, account: Account) -> None:
    address = question(registered())
    door = client.get(address)
    assert door["Location"].startswith("/sign-in/?next=/identity/o/authorize")
    answer = attempt(client, next=address)
    assert answer["Location"] == address
    assert "同意并登录" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"client_id": "nobody"}, "没有在本系统登记"),
        ({"redirect_uri": f"{BACK}/"}, "回调地址"),
        ({"redirect_uri": f"{BACK}?x=1"}, "回调地址"),
        ({"redirect_uri": "https://LIBRARY.example/callback"}, "回调地址"),
        ({"redirect_uri": "https://evil.example/callback"}, "回调地址"),
        ({"redirect_uri": None}, "回调地址"),
        ({"response_type": "token"}, "授权码方式"),
        ({"response_type": "code id_token"}, "授权码方式"),
        ({"code_challenge": None}, "PKCE"),
        ({"code_challenge_method": "plain"}, "PKCE"),
        ({"code_challenge_method": None}, "PKCE"),
        ({"code_challenge": "short"}, "PKCE"),
    ],
)
def test_a_request_that_is_not_right_ends_on_a_page_of_ours(
    inside: Client, changed: dict[str, str | None], words: str
) -> None:
    answer = inside.get(question(registered(), **changed))
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert "Location" not in answer


def test_an_application_learns_no_more_than_it_was_registered_for(inside: Client) -> None:
    application = registered(scopes=["openid"])
    answer = inside.get(question(application))
    assert f"{BACK}?error=invalid_scope" in answer.content.decode()
    assert not Token.objects.exists()


@pytest.mark.parametrize("wrong", ["secret", "verifier", "address", "other application", "twice"])
def test_a_code_is_worth_nothing_to_others(inside: Client, wrong: str, django_capture_on_commit_callbacks: Any) -> None:
    application, other = registered(), registered(name="别的应用")
    code = code_of(agree(inside, question(application)))
    match wrong:
        case "secret":
            answer = exchange(Client(), application, code, client_secret="guess")
        case "verifier":
            answer = exchange(Client(), application, code, code_verifier="w" * 64)
        case "address":
            answer = exchange(Client(), application, code, redirect_uri="https://evil.example/callback")
        case "other application":
            answer = exchange(Client(), other, code)
        case _:
            first = exchange(Client(), application, code).json()
            with django_capture_on_commit_callbacks(execute=True):
                answer = exchange(Client(), application, code)
            assert told(Client(), first["access_token"]).status_code == 401, "a code seen twice ends its tokens"
    assert answer.status_code in {400, 401}
    assert "access_token" not in answer.json()


@pytest.mark.parametrize("end", ["deactivated", "everything", "application", "password", "secret"])
def test_tokens_end_with_what_they_stood_on(inside: Client, account: Account, end: str) -> None:
    application = registered()
    tokens = exchange(Client(), application, code_of(agree(inside, question(application)))).json()
    assert told(Client(), tokens["access_token"]).status_code == 200
    client_id = application.application.client_id
    match end:
        case "deactivated":
            deactivate_account(actor=None, account=account, now=NOW)
        case "everything":
            operations.end_everything(account=account, reason="right-ended", now=NOW)
        case "application":
            operations.set_application_enabled(actor=None, client_id=client_id, is_enabled=False, now=NOW)
        case "password":
            inside.post("/password/", {"old_password": PASSWORD, "new_password": NEW, "repeated": NEW})
        case _:
            operations.renew_application_secret(actor=None, client_id=client_id, now=NOW)
    assert told(Client(), tokens["access_token"]).status_code == 401
    assert renew(application, tokens).status_code in {400, 401}


def renew(application: operations.Registered, tokens: dict[str, str]) -> Any:
    given = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"],
             "client_id": application.application.client_id, "client_secret": application.secret}  # fmt: skip
    return Client().post("/identity/o/token", given)


@pytest.mark.parametrize("use", ["code", "access", "refresh"])
@pytest.mark.parametrize("end", ["withdrawn", "day", "closed"])
def test_what_an_application_holds_ends_with_a_right_of_its_owner(
    inside: Client, account: Account, use: str, end: str
) -> None:
    """No operation tells the door that a right has ended: it may have ended by itself, at midnight."""
    application = registered()
    code = code_of(agree(inside, question(application)))
    tokens = exchange(Client(), application, code).json() if use != "code" else {}
    if end == "closed":
        Account.objects.filter(pk=account.pk).update(is_active=False)
    elif end == "day":
        account.grants.update(until_on=date(2020, 1, 1))
    else:
        account.grants.all().delete()
    match use:
        case "code":
            assert exchange(Client(), application, code).status_code == 400
        case "access":
            assert told(Client(), tokens["access_token"]).status_code == 401
            assert renew(application, tokens).status_code == 400, "the whole authorization has ended"
        case _:
            assert renew(application, tokens).status_code == 400
    assert not Token.objects.exists()
    assert entries(code="identity.token.revoke").count() == 1


def test_a_new_right_ends_nothing_and_is_told(inside: Client, account: Account) -> None:
    application = registered()
    tokens = exchange(Client(), application, code_of(agree(inside, question(application)))).json()
    unit = school("3300000007")
    grant = account.grants.create(role="viewer", unit=unit, from_on=date(2000, 1, 1), granted_at=NOW)
    claims = told(Client(), tokens["access_token"]).json()
    assert {"role": "viewer", "unit": unit.code} in claims["organisation"]["roles"]
    tokens = renew(application, tokens).json()
    grant.delete()
    assert told(Client(), tokens["access_token"]).status_code == 401, "it was used with that right"


def test_other_authorizations_of_the_same_account_go_on(inside: Client, account: Account) -> None:
    application = registered()
    grant = account.grants.create(role="viewer", unit=school("3300000007"), from_on=date(2000, 1, 1), granted_at=NOW)
    before = exchange(Client(), application, code_of(agree(inside, question(application)))).json()
    grant.delete()
    fresh = Client()
    attempt(fresh)
    after = exchange(Client(), application, code_of(agree(fresh, question(application)))).json()
    assert told(Client(), before["access_token"]).status_code == 401
    assert told(Client(), after["access_token"]).status_code == 200


def test_what_has_expired_is_cleared(inside: Client, account: Account) -> None:
    application = registered()
    tokens = exchange(Client(), application, code_of(agree(inside, question(application)))).json()
    now = timezone.now()
    operations.forget_ended_tokens(now=now)
    assert told(Client(), tokens["access_token"]).status_code == 200
    assert operations.forget_ended_tokens(now=now + timedelta(days=2)) == 3, "code, access token, refresh token"
    assert not Authorization.objects.exists()


def test_a_refresh_token_works_once(inside: Client) -> None:
    application = registered()
    tokens = exchange(Client(), application, code_of(agree(inside, question(application)))).json()
    assert renew(application, tokens).status_code == 200
    assert renew(application, tokens).status_code == 400


def test_a_disabled_application_lets_nobody_in_until_it_is_enabled(inside: Client) -> None:
    application = registered()
    client_id = application.application.client_id
    operations.set_application_enabled(actor=None, client_id=client_id, is_enabled=False, now=NOW)
    assert "已被停用" in inside.get(question(application)).content.decode()
    with pytest.raises(operations.UnableToChangeApplication, match="已经如此"):
        operations.set_application_enabled(actor=None, client_id=client_id, is_enabled=False, now=NOW)
    operations.set_application_enabled(actor=None, client_id=client_id, is_enabled=True, now=NOW)
    assert agree(inside, question(application)).startswith(BACK)


def test_an_application_may_ask_that_its_user_proves_himself_now(inside: Client) -> None:
    answer = inside.get(question(registered(), prompt="login"))
    assert answer["Location"].startswith("/confirm/?next=%2Fidentity%2Fo%2Fauthorize")
    assert "prompt" not in answer["Location"]


def test_signing_out_of_an_application_asks_about_this_site(inside: Client) -> None:
    page = inside.get("/identity/o/logout")
    assert "要同时退出本系统吗" in page.content.decode()
    inside.post("/identity/o/logout", {"action": "stay", "csrfmiddlewaretoken": "x"})
    assert is_signed_in(inside)
    inside.post("/identity/o/logout", {"action": "logout", "csrfmiddlewaretoken": "x"})
    assert not is_signed_in(inside)


@pytest.mark.parametrize(
    "uri",
    ["http://library.example/cb", "ftp://library.example", "https://*.example/cb", "https://a@library.example/cb",
     "https://library.example/cb#x", "javascript:alert(1)", "//library.example", "https://", "https://[::1", "x" * 600],
)  # fmt: skip
def test_no_code_is_sent_to_an_address_that_is_none(db: None, uri: str) -> None:
    with pytest.raises(operations.UnableToRegisterApplication, match="回调地址"):
        registered(redirect_uris=[uri])
    assert not Application.objects.exists()


def test_whoever_manages_the_bureau_registers_applications_on_a_page(client: Client, db: None) -> None:
    county = person("county", role="security_administrator", unit=school("3300000009"))
    with pytest.raises(PermissionMissing):
        registered(actor=county)
    client.force_login(person("admin", role="security_administrator"))
    given = {"name": "图书系统", "owner": "青禾县第一小学", "redirect_uris": f"{BACK}\n", "scopes": ["profile"]}
    answer = client.post("/identity/applications/", given)
    text = answer.content.decode()
    row = Protocol.objects.get()
    assert row.pk in text
    (secret,) = [one for one in re.findall(r"<code>([^<]{40,60})</code>", text) if row.check_secret(one)]
    assert secret not in client.get("/identity/applications/").content.decode()
    assert client.post(f"/identity/applications/{row.pk}/disable/").status_code == 302
    assert not Application.objects.get().is_enabled
    wrong = client.post("/identity/applications/", {**given, "redirect_uris": "http://x.example"})
    assert wrong.status_code == 422
    assert "回调地址“http://x.example”不可用" in wrong.content.decode()
    client.force_login(county)
    assert client.get("/identity/applications/").status_code == 403


def test_the_operator_registers_with_a_command(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("register_application", "图书系统", owner="青禾县第一小学", redirect_uri=[BACK], trusted=True)
    said = capsys.readouterr().out
    row = Protocol.objects.get()
    assert row.pk in said
    assert row.check_secret(said.rsplit(": ", 1)[1].strip())
    assert row.skip_consent


def test_a_trusted_application_asks_nothing_and_leaves_by_a_page(inside: Client) -> None:
    application = registered(is_trusted=True)
    page = inside.get(question(application)).content.decode()
    assert f"0;url={BACK}?" in page
    assert entries(code="identity.token.grant").count() == 1


# As a client of a platform --------------------------------------------------------------------------------------


@pytest.fixture
def platform(settings: Any, transactional_db: None, live_server: Any) -> operations.Registered:
    """This site as the platform, on a port of this machine; the tests' own client is the site that asks it."""
    provider = registered(redirect_uris=["http://127.0.0.1/sign-in/platform/callback/"], scopes=["openid", "profile"])
    settings.PLATFORM_ISSUER = live_server.url
    settings.PLATFORM_LABEL = "政务平台"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": settings.PLATFORM_ID, "name": "政务平台",
                    "client_id": provider.application.client_id, "secret": provider.secret,
                    "settings": {"server_url": live_server.url, "scope": ["openid", "profile"], "oauth_pkce_enabled": True},
                }
            ]
        }
    }  # fmt: skip
    return provider


def ours() -> Client:
    """A visitor of the site that asks the platform."""
    return Client(SERVER_NAME="127.0.0.1")


def through_the_platform(client: Client, begin: str, *, as_who: str) -> Any:
    """Leaves our site by `begin`, signs in at the platform as somebody with real requests, and comes back."""
    page = client.post(begin, {"next": "/plans/"})
    assert page.status_code == 200, page.headers
    (address,) = re.findall(r'http-equiv="refresh" content="0;url=([^"]+)"', page.content.decode())
    address = address.replace("&amp;", "&")
    with requests.Session() as visitor:
        door = visitor.get(address)
        (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', door.text)[:1])
        target = urlsplit(door.url)._replace(query="", path="/sign-in/").geturl()
        here = urlsplit(address)._replace(scheme="", netloc="").geturl()
        consent = visitor.post(
            target, {"csrfmiddlewaretoken": token, "username": as_who, "password": PASSWORD, "next": here},
            headers={"Referer": target},
        )  # fmt: skip
        (signed,) = re.findall(r'name="request" value="([^"]+)"', consent.text)
        token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', consent.text)[0]
        done = visitor.post(
            consent.url.partition("?")[0],
            {"csrfmiddlewaretoken": token, "request": signed, "scopes": ["openid", "profile"], "action": "grant"},
        )
    (back,) = re.findall(r'http-equiv="refresh" content="0;url=([^"]+)"', done.text)
    return client.get(back.replace("&amp;", "&").removeprefix("http://127.0.0.1"))


def test_the_whole_way_round_links_an_account_and_signs_it_in(platform: operations.Registered) -> None:
    person("citizen")
    mine = person("linlan", role="editor")
    stranger = ours()
    refused = through_the_platform(stranger, "/sign-in/platform/", as_who="citizen")
    assert refused["Location"] == "/sign-in/"
    assert "还没有与本系统的账号绑定" in stranger.get("/sign-in/").content.decode()
    assert not SocialAccount.objects.exists()

    client = ours()
    attempt(client)
    assert through_the_platform(client, "/security/links/platform/", as_who="citizen")["Location"] == "/security/"
    assert "绑定成功" in client.get("/security/").content.decode()
    link = SocialAccount.objects.get()
    assert (link.user_id, link.extra_data) == (mine.pk, {})

    back = ours()
    before = back.session.session_key
    assert through_the_platform(back, "/sign-in/platform/", as_who="citizen")["Location"] == "/plans/"
    assert back.session.session_key != before
    assert "linlan" in back.get("/").content.decode()
    assert entries(code="identity.session.open")[0].detail_data["method"] == "platform"

    client.post(f"/security/links/{link.pk}/remove/")
    assert through_the_platform(ours(), "/sign-in/platform/", as_who="citizen")["Location"] == "/sign-in/"


def test_a_verified_user_name_links_only_where_that_is_configured(
    platform: operations.Registered, settings: Any
) -> None:
    account = person("linlan")
    assert through_the_platform(ours(), "/sign-in/platform/", as_who="linlan")["Location"] == "/sign-in/"
    settings.PLATFORM_USERNAME_CLAIM = "preferred_username"
    assert through_the_platform(ours(), "/sign-in/platform/", as_who="linlan")["Location"] == "/plans/"
    assert SocialAccount.objects.get().user_id == account.pk
    deactivate_account(actor=None, account=account, now=NOW)
    with pytest.raises(operations.UnableToSignInFromPlatform):
        operations.account_from_platform(uid=SocialAccount.objects.get().uid, claims={}, now=NOW)


def test_an_identity_belongs_to_one_account(platform: operations.Registered) -> None:
    first, second = person(), person()
    operations.link_account(account=first, uid="u1", now=NOW)
    with pytest.raises(operations.UnableToLinkAccount, match="另一个账号"):
        operations.link_account(account=second, uid="u1", now=NOW)
    with pytest.raises(operations.UnableToLinkAccount, match="另一个平台账号"):
        operations.link_account(account=first, uid="u2", now=NOW)
    with pytest.raises(operations.UnableToUnlinkAccount):
        operations.unlink_account(account=second, link_id=SocialAccount.objects.get().pk, now=NOW)


def test_a_platform_that_does_not_answer_costs_a_sentence(db: None, settings: Any) -> None:
    settings.PLATFORM_ISSUER = "http://127.0.0.1:9"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [{"provider_id": "platform", "name": "政务平台", "client_id": "x", "secret": "y",
                      "settings": {"server_url": "http://127.0.0.1:9"}}]
        }
    }  # fmt: skip
    client = Client()
    assert client.post("/sign-in/platform/")["Location"] == "/sign-in/"
    assert "平台登录没有成功" in client.get("/sign-in/").content.decode()


@pytest.mark.parametrize("query", ["", "?state=x&code=y", "?error=access_denied", "?state=x&error=access_denied"])
def test_coming_back_without_having_left_opens_nothing(platform: operations.Registered, query: str) -> None:
    client = ours()
    answer = client.get(f"/sign-in/platform/callback/{query}")
    assert answer["Location"] == "/sign-in/"
    assert not is_signed_in(client)


def test_without_a_platform_there_is_no_button_and_no_door(client: Client, account: Account) -> None:
    assert "/sign-in/platform/" not in client.get("/sign-in/").content.decode()
    assert client.post("/sign-in/platform/").status_code == 404
    assert client.get("/sign-in/platform/callback/?code=x&state=y").status_code == 404
