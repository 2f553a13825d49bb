"""What families, classmates and strangers send that they should not, through the pages: refused in words, and nothing is learnt by it."""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.admissions.models import Application, ApplicationState, IntakeState, Offer, Place, Submission
from yaodian.admissions.operations.running import ask_run, compute_run, open_run
from yaodian.admissions.problem.verifying import verify_run
from yaodian.admissions.tests import factories, families
from yaodian.admissions.tests.drawing import drawn
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.admissions.tests.test_applying_pages import child_of, client_of, family_of, hidden, url
from yaodian.foundation.files.tests import making
from yaodian.registry.codes import id_number_check_digit

pytestmark = pytest.mark.django_db

COHORT = 40
LATER = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return factories.made()


# Numbers of others ----------------------------------------------------------------------------------------------


def asked(client: Client, address: str, sent: dict[str, Any] | None, own: tuple[str, ...]) -> tuple[Any, ...]:
    """Status, where it leads, the page without what was typed, and what it cost the database: all that a stranger could tell by."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address) if sent is None else client.post(address, sent)
    text = re.sub(r'value="[^"]{20,}"', "", answer.content.decode())
    for one in own:
        text = text.replace(one, "…")
    text = re.sub(r'class="fingerprint">[^<]+', "", text)
    return (
        answer.status_code,
        answer.get("Location"),
        text,
        [re.sub(r"'[^']*'|\d+", "?", one["sql"]) for one in queries],
    )


def test_a_birth_cohort_that_is_tried_number_by_number_tells_nothing(world: Made) -> None:
    """One number of forty belongs to a child that is there; all forty are answered by the same bytes after the same queries."""
    day = date(2020, 3, 15)
    known = families.born(families.stated(world), day, serial=17)
    families.submitted(world, factories.family(), known)
    stranger = factories.family()
    row = families.draft(world, stranger, families.born(families.stated(world), day, serial=900))
    client = client_of(stranger)
    seen = set()
    for serial in range(COHORT):
        said = families.born(known, day, serial=serial)
        own = (said.child.number,)
        answers = [
            asked(client, url("step", row.public_id, "child"), child_of(said), own),
            asked(client, url("step", row.public_id, "child"), None, own),
            asked(client, url("review", row.public_id), None, own),
            asked(client, url("application", row.public_id), None, own),
        ]
        seen.add(repr(answers))
    assert len(seen) == 1
    assert Application.objects.filter(pk=row.pk, state=ApplicationState.DRAFT).exists()


def test_handing_in_the_number_of_another_child_takes_the_same_way_as_ones_own(world: Made) -> None:
    """Not by the queries either, and so not by the time, is it seen that a child is there already."""
    known = families.stated(world)
    families.submitted(world, factories.family(), known)
    ways = []
    for said in (known, families.stated(world)):
        stranger = factories.family()
        row = families.draft(world, stranger, said)
        client = client_of(stranger)
        sent = {**hidden(client.get(url("review", row.public_id))), "agreed": "on"}
        answer = asked(client, url("review", row.public_id), sent, (row.public_id,))
        ways.append((answer[0], len(answer[3])))
    assert ways[0] == ways[1]
    assert ways[0][0] == 302


def test_a_classmate_who_knows_name_number_and_birthday_gets_in_nowhere(world: Made) -> None:
    account = factories.family()
    said = families.stated(world)
    row = families.submitted(world, account, said)
    child, guardian = said.child, said.guardians[0]
    assert child.born_on is not None
    birthday = child.born_on
    names = [account.username, child.name, child.number, guardian.number, guardian.phone, str(row.number)]
    guesses = [
        child.number, child.number[-6:], child.name, f"{birthday:%Y%m%d}", f"{birthday:%y%m%d}", guardian.phone,
        str(row.number), f"{child.name}{birthday:%Y%m%d}", "123456", "",
    ]  # fmt: skip
    for turn, (name, guess) in enumerate(itertools.product(names, guesses)):
        # From another place each time, so that no count of failures is what keeps him out.
        client = Client(REMOTE_ADDR=f"10.0.{turn // 250}.{turn % 250 + 1}")
        answer = client.post(reverse("identity:sign_in"), {"username": name, "password": guess})
        assert "_auth_user_id" not in client.session, (name, guess)
        assert answer.status_code != 302, (name, guess)
        client.post(reverse("identity:activate"), {"username": name, "code": guess})
        assert "_auth_user_id" not in client.session, (name, guess)
    stranger = Client()
    for address in (url("application", row.public_id), url("receipt", row.public_id)):
        assert stranger.get(address)["Location"].startswith(reverse("identity:sign_in"))
    answer = stranger.post(url("number"), {"number": row.number})
    assert child.name not in answer.content.decode()


# Uploads --------------------------------------------------------------------------------------------------------

SCRIPT = b"<script>alert(1)</script>"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def bomb(side: int) -> bytes:
    """A picture of some hundred bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = side.to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"x\x9cc") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("户口簿.png", bomb(2**31 - 1)),
        ("户口簿.svg", b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>"),
        ("户口簿.jpg", b"<svg onload='alert(1)'/>"),
        ("户口簿.gif", making.picture("GIF") + SCRIPT),
        ("eicar.com", EICAR),
        ("户口簿.jpg", b""),
        ("IMG_0001.heic", b"\0\0\0\x18ftypheic" + bytes(40)),
        ("户口簿.jpg", making.pdf()),
        ("户口簿.pdf", making.photograph()),
        ("户口簿.jpg.exe", b"MZ\x90\0" + bytes(200)),
        ("户口簿.zip", making.archive({"户口簿.jpg": making.photograph()})),
        ("户口簿.html", b"<!DOCTYPE html>" + SCRIPT),
        ("户口簿.docx", making.docx(**{"word/vbaProject.bin": b"x"})),
        ("户口簿.pdf", making.pdf(is_locked=True)),
        ("户口簿.jpg", making.photograph()[:400]),
    ],
    ids=[
        "bomb", "svg", "svg as jpg", "gif and page", "test virus", "empty", "heic", "pdf as jpg", "jpg as pdf", "program",
        "packed", "page", "macro", "locked", "cut off",
    ],
)  # fmt: skip
def test_a_hostile_upload_is_refused_with_what_to_do_and_nothing_is_kept(world: Made, name: str, data: bytes) -> None:
    account = factories.family()
    row = families.draft(world, account, proofs=False)
    answer = client_of(account).post(
        url("step", row.public_id, "proofs"), {"label": "户口簿", "file": SimpleUploadedFile(name, data)}
    )
    assert answer.status_code == 422
    (said,) = re.findall(r'id="id_file_error"[^>]*>(.*?)</p>', answer.content.decode(), re.DOTALL)
    assert "请" in said or "空" in said
    assert not row.proofs.exists()


