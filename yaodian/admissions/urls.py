"""The addresses of admissions: what everybody may read, families' applications, and the offices' desks."""

from django.urls import URLPattern, URLResolver, include, path

from yaodian.admissions.views import (
    applying,
    checking,
    comparing,
    forecasting,
    imports,
    keeping,
    placing,
    protocol,
    public,
    results,
    rules,
    score_results,
    scoring,
)

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
    path("apply/<str:public_id>/wishes/", applying.restate, name="restate"),
    path("apply/<str:public_id>/change/", applying.change, name="change"),
    path("apply/<str:public_id>/receipt/", applying.receipt, name="receipt"),
    path("apply/<str:public_id>/discard/", applying.discard, name="discard"),
    path("apply/<str:public_id>/undo/", applying.undo, name="undo"),
    path("apply/<str:public_id>/withdraw/", applying.withdraw, name="withdraw"),
    path("apply/<str:public_id>/again/", applying.again, name="again"),
    path("apply/<str:public_id>/object/", applying.object_, name="object"),
    path("apply/<str:public_id>/copy.zip", keeping.copy, name="copy"),
    path("apply/<str:public_id>/erase/", keeping.erase, name="erase"),
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
    path("check/applications/<str:public_id>/doubles/", checking.doubles, name="check_doubles"),
    path("check/applications/<str:public_id>/objections/<int:guardian_id>/", checking.settle, name="check_settle"),
    path("check/applications/<str:public_id>/files/<str:file_id>/", checking.proof, name="check_proof"),
]

# Draws, runs, publication, places, appeals.
PLACING: list[URLPattern | URLResolver] = [
    path("placing/", placing.intakes, name="intakes"),
    path("placing/runs/<str:public_id>/", placing.run, name="run"),
    path("placing/runs/<str:public_id>/open/", placing.open_run, name="open_run"),
    path("placing/runs/<str:public_id>/drop/", placing.drop_run, name="drop_run"),
    path("placing/runs/<str:public_id>/recheck/", placing.recheck_run, name="recheck_run"),
    path("placing/comparisons/<str:public_id>/", comparing.comparison, name="comparison"),
    path("placing/<str:public_id>/", placing.intake, name="intake"),
    path("placing/<str:public_id>/forecast/", forecasting.forecast, name="forecast"),
    path("placing/<str:public_id>/compare/", comparing.compare, name="compare"),
    path("placing/<str:public_id>/variant/", comparing.variant, name="variant"),
    path("placing/<str:public_id>/promise/", placing.promise, name="promise"),
    path("placing/<str:public_id>/ceremony/", placing.ceremony, name="ceremony"),
    path("placing/<str:public_id>/void/", placing.void, name="void"),
    path("placing/<str:public_id>/keeping/", keeping.keeping, name="keeping"),
    path("placing/<str:public_id>/trial/", placing.trial, name="trial"),
    path("placing/<str:public_id>/seal/", placing.seal, name="seal"),
    path("placing/<str:public_id>/round/", placing.open_round, name="open_round"),
    path("placing/<str:public_id>/end/", placing.end, name="end_intake"),
    path("placing/<str:public_id>/appeals/<str:appeal>/", placing.decide, name="decide_appeal"),
    path("draw/<str:public_id>/", protocol.protocol, name="draw"),
    path("draw/<str:public_id>/bundle.zip", protocol.bundle, name="draw_bundle"),
    path("draw/<str:public_id>/<str:name>", protocol.file, name="draw_file"),
    path("placements/<str:public_id>/", protocol.placement, name="placement"),
    path("placements/<str:public_id>/bundle.zip", protocol.placement_bundle, name="placement_bundle"),
    path("placements/<str:public_id>/<str:name>", protocol.placement_file, name="placement_file"),
    path("apply/<str:public_id>/opening.json", results.opening, name="opening"),
    path("apply/<str:public_id>/result/", results.result, name="result"),
    path("apply/<str:public_id>/place/", results.decide_place, name="decide_place"),
    path("apply/<str:public_id>/appeal/", results.appeal, name="appeal"),
]

# Upper secondary by score: the office's desk, lists for schools, lines for everybody, results for families.
SCORES: list[URLPattern | URLResolver] = [
    path("scores/", scoring.rounds, name="scores"),
    *(path(f"scores/import/{name}/", include(page.urls)) for name, page in imports.SCORE_PAGES.items()),
    path("scores/lines/", score_results.all_lines, name="all_score_lines"),
    path("scores/lines/<str:public_id>/", score_results.lines, name="score_lines"),
    path("scores/schools/", score_results.schools, name="score_schools"),
    path("scores/schools/<str:public_id>/<str:school>/", score_results.school, name="score_school"),
    path("scores/schools/<str:public_id>/<str:school>/list.xlsx", score_results.school_file, name="score_school_file"),
    path("scores/mine/", score_results.mine, name="my_scores"),
    path("scores/mine/<str:public_id>/", score_results.result, name="my_score"),
    path("scores/runs/<str:public_id>/", scoring.run, name="score_run"),
    path("scores/runs/<str:public_id>/open/", scoring.open_run, name="open_score_run"),
    path("scores/runs/<str:public_id>/drop/", scoring.drop_run, name="drop_score_run"),
    path("scores/runs/<str:public_id>/recheck/", scoring.recheck_run, name="recheck_score_run"),
    path("scores/<str:public_id>/", scoring.round_, name="score_round"),
    path("scores/<str:public_id>/batch/", scoring.batch, name="score_batch"),
    path("scores/<str:public_id>/announce/", scoring.announce, name="announce_scores"),
    path("scores/<str:public_id>/close/", scoring.close, name="close_scores"),
    path("scores/<str:public_id>/reopen/", scoring.reopen, name="reopen_scores"),
    path("scores/<str:public_id>/trial/", scoring.trial, name="score_trial"),
    path("scores/<str:public_id>/seal/", scoring.seal, name="seal_scores"),
]

urlpatterns = [*RULES, *FAMILIES, *CHECKING, *PLACING, *SCORES, *PUBLIC]
