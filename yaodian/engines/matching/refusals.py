"""What can be wrong with a market or its rules, said so that the office that prepares them can act on it."""

from __future__ import annotations

# code → (Chinese, English); one place for the words, so that page, command and API say the same.
MESSAGES: dict[str, tuple[str, str]] = {
    "sizes": (
        "{what}有 {found} 项，应有 {expected} 项。请核对导出的各表是否出自同一次数据。",
        "There are {found} of {what}, and {expected} are needed. Check that all tables come from the same export.",
    ),
    "not-whole": (
        "{what}应是整数，且不超出 {least} 至 {most}。请核对这一列。",
        "{what} must hold whole numbers from {least} to {most}. Check that column.",
    ),
    "starts": (
        "志愿的起止位置应从 0 开始、只增不减、以志愿总数 {expected} 结束。请重新导出志愿表。",
        "The places where wishes begin must start at 0, never fall, and end at the number of wishes, {expected}. "
        "Export the wishes again.",
    ),
    "unknown-school": (
        "{applicant}的第 {wish} 志愿填报了不在招生计划里的学校“{school}”。请补上该校的计划，或更正这条志愿。",
        "Wish {wish} of {applicant} names the school “{school}”, which has no plan of places. Add its plan or correct the wish.",
    ),
    "school-name-twice": (
        "学校名称“{school}”出现了两次，按名称填报的志愿不知是哪一所。请改成不同的名称。",
        "Two schools are called “{school}”, so a wish by that name could mean either. Give them different names.",
    ),
    "repeated-wish": (
        "{applicant}把{school}填报了两次（第 {first} 和第 {second} 志愿）。同一所学校只能填报一次，请删去一条。",
        "{applicant} wishes for {school} twice (wishes {first} and {second}). A school may stand once in a list: remove one.",
    ),
    "negative-capacity": (
        "{school}的招生计划是 {found}，不能小于 0。请更正计划数。",
        "The plan of {school} is {found} places and cannot be below 0. Correct the plan.",
    ),
    "negative-class": (
        "{applicant}第 {wish} 志愿的优先类别是 {found}，应从 0（最优先）起编号。请更正类别。",
        "The priority class of wish {wish} of {applicant} is {found}; classes count from 0, the first. Correct the class.",
    ),
    "draw": (
        "派位顺序应把 0 至 {last} 每个号恰好用一次，但{applicant}的号 {found} 重复或越界。请使用公布的派位结果，不要改动。",
        "The drawn order must use each number from 0 to {last} exactly once, but number {found} of {applicant} is "
        "repeated or out of range. Use the published draw unchanged.",
    ),
    "too-large": (
        "学生、学校和优先类别太多，无法放进一个 64 位的排序号（需要 {found} 位，最多 63 位）。请分区县派位。",
        "Applicants, schools and classes are too many for a sorting key of 64 bits ({found} are needed, 63 can be had). "
        "Place the counties one by one.",
    ),
    "other-market": (
        "这份录取结果不是由这些志愿得出的（数据指纹 {found}，应为 {expected}）。请用同一次派位的志愿和结果。",
        "This placement was not made from these wishes (fingerprint {found} instead of {expected}). "
        "Use wishes and result of the same run.",
    ),
    "too-many-outcomes": (
        "穷举只用于很小的例子：这里有 {found} 种结果，最多 {most} 种。",
        "Going through all outcomes is for tiny markets: here are {found}, at most {most} can be tried.",
    ),
    "pools-above-capacity": (
        "{school}的各类名额合计 {found} 个，超过招生计划 {capacity} 个：{pools}。请减少名额或增加计划。",
        "The pools of {school} hold {found} places, more than its plan of {capacity}: {pools}. Lower the pools or raise the plan.",
    ),
    "pool-order": (
        "{school}第 {step} 步的名额“{first}”和“{second}”不能放在同一步：同一步只能按同一种身份、取不同的值分开名额。请分成两步。",
        "The pools “{first}” and “{second}” of {school} cannot share step {step}: pools of one step must divide by one "
        "trait with different values. Put them into two steps.",
    ),
    "pool-school": (
        "名额“{pool}”写的学校序号 {found} 不存在。请核对招生计划。",
        "The pool “{pool}” belongs to school number {found}, which does not exist. Check the plan of places.",
    ),
    "pool-seats": (
        "名额“{pool}”是 {found} 个，不能小于 0。请更正。",
        "The pool “{pool}” holds {found} places and cannot be below 0. Correct it.",
    ),
    "pool-trait": (
        "名额“{pool}”按身份“{trait}”分配，但学生资料里没有这一项。请补上这一列，或改正名额的身份。",
        "The pool “{pool}” goes by the trait “{trait}”, which the applicants' data do not hold. Add the column or "
        "correct the pool.",
    ),
    "household-draw": (
        "第 {first} 和第 {second} 个家庭的派位号都是 {found}，分不出先后，多胞胎也会被拆开。请使用公布的派位结果，不要改动。",
        "Households {first} and {second} both have number {found}: neither stands before the other, and twins would be parted. "
        "Use the published draw unchanged.",
    ),
    "multiple-size": (
        "多胞胎一组至少两个孩子，每个孩子只能在一组里：{applicants}。请核对分组。",
        "A group of twins or more has at least two children, each in one group only: {applicants}. Check the groups.",
    ),
    "multiple-wishes": (
        "{first}和{second}选择同校，但志愿不同。请按同一份志愿填报，或改为分开派位。",
        "{first} and {second} chose to be placed together, but their wishes differ. Let them hand in one list, or place "
        "them apart.",
    ),
    "multiple-draw": (
        "{first}和{second}应共用一个派位号（在派位顺序里相邻），现在是 {numbers}。请按家庭派位，再展开到每个孩子。",
        "{first} and {second} must be drawn as one (next to each other in the order), but their numbers are {numbers}. "
        "Draw households, then spread the order over their children.",
    ),
    "different-wishes": (
        "方案“{name}”的志愿与基准方案不同，无法逐人比较。请只改变类别、计划或名额。",
        "The wishes under “{name}” differ from those of the first rules, so children cannot be compared. "
        "Change classes, places or pools only.",
    ),
    "unknown-applicant": (
        "没有序号为 {found} 的学生（共 {count} 人）。请核对序号。",
        "There is no applicant number {found} (there are {count}). Check the number.",
    ),
}


class UnfitMarket(ValueError):
    """The market or its rules cannot be solved with: ``code`` says why, :meth:`message` says it in a language."""

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.details = details
        super().__init__(self.message())

    def message(self, language: str = "zh") -> str:
        """What is wrong, where, and what to do, in ``zh`` or ``en``."""
        chinese, english = MESSAGES[self.code]
        return (english if language.startswith("en") else chinese).format(**self.details)
