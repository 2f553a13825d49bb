"""What the registry's measures rest on: stages, filters, the texts of the law, and its figures by the day."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from yaodian.foundation.measuring import FILTERS, INPUTS, STAGES, Citation, DatedFigure, Parameter
from yaodian.registry.models import FIGURES, Stage

INPUTS.update(FIGURES)
STAGES.update({"": _("各学段"), "compulsory": _("义务教育"), **{str(code): label for code, label in Stage.choices}})
FILTERS.update(
    {
        "public": _("公办"),
        "private": _("民办"),
        "inclusive": _("普惠性民办"),
        "urban": _("城区"),
        "town": _("镇区"),
        "rural": _("乡村"),
    }
)

PRESCHOOL = {"preschool": ("preschool",)}
COMPULSORY = {"compulsory": ("primary", "junior"), "primary": ("primary",), "junior": ("junior",)}
SCHOOLING = {**COMPULSORY, "senior": ("senior",)}
EVERY = {"": (), **PRESCHOOL, **SCHOOLING, "vocational": ("vocational",), "special": ("special",)}
OWNERSHIP = ("public", "private")

STATISTICS = Citation("中国教育监测与评价统计指标体系（2020年版）", "教发〔2020〕6号")
INTEGRATION = Citation("国务院关于统筹推进县域内城乡义务教育一体化改革发展的若干意见", "国发〔2016〕40号")
KINDERGARTENS = Citation("县域学前教育普及普惠督导评估办法", "教督〔2020〕1号")
QUALITY = Citation("县域义务教育优质均衡发展督导评估办法", "教督〔2017〕6号")
KINDERGARTEN_RULES = Citation("幼儿园工作规程", "教育部令第39号", "第十一条")
SMALL_SCHOOLS = Citation("国务院办公厅关于全面加强乡村小规模学校和乡镇寄宿制学校建设的指导意见", "国办发〔2018〕27号")

LARGE_CLASS = Parameter("large-class", _("大班额起点（人）"), DatedFigure(date(2016, 7, 2), 56, INTEGRATION))
HUGE_CLASS = Parameter("huge-class", _("超大班额起点（人）"), DatedFigure(date(2016, 7, 2), 66, INTEGRATION))
PRIMARY_CLASS = Parameter("primary-class", _("小学班额上限（人）"), DatedFigure(date(2017, 4, 19), 45, QUALITY))
JUNIOR_CLASS = Parameter("junior-class", _("初中班额上限（人）"), DatedFigure(date(2017, 4, 19), 50, QUALITY))
KINDERGARTEN_CLASSES = tuple(
    Parameter(f"kindergarten-class-{grade}", label, DatedFigure(date(2016, 3, 1), most, KINDERGARTEN_RULES))
    for grade, (label, most) in enumerate(
        ((_("小班班额上限（人）"), 25), (_("中班班额上限（人）"), 30), (_("大班班额上限（人）"), 35)), start=1
    )
)
SMALL_SCHOOL = Parameter(
    "small-school", _("小规模学校人数线（人）"), DatedFigure(date(2018, 4, 25), 100, SMALL_SCHOOLS)
)
