"""What stands in the main navigation, and who sees it."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yaodian.organisations.queries import may, rights_of, role_of


@dataclass(frozen=True)
class Entry:
    """A place in the navigation: its words, the name of its address, its icon, and the permission it needs, if any.

    `group` is the code of the group it is folded into where there are more places than a bar holds.
    """

    label: Promise
    url_name: str
    icon: str
    permission: str | None = None
    needs_account: bool = False
    group: str = ""
    # For accounts that are no staff's: whoever holds a right finds the page in the menu of his account.
    is_for_families: bool = False


@dataclass(frozen=True)
class Link:
    """An entry as this visitor sees it on this page."""

    label: str
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True)
class Group:
    """Several links under one word."""

    label: str
    icon: str
    links: tuple[Link, ...]

    @property
    def is_current(self) -> bool:
        return any(link.is_current for link in self.links)


# As many as stand side by side in either language at 1440 px.
MOST_SIDE_BY_SIDE = 6

GROUPS: dict[str, tuple[Promise, str]] = {
    "plans": (_("工作要点"), "document"),
    "cases": (_("督办"), "flag"),
    "admissions": (_("招生"), "user"),
    "schooling": (_("教学"), "calendar"),
    "data": (_("基础数据"), "building"),
    "administration": (_("管理"), "shield"),
}

NAVIGATION: tuple[Entry, ...] = (
    Entry(_("首页"), "web:home", "home"),
    Entry(_("驾驶舱"), "web:cockpit", "target", permission="measures.view", group="cases"),
    Entry(_("工作要点"), "plans:list", "document", group="plans"),
    Entry(_("检索"), "plans:search", "search", group="plans"),
    Entry(_("按单位查看"), "plans:units", "building", group="plans"),
    Entry(_("签收任务"), "plans:duties", "check-circle", permission="plans.answer", group="plans"),
    Entry(_("月报"), "plans:reports", "calendar", permission="plans.answer", group="plans"),
    Entry(_("责任清单"), "plans:responsibilities", "list", permission="plans.answer", group="plans"),
    Entry(_("比较"), "plans:compare", "compare", group="plans"),
    Entry(_("今日待办"), "cases:today", "flag", permission="cases.view", group="cases"),
    Entry(_("督办事项"), "cases:list", "list", permission="cases.view", group="cases"),
    Entry(_("督办会议"), "cases:meetings", "table", permission="cases.dispatch", group="cases"),
    Entry(_("通报"), "plans:bulletins", "send", permission="cases.view", group="cases"),
    Entry(_("查找"), "web:find", "search", permission="registry.view"),
    Entry(_("入学报名"), "admissions:apply", "document", is_for_families=True),
    Entry(_("我的孩子"), "children:list", "user", is_for_families=True),
    Entry(_("指标"), "measures:list", "target", permission="measures.view", group="plans"),
    Entry(_("年度考核"), "appraisal:rounds", "flag", permission="appraisal.view", group="plans"),
    Entry(_("查对口学校"), "admissions:find", "search", permission="admissions.view", group="admissions"),
    Entry(_("招生规则"), "admissions:office_seasons", "document", permission="admissions.view", group="admissions"),
    Entry(_("招生进度"), "admissions:intakes", "list", permission="admissions.view", group="admissions"),
    Entry(_("按分录取"), "admissions:scores", "table", permission="admissions.view", group="admissions"),
    Entry(
        _("入学申请核验"), "admissions:check_desk", "check-circle", permission="admissions.verify", group="admissions"
    ),
    Entry(
        _("重新打开核验结论"), "admissions:check_reopen", "refresh", permission="admissions.appeals", group="admissions"
    ),
    Entry(_("本校报名情况"), "admissions:check_schools", "building", permission="admissions.view", group="admissions"),
    Entry(_("本校录取名单"), "admissions:score_schools", "user", permission="admissions.view", group="admissions"),
    Entry(_("考务编排"), "exams:exams", "table", permission="exams.view", group="schooling"),
    Entry(_("选科轮次"), "timetabling:rounds", "list", permission="timetabling.view", group="schooling"),
    Entry(_("各校选科"), "timetabling:district", "compare", permission="timetabling.view", group="schooling"),
    Entry(_("学期与课表"), "timetabling:terms", "calendar", permission="timetabling.view", group="schooling"),
    Entry(_("我的课表"), "timetabling:my_week", "calendar", permission="timetabling.view", group="schooling"),
    Entry(_("各校课表"), "timetabling:teaching", "compare", permission="timetabling.view", group="schooling"),
    Entry(_("模拟考试"), "timetabling:mocks", "table", permission="timetabling.view", group="schooling"),
    Entry(_("选考要求表"), "timetabling:tables", "document", permission="timetabling.load", group="schooling"),
    Entry(_("监测"), "indicators:counties", "table", permission="indicators.view", group="data"),
    Entry(_("学校与师生"), "registry:schools", "building", permission="registry.view", group="data"),
    Entry(_("导入与导出"), "registry:imports", "upload", permission="registry.import", group="data"),
    Entry(_("单位"), "organisations:units", "building", permission="organisations.view", group="data"),
    Entry(_("人员"), "organisations:people", "user", permission="organisations.view", group="data"),
    Entry(_("账号与权限"), "organisations:accounts", "lock", permission="organisations.grant", group="administration"),
    Entry(_("签发激活码"), "identity:accounts", "key", permission="organisations.grant", group="administration"),
    Entry(
        pgettext_lazy("page", "后台任务"),
        "operating:jobs",
        "system",
        permission="foundation.operate",
        group="administration",
    ),
    Entry(_("工作日历"), "operating:calendar", "calendar", permission="foundation.operate", group="administration"),
    Entry(_("消息发送"), "operating:outbox", "send", permission="foundation.operate", group="administration"),
    Entry(_("安全告警"), "operating:alarms", "alert", permission="operating.watch", group="administration"),
    Entry(_("操作日志"), "web:journal", "shield", permission="audit.read", group="administration"),
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
        "navigation": _folded(
            [(entry, Link(str(entry.label), url, entry.icon, url == current)) for entry, url in shown]
        ),
        "role_name": role_of(account=request.user),
    }


def _folded(shown: list[tuple[Entry, Link]]) -> list[Link | Group]:
    """The links as they are, or, where there are too many, each group of several in the place of its first link."""
    if len(shown) <= MOST_SIDE_BY_SIDE:
        return [link for _entry, link in shown]
    groups = {code: tuple(link for entry, link in shown if entry.group == code) for code in GROUPS}
    folded: list[Link | Group] = []
    for entry, link in shown:
        links = groups.get(entry.group, ())
        if len(links) < 2:
            folded.append(link)
        elif links[0] is link:
            label, icon = GROUPS[entry.group]
            folded.append(Group(str(label), icon, links))
    return folded
