"""Every address of the product."""

from django.urls import include, path

from yaodian.config.api import api
from yaodian.identity.urls import library_urlpatterns
from yaodian.registry.urls import children_urlpatterns

urlpatterns = [
    path("", include("yaodian.web.urls")),
    path("", include("yaodian.identity.urls")),
    *library_urlpatterns,
    path("", include("yaodian.organisations.urls")),
    path("plans/", include("yaodian.plans.urls")),
    path("cases/", include("yaodian.cases.urls")),
    path("measures/", include("yaodian.measures.urls")),
    path("appraisal/", include("yaodian.appraisal.urls")),
    path("admissions/", include("yaodian.admissions.urls")),
    path("exams/", include("yaodian.exams.urls")),
    path("timetabling/", include("yaodian.timetabling.urls")),
    path("indicators/", include("yaodian.indicators.urls")),
    path("registry/", include("yaodian.registry.urls")),
    path("jobs/", include("yaodian.operating.urls")),
    path("my-children/", include((children_urlpatterns, "children"))),
    path("api/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler400 = "yaodian.web.errors.bad_request"
handler403 = "yaodian.web.errors.permission_denied"
handler404 = "yaodian.web.errors.page_not_found"
handler500 = "yaodian.web.errors.server_error"
