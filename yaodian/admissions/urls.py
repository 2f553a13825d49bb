"""The addresses of admissions: what everybody may read, families' applications, and the offices' desks."""

from django.urls import URLPattern, URLResolver, path

from yaodian.admissions.views import checking

app_name = "admissions"

# What everybody may read: seasons, rules, «which school is mine».
PUBLIC: list[URLPattern | URLResolver] = []

# Rules and calendars, kept by the office.
RULES: list[URLPattern | URLResolver] = []

# A family's own applications, from the first step to the result.
FAMILIES: list[URLPattern | URLResolver] = []

# Verification.
CHECKING: list[URLPattern | URLResolver] = [
    path("check/", checking.desk, name="check_desk"),
    path("check/next/", checking.following, name="check_next"),
    path("check/reopen/", checking.reopen, name="check_reopen"),
    path("check/schools/", checking.schools, name="check_schools"),
    path("check/schools/<str:public_id>/", checking.school, name="check_school"),
    path("check/intakes/<str:public_id>/", checking.queue, name="check_queue"),
    path("check/intakes/<str:public_id>/close/", checking.close, name="check_close"),
    path("check/intakes/<str:public_id>/lists/", checking.references, name="check_references"),
    path("check/applications/<str:public_id>/", checking.dossier, name="check_dossier"),
    path("check/applications/<str:public_id>/objections/<int:guardian_id>/", checking.settle, name="check_settle"),
    path("check/applications/<str:public_id>/files/<str:file_id>/", checking.proof, name="check_proof"),
]

# Draws, runs, publication, places, appeals.
PLACING: list[URLPattern | URLResolver] = []

urlpatterns = [*RULES, *FAMILIES, *CHECKING, *PLACING, *PUBLIC]
