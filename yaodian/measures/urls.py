"""The addresses of measures: below a unit's public id a measure's code, such as `registry.kindergartens`; and a comparison
below the code."""

from django.urls import path

from yaodian.measures import views

app_name = "measures"

urlpatterns = [
    path("", views.measure_list, name="list"),
    path("compute/", views.compute, name="compute"),
    # Before the addresses of a unit, which would take it for a measure called «compare».
    path("<str:code>/compare/", views.compare, name="compare"),
    path("<str:public_id>/<str:code>/", views.measure, name="measure"),
    path("<str:public_id>/<str:code>/explain/", views.explain, name="explain"),
]
