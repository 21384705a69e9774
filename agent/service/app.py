"""The service as an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import anyio.to_thread
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from camara_qod.agent.service.body_limit import BodyLimit
from camara_qod.agent.service.problems import add_problems
from camara_qod.agent.service.routes import conversations, decisions, health, page, sessions
from camara_qod.agent.service.service import Service

#: Calls that wait for the model hold a thread each; these are for all others.
_SPARE_THREADS = 32


def create_app(service: Service) -> FastAPI:
    """The application over an open service.

    Args:
        service: its parts.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        threads = anyio.to_thread.current_default_thread_limiter()
        threads.total_tokens = service.plugin.settings.max_waiting + _SPARE_THREADS
        yield

    app = FastAPIOffline(
        title="CAMARA Quality-on-Demand in plain words",
        version=version("camara-qod"),
        lifespan=lifespan,
    )
    app.state.service = service
    add_problems(app)
    for routes in (health, decisions, conversations, sessions, page):
        app.include_router(routes.router)
    app.add_middleware(BodyLimit, most=service.settings.max_body)
    return app
