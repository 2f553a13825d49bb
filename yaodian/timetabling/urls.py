"""The addresses of timetabling: pupils with their letter, the grade office, the district, tables of requirements."""

from django.urls import URLPattern, URLResolver, include, path

from yaodian.timetabling.views import choosing, imports, requirements, rounds, term_data, terms

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

TERMS: list[URLPattern | URLResolver] = [
    path("terms/", terms.terms, name="terms"),
    path("terms/<str:public_id>/", terms.term, name="term"),
    path("terms/<str:public_id>/step/", terms.step, name="term_step"),
    path("terms/<str:public_id>/bells/", term_data.bells, name="bells"),
    path("terms/<str:public_id>/bells/<int:key>/", term_data.bell, name="bell"),
    path("terms/<str:public_id>/calendar/", term_data.calendar, name="calendar"),
    path("terms/<str:public_id>/rooms/", term_data.rooms, name="term_rooms"),
    path("terms/<str:public_id>/teachers/", term_data.teachers, name="term_teachers"),
    path("terms/<str:public_id>/classes/", term_data.classes, name="term_classes"),
    path("terms/<str:public_id>/curriculum/", term_data.curriculum, name="term_curriculum"),
    path("terms/<str:public_id>/courses/", term_data.courses, name="term_courses"),
    path("terms/<str:public_id>/courses/<int:key>/", term_data.course, name="course"),
    path("terms/<str:public_id>/meetings/", term_data.meetings, name="term_meetings"),
    *(path(f"terms/<str:public_id>/import/{name}/", include(page.urls)) for name, page in imports.TERM_PAGES.items()),
]

urlpatterns = [*PUPILS, *ROUNDS, *REQUIREMENTS, *IMPORTS, *TERMS]
