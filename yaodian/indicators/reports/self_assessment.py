"""The self-assessment of a county (自评报告): what is to be handed to whoever inspects, with whence every number comes.

It is written in Chinese whatever the language of the pages, as the law's own words are. All of it comes from stored
rows, so that the same assessment gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.utils import timezone

from yaodian.engines import rules
from yaodian.foundation.official.numerals import day as day_in_words
from yaodian.foundation.word.text import Line, Piece
from yaodian.indicators.models import Fact, SchoolStanding, Verdict
from yaodian.indicators.operations import record_report
from yaodian.indicators.problem import fact_stages, facts_of
from yaodian.indicators.queries.reporting import Material, Unassessed, material
from yaodian.indicators.queries.standards import (
    KEYS,
    everything_in,
    judges_schools,
    limit_for,
    options_of,
    shown_in,
    standard_words,
    version_of,
)
from yaodian.indicators.reports.citations import REGISTER, RETURNS, Register
from yaodian.indicators.reports.word import (
    LYING_MM,
    UPRIGHT_MM,
    Block,
    Heading,
    PageBreak,
    Paragraph,
    Table,
    Turn,
    render,
)
from yaodian.organisations.models import Account
from yaodian.statutes.declare import BOOK
from yaodian.statutes.verdicts import Item, Scope

WORDS = {Verdict.MEETS.value: "达标", Verdict.FAILS.value: "不达标", Verdict.UNDECIDED.value: "无法判定"}


@dataclass(frozen=True)
class Report:
    """The document, and what its file is called."""

    name: str
    content: bytes


def self_assessment(
    *, actor: Account, statute: str, public_id: str, year: int | None, now: datetime
) -> Report | Unassessed:
    """The report of a county for a school year, by default the newest assessed; the journal says that it was taken.

    A constant number of queries. Raises Absent; PermissionMissing.
    """
    found = material(account=actor, statute=statute, public_id=public_id, year=year)
    if isinstance(found, Unassessed):
        return found
    one = found.assessment
    title = f"{found.county_name}{found.statute.title}自评报告"
    content = render(_Writer(found).blocks(), title=title, author=found.county_name, moment=one.assessed_at)
    record_report(actor=actor, assessment=one, sha256=hashlib.sha256(content).hexdigest(), now=now)
    return Report(f"{found.county_name}{one.year}学年{_short(found)}自评报告.docx", content)


def _short(found: Material) -> str:
    return str(found.assessment.get_statute_display())


def _years(year: int) -> str:
    return f"{year}—{year + 1}学年"


def _joined(lines: Sequence[Sequence[Piece]], between: str) -> list[Piece]:
    said: list[Piece] = []
    for place, line in enumerate(lines):
        said.extend(([between] if place else []) + list(line))
    return said


class _Writer:
    """Writes the parts of a report in their order, so that citations are numbered as a reader meets them."""

    def __init__(self, found: Material) -> None:
        self.found = found
        self.assessment = found.assessment
        self.day, self.region = found.assessment.on, found.region
        self.cited = Register(found)
        self.items = {item.number: item for item in found.statute.items}
        self.parts = 0
        self.is_judging_schools = judges_schools(found.statute)
        self.names = {school.code: school.name for school in found.schools.values()}
        self.levers = {one.code.rpartition(".")[2]: one for one in found.statute.indicators}
        resources = next((each for item in found.statute.items for each in item.declared
                          if issubclass(each, rules.Several)), None)  # fmt: skip
        lowest = resources.figures["floor"].at(self.day, region=self.region) if resources else None
        self.floor = lowest.number if lowest else None
        # The document whose number stands on the title page is the one that the first item cites.
        self.document = found.statute.items[0].declared[0].citation().source

    def blocks(self) -> Iterator[Block]:
        yield from self._title_page()
        yield from self._conclusion()
        yield Turn(is_lying=True)
        yield from self._items()
        yield Turn(is_lying=False)
        yield from self._open_items()
        yield from self._spreads()
        if self.found.standings:
            yield Turn(is_lying=True)
            yield from self._schools()
            yield Turn(is_lying=False)
        yield from self._facts()
        yield from self._notes()
        yield from self._citations()

    def _part(self, title: str) -> Heading:
        """The head of the next part; not every statute has all of them."""
        self.parts += 1
        return Heading(f"{'零一二三四五六七八九'[self.parts]}、{title}")

    # --- what is held against what

    def _title_page(self) -> Iterator[Block]:
        number = f"（{self.document.number}）" if self.document.number else ""
        at = timezone.localtime(self.assessment.assessed_at)
        yield Paragraph(f"{self.found.county_name}\n{_short(self.found)}自评报告", "title")
        for line in (
            f"（{_years(self.assessment.year)}）",
            "",
            f"评估依据：《{self.document.title}》{number}",
            f"数据日期：{day_in_words(self.day)}",
            f"计算时间：{day_in_words(at)} {at:%H:%M}",
            f"规则版本：{day_in_words(self.day)}有效的规则，逐条版本见附录三",
        ):
            yield Paragraph(line, "centred")
        yield Paragraph(
            "本报告由系统根据已保存的监测结论生成。方括号中的编号是出处：数字为法规条款，“报”为报表和登记信息，"
            "“填”为县、校填报事项；编号可以点击，出处列于文末。",
            "centred",
        )
        yield PageBreak()

    def _conclusion(self) -> Iterator[Block]:
        one = self.assessment
        yield self._part("结论")
        yield Paragraph(
            [
                f"以{day_in_words(self.day)}的数据对照《{self.document.title}》，{self.found.county_name}"
                f"{_years(one.year)}的自评结论为：{WORDS[one.verdict]}。共{len(one.items)}项，达标{one.items_met}项，"
                f"不达标{one.items_failed}项，无法判定{one.items_undecided}项",
                self.cited.article(self.items[one.items[0]["number"]].declared[0].citation()) if one.items else "",
                "。",
            ]
        )
        if self.found.standings and not self.is_judging_schools:
            known = sum(standing.verdict == Verdict.MEETS for standing in self.found.standings)
            yield Paragraph(
                f"参评学校按学段计{len(self.found.standings)}个，其中{known}个的指标都能计算；这部办法不对单所学校下结论。"
            )
        elif self.found.standings:
            total = one.schools_met + one.schools_failed + one.schools_undecided
            yield Paragraph(
                f"参评学校按学段计{total}个（一所学校的每个学段计一个），其中达标{one.schools_met}个，"
                f"不达标{one.schools_failed}个，无法判定{one.schools_undecided}个。"
            )
        yield from self._changes()
        for obstacle in one.obstacles:
            yield Paragraph(["报表本身有问题，结论因此无法判定：", obstacle, self.cited.row(RETURNS), "。"])
        for standing, head in ((Verdict.FAILS, "不达标的原因"), (Verdict.UNDECIDED, "无法判定的原因")):
            found = [item for item in one.items if item["standing"] == standing]
            if not found:
                continue
            yield Heading(f"{head}（{len(found)}项）", 2)
            for item in found:
                yield Paragraph([f"{item['number']} {item['label']}：", *self._reason(item), "。"])

    def _changes(self) -> Iterator[Block]:
        """What has changed since the assessment, so that its numbers are no longer those of the rows."""
        at, changed = self.assessment.assessed_at, self.found.returns_changed_at
        late = [place for place, fact in enumerate(self.found.facts, 1) if fact.stated_at > at]
        if changed is not None and changed > at:
            yield Paragraph(
                [f"注意：{self.assessment.year}学年的报表在计算之后又有变动（{timezone.localtime(changed):%Y-%m-%d %H:%M}），"
                 "本报告仍是变动以前的结果，请重新计算后再用", self.cited.row(RETURNS), "。"]
            )  # fmt: skip
        if late:
            numbers = "、".join(f"填{place}" for place in late)
            yield Paragraph(
                f"注意：{numbers}在计算之后又有更改，填报事项的表里是更改后的数，结论仍按更改以前的数；请重新计算后再用。"
            )

    def _reason(self, item: dict[str, object]) -> list[Piece]:
        """Why an item does not stand, in a clause, with whence."""
        findings, counts = self._findings(item), self._counts(item)
        known = self.items.get(str(item["number"]))
        marks = [*self.cited.of_item(known), *self.cited.data_of(known)] if known else [str(item["citation"])]
        if known is not None and known.scope is Scope.SCHOOL:
            said = (
                f"不达标{counts[Verdict.FAILS]}个，无法判定{counts[Verdict.UNDECIDED]}个，达标{counts[Verdict.MEETS]}个"
            )
            return [said, *marks]
        said = "；".join(
            self._of(finding) + finding["text"] for finding in findings if finding["standing"] == item["standing"]
        )
        return [said or "没有可评的对象", *marks]

    @staticmethod
    def _findings(item: dict[str, object]) -> list[dict[str, str]]:
        found: list[dict[str, str]] = item["findings"]  # type: ignore[assignment]  # The shape of problem.Item.
        return found

    @staticmethod
    def _counts(item: dict[str, object]) -> dict[str, int]:
        found: dict[str, int] = item["counts"]  # type: ignore[assignment]  # The shape of problem.Item.
        return found

    def _of(self, finding: dict[str, str]) -> str:
        named = self._named(finding)
        return f"{named}：" if named else ""

    def _named(self, finding: dict[str, str]) -> str:
        """Of whom a finding is: a school with its stage, or what the statute calls its part."""
        name = self.names.get(finding["code"])
        if not name:
            return finding["of"]
        return f"{name}（{KEYS.get(finding['stage'], finding['stage'])}）" if finding["stage"] else name

    # --- items

    def _items(self) -> Iterator[Block]:
        yield self._part("各项评估一览")
        rows: list[list[Line]] = []
        for item in self.assessment.items:
            known = self.items.get(item["number"])
            value: list[Piece] = [self._value(item)]
            rows.append(
                [
                    item["number"],
                    item["label"],
                    self._standard(known) if known else "",
                    [*value, *(self.cited.data_of(known) if known else [])],
                    WORDS[item["standing"]],
                    self.cited.of_item(known) if known else item["citation"],
                ]
            )
        yield Table(("编号", "项目", "标准", "数值", "结论", "出处"), rows, (13, 40, 72, 74, 18, LYING_MM - 217))

    def _value(self, item: dict[str, object]) -> str:
        counts = self._counts(item)
        if item["scope"] == Scope.SCHOOL.value:
            return (
                f"达标{counts[Verdict.MEETS]}个，不达标{counts[Verdict.FAILS]}个，无法判定{counts[Verdict.UNDECIDED]}个"
            )
        if item["scope"] == Scope.SPREAD.value and len(self._findings(item)) > 2:
            return (
                f"{sum(counts.values())}个系数：达标{counts[Verdict.MEETS]}个，不达标{counts[Verdict.FAILS]}个，"
                f"无法判定{counts[Verdict.UNDECIDED]}个，见“校际差异系数”"
            )
        return "\n".join(self._of(one) + one["text"] for one in self._findings(item)) or "没有可评的对象"

    def _standard(self, item: Item) -> list[Piece]:
        """What an item asks; several notions are said apart, unless they ask the same."""
        said: dict[str, list[str]] = {}
        for declared in item.declared:
            words = standard_words(declared, day=self.day, region=self.region)
            said.setdefault(words, []).append(declared.label)
        return [
            "；\n".join(
                words if len(item.declared) == 1 else f"{'每项' if len(labels) > 2 else '、'.join(labels)}{words}"
                for words, labels in said.items()
            )
        ]

    def _open_items(self) -> Iterator[Block]:
        yield self._part("不达标和无法判定的项目")
        open_items = [item for item in self.assessment.items if item["standing"] != Verdict.MEETS]
        if not open_items:
            yield Paragraph("没有不达标或无法判定的项目。")
        for item in open_items:
            known = self.items.get(item["number"])
            yield Heading(f"{item['number']} {item['label']}：{WORDS[item['standing']]}", 2)
            if known is None:
                yield Paragraph([*(one["text"] for one in item["findings"]), item["citation"]])
                continue
            standard = [piece.replace("\n", "") if isinstance(piece, str) else piece for piece in self._standard(known)]
            yield Paragraph(["标准：", *standard, *self.cited.of_item(known), "。"])
            if known.number == "1.1" and self.levers and known.scope is Scope.SCHOOL:
                yield from self._short_schools()
                continue
            marks = self.cited.data_of(known)
            by_text: dict[str, list[str]] = {}
            for finding in item["findings"]:
                if finding["standing"] != Verdict.MEETS:
                    by_text.setdefault(finding["text"], []).append(self._named(finding))
            for text, named in by_text.items():
                said = f"{text}（{len(named)}个）：{'、'.join(named)}" if len(named) > 1 else f"{named[0]}：{text}"
                yield Paragraph([said.removeprefix("："), *marks, "。"], "small")
            if not by_text:
                yield Paragraph("没有可评的对象。", "small")

    def _short_schools(self) -> Iterator[Block]:
        """Each school that does not reach what is asked: which indicators, and by how much each has to rise."""
        for one in self.found.standings:
            if one.verdict == Verdict.MEETS:
                continue
            short: list[Sequence[Piece]] = []
            # In the order of the statute: a database may keep the values in another.
            for code, declared in self.levers.items():
                value = one.values.get(code)
                if value is None or value["standing"] == Verdict.MEETS:
                    continue
                short.append(
                    [
                        f"{declared.label}{self._said(code, value)}{self._threshold(code, one)}{_missing(value)}",
                        *self.cited.of_notion(declared),
                    ]
                )
            name = self.found.name_of(one.unit_id)
            head = f"{name}（{KEYS.get(one.stage, one.stage)}，{WORDS[one.verdict]}，{one.met}项达到）："
            yield Paragraph([head, *_joined(short, "；"), self.cited.row(RETURNS), "。"], "small")

    def _said(self, code: str, value: dict[str, str]) -> str:
        unit = self.levers[code].unit
        if not value["exact"]:
            return f"无法计算（{value['reason']}）"
        return f" {shown_in(Fraction(value['exact']), unit)}{unit if unit != '%' else ''}"

    def _threshold(self, code: str, one: SchoolStanding) -> str:
        limit = limit_for(self.levers[code], stage=one.stage, day=self.day, region=self.region)
        if limit is None:
            return ""
        exact, floor = one.values[code]["exact"], self.floor
        # Below it nothing else can save the school, so that it is said.
        is_low = bool(exact) and floor is not None and Fraction(exact) < floor * limit.number
        low = f"，低于标准值的{rules.shown(floor * 100)}%" if is_low and floor is not None else ""
        return f"，标准{limit.words}{low}"

    # --- spreads

    def _spreads(self) -> Iterator[Block]:
        if not self.assessment.spreads:
            return
        yield self._part("校际差异系数")
        declared = {
            each.code.rpartition(".")[2]: each
            for item in self.found.statute.items
            if item.scope is Scope.SPREAD
            for one in item.declared
            for each in everything_in(one)
        }
        stages = list(dict.fromkeys(one["stage"] for one in self.assessment.spreads))
        by_indicator: dict[str, dict[str, dict[str, str]]] = {}
        for one in self.assessment.spreads:
            by_indicator.setdefault(one["indicator"], {})[one["stage"]] = one
        rows: list[list[Line]] = []
        for code, found in by_indicator.items():
            known = declared.get(code)
            marks = [*self.cited.of_notion(known), *self.cited.data_of_notion(known)] if known else []
            row: list[Line] = [[next(iter(found.values()))["label"], *marks]]
            for stage in stages:
                spread = found.get(stage)
                row.extend(_spread_cells(spread) if spread else ("", "", ""))
            rows.append(row)
        heads = ["指标", *(f"{KEYS.get(stage, stage)}{what}" for stage in stages for what in ("", "上限", "结论"))]
        wide = (UPRIGHT_MM - 48) / (3 * len(stages))
        yield Table(heads, rows, (48, *[wide] * (3 * len(stages))))
        if self.found.statute.code == "basic_balance":
            yield from self._means(by_indicator)

    def _means(self, by_indicator: dict[str, dict[str, dict[str, str]]]) -> Iterator[Block]:
        for item in self.assessment.items:
            known = self.items.get(item["number"])
            if known is None or known.scope is not Scope.SPREAD:
                continue
            for finding in item["findings"]:
                yield Paragraph(
                    [
                        f"{self._of(finding)}{finding['text']}（{len(by_indicator)}项差异系数的算术平均）",
                        *self.cited.of_notion(known.declared[0]),
                        self.cited.row(RETURNS),
                        "。",
                    ]
                )

    # --- schools

    def _schools(self) -> Iterator[Block]:
        yield self._part("各校指标")
        codes = list(self.levers)
        for place, code in enumerate(codes, 1):
            declared = self.levers[code]
            standard = standard_words(declared, day=self.day, region=self.region)
            unit = f"（{declared.unit}）" if declared.unit else ""
            yield Paragraph(
                [
                    f"指标{place}：{declared.label}{unit}{f'，{standard}' if standard else ''}",
                    *self.cited.of_notion(declared),
                    *self.cited.data_of_notion(declared),
                ],
                "small",
            )
        rows: list[list[Line]] = []
        for one in self.found.standings:
            cells: list[Line] = [self._cell(code, one) for code in codes]
            pupils = "" if one.pupils is None else str(one.pupils)
            name = self.found.name_of(one.unit_id)
            row: list[Line] = [name, KEYS.get(one.stage, one.stage), pupils, *cells]
            rows.append([*row, str(one.met), WORDS[one.verdict]] if self.is_judging_schools else row)
        marks = [[f"指标{place}", *self.cited.of_notion(self.levers[code])[:1]] for place, code in enumerate(codes, 1)]
        heads: list[Line] = [["学校", self.cited.row(REGISTER)], "学段", ["学生数", self.cited.row(RETURNS)], *marks]
        ends: list[Line] = ["达到项数", "结论"] if self.is_judging_schools else []
        fixed = 72 + 14 * len(ends)
        wide = (LYING_MM - fixed) / max(1, len(codes))
        widths = (44, 12, 16, *[wide] * len(codes), *[14] * len(ends))
        yield Table((*heads, *ends), rows, widths, size_pt=8)

    def _cell(self, code: str, one: SchoolStanding) -> str:
        value = one.values.get(code)
        if value is None:
            return ""
        if not value["exact"]:
            return f"无法计算：{value['reason']}"
        said = shown_in(Fraction(value["exact"]), self.levers[code].unit)
        if self.levers[code].requires is None:
            return said
        return f"{said}\n{WORDS[value['standing']]}{_missing(value)}"

    # --- what was stated

    def _facts(self) -> Iterator[Block]:
        yield self._part("县、校填报事项及依据")
        if not self.found.facts:
            yield Paragraph("没有填报事项。")
        rows: list[list[Line]] = []
        for place, fact in enumerate(self.found.facts, 1):
            quantity = BOOK.quantities[fact.quantity]
            stage = f"（{KEYS.get(fact.stage, fact.stage)}）" if fact.stage else ""
            by = "" if fact.unit_id == self.found.county.pk else f"{self.found.name_of(fact.unit_id)}："
            rows.append(
                [
                    f"填{place}",
                    f"{by}{quantity.label}{stage}",
                    _stated(fact, quantity),
                    fact.basis,
                    f"{timezone.localtime(fact.stated_at):%Y-%m-%d}",
                ]
            )
        if rows:
            places = [f"fact{place}" for place in range(1, len(rows) + 1)]
            yield Table(("编号", "事项", "数值", "依据", "填报日期"), rows, (14, 62, 24, 34, 22), places)
        unstated = self._unstated()
        if unstated:
            yield Paragraph(f"尚未填报的事项（{len(unstated)}项）：{'、'.join(unstated)}。")

    def _unstated(self) -> list[str]:
        county = self.found.county.pk
        known = {(fact.quantity, fact.stage) for fact in self.found.facts if fact.unit_id == county}
        missing = []
        for fact in facts_of(self.found.statute, self.day):
            for stage in fact_stages(self.found.statute, fact.item):
                if (fact.quantity.name, stage) not in known:
                    missing.append(fact.quantity.label + (f"（{KEYS.get(stage, stage)}）" if stage else ""))
        return missing

    # --- notes and sources

    def _notes(self) -> Iterator[Block]:
        yield self._part("说明")
        yield Heading("口径", 2)
        options = {
            str(option): option
            for item in self.found.statute.items
            for declared in item.declared
            for option in options_of(declared, day=self.day, region=self.region)
        }
        for option in options.values():
            yield Paragraph([f"{option.label}：{option.sentence}", self.cited.article(option.citation), "。"], "small")
        if not options:
            yield Paragraph("没有需要选择的口径。", "small")
        yield Heading("不能计算的内容", 2)
        reasons = [
            f"{item['number']} {self._of(finding)}{finding['text']}"
            for item in self.assessment.items
            for finding in item["findings"]
            if finding["standing"] == Verdict.UNDECIDED
        ]
        reasons += [
            f"{item['number']} {item['label']}：没有可评的对象"
            for item in self.assessment.items
            if item["standing"] == Verdict.UNDECIDED and not item["findings"]
        ]
        reasons += [f"{KEYS.get(one['stage'], one['stage'])}{one['label']}：{one['reason']}"
                    for one in self.assessment.spreads if one["reason"]]  # fmt: skip
        for reason in dict.fromkeys(reasons):
            yield Paragraph(f"{reason}。", "small")
        if not reasons:
            yield Paragraph("全部内容都可以计算。", "small")
        yield Heading("数字", 2)
        yield Paragraph(
            "判定一律用未修约的数，等于标准值即为达到；文中数字为便于阅读作了修约，修约过的前面加“≈”，差异系数保留六位小数。"
            "“还差”是只改变所列数量时达到标准所需的最少增量。缺少的数据不当作0，也不估计。",
            "small",
        )

    def _citations(self) -> Iterator[Block]:
        versions: list[list[Line]] = []
        for item in self.found.statute.items:
            for one in item.declared:
                for declared in everything_in(one):
                    version = version_of(declared, self.day)
                    since = f"{version.since}起" if version.since else "尚未施行"
                    versions.append(
                        [item.number, version.label, since, [version.says, *self.cited.of_notion(declared)]]
                    )
        yield Heading("附录一 出处")
        for number, citation in list(self.cited.law):
            yield Paragraph([f"[{number}] {citation.source}{citation.article}（{citation.confidence.value}）"],
                            "small", f"law{number}")  # fmt: skip
        for label, words in self.cited.rows:
            yield Paragraph(f"[{label}] {words}", "small", f"rows{label[-1]}")
        yield Paragraph("“填”字编号见填报事项的表。", "small")
        yield Heading("附录二 所引文件及文本的可靠程度")
        yield Table(
            ("文件", "制定机关", "适用起始", "可靠程度", "说明"),
            [
                [str(source), source.issuer, str(source.in_force_from),
                 f"{source.confidence.value}：{source.confidence.meaning}", source.note]
                for source in self.cited.sources
            ],
            (52, 24, 20, 28, 32),
        )  # fmt: skip
        kinds = dict.fromkeys(citation.confidence for _number, citation in self.cited.law)
        order = [one for one in rules.Confidence if one in kinds]
        yield Paragraph("可靠程度：" + "；".join(f"{one.value} {one.meaning}" for one in order) + "。", "small")
        yield Heading("附录三 规则版本")
        yield Table(("编号", "规则", "版本", "内容"), versions, (13, 48, 22, 73), size_pt=8)


def _stated(fact: Fact, quantity: rules.Quantity) -> str:
    if quantity.kind is rules.Kind.FLAG:
        return {"true": "是", "false": "否"}.get(fact.value, fact.value)
    if quantity.kind is rules.Kind.SHARE:
        return shown_in(Fraction(fact.value), "%")
    return f"{fact.value}{quantity.unit}"


def _missing(value: dict[str, str]) -> str:
    """By how much the lever has to change, where that is known."""
    if value["standing"] != Verdict.FAILS or not value["needed"]:
        return ""
    needed = Fraction(value["needed"])
    word = "还差" if needed > 0 else "须减少"
    return f"，{value['lever']}{word}{rules.shown(abs(needed))}{value['unit']}" if needed else ""


def _spread_cells(spread: dict[str, str]) -> tuple[str, str, str]:
    if not spread["value"]:
        return f"无法计算：{spread['reason']}", spread["limit"], WORDS[spread["standing"]]
    return spread["value"], spread["limit"] or "不单独设限", WORDS[spread["standing"]] if spread["limit"] else "—"
