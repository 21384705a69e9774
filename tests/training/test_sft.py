"""SFT, DPO and evaluation on a tiny Phi-3 in NF4: real training, in a minute."""

import json
import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from camara_qod.tools.errors import ModelError, SettingsError, TrainingError
from camara_qod.tools.interpreter.model import load_model
from camara_qod.training.corpus.dataset import Record
from camara_qod.training.corpus.generate.spoken import Spoken
from camara_qod.training.planning.gpus import Gpu
from camara_qod.training.planning.rehearsal import rehearse
from camara_qod.training.recipe import Recipe, load_recipe
from camara_qod.training.stages import dpo, sft
from camara_qod.training.stages.grow import grown
from camara_qod.training.stages.run import settings_for

WEIGHTS = "adapter_model.safetensors"


def recipe(model: Path, **sft_options: object) -> Recipe:
    """The shipped recipe, with a model of the test's own."""
    value = load_recipe("tiny-phi3").model_dump() | {"model": str(model)}
    value["data"] |= {"examples": 16}
    value["sft"] |= {"gradient_accumulation_steps": 1, "per_device_train_batch_size": 4}
    value["sft"] |= sft_options
    return Recipe.model_validate(value)


@pytest.fixture(scope="module")
def trained(tiny_phi3: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The adapter of a whole run."""
    return sft.train(recipe(tiny_phi3), tmp_path_factory.mktemp("trained"))


def losses(output: Path) -> list[float]:
    log = json.loads((output / "manifest.json").read_text())["log"]
    return [float(entry["loss"]) for entry in log if "loss" in entry]


def test_an_interrupted_run_goes_on_from_its_checkpoint(tiny_phi3: Path, tmp_path: Path) -> None:
    output, whole = tmp_path / "interrupted", tmp_path / "whole"
    adapter = sft.train(recipe(tiny_phi3), whole)
    sft.train(recipe(tiny_phi3, max_steps=2, lr_scheduler_type="constant"), output)
    sft.train(recipe(tiny_phi3), output)
    state = json.loads((output / "checkpoint-4" / "trainer_state.json").read_text())
    assert [entry["step"] for entry in state["log_history"] if "loss" in entry] == [1, 2, 3, 4]
    assert json.loads((output / "manifest.json").read_text())["resumed_from"] == "checkpoint-2"
    assert (adapter / "adapter_config.json").is_file()


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (0, "There is no checkpoint yet: the same command begins anew."),
        (2, "Start the same command again, and it goes on from {output}/checkpoint-2."),
    ],
)
def test_who_interrupts_a_run_is_told_what_is_kept(
    tiny_phi3: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    step: int,
    told: str,
) -> None:
    def interrupted(trainer: Any, *args: Any, **kwargs: Any) -> Any:
        if trainer.state.global_step == step:
            raise KeyboardInterrupt
        return learn(trainer, *args, **kwargs)

    learn = sft.ChoiceTrainer.training_step
    monkeypatch.setattr(sft.ChoiceTrainer, "training_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sft.train(recipe(tiny_phi3), tmp_path)
    said = " ".join(capsys.readouterr().err.split())
    assert f"Interrupted. {told.format(output=tmp_path)}" in said


def test_sft_learns(tiny_phi3: Path, tmp_path: Path) -> None:
    sft.train(recipe(tiny_phi3, num_train_epochs=16, learning_rate=5e-3), tmp_path)
    found = losses(tmp_path)
    # Each epoch has the same four batches, in the same order.
    assert all(last < 0.97 * first for first, last in zip(found[:4], found[-4:], strict=True))


def test_sft_goes_on_with_an_adapter(tiny_phi3: Path, trained: Path, tmp_path: Path) -> None:
    second = sft.train(recipe(tiny_phi3, learning_rate=1e-9), tmp_path, start=trained)
    before, after = (load_file(folder / WEIGHTS) for folder in (trained, second))
    assert before.keys() == after.keys()
    assert {value.dtype for value in (*before.values(), *after.values())} == {torch.float32}
    assert all(torch.allclose(before[name], after[name], atol=1e-6) for name in before)
    assert any(name for name in before if "lora_B" in name and before[name].any())
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["start"] == str(trained)


def with_lora(base: Recipe, **options: object) -> Recipe:
    return base.model_copy(update={"lora": base.lora.model_copy(update=options)})


def test_an_adapter_goes_on_in_a_larger_one(tiny_phi3: Path, tmp_path: Path) -> None:
    small = with_lora(recipe(tiny_phi3), layers_to_transform=[1])
    first = sft.train(small, tmp_path / "first")
    larger = with_lora(small, r=24, lora_alpha=24, layers_to_transform=None)
    before = grown(load_model(settings_for(small))[0], first, small).eval()
    after = grown(load_model(settings_for(small))[0], first, larger).eval()
    ids = torch.arange(5, 25)[None]
    with torch.no_grad():
        assert torch.allclose(before(ids).logits, after(ids).logits, atol=1e-4)
    assert after.peft_config["default"].r == 24
    trainable = [name for name, value in after.named_parameters() if value.requires_grad]
    assert any(".layers.0." in name for name in trainable)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"r": 24}, "lora_alpha 16 at r 16, and the recipe 16 at 24"),
        ({"r": 8, "lora_alpha": 8}, "does not go into .* the shape is 16"),
        ({"layers_to_transform": [0]}, "there is no place for .*layers.1"),
    ],
)
def test_an_adapter_that_does_not_go_into_a_configuration(
    tiny_phi3: Path, trained: Path, tmp_path: Path, options: dict[str, object], fault: str
) -> None:
    other = with_lora(recipe(tiny_phi3), **options)
    with pytest.raises(TrainingError, match=fault):
        sft.train(other, tmp_path, start=trained)


def test_an_adapter_with_values_that_are_no_numbers_does_not_go_on_in_a_larger_one(
    tiny_phi3: Path, trained: Path, tmp_path: Path
) -> None:
    shutil.copytree(trained, tmp_path / "damaged")
    weights = load_file(trained / WEIGHTS)
    next(iter(weights.values()))[0, 0] = torch.nan
    save_file(weights, tmp_path / "damaged" / WEIGHTS, metadata={"format": "pt"})
    larger = with_lora(recipe(tiny_phi3), r=24, lora_alpha=24)
    with pytest.raises(ModelError, match="holds values that are no numbers"):
        grown(load_model(settings_for(larger))[0], tmp_path / "damaged", larger)


def test_sft_without_the_adapter_it_is_to_go_on_with(tiny_phi3: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="There is no adapter in"):
        sft.train(recipe(tiny_phi3), tmp_path / "second", start=tmp_path / "nothing")


def test_the_manifest_says_how_the_adapter_came_about(tiny_phi3: Path, trained: Path) -> None:
    manifest = json.loads((trained.parent / "manifest.json").read_text())
    assert manifest["stage"] == "sft"
    assert manifest["examples"] == 16
    # What a rehearsal says of it.
    (planned,) = (line for line in rehearse(recipe(tiny_phi3), Gpu.t4) if "Schedule" in line)
    assert planned.startswith(f"Schedule: {len(losses(trained.parent))} steps of 4 x 1 rows")
    assert manifest["recipe"]["lora"]["r"] == 16
    assert set(manifest["packages"]) >= {"torch", "trl", "peft"}
    files = {"sft.jsonl", "preferences.jsonl", "test.jsonl", "requests/de.jsonl"}
    assert files <= set(manifest["data"])
    assert manifest["peak_memory_mb"] > 0


def test_texts_that_validate_are_not_trained_on(
    tiny_phi3: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[tuple[list[Spoken], int]] = []

    def spoken(texts: list[Spoken], seed: int) -> list[Record]:
        used.append((texts, seed))
        return []

    monkeypatch.setattr(sft, "spoken", spoken)
    monkeypatch.setattr(dpo, "spoken", spoken)
    monkeypatch.setattr(dpo, "mine", lambda *_: [])
    value = recipe(tiny_phi3)
    value = value.model_copy(update={"data": value.data.model_copy(update={"spoken_repeats": 2})})
    sft.records(value)
    dpo.preference_pairs(value, None, None, tiny_phi3)
    (first, seed), (second, other), (held, _), (pairs, _) = used
    assert first == second
    assert seed != other
    assert len(first) > 4000
    assert held
    for texts in (first, pairs):
        assert not [text for text in held if text in texts]


def test_dpo_starts_from_the_sft_adapter_and_changes_it(
    tiny_phi3: Path, trained: Path, tmp_path: Path
) -> None:
    adapter = dpo.train(recipe(tiny_phi3), trained, tmp_path / "dpo")
    before, after = (load_file(folder / WEIGHTS) for folder in (trained, adapter))
    assert before.keys() == after.keys()
    assert any(not torch.equal(before[name], after[name]) for name in before)
    assert {value.dtype for value in after.values()} == {torch.float32}
    manifest = json.loads((tmp_path / "dpo" / "manifest.json").read_text())
    # At the first step policy and reference are the same: the loss is ln 2.
    assert losses(tmp_path / "dpo")[0] == pytest.approx(0.693, abs=0.01)
    assert manifest["pairs"]["mined_free"] > 0
    assert manifest["pairs"]["wrong_profile"] > 0
    assert (tmp_path / "dpo" / "mined.jsonl").is_file()


@pytest.mark.parametrize(("count", "refused"), [(7, False), (8, True)])
def test_more_near_misses_than_there_are_texts_are_refused_before_anything_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, refused: bool
) -> None:
    monkeypatch.setattr(dpo, "check_adapter", lambda *_: None)
    monkeypatch.setattr(dpo, "load_spoken", lambda: [Spoken("en", "a", (), (("text", {}),))] * 3)
    changes = ["data.validation_share=0", f"dpo.near_misses={count}"]
    told = pytest.raises(SettingsError, match=r"near_misses to 8.* set it to 6 at most")
    with told if refused else nullcontext():
        dpo.check(load_recipe("tiny-phi3", changes), tmp_path)


def test_dpo_without_an_sft_adapter_says_what_to_do(tiny_phi3: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="run `qod-train sft` first"):
        dpo.train(recipe(tiny_phi3), tmp_path / "nothing", tmp_path / "dpo")


@pytest.mark.parametrize(
    "error",
    [
        SafetensorError(
            "Error while serializing: I/O error: No space left on device (os error 28)"
        ),
        RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534"),
    ],
)
def test_a_full_disk_is_explained_and_loses_no_checkpoint(
    tiny_phi3: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    from transformers import Trainer

    save = Trainer._save_checkpoint

    def full(self: Trainer, *args: object, **kwargs: object) -> None:
        if self.state.global_step > 2:
            raise error
        save(self, *args, **kwargs)

    monkeypatch.setattr(Trainer, "_save_checkpoint", full)
    with pytest.raises(TrainingError, match=r"cannot be written.*make room.*last checkpoint"):
        sft.train(recipe(tiny_phi3), tmp_path)
    monkeypatch.undo()
    assert (tmp_path / "checkpoint-2").is_dir()
    sft.train(recipe(tiny_phi3), tmp_path)
    assert (tmp_path / "adapter" / "adapter_config.json").is_file()


def test_a_tracker_that_is_not_installed_is_named(tiny_phi3: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="pip install trackio"):
        sft.train(recipe(tiny_phi3), tmp_path, "trackio")


def test_loss_curves_go_to_tensorboard(tiny_phi3: Path, tmp_path: Path) -> None:
    sft.train(recipe(tiny_phi3, max_steps=1), tmp_path, "tensorboard")
    assert list(tmp_path.rglob("events.out.tfevents*"))


def test_an_adapter_is_not_gone_on_with_under_unsloth(tiny_phi3: Path, trained: Path) -> None:
    with pytest.raises(TrainingError, match=r"Unsloth makes an adapter of its own.*--adapter out"):
        sft.check(recipe(tiny_phi3, acceleration="unsloth"), trained)
