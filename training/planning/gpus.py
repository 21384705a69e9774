"""GPUs as their makers describe them, and how long a run would take on one: an estimate."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

GB = 10**9


class Gpu(StrEnum):
    """A GPU by its maker's name."""

    t4 = "T4"
    v100 = "V100"
    l4 = "L4"
    a10 = "A10"
    rtx_4090 = "RTX-4090"
    a100 = "A100"
    h100 = "H100"


@dataclass(frozen=True)
class Card:
    """What a data sheet says.

    Attributes:
        half: peak in 16 bits, dense, accumulated in 32, in 10^12 operations a second.
        single: peak in 32 bits without tensor cores, likewise.
        memory: in bytes; of several sizes the smallest.
        bf16: whether it multiplies in bfloat16.
    """

    half: float
    single: float
    memory: float
    bf16: bool


#: From NVIDIA's data sheets; of a GPU in several forms, the one for the server (SXM).
CARDS = {
    Gpu.t4: Card(65, 8.1, 16 * GB, bf16=False),
    Gpu.v100: Card(125, 15.7, 16 * GB, bf16=False),
    Gpu.l4: Card(121, 30.3, 24 * GB, bf16=True),
    Gpu.a10: Card(125, 31.2, 24 * GB, bf16=True),
    Gpu.rtx_4090: Card(165, 82.6, 24 * GB, bf16=True),
    Gpu.a100: Card(312, 19.5, 40 * GB, bf16=True),
    Gpu.h100: Card(989, 67, 80 * GB, bf16=True),
}
#: Which part of its peak a GPU reaches in such training: an assumption, least and most.
REACHED = (0.15, 0.4)


def seconds(card: Card, operations: float, *, half: bool) -> tuple[float, float]:
    """How long so many operations take, the least and the most.

    Args:
        card: the GPU.
        operations: multiplications and additions, each counted.
        half: whether they are done in 16 bits.
    """
    peak = (card.half if half else card.single) * 1e12
    least, most = REACHED
    return operations / (peak * most), operations / (peak * least)


def operations(weights: int, tokens: int, *, recomputed: bool) -> float:
    """What training an adapter takes.

    Two operations for each weight and token forward, two backward, and two where activations are
    computed again. The weights themselves get no gradient, which would be another two. Attention
    between tokens, embeddings and the adapter are left out: little at such lengths.

    Args:
        weights: of the base's matrices.
        tokens: read in the whole run, padding included.
        recomputed: whether activations are checkpointed.
    """
    return (6.0 if recomputed else 4.0) * weights * tokens


def span(least: float, most: float) -> str:
    """Two durations in seconds, in words: `20 to 50 minutes`."""
    if most < 90:
        return f"{ceil(least)} to {ceil(most)} seconds"
    if most < 90 * 60:
        return f"{least / 60:.0f} to {ceil(most / 60)} minutes"
    return f"{least / 3600:.1f} to {most / 3600:.1f} hours"
