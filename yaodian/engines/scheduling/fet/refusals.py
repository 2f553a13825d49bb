"""Why a .fet file cannot be read, or a problem cannot be said in one, so that whoever holds the file can act on it."""

from __future__ import annotations

# code → (Chinese, English); one place for the words, so that page, command and API say the same.
MESSAGES: dict[str, tuple[str, str]] = {
    "too-large": (
        "文件有 {found} MB，超过了 {limit} MB 的上限。请确认选对了文件。",
        "The file has {found} MB; the limit is {limit} MB. Check that it is the right file.",
    ),
    "declares": (
        "文件里有文档类型声明或实体定义，FET 自己从不写这些，为安全起见没有读取。请用 FET 重新保存后再试。",
        "The file holds a document type or entities, which FET never writes; for safety it was not read. Save it with FET and try again.",
    ),
    "broken": (
        "文件不是完整的 XML（{where}）。请用 FET 打开检查，重新保存后再试。",
        "The file is no complete XML ({where}). Open it with FET, save it and try again.",
    ),
    "not-fet": (
        "文件的根元素是“{found}”，应是“{expected}”。请确认选对了文件。",
        "The root of the file is “{found}”, not “{expected}”. Check that it is the right file.",
    ),
    "mode": (
        "文件是 FET 的“{mode}”模式，这里只读 Official 模式。请在 FET 中转换模式后再试。",
        "The file is of FET's mode “{mode}”; only the mode Official is read here. Change its mode in FET and try again.",
    ),
    "kinds": (
        "文件里有这里不认识的内容：{kinds}。忽略它们会得出不合要求的课表，所以没有读取。请在 FET 中停用或删去这些约束后再试。",
        "The file holds what is not known here: {kinds}. A timetable that ignores them would not be what the school asked for, so "
        "nothing was read. Switch these constraints off in FET, or remove them, and try again.",
    ),
    "missing": (
        "“{where}”里缺少“{what}”。请用 FET 打开检查，重新保存后再试。",
        "“{where}” lacks “{what}”. Open the file with FET, save it and try again.",
    ),
    "number": (
        "“{where}”的“{what}”写的是“{found}”，应是{expected}。请更正。",
        "In “{where}”, “{what}” is “{found}”; it must be {expected}. Correct it.",
    ),
    "unknown-name": (
        "“{where}”提到了{what}“{found}”，文件里没有它。请更正名称，或删去这一处。",
        "“{where}” names the {what} “{found}”, which is not in the file. Correct the name or remove the entry.",
    ),
    "twice": (
        "{what}“{found}”在文件里出现了两次，各处无法分清所指。请改名后再试。",
        "The {what} “{found}” stands twice in the file, so it is not clear which is meant. Rename one and try again.",
    ),
    "no-times": (
        "文件里没有日或没有节次，无法排课。请先设定一周的日和节次。",
        "The file has no days or no hours, so nothing can be placed. Set the days and hours of the week first.",
    ),
    "no-room": (
        "活动 {activity} 没有可用的教室：约束允许的教室都坐不下 {heads} 人，或几条约束没有共同的教室。请放宽其中一条。",
        "Activity {activity} has no room: those its constraints allow are too small for {heads}, or the constraints have no room in "
        "common. Loosen one of them.",
    ),
    "virtual-mixed": (
        "活动 {activity} 可以用虚拟教室“{room}”，也可以用别的教室；这里只能读只用一间虚拟教室的活动。请给它只留这一间，或改用真实教室。",
        "Activity {activity} may use the virtual room “{room}” or another; only activities with one virtual room alone are read here. "
        "Leave it that room alone, or real rooms.",
    ),
    "too-long": (
        "活动 {activity} 长 {duration} 节，一天只有 {hours} 节。请缩短它，或把它拆分。",
        "Activity {activity} lasts {duration} hours, and a day has {hours}. Shorten or split it.",
    ),
    "cannot-say": (
        "FET 文件写不出以下内容：{what}。请去掉它们，或用别的格式导出。",
        "A FET file cannot say: {what}. Remove these or export in another format.",
    ),
    "result": (
        "FET 的结果与文件不符：{what}。请确认结果是由这份文件算出来的。",
        "FET's result does not fit the file: {what}. Check that it was made from this very file.",
    ),
}


class UnfitFetFile(ValueError):
    """A file that cannot be read, or a problem that cannot be written; ``code`` says what, ``str`` in Chinese, ``sentence`` in either language.

    A fact that is a pair is told in Chinese by its first, in English by its second."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(self.sentence())

    def sentence(self, language: str = "zh") -> str:
        tongue = int(language.startswith("en"))
        facts = {name: fact[tongue] if isinstance(fact, tuple) else fact for name, fact in self.facts.items()}
        return MESSAGES[self.code][tongue].format(**facts)
