"""Latency of the mock operator while sessions pile up: a conflict look-up must not scan them all.

    python benchmarks/mock_scale.py

Creates live sessions up to 10 000 and measures, at steps between, the time of a creation, a look-up
and a deletion. Writes a table and a plot into `benchmarks/results`.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from matplotlib.figure import Figure
from rich.progress import track

from camara_qod.tools.operator.app import Operator
from camara_qod.tools.operator.settings import OperatorSettings

FOLDER = Path(__file__).parent / "results"
ROOT = "/quality-on-demand/v1/sessions"
STEPS = [100, 500, 1000, 2000, 4000, 6000, 8000, 10000]
SAMPLES = 200


def body(number: int) -> dict[str, Any]:
    """A session for a device of its own."""
    return {
        "device": {"phoneNumber": f"+3519{number:08d}"},
        "applicationServer": {"ipv4Address": "203.0.113.100"},
        "qosProfile": "QOS_E",
        "duration": 43200,
    }


def milliseconds(call: Any) -> tuple[float, Any]:
    """How long a call takes, and its result."""
    started = time.perf_counter()
    result = call()
    return 1000 * (time.perf_counter() - started), result


def sample(api: TestClient, first: int) -> dict[str, float]:
    """Median latencies in milliseconds."""
    times: dict[str, list[float]] = {"createSession": [], "getSession": [], "deleteSession": []}
    for number in range(first, first + SAMPLES):
        request = body(number)
        spent, created = milliseconds(lambda request=request: api.post(ROOT, json=request))
        times["createSession"].append(spent)
        path = f"{ROOT}/{created.json()['sessionId']}"
        times["getSession"].append(milliseconds(lambda path=path: api.get(path))[0])
        times["deleteSession"].append(milliseconds(lambda path=path: api.delete(path))[0])
    return {name: round(statistics.median(values), 2) for name, values in times.items()}


def main() -> None:
    """Measure, and write table and plot."""
    table: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        settings = OperatorSettings(open=True, database=f"sqlite:///{folder}/mock.db")
        api = TestClient(Operator(settings).app)
        for number in track(range(STEPS[-1]), "Creating sessions"):
            assert api.post(ROOT, json=body(number)).status_code == 201
            if number + 1 in STEPS:
                table[number + 1] = sample(api, 10**6)
    result = {"median_milliseconds": table, "samples": SAMPLES}
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "mock_scale.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    figure = Figure(figsize=(7, 3.6), layout="tight")
    axes = figure.subplots()
    for name in next(iter(table.values())):
        axes.plot(list(table), [row[name] for row in table.values()], marker="o", label=name)
    axes.set_xlabel("live sessions")
    axes.set_ylabel("median latency, ms")
    axes.set_ylim(bottom=0)
    axes.legend()
    figure.savefig(FOLDER / "mock_scale.svg")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
