"""The addresses of measures: below a unit's public id, a measure's code, such as `registry.kindergartens`."""

from django.urls import path

from yaodian.measures import views

app_name = "measures"

urlpatterns = [
    path("", views.measure_list, name="list"),
    path("compute/", views.compute, name="compute"),
    path("<str:public_id>/<str:code>/", views.measure, name="measure"),
    path("<str:public_id>/<str:code>/explain/", views.explain, name="explain"),
]
