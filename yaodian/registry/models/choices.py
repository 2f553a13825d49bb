"""The code tables of the registry, and what follows from a code.

Sources: the codes of the yearly statistics of education (办学类型, 城乡分类), GB/T 2261.1 for sex, GB/T 3304 for the
peoples. Where offices write words and not codes (establishment, title), the code is a word of ours.
"""

from collections.abc import Mapping
from datetime import date

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override


class Stage(models.TextChoices):
    PRESCHOOL = "preschool", _("学前")
    PRIMARY = "primary", _("小学")
    JUNIOR = "junior", _("初中")
    SENIOR = "senior", _("普通高中")
    VOCATIONAL = "vocational", _("中等职业")
    SPECIAL = "special", _("特殊教育")


class SchoolType(models.TextChoices):
    KINDERGARTEN = "111", _("幼儿园")
    PRIMARY = "211", _("小学")
    TEACHING_POINT = "218", _("小学教学点")
    JUNIOR = "311", _("初级中学")
    NINE_YEAR = "312", _("九年一贯制学校")
    COMPLETE = "341", _("完全中学")
    SENIOR = "342", _("高级中学")
    TWELVE_YEAR = "345", _("十二年一贯制学校")
    VOCATIONAL = "361", _("中等职业学校")
    SPECIAL = "511", _("特殊教育学校")
    BLIND = "512", _("盲人学校")
    DEAF = "513", _("聋人学校")
    INTELLECTUAL = "514", _("培智学校")


# The stages of a type of school and the number of grades in each: the one table from which stages are derived.
STAGES_OF: Mapping[str, tuple[tuple[Stage, int], ...]] = {
    SchoolType.KINDERGARTEN: ((Stage.PRESCHOOL, 3),),
    SchoolType.PRIMARY: ((Stage.PRIMARY, 6),),
    SchoolType.TEACHING_POINT: ((Stage.PRIMARY, 6),),
    SchoolType.JUNIOR: ((Stage.JUNIOR, 3),),
    SchoolType.NINE_YEAR: ((Stage.PRIMARY, 6), (Stage.JUNIOR, 3)),
    SchoolType.COMPLETE: ((Stage.JUNIOR, 3), (Stage.SENIOR, 3)),
    SchoolType.SENIOR: ((Stage.SENIOR, 3),),
    SchoolType.TWELVE_YEAR: ((Stage.PRIMARY, 6), (Stage.JUNIOR, 3), (Stage.SENIOR, 3)),
    SchoolType.VOCATIONAL: ((Stage.VOCATIONAL, 3),),
    SchoolType.SPECIAL: ((Stage.SPECIAL, 9),),
    SchoolType.BLIND: ((Stage.SPECIAL, 9),),
    SchoolType.DEAF: ((Stage.SPECIAL, 9),),
    SchoolType.INTELLECTUAL: ((Stage.SPECIAL, 9),),
}


def stages_of(school_type: str) -> tuple[Stage, ...]:
    """The stages that a type of school teaches, lowest first; none for an unknown type."""
    return tuple(stage for stage, _grades in STAGES_OF.get(school_type, ()))


def grades_of(school_type: str, stage: str) -> int:
    """How many grades a type of school has in a stage; 0 where it does not teach it."""
    return next((grades for one, grades in STAGES_OF.get(school_type, ()) if one == stage), 0)


def types_with(stage: str) -> tuple[str, ...]:
    """The types of school that teach a stage."""
    return tuple(str(kind) for kind, stages in STAGES_OF.items() if any(one == stage for one, _grades in stages))


_GRADES: Mapping[str, tuple[Promise, ...]] = {
    Stage.PRESCHOOL: (_("小班"), _("中班"), _("大班")),
    Stage.PRIMARY: (_("一年级"), _("二年级"), _("三年级"), _("四年级"), _("五年级"), _("六年级")),
    Stage.JUNIOR: (_("七年级"), _("八年级"), _("九年级")),
    Stage.SENIOR: (_("高一"), _("高二"), _("高三")),
    Stage.VOCATIONAL: (_("职一"), _("职二"), _("职三")),
    Stage.SPECIAL: (
        *(_("一年级"), _("二年级"), _("三年级"), _("四年级"), _("五年级"), _("六年级")),
        *(_("七年级"), _("八年级"), _("九年级")),
    ),
}


