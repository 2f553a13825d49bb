"""Places at schools: wishes, classes and a drawn order in, one place a child out. See ``docs/algorithms/matching.md``."""
