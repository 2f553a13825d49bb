"""What can be wrong with a published draw: a name for each kind of cheating or mistake, and its sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The names; the part before the first ``.`` is the file that is reproached."""

    FILE_MISSING = "bundle.file_missing"
    FILE_UNKNOWN = "bundle.file_unknown"

    LIST_BOM = "list.bom"
    LIST_CRLF = "list.crlf"
    LIST_CUT = "list.cut"
    LIST_HEADER = "list.header"
    LIST_OTHER_ROUND = "list.other_round"
    LIST_EMPTY = "list.empty"
    LIST_BLANK = "list.blank"
    LIST_SPACE = "list.space"
    LIST_LOOKALIKE = "list.lookalike"
    LIST_LOWERCASE = "list.lowercase"
    LIST_NUMBER = "list.number"
    LIST_ORDER = "list.order"
    LIST_DUPLICATE = "list.duplicate"
    LIST_CHILD_TWICE = "list.child_twice"
    LIST_GROUP_ORDER = "list.group_order"
    LIST_HASH = "list.hash"
    LIST_LINES = "list.lines"
    LIST_CHILDREN = "list.children"
    LIST_ADDED = "list.added"
    LIST_DROPPED = "list.dropped"
    LIST_RENAMED = "list.renamed"
    LIST_OTHER_COPY = "list.other_copy"

    PROMISE_UNREADABLE = "promise.unreadable"
    PROMISE_FORM = "promise.form"
    PROMISE_FIELD_MISSING = "promise.field_missing"
    PROMISE_FIELD_UNKNOWN = "promise.field_unknown"
    PROMISE_FIELD_WRONG = "promise.field_wrong"
    PROMISE_NOT_PUBLISHED = "promise.not_published"
    RULE_UNKNOWN = "promise.rule_unknown"
    RULE_TEXT = "promise.rule_text"
    SOURCES_TOO_FEW = "promise.sources_too_few"
    SOURCES_ALL_WITNESSES = "promise.sources_all_witnesses"
    SOURCE_TWICE = "promise.source_twice"
    SOURCE_FORM = "promise.source_form"
    SOURCE_KNOWN_BEFORE = "promise.source_known_before"
    DRAND_MOMENT = "promise.drand_moment"
    WITNESSES_TOO_FEW = "promise.witnesses_too_few"
    WITNESS_TWICE = "promise.witness_twice"
    COMMITMENT_TWICE = "promise.commitment_twice"
    WITNESSES_LAST = "promise.witnesses_last"
    FALLBACK_NOT_LATER = "promise.fallback_not_later"
    FALLBACK_WITNESSES = "promise.fallback_witnesses"
    ATTEMPT_WITHOUT_PROMISE = "promise.attempt_without_promise"
    ATTEMPT_CHAIN = "promise.attempt_chain"
    ATTEMPT_REASON = "promise.attempt_reason"
    ATTEMPT_ROUND = "promise.attempt_round"
    ATTEMPT_BEFORE = "promise.attempt_before"

    REVEALS_UNREADABLE = "reveals.unreadable"
    REVEALS_FORM = "reveals.form"
    REVEALS_FIELD = "reveals.field"
    REVEALS_OTHER_PROMISE = "reveals.other_promise"
    REVEAL_MISSING = "reveals.missing"
    REVEAL_UNKNOWN = "reveals.unknown"
    REVEAL_TWICE = "reveals.twice"
    REVEAL_ORDER = "reveals.order"
    VALUE_FORM = "reveals.value_form"
    VALUE_ZEROS = "reveals.value_zeros"
    VALUE_UNSORTED = "reveals.value_unsorted"
    VALUE_RANGE = "reveals.value_range"
    DRAND_SIGNATURE = "reveals.drand_signature"
    WITNESS_SILENT = "reveals.witness_silent"
    WITNESS_UNKNOWN = "reveals.witness_unknown"
    WITNESS_CHANGED = "reveals.witness_changed"
    WITNESS_SALT = "reveals.witness_salt"
    REASON_MISSING = "reveals.reason_missing"
    FALLBACK_UNUSED = "reveals.fallback_unused"
    FALLBACK_NEEDLESS = "reveals.fallback_needless"
    FALLBACK_VOID = "reveals.fallback_void"

    TRANSCRIPT_FORM = "transcript.form"
    TRANSCRIPT_PROMISE = "transcript.promise"
    TRANSCRIPT_VALUE = "transcript.value"
    TRANSCRIPT_ADDED = "transcript.added"
    TRANSCRIPT_CUT = "transcript.cut"

    RESULT_FORM = "result.form"
    RESULT_HEADER = "result.header"
    RESULT_PLACE = "result.place"
    RESULT_ORDER = "result.order"
    RESULT_ADDED = "result.added"
    RESULT_TWICE = "result.twice"
    RESULT_DROPPED = "result.dropped"
    RESULT_CUT = "result.cut"

    RECORD_UNREADABLE = "record.unreadable"
    RECORD_FORM = "record.form"
    RECORD_FIELD = "record.field"
    RECORD_ROUND = "record.round"
    RECORD_ATTEMPT = "record.attempt"
    RECORD_HASH = "record.hash"
    RECORD_SEED = "record.seed"
    RECORD_WINNERS = "record.winners"
    RECORD_EARLY = "record.early"


