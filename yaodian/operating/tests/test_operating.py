"""The operator's pages, and the alarm that a mass read raises within a minute."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yaodian.audit import operations as journal
from yaodian.audit.queries import entries, reads_on
from yaodian.foundation import jobs
from yaodian.foundation.models import CalendarChange, Job, Message
from yaodian.foundation.workdays import calendar_as_of
from yaodian.identity import operations as door
from yaodian.operating import operations, queries
from yaodian.operating.models import Alarm
from yaodian.organisations.models import Account
from yaodian.organisations.operations import create_account
from yaodian.organisations.queries import PermissionMissing

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def make(username: str, role: str) -> Account:
    return create_account(
        actor=None, username=username, name=username, password="青禾-县-2026-spring", role=role, now=NOW
    )


@pytest.fixture
def operator(db: None) -> Account:
    return make("operator", "system_administrator")


@pytest.fixture
def thief(db: None) -> Account:
    return make("thief", "editor")


@pytest.fixture
def job(thief: Account, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(jobs, "_REGISTER", {**jobs._REGISTER})
    jobs.job("tests.nothing")(lambda _context: None)
    with transaction.atomic():
        return jobs.enqueue(code="tests.nothing", arguments={}, requested_by_id=thief.pk, key="one")


def test_a_stolen_session_gets_two_hundred_records_and_alarms_within_a_minute(thief: Account) -> None:
    shown, alarmed_after = 0, None
    for second in range(120):
        now = NOW + timedelta(seconds=second)
        for _ in range(10):
            try:
                with transaction.atomic():
                    journal.note_reads(account_id=thief.pk, kind="pupil", now=now)
                shown += 1
            except journal.TooManyReads:
                with transaction.atomic():
                    journal.note_refused_reads(account_id=thief.pk, kind="pupil", now=now)
        if second % 30 == 0 and operations.judge(now=now):
            alarmed_after = second
    assert shown == 200
    assert alarmed_after is not None
    assert alarmed_after < 60
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.account_id, alarm.state) == ("mass_read", thief.pk, "open")
    assert [entry.code for entry in entries()].count("operating.alarm.raise") == 1


def test_a_days_ordinary_reading_is_no_alarm(thief: Account) -> None:
    with transaction.atomic():
        journal.note_reads(account_id=thief.pk, kind="pupil", count=99, now=NOW)
    assert operations.judge(now=NOW) == 0


def test_an_alarm_is_closed_with_a_reason_by_somebody_else(operator: Account, thief: Account) -> None:
    for account in (operator, thief):
        with transaction.atomic():
            journal.note_reads(account_id=account.pk, kind="pupil", count=150, now=NOW)
    assert operations.judge(now=NOW) == 2
    own, other = Alarm.objects.get(account=operator), Alarm.objects.get(account=thief)
    close: Any = operations.acknowledge_alarm
    with pytest.raises(operations.UnableToOperate, match="说明"):
        close(actor=operator, alarm_id=other.pk, note=" ", now=NOW)
    with pytest.raises(operations.UnableToOperate, match="本人"):
        close(actor=operator, alarm_id=own.pk, note="已经核实过了", now=NOW)
    close(actor=operator, alarm_id=other.pk, note="已电话核实，账号已停用", now=NOW)
    assert operations.judge(now=NOW) == 0, "what was looked into is not raised again"


def test_more_is_allowed_with_a_reason_and_never_to_oneself(operator: Account, thief: Account) -> None:
    allow: Any = operations.allow_more_reads
    with pytest.raises(operations.UnableToOperate, match="自己"):
        allow(actor=operator, username="operator", extra=10, reason="学籍核查", now=NOW)
    with pytest.raises(PermissionMissing):
        allow(actor=thief, username="operator", extra=10, reason="学籍核查", now=NOW)
    allow(actor=operator, username="thief", extra=10, reason="学籍核查", now=NOW)
    with transaction.atomic():
        journal.note_reads(account_id=thief.pk, kind="pupil", count=210, now=NOW)


def test_a_job_is_cancelled_and_taken_up_again(operator: Account, thief: Account, job: Job) -> None:
    with pytest.raises(PermissionMissing):
        operations.cancel_job(actor=thief, job_id=job.pk, now=NOW)
    assert operations.cancel_job(actor=operator, job_id=job.pk, now=NOW).state == "cancelled"
    with pytest.raises(operations.UnableToOperate, match="已经结束"):
        operations.cancel_job(actor=operator, job_id=job.pk, now=NOW)
    again = operations.retry_job(actor=operator, job_id=job.pk, now=NOW)
    assert (again.state, again.requested_by_id) == ("queued", thief.pk)


def test_everybody_sees_his_own_jobs_and_the_operator_all(operator: Account, thief: Account, job: Job) -> None:
    stranger = make("stranger", "editor")
    assert list(queries.jobs_for(account=thief)) == list(queries.jobs_for(account=operator)) == [job]
    assert list(queries.jobs_for(account=stranger)) == []


def test_the_jobs_of_schedules_are_shown_where_they_are_asked_for(operator: Account, job: Job) -> None:
    tick = Job.objects.create(key="schedule:x:1", code="tests.nothing", run_after=NOW, created_at=NOW)
    assert list(queries.jobs_for(account=operator)) == [job]
    assert list(queries.jobs_for(account=operator, with_scheduled=True)) == [tick, job]


def test_every_job_has_words_for_people() -> None:
    assert [code for code in jobs.codes() if jobs.title_of(code) == code and not code.startswith("tests.")] == []


def test_a_sprayed_door_is_an_alarm_and_a_schools_morning_is_none(db: None) -> None:
    def fail(number: int, address: str) -> None:
        with contextlib.suppress(door.TooManyFailures):
            door.begin_attempt(username=f"victim{number}", address=address, device="", now=NOW)

    for number in range(39):
        fail(number, "198.51.100.7")
    assert operations.judge(now=NOW) == 0
    for number in range(39, 45):
        fail(number, "198.51.100.7")
    assert operations.judge(now=NOW + timedelta(seconds=30)) == 1
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.account_id, alarm.count) == ("spraying", None, 45)
    assert "45 个账号登录失败" in alarm.sentence
    assert operations.judge(now=NOW + timedelta(seconds=60)) == 0, "it goes on and is one alarm"
    assert operations.judge(now=NOW + timedelta(minutes=16)) == 0


def test_spraying_from_everywhere_is_an_alarm_as_well(db: None) -> None:
    for number in range(400):
        door.begin_attempt(
            username=f"victim{number}", address=f"203.0.{number // 250}.{number % 250}", device="", now=NOW
        )
    assert operations.judge(now=NOW) == 1


def test_reading_a_city_out_of_lists_is_an_alarm(thief: Account) -> None:
    for _page in range(30):
        with transaction.atomic():
            journal.note_listed_reads(account_id=thief.pk, kind="pupil", count=100, now=NOW)
    assert operations.judge(now=NOW) == 1
    assert (Alarm.objects.get().kind, Alarm.objects.get().count) == ("mass_list", 3000)
    with transaction.atomic():
        journal.note_reads(account_id=thief.pk, kind="pupil", count=200, now=NOW)
    assert operations.judge(now=NOW) == 1, "lists take nothing from the budget, and the budget's alarm is its own"


def write(count: int) -> None:
    with transaction.atomic():
        for _ in range(count):
            journal.record(actor=None, code="tests.write", subject="x:1", detail={}, at=NOW)


def tamper(statement: str, *values: Any) -> None:
    """As somebody who owns the database would, past the trigger that keeps the journal append-only."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What waits for the end of the transaction is checked now: a table with open checks cannot be altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement, values)
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")


