"""What can be wrong with a school's offer or its pupils' choices, said so that whoever prepares them can act on it."""

from __future__ import annotations

# code → (Chinese, English); one place for the words, so that page, command and API say the same.
MESSAGES: dict[str, tuple[str, str]] = {
    "empty": ("{what}一项也没有。请先录入。", "There are no {what}. Enter them first."),
    "code": ("{what}中有一个空的编号。请补上。", "A code among the {what} is empty. Fill it in."),
    "twice": (
        "{what}“{which}”出现了两次。请删去或更正一条。",
        "“{which}” occurs twice among the {what}. Remove or correct one.",
    ),
    "unknown": (
        "{what}“{which}”提到了没有录入的“{named}”。请补录，或更正这一项。",
        "“{which}” among the {what} names “{named}”, which is not entered. Enter it or correct this one.",
    ),
    "size": (
        "{what}“{which}”的人数范围是 {least} 至 {most}，应满足 1 ≤ 下限 ≤ 上限 ≤ {cap}（66 人起为超大班额）。请更正。",
        "“{which}” among the {what} has sizes from {least} to {most}; 1 ≤ least ≤ most ≤ {cap} is needed. Correct them.",
    ),
    "number": (
        "{what}“{which}”的数 {found} 应在 {least} 至 {most} 之间。请更正。",
        "The number {found} of “{which}” among the {what} must be {least} to {most}. Correct it.",
    ),
    "pick-twice": (
        "科目“{which}”列在两组选项里。每科只能属于一组，请删去一处。",
        "The subject “{which}” stands in two lists of options. It belongs in one: remove the other.",
    ),
    "pick-count": (
        "选项“{options}”要选 {count} 科，应在 1 至 {most} 之间。请更正。",
        "Of the options “{options}” {count} are to be picked; 1 to {most} can be. Correct it.",
    ),
    "no-pattern": (
        "组合“{combination}”的科目不能排进不同的时段。请增加时段，或放宽科目可用的时段。",
        "The subjects of “{combination}” cannot lie in different blocks. Add blocks, or let the subjects use more of them.",
    ),
    "patterns": (
        "选科组合与时段的搭配多达 {found} 种，最多 {most} 种。请减少时段，或限定科目可用的时段。",
        "Combinations and blocks go together in {found} ways, {most} at most. Use fewer blocks, or fix the blocks of subjects.",
    ),
    "no-choice": ("学生“{pupil}”没有选科。请补选。", "The pupil “{pupil}” has chosen nothing. Have the choice made."),
    "same-twice": (
        "学生“{pupil}”把“{subject}”选了 {found} 次。每科只能选一次，请更正。",
        "The pupil “{pupil}” has chosen “{subject}” {found} times. Once is all there is: correct the choice.",
    ),
    "unknown-subject": (
        "学生“{pupil}”选了没有开设的科目“{subject}”。请更正选科，或补录科目。",
        "The pupil “{pupil}” has chosen “{subject}”, which is not offered. Correct the choice or enter the subject.",
    ),
    "combination": (
        "学生“{pupil}”的选科“{combination}”不合规定：从“{options}”中应选 {needed} 科，选了 {found} 科。请更正。",
        "The choice “{combination}” of the pupil “{pupil}” breaks the rule: {needed} of “{options}” are needed, {found} "
        "chosen. Correct it.",
    ),
    "untaught": (
        "有 {found} 名学生选了“{subject}”，但没有教师能教。请补录教师，或请他们改选。",
        "{found} pupils have chosen “{subject}”, which nobody can teach. Enter a teacher or have them choose anew.",
    ),
    "no-home": (
        "保留原行政班，但学生“{pupil}”没有行政班。请补上。",
        "Home classes are to stay, but the pupil “{pupil}” has none. Fill it in.",
    ),
    "other-pupils": (
        "改选只能涉及已经分班的学生，“{pupil}”不在其中。请先把新生编入。",
        "A change is for pupils who have groups; “{pupil}” has none. Place new pupils first.",
    ),
    "faulty": (
        "这份分班有错误（{fault}），不能在它上面调整。请先改正或重新分班。",
        "The result to be changed is faulty ({fault}). Correct it or make a new one.",
    ),
    "limit": ("时间上限 {found} 秒应大于 0。请更正。", "The limit of {found} seconds must be above 0. Correct it."),
}


class UnfitSchool(ValueError):
    """An offer or choices that make no sense; ``code`` says what, ``str`` in Chinese, ``sentence`` in either language.

    A fact that is a pair is told in Chinese by its first, in English by its second."""

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = facts
        super().__init__(self.sentence())

    def sentence(self, language: str = "zh") -> str:
        tongue = int(language.startswith("en"))
        facts = {name: fact[tongue] if isinstance(fact, tuple) else fact for name, fact in self.facts.items()}
        return MESSAGES[self.code][tongue].format(**facts)
