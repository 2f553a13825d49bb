"""What the registry's measures rest on: stages, filters, the texts of the law, and its figures by the day."""

from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.engines import rules
from yaodian.foundation.measuring import FILTERS, INPUTS, STAGES, Citation, DatedFigure, Parameter
from yaodian.registry.models import FIGURES, Stage
from yaodian.statutes.book import BOOK
from yaodian.statutes.conditions.small_school import SmallSchool
from yaodian.statutes.enrolment.large_class_share import LargeClassShare
from yaodian.statutes.preschool.kindergarten_class_size import KindergartenClassSize
from yaodian.statutes.quality_balance.class_size import ClassSize

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


def _text(source: str, article: str = "") -> Citation:
    """A text of the register of sources, with how sure we are of it."""
    found = BOOK.sources[source]
    return Citation(found.title, found.number, article, found.confidence.meaning)


def cited(citation: rules.Citation) -> Citation:
    """A citation of the statutes as measures have it."""
    return Citation(citation.source.title, citation.source.number, citation.article, citation.confidence.meaning)


def _figure(code: str, label: Promise, declared: type[rules.Declared], figure: str, key: str = "") -> Parameter:
    """A figure of the statutes: where the law changes, it is changed there."""
    values = [
        DatedFigure(
            value.valid_from,
            Decimal(value.number.numerator) / value.number.denominator,
            cited(BOOK.citation(value.reference)),
        )
        for value in declared.figures[figure].values
        if value.key == key and value.region == rules.NATION and value.number is not None
    ]
    return Parameter(code, label, *values)


STATISTICS = _text("jianceyupingjia-2020")
KINDERGARTENS = _text("jiaodu-2020-1")
QUALITY = _text("jiaodu-2017-6")
KINDERGARTEN_RULES = _text("kindergarten-procedure", "第十一条")
SMALL_SCHOOLS = _text("guobanfa-2018-27")
INTEGRATION = Citation(
    "国务院关于统筹推进县域内城乡义务教育一体化改革发展的若干意见",
    "国发〔2016〕40号",
    certainty=rules.Confidence.HIGH.meaning,
)

# The statutes have these two as bands in which returns count classes, and not as figures.
CLASS_BANDS = cited(BOOK.citation(LargeClassShare.reference))
LARGE_CLASS = Parameter("large-class", _("大班额起点（人）"), DatedFigure(date(2016, 7, 2), 56, CLASS_BANDS))
HUGE_CLASS = Parameter("huge-class", _("超大班额起点（人）"), DatedFigure(date(2016, 7, 2), 66, CLASS_BANDS))
PRIMARY_CLASS = _figure("primary-class", _("小学班额上限（人）"), ClassSize, "threshold", "primary")
JUNIOR_CLASS = _figure("junior-class", _("初中班额上限（人）"), ClassSize, "threshold", "junior")
KINDERGARTEN_CLASSES = tuple(
    _figure(f"kindergarten-class-{grade}", label, KindergartenClassSize, "threshold", key)
    for grade, (label, key) in enumerate(
        ((_("小班班额上限（人）"), "small"), (_("中班班额上限（人）"), "middle"), (_("大班班额上限（人）"), "large")),
        start=1,
    )
)
SMALL_SCHOOL = _figure("small-school", _("小规模学校人数线（人）"), SmallSchool, "fewer_than")
