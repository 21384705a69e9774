"""Reading what all rows of a batch begin with once.

The instructions are a large part of an ordinary example. Keys and values of a common beginning are
the same in every row, so they are computed for one and repeated, with their gradient: the same
numbers for less work.
"""

from typing import Any

import torch
from transformers import DynamicCache


def forward(
    model: Any, ids: torch.Tensor, mask: torch.Tensor, columns: torch.Tensor, *, share: bool
) -> Any:
    """The model's outputs, with logits at a few positions only.

    Args:
        model: a causal language model.
        ids: token ids, (rows, length).
        mask: attention mask, (rows, length).
        columns: positions, ascending, whose logits are wanted; none has been reached where all
            rows still agree.
        share: whether a common beginning is read once. Activation checkpointing recomputes
            without a cache and distributed wrappers expect one call a step: there it is not.

    Returns:
        Outputs with `logits` of shape (rows, columns, vocabulary).
    """
    shared = _shared(ids, columns) if share and len(ids) > 1 else 0
    outputs = model(
        input_ids=ids[:, shared:],
        attention_mask=mask,
        past_key_values=_read_once(model, ids[:1, :shared], len(ids)) if shared else None,
        use_cache=shared > 0,
        logits_to_keep=columns - shared,
    )
    # Forward passes of other libraries know a number to keep, and no positions: all come back.
    if outputs.logits.shape[1] != len(columns):
        outputs.logits = outputs.logits[:, columns - shared]
    return outputs


def _shared(ids: torch.Tensor, columns: torch.Tensor) -> int:
    """How many tokens all rows begin with, before any position that is wanted."""
    differ = (ids != ids[0]).any(dim=0).nonzero()
    ends = [int(differ[0])] if len(differ) else []
    return int(min([*ends, *columns[:1].tolist()]))


def _read_once(model: Any, prefix: torch.Tensor, rows: int) -> DynamicCache:
    cache = DynamicCache()
    model(input_ids=prefix, past_key_values=cache, use_cache=True, logits_to_keep=1)
    cache.batch_repeat_interleave(rows)
    return cache
