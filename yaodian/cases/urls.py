"""The addresses of cases."""

from django.urls import include, path

from yaodian.cases.views import cases, imports, meeting

app_name = "cases"

urlpatterns = [
    path("", cases.case_list, name="list"),
    path("today/", cases.today, name="today"),
    path("today/mail/", cases.mail, name="mail"),
    path("open/", cases.open_case, name="open"),
    path("meeting/", meeting.meetings, name="meetings"),
    path("meeting/<str:public_id>/", meeting.protocol, name="protocol"),
    path("meeting/<str:public_id>/end/", meeting.end, name="end_meeting"),
    path("meeting/<str:public_id>/<int:place>/", meeting.item, name="meeting_item"),
    path("meeting/<str:public_id>/<int:place>/<str:action>/", meeting.decide, name="decide"),
    path("import/", imports.overview, name="imports"),
    *(path(f"import/{code.replace('.', '-')}/", include(page.urls)) for code, page in imports.PAGES.items()),
    path("<str:public_id>/", cases.case, name="case"),
    path("<str:public_id>/act/<str:action>/", cases.act, name="act"),
    path("<str:public_id>/files/<str:file_id>/", cases.file, name="file"),
]
