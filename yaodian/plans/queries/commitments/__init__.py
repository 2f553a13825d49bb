"""Reading commitments: what a plan binds whom to, how it stands, who has answered."""

from yaodian.plans.queries.commitments.answering import (
    SURE_LIKENESS,
    AnsweringPage,
    AssignmentLine,
    HangingPage,
    HangingRow,
    MatrixRow,
    ParentProposal,
    get_answering,
    get_hanging,
    propose_parents,
)
from yaodian.plans.queries.commitments.naming import (
    Meaning,
    choices_of,
    meanings,
    norm_of,
)
from yaodian.plans.queries.commitments.overdue import (
    KIND,
    Overdue,
    lines_behind_case,
    overdue_of,
    plans_with_overdue,
)
from yaodian.plans.queries.commitments.pages import (
    BoardColumn,
    CommitmentRow,
    CommitmentsPage,
    DayEvent,
    DutyLine,
    Month,
    OpenName,
    StopLine,
    UnitPage,
    asked_of,
    board_of,
    calendar_of,
    commitments_seen,
    get_commitment,
    get_commitments,
    get_sheets,
    get_unit_page,
    is_office,
    list_units_with_duties,
    load,
    months_with_events,
    refs_of,
)
from yaodian.plans.queries.commitments.saying import Said, newest_of, stop_key
from yaodian.plans.queries.commitments.standing import (
    SOON_DAYS,
    CommitmentStanding,
    TargetLine,
    amended,
    is_contradicted,
    is_reached,
    line_of,
    stand,
)
