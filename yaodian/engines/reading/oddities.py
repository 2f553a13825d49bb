"""What a person should look at: warnings with the place they are about.

Each check is one function that opens with its sentence. The reader never changes what is printed; it says what is odd.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .advertising import advertising_in
from .body import Body
from .deadlines import Moment
from .numbering import label_of
from .outline import Outline
from .plan import Node, Target, Warning
from .responsible import Finding

_OFFICE_END = re.compile(r"(?:局|委|厅|处|办|部|室|府|校|院|园|学|中心小学|组|会|区|市|县|省)$")


def find_oddities(
    body: Body,
    outline: Outline,
    targets: Iterable[Target],
    moments: Iterable[Moment],
    lists: Iterable[Finding],
    year: int | None,
    title: str,
) -> list[Warning]:
    """All warnings of a document, in order of place."""
    found = [
        *foreign_entities(body, title),
        *unclosed_lists(body, lists),
        *missing_numbers(outline, body),
        *late_deadlines(body, moments, year),
        *bare_numbers(body, outline),
        *contradictions(body, targets),
    ]
    return sorted(found, key=lambda warning: (warning.span, warning.code))


def foreign_entities(body: Body, title: str) -> list[Warning]:
    """A name that has no business in a plan stands where real words should: the page was probably hijacked."""
    # A name that was put in stands the same everywhere, so a few places of each word are enough to find it whole.
    places: dict[str, list[re.Match[str]]] = {}
    for match in advertising_in(body.folded):
        places.setdefault(match[0], []).append(match)
    names = {_whole_name(body.folded, match) for matches in places.values() for match in matches[:5]}
    issuer = re.match(r"^(.{4,16}?)(?=(?:19|20)\d{2}年)", title)
    if issuer and not _OFFICE_END.search(issuer.group(1)) and body.folded.count(issuer.group(1)) >= 3:
        names.add(issuer.group(1))
    found: list[Warning] = []
    taken: set[int] = set()
    for name in sorted(filter(None, names), key=lambda name: (-len(name), name)):
        for match in re.finditer(re.escape(name), body.folded):
            if any(at in taken for at in range(match.start(), match.end())):
                continue
            taken.update(range(match.start(), match.end()))
            printed = body.text[match.start() : match.end()]
            found.append(
                Warning(
                    "foreign-entity",
                    f"“{printed}”不像教育部门的用语，可能是网页被篡改后替换了原文，请对照原件核对这里的文字。",
                    match.span(),
                )
            )
    return found


def _whole_name(folded: str, match: re.Match[str]) -> str:
    """The longest text round an advertiser's word that comes again elsewhere: the name that was put in."""
    start, end = match.span()
    best = folded[start:end]
    grown = True
    while grown and end - start < 24:
        grown = False
        for low, high in ((start - 1, end), (start, end + 1)):
            if low < 0 or high > len(folded):
                continue
            longer = folded[low:high]
            if re.search(r"[\s,。;:、!?“”()《》\d]", longer[0] + longer[-1]):
                continue
            if folded.count(longer) >= max(2, 0.8 * folded.count(best)):
                start, end, best, grown = low, high, longer, True
                break
    return best


def unclosed_lists(body: Body, lists: Iterable[Finding]) -> list[Warning]:
    """A list of responsible units opens with a bracket that is never closed."""
    return [
        Warning(
            "unclosed-responsible",
            "责任单位一栏缺少右括号，已读到行末；请核对名单是否完整。",
            (finding.start, finding.end),
        )
        for finding in lists
        if not finding.is_closed
    ]


def missing_numbers(outline: Outline, body: Body) -> list[Warning]:
    """Among the clauses under one heading a number is missing or comes twice.

    Arabic numbers often run on through the whole plan, so a run is followed across headings as long as it goes on.
    """
    found: list[Warning] = []
    last: dict[tuple[str, int | None], tuple[int, Node]] = {}
    running: dict[str, int] = {}
    for node in outline.nodes:
        kind = node.rule.rpartition("/")[2]
        if kind in ("row", "dotted", "section"):
            continue
        label = label_of(body.folded[node.span[0] : node.span[0] + 24])
        value = label.value if label and label.kind == kind else None
        if value is None:
            continue
        key = (kind, node.parent)
        before = last[key][0] if key in last else None
        expected = {1} if before is None else {before + 1}
        if before is None and kind in running:
            expected.add(running[kind] + 1)
        if value not in expected:
            place = (node.span[0], min(node.span[1], node.span[0] + 12))
            if (before is not None and value == before) or (
                before is None and kind in running and value == running[kind]
            ):
                found.append(Warning("number-doubled", f"编号“{node.number}”重复出现，请核对是否排错。", place))
            elif before is not None or value > 1:
                wanted = (before or running.get(kind, 0)) + 1
                found.append(
                    Warning("number-missing", f"编号在“{node.number}”处不连续，应为第{wanted}项，可能缺了条目。", place)
                )
        last[key] = (value, node)
        running[kind] = value
    return found


def late_deadlines(body: Body, moments: Iterable[Moment], year: int | None) -> list[Warning]:
    """A deadline lies before the plan's own year."""
    return [
        Warning(
            "deadline-before-year",
            f"期限“{body.text[moment.start : moment.end]}”早于计划年度{year}年，请核对年份。",
            (moment.start, moment.end),
        )
        for moment in moments
        if moment.is_before_plan
    ]


_BARE_NUMBER = re.compile(
    r"(?:新建|改扩建|扩建|新增|建成|建设|创建|创成|打造|培育|招聘|引进|培训|评选|达到?|不低于|不少于|不超过|提高到|控制在)[一-鿿“”]{0,12}?(?P<number>\d+(?:\.\d+)?)(?=\s*(?:[,。;、)]|以上|以内|左右|$))"
)


def bare_numbers(body: Body, outline: Outline) -> list[Warning]:
    """A figure stands where a measure word should follow."""
    found = []
    for line in body.lines:
        folded = body.folded[line.start : line.end]
        for match in _BARE_NUMBER.finditer(folded):
            if re.search(r"(?:系数|指数|指标|第)[^,。;]{0,8}$", folded[: match.start("number")]) or re.fullmatch(
                r"(?:19|20)\d{2}", match.group("number")
            ):
                continue
            place = (line.start + match.start(), line.start + match.end())
            found.append(
                Warning(
                    "number-without-unit",
                    f"数字“{match.group('number')}”后面没有单位（如 所、个、%），请核对原文。",
                    place,
                )
            )
    return found


def contradictions(body: Body, targets: Iterable[Target]) -> list[Warning]:
    """Two targets promise different figures for the same thing."""
    seen: dict[tuple[str, str | None], Target] = {}
    found = []
    for target in targets:
        if (
            target.comparator not in ("at_least", "at_most", "about")
            or target.implicit
            or target.unit not in ("%", "‰", "1:N")
        ):
            continue
        key = (_plain_subject(target.subject), target.unit)
        other = seen.get(key)
        if other is None:
            seen[key] = target
        elif other.value != target.value and other.due == target.due and other.span != target.span:
            words = body.text[other.span[0] : other.span[1]]
            found.append(
                Warning(
                    "contradiction",
                    f"“{target.subject}”在文中有两个不同的目标（另一处为“{words}”），请核对。",
                    target.span,
                )
            )
    return found


def _plain_subject(subject: str) -> str:
    return re.sub(r"^(?:全[市省县区]|我[市省县区])|\s", "", subject)