@pytest.mark.parametrize(
    ("name", "data", "hidden_words"),
    [
        ("户口簿.jpg", making.photograph() + SCRIPT, SCRIPT),
        ("户口簿.png", making.png() + making.archive({"a.exe": b"MZ"}), b"a.exe"),
        ("../../etc/户口簿<script>.jpg", making.photograph(), b"script"),
    ],
    ids=["picture and page", "picture and archive", "name that climbs"],
)
def test_what_hides_in_a_picture_is_gone_and_its_name_is_a_name(
    world: Made, name: str, data: bytes, hidden_words: bytes
) -> None:
    account = factories.family()
    row = families.draft(world, account, proofs=False)
    client = client_of(account)
    sent = {"label": "户口簿", "file": SimpleUploadedFile(name, data)}
    assert client.post(url("step", row.public_id, "proofs"), sent).status_code == 302
    stored = row.proofs.get().file
    assert not set(stored.name) & set("/\\<>")
    answer = client.get(url("proof_file", row.public_id, stored.public_id))
    assert hidden_words not in answer.content
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_pdf_with_a_program_of_its_own_opens_nowhere_by_itself(world: Made) -> None:
    """It is kept as it came, since a clerk may need it, and goes out as a download that a browser runs nothing of."""
    account = factories.family()
    row = families.draft(world, account, proofs=False)
    client = client_of(account)
    data = making.pdf().replace(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>"
    )  # fmt: skip
    answer = client.post(
        url("step", row.public_id, "proofs"), {"label": "户口簿", "file": SimpleUploadedFile("户口簿.pdf", data)}
    )
    assert answer.status_code == 302
    file_id = row.proofs.get().file.public_id
    answer = client.get(url("proof_file", row.public_id, file_id))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


