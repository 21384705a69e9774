"""What all stages of training have in common."""

import shutil
from pathlib import Path

import pytest
from safetensors import SafetensorError

from camara_qod.tools.errors import ModelError, SettingsError, TrainingError
from camara_qod.tools.interpreter.embedded import shipped_adapter
from camara_qod.training.recipe import load_recipe
from camara_qod.training.stages import run


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


def test_a_checkpoint_that_was_cut_off_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoint-2"
    shutil.copytree(str(shipped_adapter()), folder)
    with pytest.raises(TrainingError, match=r"checkpoint-2: trainer_state\.json is missing"):
        run.last_checkpoint(tmp_path)
    (folder / "trainer_state.json").write_text("{}")
    assert run.last_checkpoint(tmp_path) == str(folder)
    (folder / "optimizer.pt").write_bytes(b"PK")
    with pytest.raises(TrainingError, match=r"optimizer\.pt is no PyTorch file.* Remove that"):
        run.last_checkpoint(tmp_path)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        run.torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
    ],
)
def test_memory_that_is_used_up_is_explained(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(TrainingError, match=r"Memory is used up: set quantization to nf4"):  # noqa: SIM117
        with run.run(load_recipe("embedded"), "sft", tmp_path):
            raise error


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        SafetensorError(
            "Error while serializing: I/O error: No space left on device (os error 28)"
        ),
        RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534"),
        # Of tokenizers.
        Exception("No space left on device (os error 28)"),
    ],
)
def test_a_disk_that_is_full_is_explained(tmp_path: Path, error: Exception) -> None:
    told = rf"{tmp_path} cannot be written \(.*\): make room, or name another .*last checkpoint\."
    with pytest.raises(TrainingError, match=told):  # noqa: SIM117
        with run.run(load_recipe("embedded"), "sft", tmp_path):
            raise error


def test_an_error_of_ours_is_not_taken_for_one_of_the_disk(tmp_path: Path) -> None:
    error = ModelError("It cannot be loaded: No such file (os error 2).")
    with pytest.raises(ModelError) as raised, run.explained(tmp_path):
        raise error
    assert raised.value is error


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with (
        pytest.raises(TrainingError, match=r"\(File exists\): remove what is .*--output"),
        run.explained(file),
    ):
        file.mkdir(parents=True, exist_ok=True)


def test_a_variable_that_does_not_hold_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QOD_TIMEOUT", "soon")
    with pytest.raises(SettingsError, match="QOD_TIMEOUT"):
        run.settings_for(load_recipe("embedded"))


@pytest.mark.parametrize(("rank", "gpus"), [(None, 2), (None, 1), ("0", 2)])
def test_several_gpus_are_for_several_processes(
    monkeypatch: pytest.MonkeyPatch, rank: str | None, gpus: int
) -> None:
    monkeypatch.setattr(run.torch.cuda, "device_count", lambda: gpus)
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    if rank:
        monkeypatch.setenv("LOCAL_RANK", rank)
    part = load_recipe("phi3-mini").sft
    if rank is None and gpus > 1:
        with pytest.raises(TrainingError, match=r"CUDA_VISIBLE_DEVICES=0.*accelerate launch"):
            run.check_machine(part)
    else:
        run.check_machine(part)


@pytest.mark.parametrize("name", ["activation_checkpointing", "gradient_checkpointing"])
def test_activation_checkpointing_is_called_as_the_library_calls_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(run.TrainingArguments, "__dataclass_fields__", {name: None})
    recipe = load_recipe("tiny-phi3")
    assert run.arguments(recipe, recipe.sft, tmp_path, "none")[name] is True
