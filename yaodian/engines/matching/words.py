"""An explanation as sentences for a parent, in Chinese and English.

Classes and drawn numbers count from 1 here, as they are published. Nothing is said of any other child but the class and number at
which a school was full, which are published for all.
"""

from __future__ import annotations

from collections.abc import Sequence

from .explaining import Explanation, Met, Reason
from .pools import OPEN

GRANTED = (
    "您的孩子被第 {wish} 志愿{school}录取{pool}。",
    "Your child has a place at {school}, wish {wish}{pool}.",
)
NONE_GRANTED = (
    "您填报的 {count} 个志愿都没有录取。",
    "None of the {count} wishes on your list could be granted.",
)
NOT_REACHED = (
    "第 {wishes} 志愿没有用到：更靠前的志愿已经录取。",
    "Not needed, since an earlier wish was granted: {wishes}.",
)
NO_WISHES = ("您没有填报志愿，所以没有录取。", "You made no wishes, so no place was given.")
FROM_OPEN = (f"（{OPEN}名额）", " (a place open to all)")
FROM_POOL = ("（{pool}名额）", " (a place of: {pool})")
SENTENCES: dict[Reason, tuple[str, str]] = {
    Reason.CLASS: (
        "第 {wish} 志愿{school}没有录取：共 {places} 个名额，录取到{last_class}的 {last_number} 号已满；您的孩子是{own_class}，"
        "排在其后。",
        "Wish {wish}, {school}, could not be granted: with places for {places} it was full at number {last_number} of "
        "{last_class}; your child is in {own_class}, which comes later.",
    ),
    Reason.NUMBER: (
        "第 {wish} 志愿{school}没有录取：共 {places} 个名额，录取到{last_class}的 {last_number} 号已满；您的孩子同是"
        "{own_class}，派位号是 {own_number} 号，排在其后。",
        "Wish {wish}, {school}, could not be granted: with places for {places} it was full at number {last_number} of "
        "{last_class}; your child is in {own_class} too, with number {own_number}, which comes later.",
    ),
    Reason.NO_PLACES: (
        "第 {wish} 志愿{school}没有录取：这所学校这次没有招生名额。",
        "Wish {wish}, {school}, could not be granted: the school has no places this time.",
    ),
    Reason.KEPT: (
        "第 {wish} 志愿{school}没有录取：这所学校的 {places} 个名额都按公布的规则留给了特定的学生，您的孩子不在其中。",
        "Wish {wish}, {school}, could not be granted: by the published rule all of its {places} places are kept for groups "
        "that your child is not in.",
    ),
    Reason.TOGETHER: (
        "第 {wish} 志愿{school}没有录取：您为几个孩子选择了同校，而轮到他们时，这所学校剩下的名额不够他们一起入学。",
        "Wish {wish}, {school}, could not be granted: you chose one school for your children together, and when "
        "their turn came it had not enough places left for all of them.",
    ),
}
NEEDED_CLASS = (
    "按这次的结果，至少须属于{needed_class}才能排在最后一名录取者之前。",
    "To come before the last child admitted this time, yours would have had to be at least in {needed_class}.",
)
NEEDED_NUMBER = (
    "按这次的结果，派位号至少须排到 {needed_number} 号才能排在最后一名录取者之前。",
    "To come before the last child admitted this time, yours would have needed number {needed_number} or an earlier one.",
)
CLASS_NUMBER = ("第 {number} 类", "class {number}")
CLASS_NAME = ("第 {number} 类（{name}）", "class {number} ({name})")


def tell(explanation: Explanation, language: str = "zh", *, class_names: Sequence[str] = ()) -> tuple[str, ...]:
    """The result first, then a sentence for each wish that was refused, the dearest first, then one for those not needed.

    ``class_names``: what each priority class is called in the published rule, from class 0.
    """
    tongue = int(language.startswith("en"))
    lines = [_result(explanation, tongue)]
    for met in explanation.wishes:
        if met.reason in SENTENCES:
            lines.append(_refusal(met, tongue, class_names))
    not_reached = [str(met.wish + 1) for met in explanation.wishes if met.reason is Reason.NOT_REACHED]
    if not_reached:
        lines.append(NOT_REACHED[tongue].format(wishes=("、", ", ")[tongue].join(not_reached)))
    return tuple(lines)


def _result(explanation: Explanation, tongue: int) -> str:
    if explanation.granted is None:
        sentence = NONE_GRANTED if explanation.wishes else NO_WISHES
        return sentence[tongue].format(count=len(explanation.wishes))
    met = explanation.wishes[explanation.granted]
    of = FROM_OPEN if explanation.pool == OPEN else FROM_POOL
    pool = of[tongue].format(pool=explanation.pool) if explanation.pool else ""
    return GRANTED[tongue].format(wish=met.wish + 1, school=met.school_name, pool=pool)


def _refusal(met: Met, tongue: int, class_names: Sequence[str]) -> str:
    said = SENTENCES[met.reason][tongue].format(
        wish=met.wish + 1,
        school=met.school_name,
        places=met.places,
        own_class=_called(met.own_class, tongue, class_names),
        own_number=met.own_number + 1,
        last_class=_called(met.last_class, tongue, class_names),
        last_number="" if met.last_number is None else met.last_number + 1,
    )
    needed = ""
    if met.reason is Reason.CLASS and met.needed_class is not None:
        needed = NEEDED_CLASS[tongue].format(needed_class=_called(met.needed_class, tongue, class_names))
    elif met.reason is Reason.NUMBER and met.needed_number is not None:
        needed = NEEDED_NUMBER[tongue].format(needed_number=met.needed_number + 1)
    return f"{said} {needed}".strip() if tongue else said + needed


def _called(number: int | None, tongue: int, class_names: Sequence[str]) -> str:
    if number is None:
        return ""
    if number < len(class_names):
        return CLASS_NAME[tongue].format(number=number + 1, name=class_names[number])
    return CLASS_NUMBER[tongue].format(number=number + 1)
