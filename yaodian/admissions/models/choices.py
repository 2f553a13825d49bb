"""The code tables of admissions, and which state may follow which."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """The values are the registry's; a test holds them equal."""

    PRESCHOOL = "preschool", _("学前")
    PRIMARY = "primary", _("小学")
    JUNIOR = "junior", _("初中")
    SENIOR = "senior", _("普通高中")


class SeasonState(models.TextChoices):
    DRAFT = "draft", _("准备")
    ANNOUNCED = "announced", _("已公布")
    CLOSED = "closed", _("已结束")


class IntakeState(models.TextChoices):
    PLANNED = "planned", _("未开始")
    OPEN = "open", _("报名中")
    CHECKING = "checking", _("核验中")
    CHECKED = "checked", _("核验结束")
    PROMISED = "promised", _("已公布抽签承诺")
    DRAWN = "drawn", _("已抽签")
    PLACED = "placed", _("已派位待公布")
    PUBLISHED = "published", _("结果已公布")
    ENDED = "ended", _("已结束")
    ABANDONED = "abandoned", _("没有公布，已终止")


# The only transitions that exist. An intake that needs no draw goes from checked to placed; a promise that cannot be kept
# goes back to checked, a run that is found wrong before it is published to drawn or checked. What is never published is
# abandoned on the day on which its personal data go, so that nothing is decided any more about children who are not known.
NEXT_OF_INTAKE: Mapping[str, tuple[str, ...]] = {
    IntakeState.PLANNED: (IntakeState.OPEN, IntakeState.ABANDONED),
    IntakeState.OPEN: (IntakeState.CHECKING, IntakeState.ABANDONED),
    IntakeState.CHECKING: (IntakeState.CHECKED, IntakeState.ABANDONED),
    IntakeState.CHECKED: (IntakeState.PROMISED, IntakeState.PLACED, IntakeState.ABANDONED),
    IntakeState.PROMISED: (IntakeState.DRAWN, IntakeState.CHECKED, IntakeState.ABANDONED),
    IntakeState.DRAWN: (IntakeState.PLACED, IntakeState.ABANDONED),
    IntakeState.PLACED: (IntakeState.PUBLISHED, IntakeState.DRAWN, IntakeState.CHECKED, IntakeState.ABANDONED),
    IntakeState.PUBLISHED: (IntakeState.ENDED,),
}


# Trials may be asked for as soon as something is verified, and until the results are out.
TRYING = (
    IntakeState.CHECKING,
    IntakeState.CHECKED,
    IntakeState.PROMISED,
    IntakeState.DRAWN,
    IntakeState.PLACED,
)
# As long as applications may be checked against them, lists come in and go out.
LOADED_IN = (IntakeState.PLANNED, IntakeState.OPEN, IntakeState.CHECKING)


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("已提交")
    RETURNED = "returned", _("退回补正")
    VERIFIED = "verified", _("核验通过")
    REFUSED = "refused", _("不符合条件")
    WITHDRAWN = "withdrawn", _("已撤回")


NEXT_OF_APPLICATION: Mapping[str, tuple[str, ...]] = {
    ApplicationState.DRAFT: (ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN),
    ApplicationState.SUBMITTED: (
        ApplicationState.RETURNED,
        ApplicationState.VERIFIED,
        ApplicationState.REFUSED,
        ApplicationState.WITHDRAWN,
    ),
    ApplicationState.RETURNED: (ApplicationState.SUBMITTED, ApplicationState.REFUSED, ApplicationState.WITHDRAWN),
    ApplicationState.VERIFIED: (ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN),
    ApplicationState.REFUSED: (ApplicationState.SUBMITTED,),
    ApplicationState.WITHDRAWN: (ApplicationState.SUBMITTED,),
}

# Applications that take part: they have a number, and no second one for the same child may stand beside them.
STANDING = (
    ApplicationState.SUBMITTED,
    ApplicationState.RETURNED,
    ApplicationState.VERIFIED,
    ApplicationState.REFUSED,
)


class PaperKind(models.TextChoices):
    ID_CARD = "id_card", _("居民身份证")
    HKMO_PERMIT = "hkmo_permit", _("港澳居民来往内地通行证")
    HKMOTW_RESIDENCE = "hkmotw_residence", _("港澳台居民居住证")
    TAIWAN_PERMIT = "taiwan_permit", _("台湾居民来往大陆通行证")
    PASSPORT = "passport", _("护照")
    BIRTH_CERTIFICATE = "birth_certificate", _("出生医学证明")
    NONE = "none", _("暂无证件")


class Relation(models.TextChoices):
    MOTHER = "mother", _("母亲")
    FATHER = "father", _("父亲")
    GRANDPARENT = "grandparent", _("（外）祖父母")
    OTHER = "other", _("其他监护人")


