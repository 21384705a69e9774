"""Preference pairs out of a model's own mistakes."""

from pathlib import Path
from typing import Any

from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.training.dataset import demo_settings, read_jsonl, write_jsonl
from camara_qod.training.free import complete_freely
from camara_qod.training.preferences import Pair


def mine(model: Any, tokenizer: Any, records: list[dict[str, Any]], keep: Path) -> list[Pair]:
    """What the model writes where it should have written something else.

    It is tried twice: freely, which shows invented fields and values, and under the grammar of
    each request, which shows wrong choices.

    Args:
        model: the SFT model.
        tokenizer: its tokenizer.
        records: `{"messages", "emitted"}`.
        keep: a file for the pairs; where it exists it is read instead.
    """
    if keep.is_file():
        return read_jsonl(keep, "messages", "chosen", "rejected", "kind")
    free = complete_freely(model, tokenizer, [record["messages"] for record in records])
    model.eval()
    interpreter = Interpreter(Decoder(model, tokenizer), demo_settings())
    half = records[: len(records) // 2]
    chosen = [interpreter.interpret(record["messages"]).emitted.to_json() for record in half]
    model.train()
    pairs = [
        {
            "messages": record["messages"],
            "chosen": record["emitted"],
            "rejected": text,
            "kind": kind,
            "tag": kind,
        }
        for kind, texts in (("mined_free", free), ("mined_grounded", chosen))
        for record, text in zip(records, texts, strict=False)
        if text != record["emitted"]
    ]
    write_jsonl(keep, pairs)
    return pairs
