"""Keys and values of one sequence: as much of a cache of `transformers` as the engine calls."""

import torch
from torch import Tensor


class KeyValues:
    """What each layer keeps of the tokens that were read."""

    #: Those of `transformers` have layers, some of which forget; these do not.
    layers = ()

    def __init__(self) -> None:
        self._held: dict[int, tuple[Tensor, Tensor]] = {}

    def get_seq_length(self) -> int:
        """How many tokens are held."""
        return self._held[0][0].shape[-2] if self._held else 0

    def update(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Add what a layer made of new tokens.

        Args:
            layer: its number.
            keys: (1, heads, new, head).
            values: the same shape.

        Returns:
            All that is held of this layer, the new tokens last.
        """
        if layer in self._held:
            old = self._held[layer]
            keys, values = torch.cat((old[0], keys), -2), torch.cat((old[1], values), -2)
        self._held[layer] = keys, values
        return keys, values

    def crop(self, change: int) -> None:
        """Forget the last tokens; their number is given negative, as to `DynamicCache`."""
        kept = self.get_seq_length() + change
        for layer, (keys, values) in self._held.items():
            self._held[layer] = keys[..., :kept, :], values[..., :kept, :]
