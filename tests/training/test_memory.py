"""Phi-3-mini without its weights: what is adapted, and what a run takes."""

import pytest
from transformers import Phi3Config

from camara_qod.tools.errors import TrainingError
from camara_qod.training.planning.memory import GIB, adapted, check, estimate
from camara_qod.training.recipe import load_recipe

RECIPE = load_recipe("phi3-mini")
#: The defaults of the class are Phi-3-mini's.
CONFIG = Phi3Config()


def test_exactly_the_named_modules_of_phi3_mini_are_adapted() -> None:
    model = adapted(CONFIG, RECIPE)
    trained = {name: item for name, item in model.named_parameters() if item.requires_grad}
    assert all(item.device.type == "meta" for item in model.parameters())
    assert sum(item.numel() for item in trained.values()) == 25_165_824
    modules = {name.split(".lora_")[0].rpartition(".")[2] for name in trained}
    assert modules == {"qkv_proj", "o_proj", "gate_up_proj", "down_proj"}
    assert len(trained) == 32 * 4 * 2


def test_the_reference_recipe_is_the_reference() -> None:
    assert RECIPE.quantization == "nf4"
    assert (RECIPE.lora.r, RECIPE.lora.lora_alpha, RECIPE.lora.lora_dropout) == (16, 16, 0.05)
    sft, dpo = RECIPE.sft, RECIPE.dpo
    assert (sft.learning_rate, sft.num_train_epochs, sft.optim) == (2e-4, 3, "paged_adamw_8bit")
    assert (sft.per_device_train_batch_size, sft.gradient_accumulation_steps) == (2, 4)
    assert (dpo.learning_rate, dpo.num_train_epochs, dpo.beta) == (5e-5, 1, 0.1)
    assert (dpo.per_device_train_batch_size, dpo.gradient_accumulation_steps) == (1, 4)
    assert sft.activation_checkpointing
    assert dpo.activation_checkpointing
    assert sft.fp16
    assert dpo.fp16


def test_phi3_mini_fits_a_gpu_with_16_gb_and_not_one_with_4() -> None:
    for part in (RECIPE.sft, RECIPE.dpo):
        found = estimate(CONFIG, RECIPE, part, gpu=True)
        # 3.6 billion weights in 4 bits, and embeddings in 16.
        assert 2.0 * GIB < found.weights < 2.4 * GIB
        check(found, 15 * GIB)
        with pytest.raises(TrainingError, match=r"quantization to nf4.*--force"):
            check(found, 2.5 * GIB)


def test_what_is_saved_shows_in_the_estimate() -> None:
    dense = RECIPE.model_copy(update={"quantization": "none"})
    hungry = RECIPE.sft.model_copy(update={"activation_checkpointing": False})
    base = estimate(CONFIG, RECIPE, RECIPE.sft, gpu=True)
    assert estimate(CONFIG, dense, RECIPE.sft, gpu=True).weights > 3 * base.weights
    assert estimate(CONFIG, RECIPE, hungry, gpu=True).activations > 3 * base.activations
    assert "weights 2." in str(base)
