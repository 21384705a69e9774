"""Preference pairs out of a model's own mistakes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import track

from camara_qod.tools.interpreter.deciding import decide_many
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.training.dataset import demo_context, read_jsonl, write_jsonl
from camara_qod.training.free import complete_freely
from camara_qod.training.preferences import Pair

BATCH = 16
#: Draws unlikely choices more often than the model would, so that its doubts show.
TEMPERATURE = 1.5


def mine(
    model: Any, tokenizer: Any, records: list[dict[str, Any]], seed: int, keep: Path
) -> list[Pair]:
    """What the model writes where it should have written something else.

    It is tried twice: freely on half of the records, which shows invented fields and values, and
    on all of them under the grammar of each request, with choices drawn by their probabilities,
    which shows wrong ones that it takes for possible.

    Args:
        model: the SFT model.
        tokenizer: its tokenizer.
        records: `{"messages", "emitted"}`.
        seed: of the draws.
        keep: a file for the pairs; where it exists it is read instead.
    """
    if keep.is_file():
        return read_jsonl(keep, "messages", "chosen", "rejected", "kind")
    conversations = [record["messages"] for record in records]
    half = [demo_context(messages) for messages in conversations[: len(conversations) // 2]]
    free = complete_freely(model, tokenizer, half)
    training = model.training
    model.eval()
    torch.manual_seed(seed)
    drawn = list(_drawn(model, tokenizer, conversations))
    model.train(training)
    pairs = [
        {
            "messages": record["messages"],
            "chosen": record["emitted"],
            "rejected": text,
            "kind": kind,
            "tag": kind,
        }
        for kind, texts in (("mined_free", free), ("mined_grounded", drawn))
        for record, text in zip(records, texts, strict=False)
        if text != record["emitted"]
    ]
    write_jsonl(keep, pairs)
    return pairs


def _drawn(model: Any, tokenizer: Any, conversations: list[list[str]]) -> Iterator[str]:
    decoder = Decoder(model, tokenizer, temperature=TEMPERATURE)
    starts = range(0, len(conversations), BATCH)
    for start in track(starts, "Drawing decisions", console=Console(stderr=True)):
        contexts = [demo_context(turns) for turns in conversations[start : start + BATCH]]
        for made in decide_many(decoder, contexts):
            yield made.decision.to_json()
