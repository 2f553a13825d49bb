"""What stands in place of a sensitive value, where `foundation.fields` does not say it already."""

from yaodian.foundation.fields import STAR


def mask_health() -> str:
    """Always the same, whether there is something or not."""
    return STAR * 4


def mask_residence(value: str | None) -> str:
    """Nothing of an address but that there is one: many are written without the county, so its beginning is a street."""
    return STAR * 6 if value else ""
