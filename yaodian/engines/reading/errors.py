"""What can be wrong with a document as a whole, said so that a clerk can act on it.

A document that cannot be read raises :class:`UnreadableDocument`; what is odd inside a document
that can be read is a warning of the plan instead (``warnings.py``).
"""

from __future__ import annotations

# code → (Chinese, English); one place for the words, so that page, command and API say the same.
MESSAGES: dict[str, tuple[str, str]] = {
    "empty": (
        "“{name}”里没有文字。请确认选对了文件，或者把正文另存为 .docx 或 .txt 后再试。",
        "“{name}” holds no text. Check that it is the right file, or save the plan as .docx or .txt and try again.",
    ),
    "no-clauses": (
        "“{name}”读得出文字，但没有找到带编号的条目（如“一、”“（一）”“1.”），不像一份工作要点。请确认上传的是正文。",
        "“{name}” can be read, but no numbered clause (such as 一、 (一) 1.) was found, so it does not look like "
        "a work plan. Check that the file holds the plan itself.",
    ),
    "too-many-clauses": (
        "“{name}”里有 {count} 个编号，远多于一份工作要点。请确认上传的是工作要点正文，而不是名册或数据表。",
        "“{name}” holds {count} numbered items, far more than a work plan has. Check that it is the plan itself and "
        "not a list of data.",
    ),
    "too-large": (
        "“{name}”超过了 {limit} MB 的上限。请删去文件里的图片和附件，或者只把正文另存为 .docx 后再试。",
        "“{name}” is larger than the limit of {limit} MB. Remove its pictures and attachments, or save only "
        "the plan itself as .docx, and try again.",
    ),
    "too-long": (
        "“{name}”的文字超过了 {limit} 字的上限，不像一份工作要点。请只上传工作要点的正文。",
        "“{name}” holds more than {limit} characters of text, which no work plan needs. Upload only the plan itself.",
    ),
    "line-too-long": (
        "“{name}”里有一行超过 {limit} 字而没有换行，不像给人看的正文。请用 Word 或记事本打开检查，"
        "把正文另存为 .docx 或 .txt 后再试。",
        "“{name}” has a line of more than {limit} characters without a break, which is not text for people. Open "
        "it in Word or an editor, check it, save the plan as .docx or .txt and try again.",
    ),
    "too-many-cells": (
        "“{name}”里的表格过大（上限 {limit} 格），不像一份工作要点。请只保留工作要点的表格后再试。",
        "“{name}” holds tables that are too large (limit: {limit} cells). Keep only the tables of the work plan "
        "and try again.",
    ),
    "too-many-pages": (
        "“{name}”超过了 {limit} 页的上限。请只导出工作要点所在的页后再试。",
        "“{name}” has more than {limit} pages. Export only the pages of the work plan and try again.",
    ),
    "archive-too-large": (
        "“{name}”解压后过大或内含文件过多，为安全起见没有打开。请用 Word 打开原件，把正文复制到新文档，"
        "另存为 .docx 后再试。",
        "“{name}” grows too large or holds too many parts when unpacked, so for safety it was not opened. Open "
        "the original in Word, copy the text into a new document, save it as .docx and try again.",
    ),
    "encrypted": (
        "“{name}”设有打开密码，无法读取。请在 Word 或 PDF 软件中取消密码，另存后再试。",
        "“{name}” is protected by a password and cannot be read. Remove the password in Word or your PDF "
        "program, save it and try again.",
    ),
    "damaged": (
        "“{name}”看起来是{kind_zh}，但文件已损坏或不完整。请重新下载或向发文单位索取，也可用原软件打开后另存为 .d"
        "ocx 再试。",
        "“{name}” looks like {kind_en}, but it is damaged or incomplete. Download it again or ask its issuer for "
        "a new copy, or open it in its own program, save it as .docx and try again.",
    ),
    "no-text-layer": (
        "“{name}”是扫描件或图片，里面没有可读取的文字。请上传电子原件（.docx 或可选中文字的 PDF），"
        "或者先做文字识别（OCR）。",
        "“{name}” is a scan or made of pictures and holds no text that can be read. Upload the electronic "
        "original (.docx, or a PDF whose text can be selected), or run text recognition (OCR) first.",
    ),
    "garbled": (
        "“{name}”里的文字是乱码，内容已无法还原。请用原软件打开，确认显示正常后另存为 .docx，或者从原网页重新复制"
        "正文。",
        "The text of “{name}” is garbled and cannot be restored. Open it in its own program, check that it shows "
        "correctly and save it as .docx, or copy the text from the original page again.",
    ),
    "unknown-encoding": (
        "“{name}”不是常用的文字编码（UTF-8、UTF-16、GB18030、Big5），无法读出中文。请用记事本打开，"
        "另存为 UTF-8 编码后再试。",
        "“{name}” is in none of the usual encodings (UTF-8, UTF-16, GB18030, Big5), so its Chinese cannot be "
        "read. Open it in an editor, save it as UTF-8 and try again.",
    ),
    "binary": (
        "“{name}”不是文字文件，里面是程序或其他数据。请确认选对了文件，上传 .docx、.pdf、.html、.md 或 .txt。",
        "“{name}” is not a text file: it holds a program or other data. Check that it is the right file and "
        "upload .docx, .pdf, .html, .md or .txt.",
    ),
    "unsupported": (
        "“{name}”是{kind_zh}，暂不能直接读取。{remedy_zh}",
        "“{name}” is {kind_en}, which cannot be read directly. {remedy_en}",
    ),
    "unsafe-xml": (
        "“{name}”里含有外部实体或文档类型声明，这是不安全的内容，没有打开。请用 Word 打开原件，"
        "另存为新的 .docx 后再试。",
        "“{name}” declares a document type or external entities, which is unsafe, so it was not opened. Open the "
        "original in Word, save it as a new .docx and try again.",
    ),
    "too-deep": (
        "“{name}”的排版嵌套过深，无法读取。请把正文复制到新的 Word 文档，另存为 .docx 后再试。",
        "“{name}” nests its layout too deeply to be read. Copy the text into a new Word document, save it as "
        ".docx and try again.",
    ),
    "too-slow": (
        "读取“{name}”用时过长，已经停止。请把正文复制到新的 Word 文档，另存为 .docx 或 .txt 后再试。",
        "Reading “{name}” took too long and was stopped. Copy the text into a new Word document, save it as "
        ".docx or .txt and try again.",
    ),
    "too-much-memory": (
        "读取“{name}”需要的内存过多，已经停止。请删去文件里的图片和附件，或者把正文另存为 .docx 或 .txt 后再试。",
        "Reading “{name}” needs too much memory and was stopped. Remove its pictures and attachments, or save "
        "the text as .docx or .txt, and try again.",
    ),
    "parser-crashed": (
        "读取“{name}”时出错中止，文件可能已损坏。请用原软件打开，另存为 .docx 后再试；若仍不行，请把文件交给管理员。",
        "Reading “{name}” broke off; the file may be damaged. Open it in its own program, save it as .docx and "
        "try again; if that does not help, give the file to the administrator.",
    ),
}


class UnreadableDocument(ValueError):
    """The document cannot be read as a plan: ``code`` says why, :meth:`message` says it in a language."""

    def __init__(self, code: str, *, name: str = "", **details: object) -> None:
        self.code = code
        self.name = name
        self.details = details
        super().__init__(self.message())

    def message(self, language: str = "zh") -> str:
        """One sentence: what is wrong and what to do, in ``zh`` or ``en``."""
        chinese, english = MESSAGES[self.code]
        if language.startswith("en"):
            return english.format(name=self.name or "The file", **self.details)
        return chinese.format(name=self.name or "文件", **self.details)

    def named(self, name: str) -> UnreadableDocument:
        """The same error about the file called ``name``: the parsers do not know what the file is called."""
        return UnreadableDocument(self.code, name=name, **self.details)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross a process boundary: the risky formats are parsed in a child.
        return (_rebuild, (self.code, self.name, self.details))


def _rebuild(code: str, name: str, details: dict[str, object]) -> UnreadableDocument:
    return UnreadableDocument(code, name=name, **details)
