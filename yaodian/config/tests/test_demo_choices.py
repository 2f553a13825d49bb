"""`yaodian demo-choices` makes a school of any size, once."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from yaodian.config.cli import Program
from yaodian.timetabling.models import ChoiceRound, PupilChoice, Term

pytestmark = pytest.mark.django_db


def test_a_school_of_the_size_that_was_asked_for_chooses_and_is_made_once() -> None:
    for _turn in range(2):
        done = CliRunner(env={"YAODIAN_LANGUAGE": "en"}).invoke(Program(), ["demo-choices", "--pupils", "12"])
        assert done.exit_code == 0, done.output
        assert "12 pupils a grade" in done.output
    term = Term.objects.get()
    trial, binding = ChoiceRound.objects.filter(entered_year=term.year).order_by("pk")
    assert PupilChoice.objects.filter(round=trial).count() == 12
    assert binding.before == trial
    assert term.classes.count() == 3
    assert ChoiceRound.objects.exclude(entered_year=term.year).count() == 2, "the older grades have chosen already"