def test_the_journal_is_checked_from_where_the_last_check_ended(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "JOURNAL_PART", 4)
    write(9)
    assert operations.check_journal(now=NOW).count == 9
    assert (queries.last_journal_check().last_id, queries.last_journal_check().checked_at) == (9, NOW)  # type: ignore[union-attr]  # It is there.
    assert operations.check_journal(now=NOW).ok
    write(12)
    found = operations.check_journal(now=NOW)
    assert (found.ok, found.count) == (True, 21)
    whole = operations.check_journal(now=NOW, is_whole=True)
    assert (whole.ok, whole.count, whole.last_hash) == (True, 21, found.last_hash)
    assert not Alarm.objects.exists()


@pytest.mark.parametrize(
    ("statement", "value", "is_whole", "row"),
    [
        ("UPDATE audit_entry SET subject = 'x:2' WHERE id = %s", 14, False, 14),
        ("DELETE FROM audit_entry WHERE id = %s", 15, False, 15),
        ("DELETE FROM audit_entry WHERE id >= %s", 13, False, 13),
        ("DELETE FROM audit_entry WHERE id >= %s", 10, False, 10),
        ("UPDATE audit_entry SET subject = 'x:2' WHERE id = %s", 3, True, 3),
    ],
)
def test_a_broken_journal_is_an_alarm_that_names_the_row(
    operator: Account, monkeypatch: pytest.MonkeyPatch, statement: str, value: int, is_whole: bool, row: int
) -> None:
    monkeypatch.setattr(operations, "JOURNAL_PART", 4)
    write(10 - int(entries().count()))
    operations.check_journal(now=NOW)
    write(6)
    tamper(statement, value)
    if is_whole:
        assert operations.check_journal(now=NOW).ok, "what was checked before is for the night"
    assert not operations.check_journal(now=NOW, is_whole=is_whole).ok
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.count, alarm.account_id) == ("journal_broken", row, None)
    assert f"第 {row} 条" in alarm.sentence
    operations.acknowledge_alarm(actor=operator, alarm_id=alarm.pk, note="已与备份比对", now=NOW)
    operations.check_journal(now=NOW, is_whole=is_whole)
    assert Alarm.objects.count() == 1, "the same row, looked into, is not raised again"


