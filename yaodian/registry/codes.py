"""The national codes of people, schools, organisations and places: their one spelling, and what is wrong with one.

Each `canonical_…` takes any text and gives the spelling that is stored; twice is the same as once. Each `check_…` takes any
text and gives the problems it has, none for a good one, and never raises. An **error** is a value that cannot be right; a
**warning** is one that is nearly always wrong and yet exists, so a person decides. A message never quotes the value: it
goes into logs and marked sheets, and the value is somebody's identity number.

Invented numbers, as the demonstration has them, begin with a province that GB/T 2260 has never assigned, such as 49. They
have right check digits and get a warning that says so: the demonstration works, and nobody takes its people for real.

Sources: GB 11643-1999 (identity numbers), GB 32100-2015 (unified social credit code), GB 11714-1997 (organisation code),
GB/T 2260 (regions), GB/T 2261.1 (sex), the rules of 全国学籍号 and of 学校（机构）标识码, the code tables of the yearly statistics
of education (办学类型, 城乡分类).
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from django.utils.translation import gettext as _

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """What is wrong, why, and what to do, in one message; `code` names the rule for programs."""

    severity: Severity
    message: str
    code: str


Problems = tuple[Problem, ...]


# Spelling -------------------------------------------------------------------------------------------------------

_FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
# Hyphens people put between groups, and the apostrophe by which Excel is told that digits are text.
_DROPPED = frozenset("-‐‑‒–—―−'’‘`")
_WHOLE_AS_FRACTION = re.compile(r"([0-9]+)\.0+")


def canonical_code(text: str) -> str:
    """Half-width capitals without blanks, hyphens and invisible characters; what is no ASCII otherwise stays to be seen."""
    kept = (
        one
        for one in text.translate(_FULL_WIDTH)
        if one not in _DROPPED and not one.isspace() and unicodedata.category(one) not in {"Cc", "Cf"}
    )
    return "".join(one.upper() if one.isascii() else one for one in kept)


def _canonical_digits(text: str) -> str:
    """The same for codes of digits only, which a sheet may have turned into a number: 2149000001.0."""
    code = canonical_code(text)
    whole = _WHOLE_AS_FRACTION.fullmatch(code)
    return whole.group(1) if whole else code


def canonical_id_number(text: str) -> str:
    """Eighteen characters where it is a good one: 17 digits and a digit or capital X."""
    return canonical_code(text)


def canonical_enrolment_number(text: str) -> str:
    """A capital G, J or L and eighteen characters where it is a good one."""
    return canonical_code(text)


def canonical_school_code(text: str) -> str:
    """Ten digits where it is a good one."""
    return _canonical_digits(text)


def canonical_credit_code(text: str) -> str:
    """Eighteen digits and capitals where it is a good one."""
    return canonical_code(text)


def canonical_organisation_code(text: str) -> str:
    """Nine digits and capitals where it is a good one; the hyphen before the last is not kept."""
    return canonical_code(text)


def canonical_region_code(text: str) -> str:
    """Six digits where it is a good one."""
    return _canonical_digits(text)


def canonical_school_type(text: str) -> str:
    """Three digits where it is a good one."""
    return _canonical_digits(text)


def canonical_area_kind(text: str) -> str:
    """Three digits where it is a good one."""
    return _canonical_digits(text)


_PHONE_MARKS = str.maketrans("", "", "()（）.·/")
_EXTENSION = re.compile(r"(?:转|#|EXT|,)+(?=[0-9]+$)")
# A second hyphen, after the seven or eight digits of a fixed telephone, stands before an extension.
_HYPHEN_EXTENSION = re.compile(r"(\(?0[0-9]{2,3}[)-][0-9]{7,8})-(?=[0-9]{1,6}$)")
_ABROAD = re.compile(r"(?:\+86|0086)+|86(?=1[0-9]{10}$)")


def canonical_phone(text: str) -> str:
    """Digits without country code, brackets and blanks; an extension after 转: 010…, 13800000000, 0371…转801."""
    grouped = "".join(text.translate(_FULL_WIDTH).split())
    code = canonical_code(_HYPHEN_EXTENSION.sub(r"\1转", grouped)).translate(_PHONE_MARKS)
    digits = _EXTENSION.sub("转", code)
    abroad = _ABROAD.match(digits)
    if abroad is None:
        return digits
    rest = digits[abroad.end() :]
    # Called from abroad, an area code loses its 0.
    return rest if re.match(r"0|1[0-9]{10}$|$", rest) else f"0{rest}"


def _table(pairs: str) -> Mapping[str, str]:
    """Codes and their names, as they are printed."""
    parts = pairs.split()
    return dict(zip(parts[::2], parts[1::2], strict=True))


# Regions --------------------------------------------------------------------------------------------------------

PROVINCES: Mapping[str, str] = _table("""
    11 北京  12 天津  13 河北  14 山西  15 内蒙古
    21 辽宁  22 吉林  23 黑龙江
    31 上海  32 江苏  33 浙江  34 安徽  35 福建  36 江西  37 山东
    41 河南  42 湖北  43 湖南  44 广东  45 广西  46 海南
    50 重庆  51 四川  52 贵州  53 云南  54 西藏
    61 陕西  62 甘肃  63 青海  64 宁夏  65 新疆
    71 台湾  81 香港  82 澳门
