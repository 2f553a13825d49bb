"""The program as a person runs it: in a process of its own, with files, pipes and a database of its own."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from tests.journeys.conftest import Laid, drop_database, run_yaodian
from yaodian.config.cli import COMMANDS, Program
from yaodian.config.commands.wording import language_of

PROGRAM = str(Path(sys.executable).with_name("yaodian"))

PLAN = """云川市教育局2026年工作要点

一、扩大优质资源供给
1.推进学前教育普及普惠。新建公办幼儿园5所，9月底前投入使用；普惠性幼儿园覆盖率达到92%。（责任单位：基础教育科、规划科）
2.优化义务教育招生入学。升级阳光招生平台，小学起始年级大班额比例不超过2%。（责任单位：基础教育科）
二、建设高素质教师队伍
3.加强教师培养。培训骨干教师1200人，每学期召开调度会2次。（责任单位：人事科）
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "要点.txt").write_text(PLAN, encoding="utf-8")
    (tmp_path / "去年.txt").write_text(PLAN.replace("2026", "2025").replace("92%", "90%"), encoding="gb18030")
    (tmp_path / "空.txt").write_bytes(b"")
    return tmp_path


def variables(**more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "YAODIAN_", "DJANGO"))
    }
    return {**kept, "LANG": "C.UTF-8", **more}


def run(folder: Path, *arguments: str, typed: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [PROGRAM, *arguments],
        cwd=folder,
        env=variables(**more),
        input=typed,
        capture_output=True,
        check=False,
        timeout=120,
    )


# read


@pytest.mark.once
def test_a_plan_is_shown_as_a_summary_for_people(folder: Path) -> None:
    done = run(folder, "read", "要点.txt")
    said = done.stdout.decode()
    assert (done.returncode, done.stderr) == (0, b"")
    assert said.startswith("云川市教育局2026年工作要点\n")
    assert "普惠性幼儿园覆盖率 不低于92%" in said
    assert "\x1b[" not in said


@pytest.mark.once
def test_one_file_gives_one_json_object_and_several_give_a_line_each(folder: Path) -> None:
    one = json.loads(run(folder, "read", "要点.txt", "--format", "json").stdout)
    assert (one["schema"], one["year"], len(one["nodes"])) == (1, 2026, 5)
    lines = run(folder, "read", "要点.txt", "去年.txt", "--format", "json").stdout.decode().splitlines()
    assert [json.loads(line)["year"] for line in lines] == [2026, 2025]


@pytest.mark.once
def test_a_bad_file_is_named_with_its_reason_and_the_others_are_read(folder: Path) -> None:
    done = run(folder, "read", "空.txt", "没有.docx", ".", "要点.txt", "--format", "json", "--out", "结果")
    complaints = done.stderr.decode().splitlines()
    assert done.returncode == 2
    assert complaints[0].startswith("空.txt: “空.txt”里没有文字")
    assert complaints[1] == "没有.docx: 没有这个文件，请检查文件名。"
    assert "文件夹" in complaints[2]
    assert [path.name for path in (folder / "结果").iterdir()] == ["要点.json"]
    english = run(folder, "read", "空.txt", "--language", "en")
    assert english.stderr.decode().startswith("空.txt: “空.txt” holds no text.")


@pytest.mark.once
def test_a_hostile_name_cannot_write_to_the_terminal_or_break_the_sentence(folder: Path) -> None:
    names = (b"a\nb.txt", b"\x1b[31mred.txt", "\u202etxt.exe".encode(), b"\xff\xfe.txt")
    for name in names:
        os.close(os.open(os.fsencode(folder) + b"/" + name, os.O_CREAT | os.O_WRONLY))
    done = run(folder, "read", *(os.fsdecode(name) for name in names))
    complaints = done.stderr.decode()
    assert done.returncode == 2
    assert complaints.count("\n") == len(names)
    assert complaints.count("�") >= len(names)
    assert not {"\x1b", "\u202e"} & set(complaints)


@pytest.mark.once
def test_the_extension_of_out_says_the_format(folder: Path) -> None:
    assert run(folder, "read", "要点.txt", "--out", "要点.xlsx").returncode == 0
    book = CalamineWorkbook.from_filelike(io.BytesIO((folder / "要点.xlsx").read_bytes()))
    assert book.sheet_names[:3] == ["条目", "目标", "期限"]
    assert run(folder, "read", "要点.txt", "--out", "要点.docx").returncode == 0
    assert (folder / "要点.docx").read_bytes()[:2] == b"PK"


@pytest.mark.once
def test_standard_input_is_read_and_binary_goes_down_a_pipe(folder: Path) -> None:
    done = run(folder, "read", "-", "--format", "xlsx", typed=PLAN.encode("utf-16"))
    assert (done.returncode, done.stdout[:2]) == (0, b"PK")


