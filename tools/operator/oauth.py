"""The HTTP side of OAuth 2 and OpenID Connect."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from camara_qod.tools.operator.assertion import ALGORITHMS
from camara_qod.tools.operator.form import Form
from camara_qod.tools.operator.gateway import Gateway
from camara_qod.tools.operator.media_type import FORM, media_type
from camara_qod.tools.operator.oauth_error import OAuthError
from camara_qod.tools.operator.scopes import ALL_SCOPES, OFFLINE, OPENID
from camara_qod.tools.operator.security import GRANTS, Authority
from camara_qod.tools.operator.tokens import IDENTITY_ALGORITHM, Tokens

#: Nobody may keep an answer of the token endpoint (RFC 6749, 5.1).
_NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
TOKEN, _BACKCHANNEL, _KEYS = "/oauth2/token", "/oauth2/bc-authorize", "/oauth2/jwks"
DISCOVERY = "/.well-known/openid-configuration"


def oauth_routes(authority: Authority, tokens: Tokens, gateway: Gateway) -> APIRouter:
    """The endpoints that give tokens, and what says where they are.

    Args:
        authority: gives tokens.
        tokens: has the public keys of ID tokens.
        gateway: has the trouble that was ordered for the token endpoint.
    """
    router = APIRouter(tags=["Security"])

    async def token(request: Request) -> Response:
        return JSONResponse(authority.grant(await _form(request)), headers=_NOT_KEPT)

    router.add_api_route(
        TOKEN,
        gateway.troubled("token", token),
        methods=["POST"],
        operation_id="token",
        summary="RFC 6749 token endpoint",
        response_model=dict[str, Any],
    )

    @router.post(_BACKCHANNEL, operation_id="bcAuthorize", summary="OpenID CIBA request")
    async def backchannel(request: Request) -> Any:
        return JSONResponse(authority.backchannel(await _form(request)), headers=_NOT_KEPT)

    @router.get(_KEYS, operation_id="jwks", summary="Public keys of ID tokens (RFC 7517)")
    def keys() -> dict[str, Any]:
        return tokens.public_keys()

    @router.get(DISCOVERY, operation_id="openidConfiguration")
    def discovery(request: Request) -> dict[str, Any]:
        return _discovery(_root(request))

    return router


def _discovery(root: str) -> dict[str, Any]:
    """OpenID provider metadata. A purpose is a scope too; there are too many to list them."""
    return {
        "issuer": root,
        "token_endpoint": root + TOKEN,
        "backchannel_authentication_endpoint": root + _BACKCHANNEL,
        "jwks_uri": root + _KEYS,
        "backchannel_token_delivery_modes_supported": ["poll"],
        "backchannel_user_code_parameter_supported": False,
        "backchannel_authentication_request_signing_alg_values_supported": list(ALGORITHMS),
        "grant_types_supported": list(GRANTS),
        "token_endpoint_auth_methods_supported": [
            "private_key_jwt",
            "client_secret_basic",
            "client_secret_post",
        ],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "id_token_signing_alg_values_supported": [IDENTITY_ALGORITHM],
        "scopes_supported": [OPENID, OFFLINE, *sorted(ALL_SCOPES)],
        "claims_supported": ["iss", "sub", "aud", "iat", "exp"],
        "response_types_supported": [],
        "subject_types_supported": ["pairwise"],
    }


def _root(request: Request) -> str:
    return str(request.base_url).rstrip("/")


async def _form(request: Request) -> Form:
    kind = media_type(request)
    if kind not in (None, FORM):
        raise OAuthError("invalid_request", f"Content-Type is {kind}: send {FORM}.")
    root = _root(request)
    header = request.headers.get("authorization")
    return Form.read(await request.body(), header, root, root + request.url.path)


async def oauth_refused(_: Request, error: Exception) -> Response:
    """The answer to an `OAuthError`."""
    if not isinstance(error, OAuthError):
        raise error
    body = {"error": error.error, "error_description": error.description}
    headers = {"WWW-Authenticate": "Basic"} if error.status == 401 else {}
    return JSONResponse(body, status_code=error.status, headers=headers | _NOT_KEPT)
