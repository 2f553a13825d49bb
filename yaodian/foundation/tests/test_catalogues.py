"""The English of the interface is complete, and its tools read what people write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings

from yaodian.foundation import catalogues

pytestmark = pytest.mark.once

ROOT = Path(settings.PACKAGE_DIR)
PO = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with a message in each place where messages stand, and some where they do not count."""
    root = tmp_path / "package"
    (root / "templates" / "a").mkdir(parents=True)
    (root / "tests").mkdir()
    (root / "a.py").write_text(
        'x = _("甲")\ny = gettext_lazy("乙" "丙")\nz = pgettext("色", "红")\nplain = "不译"\n', encoding="utf-8"
    )
    (root / "tests" / "test_a.py").write_text('_("测试")', encoding="utf-8")
    (root / "templates" / "a" / "a.html").write_text(
        "{% load i18n %}\n  <p title=\"{% translate '丁' %}\">{% blocktranslate trimmed with n=x.y %}\n"
        "  共 {{ n }} 项\n{% endblocktranslate %}</p>\n"
        '{% translate "要点" context "product" %}{% status "good" _("好") %}',
        encoding="utf-8",
    )
    return root


def test_messages_are_found_in_code_and_templates(package: Path) -> None:
    found = {(message.id, message.context) for message in catalogues.messages(package) if message.id}
    assert found == {
        ("甲", None),
        ("乙丙", None),
        ("红", "色"),
        ("丁", None),
        ("共 %(n)s 项", None),
        ("要点", "product"),
        ("好", None),
    }


def test_the_catalogue_keeps_english_takes_new_and_drops_what_is_gone(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "en" / "django.po"
    old = Catalog(locale="en", fuzzy=False)
    old.add("甲", "A")
    old.add("旧", "old")
    catalogues.write_catalogue(old, path)
    catalogues.write_catalogue(catalogues.update(package, path, {"丁": "D", "甲": "other"}), path)
    english = catalogues.english_of(catalogues.read_catalogue(path))
    assert english["甲", None] == "A"
    assert english["丁", None] == "D"
    assert ("旧", None) not in english
    assert catalogues.missing(package, path) == ["乙丙", "共 %(n)s 项", "好", "红", "要点"]


def test_writing_twice_gives_the_same_bytes_without_a_date(package: Path, tmp_path: Path) -> None:
    path = tmp_path / "django.po"
    texts = []
    for _round in range(2):
        catalogues.write_catalogue(catalogues.update(package, path, {"甲": "A"}), path)
        texts.append(path.read_bytes())
    assert texts[0] == texts[1]
    assert b"Date" not in texts[0]
    assert b"Generated" not in texts[0]


def test_a_compiled_catalogue_is_what_gettext_reads(package: Path, tmp_path: Path) -> None:
    import gettext

    path = tmp_path / "django.po"
    catalogues.write_catalogue(catalogues.update(package, path, {"甲": "A", "共 %(n)s 项": "%(n)s items"}), path)
    with catalogues.compile_catalogue(path).open("rb") as file:
        spoken = gettext.GNUTranslations(file)
    assert spoken.gettext("甲") == "A"
    assert spoken.gettext("共 %(n)s 项") == "%(n)s items"


def test_no_message_of_the_interface_lacks_english() -> None:
    assert catalogues.missing(ROOT, PO) == [], "yaodian manage update_catalogues says what is missing"


def test_what_translates_goes_by_a_name_that_is_gathered() -> None:
    """A message under another name would have no English, and no test would miss it."""
    alias = re.compile(r"^from django\.utils\.translation import .*?gettext\w* as (\w+)", re.MULTILINE)
    others = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in catalogues.sources(ROOT)
        if path.suffix == ".py"
        for name in alias.findall(path.read_text(encoding="utf-8"))
        if name not in catalogues.KEYWORDS
    }
    assert others == set()


def test_the_catalogue_holds_nothing_that_the_interface_does_not_say() -> None:
    said = {(message.id, message.context) for message in catalogues.messages(ROOT) if message.id}
    assert set(catalogues.english_of(catalogues.read_catalogue(PO))) <= said


def test_english_is_english_and_keeps_the_places_of_the_chinese() -> None:
    """A word that must be typed as it is (“空”, “已确认”) stays in its marks, if the Chinese has it as well."""
    places, typed = re.compile(r"%\([a-z_]+\)[sd]"), re.compile("“([^“”]+)”")
    for (chinese, _context), english in catalogues.english_of(catalogues.read_catalogue(PO)).items():
        if not english:
            continue  # The test before names it.
        spoken = typed.sub(lambda found, chinese=chinese: "" if found[1] in chinese else found[0], english)
        assert not CHINESE.search(spoken), f"{chinese} → {english}"
        assert set(places.findall(chinese)) == set(places.findall(english)), f"{chinese} → {english}"
