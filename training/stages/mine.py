"""Preference pairs out of a model's own mistakes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from rich.progress import track

from camara_qod.tools.interpreter.deciding import decide_many
from camara_qod.tools.interpreter.decoding import Decoder
from camara_qod.tools.interpreter.offering.notation import read, write
from camara_qod.tools.screen import screen
from camara_qod.training.corpus.dataset import Record
from camara_qod.training.corpus.lines import read_jsonl, write_jsonl
from camara_qod.training.corpus.preferences import Pair, from_record, to_record
from camara_qod.training.evaluation.free import complete_freely

BATCH = 16
#: Draws unlikely choices more often than the model would, so that its doubts show.
TEMPERATURE = 1.5


def mine(model: Any, tokenizer: Any, records: list[Record], seed: int, keep: Path) -> list[Pair]:
    """What the model writes where it should have written something else.

    It is tried twice: freely on half of the records, which shows invented fields and values, and
    on all of them under the grammar of each request, with choices drawn by their probabilities,
    which shows wrong ones that it takes for possible.

    Args:
        model: the SFT model.
        tokenizer: its tokenizer.
        records: conversations with their labels.
        seed: of the draws.
        keep: a file for the pairs; where it exists it is read instead.
    """
    if keep.is_file():
        lines = read_jsonl(keep, "messages", "chosen", "rejected", "kind", "free")
        return [from_record(item) for item in lines]
    # A session that the API has named is in no file of texts.
    records = [record for record in records if not record.context.sessions.ids]
    half = records[: len(records) // 2]
    free = complete_freely(model, tokenizer, [record.context for record in half])
    training = model.training
    model.eval()
    torch.manual_seed(seed)
    drawn = list(_drawn(model, tokenizer, records))
    model.train(training)
    pairs = [
        Pair(record.context, record.free, text, "mined_free", free=True)
        for record, text in zip(half, free, strict=True)
        if text != record.free
    ]
    pairs += [
        Pair(record.context, right, text, "mined_grounded", free=False)
        for record, text in zip(records, drawn, strict=True)
        if text != (right := write(record.answer))
    ]
    write_jsonl(keep, map(to_record, pairs))
    return pairs


def _drawn(model: Any, tokenizer: Any, records: list[Record]) -> Iterator[str]:
    decoder = Decoder(model, tokenizer, temperature=TEMPERATURE)
    starts = range(0, len(records), BATCH)
    for start in track(starts, "Drawing decisions", console=screen(stderr=True)):
        contexts = [record.context for record in records[start : start + BATCH]]
        for made in decide_many(decoder, contexts):
            yield write(read(made.text))
