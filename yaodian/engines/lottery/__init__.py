"""The draw that anybody can recompute: list and promise published first, then a seed from future public sources, then the order.

``canonical_list`` → ``make_promise`` → ``draw``; ``verify`` checks what was published independently of them. See
``docs/algorithms/lottery.md``.
"""

from .applicants import canonical_list, lines_of
from .checking.findings import Finding, Kind
from .checking.verify import NEEDED, earlier_promises, verify, verify_promise
from .draw import Record, Reveal, WitnessReveal, draw, order_of, seed_of, winners_of
from .errors import Refused, UnableToDraw, UnableToList, UnableToPromise
from .promise import Previous, Promise, canonical_json, make_promise, sha256
from .rule import RULE_BYTES, RULE_ID, RULE_SHA256, RULE_TEXT
from .sources import WITNESS_VALUE, Beacon, Numbers, Source, SourceKind, Witness, canonical_value, commitment

__all__ = [
    "NEEDED",
    "RULE_BYTES",
    "RULE_ID",
    "RULE_SHA256",
    "RULE_TEXT",
    "WITNESS_VALUE",
    "Beacon",
    "Finding",
    "Kind",
    "Numbers",
    "Previous",
    "Promise",
    "Record",
    "Refused",
    "Reveal",
    "Source",
    "SourceKind",
    "UnableToDraw",
    "UnableToList",
    "UnableToPromise",
    "Witness",
    "WitnessReveal",
    "canonical_json",
    "canonical_list",
    "canonical_value",
    "commitment",
    "draw",
    "earlier_promises",
    "lines_of",
    "make_promise",
    "order_of",
    "seed_of",
    "sha256",
    "verify",
    "verify_promise",
    "winners_of",
]
