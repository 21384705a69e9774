"""What every training run has: a folder, checkpoints, a manifest of how it came about."""

import ctypes
import hashlib
import json
import os
import resource
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from shlex import quote
from typing import Any

import torch
from accelerate import PartialState
from transformers import TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

from camara_qod.tools import disk
from camara_qod.tools.errors import SettingsError, TrainingError
from camara_qod.tools.faults import reason
from camara_qod.tools.interpreter.adapter import check
from camara_qod.tools.interpreter.embedded import EMBEDDED
from camara_qod.tools.interpreter.files import ADAPTER_CONFIG, check_checkpoint
from camara_qod.tools.interpreter.loading import Damage
from camara_qod.tools.interpreter.precision import cpu_has_bf16
from camara_qod.tools.screen import screen
from camara_qod.tools.settings import QodSettings, load_settings
from camara_qod.training.recipe import DpoRecipe, Recipe, SftRecipe
from camara_qod.training.stages import acceleration
from camara_qod.training.stages.tiny_phi3 import TINY_PHI3, tiny_phi3

_ELSEWHERE = "name another place with --output"
_GOES_ON = "It goes on from the last checkpoint."
#: A file where a folder is to be, and the reverse.
_IN_THE_WAY = (FileExistsError, NotADirectoryError, IsADirectoryError)

#: Names of glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -4, -8

#: What to do where memory does not reach.
LESS_MEMORY = (
    "set quantization to nf4, activation_checkpointing to true and per_device_train_batch_size to "
    "1 in the recipe (raise gradient_accumulation_steps by the same factor), take a smaller model, "
    "or stop what else uses the device"
)

#: What examples are made of.
_DATA = ("uses/*.json*", "requests/*.jsonl", "*.jsonl")
_PACKAGES = ("torch", "transformers", "trl", "peft", "bitsandbytes", "outlines", "llguidance")


def settings_for(recipe: Recipe, adapter: str = "none") -> QodSettings:
    """The recipe's model, by default without an adapter, whatever the environment says.

    Raises:
        SettingsError: a variable of the environment does not hold.
        ModelError: the tiny model cannot be written to the cache folder.
    """
    settings = load_settings(
        model=recipe.model,
        adapter=adapter,
        quantization=recipe.quantization,
        device=_device(),
    )
    if recipe.model == TINY_PHI3:
        settings.model = str(tiny_phi3(settings.cache_dir))
    return settings


def variables(recipe: Recipe, adapter: str | Path) -> str:
    """The environment that `qod` needs to decide with an adapter: `QOD_ADAPTER=…` and the like."""
    settings = settings_for(recipe)
    values = {
        "QOD_MODEL": None if settings.model == EMBEDDED else settings.model,
        "QOD_QUANTIZATION": None if recipe.quantization == "none" else recipe.quantization,
        "QOD_ADAPTER": str(adapter),
    }
    return " ".join(f"{name}={quote(value)}" for name, value in values.items() if value)


def check_adapter(adapter: Path, recipe: Recipe, remedy: str) -> None:
    """Refuse an adapter before anything large is loaded.

    Args:
        adapter: its folder.
        recipe: of the model that it has to be for.
        remedy: what to do where there is none.

    Raises:
        TrainingError: there is none.
        ModelError: its files are damaged, or it is for another model.
    """
    if not (adapter / ADAPTER_CONFIG).is_file():
        raise TrainingError(f"There is no adapter in {adapter}: {remedy}.")
    check(adapter, recipe.model)


@contextmanager
def of_recipe(part: str) -> Iterator[None]:
    """Errors of libraries that have their cause in a value of the recipe.

    Args:
        part: of the recipe.

    Raises:
        SettingsError: what does not hold.
    """
    try:
        yield
    except (ValueError, TypeError) as error:
        raise SettingsError(
            f"The recipe's {part} does not hold: {reason(error)}. Correct it in the recipe."
        ) from error


def _device() -> str:
    """The GPU of this process: `accelerate launch` starts one process for each."""
    rank = os.environ.get("LOCAL_RANK")
    return f"cuda:{rank}" if rank and torch.cuda.is_available() else "auto"


