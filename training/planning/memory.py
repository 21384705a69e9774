"""How much memory a training run takes, before it starts.

Weights, adapters and optimiser are counted on the meta device, which holds shapes and no numbers.
Activations follow Korthikanti et al. 2022, "Reducing Activation Recomputation", section 4, without
the attention matrix, which fused attention never writes down.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

from camara_qod.tools.errors import TrainingError
from camara_qod.tools.interpreter.embedded import EMBEDDED, embedded_model
from camara_qod.tools.interpreter.files import MODEL_CONFIG, check_model, gguf_in
from camara_qod.tools.interpreter.loading import explained
from camara_qod.tools.interpreter.place import check_place
from camara_qod.training.recipe import DpoRecipe, Recipe, SftRecipe
from camara_qod.training.stages.run import LESS_MEMORY, of_recipe, settings_for

GIB = 2**30
#: Tokens of a long example; nine in ten have less than half of it.
LONG_EXAMPLE = 384
#: NF4 with double quantisation: 4 bits, and 0.127 bits of scales (Dettmers et al. 2023, QLoRA).
_NF4_BYTES = 4.127 / 8
#: State of the optimiser for each trained parameter, in bytes.
_OPTIMIZER_BYTES = {"paged_adamw_8bit": 2, "adamw_8bit": 2}
_ADAMW_BYTES = 8
#: Activations of one layer for each token and hidden unit, in values: 34 bytes in 16 bits.
_LAYER_VALUES = 17
#: What libraries, buffers and fragmentation take besides.
_OVERHEAD = 1.0 * GIB


@dataclass(frozen=True)
class Estimate:
    """Bytes that a run takes."""

    weights: float
    adapters: float
    optimizer: float
    activations: float
    overhead: float = _OVERHEAD

    @property
    def total(self) -> float:
        """All together."""
        return self.weights + self.adapters + self.optimizer + self.activations + self.overhead

    def __str__(self) -> str:
        """In GiB, the parts first."""
        parts = ", ".join(f"{name} {value / GIB:.1f}" for name, value in vars(self).items())
        return f"about {self.total / GIB:.1f} GiB ({parts})"


def adapted(config: Any, recipe: Recipe) -> Any:
    """The recipe's model with its adapters on the meta device: shapes without numbers.

    Raises:
        ModelError: it is no causal language model.
        SettingsError: the adapters do not fit the model.
    """
    with _explained(recipe), torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    with of_recipe("part lora"):
        return get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **recipe.lora.model_dump()))


def _explained(recipe: Recipe) -> AbstractContextManager[None]:
    return explained(f"The model {recipe.model}", "QOD_MODEL")


def estimate(config: Any, recipe: Recipe, part: SftRecipe | DpoRecipe, *, gpu: bool) -> Estimate:
    """What a stage takes; `config` is the model's, from `transformers`, the rest as `taken`."""
    return taken(adapted(config, recipe), recipe, part, gpu=gpu)


def taken(
    model: Any,
    recipe: Recipe,
    part: SftRecipe | DpoRecipe,
    *,
    gpu: bool,
    longest: int = LONG_EXAMPLE,
) -> Estimate:
    """What a stage takes.

    Args:
        model: with its adapters, on the meta device.
        recipe: quantisation and adapters.
        part: the stage.
        gpu: whether other weights and activations are kept in 16 bits.
        longest: tokens of a long example.
    """
    trained = sum(item.numel() for item in model.parameters() if item.requires_grad)
    width = 2 if gpu else 4
    dpo = isinstance(part, DpoRecipe)
    state = _OPTIMIZER_BYTES.get(part.optim, _ADAMW_BYTES)
    # DPO holds a second adapter, the reference, which needs no gradient.
    return Estimate(
        weights=_weights(model, recipe, width),
        adapters=trained * (12 if dpo else 8),
        optimizer=trained * state,
        activations=_activations(model.config, part, width, longest),
    )


def matrices(model: Any) -> int:
    """Weights of the matrices inside the layers, without the adapter's."""
    return sum(
        item.weight.numel()
        for name, item in model.named_modules()
        if isinstance(item, torch.nn.Linear) and ".layers." in name and "lora_" not in name
    )


def _weights(model: Any, recipe: Recipe, width: int) -> float:
    inner = matrices(model)
    base = sum(item.numel() for name, item in model.named_parameters() if "lora_" not in name)
    if recipe.quantization == "nf4":
        return float(inner * _NF4_BYTES + (base - inner) * width)
    return float(base * width)


def _activations(config: Any, part: SftRecipe | DpoRecipe, width: int, longest: int) -> float:
    """Of a batch of long examples; DPO reads a chosen and a rejected answer for each."""
    config = config.get_text_config()  # of a model that sees too, the part that reads
    rows = part.per_device_train_batch_size * (2 if isinstance(part, DpoRecipe) else 1)
    tokens = rows * longest
    layer = tokens * config.hidden_size * _LAYER_VALUES * width
    kept = tokens * config.hidden_size * width  # the input of a layer that is computed again
    layers = config.num_hidden_layers
    inside = layers * kept + layer if part.activation_checkpointing else layers * layer
    # Logits once in the model's width, and in 32 bits with their gradient.
    return float(inside + tokens * config.vocab_size * (width + 8))


def config_of(recipe: Recipe) -> Any:
    """The configuration of the recipe's model.

    Raises:
        ModelError: the model is not on this machine and the hub cannot be reached, or there is none
            of that name, or its files are damaged.
    """
    settings = settings_for(recipe)
    if settings.model == EMBEDDED:
        return AutoConfig.from_pretrained(embedded_model(settings.cache_dir))
    with _explained(recipe):
        check_place(settings.model, MODEL_CONFIG)
        place, named = gguf_in(settings.model)
        if Path(place).exists() and not named:
            check_model(Path(place))
        return AutoConfig.from_pretrained(place, trust_remote_code=False, **named)


def check(found: Estimate, available: float) -> None:
    """Refuse what cannot fit.

    Args:
        found: what the run takes.
        available: free memory of the device, in bytes.

    Raises:
        TrainingError: it does not fit; the message says what can be done.
    """
    if found.total > available:
        raise TrainingError(
            f"This run takes {found} and the device has {available / GIB:.1f} GiB free: "
            f"{LESS_MEMORY}. --force starts it nevertheless."
        )


def free_memory() -> float:
    """Free bytes of the GPU, or of the machine where there is none."""
    if torch.cuda.is_available():
        return float(torch.cuda.mem_get_info()[0])
    return float(psutil.virtual_memory().available)