""")
# A resident of Taiwan has it in his residence permit; GB/T 2260 does not know it.
_TAIWAN_RESIDENCE = "83"
_NATIONAL = "10"


def region_level(code: str) -> Literal["province", "city", "county"] | None:
    """The level of a region's code by its zeros; None where it is no such code."""
    code = canonical_region_code(code)
    if not re.fullmatch(r"[0-9]{6}", code) or code[:2] == "00":
        return None
    if code[2:] == "0000":
        return "province"
    if code[2:4] == "00":
        return None
    return "city" if code[4:] == "00" else "county"


def _unassigned(what: str) -> Problem:
    return Problem(
        "warning",
        _(
            "%(what)s里的省份代码没有分配给任何省份，真实的号码不会这样。演示数据用的就是这种编造的号码；不是演示数据的，请核对。"
        )
        % {"what": what},
        "unassigned_province",
    )


def _empty(what: str) -> Problems:
    return (Problem("error", _("%(what)s没有填写。请补上。") % {"what": what}, "empty"),)


def check_region_code(text: str, *, known: Collection[str] | None = None) -> Problems:
    """A code of GB/T 2260. `known` is the list in force, where there is one; a code outside it may be of a county that
    was merged, so it is only warned of."""
    code, what = canonical_region_code(text), _("行政区划代码")
    if not code:
        return _empty(what)
    if re.fullmatch(r"[0-9]{12}", code):
        return (
            Problem("error", _("这是12位的统计用区划代码，这里要6位的行政区划代码。请只填前6位。"), "twelve_digits"),
        )
    if region_level(code) is None:
        return (
            Problem(
                "error",
                _("行政区划代码应为6位数字：省2位、市2位、县2位，市为00时县也为00。请对照民政部公布的代码表填写。"),
                "shape",
            ),
        )
    problems = [] if code[:2] in PROVINCES else [_unassigned(what)]
    if known is not None and code not in known:
        problems.append(
            Problem(
                "warning",
                _("行政区划代码不在现行代码表里，可能是已撤并的县区或录错。请核对；旧代码请改为现行代码。"),
                "not_in_force",
            )
        )
    return tuple(problems)


# Identity numbers -----------------------------------------------------------------------------------------------

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_ID_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_LONGEST_LIFE_YEARS = 120


class Document(StrEnum):
    """The kinds of document that a number can be of."""

    RESIDENT = "resident_id"
    RESIDENT_15 = "resident_id_15"
    HONG_KONG_MACAO_TAIWAN_RESIDENCE = "hkmt_residence_permit"
    HONG_KONG_MACAO_TRAVEL = "hkm_travel_permit"
    TAIWAN_TRAVEL = "taiwan_travel_permit"
    FOREIGNER_RESIDENCE = "foreigner_permanent_residence"
    PASSPORT = "passport"
    UNKNOWN = "unknown"


