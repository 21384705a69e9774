"""Where the time of a request goes, and what batches save.

    python benchmarks/request.py

Whole requests, from words to a complete decision, through `Interpreter.interpret`; then the same
requests through `Interpreter.interpret_many` in batches. Writes `benchmarks/results/request.json`.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

from record import save
from rich.progress import track
from sample import PACKAGES, conversations
from stopwatch import Stopwatch

from camara_qod.tools.interpreter import deciding, decoding, engine, interpreter
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.interpreter.model import load_model
from camara_qod.tools.interpreter.offering import offer
from camara_qod.tools.settings import QodSettings
from camara_qod.training.corpus.dataset import demo_settings

SIZES = [1, 2, 4, 8, 16, 32]


def stages(ready: Interpreter, model: Any, asked: list[list[str]]) -> dict[str, Any]:
    """Milliseconds that one request spends in each stage, on average."""
    watch = Stopwatch()
    watch.watch(interpreter, "read", "mentions")
    watch.watch(deciding, "Offer", "choices")
    watch.watch(deciding, "labelled", "labels")
    # The schema is put together when it is first asked for.
    watch.watch(offer, "decision_schema", "schema")
    watch.watch(decoding, "render", "prompt")
    watch.watch(engine, "Matcher", "grammar")
    watch.watch(engine, "Draft", "draft")
    watch.watch(model, "forward", "forward")
    watch.watch(interpreter, "_interpretation", "completion")
    seconds = []
    for messages in track(asked, "one by one"):
        started = time.perf_counter()
        ready.interpret(messages)
        seconds.append(time.perf_counter() - started)
    spent = {stage: 1000 * total / len(asked) for stage, total in watch.seconds.items()}
    whole = 1000 * sum(seconds) / len(asked)
    spent["the rest"] = whole - sum(spent.values())
    return {
        "median_ms": round(1000 * statistics.median(seconds), 1),
        "p95_ms": round(1000 * sorted(seconds)[int(len(seconds) * 0.95)], 1),
        "mean_ms": round(whole, 1),
        "passes": round(watch.calls["forward"] / len(asked), 2),
        "overhead": round(1 - spent["forward"] / whole, 3),
        "stages_ms": {stage: round(value, 2) for stage, value in spent.items()},
    }


def batches(many: Callable[[list[list[str]]], Any], asked: list[list[str]]) -> dict[int, float]:
    """Requests a second, by the size of a batch."""
    rates = {}
    for size in track(SIZES, "batches"):
        started = time.perf_counter()
        for first in range(0, len(asked), size):
            many(asked[first : first + size])
        rates[size] = round(len(asked) / (time.perf_counter() - started), 2)
    return rates


def main() -> None:
    """Measure, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=64, help="how many requests (default 64)")
    asked = conversations(parser.parse_args().count)
    model, tokenizer = load_model(QodSettings())
    ready = Interpreter(decoding.Decoder(model, tokenizer), demo_settings())
    ready.interpret_many(asked[:4])
    for messages in asked[:3]:
        ready.interpret(messages)
    rates = batches(ready.interpret_many, asked)
    figures = {"requests": len(asked), **stages(ready, model, asked), "requests_per_s": rates}
    save("request", figures, PACKAGES)


if __name__ == "__main__":
    main()
