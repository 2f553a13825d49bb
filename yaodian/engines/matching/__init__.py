"""Places at schools: wishes, priority classes and a drawn order in, one place a child out.

``solve`` is the door; ``verify`` checks a placement apart from it, ``explain`` says why, ``tell`` says it to a parent. See
``docs/algorithms/matching.md``.
"""

from .comparing import Change, Comparison, Rules, Tally, compare
from .explaining import Explanation, Explanations, Met, Reason, explain, explain_all
from .households import AtTheCutOff, SiblingsFirst, Together, place_together, spread, verify_together, with_siblings
from .market import Market, Placement
from .pool_verifying import AllowedEnvy, allowed_envy
from .pools import Pool, Pools
from .refusals import UnfitMarket
from .solving import solve, verify
from .verifying import Fault, Finding, verify_best
from .words import tell

__all__ = [
    "AllowedEnvy",
    "AtTheCutOff",
    "Change",
    "Comparison",
    "Explanation",
    "Explanations",
    "Fault",
    "Finding",
    "Market",
    "Met",
    "Placement",
    "Pool",
    "Pools",
    "Reason",
    "Rules",
    "SiblingsFirst",
    "Tally",
    "Together",
    "UnfitMarket",
    "allowed_envy",
    "compare",
    "explain",
    "explain_all",
    "place_together",
    "solve",
    "spread",
    "tell",
    "verify",
    "verify_best",
    "verify_together",
    "with_siblings",
]
