"""A die in place of a language model: the guarantees must not rest on what is chosen."""

from types import SimpleNamespace
from typing import Any

import torch


class RandomModel:
    """Logits from a die, in place of a language model; everything around it is the real thing."""

    device = torch.device("cpu")

    def __init__(self, config: Any) -> None:
        self.config = config

    def __call__(self, ids: torch.Tensor, *, logits_to_keep: torch.Tensor, **_: Any) -> Any:
        return SimpleNamespace(logits=torch.randn(1, len(logits_to_keep), self.config.vocab_size))
