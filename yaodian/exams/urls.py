"""The addresses of examinations: by their public id, plans by theirs."""

from django.urls import include, path

from yaodian.exams.views import exams, imports, schools

app_name = "exams"

urlpatterns = [
    path("", exams.exams, name="exams"),
    *(path(f"lists/{name}/", include(pages.urls)) for name, pages in imports.PAGES.items()),
    path("plans/<str:public_id>/", exams.plan, name="plan"),
    path("plans/<str:public_id>/publish/", exams.publish, name="publish"),
    path("plans/<str:public_id>/drop/", exams.drop, name="drop"),
    path("plans/<str:public_id>/sites/<str:site>/<str:paper>.pdf", exams.paper, name="paper"),
    path("<str:public_id>/", exams.exam, name="exam"),
    path("<str:public_id>/session/", exams.session, name="session"),
    path("<str:public_id>/close/", exams.close, name="close"),
    path("<str:public_id>/reopen/", exams.reopen, name="reopen"),
    path("<str:public_id>/draw/", exams.draw, name="draw"),
    path("<str:public_id>/protocol/", schools.protocol, name="protocol"),
    path("<str:public_id>/schools/<str:school>/", schools.school, name="school"),
    path("<str:public_id>/schools/<str:school>/tickets.pdf", schools.tickets, name="tickets"),
]