class Holding(models.TextChoices):
    OWNED = "owned", _("自有房产")
    RENTED = "rented", _("租赁")
    PUBLIC = "public", _("公租房")
    RELATIVE = "relative", _("与（外）祖父母同住")
    OTHER = "other", _("其他")


class Side(models.TextChoices):
    """The values are the engine's words."""

    BOTH = "both", _("全部")
    ODD = "odd", _("单号")
    EVEN = "even", _("双号")


class ReferenceKind(models.TextChoices):
    HOUSEHOLD = "household", _("户籍")
    PROPERTY = "property", _("不动产")
    RESIDENCE = "residence", _("居住证")
    INSURANCE = "insurance", _("社会保险")


class Verdict(models.TextChoices):
    VERIFY = "verify", _("通过")
    RETURN = "return", _("退回补正")
    REFUSE = "refuse", _("不符合条件")


class DrawState(models.TextChoices):
    PROMISED = "promised", _("已公布承诺")
    DRAWN = "drawn", _("已抽签")
    VOID = "void", _("作废")


class RunKind(models.TextChoices):
    TRIAL = "trial", _("试算")
    SEALED = "sealed", _("正式")
    COMPARISON = "comparison", _("对比")


class RunState(models.TextChoices):
    QUEUED = "queued", _("等待计算")
    DONE = "done", _("已算出")
    FAILED = "failed", _("未算出")
    OPENED = "opened", _("已公布")
    DROPPED = "dropped", _("弃用")


class How(models.TextChoices):
    """By what a child came to the place."""

    WISHES = "wishes", _("按志愿与优先顺序")
    QUOTA = "quota", _("按保留名额")
    OVERFLOW = "overflow", _("统筹安排")
    WAITING = "waiting", _("候补")
    APPEAL = "appeal", _("申诉更正")


class PlaceState(models.TextChoices):
    OFFERED = "offered", _("待确认")
    ACCEPTED = "accepted", _("已接受")
    DECLINED = "declined", _("已放弃")
    LAPSED = "lapsed", _("逾期未确认")
    REPLACED = "replaced", _("已更正")


# Places that count against an offer's seats.
HOLDING = (PlaceState.OFFERED, PlaceState.ACCEPTED)


class WaitingState(models.TextChoices):
    WAITING = "waiting", _("候补中")
    CALLED = "called", _("已递补")
    ENDED = "ended", _("已结束")


class AppealState(models.TextChoices):
    FILED = "filed", _("待裁定")
    UPHELD = "upheld", _("予以更正")
    DISMISSED = "dismissed", _("维持原结果")


class Subject(models.TextChoices):
    """What may count in a score: the papers of the examination, and points that a policy adds."""

    CHINESE = "chinese", _("语文")
    MATHEMATICS = "mathematics", _("数学")
    FOREIGN_LANGUAGE = "foreign_language", _("外语")
    PHYSICS = "physics", _("物理")
    CHEMISTRY = "chemistry", _("化学")
    BIOLOGY = "biology", _("生物学")
    ETHICS = "ethics", _("道德与法治")
    HISTORY = "history", _("历史")
    GEOGRAPHY = "geography", _("地理")
    SCIENCE = "science", _("科学")
    SOCIETY = "society", _("历史与社会")
    SPORT = "sport", _("体育与健康")
    EXPERIMENT = "experiment", _("实验操作")
    COMPUTING = "computing", _("信息技术")
    ARTS = "arts", _("艺术")
    BONUS = "bonus", _("政策加分")


class ScoreState(models.TextChoices):
    DRAFT = "draft", _("准备")
    ANNOUNCED = "announced", _("规则已公布")
    LOADED = "loaded", _("数据已锁定")
    PLACED = "placed", _("已投档待公布")
    PUBLISHED = "published", _("结果已公布")
    ABANDONED = "abandoned", _("没有公布，已终止")


# What was loaded may be opened again to mend it, a placement that was not published may be dropped. Nothing else goes back.
# What is never published is abandoned on the day on which its candidates' names go.
NEXT_OF_SCORES: Mapping[str, tuple[str, ...]] = {
    ScoreState.DRAFT: (ScoreState.ANNOUNCED,),
    ScoreState.ANNOUNCED: (ScoreState.LOADED, ScoreState.ABANDONED),
    ScoreState.LOADED: (ScoreState.PLACED, ScoreState.ANNOUNCED, ScoreState.ABANDONED),
    ScoreState.PLACED: (ScoreState.PUBLISHED, ScoreState.LOADED, ScoreState.ABANDONED),
}


class BatchKind(models.TextChoices):
    """How seats of a batch are given. An early batch is one of parallel wishes that is held before the others."""

    EARLY = "early", _("提前批")
    HELD = "held", _("指标到校")
    PARALLEL = "parallel", _("平行志愿")
    BANDS = "bands", _("梯度志愿")
