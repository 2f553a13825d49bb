"""The addresses of the plan pages. A plan's own begin with its public id, which no word below can be."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from yaodian.plans.views import (
    answering,
    binding,
    catalogue,
    commitment_sheets,
    commitments,
    duties,
    finding,
    plan,
    publication,
    responsibilities,
    review,
    sheets,
)

app_name = "plans"


class PublicIdConverter(StringConverter):
    regex = "[2-9a-hjkmnp-z]{12}"


register_converter(PublicIdConverter, "public_id")

urlpatterns = [
    path("", catalogue.plan_list, name="list"),
    path("upload/", catalogue.upload, name="upload"),
    path("search/", finding.search, name="search"),
    path("units/", finding.units, name="units"),
    path("compare/", finding.compare, name="compare"),
    path("duties/", duties.duties, name="duties"),
    path("duties/sign/<int:duty_id>/", duties.sign, name="sign_duty"),
    path("duties/<public_id:unit>/", duties.unit, name="unit_duties"),
    path("duties/<public_id:unit>/sign-all/", duties.sign_all, name="sign_all_duties"),
    path("responsibilities/", responsibilities.responsibilities, name="responsibilities"),
    path("responsibilities/add/", responsibilities.add, name="add_responsibility"),
    path("responsibilities/sheet.xlsx", responsibilities.export, name="export_responsibilities"),
    path("responsibilities/<int:recurring_id>/", responsibilities.responsibility, name="responsibility"),
    path("responsibilities/<int:recurring_id>/change/", responsibilities.change, name="change_responsibility"),
    path("responsibilities/<int:recurring_id>/end/", responsibilities.end, name="end_responsibility"),
    path("<public_id:public_id>/", plan.plan, name="plan"),
    path("<public_id:public_id>/export/<str:kind>/", plan.export, name="export"),
    path("<public_id:public_id>/original/", plan.original, name="original"),
    path("<public_id:public_id>/journal/", plan.journal, name="journal"),
    path("<public_id:public_id>/changes/", plan.changes, name="changes"),
    path("<public_id:public_id>/reading/", catalogue.reading, name="reading"),
    path("<public_id:public_id>/reading/status/", catalogue.reading_status, name="reading_status"),
    path("<public_id:public_id>/reading/cancel/", catalogue.cancel_reading, name="cancel_reading"),
    path("<public_id:public_id>/reading/again/", catalogue.read_again, name="read_again"),
    path("<public_id:public_id>/amend/", catalogue.amend, name="amend"),
    path("<public_id:public_id>/delete/", catalogue.delete, name="delete"),
    path("<public_id:public_id>/review/", review.review, name="review"),
    path("<public_id:public_id>/review/header/", review.header, name="header"),
    path("<public_id:public_id>/review/add/", review.add, name="add"),
    path("<public_id:public_id>/review/split/", review.split, name="split"),
    path("<public_id:public_id>/review/confirm-certain/", review.confirm_certain, name="confirm_certain"),
    path("<public_id:public_id>/review/clause/<int:clause_id>/merge/", review.merge, name="merge"),
    path(
        "<public_id:public_id>/review/warning/<int:warning_id>/dismiss/", review.dismiss_warning, name="dismiss_warning"
    ),
    path("<public_id:public_id>/review/<str:kind>/<int:item_id>/", review.item, name="item"),
    path("<public_id:public_id>/review/<str:kind>/<int:item_id>/confirm/", review.confirm, name="item_confirm"),
    path("<public_id:public_id>/review/<str:kind>/<int:item_id>/unconfirm/", review.unconfirm, name="item_unconfirm"),
    path("<public_id:public_id>/review/<str:kind>/<int:item_id>/reject/", review.reject, name="item_reject"),
    path("<public_id:public_id>/review/<str:kind>/<int:item_id>/restore/", review.restore, name="item_restore"),
    path("<public_id:public_id>/review/<str:kind>/<int:item_id>/history/", review.item_history, name="item_history"),
    path("<public_id:public_id>/bindings/", binding.bindings, name="bindings"),
    path("<public_id:public_id>/bindings/<int:item_id>/bind/", binding.bind, name="bind"),
    path("<public_id:public_id>/bindings/<int:item_id>/decline/", binding.decline, name="decline_binding"),
    path("<public_id:public_id>/bindings/<int:item_id>/release/", binding.release, name="release_binding"),
    path("<public_id:public_id>/submit/", publication.submit, name="submit"),
    path("<public_id:public_id>/publication/", publication.publication, name="publication"),
    path("<public_id:public_id>/publication/publish/", publication.publish, name="publish"),
    path("<public_id:public_id>/publication/return/", publication.return_plan, name="return"),
    path("<public_id:public_id>/publication/withdraw/", publication.withdraw, name="withdraw"),
    path("<public_id:public_id>/publication/reopen/", publication.reopen, name="reopen"),
    path("<public_id:public_id>/commitments/", commitments.commitments, name="commitments"),
    path("<public_id:public_id>/commitments/propose/", commitments.propose, name="propose_commitments"),
    path("<public_id:public_id>/commitments/act/", commitments.act_on_many, name="act_on_commitments"),
    path("<public_id:public_id>/commitments/add/", commitments.add, name="add_commitment"),
    path("<public_id:public_id>/commitments/unit/", commitments.decide_unit, name="decide_unit"),
    path("<public_id:public_id>/commitments/sheet/", commitment_sheets.sheet, name="commitment_sheet"),
    path("<public_id:public_id>/commitments/sheet.xlsx", commitment_sheets.export, name="export_commitments"),
    path(
        "<public_id:public_id>/commitments/sheet/apply/", commitment_sheets.apply_sheet, name="apply_commitment_sheet"
    ),
    path(
        "<public_id:public_id>/commitments/sheet/<int:sheet_id>/undo/",
        commitment_sheets.undo_sheet,
        name="undo_commitment_sheet",
    ),
    path("<public_id:public_id>/commitments/<int:commitment_id>/", commitments.commitment, name="commitment"),
    path(
        "<public_id:public_id>/commitments/<int:commitment_id>/<str:verb>/",
        commitments.act_on_one,
        name="act_on_commitment",
    ),
    path("<public_id:public_id>/answering/", answering.answering, name="answering"),
    path("<public_id:public_id>/answering/assign/", answering.assign, name="assign_answer"),
    path("<public_id:public_id>/answering/<int:assignment_id>/", answering.hanging, name="hanging"),
    path(
        "<public_id:public_id>/answering/<int:assignment_id>/<str:verb>/",
        answering.act_on_assignment,
        name="act_on_assignment",
    ),
    path("<public_id:public_id>/sheet/", sheets.sheet, name="sheet"),
    path("<public_id:public_id>/sheet/apply/", sheets.apply_sheet, name="apply_sheet"),
    path("<public_id:public_id>/sheet/<int:sheet_edit_id>/undo/", sheets.undo_sheet, name="undo_sheet"),
]
