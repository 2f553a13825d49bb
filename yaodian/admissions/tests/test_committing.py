"""What is published of a placement: families check their own row at home, nobody learns of another child, and tampering is named."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from yaodian.admissions.models import Application, ApplicationState, IntakeState, Place, Run
from yaodian.admissions.operations.running import ask_run, compute_run, open_run
from yaodian.admissions.problem.committing import counts
from yaodian.admissions.problem.inputs import Inputs
from yaodian.admissions.problem.placing import Result
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.drawing import drawn
from yaodian.foundation import snapshots

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)


def _published(count: int = 4) -> tuple[factories.Made, Run]:
    world = factories.made(state=IntakeState.CHECKED)
    for _each in range(count):
        factories.application(
            world, state=ApplicationState.VERIFIED, wishes=("s3", "s0"), facts=["household", "property"]
        )
    drawn(world)
    run = compute_run(run_id=ask_run(actor=None, intake=world.intake, now=LATER).pk, now=LATER)
    before = Client().get(reverse("admissions:placement", args=[run.public_id]))
    assert before.status_code == 404, "nothing of it is public before it is opened"
    return world, open_run(actor=None, run=run, now=LATER)


def _unpacked(run: Run, folder: Path) -> Path:
    answer = Client().get(reverse("admissions:placement_bundle", args=[run.public_id]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(folder)
    return folder


def _check(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(folder / "check.py"), *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout


def _opening(row: Application) -> bytes:
    client = Client()
    assert row.account is not None
    client.force_login(row.account)
    answer = client.get(reverse("admissions:opening", args=[row.public_id]))
    assert answer.status_code == 200
    return answer.content


def test_a_family_checks_its_own_row_at_home(tmp_path: Path) -> None:
    _world, run = _published()
    folder = _unpacked(run, tmp_path)
    assert sorted(one.name for one in folder.iterdir()) == [
        "check.py", "commitments.txt", "counts.json", "public-key.pem", "record.json"
    ]  # fmt: skip
    assert (folder / "public-key.pem").read_bytes() == snapshots.public_key()
    code, said = _check(folder)
    assert code == 0, said
    for row in Application.objects.all():
        (folder / "opening.json").write_bytes(_opening(row))
        code, said = _check(folder, str(folder / "opening.json"))
        assert (code, str(row.number) in said) == (0, True), said
    opening = json.loads(_opening(Place.objects.select_related("application__account").first().application))  # type: ignore[union-attr]
    assert opening["place"]["offer"] in {one["offer"] for one in opening["wishes"]} | {opening["place"]["offer"]}


@pytest.mark.parametrize("cheat", ["wish", "place", "number", "salt", "drawn"])
def test_an_opening_that_says_something_else_is_named(cheat: str, tmp_path: Path) -> None:
    _world, run = _published()
    folder = _unpacked(run, tmp_path)
    row = Application.objects.order_by("pk").first()
    assert row is not None
    said = json.loads(_opening(row))
    if cheat == "wish":
        said["wishes"].reverse()
    elif cheat == "place":
        said["place"] = None if said["place"] else {"offer": said["wishes"][0]["offer"], "how": "wishes", "wish": 1}
    else:
        said[cheat] = {"number": "2026P999999", "salt": "0" * 64, "drawn": 99}[cheat]
    (folder / "own.json").write_text(json.dumps(said), encoding="utf-8")
    code, told = _check(folder, str(folder / "own.json"))
    assert (code, "WRONG 封存的正是这一行" in told) == (1, True), told


def test_files_that_somebody_touched_are_named(tmp_path: Path) -> None:
    _world, run = _published()
    folder = _unpacked(run, tmp_path)
    text = (folder / "commitments.txt").read_text()
    (folder / "commitments.txt").write_text("\n".join(text.split("\n")[:-2]) + "\n")
    code, told = _check(folder)
    assert code == 1
    assert "WRONG 文件与记录相符 as in the record: commitments.txt" in told
    assert "WRONG 一份申请一行" in told
    (folder / "record.json").unlink()
    assert _check(folder)[0] == 1


def test_nothing_that_is_public_tells_of_a_child() -> None:
    world, run = _published()
    public = b"".join(bytes(one.content) for one in run.files.all())
    page = Client().get(reverse("admissions:placement", args=[run.public_id])).content.decode()
    for row in Application.objects.all():
        assert str(row.number) not in public.decode() + page
    assert run.commitment_key
    assert run.commitment_key not in public.decode() + page
    for label in ("户籍与房产一致", "仅有户籍", "随迁子女"):
        assert label not in public.decode() + page
    assert "&lt;5" in page
    row = Application.objects.order_by("pk").first()
    assert row is not None
    stranger = Client()
    stranger.force_login(factories.family())
    assert stranger.get(reverse("admissions:opening", args=[row.public_id])).status_code == 404
    assert "public-key.pem" in page
    for name in ("commitments.txt", "check.py", "public-key.pem"):
        assert Client().get(reverse("admissions:placement_file", args=[run.public_id, name])).status_code == 200
    assert Client().get(reverse("admissions:placement_file", args=[run.public_id, "inputs"])).status_code == 404
    assert world.intake.pk


def test_a_school_that_alone_is_hidden_is_not_told_by_the_sum() -> None:
    _world, run = _published()
    inputs, result = Inputs.from_bytes(bytes(run.inputs)), Result.from_bytes(bytes(run.result))
    told = json.loads(counts(inputs, result, names={}))
    hidden = [one for one in told["schools"] if one["placed"] is None]
    assert hidden
    assert all(one["placed"] in (None, 0) or one["placed"] >= 5 for one in told["schools"])
    assert (told["placed"] is None) == (len(hidden) == 1)


def test_a_family_finds_its_file_beside_its_result_and_others_the_placement_beside_the_draw() -> None:
    _world, run = _published()
    row = Application.objects.select_related("account").order_by("pk").first()
    assert row is not None
    assert row.account is not None
    client = Client()
    client.force_login(row.account)
    with time_machine.travel(LATER, tick=False):
        page = client.get(reverse("admissions:result", args=[row.public_id])).content.decode()
    assert reverse("admissions:opening", args=[row.public_id]) in page
    assert run.draw is not None
    protocol = Client().get(reverse("admissions:draw", args=[run.draw.public_id])).content.decode()
    assert reverse("admissions:placement", args=[run.public_id]) in protocol
