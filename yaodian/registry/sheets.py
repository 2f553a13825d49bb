"""The sheets of the registry: classes, teachers, pupils; what their columns hold, and where their rows live.

A file of its own, because a sheet is a declaration of the slice like its models: from it come the template, the import, the
export and the manual page (`foundation.sheets`).

Whoever imports acts for the schools that his right reaches; the word for that, kept with each import, is the list of the
units in which he holds it, so that an import is found again by colleagues with the same right and by nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from yaodian.audit.operations import record
from yaodian.foundation.models import Import
from yaodian.foundation.sheets.checking import Row
from yaodian.foundation.sheets.declaring import (
    Choice,
    Column,
    Day,
    Flag,
    Found,
    Problem,
    Reference,
    Sheet,
    Text,
    Whole,
)
from yaodian.foundation.sheets.importing import Importer, UnableToCommitImport
from yaodian.foundation.sheets.targets import Change, Key
from yaodian.organisations.models import Account, Unit
from yaodian.organisations.queries import PermissionMissing, require, scope_of
from yaodian.registry import codes, operations
from yaodian.registry.models import (
    AccessKind,
    Backbone,
    Establishment,
    Gender,
    Pupil,
    PupilStatus,
    Purpose,
    Qualification,
    RecordAccess,
    School,
    SchoolClass,
    Stage,
    Teacher,
    TeacherStatus,
    Title,
)
from yaodian.registry.queries import (
    Reach,
    class_keys,
    external_keys,
    reach_of,
    school_keys,
    sealed_keys,
    teacher_keys,
    units_behind,
)

IMPORT, EXPORT = "registry.import", "registry.export"
EXPORT_CHUNK = 1_000
# A column of a sheet that is known by another name where accesses are listed.
_CLEAR = {"number": "enrolment_number"}

Shown = Sequence[tuple[int, int, dict[str, Any]]]
"""Primary key, school, values by column."""


def _choice(choices: Any) -> Choice:
    """The labels in Chinese: a sheet goes from hand to hand, whatever language somebody reads the pages in."""
    with override("zh-hans"):
        return Choice(options={value: str(label) for value, label in choices.choices})


def _one(problems: Iterable[codes.Problem]) -> Found:
    """The gravest of what a check of a code has found, as the sheet says it."""
    found = sorted(problems, key=lambda problem: problem.severity != "error")
    if not found:
        return None
    return Problem(found[0].message, code=found[0].code or "code", is_warning=found[0].severity != "error")


def _check_document(value: str) -> Found:
    return _one(codes.check_identity_document(value, today=timezone.localdate()))


def _check_pupil_number(value: str) -> Found:
    """A national enrolment number is checked; any other word is the school's own number."""
    if len(value) == 19 and value[:1] in "GJL":
        return _one(codes.check_enrolment_number(value, today=timezone.localdate()))
    return None


def _check_phone(value: str) -> Found:
    return _one(codes.check_phone(value))


def _check_school(value: str) -> Found:
    return _one(problem for problem in codes.check_school_code(value) if problem.severity == "error")


def _birth_against_document(values: Mapping[str, Any]) -> Found:
    """The birthday in the number and the one in the row are one."""
    number, born = values.get("id_number"), values.get("birth_on")
    told = codes.birth_day_of(number) if number else None
    if told and born and told != born:
        return Problem(str(_("出生日期与证件号码中的不一致。请核对两栏，改正填错的一栏。")), column="birth_on")
    return None


_SCHOOL = Column(
    "school", _("学校标识码"), "School code", kind=Reference(max_length=40, to="registry.schools"), is_required=True,
    check=_check_school, note=_("10 位学校（机构）标识码，须已在学校名录中"), aliases=("学校代码", "学校(机构)标识码"),
)  # fmt: skip
_GENDER = Column("gender", _("性别"), "Sex", kind=_choice(Gender), is_required=True)
_BIRTH = Column("birth_on", _("出生日期"), "Born on", kind=Day(), is_sensitive=True, example="2017-05-06")
_DOCUMENT = Column(
    "id_number", _("证件号码"), "Identity number", kind=Text(max_length=30, is_code=True), check=_check_document,
    is_sensitive=True, note=_("居民身份证号码；没有的填护照、通行证等号码"), aliases=("身份证号", "身份证号码"),
)  # fmt: skip

