"""The addresses of timetabling: pupils with their letter, the grade office, the district, tables of requirements."""

from django.urls import URLPattern, URLResolver, include, path

from yaodian.timetabling.views import choosing, imports, requirements, rounds, timetables

app_name = "timetabling"

# Whoever holds a letter.
PUPILS: list[URLPattern | URLResolver] = [
    path("choose/", choosing.enter, name="choose"),
    path("choose/subjects/", choosing.subjects, name="choose_subjects"),
    path("choose/confirm/", choosing.confirm, name="choose_confirm"),
    path("choose/receipt/", choosing.receipt, name="choose_receipt"),
    path("choose/leave/", choosing.leave, name="choose_leave"),
]

ROUNDS: list[URLPattern | URLResolver] = [
    path("", rounds.rounds, name="rounds"),
    path("district/", rounds.district, name="district"),
    path("rounds/<str:public_id>/", rounds.round_, name="round"),
    path("rounds/<str:public_id>/offer/", rounds.offer, name="offer"),
    path("rounds/<str:public_id>/step/", rounds.step, name="step"),
    path("rounds/<str:public_id>/letters/", rounds.letters, name="letters"),
    path("rounds/<str:public_id>/names/", rounds.names, name="names"),
    path("rounds/<str:public_id>/paper/", rounds.paper, name="paper"),
    path("rounds/<str:public_id>/waiting/", rounds.waiting, name="waiting"),
    path("choices/<str:choice>/decide/", rounds.decide, name="decide"),
]

REQUIREMENTS: list[URLPattern | URLResolver] = [
    path("requirements/", requirements.tables, name="tables"),
    path("requirements/<str:public_id>/", requirements.table, name="table"),
]

IMPORTS: list[URLPattern | URLResolver] = [
    path(f"import/{name}/", include(page.urls)) for name, page in imports.PAGES.items()
]

TIMETABLES: list[URLPattern | URLResolver] = [
    path("terms/<str:public_id>/timetables/", timetables.timetables, name="timetables"),
    path("terms/<str:public_id>/timetables/compare/", timetables.compare, name="compare_timetables"),
    path("timetables/<str:public_id>/", timetables.timetable, name="timetable"),
    path("timetables/<str:public_id>/step/", timetables.step, name="timetable_step"),
    path("timetables/<str:public_id>/import/", timetables.import_solution, name="import_solution"),
    path("timetables/<str:public_id>/files/<str:kind>/", timetables.timetable_file, name="timetable_file"),
]

urlpatterns = [*PUPILS, *ROUNDS, *REQUIREMENTS, *IMPORTS, *TIMETABLES]
