"""Recipes with values in place of their own."""

import pytest

from camara_qod.tools.errors import SettingsError, UsageError
from camara_qod.training.recipe import load_recipe


def test_a_change_stands_in_place_of_the_recipes_value() -> None:
    recipe = load_recipe(
        "embedded", ["sft.max_steps=300", "model=a/b.gguf", "lora.layers_to_transform=[1, 2]"]
    )
    assert (recipe.sft.max_steps, recipe.model) == (300, "a/b.gguf")
    assert recipe.lora.layers_to_transform == [1, 2]
    assert recipe.sft.learning_rate == load_recipe("embedded").sft.learning_rate


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("sft.max_steps", "sft.max_steps=300"),
        ("=3", "a key of the recipe"),
        ("seed.of=3", "no part seed"),
        ("sft.max_steps=[", "not YAML"),
    ],
)
def test_what_is_no_change_is_wrong_usage(change: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        load_recipe("embedded", [change])


@pytest.mark.parametrize("change", ["sft.steps=3", "sft.max_steps=many", "new.part=1"])
def test_a_change_is_checked_as_the_recipe_is(change: str) -> None:
    with pytest.raises(SettingsError, match=change.partition("=")[0].split(".")[0]):
        load_recipe("embedded", [change])