CLASSES = Sheet(
    code="registry.classes",
    label=_("班级"),
    english="Classes",
    key=("school", "stage", "entered_year", "number"),
    note=_("每个班一行，以学校、学段、入学年份和班号为准。先导入班级，再导入学生。"),
    columns=(
        _SCHOOL,
        Column("stage", _("学段"), "Stage", kind=_choice(Stage), is_required=True),
        Column("entered_year", _("入学年份"), "Entered in", kind=Whole(least=1990, most=2199), is_required=True,
               example="2026", note=_("这个班进入本学段一年级（小班）的年份")),
        Column("number", _("班号"), "Number", kind=Whole(least=1, most=99), is_required=True, example="1"),
        Column("grade", _("年级"), "Grade", kind=Whole(least=1, most=9), is_required=True, example="1"),
        Column("name", _("班级名称"), "Name", kind=Text(max_length=60), is_required=True, example="一年级（1）班"),
        Column("from_on", _("开班日期"), "From", kind=Day(), is_required=True, example="2026-09-01"),
    ),
)  # fmt: skip

TEACHERS = Sheet(
    code="registry.teachers",
    label=_("教师"),
    english="Teachers",
    key=("staff_number",),
    note=_("每位教师一行，以工号为准。工号不变，改动的各栏照表更新；调动、离职请在教师页面办理。"),
    columns=(
        Column("staff_number", _("工号"), "Staff number", kind=Text(max_length=40, is_code=True), is_required=True,
               example="T000123"),
        Column("name", _("姓名"), "Name", kind=Text(max_length=60), is_required=True),
        _GENDER,
        _BIRTH,
        _DOCUMENT,
        _SCHOOL,
        Column("stage", _("任教学段"), "Stage taught", kind=_choice(Stage), is_required=True),
        Column("subject", _("任教学科"), "Subject", kind=Text(max_length=40), example="语文"),
        Column("establishment", _("编制"), "Establishment", kind=_choice(Establishment), is_required=True),
        Column("qualification", _("学历"), "Qualification", kind=_choice(Qualification), is_required=True),
        Column("title", _("职称"), "Title", kind=_choice(Title), is_required=True),
        Column("backbone_level", _("骨干层级"), "Backbone level", kind=_choice(Backbone), is_required=True),
        Column("has_certificate", _("持有教师资格证"), "Certified", kind=Flag(), is_required=True),
        Column("started_year", _("从教年份"), "Teaching since", kind=Whole(least=1940, most=2199), example="2010"),
        Column("phone", _("电话"), "Telephone", kind=Text(max_length=30, is_code=True), check=_check_phone,
               is_sensitive=True, aliases=("联系电话", "手机号")),
    ),
    cross_checks=(_birth_against_document,),
)  # fmt: skip

PUPILS = Sheet(
    code="registry.pupils",
    label=_("学生"),
    english="Pupils",
    key=("number",),
    note=_("每名学生一行，以学籍号为准。改动的各栏照表更新；调班、转学、离校请在学生页面办理。"),
    columns=(
        Column("number", _("学籍号"), "Enrolment number", kind=Text(max_length=80, is_code=True), is_required=True,
               check=_check_pupil_number, is_sensitive=True, aliases=("全国学籍号", "学生编号"),
               note=_("全国学籍号；没有学籍号的（如幼儿）填本校编号，以后不要改")),
        Column("name", _("姓名"), "Name", kind=Text(max_length=60), is_required=True),
        _GENDER,
        _BIRTH,
        _DOCUMENT,
        _SCHOOL,
        Column("stage", _("学段"), "Stage", kind=_choice(Stage)),
        Column("entered_year", _("入学年份"), "Entered in", kind=Whole(least=1990, most=2199), example="2026",
               note=_("所在班级进入本学段的年份，与班级表一致")),
        Column("class_number", _("班号"), "Class", kind=Whole(least=1, most=99), example="1"),
        Column("is_boarding", _("寄宿"), "Boarder", kind=Flag(), is_required=True),
        Column("is_migrant", _("随迁子女"), "Migrant", kind=Flag(), is_required=True),
        Column("is_left_behind", _("留守儿童"), "Left behind", kind=Flag(), is_required=True),
        Column("residence", _("家庭住址"), "Residence", kind=Text(max_length=200), is_sensitive=True),
        Column("entered_on", _("入学日期"), "Entered on", kind=Day(), is_required=True, example="2026-09-01"),
    ),
    cross_checks=(_birth_against_document,),
)  # fmt: skip


