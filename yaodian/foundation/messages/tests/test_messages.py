"""The outbox: one message for one event, no personal data, retries, quiet hours, and what the robots are told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from yaodian.foundation.messages import robots, sending
from yaodian.foundation.messages.queueing import (
    Channel,
    Form,
    UnableToQueueMessage,
    check_words,
    mark_read,
    messages_on_page,
    queue_message,
)
from yaodian.foundation.messages.robots import UnableToSend
from yaodian.foundation.models import Message

# 17:30 in Shanghai.
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
WORDS = {"subject": "事项即将到期", "body": "您有 1 件事项将于 2026-03-05 到期，请登录系统办理。编号 2026-000123。"}
State = Message.State


class Robot:
    """Takes what is posted and answers `says` with `status`."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Any]] = []
        self.status, self.says = 200, b'{"errcode":0,"errmsg":"ok"}'
        robot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # The name that http.server calls.
                body = self.rfile.read(int(self.headers["Content-Length"]))
                robot.said.append((self.path, json.loads(body)))
                self.send_response(robot.status)
                self.send_header("Content-Length", str(len(robot.says)))
                self.end_headers()
                self.wfile.write(robot.says)

            def log_message(self, *_arguments: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/send?key=KEY"

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


@pytest.fixture
def robot(settings: Any) -> Iterator[Robot]:
    found = Robot()
    settings.WECOM_WEBHOOK = settings.DINGTALK_WEBHOOK = found.address
    settings.DINGTALK_SECRET = "SECret"
    yield found
    found.end()


@pytest.fixture
def account(db: None) -> Any:
    return get_user_model().objects.create(username="reader", name="读者", created_at=NOW)


def queue(key: str = "one", **given: Any) -> Message:
    return queue_message(**{"key": key, "channel": Channel.WECOM, "now": NOW, **WORDS, **given})


# ---- Queueing


def test_one_event_gives_one_message(db: None) -> None:
    assert queue().pk == queue(body="said a second time").pk
    assert Message.objects.get().body == WORDS["body"]


@pytest.mark.parametrize(
    "words",
    [
        "身份证 11010119900307123X 待核",
        "身份证 110101 19900307 123x",
        "１１０１０１１９９００３０７１２３４",
        "一代证 110101900307123。",
        "电话 13800138000",
        "电话 138 0013 8000",
        "电话 138-0013-8000",
        "+86 13800138000",
        "008613800138000",
        "138\u200b00138000",
        "１３８００１３８０００",
    ],
)
def test_what_looks_like_a_person_is_refused(words: str) -> None:
    with pytest.raises(UnableToQueueMessage, match="不能含个人信息"):
        check_words("事项", words)


@pytest.mark.parametrize(
    "words",
    ["编号 2026-000123", "2026-03-02 至 2026-03-09", "学校代码 2144030001", "共 12000000000 元", "2026-03-02 09:30"],
)
def test_ordinary_figures_are_no_persons(words: str) -> None:
    check_words(words)


@given(number=st.from_regex(r"[1-6]\d{16}[\dX]", fullmatch=True), before=st.sampled_from(["", "号", "(", "，"]))
def test_no_identity_number_gets_through(number: str, before: str) -> None:
    with pytest.raises(UnableToQueueMessage):
        check_words(f"{before}{number}，请核对")


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": Channel.MAIL},
        {"channel": Channel.MAIL, "address": "nobody"},
        {"channel": Channel.MAIL, "address": "a@example.org\nBcc: b@example.org"},
        {"channel": Channel.PAGE},
        {"channel": Channel.WECOM, "address": "a@example.org"},
        {"subject": ""},
        {"body": "长" * 601},
    ],
)
def test_a_message_that_goes_nowhere_is_refused(db: None, wrong: dict[str, Any]) -> None:
    with pytest.raises(UnableToQueueMessage, match="请核对收件人"):
        queue(**wrong)
    assert not Message.objects.exists()


def test_an_account_reads_its_own_messages_once_they_are_due(account: Any) -> None:
    other = get_user_model().objects.create(username="other", name="旁人", created_at=NOW)
    row = queue(channel=Channel.PAGE, recipient=account, due_at=NOW + timedelta(hours=1))
    due = NOW + timedelta(hours=1)
    assert not messages_on_page(account=account, now=NOW).exists()
    assert not mark_read(account=other, message_id=row.pk, now=due)
    assert mark_read(account=account, message_id=row.pk, now=due)
    assert not mark_read(account=account, message_id=row.pk, now=due)
    assert [one.read_at for one in messages_on_page(account=account, now=due)] == [due]


