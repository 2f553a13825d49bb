"""What stands in place of a sensitive value: enough to tell two rows apart, too little to use."""

DOTS = "*"


def mask_number(value: str | None) -> str:
    """The first two and last two characters of an identity or enrolment number."""
    if not value:
        return ""
    if len(value) < 8:
        return DOTS * len(value)
    return f"{value[:2]}{DOTS * (len(value) - 4)}{value[-2:]}"


def mask_phone(value: str | None) -> str:
    """The first three and last two digits of a telephone number."""
    if not value:
        return ""
    if len(value) < 8:
        return DOTS * len(value)
    return f"{value[:3]}{DOTS * (len(value) - 5)}{value[-2:]}"


def mask_address(value: str | None) -> str:
    """Nothing of an address but that there is one; its length would tell."""
    return DOTS * 6 if value else ""


def mask_name(value: str | None) -> str:
    """The surname's first character: for those to whom the name itself is not due."""
    return f"{value[:1]}{DOTS * 2}" if value else ""


def mask_health() -> str:
    """Always the same, whether there is something or not."""
    return DOTS * 4
