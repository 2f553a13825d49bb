"""Accounts, doors and devices for the tests of this folder; every name is invented."""

from __future__ import annotations

import hashlib
import json
import struct
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestedCredentialData, AuthenticatorData

from yaodian.organisations import operations
from yaodian.organisations.models import Account, Grant, Unit, UnitKind, UnitName
from yaodian.organisations.operations import ensure_root
from yaodian.organisations.queries import with_rights

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "青禾-县-2026-spring"
NEW = "临溪-区-2026-autumn"
_numbers = count(1)


def person(
    username: str = "", *, role: str | None = None, password: str | None = PASSWORD, unit: Unit | None = None
) -> Account:
    """An account; most have a password already, as if they had used their letter long ago."""
    account = operations.create_account(
        actor=None, username=username or f"person{next(_numbers)}", name="张三", password=password, role=role,
        unit=unit, now=NOW,
    )  # fmt: skip
    Grant.objects.filter(account=account).update(from_on=date(2000, 1, 1))
    return with_rights(Account.objects.get(pk=account.pk))


def school(code: str) -> Unit:
    """A unit that lies under nothing."""
    from yaodian.organisations.models import Ancestry, Hierarchy

    opened = date(2000, 1, 1)
    unit = Unit.objects.create(code=code, kind=UnitKind.COUNTY, opened_on=opened)
    UnitName.objects.create(unit=unit, name=f"单位{code}", from_on=opened)
    Ancestry.objects.bulk_create(
        Ancestry(hierarchy=hierarchy, ancestor=unit, descendant=unit, distance=0, from_on=opened)
        for hierarchy in Hierarchy.values
    )
    return unit


def attempt(
    client: Client, password: str = PASSWORD, *, username: str = "linlan", address: str = "192.0.2.1", **more: str
) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password, **more}, REMOTE_ADDR=address)


def is_signed_in(client: Client) -> bool:
    return client.get("/password/").status_code == 200


class SoftAuthenticator:
    """A passkey made of software: makes a key pair, signs challenges, counts (WebAuthn Level 2, 6.1)."""

    def __init__(self, *, host: str = "localhost", origin: str = "http://localhost", counts: bool = True) -> None:
        self.host, self.origin = host, origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = hashlib.sha256(str(next(_numbers)).encode()).digest()
        self.counts = counts
        self.count = 0
        self.user_handle = b""

    def _data(self, credential: AttestedCredentialData | None = None) -> AuthenticatorData:
        flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV
        if credential is not None:
            flags |= AuthenticatorData.FLAG.AT
        if self.counts:
            self.count += 1
        return AuthenticatorData.create(
            hashlib.sha256(self.host.encode()).digest(), flags, self.count, credential or b""
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to navigator.credentials.create."""
        told = options["publicKey"]
        self.user_handle = websafe_decode(told["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(Aaguid.NONE, self.credential_id, public)
        data = self._data(credential)
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": bytes(data)})
        return self._answer(
            {
                "clientDataJSON": websafe_encode(self._client_data("webauthn.create", told["challenge"])),
                "attestationObject": websafe_encode(attestation),
            }
        )

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to navigator.credentials.get."""
        client_data = self._client_data("webauthn.get", options["publicKey"]["challenge"])
        data = self._data()
        signature = self.key.sign(bytes(data) + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": websafe_encode(client_data),
                "authenticatorData": websafe_encode(bytes(data)),
                "signature": websafe_encode(signature),
                "userHandle": websafe_encode(self.user_handle),
            }
        )

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        identifier = websafe_encode(self.credential_id)
        return {
            "id": identifier,
            "rawId": identifier,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }


def code_at(secret: str, moment: datetime) -> str:
    """What an app shows at a moment: RFC 6238, written a second time with the standard library alone."""
    import base64
    import hmac

    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(moment.timestamp()) // 30), "sha1").digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


__all__ = [
    "NEW",
    "NOW",
    "PASSWORD",
    "SoftAuthenticator",
    "attempt",
    "code_at",
    "ensure_root",
    "is_signed_in",
    "person",
    "school",
]
