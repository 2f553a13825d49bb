"""The addresses of admissions: what everybody may read, families' applications, and the offices' desks."""

from django.urls import URLPattern, URLResolver

app_name = "admissions"

# What everybody may read: seasons, rules, «which school is mine».
PUBLIC: list[URLPattern | URLResolver] = []

# Rules and calendars, kept by the office.
RULES: list[URLPattern | URLResolver] = []

# A family's own applications, from the first step to the result.
FAMILIES: list[URLPattern | URLResolver] = []

# Verification.
CHECKING: list[URLPattern | URLResolver] = []

# Draws, runs, publication, places, appeals.
PLACING: list[URLPattern | URLResolver] = []

urlpatterns = [*RULES, *FAMILIES, *CHECKING, *PLACING, *PUBLIC]
