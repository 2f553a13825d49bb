"""``yaodian lottery``: hold a draw that anybody can recompute, with files in a folder. Knows no Django.

The organiser's folder holds what goes in (applicants.txt, round.toml, witnesses/, values.toml); what is published goes to
``published/`` in it and to nowhere else.
"""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yaodian.config.commands.files import UnableToReadFile, UnableToWriteFile, content_of, write_whole
from yaodian.config.commands.lottery_folder import (
    EXAMPLE,
    MOST_BYTES,
    PUBLISHED,
    drawn_at,
    earlier_in,
    published_in,
    reveals_in,
    round_of,
    text_of,
    write_all,
)
from yaodian.config.commands.wording import Language, Talking, TalkingGroup, Words

if TYPE_CHECKING:
    from yaodian.engines import lottery

MOST_FINDINGS = 100


def group(language: Language) -> click.Command:
    """The group in a language."""
    words = Words(language)
    made = TalkingGroup(
        "lottery",
        language=language,
        summary=words("办一次人人能核对的抽签", "hold a draw that anybody can recompute"),
        help=words(
            "先公布名单和承诺，等公共来源揭晓后再抽；任何人都能用公布的文件重算。\n\n"
            "\b\n次序：\n"
            "  yaodian lottery secret --round 轮次 --name 家长代表   见证人各自运行\n"
            "  yaodian lottery promise 文件夹                       公布名单和承诺\n"
            "  yaodian lottery draw 文件夹                          来源揭晓以后\n"
            "  yaodian lottery check 文件夹/published               任何人",
            "List and promise are published first, the draw follows when the public sources are known; anybody can recompute it.\n\n"
            "\b\nIn this order:\n"
            "  yaodian lottery secret --round ROUND --name NAME   each witness\n"
            "  yaodian lottery promise FOLDER                     list and promise\n"
            "  yaodian lottery draw FOLDER                        when the sources are known\n"
            "  yaodian lottery check FOLDER/published             anybody",
        ),
    )
    for make in (secret_command, promise_command, draw_command, check_command):
        made.add_command(make(words))
    return made


def _folder(words: Words) -> click.Argument:
    return click.Argument(["folder"], metavar=words("文件夹", "FOLDER"), type=click.Path(path_type=Path))


def secret_command(words: Words) -> click.Command:
    return Talking(
        "secret",
        language=words.language,
        summary=words("见证人：取一个数，交出它的承诺", "a witness: draw a number and its commitment"),
        help=words(
            "见证人在自己的电脑上运行：取一个数和盐写进文件，自己保管到截止时间；只把 commitment 交给主办方。",
            "Run by the witness on a computer of his own: a value and a salt go into a file that the witness keeps until the deadline; "
            "only the commitment is handed in.",
        ),
        callback=lambda **options: _told(words, lambda: _secret(words, **options)),
        params=[
            click.Option(["--round", "round_id"], required=True, help=words("轮次编号。", "Id of the round.")),
            click.Option(
                ["--name"],
                required=True,
                help=words("见证人，与承诺里的写法一致。", "The witness, as the promise names him."),
            ),
            click.Option(
                ["--value"],
                help=words(
                    "自己选的字母和数字；默认随机。", "Letters and digits of one's own choice; by default random."
                ),
            ),
            click.Option(
                ["--out"], required=True, metavar=words("文件", "FILE"), help=words("写到这个文件。", "Write to this file.")
            ),
        ],
    )  # fmt: skip


