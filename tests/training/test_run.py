"""What all stages of training have in common."""

from pathlib import Path

import pytest

from camara_qod.training import run
from camara_qod.training.recipe import load_recipe


@pytest.mark.parametrize("able", [True, False])
def test_bfloat16_only_where_the_processor_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, able: bool
) -> None:
    def capabilities() -> dict[str, bool]:
        return {"avx512_bf16": able}

    monkeypatch.setattr(run.torch.cpu, "get_capabilities", capabilities, raising=False)
    monkeypatch.setattr(run.torch.cuda, "is_available", lambda: False)
    recipe = load_recipe("embedded")
    made = run.arguments(recipe, recipe.sft, tmp_path, "none")
    assert (made["bf16"], made["use_cpu"]) == (able, able)
