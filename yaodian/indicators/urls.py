"""The addresses of the monitoring desk."""

from django.urls import path

from yaodian.indicators.views import desk, quality

app_name = "indicators"

urlpatterns = [
    path("", desk.counties, name="counties"),
    path("quality/", quality.quality_list, name="quality"),
    path("quality/<str:public_id>/", quality.quality_unit, name="quality_unit"),
    path("quality/<str:public_id>/findings.xlsx", quality.quality_workbook, name="quality_workbook"),
]
