"""This build beside an earlier one: a request, a batch, a fresh process and its memory.

    git worktree add ../earlier 65aaf7f && make -C ../earlier demo
    python benchmarks/earlier_build.py ../earlier/.venv/bin

Both decide the same requests with their own weights and environments, in turns, so that whatever
else the machine does meets both alike. Many are decided by `qod batch`, in a process whose start
counts; a build that has no such command decides 16 together in a process that runs already.
Writes `benchmarks/results/earlier_build.json`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import Any

from record import save
from rich.progress import track
from sample import PACKAGES, conversations, mixed

HERE = Path(__file__).parent
ASKED = ["ask", "--dry-run", "gaming, IP 192.168.1.50, 2 hours"]
TOGETHER = 16
SLICE = 500


class Build:
    """A build's process that decides.

    Args:
        name: in the figures.
        scripts: folder of its Python and its commands.
    """

    def __init__(self, name: str, scripts: Path) -> None:
        self.name = name
        self._qod = str(scripts / "qod")
        self._worker = subprocess.Popen(
            [str(scripts / "python"), str(HERE / "worker.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def decide(self, asked: list[list[str]]) -> float:
        """Seconds for some conversations: one, or several together."""
        worker = self._worker
        assert worker.stdin
        assert worker.stdout
        worker.stdin.write(json.dumps(asked) + "\n")
        worker.stdin.flush()
        answer = worker.stdout.readline()
        if not answer:
            sys.exit(f"The {self.name} build ended: run benchmarks/worker.py by hand to see why.")
        return float(json.loads(answer))

    @cached_property
    def _has_batch(self) -> bool:
        done = subprocess.run([self._qod, "batch", "--help"], capture_output=True)
        return done.returncode == 0

    def decide_many(self, asked: list[list[str]]) -> float:
        """Seconds for many conversations, the fastest way that the build has."""
        if not self._has_batch:
            chunks = range(0, len(asked), TOGETHER)
            return sum(self.decide(asked[first : first + TOGETHER]) for first in chunks)
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
            lines = (json.dumps({"messages": messages}) + "\n" for messages in asked)
            source.write_text("".join(lines), encoding="utf-8")
            started = time.perf_counter()
            command = [self._qod, "batch", str(source), str(target)]
            subprocess.run(command, capture_output=True, check=True)
            return time.perf_counter() - started

    def end(self) -> float:
        """End the process; the most memory that it held, in MB."""
        assert self._worker.stdin
        self._worker.stdin.close()
        _, _, usage = os.wait4(self._worker.pid, 0)
        self._worker.returncode = 0
        return usage.ru_maxrss / 1024

    def first_decision(self) -> float:
        """Seconds of a fresh process."""
        started = time.perf_counter()
        subprocess.run([self._qod, *ASKED], capture_output=True, check=True)
        return time.perf_counter() - started


def measured(
    builds: list[Build], asked: list[list[str]], many: list[list[str]], starts: int
) -> dict[str, dict[str, Any]]:
    """The figures of each build, taken in turns."""
    found: dict[str, dict[str, Any]] = {build.name: {} for build in builds}
    for build in builds:  # what is done once is no part of a request
        build.decide(asked[:1])
        build.decide(asked[:TOGETHER])
    alone = {build.name: [0.0] * len(asked) for build in builds}
    for at, one in enumerate(track(asked, "one by one")):
        for build in builds:
            alone[build.name][at] = build.decide([one])
    together = dict.fromkeys(alone, 0.0)
    for first in track(range(0, len(many), SLICE), "many"):
        for build in builds:
            together[build.name] += build.decide_many(many[first : first + SLICE])
    for build in builds:
        seconds = alone[build.name]
        found[build.name] |= {
            "median_ms": round(1000 * statistics.median(seconds), 1),
            "p95_ms": round(1000 * sorted(seconds)[int(len(seconds) * 0.95)], 1),
            "requests_per_s": round(len(many) / together[build.name], 2),
            "peak_memory_mb": round(build.end()),
        }
    begun: dict[str, list[float]] = {build.name: [] for build in builds}
    for _ in track(range(starts), "fresh processes"):
        for build in builds:
            begun[build.name].append(build.first_decision())
    for name, seconds in begun.items():
        found[name]["first_decision_s"] = round(statistics.median(seconds), 2)
    return found


def main() -> None:
    """Measure, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scripts", type=Path, help="folder of the earlier build's commands")
    parser.add_argument("--count", type=int, default=96, help="how many requests (default 96)")
    parser.add_argument("--many", type=int, default=2000, help="in batches (default 2000)")
    parser.add_argument("--starts", type=int, default=5, help="fresh processes (default 5)")
    given = parser.parse_args()
    builds = [Build("earlier", given.scripts), Build("this", Path(sys.executable).parent)]
    asked, many = conversations(given.count), mixed(given.many)
    found = measured(builds, asked, many, given.starts)
    ratios = {
        name: round(found["earlier"][name] / value, 2) for name, value in found["this"].items()
    }
    ratios["requests_per_s"] = round(1 / ratios["requests_per_s"], 2)
    counts = {"requests": len(asked), "in_batches": len(many)}
    save("earlier_build", {**counts, **found, "times_better": ratios}, PACKAGES)


if __name__ == "__main__":
    main()
