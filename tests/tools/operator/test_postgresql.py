"""The mock operator on PostgreSQL, where transactions overlap."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

from ...agent.test_checkpoints import postgresql  # noqa: F401  (a fixture)

SESSIONS = "/quality-on-demand/v1/sessions"
BODY = {
    "device": {"phoneNumber": "+351966666666"},
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 600,
    "sink": "https://app.example.com/events",
}
YEAR_2100 = 4102444800


@pytest.fixture
def operator(postgresql: str) -> Iterator[Operator]:  # noqa: F811
    database = postgresql.replace("postgresql:", "postgresql+psycopg:")
    settings = OperatorSettings(open=True, database=database, unsupported_identifiers=frozenset())
    operator = Operator(settings)
    yield operator
    operator.close()


def together(work: Callable[[], object], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def owed(operator: Operator) -> list[str | None]:
    """The reasons in the outbox, oldest first."""
    found = []
    with operator.store.transaction() as tx:
        while rows := tx.owed(10**11, 10):
            found += [row.body["data"].get("statusInfo") for row in rows]
            for row in rows:
                tx.delivered(row.number)
    return found


def test_what_happens_at_once_happens_once(operator: Operator) -> None:
    api = TestClient(operator.app)
    session = api.post(SESSIONS, json=BODY).json()
    path = f"{SESSIONS}/{session['sessionId']}"
    longer = {"requestedAdditionalDuration": 60}
    together(lambda: api.post(f"{path}/extend", json=longer), 8)
    assert api.get(path).json()["duration"] == 600 + 8 * 60

    # The second tick comes while the first has told, but not yet kept, that the session is over.
    second = threading.Thread(target=operator.sessions.tick)

    def meanwhile() -> None:
        operator.sessions.on_event = lambda: None
        second.start()
        second.join(2)

    operator.sessions.on_event = meanwhile
    operator.network.move_clock(600 + 8 * 60)
    assert operator.sessions.tick() == 1
    second.join()
    assert owed(operator) == [None, "DURATION_EXPIRED"]
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    again = api.post(SESSIONS, json=BODY).json()
    assert api.delete(f"{SESSIONS}/{again['sessionId']}").status_code == 204
    assert owed(operator) == [None, "DELETE_REQUESTED"]


def test_it_keeps_what_sqlite_keeps(operator: Operator) -> None:
    api = TestClient(operator.app)
    operator.network.move_clock(YEAR_2100 - time.time())
    device = {"networkAccessIdentifier": "".join(f"{number:x}" for number in range(1200))}
    assert len(device["networkAccessIdentifier"]) > 2704, "more than an index takes"
    session = api.post(SESSIONS, json=BODY | {"device": device}).json()
    assert session["startedAt"].startswith("2100-01-01")
    found = api.post("/quality-on-demand/v1/retrieve-sessions", json={"device": device}).json()
    assert found == [session]
    operator.network.move_clock(600)
    assert operator.sessions.tick() == 1
