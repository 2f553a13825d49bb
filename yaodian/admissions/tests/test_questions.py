"""A kindergarten asks what schools do not, and no house number where there are no catchments; who decides sees the answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from yaodian.admissions.content import Content
from yaodian.admissions.models import Application, ApplicationState, Catchment, CatchmentSchool
from yaodian.admissions.problem.questions import QUESTIONS, answered, group_of
from yaodian.admissions.problem.stating import faults
from yaodian.admissions.queries.asking import asked_of
from yaodian.admissions.tests import factories
from yaodian.admissions.tests.factories import NOW, Made

ANSWERS = {"vaccination": "complete", "health": "later", "day": "half", "group": "middle"}


def _kindergarten() -> Made:
    """The same season as an intake of kindergartens that are open to all, without catchments."""
    world = factories.made()
    world.intake.stage = "preschool"
    world.intake.store()
    world.intake.offers.update(is_open=True)
    CatchmentSchool.objects.all().delete()
    Catchment.objects.all().delete()
    return world


def _faults(world: Made, **given: Any) -> set[str]:
    said = replace(factories.content(world, wishes=("s3",)), **given)
    asked = asked_of(world.intake, said.home, today=NOW.date())
    return {one.field for one in faults(said, asked, proofs={"户口簿"}, today=NOW.date())}


@pytest.mark.django_db
def test_a_kindergarten_asks_its_questions_and_no_house_number() -> None:
    world = _kindergarten()
    home = replace(factories.content(world).home, street="", number="")
    asked = {f"answer_{one.code}" for one in QUESTIONS["preschool"]}
    assert _faults(world, home=home) == asked
    assert _faults(world, home=home, answers={**ANSWERS, "day": "night"}) == {"answer_day"}
    assert _faults(world, home=home, answers=ANSWERS) == set()


@pytest.mark.django_db
def test_a_school_asks_none_of_them_but_the_house_number() -> None:
    world = factories.made()
    home = replace(factories.content(world).home, street="", number="")
    assert _faults(world, home=home) == {"home_street", "home_number"}


@pytest.mark.django_db
def test_a_kindergarten_with_catchments_asks_the_house_number() -> None:
    world = factories.made()
    world.intake.stage = "preschool"
    world.intake.store()
    home = replace(factories.content(world).home, street="", number="")
    assert {"home_street", "home_number"} <= _faults(world, home=home, answers=ANSWERS)


@pytest.mark.parametrize(
    ("born_on", "group"),
    [
        (date(2023, 8, 31), "small"),
        (date(2023, 9, 1), "nursery"),
        (date(2022, 8, 31), "middle"),
        (date(2022, 9, 1), "small"),
        (date(2021, 8, 31), "large"),
        (date(2019, 1, 1), "large"),
        (date(2025, 1, 1), "nursery"),
    ],
)
def test_the_class_goes_by_the_age_on_the_last_day_of_august(born_on: date, group: str) -> None:
    assert group_of(born_on, year=2026) == group


def test_a_class_that_is_not_the_one_by_age_says_so() -> None:
    lines = dict(answered("preschool", ANSWERS, born_on=date(2023, 3, 1), year=2026))
    assert lines["希望编入的班"] == "中班（按年龄为小班）"
    assert dict(answered("preschool", ANSWERS, born_on=date(2022, 3, 1), year=2026))["希望编入的班"] == "中班"
    assert answered("primary", ANSWERS, born_on=date(2022, 3, 1), year=2026) == ()


def test_a_content_without_answers_keeps_its_bytes_and_one_with_them_comes_back() -> None:
    plain = Content(remark="同校")
    assert "answers" not in plain.to_json()
    told = replace(plain, answers=ANSWERS)
    assert Content.from_json(told.to_json()) == told
    assert told.sha256() != plain.sha256()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_family_and_clerk_see_the_questions_on_their_pages(language: str) -> None:
    world = _kindergarten()
    family = factories.family()
    draft = factories.application(world, state=ApplicationState.DRAFT, account=family)
    client = Client(headers={"accept-language": language})
    with time_machine.travel(NOW, tick=False):
        client.force_login(family)
        child, home = (reverse("admissions:step", args=[draft.public_id, step]) for step in ("child", "family"))
        assert 'name="answer_vaccination"' in client.get(child).content.decode()
        assert 'name="home_number"' not in client.get(home).content.decode()
        said = {
            "child_name": "林小满", "child_paper": "none", "child_number": "", "child_gender": "2",
            "child_born_on": "2020-03-15", **{f"answer_{code}": answer for code, answer in ANSWERS.items()}, "go": "next",
        }  # fmt: skip
        assert client.post(child, said).status_code == 302
        kept = Content.from_json(Application.objects.get(pk=draft.pk).content)
        assert kept.answers == ANSWERS
        review = client.get(reverse("admissions:review", args=[draft.public_id])).content.decode()
        assert review.count("<dt>") >= len(ANSWERS)
        row = factories.application(world, said=replace(factories.content(world, wishes=("s3",)), answers=ANSWERS))
        client.force_login(world.account("officer"))
        page = client.get(reverse("admissions:check_dossier", args=[row.public_id])).content.decode()
    if language == "zh-hans":
        assert "半日制" in review
        assert "入园前检查" in page
        assert "住址所在学区" not in page
