"""Reading: values by unit and day, what a promise may mean, and whether it is kept."""

from yaodian.measures.queries.behind import count_behind, nothing_behind, rows_behind
from yaodian.measures.queries.charts import points_of
from yaodian.measures.queries.comparing import MOST_COMPARED, Comparison, compare
from yaodian.measures.queries.judging import Pledge, Standing, Status, gap_words, judge
from yaodian.measures.queries.listing import Listed, ValueList, values_of
from yaodian.measures.queries.pages import (
    Absent,
    Explanation,
    ListPage,
    MeasurePage,
    explain,
    list_page,
    measure_page,
    school_panel,
)
from yaodian.measures.queries.proposing import LEAST, STRONG, Proposal, essence, key_of, propose, unit_fits
from yaodian.measures.queries.values import (
    Place,
    Reading,
    chosen_days,
    latest_taking,
    readings_on,
    series,
    value_of,
)
from yaodian.measures.queries.words import (
    filter_words,
    number_words,
    problem_words,
    rounded,
    stage_words,
    title_of,
    value_words,
)
