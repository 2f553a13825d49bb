"""The addresses of the monitoring desk."""

from django.urls import path

from yaodian.indicators.views import desk, documents

app_name = "indicators"

urlpatterns = [
    path("", desk.counties, name="counties"),
    path("<str:statute>/<str:public_id>/report.docx", documents.report, name="report"),
]
