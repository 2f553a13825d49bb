"""The small world that the permission matrix walks through, and what the parameters of addresses stand for in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from yaodian.admissions import sheets as rule_sheets
from yaodian.admissions.models import Application, Candidate, ScoreRound, ScoreRun
from yaodian.appraisal.models import Appeal, Appraisal, Attachment, Judgement, Occurrence, Sheet, SheetItem
from yaodian.appraisal.operations import freeze_round, make_round, open_round, start_feedback
from yaodian.cases import sheets as case_sheets
from yaodian.cases.models import Case, Evidence, Meeting, MeetingItem
from yaodian.cases.operations import open_case
from yaodian.cases.tests import factories as case_factories
from yaodian.config.tests import admissions, exams, scores, timetabling
from yaodian.exams import sheets as exam_sheets
from yaodian.exams.models import Plan as ExamPlan
from yaodian.foundation.models import CalendarChange, Import, Job, Message
from yaodian.identity.operations import register_application
from yaodian.indicators.models import Scenario
from yaodian.indicators.operations import assess
from yaodian.measures.operations import take_values
from yaodian.operating.models import Alarm
from yaodian.organisations.models import (
    Account,
    Ancestry,
    Grant,
    Hierarchy,
    Membership,
    Person,
    Post,
    Unit,
    UnitKind,
    UnitName,
)
from yaodian.organisations.operations import ensure_root
from yaodian.plans.models import Bulletin, MonthlyReport, Plan, RecurringDuty
from yaodian.plans.tests import bulletins as bulletin_factories
from yaodian.plans.tests import factories as plan_factories
from yaodian.registry import operations as registry
from yaodian.registry.models import (
    Campus,
    DataRequest,
    Guardianship,
    Pupil,
    PupilMerge,
    School,
    SchoolClass,
    Teacher,
)
from yaodian.registry.tests import factories as registry_factories
from yaodian.timetabling import sheets as choice_sheets
from yaodian.timetabling.models import Course, MockExam, PupilChoice, Term, Timetable

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPENED_ON = date(2000, 1, 1)
# Stands in the names of everything that belongs to the samples' unit, and nowhere else.
SECRET = "玄机"


@dataclass
class World:
    """A bureau with two counties of two schools each; the samples belong to the first school of the first county."""

    now: datetime
    units: Mapping[str, Unit]
    plan: Plan
    account: Account
    post: Post
    room: SchoolClass
    teacher: Teacher
    pupil: Pupil
    guardianship: Guardianship
    merge: PupilMerge
    request: DataRequest
    imports: Mapping[str, int]
    scenario: Scenario
    case: Case
    judgement: Judgement
    bulletin: Bulletin
    report: MonthlyReport
    meeting: Meeting
    application: Application
    choice: PupilChoice
    secrets: tuple[str, ...] = (SECRET,)

    def unit_for(self, relation: str, kinds: frozenset[str]) -> Unit:
        """The unit of one of these kinds that has the relation to the samples' school."""
        for name in _UNITS_BY_RELATION[relation]:
            if self.units[name].kind in kinds:
                return self.units[name]
        raise LookupError(f"no unit {relation} of the kinds {sorted(kinds)}")

    def has_unit_for(self, relation: str, kinds: frozenset[str]) -> bool:
        return any(self.units[name].kind in kinds for name in _UNITS_BY_RELATION[relation])


_UNITS_BY_RELATION: Mapping[str, tuple[str, ...]] = {
    "own": ("school",),
    "above": ("bureau", "county", "school"),
    "sibling": ("sibling",),
    "elsewhere": ("other_county", "other_school"),
}


def _unit(code: str, kind: UnitKind, name: str, path: tuple[Unit, ...]) -> Unit:
    unit = Unit.objects.create(code=code, kind=kind, opened_on=OPENED_ON)
    UnitName.objects.create(unit=unit, name=name, from_on=OPENED_ON)
    if path:
        Membership.objects.create(hierarchy=Hierarchy.ADMINISTRATIVE, unit=unit, parent=path[-1], from_on=OPENED_ON)
    for distance, ancestor in enumerate((unit, *reversed(path))):
        Ancestry.objects.create(
            hierarchy=Hierarchy.ADMINISTRATIVE,
            ancestor=ancestor,
            descendant=unit,
            distance=distance,
            from_on=OPENED_ON,
        )
    return unit


