"""The two ways to a token: for the client itself, and with the consent of a device's user."""

import httpx2
from pydantic import BaseModel, Field, ValidationError

from camara_qod.tools.camara.oauth.access_token import AccessToken, Clock, Purpose, TokenResponse
from camara_qod.tools.camara.oauth.identity import Identity
from camara_qod.tools.camara.oauth.provider import Provider
from camara_qod.tools.camara.oauth.steps import Pause, Steps, sent
from camara_qod.tools.errors import AuthorizationFailed, SettingsError

_CIBA = "urn:openid:params:grant-type:ciba"
#: Seconds by which a provider that says `slow_down` wants to be asked less often (CIBA, 11).
_SLOWER = 5.0


class _Begun(BaseModel):
    """What a backchannel authentication endpoint answers (OpenID CIBA, 7.3)."""

    auth_req_id: str
    expires_in: float = Field(gt=0)
    interval: float = Field(default=5, gt=0)


class _Error(BaseModel):
    """RFC 6749, 5.2."""

    error: str
    error_description: str = ""


def client_credentials(
    provider: Provider, identity: Identity, purpose: Purpose, clock: Clock
) -> Steps[AccessToken]:
    """A token for the client itself (RFC 6749, 4.4).

    Raises:
        AuthorizationFailed: the provider does not give it.
    """
    form = {"grant_type": "client_credentials", "scope": purpose.scope}
    endpoint, asked = provider.token_endpoint, clock()
    response = yield from sent(identity.request(provider, endpoint, form))
    return _token(response, endpoint, asked)


def ciba(
    provider: Provider, identity: Identity, purpose: Purpose, clock: Clock
) -> Steps[AccessToken]:
    """A token with the consent of a device's user, who is asked by the operator (OpenID CIBA).

    Raises:
        AuthorizationFailed: the provider does not give it, or the user does not agree in time.
        SettingsError: the provider has no such way.
    """
    begun = yield from _asked_user(provider, identity, purpose)
    form = {"grant_type": _CIBA, "auth_req_id": begun.auth_req_id}
    wait, ends, endpoint = begun.interval, clock() + begun.expires_in, provider.token_endpoint
    while clock() < ends:
        yield Pause(wait)
        asked = clock()
        response = yield from sent(identity.request(provider, endpoint, form))
        error = None if response.is_success else _error(response)
        if error is None or error.error not in {"authorization_pending", "slow_down"}:
            return _token(response, endpoint, asked)
        wait += _SLOWER if error.error == "slow_down" else 0
    raise AuthorizationFailed(
        f"The user of the device did not agree within {begun.expires_in:.0f} seconds; nothing was "
        "sent. Try again when they can answer the operator's question."
    )


def _asked_user(provider: Provider, identity: Identity, purpose: Purpose) -> Steps[_Begun]:
    endpoint = provider.backchannel_authentication_endpoint
    if endpoint is None:
        raise SettingsError(
            f"{provider.issuer} has no endpoint to ask a user for consent: set QOD_OAUTH_GRANT to "
            "client_credentials."
        )
    form = {"scope": f"openid {purpose.scope}", "login_hint": purpose.login_hint or ""}
    response = yield from sent(identity.request(provider, endpoint, form))
    try:
        return _Begun.model_validate_json(_granted(response, endpoint).content)
    except ValidationError as error:
        raise _unreadable(endpoint) from error


def _token(response: httpx2.Response, endpoint: str, asked: float) -> AccessToken:
    try:
        given = TokenResponse.model_validate_json(_granted(response, endpoint).content)
    except ValidationError as error:
        raise _unreadable(endpoint) from error
    return AccessToken.of(given, asked)


def _granted(response: httpx2.Response, endpoint: str) -> httpx2.Response:
    if response.is_success:
        return response
    told = _error(response)
    words = f"{told.error} ({told.error_description})" if told.error_description else told.error
    raise AuthorizationFailed(
        f"{endpoint} gave no access token: {words}. Nothing was sent to the API; check the "
        "QOD_OAUTH_ settings with the operator."
    )


def _error(response: httpx2.Response) -> _Error:
    try:
        return _Error.model_validate_json(response.content)
    except ValidationError:
        return _Error(error=f"status {response.status_code}")


def _unreadable(endpoint: str) -> AuthorizationFailed:
    # What stands in the answer is a secret, or may be one: it is not repeated.
    return AuthorizationFailed(
        f"{endpoint} answered with something else than RFC 6749 says: check QOD_OAUTH_ISSUER."
    )
