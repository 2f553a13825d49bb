"""What admissions ask of a person today: to decide where two differ, to settle, to rule on an appeal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.models import Appeal, AppealState, ApplicationState, Check, Intake, IntakeState
from yaodian.admissions.queries.checking import differing_for, unsettled_objections
from yaodian.admissions.queries.doubles import unsettled
from yaodian.cases.queries import harm_of_delay
from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor, scope_of

# An objection that must be settled within so many days is shown.
SOON = timedelta(days=7)
# By how grave it is: families wait for a ruling that they have asked for; the rest holds up one application.
_WEIGHTS = {"appeal": 3.0, "third": 2.0, "double": 2.0, "objection": 2.0}


@dataclass(frozen=True, slots=True)
class Ask:
    """Something of an intake that waits for a person, all of its kind in one: `kind` is third, double, objection or appeal.

    The harm of delay is on the scale of `cases.queries.harm_of_delay`.
    """

    kind: str
    intake: str
    title: str
    note: str
    due_on: date
    days_late: int
    harm: float


def appeals_due(intake: Intake, first_filed_at: datetime) -> date:
    """The office takes no longer to rule than families have to appeal, counted from the day on which the first one was filed."""
    return timezone.localdate(first_filed_at) + timedelta(days=intake.appeal_days)


def list_asks(*, account: Visitor, today: date) -> tuple[Ask, ...]:
    """What harms most first. Seven queries at most, whatever the number of intakes and applications.

    Of offices in which the person himself stands: whoever reaches a whole city is not asked for each county's.
    """
    if not isinstance(account, Account):
        return ()
    found = [*_of_checks(account, today), *_of_appeals(account, today)]
    return tuple(sorted(found, key=lambda one: (-one.harm, one.kind, one.title)))


def _own_offices(account: Account, permission: str) -> set[int]:
    return {unit for _hierarchy, unit in scope_of(account=account, permission=permission).roots}


def _of_checks(account: Account, today: date) -> Iterator[Ask]:
    offices = _own_offices(account, "admissions.verify")
    if not offices:
        return
    rows = Intake.objects.filter(season__office__in=offices, state__in=[IntakeState.OPEN, IntakeState.CHECKING])
    intakes = {one.pk: one for one in rows.select_related("season")}
    if not intakes:
        return
    differing = differing_for(account, intakes.values())
    yield from _asks("third", intakes, dict(differing.values_list("intake_id").annotate(count=Count("pk"))), today)
    doubles: dict[int, int] = {}
    for one in unsettled(list(intakes.values())):
        doubles[one["intake"]] = doubles.get(one["intake"], 0) + 1
    yield from _asks("double", intakes, doubles, today)
    near = {key: one for key, one in intakes.items() if one.check_until - today <= SOON}
    objections = (
        unsettled_objections()
        .filter(application__intake__in=near)
        .exclude(application__state=ApplicationState.WITHDRAWN)
        .order_by()
        .values_list("application__intake_id")
        .annotate(count=Count("application", distinct=True))
    )
    yield from _asks("objection", near, dict(objections), today)


def _asks(kind: str, intakes: Mapping[int, Intake], counts: Mapping[int, int], today: date) -> Iterator[Ask]:
    for key, count in counts.items():
        yield _ask(kind, intakes[key], count, intakes[key].check_until, today)


def _of_appeals(account: Account, today: date) -> Iterator[Ask]:
    """Without those that this person may not rule on: his own, and those of applications that he has checked."""
    offices = _own_offices(account, "admissions.appeals")
    if not offices:
        return
    checked = Check.objects.filter(application=OuterRef("application"), checker=account)
    counts = (
        Appeal.objects.filter(
            state=AppealState.FILED, application__intake__season__office__in=offices,
            application__intake__state=IntakeState.PUBLISHED,
        )
        .exclude(Q(filed_by=account) | Exists(checked))
        .order_by()
        .values_list("application__intake_id")
        .annotate(count=Count("pk"), first=Min("filed_at"))
    )  # fmt: skip
    found = {key: (count, first) for key, count, first in counts}
    for intake in Intake.objects.filter(pk__in=found).select_related("season"):
        count, first = found[intake.pk]
        yield _ask("appeal", intake, count, appeals_due(intake, first), today)


def _ask(kind: str, intake: Intake, count: int, due_on: date, today: date) -> Ask:
    words = {
        "third": _("%(count)s 份入学申请两人结论不一致，等您决定"),
        "double": _("%(count)s 名儿童各有几份入学申请，等您确定以哪一份为准"),
        "objection": _("%(count)s 份入学申请的监护人异议待处理"),
        "appeal": _("%(count)s 件招生申诉待裁定"),
    }[kind] % {"count": count}
    return Ask(
        kind=kind, intake=intake.public_id, title=words, note=f"{intake.season.title} · {intake.get_stage_display()}",
        due_on=due_on, days_late=max(0, (today - due_on).days),
        harm=harm_of_delay(weight=_WEIGHTS[kind], due_on=due_on, today=today),
    )  # fmt: skip
