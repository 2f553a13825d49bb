"""A composite index out of 100: a tree of indicators with weights, target values and scoring curves, by year.

An edition is one YAML file: what a province publishes for a year, or a county agrees on. Steps:

1. Each leaf's value is checked against the leaf's own limits; a value outside makes the index not computable, because
   a unit mixed up must not become points.
2. A leaf's curve turns its value into a share of its full marks, 0 to 1 (:mod:`.curves`).
3. A branch's share is the mean of its children's shares by their weights. A missing leaf follows the declared rule, its
   own or the edition's: ``refuse`` (the index is not computable), ``zero``, or ``leave_out``, where its weight goes to
   its present siblings in proportion, and that of a branch without any present leaf to the branch's siblings.
4. Index = full marks × share of the root. All exact; each leaf of the result shows its value, share, nominal and
   effective weight, points, and the rule that was applied if it was missing.

With ``leave_out`` an edition says how much of the weight must be present (``least_coverage``, hundredths); below it the
index is not computable. ``docs/algorithms/modernisation-index.md`` has the worked example.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from yaodian.engines.rules import (
    NATION,
    Citation,
    Completeness,
    Computed,
    Confidence,
    NotComputable,
    Reason,
    Result,
    Source,
    read_mapping,
    regions_above,
    shown,
)
from yaodian.engines.rules.sources import read_sources
from yaodian.statutes.figures import decimals, is_blank, number_of

from .curves import Curve, DefectiveCurve, curve_of

MissingRule = Literal["refuse", "zero", "leave_out"]
MISSING_RULES = ("refuse", "zero", "leave_out")
MISSING_LABELS = {"refuse": "缺则不计算", "zero": "缺则计0分", "leave_out": "缺则不计，权重分给同级其余指标"}
EDITIONS = Path(__file__).parent / "editions"
FINEST = 12


class DefectiveIndex(ValueError):
    """An edition that contradicts itself; it must not be used."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A monitored indicator: weight in points, target and limits in ``unit``, the curve, and its own missing rule if any."""

    code: str
    label: str
    weight: Decimal
    unit: str
    target: Decimal
    least: Decimal
    most: Decimal
    curve: Curve
    missing: MissingRule


@dataclass(frozen=True, slots=True)
class Branch:
    """A group of indicators; the weights of its children add up to its own."""

    code: str
    label: str
    weight: Decimal
    children: tuple[Branch | Leaf, ...]


@dataclass(frozen=True, slots=True)
class IndexEdition:
    """The index of a year. ``least_coverage`` is the part of the weight, in hundredths, that must have values."""

    code: str
    title: str
    year: int
    region: str
    citation: Citation
    is_example: bool
    missing: MissingRule
    least_coverage: Decimal
    root: Branch

    def leaves(self) -> Iterator[Leaf]:
        return _leaves(self.root)


@dataclass(frozen=True, slots=True)
class LeafScore:
    """A leaf of the result. ``share`` is ``None`` for a leaf left out; ``why_missing`` says why there was no value."""

    leaf: Leaf
    value: Decimal | None
    share: Fraction | None
    effective_weight: Fraction
    points: Fraction
    missing_rule: MissingRule | None
    why_missing: str


@dataclass(frozen=True, slots=True)
class BranchScore:
    """A branch of the result; ``share`` is ``None`` where no leaf below it has a value."""

    branch: Branch
    share: Fraction | None
    effective_weight: Fraction
    points: Fraction
    children: tuple[BranchScore | LeafScore, ...]


@dataclass(frozen=True, slots=True)
class IndexScore:
    """The index: exact points out of the full marks, the tree behind them, and what is printed about missing leaves."""

    points: Fraction
    root: BranchScore
    coverage: Fraction
    remarks: tuple[str, ...]
    edition: IndexEdition

    def leaves(self) -> Iterator[LeafScore]:
        return _leaf_scores(self.root)


@dataclass(frozen=True, slots=True)
class IndexFault:
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Unindexed:
    """The index cannot be computed; every reason is named."""

    faults: tuple[IndexFault, ...]
    edition: IndexEdition


@dataclass(frozen=True, slots=True)
class NoValue:
    """A leaf's value that could not be computed elsewhere, with the reason that is passed on."""

    reason: str