# The first that fits; by their form alone some numbers of passports and of permits are the same.
_DOCUMENTS: tuple[tuple[Document, re.Pattern[str]], ...] = (
    (Document.HONG_KONG_MACAO_TAIWAN_RESIDENCE, re.compile(r"8[123]0000[0-9]{11}[0-9X]")),
    (Document.FOREIGNER_RESIDENCE, re.compile(rf"9(?:{'|'.join(PROVINCES)})[0-9]{{14}}[0-9X]|[A-Z]{{3}}[0-9]{{12}}")),
    (Document.RESIDENT, _ID_SHAPE),
    (Document.RESIDENT_15, re.compile(r"[0-9]{15}")),
    (Document.HONG_KONG_MACAO_TRAVEL, re.compile(r"[HM](?:[0-9]{8}|[0-9]{10})")),
    (Document.TAIWAN_TRAVEL, re.compile(r"[0-9]{8}|[0-9]{10}[A-Z]?")),
    (Document.PASSPORT, re.compile(r"[A-Z]{1,2}[0-9]{6,9}")),
)


def _document_name(kind: Document) -> str:
    return {
        Document.RESIDENT: _("居民身份证"),
        Document.RESIDENT_15: _("15位的旧居民身份证"),
        Document.HONG_KONG_MACAO_TAIWAN_RESIDENCE: _("港澳台居民居住证"),
        Document.HONG_KONG_MACAO_TRAVEL: _("港澳居民来往内地通行证"),
        Document.TAIWAN_TRAVEL: _("台湾居民来往大陆通行证"),
        Document.FOREIGNER_RESIDENCE: _("外国人永久居留身份证"),
        Document.PASSPORT: _("护照"),
        Document.UNKNOWN: _("其他证件"),
    }[kind]


def document_kind(text: str) -> Document:
    """Of which kind of document a number can be, by its form."""
    code = canonical_id_number(text)
    return next((kind for kind, form in _DOCUMENTS if form.fullmatch(code)), Document.UNKNOWN)


