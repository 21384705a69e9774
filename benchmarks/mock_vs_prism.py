r"""The mock operator against Prism, the usual OpenAPI mock, on the same calls.

    npm install --prefix /tmp/prism @stoplight/prism-cli
    python benchmarks/mock_vs_prism.py --prism /tmp/prism/node_modules/.bin/prism \
        --specification $CAMARA_SPECS/quality-on-demand/1.1.0_r3.2/quality-on-demand.yaml

A round is createSession, getSession and deleteSession. Prism answers with examples and keeps
nothing; ours checks tokens, profiles and conflicts, and commits each change to SQLite before it
answers. One process each, one after the other, the same client; the best of several turns counts.
"""

import argparse
import asyncio
import json
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx2
from rich.progress import track

RESULT = Path(__file__).parent / "results" / "mock_vs_prism.json"
CONNECTIONS = 16


def body(number: int) -> dict[str, Any]:
    """A session for a device of its own."""
    return {
        "device": {"phoneNumber": f"+3519{number:08d}"},
        "applicationServer": {"ipv4Address": "203.0.113.100"},
        "qosProfile": "QOS_E",
        "duration": 3600,
    }


async def rounds(root: str, count: int, token: str) -> float:
    """Rounds a second."""
    numbers = iter(range(count))
    limits = httpx2.Limits(max_connections=CONNECTIONS)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=root, limits=limits, headers=headers) as client:

        async def work() -> None:
            for number in numbers:
                created = await client.post("/sessions", json=body(number))
                assert created.status_code == 201, created.text
                path = f"/sessions/{created.json()['sessionId']}"
                assert (await client.get(path)).status_code == 200
                assert (await client.delete(path)).status_code == 204

        started = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
        return count / (time.perf_counter() - started)


@contextmanager
def running(command: list[str], root: str) -> Iterator[None]:
    """A server, from its first answer on."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                httpx2.get(root + "/sessions")
                break
            except httpx2.HTTPError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ours(folder: str, port: int) -> tuple[list[str], str]:
    """Command and root of the mock operator, with tokens and a database file."""
    command = [sys.executable, "-m", "camara_qod.agent.cli", "mock", "--port", str(port)]
    command += ["--client", "bench:bench", "--database", f"sqlite:///{folder}/mock.db"]
    return command, f"http://127.0.0.1:{port}/quality-on-demand/v1"


def token(port: int) -> str:
    """An access token of the mock operator."""
    form = {"grant_type": "client_credentials", "client_id": "bench", "client_secret": "bench"}
    answer = httpx2.post(f"http://127.0.0.1:{port}/oauth2/token", data=form)
    return str(answer.json()["access_token"])


def main() -> None:
    """Measure both, in turns, and write the result."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prism", required=True)
    parser.add_argument("--specification", required=True)
    parser.add_argument("--rounds", type=int, default=1500)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    best = {"camara-qod mock": 0.0, "prism": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        for _ in track(range(options.turns), "turns"):
            port = free_port()
            command, root = ours(folder, port)
            with running(command, root):
                speed = asyncio.run(rounds(root, options.rounds, token(port)))
                best["camara-qod mock"] = max(best["camara-qod mock"], speed)
            port = free_port()
            prism = [options.prism, "mock", "-p", str(port), options.specification]
            with running(prism, f"http://127.0.0.1:{port}"):
                speed = asyncio.run(rounds(f"http://127.0.0.1:{port}", options.rounds, "any"))
                best["prism"] = max(best["prism"], speed)
    result = {
        "rounds_per_second": {name: round(value, 1) for name, value in best.items()},
        "ratio": round(best["camara-qod mock"] / best["prism"], 2),
        "rounds": options.rounds,
        "connections": CONNECTIONS,
        "machine": f"{platform.machine()}, {platform.python_version()}",
        "versions": {name: version(name) for name in ("fastapi", "uvicorn", "sqlalchemy")},
        "prism": subprocess.run(
            [options.prism, "--version"], capture_output=True, text=True, check=True
        ).stdout.strip(),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
