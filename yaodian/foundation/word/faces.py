"""The faces that Chinese official papers are set in, by name: none is embedded, each has other names to be found under."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn
from docx.shared import Pt

FANGSONG, KAITI, HEITI, SONG, TITLE_SONG = "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"
LATIN = "Times New Roman"
# Names under which the same face, or the nearest to it, is installed by other makers; Word and WPS look here before they
# choose a stranger.
ALSO_CALLED = {
    FANGSONG: "仿宋,FangSong,FangSong_GB2312,方正仿宋_GBK,STFangsong,华文仿宋,Noto Serif CJK SC",
    KAITI: "楷体,KaiTi,KaiTi_GB2312,方正楷体_GBK,STKaiti,华文楷体,Noto Serif CJK SC",
    HEITI: "SimHei,方正黑体_GBK,STHeiti,华文黑体,Noto Sans CJK SC,文泉驿微米黑",
    SONG: "SimSun,方正书宋_GBK,STSong,华文宋体,Noto Serif CJK SC",
    TITLE_SONG: "方正小标宋_GBK,FZXiaoBiaoSong-B05S,FZXiaoBiaoSong-B05,华文中宋,STZhongsong,宋体,Noto Serif CJK SC",
}


def set_face(style: Any, face: str, size_pt: float, latin: str = LATIN) -> None:
    """A Chinese face and a Latin one for a style; the theme's own fonts would otherwise win over both."""
    style.font.name, style.font.size = latin, Pt(size_pt)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), face)
    fonts.set(qn("w:hAnsi"), latin)


def font_table() -> str:
    """The entries of the part that says under which other names a face may be found."""
    return "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        for name, others in ALSO_CALLED.items()
    )