def score_index(values: Mapping[str, object], edition: IndexEdition) -> IndexScore | Unindexed:
    """Score one unit.

    ``values`` maps leaf codes to a number or its text, ``True``/``False`` for a yes-or-no leaf,
    :class:`NoValue`, or ``None``. A code that the edition does not have is a fault: it would silently count for nothing.
    """
    leaves = {leaf.code: leaf for leaf in edition.leaves()}
    faults = [
        IndexFault(code, f"指标“{code}”不在{edition.title}中：请核对指标代码") for code in values if code not in leaves
    ]
    numbers: dict[str, Decimal] = {}
    reasons: dict[str, str] = {}
    for code, leaf in leaves.items():
        read = _read(leaf, values.get(code))
        match read:
            case IndexFault():
                faults.append(read)
            case NoValue():
                reasons[code] = read.reason
                if leaf.missing == "refuse":
                    faults.append(IndexFault(code, f"缺少{leaf.label}（{read.reason}）：按规则缺此项不计算"))
            case _:
                numbers[code] = read
    if faults:
        return Unindexed(tuple(faults), edition)

    present = sum((leaf.weight for code, leaf in leaves.items() if code in numbers), Decimal(0))
    coverage = Fraction(present) * 100 / Fraction(edition.root.weight)
    shares = {code: leaves[code].curve.share(Fraction(number)) for code, number in numbers.items()}
    shares |= {code: Fraction(0) for code in reasons if leaves[code].missing == "zero"}
    share = _share(edition.root, shares)
    if coverage < Fraction(edition.least_coverage) or share is None:
        labels = "、".join(leaves[code].label for code in reasons)
        sentence = f"有值的指标只占权重的{shown(coverage)}%，不足{edition.least_coverage}%：缺少{labels}"
        return Unindexed((IndexFault("coverage", sentence),), edition)
    root = _branch(edition.root, Fraction(edition.root.weight), shares, numbers, reasons)
    remarks = [
        f"缺少{leaves[code].label}（{reason}）：{MISSING_LABELS[leaves[code].missing]}"
        for code, reason in reasons.items()
    ]
    return IndexScore(root.points, root, coverage, tuple(remarks), edition)


def _read(leaf: Leaf, given: object) -> Decimal | NoValue | IndexFault:
    if is_blank(given):
        return NoValue("未填报")
    if isinstance(given, NoValue):
        return given
    if leaf.curve.is_yes_no:
        if isinstance(given, bool):
            return Decimal(given)
        return IndexFault(leaf.code, f"{leaf.label}“{given}”应为是或否")
    number = number_of(given)
    if number is None:
        return IndexFault(leaf.code, f"{leaf.label}“{given}”不是数：请按{leaf.unit}填写数字")
    if not leaf.least <= number <= leaf.most or decimals(number) > FINEST:
        limits = f"{leaf.least}—{leaf.most} {leaf.unit}"
        return IndexFault(leaf.code, f"{leaf.label} {given} {leaf.unit}超出可能的范围（{limits}）：请核对单位和数值")
    return number


def _share(node: Branch | Leaf, shares: Mapping[str, Fraction]) -> Fraction | None:
    """The node's share of its full marks over what is present below it, or ``None`` where nothing is."""
    if isinstance(node, Leaf):
        return shares.get(node.code)
    weighed = [(Fraction(child.weight), _share(child, shares)) for child in node.children]
    present = [(weight, share) for weight, share in weighed if share is not None]
    if not present:
        return None
    return sum((weight * share for weight, share in present), Fraction(0)) / sum(weight for weight, _ in present)


def _branch(
    branch: Branch,
    weight: Fraction,
    shares: Mapping[str, Fraction],
    numbers: Mapping[str, Decimal],
    reasons: Mapping[str, str],
) -> BranchScore:
    """The branch's part of the result, given the weight that is its own after what was left out beside it."""
    present = sum(
        (Fraction(child.weight) for child in branch.children if _share(child, shares) is not None), Fraction(0)
    )
    children: list[BranchScore | LeafScore] = []
    for child in branch.children:
        share = _share(child, shares)
        own = Fraction(0) if share is None else weight * Fraction(child.weight) / present
        if isinstance(child, Branch):
            children.append(_branch(child, own, shares, numbers, reasons))
        else:
            children.append(
                LeafScore(
                    leaf=child,
                    value=numbers.get(child.code),
                    share=share,
                    effective_weight=own,
                    points=own * (share or 0),
                    missing_rule=child.missing if child.code in reasons else None,
                    why_missing=reasons.get(child.code, ""),
                )
            )
    points = sum((child.points for child in children), Fraction(0))
    return BranchScore(branch, _share(branch, shares), weight, points, tuple(children))


def _leaves(node: Branch | Leaf) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    else:
        for child in node.children:
            yield from _leaves(child)


def _leaf_scores(node: BranchScore | LeafScore) -> Iterator[LeafScore]:
    if isinstance(node, LeafScore):
        yield node
    else:
        for child in node.children:
            yield from _leaf_scores(child)


