"""Tokens of the operator: JWTs signed with keys that the store keeps, as tokens outlive a process.

What only the operator reads (access and refresh tokens, authentication requests) is signed with a
secret; ID tokens are for clients, who check them with a public key.
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

_ALGORITHM = "HS256"
_AUDIENCE = "camara-qod-mock"
#: What ID tokens are signed with; OpenID Connect Discovery, 3 asks every operator for it.
IDENTITY_ALGORITHM = "RS256"


class InvalidToken(Exception):
    """A token does not hold; the text says why."""


class ExpiredToken(InvalidToken):
    """It held once."""


class Tokens:
    """Signs and reads tokens.

    Args:
        key: the secret.
        identity_key: gives the private key for ID tokens (PEM); asked for when one is needed.
        clock: by which tokens expire, seconds since the epoch.
    """

    def __init__(
        self,
        key: str,
        identity_key: Callable[[], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._key = key
        self._pem = identity_key
        self._clock = clock

    def sign(self, kind: str, claims: dict[str, Any], lifetime: int) -> str:
        """A token of a kind; a negative lifetime makes one that has expired."""
        payload = claims | self._dated(lifetime) | {"aud": _AUDIENCE, "kind": kind}
        return jwt.encode(payload, self._key, _ALGORITHM)

    def read(self, token: str, kind: str) -> dict[str, Any]:
        """The claims of a token of a kind.

        Raises:
            InvalidToken: it is none of the operator's, or of another kind.
            ExpiredToken: its time is over.
        """
        claims = self.recognise(token)
        if claims["kind"] != kind:
            raise InvalidToken(f"it is a token of another kind ({claims['kind']})")
        if claims["exp"] <= self._clock():
            at = datetime.fromtimestamp(claims["exp"], UTC)
            raise ExpiredToken(f"it expired at {at:%Y-%m-%d %H:%M:%S} UTC")
        return claims

    def recognise(self, token: str) -> dict[str, Any]:
        """The claims of any token that the operator signed with its secret, also an expired one.

        Raises:
            InvalidToken: it did not.
        """
        # Times are those of the operator's clock, which the library does not know.
        options: Any = {
            "require": ["exp", "client_id", "kind"],
            "verify_exp": False,
            "verify_iat": False,
        }
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self._key, [_ALGORITHM], audience=_AUDIENCE, options=options
            )
        except jwt.PyJWTError as error:
            raise InvalidToken(f"this operator did not issue it: {error}") from error
        return claims

    def identity(self, client: str, device: dict[str, Any], issuer: str, lifetime: int) -> str:
        """An ID token for a client, about the user of a device."""
        claims = {"iss": issuer, "sub": self._pseudonym(client, device), "aud": client}
        payload = claims | self._dated(lifetime)
        return jwt.encode(
            payload, self._identity_key, IDENTITY_ALGORITHM, headers={"kid": self._identity_id}
        )

    def public_keys(self) -> dict[str, Any]:
        """The JWK Set with which clients check ID tokens."""
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self._identity_key.public_key(), as_dict=True)
        fit = {"use": "sig", "alg": IDENTITY_ALGORITHM, "kid": self._identity_id}
        return {"keys": [{name: public[name] for name in ("kty", "n", "e")} | fit]}

    def _dated(self, lifetime: int) -> dict[str, Any]:
        now = int(self._clock())
        return {"iat": now, "exp": now + lifetime, "jti": secrets.token_hex(8)}

    def _pseudonym(self, client: str, device: dict[str, Any]) -> str:
        """A name of a user that differs for each client and does not lead back to the device."""
        text = json.dumps([client, device], sort_keys=True)
        return hmac.new(self._key.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]

    @cached_property
    def _identity_key(self) -> RSAPrivateKey:
        key = load_pem_private_key(self._pem().encode(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("the key for ID tokens is an RSA key")
        return key

    @cached_property
    def _identity_id(self) -> str:
        number = self._identity_key.public_key().public_numbers().n
        return hashlib.sha256(str(number).encode()).hexdigest()[:16]


def new_identity_key() -> str:
    """A fresh private key for ID tokens (PEM)."""
    key = generate_private_key(65537, 2048)
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key.private_bytes(*form).decode()
