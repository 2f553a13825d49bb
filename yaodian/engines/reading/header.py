"""The document's head: title, issuer, year, numbers and days.

Each field is looked for where the genre prints it: the header table (索引号, 成文日期), the line of the document number,
the signature, the title, and last the page's own line of publication.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .advertising import ADVERTISING
from .body import Body
from .dates import day_in, iso
from .folding import fold
from .numerals import chinese_value
from .outline import Outline

_ORG = r"(?:教育和体育局|教育体育局|教体局|教育局|教育厅|教育委员会|教委|教育部(?:办公厅)?|局|厅|委员会|人民政府(?:办公厅|办公室)?|政府(?:办公厅|办公室)?|管委会|管理委员会|委|办公室|办公厅|党组|党委|工委|教育工作领导小组|领导小组|督导室|社会事业局|社会发展局|学校|学院|大学|研究院|教科院|研究所|院|馆|中心|处|科|办)"
_ISSUED_BY = re.compile(
    r"(?:发文机关|发布机构|制发机关|公开机构|发文机构|发布单位|发文单位|公开主体|责任部门|发布机关|信息来源|文章来源|来源|稿源|供稿单位|供稿)\s*[::]\s*([^\s::,;、<>《》【】]{2,30})"
)
_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)}
_SOURCE_FIELDS = ("信息来源", "文章来源", "来源", "稿源", "供稿")
_INDEX = re.compile(r"索\s*引\s*号\s*[::]?\s*([A-Za-z0-9][A-Za-z0-9\-/_.()]{3,60})")
_NUMBER = re.compile(r"([一-鿿]{1,14}?)\s*([〔\[(【<])\s*(\d{4})\s*[〕\])】>]\s*第?\s*(\d{1,4})\s*号")
_NUMBER_FIELD = re.compile(
    r"(?:文\s*号|发文字号|文件编号|发文文号)\s*[::]\s*\t?\s*([一-鿿]{1,14}\s*[〔\[(【<]\s*\d{4}\s*[〕\])】>]\s*第?\s*\d{1,4}\s*号)"
)
_WRITTEN = re.compile(
    r"(?:成文日期|成文时间|发文日期|发文时间|生成日期|印发日期|印发时间|制发日期|写作日期|落款日期)\s*[::]?\s*\t?\s*([^\t]{6,24})"
)
_PUBLISHED = re.compile(
    r"(?:发布|公开|上传|更新|发稿|发表|公布)(?:时间|日期|于)?\s*[::]?\s*\t?\s*(\d{4}\s*[年\-/.]\s*\d{1,2}\s*[月\-/.]\s*\d{1,2})"
)
_STAMP = re.compile(r"(?:^|\s|时间:|日期:|\()(\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)(?=$|\s|\)|日)")


@dataclass(frozen=True, slots=True)
class Header:
    """The schema's header fields; ``None`` where the document does not say."""

    title: str
    issuer: str | None
    year: int | None
    doc_number: str | None
    index_number: str | None
    written_on: str | None
    published_on: str | None


def find_header(body: Body, outline: Outline) -> Header:
    """Read the header of a document from its kept and its dropped lines."""
    first = outline.nodes[0].span[0] if outline.nodes else len(body.text)
    head = body.folded[:first]
    dropped = "\n".join(fold(line) for line in body.dropped)
    around = f"{head}\n{dropped}"
    foot = body.folded[outline.closing[0] :] if outline.closing else ""
    signed_by, signed_on = _signature(body, head, foot)
    written = _WRITTEN.search(around)
    written_on = (day_in(written[1]) if written else None) or signed_on
    published = _PUBLISHED.search(around)
    published_on = day_in(published[1]) if published else None
    if published_on is None:
        published_on = next(
            (day_in(m[1]) for line in dropped.split("\n") if len(line) < 120 and (m := _STAMP.search(line))), None
        )
    title = body.title.translate(_DIGITS)
    return Header(
        title=title,
        issuer=_issuer(title, around, signed_by),
        year=_year(title, head, written_on or published_on),
        doc_number=_doc_number(body, head, around, first),
        index_number=found[1] if (found := _INDEX.search(around)) else None,
        written_on=written_on,
        published_on=published_on,
    )


def _year(title: str, head: str, day: str | None) -> int | None:
    folded = fold(title)
    for text in (folded, re.sub(r"\s+", "", head)[:1500]):
        found = re.search(r"(?<!\d)((?:19|20)\d{2})(?=\s*(?:年|[-至]\s*(?:20)?\d{2}\s*学?年|学年|教育|工作))", text)
        if found:
            return int(found[1])
        words = re.search(r"([二][〇零][〇零一二三四五六七八九]{2})年", text)
        if words:
            return chinese_value(words[1])
    return int(day[:4]) if day else None


