"""The service as an ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import anyio.to_thread
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from camara_qod.agent.service.body_limit import BodyLimit
from camara_qod.agent.service.headers import SecurityHeaders
from camara_qod.agent.service.hosts import KnownHosts
from camara_qod.agent.service.problems import add_problems
from camara_qod.agent.service.routes import (
    chat_completions,
    conversations,
    decisions,
    events,
    health,
    metrics,
    page,
    sessions,
    statistics,
)
from camara_qod.agent.service.service import Service
from camara_qod.agent.service.watch import Watch

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
    for routes in (
        health,
        metrics,
        statistics,
        decisions,
        conversations,
        events,
        sessions,
        chat_completions,
        page,
    ):
        app.include_router(routes.router)
    app.add_middleware(BodyLimit, most=service.settings.max_body)
    if service.settings.allowed_hosts or not service.settings.authenticates:
        app.add_middleware(KnownHosts, names=service.settings.allowed_hosts)
    app.add_middleware(Watch, observations=service.observations)
    app.add_middleware(SecurityHeaders)  # the last is around all others
    return app
