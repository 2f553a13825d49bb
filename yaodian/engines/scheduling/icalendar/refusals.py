"""Why a timetable cannot become a calendar, said so that whoever keeps the timetable can mend it."""

from __future__ import annotations

# code → (Chinese, English); one place for the words, so that page, command and API say the same.
MESSAGES: dict[str, tuple[str, str]] = {
    "no-clock": (
        "以下课节没有起止时刻，或结束不晚于开始：{times}。请在作息时间表中补上后再导出日历。",
        "These times have no hours, or end no later than they begin: {times}. Fill them in among the bells, then export the calendar.",
    ),
    "days": (
        "课表的一周有 {found} 天，日历最多 7 天。请把每个教学周分开，用单双周表示不同的周。",
        "The week of this timetable has {found} days, a calendar's has 7. Keep weeks apart: odd and even weeks are a cycle.",
    ),
    "term": (
        "学期从 {begins} 到 {ends}，应在开始之后结束，且不超过 {most} 天。请更正学期起止日期。",
        "The term begins on {begins} and ends on {ends}: it must end after it begins, within {most} days. Correct its days.",
    ),
    "made-up": (
        "{on} 的调课有误：应在学期之内，一天只调一次，并按第 1 至 {most} 天的课表、第 1 至 {cycle} 周上课。请更正。",
        "The lessons made up on {on} are wrong: a day within the term, once, by the timetable of a day from 1 to {most} and a week "
        "from 1 to {cycle}. Correct them.",
    ),
    "resource": (
        "没有序号为 {found} 的教师、班级或教室（共 {count} 个）。请核对。",
        "There is no teacher, class or room number {found} (there are {count}). Check the number.",
    ),
    "stamp": (
        "生成日历的时刻 {found} 没有时区。请带上时区。",
        "The moment {found} at which the calendar is made has no time zone. Give it one.",
    ),
}


class UnfitForCalendar(ValueError):
    """``code`` says what is wrong, ``str`` says it in Chinese, :meth:`message` in either language."""

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.details = details
        super().__init__(self.message())

    def message(self, language: str = "zh") -> str:
        """What is wrong, where, and what to do, in ``zh`` or ``en``."""
        chinese, english = MESSAGES[self.code]
        return (english if language.startswith("en") else chinese).format(**self.details)
