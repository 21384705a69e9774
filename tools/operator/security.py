"""OAuth 2: who calls, with which scopes, and for which device.

Tokens are JWTs (RFC 9068 in spirit) signed with a key that the store keeps. Two-legged ones come
from the client credentials grant (RFC 6749, 4.4), three-legged ones from a backchannel
authentication request (OpenID CIBA, as CAMARA's security profile has it) whose `login_hint` names
the device; the mock's users always consent.
"""

import base64
import binascii
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import jwt
from pydantic import SecretStr

from camara_qod.tools.camara.errors import PermissionDenied, Unauthenticated
from camara_qod.tools.camara.models import Device
from camara_qod.tools.operator.settings import ANONYMOUS

_ALGORITHM = "HS256"
_AUDIENCE = "camara-qod-mock"
_CIBA = "urn:openid:params:grant-type:ciba"
_REQUEST_LIFETIME = 120

SESSION_SCOPES = {
    "createSession": "quality-on-demand:sessions:create",
    "getSession": "quality-on-demand:sessions:read",
    "deleteSession": "quality-on-demand:sessions:delete",
    "extendQosSessionDuration": "quality-on-demand:sessions:update",
    "retrieveSessionsByDevice": "quality-on-demand:sessions:retrieve-by-device",
}
PROFILE_SCOPES = {"retrieveQoSProfiles": "qos-profiles:read", "getQosProfile": "qos-profiles:read"}
#: The scope that each operation needs (`security` of the two specifications).
SCOPES = SESSION_SCOPES | PROFILE_SCOPES
ALL_SCOPES = frozenset(SCOPES.values())


@dataclass(frozen=True)
class Caller:
    """Who calls: a client, and in a three-legged token the device that it acts for."""

    client: str
    scopes: frozenset[str] = ALL_SCOPES
    device: dict[str, Any] | None = None


