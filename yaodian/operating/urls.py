from django.urls import path

from yaodian.operating import views

app_name = "operating"

urlpatterns = [
    path("", views.job_list, name="jobs"),
    path("<int:job_id>/", views.job, name="job"),
    path("<int:job_id>/cancel/", views.cancel_job, name="cancel"),
    path("<int:job_id>/retry/", views.retry_job, name="retry"),
    path("alarms/", views.alarm_list, name="alarms"),
    path("alarms/allow-reads/", views.allow_reads, name="allow_reads"),
    path("alarms/<int:alarm_id>/", views.alarm, name="alarm"),
    path("messages/", views.outbox, name="outbox"),
    path("messages/again/", views.send_again, name="send_again"),
    path("messages/<int:message_id>/give-up/", views.give_up_message, name="give_up_message"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/<int:change_id>/take-back/", views.take_back_calendar_change, name="take_back_calendar_change"),
]