def promise_command(words: Words) -> click.Command:
    return Talking(
        "promise",
        language=words.language,
        summary=words("写出名单和承诺，供公布", "write list and promise, to be published"),
        help=words(
            "从 applicants.txt 和 round.toml 写出规范名单和承诺，放进 published。有任何不妥都不写。--example 显示 round.toml 的样例。",
            "From applicants.txt and round.toml to the canonical list and the promise, in published. Nothing is written where something "
            "is wrong. --example shows a round.toml.",
        ),
        callback=lambda **options: _told(words, lambda: _promise(words, **options)),
        params=[
            click.Argument(
                ["folder"], metavar=words("文件夹", "FOLDER"), required=False, type=click.Path(path_type=Path)
            ),
            click.Option(
                ["--after"],
                type=click.Path(path_type=Path),
                metavar=words("文件夹", "FOLDER"),
                help=words(
                    "重抽：上一次的文件夹（里面有 published）。",
                    "A second draw: the folder of the one before, which holds published.",
                ),
            ),
            click.Option(["--example"], is_flag=True, help=words("显示样例。", "Show an example.")),
        ],
    )


def draw_command(words: Words) -> click.Command:
    return Talking(
        "draw",
        language=words.language,
        summary=words("来源揭晓以后抽签", "draw when the sources are known"),
        help=words(
            "从 published 里的名单和承诺、values.toml 里公布的值和 witnesses 里见证人的文件抽签。"
            "每个来源一段：[ssq] published = \"09 30 01 12 33 05 + 07\"；确实没有公布的写 missing = \"原因\"。"
            "抽完先由独立的程序核对，相符才写出。同样的输入再运行一次，写出的文件一字不差。",
            "From list and promise in published, the values in values.toml and the witnesses' files in witnesses. A table for each source: "
            "[ssq] published = \"09 30 01 12 33 05 + 07\"; where there is none, missing = \"the reason\". The independent verifier is "
            "asked before anything is written. The same input gives the same bytes again.",
        ),
        callback=lambda **options: _told(words, lambda: _draw(words, **options)),
        params=[_folder(words)],
    )  # fmt: skip


def check_command(words: Words) -> click.Command:
    return Talking(
        "check",
        language=words.language,
        summary=words("核对公布的抽签", "check a published draw"),
        help=words(
            "核对公布的文件夹。每一处不符写明在哪个文件第几行、为什么要紧、该怎么办；有不符时退出状态为 1。",
            "Check a published folder. What does not hold is named with file and row, why it matters and what to do; the exit status is then 1.",
        ),
        callback=lambda **options: _told(words, lambda: _check(words, **options)),
        params=[
            _folder(words),
            click.Option(
                ["--promise", "promises"],
                multiple=True,
                metavar=words("哈希", "HASH"),
                help=words("抽签前抄下的承诺哈希；可写多次。", "Hash of a promise noted before the draw; may be repeated."),
            ),
            click.Option(
                ["--list", "kept"],
                metavar=words("文件", "FILE"),
                help=words(
                    "抽签前存下的名单；有了它，改动能指到行。",
                    "A copy of the list kept from before; with it changes are named by row.",
                ),
            ),
        ],
    )  # fmt: skip


def _told(words: Words, work: Any) -> int:
    """Run; what cannot be done is said in a sentence, with status 2."""
    from yaodian.engines import lottery

    try:
        done: int = work()
        return done
    except lottery.Refused as problem:
        click.echo(problem.message(words.language), err=True)
    except (UnableToReadFile, UnableToWriteFile) as problem:
        click.echo(str(problem), err=True)
    return 2


def _secret(words: Words, *, round_id: str, name: str, value: str | None, out: str) -> int:
    from yaodian.engines import lottery

    chosen = value or secrets.token_hex(8)
    if not lottery.WITNESS_VALUE.fullmatch(chosen):
        raise lottery.UnableToPromise(
            f"“{chosen}”不能用：只能是 1 到 64 位字母和数字，免得念的时候听错、写的时候走样。",
            f"“{chosen}” cannot be used: 1 to 64 letters and digits, so that it is read out and written down alike.",
        )
    salt = secrets.token_hex(16)
    made = lottery.commitment(round_id, name, salt, chosen)
    told = {"commitment": made, "name": name, "round": round_id, "salt": salt, "value": chosen}
    if Path(out).exists():
        raise UnableToWriteFile(
            words(
                f"{out} 已经存在，没有覆盖：里面可能是已经交出承诺的数。请用 --out 写到另一个文件。",
                f"{out} exists and was left alone: it may hold a value whose commitment was handed in. Write to another file with --out.",
            )
        )
    # Nobody else may read it, not for the moment between writing and closing it to others either.
    mask = os.umask(0o077)
    try:
        write_whole(Path(out), lottery.canonical_json(told), is_forced=False, inputs=[], words=words)
    finally:
        os.umask(mask)
    click.echo(
        words(
            f"交给主办方的承诺（commitment）：{made}\n数和盐在 {out}，截止时间以前不要给任何人看；揭晓时把文件交出来。",
            f"Commitment to hand in: {made}\nValue and salt are in {out}: show them to nobody before the deadline, then hand in the file.",
        )
    )
    return 0


