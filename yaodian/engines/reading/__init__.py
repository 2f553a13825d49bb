"""The reader: a bureau's work plan as published in, a structured and checked plan out.

``read`` is the door; ``verify`` checks a plan independently of it. See ``docs/algorithms/reading.md``.
"""

from .compare import compare
from .errors import UnreadableDocument
from .plan import Deadline, Node, Plan, Policy, Responsible, System, Target, Warning
from .read import read
from .verify import verify

__all__ = [
    "Deadline",
    "Node",
    "Plan",
    "Policy",
    "Responsible",
    "System",
    "Target",
    "UnreadableDocument",
    "Warning",
    "compare",
    "read",
    "verify",
]
