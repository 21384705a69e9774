r"""The fast-forward engine against what one would use instead, on the same model and requests.

    pip install guidance
    CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON" \
        pip install llama-cpp-python
    python benchmarks/engines.py

Outlines' own loop with both backends, guidance, and llama.cpp (Q4_1, as the base model is shipped)
each decide the same validation requests under the same schema, greedily, one after the other. An
engine that is not installed is left out. Writes a table and a plot into `benchmarks/results`.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

import gguf_weights
import outlines
import torch
from matplotlib.figure import Figure
from outlines.types import JsonSchema
from rich.progress import track

from camara_qod.tools.interpreter.decoding import Decoder, Request
from camara_qod.tools.interpreter.model import EMBEDDED_PACKAGE, load_model
from camara_qod.tools.interpreter.operation import schema_for
from camara_qod.tools.interpreter.prompt import render
from camara_qod.tools.settings import QodSettings
from camara_qod.training.dataset import demo_context

FOLDER = Path(__file__).parent / "results"
CASES = Path(__file__).parent.parent / "data" / "validation.jsonl"
WARM_UP = 3
MAX_TOKENS = 400

#: Decides a request; the text, and what it knows about its work.
Engine = Callable[[Request], tuple[str, dict[str, float]]]


def requests(count: int) -> list[Request]:
    """Conversations from all over the validation set, each with its schema."""
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    every = cases[:: len(cases) // count][:count]
    return [(case["messages"], schema_for(demo_context(case["messages"]))) for case in every]


def fast_forward(model: Any, tokenizer: Any) -> Engine:
    """The engine of this project."""
    decoder = Decoder(model, tokenizer)

    def decide(request: Request) -> tuple[str, dict[str, float]]:
        text, trace = decoder.decode(*request)
        return text, {"passes": trace.passes, "choices": len(trace.probabilities)}

    return decide


def outlines_loop(model: Any, tokenizer: Any, backend: str) -> Engine:
    """What Outlines does by itself."""
    engine = outlines.from_transformers(model, tokenizer)

    def decide(request: Request) -> tuple[str, dict[str, float]]:
        turns, schema = request
        started = time.perf_counter()
        generator = outlines.Generator(engine, JsonSchema(json.dumps(schema)), backend=backend)
        compiled = time.perf_counter() - started
        return generator(render(tokenizer, turns), max_new_tokens=MAX_TOKENS), {"compile": compiled}

    return decide


def guidance_loop(model: Any, tokenizer: Any) -> Engine:
    """Guidance, on the same model in the same process."""
    import guidance

    engine = guidance.models.Transformers(model, tokenizer, echo=False)

    def decide(request: Request) -> tuple[str, dict[str, float]]:
        turns, schema = request
        plain = {name: value for name, value in schema.items() if name != "x-guidance"}
        grammar = guidance.json("call", schema=plain, separators=(",", ":"))
        return str((engine + render(tokenizer, turns) + grammar)["call"]), {}

    return decide


def llama_cpp(model: Any, tokenizer: Any, folder: Path) -> Engine:
    """llama.cpp in this process, with a grammar made from the schema."""
    import llama_cpp

    files = distribution(EMBEDDED_PACKAGE).files or []
    base = next(Path(str(item.locate())) for item in files if item.suffix == ".gguf")
    gguf_weights.write(model, base, folder / "tuned.gguf")
    engine = llama_cpp.Llama(
        str(folder / "tuned.gguf"), n_ctx=2048, verbose=False, n_threads=torch.get_num_threads()
    )

    def decide(request: Request) -> tuple[str, dict[str, float]]:
        turns, schema = request
        started = time.perf_counter()
        grammar = llama_cpp.LlamaGrammar.from_json_schema(json.dumps(schema), verbose=False)
        compiled = time.perf_counter() - started
        answer = engine.create_completion(
            render(tokenizer, turns), grammar=grammar, temperature=0.0, max_tokens=MAX_TOKENS
        )
        return answer["choices"][0]["text"], {"compile": compiled}

    return decide


def engines(folder: Path) -> Iterator[tuple[str, Engine]]:
    """Those that are installed, with one model for all."""
    model, tokenizer = load_model(QodSettings())
    yield "camara-qod", fast_forward(model, tokenizer)
    yield "Outlines, llguidance", outlines_loop(model, tokenizer, "llguidance")
    yield "Outlines, outlines_core", outlines_loop(model, tokenizer, "outlines_core")
    try:
        yield "guidance", guidance_loop(model, tokenizer)
    except ImportError:
        print("guidance is not installed and is left out.")
    try:
        yield "llama.cpp", llama_cpp(model, tokenizer, folder)
    except ImportError:
        print("llama-cpp-python is not installed and is left out.")


def measure(name: str, engine: Engine, asked: list[Request]) -> dict[str, Any]:
    """Latencies in seconds, tokens a second, and what each answered."""
    for request in asked[:WARM_UP]:
        engine(request)
    seconds, answers, facts = [], [], []
    for request in track(asked, name):
        started = time.perf_counter()
        text, fact = engine(request)
        seconds.append(time.perf_counter() - started)
        answers.append(json.loads(text) if text.strip().endswith("}") else text)
        facts.append(fact)
    characters = sum(len(json.dumps(item)) for item in answers)
    return {
        "median": round(statistics.median(seconds), 3),
        "p95": round(sorted(seconds)[int(len(seconds) * 0.95)], 3),
        "characters_per_second": round(characters / sum(seconds), 1),
        "facts": {key: round(statistics.mean(fact[key] for fact in facts), 3) for key in facts[0]},
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "answers": answers,
    }


def compared(results: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The table: each engine beside ours."""
    ours, reference = results["camara-qod"], results["Outlines, llguidance"]
    for row in results.values():
        row["times_slower"] = round(row["median"] / ours["median"], 2)
        same = [a == b for a, b in zip(row["answers"], reference["answers"], strict=True)]
        row["same_as_stock_loop"] = round(sum(same) / len(same), 4)
    return {name: {k: v for k, v in row.items() if k != "answers"} for name, row in results.items()}


def installed(package: str) -> str | None:
    """A package's version, if it is there."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def draw(table: dict[str, dict[str, Any]]) -> None:
    """Median latencies as bars."""
    figure = Figure(figsize=(7, 2.8), layout="tight")
    axes = figure.subplots()
    names = list(reversed(table))
    axes.barh(names, [table[name]["median"] for name in names])
    axes.set_xlabel("median seconds a request")
    figure.savefig(FOLDER / "engines.svg")


def main() -> None:
    """Measure, and write table and plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40, help="how many requests (default 40)")
    asked = requests(parser.parse_args().count)
    with tempfile.TemporaryDirectory() as folder:
        results = {name: measure(name, engine, asked) for name, engine in engines(Path(folder))}
    table = compared(results)
    packages = ("torch", "transformers", "outlines", "llguidance", "guidance", "llama-cpp-python")
    report = {
        "engines": table,
        "requests": len(asked),
        "threads": torch.get_num_threads(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "versions": {name: installed(name) for name in packages},
    }
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "engines.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    draw(table)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
