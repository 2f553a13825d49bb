"""Words of cases: pairs of neighbouring signs, written so that both databases take each for one word.

Neither database cuts Chinese into words by itself. Each pair of signs becomes a token of letters and figures (its code
points), each Latin word and number one as well; PostgreSQL finds them by a GIN index over a column `vector` that
it makes of the words itself, SQLite in an FTS5 table that triggers keep. A search holds where all pairs of all its words are there.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from django.db import connections
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from yaodian.cases.models import Case

MOST_WORDS, MOST_SIGNS = 6, 60
_PIECES = re.compile(r"[0-9a-z]+|[\u3400-\u9fff]+")


def _tokens(text: str, *, is_question: bool = False) -> list[str]:
    found: list[str] = []
    for piece in _PIECES.findall(unicodedata.normalize("NFKC", text).casefold()):
        if piece[0].isascii():
            found.append(f"a{piece}")
            continue
        signs = [f"{ord(sign):x}" for sign in piece]
        pairs = [f"w{one}{other}" for one, other in pairwise(signs)]
        if is_question and not pairs:
            # One sign alone: whatever begins with it.
            found.append(f"w{signs[0]}*")
        elif not is_question:
            # The last sign of a piece begins no pair, and must be found by itself too.
            found += [*pairs, f"w{signs[-1]}"]
        else:
            found += pairs
    return found


def words_of(*texts: str) -> str:
    """What the column `words` holds for these texts."""
    return " ".join(dict.fromkeys(token for text in texts for token in _tokens(text)))


def found_by(cases: QuerySet[Case], *, words: str, are_few: bool = False) -> QuerySet[Case]:
    """The cases that hold all these words; all of them where nothing is asked for. `are_few`: the cases are read one by
    one, and not everybody's that hold the words."""
    asked = words.replace("\x00", "")[:MOST_SIGNS]
    tokens = list(dict.fromkeys(_tokens(asked, is_question=True)))
    if not asked.strip():
        return cases
    if not tokens:
        return cases.none()
    vendor = connections[cases.db].vendor
    if vendor == "postgresql":
        query = " & ".join(f"{token[:-1]}:*" if token.endswith("*") else token for token in tokens)
        if are_few:
            # For what is said to be true of it, no index is asked.
            return cases.filter(
                RawSQL("(cases_case.vector @@ to_tsquery('simple', %s)) IS TRUE", [query], output_field=BooleanField())
            )
        return cases.filter(
            RawSQL("cases_case.vector @@ to_tsquery('simple', %s)", [query], output_field=BooleanField())
        )
    query = " AND ".join(tokens)
    ids = RawSQL("SELECT rowid FROM cases_words WHERE cases_words MATCH %s", [query])
    return cases.filter(pk__in=ids)
