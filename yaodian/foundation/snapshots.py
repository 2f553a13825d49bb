"""Public pages as signed files: on the day of a result a city reads them, and none of it reaches the database.

`lay` renders the pages that SNAPSHOT_PAGES names, as an anonymous visitor sees them, and writes each to a file named by its
SHA-256; a manifest says which file is which page, and is signed with the installation's Ed25519 key (RFC 8032). `served` answers
from the files those who would see that very page: nobody signed in, no message, no chosen theme.

A file is served only while it is what the page would be. The manifest carries the version of all that its pages show, of the
day and of the program; each process compares it with the database once in SNAPSHOT_CHECK_SECONDS, so that after a change the old
page goes out for no longer than that. A database that cannot be asked cannot have been changed either, and the files go on being
served. A file or a manifest that somebody has touched is not served, and the page itself answers.

Of a page only the token of its small forms is the visitor's own; it stands in the file as TOKEN and is put in when it is sent.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.middleware.csrf import get_token
from django.urls import resolve
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.module_loading import import_string

from yaodian.foundation.context import theme_of
from yaodian.foundation.keeping import made_once

logger = logging.getLogger(__name__)

MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.sig", "public-key.pem"
TOKEN = b"@@csrf-token-of-the-visitor@@"
_TOKENS = re.compile(rb'(?<=name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}(?=")')
_KEPT_HEADERS = ("Content-Type", "Content-Disposition", "X-Content-Type-Options")
_MEMORY_BYTES = 256 * 1024

Handler = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Pages:
    """What a slice has laid down: addresses, and a word that is another whenever one of them would show something else."""

    version: str
    paths: Sequence[str]


@dataclass(frozen=True)
class Laid:
    """A page of the manifest. `headers` go with it; `language` is that of its reader."""

    path: str
    language: str
    sha256: str
    size: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Manifest:
    """What lies in the folder: `content` and `signature` to the byte."""

    version: str
    made_at: str
    pages: Mapping[tuple[str, str], Laid]
    content: bytes
    signature: bytes


# The key -------------------------------------------------------------------------------------------------------------


@functools.cache
def _key(path: Path) -> Ed25519PrivateKey:
    if path.exists():
        content = path.read_bytes()
    else:
        made = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        content = made_once(path, made)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ImproperlyConfigured(f"{path} holds no private Ed25519 key in PEM. Restore it from the backup.")
    return key


def _public() -> Ed25519PublicKey:
    return _key(settings.SNAPSHOT_KEY_FILE).public_key()


def public_key() -> bytes:
    """The key with which anybody can check a manifest, as PEM."""
    return _public().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


# What is current -----------------------------------------------------------------------------------------------------


@functools.cache
def _program() -> str:
    """A fingerprint of everything that a page is made of besides data: after an update the pages are other ones."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[1]
    for path in sorted(package.rglob("*")):
        if path.suffix in {".py", ".html", ".mo", ".css", ".js", ".svg"} and "tests" not in path.parts:
            digest.update(f"{path.relative_to(package)}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def current(*, day: date) -> Pages:
    """What would be laid down now. As many queries as the slices need."""
    found: list[Pages] = [import_string(name)(day=day) for name in settings.SNAPSHOT_PAGES]
    said = json.dumps([_program(), day.isoformat(), *(one.version for one in found)])
    return Pages(hashlib.sha256(said.encode()).hexdigest(), [path for one in found for path in one.paths])


# Laying --------------------------------------------------------------------------------------------------------------


def lay(*, now: datetime) -> int:
    """Lays down what has changed since the last time; how many files there are then, 0 where nothing had to be done.

    Killed half-way it leaves the former manifest in force. What was read while somebody was writing is laid anew.
    """
    folder: Path = settings.SNAPSHOT_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    day = timezone.localdate(now)
    wanted = current(day=day)
    before = read_manifest()
    if before is not None and before.version == wanted.version:
        return 0
    laid = []
    for language, _name in settings.LANGUAGES:
        for path in wanted.paths:
            answer = _rendered(path, language)
            if answer is None:
                continue
            content = _TOKENS.sub(TOKEN, answer.content)
            digest = hashlib.sha256(content).hexdigest()
            _write(folder / digest, content)
            headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
            laid.append(Laid(path, language, digest, len(content), headers))
    if current(day=day).version != wanted.version:
        return 0
    listed = [
        {"path": one.path, "language": one.language, "sha256": one.sha256, "bytes": one.size, "headers": one.headers}
        for one in laid
    ]
    told = {"version": wanted.version, "made_at": now.isoformat(timespec="seconds"), "pages": listed}
    manifest = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    signature = _key(settings.SNAPSHOT_KEY_FILE).sign(manifest)
    # One file, so that no reader finds a manifest beside the signature of another.
    _write(folder / MANIFEST, manifest + b"\n" + signature.hex().encode(), replace=True)
    kept = {one.sha256 for one in laid} | {MANIFEST}
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink(missing_ok=True)
    return len(laid)


def _rendered(path: str, language: str) -> HttpResponse | None:
    """The page as a visitor without cookies sees it; None for one that is gone."""
    request = HttpRequest()
    request.method, request.path, request.path_info = "GET", path, path
    request.META = {"REQUEST_METHOD": "GET", "PATH_INFO": path}
    request.user = AnonymousUser()
    match = request.resolver_match = resolve(path)
    with translation.override(language):
        try:
            answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except Http404:
            return None
    return answer if answer.status_code == 200 else None


def _write(path: Path, content: bytes, *, replace: bool = False) -> None:
    if path.exists() and not replace:
        return
    aside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def read_manifest() -> Manifest | None:
    """The manifest that lies there; None where there is none, or where it is not as it was signed."""
    try:
        content, _line, signature = (settings.SNAPSHOT_DIR / MANIFEST).read_bytes().rpartition(b"\n")
    except FileNotFoundError:
        return None
    try:
        signed = bytes.fromhex(signature.decode("ascii"))
        _public().verify(signed, content)
    except (InvalidSignature, ValueError):
        logger.error(
            "The manifest of the snapshots is not as it was signed. It is laid anew; find out who has touched it."
        )
        return None
    told = json.loads(content)
    pages = {
        (one["path"], one["language"]): Laid(
            one["path"], one["language"], one["sha256"], one["bytes"], dict(one["headers"])
        )
        for one in told["pages"]
    }
    return Manifest(told["version"], told["made_at"], pages, content, signed)


# Serving -------------------------------------------------------------------------------------------------------------


class Shelf:
    """What a process knows of the files: the manifest, whether it is current, and small pages that were read before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._checked_at = float("-inf")
        self._manifest: Manifest | None = None
        self._is_current = False
        self._read: dict[str, bytes] = {}

    def page(self, path: str, language: str, *, clock: float) -> tuple[Laid, bytes] | None:
        """A page and its bytes, where it is current and untouched. `clock` is in seconds and goes on evenly."""
        # A page that is asked for a hundred times at once is compared with the database once. Meanwhile the others have what was
        # known before, so that a database that is slow to answer holds up one of them; the first ones wait.
        if clock - self._checked_at >= settings.SNAPSHOT_CHECK_SECONDS and self._lock.acquire(
            blocking=self._manifest is None
        ):
            try:
                if clock - self._checked_at >= settings.SNAPSHOT_CHECK_SECONDS:
                    self._check()
                    self._checked_at = clock
            finally:
                self._lock.release()
        manifest = self._manifest
        if manifest is None or not self._is_current or (path, language) not in manifest.pages:
            return None
        laid = manifest.pages[path, language]
        content = self._content(laid)
        return None if content is None else (laid, content)

    def _check(self) -> None:
        found = read_manifest()
        if found is None:
            self._manifest, self._is_current = None, False
            return
        if self._manifest is None or found.content != self._manifest.content:
            self._read = {}
        try:
            self._is_current = found.version == current(day=timezone.localdate()).version
        except DatabaseError:
            logger.warning("The database does not answer; public pages are served as they were last compared with it.")
            self._is_current = self._is_current and self._manifest is not None
        self._manifest = found

    def _content(self, laid: Laid) -> bytes | None:
        content = self._read.get(laid.sha256)
        if content is not None:
            return content
        try:
            content = (settings.SNAPSHOT_DIR / laid.sha256).read_bytes()
        except FileNotFoundError:
            return None
        if hashlib.sha256(content).hexdigest() != laid.sha256:
            logger.error("The snapshot of %s is not what its manifest says and is not served.", laid.path)
            return None
        if len(content) <= _MEMORY_BYTES:
            self._read[laid.sha256] = content
        return content


@functools.cache
def _shelf(_folder: Path) -> Shelf:
    """The shelf of a process."""
    return Shelf()


def at_hand(request: HttpRequest) -> tuple[Laid, bytes] | None:
    """The page that answers a request, and its bytes, where whoever asks would see what lies in the files."""
    cookies = request.COOKIES
    if (
        request.method != "GET"
        or request.META.get("QUERY_STRING")
        or settings.SESSION_COOKIE_NAME in cookies
        or "messages" in cookies
        or theme_of(request) != "auto"
    ):
        return None
    shelf = _shelf(settings.SNAPSHOT_DIR)
    return shelf.page(request.path_info, translation.get_language() or "", clock=time.monotonic())


def served(get_response: Handler) -> Handler:
    """Answers from the files whoever would see what lies in them."""

    def handle(request: HttpRequest) -> HttpResponse:
        found = at_hand(request)
        return get_response(request) if found is None else _answer(request, *found)

    return handle


def _answer(request: HttpRequest, laid: Laid, content: bytes) -> HttpResponse:
    has_forms = TOKEN in content
    tag = f'W/"{laid.sha256}"'
    # The forms of a page that the browser has kept are good for as long as its cookie is.
    is_known = request.headers.get("If-None-Match") == tag and (
        not has_forms or settings.CSRF_COOKIE_NAME in request.COOKIES
    )
    response: HttpResponse
    if is_known:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(content.replace(TOKEN, get_token(request).encode()) if has_forms else content)
        for name, value in laid.headers.items():
            response.headers[name] = value
    response.headers["ETag"] = tag
    patch_cache_control(response, private=True, no_cache=True)
    return response
