"""Reading: what pages of the monitoring desk show."""

from yaodian.indicators.queries.scenarios import (
    PLAN,
    PLANNED,
    After,
    Choices,
    Place,
    ScenarioChoices,
    ScenarioList,
    ScenarioPage,
    Tried,
    find_county,
    find_scenario,
    load_county,
    scenario_choices,
    scenario_list,
    scenario_page,
    try_out,
)

__all__ = [
    "PLAN",
    "PLANNED",
    "After",
    "Choices",
    "Place",
    "ScenarioChoices",
    "ScenarioList",
    "ScenarioPage",
    "Tried",
    "find_county",
    "find_scenario",
    "load_county",
    "scenario_choices",
    "scenario_list",
    "scenario_page",
    "try_out",
]
