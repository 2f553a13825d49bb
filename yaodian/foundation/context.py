"""What every template knows besides its own data."""

from django.conf import settings
from django.http import HttpRequest

THEMES = ("auto", "light", "dark")


def theme_of(request: HttpRequest) -> str:
    """The theme that the visitor chose: auto, light or dark."""
    chosen = request.COOKIES.get(settings.THEME_COOKIE_NAME, "auto")
    return chosen if chosen in THEMES else "auto"


def appearance(request: HttpRequest) -> dict[str, object]:
    """`theme` as chosen; `shown_theme` is what a page starts with before the script in its head asks the system."""
    theme = theme_of(request)
    return {
        "theme": theme,
        "shown_theme": "dark" if theme == "dark" else "light",
        "theme_cookie": settings.THEME_COOKIE_NAME,
    }