def check_machine(part: SftRecipe | DpoRecipe) -> None:
    """Refuse what this machine cannot do, before anything is loaded.

    Raises:
        TrainingError: the acceleration cannot be used here, or one process would have several GPUs.
    """
    acceleration.check(part)
    gpus = torch.cuda.device_count()
    if gpus > 1 and "LOCAL_RANK" not in os.environ:
        raise TrainingError(
            f"There are {gpus} GPUs here, and each is for one process: set CUDA_VISIBLE_DEVICES=0 "
            "to train on the first, or use all with `accelerate launch -m camara_qod.training.cli` "
            "in the place of `qod-train`."
        )


def arguments(
    recipe: Recipe, part: SftRecipe | DpoRecipe, output: Path, log_to: str
) -> dict[str, Any]:
    """What `SFTConfig` and `DPOConfig` are made with.

    Raises:
        TrainingError: the tracker for the loss curves is not installed, or fp16 is asked of a
            machine without a GPU.
    """
    if log_to != "none" and find_spec(log_to) is None:
        raise TrainingError(
            f"{log_to} is not installed: pip install {log_to}, or leave --log-to out."
        )
    if part.fp16 and not torch.accelerator.is_available():
        raise TrainingError(
            "The recipe sets fp16, which needs a GPU, and there is none: set fp16 to false, or "
            "start it where there is one."
        )
    own = {"near_misses", "mined_from", "bf16", "acceleration", "activation_checkpointing"}
    bf16 = part.bf16 and bf16_is_fast()
    return part.model_dump(exclude=own, exclude_none=True) | {
        _checkpointing(): part.activation_checkpointing,
        "output_dir": str(output),
        "seed": recipe.seed,
        "max_length": None,
        "save_total_limit": 2,
        "report_to": log_to,
        "run_name": output.name,
        "bf16": bf16,
        # transformers takes bf16 for a wish for a GPU.
        "use_cpu": bf16 and not torch.cuda.is_available(),
        # Rows are put in order when the data are made.
        "train_sampling_strategy": "sequential",
        **acceleration.options(part),
    }


def _checkpointing() -> str:
    """What transformers calls activation checkpointing; releases up to 5.17 have the other name."""
    new = "activation_checkpointing"
    return new if new in TrainingArguments.__dataclass_fields__ else "gradient_checkpointing"


