"""The addresses of measures; a measure is named by its code, such as `registry.kindergartens`."""

from django.urls import path

from yaodian.measures import views

app_name = "measures"

urlpatterns = [
    path("", views.measure_list, name="list"),
    path("compute/", views.compute, name="compute"),
    path("<str:code>/", views.measure, name="measure"),
    path("<str:code>/explain/", views.explain, name="explain"),
]
