"""Is a result what its inputs give, and does it keep the rules? Counted anew from the bytes, apart from the solver."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yaodian.admissions.problem.inputs import Inputs, sha256
from yaodian.admissions.problem.placing import OVERFLOW, QUOTA, WISHES, Result, Solved, place, solve_inputs
from yaodian.engines.matching import UnableToPlace, UnfitMarket, verify, verify_allocation, verify_together


def verify_run(inputs: bytes, result: bytes) -> tuple[str, ...]:
    """A sentence for everything that is wrong; nothing where the result is right to the byte.

    1. Both are in their canonical form, and the result names these inputs.
    2. Every child has one place or one reason, every place exists and is not given twice.
    3. No school and no quota gives more than it has; who has a reserved seat is who it is reserved for.
    4. A place by wishes was wished for; one by the office lies within the cap.
    5. Nobody has justified envy, by the engine's check apart from its solver.
    6. The same inputs give the same bytes again.
    """
    try:
        given, found = Inputs.from_bytes(inputs), Result.from_bytes(result)
    except ValueError as error:
        return (_("封存的输入或结果不是规定的格式：%(why)s。") % {"why": error},)
    wrong = []
    if found.inputs_sha256 != sha256(inputs):
        wrong.append(_("结果写明的输入指纹与封存的输入不符。"))
    wrong += _children(given, found)
    wrong += _seats(given, found)
    wrong += _ways(given, found)
    try:
        solved = solve_inputs(given)
        wrong += _engine(solved)
        if place(given, inputs_sha256=sha256(inputs)).to_bytes() != result:
            wrong.append(_("用同样的输入重新派位，得到的结果与封存的不同。"))
    except (UnfitMarket, UnableToPlace) as error:
        wrong.append(_("封存的输入无法派位：%(why)s") % {"why": error})
    return tuple(wrong)


def _children(given: Inputs, found: Result) -> list[str]:
    numbers = [each.number for each in given.applicants]
    wrong = []
    if numbers != sorted(set(numbers)) or sorted(given.order) != numbers:
        wrong.append(_("输入中的报名号有重复、没有排序，或与抽签顺序不是同一批。"))
    told = sorted([*found.places, *found.unplaced])
    if told != sorted(set(numbers)):
        odd = sorted(set(told) ^ set(numbers)) or [number for number, times in Counter(told).items() if times > 1]
        wrong.append(
            _("报名号 %(number)s 没有结果，或有不止一个结果，或不在输入中。") % {"number": odd[0] if odd else ""}
        )
    return wrong


def _seats(given: Inputs, found: Result) -> list[str]:
    wrong = []
    taken = Counter(one.offer for one in found.places.values())
    kept = Counter((one.offer, one.quota) for one in found.places.values() if one.quota)
    known = {offer.public_id for offer in given.offers}
    for offer in sorted(set(taken) - known):
        wrong.append(_("结果中的学校 %(offer)s 不在招生计划中。") % {"offer": offer})
    for offer_seats in given.offers:
        if taken[offer_seats.public_id] > offer_seats.seats:
            wrong.append(
                _("学校 %(offer)s 录取 %(taken)s 人，超过计划 %(seats)s 人。")
                % {"offer": offer_seats.public_id, "taken": taken[offer_seats.public_id], "seats": offer_seats.seats}
            )
        for quota in offer_seats.quotas:
            if kept[offer_seats.public_id, quota.label] > quota.seats:
                wrong.append(
                    _("学校 %(offer)s 的“%(quota)s”名额用了 %(taken)s 个，超过 %(seats)s 个。")
                    % {
                        "offer": offer_seats.public_id,
                        "quota": quota.label,
                        "taken": kept[offer_seats.public_id, quota.label],
                        "seats": quota.seats,
                    }
                )
    return wrong


def _ways(given: Inputs, found: Result) -> list[str]:
    """Each place by the way that it says it came."""
    wrong = []
    at_of = {offer.public_id: at for at, offer in enumerate(given.offers)}
    criterion_of = {(offer.public_id, quota.label): quota.criterion for offer in given.offers for quota in offer.quotas}
    for each in given.applicants:
        one = found.places.get(each.number)
        if one is None or one.offer not in at_of:
            continue
        at = at_of[one.offer]
        if one.how in (WISHES, QUOTA):
            if not 1 <= one.wish <= len(each.wishes) or each.wishes[one.wish - 1] != at:
                wrong.append(_("报名号 %(number)s 被录取到没有填报的学校。") % {"number": each.number})
        elif one.how == OVERFLOW:
            if not 0 <= each.metres[at] <= given.overflow_m:
                wrong.append(_("报名号 %(number)s 被统筹到上限距离以外的学校。") % {"number": each.number})
        else:
            wrong.append(_("报名号 %(number)s 的录取方式无法识别。") % {"number": each.number})
        if one.how == QUOTA and criterion_of.get((one.offer, one.quota)) not in each.traits:
            wrong.append(_("报名号 %(number)s 占用了不面向他的保留名额。") % {"number": each.number})
    return wrong


def _engine(solved: Solved) -> list[str]:
    if solved.together is not None:
        faults, _exceptions = verify_together(solved.together)
    else:
        faults = verify(solved.market, solved.placement, pools=solved.pools)
    said = [finding.sentence(solved.market, get_language() or "zh") for finding in faults]
    if solved.allocation is not None and solved.overflow is not None:
        said += [fault.sentence for fault in verify_allocation(solved.overflow, solved.allocation)]
    return said
