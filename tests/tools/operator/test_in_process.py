"""The mock operator inside another program."""

import gc
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from fastapi import FastAPI

from camara_qod.tools.operator.in_process import API_ROOT, InProcessTransport

PROGRAM = """
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import QodSettings

plugin = QodPlugin.from_settings(QodSettings(_env_file=None), lazy=True)
plugin.client.retrieve_qos_profiles(plugin.client.edition.profile_request())
print(plugin.mock)
"""


def test_a_program_that_closes_nothing_ends_without_a_traceback() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=True
    )
    assert run.stdout == "True\n"
    assert "Traceback" not in run.stderr


def test_the_collector_waits_for_nothing() -> None:
    """It runs under the locks of whatever it interrupts; the loop may need them to end."""
    held, over = threading.Lock(), threading.Event()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        with held:
            over.set()

    def drop() -> None:
        transport = InProcessTransport(FastAPI(lifespan=lifespan))
        with held:
            del transport
            gc.collect()

    dropping = threading.Thread(target=drop, daemon=True)
    dropping.start()
    dropping.join(30)
    assert not dropping.is_alive()
    assert over.wait(30)


def test_closing_waits_for_the_end_and_may_be_said_twice() -> None:
    ends: list[str] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        ends.append("ended")

    transport = InProcessTransport(FastAPI(lifespan=lifespan))
    with httpx2.Client(transport=transport, base_url=API_ROOT) as client:
        assert client.get("/nowhere").status_code == 404
    transport.close()
    assert ends == ["ended"]


def test_what_prevents_the_start_reaches_who_starts_it() -> None:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        raise OSError("the disk is full")
        yield

    with pytest.raises(OSError, match="the disk is full"):
        InProcessTransport(FastAPI(lifespan=lifespan))
