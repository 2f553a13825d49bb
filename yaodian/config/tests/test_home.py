"""The front page over real plans: each person sees what waits for him, at the same cost however much there is."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from yaodian.plans.tests.factories import account, editor, in_review, published, publisher, submitted, uploaded

pytestmark = pytest.mark.django_db


def front(client: Client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def section(text: str, name: str) -> str:
    """The words of one card."""
    found = re.search(rf'<section class="card" aria-labelledby="home-{name}">.*?</section>', text, re.DOTALL)
    return found[0] if found else ""


def test_an_editor_without_plans_is_told_the_first_step(client: Client) -> None:
    client.force_login(editor())
    text = front(client)
    assert "第一步" in text
    assert 'href="/plans/upload/"' in text


def test_a_visitor_sees_published_plans_only(client: Client) -> None:
    somebody, second = editor(), publisher()
    hidden, waiting = in_review(somebody), submitted(somebody)
    shown = published(somebody, second)
    text = front(client)
    assert f"/plans/{shown.public_id}/" in text
    assert hidden.public_id not in text
    assert waiting.public_id not in text
    assert "/plans/upload/" not in text


def test_a_visitor_of_an_empty_site_is_told_so(client: Client) -> None:
    assert "还没有发布的要点" in front(client)
    client.force_login(account())
    assert "还没有角色" in front(client)


def test_each_plan_stands_where_its_state_puts_it(client: Client) -> None:
    somebody, second = editor(), publisher()
    reading, reviewed = uploaded(somebody), in_review(somebody)
    waiting, shown = submitted(somebody), published(somebody, second)
    client.force_login(somebody)
    text = front(client)
    assert f"/plans/{reviewed.public_id}/review/" in section(text, "review")
    assert f"/plans/{reading.public_id}/reading/" in section(text, "review")
    assert f"/plans/{waiting.public_id}/publication/" in section(text, "publish")
    assert f"/plans/{shown.public_id}/" in section(text, "published")


def test_a_publisher_is_asked_to_confirm_what_others_submitted_only(client: Client) -> None:
    somebody, second = editor(), publisher()
    submitted(somebody)
    client.force_login(second)
    assert "请核对后发布" in section(front(client), "publish")
    client.force_login(somebody)
    assert "请核对后发布" not in section(front(client), "publish")


def test_a_publisher_is_not_asked_to_confirm_his_own(client: Client) -> None:
    second = publisher()
    submitted(second)
    client.force_login(second)
    assert "另一位发布人" in section(front(client), "publish")


def test_the_front_page_costs_the_same_however_many_plans_there_are(client: Client) -> None:
    somebody, second = editor(), publisher()

    def fill() -> None:
        in_review(somebody)
        submitted(somebody)
        published(somebody, second)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            front(client)
        return len(queries)

    fill()
    client.force_login(second)
    few = cost()
    fill()
    fill()
    assert cost() == few
    # Of these, four ask how the year's targets stand, and ten what waits for the person in plans and in cases.
    assert few <= 26
