"""What a school reports each September: the fields of the yearly statistics that the indicators need."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yaodian.foundation.models import Record
from yaodian.registry.models.choices import Stage
from yaodian.registry.models.schools import School


def _count(label: object) -> "models.PositiveIntegerField[int | None, int | None]":
    return models.PositiveIntegerField(label, null=True, blank=True)


def _amount(label: object) -> "models.DecimalField[object, object]":
    return models.DecimalField(label, max_digits=14, decimal_places=2, null=True, blank=True)


COUNTS = {
    "largest_class": _("最大班额"),
    "girls": _("女生"),
    "minority": _("少数民族学生"),
    "migrant": _("随迁子女"),
    "left_behind": _("农村留守儿童"),
    "boarding": _("寄宿生"),
    "disabled": _("残疾学生"),
    "entrants": _("招生数"),
    "graduates": _("毕业生数"),
    "moved_in": _("转入"),
    "moved_out": _("转出"),
    "dropped_out": _("辍学"),
    "deaths": _("死亡"),
    "full_time": _("专任教师"),
    "above_required_qualification": _("高于规定学历教师"),
    "backbone_county_or_above": _("县级以上骨干教师"),
    "sports": _("体育教师"),
    "music": _("音乐教师"),
    "art": _("美术教师"),
    "certified": _("持教师资格证教师"),
    "trained_360": _("五年培训满360学时教师"),
    "in_establishment": _("在编教师"),
    "exchanged": _("交流轮岗教师"),
    "exchange_eligible": _("符合交流条件教师"),
    "ordinary_rooms": _("普通教室（间）"),
    "music_rooms": _("音乐教室（间）"),
    "art_rooms": _("美术教室（间）"),
    "multimedia_classrooms": _("网络多媒体教室（间）"),
    "computers": _("教学用计算机（台）"),
    "books": _("图书（册）"),
}
AMOUNTS = {
    "site": _("占地面积（平方米）"),
    "sports_ground": _("运动场地面积（平方米）"),
    "indoor_sports": _("室内体育用房面积（平方米）"),
    "teaching_rooms": _("教学及辅助用房面积（平方米）"),
    "living": _("生活用房面积（平方米）"),
    "dangerous": _("危房面积（平方米）"),
    "music_rooms_area": _("音乐教室面积（平方米）"),
    "art_rooms_area": _("美术教室面积（平方米）"),
    "equipment_value_10k_yuan": _("教学仪器设备值（万元）"),
    "public_funds_per_pupil": _("生均公用经费（元）"),
    "training_funds": _("教师培训经费（元）"),
}
LISTS = {"pupils_by_grade": _("各年级学生数"), "classes_by_grade": _("各年级班数")}
TABLES = {
    "class_size_bands": _("班额分布（班）"),
    "by_qualification": _("专任教师按学历"),
    "by_title": _("专任教师按职称"),
}
FIGURES = {**LISTS, **TABLES, **COUNTS, **AMOUNTS}


class YearlyReturn(Record):
    """One stage of a school in one school year, which begins in September of `year`.

    What was not reported is null (for lists and tables: empty), which is never the same as 0. Areas are m².
    """

    school = models.ForeignKey(School, models.PROTECT, related_name="returns", verbose_name=_("学校"), db_index=False)
    year = models.PositiveSmallIntegerField(_("学年"))
    stage = models.CharField(_("学段"), max_length=10, choices=Stage.choices)
    pupils_by_grade = models.JSONField(LISTS["pupils_by_grade"], default=list, blank=True)
    classes_by_grade = models.JSONField(LISTS["classes_by_grade"], default=list, blank=True)
    class_size_bands = models.JSONField(TABLES["class_size_bands"], default=dict, blank=True)
    by_qualification = models.JSONField(TABLES["by_qualification"], default=dict, blank=True)
    by_title = models.JSONField(TABLES["by_title"], default=dict, blank=True)
    largest_class = _count(COUNTS["largest_class"])
    girls = _count(COUNTS["girls"])
    minority = _count(COUNTS["minority"])
    migrant = _count(COUNTS["migrant"])
    left_behind = _count(COUNTS["left_behind"])
    boarding = _count(COUNTS["boarding"])
    disabled = _count(COUNTS["disabled"])
    entrants = _count(COUNTS["entrants"])
    graduates = _count(COUNTS["graduates"])
    moved_in = _count(COUNTS["moved_in"])
    moved_out = _count(COUNTS["moved_out"])
    dropped_out = _count(COUNTS["dropped_out"])
    deaths = _count(COUNTS["deaths"])
    full_time = _count(COUNTS["full_time"])
    above_required_qualification = _count(COUNTS["above_required_qualification"])
    backbone_county_or_above = _count(COUNTS["backbone_county_or_above"])
    sports = _count(COUNTS["sports"])
    music = _count(COUNTS["music"])
    art = _count(COUNTS["art"])
    certified = _count(COUNTS["certified"])
    trained_360 = _count(COUNTS["trained_360"])
    in_establishment = _count(COUNTS["in_establishment"])
    exchanged = _count(COUNTS["exchanged"])
    exchange_eligible = _count(COUNTS["exchange_eligible"])
    ordinary_rooms = _count(COUNTS["ordinary_rooms"])
    music_rooms = _count(COUNTS["music_rooms"])
    art_rooms = _count(COUNTS["art_rooms"])
    multimedia_classrooms = _count(COUNTS["multimedia_classrooms"])
    computers = _count(COUNTS["computers"])
    books = _count(COUNTS["books"])
    site = _amount(AMOUNTS["site"])
    sports_ground = _amount(AMOUNTS["sports_ground"])
    indoor_sports = _amount(AMOUNTS["indoor_sports"])
    teaching_rooms = _amount(AMOUNTS["teaching_rooms"])
    living = _amount(AMOUNTS["living"])
    dangerous = _amount(AMOUNTS["dangerous"])
    music_rooms_area = _amount(AMOUNTS["music_rooms_area"])
    art_rooms_area = _amount(AMOUNTS["art_rooms_area"])
    equipment_value_10k_yuan = _amount(AMOUNTS["equipment_value_10k_yuan"])
    public_funds_per_pupil = _amount(AMOUNTS["public_funds_per_pupil"])
    training_funds = _amount(AMOUNTS["training_funds"])
    source = models.CharField(_("来源"), max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(_("更新时间"))

    class Meta:
        ordering = ["school_id", "-year", "stage"]
        verbose_name = _("学年报表")
        constraints = [
            models.UniqueConstraint(name="registry_return_once", fields=["school", "year", "stage"]),
            models.CheckConstraint(name="registry_return_stage_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(name="registry_return_year_plausible", condition=Q(year__gte=1949, year__lte=2199)),
            *(
                models.CheckConstraint(
                    name=f"registry_return_{name}_not_below_0",
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0}),
                )
                for name in AMOUNTS
            ),
        ]
        indexes = [models.Index(fields=["year", "stage"], name="registry_return_by_year")]

    def __str__(self) -> str:
        return f"return {self.year} {self.stage} of school {self.school_id}"

    @property
    def pupils(self) -> int | None:
        """All pupils of the stage, or None where no grade was reported."""
        return sum(self.pupils_by_grade) if self.pupils_by_grade else None

    @property
    def classes(self) -> int | None:
        """All classes of the stage, or None where no grade was reported."""
        return sum(self.classes_by_grade) if self.classes_by_grade else None
