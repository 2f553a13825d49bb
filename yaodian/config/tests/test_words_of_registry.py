"""Whatever the registry writes into the journal can be read there."""

import re
from pathlib import Path

import pytest

from yaodian.registry import operations
from yaodian.web.words import words_of

pytestmark = pytest.mark.once


def test_every_code_of_the_registry_has_words() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(operations.__file__).parent.glob("*.py"))
    codes = {f"registry.{code}" for code in re.findall(r'journal\(\s*actor,\s*"([a-z_.]+)"', source)}
    codes |= {code for code in re.findall(r'code="(registry\.[a-z_.]+)"', source) if not code.endswith(".")}
    codes |= {f"registry.pupil.{verb}" for verb in ("suspend", "return", "leave", "unmask")}
    codes |= {f"registry.rows.{verb}" for verb in ("create", "change", "remove")} | {"registry.teacher.unmask"}
    codes |= {"registry.return.store", "registry.return.correct"}
    codes = {code for code in codes if code.count(".") == 2}
    assert len(codes) > 25
    assert [code for code in sorted(codes) if words_of(code) == code] == []
