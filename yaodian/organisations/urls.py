"""The pages of units, people, accounts and rights."""

from django.urls import path

from yaodian.organisations.views import changes, people, rights, units

app_name = "organisations"

urlpatterns = [
    path("units/", units.unit_list, name="units"),
    path("units/create/", changes.create_unit, name="create_unit"),
    path("units/<slug:public_id>/", units.unit_page, name="unit"),
    path("units/<slug:public_id>/branch/", units.unit_children, name="branch"),
    path("units/<slug:public_id>/correct/", changes.correct_unit, name="correct_unit"),
    *(
        path(f"units/<slug:public_id>/{change}/", changes.change_unit, {"change": change}, name=f"{change}_unit")
        for change in changes.CHANGES
    ),
    path("people/", people.people_list, name="people"),
    path("people/create/", people.create_person, name="create_person"),
    path("people/<slug:public_id>/", people.person_page, name="person"),
    path("people/<slug:public_id>/appoint/", people.appoint, name="appoint"),
    path("posts/<int:post_id>/end/", people.end_post, name="end_post"),
    path("posts/<int:post_id>/transfer/", people.transfer, name="transfer"),
    path("accounts/", rights.account_list, name="accounts"),
    path("accounts/<str:username>/", rights.account_page, name="account"),
    path("accounts/<str:username>/grant/", rights.grant, name="grant"),
    path("accounts/<str:username>/deputy/", rights.appoint_deputy, name="appoint_deputy_of"),
    path("grants/<int:grant_id>/end/", rights.end_grant, name="end_grant"),
    path("my-rights/", rights.my_rights, name="my_rights"),
    path("my-rights/deputy/", rights.appoint_deputy, name="appoint_deputy"),
    path("deputyships/<int:deputyship_id>/end/", rights.end_deputyship, name="end_deputyship"),
]
