"""Whether the fast-forward engine decides as Outlines' own loop does, on the whole test set.

    python benchmarks/faithful.py

Both decide each request of `data/test.jsonl` with the same float32 weights under the same schema.
Takes a quarter of an hour. Writes `benchmarks/results/faithful.json`, with every case in which they
differ.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import outlines
from outlines.types import JsonSchema
from record import save
from rich.progress import track
from sample import PACKAGES

from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import Decision
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.model import load_model
from camara_qod.tools.interpreter.operation import complete, schema_for
from camara_qod.tools.interpreter.prompt import render
from camara_qod.tools.settings import QodSettings
from camara_qod.training.dataset import demo_context

CASES = Path(__file__).parent.parent / "data" / "test.jsonl"
MAX_TOKENS = 400


def right(text: str, context: Context, expected: dict[str, Any]) -> bool:
    """Whether an answer is the expected decision once it is complete."""
    return complete(Decision.from_json(text), context).decision == Decision(**expected)


def main() -> None:
    """Compare, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="every so many cases (default 1)")
    lines = CASES.read_text(encoding="utf-8").splitlines()[:: parser.parse_args().every]
    model, tokenizer = load_model(QodSettings())
    decoder, stock = Decoder(model, tokenizer), outlines.from_transformers(model, tokenizer)
    stock.type_adapter.has_chat_template = False  # the prompt is rendered already
    differing, ours_right, stock_right = [], 0, 0
    for case in track([json.loads(line) for line in lines], "both engines"):
        context = demo_context(case["messages"])
        schema = schema_for(context)
        ours, _ = decoder.decode(case["messages"], schema)
        kind = JsonSchema(json.dumps(schema))
        generator = outlines.Generator(stock, kind, backend="llguidance")
        theirs = generator(render(tokenizer, case["messages"]), max_new_tokens=MAX_TOKENS)
        ours_right += right(ours, context, case["expected"])
        stock_right += right(theirs, context, case["expected"])
        if json.loads(ours) != json.loads(theirs):
            differing.append({"id": case["id"], "fast_forward": ours, "stock": theirs})
    figures = {
        "requests": len(lines),
        "same_json": round(1 - len(differing) / len(lines), 4),
        "exact_match": round(ours_right / len(lines), 4),
        "exact_match_of_stock_loop": round(stock_right / len(lines), 4),
        "differing": differing,
    }
    save("faithful", figures, PACKAGES)


if __name__ == "__main__":
    main()