# ---- Sending


def test_wecom_is_told_in_its_own_words(db: None, robot: Robot) -> None:
    queue()
    queue("two", form=Form.MARKDOWN)
    assert sending.send_due(now=NOW) == 2
    assert robot.said == [
        ("/send?key=KEY", {"msgtype": "text", "text": {"content": f"{WORDS['subject']}\n{WORDS['body']}"}}),
        (
            "/send?key=KEY",
            {"msgtype": "markdown", "markdown": {"content": f"**{WORDS['subject']}**\n{WORDS['body']}"}},
        ),
    ]
    assert sending.send_due(now=NOW + timedelta(days=1)) == 0
    assert {row.state for row in Message.objects.all()} == {State.SENT}


def test_dingtalk_is_told_in_its_own_words_and_signed(db: None, robot: Robot) -> None:
    queue(channel=Channel.DINGTALK)
    queue("two", channel=Channel.DINGTALK, form=Form.MARKDOWN)
    assert sending.send_due(now=NOW) == 2
    (path, text), (_path, markdown) = robot.said
    assert text == {"msgtype": "text", "text": {"content": f"{WORDS['subject']}\n{WORDS['body']}"}}
    assert markdown["markdown"] == {"title": WORDS["subject"], "text": f"### {WORDS['subject']}\n\n{WORDS['body']}"}
    asked = parse_qs(urlsplit(path).query, strict_parsing=True)
    moment = str(int(NOW.timestamp() * 1000))
    expected = hmac.new(b"SECret", f"{moment}\nSECret".encode(), hashlib.sha256).digest()
    assert (asked["key"], asked["timestamp"]) == (["KEY"], [moment])
    assert base64.b64decode(asked["sign"][0]) == expected


def test_mail_goes_to_its_address(db: None, settings: Any) -> None:
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "localhost", "yaodian@example.org"
    queue(channel=Channel.MAIL, address="a@example.org", subject="事项\n即将到期")
    assert sending.send_due(now=NOW) == 1
    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["a@example.org"], "事项 即将到期", WORDS["body"])


def test_a_channel_that_is_off_sends_nothing_later_either(db: None, settings: Any) -> None:
    queue()
    queue("two", channel=Channel.MAIL, address="a@example.org")
    assert sending.send_due(now=NOW) == 0
    settings.WECOM_WEBHOOK = "http://127.0.0.1:9/"
    assert sending.send_due(now=NOW + timedelta(days=1)) == 0
    assert {row.state for row in Message.objects.all()} == {State.OFF}


@pytest.mark.parametrize(
    ("status", "says", "told"),
    [
        (200, b'{"errcode":45009,"errmsg":"api freq out of limit"}', "errcode 45009 api freq"),
        (200, b'{"errcode":310000,"errmsg":"sign not match"}', "errcode 310000"),
        (502, b"<html>bad gateway</html>", "HTTP 502"),
        (302, b"", "HTTP 302"),
        (500, b'{"errcode":0}', "errcode 0"),
        (200, b'"ok"', "no errcode"),
    ],
)
def test_what_the_other_side_refuses_is_tried_again_and_says_no_secret(
    db: None, robot: Robot, status: int, says: bytes, told: str
) -> None:
    robot.status, robot.says = status, says
    queue()
    assert sending.send_due(now=NOW) == 0
    row = Message.objects.get()
    assert (row.state, row.attempts, row.try_at) == (State.WAITING, 1, NOW + timedelta(minutes=1))
    assert told in row.error
    assert "KEY" not in row.error
    robot.status, robot.says = 200, b'{"errcode":0}'
    assert sending.send_due(now=NOW + timedelta(seconds=59)) == 0
    assert sending.send_due(now=NOW + timedelta(seconds=60)) == 1
    row.refresh_from_db()
    assert (row.state, row.error) == (State.SENT, "")


