"""Lists of teachers and pupils, and single records, with what is sensitive masked.

Names are shown to whoever reaches the row: without them nobody can work with a list. Numbers, telephones, addresses, days
of birth and health come masked; in clear they come from `operations.unmask_…` alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from yaodian.foundation.fields import mask_number, mask_phone
from yaodian.foundation.keys import blind_indexes
from yaodian.organisations.queries import Visitor
from yaodian.registry.models import (
    INDEXED,
    PRESENT,
    WORKING,
    Enrolment,
    Guardian,
    Guardianship,
    Pupil,
    PupilMerge,
    RecordAccess,
    Teacher,
    TeacherPost,
)
from yaodian.registry.queries.masking import mask_health, mask_residence
from yaodian.registry.queries.reach import PAGE, Slice, reach_of, slice_of, today
from yaodian.registry.queries.schools import names_of

_PUPIL_LIST = (
    *("public_id", "name", "enrolment_number", "gender", "birth_year", "school_id", "status", "is_boarding"),
    *("is_migrant", "is_left_behind", "school_class__name", "school_class__public_id", "school__unit__public_id"),
)
_TEACHER_LIST = (
    *("public_id", "staff_number", "name", "gender", "birth_year", "school_id", "status", "establishment", "subject"),
    *("qualification", "title", "stage", "backbone_level", "has_certificate", "school__unit__public_id"),
)


def indexed(model: type[Any], column: str, value: str) -> Q:
    """The condition that a sealed column holds a value."""
    index, purpose = INDEXED[model][column]
    return Q(**{f"{index}__in": blind_indexes(value, purpose=purpose)})


def said(model: type[Any], text: str) -> Q:
    """The condition that one of a row's indexed columns is exactly what was typed."""
    wanted = Q(pk__in=())
    for column in INDEXED[model]:
        wanted |= indexed(model, column, text)
    return wanted


@dataclass(frozen=True)
class PupilFilters:
    """`text` is a whole name, identity number or enrolment number. `status` is a state, present or all."""

    text: str = ""
    school: str = ""
    school_class: str = ""
    stage: str = ""
    status: str = "present"
    group: str = ""


# Groups of pupils that a list may be narrowed to; the sensitive ones are not among them.
GROUPS = {"boarding": "is_boarding", "migrant": "is_migrant", "left_behind": "is_left_behind"}


@dataclass(frozen=True)
class PupilRow:
    """A pupil in a list, masked."""

    public_id: str
    name: str
    enrolment_number: str
    gender: str
    birth_year: int | None
    school: str
    school_id: str
    class_name: str
    class_id: str
    status: str
    status_label: str
    is_boarding: bool
    is_migrant: bool
    is_left_behind: bool


def pupils(
    *,
    account: Visitor,
    filters: PupilFilters | None = None,
    after: str = "",
    size: int = PAGE,
    on: date | None = None,
) -> Slice[PupilRow]:
    """The pupils of the schools the account reaches, school by school. A constant number of queries, whatever the scope."""
    day = on or today()
    chosen = filters or PupilFilters()
    reach = reach_of(account=account, on=day)
    rows = reach.rows(Pupil.objects.filter(merged_into__isnull=True))
    rows = rows.select_related("school_class", "school__unit").only(*_PUPIL_LIST)
    if chosen.text.strip():
        rows = rows.filter(said(Pupil, chosen.text))
    if chosen.school:
        rows = rows.filter(school__unit__public_id=chosen.school)
    if chosen.school_class:
        rows = rows.filter(school_class__public_id=chosen.school_class)
    if chosen.stage:
        rows = rows.filter(school_class__stage=chosen.stage)
    if chosen.group in GROUPS:
        rows = rows.filter(**{GROUPS[chosen.group]: True})
    if chosen.status == "present":
        rows = rows.filter(status__in=PRESENT)
    elif chosen.status not in ("", "all"):
        rows = rows.filter(status=chosen.status)
    return slice_of(rows, order=("school_id", "id"), after=after, size=size, make=lambda found: _pupil_rows(found, day))


