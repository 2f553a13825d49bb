"""What a reference such as `cases.case:12` names: its words and its page, for whoever may see it.

A row may cite one of a slice that its own knows nothing of. The configuration names who resolves which: `REFERENCES` in the
settings leads from the part before the colon to a callable `(account, ids, today) -> {id: Referent}`, which gives only what
the account may see, in a fixed number of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.module_loading import import_string

from yaodian.organisations.queries.rights import Visitor


@dataclass(frozen=True)
class Referent:
    """What is named: words, the address of its page, and how it stands."""

    label: str
    url: str
    note: str = ""


Resolver = Callable[[Visitor, Collection[int], date], Mapping[int, Referent]]
Finder = Callable[[Visitor, Mapping[str, Any], date], str]


def parse_reference(ref: str) -> tuple[str, int] | None:
    """The part before the colon and the number after it; None for what is no reference."""
    name, _colon, number = ref.partition(":")
    if name not in settings.REFERENCES or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return name, int(number)


def reference_at(*, account: Visitor, address: str, today: date) -> str:
    """The reference of what a page of the program shows, by the page's address as it is copied out of a browser.

    Empty where there is no such page, or none of something that can be referred to, or the account may not see it.
    `REFERENCE_PAGES` leads from the name of a page to a callable `(account, named, today) -> reference or ""`.
    """
    try:
        match = resolve(urlsplit(address.strip()).path)
    except (Resolver404, ValueError):
        return ""
    name = settings.REFERENCE_PAGES.get(match.view_name, "")
    find: Finder | None = import_string(name) if name else None
    return find(account, match.kwargs, today) if find is not None else ""


def referents(*, account: Visitor, refs: Collection[str], today: date) -> Mapping[str, Referent]:
    """What the references name. What is not there, or may not be seen, is not in it."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for ref in refs:
        parsed = parse_reference(ref)
        if parsed is not None:
            wanted[parsed[0]].add(parsed[1])
    found: dict[str, Referent] = {}
    for name, ids in wanted.items():
        resolve: Resolver = import_string(settings.REFERENCES[name])
        found.update({f"{name}:{pk}": one for pk, one in resolve(account, ids, today).items()})
    return found