def _promise(words: Words, *, folder: Path | None, after: Path | None, example: bool) -> int:
    from yaodian.engines import lottery
    from yaodian.engines.lottery.bundle import shipped

    if example:
        click.echo(EXAMPLE, nl=False)
        return 0
    if folder is None:
        raise click.UsageError(words("缺少 文件夹。", "Missing FOLDER."))
    given = round_of(folder / "round.toml", words)
    listed = lottery.canonical_list(
        str(given.get("round", "")), lottery.lines_of(text_of(folder / "applicants.txt", words))
    )
    earlier = earlier_in(after, words)
    reason = str(given.get("reason", ""))
    previous = lottery.Previous(lottery.sha256(earlier[-1]), reason) if earlier else None
    sources = given.get("sources")
    if not isinstance(sources, list) or type(given.get("places")) is not int:
        raise lottery.UnableToPromise(
            "round.toml 里要写明 places（录取的孩子数，0 只排顺序）和至少两段 [[sources]]。请对照 yaodian lottery promise --example。",
            "round.toml must say places (how many children, 0 for an order only) and at least two [[sources]]. "
            "Compare yaodian lottery promise --example.",
        )
    promise = lottery.make_promise(
        listed,
        places=given["places"],
        promised_at=str(given.get("promised_at", "")),
        sources=tuple(map(lottery.Source.from_dict, sources)),
        attempt=len(earlier) + 1,
        previous=previous,
    )
    content = promise.to_bytes()
    found = lottery.verify_promise(listed, content, rule=lottery.RULE_BYTES, earlier=earlier)
    if found:
        _say_findings(found, words)
        return 2
    moment, now = datetime.fromisoformat(promise.promised_at), datetime.now(UTC)
    if moment < now.replace(second=0, microsecond=0):
        raise lottery.UnableToPromise(
            f"公布时间 {promise.promised_at} 已经过去。承诺不能早于它写出的时间，请把 promised_at 改成将要公布的时间。",
            f"The moment {promise.promised_at} has passed. A promise is no older than its writing: set promised_at to when it will be published.",
        )
    named = {f"promise-{number}.json": one for number, one in enumerate(earlier, start=1)}
    files = {"list.txt": listed, "promise.json": content, "rule.txt": lottery.RULE_BYTES, **named, **shipped()}
    write_all(folder / PUBLISHED, files, words)
    click.echo(
        words(
            f"名单 {promise.lines} 行、{promise.children} 个孩子，第 {promise.attempt} 次抽签。\n"
            f"名单的哈希：{promise.list_sha256}\n承诺的哈希：{lottery.sha256(content)}\n"
            f"请在 {promise.promised_at} 公布 {folder / PUBLISHED} 里的全部文件，并把承诺的哈希登报、张贴或交给公证处：要早于所有来源。",
            f"{promise.lines} lines, {promise.children} children, draw {promise.attempt}.\n"
            f"Hash of the list: {promise.list_sha256}\nHash of the promise: {lottery.sha256(content)}\n"
            f"Publish all of {folder / PUBLISHED} at {promise.promised_at}, and the promise's hash in a newspaper, on a notice or with a "
            "notary: before any source is known.",
        )
    )
    return 0


