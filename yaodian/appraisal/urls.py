"""The addresses of appraisal: rounds by their public id, below them units by theirs; sheets; an assessor's own seats."""

from django.urls import path

from yaodian.appraisal.views import marking, rounds, sheets

app_name = "appraisal"

urlpatterns = [
    path("", rounds.rounds, name="rounds"),
    path("seats/", marking.seats, name="seats"),
    path("seats/<str:public_id>/", marking.seat, name="seat"),
    path("seats/<str:public_id>/files/<str:file_id>/", marking.seat_file, name="seat_file"),
    path("sheets/", rounds.make_sheet, name="make_sheet"),
    path("sheets/<str:public_id>/", sheets.sheet, name="sheet"),
    path("sheets/<str:public_id>/change/", sheets.change_sheet, name="change_sheet"),
    path("sheets/<str:public_id>/renew/", sheets.renew_sheet, name="renew_sheet"),
    path("sheets/<str:public_id>/item/", sheets.put_item, name="put_item"),
    path("sheets/<str:public_id>/remove/", sheets.remove_item, name="remove_item"),
    path("sheets/<str:public_id>/items.xlsx", sheets.workbook, name="workbook"),
    path("sheets/<str:public_id>/upload/", sheets.upload, name="upload"),
    path("sheets/<str:public_id>/dry-run/", sheets.dry_run, name="dry_run"),
    path("<str:public_id>/", rounds.round, name="round"),
    path("<str:public_id>/advance/", rounds.advance, name="advance"),
    path("<str:public_id>/assign/", rounds.assign, name="assign"),
    path("<str:public_id>/appeals/<str:appeal>/", rounds.decide_appeal, name="decide_appeal"),
    path("<str:public_id>/units/<str:unit>/", rounds.unit, name="unit"),
    path("<str:public_id>/units/<str:unit>/files/<str:file_id>/", rounds.file, name="file"),
    path("<str:public_id>/units/<str:unit>/enter/", rounds.enter, name="enter"),
    path(
        "<str:public_id>/units/<str:unit>/occurrences/<int:occurrence_id>/take-back/",
        rounds.take_back,
        name="take_back",
    ),
    path("<str:public_id>/units/<str:unit>/decide/", rounds.decide, name="decide"),
    path("<str:public_id>/units/<str:unit>/appeal/", rounds.appeal, name="appeal"),
]
