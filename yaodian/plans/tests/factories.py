"""Accounts and small plans for the tests of this slice. Every word is invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count

from yaodian.organisations.models import Account, Grant
from yaodian.organisations.operations import ensure_root
from yaodian.organisations.queries import with_rights
from yaodian.plans import models, operations
from yaodian.plans.problem import reading

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
GRANTED_ON = date(2000, 1, 1)
_numbers = count(1)

TEXT = """云川市教育局2026年工作要点
全市学前教育普惠率达到95%。
一、推进优质均衡
1.扩大学位供给。年内新增公办园8所,6月底前完成选址。(责任单位:基教科、财务科)
2.办好家门口的学校。落实《云川市学校布局规划》,用好阳光招生平台。(牵头单位:基教科;配合单位:人事科)
二、守牢安全底线
3.开展隐患排查。每学期开展检查2次,建设校园安全管理系统。
"""
RANGES = """云川市教育局2026年工作要点
一、提高质量
1.扩大学位供给。公办园在园幼儿占比提高3—8个百分点。(责任单位:基教科)
2.减轻学生负担。学生近视率下降5—8个百分点,每学期开展视力筛查2-3次。(责任单位:体卫艺科)
3.规范办学行为。大班额比例下降2个百分点。(责任单位:基教科)
"""
SECTIONS = (
    (1, "一", "推进优质均衡"),
    (2, "1", "扩大学位供给"),
    (2, "2", "办好家门口的学校"),
    (1, "二", "守牢安全底线"),
    (2, "3", "开展隐患排查"),
)


def account(*roles: str, name: str = "") -> Account:
    """An account with roles, its grants loaded as a session loads them."""
    number = next(_numbers)
    row = Account.objects.create(username=f"person{number}", name=name or f"张三{number}", created_at=NOW)
    for role in roles:
        Grant.objects.create(account=row, role=role, unit=ensure_root(now=NOW), from_on=GRANTED_ON, granted_at=NOW)
    return with_rights(Account.objects.get(pk=row.pk))


def editor(name: str = "") -> Account:
    """Somebody who uploads, corrects and submits."""
    return account("editor", name=name)


def publisher(name: str = "") -> Account:
    """Somebody who may publish."""
    return account("publisher", name=name)


def span_of(text: str, words: str, after: int = 0) -> tuple[int, int]:
    """Where words stand in a text."""
    start = text.index(words, after)
    return start, start + len(words)


def nodes_of(text: str, sections: Sequence[tuple[int, str, str]]) -> tuple[reading.Node, ...]:
    """Nodes from (level, number, heading); each begins where its number is printed before its heading."""
    starts = [text.rindex("\n", 0, text.index(f"{heading}")) + 1 for _level, _number, heading in sections]
    nodes = []
    for index, (level, number, heading) in enumerate(sections):
        following = [starts[place] for place in range(index + 1, len(sections)) if sections[place][0] <= level]
        end = len(text[: min(following, default=len(text))].rstrip())
        parent = next((place for place in reversed(range(index)) if sections[place][0] < level), None)
        nodes.append(reading.Node(index, parent, level, number, heading, (starts[index], end), 0.95, "test"))
    return tuple(nodes)


def node_at(nodes: Sequence[reading.Node], offset: int) -> int | None:
    """The innermost node that holds an offset."""
    return max((node.id for node in nodes if node.span[0] <= offset < node.span[1]), default=None)


def sample(text: str = TEXT, sections: Sequence[tuple[int, str, str]] = SECTIONS, year: int = 2026) -> reading.Plan:
    """What a reader would say of the sample text, or of a variation of it: items whose words are gone are left out."""
    nodes = nodes_of(text, sections)

    def at(words: str) -> dict[str, object]:
        span = span_of(text, words)
        return {"node": node_at(nodes, span[0]), "span": span}

    def present(*rows: tuple[str, dict[str, object]]) -> list[tuple[str, dict[str, object]]]:
        return [row for row in rows if row[0] in text]

    targets = present(
        ("学前教育普惠率达到95%", {"subject": "学前教育普惠率", "value": 95.0, "unit": "%"}),
        ("新增公办园8所", {"subject": "公办园", "value": 8.0, "unit": "所", "due": "2026-12-31", "confidence": 0.6}),
        ("新增公办园9所", {"subject": "公办园", "value": 9.0, "unit": "所", "due": "2026-12-31", "confidence": 0.6}),
        ("检查2次", {"subject": "检查", "value": 2.0, "unit": "次", "per": "term"}),
    )
    common: dict[str, object] = {"comparator": "at_least", "value_max": None, "due": None, "per": None}
    common |= {"strength": "must", "implicit": False}
    responsible = present(
        ("(责任单位:基教科、财务科)", {"units": ("基教科", "财务科"), "lead": (), "support": ()}),
        (
            "(牵头单位:基教科;配合单位:人事科)",
            {"units": ("基教科", "人事科"), "lead": ("基教科",), "support": ("人事科",)},
        ),
    )
    deadlines = present(("年内", {"date": "2026-12-31"}), ("6月底前", {"date": "2026-06-30"}))
    return reading.Plan(
        title=f"云川市教育局{year}年工作要点",
        issuer="云川市教育局",
        year=year,
        doc_number=None,
        index_number=None,
        written_on=None,
        published_on=None,
        text=text,
        nodes=nodes,
        targets=tuple(reading.Target(**{**common, **at(words), **values}) for words, values in targets),
        deadlines=tuple(reading.Deadline(**at(words), text=words, **values) for words, values in deadlines),
        responsible=tuple(reading.Responsible(**at(words), **values) for words, values in responsible),
        policies=tuple(
            reading.Policy(**at(words), name=words[1:-1]) for words, _ in present(("《云川市学校布局规划》", {}))
        ),
        systems=tuple(
            reading.System(**{**at(words), **values}, name=words)
            for words, values in present(("阳光招生平台", {"confidence": 0.8}), ("校园安全管理系统", {}))
        ),
        warnings=tuple(
            reading.Warning("unit-missing", "这里的数字没有单位。", span_of(text, words))
            for words in ("检查2次",)
            if words in text
        ),
    )


def uploaded(actor: Account, content: bytes = TEXT.encode(), name: str = "要点.txt") -> models.Plan:
    """A plan whose reading is queued."""
    return operations.upload_document(actor=actor, now=NOW, name=name, content=content, make_another=True).plan


def answered(plan: models.Plan, answer: reading.Plan) -> models.Plan:
    """The plan after the queued reading was answered."""
    queued = plan.readings.get(state=models.ReadingState.QUEUED)
    operations.record_reading(reading_id=queued.pk, answer=answer, duration_ms=5, now=NOW)
    return models.Plan.objects.get(pk=plan.pk)


def read_by_reader(actor: Account, text: str) -> models.Plan:
    """A plan as the product's own reader reads the text."""
    plan = uploaded(actor, text.encode())
    queued = plan.readings.get(state=models.ReadingState.QUEUED)
    operations.read_document(reading_id=queued.pk, clock=lambda: NOW, tell=lambda *_done: None)
    return models.Plan.objects.get(pk=plan.pk)


def in_review(actor: Account, answer: reading.Plan | None = None) -> models.Plan:
    """A plan that has been read and waits for review."""
    return answered(uploaded(actor), answer or sample())


def submitted(actor: Account, answer: reading.Plan | None = None) -> models.Plan:
    """A plan that waits for its second person."""
    plan = in_review(actor, answer)
    return operations.submit_plan(actor=actor, now=NOW, public_id=plan.public_id, expected_version=plan.version)


def published(actor: Account, second: Account, answer: reading.Plan | None = None) -> models.Plan:
    """A plan on the public pages."""
    plan = submitted(actor, answer)
    return operations.publish_plan(actor=second, now=NOW, public_id=plan.public_id, expected_version=plan.version)


def target_values(row: models.Target, **changes: object) -> operations.TargetValues:
    """The content of a target as it stands, with changes."""
    names = ("subject", "comparator", "value", "value_max", "unit", "due_on", "per", "strength", "is_implicit")
    return operations.TargetValues(**{**{name: getattr(row, name) for name in names}, **changes})
