"""How the number of a mobile telephone is written: one form, E.164, for all the ways in which people type it."""

import re
import unicodedata

from django.utils.translation import gettext as _

# What is typed is never longer; the rest of a megabyte is not looked at.
_TYPED_AT_MOST = 60
# Blanks, dashes, brackets, dots and marks of no width may stand between the digits.
_BETWEEN = frozenset({"Zs", "Zl", "Zp", "Pd", "Ps", "Pe", "Cc", "Cf"})
_MAINLAND = re.compile(r"1[3-9][0-9]{9}")
# By the code of the region: the shape of its mobile numbers, and of the zero that people there put in front at home.
_REGIONS = {
    "852": (re.compile(r"[4-9][0-9]{7}"), ""),
    "853": (re.compile(r"6[0-9]{7}"), ""),
    "886": (re.compile(r"9[0-9]{8}"), "0"),
}
# ITU-T E.164: at most 15 digits with the code of the country, which begins with no zero.
_ELSEWHERE = re.compile(r"[1-9][0-9]{6,14}")


class UnableToReadNumber(ValueError):
    """What was typed is no number of a mobile telephone; the text says what is expected."""


def _flat(typed: str) -> str:
    """Half-width, every script's digits ours, nothing between them; a plus sign stays where it stands."""
    kept = []
    for one in unicodedata.normalize("NFKC", typed[:_TYPED_AT_MOST]):
        value = unicodedata.decimal(one, None)
        if value is not None:
            kept.append(str(value))
        elif one != "." and unicodedata.category(one) not in _BETWEEN:
            kept.append(one)
    return "".join(kept)


def read_number(typed: str) -> str:
    """The number in E.164, +8613800138000. Twice is the same as once. Raises UnableToReadNumber.

    Without a code it is one of mainland China; numbers of Hong Kong, Macao, Taiwan and foreign countries come with theirs.
    """
    flat = _flat(typed)
    if flat.startswith("00"):
        flat = f"+{flat[2:]}"
    if not flat.startswith("+"):
        local = flat[2:] if len(flat) == 13 and flat.startswith("86") else flat
        if not _MAINLAND.fullmatch(local):
            raise UnableToReadNumber(
                _(
                    "这不是手机号。内地手机号是 1 开头的 11 位数字；港澳台和国外的号码请带国际区号，例如 +852 5123 4567。"
                )
            )
        return f"+86{local}"
    number = flat[1:]
    if number.startswith("86"):
        if not _MAINLAND.fullmatch(number[2:]):
            raise UnableToReadNumber(_("+86 后面应是 1 开头的 11 位手机号，请核对。"))
        return f"+{number}"
    for code, (shape, trunk) in _REGIONS.items():
        if number.startswith(code):
            local = number[len(code) :].removeprefix(trunk) if trunk else number[len(code) :]
            if not shape.fullmatch(local):
                raise UnableToReadNumber(_("+%(code)s 后面的号码位数或开头不对，请核对。") % {"code": code})
            return f"+{code}{local}"
    if not _ELSEWHERE.fullmatch(number):
        raise UnableToReadNumber(_("带国际区号的号码应是 + 号后 7 到 15 位数字，请核对。"))
    return f"+{number}"


def looks_like_number(typed: str) -> str:
    """The number in E.164 where what was typed is one, else ""."""
    try:
        return read_number(typed)
    except UnableToReadNumber:
        return ""


def mask_number(number: str) -> str:
    """What is enough for its owner to know it again: +86 138******00."""
    country = next((code for code in ("86", *_REGIONS) if number.startswith(f"+{code}")), "")
    local = number[1 + len(country) :]
    shown = local[:3] + "*" * max(0, len(local) - 5) + local[-2:]
    return f"+{country} {shown}" if country else f"+{shown}"
