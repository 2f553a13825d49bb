"""Keys that never lie in the database, and what is done with them: sealing bytes and indexing values blindly.

Sealed bytes are::

    1 byte   version, 1
    1 byte   algorithm: 1 AES-256-GCM (NIST SP 800-38D), 2 SM4-GCM (GB/T 32907, RFC 8998)
    4 bytes  id of the key
    12 bytes nonce, random
    n bytes  the data, enciphered
    16 bytes tag

The tag also covers the six bytes in front, the purpose and the context, so that a sealed value opens only in the place it
was sealed for. Every purpose and algorithm has a key of its own, derived from the root key by HKDF-SHA-256 (RFC 5869).
With random nonces a key may seal 2**32 times (SP 800-38D, 8.3); a purpose of 400,000 rows has ten thousand rewritings.

A dump of the database shows the length of what was sealed and nothing more. Whoever has the dump and the key file has
everything: the two are backed up apart (docs/how-to/keys.md).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

SEALING = "sealing"
INDEX = "index"
RINGS = (SEALING, INDEX)

VERSION = 1
AES_256_GCM = 1
SM4_GCM = 2
ALGORITHMS = {"aes": AES_256_GCM, "sm4": SM4_GCM}
KEY_BYTES = {AES_256_GCM: 32, SM4_GCM: 16}

ID_BYTES = 4
NONCE_BYTES = 12
TAG_BYTES = 16
HEAD_BYTES = 2 + ID_BYTES
ROOT_BYTES = 32
INDEX_BYTES = 16

_PURPOSE = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


class UnableToUnseal(ValueError):
    """Sealed bytes do not open. The text says why and what to do."""


class UnableToReadKeys(ImproperlyConfigured):
    """The key file is missing, damaged, or open to others. The text says what to do."""


class UnknownKey(LookupError):
    """No key has this id."""


class KeyProvider(Protocol):
    """Where keys are kept. A hardware device derives inside and lets no root key out.

    A ring is `SEALING` or `INDEX`; its first key is the current one, the others open what was made before.
    """

    def key_ids(self, ring: str) -> tuple[bytes, ...]:
        """Ids of four bytes, the current one first; at least one."""

    def derive(self, ring: str, key_id: bytes, *, info: bytes, length: int) -> bytes:
        """HKDF-SHA-256 of the root key with this id, without salt. Raises UnknownKey."""


@dataclass(frozen=True)
class Root:
    """A root key: 32 random bytes, an id of four, and the day it was made on."""

    id: bytes
    key: bytes
    made: str

    @classmethod
    def make(cls, *, today: date) -> Root:
        return cls(id=secrets.token_bytes(ID_BYTES), key=secrets.token_bytes(ROOT_BYTES), made=today.isoformat())

    def __repr__(self) -> str:
        return f"Root({self.id.hex()}, made {self.made})"


Rings = dict[str, tuple[Root, ...]]


def new_rings(*, today: date) -> Rings:
    """A key for each ring."""
    return {ring: (Root.make(today=today),) for ring in RINGS}


def with_new_key(rings: Rings, ring: str, *, today: date) -> Rings:
    """The same rings with a new current key in one of them; the old keys stay behind it."""
    return {**rings, ring: (Root.make(today=today), *rings[ring])}


def without_old_keys(rings: Rings) -> Rings:
    """Only the current keys. What was sealed with another is lost for ever."""
    return {ring: roots[:1] for ring, roots in rings.items()}


def read_rings(path: Path) -> Rings:
    """The key file. Raises UnableToReadKeys with what to do."""
    try:
        mode = path.stat().st_mode
        content = path.read_text(encoding="ascii")
    except FileNotFoundError as error:
        raise UnableToReadKeys(
            f"There is no key file at {path}. Restore it from its backup; for a new installation make one with: "
            "yaodian manage make_keys"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise UnableToReadKeys(f"The key file {path} cannot be read: {error}. Restore it from its backup.") from error
    if mode & 0o007:
        raise UnableToReadKeys(f"Everybody on this machine may use the key file {path}. Run: chmod 600 {path}")
    try:
        read = json.loads(content)
        if read["version"] != 1:
            raise ValueError("its version is unknown")
        rings = {ring: tuple(_root(entry) for entry in read[ring]) for ring in RINGS}
        for roots in rings.values():
            if not roots or len({root.id for root in roots}) != len(roots):
                raise ValueError("a ring is empty or holds an id twice")
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise UnableToReadKeys(
            f"The key file {path} is damaged ({type(error).__name__}). Restore it from its backup; "
            "do not make a new one, it would not open what is sealed."
        ) from error
    return rings


def _root(entry: dict[str, str]) -> Root:
    root = Root(
        id=bytes.fromhex(entry["id"]), key=base64.b64decode(entry["key"], validate=True), made=str(entry["made"])
    )
    if len(root.id) != ID_BYTES or len(root.key) != ROOT_BYTES:
        raise ValueError("a key has a wrong length")
    return root


def write_rings(path: Path, rings: Rings, *, replace: bool) -> bool:
    """Writes the key file with mode 600, whole or not at all. Gives whether it was this call that wrote it.

    Without `replace` a file that is there stays: two processes that start together end with the same keys.
    """
    content: dict[str, Any] = {"version": 1}
    for ring, roots in rings.items():
        content[ring] = [
            {"id": root.id.hex(), "made": root.made, "key": base64.b64encode(root.key).decode("ascii")}
            for root in roots
        ]
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(content, file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        if replace:
            aside.replace(path)
            return True
        try:
            os.link(aside, path)
        except FileExistsError:
            return False
        return True
    finally:
        aside.unlink(missing_ok=True)


class FileKeys:
    """Keys in a file that only its owner may read.

    The file is read once, and again when a key is asked for that it did not hold: a process that runs through a rotation
    opens what others have sealed with the new key.
    """

    def __init__(self, path: Path, *, is_made_when_missing: bool = False) -> None:
        self.path = path
        self._is_made_when_missing = is_made_when_missing
        self._read: Rings | None = None

    @property
    def rings(self) -> Rings:
        if self._read is None:
            if self._is_made_when_missing and not self.path.exists():
                write_rings(self.path, new_rings(today=_today()), replace=False)
            self._read = read_rings(self.path)
        return self._read

    def key_ids(self, ring: str) -> tuple[bytes, ...]:
        return tuple(root.id for root in self.rings[ring])

    def derive(self, ring: str, key_id: bytes, *, info: bytes, length: int) -> bytes:
        root = self._find(ring, key_id)
        if root is None:
            self._read = None
            root = self._find(ring, key_id)
        if root is None:
            raise UnknownKey(key_id.hex())
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(root.key)

    def _find(self, ring: str, key_id: bytes) -> Root | None:
        return next((root for root in self.rings[ring] if root.id == key_id), None)


def _today() -> date:
    """The day that a development machine writes beside the key it makes for itself."""
    from django.utils import timezone

    return timezone.localdate()


def file_keys() -> FileKeys:
    """The default provider: the file of YAODIAN_KEYS, made at the first use outside production."""
    return FileKeys(Path(settings.KEYS_FILE), is_made_when_missing=not settings.IS_PRODUCTION)


@lru_cache(maxsize=8)
def _provider(maker: str, path: str) -> KeyProvider:
    return import_string(maker)()


def key_provider() -> KeyProvider:
    """The provider that the setting KEY_PROVIDER makes; one for the process."""
    return _provider(settings.KEY_PROVIDER, str(settings.KEYS_FILE))


# Sealing --------------------------------------------------------------------------------------------------------

# Bound to a key: (nonce, data, associated data) to data.
_Step = Callable[[bytes, bytes, bytes], bytes]


@dataclass(frozen=True)
class _Sealer:
    encrypt: _Step
    decrypt: _Step


def _sm4_encrypt(key: bytes) -> _Step:
    def encrypt(nonce: bytes, data: bytes, associated: bytes) -> bytes:
        step = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
        step.authenticate_additional_data(associated)
        return step.update(data) + step.finalize() + step.tag

    return encrypt


def _sm4_decrypt(key: bytes) -> _Step:
    def decrypt(nonce: bytes, data: bytes, associated: bytes) -> bytes:
        step = Cipher(algorithms.SM4(key), modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        step.authenticate_additional_data(associated)
        return step.update(data[:-TAG_BYTES]) + step.finalize()

    return decrypt


# Keyed by the provider too, so that a test or a restart with another file does not meet an old key.
@lru_cache(maxsize=1024)
def _sealer(provider: KeyProvider, key_id: bytes, algorithm: int, purpose: str) -> _Sealer:
    info = f"yaodian/seal/{algorithm}/{_named(purpose)}".encode("ascii")
    key = provider.derive(SEALING, key_id, info=info, length=KEY_BYTES[algorithm])
    if algorithm == AES_256_GCM:
        aes = AESGCM(key)
        return _Sealer(encrypt=aes.encrypt, decrypt=aes.decrypt)
    return _Sealer(encrypt=_sm4_encrypt(key), decrypt=_sm4_decrypt(key))


def _named(purpose: str) -> str:
    if not _PURPOSE.fullmatch(purpose):
        raise ValueError(f"{purpose!r} names no purpose. Use small letters, digits and . _ - such as registry.identity")
    return purpose


def _associated(head: bytes, purpose: str, context: bytes) -> bytes:
    """What the tag covers besides the data. A purpose holds no NUL, so no two pairs give the same bytes."""
    return b"%b%b\0%b" % (head, purpose.encode("ascii"), context)


def seal(data: bytes, *, purpose: str, context: bytes = b"") -> bytes:
    """Enciphers `data` so that only `unseal` with the same purpose and context opens it; longer by 34 bytes.

    `purpose` has a key of its own; `context` names the place, such as the column. Two calls never give the same bytes.
    """
    provider = key_provider()
    algorithm = ALGORITHMS[settings.SEALING_ALGORITHM]
    key_id = provider.key_ids(SEALING)[0]
    head = bytes((VERSION, algorithm)) + key_id
    nonce = os.urandom(NONCE_BYTES)
    sealed = _sealer(provider, key_id, algorithm, purpose).encrypt(nonce, data, _associated(head, purpose, context))
    return head + nonce + sealed


def unseal(sealed: bytes, *, purpose: str, context: bytes = b"") -> bytes:
    """Opens what `seal` made. Raises UnableToUnseal with the reason and what to do; never gives wrong bytes."""
    sealed = bytes(sealed)
    if len(sealed) < HEAD_BYTES + NONCE_BYTES + TAG_BYTES:
        raise UnableToUnseal(
            _(
                "密文只有 %(bytes)d 个字节，不完整，无法解密。数据可能被截断或改动：请从备份恢复这一行，并运行 "
                "yaodian audit verify 核对操作日志。"
            )
            % {"bytes": len(sealed)}
        )
    version, algorithm, key_id = sealed[0], sealed[1], sealed[2:HEAD_BYTES]
    if version != VERSION or algorithm not in KEY_BYTES:
        raise UnableToUnseal(
            _(
                "密文的版本（%(version)d/%(algorithm)d）本程序不认识，无法解密。若数据来自更新版本的程序，请先升级；"
                "否则数据已损坏，请从备份恢复这一行。"
            )
            % {"version": version, "algorithm": algorithm}
        )
    head = sealed[:HEAD_BYTES]
    body = HEAD_BYTES + NONCE_BYTES
    try:
        sealer = _sealer(key_provider(), key_id, algorithm, purpose)
    except UnknownKey as error:
        raise UnableToUnseal(
            _(
                "密文是用编号为 %(id)s 的密钥加密的，密钥文件里没有它，无法解密。请把含有这把密钥的密钥文件备份放回 "
                "YAODIAN_KEYS 所指的位置，再重新启动。"
            )
            % {"id": key_id.hex()}
        ) from error
    try:
        return sealer.decrypt(sealed[HEAD_BYTES:body], sealed[body:], _associated(head, purpose, context))
    except InvalidTag as error:
        raise UnableToUnseal(
            _(
                "密文与它所在的位置或密钥不符，无法解密：内容被改动过、从别的栏目搬来，或密钥文件不是加密时的那一份。"
                "请核对密钥文件；密钥无误时，请从备份恢复这一行。"
            )
        ) from error


def is_current(sealed: bytes) -> bool:
    """Whether `seal` would use the same version, algorithm and key today; if not, the value wants sealing again."""
    now = bytes((VERSION, ALGORITHMS[settings.SEALING_ALGORITHM])) + key_provider().key_ids(SEALING)[0]
    return bytes(sealed[:HEAD_BYTES]) == now


# Equality search ------------------------------------------------------------------------------------------------


def canonical_for_index(value: str) -> str:
    """One spelling for what people take for the same: width, case, blanks and invisible characters do not count.

    Twice is the same as once. What else is the same, such as +86 before a phone number, its own canonical form says.
    """
    text = value
    # NFKC of a capital may be no NFKC text, so both are repeated until nothing moves; three times is the most.
    for _turn in range(4):
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).upper())
        folded = "".join(one for one in folded if not one.isspace() and unicodedata.category(one) not in {"Cc", "Cf"})
        if folded == text:
            break
        text = folded
    return text


@lru_cache(maxsize=256)
def _index_key(provider: KeyProvider, key_id: bytes, purpose: str) -> bytes:
    return provider.derive(INDEX, key_id, info=f"yaodian/index/{_named(purpose)}".encode("ascii"), length=32)


def _indexed(provider: KeyProvider, key_id: bytes, purpose: str, text: bytes) -> bytes:
    return hmac.digest(_index_key(provider, key_id, purpose), text, hashlib.sha256)[:INDEX_BYTES]


def blind_index(value: str, *, purpose: str) -> bytes:
    """Sixteen bytes by which equal values are found although they are sealed.

    HMAC-SHA-256 with a key from outside the database. Without the key it would be worthless: a county and a year of birth
    leave 366 days × 1,000 serial numbers = 366,000 ID numbers, which a laptop hashes in less than a second.
    Cut to 16 bytes: among ten million rows two different values meet with probability 2e-25, so the column may be unique;
    shorter values would meet and show a clerk the wrong child, longer ones would make the index larger for nothing.
    It shows which rows are equal; do not index what has few values, such as a sex or a disease.
    """
    provider = key_provider()
    text = canonical_for_index(value).encode("utf-8", "surrogatepass")
    return _indexed(provider, provider.key_ids(INDEX)[0], purpose, text)


def blind_indexes(value: str, *, purpose: str) -> tuple[bytes, ...]:
    """The index under every key of the ring, the current first: search with `__in`, also while keys are changed."""
    provider = key_provider()
    text = canonical_for_index(value).encode("utf-8", "surrogatepass")
    return tuple(_indexed(provider, key_id, purpose, text) for key_id in provider.key_ids(INDEX))
