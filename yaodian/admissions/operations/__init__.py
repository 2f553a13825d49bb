"""What is done to seasons, applications and places; each in one transaction, with its journal entry."""

from yaodian.admissions.operations.catchments import (
    put_catchment,
    put_contested,
    remove_catchment,
    remove_contested,
)
from yaodian.admissions.operations.errors import (
    UnableTo,
    UnableToAnnounceSeason,
    UnableToKeepRules,
    UnableToMakeSeason,
    WrongState,
)
from yaodian.admissions.operations.lists import put_offers, put_ranges, remove_offers, remove_ranges
from yaodian.admissions.operations.rules import (
    put_class,
    put_criterion,
    put_intake,
    put_offer,
    put_quota,
    remove_class,
    remove_criterion,
    remove_intake,
    remove_offer,
    remove_quota,
)
from yaodian.admissions.operations.seasons import (
    announce_season,
    change_season,
    close_intakes,
    make_season,
    open_intakes,
)
