"""The addresses of timetabling: pupils with their letter, the grade office, the district, tables of requirements."""

from django.urls import URLPattern, URLResolver, include, path

from yaodian.timetabling.views import boards, choosing, imports, publishing, requirements, rounds

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

# A timetable changed by hand, and published.
BOARDS: list[URLPattern | URLResolver] = [
    path("timetables/<str:public_id>/board/", boards.board, name="board"),
    path("timetables/<str:public_id>/board/moves/", boards.moves, name="board_moves"),
    path("timetables/<str:public_id>/board/step/", boards.step, name="board_step"),
    path("timetables/<str:public_id>/publish/", publishing.publish, name="publish"),
]

urlpatterns = [*PUPILS, *ROUNDS, *REQUIREMENTS, *IMPORTS, *BOARDS]
