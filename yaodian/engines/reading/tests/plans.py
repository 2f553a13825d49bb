"""Plans built by hand for tests: write the clauses, say what stands in them, and the spans are found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yaodian.engines.reading.plan import Deadline, Node, Plan, Policy, Responsible, System, Target


class Clause:
    """One clause as printed; items are found by the words they quote, so a wrong quote fails at once."""

    def __init__(
        self,
        level: int,
        number: str,
        printed: str,
        heading: str | None = None,
        *,
        targets: Sequence[tuple[str, dict[str, Any]]] = (),
        deadlines: Sequence[tuple[str, str | None]] = (),
        units: Sequence[str] = (),
        lead: Sequence[str] = (),
        support: Sequence[str] = (),
        quote_of_units: str = "",
        policies: Sequence[str] = (),
        systems: Sequence[str] = (),
    ) -> None:
        self.level, self.number, self.printed, self.heading = level, number, printed, heading
        self.targets, self.deadlines, self.policies, self.systems = targets, deadlines, policies, systems
        self.units, self.lead, self.support, self.quote_of_units = units, lead, support, quote_of_units


def target(quote: str, subject: str, value: float, unit: str | None = "%", **more: Any) -> tuple[str, dict[str, Any]]:
    """A target by the words it stands in; the other fields have their usual values."""
    fields: dict[str, Any] = {
        "comparator": "at_least",
        "value_max": None,
        "due": None,
        "per": None,
        "strength": "must",
        "implicit": False,
    }
    return quote, {**fields, "subject": subject, "value": value, "unit": unit, **more}


def plan(title: str, year: int | None, preamble: str, *clauses: Clause, **header: Any) -> Plan:
    """A plan whose text is title, preamble and clauses, one to a line."""
    text = f"{title}\n{preamble}\n" if preamble else f"{title}\n"
    starts = []
    for clause in clauses:
        starts.append(len(text))
        text += clause.printed + "\n"
    nodes: list[Node] = []
    targets, deadlines, responsible, policies, systems = [], [], [], [], []
    open_nodes: list[int] = []
    for index, clause in enumerate(clauses):
        while open_nodes and nodes[open_nodes[-1]].level >= clause.level:
            open_nodes.pop()
        end = next(
            (starts[later] for later in range(index + 1, len(clauses)) if clauses[later].level <= clause.level),
            len(text),
        )
        start = starts[index]
        parent = open_nodes[-1] if open_nodes else None
        nodes.append(Node(index, parent, clause.level, clause.number, clause.heading, (start, end - 1)))
        open_nodes.append(index)

        def span(words: str, start: int = start) -> tuple[int, int]:
            at = text.index(words, start)
            return at, at + len(words)

        targets += [Target(node=index, span=span(quote), **fields) for quote, fields in clause.targets]
        deadlines += [Deadline(index, words, date, span(words)) for words, date in clause.deadlines]
        if clause.units:
            responsible.append(
                Responsible(
                    index, tuple(clause.units), tuple(clause.lead), tuple(clause.support), span(clause.quote_of_units)
                )
            )
        policies += [Policy(index, name, span(f"《{name}》")) for name in clause.policies]
        systems += [System(index, name, span(name)) for name in clause.systems]
    fields = {"issuer": None, "doc_number": None, "index_number": None, "written_on": None, "published_on": None}
    return Plan(
        title=title,
        year=year,
        text=text,
        nodes=tuple(nodes),
        targets=tuple(targets),
        deadlines=tuple(deadlines),
        responsible=tuple(responsible),
        policies=tuple(policies),
        systems=tuple(systems),
        **{**fields, **header},
    )


def yunchuan(year: int = 2026) -> Plan:
    """A small plan of an invented city with every kind of item."""
    made = plan(
        f"云川市{year}年教育工作要点",
        year,
        "总体要求:学前三年毛入园率力争达到93%以上。",
        Clause(1, "一", "一、扩大优质资源供给", "扩大优质资源供给"),
        Clause(
            2,
            "1",
            "1.推进学前教育普及普惠。落实《云川市学前教育提升方案》,新建公办幼儿园5所,9月底前投入使用;"
            "普惠性幼儿园覆盖率达到92%。〔牵头单位:基础教育科;配合单位:规划科、人事科〕",
            "推进学前教育普及普惠",
            targets=[
                target("新建公办幼儿园5所", "公办幼儿园", 5, "所", due=f"{year}-09-30"),
                target("普惠性幼儿园覆盖率达到92%", "普惠性幼儿园覆盖率", 92),
            ],
            deadlines=[("9月底前", f"{year}-09-30")],
            units=["基础教育科", "规划科", "人事科"],
            lead=["基础教育科"],
            support=["规划科", "人事科"],
            quote_of_units="〔牵头单位:基础教育科;配合单位:规划科、人事科〕",
            policies=["云川市学前教育提升方案"],
        ),
        Clause(
            2,
            "2",
            "2.优化义务教育招生入学。升级阳光招生平台,年底前实现小学起始年级大班额比例不超过2%,"
            "每学期召开调度会2-3次。〔责任单位:基础教育科、各区教育局〕",
            "优化义务教育招生入学",
            targets=[
                target("大班额比例不超过2%", "小学起始年级大班额比例", 2, comparator="at_most", due=f"{year}-12-31"),
                target("召开调度会2-3次", "调度会", 2, "次", comparator="between", value_max=3, per="term"),
            ],
            deadlines=[("年底前", f"{year}-12-31")],
            units=["基础教育科", "各区教育局"],
            quote_of_units="〔责任单位:基础教育科、各区教育局〕",
            systems=["阳光招生平台"],
        ),
        Clause(1, "二", "二、建设高素质教师队伍", "建设高素质教师队伍"),
        Clause(
            2,
            "3",
            "3.加强教师培养。努力使本科以上学历教师占比提高1.5个百分点,培训教师全覆盖。春学期完成岗位聘任。",
            "加强教师培养",
            targets=[
                target(
                    "占比提高1.5个百分点",
                    "本科以上学历教师占比",
                    1.5,
                    "个百分点",
                    comparator="change",
                    strength="strive",
                ),
                target("培训教师全覆盖", "培训教师", 100, implicit=True),
            ],
            deadlines=[("春学期", None)],
        ),
        issuer="云川市教育局",
        doc_number=f"云教发〔{year}〕3号",
        written_on=f"{year}-02-20",
    )
    quote = "学前三年毛入园率力争达到93%以上"
    at = made.text.index(quote)
    first = Target(
        None, "学前三年毛入园率", "at_least", 93, None, "%", None, None, "strive", False, (at, at + len(quote)), 0.55
    )
    return Plan.from_dict(
        {
            **made.to_dict(),
            "targets": [first_dict(first), *made.to_dict()["targets"]],
            "warnings": [
                {"code": "target-without-day", "message": "目标没有写明完成日期。", "span": [at, at + len(quote)]}
            ],
        }
    )


def first_dict(item: Target) -> dict[str, Any]:
    """A target as the JSON object has it."""
    return Plan("", None, None, None, None, None, None, "", targets=(item,)).to_dict()["targets"][0]
