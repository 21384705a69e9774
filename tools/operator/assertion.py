"""What clients sign: who they are (`private_key_jwt`), and requests for consent.

RFC 7523, 3 and OpenID Connect Core, 9, with the bounds of CAMARA's profile: a statement is meant
for the endpoint that was called or for this issuer, and holds once; one about the client lives for
at most 300 seconds.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.operator.form import Form
from camara_qod.tools.operator.oauth_error import OAuthError, unknown_client

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: Signatures that are read.
ALGORITHMS = ("ES256", "PS256", "RS256")
#: The longest that an assertion may live, in seconds.
LIFETIME = 300

_NEEDED = ("iss", "aud", "exp", "jti")
#: What stands beside a signed request: that, and who the client is.
_BESIDE_A_REQUEST = {
    *("request", "client_id", "client_secret", "client_assertion", "client_assertion_type"),
}
_PUBLIC = (RSAPublicKey, EllipticCurvePublicKey)
_FAMILIES = {"RS256": RSAPublicKey, "PS256": RSAPublicKey, "ES256": EllipticCurvePublicKey}
#: Says whether a statement is new, and notes it until a moment.
Spend = Callable[[str, float], bool]


class _Fault(Exception):
    """Why a statement does not hold."""


class PublicKeys:
    """The public keys of one client.

    Args:
        text: a public key (PEM), or a key or set of keys (JWK, JWK Set).

    Raises:
        ValueError: it is neither.
    """

    def __init__(self, text: str) -> None:
        self._keys = [(name, key) for name, key in _parsed(text) if isinstance(key, _PUBLIC)]
        if not self._keys:
            raise ValueError("there is no public key in it that fits")

    def fitting(self, header: Mapping[str, Any]) -> list[Any]:
        """The keys that a statement with this header may be signed with."""
        family = _FAMILIES.get(str(header.get("alg")))
        named = [key for name, key in self._keys if name == header.get("kid")]
        keys = named or [key for _, key in self._keys]
        return [key for key in keys if family is not None and isinstance(key, family)]


class Assertions:
    """Reads the statements of clients.

    Args:
        keys: ids of clients, and their public keys as `PublicKeys` takes them.
        spend: notes statements that were used.
        clock: the time that clients live by, seconds since the epoch.

    Raises:
        SettingsError: a key cannot be read.
    """

    def __init__(
        self, keys: Mapping[str, str], spend: Spend, clock: Callable[[], float] = time.time
    ) -> None:
        self._keys = {client: _client_keys(client, text) for client, text in keys.items()}
        self._spend = spend
        self._clock = clock

    def knows(self, client: str) -> bool:
        """Whether a client has registered a key."""
        return client in self._keys

    def client(self, form: Form) -> str:
        """Who a form's `client_assertion` claims to be, before anything is checked.

        Raises:
            OAuthError: it is none.
        """
        if form.get("client_assertion_type") != TYPE:
            raise OAuthError("invalid_request", f"client_assertion_type is {TYPE}.")
        try:
            claims = jwt.decode(form.get("client_assertion"), options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise unknown_client(f"client_assertion is no signed JWT ({error}).") from error
        client = claims.get("sub")
        if not isinstance(client, str) or not client:
            raise unknown_client("client_assertion names no client as sub.")
        return client

    def check(self, client: str, form: Form) -> None:
        """Whether a form's `client_assertion` holds.

        Raises:
            OAuthError: it does not, and why.
        """
        try:
            self._checked(client, form, "client_assertion", (*_NEEDED, "sub"), LIFETIME)
        except _Fault as fault:
            raise unknown_client(f"client_assertion: {fault}.") from fault

    def request(self, client: str, form: Form) -> Form:
        """A form as its signed `request` has it (OpenID CIBA, 7.1.1).

        Raises:
            OAuthError: that does not hold, or is not all there is.
        """
        outside = sorted(set(form.fields) - _BESIDE_A_REQUEST)
        if outside:
            names = ", ".join(outside)[:200]
            raise OAuthError("invalid_request", f"{names}: what is asked for is in the request.")
        try:
            claims = self._checked(client, form, "request", (*_NEEDED, "iat", "nbf"), None)
        except _Fault as fault:
            raise OAuthError("invalid_request_object", f"request: {fault}.") from fault
        asked = {name: value for name, value in claims.items() if isinstance(value, str)}
        return replace(form, fields=asked)

    def _checked(
        self, client: str, form: Form, name: str, needed: tuple[str, ...], longest: int | None
    ) -> dict[str, Any]:
        """The claims of a statement in a form's parameter."""
        claims = self._signed(client, form.get(name), needed)
        for fault in (
            _unnamed(claims, client),
            self._untimely(claims, longest),
            _misdirected(claims, form),
        ):
            if fault:
                raise _Fault(fault)
        if not self._spend(f"{name} {client} {claims['jti']}", float(claims["exp"])):
            raise _Fault("its jti was used before, sign a new one")
        return claims

    def _signed(self, client: str, token: str, needed: tuple[str, ...]) -> dict[str, Any]:
        try:
            keys = self._keys[client].fitting(jwt.get_unverified_header(token))
        except KeyError as error:
            raise _Fault(f"{client} has no key here to sign with") from error
        except jwt.PyJWTError as error:
            raise _Fault(f"it is no signed JWT ({error})") from error
        for key in keys:
            try:
                return _decoded(token, key, needed)
            except jwt.InvalidSignatureError:
                continue
            except jwt.PyJWTError as error:
                raise _Fault(str(error)) from error
        raise _Fault(f"it is not signed with a key of {client}, by one of {', '.join(ALGORITHMS)}")

    def _untimely(self, claims: Mapping[str, Any], longest: int | None) -> str | None:
        now, end = self._clock(), claims["exp"]
        if not _seconds(end) or not _seconds(claims.get("iat", 0), claims.get("nbf", 0)):
            return "exp, iat and nbf are seconds since 1970"
        if end <= now:
            return f"it expired {now - end:.0f} seconds ago"
        if longest is not None and end > now + longest:
            return f"exp is more than {longest} seconds ahead"
        if longest is not None and end - claims.get("iat", end) > longest:
            return f"exp is more than {longest} seconds after iat"
        return "its nbf is not reached yet" if claims.get("nbf", 0) > now else None


