"""What the engine of teaching groups finds, as sentences in the words of the school.

What a grouping keeps of it is plain data (`problem` and `tallies` of the row), so that each reader has it in his own language.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.engines.scheduling.sectioning import Amiss, Fault, Mode, Reason, Relaxation, Trait, UnfitSchool, Wish
from yaodian.timetabling.content import SUBJECTS
from yaodian.timetabling.models import Subject
from yaodian.timetabling.problem.group_settings import NAMES, GroupSettings

_LABELS = {name: code for code, names in NAMES.items() for name in names}


def subject_word(name: str) -> str:
    """A subject in the language of the page, where it is one of the six."""
    code = _LABELS.get(name)
    return str(Subject(code).label) if code else name


def combination_words(about: str) -> str:
    """Subjects joined by “+” in the language of the page."""
    return _("、").join(subject_word(name) for name in about.split("+"))


def mode_word(mode: str) -> str:
    words = {
        Mode.FIXED_THREE.value: _("定三：三科都在行政班上"),
        Mode.FIXED_TWO.value: _("定二走一：两科在行政班上"),
        Mode.MOVING.value: _("大走班：都可以走班"),
    }
    return words.get(mode, mode)


# As kept ----------------------------------------------------------------------------------------------------------------


def unfit(problem: UnfitSchool) -> dict[str, Any]:
    return {"kind": "unfit", "code": problem.code, "zh": problem.sentence("zh"), "en": problem.sentence("en")}


def reasons(found: Iterable[Reason]) -> list[dict[str, Any]]:
    return [
        {"kind": "reason", "wish": one.wish.value, "about": one.about, "has": one.has, "needs": one.needs}
        for one in found
    ]


def relaxations(found: Iterable[Relaxation]) -> list[dict[str, Any]]:
    return [
        {
            "kind": "relaxation",
            "price": one.price,
            "easings": [[each.wish.value, each.about, each.by] for each in one.easings],
        }
        for one in found
    ]


# As told ----------------------------------------------------------------------------------------------------------------


def told(said: Mapping[str, Any]) -> str:
    """One kept finding as a sentence."""
    kind = said["kind"]
    if kind == "unfit":
        english = (get_language() or "zh").startswith("en")
        return str(said["en" if english else "zh"])
    if kind == "reason":
        return _reason(said["wish"], said["about"], said["has"], said["needs"])
    if kind == "relaxation":
        return _("；").join(_easing(wish, about, by) for wish, about, by in said["easings"])
    sentences = {
        "unknown": _("在规定的时间里没有算出结果，也没有证明做不到。请减少限制（例如改成大走班、多给时段或可多开的班），再编一次。"),
        "faulty": _("编出的结果没有通过独立核对，没有保存。请把方案编号告知系统管理员。"),
        "no-pupils": _("这一轮里没有可编班的学生。请先确定选科结果。"),
        "new-pupils": _("有 %(count)s 名学生不在原方案里，不能只作调整。请重新编班。")
        % {"count": said.get("count", 0)},
        "no-change": _("改选的学生没有地方可去：在现有的教学班里调整，最多每个时段新开一个班，仍然排不下。请重新编班。"),
        "other-school": _("原方案与现在的教师、教室或班级不再相符：%(fault)s请重新编班。")
        % {"fault": said.get("fault", "")},
    }  # fmt: skip
    return sentences[kind]


def _reason(wish: str, about: str, has: int, needs: int) -> str:
    subject = subject_word(about)
    match Wish(wish):
        case Wish.TEACHERS:
            return _("%(subject)s至少要 %(needs)s 个教学班，现有教师合计最多教 %(has)s 个（同一时段一人只能教一个）。") % {
                "subject": subject, "needs": needs, "has": has,
            }  # fmt: skip
        case Wish.ROOMS:
            return _("时段 %(block)s 只有 %(has)s 间教室可用。") % {"block": about, "has": has}
        case Wish.LEAST:
            return _("%(subject)s教学班规定至少 %(has)s 人。") % {"subject": subject, "has": has}
        case Wish.MOST:
            return _("%(subject)s教学班规定最多 %(has)s 人。") % {"subject": subject, "has": has}
        case Wish.HOME_COUNT:
            return _("规定正好 %(has)s 个行政班。") % {"has": has}
        case Wish.HOME_LEAST:
            return _("规定行政班至少 %(has)s 人。") % {"has": has}
        case Wish.HOME_MOST:
            return _("规定行政班最多 %(has)s 人。") % {"has": has}
        case Wish.HOME_ROOMS:
            return _("可作行政班的教室只有 %(has)s 间，每个行政班要一间。") % {"has": has}
        case Wish.MODE:
            return _("走班方式：%(mode)s。") % {"mode": mode_word(about)}
        case Wish.CHOICES:
            return _("有 %(has)s 名学生选了%(combination)s。") % {"has": has, "combination": combination_words(about)}


def _easing(wish: str, about: str, by: int) -> str:
    subject = subject_word(about)
    match Wish(wish):
        case Wish.TEACHERS:
            return _("增加 %(by)s 名能教%(subject)s的教师") % {"by": by, "subject": subject}
        case Wish.ROOMS:
            return _("时段 %(block)s 增加 %(by)s 间教室") % {"block": about, "by": by}
        case Wish.LEAST:
            return _("%(subject)s教学班的下限减少 %(by)s 人") % {"subject": subject, "by": by}
        case Wish.MOST:
            return _("%(subject)s教学班的上限增加 %(by)s 人") % {"subject": subject, "by": by}
        case Wish.HOME_COUNT:
            return _("增加 %(by)s 个行政班") % {"by": by}
        case Wish.HOME_LEAST:
            return _("行政班的下限减少 %(by)s 人") % {"by": by}
        case Wish.HOME_MOST:
            return _("行政班的上限增加 %(by)s 人") % {"by": by}
        case Wish.HOME_ROOMS:
            return _("增加 %(by)s 间行政班教室") % {"by": by}
        case Wish.MODE:
            return _("放宽走班方式")
        case Wish.CHOICES:
            return _("%(by)s 名选%(combination)s的学生改选") % {"by": by, "combination": combination_words(about)}


def fault_words(found: Sequence[Fault]) -> list[str]:
    """What a check apart has found, a sentence each. Pupils are not named."""
    sentences = {
        Amiss.OTHER_INPUTS: _("选科、班级、教师或教室已经变动。"),
        Amiss.CODE_TWICE: _("“%(about)s”这个编号有两个班。"),
        Amiss.UNKNOWN: _("有学生或学科已经不在这个年级里。"),
        Amiss.NOT_TAUGHT: _("有学生的%(other)s没有教学班。"),
        Amiss.TAUGHT_TWICE: _("有学生的%(other)s排了两个教学班。"),
        Amiss.NOT_CHOSEN: _("有学生被排进了没有选的%(other)s。"),
        Amiss.TWO_AT_ONCE: _("有学生在时段 %(other)s 要同时上两个教学班。"),
        Amiss.BLOCK: _("“%(about)s”不能排在时段 %(other)s。"),
        Amiss.TOO_SMALL: _("“%(about)s”的人数少于下限。"),
        Amiss.TOO_LARGE: _("“%(about)s”的人数超过上限。"),
        Amiss.NO_ROOM: _("“%(about)s”没有教室。"),
        Amiss.ROOM_TOO_SMALL: _("“%(about)s”的教室 %(other)s 坐不下。"),
        Amiss.ROOM_CLOSED: _("“%(about)s”的教室 %(other)s 这时不能用。"),
        Amiss.ROOM_TAKEN: _("“%(about)s”和“%(other)s”同时用一间教室。"),
        Amiss.NO_TEACHER: _("“%(about)s”没有教师。"),
        Amiss.TEACHER_SUBJECT: _("教师 %(about)s 不教“%(other)s”的学科。"),
        Amiss.TEACHER_AWAY: _("“%(other)s”的教师 %(about)s 这时不能上课。"),
        Amiss.TEACHER_TWICE: _("教师 %(about)s 在时段 %(other)s 有两个教学班。"),
        Amiss.TEACHER_LOAD: _("教师 %(about)s 的教学班超过上限。"),
        Amiss.NO_HOME: _("有学生没有行政班。"),
        Amiss.TWO_HOMES: _("有学生在两个行政班里。"),
        Amiss.HOME_CHANGED: _("有学生的行政班已经变动。"),
        Amiss.HOME_COUNT: _("行政班的个数与规定不符。"),
        Amiss.HOST: _("“%(about)s”不能在行政班 %(other)s 的教室上课。"),
        Amiss.HOST_TWICE: _("行政班 %(about)s 在时段 %(other)s 有两个教学班。"),
        Amiss.MODE: _("行政班“%(about)s”不符合走班方式。"),
        Amiss.MOVES: _("走班人次与名单不符。"),
    }
    personal = {Amiss.NOT_TAUGHT, Amiss.TAUGHT_TWICE, Amiss.NOT_CHOSEN}
    return list(
        dict.fromkeys(
            sentences[one.amiss]
            % {"about": one.about, "other": subject_word(one.other) if one.amiss in personal else one.other}
            for one in found
        )
    )


# What was asked for ---------------------------------------------------------------------------------------------------


def setting_words(settings: GroupSettings) -> Iterator[tuple[str, str]]:
    """What was asked for, in words."""
    yield _("走班方式"), mode_word(settings.mode)
    yield _("时段"), _("、").join(settings.block_codes)
    if settings.keeps_classes:
        yield _("行政班"), _("保留原行政班")
    elif settings.home_count is not None:
        yield _("行政班"), _("重新编 %(count)s 个班，每班 %(least)s–%(most)s 人") % {
            "count": settings.home_count, "least": settings.home_least, "most": settings.home_most,
        }  # fmt: skip
    else:
        yield _("行政班"), _("重新编，班数尽量少，每班 %(least)s–%(most)s 人") % {
            "least": settings.home_least, "most": settings.home_most,
        }  # fmt: skip
    sizes: dict[tuple[int, int], list[str]] = defaultdict(list)
    for code, rule in settings.subjects.items():
        sizes[rule.least, rule.most].append(str(Subject(code).label))
    for (least, most), names in sizes.items():
        which = _("各科") if len(names) == len(SUBJECTS) else _("、").join(names)
        yield (
            _("教学班人数"),
            _("%(subjects)s %(least)s–%(most)s 人") % {"subjects": which, "least": least, "most": most},
        )
    if levels := [str(Subject(code).label) for code, rule in settings.subjects.items() if rule.is_level]:
        yield _("分层走班"), _("、").join(levels)
    balance = {Trait.GENDER.value: _("性别"), Trait.BOARDING.value: _("寄宿")}
    yield _("均衡"), _("、").join(balance[one] for one in settings.balance) or _("不要求")
    if settings.spare_groups:
        yield _("可多开的班"), str(settings.spare_groups)
    counts = [word for word, yes in ((_("教师"), settings.counts_teachers), (_("教室"), settings.counts_rooms)) if yes]
    yield _("考虑"), _("、").join(counts) or _("不考虑教师和教室")
    if settings.counts_teachers:
        yield _("每位教师最多"), _("%(count)s 个教学班") % {"count": settings.teacher_most}
