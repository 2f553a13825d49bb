"""The addresses of admissions: what everybody may read, families' applications, and the offices' desks."""

from django.urls import URLPattern, URLResolver, include, path

from yaodian.admissions.views import applying, checking, imports, placing, protocol, public, results, rules

app_name = "admissions"

# What everybody may read: seasons, rules, «which school is mine».
PUBLIC: list[URLPattern | URLResolver] = [
    path("", public.seasons, name="seasons"),
    path("find/", public.find, name="find"),
    path("snapshots/", public.snapshot_list, name="snapshots"),
    path("snapshots/<str:name>", public.snapshot_file, name="snapshot_file"),
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
PLACING: list[URLPattern | URLResolver] = [
    path("placing/", placing.intakes, name="intakes"),
    path("placing/runs/<str:public_id>/", placing.run, name="run"),
    path("placing/runs/<str:public_id>/open/", placing.open_run, name="open_run"),
    path("placing/runs/<str:public_id>/drop/", placing.drop_run, name="drop_run"),
    path("placing/<str:public_id>/", placing.intake, name="intake"),
    path("placing/<str:public_id>/promise/", placing.promise, name="promise"),
    path("placing/<str:public_id>/ceremony/", placing.ceremony, name="ceremony"),
    path("placing/<str:public_id>/void/", placing.void, name="void"),
    path("placing/<str:public_id>/trial/", placing.trial, name="trial"),
    path("placing/<str:public_id>/seal/", placing.seal, name="seal"),
    path("placing/<str:public_id>/appeals/<str:appeal>/", placing.decide, name="decide_appeal"),
    path("draw/<str:public_id>/", protocol.protocol, name="draw"),
    path("draw/<str:public_id>/bundle.zip", protocol.bundle, name="draw_bundle"),
    path("draw/<str:public_id>/<str:name>", protocol.file, name="draw_file"),
    path("apply/<str:public_id>/result/", results.result, name="result"),
    path("apply/<str:public_id>/place/", results.decide_place, name="decide_place"),
    path("apply/<str:public_id>/appeal/", results.appeal, name="appeal"),
]

urlpatterns = [*RULES, *FAMILIES, *CHECKING, *PLACING, *PUBLIC]
