"""Is a county's compulsory schooling 基本均衡: the mean spread of the eight figures by stage, the score, the public."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from yaodian.engines import rules
from yaodian.statutes.basic_balance.government_score import GovernmentScore
from yaodian.statutes.basic_balance.mean_variation_of_eight import MeanVariationOfEight
from yaodian.statutes.basic_balance.public_satisfaction import PublicSatisfaction
from yaodian.statutes.declare import title
from yaodian.statutes.verdicts import CountyVerdict, Item, Row, Scope, judge

ITEMS = (
    Item("一", "校际均衡：综合差异系数", (MeanVariationOfEight,), Scope.SPREAD),
    Item("二", "政府推进工作评分", (GovernmentScore,)),
    Item("三", "公众满意度", (PublicSatisfaction,)),
)
AMOUNTS = ("teaching_rooms", "sports_ground", "equipment_value_10k_yuan")


def assess(
    schools: Sequence[Row],
    county: Row,
    *,
    day: datetime.date,
    rules_on: datetime.date | None = None,
    region: str = rules.NATION,
) -> CountyVerdict:
    """The verdict on a county. Shapes as in ``verdicts.judge``."""
    return judge(
        title("basic_balance"), ITEMS, schools=schools, county=county,
        day=day, rules_on=rules_on, region=region, stages=("primary", "junior"), amounts=AMOUNTS,
    )  # fmt: skip
