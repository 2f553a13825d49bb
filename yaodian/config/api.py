"""The HTTP API: one door for all slices, described by OpenAPI at `/api/docs`, which asks no other host."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import django_auth

from yaodian.organisations.queries import PermissionMissing
from yaodian.plans.api import router as plans

api = NinjaAPI(
    title="要点 API",
    version="1",
    urls_namespace="api",
    # Unless an address says that it is open to everyone, it takes a session, and a token where it writes.
    auth=django_auth,
    description=(
        "Published plans can be read by everyone. Everything else needs a session: sign in on the pages first; "
        "requests that write carry the X-CSRFToken header."
    ),
)

api.add_router("/plans", plans)


@api.exception_handler(PermissionMissing)
def refuse(request: HttpRequest, problem: PermissionMissing) -> HttpResponse:
    """401 for a visitor without an account, 403 for an account without the permission; the reason in words."""
    status = 403 if request.user.is_authenticated else 401
    return api.create_response(request, {"detail": problem.message, "permission": problem.permission}, status=status)
