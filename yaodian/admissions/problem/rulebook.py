"""The rules of a season as the engine's rulebook, and everything in them that cannot be kept: all at once, each with the two
rules that contradict each other.

The engine knows what follows from rules alone. What follows from how admissions use them stands here: an intake must have offers,
a school that is not open to all must have a catchment, a class may ask only for criteria that exist.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.admissions.models import Stage
from yaodian.admissions.problem.addresses import Range, engine_number, engine_range, street_of
from yaodian.engines import matching

# Of compulsory schooling: whoever is left over is placed by the office.
COMPULSORY = (Stage.PRIMARY, Stage.JUNIOR)
LONGEST_PROOF = 80


@dataclass(frozen=True)
class Fault:
    """Two rules that cannot both be kept. `name` is the kind; `first` and `second` are the rules, as kind and name."""

    name: str
    first: str
    second: str
    sentence: str


def rulebook_of(rules: Mapping[str, Any], *, names: Mapping[str, str] | None = None) -> matching.Rulebook:
    """What `rules_of` says, for the engine, with the labels of stages in the language of the page. `names`: what schools are called, by
    code."""
    called = names or {}
    parts: dict[str, list[Any]] = {name: [] for name in matching.Rulebook.__dataclass_fields__}
    for intake in rules["intakes"]:
        _add(parts, intake, str(Stage(intake["stage"]).label), called)
    proofs = dict.fromkeys(proof for form in parts["forms"] for proof in form.proofs)
    parts["proofs"] = [matching.Proof(proof, proof) for proof in proofs]
    return matching.Rulebook(**{name: tuple(rows) for name, rows in parts.items()})


def _add(parts: Mapping[str, list[Any]], intake: Mapping[str, Any], label: str, called: Mapping[str, str]) -> None:
    stage, days = intake["stage"], {name: _day(intake["days"][name]) for name in _DAYS}
    criteria = {each["code"]: each for each in intake["criteria"]}
    words = {code: each["words"] for code, each in criteria.items()}
    asked = dict.fromkeys([*intake["proofs"], *(proof for each in criteria.values() for proof in each["proofs"])])
    parts["stages"].append(matching.Stage(stage, label))
    parts["windows"].append(
        matching.Window(stage, stage, _("%(stage)s报名") % {"stage": label}, days["opens_on"], days["closes_on"])
    )
    first, last = (_day(one) for one in intake["born"])
    parts["births"].append(matching.BirthRange(stage, stage, _("%(stage)s入学年龄") % {"stage": label}, first, last))
    parts["forms"].append(matching.Form(stage, stage, _("%(stage)s报名表") % {"stage": label}, tuple(asked)))
    for each in intake["classes"]:
        shown = dict.fromkeys(proof for code in each["needs"] if code in criteria for proof in criteria[code]["proofs"])
        parts["classes"].append(
            matching.FulfilmentClass(
                f"{stage}-{each['rank']}", stage, each["rank"], each["label"], each["words"],
                frozenset(words.get(code, code) for code in each["needs"]),
                frozenset(words.get(code, code) for code in each["lacks"]),
                tuple(shown),
            )
        )  # fmt: skip
    for each in intake["offers"]:
        school = f"{stage}-{each['school']}"
        parts["schools"].append(matching.School(school, stage, _called(called, each["school"]), each["seats"]))
        parts["quotas"].extend(
            matching.Quota(f"{school}-{one['step']}", one["label"], school, one["seats"]) for one in each["quotas"]
        )
    for each in intake["catchments"]:
        parts["catchments"].append(
            matching.Catchment(
                f"{stage}-{each['code']}", stage, each["label"],
                tuple(f"{stage}-{school}" for school in each["schools"]), each["is_single"],
                tuple(engine_range(Range(*said)) for said in each["ranges"]),
                _area(each["polygon"]),
            )
        )  # fmt: skip
    for at, (street, number, said, *lane) in enumerate(intake["contested"], 1):
        address = matching.Address(street_of(street), engine_number(number), lane[0] if lane else None)
        parts["contested"].append(matching.ContestedAddress(f"{stage}-{at}", stage, address, said))


def _area(rings: Any) -> matching.Polygon | None:
    """The area of rings; None where there are none, or where they bound none, of which `_unfit_areas` tells."""
    try:
        return matching.Polygon.of(rings) if rings else None
    except matching.UnfitPolygon:
        return None


def faults_of(
    rules: Mapping[str, Any], *, names: Mapping[str, str] | None = None, closed: Collection[str] = ()
) -> tuple[Fault, ...]:
    """Every contradiction in the rules of a season; empty where they can all be kept.

    `closed`: codes of schools that do not exist any more on the day when results are published.
    """
    found = [fault for finder in _OF_SEASON for fault in finder(rules)]
    for intake in rules["intakes"]:
        label = str(Stage(intake["stage"]).label)
        found += [fault for finder in _OF_INTAKE for fault in finder(intake, label, names or {})]
        found += _closed_schools(intake, label, names or {}, closed)
    said = matching.contradictions(rulebook_of(rules, names=names))
    language = get_language() or "zh"
    return (*found, *(Fault(each.name, each.first, each.second, each.message(language)) for each in said))


_DAYS = ("opens_on", "closes_on", "check_until", "publishes_on")


def _day(said: str) -> date:
    return date.fromisoformat(said)


def _called(names: Mapping[str, str], code: str) -> str:
    return names.get(code, code)


def _no_intake(rules: Mapping[str, Any]) -> Iterator[Fault]:
    """A season is for somebody."""
    if not rules["intakes"]:
        yield Fault(
            "no_intake", f"season:{rules['title']}", "intakes",
            _("“%(title)s”还没有任何学段：没有人可以报名。请至少加入一个学段。") % {"title": rules["title"]},
        )  # fmt: skip


def _days_beside_the_year(rules: Mapping[str, Any]) -> Iterator[Fault]:
    """Families decide, and appeal, before the school year begins on 1 September."""
    begins = date(rules["year"], 9, 1)
    for intake in rules["intakes"]:
        days, where = intake["days"], f"intake:{intake['stage']}"
        label, published = str(Stage(intake["stage"]).label), _day(intake["days"]["publishes_on"])
        for name, what in (("accept_days", _("确认入学期限")), ("appeal_days", _("申诉期限"))):
            last = published + timedelta(days=days[name])
            if last >= begins:
                yield Fault(
                    "ends_after_school_begins", f"{where}.{name}", f"season:{rules['year']}",
                    _(
                        "%(stage)s：%(published)s 公布结果，%(what)s %(days)s 天到 %(last)s 为止，而 %(year)s 学年 9 月 1 日开学："
                        "开学时还没有定下来。请提前公布，或缩短期限，或改正入学年份。"
                    )
                    % {
                        "stage": label, "published": published, "what": what, "days": days[name], "last": last,
                        "year": rules["year"],
                    },
                )  # fmt: skip


def _days_out_of_order(intake: Mapping[str, Any], label: str, _names: Mapping[str, str]) -> Iterator[Fault]:
    """Applications are closed before they are all checked, and checked before results are told."""
    words = {
        "opens_on": _("报名开始"), "closes_on": _("报名截止"), "check_until": _("核验截止"), "publishes_on": _("结果公布"),
    }  # fmt: skip
    # The first pair is the engine's own.
    for before, after in itertools.pairwise(_DAYS[1:]):
        if _day(intake["days"][before]) > _day(intake["days"][after]):
            where = f"intake:{intake['stage']}"
            yield Fault(
                "days_out_of_order", f"{where}.{before}", f"{where}.{after}",
                _("%(stage)s：“%(before)s”%(first)s 晚于“%(after)s”%(second)s。请改正其中一个日期。")
                % {
                    "stage": label, "before": words[before], "after": words[after],
                    "first": intake["days"][before], "second": intake["days"][after],
                },
            )  # fmt: skip


def _no_offer(intake: Mapping[str, Any], label: str, _names: Mapping[str, str]) -> Iterator[Fault]:
    """Whoever applies can get a seat somewhere."""
    if not sum(each["seats"] for each in intake["offers"]):
        yield Fault(
            "no_seats", f"intake:{intake['stage']}", "offers",
            _("%(stage)s可以报名，却没有一所学校有招生计划：报了名也没有学位。请加入学校和计划，或删去这个学段。")
            % {"stage": label},
        )  # fmt: skip


def _no_class(intake: Mapping[str, Any], label: str, names: Mapping[str, str]) -> Iterator[Fault]:
    """At a school of a catchment somebody stands before somebody else."""
    closed = [each["school"] for each in intake["offers"] if not each["is_open"]]
    if closed and not intake["classes"]:
        yield Fault(
            "no_class", f"intake:{intake['stage']}", f"school:{closed[0]}",
            _("%(stage)s：%(school)s按学区招生，却没有规定优先顺序：人多时分不出先后。请写明优先顺序。")
            % {"stage": label, "school": _called(names, closed[0])},
        )  # fmt: skip


def _unknown_criteria(intake: Mapping[str, Any], label: str, names: Mapping[str, str]) -> Iterator[Fault]:
    """A class or a reserve asks only for criteria that exist."""
    known = {each["code"] for each in intake["criteria"]}
    for each in intake["classes"]:
        for code in (*each["needs"], *each["lacks"]):
            if code not in known:
                yield Fault(
                    "unknown_criterion", f"class:{intake['stage']}-{each['rank']}", f"criterion:{code}",
                    _("%(stage)s：第 %(rank)s 顺序“%(label)s”要看条件“%(code)s”，而条件里没有它。请补上条件，或从顺序中删去。")
                    % {"stage": label, "rank": each["rank"], "label": each["label"], "code": code},
                )  # fmt: skip
    for offer in intake["offers"]:
        for quota in offer["quotas"]:
            if quota["criterion"] not in known:
                yield Fault(
                    "unknown_criterion", f"quota:{offer['school']}-{quota['step']}", f"criterion:{quota['criterion']}",
                    _("%(stage)s：%(school)s的“%(label)s”面向条件“%(code)s”，而条件里没有它。请补上条件，或删去这项保留名额。")
                    % {
                        "stage": label, "school": _called(names, offer["school"]), "label": quota["label"],
                        "code": quota["criterion"],
                    },
                )  # fmt: skip


def _criterion_said_twice(intake: Mapping[str, Any], label: str, _names: Mapping[str, str]) -> Iterator[Fault]:
    """A fact has one criterion."""
    first: dict[str, str] = {}
    for each in intake["criteria"]:
        other = first.setdefault(each["words"], each["code"])
        if other != each["code"]:
            yield Fault(
                "criterion_said_twice", f"criterion:{other}", f"criterion:{each['code']}",
                _("%(stage)s：条件“%(first)s”与“%(second)s”写的是同一句“%(words)s”：不知以哪一个为准。请删去一个，或写明区别。")
                % {"stage": label, "first": other, "second": each["code"], "words": each["words"]},
            )  # fmt: skip


def _unusable_proofs(intake: Mapping[str, Any], label: str, _names: Mapping[str, str]) -> Iterator[Fault]:
    """A family can see what it is to hand in, and hand it in once."""
    asked = [("intake", intake["stage"], label, intake["proofs"])]
    asked += [("criterion", each["code"], each["words"], each["proofs"]) for each in intake["criteria"]]
    for kind, name, words, proofs in asked:
        for proof, count in Counter(proofs).items():
            if count > 1 or not proof.strip() or len(proof) > LONGEST_PROOF:
                yield Fault(
                    "unusable_proof", f"{kind}:{name}", f"proof:{proof[:LONGEST_PROOF]}",
                    _("%(stage)s：“%(words)s”要求的材料“%(proof)s”没有名称、名称过长或写了两次：家长不知交什么。请改正材料名称。")
                    % {"stage": label, "words": words, "proof": proof[:LONGEST_PROOF]},
                )  # fmt: skip


def _led_to_by_nothing(intake: Mapping[str, Any], label: str, names: Mapping[str, str]) -> Iterator[Fault]:
    """A school that is not open to all has a catchment."""
    led = {school for each in intake["catchments"] for school in each["schools"]}
    for each in intake["offers"]:
        if not each["is_open"] and each["school"] not in led:
            yield Fault(
                "led_to_by_nothing", f"school:{each['school']}", f"intake:{intake['stage']}.catchments",
                _("%(stage)s：%(school)s不面向全体报名，却没有学区对口它：没有人可以进。请把它写进一个学区，或改为面向全体报名。")
                % {"stage": label, "school": _called(names, each["school"])},
            )  # fmt: skip


def _catchment_leads_nowhere(intake: Mapping[str, Any], label: str, _names: Mapping[str, str]) -> Iterator[Fault]:
    """The schools of a catchment have seats in this intake, and somebody lives in it."""
    offered = {each["school"] for each in intake["offers"]}
    for each in intake["catchments"]:
        for school in each["schools"]:
            if school not in offered:
                yield Fault(
                    "catchment_without_offer", f"catchment:{each['code']}", f"school:{school}",
                    _("%(stage)s：学区“%(catchment)s”对口的学校 %(school)s 没有招生计划。请补上计划，或改正对口学校。")
                    % {"stage": label, "catchment": each["label"], "school": school},
                )  # fmt: skip
        if not each["ranges"] and not each["polygon"]:
            yield Fault(
                "catchment_without_addresses", f"catchment:{each['code']}", f"catchment:{each['code']}.ranges",
                _("%(stage)s：学区“%(catchment)s”没有写任何道路和门牌：没有人住在里面。请写明范围，或删去这个学区。")
                % {"stage": label, "catchment": each["label"]},
            )  # fmt: skip


def _unfit_areas(intake: Mapping[str, Any], label: str, _names: Mapping[str, str]) -> Iterator[Fault]:
    """The rings of an area bound one."""
    for each in intake["catchments"]:
        try:
            if each["polygon"]:
                matching.Polygon.of(each["polygon"])
        except matching.UnfitPolygon as problem:
            yield Fault(
                "unfit_area", f"catchment:{each['code']}", f"catchment:{each['code']}.polygon",
                _("%(stage)s：学区“%(catchment)s”的地图范围：%(why)s")
                % {"stage": label, "catchment": each["label"], "why": problem.message(get_language() or "zh")},
            )  # fmt: skip


def _overflow_without_place(intake: Mapping[str, Any], label: str, names: Mapping[str, str]) -> Iterator[Fault]:
    """Where the office sends children by distance, it knows where the schools are."""
    if not intake["overflow_m"]:
        return
    for each in intake["offers"]:
        if each["is_public"] and None in each["place"]:
            yield Fault(
                "overflow_without_place", f"intake:{intake['stage']}.overflow_m", f"school:{each['school']}.place",
                _("%(stage)s：规定 %(metres)s 米以内统筹安排，而%(school)s没有填经纬度：量不出距离。请补上经纬度，或把距离改为 0。")
                % {"stage": label, "metres": intake["overflow_m"], "school": _called(names, each["school"])},
            )  # fmt: skip


def _closed_schools(
    intake: Mapping[str, Any], label: str, names: Mapping[str, str], closed: Collection[str]
) -> Iterator[Fault]:
    """A school that takes children exists."""
    for each in intake["offers"]:
        if each["school"] in closed:
            yield Fault(
                "school_closed", f"school:{each['school']}", f"intake:{intake['stage']}",
                _("%(stage)s：%(school)s在结果公布时已经撤销，却有招生计划。请删去这项计划。")
                % {"stage": label, "school": _called(names, each["school"])},
            )  # fmt: skip


_OF_SEASON: tuple[Callable[[Mapping[str, Any]], Iterator[Fault]], ...] = (_no_intake, _days_beside_the_year)
_OF_INTAKE: tuple[Callable[[Mapping[str, Any], str, Mapping[str, str]], Iterator[Fault]], ...] = (
    _days_out_of_order,
    _no_offer,
    _no_class,
    _unknown_criteria,
    _criterion_said_twice,
    _unusable_proofs,
    _led_to_by_nothing,
    _catchment_leads_nowhere,
    _unfit_areas,
    _overflow_without_place,
)