def _decoded(token: str, key: Any, needed: tuple[str, ...]) -> dict[str, Any]:
    # Times and the audience are checked by us: the library has another clock, other bounds and
    # other words.
    names = ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")
    options: Any = {f"verify_{name}": False for name in names} | {"require": list(needed)}
    claims: dict[str, Any] = jwt.decode(token, key, list(ALGORITHMS), options=options)
    return claims


def _unnamed(claims: Mapping[str, Any], client: str) -> str | None:
    if claims["iss"] != client:
        return "iss is the client's id"
    jti = claims["jti"]
    return None if isinstance(jti, str) and jti else "jti is a text of its own for each call"


def _misdirected(claims: Mapping[str, Any], form: Form) -> str | None:
    given = claims["aud"]
    audience = given if isinstance(given, list) else [given]
    if {form.endpoint, form.issuer}.isdisjoint(item for item in audience if isinstance(item, str)):
        return f"aud is {form.endpoint}, the endpoint that is called, or the issuer {form.issuer}"
    return None


def _seconds(*values: Any) -> bool:
    return all(
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
        for value in values
    )


def _client_keys(client: str, text: str) -> PublicKeys:
    try:
        return PublicKeys(text)
    except ValueError as error:
        raise SettingsError(
            f"The key of client {client} cannot be read ({error}): give --client-key an RSA or "
            "P-256 public key as PEM, JWK or JWK Set."
        ) from error


def _parsed(text: str) -> list[tuple[str | None, Any]]:
    if not text.lstrip().startswith("{"):
        return [(None, _of_pem(text))]
    value = json.loads(text)
    try:
        found = jwt.PyJWKSet.from_dict(value if "keys" in value else {"keys": [value]})
    except (jwt.PyJWTError, TypeError) as error:
        # The library leaves out what is no key, and asks whether a package is missing.
        raise ValueError(
            "it is JSON without a key: a JWK has kty, and n and e or crv, x and y"
        ) from error
    return [(key.key_id, key.key) for key in found.keys]


def _of_pem(text: str) -> Any:
    try:
        return load_pem_public_key(text.encode())
    except UnsupportedAlgorithm as error:
        raise ValueError("it is of a kind or on a curve that is not known here") from error
