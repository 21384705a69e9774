"""The mock operator: its parts put together, as an ASGI application."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import SecretStr
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException

from camara_qod.tools.camara.edition import EDITIONS, Edition
from camara_qod.tools.camara.errors import CamaraError, InvalidArgument
from camara_qod.tools.camara.models import ErrorInfo
from camara_qod.tools.catalogue import Catalogue, load_catalogue
from camara_qod.tools.faults import faults
from camara_qod.tools.operator.assertion import Assertions
from camara_qod.tools.operator.clients import Clients
from camara_qod.tools.operator.codes import code_of
from camara_qod.tools.operator.control import control_is_off, control_routes
from camara_qod.tools.operator.devices import Devices
from camara_qod.tools.operator.docs import add_docs
from camara_qod.tools.operator.gateway import Correlated, Gateway, refusal
from camara_qod.tools.operator.index import index_route
from camara_qod.tools.operator.limits import Limits
from camara_qod.tools.operator.network import Network
from camara_qod.tools.operator.notifications import Courier
from camara_qod.tools.operator.oauth import oauth_refused, oauth_routes
from camara_qod.tools.operator.oauth_error import OAuthError
from camara_qod.tools.operator.profiles import Profiles
from camara_qod.tools.operator.routes import profile_routes, session_routes
from camara_qod.tools.operator.security import Authority
from camara_qod.tools.operator.sessions import Sessions
from camara_qod.tools.operator.settings import OperatorSettings
from camara_qod.tools.operator.store import Store
from camara_qod.tools.operator.tokens import Tokens, new_identity_key
from camara_qod.tools.routes import methods

#: How the files of the documentation are read.
_OF_FILES = ("GET", "HEAD")


class Operator:
    """A mock operator; `app` serves it.

    Args:
        settings: what the operator decides; by default that of the in-process demo, which takes
            calls without a token.
        catalogue: the profiles, instead of the settings' file.
        sink_client: makes the connections for notifications.
        clock: seconds since the epoch.

    Attributes:
        clients: ids and secrets of the OAuth 2 clients, with that of `demo` where there is one.

    Raises:
        SettingsError: catalogue, database, a client's key or the rate limit do not hold.
    """

    def __init__(
        self,
        settings: OperatorSettings | None = None,
        catalogue: Catalogue | None = None,
        sink_client: httpx2.AsyncClient | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings = settings or OperatorSettings(open=True)
        self.edition = EDITIONS[settings.api_version]
        # First what needs no database, so that none is made in vain.
        self._limit = Limits(settings.rate_limit)
        catalogue = catalogue or load_catalogue(settings.catalogue, "--catalogue")
        self.store = Store(settings.database)
        self.clients = self._clients(settings)
        self.network = Network(self.store, settings.activation_delay, clock)
        self.tokens = Tokens(
            self.store.signing_key(),
            lambda: self.store.fact("identity_key", new_identity_key),
            self.network.now,
        )
        self.authority = self._authority(settings, clock)
        devices = Devices(self.network, settings.unsupported_identifiers)
        self.profiles = Profiles(catalogue, self.network, devices)
        self.sessions = Sessions(
            self.store, self.network, self.profiles, devices, self.edition.sessions
        )
        self.courier = Courier(
            self.store,
            self.sessions.tick,
            private=settings.private_sinks,
            client=sink_client,
            clock=self.network.now,
        )
        self.sessions.on_event = self.courier.wake
        self.app = self._app()

    def close(self) -> None:
        """Give the database back."""
        self.store.close()

    def _clients(self, settings: OperatorSettings) -> dict[str, SecretStr]:
        demo = {"demo": SecretStr(self.store.demo_secret())} if settings.demo else {}
        return demo | settings.clients

    def _authority(self, settings: OperatorSettings, clock: Callable[[], float]) -> Authority:
        def spend(token: str, until: float) -> bool:
            # By the clock of the world, which a rehearsal does not move: what clients sign lives
            # by it, and what the operator signs expires no later by its own.
            return self.store.spend(token, until, clock())

        assertions = Assertions(settings.client_keys, spend, clock)
        return Authority(
            Clients(self.clients, assertions, anybody=settings.open),
            self.tokens,
            spend,
            settings.token_lifetime,
            anonymous=settings.open,
            purpose_needed=settings.require_purpose,
        )

    def _app(self) -> FastAPI:
        app = FastAPI(
            title="Mock operator",
            version=self.edition.version,
            docs_url=None,
            redoc_url=None,
            lifespan=self._lifespan,
        )
        gateway = Gateway(self.authority, self._limit, self.network)
        add_docs(app)
        app.include_router(index_route(self.edition, self.settings))
        app.include_router(session_routes(self.sessions, gateway, self.edition, self.settings))
        app.include_router(profile_routes(self.profiles, gateway, self.edition, self.settings))
        app.include_router(oauth_routes(self.authority, self.tokens, gateway))
        if self.settings.control_token:
            token = self.settings.control_token.get_secret_value()
            app.include_router(
                control_routes(self.network, self.sessions, token, self.sessions.tick)
            )
        else:
            app.include_router(control_is_off())
        app.add_exception_handler(CamaraError, _refused)
        app.add_exception_handler(OAuthError, oauth_refused)
        app.add_exception_handler(HTTPException, _no_such_route)
        app.add_exception_handler(RequestValidationError, _invalid_order)
        app.add_middleware(Correlated)
        app.openapi = lambda: _openapi(app, self.edition)  # type: ignore[method-assign]
        return app

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        courier = asyncio.create_task(self.courier.run())
        yield
        courier.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await courier


def create_app(
    catalogue: Catalogue | None = None, settings: OperatorSettings | None = None
) -> FastAPI:
    """The application of a new operator."""
    return Operator(settings, catalogue).app


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, CamaraError):
        raise error
    return refusal(error)


async def _invalid_order(_: Request, error: Exception) -> Response:
    """A call of the control API that does not hold."""
    if not isinstance(error, RequestValidationError):
        raise error
    # The first part of a place says where in the call it is: body, path or query.
    found = [item | {"loc": item["loc"][1:]} for item in error.errors()]
    return refusal(InvalidArgument(400, "INVALID_ARGUMENT", faults(found)))


async def _no_such_route(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    headers, message = dict(error.headers or {}), error.detail
    if error.status_code == 404:
        message = "There is no such path here: GET / tells what there is."
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(methods(request)) or _OF_FILES)
        message = f"{request.method} is not for this path: use {headers['Allow']}."
    code = code_of(error.status_code)
    info = ErrorInfo(status=error.status_code, code=code, message=message)
    return JSONResponse(info.wire(), status_code=error.status_code, headers=headers)


def _openapi(app: FastAPI, edition: Edition) -> dict[str, Any]:
    """The OpenAPI document, with the schemas of the bodies that handlers read themselves."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        _, definitions = models_json_schema(
            [(model, "validation") for model in edition.request_models()],
            by_alias=True,
            ref_template="#/components/schemas/{model}",
        )
        components = document.setdefault("components", {})
        components.setdefault("schemas", {}).update(definitions.get("$defs", {}))
        components["securitySchemes"] = {
            "openId": {
                "type": "openIdConnect",
                "openIdConnectUrl": "/.well-known/openid-configuration",
            },
            "bearer": {"type": "http", "scheme": "bearer"},
        }
        app.openapi_schema = document
    return app.openapi_schema
