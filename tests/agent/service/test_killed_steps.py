"""A step that ends before any one write of its checkpointer: one session comes of it, or none."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from langgraph.checkpoint.sqlite import SqliteSaver

from .conftest import GAMING, Open

WRITES = ("put", "put_writes")


class Killed(Exception):
    """Stands for the end of the process."""


@pytest.fixture
def killed_at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Has a write of the checkpointer fail, by its place; the list counts those that were made."""

    def arrange(place: int, error: type[Exception] = Killed) -> list[int]:
        made = [0]
        for name in WRITES:
            original = getattr(SqliteSaver, name)

            def write(*args: Any, original: Any = original, **options: Any) -> Any:
                made[0] += 1
                if made[0] == place:
                    raise error
                return original(*args, **options)

            monkeypatch.setattr(SqliteSaver, name, write)
        return made

    return arrange


def send(client: TestClient, path: str, body: Any, key: str) -> dict[str, Any]:
    """A call that is sent again until it is answered."""
    for _ in range(3):
        answer = client.post(path, json=body, headers={"Idempotency-Key": key})
        if answer.is_success:
            return dict(answer.json())
        assert answer.status_code in (500, 503)
    raise AssertionError(answer.text)


@pytest.mark.parametrize("error", [Killed, sqlite3.OperationalError])
@pytest.mark.parametrize("place", range(1, 16))
def test_whenever_a_process_dies_one_session_is_made_or_told_as_not_made(
    open_at: Open, killed_at: Callable[..., list[int]], place: int, error: type[Exception]
) -> None:
    client, _ = open_at()
    at = f"/v1/conversations/{client.post('/v1/conversations').json()['id']}"
    made = killed_at(place, error)
    assert send(client, f"{at}/turns", {"text": GAMING}, "turn")["proposal"]
    done = send(client, f"{at}/confirmation", {"decision": "approve"}, "yes")
    assert done["proposal"] is None
    assert len(client.get("/v1/sessions").json()) == (0 if done["failed"] else 1)
    assert made[0] >= min(place, 8)
