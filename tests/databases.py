"""Servers that keep what several processes share, one of the test's own each."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from .serving import free_port


@contextmanager
def a_postgresql() -> Iterator[str]:
    """A PostgreSQL server that keeps its files as long as it runs; yields its URL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found or shutil.which("runuser") is None:
        pytest.skip("needs Debian's package postgresql")
    port = free_port()
    # Not in pytest's folder, which its user cannot enter.
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    shutil.chown(folder, "postgres")

    def run(program: str, *arguments: str) -> None:
        command = ["runuser", "-u", "postgres", "--", str(found[-1].with_name(program))]
        subprocess.run([*command, *arguments], check=True, capture_output=True)

    data = str(folder / "data")
    run("initdb", "-D", data, "-A", "trust")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    run("pg_ctl", "-D", data, "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@contextmanager
def a_redis_in(folder: Path) -> Iterator[str]:
    """A Redis server that keeps nothing; yields its URL."""
    binary = shutil.which("redis-server")
    if binary is None:
        pytest.skip("needs Debian's package redis-server")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([binary, *options], stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url
    finally:
        server.kill()
        server.wait()


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            with redis.Redis.from_url(url) as client:
                client.ping()
            return
        except redis.ConnectionError:
            time.sleep(0.05)
    pytest.fail("redis-server did not come up")
