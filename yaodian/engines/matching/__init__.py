"""Places at schools, one a child: by wishes, priority classes and a drawn order; by score; or by where a child lives.

Three ways, each with its own check apart from the solver and its own reasons: ``solve``, ``verify``, ``explain``, ``tell``
(deferred acceptance, ``docs/algorithms/matching.md``); ``place_queue``, ``verify_queue``, ``explain_wishes`` (by score) and
``allocate``, ``verify_allocation``, ``explain_allocation`` (catchments, ``docs/algorithms/placing.md``). A ``Rulebook`` holds
the rules of a season; ``require_consistent`` refuses those that contradict each other; a ``Locator`` answers which catchment an address lies
in, by house number (``read_address``) and by a point on the map.
"""

from .address_reading import UnableToReadAddress, read_address, read_number, read_range
from .catchment_verifying import AllocationFault, explain_allocation, verify_allocation
from .catchments import Allocation, Catchments, How, Overflow, allocate
from .comparing import Change, Comparison, Rules, Tally, compare, decided_by_number, side_by_side
from .contradictions import Contradiction, ContradictoryRules, contradictions, require_consistent
from .explaining import Explanation, Explanations, Met, Reason, explain, explain_all
from .house_numbers import HouseNumber, Part, Suffix
from .households import AtTheCutOff, SiblingsFirst, Together, place_together, spread, verify_together, with_siblings
from .locating import Located, Locator, Standing
from .market import Market, Placement
from .overflow import Flow, Shortage, certified
from .polygons import Polygon, UnfitPolygon, common_point
from .pool_verifying import AllowedEnvy, allowed_envy
from .pools import Pool, Pools
from .queue_checking import UnableToPlace
from .queue_explaining import WishExplanation, WishReasons, explain_all_wishes, explain_wishes
from .queue_verifying import Violation, verify_queue
from .queue_words import WishReason
from .queues import Batch, BatchResult, Candidates, HeldSeats, Lines, Queue, QueuePlacement, band_floors, place_queue
from .refusals import UnfitMarket
from .rulebook import (
    Address,
    AddressRange,
    AdmissionBatch,
    BatchSeats,
    BirthRange,
    Catchment,
    ContestedAddress,
    Counts,
    Exclusion,
    Form,
    FulfilmentClass,
    Proof,
    Quota,
    Rulebook,
    School,
    Side,
    Stage,
    Window,
    catchments_of,
    class_of,
)
from .solving import solve, verify
from .verifying import Fault, Finding, verify_best
from .words import tell

__all__ = [
    "Address",
    "AddressRange",
    "AdmissionBatch",
    "Allocation",
    "AllocationFault",
    "AllowedEnvy",
    "AtTheCutOff",
    "Batch",
    "BatchResult",
    "BatchSeats",
    "BirthRange",
    "Candidates",
    "Catchment",
    "Catchments",
    "Change",
    "Comparison",
    "ContestedAddress",
    "Contradiction",
    "ContradictoryRules",
    "Counts",
    "Exclusion",
    "Explanation",
    "Explanations",
    "Fault",
    "Finding",
    "Flow",
    "Form",
    "FulfilmentClass",
    "HeldSeats",
    "HouseNumber",
    "How",
    "Lines",
    "Located",
    "Locator",
    "Market",
    "Met",
    "Overflow",
    "Part",
    "Placement",
    "Polygon",
    "Pool",
    "Pools",
    "Proof",
    "Queue",
    "QueuePlacement",
    "Quota",
    "Reason",
    "Rulebook",
    "Rules",
    "School",
    "Shortage",
    "SiblingsFirst",
    "Side",
    "Stage",
    "Standing",
    "Suffix",
    "Tally",
    "Together",
    "UnableToPlace",
    "UnableToReadAddress",
    "UnfitMarket",
    "UnfitPolygon",
    "Violation",
    "Window",
    "WishExplanation",
    "WishReason",
    "WishReasons",
    "allocate",
    "allowed_envy",
    "band_floors",
    "catchments_of",
    "certified",
    "class_of",
    "common_point",
    "compare",
    "contradictions",
    "decided_by_number",
    "explain",
    "explain_all",
    "explain_all_wishes",
    "explain_allocation",
    "explain_wishes",
    "place_queue",
    "place_together",
    "read_address",
    "read_number",
    "read_range",
    "require_consistent",
    "side_by_side",
    "solve",
    "spread",
    "tell",
    "verify",
    "verify_allocation",
    "verify_best",
    "verify_queue",
    "verify_together",
    "with_siblings",
]
