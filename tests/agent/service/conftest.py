"""A service whose model follows a script, over the mock operator in this process."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from camara_qod.agent.service.app import create_app
from camara_qod.agent.service.keys import Keys
from camara_qod.agent.service.service import Service, open_service
from camara_qod.agent.service.settings import ServiceSettings
from camara_qod.tools.plugin import QodPlugin

from ..fakes import create, on_session, reading

SITE = "http://localhost:8080"
PHONE = {"phoneNumber": "+351966666666"}
GAMING = "Low latency for gaming on +351966666666, 2 hours"
LONGER = "10 minutes longer"
STOP = "end it"


def parts() -> QodPlugin:
    """Knows one request, one extension and one deletion."""
    return reading(
        {
            GAMING: create(PHONE, duration=7200),
            LONGER: on_session("extendQosSessionDuration", requestedAdditionalDuration=600),
            STOP: on_session("deleteSession"),
        }
    )


Open = Callable[..., tuple[TestClient, Service]]


@pytest.fixture
def open_at(tmp_path: Path) -> Iterator[Open]:
    """Opens services; those of one test share their database."""
    with ExitStack() as stack:

        def begun(
            plugin: QodPlugin | None = None, **settings: object
        ) -> tuple[TestClient, Service]:
            url = f"sqlite:///{tmp_path / 'service.db'}"
            chosen = ServiceSettings(_env_file=None, **{"database": url} | settings)
            service = stack.enter_context(open_service(plugin or parts(), chosen))
            client = TestClient(create_app(service), base_url=SITE, raise_server_exceptions=False)
            return stack.enter_context(client), service

        yield begun


def key_of(service: Service, name: str, *scopes: str) -> dict[str, str]:
    """Headers of a caller with a new key; by default it may decide and act."""
    key = Keys(service.database).create(name, scopes or ("decide", "act"))
    return {"Authorization": f"Bearer {key}"}


def teach(service: Service, words: str, decision: dict[str, Any]) -> None:
    """What the model decides for words that hold an id, which is known only now."""
    observed: Any = service.plugin.interpreter
    decoder = observed._interpreter._decoder
    decoder._decided[(words,)] = decision


@pytest.fixture
def client(open_at: Open) -> TestClient:
    """A client of a service without authentication."""
    return open_at()[0]