def scope_word(*, account: Any, permission: str = IMPORT) -> str:
    """The units in which somebody holds the right, as one word: `administrative:12,group:7`."""
    roots = scope_of(account=account, permission=permission).roots
    return ",".join(f"{hierarchy}:{unit}" for hierarchy, unit in sorted(roots))[:200]


def authorise(*, actor_id: int | None, scope: str, action: str, now: datetime) -> None:
    """Raises PermissionMissing where the right has ended, or reaches other units than when the file was uploaded."""
    account = Account.objects.filter(pk=actor_id).first()
    permission = EXPORT if action == "export" else IMPORT
    require(account=account, permission=permission)
    if scope != scope_word(account=account):
        raise PermissionMissing(
            str(_("您的“批量导入”权限已有变动，这次导入不能继续。请用现在的权限重新上传。")), permission=permission
        )


# The codes under which the journal keeps what a person did with a file.
JOURNAL_CODES = {"commit": "registry.import.commit", "undo": "registry.import.undo"}


def journal(*, batch: Import, action: str, actor_id: int | None, now: datetime) -> None:
    """The entry of the whole file; each table it writes has one of its own."""
    record(
        actor=Account.objects.filter(pk=actor_id).first(),
        code=JOURNAL_CODES[action],
        subject=f"import:{batch.pk}",
        detail={
            "sheet": batch.sheet, "sha256": batch.sha256, "created": batch.created, "changed": batch.changed,
            "untouched": batch.untouched,
        },
        at=now,
    )  # fmt: skip


