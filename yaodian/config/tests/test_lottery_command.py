"""`yaodian lottery`: from witnesses' secrets to a published draw, and every refusal in a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result

from yaodian.config.cli import Program
from yaodian.config.commands.lottery_folder import EXAMPLE
from yaodian.engines import lottery

pytestmark = pytest.mark.once

ROUND = "yunchuan-2026-primary"
NAMES = ("家长代表", "人大代表", "公证员")
BEFORE, LATE, AFTER = "2026-07-01T00:30+00:00", "2026-07-02T10:00+00:00", "2026-07-03T02:00+00:00"
VALUES = '[ssq]\npublished = "09 30 01 12 33 05 + 07"\n[index]\npublished = "3,284.10"\n'


def run(*arguments: str | Path, at: str = BEFORE, language: str = "zh") -> Result:
    with time_machine.travel(at, tick=False):
        return CliRunner(env={"YAODIAN_LANGUAGE": language}).invoke(Program(), ["lottery", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The organiser's folder: applicants, the round, and the witnesses' files as they will be handed in."""
    made = tmp_path / "round"
    (made / "witnesses").mkdir(parents=True)
    text = EXAMPLE
    for number, name in enumerate(NAMES, start=1):
        path = made / "witnesses" / f"{number}.json"
        done = run("secret", "--round", ROUND, "--name", name, "--out", path)
        assert done.exit_code == 0, done.stderr
        text = text.replace(f"{number:064}", json.loads(path.read_text(encoding="utf-8"))["commitment"])
    (made / "round.toml").write_text(text, encoding="utf-8")
    (made / "applicants.txt").write_text("\ufeff# 2026\r\nA0007\r\nA0001\r\nA0003+A0002\r\n", encoding="utf-8")
    (made / "values.toml").write_text(VALUES, encoding="utf-8")
    return made


def promised(folder: Path, *more: str | Path) -> Result:
    done = run("promise", folder, *more)
    assert done.exit_code == 0, done.stderr
    return done


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_draw_from_secrets_to_a_bundle_that_checks_itself(folder: Path) -> None:
    said = promised(folder).stdout
    promise = lottery.sha256((folder / "published" / "promise.json").read_bytes())
    assert f"承诺的哈希：{promise}" in said
    assert sorted(contents(folder / "published")) == ["check.html", "check.py", "list.txt", "promise.json", "rule.txt"]
    drawn = run("draw", folder, at=AFTER)
    assert drawn.exit_code == 0, drawn.stderr
    assert "独立核对相符" in drawn.stdout
    checked = run("check", folder / "published", "--promise", promise, "--list", folder / "published" / "list.txt")
    assert (checked.exit_code, checked.stdout) == (0, "全部相符：任何人用这些文件都会算出这个结果。\n")
    alone = subprocess.run(
        [sys.executable, "-I", folder / "published" / "check.py", promise], check=False, capture_output=True
    )
    assert alone.returncode == 0
    unseen = run("check", folder / "published")
    assert "不知道承诺是不是早就公布了" in unseen.stdout


def test_the_same_draw_again_gives_the_same_bytes_and_another_is_refused(folder: Path) -> None:
    promised(folder)
    assert run("draw", folder, at=AFTER).exit_code == 0
    before = contents(folder / "published")
    assert run("draw", folder, at="2026-07-04T02:00+00:00").exit_code == 0
    assert contents(folder / "published") == before
    (folder / "values.toml").write_text(VALUES.replace("07", "08"), encoding="utf-8")
    done = run("draw", folder, at=AFTER)
    assert done.exit_code == 2
    assert "重抽要先用 yaodian lottery promise --after 公布新的承诺" in done.stderr
    assert contents(folder / "published") == before


def test_the_verifiers_published_with_the_promise_stay_after_an_upgrade(folder: Path) -> None:
    promised(folder)
    page = folder / "published" / "check.html"
    page.write_text("of an earlier version", encoding="utf-8")
    assert run("draw", folder, at=AFTER).exit_code == 0
    assert page.read_text(encoding="utf-8") == "of an earlier version"


def test_of_very_many_faults_a_hundred_are_told(folder: Path) -> None:
    (folder / "applicants.txt").write_text("".join(f"A{number:04}\n" for number in range(300)), encoding="utf-8")
    promised(folder)
    assert run("draw", folder, at=AFTER).exit_code == 0
    path = folder / "published" / "list.txt"
    path.write_bytes(path.read_bytes().replace(b"\nA", b"\na"))
    done = run("check", folder / "published")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 102
    assert "没有列出" in done.stderr


