"""Reading: rounds, unit sheets with the way to every mark, what waits for an assessor, sheets tried out."""

from yaodian.appraisal.queries.pages import (
    RoundList,
    RoundPage,
    SeatLine,
    SheetLine,
    SheetPage,
    UnitPage,
    file_of,
    find_appeal,
    find_seat,
    measure_choices,
    place_choices,
    round_list,
    round_page,
    seat_file,
    seats_of,
    sheet_page,
    unit_page,
)
from yaodian.appraisal.queries.previewing import Preview, preview_item, preview_items, preview_settings
from yaodian.appraisal.queries.trying import Beside, DryRun, dry_run, frozen_values
from yaodian.appraisal.queries.visibility import (
    appraised_units,
    find_appraisal,
    find_round,
    find_sheet,
    own_unit_ids,
    stands_in,
    visible_rounds,
    visible_sheets,
)
from yaodian.appraisal.queries.words import rule_words, shown, step_words, value_words