def _doc_number(body: Body, head: str, around: str, first: int) -> str | None:
    field = _NUMBER_FIELD.search(around)
    if field:
        return _tidy_number(field[1])
    for line in [*head.split("\n"), *fold("\n".join(body.dropped)).split("\n")]:
        bare = line.strip()
        match = _NUMBER.search(bare)
        if match and len(bare) <= 48 and "《" not in bare[: match.start()]:
            if re.fullmatch(r"[(]?", bare[: match.start()]) or re.search(
                r"\s$|\t$|号\s*[::]?$|[))]$|(?:要点|通知)$", bare[: match.start()]
            ):
                return _tidy_number(match[0])
    return None


def _tidy_number(printed: str) -> str:
    compact = re.sub(r"\s+", "", printed)
    return re.sub(r"[\[(【<](\d{4})[\])】>]", r"〔\1〕", compact)


def _signature(body: Body, head: str, foot: str) -> tuple[str | None, str | None]:
    """The organisation that signs and the day under it: at the foot, else under the cover notice."""
    for part in (foot, head):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        for index in range(len(lines) - 1, -1, -1):
            day = day_in(lines[index]) if len(lines[index]) <= 40 else None
            lost = bool(re.fullmatch(r"\d{6,8}", lines[index]))
            if day is None and not lost:
                continue
            day = day or _unmarked_day(lines[index])
            same = re.match(rf"^([一-鿿()]{{2,28}}?{_ORG})\s+\d", lines[index])
            if same and "印发" not in lines[index]:
                return same[1], day
            if not re.match(r"^\(?\s*(?:\d{4}|[二]|\d{6,8})", lines[index]) or re.search(
                r"来源|发布|成文|浏览", lines[index]
            ):
                continue
            above = re.sub(r"\s+", "", lines[index - 1]) if index else ""
            if above and len(above) <= 30 and re.search(rf"{_ORG}$", above) and not re.search(r"[。:;]", above):
                return above, day
            if part is foot and len(above) <= 30:
                return None, day
            if part is head and index and len(above) <= 24 and not re.search(r"[。:;]", above):
                return None, day
    return None, None


def _unmarked_day(digits: str) -> str | None:
    """A day whose 年月日 were lost (2024327), where only one reading is possible."""
    year, rest = int(digits[:4]), digits[4:]
    readings = {
        iso(year, int(rest[:cut]), int(rest[cut:])) for cut in (1, 2) if 1 <= len(rest) - cut <= 2 and rest[cut] != "0"
    }
    if len(rest) == 4:
        readings = {iso(year, int(rest[:2]), int(rest[2:]))}
    readings.discard(None)
    return readings.pop() if len(readings) == 1 else None


def _issuer(title: str, around: str, signed_by: str | None) -> str | None:
    """The signature, else the office in the title, else the fields of the header, else the page's source."""
    compact = re.sub(r"[\s《》]", "", fold(title))
    compact = re.sub(r"^中共", "中共", compact)
    compact = re.sub(r"^(?:关于印发|印发)", "", compact)
    without_year = re.sub(r"^(?:\d{4}|[二〇零一二三四五六七八九]{4})年(?:度)?", "", compact)
    own = re.match(
        r"^([一-鿿()]{0,20}?(?:教育和体育局|教育体育局|教体局|教育局|教育厅|教育委员会|教委|教育部办公厅|教育部|教育科技局|教科局|人民政府(?:办公室|办公厅)?|管委会|局|厅|委员会|办公室|学校|中学|小学|幼儿园|学院|大学|研究院|教科院|教研室|研究所|电教馆|领导小组))",
        without_year,
    )
    in_title = own[1] if own else None
    if in_title and (in_title == "教育局" or re.match(r"^(?:全[省市县区]|本局|我局|教育系统)", in_title)):
        in_title = None
    fields: dict[str, str] = {}
    for match in _ISSUED_BY.finditer(around):
        name = re.split(r"[::]", match[0])[0].strip()
        value = match[1].strip("】)》>")
        if re.search(rf"{_ORG}$", value):
            fields.setdefault("source" if name in _SOURCE_FIELDS else "field", value)
    if signed_by and not ADVERTISING.search(signed_by):
        return signed_by
    if in_title and len(in_title) > 3:
        return in_title
    return fields.get("field") or in_title or fields.get("source")
