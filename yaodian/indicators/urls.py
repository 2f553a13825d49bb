"""The addresses of the monitoring desk: a statute's code, then a unit's public id."""

from django.urls import path

from yaodian.indicators.views import comparing, desk, documents, quality

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
]
