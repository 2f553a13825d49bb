"""核对一次派位的公开文件：在解开的文件夹里运行 python3 check.py；带上从“派位结果”页面下载的凭据，再核对自己的那一行：
python3 check.py opening.json。核对文件指纹、各行不重复、行数与人数相符、各校不超计划；有凭据的，核对封存的志愿、顺序和结果正是凭据写的。
不核对别人的志愿和结果：它们不公开。
Checks the public files of a placement, in the unpacked folder; with the file that a family takes from its result page, its own row too:
that wishes, class, place in the draw and result were sealed as it says. The rows of others are not public and are not checked."""

import hashlib
import json
import pathlib
import sys

folder = pathlib.Path(__file__).resolve().parent
steps = []


def say(holds, words):
    steps.append(bool(holds))
    print("对 OK   " if holds else "错 WRONG", words)  # noqa: T201 - What it finds is what it prints.


def canonical(value):
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()


def check(own):
    record, counts = (json.loads((folder / name).read_bytes()) for name in ("record.json", "counts.json"))
    for name, expected in sorted(record["files"].items()):
        say(
            hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected,
            f"文件与记录相符 as in the record: {name}",
        )
    head, *lines = (folder / "commitments.txt").read_bytes().decode("ascii").split("\n")[:-1]
    say(head == f"yaodian-admissions-commitments/1 {record['run']}", "承诺是这次派位的 commitments of this placement")
    say(
        lines == sorted(set(lines)) and all(len(one) == 64 and set(one) <= set("0123456789abcdef") for one in lines),
        "各行不重复 no row twice",
    )
    say(len(lines) == counts["applications"], f"一份申请一行 a row for each application: {len(lines)}")
    known = [one["placed"] for one in counts["schools"] if one["placed"] is not None]
    say(
        all(one["placed"] is None or one["placed"] <= one["seats"] for one in counts["schools"]),
        "各校不超计划 no school beyond its plan",
    )
    say(
        counts["placed"] is None or sum(known) <= counts["placed"] <= counts["applications"],
        f"各校之和不超过总数 the schools come to no more than all: {sum(known)}",
    )
    if own:
        opening = json.loads(pathlib.Path(own[0]).read_bytes())
        say(opening["run"] == record["run"], "凭据是这次派位的 the file is of this placement")
        say(
            hashlib.sha256(canonical(opening)).hexdigest() in lines,
            f"封存的正是这一行 this very row was sealed: {opening['number']}",
        )
        place = opening["place"]
        say(
            place is None or place["offer"] in {one["offer"] for one in counts["schools"]},
            "学校在招生计划里 the school is in the plan",
        )
        say(
            place is None or not place["wish"] or opening["wishes"][place["wish"] - 1]["offer"] == place["offer"],
            "按志愿录取的是填报的学校 a school that was wished for",
        )


try:
    check(sys.argv[1:])
except Exception as fault:  # noqa: BLE001 - Whatever is wrong with the files is said.
    say(False, f"缺少文件或写法不对 a file is missing or malformed: {fault!r}")
sys.exit(not all(steps))
