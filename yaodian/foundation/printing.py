"""Paper: a document as PDF, from a Typst source among the templates of a slice and plain data.

What people typed reaches the source as data only and is set as text, whatever it looks like. The same source, data and moment give the
same bytes. The fonts are those of the machine: one with Chinese must be there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import typst
from django.template import Engine, TemplateDoesNotExist
from django.utils.translation import gettext as _

from yaodian.foundation.refusing import UnableTo

# The first of these that the machine has sets the text; sans serif ones, which stay clear on a door and on a desk.
FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Serif CJK SC",
    "SimSun",
)


class UnableToPrint(UnableTo):
    """The machine has no font with Chinese."""

    status = 503


@cache
def chinese_font() -> str:
    """The font that Chinese is set in; empty where the machine has none of those that we know."""
    there = set(typst.Fonts().families())
    return next((name for name in FONTS if name in there), "")


def print_pdf(*, source: str, data: Mapping[str, Any], at: datetime) -> bytes:
    """The document as PDF. `source` names the template, `data` is plain and reaches it as `data`, with `data.font`; `at` is the moment that the file bears.

    Raises UnableToPrint; TemplateDoesNotExist, and typst.TypstError for a source that is wrong.
    """
    font = chinese_font()
    if not font:
        raise UnableToPrint(
            _("服务器上没有中文字体，打印不出来。请系统管理员安装一种（如 fonts-noto-cjk），再试一次。"), code="no-font"
        )
    preamble = '#let data = json(bytes(sys.inputs.at("data")))\n'
    made: bytes = typst.compile(
        (preamble + _contents(source)).encode(),
        format="pdf",
        sys_inputs={"data": json.dumps({**data, "font": font}, ensure_ascii=False)},
        timestamp=int(at.timestamp()),
    )
    return made


def _contents(name: str) -> str:
    """The source as it stands: what Django would take for tags in it is Typst's own."""
    for loader in Engine.get_default().template_loaders:
        for origin in loader.get_template_sources(name):
            try:
                return str(loader.get_contents(origin))
            except TemplateDoesNotExist:
                continue
    raise TemplateDoesNotExist(name)
