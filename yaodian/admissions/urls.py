"""The addresses of admissions: what everybody may read, families' applications, and the offices' desks."""

from django.urls import URLPattern, URLResolver, path

from yaodian.admissions.views import applying

app_name = "admissions"

# What everybody may read: seasons, rules, «which school is mine».
PUBLIC: list[URLPattern | URLResolver] = []

# Rules and calendars, kept by the office.
RULES: list[URLPattern | URLResolver] = []

# A family's own applications, from the first step to the result.
FAMILIES: list[URLPattern | URLResolver] = [
    path("apply/", applying.applications, name="apply"),
    path("apply/number/", applying.number, name="number"),
    path("apply/start/<str:intake>/", applying.start, name="start"),
    path("apply/<str:public_id>/", applying.application, name="application"),
    path("apply/<str:public_id>/steps/<str:step>/", applying.step, name="step"),
    path("apply/<str:public_id>/proofs/<str:file_id>/", applying.proof_file, name="proof_file"),
    path("apply/<str:public_id>/proofs/<str:file_id>/remove/", applying.remove_proof, name="remove_proof"),
    path("apply/<str:public_id>/review/", applying.review, name="review"),
    path("apply/<str:public_id>/change/", applying.change, name="change"),
    path("apply/<str:public_id>/receipt/", applying.receipt, name="receipt"),
    path("apply/<str:public_id>/discard/", applying.discard, name="discard"),
    path("apply/<str:public_id>/undo/", applying.undo, name="undo"),
    path("apply/<str:public_id>/withdraw/", applying.withdraw, name="withdraw"),
    path("apply/<str:public_id>/again/", applying.again, name="again"),
    path("apply/<str:public_id>/object/", applying.object_, name="object"),
]

# Verification.
CHECKING: list[URLPattern | URLResolver] = []

# Draws, runs, publication, places, appeals.
PLACING: list[URLPattern | URLResolver] = []

urlpatterns = [*RULES, *FAMILIES, *CHECKING, *PLACING, *PUBLIC]