@pytest.mark.once
def test_another_files_content_is_left_alone_unless_forced(folder: Path) -> None:
    out = folder / "要点.md"
    out.write_text("别人的笔记", encoding="utf-8")
    done = run(folder, "read", "要点.txt", "--out", "要点.md")
    assert done.returncode == 2
    assert "没有覆盖。要覆盖请加 --force。" in done.stderr.decode()
    assert out.read_text(encoding="utf-8") == "别人的笔记"
    assert run(folder, "read", "要点.txt", "--out", "要点.md", "--force").returncode == 0
    again = run(folder, "read", "要点.txt", "--out", "要点.md")
    assert (again.returncode, "已是最新" in again.stderr.decode()) == (0, True)
    assert not [path for path in folder.iterdir() if path.name.endswith(".part")]


@pytest.mark.once
def test_an_input_is_never_overwritten(folder: Path) -> None:
    done = run(folder, "read", "要点.txt", "--format", "table", "--out", "要点.txt", "--force")
    assert done.returncode == 2
    assert (folder / "要点.txt").read_text(encoding="utf-8") == PLAN


@pytest.mark.once
def test_inputs_of_one_name_get_outputs_of_their_own(folder: Path) -> None:
    (folder / "旧").mkdir()
    (folder / "旧" / "要点.txt").write_text(PLAN, encoding="utf-8")
    assert run(folder, "read", "要点.txt", "旧/要点.txt", "--format", "md", "--out", "out/").returncode == 0
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["要点-2.md", "要点.md"]


