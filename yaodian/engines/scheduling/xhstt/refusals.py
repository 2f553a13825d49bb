"""What can be wrong with an XHSTT file, or with what is to become one, said so that whoever sent it can mend it."""

from __future__ import annotations

from dataclasses import dataclass

# code → (Chinese, English); one place for the words, so that page, command and API say the same.
MESSAGES: dict[str, tuple[str, str]] = {
    "too-large": (
        "XHSTT 文件太大：{what}有 {found}，最多 {most}。请只导出一个学校，或删去不用的课表方案。",
        "The XHSTT file is too large: {what} {found}, at most {most}. Export one school only, or leave out solutions.",
    ),
    "encoding": (
        "XHSTT 文件应以 UTF-8 或其他单字节起头的编码保存，这里是 UTF-16 或二进制数据。请另存为 UTF-8。",
        "An XHSTT file is saved in UTF-8; this is UTF-16 or binary data. Save it as UTF-8.",
    ),
    "not-xml": (
        "这不是完整的 XML：第 {line} 行，{detail}。请重新导出这个文件。",
        "This is no whole XML: line {line}, {detail}. Export the file again.",
    ),
    "doctype": (
        "XHSTT 文件不应有 DOCTYPE 或实体定义，这些会让读取变得不安全。请删去它们。",
        "An XHSTT file has no DOCTYPE and defines no entities: they make reading unsafe. Remove them.",
    ),
    "root": (
        "文件的根元素是“{found}”，应为 HighSchoolTimetableArchive。请确认这是 XHSTT 文件。",
        "The root of the file is “{found}” and should be HighSchoolTimetableArchive. Make sure that it is an XHSTT file.",
    ),
    "unknown-element": (
        "{where}：不认识元素“{name}”，这里可以有：{known}。为免漏掉内容，未读取此文件。请更正或删去它。",
        "{where}: the element “{name}” is unknown; here may stand: {known}. Nothing was read, lest something be lost. "
        "Correct or remove it.",
    ),
    "unknown-attribute": (
        "{where}：不认识属性“{name}”。为免漏掉内容，未读取此文件。请更正或删去它。",
        "{where}: the attribute “{name}” is unknown. Nothing was read, lest something be lost. Correct or remove it.",
    ),
    "doubled": (
        "{where}：元素“{name}”只能有一个，这里有 {found} 个。请删去多余的。",
        "{where}: there may be one element “{name}” and there are {found}. Remove the others.",
    ),
    "missing": ("{where}：缺少“{name}”。请补上。", "{where}: “{name}” is missing. Add it."),
    "text": (
        "{where}：这里不应有文字“{text}”。请删去它或放进元素里。",
        "{where}: the text “{text}” has no place here. Remove it or put it into an element.",
    ),
    "twice": (
        "{where}：编号“{id}”出现了两次，引用时不知是哪一个。请改成不同的编号。",
        "{where}: the Id “{id}” occurs twice, so a reference could mean either. Give them different Ids.",
    ),
    "no-such": (
        "{where}：引用的{kind}“{id}”不存在。请补上它，或更正引用。",
        "{where}: there is no {kind} “{id}”. Add it, or correct the reference.",
    ),
    "number": (
        "{where}：“{found}”应是 {least} 至 {most} 的整数。请更正。",
        "{where}: “{found}” should be a whole number from {least} to {most}. Correct it.",
    ),
    "word": (
        "{where}：“{found}”应是以下之一：{known}。请更正。",
        "{where}: “{found}” should be one of {known}. Correct it.",
    ),
    "type": (
        "{where}：资源“{id}”的类型是“{found}”，这里要的是“{expected}”。请更正类型或资源。",
        "{where}: the resource “{id}” is of the type “{found}”, and “{expected}” is wanted here. Correct the type or the resource.",
    ),
    "role": (
        "{where}：课程“{event}”没有可分配的角色“{role}”。请更正角色名。",
        "{where}: the event “{event}” has no role “{role}” to be given. Correct the role.",
    ),
    "given": (
        "{where}：课程“{event}”的角色“{role}”已指定为“{expected}”，方案里却是“{found}”。请更正方案。",
        "{where}: the role “{role}” of event “{event}” is given to “{expected}”, and the solution has “{found}”. Correct the solution.",
    ),
    "no-place": (
        "XHSTT 格式没有位置存放：{losses}。请改用能表达的规则，或在导出时逐项声明不带上它们。",
        "XHSTT has no place for: {losses}. Use rules that it has, or name each of them as left out when exporting.",
    ),
    "cannot": (
        "无法写成 XHSTT：{losses}。请先用 expressed 改写课表问题，或修改这些内容。",
        "This cannot be put into XHSTT: {losses}. Rewrite the problem with `expressed` first, or change these.",
    ),
    "no-instance": (
        "课表方案属于“{id}”，而档案里没有这个学校。请把它的问题一并写入。",
        "A solution is one of “{id}”, of which the archive has no instance. Put its problem into the archive.",
    ),
    "characters": (
        "“{text}”含有 XML 不允许的控制字符。请删去它们。",
        "“{text}” holds control characters that XML does not allow. Remove them.",
    ),
}


class _Refusal(ValueError):
    """``code`` says what is wrong, ``str`` says it in Chinese, :meth:`message` in either language."""

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.details = details
        super().__init__(self.message())

    def message(self, language: str = "zh") -> str:
        """What is wrong, where, and what to do, in ``zh`` or ``en``."""
        chinese, english = MESSAGES[self.code]
        return (english if language.startswith("en") else chinese).format(**self.details)


class UnreadableXhstt(_Refusal):
    """A file that is no XHSTT archive, or one that says something this reader does not know."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of a problem for which XHSTT has no place: its ``code`` (a kind of constraint, «sizes», …), and how often it occurs."""

    code: str
    count: int


class UnfitForXhstt(_Refusal):
    """A problem that cannot become an XHSTT file as it is; ``losses`` lists what has no place there."""

    def __init__(self, code: str, losses: tuple[Loss, ...] = (), **details: object) -> None:
        self.losses = losses
        if losses:
            details["losses"] = ", ".join(f"{loss.code} ({loss.count})" for loss in losses)
        super().__init__(code, **details)