def test_a_silent_witness_is_told_and_the_substitute_asked_for(folder: Path) -> None:
    promised(folder)
    (folder / "witnesses" / "2.json").unlink()
    done = run("draw", folder, at=AFTER)
    assert (done.exit_code, "缺少来源 d3" in done.stderr) == (2, True)
    (folder / "values.toml").write_text(VALUES + '[d3]\npublished = "0 4 2"\n', encoding="utf-8")
    done = run("draw", folder, at=AFTER)
    assert done.exit_code == 0, done.stderr
    assert "缺失：三名见证人（人大代表 没有揭晓），按承诺启用替补。" in done.stdout
    assert run("check", folder / "published").exit_code == 0


def test_a_second_draw_needs_a_new_promise_with_a_reason(folder: Path, tmp_path: Path) -> None:
    promised(folder)
    again = tmp_path / "again"
    again.mkdir()
    (again / "applicants.txt").write_text("A0001\nA0007\nA0002+A0003\nA0009\n", encoding="utf-8")
    text = (folder / "round.toml").read_text(encoding="utf-8").replace("2026-07-01T09:00", "2026-07-01T10:00")
    (again / "round.toml").write_text(text, encoding="utf-8")
    done = run("promise", again, "--after", folder)
    assert (done.exit_code, "[promise.attempt_reason]" in done.stderr) == (2, True)
    assert not (again / "published").exists()
    (again / "round.toml").write_text('reason = "名单漏了一名孩子"\n' + text, encoding="utf-8")
    assert "第 2 次抽签" in promised(again, "--after", folder).stdout
    assert (again / "published" / "promise-1.json").read_bytes() == (folder / "published" / "promise.json").read_bytes()


def test_cheating_ends_with_status_one_and_a_line_each(folder: Path) -> None:
    promised(folder)
    assert run("draw", folder, at=AFTER).exit_code == 0
    result = folder / "published" / "result.txt"
    rows = result.read_text(encoding="ascii").splitlines()
    result.write_text("\n".join([rows[0], rows[1], "2 " + rows[1][2:], rows[3], ""]), encoding="ascii")
    done = run("check", folder / "published")
    assert done.exit_code == 1
    assert "[result.twice] result.txt 第 3 行：" in done.stderr
    assert "处不符。" in done.stderr
    assert run("check", folder / "published", language="en").stderr.startswith("[result.twice] result.txt, line 3: ")


def test_an_example_is_shown_that_needs_nothing_but_commitments(folder: Path) -> None:
    assert run("promise", "--example").stdout == EXAMPLE


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2026-07-01T09:00+08:00", "2026-07-02T22:00+08:00", "[promise.source_known_before]"),
        ("2026-07-01T09:00+08:00", "2026-07-01T08:00+08:00", "已经过去"),
        ("2026-07-02T12:00+08:00", "2026-07-02T21:30+08:00", "[promise.witnesses_last]"),
        ('name = "公证员"', 'name = "家长代表"', "[promise.witness_twice]"),
        ("places = 120", 'places = "120"', "places"),
        ("places = 120", "places = ", "的写法不对"),
        ("decimals = 2", "decimals = two", "的写法不对"),
        ('kind = "market"', 'kind = "weather"', "来源 index 的写法不对"),
        (ROUND, "云川2026", "轮次编号"),
        ("[sources.fallback]", "[sources.fallbck]", "fallbck"),
        ('name = "福彩 3D 第 2026175 期"', 'name = "福彩 3D"\nfalback = "void"', "falback"),
        ("places = 120", "places = 120\nreasons = 1", "reasons"),
    ],
)
def test_a_promise_that_may_not_be_made_is_refused_and_nothing_is_written(
    folder: Path, old: str, new: str, words: str
) -> None:
    path = folder / "round.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    done = run("promise", folder)
    assert done.exit_code == 2
    assert words in done.stderr
    assert not (folder / "published").exists()
    english = run("promise", folder, language="en").stderr
    assert english
    assert english != done.stderr


