"""The mock operator in this process, made at the first call: what is only shown makes none."""

import threading
from typing import TYPE_CHECKING

import httpx2

from camara_qod.tools.camara.edition import ApiVersion
from camara_qod.tools.catalogue import Catalogue
from camara_qod.tools.operator.in_process import InProcessTransport

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import Receive, Scope, Send


class MockOnDemand:
    """An ASGI application that becomes an open mock operator when it is first called.

    Args:
        catalogue: its profiles.
        api_version: of both APIs.
    """

    def __init__(self, catalogue: Catalogue, api_version: ApiVersion) -> None:
        self._catalogue, self._api_version = catalogue, api_version
        self._lock = threading.Lock()
        self._app: FastAPI | None = None

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """One request, as ASGI has it."""
        await self.app()(scope, receive, send)

    def app(self) -> "FastAPI":
        """The operator, one for all threads."""
        with self._lock:
            if self._app is None:
                # FastAPI and SQLAlchemy take a good part of a second to import.
                from camara_qod.tools.operator.app import create_app
                from camara_qod.tools.operator.settings import OperatorSettings

                settings = OperatorSettings(open=True, api_version=self._api_version)
                self._app = create_app(self._catalogue, settings)
            return self._app


class OnDemandTransport(httpx2.BaseTransport):
    """Lets a synchronous client talk to it; its event loop too begins with the first call.

    Args:
        mock: may be shared with asynchronous clients.
    """

    def __init__(self, mock: MockOnDemand) -> None:
        self._mock = mock
        self._lock = threading.Lock()
        self._inner: InProcessTransport | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request and its whole answer."""
        with self._lock:
            self._inner = self._inner or InProcessTransport(self._mock.app())
        return self._inner.handle_request(request)

    def close(self) -> None:
        """End the event loop, if there is one, and wait for it."""
        if self._inner is not None:
            self._inner.close()
