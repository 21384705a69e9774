"""In which numbers the embedded model computes on a processor."""

from typing import Any

import torch

from camara_qod.tools.errors import ModelError


def cpu_has_bf16() -> bool:
    """Whether the processor multiplies in bfloat16 by itself.

    One without such instructions emulates them and takes several times as long as in float32.
    """
    # Not in every version of torch.
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16"))


def dtype_of(precision: str) -> torch.dtype:
    """The type of weights and activations.

    Args:
        precision: `auto`, `float32` or `bfloat16`; `auto` is bfloat16 where that is fast.

    Raises:
        ModelError: bfloat16 is asked of a processor that only emulates it.
    """
    if precision == "float32" or (precision == "auto" and not cpu_has_bf16()):
        return torch.float32
    if not cpu_has_bf16():
        raise ModelError(
            "QOD_PRECISION asks for bfloat16, which this processor only emulates, several times as "
            "slowly as float32: set it to `auto` or `float32`."
        )
    return torch.bfloat16
