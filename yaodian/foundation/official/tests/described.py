"""What a document is, read back with python-docx: a line for each paragraph, row and picture, with how it is set."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn


def opened(content: bytes) -> Any:
    return docx.Document(io.BytesIO(content))


def visible(element: Any) -> str:
    """The text of an element without what is hidden; a line break is /, a tab is →."""
    said = ""
    for each in element.iter(qn("w:t"), qn("w:br"), qn("w:tab")):
        run = next((one for one in each.iterancestors(qn("w:r"))), None)
        if run is None or run.find(f"{qn('w:rPr')}/{qn('w:vanish')}") is not None:
            continue
        said += {qn("w:br"): "/", qn("w:tab"): "→"}.get(each.tag, each.text or "")
    return said


def described(content: bytes) -> str:
    return "\n".join(_lines(opened(content)))


def _lines(document: Any) -> Iterator[str]:
    for element in document.element.body:
        if element.tag == qn("w:p"):
            yield _paragraph(element, document)
        elif element.tag == qn("w:tbl"):
            widths = "+".join(column.get(qn("w:w")) for column in element.iter(qn("w:gridCol")))
            floats = " floating" if element.tblPr.find(qn("w:tblpPr")) is not None else ""
            yield f"table{floats} {widths}"
            for row in element.iter(qn("w:tr")):
                head = "head" if row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None else "row"
                yield f"  {head}: " + " | ".join(visible(cell) for cell in row.iter(qn("w:tc")))


def _paragraph(element: Any, document: Any) -> str:
    properties = element.pPr
    style = properties.find(qn("w:pStyle")) if properties is not None else None
    said = [style.get(qn("w:val")) if style is not None else "Normal"]
    for name, attributes in (
        ("w:ind", ("left", "right", "firstLine", "hanging")),
        ("w:jc", ("val",)),
        ("w:spacing", ("before", "line")),
    ):
        found = properties.find(qn(name)) if properties is not None else None
        for attribute in attributes if found is not None else ():
            value = found.get(qn(f"w:{attribute}"))
            if value not in (None, "0"):
                said.append(f"{attribute}={value}" if attribute != "val" else value)
    if properties is not None and properties.find(qn("w:pageBreakBefore")) is not None:
        said.append("new page")
    borders = properties.find(qn("w:pBdr")) if properties is not None else None
    for border in borders if borders is not None else ():
        said.append(f"{border.tag.split('}')[1]} line {border.get(qn('w:color'))}")
    looks: list[str] = []
    for run in element.iter(qn("w:r")):
        fonts = run.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
        size = run.find(f"{qn('w:rPr')}/{qn('w:sz')}")
        hidden = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
        if hidden is None and (fonts is not None or size is not None):
            face = fonts.get(qn("w:eastAsia")) if fonts is not None else ""
            looks.append(f"{face} {int(size.get(qn('w:val'))) / 2:g}" if size is not None else face)
    said.extend(dict.fromkeys(looks))
    picture = " [picture]" if element.find(f".//{qn('w:drawing')}") is not None else ""
    return f"{' '.join(said)}: {visible(element)}{picture}"
