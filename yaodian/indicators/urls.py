"""The addresses of the monitoring desk."""

from django.urls import path

from yaodian.indicators.views import desk

app_name = "indicators"

urlpatterns = [
    path("", desk.counties, name="counties"),
]
