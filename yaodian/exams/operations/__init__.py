"""What changes examinations, their lists and plans."""

from yaodian.exams.operations.demonstration import load_demonstration
from yaodian.exams.operations.errors import (
    UnableToCloseLists,
    UnableToDrawSeats,
    UnableToKeepExam,
    UnableToLoadLists,
    UnableToPublishPlan,
    WrongState,
)
from yaodian.exams.operations.exams import (
    add_session,
    change_exam,
    close_lists,
    erase_exams,
    make_exam,
    remove_session,
    reopen_lists,
)
from yaodian.exams.operations.lists import put_rows, remove_rows
from yaodian.exams.operations.plans import ask_plan, compute_plan, drop_plan, publish_plan
from yaodian.exams.operations.printing import open_school_list, print_site, print_tickets
from yaodian.foundation.refusing import UnableTo

__all__ = [
    "UnableTo",
    "UnableToCloseLists",
    "UnableToDrawSeats",
    "UnableToKeepExam",
    "UnableToLoadLists",
    "UnableToPublishPlan",
    "WrongState",
    "add_session",
    "ask_plan",
    "change_exam",
    "close_lists",
    "compute_plan",
    "drop_plan",
    "erase_exams",
    "load_demonstration",
    "make_exam",
    "open_school_list",
    "print_site",
    "print_tickets",
    "publish_plan",
    "put_rows",
    "remove_rows",
    "remove_session",
    "reopen_lists",
]