def _pupil_rows(found: Sequence[Pupil], on: date) -> Iterable[PupilRow]:
    names = names_of(schools={row.school_id for row in found}, on=on)
    for row in found:
        yield PupilRow(
            public_id=row.public_id,
            name=row.name,
            enrolment_number=mask_number(row.enrolment_number),
            gender=row.get_gender_display(),
            birth_year=row.birth_year,
            school=names.get(row.school_id, ""),
            school_id=row.school.unit.public_id,
            class_name=row.school_class.name if row.school_class is not None else "",
            class_id=row.school_class.public_id if row.school_class is not None else "",
            status=row.status,
            status_label=row.get_status_display(),
            is_boarding=row.is_boarding,
            is_migrant=row.is_migrant,
            is_left_behind=row.is_left_behind,
        )


@dataclass(frozen=True)
class TeacherFilters:
    """`text` is a whole name, staff number, identity number or telephone. `status` is a state, working or all."""

    text: str = ""
    school: str = ""
    stage: str = ""
    subject: str = ""
    title: str = ""
    establishment: str = ""
    status: str = "working"


@dataclass(frozen=True)
class TeacherRow:
    """A teacher in a list, masked."""

    public_id: str
    staff_number: str
    name: str
    gender: str
    birth_year: int | None
    school: str
    school_id: str
    stage: str
    subject: str
    qualification: str
    title: str
    establishment: str
    backbone: str
    has_certificate: bool
    status: str
    status_label: str


def teachers(
    *,
    account: Visitor,
    filters: TeacherFilters | None = None,
    after: str = "",
    size: int = PAGE,
    on: date | None = None,
) -> Slice[TeacherRow]:
    """The teachers of the schools the account reaches. A constant number of queries, whatever the scope."""
    day = on or today()
    chosen = filters or TeacherFilters()
    reach = reach_of(account=account, on=day)
    rows = reach.rows(Teacher.objects.select_related("school__unit").only(*_TEACHER_LIST))
    if chosen.text.strip():
        rows = rows.filter(said(Teacher, chosen.text) | Q(staff_number=chosen.text.strip()))
    if chosen.school:
        rows = rows.filter(school__unit__public_id=chosen.school)
    for name in ("stage", "subject", "title", "establishment"):
        if getattr(chosen, name):
            rows = rows.filter(**{name: getattr(chosen, name)})
    if chosen.status == "working":
        rows = rows.filter(status__in=WORKING)
    elif chosen.status not in ("", "all"):
        rows = rows.filter(status=chosen.status)
    return slice_of(
        rows, order=("school_id", "id"), after=after, size=size, make=lambda found: _teacher_rows(found, day)
    )


def _teacher_rows(found: Sequence[Teacher], on: date) -> Iterable[TeacherRow]:
    names = names_of(schools={row.school_id for row in found}, on=on)
    for row in found:
        yield TeacherRow(
            public_id=row.public_id,
            staff_number=row.staff_number,
            name=row.name,
            gender=row.get_gender_display(),
            birth_year=row.birth_year,
            school=names.get(row.school_id, ""),
            school_id=row.school.unit.public_id,
            stage=row.get_stage_display(),
            subject=row.subject,
            qualification=row.get_qualification_display(),
            title=row.get_title_display(),
            establishment=row.get_establishment_display(),
            backbone=row.get_backbone_level_display(),
            has_certificate=row.has_certificate,
            status=row.status,
            status_label=row.get_status_display(),
        )


# Single records.


@dataclass(frozen=True)
class GuardianView:
    """A guardian on a pupil's page, masked."""

    guardianship: Guardianship
    public_id: str
    name: str
    relation: str
    phone: str
    id_number: str


@dataclass(frozen=True)
class PupilView:
    """A pupil's record, masked. `masked` holds what stands in place of the sensitive columns."""

    pupil: Pupil
    school: str
    masked: dict[str, str]
    guardians: tuple[GuardianView, ...]
    enrolments: tuple[tuple[Enrolment, str], ...]
    merges: tuple[PupilMerge, ...]


