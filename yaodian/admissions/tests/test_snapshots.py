"""Signed snapshots of public pages: the same bytes as the page, without a query, never stale, never what somebody has touched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yaodian.admissions import operations
from yaodian.admissions.models import ApplicationState, IntakeState, Season
from yaodian.admissions.queries import snapshots as pages
from yaodian.admissions.tests import drawing, factories, scores
from yaodian.admissions.tests.factories import NOW, Made
from yaodian.foundation import door, snapshots
from yaodian.organisations.models import UnitName

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    settings.SNAPSHOT_KEY_FILE = tmp_path / "snapshot-key.pem"
    # Every request compares, unless a test says otherwise.
    settings.SNAPSHOT_CHECK_SECONDS = 0
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> Made:
    return factories.made()


def body(answer: HttpResponse) -> bytes:
    """Without the visitor's own token."""
    return re.sub(rb'(?<=name="csrfmiddlewaretoken" value=")\w+', b"", answer.content)


def is_file(answer: HttpResponse) -> bool:
    return "ETag" in answer.headers


def ask(path: str, language: str = "zh-hans", **cookies: str) -> HttpResponse:
    client = Client()
    for name, value in {"yaodian_language": language, **cookies}.items():
        client.cookies[name] = value
    answer: HttpResponse = client.get(path)
    return answer


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_snapshot_is_the_page_to_the_byte_with_its_headers(world: Made, language: str) -> None:
    for _child in range(3):
        factories.application(world, state=ApplicationState.VERIFIED, facts=["household"])
    draw = drawing.drawn(world)
    paths = pages.public_pages(day=NOW.date()).paths
    assert reverse("admissions:season", args=[world.season.public_id]) in paths
    assert reverse("admissions:draw_bundle", args=[draw.public_id]) in paths
    live = {path: ask(path, language) for path in paths}
    assert not any(is_file(answer) for answer in live.values())
    assert snapshots.lay(now=NOW) == 2 * len(paths)
    for path in paths:
        answer = ask(path, language)
        assert is_file(answer), path
        assert body(answer) == body(live[path]), path
        theirs = dict(answer.headers)
        for name in ("ETag", "Content-Length", "Expires"):
            theirs.pop(name, None)
        assert theirs == {name: value for name, value in live[path].headers.items() if name in theirs}
        assert {name for name in live[path].headers if name not in theirs} <= {"Content-Length", "Expires"}


def test_it_costs_no_query_while_it_was_compared_a_moment_ago(world: Made, settings: Any) -> None:
    settings.SNAPSHOT_CHECK_SECONDS = 3600
    snapshots.lay(now=NOW)
    client = Client()
    path = reverse("admissions:season", args=[world.season.public_id])
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert is_file(client.get(path))
    assert len(asked) == 0


