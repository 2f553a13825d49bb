from django.urls import path

from yaodian.web import cockpit, views

app_name = "web"

urlpatterns = [
    path("", views.home, name="home"),
    path("cockpit/", cockpit.cockpit, name="cockpit"),
    path("cockpit/targets/", cockpit.targets, name="cockpit_targets"),
    path("cockpit/commitments/", cockpit.commitments, name="cockpit_commitments"),
    path("find/", views.find, name="find"),
    path("healthz", views.healthz, name="healthz"),
    path("theme/", views.theme, name="theme"),
    path("style/", views.style, name="style"),
    path("journal/", views.journal, name="journal"),
]