def test_the_auditor_sees_alarms_and_the_operator_closes_them(
    client: Client, operator: Account, thief: Account
) -> None:
    with transaction.atomic():
        journal.note_reads(account_id=thief.pk, kind="pupil", count=150, now=NOW)
    operations.judge(now=NOW)
    alarm = Alarm.objects.get()
    page = reverse("operating:alarm", args=[alarm.pk])
    client.force_login(make("auditor", "auditor"))
    assert "大量查阅个人记录" in client.get(reverse("operating:alarms")).content.decode()
    assert "处理说明" not in client.get(page).content.decode()
    assert client.post(page, {"note": "已经核实"}).status_code == 403
    client.force_login(thief)
    assert client.get(page).status_code == 403
    client.force_login(operator)
    answer = client.post(page, {"note": "短"})
    assert answer.status_code == 422
    assert client.post(page, {"note": "已电话核实，账号已停用"}).status_code == 302
    alarm.refresh_from_db()
    assert (alarm.state, alarm.acknowledged_by) == ("acknowledged", operator)
    again = client.post(page, {"note": "已电话核实，账号已停用"})
    assert again.status_code == 422
    assert "已经确认" in again.content.decode()


def test_more_reads_are_allowed_on_a_page(client: Client, operator: Account, thief: Account) -> None:
    client.force_login(operator)
    address = reverse("operating:allow_reads")
    assert 'value="thief"' in client.get(f"{address}?username=thief").content.decode()
    for wrong in ({"username": "nobody"}, {"extra": "9999"}, {"extra": "x"}, {"reason": ""}, {"username": "operator"}):
        given = {"username": "thief", "extra": "10", "reason": "学籍核查需要", **wrong}
        assert client.post(address, given).status_code == 422, wrong
    assert client.post(address, {"username": "thief", "extra": "10", "reason": "学籍核查需要"}).status_code == 302
    assert reads_on(account_id=thief.pk, day=timezone.localdate()).limit == 210


def test_a_jobs_page_is_for_its_owner_and_the_operator(
    client: Client, operator: Account, thief: Account, job: Job
) -> None:
    page = reverse("operating:job", args=[job.pk])
    client.force_login(make("stranger", "editor"))
    assert client.get(page).status_code == 404
    client.force_login(thief)
    text = client.get(page).content.decode()
    assert 'hx-trigger="every 2s"' in text
    assert job.key not in text
    client.force_login(operator)
    assert f"<code>{job.key}</code>" in client.get(page).content.decode()
    assert client.post(reverse("operating:cancel", args=[job.pk])).status_code == 302
    text = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in text
    assert "hx-get" not in text, "what has ended is not asked for again"
    assert client.post(reverse("operating:retry", args=[job.pk])).status_code == 302
    job.refresh_from_db()
    assert job.state == "queued"


