"""Recipes with values in place of their own."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import pytest

from camara_qod.tools.errors import SettingsError
from camara_qod.training.recipe import LossType, load_recipe


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
        ("seed=2024-13-45", "not YAML, a date or a number in it is none .*quotes"),
        ("seed=0x_", "not YAML, a date or a number in it is none"),
        ("seed=!!bool x", "not YAML, a date or a number in it is none"),
        ("seed=" + "[" * 3000, "not YAML, it is nested too deeply"),
    ],
)
def test_what_is_no_change_is_wrong_usage(change: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load_recipe("embedded", [change])


@pytest.mark.parametrize("change", ["sft.steps=3", "sft.max_steps=many", "new.part=1"])
def test_a_change_is_checked_as_the_recipe_is(change: str) -> None:
    with pytest.raises(SettingsError, match=change.partition("=")[0].split(".")[0]):
        load_recipe("embedded", [change])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("seed=-1", "seed: it should be greater than or equal to 0"),
        ("seed=4294967296", "seed: it should be less than"),
        ("dpo.loss_type=[sigmoid, typo]", r"dpo\.loss_type\.1: it should be 'sigmoid'"),
        ("dpo.loss_type=[]", r"dpo\.loss_type: "),
    ],
)
def test_what_would_fail_only_inside_a_run_is_refused_at_once(change: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load_recipe("embedded", [change])


def test_the_losses_are_those_of_the_library() -> None:
    found = find_spec("trl")
    assert found is not None
    source = (Path(str(found.origin)).parent / "trainer" / "dpo_trainer.py").read_text("utf-8")
    known = set(re.findall(r'if loss_type == "(\w+)"', source))
    assert set(get_args(LossType)) == known - {"exo_pair"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("seed: 2024-13-45", "is not YAML: a date or a number in it is none"),
        ("seed: 0x_", "is not YAML: a date or a number in it is none"),
        ("[" * 3000, "is not YAML: it is nested too deeply"),
        ("1: 2", r"1 is not known here \(known: model, "),
    ],
)
def test_a_file_that_is_no_recipe_is_named(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    with pytest.raises(SettingsError, match=rf"mine\.yaml .*{told}"):
        load_recipe(str(path))


@pytest.mark.parametrize("name", ["x" * 300, "x." * 150, "/" + "x" * 5000])
def test_a_name_longer_than_a_path_may_be(name: str) -> None:
    with pytest.raises(SettingsError, match=r"cannot be read \(File name too long"):
        load_recipe(name)
