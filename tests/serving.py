"""Applications behind a real server."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from camara_qod.tools.operator.app import Operator


@contextmanager
def served(operator: Operator) -> Iterator[str]:
    """The operator on a free port of this machine, behind uvicorn."""
    with running(operator.app) as url:
        yield url
    operator.close()


@contextmanager
def running(app: Any, before_it_stops: Callable[[], None] = lambda: None) -> Iterator[str]:
    """An application on a free port of this machine, behind uvicorn."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        before_it_stops()
        server.should_exit = True
        thread.join()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
