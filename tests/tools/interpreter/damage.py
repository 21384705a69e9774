"""Ways in which the files of a model or an adapter are damaged, for tests."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 14368208\n"
Damaging = Callable[[Path], None]
Weights = dict[str, torch.Tensor]


def holds(name: str, content: str) -> Damaging:
    """The file holds something else."""
    return lambda folder: (folder / name).write_text(content) and None


def pointer(name: str) -> Damaging:
    """The file was not fetched by Git LFS."""
    return holds(name, POINTER)


def gone(name: str) -> Damaging:
    """The file is not there."""
    return lambda folder: (folder / name).unlink()


def cut(name: str, share: float = 0.5) -> Damaging:
    """The file ends too early."""

    def damage(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[: int(len(content) * share)])

    return damage


def changed(name: str, **values: Any) -> Damaging:
    """A JSON file has other values; `None` takes one out."""

    def damage(folder: Path) -> None:
        content = json.loads((folder / name).read_text()) | values
        kept = {key: value for key, value in content.items() if value is not None}
        (folder / name).write_text(json.dumps(kept))

    return damage


def weights(name: str, change: Callable[[Weights], Weights]) -> Damaging:
    """A file of tensors has others."""

    def damage(folder: Path) -> None:
        made = change(load_file(folder / name))
        save_file(made, folder / name, metadata={"format": "pt"})

    return damage


def one(part: str, found: Weights) -> str:
    """The first weight whose name has this part."""
    return next(name for name in sorted(found) if part in name)


def without(part: str) -> Callable[[Weights], Weights]:
    """One is missing."""
    return lambda found: {name: item for name, item in found.items() if name != one(part, found)}


def renamed(part: str, into: str) -> Callable[[Weights], Weights]:
    """All are misnamed."""
    return lambda found: {name.replace(part, into): item for name, item in found.items()}


def spoilt(part: str, value: float) -> Callable[[Weights], Weights]:
    """One has a value that is no number."""

    def change(found: Weights) -> Weights:
        item = found[one(part, found)].clone()
        item.view(-1)[3] = value
        return found | {one(part, found): item}

    return change


def smaller(part: str) -> Callable[[Weights], Weights]:
    """One has fewer rows."""
    return lambda found: found | {one(part, found): found[one(part, found)][:2].clone()}


def more(name: str) -> Callable[[Weights], Weights]:
    """One is too many."""
    return lambda found: found | {name: torch.zeros(3)}
