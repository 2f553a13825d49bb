"""The pages of verification through the client: who gets in, what a look says, papers, lists, what a school sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from yaodian.admissions import operations
from yaodian.admissions.models import (
    Application,
    ApplicationState,
    Check,
    How,
    IntakeState,
    Place,
    PlaceState,
    Proof,
    Reference,
    Verdict,
)
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.audit import queries as audit
from yaodian.foundation.files.storing import store_file
from yaodian.foundation.files.taking import take_file
from yaodian.foundation.files.tests import making

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return factories.made(state=IntakeState.CHECKING)


def client_of(world: Made, who: str, role: str = "admissions_officer", at: str = "bureau") -> Client:
    client = Client()
    client.force_login(world.account(who, role, at))
    return client


def dossier(row: Application) -> str:
    return reverse("admissions:check_dossier", args=[row.public_id])


def said(world: Made, **given: object) -> dict[str, object]:
    return {
        "revision": 1, "verdict": "verify", "facts": ["household"], "catchment": world.catchments["east"].public_id, **given,
    }  # fmt: skip


def test_two_clerks_check_an_application_on_its_page(world: Made) -> None:
    row = factories.application(world)
    one, two = client_of(world, "one"), client_of(world, "two")
    assert one.get(reverse("admissions:check_next")).headers["Location"] == dossier(row)
    page = one.get(dossier(row)).content.decode()
    for words in ("林小满", "户口簿", "中山路 1 号 302 室", "保存结论", "名册没有导入"):
        assert words in page
    refused = one.post(dossier(row), said(world, verdict="return", reason=""))
    assert refused.status_code == 422
    assert "请写明原因" in refused.content.decode()
    assert one.post(dossier(row), said(world)).status_code == 302
    page = two.get(dossier(row)).content.decode()
    assert "已有的核验" not in page
    assert world.account("one").name not in page
    assert one.post(dossier(row), said(world, revision=2)).status_code == 409
    assert two.post(dossier(row), said(world)).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.facts) == (ApplicationState.VERIFIED, ["household"])
    assert "已有的核验" in two.get(dossier(row)).content.decode()
    answer = two.get(reverse("admissions:check_next"), follow=True)
    assert "没有等您核验的申请" in answer.content.decode()


def test_the_third_sees_both_looks_side_by_side_and_decides(world: Made) -> None:
    row = factories.application(world)
    client_of(world, "one").post(dossier(row), said(world))
    client_of(world, "two").post(dossier(row), said(world, verdict="refuse", reason="不在学区"))
    three = client_of(world, "three")
    page = three.get(dossier(row)).content.decode()
    for words in ("第三人核验", "两人的结论不一致", "不在学区", "由您决定"):
        assert words in page
    three.post(dossier(row), said(world, verdict="return", reason="补房产证"))
    row.refresh_from_db()
    assert (row.state, row.reason) == (ApplicationState.RETURNED, "补房产证")


def test_the_queue_masks_names_and_the_desk_counts(world: Made) -> None:
    row = factories.application(world)
    client = client_of(world, "one")
    listed = client.get(reverse("admissions:check_queue", args=[world.intake.public_id])).content.decode()
    assert "林**" in listed
    assert "小满" not in listed
    assert row.number in listed
    none = client.get(
        reverse("admissions:check_queue", args=[world.intake.public_id]), {"state": "third", "after": "x%00"}
    )
    assert "没有符合条件的申请" in none.content.decode()
    desk = client.get(reverse("admissions:check_desk")).content.decode()
    assert "待第一人" in desk
    assert "至少需要 2 人" in desk


def test_only_clerks_of_the_office_get_in(world: Made) -> None:
    row = factories.application(world)
    addresses = [dossier(row), reverse("admissions:check_queue", args=[world.intake.public_id])]
    for address in addresses:
        assert Client().get(address).status_code == 302
        assert client_of(world, "head", "head", "s0").get(address).status_code == 403
        assert client_of(world, "county", at="c0").get(address).status_code == 404
    assert client_of(world, "one").get(reverse("admissions:check_dossier", args=["nonsense"])).status_code == 404


def test_a_paper_opens_from_its_dossier_only_and_is_kept_in_the_journal(world: Made) -> None:
    row, other = factories.application(world), factories.application(world)
    taken = take_file(name="户口簿.png", chunks=[making.picture("PNG")])
    stored = store_file(taken, by=None, now=NOW)
    proof = Proof.objects.create(application=row, label="户口簿", file=stored, added_at=NOW)
    client = client_of(world, "one")
    address = reverse("admissions:check_proof", args=[row.public_id, stored.public_id])
    assert f"{address}?small=1" in client.get(dossier(row)).content.decode()
    assert client.get(address, {"small": "1"}).status_code == 200
    assert audit.entries(code="admissions.proof.open").count() == 0
    assert client.get(address).status_code == 200
    assert audit.entries(code="admissions.proof.open").count() == 1
    assert client.get(reverse("admissions:check_proof", args=[other.public_id, stored.public_id])).status_code == 404
    Proof.objects.filter(pk=proof.pk).update(removed_at=NOW)
    assert client.get(address).status_code == 404
    Proof.objects.filter(pk=proof.pk).update(removed_at=None)
    assert client_of(world, "two").get(address, {"small": "1"}).status_code == 200
    assert audit.entries(code="admissions.proof.open").count() == 2


def test_an_objection_is_settled_on_the_dossier(world: Made) -> None:
    row = factories.application(world)
    guardian = row.guardians.last()
    guardian.objected_at, guardian.objection = NOW, "孩子随我生活"
    guardian.store()
    client = client_of(world, "one")
    assert "孩子随我生活" in client.get(dossier(row)).content.decode()
    assert client.post(dossier(row), said(world)).status_code == 409
    address = reverse("admissions:check_settle", args=[row.public_id, guardian.pk])
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "双方到场确认"}).status_code == 302
    assert client.post(dossier(row), said(world)).status_code == 302
    assert Check.objects.get().verdict == Verdict.VERIFY


def test_a_list_is_emptied_and_says_so(world: Made) -> None:
    client = client_of(world, "one")
    address = reverse("admissions:check_references", args=[world.intake.public_id])
    lines = {("property", "1"): {"number": "110105198804120011"}, ("household", "1"): {"number": "X1"}}
    operations.put_references(actor=world.account("one"), intake=world.intake, lines=lines, now=factories.NOW)
    assert client.get(address).content.decode().count('name="kind"') == 2
    assert client.post(address, {"kind": "property"}).status_code == 302
    assert [one.kind for one in Reference.objects.all()] == ["household"]
    assert "请选择名册的种类" in client.post(address, {"kind": "gossip"}, follow=True).content.decode()
    assert "X1" not in client.get(address).content.decode()


def test_a_decision_is_reopened_by_number(world: Made) -> None:
    row = factories.application(world, state=ApplicationState.REFUSED)
    judge = client_of(world, "judge", "publisher")
    address = reverse("admissions:check_reopen")
    unknown = judge.post(address, {"number": "2026P000000", "reason": "有新证据"})
    assert "没有这个报名号" in unknown.content.decode()
    assert judge.post(address, {"number": row.number, "reason": "有新证据"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.revision) == (ApplicationState.SUBMITTED, 2)
    assert judge.post(address, {"number": row.number, "reason": "有新证据"}).status_code == 409


def test_the_end_is_refused_with_how_many_wait(world: Made) -> None:
    factories.application(world)
    client = client_of(world, "one")
    answer = client.post(reverse("admissions:check_close", args=[world.intake.public_id]), follow=True)
    assert "还有 1 份申请没有核验完" in answer.content.decode()


def test_a_head_sees_numbers_and_names_of_his_own_after_the_result_only(world: Made) -> None:
    placed = factories.application(world, wishes=("s0",))
    Place(
        application=placed, offer=world.offers["s0"], how=How.WISHES, state=PlaceState.ACCEPTED, offered_at=NOW,
        decided_at=NOW, accept_until=NOW.date(),
    ).store()  # fmt: skip
    head = client_of(world, "head", "head", "s0")
    address = reverse("admissions:check_school", args=[world.offers["s0"].public_id])
    assert "未公布" in head.get(reverse("admissions:check_schools")).content.decode()
    assert placed.number not in head.get(address).content.decode()
    type(world.intake).objects.filter(pk=world.intake.pk).update(state=IntakeState.PUBLISHED, published_on=NOW.date())
    page = head.get(address).content.decode()
    assert placed.number in page
    assert "林小满" in page
    assert "用途" in page
    other = reverse("admissions:check_school", args=[world.offers["s1"].public_id])
    assert head.get(other).status_code == 404
