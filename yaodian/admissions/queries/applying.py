"""What a family sees of its own applications: lists, steps, receipt, progress, result. Nobody else's is ever found here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from yaodian.admissions.content import Content, StatedGuardian
from yaodian.admissions.models import (
    Application,
    ApplicationState,
    Criterion,
    Holding,
    Intake,
    IntakeState,
    Offer,
    PaperKind,
    Place,
    Proof,
    Relation,
    Revision,
)
from yaodian.admissions.problem.gathering import spot_of
from yaodian.admissions.problem.numbering import is_number, tidy_number
from yaodian.admissions.problem.questions import answered
from yaodian.admissions.problem.stating import OTHER_PROOF, Asked, Fault, faults
from yaodian.admissions.queries.addresses import locate
from yaodian.admissions.queries.asking import asked_of
from yaodian.admissions.queries.at_hand import rules_at_hand
from yaodian.admissions.queries.keeping_days import drafts_until, names_until
from yaodian.admissions.queries.placing import SHOWN
from yaodian.admissions.queries.plans import Plan, plan_from
from yaodian.foundation.models import StoredFile
from yaodian.foundation.refusing import Absent
from yaodian.organisations.models import Account
from yaodian.organisations.queries import Visitor, names_of_units


def find_own(*, account: Account, public_id: str) -> Application:
    """An application of the account. Raises Absent, for one of another family as for none."""
    row = (
        Application.objects.filter(public_id=public_id, account=account, erased_at__isnull=True)
        .select_related("intake__season")
        .first()
    )
    if row is None:
        raise Absent(public_id)
    return row


def open_intakes(*, now: datetime) -> Sequence[Intake]:
    """The intakes for which an application may be begun today."""
    today = timezone.localdate(now)
    return list(
        Intake.objects.filter(state=IntakeState.OPEN, round=1, opens_on__lte=today, closes_on__gte=today)
        .select_related("season")
        .order_by("season_id", "born_from", "id")
    )


def intake_to_apply_for(*, public_id: str) -> Intake:
    """An intake whose rules are announced. Raises Absent."""
    row = Intake.objects.exclude(state=IntakeState.PLANNED).filter(public_id=public_id).first()
    if row is None:
        raise Absent(public_id)
    return row


@dataclass(frozen=True)
class OwnRow:
    """An application in the family's list."""

    application: Application
    child: str
    is_changed: bool

    @property
    def has_result(self) -> bool:
        """Its result is published, to be read and acted upon."""
        return self.application.state == ApplicationState.VERIFIED and self.application.intake.state in SHOWN


def own_applications(*, account: Account) -> Sequence[OwnRow]:
    """The newest first. One query."""
    rows = (
        Application.objects.filter(account=account, erased_at__isnull=True)
        .select_related("intake__season")
        .order_by("-id")
    )
    return [OwnRow(one, content_of(one).child.name, bool(one.pending)) for one in rows]


def content_of(row: Application) -> Content:
    """What the steps show: the change that was begun, else what stands."""
    return Content.from_json(row.pending or row.content)


@dataclass(frozen=True)
class StepPage:
    """What the steps and the review need: what was said, what is asked, what is still wrong."""

    application: Application
    intake: Intake
    content: Content
    asked: Asked
    criteria: Sequence[Criterion]
    proofs: Sequence[Proof]
    labels: Sequence[str]
    faults: Sequence[Fault]
    contested: str
    plan: Plan

    def faults_of(self, step: str) -> list[Fault]:
        return [one for one in self.faults if one.step == step]

    @property
    def paper(self) -> str:
        return _label(PaperKind, self.content.child.paper)

    @property
    def answers(self) -> Sequence[tuple[str, str]]:
        """What the stage asks beside, each with the words of its answer."""
        born_on, year = self.content.child.born_on, self.intake.season.year
        return answered(self.intake.stage, self.content.answers, born_on=born_on, year=year)

    @property
    def holding(self) -> str:
        return _label(Holding, self.content.home.held_by)

    @property
    def guardians(self) -> list[tuple[StatedGuardian, str, str]]:
        """Each with the words of relation and paper."""
        return [(one, _label(Relation, one.relation), _label(PaperKind, one.paper)) for one in self.content.guardians]

    @property
    def wishes(self) -> list[str]:
        return [self.asked.offers.get(one, "—") for one in self.content.wishes]

    @property
    def claims(self) -> list[str]:
        return [one.words for one in self.criteria if one.code in self.content.claims]


def _label(kind: type[models.TextChoices], code: str) -> str:
    return str(kind(code).label) if code in kind.values else ""


def step_page(*, account: Account, public_id: str, now: datetime) -> StepPage:
    """Raises Absent. A constant number of queries."""
    row = find_own(account=account, public_id=public_id)
    return _step_page(row, content_of(row), now)


