"""A family on its telephone: from the first step to the receipt, and what it never sees of others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from yaodian.admissions import operations
from yaodian.admissions.content import Content
from yaodian.admissions.models import Application, ApplicationState, How, IntakeState, Place
from yaodian.admissions.problem.numbering import new_number
from yaodian.admissions.tests import factories, families
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.audit.queries import verify_journal
from yaodian.foundation.files.tests import making
from yaodian.identity.session import PROVED
from yaodian.organisations.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return factories.made()


def client_of(account: Account, *, language: str = "zh-hans", is_proved: bool = True) -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(account)
    session = client.session
    session[PROVED] = int(NOW.timestamp()) if is_proved else 0
    session.save()
    return client


def url(name: str, *arguments: Any) -> str:
    return reverse(f"admissions:{name}", args=arguments)


def child_of(said: Content) -> dict[str, Any]:
    child = said.child
    return {
        "child_name": child.name, "child_paper": child.paper, "child_number": child.number,
        "child_gender": child.gender, "child_born_on": child.born_on.isoformat() if child.born_on else "",
    }  # fmt: skip


def family_of(said: Content) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for place, one in enumerate(said.guardians, 1):
        for name in ("name", "relation", "paper", "number", "phone"):
            found[f"guardian{place}_{name}"] = getattr(one, name)
    for name in ("street", "number", "address", "household", "held_by"):
        found[f"home_{name}"] = getattr(said.home, name)
    return found


def hidden(answer: HttpResponse) -> dict[str, str]:
    """The key and the fingerprint that a page was given."""
    found = dict(re.findall(r'name="(client_key|sha256)" value="([^"]+)"', answer.content.decode()))
    assert set(found) == {"client_key", "sha256"}
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_family_applies_step_by_step_and_has_a_receipt(world: Made, language: str) -> None:
    account = factories.family()
    client = client_of(account, language=language)
    said = families.stated(world)
    assert client.get(url("apply")).status_code == 200
    answer = client.post(url("start", world.intake.public_id))
    row = Application.objects.get()
    assert answer["Location"] == url("step", row.public_id, "child")
    for step, sent, following in (
        ("child", child_of(said), "family"),
        ("family", family_of(said), "wishes"),
        ("wishes", {"wish1": world.offers["s3"].public_id, "claims": ["household"], "together": "on"}, "proofs"),
    ):
        assert client.get(url("step", row.public_id, step)).status_code == 200
        answer = client.post(url("step", row.public_id, step), sent)
        assert (answer.status_code, answer.get("Location")) == (302, url("step", row.public_id, following))
    photograph = SimpleUploadedFile("户口簿.jpg", making.photograph(), "image/jpeg")
    answer = client.post(url("step", row.public_id, "proofs"), {"label": "户口簿", "file": photograph})
    assert answer.status_code == 302
    page = client.get(url("step", row.public_id, "proofs"))
    small = re.search(r'src="([^"]+\?small=1)"', page.content.decode())
    assert small is not None
    assert client.get(small[1])["Content-Type"] == "image/jpeg"
    sent = {**hidden(client.get(url("review", row.public_id))), "agreed": "on"}
    for _turn in range(2):
        answer = client.post(url("review", row.public_id), sent)
        assert answer["Location"] == url("receipt", row.public_id)
    row.refresh_from_db()
    assert (row.state, row.submissions.count()) == (ApplicationState.SUBMITTED, 1)
    text = client.get(url("receipt", row.public_id)).content.decode()
    assert row.number in text
    assert row.sha256[:4] in text
    for name in ("apply", "application"):
        page = client.get(url(name, *([row.public_id] if name == "application" else [])))
        assert row.number in page.content.decode()
    assert 'lang="zh-Hans"' in text if language == "zh-hans" else 'lang="en"' in text
    assert verify_journal().ok


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(world: Made) -> None:
    account = factories.family()
    client = client_of(account)
    row = operations.start_draft(account=account, intake=world.intake, now=NOW)
    address = url("step", row.public_id, "child")
    sent = {**child_of(families.stated(world)), "child_born_on": "2020-09-01"}
    answer = client.post(address, sent)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "还有几处要改" in text
    assert re.search(r'id="id_child_born_on"[^>]*is-invalid|is-invalid[^>]*id="id_child_born_on"', text)
    row.refresh_from_db()
    assert Content.from_json(row.content).child.born_on == date(2020, 9, 1)
    for go, where in (("anyway", ("step", "family")), ("later", ("application",))):
        answer = client.post(address, {**sent, "go": go})
        assert answer["Location"] == url(where[0], row.public_id, *where[1:])
    assert client.post(url("step", row.public_id, "family"), {"go": "back"})["Location"] == address
    assert "出生日期是 2020-03-15" in client.get(address + "?check=1").content.decode()
    text = client.get(url("review", row.public_id)).content.decode()
    assert f"{address}?check=1#id_child_born_on" in text
    refused = client.post(
        url("review", row.public_id), {**hidden(client.get(url("review", row.public_id))), "agreed": "on"}
    )
    assert refused.status_code == 422
    assert client.post(url("review", row.public_id), {}).status_code == 422
    assert client.post(address, {**sent, "child_born_on": "yesterday"}).status_code == 422


def test_the_application_of_another_family_is_a_missing_page_like_one_that_never_was(world: Made) -> None:
    row = families.submitted(world, factories.family())
    file_id = row.proofs.get().file.public_id
    client = client_of(factories.family())
    for public_id in (row.public_id, "nonesuch"):
        for name, more in (
            ("application", ()), ("step", ("child",)), ("step", ("proofs",)), ("review", ()), ("change", ()),
            ("receipt", ()), ("undo", ()), ("withdraw", ()), ("object", ()), ("proof_file", (file_id,)),
        ):  # fmt: skip
            assert client.get(url(name, public_id, *more)).status_code == 404, name
        for name, more in (("discard", ()), ("again", ()), ("remove_proof", (file_id,)), ("undo", ())):
            assert client.post(url(name, public_id, *more)).status_code == 404, name
    assert client_of(row.account).get(url("step", row.public_id, "nonesuch")).status_code == 404
    assert Client().get(url("application", row.public_id)).status_code == 302


def same_but_for_own(answer: HttpResponse, row: Application, said: Content) -> bytes:
    """A page without what differs between any two families: key, address, number, fingerprint, and what they said."""
    text = answer.content.decode()
    text = re.sub(r'value="[^"]{20,}"', "", text)
    own = [row.public_id, row.number or "-", said.child.number, row.account.username, row.account.name]
    own += [one.number for one in said.guardians] + [one.phone for one in said.guardians]
    for one in own:
        text = text.replace(one, "…")
    return re.sub(r'class="fingerprint">[^<]+', "", text).encode()


def test_whether_a_child_is_there_already_no_page_tells_by_a_single_byte(world: Made) -> None:
    known = families.stated(world)
    families.submitted(world, factories.family(), known)
    seen = []
    for said in (known, families.stated(world)):
        account = factories.family()
        row = families.draft(world, account, said)
        client = client_of(account)
        sent = {**hidden(client.get(url("review", row.public_id))), "agreed": "on"}
        answer = client.post(url("review", row.public_id), sent)
        row = Application.objects.get(pk=row.pk)
        pages = [client.get(url(name, row.public_id)) for name in ("receipt", "application", "withdraw")]
        pages.append(client.get(url("apply")))
        seen.append([answer.status_code, *(same_but_for_own(one, row, said) for one in pages)])
        assert row.is_doubled == (said is known)
    assert seen[0] == seen[1]


def test_numbers_of_others_and_of_nobody_are_answered_alike(world: Made) -> None:
    mine, other = factories.family(), factories.family()
    own, theirs = families.submitted(world, mine).number, families.submitted(world, other).number
    nobody = new_number(year=2026, stage="primary")

    def asked(client: Client, number: str | None) -> bytes:
        answer = client.post(url("number"), {"number": number})
        assert answer.status_code == 200
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
        return text.replace(number or "-", "…").encode()

    for client in (client_of(mine), Client()):
        assert asked(client, theirs) == asked(client, nobody)
        assert "书写正确" in asked(client, theirs).decode()
        assert "至少有一位写错" in asked(client, "2026P2345678").decode()
    assert "这是您的申请" in asked(client_of(mine), own).decode()


def test_a_change_is_proved_read_put_in_force_and_taken_back(world: Made) -> None:
    account = factories.family()
    row = families.submitted(world, account)
    stranger = client_of(account, is_proved=False)
    for name in ("change", "undo", "withdraw"):
        assert reverse("identity:confirm") in stranger.get(url(name, row.public_id))["Location"]
    client = client_of(account)
    wishes = {"wish1": world.offers["s0"].public_id, "wish2": world.offers["s3"].public_id}
    client.post(url("step", row.public_id, "wishes"), wishes)
    assert "有一次修改还没有交" in client.get(url("application", row.public_id)).content.decode()
    sent = {**hidden(client.get(url("change", row.public_id))), "agreed": "on"}
    for _turn in range(2):
        assert client.post(url("change", row.public_id), sent)["Location"] == url("receipt", row.public_id)
    row.refresh_from_db()
    assert (row.revision, row.wishes.count(), row.pending) == (2, 2, {})
    text = client.get(url("undo", row.public_id)).content.decode()
    assert 'name="revision" value="1"' in text
    client.post(url("undo", row.public_id), {"revision": "1"})
    row.refresh_from_db()
    assert (row.revision, row.wishes.count()) == (3, 1)
    assert client.get(url("undo", row.public_id)).status_code == 302


def test_an_application_is_withdrawn_after_asking_and_taken_up_again(world: Made) -> None:
    account = factories.family()
    row = families.submitted(world, account)
    client = client_of(account)
    assert client.get(url("withdraw", row.public_id)).status_code == 200
    client.post(url("withdraw", row.public_id))
    row.refresh_from_db()
    assert row.state == ApplicationState.WITHDRAWN
    assert client.get(url("step", row.public_id, "child")).status_code == 302
    assert "重新提交" in client.get(url("application", row.public_id)).content.decode()
    number = row.number
    client.post(url("again", row.public_id))
    row.refresh_from_db()
    assert (row.state, row.number) == (ApplicationState.SUBMITTED, number)


def test_a_hostile_upload_is_refused_beside_its_field_and_nothing_is_kept(world: Made) -> None:
    account = factories.family()
    row = families.draft(world, account, proofs=False)
    client = client_of(account)
    for data in (b"MZ\0\0", b"<html><script>alert(1)</script>", b""):
        sent = {"label": "户口簿", "file": SimpleUploadedFile("户口簿.jpg", data)}
        answer = client.post(url("step", row.public_id, "proofs"), sent)
        assert answer.status_code == 422
    assert not row.proofs.exists()
    operations.discard_draft(account=account, public_id=row.public_id, now=NOW)


def test_foreign_and_missing_papers_go_through_all_steps(world: Made) -> None:
    account = factories.family()
    client = client_of(account)
    said = families.stated(world)
    for paper, number in (("passport", "E12345678"), ("none", "")):
        client.post(url("start", world.intake.public_id))
        row = Application.objects.latest("pk")
        child = child_of(replace(said, child=replace(said.child, paper=paper, number=number)))
        assert client.post(url("step", row.public_id, "child"), child).status_code == 302
        client.post(url("step", row.public_id, "family"), family_of(said))
        client.post(url("step", row.public_id, "wishes"), {"wish1": world.offers["s3"].public_id})
        sent = {**hidden(client.get(url("review", row.public_id))), "agreed": "on"}
        assert client.post(url("review", row.public_id), sent).status_code == 302
    assert Application.objects.filter(state=ApplicationState.SUBMITTED).count() == 2


def test_the_result_is_shown_when_it_is_published_and_not_before(world: Made) -> None:
    account = factories.family()
    row = families.submitted(world, account)
    Place.objects.create(
        application=row, offer=world.offers["s3"], how=How.WISHES, offered_at=NOW, accept_until=date(2026, 7, 22)
    )
    client = client_of(account)
    address = url("application", row.public_id)
    assert "按志愿与优先顺序" not in client.get(address).content.decode()
    type(world.intake).objects.filter(pk=world.intake.pk).update(
        state=IntakeState.PUBLISHED, published_on=date(2026, 7, 15)
    )
    text = client.get(address).content.decode()
    assert "按志愿与优先顺序" in text
    assert "2026-07-22" in text


def test_the_other_guardian_reads_no_more_than_that_there_is_an_application(
    world: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yaodian.admissions.queries import guardians

    said = families.stated(world)
    row = families.submitted(world, factories.family(), said)
    other = factories.family()
    monkeypatch.setattr(
        guardians, "guardian_of_account",
        lambda *, account: (said.guardians[1].number, "") if account.pk == other.pk else None,
    )  # fmt: skip
    client = client_of(other)
    for address in (url("apply"), url("object", row.public_id)):
        text = client.get(address).content.decode()
        assert "林**" in text
        for secret in ("林小满", said.child.number, "中山路", said.guardians[0].phone, row.number):
            assert secret not in text
    assert client.get(url("application", row.public_id)).status_code == 404
    assert client.post(url("object", row.public_id), {"objection": ""}).status_code == 422
    assert client.post(url("object", row.public_id), {"objection": "不同意"}).status_code == 302
    assert row.guardians.get(relation="mother").objection == "不同意"
