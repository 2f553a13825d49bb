"""Everything that reads plans. A call shows what the visitor may know of, in a number of queries that does not grow."""

from yaodian.foundation.paging import Page
from yaodian.plans.problem import columns_of, item_label
from yaodian.plans.queries.binding import (
    Cockpit,
    ProgressPage,
    TargetProgress,
    get_cockpit,
    get_progress,
    pledge_of,
    with_choices,
)
from yaodian.plans.queries.exchange import (
    FORMATS,
    Export,
    PlanComparison,
    compare_plans,
    export_plan,
    get_original,
    get_reader_plan,
)
from yaodian.plans.queries.lists import (
    FilterChoices,
    PlanCard,
    PlanFilters,
    ReadingProgress,
    get_counts,
    get_filter_choices,
    get_header,
    get_reading_progress,
    history,
    list_latest,
    list_plans,
    list_readings,
    list_sheet_edits,
    plan_journal,
)
from yaodian.plans.queries.marking import Segment, TextLine
from yaodian.plans.queries.pages import (
    ClauseView,
    Counts,
    ItemView,
    NameCount,
    PlanPage,
    ReadingChanges,
    ReviewPage,
    UnitCount,
    get_item,
    get_plan_page,
    get_reading_changes,
    get_review_page,
)
from yaodian.plans.queries.searching import (
    Duty,
    SearchFilters,
    SearchHit,
    SearchResult,
    SnippetPart,
    UnitDuties,
    by_unit,
    list_units,
    search,
)
from yaodian.plans.queries.visibility import get_actions
from yaodian.plans.queries.words import FieldChange, HistoryEntry