def test_a_message_that_nobody_takes_fails_for_good_and_is_logged(
    db: None, robot: Robot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    robot.status = 500
    queue(is_urgent=True)
    now = NOW
    for _turn in range(10):
        sending.send_due(now=now)
        now += timedelta(hours=5)
    row = Message.objects.get()
    assert (row.state, row.attempts, len(robot.said)) == (State.FAILED, 6, 6)
    assert "after 6 attempts" in caplog.text


def test_a_robot_that_is_down_is_no_error_of_ours(db: None, robot: Robot, settings: Any) -> None:
    settings.WECOM_WEBHOOK = "http://127.0.0.1:9/send?key=KEY"
    queue()
    assert sending.send_due(now=NOW) == 0
    assert Message.objects.get().error == "127.0.0.1: ConnectionRefusedError"


def test_a_message_in_the_hands_of_another_worker_is_not_sent_until_its_claim_is_over(db: None, robot: Robot) -> None:
    queue()
    claimed = sending._claim(Channel.WECOM, now=NOW, is_quiet=False)
    assert claimed is not None
    assert sending.send_due(now=NOW + timedelta(minutes=9)) == 0
    assert sending.send_due(now=NOW + timedelta(minutes=10)) == 1
    # The first worker was only slow: it may not write over what the second has done.
    robot.status = 500
    sending._send(claimed, now=NOW + timedelta(minutes=11))
    assert Message.objects.get().state == State.SENT


def test_a_robot_is_not_flooded(db: None, robot: Robot) -> None:
    for number in range(20):
        queue(str(number))
    assert sending.send_due(now=NOW) == 18
    assert sending.send_due(now=NOW + timedelta(minutes=1)) == 2


# ---- Quiet hours

OVER_NIGHT = (time(21, 0), time(7, 30))


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-03-02 20:59", None),
        ("2026-03-02 21:00", "2026-03-03 07:30"),
        ("2026-03-03 00:00", "2026-03-03 07:30"),
        ("2026-03-03 07:29", "2026-03-03 07:30"),
        ("2026-03-03 07:30", None),
    ],
)
def test_quiet_hours_run_over_midnight(local: str, expected: str | None) -> None:
    now = datetime.fromisoformat(f"{local}+08:00")
    until = sending.quiet_until(now, OVER_NIGHT)
    assert until == (None if expected is None else datetime.fromisoformat(f"{expected}+08:00"))


def test_quiet_hours_may_lie_within_a_day_or_not_be() -> None:
    noon = datetime.fromisoformat("2026-03-02 12:30+08:00")
    assert sending.quiet_until(noon, (time(12), time(14))) == datetime.fromisoformat("2026-03-02 14:00+08:00")
    assert sending.quiet_until(noon, (time(13), time(14))) is None
    assert sending.quiet_until(noon, None) is None


def test_at_night_only_what_is_urgent_goes_out(db: None, robot: Robot, settings: Any, account: Any) -> None:
    settings.QUIET_HOURS = OVER_NIGHT
    night, morning = NOW + timedelta(hours=5), NOW + timedelta(hours=14)
    queue()
    queue("urgent", is_urgent=True)
    queue("page", channel=Channel.PAGE, recipient=account)
    sending.send_due(now=night)
    sent = Message.objects.filter(state=State.SENT)
    assert set(sent.values_list("key", flat=True)) == {"urgent", "page"}
    assert sending.send_due(now=morning) == 1


def test_old_messages_are_forgotten_but_not_those_that_wait(db: None, robot: Robot) -> None:
    queue()
    sending.send_due(now=NOW)
    queue("waiting", due_at=NOW + timedelta(seconds=1))
    queue("later", due_at=NOW + timedelta(days=400))
    assert sending.forget_messages(before=NOW + timedelta(days=180)) == 1
    assert set(Message.objects.values_list("key", flat=True)) == {"waiting", "later"}


# ---- What the robots are told


@given(subject=st.text(max_size=100), body=st.text(max_size=600))
def test_a_text_for_wecom_never_exceeds_its_limit(subject: str, body: str) -> None:
    content = robots.wecom_payload(subject=subject, body=body, is_markdown=False)["text"]["content"]
    assert len(content.encode("utf-8", "surrogatepass")) <= 2048


def test_no_redirection_is_followed(robot: Robot) -> None:
    robot.status, robot.says = 307, b""
    with pytest.raises(UnableToSend):
        robots.post(robot.address, {"msgtype": "text"})
    assert len(robot.said) == 1
