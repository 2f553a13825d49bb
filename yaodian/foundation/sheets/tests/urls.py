"""The addresses of the product and, under /readers/, those of the sample sheet."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.urls import include, path

from yaodian.foundation.sheets.tests.sample import IMPORTER
from yaodian.foundation.sheets.views import ImportPages

PAGES = ImportPages(
    importer=IMPORTER, namespace="readers", prefix="readers", guard=login_required, scope_of=lambda request: "all"
)
# By name: the foundation knows nothing above it.
urlpatterns = [path("readers/", include((PAGES.urls, "readers"))), path("", include("yaodian.config.urls"))]
handler400 = "yaodian.web.errors.bad_request"
handler403 = "yaodian.web.errors.permission_denied"
handler404 = "yaodian.web.errors.page_not_found"
handler500 = "yaodian.web.errors.server_error"
