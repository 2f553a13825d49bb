"""The addresses of the monitoring desk: a statute's code, then a unit's public id."""

from django.urls import path

from yaodian.indicators.views import comparing, desk, documents, quality, scenarios

app_name = "indicators"

urlpatterns = [
    path("", desk.counties, name="counties"),
    path("assess/", desk.assess, name="assess"),
    path("compare/", comparing.compare, name="compare"),
    path("<str:statute>/counties/<str:public_id>/", desk.county, name="county"),
    path("<str:statute>/counties/<str:public_id>/facts/", desk.facts, name="facts"),
    path("<str:statute>/counties/<str:public_id>/facts/state/", desk.state, name="state"),
    path("<str:statute>/counties/<str:public_id>/map/", comparing.school_map, name="map"),
    path("<str:statute>/counties/<str:public_id>/report.docx", documents.report, name="report"),
    path("<str:statute>/schools/<str:public_id>/", desk.school, name="school"),
    path("quality/", quality.quality_list, name="quality"),
    path("quality/<str:public_id>/", quality.quality_unit, name="quality_unit"),
    path("quality/<str:public_id>/findings.xlsx", quality.quality_workbook, name="quality_workbook"),
    path("scenarios/<str:county>/", scenarios.scenarios, name="scenarios"),
    path("scenarios/<str:county>/<str:scenario>/", scenarios.scenario, name="scenario"),
    path("scenarios/<str:county>/<str:scenario>/add/", scenarios.add_change, name="add_change"),
    path("scenarios/<str:county>/<str:scenario>/arrange/", scenarios.arrange_change, name="arrange_change"),
    path("scenarios/<str:county>/<str:scenario>/suggest/", scenarios.suggest_changes, name="suggest_changes"),
    path("scenarios/<str:county>/<str:scenario>/prices/", scenarios.set_prices, name="set_prices"),
    path("scenarios/<str:county>/<str:scenario>/rename/", scenarios.rename_scenario, name="rename_scenario"),
    path("scenarios/<str:county>/<str:scenario>/delete/", scenarios.delete_scenario, name="delete_scenario"),
]
