"""A Llama that does nothing but read: the embedded model without `transformers`.

To import that library's Llama takes longer than everything else that a first decision needs, as it
comes with trainers, quantisers, compilers and the models beside it. The function is the same, and
so is what the engine calls (Touvron et al. 2023, "LLaMA"; rotary positions: Su et al. 2021;
grouped queries: Ainslie et al. 2023).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import torch
from safetensors import safe_open
from torch import Tensor
from torch.nn.functional import embedding, linear, rms_norm, scaled_dot_product_attention, silu

from camara_qod.tools.interpreter.key_values import KeyValues
from camara_qod.tools.interpreter.matrix import Matrix


@dataclass(frozen=True)
class LlamaConfig:
    """What of a `config.json` says how to compute; names are that file's."""

    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int
    rms_norm_eps: float
    rope_theta: float

    @classmethod
    def read(cls, path: Path) -> Self:
        """Out of a file of `transformers` 5, which has the base of the rotation deeper inside."""
        given: dict[str, Any] = json.loads(path.read_bytes())
        given |= given["rope_parameters"]
        return cls(**{name: given[name] for name in cls.__dataclass_fields__})


class Output(NamedTuple):
    """What a pass returns: `logits` (1, places, vocabulary, or the tokens to score)."""

    logits: Tensor


class Llama:
    """A causal language model of Llama's kind, with tied embeddings and without biases.

    Args:
        config: its shape.
        weights: with their names in a checkpoint of Hugging Face's form.
    """

    _embedding: Tensor
    _norm: Tensor

    def __init__(self, config: LlamaConfig, weights: Iterable[tuple[str, Tensor]]) -> None:
        self.config = config
        self._matrices: list[dict[str, Matrix]] = [{} for _ in range(config.num_hidden_layers)]
        self._norms: list[dict[str, Tensor]] = [{} for _ in range(config.num_hidden_layers)]
        for name, weight in weights:
            match name.split("."):
                case ["model", "embed_tokens", "weight"]:
                    self._embedding = weight
                case ["model", "norm", "weight"]:
                    self._norm = weight
                case ["model", "layers", at, *_, part, "weight"] if weight.dim() > 1:
                    self._matrices[int(at)][part] = Matrix(weight)
                case ["model", "layers", at, part, "weight"]:
                    self._norms[int(at)][part] = weight
        halves = torch.arange(0, config.head_dim, 2, dtype=torch.float32)
        self._frequencies = config.rope_theta ** (-halves / config.head_dim)

    @classmethod
    def read(cls, folder: Path, dtype: torch.dtype = torch.float32) -> Self:
        """The model of a folder.

        Args:
            folder: with `config.json` and `model.safetensors`.
            dtype: in which it computes.
        """
        config = LlamaConfig.read(folder / "config.json")
        return cls(config, _weights(folder / "model.safetensors", dtype))

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self._embedding.device

    @property
    def dtype(self) -> torch.dtype:
        """In which numbers it computes."""
        return self._embedding.dtype

    def new_cache(self) -> KeyValues:
        """A cache that holds nothing yet."""
        return KeyValues()

    def __call__(
        self,
        input_ids: Tensor,
        *,
        past_key_values: KeyValues,
        logits_to_keep: Tensor | int,
        position_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        tokens_to_score: Tensor | None = None,
    ) -> Output:
        """Read on.

        Args:
            input_ids: (1, new).
            past_key_values: what was read before; what is new is added.
            logits_to_keep: the places whose logits are wanted, or how many at the end.
            position_ids: (1, new); by default those behind what was read.
            attention_mask: (1, 1, new, read + new), added to the scores; by default each sees what
                stands before it.
            tokens_to_score: ids of the tokens whose logits are wanted, in their order; by default
                all, for which the rows of the whole vocabulary have to be read.
        """
        read, new = past_key_values.get_seq_length(), input_ids.shape[1]
        if position_ids is None:
            position_ids = torch.arange(read, read + new)[None]
        if attention_mask is None:
            attention_mask = torch.ones(new, read + new, dtype=torch.bool).tril(read)[None, None]
        angles = self._angles(position_ids)
        kept = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        states, last = embedding(input_ids, self._embedding), len(self._matrices) - 1
        for at, (layer, norms) in enumerate(zip(self._matrices, self._norms, strict=True)):
            # Behind the keys and values of the last layer only what is wanted is computed.
            rows = kept if at == last else slice(None)
            added = self._attended(at, states, rows, angles, attention_mask, past_key_values)
            states = states[:, rows] + added
            states = states + _mlp(self._normed(states, norms["post_attention_layernorm"]), layer)
        head = self._embedding if tokens_to_score is None else self._embedding[tokens_to_score]
        return Output(linear(self._normed(states, self._norm), head))

    def _angles(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Cosine and sine of each position's rotation, (1, 1, new, head)."""
        half = positions[:, None, :, None].float() * self._frequencies
        both = torch.cat((half, half), dim=-1)
        return both.cos().to(self.dtype), both.sin().to(self.dtype)

    def _normed(self, states: Tensor, weight: Tensor) -> Tensor:
        return rms_norm(states, list(weight.shape), weight, self.config.rms_norm_eps)

    def _heads(self, states: Tensor, matrix: Matrix) -> Tensor:
        """Queries, keys or values, (1, heads, places, head)."""
        return matrix(states).view(*states.shape[:2], -1, self.config.head_dim).transpose(1, 2)

    def _attended(
        self,
        at: int,
        states: Tensor,
        rows: Tensor | slice,
        angles: tuple[Tensor, Tensor],
        mask: Tensor,
        cache: KeyValues,
    ) -> Tensor:
        """What a layer's attention adds to the states at some rows, (1, rows, width)."""
        layer = self._matrices[at]
        normed = self._normed(states, self._norms[at]["input_layernorm"])
        query = self._heads(normed[:, rows], layer["q_proj"])
        query = _rotated(query, *(each[:, :, rows] for each in angles))
        keys = _rotated(self._heads(normed, layer["k_proj"]), *angles)
        held = cache.update(at, keys, self._heads(normed, layer["v_proj"]))
        group = self.config.num_attention_heads // self.config.num_key_value_heads
        keys, values = (each.repeat_interleave(group, dim=1) for each in held)
        seen = scaled_dot_product_attention(query, keys, values, attn_mask=mask[..., rows, :])
        return layer["o_proj"](seen.transpose(1, 2).flatten(2))


def _weights(path: Path, dtype: torch.dtype) -> Iterator[tuple[str, Tensor]]:
    """The tensors of a file, one at a time.

    The file is opened for each: what was made into another layout leaves memory before the next.
    """
    with safe_open(path, "pt") as file:
        names = list(file.keys())
    for name in names:
        with safe_open(path, "pt") as file:
            weight = file.get_tensor(name)
        yield name, weight.to(dtype)


def _rotated(states: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    first, second = states.chunk(2, dim=-1)
    return states * cosine + torch.cat((-second, first), dim=-1) * sine


def _mlp(states: Tensor, layer: Mapping[str, Matrix]) -> Tensor:
    gate = silu(layer["gate_proj"](states))
    return layer["down_proj"](gate * layer["up_proj"](states))
