"""Tables as WordprocessingML: fixed widths, a head that is repeated on each page, rows that no page break cuts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yaodian.foundation.word.text import twentieths


def table(rows: Iterable[str], widths_mm: Sequence[float]) -> str:
    """Rows that `row` made, as a table in the middle of the page."""
    widths = [twentieths(wide) for wide in widths_mm]
    grid = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in widths)
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def row(
    cells: Iterable[str], widths_mm: Sequence[float], *,
    is_head: bool = False, aligns: Sequence[str] = (), insets_mm: Sequence[float] = (), shade: str = "EDEDED",
) -> str:  # fmt: skip
    """Runs of each cell as a row; a head is shaded unless `shade` is empty. `aligns`: left, center or right for each column, by default
    left; `insets_mm`: how far text keeps from its right edge. Raises ValueError where cells and widths do not match."""
    said = []
    for place, (runs, wide) in enumerate(zip(cells, widths_mm, strict=True)):
        ground = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if is_head and shade else ""
        align = aligns[place] if aligns else ""
        inset = twentieths(insets_mm[place]) if insets_mm else 0
        shape = (
            ("<w:keepNext/>" if is_head else "")
            + '<w:snapToGrid w:val="0"/><w:spacing w:before="0" w:after="0" w:line="250" w:lineRule="auto"/>'
            + f'<w:ind w:right="{inset}" w:firstLine="0"/>'
        )
        shape += f'<w:jc w:val="{align}"/>' if align else ""
        said.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{twentieths(wide)}" w:type="dxa"/>{ground}<w:vAlign w:val="center"/></w:tcPr>'
            f"<w:p><w:pPr>{shape}</w:pPr>{runs}</w:p></w:tc>"
        )
    shape = "<w:cantSplit/>" + ("<w:tblHeader/>" if is_head else "")
    return f"<w:tr><w:trPr>{shape}</w:trPr>{''.join(said)}</w:tr>"
