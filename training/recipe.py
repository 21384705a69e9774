"""Recipes: what a training run is made of, read from YAML."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from camara_qod.tools.errors import SettingsError
from camara_qod.tools.faults import faults

#: TRL's, without `exo_pair`, which needs smoothed labels.
LossType = Literal[
    "sigmoid",
    "hinge",
    "ipo",
    "nca_pair",
    "robust",
    "bco_pair",
    "sppo_hard",
    "aot",
    "aot_unpaired",
    "apo_zero",
    "apo_down",
    "discopop",
    "sft",
    "sigmoid_norm",
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataRecipe(_Part):
    """The generated training set."""

    examples: int = Field(gt=0)
    seed: int = 0
    validation_share: float = Field(default=0.06, ge=0, lt=1, description="of the use phrases")
    validation_examples: int = Field(default=160, ge=0)
    curated_repeats: int = Field(
        default=1, ge=0, description="how often each hand-written request is in the training set"
    )
    spoken_repeats: int = Field(
        default=1,
        ge=0,
        description="how often each text of `data/requests` is in the training set, with other "
        "identifiers each time",
    )
    max_tokens: int | None = Field(
        default=None,
        gt=0,
        description="longer examples are left out: a batch is as long as its longest",
    )
    whole_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="of the examples: decoding without a grammar is learned",
    )


class LoraRecipe(_Part):
    """PEFT's `LoraConfig`."""

    r: int = Field(default=16, gt=0)
    lora_alpha: int = Field(default=16, gt=0)
    lora_dropout: float = Field(default=0.05, ge=0, lt=1)
    target_modules: Annotated[list[str], Field(min_length=1)] | Literal["all-linear"]
    layers_to_transform: list[int] | None = None


class _TrainerRecipe(_Part):
    """What `SFTConfig` and `DPOConfig` of TRL have in common, the parts that differ here."""

    learning_rate: float = Field(gt=0)
    per_device_train_batch_size: int = Field(gt=0)
    gradient_accumulation_steps: int = Field(default=1, gt=0)
    num_train_epochs: float = Field(default=1, gt=0)
    max_steps: int = Field(default=-1, description="stops there, however long an epoch is")
    warmup_steps: int = Field(default=20, ge=0)
    lr_scheduler_type: str = "cosine"
    optim: str = "adamw_torch"
    activation_checkpointing: bool = False
    fp16: bool = False
    bf16: bool = Field(
        default=False, description="on a CPU too, where it has instructions for it; else float32"
    )
    save_steps: int = Field(default=100, gt=0)
    logging_steps: int = Field(default=10, gt=0)


class SftRecipe(_TrainerRecipe):
    """TRL's `SFTConfig`."""

    acceleration: Literal["none", "liger", "unsloth"] = Field(
        default="none", description="kernels of another library; they need a GPU"
    )


class DpoRecipe(_TrainerRecipe):
    """TRL's `DPOConfig`, and where the pairs come from beside the curated ones."""

    acceleration: Literal["none", "liger"] = Field(
        default="none", description="kernels of another library; they need a GPU"
    )
    beta: float = Field(default=0.1, gt=0)
    loss_type: Annotated[list[LossType], Field(min_length=1)] = ["sigmoid"]
    loss_weights: list[float] | None = None
    near_misses: int = Field(
        default=0, ge=0, description="generated examples with one value made wrong"
    )
    mined_from: int = Field(
        default=0, ge=0, description="generated examples that the SFT model is tried on"
    )


class Recipe(_Part):
    """One training run: SFT, then DPO from the adapter that it made."""

    model: str = Field(min_length=1)
    quantization: Literal["none", "nf4"] = "none"
    seed: int = Field(default=0, ge=0, lt=2**32, description="of NumPy too, which takes no others")
    data: DataRecipe
    lora: LoraRecipe
    sft: SftRecipe
    dpo: DpoRecipe


def load_recipe(name: str, changes: Sequence[str] | None = None) -> Recipe:
    """A recipe by name, or from a YAML file.

    Args:
        name: of a shipped recipe, or a file's path.
        changes: values in place of the recipe's, such as `sft.max_steps=300`; a value is YAML.

    Raises:
        SettingsError: there is none, a key does not hold, or a change is not one of a key.
    """
    shipped = Path(str(files("camara_qod.training"))) / "recipes"
    try:
        written = _yaml(_path(name, shipped).read_text(encoding="utf-8"))
        return Recipe.model_validate(_changed(written, changes or ()))
    except FileNotFoundError as error:
        known = ", ".join(sorted(item.stem for item in shipped.glob("*.yaml")))
        raise SettingsError(
            f"There is no recipe {name}: name one of {known}, or a YAML file."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(
            f"The recipe {name} cannot be read ({reason}): name a YAML file."
        ) from error
    except ValidationError as error:
        raise SettingsError(f"The recipe {name} does not hold: {faults(error, Recipe)}.") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"The recipe {name} is not YAML: {_place(error)}.") from error


def _changed(recipe: Any, changes: Sequence[str]) -> Any:
    for change in changes:
        key, equals, value = change.partition("=")
        if not (key and equals):
            raise SettingsError(
                f"--set {change} is no change: write a key of the recipe and its value, such as "
                "sft.max_steps=300."
            )
        *parts, name = key.split(".")
        part = recipe
        for step in parts:
            part = part.setdefault(step, {}) if isinstance(part, dict) else None
        if not isinstance(part, dict):
            raise SettingsError(f"--set {change}: the recipe has no part {'.'.join(parts)}.")
        try:
            part[name] = _yaml(value)
        except yaml.YAMLError as error:
            raise SettingsError(
                f"--set {change}: the value is not YAML, {_place(error)}."
            ) from error
    return recipe


def _yaml(text: str) -> Any:
    """What YAML says.

    Raises:
        yaml.YAMLError: it is not YAML, or holds a value that is none.
    """
    try:
        return yaml.safe_load(text)
    except (ValueError, OverflowError, LookupError, AttributeError) as error:
        # PyYAML takes a date or a number for one by its look, or by its tag, and then makes it.
        raise yaml.YAMLError(
            f"a date or a number in it is none ({error}); text that looks like one stands in quotes"
        ) from error
    except RecursionError as error:
        raise yaml.YAMLError("it is nested too deeply") from error


def _path(name: str, shipped: Path) -> Path:
    """A shipped recipe's name may have a dot in it, as a file's has."""
    path = shipped / f"{name}.yaml"
    return Path(name) if "/" in name or ("." in name and not path.is_file()) else path


def _place(error: yaml.YAMLError) -> str:
    """What is wrong, and in which line where it is known."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"line {error.problem_mark.line + 1}, {error.problem}"
    return str(error).splitlines()[0]
