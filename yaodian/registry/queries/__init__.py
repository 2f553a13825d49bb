"""Reading: schools, classes, teachers, pupils, yearly returns; always within what the account reaches, always masked."""

from yaodian.foundation.paging import Page
from yaodian.registry.queries.children import (
    AccessRow,
    ChildPage,
    ChildRow,
    child_page,
    children_of_account,
    request_of_account,
    ward_of,
)
from yaodian.registry.queries.cohorts import (
    CohortClass,
    Member,
    class_sizes,
    classes_of_pupils,
    cohort,
    cohort_classes,
    cohort_keys,
    cohort_member,
    cohort_members,
    cohort_sizes,
    cohort_years,
    guardians_to_tell,
    schools_teaching,
    units_teaching,
)
from yaodian.registry.queries.consents import ConsentRow, consents_of, has_consent
from yaodian.registry.queries.copies import Content, pupil_content
from yaodian.registry.queries.doubts import Doubt, contradictions_in, doubts_about, jumps_since
from yaodian.registry.queries.enrolled import stages_enrolled
from yaodian.registry.queries.finding import Found, find
from yaodian.registry.queries.guardians import GuardianAccounts, guardian_accounts, guardian_of_account
from yaodian.registry.queries.keys import (
    class_keys,
    external_keys,
    school_keys,
    school_types,
    sealed_keys,
    teacher_keys,
)
from yaodian.registry.queries.masking import mask_health, mask_residence
from yaodian.registry.queries.monitoring import (
    Enrolled,
    SchoolIn,
    enrolled_in,
    figure_label,
    grades_taught,
    returns_changed_at,
    returns_in,
    school_year,
    schools_in,
    stage_labels,
    units_reached,
    years_reported,
)
from yaodian.registry.queries.panels import Panel, panels_for
from yaodian.registry.queries.people import (
    GROUPS,
    GuardianView,
    PupilFilters,
    PupilRow,
    PupilView,
    TeacherFilters,
    TeacherRow,
    TeacherView,
    accesses_of,
    find_guardian,
    find_pupil,
    find_teacher,
    indexed,
    masked_pupil,
    masked_teacher,
    pupil_view,
    pupils,
    said,
    teacher_view,
    teachers,
)
from yaodian.registry.queries.reach import Reach, Slice, reach_of, reached_schools, units_behind
from yaodian.registry.queries.requests import (
    PrivacyPage,
    RequestRow,
    find_request,
    is_late,
    privacy_page,
    requests,
)
from yaodian.registry.queries.retention import Expired, RetentionPage, expired, retention_page, retention_rules
from yaodian.registry.queries.schools import (
    ClassFilters,
    ClassRow,
    ReturnPage,
    SchoolFilters,
    SchoolPage,
    SchoolRow,
    class_row,
    classes,
    counties,
    counties_of,
    find_class,
    find_school,
    names_of,
    return_pages,
    return_years,
    returns,
    school_page,
    schools,
    with_names,
)
from yaodian.registry.queries.staff import StaffMember, teachers_of_school
