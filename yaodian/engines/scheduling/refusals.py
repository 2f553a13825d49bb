"""What can be wrong with an examination, said so that the office that prepares it can act on it."""

from __future__ import annotations

# code → (Chinese, English); one place for the words, so that page, command and API say the same.
MESSAGES: dict[str, tuple[str, str]] = {
    "sizes": (
        "{what}有 {found} 项，应与考生人数 {expected} 相同。请核对导出的各表是否出自同一次报名。",
        "There are {found} of {what}, and {expected} are needed, one a candidate. Check that all tables come from one registration.",
    ),
    "not-whole": ("{what}应是整数。请核对这一列。", "{what} must hold whole numbers. Check that column."),
    "number": (
        "考生号“{number}”是空的或含有换行。请更正。",
        "The number “{number}” is empty or holds a line break. Correct it.",
    ),
    "number-twice": (
        "考生号“{number}”出现了两次。每名考生只能有一个号，请删去或更正一条。",
        "The number “{number}” occurs twice. Each candidate has one: remove or correct a line.",
    ),
    "room-twice": ("考场“{room}”出现了两次。请更正考场号。", "The room “{room}” occurs twice. Correct its code."),
    "room-size": (
        "考场“{room}”写的是 {rows} 行 {columns} 列，应各在 1 至 100 之间。请更正。",
        "The room “{room}” has {rows} rows and {columns} columns; each must be 1 to 100. Correct it.",
    ),
    "room-seats": (
        "考场“{room}”有 {seats} 个座位，超出它的行列数所容的 {most} 个。请更正座位数或行列数。",
        "The room “{room}” has {seats} seats, but its grid holds {most}. Correct the seats or the grid.",
    ),
    "relatives": (
        "亲属关系“{first} 与 {second}”有误：应是两名不同考生的序号，在 0 至人数 {count} 之间。请核对。",
        "The relatives {first} and {second} are wrong: two different candidates below {count} are needed. Check them.",
    ),
    "few-seats": (
        "{group}有 {found} 名考生，只有 {seats} 个座位，缺 {lacking} 个。请增加考场，或允许他们到别的考点。",
        "{group}: {found} candidates and {seats} seats, {lacking} too few. Add rooms, or let them sit at another site.",
    ),
    "invigilators": (
        "第 {session} 场的考场“{room}”需要 {needed} 名监考，找不齐：有空且不是本校、不与搭档同校的只有 {found} 名。"
        "请增加监考教师，或减少每场考场数。",
        "Session {session}, room “{room}”: {needed} invigilators are needed and {found} can be had who are free, of another "
        "school, and of different schools. Add invigilators or use fewer rooms a session.",
    ),
}


class UnfitExamination(ValueError):
    """An examination that cannot be seated as given; ``code`` says what, ``str`` in Chinese, ``sentence`` in either language.

    A fact that is a pair is told in Chinese by its first, in English by its second."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(self.sentence())

    def sentence(self, language: str = "zh") -> str:
        tongue = int(language.startswith("en"))
        facts = {name: fact[tongue] if isinstance(fact, tuple) else fact for name, fact in self.facts.items()}
        return MESSAGES[self.code][tongue].format(**facts)