# Why it matters and what to do, by the file reproached.
ADVICE: dict[str, tuple[str, str]] = {
    "bundle": (
        "缺一个文件就有一步没人能核对。请要求公布完整的文件包。",
        "Without every file a step stays unchecked. Ask for the complete bundle.",
    ),
    "list": (
        "名单差一个字节，谁参加、第几名就可能不同。请与抽签前公布的名单核对，并要求更正。",
        "One byte of the list can change who takes part and who comes when. Compare the list published before the draw, and ask for a correction.",
    ),
    "promise": (
        "承诺要在种子揭晓前把一切定死，否则就能挑选结果。请用抽签前抄下的哈希核对；对不上就要求说明并公布新的承诺重抽。",
        "The promise must settle everything before the seed is known, or the result can be chosen. Compare the hash noted before the draw; "
        "if it differs, ask for an explanation and a new promise.",
    ),
    "reveals": (
        "种子由这些值算出，换一个值就等于再抽一次。请与公布的号码和见证人手里的纸条核对，并要求更正。",
        "The seed comes from these values; another value is another draw. Compare the published numbers and the witnesses' slips, and ask for a correction.",
    ),
    "transcript": (
        "种子就是这个文件的哈希，只能由承诺和公布的值写出。请以核对程序写出的文本为准，并要求更正。",
        "The seed is this file's hash and follows from promise and values alone. Hold to the verifier's text, and ask for a correction.",
    ),
    "result": (
        "顺序只由种子和编号决定，谁算都一样。请以核对程序算出的顺序为准，并要求更正。",
        "The order follows from seed and numbers alone, whoever computes it. Hold to the verifier's order, and ask for a correction.",
    ),
    "record": (
        "抽签记录是别处引用和存档的依据，错了就指向另一次抽签。请要求按核对结果更正。",
        "The record is what others cite and keep; wrong, it points to another draw. Ask for its correction.",
    ),
}

