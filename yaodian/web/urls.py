from django.urls import path

from yaodian.web import views

app_name = "web"

urlpatterns = [
    path("", views.home, name="home"),
    path("find/", views.find, name="find"),
    path("healthz", views.healthz, name="healthz"),
    path("theme/", views.theme, name="theme"),
    path("style/", views.style, name="style"),
    path("journal/", views.journal, name="journal"),
]
