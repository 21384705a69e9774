r"""The fast-forward engine against what one would use instead, on the same model and requests.

    pip install guidance
    CMAKE_ARGS="-DGGML_NATIVE=OFF -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON" \
        pip install llama-cpp-python
    python benchmarks/engines.py

Outlines' own loop with both backends, guidance, and llama.cpp (Q4_1, as the base model is shipped)
each decide the same validation requests under the same schema, greedily, one after the other, in a
process of its own. An engine that is not installed is left out. Writes a table and a plot into
`benchmarks/results`.
"""

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import outlines
import torch
from matplotlib.figure import Figure
from outlines.types import JsonSchema
from record import FOLDER, save
from rich.progress import track
from sample import PACKAGES, conversations
from stopwatch import Stopwatch
from transformers import DynamicCache

from camara_qod.tools.interpreter import engine as fast_forward_engine
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decoding import Decoder, Request
from camara_qod.tools.interpreter.embedded import embedded_source
from camara_qod.tools.interpreter.model import load_model
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.prompt import labelled, render
from camara_qod.tools.settings import QodSettings
from camara_qod.training.corpus.dataset import demo_context
from camara_qod.training.publishing import gguf_weights

WARM_UP = 3
MAX_TOKENS = 400
OURS = "camara-qod"
STOCK = "Outlines, llguidance"

#: Decides a request.
Engine = Callable[[Request], str]


def fast_forward(model: Any, tokenizer: Any, watch: Stopwatch) -> Engine:
    """The engine of this project."""
    watch.watch(fast_forward_engine, "Matcher", "compile")
    decoder = Decoder(model, tokenizer)
    return lambda request: decoder.decode(*request)[0]


def outlines_loop(model: Any, tokenizer: Any, watch: Stopwatch, backend: str) -> Engine:
    """What Outlines does by itself."""
    watch.watch(outlines, "Generator", "compile")
    engine = outlines.from_transformers(model, tokenizer)
    engine.type_adapter.has_chat_template = False  # the prompt is rendered already

    def decide(request: Request) -> str:
        turns, schema = request
        generator = outlines.Generator(engine, JsonSchema(json.dumps(schema)), backend=backend)
        return str(generator(render(tokenizer, turns), max_new_tokens=MAX_TOKENS))

    return decide


def guidance_loop(model: Any, tokenizer: Any, watch: Stopwatch) -> Engine:
    """Guidance, on the same model."""
    import guidance

    watch.watch(guidance, "json", "compile")
    DynamicCache.crop = _cut_to
    engine = guidance.models.Transformers(model, tokenizer, echo=False)

    def decide(request: Request) -> str:
        turns, schema = request
        plain = {name: value for name, value in schema.items() if name != "x-guidance"}
        grammar = guidance.json("call", schema=plain, separators=(",", ":"))
        return str((engine + render(tokenizer, turns) + grammar)["call"])

    return decide


_crop = DynamicCache.crop


def _cut_to(cache: DynamicCache, length: int) -> None:
    """Guidance 0.3 cuts a cache to a length, as with transformers 4; 5 is told the surplus."""
    surplus = cache.get_seq_length() - length
    if surplus > 0:
        _crop(cache, -surplus)


def llama_cpp(model: Any, tokenizer: Any, watch: Stopwatch) -> Engine:
    """llama.cpp in this process, with a grammar made from the schema."""
    import llama_cpp

    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "tuned.gguf"
        gguf_weights.write(model, embedded_source(), weights)
        engine = llama_cpp.Llama(
            str(weights), n_ctx=2048, verbose=False, n_threads=torch.get_num_threads()
        )
    watch.watch(llama_cpp.LlamaGrammar, "from_json_schema", "compile")

    def decide(request: Request) -> str:
        turns, schema = request
        grammar = llama_cpp.LlamaGrammar.from_json_schema(json.dumps(schema), verbose=False)
        answer = engine.create_completion(
            render(tokenizer, turns), grammar=grammar, temperature=0.0, max_tokens=MAX_TOKENS
        )
        return str(answer["choices"][0]["text"])

    return decide


ENGINES: dict[str, Callable[[Any, Any, Stopwatch], Engine]] = {
    OURS: fast_forward,
    STOCK: partial(outlines_loop, backend="llguidance"),
    "Outlines, outlines_core": partial(outlines_loop, backend="outlines_core"),
    "guidance": guidance_loop,
    "llama.cpp, Q4_1": llama_cpp,
}


def measure(name: str, asked: list[Request]) -> dict[str, Any] | None:
    """Latencies and work of one engine; nothing where it is not installed."""
    model, tokenizer = load_model(QodSettings())
    watch = Stopwatch()
    try:
        engine = ENGINES[name](model, tokenizer, watch)
    except ImportError as error:
        print(f"{name} is left out: {error}")
        return None
    watch.watch(model, "forward", "forward")
    for request in asked[:WARM_UP]:
        engine(request)
    watch.reset()
    seconds, texts = [], []
    for request in track(asked, name):
        started = time.perf_counter()
        texts.append(engine(request))
        seconds.append(time.perf_counter() - started)
    tokens = sum(len(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts)
    return {
        "median_s": round(statistics.median(seconds), 3),
        "p95_s": round(sorted(seconds)[int(len(seconds) * 0.95)], 3),
        "tokens_per_s": round(tokens / sum(seconds), 1),
        # llama.cpp's passes do not go through torch.
        "passes": round(watch.calls["forward"] / len(asked), 2) or None,
        "share_of_forward": round(watch.seconds["forward"] / sum(seconds), 3) or None,
        "compile_ms": round(1000 * watch.seconds["compile"] / len(asked), 2),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "answers": [_value(text) for text in texts],
    }


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def alone(name: str, asked: list[Request]) -> dict[str, Any] | None:
    """`measure` in a process of its own, so that each has its own peak of memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, name, asked).result()


def compared(results: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The table: each engine beside ours."""
    ours, reference = results[OURS], results[STOCK]
    for row in results.values():
        row["times_slower"] = round(row["median_s"] / ours["median_s"], 2)
        same = [a == b for a, b in zip(row["answers"], reference["answers"], strict=True)]
        row["same_as_stock_loop"] = round(sum(same) / len(same), 4)
    return {name: {k: v for k, v in row.items() if k != "answers"} for name, row in results.items()}


def draw(table: dict[str, dict[str, Any]]) -> None:
    """Median latencies as bars."""
    figure = Figure(figsize=(7, 2.8), layout="tight")
    axes = figure.subplots()
    names = list(reversed(table))
    bars = axes.barh(names, [table[name]["median_s"] for name in names])
    axes.bar_label(bars, [f"{table[name]['median_s']:.2f} s" for name in names], padding=3)
    axes.margins(x=0.15)
    axes.set_xlabel("median seconds a request")
    figure.savefig(FOLDER / "engines.svg")


def request_for(context: Context) -> Request:
    """What is sent to an engine: the turns with labels in them, and the schema of the answer."""
    offer = Offer(context)
    return labelled(context, offer.labels), offer.schema


def main() -> None:
    """Measure, and write table and plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40, help="how many requests (default 40)")
    asked = [
        request_for(demo_context(messages)) for messages in conversations(parser.parse_args().count)
    ]
    results = {name: alone(name, asked) for name in ENGINES}
    table = compared({name: row for name, row in results.items() if row})
    save("engines", {"engines": table, "requests": len(asked)}, PACKAGES)
    draw(table)


if __name__ == "__main__":
    main()
