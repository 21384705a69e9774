"""What an operator's OpenID provider says of itself (OpenID Connect Discovery 1.0)."""

import httpx2
from pydantic import BaseModel, ValidationError

from camara_qod.tools.camara.oauth.steps import Steps, sent
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
        AuthorizationFailed: it does not answer with its document.
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
    endpoints = (provider.token_endpoint, provider.backchannel_authentication_endpoint)
    open_ones = [url for url in endpoints if url and not url.startswith("https://")]
    if issuer.startswith("https://") and open_ones:
        raise SettingsError(
            f"{issuer} names an endpoint without https ({open_ones[0]}): no secret is sent there."
        )
