"""What a stage asks beside what all ask: declared here as data, shown by the form, the review and the dossier alike.

Kindergartens look at the vaccination record when a child enters (疫苗管理法 art. 48) and take it after a health check
(托儿所幼儿园卫生保健管理办法 art. 18); classes are by age (幼儿园工作规程 art. 11). From memory; a clerk looks at the papers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.models import Stage

GROUP = "group"


@dataclass(frozen=True)
class Question:
    """A question with one answer out of `choices` (codes with words)."""

    code: str
    label: Promise
    choices: tuple[tuple[str, Promise], ...]
    hint: Promise | str = ""

    def words_of(self, answer: str) -> str:
        """The words of an answer, empty for none."""
        return str(dict(self.choices).get(answer, ""))


_GROUPS = (("nursery", _("托班")), ("small", _("小班")), ("middle", _("中班")), ("large", _("大班")))
QUESTIONS: Mapping[str, tuple[Question, ...]] = {
    Stage.PRESCHOOL: (
        Question(
            "vaccination",
            _("预防接种证"),
            (("complete", _("已按程序接种")), ("behind", _("有漏种，正在补种")), ("none", _("没有接种证"))),
            _("入园时由幼儿园查验；有漏种不影响报名。"),
        ),
        Question(
            "health",
            _("入园健康检查"),
            (("done", _("已检查，有检查表")), ("later", _("还没有，入园前检查"))),
            _("在妇幼保健院或社区卫生服务中心做。"),
        ),
        Question(
            "day",
            _("在园时间"),
            (("full", _("全日制")), ("half", _("半日制")), ("boarding", _("寄宿"))),
            _("以幼儿园开设的为准。"),
        ),
        Question(GROUP, _("希望编入的班"), _GROUPS, _("8 月 31 日满 3 岁的一般入小班，满 4 岁中班，满 5 岁大班。")),
    )
}


def questions_of(stage: str) -> tuple[Question, ...]:
    """What a stage asks beside what all ask."""
    return QUESTIONS.get(stage, ())


def group_of(born_on: date, *, year: int) -> str:
    """The class by age in years on 31 August of the year of entry: below 3, 3, 4, from 5."""
    age = year - born_on.year - ((born_on.month, born_on.day) > (8, 31))
    return _GROUPS[min(max(age - 2, 0), 3)][0]


def answered(stage: str, answers: Mapping[str, str], *, born_on: date | None, year: int) -> tuple[tuple[str, str], ...]:
    """Each question with the words of its answer; beside a class that is not the one by age stands which that is."""
    found = []
    for one in questions_of(stage):
        words = one.words_of(answers.get(one.code, ""))
        by_age = group_of(born_on, year=year) if one.code == GROUP and born_on else ""
        if words and by_age and by_age != answers[GROUP]:
            words = str(_("%(wanted)s（按年龄为%(by_age)s）")) % {"wanted": words, "by_age": one.words_of(by_age)}
        found.append((str(one.label), words))
    return tuple(found)
