"""The addresses of cases."""

from django.urls import path

from yaodian.cases import views

app_name = "cases"

urlpatterns = [
    path("", views.case_list, name="list"),
    path("today/", views.today, name="today"),
    path("today/mail/", views.mail, name="mail"),
    path("open/", views.open_case, name="open"),
    path("<str:public_id>/", views.case, name="case"),
    path("<str:public_id>/act/<str:action>/", views.act, name="act"),
    path("<str:public_id>/files/<str:file_id>/", views.file, name="file"),
]
