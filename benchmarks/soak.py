"""``python -m benchmarks.soak --minutes N``: damaged documents without end; only a refusal with a sentence may come of them.

The invented documents, the demonstration plans and Word, HTML and PDF files made from them are cut, doubled, spliced and
flipped at random, as text and as bytes. Every one must be read into a plan that ``verify`` finds nothing wrong with and
whose JSON is valid, or be refused with :class:`UnreadableDocument` in both languages; and within a time in proportion to
its length. What fails is kept under ``var/benchmarks/soak/`` and named; the seed is printed, so that a run can be had again.
"""

from __future__ import annotations

import json
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

import click

from benchmarks import report, workloads
from yaodian.engines.reading import UnreadableDocument, read, verify

#: Processor seconds that any document may take in this process, and what each character may add.
SLOWEST_START, SLOWEST_CHARACTER = 2.0, 0.001

_PIECES = (
    "一、 (一) 1. ① 第一章 一是 【重点任务3】 责任单位: 〔责任单位: (牵头单位:甲;配合单位:乙) 《办法》 《 》 “ ” ( ) 9月底前 年内 2026年 2019年前 "
    "3所 三所 百余名 1:15 95% 0.5个百分点 全覆盖 应助尽助 力争 不超过 以内 每学期 分别达到 由38%提升到45% 大发国际 阳光招生平台 序号\t任务\t责任单位 "
    "|甲|乙| &nbsp; <td> </p> 。 ; , 、 : \u3000 \u200b \ufeff \u202e \ud7ff \ue000 𠮷 ９ 〇 % 999999999999999999999999"
).split(" ")


def main(minutes: float, seed: int) -> int:
    """Run for ``minutes``; the number of documents that failed."""
    chance = random.Random(seed)
    texts, files = _documents()
    until, beginning = time.monotonic() + minutes * 60, time.monotonic()
    outcomes: Counter[str] = Counter()
    slowest = (0.0, "")
    failed = 0
    while time.monotonic() < until:
        is_text = chance.random() < 0.6
        name, document = _damaged_text(chance, texts) if is_text else _damaged_bytes(chance, files)
        begin = time.process_time()
        outcome, trouble = _outcome(name, document)
        taken = time.process_time() - begin
        slowest = max(slowest, (taken, f"{name}, {len(document)} long"))
        if taken > SLOWEST_START + SLOWEST_CHARACTER * len(document):
            trouble = f"{trouble}\ntook {taken:.1f} s".strip()
        outcomes[f"{'text' if is_text else name}: {outcome}"] += 1
        if trouble:
            failed += 1
            kept = _keep(document, failed)
            print(f"{kept}: {trouble}", flush=True)
    number, passed = outcomes.total(), time.monotonic() - beginning
    rows = [[name, count] for name, count in sorted(outcomes.items())]
    facts = {**report.conditions(), "seed": seed, "minutes": minutes, "documents": number, "failed": failed}
    report.finish("soak", ("outcome", "documents"), rows, facts)
    print(
        f"{number} documents in {passed:.0f} s, {failed} failed; slowest {slowest[0]:.2f} s CPU ({slowest[1]}); seed {seed}"
    )
    return failed


def _documents() -> tuple[list[str], dict[str, list[bytes]]]:
    demonstration = workloads.DEMONSTRATION.parent
    texts = [path.read_text(encoding="utf-8") for path in workloads.invented()]
    texts.append(workloads.demonstration())
    return texts, {
        "docx": [path.read_bytes() for path in sorted(demonstration.glob("*.docx"))],
        "html": [path.read_bytes() for path in workloads.invented() if path.suffix == ".html"],
        "pdf": [workloads.as_pdf(text[:3_000]) for text in texts[:4]],
        "encoded": [
            text.encode(code, "replace") for text in texts[:6] for code in ("gb18030", "utf-16", "big5", "utf-8")
        ],
    }


def _damaged_text(chance: random.Random, texts: list[str]) -> tuple[str, str]:
    text = chance.choice(texts)
    begin = chance.randrange(len(text)) if chance.random() < 0.5 else 0
    text = text[begin : begin + chance.randrange(20, 6_000)]
    for _ in range(chance.randrange(1, 30)):
        at, to = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        to = min(to, at + 60)
        match chance.randrange(8):
            case 0 | 1 | 2:
                text = text[:at] + chance.choice(_PIECES) + text[at:]
            case 3:
                text = text[:at] + text[to:]
            case 4:
                text = text[:at] + text[at:to] * chance.choice((2, 3, 40)) + text[to:]
            case 5:
                text = text[:at] + text[at:to].replace("\n", "") + text[to:]
            case 6:
                text = text[:at] + chr(chance.choice((9, 10, 13, 0, 0x3000, chance.randrange(0xD7FF)))) + text[at:]
            case _:
                other = chance.choice(texts)
                place = chance.randrange(len(other))
                text = text[:at] + other[place : place + 200] + text[at:]
    if chance.random() < 0.1:
        text = text.replace("\n", "")
    if chance.random() < 0.02:
        text += chance.choice(_PIECES) * 5_000
    return chance.choice(("text", "plan.md", "plan.txt")), text


def _damaged_bytes(chance: random.Random, files: dict[str, list[bytes]]) -> tuple[str, bytes]:
    kind = chance.choice(sorted(files))
    data = bytearray(chance.choice(files[kind]))
    for _ in range(chance.choice((0, 1, 1, 2, 5, 40))):
        at = chance.randrange(len(data))
        match chance.randrange(5):
            case 0 | 1:
                data[at] = chance.randrange(256)
            case 2:
                del data[at : at + chance.randrange(1, 50)]
            case 3:
                data[at:at] = data[at : at + chance.randrange(1, 200)]
            case _:
                data[at:at] = chance.choice(_PIECES).encode()
        if len(data) < 10:
            break
    if chance.random() < 0.1:
        del data[chance.randrange(len(data)) :]
    return kind, bytes(data)


def _outcome(name: str, document: str | bytes) -> tuple[str, str]:
    """What came of a document, and what is wrong with that (empty: nothing)."""
    try:
        plan = read(document, name=name)
    except UnreadableDocument as refusal:
        sentences = (refusal.message("zh"), refusal.message("en"))
        return refusal.code, "" if all(sentences) else f"{refusal.code} has no sentence"
    # Whatever else is raised is what this program looks for.
    except Exception:  # noqa: BLE001
        return "raised", traceback.format_exc()
    problems = list(verify(plan))
    try:
        json.dumps(plan.to_dict(), allow_nan=False, ensure_ascii=False).encode()
    except ValueError as error:
        problems.append(f"no valid JSON: {error}")
    return "read", "\n".join(problems)


def _keep(document: str | bytes, number: int) -> Path:
    folder = report.RESULTS / "soak"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number}.bin"
    path.write_bytes(document if isinstance(document, bytes) else document.encode("utf-8", "surrogatepass"))
    return path


@click.command()
@click.option("--minutes", type=float, default=5.0, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def command(minutes: float, seed: int) -> None:
    """Read damaged documents for some minutes; exit status 1 if one of them was not refused or read as it should."""
    sys.exit(1 if main(minutes, seed) else 0)


if __name__ == "__main__":
    command()