def world() -> World:
    """Makes the world in the database."""
    bureau = ensure_root(now=NOW)
    county = _unit("990001", UnitKind.COUNTY, "青禾县教育局", (bureau,))
    other_county = _unit("990002", UnitKind.COUNTY, "临溪区教育局", (bureau,))
    school = _unit("2199000001", UnitKind.SCHOOL, f"{SECRET}小学", (bureau, county))
    sibling = _unit("2199000002", UnitKind.SCHOOL, "东岭小学", (bureau, county))
    other_school = _unit("2199000003", UnitKind.SCHOOL, "西坪小学", (bureau, other_county))
    account = Account.objects.create(username="sample", name=f"{SECRET}老师", created_at=NOW)
    Grant.objects.create(account=account, role="viewer", unit=school, from_on=OPENED_ON, granted_at=NOW)
    register_application(
        actor=None, name=f"{SECRET}应用", owner=SECRET, redirect_uris=["https://library.example/callback"], now=NOW
    )
    editor = plan_factories.editor()
    plan = plan_factories.in_review(editor)
    units = {
        "bureau": bureau,
        "county": county,
        "other_county": other_county,
        "school": school,
        "sibling": sibling,
        "other_school": other_school,
    }
    # What a job or an alarm says hangs on no unit.
    Job.objects.create(key="sample", code="plans.read_document", run_after=NOW, created_at=NOW)
    Alarm.objects.create(kind="job_errors", count=10, window_seconds=600, first_seen_at=NOW, last_seen_at=NOW)
    Message.objects.create(
        key="sample",
        channel="mail",
        address="sample@example.org",
        subject="事项到期",
        body=SECRET,
        state="failed",
        attempts=6,
        error="mail: SMTPServerDisconnected",
        created_at=NOW,
        due_at=NOW,
        try_at=NOW,
    )
    CalendarChange.objects.create(
        day=NOW.date(),
        is_working=False,
        citation="样例通知",
        known_from_on=NOW.date(),
        entered_by=account,
        entered_at=NOW,
    )
    person = Person.objects.create(name=f"{SECRET}人")
    post = Post.objects.create(person=person, unit=school, title="教师", from_on=OPENED_ON)
    registered = _registered(school, sibling, other_school)
    assess(actor=None, statute="quality_balance", year=2025, now=NOW)
    take_values(actor=None, day=NOW.date(), now=NOW)
    scenario = Scenario.objects.create(
        county=county,
        statute="quality_balance",
        year=2025,
        name=f"{SECRET}方案",
        made_by=account,
        made_at=NOW,
        changed_at=NOW,
    )
    # A draft that has reports cannot be: only what is published asks for them.
    asked = plan_factories.published(editor, plan_factories.publisher())
    report = MonthlyReport.objects.create(
        plan=asked,
        unit=school,
        month=date(2026, 2, 1),
        working_day=5,
        due_on=date(2026, 3, 6),
        first_due_on=date(2026, 3, 6),
        opened_at=NOW,
    )
    case, mark = _case(school, county), _appraised(county, account)
    bulletin = bulletin_factories.issued_of(school, title=f"{SECRET}通报", writer=editor, now=NOW)
    RecurringDuty.objects.create(
        unit=school,
        supervising_unit=county,
        post="教师",
        words=f"{SECRET}检查",
        basis="样例文件",
        rhythm="month",
        from_on=OPENED_ON,
        changed_at=NOW,
    )
    meeting = Meeting.objects.create(unit=school, opened_by=account, opened_at=NOW)
    MeetingItem.objects.create(meeting=meeting, case=case, place=1)
    application = admissions.placed(office=county, school=school, family=account, secret=SECRET, now=NOW)
    scores.published(office=county, school=school, family=account, secret=SECRET, now=NOW)
    exams.published(office=county, school=school, secret=SECRET, now=NOW)
    choice = timetabling.chosen(school=school, pupil=registered[2], secret=SECRET, now=NOW)
    timetabling.mocked(school=school, pupil=registered[2], secret=SECRET, now=NOW)
    term = timetabling.termed(school=school, round=choice.round, secret=SECRET, now=NOW)
    return World(
        NOW, units, plan, account, post, *registered, _imported(school, term), scenario, case, mark, bulletin, report, meeting,
        application, choice,
    )  # fmt: skip


