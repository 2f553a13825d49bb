"""Consents, requests, retention and erasure: what guardians may ask, and what stays of a child afterwards."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.canaries import Canaries
from yaodian.audit.queries import entries
from yaodian.foundation.messages.texts import kept_texts
from yaodian.identity.operations import change_phone, request_phone_code
from yaodian.identity.queries import find_phone, phone_of
from yaodian.organisations.models import Account
from yaodian.organisations.queries import PermissionMissing, with_rights
from yaodian.registry import operations, queries
from yaodian.registry.models import (
    Consent,
    DataRequest,
    Enrolment,
    Guardian,
    Guardianship,
    Pupil,
    PupilMerge,
    RecordAccess,
    RetentionRule,
    School,
    Teacher,
)
from yaodian.registry.operations import (
    UnableToAnswerRequest,
    UnableToErase,
    UnableToOpenAccount,
    UnableToReceiveRequest,
    UnableToRecordConsent,
    UnableToSetRetention,
    UnableToUnmask,
    WrongState,
)
from yaodian.registry.queries.children import ward_of
from yaodian.registry.queries.retention import months_after
from yaodian.registry.tests import factories
from yaodian.registry.tests.factories import NOW

pytestmark = pytest.mark.django_db

TODAY = date(2026, 10, 12)
# Stand nowhere but with this child and her father.
NAME, FATHER, STREET, PHONE, SAID = "玄机沐晴", "玄机国栋", "玄机棠陂街33号", "19900007731", "玄机：出生日期应为六日"


@pytest.fixture
def school() -> School:
    return factories.school()


@pytest.fixture
def officer(school: School) -> Account:
    return factories.account(school.unit, "privacy_officer", name="薛澄")


@pytest.fixture
def child(school: School) -> Pupil:
    return factories.pupil(school, factories.school_class(school), name=NAME, residence=STREET)


@pytest.fixture
def father(child: Pupil) -> Guardianship:
    row = operations.add_guardian(
        actor=None,
        public_id=child.public_id,
        values={"name": FATHER, "phone": PHONE, "id_number": factories.id_number()},
        relation="father",
        is_confirmed=True,
        now=NOW,
    )
    operations.open_guardian_account(actor=None, public_id=child.public_id, guardianship_id=row.pk, now=NOW)
    row.guardian.refresh_from_db()
    return row


def account_of(row: Guardianship) -> Account:
    assert row.guardian.account is not None
    return with_rights(Account.objects.get(pk=row.guardian.account.pk))


def codes() -> list[str]:
    return [entry.code for entry in entries().order_by("id")]


def left(pupil: Pupil, on: date = date(2026, 9, 20)) -> Pupil:
    return operations.leave_pupil(actor=None, public_id=pupil.public_id, status="left", on=on, now=NOW)


# Consent.


def say(row: Guardianship, state: str, purpose: str = "special_needs", **more: Any) -> Consent:
    given: dict[str, Any] = {"means": "paper", "said_on": TODAY, "actor": None, **more}
    return operations.record_consent(
        public_id=row.pupil.public_id, guardianship_id=row.pk, purpose=purpose, state=state, now=NOW, **given
    )


def test_health_is_shown_for_special_needs_only_while_a_consent_stands(child: Pupil, father: Guardianship) -> None:
    clerk = factories.registrar(child.school.unit)

    def unmask() -> dict[str, Any]:
        return operations.unmask_pupil(actor=clerk, public_id=child.public_id, purpose="special_needs", now=NOW)

    with pytest.raises(UnableToUnmask, match="须有监护人的同意"):
        unmask()
    operations.give_consent(
        actor=account_of(father), public_id=child.public_id, purpose="special_needs", state="given", now=NOW
    )
    assert unmask()["has_disability"] is False
    operations.give_consent(
        actor=account_of(father), public_id=child.public_id, purpose="special_needs", state="withdrawn", now=NOW
    )
    with pytest.raises(UnableToUnmask):
        unmask()
    # A purpose that rests on a duty asks for no consent.
    operations.unmask_pupil(actor=clerk, public_id=child.public_id, purpose="roll", now=NOW)
    states = list(Consent.objects.order_by("pk").values_list("state", "means", "ended_at"))
    assert states == [("given", "online", NOW), ("withdrawn", "online", None)]


def test_a_refusal_of_one_guardian_weighs_more_than_the_consent_of_another(child: Pupil, father: Guardianship) -> None:
    mother = operations.add_guardian(
        actor=None, public_id=child.public_id, values={"name": "金岚"}, relation="mother", is_confirmed=True, now=NOW
    )
    say(father, "given", "publicity")
    assert queries.has_consent(pupil=child, purpose="publicity")
    say(mother, "refused", "publicity")
    assert not queries.has_consent(pupil=child, purpose="publicity")
    operations.end_guardian(actor=None, guardianship_id=mother.pk, on=TODAY, now=NOW)
    assert queries.has_consent(pupil=child, purpose="publicity")
    operations.end_guardian(actor=None, guardianship_id=father.pk, on=TODAY, now=NOW)
    assert not queries.has_consent(pupil=child, purpose="publicity")
    with pytest.raises(LookupError, match="rests on no consent"):
        queries.has_consent(pupil=child, purpose="roll")


@pytest.mark.parametrize(
    ("state", "more", "error", "words"),
    [
        ("withdrawn", {}, WrongState, "没有可撤回的同意"),
        ("perhaps", {}, UnableToRecordConsent, "请选择同意"),
        ("given", {"purpose": "roll"}, UnableToRecordConsent, "不以同意为依据"),
        ("given", {"means": "online"}, UnableToRecordConsent, "自己登录"),
        ("given", {"said_on": TODAY + timedelta(days=1)}, UnableToRecordConsent, "不能晚于今天"),
    ],
)
def test_what_nobody_can_have_said_is_refused(
    father: Guardianship, state: str, more: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        say(father, state, **more)
    assert not Consent.objects.exists()


def test_nothing_is_written_down_twice_nor_out_of_order_nor_of_somebody_unconfirmed(
    child: Pupil, father: Guardianship
) -> None:
    say(father, "given")
    with pytest.raises(WrongState, match="没有变化"):
        say(father, "given")
    with pytest.raises(UnableToRecordConsent, match="核对日期"):
        say(father, "refused", said_on=TODAY - timedelta(days=1))
    aunt = operations.add_guardian(
        actor=None, public_id=child.public_id, values={"name": "金姨"}, relation="other", now=NOW
    )
    with pytest.raises(WrongState, match="还没有确认"):
        say(aunt, "given")
    assert Consent.objects.count() == 1


# Requests.


def receive(row: Guardianship, kind: str, text: str = "") -> DataRequest:
    return operations.receive_request(
        actor=None, public_id=row.pupil.public_id, guardianship_id=row.pk, kind=kind, text=text, means="paper", now=NOW
    )


def test_a_request_is_filed_answered_and_the_copy_fetched_once_it_is(
    child: Pupil, father: Guardianship, officer: Account
) -> None:
    guardian = account_of(father)
    request = operations.file_request(actor=guardian, public_id=child.public_id, kind="copy", text="", now=NOW)
    assert request.due_on is None
    with pytest.raises(WrongState, match="还没有办理"):
        operations.copy_for_guardian(actor=guardian, public_id=child.public_id, request=request.public_id, now=NOW)
    with pytest.raises(UnableToReceiveRequest, match="正在办理"):
        operations.file_request(actor=guardian, public_id=child.public_id, kind="copy", text="", now=NOW)
    operations.answer_request(actor=officer, public_id=request.public_id, answer="已核对身份。", now=NOW)
    data = operations.copy_for_guardian(actor=guardian, public_id=child.public_id, request=request.public_id, now=NOW)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["data.json", "data.txt"]
        content = json.loads(archive.read("data.json"))
        text = archive.read("data.txt").decode()
    record = content["学生"]
    assert (record["姓名"], record["家庭住址"], record["证件号码"]) == (NAME, STREET, child.id_number)
    assert content["监护人"] == [{"关系": "父亲", "姓名": FATHER, "电话": PHONE, "证件号码": father.guardian.id_number}]
    assert NAME in text
    assert "请妥善保管" in text
    row = RecordAccess.objects.get()
    assert (row.kind, row.purpose, row.unit) == ("exported", "request", None)
    assert codes()[-3:] == ["registry.request.receive", "registry.request.answer", "registry.pupil.copy"]
    for code in ("see", "erase"):
        with pytest.raises(WrongState):
            operations.content_for_guardian(
                actor=guardian, public_id=child.public_id, request=request.public_id, kind=code, now=NOW
            )


def test_of_another_guardian_a_copy_tells_the_surname_only(child: Pupil, father: Guardianship) -> None:
    operations.add_guardian(
        actor=None, public_id=child.public_id, values={"name": "金岚玉", "phone": "19900001234"}, relation="mother",
        is_confirmed=True, now=NOW,
    )  # fmt: skip
    content = queries.pupil_content(pupil=child, guardian=father.guardian, on=TODAY)
    text = json.dumps(content, ensure_ascii=False)
    assert "金**" in text
    assert "金岚玉" not in text
    assert "19900001234" not in text


def test_the_office_sets_its_own_time_for_an_answer(father: Guardianship, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "REQUEST_DAYS", 20)
    request = receive(father, "see")
    assert request.due_on == TODAY + timedelta(days=20)
    assert not queries.is_late(request, TODAY + timedelta(days=20))
    assert queries.is_late(request, TODAY + timedelta(days=21))


def test_a_refusal_and_the_answer_to_a_correction_need_words(father: Guardianship) -> None:
    with pytest.raises(UnableToReceiveRequest, match="哪一项有误"):
        receive(father, "correct")
    request = receive(father, "correct", SAID)
    with pytest.raises(UnableToAnswerRequest, match="核对的结果"):
        operations.answer_request(actor=None, public_id=request.public_id, answer=" ", now=NOW)
    with pytest.raises(UnableToAnswerRequest, match="说明理由"):
        operations.refuse_request(actor=None, public_id=request.public_id, reason="", now=NOW)
    operations.refuse_request(actor=None, public_id=request.public_id, reason="与户口簿不符", now=NOW)
    for again in (operations.answer_request, operations.refuse_request):
        with pytest.raises(WrongState, match="不能再办理"):
            again(actor=None, public_id=request.public_id, now=NOW, **{"answer": "x"} if again is operations.answer_request else {"reason": "x"})  # fmt: skip


def test_a_guardian_takes_his_request_back_but_not_an_answered_one(child: Pupil, father: Guardianship) -> None:
    guardian = account_of(father)
    first = operations.file_request(actor=guardian, public_id=child.public_id, kind="erase", text="", now=NOW)
    operations.withdraw_request(actor=guardian, public_id=child.public_id, request=first.public_id, now=NOW)
    with pytest.raises(WrongState, match="不能再撤回"):
        operations.withdraw_request(actor=guardian, public_id=child.public_id, request=first.public_id, now=NOW)
    assert operations.file_request(actor=guardian, public_id=child.public_id, kind="erase", text="", now=NOW)


def test_nobody_acts_for_a_child_that_is_not_his(child: Pupil, father: Guardianship, school: School) -> None:
    other = factories.pupil(school, name="顾安")
    guardian = account_of(father)
    strangers = (factories.registrar(school.unit), factories.account(school.unit), None)
    for account, public_id in ((guardian, other.public_id), *((one, child.public_id) for one in strangers)):
        with pytest.raises(Pupil.DoesNotExist):
            ward_of(account=account, public_id=public_id)
    request = receive(father, "copy")
    for clerk in (factories.registrar(school.unit), factories.account(factories.school().unit, "privacy_officer")):
        with pytest.raises(PermissionMissing):
            operations.answer_request(actor=clerk, public_id=request.public_id, answer="", now=NOW)
        with pytest.raises(PermissionMissing):
            operations.copy_for_office(actor=clerk, public_id=request.public_id, now=NOW)
    Guardianship.objects.filter(pk=father.pk).update(is_confirmed=False)
    with pytest.raises(Pupil.DoesNotExist):
        ward_of(account=guardian, public_id=child.public_id)
    assert [row.name for row in queries.children_of_account(account=guardian)] == [""]


# Accounts.


def test_the_name_of_a_guardians_account_says_nothing_of_him(father: Guardianship) -> None:
    account = account_of(father)
    assert FATHER not in account.name
    assert account.username == f"family-{father.guardian.public_id}"
    letter = operations.open_guardian_account(
        actor=None, public_id=father.pupil.public_id, guardianship_id=father.pk, now=NOW
    )
    assert letter.account.pk == account.pk


def test_no_letter_is_issued_for_the_account_of_a_member_of_staff(child: Pupil, school: School) -> None:
    row = operations.add_guardian(
        actor=None, public_id=child.public_id, values={"name": "金岚"}, relation="mother", is_confirmed=True, now=NOW
    )
    clerk = factories.registrar(school.unit)
    officer = factories.account(school.unit, "privacy_officer")
    place: dict[str, Any] = {"public_id": child.public_id, "guardianship_id": row.pk, "now": NOW}
    with pytest.raises(UnableToOpenAccount, match="自己的账号"):
        operations.link_guardian_account(actor=officer, username=officer.username, **place)
    with pytest.raises(UnableToOpenAccount, match="没有启用的账号"):
        operations.link_guardian_account(actor=officer, username="nobody", **place)
    operations.link_guardian_account(actor=officer, username=clerk.username, **place)
    with pytest.raises(UnableToOpenAccount, match="安全管理员"):
        operations.open_guardian_account(actor=officer, **place)
    with pytest.raises(WrongState):
        operations.link_guardian_account(actor=officer, username=clerk.username, **place)


# Retention and erasure.


def erase(pupil: Pupil, actor: Account | None = None) -> Pupil:
    return operations.erase_pupil(actor=actor, public_id=pupil.public_id, now=NOW)


def test_after_an_erasure_nothing_of_the_child_stands_anywhere_and_all_counts_stay(
    child: Pupil, father: Guardianship, officer: Account, school: School
) -> None:
    clerk = factories.registrar(school.unit)
    double = factories.pupil(school, name=NAME, id_number="", enrolment_number="")
    operations.merge_pupils(actor=None, kept=child.public_id, double=double.public_id, reason=f"{NAME}的重复", now=NOW)
    operations.unmask_pupil(actor=clerk, public_id=child.public_id, purpose="roll", note=f"{NAME}来电", now=NOW)
    say(father, "given", note=SAID)
    request = receive(father, "correct", SAID)
    operations.answer_request(actor=officer, public_id=request.public_id, answer=f"{NAME}已更正", now=NOW)
    canaries = Canaries(
        [NAME, FATHER, STREET, PHONE, SAID, child.id_number, child.enrolment_number, father.guardian.id_number]
    )
    # Nor did it before: what can be read must not have been there in clear, where free pages would keep it.
    assert canaries.in_database(connection) == []
    assert canaries.in_files(Path(settings.DATA_DIR)) == []
    before = {model: model._default_manager.count() for model in (Pupil, Enrolment, RecordAccess, DataRequest)}
    left(child)
    erased = receive(father, "erase")
    operations.answer_request(actor=officer, public_id=erased.public_id, answer="", now=NOW)

    assert canaries.in_database(connection) == []
    assert canaries.in_files(Path(settings.DATA_DIR)) == []
    after = {model: model._default_manager.count() for model in before}
    assert after == {**before, DataRequest: before[DataRequest] + 1}
    assert not Guardianship.objects.exists()
    assert not Consent.objects.exists()
    for row in Pupil.objects.filter(pk__in=(child.pk, double.pk)):
        assert row.erased_at == NOW
        assert (row.name, row.id_number, row.residence, row.birth_on) == ("已删除", "", "", None)
        assert (row.gender, row.birth_year, row.school_id) == ("2", 2017, school.pk)
        assert (row.name_index, row.id_number_index, row.enrolment_number_index) == (None, None, None)
    assert not queries.find(account=clerk, text=NAME)
    guardian = Guardian.objects.get()
    assert (guardian.name, guardian.phone, guardian.account_id) == ("已删除", "", None)
    assert not Account.objects.get(pk=account_of_erased(father)).is_active
    assert PupilMerge.objects.get().reason == "已删除"
    assert [code for code in codes() if code.endswith("erase")] == ["registry.pupil.erase"]
    row = DataRequest.objects.get(pk=request.pk)
    assert (row.text, row.answer, row.guardian_id, row.state) == ("", "", None, "answered")
    # The number is free again: the same child may come back.
    assert factories.pupil(school, name=NAME, id_number=child.id_number, enrolment_number=child.enrolment_number)


def test_the_telephone_of_a_guardians_account_is_erased_with_him(child: Pupil, father: Guardianship) -> None:
    number, account = "+8613800138000", account_of(father)
    asked = {"number": number, "holder": "browser", "address": "192.0.2.1", "now": NOW}
    request_phone_code(**asked, purpose="change", account=account)
    (sent,) = kept_texts()
    change_phone(**asked, account=account, code=sent.text.split()[1][:6])
    assert phone_of(account=account) is not None
    left(child)
    erase(child)
    assert phone_of(account=account) is None
    assert find_phone(number=number) is None


def account_of_erased(father: Guardianship) -> int:
    assert father.guardian.account is not None
    return father.guardian.account.pk


def test_a_guardian_with_another_child_stays_and_so_does_his_account(
    child: Pupil, father: Guardianship, school: School
) -> None:
    sister = factories.pupil(factories.school(), name="顾小妹")
    operations.add_guardian(
        actor=None, public_id=sister.public_id,
        values={"name": FATHER, "id_number": father.guardian.id_number}, relation="father", is_confirmed=True, now=NOW,
    )  # fmt: skip
    left(child)
    erase(child)
    guardian = Guardian.objects.get()
    assert (guardian.name, guardian.erased_at) == (FATHER, None)
    assert account_of(father).is_active
    assert [row.name for row in queries.children_of_account(account=account_of(father))] == ["顾小妹"]


def test_a_pupil_in_school_is_kept_and_the_sentence_says_what_to_do(
    child: Pupil, father: Guardianship, officer: Account
) -> None:
    request = receive(father, "erase")
    with pytest.raises(UnableToErase, match="离校之后可再次申请"):
        operations.answer_request(actor=officer, public_id=request.public_id, answer="", now=NOW)
    request.refresh_from_db()
    assert request.state == "received"
    operations.refuse_request(actor=officer, public_id=request.public_id, reason="在校期间依法保存学籍", now=NOW)
    assert Pupil.objects.get(pk=child.pk).name == NAME


def test_until_its_time_has_passed_a_record_is_kept(child: Pupil) -> None:
    operations.set_retention(actor=None, data_class="pupil", months=12, basis="本局决定〔2026〕1号", now=NOW)
    left(child)
    with pytest.raises(UnableToErase, match="到2027年9月20日"):
        erase(child)
    Pupil.objects.filter(pk=child.pk).update(left_on=date(2025, 10, 12), entered_on=date(2025, 9, 1))
    assert erase(child).erased_at == NOW


def test_an_erased_record_cannot_be_written_to_nor_erased_again(child: Pupil, school: School) -> None:
    left(child)
    erase(child)
    with pytest.raises(WrongState, match="已经删除"):
        erase(child)
    with pytest.raises(WrongState, match="只留作统计"):
        operations.change_pupil(actor=None, public_id=child.public_id, changes={"name": NAME}, now=NOW)
    with pytest.raises(WrongState, match="只留作统计"):
        operations.add_guardian(
            actor=None, public_id=child.public_id, values={"name": FATHER}, relation="father", now=NOW
        )
    other = factories.pupil(school)
    with pytest.raises(WrongState, match="只留作统计"):
        operations.merge_pupils(actor=None, kept=other.public_id, double=child.public_id, reason="重复", now=NOW)


def test_other_slices_erase_and_copy_with_the_pupil(
    child: Pupil, father: Guardianship, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PUPIL_ERASERS", [f"{__name__}.asked"])
    monkeypatch.setattr(settings, "PUPIL_COPIES", [f"{__name__}.told"])
    monkeypatch.setattr("django.utils.module_loading.cached_import", lambda _module, name: globals()[name])
    content = queries.pupil_content(pupil=child, guardian=father.guardian, on=TODAY)
    assert content["报名"] == [child.pk]
    left(child)
    erase(child)
    assert [(child.pk, NOW)] == ASKED


ASKED: list[tuple[int, Any]] = []


def asked(pupil_id: int, now: Any) -> None:
    ASKED.append((pupil_id, now))


def told(pupil_id: int) -> tuple[str, list[int]]:
    return "报名", [pupil_id]


def test_a_run_erases_what_is_past_its_time_and_finds_nothing_the_second_time(school: School, officer: Account) -> None:
    old, young, present = (factories.pupil(school, name=name) for name in ("甲生", "乙生", "丙生"))
    left(old, date(2026, 9, 2))
    left(young, date(2026, 10, 1))
    Pupil.objects.filter(pk__in=(old.pk, young.pk)).update(entered_on=date(2020, 9, 1))
    Pupil.objects.filter(pk=old.pk).update(left_on=date(2025, 10, 12))
    teacher = factories.teacher(school)
    operations.end_teacher(actor=None, public_id=teacher.public_id, status="left", on=date(2026, 9, 1), now=NOW)
    Teacher.objects.filter(pk=teacher.pk).update(left_on=date(2024, 1, 1))
    clerk = factories.registrar(school.unit)
    operations.open_pupil(actor=clerk, public_id=present.public_id, now=NOW - timedelta(days=1200))
    operations.open_pupil(actor=clerk, public_id=present.public_id, now=NOW)
    assert queries.expired(on=TODAY) == ()
    for data_class, months in (("pupil", 12), ("teacher", 24), ("access", 36), ("request", 36)):
        operations.set_retention(actor=None, data_class=data_class, months=months, basis="本局决定", now=NOW)

    found = {one.data_class: one.found for one in queries.expired(on=TODAY)}
    assert found == {"pupil": 1, "teacher": 1, "access": 1, "request": 0}
    assert Pupil.objects.filter(erased_at__isnull=False).count() == 0
    with pytest.raises(UnableToErase, match="请重新预览"):
        operations.order_erasure(actor=factories.account(factories.root(), "privacy_officer"), now=NOW, expected=2)
    with pytest.raises(PermissionMissing):
        # A right over one school is none over the whole house.
        operations.erase_expired(actor=officer, now=NOW)
    told: list[tuple[int, int]] = []
    done = operations.erase_expired(actor=None, now=NOW, progress=lambda one, whole: told.append((one, whole)))
    assert {one.data_class: one.erased for one in done} == found
    assert told[-1] == (3, 3)
    assert [row.name for row in Pupil.objects.order_by("pk")] == ["已删除", "乙生", "丙生"]
    gone = Teacher.objects.get()
    assert (gone.name, gone.phone, gone.staff_number) == ("已删除", "", f"erased-{gone.public_id}")
    assert RecordAccess.objects.count() == 1
    before = codes()
    assert sum(one.erased for one in operations.erase_expired(actor=None, now=NOW)) == 0
    assert codes() == before


def test_a_rule_needs_a_basis_a_time_that_law_allows_and_a_right_over_the_bureau(officer: Account) -> None:
    head = factories.account(factories.root(), "privacy_officer")

    def rule(**given: Any) -> RetentionRule:
        values: dict[str, Any] = {
            "actor": head, "data_class": "access", "months": 36, "basis": "《个人信息保护法》第五十六条", "now": NOW, **given,
        }  # fmt: skip
        return operations.set_retention(**values)

    for wrong, words in (
        ({"basis": " "}, "请写明依据"), ({"months": 35}, "至少保存36个月"), ({"data_class": "x"}, "请选择"),
        ({"data_class": "pupil", "months": 0}, "至少为1个月"),
    ):  # fmt: skip
        with pytest.raises(UnableToSetRetention, match=words):
            rule(**wrong)
    with pytest.raises(PermissionMissing):
        rule(actor=officer)
    first = rule()
    with pytest.raises(WrongState, match="没有变化"):
        rule()
    rule(months=48)
    first.refresh_from_db()
    assert first.until_on is not None
    operations.end_retention(actor=head, data_class="access", now=NOW)
    with pytest.raises(WrongState, match="没有保存期限"):
        operations.end_retention(actor=head, data_class="access", now=NOW)
    assert [code for code in codes() if "retention" in code] == [
        "registry.retention.set", "registry.retention.set", "registry.retention.end",
    ]  # fmt: skip


@given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)), months=st.integers(-600, 600))
def test_months_later_is_that_month_and_never_a_later_day_of_it(day: date, months: int) -> None:
    then = months_after(day, months)
    assert then.year * 12 + then.month == day.year * 12 + day.month + months
    assert then.day <= day.day
    assert then.day == day.day or (then + timedelta(days=1)).month != then.month


# What a guardian sees.


def test_a_guardian_reads_who_opened_the_record_when_and_for_what(
    child: Pupil, father: Guardianship, school: School
) -> None:
    county = factories.viewer(school.unit.memberships.get().parent, name="路珊")
    clerk = factories.registrar(school.unit, name="薛丹")
    operations.open_pupil(actor=county, public_id=child.public_id, now=NOW)
    operations.unmask_pupil(
        actor=clerk, public_id=child.public_id, purpose="contact", fields=["guardians", "residence"], now=NOW
    )
    page = queries.child_page(account=account_of(father), public_id=child.public_id)
    assert [(row.unit, row.kind, row.purpose, row.fields) for row in page.accesses] == [
        (school.unit.names.get().name, "查看敏感信息", "家校联系", ("监护人", "家庭住址")),
        (school.unit.memberships.get().parent.names.get().name, "打开（敏感信息隐去）", "", ()),
    ]
    assert page.masked["id_number"].startswith(child.id_number[0] + "*")
    assert NAME not in str(page.masked)


def test_the_pages_of_a_guardian_cost_the_same_however_much_there_is(
    child: Pupil, father: Guardianship, school: School, django_assert_max_num_queries: Any
) -> None:
    guardian = account_of(father)
    clerk = factories.registrar(school.unit)
    for number in range(12):
        operations.open_pupil(actor=clerk, public_id=child.public_id, now=NOW + timedelta(hours=number))
    for kind in ("see", "copy", "erase"):
        receive(father, kind)
    with django_assert_max_num_queries(7):
        queries.child_page(account=guardian, public_id=child.public_id)
    with django_assert_max_num_queries(3):
        queries.children_of_account(account=guardian)
    officer = factories.account(school.unit, "privacy_officer")
    with django_assert_max_num_queries(7):
        assert queries.requests(account=officer).total == 3
