"""What is read of examinations."""

from yaodian.exams.queries.pages import (
    ExamList,
    ExamPage,
    PlanPage,
    Protocol,
    SchoolPage,
    exam_list,
    exam_page,
    find_exam,
    find_plan,
    plan_page,
    protocol_of,
    school_page,
    visible_exams,
)
from yaodian.exams.queries.printing import PAPERS, Paper, paper_data

__all__ = [
    "PAPERS",
    "ExamList",
    "ExamPage",
    "Paper",
    "PlanPage",
    "Protocol",
    "SchoolPage",
    "exam_list",
    "exam_page",
    "find_exam",
    "find_plan",
    "paper_data",
    "plan_page",
    "protocol_of",
    "school_page",
    "visible_exams",
]