def test_a_bad_number_is_named_with_its_line(folder: Path) -> None:
    (folder / "applicants.txt").write_text("A0001\na0002\n", encoding="utf-8")
    done = run("promise", folder)
    assert done.exit_code == 2
    assert done.stderr.startswith("第 2 行：“a0002”不是编号。")
    (folder / "applicants.txt").write_bytes("编号".encode("gb18030"))
    assert "不是 UTF-8 编码" in run("promise", folder).stderr
    (folder / "applicants.txt").unlink()
    assert "没有这个文件" in run("promise", folder).stderr


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ("", "缺少来源 ssq"),
        (VALUES.replace("33 05", "34 05"), "应有 6 个从 1 到 33 的号码"),
        (VALUES.replace('"3,284.10"', "3284.10"), "值要加引号"),
        (VALUES + '[dice]\npublished = "6"\n', "来源 dice 不在承诺里"),
        (VALUES + '[index]\npublished = "1.00"\n', "的写法不对"),
        (VALUES.replace('[index]\npublished = "3,284.10"', '[index]\nmissing = "停市"'), "没有替补：本次不抽"),
    ],
)
def test_a_draw_that_may_not_be_made_is_refused_and_nothing_is_written(folder: Path, values: str, words: str) -> None:
    promised(folder)
    (folder / "values.toml").write_text(values, encoding="utf-8")
    before = contents(folder / "published")
    done = run("draw", folder, at=AFTER)
    assert (done.exit_code, words in done.stderr) == (2, True), done.stderr
    assert contents(folder / "published") == before


def test_nothing_is_drawn_before_the_last_source_is_known(folder: Path) -> None:
    promised(folder)
    done = run("draw", folder, at=LATE)
    assert (done.exit_code, "现在还不能抽" in done.stderr) == (2, True)
    assert "record.json" not in contents(folder / "published")


def test_what_a_witness_hands_in_must_be_his_own(folder: Path) -> None:
    promised(folder)
    path = folder / "witnesses" / "2.json"
    given = json.loads(path.read_text(encoding="utf-8"))
    for changed, words in (
        ({**given, "value": "1"}, "与其事先交出的承诺不符"),
        ({**given, "name": "局长"}, "不是这次承诺里的见证人"),
        ([], "不是 yaodian lottery secret 写出的文件"),
    ):
        path.write_text(json.dumps(changed), encoding="utf-8")
        done = run("draw", folder, at=AFTER)
        assert (done.exit_code, words in done.stderr) == (2, True), done.stderr


def test_a_list_exchanged_after_the_promise_is_not_drawn(folder: Path) -> None:
    promised(folder)
    path = folder / "published" / "list.txt"
    path.write_bytes(path.read_bytes().replace(b"A0007", b"A0008"))
    assert "名单在承诺之后被改动过" in run("draw", folder, at=AFTER).stderr


def test_folders_that_hold_nothing_are_said_to(tmp_path: Path) -> None:
    for arguments, words in (
        (["draw", tmp_path / "no"], "没有"),
        (["draw", tmp_path], "没有"),
        (["check", tmp_path / "no"], "没有"),
        (["check", tmp_path], "没有公布的文件"),
        (["promise", tmp_path], "没有这个文件"),
        (["promise"], "缺少 文件夹。"),
    ):
        done = run(*arguments)
        assert (done.exit_code, words in done.stderr) == (2, True), done.stderr


def test_a_secret_is_never_overwritten_and_holds_no_strange_characters(tmp_path: Path) -> None:
    place = tmp_path / "secret.json"
    assert run("secret", "--round", ROUND, "--name", "公证员", "--out", place, "--value", "4711").exit_code == 0
    assert place.stat().st_mode & 0o077 == 0
    kept = json.loads(place.read_text(encoding="utf-8"))
    assert kept["commitment"] == lottery.commitment(ROUND, "公证员", kept["salt"], "4711")
    for language, words in (("zh", "请用 --out 写到另一个文件"), ("en", "Write to another file with --out")):
        again = run("secret", "--round", ROUND, "--name", "公证员", "--out", place, language=language)
        assert (again.exit_code, words in again.stderr, "--force" in again.stderr) == (2, True, False), again.stderr
    assert json.loads(place.read_text(encoding="utf-8")) == kept
    assert (
        "不能用" in run("secret", "--round", ROUND, "--name", "公证员", "--out", tmp_path / "b", "--value", "４").stderr
    )


def test_a_secret_can_at_no_moment_be_read_by_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put, modes = Path.replace, []

    def seen(path: Path, target: Path) -> Path:
        modes.append(path.stat().st_mode & 0o077)
        return put(path, target)

    monkeypatch.setattr(Path, "replace", seen)
    place = tmp_path / "secret.json"
    assert run("secret", "--round", ROUND, "--name", "公证员", "--out", place).exit_code == 0
    assert modes == [0]
    assert place.stat().st_mode & 0o077 == 0
