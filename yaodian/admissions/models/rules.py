"""The rules of a season as rows. Once announced they stand: `Season.rules` is what was announced, with its fingerprint.

An intake is one stage of a season: the children who enter it are placed together, in one market.
"""

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yaodian.admissions.models.choices import IntakeState, ReferenceKind, SeasonState, Side, Stage
from yaodian.foundation.fields import EncryptedJSONField, blind
from yaodian.foundation.models import Record
from yaodian.organisations.models import Unit, new_public_id

# Six months from the day on which somebody learns of a decision he may sue (行政诉讼法第四十六条), and the court serves the claim within
# the next one; after that nothing is left that the names are needed for (个人信息保护法第十九条、第四十七条).
KEEP_MONTHS = 7
MOST_MONTHS = 36
LONGEST_NUMBER = 30


def _json(default: Any, label: Any = None) -> "models.JSONField[Any, Any]":
    return models.JSONField(label, default=default, blank=True)


class Season(Record):
    """A year's admissions of an office. `rules` is what was announced (`problem.rules`), empty before.

    `keep_months` after the publication of an intake what names people in its applications is erased (`operations.erasing`).
    `changed_by` changed it last: who announces it is another. `version` counts every change of a rule in it.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    office = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("主办单位"))
    title = models.CharField(_("名称"), max_length=80)
    year = models.PositiveSmallIntegerField(_("入学年份"))
    state = models.CharField(_("状态"), max_length=10, choices=SeasonState.choices, default=SeasonState.DRAFT)
    basis = models.CharField(_("依据"), max_length=400, blank=True)
    contact = models.CharField(_("咨询电话与地点"), max_length=200, blank=True)
    keep_months = models.PositiveSmallIntegerField(
        _("结果公布后保存个人信息（月）"),
        default=KEEP_MONTHS,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)],
        help_text=_("期满以后删去姓名、证件、住址和材料。默认 7 个月：提起行政诉讼的 6 个月，加上法院送达的 1 个月。"),
    )
    rules = _json(dict)
    rules_sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(_("建立时间"))
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    announced_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    announced_at = models.DateTimeField(_("公布时间"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["-year", "title", "id"]
        verbose_name = _("招生季")
        constraints = [
            models.UniqueConstraint(name="admissions_season_once", fields=["office", "year", "title"]),
            models.CheckConstraint(name="admissions_season_titled", condition=~Q(title="")),
            models.CheckConstraint(
                name="admissions_season_keep_months", condition=Q(keep_months__gte=1, keep_months__lte=MOST_MONTHS)
            ),
            models.CheckConstraint(name="admissions_season_year", condition=Q(year__gte=2000, year__lte=2199)),
            models.CheckConstraint(name="admissions_season_state_known", condition=Q(state__in=SeasonState.values)),
            models.CheckConstraint(
                name="admissions_season_announced_whole",
                condition=Q(state="draft", announced_at__isnull=True, rules_sha256="")
                | (~Q(state="draft") & Q(announced_at__isnull=False) & ~Q(rules_sha256="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Intake(Record):
    """One stage of a season, or a further round (补录) of it: `round` from 2, for those whom the round that it `follows` left over.

    Days are included; inside the window of days the moment of arrival has no value.

    `overflow_m`: how far, in metres, a child left over may be sent by the office; 0 where nobody is sent. `accept_days` and
    `appeal_days` are counted from the day of publication.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    season = models.ForeignKey(Season, models.PROTECT, related_name="intakes", db_index=False)
    stage = models.CharField(_("学段"), max_length=10, choices=Stage.choices)
    round = models.PositiveSmallIntegerField(_("轮次"), default=1, editable=False)
    follows = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", editable=False
    )
    state = models.CharField(_("状态"), max_length=10, choices=IntakeState.choices, default=IntakeState.PLANNED)
    opens_on = models.DateField(_("报名开始"))
    closes_on = models.DateField(_("报名截止"))
    check_until = models.DateField(_("核验截止"))
    publishes_on = models.DateField(_("结果公布"))
    accept_days = models.PositiveSmallIntegerField(_("确认入学期限（天）"), default=7)
    appeal_days = models.PositiveSmallIntegerField(_("申诉期限（天）"), default=7)
    born_from = models.DateField(_("出生日期自"))
    born_until = models.DateField(_("出生日期至"))
    most_wishes = models.PositiveSmallIntegerField(_("最多填报志愿"), default=3)
    overflow_m = models.PositiveIntegerField(_("统筹安排最远距离（米）"), default=0)
    proofs = _json(list, _("必交材料"))
    note = models.TextField(_("说明"), blank=True)
    published_on = models.DateField(_("实际公布日"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["season_id", "opens_on", "id"]
        verbose_name = _("学段招生")
        constraints = [
            models.UniqueConstraint(name="admissions_intake_once", fields=["season", "stage", "round"]),
            models.CheckConstraint(
                name="admissions_intake_round_follows",
                condition=Q(round=1, follows__isnull=True) | Q(round__gte=2, follows__isnull=False),
            ),
            models.CheckConstraint(name="admissions_intake_stage_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(name="admissions_intake_state_known", condition=Q(state__in=IntakeState.values)),
            models.CheckConstraint(
                name="admissions_intake_days_in_order",
                condition=Q(opens_on__lte=F("closes_on"))
                & Q(closes_on__lte=F("check_until"))
                & Q(check_until__lte=F("publishes_on")),
                violation_error_message=_("日期前后矛盾：报名开始、报名截止、核验截止、结果公布须依次不早于前一个。"),
            ),
            models.CheckConstraint(
                name="admissions_intake_births_in_order",
                condition=Q(born_from__lte=F("born_until")),
                violation_error_message=_("出生日期的起始晚于终止。"),
            ),
            models.CheckConstraint(
                name="admissions_intake_figures",
                condition=Q(most_wishes__gte=1, most_wishes__lte=50, accept_days__gte=1, appeal_days__gte=1),
            ),
            models.CheckConstraint(
                name="admissions_intake_published_on",
                condition=Q(state__in=["published", "ended"], published_on__isnull=False)
                | (~Q(state__in=["published", "ended"]) & Q(published_on__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["state", "opens_on"], name="admissions_intake_by_state")]

    def __str__(self) -> str:
        return f"{self.stage} of season {self.season_id}"

    @property
    def title(self) -> str:
        """The stage in words, and the round where it is not the first."""
        stage = str(self.get_stage_display())
        return stage if self.round == 1 else str(_("%(stage)s第 %(round)s 轮")) % {"stage": stage, "round": self.round}


class Criterion(Record):
    """A fact that the rules ask about, in the words of the rule, and what shows it: «户籍在学区内», 户口簿."""

    intake = models.ForeignKey(Intake, models.PROTECT, related_name="criteria", db_index=False)
    code = models.CharField(_("代码"), max_length=30)
    words = models.CharField(_("规则原文"), max_length=200)
    proofs = _json(list, _("所需材料"))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["intake_id", "position", "id"]
        verbose_name = _("条件")
        constraints = [
            models.UniqueConstraint(name="admissions_criterion_once", fields=["intake", "code"]),
            models.CheckConstraint(name="admissions_criterion_said", condition=~Q(code="") & ~Q(words="")),
        ]

    def __str__(self) -> str:
        return self.words


class PriorityClass(Record):
    """A class in the order of fulfilment: the first, by rank from 1, all of whose `needs` hold and none of whose `lacks`."""

    intake = models.ForeignKey(Intake, models.PROTECT, related_name="classes", db_index=False)
    rank = models.PositiveSmallIntegerField(_("顺序"))
    label = models.CharField(_("名称"), max_length=60)
    words = models.CharField(_("规则原文"), max_length=400)
    needs = _json(list, _("须具备的条件"))
    lacks = _json(list, _("不得具备的条件"))

    class Meta:
        ordering = ["intake_id", "rank"]
        verbose_name = _("优先顺序")
        constraints = [
            models.UniqueConstraint(name="admissions_class_rank_once", fields=["intake", "rank"]),
            models.CheckConstraint(
                name="admissions_class_said", condition=Q(rank__gte=1) & ~Q(label="") & ~Q(words="")
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Offer(Record):
    """The places of a school in an intake. `taken` counts the places that are held, and can exceed them by no way.

    `is_open`: any child may wish for it; else only those of its catchment. `added_seats`: by decisions on appeals.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="offers", db_index=False)
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("学校"))
    seats = models.PositiveIntegerField(_("招生计划"))
    added_seats = models.PositiveIntegerField(_("追加"), default=0)
    taken = models.PositiveIntegerField(_("已占"), default=0, editable=False)
    is_open = models.BooleanField(_("面向全体报名"), default=False)
    is_public = models.BooleanField(_("公办"), default=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    note = models.CharField(_("说明"), max_length=400, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["intake_id", "id"]
        verbose_name = _("招生计划")
        constraints = [
            models.UniqueConstraint(
                name="admissions_offer_once",
                fields=["intake", "school"],
                violation_error_message=_("这所学校在本学段已有招生计划。"),
            ),
            models.CheckConstraint(
                name="admissions_offer_never_oversold",
                condition=Q(taken__lte=F("seats") + F("added_seats")),
                violation_error_message=_("占用的学位多于招生计划。"),
            ),
        ]

    def __str__(self) -> str:
        return f"school {self.school_id} in intake {self.intake_id}"


class Quota(Record):
    """Seats of an offer kept for children of whom a criterion holds; filled before the open ones, in the order of `step`."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="quotas", db_index=False)
    label = models.CharField(_("名称"), max_length=60)
    seats = models.PositiveIntegerField(_("名额"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name=_("面向"))
    step = models.PositiveSmallIntegerField(_("顺序"), default=1)
    is_passed_on = models.BooleanField(_("用不完的转为普通名额"), default=True)

    class Meta:
        ordering = ["offer_id", "step", "id"]
        verbose_name = _("保留名额")
        constraints = [
            models.UniqueConstraint(name="admissions_quota_once", fields=["offer", "criterion"]),
            models.UniqueConstraint(name="admissions_quota_step_once", fields=["offer", "step"]),
            models.CheckConstraint(name="admissions_quota_said", condition=~Q(label="")),
        ]

    def __str__(self) -> str:
        return self.label


class Catchment(Record):
    """A catchment: streets with house numbers, or an area. `is_single`: of each address one school answers (单校划片).

    `polygon` is a list of rings of [longitude, latitude] in GCJ-02, empty where the catchment is told by streets alone.
    """

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="catchments", db_index=False)
    code = models.CharField(_("代码"), max_length=30)
    label = models.CharField(_("名称"), max_length=80)
    is_single = models.BooleanField(_("单校划片"), default=True)
    polygon = _json(list, _("范围"))

    class Meta:
        ordering = ["intake_id", "code"]
        verbose_name = _("学区")
        constraints = [
            models.UniqueConstraint(name="admissions_catchment_once", fields=["intake", "code"]),
            models.CheckConstraint(name="admissions_catchment_said", condition=~Q(code="") & ~Q(label="")),
        ]

    def __str__(self) -> str:
        return self.label


class CatchmentSchool(models.Model):
    """A school that a catchment leads to, in published order."""

    catchment = models.ForeignKey(Catchment, models.CASCADE, related_name="schools", db_index=False)
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="catchments")
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["catchment_id", "position", "id"]
        verbose_name = _("对口学校")
        constraints = [models.UniqueConstraint(name="admissions_catchmentschool_once", fields=["catchment", "offer"])]

    def __str__(self) -> str:
        return f"offer {self.offer_id} of catchment {self.catchment_id}"


class CatchmentRange(models.Model):
    """House numbers of a street, or of a lane of it, both ends included, on one side or both.

    `first` and `last` are the whole numbers by which ranges stand in order; `first_written` and `last_written` are the numbers
    themselves where more belongs to them (12号之一), else empty. `lane` is 0 for the street's own numbers; where `is_lanes`,
    whole lanes of the street are counted. All numbers of a street mean its lanes as well.
    """

    catchment = models.ForeignKey(Catchment, models.CASCADE, related_name="ranges", db_index=False)
    street = models.CharField(_("道路"), max_length=80)
    first = models.PositiveIntegerField(_("起"), default=1)
    last = models.PositiveIntegerField(_("止"), default=99_999)
    first_written = models.CharField(_("起"), max_length=LONGEST_NUMBER, blank=True)
    last_written = models.CharField(_("止"), max_length=LONGEST_NUMBER, blank=True)
    lane = models.PositiveIntegerField(_("弄"), default=0)
    is_lanes = models.BooleanField(_("按弄"), default=False)
    side = models.CharField(_("单双号"), max_length=4, choices=Side.choices, default=Side.BOTH)

    class Meta:
        ordering = ["catchment_id", "street", "first", "id"]
        verbose_name = _("门牌范围")
        constraints = [
            models.CheckConstraint(
                name="admissions_range_in_order",
                condition=Q(first__lte=F("last")) & ~Q(street=""),
                violation_error_message=_("门牌号的起始大于终止，或没有写道路。"),
            ),
            models.CheckConstraint(name="admissions_range_side_known", condition=Q(side__in=Side.values)),
            models.CheckConstraint(
                name="admissions_range_lanes_whole",
                condition=Q(is_lanes=False) | Q(lane=0, first_written="", last_written=""),
            ),
        ]
        indexes = [models.Index(fields=["catchment", "street"], name="admissions_range_by_street")]

    def __str__(self) -> str:
        return f"{self.street} {self.first}–{self.last}"


class Contested(models.Model):
    """An address of which it is not settled where it belongs, and what a family is told.

    `number` is the whole number, `written` the number itself where more belongs to it (12号之一); `lane` is 0 outside of lanes.
    """

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="contested", db_index=False)
    street = models.CharField(_("道路"), max_length=80)
    lane = models.PositiveIntegerField(_("弄"), default=0)
    number = models.PositiveIntegerField(_("门牌号"))
    written = models.CharField(_("门牌号"), max_length=LONGEST_NUMBER, blank=True)
    words = models.CharField(_("说明"), max_length=200)

    class Meta:
        ordering = ["intake_id", "street", "lane", "number", "written"]
        verbose_name = _("争议地址")
        constraints = [
            models.UniqueConstraint(
                name="admissions_contested_once", fields=["intake", "street", "lane", "number", "written"]
            ),
            models.CheckConstraint(name="admissions_contested_said", condition=~Q(street="") & ~Q(words="")),
        ]

    def __str__(self) -> str:
        return f"{self.street} {self.number}"


class Reference(models.Model):
    """A line of a list that the office loaded (households, properties, residence permits, insurance), found by a person's number.

    `detail` is what the list says, sealed; `line` names it within its list, so that it can be put right and taken out again. It
    is evidence for a clerk; the rule is never decided by it alone.
    """

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="references", db_index=False)
    kind = models.CharField(max_length=10, choices=ReferenceKind.choices)
    line = models.CharField(max_length=40)
    person_index = blind()
    detail = EncryptedJSONField()
    loaded_at = models.DateTimeField()

    class Meta:
        ordering = ["intake_id", "kind", "id"]
        verbose_name = _("比对名册")
        constraints = [
            models.CheckConstraint(name="admissions_reference_kind_known", condition=Q(kind__in=ReferenceKind.values)),
            models.UniqueConstraint(name="admissions_reference_line_once", fields=["intake", "kind", "line"]),
        ]
        indexes = [models.Index(fields=["intake", "person_index", "kind"], name="admissions_reference_of")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
