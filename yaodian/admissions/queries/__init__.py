"""What is read of seasons, applications and places; each list with a constant number of queries."""

from yaodian.admissions.problem.addresses import range_text, read_range
from yaodian.admissions.queries.public import (
    Announced,
    Found,
    FoundCatchment,
    FoundSchool,
    PublicSeason,
    announced_seasons,
    calendar_of,
    find_announced,
    find_intake,
    find_schools,
    intakes_with_catchments,
    number_missing,
    public_season,
    rules_bytes,
)
from yaodian.admissions.queries.rules import (
    IntakePage,
    SeasonList,
    SeasonPage,
    faults_in,
    find_school,
    find_season,
    intake_page,
    season_list,
    season_page,
    visible_seasons,
)
