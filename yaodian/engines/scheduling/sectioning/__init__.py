"""Teaching groups from pupils' choices (``docs/algorithms/sectioning.md``).

``section`` gives every pupil of ``Choices`` a group for each chosen subject and a home class; ``verify_sections`` checks a result apart from
it. ``offers`` and ``forecast`` answer before anybody chooses; ``explain`` says why there is no way and what would be cheapest to change;
``change`` lets some pupils choose anew with as little change for the others as can be.
"""

from .changing import Changed, change
from .counting import Wish
from .offering import Forecast, Offer, forecast, offers
from .refusals import UnfitSchool
from .relaxing import Easing, Explained, Prices, Reason, Relaxation, explain
from .results import Group, HomeClass, Sections
from .school import (
    Choices,
    Combination,
    Homes,
    Mode,
    Pick,
    Pupil,
    Room,
    Rules,
    School,
    Subject,
    Teacher,
    Trait,
)
from .searching import Limits, Progress, Search, Stage, Status
from .solving import section
from .verifying import Amiss, Fault, verify_sections

__all__ = [
    "Amiss",
    "Changed",
    "Choices",
    "Combination",
    "Easing",
    "Explained",
    "Fault",
    "Forecast",
    "Group",
    "HomeClass",
    "Homes",
    "Limits",
    "Mode",
    "Offer",
    "Pick",
    "Prices",
    "Progress",
    "Pupil",
    "Reason",
    "Relaxation",
    "Room",
    "Rules",
    "School",
    "Search",
    "Sections",
    "Stage",
    "Status",
    "Subject",
    "Teacher",
    "Trait",
    "UnfitSchool",
    "Wish",
    "change",
    "explain",
    "forecast",
    "offers",
    "section",
    "verify_sections",
]