def grade_label(stage: str, grade: int) -> str:
    """What a grade is called: 大班, 三年级, 高一."""
    names = _GRADES.get(stage, ())
    return str(names[grade - 1]) if 0 < grade <= len(names) else str(grade)


_CHINESE = "一二三四五六七八九十"


def class_name(stage: str, grade: int, number: int) -> str:
    """What a class is called where nobody says otherwise: 大一班, 三年级（2）班. A name, so the same in all languages."""
    with override("zh-hans"):
        label = grade_label(stage, grade)
    if stage == Stage.PRESCHOOL:
        return f"{label[:1]}{_CHINESE[number - 1] if 0 < number <= 10 else number}班"
    return f"{label}（{number}）班"


def school_year_of(day: date) -> int:
    """The year in whose September the school year of a day begins."""
    return day.year if day.month >= 9 else day.year - 1


class Runner(models.TextChoices):
    CITY_EDUCATION = "city_education", _("市级教育部门")
    COUNTY_EDUCATION = "county_education", _("县级教育部门")
    OTHER_DEPARTMENT = "other_department", _("其他部门")
    INSTITUTION = "institution", _("事业单位")
    COLLECTIVE = "collective", _("集体")
    PRIVATE = "private", _("民办")


class AreaKind(models.TextChoices):
    CORE = "111", _("主城区")
    EDGE = "112", _("城乡结合区")
    SEAT = "121", _("镇中心区")
    TOWN_EDGE = "122", _("镇乡结合区")
    SPECIAL_AREA = "123", _("特殊区域")
    TOWNSHIP = "210", _("乡中心区")
    VILLAGE = "220", _("村庄")


URBAN = (AreaKind.CORE, AreaKind.EDGE)
TOWN = (AreaKind.SEAT, AreaKind.TOWN_EDGE, AreaKind.SPECIAL_AREA)
RURAL = (AreaKind.TOWNSHIP, AreaKind.VILLAGE)


class Gender(models.TextChoices):
    UNKNOWN = "0", _("未知")
    MALE = "1", _("男")
    FEMALE = "2", _("女")


class Establishment(models.TextChoices):
    IN = "in", _("编制内")
    OUT = "out", _("编制外聘用")
    AGENCY = "agency", _("劳务派遣")


class Qualification(models.TextChoices):
    DOCTOR = "doctor", _("博士研究生")
    MASTER = "master", _("硕士研究生")
    BACHELOR = "bachelor", _("本科")
    JUNIOR_COLLEGE = "junior_college", _("专科")
    SECONDARY = "secondary", _("高中阶段及以下")


class Title(models.TextChoices):
    FULL = "full", _("正高级")
    SENIOR = "senior", _("高级")
    FIRST = "first", _("一级")
    SECOND = "second", _("二级")
    THIRD = "third", _("三级")
    NONE = "none", _("未定职级")


class Backbone(models.TextChoices):
    NONE = "none", _("无")
    COUNTY = "county", _("县级骨干")
    CITY = "city", _("市级骨干")
    PROVINCE = "province", _("省级骨干")


class TeacherStatus(models.TextChoices):
    ACTIVE = "active", _("在岗")
    ON_LEAVE = "on_leave", _("休假")
    LEFT = "left", _("离职")
    RETIRED = "retired", _("退休")


WORKING = (TeacherStatus.ACTIVE, TeacherStatus.ON_LEAVE)


class PupilStatus(models.TextChoices):
    ENROLLED = "enrolled", _("在读")
    SUSPENDED = "suspended", _("休学")
    TRANSFERRED = "transferred", _("转出本市")
    GRADUATED = "graduated", _("毕业")
    LEFT = "left", _("离校")


# Whoever stands in one of these has a place in a school now.
PRESENT = (PupilStatus.ENROLLED, PupilStatus.SUSPENDED)


class Relation(models.TextChoices):
    FATHER = "father", _("父亲")
    MOTHER = "mother", _("母亲")
    GRANDFATHER = "grandfather", _("祖父、外祖父")
    GRANDMOTHER = "grandmother", _("祖母、外祖母")
    OTHER = "other", _("其他监护人")


