"""The words for what cannot be read: kinds of file the reader knows but does not take, and damaged ones it would."""

from __future__ import annotations

from typing import Final, NoReturn

from yaodian.engines.reading.errors import UnreadableDocument

_SAVE_ZH: Final = "请用 Word 或 WPS 打开，选择“另存为”，类型选 .docx，再上传。"
_SAVE_EN: Final = "Open it in Word or WPS, choose “Save as”, type .docx, and upload that."
_SHEET_ZH: Final = "请把表格复制到 Word 文档，另存为 .docx 后再上传。"
_SHEET_EN: Final = "Copy the table into a Word document, save it as .docx and upload that."
_IMAGE_ZH: Final = "请上传电子原件（.docx 或可选中文字的 PDF），或者先做文字识别（OCR）。"
_IMAGE_EN: Final = (
    "Upload the electronic original (.docx, or a PDF whose text can be selected), or run text recognition (OCR) first."
)
_UNPACK_ZH: Final = "请先解压，再上传其中工作要点的 .docx、.pdf 或 .txt 文件。"
_UNPACK_EN: Final = "Unpack it and upload the .docx, .pdf or .txt file of the work plan inside."

# kind → (what it is in Chinese, in English, what to do in Chinese, in English)
UNSUPPORTED: Final[dict[str, tuple[str, str, str, str]]] = {
    "doc": ("旧版 Word 或 WPS 文档（.doc、.wps）", "a document of old Word or WPS (.doc, .wps)", _SAVE_ZH, _SAVE_EN),
    "ole": ("旧版 Office 或 WPS 文件", "a file of old Office or WPS", _SAVE_ZH, _SAVE_EN),
    "rtf": ("RTF 文档", "an RTF document", _SAVE_ZH, _SAVE_EN),
    "odt": ("OpenDocument 文档（.odt）", "an OpenDocument file (.odt)", _SAVE_ZH, _SAVE_EN),
    "wordxml": ("Word XML 文档", "a Word XML document", _SAVE_ZH, _SAVE_EN),
    "xml": ("XML 数据文件", "an XML data file", _SAVE_ZH, _SAVE_EN),
    "mhtml": ("单个文件网页（.mht）", "a single-file web page (.mht)", _SAVE_ZH, _SAVE_EN),
    "ofd": (
        "OFD 版式文件",
        "an OFD document",
        "请用 OFD 阅读器导出为 PDF 或 Word 后再上传。",
        "Export it as PDF or Word from your OFD reader and upload that.",
    ),
    "xls": ("旧版电子表格（.xls、.et）", "an old spreadsheet (.xls, .et)", _SHEET_ZH, _SHEET_EN),
    "xlsx": ("电子表格（.xlsx）", "a spreadsheet (.xlsx)", _SHEET_ZH, _SHEET_EN),
    "ppt": ("演示文稿（.ppt、.pptx）", "a presentation (.ppt, .pptx)", _SAVE_ZH, _SAVE_EN),
    "image": ("图片", "a picture", _IMAGE_ZH, _IMAGE_EN),
    "archive": ("压缩包", "an archive", _UNPACK_ZH, _UNPACK_EN),
}


def refuse(kind: str) -> NoReturn:
    """Raise ``unsupported`` for a ``kind`` of :data:`UNSUPPORTED`."""
    kind_zh, kind_en, remedy_zh, remedy_en = UNSUPPORTED[kind]
    raise UnreadableDocument(
        "unsupported", kind=kind, kind_zh=kind_zh, kind_en=kind_en, remedy_zh=remedy_zh, remedy_en=remedy_en
    )


_READABLE: Final = {
    "docx": ("Word 文档（.docx）", "a Word document (.docx)"),
    "pdf": ("PDF 文件", "a PDF file"),
    "html": ("网页文件", "a web page"),
}


def damaged(kind: str) -> UnreadableDocument:
    """The error for a file that starts like a ``docx``, ``pdf`` or ``html`` but cannot be followed to its end."""
    kind_zh, kind_en = _READABLE[kind]
    return UnreadableDocument("damaged", kind=kind, kind_zh=kind_zh, kind_en=kind_en)
