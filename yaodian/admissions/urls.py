"""The addresses of admissions: what everybody may read, families' applications, and the offices' desks."""

from django.urls import URLPattern, URLResolver, include, path

from yaodian.admissions.views import imports, public, rules

app_name = "admissions"

# What everybody may read: seasons, rules, «which school is mine».
PUBLIC: list[URLPattern | URLResolver] = [
    path("", public.seasons, name="seasons"),
    path("find/", public.find, name="find"),
    path("seasons/<str:public_id>/", public.season, name="season"),
    path("seasons/<str:public_id>/rules.json", public.rules_file, name="rules_file"),
]

# Rules and calendars, kept by the office.
RULES: list[URLPattern | URLResolver] = [
    path("office/", rules.office_seasons, name="office_seasons"),
    *(path(f"office/import/{name}/", include(page.urls)) for name, page in imports.PAGES.items()),
    path("office/<str:public_id>/", rules.office_season, name="office_season"),
    path("office/<str:public_id>/announce/", rules.announce, name="announce"),
    path("office/<str:public_id>/intakes/", rules.make_intake, name="make_intake"),
    path("office/<str:public_id>/intakes/<str:stage>/<str:part>/", rules.office_intake, name="office_intake"),
]

# A family's own applications, from the first step to the result.
FAMILIES: list[URLPattern | URLResolver] = []

# Verification.
CHECKING: list[URLPattern | URLResolver] = []

# Draws, runs, publication, places, appeals.
PLACING: list[URLPattern | URLResolver] = []

urlpatterns = [*RULES, *FAMILIES, *CHECKING, *PLACING, *PUBLIC]