def _step_page(row: Application, content: Content, now: datetime) -> StepPage:
    today = timezone.localdate(now)
    located = locate(row.intake, content.home)
    asked = asked_of(row.intake, content.home, today=today, located=located)
    criteria = rules_at_hand(row.intake).criteria
    proofs = list(row.proofs.filter(removed_at__isnull=True).select_related("file"))
    labels = [*row.intake.proofs, *(label for one in criteria for label in one.proofs), OTHER_PROOF]
    found = faults(content, asked, proofs={one.label for one in proofs}, today=today, own_number=row.number or "")
    offers = rules_at_hand(row.intake).offers
    names = {one.school_id: asked.offers[one.public_id] for one in offers}
    return StepPage(
        row, row.intake, content, asked, criteria, proofs, list(dict.fromkeys(labels)), found, located.contested,
        plan_from(catchments=located.catchments, offers=offers, names=names, point=spot_of(content.home)),
    )  # fmt: skip


def faults_of_kept(*, page: StepPage, row: Application, step: str, now: datetime) -> Sequence[Fault]:
    """What is wrong with a step that has just been kept in a row, on a page that was asked for before it. No query."""
    content, today = content_of(row), timezone.localdate(now)
    asked = asked_of(page.intake, content.home, today=today)
    proofs = {one.label for one in page.proofs}
    found = faults(content, asked, proofs=proofs, today=today, own_number=row.number or "")
    return [one for one in found if one.step == step]


def proof_file(*, account: Account, public_id: str, file_id: str) -> StoredFile | None:
    """A document of an own application; None where there is none. Raises Absent."""
    row = find_own(account=account, public_id=public_id)
    proof = row.proofs.filter(file__public_id=file_id, removed_at__isnull=True).select_related("file").first()
    return proof.file if proof else None


# Progress and result --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """A line of the way of an application: what, when, and whether it has happened."""

    words: str
    on: date
    is_done: bool
    note: str = ""


@dataclass(frozen=True)
class Result:
    """What was published about an application: a place, or none."""

    school: str = ""
    how: str = ""
    state: str = ""
    accept_until: date | None = None

    @property
    def has_place(self) -> bool:
        return bool(self.school)


@dataclass(frozen=True)
class ProgressPage:
    """An application and how it stands."""

    application: Application
    intake: Intake
    child: str
    said: str
    moments: Sequence[Moment]
    result: Result | None
    undo: Revision | None
    can_change: bool
    can_withdraw: bool
    can_resume: bool
    can_erase: bool
    kept_until: date | None
    """The last day on which it names anybody; None while the result is not published."""
    can_restate: bool


def progress_page(*, account: Account, public_id: str, now: datetime) -> ProgressPage:
    """Raises Absent. A constant number of queries."""
    row = find_own(account=account, public_id=public_id)
    intake = row.intake
    today = timezone.localdate(now)
    is_open = intake.state == IntakeState.OPEN and intake.opens_on <= today <= intake.closes_on
    is_in_hand = intake.state in (IntakeState.OPEN, IntakeState.CHECKING) and today <= intake.check_until
    revisions = list(row.revisions.defer("content"))
    latest = revisions[-1] if revisions else None
    is_standing = row.state not in (ApplicationState.DRAFT, ApplicationState.WITHDRAWN)
    can_undo = (
        latest is not None
        and is_standing
        and is_in_hand
        and latest.undone_at is None
        and latest.number == row.revision - 1
        and now <= latest.undo_until
        and latest.undo_until > latest.replaced_at
    )
    is_carried = row.carried_from_id is not None
    can_change = (
        not is_carried
        and row.state != ApplicationState.WITHDRAWN
        and (is_open or (row.state == ApplicationState.RETURNED and is_in_hand))
    )
    return ProgressPage(
        application=row,
        intake=intake,
        child=content_of(row).child.name,
        said=_said(row, intake),
        moments=_moments(row, intake, revisions),
        result=_result(row, today) if intake.state in SHOWN else None,
        undo=latest if can_undo else None,
        can_change=can_change,
        can_restate=is_carried and is_open,
        can_withdraw=is_in_hand
        and not is_carried
        and row.state in (ApplicationState.SUBMITTED, ApplicationState.RETURNED, ApplicationState.VERIFIED),
        can_resume=is_open and row.state == ApplicationState.WITHDRAWN,
        can_erase=row.state == ApplicationState.WITHDRAWN,
        kept_until=drafts_until(intake) if row.state == ApplicationState.DRAFT else names_until(intake),
    )


