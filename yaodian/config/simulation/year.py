"""A year of supervision is played: every working day the tasks that a worker would run, then what people do that day.

What people do is a heap of moments; what becomes of a report or a case is decided by `choices` when it comes into being.
Everything goes through the operations, each its own transaction, with the played moment as `now`.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from yaodian.audit.operations import record
from yaodian.cases import operations as cases
from yaodian.cases.declaring import Phase
from yaodian.cases.models import Case, Extension, MeetingItem
from yaodian.config.simulation import words
from yaodian.config.simulation.appraising import Appraisals
from yaodian.config.simulation.choices import KEPT, LATE, LEFT, CaseCourse, Choices, section_for
from yaodian.config.simulation.ground import Cast, at, make_files
from yaodian.config.simulation.recounting import disagreements
from yaodian.config.simulation.taking import Taken, sign_duties, take_plan
from yaodian.foundation.measuring import Measure, measures
from yaodian.foundation.workdays import calendar_as_of, changed_days
from yaodian.measures.operations import take_values
from yaodian.organisations.models import Unit
from yaodian.plans import operations as plans
from yaodian.plans.models import Binding, Commitment, CommitmentState, MonthlyReport, ReportState
from yaodian.plans.operations import bulletins, commitments, reports
from yaodian.plans.operations.responsibilities import DutyValues, add_recurring_duty, open_recurring_duties
from yaodian.plans.queries.commitments import load
from yaodian.plans.queries.reports import rows_of
from yaodian.registry.demonstration.streams import shuffled

OVERDUE = "plans.commitment_overdue"
FINDING = "inspection.finding"
ADDRESSEES = "各县（区）教育局、局机关各科室、局属各单位"
COPIES_TO = "市政府办公室、市政府教育督导委员会成员单位"
# What a meeting gets through, and from how many days on it hands a case to the leaders.
MEETING_ITEMS, ESCALATED_AFTER = 12, 14
NEAR = timedelta(days=60)
# Nobody does two things of one matter in the same moment.
PAUSE = timedelta(minutes=5)

Tell = Callable[[str, "Year"], None]


@dataclass
class Year:
    """The year as it is played. ``disagree`` collects what a recount found different from an issued bulletin."""

    cast: Cast
    files: Sequence[Path]
    year: int
    tell: Tell = lambda _what, _year: None
    taken: list[Taken] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    disagree: list[str] = field(default_factory=list)
    fates: dict[int, str] = field(default_factory=dict)
    stems: dict[int, str] = field(default_factory=dict)
    _agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    _placed: int = 0
    _last_case: int = 0
    _last_report: int = 0
    _now: datetime = field(default_factory=lambda: at(date(1949, 10, 1), 0))

    # --- the calendar ------------------------------------------------------------------------------------------------

    @property
    def choices(self) -> Choices:
        return self.cast.choices

    def play(self, *, months: int = 12) -> None:
        """The whole year and the two months after it, or only so many months of it. Interrupted, the database holds every day
        up to the one that was being played, and the journal says which month that was."""
        first = date(self.year, 1, 1)
        self.calendar = calendar_as_of(first)
        self.evidence = make_files(self.choices)
        begin = self.calendar.next_working_day(date(self.year, 1, 2))
        self._note("begin", at(begin, 8), months=months)
        take_values(actor=None, day=first - timedelta(days=1), now=at(first, 1))
        self._lay(begin)
        last = last_day_of(self.year, months)
        self._plan_year(last)
        for day in _days(begin, last):
            if self.calendar.is_working(day):
                self._tasks(day)
            self._act(day)
            if self.calendar.is_working(day):
                cases.fold_tallies()
            if day == _month_end(day.year, day.month):
                # All of them at the year's end, when units are appraised; before, those that a target is bound to.
                only = None if day.month == 12 or day.year > self.year else self._bound()
                take_values(actor=None, day=day, now=at(day, 23), only=only)
                self._note("month", at(day, 23, 30), month=f"{day:%Y-%m}")
                self.tell(f"{day:%Y-%m}", self)
        self._note("end", at(last, 23, 45), **dict(sorted(self.counts.items())))

    def _bound(self) -> list[Measure]:
        """The measures that the targets of the plans are held against."""
        codes = set(Binding.objects.filter(target__plan__in=self.stems).values_list("measure", flat=True))
        return [one for one in measures().values() if one.code in codes]

    def _note(self, verb: str, now: datetime, **detail: Any) -> None:
        """The journal says what this database is, and how far it has come."""
        with transaction.atomic():
            record(
                actor=None, code=f"config.demonstration_year.{verb}", subject=f"year:{self.year}",
                detail={"seed": self.choices.seed, **detail}, at=now,
            )  # fmt: skip

    def later(self, moment: datetime, act: Callable[[datetime], None]) -> None:
        """Somebody does something at a moment; at the same one, in the order in which it was planned."""
        self._placed += 1
        heapq.heappush(self._agenda, (max(moment, self._now + PAUSE), self._placed, act))

    def _act(self, day: date) -> None:
        end = at(day + timedelta(days=1), 0)
        while self._agenda and self._agenda[0][0] < end:
            self._now, _place, act = heapq.heappop(self._agenda)
            act(self._now)

    def _after(self, day: date, count: int) -> date:
        """The ``count``-th working day after a day; with 0 the day itself, or the next on which somebody works."""
        return self.calendar.add_working_days(day, count) if count else self.calendar.next_working_day(day)

    def _before(self, day: date, count: int) -> date:
        """The last day that leaves so many working days before the day."""
        found = day
        while self.calendar.working_days_between(found, day) < count or not self.calendar.is_working(found):
            found -= timedelta(days=1)
        return found

    def _tasks(self, day: date) -> None:
        """What a worker does every morning, in the order of the schedule."""
        cases.count_days(now=at(day, 0, 10))
        open_recurring_duties(now=at(day, 5, 30))
        plans.open_overdue_cases(now=at(day, 6))
        reports.open_reports(now=at(day, 6, 15))
        reports.follow_report_calendar(now=at(day, 6, 15))
        self.counts["report notices"] += reports.remind_reports(now=at(day, 6, 15))
        morning = at(day, 6, 30)
        cases.follow_calendar(days=changed_days(since=morning - timedelta(days=7), now=morning), now=morning)
        cases.follow_closed_units(now=morning)
        cases.escalate_due(now=morning)
        cases.queue_reminders(now=morning)
        self.counts["digests"] += bulletins.send_digests(now=at(day, 7, 40), address="/cases/today/")
        self._see_reports(day)
        self._see_cases(day)

    # --- the beginning -----------------------------------------------------------------------------------------------

    def _lay(self, day: date) -> None:
        for place, path in enumerate(self.files):
            started = self.calendar.add_working_days(day, place) if place else day
            taken = take_plan(cast=self.cast, path=path, year=self.year, day=started, calendar=self.calendar)
            self.taken.append(taken)
            self.tell(path.name, self)
            if taken.plan is None:
                continue
            self.stems[taken.plan.pk] = taken.stem
            signed = self.calendar.add_working_days(started, 5)
            self.counts["duties given back"] += sign_duties(
                cast=self.cast, taken=taken, day=signed, calendar=self.calendar
            )
            self._decide_fates(taken, signed)
        self._last_case = Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def _decide_fates(self, taken: Taken, day: date) -> None:
        """Which of the commitments that no measure decides will be kept; those are shown to be done before their day."""
        rows, _as_of = load(None, Commitment.objects.filter(plan=taken.plan, state=CommitmentState.ACCEPTED), today=day)
        for row in rows:
            one = row.commitment
            if any(line.measure is not None for line in row.lines):
                self.counts["measured"] += 1
                continue
            unit = next((line.duty.unit for line in row.leads if line.duty.unit is not None), None)
            place = str(one.position)
            fate = self.choices.fate(taken.stem, place, unit.code if unit else "")
            self.fates[one.pk] = fate
            if fate == KEPT and one.due_on is not None and one.due_on.year <= self.year + 1:
                shown = max(self._before(one.due_on, self.choices.shown_before(taken.stem, place)), self._after(day, 2))
                reason = self.choices.words_of(words.SHOWN, "shown", taken.stem, place)
                self.later(at(shown, 16), lambda now, pk=one.pk, why=reason: self._show(now, pk, why))

    def _show(self, now: datetime, pk: int, why: str) -> None:
        """The office says by name that a commitment is kept; nothing measures it."""
        row = Commitment.objects.select_related("plan").get(pk=pk)
        if row.state != CommitmentState.ACCEPTED or row.override:
            return
        commitments.override_light(
            actor=self.cast.editor, now=now, public_id=row.plan.public_id, commitment_id=row.pk,
            expected_version=row.version, light="green", reason=why,
        )  # fmt: skip
        self.counts["shown done"] += 1

    def _plan_year(self, last: date) -> None:
        """What stands in the bureau's own calendar: bulletins, meetings, inspections, changes, lists of duties, the appraisal."""
        begin = self.calendar.next_working_day(date(self.year, 1, 2))
        bulletins.save_head(
            actor=self.cast.editor, now=at(begin, 17), unit=self.cast.bureau.public_id, kind="circular",
            values=self._head(),
        )  # fmt: skip
        # What was due at the year's end is overdue in January, so that month is met about and told of as well.
        for first in (*(date(self.year, month, 1) for month in range(1, 13)), date(self.year + 1, 1, 1)):
            ends = _month_end(first.year, first.month)
            composed = self._after(ends, 7)
            if composed <= last:
                self.later(at(composed, 9), lambda now, on=ends: self._compose(now, on))
            held = self.calendar.next_working_day(first.replace(day=20))
            if held <= last:
                self.later(at(held, 15), self._meet)
        for held in (date(self.year, 3, 12), date(self.year, 9, 16)):
            if held <= last:
                self.later(at(self.calendar.next_working_day(held), 14), self._inspect)
        amended = self.calendar.next_working_day(date(self.year, 7, 8))
        if amended <= last:
            self.later(at(amended, 10), self._amend)
        if last.year > self.year:
            listed = self.calendar.next_working_day(date(self.year, 12, 1))
            self.later(at(listed, 10), self._list_duties)
            self.appraisals = Appraisals(cast=self.cast, year=self.year, calendar=self.calendar, later=self.later)
            self.appraisals.plan()

    def _head(self) -> dict[str, str]:
        whole = self._name(self.cast.bureau)
        return {
            "issuer": whole[:60],
            "office_code": f"{whole[:1]}教督",
            "addressees": ADDRESSEES,
            "copies_to": COPIES_TO,
            "printed_by": f"{whole}办公室"[:60],
        }

    def _name(self, unit: Unit) -> str:
        return str(unit.names.order_by("-from_on").values_list("name", flat=True).first() or unit.code)

    # --- monthly reports ---------------------------------------------------------------------------------------------

    def _see_reports(self, day: date) -> None:
        """What becomes of each report that was opened this morning."""
        new = MonthlyReport.objects.filter(pk__gt=self._last_report).select_related("unit").order_by("pk")
        for report in new.defer("plan__text"):
            self._last_report = report.pk
            course = self.choices.report(self.stems[report.plan_id], report.unit.code, report.month)
            on = (
                self._after(report.due_on, course.days) if course.is_late else self._before(report.due_on, -course.days)
            )
            minute = self.choices.stream("minute", report.unit.code, report.month.isoformat()).random()
            self.later(
                at(max(on, day), 9 + int(minute * 8), int(minute * 480) % 60),
                lambda now, pk=report.pk, course=course: self._hand_in(now, pk, course),
            )

    def _hand_in(self, now: datetime, pk: int, course: Any) -> None:
        report = self._report(pk)
        handler = self.cast.handler(report.unit, now)
        rows = rows_of(report=report, account=handler, today=now.date())
        if not rows:
            # All its duties were given to others meanwhile.
            self.counts["reports without lines"] += 1
            return
        if report.state == ReportState.DRAFT:
            self.counts["reports late" if course.is_late else "reports in time"] += 1
        for row in rows:
            if row.is_needed and (not row.is_said or report.state == ReportState.RETURNED):
                self._write(now, report, handler, row)
                if report.state == ReportState.RETURNED:
                    # The line that was asked for.
                    break
        reports.submit_report(actor=handler, now=now, public_id=report.public_id)
        decided = self._after(now.date(), course.decided_after)
        self.later(at(decided, 10, 30), lambda then: self._decide(then, pk, course))

    def _write(self, now: datetime, report: MonthlyReport, handler: Any, row: Any) -> None:
        one = row.commitment
        is_near = one.due_on is not None and one.due_on - now.date() < NEAR
        key = f"{self.stems[one.plan_id]} {one.position} {report.state}"
        said = self.choices.line(
            report.unit.code, report.month, key, fate=self.fates.get(one.pk, KEPT), is_near=is_near
        )
        reports.write_statement(
            actor=handler, now=now, public_id=report.public_id, commitment_id=one.pk,
            values=reports.StatementValues(
                said.sentence, "yes" if said.is_forecast_good else "no", said.reason
            ),
            files=[self.evidence[said.file]] if said.file >= 0 else [],
        )  # fmt: skip
        self.counts["statements"] += 1

    def _decide(self, now: datetime, pk: int, course: Any) -> None:
        report = self._report(pk)
        decider = self.cast.supervisor
        if course.is_returned and not report.events.filter(action="return").exists():
            why = self.choices.words_of(words.RETURNED, "returned", report.unit.code, report.month.isoformat())
            reports.return_report(actor=decider, now=now, public_id=report.public_id, reason=why)
            self.counts["reports returned"] += 1
            mended = self._after(now.date(), course.mended_after)
            self.later(at(mended, 15), lambda then: self._hand_in(then, pk, course))
            return
        reports.approve_report(actor=decider, now=now, public_id=report.public_id)
        self.counts["reports approved"] += 1

    def _report(self, pk: int) -> MonthlyReport:
        return MonthlyReport.objects.select_related("unit", "plan").defer("plan__text", "plan__header_read").get(pk=pk)

    # --- cases -------------------------------------------------------------------------------------------------------

    def _see_cases(self, day: date) -> None:
        for case in Case.objects.filter(pk__gt=self._last_case).select_related("doing_unit").order_by("pk"):
            self._last_case = case.pk
            self._follow(case, day, round_=0)

    def _fate(self, case: Case) -> str:
        name, _colon, number = case.subject.partition(":")
        return self.fates.get(int(number), LATE) if name == "plans.commitment" else LATE

    def _follow(self, case: Case, day: date, *, round_: int) -> None:
        """The first step of a case; each step plans the next."""
        course = self.choices.case(case.number, case.doing_unit.code, self._fate(case), round_=round_)
        if case.state == "open":
            self._soon(case, day, 1, 10, course, self._assign)
        elif course.hands_back:
            self._soon(case, day, 1, 11, course, self._hand_back)
        else:
            self._soon(case, day, course.accepted_after, 10, course, self._accept)

    def _soon(
        self, case: Case, day: date, count: int, hour: int, course: CaseCourse,
        step: Callable[[datetime, Case, CaseCourse], None],
    ) -> None:  # fmt: skip
        on, pk, number = self._after(day, count), case.pk, case.number

        def act(now: datetime) -> None:
            case = Case.objects.select_related("doing_unit").get(pk=pk)
            if case.phase != Phase.ENDED or step == self._reopen:
                step(now, case, course)

        self.later(at(on, hour, int(self.choices.stream("at", number, hour).random() * 50)), act)

    def _words(self, which: tuple[str, ...], case: Case, what: str) -> str:
        return self.choices.words_of(which, what, case.number, case.reopened, case.version)

    def _assign(self, now: datetime, case: Case, course: CaseCourse) -> None:
        """To the section whose matter it is; where it comes back from there, to the general office."""
        section = self.cast.sections[section_for(case.title)]
        last = case.events.filter(action="hand_back").order_by("-number").values_list("unit_id", flat=True).first()
        if section.pk == last:
            section = self.cast.sections[words.SECTION_ELSE]
        cases.assign_case(
            actor=self.cast.supervisor, public_id=case.public_id, unit=section, now=now, reason=words.REASSIGNED
        )
        self._soon(case, now.date(), course.accepted_after, 10, course, self._accept)

    def _hand_back(self, now: datetime, case: Case, course: CaseCourse) -> None:
        handler = self.cast.handler(case.doing_unit, now)
        cases.hand_back_case(
            actor=handler, public_id=case.public_id, reason=self._words(words.HANDED_BACK, case, "back"), now=now
        )
        self.counts["cases handed back"] += 1
        self._soon(case, now.date(), 1, 10, course, self._assign)

    def _accept(self, now: datetime, case: Case, course: CaseCourse) -> None:
        cases.accept_case(actor=self.cast.handler(case.doing_unit, now), public_id=case.public_id, now=now)
        done = max(course.done_after, course.reports + 1)
        for number in range(course.reports):
            self._soon(case, now.date(), 1 + number * done // (course.reports + 1), 11, course, self._tell)
        if course.asks_extension and done > 5:
            self._soon(case, now.date(), done - 3, 14, course, self._ask)
            done += course.extension_days // 2 if course.is_extension_granted else 1
        self._soon(case, now.date(), done, 15, course, self._submit)

    def _tell(self, now: datetime, case: Case, _course: CaseCourse) -> None:
        if case.phase == Phase.WORKING:
            cases.report_progress(
                actor=self._assignee(case), public_id=case.public_id, now=now,
                reason=self._words(words.REPORTED, case, "told"),
            )  # fmt: skip

    def _assignee(self, case: Case) -> Any:
        assert case.assignee is not None  # Whoever signed works on it.
        return case.assignee

    def _ask(self, now: datetime, case: Case, course: CaseCourse) -> None:
        if case.phase != Phase.WORKING or case.due_on is None:
            return
        wanted = self._after(max(case.due_on, now.date()), course.extension_days)
        cases.ask_extension(
            actor=self._assignee(case), public_id=case.public_id, new_due_on=wanted, now=now,
            reason=self._words(words.EXTENSION, case, "extension"),
        )  # fmt: skip
        self.counts["extensions asked"] += 1
        self._soon(case, now.date(), 1, 9, course, self._answer)

    def _answer(self, now: datetime, case: Case, course: CaseCourse) -> None:
        """Unless a meeting has decided meanwhile."""
        if not Extension.objects.filter(case=case, state=Extension.State.ASKED).exists():
            return
        cases.decide_extension(
            actor=self.cast.supervisor, public_id=case.public_id, approves=course.is_extension_granted, now=now,
            reason="" if course.is_extension_granted else words.REFUSED,
        )  # fmt: skip
        self.counts["extensions granted" if course.is_extension_granted else "extensions refused"] += 1

    def _submit(self, now: datetime, case: Case, course: CaseCourse) -> None:
        if case.phase != Phase.WORKING:
            return
        doer = self._assignee(case)
        taken = self.evidence[course.file]
        pieces = [cases.Piece("file", file=taken), cases.Piece("note", note=self._words(words.SUBMITTED, case, "note"))]
        try:
            with transaction.atomic():
                cases.add_evidence(actor=doer, public_id=case.public_id, pieces=pieces, now=now)
                cases.submit_case(actor=doer, public_id=case.public_id, now=now)
        except cases.UnableToActOnCase as problem:
            if problem.code != "needs":
                raise
            # Its measure is not reached: no paper ends it. It is told, and goes up the ladder.
            cases.report_progress(actor=doer, public_id=case.public_id, now=now, reason=words.UNREACHED)
            self.counts["held open by a measure"] += 1
            return
        self._soon(case, now.date(), course.verified_after, 10, course, self._verify)

    def _verify(self, now: datetime, case: Case, course: CaseCourse) -> None:
        """By somebody who has done no work on it; in turn by the two who may."""
        if case.phase != Phase.CHECKING:
            return
        verifier = self.cast.supervisor if len(case.number) and int(case.number[-1]) % 3 else self.cast.publisher
        sent_back = case.events.filter(action="return").count()
        if course.is_returned and not sent_back:
            cases.return_case(
                actor=verifier,
                public_id=case.public_id,
                now=now,
                reason=self._words(words.NOT_VERIFIED, case, "return"),
            )
            self.counts["cases returned"] += 1
            self._soon(case, now.date(), course.mended_after, 15, course, self._submit)
            return
        cases.verify_case(
            actor=verifier, public_id=case.public_id, now=now, reason=self._words(words.VERIFIED, case, "verified")
        )
        self.counts["cases closed"] += 1
        name, _colon, number = case.subject.partition(":")
        if name == "plans.commitment" and int(number) in self.fates:
            self._show(now, int(number), f"逾期后补办完成，见督办件 {case.number}")
        if course.is_reopened:
            self._soon(case, now.date(), course.reopened_after, 9, course, self._reopen)

    def _reopen(self, now: datetime, case: Case, _course: CaseCourse) -> None:
        cases.reopen_case(
            actor=self.cast.supervisor, public_id=case.public_id, now=now,
            reason=self._words(words.REOPENED, case, "reopened"),
        )  # fmt: skip
        self.counts["cases reopened"] += 1
        case.refresh_from_db()
        self._follow(case, now.date(), round_=case.reopened)

    def _inspect(self, now: datetime) -> None:
        """An inspection finds something in schools drawn by lot; each finding is that school's to mend."""
        random = self.choices.stream("inspection", now.date().isoformat())
        # Schools close in the middle of a year, too.
        schools = [one for one in self.cast.schools if one.exists_on(now.date())]
        for school, (grade, title, clause) in zip(shuffled(random, schools), words.FINDINGS, strict=False):
            cases.open_case(
                actor=self.cast.supervisor, kind=FINDING, title=title, grade=grade, fields={"clause": clause},
                supervising_unit=self.cast.bureau, doing_unit=school, about_unit=school, now=now,
            )  # fmt: skip
            self.counts["findings"] += 1
        self._see_cases(now.date())

    # --- the office --------------------------------------------------------------------------------------------------

    def _meet(self, now: datetime) -> None:
        """What is overdue is walked through: each is decided on, what is long overdue goes up, extensions are answered."""
        chair = self.cast.publisher
        try:
            meeting = cases.open_meeting(actor=chair, unit=self.cast.bureau, now=now)
        except cases.UnableToOpenMeeting:
            self.counts["months without need of a meeting"] += 1
            return
        items = MeetingItem.objects.filter(meeting=meeting).select_related("case").order_by("place")
        for place, item in enumerate(items[:MEETING_ITEMS]):
            moment, case = now + timedelta(minutes=3 * (place + 1)), item.case
            said: dict[str, Any] = {"actor": chair, "public_id": case.public_id, "now": moment}
            if Extension.objects.filter(case=case, state=Extension.State.ASKED).exists():
                cases.decide_extension(**said, approves=True)
                self.counts["extensions granted"] += 1
                continue
            cases.decide_in_meeting(**said, reason=self._words(words.DECIDED, case, "decided"))
            self.counts["decisions"] += 1
            days = (now.date() - case.due_on).days if case.due_on else 0
            if days > ESCALATED_AFTER and not case.is_escalated:
                cases.escalate_case(**said, reason=words.ESCALATED)
                self.counts["cases escalated"] += 1
        cases.end_meeting(actor=chair, public_id=meeting.public_id, now=now + timedelta(minutes=50))
        self.counts["meetings"] += 1

    def _compose(self, now: datetime, last: date) -> None:
        """The bulletin of a month: composed, handed on, now and then given back once, issued by a second person."""
        in_force = [one.plan.public_id for one in self.taken if one.plan is not None]
        row = bulletins.compose_bulletin(
            actor=self.cast.editor, now=now, today=now.date(), unit=self.cast.bureau.public_id, kind="circular",
            plans=in_force[:20], period="month", first=last.replace(day=1), is_demonstration=True,
        )  # fmt: skip
        handed = now + timedelta(hours=2)
        row = bulletins.submit_bulletin(
            actor=self.cast.editor, now=handed, public_id=row.public_id, expected_version=row.version
        )
        if self.choices.stream("bulletin", last.isoformat()).random() < 0.2:
            row = bulletins.return_bulletin(
                actor=self.cast.supervisor, now=handed + timedelta(hours=1), public_id=row.public_id,
                expected_version=row.version, reason="请把最新的办结情况汇总进来。",
            )  # fmt: skip
            self.counts["bulletins returned"] += 1
            again = handed + timedelta(hours=3)
            row = bulletins.recompose_bulletin(
                actor=self.cast.editor, now=again, today=now.date(), public_id=row.public_id,
                expected_version=row.version,
            )  # fmt: skip
            row = bulletins.submit_bulletin(
                actor=self.cast.editor, now=again, public_id=row.public_id, expected_version=row.version
            )
        self.disagree += disagreements(row)
        row = bulletins.issue_bulletin(
            actor=self.cast.supervisor, now=now + timedelta(hours=7), today=now.date(), public_id=row.public_id,
            expected_version=row.version,
        )  # fmt: skip
        self.counts["bulletins"] += 1

    def _amend(self, now: datetime) -> None:
        """Half a year on, a day or two are moved by a document, as happens where a work cannot be done in time."""
        for taken in self.taken:
            if taken.plan is None:
                continue
            late = Commitment.objects.filter(
                plan=taken.plan, state=CommitmentState.ACCEPTED, due_on__gt=now.date(), override="",
                pk__in=[pk for pk, fate in self.fates.items() if fate in (LATE, LEFT)],
            )  # fmt: skip
            for row in late.order_by("position", "pk")[:1]:
                assert row.due_on is not None  # Asked above.
                title, why = words.AMENDED
                commitments.amend_due(
                    actor=self.cast.editor, now=now, public_id=taken.plan.public_id, commitment_id=row.pk,
                    expected_version=row.version, due_on=row.due_on + timedelta(days=45),
                    basis=commitments.Basis(title, f"示例〔{self.year}〕21号", now.date(), why),
                )  # fmt: skip
                self.counts["amendments"] += 1

    def _list_duties(self, now: datetime) -> None:
        """The lists of the next year: each county has duties that come round; they open themselves."""
        for county in self.cast.counties:
            for said, basis, rhythm, days in words.DUTIES:
                add_recurring_duty(
                    actor=self.cast.editor, now=now,
                    values=DutyValues(
                        unit=county, supervising_unit=self.cast.bureau, words=said, basis=basis, rhythm=rhythm,
                        days_before=days, from_on=now.date(),
                    ),
                )  # fmt: skip
                self.counts["recurring duties"] += 1


def last_day_of(year: int, months: int) -> date:
    """The last day that is played: the whole year goes on until its appraisal is published."""
    return date(year + 1, 2, 28) if months == 12 else _month_end(year, months)


def _month_end(year: int, month: int) -> date:
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)
