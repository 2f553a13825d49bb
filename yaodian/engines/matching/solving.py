"""The one door to placing and to checking, with pools or without."""

from __future__ import annotations

from .deferred import defer
from .market import Market, Placement
from .pool_verifying import verify_with_pools
from .pools import Pools
from .refusals import UnfitMarket
from .verifying import Finding
from .verifying import verify as verify_plain


def solve(market: Market, *, pools: Pools | None = None) -> Placement:
    """The stable placement that is best for every applicant. Nothing is drawn here: the order is the market's."""
    if pools is None:
        return defer(market)
    _check(market, pools)
    return pools.solve()


def verify(market: Market, placement: Placement, *, pools: Pools | None = None) -> tuple[Finding, ...]:
    """What is wrong with ``placement`` under the rules; nothing if it is feasible and stable."""
    if pools is None:
        return verify_plain(market, placement)
    _check(market, pools)
    return verify_with_pools(market, placement, pools)


def _check(market: Market, pools: Pools) -> None:
    if pools.market.digest != market.digest:
        raise UnfitMarket("other-market", found=pools.market.digest[:12], expected=market.digest[:12])
