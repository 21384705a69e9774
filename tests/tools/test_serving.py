"""When a server says that it serves, and where."""

from typing import Any

import pytest

from camara_qod.tools.serving import Server, url


def test_the_port_is_told_once_it_is_taken() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError

    told: list[int] = []

    def announce(port: int) -> None:
        told.append(port)
        server.should_exit = True

    server = Server(app, "127.0.0.1", 0, announce)
    server.run()
    assert len(told) == 1
    assert told[0] > 0


@pytest.mark.parametrize(
    ("host", "root"),
    [
        ("127.0.0.1", "http://127.0.0.1:1"),
        ("0.0.0.0", "http://127.0.0.1:1"),
        ("", "http://127.0.0.1:1"),
        ("::", "http://[::1]:1"),
        ("::1", "http://[::1]:1"),
        ("localhost", "http://localhost:1"),
    ],
)
def test_the_url_that_is_announced_can_be_called(host: str, root: str) -> None:
    assert url(host, 1) == root
