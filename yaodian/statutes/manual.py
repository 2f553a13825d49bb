"""What the manual says of each notion: made from the declarations, so that it cannot say anything else."""

from __future__ import annotations

from collections.abc import Iterator

from yaodian.engines import rules
from yaodian.engines.rules import Confidence, Declared
from yaodian.statutes.declare import BOOK, FOLDERS, title


def page() -> str:
    """The page ``docs/reference/indicators.md``, without its first line."""
    import importlib

    importlib.import_module("yaodian.statutes.book")  # enters every statute
    parts = [
        "# Indicators\n",
        "Every notion of the law that yaodian computes: its formula, the figures it is held against, where they stand "
        "and how sure we are of the text. [How they are computed](../algorithms/indicators.md).\n",
        "How sure: " + "; ".join(f"**{each.value}** {each.meaning}" for each in Confidence) + ".\n",
        "## Sources\n",
        "| id | document | issuer | in force from | sure | note |\n| --- | --- | --- | --- | --- | --- |",
    ]
    for source in sorted(BOOK.sources.values(), key=lambda each: each.id):
        parts.append(
            f"| `{source.id}` | {source} | {source.issuer} | {source.in_force_from} | {source.confidence.value} | {source.note} |"
        )
    statute = ""
    for declared in BOOK:
        folder = declared.code.partition(".")[0]
        if folder != statute:
            statute = folder
            parts.append(f"\n## {title(folder)}\n\n`{folder}`. {FOLDERS[folder]['says']}")
        parts.append("\n" + "\n".join(lines(declared)))
    return "\n".join(parts) + "\n"


def lines(declared: type[Declared]) -> list[str]:
    """A heading and a list of what is declared."""
    said = [f"### {declared.label}", ""]
    said.append(f"`{declared.code}`. {' '.join((declared.__doc__ or '').split())}")
    said.append("")
    if declared.aliases:
        said.append(f"- 别名：{'、'.join(declared.aliases)}")
    said.append(f"- 对象：{declared.entity.value}，{declared.period.value}；单位：{declared.unit or '无'}")
    said.append(f"- 依据：{declared.citation()}")
    said.extend(_formulas(declared))
    if declared.requires is not None:
        asked = "须符合" if declared.requires.sign == "holds" else f"须 {declared.requires.sign} "
        figure = declared.figures.get(declared.requires.figure)
        said.append(f"- 要求：{asked}{figure.label if figure else ''}")
    for figure in declared.figures.values():
        said.extend(_figure(figure))
    for option in declared.options.values():
        said.append(f"- 口径「{option.label}」，印在每个结果上：")
        for value in option.values:
            place = "" if value.region == rules.NATION else f"，地区{value.region}"
            cited = BOOK.citation(value.reference)
            said.append(f"  - {value.valid_from}起{place}：{option.choices[value.choice]}（{cited}）")
    return said


def _formulas(declared: type[Declared]) -> Iterator[str]:
    if issubclass(declared, rules.Indicator):
        for since, tree in declared.formulas.items():
            yield f"- 公式（{since}起）：{tree}"
        asked = {q.name: q for tree in declared.formulas.values() for q in rules.inputs(tree)}
        yield "- 数据：" + "、".join(f"{q.label} `{name}`" for name, q in asked.items())
    elif issubclass(declared, rules.Rule):
        yield f"- 规则（{'、'.join(str(since) for since in declared.decisions)}起）：{declared.says}"
    elif issubclass(declared, rules.Dispersion):
        yield f"- 差异系数：{declared.of.label}，权重 `{declared.weight}`（{declared.holds_from}起）"
    elif issubclass(declared, (rules.MeanDispersion, rules.Several)):
        yield f"- 由下列各项（{declared.holds_from}起）：{'、'.join(each.label for each in declared.of)}"


def _figure(figure: rules.Figure) -> Iterator[str]:
    yield (
        f"- 标准「{figure.label}」"
        + (f"（{figure.unit}）" if figure.unit else "")
        + ("：" if figure.values else "：没有国家数字")
    )
    for value in figure.values:
        place = "" if value.region == rules.NATION else f"，地区{value.region}"
        key = f"，{value.key}" if value.key else ""
        yield f"  - {value.valid_from}起{place}{key}：{value}（{BOOK.citation(value.reference)}）"
