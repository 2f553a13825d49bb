"""YAML read strictly: every scalar stays text, a key stands once, anything but lists and mappings is refused."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

import yaml


class Malformed(ValueError):
    """A file of the law does not say what it must; the sentence names the place and the remedy."""


class _Loader(yaml.CBaseLoader):  # numbers as text, so that 4.505 stays exactly that
    pass


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise Malformed(f"line {key_node.start_mark.line + 1}: a key is text")
        if key in found:
            raise Malformed(f"line {key_node.start_mark.line + 1}: «{key}» stands twice")
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_mapping(text: str, name: str) -> Mapping[str, Any]:
    """The mapping that a YAML text holds; an empty text is an empty mapping. Raises Malformed with ``name``."""
    try:
        read = yaml.load(text, Loader=_Loader)  # noqa: S506 - a base loader: makes text, lists and mappings only
    except yaml.YAMLError as error:
        raise Malformed(f"{name}: {error}") from None
    except Malformed as error:
        raise Malformed(f"{name}: {error}") from None
    if read is None or read == "":
        return {}
    if not isinstance(read, Mapping):
        raise Malformed(f"{name}: the file is a mapping, not a {type(read).__name__}")
    return read


def entries(read: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of a mapping of mappings. Raises Malformed for anything else."""
    for name, entry in read.items():
        if not isinstance(entry, Mapping):
            raise Malformed(f"{name}: a mapping is expected, not {entry!r}")
        yield name, entry


def day_of(value: Any, at: str) -> datetime.date:
    """A day written as 2017-04-19. Raises Malformed: «from 2017» says no day."""
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise Malformed(f"{at}: {value!r} is no day; write it to the day, as 2017-04-19") from None
