"""Liger and Unsloth where they cannot be used, and what is asked of Liger where it can."""

import inspect
import sys
from types import ModuleType

import pytest
from trl import DPOConfig, SFTConfig, SFTTrainer

from camara_qod.tools.errors import TrainingError
from camara_qod.training.recipe import DpoRecipe, Recipe, SftRecipe, load_recipe
from camara_qod.training.stages import acceleration
from camara_qod.training.stages.run import arguments
from camara_qod.training.stages.sft import ChoiceTrainer

TINY = load_recipe("tiny-phi3")


def part(name: str) -> SftRecipe:
    return SftRecipe.model_validate(TINY.sft.model_dump() | {"acceleration": name})


def installed(monkeypatch: pytest.MonkeyPatch, *, there: bool, gpu: bool) -> None:
    monkeypatch.setattr(acceleration, "find_spec", lambda _: object() if there else None)
    monkeypatch.setattr(acceleration.torch.cuda, "is_available", lambda: gpu)


@pytest.mark.parametrize(
    ("name", "there", "gpu", "fault"),
    [
        ("liger", False, True, r"liger_kernel is not installed: pip install .*, or set acc"),
        ("unsloth", False, True, r"unsloth is not installed: .* docs/gpu\.md says, or set acc"),
        ("liger", True, False, "needs a GPU: start it where there is one, or set acceleration to"),
        ("unsloth", True, False, "needs a GPU: start it where there is one, or set acceleration"),
        ("liger", True, True, r"cannot be imported \(no driver\).* or set acceleration to none"),
        ("unsloth", True, True, r"cannot be imported \(no driver\).* or set acceleration to none"),
    ],
)
def test_what_cannot_be_used_here_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, there: bool, gpu: bool, fault: str
) -> None:
    def imported(_: str) -> None:
        raise NotImplementedError("no driver")

    installed(monkeypatch, there=there, gpu=gpu)
    monkeypatch.setattr(acceleration, "import_module", imported)
    with pytest.raises(TrainingError, match=fault) as told:
        acceleration.check(part(name))
    assert "\n" not in str(told.value)


def test_what_can_be_used_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    acceleration.check(part("none"))
    installed(monkeypatch, there=True, gpu=True)
    monkeypatch.setitem(sys.modules, "unsloth", ModuleType("unsloth"))
    acceleration.check(part("unsloth"))


def test_dpo_has_no_unsloth() -> None:
    for name, allowed in (("liger", True), ("unsloth", False)):
        value = TINY.dpo.model_dump() | {"acceleration": name}
        if allowed:
            assert DpoRecipe.model_validate(value).acceleration == name
        else:
            with pytest.raises(ValueError, match="acceleration"):
                DpoRecipe.model_validate(value)


def test_liger_replaces_layers_and_no_loss(tmp_path) -> None:
    recipe = Recipe.model_validate(TINY.model_dump() | {"sft": part("liger").model_dump()})
    made = arguments(recipe, recipe.sft, tmp_path, "none")
    options = SFTConfig(**made)
    assert options.use_liger_kernel
    assert options.liger_kernel_config == {
        "cross_entropy": False,
        "fused_linear_cross_entropy": False,
    }
    assert not SFTConfig(**arguments(TINY, TINY.sft, tmp_path, "none")).use_liger_kernel
    # TRL's own loss, be it fused or not, is in the method that is replaced here.
    assert ChoiceTrainer.compute_loss is not SFTTrainer.compute_loss
    assert "liger" not in inspect.getsource(ChoiceTrainer)
    dpo = recipe.dpo.model_copy(update={"acceleration": "liger"})
    assert DPOConfig(**arguments(recipe, dpo, tmp_path, "none")).use_liger_kernel
