"""Schools and counties on a map: where they lie, how they stand, and what is said of them in the list behind it."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from yaodian.engines import rules
from yaodian.foundation.charting import Chart, Datum, Figure, Limit, Row
from yaodian.indicators.models import SchoolStanding, Verdict
from yaodian.indicators.queries.reporting import Material, Unassessed, material
from yaodian.indicators.queries.standards import judges_schools, limit_for, shown_in, stage_words
from yaodian.organisations.queries import Visitor
from yaodian.registry.queries import SchoolIn
from yaodian.statutes.monitored import Statute

KM_PER_DEGREE = 111.195
"""Of latitude, on a sphere of 6371 km; of longitude as much times the cosine of the latitude."""
# So many times farther from the middle than half of the others: a coordinate that was mistaken, which would make the
# rest a speck.
TOO_FAR = 12
LEAST_FAR_KM = 30
# Statute, public id of a school, school year.
Address = Callable[[str, str, int], str]
# What has a value and no threshold to stand against.
PLAIN = "plain"


@dataclass(frozen=True)
class Spot:
    """Degrees, as the registry has them (GCJ-02)."""

    longitude: float
    latitude: float

    def km_from(self, other: Spot) -> float:
        """The distance in km, for places in a county or city."""
        east = (self.longitude - other.longitude) * math.cos(math.radians(other.latitude))
        return KM_PER_DEGREE * math.hypot(east, self.latitude - other.latitude)


@dataclass(frozen=True)
class Marked:
    """Something on the map: its name, where it lies (None: unknown), how it stands, and what is said of it."""

    name: str
    spot: Spot | None
    standing: str
    datum: Datum
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class MapChart(Chart):
    """A map, with the list behind it. `said` names the second column; `is_named`: names stand beside the points.

    What lies too far from the others to be right is not drawn; the list says so.
    """

    points: tuple[Marked, ...]
    said: str
    is_named: bool = False

    @property
    def drawn(self) -> tuple[Marked, ...]:
        """Those whose place is known and can be right."""
        placed = [one for one in self.points if one.spot is not None]
        middle = middle_of([one.spot for one in placed if one.spot is not None])
        if middle is None or len(placed) < 4:
            return tuple(placed)
        far = [one.spot.km_from(middle) for one in placed if one.spot is not None]
        limit = max(TOO_FAR * statistics.median(far), LEAST_FAR_KM)
        return tuple(one for one, distance in zip(placed, far, strict=True) if distance <= limit)

    @property
    def heads(self) -> tuple[str, ...]:
        return (self.of, self._in_unit(self.said), _("结论"), _("在图上的位置"))

    @property
    def rows(self) -> tuple[Row, ...]:
        drawn = set(map(id, self.drawn))
        return tuple(
            Row(
                one.name,
                (one.datum, Figure(None, standing_words(one.standing)), Figure(None, _where(one, id(one) in drawn))),
                one.url,
            )
            for one in self.points
        )

    @property
    def is_empty(self) -> bool:
        return not self.drawn


def _where(one: Marked, is_drawn: bool) -> str:
    if one.spot is None:
        return _("没有坐标，请在学校信息中补填")
    where = f"{one.spot.longitude:.4f}, {one.spot.latitude:.4f}"
    return where if is_drawn else _("%(where)s，离其他学校太远，没有画出，请核对坐标") % {"where": where}


def standing_words(standing: str) -> str:
    """A standing in words; a value without a threshold stands nowhere."""
    return "" if standing == PLAIN else str(Verdict(standing).label)


def middle_of(spots: Sequence[Spot]) -> Spot | None:
    """The median of places: one wrong coordinate does not move it."""
    if not spots:
        return None
    return Spot(statistics.median(one.longitude for one in spots), statistics.median(one.latitude for one in spots))


def spot_of(school: SchoolIn) -> Spot | None:
    if school.longitude is None or school.latitude is None:
        return None
    return Spot(school.longitude, school.latitude)


def marked_counties(schools: Iterable[SchoolIn]) -> dict[int, Spot]:
    """The middle of the schools of each office, by its key."""
    spots: dict[int, list[Spot]] = defaultdict(list)
    for school in schools:
        spot = spot_of(school)
        if spot is not None:
            spots[school.office_id].append(spot)
    return {office: middle for office, found in spots.items() if (middle := middle_of(found)) is not None}


# --- the schools of a county -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """One of the things that a reader may choose."""

    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class MapPage:
    """The schools of a county on a map, by their verdict or by the value of one indicator."""

    found: Material
    indicators: tuple[Choice, ...]
    stages: tuple[Choice, ...]
    indicator: str
    stage: str
    map: MapChart | None


def map_page(
    *,
    account: Visitor,
    statute: str,
    public_id: str,
    year: int | None,
    indicator: str = "",
    stage: str = "",
    address: Address = lambda _statute, _school, _year: "",
) -> MapPage | Unassessed:
    """Without an indicator by verdict (over all stages by the worst) where the statute judges schools. What does not exist counts as not chosen.

    `address` is where a school's name in the list leads. A constant number of queries. Raises Absent.
    """
    found = material(account=account, statute=statute, public_id=public_id, year=year)
    if isinstance(found, Unassessed):
        return found
    known = {one.code.rpartition(".")[2]: one for one in found.statute.indicators}
    is_judged = judges_schools(found.statute)
    # Where no school is judged there is no verdict to be shown.
    indicator = indicator if indicator in known else "" if is_judged else next(iter(known), "")
    stages = tuple(dict.fromkeys(one.stage for one in found.standings))
    stages = tuple(one for one in found.statute.stages if one in stages)
    if stage not in stages:
        stage = stages[0] if indicator and stages else ""
    chart = _chart(found, known.get(indicator), indicator, stage, address) if found.standings else None
    return MapPage(
        found=found,
        indicators=(
            *((Choice("", _("学校结论"), not indicator),) if is_judged else ()),
            *(Choice(code, one.label, code == indicator) for code, one in known.items()),
        ),
        stages=(
            *((Choice("", _("全部学段"), not stage),) if not indicator else ()),
            *(Choice(one, stage_words(one), one == stage) for one in stages),
        ),
        indicator=indicator,
        stage=stage,
        map=chart,
    )


def _chart(
    found: Material, declared: type[rules.Indicator] | None, code: str, stage: str, address: Address
) -> MapChart:
    standings: dict[int, list[SchoolStanding]] = defaultdict(list)
    for one in found.standings:
        if one.stage == stage or not stage:
            standings[one.unit_id].append(one)
    points = []
    for unit, held in standings.items():
        school = found.schools.get(unit)
        if school is None:
            continue
        if declared is None:
            standing, datum = _worst(held), _verdicts(held, found.statute)
        else:
            standing, datum = _value(held[0], declared, code)
        url = address(found.statute.code, school.public_id, found.assessment.year)
        points.append(Marked(school.name, spot_of(school), standing, datum, url))
    where = f"{found.county_name} · {found.assessment.year}"
    what = _("学校结论") if declared is None else declared.label
    limit = declared and limit_for(declared, stage=stage, day=found.assessment.on, region=found.region)
    part = f"（{stage_words(stage)}）" if stage else ""
    source = declared.citation() if declared else found.statute.items[0].declared[0].citation()
    return MapChart(
        code="map",
        title=f"{where}：{what}{part}",
        unit=declared.unit if declared and declared.unit != "是否" else "",
        of=_("学校"),
        said=_("数值") if declared else _("达到的指标"),
        limit=Limit(limit.number * (100 if limit.unit == "%" else 1), limit.sign_words) if limit else None,
        note=_("标准：%(limit)s。%(source)s") % {"limit": limit.sign_words, "source": source} if limit else str(source),
        points=tuple(points),
    )


def _worst(held: Sequence[SchoolStanding]) -> str:
    """Of several stages: fails before undecided before meets."""
    verdicts = {one.verdict for one in held}
    for verdict in (Verdict.FAILS, Verdict.UNDECIDED):
        if verdict in verdicts:
            return verdict.value
    return Verdict.MEETS.value


def _verdicts(held: Sequence[SchoolStanding], statute: Statute) -> Figure:
    of = len(statute.indicators)
    return Figure(None, "，".join(f"{stage_words(one.stage)} {one.met}/{of}" for one in held))


def _value(one: SchoolStanding, declared: type[rules.Indicator], code: str) -> tuple[str, Figure]:
    value = one.values.get(code)
    if value is None or not value["exact"]:
        return Verdict.UNDECIDED.value, Figure(None, value["reason"] if value else _("无法计算"))
    exact = Fraction(value["exact"])
    drawn = exact * 100 if declared.unit == "%" else exact
    standing = value["standing"] if declared.requires is not None else PLAIN
    return standing, Figure(drawn, shown_in(exact, declared.unit, 2))
