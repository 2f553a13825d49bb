"""The hand-made annotations hold to their documents: a slip in one would teach the reader a falsehood."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ANNOTATIONS = sorted(HERE.glob("*.json"))


def _squashed(text: str) -> str:
    return re.sub(r"[\s|*]+", "", text)


def _document(annotation: Path) -> str:
    (path,) = (annotation.with_suffix(end) for end in (".txt", ".html", ".md") if annotation.with_suffix(end).exists())
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = re.sub(r"(?s)<(script|style)\b.*?</\1>", "", text)
        text = html.unescape(re.sub(r"<[^>]+>", "", text))
    return _squashed(text)


def _read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("path", ANNOTATIONS, ids=lambda path: path.stem)
def test_every_item_quotes_its_document_word_for_word(path: Path) -> None:
    annotation, text = _read(path), _document(path)
    quotes = [target["quote"] for target in annotation["targets"]]
    quotes += [deadline["text"] for deadline in annotation["deadlines"]]
    quotes += [unit for row in annotation["responsible"] for unit in row["units"]]
    quotes += [f"《{policy['name']}》" for policy in annotation["policies"]]
    quotes += [system["name"] for system in annotation["systems"]]
    quotes += [node["heading"] for node in annotation["nodes"] if node["heading"]]
    missing = [quote for quote in quotes if _squashed(quote) not in text]
    assert not missing


@pytest.mark.parametrize("path", ANNOTATIONS, ids=lambda path: path.stem)
def test_every_item_hangs_on_a_node_and_every_child_follows_its_parent(path: Path) -> None:
    annotation = _read(path)
    nodes = {node["id"]: node for node in annotation["nodes"]}
    assert list(nodes) == list(range(len(nodes)))
    for node in nodes.values():
        parent = nodes.get(node["parent"])
        assert node["level"] == (parent["level"] + 1 if parent else 1)
        assert parent is None or parent["id"] < node["id"]
        assert node["heading"] is None or len(node["heading"]) <= 40
    for field in ("targets", "deadlines", "responsible", "policies", "systems"):
        assert all(item["node"] is None or item["node"] in nodes for item in annotation[field])


def test_there_are_documents_of_every_kind() -> None:
    assert len(ANNOTATIONS) >= 14
    assert {".txt", ".html", ".md"} <= {path.suffix for path in HERE.iterdir()}
