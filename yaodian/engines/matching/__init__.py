"""School places: queues by score, catchments, and the rulebook of a season. See ``docs/algorithms/placing.md``."""