def _draw(words: Words, *, folder: Path) -> int:
    from yaodian.engines import lottery
    from yaodian.engines.lottery.bundle import shipped

    published = published_in(folder / PUBLISHED, words)
    for name in ("list.txt", "promise.json"):
        if name not in published:
            raise UnableToReadFile(
                words(
                    f"{folder / PUBLISHED} 里没有 {name}。请先运行 yaodian lottery promise 并公布承诺。",
                    f"{folder / PUBLISHED} holds no {name}. Run yaodian lottery promise and publish the promise first.",
                )
            )
    promise = lottery.Promise.from_bytes(published["promise.json"])
    now = datetime.now(UTC)
    reveals, told = reveals_in(folder, promise, now, words)
    record = lottery.draw(
        listed=published["list.txt"],
        promise=published["promise.json"],
        reveals=reveals,
        drawn_at=drawn_at(published, now),
        earlier=[content for _name, content in lottery.earlier_promises(published)],
    )
    found = lottery.verify(record.files)
    if found:
        _say_findings(found, words)
        return 2
    last = dict(record.files)
    sealed = last.pop("record.json")
    try:
        # The verifiers published with the promise stay as they were, though the program may have been upgraded since.
        lacking = {name: content for name, content in shipped().items() if not (folder / PUBLISHED / name).exists()}
        write_all(folder / PUBLISHED, {**last, **lacking}, words)
        # Last, so that a folder with a record is a whole draw.
        write_all(folder / PUBLISHED, {"record.json": sealed}, words)
    except UnableToWriteFile as problem:
        raise UnableToWriteFile(
            words(
                f"{problem} 这一轮已经抽过：重抽要先用 yaodian lottery promise --after 公布新的承诺。",
                f"{problem} This round was drawn already: publish a new promise first, by yaodian lottery promise --after.",
            )
        ) from None
    for line in told:
        click.echo(line)
    click.echo(
        words(
            f"种子：{record.seed.hex()}\n前几位：{'、'.join(record.order[:5])}\n"
            f"录取 {record.winners} 行，共 {len(record.order)} 行。独立核对相符，全部文件在 {folder / PUBLISHED}。",
            f"Seed: {record.seed.hex()}\nFirst: {', '.join(record.order[:5])}\n"
            f"{record.winners} of {len(record.order)} lines have a place. The verifier agrees; all files are in {folder / PUBLISHED}.",
        )
    )
    return 0


def _check(words: Words, *, folder: Path, promises: tuple[str, ...], kept: str | None) -> int:
    from yaodian.engines import lottery

    published = published_in(folder, words)
    if not published:
        raise UnableToReadFile(
            words(f"{folder} 里没有公布的文件。", f"{folder} holds no published files.")
        )  # fmt: skip
    copy = None if kept is None else content_of(kept, limit=MOST_BYTES, words=words)
    found = lottery.verify(published, promises=promises, published_list=copy)
    if found:
        _say_findings(found, words)
        click.echo(words(f"共 {len(found)} 处不符。", f"{len(found)} things do not hold."), err=True)
        return 1
    click.echo(
        words(
            "全部相符：任何人用这些文件都会算出这个结果。",
            "Everything holds: anybody gets this result from these files.",
        )
    )
    if not promises:
        shown = lottery.sha256(published["promise.json"])
        click.echo(
            words(
                f"承诺的哈希：{shown}\n请与抽签前公布的核对（--promise）；没有核对，就不知道承诺是不是早就公布了。",
                f"Hash of the promise: {shown}\nCompare it with the one published before the draw (--promise); without that it stays open "
                "whether the promise came first.",
            )
        )
    return 0


def _say_findings(found: tuple[lottery.Finding, ...], words: Words) -> None:
    for one in found[:MOST_FINDINGS]:
        click.echo(f"[{one.kind}] {one.message(words.language)}", err=True)
    if len(found) > MOST_FINDINGS:
        rest = len(found) - MOST_FINDINGS
        click.echo(words(f"…… 另有 {rest} 处没有列出。", f"… and {rest} more."), err=True)
