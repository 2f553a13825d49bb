"""Text messages: taken by the gateway once and then wiped, tried again, never late, never in a log."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from yaodian.foundation import jobs
from yaodian.foundation.messages import texts
from yaodian.foundation.messages.robots import UnableToSend
from yaodian.foundation.models import Job, TextMessage

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SOON = NOW + timedelta(minutes=10)
NUMBER, WORDS = "+8613800138000", "验证码 042917，用于开通账号，10 分钟内有效。"
State = TextMessage.State


class Gateway:
    """Takes what is posted and answers with `status`."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, Any]] = []
        self.status = 204
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # The name that http.server calls.
                told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.said.append((self.path, self.headers.get("Authorization", ""), told))
                self.send_response(gateway.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/texts?from=yaodian"

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    found = Gateway()
    settings.TEXT_GATEWAY, settings.TEXT_GATEWAY_TOKEN = found.address, "TOKEN"
    yield found
    found.end()


def deliver(key: str = "one", **more: Any) -> TextMessage:
    return texts.deliver(**{"key": key, "number": NUMBER, "text": WORDS, "good_until": SOON, "now": NOW, **more})


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM foundation_textmessage")
        cells = [cell for row in cursor.fetchall() for cell in row]
    return "".join(
        bytes(cell).decode("latin-1") if isinstance(cell, bytes | memoryview) else str(cell) for cell in cells
    )


def test_without_a_gateway_a_text_message_stays_here_and_sealed(settings: Any) -> None:
    settings.TEXT_GATEWAY = "outbox"
    row = deliver()
    assert row.state == State.KEPT
    assert not Job.objects.exists()
    assert texts.send(text_id=row.pk, now=NOW) is False
    assert [(one.number, one.text) for one in texts.kept_texts()] == [(NUMBER, WORDS)]
    assert "13800138000" not in stored()
    assert "042917" not in stored()


def test_one_event_gives_one_text_message(settings: Any) -> None:
    assert deliver().pk == deliver(text="said a second time").pk
    assert TextMessage.objects.get().text == WORDS


def test_a_worker_takes_it_to_the_gateway_which_is_told_who_we_are_and_then_it_is_wiped(
    gateway: Gateway, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    row = deliver()
    assert Job.objects.get().arguments == {"text_id": row.pk}
    (job,) = jobs.run_waiting_jobs()
    assert job.state == Job.State.DONE
    assert gateway.said == [("/texts?from=yaodian", "Bearer TOKEN", {"number": NUMBER, "text": WORDS})]
    row.refresh_from_db()
    assert (row.state, row.sent_at, row.number, row.text) == (State.SENT, NOW, "", "")
    assert texts.send(text_id=row.pk, now=NOW) is False
    assert len(gateway.said) == 1


def test_what_the_gateway_refuses_is_tried_again_and_no_log_tells_of_it(
    gateway: Gateway, time_machine: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    time_machine.move_to(NOW, tick=False)
    gateway.status = 503
    row = deliver()
    jobs.run_waiting_jobs()
    row.refresh_from_db()
    assert (row.state, row.number) == (State.WAITING, NUMBER)
    gateway.status = 200
    time_machine.move_to(NOW + timedelta(minutes=1), tick=False)
    jobs.run_waiting_jobs()
    row.refresh_from_db()
    assert row.state == State.SENT
    assert "HTTP 503" in caplog.text
    for secret in ("13800138000", "042917", "TOKEN"):
        assert secret not in caplog.text


def test_an_unreachable_gateway_is_named_without_what_was_to_be_sent(settings: Any) -> None:
    settings.TEXT_GATEWAY = "http://127.0.0.1:9/texts"
    row = deliver()
    with pytest.raises(UnableToSend) as error:
        texts.send(text_id=row.pk, now=NOW)
    assert str(error.value) == "127.0.0.1: ConnectionRefusedError"
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_a_code_that_is_no_longer_good_is_not_sent(gateway: Gateway) -> None:
    row = deliver()
    assert texts.send(text_id=row.pk, now=SOON) is False
    row.refresh_from_db()
    assert (row.state, row.text) == (State.LATE, "")
    assert gateway.said == []


def test_a_text_message_of_a_transaction_that_fails_was_never_there(gateway: Gateway) -> None:
    with transaction.atomic():
        deliver()
        transaction.set_rollback(True)
    assert not TextMessage.objects.exists()
    assert not Job.objects.exists()


def test_no_text_message_is_longer_than_its_place() -> None:
    with pytest.raises(ValidationError):
        deliver(text="字" * 301)
    deliver(text="字" * 300)


def test_yesterdays_are_forgotten() -> None:
    deliver()
    assert texts.forget_texts(before=NOW) == 0
    assert texts.forget_texts(before=NOW + timedelta(seconds=1)) == 1
