"""The file: a document's parts with fixed properties and one time stamp, so that the same content gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from yaodian.foundation.word.faces import font_table
from yaodian.foundation.word.text import printable

_STAMP = (1980, 1, 1, 0, 0, 0)
LONGEST_PROPERTY = 250


def blank() -> Any:
    """A document without content, in Chinese, in the mode of present versions of Word."""
    document = docx.Document()
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    settings = document.settings.element
    for old in settings.findall(qn("w:compat")):
        for rule in old.findall(qn("w:compatSetting")):
            old.remove(rule)
        old.append(
            parse_xml(
                f'<w:compatSetting {nsdecls("w")} w:name="compatibilityMode" '
                'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
            )
        )
    return document


def saved(document: Any, *, title: str, author: str, moment: datetime) -> bytes:
    """The bytes of a .docx file whose properties say the title, the author and the moment, and nothing else."""
    properties = document.core_properties
    properties.title = printable(title).replace("\n", "")[:LONGEST_PROPERTY]
    properties.author = printable(author)[:LONGEST_PROPERTY]
    properties.last_modified_by, properties.comments, properties.language = "", "", "zh-CN"
    properties.created = properties.modified = moment
    properties.revision = 1
    stream = io.BytesIO()
    document.save(stream)
    return _finished(stream.getvalue())


def _finished(data: bytes) -> bytes:
    """The same parts with other names for the fonts, without the thumbnail of the template, and with one time stamp."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as result:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/thumbnail.jpeg":
                continue
            if name == "_rels/.rels":
                content = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
            elif name == "word/fontTable.xml":
                content = content.replace(b"</w:fonts>", font_table().encode() + b"</w:fonts>")
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 0
            result.writestr(entry, content)
    return stream.getvalue()
