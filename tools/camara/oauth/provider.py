"""What an operator's OpenID provider says of itself (OpenID Connect Discovery 1.0)."""

import httpx2
from pydantic import BaseModel, ValidationError

from camara_qod.tools.camara.oauth.steps import Steps, sent
from camara_qod.tools.camara.sendable import check_url
from camara_qod.tools.errors import AuthorizationFailed, SettingsError
from camara_qod.tools.faults import faults

_DOCUMENT = "/.well-known/openid-configuration"


class Provider(BaseModel):
    """The parts of the provider's metadata that a client of this kind needs."""

    issuer: str
    token_endpoint: str
    backchannel_authentication_endpoint: str | None = None
    #: Where it is not said, the header alone (OpenID Connect Discovery, 3).
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]
    token_endpoint_auth_signing_alg_values_supported: list[str] = []

    def takes(self, method: str) -> bool:
        """Whether clients may say who they are in that way."""
        return method in self.token_endpoint_auth_methods_supported


def discovered(issuer: str) -> Steps[Provider]:
    """Ask a provider for its endpoints.

    Args:
        issuer: its URL, without the path of the document.

    Raises:
        AuthorizationFailed: it does not answer with its document, or names an endpoint that is no
            URL.
        SettingsError: the document is another issuer's, or would send secrets in the clear.
    """
    response = yield from sent(httpx2.Request("GET", issuer + _DOCUMENT))
    if not response.is_success:
        raise AuthorizationFailed(
            f"{issuer}{_DOCUMENT} answered {response.status_code}: check QOD_OAUTH_ISSUER."
        )
    try:
        provider = Provider.model_validate_json(response.content)
    except ValidationError as error:
        raise AuthorizationFailed(
            f"{issuer}{_DOCUMENT} is no discovery document: {faults(error, Provider)}. Check "
            "QOD_OAUTH_ISSUER."
        ) from error
    _check(provider, issuer)
    return provider


def _check(provider: Provider, issuer: str) -> None:
    if provider.issuer.rstrip("/") != issuer:
        raise SettingsError(
            f"The discovery document under {issuer} is that of {provider.issuer}: set "
            "QOD_OAUTH_ISSUER to the issuer that is meant."
        )
    asking = provider.backchannel_authentication_endpoint
    endpoints = [provider.token_endpoint, *([asking] if asking else [])]
    open_ones = [url for url in endpoints if not url.startswith("https://")]
    if issuer.startswith("https://") and open_ones:
        raise SettingsError(
            f"{issuer} names an endpoint without https ({open_ones[0]}), and no secret is sent "
            "there: ask the operator for the issuer whose endpoints have it (QOD_OAUTH_ISSUER)."
        )
    for url in endpoints:
        _check_endpoint(issuer, url)


def _check_endpoint(issuer: str, url: str) -> None:
    try:
        check_url(url)
    except ValueError as error:
        raise AuthorizationFailed(
            f"{issuer} names an endpoint that no request can be sent to ({url}). Check "
            "QOD_OAUTH_ISSUER, or tell the operator."
        ) from error
