"""Kernels of other libraries that make a stage faster: whether they can be used here.

Liger's come in through TRL's own switch; Unsloth loads the model itself (`unsloth_model.py`). Both
leave the loss of this package as it is: docs/gpu.md says what that costs.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch

from camara_qod.tools.errors import TrainingError
from camara_qod.tools.faults import reason
from camara_qod.training.recipe import DpoRecipe, SftRecipe

LIGER, UNSLOTH = "liger", "unsloth"
#: By acceleration, what is imported and how it gets there.
_IMPORTED = {LIGER: "liger_kernel.transformers", UNSLOTH: "unsloth"}
_INSTALLED = {
    LIGER: 'pip install "liger-kernel>=0.8.2"',
    UNSLOTH: "give it an environment of its own, as docs/gpu.md says",
}
_OR_WITHOUT = "or set acceleration to none in the recipe"


def check(part: SftRecipe | DpoRecipe) -> None:
    """Refuse an acceleration that cannot be used here, before anything is loaded.

    Raises:
        TrainingError: it is not installed, cannot be imported, or there is no GPU.
    """
    if fault := lack(part):
        raise TrainingError(fault)


def lack(part: SftRecipe | DpoRecipe) -> str | None:
    """What keeps the stage's acceleration from being used here and what to do, if anything does."""
    name = part.acceleration
    if name == "none":
        return None
    package = _IMPORTED[name].partition(".")[0]
    told = f"The recipe sets acceleration to {name}"
    if find_spec(package) is None:
        return f"{told} and {package} is not installed: {_INSTALLED[name]}, {_OR_WITHOUT}."
    if not torch.cuda.is_available():
        return f"{told}, which needs a GPU: start it where there is one, {_OR_WITHOUT}."
    try:
        import_module(_IMPORTED[name])
    except Exception as error:  # whatever a driver or a version that does not fit leads to
        return (
            f"{told} and {package} cannot be imported ({reason(error)}): {_INSTALLED[name]}, "
            f"{_OR_WITHOUT}."
        )
    return None


def options(part: SftRecipe | DpoRecipe) -> dict[str, Any]:
    """What `SFTConfig` and `DPOConfig` are told.

    Liger's layers are taken, and its two losses are not: they would put another forward pass in the
    place of the one that computes logits at a few positions only.
    """
    if part.acceleration != LIGER:
        return {}
    losses = {"cross_entropy": False, "fused_linear_cross_entropy": False}
    return {"use_liger_kernel": True, "liger_kernel_config": losses}
