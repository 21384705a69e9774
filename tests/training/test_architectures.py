"""The larger recipes on the meta device: what is adapted, trained and taken, without a file."""

import pytest

from camara_qod.training.planning.architectures import ARCHITECTURES, published
from camara_qod.training.planning.gpus import CARDS, Gpu
from camara_qod.training.planning.memory import GIB, adapted, matrices, taken
from camara_qod.training.recipe import load_recipe

FUSED = {"qkv_proj", "o_proj", "gate_up_proj", "down_proj"}
SPLIT = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}

#: Parameters as published, in 10^9; modules; r times the sum of both sides of each, in each layer.
KNOWN = [
    ("phi3-mini", 3.82, FUSED, 32 * 16 * ((3072 + 9216) + 6144 + (3072 + 16384) + (8192 + 3072))),
    ("phi4-mini", 3.84, FUSED, 32 * 16 * ((3072 + 5120) + 6144 + (3072 + 16384) + (8192 + 3072))),
    ("qwen3-0.6b", 0.60, SPLIT, 28 * 16 * (2 * 3072 + 2 * 2048 + 3 * 4096)),
    (
        "gemma3-270m",
        0.27,
        SPLIT,
        18 * 32 * (2 * (640 + 1024) + 2 * (640 + 256) + 3 * (640 + 2048)),
    ),
    ("llama3-8b", 8.03, SPLIT, 32 * 16 * (2 * 8192 + 2 * 5120 + 3 * 18432)),
]


@pytest.mark.parametrize(("name", "billions", "modules", "trained"), KNOWN)
def test_a_larger_recipe_on_the_meta_device(
    name: str, billions: float, modules: set[str], trained: int
) -> None:
    recipe = load_recipe(name)
    model = adapted(published(recipe.model), recipe)
    assert all(item.device.type == "meta" for item in model.parameters())
    found = {key: item for key, item in model.named_parameters() if item.requires_grad}
    assert {key.split(".lora_")[0].rpartition(".")[2] for key in found} == modules
    assert len(found) == model.config.num_hidden_layers * len(modules) * 2
    assert sum(item.numel() for item in found.values()) == trained
    base = sum(item.numel() for key, item in model.named_parameters() if "lora_" not in key)
    assert base / 1e9 == pytest.approx(billions, abs=0.01)
    assert matrices(model) < base
    for part in (recipe.sft, recipe.dpo):
        # Rows that are learned whole are the longest, of some 700 tokens.
        needed = taken(model, recipe, part, gpu=True, longest=recipe.data.max_tokens or 700)
        assert needed.total < CARDS[Gpu.t4].memory
        assert needed.weights > (0.5 if recipe.quantization == "nf4" else 2) * matrices(model)
    assert taken(model, recipe, recipe.sft, gpu=True).total < 15 * GIB


def test_a_model_whose_shapes_are_not_known() -> None:
    assert published("no/model") is None
    assert {load_recipe(name).model for name, *_ in KNOWN} == set(ARCHITECTURES)
