"""The pages of guardians and of whoever looks after personal data, through HTTP."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yaodian.foundation.jobs import run_waiting_jobs
from yaodian.organisations.models import Account, Grant
from yaodian.registry import operations
from yaodian.registry.models import Consent, DataRequest, Guardianship, Pupil, RecordAccess, RetentionRule, School
from yaodian.registry.tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    return factories.school(name="栖禾明德小学")


@pytest.fixture
def child(school: School) -> Pupil:
    return factories.pupil(school, factories.school_class(school))


@pytest.fixture
def father(child: Pupil) -> Guardianship:
    row = operations.add_guardian(
        actor=None,
        public_id=child.public_id,
        values={"name": "顾国栋", "phone": "19900007731"},
        relation="father",
        is_confirmed=True,
        now=timezone.now(),
    )
    operations.open_guardian_account(actor=None, public_id=child.public_id, guardianship_id=row.pk, now=timezone.now())
    return Guardianship.objects.select_related("guardian__account").get(pk=row.pk)


def signed_in(account: Account) -> Client:
    account.is_demonstration = True
    account.save()
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def family(father: Guardianship) -> Client:
    assert father.guardian.account is not None
    return signed_in(father.guardian.account)


@pytest.fixture
def officer(school: School) -> Client:
    return signed_in(factories.account(school.unit, "privacy_officer", name="薛澄"))


@pytest.fixture
def head() -> Client:
    return signed_in(factories.account(factories.root(), "privacy_officer", name="席明"))


def at(name: str, *arguments: Any) -> str:
    return reverse(name if ":" in name else f"registry:{name}", args=arguments)


def test_a_guardian_finds_his_children_and_of_others_nothing(
    family: Client, child: Pupil, school: School, officer: Client
) -> None:
    other = factories.pupil(school, name="陆小满")
    text = family.get(at("children:list")).content.decode()
    assert child.name in text
    assert "陆小满" not in text
    assert "栖禾明德小学" in text
    page = family.get(at("children:child", child.public_id))
    text = page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert "还没有人打开过" in text
    for clear in (child.id_number, child.enrolment_number, "棠陂街", "19900007731"):
        assert clear not in text
    assert family.get(at("children:child", other.public_id)).status_code == 404
    assert family.get(at("children:ask", other.public_id)).status_code == 404
    assert family.post(at("children:say", other.public_id, "publicity"), {"state": "given"}).status_code == 404
    # A member of staff is no guardian, whatever he may see elsewhere; a visitor is led to the door.
    assert officer.get(at("children:child", child.public_id)).status_code == 404
    assert "还没有关联孩子" in officer.get(at("children:list")).content.decode()
    assert "/sign-in/" in Client().get(at("children:list"))["Location"]
    # And a guardian is no member of staff.
    assert family.get(at("pupil", child.public_id)).status_code == 403


def test_what_an_office_opens_stands_on_the_guardians_page(family: Client, child: Pupil, officer: Client) -> None:
    officer.get(at("pupil", child.public_id))
    officer.post(at("unmask_pupil", child.public_id), {"purpose": "contact", "note": "只给自己看的说明"})
    text = family.get(at("children:child", child.public_id)).content.decode()
    assert "打开（敏感信息隐去）" in text
    assert "家校联系" in text
    assert "家庭住址" in text
    assert "只给自己看的说明" not in text
    assert "薛澄" not in text


def test_a_guardian_consents_and_takes_it_back(family: Client, child: Pupil) -> None:
    say = at("children:say", child.public_id, "publicity")
    for state, words in (("given", "已登记：同意"), ("withdrawn", "已撤回同意"), ("refused", "不同意")):
        answer = family.post(say, {"state": state}, follow=True)
        assert words in answer.content.decode()
    assert "没有变化" in family.post(say, {"state": "refused"}, follow=True).content.decode()
    assert "请选择同意" in family.post(say, {}, follow=True).content.decode()
    assert Consent.objects.count() == 3
    assert family.get(say).status_code == 405


def test_a_request_goes_from_the_guardian_to_the_office_and_back(family: Client, child: Pupil, officer: Client) -> None:
    ask = at("children:ask", child.public_id)
    assert "哪一项有误" in family.post(ask, {"kind": "correct", "text": ""}).content.decode()
    for kind, text in (("correct", "出生日期应为八日"), ("copy", ""), ("see", ""), ("erase", "")):
        assert family.post(ask, {"kind": kind, "text": text}).status_code == 302
    assert family.post(ask, {"kind": "copy", "text": ""}).status_code == 422
    listed = officer.get(at("requests")).content.decode()
    assert listed.count("顾沐晴") == 4
    found = {row.kind: row.public_id for row in DataRequest.objects.all()}
    page = officer.get(at("request", found["correct"])).content.decode()
    assert "出生日期应为八日" in page
    answer = officer.post(at("request", found["correct"]), {"decision": "grant", "answer": ""})
    assert answer.status_code == 422
    assert "核对的结果" in answer.content.decode()
    answers = {"correct": "已更正为八日", "copy": "", "see": ""}
    for kind, words in answers.items():
        sent = officer.post(at("request", found[kind]), {"decision": "grant", "answer": words})
        assert sent.status_code == 302
    kept = officer.post(at("request", found["erase"]), {"decision": "grant", "answer": ""})
    assert kept.status_code == 422
    assert "离校之后可再次申请" in kept.content.decode()
    officer.post(at("request", found["erase"]), {"decision": "refuse", "answer": "在校期间依法保存，离校后可再申请"})
    assert officer.post(at("request", found["erase"]), {"decision": "refuse", "answer": "x"}).status_code == 409
    assert "没有待答复的申请" in officer.get(at("requests")).content.decode()
    assert officer.get(at("requests"), {"state": "closed"}).content.decode().count("顾沐晴") == 4
    mine = family.get(at("children:child", child.public_id)).content.decode()
    assert "已更正为八日" in mine
    assert "在校期间依法保存" in mine

    seen = family.get(at("children:see", child.public_id, found["see"]))
    assert child.id_number in seen.content.decode()
    assert "no-store" in seen["Cache-Control"]
    for client, address in (
        (family, at("children:copy", child.public_id, found["copy"])),
        (officer, at("request_copy", found["copy"])),
    ):
        file = client.get(address)
        assert file["Content-Type"] == "application/zip"
        assert file["Content-Disposition"] == f'attachment; filename="{child.public_id}.zip"'
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            assert child.id_number in archive.read("data.json").decode()
    assert RecordAccess.objects.filter(kind="exported").count() == 3
    # Of another kind, or not granted, there is nothing.
    assert family.get(at("children:copy", child.public_id, found["see"])).status_code == 404
    assert family.get(at("children:see", child.public_id, found["erase"])).status_code == 404
    assert officer.get(at("request_copy", found["erase"])).status_code == 404


def test_a_request_is_taken_back(family: Client, child: Pupil) -> None:
    family.post(at("children:ask", child.public_id), {"kind": "see"})
    row = DataRequest.objects.get()
    for words in ("申请已撤回", "不能再撤回"):
        answer = family.post(at("children:withdraw", child.public_id, row.public_id), follow=True)
        assert words in answer.content.decode()


def test_the_office_takes_paper(officer: Client, child: Pupil, father: Guardianship) -> None:
    page = officer.get(at("privacy", child.public_id)).content.decode()
    assert "顾国栋" in page
    form = {"guardianship": father.pk, "means": "paper", "kind": "see", "text": ""}
    assert officer.post(at("receive_request", child.public_id), form).status_code == 302
    assert officer.post(at("receive_request", child.public_id), {**form, "guardianship": 0}).status_code == 422
    said = {
        "guardianship": father.pk, "purpose": "publicity", "state": "given", "means": "paper",
        "said_on": timezone.localdate().isoformat(), "note": "柜三",
    }  # fmt: skip
    assert officer.post(at("record_consent", child.public_id), said).status_code == 302
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    late = officer.post(at("record_consent", child.public_id), {**said, "state": "refused", "said_on": tomorrow})
    assert "不能晚于今天" in late.content.decode()
    assert Consent.objects.get().note == "柜三"
    assert DataRequest.objects.get().means == "paper"


def test_a_letter_is_shown_once_and_opens_an_account_without_rights(officer: Client, child: Pupil) -> None:
    mother = operations.add_guardian(
        actor=None,
        public_id=child.public_id,
        values={"name": "金岚玉"},
        relation="mother",
        is_confirmed=True,
        now=timezone.now(),
    )
    answer = officer.post(at("open_account", child.public_id, mother.pk))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert f"family-{mother.guardian.public_id}" in answer.content.decode()
    account = Account.objects.get(username=f"family-{mother.guardian.public_id}")
    assert not Grant.objects.filter(account=account).exists()
    assert "金岚玉" not in account.name
    clerk = factories.registrar(child.school.unit)
    answer = officer.post(at("link_account", child.public_id, mother.pk), {"username": clerk.username})
    assert answer.status_code == 409
    assert "已有账号" in answer.content.decode()


def test_a_pupil_who_has_left_is_erased_with_a_press_and_one_in_school_is_not(officer: Client, child: Pupil) -> None:
    kept = officer.post(at("erase_pupil", child.public_id), follow=True)
    assert "还在校" in kept.content.decode()
    assert "删除身份信息…" not in officer.get(at("privacy", child.public_id)).content.decode()
    operations.leave_pupil(
        actor=None, public_id=child.public_id, status="left", on=date(2026, 9, 20), now=timezone.now()
    )
    assert "删除身份信息…" in officer.get(at("privacy", child.public_id)).content.decode()
    gone = officer.post(at("erase_pupil", child.public_id), follow=True).content.decode()
    assert "身份信息已删除" in gone
    assert child.name not in gone
    assert officer.get(at("pupil", child.public_id)).status_code == 200


def test_the_bureau_sets_rules_looks_and_has_erased(head: Client, officer: Client, child: Pupil) -> None:
    form = {"data_class": "pupil", "months": "12", "basis": "本局决定（虚构）"}
    assert officer.post(at("set_retention"), form).status_code == 403
    assert "由教育局的个人信息保护负责人设定" in officer.get(at("retention")).content.decode()
    assert head.post(at("set_retention"), {**form, "data_class": "access"}).status_code == 422
    assert head.post(at("set_retention"), form).status_code == 302
    assert 'value="12"' in head.get(at("set_retention"), {"data_class": "pupil"}).content.decode()
    operations.leave_pupil(
        actor=None, public_id=child.public_id, status="left", on=date(2026, 9, 20), now=timezone.now()
    )
    assert "现在没有到期的数据" in head.get(at("retention")).content.decode()
    Pupil.objects.filter(pk=child.pk).update(entered_on=date(2010, 9, 1), left_on=date(2016, 7, 1))
    assert "删除到期的 1 条…" in head.get(at("retention")).content.decode()
    assert "请重新预览" in head.post(at("erase_expired"), {"expected": "7"}, follow=True).content.decode()
    assert officer.post(at("erase_expired"), {"expected": "1"}).status_code == 403
    assert "后台任务" in head.post(at("erase_expired"), {"expected": "1"}, follow=True).content.decode()
    (job,) = run_waiting_jobs()
    assert (job.state, job.done, job.total) == ("done", 1, 1)
    assert Pupil.objects.get(pk=child.pk).erased_at is not None
    assert head.post(at("end_retention", "pupil")).status_code == 302
    assert not RetentionRule.objects.filter(until_on__isnull=True).exists()


def test_whoever_has_lost_the_right_meanwhile_erases_nothing(child: Pupil) -> None:
    account = factories.account(factories.root(), "privacy_officer")
    operations.set_retention(actor=account, data_class="pupil", months=1, basis="本局决定（虚构）", now=timezone.now())
    operations.leave_pupil(
        actor=None, public_id=child.public_id, status="left", on=date(2026, 9, 20), now=timezone.now()
    )
    Pupil.objects.filter(pk=child.pk).update(entered_on=date(2010, 9, 1), left_on=date(2016, 7, 1))
    operations.order_erasure(actor=account, expected=1, now=timezone.now())
    Grant.objects.filter(account=account).update(until_on=date(2001, 1, 2))
    (job,) = run_waiting_jobs()
    assert (job.state, job.error_code) == ("failed", "permission")
    assert Pupil.objects.get(pk=child.pk).erased_at is None


def test_the_command_counts_first_and_erases_when_it_is_told(child: Pupil, capsys: pytest.CaptureFixture[str]) -> None:
    operations.set_retention(actor=None, data_class="pupil", months=1, basis="本局决定（虚构）", now=timezone.now())
    operations.leave_pupil(
        actor=None, public_id=child.public_id, status="left", on=date(2026, 9, 20), now=timezone.now()
    )
    Pupil.objects.filter(pk=child.pk).update(entered_on=date(2010, 9, 1), left_on=date(2016, 7, 1))
    call_command("erase_expired")
    assert "pupil: 1 up to" in capsys.readouterr().out
    assert Pupil.objects.get(pk=child.pk).erased_at is None
    call_command("erase_expired", "--really")
    assert "pupil: 1 erased, 0 kept back" in capsys.readouterr().out
    assert Pupil.objects.get(pk=child.pk).erased_at is not None
