"""Codes that people copy from paper: how they look, and one form for all the ways in which they are typed.

The alphabet is Crockford's base 32: no I, L, O, U. What is typed for them means the figure that looks alike. The
canonical form comes before every comparison and every check of single use, so that a code with blanks between its
groups is the same code.
"""

import hashlib
import hmac
import secrets
import unicodedata

from django.conf import settings

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
# What is typed is never longer; the rest of a megabyte is not looked at.
_TYPED_AT_MOST = 200
# Blanks, dashes, controls and marks of no width.
_BETWEEN = frozenset({"Zs", "Zl", "Zp", "Pd", "Cc", "Cf"})


def new_code(*, groups: int) -> str:
    """Random groups of four, such as 7K4M-92QX: five bits a character."""
    return "-".join("".join(secrets.choice(ALPHABET) for _place in range(4)) for _group in range(groups))


def canonical(typed: str) -> str:
    """A code as compared: half-width, capital, look-alikes resolved, nothing but letters and figures."""
    flat = unicodedata.normalize("NFKC", typed[:_TYPED_AT_MOST]).upper()
    return "".join(one for one in flat if one.isascii() and one.isalnum()).translate(_LOOK_ALIKES)


def digits(typed: str) -> str:
    """A typed number as plain digits: full-width and other scripts' become ours, blanks and hyphens go.

    Anything else stays, so that what was no number does not turn into one.
    """
    kept = []
    for one in unicodedata.normalize("NFKC", typed[:_TYPED_AT_MOST]):
        value = unicodedata.decimal(one, None)
        if value is not None:
            kept.append(str(value))
        elif unicodedata.category(one) not in _BETWEEN:
            kept.append(one)
    return "".join(kept)


def keyed(purpose: str, *parts: str) -> str:
    """HMAC-SHA-256 in hex under the site's secret key; `purpose` keeps one table's hashes from fitting another's."""
    words = "\n".join((purpose, *parts)).encode(errors="replace")
    return hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).hexdigest()


def is_same(left: str, right: str) -> bool:
    """Whether two hashes are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(left, right)
