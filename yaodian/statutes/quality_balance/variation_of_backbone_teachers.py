"""县级以上骨干教师数差异系数."""

import datetime

from yaodian.engines.rules import Confidence, Direction, Entity, Period, Reference, at_most
from yaodian.statutes.declare import Dispersion
from yaodian.statutes.quality_balance.backbone_teachers import BackboneTeachers


class VariationOfBackboneTeachers(Dispersion):
    """How unevenly backbone_teachers is spread over the schools of one stage of a county."""

    label = "县级以上骨干教师数差异系数"
    entity = Entity.COUNTY
    period = Period.SCHOOL_YEAR
    unit = ""
    direction = Direction.DOWN
    reference = Reference("jiaodu-2017-6", "校际差异系数：每项小学不高于0.50，初中不高于0.45", Confidence.V2)
    requires = at_most("threshold")
    of = BackboneTeachers
    holds_from = datetime.date(2017, 4, 19)
