"""OAuth 2: who calls, with which scopes, and for which device.

Tokens are JWTs (RFC 9068 in spirit). Two-legged ones come from the client credentials grant (RFC
6749, 4.4), three-legged ones from a backchannel authentication request (OpenID CIBA) whose
`login_hint` names the device, or from a refresh token; the mock's users always consent.

What the endpoints ask for is CAMARA's Security and Interoperability Profile.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from camara_qod.tools.camara.errors import PermissionDenied, Unauthenticated
from camara_qod.tools.camara.scopes import SCOPES
from camara_qod.tools.operator.clients import Clients
from camara_qod.tools.operator.form import Form
from camara_qod.tools.operator.hint import device_of
from camara_qod.tools.operator.oauth_error import OAuthError
from camara_qod.tools.operator.scopes import ALL_SCOPES, Asked, asked
from camara_qod.tools.operator.settings import ANONYMOUS
from camara_qod.tools.operator.tokens import ExpiredToken, InvalidToken, Tokens

CIBA = "urn:openid:params:grant-type:ciba"
GRANTS = ("client_credentials", CIBA, "refresh_token")

_REQUEST_LIFETIME = 120
_REFRESH_LIFETIME = 30 * 86400
#: The other ways in which OpenID CIBA could name a user, none of which CAMARA's profile takes.
_OTHER_HINTS = ("login_hint_token", "id_token_hint")


@dataclass(frozen=True)
class Caller:
    """Who calls: a client, and in a three-legged token the device that it acts for."""

    client: str
    scopes: frozenset[str] = ALL_SCOPES
    device: dict[str, Any] | None = None


class Authority:
    """Issues and reads tokens.

    Args:
        clients: knows who asks for tokens.
        tokens: signs them.
        spend: says whether a token that holds once is new, and notes it until a moment.
        lifetime: seconds until an access token expires.
        anonymous: every call is served, with every scope; a token decides nothing but the device
            that it stands for.
        purpose_needed: a token is for one purpose.
    """

    def __init__(
        self,
        clients: Clients,
        tokens: Tokens,
        spend: Callable[[str, float], bool],
        lifetime: int,
        *,
        anonymous: bool,
        purpose_needed: bool = False,
    ) -> None:
        self._clients = clients
        self._tokens = tokens
        self._spend = spend
        self._lifetime = lifetime
        self._anonymous = anonymous
        self._purpose_needed = purpose_needed

    def caller(self, authorization: str | None, operation: str) -> Caller:
        """Who makes a call.

        Args:
            authorization: the header.
            operation: operationId, which decides the scope.

        Raises:
            Unauthenticated: no token, or one that is wrong or expired.
            PermissionDenied: it lacks the scope.
        """
        if self._anonymous:
            return Caller(ANONYMOUS, device=self._device(authorization))
        try:
            claims = self._tokens.read(_bearer(authorization), "access")
        except InvalidToken as error:
            raise _unauthenticated(f"The access token does not hold: {error}.") from error
        scopes = frozenset(str(claims.get("scope", "")).split())
        if SCOPES[operation] not in scopes:
            raise PermissionDenied(
                403,
                "PERMISSION_DENIED",
                f"The token lacks the scope {SCOPES[operation]}: ask for one that has it.",
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
        claims = _claims(client, Asked(scopes), device)
        return self._tokens.sign("access", claims, self._lifetime if lifetime is None else lifetime)

    def backchannel(self, form: Form) -> dict[str, Any]:
        """`/oauth2/bc-authorize`: ask a device's user for consent.

        Raises:
            OAuthError: client, scope or `login_hint` do not hold.
        """
        client = self._clients.authenticate(form)
        form = self._clients.asked(client, form)
        for name in _OTHER_HINTS:
            if name in form.fields:
                raise OAuthError("invalid_request", f"{name} is not taken here: use login_hint.")
        claims = _claims(client, self._asked(form), device_of(form.get("login_hint")))
        return {
            "auth_req_id": self._tokens.sign("ciba", claims, _REQUEST_LIFETIME),
            "expires_in": _REQUEST_LIFETIME,
            "interval": 1,
        }

    def grant(self, form: Form) -> dict[str, Any]:
        """`/oauth2/token`.

        Raises:
            OAuthError: the grant is not given.
        """
        client = self._clients.authenticate(form)
        kind = form.get("grant_type")
        if kind == "client_credentials":
            return self._access(client, self._asked(form).without_user(), None)
        if kind not in GRANTS:
            raise OAuthError("unsupported_grant_type", f"grant_type is {', '.join(GRANTS)}.")
        if kind == CIBA:
            claims = self._once("ciba", form.get("auth_req_id"), client, "auth_req_id")
            scope = _scope(claims)
        else:
            claims = self._once("refresh", form.get("refresh_token"), client, "refresh_token")
            scope = _scope(claims).narrowed(form.get("scope"))
        return self._for_user(client, scope, claims, form.issuer)

    def _for_user(
        self, client: str, scope: Asked, claims: dict[str, Any], issuer: str
    ) -> dict[str, Any]:
        """Tokens that stand for the user of a device."""
        device = claims["device"]
        given = self._access(client, scope, device)
        granted = _scope(claims)
        if granted.offline:
            # A refresh may ask for less, but what the user allowed stays allowed.
            kept = _claims(client, granted, device)
            given["refresh_token"] = self._tokens.sign("refresh", kept, _REFRESH_LIFETIME)
        if scope.openid:
            given["id_token"] = self._tokens.identity(client, device, issuer, self._lifetime)
        return given

    def _access(self, client: str, scope: Asked, device: dict[str, Any] | None) -> dict[str, Any]:
        return {
            "access_token": self.token(client, scope.words, device),
            "token_type": "Bearer",
            "expires_in": self._lifetime,
            "scope": str(scope),
        }

    def _asked(self, form: Form) -> Asked:
        return asked(form.get("scope"), purpose_needed=self._purpose_needed)

    def _once(self, kind: str, token: str, client: str, name: str) -> dict[str, Any]:
        """The claims of a token that is given back for others, and holds once."""
        try:
            claims = self._tokens.read(token, kind)
        except ExpiredToken as error:
            code = "expired_token" if kind == "ciba" else "invalid_grant"
            raise OAuthError(code, f"{name} does not hold: {error}.") from error
        except InvalidToken as error:
            raise OAuthError("invalid_grant", f"{name} does not hold: {error}.") from error
        if claims["client_id"] != client:
            raise OAuthError("invalid_grant", f"{name} belongs to another client.")
        if not self._spend(f"{kind} {claims['jti']}", claims["exp"]):
            raise OAuthError("invalid_grant", f"{name} was used before, and holds once.")
        return claims

    def _device(self, authorization: str | None) -> dict[str, Any] | None:
        """The device that a token of ours stands for, in open mode; nothing else counts there."""
        try:
            claims = self._tokens.recognise(_bearer(authorization))
        except (InvalidToken, Unauthenticated):
            return None
        device: dict[str, Any] | None = claims.get("device")
        return device if claims["kind"] == "access" else None


def _claims(client: str, scope: Asked, device: dict[str, Any] | None) -> dict[str, Any]:
    claims: dict[str, Any] = {"client_id": client, "scope": str(scope)}
    return claims | ({"device": device} if device else {})


def _scope(claims: dict[str, Any]) -> Asked:
    return Asked(frozenset(claims["scope"].split()))


def _bearer(authorization: str | None) -> str:
    """The token of the header."""
    if authorization is None:
        raise _unauthenticated(
            "There is no Authorization header: send Bearer and an access token of /oauth2/token."
        )
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer":
        raise _unauthenticated("The Authorization header does not begin with Bearer.")
    if not token.strip():
        raise _unauthenticated("The Authorization header has no token after Bearer.")
    return token.strip()


def _unauthenticated(message: str) -> Unauthenticated:
    return Unauthenticated(401, "UNAUTHENTICATED", message)
