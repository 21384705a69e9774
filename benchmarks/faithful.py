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

from engines import ENGINES, OURS, STOCK, request_for
from record import save
from rich.progress import track
from sample import PACKAGES
from stopwatch import Stopwatch

from camara_qod.tools.interpreter.completing.complete import complete
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import Decision
from camara_qod.tools.interpreter.model import load_model
from camara_qod.tools.interpreter.offering.notation import read
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.settings import QodSettings
from camara_qod.training.corpus.dataset import demo_context

CASES = Path(__file__).parent.parent / "data" / "test.jsonl"


def right(text: str, context: Context, expected: dict[str, Any]) -> bool:
    """Whether an answer, in labels, is the expected decision once it is complete."""
    pointed = Offer(context).pointed(read(text))
    completed = complete(pointed.decision, context, pointed.mentions)
    return completed.decision == Decision(**expected)


def main() -> None:
    """Compare, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="every so many cases (default 1)")
    lines = CASES.read_text(encoding="utf-8").splitlines()[:: parser.parse_args().every]
    model, tokenizer = load_model(QodSettings())
    watch = Stopwatch()  # what it tells is not needed here
    fast, stock = (ENGINES[name](model, tokenizer, watch) for name in (OURS, STOCK))
    differing, ours_right, stock_right = [], 0, 0
    for case in track([json.loads(line) for line in lines], "both engines"):
        context = demo_context(case["messages"])
        request = request_for(context)
        ours, theirs = fast(request), stock(request)
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
