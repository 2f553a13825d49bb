"""Writing: facts are stated, counties assessed, scenarios kept. Each in one transaction with its entry in the journal."""

from yaodian.indicators.operations.assessing import assess, assess_due, order_assessment
from yaodian.indicators.operations.errors import UnableTo, UnableToAssess, UnableToKeepScenario, UnableToStateFacts
from yaodian.indicators.operations.exporting import record_report
from yaodian.indicators.operations.facts import Stated, load_demonstration, state_facts
from yaodian.indicators.operations.scenarios import change_scenario, delete_scenario, keep_scenario

__all__ = [
    "Stated",
    "UnableTo",
    "UnableToAssess",
    "UnableToKeepScenario",
    "UnableToStateFacts",
    "assess",
    "assess_due",
    "change_scenario",
    "delete_scenario",
    "keep_scenario",
    "load_demonstration",
    "order_assessment",
    "record_report",
    "state_facts",
]