@dataclass
class RegistryTarget:
    """What the three tables share; a subclass says how a row is found, shown and stored."""

    scope: str
    actor_id: int | None
    now: datetime = field(default_factory=timezone.now)

    sheet: Sheet = field(init=False)
    table: str = field(init=False)
    # Columns that only a page changes, because a history hangs on them, each with the sentence that says so.
    fixed: Mapping[str, Any] = field(init=False)

    @cached_property
    def actor(self) -> Account:
        return Account.objects.get(pk=self.actor_id)

    @cached_property
    def reach(self) -> Reach:
        return reach_of(account=self.actor, permission=IMPORT)

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        """Primary keys."""
        raise NotImplementedError

    def shown(self, ids: Mapping[int, Key] | None) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """(primary key, school, values of all columns) of these rows, or of all in reach where `ids` is None."""
        raise NotImplementedError

    def stored(self, values: Mapping[str, Any], schools: Mapping[str, int]) -> dict[str, Any]:
        """Columns of the sheet as columns of the table."""
        raise NotImplementedError

    def existing(self, keys: Sequence[Key]) -> dict[Key, dict[str, Any]]:
        found = {pk: key for key, pk in self.find(keys).items()}
        return {found[pk]: values for pk, _school, values in self.shown(found)}

    def check(self, rows: Sequence[Row]) -> Iterator[Problem]:
        schools = school_keys(codes={row.values["school"] for row in rows})
        found = self.find([row.key for row in rows])
        now = {pk: (school, values) for pk, school, values in self.shown({pk: key for key, pk in found.items()})}
        for row in rows:
            school = schools.get(row.values["school"])
            if school is None:
                yield self._wrong(row, "school", _("学校名录里没有这个标识码。请核对，或先在学校名录中设立这所学校。"))
                continue
            if not self.reach.includes(school):
                yield self._wrong(row, "school", _("这所学校不在您的权限范围内。请删去这一行，或请上级单位导入。"))
                continue
            if row.key not in found:
                yield from self.check_new(row, school)
                continue
            at, values = now[found[row.key]]
            if not self.reach.includes(at):
                yield self._wrong(row, self.sheet.key[0], _("这条记录属于您权限范围之外的学校。请删去这一行。"))
                continue
            for column, sentence in self.fixed.items():
                if column in row.values and row.values[column] != values.get(column):
                    yield self._wrong(row, column, sentence)

    def check_new(self, row: Row, school: int) -> Iterator[Problem]:
        """What is wrong with a row that would be created."""
        yield from ()

    def _wrong(self, row: Row, column: str, sentence: Any) -> Problem:
        return Problem(str(sentence), code="scope", column=column, row=row.number)

    def create(self, rows: Sequence[dict[str, Any]]) -> None:
        schools = school_keys(codes={row["school"] for row in rows})
        made = [self.stored(row, schools) for row in rows]
        columns = tuple(dict.fromkeys(name for row in made for name in row))
        with _in_words():
            operations.create_rows(
                actor=self.actor, table=self.table, columns=columns, now=self.now, source=self.sheet.code,
                rows=[tuple(row[name] for name in columns) for row in made],
            )  # fmt: skip

    def change(self, changes: Sequence[Change]) -> None:
        found = self.find([change.key for change in changes])
        values = {change.key: self.stored(change.after, {}) for change in changes}

        def columns_of(change: Change) -> tuple[str, ...]:
            return tuple(sorted(values[change.key]))

        for columns, group in groupby(sorted(changes, key=columns_of), key=columns_of):
            rows = [(found[one.key], *(values[one.key][name] for name in columns)) for one in group]
            with _in_words():
                operations.change_rows(
                    actor=self.actor, table=self.table, columns=columns, rows=rows, now=self.now, source=self.sheet.code
                )

    def unremovable(self, keys: Sequence[Key]) -> dict[Key, str]:
        found = {pk: key for key, pk in self.find(keys).items()}
        held = self.held(list(found))
        return {found[pk]: str(_("已有其他记录引用，或已被查看")) for pk in held}

    def held(self, ids: list[int]) -> set[int]:
        """The rows on which something else hangs."""
        raise NotImplementedError

    def remove(self, keys: Sequence[Key]) -> None:
        with _in_words():
            operations.remove_rows(
                actor=self.actor, table=self.table, ids=list(self.find(keys).values()), now=self.now,
                source=self.sheet.code,
            )  # fmt: skip

    def export(self) -> Iterator[dict[str, Any]]:
        for _pk, _school, values in self.shown(None):
            yield values

    def _note_export(self, column: str, part: Shown, purpose: Purpose) -> None:
        """Records for each person that the row left the house, through which office and what in clear, before it does."""
        unknown = {school for _pk, school, _values in part} - self._offices.keys()
        if unknown:
            units = {row.pk: row.unit for row in School.objects.filter(pk__in=unknown).select_related("unit")}
            behind = units_behind(account=self.actor, units=units.values(), on=timezone.localdate(self.now))
            self._offices.update({school: behind.get(unit.pk) for school, unit in units.items()})
        clear = [one.code for one in self.sheet.columns if one.is_sensitive]
        with transaction.atomic():
            RecordAccess.objects.bulk_create(
                [
                    RecordAccess(
                        account=self.actor, account_name=self.actor.name, unit=self._offices.get(school),
                        kind=AccessKind.EXPORTED, purpose=purpose, at=self.now, **{column: pk},
                        fields=[_CLEAR.get(name, name) for name in clear if values.get(name) is not None],
                    )
                    for pk, school, values in part
                ],
                batch_size=EXPORT_CHUNK,
            )  # fmt: skip

    @cached_property
    def _offices(self) -> dict[int, Unit | None]:
        """Through which unit this account reaches each school, asked for once in a run."""
        return {}


@contextmanager
def _in_words() -> Iterator[None]:
    """The registry's refusals as the importer's, so that the page shows their sentence."""
    try:
        yield
    except (operations.UnableTo, PermissionMissing) as refusal:
        raise UnableToCommitImport(refusal.message, code="refused") from refusal


class ClassTarget(RegistryTarget):
    sheet = CLASSES
    table = "classes"
    fixed: Mapping[str, Any] = {}

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        schools = school_keys(codes={key[0] for key in keys})
        found = class_keys(schools=set(schools.values()))
        places = {key: (schools.get(key[0]), *key[1:]) for key in keys}
        return {key: found[place] for key, place in places.items() if place in found}

    def shown(self, ids: Mapping[int, Key] | None) -> Iterator[tuple[int, int, dict[str, Any]]]:
        rows = SchoolClass.objects.filter(pk__in=list(ids)) if ids is not None else self.reach.rows(SchoolClass.objects)
        names = ("pk", "school_id", "school__unit__code", "stage", "entered_year", "number", "grade", "name", "from_on")
        for pk, school, code, stage, year, number, grade, name, from_on in (
            rows.order_by("school_id", "pk").values_list(*names).iterator(chunk_size=EXPORT_CHUNK)
        ):
            yield pk, school, {
                "school": code, "stage": stage, "entered_year": year, "number": number, "grade": grade, "name": name,
                "from_on": from_on,
            }  # fmt: skip

    def stored(self, values: Mapping[str, Any], schools: Mapping[str, int]) -> dict[str, Any]:
        row = {name: value for name, value in values.items() if name != "school"}
        return row | ({"school_id": schools[values["school"]]} if "school" in values else {})

    def held(self, ids: list[int]) -> set[int]:
        return set(Pupil.objects.filter(school_class_id__in=ids).values_list("school_class_id", flat=True))


