"""Changing monthly reports. One call does one thing in one transaction, or raises and changes nothing."""

from yaodian.plans.operations.reports.deciding import approve_report, return_report, set_report_rule
from yaodian.plans.operations.reports.demonstration import load_demonstration_reports
from yaodian.plans.operations.reports.opening import follow_report_calendar, open_reports
from yaodian.plans.operations.reports.reminding import remind_reports
from yaodian.plans.operations.reports.writing import (
    MOST_FILES,
    StatementValues,
    add_statement_files,
    remove_statement_file,
    submit_report,
    write_statement,
)
