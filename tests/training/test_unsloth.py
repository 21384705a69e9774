"""What is asked of Unsloth, against the source of the installed package.

Where there is no GPU it may not be imported, so names are read from its files. Run in the
environment that `constraints-unsloth.txt` describes: `pytest -m unsloth`.
"""

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

from camara_qod.training.recipe import load_recipe
from camara_qod.training.stages.unsloth_model import adapted_with, loaded_with

RECIPE = load_recipe("tiny-phi3")


def test_the_model_is_the_recipes_own_and_the_tokenizer_stays() -> None:
    given = loaded_with(RECIPE)
    assert given["load_in_4bit"] is not given["load_in_16bit"]
    assert given["use_exact_model_name"] is True
    assert given["fix_tokenizer"] is given["trust_remote_code"] is False
    lora = adapted_with(RECIPE)
    assert (lora["r"], lora["lora_alpha"], lora["lora_dropout"]) == (16, 16, 0.05)
    assert lora["use_gradient_checkpointing"] == "unsloth"


@pytest.fixture
def source() -> Path:
    found = find_spec("unsloth")
    if found is None or found.origin is None:
        pytest.skip("unsloth is not installed: see docs/gpu.md")
    return Path(found.origin).parent


def names(path: Path, owner: str, method: str) -> set[str]:
    """Arguments of a method that a class in a file defines."""
    classes = (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef))
    body = next(node.body for node in classes if node.name == owner)
    function = next(
        node for node in body if isinstance(node, ast.FunctionDef) and node.name == method
    )
    return {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}


@pytest.mark.unsloth
def test_the_installed_package_has_these_arguments(source: Path) -> None:
    models = source / "models"
    loading = names(models / "loader.py", "FastLanguageModel", "from_pretrained")
    assert set(loaded_with(RECIPE)) <= loading
    adapting = names(models / "llama.py", "FastLlamaModel", "get_peft_model")
    assert set(adapted_with(RECIPE)) <= adapting
    assert "UNSLOTH_RETURN_LOGITS" in (models / "llama.py").read_text()
