"""The HTTP API: one door for all slices, described by OpenAPI at `/api/docs`, which asks no other host."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import django_auth

from yaodian.admissions.api import router as admissions
from yaodian.appraisal.api import router as appraisal
from yaodian.audit.operations import TooManyReads
from yaodian.cases.api import router as cases
from yaodian.foundation.refusing import Absent
from yaodian.measures.api import router as measures
from yaodian.organisations.api import router as organisations
from yaodian.organisations.queries import PermissionMissing
from yaodian.plans.api import router as plans
from yaodian.plans.api.answers import Problem
from yaodian.registry.api import router as registry


class DescribedAPI(NinjaAPI):
    """An API whose description is made once for each language and place: it takes most of a second of a processor, is
    open to everyone, and changes with the program only."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._described: dict[tuple[str | None, str], OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        place = path_prefix if path_prefix is not None else self.get_root_path(path_params or {})
        key = (get_language(), place)
        if key not in self._described:
            self._described[key] = super().get_openapi_schema(path_prefix=place)
        return self._described[key]


api = DescribedAPI(
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
api.add_router("/cases", cases)
api.add_router("/measures", measures)
api.add_router("/appraisal", appraisal)
api.add_router("/admissions", admissions)
api.add_router("/registry", registry)
api.add_router("/organisations", organisations)


def _refusal(request: HttpRequest, status: int, problem: Problem) -> HttpResponse:
    return api.create_response(request, problem.dict(), status=status)


@api.exception_handler(PermissionMissing)
def refuse(request: HttpRequest, missing: PermissionMissing) -> HttpResponse:
    """401 for a visitor without an account, 403 for an account without the permission; the reason in words."""
    status = 403 if request.user.is_authenticated else 401
    return _refusal(request, status, Problem(code="permission-missing", detail=missing.message))


@api.exception_handler(TooManyReads)
def refuse_reads(request: HttpRequest, spent: TooManyReads) -> HttpResponse:
    """429 where the day's budget of records of people is used up."""
    return _refusal(request, 429, Problem(code="too-many-reads", detail=spent.message))


@api.exception_handler(Http404)
@api.exception_handler(Absent)
def refuse_unknown(request: HttpRequest, _missing: Http404 | Absent) -> HttpResponse:
    """404 alike for what does not exist and for what the account's right does not reach."""
    detail = _("没有找到，或不在您的权限范围内。请核对编号。")
    return _refusal(request, 404, Problem(code="not-found", detail=detail))


@api.exception_handler(ValidationError)
def refuse_values(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    """422 for values that are not of the kind asked for; ``errors`` says which."""
    errors = [
        {"field": ".".join(str(step) for step in error["loc"]), "message": str(error["msg"])} for error in fault.errors
    ]
    detail = _("请求里有 %(count)s 处内容不合要求。请按 errors 所列逐项改正后再发送。") % {"count": len(errors)}
    return _refusal(request, 422, Problem(code="invalid-request", detail=detail, errors=errors))


@api.exception_handler(HttpError)
def refuse_request(request: HttpRequest, fault: HttpError) -> HttpResponse:
    """What is refused before a call begins: no session, no token, a body that is no JSON."""
    match fault.status_code:
        case 400:
            code, detail = "unreadable-request", _("请求的正文不是有效的 JSON。请检查后再发送。")
        case 401:
            code, detail = "not-signed-in", _("您还没有登录，或登录已过期。请先在网页上登录。")
        case 403:
            code, detail = "csrf", _("请求缺少有效的 X-CSRFToken。请刷新页面取得新的令牌后再发送。")
        case _:
            code, detail = "refused", str(fault)
    return _refusal(request, fault.status_code, Problem(code=code, detail=detail))