def _case(own: Unit, above: Unit) -> Case:
    """A case of the samples' school, with a file."""
    case = open_case(
        actor=None,
        kind="safety.hazard",
        title=f"{SECRET}隐患",
        grade="general",
        fields={"place": "三楼"},
        supervising_unit=above,
        doing_unit=own,
        now=NOW,
    )
    Evidence.objects.create(case=case, event=case.events.get(), kind="photograph", file=case_factories.stored())
    return case


def _appraised(office: Unit, account: Account) -> Judgement:
    """The county's schools in a round that they were told of; one mark of the samples' school, one deduction, one appeal."""
    sheet = Sheet.objects.create(office=office, name=f"{SECRET}表", unit_kind="school", basis="样例", made_at=NOW)
    SheetItem.objects.create(
        sheet=sheet, position=1, code="1", label="学生数", rule="linear", weight=1, full=10, target=1,
        measure="registry.pupils", when_absent="zero",
    )  # fmt: skip
    SheetItem.objects.create(sheet=sheet, position=2, code="2", label="扣分", rule="deduction", each=1, cap=5)
    row = make_round(actor=None, sheet=sheet, title="样例考核", year=2026, freeze_on=NOW.date(), now=NOW)
    for step in (open_round, freeze_round, start_feedback):
        row = step(actor=None, round_=row, now=NOW)
    # Else the schools beside it would be right to see the round, for their own marks.
    Appraisal.objects.filter(round=row).exclude(unit__code="2199000001").delete()
    appraisal = Appraisal.objects.get(round=row)
    happened = Occurrence.objects.create(
        appraisal=appraisal, item="2", happened_on=NOW.date(), reason=f"{SECRET}事由", entered_at=NOW
    )
    Attachment.objects.create(occurrence=happened, file=case_factories.stored(), added_at=NOW)
    Appeal.objects.create(appraisal=appraisal, item="1", text=f"{SECRET}申诉", filed_at=NOW)
    seat = Judgement.objects.create(appraisal=appraisal, item="2", seat=1, assessor=account)
    Attachment.objects.create(judgement=seat, file=case_factories.stored(), added_at=NOW)
    return seat


def _imported(own: Unit, term: Term) -> dict[str, int]:
    """A checked import of each kind, by whoever imports for the samples' school and for nothing else."""
    return {
        prefix: Import.objects.create(
            sheet=sheet,
            scope=f"{term.public_id} " * (prefix in TERM_IMPORTS) + f"{Hierarchy.ADMINISTRATIVE}:{own.pk}",
            name=f"{SECRET}.xlsx",
            size_bytes=1,
            sha256="0" * 64,
            state=Import.State.CHECKED,
            requested_at=NOW,
            checked_at=NOW,
        ).pk
        for prefix, sheet in {
            **IMPORTS,
            **CASE_IMPORTS,
            **RULE_IMPORTS,
            **EXAM_IMPORTS,
            **CHOICE_IMPORTS,
            **TERM_IMPORTS,
        }.items()
    }


def _registered(own: Unit, *others: Unit) -> tuple[SchoolClass, Teacher, Pupil, Guardianship, PupilMerge, DataRequest]:
    """What the registry knows of the school of the samples; the others are schools as well, with nobody in them."""
    place = School.objects.create(unit=own, **registry_factories.SCHOOL)
    for unit in others:
        School.objects.create(unit=unit, **registry_factories.SCHOOL)
    Campus.objects.create(school=place, code="1", name=f"{SECRET}本部", is_main=True)
    room = SchoolClass.objects.create(
        school=place,
        stage="primary",
        grade=3,
        entered_year=2023,
        number=1,
        name=f"{SECRET}三年级（1）班",
        from_on=date(2023, 9, 1),
    )
    teacher = registry_factories.teacher(place, name=f"{SECRET}金")
    pupil = registry_factories.pupil(place, room, name=f"{SECRET}顾")
    guardianship = registry.add_guardian(
        actor=None,
        public_id=pupil.public_id,
        values={"name": f"{SECRET}国"},
        relation="father",
        is_confirmed=True,
        now=NOW,
    )
    request = registry.receive_request(
        actor=None,
        public_id=pupil.public_id,
        guardianship_id=guardianship.pk,
        kind="copy",
        text=SECRET,
        means="paper",
        now=NOW,
    )
    request = registry.answer_request(actor=None, public_id=request.public_id, answer=SECRET, now=NOW)
    double = registry_factories.pupil(place, name=f"{SECRET}重", id_number="", enrolment_number="")
    merge = registry.merge_pupils(actor=None, kept=pupil.public_id, double=double.public_id, reason="重复", now=NOW)
    registry.store_return(
        actor=None, public_id=own.public_id, year=2025, stage="primary", figures={"girls": 3}, now=NOW
    )
    return room, teacher, pupil, guardianship, merge, request


