"""The files of a model or an adapter: whole, or what is wrong with them.

Libraries load much of what is damaged in silence, or name no file when they do not. What is looked
at here is little and quick: small JSON files, and the headers of large ones, which tell how long a
file has to be.
"""

import json
import os
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from camara_qod.tools.interpreter.loading import Damage

GGUF = ".gguf"
_POINTER = b"version https://git-lfs"
MODEL_CONFIG, _SPECIAL = "config.json", "tokenizer_config.json"
#: Of a checkpoint.
_STATE = "trainer_state.json"
#: One of these has the tokens themselves.
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "tekken.json")
_MODEL_FILES = (
    "*config.json",
    "*.index.json",
    "tokenizer.*",
    "special_tokens_map.json",
    "chat_template.jinja",
)
_MODEL_WEIGHTS = ("model*.safetensors", "pytorch_model*.bin")
ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
_ADAPTER_WEIGHTS = (ADAPTER_WEIGHTS, "adapter_model.bin")
#: What PEFT would fill in by itself, were it missing: another adapter than the one trained.
_LORA = ("r", "lora_alpha", "target_modules")
_LARGE = 1_000_000
#: Without these, what a file is for cannot be told.
_NEEDED = {
    MODEL_CONFIG: ("model_type",),
    "tokenizer.json": ("model",),
    ADAPTER_CONFIG: ("peft_type",),
}


def gguf_in(model: str) -> tuple[str, dict[str, str]]:
    """Where `transformers` finds a model: a GGUF file by its folder and an option with its name."""
    file = Path(model)
    return (str(file.parent), {"gguf_file": file.name}) if file.suffix == GGUF else (model, {})


def check_model(folder: Path) -> None:
    """Look at each file of a model's folder.

    Raises:
        Damage: one is missing, empty, cut off or a pointer, or not what its name says.
    """
    if folder.is_file():
        raise Damage(
            f"{folder.name} is a file, and what is wanted is a folder in Hugging Face's form, or a "
            f"GGUF file, which ends in {GGUF}"
        )
    if not (folder / MODEL_CONFIG).is_file():
        raise Damage(f"{MODEL_CONFIG} is missing")
    _check_files(folder, _MODEL_FILES, _MODEL_WEIGHTS)
    for index in folder.glob("*.index.json"):
        _check_shards(index)
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        raise Damage(f"{_TOKENIZERS[0]} is missing")
    if not (folder / _SPECIAL).is_file():
        raise Damage(f"{_SPECIAL} is missing, which names the special tokens")


def check_adapter(folder: Path) -> None:
    """Look at each file of an adapter's folder.

    Raises:
        Damage: as `check_model`.
    """
    if not (folder / ADAPTER_CONFIG).is_file():
        raise Damage(f"{ADAPTER_CONFIG} is missing")
    if not any((folder / name).is_file() for name in _ADAPTER_WEIGHTS):
        raise Damage(f"{ADAPTER_WEIGHTS} is missing")
    _check_files(folder, (ADAPTER_CONFIG,), _ADAPTER_WEIGHTS)
    config = _json(folder / ADAPTER_CONFIG)
    lacking = [name for name in _LORA if not config.get(name)]
    if config["peft_type"] == "LORA" and lacking and not config.get("target_parameters"):
        raise Damage(f"{ADAPTER_CONFIG} lacks {', '.join(lacking)}")


def check_checkpoint(folder: Path) -> None:
    """Look at what a training run wrote to go on from; its state is written last.

    Raises:
        Damage: as `check_model`.
    """
    check_adapter(folder)
    if not (folder / _STATE).is_file():
        raise Damage(f"{_STATE} is missing")
    _check_files(folder, (_STATE, "*.pt"), ())


def check_names(folder: Path, known: Iterable[str]) -> None:
    """Refuse what the configuration of an adapter says and PEFT would pass over.

    Raises:
        Damage: a name is misspelt, or of a newer version.
    """
    config = _json(folder / ADAPTER_CONFIG)
    unknown = sorted(name for name in config.keys() - set(known) if config[name])
    if unknown:
        raise Damage(f"{ADAPTER_CONFIG} has {', '.join(unknown)}, which PEFT here does not know")


def _check_files(folder: Path, patterns: Iterable[str], weights: Iterable[str]) -> None:
    """Those that are read: of several forms of weights the first; others may lie beside them."""
    found = [path for pattern in patterns for path in folder.glob(pattern)]
    forms = [list(folder.glob(pattern)) for pattern in weights]
    for path in sorted(found + next((form for form in forms if form), [])):
        _check_content(path)
        _CHECKS.get(path.suffix, _no_check)(path)


def _check_content(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(len(_POINTER))
    if not start:
        raise Damage(f"{path.name} is empty")
    if start == _POINTER:
        raise Damage(f"{path.name} is a pointer of Git LFS and not the file itself")


def _check_safetensors(path: Path) -> None:
    """The header is a length in 8 bytes and JSON, which names the place of each tensor."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        try:
            header = json.loads(file.read(length)) if length <= size else None
        except ValueError:
            header = None
    if not isinstance(header, dict):
        raise Damage(f"{path.name} is no safetensors file, or cut off in its header")
    ends = [item["data_offsets"][1] for name, item in header.items() if name != "__metadata__"]
    whole = 8 + length + max(ends, default=0)
    if size != whole:
        raise Damage(f"{path.name} has {size} bytes where its header tells of {whole}")


def _check_json(path: Path) -> None:
    if path.stat().st_size > _LARGE:
        _check_braces(path)
        return
    value = _json(path)
    lacking = [name for name in _NEEDED.get(path.name, ()) if name not in value]
    if lacking:
        raise Damage(f"{path.name} lacks {', '.join(lacking)}")


def _check_braces(path: Path) -> None:
    """A tokenizer's file takes a tenth of a second to read, and is read again by who needs it."""
    with path.open("rb") as file:
        start = file.read(16)
        file.seek(-16, os.SEEK_END)
        end = file.read()
    if not (start.lstrip().startswith(b"{") and end.rstrip().endswith(b"}")):
        raise Damage(f"{path.name} is no JSON, or cut off")


def _check_pickle(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        raise Damage(f"{path.name} is no PyTorch file, or cut off")


def _check_shards(index: Path) -> None:
    shards: Iterable[str] = _json(index).get("weight_map", {}).values()
    missing = sorted(name for name in set(shards) if not (index.parent / name).is_file())
    if missing:
        raise Damage(f"{', '.join(missing)} is missing, which {index.name} names")


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except ValueError as error:
        raise Damage(f"{path.name} is no JSON, or cut off ({error})") from error
    if not isinstance(value, dict):
        raise Damage(f"{path.name} is no JSON object")
    return value


def _no_check(_: Path) -> None:
    """Of other files it is enough that they hold something."""


_CHECKS = {
    ".safetensors": _check_safetensors,
    ".json": _check_json,
    ".bin": _check_pickle,
    ".pt": _check_pickle,
}