class TeacherTarget(RegistryTarget):
    sheet = TEACHERS
    table = "teachers"
    fixed: Mapping[str, Any] = {"school": _("教师调动要留下经历，请在教师页面办理。请把这一栏改回原来的学校。")}
    columns = tuple(column.code for column in TEACHERS.columns if column.code != "school")

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        return {(number,): pk for number, pk in teacher_keys(staff_numbers=[key[0] for key in keys]).items()}

    def shown(self, ids: Mapping[int, Key] | None) -> Iterator[tuple[int, int, dict[str, Any]]]:
        rows = Teacher.objects.select_related("school__unit").order_by("pk")
        rows = rows.filter(pk__in=list(ids)) if ids is not None else self.reach.rows(rows).filter(status__in=_HERE)
        for row in _in_parts(rows):
            values = {name: _plain(getattr(row, name)) for name in self.columns}
            yield row.pk, row.school_id, values | {"school": row.school.unit.code}

    def export(self) -> Iterator[dict[str, Any]]:
        for part in _chunks(self.shown(None)):
            self._note_export("teacher_id", part, Purpose.STAFF)
            yield from (values for _pk, _school, values in part)

    def stored(self, values: Mapping[str, Any], schools: Mapping[str, int]) -> dict[str, Any]:
        row = {name: _stored(Teacher, name, value) for name, value in values.items() if name != "school"}
        if "school" in values and schools:
            row |= {"school_id": schools[values["school"]], "status": TeacherStatus.ACTIVE}
        return row

    def held(self, ids: list[int]) -> set[int]:
        opened = RecordAccess.objects.filter(teacher_id__in=ids).values_list("teacher_id", flat=True)
        led = SchoolClass.objects.filter(homeroom_teacher_id__in=ids).values_list("homeroom_teacher_id", flat=True)
        return {pk for pk in (*opened, *led) if pk is not None}


# What says who and where a pupil is stands in other columns, and in other tables.
_PLACING = frozenset({"number", "school", "stage", "entered_year", "class_number"})
_OF_PUPILS = tuple(column.code for column in PUPILS.columns if column.code not in _PLACING)


