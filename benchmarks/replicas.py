r"""What one and two replicas of the model decide in a second, and what is lost where one dies.

    pip install 'camara-qod[scale]'
    python benchmarks/replicas.py

Each number of replicas, of one core each, is a `serve run` of its own. Callers ask through
`QOD_MODEL_SERVER`, so many at a time, as processes of the service would. In the last run a replica
is killed once a third of the requests is answered. Writes `benchmarks/results/replicas.json`.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil
from record import save
from sample import PACKAGES, conversations

from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.model import load_decoder
from camara_qod.tools.settings import QodSettings

ROOT = "http://127.0.0.1:8000"
CALLERS = 16


@contextmanager
def replicas(count: int) -> Iterator[psutil.Process]:
    """So many replicas, ready; yields the process that all others descend from."""
    serve = Path(sys.executable).with_name("serve")
    options = [f"min_replicas={count}", f"max_replicas={count}", "cpus=1"]
    command = [str(serve), "run", "camara_qod.agent.scale.deployment:app", *options]
    quiet = os.environ | {"RAY_USAGE_STATS_ENABLED": "0"}
    server = subprocess.Popen(
        command, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process = psutil.Process(server.pid)
        while len(running(process)) < count or not _answers():
            if server.poll() is not None:
                raise SystemExit("`serve run` ended: start it by hand to see why.")
            time.sleep(0.2)
        yield process
    finally:
        server.terminate()
        server.wait()


def _answers() -> bool:
    try:
        return httpx2.get(f"{ROOT}/healthz").status_code == 200
    except httpx2.TransportError:
        return False


def running(server: psutil.Process) -> list[psutil.Process]:
    """The processes of the replicas."""
    return [one for one in server.children(recursive=True) if _is_replica(one)]


def _is_replica(process: psutil.Process) -> bool:
    try:
        return "ServeReplica" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def measure(asked: list[list[str]], doomed: psutil.Process | None = None) -> dict[str, Any]:
    """Requests a second, latencies, and how many were lost; a replica may be killed meanwhile."""
    settings = QodSettings(_env_file=None, model_server=f"{ROOT}/v1", model="qod", time_limit=120)
    ready = Interpreter(load_decoder(settings), settings)
    seconds: list[float] = []
    lost: list[str] = []

    def ask(messages: list[str]) -> None:
        started = time.perf_counter()
        try:
            ready.interpret(messages)
        except QodError as error:
            lost.append(str(error))
            return
        seconds.append(time.perf_counter() - started)
        if doomed is not None and len(seconds) == len(asked) // 3:
            doomed.kill()

    started = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(ask, asked))
    whole = time.perf_counter() - started
    seconds.sort()
    return {
        "requests_per_s": round(len(seconds) / whole, 2),
        "median_s": round(seconds[len(seconds) // 2], 2),
        "p95_s": round(seconds[int(len(seconds) * 0.95)], 2),
        "lost": len(lost),
    }


def main() -> None:
    """Measure, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=96, help="how many requests (default 96)")
    asked = conversations(parser.parse_args().count)
    found: dict[str, Any] = {}
    for count, name in ((1, "one"), (2, "two")):
        with replicas(count) as server:
            measure(asked[: 4 * count])
            found[name] = measure(asked)
            if count > 1:
                found["two, of which one dies"] = measure(asked, running(server)[0])
    figures = {"requests": len(asked), "callers": CALLERS, "replicas": found}
    save("replicas", figures, [*PACKAGES, "ray"])


if __name__ == "__main__":
    main()
