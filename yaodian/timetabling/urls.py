"""The addresses of timetabling: choice rounds, mock examinations, terms with their groups, wishes, timetables and weeks, the district."""

from django.urls import URLPattern, URLResolver, include, path

from yaodian.timetabling.views import (
    absences,
    boards,
    choosing,
    groupings,
    imports,
    links,
    mocks,
    publishing,
    requirements,
    rounds,
    teaching,
    term_data,
    terms,
    timetables,
    week_papers,
    weeks,
    wishes,
)

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
    path("teaching/", teaching.teaching, name="teaching"),
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

MOCKS: list[URLPattern | URLResolver] = [
    path("mocks/", mocks.mocks, name="mocks"),
    path("mocks/<str:public_id>/", mocks.mock, name="mock"),
    path("mocks/<str:public_id>/step/", mocks.step, name="mock_step"),
    path("mocks/<str:public_id>/gate/", mocks.gate, name="mock_gate"),
    path("mocks/<str:public_id>/subjects/<str:subject>/", mocks.subject, name="mock_subject"),
    path("mocks/<str:public_id>/scores.xlsx", mocks.scores, name="mock_scores"),
    path("mocks/<str:public_id>/names/", mocks.names, name="mock_names"),
    path("mocks/<str:public_id>/sheets/", mocks.pupil_sheets, name="mock_sheets"),
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

GROUPINGS: list[URLPattern | URLResolver] = [
    path("terms/<str:public_id>/groupings/", groupings.groupings, name="groupings"),
    path("terms/<str:public_id>/groupings/compare/", groupings.compare, name="groupings_compare"),
    path("terms/<str:public_id>/offering/", groupings.offering, name="offering"),
    path("groupings/<str:public_id>/", groupings.grouping, name="grouping"),
    path("groupings/<str:public_id>/status/", groupings.grouping_status, name="grouping_status"),
    path("groupings/<str:public_id>/step/", groupings.grouping_step, name="grouping_step"),
    path("groupings/<str:public_id>/export/", groupings.grouping_export, name="grouping_export"),
    path("groupings/<str:public_id>/groups/<int:number>/", groupings.group, name="group"),
]

WISHES: list[URLPattern | URLResolver] = [
    path("terms/<str:public_id>/wishes/", wishes.wish_list, name="wishes"),
    path("terms/<str:public_id>/wishes/new/", wishes.new, name="wish_new"),
    path("terms/<str:public_id>/wishes/usual/", wishes.usual, name="wishes_usual"),
    path("terms/<str:public_id>/wishes/export/", wishes.export, name="wishes_export"),
    path("terms/<str:public_id>/wishes/explain/", wishes.explain_term, name="explain_term"),
    path("wishes/<str:public_id>/", wishes.wish, name="wish"),
    path("wishes/<str:public_id>/step/", wishes.step, name="wish_step"),
    path("timetables/<str:public_id>/explain/", wishes.explain_timetable, name="explain_timetable"),
]

TIMETABLES: list[URLPattern | URLResolver] = [
    path("terms/<str:public_id>/timetables/", timetables.timetables, name="timetables"),
    path("terms/<str:public_id>/timetables/compare/", timetables.compare, name="compare_timetables"),
    path("timetables/<str:public_id>/", timetables.timetable, name="timetable"),
    path("timetables/<str:public_id>/step/", timetables.step, name="timetable_step"),
    path("timetables/<str:public_id>/import/", timetables.import_solution, name="import_solution"),
    path("timetables/<str:public_id>/files/<str:kind>/", timetables.timetable_file, name="timetable_file"),
]

# A timetable changed by hand, and published.
BOARDS: list[URLPattern | URLResolver] = [
    path("timetables/<str:public_id>/board/", boards.board, name="board"),
    path("timetables/<str:public_id>/board/moves/", boards.moves, name="board_moves"),
    path("timetables/<str:public_id>/board/step/", boards.step, name="board_step"),
    path("timetables/<str:public_id>/publish/", publishing.publish, name="publish"),
]

# Published timetables: for whoever has an account, and for whoever holds a link.
WEEKS: list[URLPattern | URLResolver] = [
    path("week/", weeks.my_week, name="my_week"),
    path("terms/<str:public_id>/week/", weeks.week, name="week"),
    path("terms/<str:public_id>/week/pupils/", weeks.pupils, name="week_pupils"),
    path("terms/<str:public_id>/week/free/", weeks.free, name="free"),
    path("terms/<str:public_id>/week/links/", links.links, name="links"),
    path("terms/<str:public_id>/week/print/<str:paper>/", week_papers.paper, name="week_paper"),
    path("terms/<str:public_id>/week/workbook/", week_papers.workbook, name="week_workbook"),
    path("t/<str:secret>.ics", links.held_feed, name="held_feed"),
    path("t/<str:secret>/", links.held_week, name="held_week"),
]

# Who is away, what is held meanwhile, and what a teacher takes for others.
ABSENCES: list[URLPattern | URLResolver] = [
    path("duties/", absences.my_duties, name="my_duties"),
    path("terms/<str:public_id>/absences/", absences.absences, name="absences"),
    path("terms/<str:public_id>/absences/duties.xlsx", absences.duties, name="duties"),
    path("absences/<str:public_id>/", absences.absence, name="absence"),
    path("absences/<str:public_id>/step/", absences.absence_step, name="absence_step"),
]

IMPORTS: list[URLPattern | URLResolver] = [
    path(f"import/{name}/", include(page.urls)) for name, page in imports.PAGES.items()
]

urlpatterns = [
    *PUPILS,
    *ROUNDS,
    *REQUIREMENTS,
    *MOCKS,
    *TERMS,
    *GROUPINGS,
    *WISHES,
    *TIMETABLES,
    *BOARDS,
    *WEEKS,
    *ABSENCES,
    *IMPORTS,
]