class PupilTarget(RegistryTarget):
    sheet = PUPILS
    table = "pupils"
    fixed: Mapping[str, Any] = {
        "school": _("转学要留下学籍异动，请在学生页面办理。请把这一栏改回原来的学校。"),
        **dict.fromkeys(
            ("stage", "entered_year", "class_number"),
            _("调班要留下经历，请在学生页面办理。请把这一栏改回原来的班级。"),
        ),
        "entered_on": _("入学日期已登记，不能由导入修改。请改回原来的日期。"),
    }
    columns = _OF_PUPILS

    def find(self, keys: Sequence[Key]) -> dict[Key, int]:
        numbers = [key[0] for key in keys]
        found = external_keys(model=Pupil, ids=numbers)
        found |= sealed_keys(model=Pupil, column="enrolment_number", values=numbers)
        missing = [number for number in numbers if number not in found]
        found |= dict(Pupil.objects.filter(public_id__in=missing).values_list("public_id", "pk")) if missing else {}
        return {(number,): pk for number, pk in found.items()}

    def shown(self, ids: Mapping[int, Key] | None) -> Iterator[tuple[int, int, dict[str, Any]]]:
        rows = Pupil.objects.select_related("school__unit", "school_class").order_by("pk")
        if ids is not None:
            rows = rows.filter(pk__in=list(ids))
        else:
            rows = self.reach.rows(rows).filter(merged_into__isnull=True, status=PupilStatus.ENROLLED)
        for row in _in_parts(rows):
            values = {name: _plain(getattr(row, name)) for name in self.columns}
            place = row.school_class
            values |= {
                "number": ids[row.pk][0] if ids is not None else row.enrolment_number or row.external_id or row.public_id,
                "school": row.school.unit.code,
                "stage": place.stage if place else None,
                "entered_year": place.entered_year if place else None,
                "class_number": place.number if place else None,
            }  # fmt: skip
            yield row.pk, row.school_id, values

    def export(self) -> Iterator[dict[str, Any]]:
        for part in _chunks(self.shown(None)):
            self._note_export("pupil_id", part, Purpose.ROLL)
            yield from (values for _pk, _school, values in part)

    def check_new(self, row: Row, school: int) -> Iterator[Problem]:
        place = [row.values.get(name) for name in ("stage", "entered_year", "class_number")]
        if any(value is None for value in place):
            if any(value is not None for value in place):
                sentence = _("学段、入学年份、班号要么都填，要么都不填。请补全。")
                yield self._wrong(row, "class_number", sentence)
        elif (school, *place) not in self._classes(school):
            sentence = _("这所学校没有这个班。请核对学段、入学年份和班号，或先导入班级。")
            yield self._wrong(row, "class_number", sentence)

    def _classes(self, school: int) -> Mapping[Any, int]:
        """The classes of a school, asked for once in a run."""
        if school not in self._known:
            self._known[school] = class_keys(schools=[school])
        return self._known[school]

    @cached_property
    def _known(self) -> dict[int, Mapping[Any, int]]:
        return {}

    def stored(self, values: Mapping[str, Any], schools: Mapping[str, int]) -> dict[str, Any]:
        row = {name: _stored(Pupil, name, value) for name, value in values.items() if name in self.columns}
        if schools and "school" in values:
            school = schools[values["school"]]
            place = (school, values.get("stage"), values.get("entered_year"), values.get("class_number"))
            number = values["number"]
            is_national = len(number) == 19 and number[:1] in "GJL"
            row |= {
                "school_id": school, "school_class_id": self._classes(school).get(place),
                "enrolment_number": number if is_national else "", "external_id": "" if is_national else number,
                "status": PupilStatus.ENROLLED,
            }  # fmt: skip
        return row

    def held(self, ids: list[int]) -> set[int]:
        opened = RecordAccess.objects.filter(pupil_id__in=ids).values_list("pupil_id", flat=True)
        kept = Pupil.objects.filter(pk__in=ids, guardianships__isnull=False).values_list("pk", flat=True)
        return {pk for pk in (*opened, *kept) if pk is not None}


_HERE = (TeacherStatus.ACTIVE, TeacherStatus.ON_LEAVE)


def _plain(value: Any) -> Any:
    return None if value == "" else value


def _stored(model: Any, name: str, value: Any) -> Any:
    target = model._meta.get_field(name)
    return "" if value is None and not target.null else value


def _in_parts(rows: Any) -> Iterator[Any]:
    """Rows by primary key, each part read to its end before it is handed on.

    Whoever writes between the rows needs no open read to become a write, which SQLite refuses where another has written.
    """
    last = 0
    while part := list(rows.filter(pk__gt=last)[:EXPORT_CHUNK]):
        yield from part
        last = part[-1].pk


def _chunks(rows: Iterator[tuple[int, int, dict[str, Any]]]) -> Iterator[Shown]:
    part: list[tuple[int, int, dict[str, Any]]] = []
    for row in rows:
        part.append(row)
        if len(part) == EXPORT_CHUNK:
            yield part
            part = []
    if part:
        yield part


def _class_target(*, scope: str, actor_id: int | None) -> ClassTarget:
    return ClassTarget(scope, actor_id)


def _teacher_target(*, scope: str, actor_id: int | None) -> TeacherTarget:
    return TeacherTarget(scope, actor_id)


def _pupil_target(*, scope: str, actor_id: int | None) -> PupilTarget:
    return PupilTarget(scope, actor_id)


IMPORT_CLASSES = Importer(sheet=CLASSES, target=_class_target, authorise=authorise, journal=journal)
IMPORT_TEACHERS = Importer(sheet=TEACHERS, target=_teacher_target, authorise=authorise, journal=journal)
IMPORT_PUPILS = Importer(sheet=PUPILS, target=_pupil_target, authorise=authorise, journal=journal)
