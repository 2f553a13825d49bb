"""Units and the hierarchies they stand in: set up, renamed, moved, closed, split, merged, replaced, and mended."""

from yaodian.organisations.operations.units.changes import (
    NewName,
    NewPlace,
    UnableToLeaveHierarchy,
    UnableToMoveUnit,
    UnableToRenameUnit,
    leave_hierarchy,
    move_unit,
    move_units,
    rename_unit,
    rename_units,
)
from yaodian.organisations.operations.units.corrections import (
    UnableToCorrectUnit,
    correct_closing,
    correct_day,
    correct_name,
    correct_opening,
    correct_parent,
    withdraw_change,
)
from yaodian.organisations.operations.units.draft import UnableToChangeUnit, rehearse
from yaodian.organisations.operations.units.lives import (
    NewUnit,
    Staff,
    UnableToCloseUnit,
    UnableToCreateUnit,
    UnableToWithdrawUnits,
    close_unit,
    create_unit,
    create_units,
    withdraw_units,
)
from yaodian.organisations.operations.units.loading import UnableToLoadUnits, load_people, load_units
from yaodian.organisations.operations.units.root import ROOT_CODE, ROOT_OPENED_ON, ensure_root
from yaodian.organisations.operations.units.unions import (
    Part,
    UnableToMergeUnits,
    UnableToReplaceUnit,
    UnableToSplitUnit,
    merge_units,
    replace_unit,
    split_unit,
)
