"""The service under load: a hundred clients for five minutes at 70 % of what it can decide.

    python benchmarks/service_load.py

Measures the median of a decision alone and how many a second are possible at most, then sends 70 %
of that for `--minutes`: evenly, as load generators do, or with `--arrivals random`. Reported:
errors, latency, memory at the start and at the end. Goals: no error but 429, the 95th percentile at
most three medians, flat memory.
"""

import argparse
import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import psutil
from record import save

from camara_qod.training.evaluation.cases import read_cases

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.serving import free_port

CLIENTS = 100
SHARE = 0.7


def texts(count: int) -> list[list[str]]:
    """Conversations of the validation set, in a fixed order."""
    found = [list(case.messages) for case in read_cases(Path("data/validation.jsonl"))]
    random.Random(0).shuffle(found)
    return [found[number % len(found)] for number in range(count)]


async def decide(client: httpx2.AsyncClient, messages: list[str]) -> tuple[int, float]:
    """Status and seconds of one decision."""
    begun = time.perf_counter()
    answer = await client.post("/v1/decisions", json={"messages": messages})
    return answer.status_code, time.perf_counter() - begun


async def alone(client: httpx2.AsyncClient, count: int) -> float:
    """Median seconds of decisions one after the other."""
    return statistics.median([(await decide(client, item))[1] for item in texts(count)])


async def most(client: httpx2.AsyncClient, count: int) -> float:
    """Decisions a second with ten always waiting."""
    waiting = iter(texts(count))

    async def work() -> None:
        for item in waiting:
            await decide(client, item)

    begun = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(10)))
    return count / (time.perf_counter() - begun)


async def loaded(
    client: httpx2.AsyncClient, moments: list[float], until: float
) -> list[tuple[int, float]]:
    """Statuses and seconds of requests that are sent at given moments, by clients in turn."""
    found: list[tuple[int, float]] = []

    async def one(number: int) -> None:
        some = texts(len(moments))
        for place in range(number, len(moments), CLIENTS):
            await asyncio.sleep(max(0.0, moments[place] - time.monotonic()))
            if time.monotonic() < until:
                found.append(await decide(client, some[place]))

    await asyncio.gather(*(one(number) for number in range(CLIENTS)))
    return found


def moments(arrivals: str, rate: float, seconds: float) -> list[float]:
    """When requests are sent: evenly, as load generators do, or as independent people do."""
    rng, at, found = random.Random(1), time.monotonic(), []
    for _ in range(int(rate * seconds)):
        at += 1 / rate if arrivals == "even" else rng.expovariate(rate)
        found.append(at)
    return found


async def measure(
    root: str, process: psutil.Process, seconds: float, arrivals: str
) -> dict[str, Any]:
    """All figures."""
    limits = httpx2.Limits(max_connections=CLIENTS)
    async with httpx2.AsyncClient(base_url=root, timeout=120, limits=limits) as client:
        await alone(client, 20)
        median, capacity = await alone(client, 60), await most(client, 200)
        before = process.memory_info().rss
        sent = moments(arrivals, SHARE * capacity, seconds)
        found = await loaded(client, sent, time.monotonic() + seconds)
        after = process.memory_info().rss
    times = sorted(spent for status, spent in found if status == 200)
    return {
        "median_alone_seconds": round(median, 4),
        "decisions_per_second_at_most": round(capacity, 2),
        "clients": CLIENTS,
        "seconds": seconds,
        "requests": len(found),
        "statuses": dict(Counter(str(status) for status, _ in found)),
        "median_seconds": round(statistics.median(times), 4),
        "p95_seconds": round(times[int(0.95 * len(times))], 4),
        "p95_to_median_alone": round(times[int(0.95 * len(times))] / median, 2),
        "memory_mb": {"before": before >> 20, "after": after >> 20},
    }


def main() -> None:
    """Start the service, measure, write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--arrivals", choices=["even", "random"], default="even")
    options = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "camara_qod.agent.cli", "serve", "--port", str(port)]
        process = subprocess.Popen(
            [*command, "--database", f"sqlite:///{folder}/service.db"],
            env=os.environ | {"QOD_SERVE_RATE_LIMIT": "none"},
            stderr=subprocess.DEVNULL,
        )
        root = f"http://127.0.0.1:{port}"
        try:
            while not _ready(root):
                time.sleep(0.1)
            seconds = 60 * options.minutes
            figures = asyncio.run(
                measure(root, psutil.Process(process.pid), seconds, options.arrivals)
            )
        finally:
            process.terminate()
            process.wait()
    save(
        f"service_load_{options.arrivals}",
        figures,
        ["camara-qod", "torch", "transformers", "fastapi", "uvicorn"],
    )


def _ready(root: str) -> bool:
    try:
        return httpx2.get(f"{root}/readyz").is_success
    except httpx2.HTTPError:
        return False


if __name__ == "__main__":
    main()
