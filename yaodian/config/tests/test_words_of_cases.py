"""Whatever is written into the journal about cases can be read there."""

import pytest

from yaodian.cases.declaring import Action
from yaodian.web.words import WORDS

pytestmark = pytest.mark.once


def test_every_action_on_a_case_has_words() -> None:
    codes = {f"cases.case.{action}" for action in (*Action.values, "open", "again", "calendar")}
    assert codes - set(WORDS) == set()
