"""What stands in the way of a timetable before anybody looks for one: what counting proves, in sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _

from yaodian.engines.scheduling.timetabling.refusals import unfit
from yaodian.engines.scheduling.timetabling.school_problem import Laid
from yaodian.timetabling.problem import UnfitWish
from yaodian.timetabling.queries.findings import say_finding


def obstacles(laid: Laid) -> tuple[str, ...]:
    """A sentence for everything that proves, by counting alone, that no timetable can be valid. Raises UnknownName where a wish names what is gone."""
    return tuple(say_finding(one, laid) for one in unfit(laid.problem) if one.is_certain)


def say_unfit_wish(problem: UnfitWish) -> str:
    """A wish that is not whole."""
    return _("有一项排课要求（%(kind)s）没有写全，不能排课。请在排课要求里补全，或停用它。") % {"kind": problem.kind}