class Purpose(models.TextChoices):
    """For what somebody may ask to see what is masked; the basis in law stands in `LEGAL_BASIS`."""

    ROLL = "roll", _("学籍管理与核对")
    STAFF = "staff", _("教师人事管理")
    CONTACT = "contact", _("家校联系")
    AID = "aid", _("学生资助")
    SPECIAL_NEEDS = "special_needs", _("特殊教育与健康服务")
    EMERGENCY = "emergency", _("突发事件处置")
    REQUEST = "request", _("办理本人或监护人的申请")
    INSPECTION = "inspection", _("审计、督导与依法调查")
    PUBLICITY = "publicity", _("校园活动影像与作品的公开使用")


LEGAL_BASIS: Mapping[str, Promise] = {
    Purpose.ROLL: _("《个人信息保护法》第十三条第一款第三项（履行法定职责）；《中小学生学籍管理办法》"),
    Purpose.STAFF: _("《个人信息保护法》第十三条第一款第二项（人力资源管理）；《教师法》"),
    Purpose.CONTACT: _("《个人信息保护法》第十三条第一款第三项（履行法定义务）；《家庭教育促进法》"),
    Purpose.AID: _("《个人信息保护法》第十三条第一款第三项（履行法定职责）；《义务教育法》第四十四条"),
    Purpose.SPECIAL_NEEDS: _("《个人信息保护法》第二十九条、第三十一条（监护人单独同意）；《残疾人教育条例》"),
    Purpose.EMERGENCY: _("《个人信息保护法》第十三条第一款第四项（紧急情况下保护生命健康和财产安全）"),
    Purpose.REQUEST: _("《个人信息保护法》第四十四条至第四十七条（查阅、复制、更正、删除）"),
    Purpose.INSPECTION: _("《个人信息保护法》第十三条第一款第三项（履行法定职责）；《教育督导条例》"),
    Purpose.PUBLICITY: _("《个人信息保护法》第十三条第一款第一项、第三十一条（取得监护人同意）"),
}
# Which purposes rest on the consent of a guardian. Where none stands, nothing is done for them.
CONSENTED: tuple[Purpose, ...] = (Purpose.SPECIAL_NEEDS, Purpose.PUBLICITY)
# Which purposes a kind of record can be unmasked for.
PURPOSES_OF: Mapping[str, tuple[Purpose, ...]] = {
    "pupil": (
        *(Purpose.ROLL, Purpose.CONTACT, Purpose.AID, Purpose.SPECIAL_NEEDS),
        *(Purpose.EMERGENCY, Purpose.REQUEST, Purpose.INSPECTION),
    ),
    "teacher": (Purpose.STAFF, Purpose.EMERGENCY, Purpose.REQUEST, Purpose.INSPECTION),
}


class ConsentState(models.TextChoices):
    GIVEN = "given", _("同意")
    REFUSED = "refused", _("不同意")
    WITHDRAWN = "withdrawn", _("已撤回同意")


class Means(models.TextChoices):
    """How somebody said or asked something."""

    ONLINE = "online", _("网上")
    PAPER = "paper", _("书面")
    IN_PERSON = "in_person", _("当面")


class RequestKind(models.TextChoices):
    """What a guardian may ask for: 《个人信息保护法》第四十五条至第四十七条."""

    SEE = "see", _("查阅")
    COPY = "copy", _("复制")
    CORRECT = "correct", _("更正、补充")
    ERASE = "erase", _("删除")


class RequestState(models.TextChoices):
    RECEIVED = "received", _("待答复")
    ANSWERED = "answered", _("已办理")
    REFUSED = "refused", _("不予办理")
    WITHDRAWN = "withdrawn", _("申请人已撤回")


class DataClass(models.TextChoices):
    """A class of data with a time of its own, counted from the day in the brackets."""

    PUPIL = "pupil", _("离校学生的身份信息（自离校之日）")
    TEACHER = "teacher", _("离岗教师的身份信息（自离岗之日）")
    ACCESS = "access", _("查看记录（自查看之日）")
    REQUEST = "request", _("申请与答复的内容（自办结之日）")


# Records of what was done with personal data are kept for three years at least: 《个人信息保护法》第五十六条.
LEAST_MONTHS: Mapping[str, int] = {DataClass.ACCESS: 36, DataClass.REQUEST: 36}
