"""All that is asked of Unsloth: the base, the adapter on it, its activation checkpointing.

Nothing here runs without a GPU. Names of arguments are checked against the source of the installed
package (`tests/training/test_unsloth.py`).
"""

import os
from typing import Any

from transformers import AutoTokenizer

from camara_qod.tools.interpreter.embedded import EMBEDDED, embedded_model
from camara_qod.tools.interpreter.loading import explained
from camara_qod.training.recipe import Recipe
from camara_qod.training.stages.run import of_recipe, settings_for

#: Longer than any example; positions beyond what a model knows would be stretched.
_MOST_TOKENS = 2048


def load_unsloth(recipe: Recipe) -> tuple[Any, Any]:
    """A trainable PEFT model with Unsloth's layers, and the tokenizer that production uses.

    Raises:
        ModelError: the model cannot be had.
        SettingsError: the adapter does not fit the model.
    """
    # Its forward pass would compute a loss of its own and return no logits.
    os.environ["UNSLOTH_RETURN_LOGITS"] = "1"
    from unsloth import FastLanguageModel  # type: ignore[import-not-found]

    loading = loaded_with(recipe)
    with explained(f"The model {recipe.model}", "QOD_MODEL"):
        tokenizer = AutoTokenizer.from_pretrained(loading["model_name"], trust_remote_code=False)
        model, _ = FastLanguageModel.from_pretrained(**loading)
    with of_recipe("part lora"):
        return FastLanguageModel.get_peft_model(model, **adapted_with(recipe)), tokenizer


def loaded_with(recipe: Recipe) -> dict[str, Any]:
    """Arguments of `FastLanguageModel.from_pretrained`.

    The model is the one that the recipe names and no upload of Unsloth's in its place, and the
    tokenizer stays as it is: the adapter has to work where Unsloth is not.
    """
    settings = settings_for(recipe)
    embedded = settings.model == EMBEDDED
    return {
        "model_name": str(embedded_model(settings.cache_dir)) if embedded else settings.model,
        "max_seq_length": _MOST_TOKENS,
        "load_in_4bit": recipe.quantization == "nf4",
        "load_in_16bit": recipe.quantization == "none",
        "use_gradient_checkpointing": _checkpointing(recipe),
        "use_exact_model_name": True,
        "fix_tokenizer": False,
        "trust_remote_code": False,
        "random_state": recipe.seed,
    }


def adapted_with(recipe: Recipe) -> dict[str, Any]:
    """Arguments of `FastLanguageModel.get_peft_model`: the recipe's `LoraConfig`."""
    return recipe.lora.model_dump() | {
        "use_gradient_checkpointing": _checkpointing(recipe),
        "random_state": recipe.seed,
    }


def _checkpointing(recipe: Recipe) -> str | bool:
    """Its own moves activations to the machine's memory meanwhile."""
    return "unsloth" if recipe.sft.activation_checkpointing else False
