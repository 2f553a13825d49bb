"""Seals what an import keeps: AES-256-GCM under a key derived from the site's secret for one purpose.

The interface (`purpose`, `context`) is that of the key ring for fields, so that either can stand behind `staging`.
"""

from __future__ import annotations

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


class UnableToUnseal(ValueError):
    """The bytes were altered, belong elsewhere, or were sealed under another secret."""


@lru_cache(maxsize=8)
def _key(secret: str, purpose: str) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"yaodian.sheets/{purpose}".encode())
    return AESGCM(derive.derive(secret.encode()))


def seal(data: bytes, *, purpose: str, context: bytes = b"") -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _key(settings.SECRET_KEY, purpose).encrypt(nonce, data, context)


def unseal(sealed: bytes, *, purpose: str, context: bytes = b"") -> bytes:
    """Raises UnableToUnseal."""
    try:
        return _key(settings.SECRET_KEY, purpose).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context)
    except InvalidTag:
        raise UnableToUnseal("the sealed bytes do not open") from None