# The imports of the registry: how the names of their addresses begin, and what they bring.
IMPORTS: Mapping[str, str] = {
    "schools_import": "registry.schools",
    "classes_import": "registry.classes",
    "teachers_import": "registry.teachers",
    "pupils_import": "registry.pupils",
    "returns_import": "registry.returns",
    "oneroster": "registry.oneroster",
}


# The same of cases, a sheet for each kind that comes in lists.
CASE_IMPORTS: Mapping[str, str] = {
    f"import_{code.replace('.', '_')}": importer.code for code, importer in case_sheets.IMPORTERS.items()
}

# The same of admissions.
RULE_IMPORTS: Mapping[str, str] = {
    f"import_{name}": importer.code
    for name, importer in {**rule_sheets.IMPORTERS, **rule_sheets.SCORE_IMPORTERS}.items()
}

# The same of exams.
EXAM_IMPORTS: Mapping[str, str] = {f"import_{name}": importer.code for name, importer in exam_sheets.IMPORTERS.items()}
IMPORT_PAGES = ("list", "template", "export", "import", "status", "marked", "act")
# The same of timetabling.
CHOICE_IMPORTS: Mapping[str, str] = {
    f"import_{name}": importer.code for name, importer in choice_sheets.IMPORTERS.items()
}
TERM_IMPORTS: Mapping[str, str] = {
    f"load_{name}": importer.code for name, importer in choice_sheets.TERM_IMPORTERS.items()
}
OF_TERMS = (
    *(
        "term",
        "term_step",
        "bells",
        "bell",
        "calendar",
        "term_rooms",
        "term_teachers",
        "term_classes",
        "term_curriculum",
    ),
    *("term_courses", "course", "term_meetings", "groupings", "groupings_compare", "offering", "wishes", "wish_new"),
    *(
        "wishes_usual",
        "wishes_export",
        "explain_term",
        "timetables",
        "compare_timetables",
        "week",
        "week_pupils",
        "free",
    ),
    *("links", "week_paper", "week_workbook", "absences", "duties"),
    *(f"load_{name}_{page}" for name in choice_sheets.TERM_IMPORTERS for page in IMPORT_PAGES),
)


def _import_of(prefix: str) -> Callable[[World], object]:
    return lambda made: made.imports[prefix]


ADMISSIONS_OF_OFFICES = (
    *("intake", "ceremony", "run", "office_season", "announce", "office_intake"),
    *("check_queue", "check_dossier", "check_proof", "check_doubles", "keeping"),
    *("compare", "comparison", "score_round", "score_run", "forecast"),
)

# Addresses whose unit is the county of the samples' school: nothing for whoever has a right in a school alone.
OF_COUNTIES = (
    frozenset(
        f"indicators:{name}"
        for name in (
            *("county", "facts", "state", "map", "report"),
            *("scenarios", "scenario", "delete_scenario"),
        )
    )
    | {f"appraisal:{name}" for name in ("sheet", "workbook", "dry_run")}
    | {f"admissions:{name}" for name in ADMISSIONS_OF_OFFICES}
    | {"exams:exam", "exams:plan"}
)

