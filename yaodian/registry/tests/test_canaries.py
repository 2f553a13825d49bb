"""Two invented children go through pages, files and jobs, and stand nowhere in clear afterwards.

One comes by import, one by the form; both are changed, searched for and exported by whoever may, and asked for by
whoever may not. Then what all this has left is searched: each cell of each table as the database gives it out, the files
of the database where it has any, with its write-ahead log, the data folder, the folder for temporary files, the log, and
each answer that somebody without the right was given.
"""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.canaries import Canaries, Sighting
from yaodian.foundation import jobs
from yaodian.foundation.models import Import
from yaodian.registry.models import Pupil, School
from yaodian.registry.tests import factories
from yaodian.registry.tests.test_sheets import PUPIL, act, registrar, upload

pytestmark = pytest.mark.django_db(transaction=True)

NAME, STREET = "𠮷野纪念谷", "棠陂街第三百三十三号"
SECOND, SECOND_STREET = "墨濯清漪", "芷岭路第八百八十八号"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """All that is logged, on every level."""
    path = tmp_path / "log"
    handler = logging.FileHandler(path, encoding="utf-8")
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield path
    root.setLevel(level)
    root.removeHandler(handler)
    handler.close()


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, of this process and of those that it starts."""
    path = tmp_path / "scratch"
    path.mkdir()
    monkeypatch.setenv("TMPDIR", str(path))
    monkeypatch.setattr(tempfile, "tempdir", str(path))
    return path


def drive(school: School) -> list[bytes]:
    """Everything that is done with the two. Returns what those without the right were given."""
    clerk = registrar(school)
    room = factories.school_class(school, grade=1)
    row = PUPIL | {"学校标识码": school.unit.code, "学籍号": "2026-0001", "姓名": NAME, "家庭住址": STREET}
    refused = upload(clerk, "pupils_import", [row | {"出生日期": "2019.2.30"}])
    assert Import.objects.get().errors
    assert clerk.get(f"{refused}marked.xlsx").getvalue()
    address = upload(clerk, "pupils_import", [row])
    assert act(clerk, address, "commit").state == "committed"
    child = Pupil.objects.get()
    other = factories.pupil(school, room, name=SECOND, residence=SECOND_STREET)
    pages = [
        reverse("registry:pupils"),
        f"{reverse('registry:pupils')}?text={NAME}",
        reverse("registry:pupil", args=[child.public_id]),
        reverse("registry:pupil", args=[other.public_id]),
        reverse("registry:class", args=[room.public_id]),
        f"/api/registry/pupils?text={NAME}",
        address,
    ]
    exports = [reverse("registry:pupils_import_export", args=[kind]) for kind in ("csv", "xlsx")]
    given = []
    for where in (*pages, *exports):
        assert clerk.get(where).getvalue()
        # The page of a search repeats what its visitor has typed; a stranger searches by nothing.
        given += [stranger.get(where.partition("?")[0]).getvalue() for stranger in _strangers(school)]
    asked = {"purpose": "roll", "note": ""}
    assert clerk.post(reverse("registry:unmask_pupil", args=[child.public_id]), asked).status_code == 200
    # Nonsense beside the names, so that a refusal has something to repeat.
    clerk.post(reverse("registry:edit_pupil", args=[child.public_id]), {"name": NAME, "residence": STREET * 50})
    given += [viewer.get(where).getvalue() for viewer in [_viewer(school)] for where in exports]
    jobs.run_waiting_jobs()
    return given


def _viewer(school: School) -> Client:
    client = Client()
    client.force_login(factories.account(school.unit, "viewer"))
    return client


def _strangers(school: School) -> list[Client]:
    """A visitor, and somebody who imports elsewhere."""
    return [Client(), registrar(factories.school(school.unit.memberships.get().parent))]


def left(*folders: Path, canaries: Canaries) -> list[Sighting]:
    """All sightings in the database and its files, in the data folder, and in these folders."""
    name = str(connection.settings_dict["NAME"])
    files = [path for end in ("", "-wal", "-shm", "-journal") if (path := Path(name + end)).is_file()]
    found = canaries.in_database(connection)
    return found + canaries.in_files(*files, Path(settings.DATA_DIR), *folders)


def test_no_canary_is_left_in_clear(log: Path, scratch: Path) -> None:
    canaries = Canaries([NAME, STREET, SECOND, SECOND_STREET])
    given = drive(factories.school())
    assert [str(one) for one in left(log, scratch, canaries=canaries)] == []
    assert [str(one) for page in given for one in canaries.in_bytes(page, "given")] == []
    assert len(given) > 15
    assert log.stat().st_size > 0


@pytest.mark.parametrize("leak", ["cell", "log", "scratch", "data"])
def test_a_canary_that_leaks_is_seen(log: Path, scratch: Path, leak: str) -> None:
    canaries = Canaries([NAME])
    school = factories.school()
    factories.pupil(school, name=NAME)
    assert left(log, scratch, canaries=canaries) == []
    planted = Path(settings.DATA_DIR) / "planted.csv"
    if leak == "cell":
        Import.objects.create(
            sheet="registry.pupils", scope="", name=f"{NAME}.csv", size_bytes=1, requested_at=factories.NOW
        )
    elif leak == "log":
        logging.getLogger("yaodian").info("no pupil %r", NAME)
    elif leak == "scratch":
        (scratch / "upload").write_bytes(io.BytesIO(NAME.encode("gb18030")).getvalue())
    else:
        planted.write_text(NAME, encoding="utf-8")
    try:
        found: list[Any] = left(log, scratch, canaries=canaries)
    finally:
        planted.unlink(missing_ok=True)
    assert {one.canary for one in found} == {NAME}
