"""The code tables of timetabling, and which state may follow which."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from yaodian.timetabling import content


class Subject(models.TextChoices):
    """The six subjects that are chosen from; the first two exclude each other."""

    PHYSICS = content.PHYSICS, _("物理")
    HISTORY = content.HISTORY, _("历史")
    CHEMISTRY = content.CHEMISTRY, _("化学")
    BIOLOGY = content.BIOLOGY, _("生物")
    POLITICS = content.POLITICS, _("思想政治")
    GEOGRAPHY = content.GEOGRAPHY, _("地理")


class Grade(models.IntegerChoices):
    FIRST = 1, _("高一")
    SECOND = 2, _("高二")
    THIRD = 3, _("高三")


class RoundKind(models.TextChoices):
    TRIAL = "trial", _("模拟选科")
    BINDING = "binding", _("正式选科")
    CHANGE = "change", _("改选")


class RoundState(models.TextChoices):
    DRAFT = "draft", _("准备")
    OPEN = "open", _("进行中")
    CLOSED = "closed", _("已截止")
    SETTLED = "settled", _("已确定")
    WITHDRAWN = "withdrawn", _("已撤销")


# The only transitions that exist. A round that was closed too early opens again, with a reason.
NEXT_OF_ROUND: Mapping[str, tuple[str, ...]] = {
    RoundState.DRAFT: (RoundState.OPEN, RoundState.WITHDRAWN),
    RoundState.OPEN: (RoundState.CLOSED, RoundState.WITHDRAWN),
    RoundState.CLOSED: (RoundState.SETTLED, RoundState.OPEN, RoundState.WITHDRAWN),
}


class Means(models.TextChoices):
    CODE = "code", _("凭通知书")
    PAPER = "paper", _("纸质代录")
    LIST = "list", _("表格导入")


class ChoiceState(models.TextChoices):
    PROPOSED = "proposed", _("待审核")
    STANDING = "standing", _("有效")
    REPLACED = "replaced", _("已被替换")
    REFUSED = "refused", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")


NEXT_OF_CHOICE: Mapping[str, tuple[str, ...]] = {
    ChoiceState.PROPOSED: (
        ChoiceState.STANDING,
        ChoiceState.REFUSED,
        ChoiceState.REPLACED,
        ChoiceState.WITHDRAWN,
    ),
    ChoiceState.STANDING: (ChoiceState.REPLACED,),
}


class Mode(models.TextChoices):
    """How the subjects beside the first one are meant."""

    ANY = content.ANY, _("不提再选要求")
    ALL = content.ALL, _("均须选考")
    ONE = content.ONE, _("选考其中一门")


class Field(models.TextChoices):
    """The fields of study (学科门类) of the national catalogue of majors, with its codes."""

    PHILOSOPHY = "01", _("哲学")
    ECONOMICS = "02", _("经济学")
    LAW = "03", _("法学")
    EDUCATION = "04", _("教育学")
    LITERATURE = "05", _("文学")
    HISTORY = "06", _("历史学")
    SCIENCE = "07", _("理学")
    ENGINEERING = "08", _("工学")
    AGRICULTURE = "09", _("农学")
    MEDICINE = "10", _("医学")
    MILITARY = "11", _("军事学")
    MANAGEMENT = "12", _("管理学")
    ARTS = "13", _("艺术学")
    CROSS = "14", _("交叉学科")
