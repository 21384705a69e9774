"""How soon the first answer comes, and what the process holds then.

    python benchmarks/start_up.py

Runs `qod --help` and the first request of a fresh process several times, with everything installed
and the embedded model converted. Writes `benchmarks/results/start_up.json`.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from record import save
from rich.progress import track
from sample import PACKAGES

QOD = str(Path(sys.executable).with_name("qod"))
COMMANDS = {
    "qod --help": [QOD, "--help"],
    "first decision": [QOD, "ask", "--dry-run", "gaming, IP 192.168.1.50, 2 hours"],
}


def run(command: list[str]) -> tuple[float, float]:
    """Seconds, and the largest memory of the process in MB."""
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)} failed: run it by hand to see why.")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def measured(command: list[str], times: int) -> dict[str, Any]:
    """Median and worst."""
    runs = [run(command) for _ in track(range(times), command[1])]
    seconds = [spent for spent, _ in runs]
    return {
        "median_s": round(statistics.median(seconds), 2),
        "worst_s": round(max(seconds), 2),
        "peak_memory_mb": round(max(held for _, held in runs)),
    }


def main() -> None:
    """Measure, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5, help="runs of each (default 5)")
    times = parser.parse_args().times
    figures = {name: measured(command, times) for name, command in COMMANDS.items()}
    save("start_up", {"runs": times, **figures}, PACKAGES)


if __name__ == "__main__":
    main()
