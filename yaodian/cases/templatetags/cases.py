"""Words and badges of cases."""

from django import template
from django.utils.translation import gettext_lazy as _

from yaodian.cases.declaring import Phase
from yaodian.cases.queries import Line
from yaodian.foundation.templatetags.interface import STATUS_ICONS

register = template.Library()

BADGES = {Phase.WAITING: "waiting", Phase.WORKING: "running", Phase.CHECKING: "attention", Phase.ENDED: "good"}
TASKS = {
    "work": _("办理事项"),
    "sign": _("签收"),
    "dispatch": _("交办"),
    "decide": _("审批延期"),
    "verify": _("核验"),
}


@register.inclusion_tag("foundation/status.html")
def phase_status(line: Line) -> dict[str, str]:
    """The badge of a case's state."""
    kind = BADGES[Phase(line.case.phase)] if line.case.state not in ("withdrawn", "merged") else "off"
    return {"kind": kind, "label": line.state, "icon": STATUS_ICONS[kind]}


@register.simple_tag
def task_words(what: str) -> str:
    """What is to be done with a case."""
    return str(TASKS[what])
