"""`GET /`: what there is."""

from typing import Any

from fastapi import APIRouter, Request

from camara_qod.tools.camara.edition import Edition
from camara_qod.tools.operator import docs, oauth
from camara_qod.tools.operator.settings import OperatorSettings


def index_route(edition: Edition, settings: OperatorSettings) -> APIRouter:
    """What a caller of the root is told."""
    router = APIRouter()
    paths = {
        "quality-on-demand": edition.sessions,
        "qos-profiles": edition.profiles,
        "documentation": docs.PATH,
        "openapi": "/openapi.json",
        "token": oauth.TOKEN,
        "openid-configuration": oauth.DISCOVERY,
    }
    if settings.control_token:
        paths["control"] = "/control"
    tokens = (
        "Every call is served, with or without a token."
        if settings.open
        else f"Calls carry a bearer token; POST {oauth.TOKEN} gives it."
    )

    @router.get("/", include_in_schema=False)
    def index(request: Request) -> dict[str, Any]:
        root = str(request.base_url).rstrip("/")
        links = {name: root + path for name, path in paths.items()}
        return {"title": "Mock operator", "version": edition.version, "tokens": tokens} | links

    return router