SENTENCES: dict[Kind, tuple[str, str]] = {
    Kind.FILE_MISSING: ("文件包里没有 {detail}", "the bundle lacks {detail}"),
    Kind.FILE_UNKNOWN: ("文件包里多出了 {detail}", "the bundle holds {detail}, which belongs to no draw"),
    Kind.LIST_BOM: (
        "文件开头多了看不见的字节顺序标记",
        "an invisible byte order mark stands at the beginning",
    ),
    Kind.LIST_CRLF: ("行尾不是单独的 LF", "the line does not end in LF alone"),
    Kind.LIST_CUT: (
        "最后一行没有换行，文件被截断过",
        "the last line has no line end: the file was cut",
    ),
    Kind.LIST_HEADER: (
        "第一行不是“yaodian-lottery-list/1 轮次”",
        "the first line is not “yaodian-lottery-list/1 ROUND”",
    ),
    Kind.LIST_OTHER_ROUND: (
        "名单写的是另一轮：{detail}",
        "the list is of another round: {detail}",
    ),
    Kind.LIST_EMPTY: ("名单里没有编号", "the list holds no number"),
    Kind.LIST_BLANK: ("多了一个空行", "an empty line was put in"),
    Kind.LIST_SPACE: ("编号前后或中间有空格", "there is space around or within a number"),
    Kind.LIST_LOOKALIKE: (
        "有看起来相像的非 ASCII 字符：{detail}",
        "there is a look-alike that is not ASCII: {detail}",
    ),
    Kind.LIST_LOWERCASE: ("编号里有小写字母：{detail}", "a number has small letters: {detail}"),
    Kind.LIST_NUMBER: ("不是编号的写法：{detail}", "this is not how a number is written: {detail}"),
    Kind.LIST_ORDER: ("没有按字节排序：{detail} 站错了地方", "not sorted by bytes: {detail} stands in the wrong place"),
    Kind.LIST_DUPLICATE: ("{detail} 出现了两次", "{detail} stands there twice"),
    Kind.LIST_CHILD_TWICE: ("孩子 {detail} 在两行里，等于有两次机会", "child {detail} stands on two lines and has two chances"),
    Kind.LIST_GROUP_ORDER: ("同组的编号没有排序：{detail}", "the numbers of a group are not sorted: {detail}"),
    Kind.LIST_HASH: ("名单的哈希与承诺里的不同：名单在承诺之后被换过", "the list's hash is not the promised one: the list was changed since"),
    Kind.LIST_LINES: ("名单的行数与承诺不同：{detail}", "the number of lines is not the promised one: {detail}"),
    Kind.LIST_CHILDREN: ("名单的孩子数与承诺不同：{detail}", "the number of children is not the promised one: {detail}"),
    Kind.LIST_ADDED: ("{detail} 是后来加进名单的", "{detail} was put into the list afterwards"),
    Kind.LIST_DROPPED: ("{detail} 从名单里消失了（行号按原名单）", "{detail} vanished from the list (line of the original)"),
    Kind.LIST_RENAMED: ("编号被改过：{detail}", "a number was changed: {detail}"),
    Kind.LIST_OTHER_COPY: (
        "您给出的名单副本本身就不是承诺里的那一份",
        "the copy of the list that you gave is itself not the promised one",
    ),
    Kind.PROMISE_UNREADABLE: ("承诺不是可读的 JSON", "the promise is no readable JSON"),
    Kind.PROMISE_FORM: (
        "承诺不是规范写法（键的次序、空格、编码、换行或重复的键）",
        "the promise is not in canonical form (order of keys, space, encoding, line ends or a key twice)",
    ),
    Kind.PROMISE_FIELD_MISSING: ("承诺缺少 {detail}", "the promise lacks {detail}"),
    Kind.PROMISE_FIELD_UNKNOWN: ("承诺多出了 {detail}", "the promise has a field {detail} that no rule knows"),
    Kind.PROMISE_FIELD_WRONG: ("承诺里 {detail} 的值不对", "in the promise {detail} has a value that cannot be"),
    Kind.PROMISE_NOT_PUBLISHED: (
        "文件包里没有哈希为 {detail} 的承诺，而您说它公布过",
        "no promise of the bundle has the hash {detail} that you saw published",
    ),
    Kind.RULE_UNKNOWN: ("承诺用的规则 {detail} 不是核对程序认识的规则", "the promise names a rule that the verifier does not know: {detail}"),
    Kind.RULE_TEXT: ("rule.txt 不是承诺里的那一版规则", "rule.txt is not the rule whose hash was promised"),
    Kind.SOURCES_TOO_FEW: ("种子来源不足两个", "there are fewer than two sources of the seed"),
    Kind.SOURCES_ALL_WITNESSES: (
        "没有一个来源在主办方之外（只有见证人）",
        "no source is out of the organiser's hands (there are only witnesses)",
    ),
    Kind.SOURCE_TWICE: ("来源 {detail} 写了两次", "source {detail} stands there twice"),
    Kind.SOURCE_FORM: ("来源 {detail} 的规范写法没有说清楚", "the form of source {detail} is not settled"),
    Kind.SOURCE_KNOWN_BEFORE: (
        "公布承诺时来源 {detail} 已经揭晓",
        "source {detail} was known when the promise was made",
    ),
    Kind.DRAND_MOMENT: (
        "drand 来源 {detail} 的揭晓时间与轮次对不上",
        "the moment of drand source {detail} does not fit its round",
    ),
    Kind.WITNESSES_TOO_FEW: ("来源 {detail} 的见证人不足三名", "source {detail} has fewer than three witnesses"),
    Kind.WITNESS_TWICE: ("见证人 {detail} 出现了两次", "witness {detail} stands there twice"),
    Kind.COMMITMENT_TWICE: (
        "两名见证人交出了同样的承诺：{detail}",
        "two witnesses handed in the same commitment: {detail}",
    ),
    Kind.WITNESSES_LAST: (
        "见证人的截止时间不早于最后一个公共来源，最后揭晓的人能先看结果再决定：{detail}",
        "witnesses need not reveal before the last public source is known, so the last one can look first: {detail}",
    ),
    Kind.FALLBACK_NOT_LATER: (
        "替补来源 {detail} 不晚于它顶替的来源，缺席的人能先看到它",
        "substitute {detail} is known no later than what it stands in for, so who stays silent can look first",
    ),
    Kind.FALLBACK_WITNESSES: ("替补来源 {detail} 又是见证人", "substitute {detail} is witnesses again"),
    Kind.ATTEMPT_WITHOUT_PROMISE: (
        "这是第 {detail} 次抽签，却没有公布以前的承诺",
        "this is draw {detail}, and the earlier promises are not there",
    ),
    Kind.ATTEMPT_CHAIN: (
        "承诺里写的上一次承诺的哈希对不上：{detail}",
        "the promise's hash of the one before does not fit: {detail}",
    ),
    Kind.ATTEMPT_REASON: ("重抽没有写明理由", "a second draw gives no reason"),
    Kind.ATTEMPT_ROUND: ("以前的承诺属于另一轮：{detail}", "an earlier promise is of another round: {detail}"),
    Kind.ATTEMPT_BEFORE: ("新承诺不晚于上一次承诺：{detail}", "the new promise is no later than the one before: {detail}"),
    Kind.REVEALS_UNREADABLE: ("揭晓文件不是可读的 JSON", "the reveals are no readable JSON"),
    Kind.REVEALS_FORM: ("揭晓文件不是规范写法", "the reveals are not in canonical form"),
    Kind.REVEALS_FIELD: ("揭晓文件里 {detail} 不对", "in the reveals {detail} is not as it must be"),
    Kind.REVEALS_OTHER_PROMISE: ("这些值属于另一份承诺", "these values belong to another promise"),
    Kind.REVEAL_MISSING: ("来源 {detail} 没有值，也没有说明缺失", "source {detail} has no value and is not said to be missing"),
    Kind.REVEAL_UNKNOWN: ("来源 {detail} 不在承诺里", "source {detail} is not in the promise"),
    Kind.REVEAL_TWICE: ("来源 {detail} 给了两次值", "source {detail} has two values"),
    Kind.REVEAL_ORDER: ("来源 {detail} 的次序与承诺不同", "source {detail} does not stand in the promise's order"),
    Kind.VALUE_FORM: ("来源 {detail} 的值不是承诺的写法", "the value of source {detail} is not in the promised form"),
    Kind.VALUE_ZEROS: ("来源 {detail} 的值带着前导零", "the value of source {detail} has leading zeros"),
    Kind.VALUE_UNSORTED: ("来源 {detail} 的号码没有从小到大排列", "the numbers of source {detail} are not sorted"),
    Kind.VALUE_RANGE: ("来源 {detail} 的号码个数或大小不可能", "source {detail} has impossible numbers, or too many or few"),
    Kind.DRAND_SIGNATURE: ("来源 {detail} 的随机值不是签名的哈希", "the randomness of source {detail} is not its signature's hash"),
    Kind.WITNESS_SILENT: ("见证人 {detail} 被略去，没有写明未揭晓", "witness {detail} was left out and is not said to be missing"),
    Kind.WITNESS_UNKNOWN: ("{detail} 不是这个位置上的见证人", "{detail} is not the witness of this place"),
    Kind.WITNESS_CHANGED: ("见证人 {detail} 揭晓的数与事先交出的承诺不符", "what witness {detail} revealed is not what was handed in"),
    Kind.WITNESS_SALT: ("见证人 {detail} 的盐太短，承诺可以被猜出", "the salt of witness {detail} is too short: the commitment can be guessed"),
    Kind.REASON_MISSING: ("来源 {detail} 缺失而没有理由", "source {detail} is missing without a reason"),
    Kind.FALLBACK_UNUSED: ("来源 {detail} 有缺失，却没有启用替补", "something of source {detail} is missing and the substitute was not used"),
    Kind.FALLBACK_NEEDLESS: ("没有缺失，却启用了替补 {detail}", "nothing is missing, and substitute {detail} was used"),
    Kind.FALLBACK_VOID: ("来源 {detail} 有缺失又没有替补，本不该抽", "source {detail} lacks something and has no substitute: nothing should have been drawn"),
    Kind.TRANSCRIPT_FORM: ("不是规范写法（首行、编码或换行）", "not in canonical form (first line, encoding or line ends)"),
    Kind.TRANSCRIPT_PROMISE: ("写的是另一份承诺", "it names another promise"),
    Kind.TRANSCRIPT_VALUE: ("与承诺和公布的值不符，应为“{detail}”", "it does not follow from promise and values: “{detail}” is due"),
    Kind.TRANSCRIPT_ADDED: ("多出了一行：{detail}", "there is a line too many: {detail}"),
    Kind.TRANSCRIPT_CUT: ("缺少一行：{detail}", "a line is missing: {detail}"),
    Kind.RESULT_FORM: ("不是“位次 编号”的写法：{detail}", "not written as “place number”: {detail}"),
    Kind.RESULT_HEADER: ("第一行不是“yaodian-lottery-result/1 轮次”", "the first line is not “yaodian-lottery-result/1 ROUND”"),
    Kind.RESULT_PLACE: ("位次写错：{detail}", "the place is wrong: {detail}"),
    Kind.RESULT_ORDER: ("这个位次应是另一个编号：{detail}", "another number has this place: {detail}"),
    Kind.RESULT_ADDED: ("{detail} 不在名单里", "{detail} is not in the list"),
    Kind.RESULT_TWICE: ("{detail} 有两个位次", "{detail} has two places"),
    Kind.RESULT_DROPPED: ("名单里的 {detail} 没有位次（行号按名单）", "{detail} of the list has no place (line of the list)"),
    Kind.RESULT_CUT: ("结果被截断：{detail}", "the result was cut: {detail}"),
    Kind.RECORD_UNREADABLE: ("抽签记录不是可读的 JSON", "the record is no readable JSON"),
    Kind.RECORD_FORM: ("抽签记录不是规范写法", "the record is not in canonical form"),
    Kind.RECORD_FIELD: ("抽签记录里 {detail} 不对", "in the record {detail} is not as it must be"),
    Kind.RECORD_ROUND: ("抽签记录属于另一轮：{detail}", "the record is of another round: {detail}"),
    Kind.RECORD_ATTEMPT: ("抽签记录的次数与承诺不同：{detail}", "the record's attempt is not the promise's: {detail}"),
    Kind.RECORD_HASH: ("记录里 {detail} 的哈希与文件不符", "the record's hash of {detail} is not the file's"),
    Kind.RECORD_SEED: ("种子不是种子文本的哈希", "the seed is not the hash of the transcript"),
    Kind.RECORD_WINNERS: ("录取的行数不对：{detail}", "the number of lines with a place is wrong: {detail}"),
    Kind.RECORD_EARLY: ("抽签时间早于来源 {detail} 揭晓", "drawn before source {detail} was known"),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """A reproach: its kind, the file, and the row.

    In a text file the row is the line, counted from 1; in JSON the place of the source (or witness) in its list, counted from 1.
    """

    kind: Kind
    file: str
    row: int | None = None
    detail: str = ""

    def message(self, language: str = "zh") -> str:
        """Where, what, why it matters and what to do, in ``zh`` or ``en``."""
        chinese, english = SENTENCES[self.kind]
        why_chinese, why_english = ADVICE[self.kind.partition(".")[0]]
        if language.startswith("en"):
            where = (
                self.file
                if self.row is None
                else f"{self.file}, {'line' if self.file.endswith('.txt') else 'entry'} {self.row}"
            )
            return f"{where}: {english.format(detail=self.detail)}. {why_english}"
        unit = "行" if self.file.endswith(".txt") else "项"
        where = self.file if self.row is None else f"{self.file} 第 {self.row} {unit}"
        return f"{where}：{chinese.format(detail=self.detail)}。{why_chinese}"
