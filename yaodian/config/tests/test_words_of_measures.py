"""Whatever is written into the journal about measures and targets can be read there."""

import re
from pathlib import Path

import pytest

from yaodian.measures import operations
from yaodian.plans.operations import binding
from yaodian.web.words import words_of

pytestmark = pytest.mark.once


def test_every_code_about_measures_and_targets_has_words() -> None:
    measured = Path(operations.__file__).read_text(encoding="utf-8")
    bound = Path(binding.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'code="(measures\.values\.[a-z_.]+)"', measured))
    codes |= {f"plans.target.{verb}" for verb in re.findall(r'"((?:bind|[a-z]+_binding))"', bound)}
    assert len(codes) == 5
    assert [code for code in sorted(codes) if words_of(code) == code] == []