def find_pupil(*, account: Visitor, public_id: str, permission: str = "registry.view") -> Pupil:
    """A pupil of a school the account reaches. Raises Pupil.DoesNotExist."""
    reach = reach_of(account=account, permission=permission)
    return reach.rows(Pupil.objects.select_related("school__unit", "school_class")).get(public_id=public_id)


def find_teacher(*, account: Visitor, public_id: str, permission: str = "registry.view") -> Teacher:
    """A teacher of a school the account reaches. Raises Teacher.DoesNotExist."""
    reach = reach_of(account=account, permission=permission)
    return reach.rows(Teacher.objects.select_related("school__unit")).get(public_id=public_id)


def masked_pupil(*, pupil: Pupil) -> dict[str, str]:
    """What stands in place of a pupil's sensitive columns."""
    return {
        "enrolment_number": mask_number(pupil.enrolment_number),
        "id_number": mask_number(pupil.id_number),
        "birth_on": f"{pupil.birth_year}-**-**" if pupil.birth_year else "",
        "residence": mask_residence(pupil.residence),
        "has_disability": mask_health(),
        "disability_kind": mask_health(),
        "is_poor": mask_health(),
    }


def pupil_view(*, pupil: Pupil, on: date | None = None) -> PupilView:
    """A pupil's record as pages show it: masked. A constant number of queries."""
    day = on or today()
    enrolments = list(pupil.enrolments.select_related("school_class").order_by("-from_on", "-id"))
    names = names_of(schools={pupil.school_id, *(row.school_id for row in enrolments)}, on=day)
    guardians = tuple(
        GuardianView(
            guardianship=row,
            public_id=row.guardian.public_id,
            name=row.guardian.name,
            relation=row.get_relation_display(),
            phone=mask_phone(row.guardian.phone),
            id_number=mask_number(row.guardian.id_number),
        )
        for row in pupil.guardianships.filter(ended_on__isnull=True).select_related("guardian")
    )
    return PupilView(
        pupil=pupil,
        school=names.get(pupil.school_id, ""),
        masked=masked_pupil(pupil=pupil),
        guardians=guardians,
        enrolments=tuple((row, names.get(row.school_id, "")) for row in enrolments),
        merges=tuple(PupilMerge.objects.filter(kept=pupil, undone_at__isnull=True).select_related("double")),
    )


@dataclass(frozen=True)
class TeacherView:
    """A teacher's record, masked."""

    teacher: Teacher
    school: str
    masked: dict[str, str]
    posts: tuple[tuple[TeacherPost, str], ...]
    homeroom: tuple[Any, ...]


def masked_teacher(*, teacher: Teacher) -> dict[str, str]:
    """What stands in place of a teacher's sensitive columns."""
    return {
        "id_number": mask_number(teacher.id_number),
        "birth_on": f"{teacher.birth_year}-**-**" if teacher.birth_year else "",
        "phone": mask_phone(teacher.phone),
    }


def teacher_view(*, teacher: Teacher, on: date | None = None) -> TeacherView:
    """A teacher's record as pages show it: masked. A constant number of queries."""
    day = on or today()
    posts = list(teacher.posts.order_by("-from_on", "-id"))
    names = names_of(schools={teacher.school_id, *(post.school_id for post in posts)}, on=day)
    return TeacherView(
        teacher=teacher,
        school=names.get(teacher.school_id, ""),
        masked=masked_teacher(teacher=teacher),
        posts=tuple((post, names.get(post.school_id, "")) for post in posts),
        homeroom=tuple(teacher.homeroom_classes.filter(until_on__isnull=True)),
    )


def accesses_of(*, pupil: Pupil, most: int = 100) -> "QuerySet[RecordAccess]":
    """Who opened a pupil's record, newest first."""
    return RecordAccess.objects.filter(pupil=pupil).order_by("-at", "-id")[:most]


def find_guardian(*, pupil: Pupil, public_id: str) -> Guardian:
    """A guardian of a pupil. Raises Guardian.DoesNotExist."""
    return Guardian.objects.get(public_id=public_id, guardianships__pupil=pupil, guardianships__ended_on__isnull=True)
