"""The English of the interface: gathering the Chinese words of code and templates, and the catalogue they go into.

The msgids are Chinese, so Chinese needs no catalogue. Gettext's programs are not needed either: templates are turned
into Python by Django, and Babel reads and writes the rest.
"""

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

KEYWORDS: Mapping[str, object] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
HEADER = (
    "# English for the interface of yaodian. Written by `yaodian manage update_catalogues`; only msgstr is edited.\n"
)

Key = tuple[str, str | None]


def sources(root: Path) -> Iterator[Path]:
    """The Python files and templates of a package, tests and migrations left out, in a stable order."""
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if "tests" in parts or "migrations" in parts or "static" in parts:
            continue
        if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in parts):
            yield path


def messages(root: Path) -> Catalog:
    """Every translatable message under a package, with the files that use it."""
    catalog = Catalog(fuzzy=False)
    for path in sources(root):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # Everything but the messages comes back as rows of X, indented as it was; one line of it is sound Python.
            text = " ".join(templatize(text, origin=str(path)).split("\n")).strip()
        for _line, message, _comments, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
            if message:
                # Files without lines: a catalogue that changes with every moved line hides the real changes.
                catalog.add(message, locations=[(path.relative_to(root.parent).as_posix(), None)], context=context)
    return catalog


def read_catalogue(path: Path) -> Catalog:
    """The catalogue of a file, empty where there is none."""
    if not path.is_file():
        return Catalog(locale="en", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="en")


def english_of(catalog: Catalog) -> dict[Key, str]:
    """The translations of a catalogue by msgid and context."""
    return {
        (message.id, message.context): message.string
        for message in catalog
        if isinstance(message.id, str) and message.id and isinstance(message.string, str)
    }


def missing(root: Path, path: Path) -> list[str]:
    """The messages that have no English, in the order of their text."""
    known = english_of(read_catalogue(path))
    return sorted(
        str(message.id)
        for message in messages(root)
        if message.id and not known.get((str(message.id), message.context))
    )


def update(root: Path, path: Path, words: Mapping[str, str]) -> Catalog:
    """The catalogue anew: messages as they are used now, English from the file, and from `words` where it has none."""
    known = english_of(read_catalogue(path))
    fresh = messages(root)
    catalog = Catalog(locale="en", project="yaodian", fuzzy=False, header_comment=HEADER.rstrip())
    for message in sorted((m for m in fresh if m.id), key=lambda m: (str(m.id), m.context or "")):
        english = known.get((str(message.id), message.context)) or words.get(str(message.id), "")
        locations = sorted(set(message.locations))
        flags = [flag for flag in message.flags if flag == "python-format"]
        catalog.add(message.id, english, locations=locations, flags=flags, context=message.context)
    return catalog


def write_catalogue(catalog: Catalog, path: Path) -> None:
    """Writes a catalogue without dates or names of programs, so that equal content gives equal bytes."""
    text = io.BytesIO()
    write_po(text, catalog, width=120, omit_header=True, sort_output=False)
    fields = ("Language: en", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8")
    head = HEADER + 'msgid ""\nmsgstr ""\n' + "".join(f'"{field}\\n"\n' for field in fields) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head.encode() + text.getvalue().lstrip(b"\n"))


def compile_catalogue(path: Path) -> Path:
    """Writes the .mo beside a .po; Django reads only that. Returns its path."""
    compiled = path.with_suffix(".mo")
    with compiled.open("wb") as file:
        write_mo(file, read_catalogue(path))
    return compiled


def read_words(path: Path) -> dict[str, str]:
    """A JSON object of Chinese and English. Raises ValueError where the file holds something else."""
    words = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(words, dict) or not all(isinstance(value, str) for value in words.values()):
        raise ValueError(f"{path} should hold one JSON object of Chinese words and their English.")
    return words
