"""What stands in the main navigation, and who sees it."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yaodian.organisations.queries import may, rights_of, role_of


@dataclass(frozen=True)
class Entry:
    """A place in the navigation: its words, the name of its address, its icon, and the permission it needs, if any."""

    label: Promise
    url_name: str
    icon: str
    permission: str | None = None
    needs_account: bool = False
    # For accounts that are no staff's: whoever holds a right finds the page in the menu of his account.
    is_for_families: bool = False


@dataclass(frozen=True)
class Link:
    """An entry as this visitor sees it on this page."""

    label: str
    url: str
    icon: str
    is_current: bool


NAVIGATION: tuple[Entry, ...] = (
    Entry(_("首页"), "web:home", "home"),
    Entry(_("工作要点"), "plans:list", "document"),
    Entry(_("检索"), "plans:search", "search"),
    Entry(_("按单位查看"), "plans:units", "building"),
    Entry(_("比较"), "plans:compare", "compare"),
    Entry(_("查找"), "web:find", "search", permission="registry.view"),
    Entry(_("我的孩子"), "children:list", "user", is_for_families=True),
    Entry(_("学校与师生"), "registry:schools", "building", permission="registry.view"),
    Entry(_("单位"), "organisations:units", "building", permission="organisations.view"),
    Entry(_("人员"), "organisations:people", "user", permission="organisations.view"),
    Entry(_("账号与权限"), "organisations:accounts", "lock", permission="organisations.grant"),
    Entry(_("签发激活码"), "identity:accounts", "key", permission="organisations.grant"),
    Entry(_("操作日志"), "web:journal", "shield", permission="audit.read"),
)


def _visible(entry: Entry, request: HttpRequest) -> bool:
    if entry.needs_account and not request.user.is_authenticated:
        return False
    if entry.is_for_families:
        return request.user.is_authenticated and not rights_of(account=request.user)
    return entry.permission is None or may(account=request.user, permission=entry.permission)


def navigation(request: HttpRequest) -> dict[str, object]:
    """Template context: `navigation`, and the role of whoever is signed in.

    The current link is the one with the longest address that the page's address begins with.
    """
    if not hasattr(request, "user"):
        # An error before sign-in was reached, such as a wrong host name.
        return {"navigation": [], "role_name": ""}
    shown = [(entry, reverse(entry.url_name)) for entry in NAVIGATION if _visible(entry, request)]
    begun = [url for _entry, url in shown if request.path == url or (url != "/" and request.path.startswith(url))]
    current = max(begun, key=len, default=None)
    return {
        "navigation": [Link(str(entry.label), url, entry.icon, url == current) for entry, url in shown],
        "role_name": role_of(account=request.user),
    }
