"""Writing: facts are stated, counties assessed, scenarios kept. Each in one transaction with its entry in the journal."""

from yaodian.indicators.operations.assessing import assess, assess_due, order_assessment
from yaodian.indicators.operations.errors import (
    StaleScenario,
    UnableTo,
    UnableToAssess,
    UnableToKeepScenario,
    UnableToStateFacts,
)
from yaodian.indicators.operations.exporting import record_report
from yaodian.indicators.operations.facts import Stated, load_demonstration, state_facts
from yaodian.indicators.operations.scenarios import (
    add_change,
    change_scenario,
    delete_scenario,
    keep_scenario,
    move_change,
    remove_change,
    suggest_changes,
)

__all__ = [
    "StaleScenario",
    "Stated",
    "UnableTo",
    "UnableToAssess",
    "UnableToKeepScenario",
    "UnableToStateFacts",
    "add_change",
    "assess",
    "assess_due",
    "change_scenario",
    "delete_scenario",
    "keep_scenario",
    "load_demonstration",
    "move_change",
    "order_assessment",
    "record_report",
    "remove_change",
    "state_facts",
    "suggest_changes",
]
