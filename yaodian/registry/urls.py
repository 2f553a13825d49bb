"""Addresses of the registry."""

from django.urls import include, path

from yaodian.registry.views import children, imports, people, privacy, schools

app_name = "registry"

urlpatterns = [
    path("", schools.school_list, name="schools"),
    path("schools/add/", schools.add_school, name="add_school"),
    path("schools/<str:public_id>/", schools.school, name="school"),
    path("schools/<str:public_id>/edit/", schools.edit_school, name="edit_school"),
    path("schools/<str:public_id>/rename/", schools.rename_school, name="rename_school"),
    path("schools/<str:public_id>/close/", schools.close_school, name="close_school"),
    path("schools/<str:public_id>/promote/", schools.promote, name="promote"),
    path("schools/<str:public_id>/campuses/add/", schools.add_campus, name="add_campus"),
    path("schools/<str:public_id>/campuses/<str:code>/", schools.edit_campus, name="edit_campus"),
    path("schools/<str:public_id>/classes/add/", schools.add_class, name="add_class"),
    path("schools/<str:public_id>/teachers/add/", people.add_teacher, name="add_teacher"),
    path("schools/<str:public_id>/pupils/add/", people.add_pupil, name="add_pupil"),
    path("schools/<str:public_id>/returns/<int:year>/", schools.yearly_return, name="return"),
    path("schools/<str:public_id>/returns/<int:year>/<str:stage>/", schools.edit_return, name="edit_return"),
    path("import/schools/", include(imports.schools.urls)),
    path("import/classes/", include(imports.classes.urls)),
    path("import/teachers/", include(imports.teachers.urls)),
    path("import/pupils/", include(imports.pupils.urls)),
    path("import/returns/", include(imports.returns.urls)),
    path("classes/<str:public_id>/", schools.school_class, name="class"),
    path("classes/<str:public_id>/edit/", schools.edit_class, name="edit_class"),
    path("classes/<str:public_id>/close/", schools.close_class, name="close_class"),
    path("teachers/", people.teacher_list, name="teachers"),
    path("teachers/<str:public_id>/", people.teacher, name="teacher"),
    path("teachers/<str:public_id>/unmask/", people.unmask_teacher, name="unmask_teacher"),
    path("teachers/<str:public_id>/edit/", people.edit_teacher, name="edit_teacher"),
    path("teachers/<str:public_id>/move/", people.move_teacher, name="move_teacher"),
    path("teachers/<str:public_id>/end/", people.end_teacher, name="end_teacher"),
    path("pupils/", people.pupil_list, name="pupils"),
    path("pupils/<str:public_id>/", people.pupil, name="pupil"),
    path("pupils/<str:public_id>/unmask/", people.unmask_pupil, name="unmask_pupil"),
    path("pupils/<str:public_id>/edit/", people.edit_pupil, name="edit_pupil"),
    path("pupils/<str:public_id>/class/", people.change_pupil_class, name="change_pupil_class"),
    path("pupils/<str:public_id>/transfer/", people.transfer_pupil, name="transfer_pupil"),
    path("pupils/<str:public_id>/pause/", people.pause_pupil, name="pause_pupil"),
    path("pupils/<str:public_id>/leave/", people.leave_pupil, name="leave_pupil"),
    path("pupils/<str:public_id>/merge/", people.merge_pupils, name="merge_pupils"),
    path("pupils/<str:public_id>/merges/<int:merge_id>/undo/", people.undo_merge, name="undo_merge"),
    path("pupils/<str:public_id>/guardians/add/", people.add_guardian, name="add_guardian"),
    path(
        "pupils/<str:public_id>/guardians/<int:guardianship_id>/confirm/",
        people.confirm_guardian,
        name="confirm_guardian",
    ),
    path("pupils/<str:public_id>/guardians/<int:guardianship_id>/end/", people.end_guardian, name="end_guardian"),
    path("pupils/<str:public_id>/guardians/<int:guardianship_id>/account/", privacy.open_account, name="open_account"),
    path("pupils/<str:public_id>/guardians/<int:guardianship_id>/link/", privacy.link_account, name="link_account"),
    path("pupils/<str:public_id>/privacy/", privacy.pupil_privacy, name="privacy"),
    path("pupils/<str:public_id>/requests/add/", privacy.receive_request, name="receive_request"),
    path("pupils/<str:public_id>/consents/add/", privacy.record_consent, name="record_consent"),
    path("pupils/<str:public_id>/erase/", privacy.erase_pupil, name="erase_pupil"),
    path("requests/", privacy.request_list, name="requests"),
    path("requests/<str:public_id>/", privacy.one_request, name="request"),
    path("requests/<str:public_id>/copy/", privacy.request_copy, name="request_copy"),
    path("retention/", privacy.retention, name="retention"),
    path("retention/set/", privacy.set_retention, name="set_retention"),
    path("retention/erase/", privacy.erase_expired, name="erase_expired"),
    path("retention/<str:data_class>/end/", privacy.end_retention, name="end_retention"),
]

# The pages of guardians, under an address of their own.
children_urlpatterns = [
    path("", children.child_list, name="list"),
    path("<str:public_id>/", children.child, name="child"),
    path("<str:public_id>/consents/<str:purpose>/", children.say, name="say"),
    path("<str:public_id>/requests/add/", children.ask, name="ask"),
    path("<str:public_id>/requests/<str:request_id>/withdraw/", children.withdraw, name="withdraw"),
    path("<str:public_id>/requests/<str:request_id>/see/", children.see, name="see"),
    path("<str:public_id>/requests/<str:request_id>/copy/", children.copy, name="copy"),
]