def id_number_check_digit(body: str) -> str:
    """The 18th place over 17 digits: sum of weights modulo 11 (ISO 7064, MOD 11-2). Raises ValueError for other text."""
    if not re.fullmatch(r"[0-9]{17}", body):
        raise ValueError("The check digit of an identity number is made from 17 digits.")
    return _ID_CHECKS[sum(int(one) * weight for one, weight in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def id_number_from_15(text: str) -> str | None:
    """The 18 places that a number of the old form with 15 became; None where it is none, or was for somebody born before
    1900 (serial 996 to 999). Show it to a person: the card of the old form has been out of force since 2013."""
    code = canonical_id_number(text)
    if not re.fullmatch(r"[0-9]{15}", code) or code[12:] >= "996":
        return None
    body = f"{code[:6]}19{code[6:]}"
    return body + id_number_check_digit(body) if _day(body[6:14]) else None


def birth_day_of(text: str) -> date | None:
    """The day of birth in an 18-place number; None where there is no real day in it."""
    code = canonical_id_number(text)
    return _day(code[6:14]) if _ID_SHAPE.fullmatch(code) else None


def sex_of(text: str) -> Literal["1", "2"] | None:
    """GB/T 2261.1: 1 male, 2 female, by the 17th place; None where it is no 18-place number."""
    code = canonical_id_number(text)
    if not _ID_SHAPE.fullmatch(code):
        return None
    return "1" if int(code[16]) % 2 else "2"


def check_id_number(
    text: str, *, today: date, birth_on: date | None = None, sex: Literal["1", "2"] | None = None
) -> Problems:
    """A resident's identity number. `birth_on` and `sex` are what stands in the row's other columns."""
    code, what = canonical_id_number(text), _("身份证号")
    if not code:
        return _empty(what)
    kind = document_kind(code)
    if not _ID_SHAPE.fullmatch(code):
        return (_no_id_number(code, kind),)
    problems = list(_inside_id_number(code, what, today))
    if kind is not Document.RESIDENT:
        problems.append(
            Problem(
                "warning",
                _("这像是%(kind)s的号码。请核对证件类型，必要时改为“%(kind)s”。") % {"kind": _document_name(kind)},
                "other_document",
            )
        )
    if birth_on is not None and birth_day_of(code) not in {None, birth_on}:
        problems.append(
            Problem(
                "error",
                _("身份证号里的出生日期与“出生日期”一栏不同。请对照证件，改正录错的一栏。"),
                "birth_day_differs",
            )
        )
    if sex is not None and sex_of(code) != sex:
        problems.append(
            Problem(
                "warning",
                _("身份证号第17位表示的性别与“性别”一栏不同。请对照证件，改正录错的一栏。"),
                "sex_differs",
            )
        )
    return tuple(problems)


def check_identity_document(
    text: str, *, today: date, birth_on: date | None = None, sex: Literal["1", "2"] | None = None
) -> Problems:
    """The number in a column where passports and permits may stand too: theirs cannot be checked and are warned of."""
    code = canonical_id_number(text)
    if _ID_SHAPE.fullmatch(code) or not code or re.fullmatch(r"[0-9]+X?|[0-9.]+E\+?[0-9]+", code):
        kind = document_kind(code)
        if kind is not Document.TAIWAN_TRAVEL:
            return check_id_number(code, today=today, birth_on=birth_on, sex=sex)
    return (
        Problem(
            "warning",
            _("这不是居民身份证号，系统无法校验。如确是护照、通行证等其他证件的号码，可以保留；否则请改正。"),
            "other_document",
        ),
    )


def _no_id_number(code: str, kind: Document) -> Problem:
    if re.fullmatch(r"[0-9](?:\.[0-9]+)?E\+?[0-9]+", code):
        return _rounded()
    if kind is Document.RESIDENT_15:
        return Problem(
            "error",
            _(
                "这是15位的旧身份证号，旧证自2013年起停用。请向本人索取18位号码；系统可以推算18位号码供核对，但不会自动改写。"
            ),
            "old_form",
        )
    if kind is not Document.UNKNOWN:
        return Problem(
            "error",
            _("这像是%(kind)s的号码，不是居民身份证号。请把证件类型改为“%(kind)s”，或填写居民身份证号。")
            % {"kind": _document_name(kind)},
            "other_document",
        )
    return Problem(
        "error",
        _("身份证号应为18位：前17位是数字，末位是数字或字母X，现在是%(length)d个字符。请对照证件重新填写。")
        % {"length": len(code)},
        "shape",
    )


def _rounded() -> Problem:
    return Problem(
        "error",
        _("这个号码被表格软件当作数字改掉了末几位，原来的号码已无法还原。请把该列设为“文本”格式，重新录入后再导入。"),
        "rounded",
    )


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _inside_id_number(code: str, what: str, today: date) -> Iterator[Problem]:
    """Of 18 places of the right form."""
    if id_number_check_digit(code[:17]) != code[17]:
        # A spreadsheet keeps 15 digits of a number and fills up with zeros.
        yield (
            _rounded()
            if code.endswith("000")
            else Problem(
                "error",
                _("%(what)s的末位（校验位）与前面各位对不上，至少有一位录错。请对照证件逐位核对。") % {"what": what},
                "check_digit",
            )
        )
    yield from _birth_day(code[6:14], what, today)
    # The card of a foreigner has 9 and the province; residents of Taiwan have a number outside of GB/T 2260.
    province = code[1:3] if document_kind(code) is Document.FOREIGNER_RESIDENCE else code[:2]
    if province not in PROVINCES and province != _TAIWAN_RESIDENCE:
        yield _unassigned(what)
    elif province == code[:2] and int(province) < 70 and code[2:4] == "00":
        yield Problem(
            "warning",
            _("%(what)s里的6位行政区划没有指到市县，真实的号码很少这样。请对照证件核对。") % {"what": what},
            "no_county",
        )


def _birth_day(digits: str, what: str, today: date) -> Iterator[Problem]:
    day = _day(digits)
    if day is None:
        yield Problem(
            "error",
            _("%(what)s里的出生日期在日历上不存在。请对照证件核对8位出生日期。") % {"what": what},
            "birth_day",
        )
    elif day > today:
        yield Problem(
            "error",
            _("%(what)s里的出生日期晚于今天。请对照证件核对8位出生日期。") % {"what": what},
            "birth_day_to_come",
        )
    elif today.year - day.year > _LONGEST_LIFE_YEARS:
        yield Problem(
            "warning",
            _("按%(what)s推算，年龄超过120岁。请对照证件核对出生年份。") % {"what": what},
            "birth_day_long_ago",
        )


# Enrolment numbers ----------------------------------------------------------------------------------------------


def check_enrolment_number(text: str, *, today: date, id_number: str | None = None) -> Problems:
    """全国学籍号: G and the identity number; J, region, birthday, serial and check digit where there is none; L, region,
    birthday and four random digits for a time. `id_number` is what stands in the row's other column.

    That the check digit of J is made as in GB 11643 we know from use and not from the rule's text: it is warned of.
    """
    code, what = canonical_enrolment_number(text), _("学籍号")
    if not code:
        return _empty(what)
    letter, rest = code[0], code[1:]
    if _ID_SHAPE.fullmatch(code):
        return (
            Problem("error", _("学籍号前面少了字母：有身份证号的用G，没有的用J，临时的用L。请补上字母。"), "no_letter"),
        )
    form = {"G": r"[0-9]{17}[0-9X]", "J": r"[0-9]{17}[0-9X]", "L": r"[0-9]{18}"}.get(letter)
    if form is None or not re.fullmatch(form, rest):
        return (
            Problem(
                "error",
                _("全国学籍号应为19位：字母G、J或L，加18位号码，现在是%(length)d个字符。省内的学籍辅号请填在辅号一栏。")
                % {"length": len(code)},
                "shape",
            ),
        )
    own = canonical_id_number(id_number or "")
    if letter == "G":
        problems = list(_inside_id_number(rest, what, today))
        if own and own != rest:
            problems.append(
                Problem(
                    "error", _("学籍号G后面的18位与身份证号不同。请对照证件，改正录错的一栏。"), "id_number_differs"
                )
            )
        return tuple(problems)
    problems = list(_birth_day(rest[6:14], what, today))
    if rest[:2] not in PROVINCES:
        problems.append(_unassigned(what))
    if letter == "J" and id_number_check_digit(rest[:17]) != rest[17]:
        problems.append(
            Problem(
                "warning", _("学籍号的末位（校验位）与前面对不上，可能有一位录错。请在学籍系统里核对。"), "check_digit"
            )
        )
    if own and document_kind(own) is Document.RESIDENT:
        problems.append(
            Problem(
                "warning",
                _("已有身份证号，学籍号仍是%(letter)s字开头。请在学籍系统里申请换为G字头学籍号。") % {"letter": letter},
                "not_yet_g",
            )
        )
    return tuple(problems)


# Schools --------------------------------------------------------------------------------------------------------

# The first two digits of 学校（机构）标识码.
INSTITUTION_KINDS: Mapping[str, str] = _table("""
    11 幼儿园  21 小学  22 成人小学  31 初级中学  32 职业初中  33 成人初中
    34 普通高中  35 成人高中  36 中等职业学校  37 工读学校  41 高等学校  42 高等学校
    51 特殊教育学校  91 其他机构  92 其他机构  93 其他机构
""")
SCHOOL_TYPES: Mapping[str, str] = _table("""
    111 幼儿园  211 小学  218 小学教学点  311 初级中学  312 九年一贯制学校
    341 完全中学  342 高级中学  345 十二年一贯制学校  361 中等职业学校
    511 特殊教育学校  512 盲人学校  513 聋人学校  514 培智学校
""")
AREA_KINDS: Mapping[str, str] = _table("""
    111 主城区  112 城乡结合区  121 镇中心区  122 镇乡结合区  123 特殊区域
    210 乡中心区  220 村庄
""")


def check_school_code(text: str, *, school_type: str | None = None) -> Problems:
    """学校（机构）标识码: kind, province, serial; it has no check digit. `school_type` is the row's 办学类型, whose first two
    digits are the kind. A school that has changed its type keeps the old code until it has its new one: warned of."""
    code, what = canonical_school_code(text), _("学校标识码")
    if not code:
        return _empty(what)
    if not re.fullmatch(r"[0-9]{10}", code):
        return (
            Problem(
                "error",
                _("学校标识码应为10位数字：类别2位、省份2位、序号6位，现在是%(length)d个字符。请按学校代码证填写。")
                % {"length": len(code)},
                "shape",
            ),
        )
    problems = []
    if code[:2] not in INSTITUTION_KINDS:
        problems.append(Problem("error", _("学校标识码的前2位不是任何学校类别。请按学校代码证核对。"), "unknown_kind"))
    if code[2:4] not in PROVINCES:
        problems.append(_unassigned(what))
    if code[:2] in {"41", "42"} and code[4] != "0":
        problems.append(
            Problem("warning", _("高等学校标识码的第5位应为0，后面是5位学校代码。请按学校代码证核对。"), "university")
        )
    kind = canonical_school_type(school_type or "")
    if kind in SCHOOL_TYPES and code[:2] in INSTITUTION_KINDS and kind[:2] != code[:2]:
        problems.append(
            Problem(
                "warning",
                _(
                    "学校标识码表示“%(kind)s”，与办学类型“%(type)s”不符。录错的请改正；学校改变了类型的，应申领新的标识码。"
                )
                % {"kind": INSTITUTION_KINDS[code[:2]], "type": SCHOOL_TYPES[kind]},
                "kind_differs",
            )
        )
    return tuple(problems)


def _check_table(code: str, table: Mapping[str, str], what: str) -> Problems:
    if not code:
        return _empty(what)
    if code in table:
        return ()
    listed = "、".join(f"{key} {name}" for key, name in table.items())
    return (
        Problem(
            "error",
            _("%(what)s不在代码表里。请从表中选一个：%(listed)s。") % {"what": what, "listed": listed},
            "unknown_code",
        ),
    )


def check_school_type(text: str) -> Problems:
    """办学类型: a code of the table `SCHOOL_TYPES`."""
    return _check_table(canonical_school_type(text), SCHOOL_TYPES, _("办学类型"))


def check_area_kind(text: str) -> Problems:
    """城乡分类: a code of the table `AREA_KINDS`."""
    return _check_table(canonical_area_kind(text), AREA_KINDS, _("城乡分类"))


# Organisations --------------------------------------------------------------------------------------------------

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_VALUES = {one: value for value, one in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_REGISTRARS = frozenset("123456789ANY")
# The kinds that schools are of; others exist.
CREDIT_KINDS: Mapping[str, str] = {"12": "事业单位", "52": "民办非企业单位", "91": "企业"}


def credit_code_check_digit(body: str) -> str:
    """GB 32100-2015: the 18th place over 17. Raises ValueError for text that is not 17 of `CREDIT_ALPHABET`."""
    if len(body) != 17 or not set(body) <= set(CREDIT_ALPHABET):
        raise ValueError("The check digit of a credit code is made from 17 digits and capitals without I, O, S, V, Z.")
    total = sum(CREDIT_ALPHABET.index(one) * weight for one, weight in zip(body, _CREDIT_WEIGHTS, strict=True))
    return CREDIT_ALPHABET[-total % 31]


def organisation_code_check_digit(body: str) -> str:
    """GB 11714-1997: the ninth place over eight. Raises ValueError for text that is not eight digits and capitals."""
    if not re.fullmatch(r"[0-9A-Z]{8}", body):
        raise ValueError("The check digit of an organisation code is made from eight digits and capitals.")
    total = sum(_ORGANISATION_VALUES[one] * weight for one, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


def check_organisation_code(text: str) -> Problems:
    """The organisation code of nine places, also inside the credit code."""
    code, what = canonical_organisation_code(text), _("组织机构代码")
    if not code:
        return _empty(what)
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", code):
        return (
            Problem(
                "error",
                _("组织机构代码应为9位：8位数字或大写字母，加1位校验码（数字或X）。请按证书填写。"),
                "shape",
            ),
        )
    if organisation_code_check_digit(code[:8]) != code[8]:
        return (
            Problem(
                "error",
                _("组织机构代码的末位（校验码）与前8位对不上，至少有一位录错。请按证书逐位核对。"),
                "check_digit",
            ),
        )
    return ()


def check_credit_code(text: str, *, is_private: bool | None = None) -> Problems:
    """统一社会信用代码. A wrong check digit is warned of and not refused: some of the first codes were given out with one.

    `is_private` is what the row says of who runs the school.
    """
    code, what = canonical_credit_code(text), _("统一社会信用代码")
    if not code:
        return _empty(what)
    if len(code) != 18:
        return (
            Problem(
                "error",
                _("统一社会信用代码应为18位，现在是%(length)d个字符。请按登记证书填写。") % {"length": len(code)},
                "shape",
            ),
        )
    if not set(code) <= set(CREDIT_ALPHABET):
        return (
            Problem(
                "error",
                _("统一社会信用代码只用数字和大写字母，且没有I、O、S、V、Z。请核对是否把1、0、5、2录成了这些字母。"),
                "alphabet",
            ),
        )
    return tuple(_inside_credit_code(code, what, is_private))


def _inside_credit_code(code: str, what: str, is_private: bool | None) -> Iterator[Problem]:
    if not re.fullmatch(r"[0-9]{6}", code[2:8]):
        yield Problem("error", _("统一社会信用代码的第3至8位应为6位数字的行政区划代码。请按登记证书核对。"), "region")
    elif code[2:4] not in PROVINCES and code[2:4] != _NATIONAL:
        yield _unassigned(what)
    if code[0] not in _REGISTRARS:
        yield Problem(
            "warning", _("统一社会信用代码的首位不是已知的登记管理部门。请按登记证书核对。"), "unknown_registrar"
        )
    is_whole = credit_code_check_digit(code[:17]) == code[17]
    if not is_whole or check_organisation_code(code[8:17]):
        yield Problem(
            "warning",
            _(
                "统一社会信用代码的校验码对不上，多半有一位录错；少数试点期发放的代码本来如此。请按登记证书核对，无误的可以保留。"
            ),
            "check_digit",
        )
    if is_private is not None and code[:2] in CREDIT_KINDS and (code[:2] == "12") == is_private:
        yield Problem(
            "warning",
            _("统一社会信用代码表示“%(kind)s”，与学校的公办或民办性质不符。请核对代码和举办者。")
            % {"kind": CREDIT_KINDS[code[:2]]},
            "kind_differs",
        )


# Telephones -----------------------------------------------------------------------------------------------------


def check_phone(text: str) -> Problems:
    """A mobile telephone of the mainland, or a fixed one with its area code."""
    code = canonical_phone(text)
    if not code:
        return _empty(_("电话号码"))
    if re.fullmatch(r"1[3-9][0-9]{9}|0(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}(?:转[0-9]{1,6})?", code):
        return ()
    if re.fullmatch(r"1[0-2][0-9]{9}", code):
        return (
            Problem(
                "warning",
                _("没有这样的手机号段，这个号码打不通。演示数据用的就是这种编造的号码；不是演示数据的，请核对。"),
                "unassigned_prefix",
            ),
        )
    if re.fullmatch(r"[2-9][0-9]{6,7}(?:转[0-9]{1,6})?", code):
        return (Problem("error", _("固定电话缺少区号。请在前面加上区号，如0371。"), "no_area"),)
    return (
        Problem(
            "error",
            _("电话号码应为11位手机号，或带区号的固定电话。请核对是否多录、少录了数字。"),
            "shape",
        ),
    )
