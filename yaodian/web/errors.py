"""Pages for what went wrong: what it is, why, and what to do next."""

from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from yaodian.audit.operations import TooManyReads
from yaodian.organisations.queries import PermissionMissing


def _page(request: HttpRequest, *, status: int, title: str, sentence: str, step: str) -> HttpResponse:
    return render(
        request, "web/error.html", {"status": status, "title": title, "sentence": sentence, "step": step}, status=status
    )


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 where the request was too big."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return too_large(request)
    return _page(
        request,
        status=HTTPStatus.BAD_REQUEST,
        title=_("请求有误"),
        sentence=_("服务器看不懂浏览器发来的内容，可能是网址不完整，或页面停留时间过长。"),
        step=_("请返回上一页，刷新后再试一次。"),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    """413."""
    return _page(
        request,
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        title=_("内容过大"),
        sentence=_("提交的内容超过了上限：文件最大 20 MB，文字最多 4 MB。"),
        step=_("请压缩文件中的图片，或把内容分几次提交。"),
    )


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403, with the sentence of the permission that is missing; 429 where the day's budget of reads is used up."""
    if isinstance(exception, TooManyReads):
        return _page(
            request,
            status=HTTPStatus.TOO_MANY_REQUESTS,
            title=_("今天的查阅额度已用完"),
            sentence=exception.message,
            step=_("已打开过的记录今天仍可查看。可以返回首页继续其他工作。"),
        )
    if isinstance(exception, PermissionMissing):
        sentence = exception.message
    else:
        sentence = _("您的账号没有查看或修改这项内容的权限。")
    return _page(
        request,
        status=HTTPStatus.FORBIDDEN,
        title=_("没有权限"),
        sentence=sentence,
        step=_("可以返回首页继续其他工作，或换一个账号登录。"),
    )


@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _page(
        request,
        status=HTTPStatus.NOT_FOUND,
        title=_("没有这个页面"),
        sentence=_("网址可能有误，内容也可能已被撤回或删除。"),
        step=_("请核对网址，或从首页重新进入。"),
    )


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page that needs neither the database nor a session, since either may be what has failed."""
    words = {
        "status": int(HTTPStatus.INTERNAL_SERVER_ERROR),
        "title": _("系统出错"),
        "sentence": _("系统没能完成这次操作，没有保存任何不完整的内容。错误已记入系统日志。"),
        "step": _("请稍后再试；如再次出现，请把时间和网址告知系统管理员。"),
    }
    return HttpResponse(render_to_string("web/bare_error.html", words), status=HTTPStatus.INTERNAL_SERVER_ERROR)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 where a form was sent without the token of its page: a stale page, or cookies switched off."""
    return _page(
        request,
        status=HTTPStatus.FORBIDDEN,
        title=_("页面已过期"),
        sentence=_("为了安全，表单只在打开它的登录期间有效。页面可能停留过久，或浏览器禁用了 Cookie。"),
        step=_("请返回上一页并刷新，再提交一次。"),
    )
