"""A comparison of two plans as a summary for a person, as Markdown, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from yaodian.engines.reading import phrasing
from yaodian.engines.reading.compare import ClauseChange, Comparison, TargetChange
from yaodian.engines.reading.phrasing import Language, in_language

from .lines import columns_of, padded, wrapped
from .table import Style, StyledLine

_VERDICTS: dict[str, tuple[str, str]] = {
    "new": ("新增", "new"),
    "dropped": ("取消", "dropped"),
    "raised": ("提高", "raised"),
    "lowered": ("降低", "lowered"),
    "changed": ("变更", "changed"),
    "reworded": ("改写", "reworded"),
    "earlier": ("提前", "earlier"),
    "later": ("推后", "later"),
    "same": ("不变", "same"),
}
_AMBITIONS: dict[str, tuple[str, str]] = {
    "tightened": ("要求更高", "asks more"),
    "loosened": ("要求放宽", "asks less"),
    "mixed": ("有紧有松", "more in one way, less in another"),
}
_DUE: dict[str, tuple[str, str]] = {
    "earlier": ("期限提前", "due earlier"),
    "later": ("期限推后", "due later"),
    "added": ("增加期限", "a day was set"),
    "removed": ("取消期限", "the day was dropped"),
}
_STRENGTH: dict[str, tuple[str, str]] = {
    "firmer": ("由力争改为确保", "from strive to must"),
    "softer": ("由确保改为力争", "from must to strive"),
}
_SECTIONS: dict[str, tuple[str, str]] = {
    "targets": ("目标", "Targets"),
    "deadlines": ("期限", "Deadlines"),
    "clauses": ("条目", "Clauses"),
    "policies": ("政策文件", "Policies"),
    "systems": ("信息系统", "Systems"),
}
_ORDER = tuple(_VERDICTS)
_UNCHANGED = ("其余 {} 项不变", "{} more are the same")
_ALIKE = ("相似 {:.0%}", "{:.0%} alike")
_NOTHING = ("没有变化", "Nothing changed")
_PREAMBLE = ("前言", "Preamble")

# A row: verdict, path in either plan, what it is about, what it says.
_Row = tuple[str, str, str, str]


def render(comparison: Comparison, name: str, *, language: Language = "zh", width: int = 100) -> str:
    """``table``, ``markdown`` or ``json``; raises ``KeyError`` for another name."""
    if name == "json":
        return json.dumps(comparison.to_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    if name == "markdown":
        return _markdown(comparison, language)
    if name == "table":
        return "\n".join(line.text for line in lines(comparison, language=language, width=width)) + "\n"
    raise KeyError(f"unknown format {name!r}: use table, markdown or json")


def lines(comparison: Comparison, *, language: Language = "zh", width: int = 100) -> list[StyledLine]:
    """What changed, targets first; what stayed the same is counted only."""
    width = max(width, 40)
    title = f"{comparison.title_before} → {comparison.title_after}"
    result = [StyledLine(part, "title") for part in wrapped(title, width)]
    for kind, rows in _sections(comparison, language):
        shown = [row for row in rows if row[0] != "same"]
        counted = comparison.counts()[kind]
        said = " · ".join(
            f"{in_language(_VERDICTS[verdict], language)} {counted[verdict]}"
            for verdict in _ORDER
            if verdict in counted
        )
        result += [StyledLine(""), StyledLine(f"{in_language(_SECTIONS[kind], language)}  {said}".rstrip(), "section")]
        for verdict, path, subject, words in shown:
            label = padded(in_language(_VERDICTS[verdict], language), 8)
            first = f"  {label}  {path or in_language(_PREAMBLE, language)}  "
            text = f"{subject} {words}".rstrip()
            style: Style = "warning" if verdict in {"dropped", "lowered", "later"} else "item"
            result += [
                StyledLine(part, style)
                for part in wrapped(text, width, first=first, rest=" " * min(columns_of(first), 20))
            ]
        if not shown:
            result.append(StyledLine(f"  {in_language(_NOTHING, language)}", "meta"))
    return result


def target_words(change: TargetChange, language: Language = "zh") -> str:
    """What a target said and says, with what that means: ``不低于92% → 不低于95%（要求更高）``."""
    before = phrasing.terms(change.before, language) if change.before else None
    after = phrasing.terms(change.after, language) if change.after else None
    if before is None or after is None:
        return before or after or ""
    notes = [
        in_language(pairs[code], language)
        for pairs, code in ((_AMBITIONS, change.ambition or ""), (_DUE, change.due), (_STRENGTH, change.strength))
        if code in pairs
    ]
    said = before if before == after else f"{before} → {after}"
    if not notes:
        return said
    return f"{said} ({'; '.join(notes)})" if language == "en" else f"{said}（{'；'.join(notes)}）"


def _markdown(comparison: Comparison, language: Language) -> str:
    blocks = [f"# {_cell(comparison.title_before)} → {_cell(comparison.title_after)}"]
    heads = [("变化", "Change"), ("条目", "Clause"), ("内容", "Subject"), ("说明", "Words")]
    head = " | ".join(in_language(pair, language) for pair in heads)
    for kind, rows in _sections(comparison, language):
        blocks.append(f"## {in_language(_SECTIONS[kind], language)}")
        table = [
            f"| {in_language(_VERDICTS[verdict], language)} | {_cell(path) or in_language(_PREAMBLE, language)} "
            f"| {_cell(subject)} | {_cell(words)} |"
            for verdict, path, subject, words in rows
            if verdict != "same"
        ]
        if table:
            blocks.append("\n".join([f"| {head} |", "| --- | --- | --- | --- |", *table]))
        else:
            blocks.append(in_language(_NOTHING, language))
        if same := comparison.counts()[kind].get("same"):
            blocks.append(in_language(_UNCHANGED, language).format(same))
    return "\n\n".join(blocks) + "\n"


def _sections(comparison: Comparison, language: Language) -> Iterator[tuple[str, Sequence[_Row]]]:
    """Each kind with its rows, the same order of verdicts in all."""
    yield "targets", _sorted(_target_row(change, language) for change in comparison.targets)
    yield (
        "deadlines",
        _sorted(
            (
                change.verdict,
                _path(change.path_before, change.path_after),
                change.sentence[:60],
                " → ".join(
                    dict.fromkeys(
                        phrasing.deadline(item, language) for item in (change.before, change.after) if item is not None
                    )
                ),
            )
            for change in comparison.deadlines
        ),
    )
    yield (
        "clauses",
        _sorted(
            (
                change.verdict,
                _path(change.path_before, change.path_after),
                _heading(change),
                in_language(_ALIKE, language).format(change.similarity) if change.verdict == "reworded" else "",
            )
            for change in comparison.clauses
        ),
    )
    for kind, changes in (("policies", comparison.policies), ("systems", comparison.systems)):
        yield (
            kind,
            _sorted(
                (change.verdict, "、".join(change.paths_after or change.paths_before), change.name, "")
                for change in changes
            ),
        )


def _heading(change: ClauseChange) -> str:
    node = change.after or change.before
    return (node.heading or "") if node else ""


def _target_row(change: TargetChange, language: Language) -> _Row:
    target = change.after or change.before
    verdict: str = change.verdict
    if verdict == "same" and (change.due in _DUE or change.strength in _STRENGTH):
        # The number stands, but the day or the strength moved: not a row to leave out.
        verdict = {"earlier": "earlier", "later": "later"}.get(change.due, "changed")
    subject = target.subject if target else ""
    return verdict, _path(change.path_before, change.path_after), subject, target_words(change, language)


def _path(before: str | None, after: str | None) -> str:
    if before is None or after is None or before == after:
        return after if after is not None else before or ""
    return f"{before} → {after}"


def _sorted(rows: Iterator[_Row]) -> list[_Row]:
    return sorted(rows, key=lambda row: _ORDER.index(row[0]))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("*", "\\*").replace("<", "\\<")
