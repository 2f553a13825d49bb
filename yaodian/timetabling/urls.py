"""The addresses of timetabling: pupils with their letter, the grade office, the district, tables of requirements."""

from django.urls import URLPattern, URLResolver, include, path

from yaodian.timetabling.views import choosing, imports, links, requirements, rounds, week_papers, weeks

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

IMPORTS: list[URLPattern | URLResolver] = [
    path(f"import/{name}/", include(page.urls)) for name, page in imports.PAGES.items()
]

urlpatterns = [*PUPILS, *ROUNDS, *REQUIREMENTS, *WEEKS, *IMPORTS]