def _said(row: Application, intake: Intake) -> str:
    """How it stands, in one plain sentence, and what the family has to do."""
    days = {
        "opens": intake.opens_on, "closes": intake.closes_on, "checks": intake.check_until, "results": intake.publishes_on,
        "year": intake.season.year,
    }  # fmt: skip
    if row.carried_from_id is not None and intake.state in (IntakeState.PLANNED, IntakeState.OPEN):
        return (
            _(
                "上一轮没有学位，参加这一轮补录。材料不用再交，报名号不变；请在 %(opens)s 至 %(closes)s 之间从还有空位的学校里重新选择志愿。"
            )
            % days
        )
    if intake.state == IntakeState.ABANDONED:
        return _("这个学段没有公布结果，已终止。有疑问的，请联系招生咨询窗口。")
    if row.state == ApplicationState.VERIFIED and intake.state in SHOWN:
        return _("结果已经公布，请打开结果，看为什么是这个结果、要在哪天以前做什么。")
    return {
        ApplicationState.DRAFT: _("还没有提交。请在 %(closes)s 以前填完并提交，哪一天提交都一样。"),
        ApplicationState.SUBMITTED: _("已收到，等待工作人员核验。核验到 %(checks)s 为止，这期间不用做什么。"),
        ApplicationState.RETURNED: _("需要您补正。请按下面的原因修改，并在 %(checks)s 以前重新提交。"),
        ApplicationState.VERIFIED: _("核验通过。结果在 %(results)s 公布，不用再做什么。"),
        ApplicationState.REFUSED: _("核验认为不符合条件，原因见下面。不同意的，请联系咨询窗口。"),
        ApplicationState.WITHDRAWN: _("您已撤回。%(closes)s 以前可以重新提交，报名号不变。"),
    }[ApplicationState(row.state)] % days


def _moments(row: Application, intake: Intake, revisions: Sequence[Revision]) -> list[Moment]:
    day = lambda moment: timezone.localdate(moment)  # noqa: E731 - One word for the lines below.
    found = [Moment(_("新建草稿"), day(row.made_at), is_done=True)]
    if row.submitted_at is not None:
        found.append(Moment(_("提交"), day(row.submitted_at), is_done=True))
    for one in revisions:
        # What an undoing took back was never meant to come again.
        is_undoing = one.undo_until <= one.replaced_at
        words = _("撤销修改") if is_undoing else _("修改")
        found.append(Moment(words, day(one.replaced_at), is_done=True))
    if row.decided_at is not None and row.state != ApplicationState.SUBMITTED:
        found.append(Moment(row.get_state_display(), day(row.decided_at), is_done=True, note=row.reason))
    found.sort(key=lambda one: one.on)
    if row.state in (ApplicationState.SUBMITTED, ApplicationState.RETURNED):
        found.append(Moment(_("核验截止"), intake.check_until, is_done=False))
    if intake.published_on is not None:
        found.append(Moment(_("结果公布"), intake.published_on, is_done=True))
    elif row.state != ApplicationState.WITHDRAWN and intake.state != IntakeState.ABANDONED:
        found.append(Moment(_("结果公布"), intake.publishes_on, is_done=False))
    return found


def _result(row: Application, today: date) -> Result:
    place = Place.objects.filter(application=row).select_related("offer").order_by("-id").first()
    if place is None:
        return Result()
    school = names_of_units(ids=[place.offer.school_id], day=today).get(place.offer.school_id, "")
    return Result(school, place.get_how_display(), place.get_state_display(), place.accept_until)


# Receipt --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Receipt:
    """What the family keeps. The fingerprint proves what was said: the same words have the same fingerprint."""

    application: Application
    intake: Intake
    child: str
    wishes: Sequence[str]
    proofs: Sequence[str]
    sent_at: datetime
    fingerprint: str


def receipt_of(*, account: Account, public_id: str, now: datetime) -> Receipt:
    """The receipt of what stands now. Raises Absent, for a draft too."""
    row = find_own(account=account, public_id=public_id)
    sent = row.submissions.order_by("-id").first()
    if row.state == ApplicationState.DRAFT or row.submitted_at is None:
        raise Absent(public_id)
    content = Content.from_json(row.content)
    offers = dict(Offer.objects.filter(intake=row.intake).values_list("public_id", "school_id"))
    names = names_of_units(ids=offers.values(), day=timezone.localdate(now))
    return Receipt(
        application=row,
        intake=row.intake,
        child=content.child.name,
        wishes=[names.get(offers.get(one, 0), "") for one in content.wishes],
        proofs=list(row.proofs.filter(removed_at__isnull=True).values_list("label", flat=True)),
        sent_at=sent.received_at if sent else row.submitted_at,
        fingerprint=" ".join(row.sha256[place : place + 4] for place in range(0, 16, 4)),
    )


@dataclass(frozen=True)
class CheckedNumber:
    """Whether a number is written right, and the asker's own application with it. Of numbers of others, and of those that
    nobody has, it says the same."""

    number: str
    is_right: bool
    own: Application | None = None


def check_receipt(*, account: Visitor, number: str) -> CheckedNumber:
    """Anybody may ask; one who has no account learns whether the check character is right."""
    tidy = tidy_number(number)[:20]
    if not is_number(tidy):
        return CheckedNumber(tidy, is_right=False)
    key = account.pk if isinstance(account, Account) else None
    rows = Application.objects.filter(number=tidy, account_id=key or 0).select_related("intake__season")
    own = rows.order_by("-id").first()
    return CheckedNumber(tidy, is_right=True, own=own)