def read_index(text: str, sources: Mapping[str, Source]) -> IndexEdition:
    """The edition of a YAML text, checked. Raises :class:`DefectiveIndex` with the node."""
    head = read_mapping(text, "index")
    cite = head["cite"]
    if cite["source"] not in sources:
        raise DefectiveIndex(f"{head['code']}: it cites «{cite['source']}», which sources.yaml does not list")
    if head["missing"] not in MISSING_RULES:
        raise DefectiveIndex(f"{head['code']}: no rule for missing leaves is called {head['missing']}")
    full = Decimal(head["full_marks"])
    root = Branch("index", head["title"], full, tuple(_node(entry, head["missing"]) for entry in head["nodes"]))
    edition = IndexEdition(
        code=head["code"],
        title=head["title"],
        year=int(head["year"]),
        region=head.get("region", NATION),
        citation=Citation(sources[cite["source"]], cite["article"], Confidence(cite["confidence"])),
        is_example=head.get("is_example") == "yes",
        missing=head["missing"],
        least_coverage=Decimal(head["least_coverage"]),
        root=root,
    )
    codes = [leaf.code for leaf in edition.leaves()]
    if len(codes) != len(set(codes)):
        raise DefectiveIndex(f"{edition.code}: a code is used twice")
    _check_weights(edition.code, root)
    return edition


def _node(entry: Mapping[str, Any], missing: MissingRule) -> Branch | Leaf:
    weight = Decimal(entry["weight"])
    if "children" in entry:
        children = tuple(_node(child, missing) for child in entry["children"])
        return Branch(entry["code"], entry["label"], weight, children)
    own = entry.get("missing", missing)
    if own not in MISSING_RULES:
        raise DefectiveIndex(f"{entry['code']}: no rule for missing leaves is called {own}")
    target = Decimal(entry["target"])
    try:
        curve = curve_of(entry["curve"], Fraction(target))
    except DefectiveCurve as defect:
        raise DefectiveIndex(f"{entry['code']}: {defect}") from defect
    return Leaf(
        code=entry["code"],
        label=entry["label"],
        weight=weight,
        unit=entry["unit"],
        target=target,
        least=Decimal(entry["least"]),
        most=Decimal(entry["most"]),
        curve=curve,
        missing=own,
    )


def _check_weights(edition: str, branch: Branch) -> None:
    total = sum(child.weight for child in branch.children)
    if total != branch.weight or any(child.weight <= 0 for child in branch.children):
        raise DefectiveIndex(
            f"{edition}: the weights below {branch.code} are {total} together, not {branch.weight}, or one is not above 0"
        )
    for child in branch.children:
        if isinstance(child, Branch):
            _check_weights(edition, child)


@functools.cache
def all_indices(folder: Path = EDITIONS) -> tuple[IndexEdition, ...]:
    """Every list of the folder; their documents stand in its ``sources.yaml``."""
    register = folder / "sources.yaml"
    sources = read_sources(register.read_text(encoding="utf-8"))
    lists = [path for path in sorted(folder.glob("*.yaml")) if path != register]
    return tuple(read_index(path.read_text(encoding="utf-8"), sources) for path in lists)


def index_of(year: int, *, region: str = NATION, editions: Sequence[IndexEdition] | None = None) -> IndexEdition | None:
    """The edition of a year for a region, its city or its province, else a national one, else nothing.

    An example is nobody's list and is never found here; :func:`index_named` gives it.
    """
    known = [edition for edition in (all_indices() if editions is None else editions) if not edition.is_example]
    for code in regions_above(region):
        for edition in known:
            if edition.year == year and edition.region == code:
                return edition
    return None


def index_named(code: str) -> IndexEdition:
    return next(edition for edition in all_indices() if edition.code == code)


def result_of(
    values: Mapping[str, object], edition: IndexEdition, *, day: datetime.date, region: str = NATION
) -> Result:
    """The index as a result like any other: points, citation, version, completeness, the leaves and remarks as notes."""
    scored = score_index(values, edition)
    leaves = list(edition.leaves())
    known = sum(not isinstance(_read(leaf, values.get(leaf.code)), NoValue | IndexFault) for leaf in leaves)
    said: dict[str, Any] = {
        "indicator": "modernisation_index",
        "label": edition.title,
        "unit": "分",
        "day": day,
        "rules_on": day,
        "region": region,
        "rule": edition.code,
        "citation": edition.citation,
        "formula": "Σ（指标得分率×权重）",
        "completeness": Completeness(known, len(leaves)),
    }
    if isinstance(scored, Unindexed):
        reasons = tuple(Reason("index", fault.code, fault.sentence) for fault in scored.faults)
        return NotComputable(**said, reasons=reasons)
    lines = [
        f"{one.leaf.label} {one.value}{one.leaf.unit}（目标{one.leaf.target}）："
        f"{published(one.points)}分，权重{shown(one.effective_weight)}"
        for one in scored.leaves()
        if one.value is not None
    ]
    return Computed(**said, value=scored.points, notes=(*lines, *scored.remarks))


def published(points: Fraction, decimals: int = 2) -> Decimal:
    """Points as they are shown: half up. Comparisons use the exact points."""
    steps = (2 * points * 10**decimals + 1) // 2
    return Decimal(steps).scaleb(-decimals)