# Children and wishes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paper", "number"),
    [
        ("hkmo_permit", "H12345678"),
        ("hkmotw_residence", "810000202003150013"),
        ("taiwan_permit", "12345678"),
        ("passport", "E1234567"),
        ("birth_certificate", "T310123456"),
        ("none", ""),
    ],
)
def test_a_child_with_any_paper_or_none_and_without_a_household_goes_through(
    world: Made, paper: str, number: str
) -> None:
    account = factories.family()
    client = client_of(account)
    said = families.stated(world)
    if paper == "hkmotw_residence":
        number = number[:17] + id_number_check_digit(number[:17])
    said = replace(
        said, child=replace(said.child, paper=paper, number=number, gender="1" if paper == "hkmotw_residence" else "2"),
        home=replace(said.home, household=""),
    )  # fmt: skip
    client.post(url("start", world.intake.public_id))
    row = Application.objects.get()
    for step, sent in (
        ("child", child_of(said)), ("family", family_of(said)), ("wishes", {"wish1": world.offers["s3"].public_id}),
    ):  # fmt: skip
        assert client.post(url("step", row.public_id, step), sent).status_code == 302, step
    if paper not in ("none", "passport"):
        photograph = SimpleUploadedFile("户口簿.jpg", making.photograph(), "image/jpeg")
        client.post(url("step", row.public_id, "proofs"), {"label": "户口簿", "file": photograph})
    sent = {**hidden(client.get(url("review", row.public_id))), "agreed": "on"}
    assert client.post(url("review", row.public_id), sent).status_code == 302
    assert Submission.objects.get().application == row


@pytest.mark.parametrize(("day", "is_in"), [(date(2020, 8, 31), True), (date(2020, 9, 1), False), (date(2019, 8, 31), False)])  # fmt: skip
def test_the_cut_off_is_the_thirty_first_of_august_on_the_page_as_well(world: Made, day: date, is_in: bool) -> None:
    account = factories.family()
    client = client_of(account)
    client.post(url("start", world.intake.public_id))
    row = Application.objects.get()
    said = families.born(families.stated(world), day)
    answer = client.post(url("step", row.public_id, "child"), child_of(said))
    assert answer.status_code == (302 if is_in else 422)
    if not is_in:
        assert 'id="id_child_born_on_error"' in answer.content.decode()


@pytest.mark.parametrize("schools", [("s3", "s3"), ("s1",), ("nowhere",)], ids=["twice", "outside", "none"])
def test_a_wish_twice_outside_the_catchment_or_for_no_school_is_said_at_once(
    world: Made, schools: tuple[str, ...]
) -> None:
    account = factories.family()
    row = families.draft(world, account)
    wishes = {
        f"wish{place}": world.offers[code].public_id if code in world.offers else code
        for place, code in enumerate(schools, 1)
    }
    answer = client_of(account).post(url("step", row.public_id, "wishes"), wishes)
    assert answer.status_code == 422
    assert "fault-list" in answer.content.decode()


def test_all_families_in_one_catchment_whose_school_has_no_seat_are_placed_or_told_why() -> None:
    """东小 has a plan of nothing; eight children live in its catchment and one seat is open to all."""
    world = factories.made(seats=(0, 2, 1))
    rows = [
        factories.application(
            world, state=ApplicationState.VERIFIED, wishes=("s3", "s0"), facts=["household", "property"]
        )
        for _child in range(8)
    ]
    drawn(world)
    asked_for = ask_run(actor=world.account("officer"), intake=world.intake, now=LATER)
    run = compute_run(run_id=asked_for.pk, now=LATER)
    assert verify_run(bytes(run.inputs), bytes(run.result)) == ()
    open_run(actor=world.account("publisher", "publisher"), run=run, now=LATER)
    world.intake.refresh_from_db()
    assert world.intake.state == IntakeState.PUBLISHED
    taken = {offer.school.code: offer.taken for offer in Offer.objects.select_related("school")}
    assert taken["s0"] == 0
    assert sum(taken.values()) == Place.objects.count()
    assert taken["s3"] == 1
    with time_machine.travel(LATER, tick=False):
        for row in rows:
            text = client_of(row.account).get(url("result", row.public_id)).content.decode()
            assert 'class="reason-list"' in text
            assert ("这次没有学位" in text) == (not row.places.exists())