@pytest.mark.once
def test_a_reader_that_goes_away_ends_the_program_quietly(folder: Path) -> None:
    (folder / "长.txt").write_text(
        PLAN + "".join(f"{n}.抓好第{n}项工作。{'开展检查。' * 30}\n" for n in range(4, 1900)), encoding="utf-8"
    )
    process = subprocess.Popen(
        [PROGRAM, "read", "长.txt", "--format", "json"],
        cwd=folder,
        env=variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == 141


@pytest.mark.once
def test_ctrl_c_ends_the_program_with_one_line(folder: Path) -> None:
    process = subprocess.Popen(
        [PROGRAM, "read", "-"],
        cwd=folder,
        env=variables(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    # More than a pipe holds: once it is gone the program has begun to read, and waits for the rest.
    process.stdin.write("一、甲\n".encode() * 20_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    output, complaint = process.communicate(timeout=60)
    assert (process.returncode, output, complaint.decode().strip()) == (130, b"", "已停止。")


@pytest.mark.once
def test_on_a_terminal_a_bar_shows_the_way_and_leaves_the_complaints_readable(folder: Path) -> None:
    screen, end = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, "read", "要点.txt", "没有.txt", "--format", "json"],
        cwd=folder,
        env={name: value for name, value in variables(TERM="xterm").items() if name != "CI"},
        stdout=subprocess.DEVNULL,
        stderr=end,
    )
    os.close(end)
    seen = b""
    try:
        while part := os.read(screen, 4096):
            seen += part
    except OSError:
        # Linux reports the end of a terminal as an input error.
        pass
    os.close(screen)
    assert process.wait(60) == 2
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())
    assert "1/2" in shown
    assert "没有.txt: 没有这个文件，请检查文件名。" in [line.strip() for line in re.split("[\r\n]", shown)]


# compare


@pytest.mark.once
def test_two_years_are_compared_from_documents_or_from_saved_json(folder: Path) -> None:
    done = run(folder, "compare", "去年.txt", "要点.txt")
    assert done.returncode == 0
    assert "普惠性幼儿园覆盖率 不低于90% → 不低于92%（要求更高）" in done.stdout.decode()
    assert run(folder, "read", "去年.txt", "--out", "去年.json").returncode == 0
    from_json = run(folder, "compare", "去年.json", "要点.txt", "--format", "json")
    assert json.loads(from_json.stdout)["counts"]["targets"]["raised"] == 1


@pytest.mark.once
def test_a_plan_that_cannot_be_had_stops_the_comparison(folder: Path) -> None:
    (folder / "坏.json").write_text('{"schema": 9}', encoding="utf-8")
    done = run(folder, "compare", "坏.json", "没有.txt")
    assert done.returncode == 2
    assert [line.partition(":")[0] for line in done.stderr.decode().splitlines()] == ["坏.json", "没有.txt"]


# Help, languages, mistakes


@pytest.mark.once
def test_reading_comparing_and_help_import_no_django(folder: Path) -> None:
    for arguments in (
        ["--help"],
        ["read", "要点.txt"],
        ["compare", "去年.txt", "要点.txt"],
        ["lottery", "promise", "--example"],
    ):
        code = (
            "import sys, yaodian.config.cli as c\n"
            f"sys.argv = ['yaodian', *{arguments!r}]\n"
            "try:\n    c.main()\nexcept SystemExit as end:\n    assert end.code == 0, end.code\n"
            "assert not [m for m in sys.modules if m.partition('.')[0] == 'django'], 'Django was imported'\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, env=variables(), capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr.decode()


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        (["read", "--language", "en"], {"LANG": "zh_CN.UTF-8"}, "en"),
        (["--language=zh"], {"LANG": "en_GB.UTF-8"}, "zh"),
        ([], {"YAODIAN_LANGUAGE": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ([], {"YAODIAN_LANGUAGE": "zh", "LANG": "en_US.UTF-8"}, "zh"),
        ([], {"LANG": "en_US.UTF-8"}, "en"),
        ([], {"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ([], {"LANG": "C.UTF-8"}, "zh"),
        ([], {}, "zh"),
        (["read", "--", "--language=en"], {}, "zh"),
    ],
)
def test_the_language_is_the_one_asked_for(arguments: list[str], environment: dict[str, str], language: str) -> None:
    assert language_of(arguments, environment) == language


LOTTERY = [["lottery", name] for name in ("secret", "promise", "draw", "check")]


@pytest.mark.once
@pytest.mark.parametrize(
    "path", [[], *[[name] for name in COMMANDS if name != "manage"], ["audit", "verify"], *LOTTERY]
)
def test_every_command_explains_itself_in_both_languages(path: list[str]) -> None:
    chinese = CliRunner(env={"YAODIAN_LANGUAGE": "zh"}).invoke(Program(), [*path, "--help"])
    english = CliRunner(env={"YAODIAN_LANGUAGE": "en"}).invoke(Program(), [*path, "--help"])
    assert (chinese.exit_code, english.exit_code) == (0, 0)
    assert "用法：" in chinese.output
    assert english.output.startswith("Usage: ")
    assert not re.search("[\u4e00-\u9fff]", english.output)


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["red"], "没有 red 这个命令。"),
        (["read"], "缺少 文件…。"),
        (["read", "a", "--formt", "json"], "没有 --formt 这个选项。是不是 --format？"),
        (["read", "a", "--format", "rtf"], "--format 只能是 table、json、md、xlsx、docx。"),
        (["read", "a", "b", "--format", "xlsx"], "xlsx 不是文本，请用 --out 指定写到哪里。"),
        (["read", "-", "-"], "标准输入（-）只能写一次。"),
        (["serve", "--port", "70000"], "--port 要填 1 到 65535 之间的整数。"),
    ],
)
def test_a_mistake_is_said_in_a_sentence_with_where_to_look(arguments: list[str], sentence: str) -> None:
    done = CliRunner(env={"YAODIAN_LANGUAGE": "zh"}).invoke(Program(), arguments)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[0] == sentence
    assert "--help" in done.stderr.splitlines()[1]


# The site


@pytest.fixture
def copied(laid: Laid, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables of a copy of the demonstration."""
    made = laid.copy(tmp_path / "data")
    yield made
    drop_database(made)


def test_demo_lays_data_once_and_the_journal_verifies(laid: Laid, copied: dict[str, str], folder: Path) -> None:
    assert f"http://127.0.0.1:{copied['PORT']}/" in laid.said
    notes = Path(copied["YAODIAN_DATA"]) / "demonstration-accounts.json"
    assert notes.stat().st_mode & 0o077 == 0
    passwords = json.loads(notes.read_text(encoding="utf-8"))
    assert passwords
    assert all(password in laid.said for password in passwords.values())
    second = run_yaodian(copied, "demo")
    assert (second.returncode, second.stdout) == (0, laid.said)
    verified = run(folder, "audit", "verify", **where(copied))
    assert (verified.returncode, "操作日志完好" in verified.stdout.decode()) == (0, True)


def where(copied: dict[str, str]) -> dict[str, str]:
    return {name: copied[name] for name in ("YAODIAN_DATA", "DATABASE_URL") if name in copied}


def test_a_tampered_journal_is_named_by_its_first_broken_row(copied: dict[str, str], folder: Path) -> None:
    code = (
        "from django.db import connection\n"
        "c = connection.cursor()\n"
        "if connection.vendor == 'postgresql':\n"
        "    c.execute('ALTER TABLE audit_entry DISABLE TRIGGER USER')\n"
        "else:\n"
        "    c.execute(\"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'\")\n"
        "    for (name,) in c.fetchall(): c.execute(f'DROP TRIGGER {name}')\n"
        "c.execute(\"UPDATE audit_entry SET subject = 'account:nobody' WHERE id = 2\")\n"
    )
    tampered = run(folder, "manage", "shell", "--no-imports", "-c", code, **where(copied))
    assert tampered.returncode == 0, tampered.stderr.decode()
    done = run(folder, "audit", "verify", **where(copied))
    assert done.returncode == 1
    assert "第一处问题：2（" in done.stderr.decode()


def test_verifying_without_a_database_says_what_to_do(folder: Path) -> None:
    where = {"YAODIAN_DATA": str(folder / "data"), "DATABASE_URL": f"sqlite:///{folder / 'none.sqlite3'}"}
    done = run(folder, "audit", "verify", **where)
    assert done.returncode == 1
    assert "请先运行 yaodian migrate" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_manage_passes_everything_to_django(folder: Path) -> None:
    done = run(folder, "manage", "migrate", "--help", YAODIAN_DATA=str(folder / "data"))
    assert (done.returncode, b"--fake-initial" in done.stdout) == (0, True)