def test_old_jobs_are_forgotten_and_failed_ones_kept(db: None) -> None:
    for state in ("done", "cancelled", "failed"):
        Job.objects.create(key=state, code="x.y", state=state, run_after=NOW, created_at=NOW, finished_at=NOW)
    assert jobs.forget(before=NOW) == 0
    assert jobs.forget(before=NOW + timedelta(seconds=1)) == 2
    assert Job.objects.get().state == "failed"


def test_the_pages_cost_a_constant_number_of_queries(
    client: Client, operator: Account, job: Job, django_assert_max_num_queries: Any
) -> None:
    client.force_login(operator)
    Job.objects.bulk_create(
        Job(key=f"k{n}", code="tests.nothing", requested_by_id=job.requested_by_id, run_after=NOW, created_at=NOW)
        for n in range(45)
    )
    Alarm.objects.bulk_create(
        Alarm(
            kind="mass_read", account_id=job.requested_by_id, count=n, window_seconds=600, first_seen_at=NOW,
            last_seen_at=NOW, state="acknowledged", note="已经核实", acknowledged_by=operator, acknowledged_at=NOW,
        )
        for n in range(25)
    )  # fmt: skip
    for name in ("operating:jobs", "operating:alarms"):
        with django_assert_max_num_queries(14):
            assert client.get(reverse(name)).status_code == 200


# ---- The working-day calendar

HOLIDAY = date(2026, 3, 13)


def enter(actor: Account, **changed: Any) -> list[CalendarChange]:
    given = {
        "first_day": HOLIDAY,
        "last_day": HOLIDAY,
        "is_working": False,
        "citation": "青禾县政府办关于临时放假的通知",
        "known_from_on": date(2026, 3, 2),
        "now": NOW,
    }
    return operations.enter_calendar_change(actor=actor, **{**given, **changed})


