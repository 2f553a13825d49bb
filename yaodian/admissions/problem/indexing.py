"""The keyed indexes by which sealed persons and telephones are found again; each purpose has a key of its own."""

from __future__ import annotations

from yaodian.foundation.keys import blind_index, blind_indexes

CHILD = "admissions.child"
PERSON = "admissions.person"
PHONE = "admissions.phone"


def child_index(paper: str, number: str) -> bytes:
    """Of a child's paper. The kind stands in it, since two kinds may share a number."""
    return blind_index(f"{paper}:{_tidy(number)}", purpose=CHILD)


def child_indexes(paper: str, number: str) -> tuple[bytes, ...]:
    """Under every key of the ring, to search with."""
    return blind_indexes(f"{paper}:{_tidy(number)}", purpose=CHILD)


def person_index(number: str) -> bytes:
    """Of a guardian's, or anybody's, number on the lists that the office loaded."""
    return blind_index(_tidy(number), purpose=PERSON)


def person_indexes(number: str) -> tuple[bytes, ...]:
    return blind_indexes(_tidy(number), purpose=PERSON)


def phone_index(number: str) -> bytes:
    return blind_index(_tidy(number), purpose=PHONE)


def phone_indexes(number: str) -> tuple[bytes, ...]:
    return blind_indexes(_tidy(number), purpose=PHONE)


def _tidy(number: str) -> str:
    return "".join(number.split()).upper()
