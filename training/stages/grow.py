"""An adapter that goes on in a larger one: of higher rank, or on more layers or modules."""

from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftConfig, get_peft_model

from camara_qod.tools.errors import TrainingError
from camara_qod.tools.interpreter.adapter import adapted, check, finite_weights, unfit
from camara_qod.training.recipe import Recipe


def lora_config(recipe: Recipe) -> LoraConfig:
    """The LoRA configuration of a recipe."""
    return LoraConfig(task_type="CAUSAL_LM", **recipe.lora.model_dump())


def grown(model: Any, start: Path, recipe: Recipe) -> Any:
    """A trainable PEFT model that answers as under an adapter, in the recipe's LoRA configuration.

    What is new begins without effect, as in any new adapter: its B is zero.

    Args:
        model: the base.
        start: folder of the adapter.
        recipe: model and LoRA configuration.

    Raises:
        TrainingError: the adapter has a part that the configuration has no place for, or another
            ratio of `lora_alpha` to `r`, which would change what it does.
        ModelError: the adapter is damaged, or for another base.
    """
    check(start, recipe.model)
    config = lora_config(recipe)
    before: Any = PeftConfig.from_pretrained(str(start))
    if _size(before) == _size(config):
        return adapted(model, start, recipe.model, trainable=True)
    if before.lora_alpha * config.r != config.lora_alpha * before.r:
        raise TrainingError(
            f"The adapter in {start} has lora_alpha {before.lora_alpha} at r {before.r}, and the "
            f"recipe {config.lora_alpha} at {config.r}: keep their ratio in the recipe."
        )
    made = get_peft_model(model, config)
    _fill(made, finite_weights(start), start)
    return made


def _size(config: Any) -> tuple[Any, ...]:
    """What makes the shapes of an adapter's weights."""
    layers = config.layers_to_transform
    targets = config.target_modules
    return (
        config.r,
        config.lora_alpha,
        None if layers is None else frozenset(layers),
        targets if isinstance(targets, str) else frozenset(targets),
    )


def _fill(model: Any, weights: dict[str, torch.Tensor], start: Path) -> None:
    """Put weights into the first ranks of their places."""
    places = {
        name.replace(".default", ""): value
        for name, value in model.named_parameters()
        if value.requires_grad
    }
    lacking = [name for name in weights if name not in places]
    larger = {
        name: (value.shape, places[name].shape)
        for name, value in weights.items()
        if name in places
        and any(a > b for a, b in zip(value.shape, places[name].shape, strict=True))
    }
    if faults := unfit([], lacking, larger):
        raise TrainingError(
            f"The adapter in {start} does not go into the recipe's LoRA configuration: {faults}."
        )
    with torch.no_grad():
        for name, value in weights.items():
            rows, columns = value.shape
            places[name][:rows, :columns] = value.to(places[name].dtype)