class OAuthError(Exception):
    """A refusal of the token endpoint (RFC 6749, 5.2)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


class Authority:
    """Issues and reads tokens.

    Args:
        clients: ids and secrets.
        key: what tokens are signed with.
        lifetime: seconds until a token expires.
        anonymous: calls without a token are served, with every scope.
        clock: the operator's, by which tokens expire.
    """

    def __init__(
        self,
        clients: Mapping[str, SecretStr],
        key: str,
        lifetime: int,
        *,
        anonymous: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clients = clients
        self._key = key
        self._lifetime = lifetime
        self._anonymous = anonymous
        self._clock = clock

    def caller(self, authorization: str | None, operation: str) -> Caller:
        """Who makes a call.

        Args:
            authorization: the header.
            operation: operationId, which decides the scope.

        Raises:
            Unauthenticated: no token, or one that is wrong or expired.
            PermissionDenied: it lacks the scope.
        """
        if authorization is None and self._anonymous:
            return Caller(ANONYMOUS)
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise _unauthenticated("A bearer access token is needed.")
        claims = self._claims(token.strip(), "access")
        scopes = frozenset(str(claims.get("scope", "")).split())
        if SCOPES[operation] not in scopes:
            raise PermissionDenied(
                403, "PERMISSION_DENIED", f"The token lacks the scope {SCOPES[operation]}."
            )
        return Caller(claims["client_id"], scopes, claims.get("device"))

    def token(
        self,
        client: str,
        scopes: frozenset[str] = ALL_SCOPES,
        device: dict[str, Any] | None = None,
        lifetime: int | None = None,
    ) -> str:
        """An access token; a negative lifetime makes one that has expired."""
        claims: dict[str, Any] = {"client_id": client, "scope": " ".join(sorted(scopes))}
        if device:
            claims["device"] = device
        return self._signed("access", claims, self._lifetime if lifetime is None else lifetime)

    def backchannel(self, form: Mapping[str, str], authorization: str | None) -> dict[str, Any]:
        """`/oauth2/bc-authorize`: ask a device's user for consent.

        Raises:
            OAuthError: client, scope or `login_hint` do not hold.
        """
        client = self._client(form, authorization)
        claims = {
            "client_id": client,
            "scope": " ".join(sorted(_scopes(form))),
            "device": _hinted(form.get("login_hint", "")),
        }
        return {
            "auth_req_id": self._signed("ciba", claims, _REQUEST_LIFETIME),
            "expires_in": _REQUEST_LIFETIME,
            "interval": 1,
        }

    def grant(self, form: Mapping[str, str], authorization: str | None) -> dict[str, Any]:
        """`/oauth2/token`.

        Raises:
            OAuthError: the grant is not given.
        """
        client = self._client(form, authorization)
        kind = form.get("grant_type")
        if kind == "client_credentials":
            scopes, device = _scopes(form), None
        elif kind == _CIBA:
            claims = self._consent(form.get("auth_req_id", ""), client)
            scopes, device = frozenset(claims["scope"].split()), claims["device"]
        else:
            raise OAuthError("unsupported_grant_type", f"Use client_credentials or {_CIBA}.")
        return {
            "access_token": self.token(client, scopes, device),
            "token_type": "Bearer",
            "expires_in": self._lifetime,
            "scope": " ".join(sorted(scopes)),
        }

    def _consent(self, request: str, client: str) -> dict[str, Any]:
        try:
            claims = self._claims(request, "ciba")
        except Unauthenticated as error:
            raise OAuthError("invalid_grant", "auth_req_id is unknown or expired.") from error
        if claims["client_id"] != client:
            raise OAuthError("invalid_grant", "auth_req_id belongs to another client.")
        return claims

    def _client(self, form: Mapping[str, str], authorization: str | None) -> str:
        """The authenticated client, by HTTP Basic or by the form (RFC 6749, 2.3.1)."""
        client, secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization and authorization.lower().startswith("basic "):
            client, secret = _basic(authorization[6:])
        known = self._clients.get(client)
        if known is None or not secrets.compare_digest(
            known.get_secret_value().encode(), secret.encode()
        ):
            raise OAuthError("invalid_client", "Client id or secret do not hold.", 401)
        return client

    def _signed(self, kind: str, claims: dict[str, Any], lifetime: int) -> str:
        now = int(self._clock())
        payload = claims | {
            "aud": _AUDIENCE,
            "kind": kind,
            "iat": now,
            "exp": now + lifetime,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode(payload, self._key, _ALGORITHM)

    def _claims(self, token: str, kind: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key,
                [_ALGORITHM],
                audience=_AUDIENCE,
                # Times are those of the operator's clock, which the library does not know.
                options={
                    "require": ["exp", "client_id"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidTokenError as error:
            raise _unauthenticated("The access token is not valid.") from error
        if claims.get("kind") != kind:
            raise _unauthenticated("The access token is not valid.")
        if claims["exp"] <= self._clock():
            raise _unauthenticated("The access token has expired: get a new one.")
        return claims


def _unauthenticated(message: str) -> Unauthenticated:
    return Unauthenticated(401, "UNAUTHENTICATED", message)


def _basic(encoded: str) -> tuple[str, str]:
    try:
        client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OAuthError("invalid_client", "The Basic header is not valid.", 401) from error
    return unquote(client), unquote(secret)


def _scopes(form: Mapping[str, str]) -> frozenset[str]:
    asked = frozenset(form.get("scope", "").split()) - {"openid"}
    unknown = asked - ALL_SCOPES
    if unknown:
        raise OAuthError("invalid_scope", f"There is no scope {', '.join(sorted(unknown))}.")
    return asked or ALL_SCOPES


def _hinted(hint: str) -> dict[str, Any]:
    """The device of a `login_hint`: `tel:+34…`, `ipport:203.0.113.9:8443`, `ipport:[::1]:80`."""
    kind, _, value = hint.partition(":")
    device: dict[str, Any] = {}
    if kind == "tel":
        device = {"phoneNumber": value}
    elif kind == "ipport":
        address, _, port = value.rpartition(":")
        if address.startswith("["):
            device = {"ipv6Address": address.strip("[]")}
        elif port.isdecimal():
            device = {"ipv4Address": {"publicAddress": address, "publicPort": int(port)}}
    try:
        return Device.model_validate(device).wire()
    except ValueError as error:
        raise OAuthError(
            "invalid_request",
            "login_hint is tel:+<number> or ipport:<address>:<port>; in a form the + is %2B.",
        ) from error