def test_a_change_of_the_calendar_is_entered_with_its_citation_and_taken_back_with_a_reason(operator: Account) -> None:
    rows = enter(operator, last_day=date(2026, 3, 16))
    # The Saturday and the Sunday between are no working days anyway.
    assert [row.day for row in rows] == [HOLIDAY, date(2026, 3, 16)]
    assert not calendar_as_of(date(2026, 3, 2)).is_working(HOLIDAY)
    operations.take_back_calendar_change(actor=operator, change_id=rows[0].pk, reason="通知作废", now=NOW)
    calendar = calendar_as_of(date(2026, 3, 2))
    assert (calendar.is_working(HOLIDAY), calendar.is_working(date(2026, 3, 16))) == (True, False)
    found = {entry.code: json.loads(entry.detail) for entry in entries()}
    entered, taken = found["operating.calendar.enter"], found["operating.calendar.take_back"]
    assert entered["days"] == ["2026-03-13", "2026-03-16"]
    assert (entered["citation"], taken["reason"]) == ("青禾县政府办关于临时放假的通知", "通知作废")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"last_day": date(2026, 3, 12)}, "最后一天早于第一天"),
        ({"last_day": date(2026, 4, 13)}, "一次最多录入 31 天"),
        ({"first_day": date(2062, 3, 13), "last_day": date(2062, 3, 13)}, "请核对年份"),
        ({"known_from_on": date(2026, 3, 1)}, "早于今天"),
        ({"citation": " 无 "}, "写明依据"),
        ({"is_working": True}, "本来就是工作日"),
        ({"first_day": date(2026, 3, 14), "last_day": date(2026, 3, 15)}, "本来就是休息日"),
    ],
)
def test_a_change_of_the_calendar_that_cannot_be_is_refused(
    operator: Account, changed: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(operations.UnableToOperate, match=sentence):
        enter(operator, **changed)
    assert not CalendarChange.objects.exists()


def test_a_day_whose_change_was_taken_back_is_entered_anew_but_never_taken_back_twice(operator: Account) -> None:
    (row,) = enter(operator)
    operations.take_back_calendar_change(actor=operator, change_id=row.pk, reason="通知作废", now=NOW)
    with pytest.raises(operations.UnableToOperate, match="已经撤回"):
        operations.take_back_calendar_change(actor=operator, change_id=row.pk, reason="通知作废", now=NOW)
    assert len(enter(operator)) == 1
    assert queries.calendar_years(today=date(2026, 3, 2))[1].entered == 1


def test_only_the_operator_changes_the_calendar(thief: Account, operator: Account) -> None:
    with pytest.raises(PermissionMissing):
        enter(thief)
    (row,) = enter(operator)
    with pytest.raises(PermissionMissing):
        operations.take_back_calendar_change(actor=thief, change_id=row.pk, reason="通知作废", now=NOW)


def test_the_pages_of_the_calendar_enter_and_take_back(
    operator: Account, client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(operator)
    url, today = reverse("operating:calendar"), timezone.localdate()
    with django_assert_max_num_queries(25):
        page = client.get(url).content.decode()
    assert "没有录入的调整" in page
    day = today + timedelta(days=(5 - today.weekday()) % 7 or 7)
    given = {"first_day": day.isoformat(), "citation": "青禾县教育局通知", "known_from_on": today.isoformat()}
    assert client.post(url, given).status_code == 422
    wish = "no" if calendar_as_of(today).is_working(day) else "yes"
    assert client.post(url, {**given, "is_working": wish}).status_code == 302
    row = CalendarChange.objects.get()
    assert row.day == day
    assert "青禾县教育局通知" in client.get(url).content.decode()
    back = reverse("operating:take_back_calendar_change", args=[row.pk])
    assert client.post(back, {"reason": ""}).status_code == 422
    assert client.post(back, {"reason": "录错了日期"}).status_code == 302
    assert "已撤回" in client.get(url).content.decode()


# --- messages that could not be sent ----------------------------------------------------------------------------------


def message(
    key: str, *, state: str = "failed", error: str = "mail: SMTPRecipientsRefused", attempts: int = 6
) -> Message:
    return Message.objects.create(
        key=key, channel="mail", address="zhangsan@example.org", subject="事项到期", body="请登录", state=state,
        attempts=attempts, error=error, created_at=NOW, due_at=NOW, try_at=NOW,
    )  # fmt: skip


def test_messages_that_could_not_be_sent_are_tried_again_or_given_up(
    operator: Account, client: Client, django_assert_max_num_queries: Any
) -> None:
    first, second = message("a"), message("b", state="waiting", error="mail: TimeoutError", attempts=2)
    message("c", state="waiting", error="", attempts=0)
    message("d", state="waiting", error="", attempts=1)
    client.force_login(operator)
    address = reverse("operating:outbox")
    with django_assert_max_num_queries(25):
        page = client.get(address).content.decode()
    assert "SMTPRecipientsRefused" in page
    assert "TimeoutError" in page
    assert f"#{first.pk}" in page
    assert page.count("勾选消息") == 2, "what waits for its first try, or is being sent, is no trouble"
    assert "zhangsan" not in page, "no address"
    assert "请登录" not in page, "no content"
    assert client.post(reverse("operating:give_up_message", args=[second.pk])).status_code == 302
    second.refresh_from_db()
    assert (second.state, second.read_at is not None) == ("failed", True)
    assert "TimeoutError" not in client.get(address).content.decode()
    assert "已放弃" in client.get(address, {"all": "1"}).content.decode()
    told = client.post(reverse("operating:give_up_message", args=[second.pk]), follow=True).content.decode()
    assert "已经放弃" in told
    again = client.post(reverse("operating:send_again"), {"message": [first.pk, second.pk, "x"]}, follow=True)
    assert "2 条消息将在一分钟内重新发送" in again.content.decode()
    for row in (first, second):
        row.refresh_from_db()
        assert (row.state, row.attempts, row.error, row.read_at) == ("waiting", 0, "", None)
    none = client.post(reverse("operating:send_again"), {"message": [first.pk]}, follow=True)
    assert "没有可以重新发送的消息" in none.content.decode()
    codes = [entry.code for entry in entries() if entry.code.startswith("operating.message")]
    assert sorted(codes) == ["operating.message.give_up", "operating.message.send_again"]


def test_only_the_operator_sends_again(thief: Account, client: Client) -> None:
    row = message("a")
    for call, given in (
        (operations.send_again, {"message_ids": [row.pk]}),
        (operations.give_up_message, {"message_id": row.pk}),
    ):
        with pytest.raises(PermissionMissing):
            call(actor=thief, now=NOW, **given)  # type: ignore[operator]  # Either takes its own.
    client.force_login(thief)
    assert client.get(reverse("operating:outbox")).status_code == 403
