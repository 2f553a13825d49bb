"""The addresses of the monitoring desk."""

from django.urls import path

from yaodian.indicators.views import comparing, desk, documents

app_name = "indicators"

urlpatterns = [
    path("", desk.counties, name="counties"),
    # Before whatever begins with a statute, which would take it for one called «compare».
    path("compare/", comparing.compare, name="compare"),
    path("<str:statute>/<str:public_id>/map/", comparing.school_map, name="map"),
    path("<str:statute>/<str:public_id>/report.docx", documents.report, name="report"),
]