def test_where_everything_else_is_refused_a_page_that_lies_there_is_answered(
    world: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots.lay(now=NOW)
    path = reverse("admissions:season", args=[world.season.public_id])
    assert ask(path).status_code == 200
    monkeypatch.setattr(door.Hands, "take", lambda _hands, is_inside: False)
    assert is_file(ask(path))
    assert ask(path, yaodian_session="whoever").status_code == 503
    assert ask(reverse("web:home")).status_code == 503


def test_while_one_compares_the_others_have_what_was_known_before(world: Made, settings: Any) -> None:
    settings.SNAPSHOT_CHECK_SECONDS = 1
    snapshots.lay(now=NOW)
    path = reverse("admissions:season", args=[world.season.public_id])
    shelf = snapshots.Shelf()
    assert shelf.page(path, "zh-hans", clock=0.0) is not None
    with shelf._lock, CaptureQueriesContext(connection) as asked:
        assert shelf.page(path, "zh-hans", clock=5.0) is not None
    assert len(asked) == 0
    with CaptureQueriesContext(connection) as asked:
        assert shelf.page(path, "zh-hans", clock=5.0) is not None
    assert len(asked) == 6


def test_comparing_costs_the_same_however_many_seasons_there_are(world: Made, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(6):
        pages.public_pages(day=NOW.date())
    for number in range(4):
        row = Season.objects.get(pk=world.season.pk)
        row.pk, row.public_id, row.title = None, f"another{number}", f"另一个招生季 {number}"
        row._state.adding = True
        row.store()
    with django_assert_num_queries(6):
        assert len(pages.public_pages(day=NOW.date()).paths) > 8


def test_cut_off_lines_are_laid_once_they_are_published() -> None:
    with time_machine.travel(scores.LATER, tick=False):
        world = scores.by_hand()
        run = scores.placed(world)
        listed = reverse("admissions:all_score_lines")
        path = reverse("admissions:score_lines", args=[run.round.public_id])
        snapshots.lay(now=scores.LATER)
        assert is_file(ask(listed))
        assert ask(path).status_code == 404
        operations.open_score_run(actor=world.publisher, run=run, now=scores.LATER)
        assert not is_file(ask(listed))
        page = ask(path)
        snapshots.lay(now=scores.LATER)
        assert is_file(ask(path))
        assert body(ask(path)) == body(page)


def test_a_change_shows_at_once_and_the_next_laying_takes_it_up(world: Made) -> None:
    path = reverse("admissions:season", args=[world.season.public_id])
    snapshots.lay(now=NOW)
    assert is_file(ask(path))
    assert snapshots.lay(now=NOW) == 0
    for change in ("state", "name", "seats"):
        before = body(ask(path))
        if change == "state":
            world.intake.state = IntakeState.CHECKING
            world.intake.store()
        elif change == "name":
            UnitName.objects.filter(unit=world.offers["s0"].school).update(name="改了名的学校")
        else:
            world.offers["s0"].added_seats = 7
            world.offers["s0"].store()
        changed = ask(path)
        assert not is_file(changed), change
        assert snapshots.lay(now=NOW) > 0
        assert is_file(ask(path))
        assert body(ask(path)) == body(changed)
        assert change == "state" or body(changed) != before


def test_the_day_goes_into_it(world: Made) -> None:
    path = reverse("admissions:season", args=[world.season.public_id])
    snapshots.lay(now=NOW)
    with time_machine.travel(NOW.replace(day=NOW.day + 1), tick=False):
        assert not is_file(ask(path))


def test_a_season_in_preparation_is_in_no_file() -> None:
    made = factories.made(announced=False)
    snapshots.lay(now=NOW)
    manifest = snapshots.read_manifest()
    assert manifest is not None
    assert made.season.public_id not in manifest.content.decode()


@pytest.mark.parametrize("what", ["page", "manifest", "signature", "swapped"])
def test_what_somebody_has_touched_is_not_served(
    world: Made, what: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    path = reverse("admissions:season", args=[world.season.public_id])
    live = body(ask(path))
    snapshots.lay(now=NOW)
    manifest = snapshots.read_manifest()
    assert manifest is not None
    laid = manifest.pages[path, "zh-hans"]
    folder: Path = settings.SNAPSHOT_DIR
    if what == "page":
        (folder / laid.sha256).write_bytes((folder / laid.sha256).read_bytes().replace(b"<h1", b"<h2"))
    elif what == "swapped":
        other = manifest.pages[reverse("admissions:seasons"), "zh-hans"]
        (folder / laid.sha256).write_bytes((folder / other.sha256).read_bytes())
    else:
        whole = (folder / snapshots.MANIFEST).read_bytes()
        old, new = (b'"bytes":', b'"bytes": ') if what == "manifest" else (whole[-4:], b"0000")
        (folder / snapshots.MANIFEST).write_bytes(whole.replace(old, new))
    answer = ask(path)
    assert not is_file(answer)
    assert body(answer) == live
    assert "ERROR" in caplog.text
    if what in ("manifest", "signature"):
        assert snapshots.lay(now=NOW) > 0
        assert is_file(ask(path))


def test_a_manifest_signed_with_another_key_is_none(world: Made, settings: Any, tmp_path: Path) -> None:
    snapshots.lay(now=NOW)
    settings.SNAPSHOT_KEY_FILE = tmp_path / "another.pem"
    assert snapshots.read_manifest() is None


@pytest.mark.parametrize(
    "cookies",
    [{"yaodian_session": "x" * 32}, {"messages": "x"}, {"yaodian_theme": "dark"}],
)
def test_whoever_would_see_another_page_sees_it(world: Made, cookies: dict[str, str]) -> None:
    snapshots.lay(now=NOW)
    assert is_file(ask("/admissions/"))
    assert not is_file(ask("/admissions/", **cookies))
    assert not is_file(Client().get("/admissions/?a=1"))


def test_forms_of_a_snapshot_work_and_a_kept_page_is_not_sent_again(world: Made) -> None:
    snapshots.lay(now=NOW)
    client = Client(enforce_csrf_checks=True)
    page = client.get("/admissions/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert token is not None
    again = client.get("/admissions/", headers={"if-none-match": page["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert Client().get("/admissions/", headers={"if-none-match": page["ETag"]}).status_code == 200
    sent = {"csrfmiddlewaretoken": token[1], "language": "en", "next": "/admissions/"}
    assert client.post("/i18n/setlang/", sent).status_code == 302


def test_a_database_that_is_away_does_not_take_the_pages_with_it(world: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshots.lay(now=NOW)
    client = Client()
    assert is_file(client.get("/admissions/"))

    def away(**_given: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(snapshots, "current", away)
    assert is_file(client.get("/admissions/"))
    # A process that has never compared knows nothing of its files.
    snapshots._shelf.cache_clear()
    assert not is_file(Client().get("/admissions/"))


def test_anybody_can_check_the_manifest(world: Made) -> None:
    client = Client()
    assert "还没有快照" in client.get(reverse("admissions:snapshots")).content.decode()
    assert client.get(reverse("admissions:snapshot_file", args=["manifest.json"])).status_code == 404
    snapshots.lay(now=NOW)
    page = client.get(reverse("admissions:snapshots")).content.decode()
    files = {
        name: client.get(reverse("admissions:snapshot_file", args=[name])).content
        for name in ("manifest.json", "manifest.sig", "public-key.pem")
    }
    assert files["public-key.pem"].decode() in page.replace("&#x27;", "'").replace("&#43;", "+")
    key: Any = load_pem_public_key(files["public-key.pem"])
    key.verify(files["manifest.sig"], files["manifest.json"])
    assert any(one["path"] == "/admissions/" for one in json.loads(files["manifest.json"])["pages"])
    assert client.get(reverse("admissions:snapshot_file", args=["snapshot-key.pem"])).status_code == 404
