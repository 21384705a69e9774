"""Who the client is: a secret, or a key that it signs with (`private_key_jwt`)."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx2
import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import SecretStr

from camara_qod.tools.camara.oauth.provider import Provider
from camara_qod.tools.errors import SettingsError

#: RFC 7523, 2.2.
_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: Seconds that an assertion holds. CAMARA's profile allows 300; one call needs far fewer.
_LIFETIME = 60
_RSA = ("PS256", "RS256")


@dataclass(frozen=True)
class Secret:
    """A client with a secret.

    It goes into the header (RFC 6749, 2.3.1), or into the form where the provider takes no header.
    """

    client_id: str
    secret: SecretStr

    def request(self, provider: Provider, endpoint: str, form: dict[str, str]) -> httpx2.Request:
        """A form for an endpoint, signed by this client."""
        value = self.secret.get_secret_value()
        if not provider.takes("client_secret_basic") and provider.takes("client_secret_post"):
            named = form | {"client_id": self.client_id, "client_secret": value}
            return _posted(endpoint, named)
        # Both are encoded as a form's values are before they are joined.
        request = _posted(endpoint, form)
        pair = httpx2.BasicAuth(quote(self.client_id, safe=""), quote(value, safe=""))
        return next(pair.auth_flow(request))


class Key:
    """A client with a private key, that signs a fresh assertion for each call (RFC 7523).

    Args:
        client_id: its id.
        pem: RSA or P-256 private key (PEM).
        key_id: name of the key where the provider knows several.

    Raises:
        SettingsError: the key cannot be used.
    """

    def __init__(self, client_id: str, pem: bytes, key_id: str | None = None) -> None:
        self.client_id = client_id
        self._key = _private_key(pem)
        self._headers = {"kid": key_id} if key_id else None

    def request(self, provider: Provider, endpoint: str, form: dict[str, str]) -> httpx2.Request:
        """A form for an endpoint, signed by this client."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.client_id,
            "sub": self.client_id,
            # The endpoint that is called: what is caught there is of no use at another.
            "aud": endpoint,
            "iat": now,
            "exp": now + _LIFETIME,
            "jti": str(uuid4()),
        }
        algorithm = self._algorithm(provider)
        assertion = jwt.encode(claims, self._key, algorithm, headers=self._headers)
        signed = {"client_assertion_type": _TYPE, "client_assertion": assertion}
        return _posted(endpoint, form | {"client_id": self.client_id} | signed)

    def _algorithm(self, provider: Provider) -> str:
        if isinstance(self._key, EllipticCurvePrivateKey):
            return "ES256"
        known = provider.token_endpoint_auth_signing_alg_values_supported
        return next((name for name in _RSA if name in known), "RS256")


Identity = Secret | Key


def _posted(endpoint: str, form: dict[str, str]) -> httpx2.Request:
    return httpx2.Request("POST", endpoint, data=form, headers={"accept": "application/json"})


def _private_key(pem: bytes) -> RSAPrivateKey | EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise SettingsError(
            "QOD_OAUTH_CLIENT_KEY is no private key that can be read: name a PEM file without a "
            "passphrase."
        ) from error
    except UnsupportedAlgorithm as error:
        raise _misfit() from error
    fits = isinstance(key, RSAPrivateKey) or (
        isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)
    )
    if not fits:
        raise _misfit()
    return key  # type: ignore[return-value]


def _misfit() -> SettingsError:
    return SettingsError(
        "QOD_OAUTH_CLIENT_KEY is neither an RSA nor a P-256 key: name the PEM file of one that is, "
        "and register its public key with the operator."
    )
