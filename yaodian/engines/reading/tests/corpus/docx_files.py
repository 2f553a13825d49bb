"""Word files from their XML, so that a test says exactly what stands in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_NAMES = (
    f'xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:wp="urn:wp" xmlns:a="urn:a"'
)


def run(text: str, properties: str = "") -> str:
    """A run of words."""
    head = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{head}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(
    text: str = "", *, style: str = "", numbers: tuple[int, int] | None = None, inside: str = "", properties: str = ""
) -> str:
    """A paragraph: words, or the XML ``inside``; ``numbers`` are list and level."""
    head = f'<w:pStyle w:val="{style}"/>' if style else ""
    if numbers:
        head += f'<w:numPr><w:ilvl w:val="{numbers[1]}"/><w:numId w:val="{numbers[0]}"/></w:numPr>'
    return f"<w:p><w:pPr>{head}{properties}</w:pPr>{inside or run(text)}</w:p>"


def cell(content: str, *, span: int = 1, merge: str = "") -> str:
    """A table cell; ``merge`` is ``restart`` or ``continue`` of a vertical merge."""
    properties = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    if merge:
        properties += f'<w:vMerge w:val="{merge}"/>'
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content if content.startswith('<') else p(content)}</w:tc>"


def table(*rows: list[str]) -> str:
    """A table of rows of cells."""
    return "<w:tbl>" + "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows) + "</w:tbl>"


def level(at: int, style: str, text: str, extra: str = "", start: int = 1) -> str:
    """A level of a list definition."""
    head = f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{style}"/>'
    return f'{head}{extra}<w:lvlText w:val="{text}"/></w:lvl>'


def numbering(definitions: Mapping[int, str], lists: Mapping[int, tuple[int, str]]) -> str:
    """``numbering.xml``: definitions by number, lists by number with their definition and overrides."""
    inside = "".join(
        f'<w:abstractNum w:abstractNumId="{key}">{levels}</w:abstractNum>' for key, levels in definitions.items()
    ) + "".join(
        f'<w:num w:numId="{key}"><w:abstractNumId w:val="{abstract}"/>{overrides}</w:num>'
        for key, (abstract, overrides) in lists.items()
    )
    return f"<w:numbering {_NAMES}>{inside}</w:numbering>"


def document(body: str) -> str:
    """``document.xml``."""
    return f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>"


def styles(inside: str) -> str:
    """``styles.xml``."""
    return f"<w:styles {_NAMES}>{inside}</w:styles>"


def build(
    body: str = "",
    *,
    lists: str = "",
    style_sheet: str = "",
    title: str = "",
    parts: Mapping[str, str | bytes] | None = None,
    main: str | bytes | None = None,
) -> bytes:
    """The file's bytes; ``main`` replaces ``document.xml``, ``parts`` adds or replaces further parts."""
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="r2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>",
        "word/document.xml": document(body) if main is None else main,
        "docProps/core.xml": '<cp:coreProperties xmlns:cp="urn:cp" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title></cp:coreProperties>",
    }
    if lists:
        files["word/numbering.xml"] = lists
    if style_sheet:
        files["word/styles.xml"] = style_sheet
    files |= parts or {}
    return packed(files)


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of ``files``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
