"""Writing: schools, classes, teachers, pupils, guardians, yearly returns, many rows at once, a whole city, opening a
record, and what guardians say and ask about it."""

from yaodian.registry.operations.accounts import (
    link_demonstration_guardian,
    link_guardian_account,
    open_guardian_account,
)
from yaodian.registry.operations.bulk import change_rows, create_rows, insert_rows, remove_rows
from yaodian.registry.operations.city import UnableToLoadCity, load_city
from yaodian.registry.operations.classes import CLASS_COLUMNS, change_class, close_class, open_class, promote_classes
from yaodian.registry.operations.consents import give_consent, record_consent
from yaodian.registry.operations.disclosure import (
    PUPIL_CLEAR,
    TEACHER_CLEAR,
    list_pupils,
    list_teachers,
    open_pupil,
    open_teacher,
    unmask_pupil,
    unmask_teacher,
)
from yaodian.registry.operations.erasure import erase_pupil
from yaodian.registry.operations.errors import (
    StaleVersion,
    UnableTo,
    UnableToAnswerRequest,
    UnableToAppointTeacher,
    UnableToChangeClass,
    UnableToChangeGuardian,
    UnableToChangePupil,
    UnableToChangeSchool,
    UnableToChangeTeacher,
    UnableToCloseSchool,
    UnableToCreateSchool,
    UnableToEnrolPupil,
    UnableToErase,
    UnableToImport,
    UnableToMergePupils,
    UnableToMoveTeacher,
    UnableToOpenAccount,
    UnableToPromoteClasses,
    UnableToReceiveRequest,
    UnableToRecordConsent,
    UnableToSetRetention,
    UnableToStoreReturn,
    UnableToTransferPupil,
    UnableToUnmask,
    WrongState,
)
from yaodian.registry.operations.guardians import (
    GUARDIAN_COLUMNS,
    add_guardian,
    change_guardian,
    confirm_guardian,
    end_guardian,
)
from yaodian.registry.operations.merging import merge_pupils, undo_merge
from yaodian.registry.operations.pupils import (
    PUPIL_COLUMNS,
    change_pupil,
    change_pupil_class,
    enrol_pupil,
    graduate_class,
    leave_pupil,
    return_pupil,
    suspend_pupil,
    transfer_pupil,
)
from yaodian.registry.operations.requests import (
    answer_request,
    content_for_guardian,
    copy_for_guardian,
    copy_for_office,
    file_request,
    receive_request,
    refuse_request,
    withdraw_request,
)
from yaodian.registry.operations.retention import (
    end_retention,
    erase_expired,
    order_erasure,
    set_retention,
)
from yaodian.registry.operations.returns import store_return
from yaodian.registry.operations.schools import (
    CAMPUS_COLUMNS,
    SCHOOL_COLUMNS,
    NewSchool,
    add_campus,
    change_campus,
    change_school,
    close_school,
    create_school,
    create_schools,
    kind_of,
    rename_school,
    withdraw_schools,
)
from yaodian.registry.operations.teachers import (
    TEACHER_COLUMNS,
    appoint_teacher,
    change_teacher,
    end_teacher,
    move_teacher,
    set_teacher_leave,
)