def bf16_is_fast() -> bool:
    """Whether the GPU if there is one, or else the processor, multiplies in bfloat16 by itself."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return cpu_has_bf16()


def last_checkpoint(output: Path) -> str | None:
    """The checkpoint to go on from, if the run was interrupted.

    Raises:
        TrainingError: it is not whole.
    """
    found: str | None = get_last_checkpoint(str(output)) if output.is_dir() else None
    if found:
        try:
            check_checkpoint(Path(found))
        except Damage as error:
            raise TrainingError(
                f"The run cannot go on from {found}: {error}. Remove that folder, and it goes on "
                "from the checkpoint before it."
            ) from error
    return found


def trained(model: Any) -> dict[str, torch.Tensor]:
    """The weights of a model that are trained, by their names; what is no model yet has none."""
    named = model.named_parameters() if isinstance(model, torch.nn.Module) else ()
    return {name: value.data for name, value in named if value.requires_grad}


def in_full(model: Any, before: Mapping[str, torch.Tensor]) -> None:
    """Keep the trained weights in 32 bits, whatever the base is in.

    TRL turns those on a base in NF4 into bfloat16. A step of the learning rate is less than that
    can tell apart, and torch has no scaling of such gradients, which training in fp16 needs.

    Args:
        model: as a trainer of TRL has it.
        before: weights as they were before the trainer was made; others are new.
    """
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            parameter.data = before.get(name, parameter.data).float()


def followed(trainer: Any) -> dict[str, Any]:
    """Of a run that has ended, what the manifest tells: processes, and loss by step."""
    kind = getattr(trainer.accelerator.distributed_type, "value", "NO")
    return {
        "processes": {"count": trainer.accelerator.num_processes, "distributed": kind},
        "log": trainer.state.log_history,
    }


def save_adapter(trainer: Any, recipe: Recipe, output: Path) -> Path:
    """Write the trained adapter to `output/adapter`; of several processes one does."""
    adapter = output / "adapter"
    # The name as it is configured; the library would write this machine's folder.
    trainer.model.peft_config["default"].base_model_name_or_path = recipe.model
    # Where each process holds a part of the weights, all of them have to hand theirs over.
    sharded = trainer.is_fsdp_enabled
    state = trainer.accelerator.get_state_dict(trainer.model_wrapped) if sharded else None
    if trainer.accelerator.is_main_process:
        trainer.model.save_pretrained(str(adapter), selected_adapters=["default"], state_dict=state)
    trainer.accelerator.wait_for_everyone()
    return adapter


@contextmanager
def run(recipe: Recipe, stage: str, output: Path) -> Iterator[dict[str, Any]]:
    """A stage of training, with its manifest in `output/manifest.json`.

    Yields:
        The manifest, for the stage to add to. It is written when the stage ends.

    Raises:
        TrainingError: the disk is full, the folder cannot be written or memory does not reach.
            Checkpoints written so far stay.
        KeyboardInterrupt: as it was; what is kept is told before.
    """
    started = time.perf_counter()
    _keep_memory()
    manifest: dict[str, Any] = {
        "stage": stage,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "recipe": recipe.model_dump(),
        "seed": recipe.seed,
        "data": _hashes(),
        "packages": {name: version(name) for name in _PACKAGES},
    }
    if checkpoint := last_checkpoint(output):
        manifest["resumed_from"] = Path(checkpoint).name
    again = f"{_ELSEWHERE}, then start the command again. {_GOES_ON}"
    with explained(output, again), _memory(), _interrupted(output):
        output.mkdir(parents=True, exist_ok=True)
        yield manifest
        manifest["seconds"] = round(time.perf_counter() - started)
        manifest["peak_memory_mb"] = _peak_memory_mb()
        if PartialState().is_main_process:
            text = json.dumps(manifest, indent=1, ensure_ascii=False)
            (output / "manifest.json").write_text(text + "\n", encoding="utf-8")


@contextmanager
def _interrupted(output: Path) -> Iterator[None]:
    """Ctrl-C, with what is kept of the run."""
    try:
        yield
    except KeyboardInterrupt:
        if PartialState().is_main_process:
            screen(stderr=True).print(f"Interrupted. {_kept(output)}", soft_wrap=True)
        raise


def _kept(output: Path) -> str:
    """What the same command does with a run that was interrupted."""
    try:
        found = last_checkpoint(output)
    except TrainingError as error:
        return str(error)
    if found is None:
        return "There is no checkpoint yet: the same command begins anew."
    return f"Start the same command again, and it goes on from {found}."


@contextmanager
def explained(output: Path, otherwise: str = _ELSEWHERE) -> Iterator[None]:
    """Errors of the disk in a sentence.

    Args:
        output: what is written.
        otherwise: what to do where no room can be made for it.

    Raises:
        TrainingError: what could not be written, and what to do.
    """

    def sentence(why: str, error: Exception) -> TrainingError:
        room = "remove what is in its way" if isinstance(error, _IN_THE_WAY) else "make room"
        return TrainingError(
            f"{output} cannot be written ({why}): {room}, or {otherwise.removesuffix('.')}."
        )

    with disk.explained(sentence):
        yield


def check_output(output: Path) -> None:
    """Try to write a file, before hours are spent on what is to stand in it.

    Raises:
        TrainingError: it cannot be written.
    """
    with explained(output):
        there = output.exists()
        output.parent.mkdir(parents=True, exist_ok=True)
        output.open("a").close()
        if not there:
            output.unlink()


@contextmanager
def _memory() -> Iterator[None]:
    """A memory that is used up, in a sentence: torch has one error for GPUs and none for others."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        used_up = isinstance(error, MemoryError | torch.OutOfMemoryError)
        if not used_up and "can't allocate memory" not in str(error):
            raise
        raise TrainingError(f"Memory is used up: {LESS_MEMORY}. {_GOES_ON}") from error


def _keep_memory() -> None:
    """Let glibc keep what it has freed: a step asks for the same gigabytes again.

    Handing them back costs page faults at each step, more of them on virtual machines.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        for option, value in ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, 2**31 - 1), (_M_ARENA_MAX, 1)):
            libc.mallopt(option, value)


def _hashes() -> dict[str, str]:
    data = Path(str(files("camara_qod.data")))
    paths = sorted(path for form in _DATA for path in data.glob(form))
    return {
        str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in paths
    }


def _peak_memory_mb() -> int:
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() // 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
