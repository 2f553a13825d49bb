"""The two keys that lie outside the database: one seals the secrets of TOTP apps, one signs tokens for applications.

A copy of the database alone therefore opens no second factor and signs no token. Both files are made at their first
use, readable by their owner only, and belong into the backup beside the database, not inside it.
"""

import functools
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from yaodian.foundation.keeping import made_once


class KeyUnusable(RuntimeError):
    """A key file cannot be used; the message says which, and what to do."""


@functools.cache
def _sealing_key(path: Path) -> bytes:
    content = path.read_bytes() if path.exists() else made_once(path, secrets.token_hex(32).encode())
    try:
        key = bytes.fromhex(content.decode("ascii").strip())
    except ValueError as error:
        raise KeyUnusable(f"{path} holds no key of 64 hexadecimal digits. Restore it from the backup.") from error
    if len(key) != 32:
        raise KeyUnusable(f"{path} holds a key of {len(key)} bytes instead of 32. Restore it from the backup.")
    return key


def seal(words: str, *, purpose: str) -> str:
    """AES-256-GCM; `purpose` is bound in, so that a sealed text cannot be moved to another row."""
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(_sealing_key(Path(settings.FACTOR_KEY_FILE))).encrypt(nonce, words.encode(), purpose.encode())
    return (nonce + sealed).hex()


def unseal(sealed: str, *, purpose: str) -> str:
    """What was sealed. Raises KeyUnusable where the key or the purpose is another."""
    content = bytes.fromhex(sealed)
    path = Path(settings.FACTOR_KEY_FILE)
    try:
        return AESGCM(_sealing_key(path)).decrypt(content[:12], content[12:], purpose.encode()).decode()
    except InvalidTag as error:
        raise KeyUnusable(f"{path} is not the key with which second factors were sealed. Restore it.") from error


@functools.cache
def _signing_key(path: Path) -> str:
    if path.exists():
        content = path.read_bytes()
    else:
        made = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        content = made_once(
            path,
            made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )
    try:
        serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise KeyUnusable(f"{path} holds no private key in PEM. Restore it from the backup.") from error
    return content.decode("ascii")


def signing_key() -> str:
    """The private key that signs identity tokens, as PEM (RSA, 3072 bits)."""
    return _signing_key(Path(settings.OIDC_KEY_FILE))
