"""A weight matrix, laid out once in the form in which the processor multiplies fastest.

oneDNN reads its own layout without rearranging the matrix in each product, which is a good part of
a product with the few dozen rows that a decision has.
"""

import torch
from torch import Tensor
from torch.nn.functional import linear

#: For so many rows the layout is made; others are multiplied with it just as well.
_ROWS = 64


class Matrix:
    """A matrix without a bias.

    Args:
        weight: (out, in).
    """

    def __init__(self, weight: Tensor) -> None:
        self._packed = _packed(weight)
        self._weight = None if self._packed is not None else weight

    def __call__(self, states: Tensor) -> Tensor:
        """The product, (…, out), of states (…, in)."""
        if self._weight is not None:
            return linear(states, self._weight)
        product: Tensor = torch.ops.mkldnn._linear_pointwise(
            states, self._packed, None, "none", [], ""
        )
        return product


def _packed(weight: Tensor) -> Tensor | None:
    """In oneDNN's layout; `None` where there is no oneDNN, or one that does not have it."""
    available = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    if weight.device.type != "cpu" or not available:
        return None
    try:
        packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, _ROWS)
    except (AttributeError, RuntimeError):
        return None
    return packed
