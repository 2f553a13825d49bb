"""Every figure that a conversion uses is stated with its source, and nothing before the rule."""

from __future__ import annotations

import datetime

from yaodian.statutes.score_conversion.converted_score import ConvertedScore
from yaodian.statutes.score_conversion.stating import stated_on


def test_each_figure_and_option_is_stated_once_with_source_and_sureness() -> None:
    lines = stated_on(datetime.date(2026, 6, 20))
    labels = [one.label for one in lines]
    assert labels == [
        "公式与取整",
        *(figure.label for figure in ConvertedScore.figures.values()),
        *(option.label for option in ConvertedScore.options.values()),
    ]
    said = {one.label: one for one in lines}
    assert said["等级比例"].values == "A 15、B 35、C 35、D 13、E 2（约数）"
    assert (said["等级赋分区间上限"].values, said["等级赋分区间上限"].unit) == ("A 100、B 85、C 70、D 55、E 40", "分")
    assert said["等级界线落在同分考生之间"].values == "同分考生整组进入较高等级"
    assert (said["等级界线落在同分考生之间"].confidence, said["一个等级只有一个卷面分"].confidence) == ("M-m", "VC")
    assert all("等级赋分办法" in one.source and one.article and one.meaning for one in lines)


def test_before_the_first_rule_nothing_is_stated() -> None:
    assert stated_on(datetime.date(2020, 12, 31)) == ()
