"""Pages and the API: what is shown, what is sent, and what is said to whom may not."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from PIL import Image

from yaodian.cases import operations, queries
from yaodian.cases.models import Case, Evidence
from yaodian.cases.tests import factories
from yaodian.foundation.files.tests.test_scanning import clamd
from yaodian.organisations.models import Account

pytestmark = pytest.mark.django_db
NOW = factories.NOW


def client_of(account: Account) -> Client:
    account.is_demonstration = True
    account.save()
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def cast() -> dict[str, Any]:
    city = factories.city()
    return {
        "city": city,
        "supervisor": factories.account("supervisor", city["bureau"]),
        "handler": factories.account("handler", city["s0"]),
    }


def working(cast: dict[str, Any], **given: Any) -> Case:
    case = factories.opened(cast["city"], doing_unit=cast["city"]["s0"], **given)
    return operations.accept_case(actor=cast["handler"], public_id=case.public_id, now=NOW)


def form_of(case: Case, **given: Any) -> dict[str, Any]:
    return {"expected_version": case.version, "client_key": "k", **given}


def test_a_case_is_opened_on_the_page_with_what_its_kind_asks_for(cast: dict[str, Any]) -> None:
    client = client_of(cast["supervisor"])
    assert "安全隐患" in client.get("/cases/open/").content.decode()
    sent = {
        "title": "楼梯扶手松动", "grade": "larger", "supervising_unit": "bureau", "doing_unit": "s0 青禾县第1小学",
        "field_place": "二层东侧", "field_area": "building", "client_key": "k1",
    }  # fmt: skip
    refused = client.post("/cases/open/?kind=safety.hazard", {**sent, "field_place": ""})
    assert refused.status_code == 422
    for _turn in range(2):
        answer = client.post("/cases/open/?kind=safety.hazard", sent)
    case = Case.objects.get()
    assert answer["Location"] == f"/cases/{case.public_id}/"
    assert (case.state, case.grade, case.fields) == ("assigned", "larger", {"place": "二层东侧", "area": "building"})


def test_every_action_that_is_barred_says_why_on_the_page_and_in_the_api(cast: dict[str, Any]) -> None:
    case = working(cast)
    client = client_of(cast["handler"])
    page = client.get(f"/cases/{case.public_id}/").content.decode()
    answer = client.get(f"/api/cases/{case.public_id}").json()
    barred = [one for one in answer["actions"] if not one["is_allowed"]]
    assert {"verify", "submit", "assign"} <= {one["action"] for one in barred}
    for one in barred:
        assert one["why_not"] in page
    assert "还缺 1 份证明材料" in page


def test_work_is_reported_proved_and_submitted_from_the_page(cast: dict[str, Any]) -> None:
    case = working(cast)
    client = client_of(cast["handler"])
    address = f"/cases/{case.public_id}/act"
    assert client.post(f"{address}/report/", form_of(case, reason="已买灯具")).status_code == 302
    case.refresh_from_db()
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(picture, "JPEG")
    photograph = SimpleUploadedFile("现场.jpg", picture.getvalue(), content_type="image/jpeg")
    sent = {"expected_version": case.version, "client_key": "k2", "files": [photograph], "note": "东侧"}
    assert client.post(f"{address}/add_evidence/", sent).status_code == 302
    stored = Evidence.objects.get(case=case, kind="photograph").file
    assert stored is not None
    page = client.get(f"/cases/{case.public_id}/").content.decode()
    assert f"/cases/{case.public_id}/files/{stored.public_id}/" in page
    got = client.get(f"/cases/{case.public_id}/files/{stored.public_id}/")
    assert got["Content-Disposition"].startswith("attachment")
    assert client.get(f"/cases/{case.public_id}/files/{stored.public_id}/?small=1")["Content-Type"] == "image/jpeg"
    case.refresh_from_db()
    assert client.post(f"{address}/submit/", {"expected_version": case.version, "client_key": "k3"}).status_code == 302
    case.refresh_from_db()
    assert case.state == "submitted"


def test_a_file_that_may_not_be_kept_is_refused_with_its_sentence_and_what_was_typed_stays(
    cast: dict[str, Any],
) -> None:
    case = working(cast)
    program = SimpleUploadedFile("现场.jpg", b"MZ" + b"\0" * 200, content_type="image/jpeg")
    answer = client_of(cast["handler"]).post(
        f"/cases/{case.public_id}/act/add_evidence/", form_of(case, files=[program], note="看这里")
    )
    assert answer.status_code == 422
    assert "看这里" in answer.content.decode()
    assert not Evidence.objects.exists()


def test_what_the_virus_scanner_finds_or_cannot_look_at_is_refused_on_the_page(cast: dict[str, Any]) -> None:
    case = working(cast)
    client = client_of(cast["handler"])
    address = f"/cases/{case.public_id}/act/add_evidence/"
    text = "整改报告 EICAR".encode()

    def send(words: bytes) -> Any:
        return client.post(address, form_of(case, files=[SimpleUploadedFile("报告.txt", words)], note="请看附件"))

    with clamd() as (_scanner, scanner), override_settings(VIRUS_SCANNER=scanner):
        refused = send(text)
        assert refused.status_code == 422
        assert "Eicar-Test" in refused.content.decode()
        assert "请看附件" in refused.content.decode()
        assert not Evidence.objects.exists()
        assert send("整改报告".encode()).status_code == 302
    # The scanner is gone now.
    case.refresh_from_db()
    assert Evidence.objects.filter(kind="file").count() == 1
    with override_settings(VIRUS_SCANNER=scanner):
        silent = send("又一份".encode())
    assert (silent.status_code, "没有应答" in silent.content.decode()) == (422, True)
    assert case.events.count() == 3


def test_the_file_of_a_case_is_there_for_those_who_see_the_case_alone(cast: dict[str, Any]) -> None:
    case = working(cast)
    other = factories.opened(cast["city"], doing_unit=cast["city"]["s1"])
    operations.add_evidence(actor=cast["handler"], public_id=case.public_id, pieces=[factories.proof()], now=NOW)
    file = Evidence.objects.get().file
    assert file is not None
    stranger = factories.account("handler", cast["city"]["s1"])
    assert client_of(stranger).get(f"/cases/{case.public_id}/files/{file.public_id}/").status_code == 404
    # Neither under the address of a case that he sees.
    assert client_of(stranger).get(f"/cases/{other.public_id}/files/{file.public_id}/").status_code == 404


def test_a_page_that_is_out_of_date_says_so(cast: dict[str, Any]) -> None:
    case = working(cast)
    client = client_of(cast["handler"])
    sent = {"expected_version": case.version - 1, "client_key": "k", "reason": "进展"}
    answer = client.post(f"/cases/{case.public_id}/act/report/", sent, follow=True)
    assert "在您打开页面之后有了变动" in answer.content.decode()


@pytest.mark.parametrize(
    ("action", "body", "status", "code"),
    [
        ("report", {"reason": "进展"}, 200, ""),
        ("report", {}, 422, "no-reason"),
        ("verify", {}, 409, "wrong-state"),
        ("assign", {"unit": "s1", "reason": "x"}, 403, "not-yours"),
        ("report", {"reason": "进展", "version": 99}, 409, "stale-version"),
        ("dance", {}, 404, "no-such-action"),
        ("ask_extension", {"reason": "x"}, 422, "no-day"),
    ],
)
def test_the_api_acts_and_refuses_alike(
    cast: dict[str, Any], action: str, body: dict[str, Any], status: int, code: str
) -> None:
    case = working(cast)
    client = client_of(cast["handler"])
    answer = client.post(f"/api/cases/{case.public_id}/actions/{action}", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    assert answer.json().get("code", "") == code


def test_the_api_says_that_it_is_done_also_where_the_case_is_out_of_sight_then(cast: dict[str, Any]) -> None:
    case = working(cast)
    client = client_of(cast["handler"])
    address = f"/api/cases/{case.public_id}"
    back = {"reason": "不属于本校"}
    answer = client.post(f"{address}/actions/hand_back", back, content_type="application/json")
    case.refresh_from_db()
    assert (answer.status_code, answer.content, case.state) == (204, b"", "open")
    assert client.get(address).status_code == 404


def photograph(*, with_place: bool = True) -> SimpleUploadedFile:
    """A picture that says where it was taken."""
    buffer = io.BytesIO()
    image = Image.new("RGB", (60, 40), "green")
    exif = Image.Exif()
    if with_place:
        exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 12.0, 0.0), 3: "E", 4: (121.0, 30.0, 0.0)})
    image.save(buffer, "JPEG", exif=exif)
    return SimpleUploadedFile("现场.jpg", buffer.getvalue(), "image/jpeg")


def test_files_are_added_by_the_api_as_on_the_page(cast: dict[str, Any]) -> None:
    case = working(cast)
    client = client_of(cast["handler"])
    address = f"/api/cases/{case.public_id}/evidence"
    for _turn in range(2):
        answer = client.post(address, {"files": [photograph(), photograph()], "note": "已整改", "client_key": "k1"})
        assert answer.status_code == 200, answer.content
    found = answer.json()["evidence"]
    assert [one["kind"] for one in found] == ["note", "photograph", "photograph"], (
        "a key that was sent twice counts once"
    )
    assert found[1]["is_stripped"]
    assert found[1]["name"] == "现场.jpg"
    stored = Evidence.objects.exclude(file=None).first()
    assert stored is not None
    assert stored.place == "", "a hazard's kind would keep it, this one does not"
    assert b"Exif" not in bytes(stored.file.content.content)  # type: ignore[union-attr]  # Excluded above.
    assert {one["action"]: one["is_allowed"] for one in answer.json()["actions"]}["add_evidence"]


@pytest.mark.parametrize(
    ("who", "sent", "status", "code"),
    [
        ("supervisor", {"files": [b"MZ\x90\x00"]}, 403, "not-yours"),
        ("handler", {"files": [b"MZ\x90\x00"]}, 422, ""),
        ("handler", {"files": []}, 422, ""),
        ("handler", {"files": [b"x"] * 21}, 422, "too-many"),
        ("handler", {"files": [b"x"], "version": 99}, 409, "stale-version"),
    ],
)
def test_files_are_refused_by_the_api_as_on_the_page(
    cast: dict[str, Any], who: str, sent: dict[str, Any], status: int, code: str
) -> None:
    case = working(cast)
    files = [SimpleUploadedFile(f"说明{number}.txt", data) for number, data in enumerate(sent["files"])]
    answer = client_of(cast[who]).post(f"/api/cases/{case.public_id}/evidence", {**sent, "files": files})
    assert answer.status_code == status, answer.content
    if code:
        assert answer.json()["code"] == code
    assert not Evidence.objects.exists()


def test_a_file_for_a_case_that_nobody_may_know_of_is_not_looked_at(
    cast: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = working(cast)
    looked: list[str] = []
    monkeypatch.setattr("yaodian.cases.api.take_file", lambda **given: looked.append(given["name"]))
    stranger = factories.account("handler", cast["city"]["s1"])
    for who, status in ((stranger, 404), (cast["supervisor"], 403)):
        answer = client_of(who).post(f"/api/cases/{case.public_id}/evidence", {"files": [photograph()]})
        assert answer.status_code == status, answer.content
    assert looked == []


def test_a_figure_that_the_kind_asks_for_goes_with_the_action(cast: dict[str, Any]) -> None:
    case = working(cast)
    client = client_of(cast["handler"])
    body = {"numbers": {"nothing": "3"}}
    answer = client.post(f"/api/cases/{case.public_id}/actions/add_evidence", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (422, "no-such-number")


def test_the_pages_stand_for_everybody_and_in_both_languages(cast: dict[str, Any]) -> None:
    case = working(cast)
    for who in ("handler", "supervisor"):
        client = client_of(cast[who])
        for address in ("/cases/", "/cases/?phase=working&words=食堂", "/cases/today/", f"/cases/{case.public_id}/"):
            for language in ("zh-hans", "en"):
                answer = client.get(address, headers={"accept-language": language})
                assert answer.status_code == 200
                # Nothing waits for the supervisor while the school is at work.
                is_shown = (who, address) != ("supervisor", "/cases/today/")
                assert (case.title in answer.content.decode()) == is_shown
        assert client.get("/cases/nosuchcase00/").status_code == 404


def test_a_list_costs_the_same_queries_however_long_it_is(
    cast: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    for _turn in range(8):
        working(cast)
    client = client_of(cast["supervisor"])
    for address, most in (("/cases/", 24), ("/cases/today/", 28)):
        with django_assert_max_num_queries(most):
            client.get(address)
    assert len(queries.my_day(account=cast["handler"], today=NOW.date()).tasks) == 8