# Parameter, or "namespace.parameter", or "namespace:name.parameter" → its value.
SAMPLES: Mapping[str, Callable[[World], object]] = {
    **{
        f"registry:{prefix}_{name}.import_id": _import_of(prefix)
        for prefix in IMPORTS
        for name in ("import", "status", "marked", "act")
    },
    "cases.public_id": lambda made: made.case.public_id,
    "cases.action": lambda _made: "report",
    **{
        f"cases:{prefix}_{name}.import_id": _import_of(prefix)
        for prefix in CASE_IMPORTS
        for name in ("import", "status", "marked", "act")
    },
    **{f"cases:{prefix}_act.action": lambda _made: "commit" for prefix in CASE_IMPORTS},
    "cases.kind": lambda _made: "csv",
    "cases:decide.action": lambda _made: "decide",
    "cases.place": lambda _made: 1,
    **{
        f"cases:{name}.public_id": lambda made: made.meeting.public_id
        for name in ("protocol", "end_meeting", "meeting_item", "decide")
    },
    "cases.file_id": lambda made: made.case.evidence.get().file.public_id,
    "indicators.county": lambda made: made.units["county"].public_id,
    "indicators.scenario": lambda made: made.scenario.public_id,
    "appraisal.public_id": lambda made: made.judgement.appraisal.round.public_id,
    "appraisal.unit": lambda made: made.judgement.appraisal.unit.public_id,
    "appraisal.appeal": lambda made: made.judgement.appraisal.appeals.get().public_id,
    "appraisal.occurrence_id": lambda made: made.judgement.appraisal.occurrences.get().pk,
    "appraisal:file.file_id": lambda made: made.judgement.appraisal.occurrences.get().files.get().file.public_id,
    "appraisal:seat.public_id": lambda made: made.judgement.public_id,
    "appraisal:seat_file.public_id": lambda made: made.judgement.public_id,
    "appraisal:seat_file.file_id": lambda made: made.judgement.files.get().file.public_id,
    **{
        f"appraisal:{name}.public_id": lambda made: made.judgement.appraisal.round.sheet.public_id
        for name in (
            *("sheet", "change_sheet", "renew_sheet", "put_item", "remove_item"),
            *("workbook", "upload", "dry_run"),
        )
    },
    "admissions.public_id": lambda made: made.application.intake.public_id,
    "admissions.action": lambda _made: "commit",
    "admissions.kind": lambda _made: "csv",
    **{
        f"admissions:{prefix}_{name}.import_id": _import_of(prefix)
        for prefix in RULE_IMPORTS
        for name in ("import", "status", "marked", "act")
    },
    "admissions.stage": lambda _made: "primary",
    "admissions.part": lambda _made: "offers",
    "admissions.step": lambda _made: "child",
    "admissions.intake": lambda made: made.application.intake.public_id,
    "admissions.file_id": lambda made: made.application.proofs.get().file.public_id,
    "admissions.guardian_id": lambda made: made.application.guardians.get().pk,
    **{
        f"admissions:{name}.public_id": lambda made: made.application.intake.season.public_id
        for name in ("season", "rules_file", "office_season", "announce", "make_intake", "office_intake")
    },
    "admissions:check_school.public_id": lambda made: made.application.intake.offers.get().public_id,
    "api:get_season.public_id": lambda made: made.application.intake.season.public_id,
    "admissions.appeal": lambda made: made.application.appeals.get().public_id,
    "admissions.name": lambda _made: "list.txt",
    "admissions.school": lambda made: made.units["school"].public_id,
    **{
        f"admissions:{name}.public_id": lambda _made: ScoreRound.objects.get().public_id
        for name in (
            *(
                "score_round",
                "score_batch",
                "announce_scores",
                "close_scores",
                "reopen_scores",
                "score_trial",
                "seal_scores",
            ),
            *("score_lines", "score_school", "score_school_file"),
        )
    },
    **{
        f"admissions:{name}.public_id": lambda _made: ScoreRun.objects.get().public_id
        for name in ("score_run", "open_score_run", "drop_score_run", "recheck_score_run")
    },
    "admissions:my_score.public_id": lambda _made: Candidate.objects.get().public_id,
    **{
        f"admissions:{name}.public_id": lambda made: made.application.intake.runs.get(kind="sealed").public_id
        for name in ("run", "open_run", "drop_run", "recheck_run", "placement", "placement_bundle", "placement_file")
    },
    "admissions:placement_file.name": lambda _made: "commitments.txt",
    "admissions:snapshot_file.name": lambda _made: "public-key.pem",
    "admissions:comparison.public_id": lambda made: made.application.intake.runs.get(kind="comparison").public_id,
    **{
        f"admissions:{name}.public_id": lambda made: made.application.intake.draws.get().public_id
        for name in ("draw", "draw_bundle", "draw_file")
    },
    **{
        f"admissions:{name}.public_id": lambda made: made.application.public_id
        for name in (
            *("result", "decide_place", "appeal", "application", "step", "proof_file", "remove_proof", "review"),
            *("change", "receipt", "discard", "undo", "withdraw", "again", "object"),
            *("check_dossier", "check_settle", "check_proof", "check_doubles", "copy", "erase", "restate", "opening"),
        )
    },
    "exams.public_id": lambda _made: ExamPlan.objects.get().exam.public_id,
    "exams.school": lambda made: made.units["school"].public_id,
    "exams.site": lambda made: made.units["school"].public_id,
    "exams.paper": lambda _made: "labels",
    "exams.action": lambda _made: "commit",
    "exams.kind": lambda _made: "csv",
    **{
        f"exams:{name}.public_id": lambda _made: ExamPlan.objects.get().public_id
        for name in ("plan", "publish", "drop", "paper")
    },
    **{
        f"exams:{prefix}_{name}.import_id": _import_of(prefix)
        for prefix in EXAM_IMPORTS
        for name in ("import", "status", "marked", "act")
    },
    **{
        f"timetabling:{prefix}_{name}.import_id": _import_of(prefix)
        for prefix in (*CHOICE_IMPORTS, *TERM_IMPORTS)
        for name in ("import", "status", "marked", "act")
    },
    "timetabling.action": lambda _made: "commit",
    "timetabling.kind": lambda _made: "csv",
    "timetabling.public_id": lambda made: made.choice.round.public_id,
    "timetabling.choice": lambda made: made.choice.public_id,
    "timetabling:table.public_id": lambda made: made.choice.round.requirements.public_id,
    **{
        f"timetabling:{name}.public_id": lambda _made: MockExam.objects.get().public_id
        for name in ("mock", "mock_step", "mock_gate", "mock_subject", "mock_scores", "mock_names", "mock_sheets")
    },
    "timetabling.subject": lambda _made: "chemistry",
    **{f"timetabling:{name}.public_id": lambda _made: Term.objects.get().public_id for name in OF_TERMS},
    "timetabling:bell.key": lambda _made: Term.objects.get().bells.get().pk,
    "timetabling:course.key": lambda _made: Course.objects.get().pk,
    **{
        f"timetabling:{name}.public_id": lambda _made: Term.objects.get().groupings.get().public_id
        for name in ("grouping", "grouping_status", "grouping_step", "grouping_export", "group")
    },
    "timetabling:group.number": lambda _made: Term.objects.get().groupings.get().groups.get().pk,
    **{
        f"timetabling:{name}.public_id": lambda _made: Term.objects.get().wishes.get().public_id
        for name in ("wish", "wish_step")
    },
    **{
        f"timetabling:{name}.public_id": lambda _made: Timetable.objects.get().public_id
        for name in (
            *("timetable", "timetable_step", "import_solution", "timetable_file", "explain_timetable", "publish"),
            *("board", "board_moves", "board_step"),
        )
    },
    **{
        f"timetabling:{name}.public_id": lambda _made: Term.objects.get().absences.get().public_id
        for name in ("absence", "absence_step")
    },
    "timetabling:timetable_file.kind": lambda _made: "xhstt",
    "timetabling.paper": lambda _made: "classes",
    "timetabling.secret": lambda _made: timetabling.LINK,
    "measures.public_id": lambda made: made.units["school"].public_id,
    "measures.code": lambda _made: "registry.pupils",
    "indicators.statute": lambda _made: "quality_balance",
    "indicators.public_id": lambda made: made.units["school"].public_id,
    **{
        f"{name}.public_id": lambda made: made.units["county"].public_id
        for name in OF_COUNTIES
        if name.startswith("indicators:")
    },
    "registry.action": lambda _made: "commit",
    "registry.kind": lambda _made: "csv",
    "registry:oneroster_export.kind": lambda _made: "slim",
    "organisations.public_id": lambda made: made.units["school"].public_id,
    "organisations:person.public_id": lambda made: made.post.person.public_id,
    "organisations:appoint.public_id": lambda made: made.post.person.public_id,
    "api:get_person.public_id": lambda made: made.post.person.public_id,
    "organisations.username": lambda made: made.account.username,
    "organisations.deputyship_id": lambda _made: 1,
    "organisations.grant_id": lambda made: made.account.grants.values_list("pk", flat=True)[0],
    "organisations.post_id": lambda made: made.post.pk,
    "plans.public_id": lambda made: made.plan.public_id,
    "plans.item_id": lambda made: made.plan.targets.values_list("pk", flat=True)[0],
    "plans.clause_id": lambda made: made.plan.clauses.values_list("pk", flat=True)[0],
    "plans.warning_id": lambda _made: 1,
    "plans.sheet_edit_id": lambda _made: 1,
    "plans.commitment_id": lambda _made: 1,
    "plans.assignment_id": lambda _made: 1,
    "plans.duty_id": lambda _made: 1,
    "plans.recurring_id": lambda _made: RecurringDuty.objects.values_list("pk", flat=True)[0],
    "plans.sheet_id": lambda _made: 1,
    "plans.unit": lambda made: made.units["school"].public_id,
    "plans.bulletin": lambda made: made.bulletin.public_id,
    "plans.slot": lambda _made: "opening",
    "plans:bulletin_file.kind": lambda _made: "docx",
    "plans:bulletin_head.kind": lambda _made: "circular",
    "plans:bulletin_wording.unit": lambda made: made.units["bureau"].public_id,
    "plans:write_bulletin.verb": lambda _made: "recompose",
    "plans:decide_bulletin.verb": lambda _made: "withdraw",
    "api:get_bulletin.public_id": lambda made: made.bulletin.public_id,
    "api:get_bulletin_file.public_id": lambda made: made.bulletin.public_id,
    "api:get_bulletin_file.kind": lambda _made: "docx",
    "plans.kind": lambda _made: "target",
    "plans:export.kind": lambda _made: "xlsx",
    "plans.format": lambda _made: "json",
    "plans.verb": lambda _made: "confirm",
    "plans.step": lambda _made: "submit",
    "plans.report": lambda made: made.report.public_id,
    "plans.report_id": lambda made: made.report.public_id,
    "plans.file_id": lambda _made: "abcdefghijkm",
    "registry.public_id": lambda made: made.units["school"].public_id,
    "registry.code": lambda _made: "1",
    "registry.year": lambda _made: 2025,
    "registry.stage": lambda _made: "primary",
    "registry.guardianship_id": lambda made: made.guardianship.pk,
    "registry.merge_id": lambda made: made.merge.pk,
    **{
        f"registry:{name}.public_id": lambda made: made.room.public_id
        for name in ("class", "edit_class", "close_class")
    },
    **{
        f"registry:{name}.public_id": lambda made: made.teacher.public_id
        for name in ("teacher", "unmask_teacher", "edit_teacher", "move_teacher", "end_teacher")
    },
    **{
        f"registry:{name}.public_id": lambda made: made.pupil.public_id
        for name in (
            *("pupil", "unmask_pupil", "edit_pupil", "change_pupil_class", "transfer_pupil", "pause_pupil"),
            *("leave_pupil", "merge_pupils", "undo_merge", "add_guardian", "confirm_guardian", "end_guardian"),
            *("privacy", "receive_request", "record_consent", "erase_pupil", "open_account", "link_account"),
        )
    },
    "operating.job_id": lambda _made: Job.objects.values_list("pk", flat=True)[0],
    "operating.change_id": lambda _made: CalendarChange.objects.values_list("pk", flat=True)[0],
    "operating.message_id": lambda _made: Message.objects.values_list("pk", flat=True)[0],
    "operating.alarm_id": lambda _made: Alarm.objects.values_list("pk", flat=True)[0],
    "registry:request.public_id": lambda made: made.request.public_id,
    "registry:request_copy.public_id": lambda made: made.request.public_id,
    "registry.data_class": lambda _made: "pupil",
    "children.public_id": lambda made: made.pupil.public_id,
    "children.request_id": lambda made: made.request.public_id,
    "children.purpose": lambda _made: "publicity",
    "identity.username": lambda _made: "sample",
    "identity.client_id": lambda _made: "nobody",
    "identity.passkey_id": lambda _made: 1,
    "identity.sign_in_id": lambda _made: 1,
    "identity.link_id": lambda _made: 1,
    "provider_id": lambda _made: "platform",
}
